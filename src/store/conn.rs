//! One connection type for both databases, its transactions and the macros for what it refuses.
//!
//! Owns [`Conn`], the translation of database errors into [`Error`] (the only place), savepoints that survive a panic, and
//! the macros `each!`, `insert_many!` and `statement!`. Never opens a connection ([`super::db`] does).

use crate::base::{Error, Result};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as Diesel};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use multi::{Conn, MultiBackend, MultiRawValue};

mod multi {
    #![expect(missing_docs, reason = "what the derive writes")]
    use diesel::{PgConnection, SqliteConnection};

    /// A connection to either database.
    #[derive(diesel::MultiConnection)]
    pub enum Conn {
        /// SQLite, bundled.
        Sqlite(SqliteConnection),
        /// PostgreSQL through libpq.
        Pg(PgConnection),
    }
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_pg() { "Conn(postgres)" } else { "Conn(sqlite)" })
    }
}

impl Conn {
    /// Whether PostgreSQL is behind it.
    #[must_use]
    pub fn is_pg(&self) -> bool {
        matches!(self, Self::Pg(_))
    }
    /// Runs statements without parameters or results. Never with text that came from outside.
    ///
    /// # Errors
    /// What the database says.
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.batch_execute(sql)?)
    }
    /// How many transactions and savepoints are open; `None` when the connection is broken.
    fn depth(&mut self) -> Option<u32> {
        let status = <Self as TransactionManager<Self>>::transaction_manager_status_mut(self);
        status.transaction_depth().ok().map(|d| d.map_or(0, std::num::NonZero::get))
    }
    pub(super) fn begin(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")?,
            Self::Pg(_) => <Self as TransactionManager<Self>>::begin_transaction(self)?,
        }
        Ok(())
    }
    pub(super) fn commit(&mut self) -> Result<()> {
        Ok(<Self as TransactionManager<Self>>::commit_transaction(self)?)
    }
    pub(super) fn rollback(&mut self) -> Result<()> {
        Ok(<Self as TransactionManager<Self>>::rollback_transaction(self)?)
    }
}

/// What came of a unit of work inside its own transaction or savepoint.
pub(super) enum Outcome<T> {
    /// It ended by itself and the connection is in order: committed when `Ok`, rolled back when `Err`.
    Clean(Result<T>),
    /// The transaction around it can no longer be trusted; the connection must be thrown away.
    Broken(Error),
}
impl<T> Outcome<T> {
    pub(super) fn result(self) -> Result<T> {
        match self {
            Self::Clean(r) => r,
            Self::Broken(e) => Err(e),
        }
    }
}

/// Runs `f` in a transaction of its own (a savepoint when one is open already). A panic of `f` rolls back and becomes
/// [`Error::Internal`]; savepoints it left open are closed.
pub(super) fn contained<T>(c: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<T>) -> Outcome<T> {
    let (mut f, mut out) = (Some(f), None);
    let outcome = contained_erased(c, &mut |c| {
        if let Some(f) = f.take() {
            out = Some(f(c)?);
        }
        Ok(())
    });
    match outcome {
        Outcome::Clean(Ok(())) => Outcome::Clean(out.ok_or_else(|| Error::Internal("a unit of work did not run".into()))),
        Outcome::Clean(Err(e)) => Outcome::Clean(Err(e)),
        Outcome::Broken(e) => Outcome::Broken(e),
    }
}

/// Lends `f` with its type erased to `run`, so that what `run` does is compiled once and not for every `f`.
pub(super) fn once<T>(
    f: impl FnOnce(&mut Conn) -> Result<T>,
    run: impl FnOnce(&mut dyn FnMut(&mut Conn) -> Result<()>) -> Result<()>,
) -> Result<T> {
    let (mut f, mut out) = (Some(f), None);
    run(&mut |c| {
        if let Some(f) = f.take() {
            out = Some(f(c)?);
        }
        Ok(())
    })?;
    out.ok_or_else(|| Error::Internal("a unit of work did not run".into()))
}

