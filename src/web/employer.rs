//! `/employer`: the pages of whoever was served a paper. Log-in by number, identity and served code; papers, days, submissions, receipts.
//!
//! Owns the cookie of a visit and the handlers: extract, one use case of `app::door`, view. Whole without JavaScript. Decides nothing: what is
//! shown is what `app` says is this addressee's; everything else does not exist.

use super::console::paper_policy;
use super::console::view::{
    DoorDayLine, DoorHomePage, DoorLoginPage, DoorPaperCard, DoorPaperPage, DoorSubmissionRow, FieldKind, Flash, FormField, FormView, Tag,
    Tone,
};
use super::edge::{Settings, html, html_with, see_other};
use super::extract::{Files, FormParams, IdempotencyKey, Params, PathId, QueryParams};
use super::look::Around;
use super::{Access, Answer, Failure, Route, Table};
use crate::app::App;
use crate::app::door::session::Visitor;
use crate::app::door::submit::{Contact, NewFile, NewSubmission};
use crate::app::door::view::{DoorHome, DoorPaper, DoorSubmission, kind_title, slot_title};
use crate::app::write::Key;
use crate::base::id::{DocumentId, RowId};
use crate::base::seal::hex;
use crate::base::{At, Error, text};
use crate::domain::door::{Handed, is_statement};
use axum::Extension;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The cookie of a visit. Its path is this door alone: the console never sees it.
const SECURE_COOKIE: &str = "__Secure-qxd";
const PLAIN_COOKIE: &str = "qxd";
/// The largest form: three files.
const UPLOAD: usize = 64 * 1024 * 1024;
const HTML: Option<&str> = Some("text/html");

fn cookie_name(s: &Settings) -> &'static str {
    if s.secure_cookies { SECURE_COOKIE } else { PLAIN_COOKIE }
}

fn cookie(s: &Settings, token: &str, seconds: u64) -> Option<HeaderValue> {
    let secure = if s.secure_cookies { "; Secure" } else { "" };
    let text = format!("{}={token}; Path=/employer; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", cookie_name(s));
    HeaderValue::from_str(&text).ok()
}

fn token(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let mut all = headers.get_all(COOKIE).iter().filter_map(|l| l.to_str().ok()).flat_map(|l| l.split(';'));
    let found = all.find_map(|pair| pair.trim().split_once('=').filter(|(k, _)| *k == wanted).map(|(_, v)| v.to_owned()))?;
    let ok = (20..=200).contains(&found.len()) && found.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    ok.then_some(found)
}

/// The visitor of a request.
#[derive(Debug, Clone)]
struct Inside(Visitor);
impl FromRequestParts<Arc<App>> for Inside {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let name = parts.extensions.get::<Arc<Settings>>().map_or(SECURE_COOKIE, |s| cookie_name(s));
        let token = token(&parts.headers, name).ok_or(Error::Unauthenticated)?;
        Ok(Self(app.at_door(&token).await?))
    }
}

/// Whoever is inside, if anybody.
struct Maybe(Option<Visitor>);
impl FromRequestParts<Arc<App>> for Maybe {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        match Inside::from_request_parts(parts, app).await {
            Ok(i) => Ok(Self(Some(i.0))),
            Err(f) if f.status() == StatusCode::UNAUTHORIZED => Ok(Self(None)),
            Err(f) => Err(f),
        }
    }
}

fn flash(tone: Tone, key: &str) -> Flash {
    Flash { tone, text: text::zh(&format!("employer.flash.{key}")).to_owned() }
}

fn login(app: &App, flash: Option<Flash>, number: &str) -> DoorLoginPage {
    let fields = vec![
        FormField::new("number", "文书编号", FieldKind::Text)
            .required()
            .max(80)
            .value(number)
            .help("例如：奎文人社监理〔2026〕第3号，括号可以任意输入"),
        FormField::new("identity", "统一社会信用代码，或者身份证件号码后六位", FieldKind::Text)
            .required()
            .max(24)
            .help("单位输入代码；文书送达个人的，输入本人证件号码后六位"),
        FormField::new("code", "送达码", FieldKind::Text).required().max(24).help("印在文书末尾，以 SD 开头"),
    ];
    DoorLoginPage { around: Around::plain(app), flash, form: FormView::new("enter", "/employer/login", "登录", fields) }
}

