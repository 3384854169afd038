//! Coming and going, and the own account: log-in, log-out, password, running sessions, absence.

use super::frame::{chrome, duty_title, flash};
use super::kept::{KeptNote, went_on};
use super::moves::stays;
use super::second_factor::code_form;
use super::standins::{absence_fields, absence_said};
use super::view::{AbsenceRow, AccountPage, Fact, FieldKind, FormField, FormView, LoginPage, LoginState, Place, SessionRow, Tone};
use crate::app::addresses::{Address, AddressView};
use crate::app::people::{self, LoggedIn};
use crate::app::write::Key;
use crate::app::{App, demo};
use crate::base::id::{AccountId, RowId, SessionId};
use crate::base::{Error, text};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, QueryParams, SessionCookie, clear_cookie, safe_next, set_cookie};
use crate::web::look::{Around, Look};
use crate::web::{Answer, Settings};
use axum::Extension;
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use std::sync::Arc;

/// `GET /login`.
pub(super) async fn login_page(
    State(app): State<Arc<App>>,
    look: Look,
    cookie: Option<SessionCookie>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let next = q.raw("next").map(str::to_owned);
    let state = match (q.flag("out"), &cookie, &next) {
        (true, _, _) => LoginState::LoggedOut,
        (false, Some(_), Some(_)) => LoginState::Expired,
        _ => LoginState::Fresh,
    };
    html(&login_form(&app, look, state, "", safe_next(next.as_deref())))
}

pub(super) fn login_form(app: &App, look: Look, state: LoginState, name: &str, next: &str) -> LoginPage {
    let mut page = LoginPage::new(state, name, next, Around::chosen(app, look));
    page.demo_logins = demo::logins(app).into_iter().map(|(who, login)| (who, login, demo::PASSWORD.to_owned())).collect();
    page
}

/// `POST /login`.
pub(super) async fn log_in(
    State(app): State<Arc<App>>,
    Extension(settings): Extension<Arc<Settings>>,
    headers: HeaderMap,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let next = safe_next(p.raw("next")).to_owned();
    let kept = KeptNote::of(&mut p);
    let name = p.text("name", 64);
    let name = p.required("name", name).unwrap_or_default();
    let password = p.raw("password").filter(|s| !s.is_empty()).map(str::to_owned);
    let password = p.required("password", password).unwrap_or_default();
    if let Err(e) = p.finish() {
        let mut page = kept.on(login_form(&app, Look::of(&headers), LoginState::Fresh, &name, &next));
        page.form = page.form.told(&e);
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let agent = headers.get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    match app.log_in(&name, &password, "console", agent, None).await {
        Ok(done) if done.awaits_code => {
            let mut page = html(&code_form(&app, Look::of(&headers), &next, &kept, false))?;
            page.headers_mut().extend(
                opened(&app, &settings, &done, "/").headers().iter().filter(|(k, _)| *k == SET_COOKIE).map(|(k, v)| (k.clone(), v.clone())),
            );
            Ok(page)
        }
        Ok(done) => {
            let to = if done.staff.must_change { "/account" } else { &next };
            went_on(&app, Look::of(&headers), opened(&app, &settings, &done, to), &done, &kept, &next)
        }
        Err(Error::Refused(r)) => {
            tracing::debug!(code = r.code, "log-in refused");
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &kept.on(login_form(&app, Look::of(&headers), LoginState::Failed, &name, &next)))
        }
        Err(e) => Err(e.into()),
    }
}

/// Sends the browser on with the cookie of a session just opened.
pub(super) fn opened(app: &App, settings: &Settings, done: &LoggedIn, to: &str) -> Response {
    // longer than the session lives: whose it was is known when a form meets its end
    let seconds = u64::try_from(app.config.sessions.absolute_hours.saturating_mul(2 * 3600)).unwrap_or(0);
    let mut to = see_other(to);
    if let Some(cookie) = set_cookie(settings, &done.token, seconds) {
        to.headers_mut().append(SET_COOKIE, cookie);
    }
    to
}

