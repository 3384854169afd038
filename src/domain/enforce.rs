//! How an agreement becomes enforceable 执行保障 (practice P3.9): applied for in its time, confirmed or refused, or the time is over.
//!
//! Owns the order of these steps and the days they may bear. Which way was chosen, and how long it is open, are the agreement's and the
//! rules'; touches no row.

use crate::base::{Day, FieldError};

/// The way that is applied for jointly at the court (民诉法 Art 205).
pub const CONFIRMATION: &str = "judicial_confirmation";
/// The way on which the worker alone asks the court for an order to pay (民诉法 Art 225).
pub const WRIT: &str = "payment_writ";
/// The way of having the arbitration commission turn it into its own paper.
pub const AWARD: &str = "arbitration";

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enforcement {
    /// Nothing was chosen.
    None,
    /// Chosen, not applied for.
    Open,
    /// Applied for.
    Applied,
    /// It can be enforced by the court.
    Confirmed,
    /// Refused, or the debtor objected.
    Refused,
    /// The time to apply is over.
    Lapsed,
}
impl Enforcement {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::None, Self::Open, Self::Applied, Self::Confirmed, Self::Refused, Self::Lapsed];

    /// The stored word.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Open => "open",
            Self::Applied => "applied",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Lapsed => "lapsed",
        }
    }
    /// Of a stored word.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.key() == key)
    }
    /// Where an agreement stands that was signed with this choice.
    #[must_use]
    pub fn chosen(way: &str) -> Self {
        if way == "none" { Self::None } else { Self::Open }
    }
}

/// The rule of the days within which a way is open after the agreement took effect; `None` where it is open for good.
#[must_use]
pub fn window(way: &str) -> Option<&'static str> {
    match way {
        CONFIRMATION => Some("agreement.confirmation"),
        AWARD => Some("agreement.award"),
        _ => None,
    }
}

/// The days a step is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// The agreement took effect.
    pub signed_on: Day,
    /// It was applied for, if it was.
    pub applied_on: Option<Day>,
    /// The last day to apply, where there is one.
    pub last: Option<Day>,
    /// Today.
    pub today: Day,
}

/// Checks a step dated `on`. An application that was handed in on time may be keyed in after the time is over.
///
/// # Errors
/// At `on`, with the days that disagree; at `status` when this step does not follow.
pub fn step(was: Enforcement, to: Enforcement, on: Day, d: Days) -> Result<(), FieldError> {
    use Enforcement::{Applied, Confirmed, Lapsed, Open, Refused};
    let days = |code, a: Day, b: Day| Err(FieldError::coded("on", code, &[("on", &a.to_string()), ("other", &b.to_string())]));
    if on > d.today {
        return Err(FieldError::coded("on", "in_future", &[]));
    }
    match (was, to) {
        (Open | Lapsed, Applied) => match d.last {
            _ if on < d.signed_on => days("enforcement_before_signing", on, d.signed_on),
            Some(last) if on > last => days("enforcement_late", on, last),
            _ => Ok(()),
        },
        (Applied, Confirmed | Refused) => match d.applied_on {
            Some(first) if on < first => days("enforcement_before_applying", on, first),
            _ => Ok(()),
        },
        (Open, Lapsed) => Ok(()),
        _ => Err(FieldError::coded("status", "enforcement_order", &[])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(d: u32) -> Day {
        Day::ymd(2026, 12, d).unwrap()
    }
    fn days(last: Option<u32>) -> Days {
        Days { signed_on: day(1), applied_on: Some(day(4)), last: last.map(day), today: day(20) }
    }

    #[test]
    fn a_word_reads_back() {
        for e in Enforcement::ALL {
            assert_eq!(Enforcement::of(e.key()), Some(e));
        }
        assert_eq!((Enforcement::of("x"), Enforcement::chosen("none")), (None, Enforcement::None));
    }

    #[test]
    fn each_step_follows_and_bears_a_day_that_fits() {
        use Enforcement::{Applied, Confirmed, Lapsed, Open, Refused};
        let code = |was, to, on: u32, last| step(was, to, day(on), days(last)).err().map(|e| e.code);
        assert_eq!(code(Open, Applied, 4, Some(10)), None);
        assert_eq!(code(Open, Applied, 11, Some(10)).as_deref(), Some("enforcement_late"));
        assert_eq!(code(Lapsed, Applied, 10, Some(10)), None, "handed in on time, keyed in later");
        assert_eq!(code(Open, Applied, 19, None), None, "a writ has no last day");
        assert_eq!(code(Open, Applied, 21, None).as_deref(), Some("in_future"));
        assert_eq!(step(Open, Applied, Day::ymd(2026, 11, 30).unwrap(), days(None)).unwrap_err().code, "enforcement_before_signing");
        assert_eq!(code(Applied, Confirmed, 3, None).as_deref(), Some("enforcement_before_applying"));
        assert_eq!(code(Applied, Refused, 9, None), None);
        for (was, to) in [(Open, Confirmed), (Enforcement::None, Applied), (Confirmed, Refused), (Applied, Lapsed)] {
            assert_eq!(code(was, to, 9, None).as_deref(), Some("enforcement_order"), "{was:?} {to:?}");
        }
    }
}
