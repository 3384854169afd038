//! Bulletins 通报: drafted for an area and a week or month, approved by a second person, issued as a numbered paper and kept as it was.
//!
//! Owns who may (whoever supervises the area, and the head of the bureau it is issued by), the way draft → approved → issued, and the figures.
//! They are read from the journal, not from where cases stand now: where each case stood at the end of the period as far as was recorded until
//! `as_of`, so that the same question has the same answer later, whatever happened since. The period's number 期号 is the paper's own
//! (gapless a year, kind and bureau, allotted at issue).

use super::App;
use super::documents::{self, Where};
use super::effects::Made;
use super::exports::{self, Taken, Why};
use super::write::{Key, Marks, Tx};
use crate::base::id::{CaseId, DocumentId, ProcedureId, RowId, StreamId};
use crate::base::seal::{self, Place, hex};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{Actor, DutyKind};
use crate::domain::bulletin::{Bulletin, BulletinKind, County, Figures, Span, Stood, Turn, rank, stood};
use crate::domain::closing_rate::percent;
use crate::law::Fen;
use crate::paper::forms::Head;
use crate::paper::forms::bulletin::{BulletinPaper, bulletin};
use crate::paper::sheet::{Table, Value};
use crate::store::bulletins::{self as rows, Bulletin as Row};
use crate::store::types::Json;
use crate::store::{Conn, accounts, journal, papers, procedures};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The stream of a bulletin.
const STREAM: &str = "bulletin";
/// Cases read at once.
const PAGE: i64 = 200;
/// Characters of what a bureau adds.
const REMARKS: usize = 2_000;
/// Lines of a page of the list.
const MOST: usize = 50;

/// What a bulletin is drafted for.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Draft {
    /// `weekly` or `monthly`.
    pub kind: String,
    /// The area.
    pub area: String,
    /// A day of the period.
    pub day: Option<Day>,
    /// What the bureau adds.
    pub remarks: String,
}

/// A bulletin of the list.
#[derive(Debug, Clone)]
pub struct BulletinLine {
    /// Its id.
    pub id: RowId,
    /// `weekly` or `monthly`.
    pub kind: String,
    /// The area's name.
    pub area: String,
    /// The bureau that issues it.
    pub bureau: String,
    /// The period.
    pub span: Span,
    /// `draft`, `approved`, `issued` or `dropped`.
    pub state: String,
    /// The number it was issued under.
    pub number: Option<String>,
}

/// One bulletin.
#[derive(Debug, Clone)]
pub struct BulletinView {
    /// The line of it.
    pub line: BulletinLine,
    /// What it says.
    pub figures: Bulletin,
    /// Until when what was recorded is in it.
    pub as_of: At,
    /// What the bureau adds.
    pub remarks: String,
    /// Who drafted it, and when.
    pub drafted: (String, At),
    /// Who approved it, and when.
    pub approved: Option<(String, At)>,
    /// Who issued it, and when.
    pub issued: Option<(String, At)>,
    /// The hash of the paper.
    pub hash: Option<String>,
    /// Whether the reader drafted it, and so cannot approve it.
    pub own: bool,
}

/// A page of bulletins.
#[derive(Debug, Clone)]
pub struct BulletinPage {
    /// The newest first.
    pub items: Vec<BulletinLine>,
    /// Where to go on.
    pub next: Option<(At, RowId)>,
}

/// What of a case the figures need.
struct Known {
    opened_at: At,
    procedure: ProcedureId,
    turns: Vec<Turn>,
}

impl App {
    /// Whether somebody has to do with a bulletin of this bureau and area.
    fn bulletins_of(&self, actor: &Actor, bureau: &str, area: &str) -> bool {
        actor.is_system()
            || actor.duties().iter().any(|d| match d.kind {
                DutyKind::Supervisor => self.area_path(Some(area)).contains(&d.area),
                DutyKind::Head => d.bureau == bureau && self.bureau_path(bureau).contains(&d.area),
                _ => false,
            })
    }

