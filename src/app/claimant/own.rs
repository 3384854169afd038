//! Whose a claim is, seen from a log-in: one answer for every screen and every word of a worker.
//!
//! Owns that what is typed into a report proves nothing: not a name, not a resident ID. A row is the filing's own (told in it, of its
//! person), or of the same person by the telephone of the log-in. Never decides what is shown of a row.

use crate::base::Result;
use crate::base::id::{CaseId, ClaimantId, WorkerId};
use crate::base::seal::{self, KeyRing, Place};
use crate::domain::access::Worker;
use crate::domain::joint::{Known, shared};
use crate::store::filings::{self, Claimant, Filing};
use crate::store::joint::Joiner;
use crate::store::ledger::Claim;
use crate::store::{Conn, joint, workers};
use std::collections::BTreeSet;

/// The claims behind a filing that are its worker's beyond what he typed, the oldest first.
///
/// A roster's rows hang at the case's oldest filing, and a report that names somebody's ID may share his row of persons: so neither the
/// filing nor the person alone is enough. A telephone that several persons use proves nobody.
///
/// # Errors
/// The database, or a telephone that cannot be opened.
pub(in crate::app) fn claims_of(c: &mut Conn, keys: &KeyRing, me: &Worker, f: &Filing) -> Result<Vec<Claim>> {
    let Some(case) = f.case_id else { return Ok(Vec::new()) };
    let proved = if me.limited { BTreeSet::new() } else { proved(c, keys, f, case)? };
    let own = |k: &Claim| (k.filing_id == f.id && k.claimant_id == f.claimant_id) || proved.contains(&k.claimant_id);
    let persons: Vec<ClaimantId> = proved.iter().copied().chain([f.claimant_id]).collect();
    Ok(joint::claims_of_persons(c, case, &persons)?.into_iter().filter(own).collect())
}

/// The claims of whoever joined with a code: where the roster knew him by the telephone of his log-in, the rows that carry it; where an
/// officer rang him up, all of his person.
///
/// # Errors
/// The database, or a telephone that cannot be opened.
pub(in crate::app) fn joined(c: &mut Conn, keys: &KeyRing, j: &Joiner) -> Result<Vec<Claim>> {
    let mut persons = filings::same_person(c, j.claimant_id)?;
    if j.matched {
        let phone = telephones(c, keys, j.worker_id)?;
        persons = carrying(c, j.case_id, &persons, &phone)?.into_iter().collect();
    }
    joint::claims_of_persons(c, j.case_id, &persons)
}

/// Rows of the filing's person that carry the telephone its log-in uses, whichever key indexed them.
fn proved(c: &mut Conn, keys: &KeyRing, f: &Filing, case: CaseId) -> Result<BTreeSet<ClaimantId>> {
    let phone = f.worker_id.map(|id| telephones(c, keys, id)).transpose()?.unwrap_or_default();
    let same = filings::same_person(c, f.claimant_id)?;
    carrying(c, case, &same, &phone)
}

/// Blind indexes of the telephone of a log-in, under every key of the ring; none where it has no telephone.
fn telephones(c: &mut Conn, keys: &KeyRing, id: WorkerId) -> Result<Vec<String>> {
    let Some(ct) = workers::get(c, id)?.and_then(|w| w.phone_ct) else { return Ok(Vec::new()) };
    Ok(seal::blind_all(keys, "phone", &seal::open(keys, Place::new("workers", "phone_ct", id), &ct)?))
}

/// Of these rows of persons those that claim in the case and carry this telephone; none where several persons there do.
fn carrying(c: &mut Conn, case: CaseId, rows: &[ClaimantId], phone: &[String]) -> Result<BTreeSet<ClaimantId>> {
    if phone.is_empty() {
        return Ok(BTreeSet::new());
    }
    let all = filings::callers(c, case, phone)?;
    let known: Vec<Known<'_>> = all.iter().map(known).collect();
    if shared(&known, phone) {
        return Ok(BTreeSet::new());
    }
    Ok(all.iter().map(|p| p.id).filter(|id| rows.contains(id)).collect())
}

/// What tells the person of a row from another.
pub(in crate::app) fn known(p: &Claimant) -> Known<'_> {
    Known { id: p.person_bix.as_deref(), phone: p.phone_bix.as_deref(), name: &p.name_bix }
}
