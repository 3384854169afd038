//! One move, purely: what it would come to, or why not.
//!
//! Owns the engine's rules: who may move where, what paper dates are believed, which guards hold, what happens to the
//! terms, who is told. Signatures are [`super::approval`]'s, time is `super::time`'s. Changes nothing: the answer is a
//! [`Step`] that `app` carries out in one transaction.

use super::approval;
use super::form;
use super::graph::{EffectDef, Graph, MoveDef, START};
use super::guard::{Env, Expr, Fault};
use super::terms::{self, Moment, fault, refuse};
use super::time;
use super::value::*;
use crate::base::At;
use crate::base::error::Refusal;
use crate::base::id::Ids;
use crate::law::Law;
use crate::law::term::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// What begins a procedure.
#[derive(Debug, Clone)]
pub struct StartInput {
    /// Who begins it.
    pub actor: Acting,
    /// When it happened on paper.
    pub occurred_at: At,
    /// The form of the definition's `start`.
    pub form: Form,
}

/// Everything a move is judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bench<'a> {
    /// The definition.
    pub graph: &'a Graph,
    /// The law in force.
    pub law: &'a Law,
    /// The facts loaded.
    pub facts: &'a Facts,
    /// When it is recorded.
    pub now: At,
}

/// Begins a procedure.
///
/// # Errors
/// As [`step`].
pub fn start(graph: &Graph, law: &Law, input: &StartInput, facts: &Facts, now: At, ids: &mut Ids) -> Result<Step, Refusal> {
    let b = Bench { graph, law, facts, now };
    let p = Procedure {
        id: ids.id(now),
        kind: graph.key.clone(),
        version: graph.version,
        state: String::new(),
        started_at: input.occurred_at,
        entered_at: input.occurred_at,
        ended: false,
        assignee: None,
        terms: Vec::new(),
        approval: None,
    };
    let mv =
        Move { name: START.to_owned(), actor: input.actor.clone(), occurred_at: input.occurred_at, form: input.form.clone(), term: None };
    may(&b, &p, &graph.start, &mv)?;
    let late = dated(&b, &p, &mv)?.late;
    let mut step = make(&b, &p, &graph.start, &mv, ids)?;
    step.event = "started";
    step.late_entered = late;
    Ok(step)
}

/// Makes a move.
///
/// # Errors
/// A refusal with a stable code and a sentence that says what is missing.
pub fn step(graph: &Graph, law: &Law, p: &Procedure, mv: &Move, facts: &Facts, now: At, ids: &mut Ids) -> Result<Step, Refusal> {
    let b = Bench { graph, law, facts, now };
    match mv.name.as_str() {
        builtin::APPROVE => return approval::sign(&b, p, mv, ids),
        builtin::REJECT => return approval::send_back(&b, p, mv),
        builtin::WITHDRAW => return approval::withdraw(&b, p, mv),
        builtin::RUNG => return time::rung(&b, p, mv, ids),
        builtin::RESUME => return time::resume(&b, p, mv),
        START => return Err(refuse("unknown_move", &[("move", START)])),
        _ => {}
    }
    let def = graph.find(&mv.name).ok_or_else(|| refuse("unknown_move", &[("move", &mv.name)]))?;
    may(&b, p, def, mv)?;
    let system = is_system(&mv.actor);
    let mut mv = mv.clone();
    if system {
        mv.occurred_at = mv.occurred_at.max(p.entered_at).min(now);
    }
    let dated = dated(&b, p, &mv)?;
    let chain = approval::chain_for(&b, p, def, &mv)?;
    if !system && (chain.is_some() || dated.too_far) {
        let mut step = approval::request(&b, p, def, &mv, chain, dated.too_far, ids)?;
        step.late_entered = dated.late;
        return Ok(step);
    }
    let mut step = make(&b, p, def, &mv, ids)?;
    step.late_entered = dated.late && !system;
    Ok(step)
}

/// Whether a told move would be taken in this state: signals that find their receiver elsewhere are dropped by `app`.
#[must_use]
pub fn accepts(graph: &Graph, p: &Procedure, name: &str) -> bool {
    graph.find(name).is_some_and(|m| m.from.contains(&p.state) && (!p.ended || m.reopens))
}

