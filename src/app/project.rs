//! Projections: what worklists, sweeps and alarms read of a procedure.
//!
//! Owns the one way a procedure and its terms become rows: due dates by [`Term::due`](crate::law::term::Term::due) alone,
//! stamped with the calendar's revision, the holder by the state's role, the next alarm of each live term. Only what
//! differs is written.

use super::perform::mirror_state;
use super::subject::Subject;
use super::write::Tx;
use crate::base::id::TermId;
use crate::base::{At, Day, Error, Result};
use crate::flow::{Graph, Procedure, TermState, TermStatus, terms};
use crate::law::Law;
use crate::law::term::{Effect, Kind};
use crate::store::procedures::{self, Alarm, TermRow};
use crate::store::types::Json;
use std::collections::BTreeMap;

/// The stored word of a status.
#[must_use]
pub fn status(s: TermStatus) -> &'static str {
    match s {
        TermStatus::Live => "live",
        TermStatus::Met => "met",
        TermStatus::Cancelled => "cancelled",
        TermStatus::Closed => "closed",
    }
}

/// The row of a term.
#[must_use]
pub fn term_row(subject: &procedures::Row, law: &Law, t: &TermState, position: usize, now: At) -> TermRow {
    let due = t.term.due(&law.calendar, now);
    TermRow {
        id: t.id,
        procedure_id: subject.id,
        case_id: subject.case_id,
        key: t.key.clone(),
        rule: t.term.rule.clone(),
        kind: match t.term.kind {
            Kind::Duty => "duty",
            Kind::Window => "window",
            Kind::Gate => "gate",
        }
        .into(),
        effect: match t.term.effect {
            Effect::Statutory => "statutory",
            Effect::Service => "service",
        }
        .into(),
        status: status(t.status).into(),
        missed: t.missed,
        next_rung: i32::try_from(t.next_rung).unwrap_or(i32::MAX),
        position: i32::try_from(position).unwrap_or(i32::MAX),
        doc: Json(t.term.clone()),
        start_at: t.term.start,
        due_at: due.passes_at,
        due_day: due.day,
        provisional: due.provisional,
        calendar_rev: law.calendar.rev(),
        ended_at: t.ended_at,
    }
}

/// The duty that must be met next: what the worklist sorts by. A paused duty stands behind running ones.
#[must_use]
pub fn next_due(law: &Law, p: &Procedure, now: At) -> Option<(At, Option<Day>, String, bool)> {
    p.terms
        .iter()
        .filter(|t| t.status == TermStatus::Live && t.term.kind == Kind::Duty)
        .map(|t| {
            let d = t.term.due(&law.calendar, now);
            (t.term.paused_at(now), d.passes_at, d.day, t.key.clone(), d.provisional)
        })
        .min_by(|a, b| (a.0, a.1, &a.3).cmp(&(b.0, b.1, &b.3)))
        .map(|(_, at, day, key, provisional)| (at, day, key, provisional))
}

/// The bureau a role's place stands for.
///
/// # Errors
/// The database.
pub fn bureau_of(tx: &mut Tx<'_>, subject: &Subject, role: &str) -> Result<String> {
    let place = role.split_once('@').map_or("lead", |(_, p)| p);
    let case = subject.case(tx)?;
    let own = subject.grading.as_ref().map(|(g, _)| g.bureau.clone());
    let punishes = super::penalties::bureau_of(tx.c, &subject.row, &subject.given)?;
    let receiving = subject.filing.as_ref().map(|f| f.receiving_bureau.clone());
    let city = tx.app.config.city.bureau.clone();
    Ok(match place {
        "lead" => punishes.or(case.map(|c| c.lead_bureau)).or(own).or(receiving).unwrap_or(city),
        "oversight" => case.and_then(|c| c.oversight_bureau).unwrap_or(city),
        "receiving" => receiving.unwrap_or(city),
        "asked" => crate::store::cooperations::of_procedure(tx.c, subject.row.id)?.and_then(|r| r.bureau).unwrap_or(city),
        _ => city,
    })
}

