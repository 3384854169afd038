//! What the addressee of a paper sees: its papers of the proceeding with where they stand and the days that run, and what it handed in.
//!
//! Owns the assembly. Least privilege: papers of this addressee in this proceeding that were served on it, in coarse words of their own; no
//! worker, no officer, no inner state of the matter. A paper that was not served yet is shown to nobody who did not come in by it.

use super::opened;
use super::session::Visitor;
use super::submit::window;
use crate::app::write::Tx;
use crate::app::{App, documents, listings as listed, orders as sums};
use crate::base::id::{DocumentId, RowId};
use crate::base::seal::{KeyRing, Place};
use crate::base::{At, Day, Error, Result, seal, text};
use crate::domain::door::{self as rules, Handed};
use crate::law::Law;
use crate::store::door::{self as rows, Served, Submission};
use crate::store::papers::Document;
use crate::store::{Conn, announcements, gradings, listings, orders, papers, penalties, procedures};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A day that runs for the addressee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DoorDay {
    /// What is to be done by it, or what ends with it.
    pub what: String,
    /// The day.
    #[schema(value_type = String)]
    pub on: Day,
    /// How it is counted, and by which article.
    pub why: String,
    /// It is past.
    pub past: bool,
}

/// A paper as its addressee sees it.
#[derive(Debug, Clone)]
pub struct DoorPaper {
    /// Its id.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// Issued.
    pub issued_at: At,
    /// Served, where that is recorded.
    pub served_on: Option<Day>,
    /// Where the matter of it stands.
    pub state: String,
    /// The days that run.
    pub days: Vec<DoorDay>,
    /// Review and suit, a sentence each.
    pub remedies: Vec<String>,
    /// What may be handed in on it.
    pub may: Vec<Handed>,
    /// A hearing may be asked for with a statement on it.
    pub hearing: bool,
}

/// A file that was handed in.
#[derive(Debug, Clone)]
pub struct DoorFile {
    /// What it was handed in as.
    pub what: String,
    /// Its name.
    pub name: String,
}

/// What was handed in, as the addressee sees it.
#[derive(Debug, Clone)]
pub struct DoorSubmission {
    /// Its id.
    pub id: RowId,
    /// What it is.
    pub kind: String,
    /// On which paper.
    pub paper: String,
    /// When it was received.
    pub received_at: At,
    /// After the last day.
    pub late: bool,
    /// Where it stands.
    pub state: String,
    /// Its code: `waiting`, `taken`, `returned`, `kept`.
    pub state_code: String,
    /// Why it was returned.
    pub returned: Option<String>,
    /// What the officer wrote to the addressee when returning it.
    pub note: Option<String>,
    /// The number of its receipt.
    pub receipt: String,
    /// The files.
    pub files: Vec<DoorFile>,
}

/// All a visitor sees.
#[derive(Debug, Clone)]
pub struct DoorHome {
    /// The bureau.
    pub authority: String,
    /// Papers, the newest first.
    pub papers: Vec<DoorPaper>,
    /// What was handed in, the newest first.
    pub submissions: Vec<DoorSubmission>,
    /// When the visit ends.
    pub until: At,
}

/// Where a paper stands.
pub(super) struct Status {
    /// Served on this day, where that is recorded at all.
    pub(super) served: Option<Option<Day>>,
    state: &'static str,
    days: Vec<DoorDay>,
    remedies: bool,
    /// The unit of it stands on the list.
    listed: bool,
}

fn day(what: &str, on: Day, why: String, today: Day) -> DoorDay {
    DoorDay { what: text::zh(&format!("employer.day.{what}")).to_owned(), on, why, past: on < today }
}

/// The day the window to object ends, if it ever opened.
fn objection(c: &mut Conn, law: &Law, s: &Served, now: At) -> Result<Vec<DoorDay>> {
    Ok(window(c, law, s.procedure_id, now)?.map(|w| day("object", w.due, w.why, now.day())).into_iter().collect())
}

