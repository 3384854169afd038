//! What is done on the inbox itself: several cases given to an officer, views kept and forgotten.
//!
//! Owns the forms beside the list and their handlers. Who may give which case to whom is the definition's.

use super::lists::{Asked, Back, page};
use super::moves::stays;
use super::view::{FieldKind, FormField, FormView, Tone, ViewChip};
use crate::app::App;
use crate::app::assigning::To;
use crate::app::views::NAME;
use crate::app::write::Key;
use crate::base::id::{AccountId, ProcedureId, RowId};
use crate::base::{Error, Result, text};
use crate::domain::access::DutyKind;
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::{html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Characters of a reason.
const REASON: usize = 500;

/// Bureaus whose cases this person gives to officers.
pub(super) fn led(by: &Officer) -> Vec<&str> {
    let leads = |d: &&crate::domain::access::Duty| matches!(d.kind, DutyKind::Leader | DutyKind::Head);
    by.0.duties.iter().filter(leads).map(|d| d.bureau.as_str()).collect()
}

/// The form that gives the chosen cases to an officer.
pub(super) async fn form(app: &Arc<App>, by: &Officer, asked: &Asked, back: Option<&(Vec<(String, String)>, Error)>) -> Result<FormView> {
    let mut people = Vec::new();
    for bureau in led(by) {
        people.extend(app.handlers(bureau).await?.into_iter().map(|(id, name)| (id.to_string(), name)));
    }
    people.sort();
    people.dedup();
    let word = |k: &str| text::zh(&format!("console.assign.{k}")).to_owned();
    let fields = vec![
        FormField::new("account", word("account"), FieldKind::Select).options(people.clone()).required(),
        FormField::new("second", word("second"), FieldKind::Select).options(people),
        FormField::new("reason", word("reason"), FieldKind::Text).max(REASON).help(word("reason_help")),
    ];
    let form = FormView::new("assign", "/assign", word("submit"), fields).hidden("_key", IdempotencyKey::fresh().as_str());
    let form = asked.carried(form);
    Ok(match back {
        Some((pairs, why)) => form.sent_back(pairs, why),
        None => form,
    })
}

/// The form that keeps what is shown under a name.
pub(super) fn keep_form(asked: &Asked, back: Option<&(Vec<(String, String)>, Error)>) -> FormView {
    let name = FormField::new("name", text::zh("console.views.name"), FieldKind::Text).required().max(NAME);
    let form = FormView::new("keep", "/views", text::zh("console.views.keep"), vec![name]).tone(Tone::Plain);
    let form = asked.carried(form).hidden("_key", IdempotencyKey::fresh().as_str());
    match back {
        Some((pairs, why)) => form.sent_back(pairs, why),
        None => form,
    }
}

/// The views this person kept; `here` is the address of what is shown.
pub(super) async fn views(app: &Arc<App>, by: &Officer, here: &str) -> Result<Vec<ViewChip>> {
    let kept = app.views(&by.actor()).await?;
    let chip = |v: crate::store::views::SavedView| {
        let href = format!("/?{}", v.query);
        let forget =
            FormView::new(format!("forget-{}", v.id), format!("/views/{}/forget", v.id), text::zh("console.views.forget"), Vec::new());
        ViewChip { current: href == here, href, name: v.name, forget: forget.tone(Tone::Plain) }
    };
    Ok(kept.into_iter().map(chip).collect())
}

async fn again(app: &Arc<App>, by: &Officer, asked: Asked, back: Back, status: StatusCode) -> Answer<Response> {
    match page(app, by, asked, back).await? {
        Some(page) => html_with(status, &page),
        None => Err(Error::Forbidden("inbox").into()),
    }
}

/// `POST /assign`.
pub(super) async fn assign(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let asked = Asked::read(&mut p);
    let k = p.key()?;
    let chosen: Vec<ProcedureId> = pairs.iter().filter(|(k, _)| k == "procedure").filter_map(|(_, v)| v.parse().ok()).collect();
    let account = p.parsed::<AccountId>("account", "unknown_account");
    let account = p.required("account", account);
    let second = p.parsed::<AccountId>("second", "unknown_account");
    let reason = p.text("reason", REASON).unwrap_or_default();
    let done = match (p.finish(), account) {
        (Ok(()), Some(account)) => {
            let to = To { account, second, reason };
            let key = Key::new(k.as_str(), "console:assign", &(&chosen, &to))?;
            app.assign_many(&by.actor(), Some(key), chosen, to).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/account", "required", &[])),
    };
    match done {
        Ok(done) if done.stayed.is_empty() => Ok(see_other(&asked.done("assigned"))),
        Ok(done) => {
            let stayed = done.stayed.iter().map(|s| format!("{}：{}", s.number, s.reason)).collect();
            again(&app, &by, asked, Back { stayed, ..Back::default() }, StatusCode::OK).await
        }
        Err(e) if stays(&e) => {
            again(&app, &by, asked, Back { assign: Some((pairs, e)), ..Back::default() }, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /views`.
pub(super) async fn keep(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let asked = Asked::read(&mut p);
    let k = p.key()?;
    let name = p.text("name", 200).unwrap_or_default();
    p.finish()?;
    let shown = asked.address(1);
    let query = shown.split_once('?').map_or("", |(_, q)| q);
    let key = Key::new(k.as_str(), "console:view", &(&name, query))?;
    match app.keep_view(&by.actor(), Some(key), &name, query, &asked.words).await {
        Ok(_) => Ok(see_other(&asked.done("view_kept"))),
        Err(e) if stays(&e) => {
            again(&app, &by, asked, Back { keep: Some((pairs, e)), ..Back::default() }, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /views/{id}/forget`.
pub(super) async fn forget(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>) -> Answer<Response> {
    match app.forget_view(&by.actor(), id).await {
        // forgotten twice is forgotten
        Ok(()) | Err(Error::NotFound(_)) => Ok(see_other("/?done=view_forgotten")),
        Err(e) => Err(e.into()),
    }
}
