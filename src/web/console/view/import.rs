//! A clue file and what came of it.

use super::{Chrome, FormView};
use askama::Template;

/// One row that came back.
#[derive(Debug, Clone)]
pub struct RejectLine {
    /// Its number in the sheet.
    pub row: u32,
    /// Column and reason, a line each.
    pub faults: Vec<String>,
}

/// What came of a file.
#[derive(Debug, Clone)]
pub struct ImportResult {
    /// The file's name.
    pub file: String,
    /// Name and number: rows, filings, joined, desk, amended, duplicates, rejected.
    pub counts: Vec<(String, i64)>,
    /// Rows that came back, as far as they are shown.
    pub rejects: Vec<RejectLine>,
    /// More came back than is shown.
    pub more: bool,
    /// The workbook of rejects as a `data:` address and its file name.
    pub workbook: Option<(String, String)>,
}

/// 导入线索文件.
#[derive(Debug, Clone, Template)]
#[template(path = "import.html")]
pub struct ImportPage {
    /// The frame.
    pub chrome: Chrome,
    /// Asks for the file.
    pub form: FormView,
    /// What came of the last one.
    pub result: Option<ImportResult>,
}
