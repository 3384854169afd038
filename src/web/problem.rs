//! What a failing request gets back: a problem document (RFC 9457) for programs, a page for people.
//!
//! A handler, an extractor or a layer answers with a [`Failure`]; it travels in the response's extensions to
//! [`super::edge`], which alone knows the surface and the trace id and writes the body. Never shows `source` text:
//! that goes to the log, once, with the trace id.

use super::extract::TraceId;
use crate::base::error::FieldError;
use crate::base::{Error, text};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// One wrong place of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemField {
    /// A JSON pointer into the body (`/form/amountFen`), or `query.NAME`, `path.NAME`, `header.NAME`.
    pub pointer: String,
    /// Stable code, such as `required`.
    pub code: String,
    /// Chinese sentence: what is wrong and what to do.
    pub message: String,
}

/// A problem document as RFC 9457 has it, with our stable code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A URI naming the kind of problem; ends in the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short Chinese title of the kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Chinese sentence: what is wrong here and what to do.
    pub detail: String,
    /// Stable code to program against.
    pub code: String,
    /// The places concerned; empty when none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
    /// The number under which the log knows this request.
    pub trace_id: String,
}

/// Why a request was not served. Made from an [`Error`], or by name for what only HTTP knows.
#[derive(Debug)]
pub struct Failure {
    what: What,
    fields: Vec<FieldError>,
    status: Option<StatusCode>,
}
#[derive(Debug)]
enum What {
    App(Error),
    Http { status: StatusCode, code: &'static str, source: Option<String> },
}

impl From<Error> for Failure {
    fn from(e: Error) -> Self {
        Self { what: What::App(e), fields: Vec::new(), status: None }
    }
}

impl Failure {
    fn http(status: StatusCode, code: &'static str) -> Self {
        Self { what: What::Http { status, code, source: None }, fields: Vec::new(), status: None }
    }
    /// There is nothing at this path (404).
    #[must_use]
    pub fn no_route() -> Self {
        Error::NotFound("page").into()
    }
    /// The path exists, the method does not (405).
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::http(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
    }
    /// The body is of a type this path does not read (415).
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        Self::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
    }
    /// A form was sent from another site's page (403).
    #[must_use]
    pub fn cross_site() -> Self {
        Error::Forbidden("cross_site").into()
    }
    /// The answer took too long (503).
    #[must_use]
    pub fn timeout() -> Self {
        Self::http(StatusCode::SERVICE_UNAVAILABLE, "timeout")
    }
    /// The handler panicked (500); `source` is for the log.
    #[must_use]
    pub fn panicked(source: String) -> Self {
        Error::Internal(format!("a handler panicked: {source}")).into()
    }
    /// What a layer or library answered in its own words, by its status. The words are dropped.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::no_route(),
            StatusCode::METHOD_NOT_ALLOWED => Self::method_not_allowed(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::unsupported_media_type(),
            StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(text::zh("web.limit.body").to_owned()).into(),
            StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => Self::timeout(),
            StatusCode::GONE => Self::http(StatusCode::GONE, "gone"),
            StatusCode::UNAUTHORIZED => Error::Unauthenticated.into(),
            s if s.is_server_error() => Error::Internal(format!("a layer answered {s}")).into(),
            _ => Error::Malformed(text::zh("web.detail.request").to_owned()).into(),
        }
    }
    /// Adds the places concerned to an error that carries none.
    #[must_use]
    pub fn at(mut self, field: FieldError) -> Self {
        self.fields.push(field);
        self
    }
    /// Answers with another status than the error's own (a refused log-in is 401, not 409).
    #[must_use]
    pub fn answered(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if let Some(status) = self.status {
            return status;
        }
        match &self.what {
            What::App(e) => StatusCode::from_u16(e.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            What::Http { status, .. } => *status,
        }
    }
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match &self.what {
            What::App(e) => e.code(),
            What::Http { code, .. } => code,
        }
    }
    /// The Chinese sentence: what is wrong and what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.what {
            What::App(e) => e.sentence(),
            What::Http { code, .. } => text::zh(&format!("error.{code}")).to_owned(),
        }
    }
    /// The places concerned.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldError> {
        let own: &[FieldError] = match &self.what {
            What::App(e) => e.fields(),
            What::Http { .. } => &[],
        };
        own.iter().chain(&self.fields).cloned().collect()
    }
    /// The error inside, if one of the program's own.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match &self.what {
            What::App(e) => Some(e),
            What::Http { .. } => None,
        }
    }
    /// For the log only: what happened in the operators' words.
    #[must_use]
    pub fn source_text(&self) -> String {
        match &self.what {
            What::App(e) => e.to_string(),
            What::Http { code, source, .. } => source.clone().unwrap_or_else(|| (*code).to_owned()),
        }
    }
    /// Seconds to wait, for `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match &self.what {
            What::App(Error::TooMany(s)) => Some(*s),
            What::App(Error::Unavailable(_)) => Some(5),
            What::Http { status, .. } if *status == StatusCode::SERVICE_UNAVAILABLE => Some(5),
            _ => None,
        }
    }
    /// The short title: by code where the catalogue has one, else by status.
    #[must_use]
    pub fn title(&self) -> String {
        let by_code = format!("title.{}", self.code());
        if text::has(&by_code) { text::zh(&by_code).to_owned() } else { text::zh(&format!("title.{}", self.status().as_u16())).to_owned() }
    }
    /// The problem document under a trace id.
    #[must_use]
    pub fn problem(&self, trace: &TraceId) -> Problem {
        let field = |f: FieldError| ProblemField { pointer: f.pointer, code: f.code, message: f.message };
        Problem {
            kind: format!("urn:qingxin:problem:{}", self.code()),
            title: self.title(),
            status: self.status().as_u16(),
            detail: self.sentence(),
            code: self.code().to_owned(),
            errors: self.fields().into_iter().map(field).collect(),
            trace_id: trace.to_string(),
        }
    }
}

