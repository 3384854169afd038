//! `/api/office/v1`: the bureaus' API.
//!
//! Owns the shapes of requests and answers that only programs see. Every handler is of three moves: take the request
//! apart, one use case of `app`, show what it says. Decides nothing: who may do what is asked in the use case.

mod agents;
mod announcements;
mod callbacks;
mod cases;
mod claims;
mod contacts;
mod dashboard;
mod door;
mod doubts;
mod draws;
mod employers;
mod filings;
mod gradings;
mod imports;
mod inbox;
mod legacy;
mod listing_desk;
mod oral;
mod outbox;
mod overdue;
mod penalties;
mod people;
mod procedures;
mod reference;
mod refusals;
mod reports;
mod session;
mod supervisions;
mod uploads;
mod workers;

mod joining;
mod joint;
mod search;

use super::Table;
use crate::app::App;
use crate::app::evidence;
use crate::app::write::Key;
use crate::base::Error;
use crate::base::id::{CaseId, FilingId};
use crate::base::seal::hex;
use crate::web::extract::{IdempotencyKey, Upload, key};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use utoipa::ToSchema;

/// The id of something just made.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Created {
    /// Its id.
    id: String,
}
impl Created {
    fn of(id: impl std::fmt::Display) -> Self {
        Self { id: id.to_string() }
    }
}

/// The largest file a request may carry; what the city configures below it is checked in the use case.
const FILE_LIMIT: usize = 64 * 1024 * 1024;

/// The fields beside the file of evidence.
const EVIDENCE_FIELDS: &[(&str, &str)] = &[("kind", "材料种类代码，见参考数据 evidenceKinds")];

/// Who reads matters.
const READERS: &str = "与该事项有关的受理、承办、审核、领导、督办岗位";

/// A file of evidence with its key.
fn evidence_of(
    k: &IdempotencyKey,
    case: Option<CaseId>,
    filing: Option<FilingId>,
    mut upload: Upload,
) -> crate::base::Result<(Option<Key>, evidence::Upload)> {
    let kind = upload.params.text("kind", 40);
    let kind = upload.params.required("kind", kind).unwrap_or_default();
    let file = upload.params.required("file", upload.file);
    upload.params.finish_strict()?;
    let Some(file) = file else { return Err(Error::field("/file", "required", &[])) };
    let hash = hex(&Sha256::digest(&file.bytes));
    let k = key(k, "evidence", &(case, filing, &kind, &file.name, hash))?;
    Ok((k, evidence::Upload { case, filing, kind, name: file.name, bytes: file.bytes.to_vec() }))
}

/// Adds the office API's rows to the router table.
pub fn routes(table: &mut Table<Arc<App>>) {
    session::routes(table);
    inbox::routes(table);
    filings::routes(table);
    cases::routes(table);
    procedures::routes(table);
    people::routes(table);
    reference::routes(table);
    imports::routes(table);
    workers::routes(table);
    uploads::routes(table);
    search::routes(table);
    joining::routes(table);
    contacts::routes(table);
    refusals::routes(table);
    doubts::routes(table);
    agents::routes(table);
    callbacks::routes(table);
    outbox::routes(table);
    oral::routes(table);
    legacy::routes(table);
    overdue::routes(table);
    supervisions::routes(table);
    reports::routes(table);
    dashboard::routes(table);
    claims::routes(table);
    joint::routes(table);
    draws::routes(table);
    announcements::routes(table);
    penalties::routes(table);
    gradings::routes(table);
    listing_desk::routes(table);
    door::routes(table);
    employers::routes(table);
}