fn tone(state: &str) -> Tone {
    match state {
        "returned" => Tone::Bad,
        "waiting" => Tone::Info,
        _ => Tone::Good,
    }
}

fn card(p: &DoorPaper) -> DoorPaperCard {
    let served = p.served_on.map(|d| text::zh_with("employer.page.served", &[("day", &d.to_string())])).unwrap_or_default();
    let issued = text::zh_with("employer.page.issued", &[("day", &p.issued_at.day().to_string())]);
    DoorPaperCard {
        href: format!("/employer/papers/{}", p.id),
        print: format!("/employer/papers/{}/print", p.id),
        title: p.title.clone(),
        number: p.number.clone(),
        dates: if served.is_empty() { issued } else { format!("{issued}，{served}") },
        state: Tag::new(p.state.clone(), Tone::Info),
        days: p.days.iter().map(|d| DoorDayLine { what: d.what.clone(), on: d.on.to_string(), why: d.why.clone(), past: d.past }).collect(),
        may: p.may.iter().map(|k| kind_title(k.code(), &p.kind)).collect::<Vec<_>>().join("、"),
    }
}

fn row(s: &DoorSubmission) -> DoorSubmissionRow {
    DoorSubmissionRow {
        receipt: format!("/employer/submissions/{}/receipt", s.id),
        number: s.receipt.clone(),
        kind: s.kind.clone(),
        paper: s.paper.clone(),
        at: s.received_at.list_text(),
        late: s.late,
        state: Tag::new(s.state.clone(), tone(&s.state_code)),
        reason: [s.returned.clone(), s.note.clone()].into_iter().flatten().collect::<Vec<_>>().join("："),
        files: s.files.iter().map(|f| format!("{}：{}", f.what, f.name)).collect::<Vec<_>>().join("；"),
    }
}

fn home_page(app: &App, h: &DoorHome, done: Option<RowId>) -> DoorHomePage {
    let mine = done.filter(|id| h.submissions.iter().any(|s| s.id == *id));
    let clock = |at: At| at.list_text().split_once(' ').map_or_else(String::new, |(_, t)| t.to_owned());
    DoorHomePage {
        around: Around::plain(app),
        flash: mine.map(|_| flash(Tone::Good, "handed_in")),
        receipt: mine.map(|id| format!("/employer/submissions/{id}/receipt")),
        authority: h.authority.clone(),
        until: clock(h.until),
        papers: h.papers.iter().map(card).collect(),
        submissions: h.submissions.iter().map(row).collect(),
    }
}

/// `GET /employer`: what was served, or the log-in.
async fn home(State(app): State<Arc<App>>, who: Maybe, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let out = q.raw("out").map(str::to_owned);
    match who.0 {
        Some(v) => html(&home_page(&app, &app.door_home(&v).await?, q.parsed::<RowId>("done", "not_an_id"))),
        None => {
            let told = match out.as_deref() {
                Some("1") => Some(flash(Tone::Good, "out")),
                Some("expired") => Some(flash(Tone::Info, "expired")),
                _ => None,
            };
            html(&login(&app, told, ""))
        }
    }
}

/// `POST /employer/login`.
async fn enter(
    State(app): State<Arc<App>>,
    Extension(settings): Extension<Arc<Settings>>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let mut get = |name: &str, max: usize| {
        let v = p.text(name, max);
        p.required(name, v).unwrap_or_default()
    };
    let (number, identity, code) = (get("number", 80), get("identity", 24), get("code", 24));
    if let Err(e) = p.finish() {
        let mut page = login(&app, None, &number);
        page.form = page.form.told(&e);
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    match app.enter_door(&number, &identity, &code).await {
        Ok(opened) => {
            let mut out = see_other("/employer");
            if let Some(c) = cookie(&settings, &opened.token, opened.seconds) {
                out.headers_mut().append(SET_COOKIE, c);
            }
            Ok(out)
        }
        Err(Error::Refused(_)) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &login(&app, Some(flash(Tone::Bad, "wrong")), &number)),
        Err(Error::TooMany(_)) => html_with(StatusCode::TOO_MANY_REQUESTS, &login(&app, Some(flash(Tone::Bad, "too_many")), &number)),
        Err(e) => Err(e.into()),
    }
}

