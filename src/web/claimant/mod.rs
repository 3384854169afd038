//! `/api/claimant/v1`: the workers' API, for the mini-program and its H5 twin.
//!
//! Owns the shapes only a phone sees. Every handler is of three moves: take the request apart, one use case of `app`, show
//! what it says. Decides nothing: whose a filing is, is asked in the use case.

mod agents;
mod dialogue;
mod drafts;
mod filings;
mod money;
mod notices;
mod session;
mod uploads;

use super::Table;
use crate::app::App;
use crate::web::extract::key;
use std::sync::Arc;

/// Adds the claimant API's rows to the router table.
pub fn routes(table: &mut Table<Arc<App>>) {
    session::routes(table);
    agents::routes(table);
    filings::routes(table);
    dialogue::routes(table);
    money::routes(table);
    notices::routes(table);
    drafts::routes(table);
    uploads::routes(table);
}
