//! `qingxin import`: a clue file becomes filings and cases, an old ledger is taken over; bad rows come back in a workbook.

use crate::app::import::{File, RejectedRow, Report, import};
use crate::app::legacy::import::{LedgerReport, import_ledger};
use crate::base::{Error, Result};
use crate::domain::access::Actor;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// 导入线索文件，或接收历史台账
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// 导入方案：national（全国根治欠薪线索反映平台）、hotline（12345 热线）、ledger（历史台账），或城市自定的方案
    #[arg(long)]
    pub profile: String,
    /// 线索文件（XLSX 或 CSV）
    pub file: PathBuf,
    /// 退回的行写到这里（默认在当前目录；已有同名文件时另编号，不覆盖）
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// 只报告会怎样，不写入任何内容（只用于台账）
    #[arg(long)]
    pub dry_run: bool,
    /// 在标准输出打印一个 JSON 对象
    #[arg(long)]
    pub json: bool,
}

/// Where rejects go by default: beside where the command runs, named after the file.
fn rejects_path(args: &ImportArgs) -> PathBuf {
    args.rejects.clone().unwrap_or_else(|| {
        let stem = args.file.file_stem().map_or_else(|| "rejects".to_owned(), |s| s.to_string_lossy().into_owned());
        PathBuf::from(format!("{stem}-退回.xlsx"))
    })
}

/// Runs the import. Exit 0 when the file was read to its end, rejects or not.
///
/// # Errors
/// Nothing could be read, or the database.
pub fn run(args: &ImportArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let bytes = read(&args.file)?;
    let app = super::open(config)?;
    let bar = if std::io::stderr().is_terminal() {
        let style =
            ProgressStyle::with_template("{spinner} 已处理 {pos} 行，用时 {elapsed}").map_err(|e| Error::Internal(e.to_string()))?;
        ProgressBar::new_spinner().with_style(style)
    } else {
        ProgressBar::hidden()
    };
    let name = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let file = File { profile: &args.profile, name: &name, bytes: &bytes, receiving: "" };
    let unknown = |e| match e {
        Error::NotFound("profile") => {
            let known: Vec<&str> = app.city.profiles.keys().map(String::as_str).collect();
            Error::Config(format!("没有名为 {:?} 的导入方案。可用的方案：{}。", args.profile, known.join("、")))
        }
        e => e,
    };
    let actor = Actor::System("import");
    if app.city.profiles.get(&args.profile).is_some_and(|p| p.ledger.is_some()) {
        let result = import_ledger(&app, &actor, file, args.dry_run, &mut |n| bar.set_position(n));
        bar.finish_and_clear();
        let (report, workbook) = result?;
        let saved = save(args, workbook)?;
        print_ledger(&report, saved.as_deref(), args.json, out)?;
        return Ok(0);
    }
    if args.dry_run {
        return Err(Error::Config("--dry-run 只用于台账方案（--profile ledger）。线索文件重复导入不会重复登记，可以直接导入。".to_owned()));
    }
    let result = import(&app, &actor, file, &mut |n| bar.set_position(n));
    bar.finish_and_clear();
    let (report, workbook) = result.map_err(unknown)?;
    let saved = save(args, workbook)?;
    print(&report, saved.as_deref(), args.json, out)?;
    Ok(0)
}

/// Names that are tried for one workbook of rejects.
const NAMES: u32 = 1000;

