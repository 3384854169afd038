//! Terms 期限: budget, pauses and extensions are stored, due dates are derived, by one function for screen, sort, report,
//! rung and document.
//!
//! Owns how a term is counted (the start day is not; rest days roll by rule; a day wholly or partly paused is not
//! counted; months and years by 民法典 201–204) and how it is explained. Never stores a due date and never reads a clock.

mod count;
mod due;
mod explain;

pub use count::{Counted, Paused, count, count_back, count_paused, in_range, months_after};
pub use due::{Due, Remaining, next_office_time};
pub use explain::{DayStatus, ExplainedDay, Explanation};

use super::rules::TermRule;
use crate::base::{At, Day};
use serde::{Deserialize, Serialize};

/// What kind of term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Act by; can be overdue.
    Duty,
    /// Another may act until; then it closes.
    Window,
    /// Not before.
    Gate,
}

/// The unit a budget is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 工作日.
    WorkingDays,
    /// 日 (自然日).
    CalendarDays,
    /// Minutes running through rest days: incidents are reported within them.
    Minutes,
    /// Hours running through rest days.
    Hours,
    /// Hours of the office day only.
    OfficeHours,
    /// 月, 民法典 201–204.
    Months,
    /// 年, 民法典 201–204.
    Years,
}

/// Whether breach is one of law or of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A missed duty leaves a permanent mark.
    Statutory,
    /// A promise of service.
    Service,
}

/// Time that is not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// From.
    pub from: At,
    /// Until; open while paused.
    pub until: Option<At>,
    /// When it ends by itself.
    pub resume_by: At,
    /// Coded ground.
    pub ground: String,
    /// The article the ground stands on; empty only for service terms.
    pub article: String,
}

/// Budget added before expiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// How much, in the term's unit.
    pub n: u32,
    /// When it was granted.
    pub at: At,
    /// The rule that allows it.
    pub rule: String,
    /// Its article.
    pub article: String,
}

/// The stored substance of a term. Everything else is derived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The rule's key.
    pub rule: String,
    /// The day the rule's version came into force.
    pub rule_from: Day,
    /// Duty, window or gate.
    pub kind: Kind,
    /// Statutory or service.
    pub effect: Effect,
    /// Budget without extensions.
    pub n: u32,
    /// Its unit.
    pub unit: Unit,
    /// Counted backwards from the start ("latest day to serve").
    pub backwards: bool,
    /// Whether an end on a rest day rolls to the next working day.
    pub rolls: bool,
    /// The article.
    pub article: String,
    /// What set it going, in words a person reads.
    pub start_event: String,
    /// When it was set going.
    pub start: At,
    /// Added budget.
    pub extensions: Vec<Extension>,
    /// Time not counted.
    pub pauses: Vec<Pause>,
}

impl Term {
    /// A term that begins at `start` under a rule; `start_event` says in words what set it going.
    #[must_use]
    pub fn begin(rule: &TermRule, start: At, start_event: &str) -> Self {
        Self {
            rule: rule.key.clone(),
            rule_from: rule.from,
            kind: rule.kind,
            effect: rule.effect,
            n: rule.n,
            unit: rule.unit,
            backwards: rule.backwards,
            rolls: rule.rolls,
            article: rule.article.clone(),
            start_event: start_event.to_owned(),
            start,
            extensions: Vec::new(),
            pauses: Vec::new(),
        }
    }
    /// The whole budget: the rule's and every extension's.
    #[must_use]
    pub fn total(&self) -> u64 {
        u64::from(self.n) + self.extensions.iter().map(|e| u64::from(e.n)).sum::<u64>()
    }
    /// Whether the clock stands still at an instant: a pause has begun and not ended, and its maximum is not reached.
    #[must_use]
    pub fn paused_at(&self, at: At) -> bool {
        self.pauses.iter().any(|p| p.from <= at && at < p.until.unwrap_or(p.resume_by))
    }
}

impl Unit {
    /// What a person calls it after a number.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::WorkingDays => "个工作日",
            Self::CalendarDays => "日",
            Self::Minutes => "分钟",
            Self::Hours => "小时",
            Self::OfficeHours => "个办公小时",
            Self::Months => "个月",
            Self::Years => "年",
        }
    }
    /// Whether a term in this unit passes at an instant and not at the end of a day.
    #[must_use]
    pub fn is_hours(self) -> bool {
        matches!(self, Self::Minutes | Self::Hours | Self::OfficeHours)
    }
}

/// A point of the ladder relative to the due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offset {
    /// Half of the budget is used.
    Half,
    /// So many working days before the due date.
    WorkingDaysBefore(u32),
    /// So many hours before.
    HoursBefore(u32),
    /// So many minutes before.
    MinutesBefore(u32),
    /// When it passes.
    Due,
    /// So many working days after the due date; 1 is the first working day after.
    WorkingDaysAfter(u32),
    /// So many hours after.
    HoursAfter(u32),
    /// So many minutes after.
    MinutesAfter(u32),
}

#[cfg(test)]
mod tests;
