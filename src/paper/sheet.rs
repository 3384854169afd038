//! Sheets: reading clue files and writing tables.
//!
//! Owns finding the headings, the rows that are none (titles, totals, blanks) and the limits of a file. A formula is
//! never evaluated: its stored value is read, or its text when it has none. Memory is bounded by the limits: text files
//! are read row by row, a workbook loads one sheet.

mod text;
pub mod write;
mod xlsx;

pub use write::{
    Reject, Table, Value, csv, csv_gb18030, csv_marked, rejects, xlsx as workbook, xlsx_marked as workbook_marked,
    xlsx_marked_pages as workbook_marked_pages,
};

use crate::base::text::tidy;
use crate::base::{Error, Result};
use crate::domain::intake::config::FileLimits;
use crate::domain::intake::profile::heading_key;
use crate::domain::intake::{Cell, CellKind, Columns, Field, Profile, RawRow};
use std::collections::HashSet;
use std::sync::Arc;

/// The media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The media type of a text file of values.
pub const CSV: &str = "text/csv; charset=utf-8";

/// A row with its number in the sheet, from 1; blank rows are left out.
type Line = (u32, Vec<Cell>);
type Lines = Box<dyn Iterator<Item = Result<Line>> + Send>;

/// A sheet whose headings were found: an iterator over the rows below them.
pub struct Sheet {
    name: String,
    header: u32,
    columns: Arc<Columns>,
    titles: HashSet<String>,
    /// The headings in the form in which they are compared.
    keys: Vec<String>,
    lines: Lines,
    count: u32,
    limit: u32,
}
impl std::fmt::Debug for Sheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet").field("name", &self.name).field("header", &self.header).finish_non_exhaustive()
    }
}

/// Opens a file and finds its headings by the profile's names, anywhere in the first rows (`limits.header_rows`).
///
/// # Errors
/// [`Error::TooLarge`] beyond a limit, [`Error::Malformed`] when the file is no workbook and no text, has a password, or
/// has no row with the headings a profile needs; the sentence names what is missing.
pub fn open(bytes: &[u8], profile: &Profile, limits: &FileLimits) -> Result<Sheet> {
    if bytes.len() as u64 > limits.bytes {
        return Err(Error::TooLarge(format!("文件超过 {} MB", limits.bytes / (1024 * 1024))));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::Malformed("文件是空的".to_owned()));
    }
    if bytes.starts_with(b"PK") {
        xlsx::open(bytes, profile, limits)
    } else if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        Err(Error::Malformed("这是旧版 xls 文件或设了打开密码的文件，请另存为不带密码的 xlsx 再导入".to_owned()))
    } else {
        text::open(bytes, profile, limits)
    }
}

/// The row of headings among the first rows.
struct Header {
    at: usize,
    columns: Columns,
}

/// Finds the row that names most fields and lacks none that is required; else says what the best one lacks.
fn find_header(profile: &Profile, lines: &[Line]) -> std::result::Result<Header, Vec<String>> {
    let mut best: Option<Header> = None;
    let mut nearest: (usize, Vec<String>) = (0, profile.lacking(&Columns::default()));
    for (at, (_, cells)) in lines.iter().enumerate() {
        let texts: Vec<&str> = cells.iter().map(|c| &*c.text).collect();
        let columns = profile.locate(&texts);
        let lacking = profile.lacking(&columns);
        let n = columns.by_field.len();
        if lacking.is_empty() {
            if best.as_ref().is_none_or(|b| b.columns.by_field.len() < n) {
                best = Some(Header { at, columns });
            }
        } else if n > nearest.0 {
            nearest = (n, lacking);
        }
    }
    best.ok_or(nearest.1)
}

fn no_header(lacking: &[String], limits: &FileLimits) -> Error {
    Error::Malformed(format!("前 {} 行里没有找到表头，缺少这些列：{}", limits.header_rows, lacking.join("、")))
}

