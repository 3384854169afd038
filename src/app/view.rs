//! What a reader sees of a case or filing: one value for the API, the console and the printer.
//!
//! Owns the assembly and the words (titles from definitions, names from the catalogue). Reads stored masks; only free
//! texts of moves are opened, for whoever may read the matter. Remaining time is derived here by the same functions as
//! everywhere.

use super::App;
use super::subject::{procedure, scope_of};
use crate::base::id::{AccountId, CaseId, ClaimId, DocumentId, EvidenceId, FilingId, ProcedureId, StreamId};
use crate::base::seal::{self, Place};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{self, Actor, Scope};
use crate::flow::graph::{Action, Graph};
use crate::flow::offer::Offer;
use crate::flow::{self, Acting, Procedure, TermState, TermStatus};
use crate::law::term::{Effect, Kind, Offset};
use crate::law::{Fen, Law};
use crate::store::procedures::{self, Row, TermRow};
use crate::store::{Conn, accounts, cases, filings, journal, ledger, notices, papers};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::ToSchema;

/// How urgent a duty is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// 已超期.
    Overdue,
    /// 黄: about to pass.
    Yellow,
    /// 正常.
    Normal,
    /// 暂停.
    Paused,
    /// No longer running.
    Ended,
}

/// One term with everything derived.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TermView {
    /// Key in the definition.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Whose it is: the role's title.
    pub owner: String,
    /// `duty`, `window`, `gate`.
    pub kind: &'static str,
    /// `statutory` or `service`.
    pub effect: &'static str,
    /// `live`, `met`, `cancelled`, `closed`.
    pub status: &'static str,
    /// How urgent.
    pub lamp: Lamp,
    /// The permanent mark of a missed duty.
    pub missed: bool,
    /// The calendar of its year is not published yet.
    pub provisional: bool,
    /// What set it going.
    pub start_event: String,
    /// When.
    #[schema(value_type = String)]
    pub start_at: At,
    /// The instant it passes.
    #[schema(value_type = String)]
    pub due_at: At,
    /// Its day, for terms in days.
    #[schema(value_type = Option<String>)]
    pub due_day: Option<Day>,
    /// Remaining, in words: `还剩 3 个工作日`, `已超期 2 个工作日`.
    pub remaining: String,
    /// The rule in words: `5 个工作日`.
    pub budget: String,
    /// The article.
    pub article: String,
    /// Why this date, a sentence each.
    pub explanation: Vec<String>,
    /// When it ended.
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<At>,
}

/// One step of an approval.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// Its title: `大队长审核`.
    pub title: String,
    /// `signed`, `current`, `later`.
    pub state: &'static str,
    /// Who signed.
    pub by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>)]
    pub at: Option<At>,
}

/// A request that waits.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// The move that waits.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Who asked.
    pub requested_by: String,
    /// When.
    #[schema(value_type = String)]
    pub requested_at: At,
    /// The steps in order.
    pub steps: Vec<StepView>,
}

/// One procedure.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProcedureView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ProcedureId,
    /// The definition's key.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// The version it keeps.
    pub version: i32,
    /// The state's key.
    pub state: String,
    /// The state's title.
    pub state_title: String,
    /// Whether it runs.
    pub open: bool,
    /// Who holds it: role, bureau.
    pub holder: String,
    /// The officer.
    pub assignee: Option<String>,
    /// The filing it is about.
    #[schema(value_type = Option<String>)]
    pub filing: Option<FilingId>,
    /// Terms, live ones first by due date.
    pub terms: Vec<TermView>,
    /// The request that waits for signatures.
    pub approval: Option<ApprovalView>,
    /// Moves this reader may make or see refused.
    pub moves: Vec<Offer>,
    /// The version a form must send back (`If-Match`).
    pub form_version: i64,
}

