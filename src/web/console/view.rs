//! What every page is made of: plain values, already masked and worded, that a template can only show.
//!
//! Owns the contexts; each page has `samples()` that a test renders, so that no branch of a template is seen first by
//! an officer. Never formats law or money itself beyond what is given, never holds an unmasked value that the reader
//! did not ask for.

use crate::web::look::Around;
use askama::Template;
use std::fmt;

mod account;
mod admin;
mod announcements;
mod areas;
mod audit;
mod bulletins;
mod calendar;
mod campaigns;
mod case;
mod casebook;
mod claims;
mod counter;
mod dashboard;
mod definitions;
mod desk;
mod dialogue;
mod draws;
mod employer;
mod employers;
mod error;
mod filing;
mod form;
#[cfg(any(test, debug_assertions))]
pub mod gallery;
mod gradings;
mod import;
mod inbox;
mod jobs;
mod joining;
mod legacy;
mod listing_desk;
mod listings;
mod login;
mod money;
mod outbox;
mod overdue;
mod plan;
mod public;
#[cfg(any(test, debug_assertions))]
mod samples;
#[cfg(any(test, debug_assertions))]
mod samples_case;
#[cfg(any(test, debug_assertions))]
mod samples_counter;
#[cfg(any(test, debug_assertions))]
mod samples_inbox;
#[cfg(any(test, debug_assertions))]
mod samples_long;
mod second_factor;
mod styleguide;
mod supervisions;
mod unmask;

pub use account::{AbsenceRow, AccountPage, Fact, SessionRow};
pub use admin::{AccountRow, AccountsPage, DutyLine, PersonPage};
pub use announcements::{
    AnnouncementBatchesPage, AnnouncementRow, AnnouncementsPage, BatchCard, BatchLine, PublicAnnouncementsPage, PublicRow,
};
pub use areas::{AreasPage, BureauRow, RoutedView};
pub use audit::{AuditEventPage, AuditPage, AuditRow, CheckLine, CheckedView};
pub use bulletins::{BulletinFigures, BulletinPageView, BulletinRow, BulletinsPage};
pub use calendar::{CalendarPage, DayCell, HolidayLine, Month, MovedLine, PreviewView, YearLine};
pub use campaigns::{CampaignPage, CampaignRow, CampaignsPage, CountyRow, DayCard, OwnCard, ReportRow};
pub use case::{
    ApprovalStep, ApprovalView, CaseHead, CasePage, ChildCard, ClaimRow, Conflict, DocumentRow, EventRow, EvidenceRow, Explanation,
    FilingLink, Money, MoveView, PaymentRow, RefusedMove, RespondentRow, StepState, TermRow, ToldRow,
};
pub use casebook::{CasebookPage, CasebookRow, ExportPage, ExportRow, ExportsPage};
pub use claims::{ClaimsPage, ClueLine, CodeLine, JoinerLine, LedgerLine, PartiesPage, PartyLine, PayListLine, RecourseLine, RepLine};
pub use counter::{
    AgentRow, CallbackPage, CallbackRow, CallbacksPage, ContactRow, ContactsPage, DoubtRow, EarlierRow, FilingCounterPage, RebindingRow,
    RebindingsPage, RefusalRow, RefusalsPage, StatementPart, VoiceRow,
};
pub use dashboard::{ClockPage, DashBlock, DashboardPage, GridCell, GridRow, GridView, HeadCard, PlotView};
pub use definitions::{DefinitionPage, DefinitionsPage, MoveRow, StateRow, Tried, VersionRow};
pub use desk::{AmendmentRow, DeskPage, DeskRow, Suggestion};
pub use dialogue::{MessageRow, MessagesPage, WithdrawalRow, WithdrawalsPage};
pub use draws::{CallPage, CallRow, CallSheetView, CallsPage, DrawPage, DrawRow, DrawsPage, Interval, Size, StageRow, StratumLine};
pub use employer::{
    DoorDayLine, DoorHomePage, DoorLoginPage, DoorPaperCard, DoorPaperPage, DoorSubmissionRow, ServedLine, ServedPaperPage, SubmissionCard,
    SubmissionPage, SubmissionsPage,
};
pub use employers::{EmployerActRow, EmployerCaseRow, EmployerEdge, EmployerPage, EmployerReason, EmployerRow, EmployersPage, RelatedCard};
pub use error::ErrorPage;
pub use filing::{FilingPage, HintsPart, RegisterPage};
pub use form::{Choice, ErrorLink, FieldKind, FormField, FormGroup, FormView};
pub use gradings::{BulkCard, ConductPage, ConductRow, GradeCard, GradingRow, GradingsPage};
pub use import::{ImportPage, ImportResult, RejectLine};
pub use inbox::{Filter, HitRow, InboxPage, InboxRow, InboxTab, NoticeRow, NoticesPage, Pick, SearchPage, ViewChip};
pub use jobs::{BacklogLine, JobRow, JobsPage, NodeRow};
pub use joining::{JoiningPage, SplitRow};
pub use legacy::{LegacyPage, LegacyRow};
pub use listing_desk::{AckRow, DeskListing, DeskTab, ListingDeskPage, ReceiverPage, ReceiverRow, ReceiversPage};
pub use listings::{PublicListingRow, PublicListingsPage};
pub use login::{LoginPage, LoginState};
pub use money::{MoneyBar, MoneyReportPage, MoneyRow};
pub use outbox::{LetterRow, OutboxPage};
pub use overdue::{HandoverPage, HeldRow, OverduePage, OverdueRow};
pub use plan::{InstalmentRow, Part, Plan, PlanBar};
pub use public::{ANNOUNCED, LISTED, PublicPaperPage, PublicWhat};
pub use second_factor::{KeptPage, SecondFactorPage, SetupView};
pub use styleguide::StyleguidePage;
pub use supervisions::{SupervisionRow, SupervisionsPage};
pub use unmask::{UnmaskPage, UnmaskedRow};

