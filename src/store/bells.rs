//! Bells: one row for each thing that waits for an officer outside any procedure.

use super::Conn;
use super::schema::{bells, messages};
use crate::base::id::{FilingId, RowId};
use crate::base::{At, Result};
use diesel::prelude::*;

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = bells)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Bell {
    pub id: RowId,
    pub kind: String,
    pub bureau: String,
    pub label: String,
    pub due_at: At,
    pub rung: i32,
    pub next_at: At,
}

/// Hangs a bell, unless this waits already.
pub fn hang(c: &mut Conn, row: &Bell) -> Result<()> {
    each!(c, |conn| diesel::insert_into(bells::table).values(row).on_conflict_do_nothing().execute(conn))?;
    Ok(())
}

/// Hangs the bells of what did not wait before.
pub fn hang_all(c: &mut Conn, rows: &[Bell]) -> Result<()> {
    crate::insert_many!(c, bells::table, rows)?;
    Ok(())
}

/// The bell of a bureau's list of reviews.
pub fn of_reviews(c: &mut Conn, bureau: &str) -> Result<Option<Bell>> {
    // the word itself, not a parameter: only so does the planner see that the partial index fits
    let kind = diesel::dsl::sql::<diesel::sql_types::Bool>("kind = 'legacy_review'");
    Ok(bells::table.filter(kind).filter(bells::bureau.eq(bureau)).select(Bell::as_select()).first(c).optional()?)
}

/// Takes a bell down; no error when there is none.
pub fn take_down(c: &mut Conn, id: RowId) -> Result<()> {
    diesel::delete(bells::table.find(id)).execute(c)?;
    Ok(())
}

/// The bell of something that waits.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Bell>> {
    Ok(bells::table.find(id).select(Bell::as_select()).first(c).optional()?)
}

/// Several bells, in no order.
pub fn by_ids(c: &mut Conn, ids: &[RowId]) -> Result<Vec<Bell>> {
    Ok(bells::table.filter(bells::id.eq_any(ids.to_vec())).select(Bell::as_select()).load(c)?)
}

/// Those to be rung now, the longest waiting first.
pub fn due(c: &mut Conn, now: At, limit: i64) -> Result<Vec<Bell>> {
    Ok(bells::table.filter(bells::next_at.le(now)).order((bells::next_at, bells::id)).limit(limit).select(Bell::as_select()).load(c)?)
}

/// Moves a bell on from where it was read; `false` when another node rang it, or it was taken down.
pub fn move_on(c: &mut Conn, was: &Bell, rung: i32, due_at: At, next_at: At) -> Result<bool> {
    let n = diesel::update(bells::table.find(was.id).filter(bells::next_at.eq(was.next_at)))
        .set((bells::rung.eq(rung), bells::due_at.eq(due_at), bells::next_at.eq(next_at)))
        .execute(c)?;
    Ok(n == 1)
}

/// Whether the last word in a filing's dialogue is the worker's.
pub fn worker_waits(c: &mut Conn, filing: FilingId) -> Result<bool> {
    let last: Option<Option<crate::base::id::AccountId>> = messages::table
        .filter(messages::filing_id.eq(filing))
        .order(messages::id.desc())
        .select(messages::account_id)
        .first(c)
        .optional()?;
    Ok(last.is_some_and(|officer| officer.is_none()))
}
