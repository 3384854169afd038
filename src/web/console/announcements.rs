//! 社会公布: the register with its file, a quarter's batches, and the form that makes a case a candidate.
//!
//! Owns the pages. Who sees which lines and who may publish is the use cases'.

use super::files::sheet;
use super::frame::{chrome, flash};
use super::lists::{address, export_asked, export_form};
use super::moves::stays;
use super::view::{
    AnnouncementBatchesPage, AnnouncementRow, AnnouncementsPage, BatchCard, BatchLine, ChildCard, Fact, FieldKind, Filter, FormField,
    FormView, Place, Plan, Tag, Tone,
};
use crate::app::App;
use crate::app::announcements::batches::{BatchView, PublishBatch};
use crate::app::announcements::register::{AnnouncementLine, Asked, CATEGORIES};
use crate::app::announcements::{AnnouncementView, Basis, NewAnnouncement};
use crate::app::view::CaseFile;
use crate::app::write::Key;
use crate::base::id::{CaseId, RowId};
use crate::base::{At, Error, text};
use crate::domain::announcement::Quarter;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Lines of a page.
const SIZE: usize = 50;
const CURSOR: &str = "announcements-page";
/// What the list may be narrowed by, in the order of the form.
const NARROW: [&str; 6] = ["bureau", "state", "quarter", "category", "show", "q"];
/// Quarters the filter offers.
const QUARTERS: usize = 8;

fn word(key: &str) -> String {
    text::zh(&format!("announcements.{key}")).to_owned()
}
fn say(key: &str) -> String {
    text::zh(&format!("announcement.{key}")).to_owned()
}

/// What is asked for, as it stands in the address and in the form of the export.
fn asked(q: &mut Params) -> Asked {
    let mut get = |name: &str| q.text(name, 60).filter(|v| !v.is_empty());
    Asked {
        bureau: get("bureau"),
        state: get("state"),
        quarter: get("quarter").filter(|v| v.parse::<Quarter>().is_ok()),
        category: get("category"),
        words: get("q"),
        ended: get("show").as_deref() == Some("all"),
        after: None,
    }
}

