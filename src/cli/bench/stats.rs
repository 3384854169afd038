//! Numbers of a measurement: medians, percentiles, ratios. Pure.

use serde::{Deserialize, Serialize};

/// The value below which `percent` of a hundred of the sorted values lie; 0 of none.
#[must_use]
pub fn percentile(sorted: &[f64], percent: f64) -> f64 {
    if sorted.is_empty() {
        return 0.0;
    }
    let last = sorted.len() - 1;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a list")]
    let at = (percent / 100.0 * last as f64).round() as usize;
    sorted[at.min(last)]
}

/// What several rounds gave.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Series(pub Vec<f64>);

impl Series {
    fn sorted(&self) -> Vec<f64> {
        let mut all = self.0.clone();
        all.sort_by(f64::total_cmp);
        all
    }
    /// The middle one; of an even number the mean of the two in the middle.
    #[must_use]
    pub fn median(&self) -> f64 {
        let all = self.sorted();
        match all.len() {
            0 => 0.0,
            n if n % 2 == 1 => all[n / 2],
            n => f64::midpoint(all[n / 2 - 1], all[n / 2]),
        }
    }
    /// The smallest.
    #[must_use]
    pub fn min(&self) -> f64 {
        self.sorted().first().copied().unwrap_or(0.0)
    }
    /// The largest.
    #[must_use]
    pub fn max(&self) -> f64 {
        self.sorted().last().copied().unwrap_or(0.0)
    }
    /// Each round by the same round of the other side.
    #[must_use]
    pub fn over(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| if *b > 0.0 { a / b } else { 0.0 }).collect())
    }
    /// `median (min–max)`, as exactly as the size of the number asks for.
    #[must_use]
    pub fn words(&self) -> String {
        match self.0.len() {
            0 => "–".to_owned(),
            1 => figure(self.median()),
            _ => format!("{} ({}–{})", figure(self.median()), figure(self.min()), figure(self.max())),
        }
    }
}

/// Three figures that count, thousands apart.
#[must_use]
pub fn figure(v: f64) -> String {
    match v.abs() {
        a if a >= 100.0 => {
            let whole = format!("{v:.0}");
            let (sign, digits) = whole.strip_prefix('-').map_or(("", whole.as_str()), |d| ("-", d));
            let mut out = String::new();
            for (i, d) in digits.chars().enumerate() {
                if i > 0 && (digits.len() - i) % 3 == 0 {
                    out.push(',');
                }
                out.push(d);
            }
            format!("{sign}{out}")
        }
        a if a >= 10.0 => format!("{v:.1}"),
        _ => format!("{v:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percentiles() {
        assert_eq!(Series(vec![3.0, 1.0, 2.0]).median().to_bits(), 2.0f64.to_bits());
        assert_eq!(Series(vec![4.0, 1.0, 2.0, 3.0]).median().to_bits(), 2.5f64.to_bits());
        assert_eq!(Series::default().words(), "–");
        assert_eq!(Series(vec![1234.0, 900.0, 98_765.4]).words(), "1,234 (900–98,765)");
        let hundred: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(percentile(&hundred, 95.0).to_bits(), 95.0f64.to_bits());
        assert_eq!(percentile(&[], 95.0).to_bits(), 0.0f64.to_bits());
    }

    #[test]
    fn ratios_go_round_by_round() {
        let r = Series(vec![50.0, 30.0]).over(&Series(vec![100.0, 100.0]));
        assert_eq!((figure(r.min()), figure(r.max()), r.words()), ("0.30".into(), "0.50".into(), "0.40 (0.30–0.50)".into()));
    }
}
