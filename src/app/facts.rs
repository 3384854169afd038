//! Loading facts: the values definitions judge by, group by group.
//!
//! Owns the way from rows to the names of [`crate::domain::facts::FACTS`]; a move loads only the groups its definition
//! needs. Decides nothing; a fact that has nothing to say is absent.

mod announcement;
mod listing;
mod money;
mod others;
mod penalty;

pub(super) use others::repeats;

use super::App;
use super::subject::Subject;
use super::write::Tx;
use crate::base::id::AccountId;
use crate::base::{At, Result};
use crate::domain::access::Actor;
use crate::flow::{Facts, Graph, Procedure, Value};
use crate::law::{Fen, Law};
use crate::store::procedures::{Row, TermRow};
use crate::store::{Conn, accounts, cases, filings, ledger, papers, procedures};
use std::collections::BTreeSet;

/// The rule whose start is the day of docketing.
const INVESTIGATION: &str = "complaint.investigate";
/// The rule of the two years within which a violation is looked into.
pub(super) const LIMITATION: &str = "limitation.monitoring";

/// The last day of the period of the newest public notice (民事诉讼法 Art 95) of a paper of `since`, where one was posted.
fn posted(a: &About<'_>, since: crate::base::Day) -> Option<crate::base::Day> {
    let of_paper = |t: &&TermRow| t.key == "public_notice" && t.status != "cancelled" && t.start_at.day() >= since;
    a.terms.iter().filter(of_paper).filter_map(|t| t.due_day).max()
}

/// The complaint's terms that say why it is worked on: a decision to be served, an agreement not kept, and everything else.
const SERVICE: &str = "serve";
const DEFAULT: &str = "reopened_default";
const AT_WORK: [&str; 4] = ["reopened", "investigate", "decide", SERVICE];

/// What facts are about.
struct About<'a> {
    app: &'a App,
    law: &'a Law,
    now: At,
    row: &'a Row,
    terms: Vec<TermRow>,
    case: Option<cases::Case>,
    filing: Option<filings::Filing>,
    /// What the procedure is begun with, while it has no row of its own yet.
    given: crate::flow::Form,
    /// Who looks.
    actor: &'a Actor,
    /// Who reported it; read only for the facts of a filing.
    person: Option<filings::Claimant>,
}

/// Facts of the groups a move needs.
///
/// # Errors
/// The database.
pub fn load(tx: &mut Tx<'_>, subject: &Subject, groups: &BTreeSet<String>) -> Result<Facts> {
    let case = subject.case(tx)?;
    let law = std::sync::Arc::clone(&tx.law);
    let person = match &subject.filing {
        Some(f) if groups.contains("filing") => Some(tx.claimant(f.claimant_id)?),
        _ => None,
    };
    let about = About {
        app: tx.app,
        law: &law,
        now: tx.now,
        row: &subject.row,
        terms: subject.terms.clone(),
        case,
        filing: subject.filing.clone(),
        person,
        given: subject.given.clone(),
        actor: tx.actor,
    };
    groups_of(tx.c, &about, groups)
}

/// Facts of the groups the offers of a procedure need, for a reader.
///
/// # Errors
/// The database.
pub fn load_for_offer(c: &mut Conn, app: &App, actor: &Actor, row: &Row, p: &Procedure, graph: &Graph, now: At) -> Result<Facts> {
    for_reader(c, app, actor, row, &graph.offer_needs(p), now)
}

/// Facts of these groups of a procedure, for a reader.
///
/// # Errors
/// The database.
pub(super) fn for_reader(c: &mut Conn, app: &App, actor: &Actor, row: &Row, groups: &BTreeSet<String>, now: At) -> Result<Facts> {
    let law = app.law();
    let filing = row.filing_id.map(|id| filings::get(c, id)).transpose()?.flatten();
    let person = filing.as_ref().map(|f| filings::claimant(c, f.claimant_id)).transpose()?.flatten();
    let about = About {
        app,
        law: &law,
        now,
        row,
        terms: procedures::terms_of(c, row.id)?,
        case: row.case_id.map(|id| cases::get(c, id)).transpose()?.flatten(),
        filing,
        person,
        given: crate::flow::Form::new(),
        actor,
    };
    groups_of(c, &about, groups)
}

