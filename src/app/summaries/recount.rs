//! What units add to the summaries by the rows as they stand.
//!
//! Owns the way from rows to `domain::summary::count`: which bureau, area, channel and officer a thing counts for. A case carries its procedures;
//! a filing those of its procedures that have no case; a procedure without either stands alone. Reads many units at once; changes nothing.

use crate::app::App;
use crate::base::id::{CaseId, FilingId, ProcedureId, RowId, StreamId};
use crate::base::{At, Result};
use crate::domain::conclusion;
use crate::domain::summary::Cells;
use crate::domain::summary::count::{self, Place};
use crate::store::summaries::sources::{self as rows, Duty, Filing, Procedure};
use crate::store::{Conn, journal};
use std::collections::{BTreeMap, BTreeSet};

/// Units by their kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Units {
    pub cases: BTreeSet<CaseId>,
    pub filings: BTreeSet<FilingId>,
    pub procedures: BTreeSet<ProcedureId>,
}

impl Units {
    /// Of one kind, by the ids of their rows.
    pub fn of(kind: &str, ids: &[RowId]) -> Self {
        let mut out = Self::default();
        for id in ids {
            out.put(kind, *id);
        }
        out
    }
    /// One more.
    pub fn put(&mut self, kind: &str, id: RowId) {
        match kind {
            "case" => drop(self.cases.insert(id.uuid().into())),
            "filing" => drop(self.filings.insert(id.uuid().into())),
            _ => drop(self.procedures.insert(id.uuid().into())),
        }
    }
    /// With its kind, each.
    pub fn ids(&self) -> Vec<(&'static str, RowId)> {
        let cases = self.cases.iter().map(|i| ("case", RowId::from(i.uuid())));
        let filings = self.filings.iter().map(|i| ("filing", RowId::from(i.uuid())));
        cases.chain(filings).chain(self.procedures.iter().map(|i| ("procedure", RowId::from(i.uuid())))).collect()
    }
}

/// The units some events are about.
pub(super) fn touched(c: &mut Conn, events: &[journal::Stored]) -> Result<Units> {
    let mut out = Units::default();
    let mut procedures: BTreeSet<ProcedureId> = BTreeSet::new();
    for e in events {
        let id = e.core.stream_id.uuid();
        match e.core.stream.as_str() {
            "procedure" => drop(procedures.insert(id.into())),
            "case" => drop(out.cases.insert(id.into())),
            "filing" => drop(out.filings.insert(id.into())),
            _ => {}
        }
        out.cases.extend(e.core.about.case_id);
    }
    for p in rows::procedures_by(c, &procedures.into_iter().collect::<Vec<_>>())? {
        out.cases.extend(p.case_id);
        out.filings.extend(p.filing_id);
        if p.case_id.is_none() && p.filing_id.is_none() {
            out.procedures.insert(p.id);
        }
    }
    let filings: Vec<FilingId> = out.filings.iter().copied().collect();
    out.cases.extend(rows::filings_by(c, &filings)?.into_iter().filter_map(|f| f.case_id));
    Ok(out)
}

/// What units add: each that was asked for has an entry, an empty one where it adds nothing or is none.
pub(super) fn recount(c: &mut Conn, app: &App, units: &Units) -> Result<BTreeMap<RowId, Cells>> {
    let mut out: BTreeMap<RowId, Cells> = units.ids().into_iter().map(|(_, id)| (id, Cells::default())).collect();
    let mut held: Vec<(RowId, String, Procedure)> = Vec::new();
    cases(c, units, &mut out, &mut held)?;
    let ids: Vec<FilingId> = units.filings.iter().copied().collect();
    let found = rows::filings_by(c, &ids)?;
    for f in &found {
        let at = place_of_filing(app, f);
        count::filing(out.entry(f.id.uuid().into()).or_default(), &at, f.received_at.day());
    }
    for p in rows::procedures_of_filings(c, &ids)? {
        let channel = found.iter().find(|f| Some(f.id) == p.filing_id).map(|f| f.channel.clone()).unwrap_or_default();
        if let Some(f) = p.filing_id {
            held.push((f.uuid().into(), channel, p));
        }
    }
    for p in rows::procedures_by(c, &units.procedures.iter().copied().collect::<Vec<_>>())? {
        if p.case_id.is_none() && p.filing_id.is_none() {
            held.push((p.id.uuid().into(), String::new(), p));
        }
    }
    procedures(c, app, &held, &mut out)?;
    for cells in out.values_mut() {
        cells.prune();
    }
    Ok(out)
}