/// Writes a procedure, its terms and alarms after a step, and mirrors the case's state.
///
/// # Errors
/// The database; [`Error::Stale`] when another writer was faster.
pub fn save(tx: &mut Tx<'_>, graph: &Graph, subject: &mut Subject, before: &Procedure, visible: bool) -> Result<()> {
    let after = subject.procedure.clone();
    let state = graph.states.iter().find(|s| s.key == after.state).ok_or_else(|| Error::Internal(format!("state {}", after.state)))?;
    let role = state.holder.clone().unwrap_or_default();
    let bureau = bureau_of(tx, subject, &role)?;
    let due = next_due(&tx.law, &after, tx.now);
    let pending = match &after.approval {
        None => None,
        Some(a) => {
            let role = graph.signer(&after).ok_or_else(|| Error::Internal(format!("approval {} has no step", a.chain)))?;
            let bureau = bureau_of(tx, subject, &role)?;
            Some((role, bureau, serde_json::to_string(a).map_err(|e| Error::Internal(format!("approval: {e}")))?))
        }
    };
    let area = subject.marks(tx)?.area;
    let law = std::sync::Arc::clone(&tx.law);
    let row = &mut subject.row;
    let fresh = row.rev == 0;
    row.state.clone_from(&after.state);
    row.area = area;
    row.holder_role = role;
    row.holder_bureau = bureau;
    row.assignee = after.assignee;
    row.due_at = due.as_ref().map(|d| d.0);
    row.due_day = due.as_ref().and_then(|d| d.1);
    row.due_provisional = due.as_ref().is_some_and(|d| d.3);
    row.due_key = due.map(|d| d.2);
    row.calendar_rev = law.calendar.rev();
    row.open = !after.ended;
    row.missed = i32::try_from(after.terms.iter().filter(|t| t.missed).count()).unwrap_or(i32::MAX);
    row.started_at = after.started_at;
    row.entered_at = after.entered_at;
    row.ended_at = if after.ended { row.ended_at.or(Some(tx.now)) } else { None };
    match pending {
        None => {
            row.pending_role = None;
            row.pending_bureau = None;
            row.pending_since = None;
            row.approval_ct = None;
        }
        Some((role, bureau, json)) => {
            if row.pending_role.as_ref() != Some(&role) || row.pending_since.is_none() {
                row.pending_since = Some(tx.now);
            }
            row.pending_role = Some(role);
            row.pending_bureau = Some(bureau);
            let id = row.id;
            let ct = tx.seal("procedures", "approval_ct", id, &json)?;
            subject.row.approval_ct = Some(ct);
        }
    }
    if visible {
        subject.row.form_rev += 1;
    }
    if fresh {
        subject.row.rev = 1;
        procedures::insert(tx.c, &subject.row)?;
    } else {
        procedures::update(tx.c, &subject.row)?;
        subject.row.rev += 1;
    }
    save_terms(tx, &law, subject)?;
    save_alarms(tx, graph, &law, subject, before)?;
    mirror_state(tx, subject, visible)
}

fn save_terms(tx: &mut Tx<'_>, law: &Law, subject: &mut Subject) -> Result<()> {
    let old: BTreeMap<TermId, &TermRow> = subject.terms.iter().map(|t| (t.id, t)).collect();
    let rows: Vec<TermRow> = subject.procedure.terms.iter().enumerate().map(|(i, t)| term_row(&subject.row, law, t, i, tx.now)).collect();
    let mut fresh = Vec::new();
    for row in &rows {
        match old.get(&row.id) {
            None => fresh.push(row.clone()),
            // a term that ended keeps the projection it ended with, unless it was found missed since
            Some(o) if o.status != "live" && row.status == o.status && row.missed == o.missed => {}
            Some(o) if **o != *row => procedures::update_term(tx.c, row)?,
            Some(_) => {}
        }
    }
    procedures::insert_terms(tx.c, &fresh)?;
    subject.terms = rows;
    Ok(())
}

fn save_alarms(tx: &mut Tx<'_>, graph: &Graph, law: &Law, subject: &Subject, before: &Procedure) -> Result<()> {
    let alarms = |p: &Procedure| -> BTreeMap<TermId, (usize, At)> {
        if p.ended { BTreeMap::new() } else { terms::alarms(graph, law, p, tx.now).into_iter().map(|(t, r, at)| (t, (r, at))).collect() }
    };
    let (old, new) = (alarms(before), alarms(&subject.procedure));
    let gone: Vec<TermId> = old.keys().filter(|t| !new.contains_key(t)).copied().collect();
    procedures::drop_alarms(tx.c, &gone)?;
    for (term_id, (rung, fire_at)) in new.iter().filter(|(t, v)| old.get(t) != Some(v)) {
        procedures::put_alarm(
            tx.c,
            &Alarm {
                term_id: *term_id,
                procedure_id: subject.row.id,
                case_id: subject.row.case_id,
                rung: i32::try_from(*rung).unwrap_or(i32::MAX),
                // an instant already past fires once, now: the gauge counts from when there was something to fire
                fire_at: (*fire_at).max(tx.now),
                lease_owner: None,
                lease_until: None,
                attempts: 0,
                last_error: None,
            },
        )?;
    }
    Ok(())
}

/// Sets the alarms of a procedure anew whatever was stored: after a calendar moved its dates, or when a sweep finds one
/// missing.
///
/// # Errors
/// The database.
pub fn rearm(tx: &mut Tx<'_>, graph: &Graph, subject: &Subject) -> Result<()> {
    let law = std::sync::Arc::clone(&tx.law);
    let none = Procedure { ended: true, ..subject.procedure.clone() };
    save_alarms(tx, graph, &law, subject, &none)
}
