//! Announcements of grave violations 社会公布 (人社部令第29号): begun from a case with a decision that was served, seen by whoever may read it.
//!
//! Owns what is asked before one begins, whether its decision stands, what a text may not tell, and how one is shown on the page of its case.
//! The way it goes is the definition's; batches are [`batches`]', what the public reads [`public`]'s, the daily look at its orders [`watch`]'s,
//! the list of all [`register`]'s, its papers `papers`'.

pub mod batches;
pub(super) mod papers;
pub mod public;
pub mod register;
pub mod watch;

use super::App;
use super::perform::{self, Begin};
use super::subject::scope_of;
use super::write::{Key, Tx};
use crate::base::id::{CaseId, EvidenceId, ProcedureId, RespondentId, RowId};
use crate::base::seal::{self, KeyRing, Place};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::{self, Actor};
use crate::domain::announcement::{self as rules, Content, Quarter};
use crate::flow::{Form, Value};
use crate::store::announcements::{self as rows, Announcement, Text};
use crate::store::orders::{self, Order};
use crate::store::{Conn, accounts, filings, procedures};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The kind of its procedure.
pub const KIND: &str = "announcement";
/// Who begins one.
const CREDIT: &str = "credit@lead";

/// What a candidate stands on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAnnouncement {
    /// The procedure of the order to pay it stands on, of the same case.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub order: Option<ProcedureId>,
    /// Otherwise the unit, one of the case's chain,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub respondent: Option<RespondentId>,
    /// what was decided, `decision` or `penalty`,
    #[serde(default)]
    pub decision: Option<String>,
    /// the number of the paper,
    #[serde(default)]
    pub number: Option<String>,
    /// when it was made,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub decided_on: Option<Day>,
    /// when it was served,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub served_on: Option<Day>,
    /// and the paper with the proof of its service, a file of the case.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub proof: Option<EvidenceId>,
}

/// What was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Begun {
    /// The announcement.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
}

/// Whether the decision an announcement stands on was served and stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decision {
    /// `order`, `decision` or `penalty`.
    pub kind: String,
    /// It was served, and was neither revoked nor withdrawn.
    pub decided: bool,
    /// Where review or suit stand; `none` for decisions of other procedures.
    pub remedy: String,
    /// It was amended since the newest text was drafted.
    pub changed: bool,
}

/// The order an announcement stands on.
///
/// # Errors
/// The database.
pub(super) fn order_of(c: &mut Conn, row: &Announcement) -> Result<Option<Order>> {
    let Some(id) = row.order_id else { return Ok(None) };
    Ok(orders::of_case(c, row.case_id)?.into_iter().find(|o| o.id == id))
}

/// The order of the procedure that began this one.
///
/// # Errors
/// The database.
pub(super) fn order_of_parent(c: &mut Conn, row: &procedures::Row) -> Result<Option<Order>> {
    row.parent_id.map_or(Ok(None), |p| orders::of_procedure(c, p))
}

fn of_order(c: &mut Conn, order: &Order) -> Result<Decision> {
    let gone = procedures::get(c, order.procedure_id)?.is_none_or(|p| p.state == "withdrawn");
    let decided = order.served_on.is_some() && order.remedy != "revoked" && !gone;
    Ok(Decision { kind: rules::ORDER.to_owned(), decided, remedy: order.remedy.clone(), changed: false })
}

/// What an announcement stands on, as it is now.
///
/// # Errors
/// The database.
pub(super) fn decision(c: &mut Conn, row: &Announcement) -> Result<Decision> {
    match order_of(c, row)? {
        Some(o) => {
            let changed = row.draft_no > 0 && row.order_paper_at.is_some_and(|at| o.paper_at.is_some_and(|p| p > at));
            Ok(Decision { changed, ..of_order(c, &o)? })
        }
        None => {
            // a fine of this case that this program decided is asked itself; what another procedure decided was keyed in
            let number = row.decision_number.clone().unwrap_or_default();
            let ours = super::penalties::decided_as(c, row.case_id, &number)?;
            let (stands, remedy) = ours.unwrap_or((true, "none".to_owned()));
            let decided = row.served_on.is_some() && !row.withdrawing && stands;
            Ok(Decision { kind: row.decision.clone(), decided, remedy, changed: false })
        }
    }
}

