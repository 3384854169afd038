//! The bounded reads by which everything about one unit is found, each by an index and at most so many rows.
//!
//! Owns no table: it reads what belongs to a unit in those of others, and changes nothing.

use super::{Employer, Party};
use crate::base::id::{AgreementId, CaseId, DocumentId, ProcedureId, RespondentId, RowId};
use crate::base::{At, Result};
use crate::law::Fen;
use crate::store::Conn;
use crate::store::agreements::{Agreement, Instalment};
use crate::store::announcements::Announcement;
use crate::store::incidents::Incident;
use crate::store::listings::{Listing, Removal};
use crate::store::orders::Order;
use crate::store::penalties::Penalty;
use crate::store::schema::{
    agreements, announcements, cases, cooperations, documents, employers, filings, incidents, instalments, listing_parties, listings,
    orders, payments, penalties, procedures, removals, respondents,
};
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::BTreeMap;

/// A page of parties by id after `after`.
pub fn parties_after(c: &mut Conn, after: RowId, limit: i64) -> Result<Vec<Party>> {
    let after = RespondentId::from(after.uuid());
    Ok(respondents::table.filter(respondents::id.gt(after)).order(respondents::id).limit(limit).select(Party::as_select()).load(c)?)
}

/// Units of a code, the newest first.
pub fn of_code(c: &mut Conn, uscc: &str, limit: i64) -> Result<Vec<Party>> {
    Ok(respondents::table
        .filter(respondents::uscc.eq(uscc))
        .order(respondents::id.desc())
        .limit(limit)
        .select(Party::as_select())
        .load(c)?)
}

/// Units of a name that came without a code, the newest first.
pub fn of_name(c: &mut Conn, name_key: &str, limit: i64) -> Result<Vec<Party>> {
    Ok(respondents::table
        .filter(respondents::name_key.eq(name_key))
        .filter(respondents::uscc.is_null())
        .filter(respondents::name_ct.is_null())
        // the code, which is null, stands in the order for PostgreSQL to read the index backwards
        .order((respondents::uscc.desc(), respondents::id.desc()))
        .limit(limit)
        .select(Party::as_select())
        .load(c)?)
}

/// Summaries of units of these names that are none other's.
pub fn named(c: &mut Conn, name_keys: &[String], limit: i64) -> Result<Vec<Employer>> {
    Ok(employers::table
        .filter(employers::name_key.eq_any(name_keys.to_vec()))
        .filter(employers::into_id.is_null())
        .order(employers::id)
        .limit(limit)
        .select(Employer::as_select())
        .load(c)?)
}

statement! {
    /// The next code that came with a name. SQLite would read all codes there are in their order.
    struct CodeAfter { name_key: String => Text, after: String => Text } returns (Text,),
    sql "select uscc from respondents indexed by respondents_name where name_key = ", name_key, " and uscc > ", after, " order by uscc limit 1"
}
statement! {
    /// The same; PostgreSQL knows how few bear the name.
    struct CodeAfterPg { name_key: String => Text, after: String => Text } on Pg returns (Text,),
    sql "select uscc from respondents where name_key = ", name_key, " and uscc > ", after, " order by uscc limit 1"
}

/// The first two codes that came with a name: one is enough to know whose it is, two that nobody knows. Two looks into the index, however
/// many parties bear the name.
pub fn codes_of(c: &mut Conn, name_key: &str) -> Result<Vec<String>> {
    let mut out: Vec<String> = Vec::new();
    while out.len() < 2 {
        let (name_key, after) = (name_key.to_owned(), out.last().cloned().unwrap_or_default());
        let found: Option<(String,)> = match c {
            Conn::Pg(pg) => CodeAfterPg { name_key, after }.get_result(pg).optional()?,
            Conn::Sqlite(_) => CodeAfter { name_key, after }.get_result(c).optional()?,
        };
        match found {
            Some((code,)) => out.push(code),
            None => break,
        }
    }
    Ok(out)
}

/// Everybody in the chains of these cases.
pub fn chains(c: &mut Conn, ids: &[CaseId]) -> Result<Vec<Party>> {
    Ok(respondents::table
        .filter(respondents::case_id.eq_any(ids.to_vec()))
        .order((respondents::case_id, respondents::position))
        .select(Party::as_select())
        .load(c)?)
}

