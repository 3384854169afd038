//! Orders to pay 限期支付: whose debts one covers, what of it the ordered party itself discharged, what the additional compensation comes
//! to, and which debts the law of crime looks at.
//!
//! Owns the bounds of the compensation (劳动保障监察条例 Art 26), what discharges an order (724 Art 63: public money never does) and the
//! thresholds of 拒不支付劳动报酬 (法释〔2013〕3号 Art 3), all numbers from dated rules. Service is [`service`]'s, what the employer's copy may
//! say [`copy`]'s. Decides nothing about a person: that a threshold is reached is a fact beside a decision of people.

pub mod copy;
pub mod service;

use super::intake::PartyRole;
use super::liability::Kind;
use crate::base::id::{ClaimantId, RespondentId};
use crate::base::{Day, FieldError};
use crate::law::{Fen, Rules};
use chrono::Months;
use std::collections::BTreeMap;

/// The instrument that courts enforce: neither a rectification order nor a notice to a bank is one (724 Art 42, 423 Art 19).
pub const DECISION: &str = "decision";

/// The additional compensation 加付赔偿金 on what was not paid in time.
///
/// # Errors
/// At `percent`, with the bounds in force on the day.
pub fn compensation(unpaid: Fen, percent: i64, rules: &Rules, on: Day) -> Result<Fen, FieldError> {
    let bound = |key: &str| rules.number(key, on);
    let (Some(least), Some(most)) = (bound("compensation.least"), bound("compensation.most")) else {
        return Err(FieldError::coded("percent", "rule_missing", &[]));
    };
    if percent < least || percent > most {
        return Err(FieldError::coded("percent", "percent_out_of_bounds", &[("least", &least.to_string()), ("most", &most.to_string())]));
    }
    unpaid.ratio(percent, 100).ok_or_else(|| FieldError::coded("percent", "amount_too_large", &[]))
}

/// A party of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Party {
    /// Which.
    pub id: RespondentId,
    /// Its place.
    pub role: PartyRole,
    /// As what an officer found it liable, if he did.
    pub found: Option<Kind>,
}

/// Whether an order on `ordered` covers a claim against `debtor`: its own debts, and those it is liable for by its place in the chain
/// (724 Art 29, 30: the owner and the general contractor for what is owed below them; a unit for the team leader it let the work to, where
/// it is the only unit that could have). A finding goes before the place: who was found not liable is ordered nothing (Art 50), who was
/// found to pay first, to advance or to be liable beside the employer (Art 18 to 22, 29, 30, 36, 37) pays what anybody but the owner
/// owes. A claim that names nobody is against the party first reported, the first of the chain.
#[must_use]
pub fn covers(ordered: Party, debtor: Option<RespondentId>, chain: &[Party]) -> bool {
    let Some(debtor) = debtor.or_else(|| chain.first().map(|p| p.id)) else { return false };
    if ordered.found == Some(Kind::None) {
        return false;
    }
    if debtor == ordered.id {
        return true;
    }
    let Some(role) = chain.iter().find(|p| p.id == debtor).map(|p| p.role) else { return false };
    let unit = |r: PartyRole| matches!(r, PartyRole::Respondent | PartyRole::ContractEmployer | PartyRole::Subcontractor);
    if matches!(ordered.found, Some(Kind::PaysFirst | Kind::Advances | Kind::Joint)) {
        return role != PartyRole::Owner;
    }
    match ordered.role {
        PartyRole::Owner => true,
        PartyRole::GeneralContractor => role != PartyRole::Owner,
        r if unit(r) => role == PartyRole::TeamLeader && chain.iter().filter(|p| unit(p.role)).count() == 1,
        _ => false,
    }
}

/// Whether money discharges an order: only what the ordered party itself paid, or the debtor of the claim, whose payment ends the debt the
/// order stands on. Deposit, public and enforced money and another party's never do (724 Art 63), whatever the worker has.
#[must_use]
pub fn discharges(ordered: Party, debtor: Option<RespondentId>, kind: &str, payer: Option<RespondentId>) -> bool {
    let own = match ordered.role {
        PartyRole::GeneralContractor => "general_contractor",
        PartyRole::Owner => "owner",
        _ => "employer",
    };
    match (kind, payer) {
        ("employer" | "general_contractor" | "owner", Some(p)) => p == ordered.id || Some(p) == debtor,
        (k, None) => k == own || k == "employer",
        _ => false,
    }
}

