//! Log-in by a code to a telephone or by WeChat, devices, language.

use crate::app::App;
use crate::app::workers::{Me, Opened, SessionView};
use crate::base::id::SessionId;
use crate::base::text::Lang;
use crate::base::{At, Error};
use crate::web::auth::Mine;
use crate::web::extract::{JsonBody, PathId};
use crate::web::{Access, Answer, Failure, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Where a code is to go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskCode {
    /// A mobile telephone.
    phone: String,
}

/// A code is on its way.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CodeSent {
    /// Minutes it may be used.
    minutes: i64,
    /// The code itself: only where development shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    development_code: Option<String>,
}

/// Log-in by telephone. The name counts: many telephones of a site are shared.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PhoneLogIn {
    /// The telephone the code went to.
    phone: String,
    /// The code.
    code: String,
    /// The person's name.
    name: String,
    /// What the device calls itself.
    #[serde(default)]
    device: String,
    /// The number of a receipt of an own filing: on a telephone of several persons it opens what was filed before.
    #[serde(default)]
    number: String,
    /// The query code beside that number.
    #[serde(default)]
    secret: String,
}

/// Log-in by WeChat.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WechatLogIn {
    /// What `wx.login` gave.
    code: String,
    /// What the device calls itself.
    #[serde(default)]
    device: String,
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
struct WhoIAm {
    /// The name, masked; absent for a WeChat log-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The telephone, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// The language.
    lang: Lang,
    /// Several persons use this telephone: only what was filed in this session is seen, until a receipt of an own filing is
    /// shown (here with `number` and `secret`, or `POST /filings/adopt`).
    limited: bool,
}
impl From<&Me> for WhoIAm {
    fn from(me: &Me) -> Self {
        Self { name: me.name.clone(), phone: me.phone.clone(), lang: me.lang, limited: me.worker.limited }
    }
}

/// A session just opened.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct WorkerSession {
    /// The bearer token, shown once.
    token: String,
    /// When it ends at the latest.
    #[schema(value_type = String)]
    expires_at: At,
    /// Who.
    me: WhoIAm,
}
impl From<Opened> for WorkerSession {
    fn from(o: Opened) -> Self {
        Self { me: WhoIAm::from(&o.me), token: o.token, expires_at: o.expires_at }
    }
}

/// One device that is logged in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Device {
    /// The session's id.
    id: String,
    /// `wx` or `phone`.
    kind: String,
    /// What it calls itself.
    device: String,
    /// Opened.
    #[schema(value_type = String)]
    created_at: At,
    /// Last used.
    #[schema(value_type = String)]
    seen_at: At,
    /// The one of this request.
    current: bool,
}
impl From<SessionView> for Device {
    fn from(s: SessionView) -> Self {
        Self { id: s.id.to_string(), kind: s.kind, device: s.device, created_at: s.created_at, seen_at: s.seen_at, current: s.current }
    }
}

/// Devices that are logged in.
#[derive(Serialize, ToSchema)]
struct Devices {
    /// Newest first.
    devices: Vec<Device>,
}

/// The language to speak.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Speak {
    /// `zh` or `en`.
    lang: Lang,
}

fn lang(headers: &HeaderMap) -> Lang {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).map_or(Lang::Zh, Lang::of)
}

/// A wrong code is no conflict: nobody is logged in.
fn nobody(e: Error) -> Failure {
    match e {
        e @ Error::Refused(_) => Failure::from(e).answered(StatusCode::UNAUTHORIZED),
        e => e.into(),
    }
}

async fn code(State(app): State<Arc<App>>, JsonBody(b): JsonBody<AskCode>) -> Answer<(StatusCode, Json<CodeSent>)> {
    let development_code = app.send_code(&b.phone).await?;
    Ok((StatusCode::ACCEPTED, Json(CodeSent { minutes: app.config.workers.code_minutes, development_code })))
}

async fn by_phone(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(b): JsonBody<PhoneLogIn>,
) -> Answer<(StatusCode, Json<WorkerSession>)> {
    let receipt = (!b.number.trim().is_empty() || !b.secret.trim().is_empty()).then_some((b.number.as_str(), b.secret.as_str()));
    let done = app.log_in_by_phone(&b.phone, &b.code, &b.name, receipt, &b.device, lang(&headers)).await.map_err(nobody)?;
    Ok((StatusCode::CREATED, Json(done.into())))
}

async fn by_wechat(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(b): JsonBody<WechatLogIn>,
) -> Answer<(StatusCode, Json<WorkerSession>)> {
    let done = app.log_in_by_wechat(&b.code, &b.device, lang(&headers)).await.map_err(nobody)?;
    Ok((StatusCode::CREATED, Json(done.into())))
}

async fn current(Mine(me): Mine) -> Answer<Json<WhoIAm>> {
    Ok(Json(WhoIAm::from(&me)))
}

async fn log_out(State(app): State<Arc<App>>, Mine(me): Mine) -> Answer<StatusCode> {
    app.end_worker_session(&me.worker, me.worker.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn devices(State(app): State<Arc<App>>, Mine(me): Mine) -> Answer<Json<Devices>> {
    let devices = app.worker_sessions(&me.worker).await?.into_iter().map(Into::into).collect();
    Ok(Json(Devices { devices }))
}

async fn end(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<SessionId>) -> Answer<StatusCode> {
    app.end_worker_session(&me.worker, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn speak(State(app): State<Arc<App>>, Mine(me): Mine, JsonBody(b): JsonBody<Speak>) -> Answer<StatusCode> {
    app.set_language(&me.worker, b.lang).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(
        Route::post("/api/claimant/v1/codes", "sendCode", Access::Public, "发送登录验证码")
            .reads::<AskCode>()
            .answers::<CodeSent>(202, "已发送")
            .problems(&[429, 503]),
        code,
    );
    t.add(
        Route::post("/api/claimant/v1/session", "logInByPhone", Access::Public, "手机号、验证码和姓名登录")
            .reads::<PhoneLogIn>()
            .answers::<WorkerSession>(201, "已登录；令牌只显示这一次")
            .problems(&[401, 429]),
        by_phone,
    );
    t.add(
        Route::post("/api/claimant/v1/session/wechat", "logInByWechat", Access::Public, "微信小程序登录（wx.login 的 code）")
            .reads::<WechatLogIn>()
            .answers::<WorkerSession>(201, "已登录；令牌只显示这一次")
            .problems(&[401, 503]),
        by_wechat,
    );
    t.add(Route::get("/api/claimant/v1/session", "workerSession", own, "当前登录人").answers::<WhoIAm>(200, "登录人"), current);
    t.add(
        Route::delete("/api/claimant/v1/session", "workerLogOut", own, "退出登录").answers_plain(204, "已退出", None).problems(&[404]),
        log_out,
    );
    t.add(
        Route::post("/api/claimant/v1/session/language", "setLanguage", own, "选择语言：zh 或 en").reads::<Speak>().answers_plain(
            204,
            "已保存",
            None,
        ),
        speak,
    );
    t.add(Route::get("/api/claimant/v1/devices", "listDevices", own, "已登录的设备").answers::<Devices>(200, "设备"), devices);
    t.add(
        Route::delete("/api/claimant/v1/devices/{id}", "endDevice", own, "让一台设备退出登录")
            .path_param("id", "设备（登录会话）")
            .answers_plain(204, "已退出", None),
        end,
    );
}
