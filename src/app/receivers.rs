//! Receivers of the list of joint sanctions 接收部门: what each confirmed last, how far it is behind and since when, what it was not told of.
//!
//! Owns what is counted: listings the reader may see and the receiver is told of. Who may look is who may look at the desk. A message that was
//! given up is sent again by the operator alone (`qingxin partner resend`); nothing is changed here.

use super::App;
use super::register::covers;
use crate::base::id::{CaseId, PartnerId, ProcedureId, RowId};
use crate::base::{At, Error, Result, text};
use crate::domain::access::Actor;
use crate::store::Conn;
use crate::store::listing_desk::{self as desk, Held, Receiver, Within};
use crate::store::procedures::{self, TermRow};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Listings a receiver may be counted behind with; beyond it the number is the least.
const COUNTED: usize = 1_000;
/// Messages given up that are shown.
const DEAD: i64 = 20;
/// Lines a page reads at once.
const MOST: usize = 100;
/// The term within which every receiver confirms.
const CONFIRM: &str = "confirm";

/// A receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiverLine {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind of system, in words: the channel it has.
    pub kind: String,
    /// The areas it is told of, in words; empty: all of the city.
    pub areas: Vec<String>,
    /// What it confirmed last: the unit,
    pub last_unit: Option<String>,
    /// the state,
    pub last_rev: Option<i32>,
    /// when.
    #[schema(value_type = Option<String>)]
    pub last_at: Option<At>,
    /// How many listings it has not confirmed as they are now.
    pub behind: usize,
    /// Whether more are behind than are counted.
    pub more: bool,
    /// How many of them left the list, and it may still hold them.
    pub retractions: usize,
    /// Since when the oldest of them waits.
    #[schema(value_type = Option<String>)]
    pub since: Option<At>,
    /// Whether the term to confirm has passed: it is chased.
    pub silent: bool,
    /// The case the chase-up runs in, the oldest.
    #[schema(value_type = Option<String>)]
    pub chased_in: Option<CaseId>,
    /// Messages to it that were given up.
    pub given_up: usize,
}

