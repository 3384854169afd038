//! Accounts, duties, sessions and absences.
//!
//! Owns the statements over these tables. Decides nothing: who may log in or stand in is asked in `app::people`.

use super::schema::{absences, accounts, duties, sessions};
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, RowId, SessionId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use diesel::prelude::*;

/// A staff account.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = accounts, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Account {
    pub id: AccountId,
    pub login: String,
    pub name: String,
    pub password_hash: String,
    pub state: String,
    pub must_change: bool,
    pub failed: i32,
    pub locked_until: Option<At>,
    pub created_at: At,
    pub version: i64,
}

/// One duty as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = duties, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct DutyRow {
    pub id: RowId,
    pub account_id: AccountId,
    pub duty: String,
    pub bureau: String,
    pub area: String,
    pub valid_from: At,
    pub valid_until: Option<At>,
}

/// A log-in session; only the hash of its token is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Session {
    pub id: SessionId,
    pub account_id: AccountId,
    pub token_hash: Vec<u8>,
    pub kind: String,
    pub agent: String,
    pub created_at: At,
    pub seen_at: At,
    pub expires_at: At,
    pub ended_at: Option<At>,
    pub awaits_code: bool,
}

/// An absence and who stands in.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = absences, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Absence {
    pub id: RowId,
    pub account_id: AccountId,
    pub delegate_id: Option<AccountId>,
    pub starts_at: At,
    pub ends_at: At,
    pub reason_ct: Sealed,
    pub cancelled_at: Option<At>,
}

/// Adds an account.
pub fn insert(c: &mut Conn, row: &Account) -> Result<()> {
    diesel::insert_into(accounts::table).values(row).execute(c)?;
    Ok(())
}

/// The account of a log-in name.
pub fn by_login(c: &mut Conn, login: &str) -> Result<Option<Account>> {
    Ok(accounts::table.filter(accounts::login.eq(login)).select(Account::as_select()).first(c).optional()?)
}

/// One account.
pub fn get(c: &mut Conn, id: AccountId) -> Result<Option<Account>> {
    Ok(accounts::table.find(id).select(Account::as_select()).first(c).optional()?)
}

/// Several accounts by id, in no order.
pub fn by_ids(c: &mut Conn, ids: &[AccountId]) -> Result<Vec<Account>> {
    Ok(accounts::table.filter(accounts::id.eq_any(ids.to_vec())).select(Account::as_select()).load(c)?)
}

/// A page of accounts by log-in name, after `after`.
pub fn page(c: &mut Conn, after: &str, limit: i64) -> Result<Vec<Account>> {
    matching(c, "", after, limit)
}

/// A page of accounts by log-in name, after `after`, with `words` in log-in or name; empty: all.
pub fn matching(c: &mut Conn, words: &str, after: &str, limit: i64) -> Result<Vec<Account>> {
    let mut q =
        accounts::table.filter(accounts::login.gt(after)).order(accounts::login).limit(limit).select(Account::as_select()).into_boxed();
    if !words.is_empty() {
        let found = super::like(words);
        q = q.filter(accounts::login.like(found.clone()).escape('\\').or(accounts::name.like(found).escape('\\')));
    }
    Ok(q.load(c)?)
}

/// Saves an account read before; another writer in between is a conflict.
pub fn update(c: &mut Conn, row: &Account) -> Result<()> {
    let next = Account { version: row.version + 1, ..row.clone() };
    let n =
        diesel::update(accounts::table.filter(accounts::id.eq(row.id)).filter(accounts::version.eq(row.version))).set(&next).execute(c)?;
    ensure_one(n, "accounts")
}

/// Gives a duty.
pub fn insert_duty(c: &mut Conn, row: &DutyRow) -> Result<()> {
    diesel::insert_into(duties::table).values(row).execute(c)?;
    Ok(())
}

/// Takes a duty from `at` on.
pub fn end_duty(c: &mut Conn, id: RowId, at: At) -> Result<()> {
    let n =
        diesel::update(duties::table.find(id).filter(duties::valid_until.is_null())).set(duties::valid_until.eq(Some(at))).execute(c)?;
    ensure_one(n, "duties")
}

