//! The statement sheet 笔录 of an oral complaint, and what officers heard in voice messages.

use super::{Created, READERS, key};
use crate::app::App;
use crate::app::oral::{SignStatement, StatementView, TranscriptView};
use crate::base::id::{EvidenceId, FilingId};
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What was heard.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Transcribe {
    /// The words, at most 8000 characters; kept sealed.
    text: String,
}

/// What was heard in a voice message.
#[derive(Debug, Serialize, ToSchema)]
struct Transcripts {
    /// The oldest first.
    transcripts: Vec<TranscriptView>,
}

async fn issue(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "filing.statement", &id)?;
    Ok((StatusCode::CREATED, Json(Created::of(app.statement_sheet(&actor, k, id).await?))))
}

async fn read(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<FilingId>) -> Answer<Json<StatementView>> {
    Ok(Json(app.statement(&actor, id).await?))
}

async fn sign(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<SignStatement>,
) -> Answer<StatusCode> {
    let k = key(&k, "filing.statement.sign", &(id, &b))?;
    app.sign_statement(&actor, k, id, &b).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn transcripts(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<EvidenceId>) -> Answer<Json<Transcripts>> {
    Ok(Json(Transcripts { transcripts: app.transcripts(&actor, id).await? }))
}

async fn transcribe(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<EvidenceId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Transcribe>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "evidence.transcribe", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Created::of(app.transcribe(&actor, k, id, &b.text).await?))))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let readers = Access::Staff(READERS);
    let desk = Access::Staff("受理、承办部门的受理员、承办员、大队长");
    t.add(
        Route::post("/api/office/v1/filings/{id}/statement", "issueStatement", desk, "出具口头投诉的笔录；已出具过的返回原件")
            .path_param("id", "登记")
            .idempotent()
            .answers::<Created>(201, "笔录文书编号")
            .problems(&[409]),
        issue,
    );
    t.add(
        Route::get("/api/office/v1/filings/{id}/statement", "getStatement", readers, "笔录是否已宣读、签名")
            .path_param("id", "登记")
            .answers::<StatementView>(200, "笔录"),
        read,
    );
    t.add(
        Route::post("/api/office/v1/filings/{id}/statement/signature", "signStatement", desk, "笔录已宣读并签名或按指印，附照片")
            .path_param("id", "登记")
            .idempotent()
            .reads::<SignStatement>()
            .answers_plain(204, "已记录", None)
            .problems(&[409]),
        sign,
    );
    t.add(
        Route::get("/api/office/v1/evidence/{id}/transcripts", "listTranscripts", readers, "语音材料的听写记录")
            .path_param("id", "材料")
            .answers::<Transcripts>(200, "听写记录"),
        transcripts,
    );
    t.add(
        Route::post("/api/office/v1/evidence/{id}/transcripts", "transcribe", readers, "听写一段语音材料")
            .path_param("id", "材料")
            .idempotent()
            .reads::<Transcribe>()
            .answers::<Created>(201, "听写编号")
            .problems(&[409]),
        transcribe,
    );
}
