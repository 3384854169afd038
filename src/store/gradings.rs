//! Grades 守法诚信等级: the runs over a year, their results with every revision, and the papers of their procedures.
//!
//! Owns these rows; what a record comes to is [`crate::domain::grading`]'s. Lists are bounded pages.

use super::conduct::File;
use super::schema::{conduct_files, conduct_records, documents, grading_papers, grading_runs, gradings};
use super::types::Json;
use super::{Conn, ensure_one, like};
use crate::base::id::{AccountId, DocumentId, ProcedureId, RowId};
use crate::base::{At, Day, Result};
use crate::domain::grading::Reason;
use crate::store::papers::Document;
use diesel::prelude::*;

/// A run over a year.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = grading_runs, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Run {
    pub id: RowId,
    pub year: i32,
    pub state: String,
    pub cursor: Option<RowId>,
    pub files: i64,
    pub a: i64,
    pub b: i64,
    pub c: i64,
    pub fresh: i64,
    pub chain: String,
    pub same: Option<bool>,
    pub started_by: Option<AccountId>,
    pub started_at: At,
    pub finished_at: Option<At>,
}

/// A result.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = gradings, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Grading {
    pub id: RowId,
    pub file_id: RowId,
    pub year: i32,
    pub revision: i32,
    pub current: bool,
    pub bureau: String,
    pub area: String,
    pub grade: String,
    pub findings: i32,
    pub entries: i32,
    pub reasons: Json<Vec<Reason>>,
    pub digest: String,
    pub run_id: Option<RowId>,
    pub cause: Option<String>,
    pub procedure_id: Option<ProcedureId>,
    pub state: String,
    pub reviewed_by: Option<AccountId>,
    pub reviewed_at: Option<At>,
    pub list_hash: Option<String>,
    pub told_on: Option<Day>,
    pub told_way: Option<String>,
    pub told_proof: Option<String>,
    pub contested_at: Option<At>,
    pub talk_on: Option<Day>,
    pub created_at: At,
}

/// Keeps a run.
pub fn insert_run(c: &mut Conn, row: &Run) -> Result<()> {
    diesel::insert_into(grading_runs::table).values(row).execute(c)?;
    Ok(())
}

/// The run of a year that has not ended.
pub fn running(c: &mut Conn, year: i32) -> Result<Option<Run>> {
    let found = grading_runs::table.filter(grading_runs::year.eq(year)).filter(grading_runs::state.eq("running"));
    Ok(found.select(Run::as_select()).first(c).optional()?)
}

/// The last run of a year that ended.
pub fn last_run(c: &mut Conn, year: i32) -> Result<Option<Run>> {
    let found = grading_runs::table.filter(grading_runs::year.eq(year)).filter(grading_runs::state.eq("finished"));
    Ok(found.order((grading_runs::started_at.desc(), grading_runs::id.desc())).select(Run::as_select()).first(c).optional()?)
}

/// A run.
pub fn run(c: &mut Conn, id: RowId) -> Result<Option<Run>> {
    Ok(grading_runs::table.find(id).select(Run::as_select()).first(c).optional()?)
}

/// Saves a run that stood at `cursor`; [`crate::base::Error::Stale`] when another was faster.
pub fn advance(c: &mut Conn, row: &Run, cursor: Option<RowId>) -> Result<()> {
    let old = grading_runs::table.find(row.id).filter(grading_runs::state.eq("running"));
    let n = match cursor {
        Some(at) => diesel::update(old.filter(grading_runs::cursor.eq(at))).set(row).execute(c)?,
        None => diesel::update(old.filter(grading_runs::cursor.is_null())).set(row).execute(c)?,
    };
    ensure_one(n, "grading_runs")
}

/// Keeps results.
pub fn insert(c: &mut Conn, rows: &[Grading]) -> Result<()> {
    insert_many!(c, gradings::table, rows)?;
    Ok(())
}

/// Saves a result.
pub fn update(c: &mut Conn, row: &Grading) -> Result<()> {
    ensure_one(diesel::update(gradings::table.find(row.id)).set(row).execute(c)?, "gradings")
}

