//! Recourse 追偿: who paid instead of the employer, and what came of asking it back. One row a payment.
//!
//! Owns that a row follows what its payment allots; when one is made and how it ends is `app`'s.

use super::schema::recourses;
use super::types::Id;
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, EvidenceId, PaymentId, RespondentId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// What may be asked back for one payment.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = recourses, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Recourse {
    pub payment_id: PaymentId,
    pub case_id: CaseId,
    pub payer_kind: String,
    pub payer_id: Option<RespondentId>,
    pub against_id: Option<RespondentId>,
    pub amount: Fen,
    pub recovered: Fen,
    pub state: String,
    pub reason: Option<String>,
    pub note_ct: Option<Sealed>,
    pub proof_id: Option<EvidenceId>,
    pub opened_at: At,
    pub closed_at: Option<At>,
    pub closed_by: Option<AccountId>,
}

/// Keeps one.
pub fn insert(c: &mut Conn, row: &Recourse) -> Result<()> {
    diesel::insert_into(recourses::table).values(row).execute(c)?;
    Ok(())
}

/// That of a payment.
pub fn get(c: &mut Conn, id: PaymentId) -> Result<Option<Recourse>> {
    Ok(recourses::table.find(id).select(Recourse::as_select()).first(c).optional()?)
}

/// Those of a case, the oldest first.
pub fn of_case(c: &mut Conn, case: CaseId) -> Result<Vec<Recourse>> {
    Ok(recourses::table
        .filter(recourses::case_id.eq(case))
        .order((recourses::opened_at, recourses::payment_id))
        .select(Recourse::as_select())
        .load(c)?)
}

/// Saves one.
pub fn update(c: &mut Conn, row: &Recourse) -> Result<()> {
    ensure_one(diesel::update(recourses::table.find(row.payment_id)).set(row).execute(c)?, "recourses")
}

statement! {
    /// What a payment allots, pays a debt with, and nobody denied.
    struct Stands { payment: PaymentId => Id } returns BigInt,
    sql "select coalesce(cast(sum(a.amount - a.beyond) as bigint), 0) from allocations a join payments p on p.id = a.payment_id \
         where p.reversed_at is null and (a.answer is null or a.answer <> 'denied') and a.payment_id = ", payment, ""
}
/// What of a payment paid a debt and nobody denied: less what is beyond what was owed, nothing of one that was reversed.
pub fn stands(c: &mut Conn, payment: PaymentId) -> Result<Fen> {
    Ok(Stands { payment }.get_result(c)?)
}
