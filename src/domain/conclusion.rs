//! What counts as concluded 办结, and the share that is 办结率: defined here and nowhere else.
//!
//! Owns where a case stands for every statistic. An agreement is not payment: a case that is tracked is not concluded, whatever conclusion it
//! had before. Holds no row.

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It ended in another case: no matter of its own, it counts nowhere.
    Merged,
    /// Acceptance was refused: it was received, but it is on neither side of 办结率.
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

/// 办结率: of the cases received in a time, but for those refused, the share that is concluded when it is counted. In hundredths of a percent.
#[must_use]
pub fn rate(received: i64, refused: i64, concluded: i64) -> Option<i64> {
    share(concluded, received - refused)
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
    fn refusals_neither_raise_nor_lower_the_rate() {
        assert_eq!(rate(10, 0, 5), Some(5_000));
        assert_eq!(rate(15, 5, 5), Some(5_000));
        assert_eq!(rate(3, 0, 1), Some(3_333));
        assert_eq!(rate(5, 5, 0), None);
        assert_eq!(share(i64::MAX, i64::MAX), Some(10_000));
    }
}
