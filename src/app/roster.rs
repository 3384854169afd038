//! The roster: accounts as the security administrator sees them, and colleagues for pickers.
//!
//! Owns the lists of persons and the asynchronous forms of [`super::people`]'s changes. Passwords are hashed here, before
//! the transaction, and are part of no idempotency key.

use super::App;
use super::people::{self, NewAccount, check_password};
use super::write::Key;
use crate::base::id::{AccountId, RowId};
use crate::base::{At, Error, Result};
use crate::domain::access::{self, Ability, Actor, Duty, DutyKind};
use crate::store::accounts;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// One duty as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DutyView {
    /// Its id, for ending it; absent in the person's own session.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<RowId>,
    /// What.
    pub duty: String,
    /// In words.
    pub title: String,
    /// The bureau.
    pub bureau: String,
    /// Its name.
    pub bureau_name: String,
    /// The area.
    pub area: String,
    /// Its name.
    pub area_name: String,
    /// Held only while standing in for someone absent.
    pub standing_in: bool,
}

/// One account as its administrator sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: AccountId,
    /// The log-in name.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// `active` or `disabled`.
    pub state: String,
    /// The next log-in must change the password.
    pub must_change: bool,
    /// Locked until then after too many failures.
    #[schema(value_type = Option<String>)]
    pub locked_until: Option<At>,
    /// When it was made.
    #[schema(value_type = String)]
    pub created_at: At,
    /// Absent now.
    pub absent: bool,
    /// Who stands in.
    #[schema(value_type = Option<String>)]
    pub delegate: Option<AccountId>,
    /// Running duties.
    pub duties: Vec<DutyView>,
}

/// A colleague one may choose in a form.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    /// The account.
    #[schema(value_type = String)]
    pub account: AccountId,
    /// The name.
    pub name: String,
    /// Absent now.
    pub absent: bool,
}

/// A new account as an administrator asks for it.
#[derive(Clone)]
pub struct NewPerson {
    /// Log-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// The first password; it must be changed at the first log-in.
    pub password: String,
    /// Duties given at once.
    pub duties: Vec<Duty>,
}
impl std::fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPerson").field("login", &self.login).finish_non_exhaustive()
    }
}

impl App {
    /// A duty in words.
    #[must_use]
    pub fn duty_view(&self, id: Option<RowId>, kind: &str, bureau: &str, area: &str, standing_in: bool) -> DutyView {
        DutyView {
            id,
            duty: kind.to_owned(),
            title: crate::base::text::zh(&format!("duty.{kind}")).to_owned(),
            bureau: bureau.to_owned(),
            bureau_name: self.bureau_name(bureau),
            area: area.to_owned(),
            area_name: self.area_name(area),
            standing_in,
        }
    }

    /// The duties of a person at work.
    #[must_use]
    pub fn duty_views(&self, duties: &[Duty]) -> Vec<DutyView> {
        duties.iter().map(|d| self.duty_view(None, d.kind.key(), &d.bureau, &d.area, d.for_account.is_some())).collect()
    }

    /// A page of accounts by log-in name, after `after`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a security administrator asks.
    pub async fn accounts(self: &Arc<Self>, actor: &Actor, after: &str, limit: i64) -> Result<Vec<AccountView>> {
        if !access::may(actor, Ability::ManageAccounts, "") {
            return Err(Error::Forbidden("manage_accounts"));
        }
        let (app, now, after, limit) = (Arc::clone(self), self.now(), after.to_owned(), limit.clamp(1, 100));
        self.db
            .read(move |c| {
                let rows = accounts::page(c, &after, limit)?;
                let ids: Vec<AccountId> = rows.iter().map(|r| r.id).collect();
                let duties = accounts::duties_of(c, &ids, now)?;
                let absent = accounts::absent(c, &ids, now)?;
                let view = |r: accounts::Account| {
                    let mine = duties.iter().filter(|d| d.account_id == r.id);
                    let away = absent.iter().find(|(id, _)| *id == r.id);
                    AccountView {
                        id: r.id,
                        login: r.login,
                        name: r.name,
                        state: r.state,
                        must_change: r.must_change,
                        locked_until: r.locked_until.filter(|u| *u > now),
                        created_at: r.created_at,
                        absent: away.is_some(),
                        delegate: away.and_then(|(_, d)| *d),
                        duties: mine.map(|d| app.duty_view(Some(d.id), &d.duty, &d.bureau, &d.area, false)).collect(),
                    }
                };
                Ok(rows.into_iter().map(view).collect())
            })
            .await
    }

