//! Workbooks. The directory of the archive is judged before anything is expanded, and what really expands is counted,
//! because a directory can lie. Cells stream in; nothing is laid out by the sheet's own dimensions.

use super::{Line, Sheet, cut, find_header, no_header, sheet};
use crate::base::{Error, Result};
use crate::domain::intake::config::FileLimits;
use crate::domain::intake::{Cell, CellKind, Profile};
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, Xlsx, XlsxError, XlsxFormulaMetadata};
use std::io::{Cursor, Read};

/// Parts smaller than this may have any ratio: blank tables pack well.
const SMALL_PART: u64 = 4 * 1024 * 1024;
/// Digits a spreadsheet keeps.
const KEPT_DIGITS: usize = 15;

/// Refuses archives that would expand beyond the limits.
fn check_archive(bytes: &[u8], limits: &FileLimits) -> Result<()> {
    let unreadable = |_| Error::Malformed("文件不是完整的 xlsx 表格，请重新保存后再试".to_owned());
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let too_large = || Error::TooLarge(format!("表格展开后超过 {} MB 或压缩比异常", limits.expanded_bytes / (1024 * 1024)));
    if zip.len() as u64 > limits.parts {
        return Err(Error::TooLarge(format!("表格文件内部超过 {} 个部分", limits.parts)));
    }
    let mut declared = 0u64;
    for i in 0..zip.len() {
        let part = zip.by_index_raw(i).map_err(unreadable)?;
        declared = declared.saturating_add(part.size());
        if declared > limits.expanded_bytes || (part.size() > SMALL_PART && part.size() / part.compressed_size().max(1) > limits.ratio) {
            return Err(too_large());
        }
    }
    let mut expanded = 0u64;
    for i in 0..zip.len() {
        let part = zip.by_index(i).map_err(unreadable)?;
        // What the reader of workbooks expands; pictures stay packed.
        if !part.name_raw().to_ascii_lowercase().ends_with(b".xml") && !part.name_raw().to_ascii_lowercase().ends_with(b".rels") {
            continue;
        }
        let room = limits.expanded_bytes - expanded;
        let n = std::io::copy(&mut part.take(room + 1), &mut std::io::sink())
            .map_err(|_| Error::Malformed("文件已损坏，请重新保存后再试".to_owned()))?;
        if n > room {
            return Err(too_large());
        }
        expanded += n;
    }
    Ok(())
}

fn failed(e: &XlsxError) -> Error {
    Error::Malformed(match e {
        XlsxError::Password => "表格设了打开密码，请取消密码后再导入".to_owned(),
        _ => "文件不是完整的 xlsx 表格，请用表格软件另存为 xlsx 后再试".to_owned(),
    })
}

pub(super) fn open(bytes: &[u8], profile: &Profile, limits: &FileLimits) -> Result<Sheet> {
    check_archive(bytes, limits)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| failed(&e))?;
    let sheets: Vec<String> = book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet).map(|s| s.name.clone()).collect();
    let mut lacking: Option<Vec<String>> = None;
    for name in sheets {
        match load(&mut book, &name, profile, limits)? {
            Ok(s) => return Ok(s),
            Err(l) if lacking.as_ref().is_none_or(|old| l.len() < old.len()) => lacking = Some(l),
            Err(_) => {}
        }
    }
    Err(match lacking {
        Some(l) => no_header(&l, limits),
        None => Error::Malformed("文件里没有工作表".to_owned()),
    })
}

