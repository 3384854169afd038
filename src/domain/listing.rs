//! The list of joint sanctions 失信联合惩戒名单 (人社部令第45号): whether its conditions hold, with the computation, and from when the unit may
//! ask to be taken out.
//!
//! Owns what is counted (wages of migrant workers that stood unpaid when the order expired), who can be listed at all, and the gates of the
//! early removal; the numbers are dated rules. Lists nobody: that a condition holds is a fact beside the decision of people.

use super::intake::PartyRole;
use super::liability::Kind;
use super::order::{self, Debt};
use crate::base::{At, Day};
use crate::law::{Fen, Law, Rules};
use serde::{Deserialize, Serialize};

/// The rule of the six months (Art 12).
const EARLY: &str = "listing.early_removal.gate";
/// The rule of the term of a listing (Art 11).
const PERIOD: &str = "listing.period";
/// The rule of the time for the decision (Art 8).
pub const DECIDE: &str = "listing.decide";
/// The least time the credit platform shows what is severe: a rule of 2026.
pub const LEAST_DISPLAY: &str = "listing.minimum_display";

/// What an order covers and its party had not discharged when it expired, one claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unpaid {
    /// The debt.
    pub debt: Debt,
    /// Whether it is a migrant worker's 农民工: the list protects their wages alone.
    pub migrant: Migrant,
}

/// Whether a worker is a migrant worker (724 Art 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Migrant {
    /// Recorded as one.
    Yes,
    /// Recorded as none.
    No,
    /// Nobody asked yet.
    Unknown,
}
impl Migrant {
    /// By its code; what is not known is unknown.
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            "yes" => Self::Yes,
            "no" => Self::No,
            _ => Self::Unknown,
        }
    }
}

/// What is owed to one person, as the computation shows it: nobody is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// In fen.
    pub amount: Fen,
    /// Full months of work it is for; nothing when a claim does not say.
    pub months: Option<i64>,
}

/// How it was computed whether the amount suffices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Basis {
    /// Unpaid wages of migrant workers.
    pub unpaid: Fen,
    /// How many they are.
    pub persons: usize,
    /// What each is owed, the most first.
    pub lines: Vec<Line>,
    /// Left out: of workers nobody asked whether they are migrant workers.
    pub unknown: Fen,
    /// Left out: of others.
    pub others: Fen,
    /// Whether the amount standard is reached,
    pub threshold: bool,
    /// by one person: at least so much for at least so many months,
    pub single_amount: Fen,
    /// months,
    pub single_months: i64,
    /// or by so many persons
    pub group_persons: i64,
    /// with at least so much together.
    pub group_amount: Fen,
    /// By the rules in force on this day.
    pub on: Day,
}

/// Computes the amount standard of Art 5 (1): wages of migrant workers alone, person by person (法释〔2013〕3号 Art 3).
#[must_use]
pub fn compute(all: &[Unpaid], rules: &Rules, on: Day) -> Basis {
    let of = |m: Migrant| -> Vec<Debt> { all.iter().filter(|u| u.migrant == m).map(|u| u.debt).collect() };
    let sum = |debts: &[Debt]| Fen::sum(debts.iter().map(|d| d.amount)).unwrap_or_default();
    let owed = order::by_person(&of(Migrant::Yes));
    let mut lines: Vec<Line> = owed.iter().map(|o| Line { amount: o.amount, months: o.months }).collect();
    lines.sort_by_key(|l| std::cmp::Reverse((l.amount, l.months)));
    Basis {
        unpaid: Fen::sum(owed.iter().map(|o| o.amount)).unwrap_or_default(),
        persons: owed.len(),
        lines,
        unknown: sum(&of(Migrant::Unknown)),
        others: sum(&of(Migrant::No)),
        threshold: order::crime_threshold(&owed, rules, on),
        single_amount: rules.amount("crime.single.amount", on).unwrap_or_default(),
        single_months: rules.number("crime.single.months", on).unwrap_or_default(),
        group_persons: rules.number("crime.group.headcount", on).unwrap_or_default(),
        group_amount: rules.amount("crime.group.amount", on).unwrap_or_default(),
        on,
    }
}

/// Whether a party can be listed: the employer 用人单位, never who only pays first or advances, nor a team leader without a unit, unless
/// an officer found in writing that it is the employer (practice P4.2).
#[must_use]
pub fn employer(role: PartyRole, found: Option<Kind>) -> bool {
    match found {
        Some(k) => k == Kind::Employer,
        None => matches!(role, PartyRole::Respondent | PartyRole::ContractEmployer | PartyRole::Subcontractor),
    }
}

/// The last day of a listing decided on this day; nothing where no rule is in force.
#[must_use]
pub fn until(law: &Law, decided_on: Day, now: At) -> Option<Day> {
    law.last_day(PERIOD, decided_on, now)
}

/// The last of the six months of Art 12 (2): counted from the correction, and never from before the listing.
#[must_use]
pub fn six_months(law: &Law, corrected_on: Day, listed_on: Day, now: At) -> Option<Day> {
    law.last_day(EARLY, corrected_on.max(listed_on), now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(m: u32, d: u32) -> Day {
        Day::ymd(2026, m, d).unwrap()
    }
    fn unpaid(person: usize, yuan: i64, migrant: Migrant) -> Unpaid {
        Unpaid { debt: Debt { person, amount: Fen::new(yuan * 100), period: Some((day(3, 1), day(5, 31))) }, migrant }
    }

    /// 令45 Art 5, 724 Art 2: what is owed to others than migrant workers reaches no standard, nor what nobody asked about.
    #[test]
    fn only_wages_of_migrant_workers_count() {
        let (rules, on) = (Rules::embedded(), day(11, 30));
        let b = compute(&[unpaid(0, 9_000, Migrant::Yes), unpaid(1, 50_000, Migrant::No), unpaid(2, 40_000, Migrant::Unknown)], &rules, on);
        assert_eq!((b.unpaid, b.unknown, b.others, b.persons), (Fen::new(900_000), Fen::new(4_000_000), Fen::new(5_000_000), 1));
        assert!(!b.threshold);
        let b = compute(&[unpaid(0, 9_000, Migrant::Yes), unpaid(0, 1_000, Migrant::Yes)], &rules, on);
        assert!(b.threshold && b.persons == 1 && b.lines == [Line { amount: Fen::new(1_000_000), months: Some(3) }]);
    }

    /// Practice P4.2: who pays first is no employer, and a place in the chain is none either.
    #[test]
    fn only_employers_can_be_listed() {
        use PartyRole::*;
        for role in [Respondent, ContractEmployer, Subcontractor] {
            assert!(employer(role, None) && !employer(role, Some(Kind::PaysFirst)) && !employer(role, Some(Kind::None)));
        }
        for role in [Owner, GeneralContractor, TeamLeader] {
            assert!(!employer(role, None) && !employer(role, Some(Kind::Advances)) && employer(role, Some(Kind::Employer)));
        }
    }

    /// 令45 Art 11, 12: three years from the decision; six months from the correction, at the earliest from the listing.
    #[test]
    fn terms_of_a_listing() {
        let (law, now) = (Law::embedded(), day(11, 30).start());
        let decided = day(4, 20);
        assert_eq!(until(&law, decided, now), Day::ymd(2029, 4, 20));
        assert_eq!(six_months(&law, day(2, 1), decided, now), Some(day(10, 20)), "corrected before the listing");
        assert_eq!(six_months(&law, day(5, 31), decided, now), Some(day(11, 30)), "the month's last day");
    }
}
