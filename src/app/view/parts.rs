//! The values a reader gets: one type for each block of a page and of the API. No behaviour.

use super::money::{AgreementView, OrderView, SupervisionView};
use super::others::{CooperationView, IncidentView, TalkView};
use crate::app::legacy::review::LegacyView;
use crate::base::id::{CaseId, ClaimId, DocumentId, EvidenceId, FilingId, PaymentId, ProcedureId, RespondentId};
use crate::base::{At, Day};
use crate::domain::ledger::Sums;
use crate::flow::offer::Offer;
use crate::law::Fen;
use serde::Serialize;
use utoipa::ToSchema;

/// How urgent a duty is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// 已超期.
    Overdue,
    /// 黄: about to pass.
    Yellow,
    /// 正常.
    Normal,
    /// 暂停.
    Paused,
    /// No longer running.
    Ended,
}

/// One term with everything derived.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TermView {
    /// Key in the definition.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Whose it is: the role's title.
    pub owner: String,
    /// `duty`, `window`, `gate`.
    pub kind: &'static str,
    /// `statutory` or `service`.
    pub effect: &'static str,
    /// `live`, `met`, `cancelled`, `closed`.
    pub status: &'static str,
    /// How urgent.
    pub lamp: Lamp,
    /// The permanent mark of a missed duty.
    pub missed: bool,
    /// The calendar of its year is not published yet.
    pub provisional: bool,
    /// What set it going.
    pub start_event: String,
    /// When.
    #[schema(value_type = String)]
    pub start_at: At,
    /// The instant it passes.
    #[schema(value_type = String)]
    pub due_at: At,
    /// Its day, for terms in days.
    #[schema(value_type = Option<String>)]
    pub due_day: Option<Day>,
    /// Remaining, in words: `还剩 3 个工作日`, `已超期 2 个工作日`.
    pub remaining: String,
    /// The rule in words: `5 个工作日`.
    pub budget: String,
    /// The article.
    pub article: String,
    /// Why this date, a sentence each.
    pub explanation: Vec<String>,
    /// When it ended.
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<At>,
}

/// One step of an approval.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// Its title: `大队长审核`.
    pub title: String,
    /// `signed`, `current`, `later`.
    pub state: &'static str,
    /// Who signed.
    pub by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>)]
    pub at: Option<At>,
}

/// A request that waits.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// The move that waits.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Who asked.
    pub requested_by: String,
    /// When.
    #[schema(value_type = String)]
    pub requested_at: At,
    /// The steps in order.
    pub steps: Vec<StepView>,
}

/// One procedure.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProcedureView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ProcedureId,
    /// The definition's key.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// The version it keeps.
    pub version: i32,
    /// The state's key.
    pub state: String,
    /// The state's title.
    pub state_title: String,
    /// Whether it runs.
    pub open: bool,
    /// Who holds it: role, bureau.
    pub holder: String,
    /// The officer.
    pub assignee: Option<String>,
    /// The filing it is about.
    #[schema(value_type = Option<String>)]
    pub filing: Option<FilingId>,
    /// Terms, live ones first by due date.
    pub terms: Vec<TermView>,
    /// The request that waits for signatures.
    pub approval: Option<ApprovalView>,
    /// Moves this reader may make or see refused.
    pub moves: Vec<Offer>,
    /// The version a form must send back (`If-Match`).
    pub form_version: i64,
}

/// One claim.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "sums as in design §7")]
pub struct ClaimView {
    #[schema(value_type = String)]
    pub id: ClaimId,
    pub claimant: String,
    pub respondent: String,
    #[schema(value_type = Option<String>)]
    pub period_from: Option<Day>,
    #[schema(value_type = Option<String>)]
    pub period_to: Option<Day>,
    pub migrant: String,
    #[serde(flatten)]
    pub sums: SumsView,
}

