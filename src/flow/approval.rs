//! Internal approval 审批: a request, its signatures, its return.
//!
//! Owns who may sign, in which order and for which date the move is then made. The requester never signs, no person
//! signs twice, each step has its own service term; the last signature makes the move and its guards are asked again.

use super::graph::{BACKDATING, Graph, MoveDef, ROUTE, SUPERVISOR};
use super::guard::Env;
use super::step::{Bench, dated, lag, make, own, roles, still, windows};
use super::terms::{self, Moment, refuse};
use super::value::*;
use crate::base::At;
use crate::base::error::Refusal;
use crate::base::id::Ids;
use crate::law::Law;

/// The field of a signature's remark.
pub const OPINION: &str = "opinion";
/// The field of the paper that comes with a signature.
pub const EVIDENCE: &str = "evidence";

/// The term's key of a step.
#[must_use]
pub fn term_key(chain: &str, step: &str) -> String {
    format!("approval:{chain}:{step}")
}

/// The chain that must sign a move: its own, or that of a pause which needs a second person.
pub(super) fn chain_for(b: &Bench<'_>, p: &Procedure, def: &MoveDef, mv: &Move) -> Result<Option<String>, Refusal> {
    if let Some(x) = &def.pauses {
        let own = own(b, p, def, mv);
        let env = Env { facts: b.facts, form: &mv.form, own: &own };
        let m = Moment { law: b.law, at: mv.occurred_at, now: b.now, cause: &def.title, env };
        if terms::pause_asked(b.graph, p, x, &mv.form, &m, &mut Facts::new())?.second {
            return Ok(Some(x.second.clone()));
        }
    }
    Ok(def.approval.clone())
}

/// Puts a move before those who must sign it.
pub(super) fn request(
    b: &Bench<'_>,
    p: &Procedure,
    def: &MoveDef,
    mv: &Move,
    chain: Option<String>,
    too_far: bool,
    ids: &mut Ids,
) -> Result<Step, Refusal> {
    let account = mv.actor.account.ok_or_else(|| refuse("needs_person", &[("move", &def.title)]))?;
    if p.approval.is_some() {
        return Err(refuse("approval_pending", &[("move", &def.title)]));
    }
    let mut used = Facts::new();
    // What the move would come to today is tried, so that no one signs what cannot be made.
    let trial = make(b, p, def, mv, &mut Ids::seeded(b"trial"))?;
    used.extend(trial.facts_used);
    let chain = chain.unwrap_or_else(|| BACKDATING.to_owned());
    let route = match mv.form.get(ROUTE) {
        Some(Value::Text(r)) => Some(r.as_str()),
        _ => None,
    };
    let mut steps = b.graph.chain(&chain).map(|c| c.route(route)).unwrap_or_default();
    let by_signature = b.graph.chain(&chain).is_some_and(|c| c.dated_by_signature);
    if too_far && !by_signature && chain != BACKDATING {
        steps.insert(0, SUPERVISOR.to_owned());
    }
    let mut step = still(p, &def.name, "requested", mv.occurred_at);
    let pending = Approval {
        steps,
        chain,
        step: 0,
        name: def.name.clone(),
        form: mv.form.clone(),
        occurred_at: mv.occurred_at,
        requested_by: account,
        requested_at: b.now,
        signed: Vec::new(),
    };
    step.after.approval = Some(pending.clone());
    arm_step(b, &mut step.after, ids)?;
    if let Some(role) = b.graph.signer(&step.after) {
        step.notices.push(NoticeOrder { audience: role, template: "approval_requested".to_owned() });
    }
    (step.plain, step.sealed) = super::form::split(&def.form, &mv.form);
    step.facts_used = used;
    step.basis.clone_from(&def.basis);
    step.request = Some(pending);
    Ok(step)
}

fn arm_step(b: &Bench<'_>, after: &mut Procedure, ids: &mut Ids) -> Result<(), Refusal> {
    let Some(a) = &after.approval else { return Ok(()) };
    let Some(key) = a.steps.get(a.step) else { return Ok(()) };
    let Some(def) = b.graph.step_of(&a.chain, key) else { return Err(refuse("unknown_step", &[("step", key)])) };
    let t = terms::begin(b.graph, b.law, &def.rule, &term_key(&a.chain, key), b.now, &def.title, b.now, ids)?;
    after.terms.push(t);
    Ok(())
}

/// Ends whatever term of a signature runs.
pub(super) fn end_terms(law: &Law, after: &mut Procedure, status: TermStatus, at: At, now: At) {
    for t in after.terms.iter_mut().filter(|t| t.status == TermStatus::Live && t.key.starts_with("approval:")) {
        // A signature's term starts when the request is recorded; a paper signed before that met it at once.
        let at = at.max(t.term.start);
        terms::end(law, t, status, at, now);
    }
}

/// The request, and whether this actor may sign it.
fn signable<'p>(b: &Bench<'_>, p: &'p Procedure, mv: &Move) -> Result<(&'p Approval, Signature), Refusal> {
    let a = p.approval.as_ref().ok_or_else(|| refuse("no_request", &[]))?;
    let by = mv.actor.account.ok_or_else(|| refuse("needs_person", &[("move", "")]))?;
    let role = b.graph.signer(p).ok_or_else(|| refuse("unknown_step", &[("step", "")]))?;
    if !roles(p, &mv.actor).contains(&role) {
        return Err(refuse("not_your_signature", &[("step", &step_title(b.graph, a))]));
    }
    if by == a.requested_by {
        return Err(refuse("own_request", &[]));
    }
    if a.signed.iter().any(|s| s.by == by) {
        return Err(refuse("signed_already", &[]));
    }
    if mv.occurred_at > b.now {
        return Err(refuse("in_future", &[]));
    }
    let earliest = a.signed.last().map_or(a.occurred_at, |s| s.occurred_at);
    if mv.occurred_at < earliest {
        return Err(refuse("signed_before_request", &[("since", &earliest.list_text())]));
    }
    let step = a.steps.get(a.step).cloned().unwrap_or_default();
    Ok((a, Signature { step, by, at: b.now, occurred_at: mv.occurred_at, agreed: true }))
}

