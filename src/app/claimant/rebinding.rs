//! A worker's log-in goes over to another telephone 换绑手机: a changed number, a lost card, a telephone kept by somebody else
//! (practice P2.8).
//!
//! Owns what an employer or foreman cannot pass: the person stands at the counter with his ID document and the query code
//! of his receipt, the new telephone answers a code, two officers say so, the old number is told, and a delay passes in
//! which a log-in of the old one stops it. Where no ID is on file to compare the document with, the officer says what else
//! was checked. When it takes effect all sessions of before end. Nothing is sent inside a transaction: the old number is
//! told by [`App::settle_rebindings`], and the delay runs from then.

use super::super::workers::{self as log_in, Indexes};
use super::super::write::{Key, Marks, Tx};
use super::super::{App, addresses, counter, notify};
use super::of_filing;
use crate::base::id::{FilingId, RowId, WorkerId};
use crate::base::seal::{self, Place};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::law::identity::ResidentId;
use crate::store::mandates::{self as rows, Rebinding};
use crate::store::{filings, workers};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The rule of the delay.
const DELAY: &str = "rebinding.delay";
/// Characters in which an officer says what else was checked where no ID is on file to compare the document with.
const OTHER_PROOF: usize = 10;
/// Rows a list shows and a job looks at in one go.
const SHORT: i64 = 100;

/// What is proven at the counter.
#[derive(Clone)]
pub struct AskRebinding {
    /// The new telephone.
    pub phone: String,
    /// The code sent to it.
    pub code: String,
    /// The resident ID read from the document the person showed.
    pub id_number: String,
    /// The query code of the filing's receipt.
    pub secret: String,
    /// What the officer saw and heard.
    pub note: String,
}
impl std::fmt::Debug for AskRebinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AskRebinding(…)")
    }
}

/// One that waits, as the office sees it.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RebindingView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The filing by which it was asked.
    #[schema(value_type = String)]
    pub filing: FilingId,
    /// Its number.
    pub number: String,
    /// The new telephone, masked.
    pub phone: String,
    /// `asked` (waits for a second officer) or `confirmed` (waits for the delay).
    pub state: String,
    /// When it was asked.
    #[schema(value_type = String)]
    pub asked_at: At,
    /// Whether this reader asked; then another officer confirms.
    pub own: bool,
    /// What the officer saw and heard.
    pub note: String,
    /// When the old number was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub told_at: Option<At>,
    /// It takes effect from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub not_before: Option<At>,
}
impl std::fmt::Debug for RebindingView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RebindingView({})", self.id)
    }
}

/// What one round of the job did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Old numbers told.
    pub told: usize,
    /// Old numbers that could not be told now.
    pub waiting: usize,
    /// Log-ins that went over.
    pub done: usize,
}

/// Ends an open one.
fn cancel(tx: &mut Tx<'_>, row: Rebinding, why: &str) -> Result<()> {
    let was = row.state.clone();
    let (id, worker) = (row.id, row.worker_id);
    let f = filings::get(tx.c, row.filing_id)?.ok_or(Error::NotFound("filing"))?;
    let row = Rebinding { state: "cancelled".into(), ended_at: Some(tx.now), ended_why: Some(why.into()), ..row };
    rows::update_rebinding(tx.c, &row, &was)?;
    let payload = serde_json::json!({ "rebinding": id, "why": why });
    tx.record("worker", worker.into(), "rebinding_cancelled", tx.now, payload.clone(), &Marks::default())?;
    tx.record("filing", f.id.into(), "rebinding_cancelled", tx.now, payload, &of_filing(&f))?;
    if why == "owner" { notify::tell_desk(tx, &f, "rebinding_contested") } else { Ok(()) }
}

/// Somebody logged in by the old telephone or WeChat account: the change stops.
pub(in crate::app) fn owner_is_here(tx: &mut Tx<'_>, worker: WorkerId) -> Result<()> {
    match rows::open_rebinding(tx.c, worker)? {
        Some(row) => cancel(tx, row, "owner"),
        None => Ok(()),
    }
}

/// The change as its officers know it; others do not know of it.
fn known(tx: &mut Tx<'_>, id: RowId) -> Result<(Rebinding, filings::Filing)> {
    let row = rows::rebinding(tx.c, id)?.ok_or(Error::NotFound("rebinding"))?;
    let f = counter::at_counter(tx, row.filing_id).map_err(|e| match e {
        Error::NotFound(_) => Error::NotFound("rebinding"),
        e => e,
    })?;
    if row.ended_at.is_some() {
        return Err(Error::refused("not_now", &[]));
    }
    Ok((row, f))
}