/// `POST /logout`: also when the session is over already.
pub(super) async fn log_out(
    State(app): State<Arc<App>>,
    Extension(settings): Extension<Arc<Settings>>,
    cookie: Option<SessionCookie>,
) -> Answer<Response> {
    if let Some(SessionCookie(token)) = cookie
        && let Ok(known) = app.recognise(token.reveal()).await
        && let Some(session) = known.staff.session
    {
        match app.end_session(&crate::domain::access::Actor::Staff(known.staff), session).await {
            Ok(()) | Err(Error::NotFound(_)) => {}
            Err(e) => return Err(e.into()),
        }
    }
    let mut to = see_other("/login?out=1");
    to.headers_mut().append(SET_COOKIE, clear_cookie(&settings));
    Ok(to)
}

fn password_form(app: &App) -> FormView {
    let help = text::zh_with("console.password.help", &[("min", &app.config.login.min_password.to_string())]);
    let field = |key: &str, label, word| FormField::new(key, label, FieldKind::Password).required().max(256).autocomplete(word);
    FormView::new(
        "password",
        "/account/password",
        "修改密码",
        vec![
            field("oldPassword", "原密码", "current-password"),
            field("password", "新密码", "new-password").help(help),
            field("again", "再输一次新密码", "new-password"),
        ],
    )
}

fn absence_form(colleagues: Vec<(AccountId, String)>, now: crate::base::At) -> FormView {
    FormView::new("absence", "/account/absence", "登记请假", absence_fields(colleagues, now))
        .hidden("_key", IdempotencyKey::fresh().as_str())
}

/// Where notices go outside the house. What is kept is shown as a mask and never put back into the fields.
fn address_form(now: &AddressView) -> FormView {
    let kept = |mask: &Option<String>| match mask {
        Some(m) => text::zh_with("console.address.kept", &[("mask", m)]),
        None => text::zh("console.address.none").to_owned(),
    };
    let fields = vec![
        FormField::new("mail", "邮箱", FieldKind::Text).max(254).autocomplete("email").help(kept(&now.mail)),
        FormField::new("mobile", "手机号", FieldKind::Text).max(20).autocomplete("tel").help(kept(&now.mobile)),
    ];
    FormView::new("address", "/account/address", "保存", fields).hidden("_key", IdempotencyKey::fresh().as_str())
}

