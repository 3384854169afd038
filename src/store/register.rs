//! The list of joint sanctions as others read it: who is on it now, what changed, and who holds which state.
//!
//! Owns the queries of the public list, of the check by code and of the feed. What is shown is asked of the rows each time: an entry that
//! ended is gone the moment it ended, on every node. Listings themselves are written by [`super::listings`].

use super::listings::{Listing, Party};
use super::schema::{documents, events, list_acks, listing_parties, listings, partners};
use super::types::{Id, Ts};
use super::{Conn, like};
use crate::base::id::{PartnerId, ProcedureId, RowId};
use crate::base::{At, Day, Result};
use crate::domain::access::Partner;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Date, Integer, Nullable, Text};

/// What stands on the list: decided, not stayed, not ended.
const LISTED: &str = "listed";

statement! {
    /// Who asks, by the hash of the key, and beside it the entries of a unit that stand.
    struct Asked { uscc: String => Text, hash: Vec<u8> => Binary } returns
        (Id, Text, Text, Text, Nullable<Integer>, Nullable<Text>, Nullable<Text>, Nullable<Date>, Nullable<Date>, Nullable<Text>, Nullable<Integer>),
    sql "select a.id, a.code, a.channel, a.bureau, a.requests_a_minute, h.code, h.unit_name, h.decided_on, h.until_on, h.bureau, h.rev \
         from partners a left join (select p.code, l.unit_name, l.decided_on, l.until_on, l.bureau, l.rev from listing_parties p \
         join listings l on l.id = p.listing_id where p.uscc = ", uscc, " and p.code is not null and l.standing = 'listed') h on true \
         where a.key_hash = ", hash, " and a.state = 'active'"
}
/// An entry that stands, as the check tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its public code.
    pub code: String,
    /// The unit.
    pub unit: String,
    /// The first day,
    pub decided_on: Day,
    /// and the last.
    pub until_on: Day,
    /// The bureau that decided.
    pub bureau: String,
    /// Which state of it this is.
    pub rev: i32,
}

/// A system that asks, with what it may ask in a minute where that is its own.
pub type Asking = (Partner, Option<i32>);
type AskedRow =
    (PartnerId, String, String, String, Option<i32>, Option<String>, Option<String>, Option<Day>, Option<Day>, Option<String>, Option<i32>);

/// The system of a key that holds, and the entries of a unit that stand: one round trip for both. Nothing for a key that is
/// nobody's or holds no longer.
pub fn asked(c: &mut Conn, hash: &[u8], uscc: &str) -> Result<Option<(Asking, Vec<Hit>)>> {
    let rows: Vec<AskedRow> = Asked { uscc: uscc.to_owned(), hash: hash.to_owned() }.load(c)?;
    let (mut who, mut hits) = (None, Vec::new());
    for (id, code, channel, bureau, most, entry, unit, from, until, by, rev) in rows {
        who = Some((Partner { id, code, channel, bureau }, most));
        if let (Some(code), Some(unit), Some(decided_on), Some(until_on), Some(bureau), Some(rev)) = (entry, unit, from, until, by, rev) {
            hits.push(Hit { code, unit, decided_on, until_on, bureau, rev });
        }
    }
    Ok(who.map(|w| (w, hits)))
}

/// An entry that stands, as both ways to it read it: by the unit's code and by the person's index.
type Line = (Option<String>, Option<String>, String, Option<Day>, Option<Day>, String, i32);

fn hit((_, code, unit, from, until, bureau, rev): Line) -> Option<Hit> {
    Some(Hit { code: code?, unit, decided_on: from?, until_on: until?, bureau, rev })
}

/// Entries that stand of parties this is true of.
macro_rules! standing_of {
    ($c:expr, $which:expr) => {
        listing_parties::table
            .inner_join(listings::table.on(listings::id.eq(listing_parties::listing_id)))
            .filter($which)
            .filter(listing_parties::code.is_not_null())
            .filter(listings::standing.eq(LISTED))
            .select((
                listing_parties::uscc,
                listing_parties::code,
                listings::unit_name,
                listings::decided_on,
                listings::until_on,
                listings::bureau,
                listings::rev,
            ))
            .load::<Line>($c)?
    };
}

/// The entries of several units that stand, each with its code of unit.
pub fn by_codes(c: &mut Conn, codes: &[String]) -> Result<Vec<(String, Hit)>> {
    let wanted: Vec<Option<String>> = codes.iter().cloned().map(Some).collect();
    let rows = standing_of!(c, listing_parties::uscc.eq_any(wanted));
    Ok(rows.into_iter().filter_map(|l| l.0.clone().zip(hit(l))).collect())
}

/// The entries of a person, by the blind indexes of the number, that stand.
pub fn by_person(c: &mut Conn, indexes: &[String]) -> Result<Vec<Hit>> {
    let wanted: Vec<Option<String>> = indexes.iter().cloned().map(Some).collect();
    Ok(standing_of!(c, listing_parties::person_bix.eq_any(wanted)).into_iter().filter_map(hit).collect())
}

/// Which public entries.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Whose unit's name has this in it.
    pub name: Option<String>,
    /// Of this unit.
    pub uscc: Option<String>,
    /// Of these areas.
    pub areas: Option<Vec<String>>,
}

