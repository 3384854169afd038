//! Lists: the inbox, notices, search results.

use super::{Chrome, Due, FormField, FormView, Pager, Tag};
use askama::Template;

/// One tab of the inbox: 我的, 本部门, 超期, 待审批, 受理台.
#[derive(Debug, Clone)]
pub struct InboxTab {
    /// Its word.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// How many rows it has.
    pub count: u64,
    /// Whether it is shown.
    pub current: bool,
    /// Whether its number is urgent (超期).
    pub urgent: bool,
}

/// The filter form above a list (sent by GET: no names, numbers of people or phones belong here).
#[derive(Debug, Clone)]
pub struct Filter {
    /// Where it is sent.
    pub action: String,
    /// Values that stay (the tab).
    pub hidden: Vec<(String, String)>,
    /// Its fields.
    pub fields: Vec<FormField>,
    /// Whether anything is filtered.
    pub active: bool,
    /// The address without the filter.
    pub clear: String,
}

/// One procedure that waits for somebody.
#[derive(Debug, Clone)]
pub struct InboxRow {
    /// Its page.
    pub href: String,
    /// The public code.
    pub code: String,
    /// The respondent, or the project where there is none.
    pub respondent: String,
    /// What must be done: `受理审查`, `签收`.
    pub task: String,
    /// The state it is in.
    pub state: String,
    /// By when.
    pub due: Due,
    /// Workers concerned.
    pub headcount: String,
    /// What is owed, `¥12,345.67`.
    pub amount: String,
    /// Grade and flags.
    pub tags: Vec<Tag>,
    /// Bureau and officer.
    pub holder: String,
    /// County.
    pub area: String,
    /// It may be chosen, to be given to an officer.
    pub pick: Option<Pick>,
}

/// A box beside a row.
#[derive(Debug, Clone)]
pub struct Pick {
    /// The procedure.
    pub id: String,
    /// Whether it is ticked.
    pub chosen: bool,
}

/// A view this person kept.
#[derive(Debug, Clone)]
pub struct ViewChip {
    /// Its name.
    pub name: String,
    /// Where it leads.
    pub href: String,
    /// It is what is shown.
    pub current: bool,
    /// Forgets it.
    pub forget: FormView,
}

/// 待办.
#[derive(Debug, Clone, Template)]
#[template(path = "inbox.html")]
pub struct InboxPage {
    /// The frame.
    pub chrome: Chrome,
    /// The tabs.
    pub tabs: Vec<InboxTab>,
    /// Where else such work is done: address and word.
    pub also: Vec<(String, String)>,
    /// Views this person kept.
    pub views: Vec<ViewChip>,
    /// Keeps what is shown as a view; `None` when nothing narrows the list.
    pub keep: Option<FormView>,
    /// Gives the chosen rows to an officer, for who leads the bureau.
    pub assign: Option<FormView>,
    /// What was not given just now, and why.
    pub stayed: Vec<String>,
    /// The filter.
    pub filter: Filter,
    /// The rows, by remaining time.
    pub rows: Vec<InboxRow>,
    /// Page numbers.
    pub pager: Pager,
}

/// One notice.
#[derive(Debug, Clone)]
pub struct NoticeRow {
    /// When, `2026-11-23 15:04`.
    pub at: String,
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub href: Option<String>,
    /// The case's code.
    pub code: String,
    /// Not read yet.
    pub unread: bool,
}

/// 消息.
#[derive(Debug, Clone, Template)]
#[template(path = "notices.html")]
pub struct NoticesPage {
    /// The frame.
    pub chrome: Chrome,
    /// The notices, newest first.
    pub rows: Vec<NoticeRow>,
    /// Marks all shown as read; `None` when there is nothing unread.
    pub mark_read: Option<FormView>,
    /// Older ones.
    pub older: Option<String>,
}

/// One thing that was found.
#[derive(Debug, Clone)]
pub struct HitRow {
    /// Its page.
    pub href: String,
    /// Case or filing.
    pub kind: String,
    /// The public code.
    pub code: String,
    /// Respondent or project.
    pub respondent: String,
    /// The person who matched, masked; empty when none did.
    pub person: String,
    /// Its state.
    pub state: String,
    /// County and bureau.
    pub place: String,
    /// What is owed, `¥12,345.67`; of a look-alike, when it was received.
    pub note: String,
}

/// 查询: sent by POST, so that no name or number of a person ever stands in an address or a log.
#[derive(Debug, Clone, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// The frame.
    pub chrome: Chrome,
    /// The search form.
    pub form: FormView,
    /// What was asked, masked (`手机号 138****5678`); empty before the first search.
    pub asked: String,
    /// What was found within the person's scope.
    pub rows: Vec<HitRow>,
    /// Goes on where this page ends.
    pub next: Option<FormView>,
}
