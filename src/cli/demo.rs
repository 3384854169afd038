//! `qingxin demo`: a city's year in a database of its own, then served.
//!
//! Owns where the demonstration lives, its order of building and what is printed. Every row comes into being through the
//! use cases, at a simulated clock; alarms fire as it advances. Never touches a database that is not marked as one.

mod act;
mod beside;
mod consequences;
mod doors;
mod draws;
mod drive;
mod lives;
mod money;
mod people;
mod plan;
mod proofs;
mod reports;
mod rng;

use crate::app::demo::{self, Mark, PASSWORD};
use crate::app::{App, import};
use crate::base::clock::ManualClock;
use crate::base::{At, Clock, Error, Result, SystemClock, text};
use crate::boot::{self, Place};
use crate::domain::access::{Actor, DutyKind};
use crate::jobs;
use crate::store::worklist;
use chrono::Duration;
use clap::Args;
use drive::{Hours, Life, World, Year};
use indicatif::{ProgressBar, ProgressStyle};
use rng::Rng;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

/// Shape of the demonstration: a database of another one is built anew.
const VERSION: u32 = 8;
/// Everything random follows from it.
const SEED: u64 = 0x516e_6778_696e;
/// About how many cases the year has.
const CASES: u64 = 2_450;
/// Days before the end on which the clue files arrive.
const FILES_ARRIVE: i64 = 16;
/// Clue files the program ships.
const FILES: [(&str, &str, &[u8]); 2] = [
    ("national", "national.xlsx", include_bytes!("../../samples/national.xlsx")),
    ("hotline", "hotline.csv", include_bytes!("../../samples/hotline.csv")),
];

/// 演示：建立一年的模拟数据并启动
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// 监听地址，默认 127.0.0.1:8080
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<String>,
    /// 删除已有的演示数据，重新建立
    #[arg(long)]
    pub fresh: bool,
    /// 只建立数据，不启动服务
    #[arg(long)]
    pub no_serve: bool,
    /// 演示数据库文件
    #[arg(long, value_name = "FILE", default_value = "qingxin-demo.db")]
    pub database: PathBuf,
    /// 约多少件案件
    #[arg(long, hide = true, default_value_t = CASES)]
    pub cases: u64,
}

fn io(e: std::io::Error) -> Error {
    Error::Io(e.to_string())
}

/// Builds the demonstration or opens the one that is there, and serves it.
///
/// # Errors
/// The file is no demonstration, the database, the address.
pub fn run(args: &DemoArgs, out: &mut dyn Write) -> Result<i32> {
    super::serve::log();
    let place = place(&args.database)?;
    let known = existing(&place, &args.database)?;
    let reuse = known.is_some_and(|m| m.version == VERSION && m.until.is_some()) && !args.fresh;
    let started = std::time::Instant::now();
    if !reuse {
        remove(&args.database)?;
        let year = build(&place, args.cases, SystemClock.now(), &bar())?;
        for (what, n) in &year.refused {
            tracing::debug!(%what, n, "the engine refused a move of the demo");
        }
        writeln!(
            out,
            "已建立演示数据：{} 件案件、{} 件登记、{} 次办理动作、{} 次到期提醒，用时 {:.0} 秒。",
            year.cases,
            year.filings,
            year.moves,
            year.alarms,
            started.elapsed().as_secs_f64()
        )
        .map_err(io)?;
    }
    let app = boot::open(&place, Arc::new(SystemClock))?;
    if let Some(Mark { until: Some(until), .. }) = demo::mark(&app)?.filter(|_| reuse) {
        writeln!(out, "使用已有的演示数据（截至 {}；加 --fresh 重新建立）。", until.list_text()).map_err(io)?;
    }
    guide(&app, out)?;
    if args.no_serve {
        return Ok(0);
    }
    out.flush().map_err(io)?;
    super::serve::serve(&app, args.listen.as_deref(), &[], |address| {
        eprintln!("演示已启动：http://{address}/  （按 Ctrl-C 结束）");
    })?;
    Ok(0)
}

/// Where the demonstration lives; nothing of the real city's environment is read.
fn place(database: &Path) -> Result<Place> {
    let path = database.to_str().ok_or_else(|| Error::Config("演示数据库的路径须为 UTF-8。".into()))?;
    let mut place = Place::at(format!("sqlite://{path}"));
    place.demo = true;
    // no short message leaves a demonstration: the answer shows the code
    place.variables.insert("QINGXIN__SMS__PROVIDER".into(), "show".into());
    Ok(place)
}

