//! A matter that ran before this program is taken over in the state it stands in.
//!
//! Owns the one way a procedure comes into a state without the moves that lead there: which of its terms run on, which
//! begin now, and what becomes of a statutory term whose due date had passed by then. Such a term is neither armed nor
//! marked missed: the procedure gets one internal term instead, [`REVIEW`], without a ladder, so that a thousand old rows
//! ring no thousand alarms; a person looks at it and says which dates are right ([`decide`]).

use super::graph::{Graph, RuleRef};
use super::terms::{self, refuse};
use super::value::{Facts, Procedure, TermState, TermStatus, Value};
use crate::base::error::Refusal;
use crate::base::id::{AccountId, Ids};
use crate::base::{At, text};
use crate::law::Law;
use crate::law::rules::TermRule;
use crate::law::term::{Effect, Kind, Term};
use std::collections::BTreeSet;

/// Key of the term of review; its rule has the key [`RULE`].
pub const REVIEW: &str = "legacy:review";
/// The rule of the term of review.
pub const RULE: &str = "legacy.review";
/// Whose the review is.
pub const REVIEWER: &str = "leader@lead";

/// Where a matter stands that is taken over.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The state.
    pub state: &'a str,
    /// When it began, by the old record.
    pub started_at: At,
    /// When it came into this state, by the old record.
    pub entered_at: At,
    /// Who holds it.
    pub assignee: Option<AccountId>,
    /// Terms that run in this state and the instants they run from.
    pub terms: &'a [(String, At)],
}

/// A procedure taken over.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenOver {
    /// As it is now.
    pub after: Procedure,
    /// Statutory terms that had passed by the old dates: not armed, for the review.
    pub passed: Vec<(String, Term)>,
}

/// Takes a procedure over. `facts`: values that choose between rules (`case.grade`).
///
/// # Errors
/// The state or a term is unknown, no rule is in force, or an open state is left without a duty.
pub fn take_over(graph: &Graph, law: &Law, s: &Standing<'_>, facts: &Facts, now: At, ids: &mut Ids) -> Result<TakenOver, Refusal> {
    let state = graph.state(s.state).ok_or_else(|| refuse("legacy_state", &[("state", s.state), ("procedure", &graph.title)]))?;
    let mut after = Procedure {
        id: ids.id(now),
        kind: graph.key.clone(),
        version: graph.version,
        state: s.state.to_owned(),
        started_at: s.started_at,
        entered_at: s.entered_at,
        ended: state.terminal,
        assignee: s.assignee,
        terms: Vec::new(),
        approval: None,
    };
    let mut passed = Vec::new();
    if state.terminal {
        return Ok(TakenOver { after, passed });
    }
    for (key, from) in s.terms {
        let rule = rule_of(graph, key, facts)?;
        let t = begin(graph, law, &rule, key, *from, now, ids)?;
        let late = t.term.kind == Kind::Duty && terms::passed(law, &t.term, now, now);
        match (late, t.term.effect) {
            (true, Effect::Statutory) => passed.push((key.clone(), t.term)),
            // a promise of service is made anew
            (true, Effect::Service) => after.terms.push(begin(graph, law, &rule, key, now, now, ids)?),
            (false, _) => after.terms.push(t),
        }
    }
    if !passed.is_empty() {
        after.terms.push(begin(graph, law, RULE, REVIEW, now, now, ids)?);
    }
    if !terms::has_live_duty(&after) {
        return Err(refuse("no_duty_left", &[("move", &state.title)]));
    }
    Ok(TakenOver { after, passed })
}

fn rule_of(graph: &Graph, key: &str, facts: &Facts) -> Result<String, Refusal> {
    let def = graph.term(key).ok_or_else(|| refuse("legacy_term", &[("term", key), ("procedure", &graph.title)]))?;
    let rule = match &def.rule {
        RuleRef::One(r) => Some(r),
        RuleRef::By { fact, map, other } => match facts.get(fact) {
            Some(Value::Text(v)) => map.get(v).or(other.as_ref()),
            _ => other.as_ref(),
        },
    };
    rule.cloned().ok_or_else(|| refuse("rule_missing", &[("rule", key)]))
}

/// A term that runs from `from`. Where no rule was in force then, the one of today counts. Rungs that are past are none:
/// nobody is reminded of what happened before the program knew the matter.
fn begin(graph: &Graph, law: &Law, rule: &str, key: &str, from: At, now: At, ids: &mut Ids) -> Result<TermState, Refusal> {
    let of = |at: At| -> Option<&TermRule> { law.rules.term(rule, at.day()) };
    let found = of(from).or_else(|| of(now)).ok_or_else(|| refuse("rule_missing", &[("rule", rule)]))?;
    let cause = graph.term(key).filter(|d| !d.from.is_empty() && from < now).map_or_else(|| text::zh("legacy.cause"), |d| d.from.as_str());
    let term = Term::begin(found, from, cause);
    let next_rung = graph.rungs(key).iter().take_while(|r| terms::rung_at(law, &term, r, now) <= now.min(end_of(law, &term, now))).count();
    Ok(TermState { id: ids.id(now), key: key.to_owned(), term, status: TermStatus::Live, ended_at: None, missed: false, next_rung })
}

/// Rungs at or after the due date are never skipped.
fn end_of(law: &Law, term: &Term, now: At) -> At {
    term.due(&law.calendar, now).passes_at.plus(-chrono::Duration::milliseconds(1))
}

/// What a review comes to: the review is met and the passed terms run, from the dates of the ledger (`from` none: they are
/// right, the matter is overdue and says so from now on) or from the corrected one. A term the procedure has gone past
/// meanwhile is not armed.
///
/// # Errors
/// No rule is in force, or no duty is left.
pub fn decide(
    graph: &Graph,
    law: &Law,
    p: &Procedure,
    passed: &[(String, Term)],
    from: Option<At>,
    now: At,
    ids: &mut Ids,
) -> Result<(Procedure, Vec<String>), Refusal> {
    let mut after = p.clone();
    let mut armed = Vec::new();
    if after.ended {
        return Ok((after, armed));
    }
    for (key, old) in passed {
        let had = after.terms.iter().any(|t| t.key == *key);
        if had || !ahead(graph, &after.state, key) {
            continue;
        }
        let start = from.unwrap_or(old.start);
        after.terms.push(begin(graph, law, &old.rule, key, start, now, ids)?);
        armed.push(key.clone());
    }
    for t in after.terms.iter_mut().filter(|t| t.key == REVIEW && t.status == TermStatus::Live) {
        terms::end(law, t, TermStatus::Met, now, now);
    }
    if !terms::has_live_duty(&after) {
        return Err(refuse("no_duty_left", &[("move", text::zh("legacy.review"))]));
    }
    Ok((after, armed))
}

/// Whether a term can still be met from a state, by moves that do not reopen anything.
fn ahead(graph: &Graph, state: &str, key: &str) -> bool {
    let Some(def) = graph.term(key) else { return false };
    let mut seen = BTreeSet::from([state.to_owned()]);
    let mut next = vec![state.to_owned()];
    while let Some(at) = next.pop() {
        for m in graph.moves.iter().filter(|m| !m.reopens && m.from.contains(&at)) {
            if def.met_by.contains(&m.name) || m.meets.contains(key) {
                return true;
            }
            if let Some(to) = &m.to
                && seen.insert(to.clone())
            {
                next.push(to.clone());
            }
        }
        if def.met_on_leaving.contains(&at) {
            return true;
        }
    }
    false
}
