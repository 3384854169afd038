//! The list of joint sanctions, for anybody: what stands, by search and by permanent link, and the keys the answers are signed with.

use crate::app::App;
use crate::app::register::{EntryView, Linked};
use crate::base::id::RowId;
use crate::base::{Day, Error};
use crate::store::register::Wanted;
use crate::web::extract::{QueryParams, cursor_decode, cursor_encode};
use crate::web::problem::Failure;
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
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

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
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