/// A listing as a receiver holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldLine {
    /// The listing.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Its case.
    #[schema(value_type = String)]
    pub case: CaseId,
    /// The unit.
    pub unit: String,
    /// Its code.
    pub uscc: Option<String>,
    /// `listed`, `suspended`, `removing`, `removed`.
    pub standing: String,
    /// In words.
    pub standing_title: String,
    /// The state it has now.
    pub rev: i32,
    /// The state the receiver confirmed; 0: none.
    pub held: i32,
    /// When.
    #[schema(value_type = Option<String>)]
    pub at: Option<At>,
    /// Since when a confirmation is waited for.
    #[schema(value_type = Option<String>)]
    pub since: Option<At>,
    /// Whether its term has passed: it is chased.
    pub late: bool,
}
impl HeldLine {
    /// Whether the receiver holds what is no longer so.
    #[must_use]
    pub fn behind(&self) -> bool {
        self.held < self.rev
    }
    /// Whether the entry left the list, and the receiver has not confirmed that.
    #[must_use]
    pub fn retraction(&self) -> bool {
        self.behind() && matches!(self.standing.as_str(), "removing" | "removed")
    }
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GivenUp {
    /// Its id: what the operator sends again by.
    #[schema(value_type = String)]
    pub id: RowId,
    /// When it was made.
    #[schema(value_type = String)]
    pub made_at: At,
    /// How often it was tried.
    pub attempts: i32,
    /// The last answer's status.
    pub status: Option<i32>,
    /// Why it failed last, as a code.
    pub error: Option<String>,
}

/// The page of a receiver.
#[derive(Debug, Clone)]
pub struct ReceiverView {
    /// Where it stands.
    pub line: ReceiverLine,
    /// Listings, the newest first.
    pub items: Vec<HeldLine>,
    /// Where to go on.
    pub next: Option<RowId>,
    /// What was given up.
    pub given_up: Vec<GivenUp>,
}

/// The terms to confirm that run, by procedure: the newest of each.
fn running(c: &mut Conn, held: &[Held]) -> Result<BTreeMap<ProcedureId, TermRow>> {
    let ids: Vec<ProcedureId> = held.iter().map(|(l, ..)| l.procedure_id).collect();
    let mut out = BTreeMap::new();
    for chunk in ids.chunks(200) {
        let mut all = procedures::terms_of_many(c, chunk)?;
        all.retain(|t| t.key == CONFIRM && t.status == "live");
        all.sort_by_key(|t| t.id);
        out.extend(all.into_iter().map(|t| (t.procedure_id, t)));
    }
    Ok(out)
}

fn line(c: &mut Conn, app: &App, r: &Receiver, w: &Within, now: At) -> Result<ReceiverLine> {
    let most = i64::try_from(COUNTED).unwrap_or(i64::MAX).saturating_add(1);
    let mut behind = desk::held(c, r.id, w, true, None, most)?;
    let more = behind.len() > COUNTED;
    behind.truncate(COUNTED);
    behind.retain(|(l, ..)| covers(app, &r.areas, &l.area));
    let terms = running(c, &behind)?;
    let waits = |h: &Held| terms.get(&h.0.procedure_id);
    let late = behind.iter().filter_map(|h| Some((waits(h).filter(|t| t.due_at <= now)?.start_at, h.0.case_id))).min();
    let last = desk::last_ack(c, r.id, w)?;
    let areas = r.areas.split(',').filter(|a| !a.is_empty()).map(|a| app.area_name(a)).collect();
    Ok(ReceiverLine {
        code: r.code.clone(),
        name: r.name.clone(),
        kind: text::zh(&format!("channel.{}", r.channel)).to_owned(),
        areas,
        last_rev: last.as_ref().map(|l| l.1),
        last_at: last.as_ref().map(|l| l.2),
        last_unit: last.map(|l| l.0),
        behind: behind.len(),
        more,
        retractions: behind.iter().filter(|(l, ..)| matches!(l.standing.as_str(), "removing" | "removed")).count(),
        since: behind.iter().filter_map(|h| waits(h).map(|t| t.start_at)).min(),
        silent: late.is_some(),
        chased_in: late.map(|(_, case)| case),
        given_up: desk::given_up(c, r.id, DEAD)?.len(),
    })
}

fn held_lines(c: &mut Conn, held: Vec<Held>, now: At) -> Result<Vec<HeldLine>> {
    let terms = running(c, &held)?;
    let one = |(l, rev, at): Held| {
        let waits = terms.get(&l.procedure_id).filter(|_| rev.unwrap_or(0) < l.rev);
        HeldLine {
            since: waits.map(|t| t.start_at),
            late: waits.is_some_and(|t| t.due_at <= now),
            standing_title: text::zh(&format!("listing.standing.{}", l.standing)).to_owned(),
            id: l.id,
            case: l.case_id,
            unit: l.unit_name,
            uscc: l.uscc,
            standing: l.standing,
            rev: l.rev,
            held: rev.unwrap_or(0),
            at,
        }
    };
    Ok(held.into_iter().map(one).collect())
}

/// A page of what a receiver is told of: read on until it is full, for what others are told of stands between.
fn page(
    c: &mut Conn,
    app: &App,
    r: &Receiver,
    w: &Within,
    open: bool,
    after: Option<RowId>,
    size: usize,
) -> Result<(Vec<Held>, Option<RowId>)> {
    let most = i64::try_from(size).unwrap_or(100);
    let (mut out, mut from): (Vec<Held>, _) = (Vec::new(), after);
    loop {
        let found = desk::held(c, r.id, w, open, from, most)?;
        let whole = found.len() == size;
        from = found.last().map(|(l, ..)| l.id);
        out.extend(found.into_iter().filter(|(l, ..)| covers(app, &r.areas, &l.area)));
        if out.len() >= size {
            out.truncate(size);
            let next = out.last().map(|(l, ..)| l.id);
            return Ok((out, next));
        }
        if !whole {
            return Ok((out, None));
        }
    }
}

impl App {
    /// Every receiver, counted over the listings the reader may see.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who may not look at the desk; the database.
    pub async fn receivers(self: &Arc<Self>, actor: &Actor) -> Result<Vec<ReceiverLine>> {
        let (w, now) = (self.listing_within(actor, None)?, self.now());
        self.look(move |c, app, _| desk::receivers(c)?.iter().map(|r| line(c, app, r, &w, now)).collect()).await
    }

    /// One receiver with what it holds, `open`: only what it has not confirmed.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::NotFound`] for a system that receives no list; the database.
    pub async fn receiver(
        self: &Arc<Self>,
        actor: &Actor,
        code: &str,
        open: bool,
        after: Option<RowId>,
        size: usize,
    ) -> Result<ReceiverView> {
        let (w, now, code) = (self.listing_within(actor, None)?, self.now(), code.to_owned());
        let size = size.clamp(1, MOST);
        self.look(move |c, app, _| {
            let r = desk::receivers(c)?.into_iter().find(|r| r.code == code).ok_or(Error::NotFound("receiver"))?;
            let (held, next) = page(c, app, &r, &w, open, after, size)?;
            let given_up = given_up(c, r.id)?;
            Ok(ReceiverView { line: line(c, app, &r, &w, now)?, items: held_lines(c, held, now)?, next, given_up })
        })
        .await
    }
}

fn given_up(c: &mut Conn, id: PartnerId) -> Result<Vec<GivenUp>> {
    let all = desk::given_up(c, id, DEAD)?;
    let one = |d: crate::store::exchange_out::Delivery| GivenUp {
        id: d.id,
        made_at: d.created_at,
        attempts: d.attempts,
        status: d.last_status,
        error: d.last_error,
    };
    Ok(all.into_iter().map(one).collect())
}
