//! Time's own work: alarms fire, and a sweep finds what no alarm would.
//!
//! Owns the claim–fire–settle cycle of alarms (a lease is only thrift, the fence in the firing transaction is what makes
//! an effect happen once) and promise 1's repair: every open procedure has a holder, a live duty and an alarm for it.
//! Makes no move of its own: a rung is a move of actor *system* like any other.

use super::App;
use super::perform::{self, Command, Given};
use super::project;
use super::subject::{Subject, procedure};
use super::write::{Marks, Tx};
use crate::base::id::{ProcedureId, TermId};
use crate::base::{At, Error, Result};
use crate::domain::access::Actor;
use crate::flow::{Form, Graph, Procedure, TermStatus, terms};
use crate::law::Law;
use crate::law::term::Kind;
use crate::store::procedures::{self, Alarm};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A failed alarm waits this long for each attempt, up to the tenth.
const BACK_OFF_SECONDS: i64 = 30;

/// What a round of alarms did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// Claimed.
    pub claimed: usize,
    /// Fired.
    pub fired: usize,
    /// No longer valid when their turn came.
    pub stale: usize,
    /// Failed, to be tried again.
    pub failed: usize,
}

/// What a sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    /// Open procedures looked at.
    pub seen: usize,
    /// Those whose alarms were missing and set again.
    pub repaired: Vec<ProcedureId>,
    /// Those without a live duty: nothing the rules know can repair them.
    pub broken: Vec<ProcedureId>,
}

impl App {
    /// Claims and fires due alarms, one bounded batch. Safe to run on any number of nodes at once.
    ///
    /// # Errors
    /// The database; a single alarm that fails is kept with its error and does not stop the others.
    pub fn fire_alarms(self: &Arc<Self>, owner: &str) -> Result<Fired> {
        let now = self.now();
        let (lease, batch, me) = (now.plus(Duration::seconds(self.config.jobs.lease_seconds)), self.config.jobs.batch, owner.to_owned());
        let claimed = self.db.write_blocking(move |c| procedures::claim_alarms(c, &me, now, lease, batch))?;
        let mut done = Fired { claimed: claimed.len(), ..Fired::default() };
        if claimed.is_empty() {
            return Ok(done);
        }
        // all in one transaction; where one of them cannot fire, or meets another writer, each goes alone
        let time = Actor::System("time");
        let all = claimed.clone();
        let together = self.write_blocking(&time, None, move |tx| all.iter().map(|a| fire(tx, a)).collect::<Result<Vec<_>>>());
        let mut together = together.ok().map(Vec::into_iter);
        for alarm in claimed {
            let fired = match together.as_mut().and_then(Iterator::next) {
                Some(fired) => Ok(fired),
                None => {
                    let a = alarm.clone();
                    self.write_blocking(&time, None, move |tx| fire(tx, &a))
                }
            };
            match fired {
                Ok(true) => done.fired += 1,
                Ok(false) => done.stale += 1,
                Err(e) => {
                    let why = describe(&e);
                    done.failed += 1;
                    tracing::error!(term = %alarm.term_id, procedure = %alarm.procedure_id, attempt = alarm.attempts, error = %why, "an alarm could not fire");
                    let until = now.plus(Duration::seconds(BACK_OFF_SECONDS * i64::from(alarm.attempts.clamp(1, 10))));
                    self.db.write_blocking(move |c| procedures::postpone_alarm(c, &alarm, until, &why))?;
                }
            }
        }
        Ok(done)
    }

    /// The age of the oldest due alarm in seconds: 0 when none is due. The gauge that proves the sweep lives.
    ///
    /// # Errors
    /// The database.
    pub fn alarm_lag(self: &Arc<Self>) -> Result<i64> {
        let now = self.now();
        let oldest = self.db.read_blocking(move |c| procedures::oldest_due(c, now))?;
        Ok(oldest.map_or(0, |at| (now.utc() - at.utc()).num_seconds()))
    }

    /// Looks at a page of open procedures after `after` and repairs what it can; returns the last one seen.
    ///
    /// # Errors
    /// The database.
    pub fn sweep_page(self: &Arc<Self>, after: ProcedureId, limit: i64) -> Result<(Option<ProcedureId>, Swept)> {
        let (rows, mut terms_by, alarms) = self.db.read_blocking(move |c| {
            let rows = procedures::open_page(c, after, limit)?;
            let terms = procedures::terms_of_many(c, &rows.iter().map(|r| r.id).collect::<Vec<_>>())?;
            let live: Vec<TermId> = terms.iter().filter(|t| t.status == "live").map(|t| t.id).collect();
            let alarms = procedures::alarms_of(c, &live)?;
            let mut by: BTreeMap<ProcedureId, Vec<procedures::TermRow>> = BTreeMap::new();
            for t in terms {
                by.entry(t.procedure_id).or_default().push(t);
            }
            Ok((rows, by, alarms))
        })?;
        let last = rows.last().map(|r| r.id);
        let mut swept = Swept { seen: rows.len(), ..Swept::default() };
        let (law, keys, now) = (self.law(), self.keys(), self.now());
        for row in rows {
            let id = row.id;
            let terms = terms_by.remove(&id).unwrap_or_default();
            // looked at without a write; only what seems wrong is looked at again inside one
            if let (Ok(p), Ok(graph)) = (procedure(&row, &terms, &keys), self.graphs.get(&row.kind, row.version))
                && sound(&graph, &law, &row, &p, &alarms, now)
            {
                continue;
            }
            let system = Actor::System("sweep");
            match self.write_blocking(&system, None, move |tx| check(tx, id))? {
                Found::Fine => {}
                Found::Repaired => swept.repaired.push(id),
                Found::Broken => swept.broken.push(id),
            }
        }
        Ok((last, swept))
    }
}

