//! What every page is made of: plain values, already masked and worded, that a template can only show.
//!
//! Owns the contexts; each page has `samples()` that a test renders, so that no branch of a template is seen first by
//! an officer. Never formats law or money itself beyond what is given, never holds an unmasked value that the reader
//! did not ask for.

use askama::Template;
use std::fmt;

mod account;
mod admin;
mod announcements;
mod areas;
mod audit;
mod calendar;
mod case;
mod claims;
mod counter;
mod definitions;
mod desk;
mod dialogue;
mod draws;
mod employer;
mod employers;
mod error;
mod filing;
mod form;
mod gradings;
mod import;
mod inbox;
mod jobs;
mod joining;
mod legacy;
mod listings;
mod login;
mod money;
mod outbox;
mod overdue;
mod public;
mod second_factor;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod samples_case;
#[cfg(test)]
mod samples_counter;
#[cfg(test)]
mod samples_long;
mod supervisions;
mod unmask;

pub use account::{AbsenceRow, AccountPage, Fact, SessionRow};
pub use admin::{AccountRow, AccountsPage, DutyLine, PersonPage};
pub use announcements::{
    AnnouncementBatchesPage, AnnouncementRow, AnnouncementsPage, BatchCard, BatchLine, PublicAnnouncementsPage, PublicRow,
};
pub use areas::{AreasPage, BureauRow, RoutedView};
pub use audit::{AuditEventPage, AuditPage, AuditRow, CheckLine, CheckedView};
pub use calendar::{CalendarPage, DayCell, HolidayLine, Month, MovedLine, PreviewView, YearLine};
pub use case::{
    ApprovalStep, ApprovalView, CaseHead, CasePage, ChildCard, ClaimRow, Conflict, DocumentRow, EventRow, EvidenceRow, Explanation,
    FilingLink, InstalmentRow, Money, MoveView, PaymentRow, RefusedMove, RespondentRow, StepState, TermRow, ToldRow,
};
pub use claims::{ClaimsPage, ClueLine, CodeLine, JoinerLine, LedgerLine, PartiesPage, PartyLine, PayListLine, RecourseLine, RepLine};
pub use counter::{
    AgentRow, CallbackPage, CallbackRow, CallbacksPage, ContactRow, ContactsPage, DoubtRow, EarlierRow, FilingCounterPage, RebindingRow,
    RebindingsPage, RefusalRow, RefusalsPage, StatementPart, VoiceRow,
};
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
pub use filing::{FilingPage, RegisterPage};
pub use form::{Choice, ErrorLink, FieldKind, FormField, FormGroup, FormView};
pub use gradings::{BulkCard, ConductPage, ConductRow, GradeCard, GradingRow, GradingsPage};
pub use import::{ImportPage, ImportResult, RejectLine};
pub use inbox::{Filter, HitRow, InboxPage, InboxRow, InboxTab, NoticeRow, NoticesPage, SearchPage};
pub use jobs::{BacklogLine, JobRow, JobsPage, NodeRow};
pub use joining::{JoiningPage, SplitRow};
pub use legacy::{LegacyPage, LegacyRow};
pub use listings::{PublicListingRow, PublicListingsPage};
pub use login::{LoginPage, LoginState};
pub use money::{MoneyBar, MoneyReportPage, MoneyRow};
pub use outbox::{LetterRow, OutboxPage};
pub use overdue::{HandoverPage, HeldRow, OverduePage, OverdueRow};
pub use public::{ANNOUNCED, LISTED, PublicPaperPage, PublicWhat};
pub use second_factor::{KeptPage, SecondFactorPage, SetupView};
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
    /// 遗留超期复核.
    Legacy,
    /// 查询.
    Search,
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

/// One entry of the navigation.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Where it leads.
    pub href: &'static str,
    /// Its word.
    pub label: &'static str,
    /// How many wait there; 0 shows nothing.
    pub count: u32,
    /// Whether the page stands here.
    pub current: bool,
}