fn values(a: &Asked) -> [(&'static str, String); 6] {
    let [bureau, state, quarter, category, show, q] = NARROW;
    let or = |v: &Option<String>| v.clone().unwrap_or_default();
    [
        (bureau, or(&a.bureau)),
        (state, or(&a.state)),
        (quarter, or(&a.quarter)),
        (category, or(&a.category)),
        (show, if a.ended { "all".to_owned() } else { String::new() }),
        (q, or(&a.words)),
    ]
}

fn filter(app: &App, a: &Asked) -> Filter {
    let codes = |list: &str| app.registry.codes.get(list).cloned().unwrap_or_default();
    let bureaus: Vec<(String, String)> = app.city.bureaus.iter().map(|b| (b.code.clone(), b.short.clone())).collect();
    let states = app.graphs.latest(crate::app::announcements::KIND);
    let states = states.map(|g| g.states.iter().map(|s| (s.key.clone(), s.title.clone())).collect()).unwrap_or_default();
    let mut quarters = Vec::new();
    let mut q = Quarter::of(app.now().day());
    for _ in 0..QUARTERS {
        quarters.push((q.to_string(), q.title()));
        q = q.prev();
    }
    let options = [bureaus, states, quarters, codes(CATEGORIES), vec![("all".to_owned(), word("all"))], Vec::new()];
    let labels =
        ["bureau", "state", "quarter", "category", "state", "words"].map(|k| text::zh(&format!("announcements.column.{k}")).to_owned());
    let fields = values(a)
        .into_iter()
        .zip(options)
        .zip(labels)
        .map(|(((key, value), options), label)| match key {
            "q" => FormField::new(key, label, FieldKind::Text).max(60).value(value),
            "show" => FormField::new(key, word("all"), FieldKind::Select).options(options).value(value),
            _ => FormField::new(key, label, FieldKind::Select).options(options).value(value),
        })
        .collect();
    let active = values(a).iter().any(|(_, v)| !v.is_empty());
    Filter { action: "/announcements".into(), hidden: Vec::new(), fields, active, clear: "/announcements".into() }
}

/// How a state speaks.
fn tone(state: &str) -> Tone {
    match state {
        "published" => Tone::Good,
        "objected" | "correcting" => Tone::Warn,
        "withdrawing" => Tone::Bad,
        "dropped" | "withdrawn" | "ended" => Tone::Plain,
        _ => Tone::Info,
    }
}

fn row(l: &AnnouncementLine) -> AnnouncementRow {
    let due = l.due_day.map(|d| d.to_string()).or_else(|| l.due_at.map(At::list_text)).unwrap_or_default();
    AnnouncementRow {
        href: format!("/cases/{}", l.case),
        number: l.number.clone(),
        name: l.name.clone(),
        unit_code: l.unit_code.clone(),
        area: l.area_name.clone(),
        bureau: l.bureau_name.clone(),
        category: l.category_title.clone(),
        quarter: l.quarter.as_deref().and_then(|q| q.parse::<Quarter>().ok()).map(Quarter::title).unwrap_or_default(),
        state: Tag::new(l.state_title.clone(), tone(&l.state)),
        remedy: l.remedy_title.clone(),
        published: l.published_at.map(At::list_text).unwrap_or_default(),
        public: l.published_at.map(|_| format!("/public/announcements/{}", l.code)),
        due,
        overdue: l.overdue.clone(),
    }
}

async fn list(
    app: &Arc<App>,
    by: &Officer,
    a: Asked,
    after: Option<(At, RowId)>,
    back: Option<(&[(String, String)], &Error)>,
) -> Result<AnnouncementsPage, Failure> {
    let found = app.announcements(&by.actor(), Asked { after, ..a.clone() }, SIZE).await?;
    let next = found.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    let form = || export_form("/announcements/export", word, &values(&a));
    let export = match back {
        Some((pairs, why)) => form().sent_back(pairs, why),
        None => form(),
    };
    let link = |n: String| {
        let held = values(&a);
        let mut parts: Vec<(&str, &str)> = held.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (*k, v.as_str())).collect();
        parts.push(("after", &n));
        address("/announcements", &parts)
    };
    Ok(AnnouncementsPage {
        chrome: chrome(app, by, text::zh("announcements.title"), Place::Announcements).await?,
        filter: filter(app, &a),
        rows: found.items.iter().map(row).collect(),
        more: next.map(link),
        export: (!found.items.is_empty() || back.is_some()).then_some(export),
    })
}

/// `GET /announcements`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let after = q.text("after", 512).map(|c| cursor_decode::<(At, RowId)>(CURSOR, &c)).transpose()?;
    let a = asked(&mut q);
    html(&list(&app, &by, a, after, None).await?)
}

