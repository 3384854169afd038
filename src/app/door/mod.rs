//! The employer's door 用人单位入口: whom a paper is addressed to, the served code 送达码 it bears, and a code made anew.
//!
//! Owns the addressee of a paper and its codes. A code is printed on the paper and nowhere else; kept is its keyed hash. What is shown inside
//! is [`view`]'s, what is handed in [`submit`]'s, what officers do with it [`office`]'s. Nothing here records a payment or decides anything.

pub mod office;
pub mod session;
pub mod submit;
pub mod view;

use super::effects::Made;
use super::penalties as fines;
use super::subject::{scope_at, scope_of};
use super::write::{Marks, Tx};
use super::{App, documents};
use crate::base::id::{CaseId, DocumentId, ProcedureId, RowId, StreamId};
use crate::base::seal::{self, Place};
use crate::base::{Error, Result, text};
use crate::domain::access::Scope;
use crate::domain::door as rules;
use crate::paper::forms::Secret;
use crate::paper::forms::door::{CodeSlip, code_slip};
use crate::store::door::{self as rows, Code, Served};
use crate::store::papers::Document;
use crate::store::procedures::Row;
use crate::store::{Conn, announcements, cases, gradings, listings, orders, papers, penalties, procedures};

/// What a served code's hash is keyed for,
const CODE: &str = "served_code";
/// and that of the end of a person's number.
const TAIL: &str = "served_tail";
/// The slip a code made anew is printed on.
const SLIP: &str = "served_code_slip";
/// The receipt for what was handed in.
pub(super) const RECEIPT: &str = "submission_receipt";

/// A code for a paper that bears one.
pub(super) fn code_for(tx: &mut Tx<'_>, kind: &str) -> Option<Secret> {
    rules::CODED.contains(&kind).then(|| fresh(tx))
}

fn fresh(tx: &mut Tx<'_>) -> Secret {
    Secret::new(tx.ids.code("SD"))
}

/// Keeps the hash of a paper's code; the one before stops. `anew`: why it was made anew.
///
/// # Errors
/// The keys or the database.
pub(super) fn keep_code(tx: &mut Tx<'_>, document: DocumentId, code: &Secret, anew: Option<&str>) -> Result<RowId> {
    let id: RowId = tx.ids.id(tx.now);
    let row = Code {
        id,
        document_id: document,
        code_bix: seal::blind(&tx.keys, CODE, code.reveal())?,
        made_at: tx.now,
        made_by: tx.actor.account(),
        reason_ct: anew.map(|r| tx.seal("served_codes", "reason_ct", id, r)).transpose()?,
        slip_id: None,
        ended_at: None,
    };
    rows::make_code(tx.c, &row)?;
    Ok(id)
}

/// Who a paper is addressed to.
struct Party {
    kind: &'static str,
    party: Option<String>,
    login_bix: Option<String>,
}
impl Party {
    fn unit(uscc: Option<String>) -> Self {
        Self { kind: "unit", party: uscc, login_bix: None }
    }
    /// Known by the blind index of the number; asked at the door is its end.
    fn person(tx: &Tx<'_>, bix: Option<String>, number: &str) -> Result<Self> {
        let login_bix = bix.is_some().then(|| seal::blind(&tx.keys, TAIL, &rules::tail(number))).transpose()?;
        Ok(Self { kind: "person", party: bix, login_bix })
    }
}

/// The party a paper of the list is addressed to: the procedure's own, else the unit of its listing.
fn listed(c: &mut Conn, row: &Row) -> Result<Option<listings::Party>> {
    if let Some(p) = listings::party(c, row.id)? {
        return Ok(Some(p));
    }
    let listing = match listings::removal(c, row.id)? {
        Some(r) => Some(r.listing_id),
        None => listings::of_procedure(c, row.id)?.map(|l| l.id),
    };
    let all = listing.map(|l| listings::parties(c, l)).transpose()?.unwrap_or_default();
    Ok(all.into_iter().find(listings::Party::is_unit))
}

/// The code the unit of a procedure has now: it may have been put right since its papers were issued.
fn unit_now(c: &mut Conn, row: &Row) -> Result<Option<String>> {
    Ok(match row.kind.as_str() {
        "payment_order" => match orders::of_procedure(c, row.id)? {
            Some(o) => cases::chain(c, o.case_id)?.into_iter().find(|r| Some(r.id) == o.respondent_id).and_then(|r| r.uscc),
            None => None,
        },
        "listing" | "listing_party" | "removal" => listed(c, row)?.and_then(|p| p.uscc),
        "announcement" => announcements::of_procedure(c, row.id)?.and_then(|a| a.unit_code),
        "grading" => gradings::of_procedure(c, row.id)?.and_then(|(_, f)| f.uscc),
        "penalty" => penalties::of_procedure(c, row.id)?.and_then(|p| p.uscc),
        _ => None,
    })
}