/// What a claim comes to, or all of some: the equations of design §7 hold between the columns.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in design §7")]
pub struct SumsView {
    #[schema(value_type = i64)]
    pub claimed_fen: Fen,
    #[schema(value_type = i64)]
    pub verified_fen: Fen,
    #[schema(value_type = i64)]
    pub rejected_fen: Fen,
    #[schema(value_type = i64)]
    pub open_fen: Fen,
    #[schema(value_type = i64)]
    pub paid_fen: Fen,
    #[schema(value_type = i64)]
    pub discharged_fen: Fen,
    #[schema(value_type = i64)]
    pub waived_fen: Fen,
    #[schema(value_type = i64)]
    pub outstanding_fen: Fen,
}
impl From<Sums> for SumsView {
    fn from(s: Sums) -> Self {
        Self {
            claimed_fen: s.claimed,
            verified_fen: s.verified,
            rejected_fen: s.rejected,
            open_fen: s.open,
            paid_fen: s.paid,
            discharged_fen: s.discharged,
            waived_fen: s.waived,
            outstanding_fen: s.outstanding,
        }
    }
}

/// One payment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: PaymentId,
    /// How it was paid.
    pub way: String,
    /// What of it counts as received.
    #[schema(value_type = i64)]
    pub counted_fen: Fen,
    /// What of it waits for the worker's word.
    #[schema(value_type = i64)]
    pub waiting_fen: Fen,
    /// What was paid beyond the debt.
    #[schema(value_type = i64)]
    pub credit_fen: Fen,
    /// Why it was, and what became of it.
    pub credit: Option<String>,
    /// It was recorded by mistake.
    pub reversed: bool,
    /// The sum.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// When.
    #[schema(value_type = String)]
    pub paid_on: Day,
    /// Who paid.
    pub payer: String,
    /// Its proof.
    #[schema(value_type = String)]
    pub proof: EvidenceId,
}

/// One filing, masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in the form")]
pub struct FilingView {
    #[schema(value_type = String)]
    pub id: FilingId,
    pub number: String,
    pub source_number: Option<String>,
    pub source: String,
    pub channel: String,
    pub channel_title: String,
    pub kind: String,
    pub kind_title: String,
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    pub claimant: String,
    pub claimant_phone: Option<String>,
    pub claimant_id: Option<String>,
    pub receiving_bureau: String,
    #[schema(value_type = String)]
    pub received_at: At,
    pub area: Option<String>,
    pub area_text: String,
    pub address: Option<String>,
    pub respondent: String,
    pub uscc: Option<String>,
    pub project: Option<String>,
    pub project_kind: Option<String>,
    pub headcount: i32,
    #[schema(value_type = i64)]
    pub reported_total_fen: Fen,
    #[schema(value_type = Option<String>)]
    pub period_from: Option<Day>,
    #[schema(value_type = Option<String>)]
    pub period_to: Option<Day>,
    pub narrative: String,
    pub grade: String,
    pub flags: Vec<String>,
    pub desk_reason: Option<String>,
    pub answer: Option<String>,
    pub earlier_filings: i64,
    /// Whether the person logs in for this filing, so that messages are read.
    pub logs_in: bool,
}

/// One party of the chain.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in the form")]
pub struct PartyView {
    /// Its id, for the forms of a case.
    #[schema(value_type = Option<String>)]
    pub id: Option<RespondentId>,
    pub role: String,
    pub name: String,
    pub uscc: Option<String>,
    pub article: Option<String>,
    /// The ground of its liability as found, in words.
    pub ground: Option<String>,
    /// What it makes the party: 用人单位, 先行清偿, 垫付 …
    pub kind: Option<String>,
    /// What the address of a unit's file ends in; a person has none.
    pub file: Option<String>,
}

/// One file.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in the form")]
pub struct EvidenceView {
    #[schema(value_type = String)]
    pub id: EvidenceId,
    pub kind: String,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    pub by: String,
    #[schema(value_type = String)]
    pub at: At,
}

/// One paper.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in the form")]
pub struct DocumentView {
    #[schema(value_type = String)]
    pub id: DocumentId,
    pub kind: String,
    pub title: String,
    pub number: String,
    pub by: String,
    #[schema(value_type = String)]
    pub issued_at: At,
}

/// One event of the history.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// What happened, in words.
    pub title: String,
    /// Which procedure, in words; empty for the case itself.
    pub procedure: String,
    /// Who.
    pub by: String,
    /// When it happened.
    #[schema(value_type = String)]
    pub occurred_at: At,
    /// When it was recorded.
    #[schema(value_type = String)]
    pub recorded_at: At,
    /// Keyed in late.
    pub late: bool,
    /// The article.
    pub basis: String,
    /// Fields of the form: label and value in words.
    pub details: Vec<(String, String)>,
    /// First bytes of the event's hash: what a receipt shows.
    pub hash: String,
}

