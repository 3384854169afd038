//! The list of joint sanctions as others see it: anybody on the public pages, receivers by feed and snapshot, whoever asks by code.
//!
//! Owns what is said of an entry and to whom; never more than the rule allows (令45 Art 9, 10): of a person the name and the end of nothing.
//! Every answer is read from the rows at once, so that an entry that ended is gone on every node with the transaction that ended it.
//! A check is answered with a signature and the instant, so that who asked can prove what was said.

use super::App;
use super::people::token_hash;
use super::perform::tell_procedure;
use super::write::{Marks, Tx};
use crate::base::id::{ProcedureId, RowId};
use crate::base::seal::{self, KeyRing, Place};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{Actor, Partner};
use crate::law::identity::{ResidentId, Uscc};
use crate::store::listings::{self as rows, Listing, Party};
use crate::store::register::{self as store, Hit, Wanted};
use crate::store::{Conn, journal};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// What a signature of a check is for.
pub const PROOF: &str = "listing-check";
/// The list of `config/codes.toml` with what a person may be looked up for.
pub const PURPOSES: &str = "listing_purpose";
/// Codes of one batch.
pub const BATCH: usize = 200;
/// Entries of a public page.
const PAGE: i64 = 20;
/// Entries of a page of feed or snapshot.
const FEED: i64 = 100;
/// The restricted fields of 令45 Art 10 and 724 Art 48, by their codes in the catalogue.
pub const MEASURES: [&str; 8] = ["funding", "procurement", "bidding", "financing", "market", "tax", "honours", "travel"];

/// A restriction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeasureView {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}
fn measures() -> Vec<MeasureView> {
    MEASURES.iter().map(|m| MeasureView { code: (*m).to_owned(), name: text::zh(&format!("listing.measure.{m}")).to_owned() }).collect()
}

/// An entry that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HitView {
    /// Its public code.
    pub code: String,
    /// The unit.
    pub unit: String,
    /// The bureau that decided.
    pub authority: String,
    /// From
    #[schema(value_type = String)]
    pub listed_on: Day,
    /// until, this day too.
    #[schema(value_type = String)]
    pub until_on: Day,
}

/// What a check comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckView {
    /// What was asked about: the unified social credit code; nothing for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uscc: Option<String>,
    /// Whether an entry stands.
    pub listed: bool,
    /// Entries that stand.
    pub entries: Vec<HitView>,
    /// In what the unit is restricted while one stands.
    pub restrictions: Vec<MeasureView>,
    /// When it was looked up.
    #[schema(value_type = String)]
    pub at: At,
    /// The signature over `message`, by a key of `/public/v1/keys`.
    pub proof: String,
    /// What is signed: the question, the answer, the codes of the entries, the instant.
    pub message: String,
}

fn hit_view(app: &App, h: Hit) -> HitView {
    HitView { authority: app.bureau_name(&h.bureau), code: h.code, unit: h.unit, listed_on: h.decided_on, until_on: h.until_on }
}

/// Signs an answer: `uscc|listed|code,code|at`.
fn answer(app: &App, keys: &KeyRing, uscc: Option<String>, hits: Vec<Hit>, at: At) -> Result<CheckView> {
    let codes: Vec<&str> = hits.iter().map(|h| h.code.as_str()).collect();
    let word = if hits.is_empty() { "clear" } else { "listed" };
    let message = format!("{}|{word}|{}|{at}", uscc.as_deref().unwrap_or("person"), codes.join(","));
    let proof = keys.sign(PROOF, message.as_bytes())?;
    let restrictions = if hits.is_empty() { Vec::new() } else { measures() };
    Ok(CheckView {
        uscc,
        listed: !hits.is_empty(),
        entries: hits.into_iter().map(|h| hit_view(app, h)).collect(),
        restrictions,
        at,
        proof,
        message,
    })
}

