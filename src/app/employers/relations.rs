//! What surrounds a unit: reads the chains, persons and projects its cases lead on to, for `domain::related` to find the edges.
//!
//! Owns how far it looks: so many cases, persons and units, each step by an index; and that a reader's relations are reckoned from the cases he
//! may read and from nothing else, so that what is hidden changes neither a name nor a number nor an order. One hop is named with its reasons,
//! the second collapsed. A party found not liable relates nobody; a team leader relates those he worked for, not the whole of the chain.

use super::gather::{Gathered, Who};
use crate::app::App;
use crate::app::joining::MERGED;
use crate::base::Result;
use crate::base::id::{CaseId, RespondentId, RowId};
use crate::domain::liability::{self, Ground, Kind};
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
const NAMED: usize = 20;
/// Cases of each related unit that are followed to what is behind it.
const BEHIND: i64 = 10;

/// Names whose other bearers are looked up, how many of them, and how many of the newest cases of each.
const NAMES: usize = 8;
const SAME: i64 = 20;
const FEW: i64 = 3;

/// A listing that stands, with its case.
pub(super) type Listed = (RowId, CaseId);

/// The newest cases of a unit.
fn newest(c: &mut Conn, who: &Who, limit: i64) -> Result<Vec<CaseId>> {
    let parties = match who {
        Who::Code(u) => rows::of_code(c, u, limit)?,
        Who::Name(n) => rows::of_name(c, n, limit)?,
    };
    Ok(parties.into_iter().map(|p| p.case_id).collect())
}

/// Whether nothing speaks against a party: it relates nobody.
fn excluded(p: &Party) -> bool {
    p.liability.as_deref().and_then(Ground::of).is_some_and(|g| g.kind == Kind::None)
}

/// A project is one of a county: the same name elsewhere is another.
fn project(app: &App, area: &str, key: Option<&str>) -> Option<String> {
    let key = key.filter(|k| !k.is_empty())?;
    let path = app.area_path(Some(area));
    let city = path.iter().position(|a| *a == app.config.city.code);
    let county = city.and_then(|i| path.get(i + 1)).or_else(|| path.last()).cloned().unwrap_or_default();
    Some(format!("{county}/{key}"))
}

/// Units around one, as far as some cases show it.
#[derive(Debug, Default)]
pub(super) struct Around {
    pub related: Related,
    /// The newest name of each unit by its key.
    pub names: BTreeMap<String, String>,
}

/// Everything that was read around a unit.
pub(super) struct Web {
    /// Its key.
    unit: String,
    /// What is its own is its own whatever the summaries know by now.
    own: BTreeSet<RespondentId>,
    pub cases: BTreeMap<CaseId, Case>,
    parties: Vec<Party>,
    /// Index, post, case and key of the unit of persons who are parties of listings.
    listed: BTreeSet<(String, String, CaseId, String)>,
    /// The keys of parties without a code whom the summaries know as the one unit of their name.
    into: BTreeMap<String, String>,
}

impl Web {
    /// Reads cases that were not read yet, with their chains.
    fn add(&mut self, c: &mut Conn, ids: &BTreeSet<CaseId>) -> Result<()> {
        let new: Vec<CaseId> = ids.iter().filter(|id| !self.cases.contains_key(id)).copied().collect();
        if new.is_empty() {
            return Ok(());
        }
        self.cases.extend(cases::by_ids(c, &new)?.into_iter().map(|k| (k.id, k)));
        self.parties.extend(rows::chains(c, &new)?);
        Ok(())
    }

