//! The index a filing is found by: written in the transaction that writes the filing, and repaired when rules or key change.
//!
//! Owns which texts are indexed and how they are kept: plain pieces of respondent, project and place, keyed pieces of the
//! sealed narrative, and the stamp that says by which rules and key. Never indexes a person: names of reporters and team
//! leaders are found by their blind indexes alone.

use super::App;
use super::write::Tx;
use crate::base::id::FilingId;
use crate::base::seal::{self, KeyRing, Place, Purpose};
use crate::base::{Error, Result};
use crate::domain::intake::PartyRole;
use crate::domain::search as rules;
use crate::store::filings::{self, Filing};
use crate::store::{Conn, cases, search};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The name pieces of narratives are keyed for.
pub(super) const KIND: &str = "narrative_gram";
/// Filings looked at in one transaction of a repair.
const PAGE: i64 = 100;

/// Numbers of what stands plain in a filing that lies in `area` (its case's once it has one).
pub(super) fn plain(app: &App, f: &Filing, area: Option<&str>) -> Vec<i64> {
    let path = area.and_then(|a| app.city.areas.get(a)).map(|a| a.path.clone()).unwrap_or_default();
    let names: Vec<String> = path.iter().map(|a| app.area_name(a)).collect();
    let mut texts: Vec<&str> = Vec::new();
    if !f.respondent_key.is_empty() {
        texts.push(&f.respondent_name);
    }
    // a team leader is a person
    texts.extend(f.told_doc.chain.iter().filter(|p| p.role != PartyRole::TeamLeader.code()).map(|p| p.name.as_str()));
    texts.extend([f.project_name.as_deref(), f.told_doc.address.as_deref(), Some(f.area_text.as_str())].into_iter().flatten());
    texts.extend(names.iter().map(String::as_str));
    rules::pieces(texts, rules::PLAIN).iter().map(|g| rules::number(g)).collect()
}

/// Numbers of a narrative under each blind key, newest first.
fn told(keys: &KeyRing, narrative: &str) -> Result<Vec<Vec<i64>>> {
    seal::blind_numbers(keys, KIND, &rules::narrative(narrative))
}

/// All numbers a new filing is stored under.
pub(super) fn numbers(app: &App, keys: &KeyRing, f: &Filing, narrative: &str) -> Result<Vec<i64>> {
    let mut out = plain(app, f, f.area.as_deref());
    out.extend(told(keys, narrative)?.into_iter().next().unwrap_or_default());
    out.push(rules::stamp(&keys.newest(Purpose::Blind)?.kid));
    Ok(out)
}

/// Brings the index from one set of numbers to another.
fn change(c: &mut Conn, id: FilingId, before: &[i64], after: &[i64]) -> Result<()> {
    let (old, new): (BTreeSet<i64>, BTreeSet<i64>) = (before.iter().copied().collect(), after.iter().copied().collect());
    let gone: Vec<i64> = old.difference(&new).copied().collect();
    let come: Vec<i64> = new.difference(&old).copied().collect();
    search::remove(c, id, &gone)?;
    search::add(c, id, &come)?;
    Ok(())
}

/// What stands plain changed, or where it lies; the narrative is as it was.
pub(super) fn replaced(tx: &mut Tx<'_>, before: (&Filing, Option<&str>), after: (&Filing, Option<&str>)) -> Result<()> {
    let (old, new) = (plain(tx.app, before.0, before.1), plain(tx.app, after.0, after.1));
    if old == new {
        return Ok(());
    }
    change(tx.c, after.0.id, &old, &new)
}

/// A filing tells something else now.
pub(super) fn retold(tx: &mut Tx<'_>, id: FilingId, before: &str, after: &str) -> Result<()> {
    let keys = Arc::clone(&tx.keys);
    let old: Vec<i64> = told(&keys, before)?.concat();
    let new = told(&keys, after)?.into_iter().next().unwrap_or_default();
    change(tx.c, id, &old, &new)
}

/// The case lies elsewhere now, and its filings with it.
pub(super) fn moved(tx: &mut Tx<'_>, case: crate::base::id::CaseId, before: &str, after: &str) -> Result<()> {
    for f in filings::of_case(tx.c, case)? {
        replaced(tx, (&f, Some(before)), (&f, Some(after)))?;
    }
    Ok(())
}

/// Indexes one filing anew under the newest key.
fn renew(c: &mut Conn, app: &App, keys: &KeyRing, id: FilingId) -> Result<()> {
    let f = filings::get(c, id)?.ok_or(Error::NotFound("filing"))?;
    let case = f.case_id.map(|id| cases::get(c, id)).transpose()?.flatten();
    let narrative = seal::open(keys, Place::new("filings", "narrative_ct", id), &f.narrative_ct)?;
    let all = told(keys, &narrative)?;
    let mut before: Vec<i64> = all.iter().skip(1).flatten().copied().collect();
    before.extend(keys.all(Purpose::Blind).skip(1).map(|k| rules::stamp(&k.kid)));
    search::remove(c, id, &before)?;
    let mut now = plain(app, &f, case.as_ref().map(|c| c.area.as_str()).or(f.area.as_deref()));
    now.extend(all.into_iter().next().unwrap_or_default());
    now.push(rules::stamp(&keys.newest(Purpose::Blind)?.kid));
    search::add(c, id, &now)?;
    Ok(())
}

impl App {
    /// Indexes filings that bear no stamp of the present rules and key: those of before the index, and all of them after a
    /// new blind key. Bookkeeping: the same content, found another way. Gives how many.
    ///
    /// # Errors
    /// A narrative that does not open, or the database.
    pub fn reindex(self: &Arc<Self>) -> Result<usize> {
        self.renew_keys()?;
        let (mut n, mut after) = (0, FilingId::from(uuid::Uuid::nil()));
        loop {
            let app = Arc::clone(self);
            let (last, done) = self.db.write_blocking(move |c| {
                let keys = app.keys();
                let some = search::stamped(c, rules::stamp(&keys.newest(Purpose::Blind)?.kid), after, PAGE)?;
                let bare: Vec<FilingId> = some.iter().filter(|s| !s.1).map(|s| s.0).collect();
                bare.iter().try_for_each(|id| renew(c, &app, &keys, *id))?;
                Ok((some.last().map(|s| s.0), bare.len()))
            })?;
            n += done;
            match last {
                Some(id) => after = id,
                None => return Ok(n),
            }
        }
    }

    /// How many filings there are and how many of them a search may miss; for `doctor`.
    ///
    /// # Errors
    /// The database.
    pub fn unindexed(self: &Arc<Self>) -> Result<(usize, usize)> {
        let stamp = rules::stamp(&self.keys().newest(Purpose::Blind)?.kid);
        let (mut seen, mut bare, mut after) = (0, 0, FilingId::from(uuid::Uuid::nil()));
        loop {
            let some = self.db.read_blocking(|c| search::stamped(c, stamp, after, 500))?;
            seen += some.len();
            bare += some.iter().filter(|s| !s.1).count();
            match some.last() {
                Some(s) => after = s.0,
                None => return Ok((seen, bare)),
            }
        }
    }
}
