//! Supervisions 督办: opened over the bureau that holds the case, raised, discharged.
//!
//! Owns their row alone; who may do what and by when stands in the definition.

use super::Args;
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::{Error, Result};
use crate::store::orders::{self, Supervision};

fn of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Supervision> {
    orders::supervision(tx.c, subject.row.id)?.ok_or(Error::NotFound("supervision"))
}

/// Over the bureau that holds the case now; a later transfer does not lift it from whom it was addressed to.
pub(super) fn open(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = subject.case_id()?;
    let bureau = tx.case(case)?.lead_bureau;
    let row = Supervision {
        id: tx.ids.id(tx.now),
        case_id: case,
        procedure_id: subject.row.id,
        bureau,
        origin: a.need_text("origin")?,
        level: a.need_text("level")?,
        opened_at: tx.now,
        discharged_at: None,
    };
    orders::insert_supervision(tx.c, &row)
}

pub(super) fn raise(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    orders::update_supervision(tx.c, &Supervision { level: a.need_text("level")?, ..row })
}

pub(super) fn discharge(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let row = of(tx, subject)?;
    orders::update_supervision(tx.c, &Supervision { discharged_at: Some(tx.now), ..row })
}
