//! The look at the orders announcements stand on: one that was revoked, withdrawn or amended reaches what was announced of it.
//!
//! Owns that nothing has to be told for this to happen: it looks at the rows as they stand, so that a look that was missed heals at the next.
//! What the public sees does not wait for it (`domain::announcement::shown` asks the order itself).

use super::super::App;
use super::super::perform::{self, Command, Given};
use crate::base::Result;
use crate::base::id::RowId;
use crate::domain::access::Actor;
use crate::flow::Form;
use crate::store::announcements::{self as rows, Watched};
use std::sync::Arc;

/// Announcements looked at in one go.
const BATCH: i64 = 100;

/// The told move of what became of the order.
fn told(w: &Watched) -> &'static str {
    if w.remedy == "revoked" || w.order_state == "withdrawn" { "decision_revoked" } else { "decision_changed" }
}

impl App {
    /// Tells every running announcement whose order is gone or amended; returns how many were told.
    ///
    /// # Errors
    /// The database cannot be read. One that cannot be told is logged, stops no other, and is tried again at the next look.
    pub fn watch_announcements(self: &Arc<Self>) -> Result<usize> {
        let (mut n, mut after): (usize, RowId) = (0, uuid::Uuid::nil().into());
        loop {
            let found = self.db.read_blocking(move |c| rows::gone(c, after, BATCH))?;
            let Some(last) = found.last().map(|w| w.id) else { return Ok(n) };
            after = last;
            for w in found {
                let cmd = Command {
                    procedure: w.procedure,
                    name: told(&w).to_owned(),
                    form: Given::Parsed(Form::new()),
                    occurred_at: None,
                    seen: None,
                    term: None,
                };
                match self.write_blocking(&Actor::System("watch"), None, move |tx| perform::perform_in(tx, &cmd).map(drop)) {
                    Ok(()) => n += 1,
                    Err(e) => {
                        tracing::error!(announcement = %w.id, code = e.code(), error = %e, "an announcement was not told of its order")
                    }
                }
            }
        }
    }
}
