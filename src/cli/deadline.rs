//! `qingxin deadline`: one due date with its explanation, or a whole CSV file of them. Needs no database.
//!
//! Owns parsing of the arguments and of the batch. The counting is [`crate::law::term`].

use super::calendar::calendar_with;
use crate::base::text::zh;
use crate::base::{At, Day, Error, Result};
use crate::law::Calendar;
use crate::law::term::{Effect, Kind, Term, Unit, count, in_range};
use csv::{ByteRecord, ReaderBuilder, Terminator, WriterBuilder};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// A larger budget is a slip, and its due date beyond every calendar.
const MOST: u64 = 1_000_000;

/// `qingxin deadline START N UNIT [--explain] [--json]` or `qingxin deadline --batch FILE.csv`
#[derive(Debug, clap::Args)]
#[command(after_help = "退出码：0 完成；1 文件或日历无法读取；2 参数有误，或批量文件中有无法计算的行。\n\
批量文件：UTF-8 的 CSV，含 start、n、unit 列（working_days 或 calendar_days），原样输出并追加 due、provisional 两列。")]
pub struct DeadlineArgs {
    /// 起算日 YYYY-MM-DD（当日不计入）；单位为 hours 时为时刻，例如 2026-09-18T09:00:00+08:00
    #[arg(required_unless_present = "batch")]
    pub start: Option<String>,
    /// 期限长度；0 为起算日本身（遇休息日顺延）
    #[arg(required_unless_present = "batch")]
    pub n: Option<u32>,
    /// 单位
    #[arg(required_unless_present = "batch", value_enum)]
    pub unit: Option<UnitArg>,
    /// 逐日说明
    #[arg(long)]
    pub explain: bool,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
    /// 末日遇休息日不顺延
    #[arg(long)]
    pub no_roll: bool,
    /// 自 START 向前倒数（例如最迟送达日）
    #[arg(long)]
    pub backwards: bool,
    /// 批量计算的 CSV 文件；- 为标准输入
    #[arg(long, value_name = "FILE", conflicts_with_all = ["start", "n", "unit", "explain", "json", "no_roll", "backwards"])]
    pub batch: Option<PathBuf>,
    /// 另外载入的日历文件（TOML 或 holiday-cn JSON），可多次
    #[arg(long, value_name = "FILE")]
    pub calendar: Vec<PathBuf>,
}

/// Units of the single form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum UnitArg {
    /// 工作日
    #[value(name = "working_days")]
    WorkingDays,
    /// 自然日
    #[value(name = "calendar_days")]
    CalendarDays,
    /// 小时
    #[value(name = "hours")]
    Hours,
    /// 月
    #[value(name = "months")]
    Months,
    /// 年
    #[value(name = "years")]
    Years,
}
impl From<UnitArg> for Unit {
    fn from(u: UnitArg) -> Self {
        match u {
            UnitArg::WorkingDays => Self::WorkingDays,
            UnitArg::CalendarDays => Self::CalendarDays,
            UnitArg::Hours => Self::Hours,
            UnitArg::Months => Self::Months,
            UnitArg::Years => Self::Years,
        }
    }
}

/// Runs the command by the calendar at hand and gives the exit code.
pub fn run(args: &DeadlineArgs, base: &Calendar, out: &mut dyn Write, err: &mut dyn Write) -> i32 {
    let calendar = match calendar_with(base, &args.calendar) {
        Ok(c) => c,
        Err(e) => {
            let _ = writeln!(err, "错误：{e}");
            return 1;
        }
    };
    let result = match (&args.batch, &args.start, args.n, args.unit) {
        (Some(file), ..) => read(file).and_then(|bytes| batch(&calendar, &bytes, out, err)),
        (None, Some(start), Some(n), Some(unit)) => single(args, &calendar, start, n, unit.into(), out).map(|()| true),
        _ => Err(Error::Malformed("需要 START、N、UNIT 三个参数，或者 --batch FILE".to_owned())),
    };
    match result {
        Ok(true) => 0,
        Ok(false) => 2,
        Err(Error::Malformed(m)) => {
            let _ = writeln!(err, "错误：{m}");
            2
        }
        Err(e) => {
            let _ = writeln!(err, "错误：{e}");
            1
        }
    }
}