/// Where a paper stands, from the rows behind it.
pub(super) fn status(c: &mut Conn, law: &Law, s: &Served, d: &Document, now: At) -> Result<Status> {
    let today = now.day();
    let mut out = Status { served: None, state: "issued", days: Vec::new(), remedies: false, listed: false };
    match d.kind.as_str() {
        "rectification" | "decision" | "order_amendment" | "compensation_order" => {
            let Some(o) = orders::of_procedure(c, s.procedure_id)? else { return Ok(out) };
            let row = procedures::get(c, s.procedure_id)?;
            let open = sums::sums(c, &o)?.standing.undischarged.is_positive();
            out.served = Some(o.served_on);
            out.state = match o.remedy.as_str() {
                "revoked" => "revoked",
                "stayed" => "stayed",
                _ if row.as_ref().is_some_and(|r| r.state == "withdrawn") => "withdrawn",
                _ if d.kind == "compensation_order" => "compensation",
                _ if !open => "paid",
                _ if o.unpaid_at_expiry.is_some() => "unpaid",
                _ => "to_pay",
            };
            if open && d.kind != "compensation_order" && !matches!(out.state, "revoked" | "withdrawn") {
                let on = listed::last_day_to_pay(law, &o, now).unwrap_or(o.pay_by);
                let rolled = if on == o.pay_by { "employer.why.pay" } else { "employer.why.pay_rolled" };
                let why = text::zh_with(rolled, &[("day", &o.pay_by.document_text())]);
                out.days.push(day("pay", on, why, today));
            }
            out.remedies = match d.kind.as_str() {
                "rectification" => false,
                "order_amendment" => o.instrument == crate::domain::order::DECISION,
                _ => true,
            };
        }
        "listing_notice" | "listing_objection" | "listing_exit" | "listing_decision" | "listing_repair" | "listing_revoked"
        | "listing_restored" => {
            let party = listings::party(c, s.procedure_id)?;
            let listing = match &party {
                Some(p) => listings::get(c, p.listing_id)?,
                None => listings::of_procedure(c, s.procedure_id)?,
            };
            let decision = ["listing_decision", "listing_repair", "listing_revoked", "listing_restored"].contains(&d.kind.as_str());
            if let Some(l) = &listing {
                out.listed = l.standing == "listed";
            }
            match (&party, decision) {
                (Some(p), true) => {
                    // one that a later decision followed has no day of service any more
                    let newest = d.kind == "listing_repair" || p.decision_id == Some(d.id);
                    out.served = newest.then_some(p.decision_served_on);
                    out.remedies = ["listing_decision", "listing_restored"].contains(&d.kind.as_str());
                    if let Some(l) = listing {
                        out.state = match l.standing.as_str() {
                            "suspended" => "suspended",
                            "removing" | "removed" => "removed",
                            _ => "listed",
                        };
                        out.days.extend(l.until_on.filter(|_| out.state == "listed").map(|on| {
                            let term = law.rules.term("listing.period", today);
                            let why = term.map(|t| format!("{}，{}", t.span_text(), t.article)).unwrap_or_default();
                            day("listed_until", on, why, today)
                        }));
                    }
                }
                (Some(p), false) => {
                    if d.kind == "listing_notice" {
                        out.served = Some(p.served_on);
                        out.days = objection(c, law, s, now)?;
                    }
                    out.state = match (p.standing.as_str(), p.answer.as_deref(), p.objected_on) {
                        ("dropped", ..) => "closed",
                        ("excluded", ..) => "upheld",
                        (_, Some("rejected"), _) => "rejected",
                        (_, Some(_), _) => "unobjected",
                        (_, None, Some(_)) => "verifying",
                        ("told", ..) => "window",
                        _ => "issued",
                    };
                }
                (None, _) => out.state = "closed",
            }
        }
        "removal_granted" => out.state = "granted",
        "removal_refused" => (out.state, out.remedies) = ("refused", true),
        "announcement" | "announcement_reply" | "announcement_withdrawal" => {
            let Some(a) = announcements::of_procedure(c, s.procedure_id)? else { return Ok(out) };
            out.state = if a.withdrawn_at.is_some() || a.withdrawing {
                "announcement_withdrawn"
            } else if a.ended_at.is_some() {
                "announcement_ended"
            } else if a.suspended_at.is_some() {
                "announcement_suspended"
            } else {
                "announced"
            };
        }
        "grading_notice" | "grading_reply" => {
            let Some((g, _)) = gradings::of_procedure(c, s.procedure_id)? else { return Ok(out) };
            if d.kind == "grading_notice" {
                out.served = Some(g.told_on);
                out.days = objection(c, law, s, now)?;
            }
            let row = procedures::get(c, s.procedure_id)?;
            out.state = match row.as_ref().map(|r| r.state.as_str()) {
                Some("told") => "window",
                Some("verifying") => "verifying",
                Some("effective" | "closed") => "effective",
                _ => "issued",
            };
        }
        "penalty_notice" | "penalty_hearing" | "penalty_none" | "penalty_decision" | "penalty_repair" | "penalty_urge" => {
            let Some(p) = penalties::of_procedure(c, s.procedure_id)? else { return Ok(out) };
            match d.kind.as_str() {
                "penalty_notice" => {
                    out.served = Some(p.told_on);
                    out.days = objection(c, law, s, now)?;
                }
                "penalty_hearing" => out.served = Some(p.way.0.hearing_told_on),
                "penalty_decision" | "penalty_repair" => out.served = Some(p.served_on),
                "penalty_none" => {
                    let told = procedures::get(c, s.procedure_id)?.is_some_and(|r| r.state == "not_punished");
                    out.served = Some(p.way.0.ended_on.filter(|_| told));
                }
                _ => {}
            }
            // the decision is nobody's news before it was served; whoever holds it knows it
            let told = p.served_on.is_some() || matches!(d.kind.as_str(), "penalty_decision" | "penalty_none");
            out.remedies = d.kind == "penalty_decision";
            out.state = match p.standing.as_str() {
                _ if !told && p.told_on.is_none() => "issued",
                _ if !told && p.window_over_on.is_none() => "statement",
                _ if !told => "heard",
                "paid" => "fine_paid",
                "decided" if p.remedy == "stayed" => "stayed",
                "decided" => "fined",
                "unpunished" => "unpunished",
                "revoked" => "revoked",
                "unrecovered" | "dropped" => "closed",
                _ if p.told_on.is_some() && p.window_over_on.is_none() => "statement",
                _ => "issued",
            };
            let collects = matches!(d.kind.as_str(), "penalty_decision" | "penalty_repair" | "penalty_urge") && out.state == "fined";
            if let Some(owed) = penalties::owed(c, p.id)?.filter(|o| collects && o.settled_on.is_none()) {
                let why = text::zh(if owed.deferred_on.is_some() { "employer.why.fine_deferred" } else { "employer.why.fine" });
                out.days.push(day("pay", owed.pay_by, why.to_owned(), today));
            }
        }
        _ => {}
    }
    Ok(out)
}

