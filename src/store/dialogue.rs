//! What passes between a worker and the office about a filing: receipts, drafts, messages, ratings, withdrawals.

use super::schema::{drafts, filings, messages, ratings, receipts, withdrawals};
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, FilingId, RowId, SessionId, WorkerId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use diesel::prelude::*;

/// The secret of a receipt.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = receipts, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Receipt {
    pub filing_id: FilingId,
    pub secret_ct: Sealed,
    pub secret_bix: String,
    pub created_at: At,
}

/// What a worker has typed so far.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = drafts, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Draft {
    pub id: RowId,
    pub worker_id: WorkerId,
    pub body_ct: Sealed,
    pub created_at: At,
    pub updated_at: At,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Message {
    pub id: RowId,
    pub filing_id: FilingId,
    pub account_id: Option<AccountId>,
    pub worker_id: Option<WorkerId>,
    pub text_ct: Sealed,
    pub created_at: At,
    pub read_at: Option<At>,
}

/// How a worker found the handling.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = ratings, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Rating {
    pub filing_id: FilingId,
    pub score: i32,
    pub comment_ct: Option<Sealed>,
    pub created_at: At,
}

/// A request to withdraw.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = withdrawals, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Withdrawal {
    pub id: RowId,
    pub filing_id: FilingId,
    pub worker_id: WorkerId,
    pub session_id: SessionId,
    pub device: String,
    pub reason_ct: Sealed,
    pub flags: String,
    pub asked_at: At,
    pub not_before: At,
    pub state: String,
    pub pressed: Option<bool>,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<At>,
    pub note_ct: Option<Sealed>,
}

/// Keeps a receipt's secret; `false` when there is one already.
pub fn insert_receipt(c: &mut Conn, row: &Receipt) -> Result<bool> {
    let n = each!(c, |conn| diesel::insert_into(receipts::table).values(row).on_conflict(receipts::filing_id).do_nothing().execute(conn))?;
    Ok(n == 1)
}

/// The receipt of a filing.
pub fn receipt(c: &mut Conn, id: FilingId) -> Result<Option<Receipt>> {
    Ok(receipts::table.find(id).select(Receipt::as_select()).first(c).optional()?)
}

/// Filings of a log-in, newest first, after the one given.
pub fn filings_of(c: &mut Conn, worker: WorkerId, after: Option<(At, FilingId)>, limit: i64) -> Result<Vec<super::filings::Filing>> {
    let mine = filings::table.filter(filings::worker_id.eq(Some(worker))).select(super::filings::Filing::as_select());
    let q = mine.order((filings::received_at.desc(), filings::id.desc())).limit(limit).into_boxed();
    let q = match after {
        None => q,
        Some((at, id)) => q.filter(filings::received_at.lt(at).or(filings::received_at.eq(at).and(filings::id.lt(id)))),
    };
    Ok(q.load(c)?)
}

/// Keeps a draft, new or again.
pub fn put_draft(c: &mut Conn, row: &Draft) -> Result<bool> {
    let n = diesel::update(drafts::table.find(row.id).filter(drafts::worker_id.eq(row.worker_id)))
        .set((drafts::body_ct.eq(&row.body_ct), drafts::updated_at.eq(row.updated_at)))
        .execute(c)?;
    if n == 1 {
        return Ok(false);
    }
    diesel::insert_into(drafts::table).values(row).execute(c)?;
    Ok(true)
}

/// A draft of a log-in.
pub fn draft(c: &mut Conn, worker: WorkerId, id: RowId) -> Result<Option<Draft>> {
    Ok(drafts::table.find(id).filter(drafts::worker_id.eq(worker)).select(Draft::as_select()).first(c).optional()?)
}

/// Drafts of a log-in, the last touched first.
pub fn drafts_of(c: &mut Conn, worker: WorkerId, limit: i64) -> Result<Vec<Draft>> {
    Ok(drafts::table
        .filter(drafts::worker_id.eq(worker))
        .order((drafts::updated_at.desc(), drafts::id))
        .limit(limit)
        .select(Draft::as_select())
        .load(c)?)
}

