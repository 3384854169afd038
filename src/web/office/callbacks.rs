//! Requests to be called back: the list by age, taking one, tries, what becomes of it.

use super::filings::Registration;
use super::{Created, key};
use crate::app::App;
use crate::app::callbacks::{CallbackNumber, CallbackView};
use crate::app::contacts::NewContact;
use crate::base::At;
use crate::base::id::RowId;
use crate::domain::intake::FilingForm;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "callbacks";

/// A page of requests that wait.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CallbackPage {
    /// The oldest first.
    items: Vec<CallbackView>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Taking a request.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClaimCallback {
    /// Also when a colleague has it.
    #[serde(default)]
    take_over: bool,
}

/// What came of a request.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CloseCallback {
    /// A code of `callback_outcome`.
    outcome: String,
    /// In words, 4 to 1000 characters; kept sealed.
    note: String,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<CallbackPage>> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(30)).unwrap_or(30);
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(At, RowId)>(CURSOR, &c)).transpose()?;
    let page = app.callbacks(&actor, after, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(CallbackPage { items: page.items, next_cursor }))
}

async fn claim(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<ClaimCallback>,
) -> Answer<Json<Created>> {
    let k = key(&k, "callback.claim", &(id, &b))?;
    Ok(Json(Created::of(app.claim_callback(&actor, k, id, b.take_over).await?)))
}

async fn number(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<RowId>) -> Answer<Json<CallbackNumber>> {
    Ok(Json(app.callback_number(&actor, id).await?))
}

async fn tried(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewContact>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "callback.tried", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Created::of(app.callback_tried(&actor, k, id, &b).await?))))
}

async fn register(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(form): JsonBody<FilingForm>,
) -> Answer<(StatusCode, Json<Registration>)> {
    let k = key(&k, "callback.register", &(id, &form))?;
    let done = Registration::from(app.register_callback(&actor, k, id, &form).await?);
    let status = if done.outcome == "new" { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(done)))
}

async fn close(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<CloseCallback>,
) -> Answer<Json<Created>> {
    let k = key(&k, "callback.close", &(id, &b))?;
    Ok(Json(Created::of(app.close_callback(&actor, k, id, &b.outcome, &b.note).await?)))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let desk = Access::Staff("本受理台的受理员、承办员、大队长");
    t.add(
        Route::get("/api/office/v1/callbacks", "listCallbacks", desk, "等待回电的请求，先到的在前")
            .query("limit", "每页条数，1 至 100，默认 30")
            .query("cursor", "上一页的 nextCursor")
            .answers::<CallbackPage>(200, "一页回电请求"),
        list,
    );
    t.add(
        Route::post("/api/office/v1/callbacks/{id}/claim", "claimCallback", desk, "认领回电请求；takeOver 表示接手同事的")
            .path_param("id", "回电请求")
            .idempotent()
            .reads::<ClaimCallback>()
            .answers::<Created>(200, "已认领")
            .problems(&[409]),
        claim,
    );
    t.add(
        Route::post("/api/office/v1/callbacks/{id}/number", "callbackNumber", desk, "查看要回的电话；只对认领人，每次查看都记录在案")
            .path_param("id", "回电请求")
            .answers::<CallbackNumber>(200, "电话")
            .problems(&[409]),
        number,
    );
    t.add(
        Route::post("/api/office/v1/callbacks/{id}/tries", "callbackTried", desk, "登记一次回电")
            .path_param("id", "回电请求")
            .idempotent()
            .reads::<NewContact>()
            .answers::<Created>(201, "接触记录编号")
            .problems(&[409]),
        tried,
    );
    t.add(
        Route::post("/api/office/v1/callbacks/{id}/register", "registerCallback", desk, "把电话里说的登记为一件反映")
            .path_param("id", "回电请求")
            .idempotent()
            .reads::<FilingForm>()
            .answers::<Registration>(201, "已登记")
            .answers::<Registration>(200, "同一反映已登记过")
            .problems(&[409]),
        register,
    );
    t.add(
        Route::post("/api/office/v1/callbacks/{id}/close", "closeCallback", desk, "不登记而办结回电请求，须有结果代码")
            .path_param("id", "回电请求")
            .idempotent()
            .reads::<CloseCallback>()
            .answers::<Created>(200, "已办结")
            .problems(&[409]),
        close,
    );
}