/// Where in the console a page stands, for the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// 待办.
    Inbox,
    /// 登记.
    Register,
    /// 待分拨.
    Desk,
    /// 待回电.
    Callbacks,
    /// 抽查回访.
    Draws,
    /// 抽查回访任务.
    Calls,
    /// 撤回核实.
    Withdrawals,
    /// 换绑手机号.
    Rebindings,
    /// 不予登记台账.
    Refusals,
    /// 案件台账.
    Ledger,
    /// 导出记录.
    Exports,
    /// 专项行动.
    Campaigns,
    /// 周报月报.
    Bulletins,
    /// 遗留超期复核.
    Legacy,
    /// 查询.
    Search,
    /// 超期督查.
    Overdue,
    /// 督办台账.
    Supervisions,
    /// 移交案件.
    Handover,
    /// 数据看板.
    Dashboard,
    /// 时限行为.
    Clock,
    /// 资金月报.
    Money,
    /// 用人单位档案.
    Employers,
    /// 失信名单.
    Listings,
    /// 社会公布.
    Announcements,
    /// 守法诚信等级.
    Gradings,
    /// 单位提交的材料.
    Submissions,
    /// 导入.
    Import,
    /// 账号管理.
    Accounts,
    /// 寄送.
    Outbox,
    /// 后台任务.
    Jobs,
    /// 流程定义.
    Definitions,
    /// 工作日历.
    Calendar,
    /// 区划部门.
    Areas,
    /// 审计日志.
    Audit,
    /// 消息.
    Notices,
    /// 账户.
    Account,
    /// None of these.
    None,
}

/// Who is logged in, as the header shows it.
#[derive(Debug, Clone, Default)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Bureau and area: `寒亭区人社局`.
    pub bureau: String,
    /// Duties: `承办、受理`.
    pub duties: String,
}

/// One entry of the navigation: a place, or a group of places under one word.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Where it leads; empty for a group.
    pub href: &'static str,
    /// Its word.
    pub label: &'static str,
    /// How many wait there; 0 shows nothing.
    pub count: u32,
    /// Whether the page stands here, or in one of its places.
    pub current: bool,
    /// The places of a group.
    pub items: Vec<NavItem>,
}

