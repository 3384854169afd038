//! The dashboard and how officers deal with clocks, for clients of the bureaus.

use crate::app::App;
use crate::app::dashboard::clock::Clock;
use crate::app::dashboard::sheets::Part;
use crate::app::dashboard::{Asked, Dashboard};
use crate::base::Error;
use crate::domain::summary::period::Period;
use crate::paper::sheet;
use crate::web::auth::By;
use crate::web::extract::{JsonBody, Params, QueryParams};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The shape of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DashboardSheet {
    /// A workbook.
    #[default]
    Xlsx,
    /// Text.
    Csv,
}

/// Which table is taken out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ExportDashboard {
    /// `headline`, `series`, `clocks`, `money`, `channels`, `bureaus`, `areas`, `within`, `ages_by_bureau`, `ages_by_area`, `agreements`, `draws`,
    /// `season`.
    part: String,
    /// `2026`, `2026-Q4`, `2026-11`, or `range` with from and to; this year if absent.
    period: Option<String>,
    /// The first day of one's own.
    from: Option<String>,
    /// The last.
    to: Option<String>,
    /// Only this area.
    area: Option<String>,
    /// Only this bureau.
    bureau: Option<String>,
    /// The shape.
    #[serde(default)]
    format: DashboardSheet,
    /// Why it is exported, 4 to 1000 characters; on record.
    reason: String,
}

fn asked(app: &App, q: &mut Params) -> (Option<Period>, Option<String>, Option<String>) {
    (q.period(app.now().day()), q.text("area", 12), q.text("bureau", 40))
}

async fn dashboard(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<Dashboard>> {
    let (period, area, bureau) = asked(&app, &mut q);
    q.finish_strict()?;
    let period = period.ok_or_else(|| Error::field("/period", "required", &[]))?;
    Ok(Json(app.dashboard(&actor, Asked { period, area, bureau }).await?))
}

async fn export(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<ExportDashboard>) -> Answer<Response> {
    let given = [("period", b.period), ("from", b.from), ("to", b.to), ("area", b.area), ("bureau", b.bureau)];
    let mut p = Params::of_form(given.into_iter().filter_map(|(k, v)| Some((k.to_owned(), v?))).collect());
    let part = Part::of(&b.part);
    if part.is_none() {
        p.wrong("part", "unknown_part", &[]);
    }
    let (period, area, bureau) = asked(&app, &mut p);
    p.finish()?;
    let (Some(part), Some(period)) = (part, period) else { return Err(Error::field("/period", "required", &[]).into()) };
    let xlsx = b.format == DashboardSheet::Xlsx;
    let file = app.export_dashboard(&actor, Asked { period, area, bureau }, part, &b.reason, xlsx).await?;
    let (kind, name) = if xlsx {
        (sheet::XLSX, "attachment; filename=\"dashboard.xlsx\"")
    } else {
        (sheet::CSV, "attachment; filename=\"dashboard.csv\"")
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

async fn clock(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<Clock>> {
    let period = q.period(app.now().day());
    q.finish_strict()?;
    let period = period.ok_or_else(|| Error::field("/period", "required", &[]))?;
    Ok(Json(app.clock(&actor, period).await?))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let who = Access::Staff("督办（所督办区划）；大队长、局领导（本部门）");
    let period = "2026、2026-Q4、2026-11，或者 range（另填 from、to）；默认本年";
    t.add(
        Route::get(
            "/api/office/v1/dashboard",
            "dashboard",
            who,
            "数据看板：收案、办结、期限、资金、在办时长、协议履行、抽查回访、春节前后",
        )
        .query("period", period)
        .query("from", "自选起始日")
        .query("to", "自选截止日，最多相隔三年")
        .query("area", "区划代码，含其下级")
        .query("bureau", "部门代码")
        .answers::<Dashboard>(200, "看板"),
        dashboard,
    );
    t.add(
        Route::post("/api/office/v1/dashboard/export", "exportDashboard", who, "导出看板的一张表，须说明理由，导出会记录在案")
            .reads::<ExportDashboard>()
            .answers_file(200, "XLSX 或 CSV 文件", &[sheet::XLSX, "text/csv"]),
        export,
    );
    t.add(
        Route::get("/api/office/v1/clock", "clockBehaviour", who, "时限行为：各部门、各承办人怎样对待期限，按整月")
            .query("period", "2026、2026-Q4、2026-11；默认本年")
            .query("from", "不用：按整月统计")
            .query("to", "不用：按整月统计")
            .answers::<Clock>(200, "时限行为"),
        clock,
    );
}
