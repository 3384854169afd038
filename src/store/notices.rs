//! The outbox of notices, shown to their persons in the console.

use super::Conn;
use super::schema::{filings, notices};
use super::types::Json;
use crate::base::id::{AccountId, CaseId, ClaimantId, FilingId, NoticeId, ProcedureId, WorkerId};
use crate::base::{At, Result};
use diesel::prelude::*;

/// Who is told what.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Notice {
    pub id: NoticeId,
    pub case_id: Option<CaseId>,
    pub procedure_id: Option<ProcedureId>,
    pub account_id: Option<AccountId>,
    pub audience: String,
    pub template: String,
    pub args: Json<std::collections::BTreeMap<String, String>>,
    pub created_at: At,
    pub not_before: At,
    pub read_at: Option<At>,
    pub claimant_id: Option<ClaimantId>,
    pub filing_id: Option<FilingId>,
    pub urgent: bool,
}

/// Queues notices.
pub fn insert(c: &mut Conn, rows: &[Notice]) -> Result<()> {
    if !rows.is_empty() {
        crate::insert_many!(c, notices::table, rows)?;
    }
    Ok(())
}

/// Notices of these accounts that may be shown at `now`, newest first, before the given position.
pub fn page(c: &mut Conn, to: &[AccountId], unread: bool, now: At, before: Option<(At, NoticeId)>, limit: i64) -> Result<Vec<Notice>> {
    let to: Vec<Option<AccountId>> = to.iter().map(|a| Some(*a)).collect();
    let mut q = notices::table
        .filter(notices::account_id.eq_any(to))
        .filter(notices::not_before.le(now))
        .order((notices::not_before.desc(), notices::id.desc()))
        .limit(limit)
        .select(Notice::as_select())
        .into_boxed();
    if unread {
        q = q.filter(notices::read_at.is_null());
    }
    if let Some((at, id)) = before {
        q = q.filter(notices::not_before.le(at)).filter(notices::not_before.lt(at).or(notices::id.lt(id)));
    }
    Ok(q.load(c)?)
}

/// How many these accounts have not read, counted up to 100.
pub fn unread(c: &mut Conn, to: &[AccountId], now: At) -> Result<i64> {
    let to: Vec<Option<AccountId>> = to.iter().map(|a| Some(*a)).collect();
    let ids: Vec<NoticeId> = notices::table
        .filter(notices::account_id.eq_any(to))
        .filter(notices::read_at.is_null())
        .filter(notices::not_before.le(now))
        .limit(100)
        .select(notices::id)
        .load(c)?;
    Ok(i64::try_from(ids.len()).unwrap_or(100))
}

/// Marks notices of these accounts as read; returns how many were.
pub fn mark_read(c: &mut Conn, to: &[AccountId], ids: &[NoticeId], at: At) -> Result<usize> {
    let to: Vec<Option<AccountId>> = to.iter().map(|a| Some(*a)).collect();
    Ok(diesel::update(
        notices::table.filter(notices::id.eq_any(ids.to_vec())).filter(notices::account_id.eq_any(to)).filter(notices::read_at.is_null()),
    )
    .set(notices::read_at.eq(Some(at)))
    .execute(c)?)
}

/// Marks everything created before an instant as read: an outbox that begins (a demo, a city taken over).
pub fn mark_all_read(c: &mut Conn, before: At, at: At) -> Result<usize> {
    Ok(diesel::update(notices::table.filter(notices::created_at.lt(before)).filter(notices::read_at.is_null()))
        .set(notices::read_at.eq(Some(at)))
        .execute(c)?)
}

/// Notices of a case to officers, oldest first. What its workers are told stands with their filings.
pub fn of_case(c: &mut Conn, id: CaseId) -> Result<Vec<Notice>> {
    Ok(notices::table
        .filter(notices::case_id.eq(Some(id)))
        .filter(notices::claimant_id.is_null())
        .order(notices::id)
        .limit(500)
        .select(Notice::as_select())
        .load(c)?)
}

/// What the claimant of a filing was told of it, oldest first.
pub fn of_filing(c: &mut Conn, id: FilingId) -> Result<Vec<Notice>> {
    Ok(notices::table.filter(notices::filing_id.eq(Some(id))).order(notices::id).limit(500).select(Notice::as_select()).load(c)?)
}

