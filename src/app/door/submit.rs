//! Handing something in: proof of payment, an objection, an application for removal, an address for service; at the door or at the desk.
//!
//! Owns what is checked and kept, the instant that counts, and the receipt. A proof records no payment: an officer verifies it. What comes
//! within its window is taken into the procedure in the same transaction; what comes late is received and said to be late.

use super::session::Visitor;
use super::{RECEIPT, office, titled, view};
use crate::app::effects::Made;
use crate::app::evidence::{self, Upload};
use crate::app::perform::{Command, Given, perform_in};
use crate::app::workers::within;
use crate::app::write::{Key, Tx};
use crate::app::{App, bells, documents, notify};
use crate::base::error::Findings;
use crate::base::id::{AccountId, CaseId, DocumentId, EvidenceId, ProcedureId, RowId};
use crate::base::seal::hex;
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::Actor;
use crate::domain::door::{self as rules, Handed};
use crate::flow::{self, Form, Value};
use crate::law::Law;
use crate::law::identity::Phone;
use crate::paper::forms::Head;
use crate::paper::forms::door::{HandedFile, SubmissionReceipt, submission_receipt};
use crate::store::door::{self as rows, File, Served, Submission};
use crate::store::papers::{Document, Evidence};
use crate::store::{Conn, gradings, journal, papers, penalties, procedures};
use chrono::Duration;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The use a receipt's signature is good for: the same as a worker's receipt.
const DOMAIN: &str = "receipt";
/// The term that is open for objections, in every definition that has one.
const WINDOWS: [&str; 2] = ["objection", "statement"];
/// The move by which a procedure takes an objection that came in time,
const TAKES: &str = "object_at_door";
/// and one with which a hearing is asked for.
const HEARS: &str = "hearing_at_door";
/// Tries for each submission a day allows.
const TRIES: i32 = 5;
/// Characters of what is written,
const WORDS: usize = 4000;
/// of who hands it in,
const APPLICANT: std::ops::RangeInclusive<usize> = 2..=100;
/// and of one line of an address.
const LINE: usize = 200;

/// Where papers may be sent, and whether electronically.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// A telephone.
    pub phone: String,
    /// A mail address.
    pub mail: String,
    /// A postal address.
    pub address: String,
    /// 同意电子送达.
    pub electronic: bool,
}

/// What is handed in, without its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewSubmission {
    /// A code of [`Handed`].
    pub kind: String,
    /// What is written.
    pub words: String,
    /// Who hands it in, and by which power.
    pub applicant: String,
    /// Of an address for service.
    pub contact: Option<Contact>,
    /// A hearing 听证 is asked for, with a statement on the notice of a penalty.
    #[serde(default)]
    pub hearing: bool,
}

/// A file that comes along.
#[derive(Clone)]
pub struct NewFile {
    /// What it is handed in as.
    pub slot: String,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}
impl std::fmt::Debug for NewFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewFile({}, {} bytes)", self.slot, self.bytes.len())
    }
}

/// A file as it is handed in: stored just now, or one that lies with the case already.
#[derive(Debug, Clone)]
enum Handing {
    New(Evidence),
    Kept(EvidenceId),
}

/// The window to object.
pub(super) struct Window {
    /// Its last day.
    pub due: Day,
    /// How it is counted, and by which article.
    pub why: String,
    /// It is open now.
    pub open: bool,
    /// Its last day is past.
    pub past: bool,
}

/// The window of a procedure, if it ever opened.
pub(super) fn window(c: &mut Conn, law: &Law, procedure: ProcedureId, now: At) -> Result<Option<Window>> {
    let terms = procedures::terms_of(c, procedure)?;
    let newest = terms.into_iter().filter(|t| WINDOWS.contains(&t.key.as_str())).max_by_key(|t| (t.doc.0.start, t.id));
    Ok(newest.map(|row| {
        let t = &row.doc.0;
        let due = t.due(&law.calendar, now);
        let span = law.rules.term(&t.rule, t.rule_from).map(crate::law::rules::TermRule::span_text).unwrap_or_default();
        let from = t.start.day().document_text();
        Window {
            due: flow::terms::due_day(&due),
            why: text::zh_with(
                "employer.why.window",
                &[("event", &t.start_event), ("from", &from), ("span", &span), ("article", &t.article)],
            ),
            // a state that was left in time ends nobody's days: whether it is still taken is the definition's to say
            open: now < due.passes_at,
            past: now >= due.passes_at,
        }
    }))
}

