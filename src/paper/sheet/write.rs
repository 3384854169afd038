//! Sheets out: the workbook of rejects and tables for export.
//!
//! Texts are always text cells (IDs, telephones and card numbers keep every digit; a text that looks like a formula
//! stays text). In text files a cell that a spreadsheet might execute gets an apostrophe before it.

use crate::base::{At, Day, Error, FieldError, Result};
use crate::domain::intake::RawRow;
use crate::law::Fen;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// Characters one cell of a workbook can hold, with slack for those that count double.
const CELL_CHARS: usize = 16_000;
/// Rows of one worksheet below its headings.
const SHEET_ROWS: usize = 1_048_000;
/// Characters of a watermark on a printed page: twice that, where each is an ampersand, and the commands stay below 255.
const PAGE_MARK: usize = 110;

/// One value of an exported table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Empty,
    /// Text, also every number that is a name: ID, telephone, code.
    Text(String),
    /// A count.
    Int(i64),
    /// Money, shown in yuan.
    Money(Fen),
    /// A day.
    Day(Day),
    /// An instant, shown in UTC+8 to the minute.
    At(At),
}

/// A table to export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name of the worksheet.
    pub name: String,
    /// Headings.
    pub headings: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<Value>>,
}

/// A row that was refused.
#[derive(Debug, Clone)]
pub struct Reject {
    /// The row as read.
    pub row: RawRow,
    /// Why.
    pub errors: Vec<FieldError>,
}

fn failed(e: XlsxError) -> Error {
    Error::Internal(format!("workbook: {e}"))
}

/// Whether a spreadsheet might take the text for a formula.
fn looks_like_formula(s: &str) -> bool {
    let first = s.trim_start_matches([' ', '\u{a0}', '\u{3000}']).chars().next();
    first.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'))
}

struct Formats {
    head: Format,
    text: Format,
    quoted: Format,
    money: Format,
    int: Format,
}
impl Formats {
    fn new() -> Self {
        Self {
            head: Format::new().set_bold().set_align(FormatAlign::Center).set_text_wrap().set_num_format("@"),
            text: Format::new().set_num_format("@"),
            // Keeps the text a text also when someone edits the cell.
            quoted: Format::new().set_num_format("@").set_quote_prefix(),
            money: Format::new().set_num_format("#,##0.00"),
            int: Format::new().set_num_format("0"),
        }
    }
}

fn put_text(ws: &mut Worksheet, f: &Formats, row: u32, col: u16, s: &str) -> Result<()> {
    let s: String = s.chars().take(CELL_CHARS).collect();
    let format = if looks_like_formula(&s) { &f.quoted } else { &f.text };
    ws.write_string_with_format(row, col, s, format).map_err(failed).map(|_| ())
}

fn col(i: usize) -> Result<u16> {
    u16::try_from(i).map_err(|_| Error::TooLarge("导出的列数".to_owned()))
}
fn row(i: usize) -> Result<u32> {
    u32::try_from(i).ok().filter(|_| i <= SHEET_ROWS).ok_or_else(|| Error::TooLarge(format!("导出超过 {SHEET_ROWS} 行")))
}

/// The workbook of rejects: the original headings and cells, then 行号, 列, 原因. One line for each refused row, so that
/// it can be corrected and imported again; all cells are text.
///
/// # Errors
/// [`Error::TooLarge`] beyond what a worksheet holds, [`Error::Internal`] when the workbook cannot be made.
pub fn rejects(headings: &[String], rows: &[Reject]) -> Result<Vec<u8>> {
    let width = rows.iter().map(|r| r.row.cells.len()).max().unwrap_or(0).max(headings.len());
    let f = Formats::new();
    let mut book = Workbook::new();
    let ws = book.add_worksheet();
    ws.set_name("退回的行").map_err(failed)?;
    for (i, h) in headings.iter().enumerate() {
        ws.write_string_with_format(0, col(i)?, h, &f.head).map_err(failed)?;
    }
    for (i, h) in crate::domain::intake::ledger::REJECT_HEADINGS.into_iter().enumerate() {
        ws.write_string_with_format(0, col(width + i)?, h, &f.head).map_err(failed)?;
    }
    for (n, r) in rows.iter().enumerate() {
        let at = row(n + 1)?;
        for (i, c) in r.row.cells.iter().enumerate() {
            if !c.text.is_empty() {
                put_text(ws, &f, at, col(i)?, &c.text)?;
            }
        }
        let mut columns: Vec<&str> = r.errors.iter().map(|e| e.pointer.as_str()).collect();
        columns.dedup();
        let reasons: Vec<&str> = r.errors.iter().map(|e| e.message.as_str()).collect();
        ws.write_number(at, col(width)?, r.row.number).map_err(failed)?;
        put_text(ws, &f, at, col(width + 1)?, &columns.join("、"))?;
        put_text(ws, &f, at, col(width + 2)?, &reasons.join(""))?;
    }
    for i in 0..width {
        ws.set_column_width(col(i)?, 16).map_err(failed)?;
    }
    ws.set_column_width(col(width + 1)?, 24).map_err(failed)?;
    ws.set_column_width(col(width + 2)?, 60).map_err(failed)?;
    ws.set_freeze_panes(1, 0).map_err(failed)?;
    book.save_to_buffer().map_err(failed)
}

/// A table as XLSX.
///
/// # Errors
/// As [`rejects`]; a worksheet's name that a workbook does not take is internal.
pub fn xlsx(table: &Table) -> Result<Vec<u8>> {
    write_xlsx(table, None, false)
}