/// A paper with its addressee as it is called now. A unit whose code was put right is known by the new one, and so are its other papers of the
/// proceeding.
///
/// # Errors
/// The database.
pub(super) fn current(c: &mut Conn, s: Served) -> Result<Served> {
    let now = |c: &mut Conn, s: &Served| -> Result<Option<String>> {
        let row = procedures::get(c, s.procedure_id)?;
        Ok(row.filter(|_| s.kind == "unit").map(|r| unit_now(c, &r)).transpose()?.flatten().filter(|u| Some(u) != s.party.as_ref()))
    };
    if now(c, &s)?.is_none() {
        return Ok(s);
    }
    let all = match s.case_id {
        Some(case) => rows::of_case(c, case)?.into_iter().map(|(s, _)| s).collect(),
        None => vec![s.clone()],
    };
    for other in all {
        if let Some(code) = now(c, &other)? {
            rows::identify(c, other.document_id, "unit", Some(&code), None)?;
        }
    }
    rows::served(c, s.document_id)?.ok_or(Error::NotFound("document"))
}

/// Finds the addressee of a paper of a procedure; nothing where the paper has none.
fn party_of(tx: &mut Tx<'_>, row: &Row, kind: &str) -> Result<Option<Party>> {
    if !rules::addressed(kind) {
        return Ok(None);
    }
    let found = match row.kind.as_str() {
        "payment_order" => {
            let Some(order) = orders::of_procedure(tx.c, row.id)? else { return Ok(None) };
            let chain = cases::chain(tx.c, order.case_id)?;
            let Some(r) = chain.into_iter().find(|r| Some(r.id) == order.respondent_id) else { return Ok(None) };
            match (&r.uscc, &r.person_ct) {
                (None, Some(ct)) => {
                    let number = tx.open_sealed("respondents", "person_ct", r.id, ct)?;
                    Party::person(tx, r.person_bix.clone(), &number)?
                }
                _ => Party::unit(r.uscc),
            }
        }
        "listing" | "listing_party" | "removal" => match listed(tx.c, row)? {
            None => return Ok(None),
            Some(p) => match &p.person_ct {
                Some(ct) => {
                    let number = tx.open_sealed("listing_parties", "person_ct", p.id, ct)?;
                    Party::person(tx, p.person_bix.clone(), &number)?
                }
                None => Party::unit(p.uscc),
            },
        },
        "announcement" => Party::unit(announcements::of_procedure(tx.c, row.id)?.and_then(|a| a.unit_code)),
        "grading" => Party::unit(gradings::of_procedure(tx.c, row.id)?.and_then(|(_, f)| f.uscc)),
        "penalty" => {
            let Some(p) = penalties::of_procedure(tx.c, row.id)? else { return Ok(None) };
            match &p.person_ct {
                Some(ct) => {
                    let number = tx.open_sealed("penalties", "person_ct", p.id, ct)?;
                    let bix = seal::blind(&tx.keys, "id", &number)?;
                    Party::person(tx, Some(bix), &number)?
                }
                None => Party::unit(p.uscc),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(found))
}

/// Whether a kind of procedure makes papers that have an addressee with a way in; what does not is spared the look.
pub(in crate::app) fn speaks_to_addressees(kind: &str) -> bool {
    matches!(kind, "payment_order" | "listing" | "listing_party" | "removal" | "announcement" | "grading" | "penalty")
}

/// Notes whom the papers just made are addressed to.
///
/// # Errors
/// The keys or the database.
pub(super) fn address(tx: &mut Tx<'_>, row: &Row, made: &[Made]) -> Result<()> {
    for m in made {
        let Made::Document { id, kind, .. } = m else { continue };
        let Some(p) = party_of(tx, row, kind)? else { continue };
        let bureau = papers::document(tx.c, *id)?.map(|d| d.bureau).unwrap_or_default();
        rows::address(tx.c, &served(tx, *id, row, bureau, p))?;
    }
    Ok(())
}

fn served(tx: &Tx<'_>, id: DocumentId, row: &Row, bureau: String, p: Party) -> Served {
    Served {
        document_id: id,
        procedure_id: row.id,
        case_id: row.case_id,
        bureau,
        kind: p.kind.to_owned(),
        party: p.party,
        login_bix: p.login_bix,
        served_on: None,
        created_at: tx.now,
    }
}

/// The procedure an older paper belongs to, issued before papers knew their addressee.
fn procedure_of(c: &mut Conn, d: &Document) -> Result<Option<ProcedureId>> {
    let Some(case) = d.case_id else { return gradings::procedure_of_paper(c, d.id) };
    let later = ["order_amendment", "compensation_order"].contains(&d.kind.as_str());
    let all = orders::of_case(c, case)?;
    if let Some(order) = all.iter().find(|o| o.document_id == Some(d.id)) {
        return Ok(Some(order.procedure_id));
    }
    let before: Vec<ProcedureId> = all.iter().filter(|o| later && o.created_at <= d.issued_at).map(|o| o.procedure_id).collect();
    match before.as_slice() {
        [] => {}
        [only] => return Ok(Some(*only)),
        // it does not say which of several orders it is of, and a wrong addressee would read another's paper
        _ => return Ok(None),
    }
    for l in listings::of_case(c, case)? {
        let party = listings::parties(c, l.id)?.into_iter().find(|p| p.notice_id == Some(d.id) || p.decision_id == Some(d.id));
        if let Some(p) = party {
            return Ok(Some(p.procedure_id));
        }
        if let Some(r) = listings::removals_of(c, l.id)?.into_iter().find(|r| r.document_id == Some(d.id)) {
            return Ok(Some(r.procedure_id));
        }
    }
    Ok(None)
}

/// A paper with its addressee; for one issued before papers knew it, found now and kept.
///
/// # Errors
/// [`Error::NotFound`], `door_no_addressee`, the database.
pub(super) fn known(tx: &mut Tx<'_>, id: DocumentId) -> Result<(Served, Document)> {
    let d = papers::document(tx.c, id)?.ok_or(Error::NotFound("document"))?;
    if let Some(s) = rows::served(tx.c, id)? {
        return Ok((s, d));
    }
    let none = || Error::refused("door_no_addressee", &[]);
    let procedure = procedure_of(tx.c, &d)?.ok_or_else(none)?;
    let row = procedures::get(tx.c, procedure)?.ok_or_else(none)?;
    let p = party_of(tx, &row, &d.kind)?.ok_or_else(none)?;
    let s = served(tx, id, &row, d.bureau.clone(), p);
    rows::address(tx.c, &s)?;
    Ok((s, d))
}

/// Whose matter a paper is of: of its case as it stands now, or of the bureau that issued it.
pub(super) fn scope(c: &mut Conn, app: &App, case: Option<CaseId>, procedure: ProcedureId, bureau: &str) -> Result<Scope> {
    if let Some(id) = case {
        let case = cases::get(c, id)?.ok_or(Error::NotFound("case"))?;
        let mut scope = scope_of(app, Some(&case), None);
        let row = procedures::get(c, procedure)?;
        scope.assignee = row.as_ref().and_then(|r| r.assignee);
        if let Some(row) = row
            && let Some(punishes) = fines::bureau_of(c, &row, &crate::flow::Form::new())?
        {
            fines::led_by(app, &mut scope, punishes);
        }
        return Ok(scope);
    }
    let (bureau, area) = match gradings::of_procedure(c, procedure)? {
        Some((g, _)) => (g.bureau, g.area),
        None => (bureau.to_owned(), app.city.bureaus.get(bureau).map(|b| b.area.clone()).unwrap_or_default()),
    };
    Ok(scope_at(app, &bureau, &area))
}

/// The stream and the columns of what happens to a paper at the door.
pub(super) fn record(
    tx: &mut Tx<'_>,
    case: Option<CaseId>,
    procedure: ProcedureId,
    kind: &str,
    payload: serde_json::Value,
) -> Result<(StreamId, i64)> {
    let scope = scope(tx.c, tx.app, case, procedure, "")?;
    let area = match case {
        Some(id) => Some(tx.case(id)?.area),
        None => gradings::of_procedure(tx.c, procedure)?.map(|(g, _)| g.area),
    };
    let marks = Marks { case, area, bureau: Some(scope.lead).filter(|b| !b.is_empty()), ..Marks::default() };
    let (what, stream): (_, StreamId) = match case {
        Some(id) => ("case", id.into()),
        None => ("procedure", procedure.into()),
    };
    let mut payload = payload;
    payload["by"] = serde_json::json!(tx.actor.word());
    let seq = tx.record(what, stream, kind, tx.now, payload, &marks)?;
    Ok((stream, seq))
}

/// The title of a paper with its number.
pub(super) fn titled(d: &Document) -> String {
    format!("{} {}", text::zh(&format!("document.{}", d.kind)), d.number)
}

/// Prints a code made anew on a slip of its own; the one before stops at once, and so do the visits it opened.
fn anew(tx: &mut Tx<'_>, id: DocumentId, reason: &str) -> Result<DocumentId> {
    let (s, d) = known(tx, id)?;
    let scope = scope(tx.c, tx.app, s.case_id, s.procedure_id, &s.bureau)?;
    office::at_desk(tx.actor, &scope)?;
    if !rules::CODED.contains(&d.kind.as_str()) {
        return Err(Error::refused("door_no_code", &[]));
    }
    // the addressee's code may have been found out or put right since
    let row = procedures::get(tx.c, s.procedure_id)?.ok_or(Error::NotFound("procedure"))?;
    let now = party_of(tx, &row, &d.kind)?.filter(|p| p.party.is_some());
    if now.is_none() && s.party.is_none() {
        return Err(Error::refused("door_no_identity", &[]));
    }
    let mut ended: Vec<DocumentId> = rows::of_party(tx.c, &s)?.into_iter().map(|(_, d)| d.id).collect();
    if let Some(p) = now {
        rows::identify(tx.c, id, p.kind, p.party.as_deref(), p.login_bix.as_deref())?;
    }
    let s = rows::served(tx.c, id)?.ok_or(Error::NotFound("document"))?;
    ended.extend(rows::of_party(tx.c, &s)?.into_iter().map(|(_, d)| d.id));
    let code = fresh(tx);
    let kept = keep_code(tx, id, &code, Some(reason))?;
    // whoever is inside may have come in by this paper or by another of the same addressee
    rows::leave_all(tx.c, &ended, tx.now)?;
    let place = documents::Where { bureau: scope.lead.clone(), code: String::new(), case: s.case_id, filing: None };
    let paper = text::zh(&format!("document.{}", d.kind)).to_owned();
    let made = documents::keep_at(tx, &place, SLIP, |head| {
        let mut head = head.clone();
        head.door = Some(code.clone());
        code_slip(&CodeSlip { head, paper: paper.clone(), number: d.number.clone() })
    })?;
    let Made::Document { id: slip, number, .. } = made else { return Err(Error::Internal("no slip".into())) };
    if s.case_id.is_none() {
        gradings::insert_paper(tx.c, slip, s.procedure_id)?;
    }
    rows::printed(tx.c, kept, slip)?;
    let payload = serde_json::json!({ "document": id, "slip": slip, "number": number });
    record(tx, s.case_id, s.procedure_id, "served_code_made", payload)?;
    Ok(slip)
}

impl App {
    /// Makes the served code of a paper anew, for whoever lost it, with a reason; for a paper that was issued before papers bore one, the first.
    /// The slip with the code is a paper to print and hand over.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `door_no_addressee`, `door_no_code`,
    /// `door_no_identity`, field errors at `/reason`.
    pub async fn make_served_code(
        self: &std::sync::Arc<Self>,
        actor: &crate::domain::access::Actor,
        key: Option<super::write::Key>,
        id: DocumentId,
        reason: &str,
    ) -> Result<DocumentId> {
        let reason = text::reasoned("/reason", reason)?;
        self.write(actor, key, move |tx| anew(tx, id, &reason)).await
    }
}

/// Where the served code stands in a paper.
const CODE_FROM: &str = "<section class=\"foot door\">";
const CODE_TO: &str = "</section>";

/// A paper without its served code: one paper shown must not be the key to it, nor to the others.
pub(super) fn without_code(html: &str) -> String {
    let Some((before, rest)) = html.split_once(CODE_FROM) else { return html.to_owned() };
    let after = rest.split_once(CODE_TO).map_or("", |(_, a)| a);
    format!("{before}{after}")
}

/// Whether an officer sees the code in a paper: who works at the desk for the matter, or issued it.
///
/// # Errors
/// The database.
pub(super) fn shows_code(c: &mut Conn, app: &App, actor: &crate::domain::access::Actor, d: &Document) -> Result<bool> {
    if actor.account().is_some() && d.issued_by == actor.account() {
        return Ok(true);
    }
    let Some(s) = (match rows::served(c, d.id)? {
        Some(s) => Some(s),
        None => rows::by_slip(c, d.id)?,
    }) else {
        return Ok(false);
    };
    let scope = scope(c, app, s.case_id, s.procedure_id, &s.bureau)?;
    Ok(office::at_desk(actor, &scope).is_ok())
}

/// Opens an issued paper and compares it with what was issued.
pub(super) fn opened(keys: &seal::KeyRing, d: &Document) -> Result<String> {
    use sha2::Digest as _;
    let html = seal::open(keys, Place::new("documents", "body_ct", d.id), &d.body_ct)?;
    if seal::hex(&sha2::Sha256::digest(html.as_bytes())) != d.body_hash {
        return Err(Error::Internal(format!("document {} is not what was issued", d.id)));
    }
    Ok(html)
}