/// Results that a newer revision takes the place of.
pub fn supersede(c: &mut Conn, ids: &[RowId]) -> Result<()> {
    for part in ids.chunks(500) {
        diesel::update(gradings::table.filter(gradings::id.eq_any(part))).set(gradings::current.eq(false)).execute(c)?;
    }
    Ok(())
}

/// The results in force of a year, of all employers from `first` to `last`.
pub fn of_span(c: &mut Conn, year: i32, first: RowId, last: RowId) -> Result<Vec<Grading>> {
    Ok(gradings::table
        .filter(gradings::current)
        .filter(gradings::year.eq(year))
        .filter(gradings::file_id.ge(first))
        .filter(gradings::file_id.le(last))
        .order(gradings::file_id)
        .select(Grading::as_select())
        .load(c)?)
}

/// A result.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Grading>> {
    Ok(gradings::table.find(id).select(Grading::as_select()).first(c).optional()?)
}

/// The newest result a procedure is about, with the employer's file.
pub fn of_procedure(c: &mut Conn, procedure: ProcedureId) -> Result<Option<(Grading, File)>> {
    Ok(gradings::table
        .inner_join(conduct_files::table)
        .filter(gradings::procedure_id.eq(procedure))
        .order(gradings::revision.desc())
        .select((Grading::as_select(), File::as_select()))
        .first(c)
        .optional()?)
}

/// The newest result each of these procedures is about, with the employer's file.
pub fn of_procedures(c: &mut Conn, procedures: &[ProcedureId]) -> Result<Vec<(Grading, File)>> {
    let ids: Vec<Option<ProcedureId>> = procedures.iter().map(|p| Some(*p)).collect();
    Ok(gradings::table
        .inner_join(conduct_files::table)
        .filter(gradings::procedure_id.eq_any(ids))
        .order(gradings::revision)
        .select((Grading::as_select(), File::as_select()))
        .load(c)?)
}

/// All results of an employer, the newest year and revision first.
pub fn of_file(c: &mut Conn, file: RowId) -> Result<Vec<Grading>> {
    Ok(gradings::table
        .filter(gradings::file_id.eq(file))
        .order((gradings::year.desc(), gradings::revision.desc()))
        .select(Grading::as_select())
        .load(c)?)
}

/// The result in force of an employer for a year.
pub fn current(c: &mut Conn, file: RowId, year: i32) -> Result<Option<Grading>> {
    Ok(of_span(c, year, file, file)?.pop())
}

/// Which results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this year.
    pub year: i32,
    /// Of these bureaus; every one if absent.
    pub bureaus: Option<Vec<String>>,
    /// Of this grade.
    pub grade: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Those that go in bulk alone: A and B without a procedure.
    pub bulk: bool,
    /// The employer's code is this, or its name begins or goes on so.
    pub text: Option<String>,
}

/// Results with their employers, C first, after the line `after`.
pub fn page(c: &mut Conn, f: &Filter, after: Option<(String, RowId)>, limit: i64) -> Result<Vec<(Grading, File)>> {
    let mut q = gradings::table
        .inner_join(conduct_files::table)
        .filter(gradings::current)
        .filter(gradings::year.eq(f.year))
        .order((gradings::grade.desc(), gradings::file_id.desc()))
        .limit(limit)
        .select((Grading::as_select(), File::as_select()))
        .into_boxed();
    if let Some(b) = &f.bureaus {
        q = match b.as_slice() {
            [one] => q.filter(gradings::bureau.eq(one.clone())),
            _ => q.filter(gradings::bureau.eq_any(b.clone())),
        };
    }
    if let Some(g) = &f.grade {
        q = q.filter(gradings::grade.eq(g.clone()));
    }
    if let Some(s) = &f.state {
        q = q.filter(gradings::state.eq(s.clone()));
    }
    if f.bulk {
        q = q.filter(gradings::procedure_id.is_null());
    }
    if let Some(t) = &f.text {
        q = q.filter(conduct_files::uscc.eq(Some(t.clone())).or(conduct_files::name.like(like(t)).escape('\\')));
    }
    if let Some((grade, id)) = after {
        q = q.filter(gradings::grade.lt(grade.clone()).or(gradings::grade.eq(grade).and(gradings::file_id.lt(id))));
    }
    Ok(q.load(c)?)
}