/// Persons of chains with one of these numbers, the newest first.
pub fn with_person(c: &mut Conn, indexes: &[String], limit: i64) -> Result<Vec<Party>> {
    let wanted: Vec<Option<String>> = indexes.iter().cloned().map(Some).collect();
    Ok(respondents::table
        .filter(respondents::person_bix.is_not_null())
        .filter(respondents::person_bix.eq_any(wanted))
        .order(respondents::id.desc())
        .limit(limit)
        .select(Party::as_select())
        .load(c)?)
}

/// A person who is a party of a listing: the index of the number, the post, the listing.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ListedPerson {
    /// The blind index.
    pub index: Option<String>,
    /// As what.
    pub post: String,
    /// The listing.
    pub listing: RowId,
}

/// Persons who are parties of these listings.
pub fn listed_persons(c: &mut Conn, of: &[RowId]) -> Result<Vec<ListedPerson>> {
    Ok(listing_parties::table
        .filter(listing_parties::listing_id.eq_any(of.to_vec()))
        .filter(listing_parties::person_bix.is_not_null())
        .order(listing_parties::id)
        .select((listing_parties::person_bix, listing_parties::kind, listing_parties::listing_id))
        .load(c)?)
}

/// Persons with one of these numbers who are parties of whatever listing.
pub fn listed_with(c: &mut Conn, indexes: &[String], limit: i64) -> Result<Vec<ListedPerson>> {
    let wanted: Vec<Option<String>> = indexes.iter().cloned().map(Some).collect();
    Ok(listing_parties::table
        .filter(listing_parties::person_bix.is_not_null())
        .filter(listing_parties::person_bix.eq_any(wanted))
        .order(listing_parties::id.desc())
        .limit(limit)
        .select((listing_parties::person_bix, listing_parties::kind, listing_parties::listing_id))
        .load(c)?)
}

/// A case on a project: its id, its area, the project's key.
pub type OnProject = (CaseId, String, Option<String>);

/// Cases on projects of one of these names, in whatever county, the newest first.
pub fn on_projects(c: &mut Conn, keys: &[String], limit: i64) -> Result<Vec<OnProject>> {
    let wanted: Vec<Option<String>> = keys.iter().cloned().map(Some).collect();
    Ok(cases::table
        .filter(cases::project_key.is_not_null())
        .filter(cases::project_key.eq_any(wanted))
        .order(cases::created_at.desc())
        .limit(limit)
        .select((cases::id, cases::area, cases::project_key))
        .load(c)?)
}

/// Orders to pay of these cases, in no order.
pub fn orders_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<Order>> {
    Ok(orders::table.filter(orders::case_id.eq_any(of.to_vec())).select(Order::as_select()).load(c)?)
}

/// Penalties of these cases, in no order.
pub fn penalties_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<Penalty>> {
    Ok(penalties::table.filter(penalties::case_id.eq_any(of.to_vec())).select(Penalty::as_select()).load(c)?)
}

/// Agreements of these cases, every version, in no order.
pub fn agreements_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<Agreement>> {
    Ok(agreements::table.filter(agreements::case_id.eq_any(of.to_vec())).select(Agreement::as_select()).load(c)?)
}

/// Instalments of these agreements, each agreement's in their order.
pub fn instalments_of(c: &mut Conn, of: &[AgreementId]) -> Result<Vec<Instalment>> {
    Ok(instalments::table
        .filter(instalments::agreement_id.eq_any(of.to_vec()))
        .order((instalments::agreement_id, instalments::no))
        .select(Instalment::as_select())
        .load(c)?)
}

/// Announcements of these cases, in no order.
pub fn announcements_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<Announcement>> {
    Ok(announcements::table.filter(announcements::case_id.eq_any(of.to_vec())).select(Announcement::as_select()).load(c)?)
}

/// What was examined for the list in these cases, in no order.
pub fn listings_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<Listing>> {
    Ok(listings::table.filter(listings::case_id.eq_any(of.to_vec())).select(Listing::as_select()).load(c)?)
}

