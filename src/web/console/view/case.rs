//! The case page: one matter, everything an officer needs to act on it.

use super::SplitRow;
use super::{Chrome, Due, Fact, FormView, Plan, Suggestion, Tag, Tone};
use askama::Template;

/// The sums of a case, `¥12,345.67`.
#[derive(Debug, Clone, Default)]
pub struct Money {
    /// What was reported as a whole.
    pub reported: String,
    /// What the claims name.
    pub claimed: String,
    /// What was found to be owed.
    pub verified: String,
    /// What the workers have.
    pub paid: String,
    /// What was given up.
    pub waived: String,
    /// What is still owed.
    pub outstanding: String,
    /// Nothing is owed any more.
    pub settled: bool,
    /// Share paid of what is verified, 0 to 100.
    pub paid_percent: u8,
    /// What of the reported sum has no named worker, and how that was resolved; empty when nothing is left.
    pub remainder: String,
}

/// Who the matter is about and where it stands.
#[derive(Debug, Clone)]
pub struct CaseHead {
    /// The public code.
    pub code: String,
    /// The first respondent, or the project.
    pub respondent: String,
    /// The state it is in.
    pub state: String,
    /// How the state speaks.
    pub state_tone: Tone,
    /// Grade, flags, origin.
    pub tags: Vec<Tag>,
    /// The nearest duty; `None` when the case is over.
    pub due: Option<Due>,
    /// What the nearest duty asks, and of whom.
    pub next: String,
    /// Project, area, bureaus, holder, headcount, dates.
    pub facts: Vec<Fact>,
    /// The sums.
    pub money: Money,
    /// The page that shows what is masked, if the person may ask for it.
    pub unmask_href: Option<String>,
}

/// Why a date is what it is.
#[derive(Debug, Clone, Default)]
pub struct Explanation {
    /// Start, rule, pauses and extensions, a sentence each.
    pub lines: Vec<String>,
    /// Days that were not counted, with their names: `2026-10-01 国庆节`.
    pub skipped: Vec<String>,
    /// The article.
    pub article: String,
    /// The calendar or its absence.
    pub calendar: String,
}

/// One term: who must do what by when.
#[derive(Debug, Clone, Template)]
#[template(path = "part/term.html")]
pub struct TermRow {
    /// Who.
    pub who: String,
    /// What.
    pub what: String,
    /// By when.
    pub due: Due,
    /// `法定` or `服务`.
    pub effect: String,
    /// Its rule in words: `5 个工作日，自收到之日起`.
    pub rule: String,
    /// Why it is this date.
    pub why: Explanation,
    /// No longer running.
    pub ended: bool,
}
impl askama::filters::HtmlSafe for TermRow {}
impl TermRow {
    /// Whether the article is worth a line of its own: mostly a line of the reckoning names it already.
    #[must_use]
    pub fn cites(&self) -> bool {
        !self.why.article.is_empty() && !self.why.lines.iter().any(|l| l.contains(&self.why.article))
    }
}

/// A move that may be made now.
#[derive(Debug, Clone, Template)]
#[template(path = "part/move.html")]
pub struct MoveView {
    /// Its word.
    pub label: String,
    /// What it does and on which article.
    pub basis: String,
    /// It starts an approval: whose signatures follow.
    pub approval: Option<String>,
    /// The form.
    pub form: FormView,
    /// Shown open (the only one, or the one with errors).
    pub open: bool,
}
impl askama::filters::HtmlSafe for MoveView {}

/// A move that may not be made now.
#[derive(Debug, Clone)]
pub struct RefusedMove {
    /// Its word.
    pub label: String,
    /// Why not, and what is missing.
    pub reason: String,
}

/// Someone was faster; what the person typed is kept in the form.
#[derive(Debug, Clone, Template)]
#[template(path = "part/conflict.html")]
pub struct Conflict {
    /// Who did what, when.
    pub summary: String,
    /// What changed, a line each.
    pub changes: Vec<String>,
}
impl askama::filters::HtmlSafe for Conflict {}

