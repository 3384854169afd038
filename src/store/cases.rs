//! Cases and their chains of respondents.
//!
//! The case is the unit of consistency: [`update`] raises `version` and fails when someone else was faster.

use super::schema::{cases, recusals, respondents};
use super::types::{Doc, Id, Json, Ts};
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, EvidenceId, RespondentId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};

/// Where the work was done, as reported; one column, like [`super::filings::Told`].
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Site {
    /// The kind of project, as written.
    pub project_kind: Option<String>,
    /// Whether public money pays for it.
    pub government_funded: Option<bool>,
    /// The street, as written.
    pub address: Option<String>,
}

/// The arrears matter.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = cases, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Case {
    pub id: CaseId,
    pub number: String,
    pub origin: String,
    pub area: String,
    pub lead_bureau: String,
    pub oversight_bureau: Option<String>,
    pub project_name: Option<String>,
    pub project_key: Option<String>,
    pub respondent_name: String,
    pub respondent_key: String,
    pub grade: String,
    pub flags: String,
    pub reported_total: Fen,
    pub headcount: i32,
    pub remainder_code: Option<String>,
    pub claimed: Fen,
    pub verified: Fen,
    pub paid: Fen,
    pub waived: Fen,
    pub outstanding: Fen,
    pub transfers: i32,
    pub conclusion: Option<String>,
    pub second_officer: Option<AccountId>,
    pub first_received_at: At,
    pub complaint_received_at: Option<At>,
    pub state: String,
    pub open: bool,
    pub concluded_at: Option<At>,
    pub created_at: At,
    pub version: i64,
    pub form_version: i64,
    pub site_doc: Json<Site>,
}

/// One party of the chain.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = respondents, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Respondent {
    pub id: RespondentId,
    pub case_id: CaseId,
    pub role: String,
    pub name: String,
    pub name_key: String,
    pub uscc: Option<String>,
    pub name_ct: Option<Sealed>,
    pub person_ct: Option<Sealed>,
    pub person_bix: Option<String>,
    pub article: Option<String>,
    pub position: i32,
    pub liability: Option<String>,
    pub liability_ct: Option<Sealed>,
    pub liability_proof: Option<EvidenceId>,
    pub liability_by: Option<AccountId>,
    pub liability_at: Option<At>,
}

/// Opens a case.
pub fn insert(c: &mut Conn, row: &Case, chain: &[Respondent]) -> Result<()> {
    diesel::insert_into(cases::table).values(row).execute(c)?;
    for r in chain {
        diesel::insert_into(respondents::table).values(r).execute(c)?;
    }
    Ok(())
}

/// One case.
pub fn get(c: &mut Conn, id: CaseId) -> Result<Option<Case>> {
    Ok(cases::table.find(id).select(Case::as_select()).first(c).optional()?)
}

/// Several cases, in no order.
pub fn by_ids(c: &mut Conn, ids: &[CaseId]) -> Result<Vec<Case>> {
    Ok(cases::table.filter(cases::id.eq_any(ids.to_vec())).select(Case::as_select()).load(c)?)
}

/// The public numbers of these cases.
pub fn numbers(c: &mut Conn, ids: &[CaseId]) -> Result<Vec<(CaseId, String)>> {
    let mut out = Vec::with_capacity(ids.len());
    for part in ids.chunks(500) {
        out.extend(cases::table.filter(cases::id.eq_any(part.to_vec())).select((cases::id, cases::number)).load::<(CaseId, String)>(c)?);
    }
    Ok(out)
}

/// The case of a public number.
pub fn by_number(c: &mut Conn, number: &str) -> Result<Option<Case>> {
    Ok(cases::table.filter(cases::number.eq(number)).select(Case::as_select()).first(c).optional()?)
}

