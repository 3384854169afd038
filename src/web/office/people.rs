//! Accounts, duties and absences 账号、岗位、请假.

use super::{Created, key};
use crate::app::App;
use crate::app::roster::{AbsenceAsked, AccountView, Colleague, NewPerson};
use crate::base::At;
use crate::base::id::{AccountId, RowId};
use crate::domain::access::{Duty, DutyKind};
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, PathIds, PathText, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "accounts";

/// A page of accounts by log-in name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AccountPage {
    /// Accounts.
    items: Vec<AccountView>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A duty to give.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GiveDuty {
    /// What.
    duty: DutyKind,
    /// In which bureau: its code.
    bureau: String,
    /// Over which area: its code.
    area: String,
}
impl From<GiveDuty> for Duty {
    fn from(d: GiveDuty) -> Self {
        Self { kind: d.duty, bureau: d.bureau, area: d.area, for_account: None }
    }
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Employ {
    /// Log-in name: 2 to 40 letters, digits, dot, dash, underscore.
    login: String,
    /// The person's name.
    name: String,
    /// The first password; the person must change it at the first log-in.
    password: String,
    /// Duties given at once.
    #[serde(default)]
    duties: Vec<GiveDuty>,
}

/// A new first password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetPassword {
    /// The password; the person must change it at the next log-in.
    password: String,
}

/// An absence.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Absent {
    /// Who stands in: an account of the same bureau.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    delegate: Option<AccountId>,
    /// From when.
    #[schema(value_type = String)]
    from: At,
    /// Until when.
    #[schema(value_type = String)]
    until: At,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// Handling officers of a bureau.
#[derive(Debug, Serialize, ToSchema)]
struct Handlers {
    /// By log-in name.
    handlers: Vec<Colleague>,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<AccountPage>> {
    let limit = q.int("limit", 1, 100).unwrap_or(50);
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<String>(CURSOR, &c)).transpose()?.unwrap_or_default();
    let items = app.accounts(&actor, &after, limit).await?;
    let full = i64::try_from(items.len()).unwrap_or(0) == limit;
    let next_cursor = items.last().filter(|_| full).map(|a| cursor_encode(CURSOR, &a.login)).transpose()?;
    Ok(Json(AccountPage { items, next_cursor }))
}

async fn employ(
    State(app): State<Arc<App>>,
    By(actor): By,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Employ>,
) -> Answer<(StatusCode, Json<Created>)> {
    // not of the key: the password, of which not even a fast hash may be kept
    let k = key(&k, "account.create", &(&b.login, &b.name, &b.duties))?;
    let new = NewPerson { login: b.login, name: b.name, password: b.password, duties: b.duties.into_iter().map(Into::into).collect() };
    Ok((StatusCode::CREATED, Json(Created::of(app.employ(&actor, k, new).await?))))
}

async fn reset(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<AccountId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<ResetPassword>,
) -> Answer<StatusCode> {
    let k = key(&k, "account.password", &id)?;
    app.reset_password(&actor, k, id, b.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn give(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<AccountId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<GiveDuty>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "duty.give", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Created::of(app.give_duty(&actor, k, id, b.into()).await?))))
}

async fn end(State(app): State<Arc<App>>, By(actor): By, PathIds(id, duty): PathIds<AccountId, RowId>) -> Answer<StatusCode> {
    app.end_duty(&actor, id, duty).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn disable(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<AccountId>, k: IdempotencyKey) -> Answer<StatusCode> {
    app.set_active(&actor, key(&k, "account.disable", &id)?, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn enable(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<AccountId>, k: IdempotencyKey) -> Answer<StatusCode> {
    app.set_active(&actor, key(&k, "account.enable", &id)?, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn absence(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<AccountId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Absent>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "absence", &(id, &b))?;
    let asked = AbsenceAsked { delegate: b.delegate, from: b.from, until: b.until, reason: b.reason };
    Ok((StatusCode::CREATED, Json(Created::of(app.record_absence(&actor, k, id, asked).await?))))
}

async fn present(State(app): State<Arc<App>>, By(actor): By, PathIds(id, absence): PathIds<AccountId, RowId>) -> Answer<StatusCode> {
    app.cancel_absence(&actor, id, absence).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn handlers(State(app): State<Arc<App>>, By(actor): By, PathId(PathText(code)): PathId<PathText>) -> Answer<Json<Handlers>> {
    Ok(Json(Handlers { handlers: app.bureau_handlers(&actor, &code).await? }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let admin = Access::Staff("安全管理员");
    let near = Access::Staff("本人；或其部门的大队长、局领导；安全管理员");
    t.add(
        Route::get("/api/office/v1/accounts", "listAccounts", admin, "账号和岗位，按登录名")
            .query("limit", "每页条数，1 至 100，默认 50")
            .query("cursor", "上一页的 nextCursor")
            .answers::<AccountPage>(200, "一页账号"),
        list,
    );
    t.add(
        Route::post("/api/office/v1/accounts", "createAccount", admin, "新建账号；首次登录须修改密码")
            .idempotent()
            .reads::<Employ>()
            .answers::<Created>(201, "账号编号"),
        employ,
    );
    t.add(
        Route::post("/api/office/v1/accounts/{id}/duties", "giveDuty", admin, "授予岗位；不能授予本人")
            .path_param("id", "账号")
            .idempotent()
            .reads::<GiveDuty>()
            .answers::<Created>(201, "岗位编号"),
        give,
    );
    t.add(
        Route::delete("/api/office/v1/accounts/{id}/duties/{duty}", "endDuty", admin, "终止岗位")
            .path_param("id", "账号")
            .path_param("duty", "岗位编号")
            .answers_plain(204, "已终止", None),
        end,
    );
    t.add(
        Route::post("/api/office/v1/accounts/{id}/disable", "disableAccount", admin, "停用账号，其会话同时结束")
            .path_param("id", "账号")
            .idempotent()
            .answers_plain(204, "已停用", None),
        disable,
    );
    t.add(
        Route::post("/api/office/v1/accounts/{id}/enable", "enableAccount", admin, "恢复账号并解除锁定")
            .path_param("id", "账号")
            .idempotent()
            .answers_plain(204, "已恢复", None),
        enable,
    );
    t.add(
        Route::post("/api/office/v1/accounts/{id}/password", "resetPassword", admin, "重设首次登录密码，其会话同时结束；不能重设本人")
            .path_param("id", "账号")
            .idempotent()
            .reads::<ResetPassword>()
            .answers_plain(204, "已重设", None),
        reset,
    );
    t.add(
        Route::post("/api/office/v1/accounts/{id}/absences", "recordAbsence", near, "登记请假和代班人")
            .path_param("id", "账号")
            .idempotent()
            .reads::<Absent>()
            .answers::<Created>(201, "请假编号"),
        absence,
    );
    t.add(
        Route::delete("/api/office/v1/accounts/{id}/absences/{absence}", "cancelAbsence", near, "撤销请假；已结束的不能撤销")
            .path_param("id", "账号")
            .path_param("absence", "请假编号")
            .answers_plain(204, "已撤销", None),
        present,
    );
    t.add(
        Route::get(
            "/api/office/v1/bureaus/{code}/handlers",
            "listHandlers",
            Access::Staff("该部门人员、辖区督办员、市局人员"),
            "部门的承办员，供指派时选择",
        )
        .path_param("code", "部门代码")
        .answers::<Handlers>(200, "承办员"),
        handlers,
    );
}