/// What one that is about to begin stands on.
///
/// # Errors
/// The database.
pub(super) fn begun_with(c: &mut Conn, row: &procedures::Row, given: &Form) -> Result<Decision> {
    let told = |k: &str| match given.get(k) {
        Some(Value::Text(t)) => t.clone(),
        _ => String::new(),
    };
    if let Some(o) = order_of_parent(c, row)? {
        return of_order(c, &o);
    }
    let decided = ["decided_on", "served_on", "proof"].iter().all(|k| given.contains_key(*k)) && !told("number").is_empty();
    Ok(Decision { kind: told("decision"), decided, remedy: "none".to_owned(), changed: false })
}

/// What a content tells of a person: the field, and the code of `field.<code>`.
///
/// # Errors
/// The database; a sealed name that cannot be opened.
pub(super) fn reveals(tx: &mut Tx<'_>, case: CaseId, content: &Content) -> Result<Option<(&'static str, &'static str)>> {
    let names = super::orders::names(tx, case)?;
    let numbers: Vec<String> = filings::of_case(tx.c, case)?.into_iter().flat_map(|f| [Some(f.number), f.source_no]).flatten().collect();
    Ok(content.reveals(&names, &numbers))
}

fn opened(keys: &KeyRing, text: &Text) -> Result<Content> {
    let json = seal::open(keys, Place::new("announcement_texts", "content_ct", text.id), &text.content_ct)?;
    serde_json::from_str(&json).map_err(|e| Error::Internal(format!("announcement: {e}")))
}

/// A text as it was written.
///
/// # Errors
/// It was sealed with a key that is gone.
pub(super) fn open_text(tx: &Tx<'_>, text: &Text) -> Result<Content> {
    opened(&tx.keys, text)
}

/// Address and head of what an announcement showed last to the public; nothing of one that was never published.
///
/// # Errors
/// The database; it was sealed with a key that is gone.
pub(super) fn published(c: &mut Conn, keys: &KeyRing, a: &Announcement) -> Result<Option<(String, String)>> {
    let Some(no) = a.shown_no else { return Ok(None) };
    let Some(text) = rows::text(c, a.id, no)? else { return Ok(None) };
    let content = opened(keys, &text)?;
    Ok(Some((content.address, content.head)))
}

/// Begins one on a case: the credit officer of the bureau that leads it, on a decision that was served.
///
/// # Errors
/// As [`App::begin_announcement`].
pub fn begin(tx: &mut Tx<'_>, id: CaseId, n: &NewAnnouncement) -> Result<Begun> {
    let case = tx.case(id).map_err(|_| Error::NotFound("case"))?;
    let scope = scope_of(tx.app, Some(&case), None);
    if !access::may_read(tx.actor, &scope) {
        return Err(Error::NotFound("case"));
    }
    if !access::roles(tx.actor, &scope).contains(CREDIT) {
        return Err(Error::Forbidden("announce"));
    }
    let all = procedures::of_case(tx.c, id)?;
    let mut form = Form::new();
    let parent = match n.order {
        Some(p) => {
            let unknown = || Error::field("/order", "announcement_no_order", &[]);
            all.iter().find(|r| r.id == p && r.kind == "payment_order").ok_or_else(unknown)?;
            let order = orders::of_procedure(tx.c, p)?.ok_or_else(unknown)?;
            if rows::of_case(tx.c, id)?.iter().any(|a| a.order_id == Some(order.id) && runs(a)) {
                return Err(Error::refused("announcement_exists", &[]));
            }
            let party = order.respondent_id.ok_or_else(unknown)?;
            form.insert("respondent".into(), Value::Id(party.uuid()));
            form.insert("decision".into(), Value::Text(rules::ORDER.into()));
            Some(p)
        }
        None => {
            let respondent = n.respondent.ok_or_else(|| Error::field("/respondent", "required", &[]))?;
            let decision = n.decision.clone().filter(|d| d != rules::ORDER).ok_or_else(|| Error::field("/decision", "required", &[]))?;
            form.insert("respondent".into(), Value::Id(respondent.uuid()));
            form.insert("decision".into(), Value::Text(decision));
            form.extend(n.number.as_ref().filter(|s| !s.trim().is_empty()).map(|s| ("number".to_owned(), Value::Text(s.clone()))));
            form.extend(n.decided_on.map(|d| ("decided_on".to_owned(), Value::Day(d))));
            form.extend(n.served_on.map(|d| ("served_on".to_owned(), Value::Day(d))));
            form.extend(n.proof.map(|p| ("proof".to_owned(), Value::Id(p.uuid()))));
            all.iter().find(|r| r.kind == "complaint").map(|r| r.id)
        }
    };
    let begin = Begin { kind: KIND.to_owned(), case: Some(id), filing: None, parent, occurred_at: tx.now, form };
    let done = perform::start_in(tx, &begin)?;
    let row = rows::of_procedure(tx.c, done.procedure)?.ok_or(Error::NotFound("announcement"))?;
    Ok(Begun { id: row.id, procedure: done.procedure })
}

