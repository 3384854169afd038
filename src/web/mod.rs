//! The web room: one router table, one error, one set of extractors, the console's pages.
//!
//! Owns HTTP: paths, headers, bodies, cookies, problem documents, security headers, assets and the typed contexts of
//! the pages. Handlers are of three moves (extract, one use case of `app`, view). Never holds a rule of the matter,
//! never sees SQL, never decides who may do what: it only hands over who asks.

pub mod assets;
pub mod auth;
pub mod claimant;
pub mod console;
pub mod edge;
pub(in crate::web) mod employer;
pub mod exchange;
pub mod extract;
pub(in crate::web) mod h5;
pub mod look;
mod messages;
pub mod office;
pub mod openapi;
pub mod ops;
pub mod problem;
pub mod public;
pub mod table;
mod uploads;
pub mod wire;

pub use edge::Settings;
pub use problem::{Failure, Problem};
pub use table::{Access, Route, Surface, Table};

use crate::app::App;
use std::sync::Arc;

/// The one router table: every path of every surface.
#[must_use]
pub fn table() -> Table<Arc<App>> {
    let mut table = Table::new();
    ops::routes(&mut table);
    office::routes(&mut table);
    claimant::routes(&mut table);
    exchange::routes(&mut table);
    public::routes(&mut table);
    console::routes(&mut table);
    employer::routes(&mut table);
    h5::routes(&mut table);
    look::routes(&mut table);
    openapi::routes(&mut table);
    table
}

/// What a handler gives back.
pub type Answer<T> = Result<T, Failure>;

#[cfg(test)]
mod tests;
