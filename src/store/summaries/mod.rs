//! The dashboard's summaries: what each unit adds, the cells it comes to, how far the journal was read.
//!
//! Owns `summary_units`, `summary_days`, `summary_channels`, `summary_officers` and `summary_state`. What a unit adds is reckoned by
//! `domain::summary`; the rows it is reckoned from are read by [`sources`]. Every change raises `summary_state.rev`, so that of two nodes that
//! counted at once one saves.

pub mod sources;

use super::schema::{summary_state, summary_units};
use super::types::Json;
use super::{Conn, ensure_one};
use crate::base::id::RowId;
use crate::base::{At, Day, Error, Result};
use crate::domain::summary::period::Piece;
use crate::domain::summary::{BY_CHANNEL, Cells, DayKey, Figure, Figures, OfficerFigure, OfficerFigures, count};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What kinds of units there are, in the order they are counted anew.
pub const KINDS: [&str; 3] = ["case", "filing", "procedure"];

/// What one unit adds.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = summary_units)]
pub struct Unit {
    /// The case, filing or procedure.
    pub id: RowId,
    /// Which of these.
    pub kind: String,
    /// What it adds.
    pub cells: Json<Cells>,
}

/// How far the summaries are.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = summary_state, treat_none_as_null = true)]
pub struct State {
    /// The last event that was taken account of.
    pub log_no: i64,
    /// Raised by every change.
    pub rev: i64,
    /// Raised when cells were put right.
    pub mended: i64,
    /// What is being counted anew, by kind; absent when all is counted.
    pub fill_kind: Option<String>,
    /// The last unit of that kind that was.
    pub fill_after: Option<RowId>,
    /// Which kind is compared next,
    pub check_kind: String,
    /// and after which unit.
    pub check_after: Option<RowId>,
    /// When the journal was last read to its end.
    pub read_at: Option<At>,
}

/// How far the summaries are.
pub fn state(c: &mut Conn) -> Result<State> {
    Ok(summary_state::table.find(1).select(State::as_select()).first(c)?)
}

/// The summaries go from `was` to `now`; [`Error::Stale`] when another node was faster.
pub fn advance(c: &mut Conn, was: &State, now: &State) -> Result<()> {
    let here = summary_state::table.find(1).filter(summary_state::rev.eq(was.rev));
    let n = diesel::update(here).set(&State { rev: was.rev + 1, ..now.clone() }).execute(c)?;
    ensure_one(n, "summary_state")
}

/// This node is the one that counts until an instant; whether no other is. It spares work and is no guard: that is the revision.
pub fn take_turn(c: &mut Conn, node: &str, now: At, until: At) -> Result<bool> {
    let free = summary_state::held_until.is_null().or(summary_state::held_by.eq(Some(node))).or(summary_state::held_until.le(Some(now)));
    let set = (summary_state::held_by.eq(Some(node)), summary_state::held_until.eq(Some(until)));
    Ok(diesel::update(summary_state::table.filter(summary_state::one.eq(1)).filter(free)).set(set).execute(c)? == 1)
}

/// This node has done its turn.
pub fn end_turn(c: &mut Conn, node: &str) -> Result<()> {
    let mine = summary_state::table.filter(summary_state::held_by.eq(Some(node)));
    diesel::update(mine).set((summary_state::held_by.eq(None::<String>), summary_state::held_until.eq(None::<At>))).execute(c)?;
    Ok(())
}

/// What these units added when they were last counted, in no order.
pub fn units(c: &mut Conn, ids: &[RowId]) -> Result<Vec<Unit>> {
    Ok(summary_units::table.filter(summary_units::id.eq_any(ids.to_vec())).select(Unit::as_select()).load(c)?)
}

/// A page of units by id.
pub fn units_after(c: &mut Conn, after: RowId, limit: i64) -> Result<Vec<Unit>> {
    Ok(summary_units::table.filter(summary_units::id.gt(after)).order(summary_units::id).limit(limit).select(Unit::as_select()).load(c)?)
}

