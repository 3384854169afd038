//! What an actor may do now: the one source of buttons, forms and the API's list of moves.
//!
//! Owns nothing of its own: it asks the same questions as [`super::step`], as far as they do not depend on the form.

use super::approval;
use super::form::{self, FieldView};
use super::graph::{Graph, MoveDef, Tone};
use super::guard::{Env, Fault};
use super::step::{Bench, is_system, may, own, roles, title};
use super::terms::{self, fault, refuse};
use super::value::{Acting, Facts, Form, Move, Procedure, TermStatus, builtin};
use crate::base::At;
use crate::base::error::Refusal;
use crate::law::Law;
use serde::Serialize;

/// A move as offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// The move.
    pub name: String,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub en: String,
    /// Its weight.
    pub tone: Tone,
    /// The state it leads to; the present one when it stays.
    pub to: String,
    /// That state's title.
    pub to_title: String,
    /// The article it stands on.
    pub basis: String,
    /// Made for a person outside the office.
    pub on_behalf: bool,
    /// The titles of the signatures it needs first.
    pub signatures: Vec<String>,
    /// Its form.
    pub form: Vec<FieldView>,
    /// Whether it can be made now, as far as the form does not decide.
    pub allowed: bool,
    /// Why not.
    pub refusal: Option<Refusal>,
}

/// The moves this actor may see in this state, the built-in ones for a pending request included. Facts: the groups of
/// [`Graph::offer_needs`].
#[must_use]
pub fn offer(graph: &Graph, law: &Law, p: &Procedure, actor: &Acting, facts: &Facts, now: At) -> Vec<Offer> {
    let b = Bench { graph, law, facts, now };
    let mine = roles(p, actor);
    let mut out = requests(&b, p, actor);
    for def in &graph.moves {
        if def.told || !def.from.contains(&p.state) || (p.ended && !def.reopens) || mine.is_disjoint(&def.who) {
            continue;
        }
        let mv = Move { name: def.name.clone(), actor: actor.clone(), occurred_at: now, form: Form::new(), term: None };
        let refusal = may(&b, p, def, &mv).and_then(|()| standing(&b, p, def, &mv)).err();
        let signatures = def.approval.as_deref().and_then(|c| graph.chain(c)).map(|c| c.steps.iter().map(|s| s.title.clone()).collect());
        let to = def.to.clone().unwrap_or_else(|| p.state.clone());
        out.push(Offer {
            name: def.name.clone(),
            title: def.title.clone(),
            en: def.en.clone(),
            tone: def.tone,
            to_title: title(graph, &to),
            to,
            basis: def.basis.clone(),
            on_behalf: def.on_behalf,
            signatures: signatures.unwrap_or_default(),
            form: form::view(&def.form),
            allowed: refusal.is_none(),
            refusal,
        });
    }
    out
}

/// Guards and terms that do not wait for the form.
fn standing(b: &Bench<'_>, p: &Procedure, def: &MoveDef, mv: &Move) -> Result<(), Refusal> {
    let own = own(b, p, def, mv);
    let env = Env { facts: b.facts, form: &mv.form, own: &own };
    let mut used = Facts::new();
    for g in def.guards.iter().filter(|g| !g.test.uses_form()) {
        match g.test.truth(&env, &mut used) {
            Ok(true) => {}
            Ok(false) => {
                let say = if g.article.is_empty() { g.say.clone() } else { format!("{}（{}）", g.say, g.article) };
                return Err(Refusal::new(g.code.clone(), say));
            }
            Err(Fault::Missing(n)) if n.starts_with("form.") => {}
            Err(f) => return Err(fault(f)),
        }
    }
    if let Some(x) = &def.extends {
        let name = b.graph.term_title(&x.term);
        let t = terms::live(p, &x.term).ok_or_else(|| refuse("term_not_running", &[("term", &name)]))?;
        if t.missed || terms::passed(b.law, &t.term, b.now, b.now) {
            return Err(refuse("term_expired", &[("term", &name)]));
        }
        let done = t.term.extensions.iter().filter(|e| e.rule == x.rule).count();
        if done >= usize::try_from(x.times).unwrap_or(usize::MAX) {
            return Err(refuse("extended_already", &[("term", &name), ("article", &t.term.article)]));
        }
    }
    let running = |t: &super::value::TermState| t.status == TermStatus::Live && !t.key.starts_with("approval:");
    if def.resumes.is_some() && !p.terms.iter().any(|t| running(t) && terms::paused(&t.term)) {
        return Err(refuse("nothing_paused", &[]));
    }
    Ok(())
}

fn requests(b: &Bench<'_>, p: &Procedure, actor: &Acting) -> Vec<Offer> {
    let Some(a) = &p.approval else { return Vec::new() };
    if is_system(actor) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let waiting = b.graph.find(&a.name);
    let mut push = |name: &str, code: &str, tone: Tone, refusal: Option<Refusal>| {
        let fields = form::fields(b.graph, name).unwrap_or_default();
        let moved = waiting.map_or(String::new(), |m| m.title.clone());
        out.push(Offer {
            name: name.to_owned(),
            title: crate::base::text::zh_with(code, &[("move", &moved)]),
            en: String::new(),
            tone,
            to: p.state.clone(),
            to_title: title(b.graph, &p.state),
            basis: waiting.map(|m| m.basis.clone()).unwrap_or_default(),
            on_behalf: false,
            signatures: Vec::new(),
            form: form::view(&fields),
            allowed: refusal.is_none(),
            refusal,
        });
    };
    let role = b.graph.signer(p);
    if role.is_some_and(|r| roles(p, actor).contains(&r)) {
        let own = actor.account == Some(a.requested_by);
        let again = a.signed.iter().any(|s| Some(s.by) == actor.account);
        let refusal = if own { Some(refuse("own_request", &[])) } else { again.then(|| refuse("signed_already", &[])) };
        push(builtin::APPROVE, "move.approve", Tone::Primary, refusal.clone());
        push(builtin::REJECT, "move.reject", Tone::Danger, refusal);
    }
    if actor.account == Some(a.requested_by) {
        push(builtin::WITHDRAW, "move.withdraw", Tone::Normal, None);
    }
    out
}

/// The term keys of the steps a request still waits for, for a page that shows the 审批表.
#[must_use]
pub fn waiting_steps(p: &Procedure) -> Vec<String> {
    p.approval.as_ref().map(|a| a.steps.iter().skip(a.step).map(|s| approval::term_key(&a.chain, s)).collect()).unwrap_or_default()
}
