//! `qingxin calendar`: show a year, check a notice file, read one for import.
//!
//! Owns reading the files and printing them. The part of `import` that writes to the database lives with the other
//! commands that do; it begins with [`ImportArgs::year`].

use crate::base::{Day, Error, Result};
use crate::law::Calendar;
use crate::law::calendar::{Year, weekday_name};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A notice of a year is a few kilobytes; more is some other file.
const MOST_BYTES: u64 = 1 << 20;

/// `qingxin calendar …`
#[derive(Debug, clap::Args)]
pub struct CalendarArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: CalendarCommand,
}

/// The commands on calendars.
#[derive(Debug, clap::Subcommand)]
pub enum CalendarCommand {
    /// 显示某一年的放假安排、依据和工作日数
    Show(ShowArgs),
    /// 检查一份日历文件（TOML 或 holiday-cn JSON），不写入任何内容
    Check(CheckArgs),
    /// 导入一份日历文件，并重新推算涉及的期限
    Import(ImportArgs),
}

/// `calendar show YEAR`
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// 年份，例如 2026
    pub year: i32,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
    /// 另外载入的日历文件，可多次
    #[arg(long, value_name = "FILE")]
    pub calendar: Vec<PathBuf>,
}

/// `calendar check FILE`
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// 日历文件
    pub file: PathBuf,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// `calendar import FILE`
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// 日历文件（TOML 或 holiday-cn JSON）
    pub file: PathBuf,
    /// 通知文号，例如 国办发明电〔2025〕7号（文件中没有时填写）
    #[arg(long)]
    pub document: Option<String>,
    /// 通知发布日期，YYYY-MM-DD（文件中没有时填写）
    #[arg(long)]
    pub published: Option<Day>,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}
impl ImportArgs {
    /// The year of the file, with document number and day of publication filled in from the command line.
    ///
    /// # Errors
    /// As [`read_year`].
    pub fn year(&self) -> Result<Year> {
        let mut year = read_year(&self.file)?;
        year.document = self.document.clone().or(year.document);
        year.published = self.published.or(year.published);
        Ok(year)
    }
}

/// Reads a file in either shape.
///
/// # Errors
/// [`Error::Config`] with the file and what to do: not readable, too large, not UTF-8, or wrong inside.
pub fn read_year(path: &Path) -> Result<Year> {
    let name = path.display();
    let size = std::fs::metadata(path).map_err(|e| Error::Config(format!("无法读取日历文件 {name}：{e}")))?.len();
    if size > MOST_BYTES {
        return Err(Error::Config(format!("{name} 有 {size} 字节，不像一年的放假安排")));
    }
    let text = std::fs::read_to_string(path).map_err(|e| Error::Config(format!("无法读取日历文件 {name}（须为 UTF-8）：{e}")))?;
    Year::parse(&text).map_err(|e| Error::Config(format!("{name}：{e}")))
}

/// A calendar with further files laid over.
///
/// # Errors
/// As [`read_year`].
pub fn calendar_with(base: &Calendar, files: &[PathBuf]) -> Result<Calendar> {
    files.iter().try_fold(base.clone(), |c, f| Ok(c.with(read_year(f)?)))
}

/// Runs what needs no database and gives the exit code (0 done, 1 the file or year is wrong); `None` for `import`.
pub fn run(args: &CalendarArgs, base: &Calendar, out: &mut dyn Write, err: &mut dyn Write) -> Option<i32> {
    let result = match &args.command {
        CalendarCommand::Show(a) => show(a, base, out),
        CalendarCommand::Check(a) => check(a, out),
        CalendarCommand::Import(_) => return None,
    };
    Some(match result {
        Ok(()) => 0,
        Err(e) => {
            let _ = writeln!(err, "错误：{e}");
            1
        }
    })
}

fn io(e: std::io::Error) -> Error {
    Error::Io(format!("无法输出：{e}"))
}

fn show(args: &ShowArgs, base: &Calendar, out: &mut dyn Write) -> Result<()> {
    let calendar = calendar_with(base, &args.calendar)?;
    let year = calendar.year(args.year).ok_or_else(|| {
        Error::Config(format!("{}年的放假安排没有载入，涉及该年的期限均为暂定；可用 qingxin calendar import 导入", args.year))
    })?;
    let (first, last) = (Day::ymd(args.year, 1, 1), Day::ymd(args.year, 12, 31));
    let working = first.zip(last).map_or(0, |(a, b)| calendar.working_days(a.prev(), b));
    print(year, working, &[], args.json, out)
}

fn check(args: &CheckArgs, out: &mut dyn Write) -> Result<()> {
    let year = read_year(&args.file)?;
    let calendar = Calendar::try_embedded()?;
    let mut notes = year.warnings();
    notes.extend(differences(&calendar, &year));
    print(&year, year.working_days(), &notes, args.json, out)
}

