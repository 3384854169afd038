//! Call me back 请回电 (practice P2.7): somebody who cannot or dares not file leaves a telephone, when it is safe to ring it and
//! how.
//!
//! Owns that asking needs no log-in and no name, that the answer never tells whether the telephone is known, that the number
//! is shown to the officer who took the request and on record, that every try is a contact, and that a request rings until
//! it is ended (`bells`): a try that reached nobody begins the term anew. Nothing is limited by address alone.

use super::bells;
use super::contacts::{self, ContactView, NewContact, Of};
use super::counter::remark;
use super::intake::{self, Registered};
use super::workers::{self as log_in, within};
use super::write::{Key, Marks, Tx};
use super::{App, ids_in};
use crate::base::error::Findings;
use crate::base::id::{FilingId, RowId, StreamId};
use crate::base::seal::{self, KeyRing, Place};
use crate::base::text::{self, Lang};
use crate::base::{At, Error, Result};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::bell::Waits;
use crate::domain::intake::{FilingForm, draft_from_form};
use crate::domain::routing::BureauKind;
use crate::store::counter::{self as rows, Callback};
use crate::store::{Conn, accounts, bells as waiting, filings};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// The stream of a request.
const STREAM: &str = "callback";
/// The list of `config/codes.toml` with what a request comes to without a registration.
const OUTCOMES: &str = "callback_outcome";
/// The outcome that needs tries before it.
const UNREACHABLE: &str = "unreachable";
/// How many tries that are, by the rules.
const TRIES: &str = "callback.tries";
/// Contacts a request shows.
const SHORT: i64 = 100;
/// Characters of a site's code.
const SITE: usize = 64;

/// What is left by whoever wants to be called.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskCallback {
    /// The telephone.
    pub phone: String,
    /// A name, or what the person wants to be called by; may be empty.
    #[serde(default)]
    pub name: String,
    /// Safe from this time of day on, `18:30`.
    #[serde(default)]
    pub safe_from: String,
    /// Until this one; may be past midnight.
    #[serde(default)]
    pub safe_to: String,
    /// `call`, or `sms` when a ringing telephone is not safe.
    #[serde(default)]
    pub channel: SafeChannel,
    /// An area's code, if known.
    #[serde(default)]
    pub area: Option<String>,
    /// The site whose QR code was scanned.
    #[serde(default)]
    pub site: Option<String>,
}
impl std::fmt::Debug for AskCallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AskCallback(…)")
    }
}

/// How it is safe to reach somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SafeChannel {
    /// A call.
    #[default]
    Call,
    /// A short message first.
    Sms,
}

/// A request as the office sees it.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallbackView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The bureau whose counter calls back.
    pub bureau: String,
    /// The telephone, masked.
    pub phone: String,
    /// The name, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Safe from, `18:30`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safe_from: Option<String>,
    /// Safe until.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safe_to: Option<String>,
    /// Whether now is a safe time.
    pub safe_now: bool,
    /// `call` or `sms`.
    pub channel: String,
    /// `zh` or `en`.
    pub lang: String,
    /// The area named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// The site named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// `open`, `claimed`, `registered`, `closed`.
    pub state: String,
    /// The officer who took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub officer: Option<String>,
    /// Asked.
    #[schema(value_type = String)]
    pub created_at: At,
    /// By when somebody is to try, or try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub due_at: Option<At>,
    /// Whether that has passed.
    pub overdue: bool,
    /// Tries so far, the newest first.
    pub tries: Vec<ContactView>,
    /// The filing it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub filing: Option<FilingId>,
    /// What it came to otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}
impl std::fmt::Debug for CallbackView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CallbackView({})", self.id)
    }
}

/// Whom to call.
#[derive(Clone, Serialize, ToSchema)]
pub struct CallbackNumber {
    /// The telephone.
    pub phone: String,
    /// The name, if one was left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
impl std::fmt::Debug for CallbackNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallbackNumber(…)")
    }
}

/// A page of requests.
#[derive(Debug, Clone)]
pub struct Callbacks {
    /// The oldest first.
    pub items: Vec<CallbackView>,
    /// Where to go on.
    pub next: Option<(At, RowId)>,
}

