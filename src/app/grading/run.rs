//! The yearly run.
//!
//! Owns its batches: each is one transaction over a span of employers and moves the cursor, so that memory stays flat, a killed run goes on
//! where it stopped, and two nodes that run the same year help each other. The chain over the results says whether a run came to the same.

use super::{Change, answers, judge, limit, revise};
use crate::app::App;
use crate::app::write::{Marks, Tx};
use crate::base::id::{RowId, StreamId};
use crate::base::{At, Error, Result};
use crate::domain::access::{Actor, DutyKind};
use crate::domain::grading::{Grade, link};
use crate::store::conduct::{self, Lean};
use crate::store::gradings::{self as rows, Run};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Employers of a batch.
const BATCH: i64 = 1_000;
/// The first year of the rule.
const FIRST: i32 = 2016;
/// The stream of a run's events.
const STREAM: &str = "grading";

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The year whose record is graded.
    pub year: i32,
    /// Whether it ended.
    pub finished: bool,
    /// Employers graded.
    pub employers: i64,
    /// Of them A,
    pub a: i64,
    /// B,
    pub b: i64,
    /// and C.
    pub c: i64,
    /// Results that are new or differ from the ones in force before.
    pub fresh: i64,
    /// The end of the chain over all results.
    pub chain: String,
    /// Whether all results are those of the run before, byte for byte.
    pub same: bool,
    /// When it began.
    #[schema(value_type = String)]
    pub started_at: At,
    /// When it ended.
    #[schema(value_type = Option<String>)]
    pub finished_at: Option<At>,
}

pub(super) fn view(r: Run) -> RunView {
    RunView {
        id: r.id,
        year: r.year,
        finished: r.state == "finished",
        employers: r.files,
        a: r.a,
        b: r.b,
        c: r.c,
        fresh: r.fresh,
        chain: r.chain,
        same: r.same == Some(true),
        started_at: r.started_at,
        finished_at: r.finished_at,
    }
}

/// Who may have a year graded: it is the whole city's record.
pub(super) fn may_run(app: &App, actor: &Actor) -> bool {
    let works = |k: DutyKind| matches!(k, DutyKind::Credit | DutyKind::Leader | DutyKind::Head);
    actor.is_system() || actor.duties().iter().any(|d| works(d.kind) && d.bureau == app.config.city.bureau)
}

/// The run of a year that is under way, else a new one.
fn begin(tx: &mut Tx<'_>, year: i32) -> Result<RowId> {
    if !may_run(tx.app, tx.actor) {
        return Err(Error::Forbidden("grading"));
    }
    let this = tx.now.day().year();
    if year < FIRST || year >= this {
        // the rule grades the year before
        return Err(Error::field("/year", "grading_year", &[("last", &(this - 1).to_string())]));
    }
    limit(tx.app, year)?;
    if let Some(r) = rows::running(tx.c, year)? {
        return Ok(r.id);
    }
    let id: RowId = tx.ids.id(tx.now);
    let row = Run {
        id,
        year,
        state: "running".to_owned(),
        cursor: None,
        files: 0,
        a: 0,
        b: 0,
        c: 0,
        fresh: 0,
        chain: String::new(),
        same: None,
        started_by: tx.actor.account(),
        started_at: tx.now,
        finished_at: None,
    };
    rows::insert_run(tx.c, &row)?;
    note(tx, &row, "grading_started")?;
    Ok(id)
}

fn note(tx: &mut Tx<'_>, r: &Run, kind: &str) -> Result<()> {
    let payload = serde_json::json!({
        "year": r.year, "employers": r.files, "a": r.a, "b": r.b, "c": r.c, "fresh": r.fresh, "chain": r.chain, "same": r.same,
        "by": tx.actor.word(),
    });
    let marks = Marks { area: Some(tx.app.config.city.code.clone()), bureau: Some(tx.app.config.city.bureau.clone()), ..Marks::default() };
    tx.record(STREAM, StreamId::from(r.id.uuid()), kind, tx.now, payload, &marks).map(drop)
}

/// The entries of a span by employer, in the order of the employers.
fn grouped(all: Vec<Lean>) -> Vec<(RowId, Vec<Lean>)> {
    let mut out: Vec<(RowId, Vec<Lean>)> = Vec::new();
    for e in all {
        match out.last_mut() {
            Some((file, mine)) if *file == e.file => mine.push(e),
            _ => out.push((e.file, vec![e])),
        }
    }
    out
}

