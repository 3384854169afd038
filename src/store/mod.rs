//! The database: both backends behind one connection type, a file per table group.
//!
//! Owns every SQL statement, the migrations, the journal's storage, the wrapped keys and backups. Never decides: what may
//! change is decided above, and only this room knows diesel. A query is a plain function `fn(&mut Conn, …) -> Result<T>`,
//! run by [`Db::read`] or [`Db::write`] (or their blocking twins).
//!
//! How a table group is written:
//! - its table stands in `schema.rs`, its SQL in `migrations/{sqlite,postgres}/<name>` (same names, parity-tested, SQLite `STRICT`);
//! - column types: [`types::Id`] (uuid | BLOB), [`types::Ts`] (timestamptz | INTEGER, milliseconds), [`types::Doc`] (jsonb | TEXT,
//!   Rust side [`types::Json`]), `Date`, `Text`, `BigInt` for [`Fen`](crate::law::Fen); text enums by [`text_enum!`];
//! - every `Insertable` says `#[diesel(treat_none_as_default_value = false)]`, or the statement is never cached;
//! - several rows at once by [`insert_many!`], what else `MultiConnection` refuses by [`each!`];
//! - a hot UPDATE is a [`statement!`]: diesel caches neither its own UPDATE nor `sql_query`.

#[macro_use]
pub mod conn;
#[macro_use]
pub mod types;
pub mod accounts;
pub mod addresses;
pub mod agreements;
pub mod announcements;
pub mod audit;
pub mod backup;
pub mod bells;
pub mod bulletins;
pub mod campaigns;
pub mod casebook;
pub mod cases;
pub mod claims;
pub mod conduct;
pub mod cooperations;
pub mod counter;
pub mod db;
pub mod dialogue;
pub mod door;
pub mod draws;
pub mod employers;
pub mod exchange;
pub mod exchange_out;
pub mod exports;
pub mod filings;
pub mod gradings;
pub mod incidents;
pub mod inspect;
pub mod job_runs;
pub mod joint;
pub mod journal;
pub mod keys;
pub mod ledger;
pub mod legacy;
pub mod letters;
pub mod listing_desk;
pub mod listings;
pub mod mandates;
pub mod measure;
pub mod migrate;
pub mod notices;
pub mod orders;
pub mod papers;
pub mod penalties;
pub mod procedures;
pub mod recourse;
pub mod register;
pub mod report;
pub mod schema;
pub mod sealed;
pub mod second_factors;
pub mod settings;
pub mod summaries;
pub mod supervisions;
pub mod uploads;
pub mod views;
pub mod workers;
pub mod worklist;

pub mod joining;
pub mod search;

pub use crate::{each, insert_many, statement, text_enum};
pub use conn::{Conn, exclusive, savepoint, snapshot, try_lock};
pub use db::{Db, Options};

/// Every UPDATE of one row says how many it hit: none means another writer was faster.
fn ensure_one(n: usize, what: &'static str) -> crate::base::Result<()> {
    match n {
        1 => Ok(()),
        0 => Err(crate::base::Error::Stale(what)),
        _ => Err(crate::base::Error::Internal(format!("an update of {what} hit {n} rows"))),
    }
}

/// What `LIKE` finds a text by, wherever it stands, with its wildcards taken literally; goes with `escape('\\')`.
fn like(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}
