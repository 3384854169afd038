//! Clues pushed in by another system: each judged as a form is, good ones kept, every one answered for.
//!
//! Owns the batch: channel and receiving bureau are the partner's, not the message's, and the sender's own number is what
//! makes the same clue one filing. Each clue has a savepoint of its own in one transaction.

use super::partners::count_clues;
use crate::app::intake::{self, Prepared, Registered};
use crate::app::write::{Key, Tx};
use crate::app::{App, ids_in};
use crate::base::error::FieldError;
use crate::base::id::FilingId;
use crate::base::{Error, Result, text};
use crate::domain::access::{Actor, Partner};
use crate::domain::intake::{FilingForm, FilingKind, draft_from_form};
use crate::store::filings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What became of one clue.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its place in the message, from 0.
    pub index: usize,
    /// The sender's number as we read it.
    pub source_number: String,
    /// `new`, `amended`, `duplicate` or `rejected`.
    pub outcome: &'static str,
    /// Our number, unless rejected.
    pub number: Option<String>,
    /// Why it was rejected, each with a pointer into the message.
    pub errors: Vec<FieldError>,
}

/// What is remembered of one clue for the message's id: ids and codes, nothing anybody wrote.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Kept {
    Done(Registered),
    Refused(Vec<(String, String)>),
}

/// The kind of filing a channel's clues are, and whether a higher authority sends them: as its files are read.
fn manner(app: &App, channel: &str) -> (FilingKind, bool) {
    for p in app.city.clue_profiles() {
        if let Some(s) = p.sources.iter().find(|s| s.channel == channel) {
            return (s.kind.unwrap_or(p.kind), s.superior);
        }
        if p.channel == channel {
            return (p.kind, false);
        }
    }
    match channel {
        "petition" => (FilingKind::Petition, false),
        "transfer" | "patrol" => (FilingKind::Clue, false),
        _ => (FilingKind::Complaint, false),
    }
}

fn prepared(app: &App, p: &Partner, form: &FilingForm) -> std::result::Result<Prepared, Vec<FieldError>> {
    let now = app.now();
    let (kind, superior) = manner(app, &p.channel);
    let mut faults = Vec::new();
    if !form.channel.trim().is_empty() && form.channel.trim() != p.channel {
        faults.push(FieldError::coded("/channel", "not_your_channel", &[]));
    }
    if form.source_number.trim().is_empty() {
        faults.push(FieldError::coded("/sourceNumber", "required", &[]));
    }
    let form = FilingForm {
        channel: p.channel.clone(),
        kind: if form.kind.trim().is_empty() { kind.code().to_owned() } else { form.kind.clone() },
        superior: form.superior || superior,
        ..form.clone()
    };
    let draft = draft_from_form(&form, &app.city.intake.channels, &app.city.intake.caps, now);
    match draft {
        Ok(d) if faults.is_empty() => {
            let keys = app.keys();
            ids_in(app, |ids| intake::prepare(app, &keys, ids, &d, &p.bureau, now)).map_err(|e| match e {
                Error::Invalid(f) => f,
                e => vec![FieldError::new("", e.code(), e.sentence())],
            })
        }
        Ok(_) => Err(faults),
        Err(more) => {
            faults.extend(more);
            Err(faults)
        }
    }
}

/// Stores one clue; one that another system sent under the same number is not this system's to amend or to hear of.
fn keep(tx: &mut Tx<'_>, p: &Prepared) -> Result<Registered> {
    let done = intake::register_in(tx, p, None)?;
    if let Registered::Amended { filing } | Registered::Duplicate { filing } = &done {
        let of = filings::get(tx.c, *filing)?.and_then(|f| f.partner_id);
        if of.is_some() && of != tx.actor.partner() {
            return Err(Error::field("/sourceNumber", "source_number_taken", &[]));
        }
    }
    Ok(done)
}

