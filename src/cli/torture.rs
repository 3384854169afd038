//! `qingxin torture`: the program is killed at random moments while it is used, and nothing it acknowledged may be lost,
//! doubled or left without a clock.
//!
//! Owns the rounds and the judgement. Each round: `serve` and an import run as processes of their own, several clients
//! register and make moves, SIGKILL hits at a random moment; then the program is started again, what had no answer is
//! sent again under the same key, the import is repeated, alarms are waited for, and the books are compared: the clients'
//! with the database's. An empty database only; the real clock.

pub(super) mod http;
mod load;
pub mod program;

use crate::base::id::{FilingId, Ids};
use crate::base::{Clock, Error, Result, SystemClock};
use crate::store::{filings, journal, procedures};
use clap::Args;
use load::{Book, Load};
use program::{Ground, Victim};
use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// 压力试验：反复强行终止程序，核对已确认的登记和动作一件不少、一件不重
#[derive(Debug, Args)]
pub struct TortureArgs {
    /// 轮数
    #[arg(long, default_value_t = 200)]
    pub rounds: u32,
    /// 空数据库的地址；temporary 表示临时的 SQLite 数据库，用后删除
    #[arg(long, default_value = "temporary", value_name = "URL")]
    pub database: String,
    /// 随机数种子；同一种子的操作次序相同
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// 同时操作的连接数
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub clients: u32,
    /// 每轮最长多少毫秒后强行终止
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(50..=60_000))]
    pub within: u64,
    /// 结束时在标准输出打印一个 JSON 对象
    #[arg(long)]
    pub json: bool,
}

/// Rows of each round's clue file.
const ROWS: u64 = 30;
/// How long due alarms may take after a start.
const ALARMS: Duration = Duration::from_secs(60);
/// Events looked at in one go.
const PAGE: i64 = 1_000;

/// What was done and found.
#[derive(Debug, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    rounds: u32,
    kills: u32,
    filings: u64,
    imported: u64,
    moves: u64,
    alarms: u64,
    resent: u64,
    refused: u64,
    findings: Vec<String>,
}

/// What the journal says, read on as it grows.
#[derive(Debug, Default)]
struct Tally {
    log_no: u64,
    moves: BTreeMap<(String, String), u64>,
    alarms: u64,
}

/// Runs the rounds. Exit 0 when nothing was found, 1 otherwise.
///
/// # Errors
/// The program cannot be prepared or started.
pub fn run(args: &TortureArgs, out: &mut dyn Write) -> Result<i32> {
    let io = |e: std::io::Error| Error::Io(e.to_string());
    let ground = Ground::prepare(&args.database)?;
    let tokens = ground.employ()?;
    let load = Load { book: Mutex::new(Book::default()), tokens, run: format!("TORT{}", args.seed) };
    let mut ids = Ids::seeded(format!("torture {}", args.seed).as_bytes());
    let (mut summary, mut tally) = (Summary::default(), Tally::default());
    let mut server = ground.serve()?;
    for round in 1..=args.rounds {
        let begun = Instant::now();
        let before = counted(&load.book(), &tally);
        let file = clue_file(&ground, args.seed, round)?;
        let waited = torment(&ground, &load, &mut server, &file, args, round, &mut ids)?;
        summary.kills += 1;
        server = ground.serve()?;
        let resent = mend(&load, server.1)?;
        let report = ground.import_whole(&file)?;
        let mut found = std::mem::take(&mut load.book().findings);
        for (what, want) in [("rows", ROWS), ("rejected", 0), ("amended", 0)] {
            if report[what] != want {
                found.push(format!("导入 {file}：{what} 为 {}，应为 {want}", report[what]));
            }
        }
        summary.imported += ROWS;
        found.extend(judge(&ground, &load, &mut tally, summary.imported)?);
        summary.resent += resent as u64;
        let book = load.book();
        let now = counted(&book, &tally);
        writeln!(
            out,
            "第 {round} 轮：{waited} 毫秒后终止；登记 {}，动作 {}，导入 {ROWS}，提醒 {}，重发 {resent}；{}（{:.1} 秒）",
            now.0 - before.0,
            now.1 - before.1,
            now.2 - before.2,
            if found.is_empty() { "无误".to_owned() } else { format!("发现 {} 处问题", found.len()) },
            begun.elapsed().as_secs_f64()
        )
        .map_err(io)?;
        for f in &found {
            writeln!(out, "  {f}").map_err(io)?;
        }
        out.flush().map_err(io)?;
        summary.findings.extend(found.into_iter().map(|f| format!("第 {round} 轮：{f}")));
        summary.rounds = round;
        (summary.filings, summary.moves, summary.alarms, summary.refused) = (now.0, now.1, now.2, book.refused);
    }
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&summary).map_err(|e| Error::Internal(e.to_string()))?).map_err(io)?;
    } else {
        writeln!(
            out,
            "共 {} 轮：登记 {}，导入 {}，动作 {}，提醒 {}，重发 {}，未获准 {}；发现 {} 处问题。",
            summary.rounds,
            summary.filings,
            summary.imported,
            summary.moves,
            summary.alarms,
            summary.resent,
            summary.refused,
            summary.findings.len()
        )
        .map_err(io)?;
    }
    Ok(i32::from(!summary.findings.is_empty()))
}