fn groups_of(c: &mut Conn, a: &About<'_>, groups: &BTreeSet<String>) -> Result<Facts> {
    let mut out = Facts::new();
    for g in groups {
        match g.as_str() {
            "case" => case_facts(c, a, &mut out)?,
            "claims" => claim_facts(c, a, &mut out)?,
            "people" => people_facts(c, a, &mut out)?,
            "filing" => filing_facts(a, &mut out),
            "money" => money::payments(c, a, &mut out)?,
            "children" => money::children(c, a, &mut out)?,
            "agreement" => money::agreement(c, a, &mut out)?,
            "order" => money::order(c, a, &mut out)?,
            "supervision" => money::supervision(c, a, &mut out)?,
            "repeats" => others::repeated(c, a, &mut out)?,
            "cooperation" => others::cooperation(c, a, &mut out)?,
            "talk" => others::talk(c, a, &mut out)?,
            "talks" => others::talks(c, a, &mut out)?,
            "commitment" => others::commitment(c, a, &mut out)?,
            "incident" => others::incident(c, a, &mut out)?,
            "listing" => listing::listing(c, a, &mut out)?,
            "party" => listing::party(c, a, &mut out)?,
            "removal" => listing::removal(c, a, &mut out)?,
            "announcement" => announcement::load(c, a, &mut out)?,
            "grading" => others::grading(c, a, &mut out)?,
            "penalty" => penalty::load(c, a, &mut out)?,
            "door" => door(c, a, &mut out)?,
            "evidence" => evidence_facts(c, a, &mut out)?,
            "documents" => document_facts(c, a, &mut out)?,
            _ => {}
        }
    }
    Ok(out)
}

fn put(out: &mut Facts, name: &str, v: Value) {
    out.insert(name.to_owned(), v);
}
fn text(s: &str) -> Value {
    Value::Text(s.to_owned())
}
fn int(n: usize) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

/// What was handed in and waits: on the papers of this procedure, and of those it began.
fn door(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let mut all = vec![a.row.id];
    if let Some(case) = a.row.case_id {
        let begun = procedures::of_case(c, case)?.into_iter().filter(|r| r.parent_id == Some(a.row.id));
        all.extend(begun.filter(|r| r.kind != "penalty").map(|r| r.id));
    }
    put(out, "door.waits", Value::Bool(crate::store::door::waits_in_time(c, &all)?));
    Ok(())
}

