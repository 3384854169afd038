//! Staff: accounts, duties, absences; log-in and sessions stand in `session`.
//!
//! Owns what a request's actor is. Passwords are argon2id and are checked outside the
//! transaction; only the SHA-256 of a session's token is stored. Administrators give duties; nobody gives them to
//! themselves.

mod session;

pub use session::{Known, LoggedIn, Stage};
pub(super) use session::{count_failure, open_full_session};

use super::write::{Marks, Tx};
use super::{App, ids_in};
use crate::base::id::{AccountId, RowId, SessionId};
use crate::base::seal::hex;
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Duty, DutyKind, Staff};
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
    // two administrators who give at once meet at the account's version: neither sees half of it
    let row = accounts::get(tx.c, account)?.ok_or(Error::NotFound("account"))?;
    accounts::update(tx.c, &row)?;
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
        // who stands in works on cases, an administrator never does
        let admin = theirs.iter().chain(&duties).any(|t| DutyKind::of(&t.duty).is_some_and(DutyKind::is_admin));
        if d == account || !same || !active || admin {
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
    let held = accounts::duties_of(c, &ids, now)?;
    let administers = held.iter().any(|d| d.account_id == account.id && DutyKind::of(&d.duty).is_some_and(DutyKind::is_admin));
    let duties = held
        .into_iter()
        .filter_map(|d| {
            let kind = DutyKind::of(&d.duty)?;
            let other = d.account_id != account.id;
            // administration is never delegated, and whoever administers stands in for nobody
            (!(other && (administers || kind.is_admin()))).then(|| Duty {
                kind,
                bureau: d.bureau,
                area: d.area,
                for_account: other.then_some(d.account_id),
            })
        })
        .collect();
    Ok(Staff { account: account.id, name: account.name.clone(), duties, session, must_change: account.must_change })
}

impl App {
    /// A bearer token nobody has.
    pub(super) fn fresh_token(&self) -> String {
        let mut raw = [0u8; 32];
        ids_in(self, |ids| ids.fill(&mut raw));
        URL_SAFE_NO_PAD.encode(raw)
    }

    /// Work that eats a core: off the async threads, a few at a time.
    pub(super) async fn hashing<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _permit = self.hashers.acquire().await.map_err(|_| Error::Unavailable("shutting down".into()))?;
        tokio::task::spawn_blocking(f).await.map_err(|e| Error::Internal(format!("hashing: {e}")))
    }

    /// In words that the account's duties changed during the last day; `None` when they did not. For whoever is refused what was open before.
    ///
    /// # Errors
    /// The database.
    pub async fn duties_changed(self: &Arc<Self>, account: AccountId) -> Result<Option<String>> {
        let now = self.now();
        let since = now.plus(-Duration::hours(24));
        let rows = self.db.read(move |c| accounts::duties_changed(c, account, since)).await?;
        let word = |d: &accounts::DutyRow| {
            let what = format!("{}（{}，{}）", text::zh(&format!("duty.{}", d.duty)), self.bureau_name(&d.bureau), self.area_name(&d.area));
            match d.valid_until {
                Some(at) if at <= now => text::zh_with("rights.ended", &[("what", &what), ("at", &at.list_text())]),
                _ => text::zh_with("rights.given", &[("what", &what), ("at", &d.valid_from.list_text())]),
            }
        };
        // a first duty is no change; what was taken is
        let told = rows.iter().any(|d| d.valid_until.is_some_and(|u| u <= now));
        Ok(told.then(|| text::zh_with("rights.changed", &[("changes", &rows.iter().map(word).collect::<Vec<_>>().join("；"))])))
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
