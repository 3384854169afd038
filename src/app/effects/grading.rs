//! Grades of employers that have a procedure: confirmed, told, contested, talked about.
//!
//! Owns the saving of what persons decided; what a record comes to is `domain::grading`'s, and nothing here changes a grade.

use super::Args;
use super::money::day;
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::{At, Error, Result};
use crate::store::gradings::{self, Grading};

fn of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Grading> {
    gradings::of_procedure(tx.c, subject.row.id)?.map(|(g, _)| g).ok_or(Error::NotFound("grading"))
}

/// Persons confirmed it: whoever signed last stands for them.
pub(super) fn confirm(tx: &mut Tx<'_>, subject: &Subject, at: At) -> Result<()> {
    let g = of(tx, subject)?;
    // no machine confirms what a machine proposed
    let by = tx.actor.account().ok_or(Error::Forbidden("grading"))?;
    gradings::update(tx.c, &Grading { state: "reviewed".to_owned(), reviewed_by: Some(by), reviewed_at: Some(at), ..g })
}

/// The employer was told; what nobody confirmed is not told.
pub(super) fn tell(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let g = of(tx, subject)?;
    if g.reviewed_by.is_none() {
        return Err(Error::refused("grading_unreviewed", &[]));
    }
    let (told_on, told_way, told_proof) = (Some(day(a, "on")?), Some(a.need_text("way")?), Some(a.need_text("proof")?));
    gradings::update(tx.c, &Grading { state: "told".to_owned(), told_on, told_way, told_proof, ..g })
}

pub(super) fn contest(tx: &mut Tx<'_>, subject: &Subject, at: At) -> Result<()> {
    let g = of(tx, subject)?;
    gradings::update(tx.c, &Grading { contested_at: Some(at), ..g })
}

pub(super) fn talked(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let g = of(tx, subject)?;
    gradings::update(tx.c, &Grading { talk_on: Some(day(a, "on")?), ..g })
}
