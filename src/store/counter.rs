//! The counter's registers: contacts, refusals, doubts, call-backs, transcripts, oral statements.

use super::schema::{
    callbacks, cases, contacts, documents, doubts, evidence, filings, oral_statements, procedures, refusals, terms, transcripts,
};
use super::search::Reach;
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, ClaimantId, DocumentId, EvidenceId, FilingId, ProcedureId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use diesel::prelude::*;

/// One contact with a worker.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = contacts, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Contact {
    pub id: RowId,
    pub filing_id: Option<FilingId>,
    pub case_id: Option<CaseId>,
    pub callback_id: Option<RowId>,
    pub direction: String,
    pub channel: String,
    pub outcome: String,
    pub note_ct: Option<Sealed>,
    pub by_account: AccountId,
    pub at: At,
    pub created_at: At,
}

/// Somebody was turned away at the counter.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refusals, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Refusal {
    pub id: RowId,
    pub bureau: String,
    pub area: Option<String>,
    pub reason: String,
    pub name_ct: Option<Sealed>,
    pub name_mask: Option<String>,
    pub document_id: DocumentId,
    pub by_account: AccountId,
    pub at: At,
    pub created_at: At,
}

/// A doubt about a complaint.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = doubts, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Doubt {
    pub id: RowId,
    pub filing_id: FilingId,
    pub evidence_id: EvidenceId,
    pub text_ct: Sealed,
    pub by_account: AccountId,
    pub at: At,
    pub verdict: Option<String>,
    pub verdict_ct: Option<Sealed>,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<At>,
}

/// A request to be called back.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = callbacks, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Callback {
    pub id: RowId,
    pub bureau: String,
    pub area: Option<String>,
    pub site: Option<String>,
    pub name_ct: Option<Sealed>,
    pub name_mask: Option<String>,
    pub phone_ct: Sealed,
    pub phone_mask: String,
    pub phone_bix: String,
    pub safe_from: Option<i32>,
    pub safe_to: Option<i32>,
    pub channel: String,
    pub lang: String,
    pub state: String,
    pub claimed_by: Option<AccountId>,
    pub claimed_at: Option<At>,
    pub filing_id: Option<FilingId>,
    pub outcome: Option<String>,
    pub note_ct: Option<Sealed>,
    pub created_at: At,
    pub ended_at: Option<At>,
}

/// What an officer heard in a voice message.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = transcripts, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Transcript {
    pub id: RowId,
    pub evidence_id: EvidenceId,
    pub text_ct: Sealed,
    pub by_account: AccountId,
    pub at: At,
}

/// An oral complaint was read back and signed.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = oral_statements, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct OralStatement {
    pub filing_id: FilingId,
    pub document_id: DocumentId,
    pub signed: String,
    pub photo_id: EvidenceId,
    pub by_account: AccountId,
    pub at: At,
}

/// Keeps a contact.
pub fn insert_contact(c: &mut Conn, row: &Contact) -> Result<()> {
    diesel::insert_into(contacts::table).values(row).execute(c)?;
    Ok(())
}

/// Contacts of a filing, the newest first.
pub fn contacts_of_filing(c: &mut Conn, id: FilingId, limit: i64) -> Result<Vec<Contact>> {
    Ok(contacts::table
        .filter(contacts::filing_id.eq(Some(id)))
        .order((contacts::at.desc(), contacts::id.desc()))
        .limit(limit)
        .select(Contact::as_select())
        .load(c)?)
}

/// Contacts of a case and of these of its filings, the newest first.
pub fn contacts_of_case(c: &mut Conn, id: CaseId, filings: &[FilingId], limit: i64) -> Result<Vec<Contact>> {
    let ids: Vec<Option<FilingId>> = filings.iter().map(|f| Some(*f)).collect();
    Ok(contacts::table
        .filter(contacts::case_id.eq(Some(id)).or(contacts::filing_id.eq_any(ids)))
        .order((contacts::at.desc(), contacts::id.desc()))
        .limit(limit)
        .select(Contact::as_select())
        .load(c)?)
}

