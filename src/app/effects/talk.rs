//! Talks with respondents 约谈 and what is promised in them.
//!
//! Owns their rows alone; who may do what and by when stands in the definitions.

use super::Args;
use super::money::{day, party, proof_of};
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::{EvidenceId, RespondentId};
use crate::base::{At, Error, Result};
use crate::domain::proof::Proves;
use crate::store::cooperations::{self, Commitment, Talk};

/// The outcome that counts as an absence.
const NO_SHOW: &str = "no_show";

fn of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Talk> {
    cooperations::talk(tx.c, subject.row.id)?.ok_or(Error::NotFound("talk"))
}

/// One of the chain is called.
pub(super) fn open(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = subject.case_id()?;
    let respondent_id: RespondentId = a.need_id("respondent")?;
    party(tx, case, respondent_id, "respondent")?;
    let id = tx.ids.id(tx.now);
    let place_ct = tx.seal("talks", "place_ct", id, &a.need_text("place")?)?;
    let row = Talk {
        id,
        case_id: case,
        procedure_id: subject.row.id,
        respondent_id,
        on_at: a.need_at("on_at")?,
        place_ct,
        contacted_at: None,
        proof_id: None,
        outcome: None,
        absences: 0,
        opened_at: tx.now,
    };
    cooperations::insert_talk(tx.c, &row)
}

/// It was reached, with proof that lies in this file.
pub(super) fn contact(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let proof: EvidenceId = a.need_id("proof")?;
    proof_of(tx, row.case_id, proof, "proof", Proves::Contact)?;
    cooperations::update_talk(tx.c, &Talk { contacted_at: Some(a.need_at("at")?), proof_id: Some(proof), ..row })
}

/// Another time: contact is to be confirmed anew.
pub(super) fn set(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let place_ct = tx.seal("talks", "place_ct", row.id, &a.need_text("place")?)?;
    let on_at = a.need_at("on_at")?;
    cooperations::update_talk(tx.c, &Talk { on_at, place_ct, contacted_at: None, proof_id: None, outcome: None, ..row })
}

/// Who came, or that nobody did.
pub(super) fn settle(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let outcome = a.need_text("outcome")?;
    let absences = row.absences + i32::from(outcome == NO_SHOW);
    cooperations::update_talk(tx.c, &Talk { outcome: Some(outcome), absences, ..row })
}

/// A commitment made in the talk that started this procedure.
pub(super) fn commit(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let parent = subject.row.parent_id.ok_or(Error::NotFound("talk"))?;
    let talk = cooperations::talk(tx.c, parent)?.ok_or(Error::NotFound("talk"))?;
    let id = tx.ids.id(tx.now);
    let what_ct = tx.seal("commitments", "what_ct", id, &a.need_text("what")?)?;
    let row = Commitment {
        id,
        case_id: talk.case_id,
        talk_id: talk.id,
        procedure_id: subject.row.id,
        what_ct,
        due_on: day(a, "due_on")?,
        missed_at: None,
        kept_at: None,
    };
    cooperations::insert_commitment(tx.c, &row)
}

/// It was kept, or its day passed; a day that passed stays noted.
pub(super) fn settle_commitment(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>, at: At) -> Result<()> {
    let row = cooperations::commitment(tx.c, subject.row.id)?.ok_or(Error::NotFound("commitment"))?;
    let row = match a.need_text("state")?.as_str() {
        "kept" => Commitment { kept_at: Some(at), ..row },
        _ => Commitment { missed_at: Some(at), ..row },
    };
    cooperations::update_commitment(tx.c, &row)
}
