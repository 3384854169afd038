//! A quarter's batch 季度批次 of a bureau: what waits for it, its publication as one act by the head, and that there was nothing.
//!
//! Owns the order of things: the head publishes exactly what was shown (count and hash), all of it in one transaction with a gapless number; a
//! quarter without anything is recorded too. What is late rings (`bells`), the credit officer first.

use super::super::App;
use super::super::bells;
use super::super::perform::{self, Command, Given};
use super::super::write::{Key, Marks, Tx};
use crate::base::id::{RowId, StreamId};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::{Actor, DutyKind};
use crate::domain::announcement::{self as rules, Quarter};
use crate::domain::bell::Waits;
use crate::flow::Form;
use crate::store::Conn;
use crate::store::announcements::{self as rows, Announcement, Batch};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use utoipa::ToSchema;

/// Announcements of one batch: a bureau has a handful in a quarter.
const MOST: i64 = 500;
/// Batches a list shows.
const SHOWN: i64 = 40;

/// One announcement of a batch, or that waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchItem {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Its case.
    #[schema(value_type = String)]
    pub case: crate::base::id::CaseId,
    /// Its public code.
    pub code: String,
    /// The unit.
    pub name: String,
    /// The category, in words.
    pub category: String,
    /// Hash of the content.
    pub hash: String,
    /// Why it cannot be published now, in words.
    pub held: Option<String>,
}

/// A quarter's batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchView {
    /// The bureau.
    pub bureau: String,
    /// In words.
    pub bureau_name: String,
    /// The quarter, `2026Q4`.
    pub quarter: String,
    /// In words.
    pub title: String,
    /// The day it is due.
    #[schema(value_type = String)]
    pub due_on: Day,
    /// From when it may be published.
    #[schema(value_type = String)]
    pub from: Day,
    /// Its number, once something was published with it.
    pub number: Option<String>,
    /// When it was published, or recorded that there is nothing.
    #[schema(value_type = Option<String>)]
    pub published_at: Option<At>,
    /// Whether its day has passed without that.
    pub overdue: bool,
    /// How many announcements were or would be published.
    pub items: usize,
    /// What the head publishes: binds every one of them.
    pub hash: String,
    /// They, by public code; those held back too.
    pub announcements: Vec<BatchItem>,
    /// Whether this reader may publish it now.
    pub may_publish: bool,
}

/// What the head publishes, as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublishBatch {
    /// The bureau; the head's own if absent.
    #[serde(default)]
    pub bureau: Option<String>,
    /// The quarter, `2026Q4`.
    pub quarter: String,
    /// How many there are: 0 records that there is nothing.
    pub items: usize,
    /// The hash that was shown.
    pub hash: String,
}

/// Opens the batch of a quarter, with a bell that rings if its day passes. The same batch for whoever comes second.
///
/// # Errors
/// The database.
pub(in crate::app) fn open(tx: &mut Tx<'_>, bureau: &str, q: Quarter) -> Result<Batch> {
    let due_on = q.due(&tx.law.rules);
    let row = fresh(tx, bureau, q, due_on);
    let batch = rows::open_batch(tx.c, &row)?;
    if batch.published_at.is_none() && crate::store::bells::get(tx.c, batch.id)?.is_none() {
        let passes = tx.law.passes(rules::BATCH, due_on.start(), due_on.start()).unwrap_or_else(|| due_on.end());
        bells::hang_all(tx, Waits::AnnouncementBatch, &q.title(), &[(batch.id, bureau.to_owned(), passes)])?;
    }
    Ok(batch)
}

fn fresh(tx: &mut Tx<'_>, bureau: &str, q: Quarter, due_on: Day) -> Batch {
    Batch {
        id: tx.ids.id(tx.now),
        bureau: bureau.to_owned(),
        year: q.year,
        quarter: q.no,
        due_on,
        opened_at: tx.now,
        published_at: None,
        published_by: None,
        number_year: None,
        no: None,
        items: None,
        hash: None,
    }
}

/// Why one that waits cannot be published now.
fn held(remedy: Option<&str>) -> Option<&'static str> {
    match remedy {
        Some("stayed") => Some("stayed"),
        Some("revoked") => Some("revoked"),
        _ => None,
    }
}