    /// Whether somebody reads bulletins at all.
    #[must_use]
    pub fn reads_bulletins(&self, actor: &Actor) -> bool {
        actor.holds(DutyKind::Supervisor) || actor.holds(DutyKind::Head)
    }

    /// The areas somebody drafts bulletins for.
    #[must_use]
    pub fn bulletin_areas(&self, actor: &Actor) -> Vec<(String, String)> {
        self.campaign_areas(actor)
    }

    /// Drafts a bulletin of a period that is over.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; field errors; `bulletin_there` where the period has one; the database.
    pub async fn draft_bulletin(self: &Arc<Self>, actor: &Actor, key: Option<Key>, d: Draft) -> Result<RowId> {
        let duty = actor.duties().iter().find(|x| x.kind == DutyKind::Supervisor).cloned().ok_or(Error::Forbidden("bulletin"))?;
        let kind = BulletinKind::of(&d.kind).ok_or_else(|| Error::field("/kind", "required", &[]))?;
        let remarks = remarks(&d.remarks)?;
        if self.city.areas.get(&d.area).is_none() || !self.area_path(Some(&d.area)).contains(&duty.area) {
            return Err(Error::field("/area", "bulletin_area", &[]));
        }
        let span = kind.around(d.day.ok_or_else(|| Error::field("/day", "required", &[]))?);
        let as_of = self.now();
        if span.1 >= as_of.day() {
            return Err(Error::field("/day", "bulletin_running", &[]));
        }
        let figures = self.bulletin_figures(&d.area, kind, span, as_of).await?;
        let (area, bureau) = (d.area, duty.bureau);
        self.write(actor, key, move |tx| {
            if rows::of_period(tx.c, &bureau, kind.code(), &area, span.0, span.1)?.is_some() {
                return Err(Error::refused("bulletin_there", &[]));
            }
            let id: RowId = tx.ids.id(tx.now);
            let row = Row {
                id,
                kind: kind.code().to_owned(),
                bureau: bureau.clone(),
                area: area.clone(),
                from_on: span.0,
                to_on: span.1,
                state: "draft".to_owned(),
                as_of,
                figures: json(&figures)?,
                remarks_ct: tx.seal("bulletins", "remarks_ct", id, &remarks)?,
                drafted_by: tx.actor.account().ok_or(Error::Unauthenticated)?,
                drafted_at: tx.now,
                approved_by: None,
                approved_at: None,
                issued_by: None,
                issued_at: None,
                document_id: None,
                version: 0,
            };
            rows::insert(tx.c, &row)?;
            record(tx, &row, "bulletin_drafted").map(|_| id)
        })
        .await
    }

    /// Saves what a draft adds, and its figures by what is recorded now.
    ///
    /// # Errors
    /// [`Error::NotFound`]; `bulletin_not_draft`; field errors; the database.
    pub async fn redraft_bulletin(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, words: &str) -> Result<RowId> {
        let words = remarks(words)?;
        let who = actor.clone();
        let row = self.look(move |c, app, _| known(c, app, &who, id)).await?;
        let kind = BulletinKind::of(&row.kind).ok_or_else(|| Error::Internal("bulletin kind".into()))?;
        let as_of = self.now();
        let figures = self.bulletin_figures(&row.area, kind, (row.from_on, row.to_on), as_of).await?;
        self.write(actor, key, move |tx| {
            let (app, actor) = (tx.app, tx.actor);
            let row = known(tx.c, app, actor, id)?;
            if row.state != "draft" {
                return Err(Error::refused("bulletin_not_draft", &[]));
            }
            let remarks_ct = tx.seal("bulletins", "remarks_ct", id, &words)?;
            // who changes it has drafted it: the second person is another one still
            let drafted_by = tx.actor.account().ok_or(Error::Unauthenticated)?;
            let row = Row { as_of, figures: json(&figures)?, remarks_ct, drafted_by, ..row };
            rows::update(tx.c, &row)?;
            record(tx, &row, "bulletin_saved").map(|_| id)
        })
        .await
    }

