//! The employer's file: a summary row for each unit with the lists it stands in, how far the job has read, and the bounded reads by which
//! everything about one unit is found.
//!
//! Owns `employers`, `employer_places` and `employer_sweep`; of other tables it reads what belongs to a unit, each by an index and at most so
//! many rows. What it comes to is reckoned by `domain::warning` and `domain::related`.

use super::agreements::Agreement;
use super::announcements::Announcement;
use super::incidents::Incident;
use super::listings::{Listing, Removal};
use super::orders::Order;
use super::schema::{
    agreements, announcements, cases, cooperations, employer_places, employer_sweep, employers, filings, incidents, listing_parties,
    listings, orders, payments, procedures, removals, respondents,
};
use super::types::Json;
use super::{Conn, ensure_one};
use crate::base::id::{CaseId, ProcedureId, RespondentId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::domain::warning::Kept;
use crate::law::Fen;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::BTreeMap;

/// A summary.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = employers, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Employer {
    pub id: RowId,
    pub key: String,
    pub uscc: Option<String>,
    pub name: String,
    pub name_key: String,
    pub into_id: Option<RowId>,
    pub score: i32,
    pub level: String,
    pub reasons: Json<Vec<Kept>>,
    pub cases: i32,
    pub open_cases: i32,
    pub headcount: i32,
    pub listed: bool,
    pub grade: Option<String>,
    pub opened_at: At,
    pub as_of: At,
    pub next_on: Option<Day>,
    pub rev: i32,
}

/// A party of a chain as the file needs it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = respondents)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Party {
    pub id: RespondentId,
    pub case_id: CaseId,
    pub role: String,
    pub name: String,
    pub name_key: String,
    pub uscc: Option<String>,
    pub name_ct: Option<Sealed>,
    pub person_bix: Option<String>,
    pub liability: Option<String>,
}
impl Party {
    /// Whether it is a unit: a team leader is a person and has no file.
    #[must_use]
    pub fn is_unit(&self) -> bool {
        self.name_ct.is_none() && !self.name_key.is_empty()
    }
}

/// The summary of a key; made if there is none.
pub fn open(c: &mut Conn, new: &Employer) -> Result<Employer> {
    each!(c, |conn| diesel::insert_into(employers::table).values(new).on_conflict(employers::key).do_nothing().execute(conn))?;
    keyed(c, &new.key)?.ok_or(crate::base::Error::Stale("employers"))
}

/// The summary of a key.
pub fn keyed(c: &mut Conn, key: &str) -> Result<Option<Employer>> {
    Ok(employers::table.filter(employers::key.eq(key)).select(Employer::as_select()).first(c).optional()?)
}

/// A summary.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Employer>> {
    Ok(employers::table.find(id).select(Employer::as_select()).first(c).optional()?)
}

/// Summaries of these keys, in no order.
pub fn by_keys(c: &mut Conn, keys: &[String]) -> Result<Vec<Employer>> {
    Ok(employers::table.filter(employers::key.eq_any(keys.to_vec())).select(Employer::as_select()).load(c)?)
}

/// Summaries by their ids, in no order.
pub fn by_ids(c: &mut Conn, ids: &[RowId]) -> Result<Vec<Employer>> {
    Ok(employers::table.filter(employers::id.eq_any(ids.to_vec())).select(Employer::as_select()).load(c)?)
}

/// Saves a summary that was read with the revision before; [`crate::base::Error::Stale`] when another was faster.
pub fn update(c: &mut Conn, row: &Employer) -> Result<()> {
    let old = employers::table.find(row.id).filter(employers::rev.eq(row.rev - 1));
    ensure_one(diesel::update(old).set(row).execute(c)?, "employers")
}

