//! What the worker is said to have been paid, and the own word on it (practice P3.4, P3.6).
//!
//! Owns that a worker sees and answers the own row alone, and that many words from one device are a sign and not a proof. Sums are
//! planned in `domain::ledger`.

use super::super::effects::money::{Answer, WEEK, answer};
use super::super::perform::tell_case;
use super::super::workers::{Me, device_key};
use super::super::write::{Key, Tx};
use super::super::{App, notify};
use super::{held, in_name_of, of_filing, own};
use crate::base::id::{CaseId, ClaimId, FilingId, PaymentId};
use crate::base::seal::KeyRing;
use crate::base::text::Lang;
use crate::base::{At, Day, Error, Result};
use crate::domain::access::{Actor, Worker};
use crate::domain::mandate::Power;
use crate::law::Fen;
use crate::store::{Conn, filings, ledger, workers};
use chrono::Duration;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// One payment as far as it is the worker's.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnPayment {
    /// Its id.
    #[schema(value_type = String)]
    pub id: PaymentId,
    /// When it was paid.
    #[schema(value_type = String)]
    pub paid_on: Day,
    /// The own part, in fen.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// Who paid, in words.
    pub payer: String,
    /// How, in words.
    pub way: String,
    /// Whether it counts as received.
    pub counts: bool,
    /// The own word so far: `confirmed` or `denied`.
    pub answer: Option<String>,
    /// The word is kept but does not count yet: the office rings first, because one device spoke for many.
    pub awaits_call: bool,
    /// When it was given.
    #[schema(value_type = Option<String>)]
    pub answered_at: Option<At>,
}

/// The own claims behind a filing.
fn own_claims(c: &mut Conn, keys: &KeyRing, me: &Worker, f: &filings::Filing) -> Result<Vec<ClaimId>> {
    Ok(own::claims_of(c, keys, me, f)?.into_iter().map(|k| k.id).collect())
}

/// What of these payments is for these claims, the oldest first.
pub(super) fn parts_of(app: &App, lang: Lang, all: &[ledger::Allotted], mine: &[ClaimId]) -> Vec<OwnPayment> {
    let mut out = Vec::new();
    for (p, to) in all.iter().filter(|(p, _)| p.reversed_at.is_none()) {
        let parts: Vec<_> = to.iter().filter(|a| mine.contains(&a.claim_id)).collect();
        let Some(first) = parts.first() else { continue };
        out.push(OwnPayment {
            id: p.id,
            paid_on: p.paid_on,
            amount_fen: Fen::sum(parts.iter().map(|a| a.amount)).unwrap_or_default(),
            payer: app.code_word(lang, "payer_kind", &p.payer_kind),
            way: app.code_word(lang, "payment_way", &p.way),
            counts: parts.iter().all(|a| a.counts),
            answer: first.answer.clone(),
            awaits_call: parts.iter().any(|a| a.held),
            answered_at: first.answered_at,
        });
    }
    out
}

impl App {
    /// Payments in which the worker has a part, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`]; the database.
    pub async fn own_payments(self: &Arc<Self>, me: &Me, id: FilingId) -> Result<Vec<OwnPayment>> {
        let (me, lang, now) = (me.worker.clone(), me.lang, self.now());
        self.look(move |c, app, keys| {
            let (f, _) = held(c, &me, id, Power::View, now)?;
            let Some(case) = f.case_id else { return Ok(Vec::new()) };
            let mine = own_claims(c, keys, &me, &f)?;
            let mut out = parts_of(app, lang, &ledger::payments_of(c, case)?, &mine);
            out.reverse();
            Ok(out)
        })
        .await
    }

    /// The worker says whether the money is there.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the worker has no part in it; `confirmation_final`; the agent's power.
    pub async fn answer_payment(
        self: &Arc<Self>,
        me: &Me,
        key: Option<Key>,
        id: FilingId,
        payment: PaymentId,
        received: bool,
    ) -> Result<()> {
        let me = me.worker.clone();
        self.write(&Actor::Worker(me.clone()), key, move |tx| {
            in_name_of(tx, id, Power::ConfirmReceipt, |tx, f| say(tx, &me, &f, payment, received))
        })
        .await
    }
}

/// Whether so many claims of a case were confirmed from one device within a week, or from any within a minute, that it is one sign. An
/// address is not looked at: a whole site shares one.
fn alike(tx: &mut Tx<'_>, case: CaseId, device: &str, most: i64) -> Result<bool> {
    let many = |n: usize| i64::try_from(n).unwrap_or(i64::MAX) >= most;
    Ok(many(ledger::confirmed_since(tx.c, case, Some(device), tx.now.plus(-WEEK))?.len())
        || many(ledger::confirmed_since(tx.c, case, None, tx.now.plus(-Duration::minutes(1)))?.len()))
}

fn say(tx: &mut Tx<'_>, me: &Worker, f: &filings::Filing, payment: PaymentId, received: bool) -> Result<()> {
    let case = f.case_id.ok_or(Error::NotFound("payment"))?;
    let keys = Arc::clone(&tx.keys);
    let mine = own_claims(tx.c, &keys, me, f)?;
    let alike = answer_for(tx, me, (case, payment), &mine, received)?;
    let payload = serde_json::json!({ "payment": payment, "received": received, "alike": alike });
    tx.record("filing", f.id.into(), "payment_answered", tx.now, payload, &of_filing(f))?;
    settle(tx, f, case, received, alike)
}

/// The worker's word for the own claims alone; whether so many came from one device that they are one sign.
pub(super) fn answer_for(
    tx: &mut Tx<'_>,
    me: &Worker,
    (case, payment): (CaseId, PaymentId),
    mine: &[ClaimId],
    received: bool,
) -> Result<bool> {
    let session = workers::session_by_id(tx.c, me.session)?.ok_or(Error::Unauthenticated)?;
    let device = device_key(&tx.keys, &session)?;
    let parts: Vec<ClaimId> = match ledger::payments_of(tx.c, case)?.into_iter().find(|(p, _)| p.id == payment && p.reversed_at.is_none()) {
        Some((_, to)) => to.iter().map(|a| a.claim_id).filter(|c| mine.contains(c)).collect(),
        None => Vec::new(),
    };
    if parts.is_empty() {
        return Err(Error::NotFound("payment"));
    }
    for claim in parts {
        answer(tx, &Answer { case, payment, claim, confirmed: received, device: Some(device.clone()) })?;
    }
    let most = tx.app.config.workers.confirmations_flagged;
    Ok(received && alike(tx, case, &device, most)?)
}

/// Who hears of it: the officer, and the complaint.
pub(super) fn settle(tx: &mut Tx<'_>, f: &filings::Filing, case: CaseId, received: bool, alike: bool) -> Result<()> {
    if alike {
        // one device for a crew counts as one signal: somebody rings each of them
        notify::tell_handler(tx, f, "confirmations_alike")?;
    }
    let told: &[&str] = if received { &["receipt_confirmed"] } else { &["receipt_denied", "receipt_denied_at_work"] };
    tell_case(tx, case, told)
}
