//! What the program decides itself becomes an entry in the same transaction: an order that was served, one that expired unpaid, an incident
//! found to have grave effect, a penalty that was served, one urged in vain. What is revoked falls the same day.
//!
//! Owns which states of a procedure make which entries: they are compared with what stands, so that a step made twice writes once.

use super::{file_for, write};
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::{ProcedureId, RowId};
use crate::base::{Day, Result};
use crate::domain::grading::Kind;
use crate::domain::liability;
use crate::law::Fen;
use crate::store::cases::{self, Respondent};
use crate::store::conduct::{self as rows, Record};
use crate::store::{incidents, orders, papers, penalties};
use std::collections::BTreeSet;

/// An entry a procedure makes as it stands now.
struct Wanted {
    kind: Kind,
    aspect: Option<&'static str>,
    /// The day, if it stands.
    on: Option<Day>,
    /// Why it fell, if it does not.
    fell: &'static str,
}

/// The aspect of pay among the nine.
const WAGES: &str = "wages";

/// A person is no employer with a record of conduct.
fn is_unit(r: &Respondent) -> bool {
    r.name_ct.is_none()
}

/// Compares what a procedure makes with what stands, after each of its steps.
///
/// # Errors
/// The database.
pub(in crate::app) fn follow(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    match subject.row.kind.as_str() {
        "payment_order" => order(tx, subject),
        "incident" => incident(tx, subject),
        crate::domain::penalty::KIND => penalty(tx, subject),
        _ => Ok(()),
    }
}

fn order(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let Some(o) = orders::of_procedure(tx.c, subject.row.id)? else { return Ok(()) };
    let have = rows::of_procedure(tx.c, subject.row.id)?;
    if o.served_on.is_none() && have.is_empty() {
        return Ok(());
    }
    let gone = subject.procedure.state == "withdrawn";
    let fell = if o.remedy == "revoked" { "revoked" } else { "withdrawn" };
    // an order that is served anew with another day stays what it was first
    let finding = o.served_on.or_else(|| have.iter().find(|r| r.kind == Kind::Finding.code()).map(|r| r.on_day));
    let unpaid = o.unpaid_at_expiry.is_some_and(|f| f > Fen::ZERO);
    let stayed = o.remedy == "stayed";
    let wanted = [
        Wanted { kind: Kind::Finding, aspect: Some(WAGES), on: finding.filter(|_| !gone), fell },
        Wanted {
            kind: Kind::Refusal,
            aspect: Some(WAGES),
            on: Some(o.pay_by.next()).filter(|_| unpaid && !gone && !stayed),
            fell: if stayed && !gone { "stayed" } else { fell },
        },
    ];
    let proof = match o.document_id {
        Some(d) => papers::document(tx.c, d)?.map(|d| d.number),
        None => None,
    };
    let chain = cases::chain(tx.c, o.case_id)?;
    let party = chain
        .iter()
        .find(|r| Some(r.id) == o.respondent_id)
        .filter(|r| is_unit(r) && liability::is_employer(&r.role, r.liability.as_deref()));
    settle(tx, subject, &wanted, &have, party, ("order", subject.row.id, proof))
}

fn incident(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let Some(i) = incidents::of_procedure(tx.c, subject.row.id)? else { return Ok(()) };
    let have = rows::of_procedure(tx.c, subject.row.id)?;
    let grave = i.bad_effect == Some(true);
    if !grave && have.is_empty() {
        return Ok(());
    }
    let chain = cases::chain(tx.c, i.case_id)?;
    // where the chain does not say who the employer is, a credit officer keys it in
    let party = liability::employer(&chain, |r| &r.role, |r| r.liability.as_deref()).filter(|r| is_unit(r));
    let wanted = [Wanted { kind: Kind::Incident, aspect: None, on: Some(i.known_at.day()).filter(|_| grave), fell: "mistaken" }];
    settle(tx, subject, &wanted, &have, party, ("incident", subject.row.id, None))
}