/// The mark of the file that is there, if any.
fn existing(place: &Place, database: &Path) -> Result<Option<Mark>> {
    if !database.exists() {
        return Ok(None);
    }
    let refuse = || Error::Config(format!("{} 不是演示数据库，不会改动它。请移走该文件，或用 --database 另选一个。", database.display()));
    let app = boot::open(place, Arc::new(SystemClock));
    match app.and_then(|a| demo::mark(&a)) {
        Ok(Some(mark)) => Ok(Some(mark)),
        Ok(None) => Err(refuse()),
        // one that was cut off while it was being made, or of an older program: its mark tells
        Err(e) => match crate::store::migrate::peek(&place.url, "demo") {
            Ok(Some(_)) => Ok(Some(Mark { version: 0, until: None })),
            Ok(None) => Err(refuse()),
            Err(_) => Err(e),
        },
    }
}

/// Removes a demonstration with its key and files.
fn remove(database: &Path) -> Result<()> {
    let stem = database.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let name = database.file_name().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    for suffix in ["", "-wal", "-shm", ".lock", ".key"] {
        let path = database.with_file_name(format!("{name}{suffix}"));
        if path.is_file() {
            std::fs::remove_file(&path).map_err(|e| Error::Io(format!("{}：{e}", path.display())))?;
        }
    }
    // directories of files carry the store's id behind the name
    let dir = database.parent().filter(|d| !d.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let Ok(entries) = std::fs::read_dir(&dir) else { return Ok(()) };
    for path in entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.is_dir()) {
        let found = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let ours = ["-evidence-", "-checkpoints-"].iter().any(|what| {
            found.strip_prefix(&format!("{stem}{what}")).is_some_and(|id| id.len() == 12 && id.bytes().all(|b| b.is_ascii_hexdigit()))
        });
        if ours {
            std::fs::remove_dir_all(&path).map_err(|e| Error::Io(format!("{}：{e}", path.display())))?;
        }
    }
    Ok(())
}

fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:40} {percent}%  {elapsed}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(366).with_style(style)
}

/// What was built.
#[derive(Debug, Default)]
pub struct Built {
    /// Cases.
    pub cases: u64,
    /// Filings.
    pub filings: u64,
    /// Moves made by people and files.
    pub moves: u64,
    /// Alarms fired.
    pub alarms: u64,
    /// Moves the engine refused, by name and code: none are expected.
    pub refused: Vec<(String, u64)>,
}

/// Builds the year before `now` in a new database.
///
/// # Errors
/// The database.
pub fn build(place: &Place, cases: u64, now: At, bar: &ProgressBar) -> Result<Built> {
    let today = now.day();
    let first = today.plus(-365);
    let clock = Arc::new(ManualClock::new(first.at(7, 0)));
    let mut place = place.clone();
    place.seed = Some(SEED.to_be_bytes().to_vec());
    // short transactions are cheapest here; a crash only means building again, so no disk is waited for
    place.variables.insert("QINGXIN__JOBS__BATCH".into(), "40".into());
    place.relaxed = true;
    bar.set_message("建立数据库");
    boot::migrate(&place, &*clock)?;
    let app = boot::open(&place, Arc::clone(&clock) as Arc<dyn Clock>)?;
    demo::set_mark(&app, &Mark { version: VERSION, until: None })?;
    let mut rng = Rng::new(SEED);
    let crew = people::hire(&app, &mut rng)?;
    let hours = Hours::new(&app.law().calendar, first, today);
    let mut world = World::new(Arc::clone(&app), crew, rng, hours);
    plan::fill(&mut world, cases);
    let checkpoints = app.checkpoints.clone();
    let mut year = Year::new(clock, world)?;
    let files = app.law().calendar.roll_back(today.plus(-FILES_ARRIVE));
    bar.set_message("模拟一年");
    let back = |n: i64| app.law().calendar.roll_back(today.plus(-n));
    let (come, talk) = (back(doors::COME), back(doors::TALK));
    let mut guests = doors::Guests::default();
    let mut drawn = draws::Draws::default();
    let mut day = first;
    while day <= today {
        draws::day(&app, &year, day, today, &mut drawn)?;
        if day == files {
            arrive(&app, &mut year, day, now)?;
        }
        if day == come {
            guests = doors::come(&app, &year, day)?;
            adopt(&app, &year, day)?;
        }
        if day == talk {
            doors::talk(&app, &year, day, &guests)?;
        }
        year.day(&app, day, now)?;
        if day == today {
            absences(&app, &year, now)?;
            year.clock.set(now);
            jobs::alarms(&app, "demo")?;
            doors::judge(&app, &year, &guests)?;
        }
        jobs::sequence(&app)?;
        jobs::checkpoint(&app, &checkpoints)?;
        bar.inc(1);
        day = day.next();
    }
    let read = now.plus(-Duration::days(4));
    app.db.write_blocking(move |c| crate::store::notices::mark_all_read(c, read, now))?;
    demo::set_mark(&app, &Mark { version: VERSION, until: Some(now) })?;
    let world = year.world.lock().unwrap_or_else(PoisonError::into_inner);
    let (cases, filings) = app.db.read_blocking(|c| Ok((crate::store::cases::count(c)?, crate::store::filings::count(c)?)))?;
    bar.finish_and_clear();
    Ok(Built {
        cases,
        filings,
        moves: world.moves,
        alarms: year.alarms,
        refused: world.refused.iter().map(|(k, n)| (k.clone(), *n)).collect(),
    })
}

