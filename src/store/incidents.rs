//! Incidents 突发、群体性、极端事件 and whom they were told to.
//!
//! Owns these rows; nothing of what the reports say stands in them.

use super::schema::{incident_tellings, incidents};
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, ProcedureId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use diesel::prelude::*;

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = incidents, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Incident {
    pub id: RowId,
    pub case_id: CaseId,
    pub procedure_id: ProcedureId,
    pub category: String,
    pub persons: i32,
    pub known_at: At,
    pub phoned_at: Option<At>,
    pub finding: Option<String>,
    pub bad_effect: Option<bool>,
    pub judged_at: Option<At>,
    pub judged_by: Option<AccountId>,
}

/// That an authority was told.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = incident_tellings, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Telling {
    pub id: RowId,
    pub incident_id: RowId,
    pub authority: String,
    pub told_at: At,
    pub contact_ct: Option<Sealed>,
    pub by_account: Option<AccountId>,
    pub at: At,
}

/// Stores an incident.
pub fn insert(c: &mut Conn, row: &Incident) -> Result<()> {
    diesel::insert_into(incidents::table).values(row).execute(c)?;
    Ok(())
}

/// Saves an incident.
pub fn update(c: &mut Conn, row: &Incident) -> Result<()> {
    ensure_one(diesel::update(incidents::table.find(row.id)).set(row).execute(c)?, "incidents")
}

/// The incident of a procedure.
pub fn of_procedure(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Incident>> {
    Ok(incidents::table.filter(incidents::procedure_id.eq(procedure)).select(Incident::as_select()).first(c).optional()?)
}

/// Incidents of a case, oldest first.
pub fn of_case(c: &mut Conn, case: CaseId) -> Result<Vec<Incident>> {
    Ok(incidents::table.filter(incidents::case_id.eq(case)).order(incidents::id).select(Incident::as_select()).load(c)?)
}

/// Notes that an authority was told.
pub fn insert_telling(c: &mut Conn, row: &Telling) -> Result<()> {
    diesel::insert_into(incident_tellings::table).values(row).execute(c)?;
    Ok(())
}

/// Whom an incident was told to, in order.
pub fn tellings_of(c: &mut Conn, incident: RowId) -> Result<Vec<Telling>> {
    let found = incident_tellings::table.filter(incident_tellings::incident_id.eq(incident));
    Ok(found.order((incident_tellings::told_at, incident_tellings::id)).select(Telling::as_select()).load(c)?)
}