/// Minutes after midnight of `HH:MM`.
fn minutes(typed: &str) -> Option<i32> {
    let t = text::narrow(typed);
    let (h, m) = t.trim().split_once(':')?;
    let (h, m): (i32, i32) = (h.parse().ok()?, m.parse().ok()?);
    ((0..24).contains(&h) && (0..60).contains(&m)).then_some(h * 60 + m)
}

/// Whether a time of day lies in a window, which may go past midnight.
fn is_safe(window: Option<(i32, i32)>, now: i32) -> bool {
    match window {
        None => true,
        Some((from, to)) if from <= to => (from..=to).contains(&now),
        Some((from, to)) => now >= from || now <= to,
    }
}

fn clock(m: i32) -> String {
    format!("{:02}:{:02}", m / 60, m % 60)
}

fn minute_of_day(at: At) -> i32 {
    i32::try_from((at.millis() - at.day().start().millis()) / 60_000).unwrap_or(0)
}

fn marks(k: &Callback) -> Marks {
    Marks { area: k.area.clone(), bureau: Some(k.bureau.clone()), ..Marks::default() }
}

fn note(tx: &mut Tx<'_>, k: &Callback, kind: &str, payload: serde_json::Value) -> Result<()> {
    tx.record(STREAM, StreamId::from(k.id.uuid()), kind, tx.now, payload, &marks(k)).map(drop)
}

/// A request of the actor's counter; of another one it does not exist.
fn known(tx: &mut Tx<'_>, id: RowId) -> Result<Callback> {
    let k = rows::callback(tx.c, id)?.ok_or(Error::NotFound("callback"))?;
    if access::may(tx.actor, Ability::Register, &k.bureau) { Ok(k) } else { Err(Error::NotFound("callback")) }
}

/// A request the actor took and has not ended.
fn taken(tx: &mut Tx<'_>, id: RowId) -> Result<Callback> {
    let k = known(tx, id)?;
    if k.ended_at.is_some() {
        return Err(Error::refused("not_now", &[]));
    }
    match k.claimed_by {
        Some(a) if tx.actor.account() == Some(a) => Ok(k),
        _ => Err(Error::refused("callback_claim_first", &[])),
    }
}

fn claim(tx: &mut Tx<'_>, id: RowId, take_over: bool) -> Result<RowId> {
    let k = known(tx, id)?;
    let me = tx.actor.account().ok_or(Error::Unauthenticated)?;
    if k.ended_at.is_some() {
        return Err(Error::refused("not_now", &[]));
    }
    if k.claimed_by == Some(me) {
        return Ok(id);
    }
    // an officer who is away leaves nobody uncalled: a colleague may take it over, and says so
    if k.claimed_by.is_some() && !take_over {
        return Err(Error::refused("callback_claimed", &[]));
    }
    let (was, from) = (k.state.clone(), k.claimed_by);
    let k = Callback { state: "claimed".into(), claimed_by: Some(me), claimed_at: Some(tx.now), ..k };
    rows::update_callback(tx.c, &k, &was)?;
    note(tx, &k, "claimed", serde_json::json!({ "from": from }))?;
    Ok(id)
}

fn tried(tx: &mut Tx<'_>, id: RowId, new: &NewContact, words: Option<&str>) -> Result<RowId> {
    let k = taken(tx, id)?;
    let contact = contacts::keep(tx, Of::Callback(id), new, words)?;
    bells::anew(tx, id)?;
    note(tx, &k, "contact", contacts::told(contact, new))?;
    Ok(contact)
}

fn close(tx: &mut Tx<'_>, id: RowId, outcome: &str, words: &str) -> Result<RowId> {
    let k = taken(tx, id)?;
    let tries = rows::contacts_of_callback(tx.c, id, SHORT)?.into_iter().filter(|x| x.direction == "out").count();
    let least = tx.law.rules.number(TRIES, tx.now.day()).ok_or_else(|| Error::Internal(format!("no rule {TRIES}")))?;
    if outcome == UNREACHABLE && i64::try_from(tries).unwrap_or(i64::MAX) < least {
        return Err(Error::refused("callback_tries", &[("least", &least.to_string())]));
    }
    let was = k.state.clone();
    let k = Callback {
        state: "closed".into(),
        outcome: Some(outcome.to_owned()),
        note_ct: Some(tx.seal("callbacks", "note_ct", id, words)?),
        ended_at: Some(tx.now),
        ..k
    };
    rows::update_callback(tx.c, &k, &was)?;
    bells::done(tx, id)?;
    note(tx, &k, "closed", serde_json::json!({ "outcome": outcome, "tries": tries }))?;
    Ok(id)
}