    /// Approves a draft: a second person.
    ///
    /// # Errors
    /// [`Error::NotFound`]; `bulletin_not_draft`, `bulletin_own`; the database.
    pub async fn approve_bulletin(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId) -> Result<RowId> {
        self.write(actor, key, move |tx| {
            let (app, actor) = (tx.app, tx.actor);
            let row = known(tx.c, app, actor, id)?;
            if row.state != "draft" {
                return Err(Error::refused("bulletin_not_draft", &[]));
            }
            if tx.actor.account() == Some(row.drafted_by) {
                return Err(Error::refused("bulletin_own", &[]));
            }
            let row = Row { state: "approved".to_owned(), approved_by: tx.actor.account(), approved_at: Some(tx.now), ..row };
            rows::update(tx.c, &row)?;
            record(tx, &row, "bulletin_approved").map(|_| id)
        })
        .await
    }

    /// Issues an approved bulletin: it gets its number and is kept as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`]; `bulletin_not_approved`; the database.
    pub async fn issue_bulletin(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId) -> Result<RowId> {
        self.write(actor, key, move |tx| {
            let (app, actor) = (tx.app, tx.actor);
            let row = known(tx.c, app, actor, id)?;
            if row.state != "approved" {
                return Err(Error::refused("bulletin_not_approved", &[]));
            }
            let words = tx.open_sealed("bulletins", "remarks_ct", id, &row.remarks_ct)?;
            let figures = figures(&row)?;
            let place = Where { bureau: row.bureau.clone(), code: String::new(), case: None, filing: None };
            let made = documents::keep_at(tx, &place, &format!("bulletin_{}", row.kind), |head| {
                bulletin(&paper(app, &row, figures.clone(), head.clone(), words.clone()))
            })?;
            let Made::Document { id: document, .. } = made else { return Err(Error::Internal("a bulletin is no paper".into())) };
            let row = Row {
                state: "issued".to_owned(),
                issued_by: tx.actor.account(),
                issued_at: Some(tx.now),
                document_id: Some(document),
                ..row
            };
            rows::update(tx.c, &row)?;
            record(tx, &row, "bulletin_issued").map(|_| id)
        })
        .await
    }

    /// Drops a bulletin that was not issued: its period may be drafted anew.
    ///
    /// # Errors
    /// [`Error::NotFound`]; `bulletin_issued`; the database.
    pub async fn drop_bulletin(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId) -> Result<RowId> {
        self.write(actor, key, move |tx| {
            let (app, actor) = (tx.app, tx.actor);
            let row = known(tx.c, app, actor, id)?;
            if !matches!(row.state.as_str(), "draft" | "approved") {
                return Err(Error::refused("bulletin_issued", &[]));
            }
            let row = Row { state: "dropped".to_owned(), ..row };
            rows::update(tx.c, &row)?;
            record(tx, &row, "bulletin_dropped").map(|_| id)
        })
        .await
    }

    /// Bulletins of the reader's areas, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for duties that read none; the database.
    pub async fn bulletins(self: &Arc<Self>, actor: &Actor, after: Option<(At, RowId)>, size: usize) -> Result<BulletinPage> {
        if !self.reads_bulletins(actor) {
            return Err(Error::Forbidden("bulletin"));
        }
        let mut areas = self.areas_under(actor, &[DutyKind::Supervisor]);
        areas.extend(actor.bureaus(DutyKind::Head).filter_map(|b| self.city.bureaus.get(b)).map(|b| b.area.clone()));
        let (app, actor, size) = (Arc::clone(self), actor.clone(), size.clamp(1, MOST));
        self.db
            .read(move |c| {
                let found = rows::page(c, Some(&areas), after, i64::try_from(size).unwrap_or(50))?;
                let next = found.last().filter(|_| found.len() == size).map(|r| (r.drafted_at, r.id));
                let mut items = Vec::new();
                for r in found.iter().filter(|r| app.bulletins_of(&actor, &r.bureau, &r.area)) {
                    items.push(line(c, &app, r)?);
                }
                Ok(BulletinPage { items, next })
            })
            .await
    }

