//! `qingxin grade`: grades the record of a year.

use super::draw::{io, wait};
use crate::app::grading::RunView;
use crate::base::{Error, Result};
use crate::domain::access::Actor;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// 守法诚信等级评价：按上一年度的记录拟定等级（须人工复核后才告知企业）
#[derive(Debug, Args)]
pub struct GradeArgs {
    /// 评价年度（须已结束）
    #[arg(long)]
    pub year: i32,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

fn show(r: &RunView, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{} 年度：{} 户企业，A级 {}，B级 {}，C级 {}；新的或有变化的结果 {} 户", r.year, r.employers, r.a, r.b, r.c, r.fresh)
        .map_err(io)?;
    let told = if r.same { "与上次评价的结果逐字节相同" } else { "与上次评价的结果不同，或者首次评价" };
    writeln!(out, "结果链 {}\n{told}", if r.chain.is_empty() { "—" } else { &r.chain }).map_err(io)
}

/// Runs it.
///
/// # Errors
/// A year that has not ended; the database.
pub fn run(a: &GradeArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let app = super::open(config)?;
    let done = wait(app.grade_year(&Actor::System("command_line"), a.year))?;
    if a.json {
        let text = serde_json::to_string(&done).map_err(|e| Error::Internal(e.to_string()))?;
        writeln!(out, "{text}").map_err(io)?;
    } else {
        show(&done, out)?;
    }
    Ok(0)
}