/// Cases, and their procedures for what follows.
fn cases(c: &mut Conn, units: &Units, out: &mut BTreeMap<RowId, Cells>, held: &mut Vec<(RowId, String, Procedure)>) -> Result<()> {
    let ids: Vec<CaseId> = units.cases.iter().copied().collect();
    if ids.is_empty() {
        return Ok(());
    }
    // the channel of the case is that of the filing that came first
    let mut channels: BTreeMap<CaseId, String> = BTreeMap::new();
    for f in rows::filings_of(c, &ids)? {
        if let Some(case) = f.case_id {
            channels.entry(case).or_insert(f.channel);
        }
    }
    for k in rows::cases_by(c, &ids)? {
        let at = Place { area: k.area, bureau: k.lead_bureau, channel: channels.get(&k.id).cloned().unwrap_or_default() };
        let seen = count::Case {
            received: k.first_received_at.day(),
            standing: conclusion::standing(&k.state, k.concluded_at.is_some()),
            concluded_on: k.concluded_at.map(At::day),
            claimed: k.claimed,
            verified: k.verified,
            paid: if k.paid.get() == 0 { Vec::new() } else { rows::paid(c, k.id)? },
        };
        count::case(out.entry(k.id.uuid().into()).or_default(), &at, &seen);
    }
    for p in rows::procedures_of(c, &ids)? {
        if let Some(case) = p.case_id {
            held.push((case.uuid().into(), channels.get(&case).cloned().unwrap_or_default(), p));
        }
    }
    Ok(())
}

fn place_of_filing(app: &App, f: &Filing) -> Place {
    let area = f.area.clone().unwrap_or_else(|| home(app, &f.receiving_bureau));
    Place { area, bureau: f.receiving_bureau.clone(), channel: f.channel.clone() }
}

/// The own area of a bureau, the city for one nobody knows.
fn home(app: &App, bureau: &str) -> String {
    app.bureau_path(bureau).last().cloned().unwrap_or_else(|| app.config.city.code.clone())
}

/// Duties, agreements and moves of procedures, each for the unit it belongs to.
fn procedures(c: &mut Conn, app: &App, held: &[(RowId, String, Procedure)], out: &mut BTreeMap<RowId, Cells>) -> Result<()> {
    let ids: Vec<ProcedureId> = held.iter().map(|(_, _, p)| p.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut duties: BTreeMap<ProcedureId, Vec<Duty>> = BTreeMap::new();
    for d in rows::duties_of(c, &ids)? {
        duties.entry(d.procedure_id).or_default().push(d);
    }
    let signed: BTreeMap<_, _> = rows::signed(c, &ids)?.into_iter().collect();
    let mut made: BTreeMap<StreamId, Vec<count::Move>> = BTreeMap::new();
    for e in journal::moves(c, &ids.iter().map(|i| StreamId::from(i.uuid())).collect::<Vec<_>>())? {
        made.entry(e.core.stream_id).or_default().push(move_of(&e));
    }
    for (unit, channel, p) in held {
        let cells = out.entry(*unit).or_default();
        let area = p.area.clone().unwrap_or_else(|| home(app, &p.holder_bureau));
        let at = Place { area, bureau: p.holder_bureau.clone(), channel: channel.clone() };
        let officer = p.assignee.map(|a| a.to_string()).unwrap_or_default();
        let mine = duties.remove(&p.id).unwrap_or_default();
        if let Some(on) = signed.get(&p.id) {
            let broken = mine.iter().any(|d| d.key == "after_default" || (d.key == "instalment" && d.missed));
            count::agreement(cells, &at, *on, p.state == "kept", broken);
        }
        for d in &mine {
            count::duty(cells, &at, &officer, &duty_of(d));
        }
        count::moves(cells, &officer, &made.remove(&StreamId::from(p.id.uuid())).unwrap_or_default());
    }
    Ok(())
}

fn duty_of(d: &Duty) -> count::Duty {
    count::Duty {
        rule: d.rule.clone(),
        statutory: d.effect == "statutory",
        met: d.status == "met",
        missed: d.missed,
        // a term in hours passes within a day
        due: d.due_day.unwrap_or_else(|| d.due_at.day()),
        start: d.start_at.day(),
        ended: d.ended_at.map(At::day),
        pauses: d.doc.0.pauses.iter().map(|p| p.from.day()).collect(),
    }
}

fn move_of(e: &journal::Stored) -> count::Move {
    let text = |k: &str| e.core.payload.get(k).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    count::Move {
        by: e.core.actor.map(|a| a.to_string()),
        bureau: e.core.about.bureau.clone().unwrap_or_default(),
        on: e.core.at.day(),
        from: text("from"),
        to: text("to"),
        late: e.core.payload.get("late").and_then(serde_json::Value::as_bool).unwrap_or(false),
    }
}