/// Where a step of an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Signed.
    Signed,
    /// Must sign now.
    Current,
    /// Comes later.
    Later,
    /// Sent it back.
    Returned,
}
impl StepState {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Signed => "已签",
            Self::Current => "待签",
            Self::Later => "未到",
            Self::Returned => "退回",
        }
    }
    /// Its style class.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Signed => "good",
            Self::Current => "info",
            Self::Later => "plain",
            Self::Returned => "bad",
        }
    }
}
/// One step of an approval.
#[derive(Debug, Clone)]
pub struct ApprovalStep {
    /// The step: `大队长`.
    pub role: String,
    /// Who signed; empty before.
    pub name: String,
    /// When.
    pub at: String,
    /// What was said.
    pub note: String,
    /// Where it stands.
    pub state: StepState,
}
/// A request that waits for signatures.
#[derive(Debug, Clone)]
pub struct ApprovalView {
    /// What is asked for: `立案`.
    pub what: String,
    /// By whom and when.
    pub requested: String,
    /// What the form says.
    pub facts: Vec<Fact>,
    /// The steps in order.
    pub steps: Vec<ApprovalStep>,
    /// By when the current step must sign.
    pub due: Option<Due>,
    /// Sign, send back, take back: what this person may do.
    pub forms: Vec<MoveView>,
}

/// One claim 欠薪明细.
#[derive(Debug, Clone)]
pub struct ClaimRow {
    /// The worker, masked.
    pub claimant: String,
    /// The respondent.
    pub respondent: String,
    /// From when to when.
    pub period: String,
    /// Sums.
    pub claimed: String,
    /// Found to be owed; empty before the finding.
    pub verified: String,
    /// What the worker has.
    pub paid: String,
    /// What is still owed.
    pub outstanding: String,
    /// Where it stands.
    pub state: Tag,
}

/// One payment with its proof.
#[derive(Debug, Clone)]
pub struct PaymentRow {
    /// The day.
    pub on: String,
    /// The sum.
    pub amount: String,
    /// Who paid, and how.
    pub payer: String,
    /// What is to be known of it: waits for the worker's word, was more than owed, was recorded by mistake.
    pub state: Tag,
    /// More about that; may be empty.
    pub note: String,
    /// The proof's download.
    pub proof: String,
}

/// An agreement, an order to pay or a supervision.
#[derive(Debug, Clone)]
pub struct ChildCard {
    /// What it is: `支付协议（第 2 版）`.
    pub title: String,
    /// Where it stands.
    pub state: Tag,
    /// What it says.
    pub facts: Vec<Fact>,
    /// The plan of an agreement.
    pub plan: Plan,
    /// What the lines below are.
    pub heading: String,
    /// Attempts to serve an order, commitments of a talk, whom an incident was told to: a line each.
    pub lines: Vec<String>,
    /// The paper of an order.
    pub paper: Option<String>,
    /// The file of the unit that is to be listed.
    pub employer: Option<String>,
    /// An earlier version: shown closed.
    pub past: bool,
}

/// One notice that was sent about the case.
#[derive(Debug, Clone)]
pub struct ToldRow {
    /// When.
    pub at: String,
    /// To whom.
    pub to: String,
    /// What it says.
    pub text: String,
    /// Whether it was read.
    pub read: bool,
}

/// One party of the chain of respondents.
#[derive(Debug, Clone)]
pub struct RespondentRow {
    /// `建设单位`, `总包`, `分包`, `包工头`.
    pub role: String,
    /// Its name (a person's is masked).
    pub name: String,
    /// Its code (a person's is masked).
    pub code: String,
    /// What its ground makes it: `用人单位`, `先行清偿`; empty until it is found.
    pub kind: String,
    /// Why it is liable, with the article; empty when it is not.
    pub liable: String,
    /// The file of a unit.
    pub href: Option<String>,
}

/// A filing or case as a line.
#[derive(Debug, Clone)]
pub struct FilingLink {
    /// Its page.
    pub href: String,
    /// Its public code.
    pub code: String,
    /// Kind and channel.
    pub kind: String,
    /// Reporter, masked; for a case its respondent.
    pub who: String,
    /// When it came.
    pub received: String,
    /// Its state.
    pub state: String,
    /// By when it must be answered.
    pub due: Option<Due>,
}