/// Money a court took from the debtor: it ends the enforcement, and is no compliance.
#[must_use]
pub fn enforced(kind: &str) -> bool {
    kind == "court"
}

/// One claim an order covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    /// What the order says is to be paid on it.
    pub amount: Fen,
    /// Paid by anybody or given up since the order was made.
    pub settled: Fen,
    /// Of this, what discharges the ordered party: own payments, and what the worker gave up.
    pub own: Fen,
    /// What a court took.
    pub court: Fen,
}
impl Part {
    /// What the ordered party has not discharged.
    #[must_use]
    pub fn undischarged(&self) -> Fen {
        Fen::new((self.amount.get() - self.own.get().max(0)).max(0))
    }
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// What the workers still have to get.
    pub owed: Fen,
    /// What the ordered party has not discharged: an advance with public money does not make it smaller.
    pub undischarged: Fen,
    /// Of this, what no court has taken either.
    pub unenforced: Fen,
}

/// Sums an order up.
#[must_use]
pub fn standing(parts: &[Part]) -> Standing {
    let mut out = [0i64; 3];
    for p in parts {
        let amount = p.amount.get();
        let (open, court) = (p.undischarged().get(), p.court.get().clamp(0, p.settled.get().max(0)));
        let of = [amount - p.settled.get().clamp(0, amount), open, (open - court).max(0)];
        for (sum, v) in out.iter_mut().zip(of) {
            *sum = sum.saturating_add(v);
        }
    }
    Standing { owed: Fen::new(out[0]), undischarged: Fen::new(out[1]), unenforced: Fen::new(out[2]) }
}

/// What tells that two rows are one person: the ID, or telephone and name together (practice P2.8: never the telephone alone).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The row.
    pub id: ClaimantId,
    /// The blind index of the ID.
    pub person: Option<&'a str>,
    /// The blind indexes of telephone and name.
    pub phone: Option<(&'a str, &'a str)>,
}

/// The person of each row: rows of one person have one number.
#[must_use]
pub fn persons(rows: &[Identity<'_>]) -> BTreeMap<ClaimantId, usize> {
    fn root(up: &[usize], mut i: usize) -> usize {
        while let Some(u) = up.get(i).copied().filter(|u| *u != i) {
            i = u;
        }
        i
    }
    let mut up: Vec<usize> = (0..rows.len()).collect();
    let (mut by_id, mut by_person, mut by_phone) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (i, r) in rows.iter().enumerate() {
        let same = [
            Some(*by_id.entry(r.id).or_insert(i)),
            r.person.map(|p| *by_person.entry(p).or_insert(i)),
            r.phone.map(|p| *by_phone.entry(p).or_insert(i)),
        ];
        for other in same.into_iter().flatten() {
            let (a, b) = (root(&up, i), root(&up, other));
            if let Some(u) = up.get_mut(a.max(b)) {
                *u = a.min(b);
            }
        }
    }
    rows.iter().enumerate().map(|(i, r)| (r.id, root(&up, i))).collect()
}

/// What one claim leaves undischarged, and for which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Debt {
    /// Whose it is, as [`persons`] counts.
    pub person: usize,
    /// How much.
    pub amount: Fen,
    /// First and last day of the work; unknown days speak for the worker.
    pub period: Option<(Day, Day)>,
}

/// What is owed to one person, and for how many full months; unknown months speak for the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// How much.
    pub amount: Fen,
    /// For how long.
    pub months: Option<i64>,
}

/// What is owed to each person over all claims: the sums together, the months those of all periods, days counted once.
#[must_use]
pub fn by_person(debts: &[Debt]) -> Vec<Owed> {
    let mut all: BTreeMap<usize, Vec<&Debt>> = BTreeMap::new();
    for d in debts.iter().filter(|d| d.amount.is_positive()) {
        all.entry(d.person).or_default().push(d);
    }
    all.into_values()
        .map(|of| Owed {
            amount: Fen::new(of.iter().fold(0, |s, d| s.saturating_add(d.amount.get()))),
            months: of.iter().map(|d| d.period).collect::<Option<Vec<_>>>().map(months),
        })
        .collect()
}

