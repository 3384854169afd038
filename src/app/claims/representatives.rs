//! Representatives 代表人 of a joint case: named with a signed mandate, what they may do, ended at once (信访工作条例 Art 20, 部令25 Art 12).
//!
//! Owns who may be one (somebody with a row in the case) and that there are never more than the rule says; what a mandate may
//! carry is `domain::joint`'s.

use super::{clue, file_of, keeps_as, kept, marks};
use crate::app::App;
use crate::app::write::{Key, Tx};
use crate::base::id::{CaseId, ClaimId, EvidenceId, RowId};
use crate::base::{At, Error, Result, text};
use crate::domain::access::Actor;
use crate::domain::joint::{Act, RepPower, may_act, powers, representative_faults, stored};
use crate::store::joint::{self, Representative};
use crate::store::{cases, claims as rows};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// The rule of how many there may be.
const MOST: &str = "representatives.most";

/// Somebody to be named.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewRepresentative {
    /// A claim of the person in this case.
    #[schema(value_type = String)]
    pub claim: ClaimId,
    /// What he may do.
    pub powers: BTreeSet<RepPower>,
    /// `receive` and `waive` stand in the mandate itself.
    #[serde(default)]
    pub written: bool,
    /// The signed mandate, a file of the case.
    #[schema(value_type = String)]
    pub evidence: EvidenceId,
}

/// A representative as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepresentativeView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The name, masked.
    pub name: String,
    /// What he may do.
    pub powers: Vec<RepPower>,
    /// In words.
    pub powers_text: String,
    /// The signed mandate.
    #[schema(value_type = String)]
    pub evidence: EvidenceId,
    /// Named.
    #[schema(value_type = String)]
    pub created_at: At,
    /// Ended.
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<At>,
}

fn name(tx: &mut Tx<'_>, id: CaseId, n: &NewRepresentative) -> Result<RowId> {
    let (case, _) = kept(tx, id)?;
    let me = tx.actor.account().ok_or(Error::Unauthenticated)?;
    let claim = rows::get(tx.c, n.claim)?.filter(|c| c.case_id == id).ok_or_else(|| Error::field("/claim", "unknown_claim", &[]))?;
    let living: Vec<Representative> =
        joint::representatives_of(tx.c, id)?.into_iter().map(|(r, _)| r).filter(|r| r.ended_at.is_none()).collect();
    let same = crate::store::filings::same_person(tx.c, claim.claimant_id)?;
    if living.iter().any(|r| same.contains(&r.claimant_id)) {
        return Err(Error::field("/claim", "rep_known", &[]));
    }
    let most = tx.law.rules.number(MOST, tx.now.day()).unwrap_or(0);
    let faults = representative_faults(&n.powers, n.written, i64::try_from(living.len()).unwrap_or(i64::MAX), most);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    file_of(tx, id, n.evidence, "/evidence", None)?;
    let row = Representative {
        id: tx.ids.id(tx.now),
        case_id: id,
        claimant_id: claim.claimant_id,
        powers: stored(&n.powers),
        evidence_id: n.evidence,
        recorded_by: me,
        created_at: tx.now,
        ended_at: None,
        ended_by: None,
        note_ct: None,
    };
    joint::insert_representative(tx.c, &row)?;
    let payload = serde_json::json!({ "representative": row.id, "powers": n.powers, "evidence": n.evidence });
    tx.record("case", id.into(), "representative_named", tx.now, payload, &marks(&case))?;
    Ok(row.id)
}

fn end(tx: &mut Tx<'_>, id: RowId, note: &str) -> Result<CaseId> {
    let r = joint::representative(tx.c, id)?.ok_or(Error::NotFound("representative"))?;
    // whoever speaks for the workers may be ended after the case too
    let (case, _) = keeps_as(tx, r.case_id, "representative")?;
    if r.ended_at.is_some() {
        return Err(Error::refused("not_now", &[]));
    }
    let note = text::reasoned("/note", note)?;
    let note_ct = Some(tx.seal("representatives", "note_ct", id, &note)?);
    joint::end_representative(tx.c, &Representative { ended_at: Some(tx.now), ended_by: tx.actor.account(), note_ct, ..r })?;
    tx.record("case", case.id.into(), "representative_ended", tx.now, serde_json::json!({ "representative": id }), &marks(&case))?;
    Ok(case.id)
}