/// What frames every page of a logged-in person.
#[derive(Debug, Clone)]
pub struct Chrome {
    /// The title of the page, without the program's name.
    pub title: String,
    /// Names, records and the reader's look.
    pub around: Around,
    /// Who reads.
    pub person: Person,
    /// The navigation this person has.
    pub nav: Vec<NavItem>,
    /// Whether this person looks matters up: the field at the top.
    pub search: bool,
    /// The (perhaps simulated) time of the page, `2026-11-23 15:04`.
    pub now: String,
    /// One sentence on what was just done.
    pub flash: Option<Flash>,
}
impl Chrome {
    /// The frame of a page: what this person may open, in groups; counts are what waits there.
    #[must_use]
    pub fn new(title: impl Into<String>, place: Place, person: Person, counts: NavCounts, around: Around, now: impl Into<String>) -> Self {
        let nav = nav(place, counts);
        Self { title: title.into(), around, person, nav, search: counts.inbox_shown, now: now.into(), flash: None }
    }
    /// One of nobody, for a page that is put into its frame later.
    #[must_use]
    pub fn bare(title: &str) -> Self {
        let nobody = NavCounts::default();
        Self::new(title, Place::None, Person::default(), nobody, Around::default(), "")
    }
    /// With a sentence on what was just done.
    #[must_use]
    pub fn with_flash(mut self, flash: Option<Flash>) -> Self {
        self.flash = flash;
        self
    }
}

/// The places a person has, the daily ones first, the others in groups. A group of one is that place.
fn nav(place: Place, c: NavCounts) -> Vec<NavItem> {
    let item = |href, label, count, at| NavItem { href, label, count, current: at == place, items: Vec::new() };
    let group = |label, rows: Vec<(bool, NavItem)>| -> Option<NavItem> {
        let mut items: Vec<NavItem> = rows.into_iter().filter(|(shown, i)| *shown || i.current).map(|(_, i)| i).collect();
        match items.len() {
            0 => None,
            1 => items.pop(),
            _ => {
                let count = items.iter().fold(0u32, |n, i| n.saturating_add(i.count));
                let current = items.iter().any(|i| i.current);
                Some(NavItem { href: "", label, count, current, items })
            }
        }
    };
    let mut nav = Vec::new();
    nav.extend(c.inbox_shown.then(|| item("/", "待办", c.inbox, Place::Inbox)));
    nav.extend(c.desk_shown.then(|| item("/desk", "待分拨", c.desk, Place::Desk)));
    nav.extend(c.register_shown.then(|| item("/filings/new", "登记", 0, Place::Register)));
    let counter = vec![
        (c.desk_shown || c.callbacks > 0, item("/callbacks", "待回电", c.callbacks, Place::Callbacks)),
        (c.calls > 0, item("/calls", "抽查回访", c.calls, Place::Calls)),
        (c.withdrawals > 0, item("/withdrawals", "撤回核实", c.withdrawals, Place::Withdrawals)),
        (c.rebindings > 0, item("/rebindings", "换绑确认", c.rebindings, Place::Rebindings)),
        (c.import_shown, item("/import", "导入", 0, Place::Import)),
        (c.inbox_shown, item("/refusals", "不予登记台账", 0, Place::Refusals)),
    ];
    nav.extend(group("窗口", counter));
    let audit = vec![
        (c.reads, item("/overdue", "超期督查", 0, Place::Overdue)),
        (c.reads, item("/supervisions", "督办台账", 0, Place::Supervisions)),
        (c.draws_shown, item("/draws", "抽取", 0, Place::Draws)),
        (c.legacy.is_some(), item("/legacy-review", "遗留复核", c.legacy.unwrap_or(0), Place::Legacy)),
        (c.leads, item("/handover", "移交案件", 0, Place::Handover)),
    ];
    nav.extend(group("督查", audit));
    let figures = vec![
        (c.reads, item("/dashboard", "数据看板", 0, Place::Dashboard)),
        (c.reads, item("/clock", "时限行为", 0, Place::Clock)),
        (c.ledger_shown, item("/ledger", "案件台账", 0, Place::Ledger)),
        (c.campaigns_shown, item("/campaigns", "专项行动", 0, Place::Campaigns)),
        (c.bulletins_shown, item("/bulletins", "周报月报", 0, Place::Bulletins)),
        (c.reads, item("/money", "资金月报", 0, Place::Money)),
        (c.exports_shown, item("/ledger/exports", "导出记录", 0, Place::Exports)),
    ];
    nav.extend(group("统计", figures));
    let credit = vec![
        (c.reads || c.credit, item("/employers", "用人单位档案", 0, Place::Employers)),
        (c.reads || c.credit, item("/listings", "失信名单", 0, Place::Listings)),
        (c.reads || c.credit, item("/announcements", "社会公布", 0, Place::Announcements)),
        (c.reads || c.credit, item("/gradings", "诚信等级", 0, Place::Gradings)),
        (c.reads || c.credit, item("/submissions", "单位提交的材料", 0, Place::Submissions)),
    ];
    nav.extend(group("信用", credit));
    let admin = vec![
        (c.accounts_shown, item("/accounts", "账号管理", 0, Place::Accounts)),
        (c.outbox.is_some(), item("/outbox", "寄送", c.outbox.unwrap_or(0), Place::Outbox)),
        (c.system_shown, item("/jobs", "运行", 0, Place::Jobs)),
        (c.system_shown, item("/calendar", "日历", 0, Place::Calendar)),
        (c.system_shown, item("/areas", "区划部门", 0, Place::Areas)),
        (c.definitions_shown, item("/definitions", "流程", 0, Place::Definitions)),
        (c.audit_shown, item("/audit", "审计日志", 0, Place::Audit)),
    ];
    nav.extend(group("管理", admin));
    nav.push(item("/notices", "消息", c.notices, Place::Notices));
    nav
}

