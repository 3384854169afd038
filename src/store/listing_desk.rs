//! The desk of the list of joint sanctions: listings by stage, and what of them each receiver holds.
//!
//! Owns these queries alone; who may see which bureau and area comes in as a [`Within`]. Writes nothing.

use super::listings::Listing;
use super::procedures::Row;
use super::schema::{cases, deliveries, list_acks, listings, partners, procedures, removals, subscriptions};
use super::{Conn, like};
use crate::base::id::{PartnerId, RowId};
use crate::base::{At, Result};
use diesel::dsl::exists;
use diesel::prelude::*;

/// Where a listing stands at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Candidates and what is examined.
    Open,
    /// What stands on the list.
    Listed,
    /// An application for removal runs, or the entry ended and is being taken out.
    Removing,
    /// What came to its end.
    Ended,
}

/// Bureaus and areas a reader may see; nothing given: all of the city.
#[derive(Debug, Clone, Default)]
pub struct Within {
    /// Of these bureaus.
    pub bureaus: Option<Vec<String>>,
    /// Of these areas.
    pub areas: Option<Vec<String>>,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Whose.
    pub within: Within,
    /// In this stage.
    pub stage: Stage,
    /// In this state of the procedure.
    pub state: Option<String>,
    /// A part of the name, the code or the number of the case.
    pub words: Option<String>,
}

/// A listing with its procedure and the number of its case.
pub type Line = (Listing, Row, String);

/// A page of a stage, the newest first (`listings_desk`, `listings_area`, `listings_stage`).
pub fn page(c: &mut Conn, f: &Filter, after: Option<RowId>, limit: i64) -> Result<Vec<Line>> {
    let mut q = listings::table
        .inner_join(procedures::table.on(procedures::id.eq(listings::procedure_id)))
        .inner_join(cases::table.on(cases::id.eq(listings::case_id)))
        .order(listings::id.desc())
        .limit(limit)
        .select((Listing::as_select(), Row::as_select(), cases::number))
        .into_boxed();
    if let Some(b) = &f.within.bureaus {
        q = q.filter(listings::bureau.eq_any(b.clone()));
    }
    if let Some(a) = &f.within.areas {
        q = q.filter(listings::area.eq_any(a.clone()));
    }
    q = match f.stage {
        Stage::Open => q.filter(listings::standing.eq("examining")),
        Stage::Listed => q.filter(listings::standing.eq_any(["listed", "suspended"])),
        Stage::Ended => q.filter(listings::standing.eq_any(["not_listed", "removed"])).filter(procedures::open.eq(false)),
        Stage::Removing => {
            let applied = removals::table.filter(removals::listing_id.eq(listings::id)).filter(removals::outcome.is_null());
            q.filter(listings::standing.eq_any(["listed", "suspended", "removing", "removed"])).filter(
                listings::standing.eq("removing").or(listings::standing.eq("removed").and(procedures::open.eq(true))).or(exists(applied)),
            )
        }
    };
    if let Some(s) = &f.state {
        q = q.filter(procedures::state.eq(s.clone()));
    }
    if let Some(w) = &f.words {
        let (part, whole) = (like(w), w.to_uppercase());
        q = q.filter(
            listings::unit_name
                .like(part)
                .escape('\\')
                .or(cases::number.eq(whole.clone()))
                .or(listings::uscc.is_not_null().and(listings::uscc.assume_not_null().eq(whole))),
        );
    }
    if let Some(id) = after {
        q = q.filter(listings::id.lt(id));
    }
    Ok(q.load(c)?)
}

/// A system that receives the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Its id.
    pub id: PartnerId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its channel.
    pub channel: String,
    /// Its areas, joined by commas; empty: all.
    pub areas: String,
}

/// Every system that receives the list, by code.
pub fn receivers(c: &mut Conn) -> Result<Vec<Receiver>> {
    type Row = (PartnerId, String, String, String, String);
    let rows: Vec<Row> = partners::table
        .filter(partners::receives_lists)
        .filter(partners::state.eq("active"))
        .order(partners::code)
        .select((partners::id, partners::code, partners::name, partners::channel, partners::list_areas))
        .load(c)?;
    Ok(rows.into_iter().map(|(id, code, name, channel, areas)| Receiver { id, code, name, channel, areas }).collect())
}

/// A listing, the state of it a receiver confirmed, and when.
pub type Held = (Listing, Option<i32>, Option<At>);

/// What a receiver holds of listings that were decided, the newest first; `behind`: only what it has not confirmed as it is now.
pub fn held(c: &mut Conn, partner: PartnerId, w: &Within, behind: bool, after: Option<RowId>, limit: i64) -> Result<Vec<Held>> {
    let mut q = listings::table
        .left_join(list_acks::table.on(list_acks::listing_id.eq(listings::id).and(list_acks::partner_id.eq(partner))))
        // decided, as the indexes have it
        .filter(listings::standing.eq_any(["listed", "suspended", "removing", "removed"]))
        .order(listings::id.desc())
        .limit(limit)
        .select((Listing::as_select(), list_acks::rev.nullable(), list_acks::at.nullable()))
        .into_boxed();
    if let Some(b) = &w.bureaus {
        q = q.filter(listings::bureau.eq_any(b.clone()));
    }
    if let Some(a) = &w.areas {
        q = q.filter(listings::area.eq_any(a.clone()));
    }
    if behind {
        q = q.filter(list_acks::rev.nullable().is_null().or(list_acks::rev.nullable().lt(listings::rev.nullable())));
    }
    if let Some(id) = after {
        q = q.filter(listings::id.lt(id));
    }
    Ok(q.load(c)?)
}

/// What a receiver confirmed last of these listings: the unit, the state, when (`list_acks_partner`).
pub fn last_ack(c: &mut Conn, partner: PartnerId, w: &Within) -> Result<Option<(String, i32, At)>> {
    let mut q = list_acks::table
        .inner_join(listings::table.on(listings::id.eq(list_acks::listing_id)))
        .filter(list_acks::partner_id.eq(partner))
        .order(list_acks::at.desc())
        .select((listings::unit_name, list_acks::rev, list_acks::at))
        .into_boxed();
    if let Some(b) = &w.bureaus {
        q = q.filter(listings::bureau.eq_any(b.clone()));
    }
    if let Some(a) = &w.areas {
        q = q.filter(listings::area.eq_any(a.clone()));
    }
    Ok(q.first(c).optional()?)
}

/// Messages on the list to a receiver that were given up, the newest first (`deliveries_dead_of`).
pub fn given_up(c: &mut Conn, partner: PartnerId, limit: i64) -> Result<Vec<super::exchange_out::Delivery>> {
    Ok(deliveries::table
        .inner_join(subscriptions::table.on(subscriptions::id.eq(deliveries::subscription_id)))
        .filter(subscriptions::partner_id.eq(partner))
        .filter(subscriptions::topic.eq("listings"))
        .filter(deliveries::state.eq("dead"))
        .order(deliveries::id.desc())
        .limit(limit)
        .select(super::exchange_out::Delivery::as_select())
        .load(c)?)
}
