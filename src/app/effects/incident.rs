//! Incidents 突发、群体性、极端事件.
//!
//! Owns their rows alone; what the reports say stands sealed in remarks and papers.

use super::Args;
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::{At, Error, Result};
use crate::flow::Value;
use crate::store::incidents::{self, Incident, Telling};

fn of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Incident> {
    incidents::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("incident"))
}

pub(super) fn open(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let Some(Value::Int(persons)) = a.0.args.get("persons") else { return Err(a.missing("persons")) };
    let row = Incident {
        id: tx.ids.id(tx.now),
        case_id: subject.case_id()?,
        procedure_id: subject.row.id,
        category: a.need_text("category")?,
        persons: i32::try_from(*persons).unwrap_or(i32::MAX),
        known_at: a.need_at("known_at")?,
        phoned_at: a.at("phoned_at"),
        finding: None,
        bad_effect: None,
        judged_at: None,
        judged_by: None,
    };
    incidents::insert(tx.c, &row)
}

/// When it was first told by telephone; the first call stays the first.
pub(super) fn call(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let at = a.need_at("at")?;
    let phoned_at = Some(row.phoned_at.map_or(at, |before| before.min(at)));
    incidents::update(tx.c, &Incident { phoned_at, ..row })
}

pub(super) fn inform(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let id = tx.ids.id(tx.now);
    let contact_ct = a.text("contact").map(|c| tx.seal("incident_tellings", "contact_ct", id, &c)).transpose()?;
    let telling = Telling {
        id,
        incident_id: row.id,
        authority: a.need_text("authority")?,
        told_at: a.need_at("at")?,
        contact_ct,
        by_account: tx.actor.account(),
        at: tx.now,
    };
    incidents::insert_telling(tx.c, &telling)
}

/// What the head found it to be.
pub(super) fn judge(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>, at: At) -> Result<()> {
    let row = of(tx, subject)?;
    let bad = a.0.args.get("bad_effect") == Some(&Value::Bool(true));
    let finding = Some(a.need_text("finding")?);
    let judged_by = tx.actor.account();
    incidents::update(tx.c, &Incident { finding, bad_effect: Some(bad), judged_at: Some(at), judged_by, ..row })
}
