//! What a measurement asks of a database: its catalog, rows as they stand, what a piece of work read and how many
//! statements it sent, and raw statements to compare with.
//!
//! Owns the SQL of `qingxin bench` and the counter of statements. Never used by the program at work: nothing here knows a
//! table by name, and what is written through it is thrown away with its database.

use super::Conn;
use super::conn::MultiBackend;
use crate::base::{Error, Result};
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Text};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

static SENT: AtomicU64 = AtomicU64::new(0);

/// Counts every statement of connections that are opened from now on.
///
/// # Errors
/// [`Error::Internal`] when the counter cannot be installed.
pub fn count_statements() -> Result<()> {
    fn counter() -> Option<Box<dyn Instrumentation>> {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                SENT.fetch_add(1, Ordering::Relaxed);
            }
        }))
    }
    set_default_instrumentation(counter).map_err(|e| Error::Internal(format!("instrumentation: {e}")))
}

/// Statements sent since the process began to count, `begin` and `commit` among them.
#[must_use]
pub fn statements() -> u64 {
    SENT.load(Ordering::Relaxed)
}

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
    v: Option<String>,
}

/// The rows of a query whose one column is a text named `v`.
///
/// # Errors
/// What the database says.
pub fn texts(c: &mut Conn, sql: &str) -> Result<Vec<String>> {
    let rows: Vec<One> = each!(c, |conn| diesel::sql_query(sql).load(conn))?;
    Ok(rows.into_iter().filter_map(|r| r.v).collect())
}

/// The one number of such a query; 0 when there is none.
///
/// # Errors
/// What the database says.
pub fn number(c: &mut Conn, sql: &str) -> Result<i64> {
    Ok(texts(c, sql)?.first().and_then(|t| t.parse().ok()).unwrap_or(0))
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as the database calls it.
    pub kind: String,
    /// Part of the primary key.
    pub key: bool,
    /// Part of a unique index that is not the primary key.
    pub unique: bool,
    /// Part of any index.
    pub indexed: bool,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<Column>,
}

const PG_COLUMNS: &str = "select json_build_array(c.relname, a.attname, format_type(a.atttypid, null),
    exists (select 1 from pg_index i where i.indrelid = c.oid and a.attnum = any (i.indkey) and i.indisprimary),
    exists (select 1 from pg_index i where i.indrelid = c.oid and a.attnum = any (i.indkey) and i.indisunique and not i.indisprimary),
    exists (select 1 from pg_index i where i.indrelid = c.oid and a.attnum = any (i.indkey)))::text as v
  from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind = 'r' order by c.oid, a.attnum";
const LITE_COLUMNS: &str = "select json_array(m.name, p.name, p.type, p.pk > 0,
    exists (select 1 from pragma_index_list(m.name) l join pragma_index_info(l.name) i where i.name = p.name and l.\"unique\" and l.origin <> 'pk'),
    p.pk > 0 or exists (select 1 from pragma_index_list(m.name) l join pragma_index_info(l.name) i where i.name = p.name)) as v
  from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table' and m.name not like 'sqlite%' order by m.rowid, p.cid";

/// The tables in the order they were made, so that a table comes after those it refers to.
///
/// # Errors
/// What the database says.
pub fn tables(c: &mut Conn) -> Result<Vec<Table>> {
    let yes = |v: &serde_json::Value| v.as_bool().unwrap_or(v.as_i64() == Some(1));
    let mut all: Vec<Table> = Vec::new();
    for line in texts(c, if c.is_pg() { PG_COLUMNS } else { LITE_COLUMNS })? {
        let v: serde_json::Value = serde_json::from_str(&line).map_err(|e| Error::Internal(e.to_string()))?;
        let word = |i: usize| v[i].as_str().unwrap_or_default().to_owned();
        let (table, column) =
            (word(0), Column { name: word(1), kind: word(2).to_lowercase(), key: yes(&v[3]), unique: yes(&v[4]), indexed: yes(&v[5]) });
        match all.last_mut().filter(|t| t.name == table) {
            Some(t) => t.columns.push(column),
            None => all.push(Table { name: table, columns: vec![column] }),
        }
    }
    all.retain(|t| !t.name.starts_with("__"));
    Ok(all)
}

