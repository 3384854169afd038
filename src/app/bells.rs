//! Ringing for what waits outside any procedure: a request to be called back, a withdrawal, an amendment, a message, a
//! call of a draw, a bureau's list of old matters to review.
//!
//! Owns that each has a term, that its bell goes on ringing, a rung higher each time, until somebody did it, and that a
//! bell is hung in the transaction of what waits. A bell of something that was done in any way falls silent by itself.

use super::App;
use super::notify;
use super::write::{Marks, Tx};
use crate::base::id::{CaseId, FilingId, RowId, StreamId};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::Actor;
use crate::domain::bell::{self, Waits};
use crate::store::bells::{self as rows, Bell};
use crate::store::{cases, counter, dialogue, door, draws, filings, joint, legacy};
use chrono::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bells rung in one transaction.
const BATCH: i64 = 50;
/// Minutes a list is left to fill before it is announced: the rows of a file come in many transactions.
const SETTLES: i64 = 10;
/// Minutes after which a bell that could not ring is tried again.
const BACK_OFF: i64 = 10;

/// The last day of a term that passes at the end of a day.
fn last_day(passes: At) -> Day {
    passes.plus(-Duration::milliseconds(1)).day()
}

/// Something begins to wait at `from`; if it waits already nothing changes.
///
/// # Errors
/// No rule is in force, or the database.
pub fn hang(tx: &mut Tx<'_>, waits: Waits, id: RowId, bureau: &str, label: &str, from: At) -> Result<()> {
    let due_at = tx.passes(waits.rule(), from)?;
    let row = Bell { id, kind: waits.code().into(), bureau: bureau.into(), label: label.into(), due_at, rung: 0, next_at: due_at };
    rows::hang(tx.c, &row)
}

/// Several things begin to wait for bureaus at once, each until its own instant: one write, however many.
///
/// # Errors
/// The database.
pub fn hang_all(tx: &mut Tx<'_>, waits: Waits, label: &str, all: &[(RowId, String, At)]) -> Result<()> {
    let rows: Vec<Bell> = all
        .iter()
        .map(|(id, bureau, due_at)| Bell {
            id: *id,
            kind: waits.code().into(),
            bureau: bureau.clone(),
            label: label.to_owned(),
            due_at: *due_at,
            rung: 0,
            next_at: *due_at,
        })
        .collect();
    rows::hang_all(tx.c, &rows)
}

/// Somebody did something about it, and it still waits: the term begins anew, with its first rung.
///
/// # Errors
/// No rule is in force, or the database.
pub fn anew(tx: &mut Tx<'_>, id: RowId) -> Result<()> {
    let Some(b) = rows::get(tx.c, id)? else { return Ok(()) };
    let Some(waits) = Waits::of(&b.kind) else { return Ok(()) };
    let due = tx.passes(waits.rule(), tx.now)?;
    rows::move_on(tx.c, &b, 0, due, due).map(drop)
}

/// Rows came onto a bureau's list of reviews: its leader hears of them once they have all come. One bell a bureau, whatever
/// files filled the list, and rows that come later give the first ones no more time.
///
/// # Errors
/// No rule is in force, or the database.
pub fn list_grew(tx: &mut Tx<'_>, bureau: &str) -> Result<()> {
    let next_at = tx.now.plus(Duration::minutes(SETTLES));
    if let Some(b) = rows::of_reviews(tx.c, bureau)? {
        return rows::move_on(tx.c, &b, 0, b.due_at, next_at).map(drop);
    }
    let (waits, id) = (Waits::Review, tx.ids.id(tx.now));
    let due_at = tx.passes(waits.rule(), tx.now)?;
    let row = Bell { id, kind: waits.code().into(), bureau: bureau.into(), label: bureau.into(), due_at, rung: 0, next_at };
    rows::hang(tx.c, &row)
}

/// A case goes to another bureau: what of it waits for review goes onto that one's list.
///
/// # Errors
/// No rule is in force, or the database.
pub fn list_follows(tx: &mut Tx<'_>, case: CaseId, bureau: &str) -> Result<()> {
    let open = legacy::of_case(tx.c, case)?.is_some_and(|m| m.review.as_deref() == Some("open"));
    if open { list_grew(tx, bureau) } else { Ok(()) }
}

