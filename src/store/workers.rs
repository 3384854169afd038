//! Workers' log-ins, their sessions, codes by telephone and limits.

use super::schema::{limits, phone_codes, worker_sessions, workers};
use super::{Conn, ensure_one};
use crate::base::id::{RowId, SessionId, WorkerId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use chrono::Duration;
use diesel::prelude::*;

/// A worker's log-in. Sealed columns end in `_ct`, blind indexes in `_bix`, stored masks in `_mask`.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = workers, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Worker {
    pub id: WorkerId,
    pub name_ct: Option<Sealed>,
    pub name_mask: Option<String>,
    pub name_bix: Option<String>,
    pub phone_ct: Option<Sealed>,
    pub phone_mask: Option<String>,
    pub phone_bix: Option<String>,
    pub wx_bix: Option<String>,
    pub lang: String,
    pub state: String,
    pub created_at: At,
    pub version: i64,
}

/// A worker's session; only the hash of its token is stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = worker_sessions, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Session {
    pub id: SessionId,
    pub worker_id: WorkerId,
    pub token_hash: Vec<u8>,
    pub kind: String,
    pub device: String,
    pub created_at: At,
    pub seen_at: At,
    pub expires_at: At,
    pub ended_at: Option<At>,
    pub limited: bool,
}

/// A code sent to a telephone.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = phone_codes, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct PhoneCode {
    pub id: RowId,
    pub phone_bix: String,
    pub code_bix: String,
    pub created_at: At,
    pub expires_at: At,
    pub tries: i32,
    pub used_at: Option<At>,
}

/// A new log-in.
pub fn insert(c: &mut Conn, row: &Worker) -> Result<()> {
    diesel::insert_into(workers::table).values(row).execute(c)?;
    Ok(())
}

/// One log-in.
pub fn get(c: &mut Conn, id: WorkerId) -> Result<Option<Worker>> {
    Ok(workers::table.find(id).select(Worker::as_select()).first(c).optional()?)
}

/// The log-in of a telephone and a name, each under any key.
pub fn by_phone(c: &mut Conn, phone: &[String], name: &[String]) -> Result<Option<Worker>> {
    Ok(workers::table
        .filter(workers::phone_bix.eq_any(phone.to_vec()))
        .filter(workers::name_bix.eq_any(name.to_vec()))
        .select(Worker::as_select())
        .first(c)
        .optional()?)
}

/// The log-in of a WeChat account, under any key.
pub fn by_wx(c: &mut Conn, wx: &[String]) -> Result<Option<Worker>> {
    Ok(workers::table.filter(workers::wx_bix.eq_any(wx.to_vec())).select(Worker::as_select()).first(c).optional()?)
}

/// Saves a log-in whole, if nobody changed it meanwhile.
///
/// # Errors
/// [`crate::base::Error::Stale`], or the database.
pub fn update(c: &mut Conn, row: &Worker) -> Result<()> {
    let new = Worker { version: row.version + 1, ..row.clone() };
    let n = diesel::update(workers::table.find(row.id).filter(workers::version.eq(row.version))).set(&new).execute(c)?;
    if n == 1 { Ok(()) } else { Err(crate::base::Error::Stale("worker")) }
}

/// Opens a session.
pub fn insert_session(c: &mut Conn, row: &Session) -> Result<()> {
    diesel::insert_into(worker_sessions::table).values(row).execute(c)?;
    Ok(())
}

/// The session and log-in of a token's hash, ended ones excluded.
pub fn session(c: &mut Conn, token_hash: &[u8]) -> Result<Option<(Session, Worker)>> {
    Ok(worker_sessions::table
        .inner_join(workers::table.on(workers::id.eq(worker_sessions::worker_id)))
        .filter(worker_sessions::token_hash.eq(token_hash.to_vec()))
        .filter(worker_sessions::ended_at.is_null())
        .select((Session::as_select(), Worker::as_select()))
        .first(c)
        .optional()?)
}

/// One session.
pub fn session_by_id(c: &mut Conn, id: SessionId) -> Result<Option<Session>> {
    Ok(worker_sessions::table.find(id).select(Session::as_select()).first(c).optional()?)
}

/// Running sessions of a log-in, newest first.
pub fn sessions_of(c: &mut Conn, id: WorkerId, now: At) -> Result<Vec<Session>> {
    Ok(worker_sessions::table
        .filter(worker_sessions::worker_id.eq(id))
        .filter(worker_sessions::ended_at.is_null())
        .filter(worker_sessions::expires_at.gt(now))
        .order((worker_sessions::created_at.desc(), worker_sessions::id.desc()))
        .select(Session::as_select())
        .load(c)?)
}

/// Notes that a session was used (machine bookkeeping, no event).
pub fn touch_session(c: &mut Conn, id: SessionId, at: At) -> Result<()> {
    diesel::update(worker_sessions::table.find(id)).set(worker_sessions::seen_at.eq(at)).execute(c)?;
    Ok(())
}

/// Ends one running session of a log-in.
pub fn end_session(c: &mut Conn, worker: WorkerId, id: SessionId, at: At) -> Result<bool> {
    let n = diesel::update(
        worker_sessions::table
            .filter(worker_sessions::id.eq(id))
            .filter(worker_sessions::worker_id.eq(worker))
            .filter(worker_sessions::ended_at.is_null()),
    )
    .set(worker_sessions::ended_at.eq(Some(at)))
    .execute(c)?;
    Ok(n == 1)
}

