//! Penalties 行政处罚 (行政处罚法, 724 Art 54–57, 423 Art 30): whom a ground fines and within which bounds, what a late fine comes to, what is left.
//!
//! Owns the reading of a ground's row (`penalty_ground` of the code lists), its bounds by the dated rules, the rights that depend on the amount, the
//! late fine day by day. Loads nothing and reads no clock; whether a fine is just is the officers'.

use crate::base::Day;
use crate::domain::intake::PartyRole;
use crate::law::{Fen, Rules};
use serde::{Deserialize, Serialize};

/// The kind of its procedure.
pub const KIND: &str = "penalty";
/// The list of grounds.
pub const GROUNDS: &str = "penalty_ground";
/// The rule of the time to pay (Art 67).
pub const PAY: &str = "penalty.pay";
/// The rule of the time for the decision (Art 60).
pub const DECIDE: &str = "penalty.decide";
/// The rule of the time to be heard where no hearing can be asked for.
pub const STATEMENT: &str = "penalty.statement";
/// The rule of the time to ask for a hearing (Art 64).
pub const HEARING_REQUEST: &str = "penalty.hearing_request";
/// The rule of the notice of a hearing, counted backwards (Art 64).
pub const HEARING_NOTICE: &str = "penalty.hearing_notice";
/// The rule of the time for review and suit.
pub const REMEDIES: &str = "penalty.remedies";
/// The rule of the last day of a payment that was put off (Art 66).
pub const DEFERRED: &str = "penalty.deferred";
/// The rule of the time to ask the court (强制法 Art 53).
pub const APPLY: &str = "enforcement.apply";
/// The number of percent a day (Art 72).
pub const LATE: &str = "penalty.late_fine";
/// The unit as the subject.
pub const UNIT: &str = "unit";

/// What must have come before a ground can be fined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Nothing.
    Nothing,
    /// An order to pay of the case, served and expired unpaid.
    Order,
    /// An order to correct, served and expired.
    Correction,
}

/// A ground, as its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The name of its amounts, `refuse` of `fine.refuse.least`.
    pub fine: String,
    /// It fines the unit.
    pub unit: bool,
    /// It fines persons liable in it as well.
    pub person: bool,
    /// It fines the employer alone.
    pub employer: bool,
    /// The industry bureau may impose it beside 人社.
    pub industry: bool,
    /// What must have come before.
    pub after: After,
    /// The aspect of the conduct register.
    pub aspect: &'static str,
    /// The places in the chain it names; empty: any.
    pub places: Vec<String>,
}
impl Ground {
    /// Reads the tags of its row. What is not understood is refused: a ground whose condition was misspelt would fine without it.
    ///
    /// # Errors
    /// What is wrong, for whoever wrote the row.
    pub fn read<'a>(tags: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let (mut fine, mut after, mut places) = (None, Vec::new(), Vec::new());
        let (mut unit, mut person, mut employer, mut industry, mut aspect) = (false, false, false, false, "other");
        for t in tags {
            match (t, t.split_once(':')) {
                (_, Some(("fine", f))) if fine.is_none() => fine = Some(f.to_owned()),
                (_, Some(("place", p))) if PartyRole::of(p).is_some() => places.push(p.to_owned()),
                ("unit", _) => unit = true,
                ("person", _) => person = true,
                ("employer", _) => employer = true,
                ("industry", _) => industry = true,
                ("wages", _) => aspect = "wages",
                ("contracts", _) => aspect = "contracts",
                ("after_nothing", _) => after.push(After::Nothing),
                ("after_order", _) => after.push(After::Order),
                ("after_correction", _) => after.push(After::Correction),
                _ => return Err(format!("不认识的标记 {t}")),
            }
        }
        let fine = fine.ok_or_else(|| "没有罚款幅度（fine:…）".to_owned())?;
        let [after] = after[..] else { return Err("须有且只有一个 after_nothing、after_order、after_correction".to_owned()) };
        Ok(Self { fine, unit, person, employer, industry, after, aspect, places })
    }
    /// Whether it may fine this subject: the unit, or a person liable in it.
    #[must_use]
    pub fn fines(&self, subject: &str) -> bool {
        if subject == UNIT { self.unit } else { self.person }
    }
    /// Whether a bureau of this kind may impose it.
    #[must_use]
    pub fn imposed_by(&self, bureau_kind: &str) -> bool {
        bureau_kind == "hrss" || self.industry
    }
    /// Least and most in fen, by the rules in force on a day; nothing where none were.
    #[must_use]
    pub fn bounds(&self, subject: &str, rules: &Rules, on: Day) -> Option<(Fen, Fen)> {
        let who = if subject == UNIT { UNIT } else { "person" };
        let amount = |end: &str| {
            let own = rules.amount(&format!("fine.{}.{who}.{end}", self.fine), on);
            own.or_else(|| rules.amount(&format!("fine.{}.{end}", self.fine), on).filter(|_| subject == UNIT))
        };
        amount("least").zip(amount("most"))
    }
}

