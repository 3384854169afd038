//! The values that go in and out of the engine: facts, forms, procedures, moves and steps.
//!
//! Owns the vocabulary between `flow`, `domain` and `app`. Holds no rule: what a move does is decided in
//! [`super::step`], what an effect changes is planned in `domain`.

use crate::base::id::{AccountId, ProcedureId, TermId};
use crate::base::{At, Day};
use crate::law::Fen;
use crate::law::term::Term;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A value of a fact, a form field or an effect's argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", content = "v", rename_all = "snake_case")]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number: headcount, days, months.
    Int(i64),
    /// An amount in fen.
    Money(Fen),
    /// Text or a code.
    Text(String),
    /// A civil day.
    Day(Day),
    /// An instant.
    At(At),
    /// An id of any kind.
    Id(uuid::Uuid),
    /// Several texts or ids.
    List(Vec<Value>),
}

/// The type of a [`Value`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// An amount in fen.
    Money,
    /// Text or a code.
    Text,
    /// A civil day.
    Day,
    /// An instant.
    At,
    /// An id.
    Id,
    /// Several texts or ids.
    List,
}

impl Value {
    /// The type of this value.
    #[must_use]
    pub fn ty(&self) -> ValueType {
        match self {
            Self::Bool(_) => ValueType::Bool,
            Self::Int(_) => ValueType::Int,
            Self::Money(_) => ValueType::Money,
            Self::Text(_) => ValueType::Text,
            Self::Day(_) => ValueType::Day,
            Self::At(_) => ValueType::At,
            Self::Id(_) => ValueType::Id,
            Self::List(_) => ValueType::List,
        }
    }
}

/// Named values: what the matter looks like when a move is judged (`case.headcount`, `claims.outstanding`).
pub type Facts = BTreeMap<String, Value>;
/// The parsed fields of a move's form, by field key.
pub type Form = BTreeMap<String, Value>;

/// One fact the matter can offer to definitions. Names are append-only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactSpec {
    /// `group.name`.
    pub name: &'static str,
    /// Its type.
    pub ty: ValueType,
    /// What a person calls it.
    pub label: &'static str,
    /// The loader group; `app` loads only the groups a move needs.
    pub group: &'static str,
}

/// Everything a definition may refer to, filled by `domain`, an argument of the check.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    /// Facts by name.
    pub facts: BTreeMap<&'static str, FactSpec>,
    /// Roles a move or state may name, such as `handler@lead`.
    pub roles: BTreeSet<String>,
    /// Code lists a form may choose from (`conclusion`, `refusal_reason`), with the codes and their Chinese names.
    pub codes: BTreeMap<String, Vec<(String, String)>>,
    /// Which codes of a list carry a tag (`conclusion` → `leaves_outstanding` → codes).
    pub code_tags: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// The article a code stands on, by list and code; only those that have one.
    pub code_articles: BTreeMap<String, BTreeMap<String, String>>,
    /// Notice templates.
    pub notices: BTreeSet<String>,
    /// Keys of term rules that exist. Empty: not checked.
    pub rules: BTreeSet<String>,
    /// Keys of rule numbers that exist. Empty: not checked.
    pub numbers: BTreeSet<String>,
    /// Keys of procedures that exist, with the moves other procedures may tell them.
    pub procedures: BTreeSet<String>,
}

