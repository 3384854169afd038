//! The employer's file 用人单位档案: the list by early warning with its export, one file.

use crate::app::App;
use crate::app::employers::{Asked, EmployerFile, EmployerLine};
use crate::base::id::RowId;
use crate::domain::warning::Level;
use crate::paper::sheet;
use crate::web::auth::By;
use crate::web::extract::{JsonBody, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "employers";

/// A page of the list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Employers {
    /// The highest score first.
    items: Vec<EmployerLine>,
    /// What the score is for, in words.
    about: String,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum EmployerSheet {
    #[default]
    Xlsx,
    Csv,
}

/// What is exported and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExportEmployers {
    /// Only with this in the name, or of this code.
    #[serde(default)]
    q: Option<String>,
    /// Only with a case in this area.
    #[serde(default)]
    area: Option<String>,
    /// Only of this level.
    #[serde(default)]
    level: Option<Level>,
    /// Only with at least this score.
    #[serde(default)]
    least: Option<i32>,
    /// `xlsx` or `csv`.
    #[serde(default)]
    format: EmployerSheet,
    /// Why it is exported, 4 to 1000 characters; on record.
    reason: String,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<Employers>> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(50)).unwrap_or(50);
    let (words, area) = (q.text("q", 60), q.text("area", 12));
    let level = q.choice("level", &["green", "yellow", "red"]).as_deref().and_then(Level::of);
    let least = q.int("least", 0, 100).and_then(|n| i32::try_from(n).ok());
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(i32, RowId)>(CURSOR, &c)).transpose()?;
    let page = app.employers(&actor, Asked { words, area, level, least, after }, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(Employers { items: page.items, about: crate::base::text::zh("warning.about").to_owned(), next_cursor }))
}

async fn export(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<ExportEmployers>) -> Answer<Response> {
    let xlsx = b.format == EmployerSheet::Xlsx;
    let asked = Asked { words: b.q, area: b.area, level: b.level, least: b.least, after: None };
    let file = app.export_employers(&actor, asked, &b.reason, xlsx).await?;
    let (kind, name) = if xlsx {
        (sheet::XLSX, "attachment; filename=\"employers.xlsx\"")
    } else {
        (sheet::CSV, "attachment; filename=\"employers.csv\"")
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

async fn one(State(app): State<Arc<App>>, By(actor): By, PathId(code): PathId<String>) -> Answer<Json<EmployerFile>> {
    Ok(Json(app.employer_file(&actor, &code).await?))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let any = Access::Staff("除管理员外的岗位；只见本部门和所督办区划的");
    t.add(
        Route::get("/api/office/v1/employers", "listEmployers", any, "用人单位，预警分数高的在前；分数只作提示，不作认定")
            .query("q", "单位名称或其一部分，或统一社会信用代码")
            .query("area", "区划代码，含其下级：在该区划有案件的")
            .query("level", "green、yellow、red")
            .query("least", "分数不低于，0 至 100")
            .query("limit", "每页户数，1 至 100，默认 50")
            .query("cursor", "上一页的 nextCursor")
            .answers::<Employers>(200, "一页用人单位"),
        list,
    );
    t.add(
        Route::post(
            "/api/office/v1/employers/export",
            "exportEmployers",
            any,
            "导出用人单位预警（XLSX 或 CSV），须说明理由，导出会记录在案",
        )
        .reads::<ExportEmployers>()
        .answers_file(200, "XLSX 或 CSV 文件", &[sheet::XLSX, "text/csv"]),
        export,
    );
    t.add(
        Route::get(
            "/api/office/v1/employers/{code}",
            "readEmployer",
            any,
            "一户用人单位的档案：案件、责令、协议、名单、公布、等级、关联单位和预警；无权查看的案件只计数",
        )
        .path_param("code", "统一社会信用代码；没有代码的，用档案、责任单位或守法诚信档案的 id")
        .answers::<EmployerFile>(200, "用人单位档案"),
        one,
    );
}
