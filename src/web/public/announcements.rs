//! Announcements 社会公布 for anybody: pages to read and print, and the same as JSON.
//!
//! Owns that a page whose time is over answers 410 with a sentence and nothing else. What is shown is the
//! use case's.

use super::kept;
use crate::app::App;
use crate::app::announcements::public::{PublicAnnouncement, PublicAnnouncementLine, PublicAsked, SIZE};
use crate::app::announcements::register::CATEGORIES;
use crate::base::id::RowId;
use crate::base::{At, Error, text};
use crate::web::console::view::{ANNOUNCED, FieldKind, Filter, FormField, PublicAnnouncementsPage, PublicPaperPage, PublicRow};
use crate::web::edge::html_with;
use crate::web::extract::{Params, QueryParams, cursor_decode, cursor_encode};
use crate::web::look::Around;
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "public-announcements";
/// What the list may be narrowed by, in the order of the form.
const NARROW: [&str; 3] = ["q", "area", "category"];

/// A page of announcements that are shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PublicAnnouncements {
    /// The newest first.
    items: Vec<PublicAnnouncementLine>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

fn asked(q: &mut Params) -> PublicAsked {
    let mut get = |name: &str| q.text(name, 60).filter(|v| !v.is_empty());
    PublicAsked { words: get("q"), area: get("area"), category: get("category"), after: None }
}

/// How a status is told: what is over is gone, what was never there is not found.
fn status(state: &str) -> StatusCode {
    match state {
        "ended" | "withdrawn" => StatusCode::GONE,
        _ => StatusCode::OK,
    }
}

async fn list(State(app): State<Arc<App>>, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(50)).unwrap_or(50);
    let a = asked(&mut q);
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(At, RowId)>(CURSOR, &c)).transpose()?;
    let page = app.public_announcements(PublicAsked { after, ..a }, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(kept(Json(PublicAnnouncements { items: page.items, next_cursor }).into_response()))
}

async fn one(State(app): State<Arc<App>>, Path(code): Path<String>) -> Answer<Response> {
    let a = app.public_announcement(&code).await?;
    Ok(kept((status(&a.state), Json(a)).into_response()))
}

fn filter(app: &App, a: &PublicAsked) -> Filter {
    let or = |v: &Option<String>| v.clone().unwrap_or_default();
    let [words, area, category] = NARROW;
    let areas: Vec<(String, String)> = app.city.areas.iter().map(|x| (x.code.clone(), x.name.clone())).collect();
    let codes = app.registry.codes.get(CATEGORIES).cloned().unwrap_or_default();
    let fields = vec![
        FormField::new(words, "单位名称或者统一社会信用代码", FieldKind::Text).max(60).value(or(&a.words)),
        FormField::new(area, "区划", FieldKind::Select).options(areas).value(or(&a.area)),
        FormField::new(category, "违法行为类别", FieldKind::Select).options(codes).value(or(&a.category)),
    ];
    let active = a.words.is_some() || a.area.is_some() || a.category.is_some();
    Filter { action: "/public/announcements".into(), hidden: Vec::new(), fields, active, clear: "/public/announcements".into() }
}

fn row(l: PublicAnnouncementLine) -> PublicRow {
    PublicRow {
        href: format!("/public/announcements/{}", l.code),
        name: l.name,
        unit_code: l.unit_code,
        category: l.category_title,
        area: l.area,
        bureau: l.bureau,
        published: l.published_on.to_string(),
        corrected: l.corrected_on.map(|d| d.to_string()).unwrap_or_default(),
    }
}

async fn list_page(State(app): State<Arc<App>>, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let a = asked(&mut q);
    // a link that was cut short begins at the beginning
    let after = q.text("after", 512).and_then(|c| cursor_decode::<(At, RowId)>(CURSOR, &c).ok());
    let page = app.public_announcements(PublicAsked { after, ..a.clone() }, SIZE).await?;
    let next = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    let or = |v: &Option<String>| v.clone().unwrap_or_default();
    let held = [or(&a.words), or(&a.area), or(&a.category)];
    let link = |n: String| {
        let mut parts: Vec<(&str, &str)> = NARROW.into_iter().zip(held.iter().map(String::as_str)).collect();
        parts.push(("after", &n));
        crate::web::console::address("/public/announcements", &parts)
    };
    let page = PublicAnnouncementsPage {
        around: Around::plain(&app),
        filter: filter(&app, &a),
        rows: page.items.into_iter().map(row).collect(),
        more: next.map(link),
        authority: app.bureau_name(&app.config.city.bureau),
    };
    Ok(kept(html_with(StatusCode::OK, &page)?))
}