/// Keeps what units add now, in place of what they added; one that adds nothing is not kept.
pub fn keep(c: &mut Conn, units: &[Unit]) -> Result<()> {
    let ids: Vec<RowId> = units.iter().map(|u| u.id).collect();
    diesel::delete(summary_units::table.filter(summary_units::id.eq_any(ids))).execute(c)?;
    let rows: Vec<Unit> = units.iter().filter(|u| !u.cells.0.is_empty()).cloned().collect();
    insert_many!(c, summary_units::table, rows)?;
    Ok(())
}

/// Forgets everything; whoever calls sets the state to count anew.
pub fn clear(c: &mut Conn) -> Result<()> {
    c.batch("delete from summary_units; delete from summary_days; delete from summary_channels; delete from summary_officers")
}

/// Adds to the cells, days and months together.
pub fn apply(c: &mut Conn, change: &Cells) -> Result<()> {
    let mut days: BTreeMap<(&str, Day, &str, &str), Figures> = BTreeMap::new();
    let mut channels: BTreeMap<(&str, &DayKey, Day), Figures> = BTreeMap::new();
    for (k, f) in &change.days {
        for (grain, day) in [("day", k.day), ("month", count::month(k.day))] {
            days.entry((grain, day, &k.area, &k.bureau)).or_default().plus(f);
            if BY_CHANNEL.iter().any(|b| f.get(*b) != 0) {
                channels.entry((grain, k, day)).or_default().plus(f);
            }
        }
    }
    // of one month there are many days: one row each
    let mut by_channel: BTreeMap<(&str, Day, &str, &str, &str), Figures> = BTreeMap::new();
    for ((grain, k, day), f) in channels {
        by_channel.entry((grain, day, &k.area, &k.bureau, &k.channel)).or_default().plus(&f);
    }
    let text = |s: &str| Value::String(s.to_owned());
    let rows: Vec<Value> = days
        .iter()
        .filter(|(_, f)| !f.is_zero())
        .map(|((grain, day, area, bureau), f)| {
            row(f, &[("grain", text(grain)), ("day", text(&day.to_string())), ("area", text(area)), ("bureau", text(bureau))])
        })
        .collect::<Result<_>>()?;
    let all: Vec<&str> = Figure::ALL.iter().map(|f| f.code()).collect();
    add(c, "summary_days", &["grain", "day", "area", "bureau"], &all, rows)?;
    let rows: Vec<Value> = by_channel
        .iter()
        .map(|((grain, day, area, bureau, channel), f)| {
            let keys = [("grain", text(grain)), ("day", text(&day.to_string())), ("area", text(area)), ("bureau", text(bureau))];
            row(f, &[keys.as_slice(), &[("channel", text(channel))]].concat())
        })
        .collect::<Result<_>>()?;
    let some: Vec<&str> = BY_CHANNEL.iter().map(|f| f.code()).collect();
    add(c, "summary_channels", &["grain", "day", "area", "bureau", "channel"], &some, rows)?;
    let rows: Vec<Value> = change
        .officers
        .iter()
        .map(|(k, f)| row(f, &[("month", text(&k.month.to_string())), ("bureau", text(&k.bureau)), ("officer", text(&k.officer))]))
        .collect::<Result<_>>()?;
    let all: Vec<&str> = OfficerFigure::ALL.iter().map(|f| f.code()).collect();
    add(c, "summary_officers", &["month", "bureau", "officer"], &all, rows)
}

fn row(figures: &impl Serialize, keys: &[(&str, Value)]) -> Result<Value> {
    let mut out: Map<String, Value> = keys.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    if let Value::Object(f) = serde_json::to_value(figures).map_err(|e| Error::Internal(format!("figures: {e}")))? {
        out.extend(f);
    }
    Ok(Value::Object(out))
}

