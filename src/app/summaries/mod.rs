//! The dashboard's summaries: kept by a job that reads the journal by `log_no`, healed page by page, compared by `doctor`.
//!
//! Owns when a unit is counted again and that each counts once. An event says that something changed about a case, a filing or a procedure; what
//! this one adds is reckoned anew from its rows, what it added before is taken away, both in one short write with the number of the event, so
//! that nothing is counted twice or lost, whatever is killed, repeated or done by two nodes at once (of two that read the same state one saves).
//! What is written by hand or was missed is found by the page that is compared at every turn, and by `doctor`. Writes no event: all of it can
//! be made again from the rows.

mod recount;

use super::App;
use crate::base::id::RowId;
use crate::base::{At, Error, Result, text};
use crate::domain::summary::Cells;
use crate::store::summaries::{self as rows, KINDS, State, Unit};
use crate::store::types::Json;
use crate::store::{Conn, journal, snapshot, summaries::sources};
use chrono::Duration;
use recount::{Units, recount, touched};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Events taken account of in one write.
const EVENTS: i64 = 200;
/// Events numbered in one transaction.
const SEQUENCE: u32 = 1_000;
/// Units counted in one read.
const PAGE: i64 = 200;
/// Writes of one turn: the rest is for the next.
const BODIES: usize = 500;
/// Minutes for which a node has the turn without saying so again.
const TURN: i64 = 5;
/// How often what another node was faster at is read again.
const TRIES: usize = 8;
/// Differences `doctor` names of a kind.
const NAMED: usize = 50;

/// How fresh the summaries are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Freshness {
    /// The last event that is in them.
    pub log_no: i64,
    /// When the journal was last read to its end.
    #[schema(value_type = Option<String>)]
    pub read_at: Option<At>,
    /// Numbered events that are not in them yet.
    pub behind: i64,
    /// They are being counted anew: not everything is in them.
    pub counting: bool,
}

/// What to save: units with what they add now, the cells that change by it, and the state before and after.
struct Plan {
    was: State,
    now: State,
    units: Vec<Unit>,
    change: Cells,
}

/// Counts units and compares with what they added; the units that differ and by what.
fn differences(c: &mut Conn, app: &App, units: &Units) -> Result<(Vec<Unit>, Cells)> {
    let fresh = recount(c, app, units)?;
    let ids: Vec<RowId> = fresh.keys().copied().collect();
    let mut old: BTreeMap<RowId, Cells> = rows::units(c, &ids)?.into_iter().map(|u| (u.id, u.cells.0)).collect();
    let kinds: BTreeMap<RowId, &str> = units.ids().into_iter().map(|(k, id)| (id, k)).collect();
    let (mut out, mut change) = (Vec::new(), Cells::default());
    for (id, cells) in fresh {
        let before = old.remove(&id).unwrap_or_default();
        if before == cells {
            continue;
        }
        change.minus(&before);
        change.plus(&cells);
        out.push(Unit { id, kind: kinds.get(&id).copied().unwrap_or("case").to_owned(), cells: Json(cells) });
    }
    Ok((out, change))
}

/// The units of the next events.
fn plan_events(c: &mut Conn, app: &App, now: At) -> Result<Option<Plan>> {
    let was = rows::state(c)?;
    let events = journal::page(c, u64::try_from(was.log_no).unwrap_or(0), EVENTS)?;
    let last = events.last().and_then(|e| e.log_no).and_then(|n| i64::try_from(n).ok());
    let Some(log_no) = last else { return Ok(None) };
    let units = touched(c, &events)?;
    let (units, change) = differences(c, app, &units)?;
    Ok(Some(Plan { now: State { log_no, read_at: Some(now), ..was.clone() }, was, units, change }))
}

