//! Log-in and sessions of staff: the password, the second factor's turn, idle sessions, how far a session lets its person.
//!
//! Owns lock-out, session rotation and the stages of a session. Passwords are compared outside the transaction; what a second factor's code is
//! worth is [`second_factor`]'s.

use super::super::App;
use super::super::second_factor::{self, Given};
use super::super::write::{Marks, Tx};
use super::{PASSWORD_MAX, check_password, hash_password, staff, token_hash, unless_away, verify_password};
use crate::base::id::{AccountId, SessionId};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{Actor, Staff};
use crate::store::{accounts, second_factors};
use chrono::Duration;
use std::sync::Arc;

/// A session just opened: the token is shown once and never stored.
pub struct LoggedIn {
    /// The bearer or cookie token.
    pub token: String,
    /// Who.
    pub staff: Staff,
    /// When it ends at the latest.
    pub expires_at: At,
    /// The password was right, the second factor's code is still asked for: it opens nothing but that.
    pub awaits_code: bool,
}

/// How far a session lets its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// To work.
    Open,
    /// No further than to give the second factor's code.
    AwaitsCode,
    /// It lay idle: no further than to give the password again.
    Locked,
    /// A duty asks for a second factor that is not set up: no further than to do so.
    MustEnrol,
}

/// Whom a token names, and how far.
#[derive(Debug, Clone)]
pub struct Known {
    /// Who.
    pub staff: Staff,
    /// How far.
    pub stage: Stage,
}

impl std::fmt::Debug for LoggedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LoggedIn({})", self.staff.account)
    }
}

/// A log-in that is whole: its session and its event.
pub(in crate::app) fn open_full_session(
    tx: &mut Tx<'_>,
    account: AccountId,
    token_hash: Vec<u8>,
    kind: &str,
    agent: &str,
    factor: Given,
) -> Result<SessionId> {
    let session = open_session(tx, account, token_hash, (kind, agent), false)?;
    let factor = match factor {
        Given::Totp => Some("totp"),
        Given::Recovery => Some("recovery"),
        Given::Wrong => None,
    };
    let payload = serde_json::json!({ "session": session, "factor": factor });
    tx.record("account", account.into(), "logged_in", tx.now, payload, &Marks::default())?;
    Ok(session)
}

/// Counts a wrong password or code; too many in a row lock the account.
pub(in crate::app) fn count_failure(tx: &mut Tx<'_>, row: &mut accounts::Account) -> Result<()> {
    row.failed += 1;
    if row.failed >= tx.app.config.login.max_failed {
        row.failed = 0;
        row.locked_until = Some(tx.now.plus(Duration::minutes(tx.app.config.login.lock_minutes)));
        tx.record("account", row.id.into(), "locked", tx.now, serde_json::json!({}), &Marks::default())?;
    }
    accounts::update(tx.c, row)?;
    row.version += 1;
    Ok(())
}

/// Opens a session for the token of this hash.
fn open_session(
    tx: &mut Tx<'_>,
    account: AccountId,
    token_hash: Vec<u8>,
    (kind, agent): (&str, &str),
    awaits_code: bool,
) -> Result<SessionId> {
    let session = accounts::Session {
        id: tx.ids.id(tx.now),
        account_id: account,
        token_hash,
        kind: kind.into(),
        agent: agent.into(),
        created_at: tx.now,
        seen_at: tx.now,
        expires_at: tx.now.plus(Duration::hours(tx.app.config.sessions.absolute_hours)),
        ended_at: None,
        awaits_code,
    };
    accounts::insert_session(tx.c, &session)?;
    Ok(session.id)
}

