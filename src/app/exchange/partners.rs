//! Other systems: created, listed, given new keys and shut out by the operator; known again by their key.
//!
//! Owns keys and signing secrets. A key is printed once and stored as SHA-256 only; a secret is sealed, because signatures
//! are made with it. Every change is an event of the partner's stream.

use crate::app::exchange::allowance;
use crate::app::people::{token_hash, unless_away};
use crate::app::workers::within_many;
use crate::app::write::{Marks, Tx};
use crate::app::{App, ids_in};
use crate::base::id::{Ids, PartnerId};
use crate::base::seal::{self, Place};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{Actor, Partner as Caller};
use crate::domain::exchange;
use crate::store::Conn;
use crate::store::exchange as store;
use crate::store::exchange::Partner;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use std::sync::Arc;

/// What a partner's key begins with, so that a key in the wrong place is recognised.
const KEY_PREFIX: &str = "qxk_";
/// The most partners a list shows.
const LISTED: i64 = 1_000;

/// A system to be let in.
#[derive(Debug, Clone)]
pub struct NewPartner {
    /// Its code: lower-case letters, digits, dash.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The channel its filings come by.
    pub channel: String,
    /// The bureau that receives them.
    pub bureau: String,
}

/// Credentials just made: shown once.
#[derive(Clone)]
pub struct Credentials {
    /// For `Authorization: Bearer`.
    pub key: String,
    /// For signatures.
    pub secret: String,
}
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(***)")
    }
}
impl Credentials {
    fn fresh(ids: &mut Ids) -> Self {
        Self {
            key: format!("{KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(ids.bytes::<32>())),
            secret: exchange::secret_text(&ids.bytes::<32>()),
        }
    }
}

/// Only the operator at the command line keeps partners.
fn operator(tx: &Tx<'_>) -> Result<()> {
    if tx.actor.is_system() { Ok(()) } else { Err(Error::Forbidden("partners")) }
}

fn create(tx: &mut Tx<'_>, new: &NewPartner, given: &Credentials) -> Result<PartnerId> {
    operator(tx)?;
    let code = new.code.trim();
    let fine = (2..=32).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !fine {
        return Err(Error::field("/code", "bad_partner_code", &[]));
    }
    let name = text::tidy(&new.name);
    if name.is_empty() || name.chars().count() > 60 {
        return Err(Error::field("/name", "bad_name", &[]));
    }
    if !tx.app.city.intake.channels.contains(&new.channel) {
        return Err(Error::field("/channel", "not_allowed", &[]));
    }
    if tx.app.city.bureaus.get(&new.bureau).is_none() {
        return Err(Error::field("/bureau", "unknown_bureau", &[("value", &new.bureau)]));
    }
    if store::partner_by_code(tx.c, code)?.is_some() {
        return Err(Error::field("/code", "partner_code_taken", &[("value", code)]));
    }
    let id: PartnerId = tx.ids.id(tx.now);
    let row = Partner {
        id,
        code: code.to_owned(),
        name,
        channel: new.channel.clone(),
        bureau: new.bureau.clone(),
        key_hash: token_hash(&given.key),
        secret_ct: tx.seal("partners", "secret_ct", id, &given.secret)?,
        state: "active".into(),
        created_at: tx.now,
        version: 1,
        requests_a_minute: None,
        clues_a_minute: None,
    };
    store::insert_partner(tx.c, &row)?;
    let payload = serde_json::json!({ "code": row.code, "channel": row.channel, "bureau": row.bureau });
    note(tx, &row, "created", payload)?;
    Ok(id)
}

fn note(tx: &mut Tx<'_>, p: &Partner, kind: &str, payload: serde_json::Value) -> Result<()> {
    let marks = Marks { bureau: Some(p.bureau.clone()), channel: Some(p.channel.clone()), ..Marks::default() };
    tx.record("partner", p.id.into(), kind, tx.now, payload, &marks).map(drop)
}

fn known(tx: &mut Tx<'_>, code: &str) -> Result<Partner> {
    operator(tx)?;
    store::partner_by_code(tx.c, code)?.ok_or(Error::NotFound("partner"))
}

fn rotate(tx: &mut Tx<'_>, code: &str, given: &Credentials) -> Result<()> {
    let p = known(tx, code)?;
    if p.state != "active" {
        return Err(Error::refused("partner_revoked", &[]));
    }
    let row = Partner { key_hash: token_hash(&given.key), secret_ct: tx.seal("partners", "secret_ct", p.id, &given.secret)?, ..p };
    store::update_partner(tx.c, &row)?;
    note(tx, &row, "rotated", serde_json::json!({}))
}

fn revoke(tx: &mut Tx<'_>, code: &str) -> Result<()> {
    let p = known(tx, code)?;
    if p.state == "revoked" {
        return Ok(());
    }
    let row = Partner { state: "revoked".into(), ..p };
    store::update_partner(tx.c, &row)?;
    note(tx, &row, "revoked", serde_json::json!({}))
}

/// What a system may ask and send in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// What the configuration says.
    Default,
    /// This many.
    Own(i32),
}
impl Limit {
    fn own(self, pointer: &str) -> Result<Option<i32>> {
        match self {
            Self::Default => Ok(None),
            Self::Own(n) if n > 0 => Ok(Some(n)),
            Self::Own(_) => Err(Error::field(pointer, "bad_limit", &[])),
        }
    }
}

