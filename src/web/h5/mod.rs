//! `/h5`: the worker's pages. Filing, receipt, progress, own word, co-workers, for a cheap phone and a bad line.
//!
//! Owns the cookies of these pages (session, device, language, larger type), who is asking, and what stands around every page. Every
//! handler is of three moves: take the request apart, one use case of `app`, show what it says. All of it works without script. Decides
//! nothing: whose a filing is, is asked in the use case.

mod agents;
mod door;
mod file;
mod matter;
mod mine;
mod parts;
mod photos;
mod says;
pub(in crate::web) mod view;

use super::auth::Asks;
use super::console::view::{Flash, Tone};
use super::edge::{Settings, see_other};
use super::extract::{Params, TraceId};
use super::{Access, Failure, Route, Table};
use crate::app::App;
use crate::app::workers::{Me, Opened};
use crate::base::Error;
use crate::base::text::Lang;
use crate::domain::access::Actor;
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;
use std::sync::Arc;
use view::{Base, FaultPage};

/// The session. Its path is these pages alone: the console and the employer's door never see it. `Lax`, so that a link in a message works.
const SECURE_COOKIE: &str = "__Secure-qxw";
const PLAIN_COOKIE: &str = "qxw";
/// Tells one telephone from another without naming it; stays when somebody logs out, because a telephone of a crew is one telephone.
const DEVICE: &str = "qxw-device";
const LANG: &str = "qxw-lang";
const LARGE: &str = "qxw-large";
/// Seconds of a year.
const YEAR: i64 = 31_536_000;
const HTML: Option<&str> = Some("text/html");

fn cookie_name(s: &Settings) -> &'static str {
    if s.secure_cookies { SECURE_COOKIE } else { PLAIN_COOKIE }
}

fn set(s: &Settings, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let secure = if s.secure_cookies { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/h5; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")).ok()
}

/// A cookie of ours; what is not written in our alphabet is none.
fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let mut all = headers.get_all(COOKIE).iter().filter_map(|l| l.to_str().ok()).flat_map(|l| l.split(';'));
    let found = all.find_map(|pair| pair.trim().split_once('=').filter(|(k, _)| *k == wanted).map(|(_, v)| v.to_owned()))?;
    let ok = (1..=200).contains(&found.len()) && found.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    ok.then_some(found)
}

/// How the page is to be shown.
#[derive(Debug, Clone)]
pub(in crate::web) struct Seen {
    lang: Lang,
    large: bool,
    /// Path and query: where a switch or a log-in leads back to.
    path: String,
    /// What tells this telephone from another.
    device: Option<String>,
    /// What it says it is.
    agent: &'static str,
    /// The page's script asks: it wants JSON and no page.
    script: bool,
}
impl Seen {
    /// Whether the page's script asks, and not a person's browser.
    pub(in crate::web) fn is_script(&self) -> bool {
        self.script
    }
    /// From a request. The language is the one chosen here, else the one the browser asks for.
    pub(in crate::web) fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        let asked = || headers.get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).map_or(Lang::Zh, Lang::of);
        let agent = headers.get("user-agent").and_then(|v| v.to_str().ok()).unwrap_or_default();
        let agent = match agent {
            a if a.contains("Android") => "android",
            a if a.contains("iPhone") || a.contains("iPad") => "apple",
            _ => "other",
        };
        Self {
            lang: cookie(headers, LANG).map_or_else(asked, |c| Lang::of(&c)),
            large: cookie(headers, LARGE).is_some_and(|c| c == "1"),
            path: uri.path_and_query().map_or("/h5", |p| p.as_str()).to_owned(),
            device: cookie(headers, DEVICE).filter(|d| d.len() == 16 && d.bytes().all(|b| b.is_ascii_hexdigit())),
            agent,
            script: headers.get(ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|a| a.starts_with("application/json")),
        }
    }
}

/// Whoever asks, logged in or not.
#[derive(Debug, Clone)]
struct Guest {
    me: Option<Me>,
    seen: Seen,
}
impl FromRequestParts<Arc<App>> for Guest {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let seen = Seen::of(&parts.headers, &parts.uri);
        let name = parts.extensions.get::<Arc<Settings>>().map_or(SECURE_COOKIE, |s| cookie_name(s));
        let me = match cookie(&parts.headers, name) {
            None => None,
            Some(token) => match app.authenticate_worker(&token).await {
                Ok(me) => Some(Me { lang: seen.lang, ..me }),
                Err(Error::Unauthenticated) => None,
                Err(e) => return Err(e.into()),
            },
        };
        Ok(Self { me, seen })
    }
}
impl Guest {
    fn base(&self, app: &App, title: &'static str) -> Base {
        base(app, &self.seen, self.me.as_ref(), title)
    }
}

