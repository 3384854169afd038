//! The conduct register 守法诚信档案: one file for each employer, and the entries of its record.
//!
//! Owns these rows. An entry is never changed: a correction is another row that supersedes it, and `current` says so.

use super::schema::{conduct_files, conduct_records};
use super::types::Id;
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, ProcedureId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};

/// The file of an employer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = conduct_files, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct File {
    pub id: RowId,
    pub number: String,
    pub key: String,
    pub uscc: Option<String>,
    pub name: String,
    pub name_key: String,
    pub opened_at: At,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = conduct_records, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Record {
    pub id: RowId,
    pub file_id: RowId,
    pub year: i32,
    pub bureau: String,
    pub area: String,
    pub kind: String,
    pub aspect: Option<String>,
    pub on_day: Day,
    pub source: String,
    pub act_id: RowId,
    pub case_id: Option<CaseId>,
    pub procedure_id: Option<ProcedureId>,
    pub proof_no: Option<String>,
    pub counts: bool,
    pub supersedes: Option<RowId>,
    pub reason_code: Option<String>,
    pub note_ct: Option<Sealed>,
    pub current: bool,
    pub recorded_by: Option<AccountId>,
    pub recorded_at: At,
}

/// What grading reads of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lean {
    /// Whose.
    pub file: RowId,
    /// The entry.
    pub id: RowId,
    /// Its kind.
    pub kind: String,
    /// The act it stands on.
    pub act: RowId,
    /// Whether it counts.
    pub counts: bool,
    /// Where it was recorded.
    pub bureau: String,
}

/// The file of a key; made if there is none. The name is the newest one told.
pub fn file_of(c: &mut Conn, new: &File) -> Result<File> {
    each!(c, |conn| diesel::insert_into(conduct_files::table).values(new).on_conflict(conduct_files::key).do_nothing().execute(conn))?;
    Ok(conduct_files::table.filter(conduct_files::key.eq(&new.key)).select(File::as_select()).first(c)?)
}

/// A file.
pub fn file(c: &mut Conn, id: RowId) -> Result<Option<File>> {
    Ok(conduct_files::table.find(id).select(File::as_select()).first(c).optional()?)
}

/// The file of a key.
pub fn file_keyed(c: &mut Conn, key: &str) -> Result<Option<File>> {
    Ok(conduct_files::table.filter(conduct_files::key.eq(key)).select(File::as_select()).first(c).optional()?)
}

/// Files of employers of this name, the oldest first; a few are enough to know that there are several.
pub fn files_named(c: &mut Conn, name_key: &str) -> Result<Vec<File>> {
    Ok(conduct_files::table
        .filter(conduct_files::name_key.eq(name_key))
        .order(conduct_files::id)
        .limit(3)
        .select(File::as_select())
        .load(c)?)
}

/// A file that was known by its name is known by this code from now on.
pub fn identify(c: &mut Conn, id: RowId, uscc: &str) -> Result<()> {
    let by_name = conduct_files::table.find(id).filter(conduct_files::uscc.is_null());
    let set = (conduct_files::key.eq(uscc), conduct_files::uscc.eq(Some(uscc)));
    ensure_one(diesel::update(by_name).set(set).execute(c)?, "conduct_files")
}

/// Files by their ids.
pub fn files(c: &mut Conn, ids: &[RowId]) -> Result<Vec<File>> {
    Ok(conduct_files::table.filter(conduct_files::id.eq_any(ids)).select(File::as_select()).load(c)?)
}

statement! {
    /// Files whose key no summary of a unit has.
    struct Unsummed { most: i64 => diesel::sql_types::BigInt } returns (Id,),
    sql "select f.id from conduct_files f where not exists (select 1 from employers e where e.key = f.key) order by f.id limit ", most, ""
}

/// Files of units that have no summary under the same key yet: what the job that keeps summaries takes up when it first runs.
pub fn unsummed(c: &mut Conn, limit: i64) -> Result<Vec<File>> {
    let ids: Vec<(RowId,)> = Unsummed { most: limit }.load(c)?;
    files(c, &ids.into_iter().map(|(id,)| id).collect::<Vec<_>>())
}