/// Whether an amount reaches a threshold of the rules (`penalty.hearing`, `penalty.review`, `penalty.collective`); where none is in force, it does.
#[must_use]
pub fn reaches(threshold: &str, subject: &str, fine: Fen, rules: &Rules, on: Day) -> bool {
    let who = if subject == UNIT { UNIT } else { "person" };
    rules.amount(&format!("{threshold}.{who}"), on).is_none_or(|least| fine >= least)
}

/// Why a fine cannot be fixed, as a code of `error.<code>`: it lies outside the bounds without a reason of Art 32, or above what was said before the
/// party spoke (Art 45).
///
/// # Errors
/// The code.
pub fn may_fix(fine: Fen, (least, most): (Fen, Fen), mitigated: bool, ceiling: Option<Fen>) -> Result<(), &'static str> {
    if !fine.is_positive() {
        return Err("penalty_no_fine");
    }
    if fine > most {
        return Err("penalty_above_most");
    }
    if fine < least && !mitigated {
        return Err("penalty_below_least");
    }
    if ceiling.is_some_and(|c| fine > c) {
        return Err("penalty_raised");
    }
    Ok(())
}

/// A part of the fine with the last day it may be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The day.
    pub on: Day,
    /// In fen.
    pub amount: Fen,
}

/// Days on which no late fine is counted (Art 73): review or suit ran. Open while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Option<Day>,
}

/// What is due, what was paid, and when nothing is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// The parts of the fine, one unless it is paid in instalments.
    pub due: Vec<Part>,
    /// Payments: they go to the fine first, then to the late fine.
    pub paid: Vec<Part>,
    /// Days not counted.
    pub pauses: Vec<Pause>,
    /// Percent a day.
    pub percent: i64,
}
impl Account {
    /// The fine.
    #[must_use]
    pub fn fine(&self) -> Fen {
        Fen::sum(self.due.iter().map(|p| p.amount)).unwrap_or_default()
    }
    /// What was paid up to a day.
    #[must_use]
    pub fn paid_by(&self, on: Day) -> Fen {
        Fen::sum(self.paid.iter().filter(|p| p.on <= on).map(|p| p.amount)).unwrap_or_default()
    }
    /// The late fine 加处罚款 as of the end of a day (Art 72): for each day after a part was due, the percentage of what of it was still unpaid before
    /// that day's payments; never more than the fine itself; nothing on days that are not counted (Art 73).
    #[must_use]
    pub fn late(&self, on: Day) -> Fen {
        let cap = self.fine();
        let Some(first) = self.due.iter().map(|p| p.on).min() else { return Fen::ZERO };
        let (mut sum, mut day) = (0_i128, first.next());
        while day <= on && sum < i128::from(cap.get()) * 100 {
            if !self.paused(day) {
                let due: i64 = self.due.iter().filter(|p| p.on < day).map(|p| p.amount.get()).sum();
                let paid: i64 = self.paid.iter().filter(|p| p.on < day).map(|p| p.amount.get()).sum();
                let open = (due - paid).max(0);
                sum += i128::from(open) * i128::from(self.percent);
                if open == 0 && self.due.iter().all(|p| p.on < day) {
                    break;
                }
            } else if self.open_pause(day) {
                // it runs: nothing is counted any more up to `on`
                break;
            }
            day = day.next();
        }
        // cut to the fen, in the party's favour
        Fen::new(i64::try_from(sum / 100).unwrap_or(i64::MAX)).min(cap)
    }
    fn paused(&self, day: Day) -> bool {
        self.pauses.iter().any(|p| p.from <= day && p.until.is_none_or(|u| day <= u))
    }
    fn open_pause(&self, day: Day) -> bool {
        self.pauses.iter().any(|p| p.from <= day && p.until.is_none())
    }
    /// What is left of fine and late fine as of the end of a day.
    #[must_use]
    pub fn left(&self, on: Day) -> Fen {
        let owed = self.fine().get().saturating_add(self.late(on).get());
        Fen::new((owed - self.paid_by(on).get()).max(0))
    }
}