/// `POST /account/address`.
pub(super) async fn set_address(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let (mail, mobile) = (p.text("mail", 254).unwrap_or_default(), p.text("mobile", 20).unwrap_or_default());
    let a = Address { mail, mobile };
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:address", &a)?;
            app.set_address(&by.actor(), Some(key), by.0.account, a).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(see_other("/account?done=address")),
        Err(e) if stays(&e) => {
            let mut page = page(&app, &by, None).await?;
            page.address = page.address.map(|f| f.sent_back(&pairs, &e));
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// `Chrome 138 / Windows` out of a browser's long word.
fn agent_words(agent: &str) -> String {
    let version = |name: &str| {
        let rest = agent.split_once(name)?.1;
        let n: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (!n.is_empty()).then_some(n)
    };
    let browser = [("Edg/", "Edge"), ("MicroMessenger/", "微信"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Version/", "Safari")]
        .into_iter()
        .find_map(|(mark, name)| version(mark).map(|n| format!("{name} {n}")));
    let system = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("UOS", "统信 UOS"),
        ("Linux", "Linux"),
    ]
    .into_iter()
    .find(|(mark, _)| agent.contains(mark))
    .map(|(_, name)| name);
    match (browser, system) {
        (Some(b), Some(s)) => format!("{b} / {s}"),
        (Some(b), None) => b,
        (None, Some(s)) => s.to_owned(),
        (None, None) if agent.is_empty() => "未知设备".to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

async fn page(app: &Arc<App>, by: &Officer, done: Option<&str>) -> Answer<AccountPage> {
    let actor = by.actor();
    let sessions = app
        .sessions(&actor)
        .await?
        .into_iter()
        .map(|s| {
            let current = Some(s.id) == by.0.session;
            SessionRow {
                agent: agent_words(&s.agent),
                since: s.created_at.list_text(),
                seen: s.seen_at.list_text(),
                current,
                revoke: (!current).then(|| {
                    FormView::new(format!("end-{}", s.id), format!("/account/sessions/{}/end", s.id), "结束", vec![]).tone(Tone::Plain)
                }),
            }
        })
        .collect();
    let mut facts = vec![Fact::new("姓名", by.0.name.clone())];
    for d in &by.0.duties {
        let what = format!("{}　{}　{}", duty_title(d.kind), app.bureau_name(&d.bureau), app.area_name(&d.area));
        facts.push(Fact::new(if d.for_account.is_some() { "代班" } else { "岗位" }, what));
    }
    let (absences, absence) = if by.0.must_change {
        (Vec::new(), None)
    } else {
        let rows = app.absences(&actor).await?.into_iter().map(|a| AbsenceRow {
            span: format!("{} 至 {}", a.from.list_text(), a.until.list_text()),
            cancel: FormView::new(format!("cancel-{}", a.id), format!("/account/absence/{}/cancel", a.id), "撤销", vec![])
                .tone(Tone::Plain),
            delegate: a.delegate.unwrap_or_default(),
            reason: a.reason,
        });
        (rows.collect(), Some(absence_form(app.colleagues(&actor).await?, app.now())))
    };
    let address = if by.0.must_change { None } else { Some(address_form(&app.address(&actor, by.0.account).await?)) };
    Ok(AccountPage {
        address,
        chrome: chrome(app, by, "我的账户", Place::Account).await?.with_flash(flash(done)),
        facts,
        password: password_form(app),
        sessions,
        absences,
        absence,
        must_change: by.0.must_change,
    })
}

/// `GET /account`.
pub(super) async fn account(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    html(&page(&app, &by, q.raw("done")).await?)
}

/// `POST /account/password`.
pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    Extension(settings): Extension<Arc<Settings>>,
    by: Officer,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let mut get = |name: &str| {
        let v = p.raw(name).filter(|s| !s.is_empty()).map(str::to_owned);
        p.required(name, v).unwrap_or_default()
    };
    let (old, new, again) = (get("oldPassword"), get("password"), get("again"));
    if !new.is_empty() && !again.is_empty() && new != again {
        p.wrong("again", "not_the_same", &[]);
    }
    if !new.is_empty() && new == old {
        p.wrong("password", "same_password", &[]);
    }
    let done = match p.finish() {
        Ok(()) => app.change_password(&by.actor(), &old, &new).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(session) => Ok(opened(&app, &settings, &session, "/account?done=password")),
        Err(e) if stays(&e) => {
            let mut page = page(&app, &by, None).await?;
            page.password = page.password.told(&e);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /account/sessions/{id}/end`.
pub(super) async fn end_session(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<SessionId>) -> Answer<Response> {
    match app.end_session(&by.actor(), id).await {
        // ended twice is ended
        Ok(()) | Err(Error::NotFound(_)) => Ok(see_other("/account?done=session")),
        Err(e) => Err(e.into()),
    }
}

/// `POST /account/absence`.
pub(super) async fn absence(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let actor = by.actor();
    let done = match absence_said(&mut p) {
        Ok((from, until, delegate, reason)) => {
            let key = Key::new(key.as_str(), "console:absence", &pairs)?;
            let me = by.0.account;
            app.write(&actor, Some(key), move |tx| people::record_absence(tx, me, delegate, from, until, &reason)).await.map(|_| ())
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(see_other("/account?done=absence")),
        Err(e) if stays(&e) => {
            let mut page = page(&app, &by, None).await?;
            page.absence = page.absence.map(|f| f.sent_back(&pairs, &e));
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /account/absence/{id}/cancel`.
pub(super) async fn cancel_absence(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>) -> Answer<Response> {
    match app.cancel_absence(&by.actor(), by.0.account, id).await {
        // withdrawn twice is withdrawn
        Ok(()) | Err(Error::NotFound(_)) => Ok(see_other("/account?done=cancelled")),
        Err(e) => Err(e.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_shortly() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";
        assert_eq!(agent_words(chrome), "Chrome 138 / Windows");
        assert_eq!(agent_words(&format!("{chrome} Edg/141.0")), "Edge 141 / Windows");
        assert_eq!(agent_words(""), "未知设备");
        assert_eq!(agent_words("curl/8.0"), "curl/8.0");
    }
}
