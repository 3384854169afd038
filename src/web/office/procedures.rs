//! Moves 办理动作: what may be done now, with its form, and doing it.

use super::{READERS, key};
use crate::app::App;
use crate::app::perform::{Command, Given, Performed};
use crate::base::At;
use crate::base::id::ProcedureId;
use crate::flow::offer::Offer;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, IfMatch, JsonBody, PathId, PathIds, PathText, etag};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The moves of a procedure.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Moves {
    /// The procedure.
    procedure: String,
    /// Its kind.
    kind: String,
    /// Its case.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    /// Its filing.
    #[serde(skip_serializing_if = "Option::is_none")]
    filing: Option<String>,
    /// The state's key.
    state: String,
    /// The state in words.
    state_title: String,
    /// What `If-Match` must say; also in the `ETag`.
    form_version: i64,
    /// Moves this person may make, or may see with the reason why not now.
    moves: Vec<Offer>,
}

/// A move.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Make {
    /// When it happened, where it is keyed in later; now if absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    occurred_at: Option<At>,
    /// The fields the move asks for, by the names of its form.
    #[serde(default)]
    #[schema(value_type = Object)]
    form: serde_json::Value,
}

async fn moves(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<ProcedureId>) -> Answer<Response> {
    let file = app.procedure_file(&actor, id).await?;
    let p = file.procedure;
    let tag = etag(u64::try_from(p.form_version).unwrap_or(0));
    let body = Moves {
        procedure: p.id.to_string(),
        kind: p.kind,
        case: file.case.map(|c| c.to_string()),
        filing: file.filing.map(|f| f.to_string()),
        state: p.state,
        state_title: p.state_title,
        form_version: p.form_version,
        moves: p.moves,
    };
    Ok(([(header::ETAG, tag)], Json(body)).into_response())
}

async fn make(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathIds(procedure, PathText(name)): PathIds<ProcedureId, PathText>,
    k: IdempotencyKey,
    IfMatch(seen): IfMatch,
    JsonBody(b): JsonBody<Make>,
) -> Answer<Json<Performed>> {
    // not of the key: the version. Who reads again and sends the same form again means the same.
    let k = key(&k, "move", &(procedure, &name, b.occurred_at, &b.form))?;
    let seen = Some(i64::try_from(seen).unwrap_or(i64::MAX));
    let cmd = Command { procedure, name, form: Given::Raw(b.form), occurred_at: b.occurred_at, seen, term: None };
    Ok(Json(app.perform(&actor, k, cmd).await?))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let readers = Access::Staff(READERS);
    t.add(
        Route::get("/api/office/v1/procedures/{id}/moves", "listMoves", readers, "现在可以办理的动作及其表单；不能办理的附原因")
            .path_param("id", "程序")
            .with_etag()
            .answers::<Moves>(200, "动作"),
        moves,
    );
    t.add(
        Route::post(
            "/api/office/v1/procedures/{id}/moves/{move}",
            "makeMove",
            Access::Staff("流程定义中该动作写明的岗位"),
            "办理一个动作；审批用 approval.approve、approval.reject、approval.withdraw",
        )
        .path_param("id", "程序")
        .path_param("move", "动作代码")
        .idempotent()
        .if_match()
        .reads::<Make>()
        .answers::<Performed>(200, "已办理"),
        make,
    );
}
