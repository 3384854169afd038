//! Agreements: a version is stored with its plan and with what of each claim it covers.
//!
//! Owns the loading and saving around `domain::agreement`. An earlier version stays as it was.

use super::money::{day, party, proof_of};
use super::{Args, at_form};
use crate::app::claims::representatives;
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::{CaseId, ClaimId, EvidenceId, RespondentId};
use crate::base::{Day, Error, Result};
use crate::domain::agreement::{self as rules, Instalment};
use crate::domain::enforce::{self, Enforcement};
use crate::domain::joint::Act;
use crate::domain::ledger::spread;
use crate::domain::proof::Proves;
use crate::flow::Value;
use crate::law::Fen;
use crate::store::agreements::{self, Agreement, Share};
use crate::store::ledger;

/// The plan of a form.
fn plan_of(a: &Args<'_>) -> Result<Vec<Instalment>> {
    let Some(Value::List(lines)) = a.0.args.get("plan") else { return Err(a.missing("plan")) };
    lines
        .iter()
        .map(|l| match l {
            Value::List(parts) => match parts.as_slice() {
                [Value::Day(due_on), Value::Money(amount)] => Ok(Instalment { due_on: *due_on, amount: *amount }),
                _ => Err(a.missing("plan")),
            },
            _ => Err(a.missing("plan")),
        })
        .collect()
}

