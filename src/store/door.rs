//! The employer's door 用人单位入口: papers with their addressee, the codes that open them, visits, and what is handed in.
//!
//! Owns these rows. Who may see or do what is `app::door`'s; a code is never stored, only its keyed hash.

use super::schema::{
    bells, cases, documents, door_sessions, evidence, procedures, served_codes, served_papers, submission_files, submissions,
};
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, DocumentId, EvidenceId, PaymentId, ProcedureId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::store::papers::{Document, Evidence};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// A paper with its addressee.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = served_papers, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Served {
    pub document_id: DocumentId,
    pub procedure_id: ProcedureId,
    pub case_id: Option<CaseId>,
    pub bureau: String,
    pub kind: String,
    pub party: Option<String>,
    pub login_bix: Option<String>,
    pub served_on: Option<Day>,
    pub created_at: At,
}

/// A served code 送达码.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = served_codes, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Code {
    pub id: RowId,
    pub document_id: DocumentId,
    pub code_bix: String,
    pub made_at: At,
    pub made_by: Option<AccountId>,
    pub reason_ct: Option<Sealed>,
    pub slip_id: Option<DocumentId>,
    pub ended_at: Option<At>,
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = door_sessions, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Session {
    pub id: RowId,
    pub document_id: DocumentId,
    pub token_hash: Vec<u8>,
    pub created_at: At,
    pub expires_at: At,
    pub ended_at: Option<At>,
}

/// Something handed in.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = submissions, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Submission {
    pub id: RowId,
    pub document_id: DocumentId,
    pub procedure_id: ProcedureId,
    pub case_id: Option<CaseId>,
    pub bureau: String,
    pub kind: String,
    pub way: String,
    pub by_account: Option<AccountId>,
    pub words_ct: Option<Sealed>,
    pub applicant_ct: Sealed,
    pub consent: Option<bool>,
    pub hearing: bool,
    pub received_at: At,
    pub due_on: Option<Day>,
    pub late: bool,
    pub receipt_id: DocumentId,
    pub state: String,
    pub decided_at: Option<At>,
    pub decided_by: Option<AccountId>,
    pub return_code: Option<String>,
    pub note_ct: Option<Sealed>,
    pub made_procedure: Option<ProcedureId>,
    pub made_payment: Option<PaymentId>,
}

/// A file of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = submission_files)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct File {
    pub submission_id: RowId,
    pub evidence_id: EvidenceId,
    pub slot: String,
}

/// Notes whom a paper is addressed to.
pub fn address(c: &mut Conn, row: &Served) -> Result<()> {
    diesel::insert_into(served_papers::table).values(row).execute(c)?;
    Ok(())
}

/// Notes who the addressee of a paper is, found out later.
pub fn identify(c: &mut Conn, id: DocumentId, kind: &str, party: Option<&str>, login_bix: Option<&str>) -> Result<()> {
    let set = (served_papers::kind.eq(kind), served_papers::party.eq(party), served_papers::login_bix.eq(login_bix));
    ensure_one(diesel::update(served_papers::table.find(id)).set(set).execute(c)?, "served_papers")
}

/// Notes the day a paper was first on record as served.
pub fn note_service(c: &mut Conn, id: DocumentId, on: Day) -> Result<()> {
    let open = served_papers::table.find(id).filter(served_papers::served_on.is_null());
    diesel::update(open).set(served_papers::served_on.eq(Some(on))).execute(c)?;
    Ok(())
}

/// A paper's addressee.
pub fn served(c: &mut Conn, id: DocumentId) -> Result<Option<Served>> {
    Ok(served_papers::table.find(id).select(Served::as_select()).first(c).optional()?)
}

/// Papers of this number with their addressee.
pub fn by_number(c: &mut Conn, number: &str) -> Result<Vec<Served>> {
    Ok(served_papers::table
        .inner_join(documents::table.on(documents::id.eq(served_papers::document_id)))
        .filter(documents::number.eq(number))
        .select(Served::as_select())
        .load(c)?)
}

/// The papers of one addressee in one proceeding, oldest first: of its case, of its procedure where there is no case.
pub fn of_party(c: &mut Conn, p: &Served) -> Result<Vec<(Served, Document)>> {
    let mut q = served_papers::table
        .inner_join(documents::table.on(documents::id.eq(served_papers::document_id)))
        .order((documents::issued_at, documents::id))
        .select((Served::as_select(), Document::as_select()))
        .into_boxed();
    q = match p.case_id {
        Some(case) => q.filter(served_papers::case_id.eq(Some(case))),
        None => q.filter(served_papers::case_id.is_null()).filter(served_papers::procedure_id.eq(p.procedure_id)),
    };
    q = match &p.party {
        Some(party) => q.filter(served_papers::party.eq(Some(party.clone()))).filter(served_papers::kind.eq(p.kind.clone())),
        None => q.filter(served_papers::document_id.eq(p.document_id)),
    };
    Ok(q.load(c)?)
}