/// Filings and moves acknowledged, and alarms seen.
fn counted(book: &Book, tally: &Tally) -> (u64, u64, u64) {
    (book.filings.len() as u64, book.moves.values().sum(), tally.alarms)
}

/// Everybody works, an import runs, and at a random moment the program dies; every second time the import dies too. How
/// many milliseconds it lived.
fn torment(
    ground: &Ground,
    load: &Load,
    server: &mut (Victim, SocketAddr),
    file: &str,
    args: &TortureArgs,
    round: u32,
    ids: &mut Ids,
) -> Result<u64> {
    let stop = AtomicBool::new(false);
    let address = server.1;
    let wait = 50 + ids.below(args.within);
    let spare = ids.below(2) == 0;
    std::thread::scope(|s| {
        for client in 0..args.clients {
            let (stop, seed) = (&stop, format!("{} {round} {client}", args.seed));
            s.spawn(move || load.drive(address, seed.as_bytes(), stop));
        }
        let mut importing = ground.import(file)?;
        std::thread::sleep(Duration::from_millis(wait));
        server.0.kill();
        stop.store(true, Ordering::Relaxed);
        if spare {
            std::thread::sleep(Duration::from_millis(wait / 2));
        }
        importing.kill();
        Ok(wait)
    })
}

/// Sends again what has no answer, until everything has one; how many were sent.
fn mend(load: &Load, address: SocketAddr) -> Result<usize> {
    let mut sent = 0;
    for _ in 0..20 {
        sent += load.settle(address).map_err(|e| Error::Unavailable(format!("the program does not answer: {e}")))?;
        if load.book().pending.is_empty() {
            return Ok(sent);
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Err(Error::Unavailable("the program does not take what it is sent".into()))
}

/// Compares the books, when the alarms that were due have fired.
fn judge(ground: &Ground, load: &Load, tally: &mut Tally, imported: u64) -> Result<Vec<String>> {
    let app = ground.open()?;
    let mut found = Vec::new();
    let begun = Instant::now();
    loop {
        let due = app.db.read_blocking(|c| procedures::oldest_due(c, SystemClock.now()))?;
        if due.is_none() {
            break;
        }
        if begun.elapsed() > ALARMS {
            found.push(format!("到期提醒 {} 秒后仍未处理", ALARMS.as_secs()));
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    while app.db.write_blocking(|c| journal::sequence(c, 1_000).map(|s| s.end - s.start))? > 0 {}
    let book = load.book();
    let ids: Vec<FilingId> = book.filings.values().filter_map(|id| id.parse().ok()).collect();
    let (mut there, mut count) = (0, 0);
    for page in ids.chunks(500) {
        let page = page.to_vec();
        there += app.db.read_blocking(move |c| Ok(filings::by_ids(c, &page)?.len()))?;
    }
    if there != book.filings.len() {
        found.push(format!("确认过的登记 {} 件，库中有 {there} 件", book.filings.len()));
    }
    count += app.db.read_blocking(filings::count)?;
    let want = book.filings.len() as u64 + imported;
    if count != want {
        found.push(format!("库中登记 {count} 件，应为 {want} 件"));
    }
    read_on(&app, tally)?;
    for ((procedure, name), n) in &book.moves {
        let seen = tally.moves.get(&(procedure.clone(), (*name).to_owned())).copied().unwrap_or(0);
        if seen != *n {
            found.push(format!("程序 {procedure} 的动作 {name} 确认过 {n} 次，记录中有 {seen} 次"));
        }
    }
    drop(book);
    drop(app);
    found.extend(ground.doctor()?);
    Ok(found)
}

/// Counts what the journal gained.
fn read_on(app: &std::sync::Arc<crate::app::App>, tally: &mut Tally) -> Result<()> {
    loop {
        let after = tally.log_no;
        let page = app.db.read_blocking(move |c| journal::page(c, after, PAGE))?;
        let Some(last) = page.last().and_then(|e| e.log_no) else { return Ok(()) };
        tally.log_no = last;
        for e in page {
            let Some(name) = e.core.payload["move"].as_str() else { continue };
            if !e.core.payload["form"]["rung"].is_null() {
                tally.alarms += 1;
            } else if matches!(name, "add_note" | "sign_for") {
                *tally.moves.entry((e.core.stream_id.to_string(), name.to_owned())).or_default() += 1;
            }
        }
    }
}

/// Writes the clue file of a round: old calls, so that their reminders are due at once.
fn clue_file(ground: &Ground, seed: u64, round: u32) -> Result<String> {
    let name = format!("round-{round}.csv");
    let old = SystemClock.now().plus(-chrono::Duration::days(20)).day();
    let day = old.to_string().replace('-', "/");
    let mut text = String::from("工单编号,来电时间,来电人,来电号码,诉求区县,被反映单位,诉求内容,欠薪金额,人数\n");
    for n in 1..=ROWS {
        let serial = u64::from(round) * 1_000 + n;
        text.push_str(&format!(
            "WF12345-T{seed}{serial:08},{day} 10:00,李测试,137{serial:08},奎文区,潍坊热线测试{serial}有限公司,来电人称工资一直没有发放，请求协调。,8000,1\n"
        ));
    }
    std::fs::write(ground.dir().join(&name), text).map_err(|e| Error::Io(format!("{name}: {e}")))?;
    Ok(name)
}
