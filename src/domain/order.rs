//! Orders to pay 限期支付: what the additional compensation comes to, and which debts the law of crime looks at.
//!
//! Owns the bounds of the compensation (劳动保障监察条例 Art 26) and the thresholds of 拒不支付劳动报酬 (法释〔2013〕3号 Art 3), both
//! from dated rules. Decides nothing about a person: that a threshold is reached is a fact beside a decision of people.

use crate::base::{Day, FieldError};
use crate::law::{Fen, Rules};

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

/// What is owed to one person, and for how many full months; unknown months speak for the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// How much.
    pub amount: Fen,
    /// For how long.
    pub months: Option<i64>,
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
}
