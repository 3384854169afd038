//! The law as pure functions over values: days, terms, money, identity numbers and dated rules.
//!
//! Owns every number a statute knows, each with its article and the day it came into force. Never reads a clock, a file
//! or a database: calendars and rules come in as values ([`Law`] is the snapshot a move is judged by).

pub mod calendar;
pub mod identity;
pub mod money;
pub mod rules;
pub mod term;
pub mod words;

pub use calendar::Calendar;
pub use money::Fen;
pub use rules::Rules;

use crate::base::At;

/// The snapshot of calendars and rules a move is judged by.
#[derive(Debug, Clone)]
pub struct Law {
    /// Work, rest and make-up days, with the years that are loaded.
    pub calendar: std::sync::Arc<Calendar>,
    /// Dated values with their articles.
    pub rules: std::sync::Arc<Rules>,
}

impl Law {
    /// The calendars and rules shipped with the program.
    #[must_use]
    pub fn embedded() -> Self {
        Self::new(Calendar::embedded(), Rules::embedded())
    }
    /// A snapshot of loaded calendars and rules.
    #[must_use]
    pub fn new(calendar: Calendar, rules: Rules) -> Self {
        Self { calendar: std::sync::Arc::new(calendar), rules: std::sync::Arc::new(rules) }
    }
    /// When a term of the rule in force on the day of `now` passes that begins at `from` and is neither paused nor
    /// extended; none where no such rule is in force.
    #[must_use]
    pub fn passes(&self, rule: &str, from: At, now: At) -> Option<At> {
        let rule = self.rules.term(rule, now.day())?;
        Some(term::Term::begin(rule, from, "").due(&self.calendar, now).passes_at)
    }

    /// The last day of a term of this rule counted from a day, by the rule in force on that day.
    #[must_use]
    pub fn last_day(&self, rule: &str, from: crate::base::Day, now: At) -> Option<crate::base::Day> {
        let rule = self.rules.term(rule, from)?;
        let due = term::Term::begin(rule, from.start(), "").due(&self.calendar, now);
        Some(due.day.unwrap_or_else(|| due.passes_at.day()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Day;

    #[test]
    fn a_term_passes_by_the_rule_in_force_today_or_not_at_all() {
        let law = Law::embedded();
        let at = |m, d| Day::ymd(2026, m, d).unwrap().at(9, 0);
        // three calendar days from the 20th, whenever it is asked
        assert_eq!(law.passes("withdrawal.cooling", at(11, 20), at(11, 20)), Some(Day::ymd(2026, 11, 24).unwrap().start()));
        assert_eq!(law.passes("withdrawal.cooling", at(11, 20), at(12, 20)), Some(Day::ymd(2026, 11, 24).unwrap().start()));
        assert_eq!(law.passes("no.such_rule", at(11, 20), at(11, 20)), None);
    }
}