/// The next page of what was there before, or is counted anew.
fn plan_fill(c: &mut Conn, app: &App) -> Result<Option<Plan>> {
    let was = rows::state(c)?;
    let Some(kind) = was.fill_kind.clone() else { return Ok(None) };
    let (next, units, change) = page(c, app, &kind, was.fill_after)?;
    let now = match next {
        Some(at) => State { fill_after: Some(at), ..was.clone() },
        None => State { fill_kind: after(&kind).map(str::to_owned), fill_after: None, ..was.clone() },
    };
    Ok(Some(Plan { was, now, units, change }))
}

/// The next page to be compared; after the last kind it begins again.
fn plan_check(c: &mut Conn, app: &App) -> Result<Plan> {
    let was = rows::state(c)?;
    let (next, units, change) = page(c, app, &was.check_kind, was.check_after)?;
    let read = State { read_at: Some(app.now()), ..was.clone() };
    let now = match next {
        Some(at) => State { check_after: Some(at), ..read },
        None => State { check_kind: after(&was.check_kind).unwrap_or("case").to_owned(), check_after: None, ..read },
    };
    Ok(Plan { was, now, units, change })
}

/// The kind that comes after one.
fn after(kind: &str) -> Option<&'static str> {
    KINDS.iter().skip_while(|k| **k != kind).nth(1).copied()
}

/// A page of a kind: its last id if there was one, and what differs in it.
fn page(c: &mut Conn, app: &App, kind: &str, after: Option<RowId>) -> Result<(Option<RowId>, Vec<Unit>, Cells)> {
    let ids = sources::ids_after(c, kind, after.unwrap_or_else(|| RowId::from(uuid::Uuid::nil())), PAGE)?;
    let (units, change) = differences(c, app, &Units::of(kind, &ids))?;
    Ok((ids.last().copied(), units, change))
}

/// Saves a plan unless somebody was faster.
fn save(c: &mut Conn, p: &Plan) -> Result<()> {
    // the row of the state first: whoever comes later waits, sees another revision and reads again
    rows::advance(c, &p.was, &p.now)?;
    rows::keep(c, &p.units)?;
    rows::apply(c, &p.change)
}

impl App {
    /// Brings the summaries up to what the journal says, unless another node is at it; `node` names this process. How many writes it took.
    ///
    /// # Errors
    /// The database.
    pub fn refresh_summaries(self: &Arc<Self>, node: &str) -> Result<usize> {
        if !self.summaries_turn(node)? {
            return Ok(0);
        }
        let done = self.summaries_in_turn(node);
        let node = node.to_owned();
        self.db.write_blocking(move |c| rows::end_turn(c, &node))?;
        done
    }

    /// Takes the turn or holds it longer; whether this node has it.
    fn summaries_turn(&self, node: &str) -> Result<bool> {
        let (node, now) = (node.to_owned(), self.now());
        self.db.write_blocking(move |c| rows::take_turn(c, &node, now, now.plus(Duration::minutes(TURN))))
    }

    fn summaries_in_turn(self: &Arc<Self>, node: &str) -> Result<usize> {
        let mut n = 0;
        while n < BODIES && self.count_events()? {
            n += 1;
            if n % 50 == 0 && !self.summaries_turn(node)? {
                return Ok(n);
            }
        }
        while n < BODIES && self.count_page()? {
            n += 1;
            if n % 50 == 0 && !self.summaries_turn(node)? {
                return Ok(n);
            }
        }
        // what nobody told of heals here, a page a turn
        let app = Arc::clone(self);
        let p = self.db.read_blocking(move |c| plan_check(c, &app))?;
        match self.db.write_blocking(move |c| save(c, &p)) {
            Ok(()) | Err(Error::Stale(_)) => Ok(n),
            Err(e) => Err(e),
        }
    }

    /// Takes account of what is numbered, without comparing anything; how many writes it took.
    ///
    /// # Errors
    /// The database.
    pub fn count_journal(self: &Arc<Self>) -> Result<usize> {
        let mut n = 0;
        while self.count_events()? {
            n += 1;
        }
        Ok(n)
    }

