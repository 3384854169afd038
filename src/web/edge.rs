//! The edge of the web room: what happens to every request before a handler and to every answer after it.
//!
//! Owns trace ids, the request log, time limits, panics, the CSRF check, security headers and the one place where a
//! [`Failure`] becomes a body: a problem document on the APIs, a page on the console. Never lets a library's own words
//! or an error's source out. The log has method, route template, status and time; never a body, query or header.

use super::auth::{Meeting, Met};
use super::console::view::ErrorPage;
use super::console::{Aside, aside, asked_again};
use super::extract::TraceId;
use super::look::Around;
use super::problem::{Carried, Failure, json_response};
use super::table::Surface;
use crate::base::{Error, Result};
use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument;

/// What the web room needs to know of the configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Cookies are `Secure` (`__Host-qx`). False only where plain HTTP is served on loopback.
    pub secure_cookies: bool,
    /// Demo data: every page carries the banner 演示数据.
    pub demo: bool,
    /// Names around the pages.
    pub site: super::look::Site,
    /// A logo of the city's own.
    pub logo: Option<super::look::Logo>,
    /// What stands around the workers' pages.
    pub h5: crate::base::config::H5,
    /// The longest a request may take.
    pub timeout: Duration,
    /// Requests in work at once; those beyond are turned away at once with when to come again, so that those in work are
    /// finished. Operators' paths are always answered.
    pub slots: Arc<Semaphore>,
    /// Origins besides the own one whose forms are taken, as a browser writes them (`https://gov.example`).
    pub trusted_origins: Vec<String>,
}
impl Default for Settings {
    fn default() -> Self {
        Self {
            secure_cookies: true,
            demo: false,
            site: super::look::Site::default(),
            logo: None,
            h5: crate::base::config::H5::default(),
            timeout: Duration::from_secs(30),
            slots: Arc::new(Semaphore::new(512)),
            trusted_origins: Vec::new(),
        }
    }
}

/// Content security: nothing but our own files, no inline script or style, no frames. The pages' scripts ask this server and no other.
const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; connect-src 'self'; \
                   form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const ALWAYS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
];
static TRACE_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// What answers a form from another site.
type CrossSite = fn(ProtectionError) -> Response;

/// The check of forms against other sites' pages, for routes that know a person by cookie.
///
/// # Errors
/// A trusted origin is not one.
pub(super) fn csrf(settings: &Settings) -> Result<CsrfLayer<CrossSite>> {
    let mut layer = CsrfLayer::new();
    for origin in &settings.trusted_origins {
        layer = layer.add_trusted_origin(origin).map_err(|e| Error::Config(format!("trusted origin {origin:?}: {e}")))?;
    }
    let answer: CrossSite = |_| Failure::cross_site().into_response();
    Ok(layer.with_rejection_response(answer))
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn of_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let said = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
    Failure::panicked(said.unwrap_or_else(|| "no message".to_owned())).into_response()
}

/// Puts the edge around a router.
pub(super) fn around<S: Clone + Send + Sync + 'static>(router: Router<S>, settings: Arc<Settings>) -> Router<S> {
    let timeout = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, settings.timeout);
    router
        .layer(timeout)
        .layer(CatchPanicLayer::custom(of_panic))
        .layer(from_fn_with_state(settings, pass))
        .layer(CompressionLayer::new().gzip(true))
}

