//! The engine on the shipped definitions: what these tests share, and the tests.
//!
//! They live here and not in `flow` because the definitions speak of facts that only `domain` knows.

mod announcements;
mod approvals;
mod findings;
mod forms;
mod listing;
mod lives;
mod penalty;
mod pictures;
mod promise;
mod terms;

use crate::base::error::Refusal;
use crate::base::id::{AccountId, Ids};
use crate::base::{At, Day};
use crate::domain::facts;
use crate::flow::graph::Graph;
use crate::flow::step::{StartInput, start, step};
use crate::flow::terms::alarm_move;
use crate::flow::{Acting, Facts, Finding, Form, Move, Procedure, Registry, Step, TermState, TermStatus, Value, builtin, check};
use crate::law::{Calendar, Fen, Law, Rules};
use std::sync::Arc;

pub fn files() -> Vec<(String, String)> {
    facts::DEFINITIONS.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect()
}
pub fn registry() -> Registry {
    facts::registry(facts::CODES, &Rules::embedded()).unwrap()
}
/// Read and checked once: the search of every definition takes its time, and a random life begins often.
pub fn shipped() -> Vec<Graph> {
    static ALL: std::sync::OnceLock<Vec<Graph>> = std::sync::OnceLock::new();
    ALL.get_or_init(|| check::load(&files(), &registry()).unwrap_or_else(|f| panic!("{}", lines(&f)))).clone()
}
pub fn graph(key: &str) -> Graph {
    shipped().into_iter().filter(|g| g.key == key).max_by_key(|g| g.version).unwrap()
}
pub fn lines(found: &[Finding]) -> String {
    found.iter().map(|f| format!("{f}\n")).collect()
}
pub fn law() -> Law {
    Law { calendar: Arc::new(Calendar::embedded()), rules: Arc::new(Rules::embedded()) }
}
/// 2026-m-d h:00 in UTC+8.
pub fn at(m: u32, d: u32, h: u32) -> At {
    Day::ymd(2026, m, d).unwrap().at(h, 0)
}
pub fn person(n: u8, roles: &[&str]) -> Acting {
    Acting { account: Some(account(n)), roles: roles.iter().map(|r| (*r).to_owned()).collect() }
}
pub fn account(n: u8) -> AccountId {
    uuid::Uuid::from_bytes([n; 16]).into()
}
pub fn system() -> Acting {
    Acting { account: None, roles: ["system".to_owned()].into() }
}

/// A procedure driven by hand.
pub struct Life {
    pub g: Graph,
    pub law: Law,
    pub p: Procedure,
    pub facts: Facts,
    pub ids: Ids,
    pub now: At,
}