    /// Takes account of the next events; whether there were any.
    fn count_events(self: &Arc<Self>) -> Result<bool> {
        self.saved(|c, app| plan_events(c, app, app.now()))
    }
    /// Counts the next page of what is counted anew; whether there was any.
    fn count_page(self: &Arc<Self>) -> Result<bool> {
        self.saved(plan_fill)
    }

    /// Plans in a read and saves in a short write, again where another node was faster.
    fn saved(self: &Arc<Self>, plan: fn(&mut Conn, &App) -> Result<Option<Plan>>) -> Result<bool> {
        for _ in 0..TRIES {
            let app = Arc::clone(self);
            let Some(p) = self.db.read_blocking(move |c| plan(c, &app))? else { return Ok(false) };
            match self.db.write_blocking(move |c| save(c, &p)) {
                Ok(()) => return Ok(true),
                Err(Error::Stale(_)) => {}
                Err(e) => return Err(e),
            }
        }
        // the other node is counting: nothing is lost by leaving it to it
        Ok(false)
    }

    /// How fresh the summaries are.
    ///
    /// # Errors
    /// The database.
    pub(in crate::app) fn freshness(c: &mut Conn) -> Result<Freshness> {
        let s = rows::state(c)?;
        let last = i64::try_from(journal::last_log_no(c)?).unwrap_or(i64::MAX);
        Ok(Freshness { log_no: s.log_no, read_at: s.read_at, behind: (last - s.log_no).max(0), counting: s.fill_kind.is_some() })
    }

    /// Throws the summaries away and counts everything anew; how many units there are then.
    ///
    /// # Errors
    /// The database.
    pub fn rebuild_summaries(self: &Arc<Self>) -> Result<usize> {
        self.db.write_blocking(|c| {
            let was = rows::state(c)?;
            // whoever compares meanwhile must not mend what is counted anew
            let anew =
                State { fill_kind: Some("case".to_owned()), fill_after: None, check_after: None, mended: was.mended + 1, ..was.clone() };
            rows::advance(c, &was, &anew)?;
            rows::clear(c)
        })?;
        while self.count_page()? {}
        while self.count_events()? {}
        self.db.read_blocking(|c| Ok(walk(c)?.0))
    }

    /// Compares every unit with its rows and every cell with its units; what differs is put right and named. How many were looked at.
    ///
    /// # Errors
    /// The database.
    pub fn check_summaries(self: &Arc<Self>) -> Result<(usize, Vec<String>)> {
        while self.count_page()? {}
        while self.count_events()? {}
        let (mut seen, mut found) = (0, Vec::new());
        for kind in KINDS {
            let mut at: Option<RowId> = None;
            loop {
                let app = Arc::clone(self);
                let from = at.unwrap_or_else(|| RowId::from(uuid::Uuid::nil()));
                let (ids, odd) = self.db.read_blocking(move |c| {
                    let ids = sources::ids_after(c, kind, from, PAGE)?;
                    let (odd, _) = differences(c, &app, &Units::of(kind, &ids))?;
                    Ok((ids, odd))
                })?;
                let Some(last) = ids.last() else { break };
                at = Some(*last);
                seen += ids.len();
                if !odd.is_empty() {
                    self.mend_units(kind, odd.iter().map(|u| u.id).collect(), &mut found)?;
                }
            }
        }
        let (cells, odd) = self.mend_cells()?;
        found.extend(odd);
        Ok((seen + cells, found))
    }

