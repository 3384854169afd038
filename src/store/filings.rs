//! Filings, the persons who made them, amendments, suggestions to join, and the log of imports.

use super::cases::Site;
use super::schema::{amendments, claimants, filings, imports, suggestions};
use super::types::{Id, Json};
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, ClaimantId, FilingId, ImportId, PartnerId, RowId, WorkerId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

/// One party of a filing's chain as reported, before a case is opened. A team leader's name and ID are sealed in
/// `leader_ct`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Party {
    /// The code of its `PartyRole`.
    pub role: String,
    /// Its name; masked for a team leader, who is a person.
    pub name: String,
    /// Its code, if known.
    pub uscc: Option<String>,
}

/// What a report says and no list or search asks for: one column, so that the row stays narrow. Part of the row: no field
/// is ever dropped, one that old rows lack gets a default.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Told {
    /// Where the channel itself had it from, as it wrote it; empty when it did not say.
    pub source: String,
    /// The street, as written.
    pub address: Option<String>,
    /// The industry 所属行业, as written.
    pub industry: Option<String>,
    /// The kind of project, as written.
    pub project_kind: Option<String>,
    /// Whether public money pays for it.
    pub government_funded: Option<bool>,
    /// The code of the unit it is against.
    pub uscc: Option<String>,
    /// The parties it names.
    pub chain: Vec<Party>,
    /// The codes of the warnings found in it, with commas.
    pub flags: String,
    /// Blind hash of all it says: the same number with another one is an amendment.
    pub content_hash: String,
}
impl Told {
    /// The site it speaks of.
    #[must_use]
    pub fn site(&self) -> Site {
        Site { project_kind: self.project_kind.clone(), government_funded: self.government_funded, address: self.address.clone() }
    }
}

/// A person who claims wages; sealed columns end in `_ct`, blind indexes in `_bix`, stored masks in `_mask`.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = claimants, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Claimant {
    pub id: ClaimantId,
    pub name_ct: Sealed,
    pub name_mask: String,
    pub name_bix: String,
    pub person_ct: Option<Sealed>,
    pub person_mask: Option<String>,
    pub person_bix: Option<String>,
    pub phone_ct: Option<Sealed>,
    pub phone_mask: Option<String>,
    pub phone_bix: Option<String>,
    pub bank_ct: Option<Sealed>,
    pub bank_mask: Option<String>,
    pub bank_bix: Option<String>,
    pub created_at: At,
}

/// One report by one channel.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = filings, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Filing {
    pub id: FilingId,
    pub number: String,
    pub source_no: Option<String>,
    pub channel: String,
    pub kind: String,
    pub case_id: Option<CaseId>,
    pub claimant_id: ClaimantId,
    pub import_id: Option<ImportId>,
    pub receiving_bureau: String,
    pub received_at: At,
    pub area: Option<String>,
    pub area_text: String,
    pub project_name: Option<String>,
    pub project_key: Option<String>,
    pub respondent_name: String,
    pub respondent_key: String,
    pub headcount: i32,
    pub reported_total: Fen,
    pub period_from: Option<Day>,
    pub period_to: Option<Day>,
    pub narrative_ct: Sealed,
    pub leader_ct: Option<Sealed>,
    pub secret: bool,
    pub desk_reason: Option<String>,
    pub answer_code: Option<String>,
    pub grade: String,
    pub fingerprint: String,
    pub created_by: Option<AccountId>,
    pub created_at: At,
    pub worker_id: Option<WorkerId>,
    pub partner_id: Option<PartnerId>,
    pub told_doc: Json<Told>,
}

/// The same number with other content.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = amendments, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Amendment {
    pub id: RowId,
    pub filing_id: FilingId,
    pub import_id: Option<ImportId>,
    pub content_hash: String,
    pub content_ct: Sealed,
    pub changed: String,
    pub received_at: At,
    pub decided_at: Option<At>,
    pub decided_by: Option<AccountId>,
    pub applied: Option<bool>,
    /// Whom the filing named until this was taken over.
    pub claimant_before: Option<ClaimantId>,
}

/// A filing that looks like a running case.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = suggestions, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Suggestion {
    pub filing_id: FilingId,
    pub case_id: CaseId,
    pub reason: String,
    pub created_at: At,
    pub decided_at: Option<At>,
    pub joined: Option<bool>,
}

