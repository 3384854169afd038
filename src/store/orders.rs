//! Orders to pay, the claims they cover, and the attempts to serve them; orders to bureaus to act. Rules stand in
//! `domain::order` and `domain::supervision`.

use super::ledger::Claim;
use super::schema::{
    claims, compensation_payments, order_claims, orders, payments, procedures, respondents, service_attempts, supervisions,
};
use super::types::Id;
use super::{Conn, ensure_one};
use crate::base::id::{
    AccountId, CaseId, ClaimId, DocumentId, EvidenceId, OrderId, PaymentId, ProcedureId, RespondentId, RowId, SupervisionId,
};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

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
    /// When its newest paper was made: what was served before is not that paper.
    pub paper_at: Option<At>,
    /// What the ordered party had not discharged when it expired; nothing before.
    pub unpaid_at_expiry: Option<Fen>,
    /// `open`, `fixed` or `none`.
    pub compensation_state: String,
    /// Of the code list `crime_result`; `none` before the test, `sent` once the police have it.
    pub crime_result: String,
    /// When review or suit came to their end.
    pub remedy_on: Option<Day>,
    pub consent_id: Option<EvidenceId>,
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
    /// What the ordered party had itself paid, and what was given up, when the order was made.
    pub discharged_before: Fen,
}

/// Additional compensation that was paid.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = compensation_payments, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct CompensationPayment {
    pub id: RowId,
    pub order_id: OrderId,
    pub amount: Fen,
    pub paid_on: Day,
    pub proof_id: EvidenceId,
    pub recorded_by: Option<AccountId>,
    pub recorded_at: At,
    pub reversed_by: Option<AccountId>,
    pub reversed_at: Option<At>,
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

/// One order.
pub fn get(c: &mut Conn, id: OrderId) -> Result<Option<Order>> {
    Ok(orders::table.find(id).select(Order::as_select()).first(c).optional()?)
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
    /// What a payment had discharged of an order before it was made, for claims against one debtor.
    struct DischargedFalls { order: OrderId => Id, debtor: Option<RespondentId> => Nullable<Id>, payment: PaymentId => Id, all: i64 => BigInt, claim: ClaimId => Id }
    sql "update order_claims set discharged_before = case when order_claims.discharged_before > f.n then order_claims.discharged_before - f.n else 0 end \
         from (select a.claim_id, a.amount - a.beyond as n, coalesce(a.counted_at, p.recorded_at) as since \
         from allocations a join payments p on p.id = a.payment_id where a.payment_id = ", payment, " and a.counts and (", all, " = 1 or a.claim_id = ", claim,
        ")) f, orders g, claims k where g.id = ", order, " and order_claims.order_id = g.id and f.claim_id = order_claims.claim_id \
         and k.id = f.claim_id and k.respondent_id is not distinct from ", debtor, " and g.created_at > f.since"
}
/// A payment is about to count no more: what it had discharged of an order before it was made, on claims against this debtor, is less by it.
pub fn discharged_falls(
    c: &mut Conn,
    order: OrderId,
    debtor: Option<RespondentId>,
    payment: PaymentId,
    claim: Option<ClaimId>,
) -> Result<()> {
    let (all, claim) = (i64::from(claim.is_none()), claim.unwrap_or_else(|| uuid::Uuid::nil().into()));
    DischargedFalls { order, debtor, payment, all, claim }.execute(c)?;
    Ok(())
}

/// What an order covers, claim by claim, with the claims as they stand.
pub fn covered(c: &mut Conn, order: OrderId) -> Result<Vec<(OrderClaim, Claim)>> {
    Ok(order_claims::table
        .inner_join(claims::table)
        .filter(order_claims::order_id.eq(order))
        .order(order_claims::claim_id)
        .select((OrderClaim::as_select(), Claim::as_select()))
        .load(c)?)
}