/// An entry as anybody may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// The public code of the unit's entry.
    pub code: String,
    /// The unit.
    pub unit: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
    /// The number of the decision.
    pub decision: String,
    /// The bureau that decided.
    pub authority: String,
    /// From
    #[schema(value_type = String)]
    pub listed_on: Day,
    /// until, this day too.
    #[schema(value_type = String)]
    pub until_on: Day,
    /// Why, in words.
    pub ground: String,
    /// Persons listed with it: as what and by name.
    pub persons: Vec<String>,
    /// In what it is restricted.
    pub restrictions: Vec<MeasureView>,
}

/// What a permanent link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linked {
    /// The entry stands.
    Entry(Box<EntryView>),
    /// It stood once; nothing of it is shown.
    Gone,
}

/// A page of the public list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPage {
    /// The newest first.
    pub entries: Vec<EntryView>,
    /// Where the next page begins.
    pub next: Option<(Day, RowId)>,
}

fn person(keys: &KeyRing, p: &Party) -> Result<String> {
    let name = seal::open(keys, Place::new("listing_parties", "name_ct", p.id), &p.name_ct)?;
    Ok(format!("{} {name}", text::zh(&format!("listing.party.{}", p.kind))))
}

fn entry_view(c: &mut Conn, app: &App, keys: &KeyRing, l: &Listing) -> Result<Option<EntryView>> {
    let parties = rows::parties(c, l.id)?;
    let Some(unit) = parties.iter().find(|p| p.is_unit() && p.code.is_some()) else { return Ok(None) };
    let (Some(code), Some(listed_on), Some(until_on)) = (unit.code.clone(), l.decided_on, l.until_on) else { return Ok(None) };
    let number = match unit.decision_id {
        Some(id) => store::numbers(c, &[id])?.pop().map(|(_, n)| n).unwrap_or_default(),
        None => String::new(),
    };
    let withholding = format!("listing.withholding.{}", l.withholding.as_deref().unwrap_or("arrears"));
    let ground = format!("letter.listing.ground.{}", l.ground.as_deref().unwrap_or("amount"));
    Ok(Some(EntryView {
        code,
        unit: l.unit_name.clone(),
        uscc: l.uscc.clone(),
        decision: number,
        authority: app.bureau_name(&l.bureau),
        listed_on,
        until_on,
        ground: text::zh_with(&ground, &[("withholding", text::zh(&withholding))]),
        persons: parties.iter().filter(|p| !p.is_unit() && p.code.is_some()).map(|p| person(keys, p)).collect::<Result<_>>()?,
        restrictions: measures(),
    }))
}

/// An entry as a receiver is told of it: the state that holds now, with its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedView {
    /// The public code of the unit's entry: what is acknowledged by it and `rev`.
    pub code: String,
    /// Which state this is; a higher one replaces a lower.
    pub rev: i32,
    /// `listed`, `suspended`, `removing`, `removed`: restrictions hold in the first alone.
    pub standing: String,
    /// The unit.
    pub unit: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
    /// The area.
    pub area: String,
    /// The bureau that decided.
    pub authority: String,
    /// From
    #[schema(value_type = String)]
    pub listed_on: Day,
    /// until, this day too.
    #[schema(value_type = String)]
    pub until_on: Day,
    /// When it ended,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub ended_on: Option<Day>,
    /// and why: `expired`, `early`, `revoked`, `corrected`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_why: Option<String>,
    /// Persons listed with it; none once it ended.
    pub persons: Vec<String>,
}

/// A page for a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverPage {
    /// What holds now, once for each listing of the page.
    pub entries: Vec<ListedView>,
    /// Where the page ends.
    pub last: u64,
    /// Whether more is there already.
    pub more: bool,
}

/// Whether a receiver of these areas is told of an area.
#[must_use]
pub fn covers(app: &App, areas: &str, area: &str) -> bool {
    areas.is_empty() || app.area_path(Some(area)).iter().any(|a| areas.split(',').any(|x| x == a))
}

