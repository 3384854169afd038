//! What happens to the terms of a procedure: armed, met, cancelled, closed, extended, paused, resumed, and their alarms.
//!
//! Owns the marks and the ladder's place; the counting of days is `law`'s alone. Nothing here resets a clock: a running
//! term runs on through transfer, return and reassignment unless its definition restarts it, which an anchored term's
//! may not.

use super::graph::{Arm, ExtendDef, Graph, PauseDef, Rearm, RuleRef, RungDef, TermSel};
use super::guard::{Env, Fault};
use super::value::{Facts, Form, Procedure, TermState, TermStatus, Value};
use crate::base::error::Refusal;
use crate::base::id::{Ids, TermId};
use crate::base::{At, Day, text};
use crate::law::Law;
use crate::law::term::{Due, Effect, Extension, Kind, Offset, Pause, Term};

/// A refusal with its catalogue sentence `refused.<code>`.
#[must_use]
pub fn refuse(code: &str, args: &[(&str, &str)]) -> Refusal {
    Refusal::new(code, text::zh_with(&format!("refused.{code}"), args))
}

/// The refusal of an expression without a value.
#[must_use]
pub fn fault(f: Fault) -> Refusal {
    match f {
        Fault::Missing(name) => refuse("missing_fact", &[("name", &name)]),
        Fault::Overflow => refuse("overflow", &[]),
        Fault::Type(e) => refuse("fact_type", &[("name", &e)]),
    }
}

/// A rule number in force on the day of `at`.
///
/// # Errors
/// `rule_missing` when no rule of this key is in force.
pub fn number(law: &Law, key: &str, at: At) -> Result<i64, Refusal> {
    law.rules.number(key, at.day()).ok_or_else(|| refuse("rule_missing", &[("rule", key)]))
}

/// Whether a term is paused now.
#[must_use]
pub fn paused(t: &Term) -> bool {
    t.pauses.iter().any(|p| p.until.is_none())
}

/// The day a due date lies on, also when the term is counted in hours.
#[must_use]
pub fn due_day(due: &Due) -> Day {
    due.day.unwrap_or_else(|| due.passes_at.day())
}

/// Whether a live term's due date has passed at `at`.
#[must_use]
pub fn passed(law: &Law, t: &Term, at: At, now: At) -> bool {
    at >= t.due(&law.calendar, now).passes_at
}

/// The live term of a key.
#[must_use]
pub fn live<'p>(p: &'p Procedure, key: &str) -> Option<&'p TermState> {
    p.terms.iter().find(|t| t.key == key && t.status == TermStatus::Live)
}

/// Whether promise 1 holds: ended, or a duty is live.
#[must_use]
pub fn has_live_duty(p: &Procedure) -> bool {
    p.ended || p.terms.iter().any(|t| t.status == TermStatus::Live && t.term.kind == Kind::Duty)
}

/// Where terms are armed: the moment, its cause, and the values at hand.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The law in force.
    pub law: &'a Law,
    /// When it happened on paper.
    pub at: At,
    /// When it is recorded.
    pub now: At,
    /// What happened, in words.
    pub cause: &'a str,
    /// The values.
    pub env: Env<'a>,
}

/// Arms a term of the definition, unless its condition or its `rearm` says no.
///
/// # Errors
/// A fact or the rule is missing, or the rule is of another kind than the definition says.
pub fn arm(graph: &Graph, p: &mut Procedure, a: &Arm, m: &Moment<'_>, used: &mut Facts, ids: &mut Ids) -> Result<(), Refusal> {
    if let Some(test) = &a.test
        && !test.truth(&m.env, used).map_err(fault)?
    {
        return Ok(());
    }
    let Some(def) = graph.term(&a.term) else { return Ok(()) };
    let runs = live(p, &def.key).is_some();
    match def.rearm {
        Rearm::Once if p.terms.iter().any(|t| t.key == def.key) => return Ok(()),
        Rearm::Keep if runs => return Ok(()),
        _ => {}
    }
    let rule = match &def.rule {
        RuleRef::One(r) => Some(r),
        RuleRef::By { fact, map, other } => {
            let v = m.env.get(fact).ok_or_else(|| refuse("missing_fact", &[("name", fact)]))?;
            used.insert(fact.clone(), v.clone());
            match v {
                Value::Text(v) => map.get(v).or(other.as_ref()),
                _ => other.as_ref(),
            }
        }
    };
    let Some(rule) = rule else { return Ok(()) };
    let start = match (&a.from, &def.anchor) {
        (Some(e), _) => match e.eval(&m.env, used).map_err(fault)? {
            Value::Day(day) => day.start(),
            _ => return Err(refuse("fact_type", &[("name", &e.to_string())])),
        },
        (None, None) => m.at,
        (None, Some(e)) => match e.eval(&m.env, used).map_err(fault)? {
            Value::At(at) => at,
            _ => return Err(refuse("fact_type", &[("name", &e.to_string())])),
        },
    };
    if runs {
        for t in &mut p.terms {
            if t.key == def.key && t.status == TermStatus::Live {
                end(m.law, t, TermStatus::Cancelled, m.at, m.now);
            }
        }
    }
    let cause = if def.from.is_empty() { m.cause } else { &def.from };
    let t = begin(graph, m.law, rule, &def.key, start, cause, m.now, ids)?;
    if t.term.kind != def.kind {
        return Err(refuse("rule_kind", &[("rule", rule), ("term", &def.title)]));
    }
    p.terms.push(t);
    Ok(())
}

