//! `qingxin roster`: the table of a joint case becomes claims, or only says what would; bad rows come back in a workbook.

use super::import::{ImportArgs, read, save};
use crate::app::claims::roster::Presented;
use crate::base::{Error, Result};
use crate::domain::access::Actor;
use crate::store::cases;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// 录入案件的欠薪明细花名册
#[derive(Debug, Args)]
pub struct RosterArgs {
    /// 案件编号
    pub case: String,
    /// 花名册（XLSX 或 CSV）
    pub file: PathBuf,
    /// 退回的行写到这里（默认在当前目录；已有同名文件时另编号，不覆盖）
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// 由谁提交：workers（劳动者本人）或 team_leader（包工头）；反映人是包工头的必须写明
    #[arg(long, value_name = "WHO")]
    pub presented_by: Option<String>,
    /// 包工头代为提交的，各劳动者委托书的材料编号
    #[arg(long, value_name = "ID")]
    pub mandate: Option<crate::base::id::EvidenceId>,
    /// 只报告会怎样，不写入任何内容
    #[arg(long)]
    pub dry_run: bool,
    /// 在标准输出打印一个 JSON 对象
    #[arg(long)]
    pub json: bool,
}

/// Runs it. Exit 0 when every row was taken, 2 when rows come back.
///
/// # Errors
/// Nothing could be read, there is no such case, or the database.
pub fn run(a: &RosterArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let bytes = read(&a.file)?;
    let app = super::open(config)?;
    let number = a.case.clone();
    let case = app.db.read_blocking(move |c| cases::by_number(c, &number))?;
    let case = case.ok_or_else(|| Error::Config(format!("没有编号为 {} 的案件。", a.case)))?;
    let presented = Presented { by: a.presented_by.clone(), mandate: a.mandate };
    let sheet = app.read_roster(&bytes)?.presented(presented);
    let (report, workbook) = app.take_roster(&Actor::System("roster"), None, case.id, sheet, a.dry_run)?;
    let back = ImportArgs { profile: "roster".into(), file: a.file.clone(), rejects: a.rejects.clone(), dry_run: a.dry_run, json: a.json };
    let saved = save(&back, workbook)?;
    let failed = |e: std::io::Error| Error::Io(e.to_string());
    if a.json {
        let text = serde_json::to_string(&report).map_err(|e| Error::Internal(e.to_string()))?;
        writeln!(out, "{text}").map_err(failed)?;
    } else {
        let what = if a.dry_run { "试读" } else { "录入" };
        writeln!(out, "{what} {} 行：可用 {} 行，{} 元；退回 {} 行。", report.rows, report.taken, report.claimed_fen, report.rejected)
            .map_err(failed)?;
        writeln!(
            out,
            "案件合计 {} 元、{} 人；登记 {} 元、{} 人；未具名差额 {} 元。",
            report.case_claimed_fen, report.persons, report.reported_total_fen, report.headcount, report.remainder_fen
        )
        .map_err(failed)?;
        for r in &report.rejects {
            for f in &r.faults {
                writeln!(out, "  第 {} 行 {}：{}", r.row, f.column, f.message).map_err(failed)?;
            }
        }
        if let Some(p) = saved {
            writeln!(out, "退回的行写在 {}。", p.display()).map_err(failed)?;
        }
    }
    Ok(if report.rejected == 0 { 0 } else { 2 })
}