/// Whether it runs or is shown: not dropped, withdrawn or at its end.
fn runs(a: &Announcement) -> bool {
    a.dropped_at.is_none() && a.withdrawn_at.is_none() && a.ended_at.is_none()
}

/// A decision of the case one may be begun on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Its procedure.
    pub order: ProcedureId,
    /// What it is called, with the unit.
    pub title: String,
}

/// One text, as whoever may read the case sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextView {
    /// Which, from 1.
    pub no: i32,
    /// The category, in words.
    pub category: String,
    /// The unit.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Its address.
    pub address: String,
    /// Its legal representative or head.
    pub head: String,
    /// The facts.
    pub facts: String,
    /// What the handling came to.
    pub result: String,
    /// Who drafted it,
    pub drafted_by: String,
    /// and when.
    #[schema(value_type = String)]
    pub drafted_at: At,
    /// Who checked it.
    pub checked_by: Option<String>,
    /// When it was approved.
    #[schema(value_type = Option<String>)]
    pub approved_at: Option<At>,
    /// When it was published.
    #[schema(value_type = Option<String>)]
    pub published_at: Option<At>,
    /// Hash of the content.
    pub hash: String,
    /// Whether it is the one shown.
    pub shown: bool,
    /// Its paper.
    #[schema(value_type = Option<String>)]
    pub document: Option<crate::base::id::DocumentId>,
}

/// Where else it was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MediumView {
    /// Which, in words.
    pub medium: String,
    /// Its name.
    pub name: String,
    /// When.
    #[schema(value_type = String)]
    pub on: Day,
}

/// One announcement of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnnouncementView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// The state of its procedure, in words.
    pub state: String,
    /// Whether it runs.
    pub open: bool,
    /// The random code of its permanent link.
    pub code: String,
    /// The unit.
    pub name: String,
    /// What it stands on, in words.
    pub decision: String,
    /// Where review or suit of that stand, in words; absent where it stands on a decision of another procedure.
    pub remedy: Option<String>,
    /// How it is published, in words, once that was said.
    pub way: Option<String>,
    /// The quarter it was approved in, in words.
    pub quarter: Option<String>,
    /// The number of the batch it was published with.
    pub batch: Option<String>,
    /// When it was first published.
    #[schema(value_type = Option<String>)]
    pub published_at: Option<At>,
    /// When it was last corrected.
    #[schema(value_type = Option<String>)]
    pub corrected_at: Option<At>,
    /// The last day it is shown.
    #[schema(value_type = Option<String>)]
    pub ends_on: Option<Day>,
    /// Since when it is not shown.
    #[schema(value_type = Option<String>)]
    pub suspended_at: Option<At>,
    /// When it was withdrawn.
    #[schema(value_type = Option<String>)]
    pub withdrawn_at: Option<At>,
    /// Every text there was.
    pub texts: Vec<TextView>,
    /// Where else it was told.
    pub media: Vec<MediumView>,
}

fn person(c: &mut Conn, id: crate::base::id::AccountId) -> Result<String> {
    Ok(accounts::get(c, id)?.map_or_else(|| "—".to_owned(), |a| a.name))
}

