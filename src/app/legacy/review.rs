//! 遗留超期复核: one list of old matters that were overdue by their own dates, and the decision on each.
//!
//! Owns who sees a row: the leader of the bureau that holds the case, the supervisor above it; and the file of the list. The
//! decision is `super::decide`'s, what it does to the terms `flow::legacy`'s.

use crate::app::App;
use crate::app::exports::{self, Taken, Why};
use crate::app::view::{coded, remaining_text};
use crate::app::write::Key;
use crate::base::id::{CaseId, EvidenceId, RowId};
use crate::base::seal::{self, KeyRing, Place};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{Actor, DutyKind};
use crate::law::Fen;
use crate::law::term::{Effect, Term};
use crate::paper::sheet::{self, Value};
use crate::store::legacy::{self as rows, Asked, Listed, Matter};
use crate::store::{Conn, papers};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Rows of one export.
const EXPORT: usize = 20_000;
/// Rows that wait are counted up to this.
const COUNTED: i64 = 100;

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
    /// `open`, `confirmed`, `corrected`, `extended`; absent when no statutory term had passed.
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
    /// `open`, `confirmed`, `corrected`, `extended`.
    pub review: String,
    /// When it was decided.
    #[schema(value_type = Option<String>)]
    pub decided_at: Option<At>,
    /// Whether this reader may find another day or an extension right, not only confirm: whoever stands above.
    pub may_correct: bool,
    /// Materials of the case that may prove it, for such a reader while the row is open.
    pub evidence: Vec<ProofView>,
}

/// A material of the case a correction may rest on.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: EvidenceId,
    /// What kind of material.
    pub kind: String,
    /// When it was added.
    #[schema(value_type = String)]
    pub at: At,
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
    /// They are wrong: it runs from another day, which a material of the case proves. For whoever stands above.
    Correct,
    /// They are right, and the term had been extended on paper before it passed. For whoever stands above.
    Extended,
}

/// A decision with its reason.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Verdict {
    /// Which.
    pub decision: Decision,
    /// The day the term runs from, for `correct`; none before the matter was registered.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub started_on: Option<Day>,
    /// By how much it was extended, in the term's own unit, for `extended`; no more than the rule of its extension allows.
    #[serde(default)]
    pub days: Option<u32>,
    /// The day the extension was granted, for `extended`; before the term passed.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub granted_on: Option<Day>,
    /// The material of the case that proves it, for `correct` and `extended`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub evidence: Option<EvidenceId>,
    /// Why, 4 to 1000 characters; kept sealed.
    pub reason: String,
}
impl std::fmt::Debug for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verdict({:?})", self.decision)
    }
}

fn line(app: &App, actor: &Actor, (m, (case_number, lead, area, respondent, reported)): Listed, now: At) -> ReviewLine {
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
    let path = app.area_path(Some(&area));
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
        // what waits besides are promises of service
        passed: passed.into_iter().filter(|(_, t)| t.effect == Effect::Statutory).map(term).collect(),
        review: m.review.unwrap_or_default(),
        decided_at: m.decided_at,
        may_correct: actor.duties().iter().any(|d| d.kind == DutyKind::Supervisor && path.contains(&d.area)),
        evidence: Vec::new(),
    }
}

/// A page of the list; with the materials each row may be corrected by, where `proofs`.
fn page(c: &mut Conn, app: &App, actor: &Actor, asked: &Asked, limit: usize, proofs: bool) -> Result<Reviews> {
    let mut found = rows::page(c, asked, i64::try_from(limit + 1).unwrap_or(100))?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(m, _)| (m.received_at, m.id));
    let now = app.now();
    let mut items: Vec<ReviewLine> = found.into_iter().map(|l| line(app, actor, l, now)).collect();
    let corrects = |l: &ReviewLine| proofs && l.may_correct && l.decided_at.is_none();
    let cases: Vec<CaseId> = items.iter().filter(|l| corrects(l)).map(|l| l.case).collect();
    if !cases.is_empty() {
        let mut found: BTreeMap<CaseId, Vec<ProofView>> = BTreeMap::new();
        for (case, e) in papers::evidence_of_cases(c, &cases)? {
            let proof = ProofView { id: e.id, kind: coded("evidence.kind", &e.kind), at: e.uploaded_at };
            found.entry(case).or_default().push(proof);
        }
        for l in &mut items {
            l.evidence = found.remove(&l.case).unwrap_or_default();
        }
    }
    Ok(Reviews { items, next })
}