fn sheet(name: String, header: Header, head: Vec<Line>, rest: Lines, limits: &FileLimits) -> Sheet {
    let titles = head.iter().take(header.at).flat_map(|(_, cells)| cells.iter().map(|c| tidy(&c.text))).filter(|t| !t.is_empty()).collect();
    let number = head.get(header.at).map_or(1, |l| l.0);
    let below: Vec<Line> = head.into_iter().skip(header.at + 1).collect();
    Sheet {
        name,
        header: number,
        keys: header.columns.headings.iter().map(|h| heading_key(h).full).collect(),
        columns: Arc::new(header.columns),
        titles,
        lines: Box::new(below.into_iter().map(Ok).chain(rest)),
        count: 0,
        limit: limits.rows,
    }
}

impl Sheet {
    /// The worksheet's name; empty for a text file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The number of the row of headings.
    #[must_use]
    pub fn header_row(&self) -> u32 {
        self.header
    }
    /// Where the fields stand.
    #[must_use]
    pub fn columns(&self) -> &Arc<Columns> {
        &self.columns
    }

    /// Whether a line is no row: blank or only numbered, the title or the headings once more, a total, or who filled in the table.
    fn is_no_row(&self, cells: &[Cell]) -> bool {
        let given: Vec<(usize, String)> = cells
            .iter()
            .enumerate()
            .filter(|(_, c)| c.kind != CellKind::Empty)
            .map(|(i, c)| (i, tidy(&c.text)))
            .filter(|(_, t)| !t.is_empty())
            .collect();
        let Some((first_at, first)) = given.first() else { return true };
        // Numbered lines nobody filled in: no column that means something has a word.
        if !given.iter().any(|(i, _)| self.columns.by_field.values().any(|at| at == i)) {
            return true;
        }
        if given.iter().all(|(_, t)| self.titles.contains(t)) {
            return true;
        }
        let heads = given
            .iter()
            .filter(|(i, t)| t.chars().count() < 40 && self.keys.get(*i).is_some_and(|k| !k.is_empty() && *k == heading_key(t).full))
            .count();
        if heads >= 2 && heads * 2 >= given.len() {
            return true;
        }
        // A row with a person's name is a row, whatever else it says.
        let name_at = self.columns.by_field.get(&Field::ReporterName);
        let named = given.iter().any(|(i, _)| Some(i) == name_at && i != first_at);
        if named {
            return false;
        }
        let word: String = first.chars().filter(|c| !c.is_whitespace()).collect();
        let total =
            ["合计", "总计", "小计", "共计", "本页合计", "本页小计", "累计"].iter().any(|w| word.trim_end_matches([':', '：']) == *w);
        let foot = given.len() <= 4
            && ["填报", "填表", "制表", "审核", "备注", "说明", "注：", "注:", "联系人：", "单位负责人", "导出时间", "打印时间"]
                .iter()
                .any(|w| word.starts_with(w));
        total || foot
    }
}

impl Iterator for Sheet {
    type Item = Result<RawRow>;
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (number, cells) = match self.lines.next()? {
                Ok(l) => l,
                Err(e) => return Some(Err(e)),
            };
            if self.is_no_row(&cells) {
                continue;
            }
            self.count += 1;
            if self.count > self.limit {
                self.lines = Box::new(std::iter::empty());
                return Some(Err(Error::TooLarge(format!("表格超过 {} 行，请拆分后导入", self.limit))));
            }
            return Some(Ok(RawRow { number, cells, columns: Arc::clone(&self.columns) }));
        }
    }
}

/// Cuts a text that is longer than a cell can be; what remains is still over every field's limit.
fn cut(s: &str, limits: &FileLimits) -> Box<str> {
    match s.char_indices().nth(limits.cell_chars) {
        Some((at, _)) => s[..at].into(),
        None => s.into(),
    }
}

#[cfg(test)]
mod tests;
