//! `qingxin bench`: what the program does in a second, beside what the bare database does with the same rows.
//!
//! Owns which numbers there are, their order and the table. Each number runs in databases made for it; the load generator,
//! the server and pgbench are processes of their own; rounds alternate. Never run by a test that judges the times.

mod alarms;
mod cluster;
mod dashboard;
mod draws;
mod grading;
mod ground;
mod growth;
mod inbox;
mod life;
mod listing;
mod lite;
pub mod load;
mod memory;
mod money;
mod notices;
mod pgbench;
mod record;
mod script;
mod shape;
mod stats;
mod table;
mod town;
mod worklist;
mod writes;

use crate::base::{Error, Result};
use clap::{Args, ValueEnum};
use ground::Ground;
use std::io::Write;
use std::path::PathBuf;
use table::Report;

/// 性能测量：与同一数据库的裸写入对照
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// 测哪些
    #[arg(value_enum, required = true)]
    pub what: Vec<What>,
    /// PostgreSQL 地址（须能建库）；temporary 表示临时起一个，用后删除
    #[arg(long, default_value = "temporary", value_name = "URL")]
    pub database: String,
    /// 轮数：两边交替，取中位数
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub rounds: u32,
    /// 每轮每边多少秒
    #[arg(long, default_value_t = 8.0)]
    pub seconds: f64,
    /// 大库的件数（growth、lifecycle、draw；grading 的记录条数；worklist、alarms 取其十分之一）
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..=10_000_000))]
    pub cases: u64,
    /// 打印 JSON 而不是表格
    #[arg(long)]
    pub json: bool,
    /// 同时写入这个文件
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// A number, or several that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// 全部
    All,
    /// 登记（HTTP），8 和 32 个连接
    Filing,
    /// 办理一个动作（HTTP）
    Move,
    /// 待办列表
    Worklist,
    /// 待办页面
    Inbox,
    /// 一万件与一百万件之比
    Growth,
    /// 一件案件的全程，及突发
    Lifecycle,
    /// 到期提醒
    Alarms,
    /// 内存和启动
    Memory,
    /// SQLite 上的登记
    Sqlite,
    /// 五百人一案的一笔支付和一次违约
    Money,
    /// 大库的一次抽取
    Draw,
    /// 通知的寄送（SQLite 和 PostgreSQL）
    Notices,
    /// 核验一个单位是否在失信名单中
    Listing,
    /// 一年的守法诚信等级评价
    Grading,
    /// 一年的数据看板，一万件与一百万件
    Dashboard,
}

/// Measures something.
type Part = fn(&mut Bench<'_>) -> Result<()>;

/// A run.
struct Bench<'a> {
    args: &'a BenchArgs,
    ground: Ground,
    report: Report,
}

/// Tells the operator how far it is.
fn say(text: &str) {
    eprintln!("{text}");
}

/// Measures and prints.
///
/// # Errors
/// PostgreSQL or pgbench is missing; a step of the program failed.
pub fn run(args: &BenchArgs, out: &mut dyn Write) -> Result<i32> {
    let all = args.what.contains(&What::All);
    let has = |w: What| all || args.what.contains(&w);
    let pg = args.what.iter().any(|w| *w != What::Sqlite);
    crate::store::measure::count_statements()?;
    if cfg!(debug_assertions) {
        say("提示：这是调试版程序，数字只说明能跑通。");
    }
    let mut b = Bench { args, ground: Ground::new(&args.database, pg)?, report: Report::default() };
    b.setting(pg)?;
    let parts: [(What, Part); 13] = [
        (What::Filing, writes::filing),
        (What::Move, writes::moves),
        (What::Worklist, worklist::run),
        (What::Inbox, inbox::run),
        (What::Alarms, alarms::run),
        (What::Money, money::run),
        (What::Memory, memory::run),
        (What::Sqlite, lite::run),
        (What::Draw, draws::run),
        (What::Notices, notices::run),
        (What::Listing, listing::run),
        (What::Grading, grading::run),
        (What::Dashboard, dashboard::run),
    ];
    for (what, part) in parts {
        if has(what) {
            part(&mut b)?;
        }
    }
    if has(What::Growth) || has(What::Lifecycle) {
        growth::run(&mut b, has(What::Growth), has(What::Lifecycle))?;
    }
    let io = |e: std::io::Error| Error::Io(e.to_string());
    let text = if args.json {
        serde_json::to_string_pretty(&b.report).map_err(|e| Error::Internal(e.to_string()))? + "\n"
    } else {
        b.report.markdown()
    };
    if let Some(file) = &args.out {
        std::fs::write(file, &text).map_err(io)?;
    }
    out.write_all(text.as_bytes()).map_err(io)?;
    Ok(i32::from(b.report.lines.iter().any(|l| l.met() == Some(false))))
}

impl Bench<'_> {
    /// Where and how it runs, for the reader of the table.
    fn setting(&mut self, pg: bool) -> Result<()> {
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
        let (rounds, seconds) = (self.args.rounds, self.args.seconds);
        let s = &mut self.report.setting;
        s.push(format!(
            "qingxin {} ({profile}), {cores} cores, {rounds} rounds of {seconds} s a side, alternating; median (min–max)",
            env!("CARGO_PKG_VERSION")
        ));
        if pg {
            let version = self.ground.ask("select split_part(version(), ' on ', 1) as v")?;
            let on = "fsync, synchronous_commit and full_page_writes on";
            self.report.setting.push(format!("{}, {on}; `pgbench -M prepared -j 2`", version.join("")));
            self.report.setting.push(
                "server, load generator (threads with one kept-alive connection each), pgbench and PostgreSQL share these cores".into(),
            );
        }
        Ok(())
    }
    /// Seconds of a round that uses every item once.
    fn brief(&self) -> f64 {
        self.args.seconds.min(4.0)
    }
}