fn describe(e: &Error) -> String {
    match e {
        Error::Stale(w) => format!("stale: {w}"),
        e => format!("{}: {e}", e.code()),
    }
}

/// Fires one alarm; `false` when it is no longer valid.
fn fire(tx: &mut Tx<'_>, alarm: &Alarm) -> Result<bool> {
    if !procedures::fence_alarm(tx.c, alarm)? {
        return Ok(false);
    }
    let row = procedures::get(tx.c, alarm.procedure_id)?.ok_or(Error::NotFound("procedure"))?;
    let mut subject = Subject::load(tx, row)?;
    let Some(name) = terms::alarm_move(&subject.procedure, alarm.term_id) else {
        // the term ended and its alarm stayed behind
        procedures::drop_alarms(tx.c, &[alarm.term_id])?;
        return Ok(false);
    };
    let cmd = Command {
        procedure: alarm.procedure_id,
        name: name.to_owned(),
        form: Given::Parsed(Form::new()),
        occurred_at: Some(alarm.fire_at),
        seen: None,
        term: Some(alarm.term_id),
    };
    let graph = tx.app.graphs.get(&subject.row.kind, subject.row.version)?;
    let law = Arc::clone(&tx.law);
    let rings = |p: &Procedure, now: At| {
        let next = terms::alarms(&graph, &law, p, now).into_iter().find(|(t, ..)| *t == alarm.term_id);
        !p.ended && next.is_some_and(|(_, rung, _)| i32::try_from(rung) == Ok(alarm.rung))
    };
    let known = rings(&subject.procedure, tx.now);
    match perform::perform_on(tx, &mut subject, &cmd) {
        Ok(_) => {}
        // told too early (a calendar was loaded since): the stored instant is put right
        Err(Error::Refused(r)) if r.code == "alarm_not_due" || r.code == "alarm_stale" => {
            project::rearm(tx, &graph, &subject)?;
            return Ok(false);
        }
        Err(e) => return Err(e),
    }
    // after a rung fired its alarm must have moved on; where the projection knew of none to replace, it goes
    if (!known || rings(&subject.procedure, tx.now)) && procedures::fence_alarm(tx.c, alarm)? {
        procedures::drop_alarms(tx.c, &[alarm.term_id])?;
    }
    Ok(true)
}

#[derive(Debug, Serialize, Deserialize)]
enum Found {
    Fine,
    Repaired,
    Broken,
}

/// Whether a procedure has a holder, a live duty, and the alarm of each live term.
fn sound(graph: &Graph, law: &Law, row: &procedures::Row, p: &Procedure, stored: &[Alarm], now: At) -> bool {
    let duty = p.terms.iter().any(|t| t.status == TermStatus::Live && t.term.kind == Kind::Duty);
    let armed = |t: &TermId, rung: usize| stored.iter().any(|a| a.term_id == *t && usize::try_from(a.rung).ok() == Some(rung));
    duty && !row.holder_role.is_empty() && terms::alarms(graph, law, p, now).iter().all(|(t, rung, _)| armed(t, *rung))
}

/// Promise 1 on one procedure.
fn check(tx: &mut Tx<'_>, id: ProcedureId) -> Result<Found> {
    let Some(row) = procedures::get(tx.c, id)?.filter(|r| r.open) else { return Ok(Found::Fine) };
    let subject = Subject::load(tx, row)?;
    let graph = tx.app.graphs.get(&subject.row.kind, subject.row.version)?;
    let live: Vec<TermId> =
        subject.procedure.terms.iter().filter(|t| t.status == TermStatus::Live && t.term.kind == Kind::Duty).map(|t| t.id).collect();
    if live.is_empty() || subject.row.holder_role.is_empty() {
        return Ok(Found::Broken);
    }
    let expected: Vec<(TermId, usize, At)> = terms::alarms(&graph, &tx.law, &subject.procedure, tx.now);
    let ids: Vec<TermId> = expected.iter().map(|e| e.0).collect();
    let stored = procedures::alarms_of(tx.c, &ids)?;
    let missing =
        expected.iter().any(|(t, rung, _)| !stored.iter().any(|a| a.term_id == *t && usize::try_from(a.rung).ok() == Some(*rung)));
    if !missing {
        return Ok(Found::Fine);
    }
    project::rearm(tx, &graph, &subject)?;
    let marks: Marks = subject.marks(tx)?;
    tx.record("procedure", id.into(), "repaired", tx.now, serde_json::json!({ "alarms": ids.len() }), &marks)?;
    Ok(Found::Repaired)
}
