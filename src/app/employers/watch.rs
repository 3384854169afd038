//! The summaries of units: kept by a job that marks what the journal tells of as due, and reckons what is due; compared by `doctor`.
//!
//! Owns when a summary is made anew, that it holds no truth of its own, and that a level that rises is told once. Level-triggered: it looks only at
//! stored state, so that a tick that was missed heals at the next; every summary has a day on which it is reckoned again, so that a change nobody
//! told of heals as well. One node has the turn; what two do at once is right by the rows' revisions. Each unit is reckoned in a read and saved in a
//! short write of its own, so that one that fails stops no other. Decides nothing about a unit: no procedure begins, changes or ends by it.

use super::gather::{self, Gathered, Who};
use super::relations::{self, Web};
use crate::app::App;
use crate::app::notify;
use crate::app::write::{Marks, Tx};
use crate::base::id::{CaseId, ProcedureId, RowId, StreamId};
use crate::base::{At, Error, Result, text};
use crate::domain::access::Actor;
use crate::domain::warning::Level;
use crate::store::employers::{self as rows, AREA, BUREAU, Employer, RECEIVED, Sweep, of_bureau};
use crate::store::types::Json;
use crate::store::{Conn, conduct, gradings, journal};
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Events read in one transaction.
const EVENTS: i64 = 200;
/// Parties read in one transaction while what was there before is taken up.
const FILL: i64 = 100;
/// Summaries that are due, looked for at once.
const DAILY: i64 = 50;
/// Transactions of a kind, and summaries, of one run: the rest is for the next tick.
const BODIES: usize = 200;
const UNITS: usize = 5_000;
/// Minutes for which a node has the turn without saying so again.
const TURN: i64 = 5;
/// Days after which a summary is reckoned again although nothing runs and nothing is told of it.
const REST: i64 = 7;
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
        grade_bureau: None,
        grade_area: None,
        as_of: now,
        next_on: now.day().plus(REST),
        quiet: false,
        ..old.clone()
    };
    if let Who::Name(n) = who
        && let [code] = rows::codes_of(c, n)?.as_slice()
    {
        let into = rows::keyed(c, code)?.map(|e| e.id);
        return Ok(Said { row: bare(into), places: Vec::new(), leads: Vec::new(), beside: Vec::new() });
    }
    let g = gather::gather(c, app, who, now)?;
    let around = Web::read(c, app, &g)?.around(app, |_| true).related;
    let beside: Vec<_> = relations::beside(&around, &relations::listed(c, &around)?).into_iter().collect();
    let w = g.warning(app, &beside, now.day())?;
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
        grade_bureau: g.grade().map(|g| g.bureau.clone()),
        grade_area: g.grade().map(|g| g.area.clone()),
        // what runs may grow late and what counts may grow old; what was missed heals with the rest
        next_on: if open > 0 || w.score > 0 { now.day().next() } else { now.day().plus(REST) },
        ..bare(None)
    };
    let beside = around.links.into_iter().map(|l| l.unit).collect();
    Ok(Said { row, places: places(c, app, &g)?, leads, beside })
}

/// The lists a unit stands in: of whoever leads, received or, in its own area, oversees a case of it, or wrote in its register; of each area it has to
/// do with and those above.
fn places(c: &mut Conn, app: &App, g: &Gathered) -> Result<Vec<(&'static str, String)>> {
    let mut out: BTreeSet<(&'static str, String)> = BTreeSet::new();
    // from the city down: nobody's duty is over more
    let path = |area: &str| -> Vec<String> {
        let path = app.area_path(Some(area));
        path.into_iter().skip_while(|a| *a != app.config.city.code).collect()
    };
    let of: BTreeMap<CaseId, Vec<String>> = g.matters.iter().map(|m| (m.case.id, path(&m.case.area))).collect();
    for m in &g.matters {
        let path = of.get(&m.case.id).map(Vec::as_slice).unwrap_or_default();
        out.extend(path.iter().map(|a| (AREA, a.clone())));
        out.extend(path.iter().map(|a| (BUREAU, of_bureau(&m.case.lead_bureau, a))));
        // whoever oversees from elsewhere reads as far as the own area reaches
        let own = |b: &&String| app.bureau_path(b).last().is_some_and(|home| path.contains(home));
        for b in m.case.oversight_bureau.iter().filter(own) {
            out.extend(path.iter().map(|a| (BUREAU, of_bureau(b, a))));
        }
    }
    for (case, bureau) in rows::received_by(c, &of.keys().copied().collect::<Vec<_>>())? {
        let path = case.and_then(|id| of.get(&id)).map(Vec::as_slice).unwrap_or_default();
        out.extend(path.iter().flat_map(|a| [(BUREAU, of_bureau(&bureau, a)), (RECEIVED, of_bureau(&bureau, a))]));
    }
    let written = g.records.iter().map(|r| (&r.area, &r.bureau)).chain(g.gradings.iter().map(|g| (&g.area, &g.bureau)));
    for (area, bureau) in written {
        out.extend(path(area).into_iter().flat_map(|a| [(BUREAU, of_bureau(bureau, &a)), (AREA, a)]));
    }
    Ok(out.into_iter().collect())
}

/// A summary that says nothing yet and is to be reckoned now.
fn blank(tx: &mut Tx<'_>, who: &Who, (name, name_key): &(String, String), quiet: bool) -> Employer {
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
        grade_bureau: None,
        grade_area: None,
        opened_at: tx.now,
        as_of: tx.now,
        next_on: tx.now.day(),
        quiet,
        rev: 0,
    }
}