/// Adds figures to the rows of a table, all in one statement. Names are ours, values travel as one parameter.
fn add(c: &mut Conn, table: &str, keys: &[&str], figures: &[&str], rows: Vec<Value>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let is_day = |k: &&str| matches!(*k, "day" | "month");
    let list = |f: &dyn Fn(&&str) -> String, of: &[&str]| of.iter().map(f).collect::<Vec<_>>().join(", ");
    let columns = [keys, figures].concat().join(", ");
    let sum = list(&|f| format!("{f} = {table}.{f} + excluded.{f}"), figures);
    let tail = format!("on conflict ({}) do update set {sum}", keys.join(", "));
    let sql = if c.is_pg() {
        let taken = list(&|k| if is_day(k) { format!("x.{k}::date") } else { format!("x.{k}") }, keys);
        let counted = list(&|f| format!("coalesce(x.{f}, 0)"), figures);
        let shape = format!("{}, {}", list(&|k| format!("{k} text"), keys), list(&|f| format!("{f} bigint"), figures));
        format!("insert into {table} ({columns}) select {taken}, {counted} from json_to_recordset($1::json) as x({shape}) {tail}")
    } else {
        let taken = list(&|k| format!("value->>'{k}'"), keys);
        let counted = list(&|f| format!("coalesce(value->>'{f}', 0)"), figures);
        format!("insert into {table} ({columns}) select {taken}, {counted} from json_each(?1) where true {tail}")
    };
    let json = Value::Array(rows).to_string();
    each!(c, |conn| sql_query(sql).bind::<Text, _>(&json).execute(conn))?;
    Ok(())
}

/// Whose figures are summed: cells of these areas, and of these bureaus; of them, where asked, only of some areas or of one bureau. JSON lists of
/// codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    /// Areas the reader is over.
    pub areas: String,
    /// Bureaus the reader leads.
    pub bureaus: String,
    /// Only these areas; all if the list is empty.
    pub only_areas: String,
    /// Only this bureau; all if empty.
    pub only_bureau: String,
}

/// What figures are summed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Nothing: one sum.
    All,
    /// The day, of months their first.
    Day,
    /// Area and bureau.
    Place,
    /// Day, area and bureau.
    DayPlace,
    /// The channel.
    Channel,
}
impl By {
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::All => &[],
            Self::Day => &["day"],
            Self::Place => &["area", "bureau"],
            Self::DayPlace => &["day", "area", "bureau"],
            Self::Channel => &["channel"],
        }
    }
}

/// A sum: what it is of (empty where it is not by that), and the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The day, or a month's first.
    pub day: Option<Day>,
    /// The area.
    pub area: String,
    /// The bureau.
    pub bureau: String,
    /// The channel.
    pub channel: String,
    /// The figures.
    pub figures: Figures,
}

#[derive(QueryableByName)]
struct Raw {
    #[diesel(sql_type = Text)]
    day: String,
    #[diesel(sql_type = Text)]
    area: String,
    #[diesel(sql_type = Text)]
    bureau: String,
    #[diesel(sql_type = Text)]
    channel: String,
    #[diesel(sql_type = Text)]
    figures: String,
}

fn figures<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::Internal(format!("summed figures: {e}")))
}

/// The sums of figures as one JSON text.
fn summed(pg: bool, codes: &[&str]) -> String {
    let pairs: Vec<String> = codes.iter().map(|f| format!("'{f}', coalesce(sum({f}), 0)")).collect();
    if pg { format!("json_build_object({})::text", pairs.join(", ")) } else { format!("json_object({})", pairs.join(", ")) }
}

