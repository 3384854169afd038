//! Whole lifecycles in a big city: fifty clients as fast as it goes, and a spike of arrivals.

use super::ground::Site;
use super::load::{self, Counted, Crew, Spec, Task};
use super::memory::{each, processor, resident};
use super::stats::{Series, figure};
use super::table::{Line, Report, Want};
use super::writes::{settle, sound};
use super::{BenchArgs, say, shape, town};
use crate::base::{Error, Result};

const CLIENTS: usize = 50;
/// Lifecycles begun each second, one after the other.
const SPIKE: [f64; 7] = [1.0, 15.0, 1.0, 25.0, 2.0, 35.0, 10.0];
/// Connections that may be open while the spike runs.
const MOST: usize = 200;

/// Runs it.
///
/// # Errors
/// A step failed.
pub fn run(args: &BenchArgs, report: &mut Report, site: &Site<'_>) -> Result<()> {
    say("全程：");
    let crews: Vec<Crew> = site.towns.iter().map(|t| site.crew(t)).collect::<Result<_>>()?;
    let app = site.app()?;
    let t = site.towns.first().ok_or_else(|| Error::Internal("a city without counties".into()))?;
    // the form version before each step is the same each time: learnt once, so that no one has to ask
    let learnt = |steps: &[shape::Step], n: u64| town::walk(site, &app, t, town::register(site, &app, t, n, None)?, steps);
    let (whole, short) = (learnt(&shape::REFUSAL, 440_000_000)?, learnt(&shape::SHORT, 440_000_001)?);
    drop(app);
    let (server, address) = site.serve()?;
    let mut next = 1;
    let shapes = [
        (
            "lifecycle: create, 5 moves to an end, search",
            false,
            &whole,
            "create, read the case, sign_for, assign, refuse, approve, approve, search: 8 requests",
        ),
        ("four-request shape: create, 2 moves, search", true, &short, "create, note_progress, answer, search of the filing"),
    ];
    for (what, short, tags, path) in shapes {
        let (mut rate, mut p95) = (Series::default(), Series::default());
        let (mut last, mut spent) = (Counted::default(), String::new());
        for round in 1..=args.rounds {
            settle(site)?;
            let used = processor(server.id());
            let task = Task::Life { crews: crews.clone(), short, tags: tags.clone(), rates: Vec::new() };
            last = load::run(&Spec { address, clients: CLIENTS, seconds: args.seconds, run: "LIFE".into(), first: next, task })?;
            sound("lifecycle", &last)?;
            spent = each(server.id(), used, last.done);
            next += last.done + 100;
            rate.0.push(last.rate());
            p95.0.push(last.ms[1]);
            say(&format!("  {what}，第 {round} 轮：{:.0} 每秒，{}", last.rate(), last.words()));
        }
        let line = |what: String, unit: &str, ours, want, notes: String| Line {
            what,
            unit: unit.into(),
            ours,
            raw: Series::default(),
            want,
            notes,
        };
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        let every = last.requests as f64 / last.done.max(1) as f64;
        let notes = format!("{path}; {} requests a second; {spent}", figure(rate.median() * every));
        report.lines.push(line(format!("{what}, {CLIENTS} clients, {} cases", args.cases), "1/s", rate, Want::Least(250.0), notes));
        report.lines.push(line(format!("{what}: p95 of a whole one"), "ms", p95, Want::Most(250.0), last.words()));
    }
    settle(site)?;
    let task = Task::Life { crews, short: false, tags: whole, rates: SPIKE.to_vec() };
    let c = load::run(&Spec { address, clients: MOST, seconds: args.seconds, run: "SPIKE".into(), first: next, task })?;
    if c.failed > 0 {
        say(&format!("  突发：{}", c.error));
    }
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let failed = c.failed as f64;
    let seconds: Vec<String> = c.by_second.iter().map(|p| figure(*p)).collect();
    say(&format!("  突发：{} 件，失败 {}，{}；逐秒 p95：{}", c.done, c.failed, c.words(), seconds.join(" ")));
    let rates: Vec<String> = SPIKE.iter().map(|r| format!("{r}")).collect();
    let end = c.by_second.last().copied().unwrap_or(0.0);
    report.lines.push(Line {
        what: format!("spike {} lifecycles a second, {} s each: errors", rates.join("→"), args.seconds),
        unit: "errors".into(),
        ours: Series(vec![failed]),
        raw: Series::default(),
        want: Want::Most(0.0),
        notes: format!("{} done; {}; longest {:.0} ms; p95 of the last second {end:.0} ms", c.done, c.words(), c.ms[3]),
    });
    let (_, most) = resident(server.id())?;
    report.note(format!("memory of the server through all lifecycles: at most {most:.0} MB"));
    Ok(())
}
