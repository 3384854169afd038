//! `qingxin draw`: a draw from its announcement to its check, and the calculator of sample sizes.
//!
//! Exit codes: 0 done and sound, 1 failed or a published draw does not hold, 2 wrong use. `verify` and `size` need no
//! database. The other steps act for the operator, named as such in the journal.

use crate::app::App;
use crate::app::draws::{Announce, DrawView, PublicValue};
use crate::base::id::RowId;
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::Actor;
use crate::domain::sampling::By;
use crate::domain::sampling::estimate::Share;
use crate::domain::sampling::estimate::{Confidence, sample_size};
use crate::domain::sampling::publication::{Publication, check};
use clap::{Args, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

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
    /// 公布一次抽取：时间段、比例、密值的哈希、将用的公开数值
    Announce(AnnounceArgs),
    /// 冻结名册，得到 Merkle 根
    Freeze(OneArgs),
    /// 录入冻结之后产生的公开数值，抽取并分派回访
    Run(RunArgs),
    /// 回访全部结束后办结，公布密值
    Close(OneArgs),
    /// 查看一次抽取（不写编号则列出全部）
    Show(ShowArgs),
    /// 导出名册与结果，供离线核验
    Export(ExportArgs),
    /// 离线核验导出的抽取（不需要数据库）
    Verify(VerifyArgs),
    /// 计算样本量（不需要数据库）
    Size(SizeArgs),
}