/// What is owed on each claim of the case, and what of it is settled.
fn owed(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<(ClaimId, Fen, Fen)>> {
    let claims = ledger::claims_of(tx.c, case)?;
    Ok(claims
        .into_iter()
        .filter(|c| c.outstanding.is_positive())
        .map(|c| (c.id, c.outstanding, Fen::new(c.paid.get() + c.waived.get())))
        .collect())
}

/// Stores the next version of this procedure's agreement.
fn store(tx: &mut Tx<'_>, subject: &Subject, row: Agreement, plan: &[Instalment], owed: &[(ClaimId, Fen, Fen)]) -> Result<()> {
    let (parts, _) = spread(row.total, &owed.iter().map(|o| o.1).collect::<Vec<_>>());
    let no = agreements::newest(tx.c, subject.row.id)?.map_or(1, |a| a.no + 1);
    let row = Agreement { no, ..row };
    let lines: Vec<agreements::Instalment> =
        (1..).zip(plan).map(|(no, i)| agreements::Instalment { agreement_id: row.id, no, due_on: i.due_on, amount: i.amount }).collect();
    let shares: Vec<Share> = owed
        .iter()
        .zip(parts)
        .filter(|(_, part)| part.is_positive())
        .map(|((claim_id, _, settled_before), amount)| Share {
            agreement_id: row.id,
            claim_id: *claim_id,
            amount,
            settled_before: *settled_before,
        })
        .collect();
    agreements::insert(tx.c, &row, &lines, &shares)
}

/// A signed agreement, or a renegotiated one.
pub(super) fn sign(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = subject.case_id()?;
    let (total, signed_on, plan) = (a.money("total")?, day(a, "signed_on")?, plan_of(a)?);
    let payer_id: RespondentId = a.need_id("payer")?;
    party(tx, case, payer_id, "payer")?;
    let proof_id: EvidenceId = a.need_id("proof")?;
    proof_of(tx, case, proof_id, "proof", Proves::Agreement)?;
    let owed = owed(tx, case)?;
    if let Some(by) = a.id("by").map(ClaimId::from) {
        let of: Vec<ClaimId> = owed.iter().map(|o| o.0).collect();
        representatives::acts(tx, case, Act::Sign, by, &of, "/form/representative")?;
    }
    let sum = Fen::sum(owed.iter().map(|o| o.1)).unwrap_or_default();
    rules::check(&plan, total, sum, signed_on, tx.now.day()).map_err(at_form)?;
    let id = tx.ids.id(tx.now);
    let guarantor_ct = a.text("guarantor").map(|g| tx.seal("agreements", "guarantor_ct", id, &g)).transpose()?;
    let guarantee = a.text("guarantee").filter(|_| guarantor_ct.is_some());
    let guaranteed = match a.0.args.get("guaranteed") {
        Some(Value::Money(f)) if guarantor_ct.is_some() => Some(*f),
        _ => None,
    };
    if let Some(g) = guaranteed.filter(|g| *g > total) {
        let figures = [("guaranteed", &*g.to_string()), ("total", &*total.to_string())];
        return Err(Error::field("/form/guaranteed", "guarantee_above_total", &figures));
    }
    let enforceability = a.need_text("enforceability")?;
    let row = Agreement {
        id,
        case_id: case,
        procedure_id: subject.row.id,
        no: 1,
        payer_id,
        guarantor_ct,
        total,
        accelerates: a.0.args.get("accelerates") == Some(&Value::Bool(true)),
        enforcement: Enforcement::chosen(&enforceability).key().to_owned(),
        enforceability,
        signed_on,
        proof_id,
        created_at: tx.now,
        applied_on: None,
        decided_on: None,
        guarantee,
        guaranteed,
    };
    store(tx, subject, row, &plan, &owed)
}

/// A step on the way to an agreement that the court enforces; the last day to apply counts from its effect.
pub(super) fn enforce(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let Some(row) = agreements::newest(tx.c, subject.row.id)? else { return Err(Error::NotFound("agreement")) };
    let broken = || Error::Internal(format!("agreement {} stands at {}", row.id, row.enforcement));
    let was = Enforcement::of(&row.enforcement).ok_or_else(broken)?;
    let to = Enforcement::of(&a.need_text("status")?).ok_or_else(broken)?;
    let on = match a.0.args.get("on") {
        Some(Value::Day(d)) => *d,
        _ => tx.now.day(),
    };
    let last = match enforce::window(&row.enforceability) {
        Some(rule) => Some(tx.passes(rule, row.signed_on.start())?.plus(-chrono::Duration::milliseconds(1)).day()),
        None => None,
    };
    let days = enforce::Days { signed_on: row.signed_on, applied_on: row.applied_on, last, today: tx.now.day() };
    enforce::step(was, to, on, days).map_err(at_form)?;
    let (applied, decided) = match to {
        Enforcement::Applied => (Some(on), None),
        Enforcement::Confirmed | Enforcement::Refused => (row.applied_on, Some(on)),
        _ => (row.applied_on, row.decided_on),
    };
    agreements::set_enforcement(tx.c, row.id, to.key(), applied, decided)
}

/// All that is left falls due at once, because the signed agreement says so (practice P3.9).
pub(super) fn accelerate(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let due_on: Day = day(a, "due_on")?;
    let Some(old) = agreements::newest(tx.c, subject.row.id)? else { return Err(Error::NotFound("agreement")) };
    let case = subject.case_id()?;
    let left: Vec<(ClaimId, Fen)> = agreements::open_shares(tx.c, old.id)?;
    let claims = ledger::claims_of(tx.c, case)?;
    let owed: Vec<(ClaimId, Fen, Fen)> = left
        .iter()
        .filter(|(_, f)| f.is_positive())
        .filter_map(|(id, f)| claims.iter().find(|c| c.id == *id).map(|c| (*id, *f, Fen::new(c.paid.get() + c.waived.get()))))
        .collect();
    let total = Fen::sum(owed.iter().map(|o| o.1)).unwrap_or_default();
    let plan = [Instalment { due_on, amount: total }];
    rules::check(&plan, total, total, old.signed_on, tx.now.day()).map_err(|mut e| {
        e.pointer = "dueOn".to_owned();
        at_form(e)
    })?;
    let id = tx.ids.id(tx.now);
    let guarantor_ct = match &old.guarantor_ct {
        Some(ct) => {
            let name = tx.open_sealed("agreements", "guarantor_ct", old.id, ct)?;
            Some(tx.seal("agreements", "guarantor_ct", id, &name)?)
        }
        None => None,
    };
    store(tx, subject, Agreement { id, total, guarantor_ct, created_at: tx.now, ..old }, &plan, &owed)
}