/// Whether a signal with a condition is taken by a procedure whose facts these are.
///
/// # Errors
/// A fact it looks at without asking is missing.
pub fn taken(test: &Expr, facts: &Facts) -> Result<bool, Refusal> {
    let nothing = Facts::new();
    holds(Some(test), &Env { facts, form: &nothing, own: &nothing }, &mut Facts::new())
}

/// Whether the program itself acts.
#[must_use]
pub fn is_system(actor: &Acting) -> bool {
    actor.account.is_none() && actor.roles.contains("system")
}

/// The roles of the actor towards this procedure, those the engine knows itself included.
#[must_use]
pub fn roles(p: &Procedure, actor: &Acting) -> BTreeSet<String> {
    let mut roles = actor.roles.clone();
    if actor.account.is_some() && actor.account == p.assignee {
        roles.insert("assignee".to_owned());
    }
    if actor.account.is_some() && p.approval.as_ref().map(|a| a.requested_by) == actor.account {
        roles.insert("requester".to_owned());
    }
    roles
}

/// State, role and pending request: what does not depend on the form.
pub(super) fn may(b: &Bench<'_>, p: &Procedure, def: &MoveDef, mv: &Move) -> Result<(), Refusal> {
    let starting = def.name == START;
    if p.ended && !def.reopens {
        return Err(refuse("procedure_ended", &[("state", &title(b.graph, &p.state))]));
    }
    if !starting && !def.from.contains(&p.state) {
        return Err(refuse("not_in_state", &[("move", &def.title), ("state", &title(b.graph, &p.state))]));
    }
    let system = is_system(&mv.actor);
    if def.told && !system {
        return Err(refuse("told_only", &[("move", &def.title)]));
    }
    let by_itself = def.told || (system && starting);
    if !by_itself && roles(p, &mv.actor).is_disjoint(&def.who) {
        return Err(refuse("not_your_role", &[("move", &def.title)]));
    }
    let heavy = def.goes() || def.approval.is_some() || def.extends.is_some() || def.pauses.is_some();
    if p.approval.is_some() && heavy && !def.overrides_approval && !system {
        return Err(refuse("approval_pending", &[("move", &def.title)]));
    }
    windows(b, p, def, mv.occurred_at)
}

/// Windows that must be open and gates that must have passed; one that was never armed does not bind.
pub(super) fn windows(b: &Bench<'_>, p: &Procedure, def: &MoveDef, at: At) -> Result<(), Refusal> {
    for key in &def.within {
        if let Some(t) = p.terms.iter().rev().find(|t| t.key == *key)
            && (t.status != TermStatus::Live || terms::passed(b.law, &t.term, at, b.now))
        {
            return Err(refuse("window_closed", &[("term", &b.graph.term_title(key)), ("article", &t.term.article)]));
        }
    }
    for key in &def.after {
        if let Some(t) = terms::live(p, key)
            && t.term.kind == Kind::Gate
            && !terms::passed(b.law, &t.term, at, b.now)
        {
            let due = terms::due_day(&t.term.due(&b.law.calendar, b.now)).to_string();
            return Err(refuse("too_early", &[("term", &b.graph.term_title(key)), ("due", &due)]));
        }
    }
    Ok(())
}

pub(super) fn title(graph: &Graph, state: &str) -> String {
    graph.state(state).map_or_else(|| state.to_owned(), |s| s.title.clone())
}

/// What a paper date comes to.
pub(super) struct Dated {
    /// Recorded later than the law of the house allows without remark.
    pub late: bool,
    /// Recorded so late that a supervisor must sign.
    pub too_far: bool,
}

/// Believes a paper date: not in the future, not before the procedure came into its state.
pub(super) fn dated(b: &Bench<'_>, p: &Procedure, mv: &Move) -> Result<Dated, Refusal> {
    if mv.occurred_at > b.now {
        return Err(refuse("in_future", &[]));
    }
    if mv.occurred_at < p.entered_at {
        return Err(refuse("before_state", &[("since", &p.entered_at.list_text())]));
    }
    let lag = lag(b, mv.occurred_at);
    Ok(Dated {
        late: lag > terms::number(b.law, "engine.late_entry", b.now)?,
        too_far: lag > terms::number(b.law, "engine.backdate_limit", b.now)?,
    })
}

