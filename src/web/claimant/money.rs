//! What the worker is said to have been paid, and the own word on it.

use super::key;
use crate::app::App;
use crate::app::claimant::money::OwnPayment;
use crate::base::id::{FilingId, PaymentId};
use crate::web::auth::Mine;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, PathIds};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Payments in which the worker has a part.
#[derive(Serialize, ToSchema)]
struct OwnPayments {
    /// The newest first.
    payments: Vec<OwnPayment>,
}

/// The worker's word.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaymentAnswer {
    /// The money is there.
    received: bool,
}

async fn list(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<FilingId>) -> Answer<Json<OwnPayments>> {
    Ok(Json(OwnPayments { payments: app.own_payments(&me, id).await? }))
}

async fn answer(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathIds(filing, payment): PathIds<FilingId, PaymentId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<PaymentAnswer>,
) -> Answer<StatusCode> {
    let k = key(&k, "worker.payment", &(filing, payment, &b))?;
    app.answer_payment(&me, k, filing, payment, b.received).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(
        Route::get("/api/claimant/v1/filings/{id}/payments", "listPayments", own, "登记给我的支付（只看得到本人的）")
            .path_param("id", "登记")
            .answers::<OwnPayments>(200, "支付记录"),
        list,
    );
    t.add(
        Route::post(
            "/api/claimant/v1/filings/{id}/payments/{payment}/answer",
            "answerPayment",
            own,
            "确认收到或没有收到；确认后三十日内可以改",
        )
        .path_param("id", "登记")
        .path_param("payment", "支付")
        .idempotent()
        .reads::<PaymentAnswer>()
        .answers_plain(204, "已记录", None)
        .problems(&[409]),
        answer,
    );
}
