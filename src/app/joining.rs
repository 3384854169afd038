//! Joining and splitting by officers: a filing goes from one case to another with its claims, and its clock never later.
//!
//! Owns the decision of a suggestion, the undoing of a join, and what follows a filing: claims, the terms of its procedure,
//! the sums of both cases, statutory clocks. A case whose only filing leaves ends as *merged* and says where its matter
//! went on; nothing is deleted. What was verified or paid on a claim is never moved: it is settled first.

use super::claims::follow;
use super::effects::{add_claim, case_for, retotal, same_time};
use super::perform::{self, Begin, Command, Given};
use super::subject::{Subject, in_unit, scope_of};
use super::write::{Marks, Tx};
use super::{indexing, project};
use crate::base::id::{CaseId, ClaimId, FilingId, ProcedureId, TermId};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Actor, Scope};
use crate::flow::legacy::ahead;
use crate::flow::{Form, TermState, TermStatus, terms};
use crate::law::Fen;
use crate::law::term::{Effect, Kind};
use crate::store::filings::{self, Filing};
use crate::store::joining::{self, Carried, Join};
use crate::store::ledger::{self, Claim};
use crate::store::types::Json;
use crate::store::{cases, joint, legacy, procedures};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The conclusion of a case whose matter went on in another.
pub const MERGED: &str = "merged";

/// What became of a filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FilingMoved {
    /// The filing.
    #[schema(value_type = String)]
    pub filing: FilingId,
    /// The case it belongs to now.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    /// The case that ended, because this was its only filing.
    #[schema(value_type = Option<String>)]
    pub merged: Option<CaseId>,
}

/// Where a filing goes that is taken out of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SplitTo {
    /// Back into the case it came from, which is taken up again.
    Back,
    /// Into a case of its own.
    New,
}

/// Whether the actor works on this case for its lead bureau, or supervises it.
pub(super) fn works_on(actor: &Actor, scope: &Scope) -> bool {
    let held = access::roles(actor, scope);
    ["desk@lead", "handler@lead", "leader@lead", "head@lead", "supervisor@above"].iter().any(|r| held.contains(*r))
}

/// An officer decides a suggestion: the filing joins the case, or it does not belong there.
///
/// # Errors
/// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `suggestion_decided`,
/// `claims_settled`, `join_too_far`, `case_merged`, a field error at `/reason`.
pub fn decide(tx: &mut Tx<'_>, filing: FilingId, case: CaseId, join: bool, reason: &str) -> Result<FilingMoved> {
    let s = joining::suggestion(tx.c, filing, case)?.ok_or(Error::NotFound("suggestion"))?;
    let f = filings::get(tx.c, filing)?.ok_or(Error::NotFound("filing"))?;
    let target = tx.case(case)?;
    let own = f.case_id.map(|id| tx.case(id)).transpose()?;
    let (theirs, ours) = (scope_of(tx.app, Some(&target), None), scope_of(tx.app, own.as_ref(), Some(&f)));
    let known = access::may_read(tx.actor, &theirs) && access::may_read(tx.actor, &ours);
    if !known || (f.secret && !in_unit(tx.actor, own.as_ref(), &f)) {
        return Err(Error::NotFound("suggestion"));
    }
    let (there, here) = (works_on(tx.actor, &theirs), works_on(tx.actor, &ours));
    // a join takes the matter from one bureau's hands into another's: it is for who works on both
    if !(there && here || !join && (there || here)) {
        return Err(Error::Forbidden("join"));
    }
    if s.decided_at.is_some() {
        return Err(Error::refused("suggestion_decided", &[]));
    }
    let reason = text::reasoned("/reason", reason)?;
    if !join {
        joining::decide(tx.c, filing, case, false, tx.now)?;
        let payload = serde_json::json!({ "filing": filing, "case": case });
        note(tx, case, "suggestion_dismissed", payload, &reason)?;
        tx.change_case(case, true, |_| {})?;
        return Ok(FilingMoved { filing, case: f.case_id, merged: None });
    }
    let from = f.case_id.ok_or_else(|| Error::refused("filing_without_case", &[]))?;
    if from == case {
        return Err(Error::refused("suggestion_decided", &[]));
    }
    let merged = over(tx, &f, from, case, &reason)?;
    filings::decide_suggestions(tx.c, filing, Some(case), tx.now)?;
    Ok(FilingMoved { filing, case: Some(case), merged: merged.then_some(from) })
}

