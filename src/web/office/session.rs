//! Log-in, the own sessions and the own password.

use crate::app::App;
use crate::app::people::LoggedIn;
use crate::app::roster::DutyView;
use crate::base::id::SessionId;
use crate::base::{At, Error, FieldError};
use crate::domain::access::{Actor, Staff};
use crate::web::auth::By;
use crate::web::extract::{JsonBody, PathId};
use crate::web::{Access, Answer, Failure, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Name and password, and the code of the second factor where one is set up.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LogIn {
    /// The log-in name.
    login: String,
    /// The password.
    password: String,
    /// Six digits of the authenticator, or a recovery code. Left out, the answer to a right password is 401 `second_factor_required` where one is
    /// set up, and `second_factor_setup` where a duty asks for one that is not.
    #[serde(default)]
    code: Option<String>,
}

/// Who is logged in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Person {
    /// The account.
    account: String,
    /// The name.
    name: String,
    /// The password must be changed before anything else.
    must_change_password: bool,
    /// Own duties and those held for someone absent.
    duties: Vec<DutyView>,
    /// The tabs of the inbox this person has, the natural one first.
    tabs: Vec<crate::app::inbox::Tab>,
}
impl Person {
    fn of(app: &App, staff: &Staff) -> Self {
        Self {
            account: staff.account.to_string(),
            name: staff.name.clone(),
            must_change_password: staff.must_change,
            duties: app.duty_views(&staff.duties),
            tabs: app.tabs(&Actor::Staff(staff.clone())),
        }
    }
}

/// A session just opened; the token is shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Opened {
    /// Goes behind `Authorization: Bearer`.
    token: String,
    /// When it ends at the latest.
    #[schema(value_type = String)]
    expires_at: At,
    /// Who.
    person: Person,
}

impl Opened {
    fn of(app: &App, done: LoggedIn) -> Self {
        let person = Person::of(app, &done.staff);
        Self { token: done.token, expires_at: done.expires_at, person }
    }
}

/// One of the own sessions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OwnSession {
    /// Its id.
    id: String,
    /// `api` or `console`.
    kind: String,
    /// What the client called itself.
    agent: String,
    /// Opened.
    #[schema(value_type = String)]
    created_at: At,
    /// Last used.
    #[schema(value_type = String)]
    seen_at: At,
    /// Ends at the latest.
    #[schema(value_type = String)]
    expires_at: At,
    /// The one this request came with.
    current: bool,
}

/// The own sessions.
#[derive(Debug, Serialize, ToSchema)]
struct OwnSessions {
    /// Newest first.
    sessions: Vec<OwnSession>,
}

/// A change of the own password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ChangePassword {
    /// The password in use.
    old_password: String,
    /// The new one.
    new_password: String,
}

fn staff(actor: &Actor) -> Result<&Staff, Error> {
    match actor {
        Actor::Staff(s) => Ok(s),
        _ => Err(Error::Unauthenticated),
    }
}

async fn log_in(State(app): State<Arc<App>>, headers: HeaderMap, JsonBody(b): JsonBody<LogIn>) -> Answer<(StatusCode, Json<Opened>)> {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let done = app.log_in(&b.login, &b.password, "api", agent, b.code.as_deref()).await.map_err(|e| match e {
        // wrong name, wrong password and a locked account are no conflict: nobody is logged in
        e @ Error::Refused(_) => Failure::from(e).answered(StatusCode::UNAUTHORIZED),
        e => e.into(),
    })?;
    Ok((StatusCode::CREATED, Json(Opened::of(&app, done))))
}

async fn current(State(app): State<Arc<App>>, By(actor): By) -> Answer<Json<Person>> {
    Ok(Json(Person::of(&app, staff(&actor)?)))
}

async fn log_out(State(app): State<Arc<App>>, By(actor): By) -> Answer<StatusCode> {
    let session = staff(&actor)?.session.ok_or(Error::Unauthenticated)?;
    app.end_session(&actor, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list(State(app): State<Arc<App>>, By(actor): By) -> Answer<Json<OwnSessions>> {
    let mine = staff(&actor)?.session;
    let all = app.sessions(&actor).await?;
    let sessions = all
        .into_iter()
        .map(|s| OwnSession {
            id: s.id.to_string(),
            kind: s.kind,
            agent: s.agent,
            created_at: s.created_at,
            seen_at: s.seen_at,
            expires_at: s.expires_at,
            current: Some(s.id) == mine,
        })
        .collect();
    Ok(Json(OwnSessions { sessions }))
}

async fn end(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<SessionId>) -> Answer<StatusCode> {
    app.end_session(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn password(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<ChangePassword>) -> Answer<Json<Opened>> {
    let done = app.change_password(&actor, &b.old_password, &b.new_password).await.map_err(|e| match e {
        // the house rule of passwords names its own field: here it is the new one
        Error::Invalid(found) => Error::Invalid(found.into_iter().map(renamed).collect()),
        e => e,
    })?;
    Ok(Json(Opened::of(&app, done)))
}
fn renamed(f: FieldError) -> FieldError {
    if f.pointer == "/password" { FieldError { pointer: "/newPassword".to_owned(), ..f } } else { f }
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let any = Access::Staff("任何岗位");
    t.add(
        Route::post("/api/office/v1/session", "logIn", Access::Public, "登录，得到令牌")
            .reads::<LogIn>()
            .answers::<Opened>(201, "已登录；令牌只显示这一次")
            .problems(&[401]),
        log_in,
    );
    t.add(Route::get("/api/office/v1/session", "currentSession", any, "当前登录人及其岗位").answers::<Person>(200, "登录人"), current);
    t.add(Route::delete("/api/office/v1/session", "logOut", any, "退出登录").answers_plain(204, "已退出", None).problems(&[404]), log_out);
    t.add(Route::get("/api/office/v1/sessions", "listSessions", any, "本人的登录会话").answers::<OwnSessions>(200, "会话"), list);
    t.add(
        Route::delete("/api/office/v1/sessions/{id}", "endSession", any, "结束本人的一个登录会话").path_param("id", "会话").answers_plain(
            204,
            "已结束",
            None,
        ),
        end,
    );
    t.add(
        Route::post("/api/office/v1/session/password", "changePassword", any, "修改本人密码；全部会话结束，换发新令牌")
            .reads::<ChangePassword>()
            .answers::<Opened>(200, "已修改；新令牌只显示这一次"),
        password,
    );
}
