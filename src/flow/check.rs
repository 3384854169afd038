//! What only the whole of a definition shows: states no one reaches, paths without a duty, loops no one leaves, signals
//! that chase each other.
//!
//! Owns the judgement whether a definition may be published. Promise 1 (every open procedure has a holder and a live
//! duty) is decided by an exact search over (state, live terms, terms ever armed, officer named): every condition may
//! come out either way, every told move may come at any time. Requests and signatures need no place of their own in it:
//! they change neither the state nor any other term, so a path with an open request passes the same points as the one
//! without, and while the request is open its step's duty is live besides.

use super::build;
use super::definition::Finding;
use super::graph::{Action, Arm, Graph, MoveDef, Rearm, RuleRef, START};
use super::value::{EffectKind, Registry, SignalTo};
use crate::base::Day;
use crate::law::Rules;
use crate::law::term::Kind;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// Reads and checks definitions together.
///
/// # Errors
/// Everything found, in the order of files and lines.
pub fn load(files: &[(String, String)], reg: &Registry) -> Result<Vec<Graph>, Vec<Finding>> {
    let mut graphs = Vec::new();
    let mut found = Vec::new();
    for (name, text) in files {
        match build::build(name, text, reg) {
            Ok(g) => {
                found.extend(one(&g));
                graphs.push(g);
            }
            Err(f) => found.extend(f),
        }
    }
    if found.is_empty() {
        found.extend(together(&graphs));
    }
    found.sort();
    found.dedup();
    if found.is_empty() { Ok(graphs) } else { Err(found) }
}

/// Everything wrong with one definition as a whole.
#[must_use]
pub fn one(g: &Graph) -> Vec<Finding> {
    let mut c = Check { g, found: Vec::new() };
    c.states();
    c.terms();
    c.promise();
    c.found
}

struct Check<'a> {
    g: &'a Graph,
    found: Vec<Finding>,
}

