//! What officers do with what came by the employer's door: read it, take it over into the procedure, or return it with a coded reason.
//!
//! Owns who may. An objection becomes the procedure's own move, an application the move that opens a removal; a proof becomes nothing by
//! itself: whoever verified it records the payment, and with it the proof is taken. Taking over and returning are on record.

use super::submit::{objection_form, take_in};
use super::view::{kind_title, slot_title};
use super::{known, record, scope, titled};
use crate::app::perform::{Command, Given, perform_in};
use crate::app::write::{Key, Tx};
use crate::app::{App, bells};
use crate::base::id::{AccountId, CaseId, DocumentId, EvidenceId, PaymentId, ProcedureId, RowId};
use crate::base::seal::{KeyRing, Place};
use crate::base::{At, Day, Error, Result, seal, text};
use crate::domain::access::{self, Actor, Scope};
use crate::domain::door::{self as rules, Handed};
use crate::flow::{Form, Value};
use crate::store::door::{self as rows, Served, Submission};
use crate::store::papers::Document;
use crate::store::{Conn, accounts, cases, gradings, ledger, listings, papers, procedures};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The list of `config/codes.toml` with why something is returned.
pub const RETURNS: &str = "submission_return";
/// Rows read at once for the list,
const LIST: i64 = 200;
/// and lines of a page of it.
const LINES: usize = 100;

/// A file of a submission.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubmissionFile {
    /// The evidence it is kept as.
    #[schema(value_type = String)]
    pub evidence: EvidenceId,
    /// What it was handed in as: `file`, `application`, `correction`, `promise`, `mandate`.
    pub slot: String,
    /// The same in words.
    pub slot_title: String,
    /// Its name.
    pub name: String,
}

/// Something an employer handed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubmissionView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// `proof`, `objection`, `removal` or `contact`.
    pub kind: String,
    /// The same in words.
    pub kind_title: String,
    /// `door` or `desk`.
    pub way: String,
    /// The paper it was handed in on.
    #[schema(value_type = String)]
    pub document: DocumentId,
    /// Its title and number.
    pub paper: String,
    /// Its case.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    /// The number of the case, or of the employer's file.
    pub number: String,
    /// The procedure of the paper.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// Who handed it in, and by which power.
    pub applicant: String,
    /// What was written.
    pub words: String,
    /// Of an address for service: whether papers may be sent there electronically.
    pub consent: Option<bool>,
    /// A hearing is asked for with it.
    pub hearing: bool,
    /// When it was received.
    #[schema(value_type = String)]
    pub received_at: At,
    /// The last day of its window.
    #[schema(value_type = Option<String>)]
    pub due_on: Option<Day>,
    /// It came after that.
    pub late: bool,
    /// `waiting`, `taken`, `returned` or `kept`.
    pub state: String,
    /// The same in words.
    pub state_title: String,
    /// Who took or returned it; nobody where it was taken at the instant it came.
    pub decided_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>)]
    pub decided_at: Option<At>,
    /// Why it was returned, in words.
    pub returned: Option<String>,
    /// What the officer wrote.
    pub note: Option<String>,
    /// The procedure it became.
    #[schema(value_type = Option<String>)]
    pub made_procedure: Option<ProcedureId>,
    /// The payment it became.
    #[schema(value_type = Option<String>)]
    pub made_payment: Option<PaymentId>,
    /// Its receipt,
    #[schema(value_type = String)]
    pub receipt: DocumentId,
    /// and the number of it.
    pub receipt_number: String,
    /// Its files.
    pub files: Vec<SubmissionFile>,
    /// The reader may take it over or return it.
    pub may_decide: bool,
}

/// A paper with its addressee, as officers see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServedPaperView {
    /// The paper.
    #[schema(value_type = String)]
    pub document: DocumentId,
    /// Its kind.
    pub kind: String,
    /// Its title and number.
    pub title: String,
    /// Its case.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    /// `unit` or `person`.
    pub party: String,
    /// Whether code or number of the addressee is known, without which nobody comes in.
    pub known: bool,
    /// Since when its code counts; nothing where it has none.
    #[schema(value_type = Option<String>)]
    pub code_since: Option<At>,
    /// Kinds that may be handed in on it now.
    pub open_for: Vec<String>,
    /// What was handed in on it, the newest first.
    pub submissions: Vec<SubmissionView>,
    /// The reader may write down what somebody hands in, and make the code anew.
    pub at_desk: bool,
}

