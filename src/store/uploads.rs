//! Files of evidence that come in parts. Bytes lie in the object store; which of them count is here.

use super::schema::{evidence, upload_parts, uploads};
use super::{Conn, ensure_one};
use crate::base::id::{CaseId, EvidenceId, FilingId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use diesel::prelude::*;

/// A file on its way in.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = uploads, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Upload {
    pub id: RowId,
    pub owner: String,
    pub case_id: Option<CaseId>,
    pub filing_id: Option<FilingId>,
    pub kind: String,
    pub name_ct: Sealed,
    pub size: i64,
    pub sha256: String,
    pub part_size: i64,
    pub parts: i32,
    pub state: String,
    pub evidence_id: Option<EvidenceId>,
    pub created_at: At,
    pub expires_at: At,
    pub ended_at: Option<At>,
}

/// One part that is there.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = upload_parts, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Part {
    pub upload_id: RowId,
    pub part: i32,
    pub size: i64,
    pub sha256: String,
    pub stored_at: At,
}

/// Begins an upload.
pub fn insert(c: &mut Conn, row: &Upload) -> Result<()> {
    diesel::insert_into(uploads::table).values(row).execute(c)?;
    Ok(())
}

/// One upload.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Upload>> {
    Ok(uploads::table.find(id).select(Upload::as_select()).first(c).optional()?)
}

/// The parts that are there, in their order.
pub fn parts(c: &mut Conn, id: RowId) -> Result<Vec<Part>> {
    Ok(upload_parts::table.filter(upload_parts::upload_id.eq(id)).order(upload_parts::part).select(Part::as_select()).load(c)?)
}

/// Notes a part; `false` when a part of that number is there already.
pub fn insert_part(c: &mut Conn, row: &Part) -> Result<bool> {
    let n = each!(c, |conn| diesel::insert_into(upload_parts::table)
        .values(row)
        .on_conflict((upload_parts::upload_id, upload_parts::part))
        .do_nothing()
        .execute(conn))?;
    Ok(n == 1)
}

/// Ends an open upload and forgets its parts; stale when another was faster.
pub fn close(c: &mut Conn, id: RowId, state: &str, evidence: Option<EvidenceId>, now: At) -> Result<()> {
    let n = diesel::update(uploads::table.find(id).filter(uploads::ended_at.is_null()))
        .set((uploads::state.eq(state), uploads::evidence_id.eq(evidence), uploads::ended_at.eq(Some(now))))
        .execute(c)?;
    ensure_one(n, "uploads")?;
    diesel::delete(upload_parts::table.filter(upload_parts::upload_id.eq(id))).execute(c)?;
    Ok(())
}

/// How many uploads somebody has open.
pub fn open_of(c: &mut Conn, owner: &str) -> Result<i64> {
    Ok(uploads::table.filter(uploads::ended_at.is_null()).filter(uploads::owner.eq(owner)).count().get_result(c)?)
}

/// How many files a filing has: kept ones, and uploads on their way apart from `but`.
pub fn files_of(c: &mut Conn, filing: FilingId, but: Option<RowId>) -> Result<i64> {
    let kept: i64 = evidence::table.filter(evidence::filing_id.eq(Some(filing))).count().get_result(c)?;
    let others = uploads::table
        .filter(uploads::ended_at.is_null())
        .filter(uploads::filing_id.eq(Some(filing)))
        .filter(uploads::id.ne(but.unwrap_or_else(|| uuid::Uuid::nil().into())));
    let open: i64 = others.count().get_result(c)?;
    Ok(kept + open)
}

/// Open uploads whose time is over.
pub fn overdue(c: &mut Conn, now: At, limit: i64) -> Result<Vec<RowId>> {
    Ok(uploads::table
        .filter(uploads::ended_at.is_null())
        .filter(uploads::expires_at.le(now))
        .order(uploads::expires_at)
        .limit(limit)
        .select(uploads::id)
        .load(c)?)
}

/// Which of these are open.
pub fn open_among(c: &mut Conn, ids: &[RowId]) -> Result<Vec<RowId>> {
    Ok(uploads::table.filter(uploads::ended_at.is_null()).filter(uploads::id.eq_any(ids.to_vec())).select(uploads::id).load(c)?)
}

/// Forgets uploads that ended before an instant; returns how many.
pub fn purge(c: &mut Conn, before: At, limit: i64) -> Result<usize> {
    let old: Vec<RowId> = uploads::table
        .filter(uploads::ended_at.is_not_null())
        .filter(uploads::ended_at.lt(Some(before)))
        .limit(limit)
        .select(uploads::id)
        .load(c)?;
    Ok(diesel::delete(uploads::table.filter(uploads::id.eq_any(old))).execute(c)?)
}
