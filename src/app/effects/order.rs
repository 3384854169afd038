//! Orders to pay: drafted with what they cover, served with proof, followed by compensation and remedies.
//!
//! Owns the loading and saving around `domain::order`. The paper itself is `documents`'.

use super::money::{day, proof_of};
use super::{Args, at_form};
use crate::app::orders::{compensation_left, consented, coverable, sums as order_sums};
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::{EvidenceId, RespondentId};
use crate::base::{At, Day, Error, Result};
use crate::domain::order as rules;
use crate::domain::order::service::{self, Said, Tried};
use crate::domain::proof::Proves;
use crate::flow::Value;
use crate::law::Fen;
use crate::store::orders::{self, Attempt, CompensationPayment, Order, OrderClaim};

/// The rule of the days of a public notice.
const PUBLIC_NOTICE: &str = "service.public_notice";

fn of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Order> {
    orders::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("order"))
}

/// An order on what the party owes or is liable for, to be paid by a day that is still to come.
pub(super) fn draft(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = subject.case_id()?;
    let respondent: RespondentId = a.need_id("respondent")?;
    let pay_by = day(a, "pay_by")?;
    if pay_by <= tx.now.day() {
        return Err(Error::field("/form/payBy", "not_in_future", &[]));
    }
    let covered = coverable(tx, case, respondent)?;
    let consent_id = a.id("consent").map(EvidenceId::from);
    consented(tx, case, &covered, consent_id)?;
    let amount = Fen::sum(covered.iter().map(|(c, _)| c.outstanding)).ok_or_else(|| Error::refused("overflow", &[]))?;
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
        paper_at: Some(tx.now),
        unpaid_at_expiry: None,
        compensation_state: "open".to_owned(),
        crime_result: "none".to_owned(),
        remedy_on: None,
        consent_id,
    };
    let parts: Vec<OrderClaim> = covered
        .iter()
        .map(|(c, own)| OrderClaim {
            order_id: row.id,
            claim_id: c.id,
            amount: c.outstanding,
            settled_before: Fen::new(c.paid.get() + c.waived.get()),
            discharged_before: *own,
        })
        .collect();
    orders::insert(tx.c, &row, &parts)
}

