//! Definitions as people read them: which versions are published, who is on which, what a version says and how two differ, and what a
//! migration would come to.
//!
//! Owns views; changes nothing. A definition is published by the program that brings it, at its start; open procedures go over by `qingxin
//! workflow migrate` once every node holds the new version, which no page of one node can know.

use super::App;
use super::migrate::{Report, one};
use crate::base::{At, Error, Result};
use crate::domain::access::{self, Ability, Actor};
use crate::flow::Graph;
use crate::flow::history::{Difference, Plan, diff};
use crate::store::{procedures, settings};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Open procedures a try on a page looks at; `workflow migrate` looks at all.
pub const TRIED: usize = 500;
/// Procedures tried in one transaction.
const PAGE: i64 = 100;

/// One version of a definition.
#[derive(Debug, Clone)]
pub struct VersionLine {
    /// Key of the procedure.
    pub key: String,
    /// Its title.
    pub title: String,
    /// The version.
    pub version: i32,
    /// Hash of its text.
    pub hash: String,
    /// When it was published.
    pub published_at: At,
    /// Open procedures under it.
    pub open: i64,
    /// New procedures begin under it.
    pub latest: bool,
}

/// One version whole.
#[derive(Debug, Clone)]
pub struct DefinitionView {
    /// What it says.
    pub graph: Arc<Graph>,
    /// Its line.
    pub line: VersionLine,
    /// Open procedures by state.
    pub open: BTreeMap<String, i64>,
    /// The other versions of the same procedure, oldest first.
    pub versions: Vec<i32>,
    /// The version it is compared with, and what differs.
    pub against: Option<(i32, Vec<Difference>)>,
}

fn reads(actor: &Actor) -> Result<()> {
    if access::may(actor, Ability::ReadDefinitions, "") { Ok(()) } else { Err(Error::Forbidden("definitions")) }
}

fn lines(app: &App, rows: Vec<settings::Definition>, open: &[(String, i32, i64)]) -> Vec<VersionLine> {
    let mut out: Vec<VersionLine> = rows
        .into_iter()
        .map(|d| {
            let graph = app.graphs.get(&d.key, d.version);
            let latest = app.graphs.latest(&d.key).is_ok_and(|g| i32::try_from(g.version) == Ok(d.version));
            VersionLine {
                title: graph.map_or_else(|_| d.key.clone(), |g| g.title.clone()),
                open: open.iter().find(|(k, v, _)| *k == d.key && *v == d.version).map_or(0, |o| o.2),
                latest,
                key: d.key,
                version: d.version,
                hash: d.hash,
                published_at: d.published_at,
            }
        })
        .collect();
    out.sort_by(|a, b| (&a.key, b.version).cmp(&(&b.key, a.version)));
    out
}

impl App {
    /// All published versions, procedure by procedure, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a leader, head, supervisor or system administrator asks; the database.
    pub async fn definitions(self: &Arc<Self>, actor: &Actor) -> Result<Vec<VersionLine>> {
        reads(actor)?;
        let (rows, open) = self.db.read(|c| Ok((settings::definitions(c)?, procedures::open_versions(c)?))).await?;
        Ok(lines(self, rows, &open))
    }

    /// One version, compared with another one or the one before.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::NotFound`]; the database.
    pub async fn definition(self: &Arc<Self>, actor: &Actor, key: &str, version: i32, against: Option<i32>) -> Result<DefinitionView> {
        reads(actor)?;
        let graph = self.graphs.get(key, version).map_err(|_| Error::NotFound("definition"))?;
        let owned = key.to_owned();
        let (rows, open, states) = self
            .db
            .read(move |c| Ok((settings::definitions(c)?, procedures::open_versions(c)?, procedures::open_states(c, &owned, version)?)))
            .await?;
        let all: Vec<VersionLine> = lines(self, rows.clone(), &open).into_iter().filter(|l| l.key == key).collect();
        let line = all.iter().find(|l| l.version == version).cloned().ok_or(Error::NotFound("definition"))?;
        let mut versions: Vec<i32> = all.iter().map(|l| l.version).filter(|v| *v != version).collect();
        versions.sort_unstable();
        let other = match against {
            Some(v) if versions.contains(&v) => Some(v),
            Some(_) => return Err(Error::NotFound("definition")),
            None => versions.iter().copied().rfind(|v| *v < version),
        };
        let text = |v: i32| rows.iter().find(|d| d.key == key && d.version == v).map(|d| d.body.clone()).unwrap_or_default();
        let against = other
            .map(|v| {
                let (old, new) = (v.min(version), v.max(version));
                let found = diff(&text(old), &text(new)).map_err(|e| Error::Internal(format!("a published definition: {e}")))?;
                Ok::<_, Error>((v, found))
            })
            .transpose()?;
        Ok(DefinitionView { graph, line, open: states.into_iter().collect(), versions, against })
    }

    /// What a migration would come to for the first [`TRIED`] open procedures; nothing is changed.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a system administrator asks; at `/map` when the plan does not fit the two versions; the database.
    pub async fn try_migration(self: &Arc<Self>, actor: &Actor, key: &str, (old, new): (i32, i32), plan: Plan) -> Result<Report> {
        if !access::may(actor, Ability::Configure, "") {
            return Err(Error::Forbidden("configure"));
        }
        let found = |v: i32| self.graphs.get(key, v).map_err(|_| Error::NotFound("definition"));
        let (from, to) = (found(old)?, found(new)?);
        if old >= new {
            return Err(Error::field("/to", "version_not_newer", &[]));
        }
        let wrong = plan.check(&from, &to);
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong.into_iter().map(|w| crate::base::FieldError::new("/map", "bad_plan", w)).collect()));
        }
        let mut report = Report::default();
        let mut after: crate::base::id::ProcedureId = uuid::Uuid::nil().into();
        while report.seen < TRIED {
            let kind = key.to_owned();
            let ids = self.db.read(move |c| procedures::open_of_version(c, &kind, old, after, PAGE)).await?;
            let Some(last) = ids.last().copied() else { break };
            after = last;
            let (from, to, plan) = (Arc::clone(&from), Arc::clone(&to), plan.clone());
            let system = Actor::System("migrate");
            let outcomes = self
                .write(&system, None, move |tx| {
                    let who = Actor::System("migrate");
                    ids.iter().map(|id| tx.body(&who, |tx| one(tx, *id, &from, &to, &plan, false))).collect::<Result<Vec<_>>>()
                })
                .await?;
            for o in outcomes.iter().flatten() {
                report.add(o);
            }
        }
        Ok(report)
    }
}