/// One run of an import.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = imports, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Import {
    pub id: ImportId,
    pub profile: String,
    pub file_name: String,
    pub file_hash: String,
    pub actor: String,
    pub started_at: At,
    pub ended_at: Option<At>,
    pub rows_read: i64,
    pub filings: i64,
    pub amended: i64,
    pub duplicates: i64,
    pub rejected: i64,
    pub joined: i64,
}

/// Adds a person.
pub fn insert_claimant(c: &mut Conn, row: &Claimant) -> Result<()> {
    diesel::insert_into(claimants::table).values(row).execute(c)?;
    Ok(())
}

/// The person of a blind ID, or of a phone and a name together (indexes under any key of the ring); the first row when a
/// person has several. Ordered here: asked to order and stop early, PostgreSQL may walk the primary key instead.
pub fn find_claimant(c: &mut Conn, person: &[String], phone: &[String], name: &[String]) -> Result<Option<Claimant>> {
    let some = |v: &[String]| v.iter().cloned().map(Some).collect::<Vec<_>>();
    let found: Vec<Claimant> = if !person.is_empty() {
        claimants::table.filter(claimants::person_bix.eq_any(some(person))).select(Claimant::as_select()).load(c)?
    } else if phone.is_empty() {
        Vec::new()
    } else {
        claimants::table
            .filter(claimants::phone_bix.eq_any(some(phone)))
            .filter(claimants::name_bix.eq_any(name.to_vec()))
            .select(Claimant::as_select())
            .load(c)?
    };
    Ok(found.into_iter().min_by_key(|p| p.id))
}

/// All rows of a person: this one, those with the same blind ID, those with the same phone and name. A report keeps the
/// contacts it came with, so one person may have several rows.
pub fn same_person(c: &mut Conn, id: ClaimantId) -> Result<Vec<ClaimantId>> {
    let mut out = vec![id];
    let Some(p) = claimant(c, id)? else { return Ok(out) };
    if p.person_bix.is_some() {
        out.extend(claimants::table.filter(claimants::person_bix.eq(&p.person_bix)).select(claimants::id).load::<ClaimantId>(c)?);
    }
    if p.phone_bix.is_some() {
        let phone = claimants::table.filter(claimants::phone_bix.eq(&p.phone_bix)).filter(claimants::name_bix.eq(&p.name_bix));
        out.extend(phone.select(claimants::id).load::<ClaimantId>(c)?);
    }
    out.sort_unstable();
    out.dedup();
    Ok(out)
}

/// One person.
pub fn claimant(c: &mut Conn, id: ClaimantId) -> Result<Option<Claimant>> {
    Ok(claimants::table.find(id).select(Claimant::as_select()).first(c).optional()?)
}

/// Persons with a claim in a case who told one of these telephones, in no order.
pub fn callers(c: &mut Conn, case: CaseId, phones: &[String]) -> Result<Vec<Claimant>> {
    use super::schema::claims;
    Ok(claimants::table
        .filter(claimants::phone_bix.eq_any(phones.iter().map(Some).collect::<Vec<_>>()))
        .filter(claimants::id.eq_any(claims::table.filter(claims::case_id.eq(case)).select(claims::claimant_id)))
        .select(Claimant::as_select())
        .load(c)?)
}

/// Several persons, in no order.
pub fn claimants_by_ids(c: &mut Conn, ids: &[ClaimantId]) -> Result<Vec<Claimant>> {
    Ok(claimants::table.filter(claimants::id.eq_any(ids.to_vec())).select(Claimant::as_select()).load(c)?)
}

/// Adds a filing.
pub fn insert(c: &mut Conn, row: &Filing) -> Result<()> {
    diesel::insert_into(filings::table).values(row).execute(c)?;
    Ok(())
}

/// One filing.
pub fn get(c: &mut Conn, id: FilingId) -> Result<Option<Filing>> {
    Ok(filings::table.find(id).select(Filing::as_select()).first(c).optional()?)
}

/// The filing of a public number.
pub fn by_number(c: &mut Conn, number: &str) -> Result<Option<Filing>> {
    Ok(filings::table.filter(filings::number.eq(number)).select(Filing::as_select()).first(c).optional()?)
}

/// Several filings, in no order.
pub fn by_ids(c: &mut Conn, ids: &[FilingId]) -> Result<Vec<Filing>> {
    let mut out = Vec::with_capacity(ids.len());
    for part in ids.chunks(500) {
        out.extend(filings::table.filter(filings::id.eq_any(part.to_vec())).select(Filing::as_select()).load::<Filing>(c)?);
    }
    Ok(out)
}

