//! Money: payments with their proof and to whom they go, what is more than owed, mistakes, and what workers give up.
//!
//! Owns the loading and saving around `domain::ledger`. A payment that is no proof that the worker has the money (through a
//! foreman, in kind, on a card somebody else keeps) is allotted but does not count until each worker says so (practice P3.4).

use super::{Args, Made, at_form, change_claim, claim_of, recourse, retotal};
use crate::app::claims::representatives;
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::{CaseId, ClaimId, ClaimantId, EvidenceId, PaymentId, RespondentId};
use crate::base::{Day, Error, Result, text};
use crate::domain::joint::Act;
use crate::domain::ledger as rules;
use crate::domain::proof::Proves;
use crate::flow::Value;
use crate::law::Fen;
use crate::store::ledger::{self, Allocation, Payment};
use crate::store::{agreements, cases};
use chrono::Duration;
use std::collections::BTreeMap;

/// The rule of the days within which a confirmation may be taken back (practice P3.6).
const REVOKE: &str = "payment.revoke";

/// What waits for a worker's word, by claim.
fn waiting(tx: &mut Tx<'_>, case: CaseId) -> Result<BTreeMap<ClaimId, i64>> {
    let mut out: BTreeMap<ClaimId, i64> = BTreeMap::new();
    for (claim, amount) in ledger::unconfirmed(tx.c, case)? {
        *out.entry(claim).or_default() += amount.get();
    }
    Ok(out)
}

/// Parts of a payment by claim, and what nobody may take.
type Parts = (Vec<(ClaimId, Fen)>, Fen);

/// A payment over what this case still owes: on one claim, or on the shares of the running agreement and then on whatever else is
/// owed, or on all; less what waits for a worker's word already. Money that is owed is never excess because an agreement covers
/// less. With it what could be taken in all.
fn parts_of(tx: &mut Tx<'_>, case: CaseId, claim: Option<ClaimId>, amount: Fen) -> Result<(Parts, Fen)> {
    let waiting = waiting(tx, case)?;
    let free = |to: Vec<(ClaimId, Fen)>, given: &BTreeMap<ClaimId, i64>| -> Vec<(ClaimId, Fen)> {
        let taken = |id: &ClaimId| waiting.get(id).copied().unwrap_or(0) + given.get(id).copied().unwrap_or(0);
        to.into_iter().map(|(id, left)| (id, Fen::new((left.get() - taken(&id)).max(0)))).filter(|(_, f)| f.is_positive()).collect()
    };
    let all = |tx: &mut Tx<'_>| -> Result<Vec<(ClaimId, Fen)>> {
        Ok(ledger::claims_of(tx.c, case)?.into_iter().map(|c| (c.id, c.outstanding)).collect())
    };
    let mut given: BTreeMap<ClaimId, i64> = BTreeMap::new();
    let (mut left, mut could) = (amount, 0_i64);
    let agreement = if claim.is_none() { agreements::running(tx.c, case)? } else { None };
    if let Some(a) = &agreement {
        let to = free(agreements::open_shares(tx.c, a.id)?, &given);
        left = deal(left, &to, &mut given, &mut could);
    }
    // beyond the agreement only what it leaves over; most payments end here
    if left.is_positive() {
        let to = match claim {
            Some(id) => vec![claim_of(tx, case, id).map(|c| (c.id, c.outstanding))?],
            None => all(tx)?,
        };
        left = deal(left, &free(to, &given), &mut given, &mut could);
    }
    Ok(((given.into_iter().map(|(id, n)| (id, Fen::new(n))).collect(), left), Fen::new(could)))
}

/// Spreads a sum over what these may take; what is left of it.
fn deal(amount: Fen, to: &[(ClaimId, Fen)], given: &mut BTreeMap<ClaimId, i64>, could: &mut i64) -> Fen {
    let (parts, left) = rules::spread(amount, &to.iter().map(|t| t.1).collect::<Vec<_>>());
    *could = could.saturating_add(to.iter().map(|t| t.1.get()).sum());
    for ((id, _), part) in to.iter().zip(parts).filter(|(_, p)| p.is_positive()) {
        *given.entry(*id).or_default() += part.get();
    }
    left
}

/// A file of this case, named in a form, that can prove what it is to prove.
pub(in crate::app) fn proof_of(tx: &mut Tx<'_>, case: CaseId, proof: EvidenceId, field: &str, what: Proves) -> Result<()> {
    crate::app::claims::file_of(tx, case, proof, &format!("/form/{field}"), Some(what))
}

/// A party of the chain of this case, named in a form.
pub(super) fn party(tx: &mut Tx<'_>, case: CaseId, id: RespondentId, field: &str) -> Result<cases::Respondent> {
    let chain = cases::chain(tx.c, case)?;
    chain.into_iter().find(|r| r.id == id).ok_or_else(|| Error::field(&format!("/form/{field}"), "unknown_respondent", &[]))
}

