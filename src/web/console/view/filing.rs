//! A filing's page and the form that registers one.

use super::{Chrome, Conflict, DocumentRow, EventRow, Fact, FilingLink, FormView, MoveView, RefusedMove, Tag, TermRow};
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
    /// The case it joined.
    pub case: Option<FilingLink>,
    /// Why it waits at the desk.
    pub desk_reason: Option<String>,
    /// Someone was faster.
    pub conflict: Option<Conflict>,
    /// Who must do what by when.
    pub terms: Vec<TermRow>,
    /// What may be done now.
    pub moves: Vec<MoveView>,
    /// What may not, and why.
    pub refused: Vec<RefusedMove>,
    /// Papers.
    pub documents: Vec<DocumentRow>,
    /// What happened.
    pub events: Vec<EventRow>,
}

/// 登记: plain registration by an officer.
#[derive(Debug, Clone, Template)]
#[template(path = "register.html")]
pub struct RegisterPage {
    /// The frame.
    pub chrome: Chrome,
    /// The form.
    pub form: FormView,
}
