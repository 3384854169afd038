//! A matter that ran before this program is taken over in the state it stands in.
//!
//! Owns the one way a procedure comes into a state without the moves that lead there: which of its terms run on, which
//! begin later, and what becomes of a statutory term whose due date had passed by then. Such a term is neither armed nor
//! marked missed: it rests as a cancelled entry, so that no ordinary move arms it a second time, and the procedure gets
//! one internal term instead, [`REVIEW`], without a ladder, so that a thousand old rows ring no thousand alarms; a person
//! looks at it and says which dates are right ([`decide`]).

use super::graph::{Graph, Rearm, RuleRef};
use super::terms::{self, refuse};
use super::value::{Facts, Procedure, TermState, TermStatus, Value};
use crate::base::error::Refusal;
use crate::base::id::{AccountId, Ids};
use crate::base::{At, text};
use crate::law::Law;
use crate::law::rules::TermRule;
use crate::law::term::{Effect, Extension, Kind, Term};
use std::collections::{BTreeMap, BTreeSet};

/// Key of the term of review; its rule has the key [`RULE`].
pub const REVIEW: &str = "legacy:review";
/// The rule of the term of review.
pub const RULE: &str = "legacy.review";
/// Whose the review is.
pub const REVIEWER: &str = "leader@lead";
/// After how many working days promises of service begin that have no date in the ledger.
pub const START: &str = "legacy.start";
/// For how many matters of a bureau they begin on one working day.
pub const PER_DAY: &str = "legacy.per_day";

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
    /// From when promises of service are counted that begin with the take-over ([`begins`]).
    pub begins: At,
}

/// A procedure taken over.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenOver {
    /// As it is now.
    pub after: Procedure,
    /// Statutory terms that had passed by the old dates: not armed, for the review.
    pub passed: Vec<(String, Term)>,
    /// Promises of service that begin only when the review is decided: until then the review is the duty.
    pub withheld: Vec<(String, Term)>,
}

/// From when promises of service are counted for the `turn`-th matter of a bureau that is taken over at `now`: some working
/// days later, and so many matters a day, because a ledger that begins at once rings all its alarms at once.
///
/// # Errors
/// `rule_missing`.
pub fn begins(law: &Law, turn: u32, now: At) -> Result<At, Refusal> {
    let number = |key: &str| -> Result<u64, Refusal> { Ok(u64::try_from(terms::number(law, key, now)?).unwrap_or(0)) };
    let later = number(START)? + u64::from(turn) / number(PER_DAY)?.max(1);
    Ok(if later == 0 { now } else { law.calendar.nth_after(now.day(), later).start() })
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
    let (mut passed, mut service) = (Vec::new(), Vec::new());
    if !state.terminal {
        for (key, from) in s.terms {
            let rule = rule_of(graph, key, facts)?;
            let t = begin(graph, law, &rule, key, *from, now, ids)?;
            let late = t.term.kind == Kind::Duty && terms::passed(law, &t.term, now, now);
            match (late, t.term.effect) {
                (true, Effect::Statutory) => {
                    passed.push((key.clone(), t.term.clone()));
                    after.terms.push(dormant(t, now));
                }
                // a promise of service is made anew
                (true, Effect::Service) => service.push(begin(graph, law, &rule, key, s.begins, now, ids)?),
                (false, Effect::Service) if *from >= now => service.push(begin(graph, law, &rule, key, s.begins, now, ids)?),
                (false, Effect::Service) => service.push(t),
                (false, Effect::Statutory) => after.terms.push(t),
            }
        }
    }
    done_before(graph, law, s, facts, &mut after, now, ids)?;
    if state.terminal {
        return Ok(TakenOver { after, passed, withheld: Vec::new() });
    }
    let mut withheld = Vec::new();
    if passed.is_empty() {
        after.terms.extend(service);
    } else {
        withheld = service.into_iter().map(|t| (t.key, t.term)).collect();
        after.terms.push(begin(graph, law, RULE, REVIEW, now, now, ids)?);
    }
    if !terms::has_live_duty(&after) {
        return Err(refuse("no_duty_left", &[("move", &state.title)]));
    }
    Ok(TakenOver { after, passed, withheld })
}