impl Check<'_> {
    fn find(&mut self, at: usize, code: &str, args: &[(&str, &str)], path: Vec<String>) {
        let mut f = self.g.source.finding(at, code, args);
        f.path = path;
        self.found.push(f);
    }

    fn states(&mut self) {
        let g = self.g;
        if !g.states.iter().any(|s| s.terminal) {
            self.find(0, "no_end", &[("word", &g.key)], Vec::new());
        }
        // From which states an end can be reached.
        let mut ends: BTreeSet<&str> = g.states.iter().filter(|s| s.terminal).map(|s| s.key.as_str()).collect();
        loop {
            let before = ends.len();
            for m in &g.moves {
                if m.to.as_ref().is_some_and(|t| ends.contains(t.as_str())) {
                    ends.extend(m.from.iter().filter(|s| g.state(s).is_some_and(|s| !s.terminal)).map(String::as_str));
                }
            }
            if ends.len() == before {
                break;
            }
        }
        for s in &g.states {
            let out = g.moves.iter().filter(|m| m.from.contains(&s.key) && m.to.as_ref().is_some_and(|t| *t != s.key)).count();
            if s.terminal {
                if s.conclusion.is_none() {
                    self.find(s.at, "end_without_conclusion", &[("word", &s.title)], Vec::new());
                }
                continue;
            }
            if s.holder.is_none() {
                self.find(s.at, "no_holder", &[("word", &s.title)], Vec::new());
            }
            if out == 0 {
                self.find(s.at, "dead_end", &[("word", &s.title)], Vec::new());
            } else if !ends.contains(s.key.as_str()) {
                self.find(s.at, "no_way_out", &[("word", &s.title)], Vec::new());
            }
        }
    }

    fn terms(&mut self) {
        let g = self.g;
        let all = || g.moves.iter().chain([&g.start]);
        for t in &g.terms {
            let armed = g.states.iter().flat_map(|s| &s.arms).chain(all().flat_map(|m| &m.arms)).any(|a| a.term == t.key);
            if !armed {
                self.find(t.at, "term_never_armed", &[("word", &t.title)], Vec::new());
            }
            if t.kind == Kind::Duty {
                let met = !t.met_by.is_empty() || !t.met_on_leaving.is_empty() || all().any(|m| m.meets.contains(&t.key));
                if !met {
                    self.find(t.at, "duty_never_met", &[("word", &t.title)], Vec::new());
                }
                let escalates = t.rungs.iter().any(|r| r.action == Action::Escalate && r.to.iter().any(|to| *to != t.owner));
                if !escalates {
                    self.find(t.at, "no_escalation", &[("word", &t.title)], Vec::new());
                }
            }
            for r in &t.rungs {
                if let Action::Move(m) = &r.action
                    && g.find(m).is_some_and(|m| !m.told)
                {
                    self.find(t.at, "rung_move_not_told", &[("word", m)], Vec::new());
                }
            }
        }
        if g.terms.len() > 64 {
            self.find(0, "too_many_terms", &[], Vec::new());
        }
    }

    /// The search.
    fn promise(&mut self) {
        let g = self.g;
        let mut s = Search::new(g);
        s.run();
        let mut blamed = BTreeSet::new();
        for (node, at) in &s.order {
            let Some(state) = g.states.get(node.state) else { continue };
            if state.terminal {
                continue;
            }
            if node.live & s.duties == 0 && blamed.insert(("no_live_duty", node.state, 0)) {
                self.find(state.at, "no_live_duty", &[("word", &state.title)], s.path(*at));
            }
            if state.holder.as_deref() == Some("assignee") && !node.assigned && blamed.insert(("nobody_named", node.state, 0)) {
                self.find(state.at, "nobody_named", &[("word", &state.title)], s.path(*at));
            }
            for (i, t) in g.terms.iter().enumerate().take(64) {
                if node.live & (1 << i) == 0 {
                    continue;
                }
                for r in &t.rungs {
                    if let Action::Move(m) = &r.action
                        && g.find(m).is_some_and(|m| !m.from.contains(&state.key))
                        && blamed.insert(("rung_move_stuck", node.state, i))
                    {
                        let args = [("word", t.title.as_str()), ("state", state.title.as_str()), ("move", m.as_str())];
                        self.find(t.at, "rung_move_stuck", &args, s.path(*at));
                    }
                }
            }
        }
        let reached: BTreeSet<usize> = s.order.iter().map(|(n, _)| n.state).collect();
        for (i, state) in g.states.iter().enumerate() {
            if !reached.contains(&i) {
                self.find(state.at, "unreachable_state", &[("word", &state.title)], Vec::new());
            }
        }
        if s.overflow {
            self.find(0, "too_large", &[], Vec::new());
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Node {
    state: usize,
    live: u64,
    /// Terms that are armed once and were.
    ever: u64,
    assigned: bool,
}

struct Search<'a> {
    g: &'a Graph,
    duties: u64,
    index: BTreeMap<&'a str, usize>,
    states: BTreeMap<&'a str, usize>,
    seen: HashMap<Node, usize>,
    /// Nodes with the position of how they were reached.
    order: Vec<(Node, usize)>,
    came: Vec<(Option<usize>, String)>,
    overflow: bool,
}

/// More points than any sane definition has.
const POINTS: usize = 200_000;

impl<'a> Search<'a> {
    fn new(g: &'a Graph) -> Self {
        let index = g.terms.iter().enumerate().take(64).map(|(i, t)| (t.key.as_str(), i)).collect();
        let duties = g.terms.iter().enumerate().take(64).filter(|(_, t)| t.kind == Kind::Duty).fold(0, |m, (i, _)| m | (1 << i));
        let states = g.states.iter().enumerate().map(|(i, s)| (s.key.as_str(), i)).collect();
        Self { g, duties, index, states, seen: HashMap::new(), order: Vec::new(), came: Vec::new(), overflow: false }
    }

    fn run(&mut self) {
        let g = self.g;
        let nowhere = Node { state: usize::MAX, live: 0, ever: 0, assigned: false };
        let mut queue = VecDeque::new();
        for n in self.after(nowhere, &g.start) {
            self.add(n, None, START, &mut queue);
        }
        while let Some((node, at)) = queue.pop_front() {
            let Some(state) = g.states.get(node.state) else { continue };
            for m in g.moves.iter().filter(|m| m.from.contains(&state.key)) {
                for n in self.after(node, m) {
                    self.add(n, Some(at), &m.name, &mut queue);
                }
            }
        }
    }

    fn add(&mut self, n: Node, from: Option<usize>, by: &str, queue: &mut VecDeque<(Node, usize)>) {
        if self.seen.contains_key(&n) {
            return;
        }
        if self.seen.len() >= POINTS {
            self.overflow = true;
            return;
        }
        let at = self.came.len();
        let state = self.g.states.get(n.state).map(|s| s.key.as_str()).unwrap_or_default();
        self.came.push((from, format!("{by}→{state}")));
        self.seen.insert(n, at);
        self.order.push((n, at));
        queue.push_back((n, at));
    }

    fn path(&self, at: usize) -> Vec<String> {
        let mut out = Vec::new();
        let mut next = Some(at);
        while let Some((from, step)) = next.and_then(|i| self.came.get(i)) {
            out.push(step.clone());
            next = *from;
        }
        out.reverse();
        out
    }

    /// Every point a move may lead to from a point.
    fn after(&self, n: Node, m: &MoveDef) -> Vec<Node> {
        let left = m.goes().then(|| self.g.states.get(n.state)).flatten().map(|s| s.key.as_str());
        let mut live = n.live;
        for (i, t) in self.g.terms.iter().enumerate().take(64) {
            let leaving = left.is_some_and(|s| t.met_on_leaving.contains(s) || t.cancelled_on_leaving.contains(s));
            let named =
                t.met_by.contains(&m.name) || t.cancelled_by.contains(&m.name) || m.meets.contains(&t.key) || m.cancels.contains(&t.key);
            if leaving || named {
                live &= !(1 << i);
            }
        }
        let mut out = vec![Node { live, ..n }];
        for e in &m.effects {
            let named = match e.kind {
                EffectKind::Assign => true,
                EffectKind::Unassign => false,
                _ => continue,
            };
            out = out
                .into_iter()
                .flat_map(|n| [Some(Node { assigned: named, ..n }), e.test.is_some().then_some(n)].into_iter().flatten())
                .collect();
        }
        let mut arms: Vec<&Arm> = Vec::new();
        if let Some(state) = m.to.as_ref().and_then(|to| self.g.state(to)) {
            let to = self.states.get(state.key.as_str()).copied().unwrap_or(usize::MAX);
            for n in &mut out {
                n.state = to;
                if state.terminal {
                    n.live = 0;
                }
            }
            arms.extend(&state.arms);
        }
        arms.extend(&m.arms);
        for a in arms {
            let (Some(t), Some(i)) = (self.g.term(&a.term), self.index.get(a.term.as_str())) else { continue };
            let perhaps = a.test.is_some() || matches!(&t.rule, RuleRef::By { other: None, .. });
            out = out
                .into_iter()
                .flat_map(|n| {
                    let spent = t.rearm == Rearm::Once && n.ever & (1 << i) != 0;
                    let ever = if t.rearm == Rearm::Once { n.ever | (1 << i) } else { n.ever };
                    let armed = if spent { n } else { Node { live: n.live | (1 << i), ever, ..n } };
                    [Some(armed), perhaps.then_some(n)].into_iter().flatten()
                })
                .collect();
        }
        out
    }
}

/// What several definitions do to each other: signals that reach nobody, and signals that chase each other.
#[must_use]
pub fn together(graphs: &[Graph]) -> Vec<Finding> {
    let mut found = Vec::new();
    let newest = |key: &str| graphs.iter().filter(|g| g.key == key).max_by_key(|g| g.version);
    type At<'a> = (&'a str, u32, &'a str);
    let mut edges: BTreeMap<At<'_>, Vec<(At<'_>, usize)>> = BTreeMap::new();
    for g in graphs {
        if graphs.iter().filter(|o| o.key == g.key && o.version == g.version).count() > 1 {
            found.push(g.source.finding(0, "version_twice", &[("word", &g.key)]));
        }
        for m in g.moves.iter().chain([&g.start]) {
            for s in &m.signals {
                let targets: Vec<&Graph> = match &s.to {
                    SignalTo::Children(k) | SignalTo::Case(k) | SignalTo::New(k) => newest(k).into_iter().collect(),
                    // Whoever starts procedures of this kind.
                    SignalTo::Parent => graphs
                        .iter()
                        .filter(|o| o.moves.iter().chain([&o.start]).flat_map(|m| &m.signals).any(|s| s.to == SignalTo::New(g.key.clone())))
                        .collect(),
                };
                for target in targets {
                    let Some(told) = target.find(&s.name).filter(|t| t.told || t.name == START) else {
                        let args = [("word", s.name.as_str()), ("target", target.key.as_str())];
                        found.push(g.source.finding(s.at, "signal_to_nobody", &args));
                        continue;
                    };
                    for f in told.form.iter().filter(|f| f.required) {
                        if !s.form.iter().any(|(k, _)| *k == f.key) {
                            let args = [("word", s.name.as_str()), ("target", target.key.as_str()), ("field", f.key.as_str())];
                            found.push(g.source.finding(s.at, "signal_lacks", &args));
                        }
                    }
                    for (k, _) in &s.form {
                        if told.field(k).is_none() {
                            let args = [("word", s.name.as_str()), ("target", target.key.as_str()), ("field", k.as_str())];
                            found.push(g.source.finding(s.at, "signal_says_too_much", &args));
                        }
                    }
                    edges.entry((&g.key, g.version, &m.name)).or_default().push(((&target.key, target.version, &told.name), s.at));
                }
            }
        }
    }
    // A signal that comes back to where it began.
    for (from, outs) in &edges {
        for (first, at) in outs {
            let mut stack = vec![(*first, vec![*from, *first])];
            let mut seen = BTreeSet::new();
            while let Some((n, path)) = stack.pop() {
                if n == *from {
                    if let Some(g) = graphs.iter().find(|g| g.key == from.0 && g.version == from.1) {
                        let mut f = g.source.finding(*at, "signal_cycle", &[("word", from.2)]);
                        f.path = path.iter().map(|(k, _, m)| format!("{k}.{m}")).collect();
                        found.push(f);
                    }
                    break;
                }
                if seen.insert(n) {
                    for (next, _) in edges.get(&n).into_iter().flatten() {
                        stack.push((*next, path.iter().copied().chain([*next]).collect()));
                    }
                }
            }
        }
    }
    found
}