/// The filings that joined a case, oldest first.
pub fn of_case(c: &mut Conn, id: CaseId) -> Result<Vec<Filing>> {
    Ok(filings::table
        .filter(filings::case_id.eq(Some(id)))
        .order((filings::received_at, filings::id))
        .select(Filing::as_select())
        .load(c)?)
}

/// The filings of several cases, by id, each with its case.
pub fn ids_of_cases(c: &mut Conn, cases: &[CaseId]) -> Result<Vec<(FilingId, CaseId)>> {
    let ids: Vec<Option<CaseId>> = cases.iter().map(|c| Some(*c)).collect();
    Ok(filings::table.filter(filings::case_id.eq_any(ids)).select((filings::id, filings::case_id.assume_not_null())).load(c)?)
}

/// The filing already stored under a channel's number, or without a number under its fingerprint (under any key).
pub fn twin(c: &mut Conn, channel: &str, source_no: Option<&str>, fingerprints: &[String]) -> Result<Option<Filing>> {
    Ok(match source_no {
        Some(no) => filings::table
            .filter(filings::channel.eq(channel))
            .filter(filings::source_no.eq(Some(no)))
            .select(Filing::as_select())
            .first(c)
            .optional()?,
        None => filings::table
            .filter(filings::channel.eq(channel))
            .filter(filings::source_no.is_null())
            .filter(filings::fingerprint.eq_any(fingerprints.to_vec()))
            .select(Filing::as_select())
            .first(c)
            .optional()?,
    })
}

statement! {
    /// Saves where a filing stands; prepared once a connection.
    struct PlaceFiling {
        case_id: Option<CaseId> => Nullable<Id>,
        area: Option<String> => Nullable<Text>,
        desk_reason: Option<String> => Nullable<Text>,
        answer_code: Option<String> => Nullable<Text>,
        worker_id: Option<WorkerId> => Nullable<Id>,
        id: FilingId => Id,
    }
    sql "update filings set case_id = ", case_id, ", area = ", area, ", desk_reason = ", desk_reason, ", answer_code = ", answer_code,
        ", worker_id = ", worker_id, " where id = ", id, ""
}

/// Saves where a filing stands: case, area, the desk's reason, the answer, the worker. What the report says stays as it is.
pub fn place(c: &mut Conn, row: &Filing) -> Result<()> {
    let n = PlaceFiling {
        case_id: row.case_id,
        area: row.area.clone(),
        desk_reason: row.desk_reason.clone(),
        answer_code: row.answer_code.clone(),
        worker_id: row.worker_id,
        id: row.id,
    }
    .execute(c)?;
    ensure_one(n, "filings")
}

/// Saves a filing whole, an amended report.
pub fn update(c: &mut Conn, row: &Filing) -> Result<()> {
    let n = diesel::update(filings::table.find(row.id)).set(row).execute(c)?;
    ensure_one(n, "filings")
}

/// Recent filings that joined a case and look alike: of the same person, against the same respondent, on the same
/// project; at most `limit` of each, newest first, with the person's blind indexes.
pub fn alike(
    c: &mut Conn,
    person: Option<ClaimantId>,
    respondent_key: &str,
    project_key: Option<&str>,
    limit: i64,
) -> Result<Vec<(Filing, Claimant)>> {
    let base = || {
        filings::table
            .inner_join(claimants::table.on(claimants::id.eq(filings::claimant_id)))
            .filter(filings::case_id.is_not_null())
            .order(filings::created_at.desc())
            .limit(limit)
            .select((Filing::as_select(), Claimant::as_select()))
    };
    let mut out: Vec<(Filing, Claimant)> = Vec::new();
    if let Some(p) = person {
        out.extend(base().filter(filings::claimant_id.eq(p)).load::<(Filing, Claimant)>(c)?);
    }
    if !respondent_key.is_empty() {
        out.extend(base().filter(filings::respondent_key.eq(respondent_key)).load::<(Filing, Claimant)>(c)?);
    }
    if let Some(k) = project_key {
        out.extend(base().filter(filings::project_key.eq(Some(k))).load::<(Filing, Claimant)>(c)?);
    }
    let mut seen = std::collections::BTreeSet::new();
    out.retain(|(f, _)| seen.insert(f.id));
    Ok(out)
}

/// How many there are.
pub fn count(c: &mut Conn) -> Result<u64> {
    let n: i64 = filings::table.count().get_result(c)?;
    Ok(u64::try_from(n).unwrap_or(0))
}

