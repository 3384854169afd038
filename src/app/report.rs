//! How terms are kept: 按时签收率 and its like, per bureau and term, and pauses per officer so that no clock is gamed.
//!
//! Owns the counting over terms that began in a span of days. Reads; changes nothing. The definition of "in time" is the
//! term's own mark, the same everywhere.

use super::App;
use crate::base::{At, Day, Error, Result};
use crate::domain::access::{Actor, DutyKind};
use crate::store::{accounts, procedures};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// One term of one bureau over a span of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// The bureau's code.
    pub bureau: String,
    /// Its name.
    pub bureau_name: String,
    /// The term's key.
    pub term: String,
    /// Its title: 签收.
    pub title: String,
    /// Terms that began in the span.
    pub begun: i64,
    /// Met in time.
    pub in_time: i64,
    /// Met too late.
    pub late: i64,
    /// Running, not yet due.
    pub running: i64,
    /// Running and overdue.
    pub overdue: i64,
    /// Ended otherwise (the procedure went another way).
    pub other: i64,
    /// Share of those decided (in time, late, overdue) that were in time, in hundredths of a percent; none without any.
    pub in_time_per_myriad: Option<i64>,
}

/// Pauses one officer asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Paused {
    /// The officer who holds the procedure.
    pub officer: String,
    /// The officer's bureau.
    pub bureau_name: String,
    /// Pauses of terms that began in the span.
    pub pauses: i64,
    /// Of these on statutory duties.
    pub statutory: i64,
    /// Still open.
    pub open: i64,
}

/// Both tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// First day.
    #[schema(value_type = String)]
    pub from: Day,
    /// Last day.
    #[schema(value_type = String)]
    pub to: Day,
    /// Terms, by bureau and title.
    pub kept: Vec<Kept>,
    /// Pauses, most first.
    pub paused: Vec<Paused>,
}

impl App {
    /// How terms that began from `from` to `to` were kept, in the reader's area.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who neither leads nor supervises; at `/to` for reversed days.
    pub fn report(self: &Arc<Self>, actor: &Actor, from: Day, to: Day) -> Result<Report> {
        let may = [DutyKind::Leader, DutyKind::Head, DutyKind::Supervisor];
        if !actor.is_system() && !may.iter().any(|k| actor.holds(*k)) {
            return Err(Error::Forbidden("report"));
        }
        if to < from {
            return Err(Error::field("/to", "dates_reversed", &[]));
        }
        let now = self.now();
        let rows = self.db.read_blocking(|c| procedures::term_outcomes(c, from.start(), to.end()))?;
        let mut kept: BTreeMap<(String, String, String), Kept> = BTreeMap::new();
        let mut paused: BTreeMap<_, (i64, i64, i64, String)> = BTreeMap::new();
        for r in rows {
            if !self.covers(actor, &r.bureau) {
                continue;
            }
            let title = self.graphs.latest(&r.kind).map(|g| g.term_title(&r.key)).unwrap_or_default();
            let k = kept.entry((r.bureau.clone(), r.kind.clone(), r.key.clone())).or_insert_with(|| Kept {
                bureau_name: self.bureau_name(&r.bureau),
                bureau: r.bureau.clone(),
                term: r.key.clone(),
                title,
                begun: 0,
                in_time: 0,
                late: 0,
                running: 0,
                overdue: 0,
                other: 0,
                in_time_per_myriad: None,
            });
            k.begun += 1;
            *outcome(k, &r, now) += 1;
            if let Some(officer) = r.assignee
                && !r.term.0.pauses.is_empty()
            {
                let p = paused.entry(officer).or_insert((0, 0, 0, r.bureau.clone()));
                let n = i64::try_from(r.term.0.pauses.len()).unwrap_or(i64::MAX);
                p.0 += n;
                p.1 += if r.effect == "statutory" { n } else { 0 };
                p.2 += i64::from(r.term.0.pauses.iter().any(|x| x.until.is_none()));
            }
        }
        let ids: Vec<_> = paused.keys().copied().collect();
        let names = self.db.read_blocking(|c| accounts::by_ids(c, &ids))?;
        let mut paused: Vec<Paused> = paused
            .into_iter()
            .map(|(id, (pauses, statutory, open, bureau))| Paused {
                officer: names.iter().find(|a| a.id == id).map(|a| a.name.clone()).unwrap_or_default(),
                bureau_name: self.bureau_name(&bureau),
                pauses,
                statutory,
                open,
            })
            .collect();
        paused.sort_by(|a, b| (b.pauses, &a.officer).cmp(&(a.pauses, &b.officer)));
        let kept = kept
            .into_values()
            .map(|mut k| {
                let decided = k.in_time + k.late + k.overdue;
                k.in_time_per_myriad = (decided > 0).then(|| k.in_time * 10_000 / decided);
                k
            })
            .collect();
        Ok(Report { from, to, kept, paused })
    }

    /// Whether a leader's or head's own bureau, or a supervisor's area, covers a bureau.
    fn covers(&self, actor: &Actor, bureau: &str) -> bool {
        let Some(b) = self.city.bureaus.get(bureau) else { return actor.is_system() };
        let path = self.area_path(Some(&b.area));
        actor.is_system()
            || actor.duties().iter().any(|d| match d.kind {
                DutyKind::Leader | DutyKind::Head => d.bureau == bureau,
                DutyKind::Supervisor => path.contains(&d.area),
                _ => false,
            })
    }
}

fn outcome<'k>(k: &'k mut Kept, r: &procedures::Outcome, now: At) -> &'k mut i64 {
    match (r.status.as_str(), r.missed) {
        ("met", false) => &mut k.in_time,
        ("met", true) => &mut k.late,
        ("live", _) if r.due_at <= now => &mut k.overdue,
        ("live", _) => &mut k.running,
        _ => &mut k.other,
    }
}
