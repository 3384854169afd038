//! The WeChat platform: who a mini-program's `wx.login` code belongs to.
//!
//! Owns the one call `code2Session`. The platform answers status 200 always and says in `errcode` what went wrong; the
//! session key it also gives is not kept. The base address is configurable: cities put relays in between.

use super::http::Http;
use crate::base::{Error, Result};
use serde::Deserialize;
use std::time::Duration;

/// Codes of `errcode` that mean: the code is wrong, used or too old.
const BAD_CODE: &[i64] = &[40_029, 40_163, 41_008];

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    errcode: i64,
    #[serde(default)]
    openid: String,
}

/// The platform as one application sees it.
#[derive(Clone)]
pub struct Wechat {
    http: Http,
    base_url: String,
    app_id: String,
    secret: String,
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
        }
    }

    /// The open id behind a `wx.login` code; `None` when the code is wrong, used or too old. Blocks.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the platform cannot be reached or answers what it should not.
    pub fn open_id(&self, code: &str) -> Result<Option<String>> {
        let query =
            [("appid", self.app_id.as_str()), ("secret", self.secret.as_str()), ("js_code", code), ("grant_type", "authorization_code")];
        let (status, body) = self.http.get(&format!("{}/sns/jscode2session", self.base_url), &query)?;
        let answer: Answer =
            serde_json::from_slice(&body).map_err(|_| Error::Unavailable(format!("the WeChat platform answered {status} without JSON")))?;
        match answer.errcode {
            0 if !answer.openid.is_empty() => Ok(Some(answer.openid)),
            e if BAD_CODE.contains(&e) => Ok(None),
            e => Err(Error::Unavailable(format!("the WeChat platform answered {status} with errcode {e}"))),
        }
    }
}
