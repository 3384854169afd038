//! How a sample is shared out over strata.
//!
//! Owns one rule in whole numbers: first so many of each stratum as the plan says, those paid without proof first, then the
//! largest, until the sample is used; the rest one by one to the stratum with the highest weight ÷ (2 × drawn + 1)
//! (Sainte-Laguë), where a row paid without proof weighs more. A larger sample never takes a row from a stratum. Draws
//! nothing.

use super::{Plan, Stratum};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// A stratum's claim to the next row: weight ÷ divisor, compared without dividing.
#[derive(Debug, PartialEq, Eq)]
struct Claim {
    weight: u128,
    divisor: u128,
    at: Reverse<usize>,
}
impl Ord for Claim {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mine, theirs) = (self.weight * other.divisor, other.weight * self.divisor);
        mine.cmp(&theirs).then_with(|| self.at.cmp(&other.at))
    }
}
impl PartialOrd for Claim {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// How many rows of each stratum are drawn; strata come with their sizes, in their published order.
#[must_use]
pub fn allocate(plan: &Plan, strata: &[(Stratum, u64)]) -> Vec<u64> {
    let rows = strata.iter().map(|s| s.1).sum();
    let mut left = plan.size(rows);
    let mut out = vec![0_u64; strata.len()];
    let mut order: Vec<usize> = (0..strata.len()).collect();
    order.sort_by_key(|i| (Reverse(strata[*i].0.unproved), Reverse(strata[*i].1), *i));
    for i in &order {
        let n = u64::from(plan.per_stratum).min(strata[*i].1).min(left);
        out[*i] = n;
        left -= n;
    }
    let claim = |i: usize, drawn: u64| {
        let weight = if strata[i].0.unproved { plan.unproved_weight.max(1) } else { 1 };
        Claim { weight: u128::from(strata[i].1) * u128::from(weight), divisor: 2 * u128::from(drawn) + 1, at: Reverse(i) }
    };
    let mut waiting: BinaryHeap<Claim> = (0..strata.len()).filter(|i| out[*i] < strata[*i].1).map(|i| claim(i, out[i])).collect();
    while left > 0 {
        let Some(Claim { at: Reverse(i), .. }) = waiting.pop() else { break };
        out[i] += 1;
        left -= 1;
        if out[i] < strata[i].1 {
            waiting.push(claim(i, out[i]));
        }
    }
    out
}
