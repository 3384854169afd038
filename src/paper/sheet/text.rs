//! Text tables: comma, tab or semicolon; UTF-8 with or without mark, UTF-16 with mark, GB18030.
//!
//! Rows are cut from the decoded text one by one. Row numbers are those a spreadsheet shows: blank lines count, line
//! breaks inside quotes do not. A quote that never closes is a character like any other, so that one stray quote cannot
//! swallow the rows after it.

use super::{Line, Sheet, cut, find_header, no_header, sheet};
use crate::base::{Error, Result};
use crate::domain::intake::config::FileLimits;
use crate::domain::intake::{Cell, CellKind, Profile};

const DELIMITERS: [char; 3] = [',', '\t', ';'];

/// Decodes by mark, else UTF-8 if it is valid, else GB18030.
fn decode(bytes: &[u8]) -> Result<String> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, bad) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return if bad { Err(undecodable()) } else { Ok(text.into_owned()) };
    }
    if bytes.contains(&0) {
        return Err(Error::Malformed("文件既不是 xlsx 也不是文本表格，请另存为 xlsx 或 csv 再导入".to_owned()));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let (text, bad) = encoding_rs::GB18030.decode_without_bom_handling(bytes);
    if bad { Err(undecodable()) } else { Ok(text.into_owned()) }
}

fn undecodable() -> Error {
    Error::Malformed("文件的文字编码无法识别，请另存为 UTF-8 或 GB18030 编码的 csv 再导入".to_owned())
}

pub(super) fn open(bytes: &[u8], profile: &Profile, limits: &FileLimits) -> Result<Sheet> {
    let text = decode(bytes)?;
    let mut best: Option<(usize, char)> = None;
    let mut lacking: Option<Vec<String>> = None;
    // The delimiter under which most headings are found.
    for d in DELIMITERS {
        let head: Vec<Line> = Rows::new(&text, d, limits.clone()).take_while(|l| l.0 <= limits.header_rows).collect();
        match find_header(profile, &head) {
            Ok(h) if best.is_none_or(|(n, _)| n < h.columns.by_field.len()) => best = Some((h.columns.by_field.len(), d)),
            Ok(_) => {}
            Err(l) if lacking.as_ref().is_none_or(|old| l.len() < old.len()) => lacking = Some(l),
            Err(_) => {}
        }
    }
    let Some((_, delimiter)) = best else { return Err(no_header(&lacking.unwrap_or_default(), limits)) };
    let mut rows = OwnedRows { cursor: Cursor { at: 0, row: 0 }, text, delimiter, limits: limits.clone() };
    let mut head = Vec::new();
    let mut over = None;
    for line in rows.by_ref() {
        let line = line?;
        if line.0 > limits.header_rows {
            over = Some(line);
            break;
        }
        head.push(line);
    }
    let header = find_header(profile, &head).map_err(|l| no_header(&l, limits))?;
    Ok(sheet(String::new(), header, head, Box::new(over.into_iter().map(Ok).chain(rows)), limits))
}

#[derive(Clone, Copy)]
struct Cursor {
    at: usize,
    row: u32,
}

/// Rows over borrowed text, for finding the headings.
struct Rows<'a> {
    text: &'a str,
    delimiter: char,
    limits: FileLimits,
    cursor: Cursor,
}
impl<'a> Rows<'a> {
    fn new(text: &'a str, delimiter: char, limits: FileLimits) -> Self {
        Self { text, delimiter, limits, cursor: Cursor { at: 0, row: 0 } }
    }
}
impl Iterator for Rows<'_> {
    type Item = Line;
    fn next(&mut self) -> Option<Line> {
        next_line(self.text, self.delimiter, &mut self.cursor, &self.limits)
    }
}

/// Rows over owned text.
struct OwnedRows {
    text: String,
    delimiter: char,
    limits: FileLimits,
    cursor: Cursor,
}
impl Iterator for OwnedRows {
    type Item = Result<Line>;
    fn next(&mut self) -> Option<Result<Line>> {
        let line = next_line(&self.text, self.delimiter, &mut self.cursor, &self.limits)?;
        if u32::try_from(line.1.len()).unwrap_or(u32::MAX) > self.limits.columns {
            self.cursor.at = self.text.len();
            return Some(Err(Error::TooLarge(format!("第 {} 行超过 {} 列", line.0, self.limits.columns))));
        }
        Some(Ok(line))
    }
}

fn next_line(text: &str, delimiter: char, cursor: &mut Cursor, limits: &FileLimits) -> Option<Line> {
    while cursor.at < text.len() {
        cursor.row = cursor.row.saturating_add(1);
        let cells = record(text, delimiter, &mut cursor.at, limits);
        if cells.iter().any(|c| c.kind != CellKind::Empty) {
            return Some((cursor.row, cells));
        }
    }
    None
}

/// Reads one record from `at` and moves behind its end of line. Trailing blank cells are dropped.
fn record(text: &str, delimiter: char, at: &mut usize, limits: &FileLimits) -> Vec<Cell> {
    let mut cells = Vec::new();
    loop {
        let rest = &text[*at..];
        let (value, used) = quoted(rest, delimiter, limits).unwrap_or_else(|| {
            let end = rest.find([delimiter, '\n', '\r']).unwrap_or(rest.len());
            (rest[..end].to_owned(), end)
        });
        cells.push(field(&value, limits));
        *at += used;
        let rest = &text[*at..];
        if rest.starts_with(delimiter) {
            *at += delimiter.len_utf8();
            continue;
        }
        *at += if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
        break;
    }
    while cells.last().is_some_and(|c| c.kind == CellKind::Empty) {
        cells.pop();
    }
    cells
}

/// A quoted field: its value and its length with the quotes. `None` when there is no opening quote, when it never
/// closes within a cell's length, or when something other than a delimiter follows.
fn quoted(rest: &str, delimiter: char, limits: &FileLimits) -> Option<(String, usize)> {
    let inner = rest.strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = inner.char_indices().peekable();
    let mut length = 0usize;
    while let Some((i, c)) = chars.next() {
        length += 1;
        if length > limits.cell_chars.saturating_mul(2) {
            return None;
        }
        if c != '"' {
            value.push(c);
        } else if chars.peek().is_some_and(|(_, n)| *n == '"') {
            chars.next();
            value.push('"');
        } else {
            let used = 1 + i + 1;
            let after = rest[used..].chars().next();
            return after.is_none_or(|c| c == delimiter || c == '\n' || c == '\r').then_some((value, used));
        }
    }
    None
}

/// Takes off what programs add so that a spreadsheet keeps digits as text: `="138…"`, `'138…`.
fn field(value: &str, limits: &FileLimits) -> Cell {
    let t = value.trim();
    let bare = t
        .strip_prefix("=\"")
        .and_then(|s| s.strip_suffix('"'))
        .filter(|s| !s.contains('"'))
        .or_else(|| t.strip_prefix('\'').filter(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric())))
        .unwrap_or(value);
    Cell { text: cut(bare, limits), ..Cell::text(bare) }
}