fn io(e: std::io::Error) -> Error {
    Error::Io(format!("无法输出：{e}"))
}

fn single(args: &DeadlineArgs, calendar: &Calendar, start: &str, n: u32, unit: Unit, out: &mut dyn Write) -> Result<()> {
    if u64::from(n) > MOST {
        return Err(Error::Malformed(format!("N = {n} 过大，最多 {MOST}")));
    }
    let at = match (start.parse::<Day>(), At::parse(start)) {
        (Ok(_), _) if unit.is_hours() => {
            return Err(Error::Malformed(format!("单位为 hours 时 START 须为时刻，例如 {start}T09:00:00+08:00")));
        }
        (Ok(day), _) => day.start(),
        (Err(_), Ok(at)) => at,
        (Err(_), Err(_)) => return Err(Error::Malformed(format!("START “{start}”不是有效日期（YYYY-MM-DD）或时刻（RFC 3339）"))),
    };
    let term = Term {
        rule: "deadline".to_owned(),
        rule_from: at.day(),
        kind: Kind::Duty,
        effect: Effect::Service,
        n,
        unit,
        backwards: args.backwards,
        rolls: !args.no_roll,
        article: zh("term.command_article").to_owned(),
        start_event: zh("term.command_event").to_owned(),
        start: at,
        extensions: Vec::new(),
        pauses: Vec::new(),
    };
    let due = term.due(calendar, at);
    if !in_range(due.passes_at.day()) {
        return Err(Error::Malformed(format!("到期日超出公元 1 至 9999 年，请核对 START 与 N = {n}")));
    }
    let text = due.day.map_or_else(|| due.passes_at.to_string(), |d| d.to_string());
    let explanation = args.explain.then(|| term.explain(calendar, at));
    if args.json {
        let mut value = serde_json::json!({
            "start": start, "n": n, "unit": unit, "due": text, "passesAt": due.passes_at, "provisional": due.provisional,
        });
        if let Some(e) = &explanation {
            value["sentences"] = e.sentences().into();
            value["explanation"] = serde_json::to_value(e).map_err(|e| Error::Internal(e.to_string()))?;
        }
        return writeln!(out, "{value:#}").map_err(io);
    }
    let mark = if due.provisional { "（暂定）" } else { "" };
    writeln!(out, "{text}{mark}").map_err(io)?;
    match &explanation {
        Some(e) => e.sentences().iter().try_for_each(|s| writeln!(out, "{s}")).map_err(io),
        None if due.provisional => writeln!(out, "{}", zh("term.provisional")).map_err(io),
        None => Ok(()),
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let done = if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(file).map(|b| bytes = b)
    };
    done.map_err(|e| Error::Config(format!("无法读取 {}：{e}", file.display()))).map(|()| bytes)
}

/// Where the columns stand.
struct Columns {
    start: usize,
    n: usize,
    unit: usize,
    len: usize,
}

impl Columns {
    fn find(header: &ByteRecord) -> Result<Self> {
        let name = |f: &[u8]| String::from_utf8_lossy(f).trim().to_ascii_lowercase();
        let find = |wanted: &str| {
            let mut hits = header.iter().enumerate().filter(|(_, f)| name(f) == wanted).map(|(i, _)| i);
            match (hits.next(), hits.next()) {
                (Some(i), None) => Ok(i),
                (None, _) => Err(Error::Config(format!("表头没有 {wanted} 列；需要 start、n、unit 三列（UTF-8 的 CSV）"))),
                (Some(_), Some(_)) => Err(Error::Config(format!("表头有两个 {wanted} 列"))),
            }
        };
        Ok(Self { start: find("start")?, n: find("n")?, unit: find("unit")?, len: header.len() })
    }
}

