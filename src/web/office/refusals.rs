//! The register of refusals: turning somebody away at the counter, the list, its export.

use super::key;
use crate::app::App;
use crate::app::refusals::{RefusalLine, RegisterQuery, SOURCES, TurnAway, TurnedAway};
use crate::base::At;
use crate::base::id::DocumentId;
use crate::paper::sheet;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "refusals";

/// A page of the register.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Refusals {
    /// The newest first.
    items: Vec<RefusalLine>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What is exported and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ExportRefusals {
    /// Period, area, bureau, reason, source.
    #[serde(default)]
    query: RegisterQuery,
    /// Why it is exported, 4 to 1000 characters; on record.
    reason: String,
}

async fn turn_away(
    State(app): State<Arc<App>>,
    By(actor): By,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<TurnAway>,
) -> Answer<(StatusCode, Json<TurnedAway>)> {
    let k = key(&k, "refusal", &b)?;
    Ok((StatusCode::CREATED, Json(app.turn_away(&actor, k, &b).await?)))
}

async fn list(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<Refusals>> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(30)).unwrap_or(30);
    let query = RegisterQuery {
        from: q.day("from"),
        to: q.day("to"),
        area: q.text("area", 12),
        bureau: q.text("bureau", 40),
        reason: q.text("reason", 60),
        source: q.choice("source", &SOURCES),
    };
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(At, DocumentId)>(CURSOR, &c)).transpose()?;
    let page = app.refusal_register(&actor, &query, after, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(Refusals { items: page.lines, next_cursor }))
}

async fn export(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<ExportRefusals>) -> Answer<Response> {
    let file = app.export_refusals(&actor, &b.query, &b.reason).await?;
    let headers = [(header::CONTENT_TYPE, sheet::CSV), (header::CONTENT_DISPOSITION, "attachment; filename=\"refusals.csv\"")];
    Ok((headers, file).into_response())
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let desk = Access::Staff("受理员、承办员、大队长");
    let any = Access::Staff("任何岗位；只见本部门和所督办区划的");
    t.add(
        Route::post("/api/office/v1/refusals", "turnAway", desk, "窗口不予登记：原因代码、书面告知书和台账记录一并产生")
            .idempotent()
            .reads::<TurnAway>()
            .answers::<TurnedAway>(201, "已登记，附告知书"),
        turn_away,
    );
    t.add(
        Route::get("/api/office/v1/refusals", "refusalRegister", any, "不予受理、不予登记台账，新的在前")
            .query("from", "起始日期")
            .query("to", "截止日期（含）")
            .query("area", "区划代码，含下级")
            .query("bureau", "部门代码")
            .query("reason", "原因代码，counter_refusal 或 refusal_reason 中的一个")
            .query("source", "来源：counter 窗口不予登记，case 案件不予受理；不填为全部")
            .query("limit", "每页条数，1 至 100，默认 30")
            .query("cursor", "上一页的 nextCursor")
            .answers::<Refusals>(200, "一页台账"),
        list,
    );
    t.add(
        Route::post("/api/office/v1/refusals/export", "exportRefusals", any, "导出台账（CSV），须说明理由，导出会记录在案")
            .reads::<ExportRefusals>()
            .answers_plain(200, "CSV 文件", Some("text/csv")),
        export,
    );
}
