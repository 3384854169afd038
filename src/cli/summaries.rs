//! `qingxin summaries`: compares the dashboard's summaries with the rows they are made of, or makes them anew.
//!
//! Owns the words. `check` is the line of `doctor` alone; both leave the matter untouched.

use crate::base::{Error, Result};
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;

/// 看板统计
#[derive(Debug, Args)]
pub struct SummariesArgs {
    /// 做什么
    #[command(subcommand)]
    pub command: Command,
}

/// 做什么
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 逐件核对，有差异的更正并列出
    Check,
    /// 全部清除，重新统计（服务可以照常运行，其间看板数字不完整）
    Rebuild,
}

/// Runs it; 1 where something differed.
///
/// # Errors
/// The database.
pub fn run(args: &SummariesArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let io = |e: std::io::Error| Error::Io(e.to_string());
    let app = super::open(config)?;
    crate::jobs::sequence(&app)?;
    match args.command {
        Command::Check => {
            let (seen, odd) = app.check_summaries()?;
            for line in &odd {
                writeln!(out, "{line}").map_err(io)?;
            }
            writeln!(out, "已核对 {seen} 项，更正 {} 处", odd.len()).map_err(io)?;
            Ok(i32::from(!odd.is_empty()))
        }
        Command::Rebuild => {
            let units = app.rebuild_summaries()?;
            writeln!(out, "已重新统计 {units} 件").map_err(io)?;
            Ok(0)
        }
    }
}
