//! The decision on one row of the list of reviews.
//!
//! Owns who decides what: that the old dates are right the leader of the bureau says himself, another day or an extension
//! only whoever stands above, because both take a miss from the bureau's own record, and only on a material of the case.

use super::review::{Decision, Verdict};
use crate::app::bells;
use crate::app::counter::remark;
use crate::app::project;
use crate::app::subject::{Subject, scope_of};
use crate::app::write::Tx;
use crate::base::id::RowId;
use crate::base::{At, Error, Result};
use crate::domain::access;
use crate::flow::Graph;
use crate::flow::legacy::{self as rules, Found, Ruling};
use crate::law::term::Term;
use crate::store::journal::{self, Stored};
use crate::store::legacy::{self as rows, Matter};
use crate::store::types::Json;
use crate::store::{papers, procedures};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who decides.
const DECIDERS: [&str; 3] = ["leader@lead", "supervisor@above", "supervisor@city"];
/// Who may find the ledger's dates wrong.
const ABOVE: [&str; 2] = ["supervisor@above", "supervisor@city"];

/// Decides a row.
///
/// # Errors
/// As [`App::decide_legacy_review`](crate::app::App::decide_legacy_review).
pub(super) fn decide(tx: &mut Tx<'_>, id: RowId, v: &Verdict) -> Result<RowId> {
    let m = rows::get(tx.c, id)?.ok_or(Error::NotFound("legacy_review"))?;
    let case = tx.case(m.case_id)?;
    let roles = access::roles(tx.actor, &scope_of(tx.app, Some(&case), None));
    if roles.is_empty() {
        return Err(Error::NotFound("legacy_review"));
    }
    if !DECIDERS.iter().any(|r| roles.contains(*r)) {
        return Err(Error::Forbidden("legacy_review"));
    }
    if v.decision != Decision::Confirm && !ABOVE.iter().any(|r| roles.contains(*r)) {
        return Err(Error::Forbidden("legacy_correct"));
    }
    let why = remark(&v.reason, "/reason")?;
    let ruling = ruling(tx, &m, v)?;
    if m.review.as_deref() != Some("open") {
        return Err(Error::refused("legacy_decided", &[]));
    }
    let row = procedures::get(tx.c, m.procedure_id)?.ok_or(Error::NotFound("procedure"))?;
    let mut subject = Subject::load(tx, row)?;
    let graph = tx.app.graphs.get(&subject.row.kind, subject.row.version)?;
    let waiting = m.passed_doc.clone().map(|p: Json<_>| p.0).unwrap_or_default();
    let events = journal::stream(tx.c, subject.row.id.into())?;
    let met = met(&graph, &events, &waiting);
    let law = Arc::clone(&tx.law);
    let begins = rules::begins(&law, 0, tx.now).map_err(Error::Refused)?;
    let found = Found { waiting: &waiting, state: &m.state, met: &met, begins };
    let done = rules::decide(&graph, &law, &subject.procedure, &found, ruling, tx.now, &mut tx.ids).map_err(Error::Refused)?;
    if done.after != subject.procedure {
        let before = std::mem::replace(&mut subject.procedure, done.after);
        project::save(tx, &graph, &mut subject, &before, true)?;
    }
    let (kind, review) = match v.decision {
        Decision::Confirm => ("legacy_confirmed", "confirmed"),
        Decision::Correct => ("legacy_corrected", "corrected"),
        Decision::Extended => ("legacy_extended", "extended"),
    };
    let payload = serde_json::json!({
        "procedure": graph.key, "version": graph.version, "to": subject.procedure.state, "review": m.id, "armed": done.armed,
        "missed": done.missed, "from": v.started_on, "days": v.days, "grantedOn": v.granted_on, "evidence": v.evidence,
        "by": tx.actor.word(),
    });
    let marks = subject.marks(tx)?;
    let stream = subject.row.id.into();
    let seq = tx.record("procedure", stream, kind, tx.now, payload, &marks)?;
    tx.remark(stream, seq, "reason", &why)?;
    let decided = Matter { review: Some(review.into()), decided_by: tx.actor.account(), decided_at: Some(tx.now), ..m };
    rows::decide(tx.c, &decided)?;
    bells::list_shrank(tx, &case.lead_bureau)?;
    Ok(id)
}

/// What a verdict says, with exactly the fields it needs.
fn ruling(tx: &mut Tx<'_>, m: &Matter, v: &Verdict) -> Result<Ruling> {
    let given = [
        ("/startedOn", v.started_on.is_some()),
        ("/days", v.days.is_some()),
        ("/grantedOn", v.granted_on.is_some()),
        ("/evidence", v.evidence.is_some()),
    ];
    let wanted: &[&str] = match v.decision {
        Decision::Confirm => &[],
        Decision::Correct => &["/startedOn", "/evidence"],
        Decision::Extended => &["/days", "/grantedOn", "/evidence"],
    };
    for (pointer, there) in given {
        match (wanted.contains(&pointer), there) {
            (true, false) => return Err(Error::field(pointer, "required", &[])),
            (false, true) => return Err(Error::field(pointer, "not_allowed", &[])),
            _ => {}
        }
    }
    for (pointer, day) in [("/startedOn", v.started_on), ("/grantedOn", v.granted_on)] {
        if day.is_some_and(|d| d > tx.now.day()) {
            return Err(Error::field(pointer, "in_future", &[]));
        }
        if day.is_some_and(|d| d < m.received_at.day()) {
            return Err(Error::field(pointer, "before_receipt", &[]));
        }
    }
    if let Some(id) = v.evidence
        && !papers::evidence_of_case(tx.c, m.case_id)?.iter().any(|e| e.id == id)
    {
        return Err(Error::field("/evidence", "legacy_evidence", &[]));
    }
    Ok(match (v.decision, v.started_on, v.days, v.granted_on) {
        (Decision::Correct, Some(d), _, _) => Ruling::Corrected(d.start()),
        (Decision::Extended, _, Some(n), Some(d)) => Ruling::Extended(n, d.start()),
        _ => Ruling::Confirmed,
    })
}

/// When the terms that wait were met since the take-over, by the moves of the procedure.
fn met(graph: &Graph, events: &[Stored], waiting: &[(String, Term)]) -> BTreeMap<String, At> {
    let mut out = BTreeMap::new();
    for (key, def) in waiting.iter().filter_map(|(key, _)| graph.term(key).map(|d| (key, d))) {
        let word = |e: &Stored, k: &str| e.core.payload.get(k).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let meets = |e: &&Stored| {
            let left = word(e, "from");
            e.core.kind == "moved" && (def.met_by.contains(&word(e, "move")) || left != word(e, "to") && def.met_on_leaving.contains(&left))
        };
        out.extend(events.iter().find(meets).map(|e| (key.clone(), e.core.occurred_at)));
    }
    out
}
