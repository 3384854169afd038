//! Joint cases: join codes, who joined, what each says of the own row, representatives, clues of child labour, pay lists.
//!
//! Owns the rows alone. Who may see one, and what follows from it, is `app`'s.

use super::filings::Claimant;
use super::schema::{allocations, cases, child_clues, claim_words, claimants, claims, join_codes, joiners, pay_lists, representatives};
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, ClaimId, ClaimantId, DocumentId, EvidenceId, PaymentId, ProcedureId, RowId, SessionId, WorkerId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::law::Fen;
use diesel::prelude::*;

/// A code by which co-workers come to their own row.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = join_codes, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct JoinCode {
    pub id: RowId,
    pub case_id: CaseId,
    pub code_bix: String,
    pub made_worker: Option<WorkerId>,
    pub made_by: Option<AccountId>,
    pub created_at: At,
    pub expires_at: At,
    pub revoked_at: Option<At>,
    pub uses: i32,
}

/// Somebody who came with a code.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = joiners, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Joiner {
    pub id: RowId,
    pub case_id: CaseId,
    pub code_id: RowId,
    pub worker_id: WorkerId,
    pub session_id: SessionId,
    pub claimant_id: ClaimantId,
    pub respondent_ct: Option<Sealed>,
    pub period_from: Day,
    pub period_to: Day,
    pub days_tenths: Option<i32>,
    pub daily_wage: Option<Fen>,
    pub months_tenths: Option<i32>,
    pub monthly_wage: Option<Fen>,
    pub claimed: Fen,
    pub minor: bool,
    pub device: String,
    pub state: String,
    pub matched: bool,
    pub reason: Option<String>,
    pub note_ct: Option<Sealed>,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<At>,
    pub created_at: At,
}

/// What a worker said of the own row.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = claim_words, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Word {
    pub id: RowId,
    pub claim_id: ClaimId,
    pub case_id: CaseId,
    pub worker_id: WorkerId,
    pub word: String,
    pub claimed: Fen,
    pub verified: Fen,
    pub note_ct: Option<Sealed>,
    pub device: String,
    pub at: At,
}

/// A representative of a joint case.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = representatives, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Representative {
    pub id: RowId,
    pub case_id: CaseId,
    pub claimant_id: ClaimantId,
    pub powers: String,
    pub evidence_id: EvidenceId,
    pub recorded_by: AccountId,
    pub created_at: At,
    pub ended_at: Option<At>,
    pub ended_by: Option<AccountId>,
    pub note_ct: Option<Sealed>,
}

/// A clue of child labour.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = child_clues, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct ChildClue {
    pub id: RowId,
    pub number: String,
    pub case_id: CaseId,
    pub bureau: String,
    pub area: String,
    pub persons: i32,
    pub state: String,
    pub result: Option<String>,
    pub note_ct: Option<Sealed>,
    pub proof_id: Option<EvidenceId>,
    pub opened_at: At,
    pub closed_by: Option<AccountId>,
    pub closed_at: Option<At>,
}

/// A pay list as issued.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = pay_lists, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct PayList {
    pub id: RowId,
    pub case_id: CaseId,
    pub document_id: DocumentId,
    pub persons: i32,
    pub amount: Fen,
    pub small: bool,
    pub consent_proof: Option<EvidenceId>,
    pub explained_ct: Option<Sealed>,
    pub by_account: AccountId,
    pub at: At,
    pub procedure_id: Option<ProcedureId>,
    pub consented_by: Option<ClaimantId>,
}

/// Keeps a code.
pub fn insert_code(c: &mut Conn, row: &JoinCode) -> Result<()> {
    diesel::insert_into(join_codes::table).values(row).execute(c)?;
    Ok(())
}

/// The code of a blind index, under any key.
pub fn code(c: &mut Conn, fits: &[String]) -> Result<Option<JoinCode>> {
    Ok(join_codes::table.filter(join_codes::code_bix.eq_any(fits.to_vec())).select(JoinCode::as_select()).first(c).optional()?)
}

