//! Staff: accounts, duties, absences, log-in and sessions.
//!
//! Owns lock-out, session rotation and what a request's actor is. Passwords are argon2id and are checked outside the
//! transaction; only the SHA-256 of a session's token is stored. Administrators give duties; nobody gives them to
//! themselves.

use super::write::{Marks, Tx};
use super::{App, ids_in};
use crate::base::id::{AccountId, RowId, SessionId};
use crate::base::seal::hex;
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Actor, Duty, DutyKind, Staff};
use crate::store::{Conn, accounts};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Longest password taken, in bytes: argon2 is not an invitation to hash megabytes.
const PASSWORD_MAX: usize = 256;

/// A session just opened: the token is shown once and never stored.
pub struct LoggedIn {
    /// The bearer or cookie token.
    pub token: String,
    /// Who.
    pub staff: Staff,
    /// When it ends at the latest.
    pub expires_at: At,
}

impl std::fmt::Debug for LoggedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LoggedIn({})", self.staff.account)
    }
}

/// The hash of a password in PHC form.
///
/// # Errors
/// The algorithm refuses (never for sane input).
pub fn hash_password(password: &str) -> Result<String> {
    Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()).map_err(|e| Error::Internal(format!("argon2: {e}")))
}

/// Whether a password fits a PHC hash.
#[must_use]
pub fn verify_password(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc).is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok())
}

/// The stored form of a bearer token or key.
#[must_use]
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewAccount({})", self.login)
    }
}

/// A new account as asked for.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewAccount {
    /// Log-in name: letters, digits, dot, dash, underscore.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// PHC hash of the first password.
    pub password_hash: String,
    /// Whether the first log-in must change it.
    pub must_change: bool,
    /// Duties given at once.
    pub duties: Vec<Duty>,
}

/// Checks a password against the house rule.
///
/// # Errors
/// At `/password`.
pub fn check_password(app: &App, password: &str, login: &str) -> Result<()> {
    let min = app.config.login.min_password;
    if password.chars().count() < min || password.len() > PASSWORD_MAX {
        return Err(Error::field("/password", "password_length", &[("min", &min.to_string())]));
    }
    let first = password.chars().next();
    if password.to_lowercase().contains(&login.to_lowercase()) || password.chars().all(|c| Some(c) == first) {
        return Err(Error::field("/password", "password_weak", &[]));
    }
    Ok(())
}

fn check_duty(app: &App, d: &Duty) -> Result<()> {
    if !d.kind.is_admin() && app.city.bureaus.get(&d.bureau).is_none() {
        return Err(Error::field("/duties", "unknown_bureau", &[("value", &d.bureau)]));
    }
    if app.city.areas.get(&d.area).is_none() {
        return Err(Error::field("/duties", "unknown_area", &[("value", &d.area)]));
    }
    Ok(())
}

/// Creates an account with its duties.
///
/// # Errors
/// [`Error::Forbidden`] unless a security administrator or the system asks; field errors; the log-in name is taken.
pub fn create_account(tx: &mut Tx<'_>, new: &NewAccount) -> Result<AccountId> {
    if !access::may(tx.actor, Ability::ManageAccounts, "") {
        return Err(Error::Forbidden("manage_accounts"));
    }
    let login = text::tidy(&new.login);
    let fine = (2..=40).contains(&login.len()) && login.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if !fine {
        return Err(Error::field("/login", "bad_login", &[]));
    }
    let name = text::tidy(&new.name);
    if name.is_empty() || name.chars().count() > 40 {
        return Err(Error::field("/name", "bad_name", &[]));
    }
    if accounts::by_login(tx.c, &login)?.is_some() {
        return Err(Error::field("/login", "login_taken", &[("value", &login)]));
    }
    for d in &new.duties {
        check_duty(tx.app, d)?;
    }
    let row = accounts::Account {
        id: tx.ids.id(tx.now),
        login,
        name,
        password_hash: new.password_hash.clone(),
        state: "active".into(),
        must_change: new.must_change,
        failed: 0,
        locked_until: None,
        created_at: tx.now,
        version: 1,
    };
    accounts::insert(tx.c, &row)?;
    tx.record("account", row.id.into(), "created", tx.now, serde_json::json!({ "mustChange": row.must_change }), &Marks::default())?;
    for d in &new.duties {
        give_duty(tx, row.id, d)?;
    }
    Ok(row.id)
}

