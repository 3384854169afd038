//! What became of a system's filings: the feed and where one stands.

use super::{Caller, Signed};
use crate::app::App;
use crate::app::exchange::feed::{Entry, Standing};
use crate::app::exchange::rounds::{Said, Say};
use crate::app::write::Key;
use crate::base::Error;
use crate::web::extract::{PathId, PathIds, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;
use utoipa::ToSchema;

/// The kind of list its cursors are of.
const FEED: &str = "exchange.feed";

/// A sender's own number in the path: 1 to 64 characters without control characters.
#[derive(Debug, Clone)]
pub(super) struct SourceNumber(pub(super) String);
impl FromStr for SourceNumber {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        let s = crate::base::text::tidy(s);
        if (1..=64).contains(&s.chars().count()) && !s.chars().any(char::is_control) { Ok(Self(s)) } else { Err(()) }
    }
}

/// A page of the feed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Feed {
    /// In the order in which they were recorded, without gaps.
    entries: Vec<Entry>,
    /// What to send as `after` next time; keeps for ever. Absent only when nothing was ever heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// Whether more is there already.
    more: bool,
}

async fn feed(State(app): State<Arc<App>>, Caller(by): Caller, QueryParams(mut q): QueryParams) -> Answer<Json<Feed>> {
    let limit = q.int("limit", 1, app.config.exchange.page).unwrap_or(app.config.exchange.page);
    let after = q.text("after", 512);
    q.finish_strict()?;
    let place = |_| Error::field("query.after", "bad_cursor", &[]);
    let from: u64 = after.as_deref().map(|a| cursor_decode(FEED, a).map_err(place)).transpose()?.unwrap_or(0);
    let page = app.feed(&by, from, limit).await?;
    let next_cursor = if page.last == 0 { None } else { Some(cursor_encode(FEED, &page.last)?) };
    Ok(Json(Feed { entries: page.entries, next_cursor, more: page.more }))
}

async fn read(State(app): State<Arc<App>>, Caller(by): Caller, PathId(no): PathId<SourceNumber>) -> Answer<Json<Standing>> {
    Ok(Json(app.standing(&by, &no.0).await?))
}

/// What the sender says of an answer, or of a request to take the filing back.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Verdict {
    /// Of an answer: `accept`, `redo` or `unsatisfied`; of a request to take back: `accept` or `refuse`.
    verdict: Say,
    /// Why, in words; required unless it accepts. Sealed at rest.
    #[serde(default)]
    reason: String,
    /// With `unsatisfied`: a code of the list `denial_reason`, such as `not_received`.
    #[serde(default)]
    #[schema(required = false)]
    code: Option<String>,
}

async fn verdict(
    State(app): State<Arc<App>>,
    PathIds(no, round): PathIds<SourceNumber, i32>,
    message: Signed<Verdict>,
) -> Answer<Json<Standing>> {
    let key = Key::new(&message.id, "exchange.verdict", &(&no.0, round, &message.body))?;
    let b = message.body;
    let said = Said { verdict: b.verdict, reason: b.reason, code: b.code };
    app.say(&message.by, key, &no.0, round, said).await?;
    Ok(Json(app.standing(&message.by, &no.0).await?))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    t.add(
        Route::get("/api/exchange/v1/filings", "exchangeFeed", Access::System, "本系统所送登记的办理动态，按记录顺序，无遗漏")
            .query("after", "上一页的 nextCursor；不给则从头开始")
            .query("limit", "每页条数，默认取上限")
            .answers::<Feed>(200, "动态"),
        feed,
    );
    t.add(
        Route::get("/api/exchange/v1/filings/{sourceNumber}", "exchangeFiling", Access::System, "一件登记目前的办理情况")
            .path_param("sourceNumber", "来源系统的编号")
            .answers::<Standing>(200, "办理情况"),
        read,
    );
    t.add(
        Route::post(
            "/api/exchange/v1/filings/{sourceNumber}/answers/{round}/verdict",
            "exchangeVerdict",
            Access::System,
            "对一轮答复或退回申请作出结论",
        )
        .path_param("sourceNumber", "来源系统的编号")
        .path_param("round", "轮次")
        .signed()
        .reads::<Verdict>()
        .answers::<Standing>(200, "之后的办理情况"),
        verdict,
    );
}
