//! Operators' commands: migrate, doctor, backup, restore, keys, journal, calendar import.

use crate::app::{App, calendar, doctor};
use crate::base::id::Ids;
use crate::base::seal::Purpose;
use crate::base::{Clock, Error, Result, SystemClock};
use crate::boot::{self, Place};
use crate::cli::calendar::{CalendarArgs, CalendarCommand};
use crate::cli::escrow;
use crate::domain::access::Actor;
use crate::store::sealed::SEALED;
use crate::store::{audit, backup, keys};
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

fn io(e: std::io::Error) -> Error {
    Error::Io(e.to_string())
}

/// 体检
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

/// 备份
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// 备份目录（须不存在）
    pub to: PathBuf,
}

/// 恢复
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// 备份目录
    pub from: PathBuf,
    /// 只核对备份，不恢复
    #[arg(long)]
    pub verify: bool,
}

/// 密钥
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// 做什么
    #[command(subcommand)]
    pub command: KeysCommand,
}

/// 做什么
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// 列出密钥
    List,
    /// 换用新的数据密钥，并把已有密文改用新密钥
    Rotate {
        /// 只换新密钥，已有密文以后再改
        #[arg(long)]
        no_reseal: bool,
    },
    /// 把仍用旧数据密钥的密文改用现行密钥（更换密钥时其他节点正在写入的，由此收尾）
    Reseal,
    /// 按现行规则和密钥补编检索索引
    Reindex,
    /// 换用新的主密钥（数据密钥重新包裹，密文不动）
    Rewrap {
        /// 新主密钥文件；不给则就地更换
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// 主密钥分片托管：分给多名保管人，凑齐若干份才能恢复
    Escrow(escrow::EscrowArgs),
    /// 用分片恢复主密钥；给出 DATABASE_URL 时先核对它能打开该数据库
    Recover(escrow::RecoverArgs),
}

/// 日志
#[derive(Debug, Args)]
pub struct JournalArgs {
    /// 导出目录
    pub to: PathBuf,
}

/// Events in one exported file.
const EXPORT_EVENTS: u64 = 50_000;
/// Rows re-sealed in one transaction.
const RESEAL_BATCH: i64 = 500;

/// `qingxin migrate`
///
/// # Errors
/// As [`boot::migrate`].
pub fn migrate(config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let done = boot::migrate(&Place::from_env(config), &SystemClock)?;
    if done.created {
        writeln!(out, "已建立数据库。").map_err(io)?;
    }
    match done.applied.len() {
        0 => writeln!(out, "数据库已是最新。").map_err(io)?,
        n => writeln!(out, "已执行 {n} 个升级步骤：{}", done.applied.join("、")).map_err(io)?,
    }
    if let Some(p) = done.made_key_file {
        writeln!(out, "已生成主密钥文件 {}（权限 0600）。请另处妥善备份：没有它，密文无法打开。", p.display()).map_err(io)?;
    }
    Ok(0)
}

/// `qingxin doctor`: exit 0 when all is well, 1 with findings.
///
/// # Errors
/// The program cannot be opened at all.
pub fn doctor(args: &DoctorArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let app = super::open(config)?;
    let report = doctor::examine(&app, &app.checkpoints)?;
    if args.json {
        let v = serde_json::to_string(&report).map_err(|e| Error::Internal(e.to_string()))?;
        writeln!(out, "{v}").map_err(io)?;
    } else {
        for line in &report.lines {
            let mark = match (line.ok, line.advice) {
                (true, false) => "正常",
                (true, true) => "提示",
                (false, _) => "异常",
            };
            writeln!(out, "[{mark}] {}：{}", line.what, line.said).map_err(io)?;
        }
    }
    Ok(i32::from(!report.ok()))
}

/// `qingxin backup DIR`
///
/// # Errors
/// The directory exists, or the database.
pub fn backup(args: &BackupArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let place = Place::from_env(config);
    let m = backup::backup(&place.url, &place.options(), &args.to, SystemClock.now())?;
    writeln!(out, "已备份到 {}（密钥 {} 不在备份中；证据文件目录请另行备份）。", args.to.display(), m.master_kid).map_err(io)?;
    Ok(0)
}

/// `qingxin restore DIR`
///
/// # Errors
/// The backup is damaged, or the target is not empty.
pub fn restore(args: &RestoreArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    if args.verify {
        let m = backup::verify(&args.from)?;
        writeln!(out, "备份完好：{} 于 {} 制作。", m.backend, m.made_at.list_text()).map_err(io)?;
        return Ok(0);
    }
    let place = Place::from_env(config);
    let done = backup::restore(&args.from, &place.url, &place.options())?;
    writeln!(out, "已恢复 {} 的备份。", done.manifest.made_at.list_text()).map_err(io)?;
    for f in &done.journal.findings {
        writeln!(out, "日志核验发现：{f}").map_err(io)?;
    }
    if let Some(p) = &done.key_problem {
        writeln!(out, "密文暂时无法打开：{p}").map_err(io)?;
    }
    Ok(i32::from(!done.journal.findings.is_empty() || done.key_problem.is_some()))
}

