//! Who says it is: the console's session cookie, the APIs' bearer token. One request carries one of them, never both.

use super::super::{Failure, Settings};
use super::headers::single;
use crate::base::{Error, text};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

const SECURE_NAME: &str = "__Host-qx";
const PLAIN_NAME: &str = "qx";

/// An opaque session token as it came; 20 to 200 characters of the base64url alphabet. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<String>);
impl Token {
    fn parse(s: &str) -> Option<Self> {
        let ok = (20..=200).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.');
        ok.then(|| Self(Zeroizing::new(s.to_owned())))
    }
    /// The token, for its hash to be looked up.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}
fn cookie_value(headers: &HeaderMap, wanted: &str) -> Result<Option<String>, Failure> {
    let mut found = None;
    for line in headers.get_all(COOKIE) {
        let Ok(line) = line.to_str() else { continue };
        for pair in line.split(';') {
            if let Some((k, v)) = pair.trim().split_once('=')
                && k == wanted
                && found.replace(v.to_owned()).is_some()
            {
                return Err(Error::Malformed(text::zh("web.detail.cookie_twice").to_owned()).into());
            }
        }
    }
    Ok(found)
}
fn secure(parts: &Parts) -> bool {
    parts.extensions.get::<Arc<Settings>>().is_none_or(|s| s.secure_cookies)
}
/// Refuses a request with both kinds of credential.
fn not_both(parts: &Parts) -> Result<(), Failure> {
    if parts.headers.contains_key(AUTHORIZATION) && cookie_value(&parts.headers, name(secure(parts)))?.is_some() {
        return Err(Error::Malformed(text::zh("web.detail.two_credentials").to_owned()).into());
    }
    Ok(())
}

/// The session of the console, from its cookie: `__Host-qx`, or `qx` where the program serves plain loopback HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCookie(pub Token);
impl<S: Sync> OptionalFromRequestParts<S> for SessionCookie {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Failure> {
        not_both(parts)?;
        Ok(cookie_value(&parts.headers, name(secure(parts)))?.as_deref().and_then(Token::parse).map(Self))
    }
}
impl<S: Sync> FromRequestParts<S> for SessionCookie {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, s: &S) -> Result<Self, Failure> {
        <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, s).await?.ok_or_else(|| Error::Unauthenticated.into())
    }
}

/// The session of a client of the APIs: `Authorization: Bearer TOKEN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer(pub Token);
impl<S: Sync> OptionalFromRequestParts<S> for Bearer {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Failure> {
        not_both(parts)?;
        let Some(value) = single(&parts.headers, &AUTHORIZATION)? else { return Ok(None) };
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        let token = scheme.eq_ignore_ascii_case("bearer").then(|| Token::parse(token.trim())).flatten();
        token.map(|t| Some(Self(t))).ok_or_else(|| Error::Unauthenticated.into())
    }
}
impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, s: &S) -> Result<Self, Failure> {
        <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, s).await?.ok_or_else(|| Error::Unauthenticated.into())
    }
}

/// The `Set-Cookie` value that starts a session in the browser. `max_age` in seconds.
#[must_use]
pub fn set_cookie(settings: &Settings, token: &str, max_age: u64) -> Option<HeaderValue> {
    let secure = if settings.secure_cookies { "; Secure" } else { "" };
    let text = format!("{}={token}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}", name(settings.secure_cookies));
    HeaderValue::from_str(&text).ok()
}

/// The `Set-Cookie` value that ends it.
#[must_use]
pub fn clear_cookie(settings: &Settings) -> HeaderValue {
    HeaderValue::from_static(if settings.secure_cookies {
        "__Host-qx=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
    } else {
        "qx=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    })
}

/// Where to go after logging in: only a path of our own, never another site.
#[must_use]
pub fn safe_next(next: Option<&str>) -> &str {
    match next {
        Some(n)
            if n.len() <= 512
                && n.starts_with('/')
                && !n.starts_with("//")
                && !n.starts_with("/login")
                && n.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') =>
        {
            n
        }
        _ => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    const T: &str = "abcdefghijklmnopqrstuvwxyz012345";

    fn parts(secure: bool, headers: &[(&str, &str)]) -> Parts {
        let mut r = Request::builder().uri("/");
        for (k, v) in headers {
            r = r.header(*k, *v);
        }
        let mut p = r.body(()).unwrap().into_parts().0;
        p.extensions.insert(Arc::new(Settings { secure_cookies: secure, ..Settings::default() }));
        p
    }
    async fn cookie(secure: bool, headers: &[(&str, &str)]) -> Result<String, u16> {
        <SessionCookie as FromRequestParts<()>>::from_request_parts(&mut parts(secure, headers), &())
            .await
            .map(|c| c.0.reveal().to_owned())
            .map_err(|f| f.status().as_u16())
    }
    async fn bearer(headers: &[(&str, &str)]) -> Result<String, u16> {
        <Bearer as FromRequestParts<()>>::from_request_parts(&mut parts(true, headers), &())
            .await
            .map(|c| c.0.reveal().to_owned())
            .map_err(|f| f.status().as_u16())
    }

    #[tokio::test]
    async fn the_cookie_has_the_name_of_its_transport() {
        assert_eq!(cookie(true, &[("cookie", &format!("a=1; __Host-qx={T}"))]).await, Ok(T.to_owned()));
        assert_eq!(cookie(true, &[("cookie", &format!("qx={T}"))]).await, Err(401), "the plain name is not taken over TLS");
        assert_eq!(cookie(false, &[("cookie", &format!("qx={T}"))]).await, Ok(T.to_owned()));
        assert_eq!(cookie(true, &[("cookie", "__Host-qx=short")]).await, Err(401));
        assert_eq!(cookie(true, &[("cookie", &format!("__Host-qx={T}; __Host-qx={T}"))]).await, Err(400));
    }

    #[tokio::test]
    async fn one_credential_never_both() {
        let (c, b) = (format!("__Host-qx={T}"), format!("Bearer {T}"));
        assert_eq!(bearer(&[("authorization", &b)]).await, Ok(T.to_owned()));
        assert_eq!(bearer(&[("authorization", &b), ("cookie", &c)]).await, Err(400));
        assert_eq!(cookie(true, &[("authorization", &b), ("cookie", &c)]).await, Err(400));
        assert_eq!(bearer(&[("cookie", &c)]).await, Err(401), "a cookie does not open an API");
        assert_eq!(cookie(true, &[("authorization", &b)]).await, Err(401), "a token does not open the console");
        assert_eq!(bearer(&[("authorization", "Basic abc")]).await, Err(401));
        assert_eq!(bearer(&[("authorization", &b), ("authorization", &b)]).await, Err(400));
    }

    #[test]
    fn the_way_on_after_login_stays_here() {
        assert_eq!(safe_next(Some("/cases/1?tab=terms")), "/cases/1?tab=terms");
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "/login?next=/", "javascript:1", "/a\nb", ""] {
            assert_eq!(safe_next(Some(bad)), "/", "{bad}");
        }
        assert_eq!(safe_next(None), "/");
    }

    #[test]
    fn a_token_does_not_print() {
        assert_eq!(format!("{:?}", Token::parse(T)), "Some(Token(***))");
    }
}