/// What a move asks the matter to change. A closed set: each kind has one planner in `domain` and one applier in
/// `store`. Names are append-only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// Sets the lead bureau of the case. Args: `bureau` text.
    SetLead,
    /// Sets the industry bureau of oversight. Args: `bureau` text.
    SetOversight,
    /// Names the officer who holds the procedure, and optionally the second officer. Args: `account` id, `second` id?.
    Assign,
    /// Takes the officer off (return, transfer, reopening). No args.
    Unassign,
    /// Counts a transfer. No args.
    CountTransfer,
    /// Changes the grade of the case. Args: `grade` text, `reason` text.
    SetGrade,
    /// Marks 突发/群体性/极端. Args: `flag` text, `on` bool.
    SetFlag,
    /// The clue becomes a complaint in law. No args.
    BecomeComplaint,
    /// Stores the coded conclusion. Args: `code` text.
    Conclude,
    /// Takes the conclusion back. No args.
    ClearConclusion,
    /// A finding on one claim. Args: `claim` id, `verified` money, `rejected` money, `reason` text?.
    RecordFinding,
    /// Amends the claimed sum by office. Args: `claim` id, `claimed` money, `reason` text.
    AmendClaim,
    /// Money with proof, allocated to one claim. Args: `claim` id, `amount` money, `paid_on` day, `payer_kind` text,
    /// `bank_ref` text?, `proof` id, `discharges` bool?.
    RecordPayment,
    /// What is left of the reported total without a named worker is explained. Args: `code` text, `reason` text?.
    ResolveRemainder,
    /// A paper is issued with a gapless number. Args: `document` text (its kind).
    IssueDocument,
    /// A second officer is named. Args: `account` id.
    SetSecondOfficer,
    /// The filing joins a case. Args: `case` id.
    JoinCase,
    /// A case is opened for the filing. No args.
    OpenCase,
    /// Stores the coded answer of a filing. Args: `code` text.
    AnswerFiling,
    /// Sets or clears the reason why a filing waits at the desk. Args: `reason` text?.
    SetDeskReason,
    /// Sets the area of filing and case. Args: `area` text.
    SetArea,
    /// A payment was recorded by mistake. Args: `payment` id.
    ReversePayment,
    /// What became of what was paid beyond the debt. Args: `payment` id, `code` text.
    ResolveCredit,
    /// A worker gives up a part of a claim. Args: `claim` id, `amount` money.
    WaiveClaim,
    /// A worker's word on a payment as an officer heard it.
    RecordReceipt,
    /// A version of an agreement is stored. Args: `payer` id, `plan` list, `total` money, `guarantor` text?, `accelerates` bool,
    /// `enforceability` text, `signed_on` day, `proof` id, `guarantee` text?, `guaranteed` money?.
    SignAgreement,
    /// All that an agreement leaves open falls due. Args: `due_on` day.
    AccelerateAgreement,
    /// An order to pay is stored. Args: `instrument` text, `respondent` id, `pay_by` day, `consent` id?.
    DraftOrder,
    /// An attempt to serve an order. Args: `on` day, `way` text, `outcome` text, `place` text, `witness` text?, `proof` id?,
    /// `address_confirmed` bool?.
    AttemptService,
    /// An order was served. Args: `served_on` day, `way` text.
    ServeOrder,
    /// The day to pay by is set anew. Args: `pay_by` day.
    AmendOrder,
    /// The additional compensation is fixed. Args: `percent` int.
    FixCompensation,
    /// Review or suit against an order. Args: `remedy` text, `on` day?.
    SetRemedy,
    /// A supervision is opened. Args: `origin` text, `level` text.
    OpenSupervision,
    /// A supervision rises to another level. Args: `level` text.
    RaiseSupervision,
    /// A supervision is discharged. No args.
    DischargeSupervision,
    /// An order expired: what is undischarged then is kept. No args.
    ExpireOrder,
    /// No additional compensation is ordered. No args.
    SkipCompensation,
    /// Additional compensation was paid. Args: `amount` money, `paid_on` day, `proof` id.
    PayCompensation,
    /// A payment of additional compensation was recorded by mistake. Args: `amount` money, `paid_on` day.
    ReverseCompensation,
    /// What the crime test came to. Args: `result` text.
    TestCrime,
    /// How an agreement became enforceable, or did not. Args: `status` text, `on` day?.
    RecordEnforceability,
    /// Another bureau is asked, a finding referred, a worker handed on. Args: `kind` text, `bureau` text?, `due_on` day?, `subject` text?,
    /// `claim` id?, `consent` id?.
    OpenCooperation,
    /// What came of it so far; without an outcome it is open again. Args: `outcome` text?.
    SettleCooperation,
    /// Who of a hand-off went, and when. Args: `went` text, `went_on` day.
    NoteVisit,
    /// A respondent is called to talk. Args: `respondent` id, `on_at` at, `place` text.
    OpenTalk,
    /// It was reached. Args: `at` at, `proof` id.
    ConfirmContact,
    /// Another time and place. Args: `on_at` at, `place` text.
    SetTalk,
    /// How a talk went; `no_show` counts an absence. Args: `outcome` text.
    SettleTalk,
    /// A commitment is stored. Args: `what` text, `due_on` day.
    AddCommitment,
    /// A commitment was kept or missed. Args: `state` text.
    SettleCommitment,
    /// An incident is opened. Args: `category` text, `known_at` at, `phoned_at` at?, `persons` int.
    OpenIncident,
    /// When it was first told by telephone. Args: `at` at.
    NoteCall,
    /// 公安, 信访, 网信 were told. Args: `authority` text, `at` at, `contact` text?.
    InformAuthority,
    /// What the head found it to be. Args: `finding` text, `bad_effect` bool.
    JudgeIncident,
    /// A listing is examined. No args.
    OpenListing,
    /// Its conditions are computed again. No args.
    ComputeListing,
    /// It is proposed. Args: `ground` text, `withholding` text.
    ProposeListing,
    /// It is decided. No args.
    DecideListing,
    /// It ends without a decision. No args.
    LeaveListing,
    /// It is made public. No args.
    PublishListing,
    /// Review or suit against it. Args: `remedy` text.
    SetListingRemedy,
    /// It stands no more. Args: `why` text.
    EndListing,
    /// It was taken out everywhere. No args.
    FinishRemoval,
    /// It stands again. No args.
    RestoreListing,
    /// The credit platform shows it no more. Args: `on` day.
    StopDisplay,
    /// What was wrong of the unit is put right. Args: `unit_name` text?, `uscc` text?.
    CorrectListing,
    /// What was wrong of a person is put right. Args: `entry` text, `name` text?, `id_number` text?, `post` text?, `post_from` day?.
    CorrectParty,
    /// A party to be told. Args: `kind` text, `name` text?, `id_number` text?, `post` text?, `post_from` day?.
    AddParty,
    /// The notice was served on it. Args: `on` day, `way` text.
    ServeParty,
    /// It objected. Args: `on` day.
    ObjectParty,
    /// Its window is over, or its objection answered. Args: `answer` text.
    AnswerParty,
    /// It is a party no more. No args.
    DropParty,
    /// The decision is posted for it. Args: `on` day.
    PostDecision,
    /// The decision was served on it. Args: `on` day, `way` text.
    ServeDecision,
    /// Early removal is asked for. Args: `applied_on` day, `applicant` text, `application` id, `correction` id, `promise` id.
    OpenRemoval,
    /// The correction was verified. Args: `on` day.
    VerifyRemoval,
    /// What became of the application. Args: `outcome` text.
    SettleRemoval,
    // ── announcements 社会公布 ──
    /// A violation becomes a candidate. Args: `respondent` id, `decision` text, `number` text?, `decided_on` day?, `served_on` day?,
    /// `proof` id?.
    OpenAnnouncement,
    /// Its text is drafted. Args: `category` text, `name` text?, `code` text?, `address` text, `head` text, `facts` text, `result` text,
    /// `way` text.
    DraftAnnouncement,
    /// A second person found nothing in it that must not be published. No args.
    CheckAnnouncement,
    /// The head approved it. No args.
    ApproveAnnouncement,
    /// It is published. No args.
    PublishAnnouncement,
    /// It stood in a newspaper. Args: `medium` text, `name` text, `on` day, `proof` id.
    NoteAnnouncementMedia,
    /// It is not shown any more. Args: `outcome` text.
    SettleAnnouncement,
    /// A proposed grade was confirmed by persons. No args.
    ConfirmGrading,
    /// The employer was told of its grade. Args: `on` day, `way` text, `proof` text.
    TellGrading,
    /// The employer objects to its grade. No args.
    ContestGrading,
    /// The head of an employer graded C was talked to. Args: `on` day.
    TalkGrading,
    // ── penalties 行政处罚 ──
    /// A penalty is filed on a party. Args: see `flow::effect`.
    OpenPenalty,
    /// A fine is proposed. Args: `fine` money, `degree` text, `mitigation` text?.
    ProposePenalty,
    /// It is investigated again, and told anew. No args.
    RestartPenalty,
    /// A second person reviewed it. No args.
    ReviewPenalty,
    /// The prior notice was served. Args: `on` day, `way` text.
    TellPenalty,
    /// The party made a statement. Args: `on` day.
    StatePenalty,
    /// The statement was answered. Args: `outcome` text, `fine` money?, `mitigation` text?.
    AnswerPenalty,
    /// The window to be heard is over. No args.
    ClosePenaltyWindow,
    /// A hearing is asked for. Args: `on` day.
    AskHearing,
    /// When, where and by whom it is held. Args: `on` day, `clock` text, `place` text, `host` id.
    SetHearing,
    /// Its notice was served. Args: `on` day.
    TellHearing,
    /// It was held, or given up. Args: `on` day, `result` text.
    HoldHearing,
    /// The heads discussed it together. Args: `on` day.
    DiscussPenalty,
    /// It is decided. No args.
    DecidePenalty,
    /// Nothing is punished. Args: `why` text.
    DropPenalty,
    /// The decision was served. Args: `on` day, `way` text.
    ServePenalty,
    /// A payment of the fine. Args: `amount` money, `paid_on` day, `proof` id, `bank_ref` text.
    PayPenalty,
    /// It was recorded by mistake. Args: `bank_ref` text.
    ReversePenaltyPayment,
    /// It may be paid later, or in parts. Args: `until` day, `plan` list?.
    DeferPenalty,
    /// The party was urged. Args: `on` day.
    UrgePenalty,
    /// It was urged in vain. No args.
    RefusePenalty,
    /// Review or suit against it. Args: `remedy` text, `on` day.
    SetPenaltyRemedy,
    /// It was revoked. Args: `on` day, `why` text.
    RevokePenalty,
    /// Other officers take it over. Args: `account` id, `second` id?.
    PassOnPenalty,
    /// What became of it. Args: `outcome` text.
    ClosePenalty,
}