/// Facts of an ordinary complaint in which everything is in order.
pub fn facts_in_order(received: At) -> Facts {
    let yes = Value::Bool(true);
    let id = |n: u8| Value::Id(account(n).uuid());
    let money = |n: i64| Value::Money(Fen::new(n));
    let text = |s: &str| Value::Text(s.to_owned());
    [
        ("case.origin", text("complaint")),
        ("case.received_at", Value::At(received)),
        ("case.complaint_received_at", Value::At(received)),
        ("case.docketed", Value::Bool(false)),
        ("case.area_known", yes.clone()),
        ("case.state", text("investigating")),
        ("case.unserved", Value::Bool(false)),
        ("case.default_only", Value::Bool(false)),
        ("case.lead", text("rs-370705")),
        ("case.grade", text("ordinary")),
        ("case.transfers", Value::Int(0)),
        ("case.has_respondent", yes.clone()),
        ("case.within_limitation", yes.clone()),
        ("claims.count", Value::Int(2)),
        ("claims.open", money(0)),
        ("claims.verified", money(500_000)),
        ("claims.paid", money(0)),
        ("claims.outstanding", money(500_000)),
        ("claims.remainder_resolved", yes.clone()),
        ("people.officers", Value::Int(2)),
        ("people.second", id(2)),
        ("people.handling", Value::List(vec![id(1), id(2)])),
        ("people.handlers", Value::List(vec![id(1), id(2), id(3)])),
        ("people.recused", Value::List(Vec::new())),
        ("money.unallocated", money(0)),
        ("money.unconfirmed", money(0)),
        ("children.agreement", Value::Int(0)),
        ("children.payment_order", Value::Int(0)),
        ("children.supervision", Value::Int(0)),
        ("children.cooperation", Value::Int(0)),
        ("children.talk", Value::Int(0)),
        ("children.commitment", Value::Int(0)),
        ("children.incident", Value::Int(0)),
        ("children.announcement", Value::Int(0)),
        ("announcement.decided", yes.clone()),
        ("announcement.decision", text("order")),
        ("announcement.remedy", text("none")),
        ("announcement.own", Value::Bool(false)),
        ("announcement.way", text("batch")),
        ("announcement.shown", Value::Bool(false)),
        ("announcement.publish_from", Value::At(received)),
        ("repeats.most", Value::Int(1)),
        ("supervision.own", Value::Bool(false)),
        ("supervision.level", text("reminder")),
        ("supervision.next", text("order")),
        ("supervision.higher", Value::List(["order", "summons", "circular"].map(text).to_vec())),
        ("cooperation.due_at", Value::At(received)),
        ("cooperation.own", Value::Bool(false)),
        ("talk.on_at", Value::At(received)),
        ("commitment.due_at", Value::At(received)),
        ("incident.known_at", Value::At(received)),
        ("incident.category", text("mass")),
        ("incident.informed", Value::Int(1)),
        ("listing.expired_at", Value::At(received)),
        ("listing.decide_by", Value::At(received.plus(chrono::Duration::days(30)))),
        ("listing.clock_over", Value::Bool(false)),
        ("listing.order_stands", yes.clone()),
        ("listing.order_expired", yes.clone()),
        ("listing.order_stayed", Value::Bool(false)),
        ("listing.suit_pending", Value::Bool(false)),
        ("listing.employer", yes.clone()),
        ("listing.unpaid", money(500_000)),
        ("listing.threshold", yes.clone()),
        ("listing.incident", Value::Bool(false)),
        ("listing.eligible", yes.clone()),
        ("listing.grounded", yes.clone()),
        ("listing.unit_ready", yes.clone()),
        ("listing.unit_cleared", Value::Bool(false)),
        ("listing.decision_served", yes.clone()),
        ("listing.listed_already", Value::Bool(false)),
        ("listing.paid", Value::Bool(false)),
        ("listing.receivers_open", Value::Int(0)),
        ("listing.receivers", Value::Int(1)),
        ("listing.ended_on", Value::Day(received.day())),
        ("listing.display_until", Value::At(received.plus(chrono::Duration::days(365)))),
        ("listing.published", Value::Bool(false)),
        ("listing.removal_running", Value::Bool(false)),
        ("listing.removed_early", yes.clone()),
        ("door.waits", Value::Bool(false)),
        ("party.unit", Value::Bool(false)),
        ("party.kind", text("principal")),
        ("party.notice_on", Value::Day(received.day())),
        ("party.paper_on", Value::Day(received.day())),
        ("party.posted_over", yes.clone()),
        ("party.posted_until", Value::Day(received.day())),
        ("removal.applied_at", Value::At(received)),
        ("removal.applied_day", Value::Day(received.day())),
        ("removal.verified", yes.clone()),
        ("removal.paid", yes.clone()),
        ("removal.paid_on", Value::Day(received.day())),
        ("removal.six_months_over", yes.clone()),
        ("removal.new_arrears", Value::Bool(false)),
        ("removal.criminal", Value::Bool(false)),
        ("penalty.filed_at", Value::At(received)),
        ("penalty.right", text("statement")),
        ("penalty.officers", Value::Int(2)),
        ("penalty.investigators", Value::List(vec![id(1), id(2)])),
        ("penalty.least", money(200_000)),
        ("penalty.most", money(2_000_000)),
        ("penalty.ceiling", money(2_000_000)),
        ("penalty.fine", money(300_000)),
        ("penalty.bureau_may", yes.clone()),
        ("penalty.subject_may", yes.clone()),
        ("penalty.ordered", yes.clone()),
        ("penalty.within_limitation", yes.clone()),
        ("penalty.fined_already", Value::Bool(false)),
        ("penalty.grounded", yes.clone()),
        ("penalty.crime_open", Value::Bool(false)),
        ("penalty.crime_sent", yes.clone()),
        ("penalty.own", Value::Bool(false)),
        ("penalty.reviewed", yes.clone()),
        ("penalty.discussed", yes.clone()),
        ("penalty.told", yes.clone()),
        ("penalty.window_over", yes.clone()),
        ("penalty.statement_open", Value::Bool(false)),
        ("penalty.answer", text("none")),
        ("penalty.hearing_open", Value::Bool(false)),
        ("penalty.hearing_told", yes.clone()),
        ("penalty.hearing_day", Value::Day(received.day())),
        ("penalty.hearing_notice_by", Value::Day(received.day())),
        ("penalty.clock_over", Value::Bool(false)),
        ("penalty.first", yes.clone()),
        ("penalty.notice_on", Value::Day(received.day())),
        ("penalty.decided_day", Value::Day(received.day())),
        ("penalty.posted_over", yes.clone()),
        ("penalty.posted_until", Value::Day(received.day())),
        ("penalty.window_until", Value::Day(received.day().plus(3_000))),
        ("penalty.hearing_set_on", Value::Day(received.day())),
        ("penalty.suit_pending", Value::Bool(false)),
        ("penalty.on_order", yes.clone()),
        ("penalty.served_day", Value::Day(received.day())),
        ("penalty.remedies_past", yes.clone()),
        ("penalty.court_from", Value::Day(received.day())),
        ("penalty.court_runs", yes.clone()),
        ("penalty.urge_on", Value::Day(received.day())),
        ("penalty.pay_day", Value::Day(received.day())),
        ("penalty.left", money(0)),
        ("penalty.paid", money(0)),
        ("penalty.remedy", text("none")),
        ("penalty.remedies_end", Value::Day(received.day())),
        ("penalty.urge_issued", yes.clone()),
        ("penalty.court_over", Value::Bool(false)),
        ("penalty.urge_done", yes.clone()),
        ("penalty.applied", Value::Bool(false)),
        ("penalty.deferred", Value::Bool(false)),
        ("filing.channel", text("hotline_12345")),
        ("filing.kind", text("complaint")),
        ("filing.way", text("hotline_12345")),
        ("filing.contactable", yes.clone()),
        ("filing.received_at", Value::At(received)),
        ("filing.area_known", yes.clone()),
        ("grading.current", yes),
        ("grading.grade", text("C")),
        ("grading.talked", Value::Bool(false)),
        ("grading.issued_on", Value::Day(received.day())),
        ("grading.told_on", Value::Day(received.day())),
    ]
    .into_iter()
    .map(|(k, v)| (k.to_owned(), v))
    .collect()
}

