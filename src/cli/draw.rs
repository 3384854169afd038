//! `qingxin draw`: a draw from its announcement to its check, and the calculator of sample sizes.
//!
//! Exit codes: 0 done and sound, 1 failed or a published draw does not hold, 2 wrong use. `verify` and `size` need no
//! database. The other steps act for the operator, named as such in the journal.

use crate::base::{Error, Result};
use crate::domain::sampling::estimate::{Confidence, sample_size};
use crate::domain::sampling::publication::{Publication, check};
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;

/// 抽查回访的抽取
#[derive(Debug, Args)]
pub struct DrawArgs {
    /// 做什么
    #[command(subcommand)]
    pub what: What,
}

/// 做什么
#[derive(Debug, Subcommand)]
pub enum What {
    /// 离线核验导出的抽取（不需要数据库）
    Verify(VerifyArgs),
    /// 计算样本量（不需要数据库）
    Size(SizeArgs),
}

/// 离线核验导出的抽取
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// `draw export` 导出的文件
    pub file: PathBuf,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

/// 计算样本量
#[derive(Debug, Args)]
pub struct SizeArgs {
    /// 总件数
    #[arg(long)]
    pub population: u64,
    /// 允许误差，百分点
    #[arg(long, default_value_t = 5.0)]
    pub margin: f64,
    /// 预计比例，百分比（不知道时为 50）
    #[arg(long, default_value_t = 50.0)]
    pub expected: f64,
    /// 置信水平：90、95、99
    #[arg(long, default_value_t = 95)]
    pub confidence: u32,
    /// 预计能联系上的比例，百分比
    #[arg(long, default_value_t = 100.0)]
    pub reached: f64,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

pub(super) fn io(e: std::io::Error) -> Error {
    Error::Io(e.to_string())
}

/// Percent typed, of ten thousand.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn myriad(percent: f64) -> u32 {
    (percent.clamp(0.0, 100.0) * 100.0).round() as u32
}

/// What a check is called by people.
fn title(name: &str) -> &'static str {
    match name {
        "frame" => "名册完整、有序、无重复",
        "root" => "名册的 Merkle 根",
        "commitment" => "公布的承诺值就是密值的哈希",
        "strata" => "分层件数与各层抽取数",
        "draw" => "抽中与替补的名单和顺序",
        "replacements" => "替补按抽出的顺序使用",
        _ => "文件格式",
    }
}

fn verify(a: &VerifyArgs, out: &mut dyn Write) -> Result<i32> {
    let text = std::fs::read_to_string(&a.file).map_err(|e| Error::Io(format!("{}: {e}", a.file.display())))?;
    let p: Publication = match serde_json::from_str(&text) {
        Ok(p) => p,
        Err(e) => return Err(Error::Config(format!("{} 不是导出的抽取文件：{e}", a.file.display()))),
    };
    let c = check(&p);
    if a.json {
        writeln!(out, "{}", serde_json::to_string(&c).map_err(|e| Error::Internal(e.to_string()))?).map_err(io)?;
        return Ok(i32::from(!c.sound()));
    }
    for name in &c.held {
        writeln!(out, "相符　{}", title(name)).map_err(io)?;
    }
    for name in &c.open {
        writeln!(out, "未到　{}（抽取办结后公布密值，才能核对）", title(name)).map_err(io)?;
    }
    for (name, wrong) in &c.broken {
        writeln!(out, "不符　{}：{wrong}", title(name)).map_err(io)?;
    }
    let told = if c.sound() { "核验通过" } else { "核验不通过" };
    writeln!(out, "{told}：{}，名册 {} 件，抽出 {} 件", p.number, p.rows, p.strata.iter().map(|s| s.sample).sum::<u64>()).map_err(io)?;
    Ok(i32::from(!c.sound()))
}

fn size(a: &SizeArgs, out: &mut dyn Write) -> Result<i32> {
    let Some(sure) = Confidence::of(a.confidence) else {
        return Err(Error::Config("置信水平只能是 90、95 或 99。".into()));
    };
    let n = sample_size(a.population, myriad(a.expected), myriad(a.margin), sure, myriad(a.reached));
    if a.json {
        let v = serde_json::json!({ "population": a.population, "sample": n, "confidence": a.confidence });
        return writeln!(out, "{v}").map_err(io).map(|()| 0);
    }
    writeln!(
        out,
        "总数 {} 件，置信水平 {}%，允许误差 ±{} 个百分点，预计比例 {}%，预计联系上 {}%：应抽 {n} 件",
        a.population, a.confidence, a.margin, a.expected, a.reached
    )
    .map_err(io)?;
    Ok(0)
}

/// Runs it.
///
/// # Errors
/// A file that cannot be read, wrong values, or the database.
pub fn run(a: &DrawArgs, _config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    match &a.what {
        What::Verify(v) => verify(v, out),
        What::Size(s) => size(s, out),
    }
}