/// The papers of a case that have an addressee, oldest first.
pub fn of_case(c: &mut Conn, case: CaseId) -> Result<Vec<(Served, Document)>> {
    Ok(served_papers::table
        .inner_join(documents::table.on(documents::id.eq(served_papers::document_id)))
        .filter(served_papers::case_id.eq(Some(case)))
        .order((documents::issued_at, documents::id))
        .select((Served::as_select(), Document::as_select()))
        .load(c)?)
}

/// Keeps a code; one that counted before stops.
pub fn make_code(c: &mut Conn, row: &Code) -> Result<()> {
    let old = served_codes::table.filter(served_codes::document_id.eq(row.document_id)).filter(served_codes::ended_at.is_null());
    diesel::update(old).set(served_codes::ended_at.eq(Some(row.made_at))).execute(c)?;
    diesel::insert_into(served_codes::table).values(row).execute(c)?;
    Ok(())
}

/// Notes the slip a code was printed on.
pub fn printed(c: &mut Conn, id: RowId, slip: DocumentId) -> Result<()> {
    ensure_one(diesel::update(served_codes::table.find(id)).set(served_codes::slip_id.eq(Some(slip))).execute(c)?, "served_codes")
}

/// The code of a paper that counts.
pub fn code(c: &mut Conn, document: DocumentId) -> Result<Option<Code>> {
    let live = served_codes::table.filter(served_codes::document_id.eq(document)).filter(served_codes::ended_at.is_null());
    Ok(live.select(Code::as_select()).first(c).optional()?)
}

/// Opens a visit.
pub fn open(c: &mut Conn, row: &Session) -> Result<()> {
    diesel::insert_into(door_sessions::table).values(row).execute(c)?;
    Ok(())
}

/// The visit of a token.
pub fn session(c: &mut Conn, token_hash: &[u8]) -> Result<Option<Session>> {
    Ok(door_sessions::table.filter(door_sessions::token_hash.eq(token_hash)).select(Session::as_select()).first(c).optional()?)
}

/// Ends a visit.
pub fn leave(c: &mut Conn, id: RowId, at: At) -> Result<()> {
    let one = door_sessions::table.find(id).filter(door_sessions::ended_at.is_null());
    diesel::update(one).set(door_sessions::ended_at.eq(Some(at))).execute(c)?;
    Ok(())
}

/// Ends every visit that these papers opened.
pub fn leave_all(c: &mut Conn, papers: &[DocumentId], at: At) -> Result<()> {
    let all = door_sessions::table.filter(door_sessions::document_id.eq_any(papers)).filter(door_sessions::ended_at.is_null());
    diesel::update(all).set(door_sessions::ended_at.eq(Some(at))).execute(c)?;
    Ok(())
}

/// Forgets visits that ended before `before`.
pub fn forget(c: &mut Conn, before: At) -> Result<usize> {
    Ok(diesel::delete(door_sessions::table.filter(door_sessions::expires_at.lt(before))).execute(c)?)
}

/// Keeps what was handed in, with its files.
pub fn hand_in(c: &mut Conn, row: &Submission, files: &[File]) -> Result<()> {
    diesel::insert_into(submissions::table).values(row).execute(c)?;
    insert_many!(c, submission_files::table, files)?;
    Ok(())
}

/// Saves where a submission stands.
pub fn update(c: &mut Conn, row: &Submission) -> Result<()> {
    ensure_one(diesel::update(submissions::table.find(row.id)).set(row).execute(c)?, "submissions")
}

/// One submission.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Submission>> {
    Ok(submissions::table.find(id).select(Submission::as_select()).first(c).optional()?)
}

/// What was handed in on these papers, the newest first.
pub fn on_papers(c: &mut Conn, papers: &[DocumentId]) -> Result<Vec<Submission>> {
    Ok(submissions::table
        .filter(submissions::document_id.eq_any(papers))
        .order((submissions::received_at.desc(), submissions::id.desc()))
        .select(Submission::as_select())
        .load(c)?)
}

/// Whose submissions are listed.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of matters these bureaus lead: the case's lead now, of a penalty the bureau that punishes, of a grade the bureau that grades.
    pub bureaus: Vec<String>,
    /// All of the city.
    pub city: bool,
    /// What is done too.
    pub all: bool,
}