/// What a file changes against the shipped notice of the same year.
fn differences(calendar: &Calendar, year: &Year) -> Vec<String> {
    let Some(old) = calendar.year(year.year) else { return Vec::new() };
    let mut out = Vec::new();
    let alone = Calendar::new(vec![year.clone()], 0);
    let mut days: Vec<Day> = old.days.iter().chain(&year.days).map(|d| d.day).collect();
    days.sort();
    days.dedup();
    for day in days {
        let (a, b) = (calendar.info(day), alone.info(day));
        if a.kind.works() != b.kind.works() {
            out.push(format!("{day} 与随程序发布的{}年安排不同：原为{}，文件中为{}", year.year, a.name, b.name));
        }
    }
    out
}

fn print(year: &Year, working: i64, notes: &[String], json: bool, out: &mut dyn Write) -> Result<()> {
    if json {
        let value = serde_json::json!({
            "year": year.year, "title": year.title, "document": year.document, "published": year.published, "url": year.url,
            "workingDays": working, "holidays": year.holidays(), "notes": notes,
        });
        return writeln!(out, "{value:#}").map_err(io);
    }
    let published = year.published.map_or_else(|| "发布日期不详".to_owned(), |d| format!("{d} 发布"));
    writeln!(out, "{}（{}，{published}）", year.title, year.document.as_deref().unwrap_or("文号不详")).map_err(io)?;
    if let Some(url) = &year.url {
        writeln!(out, "{url}").map_err(io)?;
    }
    for h in year.holidays() {
        let rest = h.rest.map_or_else(String::new, |(a, b)| format!("{a} 至 {b}，共{}日", b.since(a) + 1));
        let work: Vec<String> = h.work.iter().map(|d| format!("{d}（{}）", weekday_name(*d))).collect();
        let work = if work.is_empty() { String::new() } else { format!("；上班 {}", work.join("、")) };
        writeln!(out, "  {}  {rest}{work}", h.name).map_err(io)?;
    }
    writeln!(out, "{}年共 {working} 个工作日", year.year).map_err(io)?;
    for n in notes {
        writeln!(out, "注意：{n}").map_err(io)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct App {
        #[command(flatten)]
        args: CalendarArgs,
    }

    fn call(argv: &[&str]) -> (Option<i32>, String, String) {
        let app = App::try_parse_from(std::iter::once("calendar").chain(argv.iter().copied())).unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(&app.args, &Calendar::embedded(), &mut out, &mut err);
        (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }
    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut f = tempfile::NamedTempFile::new().unwrap();
        f.write_all(text.as_bytes()).unwrap();
        f
    }

    #[test]
    fn show_names_notice_days_and_count() {
        let (code, out, err) = call(&["show", "2026"]);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        for part in [
            "国办发明电〔2025〕7号",
            "2025-11-04",
            "2026-10-01 至 2026-10-07，共7日；上班 2026-09-20（周日）、2026-10-10（周六）",
            "248 个工作日",
        ] {
            assert!(out.contains(part), "{part} in {out}");
        }
        let (_, json, _) = call(&["show", "2023", "--json"]);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((value["workingDays"].as_i64(), value["published"].as_str()), (Some(249), Some("2022-12-08")));
    }

    #[test]
    fn an_unknown_year_is_refused_with_the_remedy() {
        let (code, out, err) = call(&["show", "2031"]);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(err.contains("calendar import"), "{err}");
    }

    #[test]
    fn check_tells_what_is_odd_and_what_differs() {
        let f = file(
            r#"{"year":2026,"papers":[],"days":[{"name":"元旦","date":"2026-01-01","isOffDay":true},{"name":"国庆节","date":"2026-10-12","isOffDay":false}]}"#,
        );
        let (code, out, _) = call(&["check", f.path().to_str().unwrap()]);
        assert_eq!(code, Some(0));
        for part in ["没有找到“春节”", "2026-10-12（国庆节）写为调休上班", "没有文号", "2026-10-01 与随程序发布的2026年安排不同"]
        {
            assert!(out.contains(part), "{part} in {out}");
        }
        let bad = file(r#"{"year":2027,"papers":[],"days":[]}"#);
        let (code, out, err) = call(&["check", bad.path().to_str().unwrap()]);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(err.contains("尚未发布"), "{err}");
        assert_eq!(call(&["check", "/nowhere/at/all"]).0, Some(1));
    }

    #[test]
    fn import_reads_and_fills_in() {
        let f = file(
            r#"{"year":2027,"papers":["https://www.gov.cn/x/202611/c.htm"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}"#,
        );
        let argv = ["calendar", "import", f.path().to_str().unwrap(), "--document", "国办发明电〔2026〕1号", "--published", "2026-11-05"];
        let app = App::try_parse_from(argv).unwrap();
        let CalendarCommand::Import(a) = &app.args.command else { panic!("import") };
        let year = a.year().unwrap();
        assert_eq!((year.document.as_deref(), year.published), (Some("国办发明电〔2026〕1号"), Day::ymd(2026, 11, 5)));
        assert_eq!(call(&argv[1..]).0, None);
    }
}
