//! The rows the summaries are reckoned from: cases, filings, procedures with their duties, payments, agreements, moves.
//!
//! Owns narrow reads of them, many at once, by keys that are indexed. Reckons nothing.

use crate::base::id::{AccountId, CaseId, FilingId, ProcedureId, RowId};
use crate::base::{At, Day, Result};
use crate::law::Fen;
use crate::law::term::Term;
use crate::store::Conn;
use crate::store::schema::{agreements, cases, filings, procedures, refusals, terms};
use crate::store::types::{Id, Json};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date};

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = cases)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Case {
    pub id: CaseId,
    pub number: String,
    pub area: String,
    pub lead_bureau: String,
    pub state: String,
    pub concluded_at: Option<At>,
    pub first_received_at: At,
    pub claimed: Fen,
    pub verified: Fen,
    pub paid: Fen,
}

/// A filing.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = filings)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Filing {
    pub id: FilingId,
    pub number: String,
    pub case_id: Option<CaseId>,
    pub channel: String,
    pub receiving_bureau: String,
    pub area: Option<String>,
    pub received_at: At,
}

/// A procedure.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = procedures)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Procedure {
    pub id: ProcedureId,
    pub kind: String,
    pub case_id: Option<CaseId>,
    pub filing_id: Option<FilingId>,
    pub state: String,
    pub area: Option<String>,
    pub holder_bureau: String,
    pub assignee: Option<AccountId>,
}

/// A duty.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = terms)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Duty {
    pub procedure_id: ProcedureId,
    pub key: String,
    pub rule: String,
    pub effect: String,
    pub status: String,
    pub missed: bool,
    pub start_at: At,
    pub due_at: At,
    pub due_day: Option<Day>,
    pub ended_at: Option<At>,
    pub doc: Json<Term>,
}

/// Cases by their ids, in order.
pub fn cases_by(c: &mut Conn, ids: &[CaseId]) -> Result<Vec<Case>> {
    Ok(cases::table.filter(cases::id.eq_any(ids.to_vec())).order(cases::id).select(Case::as_select()).load(c)?)
}

/// Filings by their ids, in order.
pub fn filings_by(c: &mut Conn, ids: &[FilingId]) -> Result<Vec<Filing>> {
    Ok(filings::table.filter(filings::id.eq_any(ids.to_vec())).order(filings::id).select(Filing::as_select()).load(c)?)
}

/// Filings of cases, the earliest first.
pub fn filings_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<Filing>> {
    let wanted: Vec<Option<CaseId>> = of.iter().copied().map(Some).collect();
    Ok(filings::table
        .filter(filings::case_id.is_not_null())
        .filter(filings::case_id.eq_any(wanted))
        .order((filings::received_at, filings::id))
        .select(Filing::as_select())
        .load(c)?)
}

/// Procedures by their ids, in order.
pub fn procedures_by(c: &mut Conn, ids: &[ProcedureId]) -> Result<Vec<Procedure>> {
    Ok(procedures::table.filter(procedures::id.eq_any(ids.to_vec())).order(procedures::id).select(Procedure::as_select()).load(c)?)
}

/// Procedures of cases, in order.
pub fn procedures_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<Procedure>> {
    let wanted: Vec<Option<CaseId>> = of.iter().copied().map(Some).collect();
    Ok(procedures::table
        .filter(procedures::case_id.is_not_null())
        .filter(procedures::case_id.eq_any(wanted))
        .order(procedures::id)
        .select(Procedure::as_select())
        .load(c)?)
}

/// Procedures of filings that have no case of their own, in order.
pub fn procedures_of_filings(c: &mut Conn, of: &[FilingId]) -> Result<Vec<Procedure>> {
    let wanted: Vec<Option<FilingId>> = of.iter().copied().map(Some).collect();
    Ok(procedures::table
        .filter(procedures::filing_id.is_not_null())
        .filter(procedures::filing_id.eq_any(wanted))
        .filter(procedures::case_id.is_null())
        .order(procedures::id)
        .select(Procedure::as_select())
        .load(c)?)
}

/// Duties of procedures, in the order they were armed.
pub fn duties_of(c: &mut Conn, of: &[ProcedureId]) -> Result<Vec<Duty>> {
    Ok(terms::table
        .filter(terms::procedure_id.eq_any(of.to_vec()))
        .filter(terms::kind.eq("duty"))
        .order((terms::procedure_id, terms::position))
        .select(Duty::as_select())
        .load(c)?)
}

/// When the first version of the agreement of a procedure was signed, by procedure.
pub fn signed(c: &mut Conn, of: &[ProcedureId]) -> Result<Vec<(ProcedureId, Day)>> {
    Ok(agreements::table
        .filter(agreements::procedure_id.eq_any(of.to_vec()))
        .filter(agreements::no.eq(1))
        .order(agreements::procedure_id)
        .select((agreements::procedure_id, agreements::signed_on))
        .load(c)?)
}

statement! {
    /// Money that reached workers of one case, by the day it was paid.
    struct PaidOn { case: CaseId => Id } returns (Date, BigInt),
    sql "select p.paid_on, cast(sum(a.amount - a.beyond) as bigint) from claims k join allocations a on a.claim_id = k.id \
      join payments p on p.id = a.payment_id where k.case_id = ", case, " and p.reversed_at is null and a.counts group by p.paid_on order by p.paid_on"
}

/// Money that reached the workers of a case, by the day it was paid: that of its claims, wherever they were when it was paid.
pub fn paid(c: &mut Conn, case: CaseId) -> Result<Vec<(Day, Fen)>> {
    Ok(PaidOn { case }.load(c)?)
}

/// Ids of a kind of unit after one, for counting anew and for comparing; procedures only where they belong to no case and no filing.
pub fn ids_after(c: &mut Conn, kind: &str, after: RowId, limit: i64) -> Result<Vec<RowId>> {
    let uuid = after.uuid();
    Ok(match kind {
        "case" => {
            let q = cases::table.filter(cases::id.gt(CaseId::from(uuid))).order(cases::id).limit(limit);
            let ids: Vec<CaseId> = q.select(cases::id).load(c)?;
            ids.into_iter().map(|i| RowId::from(i.uuid())).collect()
        }
        "filing" => {
            let q = filings::table.filter(filings::id.gt(FilingId::from(uuid))).order(filings::id).limit(limit);
            let ids: Vec<FilingId> = q.select(filings::id).load(c)?;
            ids.into_iter().map(|i| RowId::from(i.uuid())).collect()
        }
        _ => {
            let q = procedures::table
                .filter(procedures::id.gt(ProcedureId::from(uuid)))
                .filter(procedures::case_id.is_null())
                .filter(procedures::filing_id.is_null())
                .order(procedures::id)
                .limit(limit);
            let ids: Vec<ProcedureId> = q.select(procedures::id).load(c)?;
            ids.into_iter().map(|i| RowId::from(i.uuid())).collect()
        }
    })
}

/// Whom officers of some bureaus turned away at the counter in a span: bureau, account.
pub fn turned_away(c: &mut Conn, bureaus: &[String], from: At, until: At) -> Result<Vec<(String, AccountId)>> {
    Ok(refusals::table
        .filter(refusals::bureau.eq_any(bureaus.to_vec()))
        .filter(refusals::at.ge(from))
        .filter(refusals::at.lt(until))
        .order((refusals::bureau, refusals::by_account))
        .select((refusals::bureau, refusals::by_account))
        .load(c)?)
}
