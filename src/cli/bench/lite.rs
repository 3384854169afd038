//! Filing on SQLite at full durability: through the use case in this process and over HTTP, beside raw statements.

use super::ground::Site;
use super::load::{self, Spec, Task};
use super::record::words;
use super::script::{self, Lite};
use super::stats::Series;
use super::table::{Line, Want};
use super::writes::{desks, sound};
use super::{Bench, say, town};
use crate::app::App;
use crate::base::{Error, Result};
use crate::store::measure::{self, Raw};
use crate::store::{Db, Options};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Clients, and the filings a raw transaction holds beside them: as many as can wait while one commits.
const CLIENTS: [usize; 2] = [1, 8];

/// Filings a second by raw statements, `group` in a transaction.
fn raw(db: &Db, all: &Arc<Vec<Lite>>, group: usize, seconds: f64, next: &mut u64) -> Result<f64> {
    let begun = Instant::now();
    let mut done = 0u32;
    while begun.elapsed().as_secs_f64() < seconds {
        let (from, all) = (*next, Arc::clone(all));
        db.write_blocking(move |c| {
            for n in (from..).take(group) {
                for s in all.iter() {
                    measure::raw(c, Raw { parts: &s.parts, values: s.binds(n) })?;
                }
            }
            Ok(())
        })?;
        *next += group as u64;
        done += u32::try_from(group).unwrap_or(0);
    }
    Ok(f64::from(done) / begun.elapsed().as_secs_f64())
}

/// Filings a second through the use case, from as many threads.
fn through(site: &Site<'_>, app: &Arc<App>, clients: usize, seconds: f64, next: &AtomicU64) -> Result<f64> {
    let begun = Instant::now();
    let done = AtomicU64::new(0);
    std::thread::scope(|s| {
        let all: Vec<_> = (0..clients)
            .map(|i| {
                let done = &done;
                s.spawn(move || -> Result<()> {
                    let t = &site.towns[i % site.towns.len()];
                    while begun.elapsed().as_secs_f64() < seconds {
                        town::register(site, app, t, next.fetch_add(1, Ordering::Relaxed), None)?;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        all.into_iter().try_for_each(|t| t.join().map_err(|_| Error::Internal("a client panicked".into()))?)
    })?;
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    Ok(done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
}

/// Runs it.
///
/// # Errors
/// A step failed.
pub fn run(b: &mut Bench<'_>) -> Result<()> {
    say("SQLite：");
    let site = b.ground.lite()?;
    let app = site.app()?;
    let t = site.towns.first().cloned().ok_or_else(|| Error::Internal("a city without counties".into()))?;
    let mut n = 430_000_000;
    town::register(&site, &app, &t, n, None)?;
    let (told, _) = town::twice(&site, || {
        n += 1;
        town::register(&site, &app, &t, n, None)
    })?;
    drop(app);
    let bare = b.ground.copy_lite(&site)?;
    let all = Arc::new(script::lite(&told.changes));
    let options = Options { any_schema: true, ..Options::default() };
    let db = Db::open(bare.url(), &options)?;
    let counter = AtomicU64::new(1);
    let (mut from, mut first) = (1, 10_000_000);
    for clients in CLIENTS {
        let (mut inside, mut wire, mut side) = (Series::default(), Series::default(), Series::default());
        let mut last = load::Counted::default();
        for round in 1..=b.args.rounds {
            side.0.push(raw(&db, &all, clients, b.args.seconds, &mut from)?);
            {
                let app = site.app()?;
                inside.0.push(through(&site, &app, clients, b.args.seconds, &counter)?);
            }
            let (_server, address) = site.serve()?;
            let task = Task::File(desks(&site)?);
            last = load::run(&Spec { address, clients, seconds: b.args.seconds, run: "LITE".into(), first, task })?;
            sound("sqlite", &last)?;
            first += last.done + 40;
            wire.0.push(last.rate());
            say(&format!("  {clients} 客户，第 {round} 轮：{:.0}、{:.0} / {:.0} 每秒", inside.max(), wire.max(), side.max()));
        }
        let rows = told.changes.len();
        let line = |what: &str, ours, want, notes: String| Line {
            what: format!("{what}, {clients} clients"),
            unit: "1/s".into(),
            ours,
            raw: side.clone(),
            want,
            notes,
        };
        let notes = format!("{rows} rows; program {} statements; other side {clients} filings a transaction", told.statements);
        b.report.lines.push(line("SQLite: filing in process", inside, Want::Least(0.5), notes));
        b.report.lines.push(line("SQLite: filing over HTTP", wire, Want::Least(0.3), last.words()));
    }
    b.report.note(format!(
        "one filing on SQLite writes: {}; WAL, synchronous=FULL, one prepared INSERT a row on the other side",
        words(&told.changes)
    ));
    Ok(())
}