/// A page of what is public, the newest first: published, standing, its term not over on this day.
pub fn public(c: &mut Conn, w: &Wanted, on: Day, after: Option<(Day, RowId)>, limit: i64) -> Result<Vec<Listing>> {
    let mut q = listings::table
        .filter(listings::standing.eq(LISTED))
        .filter(listings::published_on.is_not_null())
        .filter(listings::until_on.ge(Some(on)))
        .order((listings::decided_on.desc(), listings::id.desc()))
        .limit(limit)
        .select(Listing::as_select())
        .into_boxed();
    if let Some(n) = &w.name {
        q = q.filter(listings::unit_name.like(like(n)).escape('\\'));
    }
    if let Some(u) = &w.uscc {
        q = q.filter(listings::uscc.eq(Some(u.clone())));
    }
    if let Some(a) = &w.areas {
        q = q.filter(listings::area.eq_any(a.clone()));
    }
    if let Some((day, id)) = after {
        q = q.filter(listings::decided_on.lt(Some(day)).or(listings::decided_on.eq(Some(day)).and(listings::id.lt(id))));
    }
    Ok(q.load(c)?)
}

/// The listing and party of a public code.
pub fn of_code(c: &mut Conn, code: &str) -> Result<Option<(Listing, Party)>> {
    Ok(listings::table
        .inner_join(listing_parties::table.on(listing_parties::listing_id.eq(listings::id)))
        .filter(listing_parties::code.eq(Some(code)))
        .select((Listing::as_select(), Party::as_select()))
        .first(c)
        .optional()?)
}

/// The numbers of these papers.
pub fn numbers(c: &mut Conn, ids: &[crate::base::id::DocumentId]) -> Result<Vec<(crate::base::id::DocumentId, String)>> {
    Ok(documents::table.filter(documents::id.eq_any(ids.to_vec())).select((documents::id, documents::number)).load(c)?)
}

/// What happened to listings after a number of the journal: the number and the procedure, in that order.
pub fn changes(c: &mut Conn, after: u64, limit: i64) -> Result<Vec<(i64, ProcedureId)>> {
    let rows: Vec<(Option<i64>, uuid::Uuid)> = events::table
        .filter(events::procedure_kind.eq(Some("listing")))
        .filter(events::log_no.gt(i64::try_from(after).unwrap_or(i64::MAX)))
        .order(events::log_no)
        .limit(limit)
        .select((events::log_no, events::stream_id))
        .load::<(Option<i64>, crate::base::id::StreamId)>(c)?
        .into_iter()
        .map(|(no, s)| (no, s.uuid()))
        .collect();
    Ok(rows.into_iter().filter_map(|(no, p)| Some((no?, p.into()))).collect())
}

/// The listings of these procedures that were ever decided.
pub fn of_procedures(c: &mut Conn, ids: &[ProcedureId]) -> Result<Vec<Listing>> {
    Ok(listings::table
        .filter(listings::procedure_id.eq_any(ids.to_vec()))
        .filter(listings::decided_on.is_not_null())
        .select(Listing::as_select())
        .load(c)?)
}

statement! {
    /// Keeps the newest state a receiver holds.
    struct Ack { listing: RowId => Id, partner: PartnerId => Id, rev: i32 => Integer, at: At => Ts }
    sql "insert into list_acks (listing_id, partner_id, rev, at) values (", listing, ", ", partner, ", ", rev, ", ", at, ") \
         on conflict (listing_id, partner_id) do update set rev = excluded.rev, at = excluded.at where list_acks.rev < excluded.rev"
}
/// A receiver confirms that it holds a state; an older one than it confirmed before changes nothing.
pub fn ack(c: &mut Conn, listing: RowId, partner: PartnerId, rev: i32, at: At) -> Result<()> {
    Ack { listing, partner, rev, at }.execute(c)?;
    Ok(())
}

/// A system that receives the list, with the state of one listing it confirmed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// The system's code,
    pub code: String,
    /// and name.
    pub name: String,
    /// Its areas, joined by commas; empty: all.
    pub areas: String,
    /// The newest state it confirmed; 0: none.
    pub rev: i32,
    /// When.
    pub at: Option<At>,
}

/// Every system that receives the list, with what it confirmed of one listing.
pub fn receivers(c: &mut Conn, listing: RowId) -> Result<Vec<Receiver>> {
    type Line = (String, String, String, Option<i32>, Option<At>);
    let rows: Vec<Line> = partners::table
        .left_join(list_acks::table.on(list_acks::partner_id.eq(partners::id).and(list_acks::listing_id.eq(listing))))
        .filter(partners::receives_lists)
        .filter(partners::state.eq("active"))
        .order(partners::code)
        .select((partners::code, partners::name, partners::list_areas, list_acks::rev.nullable(), list_acks::at.nullable()))
        .load(c)?;
    Ok(rows.into_iter().map(|(code, name, areas, rev, at)| Receiver { code, name, areas, rev: rev.unwrap_or(0), at }).collect())
}

/// Whether a system receives the list, and of which areas.
pub fn receives(c: &mut Conn, partner: PartnerId) -> Result<Option<String>> {
    Ok(partners::table.find(partner).filter(partners::receives_lists).select(partners::list_areas).first(c).optional()?)
}

/// Says whether a system receives the list, and of which areas.
pub fn set_receiver(c: &mut Conn, partner: PartnerId, on: bool, areas: &str) -> Result<()> {
    let n =
        diesel::update(partners::table.find(partner)).set((partners::receives_lists.eq(on), partners::list_areas.eq(areas))).execute(c)?;
    super::ensure_one(n, "partners")
}

/// Everything that stands, the newest first, in pages.
pub fn standing(c: &mut Conn, after: Option<(Day, RowId)>, limit: i64) -> Result<Vec<Listing>> {
    let mut q = listings::table
        .filter(listings::standing.eq(LISTED))
        .order((listings::decided_on.desc(), listings::id.desc()))
        .limit(limit)
        .select(Listing::as_select())
        .into_boxed();
    if let Some((day, id)) = after {
        q = q.filter(listings::decided_on.lt(Some(day)).or(listings::decided_on.eq(Some(day)).and(listings::id.lt(id))));
    }
    Ok(q.load(c)?)
}
