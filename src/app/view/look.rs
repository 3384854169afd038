//! A reader's look at the database: rows become the blocks of a page.
//!
//! Reads stored masks; opens only free texts of moves and names of files, for whoever may read the matter. What could name
//! a reporter 举报人 is shown in the unit alone.

use super::parts::{
    ApprovalView, DocumentView, EventView, EvidenceView, FilingView, Lamp, ProcedureView, StepView, SuggestionView, TermView,
};
use super::words::{budget_text, coded, event_title, lamp, remaining_text, words};
use crate::app::App;
use crate::app::subject::{in_unit, procedure};
use crate::base::id::{AccountId, FilingId, ProcedureId, StreamId};
use crate::base::seal::{self, Place};
use crate::base::{At, Result, text};
use crate::domain::access::{self, Actor, Scope};
use crate::flow::graph::Graph;
use crate::flow::{self, Acting, Procedure, TermState, TermStatus};
use crate::law::Law;
use crate::law::term::{Effect, Kind};
use crate::store::procedures::{self, Row, TermRow};
use crate::store::{Conn, accounts, cases, filings, journal, papers};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The field of a move that holds the number of a person's papers: the story of a case shows its mask, the number stands where it is asked for.
const IDENTITY: &str = "id_number";

/// A reader's look at the database: names of persons are fetched once.
pub(in crate::app) struct Looker<'a> {
    pub(in crate::app) c: &'a mut Conn,
    pub(in crate::app) app: &'a App,
    pub(in crate::app) law: Arc<Law>,
    pub(in crate::app) keys: &'a seal::KeyRing,
    pub(in crate::app) now: At,
    pub(in crate::app) names: BTreeMap<AccountId, String>,
    /// Reports 举报 this reader is outside the unit of: nothing that could name the reporter is opened.
    pub(in crate::app) hidden: BTreeSet<FilingId>,
    /// Incidents whose reports this reader does not read: their events are shown, nothing that was said in them.
    pub(in crate::app) closed: BTreeSet<ProcedureId>,
}

/// The incidents among these procedures whose reports the reader does not read.
pub(in crate::app) fn closed(actor: &Actor, scope: &Scope, rows: &[Row]) -> BTreeSet<ProcedureId> {
    rows.iter()
        .filter(|r| r.kind == "incident")
        .filter(|r| !access::may_read_incident(actor, &Scope { assignee: r.assignee, ..scope.clone() }))
        .map(|r| r.id)
        .collect()
}

/// The reports a reader is outside the unit of.
pub(in crate::app) fn hidden(actor: &Actor, case: Option<&cases::Case>, all: &[filings::Filing]) -> BTreeSet<FilingId> {
    all.iter().filter(|f| f.secret && !in_unit(actor, case, f)).map(|f| f.id).collect()
}

