//! A town full of cases: a few real ones made through the program and recorded, then multiplied by the database.
//!
//! Owns which stories there are and what copies leave out.

use super::ground::{Site, Town, raw_at};
use super::record::{self, Change, Snapshot};
use super::shape::{self, Step};
use super::{say, script};
use crate::app::App;
use crate::app::intake::{self, Registered};
use crate::app::perform::{Command, Given, perform_in};
use crate::app::write::Key;
use crate::base::id::{CaseId, ProcedureId};
use crate::base::{At, Error, Result};
use crate::domain::intake::{FilingForm, draft_from_form};
use crate::store::{measure, procedures};
use std::sync::Arc;
use std::time::Instant;

/// Tables no recording looks at: they hold no row of a case.
const ASIDE: [&str; 5] = ["meta", "key_ring", "calendar_years", "definitions", "accounts"];
/// What copies leave out where only lists, files and registrations are read.
pub const LEAN: [&str; 6] = ["events", "notices", "grams", "idempotency", "documents", "receipts"];

/// A filing that was made.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    /// The filing's procedure.
    pub procedure: ProcedureId,
    /// The case it opened.
    pub case: CaseId,
}

/// Registers a complaint at the county's desk.
///
/// # Errors
/// The program refuses it.
pub fn register(site: &Site<'_>, app: &Arc<App>, town: &Town, n: u64, received: Option<At>) -> Result<Made> {
    let mut form = shape::filing("BENCH", n, &town.area);
    if let Some(at) = received {
        form["receivedAt"] = serde_json::json!(at);
    }
    let form: FilingForm = serde_json::from_value(form).map_err(|e| Error::Internal(e.to_string()))?;
    let now = app.now();
    let draft = draft_from_form(&form, &app.city.intake.channels, &app.city.intake.caps, now).map_err(Error::Invalid)?;
    let prepared = intake::prepare(app, &app.keys(), &mut app.ids(), &draft, &format!("{}-hrss", town.code), now)?;
    let key = Key::new(&format!("bench-file-{n:08}"), "filing.register", &n)?;
    let desk = &site.person(&format!("{}.desk", town.code))?.actor;
    match app.write_blocking(desk, Some(&key), move |tx| intake::register_in(tx, &prepared, None))? {
        Registered::New { procedure, case: Some(case), .. } => Ok(Made { procedure, case }),
        other => Err(Error::Internal(format!("a filing of the measurement became {other:?}"))),
    }
}

/// Makes the moves of a path; the form version before each.
///
/// # Errors
/// The program refuses one.
pub fn walk(site: &Site<'_>, app: &Arc<App>, town: &Town, made: Made, steps: &[Step]) -> Result<Vec<i64>> {
    let all = app.db.read_blocking(move |c| procedures::of_case(c, made.case))?;
    let complaint = all.iter().find(|p| p.kind == "complaint").map(|p| p.id).ok_or(Error::NotFound("complaint"))?;
    let account = site.person(&format!("{}.handler", town.code))?.account.to_string();
    let mut tags = Vec::new();
    for step in steps {
        let procedure = if step.of == "complaint" { complaint } else { made.procedure };
        tags.push(version(app, procedure)?);
        let form = Given::Raw((step.form)(&account));
        let cmd = Command { procedure, name: step.name.to_owned(), form, occurred_at: None, seen: None, term: None };
        let key = Key::new(&format!("bench-{procedure}-{}", tags.len()), "move", &step.name)?;
        let who = &site.person(&format!("{}.{}", town.code, step.who))?.actor;
        app.write_blocking(who, Some(&key), move |tx| perform_in(tx, &cmd))?;
    }
    Ok(tags)
}

/// The version of a procedure's form.
///
/// # Errors
/// There is no such procedure.
pub fn version(app: &Arc<App>, id: ProcedureId) -> Result<i64> {
    app.db.read_blocking(move |c| {
        let row = procedures::get(c, id)?.ok_or(Error::NotFound("procedure"))?;
        let case = row.case_id.map(|k| crate::store::cases::get(c, k)).transpose()?.flatten();
        Ok(crate::app::subject::form_version(case.as_ref(), &row))
    })
}

/// What was recorded of an action.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Rows.
    pub changes: Vec<Change>,
    /// Statements the program sent for it, `begin` and `commit` included.
    pub statements: u64,
}