/// Throws a draft of a log-in away.
pub fn delete_draft(c: &mut Conn, worker: WorkerId, id: RowId) -> Result<bool> {
    Ok(diesel::delete(drafts::table.find(id).filter(drafts::worker_id.eq(worker))).execute(c)? == 1)
}

/// Throws drafts away that nobody touched since `before`, at most `limit` (machine bookkeeping).
pub fn forget_drafts(c: &mut Conn, before: At, limit: i64) -> Result<usize> {
    let old: Vec<RowId> =
        drafts::table.filter(drafts::updated_at.lt(before)).order(drafts::updated_at).limit(limit).select(drafts::id).load(c)?;
    for id in &old {
        diesel::delete(drafts::table.find(id)).execute(c)?;
    }
    Ok(old.len())
}

/// Keeps a message.
pub fn insert_message(c: &mut Conn, row: &Message) -> Result<()> {
    diesel::insert_into(messages::table).values(row).execute(c)?;
    Ok(())
}

/// The last messages of a filing before the one given, newest first.
pub fn messages_of(c: &mut Conn, id: FilingId, before: Option<RowId>, limit: i64) -> Result<Vec<Message>> {
    let q = messages::table
        .filter(messages::filing_id.eq(id))
        .select(Message::as_select())
        .order(messages::id.desc())
        .limit(limit)
        .into_boxed();
    let q = match before {
        None => q,
        Some(b) => q.filter(messages::id.lt(b)),
    };
    Ok(q.load(c)?)
}

/// When workers wrote about these filings.
pub fn written_by_workers(c: &mut Conn, ids: &[FilingId]) -> Result<Vec<(FilingId, At)>> {
    Ok(messages::table
        .filter(messages::filing_id.eq_any(ids.to_vec()))
        .filter(messages::worker_id.is_not_null())
        .select((messages::filing_id, messages::created_at))
        .load(c)?)
}

/// Marks the other side's messages of a filing as read (machine bookkeeping, no event).
pub fn read_messages(c: &mut Conn, id: FilingId, by_worker: bool, at: At) -> Result<usize> {
    let unread = messages::table.filter(messages::filing_id.eq(id)).filter(messages::read_at.is_null());
    let n = if by_worker {
        diesel::update(unread.filter(messages::worker_id.is_null())).set(messages::read_at.eq(Some(at))).execute(c)?
    } else {
        diesel::update(unread.filter(messages::account_id.is_null())).set(messages::read_at.eq(Some(at))).execute(c)?
    };
    Ok(n)
}

/// Keeps a rating; `false` when there is one already.
pub fn insert_rating(c: &mut Conn, row: &Rating) -> Result<bool> {
    let n = each!(c, |conn| diesel::insert_into(ratings::table).values(row).on_conflict(ratings::filing_id).do_nothing().execute(conn))?;
    Ok(n == 1)
}

/// The rating of a filing.
pub fn rating(c: &mut Conn, id: FilingId) -> Result<Option<Rating>> {
    Ok(ratings::table.find(id).select(Rating::as_select()).first(c).optional()?)
}

/// Keeps a request to withdraw.
///
/// # Errors
/// [`crate::base::Error::Duplicate`] when one is open already.
pub fn insert_withdrawal(c: &mut Conn, row: &Withdrawal) -> Result<()> {
    diesel::insert_into(withdrawals::table).values(row).execute(c)?;
    Ok(())
}

/// A request to withdraw.
pub fn withdrawal(c: &mut Conn, id: RowId) -> Result<Option<Withdrawal>> {
    Ok(withdrawals::table.find(id).select(Withdrawal::as_select()).first(c).optional()?)
}

