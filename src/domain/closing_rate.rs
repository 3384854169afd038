//! 办结率: the share of cases that are concluded, defined here and nowhere else.
//!
//! Numerator: cases whose conclusion 办结 is recorded (also refused 不予受理 and archived ones). Denominator: these, those in tracking 跟踪中
//! and all others that run. Tracking is not concluded: an agreement is a promise, and the money is not there yet (design §7). A case that was
//! joined to another 并案 is in neither: it is counted where it went. Never counts anything itself.

/// Cases, each in one place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Closing {
    /// Concluded.
    pub concluded: u64,
    /// In tracking: an agreement runs.
    pub tracking: u64,
    /// Everything else that runs.
    pub pending: u64,
}

impl Closing {
    /// All of them: the denominator.
    #[must_use]
    pub fn all(self) -> u64 {
        self.concluded.saturating_add(self.tracking).saturating_add(self.pending)
    }
}

/// 办结率 in thousandths, rounded down so that nobody has 100 % with a case left; none without a case.
#[must_use]
pub fn closing_rate(c: Closing) -> Option<u32> {
    let permille = u128::from(c.concluded) * 1000 / u128::from(c.all()).max(1);
    (c.all() > 0).then(|| u32::try_from(permille).unwrap_or(1000))
}

/// Thousandths as a percentage with one digit.
#[must_use]
pub fn percent(permille: u32) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracking_is_not_concluded_and_nothing_is_rounded_up() {
        let rate = |concluded, tracking, pending| closing_rate(Closing { concluded, tracking, pending });
        assert_eq!(rate(0, 0, 0), None);
        assert_eq!(rate(3, 1, 0), Some(750));
        assert_eq!(rate(3, 0, 1), rate(3, 1, 0), "an agreement is no conclusion");
        assert_eq!(rate(5, 0, 0), Some(1000));
        assert_eq!(rate(9_999, 1, 0), Some(999), "one case left is not all");
        assert_eq!(rate(u64::MAX, u64::MAX, u64::MAX), Some(1000));
    }
}
