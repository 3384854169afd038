//! The desk of the list of joint sanctions and the systems that receive the list.

use crate::app::App;
use crate::app::listing_desk::{Asked, DeskLine, stage_of};
use crate::app::receivers::{GivenUp, HeldLine, ReceiverLine};
use crate::base::id::RowId;
use crate::web::auth::By;
use crate::web::extract::{QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "listing-desk";
const HELD: &str = "receiver";

/// A page of the desk.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DeskListings {
    /// The newest first.
    items: Vec<DeskLine>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The receivers.
#[derive(Debug, Serialize, ToSchema)]
struct Receivers {
    /// By code.
    items: Vec<ReceiverLine>,
}

/// A receiver with what it holds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ReceiverHolds {
    /// Where it stands.
    receiver: ReceiverLine,
    /// The newest first.
    items: Vec<HeldLine>,
    /// Messages to it that were given up.
    given_up: Vec<GivenUp>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<DeskListings>> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(20)).unwrap_or(20);
    let stage = q.choice("stage", &["open", "listed", "removing", "ended"]);
    let (bureau, state, words) = (q.text("bureau", 40), q.text("state", 40), q.text("q", 60));
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<RowId>(CURSOR, &c)).transpose()?;
    let asked = Asked { stage: stage_of(&stage.unwrap_or_default()), bureau, state, words, after };
    let page = app.listing_desk(&actor, asked, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(DeskListings { items: page.items, next_cursor }))
}

async fn receivers(State(app): State<Arc<App>>, By(actor): By) -> Answer<Json<Receivers>> {
    Ok(Json(Receivers { items: app.receivers(&actor).await? }))
}

async fn receiver(
    State(app): State<Arc<App>>,
    By(actor): By,
    Path(code): Path<String>,
    QueryParams(mut q): QueryParams,
) -> Answer<Json<ReceiverHolds>> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(50)).unwrap_or(50);
    let open = q.choice("show", &["open", "all"]).as_deref() == Some("open");
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<RowId>(HELD, &c)).transpose()?;
    let r = app.receiver(&actor, &code, open, after, limit).await?;
    let next_cursor = r.next.map(|n| cursor_encode(HELD, &n)).transpose()?;
    Ok(Json(ReceiverHolds { receiver: r.line, items: r.items, given_up: r.given_up, next_cursor }))
}

/// Adds the routes.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let who = Access::Staff("信用、大队长、局领导（本部门）；督办见所督办区划");
    t.add(
        Route::get("/api/office/v1/listings", "listListings", who, "失信名单：各阶段的期限、关口、公开和共享情况，最新的在前")
            .query("stage", "open 候选和办理中（默认），listed 已列入，removing 移出办理中，ended 已结束")
            .query("bureau", "列入部门代码")
            .query("state", "程序状态代码")
            .query("q", "单位名称、统一社会信用代码或者案件编号")
            .query("limit", "每页件数，1 至 100，默认 20")
            .query("cursor", "上一页的 nextCursor")
            .answers::<DeskListings>(200, "一页名单"),
        list,
    );
    t.add(
        Route::get("/api/office/v1/receivers", "listReceivers", who, "名单接收部门：最近确认、落后多少、谁没有回应")
            .answers::<Receivers>(200, "接收部门"),
        receivers,
    );
    t.add(
        Route::get("/api/office/v1/receivers/{code}", "readReceiver", who, "一个接收部门对每条名单信息的确认")
            .query("show", "all 全部（默认），open 未确认")
            .query("limit", "每页件数，1 至 100，默认 50")
            .query("cursor", "上一页的 nextCursor")
            .answers::<ReceiverHolds>(200, "接收部门和名单信息"),
        receiver,
    );
}
