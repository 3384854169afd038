//! `/api/exchange/v1`: other systems' API.
//!
//! Owns the shapes other systems send and read, and the two extractors that know them: [`Caller`] by the key, [`Signed`]
//! by key and signature. Every handler is of three moves; what a system may see is asked in the use case.

mod clues;
mod filings;
mod listings;
mod signed;
mod subscriptions;

pub use signed::{Caller, Signed};

use super::Table;
use crate::app::App;
use std::sync::Arc;

/// Adds the exchange API's rows to the router table.
pub fn routes(table: &mut Table<Arc<App>>) {
    clues::routes(table);
    filings::routes(table);
    listings::routes(table);
    subscriptions::routes(table);
}
