//! The list of joint sanctions for other systems: whether a unit or a person is on it, what changed, what stands, and what is confirmed.

use super::{Caller, Signed};
use crate::app::App;
use crate::app::register::{Ack, CheckView, ListedView};
use crate::base::id::RowId;
use crate::base::{Day, Error};
use crate::web::extract::{Bearer, JsonBody, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;
use utoipa::ToSchema;

/// The kinds of lists the cursors are of.
const CHANGES: &str = "exchange.listings";
const SNAPSHOT: &str = "exchange.snapshot";

/// A code of a unit in the path; what is wrong with it is said by the use case.
#[derive(Debug, Clone)]
struct Code(String);
impl FromStr for Code {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        if s.chars().count() <= 40 && !s.chars().any(char::is_control) { Ok(Self(s.to_owned())) } else { Err(()) }
    }
}

/// The key and the entry are read in one round trip: this is what other systems ask all day.
async fn check(State(app): State<Arc<App>>, Bearer(key): Bearer, PathId(code): PathId<Code>) -> Answer<Json<CheckView>> {
    Ok(Json(app.check_listing(key.reveal(), &code.0).await?))
}

/// Units to look up.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Batch {
    /// Unified social credit codes, 200 at most.
    codes: Vec<String>,
}

/// The answers.
#[derive(Debug, Serialize, ToSchema)]
struct Checks {
    /// In the order asked.
    checks: Vec<CheckView>,
}

async fn check_many(State(app): State<Arc<App>>, Caller(_): Caller, JsonBody(b): JsonBody<Batch>) -> Answer<Json<Checks>> {
    Ok(Json(Checks { checks: app.check_listings(&b.codes).await? }))
}

/// A person to look up.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Person {
    /// The number of the resident ID. It is compared by a keyed hash and is in no record.
    id_number: String,
    /// For what, a code of the list `listing_purpose` such as `travel`: kept with who asked.
    purpose: String,
}

async fn check_person(State(app): State<Arc<App>>, message: Signed<Person>) -> Answer<Json<CheckView>> {
    Ok(Json(app.check_person(&message.by, &message.body.id_number, &message.body.purpose).await?))
}

/// A page of the feed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Changes {
    /// What holds now, each listing of the page once.
    entries: Vec<ListedView>,
    /// What to send as `after` next time; keeps for ever. Absent only when nothing was ever listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// Whether more is there already.
    more: bool,
}

async fn changes(State(app): State<Arc<App>>, Caller(by): Caller, QueryParams(mut q): QueryParams) -> Answer<Json<Changes>> {
    let after = q.text("after", 512);
    q.finish_strict()?;
    let place = |_| Error::field("query.after", "bad_cursor", &[]);
    let from: u64 = after.as_deref().map(|a| cursor_decode(CHANGES, a).map_err(place)).transpose()?.unwrap_or(0);
    let page = app.listing_changes(&by, from).await?;
    let next_cursor = if page.last == 0 { None } else { Some(cursor_encode(CHANGES, &page.last)?) };
    Ok(Json(Changes { entries: page.entries, next_cursor, more: page.more }))
}

/// A page of what stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Snapshot {
    /// The newest first.
    entries: Vec<ListedView>,
    /// The next page; absent after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page: Option<String>,
    /// What to send as `after` to the feed once the whole snapshot was read: that of the first page.
    next_cursor: String,
}

async fn snapshot(State(app): State<Arc<App>>, Caller(by): Caller, QueryParams(mut q): QueryParams) -> Answer<Json<Snapshot>> {
    let after = q.text("page", 512);
    q.finish_strict()?;
    let place = |_| Error::field("query.page", "bad_cursor", &[]);
    let after: Option<(Day, RowId)> = after.as_deref().map(|a| cursor_decode(SNAPSHOT, a).map_err(place)).transpose()?;
    let (entries, next, from) = app.listing_snapshot(&by, after).await?;
    let next_page = next.map(|n| cursor_encode(SNAPSHOT, &n)).transpose()?;
    Ok(Json(Snapshot { entries, next_page, next_cursor: cursor_encode(CHANGES, &from)? }))
}

/// Confirmations.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Acks {
    /// 200 at most; all of them count or none.
    acks: Vec<Ack>,
}

/// How many were confirmed.
#[derive(Debug, Serialize, ToSchema)]
struct Acked {
    /// As many as were sent.
    acknowledged: usize,
}

async fn acknowledge(State(app): State<Arc<App>>, message: Signed<Acks>) -> Answer<Json<Acked>> {
    let key = message.key("exchange.acknowledge")?;
    Ok(Json(Acked { acknowledged: app.acknowledge(&message.by, key, message.body.acks).await? }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    t.add(
        Route::get("/api/exchange/v1/listings/{uscc}", "checkListing", Access::System, "一个单位是否在失信名单中，附签名和时间")
            .path_param("uscc", "统一社会信用代码")
            .answers::<CheckView>(200, "查询结果"),
        check,
    );
    t.add(
        Route::post("/api/exchange/v1/listings/check", "checkListings", Access::System, "多个单位是否在失信名单中")
            .reads::<Batch>()
            .answers::<Checks>(200, "查询结果，按所问的顺序"),
        check_many,
    );
    t.add(
        Route::post("/api/exchange/v1/listings/person", "checkPerson", Access::System, "一个自然人是否在失信名单中；用途留痕")
            .signed()
            .reads::<Person>()
            .answers::<CheckView>(200, "查询结果"),
        check_person,
    );
    t.add(
        Route::get("/api/exchange/v1/listings", "listingChanges", Access::System, "失信名单的变化，按记录顺序，无遗漏")
            .query("after", "上一页的 nextCursor；不给则从头开始")
            .answers::<Changes>(200, "变化"),
        changes,
    );
    t.add(
        Route::get("/api/exchange/v1/listings/snapshot", "listingSnapshot", Access::System, "现行失信名单全量，分页")
            .query("page", "上一页的 nextPage；不给则从头开始")
            .answers::<Snapshot>(200, "全量的一页"),
        snapshot,
    );
    t.add(
        Route::post("/api/exchange/v1/listings/acks", "acknowledgeListings", Access::System, "确认已按所列版本处理")
            .signed()
            .reads::<Acks>()
            .answers::<Acked>(200, "已确认"),
        acknowledge,
    );
}
