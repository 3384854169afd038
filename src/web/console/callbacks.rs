//! 待回电: requests to be called back, from the list over the call to what becomes of it.
//!
//! Owns the two pages. Who takes a request, who sees its number and what ends it is the use case's; registering goes on at
//! the desk's form ([`super::desk`]).

use super::contacts::{codes, contact_form, read_contact, remark, row as contact};
use super::frame::{chrome, flash};
use super::lists::address;
use super::moves::stays;
use super::view::{CallbackPage, CallbackRow, CallbacksPage, Due, Fact, FieldKind, FormField, FormView, Lamp, Place, Tag, Tone};
use crate::app::App;
use crate::app::callbacks::{CallbackNumber, CallbackView};
use crate::app::write::Key;
use crate::base::id::RowId;
use crate::base::{At, Error, text};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Duration;
use std::sync::Arc;

/// Requests of a page.
const SIZE: usize = 30;
const CURSOR: &str = "callbacks";
/// The list of `config/codes.toml` with what a request comes to without a registration.
const OUTCOMES: &str = "callback_outcome";

fn due(k: &CallbackView) -> Option<Due> {
    // a term in working days passes at the end of its last day
    k.due_at.map(|at| Due {
        lamp: if k.overdue { Lamp::Overdue } else { Lamp::Normal },
        remaining: String::new(),
        date: at.plus(-Duration::milliseconds(1)).day().to_string(),
        provisional: false,
    })
}

fn who(k: &CallbackView) -> String {
    k.name.as_ref().map_or_else(|| k.phone.clone(), |n| format!("{}　{n}", k.phone))
}

fn safe(k: &CallbackView) -> String {
    match (&k.safe_from, &k.safe_to) {
        (Some(a), Some(b)) if a > b => format!("{a} 至次日 {b}"),
        (Some(a), Some(b)) => format!("{a} 至 {b}"),
        _ => "没有说明".to_owned(),
    }
}

fn tags(k: &CallbackView) -> Vec<Tag> {
    let mut out = vec![if k.safe_now { Tag::new("现在可以回电", Tone::Good) } else { Tag::new("现在不方便", Tone::Bad) }];
    if k.channel == "sms" {
        out.push(Tag::new("先发短信，不要直接拨打", Tone::Warn));
    }
    if k.lang != "zh" {
        out.push(Tag::new("英文", Tone::Info));
    }
    out
}

fn row(k: &CallbackView) -> CallbackRow {
    CallbackRow {
        href: format!("/callbacks/{}", k.id),
        who: who(k),
        asked: k.created_at.list_text(),
        due: due(k),
        safe: safe(k),
        tags: tags(k),
        tries: k.tries.first().map_or_else(|| "还没有".to_owned(), |t| format!("{} 次，{}", k.tries.len(), t.outcome_text)),
        holder: k.officer.clone().unwrap_or_default(),
    }
}

/// `GET /callbacks`.
pub(super) async fn list(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let after = q.text("after", 512).map(|c| cursor_decode::<(At, RowId)>(CURSOR, &c)).transpose()?;
    let found = app.callbacks(&by.actor(), after, SIZE).await?;
    let more = found.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    html(&CallbacksPage {
        chrome: chrome(&app, &by, "待回电", Place::Callbacks).await?.with_flash(flash(done.as_deref())),
        rows: found.items.iter().map(row).collect(),
        more: more.map(|c| address("/callbacks", &[("after", &c)])),
        first: after.is_none(),
    })
}

/// A form that comes back: which one, what it held, what is wrong.
struct Back {
    form: &'static str,
    pairs: Vec<(String, String)>,
    error: Error,
}

fn plain(id: &str, to: String, word: &str) -> FormView {
    FormView::new(id, to, word, Vec::new()).hidden("_key", IdempotencyKey::fresh().as_str())
}

fn close_form(app: &App, base: &str) -> FormView {
    let fields = vec![
        FormField::new("outcome", "结果", FieldKind::Select).options(codes(app, OUTCOMES)).required(),
        remark("note", "说明").help("怎么答复的，至少 4 个字"),
    ];
    FormView::new("close", format!("{base}/close"), "办结", fields).tone(Tone::Bad).hidden("_key", IdempotencyKey::fresh().as_str())
}