/// A table as XLSX with a watermark: in a line above the headings, and at the top and the foot of each page that is printed.
///
/// # Errors
/// As [`xlsx`].
pub fn xlsx_marked(table: &Table, mark: &str) -> Result<Vec<u8>> {
    write_xlsx(table, Some(mark), true)
}

/// As [`xlsx_marked`], but only where it is printed: for a program that expects the headings in the first line, as a bank's does.
///
/// # Errors
/// As [`xlsx`].
pub fn xlsx_marked_pages(table: &Table, mark: &str) -> Result<Vec<u8>> {
    write_xlsx(table, Some(mark), false)
}

/// The watermark on each printed page: landscape A4, as wide as one page, the headings again on each.
fn mark_pages(ws: &mut Worksheet, heads: u32, mark: &str) -> Result<()> {
    // & starts a command there, and the whole may have 255 characters
    let line: String = mark.chars().take(PAGE_MARK).collect::<String>().replace('&', "&&");
    ws.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0);
    ws.set_header(format!("&C&9{line}")).set_footer(format!("&L&9{line}&R&9&P / &N"));
    ws.set_repeat_rows(0, heads).map_err(failed).map(|_| ())
}

fn write_xlsx(table: &Table, mark: Option<&str>, line: bool) -> Result<Vec<u8>> {
    let f = Formats::new();
    let mut book = Workbook::new();
    // the same table gives the same bytes: the file does not say when it was made
    let made = ExcelDateTime::from_ymd(2020, 1, 1).map_err(failed)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let ws = book.add_worksheet();
    let name: String = table.name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    ws.set_name(if name.is_empty() { "表" } else { &name }).map_err(failed)?;
    let heads = u32::from(line);
    if let Some(m) = mark {
        if line {
            put_text(ws, &f, 0, 0, m)?;
        }
        mark_pages(ws, heads, m)?;
    }
    for (i, h) in table.headings.iter().enumerate() {
        ws.write_string_with_format(heads, col(i)?, h, &f.head).map_err(failed)?;
        ws.set_column_width(col(i)?, 18).map_err(failed)?;
    }
    for (n, values) in table.rows.iter().enumerate() {
        let at = row(n + 1)? + heads;
        for (i, v) in values.iter().enumerate() {
            let c = col(i)?;
            match v {
                Value::Empty => {}
                Value::Text(s) => put_text(ws, &f, at, c, s)?,
                Value::Day(d) => put_text(ws, &f, at, c, &d.to_string())?,
                Value::At(t) => put_text(ws, &f, at, c, &t.list_text())?,
                // Exact to the fen up to 2^53; more is no sum of wages.
                Value::Money(m) => ws.write_number_with_format(at, c, m.get() as f64 / 100.0, &f.money).map_err(failed).map(|_| ())?,
                Value::Int(n) => ws.write_number_with_format(at, c, *n as f64, &f.int).map_err(failed).map(|_| ())?,
            }
        }
    }
    ws.set_freeze_panes(heads + 1, 0).map_err(failed)?;
    book.save_to_buffer().map_err(failed)
}

/// A table as CSV with a watermark below its rows: the first line stays the headings, which programs that read the file rely on.
///
/// # Errors
/// As [`csv()`].
pub fn csv_marked(table: &Table, mark: &str) -> Result<Vec<u8>> {
    let mut bytes = csv(table)?;
    let last = Table { name: String::new(), headings: vec![mark.to_owned()], rows: Vec::new() };
    bytes.extend_from_slice(csv(&last)?.strip_prefix("\u{feff}".as_bytes()).unwrap_or_default());
    Ok(bytes)
}

/// A table as CSV: UTF-8 with byte-order mark, CRLF, guarded against formulas.
///
/// # Errors
/// [`Error::Internal`] when the writer fails.
pub fn csv(table: &Table) -> Result<Vec<u8>> {
    let failed = |e: csv::Error| Error::Internal(format!("csv: {e}"));
    let mut w = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer("\u{feff}".as_bytes().to_vec());
    w.write_record(table.headings.iter().map(|h| guard(h))).map_err(failed)?;
    for values in &table.rows {
        w.write_record(values.iter().map(shown)).map_err(failed)?;
    }
    w.into_inner().map_err(|e| Error::Internal(format!("csv: {}", e.error())))
}

/// A table as CSV in GB18030, as older office programs open it: CRLF, guarded against formulas, no mark before it.
///
/// # Errors
/// As [`csv()`].
pub fn csv_gb18030(table: &Table) -> Result<Vec<u8>> {
    let text = String::from_utf8(csv(table)?).map_err(|e| Error::Internal(format!("csv: {e}")))?;
    // every character has a place in GB18030
    Ok(encoding_rs::GB18030.encode(text.trim_start_matches('\u{feff}')).0.into_owned())
}

fn guard(s: &str) -> String {
    if looks_like_formula(s) { format!("'{s}") } else { s.to_owned() }
}
fn shown(v: &Value) -> String {
    match v {
        Value::Empty => String::new(),
        Value::Text(s) => guard(s),
        Value::Int(n) => n.to_string(),
        Value::Money(m) => {
            format!("{}{}.{:02}", if m.get() < 0 { "-" } else { "" }, m.get().unsigned_abs() / 100, m.get().unsigned_abs() % 100)
        }
        Value::Day(d) => d.to_string(),
        Value::At(t) => t.list_text(),
    }
}
