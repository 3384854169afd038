//! Filing and a move, over HTTP, beside the same rows by pgbench.

use super::ground::{Site, Town};
use super::load::{self, Spec, Task};
use super::memory::{each, processor};
use super::pgbench::Script;
use super::record::words;
use super::script::{self, Places, Shape};
use super::stats::Series;
use super::table::{Line, Want};
use super::town::{self, recorded};
use super::{Bench, record, say, shape};
use crate::app::App;
use crate::base::{Error, Result};
use crate::store::measure;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Connections.
const CLIENTS: [usize; 2] = [8, 32];
/// Moves a second that a slice of items lasts for.
const MOVES: f64 = 1_500.0;

/// Waits until the server has numbered what was written, so that it is quiet while the other side runs.
///
/// # Errors
/// The database.
pub fn settle(site: &Site<'_>) -> Result<()> {
    let begun = Instant::now();
    let pg = "select count(*)::text as v from (select 1 from events where log_no is null limit 1) x";
    while site.raw(|c| measure::number(c, pg))? > 0 && begun.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(200));
    }
    site.raw(|c| c.batch("checkpoint"))
}

/// Tells what failed; a measurement with failures is none.
///
/// # Errors
/// [`Error::Unavailable`] with what the first failure said.
pub fn sound(what: &str, c: &load::Counted) -> Result<()> {
    if c.failed == 0 && c.done > 0 {
        Ok(())
    } else {
        Err(Error::Unavailable(format!("{what}: {} done, {} failed: {}", c.done, c.failed, c.error)))
    }
}

fn first<'s>(site: &'s Site<'_>) -> Result<&'s Town> {
    site.towns.first().ok_or_else(|| Error::Internal("a city without counties".into()))
}

/// Desks of all counties.
///
/// # Errors
/// Nobody works there.
pub fn desks(site: &Site<'_>) -> Result<Vec<load::Desk>> {
    site.towns.iter().map(|t| Ok((site.person(&format!("{}.desk", t.code))?.token.clone(), t.area.clone()))).collect()
}

/// Records one filing: twice, after one that comes first.
fn filed(site: &Site<'_>, app: &Arc<App>) -> Result<town::Recording> {
    let t = first(site)?;
    town::register(site, app, t, 400_000_000, None)?;
    let mut n = 400_000_000;
    Ok(town::twice(site, || {
        n += 1;
        town::register(site, app, t, n, None)
    })?
    .0)
}

/// Filing over HTTP.
///
/// # Errors
/// A step failed.
pub fn filing(b: &mut Bench<'_>) -> Result<()> {
    say("登记：");
    let site = b.ground.database()?;
    let app = site.app()?;
    let told = filed(&site, &app)?;
    drop(app);
    let raw = b.ground.copy(&site)?;
    let ids = Places::of(&[], &told.changes);
    let shape = |grouped| Shape { times: 1, filled: 1, grouped, crowd: None };
    let (one, sent) = script::pgbench(&told.changes, &ids, shape(false));
    let (many, grouped) = script::pgbench(&told.changes, &ids, shape(true));
    let mut one = Script::new(&b.ground, "filing", &one, 400_000)?;
    let mut many = Script::new(&b.ground, "filing-grouped", &many, 400_000)?;
    // the second script goes on where the first cannot reach
    many.skip(10_000_000);
    let desks = desks(&site)?;
    let (server, address) = site.serve()?;
    let mut next = 1;
    for clients in CLIENTS {
        let (mut ours, mut bare, mut joint) = (Series::default(), Series::default(), Series::default());
        let (mut last, mut spent) = (load::Counted::default(), String::new());
        for round in 1..=b.args.rounds {
            settle(&site)?;
            bare.0.push(one.run(raw.url(), clients, b.args.seconds)?.tps);
            joint.0.push(many.run(raw.url(), clients, b.args.seconds)?.tps);
            raw.raw(|c| c.batch("checkpoint"))?;
            let spec = Spec { address, clients, seconds: b.args.seconds, run: "FILE".into(), first: next, task: Task::File(desks.clone()) };
            let used = processor(server.id());
            last = load::run(&spec)?;
            spent = each(server.id(), used, last.done);
            sound("filing", &last)?;
            next += last.done + clients as u64 + 1;
            ours.0.push(last.rate());
            say(&format!("  {clients} 连接，第 {round} 轮：{:.0} / {:.0} 每秒", last.rate(), bare.0.last().copied().unwrap_or(0.0)));
        }
        let rows = told.changes.len();
        b.report.lines.push(Line {
            what: format!("filing over HTTP, {clients} connections"),
            unit: "1/s".into(),
            ours: ours.clone(),
            raw: bare,
            want: Want::Least(0.4),
            notes: format!(
                "{rows} rows; program {} statements (session not counted), pgbench {sent}; {}, {spent}",
                told.statements,
                last.words()
            ),
        });
        b.report.lines.push(Line {
            what: format!("the same beside multi-row INSERTs, {clients} connections"),
            unit: "1/s".into(),
            ours,
            raw: joint,
            want: Want::Nothing,
            notes: format!("neighbouring rows of a table in one INSERT: pgbench {grouped} round trips"),
        });
    }
    b.report.note(format!("one filing writes: {}", words(&told.changes)));
    b.report.note(
        "the program's filing also numbers its events afterwards (`log_no`, one UPDATE an event, in the background): not on the other side",
    );
    Ok(())
}