/// How something is taken over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TakeOver {
    /// The payment a proof was verified as.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub payment: Option<PaymentId>,
    /// What is done about it, where the procedure has no move for it; 4 to 200 characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// Why something is returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Return {
    /// A code of `submission_return`.
    pub reason: String,
    /// What the addressee is told besides, 4 to 200 characters.
    pub note: String,
}

fn holds(actor: &Actor, scope: &Scope, any: &[&str]) -> bool {
    let roles = access::roles(actor, scope);
    any.iter().any(|r| roles.contains(*r))
}

/// Whether the actor may act at the desk for a matter.
pub(super) fn at_desk(actor: &Actor, scope: &Scope) -> Result<()> {
    if !access::may_read(actor, scope) {
        return Err(Error::NotFound("document"));
    }
    if holds(actor, scope, &rules::DESK) { Ok(()) } else { Err(Error::Forbidden("door_desk")) }
}

/// A submission whose matter the actor may read, with that matter.
fn readable(c: &mut Conn, app: &App, actor: &Actor, id: RowId) -> Result<(Submission, Scope)> {
    let s = rows::get(c, id)?.ok_or(Error::NotFound("submission"))?;
    let scope = scope(c, app, s.case_id, s.procedure_id, &s.bureau)?;
    if access::may_read(actor, &scope) { Ok((s, scope)) } else { Err(Error::NotFound("submission")) }
}

fn takers(s: &Submission) -> &'static [&'static str] {
    Handed::of(&s.kind).map_or(&[], Handed::takers)
}

fn view(c: &mut Conn, app: &App, keys: &KeyRing, actor: &Actor, s: Submission, scope: &Scope) -> Result<SubmissionView> {
    let mut files = Vec::new();
    for (slot, e) in rows::files(c, s.id)? {
        let name = seal::open(keys, Place::new("evidence", "name_ct", e.id), &e.name_ct)?;
        files.push(SubmissionFile { evidence: e.id, slot_title: slot_title(&slot), slot, name });
    }
    let of = |column: &'static str, ct: &seal::Sealed| seal::open(keys, Place::new("submissions", column, s.id), ct);
    let paper = papers::document(c, s.document_id)?.map(|d| titled(&d)).unwrap_or_default();
    let number = match s.case_id {
        Some(id) => cases::get(c, id)?.map(|k| k.number),
        None => gradings::of_procedure(c, s.procedure_id)?.map(|(_, f)| f.number),
    };
    let name = |c: &mut Conn, id: AccountId| accounts::get(c, id).map(|a| a.map(|a| a.name));
    let decided_by = s.decided_by.map(|id| name(c, id)).transpose()?.flatten();
    Ok(SubmissionView {
        id: s.id,
        kind_title: kind_title(&s.kind),
        way: s.way.clone(),
        document: s.document_id,
        paper,
        case: s.case_id,
        number: number.unwrap_or_default(),
        procedure: s.procedure_id,
        applicant: of("applicant_ct", &s.applicant_ct)?,
        words: s.words_ct.as_ref().map(|ct| of("words_ct", ct)).transpose()?.unwrap_or_default(),
        consent: s.consent,
        hearing: s.hearing,
        received_at: s.received_at,
        due_on: s.due_on,
        late: s.late,
        state_title: text::zh(&format!("employer.submission.{}", s.state)).to_owned(),
        decided_by,
        decided_at: s.decided_at,
        returned: s.return_code.as_deref().map(|r| app.code_title(RETURNS, r)),
        note: s.note_ct.as_ref().map(|ct| of("note_ct", ct)).transpose()?,
        made_procedure: s.made_procedure,
        made_payment: s.made_payment,
        receipt: s.receipt_id,
        receipt_number: rows::number_of(c, s.receipt_id)?,
        files,
        may_decide: s.state == "waiting" && holds(actor, scope, takers(&s)),
        kind: s.kind,
        state: s.state,
    })
}

/// A line of a list: nothing of what was written, where somebody lives least of all.
fn brief(c: &mut Conn, app: &App, keys: &KeyRing, actor: &Actor, s: Submission, scope: &Scope) -> Result<SubmissionView> {
    view(c, app, keys, actor, Submission { words_ct: None, ..s }, scope)
}

/// One that waits and that the actor may decide.
fn waiting(tx: &mut Tx<'_>, id: RowId) -> Result<Submission> {
    let (s, scope) = readable(tx.c, tx.app, tx.actor, id)?;
    if !holds(tx.actor, &scope, takers(&s)) {
        return Err(Error::Forbidden("door_decide"));
    }
    if s.state != "waiting" {
        return Err(Error::refused("submission_decided", &[]));
    }
    Ok(s)
}

