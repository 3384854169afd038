//! What surrounds a unit: reads the chains, persons and projects its cases lead on to, for `domain::related` to find the edges.
//!
//! Owns how far it looks: so many cases, persons and units, each step by an index. One hop is named with its reasons, the second collapsed.

use super::gather::{Gathered, Who};
use crate::base::Result;
use crate::base::id::{CaseId, RespondentId, RowId};
use crate::domain::related::{self, Person, Related, Seat};
use crate::store::Conn;
use crate::store::cases::{self, Case};
use crate::store::employers::{self as rows, Party};
use std::collections::{BTreeMap, BTreeSet};

/// Cases of the unit that are followed, the newest first.
const CASES: usize = 200;
/// Rows each step leads on to.
const STEP: i64 = 200;
/// Related units that are named.
pub(super) const NAMED: usize = 20;
/// Cases of each related unit that are followed to what is behind it.
const BEHIND: i64 = 10;

/// Names whose other bearers are looked up, how many of them, and how many of the newest cases of each.
const NAMES: usize = 8;
const SAME: i64 = 20;
const FEW: i64 = 3;

/// The newest cases of a unit.
fn newest(c: &mut Conn, who: &Who, limit: i64) -> Result<Vec<CaseId>> {
    let parties = match who {
        Who::Code(u) => rows::of_code(c, u, limit)?,
        Who::Name(n) => rows::of_name(c, n, limit)?,
    };
    Ok(parties.into_iter().map(|p| p.case_id).collect())
}

/// What surrounds a unit, with what it takes to tell of it.
#[derive(Debug, Default)]
pub(super) struct Around {
    pub related: Related,
    /// A name of each unit by its key.
    pub names: BTreeMap<String, String>,
    /// The cases edges stand on, by id.
    pub cases: BTreeMap<CaseId, Case>,
    /// The cases each unit stands in.
    pub of_unit: BTreeMap<String, BTreeSet<CaseId>>,
    /// Units of these that stand on the list, with the listing and its case.
    pub listed: BTreeMap<String, Vec<(RowId, CaseId)>>,
}

impl Around {
    /// The listings of directly related units that stand. A name alone relates nobody to the list.
    pub(super) fn beside(&self) -> Vec<(RowId, CaseId)> {
        let by_more = |l: &&related::Link| l.edges.iter().any(|e| e.why != related::Why::Name);
        self.related.links.iter().filter(by_more).filter_map(|l| self.listed.get(&l.unit)).flatten().copied().collect()
    }

    /// Whether a unit stands in one of these cases.
    pub(super) fn seen_in(&self, unit: &str, cases: &BTreeSet<CaseId>) -> bool {
        self.of_unit.get(unit).is_some_and(|of| of.iter().any(|id| cases.contains(id)))
    }

    /// The keys of directly related units.
    pub(super) fn keys(&self) -> Vec<String> {
        self.related.links.iter().map(|l| l.unit.clone()).collect()
    }
}

/// What was read so far.
#[derive(Default)]
struct Found {
    cases: BTreeMap<CaseId, Case>,
    parties: Vec<Party>,
    /// Index, post, case and key of the unit of persons who are parties of listings.
    bosses: Vec<(String, String, CaseId, String)>,
}

impl Found {
    /// Reads cases that were not read yet, with their chains.
    fn read(&mut self, c: &mut Conn, ids: &BTreeSet<CaseId>) -> Result<()> {
        let new: Vec<CaseId> = ids.iter().filter(|id| !self.cases.contains_key(id)).copied().collect();
        if new.is_empty() {
            return Ok(());
        }
        self.cases.extend(cases::by_ids(c, &new)?.into_iter().map(|k| (k.id, k)));
        self.parties.extend(rows::chains(c, &new)?);
        Ok(())
    }

