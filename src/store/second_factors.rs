//! The second factor of staff and its recovery codes.
//!
//! Owns tables `second_factors` and `recovery_codes`. Compares nothing: whether a code fits is asked in `app::second_factor`.

use super::Conn;
use super::schema::{recovery_codes, second_factors};
use crate::base::id::{AccountId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Error, Result};
use diesel::prelude::*;

/// A secret shared with a person's authenticator.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = second_factors, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct SecondFactor {
    pub account_id: AccountId,
    pub secret_ct: Sealed,
    pub created_at: At,
    pub confirmed_at: Option<At>,
    pub last_step: i64,
}

/// A code for the day the telephone is lost.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = recovery_codes, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct RecoveryCode {
    pub id: RowId,
    pub account_id: AccountId,
    pub code_bix: String,
    pub created_at: At,
    pub used_at: Option<At>,
}

/// The second factor of an account, confirmed or not.
///
/// # Errors
/// The database.
pub fn get(c: &mut Conn, account: AccountId) -> Result<Option<SecondFactor>> {
    Ok(second_factors::table.find(account).select(SecondFactor::as_select()).first(c).optional()?)
}

/// Which of these accounts have a confirmed one.
///
/// # Errors
/// The database.
pub fn confirmed(c: &mut Conn, accounts: &[AccountId]) -> Result<Vec<AccountId>> {
    Ok(second_factors::table
        .filter(second_factors::account_id.eq_any(accounts.to_vec()))
        .filter(second_factors::confirmed_at.is_not_null())
        .select(second_factors::account_id)
        .load(c)?)
}

/// Puts a new secret in the place of one that was not confirmed.
///
/// # Errors
/// The database.
pub fn put(c: &mut Conn, row: &SecondFactor) -> Result<()> {
    diesel::delete(second_factors::table.find(row.account_id).filter(second_factors::confirmed_at.is_null())).execute(c)?;
    diesel::insert_into(second_factors::table).values(row).execute(c)?;
    Ok(())
}

/// Says that a step was used, for the first time of all or after `was`; [`Error::Stale`] when another request used one meanwhile.
///
/// # Errors
/// The database.
pub fn use_step(c: &mut Conn, row: &SecondFactor, step: i64, confirmed_at: Option<At>) -> Result<()> {
    let n = diesel::update(second_factors::table.find(row.account_id).filter(second_factors::last_step.eq(row.last_step)))
        .set((second_factors::last_step.eq(step), second_factors::confirmed_at.eq(confirmed_at)))
        .execute(c)?;
    if n == 1 { Ok(()) } else { Err(Error::Stale("second_factors")) }
}

/// Takes the second factor and its codes away; whether there was one.
///
/// # Errors
/// The database.
pub fn remove(c: &mut Conn, account: AccountId) -> Result<bool> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account))).execute(c)?;
    Ok(diesel::delete(second_factors::table.find(account)).execute(c)? == 1)
}

/// Puts these recovery codes in the place of all others of the account.
///
/// # Errors
/// The database.
pub fn put_codes(c: &mut Conn, account: AccountId, rows: &[RecoveryCode]) -> Result<()> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account))).execute(c)?;
    for row in rows {
        diesel::insert_into(recovery_codes::table).values(row).execute(c)?;
    }
    Ok(())
}

/// Uses one of these codes up, if it is one of the account's and was not used; whether it was.
///
/// # Errors
/// The database.
pub fn use_code(c: &mut Conn, account: AccountId, indexes: &[String], at: At) -> Result<bool> {
    let open = recovery_codes::table
        .filter(recovery_codes::account_id.eq(account))
        .filter(recovery_codes::used_at.is_null())
        .filter(recovery_codes::code_bix.eq_any(indexes.to_vec()));
    Ok(diesel::update(open).set(recovery_codes::used_at.eq(Some(at))).execute(c)? == 1)
}

/// How many recovery codes of an account are left.
///
/// # Errors
/// The database.
pub fn codes_left(c: &mut Conn, account: AccountId) -> Result<i64> {
    let open = recovery_codes::table.filter(recovery_codes::account_id.eq(account)).filter(recovery_codes::used_at.is_null());
    Ok(open.count().get_result(c)?)
}
