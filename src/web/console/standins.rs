//! 请假与代班 of others, and the lock on an account, on the page of the account.
//!
//! Owns the forms. Who may record what is the use cases'.

use super::admin::person_page;
use super::moves::{instant, local, stays};
use super::view::{AbsenceRow, FieldKind, FormField, FormView, Tone};
use crate::app::App;
use crate::app::standins::unlock;
use crate::app::write::Key;
use crate::base::id::{AccountId, RowId};
use crate::base::{At, Error, Result};
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::{html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, PathIds};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Characters of the reason of an absence.
const REASON: usize = 60;

/// The fields of an absence, whoever records it.
pub(super) fn absence_fields(colleagues: Vec<(AccountId, String)>, now: At) -> Vec<FormField> {
    vec![
        FormField::new("from", "从", FieldKind::DateTime).required().value(local(now)),
        FormField::new("until", "到", FieldKind::DateTime).required(),
        FormField::new("delegate", "代班人", FieldKind::Select)
            .options(colleagues.into_iter().map(|(id, name)| (id.to_string(), name)))
            .help("同一部门的在岗人员；不选则由负责人调配。"),
        FormField::new("reason", "原因", FieldKind::Text).max(REASON),
    ]
}

/// What such a form said: from, until, who stands in, why.
pub(super) fn absence_said(p: &mut Params) -> Result<(At, At, Option<AccountId>, String)> {
    let mut when = |name: &str| {
        let typed = p.text(name, 40);
        let typed = p.required(name, typed)?;
        let at = instant(&typed);
        if at.is_none() {
            p.wrong(name, "not_an_instant", &[]);
        }
        at
    };
    let (from, until) = (when("from"), when("until"));
    let delegate = p.parsed::<AccountId>("delegate", "not_a_choice");
    let reason = p.text("reason", REASON).unwrap_or_default();
    std::mem::take(p).finish()?;
    match (from, until) {
        (Some(from), Some(until)) => Ok((from, until, delegate, reason)),
        _ => Err(Error::field("/from", "required", &[])),
    }
}

/// The absences of another person, each with what withdraws it, and the form that records one.
pub(super) async fn of(app: &Arc<App>, by: &Officer, id: AccountId) -> Result<(Vec<AbsenceRow>, FormView)> {
    let actor = by.actor();
    let rows = app.absences_of(&actor, id).await?.into_iter().map(|a| AbsenceRow {
        span: format!("{} 至 {}", a.from.list_text(), a.until.list_text()),
        cancel: FormView::new(format!("cancel-{}", a.id), format!("/accounts/{id}/absences/{}/cancel", a.id), "撤销", Vec::new())
            .tone(Tone::Plain)
            .hidden("_key", IdempotencyKey::fresh().as_str()),
        delegate: a.delegate.unwrap_or_default(),
        reason: a.reason,
    });
    let fields = absence_fields(app.stand_ins_for(&actor, id).await?, app.now());
    let form = FormView::new("absence", format!("/accounts/{id}/absences"), "登记请假", fields);
    Ok((rows.collect(), form.hidden("_key", IdempotencyKey::fresh().as_str())))
}

/// `POST /accounts/{id}/absences`.
pub(super) async fn record(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<AccountId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), "console:absence_of", &(id, p.pairs()))?;
    let pairs = p.pairs().to_vec();
    let done = match absence_said(&mut p) {
        Ok((from, until, delegate, reason)) => app.record_absence_of(&by.actor(), Some(key), (id, delegate), (from, until), reason).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/accounts/{id}?done=absence"))),
        Err(e) if stays(&e) => {
            let mut page = person_page(&app, &by, id, None, None).await?;
            page.absence = page.absence.map(|f| f.sent_back(&pairs, &e));
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /accounts/{id}/absences/{absence}/cancel`.
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, absence): PathIds<AccountId, RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), "console:cancel_of", &(id, absence))?;
    match app.cancel_absence_of(&by.actor(), Some(key), id, absence).await {
        // withdrawn twice is withdrawn
        Ok(()) | Err(Error::NotFound("absence")) => Ok(see_other(&format!("/accounts/{id}?done=cancelled"))),
        Err(e) => Err(e.into()),
    }
}

/// `POST /accounts/{id}/unlock`.
pub(super) async fn lift(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<AccountId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), "console:unlock", &id)?;
    match app.write(&by.actor(), Some(key), move |tx| unlock(tx, id)).await {
        // the lock ran out meanwhile
        Ok(_) | Err(Error::Refused(_)) => Ok(see_other(&format!("/accounts/{id}?done=unlocked"))),
        Err(e) => Err(e.into()),
    }
}
