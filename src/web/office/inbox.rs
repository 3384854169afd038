//! The inbox and notices of a person.

use crate::app::App;
use crate::app::inbox::{Item, Query, Tab};
use crate::app::view::NoticeView;
use crate::base::At;
use crate::base::id::{NoticeId, ProcedureId};
use crate::web::auth::By;
use crate::web::extract::{JsonBody, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "inbox";
const NOTICES: &str = "notices";
const TABS: [(&str, Tab); 6] = [
    ("mine", Tab::Mine),
    ("bureau", Tab::Bureau),
    ("overdue", Tab::Overdue),
    ("pending", Tab::Pending),
    ("desk", Tab::Desk),
    ("area", Tab::Area),
];

/// A page of the inbox, the most urgent first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct InboxPage {
    /// The tab shown.
    tab: Tab,
    /// Lines.
    items: Vec<Item>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// How many there are, counted up to a thousand.
    total: i64,
    /// Whether there are more than `total`.
    capped: bool,
}

/// How many wait under one tab.
#[derive(Debug, Serialize, ToSchema)]
struct TabCount {
    /// The tab.
    tab: Tab,
    /// How many, counted up to a thousand.
    count: i64,
}

/// How much waits.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Counts {
    /// Each tab this person has, the natural one first.
    tabs: Vec<TabCount>,
    /// Unread notices, counted up to a hundred.
    unread_notices: i64,
}

/// A page of notices, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NoticePage {
    /// Notices.
    items: Vec<NoticeView>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Notices that were read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MarkRead {
    /// Their ids; those of others are left alone.
    #[schema(value_type = Vec<String>)]
    ids: Vec<NoticeId>,
}

/// How many changed.
#[derive(Debug, Serialize, ToSchema)]
struct Marked {
    /// Newly read.
    marked: usize,
}

async fn inbox(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<InboxPage>> {
    let names: Vec<&str> = TABS.iter().map(|(n, _)| *n).collect();
    let tab = q.choice("tab", &names).and_then(|n| TABS.iter().find(|(k, _)| *k == n)).map(|(_, t)| *t);
    let query = Query {
        tab,
        kind: q.choice("kind", &["complaint", "filing"]),
        state: q.text("state", 40),
        area: q.text("area", 12),
        grade: q.text("grade", 20),
        text: q.text("text", 100),
        page: 1,
        size: q.int("limit", 1, 100).unwrap_or(30),
        after: None,
    };
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(At, ProcedureId)>(CURSOR, &c)).transpose()?;
    let page = app.inbox(&actor, Query { after, ..query }).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(InboxPage { tab: page.tab, items: page.items, next_cursor, total: page.total, capped: page.capped }))
}

async fn counts(State(app): State<Arc<App>>, By(actor): By) -> Answer<Json<Counts>> {
    let tabs = app.tab_counts(&actor).await?.into_iter().map(|(tab, count)| TabCount { tab, count }).collect();
    Ok(Json(Counts { tabs, unread_notices: app.unread(&actor).await? }))
}

async fn notices(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<NoticePage>> {
    let unread = q.flag("unread");
    let limit = q.int("limit", 1, 100).unwrap_or(30);
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let before = cursor.map(|c| cursor_decode::<(At, NoticeId)>(NOTICES, &c)).transpose()?;
    let items = app.my_notices(&actor, unread, before, limit).await?;
    let full = i64::try_from(items.len()).unwrap_or(0) == limit;
    let last = items.last().filter(|_| full).map(|n| cursor_encode(NOTICES, &(n.at, &n.id)));
    Ok(Json(NoticePage { next_cursor: last.transpose()?, items }))
}

async fn mark(State(app): State<Arc<App>>, By(actor): By, JsonBody(b): JsonBody<MarkRead>) -> Answer<Json<Marked>> {
    Ok(Json(Marked { marked: app.mark_read(&actor, b.ids).await? }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let staff = Access::Staff("受理、承办、审核、领导、督办岗位");
    t.add(
        Route::get("/api/office/v1/inbox", "inbox", staff, "待办，按剩余时间排列")
            .query("tab", "mine 我的、bureau 本部门、overdue 超期、pending 待审批、desk 受理台、area 辖区；默认是本人最自然的一栏")
            .query("kind", "complaint 或 filing")
            .query("state", "状态代码")
            .query("area", "区划代码，含下级")
            .query("grade", "等级代码")
            .query("text", "编号、单位或项目名称的一部分")
            .query("limit", "每页条数，1 至 100，默认 30")
            .query("cursor", "上一页的 nextCursor")
            .answers::<InboxPage>(200, "一页待办"),
        inbox,
    );
    t.add(Route::get("/api/office/v1/inbox/counts", "inboxCounts", staff, "各栏待办数和未读通知数").answers::<Counts>(200, "数量"), counts);
    t.add(
        Route::get("/api/office/v1/notices", "notices", staff, "本人的通知，新的在前")
            .query("unread", "true：只看未读")
            .query("limit", "每页条数，1 至 100，默认 30")
            .query("cursor", "上一页的 nextCursor")
            .answers::<NoticePage>(200, "一页通知"),
        notices,
    );
    t.add(
        Route::post("/api/office/v1/notices/read", "readNotices", staff, "标记通知为已读")
            .reads::<MarkRead>()
            .answers::<Marked>(200, "新标记的条数"),
        mark,
    );
}
