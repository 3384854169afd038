//! Listings, their parties and applications for removal. Rules stand in `domain::listing`.
//!
//! Owns their rows; whether something may be listed is never decided here, but the table refuses a decision whose conditions are missing.

use super::schema::{listing_displays, listing_parties, listings, removals};
use super::types::Json;
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, DocumentId, EvidenceId, OrderId, ProcedureId, RespondentId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::domain::listing::Basis;
use crate::law::Fen;
use diesel::prelude::*;

/// A matter examined for the list.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = listings, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Listing {
    pub id: RowId,
    pub case_id: CaseId,
    pub procedure_id: ProcedureId,
    pub order_id: OrderId,
    pub respondent_id: RespondentId,
    pub bureau: String,
    pub area: String,
    pub unit_name: String,
    pub uscc: Option<String>,
    pub expired_on: Day,
    pub unpaid: Fen,
    pub persons: i32,
    pub threshold: bool,
    pub basis: Json<Basis>,
    pub ground: Option<String>,
    pub withholding: Option<String>,
    pub proposed_by: Option<AccountId>,
    pub proposed_at: Option<At>,
    pub told_on: Option<Day>,
    pub window_over_on: Option<Day>,
    pub decided_by: Option<AccountId>,
    pub decided_on: Option<Day>,
    pub until_on: Option<Day>,
    pub remedy: String,
    pub remedy_on: Option<Day>,
    pub rev: i32,
    pub standing: String,
    pub published_on: Option<Day>,
    pub ended_on: Option<Day>,
    pub ended_why: Option<String>,
    pub removed_on: Option<Day>,
    pub created_at: At,
}

/// A party of a listing.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = listing_parties, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Party {
    pub id: RowId,
    pub listing_id: RowId,
    pub procedure_id: ProcedureId,
    pub kind: String,
    pub name_ct: Sealed,
    pub name_mask: String,
    pub person_ct: Option<Sealed>,
    pub person_bix: Option<String>,
    pub post: Option<String>,
    pub post_from: Option<Day>,
    pub post_to: Option<Day>,
    pub uscc: Option<String>,
    pub notice_id: Option<DocumentId>,
    pub served_on: Option<Day>,
    pub served_way: Option<String>,
    pub window_over_on: Option<Day>,
    pub objected_on: Option<Day>,
    pub answer: Option<String>,
    pub answered_on: Option<Day>,
    pub standing: String,
    pub code: Option<String>,
    pub decision_id: Option<DocumentId>,
    pub decision_posted_on: Option<Day>,
    pub decision_served_on: Option<Day>,
    pub decision_served_way: Option<String>,
    pub created_at: At,
    pub unit_key: Option<String>,
}
impl Party {
    /// Whether it is the unit.
    #[must_use]
    pub fn is_unit(&self) -> bool {
        self.kind == "unit"
    }
}

/// An application for early removal.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = removals, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Removal {
    pub id: RowId,
    pub listing_id: RowId,
    pub procedure_id: ProcedureId,
    pub applied_on: Day,
    pub applicant_ct: Sealed,
    pub application_id: EvidenceId,
    pub correction_id: EvidenceId,
    pub promise_id: EvidenceId,
    pub corrected_on: Option<Day>,
    pub outcome: Option<String>,
    pub decided_on: Option<Day>,
    pub decided_by: Option<AccountId>,
    pub document_id: Option<DocumentId>,
    pub created_at: At,
}

/// Stores a listing.
pub fn insert(c: &mut Conn, row: &Listing) -> Result<()> {
    diesel::insert_into(listings::table).values(row).execute(c)?;
    Ok(())
}

/// Saves a listing.
pub fn update(c: &mut Conn, row: &Listing) -> Result<()> {
    ensure_one(diesel::update(listings::table.find(row.id)).set(row).execute(c)?, "listings")
}

/// The listing of a procedure.
pub fn of_procedure(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Listing>> {
    Ok(listings::table.filter(listings::procedure_id.eq(procedure)).select(Listing::as_select()).first(c).optional()?)
}

/// One listing.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Listing>> {
    Ok(listings::table.find(id).select(Listing::as_select()).first(c).optional()?)
}