/// Filings of one person: repetition is first a signal about us. Reports 举报 are not counted: the number would tell.
pub fn count_of_person(c: &mut Conn, id: ClaimantId) -> Result<i64> {
    let person = same_person(c, id)?;
    Ok(filings::table.filter(filings::claimant_id.eq_any(person)).filter(filings::secret.eq(false)).count().get_result(c)?)
}

/// Keeps an amendment; `false` when the very same content already waits or was decided.
pub fn insert_amendment(c: &mut Conn, row: &Amendment) -> Result<bool> {
    let n = each!(c, |conn| diesel::insert_into(amendments::table)
        .values(row)
        .on_conflict((amendments::filing_id, amendments::content_hash))
        .do_nothing()
        .execute(conn))?;
    Ok(n == 1)
}

/// Amendments that wait for the desk, of one filing or of all, oldest first.
pub fn open_amendments(c: &mut Conn, filing: Option<FilingId>, limit: i64) -> Result<Vec<Amendment>> {
    let mut q = amendments::table
        .filter(amendments::decided_at.is_null())
        .order(amendments::received_at)
        .limit(limit)
        .select(Amendment::as_select())
        .into_boxed();
    if let Some(f) = filing {
        q = q.filter(amendments::filing_id.eq(f));
    }
    Ok(q.load(c)?)
}

/// One amendment.
pub fn amendment(c: &mut Conn, id: RowId) -> Result<Option<Amendment>> {
    Ok(amendments::table.find(id).select(Amendment::as_select()).first(c).optional()?)
}

/// An amendment that was taken over named somebody else than the filing had until then.
pub fn note_claimant_before(c: &mut Conn, id: RowId, claimant: ClaimantId) -> Result<()> {
    let n = diesel::update(amendments::table.find(id)).set(amendments::claimant_before.eq(Some(claimant))).execute(c)?;
    ensure_one(n, "amendments")
}

/// The desk decides an amendment; deciding twice is a conflict.
pub fn decide_amendment(c: &mut Conn, id: RowId, by: Option<AccountId>, applied: bool, at: At) -> Result<()> {
    let n = diesel::update(amendments::table.filter(amendments::id.eq(id)).filter(amendments::decided_at.is_null()))
        .set((amendments::decided_at.eq(Some(at)), amendments::decided_by.eq(by), amendments::applied.eq(Some(applied))))
        .execute(c)?;
    ensure_one(n, "amendments")
}

/// Suggests that a filing belongs to a case.
pub fn insert_suggestion(c: &mut Conn, row: &Suggestion) -> Result<()> {
    each!(c, |conn| diesel::insert_into(suggestions::table)
        .values(row)
        .on_conflict((suggestions::filing_id, suggestions::case_id))
        .do_nothing()
        .execute(conn))?;
    Ok(())
}

/// Suggestions of a filing that nobody decided.
pub fn suggestions_of(c: &mut Conn, id: FilingId) -> Result<Vec<Suggestion>> {
    Ok(suggestions::table
        .filter(suggestions::filing_id.eq(id))
        .filter(suggestions::decided_at.is_null())
        .select(Suggestion::as_select())
        .load(c)?)
}

/// Decides all suggestions of a filing: joined to `case`, or to none.
pub fn decide_suggestions(c: &mut Conn, id: FilingId, case: Option<CaseId>, at: At) -> Result<()> {
    for s in suggestions_of(c, id)? {
        diesel::update(suggestions::table.find((id, s.case_id)))
            .set((suggestions::decided_at.eq(Some(at)), suggestions::joined.eq(Some(Some(s.case_id) == case))))
            .execute(c)?;
    }
    Ok(())
}

/// Opens the log of an import.
pub fn insert_import(c: &mut Conn, row: &Import) -> Result<()> {
    diesel::insert_into(imports::table).values(row).execute(c)?;
    Ok(())
}

/// Saves the log of an import.
pub fn update_import(c: &mut Conn, row: &Import) -> Result<()> {
    let n = diesel::update(imports::table.find(row.id)).set(row).execute(c)?;
    ensure_one(n, "imports")
}

/// The newest imports.
pub fn imports(c: &mut Conn, limit: i64) -> Result<Vec<Import>> {
    Ok(imports::table.order(imports::id.desc()).limit(limit).select(Import::as_select()).load(c)?)
}

/// The newest persons, for `doctor`.
pub fn claimants_page(c: &mut Conn, limit: i64) -> Result<Vec<Claimant>> {
    Ok(claimants::table.order(claimants::id.desc()).limit(limit).select(Claimant::as_select()).load(c)?)
}
