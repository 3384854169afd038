//! What stands beside a claim: how it was reckoned, and the decisions about its nature. Many rows at once.
//!
//! Owns no sum: those are [`super::ledger`]'s.

use super::Conn;
use super::filings::Claimant;
use super::ledger::Claim;
use super::schema::{claim_bases, claim_judgements, claimants, claims};
use crate::base::id::{AccountId, CaseId, ClaimId, DocumentId, EvidenceId, FilingId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use crate::law::Fen;
use diesel::prelude::*;

/// How a claim is reckoned.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = claim_bases, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Basis {
    pub claim_id: ClaimId,
    pub days_tenths: Option<i32>,
    pub daily_wage: Option<Fen>,
    pub months_tenths: Option<i32>,
    pub monthly_wage: Option<Fen>,
    pub minor: bool,
    pub presented: String,
    pub mandate_proof: Option<EvidenceId>,
}

/// A decision about the nature of a claim and whether it is a migrant worker's.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = claim_judgements, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Judgement {
    pub id: RowId,
    pub claim_id: ClaimId,
    pub case_id: CaseId,
    pub nature: String,
    pub migrant: String,
    pub set_apart: Fen,
    pub place: Option<String>,
    pub reason_ct: Sealed,
    pub evidence_id: Option<EvidenceId>,
    pub document_id: Option<DocumentId>,
    pub by_account: AccountId,
    pub at: At,
}

/// Adds the persons and claims of a roster, a statement per table and 200 rows.
pub fn insert_roster(c: &mut Conn, persons: &[Claimant], rows: &[Claim], bases: &[Basis]) -> Result<()> {
    insert_many!(c, claimants::table, persons)?;
    insert_many!(c, claims::table, rows)?;
    insert_many!(c, claim_bases::table, bases)?;
    Ok(())
}

/// Claims of a case with their persons and how they were reckoned, the oldest first.
pub fn with_persons(c: &mut Conn, case: CaseId) -> Result<Vec<(Claim, Claimant, Option<Basis>)>> {
    Ok(claims::table
        .inner_join(claimants::table.on(claimants::id.eq(claims::claimant_id)))
        .left_join(claim_bases::table.on(claim_bases::claim_id.eq(claims::id)))
        .filter(claims::case_id.eq(case))
        .order(claims::id)
        .select((Claim::as_select(), Claimant::as_select(), Option::<Basis>::as_select()))
        .load(c)?)
}

/// A claim as a form lets choose it: whose filing it came by, what it claims, the masked name, whether of somebody under 16.
pub type Pick = (ClaimId, FilingId, Fen, String, Option<bool>);

/// Claims of a case with an amount, at most so many, the oldest first.
pub fn picks(c: &mut Conn, case: CaseId, most: i64) -> Result<Vec<Pick>> {
    Ok(claims::table
        .inner_join(claimants::table.on(claimants::id.eq(claims::claimant_id)))
        .left_join(claim_bases::table.on(claim_bases::claim_id.eq(claims::id)))
        .filter(claims::case_id.eq(case))
        .filter(claims::claimed.gt(Fen::ZERO))
        .order(claims::id)
        .limit(most)
        .select((claims::id, claims::filing_id, claims::claimed, claimants::name_mask, claim_bases::minor.nullable()))
        .load(c)?)
}

/// Forgets how claims were reckoned: they are about to be reckoned anew.
pub fn forget_bases(c: &mut Conn, ids: &[ClaimId]) -> Result<()> {
    if !ids.is_empty() {
        diesel::delete(claim_bases::table.filter(claim_bases::claim_id.eq_any(ids.to_vec()))).execute(c)?;
    }
    Ok(())
}

/// Claims of persons under 16 when the work began.
pub fn minors_of(c: &mut Conn, case: CaseId) -> Result<Vec<ClaimId>> {
    Ok(claim_bases::table
        .inner_join(claims::table)
        .filter(claims::case_id.eq(case))
        .filter(claim_bases::minor.eq(true))
        .select(claim_bases::claim_id)
        .load(c)?)
}

/// One claim.
pub fn get(c: &mut Conn, id: ClaimId) -> Result<Option<Claim>> {
    Ok(claims::table.find(id).select(Claim::as_select()).first(c).optional()?)
}

/// Keeps a decision.
pub fn insert_judgement(c: &mut Conn, row: &Judgement) -> Result<()> {
    diesel::insert_into(claim_judgements::table).values(row).execute(c)?;
    Ok(())
}

/// Decisions about the claims of a case, the oldest first.
pub fn judgements_of(c: &mut Conn, case: CaseId) -> Result<Vec<Judgement>> {
    Ok(claim_judgements::table
        .filter(claim_judgements::case_id.eq(case))
        .order((claim_judgements::at, claim_judgements::id))
        .select(Judgement::as_select())
        .load(c)?)
}

/// Decisions about these claims, the oldest first.
pub fn judgements_of_claims(c: &mut Conn, ids: &[ClaimId]) -> Result<Vec<Judgement>> {
    Ok(claim_judgements::table
        .filter(claim_judgements::claim_id.eq_any(ids.to_vec()))
        .order((claim_judgements::at, claim_judgements::id))
        .select(Judgement::as_select())
        .load(c)?)
}

/// How much of a claim was set apart as no wages.
pub fn set_apart(c: &mut Conn, id: ClaimId) -> Result<Fen> {
    let all: Vec<Fen> = claim_judgements::table.filter(claim_judgements::claim_id.eq(id)).select(claim_judgements::set_apart).load(c)?;
    Fen::sum(all).ok_or_else(|| crate::base::Error::Internal("sums overflow".into()))
}
