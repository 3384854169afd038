//! The page that shows what is masked.

use super::{Chrome, Fact, FormView};
use askama::Template;

/// One value that was masked.
#[derive(Debug, Clone)]
pub struct UnmaskedRow {
    /// Whose or what: `劳动者 1`.
    pub subject: String,
    /// Its values.
    pub values: Vec<Fact>,
}

/// 查看完整信息: asks for a reason first, then shows, once.
#[derive(Debug, Clone, Template)]
#[template(path = "unmask.html")]
pub struct UnmaskPage {
    /// The frame.
    pub chrome: Chrome,
    /// What it is about: `案件 AJ-…`.
    pub subject: String,
    /// Back to it.
    pub back: String,
    /// Asks for the reason; `None` when the values are shown.
    pub form: Option<FormView>,
    /// The values.
    pub rows: Vec<UnmaskedRow>,
    /// When and under which reason it was put on record.
    pub recorded: String,
}
