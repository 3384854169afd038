//! `qingxin verify DIR`: checks an exported journal without a database.
//!
//! Owns reading the export directory; the judgement is [`Auditor`]'s. Needs only the public keys: those in `keys.txt`, or
//! better a copy the auditor kept (`--keys`), and better still the checkpoints kept outside (`--checkpoints`).

use crate::base::seal::archive::{Auditor, Finding, Kind, Manifest, Report};
use crate::base::seal::{PublicKey, hex};
use crate::base::{Error, Result};
use sha2::{Digest as _, Sha256};
use std::io::BufRead as _;
use std::path::{Path, PathBuf};

/// Checks an exported journal for edits, deletions, reordering and truncation.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// 导出目录（含 manifest.json）
    pub dir: PathBuf,
    /// 自行保存的公钥文件；不给时用目录内的 keys.txt
    #[arg(long)]
    pub keys: Option<PathBuf>,
    /// 库外保存检查点的目录，一并核对
    #[arg(long)]
    pub checkpoints: Option<PathBuf>,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| Error::Config(format!("读不到 {}：{e}", path.display())))
}

/// Reads every `*.txt` of a directory as a checkpoint note, in order of name.
///
/// # Errors
/// [`Error::Config`] when the directory cannot be read.
pub fn notes(dir: &Path) -> Result<Vec<(String, String)>> {
    let list = std::fs::read_dir(dir).map_err(|e| Error::Config(format!("读不到 {}：{e}", dir.display())))?;
    let mut paths: Vec<PathBuf> =
        list.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.extension().is_some_and(|x| x == "txt")).collect();
    paths.sort();
    paths.iter().map(|p| Ok((p.display().to_string(), read(p)?))).collect()
}

/// Checks the directory.
///
/// # Errors
/// [`Error::Config`] when it is not an export; what is wrong with the journal is in the report.
pub fn check(args: &Args) -> Result<Report> {
    let manifest: Manifest = serde_json::from_str(&read(&args.dir.join("manifest.json"))?)
        .map_err(|e| Error::Config(format!("{} 不是导出清单：{e}", args.dir.join("manifest.json").display())))?;
    if manifest.format != 1 {
        return Err(Error::Config(format!("导出格式 {} 不认识；请使用更新的程序", manifest.format)));
    }
    let keys = PublicKey::parse_all(&read(&args.keys.clone().unwrap_or_else(|| args.dir.join("keys.txt")))?)?;
    let mut all = notes(&args.dir.join("checkpoints"))?;
    let present: Vec<String> = all.iter().map(|(p, _)| p.clone()).collect();
    if let Some(dir) = &args.checkpoints {
        all.extend(notes(dir)?);
    }
    let mut auditor = Auditor::new(&all, &keys);
    for name in &manifest.checkpoints {
        let path = args.dir.join(name).display().to_string();
        if !present.contains(&path) {
            auditor.note(Kind::Deleted, &path, "清单所列的检查点文件不在");
        }
    }
    let mut extra = journal_files(&args.dir)?;
    for f in &manifest.files {
        extra.retain(|n| *n != f.name);
        let path = args.dir.join(&f.name);
        let Ok(file) = std::fs::File::open(&path) else {
            auditor.note(Kind::Deleted, &path.display().to_string(), &format!("流水文件不在，其中有 {} 个事件", f.events));
            continue;
        };
        let sum = feed(&mut auditor, &path, file)?;
        if sum != f.sha256 {
            auditor.note(Kind::Edited, &path.display().to_string(), "文件与清单所载的 SHA-256 不符");
        }
    }
    for name in extra {
        auditor.note(Kind::Edited, &args.dir.join(name).display().to_string(), "清单没有列出这个流水文件");
    }
    Ok(auditor.finish(Some(manifest.events)))
}

fn journal_files(dir: &Path) -> Result<Vec<String>> {
    let list =
        std::fs::read_dir(dir.join("journal")).map_err(|e| Error::Config(format!("读不到 {}：{e}", dir.join("journal").display())))?;
    Ok(list.filter_map(|e| e.ok()?.file_name().to_str().map(|n| format!("journal/{n}"))).collect())
}

fn feed(auditor: &mut Auditor, path: &Path, file: std::fs::File) -> Result<String> {
    let mut reader = std::io::BufReader::new(file);
    let (mut buf, mut sum, mut n) = (Vec::new(), Sha256::new(), 0_u64);
    loop {
        buf.clear();
        let got = reader.read_until(b'\n', &mut buf).map_err(|e| Error::Config(format!("读不到 {}：{e}", path.display())))?;
        if got == 0 {
            return Ok(hex(&sum.finalize()));
        }
        n += 1;
        sum.update(&buf);
        auditor.push(&format!("{}:{n}", path.display()), buf.strip_suffix(b"\n").unwrap_or(&buf));
    }
}

/// The report as a person reads it.
#[must_use]
pub fn text(r: &Report) -> String {
    let mut out: String = r.findings.iter().map(|f: &Finding| format!("【{}】{}：{}\n", f.kind.word(), f.place, f.message)).collect();
    out.push_str(&format!("共 {} 个事件，{} 个检查点有效，检查点担保到第 {} 号。\n", r.events, r.checkpoints, r.vouched));
    out.push_str(if r.findings.is_empty() {
        "未发现改动、删除、调换或截断。\n"
    } else {
        "流水不可信：请封存此目录，与库外保存的检查点和备份对照。\n"
    });
    out
}

/// Runs the command: prints the report, gives the exit code (0 whole, 1 something found).
///
/// # Errors
/// As [`check`].
pub fn run(args: &Args, out: &mut dyn std::io::Write) -> Result<u8> {
    let r = check(args)?;
    let text = if args.json {
        let findings: Vec<_> = r
            .findings
            .iter()
            .map(|f| serde_json::json!({"kind": format!("{:?}", f.kind).to_lowercase(), "place": f.place, "message": f.message}))
            .collect();
        format!("{}\n", serde_json::json!({"events": r.events, "checkpoints": r.checkpoints, "vouched": r.vouched, "findings": findings}))
    } else {
        text(&r)
    };
    out.write_all(text.as_bytes()).map_err(|e| Error::Io(e.to_string()))?;
    Ok(u8::from(!r.findings.is_empty()))
}
