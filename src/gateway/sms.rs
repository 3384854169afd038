//! Short messages: handed to the city's own sender by a signed HTTP hook.
//!
//! Owns the shape of the hook: `POST {"phone","template","args"}`, signed as webhooks are ([`exchange::sign`]) with the
//! bytes of the configured secret. Never logs whom or what it sends.

use super::http::{Http, Trouble};
use crate::base::{At, Error, Result};
use crate::domain::courier::{Class, Tried, Why};
use crate::domain::exchange;
use serde_json::json;
use std::time::Duration;

/// How messages go out.
#[derive(Clone)]
pub enum Sms {
    /// Not at all.
    None,
    /// Development: the answer of the request shows what would be sent.
    Show,
    /// To the city's sender.
    Hook {
        /// The client.
        http: Http,
        /// Where to.
        url: String,
        /// Key of the signature.
        secret: String,
    },
}

impl std::fmt::Debug for Sms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "Sms(none)",
            Self::Show => "Sms(show)",
            Self::Hook { .. } => "Sms(hook)",
        })
    }
}

impl Sms {
    /// The provider of the configuration's name.
    #[must_use]
    pub fn new(provider: &str, url: &str, secret: &str, timeout: Duration) -> Self {
        match provider {
            "http" => Self::Hook { http: Http::new(timeout), url: url.to_owned(), secret: secret.to_owned() },
            "show" => Self::Show,
            _ => Self::None,
        }
    }

    /// Hands one message over: `id` is the same when it is sent again. Blocks.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when nobody takes it.
    pub fn send(&self, id: &str, phone: &str, template: &str, args: &[(&str, &str)], at: At) -> Result<()> {
        let status = match self {
            Self::None => return Err(Error::Unavailable("no provider of short messages is configured".into())),
            Self::Show => return Ok(()),
            Self::Hook { http, url, secret } => post(http, url, secret, (id, phone, template), args, at)?,
        };
        if (200..300).contains(&status) {
            Ok(())
        } else {
            Err(Error::Unavailable(format!("the sender of short messages answered {status}")))
        }
    }

    /// Whether notices go out this way.
    #[must_use]
    pub fn carries(&self) -> bool {
        matches!(self, Self::Hook { .. })
    }

    /// Hands a notice over. What the sender says of the message itself (4xx) is final; where it will not have us (401, 403), has
    /// too much to do or is down, no other message need be tried now.
    pub fn tell(&self, id: &str, phone: &str, template: &str, args: &[(&str, &str)], at: At) -> Tried {
        let Self::Hook { http, url, secret } = self else { return Tried::not(Class::Deferred, Why::NotConfigured) };
        match post(http, url, secret, (id, phone, template), args, at) {
            Ok(200..=299) => Tried::sent(),
            Ok(s @ (401 | 403 | 408 | 429 | 500..)) => Tried::no_way(Class::Deferred, format!("sms {s}")),
            Ok(s @ 400..=499) => Tried::not(Class::Refused, format!("sms {s}")),
            Ok(s) => Tried::not(Class::Deferred, format!("sms {s}")),
            Err(Trouble::TooSlow) => Tried::not(Class::Timeout, "sms timeout"),
            Err(_) => Tried::no_way(Class::Deferred, "sms connection"),
        }
    }
}

fn post(
    http: &Http,
    url: &str,
    secret: &str,
    (id, phone, template): (&str, &str, &str),
    args: &[(&str, &str)],
    at: At,
) -> std::result::Result<u16, Trouble> {
    let args: serde_json::Map<String, serde_json::Value> = args.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
    let body = json!({ "phone": phone, "template": template, "args": args }).to_string();
    let seconds = at.millis() / 1_000;
    let (stamp, signature) = (seconds.to_string(), exchange::sign(secret.as_bytes(), id, seconds, body.as_bytes()));
    let headers = [("webhook-id", id), ("webhook-timestamp", stamp.as_str()), ("webhook-signature", signature.as_str())];
    http.post(url, &headers, body.as_bytes()).map(|(status, _)| status)
}
