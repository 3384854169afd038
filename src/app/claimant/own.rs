//! Whose a claim is, seen from a log-in: one answer for every screen and every word of a worker.
//!
//! Owns that what is typed into a report proves nothing: not a name, not a resident ID. A row is the filing's own (told in it, of its
//! person), or of the same person by the telephone of the log-in. Never decides what is shown of a row.

use crate::base::Result;
use crate::base::id::ClaimantId;
use crate::base::seal::{self, KeyRing, Place};
use crate::domain::access::Worker;
use crate::store::filings::{self, Filing};
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
    let proved = if me.limited { BTreeSet::new() } else { proved(c, keys, f)? };
    let own = |k: &Claim| (k.filing_id == f.id && k.claimant_id == f.claimant_id) || proved.contains(&k.claimant_id);
    let persons: Vec<ClaimantId> = proved.iter().copied().chain([f.claimant_id]).collect();
    Ok(joint::claims_of_persons(c, case, &persons)?.into_iter().filter(own).collect())
}

/// Rows of the filing's person that carry the telephone its log-in uses, whichever key indexed them.
fn proved(c: &mut Conn, keys: &KeyRing, f: &Filing) -> Result<BTreeSet<ClaimantId>> {
    let Some(worker) = f.worker_id.map(|id| workers::get(c, id)).transpose()?.flatten() else { return Ok(BTreeSet::new()) };
    let Some(ct) = &worker.phone_ct else { return Ok(BTreeSet::new()) };
    let phone = seal::blind_all(keys, "phone", &seal::open(keys, Place::new("workers", "phone_ct", worker.id), ct)?);
    let same = filings::same_person(c, f.claimant_id)?;
    let rows = filings::claimants_by_ids(c, &same)?;
    Ok(rows.into_iter().filter(|p| p.phone_bix.as_ref().is_some_and(|b| phone.contains(b))).map(|p| p.id).collect())
}