fn case_facts(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some(case) = &a.case else { return Ok(()) };
    put(out, "case.origin", text(&case.origin));
    put(out, "case.received_at", Value::At(case.first_received_at));
    // a clue that becomes a complaint by this very move counts from the complaint that joined it
    let complained = match case.complaint_received_at {
        Some(at) => Some(at),
        None => filings::of_case(c, case.id)?.iter().filter(|f| f.kind == "complaint").map(|f| f.received_at).min(),
    };
    if let Some(at) = complained {
        put(out, "case.complaint_received_at", Value::At(at));
    }
    let terms = if a.row.kind == "complaint" {
        a.terms.clone()
    } else {
        let rows = procedures::of_case(c, case.id)?;
        let ids: Vec<_> = rows.iter().filter(|r| r.kind == "complaint").map(|r| r.id).collect();
        procedures::terms_of_many(c, &ids)?
    };
    let docketed = terms.iter().filter(|t| t.rule == INVESTIGATION).map(|t| t.start_at).min();
    if let Some(at) = docketed {
        put(out, "case.docketed_at", Value::At(at));
    }
    put(out, "case.docketed", Value::Bool(docketed.is_some()));
    put(out, "case.state", text(&case.state));
    let live = |key: &str| terms.iter().any(|t| t.status == "live" && t.key == key);
    // a decision waits for its service: its statutory clock runs
    put(out, "case.unserved", Value::Bool(live(SERVICE)));
    // nothing else keeps the officers at work but an agreement that was not kept
    put(out, "case.default_only", Value::Bool(live(DEFAULT) && !AT_WORK.iter().any(|k| live(k))));
    put(out, "case.area", text(&case.area));
    put(out, "case.area_known", Value::Bool(a.app.city.areas.get(&case.area).is_some()));
    put(out, "case.lead", text(&case.lead_bureau));
    if let Some(o) = &case.oversight_bureau {
        put(out, "case.oversight", text(o));
    }
    put(out, "case.grade", text(&case.grade));
    put(out, "case.flagged", Value::Bool(!case.flags.is_empty()));
    put(out, "case.transfers", Value::Int(i64::from(case.transfers)));
    if let Some(code) = &case.conclusion {
        put(out, "case.conclusion", text(code));
    }
    put(out, "case.construction", Value::Bool(case.project_name.is_some()));
    put(out, "case.headcount", Value::Int(i64::from(case.headcount)));
    put(out, "case.reported_total", Value::Money(case.reported_total));
    put(out, "case.has_respondent", Value::Bool(!case.respondent_key.is_empty()));
    put(out, "case.within_limitation", Value::Bool(within_limitation(c, a, case)?));
    Ok(())
}

/// 劳动保障监察条例 Art 20: two years from the act, or from its end while it continues. A filing that does not say when
/// the work was done speaks for the worker.
fn within_limitation(c: &mut Conn, a: &About<'_>, case: &cases::Case) -> Result<bool> {
    let all = filings::of_case(c, case.id)?;
    Ok(all.is_empty()
        || all.iter().any(|f| match f.period_to {
            None => true,
            // where no rule was in force, nothing is barred
            Some(end) => a.law.passes(LIMITATION, end.start(), case.first_received_at).is_none_or(|at| at > f.received_at),
        }))
}

fn claim_facts(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some(case) = &a.case else { return Ok(()) };
    let ledger::Totals { sums: t, count, named } = ledger::totals(c, case.id)?;
    put(out, "claims.count", Value::Int(count));
    for (name, v) in [
        ("claimed", t.claimed),
        ("verified", t.verified),
        ("rejected", t.rejected),
        ("open", t.open),
        ("paid", t.paid),
        ("waived", t.waived),
        ("outstanding", t.outstanding),
        ("discharged", t.discharged),
    ] {
        put(out, &format!("claims.{name}"), Value::Money(v));
    }
    let left = Fen::new((case.reported_total.get() - t.claimed.get()).max(0));
    let persons = (i64::from(case.headcount) - named).max(0);
    put(out, "claims.remainder", Value::Money(left));
    put(out, "claims.remainder_persons", Value::Int(persons));
    put(out, "claims.remainder_resolved", Value::Bool(case.remainder_code.is_some() || (left == Fen::ZERO && persons == 0)));
    Ok(())
}