fn shown(app: &App, a: PublicAnnouncement) -> PublicPaperPage {
    let say = |key: &str, args: &[(&str, &str)]| text::zh_with(&format!("public.announcements.{key}"), args);
    let Some(c) = a.content else {
        let note = match (a.state.as_str(), a.withdrawn_on) {
            ("withdrawn", Some(day)) => say("withdrawn", &[("day", &day.to_string())]),
            (state, _) => say(state, &[]),
        };
        return PublicPaperPage::bare(Around::plain(app), ANNOUNCED, &a.code, &note);
    };
    let mut parts = vec![
        ("单位全称", c.name),
        ("统一社会信用代码或者注册号", c.unit_code),
        ("单位地址", c.address),
        ("法定代表人或者负责人", c.head),
        ("违法行为类别", format!("{}（{}）", c.category_title, c.article)),
        ("主要违法事实", c.facts),
        ("处理情况", c.result),
        ("公布批次", c.batch.unwrap_or_default()),
        ("公布日期", c.published_on.to_string()),
        ("更正日期", c.corrected_on.map(|d| d.to_string()).unwrap_or_default()),
        ("展示至", c.ends_on.to_string()),
    ];
    parts.retain(|(_, words)| !words.is_empty());
    PublicPaperPage {
        number: c.number,
        sign: vec![c.bureau, c.corrected_on.unwrap_or(c.published_on).document_text()],
        parts: parts.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        ..PublicPaperPage::bare(Around::plain(app), ANNOUNCED, &a.code, "")
    }
}

async fn one_page(State(app): State<Arc<App>>, Path(code): Path<String>) -> Answer<Response> {
    match app.public_announcement(&code).await {
        Ok(a) => {
            let status = status(&a.state);
            Ok(kept(html_with(status, &shown(&app, a))?))
        }
        Err(Error::NotFound(_)) => {
            // a page for a person, not a document for a program; what was typed is not said again
            let page = PublicPaperPage::bare(Around::plain(&app), ANNOUNCED, "—", text::zh("public.announcements.missing"));
            html_with(StatusCode::NOT_FOUND, &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let anybody = Access::Public;
    let html = Some("text/html");
    t.add(
        Route::get("/public/announcements", "publicAnnouncementsPage", anybody, "重大劳动保障违法行为社会公布（网页），可打印")
            .answers_plain(200, "页面", html),
        list_page,
    );
    t.add(
        Route::get(
            "/public/announcements/{code}",
            "publicAnnouncementPage",
            anybody,
            "一件社会公布的长期网址（网页），可打印；期满或撤回后答 410",
        )
        .path_param("code", "公布编码")
        .answers_plain(200, "页面", html)
        .problems(&[404, 410]),
        one_page,
    );
    t.add(
        Route::get("/public/v1/announcements", "publicAnnouncements", anybody, "正在公布的重大劳动保障违法行为，最新的在前")
            .query("q", "单位名称或其一部分，或完整的统一社会信用代码")
            .query("area", "区划代码，含其下各区划")
            .query("category", "违法行为类别代码")
            .query("limit", "每页件数，1 至 100，默认 50")
            .query("cursor", "上一页的 nextCursor")
            .answers::<PublicAnnouncements>(200, "一页公布事项"),
        list,
    );
    t.add(
        Route::get("/public/v1/announcements/{code}", "publicAnnouncement", anybody, "一件社会公布；期满或撤回后答 410，只说明状态和日期")
            .path_param("code", "公布编码")
            .answers::<PublicAnnouncement>(200, "社会公布")
            .answers::<PublicAnnouncement>(410, "已撤回或期满，不含公布内容")
            .problems(&[404]),
        one,
    );
}
