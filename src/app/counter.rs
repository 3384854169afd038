//! Small things pages need beside the big files: whom to choose from, numbers people type, first passwords.
//!
//! Owns no rule: accounts are [`super::people`]'s and [`super::roster`]'s. Every list is bounded and is cut to what the
//! reader may know.

use super::roster::NewPerson;
use super::write::{Key, Marks, Tx};
use super::{App, ids_in, people};
use crate::base::id::{AccountId, CaseId, FilingId};
use crate::base::seal::{self, Place};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Actor, Duty, DutyKind};
use crate::store::{accounts, cases, filings};
use std::sync::Arc;

/// The most rows a short list has.
const SHORT: i64 = 100;

/// An absence of a person.
#[derive(Debug, Clone)]
pub struct AbsenceView {
    /// From when.
    pub from: At,
    /// Until when.
    pub until: At,
    /// Who stands in.
    pub delegate: Option<String>,
    /// Why.
    pub reason: String,
}

impl App {
    /// Bureaus at whose counter the person registers.
    #[must_use]
    pub fn counters(&self, actor: &Actor) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for d in actor.duties() {
            if access::may(actor, Ability::Register, &d.bureau) && !out.contains(&d.bureau) {
                out.push(d.bureau.clone());
            }
        }
        out
    }

    /// The number and case of a filing the reader may know of.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn filing_number(self: &Arc<Self>, actor: &Actor, id: FilingId) -> Result<(String, Option<CaseId>)> {
        self.may_see(actor, None, Some(id), None).await?;
        self.db.read(move |c| filings::get(c, id)?.map(|f| (f.number, f.case_id)).ok_or(Error::NotFound("filing"))).await
    }

    /// The case of a number a person typed, within the reader's scope.
    ///
    /// # Errors
    /// The database.
    pub async fn case_of_number(self: &Arc<Self>, actor: &Actor, number: &str) -> Result<Option<CaseId>> {
        let number = crate::base::id::read_code(number).unwrap_or_else(|| text::tidy(number));
        let Some(case) = self.db.read(move |c| cases::by_number(c, &number)).await? else { return Ok(None) };
        match self.may_see(actor, Some(case.id), None, None).await {
            Ok(()) => Ok(Some(case.id)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Everybody active in the person's bureaus but the person: who may stand in.
    ///
    /// # Errors
    /// The database.
    pub async fn colleagues(self: &Arc<Self>, actor: &Actor) -> Result<Vec<(AccountId, String)>> {
        let (me, now) = (actor.account(), self.now());
        let mut bureaus: Vec<String> = actor.duties().iter().filter(|d| d.for_account.is_none()).map(|d| d.bureau.clone()).collect();
        bureaus.sort_unstable();
        bureaus.dedup();
        self.db
            .read(move |c| {
                let mut out: Vec<(AccountId, String)> = Vec::new();
                for b in &bureaus {
                    for k in DutyKind::ALL.iter().filter(|k| !k.is_admin()) {
                        out.extend(accounts::holders(c, k.key(), b, now)?);
                    }
                }
                out.retain(|(id, _)| Some(*id) != me);
                out.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
                out.dedup();
                Ok(out)
            })
            .await
    }

    /// The person's absences that are not over yet.
    ///
    /// # Errors
    /// The database.
    pub async fn absences(self: &Arc<Self>, actor: &Actor) -> Result<Vec<AbsenceView>> {
        let (me, now) = (actor.account().ok_or(Error::Unauthenticated)?, self.now());
        self.look(move |c, _, keys| {
            let mut out = Vec::new();
            for a in accounts::absences_of(c, me, now, SHORT)? {
                let reason = seal::open(keys, Place::new("absences", "reason_ct", a.id), &a.reason_ct)?;
                let delegate = a.delegate_id.map(|d| accounts::get(c, d)).transpose()?.flatten().map(|d| d.name);
                out.push(AbsenceView { from: a.starts_at, until: a.ends_at, delegate, reason });
            }
            Ok(out)
        })
        .await
    }

    /// The password, if it is the one stored: a form sent twice made its first password the first time.
    async fn if_stored(self: &Arc<Self>, id: AccountId, password: String) -> Result<Option<String>> {
        let stored = self.db.read(move |c| accounts::get(c, id)).await?.ok_or(Error::NotFound("account"))?;
        let given = password.clone();
        let same = self.hashing(move || people::verify_password(&given, &stored.password_hash)).await?;
        Ok(same.then_some(password))
    }

    /// Opens an account with a first password of our making; it is returned once and must be changed at the first log-in.
    ///
    /// # Errors
    /// As [`App::employ`].
    pub async fn open_account(
        self: &Arc<Self>,
        actor: &Actor,
        key: Option<Key>,
        login: &str,
        name: &str,
        duties: Vec<Duty>,
    ) -> Result<(AccountId, Option<String>)> {
        let password = ids_in(self, |ids| ids.code("mm"));
        let new = NewPerson { login: login.to_owned(), name: name.to_owned(), password: password.clone(), duties };
        let id = self.employ(actor, key, new).await?;
        Ok((id, self.if_stored(id, password).await?))
    }

    /// Gives an account a new first password; it is returned once.
    ///
    /// # Errors
    /// As [`reset_password`].
    pub async fn renew_password(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: AccountId) -> Result<Option<String>> {
        if !access::may(actor, Ability::ManageAccounts, "") {
            return Err(Error::Forbidden("manage_accounts"));
        }
        let password = ids_in(self, |ids| ids.code("mm"));
        let given = password.clone();
        let hash = self.hashing(move || people::hash_password(&given)).await??;
        self.write(actor, key, move |tx| reset_password(tx, id, &hash)).await?;
        self.if_stored(id, password).await
    }
}

/// Gives an account a new first password, which must be changed at the next log-in; its sessions end.
///
/// # Errors
/// [`Error::Forbidden`] unless a security administrator asks for somebody else; [`Error::NotFound`].
pub fn reset_password(tx: &mut Tx<'_>, account: AccountId, password_hash: &str) -> Result<()> {
    if !access::may(tx.actor, Ability::ManageAccounts, "") || tx.actor.account() == Some(account) {
        return Err(Error::Forbidden("manage_accounts"));
    }
    let mut row = accounts::get(tx.c, account)?.ok_or(Error::NotFound("account"))?;
    password_hash.clone_into(&mut row.password_hash);
    row.must_change = true;
    row.failed = 0;
    row.locked_until = None;
    accounts::update(tx.c, &row)?;
    accounts::end_sessions(tx.c, account, None, tx.now)?;
    tx.record("account", account.into(), "password_reset", tx.now, serde_json::json!({}), &Marks::default())?;
    Ok(())
}