fn contained_erased(c: &mut Conn, f: &mut dyn FnMut(&mut Conn) -> Result<()>) -> Outcome<()> {
    let Some(outer) = c.depth() else { return Outcome::Broken(Error::Unavailable("connection is broken".into())) };
    let begun = if outer == 0 { c.begin() } else { <Conn as TransactionManager<Conn>>::begin_transaction(c).map_err(Error::from) };
    if let Err(e) = begun {
        return Outcome::Broken(e);
    }
    let result = catch_unwind(AssertUnwindSafe(|| f(c))).unwrap_or_else(|p| Err(panicked(&p)));
    let result = match result {
        Ok(()) if c.depth() != Some(outer + 1) => Err(Error::Internal("a unit of work left a transaction open or closed ours".into())),
        r => r,
    };
    match result {
        Ok(()) => match c.commit() {
            Ok(()) => Outcome::Clean(Ok(())),
            // a commit that fails and rolls back (deferred constraint, serialization) leaves an orderly connection
            Err(e) if outer == 0 && unwind_to(c, 0).is_ok() => Outcome::Clean(Err(e)),
            Err(e) => Outcome::Broken(e),
        },
        Err(e) => match unwind_to(c, outer) {
            Ok(()) => Outcome::Clean(Err(e)),
            Err(_) => Outcome::Broken(e),
        },
    }
}

fn unwind_to(c: &mut Conn, outer: u32) -> Result<()> {
    loop {
        match c.depth() {
            None => return Err(Error::Unavailable("connection is broken".into())),
            Some(d) if d == outer => return Ok(()),
            Some(d) if d < outer => return Err(Error::Internal("the transaction around it is gone".into())),
            Some(_) => c.rollback()?,
        }
    }
}

/// A panic as an error. The payload may quote data, so it is not repeated; the panic hook has logged the place.
pub(super) fn panicked(_payload: &(dyn std::any::Any + Send)) -> Error {
    Error::Internal("a unit of work panicked".into())
}

/// Runs `f` in a savepoint of the open write: its changes go when it fails, the rest of the write stays. A panic inside
/// becomes [`Error::Internal`] after rolling back.
///
/// # Errors
/// What `f` says, or the database.
pub fn savepoint<T>(c: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    contained(c, f).result()
}

/// Runs `f` on one unchanging view of the database, for reads that need several statements to agree (exports, backups,
/// checks). Read-only; holds no lock a writer waits for.
///
/// # Errors
/// What `f` says, or the database; [`Error::Internal`] inside an open transaction.
pub fn snapshot<T>(c: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    once(f, |f| snapshot_erased(c, f))
}
fn snapshot_erased(c: &mut Conn, f: &mut dyn FnMut(&mut Conn) -> Result<()>) -> Result<()> {
    if c.depth() != Some(0) {
        return Err(Error::Internal("a snapshot cannot begin inside a transaction".into()));
    }
    match c {
        Conn::Sqlite(s) => AnsiTransactionManager::begin_transaction_sql(s, "BEGIN DEFERRED")?,
        Conn::Pg(p) => AnsiTransactionManager::begin_transaction_sql(p, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?,
    }
    let result = catch_unwind(AssertUnwindSafe(|| f(c))).unwrap_or_else(|p| Err(panicked(&p)));
    unwind_to(c, 0)?;
    result
}

/// Tries to become the only runner of something inside the open write, until it ends. On SQLite the writer is alone
/// anyway and the answer is always yes.
///
/// # Errors
/// What the database says.
pub fn try_lock(c: &mut Conn, key: i64) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        ok: bool,
    }
    match c {
        Conn::Sqlite(_) => Ok(true),
        Conn::Pg(p) => {
            let row: Row =
                diesel::sql_query("select pg_try_advisory_xact_lock($1) as ok").bind::<diesel::sql_types::BigInt, _>(key).get_result(p)?;
            Ok(row.ok)
        }
    }
}