impl App {
    /// Checks name and password and opens a session. Too many failures lock the account; every failure answers the same
    /// and takes as long, so that nobody learns which names exist, which are locked, or that a guess was right.
    ///
    /// Where a second factor is set up its code is asked for too: in the console by a page of its own (the session [awaits
    /// it](LoggedIn::awaits_code)), of a client of the API in the same request.
    ///
    /// # Errors
    /// [`Error::Refused`]: `bad_credentials`; of a client of the API, whose password was right, `second_factor_required`, `second_factor_wrong`
    /// or `second_factor_setup`.
    pub async fn log_in(
        self: &Arc<Self>,
        login: &str,
        password: &str,
        kind: &'static str,
        agent: &str,
        code: Option<&str>,
    ) -> Result<LoggedIn> {
        let login = text::tidy(login);
        let found = self.db.read(move |c| accounts::by_login(c, &login)).await?;
        let now = self.now();
        let refused = || Error::refused("bad_credentials", &[]);
        // the same work whether or not the account exists or is locked
        let (phc, given) = (found.as_ref().map_or_else(|| self.dummy_hash.clone(), |a| a.password_hash.clone()), password.to_owned());
        let fits = given.len() <= PASSWORD_MAX
            && self.hashing(move || verify_password(&given, &phc)).await?
            && found.as_ref().is_some_and(|a| a.state == "active");
        let account = found.filter(|a| a.locked_until.is_none_or(|until| until <= now)).ok_or_else(refused)?;
        let system = Actor::System("log_in");
        if !fits {
            let id = account.id;
            self.write(&system, None, move |tx| {
                let mut row = accounts::get(tx.c, id)?.ok_or(Error::NotFound("account"))?;
                if row.locked_until.is_some_and(|u| u > tx.now) {
                    return Ok(());
                }
                count_failure(tx, &mut row)
            })
            .await?;
            return Err(refused());
        }
        let token = self.fresh_token();
        let hash = token_hash(&token);
        let (id, agent, compared) = (account.id, agent.chars().take(200).collect::<String>(), account.password_hash.clone());
        let typed = code.map(str::to_owned);
        // the session, and whether it awaits the code; none: the code was wrong and is counted
        let opened: Option<(SessionId, bool)> = self
            .write(&system, None, move |tx| {
                let mut row = accounts::get(tx.c, id)?.ok_or(Error::NotFound("account"))?;
                // guesses run side by side: the one that fits counts only if the others have not locked the account
                // meanwhile, and only for the password it was compared with
                if row.locked_until.is_some_and(|u| u > tx.now) || row.state != "active" || row.password_hash != compared {
                    return Err(Error::refused("bad_credentials", &[]));
                }
                let factor = second_factors::get(tx.c, id)?.filter(|f| f.confirmed_at.is_some());
                match (factor, &typed) {
                    (Some(f), Some(typed)) => {
                        let given = second_factor::take(tx, row, &f, typed)?;
                        if given == Given::Wrong {
                            return Ok(None);
                        }
                        return open_full_session(tx, id, hash.clone(), kind, &agent, given).map(|s| Some((s, false)));
                    }
                    (Some(_), None) if kind == "api" => return Err(Error::refused("second_factor_required", &[])),
                    // failures stay counted: the code is guessed under the same count
                    (Some(_), None) => return open_session(tx, id, hash.clone(), (kind, &agent), true).map(|s| Some((s, true))),
                    (None, _) if kind == "api" => {
                        let held = staff(tx.c, &row, None, tx.now)?;
                        if tx.app.factor_required(&held.duties) {
                            return Err(Error::refused("second_factor_setup", &[]));
                        }
                    }
                    (None, _) => {}
                }
                if row.failed != 0 || row.locked_until.is_some() {
                    row.failed = 0;
                    row.locked_until = None;
                    accounts::update(tx.c, &row)?;
                }
                open_full_session(tx, id, hash.clone(), kind, &agent, Given::Wrong).map(|s| Some((s, false)))
            })
            .await?;
        let (session, awaits) = opened.ok_or_else(|| Error::refused("second_factor_wrong", &[]))?;
        self.logged_in(token, account, session, awaits).await
    }

