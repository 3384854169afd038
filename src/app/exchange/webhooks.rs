//! Telling other systems: subscriptions, and messages queued from the feed, sent with back-off until they arrive or are
//! given up.
//!
//! Owns what a message says (the feed's entry as a CloudEvent), how it is signed and when it is tried again. A message is
//! queued once for each event and subscription and keeps its id through every attempt; it may arrive twice, never not at
//! all while the other side is there. Sending happens outside every transaction.

use super::feed;
use crate::app::register;
use crate::app::write::{Key, Marks, Tx};
use crate::app::{App, ids_in};
use crate::base::id::RowId;
use crate::base::seal::{self, Place};
use crate::base::{At, Error, Result};
use crate::domain::access::{Actor, Partner};
use crate::domain::exchange;
use crate::store::exchange as store;
use crate::store::exchange_out::{self as out, Attempt, Delivery, Subscription};
use crate::store::journal;
use crate::store::types::Json;
use chrono::Duration;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use utoipa::ToSchema;

/// What a subscription tells of: the system's own filings, or the list of joint sanctions.
pub const FILINGS: &str = "filings";
/// See [`FILINGS`].
pub const LISTINGS: &str = "listings";

/// Running subscriptions a system may have.
const MOST: usize = 5;
/// Messages leased at once.
const BATCH: i64 = 10;
/// Entries queued for a subscription in one transaction.
const QUEUED: i64 = 100;
/// The most messages a list shows.
const LISTED: i64 = 500;
/// Seconds until the next attempt after the first, second … one that failed.
const BACK_OFF: [i64; 9] = [5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200];

/// A subscription as its system sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Where messages go.
    pub url: String,
    /// What they tell of: `filings` or `listings`.
    pub topic: String,
    /// Since when.
    #[schema(value_type = String)]
    pub created_at: At,
}
impl From<Subscription> for SubscriptionView {
    fn from(s: Subscription) -> Self {
        Self { id: s.id, url: s.url, topic: s.topic, created_at: s.created_at }
    }
}

/// One message as the operator sees it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryLine {
    /// Its id, also its `webhook-id`.
    pub id: RowId,
    /// The system's code.
    pub partner: String,
    /// `pending`, `sent` or `dead`.
    pub state: String,
    /// Attempts so far.
    pub attempts: i32,
    /// Status of the last answer.
    pub last_status: Option<i32>,
    /// Why the last attempt failed: a code.
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: At,
    /// When it is tried next.
    pub next_at: Option<At>,
    /// Every attempt: when, status, error.
    pub tried: Vec<(At, Option<i32>, Option<String>)>,
}

fn note(tx: &mut Tx<'_>, p: &Partner, kind: &str, id: RowId) -> Result<()> {
    let marks = Marks { bureau: Some(p.bureau.clone()), channel: Some(p.channel.clone()), ..Marks::default() };
    tx.record("partner", p.id.into(), kind, tx.now, json!({ "subscription": id }), &marks).map(drop)
}

fn subscribe(tx: &mut Tx<'_>, p: &Partner, url: &str, secret: &str, topic: &str) -> Result<RowId> {
    if topic == LISTINGS && crate::store::register::receives(tx.c, p.id)?.is_none() {
        return Err(Error::field("/topic", "no_receiver", &[]));
    }
    if out::subscriptions_of(tx.c, p.id)?.len() >= MOST {
        return Err(Error::field("/url", "too_many_subscriptions", &[("max", &MOST.to_string())]));
    }
    let id: RowId = tx.ids.id(tx.now);
    // what happened before is read from the feed
    let after = i64::try_from(journal::last_log_no(tx.c)?).unwrap_or(i64::MAX);
    let row = Subscription {
        id,
        partner_id: p.id,
        url: url.to_owned(),
        secret_ct: tx.seal("subscriptions", "secret_ct", id, secret)?,
        state: "active".into(),
        after,
        created_at: tx.now,
        version: 1,
        topic: topic.to_owned(),
    };
    out::insert_subscription(tx.c, &row)?;
    note(tx, p, "subscribed", id)?;
    Ok(id)
}

fn unsubscribe(tx: &mut Tx<'_>, p: &Partner, id: RowId) -> Result<()> {
    let own = out::subscription(tx.c, id)?.filter(|s| s.partner_id == p.id && s.state == "active");
    let row = own.ok_or(Error::NotFound("subscription"))?;
    out::update_subscription(tx.c, &Subscription { state: "ended".into(), ..row })?;
    note(tx, p, "unsubscribed", id)
}

