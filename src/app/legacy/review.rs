//! 遗留超期复核: one list of old matters that were overdue by their own dates, and the decision on each.
//!
//! Owns who sees and decides a row: the leader of the bureau that holds the case, the supervisor above it. What a decision
//! does to the terms is `flow::legacy`'s; nothing here marks anything missed by itself.

use crate::app::counter::remark;
use crate::app::subject::{Subject, scope_of};
use crate::app::view::remaining_text;
use crate::app::write::{Key, Marks, Tx};
use crate::app::{App, project};
use crate::base::id::{CaseId, RowId};
use crate::base::seal::{self, KeyRing, Place};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{self, Actor, DutyKind};
use crate::flow::legacy as rules;
use crate::law::Fen;
use crate::law::term::Term;
use crate::paper::sheet::{self, Value};
use crate::store::legacy::{self as rows, Asked, Listed, Matter};
use crate::store::types::Json;
use crate::store::{Conn, procedures};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Rows of one export.
const EXPORT: usize = 20_000;
/// Who decides.
const DECIDERS: [&str; 3] = ["leader@lead", "supervisor@above", "supervisor@city"];

/// What a ledger said, for whoever may read the matter. Nothing of it is verified.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LegacyView {
    /// 历史台账，未核实.
    pub mark: String,
    /// The bureau's own number.
    pub number: String,
    /// Row of the file.
    pub row: i32,
    /// When it was taken over.
    #[schema(value_type = String)]
    pub imported_at: At,
    /// 登记日期.
    #[schema(value_type = String)]
    pub received_at: At,
    /// 立案日期.
    #[schema(value_type = Option<String>)]
    pub docketed_on: Option<Day>,
    /// 办结日期.
    #[schema(value_type = Option<String>)]
    pub concluded_on: Option<Day>,
    /// Stated paid, unverified: in no sum of the case.
    #[schema(value_type = i64)]
    pub stated_paid_fen: Fen,
    /// `open`, `confirmed`, `corrected`; absent when no statutory term had passed.
    pub review: Option<String>,
    /// Columns of the ledger this program has no field for.
    pub rest: Vec<RestView>,
}

/// One cell of the ledger.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RestView {
    /// The column.
    pub heading: String,
    /// What it said.
    pub text: String,
}

/// The view of a matter; what the ledger said in words only where `words`.
pub(in crate::app) fn view(keys: &KeyRing, m: Matter, words: bool) -> Result<LegacyView> {
    let rest: Vec<(String, String)> = match m.rest_ct.as_ref().filter(|_| words) {
        None => Vec::new(),
        Some(ct) => {
            let json = seal::open(keys, Place::new("legacy_matters", "rest_ct", m.id), ct)?;
            serde_json::from_str(&json).map_err(|e| Error::Internal(format!("ledger: {e}")))?
        }
    };
    Ok(LegacyView {
        mark: text::zh("legacy.mark").to_owned(),
        number: m.number,
        row: m.row_number,
        imported_at: m.created_at,
        received_at: m.received_at,
        docketed_on: m.docketed_on,
        concluded_on: m.concluded_on,
        stated_paid_fen: m.stated_paid,
        review: m.review,
        rest: rest.into_iter().map(|(heading, text)| RestView { heading, text }).collect(),
    })
}

/// A statutory term that had passed by the ledger's dates.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PassedTerm {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// The article.
    pub article: String,
    /// The day it runs from, by the ledger.
    #[schema(value_type = String)]
    pub start_at: At,
    /// The due day.
    #[schema(value_type = Option<String>)]
    pub due_day: Option<Day>,
    /// How overdue: `已超期 12 个工作日`.
    pub overdue: String,
}

/// A row of the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewLine {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The case.
    #[schema(value_type = String)]
    pub case: CaseId,
    /// Its number.
    pub case_number: String,
    /// The bureau's own number.
    pub number: String,
    /// The bureau that holds it.
    pub bureau: String,
    /// Its name.
    pub bureau_name: String,
    /// Where.
    pub area_name: String,
    /// Against whom.
    pub respondent: String,
    /// The state it was taken over in.
    pub state_title: String,
    /// 登记日期.
    #[schema(value_type = String)]
    pub received_at: At,
    /// 立案日期.
    #[schema(value_type = Option<String>)]
    pub docketed_on: Option<Day>,
    /// What is said to be owed.
    #[schema(value_type = i64)]
    pub reported_fen: Fen,
    /// Stated paid, unverified.
    #[schema(value_type = i64)]
    pub stated_paid_fen: Fen,
    /// What had passed.
    pub passed: Vec<PassedTerm>,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct Reviews {
    /// The oldest first.
    pub items: Vec<ReviewLine>,
    /// Where to go on.
    pub next: Option<(At, RowId)>,
}

/// What the review of a row comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The ledger's dates are right: the term runs from them, overdue.
    Confirm,
    /// They are wrong: it runs from another day.
    Correct,
}