/// Working days between paper and record.
pub(super) fn lag(b: &Bench<'_>, at: At) -> i64 {
    b.law.calendar.working_days(at.day(), b.now.day())
}

/// What every move knows of itself and its procedure.
pub(super) fn own(b: &Bench<'_>, p: &Procedure, def: &MoveDef, mv: &Move) -> Facts {
    let now = b.now;
    let mut own = Facts::from([
        ("move.occurred_at".to_owned(), Value::At(mv.occurred_at)),
        ("move.occurred_on".to_owned(), Value::Day(mv.occurred_at.day())),
        ("move.now".to_owned(), Value::At(now)),
        ("move.today".to_owned(), Value::Day(now.day())),
        ("procedure.started_at".to_owned(), Value::At(p.started_at)),
        ("procedure.entered_at".to_owned(), Value::At(p.entered_at)),
        ("procedure.state".to_owned(), Value::Text(p.state.clone())),
    ]);
    for key in &def.numbers {
        if let Some(n) = b.law.rules.number(key, now.day()) {
            own.insert(format!("rule.{key}"), Value::Int(n));
        }
    }
    if let Some(a) = mv.actor.account {
        own.insert("move.actor".to_owned(), Value::Id(a.uuid()));
    }
    if let Some(a) = p.assignee {
        own.insert("procedure.assignee".to_owned(), Value::Id(a.uuid()));
    }
    own
}

/// Every guard, and the form's completeness; all that fails is said at once.
pub(super) fn judge(def: &MoveDef, env: &Env<'_>, used: &mut Facts) -> Result<(), Refusal> {
    let missing = form::missing(def, env, used);
    if !missing.is_empty() {
        let names: Vec<&str> = missing.iter().map(|f| f.title.as_str()).collect();
        let mut r = refuse("form_incomplete", &[("fields", &names.join("、"))]);
        r.fields = missing.into_iter().map(form::required).collect();
        return Err(r);
    }
    let mut code = String::new();
    let mut says: Vec<String> = Vec::new();
    for g in &def.guards {
        match g.test.truth(env, used) {
            Ok(true) => {}
            Ok(false) => {
                if code.is_empty() {
                    code.clone_from(&g.code);
                }
                says.push(if g.article.is_empty() { g.say.clone() } else { format!("{}（{}）", g.say, g.article) });
            }
            Err(f) => return Err(fault(f)),
        }
    }
    if code.is_empty() { Ok(()) } else { Err(Refusal::new(code, says.join(" "))) }
}

fn holds(test: Option<&Expr>, env: &Env<'_>, used: &mut Facts) -> Result<bool, Refusal> {
    test.map_or(Ok(true), |e| e.truth(env, used)).map_err(fault)
}

fn effect(e: &EffectDef, env: &Env<'_>, used: &mut Facts) -> Result<Option<Effect>, Refusal> {
    if !holds(e.test.as_ref(), env, used)? {
        return Ok(None);
    }
    let mut args = BTreeMap::new();
    for (name, expr, needed) in &e.args {
        match expr.eval(env, used) {
            Ok(v) => {
                args.insert((*name).to_owned(), v);
            }
            Err(Fault::Missing(n)) if !needed && n.starts_with("form.") => {}
            Err(f) => return Err(fault(f)),
        }
    }
    Ok(Some(Effect { kind: e.kind, args }))
}

