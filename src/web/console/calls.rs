//! 抽查回访任务: what was drawn and is called by this desk.
//!
//! Owns the two pages. Who makes a call, what its caller may see, and what an answer brings is the use cases'.

use super::frame::{chrome, flash};
use super::moves::stays;
use super::view::{CallPage, CallRow, CallSheetView, CallsPage, Fact, FieldKind, FormField, FormView, Place, Tag, Tone};
use super::words::yuan;
use crate::app::App;
use crate::app::draws::calls::{Answer as Said, CallSheet, CallView};
use crate::app::write::Key;
use crate::base::Error;
use crate::base::id::RowId;
use crate::law::Fen;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Duration;
use std::sync::Arc;

/// Characters of a code that name a call.
const NAME: usize = 8;

fn short(k: &CallView) -> String {
    k.code.chars().take(NAME).collect()
}
/// A term in working days passes at the end of its last day.
fn due(k: &CallView) -> String {
    k.due_at.map_or_else(|| "—".to_owned(), |at| at.plus(-Duration::milliseconds(1)).day().to_string())
}
fn late(k: &CallView) -> Option<Tag> {
    k.overdue.then(|| Tag::new("已超期", Tone::Bad))
}

/// `GET /calls`.
pub(super) async fn list(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let found = app.calls(&by.actor()).await?;
    let row = |k: &CallView| CallRow {
        href: format!("/calls/{}", k.id),
        code: short(k),
        due: due(k),
        late: late(k),
        tries: if k.tries == 0 { "还没有".to_owned() } else { format!("{} 次", k.tries) },
    };
    html(&CallsPage {
        chrome: chrome(&app, &by, "抽查回访任务", Place::Calls).await?.with_flash(flash(done.as_deref())),
        rows: found.iter().map(row).collect(),
    })
}

fn sheet(s: CallSheet) -> CallSheetView {
    CallSheetView {
        phone: s.phone.unwrap_or_else(|| "没有留电话".to_owned()),
        opening: format!("您在 {} 登记、受理号末四位 {} 的事项，想听听您的情况。", s.filed_on, s.begin_with),
        changed: s.contact_changed,
        later: s.later_phone,
        facts: vec![
            Fact::new("被反映单位", s.respondent),
            Fact::new("反映金额", yuan(s.claimed_fen)),
            Fact::new("反映人数", format!("{} 人", s.headcount)),
        ],
        name: s.name,
    }
}

/// A form that comes back: which one, what it held, what is wrong.
struct Back<'a> {
    form: &'static str,
    pairs: &'a [(String, String)],
    error: &'a Error,
}

async fn one(app: &Arc<App>, by: &Officer, id: RowId, seen: Option<CallSheet>, back: Option<Back<'_>>) -> Result<CallPage, Failure> {
    let (k, tries) = app.call_line(&by.actor(), id).await?;
    let form = |name: &'static str, to: &str, word: &str, fields: Vec<FormField>| {
        let f = FormView::new(name, format!("/calls/{id}/{to}"), word, fields).hidden("_key", IdempotencyKey::fresh().as_str());
        match &back {
            Some(b) if b.form == name => f.sent_back(b.pairs, b.error),
            _ => f,
        }
    };
    let codes = |list: &str| super::contacts::codes(app, list);
    let answer = vec![
        FormField::new("outcome", "结果", FieldKind::Radio)
            .options(codes("draw_outcome"))
            .required()
            .help("多次联系不上的，须先登记每次未接通"),
        FormField::new("receivedFen", "收到的金额", FieldKind::Money).help("只收到一部分的填写"),
    ];
    let tried = vec![FormField::new("result", "情形", FieldKind::Select).options(codes("draw_try")).required()];
    Ok(CallPage {
        chrome: chrome(app, by, format!("回访 {}", short(&k)), Place::Calls).await?,
        code: short(&k),
        due: due(&k),
        late: late(&k),
        sheet: seen.map(sheet),
        show: form("sheet", "sheet", "查看号码（留痕）", Vec::new()),
        tried: form("tried", "tries", "登记未接通", tried).tone(Tone::Plain),
        answer: form("answer", "answer", "登记结果", answer),
        tries: tries.into_iter().map(|(at, what)| (at.list_text(), what)).collect(),
    })
}

async fn again(app: &Arc<App>, by: &Officer, id: RowId, form: &'static str, pairs: &[(String, String)], error: Error) -> Answer<Response> {
    // a call that has its result has no form any more: the refusal is the page
    if !stays(&error) || matches!(&error, Error::Refused(r) if r.code == "draw_done") {
        return Err(error.into());
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    html_with(status, &one(app, by, id, None, Some(Back { form, pairs, error: &error })).await?)
}

/// `GET /calls/{id}`.
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

/// `POST /calls/{id}/sheet`: noted before it is shown, and shown once.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), "console:callSheet", &id)?;
    match app.call(&by.actor(), Some(key), id).await {
        Ok(k) => html(&one(&app, &by, id, k.sheet, None).await?),
        Err(e) => again(&app, &by, id, "sheet", &[], e).await,
    }
}

/// `POST /calls/{id}/tries`.
pub(super) async fn tried(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    app.call_line(&by.actor(), id).await?;
    let result = p.text("result", 40);
    let result = p.required("result", result).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:callTried", &(id, &result))?;
            app.call_tried(&by.actor(), Some(key), id, &result).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/calls/{id}?done=call_tried"))),
        Err(e) => again(&app, &by, id, "tried", &pairs, e).await,
    }
}

/// `POST /calls/{id}/answer`.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let outcome = p.text("outcome", 40);
    let outcome = p.required("outcome", outcome).unwrap_or_default();
    let received = p.money("receivedFen", |s| Fen::parse(s).ok());
    let done = match p.finish() {
        Ok(()) => {
            let said = Said { outcome, received };
            let key = Key::new(k.as_str(), "console:callAnswered", &(id, &said))?;
            app.call_answered(&by.actor(), Some(key), id, said).await
        }
        Err(e) => app.call_line(&by.actor(), id).await.and(Err(e)),
    };
    match done {
        Ok(_) => Ok(see_other("/calls?done=call_done")),
        Err(e) => again(&app, &by, id, "answer", &pairs, e).await,
    }
}
