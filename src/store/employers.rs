//! The employer's file: a summary row for each unit with the lists it stands in, and how far the job has read.
//!
//! Owns `employers`, `employer_places` and `employer_sweep`. What belongs to a unit is read by `reads`; what it comes to is reckoned by
//! `domain::warning` and `domain::related`.

mod reads;

pub use reads::*;

use super::schema::{employer_places, employer_sweep, employers, respondents};
use super::types::Json;
use super::{Conn, ensure_one, like};
use crate::base::id::{CaseId, RespondentId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::domain::warning::Kept;
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
    pub grade_bureau: Option<String>,
    pub grade_area: Option<String>,
    pub opened_at: At,
    pub as_of: At,
    pub next_on: Day,
    pub quiet: bool,
    pub rev: i32,
}

/// A list a unit stands in.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = employer_places, treat_none_as_default_value = false)]
struct Placed {
    employer_id: RowId,
    kind: String,
    place: String,
    score: i32,
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

/// Stores a summary unless there is one of its key.
pub fn open(c: &mut Conn, new: &Employer) -> Result<()> {
    each!(c, |conn| diesel::insert_into(employers::table).values(new).on_conflict(employers::key).do_nothing().execute(conn))?;
    Ok(())
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

/// Saves a summary that was read with the revision before, and the lists it stands in with its score; whether nobody was faster.
pub fn save(c: &mut Conn, row: &Employer, places: &[(&'static str, String)]) -> Result<bool> {
    let old = employers::table.find(row.id).filter(employers::rev.eq(row.rev - 1));
    if diesel::update(old).set(row).execute(c)? == 0 {
        return Ok(false);
    }
    place(c, row.id, row.score, places)?;
    Ok(true)
}

/// The unit stands in these lists and in no other; nothing is written where they say so already. The rows carry the unit's score, by which each list
/// is read in order.
fn place(c: &mut Conn, id: RowId, score: i32, places: &[(&'static str, String)]) -> Result<()> {
    let have: BTreeMap<(String, String), i32> = places_of(c, id)?.into_iter().map(|(kind, place, score)| ((kind, place), score)).collect();
    let same = |p: &(&'static str, String)| have.get(&(p.0.to_owned(), p.1.clone())) == Some(&score);
    if have.len() == places.len() && places.iter().all(same) {
        return Ok(());
    }
    diesel::delete(employer_places::table.filter(employer_places::employer_id.eq(id))).execute(c)?;
    let rows: Vec<Placed> =
        places.iter().map(|(kind, place)| Placed { employer_id: id, kind: (*kind).to_owned(), place: place.clone(), score }).collect();
    insert_many!(c, employer_places::table, rows)?;
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

/// Summaries to reckon again by this day, the longest waiting first.
pub fn due(c: &mut Conn, on: Day, limit: i64) -> Result<Vec<Employer>> {
    Ok(employers::table
        .filter(employers::next_on.le(on))
        .order((employers::next_on, employers::id))
        .limit(limit)
        .select(Employer::as_select())
        .load(c)?)
}

/// The summaries of these keys are to be reckoned again on a day. Raises their revision: whoever reckons one at this moment has read too early and
/// does not save. No error where there is none.
pub fn set_due(c: &mut Conn, keys: &[String], on: Day) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    let set = (employers::next_on.eq(on), employers::rev.eq(employers::rev + 1));
    diesel::update(employers::table.filter(employers::key.eq_any(keys))).set(set).execute(c)?;
    Ok(())
}

statement! {
    /// Summaries of the units whose grades of a year a bureau answers for are to be made anew.
    struct GradedDue { on: Day => diesel::sql_types::Date, year: i32 => diesel::sql_types::Integer, bureau: String => Text }
    sql "update employers set rev = rev + 1, next_on = ", on, " where id in (select coalesce(e.into_id, e.id) from gradings g join conduct_files f on f.id = g.file_id          join employers e on e.key = f.key where g.current and g.year = ", year, " and g.bureau = ", bureau, ")"
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
    /// Of one of these lists (kind and place); every unit if absent.
    pub within: Option<Vec<(&'static str, String)>>,
    /// Of this level.
    pub level: Option<String>,
    /// With at least this score.
    pub least: Option<i32>,
    /// Its code is this, or this is part of its name.
    pub words: Option<String>,
}

/// What narrows a list beside its place.
macro_rules! narrowed {
    ($q:expr, $f:expr, $after:expr, $score:expr, $id:expr) => {{
        let mut q = $q;
        if let Some((score, id)) = $after {
            q = q.filter($score.lt(score).or($score.eq(score).and($id.lt(id))));
        }
        if let Some(n) = $f.least {
            q = q.filter($score.ge(n));
        }
        if let Some(l) = &$f.level {
            q = q.filter(employers::level.eq(l.clone()));
        }
        if let Some(w) = &$f.words {
            q = q.filter(employers::uscc.eq(Some(w.to_uppercase())).or(employers::name.like(like(w)).escape('\\')));
        }
        q
    }};
}

/// Units by their score, the highest first, after the line `after`. Each list is read by its index in its own order; a reader has few, and what
/// they show is merged.
pub fn page(c: &mut Conn, f: &Filter, after: Option<(i32, RowId)>, limit: i64) -> Result<Vec<Employer>> {
    let Some(within) = &f.within else {
        let q = employers::table
            .filter(employers::into_id.is_null())
            .order((employers::score.desc(), employers::id.desc()))
            .limit(limit)
            .select(Employer::as_select())
            .into_boxed();
        return Ok(narrowed!(q, f, after, employers::score, employers::id).load(c)?);
    };
    let mut all: Vec<Employer> = Vec::new();
    for (kind, place) in within {
        let q = employer_places::table
            .inner_join(employers::table.on(employers::id.eq(employer_places::employer_id)))
            .filter(employer_places::kind.eq(*kind))
            .filter(employer_places::place.eq(place.clone()))
            .order((employer_places::score.desc(), employer_places::employer_id.desc()))
            .limit(limit)
            .select(Employer::as_select())
            .into_boxed();
        let found: Vec<Employer> = narrowed!(q, f, after, employer_places::score, employer_places::employer_id).load(c)?;
        all.extend(found);
    }
    all.sort_by_key(|e| std::cmp::Reverse((e.score, e.id)));
    all.dedup_by_key(|e| e.id);
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(all)
}

/// What a bureau leads, received, wrote or, in its own area, oversees; the place is [`of_bureau`].
pub const BUREAU: &str = "bureau";
/// What a bureau received, wherever it happened; the place is [`of_bureau`].
pub const RECEIVED: &str = "received";
/// Whatever is in an area or below it; the place is the area.
pub const AREA: &str = "area";

/// The place of what a bureau has to do with in an area or below it.
#[must_use]
pub fn of_bureau(bureau: &str, area: &str) -> String {
    format!("{bureau}/{area}")
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

/// Which node reckons now, and until when its turn lasts.
pub fn turn(c: &mut Conn) -> Result<Option<(String, At)>> {
    let held: (Option<String>, Option<At>) =
        employer_sweep::table.find(1).select((employer_sweep::held_by, employer_sweep::held_until)).first(c)?;
    Ok(held.0.zip(held.1))
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

/// This node is the one that reckons until an instant; whether no other is. It spares work and is no guard: what two nodes do at once is right as
/// well, by the revisions of the rows.
pub fn take_turn(c: &mut Conn, node: &str, now: At, until: At) -> Result<bool> {
    let free = employer_sweep::held_until.is_null().or(employer_sweep::held_by.eq(Some(node))).or(employer_sweep::held_until.le(Some(now)));
    let set = (employer_sweep::held_by.eq(Some(node)), employer_sweep::held_until.eq(Some(until)));
    Ok(diesel::update(employer_sweep::table.filter(employer_sweep::one.eq(1)).filter(free)).set(set).execute(c)? == 1)
}

/// This node has done its turn; nothing where another holds it by now.
pub fn end_turn(c: &mut Conn, node: &str) -> Result<()> {
    let mine = employer_sweep::table.filter(employer_sweep::held_by.eq(Some(node)));
    let set = (employer_sweep::held_by.eq(None::<String>), employer_sweep::held_until.eq(None::<At>));
    diesel::update(mine).set(set).execute(c)?;
    Ok(())
}
