//! What the worker is told, and whether a locked screen may say what it is about.

use crate::app::App;
use crate::app::addresses::WorkerNotice;
use crate::base::At;
use crate::base::id::{FilingId, NoticeId};
use crate::web::auth::Mine;
use crate::web::extract::{JsonBody, QueryParams};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// One notice.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OwnNotice {
    /// Its id.
    #[schema(value_type = String)]
    id: NoticeId,
    /// The filing it is about: the own one, or one looked after by a mandate.
    #[schema(value_type = Option<String>)]
    filing: Option<FilingId>,
    /// In words.
    text: String,
    /// When.
    #[schema(value_type = String)]
    at: At,
    /// When it was read.
    #[schema(value_type = Option<String>)]
    read_at: Option<At>,
}
impl From<WorkerNotice> for OwnNotice {
    fn from(n: WorkerNotice) -> Self {
        Self { id: n.id, filing: n.filing, text: n.text, at: n.at, read_at: n.read_at }
    }
}

/// A page of notices.
#[derive(Serialize, ToSchema)]
struct OwnNotices {
    /// The newest first; the next page begins before the last one's id.
    notices: Vec<OwnNotice>,
}

/// Notices that were read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnRead {
    /// Their ids; those of others are left alone.
    #[schema(value_type = Vec<String>)]
    ids: Vec<NoticeId>,
}

/// What a locked screen may say.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LockScreen {
    /// `true`: short messages say what they are about. `false`, as it is at first: only that there is something to read.
    plain_words: bool,
}

async fn list(State(app): State<Arc<App>>, Mine(me): Mine, QueryParams(mut q): QueryParams) -> Answer<Json<OwnNotices>> {
    let before = q.parsed::<NoticeId>("before", "not_an_id");
    q.finish_strict()?;
    let notices = app.worker_notices(&me, before).await?.into_iter().map(Into::into).collect();
    Ok(Json(OwnNotices { notices }))
}

async fn read(State(app): State<Arc<App>>, Mine(me): Mine, JsonBody(b): JsonBody<OwnRead>) -> Answer<StatusCode> {
    app.worker_read(&me, b.ids).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn screen(State(app): State<Arc<App>>, Mine(me): Mine) -> Answer<Json<LockScreen>> {
    Ok(Json(LockScreen { plain_words: app.plain_words(&me).await? }))
}

async fn set_screen(State(app): State<Arc<App>>, Mine(me): Mine, JsonBody(b): JsonBody<LockScreen>) -> Answer<StatusCode> {
    app.set_plain_words(&me, b.plain_words).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(
        Route::get("/api/claimant/v1/notices", "listOwnNotices", own, "本人收到的通知，新的在前")
            .query("before", "只看这条通知之前的")
            .answers::<OwnNotices>(200, "通知"),
        list,
    );
    t.add(
        Route::post("/api/claimant/v1/notices/read", "readOwnNotices", own, "标记通知为已读").reads::<OwnRead>().answers_plain(
            204,
            "已标记",
            None,
        ),
        read,
    );
    t.add(
        Route::get("/api/claimant/v1/notices/lock-screen", "getLockScreen", own, "短信是否写明事由（默认不写）")
            .answers::<LockScreen>(200, "选择"),
        screen,
    );
    t.add(
        Route::post("/api/claimant/v1/notices/lock-screen", "setLockScreen", own, "选择短信是否写明事由")
            .reads::<LockScreen>()
            .answers_plain(204, "已保存", None)
            .problems(&[409]),
        set_screen,
    );
}