fn checked(n: &NewSubmission) -> Result<(Handed, NewSubmission)> {
    let kind = Handed::of(&n.kind).ok_or_else(|| Error::field("/kind", "not_a_choice", &[]))?;
    let mut found = Findings::new();
    let (words, applicant) = (text::tidy_long(&n.words), text::tidy(&n.applicant));
    if !APPLICANT.contains(&applicant.chars().count()) {
        found.add("/applicant", "door_applicant", &[]);
    }
    let long = words.chars().count();
    if long > WORDS {
        found.add("/words", "too_long", &[("max", &WORDS.to_string())]);
    } else if kind.speaks() && long < 2 {
        found.add("/words", "required", &[]);
    }
    let contact = match (kind, &n.contact) {
        (Handed::Contact, None) => {
            found.add("/phone", "required", &[]);
            None
        }
        (Handed::Contact, Some(k)) => {
            let k = Contact { phone: text::tidy(&k.phone), mail: text::tidy(&k.mail), address: text::tidy(&k.address), ..k.clone() };
            if Phone::parse(&k.phone).is_err() {
                found.add("/phone", "bad_phone", &[]);
            }
            if k.electronic && !k.mail.contains('@') {
                found.add("/mail", "door_mail", &[]);
            }
            for (at, line) in [("/mail", &k.mail), ("/address", &k.address)] {
                if line.chars().count() > LINE {
                    found.add(at, "too_long", &[("max", &LINE.to_string())]);
                }
            }
            Some(k)
        }
        _ => None,
    };
    found.done()?;
    let words = match &contact {
        Some(k) => {
            let electronic = text::zh(if k.electronic { "employer.contact.electronic" } else { "employer.contact.paper" });
            text::zh_with(
                "employer.contact.words",
                &[("phone", &k.phone), ("mail", &k.mail), ("address", &k.address), ("electronic", electronic)],
            )
        }
        None => words,
    };
    Ok((kind, NewSubmission { kind: n.kind.clone(), words, applicant, contact, hearing: n.hearing }))
}

/// Whether each slot fits and every file that is asked for is there.
fn slots(kind: Handed, case: bool, on: &str, given: &[&str]) -> Result<()> {
    let mut found = Findings::new();
    let known = kind.slots();
    for slot in given {
        if !case {
            // a paper of no case has no file to lay it in
            found.add(&format!("/{slot}"), "door_no_files", &[]);
        } else if !known.iter().any(|(s, ..)| s == slot) {
            found.add(&format!("/{slot}"), "not_a_choice", &[]);
        }
    }
    // 令29 asks for an objection in writing: the signed paper itself
    let written = kind == Handed::Objection && on == "announcement";
    for (slot, _, needed) in known.iter().filter(|_| case) {
        if (*needed || written && *slot == "file") && !given.contains(slot) {
            found.add(&format!("/{slot}"), "required", &[]);
        }
    }
    found.done()
}

/// What happens next, as the receipt says it.
fn next(kind: Handed, taken: bool) -> String {
    let key = if taken { "taken" } else { kind.code() };
    text::zh(&format!("employer.next.{key}")).to_owned()
}

