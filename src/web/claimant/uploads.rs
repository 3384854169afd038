//! Photos and papers from a telephone, in parts: what was sent before the line broke is not sent again.

use super::key;
use crate::app::App;
use crate::app::uploads::{NewUpload, UploadStatus};
use crate::base::id::{EvidenceId, FilingId, RowId};
use crate::web::auth::Mine;
use crate::web::extract::{IdempotencyKey, JsonBody, Octets, PathId, PathIds};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The largest part a request may carry; what the city configures below it is told in `partSize`.
const PART_LIMIT: usize = 8 * 1024 * 1024;

/// A file that is going to be sent.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BeginFile {
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

/// A file that is kept.
#[derive(Debug, Serialize, ToSchema)]
struct KeptFile {
    /// Its id: what `files` and `evidence` of other calls name.
    #[schema(value_type = String)]
    id: EvidenceId,
}

async fn begin(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathId(filing): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<BeginFile>,
) -> Answer<(StatusCode, Json<UploadStatus>)> {
    let k = key(&k, "worker.upload", &(filing, &b))?;
    let new = NewUpload { case: None, filing: Some(filing), kind: b.kind, name: b.name, size: b.size, sha256: b.sha256 };
    Ok((StatusCode::CREATED, Json(app.create_upload(&me.actor(), k, new).await?)))
}

async fn part(State(app): State<Arc<App>>, Mine(me): Mine, PathIds(id, n): PathIds<RowId, i32>, body: Octets) -> Answer<StatusCode> {
    app.put_part(&me.actor(), id, n, body.bytes.to_vec(), &body.sha256).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn status(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<RowId>) -> Answer<Json<UploadStatus>> {
    Ok(Json(app.upload_status(&me.actor(), id).await?))
}

async fn finish(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<RowId>, k: IdempotencyKey) -> Answer<Json<KeptFile>> {
    let k = key(&k, "worker.upload.finish", &id)?;
    Ok(Json(KeptFile { id: app.finish_upload(&me.actor(), k, id).await? }))
}

async fn abort(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<RowId>) -> Answer<StatusCode> {
    app.abort_upload(&me.actor(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(
        Route::post("/api/claimant/v1/filings/{id}/uploads", "beginFile", own, "开始上传一份材料（照片、考勤、欠条等）")
            .path_param("id", "登记")
            .idempotent()
            .reads::<BeginFile>()
            .problems(&[409])
            .answers::<UploadStatus>(201, "已开始；按 partSize 切分后逐片上传"),
        begin,
    );
    t.add(
        Route::put("/api/claimant/v1/uploads/{id}/parts/{n}", "putFilePart", own, "上传一片；顺序不限，可重复上传同一内容")
            .path_param("id", "上传")
            .path_param("n", "片号，从 1 起")
            .reads_octets(PART_LIMIT)
            .problems(&[409])
            .answers_plain(204, "已收到", None),
        part,
    );
    t.add(
        Route::get("/api/claimant/v1/uploads/{id}", "getFileUpload", own, "上传进度：已收到哪些片")
            .path_param("id", "上传")
            .answers::<UploadStatus>(200, "进度"),
        status,
    );
    t.add(
        Route::post("/api/claimant/v1/uploads/{id}/finish", "finishFile", own, "拼合、校验并存为材料；重复请求返回同一材料")
            .path_param("id", "上传")
            .idempotent()
            .problems(&[409, 413, 422])
            .answers::<KeptFile>(200, "材料编号"),
        finish,
    );
    t.add(
        Route::delete("/api/claimant/v1/uploads/{id}", "abortFile", own, "放弃上传")
            .path_param("id", "上传")
            .problems(&[409])
            .answers_plain(204, "已放弃", None),
        abort,
    );
}
