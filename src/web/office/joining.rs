//! Suggestions to join, their decision, and taking a filing out of a case.

use super::{READERS, key};
use crate::app::App;
use crate::app::joining::{self, FilingMoved, SplitTo, SuggestionLine};
use crate::base::id::{CaseId, FilingId};
use crate::web::Answer;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, PathIds, QueryParams, cursor_decode, cursor_encode};
use crate::web::table::{Access, Route, Table};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "suggestions";

/// Suggestions that wait, the newest filing first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Suggestions {
    /// Those this reader may decide.
    items: Vec<SuggestionLine>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What an officer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SuggestionDecision {
    /// The filing joins the case.
    Join,
    /// It does not belong there.
    Dismiss,
}

/// The decision with its reason.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecideSuggestion {
    /// Join or dismiss.
    decision: SuggestionDecision,
    /// Why, 4 to 200 characters; kept sealed with the event.
    reason: String,
}

/// Taking a filing out of its case.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SplitFiling {
    /// Where it goes; absent: back where it came from if it came from another case, else into a case of its own.
    to: Option<SplitTo>,
    /// Why, 4 to 200 characters; kept sealed with the event.
    reason: String,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<Suggestions>> {
    let limit = usize::try_from(q.int("limit", 1, 100).unwrap_or(30)).unwrap_or(30);
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(FilingId, CaseId)>(CURSOR, &c)).transpose()?;
    let page = app.suggestions(&actor, after, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(Suggestions { items: page.lines, next_cursor }))
}

async fn decide(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathIds(filing, case): PathIds<FilingId, CaseId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<DecideSuggestion>,
) -> Answer<Json<FilingMoved>> {
    let k = key(&k, "decideSuggestion", &(filing, case, &b))?;
    let done = app.write(&actor, k, move |tx| joining::decide(tx, filing, case, b.decision == SuggestionDecision::Join, &b.reason)).await?;
    Ok(Json(done))
}

async fn split(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(filing): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<SplitFiling>,
) -> Answer<Json<FilingMoved>> {
    let k = key(&k, "splitFiling", &(filing, &b))?;
    let done = app.write(&actor, k, move |tx| joining::split(tx, filing, b.to, &b.reason)).await?;
    Ok(Json(done))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let readers = Access::Staff(READERS);
    t.add(
        Route::get("/api/office/v1/suggestions", "suggestions", readers, "待处理的并案建议：登记可能属于的在办案件")
            .query("limit", "每页条数，1 至 100，默认 30")
            .query("cursor", "上一页的 nextCursor")
            .answers::<Suggestions>(200, "一页并案建议"),
        list,
    );
    t.add(
        Route::post("/api/office/v1/suggestions/{filing}/{case}/decide", "decideSuggestion", readers, "采纳或不采纳并案建议，须说明理由")
            .path_param("filing", "登记")
            .path_param("case", "建议并入的案件")
            .idempotent()
            .problems(&[409])
            .reads::<DecideSuggestion>()
            .answers::<FilingMoved>(200, "登记所在的案件"),
        decide,
    );
    t.add(
        Route::post(
            "/api/office/v1/filings/{id}/split",
            "splitFiling",
            Access::Staff("承办部门的大队长、局领导"),
            "把登记从案件中拆出，须说明理由",
        )
        .path_param("id", "登记")
        .idempotent()
        .problems(&[409])
        .reads::<SplitFiling>()
        .answers::<FilingMoved>(200, "登记所在的案件"),
        split,
    );
}