/// `POST /employer/logout`.
async fn leave(State(app): State<Arc<App>>, Extension(settings): Extension<Arc<Settings>>, who: Maybe) -> Answer<Response> {
    if let Some(v) = who.0 {
        app.leave_door(&v).await?;
    }
    let mut out = see_other("/employer?out=1");
    if let Some(c) = cookie(&settings, "", 0) {
        out.headers_mut().append(SET_COOKIE, c);
    }
    Ok(out)
}

/// The form that hands something in on a paper: at the door, and at the desk.
pub(super) fn form_of(kind: Handed, on: &str, action: &str, files: bool, hearing: bool, mib: usize) -> FormView {
    let mut fields = vec![
        FormField::new("applicant", "提交人姓名和身份", FieldKind::Text)
            .required()
            .max(100)
            .help("例如：法定代表人王某；受委托代办的，写明受何人委托"),
    ];
    if kind == Handed::Contact {
        fields.push(FormField::new("phone", "联系电话", FieldKind::Phone).required().max(20));
        fields.push(FormField::new("mail", "邮箱", FieldKind::Text).max(200));
        fields.push(FormField::new("address", "邮寄地址", FieldKind::Text).max(200));
        fields.push(FormField::new("electronic", "同意以电子方式送达文书", FieldKind::Check).help("可以随时重新提交，改为不同意"));
    } else {
        let asked = match kind.speaks() {
            true if is_statement(on) => "陈述、申辩的内容",
            true => "异议的事实和理由",
            false => "说明",
        };
        let words = FormField::new("words", asked, FieldKind::Long).max(4000);
        fields.push(if kind.speaks() { words.required() } else { words });
        if hearing && kind.speaks() {
            fields.push(FormField::new("hearing", "同时申请听证", FieldKind::Check).help("勾选即为听证申请，应当在期限内提出"));
        }
    }
    let help = text::zh_with("console.upload.help", &[("mib", &mib.to_string())]);
    for (slot, _, must) in kind.slots().iter().filter(|_| files) {
        let f = FormField::new(*slot, slot_title(slot), FieldKind::File).help(&help);
        fields.push(if *must { f.required() } else { f });
    }
    let mut form =
        FormView::new(kind.code(), action, "提交", fields).hidden("_key", IdempotencyKey::fresh().as_str()).hidden("kind", kind.code());
    // one reader for every form of this door
    form.multipart = true;
    form
}

/// A form that comes back: its kind, what was typed, what is wrong.
type Returned<'a> = (&'a str, &'a [(String, String)], &'a Error);

fn paper_page(app: &App, p: &DoorPaper, case: bool, back: Option<Returned<'_>>) -> DoorPaperPage {
    let action = format!("/employer/papers/{}/submissions", p.id);
    let one = |k: &Handed| {
        let form = form_of(*k, &p.kind, &action, case, p.hearing, app.config.evidence.max_mib);
        let form = match back {
            Some((kind, pairs, why)) if kind == k.code() => form.sent_back(pairs, why),
            _ => form,
        };
        (kind_title(k.code(), &p.kind), form)
    };
    DoorPaperPage { around: Around::plain(app), paper: card(p), remedies: p.remedies.clone(), forms: p.may.iter().map(one).collect() }
}

fn found(h: &DoorHome, id: DocumentId) -> Result<&DoorPaper, Error> {
    h.papers.iter().find(|p| p.id == id).ok_or(Error::NotFound("document"))
}

/// `GET /employer/papers/{id}`.
async fn paper(State(app): State<Arc<App>>, Inside(v): Inside, PathId(id): PathId<DocumentId>) -> Answer<Response> {
    let h = app.door_home(&v).await?;
    html(&paper_page(&app, found(&h, id)?, v.served.case_id.is_some(), None))
}

/// A kept paper as an answer: its own styles, nothing else.
fn kept(page: String) -> Response {
    let policy = paper_policy(&page);
    let mut out = ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "private, no-store")], page).into_response();
    if let Ok(v) = HeaderValue::from_str(&policy) {
        out.headers_mut().insert(CONTENT_SECURITY_POLICY, v);
    }
    out
}

/// `GET /employer/papers/{id}/print`.
async fn print(State(app): State<Arc<App>>, Inside(v): Inside, PathId(id): PathId<DocumentId>) -> Answer<Response> {
    Ok(kept(app.door_paper(&v, id).await?))
}

/// `GET /employer/submissions/{id}/receipt`.
async fn receipt(State(app): State<Arc<App>>, Inside(v): Inside, PathId(id): PathId<RowId>) -> Answer<Response> {
    Ok(kept(app.door_receipt(&v, id).await?))
}

