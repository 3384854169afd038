//! When each node last ran each background job.
//!
//! Owns table `job_runs`, bookkeeping that nothing depends on: whoever runs the system reads it. What a job has still to do is asked
//! where it lies (alarms, letters, the journal).

use super::Conn;
use super::schema::job_runs;
use crate::base::{At, Result};
use diesel::prelude::*;

/// What one node last did of one job.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = job_runs, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Run {
    pub job: String,
    pub node: String,
    pub ran_at: At,
    pub ok_at: Option<At>,
    pub failed_at: Option<At>,
    pub error: Option<String>,
    pub every_seconds: i32,
}

/// Notes a run. One that went well keeps the failure before it, one that failed keeps when it last went well.
///
/// # Errors
/// The database.
pub fn note(c: &mut Conn, row: &Run) -> Result<()> {
    let known: Option<Run> = job_runs::table.find((&row.job, &row.node)).select(Run::as_select()).first(c).optional()?;
    let Some(known) = known else {
        diesel::insert_into(job_runs::table).values(row).execute(c)?;
        return Ok(());
    };
    let (failed_at, error) = if row.failed_at.is_some() { (row.failed_at, row.error.clone()) } else { (known.failed_at, known.error) };
    let next = Run { ok_at: row.ok_at.or(known.ok_at), failed_at, error, ..row.clone() };
    diesel::update(job_runs::table.find((&row.job, &row.node))).set(&next).execute(c)?;
    Ok(())
}

/// All that is noted, job by job.
///
/// # Errors
/// The database.
pub fn all(c: &mut Conn) -> Result<Vec<Run>> {
    Ok(job_runs::table.order((job_runs::job, job_runs::node)).limit(1_000).select(Run::as_select()).load(c)?)
}

/// Forgets nodes that ran nothing since `before`.
///
/// # Errors
/// The database.
pub fn forget(c: &mut Conn, before: At) -> Result<usize> {
    Ok(diesel::delete(job_runs::table.filter(job_runs::ran_at.lt(before))).execute(c)?)
}
