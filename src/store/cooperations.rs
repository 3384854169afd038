//! What others were asked to do about a case (协办, 移送, 转介), talks with respondents and what was promised in them.
//!
//! Owns these rows; who may do what and by when stands in the definitions.

use super::schema::{commitments, cooperations, procedures, talks};
use super::{Conn, ensure_one};
use crate::base::id::{CaseId, ClaimantId, EvidenceId, ProcedureId, RespondentId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use diesel::prelude::*;

/// A bureau asked to help, a finding referred, a worker handed on.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = cooperations, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Cooperation {
    pub id: RowId,
    pub case_id: CaseId,
    pub procedure_id: ProcedureId,
    pub kind: String,
    pub bureau: Option<String>,
    pub subject: Option<String>,
    pub claimant_id: Option<ClaimantId>,
    pub consent_id: Option<EvidenceId>,
    pub due_on: Option<Day>,
    pub went: Option<String>,
    pub went_on: Option<Day>,
    pub outcome: Option<String>,
    pub outcome_at: Option<At>,
    pub opened_at: At,
}

/// A respondent called to talk.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = talks, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Talk {
    pub id: RowId,
    pub case_id: CaseId,
    pub procedure_id: ProcedureId,
    pub respondent_id: RespondentId,
    pub on_at: At,
    pub place_ct: Sealed,
    pub contacted_at: Option<At>,
    pub proof_id: Option<EvidenceId>,
    pub outcome: Option<String>,
    pub absences: i32,
    pub opened_at: At,
}

/// What was promised in a talk.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = commitments, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Commitment {
    pub id: RowId,
    pub case_id: CaseId,
    pub talk_id: RowId,
    pub procedure_id: ProcedureId,
    pub what_ct: Sealed,
    pub due_on: Day,
    pub missed_at: Option<At>,
    pub kept_at: Option<At>,
}

/// Stores what was asked.
pub fn insert(c: &mut Conn, row: &Cooperation) -> Result<()> {
    diesel::insert_into(cooperations::table).values(row).execute(c)?;
    Ok(())
}

/// Saves it.
pub fn update(c: &mut Conn, row: &Cooperation) -> Result<()> {
    ensure_one(diesel::update(cooperations::table.find(row.id)).set(row).execute(c)?, "cooperations")
}

/// What a procedure asks.
pub fn of_procedure(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Cooperation>> {
    Ok(cooperations::table.filter(cooperations::procedure_id.eq(procedure)).select(Cooperation::as_select()).first(c).optional()?)
}

/// Everything asked about a case, oldest first.
pub fn of_case(c: &mut Conn, case: CaseId) -> Result<Vec<Cooperation>> {
    Ok(cooperations::table.filter(cooperations::case_id.eq(case)).order(cooperations::id).select(Cooperation::as_select()).load(c)?)
}

/// The bureaus that are asked something about a case now: while it runs they read the case.
pub fn asked(c: &mut Conn, case: CaseId) -> Result<Vec<String>> {
    let found: Vec<Option<String>> = cooperations::table
        .inner_join(procedures::table.on(procedures::id.eq(cooperations::procedure_id)))
        .filter(cooperations::case_id.eq(case))
        .filter(procedures::open.eq(true))
        .select(cooperations::bureau)
        .load(c)?;
    let mut out: Vec<String> = found.into_iter().flatten().collect();
    out.sort_unstable();
    out.dedup();
    Ok(out)
}

/// Stores a talk.
pub fn insert_talk(c: &mut Conn, row: &Talk) -> Result<()> {
    diesel::insert_into(talks::table).values(row).execute(c)?;
    Ok(())
}

/// Saves a talk.
pub fn update_talk(c: &mut Conn, row: &Talk) -> Result<()> {
    ensure_one(diesel::update(talks::table.find(row.id)).set(row).execute(c)?, "talks")
}

/// The talk of a procedure.
pub fn talk(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Talk>> {
    Ok(talks::table.filter(talks::procedure_id.eq(procedure)).select(Talk::as_select()).first(c).optional()?)
}

/// Talks about a case, oldest first.
pub fn talks_of(c: &mut Conn, case: CaseId) -> Result<Vec<Talk>> {
    Ok(talks::table.filter(talks::case_id.eq(case)).order(talks::id).select(Talk::as_select()).load(c)?)
}

/// Stores a commitment.
pub fn insert_commitment(c: &mut Conn, row: &Commitment) -> Result<()> {
    diesel::insert_into(commitments::table).values(row).execute(c)?;
    Ok(())
}

/// Saves a commitment.
pub fn update_commitment(c: &mut Conn, row: &Commitment) -> Result<()> {
    ensure_one(diesel::update(commitments::table.find(row.id)).set(row).execute(c)?, "commitments")
}

/// The commitment of a procedure.
pub fn commitment(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Commitment>> {
    Ok(commitments::table.filter(commitments::procedure_id.eq(procedure)).select(Commitment::as_select()).first(c).optional()?)
}

/// Commitments in a case, by their day.
pub fn commitments_of(c: &mut Conn, case: CaseId) -> Result<Vec<Commitment>> {
    let found = commitments::table.filter(commitments::case_id.eq(case)).order((commitments::due_on, commitments::id));
    Ok(found.select(Commitment::as_select()).load(c)?)
}
