//! The list of old matters that were overdue by their own dates, its decisions, its export.

use super::{Created, key};
use crate::app::App;
use crate::app::legacy::review::{ReviewLine, Verdict, Wanted};
use crate::base::At;
use crate::base::id::RowId;
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

const CURSOR: &str = "legacy-review";

/// A page of the list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LegacyReviews {
    /// The oldest first.
    items: Vec<ReviewLine>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Sheet {
    #[default]
    Csv,
    Xlsx,
}

/// What is exported and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExportLegacyReviews {
    /// Only this bureau's.
    #[serde(default)]
    bureau: Option<String>,
    /// `csv` or `xlsx`.
    #[serde(default)]
    format: Sheet,
    /// Why it is exported, 4 to 1000 characters; on record.
    reason: String,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<LegacyReviews>> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(30)).unwrap_or(30);
    let bureau = q.text("bureau", 40);
    let decided = q.choice("state", &["open", "decided"]).as_deref() == Some("decided");
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(At, RowId)>(CURSOR, &c)).transpose()?;
    let page = app.legacy_review(&actor, Wanted { bureau, decided, after }, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(LegacyReviews { items: page.items, next_cursor }))
}

async fn decide(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Verdict>,
) -> Answer<Json<Created>> {
    let k = key(&k, "legacy.review", &(id, &b))?;
    Ok(Json(Created::of(app.decide_legacy_review(&actor, k, id, &b).await?)))
}

async fn export(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<ExportLegacyReviews>) -> Answer<Response> {
    let xlsx = b.format == Sheet::Xlsx;
    let file = app.export_legacy_review(&actor, b.bureau, &b.reason, xlsx).await?;
    let (kind, name) = if xlsx {
        (sheet::XLSX, "attachment; filename=\"legacy-review.xlsx\"")
    } else {
        (sheet::CSV, "attachment; filename=\"legacy-review.csv\"")
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let who = Access::Staff("大队长（本部门）、督办（所督办区划）");
    t.add(
        Route::get(
            "/api/office/v1/legacy-review",
            "listLegacyReview",
            who,
            "遗留超期复核清单：按台账原日期法定期限已过的在办案件，早的在前",
        )
        .query("bureau", "承办部门代码")
        .query("state", "open 待复核（默认），decided 已复核")
        .query("limit", "每页条数，1 至 100，默认 30")
        .query("cursor", "上一页的 nextCursor")
        .answers::<LegacyReviews>(200, "一页清单"),
        list,
    );
    t.add(
        Route::post(
            "/api/office/v1/legacy-review/{id}/decide",
            "decideLegacyReview",
            who,
            "复核一行：confirm 原日期无误（自原日期计算，显示超期），correct 更正起算日期、extended 期满前已批准延期（均由督办凭本案材料）；须写明理由",
        )
        .path_param("id", "清单上的行")
        .idempotent()
        .reads::<Verdict>()
        .answers::<Created>(200, "已复核，从清单移出")
        .problems(&[409]),
        decide,
    );
    t.add(
        Route::post(
            "/api/office/v1/legacy-review/export",
            "exportLegacyReview",
            who,
            "导出清单（CSV 或 XLSX），须说明理由，导出会记录在案",
        )
        .reads::<ExportLegacyReviews>()
        .answers_file(200, "CSV 或 XLSX 文件", &["text/csv", sheet::XLSX]),
        export,
    );
}
