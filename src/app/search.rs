//! One field to find a matter by: its number, a person (for a reason, on record), or words.
//!
//! Owns what is asked of the index, in which order and how far it is read: a page is full unless the budget of one request
//! is used up, and then its cursor goes on where the reading stopped. Never decrypts; what is shown are stored masks.
//! What is written to the index is [`super::indexing`]'s.

use super::App;
use super::subject::{in_unit, scope_of};
use super::write::{Marks, Tx};
use crate::base::id::{CaseId, FilingId};
use crate::base::seal::{self, KeyRing};
use crate::base::{Error, Result, text};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::domain::search as rules;
use crate::law::Fen;
use crate::law::identity::{Phone, ResidentId};
use crate::store::search::{self, Reach};
use crate::store::{Conn, cases, filings};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::ToSchema;

/// Filings read from the index in one go.
const CHUNK: i64 = 256;
/// Filings one request looks at.
const BUDGET: usize = 8_192;
/// Pieces are weighed up to here to find the rarest.
const WEIGHED: i64 = 1_000;
/// Filings named in the event of a search for a person.
const NAMED: i64 = 50;

/// What is asked.
#[derive(Clone, Default)]
pub struct Ask {
    /// A number, words, or with a reason a person's name, phone or ID.
    pub text: String,
    /// Why a person is looked for: one of [`super::sight::REASONS`].
    pub reason: Option<String>,
    /// The same in words.
    pub remark: Option<String>,
    /// Go on after this filing.
    pub after: Option<FilingId>,
    /// Hits a page, 1 to 100.
    pub limit: usize,
}
impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ask(…)")
    }
}

/// What the text was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A number of a case, a filing or its sender.
    Number,
    /// A person's name, phone or ID.
    Person,
    /// Words of respondent, project, place or narrative.
    Words,
}

/// A page of what was found, newest first.
#[derive(Debug, Clone)]
pub struct Found {
    /// What the text was taken for.
    pub by: By,
    /// In the reader's scope only.
    pub hits: Vec<Hit>,
    /// The position after the last line, if there may be more.
    pub next: Option<FilingId>,
}

/// A hit of a search.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in design §2")]
pub struct Hit {
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    #[schema(value_type = Option<String>)]
    pub filing: Option<FilingId>,
    pub number: String,
    pub respondent: String,
    pub project: Option<String>,
    pub area: String,
    pub state: String,
    pub claimant: Option<String>,
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
}

impl App {
    /// What a reader may know of, as a condition of a query: [`access::may_read`] turned inside out.
    #[must_use]
    pub fn reach(&self, actor: &Actor) -> Reach {
        let mut r = Reach::default();
        for d in actor.duties().iter().filter(|d| !d.kind.is_admin()) {
            let below: Vec<String> = self.city.areas.iter().filter(|a| a.path.contains(&d.area)).map(|a| a.code.clone()).collect();
            r.receiving.push(d.bureau.clone());
            if d.kind == DutyKind::Supervisor || d.bureau == self.config.city.bureau {
                r.whole |= d.area == self.config.city.code;
                r.areas.extend(below.iter().cloned());
            }
            if self.bureau_path(&d.bureau).contains(&d.area) {
                r.lead.push(d.bureau.clone());
            }
            r.bureaus.push((d.bureau.clone(), below));
        }
        for v in [&mut r.receiving, &mut r.lead, &mut r.areas] {
            v.sort_unstable();
            v.dedup();
        }
        r.bureaus.sort_unstable();
        r.bureaus.dedup();
        r
    }