/// How many results of a year there are, by bureau, grade, state and whether they go in bulk.
pub fn counts(c: &mut Conn, year: i32) -> Result<Vec<(String, String, String, i64)>> {
    Ok(gradings::table
        .filter(gradings::current)
        .filter(gradings::year.eq(year))
        .group_by((gradings::bureau, gradings::grade, gradings::state))
        .select((gradings::bureau, gradings::grade, gradings::state, diesel::dsl::count_star()))
        .load(c)?)
}

/// A page of what a bureau confirms or tells in bulk: id, employer, digest, in the order of the employers.
pub fn bulk(c: &mut Conn, year: i32, bureau: &str, state: &str, after: RowId, limit: i64) -> Result<Vec<(RowId, RowId, String, String)>> {
    Ok(gradings::table
        .filter(gradings::current)
        .filter(gradings::year.eq(year))
        .filter(gradings::bureau.eq(bureau))
        .filter(gradings::state.eq(state))
        .filter(gradings::procedure_id.is_null())
        .filter(gradings::file_id.gt(after))
        .order(gradings::file_id)
        .limit(limit)
        .select((gradings::id, gradings::file_id, gradings::grade, gradings::digest))
        .load(c)?)
}

/// Confirms all that a bureau confirms in bulk.
pub fn review(c: &mut Conn, year: i32, bureau: &str, by: AccountId, at: At, hash: &str) -> Result<usize> {
    let these = gradings::table
        .filter(gradings::current)
        .filter(gradings::year.eq(year))
        .filter(gradings::bureau.eq(bureau))
        .filter(gradings::state.eq("proposed"))
        .filter(gradings::procedure_id.is_null())
        .filter(gradings::grade.ne("C"));
    let set = (
        gradings::state.eq("reviewed"),
        gradings::reviewed_by.eq(Some(by)),
        gradings::reviewed_at.eq(Some(at)),
        gradings::list_hash.eq(Some(hash)),
    );
    Ok(diesel::update(these).set(set).execute(c)?)
}

/// Notes that all whom a bureau tells in bulk were told. Only what was confirmed.
pub fn tell(c: &mut Conn, year: i32, bureau: &str, on: Day, way: &str, proof: &str) -> Result<usize> {
    let these = gradings::table
        .filter(gradings::current)
        .filter(gradings::year.eq(year))
        .filter(gradings::bureau.eq(bureau))
        .filter(gradings::state.eq("reviewed"))
        .filter(gradings::procedure_id.is_null());
    let set = (
        gradings::state.eq("told"),
        gradings::told_on.eq(Some(on)),
        gradings::told_way.eq(Some(way)),
        gradings::told_proof.eq(Some(proof)),
    );
    Ok(diesel::update(these).set(set).execute(c)?)
}

/// Notes a paper of a grading's procedure.
pub fn insert_paper(c: &mut Conn, document: DocumentId, procedure: ProcedureId) -> Result<()> {
    let row = (grading_papers::document_id.eq(document), grading_papers::procedure_id.eq(procedure));
    diesel::insert_into(grading_papers::table).values(row).execute(c)?;
    Ok(())
}

/// The procedure a paper belongs to.
pub fn procedure_of_paper(c: &mut Conn, document: DocumentId) -> Result<Option<ProcedureId>> {
    Ok(grading_papers::table.find(document).select(grading_papers::procedure_id).first(c).optional()?)
}

/// The papers of a procedure, oldest first.
pub fn papers_of(c: &mut Conn, procedure: ProcedureId) -> Result<Vec<Document>> {
    Ok(grading_papers::table
        .inner_join(documents::table.on(documents::id.eq(grading_papers::document_id)))
        .filter(grading_papers::procedure_id.eq(procedure))
        .order((documents::issued_at, documents::id))
        .select(Document::as_select())
        .load(c)?)
}

/// The years that have results, the newest first.
pub fn years(c: &mut Conn) -> Result<Vec<i32>> {
    Ok(grading_runs::table.select(grading_runs::year).distinct().order(grading_runs::year.desc()).load(c)?)
}

/// How many entries and employers stand in the record of a year: what a run will read.
pub fn size(c: &mut Conn, year: i32) -> Result<i64> {
    let these = conduct_records::table.filter(conduct_records::year.eq(year)).filter(conduct_records::current);
    Ok(these.count().get_result(c)?)
}