/// `qingxin keys`
///
/// # Errors
/// The master key or the database.
pub fn keys(args: &KeysArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    // the key file is lost: nothing can be opened before it is there again
    if let KeysCommand::Recover(args) = &args.command {
        return escrow::recover(args, &Place::from_env(config), out);
    }
    let app = super::open(config)?;
    match &args.command {
        KeysCommand::Escrow(args) => escrow::escrow(args, &app, out)?,
        KeysCommand::Recover(_) => {}
        KeysCommand::List => {
            for k in app.db.read_blocking(keys::list)? {
                writeln!(out, "{}\t{:?}\t{:?}\t{}", k.kid, k.purpose, k.state, k.created_at.list_text()).map_err(io)?;
            }
        }
        KeysCommand::Rotate { no_reseal } => {
            let master = keys::master(app.db.target(), app.db.options())?;
            let kid = app.write_blocking(&Actor::System("command_line"), None, move |tx| {
                let kid = keys::rotate(tx.c, &master, Purpose::Data, tx.now, &mut Ids::system())?;
                let payload = serde_json::json!({ "kid": kid });
                tx.record("system", uuid::Uuid::nil().into(), "key_rotated", tx.now, payload, &crate::app::write::Marks::default())?;
                Ok(kid)
            })?;
            app.set_keys(app.db.key_ring()?);
            writeln!(out, "新数据密钥 {kid} 已启用。").map_err(io)?;
            if !no_reseal {
                let n = reseal(&app)?;
                writeln!(out, "已把 {n} 处密文改用新密钥。").map_err(io)?;
                writeln!(out, "其他节点一分钟内改用新密钥，之后请再运行一次 qingxin keys reseal 收尾。").map_err(io)?;
            }
        }
        KeysCommand::Reseal => {
            let n = reseal(&app)?;
            writeln!(out, "已把 {n} 处密文改用现行密钥。").map_err(io)?;
        }
        KeysCommand::Reindex => {
            let n = app.reindex()?;
            writeln!(out, "已补编 {n} 件登记。").map_err(io)?;
        }
        KeysCommand::Rewrap { to } => {
            let path = app.db.change_master(to.as_deref(), &mut Ids::system())?;
            writeln!(out, "数据密钥已改由新主密钥包裹：{}。请另处妥善备份。", path.display()).map_err(io)?;
            writeln!(out, "原来的主密钥分片随之作废，请重新运行 qingxin keys escrow 分发。").map_err(io)?;
        }
    }
    Ok(0)
}

/// Seals what older data keys sealed again with the current one, in bounded writes; how many texts.
fn reseal(app: &Arc<App>) -> Result<usize> {
    let mut n = 0;
    for col in SEALED {
        loop {
            let ring = app.keys();
            let done = app.db.write_blocking(move |c| keys::reseal(c, &ring, *col, RESEAL_BATCH, &mut Ids::system()))?;
            n += done;
            if done == 0 {
                break;
            }
        }
    }
    Ok(n)
}

/// `qingxin journal DIR`: exports what `qingxin verify` checks offline.
///
/// # Errors
/// The directory, or the database.
pub fn journal(args: &JournalArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let app = super::open(config)?;
    crate::jobs::sequence(&app)?;
    crate::jobs::checkpoint(&app, &app.checkpoints)?;
    let now = app.now();
    let to = args.to.clone();
    app.db.read_blocking(|c| audit::export(c, &to, now, EXPORT_EVENTS))?;
    writeln!(out, "已导出到 {}，可用 qingxin verify {} 离线核验。", args.to.display(), args.to.display()).map_err(io)?;
    Ok(0)
}

/// The database part of `qingxin calendar import FILE`.
///
/// # Errors
/// The file, or the database.
pub fn calendar_import(args: &CalendarArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    let CalendarCommand::Import(import) = &args.command else { return Ok(2) };
    let year = import.year()?;
    let app = super::open(config)?;
    let system = Actor::System("command_line");
    let shown = year.clone();
    app.write_blocking(&system, None, move |tx| calendar::load(tx, &year))?;
    let n = crate::jobs::calendar(&app)?;
    writeln!(out, "已载入 {} 年节假日安排（{}），重新计算 {n} 个期限。", shown.year, shown.title).map_err(io)?;
    Ok(0)
}
