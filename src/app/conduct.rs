//! The conduct register 守法诚信档案: what an employer was dealt with for, keyed in by credit officers with proof, and written by the program
//! where it decided itself (`follow`).
//!
//! Owns who writes what. An entry is never overwritten: a correction is another row that supersedes it, with its reason, and the grade of that
//! year follows in the same transaction ([`super::grading`]). A complaint is no entry.

pub(super) mod follow;
pub(super) mod view;

pub use view::{ConductFile, EntryView, GradeView};

use super::App;
use super::counter::remark;
use super::grading;
use super::write::{Key, Marks, Tx};
use crate::base::id::{RowId, StreamId};
use crate::base::{Day, Error, Result, text};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::domain::grading::Kind;
use crate::domain::matching::company_key;
use crate::law::identity::Uscc;
use crate::store::conduct::{self as rows, File, Record};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The stream of a file's events.
const STREAM: &str = "conduct";
/// The tag of codes that are keyed in.
const KEYED: &str = "keyed";
/// Characters of an employer's name.
const NAME: std::ops::RangeInclusive<usize> = 2..=120;
/// Characters of a proof's number.
const PROOF: std::ops::RangeInclusive<usize> = 2..=100;

/// An entry to key in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewEntry {
    /// The employer's name.
    pub name: String,
    /// Its unified social credit code.
    #[serde(default)]
    pub uscc: Option<String>,
    /// The bureau that dealt with it; the officer's own if absent.
    #[serde(default)]
    pub bureau: Option<String>,
    /// What happened; the code list `conduct_kind`.
    pub kind: String,
    /// Which of the nine aspects; the code list `conduct_aspect`.
    #[serde(default)]
    pub aspect: Option<String>,
    /// The day of the act.
    #[schema(value_type = String)]
    pub on: Day,
    /// Where it comes from; the code list `conduct_source`.
    pub source: String,
    /// The number of the paper that proves it.
    pub proof_no: String,
    /// What else there is to say.
    #[serde(default)]
    pub note: Option<String>,
}

/// A correction of an entry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Correction {
    /// Why; the code list `conduct_correction`.
    pub reason: String,
    /// In words.
    pub note: String,
    /// What it is instead; it falls if this is absent.
    #[serde(default)]
    pub kind: Option<String>,
    /// Which aspect it is instead.
    #[serde(default)]
    pub aspect: Option<String>,
    /// The day it was instead.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub on: Option<Day>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recorded {
    /// The employer's file.
    #[schema(value_type = String)]
    pub file: RowId,
    /// The entry.
    #[schema(value_type = String)]
    pub entry: RowId,
}

/// What an employer is known by: its code, else its name in the form names are compared in.
#[must_use]
pub fn employer_key(uscc: Option<&str>, name: &str) -> String {
    match uscc.and_then(|u| Uscc::parse(u).ok()) {
        Some(u) => u.as_str().to_owned(),
        None => format!("name:{}", company_key(name)),
    }
}

fn coded(app: &App, list: &str, code: &str, field: &str) -> Result<()> {
    if app.registry.codes.get(list).is_some_and(|l| l.iter().any(|(c, _)| c == code)) {
        return Ok(());
    }
    Err(Error::field(field, "unknown_code", &[("value", code)]))
}

fn keyed(app: &App, list: &str, code: &str, field: &str) -> Result<()> {
    if app.registry.code_tags.get(list).and_then(|t| t.get(KEYED)).is_some_and(|l| l.iter().any(|c| c == code)) {
        return Ok(());
    }
    Err(Error::field(field, "unknown_code", &[("value", code)]))
}

/// The bureau an officer writes for.
fn bureau_of(tx: &Tx<'_>, asked: Option<&str>) -> Result<(String, String)> {
    let mut mine: Vec<&str> = tx.actor.bureaus(DutyKind::Credit).collect();
    mine.sort_unstable();
    mine.dedup();
    if mine.is_empty() {
        return Err(Error::Forbidden("conduct"));
    }
    let bureau = match asked {
        Some(b) if access::may(tx.actor, Ability::KeepRecord, b) => b,
        Some(_) => return Err(Error::Forbidden("conduct")),
        None => mine.first().copied().unwrap_or_default(),
    };
    let b = tx.app.city.bureaus.get(bureau).ok_or_else(|| Error::field("/bureau", "unknown_bureau", &[("value", bureau)]))?;
    Ok((b.code.clone(), b.area.clone()))
}

