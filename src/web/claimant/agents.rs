//! Agents of the worker, filings looked after for others, and the request to be called back.

use super::key;
use crate::app::App;
use crate::app::callbacks::AskCallback;
use crate::app::claimant::agents::{HeldMandate, MandateView, NewMandate};
use crate::app::claimant::matter::Summary;
use crate::base::At;
use crate::base::id::{FilingId, RowId};
use crate::base::text::Lang;
use crate::domain::mandate::Power;
use crate::law::Fen;
use crate::web::auth::Mine;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, PathIds};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// Who acts for the worker.
#[derive(Serialize, ToSchema)]
struct Agents {
    /// Ended ones too, the newest first.
    agents: Vec<MandateView>,
}

/// A mandate just given.
#[derive(Serialize, ToSchema)]
struct Given {
    /// Its id.
    #[schema(value_type = String)]
    id: RowId,
}

/// A filing looked after for somebody else.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LookedAfter {
    /// The mandate.
    #[schema(value_type = String)]
    id: RowId,
    /// What may be done.
    powers: BTreeSet<Power>,
    /// Until when.
    #[schema(value_type = String)]
    expires_at: At,
    /// The filing: `GET /filings/{id}` opens it.
    #[schema(value_type = String)]
    filing: FilingId,
    /// Its number.
    number: String,
    /// When it was received.
    #[schema(value_type = String)]
    received_at: At,
    /// Who is said to owe.
    respondent: String,
    /// How much, in fen.
    #[schema(value_type = i64)]
    amount_fen: Fen,
    /// Where it stands, in plain words.
    stage: String,
}
impl From<HeldMandate> for LookedAfter {
    fn from(m: HeldMandate) -> Self {
        let Summary { id, number, received_at, respondent, amount, stage } = m.summary;
        Self {
            id: m.id,
            powers: m.powers,
            expires_at: m.expires_at,
            filing: id,
            number,
            received_at,
            respondent,
            amount_fen: amount,
            stage: stage.text,
        }
    }
}

/// Filings looked after for others.
#[derive(Serialize, ToSchema)]
struct Mandates {
    /// The newest first.
    mandates: Vec<LookedAfter>,
}

async fn list(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<FilingId>) -> Answer<Json<Agents>> {
    Ok(Json(Agents { agents: app.mandates_of_mine(&me, id).await? }))
}

async fn give(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewMandate>,
) -> Answer<(StatusCode, Json<Given>)> {
    let k = key(&k, "worker.mandate", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Given { id: app.give_mandate(&me, k, id, &b).await? })))
}

async fn revoke(State(app): State<Arc<App>>, Mine(me): Mine, PathIds(filing, id): PathIds<FilingId, RowId>) -> Answer<StatusCode> {
    app.revoke_mine(&me, filing, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn held(State(app): State<Arc<App>>, Mine(me): Mine) -> Answer<Json<Mandates>> {
    Ok(Json(Mandates { mandates: app.mandates_held(&me).await?.into_iter().map(Into::into).collect() }))
}

async fn call_me(State(app): State<Arc<App>>, headers: HeaderMap, JsonBody(b): JsonBody<AskCallback>) -> Answer<StatusCode> {
    let lang = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).map_or(Lang::Zh, Lang::of);
    app.ask_callback(&b, lang).await?;
    Ok(StatusCode::ACCEPTED)
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(
        Route::get("/api/claimant/v1/filings/{id}/agents", "listAgents", own, "我委托的代理人")
            .path_param("id", "登记")
            .answers::<Agents>(200, "代理人"),
        list,
    );
    t.add(
        Route::post("/api/claimant/v1/filings/{id}/agents", "giveMandate", own, "委托代理人；确认收款、放弃、撤回须上传写明的委托书")
            .path_param("id", "登记")
            .idempotent()
            .reads::<NewMandate>()
            .answers::<Given>(201, "已委托")
            .problems(&[409]),
        give,
    );
    t.add(
        Route::delete("/api/claimant/v1/filings/{id}/agents/{mandate}", "revokeMandate", own, "立即取消委托")
            .path_param("id", "登记")
            .path_param("mandate", "委托")
            .answers_plain(204, "已取消", None)
            .problems(&[409]),
        revoke,
    );
    t.add(Route::get("/api/claimant/v1/mandates", "listMandates", own, "我代理的反映").answers::<Mandates>(200, "我代理的反映"), held);
    t.add(
        Route::post("/api/claimant/v1/callbacks", "askCallback", Access::Public, "请给我回电（不需要登录，可以不留姓名）")
            .reads::<AskCallback>()
            .answers_plain(202, "已收到；不论是否登记过，答复都相同", None)
            .problems(&[429]),
        call_me,
    );
}