fn decide(tx: &mut Tx<'_>, s: Submission, event: &str, with: serde_json::Value) -> Result<()> {
    let mut payload = with;
    payload["submission"] = serde_json::json!(s.id);
    record(tx, s.case_id, s.procedure_id, event, payload)?;
    bells::done(tx, s.id)?;
    rows::update(tx.c, &Submission { decided_at: Some(tx.now), decided_by: tx.actor.account(), ..s })
}

fn go(tx: &mut Tx<'_>, procedure: ProcedureId, name: &str, form: Form) -> Result<()> {
    let cmd = Command { procedure, name: name.to_owned(), form: Given::Parsed(form), occurred_at: None, seen: None, term: None };
    perform_in(tx, &cmd).map(drop)
}

/// The file of a slot.
fn file_of(files: &[(String, papers::Evidence)], slot: &str) -> Result<Value> {
    let found = files.iter().find(|(s, _)| s == slot).map(|(_, e)| Value::Id(e.id.uuid()));
    found.ok_or_else(|| Error::refused("submission_lacks_file", &[]))
}

/// The procedure's move that an objection becomes now; nothing where it has none in this state.
fn objects(tx: &mut Tx<'_>, s: &Submission, words: &str) -> Result<Option<Form>> {
    let row = procedures::get(tx.c, s.procedure_id)?.ok_or(Error::NotFound("procedure"))?;
    let graph = tx.app.graphs.get(&row.kind, row.version)?;
    if !row.open || !graph.find("object").is_some_and(|m| m.from.contains(&row.state)) {
        return Ok(None);
    }
    let files = rows::files(tx.c, s.id)?;
    if row.kind == "announcement" {
        return Ok(Some(Form::from([
            ("received_on".to_owned(), Value::Day(s.received_at.day())),
            ("objector".to_owned(), Value::Text("unit".to_owned())),
            ("content".to_owned(), Value::Text(words.to_owned())),
            ("proof".to_owned(), file_of(&files, "file")?),
        ])));
    }
    let ids: Vec<EvidenceId> = files.iter().map(|(_, e)| e.id).collect();
    Ok(Some(objection_form(&row.kind, words, &ids)))
}

/// Whether its notice waits for its service to be recorded: an objection that came before that is taken after it.
fn unserved(tx: &mut Tx<'_>, s: &Submission) -> Result<bool> {
    let row = procedures::get(tx.c, s.procedure_id)?.ok_or(Error::NotFound("procedure"))?;
    Ok(matches!((row.kind.as_str(), row.state.as_str()), ("listing_party" | "penalty", "to_tell") | ("grading", "issued")))
}

fn take(tx: &mut Tx<'_>, id: RowId, t: &TakeOver) -> Result<()> {
    let s = waiting(tx, id)?;
    let note = t.note.as_deref().map(|n| text::reasoned("/note", n)).transpose()?;
    let need_note = || note.clone().ok_or_else(|| Error::field("/note", "required", &[]));
    let words = s.words_ct.as_ref().map(|ct| tx.open_sealed("submissions", "words_ct", s.id, ct)).transpose()?.unwrap_or_default();
    let mut done = Submission { state: "taken".to_owned(), ..s.clone() };
    match Handed::of(&s.kind) {
        Some(Handed::Proof) => match t.payment {
            Some(payment) => {
                let p = ledger::payment(tx.c, payment)?.filter(|p| Some(p.case_id) == s.case_id && p.reversed_at.is_none());
                done.made_payment = Some(p.ok_or_else(|| Error::field("/payment", "unknown_payment", &[]))?.id);
            }
            // compensation that was paid, or a payment that stood already
            None => drop(need_note()?),
        },
        Some(Handed::Objection) => {
            if unserved(tx, &s)? {
                return Err(Error::refused("submission_serve_first", &[]));
            }
            let ids: Vec<EvidenceId> = rows::files(tx.c, s.id)?.into_iter().map(|(_, e)| e.id).collect();
            // what came in time is the procedure's own, whoever takes it
            let taken = !s.late && take_in(tx, s.procedure_id, &words, &ids, s.hearing)?;
            match if taken { None } else { objects(tx, &s, &words)? } {
                _ if taken => done.made_procedure = Some(s.procedure_id),
                Some(form) => {
                    go(tx, s.procedure_id, "object", form)?;
                    done.made_procedure = Some(s.procedure_id);
                }
                None => drop(need_note()?),
            }
        }
        Some(Handed::Removal) => {
            let party = listings::party(tx.c, s.procedure_id)?.ok_or(Error::NotFound("party"))?;
            let listing = listings::get(tx.c, party.listing_id)?.ok_or(Error::NotFound("listing"))?;
            let files = rows::files(tx.c, s.id)?;
            let applicant = tx.open_sealed("submissions", "applicant_ct", s.id, &s.applicant_ct)?;
            let form = Form::from([
                ("by_unit".to_owned(), Value::Bool(true)),
                ("applicant".to_owned(), Value::Text(applicant)),
                ("applied_on".to_owned(), Value::Day(s.received_at.day())),
                ("application".to_owned(), file_of(&files, "application")?),
                ("correction".to_owned(), file_of(&files, "correction")?),
                ("promise".to_owned(), file_of(&files, "promise")?),
            ]);
            go(tx, listing.procedure_id, "apply_removal", form)?;
            done.made_procedure = listings::removals_of(tx.c, listing.id)?.last().map(|r| r.procedure_id);
        }
        Some(Handed::Contact) | None => return Err(Error::refused("submission_decided", &[])),
    }
    done.note_ct = note.map(|n| tx.seal("submissions", "note_ct", s.id, &n)).transpose()?;
    let made = serde_json::json!({ "kind": s.kind, "procedure": done.made_procedure, "payment": done.made_payment });
    decide(tx, done, "submission_taken", made)
}