/// A decision with its reason.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Verdict {
    /// Which.
    pub decision: Decision,
    /// The day the term runs from, for `correct`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub started_on: Option<Day>,
    /// Why, 4 to 1000 characters; kept sealed.
    pub reason: String,
}
impl std::fmt::Debug for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verdict({:?})", self.decision)
    }
}

fn line(app: &App, (m, (case_number, lead, area, respondent, reported)): Listed, now: At) -> ReviewLine {
    let (law, graph) = (app.law(), app.graphs.latest("complaint").ok());
    let passed = m.passed_doc.clone().map(|p| p.0).unwrap_or_default();
    let term = |(key, t): (String, Term)| PassedTerm {
        title: graph.as_ref().map_or_else(|| key.clone(), |g| g.term_title(&key)),
        key,
        article: t.article.clone(),
        start_at: t.start,
        due_day: t.due(&law.calendar, now).day,
        overdue: remaining_text(&t.remaining(&law.calendar, now)),
    };
    ReviewLine {
        id: m.id,
        case: m.case_id,
        case_number,
        number: m.number,
        bureau_name: app.bureau_name(&lead),
        bureau: lead,
        area_name: app.area_name(&area),
        respondent,
        state_title: graph.as_ref().and_then(|g| g.state(&m.state).map(|s| s.title.clone())).unwrap_or_else(|| m.state.clone()),
        received_at: m.received_at,
        docketed_on: m.docketed_on,
        reported_fen: reported,
        stated_paid_fen: m.stated_paid,
        passed: passed.into_iter().map(term).collect(),
    }
}

fn page(c: &mut Conn, app: &App, asked: &Asked, limit: usize) -> Result<Reviews> {
    let mut found = rows::open(c, asked, i64::try_from(limit + 1).unwrap_or(100))?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(m, _)| (m.received_at, m.id));
    let now = app.now();
    Ok(Reviews { items: found.into_iter().map(|l| line(app, l, now)).collect(), next })
}

impl App {
    /// Which rows an actor reviews: leaders their bureau's, supervisors those of their area.
    fn reviews_of(&self, actor: &Actor, bureau: Option<String>, after: Option<(At, RowId)>) -> Asked {
        let mut asked = Asked { bureau, after, ..Asked::default() };
        for d in actor.duties() {
            match d.kind {
                DutyKind::Leader => asked.lead.push(d.bureau.clone()),
                DutyKind::Supervisor => {
                    asked.areas.extend(self.city.areas.iter().filter(|a| a.path.contains(&d.area)).map(|a| a.code.clone()));
                }
                _ => {}
            }
        }
        asked
    }

    /// A page of the list, cut to what the reader reviews.
    ///
    /// # Errors
    /// The database.
    pub async fn legacy_review(
        self: &Arc<Self>,
        actor: &Actor,
        bureau: Option<String>,
        after: Option<(At, RowId)>,
        limit: usize,
    ) -> Result<Reviews> {
        let asked = self.reviews_of(actor, bureau, after);
        self.look(move |c, app, _| page(c, app, &asked, limit.clamp(1, 100))).await
    }

    /// The list as a file, CSV or workbook, marked with who made it and when; on record.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`] beyond what one export may have, or the database.
    pub async fn export_legacy_review(self: &Arc<Self>, actor: &Actor, bureau: Option<String>, why: &str, xlsx: bool) -> Result<Vec<u8>> {
        let why = remark(why, "/reason")?;
        let me = actor.account().ok_or(Error::Unauthenticated)?;
        let asked = self.reviews_of(actor, bureau.clone(), None);
        let all = self.look(move |c, app, _| page(c, app, &asked, EXPORT)).await?;
        if all.next.is_some() {
            return Err(Error::TooLarge(text::zh_with("legacy.cap", &[("most", &EXPORT.to_string())])));
        }
        let n = all.items.len();
        self.write(actor, None, move |tx| {
            let payload = serde_json::json!({ "rows": n, "bureau": bureau });
            let seq = tx.record("account", me.into(), "legacy_exported", tx.now, payload, &Marks::default())?;
            let row: RowId = tx.ids.id(tx.now);
            let ct = tx.seal("remarks", "text_ct", row, &why)?;
            procedures::insert_remark(tx.c, row, me.into(), seq, "reason", &ct)
        })
        .await?;
        let table = table(self, actor, all.items, n);
        if xlsx { sheet::workbook(&table) } else { sheet::csv(&table) }
    }

    /// Decides a row: it leaves the list, and the term that had passed runs, from the ledger's dates or from the corrected
    /// day.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], `legacy_decided`, field errors.
    pub async fn decide_legacy_review(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, v: &Verdict) -> Result<RowId> {
        let v = v.clone();
        self.write(actor, key, move |tx| decide(tx, id, &v)).await
    }
}