/// A fine on a unit is a finding from the day it was served; urged in vain, a refusal. One for not obeying an order to pay is dealt with in the
/// same act as the order: two papers about the same wages are one finding (docs/legal-basis.md).
fn penalty(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let Some(p) = penalties::of_procedure(tx.c, subject.row.id)? else { return Ok(()) };
    let have = rows::of_procedure(tx.c, subject.row.id)?;
    if p.served_on.is_none() && have.is_empty() {
        return Ok(());
    }
    let aspect = crate::app::penalties::ground(tx.app, &p.ground).map_or("other", |g| g.aspect);
    let owed = penalties::owed(tx.c, p.id)?;
    let (gone, stayed) = (p.remedy == "revoked", p.remedy == "stayed");
    let refused = owed.and_then(|o| o.refused_on);
    let fell = if stayed { "stayed" } else { "revoked" };
    let wanted = [
        Wanted { kind: Kind::Finding, aspect: Some(aspect), on: p.served_on.filter(|_| !gone), fell: "revoked" },
        Wanted { kind: Kind::Refusal, aspect: Some(aspect), on: refused.filter(|_| !gone && !stayed), fell },
    ];
    let proof = match p.way.0.decision {
        Some(d) => papers::document(tx.c, d)?.map(|d| d.number),
        None => None,
    };
    let act = match p.order_id {
        Some(o) => orders::get(tx.c, o)?.map_or(subject.row.id, |o| o.procedure_id),
        None => subject.row.id,
    };
    let chain = cases::chain(tx.c, p.case_id)?;
    let party = chain.iter().find(|r| r.id == p.respondent_id).filter(|r| is_unit(r) && p.is_unit());
    settle(tx, subject, &wanted, &have, party, ("penalty", act, proof))
}

fn settle(
    tx: &mut Tx<'_>,
    subject: &Subject,
    wanted: &[Wanted],
    have: &[Record],
    party: Option<&Respondent>,
    (source, act, proof_no): (&'static str, ProcedureId, Option<String>),
) -> Result<()> {
    let mut touched: BTreeSet<(RowId, i32)> = BTreeSet::new();
    for w in wanted {
        let stands = have.iter().find(|r| r.kind == w.kind.code());
        let (row, on) = match (stands, w.on) {
            (Some(r), Some(_)) if r.counts => continue,
            (Some(r), None) if !r.counts => continue,
            (None, None) => continue,
            (Some(r), on) => {
                let reason = if on.is_some() { "resumed" } else { w.fell };
                (Record { supersedes: Some(r.id), reason_code: Some(reason.to_owned()), counts: on.is_some(), ..r.clone() }, r.on_day)
            }
            (None, Some(on)) => {
                let Some(p) = party else { continue };
                let case = tx.case(subject.case_id()?)?;
                let file = file_for(tx, &p.name, p.uscc.as_deref())?;
                let row = Record {
                    id: RowId::from(uuid::Uuid::nil()),
                    file_id: file.id,
                    year: on.year(),
                    bureau: case.lead_bureau,
                    area: case.area,
                    kind: w.kind.code().to_owned(),
                    aspect: w.aspect.map(str::to_owned),
                    on_day: on,
                    source: source.to_owned(),
                    act_id: act.uuid().into(),
                    case_id: subject.row.case_id,
                    procedure_id: Some(subject.row.id),
                    proof_no: proof_no.clone(),
                    counts: true,
                    supersedes: None,
                    reason_code: None,
                    note_ct: None,
                    current: true,
                    recorded_by: None,
                    recorded_at: tx.now,
                };
                (row, on)
            }
        };
        let id: RowId = tx.ids.id(tx.now);
        touched.insert((row.file_id, row.year));
        write(tx, &Record { id, on_day: on, note_ct: None, current: true, recorded_by: tx.actor.account(), recorded_at: tx.now, ..row })?;
    }
    for (file, year) in touched {
        crate::app::grading::again(tx, file, year)?;
    }
    Ok(())
}
