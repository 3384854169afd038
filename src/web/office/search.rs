//! `POST /search`: one field. The text stands in the body, because it may be a name or a number of a person.

use super::READERS;
use crate::app::App;
use crate::app::search::{Ask, By as TakenFor, Hit};
use crate::app::search_hints::{Asked, Hint};
use crate::base::id::FilingId;
use crate::web::Answer;
use crate::web::auth::By;
use crate::web::extract::{JsonBody, cursor_decode, cursor_encode};
use crate::web::table::{Access, Route, Table};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "search";

/// What to look for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Search {
    /// A number of a case, a filing or its sender; words of employer, project, place or narrative, two characters and more;
    /// a phone or an ID; with a reason, a full name.
    text: String,
    /// Why a person is looked for (reference data `unmaskReasons`); needed for a phone, an ID or a name.
    reason: Option<String>,
    /// The same in words, 4 to 200 characters; kept sealed with the event.
    remark: Option<String>,
    /// Where to go on, with the same text.
    cursor: Option<String>,
    /// Hits a page, 1 to 100; 30 if absent.
    limit: Option<u32>,
}

/// What was found, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Found {
    /// What the text was taken for.
    by: TakenFor,
    /// In the reader's scope only.
    hits: Vec<Hit>,
    /// Where to go on; absent on the last page. A page before it may be short, when much had to be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

async fn search(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<Search>) -> Answer<Json<Found>> {
    let after = b.cursor.map(|c| cursor_decode::<FilingId>(CURSOR, &c)).transpose()?;
    let limit = usize::try_from(b.limit.unwrap_or(30)).unwrap_or(100);
    let found = app.search(&actor, Ask { text: b.text, reason: b.reason, remark: b.remark, after, limit }).await?;
    let next_cursor = found.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(Found { by: found.by, hits: found.hits, next_cursor }))
}

/// Running matters that look alike, the most alike first.
#[derive(Debug, Serialize, ToSchema)]
struct Hints {
    /// Within what the officer may know of.
    hints: Vec<Hint>,
}

async fn hints(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<Asked>) -> Answer<Json<Hints>> {
    Ok(Json(Hints { hints: app.hints(&actor, b).await? }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    t.add(
        Route::post(
            "/api/office/v1/search",
            "search",
            Access::Staff(READERS),
            "在本人可见范围内查找；按身份证号、手机号、全名查找须说明理由并记录在案",
        )
        .reads::<Search>()
        .answers::<Found>(200, "找到的登记和案件，新的在前"),
        search,
    );
    t.add(
        Route::post(
            "/api/office/v1/filings/hints",
            "filingHints",
            Access::Staff("受理员、承办员、大队长"),
            "登记前查重：同一人、同一单位、同一项目的在办事项；按人查重会记录在案",
        )
        .reads::<Asked>()
        .answers::<Hints>(200, "相似的在办事项"),
        hints,
    );
}