/// The numbers of these papers.
pub fn numbers_of(c: &mut Conn, papers: &[DocumentId]) -> Result<BTreeMap<DocumentId, String>> {
    let rows: Vec<(DocumentId, String)> =
        documents::table.filter(documents::id.eq_any(papers.to_vec())).select((documents::id, documents::number)).load(c)?;
    Ok(rows.into_iter().collect())
}

/// Listings by their ids, in no order.
pub fn listings_by(c: &mut Conn, ids: &[RowId]) -> Result<Vec<Listing>> {
    Ok(listings::table.filter(listings::id.eq_any(ids.to_vec())).select(Listing::as_select()).load(c)?)
}

/// Applications for removal from these listings, the newest first.
pub fn removals_of(c: &mut Conn, of: &[RowId]) -> Result<Vec<Removal>> {
    Ok(removals::table.filter(removals::listing_id.eq_any(of.to_vec())).order(removals::id.desc()).select(Removal::as_select()).load(c)?)
}

/// Units of these codes that stand on the list now: code, listing, case.
pub fn listed(c: &mut Conn, codes: &[String]) -> Result<Vec<(Option<String>, RowId, CaseId)>> {
    let wanted: Vec<Option<String>> = codes.iter().cloned().map(Some).collect();
    Ok(listings::table
        .filter(listings::decided_on.is_not_null())
        .filter(listings::uscc.eq_any(wanted))
        .filter(listings::standing.eq("listed"))
        .order(listings::id)
        .select((listings::uscc, listings::id, listings::case_id))
        .load(c)?)
}

/// Incidents of these cases, the newest first.
pub fn incidents_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<Incident>> {
    Ok(incidents::table.filter(incidents::case_id.eq_any(of.to_vec())).order(incidents::id.desc()).select(Incident::as_select()).load(c)?)
}

/// Where a procedure stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Standing {
    /// Which.
    pub id: ProcedureId,
    /// Its kind.
    pub kind: String,
    /// The version of its definition.
    pub version: i32,
    /// Its state.
    pub state: String,
    /// Since when.
    pub since: At,
    /// Whether it runs.
    pub open: bool,
    /// Who holds it.
    pub assignee: Option<crate::base::id::AccountId>,
}

/// Where these procedures stand.
pub fn standings(c: &mut Conn, ids: &[ProcedureId]) -> Result<BTreeMap<ProcedureId, Standing>> {
    let rows: Vec<Standing> = procedures::table
        .filter(procedures::id.eq_any(ids.to_vec()))
        .select((
            procedures::id,
            procedures::kind,
            procedures::version,
            procedures::state,
            procedures::entered_at,
            procedures::open,
            procedures::assignee,
        ))
        .load(c)?;
    Ok(rows.into_iter().map(|s| (s.id, s)).collect())
}

/// What was paid in these cases and stands: case, who paid, how much.
pub fn paid(c: &mut Conn, of: &[CaseId]) -> Result<Vec<(CaseId, String, Fen)>> {
    Ok(payments::table
        .filter(payments::case_id.eq_any(of.to_vec()))
        .filter(payments::reversed_at.is_null())
        .order((payments::case_id, payments::id))
        .select((payments::case_id, payments::payer_kind, payments::amount))
        .load(c)?)
}

/// Which bureaus received what these cases were made of.
pub fn received_by(c: &mut Conn, of: &[CaseId]) -> Result<Vec<(Option<CaseId>, String)>> {
    let wanted: Vec<Option<CaseId>> = of.iter().copied().map(Some).collect();
    Ok(filings::table
        .filter(filings::case_id.is_not_null())
        .filter(filings::case_id.eq_any(wanted))
        .select((filings::case_id, filings::receiving_bureau))
        .distinct()
        .load(c)?)
}

/// Which bureaus are asked something about these cases now.
pub fn asked(c: &mut Conn, of: &[CaseId]) -> Result<Vec<(CaseId, Option<String>)>> {
    Ok(cooperations::table
        .inner_join(procedures::table.on(procedures::id.eq(cooperations::procedure_id)))
        .filter(cooperations::case_id.eq_any(of.to_vec()))
        .filter(procedures::open.eq(true))
        .select((cooperations::case_id, cooperations::bureau))
        .load(c)?)
}
