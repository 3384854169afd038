//! What hangs at the claims of a case goes along when they go to another: who speaks for their workers, what is asked back, pay lists,
//! clues of child labour.
//!
//! Owns what follows single claims and what follows a whole case that ends as merged. The claims themselves are moved by `joining`.

use super::clue;
use crate::app::bells;
use crate::app::write::Tx;
use crate::base::Result;
use crate::base::id::{CaseId, ClaimId, ClaimantId, RespondentId};
use crate::domain::matching::UnitKey;
use crate::store::cases::{self, Respondent};
use crate::store::joint::{self, ChildClue, Representative};
use crate::store::recourse::{self, Recourse};
use crate::store::{claims as rows, filings};

/// The same party in another chain, where it is named there.
pub(in crate::app) fn party(from: &[Respondent], to: &[Respondent], id: Option<RespondentId>) -> Option<RespondentId> {
    let key = |r: &Respondent| UnitKey::new(r.uscc.as_deref(), &r.name);
    let it = from.iter().find(|r| Some(r.id) == id).map(key)?;
    to.iter().find(|r| key(r).same(&it)).map(|r| r.id)
}

/// Claims went from one case to another: representatives none of whose claims is left behind go along, and a case that gets the row of
/// somebody under 16 says so, because the flag is what seals it.
///
/// # Errors
/// The database.
pub(in crate::app) fn claims(tx: &mut Tx<'_>, moved: &[ClaimId], from: CaseId, to: CaseId) -> Result<()> {
    if moved.is_empty() {
        return Ok(());
    }
    if rows::minors_of(tx.c, to)?.iter().any(|k| moved.contains(k)) {
        tx.change_case(to, true, clue::flag)?;
    }
    for (r, _) in joint::representatives_of(tx.c, from)? {
        let person = filings::same_person(tx.c, r.claimant_id)?;
        let there = joint::claims_of_persons(tx.c, to, &person)?;
        if joint::claims_of_persons(tx.c, from, &person)?.is_empty() && there.iter().any(|c| moved.contains(&c.id)) {
            speak_there(tx, r, &person, to)?;
        }
    }
    Ok(())
}

/// A representative speaks in the other case from now on; where he speaks there already, that mandate goes on and this one ends.
fn speak_there(tx: &mut Tx<'_>, r: Representative, person: &[ClaimantId], to: CaseId) -> Result<()> {
    let known = joint::representatives_of(tx.c, to)?.into_iter().any(|(o, _)| o.ended_at.is_none() && person.contains(&o.claimant_id));
    if known && r.ended_at.is_none() {
        joint::end_representative(
            tx.c,
            &Representative { ended_at: Some(tx.now), ended_by: tx.actor.account().or(Some(r.recorded_by)), ..r.clone() },
        )?;
    }
    joint::move_representative(tx.c, r.id, to)
}

/// A case ended as merged: all that hung at it hangs at the other from now on.
///
/// # Errors
/// The database, or no rule is in force.
pub(in crate::app) fn case(tx: &mut Tx<'_>, from: CaseId, to: CaseId) -> Result<()> {
    joint::follow_case(tx.c, from, to)?;
    for (r, _) in joint::representatives_of(tx.c, from)? {
        let person = filings::same_person(tx.c, r.claimant_id)?;
        speak_there(tx, r, &person, to)?;
    }
    let (theirs, ours) = (cases::chain(tx.c, from)?, cases::chain(tx.c, to)?);
    for q in recourse::of_case(tx.c, from)? {
        let (payer_id, against_id) = (party(&theirs, &ours, q.payer_id), party(&theirs, &ours, q.against_id));
        recourse::update(tx.c, &Recourse { case_id: to, payer_id, against_id, ..q })?;
    }
    crate::app::effects::recourse::aim(tx, to)?;
    clues(tx, from, to)?;
    super::join::ring(tx, to)
}

/// Clues go along; of two open ones the one there counts the persons of both.
fn clues(tx: &mut Tx<'_>, from: CaseId, to: CaseId) -> Result<()> {
    let there = tx.case(to)?;
    for k in joint::clues_of(tx.c, from)? {
        let open = k.state == "open";
        if open {
            tx.change_case(to, true, clue::flag)?;
        }
        if open && joint::clues_of(tx.c, to)?.iter().any(|o| o.state == "open") {
            clue::found(tx, &there, usize::try_from(k.persons).unwrap_or(0))?;
            let joined = ChildClue {
                state: "closed".into(),
                result: Some(clue::JOINED.into()),
                closed_by: tx.actor.account(),
                closed_at: Some(tx.now),
                ..k.clone()
            };
            joint::update_clue(tx.c, &joined)?;
            bells::done(tx, k.id)?;
        }
        joint::move_clue(tx.c, k.id, to, &there.lead_bureau, &there.area)?;
    }
    Ok(())
}