/// One claim.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "sums as in design §7")]
pub struct ClaimView {
    #[schema(value_type = String)]
    pub id: ClaimId,
    pub claimant: String,
    pub respondent: String,
    #[schema(value_type = Option<String>)]
    pub period_from: Option<Day>,
    #[schema(value_type = Option<String>)]
    pub period_to: Option<Day>,
    pub migrant: String,
    #[schema(value_type = i64)]
    pub claimed_fen: Fen,
    #[schema(value_type = i64)]
    pub verified_fen: Fen,
    #[schema(value_type = i64)]
    pub rejected_fen: Fen,
    #[schema(value_type = i64)]
    pub open_fen: Fen,
    #[schema(value_type = i64)]
    pub paid_fen: Fen,
    #[schema(value_type = i64)]
    pub discharged_fen: Fen,
    #[schema(value_type = i64)]
    pub waived_fen: Fen,
    #[schema(value_type = i64)]
    pub outstanding_fen: Fen,
}

/// One payment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    /// The sum.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// When.
    #[schema(value_type = String)]
    pub paid_on: Day,
    /// Who paid.
    pub payer: String,
    /// Its proof.
    #[schema(value_type = String)]
    pub proof: EvidenceId,
}

/// One filing, masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in the form")]
pub struct FilingView {
    #[schema(value_type = String)]
    pub id: FilingId,
    pub number: String,
    pub source_number: Option<String>,
    pub source: String,
    pub channel: String,
    pub channel_title: String,
    pub kind: String,
    pub kind_title: String,
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    pub claimant: String,
    pub claimant_phone: Option<String>,
    pub claimant_id: Option<String>,
    pub receiving_bureau: String,
    #[schema(value_type = String)]
    pub received_at: At,
    pub area: Option<String>,
    pub area_text: String,
    pub address: Option<String>,
    pub respondent: String,
    pub uscc: Option<String>,
    pub project: Option<String>,
    pub project_kind: Option<String>,
    pub headcount: i32,
    #[schema(value_type = i64)]
    pub reported_total_fen: Fen,
    #[schema(value_type = Option<String>)]
    pub period_from: Option<Day>,
    #[schema(value_type = Option<String>)]
    pub period_to: Option<Day>,
    pub narrative: String,
    pub grade: String,
    pub flags: Vec<String>,
    pub desk_reason: Option<String>,
    pub answer: Option<String>,
    pub earlier_filings: i64,
}

/// One party of the chain.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in the form")]
pub struct PartyView {
    pub role: String,
    pub name: String,
    pub uscc: Option<String>,
    pub article: Option<String>,
}

/// One file.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in the form")]
pub struct EvidenceView {
    #[schema(value_type = String)]
    pub id: EvidenceId,
    pub kind: String,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    pub by: String,
    #[schema(value_type = String)]
    pub at: At,
}

/// One paper.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in the form")]
pub struct DocumentView {
    #[schema(value_type = String)]
    pub id: DocumentId,
    pub kind: String,
    pub title: String,
    pub number: String,
    pub by: String,
    #[schema(value_type = String)]
    pub issued_at: At,
}

/// One event of the history.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// What happened, in words.
    pub title: String,
    /// Which procedure, in words; empty for the case itself.
    pub procedure: String,
    /// Who.
    pub by: String,
    /// When it happened.
    #[schema(value_type = String)]
    pub occurred_at: At,
    /// When it was recorded.
    #[schema(value_type = String)]
    pub recorded_at: At,
    /// Keyed in late.
    pub late: bool,
    /// The article.
    pub basis: String,
    /// Fields of the form: label and value in words.
    pub details: Vec<(String, String)>,
    /// First bytes of the event's hash: what a receipt shows.
    pub hash: String,
}

/// A look-alike an officer may join.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuggestionView {
    /// The filing.
    pub filing: String,
    /// The other case.
    #[schema(value_type = String)]
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// Why.
    pub reason: String,
}

/// A notice that was queued.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeView {
    /// Its id.
    pub id: String,
    /// To whom.
    pub to: String,
    /// The text.
    pub text: String,
    /// When it may be shown.
    #[schema(value_type = String)]
    pub at: At,
    /// When it was read.
    #[schema(value_type = Option<String>)]
    pub read_at: Option<At>,
    /// The case.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
}

