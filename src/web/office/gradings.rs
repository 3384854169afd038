//! Grades of employers and their conduct register: the list, the yearly run, confirming and telling in bulk, objections, entries.

use super::key;
use crate::app::App;
use crate::app::conduct::{ConductFile, Correction, NewEntry, Recorded};
use crate::app::grading::review::{BulkView, Objection, Told};
use crate::app::grading::{Asked, GradingLine, RunView};
use crate::base::Day;
use crate::base::id::RowId;
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

const CURSOR: &str = "gradings";

/// A page of grades.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Gradings {
    /// The year graded.
    year: i32,
    /// C first.
    items: Vec<GradingLine>,
    /// The last run of the year.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<RunView>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum GradingSheet {
    #[default]
    Xlsx,
    Csv,
}

/// What is exported and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExportGradings {
    /// Of this year; the last one if absent.
    #[serde(default)]
    year: Option<i32>,
    /// Only of this bureau.
    #[serde(default)]
    bureau: Option<String>,
    /// Only of this grade.
    #[serde(default)]
    grade: Option<String>,
    /// Only in this state.
    #[serde(default)]
    state: Option<String>,
    /// `xlsx` or `csv`.
    #[serde(default)]
    format: GradingSheet,
    /// Why it is exported, 4 to 1000 characters; on record.
    reason: String,
}

/// A year to grade.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GradeYear {
    /// A year that has ended.
    year: i32,
}

/// A list to confirm.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmGradings {
    /// The year graded.
    year: i32,
    /// The bureau's code.
    bureau: String,
    /// The hash of the list that was looked at.
    hash: String,
}

/// Employers that were told.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TellGradings {
    /// The year graded.
    year: i32,
    /// The bureau's code.
    bureau: String,
    /// On which day.
    #[schema(value_type = String)]
    on: Day,
    /// How; the code list `service_method`.
    way: String,
    /// The number of what proves it.
    proof_no: String,
}

/// How many results it was.
#[derive(Debug, Serialize, ToSchema)]
struct GradingsDone {
    /// Results.
    count: usize,
}

/// The procedure of a contested grade.
#[derive(Debug, Serialize, ToSchema)]
struct Contested {
    /// Its id.
    procedure: String,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<Gradings>> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(50)).unwrap_or(50);
    let year = q.int("year", 2016, 2200).and_then(|y| i32::try_from(y).ok());
    let (bureau, text) = (q.text("bureau", 40), q.text("q", 60));
    let grade = q.choice("grade", &["A", "B", "C"]);
    let state = q.choice("state", &["proposed", "reviewed", "told"]);
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(String, RowId)>(CURSOR, &c)).transpose()?;
    let page = app.gradings(&actor, Asked { year, bureau, grade, state, text, after }, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(Gradings { year: page.year, items: page.items, run: page.run, next_cursor }))
}