/// The worker of a request; nobody else comes in.
#[derive(Debug, Clone)]
struct Own {
    me: Me,
    seen: Seen,
}
impl FromRequestParts<Arc<App>> for Own {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let Guest { me, seen } = Guest::from_request_parts(parts, app).await?;
        Ok(Self { me: me.ok_or(Error::Unauthenticated)?, seen })
    }
}
impl Asks for Own {
    fn actor(&self) -> Actor {
        self.me.actor()
    }
}
impl Own {
    fn base(&self, app: &App, title: &'static str) -> Base {
        base(app, &self.seen, Some(&self.me), title)
    }
    /// The same for a page that answers a form: a switch leads to where the form stands.
    fn base_at(&self, app: &App, title: &'static str, here: String) -> Base {
        Base { here, ..self.base(app, title) }
    }
    fn lang(&self) -> Lang {
        self.seen.lang
    }
}

fn base(app: &App, seen: &Seen, me: Option<&Me>, title: &'static str) -> Base {
    Base {
        lang: seen.lang,
        large: seen.large,
        here: seen.path.clone(),
        demo: app.demo,
        logo: logo(!app.config.site.logo.is_empty()),
        foot: foot(&app.config.site.organizer, &app.config.h5.records, &app.config.site.records),
        site: app.config.h5.clone(),
        who: me.map(|m| m.name.clone().unwrap_or_default()),
        title,
    }
}

fn logo(own: bool) -> String {
    if own { "/public/logo".into() } else { super::assets::url("logo.svg") }
}

/// The foot's lines: who runs it, and the records of these pages, or those of the site where they have none of their own.
fn foot(organizer: &str, own: &str, site: &str) -> Vec<String> {
    let records = if own.is_empty() { site } else { own };
    [organizer, records].into_iter().filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

/// A path of these pages to go on to; never another site, never the log-in again.
fn safe(next: Option<&str>) -> &str {
    match next {
        Some(n)
            if n.len() <= 300
                && (n == "/h5" || n.starts_with("/h5/") || n.starts_with("/h5?"))
                && !n.starts_with("/h5/login")
                && n.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'"') =>
        {
            n
        }
        _ => "/h5",
    }
}

/// The cookies of a session just opened.
fn keep(app: &App, s: &Settings, out: &mut Response, opened: &Opened) {
    let seconds = (opened.expires_at.millis() - app.now().millis()) / 1000;
    if let Some(c) = set(s, cookie_name(s), &opened.token, seconds.max(0)) {
        out.headers_mut().append(axum::http::header::SET_COOKIE, c);
    }
}

fn flash(lang: Lang, tone: Tone, code: &str) -> Flash {
    Flash { tone, text: lang.text(code).to_owned() }
}

/// What a redirect brought along as `?done=`: one of the sentences `h5.flash.*`.
fn told(lang: Lang, q: &mut Params) -> Option<Flash> {
    let code = format!("h5.flash.{}", q.raw("done")?);
    crate::base::text::has(&code).then(|| flash(lang, Tone::Good, &code))
}

/// A failure as a page of ours; who is not logged in is led to the log-in and back.
pub(in crate::web) fn fault(
    failure: &Failure,
    seen: &Seen,
    method: &Method,
    settings: &Settings,
    trace: &TraceId,
) -> Result<FaultPage, Box<Response>> {
    let status = failure.status();
    if status == StatusCode::UNAUTHORIZED && matches!(*method, Method::GET | Method::HEAD) {
        let next: String = form_urlencoded(&seen.path);
        return Err(Box::new(see_other(&format!("/h5/login?out=expired&next={next}"))));
    }
    let lang = seen.lang;
    let (heading, detail) = match status.as_u16() {
        401 => ("h5.fault.expired", lang.text("h5.fault.expired_about").to_owned()),
        404 | 405 => ("h5.fault.not_found", lang.text("h5.fault.not_found_about").to_owned()),
        413 => ("h5.fault.too_large", lang.text("h5.fault.too_large_about").to_owned()),
        500.. => ("h5.fault.later", lang.text("h5.fault.later_about").to_owned()),
        _ => ("h5.fault.other", failure.error().map_or_else(|| failure.sentence(), |e| says::sentence(lang, e))),
    };
    let base = Base {
        lang,
        large: seen.large,
        here: "/h5".into(),
        demo: settings.demo,
        logo: logo(settings.site.own_logo),
        foot: foot(&settings.site.organizer, &settings.h5.records, &settings.site.records),
        site: settings.h5.clone(),
        who: None,
        title: "fault",
    };
    let errors = failure.fields().iter().map(|f| says::field(lang, f)).collect();
    Ok(FaultPage {
        base,
        heading: lang.text(heading).to_owned(),
        detail,
        errors,
        trace: trace.to_string(),
        login: status == StatusCode::UNAUTHORIZED,
    })
}

fn form_urlencoded(s: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'/');
    s.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A page of these routes.
fn page(path: &'static str, id: &'static str, access: Access, about: &'static str) -> Route {
    Route::get(path, id, access, about).answers_plain(200, "页面", HTML)
}

/// A form of these routes.
fn form(path: &'static str, id: &'static str, access: Access, about: &'static str) -> Route {
    Route::post(path, id, access, about).reads_form().answers_plain(303, "完成", None).problems(&[409, 422])
}

/// Adds the rows of these pages to the router table.
pub fn routes(t: &mut Table<Arc<App>>) {
    door::routes(t);
    file::routes(t);
    matter::routes(t);
    mine::routes(t);
    agents::routes(t);
    parts::routes(t);
}
