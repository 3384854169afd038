//! The page a person gets when a request fails.

use crate::web::extract::TraceId;
use crate::web::look::Around;
use crate::web::problem::Failure;
use askama::Template;

/// 出错了: title, what to do, trace id.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// What stands around the page.
    pub around: Around,
    /// The status.
    pub status: u16,
    /// The short title.
    pub title: String,
    /// What is wrong and what to do.
    pub detail: String,
    /// The places concerned, as sentences.
    pub errors: Vec<String>,
    /// The number to tell the administrator.
    pub trace: String,
    /// Whether the person should log in.
    pub login: bool,
    /// A sentence beside it; empty for none.
    pub note: String,
    /// It is a page of the employer's door: what leads on leads there.
    pub door: bool,
}
impl ErrorPage {
    /// The page of a failure.
    #[must_use]
    pub fn of(failure: &Failure, around: Around, door: bool, trace: &TraceId) -> Self {
        let status = failure.status().as_u16();
        Self {
            around,
            status,
            title: failure.title(),
            detail: failure.sentence(),
            errors: failure.fields().into_iter().map(|f| f.message).collect(),
            trace: trace.to_string(),
            login: status == 401,
            note: String::new(),
            door,
        }
    }
}
