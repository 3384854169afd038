//! What officers and workers have to do with each other: messages, requests to withdraw.

use super::{READERS, key};
use crate::app::App;
use crate::app::claimant::withdrawal::{Verdict, WithdrawalView};
use crate::base::At;
use crate::base::id::{FilingId, RowId};
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, QueryParams};
use crate::web::messages::{Messages, Write};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A request to withdraw.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct WithdrawalBody {
    /// Its id.
    id: String,
    /// The filing.
    filing: String,
    /// Its number.
    number: String,
    /// The respondent.
    respondent: String,
    /// When it was asked.
    #[schema(value_type = String)]
    asked_at: At,
    /// Not to be decided before.
    #[schema(value_type = String)]
    not_before: At,
    /// What stands out: `mass`, `same_device`, `agent` (an agent asks, not the worker).
    flags: Vec<String>,
    /// The worker's reason.
    reason: String,
}
impl From<WithdrawalView> for WithdrawalBody {
    fn from(w: WithdrawalView) -> Self {
        Self {
            id: w.id.to_string(),
            filing: w.filing.to_string(),
            number: w.number,
            respondent: w.respondent,
            asked_at: w.asked_at,
            not_before: w.not_before,
            flags: w.flags,
            reason: w.reason,
        }
    }
}

/// Requests that wait.
#[derive(Serialize, ToSchema)]
struct Withdrawals {
    /// The first to be decided first.
    withdrawals: Vec<WithdrawalBody>,
}

/// What the private call said, and what follows.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecideWithdrawal {
    /// The filing ends; otherwise it goes on.
    grant: bool,
    /// Somebody pressed the worker.
    pressed: bool,
    /// What was said, 4 to 1000 characters.
    note: String,
}

/// The filing a request was about.
#[derive(Serialize, ToSchema)]
struct WithdrawalDecided {
    /// Its id.
    #[schema(value_type = String)]
    filing: FilingId,
}

async fn messages(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<FilingId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Json<Messages>> {
    let before = q.parsed::<RowId>("before", "not_an_id");
    q.finish_strict()?;
    Ok(Json(app.messages_for_officer(&actor, id, before).await?.into()))
}

async fn write(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Write>,
) -> Answer<(StatusCode, Json<super::Created>)> {
    let k = key(&k, "filing.message", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(super::Created::of(app.write_as_officer(&actor, k, id, &b.text).await?))))
}

async fn list(State(app): State<Arc<App>>, By(actor): By) -> Answer<Json<Withdrawals>> {
    Ok(Json(Withdrawals { withdrawals: app.withdrawals(&actor).await?.into_iter().map(Into::into).collect() }))
}

async fn decide(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<DecideWithdrawal>,
) -> Answer<Json<WithdrawalDecided>> {
    let k = key(&k, "withdrawal.decide", &(id, &b))?;
    let verdict = Verdict { grant: b.grant, pressed: b.pressed, note: b.note };
    Ok(Json(WithdrawalDecided { filing: app.decide_withdrawal(&actor, k, id, verdict).await? }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let readers = Access::Staff(READERS);
    let desk = Access::Staff("受理员、承办员、大队长；不能是本案承办人");
    t.add(
        Route::get("/api/office/v1/filings/{id}/messages", "listFilingMessages", readers, "与反映人的留言，新的在前")
            .path_param("id", "登记")
            .query("before", "只看这条留言之前的")
            .answers::<Messages>(200, "留言"),
        messages,
    );
    t.add(
        Route::post("/api/office/v1/filings/{id}/messages", "writeToWorker", readers, "给反映人留言")
            .path_param("id", "登记")
            .idempotent()
            .reads::<Write>()
            .problems(&[409])
            .answers::<super::Created>(201, "留言编号"),
        write,
    );
    t.add(
        Route::get("/api/office/v1/withdrawals", "listWithdrawals", desk, "等待核实的撤回申请").answers::<Withdrawals>(200, "撤回申请"),
        list,
    );
    t.add(
        Route::post("/api/office/v1/withdrawals/{id}/decide", "decideWithdrawal", desk, "私下电话核实后决定撤回申请")
            .path_param("id", "撤回申请")
            .idempotent()
            .reads::<DecideWithdrawal>()
            .problems(&[409])
            .answers::<WithdrawalDecided>(200, "已决定"),
        decide,
    );
}
