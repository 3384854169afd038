//! What other systems are told: subscriptions, the outbox of deliveries, every attempt.

use super::schema::{deliveries, delivery_attempts, partners, subscriptions};
use super::types::Json;
use super::{Conn, ensure_one};
use crate::base::id::{PartnerId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use diesel::prelude::*;

/// Where a system wants to be told.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = subscriptions, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Subscription {
    pub id: RowId,
    pub partner_id: PartnerId,
    pub url: String,
    pub secret_ct: Sealed,
    pub state: String,
    pub after: i64,
    pub created_at: At,
    pub version: i64,
    /// `filings`: its own; `listings`: the list of joint sanctions.
    pub topic: String,
}

/// One message to one subscription.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Delivery {
    pub id: RowId,
    pub subscription_id: RowId,
    pub log_no: i64,
    pub body: Json<serde_json::Value>,
    pub state: String,
    pub attempts: i32,
    pub next_at: At,
    pub lease_until: Option<At>,
    pub last_status: Option<i32>,
    pub last_error: Option<String>,
    pub created_at: At,
    pub done_at: Option<At>,
}

/// One attempt to deliver.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = delivery_attempts, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Attempt {
    pub delivery_id: RowId,
    pub n: i32,
    pub at: At,
    pub status: Option<i32>,
    pub error: Option<String>,
}

/// Adds a subscription.
pub fn insert_subscription(c: &mut Conn, row: &Subscription) -> Result<()> {
    diesel::insert_into(subscriptions::table).values(row).execute(c)?;
    Ok(())
}

/// Saves a subscription read before.
pub fn update_subscription(c: &mut Conn, row: &Subscription) -> Result<()> {
    let next = Subscription { version: row.version + 1, ..row.clone() };
    let mine = subscriptions::table.filter(subscriptions::id.eq(row.id)).filter(subscriptions::version.eq(row.version));
    let n = diesel::update(mine).set(&next).execute(c)?;
    ensure_one(n, "subscriptions")
}

/// One subscription.
pub fn subscription(c: &mut Conn, id: RowId) -> Result<Option<Subscription>> {
    Ok(subscriptions::table.find(id).select(Subscription::as_select()).first(c).optional()?)
}

/// The running subscriptions of a system, oldest first.
pub fn subscriptions_of(c: &mut Conn, partner: PartnerId) -> Result<Vec<Subscription>> {
    Ok(subscriptions::table
        .filter(subscriptions::partner_id.eq(partner))
        .filter(subscriptions::state.eq("active"))
        .order((subscriptions::created_at, subscriptions::id))
        .select(Subscription::as_select())
        .load(c)?)
}

/// All running subscriptions of systems that are let in.
pub fn running(c: &mut Conn) -> Result<Vec<Subscription>> {
    Ok(subscriptions::table
        .inner_join(partners::table.on(partners::id.eq(subscriptions::partner_id)))
        .filter(subscriptions::state.eq("active"))
        .filter(partners::state.eq("active"))
        .order(subscriptions::id)
        .select(Subscription::as_select())
        .load(c)?)
}

/// Queues messages and moves the subscription on past them, together: machine bookkeeping. Another node that was faster
/// makes this [`Error::Stale`](crate::base::Error::Stale).
pub fn enqueue(c: &mut Conn, of: &Subscription, rows: &[Delivery]) -> Result<()> {
    update_subscription(c, of)?;
    for row in rows {
        diesel::insert_into(deliveries::table).values(row).execute(c)?;
    }
    Ok(())
}

/// Leases up to `limit` messages that are due until `until`, oldest due first.
pub fn claim(c: &mut Conn, now: At, until: At, limit: i64) -> Result<Vec<Delivery>> {
    let due = || {
        deliveries::table
            // the index's own predicate, word for word
            .filter(deliveries::done_at.is_null())
            .filter(deliveries::next_at.le(now))
            .filter(deliveries::lease_until.is_null().or(deliveries::lease_until.lt(now)))
            .order((deliveries::next_at, deliveries::log_no))
            .limit(limit)
    };
    let mine: Vec<Delivery> = match c {
        Conn::Pg(pg) => due().select(Delivery::as_select()).for_update().skip_locked().load(pg)?,
        Conn::Sqlite(lite) => due().select(Delivery::as_select()).load(lite)?,
    };
    let ids: Vec<RowId> = mine.iter().map(|d| d.id).collect();
    if !ids.is_empty() {
        diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids))).set(deliveries::lease_until.eq(Some(until))).execute(c)?;
    }
    Ok(mine.into_iter().map(|d| Delivery { lease_until: Some(until), ..d }).collect())
}

/// Keeps an attempt and what it came to; `false` when the lease had passed to another node meanwhile.
pub fn settle(c: &mut Conn, leased: &Delivery, after: &Delivery, attempt: Option<&Attempt>) -> Result<bool> {
    let same = || deliveries::table.filter(deliveries::id.eq(leased.id)).filter(deliveries::attempts.eq(leased.attempts));
    let n = match leased.lease_until {
        Some(until) => diesel::update(same().filter(deliveries::lease_until.eq(until))).set(after).execute(c)?,
        None => diesel::update(same().filter(deliveries::lease_until.is_null())).set(after).execute(c)?,
    };
    if n == 0 {
        return Ok(false);
    }
    if let Some(a) = attempt {
        diesel::insert_into(delivery_attempts::table).values(a).execute(c)?;
    }
    Ok(true)
}

/// How many messages wait, counted up to `most`.
///
/// # Errors
/// The database.
pub fn waiting(c: &mut Conn, most: i64) -> Result<i64> {
    let found: Vec<RowId> = deliveries::table.filter(deliveries::done_at.is_null()).limit(most).select(deliveries::id).load(c)?;
    Ok(i64::try_from(found.len()).unwrap_or(most))
}

/// How many were given up, counted up to `most`.
///
/// # Errors
/// The database.
pub fn dead(c: &mut Conn, most: i64) -> Result<i64> {
    let dead = diesel::dsl::sql::<diesel::sql_types::Bool>("state = 'dead'");
    let found: Vec<RowId> = deliveries::table.filter(dead).limit(most).select(deliveries::id).load(c)?;
    Ok(i64::try_from(found.len()).unwrap_or(most))
}

/// One message.
pub fn delivery(c: &mut Conn, id: RowId) -> Result<Option<Delivery>> {
    Ok(deliveries::table.find(id).select(Delivery::as_select()).first(c).optional()?)
}

/// The newest messages with the code of their system, of one system or state if given.
pub fn newest(c: &mut Conn, code: Option<&str>, state: Option<&str>, limit: i64) -> Result<Vec<(Delivery, String)>> {
    let mut q = deliveries::table
        .inner_join(subscriptions::table.on(subscriptions::id.eq(deliveries::subscription_id)))
        .inner_join(partners::table.on(partners::id.eq(subscriptions::partner_id)))
        .order(deliveries::id.desc())
        .limit(limit)
        .select((Delivery::as_select(), partners::code))
        .into_boxed();
    if let Some(code) = code {
        q = q.filter(partners::code.eq(code.to_owned()));
    }
    if let Some(state) = state {
        q = q.filter(deliveries::state.eq(state.to_owned()));
    }
    Ok(q.load(c)?)
}

/// The attempts of messages, in order.
pub fn attempts(c: &mut Conn, ids: &[RowId]) -> Result<Vec<Attempt>> {
    Ok(delivery_attempts::table
        .filter(delivery_attempts::delivery_id.eq_any(ids.to_vec()))
        .order((delivery_attempts::delivery_id, delivery_attempts::n))
        .select(Attempt::as_select())
        .load(c)?)
}