/// What waits for a bureau's quarter: announcement, hash of its text, and why it is held back.
type Waiting = Vec<(Announcement, String, Option<&'static str>)>;

fn waiting(c: &mut Conn, bureau: &str, q: Quarter) -> Result<Waiting> {
    let mut out = Vec::new();
    for a in rows::waiting(c, bureau, q.year, q.no, MOST)? {
        let text = rows::text(c, a.id, a.draft_no)?.ok_or(Error::NotFound("announcement"))?;
        let stands = super::decision(c, &a)?;
        let why =
            held(Some(&stands.remedy)).or_else(|| (!stands.decided).then_some("unserved")).or_else(|| stands.changed.then_some("changed"));
        out.push((a, text.hash, why));
    }
    out.sort_by(|a, b| a.0.code.cmp(&b.0.code));
    Ok(out)
}

fn hash_of(q: Quarter, all: &Waiting) -> (usize, String) {
    let items: Vec<(String, String)> = all.iter().filter(|w| w.2.is_none()).map(|w| (w.0.code.clone(), w.1.clone())).collect();
    (items.len(), rules::batch_hash(q, &items))
}

/// Whether something of a batch can be published and waits.
///
/// # Errors
/// The database.
pub(in crate::app) fn waits(c: &mut Conn, id: RowId) -> Result<Option<(Batch, i64)>> {
    let Some(b) = rows::batch(c, id)? else { return Ok(None) };
    let all = waiting(c, &b.bureau, Quarter { year: b.year, no: b.quarter })?;
    let n = all.iter().filter(|w| w.2.is_none()).count();
    Ok((n > 0).then(|| (b, i64::try_from(n).unwrap_or(i64::MAX))))
}

/// One lock for each bureau's numbers.
fn lock_of(bureau: &str, year: i32) -> i64 {
    let d = Sha256::digest(format!("announcement_batches/{bureau}/{year}").as_bytes());
    i64::from_be_bytes([d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]])
}

/// The bureaus an actor heads: a duty over another area is none.
fn headed(app: &App, actor: &Actor) -> Vec<String> {
    let mine = actor.duties().iter().filter(|d| d.kind == DutyKind::Head && app.bureau_path(&d.bureau).contains(&d.area));
    mine.map(|d| d.bureau.clone()).collect()
}

fn publish(tx: &mut Tx<'_>, p: &PublishBatch) -> Result<RowId> {
    let mine = headed(tx.app, tx.actor);
    let bureau = match &p.bureau {
        Some(b) if mine.contains(b) => b.clone(),
        None => mine.into_iter().next().ok_or(Error::Forbidden("announcement_batch"))?,
        Some(_) => return Err(Error::Forbidden("announcement_batch")),
    };
    let q: Quarter = p.quarter.parse().map_err(|_| Error::field("/quarter", "announcement_quarter", &[]))?;
    if tx.now.day() < q.after() {
        return Err(Error::refused("announcement_quarter_runs", &[("from", &q.after().to_string())]));
    }
    let year = tx.now.day().year();
    crate::store::exclusive(tx.c, lock_of(&bureau, year))?;
    let due_on = q.due(&tx.law.rules);
    let row = fresh(tx, &bureau, q, due_on);
    let batch = rows::open_batch(tx.c, &row)?;
    let before = waiting(tx.c, &bureau, q)?;
    let (count, hash) = hash_of(q, &before);
    if batch.published_at.is_some() {
        return Err(Error::refused("announcement_batch_done", &[]));
    }
    if (count, hash.as_str()) != (p.items, p.hash.as_str()) {
        return Err(Error::refused("announcement_batch_changed", &[("n", &count.to_string())]));
    }
    let no = if count > 0 { Some(rows::next_batch_no(tx.c, &bureau, year)?) } else { None };
    let batch = Batch {
        published_at: Some(tx.now),
        published_by: tx.actor.account(),
        number_year: no.map(|_| year),
        no,
        items: Some(i32::try_from(count).unwrap_or(i32::MAX)),
        hash: Some(hash.clone()),
        ..batch
    };
    rows::update_batch(tx.c, &batch)?;
    for (a, ..) in before.iter().filter(|w| w.2.is_none()) {
        let cmd = Command {
            procedure: a.procedure_id,
            name: "published_in_batch".to_owned(),
            form: Given::Parsed(Form::new()),
            occurred_at: Some(tx.now),
            seen: None,
            term: None,
        };
        let system = Actor::System("batch");
        tx.with_actor(&system, |tx| perform::perform_in(tx, &cmd).map(drop))?;
        let now = rows::get(tx.c, a.id)?.ok_or(Error::NotFound("announcement"))?;
        rows::update(tx.c, &Announcement { batch_id: Some(batch.id), ..now })?;
    }
    bells::done(tx, batch.id)?;
    let marks = Marks { bureau: Some(bureau), ..Marks::default() };
    let number = no.map(|n| rules::batch_number(year, n));
    let payload = serde_json::json!({ "quarter": q.to_string(), "number": number, "items": count, "hash": hash });
    let kind = if count > 0 { "announcement_batch_published" } else { "announcement_batch_empty" };
    tx.record("announcement_batch", StreamId::from(batch.id.uuid()), kind, tx.now, payload, &marks)?;
    Ok(batch.id)
}

