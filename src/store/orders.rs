//! Orders to pay, the claims they cover, and the attempts to serve them; orders to bureaus to act. Rules stand in
//! `domain::order` and `domain::supervision`.

use super::schema::{claims, order_claims, orders, procedures, service_attempts, supervisions};
use super::types::Id;
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, ClaimId, DocumentId, EvidenceId, OrderId, ProcedureId, RespondentId, RowId, SupervisionId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// An order to pay.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = orders, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Order {
    pub id: OrderId,
    pub case_id: CaseId,
    pub procedure_id: ProcedureId,
    pub instrument: String,
    pub respondent_id: Option<RespondentId>,
    pub amount: Fen,
    pub pay_by: Day,
    pub percent: Option<i32>,
    pub compensation: Fen,
    pub document_id: Option<DocumentId>,
    pub served_on: Option<Day>,
    pub served_way: Option<String>,
    pub remedy: String,
    pub created_at: At,
}

/// What of a claim an order covers.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_claims)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct OrderClaim {
    pub order_id: OrderId,
    pub claim_id: ClaimId,
    pub amount: Fen,
    pub settled_before: Fen,
}

/// One attempt to serve.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = service_attempts, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Attempt {
    pub id: RowId,
    pub order_id: OrderId,
    pub no: i32,
    pub on_day: Day,
    pub way: String,
    pub outcome: String,
    pub place_ct: Sealed,
    pub witness_ct: Option<Sealed>,
    pub proof_id: Option<EvidenceId>,
    pub address_confirmed: bool,
    pub by_account: Option<AccountId>,
    pub at: At,
}

/// Stores an order with what it covers.
pub fn insert(c: &mut Conn, row: &Order, parts: &[OrderClaim]) -> Result<()> {
    diesel::insert_into(orders::table).values(row).execute(c)?;
    insert_many!(c, order_claims::table, parts)?;
    Ok(())
}

/// Saves an order.
pub fn update(c: &mut Conn, row: &Order) -> Result<()> {
    ensure_one(diesel::update(orders::table.find(row.id)).set(row).execute(c)?, "orders")
}

/// The order of a procedure.
pub fn of_procedure(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Order>> {
    Ok(orders::table.filter(orders::procedure_id.eq(procedure)).select(Order::as_select()).first(c).optional()?)
}

/// Orders of a case, oldest first.
pub fn of_case(c: &mut Conn, case: CaseId) -> Result<Vec<Order>> {
    Ok(orders::table.filter(orders::case_id.eq(case)).order(orders::id).select(Order::as_select()).load(c)?)
}

statement! {
    /// What was settled of what an order covers since it was made.
    struct Settled { order: OrderId => Id } returns BigInt,
    sql "select coalesce(cast(sum(case when k.paid + k.waived - s.settled_before < 0 then 0 \
         when k.paid + k.waived - s.settled_before > s.amount then s.amount else k.paid + k.waived - s.settled_before end) as bigint), 0) \
         from order_claims s join claims k on k.id = s.claim_id where s.order_id = ", order, ""
}
/// What was settled (paid or waived) of what an order covers since it was made.
pub fn settled(c: &mut Conn, order: OrderId) -> Result<Fen> {
    Ok(Settled { order }.get_result(c)?)
}

/// Claims of an order that are not paid, and how many of them name a migrant worker.
pub fn unpaid_persons(c: &mut Conn, order: OrderId) -> Result<i64> {
    Ok(order_claims::table
        .inner_join(claims::table)
        .filter(order_claims::order_id.eq(order))
        .filter(claims::outstanding.gt(Fen::ZERO))
        .count()
        .get_result(c)?)
}

/// What of each claim an order covers.
pub fn parts(c: &mut Conn, order: OrderId) -> Result<Vec<(ClaimId, Fen)>> {
    Ok(order_claims::table
        .filter(order_claims::order_id.eq(order))
        .order(order_claims::claim_id)
        .select((order_claims::claim_id, order_claims::amount))
        .load(c)?)
}

/// Stores an attempt to serve.
pub fn insert_attempt(c: &mut Conn, row: &Attempt) -> Result<()> {
    diesel::insert_into(service_attempts::table).values(row).execute(c)?;
    Ok(())
}

/// The attempts to serve an order, in order.
pub fn attempts_of(c: &mut Conn, order: OrderId) -> Result<Vec<Attempt>> {
    Ok(service_attempts::table
        .filter(service_attempts::order_id.eq(order))
        .order(service_attempts::no)
        .select(Attempt::as_select())
        .load(c)?)
}

/// An order to a bureau to act.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = supervisions, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Supervision {
    pub id: SupervisionId,
    pub case_id: CaseId,
    pub procedure_id: ProcedureId,
    pub bureau: String,
    pub origin: String,
    pub level: String,
    pub opened_at: At,
    pub discharged_at: Option<At>,
}

/// Stores a supervision.
pub fn insert_supervision(c: &mut Conn, row: &Supervision) -> Result<()> {
    diesel::insert_into(supervisions::table).values(row).execute(c)?;
    Ok(())
}

/// Saves a supervision.
pub fn update_supervision(c: &mut Conn, row: &Supervision) -> Result<()> {
    ensure_one(diesel::update(supervisions::table.find(row.id)).set(row).execute(c)?, "supervisions")
}

/// The supervision of a procedure.
pub fn supervision(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Supervision>> {
    Ok(supervisions::table.filter(supervisions::procedure_id.eq(procedure)).select(Supervision::as_select()).first(c).optional()?)
}

/// Supervisions of a case, oldest first.
pub fn supervisions_of(c: &mut Conn, case: CaseId) -> Result<Vec<Supervision>> {
    Ok(supervisions::table.filter(supervisions::case_id.eq(case)).order(supervisions::id).select(Supervision::as_select()).load(c)?)
}

/// The level of the running supervision of each of these cases.
pub fn running_supervisions(c: &mut Conn, ids: &[CaseId]) -> Result<Vec<(CaseId, String)>> {
    Ok(supervisions::table
        .filter(supervisions::case_id.eq_any(ids.to_vec()))
        .filter(supervisions::discharged_at.is_null())
        .select((supervisions::case_id, supervisions::level))
        .load(c)?)
}

/// How many procedures of each kind run on a case.
pub fn running_kinds(c: &mut Conn, case: CaseId) -> Result<Vec<String>> {
    Ok(procedures::table
        .filter(procedures::case_id.eq(case))
        .filter(procedures::open.eq(true))
        .filter(procedures::kind.ne("filing"))
        .select(procedures::kind)
        .load(c)?)
}
