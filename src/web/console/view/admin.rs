//! Accounts, for security administrators.

use super::{AbsenceRow, Chrome, Fact, Filter, FormView, Tag};
use askama::Template;

/// One account in the list.
#[derive(Debug, Clone)]
pub struct AccountRow {
    /// Its page.
    pub href: String,
    /// Log-in name.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Active, disabled, locked, first password.
    pub tags: Vec<Tag>,
    /// Duties in words, a line each.
    pub duties: Vec<String>,
}

/// 账号管理.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts.html")]
pub struct AccountsPage {
    /// The frame.
    pub chrome: Chrome,
    /// Narrows the list.
    pub filter: Filter,
    /// Accounts by log-in name.
    pub rows: Vec<AccountRow>,
    /// The accounts after these.
    pub next: Option<String>,
    /// Whether the list starts at its beginning.
    pub from_start: bool,
    /// Creates one.
    pub create: FormView,
}

/// One duty of an account.
#[derive(Debug, Clone)]
pub struct DutyLine {
    /// The duty.
    pub duty: String,
    /// The bureau.
    pub bureau: String,
    /// The area.
    pub area: String,
    /// Takes it.
    pub take: Option<FormView>,
}

/// One account.
#[derive(Debug, Clone, Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    /// The frame.
    pub chrome: Chrome,
    /// The person's name.
    pub name: String,
    /// Active, disabled, locked, first password.
    pub tags: Vec<Tag>,
    /// Log-in name and the like.
    pub facts: Vec<Fact>,
    /// The first password, shown this once: log-in name and password.
    pub first: Option<(String, String)>,
    /// Duties that hold now.
    pub duties: Vec<DutyLine>,
    /// Gives one; `None` for the own account.
    pub give: Option<FormView>,
    /// Disables or enables, resets the password.
    pub acts: Vec<FormView>,
    /// Absences that are not over.
    pub absences: Vec<AbsenceRow>,
    /// Records one; `None` where nobody can stand in.
    pub absence: Option<FormView>,
    /// Takes the second factor away, where there is one.
    pub factor: Option<FormView>,
}
