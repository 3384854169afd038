//! Penalties 行政处罚: begun on a case. Every further step is a move of its procedure.

use super::key;
use crate::app::App;
use crate::app::penalties::{NewPenalty, PenaltyBegun};
use crate::base::id::CaseId;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

async fn begin(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewPenalty>,
) -> Answer<(StatusCode, Json<PenaltyBegun>)> {
    let k = key(&k, "penalty.begin", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(app.begin_penalty(&actor, k, id, b).await?)))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let handler = Access::Staff("承办人，承办部门或者行业监管部门");
    t.add(
        Route::post("/api/office/v1/cases/{id}/penalties", "beginPenalty", handler, "行政处罚立案；以后的各步是程序 penalty 的动作")
            .path_param("id", "案件")
            .idempotent()
            .reads::<NewPenalty>()
            .answers::<PenaltyBegun>(201, "已立案")
            .problems(&[409]),
        begin,
    );
}