/// Signing for, over HTTP.
///
/// # Errors
/// A step failed.
pub fn moves(b: &mut Bench<'_>) -> Result<()> {
    say("动作：");
    let site = b.ground.database()?;
    let app = site.app()?;
    let t = first(&site)?.clone();
    let story = filed(&site, &app)?.changes;
    // the copies are of this story; the move is recorded on a case of its own
    let mut n = 410_000_000;
    let mut moved = |_: ()| -> Result<(Vec<record::Change>, town::Recording)> {
        n += 1;
        let (told, made) = recorded(&site, || town::register(&site, &app, &t, n, None))?;
        let (act, _) = recorded(&site, || town::walk(&site, &app, &t, made, &shape::REFUSAL[..1]))?;
        Ok((told.changes, act))
    };
    let (before, mut act) = moved(())?;
    let (_, twin) = moved(())?;
    record::vary(&mut act.changes, &twin.changes);
    drop(app);
    let slice = (MOVES * b.brief()).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let slice = slice as u64;
    let rounds = u64::from(b.args.rounds);
    let total = slice * rounds * CLIENTS.len() as u64;
    // copies of the very case the move was recorded on: its ids stand at the places the script expects
    let mut copied = before.clone();
    record::vary(&mut copied, &story);
    town::fill(&site, &[copied], total, &["grams", "idempotency"], false)?;
    let raw = b.ground.copy(&site)?;
    let ids = Places::of(&kept(&before), &act.changes);
    let (text, sent) = script::pgbench(&act.changes, &ids, Shape { times: 1, filled: total, grouped: false, crowd: None });
    let mut bare_script = Script::new(&b.ground, "move", &text, 400_000)?;
    let desk = site.person(&format!("{}.desk", t.code))?.token.clone();
    let list = "select json_build_array(p.id, k.form_version + p.form_rev)::text as v from procedures p join cases k on k.id = p.case_id
                where p.kind = 'complaint' and p.state = 'dispatched' and k.number like '%1000000%' order by p.id";
    let mut items: Vec<(String, i64, String)> = Vec::new();
    for line in site.raw(|c| measure::texts(c, list))? {
        let (id, version): (String, i64) = serde_json::from_str(&line).map_err(|e| Error::Internal(e.to_string()))?;
        items.push((id, version, desk.clone()));
    }
    let (server, address) = site.serve()?;
    let mut slices = items.chunks(usize::try_from(slice).unwrap_or(1));
    for clients in CLIENTS {
        let (mut ours, mut bare) = (Series::default(), Series::default());
        let (mut last, mut spent) = (load::Counted::default(), String::new());
        for round in 1..=b.args.rounds {
            settle(&site)?;
            bare.0.push(bare_script.run(raw.url(), clients, b.brief())?.tps);
            raw.raw(|c| c.batch("checkpoint"))?;
            let task = Task::Move("sign_for".into(), slices.next().unwrap_or_default().to_vec());
            let spec = Spec { address, clients, seconds: b.brief(), run: format!("MOVE{clients}-{round}"), first: 1, task };
            let used = processor(server.id());
            last = load::run(&spec)?;
            spent = each(server.id(), used, last.done);
            sound("move", &last)?;
            ours.0.push(last.rate());
            say(&format!("  {clients} 连接，第 {round} 轮：{:.0} / {:.0} 每秒", last.rate(), bare.0.last().copied().unwrap_or(0.0)));
        }
        b.report.lines.push(Line {
            what: format!("a move over HTTP (sign_for), {clients} connections"),
            unit: "1/s".into(),
            ours,
            raw: bare,
            want: Want::Least(0.4),
            notes: format!(
                "{} rows; program {} statements, pgbench {sent}; {}, {spent}",
                act.changes.len(),
                act.statements.saturating_sub(1),
                last.words()
            ),
        });
    }
    b.report.note(format!("one move (sign_for) writes: {}", words(&act.changes)));
    Ok(())
}

/// What a copy of the story holds, in the order of its places.
fn kept(story: &[record::Change]) -> Vec<record::Change> {
    story.iter().filter(|c| !matches!(c.table.as_str(), "grams" | "idempotency")).cloned().collect()
}
