//! Open procedures go over to a newer version of their definition.
//!
//! Owns the loading and saving around [`history::migrate`]: one procedure a savepoint, a bounded page a transaction, one
//! `migrated` event each. Decides nothing: what becomes of state and terms is the pure function's. Running it again finds
//! only what still stands under the old version.

use super::subject::Subject;
use super::write::Tx;
use super::{App, facts, project};
use crate::base::id::ProcedureId;
use crate::base::{Error, Result};
use crate::domain::access::Actor;
use crate::flow::Graph;
use crate::flow::history::{self, Migrated, Plan};
use crate::store::procedures;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Procedures migrated in one transaction.
const PAGE: i64 = 100;

/// One procedure and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The procedure.
    pub procedure: ProcedureId,
    /// Number of its case, else of its filing.
    pub number: String,
    /// The state it is in.
    pub from: String,
    /// The state it goes to.
    pub to: String,
    /// Terms carried over.
    pub kept: Vec<String>,
    /// Terms cancelled, which the new version does not know.
    pub cancelled: Vec<String>,
    /// Terms newly armed.
    pub armed: Vec<String>,
    /// Why it stays where it is; none when it goes.
    pub refused: Option<String>,
}

/// What a migration comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Procedures looked at.
    pub seen: usize,
    /// Those that went over, or would.
    pub moved: usize,
    /// How many by state before and after.
    pub states: BTreeMap<String, usize>,
    /// How many live terms were carried over, or would be.
    pub kept: usize,
    /// How many were cancelled, by key.
    pub cancelled: BTreeMap<String, usize>,
    /// How many were armed, by key.
    pub armed: BTreeMap<String, usize>,
    /// Those that stay, with the reason.
    pub refused: Vec<(String, String)>,
}

impl Report {
    pub(super) fn add(&mut self, o: &Outcome) {
        self.seen += 1;
        if let Some(why) = &o.refused {
            self.refused.push((o.number.clone(), why.clone()));
            return;
        }
        self.moved += 1;
        *self.states.entry(format!("{} → {}", o.from, o.to)).or_default() += 1;
        self.kept += o.kept.len();
        for (keys, into) in [(&o.cancelled, &mut self.cancelled), (&o.armed, &mut self.armed)] {
            for k in keys {
                *into.entry(k.clone()).or_default() += 1;
            }
        }
    }
}

impl App {
    /// How many open procedures stand under a version.
    ///
    /// # Errors
    /// The database.
    pub fn open_under(&self, key: &str, version: i32) -> Result<i64> {
        let all = self.db.read_blocking(procedures::open_versions)?;
        Ok(all.into_iter().find(|(k, v, _)| k == key && *v == version).map_or(0, |(_, _, n)| n))
    }

    /// Takes every open procedure of `old` over to `new`, or only says what would become of each. `each` hears every one.
    ///
    /// # Errors
    /// [`Error::Config`] when the plan does not fit the two versions; the database. What went over before stays.
    pub fn migrate_procedures(
        self: &Arc<Self>,
        old: &Arc<Graph>,
        new: &Arc<Graph>,
        plan: &Plan,
        apply: bool,
        each: &mut dyn FnMut(&Outcome),
    ) -> Result<Report> {
        if old.key != new.key || old.version >= new.version {
            return Err(Error::Config(format!(
                "只能从旧版本迁移到同一流程的新版本：{}.v{} → {}.v{}。",
                old.key, old.version, new.key, new.version
            )));
        }
        let wrong = plan.check(old, new);
        if !wrong.is_empty() {
            return Err(Error::Config(wrong.join("\n")));
        }
        let version = i32::try_from(old.version).map_err(|_| Error::Internal("definition version".into()))?;
        let mut report = Report::default();
        let mut after: ProcedureId = uuid::Uuid::nil().into();
        loop {
            let key = old.key.clone();
            let ids = self.db.read_blocking(move |c| procedures::open_of_version(c, &key, version, after, PAGE))?;
            let Some(last) = ids.last().copied() else { return Ok(report) };
            after = last;
            let (old, new, plan) = (Arc::clone(old), Arc::clone(new), plan.clone());
            let system = Actor::System("migrate");
            let outcomes: Vec<Option<Outcome>> = self.write_blocking(&system, None, move |tx| {
                let who = Actor::System("migrate");
                ids.iter().map(|id| tx.body(&who, |tx| one(tx, *id, &old, &new, &plan, apply))).collect()
            })?;
            for o in outcomes.iter().flatten() {
                report.add(o);
                each(o);
            }
        }
    }
}

/// One procedure; none when it ended or went over meanwhile.
pub(super) fn one(tx: &mut Tx<'_>, id: ProcedureId, old: &Graph, new: &Graph, plan: &Plan, apply: bool) -> Result<Option<Outcome>> {
    let Some(row) = procedures::get(tx.c, id)?.filter(|r| r.open && u32::try_from(r.version) == Ok(old.version)) else { return Ok(None) };
    let mut subject = Subject::load(tx, row)?;
    let number = match subject.case(tx)? {
        Some(c) => c.number,
        None => subject.filing.as_ref().map(|f| f.number.clone()).unwrap_or_default(),
    };
    let before = subject.procedure.clone();
    let mut out = Outcome {
        procedure: id,
        number,
        from: before.state.clone(),
        to: plan.state(&before.state).to_owned(),
        kept: Vec::new(),
        cancelled: Vec::new(),
        armed: Vec::new(),
        refused: None,
    };
    let facts = facts::load(tx, &subject, &history::needs(new, plan, &before))?;
    let done = match history::migrate(old, new, plan, &tx.law, &before, &facts, tx.now, &mut tx.ids) {
        Ok(m) => m,
        Err(r) => {
            out.refused = Some(r.message);
            return Ok(Some(out));
        }
    };
    let Migrated { after, kept, cancelled, armed } = done;
    out.kept = kept;
    out.cancelled = cancelled;
    out.armed = armed;
    if apply {
        subject.row.version = i32::try_from(new.version).map_err(|_| Error::Internal("definition version".into()))?;
        subject.procedure = after;
        // alarms were set by the old version's ladders: all are set anew
        let terms: Vec<_> = before.terms.iter().map(|t| t.id).collect();
        procedures::drop_alarms(tx.c, &terms)?;
        project::save(tx, new, &mut subject, &before, true)?;
        project::rearm(tx, new, &subject)?;
        let marks = subject.marks(tx)?;
        let payload = serde_json::json!({
            "procedure": new.key, "version": new.version, "fromVersion": old.version, "from": out.from, "to": out.to,
            "kept": out.kept, "cancelled": out.cancelled, "armed": out.armed,
        });
        tx.record("procedure", id.into(), "migrated", tx.now, payload, &marks)?;
    }
    Ok(Some(out))
}