/// The shipped clue files come in; what they open goes its way like the rest.
fn arrive(app: &Arc<App>, year: &mut Year, day: crate::base::Day, now: At) -> Result<()> {
    let at = day.at(8, 35).min(now);
    year.clock.set(at);
    for (profile, name, bytes) in FILES {
        import::import(app, &Actor::System("import"), import::File { profile, name, bytes, receiving: "" }, &mut |_| {})?;
    }
    adopt(app, year, day)
}

/// Cases nobody of the demonstration drives yet go their way from now on.
fn adopt(app: &Arc<App>, year: &Year, day: crate::base::Day) -> Result<()> {
    let mut world = year.world.lock().unwrap_or_else(PoisonError::into_inner);
    let known: std::collections::BTreeSet<_> = world.lives.iter().filter_map(|l| l.case).collect();
    let f = worklist::Filter { kind: Some("complaint".into()), state: Some("dispatched".into()), ..worklist::Filter::default() };
    let mut after = None;
    let city = app.config.city.bureau.clone();
    loop {
        let page = app.db.read_blocking(|c| worklist::page(c, &f, after, 0, 200))?;
        after = page.last().and_then(|l| l.due_at.map(|d| (d, l.procedure)));
        for line in &page {
            let Some(case) = line.case.as_ref().filter(|c| !known.contains(&c.id)) else { continue };
            let life = Life {
                nth: world.lives.len(),
                area: line.area.clone().unwrap_or_default(),
                industry: case.lead_bureau.clone(),
                receiving: city.clone(),
                first_lead: case.lead_bureau.clone(),
                case: Some(case.id),
                complaint: Some(line.procedure),
                ..Life::default()
            };
            let id = case.id;
            let rows = app.db.read_blocking(move |c| crate::store::procedures::of_case(c, id))?;
            let life = Life { report: rows.iter().find(|r| r.kind == "filing").map(|r| r.id), ..life };
            let mut s = lives::Script::new(&mut world.rng, 10);
            s.any();
            let beats = s.done();
            let wait = u64::try_from(world.rng.range(1, 5)).unwrap_or(1) * lives::DAY;
            let first = world.hours.of(day).unwrap_or(0);
            world.adopt(first, life, beats, vec![lives::Beat { wait, act: lives::Act::Answer }]);
        }
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Some people are away, and somebody stands in.
fn absences(app: &Arc<App>, year: &Year, now: At) -> Result<()> {
    let pairs: Vec<_> = {
        let world = year.world.lock().unwrap_or_else(PoisonError::into_inner);
        let bureaus: Vec<String> = app.city.bureaus.iter().map(|b| b.code.clone()).collect();
        bureaus
            .iter()
            .step_by(7)
            .filter_map(|b| {
                let team = world.crew.of(b, DutyKind::Handler);
                Some((team.get(1)?.account()?, team.first()?.account()?))
            })
            .collect()
    };
    app.write_blocking(&Actor::System("demo"), None, move |tx| {
        for (away, stand_in) in &pairs {
            let until = now.plus(Duration::days(9));
            crate::app::people::record_absence(tx, *away, Some(*stand_in), now.plus(-Duration::days(1)), until, "培训")?;
        }
        Ok(())
    })
}

/// What to look at, and who may log in.
fn guide(app: &App, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "\n{}。数据均为虚构，数据库：{:?}", text::zh("demo.banner"), app.db.target()).map_err(io)?;
    writeln!(out, "\n登录名与岗位（口令均为 {PASSWORD}）：").map_err(io)?;
    for (who, login) in demo::logins(app) {
        writeln!(out, "  {login:<24} {who}").map_err(io)?;
    }
    writeln!(out, "\n可以看看：").map_err(io)?;
    for line in text::zh("demo.look").split('\n').filter(|l| !l.trim().is_empty()) {
        writeln!(out, "  {}", line.trim()).map_err(io)?;
    }
    writeln!(out).map_err(io)
}
