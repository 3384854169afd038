//! What a sample tells of all: a share with its interval, and how large a sample must be.
//!
//! Owns the Wilson interval with the correction for a finite population, the weighted share over strata, and the calculator
//! of sample sizes. Shares are counted in hundredths of a percent (万分比), as everywhere.

use serde::Serialize;

/// How sure an interval is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// 90 %.
    Ninety,
    /// 95 %.
    NinetyFive,
    /// 99 %.
    NinetyNine,
}
impl Confidence {
    /// Of a number of percent.
    #[must_use]
    pub fn of(percent: u32) -> Option<Self> {
        match percent {
            90 => Some(Self::Ninety),
            95 => Some(Self::NinetyFive),
            99 => Some(Self::NinetyNine),
            _ => None,
        }
    }
    /// The two-sided quantile of the normal distribution.
    fn z(self) -> f64 {
        match self {
            Self::Ninety => 1.644_853_626_951_472_2,
            Self::NinetyFive => 1.959_963_984_540_054,
            Self::NinetyNine => 2.575_829_303_548_900_4,
        }
    }
}

/// A share and the interval around it, of ten thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    /// What was found.
    pub per_myriad: u32,
    /// The interval's lower end,
    pub low: u32,
    /// and its upper one.
    pub high: u32,
}

/// One stratum's answers: rows in it, answers had, those that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answers {
    /// Rows of the frame.
    pub size: u64,
    /// Answers.
    pub answers: u64,
    /// Of them, those looked for.
    pub hits: u64,
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases are far below 2^52")]
fn real(n: u64) -> f64 {
    n as f64
}
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0–10000 before")]
fn myriad(p: f64) -> u32 {
    (p.clamp(0.0, 1.0) * 10_000.0).round() as u32
}

/// Wilson's interval around `p` found in `n` answers (which need not be whole).
fn wilson(p: f64, n: f64, z: f64) -> (f64, f64) {
    let (zz, d) = (z * z, 1.0 + z * z / n);
    let centre = (p + zz / (2.0 * n)) / d;
    let half = z / d * (p * (1.0 - p) / n + zz / (4.0 * n * n)).sqrt();
    (centre - half, centre + half)
}

/// The share of one stratum; `None` without an answer. Where everybody was asked there is nothing to be unsure of.
#[must_use]
pub fn share(a: Answers, c: Confidence) -> Option<Share> {
    if a.answers == 0 {
        return None;
    }
    let (n, size) = (real(a.answers), real(a.size.max(a.answers)));
    let p = real(a.hits.min(a.answers)) / n;
    if a.answers >= a.size {
        return Some(Share { per_myriad: myriad(p), low: myriad(p), high: myriad(p) });
    }
    // n answers out of few say as much as more answers out of very many
    let (low, high) = wilson(p, n * (size - 1.0) / (size - n), c.z());
    Some(Share { per_myriad: myriad(p), low: myriad(low.min(p)), high: myriad(high.max(p)) })
}

/// The share of all strata together, each weighing as much as it has rows; strata without an answer are left out, so say
/// beside it how many rows it speaks of ([`covered`]).
#[must_use]
pub fn total(strata: &[Answers], c: Confidence) -> Option<Share> {
    let asked: Vec<&Answers> = strata.iter().filter(|a| a.answers > 0).collect();
    let size: f64 = asked.iter().map(|a| real(a.size.max(a.answers))).sum();
    if asked.is_empty() {
        return None;
    }
    let (mut p, mut smooth, mut variance) = (0.0, 0.0, 0.0);
    for a in asked {
        let (n, all) = (real(a.answers), real(a.size.max(a.answers)));
        let weight = all / size;
        let hits = real(a.hits.min(a.answers));
        p += weight * hits / n;
        // no stratum is certain because few were asked: two more of each kind, as Agresti and Coull have it
        let likely = (hits + 2.0) / (n + 4.0);
        smooth += weight * likely;
        variance += weight * weight * likely * (1.0 - likely) / n * (1.0 - n / all);
    }
    if variance <= 0.0 {
        return Some(Share { per_myriad: myriad(p), low: myriad(p), high: myriad(p) });
    }
    let (low, high) = wilson(p, smooth * (1.0 - smooth) / variance, c.z());
    Some(Share { per_myriad: myriad(p), low: myriad(low.min(p)), high: myriad(high.max(p)) })
}

/// Rows of the strata that had an answer.
#[must_use]
pub fn covered(strata: &[Answers]) -> u64 {
    strata.iter().filter(|a| a.answers > 0).map(|a| a.size).sum()
}

/// How many must be asked of `population` to know a share of about `expected` of ten thousand within `margin` of ten
/// thousand, when a share `reached` of ten thousand of those asked answers.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and at most the population")]
pub fn sample_size(population: u64, expected: u32, margin: u32, c: Confidence, reached: u32) -> u64 {
    let p = (f64::from(expected.min(10_000)) / 10_000.0).clamp(0.0001, 0.9999);
    let e = f64::from(margin.clamp(1, 10_000)) / 10_000.0;
    let many = c.z() * c.z() * p * (1.0 - p) / (e * e);
    let n = many / (1.0 + (many - 1.0) / real(population.max(1)));
    let asked = n * 10_000.0 / f64::from(reached.clamp(1, 10_000));
    // a rounding error above a whole number is not one more person
    ((asked - 1e-9).ceil().max(0.0) as u64).min(population)
}