/// A page of what was handed in, after the one that ended at `after`: what waits, the oldest first; with `all`, everything, the newest first.
pub fn page(c: &mut Conn, w: &Wanted, after: Option<(At, RowId)>, limit: i64) -> Result<Vec<Submission>> {
    let mut q = submissions::table
        .inner_join(procedures::table.on(procedures::id.eq(submissions::procedure_id)))
        .left_join(cases::table.on(cases::id.nullable().eq(submissions::case_id)))
        .select(Submission::as_select())
        .limit(limit)
        .into_boxed();
    if !w.city {
        // a case may have gone to another bureau since; a penalty stays with the one that punishes
        let led = cases::lead_bureau.nullable().eq_any(w.bureaus.clone()).and(procedures::kind.ne("penalty"));
        let own = submissions::case_id.is_null().or(procedures::kind.eq("penalty")).and(submissions::bureau.eq_any(w.bureaus.clone()));
        q = q.filter(led.or(own));
    }
    // said in words, so that the planner knows which index it may read
    let waits = sql::<Bool>("submissions.state = 'waiting'");
    if w.all {
        if let Some((at, id)) = after {
            q = q.filter(submissions::received_at.lt(at).or(submissions::received_at.eq(at).and(submissions::id.lt(id))));
        }
        q = q.order((submissions::received_at.desc(), submissions::id.desc()));
    } else {
        if let Some((at, id)) = after {
            q = q.filter(submissions::received_at.gt(at).or(submissions::received_at.eq(at).and(submissions::id.gt(id))));
        }
        q = q.filter(waits).order((submissions::received_at, submissions::id));
    }
    Ok(q.load(c)?)
}

/// Objections on the papers of a procedure that wait, the oldest first.
pub fn waiting_of(c: &mut Conn, procedure: ProcedureId) -> Result<Vec<Submission>> {
    Ok(submissions::table
        .filter(submissions::procedure_id.eq(procedure))
        .filter(submissions::kind.eq("objection"))
        .filter(sql::<Bool>("submissions.state = 'waiting'"))
        .order((submissions::received_at, submissions::id))
        .select(Submission::as_select())
        .load(c)?)
}

/// Whether an objection that came in time waits on one of these procedures.
pub fn waits_in_time(c: &mut Conn, all: &[ProcedureId]) -> Result<bool> {
    let found = submissions::table
        .filter(submissions::procedure_id.eq_any(all))
        .filter(submissions::kind.eq("objection"))
        .filter(submissions::late.eq(false))
        .filter(sql::<Bool>("submissions.state = 'waiting'"));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(c)?)
}

/// The papers of a procedure of which no service is on record yet.
pub fn unserved(c: &mut Conn, procedure: ProcedureId) -> Result<Vec<(Served, Document)>> {
    Ok(served_papers::table
        .inner_join(documents::table.on(documents::id.eq(served_papers::document_id)))
        .filter(served_papers::procedure_id.eq(procedure))
        .filter(served_papers::served_on.is_null())
        .order(documents::id)
        .select((Served::as_select(), Document::as_select()))
        .load(c)?)
}

/// The paper whose code stands on a slip.
pub fn by_slip(c: &mut Conn, slip: DocumentId) -> Result<Option<Served>> {
    Ok(served_papers::table
        .inner_join(served_codes::table.on(served_codes::document_id.eq(served_papers::document_id)))
        .filter(served_codes::slip_id.eq(Some(slip)))
        .select(Served::as_select())
        .first(c)
        .optional()?)
}

/// How many submissions wait, and those for which nothing rings: for `doctor`.
pub fn waiting(c: &mut Conn) -> Result<(usize, Vec<RowId>)> {
    let open: Vec<RowId> = submissions::table.filter(submissions::state.eq("waiting")).select(submissions::id).load(c)?;
    let rung: Vec<RowId> = bells::table.filter(bells::kind.eq_any(["payment_proof", "submission"])).select(bells::id).load(c)?;
    let silent = open.iter().filter(|id| !rung.contains(id)).copied().collect();
    Ok((open.len(), silent))
}

/// The files of a submission, in the order they were kept.
pub fn files(c: &mut Conn, id: RowId) -> Result<Vec<(String, Evidence)>> {
    Ok(submission_files::table
        .inner_join(evidence::table.on(evidence::id.eq(submission_files::evidence_id)))
        .filter(submission_files::submission_id.eq(id))
        .order((evidence::uploaded_at, evidence::id))
        .select((submission_files::slot, Evidence::as_select()))
        .load(c)?)
}

/// Proofs of payment that wait and came with this file.
pub fn proofs_with(c: &mut Conn, file: EvidenceId) -> Result<Vec<Submission>> {
    Ok(submissions::table
        .inner_join(submission_files::table.on(submission_files::submission_id.eq(submissions::id)))
        .filter(submission_files::evidence_id.eq(file))
        .filter(submissions::kind.eq("proof"))
        .filter(submissions::state.eq("waiting"))
        .select(Submission::as_select())
        .load(c)?)
}

/// The public number of a paper.
pub fn number_of(c: &mut Conn, id: DocumentId) -> Result<String> {
    Ok(documents::table.find(id).select(documents::number).first(c).optional()?.unwrap_or_default())
}