/// `POST /announcements/export`.
pub(super) async fn export(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let (xlsx, reason) = export_asked(&mut p);
    let a = asked(&mut p);
    let done = match p.finish() {
        Ok(()) => app.export_announcements(&by.actor(), a.clone(), &reason, xlsx).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(file) => Ok(sheet(file, text::zh("announcements.title"), xlsx)),
        Err(e) if stays(&e) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, a, None, Some((&pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}

fn card(b: &BatchView) -> BatchCard {
    let n = b.items.to_string();
    let (state, tone) = match (b.published_at, b.items) {
        (Some(at), 0) => (text::zh_with("announcements.batch.nothing", &[("at", &at.list_text())]), Tone::Plain),
        (Some(at), _) => (text::zh_with("announcements.batch.done", &[("at", &at.list_text()), ("n", &n)]), Tone::Good),
        (None, _) if b.overdue => (word("batch.overdue"), Tone::Bad),
        (None, _) => (text::zh_with("announcements.batch.due", &[("due", &b.due_on.to_string())]), Tone::Info),
    };
    let form = b.may_publish.then(|| {
        let label = if b.items > 0 { text::zh_with("announcements.batch.publish", &[("n", &n)]) } else { word("batch.empty") };
        FormView::new(format!("batch-{}-{}", b.bureau, b.quarter), "/announcement-batches", label, Vec::new())
            .tone(if b.items > 0 { Tone::Good } else { Tone::Plain })
            .hidden("_key", IdempotencyKey::fresh().as_str())
            .hidden("bureau", b.bureau.as_str())
            .hidden("quarter", b.quarter.as_str())
            .hidden("items", n.as_str())
            .hidden("hash", b.hash.as_str())
    });
    BatchCard {
        title: format!("{}　{}", b.title, b.number.clone().unwrap_or_default()).trim_end().to_owned(),
        bureau: b.bureau_name.clone(),
        state: Tag::new(state, tone),
        note: match b.published_at {
            None if !b.may_publish => text::zh_with("announcements.batch.from", &[("from", &b.from.to_string())]),
            _ => String::new(),
        },
        lines: b
            .announcements
            .iter()
            .map(|i| BatchLine {
                href: format!("/cases/{}", i.case),
                name: i.name.clone(),
                category: i.category.clone(),
                code: i.code.clone(),
                held: i.held.clone().unwrap_or_default(),
            })
            .collect(),
        hash: b.hash.clone(),
        form,
    }
}

async fn batch_page(app: &Arc<App>, by: &Officer, wrong: Option<&Error>) -> Result<AnnouncementBatchesPage, Failure> {
    let found = app.announcement_batches(&by.actor()).await?;
    Ok(AnnouncementBatchesPage {
        chrome: chrome(app, by, text::zh("announcements.batches"), Place::Announcements).await?,
        cards: found.iter().map(card).collect(),
        wrong: wrong.map(Error::sentence),
    })
}

/// `GET /announcement-batches`.
pub(super) async fn batches(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let mut page = batch_page(&app, &by, None).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// `POST /announcement-batches`.
pub(super) async fn publish(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let k = p.key()?;
    let bureau = p.text("bureau", 40);
    let quarter = p.text("quarter", 10);
    let quarter = p.required("quarter", quarter).unwrap_or_default();
    let items = p.int("items", 0, 10_000).and_then(|n| usize::try_from(n).ok());
    let items = p.required("items", items).unwrap_or_default();
    let hash = p.text("hash", 80).unwrap_or_default();
    let b = PublishBatch { bureau, quarter, items, hash };
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:announcementBatch", &b)?;
            app.publish_announcement_batch(&by.actor(), Some(key), b).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => {
            let word = if items > 0 { "announcement_batch" } else { "announcement_nothing" };
            Ok(see_other(&format!("/announcement-batches?done={word}")))
        }
        Err(e) if stays(&e) => {
            let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            html_with(status, &batch_page(&app, &by, Some(&e)).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// The form that makes a case a candidate, for its bureau's credit officer.
pub(super) fn begin_form(
    app: &App,
    f: &CaseFile,
    bases: Option<&[Basis]>,
    back: Option<&(Vec<(String, String)>, Error)>,
) -> Option<FormView> {
    let bases = bases?;
    let mut orders: Vec<(String, String)> = bases.iter().map(|b| (b.order.to_string(), b.title.clone())).collect();
    orders.push((String::new(), say("begin.other")));
    let first = orders.first().map(|o| o.0.clone()).unwrap_or_default();
    let kinds = app.registry.codes.get("announcement_decision").cloned().unwrap_or_default();
    let kinds = kinds.into_iter().filter(|(c, _)| c != crate::domain::announcement::ORDER);
    let units: Vec<(String, String)> =
        f.chain.iter().filter_map(|r| Some((r.id?.to_string(), format!("{} · {}", r.role, r.name)))).collect();
    let files: Vec<(String, String)> = f.evidence.iter().map(|e| (e.id.to_string(), format!("{} · {}", e.kind, e.name))).collect();
    let fields = vec![
        FormField::new("order", say("begin.order"), FieldKind::Select).options(orders).value(first).help(say("begin.order_help")),
        FormField::new("respondent", say("begin.respondent"), FieldKind::Select).options(units).help(say("begin.other_help")),
        FormField::new("decision", say("begin.decision"), FieldKind::Select).options(kinds),
        FormField::new("number", say("begin.number"), FieldKind::Text).max(60),
        FormField::new("decidedOn", say("begin.decided"), FieldKind::Date),
        FormField::new("servedOn", say("begin.served"), FieldKind::Date),
        FormField::new("proof", say("begin.proof"), FieldKind::Select).options(files),
    ];
    let form = FormView::new("announce", format!("/cases/{}/announcements", f.id), say("begin"), fields)
        .tone(Tone::Plain)
        .hidden("_key", IdempotencyKey::fresh().as_str());
    Some(super::matter::filled(form, back))
}

/// `POST /cases/{id}/announcements`.
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let order = p.parsed("order", "not_an_id");
    let n = if order.is_some() {
        NewAnnouncement { order, ..NewAnnouncement::default() }
    } else {
        NewAnnouncement {
            order: None,
            respondent: p.parsed("respondent", "not_an_id"),
            decision: p.text("decision", 40),
            number: p.text("number", 60),
            decided_on: p.day("decidedOn"),
            served_on: p.day("servedOn"),
            proof: p.parsed("proof", "not_an_id"),
        }
    };
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), &format!("console:announce:{id}"), &n)?;
            app.begin_announcement(&by.actor(), Some(key), id, n).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/cases/{id}?done=announcement_begun#moves"))),
        Err(e) if stays(&e) => super::matter::announce_again(&app, &by, id, (pairs, e)).await,
        Err(e) => Err(e.into()),
    }
}

/// The card of an announcement on the page of its case.
pub(super) fn child(a: &AnnouncementView) -> ChildCard {
    let mut facts = vec![Fact::new(say("fact.decision"), a.decision.clone())];
    let day = |d: Option<crate::base::Day>| d.map(|d| d.to_string());
    let at = |t: Option<At>| t.map(At::list_text);
    for (key, value) in [
        ("remedy", a.remedy.clone()),
        ("way", a.way.clone()),
        ("quarter", a.quarter.clone()),
        ("batch", a.batch.clone()),
        ("published", at(a.published_at)),
        ("corrected", at(a.corrected_at)),
        ("ends", day(a.ends_on)),
        ("suspended", at(a.suspended_at)),
        ("withdrawn", at(a.withdrawn_at)),
        ("code", a.published_at.map(|_| a.code.clone())),
    ] {
        facts.extend(value.map(|v| Fact::new(say(&format!("fact.{key}")), v)));
    }
    let mut lines: Vec<String> = a
        .texts
        .iter()
        .rev()
        .map(|t| {
            let mark = if t.shown { say("line.shown") } else { String::new() };
            let (no, when) = (t.no.to_string(), t.drafted_at.list_text());
            let args =
                [("no", no.as_str()), ("by", &t.drafted_by), ("at", &when), ("mark", &mark), ("facts", &t.facts), ("result", &t.result)];
            text::zh_with("announcement.line.text", &args)
        })
        .collect();
    lines.extend(
        a.media
            .iter()
            .map(|m| text::zh_with("announcement.line.medium", &[("on", &m.on.to_string()), ("medium", &m.medium), ("name", &m.name)])),
    );
    let shown = a.open && a.published_at.is_some() && a.suspended_at.is_none();
    ChildCard {
        title: text::zh_with("announcement.card", &[("name", &a.name)]),
        state: Tag::new(
            a.state.clone(),
            if !a.open {
                Tone::Plain
            } else if shown {
                Tone::Good
            } else {
                Tone::Info
            },
        ),
        facts,
        plan: Plan::default(),
        heading: say("heading"),
        lines,
        paper: a.texts.iter().rev().find_map(|t| t.document).map(|d| format!("/documents/{d}")),
        employer: None,
        past: !a.open,
    }
}