/// A form of this door as it came.
pub(super) struct Sent {
    /// Its key, with what it is about.
    pub(super) key: Key,
    /// Everything typed.
    pub(super) pairs: Vec<(String, String)>,
    /// What is handed in.
    pub(super) new: NewSubmission,
    /// Its files.
    pub(super) files: Vec<NewFile>,
}

/// Reads the form; findings of its fields are the use case's.
pub(super) fn read(door: &str, id: DocumentId, up: Files) -> Result<Sent, Failure> {
    let Files { params: mut p, files } = up;
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let new = new_of(&mut p);
    let files: Vec<NewFile> = files.into_iter().map(|f| NewFile { slot: f.field, name: f.name, bytes: f.bytes.to_vec() }).collect();
    let hashes: Vec<(&str, String)> = files.iter().map(|f| (f.slot.as_str(), hex(&Sha256::digest(&f.bytes)))).collect();
    let key = Key::new(key.as_str(), &format!("{door}:{id}"), &(&new, hashes))?;
    Ok(Sent { key, pairs, new, files })
}

fn new_of(p: &mut Params) -> NewSubmission {
    let mut raw = |name: &str| p.raw(name).unwrap_or_default().to_owned();
    let (kind, words, applicant) = (raw("kind"), raw("words"), raw("applicant"));
    let contact = (kind == Handed::Contact.code()).then(|| Contact {
        phone: raw("phone"),
        mail: raw("mail"),
        address: raw("address"),
        electronic: matches!(raw("electronic").as_str(), "true" | "on"),
    });
    let hearing = matches!(raw("hearing").as_str(), "true" | "on");
    NewSubmission { kind, words, applicant, contact, hearing }
}

/// Whether what went wrong belongs on the page with the form.
pub(super) fn stays(e: &Error) -> bool {
    matches!(e, Error::Invalid(_) | Error::Refused(_) | Error::TooLarge(_) | Error::TooMany(_) | Error::KeyReused)
}

/// `POST /employer/papers/{id}/submissions`.
async fn hand_in(State(app): State<Arc<App>>, Inside(v): Inside, PathId(id): PathId<DocumentId>, up: Files) -> Answer<Response> {
    let Sent { key, pairs, new, files } = read("employer", id, up)?;
    let kind = new.kind.clone();
    match app.hand_in(&v, key, id, new, files).await {
        Ok(done) => Ok(see_other(&format!("/employer?done={done}"))),
        Err(e) if stays(&e) => {
            let h = app.door_home(&v).await?;
            let p = found(&h, id)?;
            if !p.may.iter().any(|k| k.code() == kind) {
                // there is no form to come back to
                return Err(e.into());
            }
            let page = paper_page(&app, p, v.served.case_id.is_some(), Some((&kind, &pairs, &e)));
            html_with(StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY), &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// Adds the rows of this door to the router table.
pub fn routes(t: &mut Table<Arc<App>>) {
    let page = |path, id, access, about| Route::get(path, id, access, about).answers_plain(200, "页面", HTML);
    let own = Access::Addressee;
    t.add(page("/employer", "employer_home", Access::Public, "用人单位入口：登录页，登录后为送达的文书"), home);
    t.add(
        Route::post("/employer/login", "employer_enter", Access::Public, "凭文书编号、代码和送达码登录")
            .reads_form()
            .answers_plain(303, "完成，转到文书", None)
            .problems(&[422, 429]),
        enter,
    );
    t.add(Route::post("/employer/logout", "employer_leave", Access::Public, "退出").reads_form().answers_plain(303, "完成", None), leave);
    t.add(page("/employer/papers/{id}", "employer_paper", own, "一份送达的文书：期限、救济、可以提交的材料"), paper);
    t.add(page("/employer/papers/{id}/print", "employer_print", own, "文书原文"), print);
    t.add(
        Route::post("/employer/papers/{id}/submissions", "employer_hand_in", own, "提交支付凭证、异议、提前移出申请、送达地址")
            .reads_upload(UPLOAD, &[("kind", "提交事项")])
            .answers_plain(303, "完成，转到回执", None)
            .problems(&[429]),
        hand_in,
    );
    t.add(page("/employer/submissions/{id}/receipt", "employer_receipt", own, "收件回执，可以打印"), receipt);
}
