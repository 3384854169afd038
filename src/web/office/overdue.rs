//! The overdue audit with its export, and the hand-over of what a leaving officer holds.

use super::key;
use crate::app::App;
use crate::app::handover::{self, Held, Reached, Stayed};
use crate::app::overdue::{Asked, OverdueLine};
use crate::base::At;
use crate::base::id::{AccountId, ProcedureId};
use crate::paper::sheet;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "overdue";
const HELD: &str = "held";

/// A page of the audit.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OverdueAudit {
    /// The longest late first, a line each late duty.
    items: Vec<OverdueLine>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum AuditSheet {
    #[default]
    Xlsx,
    Csv,
}

/// What is exported and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExportOverdue {
    /// Only what this bureau holds.
    #[serde(default)]
    bureau: Option<String>,
    /// Only statutory duties.
    #[serde(default)]
    statutory: bool,
    /// `xlsx` or `csv`.
    #[serde(default)]
    format: AuditSheet,
    /// Why it is exported, 4 to 1000 characters; on record.
    reason: String,
}

/// What an officer holds.
#[derive(Debug, Serialize, ToSchema)]
struct HeldMatters {
    /// As first and as second officer.
    items: Vec<Held>,
    /// Where the next page begins; absent on the last one.
    #[serde(rename = "nextCursor", skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// To whom everything goes, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HandOver {
    /// The colleague who takes over.
    #[schema(value_type = String)]
    to: AccountId,
    /// Why, 4 to 1000 characters.
    reason: String,
    /// `nextCursor` of the call before, when not everything fitted into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// The most to move as first and as second officer in this call, 1 to 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
}

/// What came of a hand-over.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HandOverDone {
    /// Matters that went over.
    moved: i64,
    /// Matters that stayed with their reasons.
    stayed: Vec<Stayed>,
    /// More are held than one call moves: call again with this cursor. What stayed is not tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

async fn audit(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<OverdueAudit>> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(50)).unwrap_or(50);
    let bureau = q.text("bureau", 40);
    let statutory = q.choice("effect", &["all", "statutory"]).as_deref() == Some("statutory");
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(At, ProcedureId)>(CURSOR, &c)).transpose()?;
    let page = app.overdue(&actor, Asked { bureau, statutory, after }, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(OverdueAudit { items: page.items, next_cursor }))
}

async fn export(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<ExportOverdue>) -> Answer<Response> {
    let xlsx = b.format == AuditSheet::Xlsx;
    let asked = Asked { bureau: b.bureau, statutory: b.statutory, after: None };
    let file = app.export_overdue(&actor, asked, &b.reason, xlsx).await?;
    let (kind, name) =
        if xlsx { (sheet::XLSX, "attachment; filename=\"overdue.xlsx\"") } else { (sheet::CSV, "attachment; filename=\"overdue.csv\"") };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

async fn held(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<AccountId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Json<HeldMatters>> {
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let from = cursor.map(|c| cursor_decode::<Reached>(HELD, &c)).transpose()?;
    let (items, next) = app.held_by(&actor, id, from).await?;
    let next_cursor = next.map(|n| cursor_encode(HELD, &n)).transpose()?;
    Ok(Json(HeldMatters { items, next_cursor }))
}

async fn hand_over(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<AccountId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<HandOver>,
) -> Answer<Json<HandOverDone>> {
    let k = key(&k, "handover", &(id, &b))?;
    let after = b.cursor.as_deref().map(|c| cursor_decode::<Reached>(HELD, c)).transpose()?;
    let done = app.hand_over(&actor, k, id, b.to, &b.reason, (after, b.limit.unwrap_or(handover::MOST))).await?;
    let next_cursor = done.next.map(|n| cursor_encode(HELD, &n)).transpose()?;
    Ok(Json(HandOverDone { moved: done.moved, stayed: done.stayed, next_cursor }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let any = Access::Staff("督办（所督办区划）；其他岗位见本部门");
    let leads = Access::Staff("大队长、局领导（本部门）");
    t.add(
        Route::get("/api/office/v1/overdue", "overdueAudit", any, "超期督查：每项超期的职责一行，由谁、自何时、为何、有何标记")
            .query("bureau", "办理部门代码")
            .query("effect", "all 全部（默认），statutory 只看法定期限")
            .query("limit", "每页程序数，1 至 100，默认 50")
            .query("cursor", "上一页的 nextCursor")
            .answers::<OverdueAudit>(200, "一页督查表"),
        audit,
    );
    t.add(
        Route::post("/api/office/v1/overdue/export", "exportOverdue", any, "导出督查表（XLSX 或 CSV），须说明理由，导出会记录在案")
            .reads::<ExportOverdue>()
            .answers_file(200, "XLSX 或 CSV 文件", &[sheet::XLSX, "text/csv"]),
        export,
    );
    t.add(
        Route::get("/api/office/v1/accounts/{id}/held", "heldMatters", leads, "一名人员承办的全部在办案件")
            .path_param("id", "账号")
            .query("cursor", "上一页的 nextCursor")
            .answers::<HeldMatters>(200, "一页在办案件"),
        held,
    );
    t.add(
        Route::post(
            "/api/office/v1/accounts/{id}/hand-over",
            "handOver",
            leads,
            "移交离岗人员的全部案件；不能移交的逐件说明原因，其余照办",
        )
        .path_param("id", "离岗人员的账号")
        .idempotent()
        .reads::<HandOver>()
        .answers::<HandOverDone>(200, "移交结果"),
        hand_over,
    );
}
