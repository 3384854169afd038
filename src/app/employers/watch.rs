//! The summaries of units: kept by a job that reads the journal and, once a day, what time alone may have changed; compared by `doctor`.
//!
//! Owns when a summary is made anew, that it holds no truth of its own, and that a level that rises is told once. Level-triggered: it looks only at
//! stored state, so that a tick that was missed heals at the next, and any number of nodes may run it. Decides nothing about a unit: no
//! procedure begins, changes or ends by it.

use super::gather::{self, Gathered, Who};
use super::relations;
use crate::app::App;
use crate::app::notify;
use crate::app::write::{Marks, Tx};
use crate::base::id::{CaseId, ProcedureId, RowId, StreamId};
use crate::base::{At, Result, text};
use crate::domain::access::Actor;
use crate::domain::warning::Level;
use crate::store::employers::{self as rows, AREA, BUREAU, Employer, Sweep};
use crate::store::types::Json;
use crate::store::{Conn, conduct, gradings, journal};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Events read in one transaction.
const EVENTS: i64 = 200;
/// Parties read in one transaction while what was there before is taken up.
const FILL: i64 = 100;
/// Summaries made anew in one transaction because a day passed.
const DAILY: i64 = 50;
/// Summaries `doctor` reads in one go.
const PAGE: i64 = 200;
/// Bureaus that are told of one unit.
const TOLD: usize = 10;
/// Events that may be unread before `doctor` says that the job does not run.
const BEHIND: u64 = 5_000;
/// The stream of what is told of units.
const STREAM: &str = "employer";
/// The notice of a level that rose.
pub const NOTICE: &str = "employer_warning";
/// Who hears it: credit officers of the bureaus that lead its cases, and whoever supervises them.
const LADDERS: [&[&str]; 2] =
    [&["credit@lead", "leader@lead", "supervisor@above", "head@city"], &["supervisor@above", "supervisor@city", "head@city"]];