impl Life {
    pub fn begin(key: &str, now: At) -> Self {
        Self::begin_with(key, now, Form::new())
    }
    /// Begins one whose start asks for a form.
    pub fn begin_with(key: &str, now: At, form: Form) -> Self {
        let (g, law, facts) = (graph(key), law(), facts_in_order(now));
        let mut ids = Ids::seeded(key.as_bytes());
        // a fine is filed by an officer, everything else begins by itself
        let actor = if key == "penalty" { officer() } else { system() };
        let input = StartInput { actor, occurred_at: now, form };
        let p = start(&g, &law, &input, &facts, now, &mut ids).unwrap().after;
        Self { g, law, p, facts, ids, now }
    }
    pub fn set(&mut self, name: &str, v: Value) {
        assert!(self.facts.insert(name.to_owned(), v).is_some() || facts::FACTS.iter().any(|f| f.name == name), "{name}");
    }
    /// Tries a move dated `on` and keeps what it comes to.
    pub fn at(&mut self, name: &str, actor: &Acting, on: At, form: &[(&str, Value)]) -> Result<Step, Refusal> {
        let form = form.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        self.make(Move { name: name.to_owned(), actor: actor.clone(), occurred_at: on, form, term: None })
    }
    pub fn make(&mut self, mv: Move) -> Result<Step, Refusal> {
        let s = step(&self.g, &self.law, &self.p, &mv, &self.facts, self.now, &mut self.ids)?;
        self.p = s.after.clone();
        Ok(s)
    }
    /// Makes a move now; it must go.
    pub fn go(&mut self, name: &str, actor: &Acting, form: &[(&str, Value)]) -> Step {
        let now = self.now;
        self.at(name, actor, now, form).unwrap_or_else(|r| panic!("{name}: {} {}", r.code, r.message))
    }
    /// The refusal a move meets.
    pub fn refused(&mut self, name: &str, actor: &Acting, form: &[(&str, Value)]) -> String {
        let now = self.now;
        match self.at(name, actor, now, form) {
            Ok(_) => panic!("{name} went through"),
            Err(r) => {
                assert!(!r.message.contains('{') && !r.message.is_ascii(), "{}", r.message);
                r.code
            }
        }
    }
    pub fn term(&self, key: &str) -> &TermState {
        self.p.terms.iter().rev().find(|t| t.key == key).unwrap_or_else(|| panic!("no term {key}"))
    }
    pub fn live(&self) -> Vec<&str> {
        self.p.terms.iter().filter(|t| t.status == TermStatus::Live).map(|t| t.key.as_str()).collect()
    }
    /// The alarm of a term fires at `now`.
    pub fn alarm(&mut self, key: &str) -> Result<Step, Refusal> {
        let id = self.p.terms.iter().find(|t| t.key == key && t.status == TermStatus::Live).map(|t| t.id);
        let name = id.and_then(|id| alarm_move(&self.p, id)).unwrap_or(builtin::RUNG);
        self.make(Move { name: name.to_owned(), actor: system(), occurred_at: self.now, form: Form::new(), term: id })
    }
    /// Assigned on 2026-03-02, its acceptance under review.
    pub fn examined() -> Self {
        let mut l = Self::begin("complaint", at(3, 2, 9));
        l.go("sign_for", &desk(), &[]);
        l.go("assign", &leader(), &[("account", id(1)), ("second", id(2))]);
        l
    }
    /// From its dispatch to the investigation, one working day a move from 2026-03-02 on.
    pub fn investigating() -> Self {
        let mut l = Self::examined();
        l.now = at(3, 3, 9);
        l.go("docket", &officer(), &[("facts", words())]);
        l.go(builtin::APPROVE, &leader(), &[]);
        l.go(builtin::APPROVE, &head(), &[]);
        l.go("start_investigation", &officer(), &[]);
        l
    }
}

pub fn id(n: u8) -> Value {
    Value::Id(account(n).uuid())
}
pub fn words() -> Value {
    Value::Text("经查，用人单位拖欠工资属实，情况如下。".to_owned())
}
pub fn code(c: &str) -> Value {
    Value::Text(c.to_owned())
}
pub fn officer() -> Acting {
    person(1, &["handler@lead"])
}
pub fn desk() -> Acting {
    person(7, &["desk@lead", "desk@receiving"])
}
pub fn leader() -> Acting {
    person(4, &["leader@lead", "leader@receiving"])
}
pub fn legal() -> Acting {
    person(5, &["legal@lead"])
}
pub fn head() -> Acting {
    person(6, &["head@lead", "head@receiving"])
}
pub fn supervisor() -> Acting {
    person(8, &["supervisor@above", "supervisor@common", "supervisor@city"])
}
pub fn credit() -> Acting {
    person(11, &["credit@lead"])
}
/// Somebody of the bureau that is asked.
pub fn asked() -> Acting {
    person(10, &["desk@asked", "handler@asked", "leader@asked", "head@asked"])
}