/// What frames every page of a logged-in person.
#[derive(Debug, Clone)]
pub struct Chrome {
    /// The title of the page, without the program's name.
    pub title: String,
    /// Who reads.
    pub person: Person,
    /// The navigation this person has.
    pub nav: Vec<NavItem>,
    /// Demo data.
    pub demo: bool,
    /// The (perhaps simulated) time of the page, `2026-11-23 15:04`.
    pub now: String,
    /// One sentence on what was just done.
    pub flash: Option<Flash>,
}
impl Chrome {
    /// The frame of a page. `desk` says whether the person sees the desk queue; counts are what waits there.
    #[must_use]
    pub fn new(title: impl Into<String>, place: Place, person: Person, counts: NavCounts, demo: bool, now: impl Into<String>) -> Self {
        let item = |href, label, count, at| NavItem { href, label, count, current: at == place };
        let mut nav = Vec::new();
        if counts.inbox_shown {
            nav.push(item("/", "待办", counts.inbox, Place::Inbox));
        }
        if counts.desk_shown {
            nav.push(item("/desk", "待分拨", counts.desk, Place::Desk));
        }
        if counts.register_shown {
            nav.push(item("/filings/new", "登记", 0, Place::Register));
        }
        if counts.desk_shown || counts.callbacks > 0 || place == Place::Callbacks {
            nav.push(item("/callbacks", "待回电", counts.callbacks, Place::Callbacks));
        }
        if counts.calls > 0 || place == Place::Calls {
            nav.push(item("/calls", "抽查回访", counts.calls, Place::Calls));
        }
        if counts.draws_shown || place == Place::Draws {
            nav.push(item("/draws", "抽取", 0, Place::Draws));
        }
        if counts.withdrawals > 0 || place == Place::Withdrawals {
            nav.push(item("/withdrawals", "撤回核实", counts.withdrawals, Place::Withdrawals));
        }
        if counts.rebindings > 0 || place == Place::Rebindings {
            nav.push(item("/rebindings", "换绑确认", counts.rebindings, Place::Rebindings));
        }
        if counts.legacy.is_some() || place == Place::Legacy {
            nav.push(item("/legacy-review", "遗留复核", counts.legacy.unwrap_or(0), Place::Legacy));
        }
        if counts.import_shown {
            nav.push(item("/import", "导入", 0, Place::Import));
        }
        if counts.inbox_shown {
            nav.push(item("/search", "查询", 0, Place::Search));
            nav.push(item("/refusals", "台账", 0, Place::Refusals));
        }
        if counts.accounts_shown {
            nav.push(item("/accounts", "账号管理", 0, Place::Accounts));
        }
        if counts.outbox.is_some() || place == Place::Outbox {
            nav.push(item("/outbox", "寄送", counts.outbox.unwrap_or(0), Place::Outbox));
        }
        let system = [("/jobs", "运行", Place::Jobs), ("/calendar", "日历", Place::Calendar), ("/areas", "区划部门", Place::Areas)];
        nav.extend(system.into_iter().filter(|s| counts.system_shown || s.2 == place).map(|(to, label, at)| item(to, label, 0, at)));
        if counts.definitions_shown || place == Place::Definitions {
            nav.push(item("/definitions", "流程", 0, Place::Definitions));
        }
        if counts.audit_shown || place == Place::Audit {
            nav.push(item("/audit", "审计日志", 0, Place::Audit));
        }
        nav.push(item("/notices", "消息", counts.notices, Place::Notices));
        Self { title: title.into(), person, nav, demo, now: now.into(), flash: None }
    }
    /// With a sentence on what was just done.
    #[must_use]
    pub fn with_flash(mut self, flash: Option<Flash>) -> Self {
        self.flash = flash;
        self
    }
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
    /// Whether draws are announced here.
    pub draws_shown: bool,
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
