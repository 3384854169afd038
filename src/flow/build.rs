//! From the words of a file to the checked graph: every name is looked up, every expression typed.
//!
//! Owns the local findings (a word that is not there, an expression that does not fit, a form that lacks what its guard
//! needs). What only the whole shows (dead ends, a path without a duty) is [`super::check`]'s.

use super::definition::{self as raw, Definition, Finding, Source, Table, Word, in_order};
use super::effect;
use super::graph::*;
use super::guard::{self, Expr, Scope};
use super::value::{Registry, SignalTo, ValueType};
use crate::law::term::{Kind, Offset};
use std::collections::{BTreeMap, BTreeSet};

/// Reads and builds one definition.
///
/// # Errors
/// Everything wrong with the words of the file.
pub fn build(file: &str, text: &str, reg: &Registry) -> Result<Graph, Vec<Finding>> {
    let (def, source) = raw::read(file, text).map_err(|f| vec![f])?;
    let mut b = Build { def: &def, reg, source: &source, found: Vec::new() };
    let graph = b.graph();
    let mut found = b.found;
    found.sort();
    found.dedup();
    if found.is_empty() { Ok(graph) } else { Err(found) }
}

/// The type of what every move knows of itself and its procedure.
#[must_use]
pub fn own_type(name: &str) -> Option<ValueType> {
    Some(match name {
        "move.occurred_at" | "move.now" | "procedure.started_at" | "procedure.entered_at" => ValueType::At,
        "move.today" | "move.occurred_on" => ValueType::Day,
        "move.actor" | "procedure.assignee" => ValueType::Id,
        "procedure.state" => ValueType::Text,
        _ => return None,
    })
}

struct Names<'a> {
    reg: &'a Registry,
    form: &'a [FieldDef],
}
impl Scope for Names<'_> {
    fn ty(&self, name: &str) -> Option<ValueType> {
        if let Some(key) = name.strip_prefix("form.") {
            return self.form.iter().find(|f| f.key == key).map(|f| f.kind.ty());
        }
        if let Some(key) = name.strip_prefix("rule.") {
            return self.reg.numbers.contains(key).then_some(ValueType::Int);
        }
        own_type(name).or_else(|| self.reg.facts.get(name).map(|f| f.ty))
    }
    fn codes(&self, list: &str, tag: &str) -> Option<Vec<String>> {
        self.reg.code_tags.get(list)?.get(tag).cloned()
    }
}

struct Build<'a> {
    def: &'a Definition,
    reg: &'a Registry,
    source: &'a Source,
    found: Vec<Finding>,
}