    /// Makes an account whose password must be changed at the first log-in.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a security administrator asks; every wrong field.
    pub async fn employ(self: &Arc<Self>, actor: &Actor, key: Option<Key>, new: NewPerson) -> Result<AccountId> {
        if !access::may(actor, Ability::ManageAccounts, "") {
            return Err(Error::Forbidden("manage_accounts"));
        }
        check_password(self, &new.password, &new.login)?;
        let NewPerson { login, name, password, duties } = new;
        let password_hash = self.hashing(move || people::hash_password(&password)).await??;
        let account = NewAccount { login, name, password_hash, must_change: true, duties };
        self.write(actor, key, move |tx| people::create_account(tx, &account)).await
    }

    /// Gives another person a new first password; his sessions end.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a security administrator asks for somebody else; [`Error::NotFound`]; field errors.
    pub async fn reset_password(self: &Arc<Self>, actor: &Actor, key: Option<Key>, account: AccountId, password: String) -> Result<()> {
        if !access::may(actor, Ability::ManageAccounts, "") {
            return Err(Error::Forbidden("manage_accounts"));
        }
        let row = self.db.read(move |c| accounts::get(c, account)).await?.ok_or(Error::NotFound("account"))?;
        check_password(self, &password, &row.login)?;
        let hash = self.hashing(move || people::hash_password(&password)).await??;
        self.write(actor, key, move |tx| super::counter::reset_password(tx, account, &hash)).await
    }

    /// Gives a duty to another person.
    ///
    /// # Errors
    /// As [`people::give_duty`].
    pub async fn give_duty(self: &Arc<Self>, actor: &Actor, key: Option<Key>, account: AccountId, duty: Duty) -> Result<RowId> {
        self.write(actor, key, move |tx| people::give_duty(tx, account, &duty)).await
    }

    /// Ends a duty of another person.
    ///
    /// # Errors
    /// As [`people::end_duty`].
    pub async fn end_duty(self: &Arc<Self>, actor: &Actor, account: AccountId, duty: RowId) -> Result<()> {
        self.write(actor, None, move |tx| people::end_duty(tx, account, duty)).await
    }

    /// Disables or enables an account.
    ///
    /// # Errors
    /// As [`people::set_active`].
    pub async fn set_active(self: &Arc<Self>, actor: &Actor, key: Option<Key>, account: AccountId, active: bool) -> Result<()> {
        self.write(actor, key, move |tx| people::set_active(tx, account, active)).await
    }

    /// Records an absence and who stands in.
    ///
    /// # Errors
    /// As [`people::record_absence`].
    pub async fn record_absence(
        self: &Arc<Self>,
        actor: &Actor,
        key: Option<Key>,
        account: AccountId,
        absence: AbsenceAsked,
    ) -> Result<RowId> {
        self.write(actor, key, move |tx| {
            let a = &absence;
            people::record_absence(tx, account, a.delegate, a.from, a.until, &a.reason)
        })
        .await
    }

    /// Withdraws an absence.
    ///
    /// # Errors
    /// As [`people::cancel_absence`].
    pub async fn cancel_absence(self: &Arc<Self>, actor: &Actor, account: AccountId, absence: RowId) -> Result<()> {
        self.write(actor, None, move |tx| people::cancel_absence(tx, account, absence)).await
    }

    /// Handling officers of a bureau, for forms that assign: for its own people, for those who supervise its area and for
    /// the city bureau.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the bureau is none of the actor's business).
    pub async fn bureau_handlers(self: &Arc<Self>, actor: &Actor, bureau: &str) -> Result<Vec<Colleague>> {
        let known = self.city.bureaus.get(bureau).ok_or(Error::NotFound("bureau"))?;
        let path = self.area_path(Some(&known.area));
        let near = actor.duties().iter().filter(|d| !d.kind.is_admin()).any(|d| {
            let covers = path.contains(&d.area);
            d.bureau == bureau || covers && (d.kind == DutyKind::Supervisor || d.bureau == self.config.city.bureau)
        });
        if !near && !actor.is_system() {
            return Err(Error::NotFound("bureau"));
        }
        let (bureau, now) = (bureau.to_owned(), self.now());
        self.db
            .read(move |c| {
                let found = accounts::holders(c, DutyKind::Handler.key(), &bureau, now)?;
                let ids: Vec<AccountId> = found.iter().map(|(id, _)| *id).collect();
                let away = accounts::absent(c, &ids, now)?;
                let colleague = |(account, name)| Colleague { account, name, absent: away.iter().any(|(a, _)| *a == account) };
                Ok(found.into_iter().map(colleague).collect())
            })
            .await
    }
}

/// An absence as asked for.
#[derive(Debug, Clone)]
pub struct AbsenceAsked {
    /// Who stands in.
    pub delegate: Option<AccountId>,
    /// From when.
    pub from: At,
    /// Until when.
    pub until: At,
    /// Why.
    pub reason: String,
}