/// A fresh term of a rule. Reminders that would lie before its start are none.
///
/// # Errors
/// `rule_missing` when no rule of this key is in force at the start.
#[expect(clippy::too_many_arguments, reason = "a term is made of what it is made of")]
pub fn begin(
    graph: &Graph,
    law: &Law,
    rule: &str,
    key: &str,
    start: At,
    cause: &str,
    now: At,
    ids: &mut Ids,
) -> Result<TermState, Refusal> {
    let found = law.rules.term(rule, start.day()).ok_or_else(|| refuse("rule_missing", &[("rule", rule)]))?;
    let term = Term::begin(found, start, cause);
    let early = |r: &&RungDef| {
        matches!(r.at, Offset::Half | Offset::WorkingDaysBefore(_) | Offset::HoursBefore(_) | Offset::MinutesBefore(_))
            && rung_at(law, &term, r, now) <= start
    };
    let next_rung = graph.rungs(key).iter().take_while(early).count();
    Ok(TermState { id: ids.id(now), key: key.to_owned(), term, status: TermStatus::Live, ended_at: None, missed: false, next_rung })
}

/// Ends a term; a duty whose due date had passed keeps the mark for good.
pub fn end(law: &Law, t: &mut TermState, status: TermStatus, at: At, now: At) {
    for p in &mut t.term.pauses {
        if p.until.is_none() {
            p.until = Some(at.max(p.from));
        }
    }
    if t.term.kind == Kind::Duty && passed(law, &t.term, at, now) {
        t.missed = true;
    }
    t.status = status;
    t.ended_at = Some(at);
}

/// The key a selection comes to.
///
/// # Errors
/// `form_incomplete` when the form does not name a term.
pub fn select<'f>(sel: &'f TermSel, form: &'f Form) -> Result<&'f str, Refusal> {
    match sel {
        TermSel::Key(k) => Ok(k),
        TermSel::Field(f) => match form.get(f) {
            Some(Value::Text(k)) => Ok(k),
            _ => Err(refuse("form_incomplete", &[("fields", f)])),
        },
    }
}

fn running<'p>(graph: &Graph, p: &'p mut Procedure, key: &str) -> Result<&'p mut TermState, Refusal> {
    p.terms
        .iter_mut()
        .find(|t| t.key == key && t.status == TermStatus::Live)
        .ok_or_else(|| refuse("term_not_running", &[("term", &graph.term_title(key))]))
}

/// Adds to a term's budget: before expiry only, as often and as much as its rule allows.
///
/// # Errors
/// `term_not_running`, `term_expired`, `extended_already`, `extension_too_long`, `rule_missing`.
pub fn extend(graph: &Graph, p: &mut Procedure, x: &ExtendDef, m: &Moment<'_>, used: &mut Facts) -> Result<(), Refusal> {
    let title = graph.term_title(&x.term);
    let t = running(graph, p, &x.term)?;
    let rule = m.law.rules.term(&x.rule, t.term.start.day()).ok_or_else(|| refuse("rule_missing", &[("rule", &x.rule)]))?;
    let most = Term::begin(rule, m.at, "");
    if t.missed || passed(m.law, &t.term, m.at, m.now) {
        return Err(refuse("term_expired", &[("term", &title)]));
    }
    let before = t.term.extensions.iter().filter(|e| e.rule == x.rule).count();
    if before >= usize::try_from(x.times).unwrap_or(usize::MAX) {
        return Err(refuse("extended_already", &[("term", &title), ("article", &most.article)]));
    }
    let n = match &x.by {
        None => most.n,
        Some(e) => match e.eval(&m.env, used).map_err(fault)? {
            Value::Int(n) => u32::try_from(n).unwrap_or(0),
            _ => 0,
        },
    };
    if n == 0 || n > most.n || most.unit != t.term.unit {
        return Err(refuse("extension_too_long", &[("most", &most.n.to_string()), ("article", &most.article)]));
    }
    t.term.extensions.push(Extension { n, at: m.at, rule: x.rule.clone(), article: most.article });
    Ok(())
}

/// What a pause asks for, read from the form.
#[derive(Debug)]
pub struct PauseAsked {
    /// The term's key.
    pub key: String,
    /// The ground's code.
    pub ground: String,
    /// Its article; empty when it has none.
    pub article: String,
    /// For how many working days.
    pub days: i64,
    /// Whether a second person must sign.
    pub second: bool,
}