/// Records what `f` writes.
///
/// # Errors
/// What `f` says.
pub fn recorded<T>(site: &Site<'_>, f: impl FnOnce() -> Result<T>) -> Result<(Recording, T)> {
    let take = || site.raw(|c| Snapshot::take(c, &ASIDE));
    let before = take()?;
    let sent = measure::statements();
    let value = f()?;
    let statements = measure::statements() - sent;
    Ok((Recording { changes: before.changes(&take()?), statements }, value))
}

/// Records an action twice, so that it shows what is fresh each time.
///
/// # Errors
/// What `f` says.
pub fn twice<T>(site: &Site<'_>, mut f: impl FnMut() -> Result<T>) -> Result<(Recording, T)> {
    let (mut a, value) = recorded(site, &mut f)?;
    let (b, _) = recorded(site, &mut f)?;
    record::vary(&mut a.changes, &b.changes);
    Ok((a, value))
}

/// Which stories a town is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// Open cases in three states.
    Open,
    /// One open for four that ended.
    City,
    /// None open.
    Ended,
}

/// Records the stories of a town, one of each in each county.
///
/// # Errors
/// The program.
pub fn stories(site: &Site<'_>, app: &Arc<App>, mix: Mix) -> Result<Vec<Vec<Change>>> {
    let mut all = Vec::new();
    let mut n = 500_000_000;
    for town in &site.towns {
        let ends: &[usize] = match mix {
            Mix::Open => &[0, 1, 2],
            Mix::City => &[0, 1, 2, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5],
            Mix::Ended => &[5],
        };
        let mut known: Vec<(usize, Vec<Change>)> = Vec::new();
        for end in ends {
            if let Some((_, story)) = known.iter().find(|k| k.0 == *end) {
                all.push(story.clone());
                continue;
            }
            let (told, ()) = twice(site, || {
                n += 1;
                let made = register(site, app, town, n, None)?;
                walk(site, app, town, made, &shape::REFUSAL[..*end])?;
                if *end == shape::REFUSAL.len() {
                    walk(site, app, town, made, &shape::CLOSE)?;
                }
                Ok(())
            })?;
            known.push((*end, told.changes.clone()));
            all.push(told.changes);
        }
    }
    Ok(all)
}

/// Multiplies stories until there are `total` copies in all, each with ids and numbers of its own.
///
/// # Errors
/// The database.
pub fn fill(site: &Site<'_>, stories: &[Vec<Change>], total: u64, without: &[&str], spread: bool) -> Result<()> {
    let begun = Instant::now();
    let step = stories.len().max(1) as u64;
    let work: Vec<String> = stories
        .iter()
        .zip(0u64..)
        .flat_map(|(story, i)| {
            let ended = story
                .iter()
                .any(|c| c.table == "cases" && c.cells.iter().any(|x| x.column.name == "open" && x.new.as_deref() == Some("false")));
            // of what ended nobody asks the terms again
            let keep = |c: &&Change| {
                !(without.contains(&c.table.as_str()) || spread && ended && matches!(c.table.as_str(), "terms" | "respondents"))
            };
            let kept: Vec<Change> = story.iter().filter(keep).cloned().collect();
            script::fill(&kept, i, total.saturating_sub(1), step, spread)
        })
        .collect();
    let (mut even, mut odd) = (Vec::new(), Vec::new());
    for (i, sql) in work.into_iter().enumerate() {
        if i % 2 == 0 { &mut even } else { &mut odd }.push(sql);
    }
    let url = site.url();
    std::thread::scope(|s| {
        let parts: Vec<_> = [even, odd]
            .into_iter()
            .map(|part| {
                s.spawn(move || {
                    raw_at(url, |c| {
                        // copies refer to each other rightly by construction; who may not switch the check off lets it run
                        let _ = c.batch("set session_replication_role = replica");
                        c.batch("set synchronous_commit = off")?;
                        part.iter().try_for_each(|sql| c.batch(sql))
                    })
                })
            })
            .collect();
        parts.into_iter().try_for_each(|p| p.join().map_err(|_| Error::Internal("filling panicked".into()))?)
    })?;
    site.raw(|c| c.batch("vacuum analyze"))?;
    site.raw(|c| c.batch("checkpoint"))?;
    let size = site.raw(|c| measure::number(c, "select pg_database_size(current_database())::text as v"))?;
    say(&format!("  已复制 {total} 件，{} MB，用时 {:.0} 秒", size / 1_048_576, begun.elapsed().as_secs_f64()));
    Ok(())
}
