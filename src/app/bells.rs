//! Ringing for what waits outside any procedure: a request to be called back, a withdrawal, an amendment, a message.
//!
//! Owns that each has a term, that its bell goes on ringing, a rung higher each time, until somebody did it, and that a
//! bell is hung in the transaction of what waits. A bell of something that was done in any way falls silent by itself.

use super::App;
use super::notify;
use super::write::{Marks, Tx};
use crate::base::id::{FilingId, RowId, StreamId};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::Actor;
use crate::domain::bell::{self, Waits};
use crate::law::term::Term;
use crate::store::bells::{self as rows, Bell};
use crate::store::{counter, dialogue, filings};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bells rung in one transaction.
const BATCH: i64 = 50;

/// When a term of this rule that begins at `from` passes.
fn passes(tx: &Tx<'_>, rule: &str, from: At) -> Result<At> {
    let rule = tx.law.rules.term(rule, tx.now.day()).ok_or_else(|| Error::Internal(format!("no rule {rule}")))?;
    Ok(Term::begin(rule, from, "").due(&tx.law.calendar, tx.now).passes_at)
}

/// The last day of a term that passes at the end of a day.
fn last_day(passes: At) -> Day {
    passes.plus(-chrono::Duration::milliseconds(1)).day()
}

/// Something begins to wait at `from`; if it waits already nothing changes.
///
/// # Errors
/// No rule is in force, or the database.
pub fn hang(tx: &mut Tx<'_>, waits: Waits, id: RowId, bureau: &str, label: &str, from: At) -> Result<()> {
    let due_at = passes(tx, waits.rule(), from)?;
    let row = Bell { id, kind: waits.code().into(), bureau: bureau.into(), label: label.into(), due_at, rung: 0, next_at: due_at };
    rows::hang(tx.c, &row)
}

/// Somebody did something about it, and it still waits: the term begins anew, with its first rung.
///
/// # Errors
/// No rule is in force, or the database.
pub fn anew(tx: &mut Tx<'_>, id: RowId) -> Result<()> {
    let Some(b) = rows::get(tx.c, id)? else { return Ok(()) };
    let Some(waits) = Waits::of(&b.kind) else { return Ok(()) };
    let due = passes(tx, waits.rule(), tx.now)?;
    rows::move_on(tx.c, &b, 0, due, due).map(drop)
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

/// Where it waits now, with the stream that records it; nothing when it was done.
fn stands(tx: &mut Tx<'_>, waits: Waits, b: &Bell) -> Result<Option<(&'static str, StreamId, String, Marks)>> {
    let filing = match waits {
        Waits::Callback => {
            let Some(k) = counter::callback(tx.c, b.id)?.filter(|k| k.ended_at.is_none()) else { return Ok(None) };
            let marks = Marks { area: k.area.clone(), bureau: Some(k.bureau.clone()), ..Marks::default() };
            return Ok(Some(("callback", StreamId::from(b.id.uuid()), k.bureau, marks)));
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
    Ok(Some(("filing", f.id.into(), bureau, marks)))
}

/// Rings one bell; whether it rang.
fn ring(tx: &mut Tx<'_>, b: &Bell) -> Result<bool> {
    let Some(waits) = Waits::of(&b.kind) else { return Err(Error::Internal(format!("bell of kind {}", b.kind))) };
    let Some((stream, id, bureau, marks)) = stands(tx, waits, b)? else {
        rows::take_down(tx.c, b.id)?;
        return Ok(false);
    };
    let next = passes(tx, bell::AGAIN, tx.now)?;
    if !rows::move_on(tx.c, b, b.rung.saturating_add(1), b.due_at, next)? {
        return Ok(false);
    }
    let handler = match waits {
        Waits::Message if b.rung == 0 => filings::get(tx.c, FilingId::from(b.id.uuid()))?,
        _ => None,
    };
    match handler {
        Some(f) => notify::tell_handler(tx, &f, &waits.notice())?,
        None => {
            let args = BTreeMap::from([("number".to_owned(), b.label.clone()), ("due".to_owned(), last_day(b.due_at).to_string())]);
            notify::tell_bureau(tx, &bureau, bell::hears(b.rung), &waits.notice(), args)?;
        }
    }
    let payload = serde_json::json!({ "waits": waits.code(), "rung": b.rung, "due": b.due_at });
    tx.record(stream, id, "waited", tx.now, payload, &marks)?;
    Ok(true)
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
                    n += usize::from(ring(tx, b)?);
                }
                Ok(n)
            })?;
        }
    }
}