fn give_back(tx: &mut Tx<'_>, id: RowId, r: &Return) -> Result<()> {
    let s = waiting(tx, id)?;
    let known = tx.app.registry.codes.get(RETURNS).is_some_and(|l| l.iter().any(|(c, _)| *c == r.reason));
    if !known {
        return Err(Error::field("/reason", "not_a_choice", &[]));
    }
    let note = text::reasoned("/note", &r.note)?;
    if let Some(case) = s.case_id
        && let Some(code) = crate::app::orders::tells_who(tx, case, &note)?
    {
        // the addressee reads it
        return Err(Error::field("/note", code, &[]));
    }
    let note_ct = Some(tx.seal("submissions", "note_ct", s.id, &note)?);
    let kind = s.kind.clone();
    let done = Submission { state: "returned".to_owned(), return_code: Some(r.reason.clone()), note_ct, ..s };
    decide(tx, done, "submission_returned", serde_json::json!({ "kind": kind, "reason": r.reason }))
}

/// A payment was recorded with a file that was handed in as its proof: whoever recorded it verified it.
///
/// # Errors
/// The database.
pub(in crate::app) fn follow_payment(tx: &mut Tx<'_>, payment: PaymentId, proof: EvidenceId) -> Result<()> {
    for s in rows::proofs_with(tx.c, proof)? {
        let done = Submission { state: "taken".to_owned(), made_payment: Some(payment), ..s };
        decide(tx, done, "submission_taken", serde_json::json!({ "kind": "proof", "payment": payment }))?;
    }
    Ok(())
}

/// A paper with its addressee and what was handed in on it.
fn paper(c: &mut Conn, app: &App, keys: &KeyRing, actor: &Actor, (s, d): (Served, Document), now: At) -> Result<ServedPaperView> {
    let scope = scope(c, app, s.case_id, s.procedure_id, &s.bureau)?;
    if !access::may_read(actor, &scope) {
        return Err(Error::NotFound("document"));
    }
    let open_for = super::view::may(c, &app.law(), &s, &d, now)?;
    let mut submissions = Vec::new();
    for x in rows::on_papers(c, &[d.id])? {
        submissions.push(view(c, app, keys, actor, x, &scope)?);
    }
    Ok(ServedPaperView {
        document: d.id,
        title: titled(&d),
        kind: d.kind,
        case: s.case_id,
        party: s.kind,
        known: s.party.is_some(),
        code_since: rows::code(c, d.id)?.map(|k| k.made_at),
        open_for: open_for.into_iter().map(|k| k.code().to_owned()).collect(),
        submissions,
        at_desk: at_desk(actor, &scope).is_ok(),
    })
}