    /// Persons of these listings, each with the unit that was to be listed.
    fn add_persons(&mut self, c: &mut Conn, found: Vec<rows::ListedPerson>) -> Result<BTreeSet<CaseId>> {
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
            self.listed.insert((index, b.post, l.case_id, key));
        }
        Ok(cases)
    }

    /// Where persons and projects of these cases lead on to.
    fn step(&mut self, c: &mut Conn, app: &App, from: &BTreeSet<CaseId>) -> Result<()> {
        let persons: BTreeSet<String> = (self.parties.iter().filter(|p| from.contains(&p.case_id)).filter_map(|p| p.person_bix.clone()))
            .chain(self.listed.iter().filter(|b| from.contains(&b.2)).map(|b| b.0.clone()))
            .collect();
        let persons: Vec<String> = persons.into_iter().take(CASES).collect();
        let of = |k: &Case| Some((k.project_key.clone()?, project(app, &k.area, k.project_key.as_deref())?));
        let projects: BTreeMap<String, BTreeSet<String>> =
            from.iter().filter_map(|id| of(self.cases.get(id)?)).take(CASES).fold(BTreeMap::new(), |mut all, (key, project)| {
                all.entry(key).or_default().insert(project);
                all
            });
        let mut next = BTreeSet::new();
        if !persons.is_empty() {
            next.extend(rows::with_person(c, &persons, STEP)?.into_iter().map(|p| p.case_id));
            let found = rows::listed_with(c, &persons, STEP)?;
            next.extend(self.add_persons(c, found)?);
        }
        if !projects.is_empty() {
            let found = rows::on_projects(c, &projects.keys().cloned().collect::<Vec<_>>(), STEP)?;
            let here = |k: &rows::OnProject| {
                let project = project(app, &k.1, k.2.as_deref());
                project.is_some_and(|p| k.2.as_ref().and_then(|key| projects.get(key)).is_some_and(|all| all.contains(&p)))
            };
            next.extend(found.iter().filter(|k| here(k)).map(|k| k.0));
        }
        self.add(c, &next)
    }

    /// Asks the summaries whose the parties without a code are.
    fn settle(&mut self, c: &mut Conn) -> Result<()> {
        let bare: BTreeSet<String> = self
            .parties
            .iter()
            .filter(|p| p.is_unit() && p.uscc.is_none())
            .map(|p| Who::Name(p.name_key.clone()).key())
            .chain(self.listed.iter().map(|b| b.3.clone()).filter(|k| Who::of_key(k).uscc().is_none()))
            .collect();
        let known = rows::by_keys(c, &bare.into_iter().collect::<Vec<_>>())?;
        let into: Vec<RowId> = known.iter().filter_map(|e| e.into_id).collect();
        let into: BTreeMap<RowId, String> = rows::by_ids(c, &into)?.into_iter().map(|e| (e.id, e.key)).collect();
        self.into = known.into_iter().filter_map(|e| Some((e.key, into.get(&e.into_id?)?.clone()))).collect();
        Ok(())
    }

    /// Looks around a unit.
    ///
    /// # Errors
    /// The database.
    pub(super) fn read(c: &mut Conn, app: &App, g: &Gathered) -> Result<Self> {
        let own = g.matters.iter().flat_map(|m| &m.parties).map(|p| p.id).collect();
        let mut web =
            Self { unit: g.who.key(), own, cases: BTreeMap::new(), parties: Vec::new(), listed: BTreeSet::new(), into: BTreeMap::new() };
        let mine: BTreeSet<CaseId> = g.matters.iter().filter(|m| !m.merged()).take(CASES).map(|m| m.case.id).collect();
        web.add(c, &mine)?;
        let listed = rows::listed_persons(c, &g.listings.iter().map(|l| l.id).collect::<Vec<_>>())?;
        web.add_persons(c, listed)?;
        web.step(c, app, &mine)?;
        // who merely bears the same name
        let names: BTreeSet<String> = g.matters.iter().flat_map(|m| &m.parties).map(|p| p.name_key.clone()).collect();
        let mut same = BTreeSet::new();
        for e in rows::named(c, &names.into_iter().take(NAMES).collect::<Vec<_>>(), SAME)?.iter().filter(|e| e.key != web.unit) {
            same.extend(newest(c, &Who::of_key(&e.key), FEW)?);
        }
        web.add(c, &same)?;
        web.settle(c)?;
        Ok(web)
    }

    /// Reads what is behind units as well.
    ///
    /// # Errors
    /// The database.
    pub(super) fn read_behind(&mut self, c: &mut Conn, app: &App, of: &Related) -> Result<()> {
        let mut behind = BTreeSet::new();
        for l in &of.links {
            behind.extend(newest(c, &Who::of_key(&l.unit), BEHIND)?);
        }
        self.add(c, &behind)?;
        self.step(c, app, &behind)?;
        self.settle(c)
    }

    /// The units around it as far as these cases show it.
    pub(super) fn around(&self, app: &App, reads: impl Fn(CaseId) -> bool) -> Around {
        let shown = |id: &CaseId| reads(*id) && self.cases.get(id).is_some_and(|k| k.conclusion.as_deref() != Some(MERGED));
        let (mut seats, mut persons, mut names) = (Vec::new(), Vec::new(), BTreeMap::<String, (RespondentId, String)>::new());
        // who hired in each case, for whoever led a crew there
        let mut hired: BTreeMap<CaseId, BTreeSet<String>> = BTreeMap::new();
        let parties = || self.parties.iter().filter(|p| shown(&p.case_id) && !excluded(p));
        for p in parties().filter(|p| p.is_unit()) {
            let unit = self.key(p);
            if liability::is_employer(&p.role, p.liability.as_deref()) {
                hired.entry(p.case_id).or_default().insert(unit.clone());
            }
            let name = names.entry(unit.clone()).or_insert_with(|| (p.id, p.name.clone()));
            if name.0 < p.id {
                *name = (p.id, p.name.clone());
            }
            let project = self.cases.get(&p.case_id).and_then(|k| project(app, &k.area, k.project_key.as_deref()));
            seats.push(Seat { unit, name_key: p.name_key.clone(), case: p.case_id, role: p.role.clone(), project });
        }
        for p in parties().filter(|p| !p.is_unit()) {
            let Some(index) = &p.person_bix else { continue };
            for unit in hired.get(&p.case_id).into_iter().flatten() {
                persons.push(Person { index: index.clone(), case: p.case_id, unit: unit.clone(), post: p.role.clone() });
            }
        }
        for (index, post, case, unit) in self.listed.iter().filter(|b| shown(&b.2)) {
            let unit = self.into.get(unit).unwrap_or(unit).clone();
            persons.push(Person { index: index.clone(), case: *case, unit, post: post.clone() });
        }
        let names = names.into_iter().map(|(unit, (_, name))| (unit, name)).collect();
        Around { related: related::around(&self.unit, &seats, &persons, NAMED), names }
    }

    fn key(&self, p: &Party) -> String {
        match &p.uscc {
            _ if self.own.contains(&p.id) => self.unit.clone(),
            Some(u) => u.clone(),
            None => {
                let bare = Who::Name(p.name_key.clone()).key();
                self.into.get(&bare).cloned().unwrap_or(bare)
            }
        }
    }
}