fn view(c: &mut Conn, app: &App, keys: &KeyRing, a: &Announcement) -> Result<AnnouncementView> {
    let row = procedures::get(c, a.procedure_id)?.ok_or(Error::NotFound("procedure"))?;
    let graph = app.graphs.get(&row.kind, row.version)?;
    let order = order_of(c, a)?;
    let mut texts = Vec::new();
    for t in rows::texts(c, a.id)? {
        let content = opened(keys, &t)?;
        texts.push(TextView {
            no: t.no,
            category: app.code_title(register::CATEGORIES, &content.category),
            name: content.name,
            code: content.code,
            address: content.address,
            head: content.head,
            facts: content.facts,
            result: content.result,
            drafted_by: person(c, t.drafted_by)?,
            drafted_at: t.drafted_at,
            checked_by: t.checked_by.map(|p| person(c, p)).transpose()?,
            approved_at: t.approved_at,
            published_at: t.published_at,
            hash: t.hash,
            shown: Some(t.no) == a.shown_no,
            document: t.document_id,
        });
    }
    let media = rows::media(c, a.id)?
        .into_iter()
        .map(|m| MediumView { medium: app.code_title("announcement_medium", &m.medium), name: m.name, on: m.on_day })
        .collect();
    let batch = a.batch_id.map(|b| rows::batch(c, b)).transpose()?.flatten();
    Ok(AnnouncementView {
        id: a.id,
        procedure: a.procedure_id,
        state: graph.state(&row.state).map(|s| s.title.clone()).unwrap_or_default(),
        open: row.open,
        code: a.code.clone(),
        name: a.name.clone(),
        decision: match &a.decision_number {
            Some(n) => format!("{} {n}", app.code_title("announcement_decision", &a.decision)),
            None => app.code_title("announcement_decision", &a.decision),
        },
        remedy: order.map(|o| app.code_title("remedy_state", &o.remedy)),
        way: a.way.as_ref().map(|w| super::view::coded("announcement.way", w)),
        quarter: a.year.zip(a.quarter).map(|(year, no)| Quarter { year, no }.title()),
        batch: batch.and_then(|b| b.number_year.zip(b.no)).map(|(year, no)| rules::batch_number(year, no)),
        published_at: a.published_at,
        corrected_at: a.corrected_at,
        ends_on: a.ends_on,
        suspended_at: a.suspended_at,
        withdrawn_at: a.withdrawn_at,
        texts,
        media,
    })
}

/// The announcements of a case, the newest first.
///
/// # Errors
/// The database, or a sealed text that cannot be opened.
pub(super) fn of_case(c: &mut Conn, app: &App, keys: &KeyRing, id: CaseId) -> Result<Vec<AnnouncementView>> {
    rows::of_case(c, id)?.iter().rev().map(|a| view(c, app, keys, a)).collect()
}

impl App {
    /// Begins an announcement on a case.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of the case), [`Error::Forbidden`] to anybody but the credit officer of the bureau
    /// that leads it, `no_served_decision`, `announcement_exists`, field errors.
    pub async fn begin_announcement(self: &Arc<Self>, actor: &Actor, key: Option<Key>, case: CaseId, n: NewAnnouncement) -> Result<Begun> {
        self.write(actor, key, move |tx| begin(tx, case, &n)).await
    }

    /// Whether this person may begin one, and the orders of the case it may stand on.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn announcement_bases(self: &Arc<Self>, actor: &Actor, case: CaseId) -> Result<Option<Vec<Basis>>> {
        let actor = actor.clone();
        self.look(move |c, app, _| {
            let row = crate::store::cases::get(c, case)?.ok_or(Error::NotFound("case"))?;
            let scope = scope_of(app, Some(&row), None);
            if !access::roles(&actor, &scope).contains(CREDIT) {
                return Ok(None);
            }
            let (chain, taken) = (crate::store::cases::chain(c, case)?, rows::of_case(c, case)?);
            let mut out = Vec::new();
            for o in orders::of_case(c, case)? {
                if !of_order(c, &o)?.decided || taken.iter().any(|a| a.order_id == Some(o.id) && runs(a)) {
                    continue;
                }
                let unit = chain.iter().find(|r| Some(r.id) == o.respondent_id).map(|r| r.name.clone()).unwrap_or_default();
                let number = o.document_id.map(|d| crate::store::papers::document(c, d)).transpose()?.flatten().map(|d| d.number);
                out.push(Basis { order: o.procedure_id, title: format!("{}　{unit}", number.unwrap_or_default()) });
            }
            Ok(Some(out))
        })
        .await
    }

    /// One announcement with every text there was.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn announcement(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<AnnouncementView> {
        let missing = || Error::NotFound("announcement");
        let row = self.db.read(move |c| rows::get(c, id)).await?.ok_or_else(missing)?;
        self.may_see(actor, Some(row.case_id), None, None).await.map_err(|e| match e {
            Error::NotFound(_) => missing(),
            e => e,
        })?;
        self.look(move |c, app, keys| view(c, app, keys, &row)).await
    }
}