/// A row of a bureau's list was decided: nothing rings when it was the last.
///
/// # Errors
/// The database.
pub fn list_shrank(tx: &mut Tx<'_>, bureau: &str) -> Result<()> {
    if legacy::waiting(tx.c, bureau)? > 0 {
        return Ok(());
    }
    let bell = rows::of_reviews(tx.c, bureau)?;
    bell.map_or(Ok(()), |b| rows::take_down(tx.c, b.id))
}

/// It waits no more.
///
/// # Errors
/// The database.
pub fn done(tx: &mut Tx<'_>, id: RowId) -> Result<()> {
    rows::take_down(tx.c, id)
}

/// The bell of a filing's dialogue hangs under the filing's own id.
#[must_use]
pub fn of_dialogue(id: FilingId) -> RowId {
    RowId::from(id.uuid())
}

/// Where something waits now.
struct Standing {
    /// The stream that records it.
    stream: (&'static str, StreamId),
    /// The bureau whose ladder hears of it.
    bureau: String,
    marks: Marks,
    /// What it is called.
    label: String,
    /// How many rows, of a list.
    rows: Option<i64>,
}

/// Something that waits in a case, with its lead bureau.
fn of_case(case: cases::Case) -> Standing {
    let marks = super::claims::marks(&case);
    Standing { stream: ("case", case.id.into()), bureau: case.lead_bureau, marks, label: case.number, rows: None }
}

/// Where it waits now; nothing when it was done.
fn stands(tx: &mut Tx<'_>, waits: Waits, b: &Bell) -> Result<Option<Standing>> {
    let filing = match waits {
        Waits::Callback => {
            let Some(k) = counter::callback(tx.c, b.id)?.filter(|k| k.ended_at.is_none()) else { return Ok(None) };
            let marks = Marks { area: k.area.clone(), bureau: Some(k.bureau.clone()), ..Marks::default() };
            let stream = ("callback", StreamId::from(b.id.uuid()));
            return Ok(Some(Standing { stream, bureau: k.bureau, marks, label: b.label.clone(), rows: None }));
        }
        Waits::Review => {
            let n = legacy::waiting(tx.c, &b.bureau)?;
            let marks = Marks { bureau: Some(b.bureau.clone()), ..Marks::default() };
            let (stream, label) = (("legacy_review", StreamId::from(b.id.uuid())), tx.app.bureau_name(&b.bureau));
            return Ok((n > 0).then(|| Standing { stream, bureau: b.bureau.clone(), marks, label, rows: Some(n) }));
        }
        Waits::Draw => {
            let Some(k) = draws::pick(tx.c, b.id)?.filter(|k| k.state == "calling") else { return Ok(None) };
            let area = draws::get(tx.c, k.draw_id)?.map(|d| d.area);
            let marks = Marks { area, ..Marks::default() };
            let stream = ("draw", StreamId::from(k.draw_id.uuid()));
            return Ok(Some(Standing { stream, bureau: b.bureau.clone(), marks, label: b.label.clone(), rows: None }));
        }
        Waits::Joiner => {
            let case = tx.case(CaseId::from(b.id.uuid()))?;
            let waits = joint::waiting(tx.c, case.id)? > 0;
            return Ok(waits.then(|| of_case(case)));
        }
        Waits::ChildClue => {
            let Some(clue) = joint::clue(tx.c, b.id)?.filter(|k| k.state == "open") else { return Ok(None) };
            let case = tx.case(clue.case_id)?;
            return Ok(Some(Standing { label: clue.number, ..of_case(case) }));
        }
        Waits::AnnouncementBatch => {
            let Some((batch, n)) = super::announcements::batches::waits(tx.c, b.id)? else { return Ok(None) };
            let marks = Marks { bureau: Some(batch.bureau.clone()), ..Marks::default() };
            let stream = ("announcement_batch", StreamId::from(b.id.uuid()));
            return Ok(Some(Standing { stream, bureau: batch.bureau, marks, label: b.label.clone(), rows: Some(n) }));
        }
        Waits::Proof | Waits::Submission => {
            let Some(s) = door::get(tx.c, b.id)?.filter(|s| s.state == "waiting") else { return Ok(None) };
            if let Some(case) = s.case_id {
                // of a penalty the bureau that punishes hears of it, the first time and every time after
                let bureau = super::door::scope(tx.c, tx.app, s.case_id, s.procedure_id, &b.bureau)?.lead;
                return Ok(Some(Standing { bureau, ..of_case(tx.case(case)?) }));
            }
            let marks = Marks { bureau: Some(b.bureau.clone()), ..Marks::default() };
            let stream = ("procedure", StreamId::from(s.procedure_id));
            return Ok(Some(Standing { stream, bureau: b.bureau.clone(), marks, label: b.label.clone(), rows: None }));
        }
        Waits::Withdrawal => dialogue::withdrawal(tx.c, b.id)?.filter(|w| w.state == "asked").map(|w| w.filing_id),
        Waits::Amendment => filings::amendment(tx.c, b.id)?.filter(|a| a.decided_at.is_none()).map(|a| a.filing_id),
        Waits::Message => {
            let id = FilingId::from(b.id.uuid());
            rows::worker_waits(tx.c, id)?.then_some(id)
        }
    };
    let Some(f) = filing.map(|id| filings::get(tx.c, id)).transpose()?.flatten() else { return Ok(None) };
    // the desk that received it decides a withdrawal or an amendment; a message is answered by whoever leads the case now
    let bureau = match (waits, f.case_id) {
        (Waits::Message, Some(case)) => tx.case(case)?.lead_bureau,
        _ => f.receiving_bureau.clone(),
    };
    let marks = super::claimant::of_filing(&f);
    Ok(Some(Standing { stream: ("filing", f.id.into()), bureau, marks, label: b.label.clone(), rows: None }))
}

/// Rings one bell; whether it rang.
fn ring(tx: &mut Tx<'_>, b: &Bell) -> Result<bool> {
    let Some(waits) = Waits::of(&b.kind) else { return Err(Error::Internal(format!("bell of kind {}", b.kind))) };
    let Some(s) = stands(tx, waits, b)? else {
        rows::take_down(tx.c, b.id)?;
        return Ok(false);
    };
    let announces = waits.announced() && b.rung == 0 && b.due_at > tx.now;
    let next = if announces { b.due_at } else { tx.passes(bell::AGAIN, tx.now)? };
    if !rows::move_on(tx.c, b, b.rung.saturating_add(1), b.due_at, next)? {
        return Ok(false);
    }
    let handler = match waits {
        Waits::Message if b.rung == 0 => filings::get(tx.c, FilingId::from(b.id.uuid()))?,
        _ => None,
    };
    match handler {
        Some(f) => notify::tell_handler(tx, &f, &waits.notice(b.rung))?,
        None => {
            let mut args = BTreeMap::from([("number".to_owned(), s.label), ("due".to_owned(), last_day(b.due_at).to_string())]);
            args.extend(s.rows.map(|n| ("rows".to_owned(), n.to_string())));
            notify::tell_bureau(tx, &s.bureau, waits.hears(b.rung), &waits.notice(b.rung), args)?;
        }
    }
    let payload = serde_json::json!({ "waits": waits.code(), "rung": b.rung, "due": b.due_at, "rows": s.rows });
    tx.record(s.stream.0, s.stream.1, "waited", tx.now, payload, &s.marks)?;
    Ok(true)
}

/// Rings one bell in a savepoint of its own: one that cannot ring is tried again later and keeps no other from ringing.
fn ring_or_postpone(tx: &mut Tx<'_>, b: &Bell) -> Result<bool> {
    match tx.body(&Actor::System("time"), |tx| ring(tx, b)) {
        Err(e @ (Error::Stale(_) | Error::Duplicate(_))) => Err(e),
        Err(e) => {
            tracing::error!(bell = %b.id, kind = b.kind, code = e.code(), error = %e, "a bell could not ring and will be tried again");
            rows::move_on(tx.c, b, b.rung, b.due_at, tx.now.plus(Duration::minutes(BACK_OFF)))?;
            Ok(false)
        }
        rang => rang,
    }
}

impl App {
    /// Rings all bells that are due; returns how many rang.
    ///
    /// # Errors
    /// The database, or no rule is in force.
    pub fn ring_bells(self: &Arc<Self>) -> Result<usize> {
        let mut rang = 0;
        loop {
            let now = self.now();
            let due = self.db.read_blocking(move |c| rows::due(c, now, BATCH))?;
            if due.is_empty() {
                return Ok(rang);
            }
            rang += self.write_blocking(&Actor::System("time"), None, move |tx| {
                let mut n = 0;
                for b in &due {
                    n += usize::from(ring_or_postpone(tx, b)?);
                }
                Ok(n)
            })?;
        }
    }
}