async fn pass(State(settings): State<Arc<Settings>>, mut request: Request, next: Next) -> Response {
    let trace = TraceId::fresh();
    let method = request.method().clone();
    let uri = request.uri().clone();
    let surface = Surface::of_path(uri.path());
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    request.extensions_mut().insert(trace.clone());
    request.extensions_mut().insert(settings.clone());
    let seen = (surface == Surface::H5).then(|| super::h5::Seen::of(request.headers(), &uri));
    let look = super::look::Look::of(request.headers());
    let span = tracing::info_span!("request", trace = %trace, method = %method, route = %route);
    let begun = Instant::now();
    let slot = if surface == Surface::Ops { None } else { Some(settings.slots.try_acquire()) };
    let meeting = (surface == Surface::Console).then(Meeting::default);
    let mut kept = Aside::Nothing;
    let response = match slot {
        Some(Err(_)) => Failure::from(Error::Unavailable("all slots are taken".into())).into_response(),
        _ => match with_form_aside(request, meeting.as_ref(), &settings).await {
            Ok((request, form)) => {
                kept = form;
                next.run(request).instrument(span).await
            }
            Err(e) => Failure::from(e).into_response(),
        },
    };
    let met = meeting.as_ref().and_then(|m| m.0.get());
    let response = match met {
        Some(met) => told(response, met, look, &method, &uri, &kept).await,
        None => response,
    };
    let mut response = finish(response, &Asked { surface, method: &method, uri: &uri, route: &route, seen, look }, &settings, &trace);
    let status = response.status().as_u16();
    tracing::info!(trace = %trace, method = %method, route = %route, status, ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX), "request");
    seal(&mut response, &settings, &trace);
    response
}

/// A request of the console with its form taken aside, should its session turn out to be over; as fast as any request must be.
async fn with_form_aside(mut request: Request, meeting: Option<&Meeting>, settings: &Settings) -> Result<(Request, Aside)> {
    let Some(meeting) = meeting else { return Ok((request, Aside::Nothing)) };
    request.extensions_mut().insert(meeting.clone());
    let whole = tokio::time::timeout(settings.timeout, aside(request, super::table::BODY_LIMIT)).await;
    whole.map_err(|_| Error::Unavailable("a form did not arrive in time".into()))?
}

/// A failure as the person at the door is told it: what was typed comes back with the log-in page, and duties that changed are named.
async fn told(response: Response, met: &Met, look: super::look::Look, method: &Method, uri: &Uri, kept: &Aside) -> Response {
    let Some(Carried(failure)) = response.extensions().get::<Carried>().cloned() else { return response };
    let locked = matches!(failure.error(), Some(Error::Forbidden("locked")));
    if *method == Method::POST && (locked || failure.status() == StatusCode::UNAUTHORIZED) {
        return match asked_again(met, look, uri, locked, kept) {
            Some(Ok(page)) => page,
            Some(Err(e)) => e.into_response(),
            None => response,
        };
    }
    if matches!(failure.status(), StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
        && let Ok(Some(note)) = met.app.duties_changed(met.account).await
    {
        let mut response = response;
        response.extensions_mut().insert(Note(note));
        return response;
    }
    response
}

/// A sentence beside a failure.
#[derive(Clone)]
struct Note(String);

/// What of a request its failure is told by.
struct Asked<'a> {
    surface: Surface,
    method: &'a Method,
    uri: &'a Uri,
    route: &'a str,
    /// How the workers' pages are to be shown.
    seen: Option<super::h5::Seen>,
    /// How the console's are.
    look: super::look::Look,
}