/// A row: its columns as text (PostgreSQL) or as SQL literals (SQLite).
pub type Row = Vec<Option<String>>;

/// All rows of a table by primary key.
///
/// # Errors
/// What the database says.
pub fn dump(c: &mut Conn, t: &Table) -> Result<BTreeMap<Row, Row>> {
    let list: Vec<String> =
        t.columns.iter().map(|k| if c.is_pg() { format!("\"{}\"::text", k.name) } else { format!("quote(\"{}\")", k.name) }).collect();
    let make = if c.is_pg() { "json_build_array" } else { "json_array" };
    let cast = if c.is_pg() { "::text" } else { "" };
    let mut rows = BTreeMap::new();
    for line in texts(c, &format!("select {make}({}){cast} as v from \"{}\"", list.join(", "), t.name))? {
        let row: Row = serde_json::from_str(&line).map_err(|e| Error::Internal(e.to_string()))?;
        let key = t.columns.iter().zip(&row).filter(|(k, _)| k.key).map(|(_, v)| v.clone()).collect();
        rows.insert(key, row);
    }
    Ok(rows)
}

/// A value for a raw statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bind {
    /// Bytes.
    Bytes(Vec<u8>),
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
}

/// A raw statement, prepared once per connection: as many parts of text as values and one more.
#[derive(Debug)]
pub struct Raw<'a> {
    /// The text between the values.
    pub parts: &'a [String],
    /// The values.
    pub values: Vec<Bind>,
}
impl QueryId for Raw<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl RunQueryDsl<Conn> for Raw<'_> {}
impl QueryFragment<MultiBackend> for Raw<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        for (i, part) in self.parts.iter().enumerate() {
            out.push_sql(part);
            match self.values.get(i) {
                Some(Bind::Bytes(b)) => out.push_bind_param::<Binary, _>(b)?,
                Some(Bind::Text(t)) => out.push_bind_param::<Text, _>(t)?,
                Some(Bind::Number(n)) => out.push_bind_param::<BigInt, _>(n)?,
                None => {}
            }
        }
        Ok(())
    }
}

/// Runs a raw statement.
///
/// # Errors
/// What the database says.
pub fn raw(c: &mut Conn, statement: Raw<'_>) -> Result<usize> {
    Ok(statement.execute(c)?)
}

/// What a piece of work read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Rows fetched from tables.
    pub rows: i64,
    /// Pages of tables and indexes looked at, in memory or not.
    pub buffers: i64,
    /// Statements.
    pub statements: u64,
}

const READ: &str = "select json_build_array(
    coalesce(sum(pg_stat_get_xact_tuples_fetched(oid) + case when relkind = 'r' then pg_stat_get_xact_tuples_returned(oid) else 0 end), 0),
    coalesce(sum(pg_stat_get_xact_blocks_fetched(oid)), 0))::text as v
  from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'i')";

/// Runs `f` and tells what it read; inside a write of PostgreSQL, whose own counters are asked before and after.
///
/// # Errors
/// What `f` says, or the database.
pub fn cost<T>(c: &mut Conn, f: impl FnOnce(&mut Conn) -> Result<T>) -> Result<(Cost, T)> {
    let read = |c: &mut Conn| -> Result<(i64, i64)> {
        let line = texts(c, READ)?.pop().unwrap_or_default();
        serde_json::from_str(&line).map_err(|e| Error::Internal(e.to_string()))
    };
    let before = read(c)?;
    let sent = statements();
    let value = f(c)?;
    let sent = statements() - sent;
    let after = read(c)?;
    Ok((Cost { rows: after.0 - before.0, buffers: after.1 - before.1, statements: sent }, value))
}