/// Units to look at, with a name of each.
type Units = BTreeMap<Who, (String, String)>;

/// Makes summaries of units that have none; returns the keys of those that had.
fn open(tx: &mut Tx<'_>, units: &Units, quiet: bool) -> Result<Vec<String>> {
    let keys: Vec<String> = units.keys().map(Who::key).collect();
    let have: BTreeSet<String> = rows::by_keys(tx.c, &keys)?.into_iter().map(|e| e.key).collect();
    for (who, names) in units.iter().filter(|(w, _)| !have.contains(&w.key())) {
        let new = blank(tx, who, names, quiet);
        rows::open(tx.c, &new)?;
    }
    Ok(have.into_iter().collect())
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

/// Adds the units of a conduct file: its own, and those of its name, which may lose or gain a file that has no code.
fn collect_file(c: &mut Conn, file: &conduct::File, out: &mut Units) -> Result<()> {
    let names = (file.name.clone(), file.name_key.clone());
    let bare = Who::Name(file.name_key.clone());
    if file.uscc.is_none() || rows::keyed(c, &bare.key())?.is_some() {
        out.entry(bare).or_insert_with(|| names.clone());
    }
    for code in rows::codes_of(c, &file.name_key)? {
        out.entry(Who::Code(code)).or_insert_with(|| names.clone());
    }
    for other in conduct::files_named(c, &file.name_key)? {
        out.entry(Who::of_key(&other.key)).or_insert_with(|| names.clone());
    }
    out.entry(gather::who(c, file.uscc.as_deref(), &file.name_key)?).or_insert(names);
    Ok(())
}

/// Takes account of the next events: the units they are about are to be reckoned. Whether there were any.
fn read_on(tx: &mut Tx<'_>) -> Result<bool> {
    let was = rows::sweep(tx.c)?;
    let after = u64::try_from(was.log_no).unwrap_or(0);
    let events = journal::page(tx.c, after, EVENTS)?;
    let Some(last) = events.last().and_then(|e| e.log_no) else { return Ok(false) };
    let units = touched(tx.c, &events)?;
    let known = open(tx, &units, false)?;
    rows::set_due(tx.c, &known, tx.now.day())?;
    for e in events.iter().filter(|e| e.core.stream == "grading") {
        // a list confirmed in bulk is one event for all units on it
        let year = e.core.payload.get("year").and_then(serde_json::Value::as_i64).and_then(|y| i32::try_from(y).ok());
        if let (Some(year), Some(bureau)) = (year, &e.core.about.bureau) {
            rows::set_due_graded(tx.c, year, bureau, tx.now.day())?;
        }
    }
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
    let known = open(tx, &units, true)?;
    let more = !parties.is_empty() || known.len() < units.len();
    let at = parties.last().map_or(after, |p| RowId::from(p.id.uuid()));
    rows::advance(tx.c, was, Sweep { fill_after: more.then_some(at), ..was })?;
    Ok(more)
}

/// A party is about to be named otherwise: the unit it was, and all whose it may have been by its name, are reckoned again.
///
/// # Errors
/// The database.
pub(in crate::app) fn renamed(tx: &mut Tx<'_>, uscc: Option<&str>, name_key: &str) -> Result<()> {
    let mut keys: BTreeSet<String> = rows::codes_of(tx.c, name_key)?.into_iter().collect();
    keys.insert(Who::Name(name_key.to_owned()).key());
    keys.insert(gather::who(tx.c, uscc, name_key)?.key());
    rows::set_due(tx.c, &keys.into_iter().collect::<Vec<_>>(), tx.now.day())
}

/// What a run of the job did.
#[derive(Debug, Default)]
pub struct Refreshed {
    /// Transactions that took account of something.
    pub done: usize,
    /// Units that could not be reckoned, by the id of their summary, and why; each is tried again the next day.
    pub failed: Vec<(RowId, Error)>,
}

impl App {
    /// Brings the summaries of units up to what the journal and the day say, unless another node is at it. `node` names this process.
    ///
    /// # Errors
    /// The database. A unit that cannot be reckoned stops no other.
    pub fn refresh_employers(self: &Arc<Self>, node: &str) -> Result<Refreshed> {
        let mut out = Refreshed::default();
        if self.employers_turn(node)? {
            let done = self.refresh_in_turn(node, &mut out);
            let node = node.to_owned();
            self.db.write_blocking(move |c| rows::end_turn(c, &node))?;
            done?;
        }
        Ok(out)
    }

    /// Takes the turn or holds it longer; whether this node has it.
    fn employers_turn(&self, node: &str) -> Result<bool> {
        let (node, now) = (node.to_owned(), self.now());
        self.db.write_blocking(move |c| rows::take_turn(c, &node, now, now.plus(Duration::minutes(TURN))))
    }

    fn refresh_in_turn(self: &Arc<Self>, node: &str, out: &mut Refreshed) -> Result<()> {
        let time = Actor::System("time");
        let bodies: [fn(&mut Tx<'_>) -> Result<bool>; 2] = [fill, read_on];
        for body in bodies {
            let mut left = BODIES;
            while left > 0 && self.write_blocking(&time, None, body)? {
                out.done += 1;
                left -= 1;
            }
        }
        // whoever stands on the list speaks to those beside it, once a run
        let (mut spoken, mut left) = (BTreeSet::new(), UNITS);
        while left > 0 && self.employers_turn(node)? {
            let today = self.now().day();
            let due = self.db.read_blocking(|c| rows::due(c, today, DAILY))?;
            if due.is_empty() {
                break;
            }
            for e in due {
                left = left.saturating_sub(1);
                let id = e.id;
                match self.refresh(&e, &mut spoken) {
                    // another change or another node was faster: it is due still, or done
                    Ok(saved) => out.done += usize::from(saved),
                    // without the database no unit can be reckoned
                    Err(why @ Error::Unavailable(_)) => return Err(why),
                    Err(why) => {
                        self.db.write_blocking(move |c| rows::set_due(c, &[e.key], today.next()))?;
                        out.failed.push((id, why));
                    }
                }
            }
        }
        Ok(())
    }

    /// Reckons a summary anew in a read, and saves it in a short write; whether nothing came between.
    fn refresh(self: &Arc<Self>, old: &Employer, spoken: &mut BTreeSet<RowId>) -> Result<bool> {
        let (who, now) = (Who::of_key(&old.key), self.now());
        let s = self.db.read_blocking(|c| said(c, self, &who, old, now))?;
        let row = Employer { rev: old.rev + 1, ..s.row };
        let (before, after) = (Level::of(&old.level).unwrap_or(Level::Green), Level::of(&row.level).unwrap_or(Level::Green));
        let rose = after > before && !old.quiet;
        let speaks = (row.listed || old.listed) && !spoken.contains(&old.id);
        let id = row.id;
        let saved = self.write_blocking(&Actor::System("time"), None, move |tx| {
            if !rows::save(tx.c, &row, &s.places)? {
                return Ok(false);
            }
            if rose {
                tell(tx, &row, before, after, &s.leads)?;
            }
            if speaks {
                rows::set_due(tx.c, &s.beside, tx.now.day())?;
            }
            Ok(true)
        })?;
        if saved && speaks {
            spoken.insert(id);
        }
        Ok(saved)
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
                if waiting.contains_key(&Who::of_key(&e.key)) || e.next_on <= today {
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
