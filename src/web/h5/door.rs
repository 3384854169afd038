//! The ways in: home, log-in by a code to the telephone, the way of a receipt, a call back, help, switches.
//!
//! Owns what survives a log-in. Where a session ended in the middle of a long form, what was typed travels through the steps of the
//! log-in in the forms themselves (fields `k.NAME`): the server keeps nothing of somebody it does not know. At the end of the log-in it
//! is kept as a draft of the person, from which the form is filled again; on a telephone of several persons, where there are no drafts,
//! the filled form is the answer to the log-in.

use super::view::{Ask, AskPage, FilingLine, HelpPage, HomePage, ListLine, NextLine, WayPage};
use super::{DEVICE, Guest, LANG, LARGE, YEAR, cookie_name, file, flash, form, keep, page, safe, says, set, told};
use crate::app::App;
use crate::app::callbacks::{AskCallback, SafeChannel};
use crate::app::claimant::agents::HeldMandate;
use crate::app::claimant::matter::Expect;
use crate::base::seal::hex;
use crate::base::text::Lang;
use crate::base::{At, Error, id::FilingId, id::Ids};
use crate::web::console::view::{FieldKind, Flash, FormField, FormView, Tone};
use crate::web::edge::{Settings, html, html_with, see_other};
use crate::web::extract::{FormParams, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Table};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use std::sync::Arc;

/// The cursor of the own filings.
const CURSOR: &str = "h5-own";
/// Before the name of a field that is carried through the log-in.
const CARRIED: &str = "k.";

/// What is carried through a log-in: where to go on, and what was typed before.
#[derive(Debug, Clone, Default)]
pub(super) struct Carried {
    /// A path of these pages.
    pub(super) next: String,
    /// Names and values of the form that was interrupted.
    pub(super) typed: Vec<(String, String)>,
}
impl Carried {
    fn of(pairs: &[(String, String)]) -> Self {
        let next = pairs.iter().find(|(k, _)| k == "next").map(|(_, v)| v.as_str());
        let typed = pairs.iter().filter_map(|(k, v)| Some((k.strip_prefix(CARRIED)?.to_owned(), v.clone()))).collect();
        Self { next: safe(next).to_owned(), typed }
    }
    fn into_form(self, form: FormView) -> FormView {
        let form = form.hidden("next", self.next);
        self.typed.into_iter().fold(form, |f, (k, v)| f.hidden(format!("{CARRIED}{k}"), v))
    }
}

fn phone_field(lang: Lang, value: &str) -> FormField {
    FormField::new("phone", lang.text("h5.login.phone"), FieldKind::Phone).required().max(20).value(value).autocomplete("tel-national")
}

fn first_form(lang: Lang, phone: &str, carried: Carried) -> FormView {
    let form = FormView::new("code", "/h5/code", lang.text("h5.login.send"), vec![phone_field(lang, phone)]);
    carried.into_form(form)
}

/// The first step: where the code is to go.
pub(super) fn first(app: &App, g: &Guest, flash: Option<Flash>, ask: FormView) -> AskPage {
    let lang = g.seen.lang;
    let mut base = g.base(app, "login");
    if !base.here.starts_with("/h5/login") {
        base.here = "/h5/login".into();
    }
    AskPage {
        base,
        heading: lang.text("h5.login.heading").to_owned(),
        lead: vec![lang.text("h5.login.lead").to_owned()],
        flash,
        ask: Ask::new(lang, ask),
        links: vec![("/h5/progress".into(), lang.text("h5.home.progress").to_owned()), ("/h5".into(), lang.text("h5.back").to_owned())],
    }
}

/// The log-in of somebody whose session ended while typing.
pub(super) fn interrupted(app: &App, g: &Guest, next: &str, typed: Vec<(String, String)>) -> AskPage {
    let carried = Carried { next: next.to_owned(), typed };
    first(app, g, Some(flash(g.seen.lang, Tone::Warn, "h5.login.kept")), first_form(g.seen.lang, "", carried))
}

fn second(app: &App, g: &Guest, flash: Option<Flash>, phone: &str, carried: Carried) -> AskPage {
    let lang = g.seen.lang;
    let fields = vec![
        phone_field(lang, phone),
        FormField::new("code", lang.text("h5.login.code"), FieldKind::Int).required().max(6).autocomplete("one-time-code"),
        FormField::new("name", lang.text("h5.login.name"), FieldKind::Text)
            .required()
            .max(40)
            .help(lang.text("h5.login.name_help"))
            .autocomplete("name"),
        FormField::new("number", lang.text("h5.login.number"), FieldKind::Text).max(40).help(lang.text("h5.login.number_help")),
        FormField::new("secret", lang.text("h5.login.secret"), FieldKind::Text).max(40),
    ];
    let form = FormView::new("login", "/h5/login", lang.text("h5.login.enter"), fields).also("/h5/code", lang.text("h5.login.again"));
    first(app, g, flash, carried.into_form(form))
}