/// Sums of a piece of a span; what it reads is bounded by the piece and the places, not by the cases.
pub fn sums(c: &mut Conn, piece: Piece, within: &Within, by: By) -> Result<Vec<Sum>> {
    let pg = c.is_pg();
    let channel = by == By::Channel;
    let codes: Vec<&str> = if channel { BY_CHANNEL } else { Figure::ALL }.iter().map(|f| f.code()).collect();
    let shown = |k: &str| match (by.columns().contains(&k), pg && k == "day") {
        (true, true) => "day::text as day".to_owned(),
        (true, false) => format!("{k} as {k}"),
        (false, _) => format!("'' as {k}"),
    };
    let columns = ["day", "area", "bureau", "channel"].map(shown).join(", ");
    let table = if channel { "summary_channels" } else { "summary_days" };
    let place = if pg {
        "(area in (select json_array_elements_text($4::json)) or bureau in (select json_array_elements_text($5::json))) \
         and (json_array_length($6::json) = 0 or area in (select json_array_elements_text($6::json))) and ($7 = '' or bureau = $7)"
    } else {
        "(area in (select value from json_each(?4)) or bureau in (select value from json_each(?5))) \
         and (json_array_length(?6) = 0 or area in (select value from json_each(?6))) and (?7 = '' or bureau = ?7)"
    };
    let span = if pg { "grain = $1 and day >= $2::date and day <= $3::date" } else { "grain = ?1 and day >= ?2 and day <= ?3" };
    let group = if by.columns().is_empty() {
        String::new()
    } else {
        format!(
            "group by {}",
            (1..=4)
                .zip(["day", "area", "bureau", "channel"])
                .filter(|(_, k)| by.columns().contains(k))
                .map(|(i, _)| i.to_string())
                .collect::<Vec<_>>()
                .join(", ")
        )
    };
    let sql = format!("select {columns}, {} as figures from {table} where {span} and {place} {group}", summed(pg, &codes));
    let grain = if piece.months { "month" } else { "day" };
    let (from, to) = (piece.span.from.to_string(), piece.span.to.to_string());
    let rows: Vec<Raw> = each!(c, |conn| sql_query(sql)
        .bind::<Text, _>(grain)
        .bind::<Text, _>(&from)
        .bind::<Text, _>(&to)
        .bind::<Text, _>(&within.areas)
        .bind::<Text, _>(&within.bureaus)
        .bind::<Text, _>(&within.only_areas)
        .bind::<Text, _>(&within.only_bureau)
        .load(conn))?;
    rows.into_iter()
        .map(|r| {
            let day = (!r.day.is_empty()).then(|| r.day.parse::<Day>()).transpose().map_err(Error::Internal)?;
            Ok(Sum { day, area: r.area, bureau: r.bureau, channel: r.channel, figures: figures(&r.figures)? })
        })
        .collect()
}

/// How officers of some bureaus (a JSON list) dealt with clocks, months together.
pub fn officers(c: &mut Conn, from: Day, to: Day, bureaus: &str) -> Result<Vec<(String, String, OfficerFigures)>> {
    let pg = c.is_pg();
    let codes: Vec<&str> = OfficerFigure::ALL.iter().map(|f| f.code()).collect();
    let filter = if pg {
        "month >= $1::date and month <= $2::date and bureau in (select json_array_elements_text($3::json))"
    } else {
        "month >= ?1 and month <= ?2 and bureau in (select value from json_each(?3))"
    };
    let sql = format!(
        "select '' as day, '' as area, bureau, officer as channel, {} as figures from summary_officers where {filter} group by bureau, officer \
         order by bureau, officer",
        summed(pg, &codes)
    );
    let (from, to) = (from.to_string(), to.to_string());
    let rows: Vec<Raw> = each!(c, |conn| sql_query(sql).bind::<Text, _>(&from).bind::<Text, _>(&to).bind::<Text, _>(bureaus).load(conn))?;
    rows.into_iter().map(|r| Ok((r.bureau, r.channel, figures(&r.figures)?))).collect()
}

/// One stored row, for a recount: its table with its key in words, and its figures by their columns.
pub type Stored = (String, BTreeMap<String, i64>);

