//! The command line: arguments in, one use case, words out.
//!
//! Owns the arguments, the exit codes (0 done, 1 failed or findings, 2 bad rows or wrong use) and what an operator reads
//! (Chinese on stderr; stdout is data). Decides nothing.

pub mod account;
pub mod admin;
pub mod bench;
pub mod calendar;
mod daylog;
pub mod deadline;
pub mod demo;
pub mod draw;
pub mod escrow;
pub mod export;
pub mod grade;
pub mod import;
pub mod migrate;
pub mod notices;
pub mod partner;
pub mod report;
pub mod roster;
pub mod serve;
pub mod summaries;
pub mod torture;
pub mod verify;
pub mod workflow;

use crate::app::App;
use crate::base::{Clock, Result, SystemClock};
use crate::boot::{self, Place};
use clap::{Parser, Subcommand};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 清薪：欠薪投诉案件办理系统
#[derive(Debug, Parser)]
#[command(name = "qingxin", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// 配置文件（默认见 config/default.toml；也可用环境变量 QINGXIN_CONFIG）
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// 做什么
    #[command(subcommand)]
    pub command: Command,
}

/// 做什么
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 建立或升级数据库（DATABASE_URL，默认 ./qingxin.db）
    Migrate,
    /// 启动服务
    Serve(serve::ServeArgs),
    /// 演示：建立一年的模拟数据并启动
    Demo(demo::DemoArgs),
    /// 导入线索文件
    Import(import::ImportArgs),
    /// 录入案件的欠薪明细花名册
    Roster(roster::RosterArgs),
    /// 导出答复反馈表
    Export(export::ExportArgs),
    /// 账号管理
    Account(account::AccountArgs),
    /// 对接系统：密钥的发放、更换、停用
    Partner(partner::PartnerArgs),
    /// 通知的寄送：已放弃的、重发、数量
    Notices(notices::NoticesArgs),
    /// 计算期限（不需要数据库）
    Deadline(deadline::DeadlineArgs),
    /// 节假日安排
    Calendar(calendar::CalendarArgs),
    /// 流程定义
    Workflow(workflow::Args),
    /// 期限执行情况：按时签收率等，及各人中止次数
    Report(report::ReportArgs),
    /// 体检：配置、数据库、各项承诺
    Doctor(admin::DoctorArgs),
    /// 抽查回访：抽取、核验、样本量
    Draw(draw::DrawArgs),
    /// 看板统计：核对、重新统计
    Summaries(summaries::SummariesArgs),
    /// 守法诚信等级评价
    Grade(grade::GradeArgs),
    /// 备份
    Backup(admin::BackupArgs),
    /// 恢复到空数据库
    Restore(admin::RestoreArgs),
    /// 密钥
    Keys(admin::KeysArgs),
    /// 导出日志供离线核验
    Journal(admin::JournalArgs),
    /// 离线核验导出的日志
    Verify(verify::Args),
    /// 压力试验（只在空数据库上）
    Torture(torture::TortureArgs),
    /// 性能测量
    Bench(bench::BenchArgs),
    /// 性能测量的请求方，由 bench 启动
    #[command(hide = true)]
    BenchLoad,
}

/// Opens the program for a command.
///
/// # Errors
/// As [`boot::open`].
pub fn open(config: Option<PathBuf>) -> Result<Arc<App>> {
    boot::open(&Place::from_env(config), Arc::new(SystemClock))
}

/// The calendar of commands that need no database; says so when a database that is there could not be asked.
fn known(config: Option<PathBuf>, err: &mut dyn Write) -> Result<crate::law::Calendar> {
    let (calendar, trouble) = boot::known_calendar(&Place::from_env(config), SystemClock.now().day())?;
    if let Some(e) = trouble {
        let _ = writeln!(err, "提示：未能读取数据库中的节假日安排（{e}），按随程序提供的安排计算。");
    }
    Ok(calendar)
}

/// Runs the command line; returns the exit code.
#[must_use]
pub fn run(cli: Cli) -> i32 {
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr());
    let config = cli.config.clone();
    let done = match cli.command {
        Command::Deadline(a) => known(config, &mut err).map(|c| deadline::run(&a, &c, &mut out, &mut err)),
        Command::Calendar(a) => known(config.clone(), &mut err).and_then(|c| match calendar::run(&a, &c, &mut out, &mut err) {
            Some(code) => Ok(code),
            None => admin::calendar_import(&a, config, &mut out),
        }),
        Command::Workflow(workflow::Args { command: workflow::Command::Migrate(a) }) => migrate::run(&a, config, &mut out),
        Command::Workflow(a) => {
            let place = Place::from_env(config.clone());
            let tables = place.config_file.as_deref().and_then(Path::parent);
            return workflow::run(&a, tables, &|k, v| migrate::in_use(config.clone(), k, v), &mut out, &mut err);
        }
        Command::Migrate => admin::migrate(config, &mut out),
        Command::Serve(a) => {
            drop(out);
            return finish(serve::run(a, config), &mut err);
        }
        Command::Demo(a) => {
            drop(out);
            let done = demo::run(&a, &mut std::io::stdout());
            return finish(done, &mut err);
        }
        Command::Import(a) => import::run(&a, config, &mut out),
        Command::Roster(a) => roster::run(&a, config, &mut out),
        Command::Export(a) => export::run(&a, config, &mut out),
        Command::Account(a) => account::run(&a, config, &mut out),
        Command::Partner(a) => partner::run(&a, config, &mut out),
        Command::Notices(a) => notices::run(&a, config, &mut out),
        Command::Report(a) => report::run(&a, config, &mut out),
        Command::Doctor(a) => admin::doctor(&a, config, &mut out),
        Command::Draw(a) => draw::run(&a, config, &mut out),
        Command::Summaries(a) => summaries::run(&a, config, &mut out),
        Command::Grade(a) => grade::run(&a, config, &mut out),
        Command::Backup(a) => admin::backup(&a, config, &mut out),
        Command::Restore(a) => admin::restore(&a, config, &mut out),
        Command::Keys(a) => admin::keys(&a, config, &mut out),
        Command::Journal(a) => admin::journal(&a, config, &mut out),
        Command::Verify(a) => verify::run(&a, &mut out).map(i32::from),
        Command::Torture(a) => torture::run(&a, &mut out),
        Command::Bench(a) => bench::run(&a, &mut out),
        Command::BenchLoad => bench::load::serve(&mut out),
    };
    finish(done, &mut err)
}

fn finish(done: Result<i32>, err: &mut impl Write) -> i32 {
    match done {
        Ok(code) => code,
        Err(e) => {
            // the operator reads the sentence; what only an operator may see follows it
            let sentence = e.sentence();
            let detail = e.to_string();
            let _ = if sentence == detail || matches!(e, crate::base::Error::Config(_)) {
                writeln!(err, "错误：{detail}")
            } else {
                writeln!(err, "错误：{sentence}（{detail}）")
            };
            for f in e.fields() {
                let _ = writeln!(err, "  {}：{}", f.pointer, f.message);
            }
            1
        }
    }
}
