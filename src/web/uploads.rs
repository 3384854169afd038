//! Files in parts, the same for every door: the steps after the beginning.
//!
//! Owns the handlers. Never who may take part: the door's extractor says who asks, the use case whether they may.

use crate::app::App;
use crate::app::uploads::UploadStatus;
use crate::base::id::{EvidenceId, RowId};
use crate::web::Answer;
use crate::web::auth::Asks;
use crate::web::extract::{IdempotencyKey, Octets, PathId, PathIds, key};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The largest part a request may carry; what the city configures below it is told in `partSize`.
pub(super) const PART_LIMIT: usize = 8 * 1024 * 1024;

/// A file that is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeptFile {
    /// Its id: what `files` and `evidence` of other calls name.
    #[schema(value_type = String)]
    id: EvidenceId,
}

pub(super) async fn part<W: Asks>(
    State(app): State<Arc<App>>,
    who: W,
    PathIds(id, n): PathIds<RowId, i32>,
    body: Octets,
) -> Answer<StatusCode> {
    app.put_part(&who.actor(), id, n, body.bytes.to_vec(), &body.sha256).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn status<W: Asks>(State(app): State<Arc<App>>, who: W, PathId(id): PathId<RowId>) -> Answer<Json<UploadStatus>> {
    Ok(Json(app.upload_status(&who.actor(), id).await?))
}

pub(super) async fn finish<W: Asks>(
    State(app): State<Arc<App>>,
    who: W,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
) -> Answer<Json<KeptFile>> {
    let k = key(&k, "upload.finish", &id)?;
    Ok(Json(KeptFile { id: app.finish_upload(&who.actor(), k, id).await? }))
}

pub(super) async fn abort<W: Asks>(State(app): State<Arc<App>>, who: W, PathId(id): PathId<RowId>) -> Answer<StatusCode> {
    app.abort_upload(&who.actor(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