/// Writes the workbook of rejects: it holds persons in clear, so only its owner reads it, and it never replaces a file that
/// somebody may have corrected already.
pub(super) fn save(args: &ImportArgs, workbook: Option<Vec<u8>>) -> Result<Option<PathBuf>> {
    let Some(w) = workbook else { return Ok(None) };
    let first = rejects_path(args);
    let failed = |path: &Path, e: std::io::Error| Error::Io(format!("退回文件 {} 无法写入：{e}", path.display()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for n in 1..=NAMES {
        let path = if n == 1 { first.clone() } else { numbered(&first, n) };
        match options.open(&path) {
            Ok(mut file) => {
                file.write_all(&w).map_err(|e| failed(&path, e))?;
                return Ok(Some(path));
            }
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(failed(&path, e)),
        }
    }
    Err(failed(&first, std::io::ErrorKind::AlreadyExists.into()))
}

/// `台账-退回.xlsx` becomes `台账-退回-2.xlsx`.
fn numbered(path: &Path, n: u32) -> PathBuf {
    let part = |s: Option<&std::ffi::OsStr>| s.map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let (stem, extension) = (part(path.file_stem()), part(path.extension()));
    let dot = if extension.is_empty() { "" } else { "." };
    path.with_file_name(format!("{stem}-{n}{dot}{extension}"))
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| Error::Config(format!("文件 {} 无法读取：{e}", path.display())))
}

fn io(e: std::io::Error) -> Error {
    Error::Io(e.to_string())
}

/// The report as one JSON object, with the place of the rejects.
fn print_json(r: &impl serde::Serialize, saved: Option<&Path>, out: &mut dyn Write) -> Result<()> {
    let mut v = serde_json::to_value(r).map_err(|e| Error::Internal(e.to_string()))?;
    if let (Some(o), Some(p)) = (v.as_object_mut(), saved) {
        o.insert("rejectsFile".into(), serde_json::Value::String(p.display().to_string()));
    }
    writeln!(out, "{v}").map_err(io)
}

fn print_rejects(rejects: &[RejectedRow], saved: Option<&Path>, out: &mut dyn Write) -> Result<()> {
    for row in rejects.iter().take(20) {
        for f in &row.faults {
            writeln!(out, "  第 {} 行 {}：{}", row.row, f.column, f.message).map_err(io)?;
        }
    }
    if rejects.len() > 20 {
        writeln!(out, "  …… 其余 {} 行见退回文件", rejects.len() - 20).map_err(io)?;
    }
    if let Some(p) = saved {
        writeln!(out, "退回的行及原因：{}", p.display()).map_err(io)?;
    }
    Ok(())
}

fn print_ledger(r: &LedgerReport, saved: Option<&Path>, json: bool, out: &mut dyn Write) -> Result<()> {
    if json {
        return print_json(r, saved, out);
    }
    let yuan = |f: crate::law::Fen| format!("{f} 元");
    let (head, verb) = if r.dry_run { ("试运行，没有写入任何内容。", "将接收") } else { ("", "接收") };
    writeln!(
        out,
        "{head}共 {} 行：{verb} {}（其中列入遗留超期复核 {}、承办人未识别 {}），以前已接收 {}，退回 {}。",
        r.rows, r.taken, r.review, r.officer_unknown, r.same, r.rejected
    )
    .map_err(io)?;
    writeln!(out, "涉及金额 {}，台账所载已支付 {}（未核实）。", yuan(r.reported_fen), yuan(r.stated_paid_fen)).map_err(io)?;
    for (title, groups) in [("按状态", &r.states), ("按承办部门", &r.bureaus)] {
        writeln!(out, "{title}：").map_err(io)?;
        for g in groups {
            writeln!(
                out,
                "  {}：{} 行，复核 {}，涉及 {}，已支付 {}",
                g.title,
                g.rows,
                g.review,
                yuan(g.reported_fen),
                yuan(g.stated_paid_fen)
            )
            .map_err(io)?;
        }
    }
    if !r.officer_rows.is_empty() {
        let rows: Vec<String> = r.officer_rows.iter().take(50).map(u32::to_string).collect();
        let more = if r.officer_rows.len() > rows.len() { "……" } else { "" };
        writeln!(out, "承办人未识别（姓名随案加密保存，请由大队长指派）：第 {}{more} 行", rows.join("、")).map_err(io)?;
    }
    if r.dry_run {
        writeln!(out, "核对无误后，去掉 --dry-run 再运行一次即为正式接收；退回的行在退回文件中改正后单独导入。").map_err(io)?;
    }
    if !r.unknown_headings.is_empty() {
        writeln!(out, "未识别的列（内容随案加密保存）：{}", r.unknown_headings.join("、")).map_err(io)?;
    }
    for t in r.twins.iter().take(20) {
        let of = match t.of.as_str() {
            "row" => format!("本文件第 {} 行", t.number),
            "filing" => format!("登记 {}", t.number),
            _ => format!("案件 {}", t.number),
        };
        writeln!(out, "  第 {} 行与{of}疑似同一事项", t.row).map_err(io)?;
    }
    if r.twins.len() > 20 {
        writeln!(out, "  …… 共 {} 处疑似，全部见 --json", r.twins.len()).map_err(io)?;
    }
    print_rejects(&r.rejects, saved, out)
}

fn print(r: &Report, saved: Option<&Path>, json: bool, out: &mut dyn Write) -> Result<()> {
    if json {
        return print_json(r, saved, out);
    }
    writeln!(
        out,
        "共 {} 行：新登记 {}（其中并入在办案件 {}、留受理台 {}），同号变更 {}，重复 {}，退回 {}。",
        r.rows, r.filings, r.joined, r.desk, r.amended, r.duplicates, r.rejected
    )
    .map_err(io)?;
    print_rejects(&r.rejects, saved, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::legacy::import::Group;
    use crate::law::Fen;

    #[test]
    fn sums_of_a_ledger_read_as_on_the_pages() {
        let sums = |reported, paid| (Fen::new(reported), Fen::new(paid));
        let (reported_fen, stated_paid_fen) = sums(123_456_789, 5);
        let group = Group { title: "待受理".into(), reported_fen, stated_paid_fen, ..Group::default() };
        let r = LedgerReport { reported_fen, stated_paid_fen, states: vec![group], ..LedgerReport::default() };
        let mut out = Vec::new();
        print_ledger(&r, None, false, &mut out).unwrap();
        let said = String::from_utf8(out).unwrap();
        assert!(said.contains("涉及金额 1,234,567.89 元，台账所载已支付 0.05 元"), "{said}");
        assert!(said.contains("涉及 1,234,567.89 元，已支付 0.05 元"), "{said}");
    }
}
