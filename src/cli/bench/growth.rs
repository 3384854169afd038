//! A big city beside a small one: what hot statements read and how long requests take; then lifecycles in the big one.

use super::ground::{Ground, Site};
use super::load::{self, Spec, Task};
use super::stats::{Series, figure};
use super::table::{Line, Report, Want};
use super::town::{self, LEAN, Mix};
use super::writes::{desks, settle, sound};
use super::{Bench, BenchArgs, life, say};
use crate::base::id::{CaseId, FilingId, ProcedureId};
use crate::base::{Clock, Error, Result, SystemClock};
use crate::store::measure::{self, Cost};
use crate::store::worklist::{self, Filter};
use crate::store::{Conn, cases, filings, procedures, search};
use std::time::Instant;

/// The small city.
const SMALL: u64 = 10_000;
/// Times each statement runs.
const TIMES: usize = 40;

/// A case of the copies, to ask about.
#[derive(Debug, Clone, serde::Deserialize)]
struct Sample(String, String, String, String, String, String, String);

fn samples(site: &Site<'_>, total: u64) -> Result<Vec<Sample>> {
    let step = (total / TIMES as u64).max(1);
    // any forty copies that lie evenly apart, found by their numbers
    let sql = format!(
        "select json_build_array(k.id, k.number, k.respondent_key, f.id, f.source_no, p.id, c.person_bix)::text as v
         from filings f join cases k on k.id = f.case_id join claimants c on c.id = f.claimant_id
         join procedures p on p.case_id = k.id and p.kind = 'complaint'
         where right(f.source_no, 12)::bigint % {step} = 7 and f.source_no like '%1000%' limit {TIMES}"
    );
    let all: Vec<Sample> = site.raw(|c| measure::texts(c, &sql))?.iter().filter_map(|l| serde_json::from_str(l).ok()).collect();
    if all.is_empty() { Err(Error::Internal("no copies to ask about".into())) } else { Ok(all) }
}

type Ask = fn(&mut Conn, &Sample) -> Result<()>;

fn id<T: crate::base::id::Id>(text: &str) -> Result<T> {
    text.parse::<uuid::Uuid>().map(T::from).map_err(|e| Error::Internal(e.to_string()))
}

/// The hot statements, by the functions that send them.
const HOT: [(&str, Ask); 16] = [
    ("worklist of a bureau", |c, _| {
        worklist::page(c, &Filter { bureaus: Some(vec!["370702-hrss".into()]), ..Filter::default() }, None, 0, 50).map(drop)
    }),
    ("worklist of a county", |c, _| {
        worklist::page(c, &Filter { areas: Some(vec!["370702".into()]), ..Filter::default() }, None, 0, 50).map(drop)
    }),
    ("worklist of the city", |c, _| worklist::page(c, &Filter::default(), None, 0, 50).map(drop)),
    ("overdue in the city", |c, _| {
        worklist::page(c, &Filter { overdue_at: Some(SystemClock.now()), ..Filter::default() }, None, 0, 50).map(drop)
    }),
    ("lines of a tab counted", |c, _| worklist::count(c, &Filter::default(), 1000).map(drop)),
    ("a case", |c, s| cases::get(c, id::<CaseId>(&s.0)?).map(drop)),
    ("procedures of a case", |c, s| procedures::of_case(c, id::<CaseId>(&s.0)?).map(drop)),
    ("terms of a procedure", |c, s| procedures::terms_of(c, id::<ProcedureId>(&s.5)?).map(drop)),
    ("filings of a case", |c, s| filings::of_case(c, id::<CaseId>(&s.0)?).map(drop)),
    ("a filing", |c, s| filings::get(c, id::<FilingId>(&s.3)?).map(drop)),
    ("a case by number", |c, s| search::numbered(c, &s.1).map(drop)),
    ("twin by number", |c, s| filings::twin(c, "window", Some(&s.4), &[]).map(drop)),
    ("a person by ID", |c, s| filings::find_claimant(c, std::slice::from_ref(&s.6), &[], &[]).map(drop)),
    ("look-alikes by employer", |c, s| filings::alike(c, None, &s.2, None, 20).map(drop)),
    ("overdue duties", |c, _| procedures::overdue(c, SystemClock.now(), None, 100).map(drop)),
    ("oldest alarm", |c, _| procedures::oldest_due(c, SystemClock.now()).map(drop)),
];