fn view(c: &mut Conn, app: &App, keys: &KeyRing, k: Callback, due_at: Option<At>) -> Result<CallbackView> {
    let (now, window) = (app.now(), k.safe_from.zip(k.safe_to));
    let tries = rows::contacts_of_callback(c, k.id, SHORT)?;
    Ok(CallbackView {
        due_at,
        overdue: due_at.is_some_and(|d| d < now),
        tries: contacts::views(c, app, keys, tries)?,
        officer: k.claimed_by.map(|a| accounts::get(c, a)).transpose()?.flatten().map(|a| a.name),
        id: k.id,
        bureau: k.bureau,
        phone: k.phone_mask,
        name: k.name_mask,
        safe_from: window.map(|w| clock(w.0)),
        safe_to: window.map(|w| clock(w.1)),
        safe_now: is_safe(window, minute_of_day(now)),
        channel: k.channel,
        lang: k.lang,
        area: k.area,
        site: k.site,
        state: k.state,
        created_at: k.created_at,
        filing: k.filing_id,
        outcome: k.outcome,
    })
}

/// The filing of whatever became of a registration.
fn filing_of(r: &Registered) -> FilingId {
    match r {
        Registered::New { filing, .. } | Registered::Amended { filing } | Registered::Duplicate { filing } => *filing,
    }
}

impl App {
    /// The bureau that calls back: that of the area named, else the city's.
    fn callback_bureau(&self, area: Option<&str>) -> String {
        area.and_then(|a| self.city.bureaus.acting(&self.city.areas, a, BureauKind::Hrss))
            .map_or_else(|| self.config.city.bureau.clone(), |b| b.code.clone())
    }

