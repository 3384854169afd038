//! A printable paper in its frame, and the page that shows what is masked.

use super::{Chrome, Fact, FormView};
use askama::Template;

/// A paper on A4, with a bar that is not printed. `body` is HTML made by `paper`, which escapes what it fills in.
#[derive(Debug, Clone, Template)]
#[template(path = "paper.html")]
pub struct PaperPage {
    /// Demo data: printed across the paper.
    pub demo: bool,
    /// The paper's title.
    pub title: String,
    /// Its number, `潍人社监受〔2026〕第000123号`.
    pub number: String,
    /// Back to the case.
    pub back: String,
    /// The copy shown: `存根联`, `劳动者联`; empty when there is one.
    pub copy: String,
    /// Trusted HTML of the paper.
    pub body: String,
    /// The hash printed at the foot, in hexadecimal; empty before issue.
    pub hash: String,
}

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