/// Mean rows and buffers of a statement, and its median milliseconds.
fn read(site: &Site<'_>, of: &[Sample], ask: Ask) -> Result<(f64, f64, f64)> {
    let (mut sum, mut ms) = (Cost::default(), Series::default());
    let db = crate::store::Db::open(site.url(), &crate::store::Options::default())?;
    for s in of.iter().cycle().take(TIMES + 6) {
        let s = s.clone();
        let (cost, took) = db.write_blocking(move |c| {
            measure::cost(c, |c| {
                let begun = Instant::now();
                ask(c, &s)?;
                Ok(begun.elapsed().as_secs_f64() * 1000.0)
            })
        })?;
        ms.0.push(took);
        // the first ones plan the statement and fill caches
        if ms.0.len() > 6 {
            (sum.rows, sum.buffers) = (sum.rows + cost.rows, sum.buffers + cost.buffers);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    let (rows, buffers, n) = (sum.rows as f64, sum.buffers as f64, TIMES as f64);
    Ok((rows / n, buffers / n, Series(ms.0.split_off(6)).median()))
}

/// Builds both cities and measures.
///
/// # Errors
/// A step failed.
pub fn run(b: &mut Bench<'_>, growth: bool, lifecycle: bool) -> Result<()> {
    let total = b.args.cases;
    let Bench { args, ground, report } = b;
    say(&format!("{total} 件的库："));
    let big = city(ground, total)?;
    if growth {
        let size = SMALL.min(total);
        let small = city(ground, size)?;
        let (few, many) = (samples(&small, size)?, samples(&big, total)?);
        statements(report, &small, &big, &few, &many, size, total)?;
        requests(args, report, &small, &big, &few, &many)?;
    }
    if lifecycle {
        life::run(args, report, &big)?;
    }
    let size = big.raw(|c| measure::number(c, "select pg_database_size(current_database())::text as v"))? / 1_048_576;
    report.note(format!(
        "the city of {total} cases: one open for four that ended; copies leave out {}, those that ended also terms and chains; {size} MB at the end",
        LEAN.join(", ")
    ));
    Ok(())
}

fn city(ground: &Ground, total: u64) -> Result<Site<'_>> {
    let site = ground.database()?;
    let app = site.app()?;
    let stories = town::stories(&site, &app, Mix::City)?;
    drop(app);
    town::fill(&site, &stories, total, &LEAN, true)?;
    Ok(site)
}

/// What hot statements read in both.
fn statements(report: &mut Report, small: &Site<'_>, big: &Site<'_>, few: &[Sample], many: &[Sample], size: u64, total: u64) -> Result<()> {
    let (mut worst, mut slowest) = ((0.0f64, ""), (0.0f64, ""));
    let ratio = |a: f64, b: f64| if a > 0.0 { b / a } else { 1.0 };
    for (what, ask) in HOT {
        let (a, b) = (read(small, few, ask)?, read(big, many, ask)?);
        let reads = ratio(a.0, b.0).max(ratio(a.1, b.1));
        if reads > worst.0 {
            worst = (reads, what);
        }
        if ratio(a.2, b.2) > slowest.0 {
            slowest = (ratio(a.2, b.2), what);
        }
        report.lines.push(Line {
            what: format!("{what}: buffers at {total} beside {size}"),
            unit: "buffers".into(),
            ours: Series(vec![b.1]),
            raw: Series(vec![a.1]),
            want: Want::Most(1.2),
            notes: format!("rows {} → {}; median {:.2} → {:.2} ms", figure(a.0), figure(b.0), a.2, b.2),
        });
    }
    let one = |what: &str, worst: (f64, &str), want| Line {
        what: what.into(),
        unit: "ratio".into(),
        ours: Series(vec![worst.0]),
        raw: Series::default(),
        want,
        notes: worst.1.into(),
    };
    report.lines.push(one("growth: most rows or buffers of a hot statement", worst, Want::Most(1.2)));
    report.lines.push(one("growth: slowest median of a hot statement", slowest, Want::Most(2.0)));
    Ok(())
}

/// How long requests take in both, by turns.
fn requests(args: &BenchArgs, report: &mut Report, small: &Site<'_>, big: &Site<'_>, few: &[Sample], many: &[Sample]) -> Result<()> {
    let (_one, here) = small.serve()?;
    let (_two, there) = big.serve()?;
    let tasks = |site: &Site<'_>, of: &[Sample]| -> Result<Vec<(&'static str, Task)>> {
        let leader = site.person("370700.supervisor")?.token.clone();
        let numbers = of.iter().map(|s| (leader.clone(), s.1.clone())).collect();
        Ok(vec![
            ("list of 50 of the city", Task::Get("/inbox?tab=area&limit=50".into(), vec![leader])),
            ("search by number", Task::Search(numbers)),
            ("filing", Task::File(desks(site)?)),
        ])
    };
    let (left, right) = (tasks(small, few)?, tasks(big, many)?);
    for ((what, a), (_, b)) in left.into_iter().zip(right) {
        let (mut ours, mut bare) = (Series::default(), Series::default());
        for round in 1..=args.rounds {
            for (task, address, into, site) in [(&a, here, &mut bare, small), (&b, there, &mut ours, big)] {
                settle(site)?;
                let first = u64::from(round) * 1_000_000;
                let spec = Spec { address, clients: 1, seconds: args.seconds.min(4.0), run: "GROW".into(), first, task: task.clone() };
                let done = load::run(&spec)?;
                sound(what, &done)?;
                into.0.push(done.ms[0]);
            }
        }
        report.lines.push(Line {
            what: format!("{what} over HTTP, median, big beside small"),
            unit: "ms".into(),
            ours,
            raw: bare,
            want: Want::Most(2.0),
            notes: "one connection".into(),
        });
    }
    Ok(())
}