/// What a living representative does for the workers of a case in a move's form; `by` is a claim of his own, `of` are the claims it
/// touches. Wages of others need the power in his mandate, his own need none.
///
/// # Errors
/// Field errors `rep_none`, `rep_lacks` at `pointer`, or the database.
pub(in crate::app) fn acts(tx: &mut Tx<'_>, case: CaseId, act: Act, by: ClaimId, of: &[ClaimId], pointer: &str) -> Result<()> {
    let none = || Error::field(pointer, "rep_none", &[]);
    let his = rows::get(tx.c, by)?.filter(|c| c.case_id == case).ok_or_else(none)?;
    let same = crate::store::filings::same_person(tx.c, his.claimant_id)?;
    let living = joint::representatives_of(tx.c, case)?.into_iter().map(|(r, _)| r);
    let it = living.into_iter().find(|r| r.ended_at.is_none() && same.contains(&r.claimant_id)).ok_or_else(none)?;
    let all = crate::store::ledger::claims_of(tx.c, case)?;
    let own = all.iter().filter(|c| of.contains(&c.id)).all(|c| same.contains(&c.claimant_id));
    may_act(act, &powers(&it.powers), own).map_err(|lacks| {
        let power = text::zh(&format!("rep.power.{}", lacks.key())).to_owned();
        Error::field(pointer, "rep_lacks", &[("power", &power)])
    })
}

impl App {
    /// Names a representative of a joint case.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `not_now`, field errors.
    pub async fn name_representative(
        self: &Arc<Self>,
        actor: &Actor,
        key: Option<Key>,
        id: CaseId,
        n: &NewRepresentative,
    ) -> Result<RowId> {
        let n = n.clone();
        self.write(actor, key, move |tx| name(tx, id, &n)).await
    }

    /// Ends a representation on the workers' word.
    ///
    /// # Errors
    /// As [`App::name_representative`].
    pub async fn end_representative(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, note: &str) -> Result<CaseId> {
        let note = note.to_owned();
        self.write(actor, key, move |tx| end(tx, id, &note)).await
    }

    /// Representatives of a case, ended ones too, the oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn representatives(self: &Arc<Self>, actor: &Actor, id: CaseId) -> Result<Vec<RepresentativeView>> {
        self.may_see(actor, Some(id), None, None).await?;
        let actor = actor.clone();
        self.look(move |c, _, _| {
            let case = cases::get(c, id)?.ok_or(Error::NotFound("case"))?;
            let young: Vec<_> = rows::with_persons(c, id)?
                .into_iter()
                .filter(|(_, _, b)| b.as_ref().is_some_and(|b| b.minor) && !clue::opens_minor(&actor, &case))
                .map(|(k, ..)| k.claimant_id)
                .collect();
            let all = joint::representatives_of(c, id)?;
            Ok(all
                .into_iter()
                .map(|(r, p)| {
                    let powers: Vec<RepPower> = powers(&r.powers).into_iter().collect();
                    RepresentativeView {
                        id: r.id,
                        name: if young.contains(&r.claimant_id) { clue::sealed_name() } else { p.name_mask },
                        powers_text: powers
                            .iter()
                            .map(|p| text::zh(&format!("rep.power.{}", p.key())).to_owned())
                            .collect::<Vec<_>>()
                            .join("、"),
                        powers,
                        evidence: r.evidence_id,
                        created_at: r.created_at,
                        ended_at: r.ended_at,
                    }
                })
                .collect())
        })
        .await
    }
}
