//! Joins and splits by officers, suggestions as a list, and the rows that follow a filing from case to case.

use super::schema::{alarms, cases, claims, filings, joins, procedures, suggestions, terms};
use super::search::Reach;
use super::types::Json;
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, FilingId, ProcedureId, RowId, TermId};
use crate::base::{At, Result};
use diesel::prelude::*;

/// A clock the taking case took over: its copy there, and the own clock it stands for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Carried {
    /// The term in the case that ended or lost the filing.
    pub from: TermId,
    /// Its copy in the taking case.
    pub to: TermId,
    /// The later term of the taking case that it replaced.
    pub replaced: Option<TermId>,
}

/// A filing went from one case to another.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = joins, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Join {
    pub id: RowId,
    pub filing_id: FilingId,
    pub from_case: CaseId,
    pub to_case: CaseId,
    pub kind: String,
    pub merged: bool,
    pub carried: Json<Vec<Carried>>,
    pub by_account: Option<AccountId>,
    pub at: At,
}

/// Notes where a filing went.
pub fn insert(c: &mut Conn, row: &Join) -> Result<()> {
    diesel::insert_into(joins::table).values(row).execute(c)?;
    Ok(())
}

/// How a filing came into the case it is in, when an officer brought it.
pub fn latest(c: &mut Conn, id: FilingId) -> Result<Option<Join>> {
    Ok(joins::table.filter(joins::filing_id.eq(id)).order(joins::id.desc()).select(Join::as_select()).first(c).optional()?)
}

/// Where the matter of a case that ended as merged went on.
pub fn pointer(c: &mut Conn, id: CaseId) -> Result<Option<CaseId>> {
    let newest: Option<(CaseId, bool)> =
        joins::table.filter(joins::from_case.eq(id)).order(joins::id.desc()).select((joins::to_case, joins::merged)).first(c).optional()?;
    Ok(newest.filter(|n| n.1).map(|n| n.0))
}

/// Puts the procedures of a filing, with their terms and alarms, into another case.
pub fn follow(c: &mut Conn, procedure: ProcedureId, case: CaseId) -> Result<()> {
    diesel::update(terms::table.filter(terms::procedure_id.eq(procedure))).set(terms::case_id.eq(Some(case))).execute(c)?;
    diesel::update(alarms::table.filter(alarms::procedure_id.eq(procedure))).set(alarms::case_id.eq(Some(case))).execute(c)?;
    Ok(())
}

/// Puts a claim into another case, against a party of that case's chain.
pub fn move_claim(c: &mut Conn, row: &super::ledger::Claim) -> Result<()> {
    let n = diesel::update(claims::table.find(row.id))
        .set((claims::case_id.eq(row.case_id), claims::respondent_id.eq(row.respondent_id)))
        .execute(c)?;
    ensure_one(n, "claims")
}

/// One suggestion, decided or not.
pub fn suggestion(c: &mut Conn, filing: FilingId, case: CaseId) -> Result<Option<super::filings::Suggestion>> {
    Ok(suggestions::table.find((filing, case)).select(super::filings::Suggestion::as_select()).first(c).optional()?)
}

/// Decides one suggestion; deciding twice is a conflict.
pub fn decide(c: &mut Conn, filing: FilingId, case: CaseId, joined: bool, at: At) -> Result<()> {
    let n = diesel::update(suggestions::table.find((filing, case)).filter(suggestions::decided_at.is_null()))
        .set((suggestions::decided_at.eq(Some(at)), suggestions::joined.eq(Some(joined))))
        .execute(c)?;
    ensure_one(n, "suggestions")
}

/// Suggestions nobody decided, of cases within reach, the newest filing first, after the given position.
pub fn open(c: &mut Conn, reach: &Reach, after: Option<(FilingId, CaseId)>, limit: i64) -> Result<Vec<super::filings::Suggestion>> {
    let mut q = suggestions::table
        .inner_join(cases::table.on(cases::id.eq(suggestions::case_id)))
        .inner_join(filings::table.on(filings::id.eq(suggestions::filing_id)))
        .filter(suggestions::decided_at.is_null())
        .order((suggestions::filing_id.desc(), suggestions::case_id.desc()))
        .limit(limit)
        .select(super::filings::Suggestion::as_select())
        .into_boxed();
    if !reach.whole {
        q = q.filter(cases::lead_bureau.eq_any(reach.lead.clone()).or(cases::area.eq_any(reach.areas.clone())));
    }
    if let Some((f, k)) = after {
        q = q.filter(suggestions::filing_id.le(f)).filter(suggestions::filing_id.lt(f).or(suggestions::case_id.lt(k)));
    }
    Ok(q.load(c)?)
}

/// Suggestions to a case that nobody decided, newest first.
pub fn towards(c: &mut Conn, case: CaseId, limit: i64) -> Result<Vec<super::filings::Suggestion>> {
    Ok(suggestions::table
        .filter(suggestions::decided_at.is_null())
        .filter(suggestions::case_id.eq(case))
        .order(suggestions::filing_id.desc())
        .limit(limit)
        .select(super::filings::Suggestion::as_select())
        .load(c)?)
}

/// Whether any procedure of a case waits for a signature.
pub fn pending(c: &mut Conn, case: CaseId) -> Result<bool> {
    let n: i64 = procedures::table
        .filter(procedures::case_id.eq(Some(case)))
        .filter(procedures::kind.ne("filing"))
        .filter(procedures::pending_role.is_not_null())
        .count()
        .get_result(c)?;
    Ok(n > 0)
}
