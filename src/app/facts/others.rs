//! Facts of what others were asked to do, of talks and commitments, of incidents, and of who complained how often.

use super::{About, int, put, text};
use crate::base::id::{CaseId, ClaimantId, FilingId};
use crate::base::{At, Day, Result};
use crate::domain::access::DutyKind;
use crate::flow::{Facts, Value};
use crate::store::{Conn, cooperations, dialogue, filings, gradings, incidents, orders};
use std::collections::{BTreeMap, BTreeSet};

/// The list of `config/codes.toml` with what an incident may be found to be, and the tag of those a listing may stand on.
const FINDINGS: (&str, &str) = ("incident_finding", "grounds");

/// A day the procedure is begun with, as the instant its term counts from.
fn given_day(a: &About<'_>, field: &str) -> Option<At> {
    match a.given.get(field) {
        Some(Value::Day(d)) => Some(d.start()),
        _ => None,
    }
}
fn given_at(a: &About<'_>, field: &str) -> Option<At> {
    match a.given.get(field) {
        Some(Value::At(t)) => Some(*t),
        _ => None,
    }
}

pub(super) fn cooperation(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let row = cooperations::of_procedure(c, a.row.id)?;
    let due = row.as_ref().map_or_else(|| given_day(a, "due_on"), |r| r.due_on.map(Day::start));
    if let Some(at) = due {
        put(out, "cooperation.due_at", Value::At(at));
    }
    let parties = [row.and_then(|r| r.bureau), a.case.as_ref().map(|k| k.lead_bureau.clone())];
    // who works on cases of either side is a party; a supervisor of the same house is not
    let works = |k: DutyKind| matches!(k, DutyKind::Desk | DutyKind::Handler | DutyKind::Leader | DutyKind::Legal);
    let own = a.actor.duties().iter().any(|d| works(d.kind) && parties.iter().flatten().any(|p| *p == d.bureau));
    put(out, "cooperation.own", Value::Bool(own));
    Ok(())
}

pub(super) fn talk(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let row = cooperations::talk(c, a.row.id)?;
    if let Some(at) = row.as_ref().map(|r| r.on_at).or_else(|| given_at(a, "on_at")) {
        put(out, "talk.on_at", Value::At(at));
    }
    put(out, "talk.contacted", Value::Bool(row.is_some_and(|r| r.contacted_at.is_some())));
    Ok(())
}

pub(super) fn talks(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some(case) = &a.case else { return Ok(()) };
    let rows = cooperations::talks_of(c, case.id)?;
    let held = rows.iter().filter(|t| t.outcome.as_deref().is_some_and(|o| o != "no_show")).count();
    let missed = cooperations::commitments_of(c, case.id)?.iter().filter(|k| k.missed_at.is_some()).count();
    put(out, "talks.held", int(held));
    put(out, "talks.no_show", Value::Int(rows.iter().map(|t| i64::from(t.absences)).sum()));
    put(out, "talks.missed", int(missed));
    Ok(())
}

pub(super) fn commitment(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let row = cooperations::commitment(c, a.row.id)?;
    if let Some(at) = row.map(|r| r.due_on.start()).or_else(|| given_day(a, "due_on")) {
        put(out, "commitment.due_at", Value::At(at));
    }
    Ok(())
}

/// Of the grade a procedure is about. Before its first save it is found by nothing but its own start, which asks nothing.
pub(super) fn grading(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some((g, _)) = gradings::of_procedure(c, a.row.id)? else { return Ok(()) };
    put(out, "grading.grade", text(&g.grade));
    put(out, "grading.current", Value::Bool(g.current));
    put(out, "grading.talked", Value::Bool(g.talk_on.is_some()));
    let issued = gradings::papers_of(c, a.row.id)?.into_iter().rfind(|d| d.kind == crate::app::grading::NOTICE);
    if let Some(d) = issued {
        put(out, "grading.issued_on", Value::Day(d.issued_at.day()));
    }
    if let Some(day) = g.told_on {
        put(out, "grading.told_on", Value::Day(day));
    }
    Ok(())
}

pub(super) fn incident(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let row = incidents::of_procedure(c, a.row.id)?;
    if let Some(at) = row.as_ref().map(|r| r.known_at).or_else(|| given_at(a, "known_at")) {
        put(out, "incident.known_at", Value::At(at));
    }
    if let Some(r) = &row {
        put(out, "incident.category", text(&r.category));
        put(out, "incident.informed", int(incidents::tellings_of(c, r.id)?.len()));
    }
    let Some(case) = &a.case else { return Ok(()) };
    put(out, "incident.grounds", Value::Bool(grave_incident(c, a, case.id)?));
    Ok(())
}

/// Whether a mass or extreme incident of a case was found to have a grave bad effect on society.
pub(super) fn grave_incident(c: &mut Conn, a: &About<'_>, case: CaseId) -> Result<bool> {
    let grave = a.app.registry.code_tags.get(FINDINGS.0).and_then(|t| t.get(FINDINGS.1)).cloned().unwrap_or_default();
    let all = incidents::of_case(c, case)?;
    Ok(all.iter().any(|i| i.bad_effect == Some(true) && i.finding.as_ref().is_some_and(|f| grave.contains(f))))
}

pub(super) fn repeated(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some(case) = &a.case else { return Ok(()) };
    put(out, "repeats.most", Value::Int(repeats(c, case.id)?));
    Ok(())
}

/// How often the same person turned to the office about a case, the most of all its persons: each report, and each day on which the
/// person wrote. What came before the last supervision was discharged is answered by it and counts no more.
///
/// # Errors
/// The database.
pub(in crate::app) fn repeats(c: &mut Conn, case: CaseId) -> Result<i64> {
    let since = orders::supervisions_of(c, case)?.iter().filter_map(|s| s.discharged_at).max();
    let after = |at: At| since.is_none_or(|s| at > s);
    let all = filings::of_case(c, case)?;
    let ids: Vec<ClaimantId> = all.iter().map(|f| f.claimant_id).collect::<BTreeSet<_>>().into_iter().collect();
    let people: BTreeMap<ClaimantId, filings::Claimant> = filings::claimants_by_ids(c, &ids)?.into_iter().map(|p| (p.id, p)).collect();
    // one person is known by the identity number, else by name and telephone: as everywhere
    let person = |id: ClaimantId| match people.get(&id) {
        Some(p) => match (&p.person_bix, &p.phone_bix) {
            (Some(n), _) => n.clone(),
            (None, Some(t)) => format!("{}{t}", p.name_bix),
            (None, None) => id.to_string(),
        },
        None => id.to_string(),
    };
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for f in all.iter().filter(|f| after(f.created_at)) {
        *counts.entry(person(f.claimant_id)).or_default() += 1;
    }
    let of: BTreeMap<FilingId, ClaimantId> = all.iter().map(|f| (f.id, f.claimant_id)).collect();
    let wrote = dialogue::written_by_workers(c, &of.keys().copied().collect::<Vec<_>>())?;
    let days: BTreeSet<(String, Day)> =
        wrote.into_iter().filter(|(_, at)| after(*at)).filter_map(|(f, at)| Some((person(*of.get(&f)?), at.day()))).collect();
    for (who, _) in days {
        *counts.entry(who).or_default() += 1;
    }
    Ok(counts.into_values().max().unwrap_or(0))
}