/// The failure on its way to the edge, in the response's extensions.
#[derive(Clone)]
pub(super) struct Carried(pub(super) Arc<Failure>);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(Carried(Arc::new(self)));
        response
    }
}

/// The response with a problem document as its body.
pub(super) fn json_response(failure: &Failure, trace: &TraceId) -> Response {
    let body = serde_json::to_vec(&failure.problem(trace)).unwrap_or_default();
    let mut response = (failure.status(), body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::Refusal;

    fn trace() -> TraceId {
        TraceId::from_text("0123456789abcdef").unwrap()
    }

    #[test]
    fn every_kind_of_error_has_title_and_sentence_in_chinese() {
        let all: Vec<Failure> = vec![
            Error::field("/a", "required", &[]).into(),
            Error::Malformed("正文为空".into()).into(),
            Error::Unauthenticated.into(),
            Error::Forbidden("cross_site").into(),
            Error::NotFound("page").into(),
            Error::Conflict("x".into()).into(),
            Error::Refused(Refusal::new("not_in_state", "本案尚未受理。")).into(),
            Error::KeyReused.into(),
            Error::PreconditionRequired("If-Match").into(),
            Error::TooLarge("x".into()).into(),
            Error::TooMany(3).into(),
            Error::Unavailable("x".into()).into(),
            Error::Config("x".into()).into(),
            Error::Database("select secret".into()).into(),
            Failure::method_not_allowed(),
            Failure::unsupported_media_type(),
            Failure::timeout(),
        ];
        for f in all {
            let p = f.problem(&trace());
            assert!(!p.title.is_ascii() && !p.title.starts_with("title."), "{} has no title: {}", p.code, p.title);
            assert!(!p.detail.is_ascii() && !p.detail.starts_with("error."), "{} has no sentence: {}", p.code, p.detail);
            assert!(!p.detail.contains("secret"), "the source leaks");
            assert_eq!(p.status, f.status().as_u16());
        }
    }

    #[test]
    fn a_problem_has_the_members_clients_rely_on() {
        let f: Failure = Error::field("/form/amountFen", "required", &[]).into();
        let json = serde_json::to_value(f.problem(&trace())).unwrap();
        assert_eq!(json["type"], "urn:qingxin:problem:invalid_input");
        assert_eq!(json["status"], 422);
        assert_eq!(json["traceId"], "0123456789abcdef");
        assert_eq!(json["errors"][0]["pointer"], "/form/amountFen");
        assert_eq!(json["errors"][0]["code"], "required");
    }

    #[test]
    fn a_status_of_a_library_becomes_our_problem() {
        assert_eq!(Failure::of_status(StatusCode::PAYLOAD_TOO_LARGE).code(), "too_large");
        assert_eq!(Failure::of_status(StatusCode::BAD_GATEWAY).code(), "internal");
        assert_eq!(Failure::of_status(StatusCode::IM_A_TEAPOT).code(), "malformed");
        assert_eq!(Failure::of_status(StatusCode::REQUEST_TIMEOUT).retry_after(), Some(5));
    }
}