/// The name a log-in goes by; that of the filing's person where a WeChat log-in has none.
fn name_of(tx: &mut Tx<'_>, w: &workers::Worker, f: &filings::Filing) -> Result<String> {
    if let Some(ct) = &w.name_ct {
        return tx.open_sealed("workers", "name_ct", w.id, ct);
    }
    let p = filings::claimant(tx.c, f.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
    tx.open_sealed("claimants", "name_ct", p.id, &p.name_ct)
}

/// Lets a change take effect: the log-in has the new telephone, or, where this name had logged in on it already, what was
/// filed goes over to that log-in. All sessions of before end.
fn take_effect(tx: &mut Tx<'_>, row: Rebinding) -> Result<()> {
    let f = filings::get(tx.c, row.filing_id)?.ok_or(Error::NotFound("filing"))?;
    let w = workers::get(tx.c, row.worker_id)?.ok_or(Error::NotFound("worker"))?;
    let (id, old) = (row.id, w.id);
    let phone = tx.open_sealed("rebindings", "phone_ct", id, &row.phone_ct)?;
    let name = name_of(tx, &w, &f)?;
    let keys = Indexes::of(&tx.keys, &name, &phone)?;
    let there = workers::by_phone(tx.c, &keys.phone, &keys.name)?.filter(|o| o.id != old);
    workers::end_sessions(tx.c, old, tx.now)?;
    // a WeChat account on a lost telephone is told nothing any more
    addresses::forget_wx(tx, old)?;
    let new = if let Some(o) = there {
        workers::end_sessions(tx.c, o.id, tx.now)?;
        let moved = rows::hand_over(tx.c, old, o.id)?;
        workers::update(tx.c, &workers::Worker { state: "blocked".into(), ..w })?;
        let payload = serde_json::json!({ "rebinding": id, "from": old, "filings": moved });
        tx.record("worker", o.id.into(), "took_over", tx.now, payload, &Marks::default())?;
        o.id
    } else {
        let changed = workers::Worker {
            name_ct: Some(tx.seal("workers", "name_ct", old, &name)?),
            name_mask: Some(text::mask_name(&name)),
            name_bix: Some(keys.name_bix.clone()),
            phone_ct: Some(tx.seal("workers", "phone_ct", old, &phone)?),
            phone_mask: Some(text::mask_phone(&phone)),
            phone_bix: Some(keys.phone_bix.clone()),
            // a WeChat account on a lost telephone opens nothing any more
            wx_bix: None,
            ..w
        };
        workers::update(tx.c, &changed)?;
        old
    };
    let was = row.state.clone();
    rows::update_rebinding(
        tx.c,
        &Rebinding { state: "done".into(), ended_at: Some(tx.now), ended_why: Some("effect".into()), ..row },
        &was,
    )?;
    let payload = serde_json::json!({ "rebinding": id, "worker": new });
    tx.record("worker", old.into(), "rebound", tx.now, payload.clone(), &Marks::default())?;
    tx.record("filing", f.id.into(), "rebound", tx.now, payload, &of_filing(&f))?;
    Ok(())
}

impl App {
    /// An officer asks for a filing's log-in to go over to the telephone the person has now.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the officer may not know of the filing), [`Error::Forbidden`], field errors,
    /// `bad_code`, `receipt_unknown`, `no_log_in`, `rebinding_open`, [`Error::TooMany`].
    pub async fn ask_rebinding(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: FilingId, ask: &AskRebinding) -> Result<RowId> {
        let number = self.stands_at_counter(actor, id).await?;
        // the first may have been accepted and its answer lost: its code is used up, and this is no second attempt
        if let Some(done) = self.answered(actor, key.as_ref()).await? {
            return Ok(done);
        }
        let phone = log_in::phone(&ask.phone, "/phone")?;
        let person = ResidentId::parse(&ask.id_number).map_err(|_| Error::field("/idNumber", "bad_id_number", &[]))?.as_str().to_owned();
        let note = counter::remark(&ask.note, "/note")?;
        // the second factor: what stands on the receipt, counted by its number
        if self.by_receipt(&number, &ask.secret).await? != id {
            return Err(Error::refused("receipt_unknown", &[]));
        }
        let keys = self.keys();
        let (seen, phone_bix) = (seal::blind_all(&keys, "id", &person), seal::blind(&keys, "phone", &phone)?);
        let same = seal::blind_all(&keys, "phone", &phone);
        let code = match self.redeem(&phone, &ask.code).await {
            Ok(code) => code,
            Err(e) => return self.asked_before(actor, key.as_ref(), id, &phone, &ask.code, seen).await?.ok_or(e),
        };
        self.write(actor, key, move |tx| {
            let f = counter::at_counter(tx, id)?;
            let worker = f.worker_id.ok_or_else(|| Error::refused("no_log_in", &[]))?;
            let p = filings::claimant(tx.c, f.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
            if p.person_bix.as_ref().is_some_and(|b| !seen.contains(b)) {
                return Err(Error::field("/idNumber", "identity_differs", &[]));
            }
            // the document proves who stands there, not that he filed: with nothing to compare it with, more was checked
            if p.person_bix.is_none() && note.chars().count() < OTHER_PROOF {
                return Err(Error::field("/note", "other_proof", &[("least", &OTHER_PROOF.to_string())]));
            }
            let w = workers::get(tx.c, worker)?.ok_or(Error::NotFound("worker"))?;
            if w.phone_bix.as_ref().is_some_and(|b| same.contains(b)) {
                return Err(Error::field("/phone", "same_phone", &[]));
            }
            if rows::open_rebinding(tx.c, worker)?.is_some() {
                return Err(Error::refused("rebinding_open", &[]));
            }
            workers::use_code(tx.c, code, tx.now).map_err(|e| match e {
                Error::Stale(_) => Error::refused("bad_code", &[]),
                e => e,
            })?;
            let row: RowId = tx.ids.id(tx.now);
            let asked = Rebinding {
                id: row,
                filing_id: id,
                worker_id: worker,
                bureau: f.receiving_bureau.clone(),
                phone_ct: tx.seal("rebindings", "phone_ct", row, &phone)?,
                phone_mask: text::mask_phone(&phone),
                phone_bix: phone_bix.clone(),
                state: "asked".into(),
                asked_by: tx.actor.account().ok_or(Error::Unauthenticated)?,
                asked_at: tx.now,
                note_ct: tx.seal("rebindings", "note_ct", row, &note)?,
                confirmed_by: None,
                confirmed_at: None,
                told_at: None,
                not_before: None,
                ended_at: None,
                ended_why: None,
            };
            rows::insert_rebinding(tx.c, &asked)?;
            let payload = serde_json::json!({ "rebinding": row, "worker": worker });
            tx.record("worker", worker.into(), "rebinding_asked", tx.now, payload.clone(), &Marks::default())?;
            tx.record("filing", id.into(), "rebinding_asked", tx.now, payload, &of_filing(&f))?;
            notify::tell_desk(tx, &f, "rebinding_asked")?;
            Ok(row)
        })
        .await
    }

    /// The change this same officer asked for with the same code a moment ago, for the same person and telephone: the answer
    /// to a request sent again under another key, or beside its twin.
    async fn asked_before(
        self: &Arc<Self>,
        actor: &Actor,
        key: Option<&Key>,
        id: FilingId,
        phone: &str,
        code: &str,
        seen: Vec<String>,
    ) -> Result<Option<RowId>> {
        if let Some(done) = self.answered(actor, key).await? {
            return Ok(Some(done));
        }
        let Some(at) = self.redeemed(phone, code).await? else { return Ok(None) };
        let (me, same) = (actor.account(), seal::blind_all(&self.keys(), "phone", phone));
        self.db
            .read(move |c| {
                // a code is used in the transaction that asks: the instant is the same to the last digit
                let asked = rows::rebinding_asked(c, id, at)?.filter(|r| Some(r.asked_by) == me && same.contains(&r.phone_bix));
                let Some(row) = asked else { return Ok(None) };
                let f = filings::get(c, id)?.ok_or(Error::NotFound("filing"))?;
                let p = filings::claimant(c, f.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
                Ok(p.person_bix.is_none_or(|b| seen.contains(&b)).then_some(row.id))
            })
            .await
    }

    /// Changes that wait at the reader's counters, the oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn rebindings(self: &Arc<Self>, actor: &Actor) -> Result<Vec<RebindingView>> {
        let (actor, counters) = (actor.clone(), self.counters(actor));
        self.look(move |c, _, keys| {
            let mut out = Vec::new();
            for (r, f) in rows::rebindings_of(c, &counters, SHORT)? {
                out.push(RebindingView {
                    note: seal::open(keys, Place::new("rebindings", "note_ct", r.id), &r.note_ct)?,
                    id: r.id,
                    filing: f.id,
                    number: f.number,
                    phone: r.phone_mask,
                    state: r.state,
                    asked_at: r.asked_at,
                    own: actor.account() == Some(r.asked_by),
                    told_at: r.told_at,
                    not_before: r.not_before,
                });
            }
            Ok(out)
        })
        .await
    }

    /// How many changes wait for this officer's word as the second one.
    ///
    /// # Errors
    /// The database.
    pub async fn rebindings_waiting(self: &Arc<Self>, actor: &Actor) -> Result<i64> {
        let (counters, me) = (self.counters(actor), actor.account());
        if counters.is_empty() {
            return Ok(0);
        }
        self.db.read(move |c| rows::rebindings_asked(c, &counters, me, SHORT)).await
    }

    /// A second officer confirms a change, or anyone of the counter stops it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`] `rebinding_second` for whoever asked, `not_now`.
    pub async fn decide_rebinding(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, confirm: bool) -> Result<FilingId> {
        self.write(actor, key, move |tx| {
            let (row, f) = known(tx, id)?;
            if !confirm {
                cancel(tx, row, "officer")?;
                return Ok(f.id);
            }
            if row.state != "asked" {
                return Err(Error::refused("not_now", &[]));
            }
            // two persons: not even as a stand-in for somebody else
            let me = tx.actor.account().ok_or(Error::Unauthenticated)?;
            if me == row.asked_by || !access::may(tx.actor, Ability::Register, &row.bureau) {
                return Err(Error::Forbidden("rebinding_second"));
            }
            let untold = workers::get(tx.c, row.worker_id)?.is_some_and(|w| w.phone_ct.is_none());
            // a WeChat log-in has no number that could be told: the delay runs at once
            let not_before = if untold { Some(tx.passes(DELAY, tx.now)?) } else { None };
            let told_at = untold.then_some(tx.now);
            let worker = row.worker_id;
            let next =
                Rebinding { state: "confirmed".into(), confirmed_by: Some(me), confirmed_at: Some(tx.now), told_at, not_before, ..row };
            rows::update_rebinding(tx.c, &next, "asked")?;
            let payload = serde_json::json!({ "rebinding": id });
            tx.record("worker", worker.into(), "rebinding_confirmed", tx.now, payload.clone(), &Marks::default())?;
            tx.record("filing", f.id.into(), "rebinding_confirmed", tx.now, payload, &of_filing(&f))?;
            Ok(f.id)
        })
        .await
    }

    /// Tells old numbers, and lets changes take effect whose delay is over. Blocks; a message nobody takes is tried again
    /// at the next round.
    ///
    /// # Errors
    /// The database or the keys.
    pub fn settle_rebindings(self: &Arc<Self>) -> Result<Settled> {
        let mut done = Settled::default();
        let system = Actor::System("rebinding");
        let mut after = None;
        loop {
            let page = self.db.read_blocking(move |c| rows::untold(c, after, SHORT))?;
            let Some(last) = page.last() else { break };
            after = last.confirmed_at.map(|at| (at, last.id));
            for row in &page {
                if self.tell_old(row)? {
                    let id = row.id;
                    self.write_blocking(&system, None, move |tx| {
                        let Some(row) = rows::rebinding(tx.c, id)?.filter(|r| r.state == "confirmed" && r.told_at.is_none()) else {
                            return Ok(());
                        };
                        let next = Rebinding { told_at: Some(tx.now), not_before: Some(tx.passes(DELAY, tx.now)?), ..row };
                        rows::update_rebinding(tx.c, &next, "confirmed")?;
                        let payload = serde_json::json!({ "rebinding": id, "notBefore": next.not_before });
                        tx.record("worker", next.worker_id.into(), "rebinding_told", tx.now, payload, &Marks::default())?;
                        Ok(())
                    })?;
                    done.told += 1;
                } else {
                    done.waiting += 1;
                }
            }
        }
        let now = self.now();
        for row in self.db.read_blocking(move |c| rows::due(c, now, SHORT))? {
            let id = row.id;
            done.done += self.write_blocking(&system, None, move |tx| {
                let open = |r: &Rebinding| r.state == "confirmed" && r.not_before.is_some_and(|at| at <= tx.now);
                match rows::rebinding(tx.c, id)?.filter(open) {
                    Some(row) => take_effect(tx, row).map(|()| 1_usize),
                    None => Ok(0),
                }
            })?;
        }
        Ok(done)
    }

    /// Tells the old number what is about to happen; `false` when nobody takes the message now. It names no employer and
    /// no complaint: the sender's template says who tells, and that a log-in stops it.
    fn tell_old(self: &Arc<Self>, row: &Rebinding) -> Result<bool> {
        let worker = row.worker_id;
        let Some(w) = self.db.read_blocking(move |c| workers::get(c, worker))? else { return Ok(true) };
        let Some(ct) = &w.phone_ct else { return Ok(true) };
        self.renew_keys()?;
        let phone = seal::open(&self.keys(), Place::new("workers", "phone_ct", w.id), ct)?;
        match self.sms.send(&row.id.to_string(), &phone, "phone_change", &[("phone", &row.phone_mask)], self.now()) {
            Ok(()) => Ok(true),
            Err(Error::Unavailable(why)) => {
                tracing::warn!(rebinding = %row.id, why, "the old number could not be told; it is tried again");
                Ok(false)
            }
            Err(e) => Err(e),
        }
    }
}