/// A term that is there and does not run: whatever is armed once in the life of a procedure is not armed again.
fn dormant(t: TermState, at: At) -> TermState {
    TermState { status: TermStatus::Cancelled, ended_at: Some(at), missed: false, next_rung: 0, ..t }
}

/// Statutory terms that are armed once and counted from an old date, but are none of this state's: by the old record they
/// are done, in time or not, nobody knows. They rest, else the way back to an earlier state would arm them long overdue.
fn done_before(
    graph: &Graph,
    law: &Law,
    s: &Standing<'_>,
    facts: &Facts,
    after: &mut Procedure,
    now: At,
    ids: &mut Ids,
) -> Result<(), Refusal> {
    let once = |d: &&super::graph::TermDef| d.rearm == Rearm::Once && d.anchor.is_some() && d.kind == Kind::Duty;
    for def in graph.terms.iter().filter(once).filter(|d| s.terms.iter().all(|(key, _)| *key != d.key)) {
        // a term whose rule depends on what is not known here is none of the old record's
        let Ok(rule) = rule_of(graph, &def.key, facts) else { continue };
        let t = begin(graph, law, &rule, &def.key, s.started_at, now, ids)?;
        if t.term.effect == Effect::Statutory && !ahead(graph, s.state, &def.key) {
            after.terms.push(dormant(t, now));
        }
    }
    Ok(())
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
    Ok(running(graph, law, key, Term::begin(found, from, cause), now, ids))
}

fn running(graph: &Graph, law: &Law, key: &str, term: Term, now: At, ids: &mut Ids) -> TermState {
    let next_rung = graph.rungs(key).iter().take_while(|r| terms::rung_at(law, &term, r, now) <= now.min(end_of(law, &term, now))).count();
    TermState { id: ids.id(now), key: key.to_owned(), term, status: TermStatus::Live, ended_at: None, missed: false, next_rung }
}

/// Rungs at or after the due date are never skipped.
fn end_of(law: &Law, term: &Term, now: At) -> At {
    term.due(&law.calendar, now).passes_at.plus(-chrono::Duration::milliseconds(1))
}

/// What a review says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// The old dates are right.
    Confirmed,
    /// The passed terms run from another instant.
    Corrected(At),
    /// They had been extended by so much of their unit, granted then.
    Extended(u32, At),
}

/// What a review is decided by besides what it says.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// Statutory terms that had passed, promises of service that were withheld.
    pub waiting: &'a [(String, Term)],
    /// The state the matter was taken over in.
    pub state: &'a str,
    /// When terms were met since, by the moves of the procedure.
    pub met: &'a BTreeMap<String, At>,
    /// From when promises of service are counted.
    pub begins: At,
}

/// What a review comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The procedure.
    pub after: Procedure,
    /// Terms that run from now on.
    pub armed: Vec<String>,
    /// Statutory terms that keep the mark of a miss: they had passed before they were met.
    pub missed: Vec<String>,
}