/// Writes the body of a failure, ours or a library's.
fn finish(response: Response, asked: &Asked<'_>, settings: &Settings, trace: &TraceId) -> Response {
    let Asked { surface, method, route, .. } = *asked;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let failure = match response.extensions().get::<Carried>() {
        Some(Carried(failure)) => failure.clone(),
        None if speaks_for_itself(&response) => return response,
        None => Arc::new(Failure::of_status(status)),
    };
    if failure.status().is_server_error() {
        tracing::error!(trace = %trace, method = %method, route, code = failure.code(), source = %failure.source_text(), "request failed");
    }
    let note = response.extensions().get::<Note>().map(|n| n.0.clone()).unwrap_or_default();
    // a script of the workers' pages reads codes, not pages
    let html = surface.is_html() && !asked.seen.as_ref().is_some_and(super::h5::Seen::is_script);
    let mut out = if html { page(&failure, asked, settings, trace, note) } else { json_response(&failure, trace) };
    for name in [header::ALLOW, header::SET_COOKIE] {
        for value in response.headers().get_all(&name) {
            out.headers_mut().append(&name, value.clone());
        }
    }
    if let Some(value) = failure.retry_after().and_then(|s| HeaderValue::from_str(&s.to_string()).ok()) {
        out.headers_mut().insert(header::RETRY_AFTER, value);
    }
    if failure.status() == StatusCode::UNAUTHORIZED && !surface.is_html() {
        out.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    out
}

/// Whether a handler already wrote a body for this surface (a form with its errors, a health report).
fn speaks_for_itself(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    ["text/html", "application/json", super::problem::PROBLEM_JSON].iter().any(|k| kind.starts_with(k))
}

fn page(failure: &Failure, asked: &Asked<'_>, settings: &Settings, trace: &TraceId, note: String) -> Response {
    let Asked { method, uri, .. } = *asked;
    if let Some(seen) = &asked.seen {
        return match super::h5::fault(failure, seen, method, settings, trace) {
            Ok(page) => rendered(page.render(), failure, trace),
            Err(elsewhere) => *elsewhere,
        };
    }
    if failure.status() == StatusCode::UNAUTHORIZED && matches!(*method, Method::GET | Method::HEAD) {
        if Surface::of_path(uri.path()) == Surface::Employer {
            // a visit is short: ask for the code again
            return see_other("/employer?out=expired");
        }
        // Nobody is logged in: ask, and come back here.
        return back_here("/login", uri);
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        match failure.error() {
            Some(Error::Forbidden("must_change_password")) => return see_other("/account"),
            Some(Error::Forbidden("enrol_second_factor")) => return see_other("/account/second-factor"),
            Some(Error::Forbidden("second_factor")) => return back_here("/login/code", uri),
            Some(Error::Forbidden("locked")) => return back_here("/login/unlock", uri),
            _ => {}
        }
    }
    let door = Surface::of_path(uri.path()) == Surface::Employer;
    let around = Around { look: asked.look, site: settings.site.clone(), demo: settings.demo };
    let page = ErrorPage { note, ..ErrorPage::of(failure, around, door, trace) };
    rendered(page.render(), failure, trace)
}
/// To a page before the log-in is whole, and from there back here.
fn back_here(to: &str, uri: &Uri) -> Response {
    let next: String = uri.path_and_query().map_or("/", |p| p.as_str()).bytes().map(percent).collect();
    if uri.path() == "/" { see_other(to) } else { see_other(&format!("{to}?next={next}")) }
}
fn rendered(page: askama::Result<String>, failure: &Failure, trace: &TraceId) -> Response {
    match page {
        Ok(html) => (failure.status(), [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(e) => {
            tracing::error!(trace = %trace, source = %e, "the error page does not render");
            let mut response = json_response(failure, trace);
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}
fn percent(b: u8) -> String {
    if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'/') { char::from(b).to_string() } else { format!("%{b:02X}") }
}

/// Headers every answer carries.
fn seal(response: &mut Response, settings: &Settings, trace: &TraceId) {
    let headers = response.headers_mut();
    for (name, value) in &ALWAYS {
        if !headers.contains_key(name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if settings.secure_cookies {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(value) = HeaderValue::from_str(&trace.to_string()) {
        headers.insert(TRACE_HEADER.clone(), value);
    }
}

/// A page as an answer.
///
/// # Errors
/// The template does not render.
pub fn html(page: &impl Template) -> super::Answer<Response> {
    html_with(StatusCode::OK, page)
}

/// A page as an answer with a status (a form with its errors: 422, a conflict: 409).
///
/// # Errors
/// The template does not render.
pub fn html_with(status: StatusCode, page: &impl Template) -> super::Answer<Response> {
    let body = page.render().map_err(|e| Error::Internal(format!("a page does not render: {e}")))?;
    Ok((status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], Body::from(body)).into_response())
}

/// "See other" after a form was taken, so that reloading sends nothing twice. `to` is a path of our own.
#[must_use]
pub fn see_other(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::from_str(to) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}