impl Build<'_> {
    fn find(&mut self, at: &Word, code: &str) {
        let f = self.source.finding(at.span().start, code, &[("word", at.get_ref())]);
        self.found.push(f);
    }
    fn find_at(&mut self, at: usize, code: &str, args: &[(&str, &str)]) {
        let f = self.source.finding(at, code, args);
        self.found.push(f);
    }
    fn known<T>(&mut self, word: &Word, table: &Table<T>, code: &str) -> String {
        if !table.contains_key(word.get_ref().as_str()) {
            self.find(word, code);
        }
        word.get_ref().clone()
    }
    fn known_set<T>(&mut self, words: &[Word], table: &Table<T>, code: &str) -> BTreeSet<String> {
        words.iter().map(|w| self.known(w, table, code)).collect()
    }
    fn role(&mut self, w: &Word) -> String {
        if !self.reg.roles.contains(w.get_ref()) {
            self.find(w, "unknown_role");
        }
        w.get_ref().clone()
    }
    fn rule(&mut self, w: &Word) -> String {
        if !self.reg.rules.is_empty() && !self.reg.rules.contains(w.get_ref()) {
            self.find(w, "unknown_rule");
        }
        w.get_ref().clone()
    }
    fn template(&mut self, w: &Word) -> String {
        if !self.reg.notices.contains(w.get_ref()) {
            self.find(w, "unknown_notice");
        }
        w.get_ref().clone()
    }
    fn expr(&mut self, w: &Word, form: &[FieldDef], want: Option<ValueType>) -> Option<Expr> {
        let names = Names { reg: self.reg, form };
        let e = guard::parse(w.get_ref()).and_then(|e| match want {
            Some(ty) => e.check_as(ty, &names),
            None => e.check(&names).map(|(e, _)| e),
        });
        match e {
            Ok(e) => Some(e),
            Err(p) => {
                let code = if p.code == "unknown_name" && p.detail.starts_with("form.") { "form_lacks" } else { p.code };
                self.find_at(w.span().start, code, &[("word", &p.detail)]);
                None
            }
        }
    }
    fn truth(&mut self, w: Option<&Word>, form: &[FieldDef]) -> Option<Expr> {
        w.and_then(|w| self.expr(w, form, Some(ValueType::Bool)))
    }

    fn graph(&mut self) -> Graph {
        let def = self.def;
        let place = format!("@{}", def.place.get_ref());
        if !self.reg.roles.iter().any(|r| r.ends_with(&place)) {
            self.find(&def.place, "unknown_role");
        }
        let states: Vec<StateDef> = in_order(&def.states).into_iter().map(|(k, s)| self.state(k, s)).collect();
        let chains: Vec<ChainDef> = in_order(&def.approvals).into_iter().map(|(k, c)| self.chain(k, c)).collect();
        if !chains.iter().any(|c| c.key == BACKDATING && c.steps.len() == 1 && c.steps[0].key == SUPERVISOR) {
            self.find(&def.key, "no_backdating_chain");
        }
        let terms: Vec<TermDef> = in_order(&def.terms).into_iter().map(|(k, t)| self.term(k, t)).collect();
        let start = self.make(START, def.key.span().start, &def.start);
        let moves: Vec<MoveDef> = in_order(&def.moves).into_iter().map(|(k, m)| self.make(k.get_ref(), k.span().start, m)).collect();
        let mut graph = Graph {
            key: def.key.get_ref().clone(),
            version: def.version,
            title: def.title.clone(),
            en: def.en.clone(),
            place: def.place.get_ref().clone(),
            urgent: def.urgent,
            start,
            states,
            moves,
            terms,
            chains,
            source: self.source.clone(),
        };
        let names: Vec<BTreeSet<String>> = graph.moves.iter().chain([&graph.start]).map(|m| names(&graph, m)).collect();
        for (m, names) in graph.moves.iter_mut().chain([&mut graph.start]).zip(names) {
            m.groups = names.iter().filter_map(|n| self.reg.facts.get(n.as_str())).map(|f| f.group.to_owned()).collect();
            m.numbers = names.iter().filter_map(|n| n.strip_prefix("rule.")).map(str::to_owned).collect();
        }
        graph
    }

    fn state(&mut self, key: &Word, s: &raw::State) -> StateDef {
        StateDef {
            key: key.get_ref().clone(),
            title: s.title.clone(),
            en: s.en.clone(),
            holder: s.holder.as_ref().map(|w| self.role(w)),
            participants: s.participants.iter().map(|w| self.role(w)).collect(),
            arms: s.arms.iter().filter_map(|w| self.arm(w, &[])).collect(),
            terminal: s.terminal,
            conclusion: s.conclusion.clone(),
            at: key.span().start,
        }
    }

    /// `key`, `key from day`, `key if expression` or `key from day if expression`.
    fn arm(&mut self, w: &Word, form: &[FieldDef]) -> Option<Arm> {
        let (term, test) = match w.get_ref().split_once(" if ") {
            Some((t, e)) => (t.trim(), Some(Word::new(w.span(), e.to_owned()))),
            None => (w.get_ref().as_str(), None),
        };
        let (term, from) = match term.split_once(" from ") {
            Some((t, e)) => (t.trim(), Some(Word::new(w.span(), e.to_owned()))),
            None => (term, None),
        };
        let term = self.known(&Word::new(w.span(), term.to_owned()), &self.def.terms, "unknown_term");
        let (asked, dated) = (test.is_some(), from.is_some());
        let test = self.truth(test.as_ref(), form);
        let from = from.and_then(|f| self.expr(&f, form, Some(ValueType::Day)));
        (test.is_some() == asked && from.is_some() == dated).then_some(Arm { term, test, from })
    }

    fn term(&mut self, key: &Word, t: &raw::Term) -> TermDef {
        let kind = match t.kind.as_ref().map_or("duty", |w| w.get_ref().as_str()) {
            "window" => Kind::Window,
            "gate" => Kind::Gate,
            "duty" => Kind::Duty,
            _ => {
                t.kind.iter().for_each(|w| self.find(w, "unknown_word"));
                Kind::Duty
            }
        };
        let rearm = match t.rearm.as_ref().map_or("keep", |w| w.get_ref().as_str()) {
            "keep" => Rearm::Keep,
            "restart" => Rearm::Restart,
            "once" => Rearm::Once,
            _ => {
                t.rearm.iter().for_each(|w| self.find(w, "unknown_word"));
                Rearm::Keep
            }
        };
        let rule = match (&t.rule, &t.rule_by) {
            (Some(r), None) => RuleRef::One(self.rule(r)),
            (None, Some(by)) => {
                if self.reg.facts.get(by.fact.get_ref().as_str()).is_none_or(|f| f.ty != ValueType::Text) {
                    self.find(&by.fact, "unknown_name");
                }
                let map = by.map.iter().map(|(k, v)| (k.get_ref().clone(), self.rule(v))).collect();
                RuleRef::By { fact: by.fact.get_ref().clone(), map, other: by.other.as_ref().map(|w| self.rule(w)) }
            }
            _ => {
                self.find(key, "one_rule");
                RuleRef::One(String::new())
            }
        };
        let anchor = t.anchor.as_ref().and_then(|w| self.expr(w, &[], Some(ValueType::At)));
        if let (Some(w), Rearm::Restart) = (&t.anchor, rearm) {
            self.find(w, "anchored_restart");
        }
        let owner = self.role(&t.owner);
        let mut rungs = t.ladder.as_ref().map(|w| self.ladder(w, &owner)).unwrap_or_default();
        rungs.extend(t.rungs.iter().filter_map(|r| self.rung(r, &owner)));
        let rank = |o: Offset| match o {
            Offset::Half => (0, 0),
            Offset::WorkingDaysBefore(n) => (1, -i64::from(n) * 24 * 60),
            Offset::HoursBefore(n) => (1, -i64::from(n) * 60),
            Offset::MinutesBefore(n) => (1, -i64::from(n)),
            Offset::Due => (2, 0),
            Offset::WorkingDaysAfter(n) => (3, i64::from(n) * 24 * 60),
            Offset::HoursAfter(n) => (3, i64::from(n) * 60),
            Offset::MinutesAfter(n) => (3, i64::from(n)),
        };
        if !rungs.iter().map(|r| rank(r.at)).is_sorted() {
            self.find(key, "ladder_order");
        }
        for r in &rungs {
            if let Action::Move(m) = &r.action
                && !self.def.moves.contains_key(m.as_str())
            {
                self.find_at(key.span().start, "unknown_move", &[("word", m)]);
            }
        }
        if kind != Kind::Duty && !rungs.iter().any(|r| r.at == Offset::Due) {
            self.find(key, "window_without_due");
        }
        TermDef {
            key: key.get_ref().clone(),
            title: t.title.clone(),
            en: t.en.clone(),
            kind,
            rule,
            anchor,
            from: t.from.clone().unwrap_or_default(),
            rearm,
            met_by: self.known_set(&t.met_by, &self.def.moves, "unknown_move"),
            met_on_leaving: self.known_set(&t.met_on_leaving, &self.def.states, "unknown_state"),
            cancelled_by: self.known_set(&t.cancelled_by, &self.def.moves, "unknown_move"),
            cancelled_on_leaving: self.known_set(&t.cancelled_on_leaving, &self.def.states, "unknown_state"),
            owner,
            rungs,
            at: key.span().start,
        }
    }

    fn ladder(&mut self, w: &Word, owner: &str) -> Vec<RungDef> {
        match self.def.ladders.get(w.get_ref().as_str()) {
            Some(l) => l.iter().filter_map(|r| self.rung(r, owner)).collect(),
            None => {
                self.find(w, "unknown_ladder");
                Vec::new()
            }
        }
    }

    fn rung(&mut self, r: &raw::Rung, owner: &str) -> Option<RungDef> {
        let Some(at) = offset(r.at.get_ref()) else {
            self.find(&r.at, "bad_offset");
            return None;
        };
        let action = match (r.action.as_ref().map(|w| w.get_ref().as_str()), &r.makes) {
            (None, Some(m)) => Action::Move(m.get_ref().clone()),
            (Some("remind"), None) => Action::Remind,
            (Some("yellow"), None) => Action::Yellow,
            (Some("red"), None) => Action::Red,
            (Some("escalate"), None) => Action::Escalate,
            _ => {
                self.find(r.action.as_ref().unwrap_or(&r.at), "unknown_word");
                return None;
            }
        };
        let place = owner.split_once('@').map_or(self.def.place.get_ref().as_str(), |(_, p)| p);
        let mut to = Vec::new();
        for w in &r.to {
            let name = match w.get_ref().as_str() {
                "owner" => owner.to_owned(),
                other => match other.strip_suffix("@owner") {
                    Some(duty) => format!("{duty}@{place}"),
                    None => other.to_owned(),
                },
            };
            to.push(self.role(&Word::new(w.span(), name)));
        }
        let silent = matches!(action, Action::Move(_)) && r.notice.is_none() && to.is_empty();
        let notice = match &r.notice {
            Some(w) => self.template(w),
            None if silent => String::new(),
            None => self.template(&Word::new(r.at.span(), format!("term_{}", action.name()))),
        };
        if !silent && to.is_empty() {
            self.find(&r.at, "rung_without_audience");
        }
        Some(RungDef { at, action, to, notice })
    }

    fn chain(&mut self, key: &Word, c: &raw::Chain) -> ChainDef {
        let steps: Vec<StepDef> = c.steps.iter().map(|s| self.step(s)).collect();
        if steps.is_empty() {
            self.find(key, "empty_chain");
        }
        let mut keys = BTreeSet::new();
        let mut alternatives = Vec::new();
        for (k, a) in in_order(&c.alternatives) {
            if !steps.iter().any(|s| s.key == *a.replaces.get_ref()) {
                self.find(&a.replaces, "unknown_step");
            }
            alternatives.push((k.get_ref().clone(), a.replaces.get_ref().clone(), self.step(&a.step)));
        }
        for s in c.steps.iter().chain(c.alternatives.values().map(|a| &a.step)) {
            if !keys.insert(s.key.get_ref().as_str()) || (s.key.get_ref() == SUPERVISOR && key.get_ref() != BACKDATING) {
                self.find(&s.key, "step_twice");
            }
        }
        let dated = match c.date.as_ref().map_or("requested", |w| w.get_ref().as_str()) {
            "requested" => false,
            "signed" => true,
            _ => {
                c.date.iter().for_each(|w| self.find(w, "unknown_word"));
                false
            }
        };
        ChainDef {
            key: key.get_ref().clone(),
            title: c.title.clone(),
            steps,
            alternatives,
            dated_by_signature: dated,
            at: key.span().start,
        }
    }

    fn step(&mut self, s: &raw::Step) -> StepDef {
        let role = self.role(&s.role);
        let rungs = self.ladder(&s.ladder, &role);
        if !rungs.iter().any(|r| r.action == Action::Escalate && r.to.iter().any(|t| *t != role)) {
            self.find(&s.key, "no_escalation");
        }
        StepDef { key: s.key.get_ref().clone(), title: s.title.clone(), role, rule: self.rule(&s.rule), rungs, evidence: s.evidence }
    }

    pub(super) fn codes_of(&self, list: &str) -> Option<Vec<(String, String)>> {
        self.reg.codes.get(list).cloned()
    }
}

