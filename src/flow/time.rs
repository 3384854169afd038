//! Time as an actor: the rungs of a ladder and the end of a pause.
//!
//! Owns what a rung comes to. When it fires is the alarm's business; one that fires twice is refused the second time.

use super::graph::Action;
use super::step::{Bench, make, still};
use super::terms::{self, refuse};
use super::value::*;
use crate::base::error::Refusal;
use crate::base::id::Ids;
use crate::law::term::Kind;

/// The next rung, and with it every later one that is past already: each fires once; of several reminders that are past
/// only the last is sent.
pub(super) fn rung(b: &Bench<'_>, p: &Procedure, mv: &Move, ids: &mut Ids) -> Result<Step, Refusal> {
    only_time(mv)?;
    let at = p.terms.iter().position(|t| Some(t.id) == mv.term && t.status == TermStatus::Live);
    let Some((at, t)) = at.and_then(|i| Some((i, p.terms.get(i)?))) else { return Err(refuse("alarm_stale", &[])) };
    if p.ended || terms::paused(&t.term) {
        return Err(refuse("alarm_stale", &[]));
    }
    let rungs = b.graph.rungs(&t.key);
    let from = t.next_rung;
    let past = rungs.iter().skip(from).take_while(|r| terms::rung_at(b.law, &t.term, r, b.now) <= b.now).count();
    let fired = rungs.get(from..from + past).unwrap_or_default();
    let Some(last) = fired.last() else {
        return Err(refuse(if from < rungs.len() { "alarm_not_due" } else { "alarm_stale" }, &[]));
    };
    let due = t.term.due(&b.law.calendar, b.now);
    let over = b.now >= due.passes_at;
    let mut before = p.clone();
    let mut closed = false;
    if let Some(t) = before.terms.get_mut(at) {
        t.next_rung = from + past;
        if over && t.term.kind == Kind::Duty {
            t.missed = true;
        } else if over {
            t.status = TermStatus::Closed;
            t.ended_at = Some(due.passes_at);
            closed = true;
        }
    }
    let mut notices = Vec::new();
    for (i, r) in fired.iter().enumerate() {
        if r.action == Action::Remind && i + 1 < fired.len() {
            continue;
        }
        notices.extend(r.to.iter().map(|to| NoticeOrder { audience: to.clone(), template: r.notice.clone() }));
    }
    let made = fired.iter().rev().find_map(|r| match &r.action {
        Action::Move(m) => b.graph.find(m).filter(|d| d.from.contains(&p.state)),
        _ => None,
    });
    let mut step = match made {
        Some(def) => {
            let when = due.passes_at.max(p.entered_at).min(b.now);
            let actor = Acting { account: None, roles: ["system".to_owned()].into() };
            let mv = Move { name: def.name.clone(), actor, occurred_at: when, form: Form::new(), term: mv.term };
            make(b, &before, def, &mv, ids)?
        }
        None => {
            let mut s = still(p, builtin::RUNG, "rung", b.now);
            s.after = before;
            s.visible = closed;
            s
        }
    };
    step.notices.extend(notices);
    step.plain.insert("term".to_owned(), Value::Text(t.key.clone()));
    step.plain.insert("rung".to_owned(), Value::Text(last.action.name().to_owned()));
    step.plain.insert("due".to_owned(), Value::Day(terms::due_day(&due)));
    Ok(step)
}

/// The longest a pause may last is over: the clock goes on.
pub(super) fn resume(b: &Bench<'_>, p: &Procedure, mv: &Move) -> Result<Step, Refusal> {
    only_time(mv)?;
    let mut after = p.clone();
    let t = after.terms.iter_mut().find(|t| Some(t.id) == mv.term && t.status == TermStatus::Live);
    let Some(t) = t else { return Err(refuse("alarm_stale", &[])) };
    let Some(open) = t.term.pauses.iter_mut().find(|p| p.until.is_none()) else { return Err(refuse("alarm_stale", &[])) };
    if open.resume_by > b.now {
        return Err(refuse("alarm_not_due", &[]));
    }
    open.until = Some(open.resume_by);
    let when = open.resume_by;
    let key = t.key.clone();
    let mut step = still(p, builtin::RESUME, "resumed", when);
    if let Some(owner) = b.graph.term_owner(&key) {
        step.notices.push(NoticeOrder { audience: owner.to_owned(), template: "term_resumed".to_owned() });
    }
    step.plain.insert("term".to_owned(), Value::Text(key));
    step.after = after;
    Ok(step)
}

fn only_time(mv: &Move) -> Result<(), Refusal> {
    if super::step::is_system(&mv.actor) { Ok(()) } else { Err(refuse("told_only", &[("move", "")])) }
}