async fn one(
    app: &Arc<App>,
    by: &Officer,
    id: RowId,
    number: Option<CallbackNumber>,
    back: Option<&Back>,
) -> Result<CallbackPage, Failure> {
    let (k, mine) = app.callback(&by.actor(), id).await?;
    let open = matches!(k.state.as_str(), "open" | "claimed");
    let (base, held) = (format!("/callbacks/{id}"), k.officer.is_some());
    let fill = |name: &str, form: FormView| match back {
        Some(b) if b.form == name => form.sent_back(&b.pairs, &b.error),
        _ => form,
    };
    let doing = mine && open;
    let take = (open && !mine).then(|| {
        let form = plain("claim", format!("{base}/claim"), if held { "接手" } else { "认领" });
        fill("claim", if held { form.tone(Tone::Plain).hidden("takeOver", "true") } else { form })
    });
    let state = match (&k.outcome, k.state.as_str()) {
        (Some(o), _) => app.code_title(OUTCOMES, o),
        (None, s) => text::zh(&format!("callback.state.{s}")).to_owned(),
    };
    let mut chrome = chrome(app, by, format!("回电 {}", k.phone), Place::Callbacks).await?;
    // somebody was faster: the form that is gone cannot say so
    if let Some(b) = back.filter(|b| if b.form == "claim" { take.is_none() } else { !doing }) {
        chrome = chrome.with_flash(Some(super::view::Flash { tone: Tone::Bad, text: b.error.sentence() }));
    }
    Ok(CallbackPage {
        chrome,
        who: who(&k),
        tags: if open { tags(&k) } else { vec![Tag::new(state.clone(), Tone::Plain)] },
        due: due(&k).filter(|_| open),
        facts: vec![
            Fact::new("何时方便", safe(&k)),
            Fact::new("方式", text::zh(&format!("callback.channel.{}", k.channel))),
            Fact::new("提出时间", k.created_at.list_text()),
            Fact::new("所在地", k.area.as_deref().map(|a| app.area_name(a)).unwrap_or_default()),
            Fact::new("工地", k.site.clone().unwrap_or_default()),
            Fact::new("受理台", app.bureau_name(&k.bureau)),
            Fact::new("认领人", k.officer.clone().unwrap_or_default()),
            Fact::new("状态", state),
        ],
        mine: doing,
        number: number.map(|n| (n.phone, n.name.unwrap_or_default())),
        take,
        show: doing.then(|| fill("number", plain("number", format!("{base}/number"), "查看号码（留痕）"))),
        tried: doing.then(|| fill("contact", contact_form(app, "contact", format!("{base}/tries"), true))),
        register: doing.then(|| fill("register", plain("register", format!("{base}/register"), "打开登记页").tone(Tone::Plain))),
        close: doing.then(|| fill("close", close_form(app, &base))),
        tries: k.tries.iter().map(contact).collect(),
        filing: k.filing.map(|f| format!("/filings/{f}")),
    })
}

/// The page again, with what stands in the way.
pub(super) async fn again(
    app: &Arc<App>,
    by: &Officer,
    id: RowId,
    form: &'static str,
    pairs: Vec<(String, String)>,
    error: Error,
) -> Answer<Response> {
    if !stays(&error) {
        return Err(error.into());
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    html_with(status, &one(app, by, id, None, Some(&Back { form, pairs, error })).await?)
}

/// `GET /callbacks/{id}`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let mut page = one(&app, &by, id, None, None).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// `POST /callbacks/{id}/claim`.
pub(super) async fn claim(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs, over) = (p.key()?, p.pairs().to_vec(), p.flag("takeOver"));
    let key = Key::new(k.as_str(), "console:claimCallback", &(id, over))?;
    match app.claim_callback(&by.actor(), Some(key), id, over).await {
        Ok(_) => Ok(see_other(&format!("/callbacks/{id}?done=claimed"))),
        Err(e) => again(&app, &by, id, "claim", pairs, e).await,
    }
}

/// `POST /callbacks/{id}/number`: noted before it is shown, and shown once.
pub(super) async fn number(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>) -> Answer<Response> {
    match app.callback_number(&by.actor(), id).await {
        Ok(n) => html(&one(&app, &by, id, Some(n), None).await?),
        Err(e) => again(&app, &by, id, "number", Vec::new(), e).await,
    }
}

/// `POST /callbacks/{id}/tries`.
pub(super) async fn tried(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let new = read_contact(&mut p, true);
    let done = match (p.finish(), new) {
        (Ok(()), Some(new)) => {
            let key = Key::new(k.as_str(), "console:callbackTried", &(id, &new))?;
            app.callback_tried(&by.actor(), Some(key), id, &new).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/outcome", "required", &[])),
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/callbacks/{id}?done=tried"))),
        Err(e) => again(&app, &by, id, "contact", pairs, known(&app, &by, id, e).await?).await,
    }
}

/// What is wrong with a form is told only to whoever may know of the request.
async fn known(app: &Arc<App>, by: &Officer, id: RowId, e: Error) -> Result<Error, Failure> {
    app.callback(&by.actor(), id).await?;
    Ok(e)
}

/// `POST /callbacks/{id}/close`.
pub(super) async fn close(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let outcome = p.text("outcome", 60);
    let outcome = p.required("outcome", outcome).unwrap_or_default();
    let note = p.long_text("note", 4000);
    let note = p.required("note", note).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:closeCallback", &(id, &outcome, &note))?;
            app.close_callback(&by.actor(), Some(key), id, &outcome, &note).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => Ok(see_other("/callbacks?done=callback_closed")),
        Err(e) => again(&app, &by, id, "close", pairs, known(&app, &by, id, e).await?).await,
    }
}
