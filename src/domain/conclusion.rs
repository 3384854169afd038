//! Where a case stands for the dashboard's statistics; the share that is concluded is [`closing_rate`]'s.
//!
//! Owns how a state is read. An agreement is not payment: a case that is tracked is not concluded, whatever conclusion it
//! had before. Holds no row.

use super::closing_rate::{Closing, closing_rate};

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It ended in another case: no matter of its own, it counts nowhere.
    Merged,
    /// Acceptance was refused: an end of its own, concluded for 办结率.
    Refused,
    /// It is being worked on.
    Running,
    /// An agreement or an order is being watched: not concluded (practice P5.2).
    Tracking,
    /// Concluded, archived or not.
    Concluded,
}

/// Where a case stands by the state of its complaint procedure; `concluded` says whether a conclusion is in force.
#[must_use]
pub fn standing(state: &str, concluded: bool) -> Standing {
    match state {
        "merged" | "merged_docketed" => Standing::Merged,
        "refused" => Standing::Refused,
        "tracking" => Standing::Tracking,
        _ if concluded => Standing::Concluded,
        _ => Standing::Running,
    }
}

/// A share in hundredths of a percent; none of nothing.
#[must_use]
pub fn share(part: i64, of: i64) -> Option<i64> {
    (of > 0).then(|| i64::try_from(i128::from(part) * 10_000 / i128::from(of)).unwrap_or(0))
}

/// 办结率 of the cases received in a time, as [`closing_rate`] defines it: a refusal is a conclusion, tracking is none. In hundredths of a percent,
/// rounded down as there.
#[must_use]
pub fn rate(received: i64, refused: i64, concluded: i64) -> Option<i64> {
    let whole = |n: i64| u64::try_from(n).unwrap_or(0);
    let done = refused.saturating_add(concluded);
    let rate = closing_rate(Closing { concluded: whole(done), tracking: 0, pending: whole(received.saturating_sub(done)) });
    rate.map(|permille| i64::from(permille) * 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracking_is_not_concluded() {
        assert_eq!(standing("tracking", true), Standing::Tracking);
        assert_eq!(standing("concluded", true), Standing::Concluded);
        assert_eq!(standing("archived", true), Standing::Concluded);
        assert_eq!(standing("investigating", false), Standing::Running);
        assert_eq!(standing("refused", true), Standing::Refused);
        assert_eq!(standing("merged_docketed", true), Standing::Merged);
    }

    #[test]
    fn the_rate_is_the_one_of_all_reports() {
        assert_eq!(rate(10, 0, 5), Some(5_000));
        assert_eq!(rate(15, 5, 5), Some(6_660), "a refusal is a conclusion");
        assert_eq!(rate(3, 0, 1), Some(3_330));
        assert_eq!(rate(0, 0, 0), None);
        assert_eq!(share(i64::MAX, i64::MAX), Some(10_000));
    }
}