mod moves;

/// Every name a move may look at, the conditions of the terms it may arm included.
fn names(graph: &Graph, m: &MoveDef) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add = |e: &Expr| names.extend(e.names(true));
    m.form.iter().filter_map(|f| f.required_if.as_ref()).for_each(&mut add);
    m.guards.iter().for_each(|g| add(&g.test));
    for e in &m.effects {
        e.test.iter().for_each(&mut add);
        e.args.iter().for_each(|a| add(&a.1));
    }
    for s in &m.signals {
        s.test.iter().for_each(&mut add);
        s.form.iter().for_each(|a| add(&a.1));
    }
    m.notices.iter().filter_map(|n| n.test.as_ref()).for_each(&mut add);
    m.extends.iter().filter_map(|x| x.by.as_ref()).for_each(&mut add);
    m.pauses.iter().for_each(|p| add(&p.days));
    let entered = m.to.as_ref().and_then(|s| graph.state(s)).map(|s| s.arms.as_slice()).unwrap_or_default();
    let mut facts = Vec::new();
    for a in m.arms.iter().chain(entered) {
        a.test.iter().for_each(&mut add);
        a.from.iter().for_each(&mut add);
        if let Some(t) = graph.term(&a.term) {
            t.anchor.iter().for_each(&mut add);
            if let RuleRef::By { fact, .. } = &t.rule {
                facts.push(fact.clone());
            }
        }
    }
    names.extend(facts);
    names
}

/// Reads `half`, `due`, `-10wd`, `+4h`.
fn offset(text: &str) -> Option<Offset> {
    match text {
        "half" => return Some(Offset::Half),
        "due" => return Some(Offset::Due),
        _ => {}
    }
    let (before, rest) = match text.split_at_checked(1)? {
        ("-", r) => (true, r),
        ("+", r) => (false, r),
        _ => return None,
    };
    let split = rest.find(|c: char| !c.is_ascii_digit())?;
    let n: u32 = rest[..split].parse().ok()?;
    match (before, &rest[split..]) {
        (true, "wd") => Some(Offset::WorkingDaysBefore(n)),
        (true, "h") => Some(Offset::HoursBefore(n)),
        (true, "m") => Some(Offset::MinutesBefore(n)),
        (false, "wd") => Some(Offset::WorkingDaysAfter(n)),
        (false, "h") => Some(Offset::HoursAfter(n)),
        (false, "m") => Some(Offset::MinutesAfter(n)),
        _ => None,
    }
}