/// An effect with its evaluated arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// What kind of change.
    pub kind: EffectKind,
    /// Its arguments by name.
    pub args: BTreeMap<String, Value>,
}

/// Whom a signal reaches, in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalTo {
    /// The procedure that started this one.
    Parent,
    /// Running children of one kind.
    Children(String),
    /// Running procedures of one kind on the same case (the filings that joined it, the complaint of a filing's case).
    Case(String),
    /// Starts a new procedure of this kind on the same case.
    New(String),
}

/// What one procedure tells another: performed as a system move in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Whom.
    pub to: SignalTo,
    /// The move performed there (ignored for `New`, which makes the start move).
    pub name: String,
    /// The form of that move.
    pub form: Form,
    /// It is taken only where this holds of the receiver's facts; elsewhere it is dropped.
    pub taken: Option<super::guard::Expr>,
}

/// A notice to be queued: who is told what. Persons are resolved by `app` in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeOrder {
    /// A role (`handler@lead`), `assignee`, `second` or `requester`; the last three as they are after the step, and
    /// as they were before it where it took them away.
    pub audience: String,
    /// Template key in the catalogue: `notice.<template>`.
    pub template: String,
}

/// Who acts, as the engine sees it. `roles` are those the actor holds towards this very procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    /// The account; `None` for the system.
    pub account: Option<AccountId>,
    /// Roles towards this procedure (`handler@lead`, `assignee`, `system`).
    pub roles: BTreeSet<String>,
}