/// Gives a duty to another person.
///
/// # Errors
/// [`Error::Forbidden`]: no security administrator, or one asks for himself; field errors.
pub fn give_duty(tx: &mut Tx<'_>, account: AccountId, duty: &Duty) -> Result<RowId> {
    if !access::may(tx.actor, Ability::ManageAccounts, "") || tx.actor.account() == Some(account) {
        return Err(Error::Forbidden("manage_accounts"));
    }
    check_duty(tx.app, duty)?;
    let held = accounts::duties_of(tx.c, &[account], tx.now)?;
    if held.iter().filter_map(|d| DutyKind::of(&d.duty)).any(|k| !access::compatible(k, duty.kind)) {
        return Err(Error::field("/duties", "separate_admins", &[]));
    }
    let row = accounts::DutyRow {
        id: tx.ids.id(tx.now),
        account_id: account,
        duty: duty.kind.key().into(),
        bureau: duty.bureau.clone(),
        area: duty.area.clone(),
        valid_from: tx.now,
        valid_until: None,
    };
    accounts::insert_duty(tx.c, &row)?;
    let payload = serde_json::json!({ "duty": row.duty, "bureau": row.bureau, "area": row.area });
    let marks = Marks { area: Some(row.area.clone()), bureau: Some(row.bureau.clone()), ..Marks::default() };
    tx.record("account", account.into(), "duty_given", tx.now, payload, &marks)?;
    Ok(row.id)
}

/// Ends a duty of another person.
///
/// # Errors
/// [`Error::Forbidden`], or there is no such running duty.
pub fn end_duty(tx: &mut Tx<'_>, account: AccountId, duty: RowId) -> Result<()> {
    if !access::may(tx.actor, Ability::ManageAccounts, "") || tx.actor.account() == Some(account) {
        return Err(Error::Forbidden("manage_accounts"));
    }
    if !accounts::duties_of(tx.c, &[account], tx.now)?.iter().any(|d| d.id == duty) {
        return Err(Error::NotFound("duty"));
    }
    accounts::end_duty(tx.c, duty, tx.now)?;
    tx.record("account", account.into(), "duty_ended", tx.now, serde_json::json!({ "duty": duty }), &Marks::default())?;
    Ok(())
}

/// Disables or enables an account; disabling ends its sessions.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub fn set_active(tx: &mut Tx<'_>, account: AccountId, active: bool) -> Result<()> {
    if !access::may(tx.actor, Ability::ManageAccounts, "") || tx.actor.account() == Some(account) {
        return Err(Error::Forbidden("manage_accounts"));
    }
    let mut row = accounts::get(tx.c, account)?.ok_or(Error::NotFound("account"))?;
    row.state = if active { "active" } else { "disabled" }.into();
    row.failed = 0;
    row.locked_until = None;
    accounts::update(tx.c, &row)?;
    if !active {
        accounts::end_sessions(tx.c, account, tx.now)?;
    }
    tx.record("account", account.into(), if active { "enabled" } else { "disabled" }, tx.now, serde_json::json!({}), &Marks::default())?;
    Ok(())
}