/// The bureaus whose batches an actor sees; `None` is all.
fn seen(app: &App, actor: &Actor) -> Result<Option<Vec<String>>> {
    if app.supervises_city(actor) {
        return Ok(None);
    }
    let mut out: Vec<String> = actor.duties().iter().filter(|d| !d.kind.is_admin()).map(|d| d.bureau.clone()).collect();
    let areas = app.areas_under(actor, &[DutyKind::Supervisor]);
    out.extend(app.city.bureaus.iter().filter(|b| areas.contains(&b.area)).map(|b| b.code.clone()));
    out.sort_unstable();
    out.dedup();
    if out.is_empty() { Err(Error::Forbidden("announcements")) } else { Ok(Some(out)) }
}

fn view(c: &mut Conn, app: &App, actor: &Actor, bureau: &str, q: Quarter, batch: Option<&Batch>) -> Result<BatchView> {
    let today = app.now().day();
    let done = batch.filter(|b| b.published_at.is_some());
    let mut items = Vec::new();
    let (count, hash) = match done {
        Some(b) => {
            for a in rows::in_batch(c, b.id)? {
                // what was published with the batch; a correction since is another text
                let text = rows::texts(c, a.id)?.into_iter().find(|t| t.published_at == b.published_at);
                items.push((a, text.map(|t| t.hash).unwrap_or_default(), None));
            }
            (items.len(), b.hash.clone().unwrap_or_default())
        }
        None => {
            items = waiting(c, bureau, q)?;
            hash_of(q, &items)
        }
    };
    let due_on = batch.map_or_else(|| q.due(&app.law().rules), |b| b.due_on);
    Ok(BatchView {
        bureau: bureau.to_owned(),
        bureau_name: app.bureau_name(bureau),
        quarter: q.to_string(),
        title: q.title(),
        due_on,
        from: q.after(),
        number: done.and_then(|b| b.number_year.zip(b.no)).map(|(year, no)| rules::batch_number(year, no)),
        published_at: done.and_then(|b| b.published_at),
        overdue: done.is_none() && count > 0 && today > due_on,
        items: count,
        hash,
        announcements: items
            .into_iter()
            .map(|(a, hash, why)| BatchItem {
                id: a.id,
                case: a.case_id,
                code: a.code,
                name: a.name,
                category: a.category.map(|k| app.code_title(super::register::CATEGORIES, &k)).unwrap_or_default(),
                hash,
                held: why.map(|w| super::super::view::coded("announcement.held", w)),
            })
            .collect(),
        may_publish: done.is_none() && today >= q.after() && headed(app, actor).iter().any(|b| b == bureau),
    })
}

impl App {
    /// Batches of the bureaus an actor sees, the newest quarter first; for each bureau the actor works in the quarter that is over stands
    /// there too, although nothing was approved in it, and the one that runs.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever holds no duty in a matter; the database.
    pub async fn announcement_batches(self: &Arc<Self>, actor: &Actor) -> Result<Vec<BatchView>> {
        let bureaus = seen(self, actor)?;
        let actor = actor.clone();
        self.look(move |c, app, _| {
            let now = Quarter::of(app.now().day());
            let known = rows::batches(c, bureaus.as_deref(), SHOWN)?;
            let mut all: Vec<(Quarter, String, Option<Batch>)> =
                known.into_iter().map(|b| (Quarter { year: b.year, no: b.quarter }, b.bureau.clone(), Some(b))).collect();
            let works = |k: DutyKind| matches!(k, DutyKind::Credit | DutyKind::Head | DutyKind::Leader);
            let mut own: Vec<String> = actor.duties().iter().filter(|d| works(d.kind)).map(|d| d.bureau.clone()).collect();
            own.sort_unstable();
            own.dedup();
            for bureau in own {
                for q in [now, now.prev()] {
                    if !all.iter().any(|(x, b, _)| *x == q && *b == bureau) {
                        all.push((q, bureau.clone(), None));
                    }
                }
            }
            all.sort_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));
            all.iter().map(|(q, bureau, batch)| view(c, app, &actor, bureau, *q, batch.as_ref())).collect()
        })
        .await
    }

    /// Publishes a quarter's batch, or records that there is nothing.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to anybody but the bureau's head; `announcement_quarter_runs` before the quarter is over, `announcement_batch_done`
    /// the second time, `announcement_batch_changed` when it is not what was shown.
    pub async fn publish_announcement_batch(self: &Arc<Self>, actor: &Actor, key: Option<Key>, p: PublishBatch) -> Result<RowId> {
        self.write(actor, key, move |tx| publish(tx, &p)).await
    }
}