    /// Counts units again that did not add what their rows say; those of which the journal knew meanwhile are in order by now.
    fn mend_units(self: &Arc<Self>, kind: &'static str, ids: Vec<RowId>, found: &mut Vec<String>) -> Result<()> {
        for _ in 0..TRIES {
            // what happened while it was read has its event, which may not be numbered yet
            while self.db.write_blocking(|c| journal::sequence(c, SEQUENCE).map(|s| s.end - s.start))? == u64::from(SEQUENCE) {}
            while self.count_events()? {}
            let (app, of) = (Arc::clone(self), Units::of(kind, &ids));
            let (p, numbers) = self.db.read_blocking(move |c| {
                let was = rows::state(c)?;
                let (units, change) = differences(c, &app, &of)?;
                let numbers = numbers(c, &units)?;
                Ok((Plan { now: was.clone(), was, units, change }, numbers))
            })?;
            if p.units.is_empty() {
                return Ok(());
            }
            let what = text::zh(&format!("doctor.summaries.{kind}")).to_owned();
            let named: Vec<String> =
                numbers.iter().take(NAMED).map(|n| text::zh_with("doctor.summaries.unit", &[("kind", &what), ("number", n)])).collect();
            match self.db.write_blocking(move |c| save(c, &p)) {
                Ok(()) => {
                    found.extend(named);
                    return Ok(());
                }
                Err(Error::Stale(_)) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Compares the cells with the sum of the units on one view of the database, and adds what lacks: whatever is counted meanwhile changes both
    /// alike, so that the difference stays what it was.
    fn mend_cells(self: &Arc<Self>) -> Result<(usize, Vec<String>)> {
        let (mended, n, odd) = self.db.read_blocking(|c| {
            snapshot(c, |c| {
                let mended = rows::state(c)?.mended;
                let mut want = rows::rows_of(&walk(c)?.1);
                let have = rows::stored(c)?;
                let n = have.len();
                let mut odd: Vec<(String, BTreeMap<String, i64>)> = Vec::new();
                for (key, f) in have {
                    let mut lacks = want.remove(&key).unwrap_or_default();
                    for (code, n) in f {
                        *lacks.entry(code).or_default() -= n;
                    }
                    lacks.retain(|_, n| *n != 0);
                    if !lacks.is_empty() {
                        odd.push((key, lacks));
                    }
                }
                odd.extend(want);
                Ok((mended, n, odd))
            })
        })?;
        if odd.is_empty() {
            return Ok((n, Vec::new()));
        }
        let named: Vec<String> = odd
            .iter()
            .take(NAMED)
            .map(|(key, f)| {
                let what: Vec<String> = f.iter().map(|(code, n)| format!("{code}{n:+}")).collect();
                text::zh_with("doctor.summaries.cell", &[("key", key), ("what", &what.join("，"))])
            })
            .collect();
        self.db.write_blocking(move |c| {
            let was = rows::state(c)?;
            if was.mended != mended {
                return Err(Error::Stale("summary_state"));
            }
            rows::advance(c, &was, &State { mended: mended + 1, ..was.clone() })?;
            for (key, lacks) in &odd {
                rows::mend(c, key, lacks)?;
            }
            Ok(())
        })?;
        Ok((n, named))
    }
}

/// What these units are called.
fn numbers(c: &mut Conn, units: &[Unit]) -> Result<Vec<String>> {
    let ids = |kind: &str| units.iter().filter(|u| u.kind == kind).map(|u| u.id.uuid()).collect::<Vec<_>>();
    let cases: Vec<_> = ids("case").into_iter().map(Into::into).collect();
    let filings: Vec<_> = ids("filing").into_iter().map(Into::into).collect();
    let mut out: Vec<String> = sources::cases_by(c, &cases)?.into_iter().map(|k| k.number).collect();
    out.extend(sources::filings_by(c, &filings)?.into_iter().map(|f| f.number));
    out.extend(ids("procedure").into_iter().map(|i| i.to_string()));
    Ok(out)
}

/// All units together: how many, and the cells they come to.
fn walk(c: &mut Conn) -> Result<(usize, Cells)> {
    let (mut n, mut sum, mut at) = (0, Cells::default(), RowId::from(uuid::Uuid::nil()));
    loop {
        let page = rows::units_after(c, at, PAGE * 5)?;
        let Some(last) = page.last() else { return Ok((n, sum)) };
        at = last.id;
        n += page.len();
        for u in &page {
            sum.plus(&u.cells.0);
        }
    }
}