    /// Somebody asks to be called back. The answer is the same whether the telephone is known, waits already, or is new.
    ///
    /// # Errors
    /// Field errors, [`Error::TooMany`].
    pub async fn ask_callback(self: &Arc<Self>, ask: &AskCallback, lang: Lang) -> Result<()> {
        let mut found = Findings::new();
        let phone = match log_in::phone(&ask.phone, "/phone") {
            Ok(p) => p,
            Err(e) => {
                e.fields().iter().cloned().for_each(|f| found.push(f));
                String::new()
            }
        };
        let name = text::tidy(&ask.name);
        if name.chars().count() > 40 {
            found.add("/name", "bad_name", &[]);
        }
        let mut time = |typed: &str, at: &str| {
            let m = minutes(typed);
            if m.is_none() && !typed.trim().is_empty() {
                found.add(at, "not_a_time", &[]);
            }
            m
        };
        let (from, to) = (time(&ask.safe_from, "/safeFrom"), time(&ask.safe_to, "/safeTo"));
        if ask.safe_from.trim().is_empty() != ask.safe_to.trim().is_empty() {
            found.add(if from.is_none() { "/safeFrom" } else { "/safeTo" }, "required", &[]);
        }
        let area = ask.area.as_deref().map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned);
        if area.as_deref().is_some_and(|a| self.city.areas.get(a).is_none()) {
            found.add("/area", "area_code", &[]);
        }
        found.done()?;
        let (per_phone, all) = (self.limit_key("callback", &phone)?, "callback:all".to_owned());
        let (a_day, a_minute) = (self.config.workers.callbacks_a_day, self.config.workers.callbacks_a_minute);
        let now = self.now();
        // counted whatever comes of it: a request that changes nothing is a use of the limit too
        self.db
            .write(move |c| {
                within(c, &per_phone, a_day, Duration::days(1), now)?;
                within(c, &all, a_minute, Duration::minutes(1), now)
            })
            .await?;
        let keys = self.keys();
        let (any, phone_bix) = (seal::blind_all(&keys, "phone", &phone), seal::blind(&keys, "phone", &phone)?);
        let site: Option<String> = ask.site.as_deref().map(text::tidy).filter(|s| !s.is_empty()).map(|s| s.chars().take(SITE).collect());
        let (bureau, channel) = (self.callback_bureau(area.as_deref()), ask.channel);
        let system = Actor::System("callback");
        self.write(&system, None, move |tx| {
            if rows::callback_waits(tx.c, &any)? {
                return Ok(());
            }
            let id: RowId = tx.ids.id(tx.now);
            let k = Callback {
                id,
                bureau: bureau.clone(),
                area: area.clone(),
                site: site.clone(),
                name_ct: if name.is_empty() { None } else { Some(tx.seal("callbacks", "name_ct", id, &name)?) },
                name_mask: (!name.is_empty()).then(|| text::mask_name(&name)),
                phone_ct: tx.seal("callbacks", "phone_ct", id, &phone)?,
                phone_mask: text::mask_phone(&phone),
                phone_bix: phone_bix.clone(),
                safe_from: from,
                safe_to: to,
                channel: match channel {
                    SafeChannel::Call => "call".into(),
                    SafeChannel::Sms => "sms".into(),
                },
                lang: lang.code().into(),
                state: "open".into(),
                claimed_by: None,
                claimed_at: None,
                filing_id: None,
                outcome: None,
                note_ct: None,
                created_at: tx.now,
                ended_at: None,
            };
            rows::insert_callback(tx.c, &k)?;
            bells::hang(tx, Waits::Callback, id, &k.bureau, &k.phone_mask, tx.now)?;
            tx.begins(StreamId::from(id.uuid()));
            note(tx, &k, "asked", serde_json::json!({ "channel": k.channel }))
        })
        .await
    }

    /// Requests that wait at the reader's counters, the oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn callbacks(self: &Arc<Self>, actor: &Actor, after: Option<(At, RowId)>, limit: usize) -> Result<Callbacks> {
        let (counters, limit) = (self.counters(actor), limit.clamp(1, 100));
        self.look(move |c, app, keys| {
            let n = i64::try_from(limit + 1).unwrap_or(100);
            let mut page = rows::open_callbacks(c, &counters, after, n)?;
            let more = page.len() > limit;
            page.truncate(limit);
            let next = page.last().filter(|_| more).map(|k| (k.created_at, k.id));
            let due: BTreeMap<RowId, At> =
                waiting::by_ids(c, &page.iter().map(|k| k.id).collect::<Vec<_>>())?.into_iter().map(|b| (b.id, b.due_at)).collect();
            let items = page.into_iter().map(|k| {
                let due_at = due.get(&k.id).copied();
                view(c, app, keys, k, due_at)
            });
            let items = items.collect::<Result<Vec<_>>>()?;
            Ok(Callbacks { items, next })
        })
        .await
    }

    /// One request of the reader's counters, and whether the reader took it.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn callback(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<(CallbackView, bool)> {
        let actor = actor.clone();
        self.look(move |c, app, keys| {
            let k = rows::callback(c, id)?.filter(|k| access::may(&actor, Ability::Register, &k.bureau));
            let k = k.ok_or(Error::NotFound("callback"))?;
            let mine = k.claimed_by.is_some() && k.claimed_by == actor.account();
            let due_at = waiting::by_ids(c, &[id])?.first().map(|b| b.due_at);
            Ok((view(c, app, keys, k, due_at)?, mine))
        })
        .await
    }

    /// How many requests wait at the reader's counters, counted up to a hundred; nothing where the reader has none.
    ///
    /// # Errors
    /// The database.
    pub async fn callbacks_waiting(self: &Arc<Self>, actor: &Actor) -> Result<Option<i64>> {
        let counters = self.counters(actor);
        if counters.is_empty() {
            return Ok(None);
        }
        self.db.read(move |c| rows::waiting_callbacks(c, &counters, SHORT)).await.map(Some)
    }

    /// An officer takes a request, or takes it over from a colleague.
    ///
    /// # Errors
    /// [`Error::NotFound`], `callback_claimed`, `not_now`.
    pub async fn claim_callback(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, take_over: bool) -> Result<RowId> {
        self.write(actor, key, move |tx| claim(tx, id, take_over)).await
    }

    /// The plain telephone of a request, for the officer who took it; on record before it is shown.
    ///
    /// # Errors
    /// [`Error::NotFound`], `callback_claim_first`, `not_now`.
    pub async fn callback_number(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<CallbackNumber> {
        self.write(actor, None, move |tx| {
            let k = taken(tx, id)?;
            note(tx, &k, "number_shown", serde_json::json!({}))
        })
        .await?;
        self.look(move |c, _, keys| {
            let k = rows::callback(c, id)?.ok_or(Error::NotFound("callback"))?;
            let open = |column: &'static str, ct| seal::open(keys, Place::new("callbacks", column, id), ct);
            Ok(CallbackNumber {
                phone: open("phone_ct", &k.phone_ct)?,
                name: k.name_ct.as_ref().map(|ct| open("name_ct", ct)).transpose()?,
            })
        })
        .await
    }

    /// The officer who took a request notes a try: a contact.
    ///
    /// # Errors
    /// [`Error::NotFound`], `callback_claim_first`, `not_now`, field errors.
    pub async fn callback_tried(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, new: &NewContact) -> Result<RowId> {
        self.may_know_callback(actor, id).await?;
        let (words, new) = (contacts::checked(self, new, self.now())?, new.clone());
        self.write(actor, key, move |tx| tried(tx, id, &new, words.as_deref())).await
    }

    /// What was told on the telephone becomes a registration; the tries are its contacts.
    ///
    /// # Errors
    /// [`Error::NotFound`], `callback_claim_first`, `not_now`, field errors with pointers into the form.
    pub async fn register_callback(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, form: &FilingForm) -> Result<Registered> {
        let bureau = self.may_know_callback(actor, id).await?;
        let channel = if form.channel.trim().is_empty() { "phone".to_owned() } else { form.channel.clone() };
        let form = FilingForm { channel, ..form.clone() };
        let now = self.now();
        let draft = draft_from_form(&form, &self.city.intake.channels, &self.city.intake.caps, now).map_err(Error::Invalid)?;
        let keys = self.keys();
        let prepared = ids_in(self, |ids| intake::prepare(self, &keys, ids, &draft, &bureau, now))?;
        self.write(actor, key, move |tx| {
            let k = taken(tx, id)?;
            let done = intake::register_in(tx, &prepared, None)?;
            let filing = filing_of(&done);
            let was = k.state.clone();
            let k = Callback { state: "registered".into(), filing_id: Some(filing), ended_at: Some(tx.now), ..k };
            rows::update_callback(tx.c, &k, &was)?;
            rows::adopt_contacts(tx.c, id, filing)?;
            bells::done(tx, id)?;
            note(tx, &k, "registered", serde_json::json!({ "filing": filing }))?;
            let f = filings::get(tx.c, filing)?.ok_or(Error::NotFound("filing"))?;
            let payload = serde_json::json!({ "callback": id, "askedAt": k.created_at });
            tx.record("filing", filing.into(), "called_back", tx.now, payload, &super::claimant::of_filing(&f))?;
            Ok(done)
        })
        .await
    }

    /// The officer who took a request closes it with what came of it. Turning somebody away is no way to close it: that is
    /// a refusal, with its code and its notice.
    ///
    /// # Errors
    /// [`Error::NotFound`], `callback_claim_first`, `callback_tries`, `not_now`, field errors.
    pub async fn close_callback(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, outcome: &str, words: &str) -> Result<RowId> {
        self.may_know_callback(actor, id).await?;
        if !self.registry.codes.get(OUTCOMES).is_some_and(|l| l.iter().any(|(c, _)| c == outcome)) {
            return Err(Error::field("/outcome", "not_a_choice", &[]));
        }
        let (outcome, words) = (outcome.to_owned(), remark(words, "/note")?);
        self.write(actor, key, move |tx| close(tx, id, &outcome, &words)).await
    }

    /// The bureau of a request the actor may know of: asked before anything else is checked.
    async fn may_know_callback(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<String> {
        let k = self.db.read(move |c| rows::callback(c, id)).await?.ok_or(Error::NotFound("callback"))?;
        if access::may(actor, Ability::Register, &k.bureau) { Ok(k.bureau) } else { Err(Error::NotFound("callback")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_safe_time_may_go_past_midnight() {
        assert_eq!(minutes("18:30"), Some(1110));
        assert_eq!(minutes("１８：３０"), Some(1110), "full-width as a telephone types it");
        for bad in ["", "24:00", "7", "18:60", "-1:00", "a:b"] {
            assert_eq!(minutes(bad), None, "{bad}");
        }
        assert!(is_safe(None, 0));
        assert!(is_safe(Some((1110, 1260)), 1110) && is_safe(Some((1110, 1260)), 1260) && !is_safe(Some((1110, 1260)), 600));
        assert!(is_safe(Some((1320, 60)), 1439) && is_safe(Some((1320, 60)), 30) && !is_safe(Some((1320, 60)), 720));
        assert_eq!(clock(65), "01:05");
    }
}
