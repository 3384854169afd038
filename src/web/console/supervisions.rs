//! 督办台账: the register of supervisions with its filters and its file.
//!
//! Owns the page. Who sees which lines is the use case's.

use super::files::sheet;
use super::frame::chrome;
use super::lists::{address, export_asked, export_form};
use super::moves::stays;
use super::view::{FieldKind, Filter, FormField, Place, SupervisionRow, SupervisionsPage, Tag, Tone};
use crate::app::App;
use crate::app::supervisions::{Asked, SupervisionLine};
use crate::base::id::SupervisionId;
use crate::base::{At, Error, text};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with};
use crate::web::extract::{FormParams, Params, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Lines of a page.
const SIZE: usize = 50;
const CURSOR: &str = "supervisions-page";
/// What the list may be narrowed by, in the order of the form.
const NARROW: [&str; 4] = ["bureau", "origin", "level", "state"];

fn word(key: &str) -> String {
    text::zh(&format!("supervisions.{key}")).to_owned()
}

/// What is asked for, as it stands in the address and in the form of the export.
fn asked(q: &mut Params) -> Asked {
    let mut get = |name: &str| q.text(name, 40).filter(|v| !v.is_empty());
    Asked { bureau: get("bureau"), origin: get("origin"), level: get("level"), ended: get("state").as_deref() == Some("all"), after: None }
}

fn values(a: &Asked) -> [(&'static str, String); 4] {
    let [bureau, origin, level, state] = NARROW;
    let or = |v: &Option<String>| v.clone().unwrap_or_default();
    [
        (bureau, or(&a.bureau)),
        (origin, or(&a.origin)),
        (level, or(&a.level)),
        (state, if a.ended { "all".to_owned() } else { String::new() }),
    ]
}

fn filter(app: &App, a: &Asked) -> Filter {
    let codes = |list: &str| app.registry.codes.get(list).cloned().unwrap_or_default();
    let bureaus: Vec<(String, String)> = app.city.bureaus.iter().map(|b| (b.code.clone(), b.short.clone())).collect();
    let options = [bureaus, codes("supervision_origin"), codes("supervision_level"), vec![("all".to_owned(), word("all"))]];
    let labels = ["bureau", "origin", "level", "state"].map(|k| text::zh(&format!("supervisions.column.{k}")).to_owned());
    let fields = values(a)
        .into_iter()
        .zip(options)
        .zip(labels)
        .map(|(((key, value), options), label)| FormField::new(key, label, FieldKind::Select).options(options).value(value))
        .collect();
    let active = values(a).iter().any(|(_, v)| !v.is_empty());
    Filter { action: "/supervisions".into(), hidden: Vec::new(), fields, active, clear: "/supervisions".into() }
}

fn row(l: &SupervisionLine) -> SupervisionRow {
    let due = l.discharged_at.map(At::list_text).or_else(|| l.due_day.map(|d| d.to_string())).or_else(|| l.due_at.map(At::list_text));
    SupervisionRow {
        href: format!("/cases/{}", l.case),
        number: l.number.clone(),
        respondent: l.respondent.clone(),
        area: l.area_name.clone(),
        bureau: l.bureau_name.clone(),
        origin: l.origin_title.clone(),
        level: Tag::new(l.level_title.clone(), if l.discharged_at.is_some() { Tone::Plain } else { Tone::Bad }),
        opened: l.opened_at.list_text(),
        state: l.state_title.clone(),
        due: due.unwrap_or_default(),
        overdue: l.overdue.clone(),
    }
}

async fn list(
    app: &Arc<App>,
    by: &Officer,
    a: Asked,
    after: Option<(At, SupervisionId)>,
    back: Option<(&[(String, String)], &Error)>,
) -> Result<SupervisionsPage, Failure> {
    let found = app.supervisions(&by.actor(), Asked { after, ..a.clone() }, SIZE).await?;
    let next = found.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    let form = || export_form("/supervisions/export", word, &values(&a));
    let export = match back {
        Some((pairs, why)) => form().sent_back(pairs, why),
        None => form(),
    };
    let link = |n: String| {
        let held = values(&a);
        let mut parts: Vec<(&str, &str)> = held.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (*k, v.as_str())).collect();
        parts.push(("after", &n));
        address("/supervisions", &parts)
    };
    Ok(SupervisionsPage {
        chrome: chrome(app, by, text::zh("supervisions.title"), Place::Supervisions).await?,
        filter: filter(app, &a),
        rows: found.items.iter().map(row).collect(),
        more: next.map(link),
        export: (!found.items.is_empty() || back.is_some()).then_some(export),
    })
}

/// `GET /supervisions`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let after = q.text("after", 512).map(|c| cursor_decode::<(At, SupervisionId)>(CURSOR, &c)).transpose()?;
    let a = asked(&mut q);
    html(&list(&app, &by, a, after, None).await?)
}

/// `POST /supervisions/export`.
pub(super) async fn export(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let (xlsx, reason) = export_asked(&mut p);
    let a = asked(&mut p);
    let done = match p.finish() {
        Ok(()) => app.export_supervisions(&by.actor(), a.clone(), &reason, xlsx).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(file) => Ok(sheet(file, text::zh("supervisions.title"), xlsx)),
        Err(e) if stays(&e) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, a, None, Some((&pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}