/// Contacts of a request to be called back, the newest first.
pub fn contacts_of_callback(c: &mut Conn, id: RowId, limit: i64) -> Result<Vec<Contact>> {
    Ok(contacts::table
        .filter(contacts::callback_id.eq(Some(id)))
        .order((contacts::at.desc(), contacts::id.desc()))
        .limit(limit)
        .select(Contact::as_select())
        .load(c)?)
}

/// The tries of a call-back are contacts of the filing it became.
pub fn adopt_contacts(c: &mut Conn, callback: RowId, filing: FilingId) -> Result<()> {
    diesel::update(contacts::table.filter(contacts::callback_id.eq(Some(callback))))
        .set(contacts::filing_id.eq(Some(filing)))
        .execute(c)?;
    Ok(())
}

/// Keeps a refusal of the counter.
pub fn insert_refusal(c: &mut Conn, row: &Refusal) -> Result<()> {
    diesel::insert_into(refusals::table).values(row).execute(c)?;
    Ok(())
}

/// One refusal of the counter.
pub fn refusal(c: &mut Conn, id: RowId) -> Result<Option<Refusal>> {
    Ok(refusals::table.find(id).select(Refusal::as_select()).first(c).optional()?)
}

/// The refusal of the counter a paper belongs to.
pub fn refusal_of_document(c: &mut Conn, id: DocumentId) -> Result<Option<Refusal>> {
    Ok(refusals::table.filter(refusals::document_id.eq(id)).select(Refusal::as_select()).first(c).optional()?)
}

/// Which refusals are asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// From this instant on.
    pub from: Option<At>,
    /// Before this instant.
    pub until: Option<At>,
    /// In one of these areas; none asks for all.
    pub areas: Option<Vec<String>>,
    /// By this bureau.
    pub bureau: Option<String>,
    /// After this one, in the order of the list: when and which paper.
    pub after: Option<(At, DocumentId)>,
}

/// Refusals of the counter within reach with the numbers of their notices, the newest first.
pub fn refusals(c: &mut Conn, reach: &Reach, a: &Asked, limit: i64) -> Result<Vec<(Refusal, String)>> {
    let mut q = refusals::table
        .inner_join(documents::table.on(documents::id.eq(refusals::document_id)))
        .order((refusals::at.desc(), refusals::document_id.desc()))
        .limit(limit)
        .select((Refusal::as_select(), documents::number))
        .into_boxed();
    if !reach.whole {
        let areas: Vec<Option<String>> = reach.areas.iter().cloned().map(Some).collect();
        q = q.filter(refusals::bureau.eq_any(reach.receiving.clone()).or(refusals::area.eq_any(areas).assume_not_null()));
    }
    if let Some(at) = a.from {
        q = q.filter(refusals::at.ge(at));
    }
    if let Some(at) = a.until {
        q = q.filter(refusals::at.lt(at));
    }
    if let Some(areas) = &a.areas {
        q = q.filter(refusals::area.eq_any(areas.iter().cloned().map(Some).collect::<Vec<_>>()));
    }
    if let Some(b) = &a.bureau {
        q = q.filter(refusals::bureau.eq(b.clone()));
    }
    if let Some((at, id)) = a.after {
        q = q.filter(refusals::at.lt(at).or(refusals::at.eq(at).and(refusals::document_id.lt(id))));
    }
    Ok(q.load(c)?)
}

/// A notice of refusal that a procedure issued.
#[derive(Debug, Clone, PartialEq, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migrations")]
pub struct Refused {
    pub document: DocumentId,
    pub number: String,
    pub at: At,
    pub by: Option<AccountId>,
    pub bureau: String,
    pub case: CaseId,
    pub case_number: String,
    pub area: String,
}