pub(super) fn day(a: &Args<'_>, name: &str) -> Result<Day> {
    match a.0.args.get(name) {
        Some(Value::Day(d)) => Ok(*d),
        _ => Err(a.missing(name)),
    }
}

/// A payment, spread over what is owed to the last fen; what is more than owed needs a reason and stays a credit.
pub(super) fn pay(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>, made: &mut Vec<Made>) -> Result<()> {
    let case = subject.case_id()?;
    let (amount, payer_kind, paid_on) = (a.money("amount")?, a.need_text("payer_kind")?, day(a, "paid_on")?);
    if amount.get() <= 0 {
        return Err(Error::field("/form/amount", "amount_not_positive", &[]));
    }
    if paid_on > tx.now.day() {
        return Err(Error::field("/form/paidOn", "in_future", &[]));
    }
    let proof: EvidenceId = a.need_id("proof")?;
    proof_of(tx, case, proof, "proof", Proves::Payment)?;
    let payer_id = a.id("payer").map(RespondentId::from);
    if let Some(id) = payer_id {
        party(tx, case, id, "payer")?;
    }
    let bank_ref = a.text("bank_ref").map(|r| text::tidy(&r)).filter(|r| !r.is_empty());
    if let Some(r) = &bank_ref
        && ledger::reference_used(tx.c, r)?
    {
        return Err(Error::field("/form/bankRef", "reference_used", &[("value", r)]));
    }
    let discharges = rules::discharges(&payer_kind);
    let way = a.text("way").unwrap_or_else(|| rules::OWN_ACCOUNT.to_owned());
    let counts = rules::proves_receipt(&way);
    let ((parts, credit), could) = parts_of(tx, case, a.id("claim").map(ClaimId::from), amount)?;
    let excess = a.text("excess");
    if credit.is_positive() && excess.is_none() {
        let figures = [("amount", &*amount.to_string()), ("outstanding", &*could.to_string())];
        return Err(Error::field("/form/amount", "payment_above_outstanding", &figures));
    }
    let payment = Payment {
        id: tx.ids.id(tx.now),
        case_id: case,
        amount,
        paid_on,
        payer_kind,
        bank_ref,
        proof_id: proof,
        recorded_by: tx.actor.account(),
        recorded_at: tx.now,
        way,
        payer_id,
        credit,
        excess_code: excess.filter(|_| credit.is_positive()),
        credit_code: None,
        reversed_at: None,
    };
    let allot = |(claim_id, amount): (ClaimId, Fen)| Allocation {
        payment_id: payment.id,
        claim_id,
        amount,
        counts,
        answer: None,
        answered_at: None,
        device: None,
        beyond: Fen::ZERO,
        counted_at: None,
        held: false,
    };
    let parts: Vec<Allocation> = parts.into_iter().map(allot).collect();
    ledger::insert_payment(tx.c, &payment, &parts, discharges)?;
    crate::app::door::office::follow_payment(tx, payment.id, proof)?;
    recourse::raise(tx, &payment)?;
    crate::app::notify::tell_paid(tx, case, payment.id)?;
    made.push(Made::Payment { id: payment.id });
    retotal(tx, case)
}

/// A payment of this case that stands.
fn standing(tx: &mut Tx<'_>, case: CaseId, id: PaymentId) -> Result<Payment> {
    match ledger::payment(tx.c, id)? {
        Some(p) if p.case_id == case && p.reversed_at.is_none() => Ok(p),
        Some(p) if p.case_id == case => Err(Error::field("/form/payment", "payment_reversed", &[])),
        _ => Err(Error::field("/form/payment", "unknown_payment", &[])),
    }
}

/// A payment recorded by mistake: it is kept, marked, and counts no more.
pub(super) fn reverse(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = subject.case_id()?;
    let p = standing(tx, case, a.need_id("payment")?)?;
    agreements::earlier_falls(tx.c, p.id, None)?;
    crate::app::orders::earlier_falls(tx, &p, None)?;
    ledger::reverse(tx.c, p.id, rules::discharges(&p.payer_kind), tx.now)?;
    recourse::follow(tx, p.id)?;
    retotal(tx, case)
}

/// What became of what was paid beyond the debt.
pub(super) fn resolve_credit(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = subject.case_id()?;
    let p = standing(tx, case, a.need_id("payment")?)?;
    let beyond = ledger::beyond(tx.c, p.id)?;
    if !(p.credit.is_positive() || beyond.is_positive()) || p.credit_code.is_some() {
        return Err(Error::field("/form/payment", "no_credit", &[]));
    }
    ledger::resolve_credit(tx.c, p.id, &a.need_text("code")?)
}