/// Listings of a case, the oldest first.
pub fn of_case(c: &mut Conn, case: CaseId) -> Result<Vec<Listing>> {
    Ok(listings::table.filter(listings::case_id.eq(case)).order(listings::id).select(Listing::as_select()).load(c)?)
}

/// Listings that were decided of units of a name, in the form names are compared in, the oldest first.
pub fn decided_named(c: &mut Conn, key: &str) -> Result<Vec<Listing>> {
    Ok(listings::table
        .inner_join(listing_parties::table.on(listing_parties::listing_id.eq(listings::id)))
        .filter(listing_parties::unit_key.eq(Some(key)))
        .filter(listing_parties::code.is_not_null())
        .order(listings::id)
        .select(Listing::as_select())
        .load(c)?)
}

/// The credit platform shows it no more since a day; said again, the later word counts.
pub fn stop_display(c: &mut Conn, listing: RowId, on: Day, at: At) -> Result<()> {
    restore_display(c, listing)?;
    let row = (listing_displays::listing_id.eq(listing), listing_displays::stopped_on.eq(on), listing_displays::recorded_at.eq(at));
    diesel::insert_into(listing_displays::table).values(row).execute(c)?;
    Ok(())
}

/// It is shown again.
pub fn restore_display(c: &mut Conn, listing: RowId) -> Result<()> {
    diesel::delete(listing_displays::table.find(listing)).execute(c)?;
    Ok(())
}

/// Since when the credit platform shows it no more.
pub fn display_stopped(c: &mut Conn, listing: RowId) -> Result<Option<Day>> {
    Ok(listing_displays::table.find(listing).select(listing_displays::stopped_on).first(c).optional()?)
}

/// How many listings an order has led to.
pub fn count_of_order(c: &mut Conn, order: OrderId) -> Result<i64> {
    Ok(listings::table.filter(listings::order_id.eq(order)).count().get_result(c)?)
}

/// Listings of a unit that were decided, the oldest first.
pub fn decided_of(c: &mut Conn, uscc: &str) -> Result<Vec<Listing>> {
    Ok(listings::table
        .filter(listings::uscc.eq(Some(uscc)))
        .filter(listings::decided_on.is_not_null())
        .order(listings::id)
        .select(Listing::as_select())
        .load(c)?)
}

/// Stores a party.
pub fn insert_party(c: &mut Conn, row: &Party) -> Result<()> {
    diesel::insert_into(listing_parties::table).values(row).execute(c)?;
    Ok(())
}

/// Saves a party.
pub fn update_party(c: &mut Conn, row: &Party) -> Result<()> {
    ensure_one(diesel::update(listing_parties::table.find(row.id)).set(row).execute(c)?, "listing_parties")
}

/// The party of a procedure.
pub fn party(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Party>> {
    Ok(listing_parties::table.filter(listing_parties::procedure_id.eq(procedure)).select(Party::as_select()).first(c).optional()?)
}

/// The parties of a listing, the unit first.
pub fn parties(c: &mut Conn, listing: RowId) -> Result<Vec<Party>> {
    let mut rows: Vec<Party> = listing_parties::table
        .filter(listing_parties::listing_id.eq(listing))
        .order(listing_parties::id)
        .select(Party::as_select())
        .load(c)?;
    rows.sort_by_key(|p| !p.is_unit());
    Ok(rows)
}

/// Stores an application for removal.
pub fn insert_removal(c: &mut Conn, row: &Removal) -> Result<()> {
    diesel::insert_into(removals::table).values(row).execute(c)?;
    Ok(())
}

/// Saves an application for removal.
pub fn update_removal(c: &mut Conn, row: &Removal) -> Result<()> {
    ensure_one(diesel::update(removals::table.find(row.id)).set(row).execute(c)?, "removals")
}

/// The application of a procedure.
pub fn removal(c: &mut Conn, procedure: ProcedureId) -> Result<Option<Removal>> {
    Ok(removals::table.filter(removals::procedure_id.eq(procedure)).select(Removal::as_select()).first(c).optional()?)
}

/// Applications for removal from a listing, the oldest first.
pub fn removals_of(c: &mut Conn, listing: RowId) -> Result<Vec<Removal>> {
    Ok(removals::table.filter(removals::listing_id.eq(listing)).order(removals::id).select(Removal::as_select()).load(c)?)
}