fn listed_view(c: &mut Conn, app: &App, keys: &KeyRing, l: &Listing) -> Result<Option<ListedView>> {
    let parties = rows::parties(c, l.id)?;
    let Some(code) = parties.iter().find(|p| p.is_unit()).and_then(|p| p.code.clone()) else { return Ok(None) };
    let (Some(listed_on), Some(until_on)) = (l.decided_on, l.until_on) else { return Ok(None) };
    let shown = l.standing == "listed";
    let persons = parties.iter().filter(|p| shown && !p.is_unit() && p.code.is_some()).map(|p| person(keys, p)).collect::<Result<_>>()?;
    Ok(Some(ListedView {
        code,
        rev: l.rev,
        standing: l.standing.clone(),
        unit: l.unit_name.clone(),
        uscc: l.uscc.clone(),
        area: l.area.clone(),
        authority: app.bureau_name(&l.bureau),
        listed_on,
        until_on,
        ended_on: l.ended_on,
        ended_why: l.ended_why.clone(),
        persons,
    }))
}

/// What changed after a number of the journal, for one receiver; each listing once, as it is now.
pub(super) fn changes(c: &mut Conn, app: &App, keys: &KeyRing, areas: &str, after: u64) -> Result<ReceiverPage> {
    let mut found = store::changes(c, after, FEED + 1)?;
    let more = i64::try_from(found.len()).unwrap_or(0) > FEED;
    found.truncate(usize::try_from(FEED).unwrap_or(0));
    let last = found.last().and_then(|(no, _)| u64::try_from(*no).ok()).unwrap_or(after);
    let mut ids: Vec<ProcedureId> = found.iter().map(|(_, p)| *p).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut entries = Vec::new();
    for l in store::of_procedures(c, &ids)?.iter().filter(|l| covers(app, areas, &l.area)) {
        entries.extend(listed_view(c, app, keys, l)?);
    }
    entries.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(ReceiverPage { entries, last, more })
}

/// Receivers that are told of a listing.
///
/// # Errors
/// The database.
pub(super) fn receiving(c: &mut Conn, app: &App, l: &Listing) -> Result<Vec<store::Receiver>> {
    Ok(store::receivers(c, l.id)?.into_iter().filter(|r| covers(app, &r.areas, &l.area)).collect())
}

/// Receivers that have not confirmed the state a listing has now: a removal is not done while there is one.
///
/// # Errors
/// The database.
pub(super) fn waiting(c: &mut Conn, app: &App, l: &Listing) -> Result<Vec<store::Receiver>> {
    Ok(receiving(c, app, l)?.into_iter().filter(|r| r.rev < l.rev).collect())
}

/// A confirmation.
#[derive(Debug, Clone, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ack {
    /// The public code of the unit's entry.
    pub code: String,
    /// The state that is held.
    pub rev: i32,
}

/// What a listing is told when the last receiver has confirmed its state.
const CONFIRMED: &str = "all_confirmed";

fn acknowledge(tx: &mut Tx<'_>, p: &Partner, all: &[Ack]) -> Result<usize> {
    let areas = store::receives(tx.c, p.id)?.ok_or(Error::Forbidden("receiver"))?;
    let mut done = 0;
    for (i, a) in all.iter().enumerate() {
        let found = store::of_code(tx.c, &a.code)?.map(|(l, _)| l).filter(|l| covers(tx.app, &areas, &l.area));
        let l = found.ok_or_else(|| Error::field(&format!("/acks/{i}/code"), "unknown_entry", &[]))?;
        if a.rev < 1 || a.rev > l.rev {
            return Err(Error::field(&format!("/acks/{i}/rev"), "unknown_rev", &[("rev", &l.rev.to_string())]));
        }
        let waited = !waiting(tx.c, tx.app, &l)?.is_empty();
        store::ack(tx.c, l.id, p.id, a.rev, tx.now)?;
        let marks = Marks { area: Some(l.area.clone()), bureau: Some(l.bureau.clone()), ..Marks::default() };
        let payload = serde_json::json!({ "listing": l.id, "rev": a.rev });
        tx.record("partner", p.id.into(), "acknowledged", tx.now, payload, &marks)?;
        if waited && waiting(tx.c, tx.app, &l)?.is_empty() {
            tell_procedure(tx, l.procedure_id, &[CONFIRMED])?;
        }
        done += 1;
    }
    Ok(done)
}