/// Judges a pause: a statutory duty needs an article, every pause a bound; a second person signs for statutory terms and
/// for service terms beyond `engine.pause_second_person` days.
///
/// # Errors
/// `term_not_running`, `term_expired`, `already_paused`, `pause_needs_article`, `pause_too_long`, `form_incomplete`.
pub fn pause_asked(
    graph: &Graph,
    p: &Procedure,
    x: &PauseDef,
    form: &Form,
    m: &Moment<'_>,
    used: &mut Facts,
) -> Result<PauseAsked, Refusal> {
    let key = select(&x.term, form)?.to_owned();
    let title = graph.term_title(&key);
    let t = live(p, &key).ok_or_else(|| refuse("term_not_running", &[("term", &title)]))?;
    if paused(&t.term) {
        return Err(refuse("already_paused", &[("term", &title)]));
    }
    if t.missed || passed(m.law, &t.term, m.at, m.now) {
        return Err(refuse("term_expired", &[("term", &title)]));
    }
    let Some(Value::Text(ground)) = form.get(&x.ground) else {
        return Err(refuse("form_incomplete", &[("fields", &x.ground)]));
    };
    let article = x.articles.get(ground).cloned().unwrap_or_default();
    let statutory = t.term.effect == Effect::Statutory;
    // an article that lets a ground stop one duty says nothing of another: the sixty days of 423 Art 17 have none
    if statutory && (article.is_empty() || !x.stops.get(ground).is_some_and(|s| s.contains(&key))) {
        return Err(refuse("pause_needs_article", &[("term", &title)]));
    }
    let Value::Int(days) = x.days.eval(&m.env, used).map_err(fault)? else {
        return Err(refuse("fact_type", &[("name", &x.days.to_string())]));
    };
    let most = number(m.law, &x.max, m.at)?;
    if days < 1 || days > most {
        return Err(refuse("pause_too_long", &[("most", &most.to_string())]));
    }
    let second = statutory || days > number(m.law, "engine.pause_second_person", m.at)?;
    Ok(PauseAsked { key, ground: ground.clone(), article, days, second })
}

/// Stops a term's clock; it goes on by itself after the days asked for.
///
/// # Errors
/// `term_not_running`.
pub fn pause(graph: &Graph, p: &mut Procedure, asked: &PauseAsked, m: &Moment<'_>) -> Result<(), Refusal> {
    let t = running(graph, p, &asked.key)?;
    t.term.pauses.push(Pause {
        from: m.at,
        until: None,
        resume_by: m.law.calendar.nth_after(m.at.day(), u64::try_from(asked.days).unwrap_or(0)).end(),
        ground: asked.ground.clone(),
        article: asked.article.clone(),
    });
    Ok(())
}

/// Sets a paused term going again.
///
/// # Errors
/// `term_not_running`, `not_paused`.
pub fn resume(graph: &Graph, p: &mut Procedure, key: &str, at: At) -> Result<(), Refusal> {
    let title = graph.term_title(key);
    let t = running(graph, p, key)?;
    let open = t.term.pauses.iter_mut().find(|p| p.until.is_none()).ok_or_else(|| refuse("not_paused", &[("term", &title)]))?;
    open.until = Some(at.max(open.from).min(open.resume_by));
    Ok(())
}

/// The instant of a rung of a term.
#[must_use]
pub fn rung_at(law: &Law, t: &Term, r: &RungDef, now: At) -> At {
    t.rung_at(r.at, &law.calendar, now)
}

/// For each live term the instant at which time has something to do: the next rung, or the end of its pause. At most
/// one a term; `app` stores them as alarms and comes back with [`super::builtin::RUNG`] or [`super::builtin::RESUME`]
/// as [`alarm_move`] says.
#[must_use]
pub fn alarms(graph: &Graph, law: &Law, p: &Procedure, now: At) -> Vec<(TermId, usize, At)> {
    if p.ended {
        return Vec::new();
    }
    p.terms
        .iter()
        .filter(|t| t.status == TermStatus::Live)
        .filter_map(|t| match t.term.pauses.iter().find(|p| p.until.is_none()) {
            Some(open) => Some((t.id, t.next_rung, open.resume_by)),
            None => graph.rungs(&t.key).get(t.next_rung).map(|r| (t.id, t.next_rung, rung_at(law, &t.term, r, now))),
        })
        .collect()
}

/// The system move a term's alarm makes; `None` when the term no longer has one.
#[must_use]
pub fn alarm_move(p: &Procedure, term: TermId) -> Option<&'static str> {
    let t = p.terms.iter().find(|t| t.id == term && t.status == TermStatus::Live)?;
    Some(if paused(&t.term) { super::builtin::RESUME } else { super::builtin::RUNG })
}
