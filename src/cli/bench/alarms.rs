//! Alarms that are due, all at once, beside the same rows by pgbench in transactions of the same size.

use super::memory::resident;
use super::pgbench::Script;
use super::record::{self, words};
use super::script::{self, Places, Shape};
use super::stats::Series;
use super::table::{Line, Want};
use super::town::{self, recorded};
use super::{Bench, say};
use crate::base::{Clock, Error, Result, SystemClock};
use crate::store::measure;
use std::time::{Duration, Instant};

const DUE: &str = "select count(*)::text as v from alarms where fire_at <= now()";

/// Runs it.
///
/// # Errors
/// A step failed.
pub fn run(b: &mut Bench<'_>) -> Result<()> {
    let cases = (b.args.cases / 10).max(1_000);
    let mut site = b.ground.database()?;
    // while recording, one alarm in a transaction
    site.set("QINGXIN__JOBS__BATCH", "1");
    let app = site.app()?;
    let t = site.towns.first().cloned().ok_or_else(|| Error::Internal("a city without counties".into()))?;
    let received = SystemClock.now().plus(-chrono::Duration::days(20));
    let mut n = 420_000_000;
    let mut one = || -> Result<(Vec<record::Change>, town::Recording)> {
        n += 1;
        let (told, _) = recorded(&site, || town::register(&site, &app, &t, n, Some(received)))?;
        let (act, fired) = recorded(&site, || app.fire_alarms("bench"))?;
        if fired.fired != 1 {
            return Err(Error::Internal(format!("of the alarm of the measurement came {fired:?}")));
        }
        // what else is due of it
        crate::jobs::alarms(&app, "bench")?;
        Ok((told.changes, act))
    };
    let (mut story, mut act) = one()?;
    let (other, twin) = one()?;
    record::vary(&mut act.changes, &twin.changes);
    record::vary(&mut story, &other);
    drop(app);
    let batch = 100;
    site.set("QINGXIN__JOBS__BATCH", &batch.to_string());
    site.set("QINGXIN__JOBS__POLL_SECONDS", "1");
    town::fill(&site, &[story.clone()], cases, &["grams", "idempotency"], false)?;
    let raw = b.ground.copy(&site)?;
    let kept: Vec<record::Change> = story.iter().filter(|c| !matches!(c.table.as_str(), "grams" | "idempotency")).cloned().collect();
    let ids = Places::of(&kept, &act.changes);
    let (text, sent) = script::pgbench(&act.changes, &ids, Shape { times: batch, filled: cases, grouped: false, crowd: None });
    let mut script = Script::new(&b.ground, "alarms", &text, 2_000)?;
    let (mut ours, mut bare, mut grown, mut most) = (Series::default(), Series::default(), Series::default(), Series::default());
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let per = batch as f64;
    for round in 1..=b.args.rounds {
        let fresh = b.ground.copy(&site)?;
        let due = fresh.raw(|c| measure::number(c, DUE))?;
        bare.0.push(script.run(raw.url(), 1, b.args.seconds)?.tps * per);
        raw.raw(|c| c.batch("checkpoint"))?;
        say(&format!("提醒：到期 {due} 个"));
        let events = |site: &super::ground::Site<'_>| site.raw(|c| measure::number(c, "select count(*)::text as v from events"));
        let before = events(&fresh)?;
        let (server, _) = fresh.serve()?;
        let begun = Instant::now();
        let (mut first, mut top) = (0.0f64, 0.0f64);
        loop {
            std::thread::sleep(Duration::from_millis(500));
            let (now, high) = resident(server.id())?;
            // the first second fills caches and pools
            if first == 0.0 && begun.elapsed() > Duration::from_secs(1) {
                first = now;
            }
            top = top.max(high);
            let left = fresh
                .raw(|c| measure::number(c, "select count(*)::text as v from (select 1 from alarms where fire_at <= now() limit 1) x"))?;
            if left == 0 {
                break;
            }
            if begun.elapsed() > Duration::from_secs(1_800) {
                return Err(Error::Unavailable("the alarms were not done in half an hour".into()));
            }
        }
        let seconds = begun.elapsed().as_secs_f64();
        let made = events(&fresh)? - before;
        let each = act.changes.iter().filter(|c| c.table == "events" && c.op == record::Op::Insert).count().max(1);
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        let fired = made as f64 / each as f64;
        ours.0.push(fired / seconds);
        grown.0.push(top - first);
        most.0.push(top);
        say(&format!(
            "  第 {round} 轮：{fired:.0} 个提醒，{seconds:.1} 秒，{:.0} / {:.0} 每秒；{first:.0} → {top:.0} MB",
            fired / seconds,
            bare.max()
        ));
    }
    let rows = act.changes.len();
    b.report.lines.push(Line {
        what: format!("alarms, {cases} cases with alarms due, {batch} in a transaction"),
        unit: "1/s".into(),
        ours,
        raw: bare,
        want: Want::Least(0.4),
        notes: format!("{rows} rows an alarm; program {} statements for one alone, pgbench {sent} for {batch}", act.statements),
    });
    let line = |what: &str, ours, want, notes: &str| Line {
        what: what.into(),
        unit: "MB".into(),
        ours,
        raw: Series::default(),
        want,
        notes: notes.into(),
    };
    b.report.lines.push(line("memory gained while they fire", grown, Want::Most(20.0), "VmHWM at the end less VmRSS after a second"));
    b.report.lines.push(line("memory while they fire, most ever", most, Want::Most(200.0), "VmHWM"));
    b.report.note(format!(
        "one alarm writes: {} (its lease, taken in another transaction before, is not on the other side)",
        words(&act.changes)
    ));
    Ok(())
}
