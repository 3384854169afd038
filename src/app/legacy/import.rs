//! A ledger file, dry or real: what would become of each row, then, when it is meant, its storing in batches.
//!
//! Owns the counts. A dry run is the same road without the last step: it reads and writes nothing, not even that it ran.

use super::{Officers, Outcome, Planned, plan, take_over_in, twins};
use crate::app::import::{Fault, File, RejectedRow};
use crate::app::write::Marks;
use crate::app::{App, bells, ids_in};
use crate::base::error::Findings;
use crate::base::id::ImportId;
use crate::base::seal::hex;
use crate::base::{Error, FieldError, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::intake::ledger::{self, LedgerSpec};
use crate::domain::intake::{Field, RawRow, read_ledger_row};
use crate::domain::matching::Join;
use crate::law::Fen;
use crate::paper::sheet::{self, Reject};
use crate::store::filings::{self, Import};
use crate::store::{cases, legacy};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What came of a ledger, or would. `rows = taken + same + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerReport {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Rows read.
    pub rows: i64,
    /// Rows that became, or would become, a filing and a case.
    pub taken: i64,
    /// Rows taken over before, or twice in the file.
    pub same: i64,
    /// Rows that come back.
    pub rejected: i64,
    /// Of the taken ones: on the list of reviews.
    pub review: i64,
    /// Of the taken ones: the ledger names an officer this program does not know.
    pub officer_unknown: i64,
    /// Their rows; the name is kept with the row, sealed.
    pub officer_rows: Vec<u32>,
    /// What the taken ones say is owed.
    pub reported_fen: Fen,
    /// What they say was paid; nobody has proved it.
    pub stated_paid_fen: Fen,
    /// By state.
    pub states: Vec<Group>,
    /// By bureau.
    pub bureaus: Vec<Group>,
    /// Columns this program has no field for: their cells are kept with the row, sealed.
    pub unknown_headings: Vec<String>,
    /// Rows that tell what a filing, a case or another row tells.
    pub twins: Vec<Twin>,
    /// Why rows come back, in the order of the file.
    pub rejects: Vec<RejectedRow>,
}

/// Rows of one state or bureau.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Its code.
    pub code: String,
    /// What a person calls it.
    pub title: String,
    /// Rows.
    pub rows: i64,
    /// Of these, on the list of reviews.
    pub review: i64,
    /// What they say is owed.
    pub reported_fen: Fen,
    /// What they say was paid.
    pub stated_paid_fen: Fen,
}
impl Group {
    fn add(&mut self, p: &Planned) -> Result<()> {
        self.rows += 1;
        self.review += i64::from(p.passed > 0);
        self.reported_fen = sum(self.reported_fen, p.prepared.filing.reported_total)?;
        self.stated_paid_fen = sum(self.stated_paid_fen, p.ledger.stated_paid)?;
        Ok(())
    }
}

/// A sum that does not fit is no sum: a report that is silently short is worse than none.
fn sum(a: Fen, b: Fen) -> Result<Fen> {
    a.plus(b).ok_or_else(|| Error::TooLarge(text::zh("legacy.overflow").to_owned()))
}

/// A row that looks like something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Twin {
    /// The row.
    pub row: u32,
    /// `row` of this file, `filing` that tells the same, `case` that looks like it.
    pub of: String,
    /// The row's number, the filing's or the case's.
    pub number: String,
}

struct Run<'a> {
    app: &'a Arc<App>,
    spec: LedgerSpec,
    report: LedgerReport,
    states: BTreeMap<String, Group>,
    bureaus: BTreeMap<String, Group>,
    back: Vec<Reject>,
    /// Bureau and number of rows seen, with their row and content.
    numbers: HashMap<(String, String), (u32, String)>,
    /// Rows by what they tell.
    prints: HashMap<String, u32>,
}

/// What is to become of a row, before it is stored.
enum Seen {
    Fresh(Box<Planned>),
    Same,
    Back(Vec<FieldError>),
}

/// Takes a ledger over, or only says what would come of it. `progress` hears how many rows are done. Returns the report and,
/// if rows come back, the workbook of rejects.
///
/// # Errors
/// [`Error::NotFound`] for a profile that is none of ledgers, [`Error::Forbidden`], [`Error::Config`] for a table of states
/// that does not fit the definitions, a file that cannot be read at all, or
/// the database; what was stored before stays stored.
pub fn import_ledger(
    app: &Arc<App>,
    actor: &Actor,
    file: File<'_>,
    dry: bool,
    progress: &mut dyn FnMut(u64),
) -> Result<(LedgerReport, Option<Vec<u8>>)> {
    if !access::may(actor, Ability::Import, &app.config.city.bureau) {
        return Err(Error::Forbidden("import"));
    }
    let profile = Arc::clone(app.city.profiles.get(file.profile).ok_or(Error::NotFound("profile"))?);
    let spec = profile.ledger.clone().ok_or(Error::NotFound("profile"))?;
    super::fits(&profile, &app.graphs, &app.registry)?;
    let opened = sheet::open(file.bytes, &profile, &app.city.intake.file)?;
    let columns = Arc::clone(opened.columns());
    if ledger::unit_unclear(&columns) {
        return Err(Error::Malformed(text::zh("legacy.unit_unclear").to_owned()));
    }
    let now = app.now();
    let mut run = Run {
        app,
        spec,
        report: LedgerReport { dry_run: dry, unknown_headings: ledger::unknown_headings(&columns), ..LedgerReport::default() },
        states: BTreeMap::new(),
        bureaus: BTreeMap::new(),
        back: Vec::new(),
        numbers: HashMap::new(),
        prints: HashMap::new(),
    };
    let log = if dry { None } else { Some(begin(app, actor, &file, now)?) };
    let (keys, mut officers) = (app.keys(), Officers::default());
    let mut batch: Vec<(RawRow, Planned)> = Vec::new();
    for row in opened {
        let row = row?;
        run.report.rows += 1;
        let seen = match read_ledger_row(&profile, &run.spec, &row, &app.city.intake.caps, now) {
            Err(errors) => Seen::Back(errors),
            Ok(l) => {
                let planned = app.db.read_blocking(|c| match plan(app, c, &keys, &mut officers, &row, l, now) {
                    Ok(p) => Ok(Ok(p)),
                    Err(Error::Invalid(f)) => Ok(Err(f)),
                    Err(e) => Err(e),
                })?;
                match planned {
                    Ok(p) => run.look(&row, p)?,
                    Err(errors) => Seen::Back(errors),
                }
            }
        };
        match seen {
            Seen::Back(errors) => run.back.push(Reject { row, errors }),
            Seen::Same => run.report.same += 1,
            Seen::Fresh(p) if log.is_some() => batch.push((row, *p)),
            Seen::Fresh(p) => run.count(&p)?,
        }
        if let Some(log) = &log
            && batch.len() >= app.config.import.batch
        {
            run.store(actor, log.id, std::mem::take(&mut batch))?;
        }
        progress(u64::try_from(run.report.rows).unwrap_or(0));
    }
    if let Some(log) = &log {
        run.store(actor, log.id, std::mem::take(&mut batch))?;
    }
    let (report, back) = run.end()?;
    if let Some(log) = log {
        end(app, actor, &log, &report)?;
    }
    let workbook = if back.is_empty() { None } else { Some(sheet::rejects(&columns.headings, &back)?) };
    Ok((report, workbook))
}

fn begin(app: &Arc<App>, actor: &Actor, file: &File<'_>, now: crate::base::At) -> Result<Import> {
    let id: ImportId = ids_in(app, |ids| ids.id(now));
    let log = Import {
        id,
        profile: file.profile.to_owned(),
        file_name: text::tidy(file.name).chars().take(200).collect(),
        file_hash: hex(&Sha256::digest(file.bytes)),
        actor: actor.key(),
        started_at: now,
        ended_at: None,
        rows_read: 0,
        filings: 0,
        amended: 0,
        duplicates: 0,
        rejected: 0,
        joined: 0,
    };
    let begun = log.clone();
    app.write_blocking(actor, None, move |tx| {
        filings::insert_import(tx.c, &begun)?;
        let payload = serde_json::json!({ "profile": begun.profile, "file": begun.file_hash });
        tx.record("import", uuid::Uuid::from(begun.id).into(), "started", tx.now, payload, &Marks::default())?;
        Ok(())
    })?;
    Ok(log)
}

fn end(app: &Arc<App>, actor: &Actor, log: &Import, r: &LedgerReport) -> Result<()> {
    let log = Import { rows_read: r.rows, filings: r.taken, duplicates: r.same, rejected: r.rejected, ..log.clone() };
    let (review, reported, paid) = (r.review, r.reported_fen, r.stated_paid_fen);
    app.write_blocking(actor, None, move |tx| {
        let ended = Import { ended_at: Some(tx.now), ..log.clone() };
        filings::update_import(tx.c, &ended)?;
        let payload = serde_json::json!({
            "rows": ended.rows_read, "filings": ended.filings, "duplicates": ended.duplicates, "rejected": ended.rejected,
            "review": review, "reportedFen": reported, "statedPaidFen": paid, "mark": super::MARK,
        });
        tx.record("import", uuid::Uuid::from(ended.id).into(), "ended", tx.now, payload, &Marks::default()).map(drop)
    })
}

impl Run<'_> {
    /// Looks a row up: in the file, among what was taken over, among filings and cases. Reads only.
    fn look(&mut self, row: &RawRow, p: Planned) -> Result<Seen> {
        let key = (p.bureau.clone(), p.ledger.number.clone());
        if let Some((first, content)) = self.numbers.get(&key) {
            if *content == p.content {
                return Ok(Seen::Same);
            }
            return Ok(Seen::Back(vec![super::fault(row, Field::SourceNumber, "legacy_number_twice", &[("row", &first.to_string())])]));
        }
        self.numbers.insert(key, (p.row, p.content.clone()));
        let known = self.app.db.read_blocking(|c| {
            if let Some(old) = legacy::of_number(c, &p.bureau, &p.ledger.number)? {
                return Ok(Err(p.contents.contains(&old.content_hash)));
            }
            let (same, join) = twins(c, &p)?;
            let ids: Vec<_> = match join {
                Join::New => Vec::new(),
                Join::Join { case } => vec![case],
                Join::Suggest { cases } => cases.into_iter().map(|s| s.case).collect(),
            };
            let alike: Vec<String> = cases::by_ids(c, &ids)?.into_iter().map(|c| c.number).collect();
            Ok(Ok((same, alike)))
        })?;
        let (same, alike) = match known {
            Err(true) => return Ok(Seen::Same),
            Err(false) => return Ok(Seen::Back(vec![super::fault(row, Field::SourceNumber, "legacy_changed", &[])])),
            Ok(found) => found,
        };
        let twin = |of: &str, number: String| Twin { row: p.row, of: of.to_owned(), number };
        match self.prints.get(&p.prepared.filing.fingerprint) {
            Some(first) => self.report.twins.push(twin("row", first.to_string())),
            None => drop(self.prints.insert(p.prepared.filing.fingerprint.clone(), p.row)),
        }
        self.report.twins.extend(same.into_iter().map(|(_, n)| twin("filing", n)));
        self.report.twins.extend(alike.into_iter().map(|n| twin("case", n)));
        Ok(Seen::Fresh(Box::new(p)))
    }

    /// Counts a row that was taken over, or would be.
    fn count(&mut self, p: &Planned) -> Result<()> {
        self.report.taken += 1;
        if p.officer_unknown {
            self.report.officer_unknown += 1;
            self.report.officer_rows.push(p.row);
        }
        self.states.entry(p.ledger.state.state.clone()).or_default().add(p)?;
        self.bureaus.entry(p.bureau.clone()).or_default().add(p)
    }

    /// Stores a batch in one transaction, a savepoint a row.
    fn store(&mut self, actor: &Actor, id: ImportId, batch: Vec<(RawRow, Planned)>) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let (rows, planned): (Vec<RawRow>, Vec<Planned>) = batch.into_iter().unzip();
        let (who, all) = (actor.clone(), planned.clone());
        let outcomes: Vec<std::result::Result<Outcome, Vec<(String, String)>>> = self.app.write_blocking(actor, None, move |tx| {
            let mut waiting: BTreeSet<&str> = BTreeSet::new();
            let mut done = Vec::new();
            for p in &all {
                done.push(match tx.body(&who, |tx| take_over_in(tx, p, id)) {
                    Ok(o) => {
                        if o == Outcome::New && p.passed > 0 {
                            waiting.insert(&p.bureau);
                        }
                        Ok(o)
                    }
                    Err(Error::Invalid(f)) => Err(f.into_iter().map(|f| (f.code, f.message)).collect()),
                    Err(Error::Refused(r)) => Err(vec![(r.code, r.message)]),
                    Err(e) => return Err(e),
                });
            }
            for bureau in waiting {
                bells::list_grew(tx, bureau)?;
            }
            Ok(done)
        })?;
        for ((row, p), outcome) in rows.into_iter().zip(&planned).zip(outcomes) {
            match outcome {
                Ok(Outcome::New) => self.count(p)?,
                Ok(Outcome::Same) => self.report.same += 1,
                Err(faults) => {
                    let mut found = Findings::new();
                    for (code, message) in faults {
                        found.push(FieldError::new(row.heading(Field::SourceNumber), code, message));
                    }
                    self.back.push(Reject { row, errors: found.into_vec() });
                }
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<(LedgerReport, Vec<Reject>)> {
        let app = self.app;
        let title = |state: &str| {
            let graph = app.graphs.latest("complaint").ok();
            graph.and_then(|g| g.state(state).map(|s| s.title.clone())).unwrap_or_else(|| state.to_owned())
        };
        let r = &mut self.report;
        r.states = self.states.into_iter().map(|(code, g)| Group { title: title(&code), code, ..g }).collect();
        r.bureaus = self.bureaus.into_iter().map(|(code, g)| Group { title: app.bureau_name(&code), code, ..g }).collect();
        for g in &r.bureaus {
            r.review += g.review;
            r.reported_fen = sum(r.reported_fen, g.reported_fen)?;
            r.stated_paid_fen = sum(r.stated_paid_fen, g.stated_paid_fen)?;
        }
        self.back.sort_by_key(|b| b.row.number);
        r.rejected = i64::try_from(self.back.len()).unwrap_or(i64::MAX);
        let fault = |e: &FieldError| Fault { column: e.pointer.clone(), code: e.code.clone(), message: e.message.clone() };
        r.rejects = self.back.iter().map(|b| RejectedRow { row: b.row.number, faults: b.errors.iter().map(fault).collect() }).collect();
        Ok((self.report, self.back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_does_not_fit_is_an_error() {
        assert_eq!(sum(Fen::new(1), Fen::new(2)).ok(), Some(Fen::new(3)));
        assert!(sum(Fen::new(i64::MAX), Fen::new(1)).is_err());
    }
}