/// Makes a move that nothing stands in the way of any more but its guards.
pub(super) fn make(b: &Bench<'_>, p: &Procedure, def: &MoveDef, mv: &Move, ids: &mut Ids) -> Result<Step, Refusal> {
    let mut used = Facts::new();
    let own = own(b, p, def, mv);
    let env = Env { facts: b.facts, form: &mv.form, own: &own };
    judge(def, &env, &mut used)?;
    let m = Moment { law: b.law, at: mv.occurred_at, now: b.now, cause: &def.title, env };
    let mut after = p.clone();
    let mut notices = Vec::new();

    let mut effects = Vec::new();
    for e in &def.effects {
        if let Some(e) = effect(e, &env, &mut used)? {
            match (e.kind, e.args.get("account")) {
                (EffectKind::Assign, Some(Value::Id(a))) => after.assignee = Some((*a).into()),
                (EffectKind::Unassign, _) => after.assignee = None,
                _ => {}
            }
            effects.push(e);
        }
    }

    if let Some(x) = &def.extends {
        terms::extend(b.graph, &mut after, x, &m, &mut used)?;
    }
    if let Some(x) = &def.pauses {
        let asked = terms::pause_asked(b.graph, &after, x, &mv.form, &m, &mut used)?;
        terms::pause(b.graph, &mut after, &asked, &m)?;
    }
    if let Some(sel) = &def.resumes {
        terms::resume(b.graph, &mut after, terms::select(sel, &mv.form)?, mv.occurred_at)?;
    }

    let leaves = def.goes().then_some(p.state.as_str());
    for t in &mut after.terms {
        if t.status != TermStatus::Live {
            continue;
        }
        let d = b.graph.term(&t.key);
        let left = |set: &BTreeSet<String>| leaves.is_some_and(|s| set.contains(s));
        if def.meets.contains(&t.key) || d.is_some_and(|d| d.met_by.contains(&def.name) || left(&d.met_on_leaving)) {
            terms::end(b.law, t, TermStatus::Met, mv.occurred_at, b.now);
        } else if def.cancels.contains(&t.key) || d.is_some_and(|d| d.cancelled_by.contains(&def.name) || left(&d.cancelled_on_leaving)) {
            terms::end(b.law, t, TermStatus::Cancelled, mv.occurred_at, b.now);
        }
    }

    let mut arms = Vec::new();
    if let Some(to) = &def.to {
        let state = b.graph.state(to).ok_or_else(|| refuse("not_in_state", &[("move", &def.title), ("state", to)]))?;
        after.state.clone_from(to);
        after.entered_at = mv.occurred_at;
        after.ended = state.terminal;
        if after.approval.take().is_some() {
            approval::end_terms(b.law, &mut after, TermStatus::Cancelled, mv.occurred_at, b.now);
            notices.push(NoticeOrder { audience: "requester".to_owned(), template: "approval_dropped".to_owned() });
        }
        if state.terminal {
            for t in after.terms.iter_mut().filter(|t| t.status == TermStatus::Live) {
                terms::end(b.law, t, TermStatus::Cancelled, mv.occurred_at, b.now);
            }
        }
        arms.extend(&state.arms);
    }
    arms.extend(&def.arms);
    for a in arms {
        terms::arm(b.graph, &mut after, a, &m, &mut used, ids)?;
    }
    if !terms::has_live_duty(&after) {
        return Err(refuse("no_duty_left", &[("move", &def.title)]));
    }

    let mut signals = Vec::new();
    for s in &def.signals {
        if holds(s.test.as_ref(), &env, &mut used)? {
            let mut values = Form::new();
            for (k, e) in &s.form {
                match e.eval(&env, &mut used) {
                    Ok(v) => {
                        values.insert(k.clone(), v);
                    }
                    Err(Fault::Missing(n)) if n.starts_with("form.") => {}
                    Err(f) => return Err(fault(f)),
                }
            }
            signals.push(Signal { to: s.to.clone(), name: s.name.clone(), form: values, taken: s.taken.clone() });
        }
    }
    for n in &def.notices {
        if holds(n.test.as_ref(), &env, &mut used)? {
            notices.push(NoticeOrder { audience: n.to.clone(), template: n.template.clone() });
        }
    }
    let (plain, sealed) = form::split(&def.form, &mv.form);
    Ok(Step {
        name: def.name.clone(),
        event: "moved",
        from: p.state.clone(),
        after,
        effects,
        signals,
        notices,
        plain,
        sealed,
        facts_used: used,
        occurred_at: mv.occurred_at,
        late_entered: false,
        visible: true,
        basis: def.basis.clone(),
        request: None,
    })
}

/// A step that changes nothing but what its caller then sets.
pub(super) fn still(p: &Procedure, name: &str, event: &'static str, at: At) -> Step {
    Step {
        name: name.to_owned(),
        event,
        from: p.state.clone(),
        after: p.clone(),
        effects: Vec::new(),
        signals: Vec::new(),
        notices: Vec::new(),
        plain: Form::new(),
        sealed: BTreeMap::new(),
        facts_used: Facts::new(),
        occurred_at: at,
        late_entered: false,
        visible: true,
        basis: String::new(),
        request: None,
    }
}
