//! Orders to pay: drafted with what they cover, served with proof, followed by compensation and remedies.
//!
//! Owns the loading and saving around `domain::order`. The paper itself is `documents`'.

use super::money::{day, party, proof_of};
use super::{Args, at_form};
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::{EvidenceId, RespondentId};
use crate::base::{Error, Result};
use crate::domain::order as rules;
use crate::domain::proof::Proves;
use crate::flow::Value;
use crate::law::Fen;
use crate::store::ledger;
use crate::store::orders::{self, Attempt, Order, OrderClaim};

fn of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Order> {
    orders::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("order"))
}

/// An order on all that is outstanding, to be paid by a day that is still to come.
pub(super) fn draft(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = subject.case_id()?;
    let respondent: RespondentId = a.need_id("respondent")?;
    party(tx, case, respondent, "respondent")?;
    let pay_by = day(a, "pay_by")?;
    if pay_by <= tx.now.day() {
        return Err(Error::field("/form/payBy", "not_in_future", &[]));
    }
    let claims = ledger::claims_of(tx.c, case)?;
    let owed: Vec<_> = claims.iter().filter(|c| c.outstanding.is_positive()).collect();
    let amount = Fen::sum(owed.iter().map(|c| c.outstanding)).unwrap_or_default();
    if !amount.is_positive() {
        return Err(Error::refused("nothing_outstanding", &[]));
    }
    let row = Order {
        id: tx.ids.id(tx.now),
        case_id: case,
        procedure_id: subject.row.id,
        instrument: a.need_text("instrument")?,
        respondent_id: Some(respondent),
        amount,
        pay_by,
        percent: None,
        compensation: Fen::ZERO,
        document_id: None,
        served_on: None,
        served_way: None,
        remedy: "none".to_owned(),
        created_at: tx.now,
    };
    let parts: Vec<OrderClaim> = owed
        .iter()
        .map(|c| OrderClaim {
            order_id: row.id,
            claim_id: c.id,
            amount: c.outstanding,
            settled_before: Fen::new(c.paid.get() + c.waived.get()),
        })
        .collect();
    orders::insert(tx.c, &row, &parts)
}

/// One attempt to serve, with who was there.
pub(super) fn attempt(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    let on_day = day(a, "on")?;
    if on_day > tx.now.day() {
        return Err(Error::field("/form/on", "in_future", &[]));
    }
    let proof_id = a.id("proof").map(EvidenceId::from);
    if let Some(p) = proof_id {
        proof_of(tx, order.case_id, p, "proof", Proves::Service)?;
    }
    let no = orders::attempts_of(tx.c, order.id)?.last().map_or(1, |t| t.no + 1);
    let id = tx.ids.id(tx.now);
    let place_ct = tx.seal("service_attempts", "place_ct", id, &a.need_text("place")?)?;
    let witness_ct = a.text("witness").map(|w| tx.seal("service_attempts", "witness_ct", id, &w)).transpose()?;
    let row = Attempt {
        id,
        order_id: order.id,
        no,
        on_day,
        way: a.need_text("way")?,
        outcome: a.need_text("outcome")?,
        place_ct,
        witness_ct,
        proof_id,
        address_confirmed: a.0.args.get("address_confirmed") == Some(&Value::Bool(true)),
        by_account: tx.actor.account(),
        at: tx.now,
    };
    orders::insert_attempt(tx.c, &row)
}

/// The order was served: on this day, which its day to pay by must leave time after.
pub(super) fn serve(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    let served_on = day(a, "served_on")?;
    if served_on > tx.now.day() {
        return Err(Error::field("/form/servedOn", "in_future", &[]));
    }
    if served_on >= order.pay_by {
        let args = [("served", served_on.to_string()), ("pay_by", order.pay_by.to_string())];
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        return Err(Error::field("/form/servedOn", "served_too_late", &args));
    }
    let way = a.need_text("way")?;
    orders::update(tx.c, &Order { served_on: Some(served_on), served_way: Some(way), ..order })
}

/// Another day to pay by: the order was formally amended.
pub(super) fn amend(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    let pay_by = day(a, "pay_by")?;
    if pay_by <= tx.now.day() {
        return Err(Error::field("/form/payBy", "not_in_future", &[]));
    }
    orders::update(tx.c, &Order { pay_by, ..order })
}

/// The additional compensation on what was not paid in time.
pub(super) fn compensate(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    let Some(Value::Int(percent)) = a.0.args.get("percent") else { return Err(a.missing("percent")) };
    let left = Fen::new((order.amount.get() - orders::settled(tx.c, order.id)?.get()).max(0));
    let compensation = rules::compensation(left, *percent, &tx.law.rules, tx.now.day()).map_err(at_form)?;
    orders::update(tx.c, &Order { percent: i32::try_from(*percent).ok(), compensation, ..order })
}

/// Where review or suit stand.
pub(super) fn remedy(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    orders::update(tx.c, &Order { remedy: a.need_text("remedy")?, ..order })
}
