//! A form that met a session which was over or locked: what was typed is handed back with the log-in page, and shown again after it.
//!
//! Owns the hidden note in the pages between, and the page that sends the form on. The note is sealed for its account by the use case; here it is
//! only carried. Files are not kept, and the page says so.

use super::second_factor::unlock_form;
use super::session::login_form;
use super::view::{Flash, FormView, KeptPage, LoginPage, LoginState, Tone};
use crate::app::App;
use crate::app::people::LoggedIn;
use crate::base::{Error, text};
use crate::web::Answer;
use crate::web::auth::Met;
use crate::web::edge::html_with;
use crate::web::extract::{Params, safe_next};
use crate::web::look::{Around, Look};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use std::sync::Arc;

/// The largest form that is kept, in bytes; what sends a larger one is told nothing was kept.
const MOST: usize = 160 * 1024;
/// Values shown before a form is sent on.
const SHOWN: usize = 30;

/// What is carried through the pages of a log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeptNote {
    /// Nothing was typed.
    None,
    /// A form, sealed.
    Form(String),
    /// A file, or a form too large: gone, and said so.
    Lost,
}
impl KeptNote {
    /// The note a page carried.
    pub(super) fn of(p: &mut Params) -> Self {
        match p.raw("_kept") {
            Some("lost") => Self::Lost,
            Some(note) if !note.is_empty() => Self::Form(note.to_owned()),
            _ => Self::None,
        }
    }
    /// A form that carries it on.
    pub(super) fn onto(&self, form: FormView) -> FormView {
        match self {
            Self::None => form,
            Self::Form(note) => form.hidden("_kept", note.clone()),
            Self::Lost => form.hidden("_kept", "lost"),
        }
    }
    /// A log-in page that carries it on.
    pub(super) fn on(&self, mut page: LoginPage) -> LoginPage {
        page.form = self.onto(page.form);
        page.note = self.said();
        page
    }
    /// What the page says of it.
    pub(super) fn said(&self) -> Option<Flash> {
        let (tone, said) = match self {
            Self::None => return None,
            Self::Form(_) => (Tone::Good, "kept.form"),
            Self::Lost => (Tone::Warn, "kept.lost"),
        };
        Some(Flash { tone, text: text::zh(said).to_owned() })
    }
}

/// What a request of the console carries, kept aside until its session turns out to hold.
#[derive(Debug)]
pub(in crate::web) enum Aside {
    /// No form, or none that may be kept.
    Nothing,
    /// The body of a form.
    Form(Bytes),
    /// A file.
    File,
}

/// Takes the body of a form aside; the request goes on with it whole.
///
/// # Errors
/// A body that does not arrive, or is too large for any form.
pub(in crate::web) async fn aside(request: Request, limit: usize) -> Result<(Request, Aside), Error> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let gate = ["/login", "/logout"].iter().any(|p| request.uri().path().starts_with(p));
    if *request.method() != Method::POST || gate {
        return Ok((request, Aside::Nothing));
    }
    if kind.starts_with("multipart/form-data") {
        return Ok((request, Aside::File));
    }
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Ok((request, Aside::Nothing));
    }
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|_| Error::TooLarge(text::zh("web.limit.body").to_owned()))?;
    Ok((Request::from_parts(parts, Body::from(bytes.clone())), Aside::Form(bytes)))
}

/// The pairs of a form's body.
fn pairs(body: &[u8]) -> Vec<(String, String)> {
    let plain = |s: &str| {
        let mut out = Vec::with_capacity(s.len());
        let mut bytes = s.bytes();
        while let Some(b) = bytes.next() {
            match b {
                b'+' => out.push(b' '),
                b'%' => {
                    let hex = [bytes.next(), bytes.next()].map(|h| h.and_then(|h| char::from(h).to_digit(16)));
                    if let [Some(a), Some(b)] = hex {
                        out.push(u8::try_from(a * 16 + b).unwrap_or(b'?'));
                    }
                }
                b => out.push(b),
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    };
    let text = String::from_utf8_lossy(body);
    text.split('&')
        .filter(|p| !p.is_empty())
        .map(|p| p.split_once('=').map_or((plain(p), String::new()), |(k, v)| (plain(k), plain(v))))
        .collect()
}

/// The log-in page for a form whose session was over or locked, with what was typed; `None` where the plain error page will do.
pub(in crate::web) fn asked_again(met: &Met, look: Look, uri: &Uri, locked: bool, aside: &Aside) -> Option<Answer<Response>> {
    let app = &met.app;
    let to = uri.path_and_query().map_or("/", |p| p.as_str());
    let note = match aside {
        Aside::Nothing => return None,
        Aside::File => KeptNote::Lost,
        Aside::Form(body) if body.len() > MOST => KeptNote::Lost,
        Aside::Form(body) => match app.keep_form(met.account, to, pairs(body)) {
            Ok(Some(note)) => KeptNote::Form(note),
            Ok(None) => KeptNote::None,
            Err(e) => return Some(Err(e.into())),
        },
    };
    // the page the form stood on is not known: after the log-in the way leads home, or on with the form
    let page = if locked {
        unlock_form(app, look, &met.name, "/", &note, false)
    } else {
        note.on(login_form(app, look, LoginState::Expired, "", "/"))
    };
    Some(html_with(StatusCode::UNAUTHORIZED, &page))
}

/// Where a log-in that is done leads: on with the form that was kept, or to the page asked for.
pub(super) fn went_on(app: &Arc<App>, look: Look, to: Response, done: &LoggedIn, note: &KeptNote, next: &str) -> Answer<Response> {
    let kept = match note {
        // of another account, or too old: not a word of it
        KeptNote::Form(note) => app.kept_form(done.staff.account, note),
        KeptNote::None | KeptNote::Lost => None,
    };
    let Some(kept) = kept.filter(|_| !done.staff.must_change) else { return Ok(to) };
    let typed = kept.pairs.iter().filter(|(k, v)| !k.starts_with('_') && !v.trim().is_empty()).map(|(_, v)| v.clone());
    let form = FormView::new("kept", kept.to.clone(), "继续提交", Vec::new());
    let page = KeptPage {
        around: Around::chosen(app, look),
        typed: typed.take(SHOWN).collect(),
        form: kept.pairs.iter().fold(form, |f, (k, v)| f.hidden(k.as_str(), v.as_str())),
        next: safe_next(Some(next)).to_owned(),
    };
    let mut out = html_with(StatusCode::OK, &page)?;
    carry_cookies(to.headers(), &mut out);
    Ok(out)
}

fn carry_cookies(from: &HeaderMap, out: &mut Response) {
    for value in from.get_all(SET_COOKIE) {
        out.headers_mut().append(SET_COOKIE, value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn a_body_is_read_as_it_was_typed() {
        let found = pairs("a=%E5%B9%B2+%E5%AE%8C&b=1%0D%0A2&a=x&c&=".as_bytes());
        let all: Vec<(&str, &str)> = found.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(all, [("a", "干 完"), ("b", "1\r\n2"), ("a", "x"), ("c", ""), ("", "")]);
        assert_eq!(pairs(b"%zz=%4"), [(String::new(), String::new())]);
        assert!(pairs(b"").is_empty());
    }
}