/// Notices of refusal of cases within reach, the newest first.
pub fn refused_cases(c: &mut Conn, reach: &Reach, a: &Asked, limit: i64) -> Result<Vec<Refused>> {
    let mut q = documents::table
        .inner_join(cases::table.on(documents::case_id.eq(cases::id.nullable())))
        // the word itself, not a parameter: only so does the planner see that the partial index fits
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("documents.kind = 'refusal'"))
        .order((documents::issued_at.desc(), documents::id.desc()))
        .limit(limit)
        .select((
            documents::id,
            documents::number,
            documents::issued_at,
            documents::issued_by,
            documents::bureau,
            cases::id,
            cases::number,
            cases::area,
        ))
        .into_boxed();
    if !reach.whole {
        q = q.filter(
            cases::lead_bureau
                .eq_any(reach.lead.clone())
                .or(cases::area.eq_any(reach.areas.clone()))
                .or(documents::bureau.eq_any(reach.receiving.clone())),
        );
    }
    if let Some(at) = a.from {
        q = q.filter(documents::issued_at.ge(at));
    }
    if let Some(at) = a.until {
        q = q.filter(documents::issued_at.lt(at));
    }
    if let Some(areas) = &a.areas {
        q = q.filter(cases::area.eq_any(areas.clone()));
    }
    if let Some(b) = &a.bureau {
        q = q.filter(documents::bureau.eq(b.clone()));
    }
    if let Some((at, id)) = a.after {
        q = q.filter(documents::issued_at.lt(at).or(documents::issued_at.eq(at).and(documents::id.lt(id))));
    }
    Ok(q.load(c)?)
}

/// Keeps a doubt.
pub fn insert_doubt(c: &mut Conn, row: &Doubt) -> Result<()> {
    diesel::insert_into(doubts::table).values(row).execute(c)?;
    Ok(())
}

/// One doubt.
pub fn doubt(c: &mut Conn, id: RowId) -> Result<Option<Doubt>> {
    Ok(doubts::table.find(id).select(Doubt::as_select()).first(c).optional()?)
}

/// Doubts about a filing, the oldest first.
pub fn doubts_of(c: &mut Conn, id: FilingId) -> Result<Vec<Doubt>> {
    Ok(doubts::table.filter(doubts::filing_id.eq(id)).order((doubts::at, doubts::id)).select(Doubt::as_select()).load(c)?)
}

/// Decides a doubt; deciding twice is a conflict.
pub fn decide_doubt(c: &mut Conn, row: &Doubt) -> Result<()> {
    let n = diesel::update(doubts::table.find(row.id).filter(doubts::verdict.is_null())).set(row).execute(c)?;
    ensure_one(n, "doubts")
}

/// Filings of these persons about one respondent that came before, reports 举报 left out, the newest first.
pub fn earlier(c: &mut Conn, persons: &[ClaimantId], respondent: &str, before: At, but: FilingId) -> Result<Vec<super::filings::Filing>> {
    Ok(filings::table
        .filter(filings::claimant_id.eq_any(persons.to_vec()))
        .filter(filings::respondent_key.eq(respondent))
        .filter(filings::secret.eq(false))
        .filter(filings::received_at.le(before))
        .filter(filings::id.ne(but))
        .order((filings::received_at.desc(), filings::id.desc()))
        .limit(50)
        .select(super::filings::Filing::as_select())
        .load(c)?)
}

/// A term with a missed mark.
#[derive(Debug, Clone, PartialEq, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migrations")]
pub struct Missed {
    pub procedure: ProcedureId,
    pub kind: String,
    pub version: i32,
    pub key: String,
    pub doc: super::types::Json<crate::law::term::Term>,
}

/// Terms of a filing and of its case that bear the mark of having been missed.
pub fn missed_terms(c: &mut Conn, filing: FilingId, case: Option<CaseId>) -> Result<Vec<Missed>> {
    let of_filing = procedures::filing_id.eq(Some(filing));
    let base = || {
        terms::table
            .inner_join(procedures::table.on(procedures::id.eq(terms::procedure_id)))
            .filter(terms::missed.eq(true))
            .order(terms::id)
            .select((procedures::id, procedures::kind, procedures::version, terms::key, terms::doc))
    };
    let mut out: Vec<Missed> = base().filter(of_filing).load(c)?;
    if let Some(case) = case {
        out.extend(base().filter(procedures::case_id.eq(Some(case))).filter(procedures::filing_id.is_null()).load::<Missed>(c)?);
    }
    Ok(out)
}