    /// One bulletin.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it); the database or the keys.
    pub async fn bulletin(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<BulletinView> {
        let actor = actor.clone();
        self.look(move |c, app, keys| {
            let row = known(c, app, &actor, id)?;
            let mut ids = vec![row.drafted_by];
            ids.extend(row.approved_by.into_iter().chain(row.issued_by));
            let names: BTreeMap<_, String> = accounts::by_ids(c, &ids)?.into_iter().map(|a| (a.id, a.name)).collect();
            let name = |id| names.get(&id).cloned().unwrap_or_default();
            let hash = match row.document_id {
                Some(d) => papers::document(c, d)?.map(|d| d.body_hash),
                None => None,
            };
            Ok(BulletinView {
                line: line(c, app, &row)?,
                figures: figures(&row)?,
                as_of: row.as_of,
                remarks: seal::open(keys, Place::new("bulletins", "remarks_ct", id), &row.remarks_ct)?,
                drafted: (name(row.drafted_by), row.drafted_at),
                approved: row.approved_by.map(name).zip(row.approved_at),
                issued: row.issued_by.map(name).zip(row.issued_at),
                hash,
                own: actor.account() == Some(row.drafted_by),
            })
        })
        .await
    }

    /// The paper: as it was issued, or as it would be.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Internal`] when it is not what was issued.
    pub async fn bulletin_paper(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<String> {
        let actor = actor.clone();
        self.look(move |c, app, keys| {
            let row = known(c, app, &actor, id)?;
            if let Some(document) = row.document_id {
                let d = papers::document(c, document)?.ok_or(Error::NotFound("bulletin"))?;
                return opened(keys, document, &d);
            }
            let words = seal::open(keys, Place::new("bulletins", "remarks_ct", id), &row.remarks_ct)?;
            let banner = app.demo.then(|| text::zh("demo.banner").to_owned());
            let head =
                Head { authority: app.bureau_name(&row.bureau), number: None, issued_on: None, code: String::new(), banner, door: None };
            bulletin(&paper(app, &row, figures(&row)?, head, words))
        })
        .await
    }

    /// The tables as a file.
    ///
    /// # Errors
    /// [`Error::NotFound`]; field errors; the file cannot be made; the database.
    pub async fn export_bulletin(self: &Arc<Self>, actor: &Actor, id: RowId, code: &str, reason: &str, xlsx: bool) -> Result<Vec<u8>> {
        let why = Why::coded(self, code, reason)?;
        let who = actor.clone();
        let row = self.look(move |c, app, _| known(c, app, &who, id)).await?;
        let table = table(&figures(&row)?);
        let query = serde_json::json!({ "bulletin": row.kind, "area": row.area, "from": row.from_on, "to": row.to_on });
        // three lines of comparison and the note are no counties
        let rows = table.rows.len().saturating_sub(4);
        exports::hand_out(self, actor, Taken { what: "bulletin", query, rows, unmasked: false }, &table, xlsx, why).await
    }

    /// What a period came to in an area and each county of it, by what the journal said until `as_of`.
    ///
    /// # Errors
    /// The database.
    pub async fn bulletin_figures(self: &Arc<Self>, area: &str, kind: BulletinKind, span: Span, as_of: At) -> Result<Bulletin> {
        let (app, area) = (Arc::clone(self), area.to_owned());
        self.db
            .read(move |c| {
                let (before, last_year) = (kind.before(span), kind.last_year(span));
                let spans = [span, before, last_year];
                let mut counties = Vec::new();
                let mut sums = [Figures::default(); 3];
                for a in app.city.areas.iter().filter(|a| a.path.contains(&area)) {
                    let of = area_figures(c, &a.code, &spans, as_of)?;
                    for (sum, f) in sums.iter_mut().zip(&of) {
                        *sum = sum.plus(f);
                    }
                    // the city itself is a line where something is filed there and in no county
                    if a.code != app.config.city.code || of[0] != Figures::default() {
                        counties.push(County { area: a.code.clone(), name: app.area_name(&a.code), figures: of[0] });
                    }
                }
                rank(&mut counties);
                let [total, before, last_year] = sums;
                Ok(Bulletin { kind, span, counties, total, before, last_year })
            })
            .await
    }
}

/// The figures of an area in each of these periods.
fn area_figures(c: &mut Conn, area: &str, spans: &[Span; 3], as_of: At) -> Result<[Figures; 3]> {
    let mut out = [Figures::default(); 3];
    let since = spans.iter().map(|s| s.0.start()).min().unwrap_or(as_of);
    let end = spans.iter().map(|s| s.1.end()).max().unwrap_or(as_of);
    let mut after: Option<(At, CaseId)> = None;
    loop {
        let page = rows::in_hand(c, area, since, end, after, PAGE)?;
        after = page.last().map(|k| (k.opened_at, k.case));
        let full = i64::try_from(page.len()).unwrap_or(0) == PAGE;
        let ids: Vec<StreamId> = page.iter().map(|k| k.procedure.into()).collect();
        let mut turns: BTreeMap<StreamId, Vec<Turn>> = BTreeMap::new();
        for e in journal::streams(c, &ids)? {
            if let Some(to) = e.core.payload["to"].as_str() {
                let turn = Turn { recorded: e.core.at, occurred: e.core.occurred_at, to: to.to_owned() };
                turns.entry(e.core.stream_id).or_default().push(turn);
            }
        }
        let known: Vec<Known> = page
            .iter()
            .map(|k| Known { opened_at: k.opened_at, procedure: k.procedure, turns: turns.remove(&k.procedure.into()).unwrap_or_default() })
            .collect();
        let procedures: Vec<ProcedureId> = page.iter().map(|k| k.procedure).collect();
        let mut duties: BTreeMap<ProcedureId, Vec<(At, Option<At>)>> = BTreeMap::new();
        for t in procedures::terms_of_many(c, &procedures)? {
            if t.kind == "duty" && t.start_at <= as_of {
                duties.entry(t.procedure_id).or_default().push((t.due_at, t.ended_at));
            }
        }
        for (f, (from, to)) in out.iter_mut().zip(spans) {
            let (start, end) = (from.start(), to.end());
            for k in &known {
                let opened = k.opened_at >= start && k.opened_at < end && k.opened_at <= as_of;
                let (at_start, at_end) = (stood(&k.turns, start, as_of), stood(&k.turns, end, as_of));
                let late = |(due, ended): &(At, Option<At>)| *due <= end && ended.is_none_or(|e| e >= end);
                let overdue = !matches!(at_end, Stood::Unknown) && duties.get(&k.procedure).is_some_and(|d| d.iter().any(late));
                f.count(opened, at_start, at_end, overdue);
            }
        }
        if !full {
            break;
        }
    }
    for (f, span) in out.iter_mut().zip(spans) {
        f.paid_fen = rows::paid(c, area, *span, as_of)?;
        let (issued, ended) = rows::supervised(c, area, span.0.start(), span.1.end())?;
        (f.supervised, f.discharged) = (u64::try_from(issued).unwrap_or(0), u64::try_from(ended).unwrap_or(0));
    }
    Ok(out)
}

fn remarks(typed: &str) -> Result<String> {
    let words = text::tidy_long(typed);
    if words.chars().count() > REMARKS { Err(Error::field("/remarks", "bulletin_remarks", &[])) } else { Ok(words) }
}

fn json(b: &Bulletin) -> Result<Json<serde_json::Value>> {
    serde_json::to_value(b).map(Json).map_err(|e| Error::Internal(e.to_string()))
}

fn figures(row: &Row) -> Result<Bulletin> {
    serde_json::from_value(row.figures.0.clone()).map_err(|e| Error::Internal(format!("figures of a bulletin: {e}")))
}

fn known(c: &mut Conn, app: &App, actor: &Actor, id: RowId) -> Result<Row> {
    let row = rows::get(c, id)?.ok_or(Error::NotFound("bulletin"))?;
    if app.bulletins_of(actor, &row.bureau, &row.area) { Ok(row) } else { Err(Error::NotFound("bulletin")) }
}

fn record(tx: &mut Tx<'_>, row: &Row, kind: &str) -> Result<i64> {
    let marks = Marks { area: Some(row.area.clone()), bureau: Some(row.bureau.clone()), ..Marks::default() };
    let payload = serde_json::json!({
        "kind": row.kind, "from": row.from_on, "to": row.to_on, "asOf": row.as_of, "figures": row.figures.0, "document": row.document_id,
    });
    tx.record(STREAM, StreamId::from(row.id.uuid()), kind, tx.now, payload, &marks)
}

fn line(c: &mut Conn, app: &App, r: &Row) -> Result<BulletinLine> {
    let number = match r.document_id {
        Some(d) => papers::document(c, d)?.map(|d| d.number),
        None => None,
    };
    Ok(BulletinLine {
        id: r.id,
        kind: r.kind.clone(),
        area: app.area_name(&r.area),
        bureau: app.bureau_name(&r.bureau),
        span: (r.from_on, r.to_on),
        state: r.state.clone(),
        number,
    })
}

fn paper(app: &App, row: &Row, figures: Bulletin, head: Head, remarks: String) -> BulletinPaper {
    let note = text::zh("closing_rate.note").to_owned();
    BulletinPaper { head, area: app.area_name(&row.area), figures, as_of: row.as_of.list_text(), note, remarks }
}

fn opened(keys: &seal::KeyRing, id: DocumentId, d: &papers::Document) -> Result<String> {
    let html = seal::open(keys, Place::new("documents", "body_ct", id), &d.body_ct)?;
    if hex(&Sha256::digest(html.as_bytes())) == d.body_hash {
        Ok(html)
    } else {
        Err(Error::Internal(format!("document {id} is not what was issued")))
    }
}

fn table(b: &Bulletin) -> Table {
    const COLUMNS: [&str; 11] =
        ["place", "county", "opened", "concluded", "tracking", "pending", "rate", "overdue", "paid", "supervised", "discharged"];
    let int = |n: u64| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    let cells = |place: Value, name: &str, f: &Figures| {
        vec![
            place,
            Value::Text(name.to_owned()),
            int(f.opened),
            int(f.concluded),
            int(f.tracking),
            int(f.pending),
            Value::Text(f.rate().map_or_else(|| "—".to_owned(), percent)),
            int(f.overdue),
            Value::Money(Fen::new(f.paid_fen)),
            int(f.supervised),
            int(f.discharged),
        ]
    };
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for (c, n) in b.counties.iter().zip(1_i64..) {
        rows.push(cells(if c.figures.rate().is_some() { Value::Int(n) } else { Value::Empty }, &c.name, &c.figures));
    }
    for (name, f) in [("campaign.sum", &b.total), ("bulletin.before", &b.before), ("bulletin.last_year", &b.last_year)] {
        rows.push(cells(Value::Empty, text::zh(name), f));
    }
    rows.push(vec![Value::Text(text::zh("closing_rate.note").to_owned())]);
    let headings = COLUMNS.map(|k| text::zh(&format!("bulletin.column.{k}")).to_owned()).to_vec();
    Table { name: text::zh("bulletin.sheet").to_owned(), headings, rows }
}
