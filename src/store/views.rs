//! Saved views of the inbox: a name and what narrows the list. Never holds whom somebody looked for.

use super::Conn;
use super::schema::saved_views;
use crate::base::id::{AccountId, RowId};
use crate::base::{At, Result};
use diesel::prelude::*;

/// A view one person kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = saved_views)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct SavedView {
    pub id: RowId,
    pub account_id: AccountId,
    pub name: String,
    pub query: String,
    pub created_at: At,
}

/// The views of a person, the oldest first; there are few.
pub fn of_account(c: &mut Conn, account: AccountId) -> Result<Vec<SavedView>> {
    let q = saved_views::table.filter(saved_views::account_id.eq(account)).order((saved_views::created_at, saved_views::id));
    Ok(q.select(SavedView::as_select()).load(c)?)
}

/// Keeps a view; one of the same name is replaced.
pub fn put(c: &mut Conn, row: &SavedView) -> Result<()> {
    let same = saved_views::table.filter(saved_views::account_id.eq(row.account_id)).filter(saved_views::name.eq(&row.name));
    diesel::delete(same).execute(c)?;
    diesel::insert_into(saved_views::table).values(row).execute(c)?;
    Ok(())
}

/// Forgets a view of this person; whether there was one.
pub fn remove(c: &mut Conn, account: AccountId, id: RowId) -> Result<bool> {
    let one = saved_views::table.filter(saved_views::account_id.eq(account)).filter(saved_views::id.eq(id));
    Ok(diesel::delete(one).execute(c)? > 0)
}