/// One batch; whether the run ended.
fn batch(tx: &mut Tx<'_>, id: RowId) -> Result<bool> {
    let run = rows::run(tx.c, id)?.ok_or(Error::NotFound("grading"))?;
    if run.state == "finished" {
        return Ok(true);
    }
    let (cursor, year) = (run.cursor, run.year);
    let after = cursor.unwrap_or_else(|| uuid::Uuid::nil().into());
    let files = conduct::files_of_year(tx.c, year, after, BATCH)?;
    let (Some(first), Some(last)) = (files.first().copied(), files.last().copied()) else {
        return finish(tx, run).map(|()| true);
    };
    let limit = limit(tx.app, year)?;
    let entries = conduct::of_year(tx.c, year, first, last)?;
    let mut have: BTreeMap<RowId, rows::Grading> = rows::of_span(tx.c, year, first, last)?.into_iter().map(|g| (g.file_id, g)).collect();
    let mut run = run;
    let mut changes = Vec::new();
    for (file, mine) in grouped(entries) {
        let outcome = judge(&mine, limit)?;
        let digest = outcome.digest();
        run.chain = link(&run.chain, file.uuid(), &digest);
        run.files += 1;
        match outcome.grade {
            Grade::A => run.a += 1,
            Grade::B => run.b += 1,
            Grade::C => run.c += 1,
        }
        let old = have.remove(&file);
        if old.as_ref().is_none_or(|g| g.digest != digest) {
            changes.push(Change { file, outcome, digest, bureau: answers(&mine), old });
        }
    }
    run.fresh += i64::try_from(revise(tx, year, changes, Some(id))?).unwrap_or(0);
    run.cursor = Some(last);
    rows::advance(tx.c, &run, cursor)?;
    Ok(false)
}

fn finish(tx: &mut Tx<'_>, run: Run) -> Result<()> {
    let cursor = run.cursor;
    let same = rows::last_run(tx.c, run.year)?.is_some_and(|l| l.chain == run.chain);
    let run = Run { state: "finished".to_owned(), same: Some(same), finished_at: Some(tx.now), ..run };
    rows::advance(tx.c, &run, cursor)?;
    note(tx, &run, "grading_finished")?;
    if run.fresh > 0 {
        super::review::tell_bureaus(tx, run.year)?;
    }
    Ok(())
}

impl App {
    /// Grades the record of a year, or goes on with a run that was broken off. The same record gives the same results.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to whoever does not work for the city's bureau; a year that has not ended; the database.
    pub async fn grade_year(self: &Arc<Self>, actor: &Actor, year: i32) -> Result<RunView> {
        let id = self.write(actor, None, move |tx| begin(tx, year)).await?;
        while !self.write(actor, None, move |tx| batch(tx, id)).await? {}
        let found = self.db.read(move |c| rows::run(c, id)).await?;
        found.map(view).ok_or(Error::NotFound("grading"))
    }

    /// One batch of a run, begun if there is none: for whoever wants to stop in between.
    ///
    /// # Errors
    /// As [`App::grade_year`].
    pub async fn grade_batch(self: &Arc<Self>, actor: &Actor, year: i32) -> Result<bool> {
        let id = self.write(actor, None, move |tx| begin(tx, year)).await?;
        self.write(actor, None, move |tx| batch(tx, id)).await
    }

    /// How many grades are in force, and those that are not what the record comes to or were told before persons confirmed them: for `doctor`.
    ///
    /// # Errors
    /// The database.
    pub(in crate::app) fn grades_that_differ(self: &Arc<Self>) -> Result<(usize, Vec<String>)> {
        let (mut seen, mut odd) = (0, Vec::new());
        for year in self.db.read_blocking(rows::years)? {
            let limit = limit(self, year)?;
            let mut after: RowId = uuid::Uuid::nil().into();
            loop {
                let (entries, have) = self.db.read_blocking(move |c| {
                    let files = conduct::files_of_year(c, year, after, BATCH)?;
                    let (Some(first), Some(last)) = (files.first().copied(), files.last().copied()) else {
                        return Ok((Vec::new(), Vec::new()));
                    };
                    Ok((conduct::of_year(c, year, first, last)?, rows::of_span(c, year, first, last)?))
                })?;
                let Some(last) = entries.last().map(|e| e.file) else { break };
                after = last;
                let mut have: BTreeMap<RowId, rows::Grading> = have.into_iter().map(|g| (g.file_id, g)).collect();
                for (file, mine) in grouped(entries) {
                    // what came in after the run and was never graded is the next run's
                    let Some(g) = have.remove(&file) else { continue };
                    seen += 1;
                    let unconfirmed = g.told_on.is_some() && g.reviewed_by.is_none();
                    if unconfirmed || judge(&mine, limit)?.digest() != g.digest {
                        odd.push(format!("{year} 年度第 {} 版（{}）", g.revision, g.id));
                    }
                }
            }
        }
        Ok((seen, odd))
    }
}