/// Records an absence and who stands in.
///
/// # Errors
/// [`Error::Forbidden`] unless it is the own absence or the leader's, head's or administrator's business; field errors.
pub fn record_absence(
    tx: &mut Tx<'_>,
    account: AccountId,
    delegate: Option<AccountId>,
    from: At,
    until: At,
    reason: &str,
) -> Result<RowId> {
    let duties = accounts::duties_of(tx.c, &[account], tx.now)?;
    let own = tx.actor.account() == Some(account);
    if !own && !duties.iter().any(|d| access::may(tx.actor, Ability::RecordAbsence, &d.bureau)) && !tx.actor.is_system() {
        return Err(Error::Forbidden("record_absence"));
    }
    if until <= from {
        return Err(Error::field("/until", "dates_reversed", &[]));
    }
    if let Some(d) = delegate {
        let theirs = accounts::duties_of(tx.c, &[d], tx.now)?;
        let same = theirs.iter().any(|t| duties.iter().any(|x| x.bureau == t.bureau));
        let active = accounts::get(tx.c, d)?.is_some_and(|a| a.state == "active");
        if d == account || !same || !active {
            return Err(Error::field("/delegate", "bad_delegate", &[]));
        }
    }
    let id = tx.ids.id(tx.now);
    let row = accounts::Absence {
        id,
        account_id: account,
        delegate_id: delegate,
        starts_at: from,
        ends_at: until,
        // often about health: sealed
        reason_ct: tx.seal("absences", "reason_ct", id, &text::tidy(reason))?,
        cancelled_at: None,
    };
    accounts::insert_absence(tx.c, &row)?;
    let payload = serde_json::json!({ "from": from, "until": until, "delegate": delegate });
    tx.record("account", account.into(), "absent", tx.now, payload, &Marks::default())?;
    Ok(row.id)
}

/// Opens a session for the token of this hash.
fn open_session(tx: &mut Tx<'_>, account: AccountId, token_hash: Vec<u8>, kind: &str, agent: &str) -> Result<SessionId> {
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
    };
    accounts::insert_session(tx.c, &session)?;
    Ok(session.id)
}

/// Withdraws an absence: it ends now, or never begins.
///
/// # Errors
/// [`Error::Forbidden`] as for [`record_absence`]; [`Error::NotFound`] when it is over or withdrawn already.
pub fn cancel_absence(tx: &mut Tx<'_>, account: AccountId, absence: RowId) -> Result<()> {
    let duties = accounts::duties_of(tx.c, &[account], tx.now)?;
    let own = tx.actor.account() == Some(account);
    if !own && !duties.iter().any(|d| access::may(tx.actor, Ability::RecordAbsence, &d.bureau)) {
        return Err(Error::Forbidden("record_absence"));
    }
    if !accounts::cancel_absence(tx.c, account, absence, tx.now)? {
        return Err(Error::NotFound("absence"));
    }
    tx.record("account", account.into(), "absence_cancelled", tx.now, serde_json::json!({ "absence": absence }), &Marks::default())?;
    Ok(())
}

/// The person of an account with own duties and those of whoever is absent and named this person as stand-in.
pub(super) fn staff(c: &mut Conn, account: &accounts::Account, session: Option<SessionId>, now: At) -> Result<Staff> {
    let mut ids = vec![account.id];
    ids.extend(accounts::standing_in(c, account.id, now)?);
    let duties = accounts::duties_of(c, &ids, now)?
        .into_iter()
        .filter_map(|d| {
            let kind = DutyKind::of(&d.duty)?;
            let other = d.account_id != account.id;
            // administration is never delegated
            (!(other && kind.is_admin())).then(|| Duty { kind, bureau: d.bureau, area: d.area, for_account: other.then_some(d.account_id) })
        })
        .collect();
    Ok(Staff { account: account.id, name: account.name.clone(), duties, session, must_change: account.must_change })
}