/// Duties of these accounts that hold at `at`.
pub fn duties_of(c: &mut Conn, ids: &[AccountId], at: At) -> Result<Vec<DutyRow>> {
    Ok(duties::table
        .filter(duties::account_id.eq_any(ids.to_vec()))
        .filter(duties::valid_from.le(at))
        .filter(duties::valid_until.is_null().or(duties::valid_until.gt(at)))
        .order(duties::id)
        .select(DutyRow::as_select())
        .load(c)?)
}

/// Active accounts that hold `duty` in `bureau` at `at`.
pub fn holders(c: &mut Conn, duty: &str, bureau: &str, at: At) -> Result<Vec<(AccountId, String)>> {
    Ok(duties::table
        .inner_join(accounts::table.on(accounts::id.eq(duties::account_id)))
        .filter(duties::bureau.eq(bureau))
        .filter(duties::duty.eq(duty))
        .filter(duties::valid_from.le(at))
        .filter(duties::valid_until.is_null().or(duties::valid_until.gt(at)))
        .filter(accounts::state.eq("active"))
        .order(accounts::login)
        .select((accounts::id, accounts::name))
        .load(c)?)
}

/// Active accounts that hold `duty` over one of the areas of a path at `at`, in whichever bureau: with the area each covers.
pub fn holders_over(c: &mut Conn, duty: &str, path: &[String], at: At) -> Result<Vec<(AccountId, String, String)>> {
    // eight places whatever the path's length (a county's and its bureau's), the last repeated: one statement, prepared once
    let Some(last) = path.last() else { return Ok(Vec::new()) };
    if path.len() > 8 {
        return Err(crate::base::Error::Internal(format!("a path of {} areas", path.len())));
    }
    let covers = |n: usize| duties::area.eq(path.get(n).unwrap_or(last));
    let over = covers(0).or(covers(1)).or(covers(2)).or(covers(3)).or(covers(4)).or(covers(5)).or(covers(6)).or(covers(7));
    Ok(duties::table
        .inner_join(accounts::table.on(accounts::id.eq(duties::account_id)))
        .filter(duties::duty.eq(duty))
        .filter(over)
        .filter(duties::valid_from.le(at))
        .filter(duties::valid_until.is_null().or(duties::valid_until.gt(at)))
        .filter(accounts::state.eq("active"))
        .order(accounts::login)
        .select((accounts::id, duties::bureau, duties::area))
        .load(c)?)
}

/// Duties of an account that were given or taken since an instant, the newest change last; at most ten.
pub fn duties_changed(c: &mut Conn, id: AccountId, since: At) -> Result<Vec<DutyRow>> {
    Ok(duties::table
        .filter(duties::account_id.eq(id))
        .filter(duties::valid_from.ge(since).or(duties::valid_until.ge(since)))
        .order(duties::id)
        .limit(10)
        .select(DutyRow::as_select())
        .load(c)?)
}

/// How many active accounts hold each duty in each bureau at `at`.
pub fn staffing(c: &mut Conn, at: At) -> Result<Vec<(String, String, i64)>> {
    Ok(duties::table
        .inner_join(accounts::table.on(accounts::id.eq(duties::account_id)))
        .filter(duties::valid_from.le(at))
        .filter(duties::valid_until.is_null().or(duties::valid_until.gt(at)))
        .filter(accounts::state.eq("active"))
        .group_by((duties::bureau, duties::duty))
        .select((duties::bureau, duties::duty, diesel::dsl::count_star()))
        .load(c)?)
}

/// Opens a session.
pub fn insert_session(c: &mut Conn, row: &Session) -> Result<()> {
    diesel::insert_into(sessions::table).values(row).execute(c)?;
    Ok(())
}

/// The session and account of a token's hash, ended ones excluded.
pub fn session(c: &mut Conn, token_hash: &[u8]) -> Result<Option<(Session, Account)>> {
    Ok(sessions::table
        .inner_join(accounts::table.on(accounts::id.eq(sessions::account_id)))
        .filter(sessions::token_hash.eq(token_hash.to_vec()))
        .filter(sessions::ended_at.is_null())
        .select((Session::as_select(), Account::as_select()))
        .first(c)
        .optional()?)
}