/// Decides a review: it is met, and each passed term runs by the dates that are right, overdue if they say so. A term the
/// procedure has gone past meanwhile is not armed; if it had passed by the right dates, its mark stays for good. Promises
/// of service that were withheld begin, if the matter still stands where it was taken over.
///
/// # Errors
/// No rule is in force, the term has no extension or not so much (`legacy_not_extendable`, `extension_too_long`,
/// `legacy_late_extension`), or no duty is left.
pub fn decide(graph: &Graph, law: &Law, p: &Procedure, f: &Found<'_>, ruling: Ruling, now: At, ids: &mut Ids) -> Result<Decided, Refusal> {
    let mut after = p.clone();
    let (mut armed, mut missed) = (Vec::new(), Vec::new());
    for (key, old) in f.waiting.iter().filter(|(_, t)| t.effect == Effect::Statutory) {
        let term = match ruling {
            Ruling::Confirmed => old.clone(),
            Ruling::Corrected(from) => begin(graph, law, &old.rule, key, from, now, ids)?.term,
            Ruling::Extended(n, at) => extended(graph, law, key, old, n, at, now)?,
        };
        let due = |t: &Term| t.due(&law.calendar, now).passes_at;
        // a way back leads to most states again: what was done since is done, whatever lies ahead
        let met = f.met.contains_key(key) || after.terms.iter().any(|t| t.key == *key && t.status == TermStatus::Met);
        if !after.ended && !met && ahead(graph, &after.state, key) {
            // a clock that another filing brought counts on, unless the old one is earlier: the matter counts from the earliest
            if let Some(own) = after.terms.iter_mut().find(|t| t.key == *key && t.status == TermStatus::Live) {
                if due(&own.term) <= due(&term) {
                    continue;
                }
                terms::end(law, own, TermStatus::Cancelled, now, now);
            }
            let t = running(graph, law, key, term, now, ids);
            wake(&mut after, key, old, t);
            armed.push(key.clone());
            continue;
        }
        // gone past: met late, or ended without it; where the moves do not say when, what had passed by the take-over counts
        let done = f.met.get(key).copied();
        let resting = after.terms.iter().find(|t| rests(t, key, old)).and_then(|t| t.ended_at);
        let at = done.or(resting).unwrap_or(now);
        if terms::passed(law, &term, at, now) {
            let mut t = running(graph, law, key, term, now, ids);
            terms::end(law, &mut t, if done.is_some() { TermStatus::Met } else { TermStatus::Cancelled }, at, now);
            wake(&mut after, key, old, t);
            missed.push(key.clone());
        }
    }
    if !after.ended && after.state == f.state {
        for (key, old) in f.waiting.iter().filter(|(_, t)| t.effect == Effect::Service) {
            if terms::live(&after, key).is_none() && ahead(graph, &after.state, key) {
                after.terms.push(begin(graph, law, &old.rule, key, f.begins, now, ids)?);
                armed.push(key.clone());
            }
        }
    }
    for t in after.terms.iter_mut().filter(|t| t.key == REVIEW && t.status == TermStatus::Live) {
        terms::end(law, t, TermStatus::Met, now, now);
    }
    if !terms::has_live_duty(&after) {
        return Err(refuse("no_duty_left", &[("move", text::zh("legacy.review"))]));
    }
    Ok(Decided { after, armed, missed })
}

/// Whether an entry is the one that rests for a passed term.
fn rests(t: &TermState, key: &str, old: &Term) -> bool {
    t.key == key && t.status == TermStatus::Cancelled && !t.missed && t.term == *old
}

/// Puts a term in the place of the entry that rests for it.
fn wake(p: &mut Procedure, key: &str, old: &Term, t: TermState) {
    match p.terms.iter_mut().find(|x| rests(x, key, old)) {
        Some(x) => *x = TermState { id: x.id, ..t },
        None => p.terms.push(t),
    }
}

/// A term with an extension that had been granted on paper, within the bounds of the law: before it passed, once, and no
/// more than its rule allows.
fn extended(graph: &Graph, law: &Law, key: &str, old: &Term, n: u32, at: At, now: At) -> Result<Term, Refusal> {
    let title = graph.term_title(key);
    let none = || refuse("legacy_not_extendable", &[("term", &title)]);
    let def = graph.moves.iter().filter_map(|m| m.extends.as_ref()).find(|x| x.term == key).ok_or_else(none)?;
    let rule = law.rules.term(&def.rule, old.start.day()).or_else(|| law.rules.term(&def.rule, now.day())).ok_or_else(none)?;
    if n == 0 || n > rule.n || rule.unit != old.unit {
        return Err(refuse("extension_too_long", &[("most", &rule.n.to_string()), ("article", &rule.article)]));
    }
    if at.day() < old.start.day() || terms::passed(law, old, at, now) {
        return Err(refuse("legacy_late_extension", &[("term", &title), ("article", &rule.article)]));
    }
    let mut term = old.clone();
    term.extensions.push(Extension { n, at, rule: def.rule.clone(), article: rule.article.clone() });
    Ok(term)
}

/// Whether a term can still be met from a state, by moves that do not reopen anything.
pub(crate) fn ahead(graph: &Graph, state: &str, key: &str) -> bool {
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
