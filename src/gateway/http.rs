//! Outbound HTTP to hosts the operator configured. Blocking: callers run it off the async threads.
//!
//! Owns time limits, size limits, the rule that no redirect is followed, and what may go wrong with a request at all. Never
//! retries: who asked decides that. Trouble is a code and never an address: its query may carry secrets.

use crate::base::Error;
use std::time::Duration;

/// The longest answer taken.
const ANSWER_LIMIT: u64 = 64 * 1024;

/// Why a request did not arrive, or its answer: a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The name has no address.
    Unresolved,
    /// An address of the name is one we do not connect to.
    ForbiddenAddress,
    /// No connection.
    NoConnection,
    /// Too slow.
    TooSlow,
    /// TLS was not agreed on, or the certificate is not good.
    Tls,
    /// The answer is too long.
    TooLong,
    /// Anything else the other side does that is no HTTP.
    Protocol,
}
impl Trouble {
    /// The code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unresolved => "unresolved",
            Self::ForbiddenAddress => "forbidden_address",
            Self::NoConnection => "no_connection",
            Self::TooSlow => "too_slow",
            Self::Tls => "tls",
            Self::TooLong => "too_long",
            Self::Protocol => "protocol",
        }
    }

    /// What the client's error means.
    pub(super) fn of(e: &ureq::Error) -> Self {
        match e {
            ureq::Error::Io(e) if e.kind() == std::io::ErrorKind::PermissionDenied => Self::ForbiddenAddress,
            ureq::Error::Io(e) if e.kind() == std::io::ErrorKind::TimedOut => Self::TooSlow,
            ureq::Error::Io(e) if e.kind() == std::io::ErrorKind::InvalidData => Self::Tls,
            ureq::Error::Timeout(_) => Self::TooSlow,
            ureq::Error::HostNotFound => Self::Unresolved,
            ureq::Error::ConnectionFailed | ureq::Error::Io(_) => Self::NoConnection,
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => Self::Tls,
            ureq::Error::BodyExceedsLimit(_) => Self::TooLong,
            _ => Self::Protocol,
        }
    }
}
impl From<Trouble> for Error {
    fn from(t: Trouble) -> Self {
        Self::Unavailable(t.code().to_owned())
    }
}

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
    /// The other side cannot be reached, is too slow or says too much.
    pub fn get(&self, url: &str, query: &[(&str, &str)]) -> Result<(u16, Vec<u8>), Trouble> {
        let mut request = self.agent.get(url);
        for (k, v) in query {
            request = request.query(k, v);
        }
        read(request.call())
    }

    /// Posts a JSON body; gives status and body.
    ///
    /// # Errors
    /// As [`Http::get`].
    pub fn post(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<(u16, Vec<u8>), Trouble> {
        let mut request = self.agent.post(url).header("content-type", "application/json");
        for (k, v) in headers {
            request = request.header(*k, *v);
        }
        read(request.send(body))
    }
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<(u16, Vec<u8>), Trouble> {
    let mut answer = answer.map_err(|e| Trouble::of(&e))?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec();
    Ok((status, body.map_err(|e| Trouble::of(&e))?))
}
