//! Where staff and workers are reached outside the house, and which digests went out. Addresses are sealed; masks are shown.

use super::Conn;
use super::schema::{accounts, digests, duties, filings, joiners, staff_addresses, worker_addresses, workers};
use crate::base::id::{AccountId, ClaimantId, FilingId, WorkerId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use diesel::prelude::*;

/// Where one of the staff is reached.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = staff_addresses, primary_key(account_id), treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct StaffAddress {
    pub account_id: AccountId,
    pub mail_ct: Option<Sealed>,
    pub mail_mask: Option<String>,
    pub mobile_ct: Option<Sealed>,
    pub mobile_mask: Option<String>,
    pub set_at: At,
}

/// How a worker's log-in is reached, and what a locked screen may say.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = worker_addresses, primary_key(worker_id), treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct WorkerAddress {
    pub worker_id: WorkerId,
    pub wx_ct: Option<Sealed>,
    pub plain: bool,
    pub set_at: At,
}

/// Addresses of these accounts, in no order.
pub fn of_staff(c: &mut Conn, ids: &[AccountId]) -> Result<Vec<StaffAddress>> {
    Ok(staff_addresses::table.filter(staff_addresses::account_id.eq_any(ids.to_vec())).select(StaffAddress::as_select()).load(c)?)
}

/// Keeps the address of an account, new or changed.
pub fn put_staff(c: &mut Conn, row: &StaffAddress) -> Result<()> {
    if diesel::update(staff_addresses::table.find(row.account_id)).set(row).execute(c)? == 0 {
        diesel::insert_into(staff_addresses::table).values(row).execute(c)?;
    }
    Ok(())
}

/// The address of a log-in.
pub fn of_worker(c: &mut Conn, id: WorkerId) -> Result<Option<WorkerAddress>> {
    Ok(worker_addresses::table.find(id).select(WorkerAddress::as_select()).first(c).optional()?)
}

/// Keeps the address of a log-in, new or changed.
pub fn put_worker(c: &mut Conn, row: &WorkerAddress) -> Result<()> {
    if diesel::update(worker_addresses::table.find(row.worker_id)).set(row).execute(c)? == 0 {
        diesel::insert_into(worker_addresses::table).values(row).execute(c)?;
    }
    Ok(())
}

/// The log-ins these filings belong to, with their addresses where they have any.
pub fn behind(c: &mut Conn, ids: &[FilingId]) -> Result<Vec<(FilingId, super::workers::Worker, Option<WorkerAddress>)>> {
    Ok(filings::table
        .inner_join(workers::table.on(filings::worker_id.eq(workers::id.nullable())))
        .left_join(worker_addresses::table.on(worker_addresses::worker_id.eq(workers::id)))
        .filter(filings::id.eq_any(ids.to_vec()))
        .select((filings::id, super::workers::Worker::as_select(), Option::<WorkerAddress>::as_select()))
        .load(c)?)
}

/// The log-ins by which these persons joined.
pub fn behind_joined(c: &mut Conn, ids: &[ClaimantId]) -> Result<Vec<(ClaimantId, super::workers::Worker, Option<WorkerAddress>)>> {
    Ok(joiners::table
        .inner_join(workers::table.on(workers::id.eq(joiners::worker_id)))
        .left_join(worker_addresses::table.on(worker_addresses::worker_id.eq(workers::id)))
        .filter(joiners::claimant_id.eq_any(ids.to_vec()))
        .filter(joiners::state.eq("joined"))
        .select((joiners::claimant_id, super::workers::Worker::as_select(), Option::<WorkerAddress>::as_select()))
        .load(c)?)
}

/// Active accounts that hold one of these duties at `at`, after the one given.
pub fn holding(c: &mut Conn, of: &[&str], after: AccountId, at: At, limit: i64) -> Result<Vec<AccountId>> {
    let of: Vec<String> = of.iter().map(|d| (*d).to_owned()).collect();
    Ok(duties::table
        .inner_join(accounts::table.on(accounts::id.eq(duties::account_id)))
        .filter(duties::duty.eq_any(of))
        .filter(duties::valid_from.le(at))
        .filter(duties::valid_until.is_null().or(duties::valid_until.gt(at)))
        .filter(accounts::state.eq("active"))
        .filter(accounts::id.gt(after))
        .order(accounts::id)
        .select(accounts::id)
        .distinct()
        .limit(limit)
        .load(c)?)
}

/// Marks the digest of a day for a person; `false` when it is marked already.
pub fn mark_digest(c: &mut Conn, day: Day, account: AccountId) -> Result<bool> {
    let row = (digests::day.eq(day), digests::account_id.eq(account));
    let n = each!(c, |conn| diesel::insert_into(digests::table).values(row).on_conflict_do_nothing().execute(conn))?;
    Ok(n == 1)
}

/// Which of these accounts have no digest of a day yet, in order.
pub fn without_digest(c: &mut Conn, day: Day, ids: &[AccountId]) -> Result<Vec<AccountId>> {
    let done: Vec<AccountId> =
        digests::table.filter(digests::day.eq(day)).filter(digests::account_id.eq_any(ids.to_vec())).select(digests::account_id).load(c)?;
    Ok(ids.iter().copied().filter(|id| !done.contains(id)).collect())
}