/// A look-alike an officer may join.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuggestionView {
    /// The filing.
    pub filing: String,
    /// The other case.
    #[schema(value_type = String)]
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// Why.
    pub reason: String,
}

/// A notice that was queued.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeView {
    /// Its id.
    pub id: String,
    /// The code of what it tells: `term_passed`, `bell_callback` …
    pub about: String,
    /// To whom.
    pub to: String,
    /// The text.
    pub text: String,
    /// When it may be shown.
    #[schema(value_type = String)]
    pub at: At,
    /// When it was read.
    #[schema(value_type = Option<String>)]
    pub read_at: Option<At>,
    /// The case.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
}

/// Everything of a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in design §2")]
pub struct CaseFile {
    #[schema(value_type = String)]
    pub id: CaseId,
    pub number: String,
    pub origin: String,
    pub origin_title: String,
    pub state: String,
    pub state_title: String,
    /// 历史台账，未核实: present when it was taken over from a ledger.
    pub legacy: Option<LegacyView>,
    pub open: bool,
    pub area: String,
    pub area_name: String,
    pub lead_bureau: String,
    pub lead_bureau_name: String,
    pub oversight_bureau_name: Option<String>,
    pub project: Option<String>,
    pub project_kind: Option<String>,
    pub government_funded: Option<bool>,
    pub address: Option<String>,
    pub respondent: String,
    pub grade: String,
    pub grade_title: String,
    pub flags: Vec<String>,
    pub headcount: i32,
    #[schema(value_type = i64)]
    pub reported_total_fen: Fen,
    #[schema(value_type = i64)]
    pub claimed_fen: Fen,
    #[schema(value_type = i64)]
    pub verified_fen: Fen,
    #[schema(value_type = i64)]
    pub paid_fen: Fen,
    #[schema(value_type = i64)]
    pub waived_fen: Fen,
    #[schema(value_type = i64)]
    pub outstanding_fen: Fen,
    #[schema(value_type = i64)]
    pub remainder_fen: Fen,
    pub remainder: Option<String>,
    pub transfers: i32,
    pub conclusion: Option<String>,
    /// The case in which the matter of a merged case went on.
    #[schema(value_type = Option<String>)]
    pub merged_into: Option<CaseId>,
    pub merged_number: Option<String>,
    pub second_officer: Option<String>,
    #[schema(value_type = String)]
    pub first_received_at: At,
    #[schema(value_type = Option<String>)]
    pub complaint_received_at: Option<At>,
    pub form_version: i64,
    pub procedures: Vec<ProcedureView>,
    pub claims: Vec<ClaimView>,
    pub payments: Vec<PaymentView>,
    pub chain: Vec<PartyView>,
    pub agreements: Vec<AgreementView>,
    pub orders: Vec<OrderView>,
    pub supervisions: Vec<SupervisionView>,
    /// What others paid instead of the employer and may ask back.
    pub recourses: Vec<crate::app::claims::recourse::RecourseView>,
    /// What others were asked to do, the newest first.
    pub cooperations: Vec<CooperationView>,
    /// Talks with respondents, the newest first.
    pub talks: Vec<TalkView>,
    /// Incidents, the newest first; nothing of their reports.
    pub incidents: Vec<IncidentView>,
    /// Listings, the newest first.
    pub listings: Vec<super::listing::ListingView>,
    /// Penalties, the newest first.
    pub penalties: Vec<super::penalty::PenaltyView>,
    /// Announcements of what it came to.
    pub announcements: Vec<crate::app::announcements::AnnouncementView>,
    pub filings: Vec<FilingView>,
    pub evidence: Vec<EvidenceView>,
    pub documents: Vec<DocumentView>,
    pub suggestions: Vec<SuggestionView>,
    pub notices: Vec<NoticeView>,
    pub timeline: Vec<EventView>,
}

/// Everything of a filing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in design §2")]
pub struct FilingFile {
    pub filing: FilingView,
    /// 历史台账，未核实: present when it was taken over from a ledger.
    pub legacy: Option<LegacyView>,
    pub case_number: Option<String>,
    pub procedure: ProcedureView,
    pub chain: Vec<PartyView>,
    pub evidence: Vec<EvidenceView>,
    pub documents: Vec<DocumentView>,
    pub suggestions: Vec<SuggestionView>,
    pub timeline: Vec<EventView>,
}
