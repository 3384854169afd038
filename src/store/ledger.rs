//! Claims, payments and their allocations. The equations are planned in `domain::ledger` and checked by the table.

use super::schema::{allocations, claims, payments};
use super::types::Id;
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, ClaimId, ClaimantId, EvidenceId, FilingId, PaymentId, RespondentId};
use crate::base::{At, Day, Result};
use crate::domain::ledger::Sums;
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

/// One identified claimant × one respondent × one period.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = claims, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Claim {
    pub id: ClaimId,
    pub case_id: CaseId,
    pub filing_id: FilingId,
    pub claimant_id: ClaimantId,
    pub respondent_id: Option<RespondentId>,
    pub period_from: Option<Day>,
    pub period_to: Option<Day>,
    pub nature: String,
    pub migrant: String,
    pub claimed: Fen,
    pub verified: Fen,
    pub rejected: Fen,
    pub open: Fen,
    pub paid: Fen,
    pub discharged: Fen,
    pub waived: Fen,
    pub outstanding: Fen,
    pub created_at: At,
}

impl Claim {
    /// Its sums.
    #[must_use]
    pub fn sums(&self) -> Sums {
        Sums {
            claimed: self.claimed,
            verified: self.verified,
            rejected: self.rejected,
            open: self.open,
            paid: self.paid,
            discharged: self.discharged,
            waived: self.waived,
            outstanding: self.outstanding,
        }
    }
    /// The claim with other sums.
    #[must_use]
    pub fn with(&self, s: Sums) -> Self {
        Self {
            claimed: s.claimed,
            verified: s.verified,
            rejected: s.rejected,
            open: s.open,
            paid: s.paid,
            discharged: s.discharged,
            waived: s.waived,
            outstanding: s.outstanding,
            ..self.clone()
        }
    }
}

/// Money with proof.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = payments, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Payment {
    pub id: PaymentId,
    pub case_id: CaseId,
    pub amount: Fen,
    pub paid_on: Day,
    pub payer_kind: String,
    pub bank_ref: Option<String>,
    pub proof_id: EvidenceId,
    pub recorded_by: Option<AccountId>,
    pub recorded_at: At,
}

/// Adds a claim.
pub fn insert_claim(c: &mut Conn, row: &Claim) -> Result<()> {
    diesel::insert_into(claims::table).values(row).execute(c)?;
    Ok(())
}

/// Claims of a case, oldest first.
pub fn claims_of(c: &mut Conn, id: CaseId) -> Result<Vec<Claim>> {
    Ok(claims::table.filter(claims::case_id.eq(id)).order(claims::id).select(Claim::as_select()).load(c)?)
}

/// Saves a claim, all but its case and its filing ([`super::joining::move_claim`]).
pub fn update_claim(c: &mut Conn, row: &Claim) -> Result<()> {
    let n = SaveClaim {
        claimant_id: row.claimant_id,
        respondent_id: row.respondent_id,
        period_from: row.period_from,
        period_to: row.period_to,
        nature: row.nature.clone(),
        migrant: row.migrant.clone(),
        claimed: row.claimed,
        verified: row.verified,
        rejected: row.rejected,
        open: row.open,
        paid: row.paid,
        discharged: row.discharged,
        waived: row.waived,
        outstanding: row.outstanding,
        id: row.id,
    }
    .execute(c)?;
    ensure_one(n, "claims")
}

statement! {
    /// Saves a claim read before; prepared once a connection. Its case and its filing never change here.
    struct SaveClaim {
        claimant_id: ClaimantId => Id,
        respondent_id: Option<RespondentId> => Nullable<Id>,
        period_from: Option<Day> => Nullable<Date>,
        period_to: Option<Day> => Nullable<Date>,
        nature: String => Text,
        migrant: String => Text,
        claimed: Fen => BigInt,
        verified: Fen => BigInt,
        rejected: Fen => BigInt,
        open: Fen => BigInt,
        paid: Fen => BigInt,
        discharged: Fen => BigInt,
        waived: Fen => BigInt,
        outstanding: Fen => BigInt,
        id: ClaimId => Id,
    }
    sql "update claims set claimant_id = ", claimant_id, ", respondent_id = ", respondent_id, ", period_from = ", period_from, ", period_to = ", period_to,
        ", nature = ", nature, ", migrant = ", migrant, ", claimed = ", claimed, ", verified = ", verified, ", rejected = ", rejected,
        ", \"open\" = ", open, ", paid = ", paid, ", discharged = ", discharged, ", waived = ", waived, ", outstanding = ", outstanding,
        " where id = ", id, ""
}

/// Records a payment with its allocations; their sum must be the amount (checked by the caller and by `doctor`).
pub fn insert_payment(c: &mut Conn, row: &Payment, to: &[(ClaimId, Fen)]) -> Result<()> {
    diesel::insert_into(payments::table).values(row).execute(c)?;
    for (claim, amount) in to {
        diesel::insert_into(allocations::table)
            .values((allocations::payment_id.eq(row.id), allocations::claim_id.eq(*claim), allocations::amount.eq(*amount)))
            .execute(c)?;
    }
    Ok(())
}

/// Whether a bank reference was already used.
pub fn reference_used(c: &mut Conn, reference: &str) -> Result<bool> {
    let n: i64 = payments::table.filter(payments::bank_ref.eq(Some(reference))).count().get_result(c)?;
    Ok(n > 0)
}

/// A payment with what it allots to each claim.
pub type Allotted = (Payment, Vec<(ClaimId, Fen)>);

/// Payments of a case with their allocations, oldest first.
pub fn payments_of(c: &mut Conn, id: CaseId) -> Result<Vec<Allotted>> {
    let rows: Vec<Payment> =
        payments::table.filter(payments::case_id.eq(id)).order((payments::paid_on, payments::id)).select(Payment::as_select()).load(c)?;
    let ids: Vec<PaymentId> = rows.iter().map(|p| p.id).collect();
    let parts: Vec<(PaymentId, ClaimId, Fen)> = allocations::table
        .filter(allocations::payment_id.eq_any(ids))
        .select((allocations::payment_id, allocations::claim_id, allocations::amount))
        .load(c)?;
    Ok(rows
        .into_iter()
        .map(|p| {
            let to = parts.iter().filter(|(id, _, _)| *id == p.id).map(|(_, claim, amount)| (*claim, *amount)).collect();
            (p, to)
        })
        .collect())
}
