//! Files in parts, the same for every door.
//!
//! Owns the handlers. Never who may take part: the door's extractor says who asks, the use case whether they may.

use crate::app::App;
use crate::app::uploads::{NewUpload, UploadStatus};
use crate::base::id::{EvidenceId, FilingId, RowId};
use crate::web::Answer;
use crate::web::auth::Asks;
use crate::web::extract::{IdempotencyKey, JsonBody, Octets, PathId, PathIds, key};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The largest part a request may carry; what the city configures below it is told in `partSize`.
pub(super) const PART_LIMIT: usize = 8 * 1024 * 1024;

/// A file that is going to be sent.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BeginFile {
    /// What it is: `photo`, `attendance`, `wage_slip`, `contract`, `proof`, `statement`, `other`.
    kind: String,
    /// Its name as the person calls it.
    #[serde(default)]
    name: String,
    /// Bytes of the whole file.
    size: u64,
    /// SHA-256 of the whole file, 64 lower-case hexadecimal digits.
    sha256: String,
}

/// Begins one for a filing of the worker who asks.
pub(super) async fn begin<W: Asks>(
    State(app): State<Arc<App>>,
    who: W,
    PathId(filing): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<BeginFile>,
) -> Answer<(StatusCode, Json<UploadStatus>)> {
    let k = key(&k, "worker.upload", &(filing, &b))?;
    let new = NewUpload { case: None, filing: Some(filing), kind: b.kind, name: b.name, size: b.size, sha256: b.sha256 };
    Ok((StatusCode::CREATED, Json(app.create_upload(&who.actor(), k, new).await?)))
}

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
