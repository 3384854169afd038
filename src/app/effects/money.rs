//! Money: payments with their proof and to whom they go, what is more than owed, mistakes, and what workers give up.
//!
//! Owns the loading and saving around `domain::ledger`. A payment that is no proof that the worker has the money (through a
//! foreman, in kind, on a card somebody else keeps) is allotted but does not count until each worker says so (practice P3.4).

use super::{Args, Made, at_form, change_claim, claim_of, recourse, retotal};
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::{CaseId, ClaimId, EvidenceId, PaymentId, RespondentId};
use crate::base::{Day, Error, Result, text};
use crate::domain::ledger as rules;
use crate::flow::Value;
use crate::law::Fen;
use crate::store::ledger::{self, Allocation, Payment};
use crate::store::{agreements, cases, papers};
use std::collections::BTreeMap;

/// The rule of the days within which a confirmation may be taken back (practice P3.6).
const REVOKE: &str = "payment.revoke";

/// What this case still owes to whom a payment may go: one claim, those of the running agreement, or all; less what waits for a
/// worker's word already.
fn owed(tx: &mut Tx<'_>, case: CaseId, claim: Option<ClaimId>) -> Result<Vec<(ClaimId, Fen)>> {
    let mut to = match claim {
        Some(id) => {
            let c = claim_of(tx, case, id)?;
            vec![(c.id, c.outstanding)]
        }
        None => match agreements::running(tx.c, case)? {
            Some(a) => agreements::open_shares(tx.c, a.id)?,
            None => ledger::claims_of(tx.c, case)?.iter().map(|c| (c.id, c.outstanding)).collect(),
        },
    };
    let mut waiting: BTreeMap<ClaimId, i64> = BTreeMap::new();
    for (claim, amount) in ledger::unconfirmed(tx.c, case)? {
        *waiting.entry(claim).or_default() += amount.get();
    }
    for (claim, free) in &mut to {
        *free = Fen::new((free.get() - waiting.get(claim).copied().unwrap_or(0)).max(0));
    }
    to.retain(|(_, free)| free.is_positive());
    Ok(to)
}

/// A file of this case, named in a form.
pub(super) fn proof_of(tx: &mut Tx<'_>, case: CaseId, proof: EvidenceId, field: &str) -> Result<()> {
    if papers::evidence_of_case(tx.c, case)?.iter().any(|e| e.id == proof) {
        return Ok(());
    }
    Err(Error::field(&format!("/form/{field}"), "unknown_evidence", &[]))
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
    proof_of(tx, case, proof, "proof")?;
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
    let to = owed(tx, case, a.id("claim").map(ClaimId::from))?;
    let free: Vec<Fen> = to.iter().map(|t| t.1).collect();
    let (parts, credit) = rules::spread(amount, &free);
    let excess = a.text("excess");
    if credit.is_positive() && excess.is_none() {
        let owed = Fen::sum(free).unwrap_or_default().to_string();
        return Err(Error::field("/form/amount", "payment_above_outstanding", &[("amount", &amount.to_string()), ("outstanding", &owed)]));
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
    };
    let parts: Vec<Allocation> = to.iter().map(|t| t.0).zip(parts).filter(|(_, part)| part.is_positive()).map(allot).collect();
    ledger::insert_payment(tx.c, &payment, &parts, discharges)?;
    recourse::raise(tx, &payment)?;
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
    ledger::reverse(tx.c, p.id, rules::discharges(&p.payer_kind), tx.now)?;
    recourse::follow(tx, p.id)?;
    retotal(tx, case)
}

/// What became of what was paid beyond the debt.
pub(super) fn resolve_credit(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = subject.case_id()?;
    let p = standing(tx, case, a.need_id("payment")?)?;
    if !p.credit.is_positive() || p.credit_code.is_some() {
        return Err(Error::field("/form/payment", "no_credit", &[]));
    }
    ledger::resolve_credit(tx.c, p.id, &a.need_text("code")?)
}

/// A worker gives up a part.
pub(super) fn waive(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let amount = a.money("amount")?;
    change_claim(tx, subject, a, |c| c.waive(amount))
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
    /// What tells the device from another.
    pub device: String,
}

/// Saves the worker's word: what is confirmed counts from now on, what is denied counts no more.
///
/// # Errors
/// [`Error::NotFound`] when nothing was allotted; `confirmation_final` when a confirmation is too old to be taken back here; a field
/// error when confirming would be more than is owed.
pub(in crate::app) fn answer(tx: &mut Tx<'_>, a: &Answer) -> Result<()> {
    let p = match ledger::payment(tx.c, a.payment)? {
        Some(p) if p.case_id == a.case && p.reversed_at.is_none() => p,
        _ => return Err(Error::NotFound("payment")),
    };
    let found = ledger::allocation(tx.c, a.payment, a.claim)?.ok_or(Error::NotFound("payment"))?;
    if !a.confirmed
        && let Some(at) = found.answered_at.filter(|_| found.answer.as_deref() == Some("confirmed"))
        && tx.passes(REVOKE, at)? <= tx.now
    {
        return Err(Error::refused("confirmation_final", &[]));
    }
    let old = claim_of(tx, a.case, a.claim)?;
    let discharges = rules::discharges(&p.payer_kind);
    let sums = match (found.counts, a.confirmed) {
        (false, true) => old.sums().pay(found.amount, discharges).map_err(at_form)?,
        (true, false) => old.sums().unpay(found.amount, discharges).map_err(at_form)?,
        _ => old.sums(),
    };
    let word = if a.confirmed { "confirmed" } else { "denied" };
    let row = Allocation {
        counts: a.confirmed,
        answer: Some(word.to_owned()),
        answered_at: Some(tx.now),
        device: Some(a.device.clone()),
        ..found
    };
    ledger::answer(tx.c, &row)?;
    recourse::follow(tx, a.payment)?;
    ledger::update_claim(tx.c, &old.with(sums))?;
    retotal(tx, a.case)
}
