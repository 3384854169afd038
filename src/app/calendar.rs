//! Loading a calendar year: an administrator's act, with its event; open terms are projected anew in batches.
//!
//! Owns the snapshot of law a node works with. What the program ships is overlaid by what the database holds; every load
//! raises the calendar's revision, and rows stamped with an older one are found by their index.

pub mod preview;

use super::App;
use super::project;
use super::subject::Subject;
use super::write::{Marks, Tx};
use crate::base::{Error, Result};
use crate::domain::access::{self, Ability, Actor};
use crate::law::calendar::Year;
use crate::law::{Calendar, Law};
use crate::store::settings::{self, CalendarYear};
use crate::store::{Conn, procedures};
use std::sync::Arc;

/// The calendar as shipped or configured, overlaid by the years of the database.
///
/// # Errors
/// A stored year that cannot be read, or the database.
pub fn current(c: &mut Conn, base: &Calendar) -> Result<Calendar> {
    let mut calendar = base.clone();
    let mut rev = base.rev();
    for row in settings::calendar_years(c)? {
        calendar = calendar.with(Year::parse(&row.body)?);
        rev = rev.max(row.rev);
    }
    Ok(Calendar::new(calendar.years().to_vec(), rev).with_office(base.office()))
}

/// Loads or replaces a year.
///
/// # Errors
/// [`Error::Forbidden`]. A wrong load must stay correctable, passed days included: each load is an event, and what it moves
/// is journaled by the re-projection.
pub fn load(tx: &mut Tx<'_>, year: &Year) -> Result<i64> {
    if !access::may(tx.actor, Ability::Configure, "") {
        return Err(Error::Forbidden("configure"));
    }
    let known = settings::calendar_years(tx.c)?;
    let rev = known.iter().map(|r| r.rev).max().unwrap_or(0).max(tx.law.calendar.rev()) + 1;
    let row = CalendarYear { year: year.year, body: year.to_toml(), loaded_by: tx.actor.key(), loaded_at: tx.now, rev };
    settings::put_calendar_year(tx.c, &row)?;
    let payload = serde_json::json!({ "year": year.year, "title": year.title, "rev": rev });
    tx.record("system", uuid::Uuid::nil().into(), "calendar_loaded", tx.now, payload, &Marks::default())?;
    Ok(rev)
}

impl App {
    /// Takes the calendar of the database if it is newer than the snapshot; returns whether it was.
    ///
    /// # Errors
    /// The database.
    pub fn refresh_calendar(self: &Arc<Self>) -> Result<bool> {
        let law = self.law();
        let base = Arc::clone(&law.calendar);
        let fresh = self.db.read_blocking(move |c| current(c, &base))?;
        if fresh.rev() <= law.calendar.rev() {
            return Ok(false);
        }
        self.set_law(Law { calendar: Arc::new(fresh), rules: Arc::clone(&law.rules) });
        Ok(true)
    }

    /// Projects terms stamped with an older calendar anew, one bounded batch; returns how many.
    ///
    /// # Errors
    /// The database.
    pub fn reproject(self: &Arc<Self>, limit: i64) -> Result<usize> {
        let system = Actor::System("calendar");
        self.write_blocking(&system, None, move |tx| reproject(tx, limit))
    }
}

/// Projects anew the procedures of up to `limit` stale terms: due dates, alarms, the worklist's date, with an event that
/// says what moved and why.
fn reproject(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let rev = tx.law.calendar.rev();
    let stale = procedures::stale_terms(tx.c, rev, limit)?;
    let mut ids: Vec<_> = stale.iter().map(|t| t.procedure_id).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let row = procedures::get(tx.c, id)?.ok_or(Error::NotFound("procedure"))?;
        let mut subject = Subject::load(tx, row)?;
        let graph = tx.app.graphs.get(&subject.row.kind, subject.row.version)?;
        let before = subject.procedure.clone();
        let old = subject.terms.clone();
        project::save(tx, &graph, &mut subject, &before, true)?;
        project::rearm(tx, &graph, &subject)?;
        let moved: Vec<serde_json::Value> = subject
            .terms
            .iter()
            .filter_map(|t| {
                let o = old.iter().find(|o| o.id == t.id && o.due_at != t.due_at)?;
                Some(serde_json::json!({ "term": t.key, "from": o.due_at, "to": t.due_at, "provisional": t.provisional }))
            })
            .collect();
        if !moved.is_empty() {
            let marks = subject.marks(tx)?;
            let payload = serde_json::json!({ "reason": "calendar", "rev": rev, "moved": moved });
            tx.record("procedure", id.into(), "reprojected", tx.now, payload, &marks)?;
        }
    }
    Ok(stale.len())
}
