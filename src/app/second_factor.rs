//! The second factor of staff 双因素登录: setting it up, asking for it, recovery codes, taking it away.
//!
//! Owns whose duties ask for one and what a code is worth. A code counts once, wrong ones count like wrong passwords, and the secret is shown to
//! its person alone until the first code was typed. The log-in itself is [`super::people`]'s.

use super::counter::remark;
use super::notify;
use super::people::{self, LoggedIn, token_hash};
use super::write::{Key, Marks, Tx};
use super::{App, ids_in};
use crate::base::id::{AccountId, RowId, SessionId};
use crate::base::seal::{self, totp};
use crate::base::{Error, Result, text};
use crate::domain::access::{self, Ability, Actor, Duty};
use crate::store::accounts::{self, Account};
use crate::store::second_factors::{self as rows, RecoveryCode, SecondFactor};
use chrono::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Recovery codes made at once.
const CODES: usize = 10;
/// Minutes a log-in waits for its code.
pub(super) const WAITS: i64 = 10;
/// What recovery codes are keyed for.
const RECOVERY: &str = "recovery_code";
const TABLE: &str = "second_factors";
const COLUMN: &str = "secret_ct";

/// How the own second factor stands.
#[derive(Debug, Clone)]
pub struct FactorView {
    /// It is set up and asked for.
    pub active: bool,
    /// One of the duties asks for one.
    pub required: bool,
    /// Recovery codes that are left.
    pub codes_left: i64,
    /// What the person's authenticator is to be told, while no code was typed yet: the secret in groups, and the address of the picture.
    pub setup: Option<(String, String)>,
}

/// What a code came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// It was the authenticator's.
    Totp,
    /// It was a recovery code, which is used up now.
    Recovery,
    /// It was neither: counted.
    Wrong,
}

impl App {
    /// Whether one of these duties asks for a second factor. Demo and training data ask for none.
    #[must_use]
    pub fn factor_required(&self, duties: &[Duty]) -> bool {
        let asked = |d: &Duty| self.config.second_factor.duties().any(|k| k == d.kind.key());
        !self.demo && duties.iter().any(asked)
    }

    /// How the own second factor stands.
    ///
    /// # Errors
    /// The database or the keys.
    pub async fn second_factor(self: &Arc<Self>, actor: &Actor) -> Result<FactorView> {
        let Actor::Staff(me) = actor else { return Err(Error::Unauthenticated) };
        let (id, required) = (me.account, self.factor_required(&me.duties));
        self.look(move |c, app, keys| {
            let row = rows::get(c, id)?;
            let active = row.as_ref().is_some_and(|r| r.confirmed_at.is_some());
            let login = accounts::get(c, id)?.map(|a| a.login).unwrap_or_default();
            let setup = match row.filter(|r| r.confirmed_at.is_none()) {
                Some(r) => {
                    let secret = secret_of(keys, &r)?;
                    let words = totp::base32(&secret);
                    let groups: Vec<&str> = (0..words.len()).step_by(4).filter_map(|i| words.get(i..(i + 4).min(words.len()))).collect();
                    Some((groups.join(" "), totp::address(&app.config.second_factor.issuer, &login, &secret)))
                }
                None => None,
            };
            Ok(FactorView { active, required, codes_left: rows::codes_left(c, id)?, setup })
        })
        .await
    }

    /// Makes a secret for the own authenticator. It is asked for only after [`App::confirm_second_factor`].
    ///
    /// # Errors
    /// `second_factor_set` when there is one already; the database or the keys.
    pub async fn begin_second_factor(self: &Arc<Self>, actor: &Actor, key: Option<Key>) -> Result<()> {
        let id = actor.account().ok_or(Error::Unauthenticated)?;
        self.write(actor, key, move |tx| {
            if rows::get(tx.c, id)?.is_some_and(|r| r.confirmed_at.is_some()) {
                return Err(Error::refused("second_factor_set", &[]));
            }
            let mut secret = [0_u8; totp::SECRET];
            tx.ids.fill(&mut secret);
            let secret_ct = tx.seal(TABLE, COLUMN, id, &seal::hex(&secret))?;
            rows::put(tx.c, &SecondFactor { account_id: id, secret_ct, created_at: tx.now, confirmed_at: None, last_step: 0 })?;
            tx.record("account", id.into(), "second_factor_begun", tx.now, serde_json::json!({}), &Marks::default()).map(drop)
        })
        .await
    }