/// The listings that stand of some related units, by unit.
///
/// # Errors
/// The database.
pub(super) fn listed(c: &mut Conn, of: &Related) -> Result<BTreeMap<String, Vec<Listed>>> {
    let codes: Vec<String> = of.links.iter().filter_map(|l| Who::of_key(&l.unit).uscc().map(str::to_owned)).collect();
    let mut out: BTreeMap<String, Vec<Listed>> = BTreeMap::new();
    if !codes.is_empty() {
        for (code, id, case) in rows::listed(c, &codes)? {
            out.entry(code.unwrap_or_default()).or_default().push((id, case));
        }
    }
    Ok(out)
}

/// The listings of units a person or a case relates. A name, of a unit or of a project, relates nobody to the list.
pub(super) fn beside(of: &Related, listed: &BTreeMap<String, Vec<Listed>>) -> BTreeSet<Listed> {
    let firm = |l: &&related::Link| l.edges.iter().any(|e| e.why.is_firm());
    of.links.iter().filter(firm).filter_map(|l| listed.get(&l.unit)).flatten().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::related::{Edge, Link, Why};
    use uuid::Uuid;

    #[test]
    fn a_name_relates_nobody_to_the_list() {
        let case = CaseId::from(Uuid::from_u128(1));
        let role = || "respondent".to_owned();
        let link = |unit: &str, why: &[Why]| {
            let edges = why.iter().map(|w| Edge { why: w.clone(), mine: case, theirs: case }).collect();
            Link { unit: unit.to_owned(), edges, beyond: Vec::new() }
        };
        let links = vec![
            link("A", &[Why::Project(role(), role()), Why::Name]),
            link("B", &[Why::Person(role(), role()), Why::Name]),
            link("C", &[Why::Case(role(), role())]),
            link("D", &[Why::Person(role(), role())]),
        ];
        let listing = |n: u128| (RowId::from(Uuid::from_u128(n)), case);
        let listed = [("A", 1), ("B", 2), ("C", 3)].map(|(u, n)| (u.to_owned(), vec![listing(n)])).into();
        let found = beside(&Related { links, more: 0 }, &listed);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [listing(2), listing(3)]);
    }
}
