//! The papers of an order to pay: what they say is the order's own row and what the officer wrote, with the names of workers left out.
//!
//! Owns the way from the order to `paper::forms::money`; numbers and keeping are [`super::documents`]'.

use super::documents::{Where, keep_at, remedies};
use super::effects::Made;
use super::subject::Subject;
use super::write::Tx;
use crate::base::{Error, Result, text};
use crate::flow::Step;
use crate::paper::forms::money::{Instrument, PaymentOrder, payment_order};
use crate::paper::forms::{Copy, Head};
use crate::store::{cases, filings, ledger, orders};

/// The instruments, by their codes.
pub(super) const KINDS: [&str; 3] = ["rectification", "decision", "deposit_notice"];

/// Issues the paper of the order this procedure is about.
///
/// # Errors
/// There is no order yet; the database.
pub(super) fn issue(tx: &mut Tx<'_>, subject: &Subject, step: &Step, kind: &str) -> Result<Made> {
    let instrument = Instrument::named(kind).ok_or_else(|| Error::Internal(format!("there is no paper {kind}")))?;
    let order = orders::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("order"))?;
    let case = tx.case(subject.case_id()?)?;
    let chain = cases::chain(tx.c, case.id)?;
    let party = chain.iter().find(|r| Some(r.id) == order.respondent_id).ok_or(Error::NotFound("respondent"))?;
    let persons = orders::unpaid_persons(tx.c, order.id)?;
    let left = order.amount.get() - orders::settled(tx.c, order.id)?.get();
    let names = names(tx, case.id)?;
    let scrub = |s: &str| names.iter().fold(s.to_owned(), |s, n| s.replace(n.as_str(), text::zh("paper.worker")));
    let said = |k: &str| step.sealed.get(k).map(|s| scrub(s)).unwrap_or_default();
    let place = Where { bureau: case.lead_bureau.clone(), code: String::new(), case: Some(case.id), filing: None };
    let made = keep_at(tx, &place, kind, |head: &Head| {
        let d = PaymentOrder {
            head: head.clone(),
            instrument,
            respondent: party.name.clone(),
            uscc: party.uscc.clone(),
            bank: step.sealed.get("bank").cloned(),
            project: case.project_name.clone(),
            persons,
            amount: crate::law::Fen::new(left.max(0)),
            pay_by: order.pay_by,
            facts: said("facts"),
            hearing: said("hearing"),
            remedies: if instrument == Instrument::Decision { remedies() } else { Vec::new() },
        };
        payment_order(&d, Copy::Employer)
    })?;
    if let (true, Made::Document { id, .. }) = (order.document_id.is_none(), &made) {
        let document_id = Some(*id);
        orders::update(tx.c, &orders::Order { document_id, ..order })?;
    }
    Ok(made)
}

/// The full names of everybody who is owed or who reported: none of them stands in a paper that leaves the unit.
pub(super) fn names(tx: &mut Tx<'_>, case: crate::base::id::CaseId) -> Result<Vec<String>> {
    let mut ids: Vec<_> = ledger::claims_of(tx.c, case)?.into_iter().map(|c| c.claimant_id).collect();
    ids.extend(filings::of_case(tx.c, case)?.into_iter().map(|f| f.claimant_id));
    ids.sort_unstable();
    ids.dedup();
    let mut out = Vec::with_capacity(ids.len());
    for row in filings::claimants_by_ids(tx.c, &ids)? {
        out.push(tx.open_sealed("claimants", "name_ct", row.id, &row.name_ct)?);
    }
    // the longer name first, so that no part of it stays
    out.retain(|n| n.chars().count() > 1);
    out.sort_by_key(|n| std::cmp::Reverse(n.len()));
    Ok(out)
}
