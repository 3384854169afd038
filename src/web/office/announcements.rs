//! Announcements 社会公布: begun on a case, the register with its export, a quarter's batches.

use super::key;
use crate::app::App;
use crate::app::announcements::batches::{BatchView, PublishBatch};
use crate::app::announcements::register::{AnnouncementLine, Asked};
use crate::app::announcements::{AnnouncementView, Begun, NewAnnouncement};
use crate::base::At;
use crate::base::id::{CaseId, RowId};
use crate::paper::sheet;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "announcements";

/// A page of the register.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AnnouncementRegister {
    /// The newest first.
    items: Vec<AnnouncementLine>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Batches.
#[derive(Debug, Serialize, ToSchema)]
struct AnnouncementBatches {
    /// The newest quarter first.
    batches: Vec<BatchView>,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum AnnouncementSheet {
    #[default]
    Xlsx,
    Csv,
}

/// What is exported and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExportAnnouncements {
    /// Only of this bureau.
    #[serde(default)]
    bureau: Option<String>,
    /// Only in this state.
    #[serde(default)]
    state: Option<String>,
    /// Only of this quarter, `2026Q4`.
    #[serde(default)]
    quarter: Option<String>,
    /// Only of this category.
    #[serde(default)]
    category: Option<String>,
    /// Ended ones too.
    #[serde(default)]
    ended: bool,
    /// `xlsx` or `csv`.
    #[serde(default)]
    format: AnnouncementSheet,
    /// Why it is exported, 4 to 1000 characters; on record.
    reason: String,
}

async fn begin(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewAnnouncement>,
) -> Answer<(StatusCode, Json<Begun>)> {
    let k = key(&k, "announcement.begin", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(app.begin_announcement(&actor, k, id, b).await?)))
}

async fn one(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<RowId>) -> Answer<Json<AnnouncementView>> {
    Ok(Json(app.announcement(&actor, id).await?))
}

async fn register(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<AnnouncementRegister>> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(50)).unwrap_or(50);
    let (bureau, state, quarter, category) = (q.text("bureau", 40), q.text("state", 40), q.text("quarter", 10), q.text("category", 40));
    let words = q.text("q", 60);
    let ended = q.choice("show", &["open", "all"]).as_deref() == Some("all");
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(At, RowId)>(CURSOR, &c)).transpose()?;
    let page = app.announcements(&actor, Asked { bureau, state, quarter, category, words, ended, after }, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(AnnouncementRegister { items: page.items, next_cursor }))
}

async fn export(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<ExportAnnouncements>) -> Answer<Response> {
    let xlsx = b.format == AnnouncementSheet::Xlsx;
    let asked =
        Asked { bureau: b.bureau, state: b.state, quarter: b.quarter, category: b.category, words: None, ended: b.ended, after: None };
    let file = app.export_announcements(&actor, asked, &b.reason, xlsx).await?;
    let (kind, name) = if xlsx {
        (sheet::XLSX, "attachment; filename=\"announcements.xlsx\"")
    } else {
        (sheet::CSV, "attachment; filename=\"announcements.csv\"")
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

async fn batches(State(app): State<Arc<App>>, By(actor): By, QueryParams(q): QueryParams) -> Answer<Json<AnnouncementBatches>> {
    q.finish_strict()?;
    Ok(Json(AnnouncementBatches { batches: app.announcement_batches(&actor).await? }))
}

async fn publish(
    State(app): State<Arc<App>>,
    By(actor): By,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<PublishBatch>,
) -> Answer<Json<AnnouncementBatches>> {
    let k = key(&k, "announcement.batch", &b)?;
    app.publish_announcement_batch(&actor, k, b).await?;
    Ok(Json(AnnouncementBatches { batches: app.announcement_batches(&actor).await? }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let credit = Access::Staff("信用管理员，承办部门");
    let any = Access::Staff("督办（所督办区划）；其他岗位见本部门的");
    let head = Access::Staff("局领导，本部门");
    t.add(
        Route::post(
            "/api/office/v1/cases/{id}/announcements",
            "beginAnnouncement",
            credit,
            "把案件列为社会公布候选，须有已送达并且有效的处理决定",
        )
        .path_param("id", "案件")
        .idempotent()
        .reads::<NewAnnouncement>()
        .answers::<Begun>(201, "已列为候选")
        .problems(&[409]),
        begin,
    );
    t.add(
        Route::get("/api/office/v1/announcements", "announcementRegister", any, "社会公布台账：状态、季度、类别，最新的在前")
            .query("bureau", "部门代码")
            .query("state", "状态代码，见流程定义 announcement")
            .query("quarter", "批准所在的季度，例如 2026Q4")
            .query("category", "违法行为类别代码")
            .query("q", "单位名称或其一部分、统一社会信用代码、公布编码、案件编号")
            .query("show", "open 进行中（默认），all 含已结束的")
            .query("limit", "每页件数，1 至 100，默认 50")
            .query("cursor", "上一页的 nextCursor")
            .answers::<AnnouncementRegister>(200, "一页社会公布台账"),
        register,
    );
    t.add(
        Route::post(
            "/api/office/v1/announcements/export",
            "exportAnnouncements",
            any,
            "导出社会公布台账（XLSX 或 CSV），须说明理由，导出会记录在案",
        )
        .reads::<ExportAnnouncements>()
        .answers_file(200, "XLSX 或 CSV 文件", &[sheet::XLSX, "text/csv"]),
        export,
    );
    t.add(
        Route::get("/api/office/v1/announcements/{id}", "readAnnouncement", Access::Staff(super::READERS), "一件社会公布，含历次公布内容")
            .path_param("id", "社会公布")
            .answers::<AnnouncementView>(200, "社会公布"),
        one,
    );
    t.add(
        Route::get("/api/office/v1/announcement-batches", "announcementBatches", any, "季度批次：等待公布的、已公布的，最新的季度在前")
            .answers::<AnnouncementBatches>(200, "季度批次"),
        batches,
    );
    t.add(
        Route::post("/api/office/v1/announcement-batches", "publishAnnouncementBatch", head, "公布一个季度批次，或者登记本季度无公布事项")
            .idempotent()
            .reads::<PublishBatch>()
            .answers::<AnnouncementBatches>(200, "季度批次")
            .problems(&[409]),
        publish,
    );
}