/// Makes a dead message pending again, with all its attempts still to come.
fn again(tx: &mut Tx<'_>, id: RowId) -> Result<()> {
    if !tx.actor.is_system() {
        return Err(Error::Forbidden("partners"));
    }
    let d = out::delivery(tx.c, id)?.ok_or(Error::NotFound("delivery"))?;
    if d.state != "dead" {
        return Err(Error::refused("delivery_not_dead", &[]));
    }
    let s = out::subscription(tx.c, d.subscription_id)?.ok_or(Error::NotFound("subscription"))?;
    let p = store::partner(tx.c, s.partner_id)?.ok_or(Error::NotFound("partner"))?;
    if s.state != "active" || p.state != "active" {
        return Err(Error::refused("subscription_ended", &[]));
    }
    let row = Delivery { state: "pending".into(), next_at: tx.now, lease_until: None, done_at: None, ..d.clone() };
    if !out::settle(tx.c, &d, &row, None)? {
        return Err(Error::Stale("delivery"));
    }
    let marks = Marks { bureau: Some(p.bureau), channel: Some(p.channel), ..Marks::default() };
    tx.record("partner", p.id.into(), "resent", tx.now, json!({ "delivery": id }), &marks).map(drop)
}

/// What one message is signed with and where it goes; `None` when its subscription or system has ended.
fn aim(app: &App, id: RowId) -> Result<Option<(String, zeroize::Zeroizing<Vec<u8>>)>> {
    let keys = app.keys();
    app.db.read_blocking(move |c| {
        let Some(s) = out::subscription(c, id)?.filter(|s| s.state == "active") else { return Ok(None) };
        if store::partner(c, s.partner_id)?.is_none_or(|p| p.state != "active") {
            return Ok(None);
        }
        let text = seal::open(&keys, Place::new("subscriptions", "secret_ct", s.id), &s.secret_ct)?;
        let secret = exchange::secret_bytes(&text).ok_or_else(|| Error::Internal("a stored secret has no form".into()))?;
        Ok(Some((s.url, secret.into())))
    })
}

impl App {
    /// Subscribes a system: from now on it is told of what happens to its filings.
    ///
    /// # Errors
    /// Field errors: an address we do not send to, a secret without form, too many.
    pub async fn subscribe(self: &Arc<Self>, p: &Partner, key: Key, url: &str, secret: &str, topic: &str) -> Result<SubscriptionView> {
        if ![FILINGS, LISTINGS].contains(&topic) {
            return Err(Error::field("/topic", "not_allowed", &[]));
        }
        if !self.webhooks.takes(url) {
            return Err(Error::field("/url", "bad_hook_url", &[]));
        }
        if exchange::secret_bytes(secret).is_none() {
            return Err(Error::field("/secret", "bad_hook_secret", &[]));
        }
        let (actor, p, url, secret, topic) =
            (Actor::Partner(p.clone()), p.clone(), url.to_owned(), secret.trim().to_owned(), topic.to_owned());
        let id = self.write(&actor, Some(key), move |tx| subscribe(tx, &p, &url, &secret, &topic)).await?;
        self.db.read(move |c| out::subscription(c, id)).await?.map(SubscriptionView::from).ok_or(Error::NotFound("subscription"))
    }

    /// The running subscriptions of a system.
    ///
    /// # Errors
    /// The database.
    pub async fn subscriptions(self: &Arc<Self>, p: &Partner) -> Result<Vec<SubscriptionView>> {
        let id = p.id;
        Ok(self.db.read(move |c| out::subscriptions_of(c, id)).await?.into_iter().map(SubscriptionView::from).collect())
    }

    /// Ends a subscription; what is still queued for it is given up.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that is not the system's, or ended.
    pub async fn unsubscribe(self: &Arc<Self>, p: &Partner, id: RowId) -> Result<()> {
        let (actor, p) = (Actor::Partner(p.clone()), p.clone());
        self.write(&actor, None, move |tx| unsubscribe(tx, &p, id)).await
    }

