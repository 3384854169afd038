//! What others are asked to do about a case: another bureau 协办, the industry bureau 移送, legal aid or the union 转介.
//!
//! Owns their row alone; who may do what and by when stands in the definitions.

use super::money::proof_of;
use super::{Args, bureau, claim_of};
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::EvidenceId;
use crate::base::{At, Day, Error, Result};
use crate::domain::proof::Proves;
use crate::flow::Value;
use crate::store::cooperations::{self, Cooperation};

fn of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Cooperation> {
    cooperations::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("cooperation"))
}

fn day(a: &Args<'_>, name: &str) -> Option<Day> {
    match a.0.args.get(name) {
        Some(Value::Day(d)) => Some(*d),
        _ => None,
    }
}

/// A bureau is asked to help, a finding is referred to it, or a worker is handed on: with the consent that lies in this file.
pub(super) fn open(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = subject.case_id()?;
    let asked = a.text("bureau").map(|b| bureau(tx, &b, "bureau")).transpose()?;
    let claimant_id = match a.id("claim") {
        Some(id) => Some(claim_of(tx, case, id.into())?.claimant_id),
        None => None,
    };
    let consent_id = a.id("consent").map(EvidenceId::from);
    if let Some(consent) = consent_id {
        proof_of(tx, case, consent, "consent", Proves::Consent)?;
    }
    let row = Cooperation {
        id: tx.ids.id(tx.now),
        case_id: case,
        procedure_id: subject.row.id,
        kind: a.need_text("kind")?,
        bureau: asked,
        subject: a.text("subject"),
        claimant_id,
        consent_id,
        due_on: day(a, "due_on"),
        went: None,
        went_on: None,
        outcome: None,
        outcome_at: None,
        opened_at: tx.now,
    };
    cooperations::insert(tx.c, &row)
}

/// What came of it; without an outcome it is asked once more.
pub(super) fn settle(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>, at: At) -> Result<()> {
    let row = of(tx, subject)?;
    let outcome = a.text("outcome");
    let outcome_at = outcome.as_ref().map(|_| at);
    cooperations::update(tx.c, &Cooperation { outcome, outcome_at, ..row })
}

/// Who of a hand-off went, and when.
pub(super) fn visit(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let (went, went_on) = (a.need_text("went")?, day(a, "went_on"));
    cooperations::update(tx.c, &Cooperation { went: Some(went), went_on, ..row })
}