/// One file of evidence.
#[derive(Debug, Clone)]
pub struct EvidenceRow {
    /// Its download.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Kind: `工资条`, `银行回单`.
    pub kind: String,
    /// Size in words.
    pub size: String,
    /// Who added it, when.
    pub added: String,
    /// The first 12 characters of its hash.
    pub hash: String,
    /// A picture: it can be looked at on the page.
    pub picture: bool,
}

/// One paper, issued or to be issued.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    /// Its printable page.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Its number; empty for a draft.
    pub number: String,
    /// When it was issued.
    pub issued: String,
}

/// One thing that happened.
#[derive(Debug, Clone, Template)]
#[template(path = "part/event.html")]
pub struct EventRow {
    /// When it happened, `2026-11-23 15:04`.
    pub at: String,
    /// When it was keyed in, if later.
    pub recorded: Option<String>,
    /// What happened.
    pub title: String,
    /// Who did it.
    pub actor: String,
    /// What the form said, a line each.
    pub details: Vec<Fact>,
    /// The article.
    pub basis: String,
    /// How it speaks.
    pub tone: Tone,
}
impl askama::filters::HtmlSafe for EventRow {}
impl EventRow {
    /// Whether everything it says is so short that it fits beside each other: reminders and signatures must not make
    /// the history three times as long.
    #[must_use]
    pub fn brief(&self) -> bool {
        self.details.iter().all(|f| f.name.chars().count() + f.value.chars().count() <= 22)
    }
}

/// 案件.
#[derive(Debug, Clone, Template)]
#[template(path = "case.html")]
pub struct CasePage {
    /// The frame.
    pub chrome: Chrome,
    /// Who and where.
    pub head: CaseHead,
    /// Contacts, and the way to what the counter does about its filings.
    pub contacts_href: String,
    /// The ledger of its claims.
    pub claims_href: String,
    /// Who is liable, who speaks, who is paid.
    pub parties_href: String,
    /// Someone was faster.
    pub conflict: Option<Conflict>,
    /// Who must do what by when.
    pub terms: Vec<TermRow>,
    /// Terms that ended.
    pub past_terms: Vec<TermRow>,
    /// A request that waits for signatures.
    pub approval: Option<ApprovalView>,
    /// Those of agreements and orders, which wait beside it.
    pub approvals: Vec<ApprovalView>,
    /// What may be done now.
    pub moves: Vec<MoveView>,
    /// What is done more rarely.
    pub more: Vec<MoveView>,
    /// What may not, and why.
    pub refused: Vec<RefusedMove>,
    /// Makes it a candidate for announcement.
    pub announce: Option<FormView>,
    /// Begins a penalty.
    pub penalize: Option<FormView>,
    /// Keeps an officer out.
    pub recuse: Option<FormView>,
    /// The claims.
    pub claims: Vec<ClaimRow>,
    /// How many there are in all; the others stand on the page of the claims.
    pub claims_total: usize,
    /// Payments with proof.
    pub payments: Vec<PaymentRow>,
    /// What others paid and may ask back.
    pub recourses: Vec<super::RecourseLine>,
    /// Agreements, orders and supervisions.
    pub children: Vec<ChildCard>,
    /// The chain.
    pub respondents: Vec<RespondentRow>,
    /// The filings that joined.
    pub filings: Vec<FilingLink>,
    /// Other cases its filings may belong to.
    pub suggestions: Vec<Suggestion>,
    /// Filings that may be taken out.
    pub splits: Vec<SplitRow>,
    /// Files.
    pub evidence: Vec<EvidenceRow>,
    /// Adds a file.
    pub upload: Option<FormView>,
    /// Papers with an addressee, with what was handed in on each.
    pub served: Vec<super::ServedLine>,
    /// Papers.
    pub documents: Vec<DocumentRow>,
    /// What happened, the newest first: the first ones,
    pub events: Vec<EventRow>,
    /// and what lies further back, shown closed.
    pub earlier: Vec<EventRow>,
    /// Notices sent.
    pub told: Vec<ToldRow>,
}
impl CasePage {
    /// Whether one of the rarer moves is shown open.
    fn more_open(&self) -> bool {
        self.more.iter().any(|m| m.open || m.form.has_errors())
    }
}