/// A move as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Its key in the definition, or one of the built-in names of [`builtin`].
    pub name: String,
    /// Who asks.
    pub actor: Acting,
    /// When it happened on paper; terms run from here.
    pub occurred_at: At,
    /// The parsed form.
    pub form: Form,
    /// The term a time move is about.
    pub term: Option<TermId>,
}

/// Moves every procedure knows without a definition.
pub mod builtin {
    /// The pending approval's current step is signed.
    pub const APPROVE: &str = "approval.approve";
    /// The pending request goes back to whoever asked.
    pub const REJECT: &str = "approval.reject";
    /// Whoever asked takes the request back.
    pub const WITHDRAW: &str = "approval.withdraw";
    /// Time: the next rung of a term.
    pub const RUNG: &str = "time.rung";
    /// Time: a pause reached its maximum.
    pub const RESUME: &str = "time.resume";
}

/// Where a term stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermStatus {
    /// Armed and not yet met; overdue included.
    Live,
    /// Met; `missed` tells whether too late.
    Met,
    /// No longer asked for (the procedure went another way).
    Cancelled,
    /// A window that closed by time.
    Closed,
}

/// One term of a running procedure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TermState {
    /// Its id.
    pub id: TermId,
    /// The key in the definition, `approval:<chain>:<step>`, or [`super::legacy::REVIEW`].
    pub key: String,
    /// The legal substance: rule, budget, start, pauses, extensions.
    pub term: Term,
    /// Where it stands.
    pub status: TermStatus,
    /// When it was met, cancelled or closed.
    pub ended_at: Option<At>,
    /// The permanent mark: its due date passed before it was met. Never taken back.
    pub missed: bool,
    /// Index of the next rung of its ladder that has not fired; past the end when all have.
    pub next_rung: usize,
}

