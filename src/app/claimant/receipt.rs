//! Receipts: the number with a secret beside it, the signed hash of the event, and its proof once a checkpoint is there.
//!
//! Owns who may read the way of a matter without a log-in: whoever holds the receipt, nobody else; wrong secrets are
//! counted by number. What is told so is the stage alone, never a name or a sum.

use super::super::App;
use super::super::workers::within;
use super::super::write::Tx;
use super::matter::{self, Stage};
use super::own;
use crate::app::workers::Me;
use crate::base::id::{FilingId, read_code};
use crate::base::seal::{self, KeyRing, Place, hex};
use crate::base::text::{self, Lang};
use crate::base::{At, Error, Result};
use crate::store::{Conn, dialogue, filings, journal};
use chrono::Duration;
use std::sync::Arc;

/// What the secret's blind index and the signature are keyed for.
const SECRET: &str = "receipt_secret";
/// The use a signature is good for.
const DOMAIN: &str = "receipt";

/// What the worker keeps.
#[derive(Debug, Clone)]
pub struct ReceiptView {
    /// The number.
    pub number: String,
    /// The secret: with the number it opens the way of the matter without a log-in.
    pub secret: String,
    /// When it was received.
    pub received_at: At,
    /// The bureau that received it.
    pub bureau: String,
    /// What may be expected by when, and why.
    pub expects: Vec<matter::Expect>,
    /// That it was received.
    pub proof: Proof,
}

/// That a filing was received: whoever holds this can show it, whatever becomes of the database.
#[derive(Debug, Clone)]
pub struct Proof {
    /// What is signed, line by line: `qingxin receipt 1`, the number, the event's hash, when it was recorded.
    pub text: String,
    /// The signature over it.
    pub signature: String,
    /// Once a checkpoint covers the event: its number, the path to the root, and the checkpoint's note.
    pub inclusion: Option<Inclusion>,
}

/// The path from the event to a signed checkpoint.
#[derive(Debug, Clone)]
pub struct Inclusion {
    /// The event's number in the journal.
    pub log_no: u64,
    /// Hashes from the leaf to the root, hexadecimal.
    pub path: Vec<String>,
    /// The signed note.
    pub note: String,
}

/// What a receipt tells without a log-in.
#[derive(Debug, Clone)]
pub struct Way {
    /// The number.
    pub number: String,
    /// When it was received.
    pub received_at: At,
    /// Where it stands.
    pub stage: Stage,
    /// What may be expected by when.
    pub expects: Vec<matter::Expect>,
}

/// The secret of a filing's receipt, made the first time it is asked for.
///
/// # Errors
/// The database or the keys.
pub fn secret_of(tx: &mut Tx<'_>, id: FilingId) -> Result<String> {
    if let Some(row) = dialogue::receipt(tx.c, id)? {
        return tx.open_sealed("receipts", "secret_ct", id, &row.secret_ct);
    }
    let secret = tx.ids.code("QZ");
    let row = dialogue::Receipt {
        filing_id: id,
        secret_ct: tx.seal("receipts", "secret_ct", id, &secret)?,
        secret_bix: seal::blind(&tx.keys, SECRET, &secret)?,
        created_at: tx.now,
    };
    if !dialogue::insert_receipt(tx.c, &row)? {
        return Err(Error::Stale("receipt"));
    }
    Ok(secret)
}

/// The signed words that a filing was received.
fn proof(c: &mut Conn, keys: &KeyRing, f: &filings::Filing) -> Result<Proof> {
    let events = journal::stream(c, f.id.into())?;
    let event =
        events.into_iter().find(|e| e.core.kind == "registered").ok_or_else(|| Error::Internal("a filing without its event".into()))?;
    let text = format!("qingxin receipt 1\n{}\n{}\n{}\n", f.number, hex(&event.hash), event.core.at);
    let signature = keys.sign(DOMAIN, text.as_bytes())?;
    let inclusion = journal::inclusion(c, f.id.into(), event.core.seq)?;
    let inclusion = inclusion.map(|i| Inclusion { log_no: i.log_no, path: i.proof.iter().map(|h| hex(h)).collect(), note: i.note });
    Ok(Proof { text, signature, inclusion })
}

