//! A filing's page and the form that registers one.

use super::{
    AmendmentRow, ApprovalView, Chrome, Conflict, DocumentRow, EventRow, EvidenceRow, Fact, FilingLink, FormView, MoveView, RefusedMove,
    RespondentRow, Suggestion, Tag, TermRow,
};
use askama::Template;

/// 投诉登记: one report, its procedure and its case.
#[derive(Debug, Clone, Template)]
#[template(path = "filing.html")]
pub struct FilingPage {
    /// The frame.
    pub chrome: Chrome,
    /// The public code.
    pub code: String,
    /// Kind, state, secrecy.
    pub tags: Vec<Tag>,
    /// Channel, outside number, times, reporter (masked), respondent, project, sums.
    pub facts: Vec<Fact>,
    /// The narrative, masked per need.
    pub narrative: String,
    /// The page that shows what is masked, if the person may ask for it.
    pub unmask_href: Option<String>,
    /// Messages with the worker, where one logs in.
    pub talk_href: Option<String>,
    /// What the counter does about it.
    pub counter_href: String,
    /// The case it joined.
    pub case: Option<FilingLink>,
    /// Why it waits at the desk.
    pub desk_reason: Option<String>,
    /// Someone was faster.
    pub conflict: Option<Conflict>,
    /// Who must do what by when.
    pub terms: Vec<TermRow>,
    /// Terms that ended.
    pub past_terms: Vec<TermRow>,
    /// A request that waits for signatures.
    pub approval: Option<ApprovalView>,
    /// What may be done now.
    pub moves: Vec<MoveView>,
    /// What is done more rarely.
    pub more: Vec<MoveView>,
    /// What may not, and why.
    pub refused: Vec<RefusedMove>,
    /// The chain of respondents.
    pub respondents: Vec<RespondentRow>,
    /// Cases it may belong to.
    pub suggestions: Vec<Suggestion>,
    /// Changes that wait for a decision.
    pub amendments: Vec<AmendmentRow>,
    /// Files.
    pub evidence: Vec<EvidenceRow>,
    /// Adds a file.
    pub upload: Option<FormView>,
    /// Papers.
    pub documents: Vec<DocumentRow>,
    /// Issues the receipt, if there is none.
    pub receipt: Option<FormView>,
    /// What happened.
    pub events: Vec<EventRow>,
}

impl FilingPage {
    /// Whether one of the rarer moves is shown open.
    fn more_open(&self) -> bool {
        self.more.iter().any(|m| m.open || m.form.has_errors())
    }
}

/// 查重: what looks alike, by itself, for the script of the page that registers.
#[derive(Debug, Clone, Template)]
#[template(path = "part/hints.html")]
pub struct HintsPart {
    /// Running matters that look alike.
    pub rows: Vec<super::HitRow>,
}

/// 登记: plain registration by an officer.
#[derive(Debug, Clone, Template)]
#[template(path = "register.html")]
pub struct RegisterPage {
    /// The frame.
    pub chrome: Chrome,
    /// The form.
    pub form: FormView,
    /// The request to be called back it comes from.
    pub callback: Option<String>,
    /// Running matters that look alike, when that was asked.
    pub hints: Option<Vec<super::HitRow>>,
}
