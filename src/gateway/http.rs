//! Outbound HTTP to hosts the operator configured. Blocking: callers run it off the async threads.
//!
//! Owns time limits, size limits and the rule that no redirect is followed. Never retries: who asked decides that. An error
//! names the host, never the query, which may carry secrets.

use crate::base::{Error, Result};
use std::time::Duration;

/// The longest answer taken.
const ANSWER_LIMIT: u64 = 64 * 1024;

/// A client with one time limit for the whole of a request.
#[derive(Debug, Clone)]
pub struct Http {
    agent: ureq::Agent,
}

impl Http {
    /// A client that gives up after `timeout`.
    #[must_use]
    pub fn new(timeout: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent("qingxin")
            .build();
        Self { agent: config.into() }
    }

    /// Reads; gives status and body.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the other side cannot be reached, is too slow or says too much.
    pub fn get(&self, url: &str, query: &[(&str, &str)]) -> Result<(u16, Vec<u8>)> {
        let mut request = self.agent.get(url);
        for (k, v) in query {
            request = request.query(k, v);
        }
        read(url, request.call())
    }

    /// Posts a JSON body; gives status and body.
    ///
    /// # Errors
    /// As [`Http::get`].
    pub fn post(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<(u16, Vec<u8>)> {
        let mut request = self.agent.post(url).header("content-type", "application/json");
        for (k, v) in headers {
            request = request.header(*k, *v);
        }
        read(url, request.send(body))
    }
}

fn read(url: &str, answer: std::result::Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<(u16, Vec<u8>)> {
    let host = || url.split('/').nth(2).unwrap_or("?").to_owned();
    let mut answer = answer.map_err(|e| Error::Unavailable(format!("{}: {}", host(), kind(&e))))?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec();
    Ok((status, body.map_err(|e| Error::Unavailable(format!("{}: {}", host(), kind(&e))))?))
}

/// What went wrong, without the address asked.
fn kind(e: &ureq::Error) -> &'static str {
    match e {
        ureq::Error::Timeout(_) => "too slow",
        ureq::Error::HostNotFound => "no such host",
        ureq::Error::ConnectionFailed | ureq::Error::Io(_) => "no connection",
        ureq::Error::BodyExceedsLimit(_) => "the answer is too long",
        _ => "the request failed",
    }
}