/// An event of a case with its reason, sealed.
fn note(tx: &mut Tx<'_>, case: CaseId, kind: &str, payload: serde_json::Value, reason: &str) -> Result<()> {
    let row = tx.case(case)?;
    let marks = Marks { case: Some(case), area: Some(row.area), bureau: Some(row.lead_bureau), ..Marks::default() };
    let seq = tx.record("case", case.into(), kind, tx.now, payload, &marks)?;
    tx.remark(case.into(), seq, "reason", reason)
}

/// The claims of a filing, none of which may have been verified or paid.
fn movable(tx: &mut Tx<'_>, f: &Filing, case: CaseId) -> Result<Vec<Claim>> {
    let all: Vec<Claim> = ledger::claims_of(tx.c, case)?.into_iter().filter(|c| c.filing_id == f.id).collect();
    let touched = |c: &&Claim| c.verified.is_positive() || c.paid.is_positive() || c.waived.is_positive() || c.rejected.is_positive();
    match all.iter().find(touched) {
        Some(c) => Err(Error::refused("claims_settled", &[("verified", &c.verified.to_string()), ("paid", &c.paid.to_string())])),
        None => Ok(all),
    }
}

/// The running or ended complaint of a case.
fn complaint(tx: &mut Tx<'_>, case: CaseId) -> Result<procedures::Row> {
    let all = procedures::of_case(tx.c, case)?;
    all.into_iter().find(|r| r.kind == "complaint").ok_or_else(|| Error::Internal(format!("case {case} has no complaint")))
}

/// Tells the complaint of a case the first of these moves that it takes in its state; `false` when it takes none.
fn tell(tx: &mut Tx<'_>, case: CaseId, names: &[&str]) -> Result<bool> {
    let row = complaint(tx, case)?;
    let graph = tx.app.graphs.get(&row.kind, row.version)?;
    let takes = |n: &&&str| graph.find(n).is_some_and(|m| m.from.contains(&row.state) && (row.open || m.reopens));
    let Some(name) = names.iter().find(takes) else { return Ok(false) };
    let cmd = Command {
        procedure: row.id,
        name: (*name).to_owned(),
        form: Given::Parsed(Form::new()),
        occurred_at: Some(tx.now),
        seen: None,
        term: None,
    };
    let system = Actor::System("joining");
    tx.with_actor(&system, |tx| perform::perform_in(tx, &cmd))?;
    Ok(true)
}

/// The filing with its procedure and claims lies in another case from now on.
fn carry_over(tx: &mut Tx<'_>, f: &Filing, claims: &[Claim], from: CaseId, to: CaseId) -> Result<()> {
    let (old, new) = (tx.case(from)?, tx.case(to)?);
    let (theirs, ours) = (cases::chain(tx.c, from)?, cases::chain(tx.c, to)?);
    for c in claims {
        // against the same party of the other chain; when it is not named there, an officer says whom it is against
        let there = follow::party(&theirs, &ours, c.respondent_id);
        joining::move_claim(tx.c, &Claim { case_id: to, respondent_id: there, ..c.clone() })?;
        let persons = filings::same_person(tx.c, c.claimant_id)?;
        joint::follow_claim(tx.c, c.id, &persons, (from, to))?;
    }
    let moved: Vec<ClaimId> = claims.iter().map(|c| c.id).collect();
    follow::claims(tx, &moved, from, to)?;
    if filings::of_case(tx.c, from)?.iter().all(|x| x.id == f.id) {
        follow::case(tx, from, to)?;
    }
    let moved = Filing { case_id: Some(to), ..f.clone() };
    indexing::replaced(tx, (f, Some(&old.area)), (&moved, Some(&new.area)))?;
    tx.place_filing(moved)?;
    for row in procedures::of_filing(tx.c, f.id)? {
        let id: ProcedureId = row.id;
        let form_rev = row.form_rev + 1;
        procedures::update(tx.c, &procedures::Row { case_id: Some(to), area: Some(new.area.clone()), form_rev, ..row })?;
        joining::follow(tx.c, id, to)?;
    }
    Ok(())
}

/// Statutory duties that run, as they stand.
fn clocks(subject: &Subject) -> Vec<TermState> {
    let counts = |t: &&TermState| t.status == TermStatus::Live && t.term.kind == Kind::Duty && t.term.effect == Effect::Statutory;
    subject.procedure.terms.iter().filter(counts).cloned().collect()
}