impl App {
    /// What was handed in and waits in the actor's bureaus; with `all`, what is done too. Supervisors see their area. Lines without words and
    /// files, from the one after `after` on; with them the last line of the page where there may be more.
    ///
    /// # Errors
    /// The database.
    pub async fn submissions(
        self: &Arc<Self>,
        actor: &Actor,
        all: bool,
        after: Option<RowId>,
    ) -> Result<(Vec<SubmissionView>, Option<RowId>)> {
        let actor = actor.clone();
        self.look(move |c, app, keys| {
            // whoever supervises several bureaus reads them all, each line by its own scope
            let wide = actor.duties().iter().any(|d| d.kind == access::DutyKind::Supervisor || d.bureau == app.config.city.bureau);
            let own: Vec<String> = actor.duties().iter().map(|d| d.bureau.clone()).collect();
            let wanted = rows::Wanted { bureaus: own, city: wide, all };
            let mut from = after.map(|id| rows::get(c, id)).transpose()?.flatten().map(|s| (s.received_at, s.id));
            let mut out = Vec::new();
            loop {
                let page = rows::page(c, &wanted, from, LIST)?;
                let more = page.len() == usize::try_from(LIST).unwrap_or(usize::MAX);
                for s in page {
                    from = Some((s.received_at, s.id));
                    let scope = scope(c, app, s.case_id, s.procedure_id, &s.bureau)?;
                    if access::may_read(&actor, &scope) {
                        out.push(brief(c, app, keys, &actor, s, &scope)?);
                        if out.len() == LINES {
                            return Ok((out, from.map(|(_, id)| id)));
                        }
                    }
                }
                if !more {
                    return Ok((out, None));
                }
            }
        })
        .await
    }

    /// One submission.
    ///
    /// # Errors
    /// [`Error::NotFound`]: also when the actor may not know of it.
    pub async fn submission(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<SubmissionView> {
        let actor = actor.clone();
        self.look(move |c, app, keys| {
            let (s, scope) = readable(c, app, &actor, id)?;
            view(c, app, keys, &actor, s, &scope)
        })
        .await
    }

    /// The papers of a case that have an addressee, with what was handed in on each.
    ///
    /// # Errors
    /// [`Error::NotFound`]: also when the actor may not know of the case.
    pub async fn served_papers(self: &Arc<Self>, actor: &Actor, case: CaseId) -> Result<Vec<ServedPaperView>> {
        self.may_see(actor, Some(case), None, None).await?;
        let (actor, now) = (actor.clone(), self.now());
        self.look(move |c, app, keys| {
            let mut out = Vec::new();
            for found in rows::of_case(c, case)? {
                match paper(c, app, keys, &actor, found, now) {
                    Ok(p) => out.push(p),
                    // another bureau's: a penalty of the industry's, or the lead's for whoever is only asked for help
                    Err(Error::NotFound(_)) => {}
                    Err(e) => return Err(e),
                }
            }
            out.reverse();
            Ok(out)
        })
        .await
    }

    /// One paper with its addressee. A paper issued before papers knew theirs is looked into and noted.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), `door_no_addressee`.
    pub async fn served_paper(self: &Arc<Self>, actor: &Actor, id: DocumentId) -> Result<ServedPaperView> {
        let who = actor.clone();
        let there = self
            .look(move |c, app, _| {
                let d = papers::document(c, id)?.ok_or(Error::NotFound("document"))?;
                let procedure = rows::served(c, id)?.map(|s| s.procedure_id);
                let known = procedure.is_some();
                let procedure = match procedure {
                    Some(p) => Some(p),
                    None => super::procedure_of(c, &d)?,
                };
                // what has no addressee is no paper of this page, and a reason not to say whose it is
                let procedure = procedure.ok_or(Error::NotFound("document"))?;
                let scope = scope(c, app, d.case_id, procedure, &d.bureau)?;
                if access::may_read(&who, &scope) { Ok(known) } else { Err(Error::NotFound("document")) }
            })
            .await?;
        if !there {
            self.write(actor, None, move |tx| known(tx, id).map(drop)).await?;
        }
        let (actor, now) = (actor.clone(), self.now());
        self.look(move |c, app, keys| {
            let s = rows::served(c, id)?.ok_or(Error::NotFound("document"))?;
            let d = papers::document(c, id)?.ok_or(Error::NotFound("document"))?;
            paper(c, app, keys, &actor, (s, d), now)
        })
        .await
    }

    /// Takes a submission over: into the procedure's move where it has one, on record with a note where it has none.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], `submission_decided`, `submission_serve_first`, those of the move, field errors.
    pub async fn take_submission(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, t: TakeOver) -> Result<()> {
        self.write(actor, key, move |tx| take(tx, id, &t)).await
    }

    /// Returns a submission with a coded reason that the addressee sees.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], `submission_decided`, field errors.
    pub async fn return_submission(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, r: Return) -> Result<()> {
        self.write(actor, key, move |tx| give_back(tx, id, &r)).await
    }
}