    /// Finds matters of the reader's scope: by number; by phone, ID or full name, for a reason and on record; by words.
    ///
    /// # Errors
    /// At `/text` when nothing can be looked for, at `/reason` and `/remark` when a person is; [`Error::Forbidden`] when
    /// persons are not the reader's to look for.
    pub async fn search(self: &Arc<Self>, actor: &Actor, ask: Ask) -> Result<Found> {
        let q = text::tidy(&text::narrow(&ask.text));
        if q.chars().count() < 2 {
            return Err(Error::field("/text", "too_short", &[("min", "2")]));
        }
        let limit = ask.limit.clamp(1, 100);
        if let Some((kind, value)) = person(&q) {
            return self.by_person(actor, &ask, kind, value, limit).await;
        }
        if ask.after.is_none() {
            let number = crate::base::id::read_code(&q).unwrap_or_else(|| q.clone());
            let (app, who) = (Arc::clone(self), actor.clone());
            let hits = self.db.read(move |c| by_number(c, &app, &who, &number)).await?;
            if !hits.is_empty() {
                return Ok(Found { by: By::Number, hits, next: None });
            }
        }
        if ask.reason.as_ref().is_some_and(|r| !r.is_empty()) {
            return self.by_person(actor, &ask, "name", q, limit).await;
        }
        let words = rules::words(&q);
        if words.is_empty() {
            return Err(Error::field("/text", "too_short", &[("min", "2")]));
        }
        let (who, after) = (actor.clone(), ask.after);
        let (hits, next) = self.look(move |c, app, keys| by_words(c, app, &who, keys, &words, after, limit)).await?;
        Ok(Found { by: By::Words, hits, next })
    }

    /// Looks for a person: the look is noted before anything is shown.
    async fn by_person(self: &Arc<Self>, actor: &Actor, ask: &Ask, kind: &'static str, value: String, limit: usize) -> Result<Found> {
        if !access::may(actor, Ability::Unmask, "") {
            return Err(Error::Forbidden("unmask"));
        }
        let reason = ask.reason.clone().unwrap_or_default();
        if reason.is_empty() {
            return Err(Error::field("/reason", "person_search_reason", &[]));
        }
        if !super::sight::REASONS.contains(&reason.as_str()) {
            return Err(Error::field("/reason", "not_a_choice", &[]));
        }
        let remark = text::reasoned("/remark", ask.remark.as_deref().unwrap_or_default())?;
        let after = ask.after;
        let ids = self.write(actor, None, move |tx| note(tx, kind, &value, &reason, &remark, after, limit)).await?;
        let who = actor.clone();
        self.look(move |c, app, _| {
            let more = ids.len() > limit;
            let shown = &ids[..ids.len().min(limit)];
            let next = shown.last().copied().filter(|_| more);
            Ok(Found { by: By::Person, hits: hits(c, app, &who, shown)?, next })
        })
        .await
    }
}

/// A phone or an ID as it is indexed, with the name of its index.
fn person(q: &str) -> Option<(&'static str, String)> {
    if let Ok(id) = ResidentId::parse(q) {
        return Some(("id", id.as_str().to_owned()));
    }
    Phone::parse(q).ok().map(|p| ("phone", p.as_str().to_owned()))
}

/// Finds a person's filings within the reader's scope and notes that they were looked for; one more than a page.
fn note(
    tx: &mut Tx<'_>,
    kind: &'static str,
    value: &str,
    reason: &str,
    remark: &str,
    after: Option<FilingId>,
    limit: usize,
) -> Result<Vec<FilingId>> {
    let account = tx.actor.account().ok_or(Error::Forbidden("unmask"))?;
    let reach = tx.app.reach(tx.actor);
    let blind = seal::blind_all(&tx.keys, kind, value);
    let mut out: Vec<FilingId> = Vec::new();
    let mut at = after;
    loop {
        let all = search::of_person(tx.c, &blind, at, CHUNK)?;
        at = all.last().copied();
        let mine: BTreeSet<FilingId> = search::reached(tx.c, &all, &reach)?.into_iter().collect();
        let kept: Vec<FilingId> = all.iter().filter(|id| mine.contains(id)).copied().collect();
        out.extend(named(tx.c, tx.actor, &kept)?);
        if out.len() > limit || i64::try_from(all.len()).unwrap_or(0) < CHUNK {
            break;
        }
    }
    out.truncate(limit + 1);
    let shown: Vec<&FilingId> = out.iter().take(usize::try_from(NAMED).unwrap_or(0).min(limit)).collect();
    let payload = serde_json::json!({ "by": kind, "reason": reason, "found": shown, "further": after.is_some() });
    let seq = tx.record("account", account.into(), "person_searched", tx.now, payload, &Marks::default())?;
    tx.remark(account.into(), seq, "remark", remark)?;
    Ok(out)
}

/// Found by who made it, a report 举报 would tell who did: only its number finds it outside the unit.
fn named(c: &mut Conn, actor: &Actor, ids: &[FilingId]) -> Result<Vec<FilingId>> {
    let (rows, of) = rows(c, ids)?;
    let keep = |f: &filings::Filing| !f.secret || in_unit(actor, f.case_id.and_then(|id| of.get(&id)), f);
    Ok(ids.iter().filter(|id| rows.get(id).is_some_and(keep)).copied().collect())
}

