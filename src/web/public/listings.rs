//! The list of joint sanctions, for anybody: what stands, by search and by permanent link, and the keys the answers are signed with.

use super::kept;
use crate::app::App;
use crate::app::register::{EntryView, Linked};
use crate::base::id::RowId;
use crate::base::{Day, Error, text};
use crate::store::register::Wanted;
use crate::web::console::view::{FieldKind, Filter, FormField, LISTED, PublicListingRow, PublicListingsPage, PublicPaperPage};
use crate::web::edge::html_with;
use crate::web::extract::{QueryParams, cursor_decode, cursor_encode};
use crate::web::look::Around;
use crate::web::problem::Failure;
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The kind of list its cursors are of.
const LIST: &str = "public.listings";

/// Entries.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PublicEntries {
    /// The newest first.
    entries: Vec<EntryView>,
    /// The next page; absent after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page: Option<String>,
}

/// Public keys.
#[derive(Debug, Serialize, ToSchema)]
struct PublicKeys {
    /// A line each: `qingxin-ed25519 <name> <key>`.
    keys: Vec<String>,
}

/// What a search asks for: name, code, area with everything below it.
pub(in crate::web) fn wanted(app: &App, name: Option<String>, uscc: Option<String>, area: Option<String>) -> Wanted {
    let below = |top: String| {
        let all = app.city.areas.iter().map(|a| a.code.clone());
        all.filter(|c| app.area_path(Some(c)).contains(&top)).collect::<Vec<_>>()
    };
    Wanted { name: name.filter(|n| !n.is_empty()), uscc: uscc.filter(|u| !u.is_empty()), areas: area.filter(|a| !a.is_empty()).map(below) }
}

async fn list(State(app): State<Arc<App>>, QueryParams(mut q): QueryParams) -> Answer<Json<PublicEntries>> {
    let (name, uscc, area) = (q.text("name", 60), q.text("uscc", 18), q.text("area", 12));
    let page = q.text("page", 512);
    q.finish_strict()?;
    let place = |_| Error::field("query.page", "bad_cursor", &[]);
    let after: Option<(Day, RowId)> = page.as_deref().map(|a| cursor_decode(LIST, a).map_err(place)).transpose()?;
    let found = app.public_listings(wanted(&app, name, uscc, area), after).await?;
    let next_page = found.next.map(|n| cursor_encode(LIST, &n)).transpose()?;
    Ok(Json(PublicEntries { entries: found.entries, next_page }))
}

async fn one(State(app): State<Arc<App>>, Path(code): Path<String>) -> Answer<Json<EntryView>> {
    match app.public_listing(&code).await? {
        Linked::Entry(e) => Ok(Json(*e)),
        Linked::Gone => Err(Failure::of_status(StatusCode::GONE)),
    }
}

async fn keys(State(app): State<Arc<App>>) -> Answer<Json<PublicKeys>> {
    Ok(Json(PublicKeys { keys: app.public_keys() }))
}

/// What the list may be narrowed by, in the order of the form.
const NARROW: [&str; 3] = ["name", "uscc", "area"];

fn row(e: EntryView) -> PublicListingRow {
    PublicListingRow {
        href: format!("/public/listings/{}", e.code),
        unit: e.unit,
        uscc: e.uscc.unwrap_or_default(),
        persons: e.persons.join("、"),
        authority: e.authority,
        from: e.listed_on.to_string(),
        until: e.until_on.to_string(),
    }
}

