//! Import of a clue file over the API. Long files are the command line's: a request has a time limit. A file read twice
//! adds nothing, so a request that was cut off is simply sent again.

use super::FILE_LIMIT;
use crate::app::App;
use crate::app::import::{self, File, Report};
use crate::base::Error;
use crate::domain::access::{Ability, DutyKind, may};
use crate::web::auth::By;
use crate::web::extract::Upload;
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What came of a file, with the rows that came back.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Imported {
    /// Counts and the reasons of rejected rows.
    report: Report,
    /// A workbook of the rejected rows with row, column and reason, in base64; absent when none came back. It holds what
    /// the file held, and is kept nowhere here.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejects_xlsx_base64: Option<String>,
}

async fn run(State(app): State<Arc<App>>, By(actor): By, mut upload: Upload) -> Answer<Json<Imported>> {
    let receiving = actor.bureaus(DutyKind::Desk).find(|b| may(&actor, Ability::Import, b)).map(str::to_owned);
    let receiving = receiving.ok_or(Error::Forbidden("import"))?;
    let profiles: Vec<&str> = app.city.clue_profiles().map(|p| p.key.as_str()).collect();
    let profile = upload.params.choice("profile", &profiles);
    let profile = upload.params.required("profile", profile);
    let file = upload.params.required("file", upload.file);
    upload.params.finish_strict()?;
    let (Some(profile), Some(file)) = (profile, file) else { return Err(Error::field("/file", "required", &[]).into()) };
    let work = move || {
        let f = File { profile: &profile, name: &file.name, bytes: &file.bytes, receiving: &receiving };
        import::import(&app, &actor, f, &mut |_| {})
    };
    let done = tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(format!("import: {e}")))?;
    let (report, workbook) = done?;
    Ok(Json(Imported { report, rejects_xlsx_base64: workbook.map(|w| STANDARD.encode(w)) }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    t.add(
        Route::post(
            "/api/office/v1/imports",
            "importFile",
            Access::Staff("受理员"),
            "导入线索文件：字段 profile 和 file；大文件请用命令行",
        )
        .reads_upload(FILE_LIMIT, &[("profile", "导入方案代码，见参考数据 profiles")])
        .answers::<Imported>(200, "导入结果；退回的行连同原因放在工作簿里"),
        run,
    );
}