/// How many things wait, and which entries the person has.
#[derive(Debug, Clone, Copy, Default)]
pub struct NavCounts {
    /// Open tasks of the person.
    pub inbox: u32,
    /// Filings at the desk.
    pub desk: u32,
    /// Requests to be called back.
    pub callbacks: u32,
    /// Calls that were drawn.
    pub calls: u32,
    /// Changes of a telephone that wait for this person's word.
    pub rebindings: u32,
    /// Requests to withdraw that may be decided.
    pub withdrawals: u32,
    /// Old matters to be reviewed.
    pub legacy: Option<u32>,
    /// Dead letters, for who may send them again.
    pub outbox: Option<u32>,
    /// Unread notices.
    pub notices: u32,
    /// Whether inbox and search are shown (administrators see no case).
    pub inbox_shown: bool,
    /// Whether clue files are imported here.
    pub import_shown: bool,
    /// Whether accounts are managed here.
    pub accounts_shown: bool,
    /// Whether jobs, calendar, areas are run here.
    pub system_shown: bool,
    /// Whether definitions are read here.
    pub definitions_shown: bool,
    /// Whether the journal is audited here.
    pub audit_shown: bool,
    /// Whether the ledger of cases is read here.
    pub ledger_shown: bool,
    /// Whether the log of exports is read here.
    pub exports_shown: bool,
    /// Whether campaigns are read or reported to here.
    pub campaigns_shown: bool,
    /// Whether bulletins are read here.
    pub bulletins_shown: bool,
    /// Whether draws are announced here.
    pub draws_shown: bool,
    /// Whether a bureau or an area is led or audited: 督查, 统计.
    pub reads: bool,
    /// Whether a bureau is led: its cases are handed over.
    pub leads: bool,
    /// Whether lists and announcements are made here.
    pub credit: bool,
    /// Whether the desk queue is shown.
    pub desk_shown: bool,
    /// Whether registration is shown.
    pub register_shown: bool,
}

/// A sentence on what was just done.
#[derive(Debug, Clone)]
pub struct Flash {
    /// Its colour and word.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

/// How strongly something speaks. Never the only carrier of a meaning: text stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Plain.
    #[default]
    Plain,
    /// For information.
    Info,
    /// Done, good.
    Good,
    /// Take care.
    Warn,
    /// Bad, urgent.
    Bad,
}
impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Info => "info",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        })
    }
}