async fn list_page(State(app): State<Arc<App>>, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let held = NARROW.map(|n| q.text(n, 60).unwrap_or_default());
    // a link that was cut short begins at the beginning
    let after = q.text("after", 512).and_then(|c| cursor_decode::<(Day, RowId)>(LIST, &c).ok());
    let [name, uscc, area] = held.clone();
    let found = app.public_listings(wanted(&app, Some(name), Some(uscc), Some(area)), after).await?;
    let next = found.next.map(|n| cursor_encode(LIST, &n)).transpose()?;
    let areas: Vec<(String, String)> = app.city.areas.iter().map(|x| (x.code.clone(), x.name.clone())).collect();
    let fields = vec![
        FormField::new(NARROW[0], "单位名称", FieldKind::Text).max(60).value(held[0].clone()),
        FormField::new(NARROW[1], "统一社会信用代码", FieldKind::Text).max(18).value(held[1].clone()),
        FormField::new(NARROW[2], "区划", FieldKind::Select).options(areas).value(held[2].clone()),
    ];
    let link = |n: String| {
        let mut parts: Vec<(&str, &str)> = NARROW.into_iter().zip(held.iter().map(String::as_str)).collect();
        parts.push(("after", &n));
        crate::web::console::address("/public/listings", &parts)
    };
    let active = held.iter().any(|h| !h.is_empty());
    let page = PublicListingsPage {
        around: Around::plain(&app),
        filter: Filter { action: "/public/listings".into(), hidden: Vec::new(), fields, active, clear: "/public/listings".into() },
        more: next.map(link),
        rows: found.entries.into_iter().map(row).collect(),
        authority: app.bureau_name(&app.config.city.bureau),
    };
    Ok(kept(html_with(StatusCode::OK, &page)?))
}

fn bare(app: &App, code: &str, note: &str) -> PublicPaperPage {
    PublicPaperPage::bare(Around::plain(app), LISTED, code, text::zh(&format!("public.listings.{note}")))
}

async fn one_page(State(app): State<Arc<App>>, Path(code): Path<String>) -> Answer<Response> {
    match app.public_listing(&code).await {
        Ok(Linked::Entry(e)) => {
            let measures: Vec<String> = e.restrictions.iter().map(|m| m.name.clone()).collect();
            let mut parts = vec![
                ("单位", e.unit),
                ("统一社会信用代码", e.uscc.unwrap_or_default()),
                ("责任人员", e.persons.join("、")),
                ("列入事由", e.ground),
                ("列入期限", format!("{}至{}", e.listed_on.document_text(), e.until_on.document_text())),
                ("联合惩戒领域", measures.join("、")),
            ];
            parts.retain(|(_, words)| !words.is_empty());
            let page = PublicPaperPage {
                number: e.decision,
                sign: vec![e.authority, e.listed_on.document_text()],
                parts: parts.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
                ..PublicPaperPage::bare(Around::plain(&app), LISTED, &e.code, "")
            };
            Ok(kept(html_with(StatusCode::OK, &page)?))
        }
        Ok(Linked::Gone) => Ok(kept(html_with(StatusCode::GONE, &bare(&app, &code, "gone"))?)),
        // a page for a person, not a document for a program; what was typed is not said again
        Err(Error::NotFound(_)) => html_with(StatusCode::NOT_FOUND, &bare(&app, "—", "missing")),
        Err(e) => Err(e.into()),
    }
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    t.add(
        Route::get("/public/listings", "publicListingsPage", Access::Public, "拖欠农民工工资失信联合惩戒对象名单（网页），可打印")
            .answers_plain(200, "页面", Some("text/html")),
        list_page,
    );
    t.add(
        Route::get("/public/listings/{code}", "publicListingPage", Access::Public, "一条名单信息的长期网址（网页），可打印；移出后答 410")
            .path_param("code", "名单信息编号")
            .answers_plain(200, "页面", Some("text/html"))
            .problems(&[404, 410]),
        one_page,
    );
    t.add(
        Route::get("/public/v1/listings", "publicListings", Access::Public, "拖欠农民工工资失信联合惩戒对象名单")
            .query("name", "单位名称中的字")
            .query("uscc", "统一社会信用代码")
            .query("area", "区划代码，含其下级")
            .query("page", "上一页的 nextPage")
            .answers::<PublicEntries>(200, "名单信息"),
        list,
    );
    t.add(
        Route::get("/public/v1/listings/{code}", "publicListing", Access::Public, "一条名单信息；已不在名单的答 410")
            .path_param("code", "名单信息编号")
            .answers::<EntryView>(200, "名单信息"),
        one,
    );
    t.add(
        Route::get("/public/v1/keys", "publicKeys", Access::Public, "查询结果和回执签名所用的公钥").answers::<PublicKeys>(200, "公钥"),
        keys,
    );
}
