//! The levels of supervision 督办, from a reminder to a circular.
//!
//! Owns their order; which paper goes with which stands in the definition.

/// The levels, the lightest first: 提醒函, 督办单, 约谈, 通报.
pub const LEVELS: [&str; 4] = ["reminder", "order", "summons", "circular"];

/// The levels above one; none above an unknown one.
#[must_use]
pub fn higher(level: &str) -> &'static [&'static str] {
    let at = LEVELS.iter().position(|l| *l == level);
    at.and_then(|i| LEVELS.get(i + 1..)).unwrap_or_default()
}

/// The level that follows in order; the highest follows itself.
#[must_use]
pub fn next(level: &str) -> &str {
    higher(level).first().copied().unwrap_or(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_rise_one_by_one() {
        assert_eq!(next("reminder"), "order");
        assert_eq!(higher("order"), ["summons", "circular"]);
        assert_eq!((next("circular"), higher("circular").len()), ("circular", 0));
        assert!(higher("nothing").is_empty());
    }

    #[test]
    fn every_level_is_a_code() {
        let reg = crate::domain::facts::registry(crate::domain::facts::CODES, &crate::law::Rules::embedded()).unwrap();
        let codes: Vec<&str> = reg.codes["supervision_level"].iter().map(|(c, _)| c.as_str()).collect();
        assert_eq!(codes, LEVELS);
    }
}
