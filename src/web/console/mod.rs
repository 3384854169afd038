//! The console: pages for officers, rendered by the server, whole without JavaScript.
//!
//! Owns the typed contexts of the pages ([`view`]) and their templates in `src/web/pages`. Handlers map what `app` says
//! into a context and render it; nothing here decides anything.

pub mod view;

use super::Table;
use crate::app::App;
use std::sync::Arc;

/// Adds the console's rows to the router table.
pub fn routes(_table: &mut Table<Arc<App>>) {}