/// A short mark: grade, flag, state.
#[derive(Debug, Clone, Template)]
#[template(path = "part/tag.html")]
pub struct Tag {
    /// Its word.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}
impl askama::filters::HtmlSafe for Tag {}
impl Tag {
    /// A mark.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }
}

/// The lamp of a deadline; always shown with its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lamp {
    /// Plenty of time.
    Normal,
    /// Soon.
    Yellow,
    /// The last moment or the first reminder after it.
    Red,
    /// Passed.
    Overdue,
    /// Not counted at the moment.
    Paused,
    /// Its date rests on a calendar that is not published yet.
    Provisional,
    /// Done in time.
    Met,
    /// Done too late: the mark stays.
    Missed,
    /// No longer asked for, or a window that closed.
    Closed,
}
impl Lamp {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Normal => "正常",
            Self::Yellow => "黄灯",
            Self::Red => "红灯",
            Self::Overdue => "已超期",
            Self::Paused => "暂停",
            Self::Provisional => "暂定",
            Self::Met => "按期完成",
            Self::Missed => "超期完成",
            Self::Closed => "已终止",
        }
    }
    /// Its style class.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Yellow => "yellow",
            Self::Red => "red",
            Self::Overdue => "overdue",
            Self::Paused => "paused",
            Self::Provisional => "provisional",
            Self::Met => "met",
            Self::Missed => "missed",
            Self::Closed => "closed",
        }
    }
}

/// A deadline in a list: lamp, what remains, when.
#[derive(Debug, Clone, Template)]
#[template(path = "part/due.html")]
pub struct Due {
    /// The lamp.
    pub lamp: Lamp,
    /// `剩 3 个工作日`, `超 2 个工作日`.
    pub remaining: String,
    /// `2026-11-26`, with the time where it matters.
    pub date: String,
    /// The date rests on a calendar that is not published yet.
    pub provisional: bool,
}
impl askama::filters::HtmlSafe for Due {}

/// Page numbers under a list: 共 N 条.
#[derive(Debug, Clone, Template)]
#[template(path = "part/pager.html")]
pub struct Pager {
    /// All rows.
    pub total: u64,
    /// The first row shown, from 1; 0 when none.
    pub from: u64,
    /// The last row shown.
    pub to: u64,
    /// Links: text, address (`None` for the page shown and for gaps), whether it is the page shown.
    pub links: Vec<PageLink>,
    /// The page before.
    pub prev: Option<String>,
    /// The page after.
    pub next: Option<String>,
}
impl askama::filters::HtmlSafe for Pager {}
/// One page number.
#[derive(Debug, Clone)]
pub struct PageLink {
    /// The number, or `…`.
    pub text: String,
    /// Where it leads.
    pub href: Option<String>,
    /// Whether it is the page shown.
    pub current: bool,
}
impl Pager {
    /// The pager of page `page` (from 1) of `total` rows by `size`; `link` writes the address of a page.
    pub fn new(total: u64, page: u64, size: u64, link: impl Fn(u64) -> String) -> Self {
        let size = size.max(1);
        let pages = total.div_ceil(size).max(1);
        let page = page.clamp(1, pages);
        let mut links = Vec::new();
        let mut last = 0;
        for n in 1..=pages {
            if n == 1 || n == pages || n.abs_diff(page) <= 2 {
                if n > last + 1 {
                    links.push(PageLink { text: "…".into(), href: None, current: false });
                }
                links.push(PageLink { text: n.to_string(), href: (n != page).then(|| link(n)), current: n == page });
                last = n;
            }
        }
        Self {
            total,
            from: if total == 0 { 0 } else { (page - 1) * size + 1 },
            to: (page * size).min(total),
            links,
            prev: (page > 1).then(|| link(page - 1)),
            next: (page < pages).then(|| link(page + 1)),
        }
    }
    /// Whether there is more than one page.
    #[must_use]
    pub fn several(&self) -> bool {
        self.prev.is_some() || self.next.is_some()
    }
}

#[cfg(test)]
mod tests;
