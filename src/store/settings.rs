//! Idempotency, loaded calendar years and published definitions.

use super::Conn;
use super::schema::{calendar_years, definitions, idempotency};
use super::types::Json;
use crate::base::{At, Result};
use diesel::prelude::*;

/// What is remembered of a request: its hash and the ids of its answer, never a body.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Remembered {
    pub actor: String,
    pub key: String,
    pub request_hash: String,
    pub answer: Json<serde_json::Value>,
    pub at: At,
}

/// A calendar year loaded by an administrator.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = calendar_years, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct CalendarYear {
    pub year: i32,
    pub body: String,
    pub loaded_by: String,
    pub loaded_at: At,
    pub rev: i64,
}

/// A published definition.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = definitions, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Definition {
    pub key: String,
    pub version: i32,
    pub hash: String,
    pub body: String,
    pub published_at: At,
}

/// What was answered to an actor's key.
pub fn remembered(c: &mut Conn, actor: &str, key: &str) -> Result<Option<Remembered>> {
    Ok(idempotency::table.find((actor, key)).select(Remembered::as_select()).first(c).optional()?)
}

/// Remembers an answer; `false` when another request with the key was faster.
pub fn remember(c: &mut Conn, row: &Remembered) -> Result<bool> {
    let n = each!(c, |conn| diesel::insert_into(idempotency::table)
        .values(row)
        .on_conflict((idempotency::actor, idempotency::key))
        .do_nothing()
        .execute(conn))?;
    Ok(n == 1)
}

/// Forgets answers older than `before`, at most `limit`.
pub fn forget(c: &mut Conn, before: At, limit: i64) -> Result<usize> {
    let old: Vec<(String, String)> = idempotency::table
        .filter(idempotency::at.lt(before))
        .order(idempotency::at)
        .limit(limit)
        .select((idempotency::actor, idempotency::key))
        .load(c)?;
    for (actor, key) in &old {
        diesel::delete(idempotency::table.find((actor, key))).execute(c)?;
    }
    Ok(old.len())
}

/// Calendar years of the database, oldest first.
pub fn calendar_years(c: &mut Conn) -> Result<Vec<CalendarYear>> {
    Ok(calendar_years::table.order(calendar_years::year).select(CalendarYear::as_select()).load(c)?)
}

/// Loads or replaces a calendar year.
pub fn put_calendar_year(c: &mut Conn, row: &CalendarYear) -> Result<()> {
    each!(c, |conn| diesel::insert_into(calendar_years::table)
        .values(row)
        .on_conflict(calendar_years::year)
        .do_update()
        .set((
            calendar_years::body.eq(&row.body),
            calendar_years::loaded_by.eq(&row.loaded_by),
            calendar_years::loaded_at.eq(row.loaded_at),
            calendar_years::rev.eq(row.rev),
        ))
        .execute(conn))?;
    Ok(())
}

/// Published definitions.
pub fn definitions(c: &mut Conn) -> Result<Vec<Definition>> {
    Ok(definitions::table.order((definitions::key, definitions::version)).select(Definition::as_select()).load(c)?)
}

/// Publishes a definition; `false` when that version is already there.
pub fn publish(c: &mut Conn, row: &Definition) -> Result<bool> {
    let n = each!(c, |conn| diesel::insert_into(definitions::table)
        .values(row)
        .on_conflict((definitions::key, definitions::version))
        .do_nothing()
        .execute(conn))?;
    Ok(n == 1)
}
