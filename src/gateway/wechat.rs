//! The WeChat platform: who a mini-program's `wx.login` code belongs to, and the subscribe messages sent to him.
//!
//! Owns the calls `code2Session` and `subscribe/send` with the access token it needs, fetched and renewed here. The platform
//! answers status 200 always and says in `errcode` what went wrong; the session key it also gives is not kept. The base
//! address is configurable: cities put relays in between, and what a relay says for itself is no answer of the platform.

use super::http::{Http, Trouble};
use crate::base::{At, Error, Result};
use crate::domain::courier::{Class, Tried};
use chrono::Timelike as _;
use serde::Deserialize;
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Codes of `errcode` that mean: the code is wrong, used or too old.
const BAD_CODE: &[i64] = &[40_029, 40_163, 41_008];

/// Codes that mean: the access token is wrong or too old.
const OLD_TOKEN: &[i64] = &[40_001, 40_014, 42_001];
/// Codes that mean: not now (busy, too many of a minute, of a day).
const BUSY: &[i64] = &[-1, 45_009, 45_011, 45_047, 50_002];
/// The person does not take these messages (any more).
const UNWANTED: &[i64] = &[43_101, 43_107, 43_108];
/// A token is renewed so many seconds before it ends.
const EARLY: i64 = 300;

/// What a subscribe message says: the platform's names of its fields and their values.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// Who, as the mini-program knows him.
    pub open_id: &'a str,
    /// The template a person subscribed to.
    pub template: &'a str,
    /// The page it opens.
    pub page: &'a str,
    /// Names and values.
    pub fields: &'a [(&'a str, &'a str)],
}
impl std::fmt::Debug for Told<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Told({})", self.template)
    }
}

#[derive(Deserialize)]
struct Answer {
    /// With a message always; with a token or an open id only when there is none.
    errcode: Option<i64>,
    #[serde(default)]
    openid: String,
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    expires_in: i64,
}

/// The platform as one application sees it.
#[derive(Clone)]
pub struct Wechat {
    http: Http,
    base_url: String,
    app_id: String,
    secret: String,
    /// The access token and until when it is used.
    token: Arc<Mutex<Option<(String, At)>>>,
}

impl std::fmt::Debug for Wechat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wechat({} at {})", self.app_id, self.base_url)
    }
}

impl Wechat {
    /// The platform at `base_url`.
    #[must_use]
    pub fn new(base_url: &str, app_id: &str, secret: &str, timeout: Duration) -> Self {
        Self {
            http: Http::new(timeout),
            base_url: base_url.trim_end_matches('/').to_owned(),
            app_id: app_id.to_owned(),
            secret: secret.to_owned(),
            token: Arc::default(),
        }
    }

    /// The access token, asked for when there is none or it ends soon. The platform gives every node and every thread the
    /// same: who asks meanwhile asks too, and nobody waits for another's request.
    fn token(&self, now: At) -> std::result::Result<String, Lost> {
        let kept = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((token, _)) = kept.filter(|(_, until)| now < *until) {
            return Ok(token);
        }
        let body = json!({ "grant_type": "client_credential", "appid": self.app_id, "secret": self.secret }).to_string();
        let (status, answer) = self.http.post(&format!("{}/cgi-bin/stable_token", self.base_url), &[], body.as_bytes())?;
        let a = read(status, &answer)?;
        match a.errcode.unwrap_or(0) {
            0 if a.access_token.is_empty() => return Err(Lost::Status(status)),
            0 => {}
            e => return Err(Lost::Token(e)),
        }
        let until = now.plus(chrono::Duration::seconds((a.expires_in - EARLY).max(60)));
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some((a.access_token.clone(), until));
        Ok(a.access_token)
    }

    fn forget_token(&self) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Sends a subscribe message; a token that was taken back meanwhile is renewed once. Blocks.
    pub fn tell(&self, told: &Told<'_>, now: At) -> Tried {
        let said = match self.say(told, now) {
            Ok(e) if OLD_TOKEN.contains(&e) => {
                self.forget_token();
                self.say(told, now)
            }
            said => said,
        };
        said.map_or_else(|e| e.meaning(), meaning)
    }