/// The codes of a case, the newest first.
pub fn codes_of(c: &mut Conn, case: CaseId) -> Result<Vec<JoinCode>> {
    Ok(join_codes::table
        .filter(join_codes::case_id.eq(case))
        .order((join_codes::created_at.desc(), join_codes::id.desc()))
        .select(JoinCode::as_select())
        .load(c)?)
}

/// Somebody came with a code.
pub fn use_code(c: &mut Conn, id: RowId) -> Result<()> {
    let n = diesel::update(join_codes::table.find(id)).set(join_codes::uses.eq(join_codes::uses + 1)).execute(c)?;
    ensure_one(n, "join_codes")
}

/// Ends a code.
pub fn revoke_code(c: &mut Conn, id: RowId, at: At) -> Result<()> {
    let n = diesel::update(join_codes::table.find(id)).set(join_codes::revoked_at.eq(Some(at))).execute(c)?;
    ensure_one(n, "join_codes")
}

/// Keeps a joiner with his person.
pub fn insert_joiner(c: &mut Conn, person: &Claimant, row: &Joiner) -> Result<()> {
    diesel::insert_into(claimants::table).values(person).execute(c)?;
    diesel::insert_into(joiners::table).values(row).execute(c)?;
    Ok(())
}

/// One joiner.
pub fn joiner(c: &mut Conn, id: RowId) -> Result<Option<Joiner>> {
    Ok(joiners::table.find(id).select(Joiner::as_select()).first(c).optional()?)
}

/// Joiners of a case with their persons, the oldest first.
pub fn joiners_of(c: &mut Conn, case: CaseId) -> Result<Vec<(Joiner, Claimant)>> {
    Ok(joiners::table
        .inner_join(claimants::table.on(claimants::id.eq(joiners::claimant_id)))
        .filter(joiners::case_id.eq(case))
        .order((joiners::created_at, joiners::id))
        .select((Joiner::as_select(), Claimant::as_select()))
        .load(c)?)
}

/// What a log-in joined, the newest first.
pub fn joiners_by(c: &mut Conn, worker: WorkerId) -> Result<Vec<Joiner>> {
    Ok(joiners::table
        .filter(joiners::worker_id.eq(worker))
        .order((joiners::created_at.desc(), joiners::id.desc()))
        .select(Joiner::as_select())
        .load(c)?)
}

/// How many joiners of a case wait.
pub fn waiting(c: &mut Conn, case: CaseId) -> Result<i64> {
    Ok(joiners::table.filter(joiners::case_id.eq(case)).filter(joiners::state.eq("waiting")).count().get_result(c)?)
}

/// What became of a joiner, if he still waited.
pub fn settle_joiner(c: &mut Conn, row: &Joiner) -> Result<()> {
    let n = diesel::update(joiners::table.find(row.id).filter(joiners::state.eq("waiting")))
        .set((
            joiners::state.eq(&row.state),
            joiners::matched.eq(row.matched),
            joiners::reason.eq(&row.reason),
            joiners::note_ct.eq(&row.note_ct),
            joiners::decided_by.eq(row.decided_by),
            joiners::decided_at.eq(row.decided_at),
        ))
        .execute(c)?;
    ensure_one(n, "joiners")
}

/// Keeps a worker's word.
pub fn insert_word(c: &mut Conn, row: &Word) -> Result<()> {
    diesel::insert_into(claim_words::table).values(row).execute(c)?;
    Ok(())
}

/// What was said of the claims of a case, the oldest first.
pub fn words_of(c: &mut Conn, case: CaseId) -> Result<Vec<Word>> {
    Ok(claim_words::table
        .filter(claim_words::case_id.eq(case))
        .order((claim_words::at, claim_words::id))
        .select(Word::as_select())
        .load(c)?)
}