/// Whether a visitor may see a paper: the one it came in by, or one that was served.
fn visible(v: &Visitor, s: &Served, st: &Status) -> bool {
    s.document_id == v.employer.paper || s.served_on.is_some() || st.served.is_none_or(|on| on.is_some())
}

fn remedies() -> Vec<String> {
    let one = |r: &crate::paper::forms::Remedy| format!("不服的，可以{}向{}申请或者提起{}（{}）。", r.within, r.to, r.way, r.article);
    documents::remedies().iter().map(one).collect()
}

fn paper(s: &Served, d: Document, st: Status) -> DoorPaper {
    DoorPaper {
        id: d.id,
        hearing: d.kind == rules::HEARD && s.case_id.is_some(),
        title: text::zh(&format!("document.{}", d.kind)).to_owned(),
        number: d.number,
        issued_at: d.issued_at,
        served_on: s.served_on.or(st.served.flatten()),
        state: text::zh(&format!("employer.state.{}", st.state)).to_owned(),
        days: st.days,
        remedies: if st.remedies { remedies() } else { Vec::new() },
        may: rules::open_for(&d.kind, s.case_id.is_some(), s.kind == "unit", st.listed),
    }
}

/// What may be handed in on a paper now.
pub(super) fn may(c: &mut Conn, law: &Law, s: &Served, d: &Document, now: At) -> Result<Vec<Handed>> {
    let st = status(c, law, s, d, now)?;
    Ok(rules::open_for(&d.kind, s.case_id.is_some(), s.kind == "unit", st.listed))
}

/// The papers a visitor may see, with where each stands.
fn papers_of(c: &mut Conn, law: &Law, v: &Visitor, now: At) -> Result<Vec<(Served, Document, Status)>> {
    let mut out = Vec::new();
    for (s, d) in rows::of_party(c, &v.served)? {
        let st = status(c, law, &s, &d, now)?;
        if visible(v, &s, &st) {
            out.push((s, d, st));
        }
    }
    Ok(out)
}

