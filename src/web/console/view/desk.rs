//! The desk: filings that wait for a person to send them somewhere.

use super::{Chrome, Due, FormView, Pager, Tag};
use askama::Template;

/// A case a filing may belong to.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The case's page.
    pub href: String,
    /// Its public code.
    pub code: String,
    /// Why: `同一项目`, `同一单位，不同劳动者`.
    pub reason: String,
    /// Its state and bureau.
    pub about: String,
    /// Joins the filing to it.
    pub join: Option<FormView>,
}

/// One filing at the desk.
#[derive(Debug, Clone)]
pub struct DeskRow {
    /// The filing's page.
    pub href: String,
    /// Its public code.
    pub code: String,
    /// Channel and outside number.
    pub source: String,
    /// Respondent or project.
    pub respondent: String,
    /// The area as written in the file.
    pub area_text: String,
    /// Workers and sum.
    pub claimed: String,
    /// When it came.
    pub received: String,
    /// By when it must be sent on.
    pub due: Due,
    /// Why it waits here, in a sentence.
    pub reason: String,
    /// Kind, grade, flags.
    pub tags: Vec<Tag>,
    /// Cases it may belong to.
    pub suggestions: Vec<Suggestion>,
    /// Sends it on (area, bureau) or opens a case.
    pub forms: Vec<super::MoveView>,
}

/// Same number, other content: the desk decides.
#[derive(Debug, Clone)]
pub struct AmendmentRow {
    /// The filing's page.
    pub href: String,
    /// Its public code.
    pub code: String,
    /// Its respondent.
    pub respondent: String,
    /// When the other content came.
    pub received: String,
    /// What differs: name, before, after (both empty for sealed texts).
    pub changes: Vec<(String, String, String)>,
    /// Takes it over.
    pub apply: FormView,
    /// Leaves things as they are.
    pub dismiss: FormView,
}

/// 待分拨.
#[derive(Debug, Clone, Template)]
#[template(path = "desk.html")]
pub struct DeskPage {
    /// The frame.
    pub chrome: Chrome,
    /// The filings, by remaining time.
    pub rows: Vec<DeskRow>,
    /// Page numbers.
    pub pager: Pager,
    /// Changes that wait for a decision.
    pub amendments: Vec<AmendmentRow>,
}