/// What was said of these claims, the oldest first.
pub fn words_of_claims(c: &mut Conn, ids: &[ClaimId]) -> Result<Vec<Word>> {
    Ok(claim_words::table
        .filter(claim_words::claim_id.eq_any(ids.to_vec()))
        .order((claim_words::at, claim_words::id))
        .select(Word::as_select())
        .load(c)?)
}

/// Names a representative.
///
/// # Errors
/// [`crate::base::Error::Duplicate`] when he is one already.
pub fn insert_representative(c: &mut Conn, row: &Representative) -> Result<()> {
    diesel::insert_into(representatives::table).values(row).execute(c)?;
    Ok(())
}

/// Representatives of a case with their persons, ended ones too, the oldest first.
pub fn representatives_of(c: &mut Conn, case: CaseId) -> Result<Vec<(Representative, Claimant)>> {
    Ok(representatives::table
        .inner_join(claimants::table.on(claimants::id.eq(representatives::claimant_id)))
        .filter(representatives::case_id.eq(case))
        .order((representatives::created_at, representatives::id))
        .select((Representative::as_select(), Claimant::as_select()))
        .load(c)?)
}

/// One representative.
pub fn representative(c: &mut Conn, id: RowId) -> Result<Option<Representative>> {
    Ok(representatives::table.find(id).select(Representative::as_select()).first(c).optional()?)
}

/// Ends a representation.
pub fn end_representative(c: &mut Conn, row: &Representative) -> Result<()> {
    let n = diesel::update(representatives::table.find(row.id).filter(representatives::ended_at.is_null()))
        .set((
            representatives::ended_at.eq(row.ended_at),
            representatives::ended_by.eq(row.ended_by),
            representatives::note_ct.eq(&row.note_ct),
        ))
        .execute(c)?;
    ensure_one(n, "representatives")
}

/// Opens a clue of child labour.
pub fn insert_clue(c: &mut Conn, row: &ChildClue) -> Result<()> {
    diesel::insert_into(child_clues::table).values(row).execute(c)?;
    Ok(())
}

/// One clue.
pub fn clue(c: &mut Conn, id: RowId) -> Result<Option<ChildClue>> {
    Ok(child_clues::table.find(id).select(ChildClue::as_select()).first(c).optional()?)
}

/// Clues of a case, the oldest first.
pub fn clues_of(c: &mut Conn, case: CaseId) -> Result<Vec<ChildClue>> {
    Ok(child_clues::table
        .filter(child_clues::case_id.eq(case))
        .order((child_clues::opened_at, child_clues::id))
        .select(ChildClue::as_select())
        .load(c)?)
}

/// Open clues of cases these bureaus lead now, the oldest first.
pub fn open_clues(c: &mut Conn, bureaus: &[String], limit: i64) -> Result<Vec<ChildClue>> {
    Ok(child_clues::table
        .inner_join(cases::table.on(cases::id.eq(child_clues::case_id)))
        .filter(child_clues::state.eq("open"))
        .filter(cases::lead_bureau.eq_any(bureaus.to_vec()))
        .order((child_clues::opened_at, child_clues::id))
        .limit(limit)
        .select(ChildClue::as_select())
        .load(c)?)
}

/// Saves what a clue counts, or what came of it.
pub fn update_clue(c: &mut Conn, row: &ChildClue) -> Result<()> {
    let n = diesel::update(child_clues::table.find(row.id).filter(child_clues::state.eq("open")))
        .set((
            child_clues::persons.eq(row.persons),
            child_clues::bureau.eq(&row.bureau),
            child_clues::state.eq(&row.state),
            child_clues::result.eq(&row.result),
            child_clues::note_ct.eq(&row.note_ct),
            child_clues::proof_id.eq(row.proof_id),
            child_clues::closed_by.eq(row.closed_by),
            child_clues::closed_at.eq(row.closed_at),
        ))
        .execute(c)?;
    ensure_one(n, "child_clues")
}