fn step_title(graph: &Graph, a: &Approval) -> String {
    a.steps.get(a.step).and_then(|k| graph.step_of(&a.chain, k)).map(|s| s.title.clone()).unwrap_or_default()
}

fn opinion(mv: &Move, step: &mut Step) {
    for (k, v) in &mv.form {
        match v {
            Value::Text(t) if k == OPINION => {
                step.sealed.insert(OPINION.to_owned(), t.clone());
            }
            v if k == EVIDENCE => {
                step.plain.insert("approval_evidence".to_owned(), v.clone());
            }
            _ => {}
        }
    }
}

/// One signature; the last one makes the move.
pub(super) fn sign(b: &Bench<'_>, p: &Procedure, mv: &Move, ids: &mut Ids) -> Result<Step, Refusal> {
    let (a, signature) = signable(b, p, mv)?;
    if b.graph.step_of(&a.chain, &signature.step).is_some_and(|s| s.evidence) && !mv.form.contains_key(EVIDENCE) {
        return Err(refuse("signature_needs_evidence", &[("step", &step_title(b.graph, a))]));
    }
    let mut a = a.clone();
    a.signed.push(signature.clone());
    a.step += 1;
    // A signature dated back too far is believed only when a supervisor signs after it.
    let lag = lag(b, mv.occurred_at);
    let too_far = lag > terms::number(b.law, "engine.backdate_limit", b.now)?;
    if too_far && !a.steps.iter().any(|s| s == SUPERVISOR) {
        a.steps.push(SUPERVISOR.to_owned());
    }
    let late = lag > terms::number(b.law, "engine.late_entry", b.now)?;
    if a.step < a.steps.len() {
        let mut step = still(p, &a.name, "signed", mv.occurred_at);
        end_terms(b.law, &mut step.after, TermStatus::Met, mv.occurred_at, b.now);
        step.after.approval = Some(a.clone());
        arm_step(b, &mut step.after, ids)?;
        if let Some(role) = b.graph.signer(&step.after) {
            step.notices.push(NoticeOrder { audience: role, template: "approval_requested".to_owned() });
        }
        step.plain.insert("step".to_owned(), Value::Text(signature.step));
        opinion(mv, &mut step);
        step.late_entered = late;
        step.request = Some(a);
        return Ok(step);
    }
    let def = b.graph.find(&a.name).ok_or_else(|| refuse("unknown_move", &[("move", &a.name)]))?;
    let by_signature = b.graph.chain(&a.chain).is_some_and(|c| c.dated_by_signature);
    let last = a.signed.iter().rev().find(|s| s.step != SUPERVISOR);
    let occurred_at = if by_signature { last.map_or(mv.occurred_at, |s| s.occurred_at) } else { a.occurred_at };
    let mut before = p.clone();
    end_terms(b.law, &mut before, TermStatus::Met, mv.occurred_at, b.now);
    before.approval = None;
    let actor = Acting { account: Some(a.requested_by), roles: def.who.clone() };
    let made = Move { name: def.name.clone(), actor, occurred_at, form: a.form.clone(), term: None };
    dated(b, &before, &made)?;
    windows(b, &before, def, occurred_at)?;
    let mut step = make(b, &before, def, &made, ids)?;
    step.notices.push(NoticeOrder { audience: "requester".to_owned(), template: "approval_granted".to_owned() });
    step.plain.insert("approved_by".to_owned(), Value::Id(signature.by.uuid()));
    step.plain.insert("step".to_owned(), Value::Text(signature.step));
    opinion(mv, &mut step);
    step.late_entered = late;
    step.request = Some(a);
    Ok(step)
}

/// Back to whoever asked, with the reason.
pub(super) fn send_back(b: &Bench<'_>, p: &Procedure, mv: &Move) -> Result<Step, Refusal> {
    let (a, signature) = signable(b, p, mv)?;
    if !matches!(mv.form.get(OPINION), Some(Value::Text(t)) if !t.trim().is_empty()) {
        return Err(refuse("reason_needed", &[]));
    }
    let mut a = a.clone();
    a.signed.push(Signature { agreed: false, ..signature.clone() });
    let mut step = still(p, &a.name, "sent_back", mv.occurred_at);
    step.after.approval = None;
    end_terms(b.law, &mut step.after, TermStatus::Met, mv.occurred_at, b.now);
    step.notices.push(NoticeOrder { audience: "requester".to_owned(), template: "approval_sent_back".to_owned() });
    step.plain.insert("step".to_owned(), Value::Text(signature.step));
    opinion(mv, &mut step);
    step.request = Some(a);
    Ok(step)
}

/// Whoever asked takes it back.
pub(super) fn withdraw(b: &Bench<'_>, p: &Procedure, mv: &Move) -> Result<Step, Refusal> {
    let a = p.approval.as_ref().ok_or_else(|| refuse("no_request", &[]))?;
    if mv.actor.account != Some(a.requested_by) {
        return Err(refuse("not_your_request", &[]));
    }
    let mut step = still(p, &a.name, "withdrawn", b.now);
    step.after.approval = None;
    end_terms(b.law, &mut step.after, TermStatus::Cancelled, b.now, b.now);
    opinion(mv, &mut step);
    step.request = Some(a.clone());
    Ok(step)
}