/// Filings with their cases.
fn rows(c: &mut Conn, ids: &[FilingId]) -> Result<(BTreeMap<FilingId, filings::Filing>, BTreeMap<CaseId, cases::Case>)> {
    let found: BTreeMap<FilingId, filings::Filing> = filings::by_ids(c, ids)?.into_iter().map(|f| (f.id, f)).collect();
    let mut of: Vec<CaseId> = found.values().filter_map(|f| f.case_id).collect();
    of.sort_unstable();
    of.dedup();
    let of = cases::by_ids(c, &of)?.into_iter().map(|c| (c.id, c)).collect();
    Ok((found, of))
}

/// The lines of filings, in their order; what the reader may not read is asked once more, one by one.
fn hits(c: &mut Conn, app: &App, actor: &Actor, ids: &[FilingId]) -> Result<Vec<Hit>> {
    let (rows, of) = rows(c, ids)?;
    let persons: Vec<_> = rows.values().filter(|f| !f.secret).map(|f| f.claimant_id).collect();
    let masks: BTreeMap<_, _> = filings::claimants_by_ids(c, &persons)?.into_iter().map(|p| (p.id, p.name_mask)).collect();
    let one = |id: &FilingId| {
        let f = rows.get(id)?;
        let case = f.case_id.and_then(|id| of.get(&id));
        access::may_read(actor, &scope_of(app, case, Some(f)))
            .then(|| line(app, case, Some(f), masks.get(&f.claimant_id).filter(|_| !f.secret).cloned()))
    };
    Ok(ids.iter().filter_map(one).collect())
}

fn line(app: &App, case: Option<&cases::Case>, f: Option<&filings::Filing>, claimant: Option<String>) -> Hit {
    let area = case.map(|c| c.area.clone()).or_else(|| f.and_then(|f| f.area.clone()));
    let state = case.and_then(|c| app.graphs.latest("complaint").ok().and_then(|g| g.state(&c.state).map(|s| s.title.clone())));
    Hit {
        case: case.map(|c| c.id),
        filing: f.map(|f| f.id),
        number: f.map(|f| f.number.clone()).or_else(|| case.map(|c| c.number.clone())).unwrap_or_default(),
        respondent: f.map(|f| f.respondent_name.clone()).or_else(|| case.map(|c| c.respondent_name.clone())).unwrap_or_default(),
        project: f.and_then(|f| f.project_name.clone()).or_else(|| case.and_then(|c| c.project_name.clone())),
        area: area.map_or_else(String::new, |a| app.area_name(&a)),
        state: state.unwrap_or_default(),
        claimant,
        amount_fen: f.map(|f| f.reported_total).or_else(|| case.map(|c| c.reported_total)).unwrap_or_default(),
    }
}

fn by_number(c: &mut Conn, app: &App, actor: &Actor, number: &str) -> Result<Vec<Hit>> {
    let (case, ids) = search::numbered(c, number)?;
    let mut out = Vec::new();
    if let Some(case) = case.map(|id| cases::get(c, id)).transpose()?.flatten() {
        let mut scope = scope_of(app, Some(&case), None);
        scope.receiving = filings::of_case(c, case.id)?.into_iter().map(|f| f.receiving_bureau).collect();
        if access::may_read(actor, &scope) {
            out.push(line(app, Some(&case), None, None));
        }
    }
    out.extend(hits(c, app, actor, &ids)?);
    Ok(out)
}

/// A word of the question: any of its ways is enough, each asks for all its pieces. The first way is what stands plain.
struct Word {
    ways: Vec<Vec<i64>>,
}

