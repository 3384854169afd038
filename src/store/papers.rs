//! Evidence and issued papers. Bytes of evidence are in the object store; bodies of papers are sealed here.

use super::Conn;
use super::schema::{documents, evidence};
use crate::base::id::{AccountId, CaseId, DocumentId, EvidenceId, FilingId, WorkerId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use diesel::prelude::*;

/// A file of evidence.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = evidence, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Evidence {
    pub id: EvidenceId,
    pub case_id: Option<CaseId>,
    pub filing_id: Option<FilingId>,
    pub kind: String,
    pub name_ct: Sealed,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    pub store_key: String,
    pub uploaded_by: Option<AccountId>,
    pub uploaded_at: At,
    pub original_sha256: Option<String>,
    pub thumb_key: Option<String>,
    pub worker_id: Option<WorkerId>,
}

/// An issued paper.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = documents, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Document {
    pub id: DocumentId,
    pub case_id: Option<CaseId>,
    pub filing_id: Option<FilingId>,
    pub kind: String,
    pub bureau: String,
    pub year: i32,
    pub no: i32,
    pub number: String,
    pub template: String,
    pub body_ct: Sealed,
    pub body_hash: String,
    pub issued_at: At,
    pub issued_by: Option<AccountId>,
}

/// Adds evidence.
pub fn insert_evidence(c: &mut Conn, row: &Evidence) -> Result<()> {
    diesel::insert_into(evidence::table).values(row).execute(c)?;
    Ok(())
}

/// One file.
pub fn get_evidence(c: &mut Conn, id: EvidenceId) -> Result<Option<Evidence>> {
    Ok(evidence::table.find(id).select(Evidence::as_select()).first(c).optional()?)
}

/// A page of all files by id, after `after`: for `doctor`.
pub fn evidence_page(c: &mut Conn, after: EvidenceId, limit: i64) -> Result<Vec<Evidence>> {
    Ok(evidence::table.filter(evidence::id.gt(after)).order(evidence::id).limit(limit).select(Evidence::as_select()).load(c)?)
}

/// Files of a case and of its filings, oldest first.
pub fn evidence_of_case(c: &mut Conn, case: CaseId) -> Result<Vec<Evidence>> {
    Ok(evidence_of_cases(c, &[case])?.into_iter().map(|(_, e)| e).collect())
}

/// Files of several cases and of their filings, each with the case it belongs to, oldest first.
pub fn evidence_of_cases(c: &mut Conn, cases: &[CaseId]) -> Result<Vec<(CaseId, Evidence)>> {
    let filings = super::filings::ids_of_cases(c, cases)?;
    let ids: Vec<FilingId> = filings.iter().map(|(f, _)| *f).collect();
    let of = |f: FilingId| filings.iter().find(|(id, _)| *id == f).map(|(_, case)| *case);
    let found = evidence_of(c, cases, &ids)?;
    Ok(found.into_iter().filter_map(|e| Some((e.case_id.or_else(|| of(e.filing_id?))?, e))).collect())
}

/// Files of these cases, and of these filings as far as they belong to no case; oldest first.
pub fn evidence_of(c: &mut Conn, cases: &[CaseId], filings: &[FilingId]) -> Result<Vec<Evidence>> {
    let ids: Vec<Option<FilingId>> = filings.iter().map(|f| Some(*f)).collect();
    let cases: Vec<Option<CaseId>> = cases.iter().map(|c| Some(*c)).collect();
    Ok(evidence::table
        .filter(evidence::case_id.eq_any(cases).or(evidence::case_id.is_null().and(evidence::filing_id.eq_any(ids))))
        .order((evidence::uploaded_at, evidence::id))
        .select(Evidence::as_select())
        .load(c)?)
}

/// The newest files of a case and of its filings, at most so many, oldest first: what a form lets choose from.
pub fn newest_of_case(c: &mut Conn, case: CaseId, filings: &[FilingId], most: i64) -> Result<Vec<Evidence>> {
    let ids: Vec<Option<FilingId>> = filings.iter().map(|f| Some(*f)).collect();
    let mut all: Vec<Evidence> = evidence::table
        .filter(evidence::case_id.eq(Some(case)).or(evidence::case_id.is_null().and(evidence::filing_id.eq_any(ids))))
        .order((evidence::uploaded_at.desc(), evidence::id.desc()))
        .limit(most)
        .select(Evidence::as_select())
        .load(c)?;
    all.reverse();
    Ok(all)
}

/// Files of a filing, oldest first.
pub fn evidence_of_filing(c: &mut Conn, id: FilingId) -> Result<Vec<Evidence>> {
    Ok(evidence::table
        .filter(evidence::filing_id.eq(Some(id)))
        .order((evidence::uploaded_at, evidence::id))
        .select(Evidence::as_select())
        .load(c)?)
}

/// The next gapless number of a bureau, kind and year. Two at once: the unique index lets one win, the other retries.
pub fn next_number(c: &mut Conn, bureau: &str, kind: &str, year: i32) -> Result<i32> {
    let last: Option<i32> = documents::table
        .filter(documents::bureau.eq(bureau))
        .filter(documents::kind.eq(kind))
        .filter(documents::year.eq(year))
        .order(documents::no.desc())
        .select(documents::no)
        .first(c)
        .optional()?;
    Ok(last.unwrap_or(0) + 1)
}

/// Keeps an issued paper; `false` when its number was taken in between.
pub fn insert_document(c: &mut Conn, row: &Document) -> Result<bool> {
    let n = each!(c, |conn| diesel::insert_into(documents::table)
        .values(row)
        .on_conflict((documents::bureau, documents::kind, documents::year, documents::no))
        .do_nothing()
        .execute(conn))?;
    Ok(n == 1)
}

/// One paper.
pub fn document(c: &mut Conn, id: DocumentId) -> Result<Option<Document>> {
    Ok(documents::table.find(id).select(Document::as_select()).first(c).optional()?)
}

/// Papers of a case and of its filings, oldest first.
pub fn documents_of(c: &mut Conn, case: CaseId, filings: &[FilingId]) -> Result<Vec<Document>> {
    let ids: Vec<Option<FilingId>> = filings.iter().map(|f| Some(*f)).collect();
    Ok(documents::table
        .filter(documents::case_id.eq(Some(case)).or(documents::case_id.is_null().and(documents::filing_id.eq_any(ids))))
        .order((documents::issued_at, documents::id))
        .select(Document::as_select())
        .load(c)?)
}

/// Papers of a filing, oldest first.
pub fn documents_of_filing(c: &mut Conn, id: FilingId) -> Result<Vec<Document>> {
    Ok(documents::table
        .filter(documents::filing_id.eq(Some(id)))
        .order((documents::issued_at, documents::id))
        .select(Document::as_select())
        .load(c)?)
}