/// Keeps it, with everything that follows.
fn hand_in(tx: &mut Tx<'_>, s: &Served, d: &Document, n: &NewSubmission, files: &[(String, Handing)]) -> Result<RowId> {
    let (kind, n) = checked(n)?;
    let law = Arc::clone(&tx.law);
    let listed = view::may(tx.c, &law, s, d, tx.now)?;
    if !listed.contains(&kind) {
        return Err(Error::refused("submission_not_open", &[]));
    }
    if n.hearing && (kind != Handed::Objection || d.kind != rules::HEARD) {
        return Err(Error::field("/hearing", "not_a_choice", &[]));
    }
    let given: Vec<&str> = files.iter().map(|(slot, _)| slot.as_str()).collect();
    slots(kind, s.case_id.is_some(), &d.kind, &given)?;
    let id: RowId = tx.ids.id(tx.now);
    let mut kept = Vec::new();
    for (slot, f) in files {
        let evidence = match f {
            Handing::New(row) => evidence::keep_row(tx, row)?,
            Handing::Kept(evidence) => {
                let row = papers::get_evidence(tx.c, *evidence)?.filter(|e| e.case_id.is_some() && e.case_id == s.case_id);
                row.ok_or_else(|| Error::field(&format!("/{slot}"), "unknown_evidence", &[]))?.id
            }
        };
        kept.push(File { submission_id: id, evidence_id: evidence, slot: slot.clone() });
    }
    let objects = kind == Handed::Objection;
    let w = if objects { window(tx.c, &law, s.procedure_id, tx.now)? } else { None };
    let windowed = rules::WINDOWED.contains(&d.kind.as_str());
    let w = w.filter(|w| windowed || w.open);
    let late = w.as_ref().is_some_and(|w| w.past);
    let by_account = tx.actor.account();
    let way = if by_account.is_some() { "desk" } else { "door" };
    let ids: Vec<EvidenceId> = kept.iter().map(|f| f.evidence_id).collect();
    let payload = serde_json::json!({ "submission": id, "kind": n.kind, "document": d.id, "way": way, "late": late, "files": ids });
    let (stream, seq) = super::record(tx, s.case_id, s.procedure_id, "submission_received", payload)?;
    // taken at this instant, or left to an officer
    let taken = objects && w.as_ref().is_some_and(|w| w.open) && take_in(tx, s.procedure_id, &n.words, &ids, n.hearing)?;
    let receipt = receipt(tx, s, d, &Told { kind, n: &n, way, w: w.as_ref(), late, taken }, &kept, (stream, seq))?;
    let state = match (kind, taken) {
        (Handed::Contact, _) => "kept",
        (_, true) => "taken",
        (_, false) => "waiting",
    };
    let row = Submission {
        id,
        document_id: d.id,
        procedure_id: s.procedure_id,
        case_id: s.case_id,
        bureau: s.bureau.clone(),
        kind: n.kind.clone(),
        way: way.to_owned(),
        by_account,
        words_ct: (!n.words.is_empty()).then(|| tx.seal("submissions", "words_ct", id, &n.words)).transpose()?,
        applicant_ct: tx.seal("submissions", "applicant_ct", id, &n.applicant)?,
        consent: n.contact.as_ref().map(|k| k.electronic),
        hearing: n.hearing,
        received_at: tx.now,
        due_on: w.as_ref().map(|w| w.due),
        late,
        receipt_id: receipt,
        state: state.to_owned(),
        decided_at: taken.then_some(tx.now),
        decided_by: None,
        return_code: None,
        note_ct: None,
        made_procedure: taken.then_some(s.procedure_id),
        made_payment: None,
    };
    rows::hand_in(tx.c, &row, &kept)?;
    if state == "waiting" {
        ring(tx, s, kind, id)?;
    }
    Ok(id)
}