/// Whether the rules a definition names are in force on a day and of the kind and unit it takes them for.
#[must_use]
pub fn against(g: &Graph, rules: &Rules, day: Day) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut miss =
        |at: usize, key: &str| found.push(g.source.finding(at, "rule_not_in_force", &[("word", key), ("day", &day.to_string())]));
    for c in &g.chains {
        for s in c.steps.iter().chain(c.alternatives.iter().map(|a| &a.2)) {
            if rules.term(&s.rule, day).is_none() {
                miss(c.at, &s.rule);
            }
        }
    }
    for m in g.moves.iter().chain([&g.start]) {
        for key in m.numbers.iter().chain(m.pauses.iter().map(|p| &p.max)) {
            if rules.number(key, day).is_none() {
                miss(m.at, key);
            }
        }
        if let Some(x) = &m.extends
            && rules.term(&x.rule, day).is_none()
        {
            miss(m.at, &x.rule);
        }
    }
    for key in ["engine.late_entry", "engine.backdate_limit", "engine.pause_second_person"] {
        if rules.number(key, day).is_none() {
            miss(0, key);
        }
    }
    for t in &g.terms {
        for key in t.rule.all() {
            match rules.term(key, day) {
                None => miss(t.at, key),
                Some(r) => {
                    if crate::law::term::Term::begin(r, day.start(), "").kind != t.kind {
                        miss(t.at, key);
                    }
                }
            }
        }
    }
    found
}