    /// Queues for every subscription what its system may hear and was not yet told; returns how many messages.
    ///
    /// # Errors
    /// The database. Another node that queues the same at the same time is no error: it has done it.
    pub fn queue_deliveries(self: &Arc<Self>) -> Result<usize> {
        let mut n = 0;
        for s in self.db.read_blocking(out::running)? {
            let mut s = s;
            loop {
                let (app, of, now) = (Arc::clone(self), s.clone(), self.now());
                let ids: Vec<RowId> = ids_in(self, |ids| (0..QUEUED).map(|_| ids.id(now)).collect());
                let done = self.db.write_blocking(move |c| queue(c, &app, &of, &ids, now));
                match done {
                    Ok((here, next, more)) => {
                        n += here;
                        s = next;
                        if !more {
                            break;
                        }
                    }
                    Err(Error::Stale(_) | Error::Duplicate(_)) => break,
                    Err(e) => return Err(e),
                }
            }
        }
        Ok(n)
    }

    /// Sends one batch of messages that are due; returns how many were tried.
    ///
    /// # Errors
    /// The database, or a secret that cannot be opened.
    pub fn send_deliveries(self: &Arc<Self>) -> Result<usize> {
        // demo and training data leave the house by no door
        if self.demo {
            return Ok(0);
        }
        let now = self.now();
        // every message of the batch may use its whole time before the last is settled
        let batch = i64::try_from(self.config.exchange.send_timeout_seconds).unwrap_or(60).saturating_mul(BATCH);
        let until = now.plus(Duration::seconds(batch.saturating_add(60)));
        let due = self.db.write_blocking(move |c| out::claim(c, now, until, BATCH))?;
        for d in &due {
            self.deliver(d)?;
        }
        Ok(due.len())
    }

    fn deliver(self: &Arc<Self>, d: &Delivery) -> Result<()> {
        let Some((url, secret)) = aim(self, d.subscription_id)? else {
            let row = self.ended(d, "dead", None, Some("subscription_ended".into()));
            let leased = d.clone();
            return self.db.write_blocking(move |c| out::settle(c, &leased, &row, None).map(drop));
        };
        let body = serde_json::to_vec(&d.body.0).map_err(|e| Error::Internal(format!("delivery: {e}")))?;
        let (id, at) = (d.id.to_string(), self.now());
        let (stamp, signature) = (at.millis() / 1_000, exchange::sign(&secret, &id, at.millis() / 1_000, &body));
        let headers = [
            ("content-type", "application/cloudevents+json; charset=utf-8"),
            ("webhook-id", id.as_str()),
            ("webhook-timestamp", &stamp.to_string()),
            ("webhook-signature", signature.as_str()),
        ];
        let (status, error) = match self.webhooks.post(&url, &headers, &body) {
            Ok(s @ 200..=299) => (Some(i32::from(s)), None),
            Ok(s) => (Some(i32::from(s)), Some("status")),
            Err(t) => (None, Some(t.code())),
        };
        let tried = Delivery { attempts: d.attempts + 1, ..d.clone() };
        // a message made pending again by hand has as many attempts before it as the first time
        let round = tried.attempts.rem_euclid(self.config.exchange.send_attempts);
        let row = match error {
            None => self.ended(&tried, "sent", status, None),
            Some(e) if round == 0 => self.ended(&tried, "dead", status, Some(e.to_owned())),
            Some(e) => {
                let i = usize::try_from(round - 1).unwrap_or(0).min(BACK_OFF.len() - 1);
                let next_at = self.now().plus(Duration::seconds(BACK_OFF[i]));
                Delivery { next_at, lease_until: None, last_status: status, last_error: Some(e.to_owned()), ..tried.clone() }
            }
        };
        let attempt = Attempt { delivery_id: d.id, n: tried.attempts, at, status, error: error.map(str::to_owned) };
        let leased = d.clone();
        self.db.write_blocking(move |c| out::settle(c, &leased, &row, Some(&attempt)).map(drop))
    }

    fn ended(&self, d: &Delivery, state: &str, status: Option<i32>, error: Option<String>) -> Delivery {
        let done_at = Some(self.now());
        Delivery { state: state.to_owned(), lease_until: None, last_status: status, last_error: error, done_at, ..d.clone() }
    }