/// Keeps a request to be called back.
pub fn insert_callback(c: &mut Conn, row: &Callback) -> Result<()> {
    diesel::insert_into(callbacks::table).values(row).execute(c)?;
    Ok(())
}

/// One request.
pub fn callback(c: &mut Conn, id: RowId) -> Result<Option<Callback>> {
    Ok(callbacks::table.find(id).select(Callback::as_select()).first(c).optional()?)
}

/// Whether a request by this telephone (under any key) still waits.
pub fn callback_waits(c: &mut Conn, phone: &[String]) -> Result<bool> {
    let n: i64 =
        callbacks::table.filter(callbacks::phone_bix.eq_any(phone.to_vec())).filter(callbacks::ended_at.is_null()).count().get_result(c)?;
    Ok(n > 0)
}

/// Requests of these bureaus that wait, the oldest first, after the given one.
pub fn open_callbacks(c: &mut Conn, bureaus: &[String], after: Option<(At, RowId)>, limit: i64) -> Result<Vec<Callback>> {
    let mut q = callbacks::table
        .filter(callbacks::ended_at.is_null())
        .filter(callbacks::bureau.eq_any(bureaus.to_vec()))
        .order((callbacks::created_at, callbacks::id))
        .limit(limit)
        .select(Callback::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        q = q.filter(callbacks::created_at.gt(at).or(callbacks::created_at.eq(at).and(callbacks::id.gt(id))));
    }
    Ok(q.load(c)?)
}

/// How many requests wait at these counters, counted up to a limit.
pub fn waiting_callbacks(c: &mut Conn, bureaus: &[String], limit: i64) -> Result<i64> {
    let q = callbacks::table.filter(callbacks::ended_at.is_null()).filter(callbacks::bureau.eq_any(bureaus.to_vec()));
    let ids: Vec<RowId> = q.limit(limit).select(callbacks::id).load(c)?;
    Ok(i64::try_from(ids.len()).unwrap_or(limit))
}

/// Saves a request whole, if it is still in the state it was read in.
///
/// # Errors
/// Somebody was faster, or the database.
pub fn update_callback(c: &mut Conn, row: &Callback, was: &str) -> Result<()> {
    let n = diesel::update(callbacks::table.find(row.id).filter(callbacks::state.eq(was))).set(row).execute(c)?;
    ensure_one(n, "callbacks")
}

/// Keeps what an officer heard.
pub fn insert_transcript(c: &mut Conn, row: &Transcript) -> Result<()> {
    diesel::insert_into(transcripts::table).values(row).execute(c)?;
    Ok(())
}

/// What was heard in a voice message, the oldest first.
pub fn transcripts_of(c: &mut Conn, id: EvidenceId) -> Result<Vec<Transcript>> {
    Ok(transcripts::table
        .filter(transcripts::evidence_id.eq(id))
        .order((transcripts::at, transcripts::id))
        .select(Transcript::as_select())
        .load(c)?)
}

/// Keeps that a statement was read back and signed; `false` when it was before.
pub fn insert_oral(c: &mut Conn, row: &OralStatement) -> Result<bool> {
    let n = each!(c, |conn| diesel::insert_into(oral_statements::table)
        .values(row)
        .on_conflict(oral_statements::filing_id)
        .do_nothing()
        .execute(conn))?;
    Ok(n == 1)
}

/// That a statement was read back and signed.
pub fn oral(c: &mut Conn, id: FilingId) -> Result<Option<OralStatement>> {
    Ok(oral_statements::table.find(id).select(OralStatement::as_select()).first(c).optional()?)
}

/// Whether a file lies with a filing.
pub fn is_of_filing(c: &mut Conn, file: EvidenceId, filing: FilingId) -> Result<bool> {
    let n: i64 = evidence::table.filter(evidence::id.eq(file)).filter(evidence::filing_id.eq(Some(filing))).count().get_result(c)?;
    Ok(n > 0)
}
