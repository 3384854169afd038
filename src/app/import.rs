//! Clue files: good rows become filings, bad rows come back with row, column and reason, nothing is lost.
//!
//! Owns batches, counts and the log of imports. Reading a sheet is `paper::sheet`'s, judging a row `domain::intake`'s,
//! storing it [`super::intake`]'s. Sealing and routing happen before each batch's transaction; inside it every row has a
//! savepoint of its own. A file read twice adds nothing, so an import that was cut off is simply run again.

use super::intake::{self, Prepared, Registered};
use super::write::Marks;
use super::{App, ids_in};
use crate::base::error::Findings;
use crate::base::id::ImportId;
use crate::base::seal::hex;
use crate::base::{Error, FieldError, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::intake::{RawRow, read_row};
use crate::paper::sheet::{self, Reject};
use crate::store::filings::{self, Import};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What came of a file. `rows = filings + amended + duplicates + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Rows read; titles and blank rows are none.
    pub rows: i64,
    /// New filings.
    pub filings: i64,
    /// Of these, joined to a running case.
    pub joined: i64,
    /// Of these, waiting at the desk with a reason.
    pub desk: i64,
    /// The same number with other content.
    pub amended: i64,
    /// The same report again.
    pub duplicates: i64,
    /// Rows that came back.
    pub rejected: i64,
    /// Why the rows came back, in the order of the file.
    pub rejects: Vec<RejectedRow>,
}

/// One row that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RejectedRow {
    /// Row number in the sheet, from 1.
    pub row: u32,
    /// Column and reason of every fault.
    pub faults: Vec<Fault>,
}

/// One fault of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// The heading of the column.
    pub column: String,
    /// Stable code.
    pub code: String,
    /// Chinese sentence.
    pub message: String,
}

/// The outcome of one row inside a batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Row {
    Done(Registered),
    Refused(Vec<(String, String, String)>),
}

/// A file to import.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Key of the profile.
    pub profile: &'a str,
    /// The file's name, for the log.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// The bureau it came in at; empty for the city's.
    pub receiving: &'a str,
}

/// Imports a file. `progress` hears how many rows are done. Returns the report and, if rows came back, the workbook of
/// rejects.
///
/// # Errors
/// [`Error::NotFound`] for an unknown profile, [`Error::Forbidden`], a file that cannot be read at all, or the database;
/// what was stored before stays stored.
pub fn import(app: &Arc<App>, actor: &Actor, file: File<'_>, progress: &mut dyn FnMut(u64)) -> Result<(Report, Option<Vec<u8>>)> {
    let receiving = if file.receiving.is_empty() { app.config.city.bureau.clone() } else { file.receiving.to_owned() };
    if !access::may(actor, Ability::Import, &receiving) {
        return Err(Error::Forbidden("import"));
    }
    // a ledger is no clue file: its rows stand where they stand, see `super::legacy`
    let profile = Arc::clone(app.city.profiles.get(file.profile).filter(|p| p.ledger.is_none()).ok_or(Error::NotFound("profile"))?);
    let opened = sheet::open(file.bytes, &profile, &app.city.intake.file)?;
    let headings = opened.columns().headings.clone();
    let now = app.now();
    let id: ImportId = ids_in(app, |ids| ids.id(now));
    let mut log = Import {
        id,
        profile: profile.key.clone(),
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

    let mut report = Report::default();
    let mut back: Vec<Reject> = Vec::new();
    let mut batch: Vec<(RawRow, Prepared)> = Vec::new();
    let keys = app.keys();
    for row in opened {
        let row = row?;
        report.rows += 1;
        match read_row(&profile, &row, &app.city.intake.caps, app.now()) {
            Err(errors) => back.push(Reject { row, errors }),
            Ok(draft) => {
                let prepared = ids_in(app, |ids| intake::prepare(app, &keys, ids, &draft, &receiving, app.now()));
                match prepared {
                    Ok(p) => batch.push((row, p)),
                    Err(Error::Invalid(errors)) => back.push(Reject { row, errors }),
                    Err(e) => return Err(e),
                }
            }
        }
        if batch.len() >= app.config.import.batch {
            store(app, actor, id, &mut batch, &mut report, &mut back)?;
            progress(u64::try_from(report.rows).unwrap_or(0));
        }
    }
    store(app, actor, id, &mut batch, &mut report, &mut back)?;
    progress(u64::try_from(report.rows).unwrap_or(0));

    back.sort_by_key(|r| r.row.number);
    report.rejected = i64::try_from(back.len()).unwrap_or(i64::MAX);
    report.rejects = back
        .iter()
        .map(|r| RejectedRow {
            row: r.row.number,
            faults: r
                .errors
                .iter()
                .map(|e| Fault { column: e.pointer.clone(), code: e.code.clone(), message: e.message.clone() })
                .collect(),
        })
        .collect();
    log.rows_read = report.rows;
    log.filings = report.filings;
    log.amended = report.amended;
    log.duplicates = report.duplicates;
    log.rejected = report.rejected;
    log.joined = report.joined;
    app.write_blocking(actor, None, move |tx| {
        let ended = Import { ended_at: Some(tx.now), ..log.clone() };
        filings::update_import(tx.c, &ended)?;
        let payload = serde_json::json!({
            "rows": ended.rows_read, "filings": ended.filings, "amended": ended.amended,
            "duplicates": ended.duplicates, "rejected": ended.rejected, "joined": ended.joined,
        });
        tx.record("import", uuid::Uuid::from(ended.id).into(), "ended", tx.now, payload, &Marks::default())?;
        Ok(())
    })?;
    let workbook = if back.is_empty() { None } else { Some(sheet::rejects(&headings, &back)?) };
    Ok((report, workbook))
}

/// Stores one batch in one transaction, a savepoint a row.
fn store(
    app: &Arc<App>,
    actor: &Actor,
    id: ImportId,
    batch: &mut Vec<(RawRow, Prepared)>,
    report: &mut Report,
    back: &mut Vec<Reject>,
) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let (rows, prepared): (Vec<RawRow>, Vec<Prepared>) = std::mem::take(batch).into_iter().unzip();
    let who = actor.clone();
    let outcomes: Vec<Row> = app.write_blocking(actor, None, move |tx| {
        prepared
            .iter()
            .map(|p| match tx.body(&who, |tx| intake::register_in(tx, p, Some(id))) {
                Ok(done) => Ok(Row::Done(done)),
                // the rules refuse this row: it comes back with the reason, the others stay
                Err(Error::Invalid(f)) => Ok(Row::Refused(f.into_iter().map(|f| (f.pointer, f.code, f.message)).collect())),
                Err(Error::Refused(r)) => Ok(Row::Refused(vec![(String::new(), r.code, r.message)])),
                Err(e) => Err(e),
            })
            .collect()
    })?;
    for (row, outcome) in rows.into_iter().zip(outcomes) {
        match outcome {
            Row::Done(Registered::New { case, joined, .. }) => {
                report.filings += 1;
                report.joined += i64::from(joined);
                report.desk += i64::from(case.is_none());
            }
            Row::Done(Registered::Amended { .. }) => report.amended += 1,
            Row::Done(Registered::Duplicate { .. }) => report.duplicates += 1,
            Row::Refused(faults) => {
                let mut found = Findings::new();
                for (pointer, code, message) in faults {
                    found.push(FieldError::new(pointer, code, message));
                }
                back.push(Reject { row, errors: found.into_vec() });
            }
        }
    }
    Ok(())
}
