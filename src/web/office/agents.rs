//! Agents recorded at the counter, and log-ins that go over to another telephone.

use super::{Created, READERS, key};
use crate::app::App;
use crate::app::claimant::agents::{MandateView, NewMandate};
use crate::app::claimant::rebinding::{AskRebinding, RebindingView};
use crate::base::id::{FilingId, RowId};
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Who acts for the worker of a filing.
#[derive(Debug, Serialize, ToSchema)]
struct FilingAgents {
    /// Ended ones too, the newest first.
    agents: Vec<MandateView>,
}

/// Why a mandate ends.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RevokeOnWord {
    /// What the worker said and how, 4 to 1000 characters; kept sealed.
    note: String,
}

/// The proof at the counter.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rebind {
    /// The new telephone.
    phone: String,
    /// The code sent to it (`POST /api/claimant/v1/codes`).
    code: String,
    /// The resident ID on the document the person showed.
    id_number: String,
    /// The query code of the filing's receipt.
    secret: String,
    /// What was seen and heard, 4 to 1000 characters; kept sealed.
    note: String,
}

/// The second officer's word.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecideRebinding {
    /// Go on; otherwise the change is stopped.
    confirm: bool,
}

/// Changes that wait.
#[derive(Debug, Serialize, ToSchema)]
struct Rebindings {
    /// The oldest first.
    rebindings: Vec<RebindingView>,
}

/// The filing concerned.
#[derive(Debug, Serialize, ToSchema)]
struct OfFiling {
    /// Its id.
    #[schema(value_type = String)]
    filing: FilingId,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<FilingId>) -> Answer<Json<FilingAgents>> {
    Ok(Json(FilingAgents { agents: app.mandates_of(&actor, id).await? }))
}

async fn record(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewMandate>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "filing.mandate", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Created::of(app.record_mandate(&actor, k, id, &b).await?))))
}

async fn revoke(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<RevokeOnWord>,
) -> Answer<Json<OfFiling>> {
    let k = key(&k, "mandate.revoke", &(id, &b))?;
    Ok(Json(OfFiling { filing: app.revoke_mandate(&actor, k, id, &b.note).await? }))
}

async fn rebind(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Rebind>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "filing.rebind", &(id, &b))?;
    let ask = AskRebinding { phone: b.phone, code: b.code, id_number: b.id_number, secret: b.secret, note: b.note };
    Ok((StatusCode::CREATED, Json(Created::of(app.ask_rebinding(&actor, k, id, &ask).await?))))
}

async fn waiting(State(app): State<Arc<App>>, By(actor): By) -> Answer<Json<Rebindings>> {
    Ok(Json(Rebindings { rebindings: app.rebindings(&actor).await? }))
}

async fn decide(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<DecideRebinding>,
) -> Answer<Json<OfFiling>> {
    let k = key(&k, "rebinding.decide", &(id, &b))?;
    Ok(Json(OfFiling { filing: app.decide_rebinding(&actor, k, id, b.confirm).await? }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let readers = Access::Staff(READERS);
    let desk = Access::Staff("受理、承办部门的受理员、承办员、大队长");
    t.add(
        Route::get("/api/office/v1/filings/{id}/mandates", "listFilingAgents", readers, "反映人的代理人、继承人")
            .path_param("id", "登记")
            .answers::<FilingAgents>(200, "代理人"),
        list,
    );
    t.add(
        Route::post("/api/office/v1/filings/{id}/mandates", "recordMandate", desk, "窗口登记代理人、继承人，须有委托书或继承证明")
            .path_param("id", "登记")
            .idempotent()
            .reads::<NewMandate>()
            .answers::<Created>(201, "委托编号")
            .problems(&[409]),
        record,
    );
    t.add(
        Route::post("/api/office/v1/mandates/{id}/revoke", "revokeMandateOnWord", desk, "按反映人本人的意思立即取消委托")
            .path_param("id", "委托")
            .idempotent()
            .reads::<RevokeOnWord>()
            .answers::<OfFiling>(200, "已取消")
            .problems(&[409]),
        revoke,
    );
    t.add(
        Route::post("/api/office/v1/filings/{id}/rebindings", "askRebinding", desk, "窗口换绑手机：验身份证、回执查询码和新号码的验证码")
            .path_param("id", "登记")
            .idempotent()
            .reads::<Rebind>()
            .answers::<Created>(201, "换绑编号；须由另一人确认，并等待期满")
            .problems(&[409, 429]),
        rebind,
    );
    t.add(
        Route::get("/api/office/v1/rebindings", "listRebindings", desk, "等待确认或等待期内的换绑").answers::<Rebindings>(200, "换绑"),
        waiting,
    );
    t.add(
        Route::post("/api/office/v1/rebindings/{id}/decide", "decideRebinding", desk, "由另一人确认换绑，或停止换绑")
            .path_param("id", "换绑")
            .idempotent()
            .reads::<DecideRebinding>()
            .answers::<OfFiling>(200, "已确认或已停止")
            .problems(&[409]),
        decide,
    );
}
