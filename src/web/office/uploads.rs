//! Files in parts: begin, send the parts in any order, finish. And the thumbnails of pictures.

use super::{READERS, key};
use crate::app::App;
use crate::app::uploads::{NewUpload, UploadStatus};
use crate::base::id::{CaseId, EvidenceId, FilingId};
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId};
use crate::web::uploads::{self, KeptFile, PART_LIMIT};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A file that is going to be sent.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BeginUpload {
    /// The case it belongs to.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    case: Option<CaseId>,
    /// Or the filing.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    filing: Option<FilingId>,
    /// A code of `reference.evidenceKinds`.
    kind: String,
    /// Its name as the person calls it.
    #[serde(default)]
    name: String,
    /// Bytes of the whole file.
    size: u64,
    /// SHA-256 of the whole file, 64 lower-case hexadecimal digits.
    sha256: String,
}

async fn begin(
    State(app): State<Arc<App>>,
    By(actor): By,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<BeginUpload>,
) -> Answer<(StatusCode, Json<UploadStatus>)> {
    let k = key(&k, "upload.begin", &b)?;
    let new = NewUpload { case: b.case, filing: b.filing, kind: b.kind, name: b.name, size: b.size, sha256: b.sha256 };
    Ok((StatusCode::CREATED, Json(app.create_upload(&actor, k, new).await?)))
}

async fn thumbnail(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<EvidenceId>) -> Answer<Response> {
    let bytes = app.evidence_thumbnail(&actor, id).await?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg"), (header::CONTENT_DISPOSITION, "inline")], bytes).into_response())
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let readers = Access::Staff(READERS);
    let own = Access::Staff("开始这次上传的本人");
    t.add(
        Route::post("/api/office/v1/uploads", "beginUpload", readers, "开始分片上传：说明归属、种类、大小和校验值")
            .idempotent()
            .reads::<BeginUpload>()
            .problems(&[409])
            .answers::<UploadStatus>(201, "已开始；按 partSize 切分后逐片上传"),
        begin,
    );
    t.add(
        Route::put("/api/office/v1/uploads/{id}/parts/{n}", "putUploadPart", own, "上传一片；顺序不限，可重复上传同一内容")
            .path_param("id", "上传")
            .path_param("n", "片号，从 1 起")
            .reads_octets(PART_LIMIT)
            .problems(&[409])
            .answers_plain(204, "已收到", None),
        uploads::part::<By>,
    );
    t.add(
        Route::get("/api/office/v1/uploads/{id}", "getUpload", own, "上传进度：已收到哪些片")
            .path_param("id", "上传")
            .answers::<UploadStatus>(200, "进度"),
        uploads::status::<By>,
    );
    t.add(
        Route::post("/api/office/v1/uploads/{id}/finish", "finishUpload", own, "拼合、校验并存为材料；重复请求返回同一材料")
            .path_param("id", "上传")
            .idempotent()
            .problems(&[409, 413, 422])
            .answers::<KeptFile>(200, "材料编号"),
        uploads::finish::<By>,
    );
    t.add(
        Route::delete("/api/office/v1/uploads/{id}", "abortUpload", own, "放弃上传")
            .path_param("id", "上传")
            .problems(&[409])
            .answers_plain(204, "已放弃", None),
        uploads::abort::<By>,
    );
    t.add(
        Route::get("/api/office/v1/evidence/{id}/thumbnail", "getEvidenceThumbnail", readers, "图片材料的缩略图")
            .path_param("id", "材料")
            .answers_plain(200, "缩略图", Some("image/jpeg")),
        thumbnail,
    );
}