/// Waits to become the only runner of something inside the open write, until it ends (numbers allotted gaplessly, say).
///
/// # Errors
/// What the database says; [`Error::Stale`] when the lock timeout passes.
pub fn exclusive(c: &mut Conn, key: i64) -> Result<()> {
    if let Conn::Pg(p) = c {
        Lock { key }.execute(p)?;
    }
    Ok(())
}
crate::statement! {
    /// Waits for a lock that ends with the transaction.
    struct Lock { key: i64 => diesel::sql_types::BigInt } on Pg, sql "select pg_advisory_xact_lock(", key, ")"
}

/// What [`Error::Unavailable`] says when the server lets this connection only read.
pub(super) const ONLY_READS: &str = "the database only reads";

/// The only place where the database's errors become ours. Details (which quote values) never travel on.
impl From<Diesel> for Error {
    fn from(e: Diesel) -> Self {
        use DatabaseErrorKind as K;
        match e {
            Diesel::NotFound => Self::NotFound("record"),
            Diesel::DatabaseError(kind, info) => {
                let message = info.message();
                match kind {
                    K::UniqueViolation => Self::Duplicate(info.constraint_name().unwrap_or(message).to_owned()),
                    K::SerializationFailure => Self::Stale("serialization"),
                    K::ReadOnlyTransaction => Self::Unavailable(ONLY_READS.into()),
                    K::ClosedConnection => Self::Unavailable("the connection to the database was lost".into()),
                    K::UnableToSendCommand => Self::Unavailable("the database did not take the command".into()),
                    K::CheckViolation | K::ForeignKeyViolation | K::NotNullViolation | K::RestrictViolation | K::ExclusionViolation => {
                        Self::Database(format!("{kind:?}: {}", info.constraint_name().unwrap_or(message)))
                    }
                    _ => unknown(message),
                }
            }
            Diesel::BrokenTransactionManager => Self::Unavailable("the transaction is broken".into()),
            Diesel::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            Diesel::DeserializationError(e) => Self::Internal(format!("a stored value cannot be read: {e}")),
            Diesel::SerializationError(e) => Self::Internal(format!("a value cannot be stored: {e}")),
            other => Self::Database(other.to_string()),
        }
    }
}

/// Errors that diesel gives no kind: told apart by the words of SQLite and of PostgreSQL.
fn unknown(message: &str) -> Error {
    let has = |words: &[&str]| words.iter().any(|w| message.contains(w));
    if has(&["deadlock detected", "lock timeout", "could not obtain lock", "could not serialize", "database table is locked"]) {
        return Error::Stale("lock");
    }
    if has(&[
        "database is locked",
        "readonly database",
        "database or disk is full",
        "disk I/O error",
        "unable to open database",
        "statement timeout",
        "terminating connection",
        "server closed the connection",
        "connection to server",
        "no connection to the server",
        "receive data from server",
        "send data to server",
        "the database system is",
        "too many clients",
        "No space left",
    ]) {
        return Error::Unavailable(message.lines().next().unwrap_or_default().to_owned());
    }
    Error::Database(message.lines().next().unwrap_or_default().to_owned())
}

/// Runs one body on whichever connection is inside: `each!(c, |conn| diesel::insert_into(…).on_conflict_do_nothing().execute(conn))`.
/// For what `MultiConnection` refuses: several rows, `ON CONFLICT`, `UNION`. `as_select()` belongs inside the body.
#[macro_export]
macro_rules! each {
    ($c:expr, |$conn:ident| $body:expr) => {
        match $c {
            $crate::store::Conn::Pg($conn) => $body,
            $crate::store::Conn::Sqlite($conn) => $body,
        }
    };
}