/// Money that counts for a claim, by who paid it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidBy {
    /// For which claim.
    pub claim: ClaimId,
    /// Of the code list `payer_kind`.
    pub kind: String,
    /// The party, if it was named.
    pub payer: Option<RespondentId>,
    /// How much.
    pub amount: Fen,
}
statement! {
    /// What counts for the claims of a case, by claim and payer.
    struct PaidByWhom { case: CaseId => Id } returns (Id, Text, Nullable<Id>, BigInt),
    sql "select a.claim_id, p.payer_kind, p.payer_id, cast(sum(a.amount - a.beyond) as bigint) from payments p join allocations a on a.payment_id = p.id \
         where p.case_id = ", case, " and a.counts and p.reversed_at is null group by a.claim_id, p.payer_kind, p.payer_id"
}
/// Who paid what counts for the claims of a case.
pub fn paid_by(c: &mut Conn, case: CaseId) -> Result<Vec<PaidBy>> {
    let rows: Vec<(ClaimId, String, Option<RespondentId>, Fen)> = PaidByWhom { case }.load(c)?;
    Ok(rows.into_iter().map(|(claim, kind, payer, amount)| PaidBy { claim, kind, payer, amount }).collect())
}

statement! {
    /// The same of what was paid until a day.
    struct PaidUntil { case: CaseId => Id, until: Day => Date } returns (Id, Text, Nullable<Id>, BigInt),
    sql "select a.claim_id, p.payer_kind, p.payer_id, cast(sum(a.amount - a.beyond) as bigint) from payments p join allocations a on a.payment_id = p.id \
         where p.case_id = ", case, " and a.counts and p.reversed_at is null and p.paid_on <= ", until, " group by a.claim_id, p.payer_kind, p.payer_id"
}
/// Who paid until a day what counts for the claims of a case.
pub fn paid_until(c: &mut Conn, case: CaseId, until: Day) -> Result<Vec<PaidBy>> {
    let rows: Vec<(ClaimId, String, Option<RespondentId>, Fen)> = PaidUntil { case, until }.load(c)?;
    Ok(rows.into_iter().map(|(claim, kind, payer, amount)| PaidBy { claim, kind, payer, amount }).collect())
}

/// The day of the last payment in a case that was not reversed.
pub fn last_paid_on(c: &mut Conn, case: CaseId) -> Result<Option<Day>> {
    Ok(payments::table
        .filter(payments::case_id.eq(case))
        .filter(payments::reversed_at.is_null())
        .order(payments::paid_on.desc())
        .select(payments::paid_on)
        .first(c)
        .optional()?)
}

/// Orders against a unit, in whatever case.
pub fn against(c: &mut Conn, uscc: &str) -> Result<Vec<Order>> {
    Ok(orders::table
        .inner_join(respondents::table.on(orders::respondent_id.eq(respondents::id.nullable())))
        .filter(respondents::uscc.eq(Some(uscc)))
        .order(orders::id)
        .select(Order::as_select())
        .load(c)?)
}

/// Stores a payment of additional compensation.
pub fn insert_compensation_payment(c: &mut Conn, row: &CompensationPayment) -> Result<()> {
    diesel::insert_into(compensation_payments::table).values(row).execute(c)?;
    Ok(())
}

/// A payment of additional compensation counts no more.
pub fn reverse_compensation_payment(c: &mut Conn, id: RowId, by: Option<AccountId>, at: At) -> Result<()> {
    let standing = compensation_payments::table.find(id).filter(compensation_payments::reversed_at.is_null());
    let set = (compensation_payments::reversed_at.eq(at), compensation_payments::reversed_by.eq(by));
    ensure_one(diesel::update(standing).set(set).execute(c)?, "compensation_payments")
}

/// What was paid of the additional compensation and not reversed, oldest first.
pub fn compensation_payments_of(c: &mut Conn, order: OrderId) -> Result<Vec<CompensationPayment>> {
    Ok(compensation_payments::table
        .filter(compensation_payments::order_id.eq(order))
        .filter(compensation_payments::reversed_at.is_null())
        .order((compensation_payments::recorded_at, compensation_payments::id))
        .select(CompensationPayment::as_select())
        .load(c)?)
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