/// Ends terms of a case's complaint and sets others going again with the starts, budgets and marks they had.
fn rewind(tx: &mut Tx<'_>, case: CaseId, stop: &[TermId], go: &[TermState], kind: &str, other: CaseId) -> Result<Vec<TermId>> {
    let row = complaint(tx, case)?;
    if stop.is_empty() && go.is_empty() || !row.open {
        return Ok(Vec::new());
    }
    let graph = tx.app.graphs.get(&row.kind, row.version)?;
    let mut subject = Subject::load(tx, row)?;
    let before = subject.procedure.clone();
    let (law, now) = (std::sync::Arc::clone(&tx.law), tx.now);
    for t in subject.procedure.terms.iter_mut().filter(|t| stop.contains(&t.id) && t.status == TermStatus::Live) {
        terms::end(&law, t, TermStatus::Cancelled, now, now);
    }
    let mut made = Vec::new();
    for t in go {
        let id: TermId = tx.ids.id(now);
        subject.procedure.terms.push(TermState { id, status: TermStatus::Live, ended_at: None, ..t.clone() });
        made.push(id);
    }
    if !terms::has_live_duty(&subject.procedure) {
        return Err(Error::Internal(format!("complaint of case {case} would be left without a duty")));
    }
    project::save(tx, &graph, &mut subject, &before, true)?;
    let marks = subject.marks(tx)?;
    let list: Vec<_> = go.iter().map(|t| serde_json::json!({ "term": t.key, "start": t.term.start })).collect();
    let payload = serde_json::json!({ "terms": list, "stopped": stop, "case": other });
    tx.record("procedure", subject.row.id.into(), kind, now, payload, &marks)?;
    Ok(made)
}

