//! Stand-ins 代班 and locks of others' accounts, as the security administrator sees to them.
//!
//! Owns what that duty reads of an absence: when, and who stands in. Why somebody is away is often about health and is not shown here. What an
//! absence is and who may stand in is [`super::people`]'s.

use super::App;
use super::counter::AbsenceView;
use super::people;
use super::write::{Key, Marks, Tx};
use crate::base::id::{AccountId, RowId};
use crate::base::{At, Error, Result};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::store::accounts;
use std::sync::Arc;

/// Absences shown of one account.
const SHORT: i64 = 50;

fn administers(actor: &Actor) -> Result<()> {
    if access::may(actor, Ability::ManageAccounts, "") { Ok(()) } else { Err(Error::Forbidden("manage_accounts")) }
}

impl App {
    /// The absences of another person that are not over yet, without their reasons.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a security administrator asks; the database.
    pub async fn absences_of(self: &Arc<Self>, actor: &Actor, account: AccountId) -> Result<Vec<AbsenceView>> {
        administers(actor)?;
        let now = self.now();
        self.db
            .read(move |c| {
                let rows = accounts::absences_of(c, account, now, SHORT)?;
                let ids: Vec<AccountId> = rows.iter().filter_map(|a| a.delegate_id).collect();
                let names = accounts::by_ids(c, &ids)?;
                let name = |id: AccountId| names.iter().find(|n| n.id == id).map(|n| n.name.clone());
                let view = |a: accounts::Absence| AbsenceView {
                    id: a.id,
                    from: a.starts_at,
                    until: a.ends_at,
                    delegate: a.delegate_id.and_then(name),
                    reason: String::new(),
                };
                Ok(rows.into_iter().map(view).collect())
            })
            .await
    }

    /// Everybody who may stand in for another person: active, of one of the same bureaus, no administrator. None for an administrator.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a security administrator asks; the database.
    pub async fn stand_ins_for(self: &Arc<Self>, actor: &Actor, account: AccountId) -> Result<Vec<(AccountId, String)>> {
        administers(actor)?;
        let now = self.now();
        self.db
            .read(move |c| {
                let held = accounts::duties_of(c, &[account], now)?;
                let mut out: Vec<(AccountId, String)> = Vec::new();
                if held.iter().any(|d| DutyKind::of(&d.duty).is_some_and(DutyKind::is_admin)) {
                    return Ok(out);
                }
                let mut bureaus: Vec<&str> = held.iter().map(|d| d.bureau.as_str()).collect();
                bureaus.sort_unstable();
                bureaus.dedup();
                for b in bureaus {
                    for k in DutyKind::ALL.iter().filter(|k| !k.is_admin()) {
                        out.extend(accounts::holders(c, k.key(), b, now)?);
                    }
                }
                out.retain(|(id, _)| *id != account);
                out.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
                out.dedup();
                Ok(out)
            })
            .await
    }

    /// Records an absence of another person and who stands in.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a security administrator asks; the field errors of [`people::record_absence`].
    pub async fn record_absence_of(
        self: &Arc<Self>,
        actor: &Actor,
        key: Option<Key>,
        (account, delegate): (AccountId, Option<AccountId>),
        (from, until): (At, At),
        reason: String,
    ) -> Result<()> {
        administers(actor)?;
        self.write(actor, key, move |tx| people::record_absence(tx, account, delegate, from, until, &reason).map(drop)).await
    }

    /// Withdraws an absence of another person.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a security administrator asks; [`Error::NotFound`] when it is over or withdrawn already.
    pub async fn cancel_absence_of(self: &Arc<Self>, actor: &Actor, key: Option<Key>, account: AccountId, absence: RowId) -> Result<()> {
        administers(actor)?;
        self.write(actor, key, move |tx| people::cancel_absence(tx, account, absence)).await
    }
}

/// Lifts the lock that wrong passwords or codes put on another person's account.
///
/// # Errors
/// [`Error::Forbidden`] unless a security administrator asks for somebody else; [`Error::NotFound`]; `not_locked` when there is no lock.
pub fn unlock(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    if !access::may(tx.actor, Ability::ManageAccounts, "") || tx.actor.account() == Some(account) {
        return Err(Error::Forbidden("manage_accounts"));
    }
    let mut row = accounts::get(tx.c, account)?.ok_or(Error::NotFound("account"))?;
    if row.locked_until.is_none_or(|u| u <= tx.now) {
        return Err(Error::refused("not_locked", &[]));
    }
    row.failed = 0;
    row.locked_until = None;
    accounts::update(tx.c, &row)?;
    tx.record("account", account.into(), "unlocked", tx.now, serde_json::json!({}), &Marks::default()).map(drop)
}