/// An objection within its window goes into the procedure at this instant, where its definition knows how. A hearing that cannot be had
/// leaves the statement what it is.
pub(super) fn take_in(tx: &mut Tx<'_>, procedure: ProcedureId, words: &str, files: &[EvidenceId], hearing: bool) -> Result<bool> {
    let Some(row) = procedures::get(tx.c, procedure)? else { return Ok(false) };
    let graph = tx.app.graphs.get(&row.kind, row.version)?;
    let fine = if hearing { penalties::of_procedure(tx.c, procedure)? } else { None };
    let hearing = fine.is_some_and(|p| crate::app::penalties::right(&tx.law, &p, tx.now) == "hearing");
    let names = if hearing { [HEARS, TAKES].as_slice() } else { [TAKES].as_slice() };
    for name in names.iter().filter(|n| row.open && graph.find(n).is_some_and(|m| m.from.contains(&row.state))) {
        let form = objection_form(&row.kind, words, files);
        let cmd = Command { procedure, name: (*name).to_owned(), form: Given::Parsed(form), occurred_at: None, seen: None, term: None };
        let system = Actor::System("door");
        match tx.with_actor(&system, |tx| perform_in(tx, &cmd)) {
            Ok(_) => return Ok(true),
            // refused before anything was changed: it is received all the same, and an officer takes it
            Err(Error::Refused(r)) => tracing::info!(procedure = %procedure, code = %r.code, "a submission waits for an officer"),
            Err(Error::Invalid(_)) => tracing::info!(procedure = %procedure, "a submission waits for an officer"),
            Err(e) => return Err(e),
        }
    }
    Ok(false)
}

/// After a step of a procedure: papers that were served by it are noted as served, and what was handed in before that is taken now if it
/// was in time. Whether anything was taken.
///
/// # Errors
/// The database, or a sealed text that cannot be opened.
pub(in crate::app) fn follow(tx: &mut Tx<'_>, procedure: ProcedureId) -> Result<bool> {
    let law = Arc::clone(&tx.law);
    for (s, d) in rows::unserved(tx.c, procedure)? {
        if let Some(Some(on)) = view::status(tx.c, &law, &s, &d, tx.now)?.served {
            rows::note_service(tx.c, d.id, on)?;
        }
    }
    let mut any = false;
    for s in rows::waiting_of(tx.c, procedure)?.into_iter().filter(|s| !s.late) {
        let Some(w) = window(tx.c, &law, procedure, tx.now)? else { break };
        if s.received_at.day() > w.due {
            continue;
        }
        let words = s.words_ct.as_ref().map(|ct| tx.open_sealed("submissions", "words_ct", s.id, ct)).transpose()?.unwrap_or_default();
        let ids: Vec<EvidenceId> = rows::files(tx.c, s.id)?.into_iter().map(|(_, e)| e.id).collect();
        // taken before it goes in: the step it becomes comes by here as well
        let taken = Submission { state: "taken".to_owned(), decided_at: Some(tx.now), made_procedure: Some(procedure), ..s.clone() };
        rows::update(tx.c, &taken)?;
        if !take_in(tx, procedure, &words, &ids, s.hearing)? {
            rows::update(tx.c, &s)?;
            break;
        }
        bells::done(tx, s.id)?;
        let payload = serde_json::json!({ "submission": s.id, "kind": s.kind, "procedure": procedure });
        super::record(tx, s.case_id, procedure, "submission_taken", payload)?;
        any = true;
    }
    Ok(any)
}

/// The form of an objection, as the procedure of a kind asks for it.
pub(super) fn objection_form(kind: &str, words: &str, files: &[EvidenceId]) -> Form {
    let text = |t: &str| Value::Text(t.to_owned());
    if kind == "grading" {
        return Form::from([("grounds".to_owned(), text(words))]);
    }
    let field = if kind == "penalty" { "statement" } else { "objection" };
    let mut form = Form::from([(field.to_owned(), text(words))]);
    if !files.is_empty() {
        form.insert("files".to_owned(), Value::List(files.iter().map(|f| Value::Id(f.uuid())).collect()));
    }
    form
}