/// Ends all sessions of a log-in.
pub fn end_sessions(c: &mut Conn, worker: WorkerId, at: At) -> Result<usize> {
    Ok(diesel::update(worker_sessions::table.filter(worker_sessions::worker_id.eq(worker)).filter(worker_sessions::ended_at.is_null()))
        .set(worker_sessions::ended_at.eq(Some(at)))
        .execute(c)?)
}

/// Keeps a code.
pub fn insert_code(c: &mut Conn, row: &PhoneCode) -> Result<()> {
    diesel::insert_into(phone_codes::table).values(row).execute(c)?;
    Ok(())
}

/// The newest code of a telephone that may still be used.
pub fn live_code(c: &mut Conn, phone: &[String], now: At) -> Result<Option<PhoneCode>> {
    Ok(phone_codes::table
        .filter(phone_codes::phone_bix.eq_any(phone.to_vec()))
        .filter(phone_codes::used_at.is_null())
        .filter(phone_codes::expires_at.gt(now))
        .order((phone_codes::created_at.desc(), phone_codes::id.desc()))
        .select(PhoneCode::as_select())
        .first(c)
        .optional()?)
}

/// The code of a telephone used last, as long as it could have been used.
pub fn used_code(c: &mut Conn, phone: &[String], now: At) -> Result<Option<PhoneCode>> {
    Ok(phone_codes::table
        .filter(phone_codes::phone_bix.eq_any(phone.to_vec()))
        .filter(phone_codes::used_at.is_not_null())
        .filter(phone_codes::expires_at.gt(now))
        .order((phone_codes::created_at.desc(), phone_codes::id.desc()))
        .select(PhoneCode::as_select())
        .first(c)
        .optional()?)
}

/// Counts one try of a code; gives how many there were before.
pub fn count_try(c: &mut Conn, id: RowId) -> Result<i32> {
    diesel::update(phone_codes::table.find(id)).set(phone_codes::tries.eq(phone_codes::tries + 1)).execute(c)?;
    let n: i32 = phone_codes::table.find(id).select(phone_codes::tries).first(c)?;
    Ok(n - 1)
}

/// Marks a code as used; an error when it was used meanwhile.
pub fn use_code(c: &mut Conn, id: RowId, at: At) -> Result<()> {
    let n = diesel::update(phone_codes::table.find(id).filter(phone_codes::used_at.is_null()))
        .set(phone_codes::used_at.eq(Some(at)))
        .execute(c)?;
    ensure_one(n, "phone_codes")
}

/// Takes one of `most` in a window that begins with its first use; `None` when it is free, else when the window ends
/// (machine bookkeeping, no event).
pub fn take(c: &mut Conn, key: &str, most: i32, window: Duration, now: At) -> Result<Option<At>> {
    take_many(c, key, 1, most, window, now)
}

/// Takes `k` of `most` at once, or none. An untouched window gives any number: what is larger than the limit altogether
/// waits for a window of its own and not for ever (machine bookkeeping, no event).
pub fn take_many(c: &mut Conn, key: &str, k: i32, most: i32, window: Duration, now: At) -> Result<Option<At>> {
    each!(c, |conn| diesel::insert_into(limits::table)
        .values((limits::key.eq(key), limits::from_at.eq(now), limits::n.eq(0)))
        .on_conflict(limits::key)
        .do_nothing()
        .execute(conn))?;
    let since = now.plus(-window);
    diesel::update(limits::table.find(key).filter(limits::from_at.le(since))).set((limits::from_at.eq(now), limits::n.eq(0))).execute(c)?;
    let room = limits::n.le(most.saturating_sub(k)).or(limits::n.eq(0));
    let n = diesel::update(limits::table.find(key).filter(room)).set(limits::n.eq(limits::n + k)).execute(c)?;
    if n == 1 {
        return Ok(None);
    }
    let from: At = limits::table.find(key).select(limits::from_at).first(c)?;
    Ok(Some(from.plus(window)))
}

/// Gives one back that was taken (machine bookkeeping, no event).
pub fn give_back(c: &mut Conn, key: &str) -> Result<()> {
    diesel::update(limits::table.find(key).filter(limits::n.gt(0))).set(limits::n.eq(limits::n - 1)).execute(c)?;
    Ok(())
}

/// Forgets codes and windows older than `before`, at most `limit` of each.
pub fn forget(c: &mut Conn, before: At, limit: i64) -> Result<usize> {
    let codes: Vec<RowId> = phone_codes::table
        .filter(phone_codes::created_at.lt(before))
        .order(phone_codes::created_at)
        .limit(limit)
        .select(phone_codes::id)
        .load(c)?;
    let mut n = 0;
    for id in codes {
        n += diesel::delete(phone_codes::table.find(id)).execute(c)?;
    }
    let keys: Vec<String> =
        limits::table.filter(limits::from_at.lt(before)).order(limits::from_at).limit(limit).select(limits::key).load(c)?;
    for key in keys {
        n += diesel::delete(limits::table.find(key)).execute(c)?;
    }
    Ok(n)
}