/// Inserts a slice of rows: `insert_many!(c, events::table, &rows)?` gives how many. One or two rows go as cached single
/// inserts, more as statements of up to 200 rows.
#[macro_export]
macro_rules! insert_many {
    ($c:expr, $table:expr, $rows:expr) => {{
        let c: &mut $crate::store::Conn = $c;
        let rows = $rows;
        (|| -> $crate::base::Result<usize> {
            let mut n = 0;
            if rows.len() <= 2 {
                for row in rows.iter() {
                    n += diesel::RunQueryDsl::execute(diesel::insert_into($table).values(row), c)?;
                }
            } else {
                for part in rows.chunks(200) {
                    n += $crate::each!(&mut *c, |conn| diesel::RunQueryDsl::execute(diesel::insert_into($table).values(part), conn))?;
                }
            }
            Ok(n)
        })()
    }};
}

/// A hand-written statement that is prepared once per connection. diesel caches neither UPDATE nor `sql_query`; each of
/// them costs a second round trip.
/// ```ignore
/// statement! {
///     /// Raises the version when nobody was faster.
///     pub(super) struct Bump { state: State => Text, id: CaseId => Id, version: i32 => Integer }
///     sql "update cases set version = version + 1, state = ", state, " where id = ", id, " and version = ", version, ""
/// }
/// let n = Bump { state, id, version }.execute(c)?;
/// ```
/// The text alternates with the fields to bind and ends in a text (perhaps `""`). A field may be bound twice. With
/// `returns (Integer, Text),` before `sql` it can be loaded. `on Pg,` or `on Pg returns …,` there makes it a statement for
/// PostgreSQL alone (`.execute(pg)` inside `match c`): a whole write set as one CTE, say. A field that is not bound is a
/// warning; on SQLite the order of first use must be that of the text, which it is.
#[macro_export]
macro_rules! statement {
    (@imp $name:ident, $backend:ty, $conn:ty, [$($f:ident : $st:ty),*], [$($ret:ty)?], $head:literal $(, $field:ident, $tail:literal)*) => {
        impl diesel::query_builder::QueryId for $name {
            type QueryId = $name;
            const HAS_STATIC_QUERY_ID: bool = true;
        }
        impl diesel::RunQueryDsl<$conn> for $name {}
        $(impl diesel::query_builder::Query for $name { type SqlType = $ret; })?
        const _: () = {
            $(
                #[expect(non_camel_case_types, reason = "a field's name stands for its SQL type")]
                type $f = $st;
            )*
            impl diesel::query_builder::QueryFragment<$backend> for $name {
                fn walk_ast<'b>(&'b self, mut out: diesel::query_builder::AstPass<'_, 'b, $backend>) -> diesel::QueryResult<()> {
                    out.push_sql($head);
                    $(out.push_bind_param::<$field, _>(&self.$field)?; out.push_sql($tail);)*
                    Ok(())
                }
            }
        };
    };
    ($(#[$m:meta])* $vis:vis struct $name:ident { $($f:ident : $t:ty => $st:ty),* $(,)? } on Pg $(returns $ret:ty)? , sql $($rest:tt)*) => {
        $(#[$m])* #[derive(Debug)] $vis struct $name { $(#[doc = "Bound."] pub $f: $t),* }
        $crate::statement!(@imp $name, diesel::pg::Pg, diesel::PgConnection, [$($f: $st),*], [$($ret)?], $($rest)*);
    };
    ($(#[$m:meta])* $vis:vis struct $name:ident { $($f:ident : $t:ty => $st:ty),* $(,)? } $(returns $ret:ty ,)? sql $($rest:tt)*) => {
        $(#[$m])* #[derive(Debug)] $vis struct $name { $(#[doc = "Bound."] pub $f: $t),* }
        $crate::statement!(@imp $name, $crate::store::conn::MultiBackend, $crate::store::Conn, [$($f: $st),*], [$($ret)?], $($rest)*);
    };
}