impl App {
    /// Checks name and password and opens a session. Too many failures lock the account; every failure answers the same
    /// and takes as long, so that nobody learns which names exist, which are locked, or that a guess was right.
    ///
    /// # Errors
    /// [`Error::Refused`] `bad_credentials`.
    pub async fn log_in(self: &Arc<Self>, login: &str, password: &str, kind: &'static str, agent: &str) -> Result<LoggedIn> {
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
                row.failed += 1;
                if row.failed >= tx.app.config.login.max_failed {
                    row.failed = 0;
                    row.locked_until = Some(tx.now.plus(Duration::minutes(tx.app.config.login.lock_minutes)));
                    tx.record("account", id.into(), "locked", tx.now, serde_json::json!({}), &Marks::default())?;
                }
                accounts::update(tx.c, &row)
            })
            .await?;
            return Err(refused());
        }
        let token = self.fresh_token();
        let hash = token_hash(&token);
        let (id, agent, compared) = (account.id, agent.chars().take(200).collect::<String>(), account.password_hash.clone());
        let session: SessionId = self
            .write(&system, None, move |tx| {
                let mut row = accounts::get(tx.c, id)?.ok_or(Error::NotFound("account"))?;
                // guesses run side by side: the one that fits counts only if the others have not locked the account
                // meanwhile, and only for the password it was compared with
                if row.locked_until.is_some_and(|u| u > tx.now) || row.state != "active" || row.password_hash != compared {
                    return Err(Error::refused("bad_credentials", &[]));
                }
                if row.failed != 0 || row.locked_until.is_some() {
                    row.failed = 0;
                    row.locked_until = None;
                    accounts::update(tx.c, &row)?;
                }
                let session = open_session(tx, id, hash.clone(), kind, &agent)?;
                tx.record("account", id.into(), "logged_in", tx.now, serde_json::json!({ "session": session }), &Marks::default())?;
                Ok(session)
            })
            .await?;
        let staff = self.db.read(move |c| staff(c, &account, Some(session), now)).await?;
        Ok(LoggedIn { token, staff, expires_at: now.plus(Duration::hours(self.config.sessions.absolute_hours)) })
    }

    /// The person of a token. Ended, expired, idle or disabled: nobody.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], or the database.
    pub async fn authenticate(self: &Arc<Self>, token: &str) -> Result<Staff> {
        let hash = token_hash(token);
        let now = self.now();
        let idle = Duration::minutes(self.config.sessions.idle_minutes);
        let found = self
            .db
            .read(move |c| {
                let Some((session, account)) = accounts::session(c, &hash)? else { return Ok(None) };
                if account.state != "active" || session.expires_at <= now || session.seen_at.plus(idle) <= now {
                    return Ok(None);
                }
                let staff = staff(c, &account, Some(session.id), now)?;
                Ok(Some((session, staff)))
            })
            .await?;
        let (session, staff) = found.ok_or(Error::Unauthenticated)?;
        // bookkeeping, at most once a minute a session
        if session.seen_at.plus(Duration::minutes(1)) <= now {
            unless_away(self.db.write(move |c| accounts::touch_session(c, session.id, now)).await)?;
        }
        Ok(staff)
    }

    /// A bearer token nobody has.
    pub(super) fn fresh_token(&self) -> String {
        let mut raw = [0u8; 32];
        ids_in(self, |ids| ids.fill(&mut raw));
        URL_SAFE_NO_PAD.encode(raw)
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
        let (now, mine, stored) = (self.now(), me.session, token_hash(&token));
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
                open_session(tx, id, stored.clone(), &used.kind, &used.agent)
            })
            .await?;
        let account = accounts::Account { must_change: false, ..row };
        let staff = self.db.read(move |c| staff(c, &account, Some(session), now)).await?;
        Ok(LoggedIn { token, staff, expires_at: now.plus(Duration::hours(self.config.sessions.absolute_hours)) })
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

    /// Work that eats a core: off the async threads, a few at a time.
    pub(super) async fn hashing<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _permit = self.hashers.acquire().await.map_err(|_| Error::Unavailable("shutting down".into()))?;
        tokio::task::spawn_blocking(f).await.map_err(|e| Error::Internal(format!("hashing: {e}")))
    }

    /// The person a command line acts for.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn staff_of(self: &Arc<Self>, login: &str) -> Result<Staff> {
        let (login, now) = (login.to_owned(), self.now());
        self.db.read_blocking(move |c| {
            let a = accounts::by_login(c, &login)?.ok_or(Error::NotFound("account"))?;
            staff(c, &a, None, now)
        })
    }
}

/// A short public form of a token's hash, for logs that must tell sessions apart.
#[must_use]
pub fn fingerprint(token: &str) -> String {
    hex(&token_hash(token)[..4])
}

/// Bookkeeping that may be left out: a database that only reads just now still answers whoever only reads.
pub(super) fn unless_away(done: Result<()>) -> Result<()> {
    match done {
        Err(Error::Unavailable(why)) => {
            tracing::warn!(why, "that something was used was not noted");
            Ok(())
        }
        other => other,
    }
}