fn table(app: &App, actor: &Actor, lines: Vec<ReviewLine>, n: usize) -> sheet::Table {
    let heading = |k: &str| text::zh(&format!("legacy.column.{k}")).to_owned();
    let day = |d: Option<Day>| d.map_or(Value::Empty, Value::Day);
    let join = |l: &ReviewLine, f: fn(&PassedTerm) -> String| Value::Text(l.passed.iter().map(f).collect::<Vec<_>>().join("；"));
    let mut rows: Vec<Vec<Value>> = lines
        .into_iter()
        .map(|l| {
            vec![
                Value::Text(l.number.clone()),
                Value::Text(l.case_number.clone()),
                Value::Text(l.bureau_name.clone()),
                Value::Text(l.area_name.clone()),
                Value::Text(l.respondent.clone()),
                Value::Text(l.state_title.clone()),
                Value::Day(l.received_at.day()),
                day(l.docketed_on),
                join(&l, |t| t.title.clone()),
                join(&l, |t| t.article.clone()),
                day(l.passed.first().and_then(|t| t.due_day)),
                join(&l, |t| t.overdue.clone()),
                Value::Money(l.reported_fen),
                Value::Money(l.stated_paid_fen),
            ]
        })
        .collect();
    let who = if let Actor::Staff(s) = actor { s.name.clone() } else { String::new() };
    let mark = text::zh_with("legacy.export_mark", &[("who", &who), ("when", &app.now().list_text()), ("rows", &n.to_string())]);
    rows.push(vec![Value::Text(mark)]);
    let headings = [
        "number",
        "case",
        "bureau",
        "area",
        "respondent",
        "state",
        "received",
        "docketed",
        "term",
        "article",
        "due",
        "overdue",
        "reported",
        "paid",
    ];
    sheet::Table { name: text::zh("legacy.list").to_owned(), headings: headings.map(heading).to_vec(), rows }
}

fn decide(tx: &mut Tx<'_>, id: RowId, v: &Verdict) -> Result<RowId> {
    let m = rows::get(tx.c, id)?.ok_or(Error::NotFound("legacy_review"))?;
    let case = tx.case(m.case_id)?;
    let roles = access::roles(tx.actor, &scope_of(tx.app, Some(&case), None));
    if roles.is_empty() {
        return Err(Error::NotFound("legacy_review"));
    }
    if !DECIDERS.iter().any(|r| roles.contains(*r)) {
        return Err(Error::Forbidden("legacy_review"));
    }
    let why = remark(&v.reason, "/reason")?;
    let from = match (v.decision, v.started_on) {
        (Decision::Confirm, None) => None,
        (Decision::Confirm, Some(_)) => return Err(Error::field("/startedOn", "not_allowed", &[])),
        (Decision::Correct, None) => return Err(Error::field("/startedOn", "required", &[])),
        (Decision::Correct, Some(d)) if d > tx.now.day() => return Err(Error::field("/startedOn", "in_future", &[])),
        (Decision::Correct, Some(d)) => Some(d.start()),
    };
    if m.review.as_deref() != Some("open") {
        return Err(Error::refused("legacy_decided", &[]));
    }
    let row = procedures::get(tx.c, m.procedure_id)?.ok_or(Error::NotFound("procedure"))?;
    let mut subject = Subject::load(tx, row)?;
    let graph = tx.app.graphs.get(&subject.row.kind, subject.row.version)?;
    let passed = m.passed_doc.clone().map(|p: Json<_>| p.0).unwrap_or_default();
    let law = Arc::clone(&tx.law);
    let (after, armed) = rules::decide(&graph, &law, &subject.procedure, &passed, from, tx.now, &mut tx.ids).map_err(Error::Refused)?;
    if !after.ended {
        let before = std::mem::replace(&mut subject.procedure, after);
        project::save(tx, &graph, &mut subject, &before, true)?;
    }
    let (kind, review) = match v.decision {
        Decision::Confirm => ("legacy_confirmed", "confirmed"),
        Decision::Correct => ("legacy_corrected", "corrected"),
    };
    let payload = serde_json::json!({
        "procedure": graph.key, "version": graph.version, "to": subject.procedure.state, "review": m.id, "armed": armed,
        "from": from.map(At::day), "by": tx.actor.word(),
    });
    let marks = subject.marks(tx)?;
    let stream = subject.row.id.into();
    let seq = tx.record("procedure", stream, kind, tx.now, payload, &marks)?;
    let remark_id: RowId = tx.ids.id(tx.now);
    let ct = tx.seal("remarks", "text_ct", remark_id, &why)?;
    procedures::insert_remark(tx.c, remark_id, stream, seq, "reason", &ct)?;
    let decided = Matter { review: Some(review.into()), decided_by: tx.actor.account(), decided_at: Some(tx.now), ..m };
    rows::decide(tx.c, &decided)?;
    Ok(id)
}