/// Whether a proof holds: signature, and the path to the checkpoint where there is one. For whoever checks a receipt.
#[must_use]
pub fn holds(p: &Proof, keys: &[seal::PublicKey]) -> bool {
    if !seal::checkpoint::verify(DOMAIN, p.text.as_bytes(), &p.signature, keys) {
        return false;
    }
    let Some(i) = &p.inclusion else { return true };
    let unhex = |s: &str| -> Option<seal::Hash> {
        let bytes: Option<Vec<u8>> = (0..s.len() / 2).map(|n| u8::from_str_radix(s.get(2 * n..2 * n + 2)?, 16).ok()).collect();
        bytes?.try_into().ok()
    };
    let (Some(event), Ok(cp)) = (p.text.lines().nth(2).and_then(unhex), seal::Checkpoint::verify(&i.note, keys)) else { return false };
    let path: Option<Vec<seal::Hash>> = i.path.iter().map(|h| unhex(h)).collect();
    i.log_no > 0 && path.is_some_and(|path| seal::merkle::verify_inclusion(&event, i.log_no - 1, cp.size, &path, &cp.root))
}

impl App {
    /// The receipt of an own filing.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the database.
    pub async fn receipt_of(self: &Arc<Self>, me: &Me, id: FilingId) -> Result<ReceiptView> {
        let (worker, lang) = (me.worker.clone(), me.lang);
        let who = worker.clone();
        let row = self
            .look(move |c, _, _| {
                own(c, &who, id)?;
                dialogue::receipt(c, id)
            })
            .await?;
        if row.is_none() {
            // one that came by another door has none yet
            self.write(&me.actor(), None, move |tx| {
                let f = super::mine(tx, id)?;
                secret_of(tx, f.id).map(drop)
            })
            .await?;
        }
        self.look(move |c, app, keys| {
            let f = own(c, &worker, id)?;
            let row = dialogue::receipt(c, id)?.ok_or(Error::NotFound("receipt"))?;
            Ok(ReceiptView {
                number: f.number.clone(),
                secret: seal::open(keys, Place::new("receipts", "secret_ct", id), &row.secret_ct)?,
                received_at: f.received_at,
                bureau: app.bureau_name(&f.receiving_bureau),
                expects: matter::expects(c, app, keys, &f, lang)?,
                proof: proof(c, keys, &f)?,
            })
        })
        .await
    }

    /// The filing of a receipt: number and secret together. Wrong ones are counted by number and answer alike.
    ///
    /// # Errors
    /// [`Error::Refused`] `receipt_unknown`, [`Error::TooMany`].
    pub async fn by_receipt(self: &Arc<Self>, number: &str, secret: &str) -> Result<FilingId> {
        let number = read_code(number).unwrap_or_else(|| text::tidy(number).chars().take(40).collect());
        let secret = read_code(secret).unwrap_or_default();
        let (fits, limit) = (seal::blind_all(&self.keys(), SECRET, &secret), self.limit_key("receipt", &number)?);
        let (most, now) = (self.config.workers.receipt_tries, self.now());
        let found = self
            .db
            .write(move |c| {
                // counted before it is compared, and given back when it fits: guesses side by side are counted too
                within(c, &limit, most, Duration::hours(1), now)?;
                let Some(f) = filings::by_number(c, &number)? else { return Ok(None) };
                let row = dialogue::receipt(c, f.id)?.filter(|r| fits.contains(&r.secret_bix));
                if row.is_some() {
                    crate::store::workers::give_back(c, &limit)?;
                }
                Ok(row.map(|_| f.id))
            })
            .await?;
        found.ok_or_else(|| Error::refused("receipt_unknown", &[]))
    }

    /// Where the matter of a receipt stands, for whoever holds it.
    ///
    /// # Errors
    /// As [`App::by_receipt`].
    pub async fn way_of(self: &Arc<Self>, number: &str, secret: &str, lang: Lang) -> Result<Way> {
        let id = self.by_receipt(number, secret).await?;
        self.look(move |c, app, keys| {
            let f = filings::get(c, id)?.ok_or(Error::NotFound("filing"))?;
            Ok(Way {
                number: f.number.clone(),
                received_at: f.received_at,
                stage: matter::stage(c, &f, lang)?,
                expects: matter::expects(c, app, keys, &f, lang)?,
            })
        })
        .await
    }

    /// Public keys that receipts are checked with, the newest first.
    #[must_use]
    pub fn public_keys(&self) -> Vec<String> {
        self.keys().public_keys().iter().map(ToString::to_string).collect()
    }
}
