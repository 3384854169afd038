//! Messages with the worker of a filing, and requests to withdraw that wait for the private call.
//!
//! Owns the two pages. What may be read or decided is the use cases'.

use super::frame::{chrome, flash};
use super::lists::address;
use super::view::{FieldKind, FormField, FormView, MessageRow, MessagesPage, Place, Tag, Tone, WithdrawalRow, WithdrawalsPage};
use crate::app::App;
use crate::app::claimant::dialogue::MessageView;
use crate::app::claimant::withdrawal::{Verdict, WithdrawalView};
use crate::app::write::Key;
use crate::base::id::{FilingId, RowId};
use crate::base::{At, text};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

fn write_form(id: FilingId) -> FormView {
    let field = FormField::new("text", "留言", FieldKind::Long).required().max(1000).help("反映人在手机上能看到。不要写证件号、银行卡号。");
    FormView::new("message", format!("/filings/{id}/messages"), "发送", vec![field]).hidden("_key", IdempotencyKey::fresh().as_str())
}

fn message(m: &MessageView) -> MessageRow {
    MessageRow {
        who: if m.from_worker { "反映人".to_owned() } else { m.officer.clone() },
        own: !m.from_worker,
        text: m.text.clone(),
        at: m.at.list_text(),
        seen: match (m.from_worker, m.read_at) {
            (false, Some(at)) => format!("反映人已看 {}", at.list_text()),
            (false, None) => "反映人还没有看".to_owned(),
            (true, _) => String::new(),
        },
    }
}

async fn talk(app: &Arc<App>, by: &Officer, id: FilingId, before: Option<RowId>, form: FormView) -> Result<MessagesPage, Failure> {
    let mut all = app.messages_for_officer(&by.actor(), id, before).await?;
    let older = (all.len() >= 50).then(|| all.last().map(|m| m.id)).flatten();
    all.reverse();
    let filing = app.filing_file(&by.actor(), id).await?.filing;
    let title = format!("留言 {}", filing.number);
    Ok(MessagesPage {
        chrome: chrome(app, by, title, Place::None).await?,
        code: filing.number,
        about: filing.respondent,
        href: format!("/filings/{id}"),
        rows: all.iter().map(message).collect(),
        older: older.map(|m| address(&format!("/filings/{id}/messages"), &[("before", &m.to_string())])),
        form: filing.logs_in.then_some(form),
    })
}

/// `GET /filings/{id}/messages`.
pub(super) async fn messages(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let before = q.parsed::<RowId>("before", "not_an_id");
    let done = q.raw("done").map(str::to_owned);
    let mut page = talk(&app, &by, id, before, write_form(id)).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// `POST /filings/{id}/messages`.
pub(super) async fn write(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let k = p.key()?;
    let words = p.long_text("text", 4000).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:writeToWorker", &(id, &words))?;
            app.write_as_officer(&by.actor(), Some(key), id, &words).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/filings/{id}/messages?done=sent#last"))),
        Err(e) if super::moves::stays(&e) => {
            let form = write_form(id).sent_back(&pairs, &e);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &talk(&app, &by, id, None, form).await?)
        }
        Err(e) => Err(e.into()),
    }
}

fn decide_form(id: RowId) -> FormView {
    let fields = vec![
        FormField::new("decision", "处理", FieldKind::Radio)
            .options([("grant", "确属自愿，同意撤回"), ("refuse", "不同意，继续办理"), ("pressed", "受人施压，不同意并报告")])
            .required(),
        FormField::new("note", "通话情况", FieldKind::Long).required().max(1000).help("什么时间、与谁通话、本人怎么说。不少于 4 个字。"),
    ];
    FormView::new(format!("w-{id}"), format!("/withdrawals/{id}/decide"), "确定", fields)
        .tone(Tone::Plain)
        .hidden("_key", IdempotencyKey::fresh().as_str())
}

fn withdrawal(w: &WithdrawalView, now: At, back: Option<&(RowId, FormView)>) -> WithdrawalRow {
    let form = match back {
        Some((id, form)) if *id == w.id => Some(form.clone()),
        _ => (w.not_before <= now).then(|| decide_form(w.id)),
    };
    WithdrawalRow {
        href: format!("/filings/{}", w.filing),
        code: w.number.clone(),
        respondent: w.respondent.clone(),
        asked: w.asked_at.list_text(),
        from: w.not_before.list_text(),
        reason: w.reason.clone(),
        flags: w.flags.iter().map(|f| Tag::new(text::zh(&format!("withdrawal.flag.{f}")), Tone::Bad)).collect(),
        form,
    }
}

async fn waiting(app: &Arc<App>, by: &Officer, back: Option<&(RowId, FormView)>) -> Result<WithdrawalsPage, Failure> {
    let all = app.withdrawals(&by.actor()).await?;
    Ok(WithdrawalsPage {
        chrome: chrome(app, by, "撤回核实", Place::Withdrawals).await?,
        rows: all.iter().map(|w| withdrawal(w, app.now(), back)).collect(),
    })
}

/// `GET /withdrawals`.
pub(super) async fn withdrawals(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let mut page = waiting(&app, &by, None).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// `POST /withdrawals/{id}/decide`.
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let k = p.key()?;
    let decision = p.choice("decision", &["grant", "refuse", "pressed"]);
    let decision = p.required("decision", decision).unwrap_or_default();
    let note = p.long_text("note", 4000).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:decideWithdrawal", &(id, &decision, &note))?;
            let verdict = Verdict { grant: decision == "grant", pressed: decision == "pressed", note };
            app.decide_withdrawal(&by.actor(), Some(key), id, verdict).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => Ok(see_other("/withdrawals?done=withdrawal")),
        Err(e) if super::moves::stays(&e) => {
            let form = decide_form(id).sent_back(&pairs, &e);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &waiting(&app, &by, Some(&(id, form))).await?)
        }
        Err(e) => Err(e.into()),
    }
}
