//! Messages, ratings, requests to withdraw.

use super::key;
use crate::app::App;
use crate::base::id::{FilingId, RowId};
use crate::web::auth::Mine;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, QueryParams};
use crate::web::messages::{Messages, Write};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The id of a message just written.
#[derive(Serialize, ToSchema)]
struct Written {
    /// Its id.
    #[schema(value_type = String)]
    id: RowId,
}

/// How the handling was.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rate {
    /// 1 (bad) to 5 (good).
    score: i32,
    /// In the worker's words.
    #[serde(default)]
    comment: String,
}

/// Why the filing should end.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskWithdrawal {
    /// In the worker's words.
    reason: String,
}

async fn list(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathId(id): PathId<FilingId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Json<Messages>> {
    let before = q.parsed::<RowId>("before", "not_an_id");
    q.finish_strict()?;
    Ok(Json(app.messages_for_worker(&me, id, before).await?.into()))
}

async fn write(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Write>,
) -> Answer<(StatusCode, Json<Written>)> {
    let k = key(&k, "worker.message", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Written { id: app.write_as_worker(&me, k, id, &b.text).await? })))
}

async fn rate(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Rate>,
) -> Answer<StatusCode> {
    let k = key(&k, "worker.rate", &(id, &b))?;
    app.rate(&me, k, id, b.score, &b.comment).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn withdraw(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<AskWithdrawal>,
) -> Answer<(StatusCode, Json<Written>)> {
    let k = key(&k, "worker.withdraw", &(id, &b))?;
    Ok((StatusCode::ACCEPTED, Json(Written { id: app.ask_withdrawal(&me, k, id, &b.reason).await? })))
}

async fn take_back(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<FilingId>) -> Answer<StatusCode> {
    app.take_withdrawal_back(&me, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(
        Route::get("/api/claimant/v1/filings/{id}/messages", "listMessages", own, "与办理部门的留言，新的在前")
            .path_param("id", "登记")
            .query("before", "只看这条留言之前的")
            .answers::<Messages>(200, "留言"),
        list,
    );
    t.add(
        Route::post("/api/claimant/v1/filings/{id}/messages", "writeMessage", own, "给办理部门留言")
            .path_param("id", "登记")
            .idempotent()
            .reads::<Write>()
            .answers::<Written>(201, "已留言")
            .problems(&[429]),
        write,
    );
    t.add(
        Route::post("/api/claimant/v1/filings/{id}/rating", "rate", own, "评价办理情况（一次）")
            .path_param("id", "登记")
            .idempotent()
            .reads::<Rate>()
            .answers_plain(204, "已评价", None)
            .problems(&[409]),
        rate,
    );
    t.add(
        Route::post("/api/claimant/v1/filings/{id}/withdrawal", "askWithdrawal", own, "申请撤回；有冷静期，会有人电话核实")
            .path_param("id", "登记")
            .idempotent()
            .reads::<AskWithdrawal>()
            .answers::<Written>(202, "已申请")
            .problems(&[409]),
        withdraw,
    );
    t.add(
        Route::delete("/api/claimant/v1/filings/{id}/withdrawal", "takeWithdrawalBack", own, "取消撤回申请")
            .path_param("id", "登记")
            .answers_plain(204, "已取消", None)
            .problems(&[409]),
        take_back,
    );
}
