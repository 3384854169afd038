//! Request headers with a meaning of ours, and the trace id.

use super::super::Failure;
use crate::app::write::Key;
use crate::base::error::FieldError;
use crate::base::id::Ids;
use crate::base::{Error, text};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::{ACCEPT, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use serde::Serialize;
use std::fmt;

/// The number under which the log knows a request: 16 hexadecimal characters, new for every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceId(String);
impl TraceId {
    /// A fresh one.
    #[must_use]
    pub fn fresh() -> Self {
        let bytes: [u8; 8] = Ids::system().bytes();
        Self(format!("{:016x}", u64::from_be_bytes(bytes)))
    }
    /// From its text; `None` when it is not 16 hexadecimal characters.
    #[must_use]
    pub fn from_text(s: &str) -> Option<Self> {
        (s.len() == 16 && s.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Self(s.to_owned()))
    }
}
impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl<S: Sync> FromRequestParts<S> for TraceId {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(Self::fresh))
    }
}

/// A header that may come once.
///
/// # Errors
/// It came twice or is not visible ASCII.
pub(super) fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Failure> {
    let bad =
        |code| Failure::from(Error::Malformed(text::zh_with("web.detail.header", &[("name", name.as_str())]))).at(finding(name, code));
    let mut all = headers.get_all(name).iter();
    let Some(first) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(bad("repeated"));
    }
    first.to_str().map(Some).map_err(|_| bad("bad_header"))
}
fn finding(name: &HeaderName, code: &str) -> FieldError {
    FieldError::coded(format!("header.{name}"), code, &[])
}

/// The key of a request, counted with its operation and content.
///
/// # Errors
/// Content that cannot be written down.
pub(in crate::web) fn key(key: &IdempotencyKey, operation: &str, content: &impl Serialize) -> crate::base::Result<Option<Key>> {
    Key::new(key.as_str(), operation, content).map(Some)
}

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// `Idempotency-Key`: 8 to 64 visible ASCII characters. Required where extracted; `Option<_>` where it may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);
impl IdempotencyKey {
    /// Reads a key, from a header or from the hidden field of a form.
    ///
    /// # Errors
    /// Not 8 to 64 visible ASCII characters.
    pub fn parse(s: &str) -> Result<Self, Failure> {
        // Surrounding quotes (the draft standard's form) are taken off.
        let s = s.strip_prefix('"').and_then(|s| s.strip_suffix('"')).unwrap_or(s);
        if (8..=64).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(s.to_owned()))
        } else {
            Err(Failure::from(Error::Malformed(text::zh_with("web.detail.header", &[("name", "Idempotency-Key")])))
                .at(finding(&IDEMPOTENCY_KEY, "bad_idempotency_key")))
        }
    }
    /// A fresh one, for the hidden field of a form.
    #[must_use]
    pub fn fresh() -> Self {
        let (a, b) = (TraceId::fresh(), TraceId::fresh());
        Self(format!("{a}{b}"))
    }
    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl<S: Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Failure> {
        single(&parts.headers, &IDEMPOTENCY_KEY)?.map(Self::parse).transpose()
    }
}
impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, s: &S) -> Result<Self, Failure> {
        <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, s)
            .await?
            .ok_or_else(|| Error::PreconditionRequired("Idempotency-Key").into())
    }
}

/// `If-Match: "7"`: the form version the caller has seen. `*`, weak tags and lists are refused: they would make the
/// check mean nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub u64);
impl IfMatch {
    fn parse(s: &str) -> Result<Self, Failure> {
        let bad = || {
            Failure::from(Error::Malformed(text::zh_with("web.detail.header", &[("name", "If-Match")])))
                .at(finding(&IF_MATCH, "bad_if_match"))
        };
        let digits = s.strip_prefix('"').and_then(|s| s.strip_suffix('"')).ok_or_else(bad)?;
        if digits.is_empty() || digits.len() > 19 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        digits.parse().map(Self).map_err(|_| bad())
    }
}
impl<S: Sync> OptionalFromRequestParts<S> for IfMatch {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Failure> {
        single(&parts.headers, &IF_MATCH)?.map(Self::parse).transpose()
    }
}
impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, s: &S) -> Result<Self, Failure> {
        <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, s)
            .await?
            .ok_or_else(|| Error::PreconditionRequired("If-Match").into())
    }
}

/// The `ETag` of a form version.
#[must_use]
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// What the caller would read, as far as we distinguish it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// A browser's navigation.
    Html,
    /// Anything else.
    Json,
}
impl Accepts {
    /// From the `Accept` header.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let html = headers.get(ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"));
        if html { Self::Html } else { Self::Json }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let mut r = Request::builder().uri("/");
        for (k, v) in headers {
            r = r.header(*k, *v);
        }
        r.body(()).unwrap().into_parts().0
    }
    async fn if_match(headers: &[(&str, &str)]) -> Result<u64, u16> {
        <IfMatch as FromRequestParts<()>>::from_request_parts(&mut parts(headers), &()).await.map(|m| m.0).map_err(|f| f.status().as_u16())
    }
    async fn key(headers: &[(&str, &str)]) -> Result<String, u16> {
        <IdempotencyKey as FromRequestParts<()>>::from_request_parts(&mut parts(headers), &())
            .await
            .map(|k| k.as_str().to_owned())
            .map_err(|f| f.status().as_u16())
    }

    #[tokio::test]
    async fn if_match_takes_one_strong_number() {
        assert_eq!(if_match(&[("if-match", "\"17\"")]).await, Ok(17));
        assert_eq!(if_match(&[]).await, Err(428));
        for bad in ["*", "W/\"1\"", "\"1\", \"2\"", "1", "\"\"", "\"-1\"", "\"99999999999999999999\"", "\"1a\""] {
            assert_eq!(if_match(&[("if-match", bad)]).await, Err(400), "{bad}");
        }
        assert_eq!(if_match(&[("if-match", "\"1\""), ("if-match", "\"2\"")]).await, Err(400));
        assert_eq!(IfMatch::parse(&etag(u64::MAX >> 1)).unwrap().0, u64::MAX >> 1);
    }

    #[tokio::test]
    async fn idempotency_key_is_8_to_64_visible_characters() {
        assert_eq!(key(&[("idempotency-key", "abcd-1234")]).await, Ok("abcd-1234".to_owned()));
        assert_eq!(key(&[("idempotency-key", "\"abcd-1234\"")]).await, Ok("abcd-1234".to_owned()));
        assert_eq!(key(&[]).await, Err(428));
        assert_eq!(key(&[("idempotency-key", "short")]).await, Err(400));
        assert_eq!(key(&[("idempotency-key", "with space")]).await, Err(400));
        assert_eq!(key(&[("idempotency-key", &"x".repeat(65))]).await, Err(400));
        assert!(IdempotencyKey::parse(IdempotencyKey::fresh().as_str()).is_ok());
    }
}
