//! Terms: budget, pauses, extensions; due dates derived.

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
    /// When it passes.
    Due,
    /// So many working days after the due date; 1 is the first working day after.
    WorkingDaysAfter(u32),
    /// So many hours after.
    HoursAfter(u32),
}