/// The file of an employer, opened if there is none. One file of its name is the employer's where only one of the two is known: a code that
/// comes later identifies it, a name that comes without a code is the one company of that name. Two codes are two employers.
pub(super) fn file_for(tx: &mut Tx<'_>, name: &str, uscc: Option<&str>) -> Result<File> {
    let key = employer_key(uscc, name);
    if let Some(f) = rows::file_keyed(tx.c, &key)? {
        return Ok(f);
    }
    let uscc = uscc.and_then(|u| Uscc::parse(u).ok()).map(|u| u.as_str().to_owned());
    let name_key = company_key(name);
    let named = rows::files_named(tx.c, &name_key)?;
    match (&uscc, named.as_slice()) {
        (None, [one]) => return Ok(one.clone()),
        (Some(code), [one]) if one.uscc.is_none() => {
            rows::identify(tx.c, one.id, code)?;
            let payload = serde_json::json!({ "uscc": code, "by": tx.actor.word() });
            tx.record(STREAM, StreamId::from(one.id.uuid()), "conduct_identified", tx.now, payload, &Marks::default())?;
            return Ok(File { key, uscc, ..one.clone() });
        }
        _ => {}
    }
    let new = File { id: tx.ids.id(tx.now), number: tx.ids.code("DA"), key, uscc, name: text::tidy(name), name_key, opened_at: tx.now };
    rows::file_of(tx.c, &new)
}

/// Writes an entry, with its event. The grade of its year follows by [`grading::again`], once for all that one step writes.
pub(super) fn write(tx: &mut Tx<'_>, row: &Record) -> Result<()> {
    if let Some(old) = row.supersedes {
        rows::superseded(tx.c, old)?;
    }
    rows::insert(tx.c, row)?;
    let payload = serde_json::json!({
        "entry": row.id, "kind": row.kind, "aspect": row.aspect, "on": row.on_day, "source": row.source, "counts": row.counts,
        "supersedes": row.supersedes, "reason": row.reason_code, "procedure": row.procedure_id, "by": tx.actor.word(),
    });
    let marks = Marks { area: Some(row.area.clone()), bureau: Some(row.bureau.clone()), ..Marks::default() };
    let kind = if row.supersedes.is_some() { "conduct_corrected" } else { "conduct_recorded" };
    tx.record(STREAM, StreamId::from(row.file_id.uuid()), kind, tx.now, payload, &marks).map(drop)
}

