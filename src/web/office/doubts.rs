//! Doubts about a complaint, and what was missed in earlier filings of the same person.

use super::{Created, READERS, key};
use crate::app::App;
use crate::app::doubts::{DoubtView, EarlierFiling};
use crate::base::id::{EvidenceId, FilingId, RowId};
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A doubt with its evidence.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoteDoubt {
    /// What is doubted and why, 4 to 1000 characters; kept sealed.
    note: String,
    /// A file of this filing or its case.
    #[schema(value_type = String)]
    evidence: EvidenceId,
}

/// What the second person says.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecideDoubt {
    /// The doubt is well founded; otherwise it is dismissed. Either way the filing stays as it is.
    confirm: bool,
    /// Why, 4 to 1000 characters; kept sealed.
    note: String,
}

/// Doubts about a filing.
#[derive(Debug, Serialize, ToSchema)]
struct Doubts {
    /// The oldest first.
    doubts: Vec<DoubtView>,
}

/// Earlier filings of the same person about the same respondent.
#[derive(Debug, Serialize, ToSchema)]
struct Earlier {
    /// The newest first.
    filings: Vec<EarlierFiling>,
}

/// The filing a doubt was about.
#[derive(Debug, Serialize, ToSchema)]
struct DoubtDecided {
    /// Its id.
    #[schema(value_type = String)]
    filing: FilingId,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<FilingId>) -> Answer<Json<Doubts>> {
    Ok(Json(Doubts { doubts: app.doubts(&actor, id).await? }))
}

async fn note(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NoteDoubt>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "filing.doubt", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Created::of(app.doubt(&actor, k, id, b.evidence, &b.note).await?))))
}

async fn decide(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<DecideDoubt>,
) -> Answer<Json<DoubtDecided>> {
    let k = key(&k, "doubt.decide", &(id, &b))?;
    Ok(Json(DoubtDecided { filing: app.decide_doubt(&actor, k, id, b.confirm, &b.note).await? }))
}

async fn earlier(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<FilingId>) -> Answer<Json<Earlier>> {
    Ok(Json(Earlier { filings: app.earlier_filings(&actor, id).await? }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let readers = Access::Staff(READERS);
    t.add(
        Route::get("/api/office/v1/filings/{id}/doubts", "listDoubts", readers, "对登记的存疑记录")
            .path_param("id", "登记")
            .answers::<Doubts>(200, "存疑记录"),
        list,
    );
    t.add(
        Route::post("/api/office/v1/filings/{id}/doubts", "noteDoubt", readers, "记录存疑，须附材料；不影响登记的办理")
            .path_param("id", "登记")
            .idempotent()
            .reads::<NoteDoubt>()
            .answers::<Created>(201, "存疑编号"),
        note,
    );
    t.add(
        Route::post("/api/office/v1/doubts/{id}/decide", "decideDoubt", readers, "由第二人核定存疑：成立或不成立")
            .path_param("id", "存疑")
            .idempotent()
            .reads::<DecideDoubt>()
            .answers::<DoubtDecided>(200, "已核定")
            .problems(&[409]),
        decide,
    );
    t.add(
        Route::get(
            "/api/office/v1/filings/{id}/earlier",
            "earlierFilings",
            Access::Staff("督办、大队长、局领导"),
            "同一人对同一单位先前的登记，以及我们错过的期限",
        )
        .path_param("id", "登记")
        .answers::<Earlier>(200, "先前的登记"),
        earlier,
    );
}
