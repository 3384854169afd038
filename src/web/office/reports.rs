//! Money by month.

use crate::app::App;
use crate::app::money_report::Money;
use crate::web::auth::By;
use crate::web::extract::QueryParams;
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

/// Months looked back when no span is given.
const SPAN: i64 = 365;

async fn money(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<Money>> {
    let to = q.day("to").unwrap_or_else(|| app.now().day());
    let from = q.day("from").unwrap_or_else(|| to.plus(-SPAN));
    q.finish_strict()?;
    Ok(Json(app.money_by_month(&actor, from, to).await?))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let who = Access::Staff("大队长、局领导、督办");
    t.add(
        Route::get("/api/office/v1/reports/money", "moneyReport", who, "资金月报：反映、核实、当月支付，协议履行与违约，责令支付，督办")
            .query("from", "起始日（默认一年前），按所在月计")
            .query("to", "截止日（默认今天），按所在月计，最多 36 个月")
            .answers::<Money>(200, "各月，各承办部门"),
        money,
    );
}