/// The attempts made with the newest paper of the order.
fn tried(rows: &[Attempt], paper_at: At) -> Vec<Tried<'_>> {
    let of = |t: &Attempt| t.at >= paper_at && t.on_day >= paper_at.day();
    let all = rows.iter().filter(|t| of(t));
    all.map(|t| Tried { on: t.on_day, way: &t.way, outcome: &t.outcome, proved: t.proof_id.is_some() }).collect()
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
    let before = orders::attempts_of(tx.c, order.id)?;
    let way = a.need_text("way")?;
    let paper_at = order.paper_at.unwrap_or(order.created_at);
    if on_day < paper_at.day() {
        return Err(Error::field("/form/on", "served_before_issue", &[("issued", &paper_at.day().to_string())]));
    }
    service::may_post(&way, proof_id.is_some(), &tried(&before, paper_at)).map_err(at_form)?;
    let no = before.last().map_or(1, |t| t.no + 1);
    let id = tx.ids.id(tx.now);
    let place_ct = tx.seal("service_attempts", "place_ct", id, &a.need_text("place")?)?;
    let witness_ct = a.text("witness").map(|w| tx.seal("service_attempts", "witness_ct", id, &w)).transpose()?;
    let row = Attempt {
        id,
        order_id: order.id,
        no,
        on_day,
        way,
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

/// The order was served: on a day that is proved, which its day to pay by must leave time after.
pub(super) fn serve(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    let (served_on, way) = (day(a, "served_on")?, a.need_text("way")?);
    let attempts = orders::attempts_of(tx.c, order.id)?;
    let paper_at = order.paper_at.unwrap_or(order.created_at);
    let said = Said { served_on, way: &way, issued_on: paper_at.day(), today: tx.now.day() };
    let ends = |posted: Day| tx.law.last_day(PUBLIC_NOTICE, posted, tx.now);
    service::proved(&said, &tried(&attempts, paper_at), ends).map_err(at_form)?;
    if served_on >= order.pay_by {
        let args = [("served", served_on.to_string()), ("pay_by", order.pay_by.to_string())];
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        return Err(Error::field("/form/servedOn", "served_too_late", &args));
    }
    orders::update(tx.c, &Order { served_on: Some(served_on), served_way: Some(way), ..order })
}

/// Another day to pay by: the order was formally amended, and its new paper is served anew.
pub(super) fn amend(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    let pay_by = day(a, "pay_by")?;
    if pay_by <= tx.now.day() {
        return Err(Error::field("/form/payBy", "not_in_future", &[]));
    }
    if pay_by == order.pay_by {
        return Err(Error::field("/form/payBy", "same_pay_by", &[]));
    }
    orders::update(tx.c, &Order { pay_by, paper_at: Some(tx.now), served_on: None, served_way: None, ..order })
}

/// The day passed: what the party left undischarged is kept, and never changes again.
pub(super) fn expire(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let order = of(tx, subject)?;
    if order.unpaid_at_expiry.is_some() {
        return Ok(());
    }
    let unpaid_at_expiry = Some(order_sums(tx.c, &order)?.standing.undischarged);
    orders::update(tx.c, &Order { unpaid_at_expiry, ..order })
}

/// The additional compensation on what was not paid in time, whatever was paid since.
pub(super) fn compensate(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    let Some(Value::Int(percent)) = a.0.args.get("percent") else { return Err(a.missing("percent")) };
    let base = order.unpaid_at_expiry.unwrap_or_default();
    let compensation = rules::compensation(base, *percent, &tx.law.rules, tx.now.day()).map_err(at_form)?;
    let compensation_state = "fixed".to_owned();
    orders::update(tx.c, &Order { percent: i32::try_from(*percent).ok(), compensation, compensation_state, ..order })
}

/// The head decided that no compensation is ordered.
pub(super) fn skip_compensation(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let order = of(tx, subject)?;
    orders::update(tx.c, &Order { compensation_state: "none".to_owned(), ..order })
}

/// Compensation was paid: a debt of its own, never counted as wages.
pub(super) fn pay_compensation(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    let (amount, paid_on) = (a.money("amount")?, day(a, "paid_on")?);
    if paid_on > tx.now.day() {
        return Err(Error::field("/form/paidOn", "in_future", &[]));
    }
    let left = compensation_left(tx.c, &order)?;
    if amount > left {
        let args = [("amount", amount.to_string()), ("left", left.to_string())];
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        return Err(Error::field("/form/amount", "above_compensation", &args));
    }
    let proof_id: EvidenceId = a.need_id("proof")?;
    proof_of(tx, order.case_id, proof_id, "proof", Proves::Payment)?;
    let row = CompensationPayment {
        id: tx.ids.id(tx.now),
        order_id: order.id,
        amount,
        paid_on,
        proof_id,
        recorded_by: tx.actor.account(),
        recorded_at: tx.now,
        reversed_by: None,
        reversed_at: None,
    };
    orders::insert_compensation_payment(tx.c, &row)
}

/// A payment of compensation was recorded by mistake: the newest of this day and amount counts no more.
pub(super) fn reverse_compensation(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    let (amount, paid_on) = (a.money("amount")?, day(a, "paid_on")?);
    let paid = orders::compensation_payments_of(tx.c, order.id)?;
    let Some(found) = paid.iter().rev().find(|p| p.amount == amount && p.paid_on == paid_on) else {
        return Err(Error::field("/form/amount", "no_such_compensation", &[]));
    };
    orders::reverse_compensation_payment(tx.c, found.id, tx.actor.account(), tx.now)
}

/// What the crime test came to, and that the police have it.
pub(super) fn test_crime(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    orders::update(tx.c, &Order { crime_result: a.need_text("result")?, ..order })
}

/// Where review or suit stand; `on` is the day they came to their end.
pub(super) fn remedy(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let order = of(tx, subject)?;
    let remedy_on = match a.0.args.get("on") {
        Some(Value::Day(d)) if *d > tx.now.day() => return Err(Error::field("/form/on", "in_future", &[])),
        Some(Value::Day(d)) => Some(*d),
        _ => None,
    };
    orders::update(tx.c, &Order { remedy: a.need_text("remedy")?, remedy_on, ..order })
}