    /// Persons of these listings, each with the unit that was to be listed.
    fn read_bosses(&mut self, c: &mut Conn, found: Vec<rows::Boss>) -> Result<BTreeSet<CaseId>> {
        let ids: Vec<RowId> = found.iter().map(|b| b.listing).collect::<BTreeSet<_>>().into_iter().collect();
        let of: BTreeMap<RowId, _> = rows::listings_by(c, &ids)?.into_iter().map(|l| (l.id, l)).collect();
        let mut cases = BTreeSet::new();
        for b in found {
            let (Some(l), Some(index)) = (of.get(&b.listing), b.index) else { continue };
            let key = match &l.uscc {
                Some(u) => u.clone(),
                None => Who::Name(crate::domain::matching::company_key(&l.unit_name)).key(),
            };
            cases.insert(l.case_id);
            let line = (index, b.post, l.case_id, key);
            if !self.bosses.contains(&line) {
                self.bosses.push(line);
            }
        }
        Ok(cases)
    }

    /// Where persons and projects of these cases lead on to.
    fn step(&mut self, c: &mut Conn, from: &BTreeSet<CaseId>) -> Result<()> {
        let persons: BTreeSet<String> = (self.parties.iter().filter(|p| from.contains(&p.case_id)).filter_map(|p| p.person_bix.clone()))
            .chain(self.bosses.iter().filter(|b| from.contains(&b.2)).map(|b| b.0.clone()))
            .collect();
        let persons: Vec<String> = persons.into_iter().take(CASES).collect();
        let projects: BTreeSet<String> =
            from.iter().filter_map(|id| self.cases.get(id)?.project_key.clone()).filter(|p| !p.is_empty()).take(CASES).collect();
        let mut next = BTreeSet::new();
        if !persons.is_empty() {
            next.extend(rows::with_person(c, &persons, STEP)?.into_iter().map(|p| p.case_id));
            let found = rows::bosses_with(c, &persons, STEP)?;
            next.extend(self.read_bosses(c, found)?);
        }
        if !projects.is_empty() {
            next.extend(rows::on_projects(c, &projects.into_iter().collect::<Vec<_>>(), STEP)?);
        }
        self.read(c, &next)
    }

    /// The key of each unit among the parties. A party without a code is the one unit of its name where the summaries know one.
    fn keys(&self, c: &mut Conn) -> Result<BTreeMap<String, String>> {
        let bare: Vec<String> = self
            .parties
            .iter()
            .filter(|p| p.is_unit() && p.uscc.is_none())
            .map(|p| Who::Name(p.name_key.clone()).key())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let known = rows::by_keys(c, &bare)?;
        let into: Vec<RowId> = known.iter().filter_map(|e| e.into_id).collect();
        let into: BTreeMap<RowId, String> = rows::by_ids(c, &into)?.into_iter().map(|e| (e.id, e.key)).collect();
        Ok(known.into_iter().filter_map(|e| Some((e.key, into.get(&e.into_id?)?.clone()))).collect())
    }
}