/// The taking case counts from the earliest: a clock that runs in the case the filing came from runs on here, unless the
/// own one is earlier or the duty is done already, here or, for a matter from an old ledger, before this program knew it.
fn take_over(tx: &mut Tx<'_>, from: &[TermState], to: CaseId, other: CaseId) -> Result<Vec<Carried>> {
    let row = complaint(tx, to)?;
    let (graph, state) = (tx.app.graphs.get(&row.kind, row.version)?, row.state.clone());
    let own = Subject::load(tx, row)?.procedure.terms;
    let law = std::sync::Arc::clone(&tx.law);
    let due = |t: &TermState| t.term.due(&law.calendar, tx.now).passes_at;
    let (mut stop, mut go, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
    for t in from {
        let here = |s: TermStatus| own.iter().find(move |o| o.key == t.key && o.status == s);
        match (here(TermStatus::Live), here(TermStatus::Met)) {
            (Some(o), _) if due(o) <= due(t) => continue,
            (Some(o), _) => stop.push(o.id),
            (None, Some(_)) => continue,
            // nothing could meet it there
            (None, None) if !ahead(&graph, &state, &t.key) => continue,
            (None, None) => {}
        }
        pairs.push((t.id, here(TermStatus::Live).map(|o| o.id)));
        go.push(t.clone());
    }
    let made = rewind(tx, to, &stop, &go, "clock_taken_over", other)?;
    Ok(pairs.into_iter().zip(made).map(|((from, replaced), to)| Carried { from, to, replaced }).collect())
}

/// When a case's matter was first heard of, and first complained of, by the filings it rests on.
fn receipts(tx: &mut Tx<'_>, case: CaseId, rest: &[Filing]) -> Result<()> {
    let first = rest.iter().map(|f| f.received_at).min();
    let complained = rest.iter().filter(|f| f.kind == "complaint").map(|f| f.received_at).min();
    tx.change_case(case, true, |c| {
        c.first_received_at = first.unwrap_or(c.first_received_at);
        // a case once a complaint stays one
        c.complaint_received_at = complained.or(c.complaint_received_at);
    })
}

/// Figures of a case by the filings it rests on, as if they had come one after the other: another worker adds to the
/// matter, the same worker another time adds money; told again, the larger figures count.
fn retally(tx: &mut Tx<'_>, case: CaseId, rest: &[Filing]) -> Result<()> {
    let (mut heads, mut total) = (0_i32, Fen::ZERO);
    for (i, f) in rest.iter().enumerate() {
        let person = filings::same_person(tx.c, f.claimant_id)?;
        let before: Vec<&Filing> = rest[..i].iter().filter(|e| person.contains(&e.claimant_id)).collect();
        let apart = |a: &Filing, b: &Filing| matches!((a.period_to, b.period_from), (Some(end), Some(start)) if end < start);
        let told = before.iter().any(|e| !apart(e, f) && !apart(f, e));
        heads = if before.is_empty() { heads.saturating_add(f.headcount) } else { heads.max(f.headcount) };
        total = if told { total.max(f.reported_total) } else { total.plus(f.reported_total).unwrap_or(total) };
    }
    retotal(tx, case)?;
    tx.change_case(case, true, |c| {
        c.headcount = heads;
        c.reported_total = total.max(c.claimed);
    })
}

/// A filing joins another case; `true` when its own ends, because it rested on this filing alone.
fn over(tx: &mut Tx<'_>, f: &Filing, from: CaseId, to: CaseId, reason: &str) -> Result<bool> {
    let target = tx.case(to)?;
    if target.conclusion.as_deref() == Some(MERGED) {
        return Err(Error::refused("case_merged", &[]));
    }
    let claims = movable(tx, f, from)?;
    let rest: Vec<Filing> = filings::of_case(tx.c, from)?.into_iter().filter(|x| x.id != f.id).collect();
    let merged = rest.is_empty();
    // the review of an old matter needs the matter: merged away, what had passed would leave no mark anywhere
    if merged && legacy::of_case(tx.c, from)?.is_some_and(|m| m.review.as_deref() == Some("open")) {
        return Err(Error::refused("legacy_review_open", &[]));
    }
    let row = complaint(tx, from)?;
    let running = if row.open { clocks(&Subject::load(tx, row)?) } else { Vec::new() };
    carry_over(tx, f, &claims, from, to)?;
    if merged {
        retotal(tx, from)?;
        if !tell(tx, from, &["merged_into", "merged_after_docketing"])? {
            return Err(Error::refused("join_too_far", &[]));
        }
    } else {
        receipts(tx, from, &rest)?;
        left_behind(tx, f, from, &rest)?;
        retally(tx, from, &rest)?;
        tell(tx, from, &["filing_left"])?;
    }
    let all = filings::of_case(tx.c, to)?;
    receipts(tx, to, &all)?;
    retally(tx, to, &all)?;
    tell(tx, to, &["filing_joined", "filing_reopens", "filing_after_refusal"])?;
    if f.kind == "complaint" && target.origin == "clue" {
        tell(tx, to, &["becomes_complaint", "becomes_complaint_docketed"])?;
    }
    let carried = take_over(tx, &running, to, from)?;
    record(tx, f, (from, to), "join", merged, carried, reason)?;
    Ok(merged)
}

/// Both cases say what went where and why.
fn record(
    tx: &mut Tx<'_>,
    f: &Filing,
    (from, to): (CaseId, CaseId),
    kind: &str,
    merged: bool,
    carried: Vec<Carried>,
    reason: &str,
) -> Result<()> {
    let out = serde_json::json!({ "filing": f.id, "to": to, "merged": merged, "kind": kind });
    note(tx, from, "filing_moved_out", out, reason)?;
    let back = serde_json::json!({ "filing": f.id, "from": from, "kind": kind, "clocks": carried.len() });
    note(tx, to, "filing_moved_in", back, reason)?;
    let row = Join {
        id: tx.ids.id(tx.now),
        filing_id: f.id,
        from_case: from,
        to_case: to,
        kind: kind.to_owned(),
        merged,
        carried: Json(carried),
        by_account: tx.actor.account(),
        at: tx.now,
    };
    joining::insert(tx.c, &row)
}

/// The claim that left also stood for what others told of the same person and time: each of them has one again.
fn left_behind(tx: &mut Tx<'_>, gone: &Filing, case: CaseId, rest: &[Filing]) -> Result<()> {
    let person = filings::same_person(tx.c, gone.claimant_id)?;
    for f in rest.iter().filter(|f| person.contains(&f.claimant_id)) {
        let there = ledger::claims_of(tx.c, case)?;
        if !there.iter().any(|c| person.contains(&c.claimant_id) && same_time(c, f)) {
            add_claim(tx, f, case, None)?;
        }
    }
    Ok(())
}

/// A filing is taken out of a case it does not belong to, with its claims: back into the case it came from, or into one
/// of its own, whose clock runs from the filing's receipt. For leaders and the head of the lead bureau.
///
/// # Errors
/// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `split_last`, `claims_settled`,
/// `split_pending`, `split_no_origin`, a field error at `/reason`.
pub fn split(tx: &mut Tx<'_>, filing: FilingId, out: Option<SplitTo>, reason: &str) -> Result<FilingMoved> {
    let f = filings::get(tx.c, filing)?.ok_or(Error::NotFound("filing"))?;
    let case = f.case_id.ok_or(Error::NotFound("case"))?;
    let row = tx.case(case)?;
    let scope = scope_of(tx.app, Some(&row), Some(&f));
    if !access::may_read(tx.actor, &scope) || (f.secret && !in_unit(tx.actor, Some(&row), &f)) {
        return Err(Error::NotFound("filing"));
    }
    let held = access::roles(tx.actor, &scope);
    if !held.contains("leader@lead") && !held.contains("head@lead") {
        return Err(Error::Forbidden("split"));
    }
    let reason = text::reasoned("/reason", reason)?;
    let rest: Vec<Filing> = filings::of_case(tx.c, case)?.into_iter().filter(|x| x.id != filing).collect();
    if rest.is_empty() {
        return Err(Error::refused("split_last", &[]));
    }
    if joining::pending(tx.c, case)? {
        return Err(Error::refused("split_pending", &[]));
    }
    let claims = movable(tx, &f, case)?;
    let came = joining::latest(tx.c, filing)?.filter(|j| j.to_case == case && j.kind == "join");
    let to = match (out, &came) {
        (Some(SplitTo::Back), None) => return Err(Error::refused("split_no_origin", &[])),
        (Some(SplitTo::Back) | None, Some(j)) => j.from_case,
        (Some(SplitTo::New), _) | (None, None) => {
            let (id, _) = case_for(tx, &f, Some(row.lead_bureau.clone()), row.oversight_bureau.clone())?;
            id
        }
    };
    let back = came.as_ref().is_some_and(|j| j.from_case == to);
    carry_over(tx, &f, &claims, case, to)?;
    if claims.is_empty() {
        add_claim(tx, &f, to, None)?;
    }
    left_behind(tx, &f, case, &rest)?;
    receipts(tx, case, &rest)?;
    retally(tx, case, &rest)?;
    let all = filings::of_case(tx.c, to)?;
    receipts(tx, to, &all)?;
    retally(tx, to, &all)?;
    if back {
        tell(tx, to, &["taken_up_again", "investigated_again", "filing_joined", "filing_reopens", "filing_after_refusal"])?;
    } else {
        let parent = procedures::of_filing(tx.c, filing)?.first().map(|r| r.id);
        let begin = Begin { kind: "complaint".into(), case: Some(to), filing: None, parent, occurred_at: tx.now, form: Form::new() };
        let system = Actor::System("joining");
        tx.with_actor(&system, |tx| perform::start_in(tx, &begin))?;
    }
    tell(tx, case, &["filing_left"])?;
    if let Some(j) = came {
        undo_clocks(tx, &j, back)?;
    }
    record(tx, &f, (case, to), "split", false, Vec::new(), &reason)?;
    Ok(FilingMoved { filing, case: Some(to), merged: None })
}

/// Clocks after a join is undone: the case that took some over counts by its own again, and the case that ended with
/// the join counts as it did, from the same starts.
fn undo_clocks(tx: &mut Tx<'_>, j: &Join, back: bool) -> Result<()> {
    let ours = complaint(tx, j.to_case)?;
    let own = Subject::load(tx, ours)?.procedure.terms;
    let taken: Vec<TermId> =
        own.iter().filter(|t| t.status == TermStatus::Live && j.carried.0.iter().any(|c| c.to == t.id)).map(|t| t.id).collect();
    let again: Vec<TermState> = j
        .carried
        .0
        .iter()
        .filter(|c| taken.contains(&c.to))
        .filter_map(|c| own.iter().find(|t| Some(t.id) == c.replaced).cloned())
        .collect();
    rewind(tx, j.to_case, &taken, &again, "clock_given_back", j.from_case)?;
    if back && j.merged {
        let theirs = complaint(tx, j.from_case)?;
        let stopped = |t: &&TermState| {
            t.status == TermStatus::Cancelled && t.ended_at == Some(j.at) && t.term.kind == Kind::Duty && t.term.effect == Effect::Statutory
        };
        let terms = Subject::load(tx, theirs)?.procedure.terms;
        let runs = |key: &str| terms.iter().any(|t| t.key == key && t.status == TermStatus::Live);
        let go: Vec<TermState> = terms.iter().filter(stopped).filter(|t| !runs(&t.key)).cloned().collect();
        rewind(tx, j.from_case, &[], &go, "clock_given_back", j.to_case)?;
    }
    Ok(())
}

/// A suggestion to decide.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in design §2")]
pub struct SuggestionLine {
    #[schema(value_type = String)]
    pub filing: FilingId,
    pub filing_number: String,
    pub channel: String,
    #[schema(value_type = String)]
    pub received_at: At,
    #[schema(value_type = Option<String>)]
    pub own_case: Option<CaseId>,
    pub own_number: Option<String>,
    #[schema(value_type = String)]
    pub case: CaseId,
    pub number: String,
    pub respondent: String,
    pub project: Option<String>,
    pub reason: String,
    /// Whether this reader may join, not only dismiss.
    pub may_join: bool,
}

/// A page of suggestions, the newest filing first.
#[derive(Debug, Clone)]
pub struct Suggested {
    /// Those this reader may decide.
    pub lines: Vec<SuggestionLine>,
    /// The position after the last one looked at, if there may be more.
    pub next: Option<(FilingId, CaseId)>,
}

/// How many a reader's page may pass over to be full.
const PASSES: usize = 8;

impl super::App {
    /// Suggestions that wait for an officer of the lead bureau.
    ///
    /// # Errors
    /// The database.
    pub async fn suggestions(
        self: &std::sync::Arc<Self>,
        actor: &Actor,
        after: Option<(FilingId, CaseId)>,
        limit: usize,
    ) -> Result<Suggested> {
        let (actor, limit) = (actor.clone(), limit.clamp(1, 100));
        self.look(move |c, app, _| {
            let reach = app.reach(&actor);
            let n = i64::try_from(limit).unwrap_or(100);
            let (mut lines, mut at) = (Vec::new(), after);
            for _ in 0..PASSES {
                let rows = joining::open(c, &reach, at, n)?;
                let full = rows.len() == limit;
                for s in rows {
                    if lines.len() == limit {
                        return Ok(Suggested { lines, next: at });
                    }
                    at = Some((s.filing_id, s.case_id));
                    lines.extend(line(c, app, &actor, &s)?);
                }
                if !full {
                    return Ok(Suggested { lines, next: None });
                }
            }
            Ok(Suggested { lines, next: at })
        })
        .await
    }

    /// Suggestions that a filing belongs to this case, for who works on it.
    ///
    /// # Errors
    /// The database.
    pub async fn suggestions_of_case(self: &std::sync::Arc<Self>, actor: &Actor, case: CaseId) -> Result<Vec<SuggestionLine>> {
        let actor = actor.clone();
        self.look(move |c, app, _| {
            let mut rows = joining::towards(c, case, 50)?;
            for f in filings::of_case(c, case)? {
                rows.extend(filings::suggestions_of(c, f.id)?);
            }
            let mut out = Vec::new();
            for s in &rows {
                out.extend(line(c, app, &actor, s)?);
            }
            Ok(out)
        })
        .await
    }
}

fn line(c: &mut crate::store::Conn, app: &super::App, actor: &Actor, s: &filings::Suggestion) -> Result<Option<SuggestionLine>> {
    let Some(f) = filings::get(c, s.filing_id)? else { return Ok(None) };
    let Some(target) = cases::get(c, s.case_id)? else { return Ok(None) };
    let own = f.case_id.map(|id| cases::get(c, id)).transpose()?.flatten();
    let (theirs, ours) = (scope_of(app, Some(&target), None), scope_of(app, own.as_ref(), Some(&f)));
    let known = access::may_read(actor, &theirs) && access::may_read(actor, &ours) && (!f.secret || in_unit(actor, own.as_ref(), &f));
    let (there, here) = (works_on(actor, &theirs), works_on(actor, &ours));
    if !known || !(there || here) {
        return Ok(None);
    }
    Ok(Some(SuggestionLine {
        filing: f.id,
        filing_number: f.number,
        channel: super::view::coded("channel", &f.channel),
        received_at: f.received_at,
        own_case: own.as_ref().map(|c| c.id),
        own_number: own.map(|c| c.number),
        case: target.id,
        number: target.number,
        respondent: target.respondent_name,
        project: target.project_name,
        reason: s.reason.clone(),
        may_join: there && here,
    }))
}
