//! Grading 企业劳动保障守法诚信等级评价: the yearly run, and a record that changes afterwards.
//!
//! Owns the order of things: a run reads the record of a year in the order of the employers, batch by batch, keeps what differs and goes on
//! where it stopped. The machine proposes; nothing is told before persons confirmed it ([`review`], the procedure *grading*). A changed record
//! is a new revision, the old one stays. The arithmetic is `domain::grading`'s.

pub(super) mod letters;
mod list;
pub mod review;
mod run;

pub(super) use list::line;
pub use list::{Asked, GradingLine, GradingPage};
pub use run::RunView;

use super::App;
use super::perform::{self, Begin, Command, Given};
use super::write::Tx;
use crate::base::id::{ProcedureId, RowId};
use crate::base::{Day, Error, Result};
use crate::domain::access::Actor;
use crate::domain::grading::{self as rules, Entry, Kind, Outcome};
use crate::flow::{Form, Value};
use crate::store::conduct::{self, Lean};
use crate::store::gradings::{self as rows, Grading};
use crate::store::procedures;
use crate::store::types::Json;

/// The paper by which an employer is told its grade.
pub const NOTICE: &str = "grading_notice";
/// The paper that answers an objection.
pub const REPLY: &str = "grading_reply";
/// The kind of procedure.
const KIND: &str = super::subject::GRADING;
/// Where the locks of the years begin.
const LOCK: i64 = 0x6772_6164_0000_0000;
/// The move by which a corrected record begins a procedure anew.
const RECORD_CHANGED: &str = "record_changed";

/// One lock for the results of a year.
fn lock_of(year: i32) -> i64 {
    LOCK + i64::from(year)
}

/// How many findings make C in this year.
fn limit(app: &App, year: i32) -> Result<u32> {
    let last = Day::ymd(year, 12, 31).ok_or_else(|| Error::field("/year", "grading_year", &[]))?;
    rules::limit(&app.law().rules, last)
}

/// What the entries of one employer come to.
fn judge(entries: &[Lean], limit: u32) -> Result<Outcome> {
    let read = |e: &Lean| {
        let kind = Kind::of(&e.kind).ok_or_else(|| Error::Internal(format!("conduct kind {}", e.kind)))?;
        Ok(Entry { id: e.id, kind, act: e.act.uuid(), counts: e.counts })
    };
    let entries: Vec<Entry> = entries.iter().map(read).collect::<Result<_>>()?;
    Ok(rules::grade(&entries, limit))
}

/// A result that differs from the one in force.
struct Change {
    file: RowId,
    outcome: Outcome,
    digest: String,
    bureau: String,
    old: Option<Grading>,
}

/// The bureau that answers for it.
fn answers(entries: &[Lean]) -> String {
    let counting = entries.iter().filter(|e| e.counts).map(|e| e.bureau.as_str());
    let any = || rules::responsible(entries.iter().map(|e| e.bureau.as_str()));
    rules::responsible(counting).or_else(any).unwrap_or_default().to_owned()
}

/// Keeps new revisions. C, what changed after it was confirmed, and what has a procedure already goes on one by one; the rest in bulk.
fn revise(tx: &mut Tx<'_>, year: i32, changes: Vec<Change>, run: Option<RowId>) -> Result<usize> {
    let n = changes.len();
    if n == 0 {
        return Ok(0);
    }
    // who confirms a list and who changes it take turns
    crate::store::exclusive(tx.c, lock_of(year))?;
    let (mut new, mut gone, mut begin, mut again) = (Vec::with_capacity(n), Vec::new(), Vec::new(), Vec::new());
    for k in changes {
        let running = match k.old.as_ref().and_then(|g| g.procedure_id) {
            Some(p) => procedures::get(tx.c, p)?.filter(|r| r.open).map(|r| r.id),
            None => None,
        };
        let differs = k.old.as_ref().is_some_and(|g| g.state != "proposed" && g.grade != k.outcome.grade.letter());
        let cause = if k.outcome.grade == rules::Grade::C {
            Some("c")
        } else if differs || running.is_some() {
            Some("changed")
        } else {
            None
        };
        let bureau = tx.app.city.bureaus.get(&k.bureau);
        let area = bureau.map_or_else(|| tx.app.config.city.code.clone(), |b| b.area.clone());
        let count = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        let row = Grading {
            id: tx.ids.id(tx.now),
            file_id: k.file,
            year,
            revision: k.old.as_ref().map_or(0, |g| g.revision) + 1,
            current: true,
            bureau: k.bureau,
            area,
            grade: k.outcome.grade.letter().to_owned(),
            findings: count(k.outcome.findings),
            entries: count(k.outcome.entries),
            reasons: Json(k.outcome.reasons),
            digest: k.digest,
            run_id: run,
            cause: cause.map(str::to_owned),
            procedure_id: running,
            state: "proposed".to_owned(),
            reviewed_by: None,
            reviewed_at: None,
            list_hash: None,
            told_on: None,
            told_way: None,
            told_proof: None,
            contested_at: None,
            talk_on: None,
            created_at: tx.now,
        };
        gone.extend(k.old.map(|g| g.id));
        match (running, cause) {
            (Some(p), _) => again.push(p),
            (None, Some(c)) => begin.push((row.id, c)),
            (None, None) => {}
        }
        new.push(row);
    }
    rows::supersede(tx.c, &gone)?;
    rows::insert(tx.c, &new)?;
    for procedure in again {
        told(tx, procedure, RECORD_CHANGED, Form::new())?;
    }
    for (id, cause) in begin {
        start(tx, id, cause)?;
    }
    Ok(n)
}

/// Tells a grading's procedure something, as the system.
fn told(tx: &mut Tx<'_>, procedure: ProcedureId, name: &str, form: Form) -> Result<()> {
    let cmd = Command { procedure, name: name.to_owned(), form: Given::Parsed(form), occurred_at: Some(tx.now), seen: None, term: None };
    tx.with_actor(&Actor::System("signal"), |tx| perform::perform_in(tx, &cmd).map(drop))
}

/// Starts the procedure of a result.
fn start(tx: &mut Tx<'_>, id: RowId, cause: &str) -> Result<ProcedureId> {
    let g = rows::get(tx.c, id)?.ok_or(Error::NotFound("grading"))?;
    let file = conduct::file(tx.c, g.file_id)?.ok_or(Error::NotFound("conduct"))?;
    let begin = Begin {
        kind: KIND.to_owned(),
        case: None,
        filing: None,
        parent: None,
        occurred_at: tx.now,
        form: Form::from([("cause".to_owned(), Value::Text(cause.to_owned()))]),
    };
    let about = (g.clone(), file);
    let done = tx.with_actor(&Actor::System("signal"), |tx| perform::start_with(tx, &begin, |s| s.grading = Some(about)))?;
    rows::update(tx.c, &Grading { procedure_id: Some(done.procedure), cause: Some(cause.to_owned()), ..g })?;
    Ok(done.procedure)
}

/// The record of an employer changed: where its year was graded, the result follows in the same transaction.
///
/// # Errors
/// The database.
pub(super) fn again(tx: &mut Tx<'_>, file: RowId, year: i32) -> Result<()> {
    let Some(old) = rows::current(tx.c, file, year)? else { return Ok(()) };
    let entries = conduct::of_year(tx.c, year, file, file)?;
    let outcome = judge(&entries, limit(tx.app, year)?)?;
    let digest = outcome.digest();
    if digest == old.digest {
        return Ok(());
    }
    let bureau = answers(&entries);
    revise(tx, year, vec![Change { file, outcome, digest, bureau, old: Some(old) }], None).map(drop)
}