fn record(tx: &mut Tx<'_>, e: &NewEntry) -> Result<Recorded> {
    let (bureau, area) = bureau_of(tx, e.bureau.as_deref())?;
    let name = text::tidy(&e.name);
    let mut wrong = Vec::new();
    let mut check = |done: Result<()>| {
        if let Err(Error::Invalid(f)) = done {
            wrong.extend(f);
        }
    };
    if !NAME.contains(&name.chars().count()) {
        check(Err(Error::field("/name", "conduct_length", &[])));
    }
    if let Some(u) = e.uscc.as_deref().filter(|u| !u.trim().is_empty())
        && let Err(code) = Uscc::parse(u)
    {
        check(Err(Error::field("/uscc", code, &[])));
    }
    check(if Kind::of(&e.kind).is_some() { Ok(()) } else { Err(Error::field("/kind", "unknown_code", &[("value", &e.kind)])) });
    check(keyed(tx.app, "conduct_source", &e.source, "/source"));
    match &e.aspect {
        Some(a) => check(coded(tx.app, "conduct_aspect", a, "/aspect")),
        None if Kind::of(&e.kind).is_some_and(Kind::is_finding) => check(Err(Error::field("/aspect", "required", &[]))),
        None => {}
    }
    if e.on > tx.now.day() {
        check(Err(Error::field("/on", "in_future", &[])));
    }
    let proof = text::tidy(&e.proof_no);
    if !PROOF.contains(&proof.chars().count()) {
        check(Err(Error::field("/proofNo", "conduct_length", &[])));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let f = file_for(tx, &name, e.uscc.as_deref().filter(|u| !u.trim().is_empty()))?;
    if rows::stands(tx.c, f.id, &e.kind, e.aspect.as_deref(), &proof)? {
        return Err(Error::refused("conduct_stands", &[("proof", &proof)]));
    }
    let id: RowId = tx.ids.id(tx.now);
    let note_ct = match e.note.as_deref().map(text::tidy).filter(|n| !n.is_empty()) {
        Some(n) => Some(tx.seal("conduct_records", "note_ct", id, &n)?),
        None => None,
    };
    let row = Record {
        id,
        file_id: f.id,
        year: e.on.year(),
        bureau,
        area,
        kind: e.kind.clone(),
        aspect: e.aspect.clone(),
        on_day: e.on,
        source: e.source.clone(),
        // what was dealt with by one paper is one act
        act_id: rows::act_of(tx.c, f.id, &proof)?.unwrap_or(id),
        case_id: None,
        procedure_id: None,
        proof_no: Some(proof),
        counts: true,
        supersedes: None,
        reason_code: None,
        note_ct,
        current: true,
        recorded_by: tx.actor.account(),
        recorded_at: tx.now,
    };
    write(tx, &row)?;
    grading::again(tx, row.file_id, row.year)?;
    Ok(Recorded { file: f.id, entry: id })
}

fn correct(tx: &mut Tx<'_>, id: RowId, k: &Correction) -> Result<Recorded> {
    let old = rows::get(tx.c, id)?.ok_or(Error::NotFound("conduct"))?;
    if !view::readable(tx.app, tx.actor, &old.bureau, &old.area) {
        return Err(Error::NotFound("conduct"));
    }
    if !access::may(tx.actor, Ability::KeepRecord, &old.bureau) {
        return Err(Error::Forbidden("conduct"));
    }
    if !old.current {
        return Err(Error::refused("conduct_superseded", &[]));
    }
    if old.procedure_id.is_some() {
        return Err(Error::refused("conduct_of_procedure", &[]));
    }
    keyed(tx.app, "conduct_correction", &k.reason, "/reason")?;
    let note = remark(&k.note, "/note")?;
    if let Some(kind) = &k.kind
        && Kind::of(kind).is_none()
    {
        return Err(Error::field("/kind", "unknown_code", &[("value", kind)]));
    }
    if let Some(a) = &k.aspect {
        coded(tx.app, "conduct_aspect", a, "/aspect")?;
    }
    if k.on.is_some_and(|d| d > tx.now.day()) {
        return Err(Error::field("/on", "in_future", &[]));
    }
    let on = k.on.unwrap_or(old.on_day);
    if on.year() != old.year {
        // another year is another record: this one falls, and it is keyed in anew
        return Err(Error::refused("conduct_other_year", &[]));
    }
    let counts = k.kind.is_some() || k.aspect.is_some() || k.on.is_some();
    if !old.counts && !counts {
        // it fell already
        return Err(Error::refused("conduct_superseded", &[]));
    }
    let new_id: RowId = tx.ids.id(tx.now);
    let note_ct = Some(tx.seal("conduct_records", "note_ct", new_id, &note)?);
    let row = Record {
        id: new_id,
        kind: k.kind.clone().unwrap_or_else(|| old.kind.clone()),
        aspect: k.aspect.clone().or_else(|| old.aspect.clone()),
        on_day: on,
        counts,
        supersedes: Some(old.id),
        reason_code: Some(k.reason.clone()),
        note_ct,
        recorded_by: tx.actor.account(),
        recorded_at: tx.now,
        ..old
    };
    write(tx, &row)?;
    grading::again(tx, row.file_id, row.year)?;
    Ok(Recorded { file: row.file_id, entry: new_id })
}

impl App {
    /// Keys an entry in.
    ///
    /// # Errors
    /// [`Error::Forbidden`] to anybody but a credit officer of the bureau; field errors; `conduct_stands` when the same entry stands.
    pub async fn record_conduct(self: &Arc<Self>, actor: &Actor, key: Option<Key>, e: NewEntry) -> Result<Recorded> {
        self.write(actor, key, move |tx| record(tx, &e)).await
    }

    /// Corrects an entry: it is superseded, by what it is instead or by nothing that counts.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), `conduct_superseded`, `conduct_of_procedure` for what the program wrote
    /// itself, field errors.
    pub async fn correct_conduct(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, k: Correction) -> Result<Recorded> {
        self.write(actor, key, move |tx| correct(tx, id, &k)).await
    }
}
