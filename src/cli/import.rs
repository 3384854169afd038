//! `qingxin import`: a clue file becomes filings and cases; bad rows come back in a workbook.

use crate::app::import::{File, Report, import};
use crate::base::{Error, Result};
use crate::domain::access::Actor;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// 导入线索文件
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// 导入方案：national（全国根治欠薪线索反映平台）、hotline（12345 热线），或城市自定的方案
    #[arg(long)]
    pub profile: String,
    /// 线索文件（XLSX 或 CSV）
    pub file: PathBuf,
    /// 退回的行写到这里（默认在当前目录）
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
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
    let result = import(&app, &Actor::System("import"), file, &mut |n| bar.set_position(n));
    bar.finish_and_clear();
    let (report, workbook) = result.map_err(|e| match e {
        Error::NotFound("profile") => {
            let known: Vec<&str> = app.city.profiles.keys().map(String::as_str).collect();
            Error::Config(format!("没有名为 {:?} 的导入方案。可用的方案：{}。", args.profile, known.join("、")))
        }
        e => e,
    })?;
    let mut saved = None;
    if let Some(w) = workbook {
        let path = rejects_path(args);
        std::fs::write(&path, w).map_err(|e| Error::Io(format!("退回文件 {} 无法写入：{e}", path.display())))?;
        saved = Some(path);
    }
    print(&report, saved.as_deref(), args.json, out)?;
    Ok(0)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| Error::Config(format!("文件 {} 无法读取：{e}", path.display())))
}

fn print(r: &Report, saved: Option<&Path>, json: bool, out: &mut dyn Write) -> Result<()> {
    let io = |e: std::io::Error| Error::Io(e.to_string());
    if json {
        let mut v = serde_json::to_value(r).map_err(|e| Error::Internal(e.to_string()))?;
        if let (Some(o), Some(p)) = (v.as_object_mut(), saved) {
            o.insert("rejectsFile".into(), serde_json::Value::String(p.display().to_string()));
        }
        return writeln!(out, "{v}").map_err(io);
    }
    writeln!(
        out,
        "共 {} 行：新登记 {}（其中并入在办案件 {}、留受理台 {}），同号变更 {}，重复 {}，退回 {}。",
        r.rows, r.filings, r.joined, r.desk, r.amended, r.duplicates, r.rejected
    )
    .map_err(io)?;
    for row in r.rejects.iter().take(20) {
        for f in &row.faults {
            writeln!(out, "  第 {} 行 {}：{}", row.row, f.column, f.message).map_err(io)?;
        }
    }
    if r.rejects.len() > 20 {
        writeln!(out, "  …… 其余 {} 行见退回文件", r.rejects.len() - 20).map_err(io)?;
    }
    if let Some(p) = saved {
        writeln!(out, "退回的行及原因：{}", p.display()).map_err(io)?;
    }
    Ok(())
}
