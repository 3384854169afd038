//! What a move said last: its sealed words and when, found in the journal of one procedure.
//!
//! Owns the finding. Never opens what is sealed: whoever shows the words does, where they may be shown.

use crate::base::At;
use crate::base::Result;
use crate::base::id::{AccountId, CaseId, RowId, StreamId};
use crate::base::seal::Sealed;
use crate::store::{Conn, journal, procedures};

/// The newest event of a move, with the words it sealed under one field.
pub(super) struct Said {
    /// When it happened.
    pub at: At,
    /// The sealed words; `None` when the move said nothing there.
    pub words: Option<(RowId, Sealed)>,
}

/// The newest move `name` among the events of a stream, and what it said in `field`.
///
/// # Errors
/// The database.
pub(super) fn last(c: &mut Conn, stream: StreamId, events: &[journal::Stored], name: &str, field: &str) -> Result<Option<Said>> {
    let is_it = |e: &&journal::Stored| e.core.kind == "moved" && e.core.payload.get("move").and_then(|m| m.as_str()) == Some(name);
    let Some(event) = events.iter().rev().find(is_it) else { return Ok(None) };
    let remarks = procedures::remarks_of(c, &[stream])?;
    let words = remarks.into_iter().find(|(_, _, seq, f, _)| *seq == i64::from(event.core.seq) && f == field);
    Ok(Some(Said { at: event.core.occurred_at, words: words.map(|(id, _, _, _, ct)| (id, ct)) }))
}

/// Events of a case that are looked through for its officers.
const FAR: i64 = 2_000;

/// Whether one of these accounts was ever named an officer of the case, first or second.
///
/// # Errors
/// The database.
pub(super) fn ever_handled(c: &mut Conn, case: CaseId, is_it: impl Fn(AccountId) -> bool) -> Result<bool> {
    let named = |e: &journal::Stored| {
        ["account", "second"].iter().any(|field| {
            let id = e.core.payload.get("form").and_then(|f| f.get(field)).and_then(|v| v.get("v")).and_then(|v| v.as_str());
            id.and_then(|v| v.parse::<uuid::Uuid>().ok()).is_some_and(|v| is_it(AccountId::from(v)))
        })
    };
    Ok(journal::of_case(c, case, FAR)?.iter().any(named))
}