/// Loads one sheet, or gives it up when the headings are not in its first rows.
fn load(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    profile: &Profile,
    limits: &FileLimits,
) -> Result<std::result::Result<Sheet, Vec<String>>> {
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(r) => r,
        // A chart sheet in worksheet's clothing: nothing to read there.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Err(profile.lacking(&crate::domain::intake::Columns::default()))),
        Err(e) => return Err(failed(&e)),
    };
    let mut lines: Vec<Line> = Vec::new();
    let mut header = None;
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(|e| failed(&e))? {
        let cell = cell(&record.value, record.formula.as_ref(), limits);
        if cell.kind == CellKind::Empty {
            continue;
        }
        let (row, column) = record.pos;
        if column >= limits.columns {
            return Err(Error::TooLarge(format!("表格超过 {} 列", limits.columns)));
        }
        let number = row.saturating_add(1);
        if header.is_none() && number > limits.header_rows {
            match find_header(profile, &lines) {
                Ok(h) => header = Some(h),
                Err(lacking) => return Ok(Err(lacking)),
            }
        }
        if lines.last().is_none_or(|l| l.0 != number) {
            // Titles and totals are counted here too, hence the slack.
            if lines.len() as u64 > u64::from(limits.rows) + 2 * u64::from(limits.header_rows) {
                return Err(Error::TooLarge(format!("表格超过 {} 行，请拆分后导入", limits.rows)));
            }
            lines.push((number, Vec::new()));
        }
        if let Some((_, cells)) = lines.last_mut() {
            let at = column as usize;
            if cells.len() <= at {
                cells.resize_with(at + 1, Cell::default);
            }
            cells[at] = cell;
        }
    }
    let header = match header {
        Some(h) => h,
        None => match find_header(profile, &lines) {
            Ok(h) => h,
            Err(lacking) => return Ok(Err(lacking)),
        },
    };
    Ok(Ok(sheet(name.to_owned(), header, lines, Box::new(std::iter::empty()), limits)))
}

fn cell(value: &DataRef<'_>, formula: Option<&XlsxFormulaMetadata>, limits: &FileLimits) -> Cell {
    let text = |s: &str| Cell { text: cut(s, limits), ..Cell::text(s) };
    match value {
        DataRef::String(s) => text(s),
        DataRef::SharedString(s) => text(s),
        DataRef::Int(n) => number(*n as f64),
        DataRef::Float(n) => number(*n),
        DataRef::Bool(b) => Cell::text(if *b { "是" } else { "否" }),
        DataRef::DateTime(t) => moment(t),
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => text(s),
        DataRef::Error(e) => Cell::text(&e.to_string()),
        // A formula without a stored value is its text: it will be refused where a number or date is asked for.
        DataRef::Empty => match formula {
            Some(XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. }) => text(&format!("={formula}")),
            Some(_) => Cell::text("="),
            None => Cell::default(),
        },
    }
}

/// A number as its shortest decimal text of at most fifteen significant digits: what a spreadsheet keeps and shows.
/// 3.3000000000000003, which a formula made of 1.1 × 3, is 3.3.
fn number(n: f64) -> Cell {
    if !n.is_finite() {
        return Cell::text("#NUM!");
    }
    if n.abs() >= 1e15 {
        return Cell { kind: CellKind::LossyNumber, text: format!("{n:.0}").into() };
    }
    let shortest = format!("{n}");
    let digits = shortest.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    let text = if digits > KEPT_DIGITS {
        format!("{n:.*e}", KEPT_DIGITS - 1).parse::<f64>().map_or(shortest, |kept| format!("{kept}"))
    } else {
        shortest
    };
    Cell { kind: CellKind::Number, text: text.into() }
}

fn moment(t: &ExcelDateTime) -> Cell {
    if t.is_duration() {
        return number(t.as_f64());
    }
    match t.as_datetime() {
        Some(at) => {
            use chrono::{DurationRound, TimeDelta};
            let at = at.duration_round(TimeDelta::seconds(1)).unwrap_or(at);
            Cell { kind: CellKind::Moment, text: at.format("%Y-%m-%d %H:%M:%S").to_string().into() }
        }
        None => number(t.as_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_a_spreadsheet_shows_them() {
        for (n, text) in [
            ("93288.82000000001".parse().expect("a float"), "93288.82"),
            (73164.0 + 0.43, "73164.43"),
            (1.1 * 3.0, "3.3"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.3"),
            (13841787027.0, "13841787027"),
            (12.0, "12"),
            (-5.5, "-5.5"),
            (999999999999999.0, "999999999999999"),
            (0.001, "0.001"),
        ] {
            let c = number(n);
            assert_eq!((c.kind, &*c.text), (CellKind::Number, text));
        }
        assert_eq!(number(379900197611050351.0).kind, CellKind::LossyNumber);
    }
}