    /// The newest messages, of one system or state if given, each with its attempts.
    ///
    /// # Errors
    /// The database.
    pub fn deliveries(self: &Arc<Self>, code: Option<&str>, state: Option<&str>) -> Result<Vec<DeliveryLine>> {
        let (code, state) = (code.map(str::to_owned), state.map(str::to_owned));
        self.db.read_blocking(move |c| {
            let rows = out::newest(c, code.as_deref(), state.as_deref(), LISTED)?;
            let ids: Vec<RowId> = rows.iter().map(|(d, _)| d.id).collect();
            let tried = out::attempts(c, &ids)?;
            let line = |(d, partner): (Delivery, String)| DeliveryLine {
                tried: tried.iter().filter(|a| a.delivery_id == d.id).map(|a| (a.at, a.status, a.error.clone())).collect(),
                next_at: (d.state == "pending").then_some(d.next_at),
                id: d.id,
                partner,
                state: d.state,
                attempts: d.attempts,
                last_status: d.last_status,
                last_error: d.last_error,
                created_at: d.created_at,
            };
            Ok(rows.into_iter().map(line).collect())
        })
    }

    /// Queues a message that was given up once more.
    ///
    /// # Errors
    /// [`Error::NotFound`]; it is not dead, or its subscription has ended.
    pub fn resend(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<()> {
        self.write_blocking(actor, None, move |tx| again(tx, id))
    }
}

fn as_json(v: &impl Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(v).map_err(|e| Error::Internal(format!("delivery: {e}")))
}

/// A message about to be queued.
struct Told {
    id: String,
    no: u64,
    kind: String,
    subject: String,
    time: At,
    data: serde_json::Value,
}

/// What a subscription's system hears after its place: the messages, where they end, whether more waits.
fn hears(c: &mut crate::store::Conn, app: &App, of: &Subscription, now: At) -> Result<(Vec<Told>, u64, bool)> {
    let after = u64::try_from(of.after).unwrap_or(0);
    if of.topic == LISTINGS {
        // a system that receives the list no more is told nothing
        let Some(areas) = crate::store::register::receives(c, of.partner_id)? else { return Ok((Vec::new(), after, false)) };
        let page = register::changes(c, app, &app.keys(), &areas, after)?;
        let told = |(i, e): (usize, &register::ListedView)| {
            // several listings of one page have the numbers before its end: each message its own
            let no = page.last.saturating_sub(u64::try_from(page.entries.len() - 1 - i).unwrap_or(0));
            Ok(Told {
                id: format!("{}-{}", e.code, e.rev),
                no,
                kind: format!("listing.{}", e.standing),
                subject: e.code.clone(),
                time: now,
                data: as_json(e)?,
            })
        };
        let all = page.entries.iter().enumerate().map(told).collect::<Result<_>>()?;
        return Ok((all, page.last, page.more));
    }
    let page = feed::page(c, app, of.partner_id, after, QUEUED)?;
    let told = |(e, no): (&feed::Entry, &u64)| {
        Ok(Told {
            id: e.id.clone(),
            no: *no,
            kind: format!("filing.{}", e.event),
            subject: e.source_number.clone(),
            time: e.recorded_at,
            data: as_json(e)?,
        })
    };
    let all = page.entries.iter().zip(&page.numbers).map(told).collect::<Result<_>>()?;
    Ok((all, page.last, page.more))
}

/// Queues a page for one subscription; how many, the subscription as it is then, and whether more waits.
fn queue(c: &mut crate::store::Conn, app: &App, of: &Subscription, ids: &[RowId], now: At) -> Result<(usize, Subscription, bool)> {
    let (told, last, more) = hears(c, app, of, now)?;
    if last <= u64::try_from(of.after).unwrap_or(0) {
        return Ok((0, of.clone(), false));
    }
    let rows: Vec<Delivery> = told
        .iter()
        .zip(ids)
        .map(|(t, id)| Delivery {
            id: *id,
            subscription_id: of.id,
            log_no: i64::try_from(t.no).unwrap_or(i64::MAX),
            body: Json(json!({
                "specversion": "1.0",
                "id": t.id,
                "source": format!("/qingxin/{}", app.config.city.code),
                "type": format!("qingxin.{}", t.kind),
                "subject": t.subject,
                "time": t.time,
                "datacontenttype": "application/json",
                "sequence": format!("{:020}", t.no),
                "data": t.data,
            })),
            state: "pending".into(),
            attempts: 0,
            next_at: now,
            lease_until: None,
            last_status: None,
            last_error: None,
            created_at: now,
            done_at: None,
        })
        .collect();
    let moved = Subscription { after: i64::try_from(last).unwrap_or(i64::MAX), ..of.clone() };
    out::enqueue(c, &moved, &rows)?;
    Ok((rows.len(), Subscription { version: moved.version + 1, ..moved }, more))
}
