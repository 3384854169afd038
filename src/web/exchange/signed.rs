//! Which system asks: its key on every request, its signature on what it sends.
//!
//! Signatures are those of Standard Webhooks: `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature` over
//! `id.timestamp.body`. What is missing, wrong or stale is 401 with the header's name; without a good key nothing is said.

use crate::app::App;
use crate::app::write::Key;
use crate::base::error::FieldError;
use crate::base::{Error, text};
use crate::domain::access::Partner;
use crate::domain::exchange;
use crate::web::Failure;
use crate::web::extract::{Bearer, JsonBody};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The system that asks.
#[derive(Debug, Clone)]
pub struct Caller(pub Partner);
impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let Bearer(token) = Bearer::from_request_parts(parts, app).await?;
        Ok(Self(app.partner_of(token.reveal()).await?))
    }
}

/// A signed JSON message of a system.
#[derive(Debug, Clone)]
pub struct Signed<T> {
    /// Who sent it.
    pub by: Partner,
    /// Its `webhook-id`: the same message again is the same request.
    pub id: String,
    /// Its body.
    pub body: T,
}
impl<T: Serialize> Signed<T> {
    /// The key under which the message counts once.
    ///
    /// # Errors
    /// The body cannot be written as JSON.
    pub fn key(&self, operation: &str) -> crate::base::Result<Key> {
        Key::new(&self.id, operation, &self.body)
    }
}

fn wrong(header: &str, code: &str) -> Failure {
    Failure::from(Error::Unauthenticated).at(FieldError::coded(format!("header.{header}"), code, &[]))
}
fn header<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, Failure> {
    let mut all = headers.get_all(name).iter();
    match (all.next().and_then(|v| v.to_str().ok()), all.next()) {
        (Some(v), None) => Ok(v.trim()),
        (Some(_), Some(_)) => Err(wrong(name, "repeated")),
        (None, _) => Err(wrong(name, "required")),
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Signed<T> {
    type Rejection = Failure;
    async fn from_request(req: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let (mut parts, body) = req.into_parts();
        let Caller(by) = Caller::from_request_parts(&mut parts, app).await?;
        let id = header(&parts.headers, "webhook-id")?.to_owned();
        if !(8..=64).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(wrong("webhook-id", "bad_idempotency_key"));
        }
        let stamp = header(&parts.headers, "webhook-timestamp")?;
        let timestamp: i64 = stamp.parse().map_err(|_| wrong("webhook-timestamp", "not_an_integer"))?;
        let signature = header(&parts.headers, "webhook-signature")?.to_owned();
        if !exchange::fresh(timestamp, app.now().millis() / 1_000, app.config.exchange.freshness_seconds) {
            return Err(wrong("webhook-timestamp", "stale_timestamp"));
        }
        let whole = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(whole, app).await.map_err(|r| match r.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::of_status(StatusCode::PAYLOAD_TOO_LARGE),
            _ => Error::Malformed(text::zh("web.detail.body").to_owned()).into(),
        })?;
        if !app.signed_by(by.id, &id, timestamp, &bytes, &signature).await? {
            return Err(wrong("webhook-signature", "bad_signature"));
        }
        let JsonBody(body) = JsonBody::<T>::from_request(Request::from_parts(parts, Body::from(bytes)), app).await?;
        Ok(Self { by, id, body })
    }
}