/// Full months of a set of periods, overlapping days counted once; days beyond full months together, thirty to a month.
fn months(mut periods: Vec<(Day, Day)>) -> i64 {
    periods.sort_unstable();
    let mut merged: Vec<(Day, Day)> = Vec::new();
    for (from, to) in periods {
        match merged.last_mut() {
            Some(last) if from <= last.1.next() => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    let (mut full, mut days) = (0, 0);
    for (from, to) in merged {
        let after = to.next();
        let mut n: u32 = 0;
        let step = |n: u32| from.date().checked_add_months(Months::new(n)).map(Day::new);
        while step(n + 1).is_some_and(|d| d <= after) {
            n += 1;
        }
        full += i64::from(n);
        days += step(n).map_or(0, |d| after.since(d).max(0));
    }
    full + days / 30
}

/// Whether what is owed reaches what the law calls 数额较大: to one person for three months, or to ten persons together.
#[must_use]
pub fn crime_threshold(owed: &[Owed], rules: &Rules, on: Day) -> bool {
    let single = rules.amount("crime.single.amount", on).zip(rules.number("crime.single.months", on));
    let group = rules.amount("crime.group.amount", on).zip(rules.number("crime.group.headcount", on));
    let one = single.is_some_and(|(least, months)| owed.iter().any(|o| o.amount >= least && o.months.is_none_or(|m| m >= months)));
    let heads = i64::try_from(owed.iter().filter(|o| o.amount.is_positive()).count()).unwrap_or(i64::MAX);
    let sum = Fen::sum(owed.iter().map(|o| o.amount)).unwrap_or_default();
    one || group.is_some_and(|(least, persons)| heads >= persons && sum >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compensation_keeps_its_bounds() {
        let (rules, on) = (Rules::embedded(), Day::ymd(2026, 11, 23).unwrap());
        assert_eq!(compensation(Fen::new(1_001), 50, &rules, on), Ok(Fen::new(500)));
        assert_eq!(compensation(Fen::new(1_000), 100, &rules, on), Ok(Fen::new(1_000)));
        for wrong in [49, 101, 0, -1] {
            assert_eq!(compensation(Fen::new(1_000), wrong, &rules, on).unwrap_err().code, "percent_out_of_bounds");
        }
    }

    #[test]
    fn the_threshold_looks_at_one_person_and_at_ten() {
        let (rules, on) = (Rules::embedded(), Day::ymd(2026, 11, 23).unwrap());
        let owed = |n: i64, months| Owed { amount: Fen::new(n * 100), months };
        let reached = |all: &[Owed]| crime_threshold(all, &rules, on);
        assert!(reached(&[owed(10_000, None)]) && reached(&[owed(10_000, Some(3))]));
        assert!(!reached(&[owed(10_000, Some(2))]) && !reached(&[owed(9_999, Some(12))]));
        assert!(reached(&[owed(6_000, Some(1)); 10]));
        assert!(!reached(&[owed(7_000, Some(1)); 9]) && !reached(&[]));
    }

    fn day(m: u32, d: u32) -> Day {
        Day::ymd(2026, m, d).unwrap()
    }
    fn respondent(n: u128) -> RespondentId {
        uuid::Uuid::from_u128(n).into()
    }

    /// Three monthly claims of one person are one debt of three months (法释〔2013〕3号 Art 3), ten rows of one person are not ten persons.
    #[test]
    fn the_threshold_counts_persons_and_not_claims() {
        let (rules, on) = (Rules::embedded(), day(11, 23));
        let id = |n: u128| -> ClaimantId { uuid::Uuid::from_u128(n).into() };
        let rows = [
            Identity { id: id(1), person: Some("a"), phone: None },
            Identity { id: id(2), person: None, phone: Some(("p", "zhang")) },
            Identity { id: id(3), person: Some("a"), phone: Some(("p", "zhang")) },
            Identity { id: id(4), person: None, phone: Some(("p", "li")) },
        ];
        let who = persons(&rows);
        assert_eq!((who[&id(1)], who[&id(2)], who[&id(3)]), (0, 0, 0));
        assert_ne!(who[&id(4)], 0, "a shared telephone is not a person");

        let debt = |person, n: i64, period| Debt { person, amount: Fen::new(n * 100), period };
        let monthly = [
            debt(0, 4_000, Some((day(3, 1), day(3, 31)))),
            debt(0, 4_000, Some((day(4, 1), day(4, 30)))),
            debt(0, 4_000, Some((day(5, 1), day(5, 31)))),
        ];
        assert_eq!(by_person(&monthly), [Owed { amount: Fen::new(1_200_000), months: Some(3) }]);
        assert!(crime_threshold(&by_person(&monthly), &rules, on));
        // the same month claimed three times is one month
        let again = [debt(0, 4_000, monthly[0].period); 3];
        assert_eq!(by_person(&again)[0].months, Some(1));
        assert!(!crime_threshold(&by_person(&again), &rules, on));
        // half months apart add up; a claim without days speaks for the worker
        let halves = [debt(0, 6_000, Some((day(3, 1), day(4, 15)))), debt(0, 6_000, Some((day(6, 1), day(7, 15))))];
        assert_eq!(by_person(&halves)[0].months, Some(3));
        assert_eq!(by_person(&[debt(0, 1, None), monthly[0]])[0].months, None);
        // ten claims of five persons are no ten persons
        let crew: Vec<Debt> = (0..10).map(|n| debt(n / 2, 6_500, Some((day(3, 1), day(3, 31))))).collect();
        assert!(!crime_threshold(&by_person(&crew), &rules, on));
    }

    #[test]
    fn an_order_covers_the_partys_own_debts_and_those_below_it() {
        let party = |n, role| Party { id: respondent(n), role, found: None };
        let chain = [
            party(1, PartyRole::Owner),
            party(2, PartyRole::GeneralContractor),
            party(3, PartyRole::Subcontractor),
            party(4, PartyRole::Subcontractor),
            party(5, PartyRole::TeamLeader),
        ];
        let on = |n: usize| (1..=5).filter(|d| covers(chain[n - 1], Some(respondent(*d)), &chain)).collect::<Vec<_>>();
        assert_eq!(on(3), [3], "another subcontractor's workers are not its own");
        assert_eq!(on(2), [2, 3, 4, 5]);
        assert_eq!(on(1), [1, 2, 3, 4, 5]);
        assert_eq!(on(5), [5]);
        // what an officer found goes before the place
        let found = |n: usize, kind| Party { found: Some(kind), ..chain[n - 1] };
        assert!(!covers(found(1, Kind::None), Some(respondent(3)), &chain) && !covers(found(3, Kind::None), Some(respondent(3)), &chain));
        assert!(
            covers(found(4, Kind::PaysFirst), Some(respondent(3)), &chain)
                && !covers(found(4, Kind::Employer), Some(respondent(3)), &chain)
        );
        let small = [party(3, PartyRole::Respondent), party(5, PartyRole::TeamLeader)];
        assert!(covers(small[0], Some(respondent(5)), &small) && covers(small[0], None, &small) && !covers(small[1], None, &small));
    }

    /// 724 Art 63: public money, the deposit and what a court took never discharge an order; what the ordered party pays itself does.
    #[test]
    fn only_the_ordered_partys_own_money_discharges() {
        let (gc, sub) = (respondent(1), respondent(2));
        let on_gc = Party { id: gc, role: PartyRole::GeneralContractor, found: None };
        let on_sub = Party { id: sub, role: PartyRole::Subcontractor, found: None };
        for public in ["emergency_fund", "deposit", "court"] {
            for payer in [None, Some(gc), Some(sub)] {
                assert!(!discharges(on_sub, Some(sub), public, payer) && !discharges(on_gc, Some(sub), public, payer), "{public}");
            }
        }
        assert!(discharges(on_gc, Some(sub), "general_contractor", None) && discharges(on_gc, Some(sub), "general_contractor", Some(gc)));
        assert!(
            !discharges(on_sub, Some(sub), "general_contractor", None) && !discharges(on_sub, Some(sub), "general_contractor", Some(gc))
        );
        assert!(discharges(on_sub, Some(sub), "employer", None) && discharges(on_sub, Some(sub), "employer", Some(sub)));
        assert!(discharges(on_gc, Some(sub), "employer", Some(sub)), "the debtor's own payment ends the debt the order stands on");
        assert!(!discharges(on_sub, Some(sub), "employer", Some(gc)));

        let part = Part { amount: Fen::new(100), settled: Fen::new(100), own: Fen::new(30), court: Fen::new(50) };
        assert_eq!(standing(&[part, part]), Standing { owed: Fen::ZERO, undischarged: Fen::new(140), unenforced: Fen::new(40) });
        // what was taken back is owed again, never less than nothing
        let back = Part { amount: Fen::new(100), settled: Fen::new(-20), own: Fen::new(-20), court: Fen::ZERO };
        assert_eq!(standing(&[back]).undischarged, Fen::new(100));
    }
}