impl App {
    /// Whether a unit is on the list, with a signed answer. Any system with a key may ask.
    ///
    /// # Errors
    /// A field error for what is no code.
    pub async fn check_listing(self: &Arc<Self>, key: &str, uscc: &str) -> Result<CheckView> {
        let uscc = match Uscc::parse(uscc) {
            Ok(u) => u.as_str().to_owned(),
            Err(code) => {
                self.partner_of(key).await?;
                return Err(Error::field("/uscc", code, &[]));
            }
        };
        let (hash, now) = (token_hash(key), self.now());
        let ((by, own), answer) = self
            .look(move |c, app, keys| {
                let (who, hits) = store::asked(c, &hash, &uscc)?.ok_or(Error::Unauthenticated)?;
                Ok((who, answer(app, keys, Some(uscc.clone()), hits, now)?))
            })
            .await?;
        self.count_request(by.id, own).await?;
        Ok(answer)
    }

    /// The same for many, in the order asked.
    ///
    /// # Errors
    /// A field error at what is no code; too many.
    pub async fn check_listings(self: &Arc<Self>, codes: &[String]) -> Result<Vec<CheckView>> {
        if codes.is_empty() || codes.len() > BATCH {
            return Err(Error::field("/codes", "batch_size", &[("most", &BATCH.to_string())]));
        }
        let mut asked = Vec::with_capacity(codes.len());
        for (i, code) in codes.iter().enumerate() {
            let code = Uscc::parse(code).map_err(|c| Error::field(&format!("/codes/{i}"), c, &[]))?;
            asked.push(code.as_str().to_owned());
        }
        let now = self.now();
        self.look(move |c, app, keys| {
            let mut found: BTreeMap<String, Vec<Hit>> = BTreeMap::new();
            for (uscc, hit) in store::by_codes(c, &asked)? {
                found.entry(uscc).or_default().push(hit);
            }
            asked.iter().map(|u| answer(app, keys, Some(u.clone()), found.get(u).cloned().unwrap_or_default(), now)).collect()
        })
        .await
    }

    /// Whether a person is on the list, for travel and office (practice P4.7): who asked and for what purpose is on record, the number
    /// is in no record.
    ///
    /// # Errors
    /// Field errors at what is no number, or no code of [`PURPOSES`].
    pub async fn check_person(self: &Arc<Self>, p: &Partner, number: &str, purpose: &str) -> Result<CheckView> {
        let number = ResidentId::parse(number).map_err(|c| Error::field("/idNumber", c, &[]))?;
        let known = self.registry.codes.get(PURPOSES).is_some_and(|l| l.iter().any(|(c, _)| c == purpose));
        if !known {
            return Err(Error::field("/purpose", "not_allowed", &[]));
        }
        let purpose = purpose.to_owned();
        let indexes = seal::blind_all(&self.keys(), "id", number.as_str());
        let (actor, p, now) = (Actor::Partner(p.clone()), p.clone(), self.now());
        let hits = self.db.read(move |c| store::by_person(c, &indexes)).await?;
        let listed = !hits.is_empty();
        let marks = Marks { bureau: Some(p.bureau.clone()), ..Marks::default() };
        self.write(&actor, None, move |tx| {
            let payload = serde_json::json!({ "purpose": purpose, "listed": listed });
            tx.record("partner", p.id.into(), "person_checked", tx.now, payload, &marks)
        })
        .await?;
        answer(self, &self.keys(), None, hits, now)
    }

    /// A page of the public list.
    ///
    /// # Errors
    /// The database.
    pub async fn public_listings(self: &Arc<Self>, w: Wanted, after: Option<(Day, RowId)>) -> Result<PublicPage> {
        let today = self.now().day();
        self.look(move |c, app, keys| {
            let mut found = store::public(c, &w, today, after, PAGE + 1)?;
            let more = i64::try_from(found.len()).unwrap_or(0) > PAGE;
            found.truncate(usize::try_from(PAGE).unwrap_or(0));
            let next = if more { found.last().and_then(|l| Some((l.decided_on?, l.id))) } else { None };
            let mut entries = Vec::with_capacity(found.len());
            for l in &found {
                entries.extend(entry_view(c, app, keys, l)?);
            }
            Ok(PublicPage { entries, next })
        })
        .await
    }

