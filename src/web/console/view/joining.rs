//! Joins and splits: the form of a decision by itself, and the filings a case can let go.

use super::{Chrome, FormView};
use askama::Template;

/// A filing that may be taken out.
#[derive(Debug, Clone)]
pub struct SplitRow {
    /// Its public code.
    pub code: String,
    /// Takes it out.
    pub form: FormView,
}

/// A decision that something stands in the way of.
#[derive(Debug, Clone, Template)]
#[template(path = "joining.html")]
pub struct JoiningPage {
    /// The frame.
    pub chrome: Chrome,
    /// The form again.
    pub form: FormView,
}

#[cfg(any(test, debug_assertions))]
impl JoiningPage {
    pub(super) fn samples() -> Vec<Self> {
        use super::{FieldKind, FormField, Place, Tone};
        let mut form = FormView::new("x-1", "/filings/1/split", "拆出", vec![FormField::new("reason", "理由", FieldKind::Text).required()]);
        form.tone = Tone::Bad;
        form.problem = Some("这是案件唯一的登记，不能拆出。".into());
        vec![Self { chrome: super::samples::chrome("并案与拆分", Place::None), form }]
    }
}