/// Whether instalments sum to the fine, each positive, in the order of their days, the last on the last day.
#[must_use]
pub fn fits(plan: &[Part], fine: Fen, until: Day) -> bool {
    let sum = Fen::sum(plan.iter().map(|p| p.amount));
    let ordered = plan.windows(2).all(|w| matches!(w, [a, b] if a.on < b.on));
    sum == Some(fine) && ordered && plan.iter().all(|p| p.amount.is_positive()) && plan.last().is_some_and(|p| p.on == until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn day(n: i64) -> Day {
        Day::ymd(2026, 12, 1).unwrap().plus(n)
    }
    fn part(n: i64, fen: i64) -> Part {
        Part { on: day(n), amount: Fen::new(fen) }
    }
    fn account(due: &[Part], paid: &[Part], pauses: &[Pause]) -> Account {
        Account { due: due.to_vec(), paid: paid.to_vec(), pauses: pauses.to_vec(), percent: 3 }
    }

    /// 处罚法 Art 72: three percent a day from the day after, and never more than the fine: after thirty-four days it stands still.
    #[test]
    fn three_percent_a_day_and_never_more_than_the_fine() {
        let a = account(&[part(0, 1_000_000)], &[], &[]);
        for (n, late) in [(0, 0), (1, 30_000), (2, 60_000), (33, 990_000), (34, 1_000_000), (400, 1_000_000)] {
            assert_eq!(a.late(day(n)), Fen::new(late), "{n}");
        }
        // a part was paid on the second day: from the third on the rest alone counts
        let a = account(&[part(0, 1_000_000)], &[part(2, 400_000)], &[]);
        assert_eq!((a.late(day(2)), a.late(day(3))), (Fen::new(60_000), Fen::new(78_000)));
        assert_eq!(a.left(day(3)), Fen::new(678_000));
        // Art 73: while review ran nothing is counted
        let a = account(&[part(0, 1_000_000)], &[], &[Pause { from: day(2), until: Some(day(5)) }]);
        assert_eq!((a.late(day(5)), a.late(day(6))), (Fen::new(30_000), Fen::new(60_000)));
        let a = account(&[part(0, 1_000_000)], &[], &[Pause { from: day(2), until: None }]);
        assert_eq!(a.late(day(300)), Fen::new(30_000));
    }

    /// Art 66: what was allowed to be paid later is late from its own day.
    #[test]
    fn instalments_are_late_one_by_one() {
        let plan = [part(0, 500_000), part(30, 500_000)];
        let a = account(&plan, &[part(0, 500_000)], &[]);
        assert_eq!((a.late(day(30)), a.late(day(31))), (Fen::ZERO, Fen::new(15_000)));
        let a = account(&plan, &[], &[]);
        assert_eq!(a.late(day(1)), Fen::new(15_000));
        assert!(fits(&plan, Fen::new(1_000_000), day(30)) && !fits(&plan, Fen::new(900_000), day(30)));
        assert!(!fits(&plan, Fen::new(1_000_000), day(31)) && !fits(&[], Fen::new(1), day(1)));
        assert!(!fits(&[part(3, 1), part(3, 1)], Fen::new(2), day(3)));
    }

    /// The shipped grounds, read once.
    fn grounds() -> &'static BTreeMap<String, Ground> {
        static ALL: std::sync::OnceLock<BTreeMap<String, Ground>> = std::sync::OnceLock::new();
        ALL.get_or_init(|| {
            let reg = facts::registry(facts::CODES, &Rules::embedded()).unwrap();
            reg.codes[GROUNDS]
                .iter()
                .map(|(code, _)| {
                    let tags = reg.code_tags[GROUNDS].iter().filter(|(_, codes)| codes.contains(code)).map(|(t, _)| t.as_str());
                    (code.clone(), Ground::read(tags).unwrap_or_else(|e| panic!("{code}: {e}")))
                })
                .collect()
        })
    }
    /// Their bounds today, for the unit and for a person.
    fn bounds() -> &'static [(Fen, Fen)] {
        static ALL: std::sync::OnceLock<Vec<(Fen, Fen)>> = std::sync::OnceLock::new();
        ALL.get_or_init(|| {
            let rules = Rules::embedded();
            let of = |g: &Ground| [g.bounds(UNIT, &rules, day(0)), g.bounds("principal", &rules, day(0))];
            grounds().values().flat_map(of).flatten().collect()
        })
    }

    /// 724 Art 54 to 57 and 423 Art 30, typed from the statutes: who imposes it, on whom, and how much.
    #[test]
    fn every_ground_has_its_bounds_its_bureaus_and_its_article() {
        let (rules, on) = (Rules::embedded(), day(0));
        let reg = facts::registry(facts::CODES, &rules).unwrap();
        let all = grounds();
        let yuan = |g: &Ground, s: &str| g.bounds(s, &rules, on).map(|(a, b)| (a.get() / 100, b.get() / 100));
        for (code, g) in all {
            let article = &reg.code_articles[GROUNDS][code];
            let (unit, person, industry, after) = match article.split('第').nth(1).unwrap() {
                a if a.starts_with("三十条") => ((2_000, 20_000), None, false, None),
                a if a.starts_with("五十四条") => ((20_000, 50_000), Some((10_000, 30_000)), false, Some(After::Correction)),
                a => {
                    assert!(["五十五条", "五十六条", "五十七条"].iter().any(|x| a.starts_with(x)), "{code} {article}");
                    ((50_000, 100_000), None, true, Some(After::Correction))
                }
            };
            assert_eq!((yuan(g, UNIT), yuan(g, "principal"), g.industry), (Some(unit), person, industry), "{code}");
            assert_eq!(g.person, person.is_some(), "{code}");
            assert!(g.unit && g.fines(UNIT) && g.imposed_by("hrss") && g.imposed_by("housing") == industry, "{code}");
            if let Some(after) = after {
                assert_eq!(g.after, after, "{code}");
            }
        }
        assert_eq!((all["refuse_order"].after, all["obstruct"].after), (After::Order, After::Nothing));
        assert_eq!((all["no_realname"].aspect, all["no_board"].aspect, all["no_account"].aspect), ("contracts", "other", "wages"));
        assert!(
            !reaches("penalty.hearing", UNIT, Fen::new(2_999_999), &rules, on)
                && reaches("penalty.hearing", UNIT, Fen::new(3_000_000), &rules, on)
        );
        assert!(
            reaches("penalty.hearing", "manager", Fen::new(300_000), &rules, on)
                && reaches("penalty.unheard_of", UNIT, Fen::new(1), &rules, on)
        );
    }

    proptest! {
        /// Late fine: never negative, never above the fine, never less on a later day, never more for having paid more or for a pause.
        #[test]
        fn a_late_fine_is_bounded_and_grows(
            due in prop::collection::vec((0_i64..60, 1_i64..5_000_000), 1..4),
            paid in prop::collection::vec((0_i64..120, 1_i64..5_000_000), 0..4),
            from in 0_i64..80,
            long in 0_i64..40,
            on in 0_i64..200,
            later in 0_i64..60,
        ) {
            let due: Vec<Part> = due.into_iter().map(|(n, f)| part(n, f)).collect();
            let paid: Vec<Part> = paid.into_iter().map(|(n, f)| part(n, f)).collect();
            let a = account(&due, &paid, &[]);
            let late = a.late(day(on));
            prop_assert!(late >= Fen::ZERO && late <= a.fine());
            prop_assert!(a.late(day(on + later)) >= late);
            prop_assert!(account(&due, &[], &[]).late(day(on)) >= late);
            let paused = account(&due, &paid, &[Pause { from: day(from), until: Some(day(from + long)) }]);
            prop_assert!(paused.late(day(on)) <= late);
            let open = account(&due, &paid, &[Pause { from: day(from), until: None }]);
            prop_assert_eq!(open.late(day(from + later)), open.late(day(from)));
            prop_assert!(a.left(day(on)) >= Fen::ZERO);
            if paid.iter().all(|p| p.on > day(on)) {
                prop_assert_eq!(a.left(day(on)).get(), a.fine().get() + late.get());
            }
        }

        /// A fine outside the bounds is never fixed without a reason, above them never at all, and never above what was said before the party spoke.
        #[test]
        fn no_fine_leaves_its_bounds(fine in -10_i64..12_000_000, mitigated: bool, ceiling in prop::option::of(1_i64..10_000_000)) {
            for b in bounds() {
                let f = Fen::new(fine);
                let done = may_fix(f, *b, mitigated, ceiling.map(Fen::new));
                let inside = f.is_positive() && f <= b.1 && (f >= b.0 || mitigated) && ceiling.is_none_or(|c| fine <= c);
                prop_assert_eq!(done.is_ok(), inside);
            }
        }
    }
}
