//! Contacts 接触记录 with workers, of filings and of cases.

use super::{Created, READERS, key};
use crate::app::App;
use crate::app::contacts::{ContactView, NewContact, Of};
use crate::base::id::{CaseId, FilingId};
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Contacts.
#[derive(Debug, Serialize, ToSchema)]
struct Contacts {
    /// The newest first.
    contacts: Vec<ContactView>,
}

async fn of_filing(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<FilingId>) -> Answer<Json<Contacts>> {
    Ok(Json(Contacts { contacts: app.contacts(&actor, Of::Filing(id)).await? }))
}

async fn of_case(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<CaseId>) -> Answer<Json<Contacts>> {
    Ok(Json(Contacts { contacts: app.contacts(&actor, Of::Case(id)).await? }))
}

async fn keep_for_filing(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewContact>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "filing.contact", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Created::of(app.keep_contact(&actor, k, Of::Filing(id), &b).await?))))
}

async fn keep_for_case(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewContact>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "case.contact", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Created::of(app.keep_contact(&actor, k, Of::Case(id), &b).await?))))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let readers = Access::Staff(READERS);
    t.add(
        Route::get("/api/office/v1/filings/{id}/contacts", "listFilingContacts", readers, "与反映人的接触记录，新的在前")
            .path_param("id", "登记")
            .answers::<Contacts>(200, "接触记录"),
        of_filing,
    );
    t.add(
        Route::post("/api/office/v1/filings/{id}/contacts", "keepFilingContact", readers, "登记一次接触：来电、来访、短信、信函")
            .path_param("id", "登记")
            .idempotent()
            .reads::<NewContact>()
            .answers::<Created>(201, "接触记录编号"),
        keep_for_filing,
    );
    t.add(
        Route::get("/api/office/v1/cases/{id}/contacts", "listCaseContacts", readers, "案件及其各登记的接触记录，新的在前")
            .path_param("id", "案件")
            .answers::<Contacts>(200, "接触记录"),
        of_case,
    );
    t.add(
        Route::post("/api/office/v1/cases/{id}/contacts", "keepCaseContact", readers, "登记一次与案件有关的接触")
            .path_param("id", "案件")
            .idempotent()
            .reads::<NewContact>()
            .answers::<Created>(201, "接触记录编号"),
        keep_for_case,
    );
}