/// Tells who sees to it, and hangs the bell that rings until somebody did.
fn ring(tx: &mut Tx<'_>, s: &Served, kind: Handed, id: RowId) -> Result<()> {
    let Some(waits) = kind.waits() else { return Ok(()) };
    let (label, bureau, officer) = match s.case_id {
        Some(case) => {
            let bureau = super::scope(tx.c, tx.app, s.case_id, s.procedure_id, &s.bureau)?.lead;
            (tx.case(case)?.number, bureau, holder(tx, s, kind)?)
        }
        None => {
            let g = gradings::of_procedure(tx.c, s.procedure_id)?;
            (g.as_ref().map(|(_, f)| f.number.clone()).unwrap_or_default(), g.map_or_else(|| s.bureau.clone(), |(g, _)| g.bureau), None)
        }
    };
    let template = if kind == Handed::Proof { "payment_proof_came" } else { "submission_came" };
    let args = BTreeMap::from([("number".to_owned(), label.clone())]);
    notify::tell_about(tx, (s.case_id, Some(s.procedure_id)), officer, &bureau, waits.hears(0), template, &args)?;
    bells::hang(tx, waits, id, &bureau, &label, tx.now)
}

/// The officer who holds the matter: of a proof, and of what is said on a penalty or an order.
fn holder(tx: &mut Tx<'_>, s: &Served, kind: Handed) -> Result<Option<AccountId>> {
    let row = procedures::get(tx.c, s.procedure_id)?;
    let held = row.as_ref().is_some_and(|r| ["penalty", "payment_order"].contains(&r.kind.as_str()));
    if kind != Handed::Proof && !held {
        return Ok(None);
    }
    let own = row.and_then(|r| r.assignee);
    let Some(case) = s.case_id.filter(|_| own.is_none()) else { return Ok(own) };
    Ok(procedures::of_case(tx.c, case)?.into_iter().find(|r| r.kind == "complaint").and_then(|r| r.assignee))
}

/// What a receipt says.
struct Told<'a> {
    kind: Handed,
    n: &'a NewSubmission,
    way: &'a str,
    w: Option<&'a Window>,
    late: bool,
    taken: bool,
}

/// The receipt: numbered, kept with its hash, and signed over the event that records it.
fn receipt(
    tx: &mut Tx<'_>,
    s: &Served,
    d: &Document,
    t: &Told<'_>,
    files: &[File],
    (stream, seq): (crate::base::id::StreamId, i64),
) -> Result<DocumentId> {
    let event = journal::stream(tx.c, stream)?.into_iter().find(|e| i64::from(e.core.seq) == seq);
    let event = event.ok_or_else(|| Error::Internal("a submission without its event".into()))?;
    let (hash, at) = (hex(&event.hash), event.core.at);
    let mut lines = Vec::new();
    for f in files {
        let Some(e) = papers::get_evidence(tx.c, f.evidence_id)? else { continue };
        let name = tx.open_sealed("evidence", "name_ct", e.id, &e.name_ct)?;
        lines.push(HandedFile { what: view::slot_title(&f.slot), name, sha256: e.sha256 });
    }
    let bureau = super::scope(tx.c, tx.app, s.case_id, s.procedure_id, &s.bureau)?.lead;
    let place = documents::Where { bureau, code: String::new(), case: s.case_id, filing: None };
    let keys = Arc::clone(&tx.keys);
    let made = documents::keep_at(tx, &place, RECEIPT, |head: &Head| {
        let number = head.number.as_ref().map(ToString::to_string).unwrap_or_default();
        let signed = format!("qingxin submission 1\n{number}\n{hash}\n{at}\n");
        let signature = keys.sign(DOMAIN, signed.as_bytes())?;
        submission_receipt(&SubmissionReceipt {
            head: head.clone(),
            kind: view::kind_title(&t.n.kind),
            paper: titled(d),
            applicant: t.n.applicant.clone(),
            way: text::zh(&format!("employer.way.{}", t.way)).to_owned(),
            received_at: at,
            due_on: t.w.map(|w| w.due),
            late: t.late,
            words: t.n.words.clone(),
            files: lines.clone(),
            next: next(t.kind, t.taken),
            signed,
            signature,
        })
    })?;
    let Made::Document { id, .. } = made else { return Err(Error::Internal("no receipt".into())) };
    if s.case_id.is_none() {
        gradings::insert_paper(tx.c, id, s.procedure_id)?;
    }
    Ok(id)
}