/// Looks around a unit; `further` also behind those it is related to.
///
/// # Errors
/// The database.
pub(super) fn around(c: &mut Conn, g: &Gathered, further: bool) -> Result<Around> {
    let mut found = Found::default();
    let mine: BTreeSet<CaseId> = g.matters.iter().filter(|m| !m.merged()).take(CASES).map(|m| m.case.id).collect();
    found.read(c, &mine)?;
    let own = rows::bosses(c, &g.listings.iter().map(|l| l.id).collect::<Vec<_>>())?;
    found.read_bosses(c, own)?;
    found.step(c, &mine)?;
    // who merely bears the same name
    let names: BTreeSet<String> = g.matters.iter().flat_map(|m| &m.parties).map(|p| p.name_key.clone()).collect();
    let mut same = BTreeSet::new();
    for e in rows::named(c, &names.into_iter().take(NAMES).collect::<Vec<_>>(), SAME)? {
        same.extend(newest(c, &Who::of_key(&e.key), FEW)?);
    }
    found.read(c, &same)?;
    let unit = g.who.key();
    // what is its own is its own whatever the summaries know by now
    let own: BTreeSet<RespondentId> = g.matters.iter().flat_map(|m| &m.parties).map(|p| p.id).collect();
    let (mut related, mut seats, mut names) = reckon(c, &found, &unit, &own)?;
    if further {
        let mut behind = BTreeSet::new();
        for l in &related.links {
            behind.extend(newest(c, &Who::of_key(&l.unit), BEHIND)?);
        }
        found.read(c, &behind)?;
        found.step(c, &behind)?;
        let wide = reckon(c, &found, &unit, &own)?;
        // who is related is what the summary says as well; what is read in addition tells only of what is behind
        let direct = related.links.iter().map(|l| l.unit.clone()).collect::<BTreeSet<_>>();
        for l in &mut related.links {
            let found = wide.0.links.iter().find(|w| w.unit == l.unit).map(|w| w.beyond.clone()).unwrap_or_default();
            l.beyond = found.into_iter().filter(|b| !direct.contains(b)).collect();
        }
        (seats, names) = (wide.1, wide.2);
    }
    let mut of_unit: BTreeMap<String, BTreeSet<CaseId>> = BTreeMap::new();
    for s in seats {
        of_unit.entry(s.unit).or_default().insert(s.case);
    }
    let codes: Vec<String> = related.links.iter().filter_map(|l| Who::of_key(&l.unit).uscc().map(str::to_owned)).collect();
    let mut listed: BTreeMap<String, Vec<(RowId, CaseId)>> = BTreeMap::new();
    if !codes.is_empty() {
        for (code, id, case) in rows::listed(c, &codes)? {
            listed.entry(code.unwrap_or_default()).or_default().push((id, case));
        }
    }
    Ok(Around { related, names, cases: found.cases, of_unit, listed })
}

fn reckon(c: &mut Conn, found: &Found, unit: &str, own: &BTreeSet<RespondentId>) -> Result<(Related, Vec<Seat>, BTreeMap<String, String>)> {
    let into = found.keys(c)?;
    let key = |p: &Party| match &p.uscc {
        _ if own.contains(&p.id) => unit.to_owned(),
        Some(u) => u.clone(),
        None => {
            let bare = Who::Name(p.name_key.clone()).key();
            into.get(&bare).cloned().unwrap_or(bare)
        }
    };
    let (mut seats, mut persons, mut names) = (Vec::new(), Vec::new(), BTreeMap::new());
    let merged = |id: &CaseId| found.cases.get(id).is_none_or(|k| k.conclusion.as_deref() == Some(crate::app::joining::MERGED));
    let mut of_case: BTreeMap<CaseId, BTreeSet<String>> = BTreeMap::new();
    for p in found.parties.iter().filter(|p| p.is_unit() && !merged(&p.case_id)) {
        let unit: String = key(p);
        of_case.entry(p.case_id).or_default().insert(unit.clone());
        names.entry(unit.clone()).or_insert_with(|| p.name.clone());
        let project = found.cases.get(&p.case_id).and_then(|k| k.project_key.clone()).filter(|p| !p.is_empty());
        seats.push(Seat { unit, name_key: p.name_key.clone(), case: p.case_id, role: p.role.clone(), project });
    }
    for p in found.parties.iter().filter(|p| !p.is_unit() && !merged(&p.case_id)) {
        let Some(index) = &p.person_bix else { continue };
        for unit in of_case.get(&p.case_id).into_iter().flatten() {
            persons.push(Person { index: index.clone(), case: p.case_id, unit: unit.clone(), post: p.role.clone() });
        }
    }
    for (index, post, case, unit) in &found.bosses {
        let unit = into.get(unit).unwrap_or(unit).clone();
        persons.push(Person { index: index.clone(), case: *case, unit, post: post.clone() });
    }
    Ok((related::around(unit, &seats, &persons, NAMED), seats, names))
}