fn limit(tx: &mut Tx<'_>, code: &str, requests: Option<Limit>, clues: Option<Limit>) -> Result<()> {
    let p = known(tx, code)?;
    let mut row = p;
    if let Some(l) = requests {
        row.requests_a_minute = l.own("/requests")?;
    }
    if let Some(l) = clues {
        row.clues_a_minute = l.own("/clues")?;
    }
    store::update_partner(tx.c, &row)?;
    let payload = serde_json::json!({ "requestsAMinute": row.requests_a_minute, "cluesAMinute": row.clues_a_minute });
    note(tx, &row, "limited", payload)
}

/// Counts the clues of a message against what its system may send in a minute. Inside the transaction that stores them:
/// what is not stored is not counted, and the same message again is not counted twice.
pub(super) fn count_clues(tx: &mut Tx<'_>, id: PartnerId, clues: usize) -> Result<()> {
    let own = store::partner(tx.c, id)?.and_then(|p| p.clues_a_minute);
    let most = own.unwrap_or(tx.app.config.exchange.clues_a_minute);
    let clues = i32::try_from(clues).unwrap_or(i32::MAX);
    within_many(tx.c, &format!("exchange_clues:{id}"), clues, most, Duration::minutes(1), tx.now)
}

/// Takes a part of what may be asked, or the last ones one by one; how many were taken.
fn take_some(c: &mut Conn, key: &str, part: i32, most: i32, window: Duration, now: At) -> Result<i32> {
    match within_many(c, key, part, most, window, now) {
        Err(Error::TooMany(_)) if part > 1 => within_many(c, key, 1, most, window, now).map(|()| 1),
        other => other.map(|()| part),
    }
}

impl App {
    /// Lets a system in; the credentials are returned once.
    ///
    /// # Errors
    /// Field errors, or the database.
    pub fn create_partner(self: &Arc<Self>, actor: &Actor, new: &NewPartner) -> Result<(PartnerId, Credentials)> {
        let given = ids_in(self, Credentials::fresh);
        let (new, made) = (new.clone(), given.clone());
        Ok((self.write_blocking(actor, None, move |tx| create(tx, &new, &made))?, given))
    }

    /// Gives a system a new key and secret; the old ones are worth nothing from this moment.
    ///
    /// # Errors
    /// [`Error::NotFound`]; it was revoked.
    pub fn rotate_partner(self: &Arc<Self>, actor: &Actor, code: &str) -> Result<Credentials> {
        let given = ids_in(self, Credentials::fresh);
        let (code, made) = (code.to_owned(), given.clone());
        self.write_blocking(actor, None, move |tx| rotate(tx, &code, &made))?;
        Ok(given)
    }

    /// Shuts a system out. Its filings stay what they are.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn revoke_partner(self: &Arc<Self>, actor: &Actor, code: &str) -> Result<()> {
        let code = code.to_owned();
        self.write_blocking(actor, None, move |tx| revoke(tx, &code))
    }

    /// Sets what a system may ask and send in a minute; `None` leaves it as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`]; field errors.
    pub fn limit_partner(self: &Arc<Self>, actor: &Actor, code: &str, requests: Option<Limit>, clues: Option<Limit>) -> Result<()> {
        let code = code.to_owned();
        self.write_blocking(actor, None, move |tx| limit(tx, &code, requests, clues))
    }

    /// All systems by code.
    ///
    /// # Errors
    /// The database.
    pub fn partners(self: &Arc<Self>) -> Result<Vec<Partner>> {
        self.db.read_blocking(|c| store::partners(c, LISTED))
    }

    /// The system of a key, with one more request counted against what it may ask in a minute. Counted by system, never
    /// by address, and in the database: all nodes count together.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a key that is nobody's or no longer holds; [`Error::TooMany`].
    pub async fn partner_of(self: &Arc<Self>, key: &str) -> Result<Caller> {
        let hash = token_hash(key);
        let p = self.db.read(move |c| store::partner_by_key(c, &hash)).await?;
        let p = p.filter(|p| p.state == "active").ok_or(Error::Unauthenticated)?;
        self.count_request(p.id, p.requests_a_minute).await?;
        Ok(Caller { id: p.id, code: p.code, channel: p.channel, bureau: p.bureau })
    }

    /// Counts one more request of a system, `own` being what it may make in a minute where that is its own.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub(in crate::app) async fn count_request(self: &Arc<Self>, id: PartnerId, own: Option<i32>) -> Result<()> {
        let now = self.now();
        if !self.allowances.spend(id, now) {
            let (counted, window) = (format!("exchange:{}", id), allowance::window());
            let most = own.unwrap_or(self.config.exchange.requests_a_minute);
            let taken = self.db.write(move |c| take_some(c, &counted, allowance::part(most), most, window, now)).await;
            // while the database only reads, nothing is counted and whoever only asks goes on
            match taken {
                Ok(n) => self.allowances.put(id, n - 1, now),
                Err(e) => unless_away(Err(e))?,
            }
        }
        Ok(())
    }

    /// Whether a message was signed with the system's secret.
    ///
    /// # Errors
    /// The database, or the secret cannot be opened.
    pub async fn signed_by(self: &Arc<Self>, who: PartnerId, id: &str, timestamp: i64, body: &[u8], signature: &str) -> Result<bool> {
        let secret = self
            .look(move |c, _, keys| {
                let p = store::partner(c, who)?.ok_or(Error::Unauthenticated)?;
                let text = seal::open(keys, Place::new("partners", "secret_ct", p.id), &p.secret_ct)?;
                exchange::secret_bytes(&text)
                    .map(zeroize::Zeroizing::new)
                    .ok_or_else(|| Error::Internal("a stored secret has no form".into()))
            })
            .await?;
        Ok(exchange::signed(&secret, id, timestamp, body, signature))
    }
}