/// Everything of a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in design §2")]
pub struct CaseFile {
    #[schema(value_type = String)]
    pub id: CaseId,
    pub number: String,
    pub origin: String,
    pub origin_title: String,
    pub state: String,
    pub state_title: String,
    pub open: bool,
    pub area: String,
    pub area_name: String,
    pub lead_bureau: String,
    pub lead_bureau_name: String,
    pub oversight_bureau_name: Option<String>,
    pub project: Option<String>,
    pub project_kind: Option<String>,
    pub government_funded: Option<bool>,
    pub address: Option<String>,
    pub respondent: String,
    pub grade: String,
    pub grade_title: String,
    pub flags: Vec<String>,
    pub headcount: i32,
    #[schema(value_type = i64)]
    pub reported_total_fen: Fen,
    #[schema(value_type = i64)]
    pub claimed_fen: Fen,
    #[schema(value_type = i64)]
    pub verified_fen: Fen,
    #[schema(value_type = i64)]
    pub paid_fen: Fen,
    #[schema(value_type = i64)]
    pub waived_fen: Fen,
    #[schema(value_type = i64)]
    pub outstanding_fen: Fen,
    #[schema(value_type = i64)]
    pub remainder_fen: Fen,
    pub remainder: Option<String>,
    pub transfers: i32,
    pub conclusion: Option<String>,
    pub second_officer: Option<String>,
    #[schema(value_type = String)]
    pub first_received_at: At,
    #[schema(value_type = Option<String>)]
    pub complaint_received_at: Option<At>,
    pub form_version: i64,
    pub procedures: Vec<ProcedureView>,
    pub claims: Vec<ClaimView>,
    pub payments: Vec<PaymentView>,
    pub chain: Vec<PartyView>,
    pub filings: Vec<FilingView>,
    pub evidence: Vec<EvidenceView>,
    pub documents: Vec<DocumentView>,
    pub suggestions: Vec<SuggestionView>,
    pub notices: Vec<NoticeView>,
    pub timeline: Vec<EventView>,
}

/// Everything of a filing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in design §2")]
pub struct FilingFile {
    pub filing: FilingView,
    pub case_number: Option<String>,
    pub procedure: ProcedureView,
    pub chain: Vec<PartyView>,
    pub evidence: Vec<EvidenceView>,
    pub documents: Vec<DocumentView>,
    pub suggestions: Vec<SuggestionView>,
    pub timeline: Vec<EventView>,
}

/// The Chinese name of a code of a list: `code.<list>.<value>`.
#[must_use]
pub fn coded(list: &str, value: &str) -> String {
    text::zh(&format!("{list}.{value}")).to_owned()
}

fn words(list: &str, joined: &str) -> Vec<String> {
    joined.split(',').filter(|s| !s.is_empty()).map(|s| coded(list, s)).collect()
}

/// The lamp of a duty, by its ladder's yellow rung: the same answer in lists and on pages.
#[must_use]
pub fn lamp(law: &Law, graph: &Graph, key: &str, due_at: At, due_day: Option<Day>, now: At) -> Lamp {
    if due_at <= now {
        return Lamp::Overdue;
    }
    let yellow = graph.rungs(key).iter().find(|r| matches!(r.action, Action::Yellow)).map(|r| r.at);
    let near = match (yellow, due_day) {
        (Some(Offset::WorkingDaysBefore(n)), Some(day)) => {
            let mut d = day;
            for _ in 0..n {
                d = d.prev();
                while !law.calendar.is_working(d) {
                    d = d.prev();
                }
            }
            now.day() >= d
        }
        (Some(Offset::HoursBefore(n)), _) => due_at.plus(-chrono::Duration::hours(i64::from(n))) <= now,
        _ => false,
    };
    if near { Lamp::Yellow } else { Lamp::Normal }
}

/// A reader's look at the database: names of persons are fetched once.
pub(super) struct Looker<'a> {
    c: &'a mut Conn,
    app: &'a App,
    law: Arc<Law>,
    keys: Arc<seal::KeyRing>,
    now: At,
    names: BTreeMap<AccountId, String>,
}

