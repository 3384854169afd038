//! Draws and callbacks: the stages of a draw for whoever supervises, calls for the desk of another unit.

use super::{Created, key};
use crate::app::App;
use crate::app::draws::calls::{Answer as Said, CallView};
use crate::app::draws::{Announce, DrawView, PublicValue};
use crate::base::Day;
use crate::base::id::RowId;
use crate::domain::sampling::By as Strata;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, QueryParams};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A draw to announce.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AnnounceDraw {
    /// The area's code; everything below it too.
    area: String,
    /// The first day of the period,
    #[schema(value_type = String)]
    from: Day,
    /// and its last.
    #[schema(value_type = String)]
    to: Day,
    /// Rows of a thousand; by the rules if absent.
    #[serde(default)]
    per_mille: Option<u32>,
    /// What makes a stratum; everything if empty.
    #[serde(default)]
    strata: Vec<Strata>,
    /// Which public value will be mixed in.
    public_plan: String,
}

/// Why a draw is given up.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AbandonDraw {
    /// Published with every other draw of the same files.
    reason: String,
}

/// Draws.
#[derive(Debug, Serialize, ToSchema)]
struct Draws {
    /// The newest first.
    draws: Vec<DrawView>,
}

/// Calls to make.
#[derive(Debug, Serialize, ToSchema)]
struct Calls {
    /// The most urgent first.
    calls: Vec<CallView>,
}

/// A try that reached nobody.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallTried {
    /// A code of `draw_try`.
    result: String,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, QueryParams(q): QueryParams) -> Answer<Json<Draws>> {
    q.finish_strict()?;
    Ok(Json(Draws { draws: app.draws(&actor).await? }))
}

async fn announce(
    State(app): State<Arc<App>>,
    By(actor): By,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<AnnounceDraw>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "draw.announce", &b)?;
    let AnnounceDraw { area, from, to, per_mille, strata, public_plan } = b;
    let id = app.announce_draw(&actor, k, Announce { area, from, to, per_mille, strata, public_plan }).await?;
    Ok((StatusCode::CREATED, Json(Created::of(id))))
}

async fn one(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<RowId>) -> Answer<Json<DrawView>> {
    Ok(Json(app.draw(&actor, id).await?))
}

async fn freeze(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<RowId>, k: IdempotencyKey) -> Answer<Json<DrawView>> {
    let id = app.freeze_draw(&actor, key(&k, "draw.freeze", &id)?, id).await?;
    Ok(Json(app.draw(&actor, id).await?))
}

async fn run(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<PublicValue>,
) -> Answer<Json<DrawView>> {
    let id = app.run_draw(&actor, key(&k, "draw.run", &(id, &b))?, id, b).await?;
    Ok(Json(app.draw(&actor, id).await?))
}

async fn close(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<RowId>, k: IdempotencyKey) -> Answer<Json<DrawView>> {
    let id = app.close_draw(&actor, key(&k, "draw.close", &id)?, id).await?;
    Ok(Json(app.draw(&actor, id).await?))
}

async fn abandon(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<AbandonDraw>,
) -> Answer<Json<DrawView>> {
    let id = app.abandon_draw(&actor, key(&k, "draw.abandon", &(id, &b))?, id, &b.reason).await?;
    Ok(Json(app.draw(&actor, id).await?))
}

async fn publication(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<RowId>) -> Answer<Response> {
    let p = app.publish_draw(&actor, id).await?;
    let headers = [(CONTENT_TYPE, "application/json"), (CONTENT_DISPOSITION, "attachment; filename=\"draw.json\"")];
    Ok((headers, Json(p)).into_response())
}

async fn calls(State(app): State<Arc<App>>, By(actor): By, QueryParams(q): QueryParams) -> Answer<Json<Calls>> {
    q.finish_strict()?;
    Ok(Json(Calls { calls: app.calls(&actor).await? }))
}

async fn sheet(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<RowId>, k: IdempotencyKey) -> Answer<Json<CallView>> {
    Ok(Json(app.call(&actor, key(&k, "call.sheet", &id)?, id).await?))
}

async fn tried(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<CallTried>,
) -> Answer<Json<Created>> {
    let k = key(&k, "call.tried", &(id, &b))?;
    Ok(Json(Created::of(app.call_tried(&actor, k, id, &b.result).await?)))
}

async fn answered(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Said>,
) -> Answer<Json<Created>> {
    let k = key(&k, "call.answered", &(id, &b))?;
    Ok(Json(Created::of(app.call_answered(&actor, k, id, b).await?)))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let boss = Access::Staff("督办，所辖区划");
    let desk = Access::Staff("受理，非承办部门");
    t.add(Route::get("/api/office/v1/draws", "listDraws", boss, "抽查回访的抽取").answers::<Draws>(200, "抽取"), list);
    t.add(
        Route::post("/api/office/v1/draws", "announceDraw", boss, "公布一次抽取：密值的哈希先于名册冻结")
            .idempotent()
            .reads::<AnnounceDraw>()
            .answers::<Created>(201, "已公布"),
        announce,
    );
    let id = |r: Route| r.path_param("id", "抽取");
    t.add(id(Route::get("/api/office/v1/draws/{id}", "readDraw", boss, "一次抽取，各层进度与区间")).answers::<DrawView>(200, "抽取"), one);
    t.add(
        id(Route::post("/api/office/v1/draws/{id}/freeze", "freezeDraw", boss, "冻结名册")).idempotent().answers::<DrawView>(200, "抽取"),
        freeze,
    );
    t.add(
        id(Route::post("/api/office/v1/draws/{id}/run", "runDraw", boss, "录入冻结之后产生的公开数值并抽取"))
            .idempotent()
            .reads::<PublicValue>()
            .answers::<DrawView>(200, "抽取"),
        run,
    );
    t.add(
        id(Route::post("/api/office/v1/draws/{id}/close", "closeDraw", boss, "办结并公布密值"))
            .idempotent()
            .answers::<DrawView>(200, "抽取"),
        close,
    );
    t.add(
        id(Route::post("/api/office/v1/draws/{id}/abandon", "abandonDraw", boss, "抽取之前放弃，理由随其他抽取一并公布"))
            .idempotent()
            .reads::<AbandonDraw>()
            .answers::<DrawView>(200, "抽取"),
        abandon,
    );
    t.add(
        id(Route::get("/api/office/v1/draws/{id}/publication", "publishDraw", boss, "供离线核验的文件，不含个人信息")).answers_plain(
            200,
            "文件",
            Some("application/json"),
        ),
        publication,
    );
    t.add(Route::get("/api/office/v1/calls", "listCalls", desk, "本单位要办的抽查回访").answers::<Calls>(200, "回访"), calls);
    let id = |r: Route| r.path_param("id", "回访");
    t.add(
        id(Route::post("/api/office/v1/calls/{id}/sheet", "callSheet", desk, "查看回访对象的电话与所反映的，记录在案"))
            .idempotent()
            .answers::<CallView>(200, "回访"),
        sheet,
    );
    t.add(
        id(Route::post("/api/office/v1/calls/{id}/tries", "callTried", desk, "登记一次未接通"))
            .idempotent()
            .reads::<CallTried>()
            .answers::<Created>(200, "已登记"),
        tried,
    );
    t.add(
        id(Route::post("/api/office/v1/calls/{id}/answer", "callAnswered", desk, "登记回访结果"))
            .idempotent()
            .reads::<Said>()
            .answers::<Created>(200, "已登记"),
        answered,
    );
}