    /// What a permanent link leads to: the entry while it stands and is public, else that it is there no more.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a code that never was.
    pub async fn public_listing(self: &Arc<Self>, code: &str) -> Result<Linked> {
        let (code, today) = (code.to_owned(), self.now().day());
        self.look(move |c, app, keys| {
            let (l, _) = store::of_code(c, &code)?.ok_or(Error::NotFound("entry"))?;
            let stands = l.standing == "listed" && l.until_on.is_some_and(|d| d >= today);
            match entry_view(c, app, keys, &l)? {
                Some(e) if stands && l.published_on.is_some() => Ok(Linked::Entry(Box::new(e))),
                // what was never public is not said to have been
                _ if l.published_on.is_none() => Err(Error::NotFound("entry")),
                _ => Ok(Linked::Gone),
            }
        })
        .await
    }

    /// What changed for a receiver after a number of the journal.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a system that receives no list.
    pub async fn listing_changes(self: &Arc<Self>, p: &Partner, after: u64) -> Result<ReceiverPage> {
        let id = p.id;
        self.look(move |c, app, keys| {
            let areas = store::receives(c, id)?.ok_or(Error::Forbidden("receiver"))?;
            changes(c, app, keys, &areas, after)
        })
        .await
    }

    /// Everything that stands now, in pages, with the number of the journal from which the feed goes on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a system that receives no list.
    pub async fn listing_snapshot(
        self: &Arc<Self>,
        p: &Partner,
        after: Option<(Day, RowId)>,
    ) -> Result<(Vec<ListedView>, Option<(Day, RowId)>, u64)> {
        let id = p.id;
        self.look(move |c, app, keys| {
            let areas = store::receives(c, id)?.ok_or(Error::Forbidden("receiver"))?;
            let from = journal::last_log_no(c)?;
            let mut found = store::standing(c, after, FEED + 1)?;
            let more = i64::try_from(found.len()).unwrap_or(0) > FEED;
            found.truncate(usize::try_from(FEED).unwrap_or(0));
            let next = if more { found.last().and_then(|l| Some((l.decided_on?, l.id))) } else { None };
            let mut entries = Vec::new();
            for l in found.iter().filter(|l| covers(app, &areas, &l.area)) {
                entries.extend(listed_view(c, app, keys, l)?);
            }
            Ok((entries, next, from))
        })
        .await
    }

    /// A receiver confirms which states it holds; all of them or none.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a system that receives no list; field errors at what it cannot hold.
    pub async fn acknowledge(self: &Arc<Self>, p: &Partner, key: super::write::Key, all: Vec<Ack>) -> Result<usize> {
        if all.is_empty() || all.len() > BATCH {
            return Err(Error::field("/acks", "batch_size", &[("most", &BATCH.to_string())]));
        }
        let (actor, p) = (Actor::Partner(p.clone()), p.clone());
        self.write(&actor, Some(key), move |tx| acknowledge(tx, &p, &all)).await
    }

    /// Says whether a system receives the list and of which areas.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to anybody but the operator, [`Error::NotFound`], a field error at an unknown area.
    pub fn set_receiver(self: &Arc<Self>, actor: &Actor, code: &str, on: bool, areas: &[String]) -> Result<()> {
        let (code, areas) = (code.to_owned(), areas.to_vec());
        self.write_blocking(actor, None, move |tx| {
            if !tx.actor.is_system() {
                return Err(Error::Forbidden("partners"));
            }
            let p = crate::store::exchange::partner_by_code(tx.c, &code)?.ok_or(Error::NotFound("partner"))?;
            for a in &areas {
                if tx.app.city.areas.get(a).is_none() {
                    return Err(Error::field("/areas", "unknown_area", &[("value", a)]));
                }
            }
            store::set_receiver(tx.c, p.id, on, &areas.join(","))?;
            let marks = Marks { bureau: Some(p.bureau.clone()), ..Marks::default() };
            tx.record("partner", p.id.into(), "receiver_set", tx.now, serde_json::json!({ "on": on, "areas": areas }), &marks).map(drop)
        })
    }
}