    /// What a person is told who just logged in.
    pub(in crate::app) async fn logged_in(
        self: &Arc<Self>,
        token: String,
        account: accounts::Account,
        session: SessionId,
        awaits_code: bool,
    ) -> Result<LoggedIn> {
        let now = self.now();
        let staff = self.db.read(move |c| staff(c, &account, Some(session), now)).await?;
        let hours =
            if awaits_code { Duration::minutes(second_factor::WAITS) } else { Duration::hours(self.config.sessions.absolute_hours) };
        Ok(LoggedIn { token, staff, expires_at: now.plus(hours), awaits_code })
    }

    /// The password of a session that lay idle: it goes on where it stood.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when no session waits for it; [`Error::Refused`] `bad_credentials`, also while the account is locked.
    pub async fn unlock(self: &Arc<Self>, token: &str, password: &str) -> Result<LoggedIn> {
        let known = self.recognise(token).await?;
        if known.stage != Stage::Locked {
            return Err(Error::Unauthenticated);
        }
        let (id, session) = (known.staff.account, known.staff.session.ok_or(Error::Unauthenticated)?);
        let row = self.db.read(move |c| accounts::get(c, id)).await?.ok_or(Error::Unauthenticated)?;
        let (phc, given) = (row.password_hash.clone(), password.to_owned());
        let fits = given.len() <= PASSWORD_MAX && self.hashing(move || verify_password(&given, &phc)).await?;
        let compared = row.password_hash.clone();
        let done: bool = self
            .write(&Actor::System("log_in"), None, move |tx| {
                let mut row = accounts::get(tx.c, id)?.ok_or(Error::NotFound("account"))?;
                if row.locked_until.is_some_and(|u| u > tx.now) || row.state != "active" || row.password_hash != compared {
                    return Ok(false);
                }
                if !fits {
                    count_failure(tx, &mut row)?;
                    return Ok(false);
                }
                if row.failed != 0 {
                    row.failed = 0;
                    accounts::update(tx.c, &row)?;
                }
                accounts::touch_session(tx.c, session, tx.now)?;
                tx.record("account", id.into(), "session_unlocked", tx.now, serde_json::json!({ "session": session }), &Marks::default())?;
                Ok(true)
            })
            .await?;
        if !done {
            return Err(Error::refused("bad_credentials", &[]));
        }
        self.logged_in(token.to_owned(), row, session, false).await
    }

    /// Whose session a token was, though it may be over: what was typed under it is handed back to nobody else.
    ///
    /// # Errors
    /// The database.
    pub async fn owner_of(self: &Arc<Self>, token: &str) -> Result<Option<(AccountId, String)>> {
        let hash = token_hash(token);
        self.db.read(move |c| accounts::owner(c, &hash)).await
    }

    /// The person of a token whose session lets to work.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]; [`Error::Forbidden`] where the code, the password or the setting up of a second factor is asked for; the
    /// database.
    pub async fn authenticate(self: &Arc<Self>, token: &str) -> Result<Staff> {
        let known = self.recognise(token).await?;
        match known.stage {
            Stage::Open => Ok(known.staff),
            Stage::AwaitsCode => Err(Error::Forbidden("second_factor")),
            Stage::Locked => Err(Error::Forbidden("locked")),
            Stage::MustEnrol => Err(Error::Forbidden("enrol_second_factor")),
        }
    }