/// `GET /h5/login`.
async fn login(State(app): State<Arc<App>>, g: Guest, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let next = safe(q.raw("next")).to_owned();
    if g.me.is_some() {
        return Ok(see_other(&next));
    }
    // whoever was never here is not told of a session that ended
    let expired = q.raw("out") == Some("expired") && g.seen.device.is_some();
    let told = expired.then(|| flash(g.seen.lang, Tone::Info, "h5.login.expired"));
    html(&first(&app, &g, told, first_form(g.seen.lang, "", Carried { next, typed: Vec::new() })))
}

/// `POST /h5/code`: sends a code and asks for it.
async fn code(State(app): State<Arc<App>>, g: Guest, FormParams(mut p): FormParams) -> Answer<Response> {
    let lang = g.seen.lang;
    let carried = Carried::of(p.pairs());
    let phone = p.raw("phone").unwrap_or_default().to_owned();
    match app.send_code(&phone).await {
        Ok(shown) => {
            let minutes = app.config.workers.code_minutes.to_string();
            let mut text = lang.text_with("h5.login.sent", &[("phone", phone.trim()), ("minutes", &minutes)]);
            if let Some(code) = shown {
                if lang == Lang::En {
                    text.push(' ');
                }
                text.push_str(&lang.text_with("h5.login.shown", &[("code", &code)]));
            }
            html(&second(&app, &g, Some(Flash { tone: Tone::Good, text }), &phone, carried))
        }
        Err(e) if says::stays(&e) => {
            let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let told = matches!(e, Error::Unavailable(_)).then(|| flash(lang, Tone::Bad, "h5.login.no_sms"));
            let form = first_form(lang, &phone, carried);
            let form = if told.is_some() { form } else { says::tell(lang, form, &e, |k| k) };
            html_with(status, &first(&app, &g, told, form))
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /h5/login`.
async fn enter(
    State(app): State<Arc<App>>,
    Extension(settings): Extension<Arc<Settings>>,
    g: Guest,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let lang = g.seen.lang;
    let carried = Carried::of(p.pairs());
    let mut raw = |name: &str| p.raw(name).unwrap_or_default().trim().to_owned();
    let (phone, code, name, number, secret) = (raw("phone"), raw("code"), raw("name"), raw("number"), raw("secret"));
    let receipt = (!number.is_empty() || !secret.is_empty()).then_some((number.as_str(), secret.as_str()));
    let (mark, fresh) = match &g.seen.device {
        Some(d) => (d.clone(), false),
        None => (hex(&Ids::system().bytes::<8>()), true),
    };
    let device = format!("h5 {} {mark}", g.seen.agent);
    match app.log_in_by_phone(&phone, &code, &name, receipt, &device, lang).await {
        Ok(opened) => {
            let me = crate::app::workers::Me { lang, ..opened.me.clone() };
            let mut out = if carried.typed.is_empty() {
                see_other(safe(Some(&carried.next)))
            } else {
                let g = Guest { me: Some(me), seen: g.seen.clone() };
                file::resume(&app, &g, &carried.typed).await?
            };
            keep(&app, &settings, &mut out, &opened);
            if fresh && let Some(c) = set(&settings, DEVICE, &mark, YEAR) {
                out.headers_mut().append(SET_COOKIE, c);
            }
            Ok(out)
        }
        Err(e) if says::stays(&e) => {
            let status = match e {
                Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let mut page = second(&app, &g, None, &phone, carried);
            let typed: Vec<(String, String)> = p.pairs().iter().filter(|(k, _)| k != "code").cloned().collect();
            page.ask = says::back(lang, page.ask.form, &typed, &e);
            html_with(status, &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /h5/logout`.
async fn leave(State(app): State<Arc<App>>, Extension(settings): Extension<Arc<Settings>>, g: Guest) -> Answer<Response> {
    if let Some(me) = &g.me {
        app.end_worker_session(&me.worker, me.worker.session).await?;
    }
    let mut out = see_other("/h5?done=out");
    if let Some(c) = set(&settings, cookie_name(&settings), "", 0) {
        out.headers_mut().append(SET_COOKIE, c);
    }
    Ok(out)
}

/// `POST /h5/settings`: language and larger type.
async fn settings(
    State(app): State<Arc<App>>,
    Extension(settings): Extension<Arc<Settings>>,
    g: Guest,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let back = p.raw("back").map(str::to_owned);
    let mut out = see_other(match back.as_deref() {
        Some(b) if b.starts_with("/h5/login") && b.len() < 300 && b.bytes().all(|c| c.is_ascii_graphic() && c != b'\\') => b,
        b => safe(b),
    });
    if let Some(lang) = p.raw("lang").map(Lang::of) {
        out.headers_mut().extend(set(&settings, LANG, lang.code(), YEAR).map(|c| (SET_COOKIE, c)));
        if let Some(me) = &g.me {
            // what is sent to the telephone speaks the same language
            app.set_language(&me.worker, lang).await?;
        }
    }
    if let Some(large) = p.raw("large") {
        let value = if large == "1" { "1" } else { "0" };
        if let Some(c) = set(&settings, LARGE, value, YEAR) {
            out.headers_mut().append(SET_COOKIE, c);
        }
    }
    Ok(out)
}

/// `GET /h5`.
async fn home(State(app): State<Arc<App>>, g: Guest, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let lang = g.seen.lang;
    let mut page = HomePage {
        base: g.base(&app, "home"),
        flash: told(lang, &mut q),
        filings: Vec::new(),
        unread: 0,
        draft: None,
        limited: false,
        held: 0,
        older: None,
    };
    if let Some(me) = &g.me {
        let after = q.text("after", 512).map(|c| cursor_decode::<(At, FilingId)>(CURSOR, &c)).transpose()?;
        let (own, next) = app.own_filings(me, after).await?;
        page.older = next.map(|n| cursor_encode(CURSOR, &n)).transpose()?.map(|c| format!("/h5?after={c}"));
        page.filings = own
            .into_iter()
            .map(|s| FilingLine {
                href: format!("/h5/filings/{}", s.id),
                respondent: s.respondent,
                amount: format!("¥{}", s.amount),
                // these two wait for the worker's word
                waits: matches!(s.stage.code.as_str(), "answered" | "case_supplement_asked"),
                stage: s.stage.text,
                number: s.number,
            })
            .collect();
        page.unread = app.worker_notices(me, None).await?.iter().filter(|n| n.read_at.is_none()).count();
        page.draft = file::draft(&app, me).await?.map(|d| d.at);
        page.limited = me.worker.limited;
        page.held = app.mandates_held(me).await?.len();
    }
    html(&page)
}

/// A matter looked after for somebody else.
pub(super) fn held_line(lang: Lang, m: HeldMandate) -> ListLine {
    let until = lang.text_with("h5.agents.until", &[("at", &m.expires_at.list_text())]);
    let s = m.summary;
    ListLine {
        head: s.respondent,
        href: format!("/h5/filings/{}", s.id),
        lines: vec![s.stage.text, s.number, until],
        marked: false,
        acts: Vec::new(),
    }
}

/// What the office is bound to, as lines.
pub(super) fn next_lines(expects: Vec<Expect>) -> Vec<NextLine> {
    expects.into_iter().map(|e| NextLine { what: e.what, by: e.by.to_string(), why: e.why }).collect()
}

fn way_form(lang: Lang) -> FormView {
    let fields = vec![
        FormField::new("number", lang.text("h5.receipt.number"), FieldKind::Text).required().max(40),
        FormField::new("secret", lang.text("h5.receipt.secret"), FieldKind::Text).required().max(40),
    ];
    FormView::new("way", "/h5/progress", lang.text("h5.way.go"), fields)
}
fn way_page(app: &App, g: &Guest, form: FormView) -> AskPage {
    let lang = g.seen.lang;
    AskPage {
        base: g.base(app, "query"),
        heading: lang.text("h5.way.heading").to_owned(),
        lead: vec![lang.text("h5.way.lead").to_owned()],
        flash: None,
        ask: Ask::new(lang, form),
        links: vec![("/h5".into(), lang.text("h5.back").to_owned())],
    }
}

/// `GET /h5/progress`.
async fn way_ask(State(app): State<Arc<App>>, g: Guest) -> Answer<Response> {
    html(&way_page(&app, &g, way_form(g.seen.lang)))
}

/// `POST /h5/progress`: number and code come in the body, never in an address.
async fn way(State(app): State<Arc<App>>, g: Guest, FormParams(mut p): FormParams) -> Answer<Response> {
    let lang = g.seen.lang;
    let (number, secret) = (p.raw("number").unwrap_or_default().to_owned(), p.raw("secret").unwrap_or_default().to_owned());
    match app.way_of(&number, &secret, lang).await {
        Ok(w) => html(&WayPage {
            base: g.base(&app, "query"),
            number: w.number,
            at: w.received_at.list_text(),
            stage: w.stage.text,
            next: next_lines(w.expects),
        }),
        Err(e) if says::stays(&e) => {
            let status = if matches!(e, Error::TooMany(_)) { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNPROCESSABLE_ENTITY };
            let mut page = way_page(&app, &g, way_form(lang));
            page.ask = says::back(lang, page.ask.form, p.pairs(), &e);
            html_with(status, &page)
        }
        Err(e) => Err(e.into()),
    }
}

fn callback_page(app: &App, g: &Guest) -> AskPage {
    let lang = g.seen.lang;
    let time = lang.text("h5.callback.time_help");
    let areas = app.city.areas.iter().map(|a| (a.code.clone(), a.name.clone()));
    let ways = [("call", lang.text("h5.callback.call")), ("sms", lang.text("h5.callback.sms"))];
    let fields = vec![
        phone_field(lang, ""),
        FormField::new("name", lang.text("h5.callback.name"), FieldKind::Text).max(40),
        FormField::new("channel", lang.text("h5.callback.channel"), FieldKind::Radio).options(ways).value("call").required(),
        FormField::new("safeFrom", lang.text("h5.callback.safe_from"), FieldKind::Text).max(5).help(time),
        FormField::new("safeTo", lang.text("h5.callback.safe_to"), FieldKind::Text).max(5).help(time),
        FormField::new("area", lang.text("h5.file.area"), FieldKind::Select).options(areas),
    ];
    AskPage {
        base: g.base(app, "form"),
        heading: lang.text("h5.callback.heading").to_owned(),
        lead: vec![lang.text("h5.callback.lead").to_owned()],
        flash: None,
        ask: Ask::new(lang, FormView::new("callback", "/h5/callback", lang.text("h5.callback.send"), fields)),
        links: vec![("/h5".into(), lang.text("h5.back").to_owned())],
    }
}

/// `GET /h5/callback`.
async fn callback_ask(State(app): State<Arc<App>>, g: Guest) -> Answer<Response> {
    html(&callback_page(&app, &g))
}

/// `POST /h5/callback`.
async fn callback(State(app): State<Arc<App>>, g: Guest, FormParams(mut p): FormParams) -> Answer<Response> {
    let mut raw = |name: &str| p.raw(name).unwrap_or_default().trim().to_owned();
    let asked = AskCallback {
        phone: raw("phone"),
        name: raw("name"),
        safe_from: raw("safeFrom"),
        safe_to: raw("safeTo"),
        channel: if raw("channel") == "sms" { SafeChannel::Sms } else { SafeChannel::Call },
        area: Some(raw("area")).filter(|a| !a.is_empty()),
        site: None,
    };
    match app.ask_callback(&asked, g.seen.lang).await {
        Ok(_) => Ok(see_other("/h5?done=called")),
        Err(e) if says::stays(&e) => {
            let mut page = callback_page(&app, &g);
            page.ask = says::back(g.seen.lang, page.ask.form, p.pairs(), &e);
            let status = if matches!(e, Error::TooMany(_)) { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNPROCESSABLE_ENTITY };
            html_with(status, &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// `GET /h5/help`.
async fn help(State(app): State<Arc<App>>, g: Guest) -> Answer<Response> {
    html(&HelpPage { base: g.base(&app, "help") })
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let open = Access::Public;
    t.add(page("/h5", "h5_home", open, "劳动者网页：首页，登录后为我的反映"), home);
    t.add(page("/h5/login", "h5_login", open, "手机号登录"), login);
    t.add(form("/h5/code", "h5_code", open, "发送登录验证码").problems(&[429, 503]), code);
    t.add(form("/h5/login", "h5_enter", open, "手机号、验证码和姓名登录").problems(&[429]), enter);
    t.add(form("/h5/logout", "h5_leave", open, "退出登录"), leave);
    t.add(form("/h5/settings", "h5_settings", open, "语言、长辈版大字"), settings);
    t.add(page("/h5/progress", "h5_way_ask", open, "凭回执查进展"), way_ask);
    t.add(form("/h5/progress", "h5_way", open, "凭编号和查询码查进展").problems(&[429]), way);
    t.add(page("/h5/callback", "h5_callback_ask", open, "请给我回电"), callback_ask);
    t.add(form("/h5/callback", "h5_callback", open, "请给我回电").problems(&[429]), callback);
    t.add(page("/h5/help", "h5_help", open, "帮助与电话"), help);
}