    /// Sets the own second factor up: the first code shows that the authenticator has the secret. Gives the recovery codes, which are shown this
    /// once; every other session of the person ends.
    ///
    /// # Errors
    /// At `/code` when it does not fit; the database or the keys.
    pub async fn confirm_second_factor(self: &Arc<Self>, actor: &Actor, code: &str) -> Result<Vec<String>> {
        let Actor::Staff(me) = actor else { return Err(Error::Unauthenticated) };
        let (id, mine, typed) = (me.account, me.session, code.to_owned());
        let codes: Vec<String> = ids_in(self, |ids| (0..CODES).map(|_| ids.code("HF")).collect());
        let given = codes.clone();
        self.write(actor, None, move |tx| {
            let row = rows::get(tx.c, id)?.filter(|r| r.confirmed_at.is_none()).ok_or_else(|| Error::refused("second_factor_set", &[]))?;
            let secret = secret_of(&tx.keys, &row)?;
            let step = totp::matched(&secret, &typed, tx.now, row.last_step).ok_or_else(|| Error::field("/code", "wrong_code", &[]))?;
            rows::use_step(tx.c, &row, step, Some(tx.now))?;
            keep_codes(tx, id, &given)?;
            for s in accounts::sessions_of(tx.c, id, tx.now)?.into_iter().filter(|s| Some(s.id) != mine) {
                accounts::end_session(tx.c, id, s.id, tx.now)?;
            }
            tx.record("account", id.into(), "second_factor_set", tx.now, serde_json::json!({ "codes": given.len() }), &Marks::default())?;
            notify::tell_account(tx, id, "reader", "second_factor_set", &BTreeMap::new())
        })
        .await?;
        Ok(codes)
    }

    /// The code of a log-in whose password was right. The session that waited ends; the answer is a new one in its place.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when no log-in waits any more; `second_factor_wrong`, also while the account is locked.
    pub async fn give_code(self: &Arc<Self>, token: &str, code: &str) -> Result<LoggedIn> {
        let hash = token_hash(token);
        let now = self.now();
        let found = self.db.read(move |c| accounts::session(c, &hash)).await?;
        let (session, account) = found
            .filter(|(s, a)| s.awaits_code && s.created_at.plus(Duration::minutes(WAITS)) > now && a.state == "active")
            .ok_or(Error::Unauthenticated)?;
        let wrong = || Error::refused("second_factor_wrong", &[]);
        if account.locked_until.is_some_and(|u| u > now) {
            return Err(wrong());
        }
        let fresh = self.fresh_token();
        let (stored, typed, id) = (token_hash(&fresh), code.to_owned(), account.id);
        let (kind, agent, waited) = (session.kind.clone(), session.agent.clone(), session.id);
        let opened: Option<SessionId> = self
            .write(&Actor::System("log_in"), None, move |tx| {
                let row = accounts::get(tx.c, id)?.ok_or(Error::NotFound("account"))?;
                let held = rows::get(tx.c, id)?.filter(|f| f.confirmed_at.is_some());
                let Some(held) = held.filter(|_| row.locked_until.is_none_or(|u| u <= tx.now) && row.state == "active") else {
                    return Ok(None);
                };
                let given = take(tx, row, &held, &typed)?;
                if given == Given::Wrong {
                    return Ok(None);
                }
                // whoever waited twice opens one
                if !accounts::end_session(tx.c, id, waited, tx.now)? {
                    return Err(Error::Unauthenticated);
                }
                people::open_full_session(tx, id, stored.clone(), &kind, &agent, given).map(Some)
            })
            .await?;
        let session = opened.ok_or_else(wrong)?;
        self.logged_in(fresh, account, session, false).await
    }