impl Looker<'_> {
    fn name(&mut self, id: Option<AccountId>) -> Result<String> {
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
            status: super::project::status(t.status),
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

    pub(super) fn procedure(
        &mut self,
        row: &Row,
        terms: &[TermRow],
        scope: &Scope,
        actor: &Actor,
        form_version: i64,
    ) -> Result<(ProcedureView, Procedure)> {
        let graph = self.app.graphs.get(&row.kind, row.version)?;
        let p = procedure(row, terms, &self.keys)?;
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
        let facts = super::facts::load_for_offer(self.c, self.app, row, &p, &graph, self.now)?;
        let moves = flow::offer::offer(&graph, &self.law, &p, &acting, &facts, self.now);
        let holder = text::zh_with(
            "holder.at",
            &[
                ("role", text::zh(&format!("duty.{}", row.holder_role.split('@').next().unwrap_or_default()))),
                ("bureau", &self.app.bureau_name(&row.holder_bureau)),
            ],
        );
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

    fn filing(&mut self, f: &filings::Filing, claimant: Option<&filings::Claimant>) -> Result<FilingView> {
        let narrative = seal::open(&self.keys, Place::new("filings", "narrative_ct", f.id), &f.narrative_ct)?;
        Ok(FilingView {
            id: f.id,
            number: f.number.clone(),
            source_number: f.source_no.clone(),
            source: f.source.clone(),
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
            address: f.address.clone(),
            respondent: f.respondent_name.clone(),
            uscc: f.uscc.clone(),
            project: f.project_name.clone(),
            project_kind: f.project_kind.clone(),
            headcount: f.headcount,
            reported_total_fen: f.reported_total,
            period_from: f.period_from,
            period_to: f.period_to,
            narrative,
            grade: coded("grade", &f.grade),
            flags: words("flag", &f.flags),
            desk_reason: f.desk_reason.as_deref().map(|r| coded("desk", r)),
            answer: f.answer_code.as_deref().map(|a| self.app.code_title("answer", a)),
            earlier_filings: (filings::count_of_claimant(self.c, f.claimant_id)? - 1).max(0),
        })
    }

    fn evidence(&mut self, rows: Vec<papers::Evidence>) -> Result<Vec<EvidenceView>> {
        rows.into_iter()
            .map(|e| {
                Ok(EvidenceView {
                    id: e.id,
                    kind: coded("evidence.kind", &e.kind),
                    name: seal::open(&self.keys, Place::new("evidence", "name_ct", e.id), &e.name_ct)?,
                    media_type: e.media_type,
                    size: e.size,
                    sha256: e.sha256,
                    by: self.name(e.uploaded_by)?,
                    at: e.uploaded_at,
                })
            })
            .collect()
    }

    fn documents(&mut self, rows: Vec<papers::Document>) -> Result<Vec<DocumentView>> {
        rows.into_iter()
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

    fn suggestions(&mut self, of: &[filings::Filing]) -> Result<Vec<SuggestionView>> {
        let mut out = Vec::new();
        for f in of {
            for s in filings::suggestions_of(self.c, f.id)? {
                let number = cases::get(self.c, s.case_id)?.map(|c| c.number).unwrap_or_default();
                out.push(SuggestionView { filing: f.number.clone(), case: s.case_id, number, reason: s.reason });
            }
        }
        Ok(out)
    }

    /// Events in words, newest first, with the free texts of moves opened.
    pub(super) fn timeline(&mut self, events: Vec<journal::Stored>, rows: &[Row]) -> Result<Vec<EventView>> {
        let streams: Vec<StreamId> = events.iter().map(|e| e.core.stream_id).collect::<BTreeSet<_>>().into_iter().collect();
        let mut remarks: BTreeMap<(StreamId, i64), Vec<(String, String)>> = BTreeMap::new();
        for (id, stream, seq, field, ct) in procedures::remarks_of(self.c, &streams)? {
            let text = seal::open(&self.keys, Place::new("remarks", "text_ct", id), &ct)?;
            remarks.entry((stream, seq)).or_default().push((field, text));
        }
        let mut out = Vec::new();
        for e in events {
            let core = &e.core;
            let row = rows.iter().find(|r| StreamId::from(r.id) == core.stream_id);
            let graph = match row {
                Some(r) => Some(self.app.graphs.get(&r.kind, r.version)?),
                None => None,
            };
            let sealed = remarks.remove(&(core.stream_id, i64::from(core.seq))).unwrap_or_default();
            out.push(EventView {
                title: event_title(graph.as_deref(), core),
                procedure: graph.as_ref().map(|g| g.title.clone()).unwrap_or_default(),
                by: self.name(core.actor)?,
                occurred_at: core.occurred_at,
                recorded_at: core.at,
                late: core.payload.get("late").and_then(serde_json::Value::as_bool).unwrap_or(false),
                basis: core.payload.get("basis").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
                details: self.details(graph.as_deref(), core, sealed)?,
                hash: seal::hex(&e.hash[..4]),
            });
        }
        Ok(out)
    }

    /// The fields of a move's form in words.
    fn details(&mut self, graph: Option<&Graph>, core: &seal::EventCore, sealed: Vec<(String, String)>) -> Result<Vec<(String, String)>> {
        let Some(graph) = graph else { return Ok(Vec::new()) };
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
                (None, "rung", flow::Value::Text(t)) => coded("rung", t),
                _ => self.value_text(field, value)?,
            };
            out.push((label(key), words));
        }
        out.extend(sealed.into_iter().map(|(key, text)| (label(&key), text)));
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

/// An event's title: the move's and the state it led to, or the catalogue's word for other events.
fn event_title(graph: Option<&Graph>, core: &seal::EventCore) -> String {
    let s = |k: &str| core.payload.get(k).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let Some(g) = graph else { return coded(&format!("event.{}", core.stream), &core.kind) };
    let name = s("move");
    let title = g.find(&name).map_or_else(|| coded("move", &name), |m| m.title.clone());
    let to = g.state(&s("to")).map(|x| x.title.clone()).unwrap_or_default();
    let changed = s("from") != s("to");
    match core.kind.as_str() {
        "moved" if changed && !to.is_empty() => format!("{title} → {to}"),
        "moved" => title,
        kind => text::zh_with(&format!("event.procedure.{kind}"), &[("move", &title), ("state", &to)]),
    }
}

/// `还剩 3 个工作日`, `已超期 2 个工作日`, `已暂停`.
#[must_use]
pub fn remaining_text(r: &crate::law::term::Remaining) -> String {
    let unit = text::zh(match r.unit {
        crate::law::term::Unit::Hours | crate::law::term::Unit::OfficeHours => "unit.hours",
        crate::law::term::Unit::WorkingDays => "unit.working_days",
        _ => "unit.calendar_days",
    });
    let n = r.n.abs().to_string();
    let code = if r.paused {
        "remaining.paused"
    } else if r.overdue {
        "remaining.overdue"
    } else if r.n == 0 {
        "remaining.today"
    } else {
        "remaining.left"
    };
    text::zh_with(code, &[("n", &n), ("unit", unit)])
}

fn budget_text(t: &crate::law::term::Term) -> String {
    use crate::law::term::Unit;
    let unit = text::zh(match t.unit {
        Unit::WorkingDays => "unit.working_days",
        Unit::CalendarDays => "unit.calendar_days",
        Unit::Hours => "unit.hours",
        Unit::OfficeHours => "unit.office_hours",
        Unit::Months => "unit.months",
        Unit::Years => "unit.years",
    });
    let more: u32 = t.extensions.iter().map(|e| e.n).sum();
    if more == 0 { format!("{} {unit}", t.n) } else { format!("{} + {more} {unit}", t.n) }
}

impl App {
    /// The whole file of a case for whoever may read it.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn case_file(self: &Arc<Self>, actor: &Actor, id: CaseId) -> Result<CaseFile> {
        let (app, actor, now) = (Arc::clone(self), actor.clone(), self.now());
        self.db.read(move |c| case_file(c, &app, &actor, id, now)).await
    }

    /// The whole file of a filing for whoever may read it.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn filing_file(self: &Arc<Self>, actor: &Actor, id: FilingId) -> Result<FilingFile> {
        let (app, actor, now) = (Arc::clone(self), actor.clone(), self.now());
        self.db.read(move |c| filing_file(c, &app, &actor, id, now)).await
    }
}