    fn say(&self, told: &Told<'_>, now: At) -> std::result::Result<i64, Lost> {
        let token = self.token(now)?;
        let data: serde_json::Map<String, serde_json::Value> =
            told.fields.iter().map(|(k, v)| ((*k).to_owned(), json!({ "value": v }))).collect();
        let body = json!({ "touser": told.open_id, "template_id": told.template, "page": told.page, "data": data }).to_string();
        let url = format!("{}/cgi-bin/message/subscribe/send?access_token={token}", self.base_url);
        let (status, answer) = self.http.post(&url, &[], body.as_bytes())?;
        read(status, &answer)?.errcode.ok_or(Lost::Status(status))
    }

    /// The open id behind a `wx.login` code; `None` when the code is wrong, used or too old. Blocks.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the platform cannot be reached or answers what it should not.
    pub fn open_id(&self, code: &str) -> Result<Option<String>> {
        let query =
            [("appid", self.app_id.as_str()), ("secret", self.secret.as_str()), ("js_code", code), ("grant_type", "authorization_code")];
        let (status, body) = self.http.get(&format!("{}/sns/jscode2session", self.base_url), &query).map_err(Lost::from)?;
        let answer = read(status, &body)?;
        match answer.errcode.unwrap_or(0) {
            0 if !answer.openid.is_empty() => Ok(Some(answer.openid)),
            e if BAD_CODE.contains(&e) => Ok(None),
            e => Err(Error::Unavailable(format!("the WeChat platform answered {status} with errcode {e}"))),
        }
    }
}

/// Why there is no answer of the platform.
enum Lost {
    /// Nothing came.
    Trouble(Trouble),
    /// What came with this status is none of its answers: a relay in between spoke for itself.
    Status(u16),
    /// It gives no access token: the code.
    Token(i64),
}
impl From<Trouble> for Lost {
    fn from(t: Trouble) -> Self {
        Self::Trouble(t)
    }
}
impl From<Lost> for Error {
    fn from(lost: Lost) -> Self {
        Self::Unavailable(match lost {
            Lost::Trouble(t) => format!("the WeChat platform: {}", t.code()),
            Lost::Status(s) => format!("the WeChat platform answered {s} without what was asked for"),
            Lost::Token(e) => format!("the WeChat platform gave no token: errcode {e}"),
        })
    }
}
impl Lost {
    /// What it means for the message.
    fn meaning(&self) -> Tried {
        match self {
            Self::Trouble(Trouble::TooSlow) => Tried::not(Class::Timeout, "wechat timeout"),
            Self::Trouble(_) => Tried::no_way(Class::Deferred, "wechat connection"),
            Self::Status(s) => Tried::no_way(Class::Deferred, format!("wechat http {s}")),
            Self::Token(e) => Tried::no_way(Class::Deferred, format!("wechat token {e}")),
        }
    }
}

/// An answer of the platform: JSON with status 200.
fn read(status: u16, body: &[u8]) -> std::result::Result<Answer, Lost> {
    if status == 200 { serde_json::from_slice(body).map_err(|_| Lost::Status(status)) } else { Err(Lost::Status(status)) }
}

/// `2026年11月23日 09:00`, as the platform wants an instant.
#[must_use]
pub fn spelled(at: At) -> String {
    let (day, time) = (at.day().to_string(), at.time());
    let mut parts = day.splitn(3, '-');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    format!("{}年{}月{}日 {:02}:{:02}", part(), part(), part(), time.hour(), time.minute())
}

/// What a code means for the message.
fn meaning(errcode: i64) -> Tried {
    let reason = format!("wechat {errcode}");
    match errcode {
        0 => Tried::sent(),
        e if UNWANTED.contains(&e) => Tried::not(Class::Refused, reason),
        e if BUSY.contains(&e) || OLD_TOKEN.contains(&e) => Tried::no_way(Class::Deferred, reason),
        // a wrong open id, template or field does not become right by waiting
        _ => Tried::not(Class::Refused, reason),
    }
}

#[cfg(test)]
mod tests {
    use super::spelled;
    use crate::base::Day;

    #[test]
    fn an_instant_is_spelled_as_the_platform_wants_it() {
        assert_eq!(spelled(Day::ymd(2026, 11, 3).unwrap().at(9, 5)), "2026年11月03日 09:05");
    }
}