/// Every row of the cells that is not all 0, for a recount.
pub fn stored(c: &mut Conn) -> Result<Vec<Stored>> {
    let pg = c.is_pg();
    let days: Vec<&str> = Figure::ALL.iter().map(|f| f.code()).collect();
    let channels: Vec<&str> = BY_CHANNEL.iter().map(|f| f.code()).collect();
    let officers: Vec<&str> = OfficerFigure::ALL.iter().map(|f| f.code()).collect();
    let mut out = Vec::new();
    let tables: [(&str, &[&str], Vec<&str>); 3] = [
        ("summary_days", &["grain", "day", "area", "bureau"], days),
        ("summary_channels", &["grain", "day", "area", "bureau", "channel"], channels),
        ("summary_officers", &["month", "bureau", "officer"], officers),
    ];
    for (table, keys, codes) in tables {
        let key = keys.iter().map(|k| if pg { format!("{k}::text") } else { (*k).to_owned() }).collect::<Vec<_>>().join(" || ' ' || ");
        let of = keys.join(", ");
        let sql = format!(
            "select '{table} ' || {key} as day, '' as area, '' as bureau, '' as channel, {} as figures from {table} group by {of} order by {of}",
            summed(pg, &codes)
        );
        let rows: Vec<Raw> = each!(&mut *c, |conn| sql_query(sql).load(conn))?;
        for r in rows {
            let mut f: BTreeMap<String, i64> = figures(&r.figures)?;
            f.retain(|_, n| *n != 0);
            if !f.is_empty() {
                out.push((r.day, f));
            }
        }
    }
    Ok(out)
}

/// The rows some cells come to, as [`stored`] gives them.
#[must_use]
pub fn rows_of(cells: &Cells) -> BTreeMap<String, BTreeMap<String, i64>> {
    let mut out: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    let mut put = |key: String, code: &str, n: i64| {
        if n != 0 {
            *out.entry(key).or_default().entry(code.to_owned()).or_default() += n;
        }
    };
    for (k, f) in &cells.days {
        for (grain, day) in [("day", k.day), ("month", count::month(k.day))] {
            for x in Figure::ALL {
                put(format!("summary_days {grain} {day} {} {}", k.area, k.bureau), x.code(), f.get(*x));
            }
            for x in BY_CHANNEL {
                put(format!("summary_channels {grain} {day} {} {} {}", k.area, k.bureau, k.channel), x.code(), f.get(*x));
            }
        }
    }
    for (k, f) in &cells.officers {
        for x in OfficerFigure::ALL {
            put(format!("summary_officers {} {} {}", k.month, k.bureau, k.officer), x.code(), f.get(*x));
        }
    }
    for f in out.values_mut() {
        f.retain(|_, n| *n != 0);
    }
    out.retain(|_, f| !f.is_empty());
    out
}

/// Adds to one row, named as [`stored`] names it: puts right what differs.
///
/// # Errors
/// A key that names no row; the database.
pub fn mend(c: &mut Conn, key: &str, change: &BTreeMap<String, i64>) -> Result<()> {
    let mut words = key.split(' ');
    let table = words.next().unwrap_or_default();
    let (keys, codes): (&[&str], Vec<&str>) = match table {
        "summary_days" => (&["grain", "day", "area", "bureau"], Figure::ALL.iter().map(|f| f.code()).collect()),
        "summary_channels" => (&["grain", "day", "area", "bureau", "channel"], BY_CHANNEL.iter().map(|f| f.code()).collect()),
        "summary_officers" => (&["month", "bureau", "officer"], OfficerFigure::ALL.iter().map(|f| f.code()).collect()),
        _ => return Err(Error::Internal(format!("no summary {key}"))),
    };
    let named: Vec<(&str, Value)> = keys.iter().copied().zip(words.map(|w| Value::String(w.to_owned()))).collect();
    add(c, table, keys, &codes, vec![row(change, &named)?])
}