/// What a summary says, as it should be.
struct Said {
    row: Employer,
    places: Vec<(&'static str, String)>,
    /// Bureaus that lead its cases, the newest first.
    leads: Vec<String>,
    /// Units beside it.
    beside: Vec<String>,
}

/// What a summary should say at an instant.
fn said(c: &mut Conn, app: &App, who: &Who, old: &Employer, now: At) -> Result<Said> {
    let bare = |into: Option<RowId>| Employer {
        into_id: into,
        score: 0,
        level: Level::Green.code().to_owned(),
        reasons: Json(Vec::new()),
        cases: 0,
        open_cases: 0,
        headcount: 0,
        listed: false,
        grade: None,
        as_of: now,
        next_on: None,
        ..old.clone()
    };
    if let Who::Name(n) = who
        && let [code] = rows::codes_of(c, n)?.as_slice()
    {
        let into = rows::keyed(c, code)?.map(|e| e.id);
        return Ok(Said { row: bare(into), places: Vec::new(), leads: Vec::new(), beside: Vec::new() });
    }
    let g = gather::gather(c, app, who, now)?;
    let around = relations::around(c, &g, false)?;
    let w = g.warning(app, &around.beside(), now.day())?;
    let own: Vec<_> = g.matters.iter().filter(|m| !m.merged()).collect();
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let open = own.iter().filter(|m| m.case.open).count();
    let headcount = own.iter().filter(|m| m.case.open && m.employer).fold(0i32, |n, m| n.saturating_add(m.case.headcount));
    let lead = |m: &&&gather::Matter| m.employer || m.case.open;
    let mut leads: Vec<String> = Vec::new();
    for m in own.iter().filter(lead) {
        if !leads.contains(&m.case.lead_bureau) {
            leads.push(m.case.lead_bureau.clone());
        }
    }
    let row = Employer {
        name: if g.name.is_empty() { old.name.clone() } else { g.name.clone() },
        name_key: if g.name_key.is_empty() { old.name_key.clone() } else { g.name_key.clone() },
        score: w.score,
        level: w.level.code().to_owned(),
        reasons: Json(w.kept()),
        cases: count(own.len()),
        open_cases: count(open),
        headcount,
        listed: g.listed(),
        grade: g.grade().map(|g| g.grade.clone()),
        // what runs may grow late and what counts may grow old; nothing else changes without an event
        next_on: (open > 0 || w.score > 0).then(|| now.day().next()),
        ..bare(None)
    };
    Ok(Said { row, places: places(c, &g)?, leads, beside: around.keys() })
}

/// The lists a unit stands in: of whoever leads, oversees or received a case of it or wrote in its register, and of the areas of these.
fn places(c: &mut Conn, g: &Gathered) -> Result<Vec<(&'static str, String)>> {
    let mut out: BTreeSet<(&'static str, String)> = BTreeSet::new();
    for m in &g.matters {
        out.insert((AREA, m.case.area.clone()));
        out.insert((BUREAU, m.case.lead_bureau.clone()));
        out.extend(m.case.oversight_bureau.clone().map(|b| (BUREAU, b)));
    }
    let ids: Vec<CaseId> = g.matters.iter().map(|m| m.case.id).collect();
    out.extend(rows::received_by(c, &ids)?.into_iter().map(|(_, b)| (BUREAU, b)));
    let written = g.records.iter().map(|r| (&r.area, &r.bureau)).chain(g.gradings.iter().map(|g| (&g.area, &g.bureau)));
    for (area, bureau) in written {
        out.insert((AREA, area.clone()));
        out.insert((BUREAU, bureau.clone()));
    }
    Ok(out.into_iter().collect())
}

/// A summary that says nothing yet.
fn blank(tx: &mut Tx<'_>, who: &Who, name: &str, name_key: &str) -> Employer {
    Employer {
        id: tx.ids.id(tx.now),
        key: who.key(),
        uscc: who.uscc().map(str::to_owned),
        name: name.to_owned(),
        name_key: name_key.to_owned(),
        into_id: None,
        score: 0,
        level: Level::Green.code().to_owned(),
        reasons: Json(Vec::new()),
        cases: 0,
        open_cases: 0,
        headcount: 0,
        listed: false,
        grade: None,
        opened_at: tx.now,
        as_of: tx.now,
        next_on: None,
        rev: 0,
    }
}

/// Units to look at, with a name of each.
type Units = BTreeMap<Who, (String, String)>;

/// Makes a summary anew; returns the units beside it where what it says reaches them.
fn refresh(tx: &mut Tx<'_>, who: &Who, (name, name_key): &(String, String), quiet: bool) -> Result<Vec<String>> {
    let old = match rows::keyed(tx.c, &who.key())? {
        Some(row) => row,
        None => {
            let new = blank(tx, who, name, name_key);
            rows::open(tx.c, &new)?
        }
    };
    let s = said(tx.c, tx.app, who, &old, tx.now)?;
    let row = Employer { rev: old.rev + 1, ..s.row };
    rows::update(tx.c, &row)?;
    rows::place(tx.c, row.id, row.score, &s.places)?;
    let (before, after) = (Level::of(&old.level).unwrap_or(Level::Green), Level::of(&row.level).unwrap_or(Level::Green));
    if after > before && !quiet {
        tell(tx, &row, before, after, &s.leads)?;
    }
    Ok(if row.listed || old.listed { s.beside } else { Vec::new() })
}

/// Tells that a level rose, once: with the row that says so, in its transaction.
fn tell(tx: &mut Tx<'_>, row: &Employer, from: Level, to: Level, leads: &[String]) -> Result<()> {
    let payload = serde_json::json!({
        "from": from.code(), "to": to.code(), "score": row.score, "rules": row.reasons.0.iter().map(|r| r.rule.as_str()).collect::<Vec<_>>(),
    });
    tx.record(STREAM, StreamId::from(row.id.uuid()), "warning_rose", tx.now, payload, &Marks::default())?;
    let bureaus: BTreeSet<String> = leads.iter().take(TOLD).cloned().collect();
    let unit = row.uscc.clone().unwrap_or_else(|| row.name.chars().filter(|c| !matches!(c, '{' | '}')).take(60).collect());
    let args = BTreeMap::from([("number".to_owned(), unit), ("state".to_owned(), super::level_title(to))]);
    notify::tell_bureaus(tx, &bureaus, &LADDERS, NOTICE, &args)
}

/// Makes summaries anew, and once more those beside units that stand on the list.
fn refresh_all(tx: &mut Tx<'_>, units: Units, quiet: bool) -> Result<usize> {
    let mut beside: BTreeSet<Who> = BTreeSet::new();
    let mut done = BTreeSet::new();
    for (who, names) in &units {
        beside.extend(refresh(tx, who, names, quiet)?.iter().map(|k| Who::of_key(k)));
        done.insert(who.clone());
    }
    for who in beside.into_iter().filter(|w| !done.contains(w)) {
        if let Some(e) = rows::keyed(tx.c, &who.key())? {
            refresh(tx, &who, &(e.name, e.name_key), quiet)?;
        }
    }
    Ok(done.len())
}

/// Adds the units of some parties, and of a name that came with a code the one without: it may be the same from now on, or no more.
fn collect(c: &mut Conn, parties: &[rows::Party], out: &mut Units) -> Result<()> {
    for p in parties.iter().filter(|p| p.is_unit()) {
        let names = (p.name.clone(), p.name_key.clone());
        let who = gather::who(c, p.uscc.as_deref(), &p.name_key)?;
        let bare = Who::Name(p.name_key.clone());
        if p.uscc.is_none() || rows::keyed(c, &bare.key())?.is_some() {
            out.entry(bare).or_insert_with(|| names.clone());
        }
        if p.uscc.is_some() {
            // a second code takes the bare parties from the first
            for code in rows::codes_of(c, &p.name_key)? {
                out.entry(Who::Code(code)).or_insert_with(|| names.clone());
            }
        }
        out.entry(who).or_insert(names);
    }
    Ok(())
}

fn collect_file(c: &mut Conn, file: &conduct::File, out: &mut Units) -> Result<()> {
    let who = gather::who(c, file.uscc.as_deref(), &file.name_key)?;
    if file.uscc.is_none() {
        out.entry(Who::Name(file.name_key.clone())).or_insert_with(|| (file.name.clone(), file.name_key.clone()));
    }
    out.entry(who).or_insert_with(|| (file.name.clone(), file.name_key.clone()));
    Ok(())
}

/// Takes account of the next events; whether there were any.
fn read_on(tx: &mut Tx<'_>) -> Result<bool> {
    let was = rows::sweep(tx.c)?;
    let after = u64::try_from(was.log_no).unwrap_or(0);
    let events = journal::page(tx.c, after, EVENTS)?;
    let Some(last) = events.last().and_then(|e| e.log_no) else { return Ok(false) };
    let units = touched(tx.c, &events)?;
    for e in events.iter().filter(|e| e.core.stream == "grading") {
        // a list confirmed in bulk is one event for all units on it
        let year = e.core.payload.get("year").and_then(serde_json::Value::as_i64).and_then(|y| i32::try_from(y).ok());
        if let (Some(year), Some(bureau)) = (year, &e.core.about.bureau) {
            rows::set_due_graded(tx.c, year, bureau, tx.now.day())?;
        }
    }
    refresh_all(tx, units, false)?;
    rows::advance(tx.c, was, Sweep { log_no: i64::try_from(last).unwrap_or(i64::MAX), ..was })?;
    Ok(true)
}

/// The units some events are about.
fn touched(c: &mut Conn, events: &[journal::Stored]) -> Result<Units> {
    let mut units = Units::new();
    let cases: BTreeSet<CaseId> = events.iter().filter_map(|e| e.core.about.case_id).collect();
    let parties = rows::chains(c, &cases.into_iter().collect::<Vec<_>>())?;
    collect(c, &parties, &mut units)?;
    let mut files: BTreeSet<RowId> = BTreeSet::new();
    let mut graded: BTreeSet<ProcedureId> = BTreeSet::new();
    for e in events {
        if e.core.stream == "conduct" {
            files.insert(RowId::from(e.core.stream_id.uuid()));
        } else if e.core.about.procedure_kind.as_deref() == Some(crate::app::subject::GRADING) {
            graded.insert(ProcedureId::from(e.core.stream_id.uuid()));
        }
    }
    for (_, file) in gradings::of_procedures(c, &graded.into_iter().collect::<Vec<_>>())? {
        files.insert(file.id);
    }
    for file in conduct::files(c, &files.into_iter().collect::<Vec<_>>())? {
        collect_file(c, &file, &mut units)?;
    }
    Ok(units)
}

/// Takes up what was there before the job first ran, quietly; whether there was more.
fn fill(tx: &mut Tx<'_>) -> Result<bool> {
    let was = rows::sweep(tx.c)?;
    let Some(after) = was.fill_after else { return Ok(false) };
    let parties = rows::parties_after(tx.c, after, FILL)?;
    let mut units = Units::new();
    collect(tx.c, &parties, &mut units)?;
    if parties.is_empty() {
        // then the units that stand in the register alone
        for file in conduct::unsummed(tx.c, FILL)? {
            collect_file(tx.c, &file, &mut units)?;
        }
    }
    let mut new = Units::new();
    for (who, names) in units {
        if rows::keyed(tx.c, &who.key())?.is_none() {
            new.insert(who, names);
        }
    }
    let more = !parties.is_empty() || !new.is_empty();
    refresh_all(tx, new, true)?;
    let at = parties.last().map_or(after, |p| RowId::from(p.id.uuid()));
    rows::advance(tx.c, was, Sweep { fill_after: more.then_some(at), ..was })?;
    Ok(more)
}

/// A party is about to be named otherwise: the unit it was is made anew as well.
///
/// # Errors
/// The database.
pub(in crate::app) fn renamed(tx: &mut Tx<'_>, uscc: Option<&str>, name_key: &str) -> Result<()> {
    let who = gather::who(tx.c, uscc, name_key)?;
    rows::set_due(tx.c, &who.key(), tx.now.day())
}

/// Makes anew what time alone may have changed.
fn day_passed(tx: &mut Tx<'_>) -> Result<bool> {
    let due = rows::due(tx.c, tx.now.day(), DAILY)?;
    let any = !due.is_empty();
    for e in due {
        refresh(tx, &Who::of_key(&e.key), &(e.name, e.name_key), false)?;
    }
    Ok(any)
}

impl App {
    /// Brings the summaries of units up to what the journal and the day say; returns how many bodies ran.
    ///
    /// # Errors
    /// The database, or a weight is not in force.
    pub fn refresh_employers(self: &Arc<Self>) -> Result<usize> {
        let mut n = 0;
        let time = Actor::System("time");
        let bodies: [fn(&mut Tx<'_>) -> Result<bool>; 3] = [fill, read_on, day_passed];
        for body in bodies {
            while self.write_blocking(&time, None, body)? {
                n += 1;
            }
        }
        Ok(n)
    }

    /// Summaries that do not say what the rows say, as of when each was made; those the job has not come to yet are left out. Also how many
    /// were looked at.
    ///
    /// # Errors
    /// The database.
    pub(in crate::app) fn employers_that_differ(self: &Arc<Self>) -> Result<(usize, Vec<String>)> {
        let today = self.now().day();
        let (mut seen, mut odd, mut after) = (0, Vec::new(), RowId::from(uuid::Uuid::nil()));
        let (behind, waiting) = self.db.read_blocking(|c| {
            let (mut at, mut waiting) = (rows::sweep(c)?, Units::new());
            let behind = journal::last_log_no(c)?.saturating_sub(u64::try_from(at.log_no).unwrap_or(0));
            // with more than that behind nothing is compared
            let mut more = behind <= BEHIND;
            while more {
                let events = journal::page(c, u64::try_from(at.log_no).unwrap_or(0), EVENTS)?;
                let last = events.last().and_then(|e| e.log_no);
                waiting.extend(touched(c, &events)?);
                at.log_no = last.and_then(|n| i64::try_from(n).ok()).unwrap_or(at.log_no);
                more = last.is_some();
            }
            Ok((behind, waiting))
        })?;
        if behind > BEHIND {
            return Ok((0, vec![text::zh_with("doctor.employers.behind", &[("n", &behind.to_string())])]));
        }
        loop {
            let app = Arc::clone(self);
            let page = self.db.read_blocking(move |c| {
                let mut out = Vec::new();
                for e in rows::pages(c, after, PAGE)? {
                    let s = said(c, &app, &Who::of_key(&e.key), &e, e.as_of)?;
                    let have: Vec<(String, String, i32)> = rows::places_of(c, e.id)?;
                    let want: Vec<(String, String, i32)> = s.places.iter().map(|p| (p.0.to_owned(), p.1.clone(), s.row.score)).collect();
                    let same = Employer { rev: e.rev, ..s.row } == e && same_places(&have, &want);
                    out.push((e, same));
                }
                Ok(out)
            })?;
            let Some((last, _)) = page.last() else { break };
            after = last.id;
            for (e, same) in &page {
                if waiting.contains_key(&Who::of_key(&e.key)) || e.next_on.is_some_and(|d| d <= today) {
                    continue;
                }
                seen += 1;
                if !same {
                    odd.push(text::zh_with("doctor.employers.differs", &[("name", &e.name), ("score", &e.score.to_string())]));
                }
            }
        }
        Ok((seen, odd))
    }
}

fn same_places(have: &[(String, String, i32)], want: &[(String, String, i32)]) -> bool {
    let set = |l: &[(String, String, i32)]| l.iter().cloned().collect::<BTreeSet<_>>();
    set(have) == set(want)
}
