//! 样式: every part pages are made of.

use super::{Chrome, Due, EventRow, FormView, MoveView, Pager, Tag, TermRow, Tone};
use askama::Template;

/// 样式.
#[derive(Debug, Clone, Template)]
#[template(path = "styleguide.html")]
pub struct StyleguidePage {
    /// The frame.
    pub chrome: Chrome,
    /// Every lamp.
    pub lamps: Vec<Due>,
    /// Every mark.
    pub tags: Vec<Tag>,
    /// Every tone with its word.
    pub tones: Vec<(Tone, String)>,
    /// A form with every kind of field.
    pub form: FormView,
    /// A form that came back.
    pub wrong: FormView,
    /// A move.
    pub act: MoveView,
    /// A term with its reckoning.
    pub term: TermRow,
    /// A piece of a history.
    pub events: Vec<EventRow>,
    /// Page numbers.
    pub pager: Pager,
}

#[cfg(any(test, debug_assertions))]
impl StyleguidePage {
    pub(super) fn samples() -> Vec<Self> {
        let mut p = super::super::styleguide::parts();
        p.chrome = super::samples::chrome("样式", super::Place::None);
        vec![p]
    }
}
