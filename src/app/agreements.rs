//! The paper of an agreement 支付协议, made when it is signed and when it is renegotiated.
//!
//! Owns the way from the stored version to `paper::forms::agreement`; numbers and keeping are [`super::documents`]'. Whom the
//! money is owed to stands in it; who complained does not: it bears no code of the matter, and payees come in the order of their names.

use super::documents::{Where, keep_at};
use super::effects::Made;
use super::subject::Subject;
use super::write::Tx;
use crate::base::{Error, Result};
use crate::paper::forms::Head;
use crate::paper::forms::agreement::{Acceleration, Agreement, Guarantee, Payee, acceleration, agreement};
use crate::store::{agreements, cases, filings, ledger, papers};
use std::collections::BTreeMap;

/// What it is called, and what tells the payer that all of the rest is due.
pub(super) const KINDS: [&str; 2] = [KIND, "acceleration"];
const KIND: &str = "agreement";

/// Issues the paper of the newest version of this procedure's agreement, or the notice that all of it is due.
///
/// # Errors
/// There is no agreement yet; the database.
pub(super) fn issue(tx: &mut Tx<'_>, subject: &Subject, kind: &str) -> Result<Made> {
    let row = agreements::newest(tx.c, subject.row.id)?.ok_or(Error::NotFound("agreement"))?;
    let case = tx.case(subject.case_id()?)?;
    let chain = cases::chain(tx.c, case.id)?;
    let payer = chain.iter().find(|r| r.id == row.payer_id).ok_or(Error::NotFound("respondent"))?;
    // a team leader's name is sealed
    let payer_name = match &payer.name_ct {
        Some(ct) => tx.open_sealed("respondents", "name_ct", payer.id, ct)?,
        None => payer.name.clone(),
    };
    let place = Where { bureau: case.lead_bureau.clone(), code: String::new(), case: Some(case.id), filing: None };
    if kind != KIND {
        let due_on = agreements::instalments_of(tx.c, row.id)?.last().map_or(row.signed_on, |i| i.due_on);
        let number = papers::documents_of(tx.c, case.id, &[])?.into_iter().rfind(|d| d.kind == KIND).map(|d| d.number);
        return keep_at(tx, &place, kind, |head: &Head| {
            acceleration(&Acceleration {
                head: head.clone(),
                payer: payer_name.clone(),
                uscc: payer.uscc.clone(),
                signed_on: row.signed_on,
                number: number.clone(),
                left: row.total,
                due_on,
            })
        });
    }
    let guarantor = row.guarantor_ct.as_ref().map(|ct| tx.open_sealed("agreements", "guarantor_ct", row.id, ct)).transpose()?;
    let guarantee = guarantor.map(|name| Guarantee {
        name,
        joint: row.guarantee.as_deref() == Some("joint"),
        sum: row.guaranteed.unwrap_or(row.total),
    });
    let plan = agreements::instalments_of(tx.c, row.id)?.into_iter().map(|i| (i.due_on, i.amount)).collect();
    let payees = payees(tx, &row)?;
    keep_at(tx, &place, KIND, |head: &Head| {
        agreement(&Agreement {
            head: head.clone(),
            version: row.no,
            payer: payer_name.clone(),
            uscc: payer.uscc.clone(),
            liability: payer.article.clone(),
            project: case.project_name.clone(),
            signed_on: row.signed_on,
            total: row.total,
            plan: Vec::clone(&plan),
            accelerates: row.accelerates,
            guarantee: guarantee.clone(),
            enforceability: row.enforceability.clone(),
            payees: payees.clone(),
        })
    })
}

/// Who gets how much, a line a person, in the order of the names.
fn payees(tx: &mut Tx<'_>, row: &agreements::Agreement) -> Result<Vec<Payee>> {
    let owner: BTreeMap<_, _> = ledger::claims_of(tx.c, row.case_id)?.into_iter().map(|c| (c.id, c.claimant_id)).collect();
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for (claim, amount) in agreements::shares_of(tx.c, row.id)? {
        let person = owner.get(&claim).ok_or(Error::NotFound("claim"))?;
        *sums.entry(*person).or_default() += amount.get();
    }
    let ids: Vec<_> = sums.keys().copied().collect();
    let mut out = Vec::with_capacity(ids.len());
    for p in filings::claimants_by_ids(tx.c, &ids)? {
        let name = tx.open_sealed("claimants", "name_ct", p.id, &p.name_ct)?;
        out.push(Payee { name, amount: crate::law::Fen::new(sums.get(&p.id).copied().unwrap_or(0)) });
    }
    out.sort_by(|a, b| (&a.name, a.amount).cmp(&(&b.name, b.amount)));
    Ok(out)
}