    /// The person of a token, and how far the session lets. Ended, expired, idle for too long or disabled: nobody. Duties are those of this moment:
    /// one that was taken a second ago opens nothing any more, on no node.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], or the database.
    pub async fn recognise(self: &Arc<Self>, token: &str) -> Result<Known> {
        let hash = token_hash(token);
        let now = self.now();
        let (idle, lock) = (Duration::minutes(self.config.sessions.idle_minutes), Duration::minutes(self.config.sessions.lock_minutes));
        let app = Arc::clone(self);
        let found = self
            .db
            .read(move |c| {
                let Some((session, account)) = accounts::session(c, &hash)? else { return Ok(None) };
                if account.state != "active" || session.expires_at <= now || session.seen_at.plus(idle) <= now {
                    return Ok(None);
                }
                let waited = session.created_at.plus(Duration::minutes(second_factor::WAITS)) <= now;
                if session.awaits_code && waited {
                    return Ok(None);
                }
                let staff = staff(c, &account, Some(session.id), now)?;
                let stage = if session.awaits_code {
                    Stage::AwaitsCode
                } else if session.kind == "console" && session.seen_at.plus(lock) <= now {
                    Stage::Locked
                } else if app.factor_required(&staff.duties) && second_factors::confirmed(c, &[account.id])?.is_empty() {
                    Stage::MustEnrol
                } else {
                    Stage::Open
                };
                Ok(Some((session, Known { staff, stage })))
            })
            .await?;
        let (session, known) = found.ok_or(Error::Unauthenticated)?;
        // bookkeeping, at most once a minute a session; one that is locked stays so until the password is given
        if matches!(known.stage, Stage::Open | Stage::MustEnrol) && session.seen_at.plus(Duration::minutes(1)) <= now {
            unless_away(self.db.write(move |c| accounts::touch_session(c, session.id, now)).await)?;
        }
        Ok(known)
    }

    /// Changes the own password. Every session ends, the own one too: the answer is a new one in its place.
    ///
    /// # Errors
    /// The old password does not fit, or the new one is against the house rule.
    pub async fn change_password(self: &Arc<Self>, actor: &Actor, old: &str, new: &str) -> Result<LoggedIn> {
        let Actor::Staff(me) = actor else { return Err(Error::Unauthenticated) };
        let id = me.account;
        let row = self.db.read(move |c| accounts::get(c, id)).await?.ok_or(Error::NotFound("account"))?;
        check_password(self, new, &row.login)?;
        let (old, phc) = (old.to_owned(), row.password_hash.clone());
        if old.len() > PASSWORD_MAX || !self.hashing(move || verify_password(&old, &phc)).await? {
            return Err(Error::field("/oldPassword", "wrong_password", &[]));
        }
        let fresh = new.to_owned();
        let hash = self.hashing(move || hash_password(&fresh)).await??;
        let token = self.fresh_token();
        let (mine, stored) = (me.session, token_hash(&token));
        let session: SessionId = self
            .write(actor, None, move |tx| {
                let mut row = accounts::get(tx.c, id)?.ok_or(Error::NotFound("account"))?;
                let used = accounts::sessions_of(tx.c, id, tx.now)?.into_iter().find(|s| Some(s.id) == mine);
                let used = used.ok_or(Error::Unauthenticated)?;
                row.password_hash = hash.clone();
                row.must_change = false;
                accounts::update(tx.c, &row)?;
                accounts::end_sessions(tx.c, id, tx.now)?;
                tx.record("account", id.into(), "password_changed", tx.now, serde_json::json!({}), &Marks::default())?;
                open_session(tx, id, stored.clone(), (&used.kind, &used.agent), false)
            })
            .await?;
        self.logged_in(token, accounts::Account { must_change: false, ..row }, session, false).await
    }

    /// Ends one of the own sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`]: not an own running session.
    pub async fn end_session(self: &Arc<Self>, actor: &Actor, session: SessionId) -> Result<()> {
        let account = actor.account().ok_or(Error::Unauthenticated)?;
        self.write(actor, None, move |tx| {
            if !accounts::end_session(tx.c, account, session, tx.now)? {
                return Err(Error::NotFound("session"));
            }
            tx.record("account", account.into(), "logged_out", tx.now, serde_json::json!({ "session": session }), &Marks::default())?;
            Ok(())
        })
        .await
    }

    /// The own running sessions, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn sessions(self: &Arc<Self>, actor: &Actor) -> Result<Vec<accounts::Session>> {
        let account = actor.account().ok_or(Error::Unauthenticated)?;
        let now = self.now();
        self.db.read(move |c| accounts::sessions_of(c, account, now)).await
    }
}
