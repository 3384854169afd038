//! The one error of the program.
//!
//! Every variant has a stable code (clients rely on it), an HTTP status and, in the catalogue, a Chinese sentence that
//! says what is wrong and what to do. What only operators may see (SQL, paths) travels as `source` text to the log and
//! is never shown to a person.

use super::text;
use serde::Serialize;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is wrong with one field. `pointer` is a JSON pointer (`/form/amountFen`) or a column name in a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer into the request, or a column.
    pub pointer: String,
    /// Stable code, such as `required`, `too_long`, `not_an_id`.
    pub code: String,
    /// Chinese sentence: what is wrong and what to do.
    pub message: String,
}
impl FieldError {
    /// A finding at a field.
    pub fn new(pointer: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.into(), message: message.into() }
    }
    /// A finding at a field whose sentence stands in the catalogue under `field.<code>`; `args` fill `{name}` places.
    pub fn coded(pointer: impl Into<String>, code: &str, args: &[(&str, &str)]) -> Self {
        Self::new(pointer, code, text::zh_with(&format!("field.{code}"), args))
    }
}

/// Why a move was not made: the flow's refusal, or access, or the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Refusal {
    /// Stable code, such as `not_in_state`, `guard_failed`, `term_expired`.
    pub code: String,
    /// Chinese sentence with the article where one applies.
    pub message: String,
    /// Fields concerned, if any.
    pub fields: Vec<FieldError>,
}
impl Refusal {
    /// A refusal with its sentence.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), fields: Vec::new() }
    }
}

/// Everything that can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields of the input are wrong (422).
    #[error("invalid input: {}", .0.iter().map(|f| format!("{} {}", f.pointer, f.code)).collect::<Vec<_>>().join(", "))]
    Invalid(Vec<FieldError>),
    /// The input could not be read at all (400).
    #[error("malformed: {0}")]
    Malformed(String),
    /// Nobody is logged in, or the session ended (401).
    #[error("not authenticated")]
    Unauthenticated,
    /// The actor may not do this (403).
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// There is no such thing, or the actor may not know of it (404).
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// Someone else was faster; says what changed (409).
    #[error("conflict: {0}")]
    Conflict(String),
    /// Another writer was faster inside the database; `app` loads again and retries, a person sees it as a conflict (409).
    #[error("stale: {0}")]
    Stale(&'static str),
    /// A unique key is taken already (409); the text names the constraint, for the log.
    #[error("duplicate: {0}")]
    Duplicate(String),
    /// The rules refuse the move (409).
    #[error("refused: {} {}", .0.code, .0.message)]
    Refused(Refusal),
    /// The same idempotency key came with other content (422).
    #[error("idempotency key reused with other content")]
    KeyReused,
    /// `If-Match` or `Idempotency-Key` is needed and missing (428).
    #[error("precondition required: {0}")]
    PreconditionRequired(&'static str),
    /// Too large: body, file, rows (413).
    #[error("too large: {0}")]
    TooLarge(String),
    /// Too often (429); seconds to wait.
    #[error("too many attempts, wait {0} s")]
    TooMany(u64),
    /// The database or a peer is away, or only readable (503).
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Configuration, definition or command line is wrong: says place and remedy, for the operator.
    #[error("{0}")]
    Config(String),
    /// The database said no; for the log.
    #[error("database: {0}")]
    Database(String),
    /// A file could not be read or written; for the log.
    #[error("{0}")]
    Io(String),
    /// A promise of our own is broken; for the log.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Invalid(_) => "invalid_input",
            Self::Malformed(_) => "malformed",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound(_) => "not_found",
            Self::Conflict(_) | Self::Stale(_) => "conflict",
            Self::Duplicate(_) => "duplicate",
            Self::Refused(r) => &r.code,
            Self::KeyReused => "idempotency_key_reused",
            Self::PreconditionRequired(_) => "precondition_required",
            Self::TooLarge(_) => "too_large",
            Self::TooMany(_) => "too_many",
            Self::Unavailable(_) => "unavailable",
            Self::Config(_) => "configuration",
            Self::Database(_) | Self::Io(_) | Self::Internal(_) => "internal",
        }
    }
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::Conflict(_) | Self::Stale(_) | Self::Duplicate(_) | Self::Refused(_) => 409,
            Self::TooLarge(_) => 413,
            Self::Invalid(_) | Self::KeyReused => 422,
            Self::PreconditionRequired(_) => 428,
            Self::TooMany(_) => 429,
            Self::Unavailable(_) => 503,
            Self::Config(_) | Self::Database(_) | Self::Io(_) | Self::Internal(_) => 500,
        }
    }
    /// What a person reads: what is wrong and what to do. Never carries `source` text.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Refused(r) => r.message.clone(),
            Self::Malformed(d) => text::zh_with("error.malformed", &[("detail", d)]),
            Self::Conflict(d) => text::zh_with("error.conflict", &[("detail", d)]),
            Self::Stale(_) => text::zh("error.stale").to_owned(),
            Self::Forbidden(d) => text::zh(&format!("forbidden.{d}")).to_owned(),
            Self::NotFound(d) => text::zh_with("error.not_found", &[("what", text::zh(&format!("thing.{d}")))]),
            Self::PreconditionRequired(d) => text::zh_with("error.precondition_required", &[("what", d)]),
            Self::TooLarge(d) => text::zh_with("error.too_large", &[("detail", d)]),
            Self::TooMany(s) => text::zh_with("error.too_many", &[("seconds", &s.to_string())]),
            other => text::zh(&format!("error.{}", other.code())).to_owned(),
        }
    }
    /// The fields concerned.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(f) => f,
            Self::Refused(r) => &r.fields,
            _ => &[],
        }
    }
    /// One wrong field.
    pub fn field(pointer: &str, code: &str, args: &[(&str, &str)]) -> Self {
        Self::Invalid(vec![FieldError::coded(pointer, code, args)])
    }
    /// A refusal with its catalogue sentence `refused.<code>`.
    pub fn refused(code: &str, args: &[(&str, &str)]) -> Self {
        Self::Refused(Refusal::new(code, text::zh_with(&format!("refused.{code}"), args)))
    }
}

/// Collects field findings and ends in one error.
#[derive(Debug, Default)]
pub struct Findings(Vec<FieldError>);
impl Findings {
    /// Nothing found yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// Notes a finding whose sentence is `field.<code>`.
    pub fn add(&mut self, pointer: &str, code: &str, args: &[(&str, &str)]) {
        self.0.push(FieldError::coded(pointer, code, args));
    }
    /// Notes a finished finding.
    pub fn push(&mut self, f: FieldError) {
        self.0.push(f);
    }
    /// Keeps the value or notes the error.
    pub fn take<T>(&mut self, r: Result<T, FieldError>) -> Option<T> {
        r.map_err(|f| self.0.push(f)).ok()
    }
    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// `Ok` when nothing was found.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all findings.
    pub fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
    /// The findings.
    #[must_use]
    pub fn into_vec(self) -> Vec<FieldError> {
        self.0
    }
}