statement! {
    /// Saves a case read before; prepared once a connection.
    struct SaveCase {
        origin: String => Text,
        area: String => Text,
        lead_bureau: String => Text,
        oversight_bureau: Option<String> => Nullable<Text>,
        project_name: Option<String> => Nullable<Text>,
        project_key: Option<String> => Nullable<Text>,
        respondent_name: String => Text,
        respondent_key: String => Text,
        grade: String => Text,
        flags: String => Text,
        reported_total: Fen => BigInt,
        headcount: i32 => Integer,
        remainder_code: Option<String> => Nullable<Text>,
        claimed: Fen => BigInt,
        verified: Fen => BigInt,
        paid: Fen => BigInt,
        waived: Fen => BigInt,
        outstanding: Fen => BigInt,
        transfers: i32 => Integer,
        conclusion: Option<String> => Nullable<Text>,
        second_officer: Option<AccountId> => Nullable<Id>,
        first_received_at: At => Ts,
        complaint_received_at: Option<At> => Nullable<Ts>,
        state: String => Text,
        open: bool => Bool,
        concluded_at: Option<At> => Nullable<Ts>,
        form_version: i64 => BigInt,
        site_doc: Json<Site> => Doc,
        id: CaseId => Id,
        version: i64 => BigInt,
    }
    sql "update cases set version = version + 1, origin = ", origin, ", area = ", area, ", lead_bureau = ", lead_bureau,
        ", oversight_bureau = ", oversight_bureau, ", project_name = ", project_name, ", project_key = ", project_key,
        ", respondent_name = ", respondent_name, ", respondent_key = ", respondent_key, ", grade = ", grade, ", flags = ", flags,
        ", reported_total = ", reported_total, ", headcount = ", headcount, ", remainder_code = ", remainder_code, ", claimed = ",
        claimed, ", verified = ", verified, ", paid = ", paid, ", waived = ", waived, ", outstanding = ", outstanding,
        ", transfers = ", transfers, ", conclusion = ", conclusion, ", second_officer = ", second_officer, ", first_received_at = ",
        first_received_at, ", complaint_received_at = ", complaint_received_at, ", state = ", state, ", open = ", open,
        ", concluded_at = ", concluded_at, ", form_version = ", form_version,
        ", site_doc = ", site_doc, " where id = ", id, " and version = ", version, ""
}

/// Saves a case read before with its version raised; [`crate::base::Error::Stale`] when another was faster.
pub fn update(c: &mut Conn, row: &Case) -> Result<()> {
    let n = SaveCase {
        origin: row.origin.clone(),
        area: row.area.clone(),
        lead_bureau: row.lead_bureau.clone(),
        oversight_bureau: row.oversight_bureau.clone(),
        project_name: row.project_name.clone(),
        project_key: row.project_key.clone(),
        respondent_name: row.respondent_name.clone(),
        respondent_key: row.respondent_key.clone(),
        grade: row.grade.clone(),
        flags: row.flags.clone(),
        reported_total: row.reported_total,
        headcount: row.headcount,
        remainder_code: row.remainder_code.clone(),
        claimed: row.claimed,
        verified: row.verified,
        paid: row.paid,
        waived: row.waived,
        outstanding: row.outstanding,
        transfers: row.transfers,
        conclusion: row.conclusion.clone(),
        second_officer: row.second_officer,
        first_received_at: row.first_received_at,
        complaint_received_at: row.complaint_received_at,
        state: row.state.clone(),
        open: row.open,
        concluded_at: row.concluded_at,
        form_version: row.form_version,
        site_doc: row.site_doc.clone(),
        id: row.id,
        version: row.version,
    }
    .execute(c)?;
    ensure_one(n, "cases")
}

/// How many there are.
pub fn count(c: &mut Conn) -> Result<u64> {
    let n: i64 = cases::table.count().get_result(c)?;
    Ok(u64::try_from(n).unwrap_or(0))
}

/// The chain of a case, in order.
pub fn chain(c: &mut Conn, id: CaseId) -> Result<Vec<Respondent>> {
    Ok(respondents::table.filter(respondents::case_id.eq(id)).order(respondents::position).select(Respondent::as_select()).load(c)?)
}

