//! Photos and papers from a telephone, in parts: what was sent before the line broke is not sent again.

use crate::app::App;
use crate::app::uploads::UploadStatus;
use crate::web::auth::Mine;
use crate::web::uploads::{self, BeginFile, KeptFile, PART_LIMIT};
use crate::web::{Access, Route, Table};
use std::sync::Arc;

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
        uploads::begin::<Mine>,
    );
    t.add(
        Route::put("/api/claimant/v1/uploads/{id}/parts/{n}", "putFilePart", own, "上传一片；顺序不限，可重复上传同一内容")
            .path_param("id", "上传")
            .path_param("n", "片号，从 1 起")
            .reads_octets(PART_LIMIT)
            .problems(&[409])
            .answers_plain(204, "已收到", None),
        uploads::part::<Mine>,
    );
    t.add(
        Route::get("/api/claimant/v1/uploads/{id}", "getFileUpload", own, "上传进度：已收到哪些片")
            .path_param("id", "上传")
            .answers::<UploadStatus>(200, "进度"),
        uploads::status::<Mine>,
    );
    t.add(
        Route::post("/api/claimant/v1/uploads/{id}/finish", "finishFile", own, "拼合、校验并存为材料；重复请求返回同一材料")
            .path_param("id", "上传")
            .idempotent()
            .problems(&[409, 413, 422])
            .answers::<KeptFile>(200, "材料编号"),
        uploads::finish::<Mine>,
    );
    t.add(
        Route::delete("/api/claimant/v1/uploads/{id}", "abortFile", own, "放弃上传")
            .path_param("id", "上传")
            .problems(&[409])
            .answers_plain(204, "已放弃", None),
        uploads::abort::<Mine>,
    );
}