/// The lists a unit stands in are these, with its score. Writes only what differs.
pub fn place(c: &mut Conn, id: RowId, score: i32, places: &[(&'static str, String)]) -> Result<()> {
    let have = places_of(c, id)?;
    if have.iter().all(|h| h.2 == score)
        && have.len() == places.len()
        && have.iter().all(|h| places.iter().any(|p| p.0 == h.0 && p.1 == h.1))
    {
        return Ok(());
    }
    diesel::delete(employer_places::table.filter(employer_places::employer_id.eq(id))).execute(c)?;
    for (kind, place) in places {
        diesel::insert_into(employer_places::table)
            .values((
                employer_places::employer_id.eq(id),
                employer_places::kind.eq(*kind),
                employer_places::place.eq(place),
                employer_places::score.eq(score),
            ))
            .execute(c)?;
    }
    Ok(())
}

/// The lists a unit stands in: kind, place, score, in order.
pub fn places_of(c: &mut Conn, id: RowId) -> Result<Vec<(String, String, i32)>> {
    Ok(employer_places::table
        .filter(employer_places::employer_id.eq(id))
        .order((employer_places::kind, employer_places::place))
        .select((employer_places::kind, employer_places::place, employer_places::score))
        .load(c)?)
}

/// Summaries that time alone may have changed by this day, the longest waiting first.
pub fn due(c: &mut Conn, on: Day, limit: i64) -> Result<Vec<Employer>> {
    Ok(employers::table
        .filter(employers::next_on.le(on))
        .order((employers::next_on, employers::id))
        .limit(limit)
        .select(Employer::as_select())
        .load(c)?)
}

/// The summary of a key is to be made anew at the next look; no error when there is none.
pub fn set_due(c: &mut Conn, key: &str, on: Day) -> Result<()> {
    diesel::update(employers::table.filter(employers::key.eq(key))).set(employers::next_on.eq(Some(on))).execute(c)?;
    Ok(())
}

statement! {
    /// Summaries of the units whose grades of a year a bureau answers for are to be made anew.
    struct GradedDue { on: Day => diesel::sql_types::Date, year: i32 => diesel::sql_types::Integer, bureau: String => Text }
    sql "update employers set next_on = ", on, " where id in (select coalesce(e.into_id, e.id) from gradings g join conduct_files f on f.id = g.file_id          join employers e on e.key = f.key where g.current and g.year = ", year, " and g.bureau = ", bureau, ")"
}

/// What a bureau confirmed in bulk changed the grades of many units at once: all of these are to be made anew at the next look.
pub fn set_due_graded(c: &mut Conn, year: i32, bureau: &str, on: Day) -> Result<()> {
    GradedDue { on, year, bureau: bureau.to_owned() }.execute(c)?;
    Ok(())
}

/// A page of summaries by id after `after`: for `doctor`.
pub fn pages(c: &mut Conn, after: RowId, limit: i64) -> Result<Vec<Employer>> {
    Ok(employers::table.filter(employers::id.gt(after)).order(employers::id).limit(limit).select(Employer::as_select()).load(c)?)
}

/// Which units a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one of these lists; every unit if absent.
    pub within: Option<Vec<(&'static str, String)>>,
    /// And with a case in one of these areas.
    pub areas: Option<Vec<String>>,
    /// Of this level.
    pub level: Option<String>,
    /// With at least this score.
    pub least: Option<i32>,
    /// Its code is this, or this is part of its name.
    pub words: Option<String>,
}

/// Units by their score, the highest first, after the line `after`.
pub fn page(c: &mut Conn, f: &Filter, after: Option<(i32, RowId)>, limit: i64) -> Result<Vec<Employer>> {
    // one list is read in its own order; several are looked up for each unit
    if let (Some([(kind, place)]), None) = (f.within.as_deref(), &f.areas) {
        let mut q = employer_places::table
            .inner_join(employers::table.on(employers::id.eq(employer_places::employer_id)))
            .filter(employer_places::kind.eq(*kind))
            .filter(employer_places::place.eq(place.clone()))
            .order((employer_places::score.desc(), employer_places::employer_id.desc()))
            .limit(limit)
            .select(Employer::as_select())
            .into_boxed();
        if let Some((score, id)) = after {
            q = q.filter(employer_places::score.lt(score).or(employer_places::score.eq(score).and(employer_places::employer_id.lt(id))));
        }
        if let Some(n) = f.least {
            q = q.filter(employer_places::score.ge(n));
        }
        if let Some(l) = &f.level {
            q = q.filter(employers::level.eq(l.clone()));
        }
        if let Some(w) = &f.words {
            q = q.filter(employers::uscc.eq(Some(w.to_uppercase())).or(employers::name.like(part(w)).escape('\\')));
        }
        return Ok(q.load(c)?);
    }
    let mut q = employers::table
        .filter(employers::into_id.is_null())
        .order((employers::score.desc(), employers::id.desc()))
        .limit(limit)
        .select(Employer::as_select())
        .into_boxed();
    if let Some(within) = &f.within {
        let bureaus: Vec<String> = within.iter().filter(|w| w.0 == BUREAU).map(|w| w.1.clone()).collect();
        let areas: Vec<String> = within.iter().filter(|w| w.0 == AREA).map(|w| w.1.clone()).collect();
        let mine = employer_places::table
            .filter(
                employer_places::kind
                    .eq(BUREAU)
                    .and(employer_places::place.eq_any(bureaus))
                    .or(employer_places::kind.eq(AREA).and(employer_places::place.eq_any(areas))),
            )
            .select(employer_places::employer_id);
        q = q.filter(employers::id.eq_any(mine));
    }
    if let Some(areas) = &f.areas {
        let there = employer_places::table
            .filter(employer_places::kind.eq(AREA))
            .filter(employer_places::place.eq_any(areas.clone()))
            .select(employer_places::employer_id);
        q = q.filter(employers::id.eq_any(there));
    }
    if let Some((score, id)) = after {
        q = q.filter(employers::score.lt(score).or(employers::score.eq(score).and(employers::id.lt(id))));
    }
    if let Some(n) = f.least {
        q = q.filter(employers::score.ge(n));
    }
    if let Some(l) = &f.level {
        q = q.filter(employers::level.eq(l.clone()));
    }
    if let Some(w) = &f.words {
        q = q.filter(employers::uscc.eq(Some(w.to_uppercase())).or(employers::name.like(part(w)).escape('\\')));
    }
    Ok(q.load(c)?)
}

/// The list of a bureau.
pub const BUREAU: &str = "bureau";
/// The list of an area.
pub const AREA: &str = "area";

fn part(words: &str) -> String {
    format!("%{}%", words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// How far the job has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = employer_sweep)]
pub struct Sweep {
    /// The last event it has taken account of.
    pub log_no: i64,
    /// What was there before it first ran: the last party seen; absent when all of that is done.
    pub fill_after: Option<RowId>,
}

/// How far the job has read.
pub fn sweep(c: &mut Conn) -> Result<Sweep> {
    Ok(employer_sweep::table.find(1).select(Sweep::as_select()).first(c)?)
}

/// The job has read from `was` to `now`; [`crate::base::Error::Stale`] when another node was faster.
pub fn advance(c: &mut Conn, was: Sweep, now: Sweep) -> Result<()> {
    let here = employer_sweep::table.find(1).filter(employer_sweep::log_no.eq(was.log_no));
    let set = (employer_sweep::log_no.eq(now.log_no), employer_sweep::fill_after.eq(now.fill_after));
    let n = match was.fill_after {
        Some(at) => diesel::update(here.filter(employer_sweep::fill_after.eq(at))).set(set).execute(c)?,
        None => diesel::update(here.filter(employer_sweep::fill_after.is_null())).set(set).execute(c)?,
    };
    ensure_one(n, "employer_sweep")
}

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
pub struct Boss {
    /// The blind index.
    pub index: Option<String>,
    /// As what.
    pub post: String,
    /// The listing.
    pub listing: RowId,
}

/// Persons who are parties of these listings.
pub fn bosses(c: &mut Conn, of: &[RowId]) -> Result<Vec<Boss>> {
    Ok(listing_parties::table
        .filter(listing_parties::listing_id.eq_any(of.to_vec()))
        .filter(listing_parties::person_bix.is_not_null())
        .order(listing_parties::id)
        .select((listing_parties::person_bix, listing_parties::kind, listing_parties::listing_id))
        .load(c)?)
}

/// Persons with one of these numbers who are parties of whatever listing.
pub fn bosses_with(c: &mut Conn, indexes: &[String], limit: i64) -> Result<Vec<Boss>> {
    let wanted: Vec<Option<String>> = indexes.iter().cloned().map(Some).collect();
    Ok(listing_parties::table
        .filter(listing_parties::person_bix.is_not_null())
        .filter(listing_parties::person_bix.eq_any(wanted))
        .order(listing_parties::id.desc())
        .limit(limit)
        .select((listing_parties::person_bix, listing_parties::kind, listing_parties::listing_id))
        .load(c)?)
}

/// Cases on one of these projects, the newest first.
pub fn on_projects(c: &mut Conn, keys: &[String], limit: i64) -> Result<Vec<CaseId>> {
    let wanted: Vec<Option<String>> = keys.iter().cloned().map(Some).collect();
    Ok(cases::table
        .filter(cases::project_key.is_not_null())
        .filter(cases::project_key.eq_any(wanted))
        .order(cases::created_at.desc())
        .limit(limit)
        .select(cases::id)
        .load(c)?)
}

/// Orders to pay against these parties, the newest first.
pub fn orders_of(c: &mut Conn, parties: &[RespondentId]) -> Result<Vec<Order>> {
    let wanted: Vec<Option<RespondentId>> = parties.iter().copied().map(Some).collect();
    Ok(orders::table.filter(orders::respondent_id.eq_any(wanted)).order(orders::id.desc()).select(Order::as_select()).load(c)?)
}

/// Agreements by which these parties pay, every version, the newest first.
pub fn agreements_of(c: &mut Conn, parties: &[RespondentId]) -> Result<Vec<Agreement>> {
    Ok(agreements::table
        .filter(agreements::payer_id.eq_any(parties.to_vec()))
        .order(agreements::id.desc())
        .select(Agreement::as_select())
        .load(c)?)
}

/// Announcements of these parties, the newest first.
pub fn announcements_of(c: &mut Conn, parties: &[RespondentId]) -> Result<Vec<Announcement>> {
    Ok(announcements::table
        .filter(announcements::respondent_id.eq_any(parties.to_vec()))
        .order(announcements::id.desc())
        .select(Announcement::as_select())
        .load(c)?)
}

/// What was examined for the list of these parties, the newest first.
pub fn listings_of(c: &mut Conn, parties: &[RespondentId]) -> Result<Vec<Listing>> {
    Ok(listings::table
        .filter(listings::respondent_id.eq_any(parties.to_vec()))
        .order(listings::id.desc())
        .select(Listing::as_select())
        .load(c)?)
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