    /// Takes the second factor of another person away, whose sessions end: the telephone is lost, or not in the right hands. The person is told.
    ///
    /// # Errors
    /// At `/reason`; [`Error::Forbidden`] unless a security administrator asks for somebody else, or the system; `no_second_factor`.
    pub async fn reset_second_factor(self: &Arc<Self>, actor: &Actor, key: Option<Key>, account: AccountId, why: &str) -> Result<()> {
        let why = remark(why, "/reason")?;
        self.write(actor, key, move |tx| reset(tx, account, &why)).await
    }
}

/// [`App::reset_second_factor`] inside a unit of work.
///
/// # Errors
/// As there.
pub fn reset(tx: &mut Tx<'_>, account: AccountId, why: &str) -> Result<()> {
    if !access::may(tx.actor, Ability::ManageAccounts, "") || tx.actor.account() == Some(account) {
        return Err(Error::Forbidden("manage_accounts"));
    }
    let mut row = accounts::get(tx.c, account)?.ok_or(Error::NotFound("account"))?;
    if !rows::remove(tx.c, account)? {
        return Err(Error::refused("no_second_factor", &[]));
    }
    row.failed = 0;
    accounts::update(tx.c, &row)?;
    accounts::end_sessions(tx.c, account, tx.now)?;
    let seq = tx.record("account", account.into(), "second_factor_reset", tx.now, serde_json::json!({}), &Marks::default())?;
    tx.remark(account.into(), seq, "reason", why)?;
    notify::tell_account(tx, account, "reader", "second_factor_reset", &BTreeMap::new())
}

/// The secret of a row.
fn secret_of(keys: &seal::KeyRing, row: &SecondFactor) -> Result<Vec<u8>> {
    let words = seal::open(keys, seal::Place::new(TABLE, COLUMN, row.account_id), &row.secret_ct)?;
    let pairs = words.as_bytes().chunks(2).map(|p| std::str::from_utf8(p).ok().and_then(|p| u8::from_str_radix(p, 16).ok()));
    pairs.collect::<Option<Vec<u8>>>().ok_or_else(|| Error::Internal("a second factor's secret is no hex".into()))
}

fn keep_codes(tx: &mut Tx<'_>, account: AccountId, codes: &[String]) -> Result<()> {
    let mut made = Vec::with_capacity(codes.len());
    for code in codes {
        let id: RowId = tx.ids.id(tx.now);
        let code_bix = seal::blind(&tx.keys, RECOVERY, &plain(code))?;
        made.push(RecoveryCode { id, account_id: account, code_bix, created_at: tx.now, used_at: None });
    }
    rows::put_codes(tx.c, account, &made)
}

/// A recovery code without what a person may type between its characters.
fn plain(code: &str) -> String {
    text::narrow(code).to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// What a typed code is worth. Right ones are used up and clear the count of failures; a wrong one is counted and may lock the account.
///
/// # Errors
/// The database or the keys.
pub(super) fn take(tx: &mut Tx<'_>, mut row: Account, held: &SecondFactor, typed: &str) -> Result<Given> {
    let secret = secret_of(&tx.keys, held)?;
    let id = row.id;
    let given = if let Some(step) = totp::matched(&secret, typed, tx.now, held.last_step) {
        rows::use_step(tx.c, held, step, held.confirmed_at)?;
        Given::Totp
    } else if plain(typed).len() > 6 && rows::use_code(tx.c, id, &seal::blind_all(&tx.keys, RECOVERY, &plain(typed)), tx.now)? {
        let left = rows::codes_left(tx.c, id)?;
        tx.record("account", id.into(), "recovery_code_used", tx.now, serde_json::json!({ "left": left }), &Marks::default())?;
        notify::tell_account(tx, id, "reader", "recovery_code_used", &BTreeMap::new())?;
        Given::Recovery
    } else {
        people::count_failure(tx, &mut row)?;
        tx.record("account", id.into(), "second_factor_failed", tx.now, serde_json::json!({}), &Marks::default())?;
        return Ok(Given::Wrong);
    };
    if row.failed != 0 || row.locked_until.is_some() {
        row.failed = 0;
        row.locked_until = None;
        accounts::update(tx.c, &row)?;
    }
    Ok(given)
}
