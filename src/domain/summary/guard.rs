//! What is too small to be shown (practice P5.1): money of so few cases that a person could be recognised, shares of so few that they say
//! nothing.
//!
//! Owns which groups of a table are withheld. The number itself is a rule (`summary.small`). Whoever may open the cases can still open them.

/// Whether a count is too small to tell anything from: less than `least`, and not none.
#[must_use]
pub fn small(n: i64, least: i64) -> bool {
    n > 0 && n < least
}

/// Which groups of one table are withheld, by their counts: the small ones, and, where these come to less than `least` together, the next
/// larger one as well, so that nothing follows from the sum of the others.
#[must_use]
pub fn withheld(counts: &[i64], least: i64) -> Vec<bool> {
    let mut out: Vec<bool> = counts.iter().map(|n| small(*n, least)).collect();
    let hidden: i64 = counts.iter().zip(&out).filter(|(_, h)| **h).map(|(n, _)| *n).sum();
    let several = out.iter().filter(|h| **h).count() > 1;
    if small(hidden, least) || (hidden > 0 && !several) {
        let next =
            counts.iter().enumerate().filter(|(i, n)| **n > 0 && out.get(*i) == Some(&false)).min_by_key(|(_, n)| **n).map(|(i, _)| i);
        if let Some(h) = next.and_then(|i| out.get_mut(i)) {
            *h = true;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_small_group_follows_from_the_sum() {
        assert_eq!(withheld(&[20, 2, 9, 0], 5), [false, true, true, false], "with one withheld, the next goes too");
        assert_eq!(withheld(&[20, 3, 4], 5), [false, true, true], "two together are no longer few");
        assert_eq!(withheld(&[20, 1, 1, 30], 5), [true, true, true, false]);
        assert_eq!(withheld(&[20, 0, 9], 5), [false; 3]);
        assert_eq!(withheld(&[2], 5), [true]);
        assert!(!small(0, 5) && small(4, 5) && !small(5, 5));
    }
}