fn people_facts(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some(case) = &a.case else { return Ok(()) };
    let officers = [a.row.assignee, case.second_officer].into_iter().flatten().collect::<BTreeSet<_>>();
    put(out, "people.officers", int(officers.len()));
    // who holds the matter, seen from a procedure beside it
    let holder = if a.row.kind == "complaint" {
        a.row.assignee
    } else {
        procedures::of_case(c, case.id)?.into_iter().find(|r| r.kind == "complaint").and_then(|r| r.assignee)
    };
    if let Some(h) = holder {
        put(out, "people.assignee", Value::Id(h.into()));
    }
    if let Some(s) = case.second_officer {
        put(out, "people.second", Value::Id(s.into()));
    }
    // who stands in for an officer handles the case too
    let mut handling: BTreeSet<AccountId> = [holder, case.second_officer].into_iter().flatten().collect();
    let named: Vec<AccountId> = handling.iter().copied().collect();
    if !named.is_empty() {
        handling.extend(accounts::absent(c, &named, a.now)?.into_iter().filter_map(|(_, stand_in)| stand_in));
    }
    put(out, "people.handling", Value::List(handling.into_iter().map(|id| Value::Id(id.into())).collect()));
    put(out, "people.handlers", Value::List(handlers(c, a.app, case, a.now)?.into_iter().map(|id| Value::Id(id.into())).collect()));
    let recused = cases::recused(c, case.id)?;
    put(out, "people.recused", Value::List(recused.into_iter().map(|id| Value::Id(id.into())).collect()));
    Ok(())
}

/// Who may hold a case: active handling officers of the lead bureau whose area covers the case or the bureau (another could not
/// even read it).
///
/// # Errors
/// The database.
pub fn handlers(c: &mut Conn, app: &App, case: &cases::Case, now: At) -> Result<Vec<AccountId>> {
    handlers_at(c, app, case, &case.lead_bureau, now)
}

/// As [`handlers`], of another bureau that holds a procedure beside the case.
///
/// # Errors
/// The database.
pub fn handlers_at(c: &mut Conn, app: &App, case: &cases::Case, bureau: &str, now: At) -> Result<Vec<AccountId>> {
    let scope = super::subject::scope_of(app, Some(case), None);
    let path: Vec<String> = scope.area_path.into_iter().chain(app.bureau_path(bureau)).collect();
    let found = accounts::holders_over(c, "handler", &path, now)?;
    let mut out: Vec<AccountId> = found.into_iter().filter(|(_, at, _)| at == bureau).map(|(id, _, _)| id).collect();
    out.dedup();
    Ok(out)
}

fn filing_facts(a: &About<'_>, out: &mut Facts) {
    let Some(f) = &a.filing else { return };
    put(out, "filing.channel", text(&f.channel));
    put(out, "filing.kind", text(&f.kind));
    // the law of petitions follows the petition, whichever door it came by
    put(out, "filing.way", text(if f.kind == "petition" { "petition" } else { &f.channel }));
    put(out, "filing.received_at", Value::At(f.received_at));
    put(out, "filing.area_known", Value::Bool(f.area.is_some()));
    if let Some(r) = &f.desk_reason {
        put(out, "filing.desk_reason", text(r));
    }
    put(out, "filing.has_case", Value::Bool(f.case_id.is_some()));
    if let Some(x) = &f.answer_code {
        put(out, "filing.answer", text(x));
    }
    let phone = a.person.as_ref().is_some_and(|p| p.phone_ct.is_some());
    put(out, "filing.contactable", Value::Bool(phone));
    put(out, "filing.headcount", Value::Int(i64::from(f.headcount)));
    put(out, "filing.reported_total", Value::Money(f.reported_total));
}

fn evidence_facts(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let n = match (&a.case, &a.filing) {
        (Some(case), _) => papers::evidence_of_case(c, case.id)?.len(),
        (None, Some(f)) => papers::evidence_of_filing(c, f.id)?.len(),
        (None, None) => 0,
    };
    put(out, "evidence.count", int(n));
    Ok(())
}

fn document_facts(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let kinds = match (&a.case, &a.filing) {
        (Some(case), _) => papers::documents_of(c, case.id, &[])?,
        (None, Some(f)) => papers::documents_of_filing(c, f.id)?,
        (None, None) => Vec::new(),
    };
    let kinds: BTreeSet<String> = kinds.into_iter().map(|d| d.kind).collect();
    put(out, "documents.issued", Value::List(kinds.into_iter().map(Value::Text).collect()));
    Ok(())
}
