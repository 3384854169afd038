//! Photos in parts, for the script of these pages: the same requests as `/api/claimant/v1`, asked with the page's session.
//!
//! Owns the addresses. The handlers are [`crate::web::uploads`]'s, what may be kept is `app::uploads`'s. Without script photos go with the
//! form.

use super::Own;
use crate::app::App;
use crate::app::uploads::UploadStatus;
use crate::web::uploads::{self, BeginFile, KeptFile, PART_LIMIT};
use crate::web::{Access, Route, Table};
use std::sync::Arc;

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(
        Route::post("/h5/filings/{id}/uploads", "h5_begin_file", own, "开始分片上传一张照片")
            .idempotent()
            .reads::<BeginFile>()
            .problems(&[409])
            .answers::<UploadStatus>(201, "已开始"),
        uploads::begin::<Own>,
    );
    t.add(
        Route::put("/h5/uploads/{id}/parts/{n}", "h5_file_part", own, "上传一片").reads_octets(PART_LIMIT).problems(&[409]).answers_plain(
            204,
            "已收到",
            None,
        ),
        uploads::part::<Own>,
    );
    t.add(
        Route::get("/h5/uploads/{id}", "h5_file_status", own, "已收到哪些片").answers::<UploadStatus>(200, "进度"),
        uploads::status::<Own>,
    );
    t.add(
        Route::post("/h5/uploads/{id}/finish", "h5_finish_file", own, "拼合、校验并存为材料")
            .idempotent()
            .problems(&[409, 413, 422])
            .answers::<KeptFile>(200, "材料编号"),
        uploads::finish::<Own>,
    );
}