/// A worker gives up a part, or a representative whose mandate says so for him: never of what somebody holds for him already and he has not confirmed yet.
pub(super) fn waive(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let amount = a.money("amount")?;
    let case = subject.case_id()?;
    let claim = claim_of(tx, case, a.need_id("claim")?)?;
    if let Some(by) = a.id("by").map(ClaimId::from) {
        representatives::acts(tx, case, Act::Waive, by, &[claim.id], "/form/representative")?;
    }
    let waits = waiting(tx, case)?.get(&claim.id).copied().unwrap_or(0);
    let free = (claim.outstanding.get() - waits).max(0);
    if waits > 0 && amount.get() > free && amount <= claim.outstanding {
        let figures =
            [("amount", &*amount.to_string()), ("waiting", &*Fen::new(waits).to_string()), ("free", &*Fen::new(free).to_string())];
        return Err(Error::field("/form/amount", "waiver_above_free", &figures));
    }
    change_claim(tx, subject, a, |c| c.waive(amount))
}

/// The worker's word as somebody who does not handle the case heard it: also of who has no filing or telephone of the own.
pub(super) fn receipt(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = subject.case_id()?;
    let (claim, payment) = (claim_of(tx, case, a.need_id("claim")?)?, standing(tx, case, a.need_id("payment")?)?);
    let confirmed = a.0.args.get("received") == Some(&Value::Bool(true));
    answer(tx, &Answer { case, payment: payment.id, claim: claim.id, confirmed, device: None }).map_err(|e| match e {
        Error::NotFound(_) => Error::field("/form/payment", "not_of_claim", &[]),
        other => other,
    })
}

/// The worker's word on what was allotted to one claim.
#[derive(Debug, Clone)]
pub(in crate::app) struct Answer {
    /// The case.
    pub case: CaseId,
    /// The payment.
    pub payment: PaymentId,
    /// The claim.
    pub claim: ClaimId,
    /// The money is there.
    pub confirmed: bool,
    /// What tells the device from another; none when an officer heard it.
    pub device: Option<String>,
}

/// Days over which the words of one device are looked at together.
pub(in crate::app) const WEEK: Duration = Duration::days(7);

/// Whether a word from this device waits for a call: it spoke for as many others of the case already as the house calls too many.
/// Those count; a crew that confirms on one telephone is one signal (practice P3.6).
fn held(tx: &mut Tx<'_>, a: &Answer, person: ClaimantId) -> Result<bool> {
    let Some(device) = a.device.as_deref() else { return Ok(false) };
    let said = ledger::confirmed_since(tx.c, a.case, Some(device), tx.now.plus(-WEEK))?;
    let others = said.iter().filter(|c| **c != person).count();
    Ok(i64::try_from(others).unwrap_or(i64::MAX) >= tx.app.config.workers.confirmations_flagged)
}

/// Saves the worker's word: what is confirmed counts from now on, as far as it is owed (the rest stays a credit to be resolved); what
/// is denied counts no more. A word that waits for a call counts nothing yet.
///
/// # Errors
/// [`Error::NotFound`] when nothing was allotted; `confirmation_final` when a confirmation is too old to be taken back here.
pub(in crate::app) fn answer(tx: &mut Tx<'_>, a: &Answer) -> Result<()> {
    let p = match ledger::payment(tx.c, a.payment)? {
        Some(p) if p.case_id == a.case && p.reversed_at.is_none() => p,
        _ => return Err(Error::NotFound("payment")),
    };
    let found = ledger::allocation(tx.c, a.payment, a.claim)?.ok_or(Error::NotFound("payment"))?;
    // the worker's own way ends after a time; what an officer heard is recorded whenever it is heard
    if !a.confirmed
        && a.device.is_some()
        && let Some(at) = found.answered_at.filter(|_| found.answer.as_deref() == Some("confirmed"))
        && tx.passes(REVOKE, at)? <= tx.now
    {
        return Err(Error::refused("confirmation_final", &[]));
    }
    let old = claim_of(tx, a.case, a.claim)?;
    let discharges = rules::discharges(&p.payer_kind);
    let held = a.confirmed && !found.counts && held(tx, a, old.claimant_id)?;
    let said = Allocation {
        answer: Some(if a.confirmed { "confirmed" } else { "denied" }.to_owned()),
        answered_at: Some(tx.now),
        device: a.device.clone(),
        held,
        ..found.clone()
    };
    let (sums, row) = match (found.counts, a.confirmed && !held) {
        (false, true) => {
            let (sums, beyond) = old.sums().receive(found.amount, discharges).map_err(at_form)?;
            if beyond.is_positive() {
                ledger::credit_grew(tx.c, a.payment)?;
            }
            (sums, Allocation { counts: true, counted_at: Some(tx.now), beyond, ..said })
        }
        (true, false) => {
            agreements::earlier_falls(tx.c, a.payment, Some(a.claim))?;
            crate::app::orders::earlier_falls(tx, &p, Some(a.claim))?;
            let sums = match found.pays() {
                Fen::ZERO => old.sums(),
                n => old.sums().unpay(n, discharges).map_err(at_form)?,
            };
            (sums, Allocation { counts: false, beyond: Fen::ZERO, ..said })
        }
        (counts, _) => (old.sums(), Allocation { counts, ..said }),
    };
    ledger::answer(tx.c, &row)?;
    recourse::follow(tx, a.payment)?;
    ledger::update_claim(tx.c, &old.with(sums))?;
    retotal(tx, a.case)
}