/// One signature of the 审批表.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The step's key in its chain.
    pub step: String,
    /// Who signed.
    pub by: AccountId,
    /// When (recorded).
    pub at: At,
    /// When it was signed on paper.
    pub occurred_at: At,
    /// Whether it went on (`true`) or back.
    pub agreed: bool,
}

/// A request that waits for signatures; the move is made when the last step agrees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    /// Keys of the steps, in order (`supervisor` is put first when the move is dated back too far).
    pub steps: Vec<String>,
    /// The chain's key in the definition; `backdating` for the built-in one.
    pub chain: String,
    /// The step that must sign now.
    pub step: usize,
    /// The move that waits.
    pub name: String,
    /// Its form, as given. Sealed texts are stored apart: see [`Step::sealed`].
    pub form: Form,
    /// Its date on paper.
    pub occurred_at: At,
    /// Who asked.
    pub requested_by: AccountId,
    /// When (recorded).
    pub requested_at: At,
    /// Signatures so far.
    pub signed: Vec<Signature>,
}

/// A running procedure as the engine sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Procedure {
    /// Its id.
    pub id: ProcedureId,
    /// The definition's key.
    pub kind: String,
    /// The definition's version it keeps.
    pub version: u32,
    /// The state it is in.
    pub state: String,
    /// When it started (on paper).
    pub started_at: At,
    /// When it came into its state (on paper).
    pub entered_at: At,
    /// Whether it reached a terminal state.
    pub ended: bool,
    /// The officer who holds it.
    pub assignee: Option<AccountId>,
    /// Terms, ended ones included.
    pub terms: Vec<TermState>,
    /// The request that waits for signatures.
    pub approval: Option<Approval>,
}

/// What a move comes to. Pure: nothing has happened yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The move's name as recorded in the event (for an approval's last signature: the move that was made).
    pub name: String,
    /// The event kind: `started`, `moved`, `requested`, `signed`, `sent_back`, `withdrawn`, `rung`, `resumed`.
    pub event: &'static str,
    /// The state before (empty at the start).
    pub from: String,
    /// The procedure afterwards, terms and approval included.
    pub after: Procedure,
    /// What the matter shall change, in order.
    pub effects: Vec<Effect>,
    /// Whom to tell in the same transaction.
    pub signals: Vec<Signal>,
    /// Who is told.
    pub notices: Vec<NoticeOrder>,
    /// Form values that may stand in the event (codes, days, numbers, ids, money).
    pub plain: Form,
    /// Free text of the form: sealed beside the event, never in it.
    pub sealed: BTreeMap<String, String>,
    /// The facts the guards used, by name.
    pub facts_used: Facts,
    /// When it happened on paper.
    pub occurred_at: At,
    /// Recorded more than a working day after it happened.
    pub late_entered: bool,
    /// The form changed for others: state, holder, visible facts or terms (a reminder does not).
    pub visible: bool,
    /// The article the move stands on.
    pub basis: String,
    /// The request with all its signatures so far, when this step asked, signed, sent back or withdrew: what the 审批表
    /// prints. The procedure afterwards holds it only while it waits.
    pub request: Option<Approval>,
}

impl Step {
    /// A step that changes nothing: for papers issued outside a move.
    #[must_use]
    pub fn still(p: &Procedure, at: At) -> Self {
        Self {
            name: String::new(),
            event: "moved",
            from: p.state.clone(),
            after: p.clone(),
            effects: Vec::new(),
            signals: Vec::new(),
            notices: Vec::new(),
            plain: Form::new(),
            sealed: BTreeMap::new(),
            facts_used: Facts::new(),
            occurred_at: at,
            late_entered: false,
            visible: false,
            basis: String::new(),
            request: None,
        }
    }
}
