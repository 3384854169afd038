//! The person's own account.

use super::{Chrome, FormView};
use askama::Template;

/// A name and its value.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The name.
    pub name: String,
    /// The value; empty shows a dash.
    pub value: String,
}
impl Fact {
    /// A name and its value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
    /// Whether the value reads as one piece, a span of days or a long number: it takes a whole line on a phone and breaks
    /// nowhere.
    #[must_use]
    pub fn is_one_piece(&self) -> bool {
        let n = self.value.chars().count();
        let span = self.value.starts_with(|c: char| c.is_ascii_digit()) && self.value.contains(" 至 ");
        (16..=28).contains(&n) && (span || self.value.is_ascii())
    }
}

/// One log-in of the person.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Browser and system in short.
    pub agent: String,
    /// Since when.
    pub since: String,
    /// Last used.
    pub seen: String,
    /// The one this page was asked with.
    pub current: bool,
    /// Ends it.
    pub revoke: Option<FormView>,
}

/// An absence that is not over.
#[derive(Debug, Clone)]
pub struct AbsenceRow {
    /// From when to when.
    pub span: String,
    /// Who stands in; empty when nobody.
    pub delegate: String,
    /// Why.
    pub reason: String,
    /// Withdraws it.
    pub cancel: FormView,
}

/// 账户.
#[derive(Debug, Clone, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// The frame.
    pub chrome: Chrome,
    /// Name, bureau, areas, duties.
    pub facts: Vec<Fact>,
    /// Changes the password.
    pub password: FormView,
    /// The log-ins.
    pub sessions: Vec<SessionRow>,
    /// Absences that are not over.
    pub absences: Vec<AbsenceRow>,
    /// Records one; `None` before the first password is changed.
    pub absence: Option<FormView>,
    /// Where notices go outside the house, and the form that changes it; `None` before the first password is changed.
    pub address: Option<FormView>,
    /// The password must be changed before anything else.
    pub must_change: bool,
}