/// Filings whose plain fields, or whose narrative, have all pieces of each word.
fn by_words(
    c: &mut Conn,
    app: &App,
    actor: &Actor,
    keys: &KeyRing,
    words: &[Vec<String>],
    after: Option<FilingId>,
    limit: usize,
) -> Result<(Vec<Hit>, Option<FilingId>)> {
    let asked: Vec<Word> = words
        .iter()
        .map(|w| {
            let mut ways = vec![w.iter().map(|g| rules::number(g)).collect()];
            ways.extend(seal::blind_numbers(keys, super::indexing::KIND, w)?);
            Ok(Word { ways })
        })
        .collect::<Result<_>>()?;
    let drivers = rarest(c, &asked)?;
    let numbers: Vec<i64> = asked.iter().flat_map(|w| w.ways.iter().flatten().copied()).collect::<BTreeSet<_>>().into_iter().collect();
    let reach = app.reach(actor);
    let (mut at, mut looked, mut out) = (after, 0, Vec::new());
    loop {
        let (candidates, last) = candidates(c, &drivers, at)?;
        looked += candidates.len();
        at = candidates.last().copied();
        for id in fitting(c, actor, &asked, &numbers, &candidates, &reach)? {
            if out.len() == limit {
                // one more is known to be there
                let next = out.last().copied();
                return Ok((hits(c, app, actor, &out)?, next));
            }
            out.push(id);
        }
        if last {
            return Ok((hits(c, app, actor, &out)?, None));
        }
        if looked >= BUDGET {
            return Ok((hits(c, app, actor, &out)?, at));
        }
    }
}

/// The pieces to walk along: of the word with the fewest filings, the rarest piece of each of its ways.
fn rarest(c: &mut Conn, asked: &[Word]) -> Result<Vec<i64>> {
    let mut best: Option<(i64, Vec<i64>)> = None;
    for w in asked {
        let (mut cost, mut found) = (0, Vec::new());
        for way in &w.ways {
            let mut least: Option<(i64, i64)> = None;
            for gram in way {
                let n = search::weigh(c, *gram, WEIGHED)?;
                if least.is_none_or(|l| n < l.0) {
                    least = Some((n, *gram));
                }
                if n == 0 {
                    break;
                }
            }
            if let Some((n, gram)) = least.filter(|l| l.0 > 0) {
                cost += n;
                found.push(gram);
            }
        }
        if best.as_ref().is_none_or(|b| cost < b.0) {
            best = Some((cost, found));
        }
    }
    Ok(best.map(|b| b.1).unwrap_or_default())
}

/// The next filings along several pieces, newest first, and whether these were the last.
fn candidates(c: &mut Conn, drivers: &[i64], after: Option<FilingId>) -> Result<(Vec<FilingId>, bool)> {
    let mut all: BTreeSet<FilingId> = BTreeSet::new();
    let mut horizon: Option<FilingId> = None;
    for gram in drivers {
        let some = search::with_gram(c, *gram, after, CHUNK)?;
        if i64::try_from(some.len()).unwrap_or(0) == CHUNK {
            // beyond here this list was not read: what another list has there comes with the next chunk
            horizon = horizon.max(some.last().copied());
        }
        all.extend(some);
    }
    let out = all.into_iter().rev().filter(|id| horizon.is_none_or(|h| *id >= h)).collect();
    Ok((out, horizon.is_none()))
}

/// Those of the candidates that have every word and that the reader may know of, in their order.
fn fitting(c: &mut Conn, actor: &Actor, asked: &[Word], numbers: &[i64], candidates: &[FilingId], reach: &Reach) -> Result<Vec<FilingId>> {
    let mut have: BTreeMap<FilingId, BTreeSet<i64>> = BTreeMap::new();
    for (doc, gram) in search::having(c, candidates, numbers)? {
        have.entry(doc).or_default().insert(gram);
    }
    let all = |h: &BTreeSet<i64>, way: &[i64]| way.iter().all(|g| h.contains(g));
    let fits: Vec<FilingId> = candidates
        .iter()
        .filter(|id| have.get(id).is_some_and(|h| asked.iter().all(|w| w.ways.iter().any(|way| all(h, way)))))
        .copied()
        .collect();
    let mine: BTreeSet<FilingId> = search::reached(c, &fits, reach)?.into_iter().collect();
    let fits: Vec<FilingId> = fits.into_iter().filter(|id| mine.contains(id)).collect();
    // what a report 举报 tells may name who told it: outside the unit only what stands plain finds it
    let told: Vec<FilingId> = fits
        .iter()
        .filter(|id| have.get(id).is_none_or(|h| !asked.iter().all(|w| w.ways.first().is_some_and(|way| all(h, way)))))
        .copied()
        .collect();
    let may: BTreeSet<FilingId> = named(c, actor, &told)?.into_iter().collect();
    Ok(fits.into_iter().filter(|id| !told.contains(id) || may.contains(id)).collect())
}
