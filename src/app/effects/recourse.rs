//! Recourse 追偿: every payment by somebody else than the employer raises what may be asked back (724 Art 29, 30, 32, 63).
//!
//! Owns that the row follows what its payment allots (a reversal or a denial takes it back) and, while it is open, whom the chain shows
//! as the employer. Public money never clears the employer.

use crate::app::write::Tx;
use crate::base::Result;
use crate::base::id::{CaseId, PaymentId, RespondentId};
use crate::domain::ledger as rules;
use crate::domain::liability;
use crate::store::cases::{self, Respondent};
use crate::store::ledger::Payment;
use crate::store::recourse::{self, Recourse};

/// Whom it may be asked back from; nobody is asked to pay back to himself.
fn against(chain: &[Respondent], payer: Option<RespondentId>) -> Option<RespondentId> {
    liability::employer(chain, |r| &r.role, |r| r.liability.as_deref()).map(|r| r.id).filter(|id| Some(*id) != payer)
}

/// The chain of a case changed, or what is found of it: what is still open is asked back from whom it shows now.
///
/// # Errors
/// The database.
pub(in crate::app) fn aim(tx: &mut Tx<'_>, case: CaseId) -> Result<()> {
    let chain = cases::chain(tx.c, case)?;
    for row in recourse::of_case(tx.c, case)?.into_iter().filter(|r| r.state == "open") {
        let against_id = against(&chain, row.payer_id);
        if against_id != row.against_id {
            recourse::update(tx.c, &Recourse { against_id, ..row })?;
        }
    }
    Ok(())
}

/// A payment was stored: who paid instead may ask it back.
pub(super) fn raise(tx: &mut Tx<'_>, p: &Payment) -> Result<()> {
    let amount = recourse::stands(tx.c, p.id)?;
    if rules::discharges(&p.payer_kind) || !amount.is_positive() {
        return Ok(());
    }
    let chain = cases::chain(tx.c, p.case_id)?;
    let row = Recourse {
        payment_id: p.id,
        case_id: p.case_id,
        payer_kind: p.payer_kind.clone(),
        payer_id: p.payer_id,
        against_id: against(&chain, p.payer_id),
        amount,
        recovered: crate::law::Fen::ZERO,
        state: "open".into(),
        reason: None,
        note_ct: None,
        proof_id: None,
        opened_at: tx.now,
        closed_at: None,
        closed_by: None,
    };
    recourse::insert(tx.c, &row)
}

/// What a payment allots changed: so does what may be asked back.
pub(super) fn follow(tx: &mut Tx<'_>, id: PaymentId) -> Result<()> {
    let Some(old) = recourse::get(tx.c, id)? else { return Ok(()) };
    let amount = recourse::stands(tx.c, id)?;
    if amount == old.amount && old.state != "void" {
        return Ok(());
    }
    let recovered = old.recovered.min(amount);
    let state = if !amount.is_positive() {
        "void"
    } else if recovered == amount {
        "recovered"
    } else {
        "open"
    };
    let (closed_at, closed_by) = if state == "open" { (None, None) } else { (old.closed_at.or(Some(tx.now)), old.closed_by) };
    // the chain may have changed while it was closed
    let against_id = if state == "open" { against(&cases::chain(tx.c, old.case_id)?, old.payer_id) } else { old.against_id };
    // what was given up was given up for another sum
    recourse::update(tx.c, &Recourse { amount, recovered, state: state.into(), reason: None, closed_at, closed_by, against_id, ..old })
}