/// Whose session a token's hash is or was, ended and expired ones too, with log-in name and name.
pub fn owner(c: &mut Conn, token_hash: &[u8]) -> Result<Option<(AccountId, String)>> {
    Ok(sessions::table
        .inner_join(accounts::table.on(accounts::id.eq(sessions::account_id)))
        .filter(sessions::token_hash.eq(token_hash.to_vec()))
        .select((accounts::id, accounts::name))
        .first(c)
        .optional()?)
}

/// Forgets sessions that could not be used after `before`, at most `limit`: who logged in stays in the journal.
pub fn forget_sessions(c: &mut Conn, before: At, limit: i64) -> Result<usize> {
    let old: Vec<SessionId> =
        sessions::table.filter(sessions::expires_at.lt(before)).order(sessions::expires_at).limit(limit).select(sessions::id).load(c)?;
    Ok(diesel::delete(sessions::table.filter(sessions::id.eq_any(old))).execute(c)?)
}

/// Open sessions of an account, newest first.
pub fn sessions_of(c: &mut Conn, id: AccountId, now: At) -> Result<Vec<Session>> {
    Ok(sessions::table
        .filter(sessions::account_id.eq(id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .order(sessions::created_at.desc())
        .limit(100)
        .select(Session::as_select())
        .load(c)?)
}

/// Notes that a session was used (machine bookkeeping, no event).
pub fn touch_session(c: &mut Conn, id: SessionId, at: At) -> Result<()> {
    diesel::update(sessions::table.find(id)).set(sessions::seen_at.eq(at)).execute(c)?;
    Ok(())
}

/// Ends one session of an account.
pub fn end_session(c: &mut Conn, account: AccountId, id: SessionId, at: At) -> Result<bool> {
    let n = diesel::update(
        sessions::table.filter(sessions::id.eq(id)).filter(sessions::account_id.eq(account)).filter(sessions::ended_at.is_null()),
    )
    .set(sessions::ended_at.eq(Some(at)))
    .execute(c)?;
    Ok(n == 1)
}

/// Ends all sessions of an account.
pub fn end_sessions(c: &mut Conn, account: AccountId, at: At) -> Result<usize> {
    Ok(diesel::update(sessions::table.filter(sessions::account_id.eq(account)).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(Some(at)))
        .execute(c)?)
}

/// Records an absence.
pub fn insert_absence(c: &mut Conn, row: &Absence) -> Result<()> {
    diesel::insert_into(absences::table).values(row).execute(c)?;
    Ok(())
}

/// Withdraws an absence that is not over.
pub fn cancel_absence(c: &mut Conn, account: AccountId, id: RowId, at: At) -> Result<bool> {
    let n = diesel::update(
        absences::table
            .find(id)
            .filter(absences::account_id.eq(account))
            .filter(absences::cancelled_at.is_null())
            .filter(absences::ends_at.gt(at)),
    )
    .set(absences::cancelled_at.eq(Some(at)))
    .execute(c)?;
    Ok(n == 1)
}

/// Absences of an account that are not over at `at`, the next one first.
pub fn absences_of(c: &mut Conn, id: AccountId, at: At, limit: i64) -> Result<Vec<Absence>> {
    Ok(absences::table
        .filter(absences::account_id.eq(id))
        .filter(absences::cancelled_at.is_null())
        .filter(absences::ends_at.gt(at))
        .order(absences::starts_at)
        .limit(limit)
        .select(Absence::as_select())
        .load(c)?)
}

/// Absences now running in which `delegate` stands in.
pub fn standing_in(c: &mut Conn, delegate: AccountId, at: At) -> Result<Vec<AccountId>> {
    Ok(absences::table
        .filter(absences::delegate_id.eq(Some(delegate)))
        .filter(absences::cancelled_at.is_null())
        .filter(absences::starts_at.le(at))
        .filter(absences::ends_at.gt(at))
        .select(absences::account_id)
        .load(c)?)
}

/// Which of these accounts are absent at `at`, with their stand-ins.
pub fn absent(c: &mut Conn, ids: &[AccountId], at: At) -> Result<Vec<(AccountId, Option<AccountId>)>> {
    Ok(absences::table
        .filter(absences::account_id.eq_any(ids.to_vec()))
        .filter(absences::cancelled_at.is_null())
        .filter(absences::starts_at.le(at))
        .filter(absences::ends_at.gt(at))
        .select((absences::account_id, absences::delegate_id))
        .load(c)?)
}
