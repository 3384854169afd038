//! The look at the orders announcements stand on: one that was revoked, withdrawn or amended reaches what was announced of it.
//!
//! Owns that nothing has to be told for this to happen: it looks at the rows as they stand, so that a look that was missed heals at the next.
//! What the public sees does not wait for it (`domain::announcement::shown` asks the order itself).

use super::super::App;
use super::super::perform::{self, Command, Given};
use crate::base::{Error, Result};
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
    /// The database. One that cannot be told is logged and does not stop the others.
    pub fn watch_announcements(self: &Arc<Self>) -> Result<usize> {
        let found = self.db.read_blocking(|c| rows::gone(c, BATCH))?;
        let mut n = 0;
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
                // a person was faster: it is where it should be, or the next look finds it
                Err(Error::Refused(r)) => tracing::warn!(announcement = %w.id, code = r.code, "an announcement was not told of its order"),
                Err(e) => return Err(e),
            }
        }
        Ok(n)
    }
}