/// One party of a chain.
pub fn respondent(c: &mut Conn, id: RespondentId) -> Result<Option<Respondent>> {
    Ok(respondents::table.find(id).select(Respondent::as_select()).first(c).optional()?)
}

/// Adds a party to a chain.
pub fn insert_respondent(c: &mut Conn, row: &Respondent) -> Result<()> {
    diesel::insert_into(respondents::table).values(row).execute(c)?;
    Ok(())
}

/// Saves why a party is liable.
pub fn set_liability(c: &mut Conn, row: &Respondent) -> Result<()> {
    let n = diesel::update(respondents::table.find(row.id))
        .set((
            respondents::article.eq(&row.article),
            respondents::liability.eq(&row.liability),
            respondents::liability_ct.eq(&row.liability_ct),
            respondents::liability_proof.eq(row.liability_proof),
            respondents::liability_by.eq(row.liability_by),
            respondents::liability_at.eq(row.liability_at),
        ))
        .execute(c)?;
    ensure_one(n, "respondents")
}

/// Names a party of the chain anew.
pub fn rename_respondent(c: &mut Conn, id: RespondentId, name: &str, key: &str, uscc: Option<&str>) -> Result<()> {
    let n = diesel::update(respondents::table.find(id))
        .set((respondents::name.eq(name), respondents::name_key.eq(key), respondents::uscc.eq(uscc)))
        .execute(c)?;
    ensure_one(n, "respondents")
}

/// Running or recent cases against the same respondent or on the same project: candidates for joining, newest first,
/// at most `limit` of each.
pub fn candidates(c: &mut Conn, respondent_key: &str, project_key: Option<&str>, limit: i64) -> Result<Vec<Case>> {
    let mut out: Vec<Case> = cases::table
        .filter(cases::respondent_key.eq(respondent_key))
        .order(cases::created_at.desc())
        .limit(limit)
        .select(Case::as_select())
        .load(c)?;
    if let Some(p) = project_key {
        let more: Vec<Case> = cases::table
            .filter(cases::project_key.eq(Some(p)))
            .order(cases::created_at.desc())
            .limit(limit)
            .select(Case::as_select())
            .load(c)?;
        for m in more {
            if !out.iter().any(|o| o.id == m.id) {
                out.push(m);
            }
        }
    }
    Ok(out)
}

/// Running cases in which an account is the second officer, by id after `after`.
pub fn seconded(c: &mut Conn, account: AccountId, after: CaseId, limit: i64) -> Result<Vec<Case>> {
    Ok(cases::table
        .filter(cases::second_officer.eq(Some(account)))
        .filter(cases::open.eq(true))
        .filter(cases::id.gt(after))
        .order(cases::id)
        .limit(limit)
        .select(Case::as_select())
        .load(c)?)
}

/// A page of cases by id after `after`: for sweeps and `doctor`.
pub fn page(c: &mut Conn, after: CaseId, limit: i64) -> Result<Vec<Case>> {
    Ok(cases::table.filter(cases::id.gt(after)).order(cases::id).limit(limit).select(Case::as_select()).load(c)?)
}

/// Officers who must keep out of a case.
pub fn recused(c: &mut Conn, id: CaseId) -> Result<Vec<AccountId>> {
    Ok(recusals::table.filter(recusals::case_id.eq(id)).order(recusals::account_id).select(recusals::account_id).load(c)?)
}

/// Notes that an officer must keep out; noting it twice changes nothing. Why is a sealed remark of the event.
pub fn insert_recusal(c: &mut Conn, case: CaseId, account: AccountId, by: Option<AccountId>, at: At) -> Result<bool> {
    if recused(c, case)?.contains(&account) {
        return Ok(false);
    }
    diesel::insert_into(recusals::table)
        .values((recusals::case_id.eq(case), recusals::account_id.eq(account), recusals::recorded_by.eq(by), recusals::recorded_at.eq(at)))
        .execute(c)?;
    Ok(true)
}