/// What of the list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only this bureau's.
    pub bureau: Option<String>,
    /// Those that were decided, instead of those that wait.
    pub decided: bool,
    /// Where to go on.
    pub after: Option<(At, RowId)>,
}

impl App {
    /// Which rows an actor reviews: leaders their bureau's in the area of their duty, supervisors those of their area.
    fn reviews_of(&self, actor: &Actor, wanted: Wanted) -> Asked {
        let mut asked = Asked { bureau: wanted.bureau, decided: wanted.decided, after: wanted.after, ..Asked::default() };
        for d in actor.duties() {
            let below: Vec<String> = self.city.areas.iter().filter(|a| a.path.contains(&d.area)).map(|a| a.code.clone()).collect();
            match d.kind {
                // as with every other list: whoever's duty covers the bureau's own area has all of its matters
                DutyKind::Leader if self.bureau_path(&d.bureau).contains(&d.area) => asked.lead.push(d.bureau.clone()),
                DutyKind::Leader => asked.within.push((d.bureau.clone(), below)),
                DutyKind::Supervisor => asked.areas.extend(below),
                _ => {}
            }
        }
        asked
    }

    /// Whether an actor reviews anything at all.
    #[must_use]
    pub fn reviews_legacy(&self, actor: &Actor) -> bool {
        actor.duties().iter().any(|d| matches!(d.kind, DutyKind::Leader | DutyKind::Supervisor))
    }

    /// How many rows wait for an actor's review, counted up to 100; nothing where the actor reviews none, or no ledger
    /// ever left any.
    ///
    /// # Errors
    /// The database.
    pub async fn legacy_waiting(self: &Arc<Self>, actor: &Actor) -> Result<Option<i64>> {
        if !self.reviews_legacy(actor) {
            return Ok(None);
        }
        let asked = self.reviews_of(actor, Wanted::default());
        let count = move |c: &mut Conn| {
            let n = rows::count(c, &asked, COUNTED)?;
            Ok((n > 0 || rows::any_reviewed(c)?).then_some(n))
        };
        self.db.read(count).await
    }

    /// A page of the list, cut to what the reader reviews.
    ///
    /// # Errors
    /// The database.
    pub async fn legacy_review(self: &Arc<Self>, actor: &Actor, wanted: Wanted, limit: usize) -> Result<Reviews> {
        let asked = self.reviews_of(actor, wanted);
        let actor = actor.clone();
        self.look(move |c, app, _| page(c, app, &actor, &asked, limit.clamp(1, 100), true)).await
    }

    /// The list as a file, CSV or workbook, marked with who made it and when; on record.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`] beyond what one export may have, or the database.
    pub async fn export_legacy_review(self: &Arc<Self>, actor: &Actor, bureau: Option<String>, why: &str, xlsx: bool) -> Result<Vec<u8>> {
        let why = Why::words(why)?;
        let asked = self.reviews_of(actor, Wanted { bureau: bureau.clone(), ..Wanted::default() });
        let reader = actor.clone();
        let all = self.look(move |c, app, _| page(c, app, &reader, &asked, EXPORT, false)).await?;
        if all.next.is_some() {
            return Err(Error::TooLarge(text::zh_with("legacy.cap", &[("most", &EXPORT.to_string())])));
        }
        let query = serde_json::json!({ "bureau": bureau });
        let taken = Taken { what: "legacy", query, rows: all.items.len(), unmasked: false };
        exports::hand_out(self, actor, taken, &table(all.items), xlsx, why).await
    }

    /// Decides a row: it leaves the list, and the term that had passed runs, from the ledger's dates, from the corrected
    /// day or with the extension; or keeps its mark, when the matter has gone past it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], `legacy_decided`, `legacy_not_extendable`, `extension_too_long`,
    /// `legacy_late_extension`, field errors.
    pub async fn decide_legacy_review(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, v: &Verdict) -> Result<RowId> {
        let v = v.clone();
        self.write(actor, key, move |tx| super::decide::decide(tx, id, &v)).await
    }
}

fn table(lines: Vec<ReviewLine>) -> sheet::Table {
    let heading = |k: &str| text::zh(&format!("legacy.column.{k}")).to_owned();
    let day = |d: Option<Day>| d.map_or(Value::Empty, Value::Day);
    let join = |l: &ReviewLine, f: fn(&PassedTerm) -> String| Value::Text(l.passed.iter().map(f).collect::<Vec<_>>().join("；"));
    let rows: Vec<Vec<Value>> = lines
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