/// Adds an entry.
pub fn insert(c: &mut Conn, row: &Record) -> Result<()> {
    diesel::insert_into(conduct_records::table).values(row).execute(c)?;
    Ok(())
}

/// An entry is superseded by another from now on; [`crate::base::Error::Stale`] when one was faster.
pub fn superseded(c: &mut Conn, id: RowId) -> Result<()> {
    let old = conduct_records::table.find(id).filter(conduct_records::current);
    ensure_one(diesel::update(old).set(conduct_records::current.eq(false)).execute(c)?, "conduct_records")
}

/// An entry.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Record>> {
    Ok(conduct_records::table.find(id).select(Record::as_select()).first(c).optional()?)
}

/// All entries of a file with what superseded them, the newest first.
pub fn of_file(c: &mut Conn, file: RowId, limit: i64) -> Result<Vec<Record>> {
    Ok(conduct_records::table
        .filter(conduct_records::file_id.eq(file))
        .order((conduct_records::on_day.desc(), conduct_records::recorded_at.desc(), conduct_records::id.desc()))
        .limit(limit)
        .select(Record::as_select())
        .load(c)?)
}

/// Entries that stand on a procedure and that no other supersedes.
pub fn of_procedure(c: &mut Conn, procedure: ProcedureId) -> Result<Vec<Record>> {
    Ok(conduct_records::table
        .filter(conduct_records::procedure_id.eq(procedure))
        .filter(conduct_records::current)
        .order(conduct_records::id)
        .select(Record::as_select())
        .load(c)?)
}

/// The act of an entry of a file with this proof, if there is one: what was dealt with by one decision is one act.
pub fn act_of(c: &mut Conn, file: RowId, proof_no: &str) -> Result<Option<RowId>> {
    Ok(conduct_records::table
        .filter(conduct_records::file_id.eq(file))
        .filter(conduct_records::proof_no.eq(proof_no))
        .order(conduct_records::id)
        .select(conduct_records::act_id)
        .first(c)
        .optional()?)
}

/// Whether an entry of the same kind, aspect and proof stands already.
pub fn stands(c: &mut Conn, file: RowId, kind: &str, aspect: Option<&str>, proof_no: &str) -> Result<bool> {
    let found: Vec<Option<String>> = conduct_records::table
        .filter(conduct_records::file_id.eq(file))
        .filter(conduct_records::kind.eq(kind))
        .filter(conduct_records::proof_no.eq(proof_no))
        .filter(conduct_records::current)
        .filter(conduct_records::counts)
        .select(conduct_records::aspect)
        .load(c)?;
    Ok(found.iter().any(|a| a.as_deref() == aspect))
}

statement! {
    /// Employers with a record of a year, in the order of their ids.
    struct FilesOf { year: i32 => Integer, after: RowId => Id, most: i64 => diesel::sql_types::BigInt } returns (Id,),
    sql "select distinct file_id from conduct_records where current and year = ", year, " and file_id > ", after, " order by file_id limit ", most, ""
}

/// The next employers with a record of this year, after `after`.
pub fn files_of_year(c: &mut Conn, year: i32, after: RowId, most: i64) -> Result<Vec<RowId>> {
    let rows: Vec<(RowId,)> = FilesOf { year, after, most }.load(c)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

statement! {
    /// What grading reads of a span of employers.
    struct LeanOf { year: i32 => Integer, first: RowId => Id, last: RowId => Id } returns (Id, Id, Text, Id, Bool, Text),
    sql "select file_id, id, kind, act_id, counts, bureau from conduct_records where current and year = ", year, " and file_id >= ", first,
        " and file_id <= ", last, " order by file_id, id"
}

/// The entries of a year of all employers from `first` to `last`, in the order of employers and entries.
pub fn of_year(c: &mut Conn, year: i32, first: RowId, last: RowId) -> Result<Vec<Lean>> {
    let rows: Vec<(RowId, RowId, String, RowId, bool, String)> = LeanOf { year, first, last }.load(c)?;
    Ok(rows.into_iter().map(|(file, id, kind, act, counts, bureau)| Lean { file, id, kind, act, counts, bureau }).collect())
}