impl Looker<'_> {
    pub(in crate::app) fn name(&mut self, id: Option<AccountId>) -> Result<String> {
        let Some(id) = id else { return Ok(text::zh("actor.system").to_owned()) };
        if let Some(n) = self.names.get(&id) {
            return Ok(n.clone());
        }
        let name = accounts::get(self.c, id)?.map_or_else(|| "—".to_owned(), |a| a.name);
        self.names.insert(id, name.clone());
        Ok(name)
    }

    fn term(&self, graph: &Graph, t: &TermState, full: bool) -> TermView {
        let due = t.term.due(&self.law.calendar, t.ended_at.unwrap_or(self.now));
        let paused = t.status == TermStatus::Live && t.term.paused_at(self.now);
        let lamp = match t.status {
            TermStatus::Live if paused => Lamp::Paused,
            TermStatus::Live if t.term.kind == Kind::Duty => lamp(&self.law, graph, &t.key, due.passes_at, due.day, self.now),
            TermStatus::Live => Lamp::Normal,
            _ => Lamp::Ended,
        };
        let explanation = if full { t.term.explain(&self.law.calendar, self.now).sentences() } else { Vec::new() };
        TermView {
            key: t.key.clone(),
            title: graph.term_title(&t.key),
            owner: graph.term_owner(&t.key).map(crate::domain::facts::role_title).unwrap_or_default(),
            kind: match t.term.kind {
                Kind::Duty => "duty",
                Kind::Window => "window",
                Kind::Gate => "gate",
            },
            effect: match t.term.effect {
                Effect::Statutory => "statutory",
                Effect::Service => "service",
            },
            status: crate::app::project::status(t.status),
            lamp,
            missed: t.missed,
            provisional: due.provisional && t.status == TermStatus::Live,
            start_event: t.term.start_event.clone(),
            start_at: t.term.start,
            due_at: due.passes_at,
            due_day: due.day,
            remaining: if t.status == TermStatus::Live {
                remaining_text(&t.term.remaining(&self.law.calendar, self.now))
            } else {
                String::new()
            },
            budget: budget_text(&t.term),
            article: t.term.article.clone(),
            explanation,
            ended_at: t.ended_at,
        }
    }

    pub(in crate::app) fn procedure(
        &mut self,
        row: &Row,
        terms: &[TermRow],
        scope: &Scope,
        actor: &Actor,
        form_version: i64,
    ) -> Result<(ProcedureView, Procedure)> {
        let graph = self.app.graphs.get(&row.kind, row.version)?;
        let p = procedure(row, terms, self.keys)?;
        let mut views: Vec<TermView> = p.terms.iter().map(|t| self.term(&graph, t, true)).collect();
        views.sort_by_key(|v| (v.status != "live", v.kind != "duty", v.due_at));
        let approval = match &p.approval {
            None => None,
            Some(a) => {
                let mut steps = Vec::new();
                for (i, key) in a.steps.iter().enumerate() {
                    let signed = a.signed.iter().rev().find(|s| s.step == *key && s.agreed);
                    steps.push(StepView {
                        title: graph.step_of(&a.chain, key).map_or_else(|| coded("approval.step", key), |s| s.title.clone()),
                        state: if signed.is_some() && i < a.step {
                            "signed"
                        } else if i == a.step {
                            "current"
                        } else {
                            "later"
                        },
                        by: signed.map(|s| self.name(Some(s.by))).transpose()?,
                        at: signed.map(|s| s.occurred_at),
                    });
                }
                Some(ApprovalView {
                    name: a.name.clone(),
                    title: graph.find(&a.name).map(|m| m.title.clone()).unwrap_or_default(),
                    requested_by: self.name(Some(a.requested_by))?,
                    requested_at: a.requested_at,
                    steps,
                })
            }
        };
        let mut scope = scope.clone();
        scope.assignee = p.assignee;
        scope.requester = p.approval.as_ref().map(|a| a.requested_by);
        let acting = Acting { account: actor.account(), roles: access::roles(actor, &scope) };
        let facts = crate::app::facts::load_for_offer(self.c, self.app, actor, row, &p, &graph, self.now)?;
        let moves = flow::offer::offer(&graph, &self.law, &p, &acting, &facts, self.now);
        // nobody holds what has ended; where it ended is still said
        let bureau = self.app.bureau_name(&row.holder_bureau);
        let holder = match row.holder_role.split('@').next().filter(|r| !r.is_empty()) {
            Some(role) => text::zh_with("holder.at", &[("role", text::zh(&format!("duty.{role}"))), ("bureau", &bureau)]),
            None => bureau,
        };
        let view = ProcedureView {
            id: row.id,
            kind: row.kind.clone(),
            title: graph.title.clone(),
            version: row.version,
            state: row.state.clone(),
            state_title: graph.state(&row.state).map(|s| s.title.clone()).unwrap_or_default(),
            open: row.open,
            holder,
            assignee: row.assignee.map(|a| self.name(Some(a))).transpose()?,
            filing: row.filing_id,
            terms: views,
            approval,
            moves,
            form_version,
        };
        Ok((view, p))
    }

    pub(in crate::app) fn filing(&mut self, f: &filings::Filing, claimant: Option<&filings::Claimant>) -> Result<FilingView> {
        let narrative = if self.hidden.contains(&f.id) {
            text::zh("claimant.secret").to_owned()
        } else {
            seal::open(self.keys, Place::new("filings", "narrative_ct", f.id), &f.narrative_ct)?
        };
        Ok(FilingView {
            id: f.id,
            number: f.number.clone(),
            source_number: f.source_no.clone(),
            source: f.told_doc.source.clone(),
            channel: f.channel.clone(),
            channel_title: coded("channel", &f.channel),
            kind: f.kind.clone(),
            kind_title: coded("filing.kind", &f.kind),
            case: f.case_id,
            claimant: if f.secret {
                text::zh("claimant.secret").to_owned()
            } else {
                claimant.map(|c| c.name_mask.clone()).unwrap_or_default()
            },
            claimant_phone: claimant.filter(|_| !f.secret).and_then(|c| c.phone_mask.clone()),
            claimant_id: claimant.filter(|_| !f.secret).and_then(|c| c.person_mask.clone()),
            receiving_bureau: self.app.bureau_name(&f.receiving_bureau),
            received_at: f.received_at,
            area: f.area.as_deref().map(|a| self.app.area_name(a)),
            area_text: f.area_text.clone(),
            address: f.told_doc.address.clone(),
            respondent: f.respondent_name.clone(),
            uscc: f.told_doc.uscc.clone(),
            project: f.project_name.clone(),
            project_kind: f.told_doc.project_kind.clone(),
            headcount: f.headcount,
            reported_total_fen: f.reported_total,
            period_from: f.period_from,
            period_to: f.period_to,
            narrative,
            grade: coded("grade", &f.grade),
            flags: words("flag", &f.told_doc.flags),
            desk_reason: f.desk_reason.as_deref().map(|r| coded("desk", r)),
            answer: f.answer_code.as_deref().map(|a| self.app.code_title("answer", a)),
            logs_in: f.worker_id.is_some(),
            earlier_filings: if f.secret { 0 } else { (filings::count_of_person(self.c, f.claimant_id)? - 1).max(0) },
        })
    }

    pub(in crate::app) fn evidence(&mut self, rows: Vec<papers::Evidence>) -> Result<Vec<EvidenceView>> {
        rows.into_iter()
            .map(|e| {
                Ok(EvidenceView {
                    id: e.id,
                    kind: coded("evidence.kind", &e.kind),
                    name: if e.filing_id.is_some_and(|f| self.hidden.contains(&f)) {
                        coded("evidence.kind", &e.kind)
                    } else {
                        seal::open(self.keys, Place::new("evidence", "name_ct", e.id), &e.name_ct)?
                    },
                    media_type: e.media_type,
                    size: e.size,
                    sha256: e.sha256,
                    by: self.name(e.uploaded_by)?,
                    at: e.uploaded_at,
                })
            })
            .collect()
    }

    pub(in crate::app) fn documents(&mut self, rows: Vec<papers::Document>) -> Result<Vec<DocumentView>> {
        let shut = !self.closed.is_empty();
        rows.into_iter()
            .filter(|d| !(shut && d.kind.starts_with(crate::app::correspondence::INCIDENT)))
            .map(|d| {
                Ok(DocumentView {
                    id: d.id,
                    title: coded("document", &d.kind),
                    kind: d.kind,
                    number: d.number,
                    by: self.name(d.issued_by)?,
                    issued_at: d.issued_at,
                })
            })
            .collect()
    }

    pub(in crate::app) fn suggestions(&mut self, of: &[filings::Filing]) -> Result<Vec<SuggestionView>> {
        let mut out = Vec::new();
        for f in of.iter().filter(|f| !self.hidden.contains(&f.id)) {
            for s in filings::suggestions_of(self.c, f.id)? {
                let number = cases::get(self.c, s.case_id)?.map(|c| c.number).unwrap_or_default();
                out.push(SuggestionView { filing: f.number.clone(), case: s.case_id, number, reason: s.reason });
            }
        }
        Ok(out)
    }

    /// Events in words, newest first, with the free texts of moves opened.
    pub(in crate::app) fn timeline(&mut self, events: Vec<journal::Stored>, rows: &[Row]) -> Result<Vec<EventView>> {
        let streams: Vec<StreamId> = events.iter().map(|e| e.core.stream_id).collect::<BTreeSet<_>>().into_iter().collect();
        let mut remarks: BTreeMap<(StreamId, i64), Vec<(String, String)>> = BTreeMap::new();
        for (id, stream, seq, field, ct) in procedures::remarks_of(self.c, &streams)? {
            let text = seal::open(self.keys, Place::new("remarks", "text_ct", id), &ct)?;
            remarks.entry((stream, seq)).or_default().push((field, text));
        }
        let mut out = Vec::new();
        for e in events {
            let core = &e.core;
            let here = rows.iter().find(|r| StreamId::from(r.id) == core.stream_id).cloned();
            // the procedure of a filing that went to another case: what it did here stays readable, its free texts went along
            let gone = here.is_none() && core.stream == "procedure";
            let row = if gone { procedures::get(self.c, core.stream_id.uuid().into())? } else { here };
            let row = row.as_ref();
            let graph = match row {
                Some(r) => Some(self.app.graphs.get(&r.kind, r.version)?),
                None => None,
            };
            let hidden = row.and_then(|r| r.filing_id).is_some_and(|f| gone || self.hidden.contains(&f));
            let sealed = remarks.remove(&(core.stream_id, i64::from(core.seq))).filter(|_| !hidden).unwrap_or_default();
            let closed = row.is_some_and(|r| self.closed.contains(&r.id));
            out.push(EventView {
                title: event_title(graph.as_deref(), core),
                procedure: graph.as_ref().map(|g| g.title.clone()).unwrap_or_default(),
                by: self.name(core.actor)?,
                occurred_at: core.occurred_at,
                recorded_at: core.at,
                late: core.payload.get("late").and_then(serde_json::Value::as_bool).unwrap_or(false),
                basis: core.payload.get("basis").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
                details: if closed { Vec::new() } else { self.details(graph.as_deref(), core, sealed)? },
                hash: seal::hex(&e.hash[..4]),
            });
        }
        Ok(out)
    }

    /// The fields of a move's form in words.
    fn details(&mut self, graph: Option<&Graph>, core: &seal::EventCore, sealed: Vec<(String, String)>) -> Result<Vec<(String, String)>> {
        let Some(graph) = graph else {
            let told = matches!(core.kind.as_str(), "filing_moved_out" | "filing_moved_in" | "suggestion_dismissed");
            let said = sealed.into_iter().filter(|_| told);
            return Ok(said.map(|(key, words)| (coded("event.field", &key), words)).collect());
        };
        let name = core.payload.get("move").and_then(serde_json::Value::as_str).unwrap_or_default();
        let fields = flow::form::fields(graph, name).unwrap_or_default();
        let label = |key: &str| match fields.iter().find(|f| f.key == key) {
            Some(f) => f.title.clone(),
            // what time notes of a rung is no form
            None if text::has(&format!("event.field.{key}")) => coded("event.field", key),
            None => key.to_owned(),
        };
        let mut out = Vec::new();
        let form: flow::Form = core.payload.get("form").cloned().and_then(|v| serde_json::from_value(v).ok()).unwrap_or_default();
        for (key, value) in &form {
            let field = fields.iter().find(|f| f.key == *key);
            let words = match (field, key.as_str(), value) {
                (None, "term", flow::Value::Text(t)) => graph.term_title(t),
                // a rung is a lamp or a report; anything else is the name of a move made by itself
                (None, "rung", flow::Value::Text(t)) if text::has(&format!("rung.{t}")) => coded("rung", t),
                (None, "rung", flow::Value::Text(_)) => coded("rung", "move"),
                (None, "approved_by", flow::Value::Id(by)) => self.name(Some((*by).into()))?,
                (None, "step", flow::Value::Text(t)) => {
                    graph.chains.iter().find_map(|c| graph.step_of(&c.key, t)).map_or_else(|| t.clone(), |s| s.title.clone())
                }
                _ => self.value_text(field, value)?,
            };
            out.push((label(key), words));
        }
        let shown = |key: &str, said: String| if key == IDENTITY { text::mask_id(&said) } else { said };
        out.extend(sealed.into_iter().map(|(key, said)| (label(&key), shown(&key, said))));
        Ok(out)
    }

    fn value_text(&mut self, field: Option<&flow::graph::FieldDef>, value: &flow::Value) -> Result<String> {
        use flow::Value as V;
        use flow::graph::FieldKind as K;
        Ok(match value {
            V::Bool(b) => text::zh(if *b { "word.yes" } else { "word.no" }).to_owned(),
            V::Int(n) => n.to_string(),
            V::Money(f) => format!("{f} 元"),
            V::Day(d) => d.to_string(),
            V::At(t) => t.list_text(),
            V::Text(t) => match field.map(|f| f.kind) {
                Some(K::Bureau) => self.app.bureau_name(t),
                Some(K::Area) => self.app.area_name(t),
                Some(K::Choice) => {
                    let f = field.map(|f| (f.list.clone(), f.choices.clone())).unwrap_or_default();
                    f.1.iter()
                        .find(|(c, _)| c == t)
                        .map(|(_, n)| n.clone())
                        .unwrap_or_else(|| self.app.code_title(&f.0.unwrap_or_default(), t))
                }
                _ => t.clone(),
            },
            V::Id(id) => match field.map(|f| f.kind) {
                Some(K::Account) => self.name(Some((*id).into()))?,
                Some(K::Case) => cases::get(self.c, (*id).into())?.map(|c| c.number).unwrap_or_default(),
                Some(K::Evidence) => text::zh("word.attached").to_owned(),
                _ => text::zh("word.chosen").to_owned(),
            },
            V::List(l) => {
                let mut parts = Vec::new();
                for v in l {
                    parts.push(self.value_text(field, v)?);
                }
                parts.join("、")
            }
        })
    }
}