pub(super) fn looker<'a>(c: &'a mut Conn, app: &'a App, now: At) -> Looker<'a> {
    Looker { c, app, law: app.law(), keys: app.keys(), now, names: BTreeMap::new() }
}

fn case_file(c: &mut Conn, app: &App, actor: &Actor, id: CaseId, now: At) -> Result<CaseFile> {
    let case = cases::get(c, id)?.ok_or(Error::NotFound("case"))?;
    let all = filings::of_case(c, id)?;
    let mut scope = scope_of(app, Some(&case), None);
    scope.receiving.extend(all.iter().map(|f| f.receiving_bureau.clone()));
    if !access::may_read(actor, &scope) {
        return Err(Error::NotFound("case"));
    }
    let rows = procedures::of_case(c, id)?;
    let terms = procedures::terms_of_many(c, &rows.iter().map(|r| r.id).collect::<Vec<_>>())?;
    let claims = ledger::claims_of(c, id)?;
    let payments = ledger::payments_of(c, id)?;
    let chain = cases::chain(c, id)?;
    let mut people: Vec<_> = claims.iter().map(|c| c.claimant_id).chain(all.iter().map(|f| f.claimant_id)).collect();
    people.sort_unstable();
    people.dedup();
    let people: BTreeMap<_, _> = filings::claimants_by_ids(c, &people)?.into_iter().map(|p| (p.id, p)).collect();
    let filing_ids: Vec<FilingId> = all.iter().map(|f| f.id).collect();
    let evidence = papers::evidence_of(c, id, &filing_ids)?;
    let documents = papers::documents_of(c, id, &filing_ids)?;
    let events = journal::of_case(c, id, TIMELINE)?;
    let told = notices::of_case(c, id)?;
    let mut look = looker(c, app, now);
    let mut views = Vec::new();
    for row in &rows {
        let mine: Vec<TermRow> = terms.iter().filter(|t| t.procedure_id == row.id).cloned().collect();
        let mut s = scope.clone();
        if let Some(f) = row.filing_id.and_then(|f| all.iter().find(|x| x.id == f)) {
            s.receiving = vec![f.receiving_bureau.clone()];
        } else {
            s.receiving.clear();
        }
        views.push(look.procedure(row, &mine, &s, actor, case.form_version)?.0);
    }
    views.sort_by_key(|v| (v.kind != "complaint", v.id));
    let lead = views.iter().find(|v| v.kind == "complaint");
    let state_title = lead.map(|v| v.state_title.clone()).unwrap_or_default();
    let mut filing_views = Vec::new();
    for f in &all {
        filing_views.push(look.filing(f, people.get(&f.claimant_id))?);
    }
    let claim_views = claims
        .iter()
        .map(|x| ClaimView {
            id: x.id,
            claimant: people.get(&x.claimant_id).map(|p| p.name_mask.clone()).unwrap_or_default(),
            respondent: chain
                .iter()
                .find(|r| Some(r.id) == x.respondent_id)
                .map_or_else(|| case.respondent_name.clone(), |r| r.name.clone()),
            period_from: x.period_from,
            period_to: x.period_to,
            migrant: coded("migrant", &x.migrant),
            claimed_fen: x.claimed,
            verified_fen: x.verified,
            rejected_fen: x.rejected,
            open_fen: x.open,
            paid_fen: x.paid,
            discharged_fen: x.discharged,
            waived_fen: x.waived,
            outstanding_fen: x.outstanding,
        })
        .collect();
    let mut notice_views = Vec::new();
    for n in told {
        let to = match n.account_id {
            Some(a) => look.name(Some(a))?,
            None => crate::domain::facts::role_title(&n.audience),
        };
        notice_views.push(notice_view(&n, to));
    }
    let remainder_fen = Fen::new((case.reported_total.get() - case.claimed.get()).max(0));
    Ok(CaseFile {
        id,
        number: case.number.clone(),
        origin_title: coded("origin", &case.origin),
        origin: case.origin.clone(),
        state: case.state.clone(),
        state_title,
        open: case.open,
        area_name: app.area_name(&case.area),
        area: case.area.clone(),
        lead_bureau_name: app.bureau_name(&case.lead_bureau),
        lead_bureau: case.lead_bureau.clone(),
        oversight_bureau_name: case.oversight_bureau.as_deref().map(|b| app.bureau_name(b)),
        project: case.project_name.clone(),
        project_kind: case.project_kind.clone(),
        government_funded: case.government_funded,
        address: case.address.clone(),
        respondent: case.respondent_name.clone(),
        grade_title: coded("grade", &case.grade),
        grade: case.grade.clone(),
        flags: words("flag", &case.flags),
        headcount: case.headcount,
        reported_total_fen: case.reported_total,
        claimed_fen: case.claimed,
        verified_fen: case.verified,
        paid_fen: case.paid,
        waived_fen: case.waived,
        outstanding_fen: case.outstanding,
        remainder_fen,
        remainder: case.remainder_code.as_deref().map(|r| app.code_title("remainder", r)),
        transfers: case.transfers,
        conclusion: case.conclusion.as_deref().map(|r| app.code_title("conclusion", r)),
        second_officer: case.second_officer.map(|a| look.name(Some(a))).transpose()?,
        first_received_at: case.first_received_at,
        complaint_received_at: case.complaint_received_at,
        form_version: case.form_version,
        procedures: views,
        claims: claim_views,
        payments: payments
            .into_iter()
            .map(|(p, _)| PaymentView {
                amount_fen: p.amount,
                paid_on: p.paid_on,
                payer: app.code_title("payer", &p.payer_kind),
                proof: p.proof_id,
            })
            .collect(),
        chain: chain
            .iter()
            .map(|r| PartyView { role: coded("party", &r.role), name: r.name.clone(), uscc: r.uscc.clone(), article: r.article.clone() })
            .collect(),
        filings: filing_views,
        evidence: look.evidence(evidence)?,
        documents: look.documents(documents)?,
        suggestions: look.suggestions(&all)?,
        notices: notice_views,
        timeline: look.timeline(events, &rows)?,
    })
}

