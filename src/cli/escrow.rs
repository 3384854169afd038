//! `qingxin keys escrow` and `keys recover`: the master key in the hands of several custodians, and back.
//!
//! Owns the files (each mode 0600, never overwritten) and their order: the event first, then the shares, so that no share
//! is in the world that the journal does not know of. The journal and what is printed name the set, never a share.

use crate::app::App;
use crate::app::write::Marks;
use crate::base::seal::escrow::{self, Share};
use crate::base::{Error, Result, text};
use crate::boot::Place;
use crate::domain::access::Actor;
use crate::store::{Db, accounts, keys};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// 分片托管
#[derive(Debug, Args)]
pub struct EscrowArgs {
    /// 分片总数，即保管人数
    #[arg(long)]
    pub shares: u8,
    /// 恢复主密钥需要的份数，至少为 2
    #[arg(long)]
    pub threshold: u8,
    /// 存放分片文件的目录（须不存在或为空）
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 办理人的登录名，记入日志
    #[arg(long, value_name = "LOGIN")]
    pub by: String,
}

/// 恢复主密钥
#[derive(Debug, Args)]
pub struct RecoverArgs {
    /// 各保管人交来的分片文件
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// 写入主密钥的文件（须不存在）
    #[arg(long, value_name = "KEYFILE")]
    pub out: PathBuf,
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |e| Error::Io(format!("{}: {e}", path.display()))
}
fn said(code: &str, args: &[(&str, &str)]) -> Error {
    Error::Config(text::zh_with(&format!("escrow.{code}"), args))
}

/// `qingxin keys escrow`: splits the master key of the open database into files.
///
/// # Errors
/// [`Error::Config`]: the numbers, the account, a directory that holds something; the files, or the database.
pub fn escrow(args: &EscrowArgs, app: &Arc<App>, out: &mut dyn Write) -> Result<()> {
    let now = app.now();
    let key = keys::master(app.db.target(), app.db.options())?;
    let shares = escrow::split(&key, args.shares, args.threshold, now.day(), &mut app.ids())?;
    let Some(first) = shares.first() else { return Ok(()) };
    let by = args.by.clone();
    let account = app.db.read_blocking(move |c| accounts::by_login(c, &by))?;
    if account.is_none_or(|a| a.state != "active") {
        return Err(said("by", &[("login", &args.by)]));
    }
    private_dir(&args.out)?;
    let (set, shares_n, threshold, kid) = (first.set.clone(), first.shares, first.threshold, first.kid.clone());
    app.write_blocking(&Actor::Staff(app.staff_of(&args.by)?), None, move |tx| {
        let payload = serde_json::json!({ "set": set, "shares": shares_n, "threshold": threshold, "masterKid": kid });
        tx.record("system", uuid::Uuid::nil().into(), "key_escrowed", tx.now, payload, &Marks::default()).map(drop)
    })?;
    for share in &shares {
        let path = args.out.join(format!("{}-{}.txt", share.set, share.number));
        private_file(&path, share.to_text().as_bytes())?;
    }
    let io = |e: std::io::Error| Error::Io(e.to_string());
    writeln!(
        out,
        "已在 {} 生成 {} 份分片（{}），任意 {} 份可恢复主密钥 {}。",
        args.out.display(),
        shares.len(),
        first.set,
        args.threshold,
        first.kid
    )
    .map_err(io)?;
    writeln!(out, "请逐份交给不同的保管人，交接后从本机删除；并请演练一次 qingxin keys recover。").map_err(io)
}

/// `qingxin keys recover`: puts the master key together and writes its file.
///
/// # Errors
/// [`Error::Config`]: shares that do not fit, a key that does not open the database named by `DATABASE_URL`, a file that
/// exists.
pub fn recover(args: &RecoverArgs, place: &Place, out: &mut dyn Write) -> Result<i32> {
    let shares = args
        .files
        .iter()
        .map(|f| {
            let text = std::fs::read_to_string(f).map(Zeroizing::new).map_err(io(f))?;
            Share::parse(&f.display().to_string(), &text)
        })
        .collect::<Result<Vec<_>>>()?;
    let key = escrow::combine(&shares)?;
    let asked = place.variables.get("DATABASE_URL").is_some_and(|u| !u.is_empty());
    if asked {
        let db = Db::open(&place.url, &place.options())?;
        let (with, rows) = (key.clone(), db.read_blocking(keys::list)?);
        if db.read_blocking(move |c| keys::load(c, &with)).is_err() {
            let used = rows.first().map(|k| k.master_kid().to_owned()).unwrap_or_default();
            return Err(said("opens_not", &[("kid", &key.kid()), ("used", &used)]));
        }
    }
    keys::write_master(&args.out, &key)?;
    let checked = if asked { "，已核对能打开该数据库" } else { "（没有给出 DATABASE_URL，未与数据库核对）" };
    let done = format!("已恢复主密钥 {}，写入 {}{checked}。", key.kid(), args.out.display());
    writeln!(out, "{done}").map_err(|e| Error::Io(e.to_string()))?;
    Ok(0)
}

/// A new or empty directory nobody else can look into.
fn private_dir(dir: &Path) -> Result<()> {
    if std::fs::read_dir(dir).is_ok_and(|mut d| d.next().is_some()) {
        return Err(said("not_empty", &[("dir", &dir.display().to_string())]));
    }
    let mut b = std::fs::DirBuilder::new();
    b.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut b, 0o700);
    b.create(dir).map_err(io(dir))
}

/// A new file nobody else can read.
fn private_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut o = std::fs::OpenOptions::new();
    o.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut o, 0o600);
    let mut file = o.open(path).map_err(io(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io(path))
}