/// Keeps a pay list as issued.
pub fn insert_pay_list(c: &mut Conn, row: &PayList) -> Result<()> {
    diesel::insert_into(pay_lists::table).values(row).execute(c)?;
    Ok(())
}

/// Pay lists of a case, the newest first.
pub fn pay_lists_of(c: &mut Conn, case: CaseId) -> Result<Vec<PayList>> {
    Ok(pay_lists::table
        .filter(pay_lists::case_id.eq(case))
        .order((pay_lists::at.desc(), pay_lists::id.desc()))
        .select(PayList::as_select())
        .load(c)?)
}

/// A claim went to another case: what was said of it goes along, and who joined for its person.
pub fn follow_claim(c: &mut Conn, claim: ClaimId, persons: &[ClaimantId], (from, to): (CaseId, CaseId)) -> Result<()> {
    diesel::update(claim_words::table.filter(claim_words::claim_id.eq(claim))).set(claim_words::case_id.eq(to)).execute(c)?;
    diesel::update(
        joiners::table
            .filter(joiners::case_id.eq(from))
            .filter(joiners::claimant_id.eq_any(persons.to_vec()))
            .filter(joiners::state.eq("joined")),
    )
    .set(joiners::case_id.eq(to))
    .execute(c)?;
    Ok(())
}

/// A representative speaks in another case.
pub fn move_representative(c: &mut Conn, id: RowId, to: CaseId) -> Result<()> {
    let n = diesel::update(representatives::table.find(id)).set(representatives::case_id.eq(to)).execute(c)?;
    ensure_one(n, "representatives")
}

/// A clue goes to another case.
pub fn move_clue(c: &mut Conn, id: RowId, to: CaseId, bureau: &str, area: &str) -> Result<()> {
    let n = diesel::update(child_clues::table.find(id))
        .set((child_clues::case_id.eq(to), child_clues::bureau.eq(bureau), child_clues::area.eq(area)))
        .execute(c)?;
    ensure_one(n, "child_clues")
}

/// A case ended as merged: its codes lead to the other one, who waits waits there, and its pay lists are that one's.
pub fn follow_case(c: &mut Conn, from: CaseId, to: CaseId) -> Result<()> {
    diesel::update(join_codes::table.filter(join_codes::case_id.eq(from))).set(join_codes::case_id.eq(to)).execute(c)?;
    let waits = joiners::table.filter(joiners::case_id.eq(from)).filter(joiners::state.eq("waiting"));
    diesel::update(waits).set(joiners::case_id.eq(to)).execute(c)?;
    diesel::update(pay_lists::table.filter(pay_lists::case_id.eq(from))).set(pay_lists::case_id.eq(to)).execute(c)?;
    Ok(())
}

/// Persons of the rows a payment has a part for.
pub fn paid_persons(c: &mut Conn, payment: PaymentId) -> Result<Vec<Claimant>> {
    Ok(allocations::table
        .inner_join(claims::table.on(claims::id.eq(allocations::claim_id)))
        .inner_join(claimants::table.on(claimants::id.eq(claims::claimant_id)))
        .filter(allocations::payment_id.eq(payment))
        .select(Claimant::as_select())
        .load(c)?)
}

/// Persons of the rows of a case.
pub fn persons_of(c: &mut Conn, case: CaseId) -> Result<Vec<Claimant>> {
    Ok(claims::table
        .inner_join(claimants::table.on(claimants::id.eq(claims::claimant_id)))
        .filter(claims::case_id.eq(case))
        .select(Claimant::as_select())
        .load(c)?)
}

/// The claims of persons in a case.
pub fn claims_of_persons(c: &mut Conn, case: CaseId, persons: &[ClaimantId]) -> Result<Vec<super::ledger::Claim>> {
    Ok(claims::table
        .filter(claims::case_id.eq(case))
        .filter(claims::claimant_id.eq_any(persons.to_vec()))
        .order(claims::id)
        .select(super::ledger::Claim::as_select())
        .load(c)?)
}
