//! `/api/office/v1`: the bureaus' API.

use super::Table;
use crate::app::App;
use std::sync::Arc;

/// Adds the office API's rows to the router table.
pub fn routes(_table: &mut Table<Arc<App>>) {}