/// Requests of a filing, newest first.
pub fn withdrawals_of(c: &mut Conn, id: FilingId) -> Result<Vec<Withdrawal>> {
    Ok(withdrawals::table.filter(withdrawals::filing_id.eq(id)).order(withdrawals::id.desc()).select(Withdrawal::as_select()).load(c)?)
}

/// Requests still open of filings these bureaus received, the first to be decided first, each with its filing.
pub fn open_withdrawals(c: &mut Conn, bureaus: &[String], limit: i64) -> Result<Vec<(Withdrawal, super::filings::Filing)>> {
    Ok(withdrawals::table
        .inner_join(filings::table.on(filings::id.eq(withdrawals::filing_id)))
        .filter(withdrawals::state.eq("asked"))
        .filter(filings::receiving_bureau.eq_any(bureaus.to_vec()))
        .order((withdrawals::not_before, withdrawals::id))
        .limit(limit)
        .select((Withdrawal::as_select(), super::filings::Filing::as_select()))
        .load(c)?)
}

/// How many of them may be decided at `now`.
pub fn ripe_withdrawals(c: &mut Conn, bureaus: &[String], now: At) -> Result<i64> {
    Ok(withdrawals::table
        .inner_join(filings::table.on(filings::id.eq(withdrawals::filing_id)))
        .filter(withdrawals::state.eq("asked"))
        .filter(withdrawals::not_before.le(now))
        .filter(filings::receiving_bureau.eq_any(bureaus.to_vec()))
        .count()
        .get_result(c)?)
}

/// How many requests since `since` came from a device for other filings, and how many concern a case.
pub fn withdrawals_like(c: &mut Conn, device: &str, case: Option<crate::base::id::CaseId>, since: At) -> Result<(i64, i64)> {
    let device: i64 =
        withdrawals::table.filter(withdrawals::device.eq(device)).filter(withdrawals::asked_at.ge(since)).count().get_result(c)?;
    let of_case = match case {
        None => 0,
        Some(case) => withdrawals::table
            .inner_join(filings::table.on(filings::id.eq(withdrawals::filing_id)))
            .filter(filings::case_id.eq(Some(case)))
            .filter(withdrawals::asked_at.ge(since))
            .count()
            .get_result(c)?,
    };
    Ok((device, of_case))
}

/// Puts a flag on the open requests since `since` that share a device or, if `case` is given, a case; their ids.
pub fn flag_withdrawals(
    c: &mut Conn,
    flag: &str,
    device: Option<&str>,
    case: Option<crate::base::id::CaseId>,
    since: At,
) -> Result<Vec<RowId>> {
    let open: Vec<(RowId, String, String, Option<crate::base::id::CaseId>)> = withdrawals::table
        .inner_join(filings::table.on(filings::id.eq(withdrawals::filing_id)))
        .filter(withdrawals::state.eq("asked"))
        .filter(withdrawals::asked_at.ge(since))
        .order(withdrawals::id)
        .select((withdrawals::id, withdrawals::flags, withdrawals::device, filings::case_id))
        .load(c)?;
    let mut done = Vec::new();
    for (id, flags, of_device, of_case) in open {
        let meant = device.is_some_and(|d| d == of_device) || (case.is_some() && case == of_case);
        if meant && !flags.split(',').any(|f| f == flag) {
            let flags = if flags.is_empty() { flag.to_owned() } else { format!("{flags},{flag}") };
            diesel::update(withdrawals::table.find(id)).set(withdrawals::flags.eq(flags)).execute(c)?;
            done.push(id);
        }
    }
    Ok(done)
}

/// Saves a request whole while it is open.
///
/// # Errors
/// The request was decided meanwhile, or the database.
pub fn close_withdrawal(c: &mut Conn, row: &Withdrawal) -> Result<()> {
    let n = diesel::update(withdrawals::table.find(row.id).filter(withdrawals::state.eq("asked"))).set(row).execute(c)?;
    ensure_one(n, "withdrawals")
}
