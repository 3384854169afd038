//! 换绑手机号: changes of a telephone that wait for a second officer or for their time.
//!
//! Owns the page. Who may confirm and when a change takes effect is the use case's; it is asked for on the page of a
//! filing at the counter ([`super::counter`]).

use super::frame::{chrome, flash};
use super::moves::stays;
use super::view::{Fact, Flash, FormView, Place, RebindingRow, RebindingsPage, Tag, Tone};
use crate::app::App;
use crate::app::claimant::rebinding::RebindingView;
use crate::app::write::Key;
use crate::base::id::RowId;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

fn decide_form(id: RowId, confirm: bool) -> FormView {
    let (word, which) = if confirm { ("已核对身份，确认", "confirm") } else { ("停止换绑", "stop") };
    FormView::new(format!("{which}-{id}"), format!("/rebindings/{id}/decide"), word, Vec::new())
        .tone(if confirm { Tone::Info } else { Tone::Plain })
        .hidden("_key", IdempotencyKey::fresh().as_str())
        .hidden("confirm", if confirm { "true" } else { "false" })
}

fn row(r: &RebindingView) -> RebindingRow {
    let asked = r.state == "asked";
    let mut tags =
        vec![if asked { Tag::new("等待第二人确认", Tone::Warn) } else { Tag::new("已确认，等待期内", Tone::Info) }];
    if r.own {
        tags.push(Tag::new("本人提出", Tone::Plain));
    }
    let mut facts = vec![Fact::new("新手机号", r.phone.clone()), Fact::new("提出时间", r.asked_at.list_text())];
    if !asked {
        facts.push(Fact::new("告知原号码", r.told_at.map_or_else(|| "正在告知".to_owned(), |at| at.list_text())));
        facts.push(Fact::new("生效时间", r.not_before.map_or_else(|| "告知后开始等待".to_owned(), |at| at.list_text())));
    }
    RebindingRow {
        href: format!("/filings/{}/counter", r.filing),
        code: r.number.clone(),
        tags,
        facts,
        note: r.note.clone(),
        hint: if asked && r.own { "您提出的换绑须由另一名受理人员确认。".to_owned() } else { String::new() },
        confirm: (asked && !r.own).then(|| decide_form(r.id, true)),
        stop: decide_form(r.id, false),
    }
}

async fn waiting(app: &Arc<App>, by: &Officer) -> Result<RebindingsPage, Failure> {
    let all = app.rebindings(&by.actor()).await?;
    Ok(RebindingsPage { chrome: chrome(app, by, "换绑手机号", Place::Rebindings).await?, rows: all.iter().map(row).collect() })
}

/// `GET /rebindings`.
pub(super) async fn list(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let mut page = waiting(&app, &by).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// `POST /rebindings/{id}/decide`.
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let k = p.key()?;
    let choice = p.choice("confirm", &["true", "false"]);
    let confirm = p.required("confirm", choice).as_deref() == Some("true");
    p.finish()?;
    let key = Key::new(k.as_str(), "console:decideRebinding", &(id, confirm))?;
    match app.decide_rebinding(&by.actor(), Some(key), id, confirm).await {
        Ok(_) => Ok(see_other(&format!("/rebindings?done={}", if confirm { "rebinding_confirmed" } else { "rebinding_stopped" }))),
        // the row may be gone: what stands in the way is said above the list as it is now
        Err(e) if stays(&e) => {
            let mut page = waiting(&app, &by).await?;
            page.chrome = page.chrome.with_flash(Some(Flash { tone: Tone::Bad, text: e.sentence() }));
            html_with(StatusCode::from_u16(e.status()).unwrap_or(StatusCode::CONFLICT), &page)
        }
        Err(e) => Err(e.into()),
    }
}