impl App {
    /// Looks at each file as evidence is looked at, and stores what is to be kept.
    async fn handing(
        self: &Arc<Self>,
        actor: &Actor,
        kind: &str,
        case: Option<CaseId>,
        files: Vec<NewFile>,
    ) -> Result<Vec<(String, Handing)>> {
        let Some(known) = Handed::of(kind) else { return Err(Error::field("/kind", "not_a_choice", &[])) };
        let mut out = Vec::new();
        for f in files {
            let at = |e: Error| match e {
                Error::Invalid(found) => {
                    Error::Invalid(found.into_iter().map(|x| crate::base::FieldError { pointer: format!("/{}", f.slot), ..x }).collect())
                }
                e => e,
            };
            let Some((_, as_kind, _)) = known.slots().iter().find(|(s, ..)| *s == f.slot) else {
                return Err(Error::field(&format!("/{}", f.slot), "not_a_choice", &[]));
            };
            if case.is_none() {
                return Err(Error::field(&format!("/{}", f.slot), "door_no_files", &[]));
            }
            let up = Upload { case, filing: None, kind: (*as_kind).to_owned(), name: f.name.clone(), bytes: f.bytes.clone() };
            self.fits(&up).map_err(at)?;
            let turn = self.file_turn().await?;
            out.push((f.slot.clone(), Handing::New(self.prepare_and_store(actor, up, turn).await.map_err(at)?)));
        }
        Ok(out)
    }

    /// Hands something in at the door, on an own paper. The same again under the same key is the same submission with the same receipt.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a paper that is not the visitor's, `submission_not_open`, field errors, [`Error::TooMany`], [`Error::TooLarge`].
    pub async fn hand_in(self: &Arc<Self>, v: &Visitor, key: Key, id: DocumentId, n: NewSubmission, files: Vec<NewFile>) -> Result<RowId> {
        let who = v.clone();
        // whose paper it is, before anything is stored
        let home = self.door_home(v).await?;
        if !home.papers.iter().any(|p| p.id == id) {
            return Err(Error::NotFound("document"));
        }
        checked(&n)?;
        let proceeding = v.served.case_id.map_or_else(|| v.served.procedure_id.to_string(), |c| c.to_string());
        let (limit, most) = (self.limit_key("door_submit", &proceeding)?, self.config.door.submissions_a_day);
        // tries are counted before their files are kept, submissions when they are
        let (tries, now) = (self.limit_key("door_try", &proceeding)?, self.now());
        self.db.write(move |c| within(c, &tries, most.saturating_mul(TRIES), Duration::days(1), now)).await?;
        let files = self.handing(&v.actor(), &n.kind, v.served.case_id, files).await?;
        self.write(&v.actor(), Some(key), move |tx| {
            let (s, d) = view::own(tx, &who, id)?;
            within(tx.c, &limit, most, Duration::days(1), tx.now)?;
            hand_in(tx, &s, &d, &n, &files)
        })
        .await
    }

    /// Writes down what somebody hands in at the desk.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], and those of [`App::hand_in`].
    pub async fn hand_in_at_desk(
        self: &Arc<Self>,
        actor: &Actor,
        key: Option<Key>,
        id: DocumentId,
        n: NewSubmission,
        files: Vec<NewFile>,
        kept: Vec<(String, EvidenceId)>,
    ) -> Result<RowId> {
        let paper = self.served_paper(actor, id).await?;
        if !paper.at_desk {
            // before anything of it is stored
            return Err(Error::Forbidden("door_desk"));
        }
        checked(&n)?;
        let mut all = self.handing(actor, &n.kind, paper.case, files).await?;
        all.extend(kept.into_iter().map(|(slot, e)| (slot, Handing::Kept(e))));
        self.write(actor, key, move |tx| {
            let (s, d) = super::known(tx, id)?;
            let scope = super::scope(tx.c, tx.app, s.case_id, s.procedure_id, &s.bureau)?;
            office::at_desk(tx.actor, &scope)?;
            hand_in(tx, &s, &d, &n, &all)
        })
        .await
    }
}
