//! Drafts: what was typed survives a lost connection.

use crate::app::App;
use crate::app::claimant::DraftView;
use crate::base::At;
use crate::base::id::RowId;
use crate::web::auth::Mine;
use crate::web::extract::{JsonBody, PathId};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What was typed so far.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OwnDraft {
    /// Its id, chosen by the client.
    id: String,
    /// The client's own JSON.
    body: serde_json::Value,
    /// Last touched.
    #[schema(value_type = String)]
    updated_at: At,
}
impl From<DraftView> for OwnDraft {
    fn from(d: DraftView) -> Self {
        Self { id: d.id.to_string(), body: d.body, updated_at: d.updated_at }
    }
}

/// What was typed so far.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeepDraft {
    /// The client's own JSON, up to 64 KiB.
    body: serde_json::Value,
}

/// The own drafts.
#[derive(Serialize, ToSchema)]
struct OwnDrafts {
    /// The last touched first.
    drafts: Vec<OwnDraft>,
}

async fn drafts(State(app): State<Arc<App>>, Mine(me): Mine) -> Answer<Json<OwnDrafts>> {
    Ok(Json(OwnDrafts { drafts: app.drafts(&me).await?.into_iter().map(Into::into).collect() }))
}

async fn keep(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathId(id): PathId<RowId>,
    JsonBody(b): JsonBody<KeepDraft>,
) -> Answer<StatusCode> {
    let new = app.keep_draft(&me, id, &b.body).await?;
    Ok(if new { StatusCode::CREATED } else { StatusCode::NO_CONTENT })
}

async fn throw(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<RowId>) -> Answer<StatusCode> {
    app.drop_draft(&me, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(Route::get("/api/claimant/v1/drafts", "listDrafts", own, "我的草稿").answers::<OwnDrafts>(200, "草稿"), drafts);
    t.add(
        Route::put("/api/claimant/v1/drafts/{id}", "keepDraft", own, "保存草稿；编号由客户端生成（UUID）")
            .path_param("id", "草稿")
            .reads::<KeepDraft>()
            .answers_plain(201, "已新建", None)
            .answers_plain(204, "已保存", None)
            .problems(&[409]),
        keep,
    );
    t.add(
        Route::delete("/api/claimant/v1/drafts/{id}", "dropDraft", own, "删除草稿").path_param("id", "草稿").answers_plain(
            204,
            "已删除",
            None,
        ),
        throw,
    );
}