async fn export(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<ExportGradings>) -> Answer<Response> {
    let xlsx = b.format == GradingSheet::Xlsx;
    let asked = Asked { year: b.year, bureau: b.bureau, grade: b.grade, state: b.state, ..Asked::default() };
    let file = app.export_gradings(&actor, asked, &b.reason, xlsx).await?;
    let (kind, name) =
        if xlsx { (sheet::XLSX, "attachment; filename=\"gradings.xlsx\"") } else { (sheet::CSV, "attachment; filename=\"gradings.csv\"") };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

async fn run(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<GradeYear>) -> Answer<Json<RunView>> {
    Ok(Json(app.grade_year(&actor, b.year).await?))
}

async fn bulk(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<BulkView>> {
    let year = q.int("year", 2016, 2200).and_then(|y| i32::try_from(y).ok());
    let bureau = q.text("bureau", 40);
    let (year, bureau) = (q.required("year", year), q.required("bureau", bureau));
    let reviewed = q.choice("state", &["proposed", "reviewed"]).as_deref() == Some("reviewed");
    q.finish_strict()?;
    Ok(Json(app.grading_bulk(&actor, year.unwrap_or_default(), &bureau.unwrap_or_default(), reviewed).await?))
}

async fn confirm(
    State(app): State<Arc<App>>,
    By(actor): By,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<ConfirmGradings>,
) -> Answer<Json<GradingsDone>> {
    let k = key(&k, "gradings.confirm", &b)?;
    Ok(Json(GradingsDone { count: app.confirm_gradings(&actor, k, b.year, &b.bureau, &b.hash).await? }))
}

async fn tell(
    State(app): State<Arc<App>>,
    By(actor): By,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<TellGradings>,
) -> Answer<Json<GradingsDone>> {
    let k = key(&k, "gradings.tell", &b)?;
    let told = Told { on: b.on, way: b.way, proof_no: b.proof_no };
    Ok(Json(GradingsDone { count: app.tell_gradings(&actor, k, b.year, &b.bureau, told).await? }))
}

async fn contest(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Objection>,
) -> Answer<(StatusCode, Json<Contested>)> {
    let k = key(&k, "grading.contest", &(id, &b))?;
    let procedure = app.contest_grading(&actor, k, id, b).await?.to_string();
    Ok((StatusCode::CREATED, Json(Contested { procedure })))
}

async fn record(
    State(app): State<Arc<App>>,
    By(actor): By,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewEntry>,
) -> Answer<(StatusCode, Json<Recorded>)> {
    let k = key(&k, "conduct.record", &b)?;
    Ok((StatusCode::CREATED, Json(app.record_conduct(&actor, k, b).await?)))
}

async fn file(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<RowId>) -> Answer<Json<ConductFile>> {
    Ok(Json(app.conduct_file(&actor, id).await?))
}

async fn correct(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Correction>,
) -> Answer<Json<Recorded>> {
    let k = key(&k, "conduct.correct", &(id, &b))?;
    Ok(Json(app.correct_conduct(&actor, k, id, b).await?))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let any = Access::Staff("评价单位各岗位；督办见所督办区划");
    let credit = Access::Staff("信用");
    let lead = Access::Staff("大队长、局领导（本部门）");
    let city = Access::Staff("市级信用、大队长、局领导");
    t.add(
        Route::get("/api/office/v1/gradings", "listGradings", any, "守法诚信等级：年度、等级、理由、状态，C级在前")
            .query("year", "评价年度，默认上一年度")
            .query("bureau", "评价单位代码")
            .query("grade", "A、B、C")
            .query("state", "proposed 待复核，reviewed 已复核待告知，told 已告知")
            .query("q", "企业名称或统一社会信用代码")
            .query("limit", "每页件数，1 至 100，默认 50")
            .query("cursor", "上一页的 nextCursor")
            .answers::<Gradings>(200, "一页等级"),
        list,
    );
    t.add(
        Route::post("/api/office/v1/gradings/export", "exportGradings", any, "导出等级（XLSX 或 CSV），须说明理由，导出会记录在案")
            .reads::<ExportGradings>()
            .answers_file(200, "XLSX 或 CSV 文件", &[sheet::XLSX, "text/csv"]),
        export,
    );
    t.add(
        Route::post("/api/office/v1/gradings/run", "gradeYear", city, "评价一个年度；记录不变，结果不变；中断的接着做")
            .reads::<GradeYear>()
            .answers::<RunView>(200, "评价结果"),
        run,
    );
    t.add(
        Route::get("/api/office/v1/gradings/bulk", "readGradingBulk", any, "A、B级批量复核或告知的名单：数量、样本、名单哈希")
            .query("year", "评价年度")
            .query("bureau", "评价单位代码")
            .query("state", "proposed 待复核（默认），reviewed 待告知")
            .answers::<BulkView>(200, "名单"),
        bulk,
    );
    t.add(
        Route::post("/api/office/v1/gradings/confirm", "confirmGradings", lead, "批量确认A、B级：须写明所看名单的哈希")
            .idempotent()
            .reads::<ConfirmGradings>()
            .answers::<GradingsDone>(200, "已确认"),
        confirm,
    );
    t.add(
        Route::post("/api/office/v1/gradings/tell", "tellGradings", credit, "登记已批量告知企业；未复核的不能告知")
            .idempotent()
            .reads::<TellGradings>()
            .answers::<GradingsDone>(200, "已登记"),
        tell,
    );
    t.add(
        Route::post("/api/office/v1/gradings/{id}/contest", "contestGrading", credit, "登记企业对已告知等级的异议，转入单独办理")
            .path_param("id", "等级")
            .idempotent()
            .reads::<Objection>()
            .answers::<Contested>(201, "已转入核实"),
        contest,
    );
    t.add(
        Route::post("/api/office/v1/conduct", "recordConduct", credit, "记入企业守法诚信档案，须有凭证编号")
            .idempotent()
            .reads::<NewEntry>()
            .answers::<Recorded>(201, "已记入"),
        record,
    );
    t.add(
        Route::get("/api/office/v1/conduct/{id}", "readConduct", any, "企业守法诚信档案：记录、历年等级、办理情况")
            .path_param("id", "档案")
            .answers::<ConductFile>(200, "档案"),
        file,
    );
    t.add(
        Route::post("/api/office/v1/conduct/entries/{id}/correct", "correctConduct", credit, "更正一条记录：另立一条，原记录保留")
            .path_param("id", "记录")
            .idempotent()
            .reads::<Correction>()
            .answers::<Recorded>(200, "已更正"),
        correct,
    );
}
