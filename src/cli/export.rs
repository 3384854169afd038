//! `qingxin export answer-back`: the file a sender wants filled in.

use crate::app::exchange::export::answer_back;
use crate::base::{Day, Error, Result};
use crate::domain::access::Actor;
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;

/// 导出
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// 导出什么
    #[command(subcommand)]
    pub command: ExportCommand,
}

/// 导出什么
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// 答复反馈表：含完整姓名，导出记录在案
    AnswerBack {
        /// 导出方案：national（全国根治欠薪线索反映平台，XLSX）、hotline（热线，GB18030 编码 CSV），或城市自定的方案
        #[arg(long)]
        profile: String,
        /// 写到这个文件
        out: PathBuf,
        /// 只要这一天起答复的（YYYY-MM-DD）
        #[arg(long, value_name = "DATE")]
        since: Option<Day>,
        /// 在标准输出打印一个 JSON 对象
        #[arg(long)]
        json: bool,
    },
}

/// Runs the export as the system.
///
/// # Errors
/// Unknown profile, a file that cannot be written, or the database.
pub fn run(args: &ExportArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let io = |e: std::io::Error| Error::Io(e.to_string());
    let ExportCommand::AnswerBack { profile, out: path, since, json } = &args.command;
    let app = super::open(config)?;
    let done = answer_back(&app, &Actor::System("command_line"), profile, *since).map_err(|e| match e {
        Error::NotFound("profile") => {
            let known: Vec<&str> = app.city.exports.keys().map(String::as_str).collect();
            Error::Config(format!("没有名为 {profile:?} 的导出方案。可用的方案：{}。", known.join("、")))
        }
        e => e,
    })?;
    std::fs::write(path, &done.bytes).map_err(|e| Error::Io(format!("{} 无法写入：{e}", path.display())))?;
    if *json {
        writeln!(out, "{}", serde_json::json!({ "rows": done.rows, "bytes": done.bytes.len(), "file": path.display().to_string() }))
            .map_err(io)?;
    } else {
        writeln!(out, "已导出 {} 件答复到 {}。文件含个人信息，请妥善保管。", done.rows, path.display()).map_err(io)?;
    }
    Ok(0)
}