/// How many events a page shows.
const TIMELINE: i64 = 300;

fn filing_file(c: &mut Conn, app: &App, actor: &Actor, id: FilingId, now: At) -> Result<FilingFile> {
    let f = filings::get(c, id)?.ok_or(Error::NotFound("filing"))?;
    let case = f.case_id.map(|x| cases::get(c, x)).transpose()?.flatten();
    let scope = scope_of(app, case.as_ref(), Some(&f));
    if !access::may_read(actor, &scope) {
        return Err(Error::NotFound("filing"));
    }
    let rows = procedures::of_filing(c, id)?;
    let row = rows.first().cloned().ok_or_else(|| Error::Internal(format!("filing {id} has no procedure")))?;
    let terms = procedures::terms_of(c, row.id)?;
    let claimant = filings::claimant(c, f.claimant_id)?;
    let evidence = papers::evidence_of_filing(c, id)?;
    let documents = papers::documents_of_filing(c, id)?;
    let mut events = journal::stream(c, row.id.into())?;
    events.extend(journal::stream(c, id.into())?);
    events.sort_by_key(|e| std::cmp::Reverse((e.core.at, e.core.seq)));
    let version = case.as_ref().map_or(row.form_rev, |c| c.form_version);
    let mut look = looker(c, app, now);
    let (view, _) = look.procedure(&row, &terms, &scope, actor, version)?;
    Ok(FilingFile {
        filing: look.filing(&f, claimant.as_ref())?,
        case_number: case.map(|c| c.number),
        procedure: view,
        chain: f
            .chain_doc
            .0
            .iter()
            .map(|p| PartyView { role: coded("party", &p.role), name: p.name.clone(), uscc: p.uscc.clone(), article: None })
            .collect(),
        evidence: look.evidence(evidence)?,
        documents: look.documents(documents)?,
        suggestions: look.suggestions(std::slice::from_ref(&f))?,
        timeline: look.timeline(events, &rows)?,
    })
}

/// A notice in words.
#[must_use]
pub fn notice_view(n: &notices::Notice, to: String) -> NoticeView {
    let args: Vec<(&str, &str)> = n.args.0.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    NoticeView { id: n.id.to_string(), to, text: notice_text(n, &args), at: n.not_before, read_at: n.read_at, case: n.case_id }
}

/// `AJ-… 调查（2026-12-31 到期）：期限提醒……`: number first, the term where the notice is about one.
fn notice_text(n: &notices::Notice, args: &[(&str, &str)]) -> String {
    let get = |k: &str| args.iter().find(|(name, _)| *name == k).map_or("", |(_, v)| *v);
    let body = text::zh_with(&format!("notice.{}", n.template), args);
    let about = if n.template.starts_with("term_") && !get("term").is_empty() {
        text::zh_with("notice_head.term", &[("number", get("number")), ("term", get("term")), ("due", get("due"))])
    } else {
        text::zh_with("notice_head.plain", &[("number", get("number"))])
    };
    format!("{about}{body}")
}
