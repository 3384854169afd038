//! The register of supervisions with its export.

use crate::app::App;
use crate::app::supervisions::{Asked, SupervisionLine};
use crate::base::At;
use crate::base::id::SupervisionId;
use crate::paper::sheet;
use crate::web::auth::By;
use crate::web::extract::{JsonBody, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "supervisions";

/// A page of the register.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SupervisionRegister {
    /// The newest first.
    items: Vec<SupervisionLine>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum RegisterSheet {
    #[default]
    Xlsx,
    Csv,
}

/// What is exported and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExportSupervisions {
    /// Only of this bureau.
    #[serde(default)]
    bureau: Option<String>,
    /// Only for this reason.
    #[serde(default)]
    origin: Option<String>,
    /// Only at this level.
    #[serde(default)]
    level: Option<String>,
    /// Discharged ones too.
    #[serde(default)]
    ended: bool,
    /// `xlsx` or `csv`.
    #[serde(default)]
    format: RegisterSheet,
    /// Why it is exported, 4 to 1000 characters; on record.
    reason: String,
}

async fn register(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<SupervisionRegister>> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(50)).unwrap_or(50);
    let (bureau, origin, level) = (q.text("bureau", 40), q.text("origin", 40), q.text("level", 40));
    let ended = q.choice("state", &["open", "all"]).as_deref() == Some("all");
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(At, SupervisionId)>(CURSOR, &c)).transpose()?;
    let page = app.supervisions(&actor, Asked { bureau, origin, level, ended, after }, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(SupervisionRegister { items: page.items, next_cursor }))
}

async fn export(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<ExportSupervisions>) -> Answer<Response> {
    let xlsx = b.format == RegisterSheet::Xlsx;
    let asked = Asked { bureau: b.bureau, origin: b.origin, level: b.level, ended: b.ended, after: None };
    let file = app.export_supervisions(&actor, asked, &b.reason, xlsx).await?;
    let (kind, name) = if xlsx {
        (sheet::XLSX, "attachment; filename=\"supervisions.xlsx\"")
    } else {
        (sheet::CSV, "attachment; filename=\"supervisions.csv\"")
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let any = Access::Staff("督办（所督办区划）；其他岗位见本部门被督办的案件");
    t.add(
        Route::get(
            "/api/office/v1/supervisions",
            "supervisionRegister",
            any,
            "督办台账：部门、原因、等级、发出时间、状态、应办日期，最新的在前",
        )
        .query("bureau", "被督办部门代码")
        .query("origin", "督办原因代码")
        .query("level", "督办方式代码")
        .query("state", "open 进行中（默认），all 含已解除")
        .query("limit", "每页件数，1 至 100，默认 50")
        .query("cursor", "上一页的 nextCursor")
        .answers::<SupervisionRegister>(200, "一页督办台账"),
        register,
    );
    t.add(
        Route::post(
            "/api/office/v1/supervisions/export",
            "exportSupervisions",
            any,
            "导出督办台账（XLSX 或 CSV），须说明理由，导出会记录在案",
        )
        .reads::<ExportSupervisions>()
        .answers_file(200, "XLSX 或 CSV 文件", &[sheet::XLSX, "text/csv"]),
        export,
    );
}