/// Several notices, in no order.
pub fn by_ids(c: &mut Conn, ids: &[NoticeId]) -> Result<Vec<Notice>> {
    Ok(notices::table.filter(notices::id.eq_any(ids.to_vec())).select(Notice::as_select()).load(c)?)
}

/// What the claimants of a log-in's own filings are told, newest first, before the one given; of these filings alone if any
/// are named.
pub fn for_worker(c: &mut Conn, worker: WorkerId, of: Option<&[FilingId]>, before: Option<NoticeId>, limit: i64) -> Result<Vec<Notice>> {
    let mut q = notices::table
        .inner_join(filings::table.on(notices::filing_id.eq(filings::id.nullable())))
        .filter(filings::worker_id.eq(Some(worker)))
        .filter(notices::filing_id.is_not_null())
        .order(notices::id.desc())
        .limit(limit)
        .select(Notice::as_select())
        .into_boxed();
    if let Some(of) = of {
        q = q.filter(filings::id.eq_any(of.to_vec()));
    }
    if let Some(b) = before {
        q = q.filter(notices::id.lt(b));
    }
    Ok(q.load(c)?)
}

/// What the claimants of these filings are told, newest first, before the one given.
pub fn for_filings(c: &mut Conn, of: &[FilingId], before: Option<NoticeId>, limit: i64) -> Result<Vec<Notice>> {
    let of: Vec<Option<FilingId>> = of.iter().copied().map(Some).collect();
    let mut q = notices::table
        .filter(notices::filing_id.eq_any(of))
        .filter(notices::filing_id.is_not_null())
        .order(notices::id.desc())
        .limit(limit)
        .select(Notice::as_select())
        .into_boxed();
    if let Some(b) = before {
        q = q.filter(notices::id.lt(b));
    }
    Ok(q.load(c)?)
}

/// What these persons are told of the own rows in others' cases, newest first, before the one given.
pub fn for_rows(c: &mut Conn, of: &[ClaimantId], before: Option<NoticeId>, limit: i64) -> Result<Vec<Notice>> {
    let of: Vec<Option<ClaimantId>> = of.iter().copied().map(Some).collect();
    let mut q = notices::table
        .filter(notices::claimant_id.eq_any(of))
        .filter(notices::claimant_id.is_not_null())
        .filter(notices::filing_id.is_null())
        .order(notices::id.desc())
        .limit(limit)
        .select(Notice::as_select())
        .into_boxed();
    if let Some(b) = before {
        q = q.filter(notices::id.lt(b));
    }
    Ok(q.load(c)?)
}

/// Marks as read what these persons are told of the own rows; returns how many were.
pub fn mark_read_of_rows(c: &mut Conn, of: &[ClaimantId], ids: &[NoticeId], at: At) -> Result<usize> {
    let of: Vec<Option<ClaimantId>> = of.iter().copied().map(Some).collect();
    let mine = notices::table
        .filter(notices::id.eq_any(ids.to_vec()))
        .filter(notices::claimant_id.eq_any(of))
        .filter(notices::filing_id.is_null())
        .filter(notices::read_at.is_null());
    Ok(diesel::update(mine).set(notices::read_at.eq(Some(at))).execute(c)?)
}

/// Marks notices of a log-in's own filings as read; returns how many were.
pub fn mark_read_by_worker(c: &mut Conn, worker: WorkerId, of: Option<&[FilingId]>, ids: &[NoticeId], at: At) -> Result<usize> {
    let mut q = filings::table.filter(filings::worker_id.eq(Some(worker))).select(filings::id.nullable()).into_boxed();
    if let Some(of) = of {
        q = q.filter(filings::id.eq_any(of.to_vec()));
    }
    let own: Vec<Option<FilingId>> = q.load(c)?;
    let mine = notices::table.filter(notices::id.eq_any(ids.to_vec())).filter(notices::filing_id.eq_any(own));
    Ok(diesel::update(mine.filter(notices::read_at.is_null())).set(notices::read_at.eq(Some(at))).execute(c)?)
}

/// Notices for which there was nobody, oldest first.
pub fn unaddressed(c: &mut Conn, limit: i64) -> Result<Vec<Notice>> {
    Ok(notices::table
        .filter(notices::account_id.is_null())
        .filter(notices::claimant_id.is_null())
        .filter(notices::read_at.is_null())
        .order((notices::created_at, notices::id))
        .limit(limit)
        .select(Notice::as_select())
        .load(c)?)
}