fn store(tx: &mut Tx<'_>, good: &[(usize, Prepared)], bad: &BTreeMap<usize, Vec<(String, String)>>) -> Result<BTreeMap<usize, Kept>> {
    let who = tx.actor;
    if let Some(id) = who.partner() {
        count_clues(tx, id, good.len() + bad.len())?;
    }
    let mut out: BTreeMap<usize, Kept> = bad.iter().map(|(i, f)| (*i, Kept::Refused(f.clone()))).collect();
    for (i, p) in good {
        let kept = match tx.body(who, |tx| keep(tx, p)) {
            Ok(done) => Kept::Done(done),
            Err(Error::Invalid(f)) => Kept::Refused(f.into_iter().map(|f| (f.pointer, f.code)).collect()),
            Err(Error::Refused(r)) => Kept::Refused(vec![(String::new(), r.code)]),
            Err(e) => return Err(e),
        };
        out.insert(*i, kept);
    }
    Ok(out)
}

/// The sentence of a remembered code, wherever the catalogue has it.
fn sentence(code: &str) -> String {
    let places = ["field", "intake", "refused"];
    places.iter().map(|p| format!("{p}.{code}")).find(|k| text::has(k)).map_or_else(|| code.to_owned(), |k| text::zh(&k).to_owned())
}

impl App {
    /// Takes clues in for a system. The same message again answers the same and changes nothing.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::KeyReused`], [`Error::TooMany`], or the database; a clue that is refused is no error.
    pub async fn push_clues(self: &Arc<Self>, partner: &Partner, key: Key, clues: Vec<FilingForm>) -> Result<Vec<Outcome>> {
        let (mut good, mut bad, mut said) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        let numbers: Vec<String> = clues.iter().map(|f| text::tidy(&f.source_number)).collect();
        for (i, form) in clues.iter().enumerate() {
            match prepared(self, partner, form) {
                Ok(p) => good.push((i, p)),
                Err(faults) => {
                    bad.insert(i, faults.iter().map(|f| (f.pointer.clone(), f.code.clone())).collect());
                    said.extend(faults.into_iter().map(|f| ((i, f.pointer, f.code), f.message)));
                }
            }
        }
        let actor = Actor::Partner(partner.clone());
        let done = self.write(&actor, Some(key), move |tx| store(tx, &good, &bad)).await?;
        let ids: Vec<FilingId> = done
            .values()
            .filter_map(|k| match k {
                Kept::Done(Registered::New { filing, .. } | Registered::Amended { filing } | Registered::Duplicate { filing }) => {
                    Some(*filing)
                }
                Kept::Refused(_) => None,
            })
            .collect();
        let known: BTreeMap<FilingId, String> =
            self.db.read(move |c| filings::by_ids(c, &ids)).await?.into_iter().map(|f| (f.id, f.number)).collect();
        let outcome = |(index, kept): (usize, Kept)| {
            let source_number = numbers.get(index).cloned().unwrap_or_default();
            let taken = |outcome, filing| Outcome {
                index,
                source_number: source_number.clone(),
                outcome,
                number: known.get(&filing).cloned(),
                errors: Vec::new(),
            };
            match kept {
                Kept::Done(Registered::New { filing, .. }) => taken("new", filing),
                Kept::Done(Registered::Amended { filing }) => taken("amended", filing),
                Kept::Done(Registered::Duplicate { filing }) => taken("duplicate", filing),
                Kept::Refused(faults) => Outcome {
                    errors: faults
                        .into_iter()
                        .map(|(pointer, code)| {
                            let known = said.get(&(index, pointer.clone(), code.clone())).cloned();
                            FieldError::new(format!("/clues/{index}{pointer}"), code.clone(), known.unwrap_or_else(|| sentence(&code)))
                        })
                        .collect(),
                    index,
                    source_number,
                    outcome: "rejected",
                    number: None,
                },
            }
        };
        Ok(done.into_iter().map(outcome).collect())
    }
}
