//! What left the house of notices, sending dead letters again, and where staff are reached 寄送与联系方式.

use super::key;
use crate::app::App;
use crate::app::addresses::{Address, AddressView};
use crate::app::outbox::{LetterLine, Resend, TallyLine};
use crate::base::id::{AccountId, RowId};
use crate::store::letters::Wanted;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "letters";

/// A page of letters.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LetterPage {
    /// The newest first.
    items: Vec<LetterLine>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// How many letters stand how.
#[derive(Debug, Serialize, ToSchema)]
struct Tally {
    /// By channel, state and the class of the last attempt.
    letters: Vec<TallyLine>,
}

/// How many are sent again.
#[derive(Debug, Serialize, ToSchema)]
struct Resent {
    /// Pending again.
    resent: usize,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<LetterPage>> {
    let w = Wanted {
        state: q.choice("state", &["pending", "sent", "dead", "void"]),
        channel: q.choice("channel", &["mail", "sms", "wechat"]),
        template: q.text("template", 60),
        ..Wanted::default()
    };
    let limit = q.int("limit", 1, 100).unwrap_or(50);
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let before = cursor.map(|c| cursor_decode::<RowId>(CURSOR, &c)).transpose()?;
    let items = app.letters(&actor, w, before, limit).await?;
    let full = i64::try_from(items.len()).unwrap_or(0) == limit;
    let next_cursor = items.last().filter(|_| full).map(|l| cursor_encode(CURSOR, &l.id)).transpose()?;
    Ok(Json(LetterPage { items, next_cursor }))
}

async fn tally(State(app): State<Arc<App>>, By(actor): By) -> Answer<Json<Tally>> {
    Ok(Json(Tally { letters: app.letters_tally(&actor).await? }))
}

async fn resend(State(app): State<Arc<App>>, By(actor): By, k: IdempotencyKey, JsonBody(b): JsonBody<Resend>) -> Answer<Json<Resent>> {
    let k = key(&k, "letters.resend", &b)?;
    Ok(Json(Resent { resent: app.resend_letters(&actor, k, b).await? }))
}

async fn address(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<AccountId>) -> Answer<Json<AddressView>> {
    Ok(Json(app.address(&actor, id).await?))
}

async fn set_address(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<AccountId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Address>,
) -> Answer<StatusCode> {
    let k = key(&k, "account.address", &(id, &b))?;
    app.set_address(&actor, k, id, b).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let system = Access::Staff("系统管理员");
    let own = Access::Staff("本人，或系统管理员");
    t.add(
        Route::get(
            "/api/office/v1/outbox",
            "outbox",
            system,
            "通知的寄送（邮件、短信、微信），新的在前，含每次尝试；待发和已放弃的全部列出，其余列近三十天；不含收件人和案情",
        )
        .query("state", "pending 待发、sent 已发、dead 已放弃、void 无需发")
        .query("channel", "mail、sms、wechat")
        .query("template", "通知模板")
        .query("limit", "每页条数，1 至 100，默认 50")
        .query("cursor", "上一页的 nextCursor")
        .answers::<LetterPage>(200, "一页寄送"),
        list,
    );
    t.add(Route::get("/api/office/v1/outbox/tally", "outboxTally", system, "近三十天寄送的数量").answers::<Tally>(200, "数量"), tally);
    t.add(
        Route::post(
            "/api/office/v1/outbox/resend",
            "resendLetters",
            system,
            "重发已放弃的：指定的，或按渠道、模板筛出的全部（一次最多一千封）",
        )
        .idempotent()
        .reads::<Resend>()
        .answers::<Resent>(200, "重新排队的数量")
        .problems(&[409]),
        resend,
    );
    t.add(
        Route::get("/api/office/v1/accounts/{id}/address", "getAddress", own, "在系统外如何联系到一名工作人员（只显示掩码）")
            .path_param("id", "账号")
            .answers::<AddressView>(200, "联系方式"),
        address,
    );
    t.add(
        Route::post("/api/office/v1/accounts/{id}/address", "setAddress", own, "设定接收通知的邮箱和手机号；留空则不在系统外通知")
            .path_param("id", "账号")
            .idempotent()
            .reads::<Address>()
            .answers_plain(204, "已保存", None),
        set_address,
    );
}
