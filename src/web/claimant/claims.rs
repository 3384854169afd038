//! Join codes, joining, the own rows and the own word on them.

use super::key;
use crate::app::App;
use crate::app::claimant::claims::OwnClaim;
use crate::app::claims::codes::{CodeView, NewCode};
use crate::app::claims::join::{NewJoin, OwnJoin};
use crate::base::id::{ClaimId, DocumentId, FilingId, PaymentId, RowId};
use crate::web::auth::Mine;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, PathIds};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The own codes of a filing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct JoinCodes {
    /// The newest first; the codes themselves were shown once.
    join_codes: Vec<CodeView>,
}

/// A joining just made.
#[derive(Serialize, ToSchema)]
struct Joined {
    /// Its id: `GET /joins` says what comes of it.
    #[schema(value_type = String)]
    id: RowId,
}

/// Own joinings.
#[derive(Serialize, ToSchema)]
struct OwnJoins {
    /// The newest first.
    joins: Vec<OwnJoin>,
}

/// Own rows.
#[derive(Serialize, ToSchema)]
struct OwnClaims {
    /// The oldest first.
    claims: Vec<OwnClaim>,
}

/// What is wrong with the own row.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Contest {
    /// In the worker's words.
    note: String,
}

/// The worker's word on a payment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClaimPaymentAnswer {
    /// The money is there.
    received: bool,
}

async fn codes(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<FilingId>) -> Answer<Json<JoinCodes>> {
    Ok(Json(JoinCodes { join_codes: app.own_join_codes(&me, id).await? }))
}

async fn make_code(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<FilingId>) -> Answer<(StatusCode, Json<NewCode>)> {
    Ok((StatusCode::CREATED, Json(app.make_own_join_code(&me, id).await?)))
}

async fn revoke_code(State(app): State<Arc<App>>, Mine(me): Mine, PathIds(filing, id): PathIds<FilingId, RowId>) -> Answer<StatusCode> {
    app.revoke_own_join_code(&me, filing, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn join(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewJoin>,
) -> Answer<(StatusCode, Json<Joined>)> {
    let k = key(&k, "worker.join", &b)?;
    Ok((StatusCode::ACCEPTED, Json(Joined { id: app.join(&me, k, &b).await? })))
}

async fn joins(State(app): State<Arc<App>>, Mine(me): Mine) -> Answer<Json<OwnJoins>> {
    Ok(Json(OwnJoins { joins: app.own_joins(&me).await? }))
}

async fn list(State(app): State<Arc<App>>, Mine(me): Mine) -> Answer<Json<OwnClaims>> {
    Ok(Json(OwnClaims { claims: app.own_claims(&me).await? }))
}

async fn confirm(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<ClaimId>, k: IdempotencyKey) -> Answer<StatusCode> {
    let k = key(&k, "worker.claim.confirm", &id)?;
    app.confirm_claim(&me, k, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn contest(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathId(id): PathId<ClaimId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Contest>,
) -> Answer<StatusCode> {
    let k = key(&k, "worker.claim.contest", &(id, &b))?;
    app.contest_claim(&me, k, id, &b.note).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn answer(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathIds(id, payment): PathIds<ClaimId, PaymentId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<ClaimPaymentAnswer>,
) -> Answer<StatusCode> {
    let k = key(&k, "worker.claim.payment", &(id, payment, &b))?;
    app.answer_claim_payment(&me, k, id, payment, b.received).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn paper(State(app): State<Arc<App>>, Mine(me): Mine, PathIds(id, paper): PathIds<ClaimId, DocumentId>) -> Answer<Response> {
    let html = app.own_paper(&me, id, paper).await?;
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, html).into_response())
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(
        Route::get("/api/claimant/v1/filings/{id}/join-codes", "listOwnJoinCodes", own, "我发出的加入码（不显示码本身）")
            .path_param("id", "登记")
            .answers::<JoinCodes>(200, "加入码"),
        codes,
    );
    t.add(
        Route::post("/api/claimant/v1/filings/{id}/join-codes", "makeOwnJoinCode", own, "给工友的加入码；只显示这一次，会过期，可随时取消")
            .path_param("id", "登记")
            .answers::<NewCode>(201, "加入码")
            .problems(&[409]),
        make_code,
    );
    t.add(
        Route::delete("/api/claimant/v1/filings/{id}/join-codes/{code}", "revokeOwnJoinCode", own, "立即取消加入码")
            .path_param("id", "登记")
            .path_param("code", "加入码")
            .answers_plain(204, "已取消", None)
            .problems(&[409]),
        revoke_code,
    );
    t.add(
        Route::post("/api/claimant/v1/joins", "join", own, "凭加入码提交本人的欠薪；等待与名册核对或者工作人员核对")
            .idempotent()
            .reads::<NewJoin>()
            .answers::<Joined>(202, "已收到；不论本人是否已在名册，答复都相同")
            .problems(&[409, 429]),
        join,
    );
    t.add(Route::get("/api/claimant/v1/joins", "listOwnJoins", own, "我凭加入码提交的结果").answers::<OwnJoins>(200, "结果"), joins);
    t.add(Route::get("/api/claimant/v1/claims", "listOwnClaims", own, "我本人的欠薪明细").answers::<OwnClaims>(200, "明细"), list);
    t.add(
        Route::post("/api/claimant/v1/claims/{id}/confirm", "confirmOwnClaim", own, "确认本人的明细无误")
            .path_param("id", "明细")
            .idempotent()
            .answers_plain(204, "已记录", None),
        confirm,
    );
    t.add(
        Route::post("/api/claimant/v1/claims/{id}/contest", "contestOwnClaim", own, "对本人的明细提出异议")
            .path_param("id", "明细")
            .idempotent()
            .reads::<Contest>()
            .answers_plain(204, "已记录，承办人会联系您", None),
        contest,
    );
    t.add(
        Route::post("/api/claimant/v1/claims/{id}/payments/{payment}/answer", "answerOwnClaimPayment", own, "确认收到或没有收到")
            .path_param("id", "明细")
            .path_param("payment", "支付")
            .idempotent()
            .reads::<ClaimPaymentAnswer>()
            .answers_plain(204, "已记录", None)
            .problems(&[409]),
        answer,
    );
    t.add(
        Route::get("/api/claimant/v1/claims/{id}/papers/{paper}", "ownClaimPaper", own, "关于本人明细的文书")
            .path_param("id", "明细")
            .path_param("paper", "文书")
            .answers_plain(200, "文书", Some("text/html")),
        paper,
    );
}