/// 公布一次抽取
#[derive(Debug, Args)]
pub struct AnnounceArgs {
    /// 区划代码（默认全市）
    #[arg(long)]
    pub area: Option<String>,
    /// 时间段的第一天
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Day,
    /// 时间段的最后一天
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub to: Day,
    /// 千分比（默认按 config/rules.toml）
    #[arg(long)]
    pub per_mille: Option<u32>,
    /// 分层：bureau,area,conclusion,officer（默认全部）
    #[arg(long, value_delimiter = ',')]
    pub strata: Vec<String>,
    /// 将用的公开数值，例如“双色球第2026140期开奖号码”
    #[arg(long)]
    pub public: String,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

/// 一次抽取
#[derive(Debug, Args)]
pub struct OneArgs {
    /// 编号
    pub number: String,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

/// 录入公开数值并抽取
#[derive(Debug, Args)]
pub struct RunArgs {
    /// 编号
    pub number: String,
    /// 公开数值，原样
    #[arg(long)]
    pub value: String,
    /// 数值的出处
    #[arg(long)]
    pub source: String,
    /// 数值产生的时间，RFC 3339
    #[arg(long, value_parser = At::parse)]
    pub at: At,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

/// 查看抽取
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// 编号
    pub number: Option<String>,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

/// 导出抽取
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// 编号
    pub number: String,
    /// 写到这个文件
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
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
        "times" => "各步的先后",
        "value" => "公开数值的统一写法",
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

fn share(s: Option<Share>) -> String {
    let percent = |n: u32| format!("{}.{:02}%", n / 100, n % 100);
    s.map_or_else(|| "—".to_owned(), |s| format!("{}（95% 区间 {} 至 {}）", percent(s.per_myriad), percent(s.low), percent(s.high)))
}

/// Prints draws, one in full.
fn show(all: &[DrawView], full: bool, json: bool, out: &mut dyn Write) -> Result<i32> {
    if json {
        let v = if full { serde_json::to_string(&all.first()) } else { serde_json::to_string(all) };
        return writeln!(out, "{}", v.map_err(|e| Error::Internal(e.to_string()))?).map_err(io).map(|()| 0);
    }
    for d in all {
        let key = format!("draw.{}", d.state);
        let state = text::zh(&key);
        writeln!(out, "{}\t{} 至 {}\t{state}\t名册 {} 件\t承诺值 {}", d.number, d.from, d.to, d.rows, d.commitment).map_err(io)?;
        if !full {
            continue;
        }
        writeln!(out, "名册 Merkle 根 {}\n公开数值 {}", d.root.as_deref().unwrap_or("—"), d.value.as_deref().unwrap_or(&d.public_plan))
            .map_err(io)?;
        writeln!(out, "部门\t区划\t结论\t经办\t无凭证\t件数\t抽取\t待回访\t足额收到").map_err(io)?;
        for s in &d.strata {
            let officer = s.officer.as_deref().unwrap_or("—");
            let bare = if s.unproved { "是" } else { "—" };
            writeln!(
                out,
                "{}\t{}\t{}\t{officer}\t{bare}\t{}\t{}\t{}\t{}",
                s.bureau,
                s.area,
                s.conclusion,
                s.size,
                s.sample,
                s.calling,
                share(s.paid)
            )
            .map_err(io)?;
        }
        writeln!(out, "合计足额收到 {}，代表 {} 件；与办理结果不符 {} 件", share(d.paid), d.covered, d.contradicted).map_err(io)?;
    }
    Ok(0)
}

/// Waits for a use case.
///
/// # Errors
/// What it says.
pub fn wait<T>(f: impl Future<Output = Result<T>>) -> Result<T> {
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| Error::Internal(e.to_string()))?;
    rt.block_on(f)
}

/// A step of a draw by its number, and the draw as it stands then.
fn step<F>(app: &Arc<App>, a: &OneArgs, out: &mut dyn Write, f: impl FnOnce(RowId) -> F) -> Result<i32>
where
    F: Future<Output = Result<RowId>>,
{
    let operator = Actor::System("command_line");
    let d = wait(async {
        let id = app.draw_numbered(&operator, &a.number).await?;
        let id = f(id).await?;
        app.draw(&operator, id).await
    })?;
    show(&[d], true, a.json, out)
}

fn announce(app: &Arc<App>, a: &AnnounceArgs, out: &mut dyn Write) -> Result<i32> {
    let known = |w: &String| By::of(w).ok_or_else(|| Error::Config(format!("不认识的分层 {w}：可用 bureau、area、conclusion、officer。")));
    let strata = a.strata.iter().map(known).collect::<Result<Vec<By>>>()?;
    let area = a.area.clone().unwrap_or_else(|| app.config.city.code.clone());
    let new = Announce { area, from: a.from, to: a.to, per_mille: a.per_mille, strata, public_plan: a.public.clone() };
    let operator = Actor::System("command_line");
    let d = wait(async {
        let id = app.announce_draw(&operator, None, new).await?;
        app.draw(&operator, id).await
    })?;
    show(&[d], true, a.json, out)
}

/// Runs it.
///
/// # Errors
/// A file that cannot be read, wrong values, or the database.
pub fn run(a: &DrawArgs, config: Option<PathBuf>, out: &mut dyn Write) -> Result<i32> {
    match &a.what {
        What::Verify(v) => return verify(v, out),
        What::Size(s) => return size(s, out),
        _ => {}
    }
    let (app, operator) = (super::open(config)?, Actor::System("command_line"));
    match &a.what {
        What::Announce(n) => announce(&app, n, out),
        What::Freeze(one) => step(&app, one, out, |id| app.freeze_draw(&operator, None, id)),
        What::Close(one) => step(&app, one, out, |id| app.close_draw(&operator, None, id)),
        What::Run(r) => {
            let value = PublicValue { value: r.value.clone(), source: r.source.clone(), at: r.at };
            let one = OneArgs { number: r.number.clone(), json: r.json };
            step(&app, &one, out, |id| app.run_draw(&operator, None, id, value.clone()))
        }
        What::Show(s) => {
            let all = match &s.number {
                Some(n) => wait(async { Ok(vec![app.draw(&operator, app.draw_numbered(&operator, n).await?).await?]) })?,
                None => wait(app.draws(&operator))?,
            };
            show(&all, s.number.is_some(), s.json, out)
        }
        What::Export(e) => {
            let p = wait(async { app.publish_draw(&operator, app.draw_numbered(&operator, &e.number).await?).await })?;
            let text = serde_json::to_string(&p).map_err(|e| Error::Internal(e.to_string()))?;
            std::fs::write(&e.out, text + "\n").map_err(io)?;
            writeln!(out, "已导出 {} 件到 {}", p.rows, e.out.display()).map_err(io)?;
            Ok(0)
        }
        What::Verify(_) | What::Size(_) => Ok(0),
    }
}