/// Computes every row; `false` when some could not be. The lines end as those of the input do.
fn batch(calendar: &Calendar, bytes: &[u8], out: &mut dyn Write, err: &mut dyn Write) -> Result<bool> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let crlf = bytes.iter().position(|b| *b == b'\n').is_some_and(|i| i > 0 && bytes.get(i - 1) == Some(&b'\r'));
    let terminator = if crlf { Terminator::CRLF } else { Terminator::Any(b'\n') };
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut writer = WriterBuilder::new().terminator(terminator).from_writer(out);
    let broken = |e: csv::Error| Error::Io(format!("CSV 读写失败：{e}"));

    let mut row = ByteRecord::new();
    if !reader.read_byte_record(&mut row).map_err(broken)? {
        return Err(Error::Config("文件是空的；需要表头 start,n,unit".to_owned()));
    }
    let columns = Columns::find(&row)?;
    row.push_field(b"due");
    row.push_field(b"provisional");
    writer.write_byte_record(&row).map_err(broken)?;

    let mut good = true;
    let mut lines = Lines { bytes, at: 0, line: 1 };
    while reader.read_byte_record(&mut row).map_err(broken)? {
        match compute(calendar, &columns, &row) {
            Ok((due, provisional)) => {
                row.push_field(due.to_string().as_bytes());
                row.push_field(if provisional { b"true" } else { b"false" });
            }
            Err(reason) => {
                good = false;
                let line = lines.at(row.position().map_or(0, csv::Position::byte));
                writeln!(err, "第 {line} 行：{reason}").map_err(io)?;
                row.truncate(columns.len);
                (row.len()..columns.len + 2).for_each(|_| row.push_field(b""));
            }
        }
        writer.write_byte_record(&row).map_err(broken)?;
    }
    writer.flush().map_err(io)?;
    Ok(good)
}

/// Counts lines as an editor does; the reader's own count lags behind where lines end in CRLF.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}
impl Lines<'_> {
    /// The line of the first row that begins at or after `byte`; asked in rising order.
    fn at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(b) = self.bytes.get(self.at).filter(|b| self.at < byte || matches!(b, b'\r' | b'\n')) {
            self.line += u64::from(*b == b'\n');
            self.at += 1;
        }
        self.line
    }
}

fn compute(calendar: &Calendar, columns: &Columns, row: &ByteRecord) -> std::result::Result<(Day, bool), String> {
    if row.len() != columns.len {
        let extra: Vec<_> = row.iter().skip(columns.len).map(String::from_utf8_lossy).collect();
        let dropped = if extra.is_empty() { String::new() } else { format!("，多出的内容未输出：{}", extra.join(",")) };
        return Err(format!("有 {} 列，表头有 {} 列{dropped}", row.len(), columns.len));
    }
    let field = |i: usize, name: &str| {
        let bytes = row.get(i).unwrap_or_default();
        std::str::from_utf8(bytes).map(str::trim).map_err(|_| format!("{name} 不是 UTF-8 文字"))
    };
    let (start, n, unit) = (field(columns.start, "start")?, field(columns.n, "n")?, field(columns.unit, "unit")?);
    let day: Day = start.parse().map_err(|_| format!("start “{start}”不是有效日期，应为 YYYY-MM-DD"))?;
    if n.is_empty() || !n.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("n “{n}”不是非负整数"));
    }
    let n = n.parse::<u64>().ok().filter(|n| *n <= MOST).ok_or_else(|| format!("n “{n}”过大，最多 {MOST}"))?;
    let unit = match unit {
        "working_days" => Unit::WorkingDays,
        "calendar_days" => Unit::CalendarDays,
        _ => return Err(format!("unit “{unit}”应为 working_days 或 calendar_days")),
    };
    let counted = count(calendar, day, n, unit, true);
    if !in_range(counted.due) {
        return Err("到期日超出公元 1 至 9999 年".to_owned());
    }
    Ok((counted.due, counted.provisional))
}

#[cfg(test)]
mod tests;