/// The paper a visitor asks for; what is not its own does not exist.
pub(super) fn own(tx: &mut Tx<'_>, v: &Visitor, id: DocumentId) -> Result<(Served, Document)> {
    let law = Arc::clone(&tx.law);
    let all = papers_of(tx.c, &law, v, tx.now)?;
    all.into_iter().find(|(_, d, _)| d.id == id).map(|(s, d, _)| (s, d)).ok_or(Error::NotFound("document"))
}

fn submission(c: &mut Conn, app: &App, keys: &KeyRing, s: Submission) -> Result<DoorSubmission> {
    let paper = papers::document(c, s.document_id)?.map(|d| super::titled(&d)).unwrap_or_default();
    let mut files = Vec::new();
    for (slot, e) in rows::files(c, s.id)? {
        let name = seal::open(keys, Place::new("evidence", "name_ct", e.id), &e.name_ct)?;
        files.push(DoorFile { what: slot_title(&slot), name });
    }
    let note = match (&s.note_ct, s.state.as_str()) {
        // what an officer writes when it is taken over stays in the house
        (Some(ct), "returned") => Some(seal::open(keys, Place::new("submissions", "note_ct", s.id), ct)?),
        _ => None,
    };
    Ok(DoorSubmission {
        id: s.id,
        kind: kind_title(&s.kind),
        paper,
        received_at: s.received_at,
        late: s.late,
        state: text::zh(&format!("employer.submission.{}", s.state)).to_owned(),
        state_code: s.state,
        returned: s.return_code.map(|r| app.code_title("submission_return", &r)),
        note,
        receipt: rows::number_of(c, s.receipt_id)?,
        files,
    })
}

/// What is handed in, as a person calls it.
#[must_use]
pub fn kind_title(kind: &str) -> String {
    text::zh(&format!("employer.kind.{kind}")).to_owned()
}
/// What a file is handed in as.
#[must_use]
pub fn slot_title(slot: &str) -> String {
    text::zh(&format!("employer.slot.{slot}")).to_owned()
}

impl App {
    /// All a visitor sees.
    ///
    /// # Errors
    /// The database, or a sealed text that cannot be opened.
    pub async fn door_home(self: &Arc<Self>, v: &Visitor) -> Result<DoorHome> {
        let (v, now) = (v.clone(), self.now());
        self.look(move |c, app, keys| {
            let law = app.law();
            let mut found = papers_of(c, &law, &v, now)?;
            found.reverse();
            let ids: Vec<DocumentId> = found.iter().map(|(_, d, _)| d.id).collect();
            let mut submissions = Vec::new();
            for s in rows::on_papers(c, &ids)? {
                submissions.push(submission(c, app, keys, s)?);
            }
            Ok(DoorHome {
                authority: app.bureau_name(&v.served.bureau),
                papers: found.into_iter().map(|(s, d, st)| paper(&s, d, st)).collect(),
                submissions,
                until: v.expires_at,
            })
        })
        .await
    }

    /// An own paper as it was issued; the look is on record.
    ///
    /// # Errors
    /// [`Error::NotFound`] for every other paper; [`Error::Internal`] when it is not what was issued.
    pub async fn door_paper(self: &Arc<Self>, v: &Visitor, id: DocumentId) -> Result<String> {
        let who = v.clone();
        let d = self
            .write(&v.actor(), None, move |tx| {
                let (s, d) = own(tx, &who, id)?;
                super::record(tx, s.case_id, s.procedure_id, "served_paper_read", serde_json::json!({ "document": d.id }))?;
                Ok(d.id)
            })
            .await?;
        let html = self.look(move |c, _, keys| opened(keys, &papers::document(c, d)?.ok_or(Error::NotFound("document"))?)).await?;
        Ok(super::without_code(&html))
    }

    /// The receipt of something handed in on an own paper, as often as it is asked for.
    ///
    /// # Errors
    /// [`Error::NotFound`] for every other one.
    pub async fn door_receipt(self: &Arc<Self>, v: &Visitor, id: RowId) -> Result<String> {
        let (v, now) = (v.clone(), self.now());
        self.look(move |c, app, keys| {
            let s = rows::get(c, id)?.ok_or(Error::NotFound("submission"))?;
            let all = papers_of(c, &app.law(), &v, now)?;
            if !all.iter().any(|(_, d, _)| d.id == s.document_id) {
                return Err(Error::NotFound("submission"));
            }
            opened(keys, &papers::document(c, s.receipt_id)?.ok_or(Error::NotFound("document"))?)
        })
        .await
    }
}
