//! Papers 文书: built from typed facts, numbered without gaps at issue, kept sealed with their hash.
//!
//! Owns which paper says what of a matter. The pages themselves are `paper::forms`'; a paper once issued is never
//! rendered again but opened as it was. Printing one is reading it: whoever may read the matter may, on record.

use super::App;
use super::claimant::receipt;
use super::effects::Made;
use super::subject::{Subject, scope_of};
use super::write::{Marks, Tx};
use crate::base::id::{CaseId, ClaimantId, DocumentId, FilingId};
use crate::base::seal::{self, Place, hex};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::flow::{Graph, Step, TermStatus, Value};
use crate::law::term::Kind;
use crate::paper::forms::{self, Copy, Expect, Head, Limitation, Matter, Remedy, TransferKind};
use crate::store::papers::Document;
use crate::store::{accounts, filings, gradings, ledger, papers, procedures};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The kinds of paper this program issues.
pub const KINDS: &[&str] = &[
    "receipt",
    "refusal",
    "referral",
    "transfer",
    "arbitration",
    "approval_form",
    "rectification",
    "decision",
    "deposit_notice",
    "order_amendment",
    "compensation_order",
    "crime_transfer",
    "agreement",
    "acceleration",
    "listing_notice",
    "listing_objection",
    "listing_exit",
    "listing_decision",
    "listing_repair",
    "listing_correction",
    "listing_revoked",
    "listing_restored",
    "removal_granted",
    "removal_refused",
    "penalty_notice",
    "penalty_hearing",
    "penalty_none",
    "penalty_decision",
    "penalty_repair",
    "penalty_urge",
    "announcement",
    "announcement_reply",
    "announcement_withdrawal",
    "announcement_approval",
    "submission_receipt",
    "served_code_slip",
];
/// Version of the templates, kept with each paper.
const TEMPLATE: &str = "2026-11";

/// Why, as the middle of a sentence: the title of the code and what the officer added, without their own full stops.
fn because(title: &str, explanation: &str) -> String {
    let [title, explanation] = [title, explanation].map(|s| s.trim().trim_end_matches(['。', '；', '.', ';']));
    if explanation.is_empty() { title.to_owned() } else { format!("{title}：{explanation}") }
}

/// What papers say about a matter.
struct Ground {
    matter: Matter,
    received_at: At,
    channel: String,
    bureau: String,
    code: String,
    case: Option<CaseId>,
    filing: Option<FilingId>,
    claimant: ClaimantId,
}

/// The full name of a person: papers are for that person and for the file.
fn name_of(tx: &mut Tx<'_>, id: ClaimantId) -> Result<String> {
    let row = tx.claimant(id)?;
    tx.open_sealed("claimants", "name_ct", id, &row.name_ct)
}

/// The filings a paper speaks of: the own one, or all of the case with those that complained before others.
fn filings_of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<filings::Filing>> {
    if let Some(f) = &subject.filing {
        return Ok(vec![f.clone()]);
    }
    let Some(case) = subject.row.case_id else { return Ok(Vec::new()) };
    let mut all = filings::of_case(tx.c, case)?;
    all.sort_by_key(|f| (f.secret, f.kind != "complaint"));
    Ok(all)
}

/// What a paper that is the file's own says.
fn ground(tx: &mut Tx<'_>, subject: &Subject) -> Result<Ground> {
    let first = filings_of(tx, subject)?.into_iter().next().ok_or(Error::NotFound("filing"))?;
    ground_of(tx, subject, &first, true)
}

/// What a notice in writing says: one for each person who complained, in which no other is named. A reporter 举报人 is
/// nobody's addressee while there is someone else.
fn grounds(tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<Ground>> {
    let mut persons: Vec<filings::Filing> = Vec::new();
    for f in filings_of(tx, subject)? {
        if persons.is_empty() || !f.secret && persons.iter().all(|p| p.claimant_id != f.claimant_id) {
            persons.push(f);
        }
    }
    let alone = persons.len() == 1;
    if alone || persons.is_empty() {
        return ground(tx, subject).map(|g| vec![g]);
    }
    persons.iter().map(|f| ground_of(tx, subject, f, false)).collect()
}

/// `whole`: headcount and sum of the case, not of this filing.
fn ground_of(tx: &mut Tx<'_>, subject: &Subject, f: &filings::Filing, whole: bool) -> Result<Ground> {
    let case = subject.case(tx)?;
    let claimant = if f.secret { text::zh("claimant.secret").to_owned() } else { name_of(tx, f.claimant_id)? };
    let area = case.as_ref().map(|c| c.area.clone()).or_else(|| f.area.clone());
    let own = subject.filing.is_some();
    let (headcount, amount) = match &case {
        Some(c) if !own && whole => (c.headcount, c.reported_total),
        _ => (f.headcount, f.reported_total),
    };
    Ok(Ground {
        matter: Matter {
            claimant,
            respondent: f.respondent_name.clone(),
            project: f.project_name.clone(),
            area: area.map_or_else(|| f.area_text.clone(), |a| tx.app.city.areas.long_name(&a)),
            period_from: f.period_from,
            period_to: f.period_to,
            headcount: i64::from(headcount),
            amount,
        },
        received_at: f.received_at,
        channel: text::zh(&format!("channel.{}", f.channel)).to_owned(),
        bureau: case.as_ref().filter(|_| !own).map_or_else(|| f.receiving_bureau.clone(), |c| c.lead_bureau.clone()),
        code: case.as_ref().filter(|_| !own).map_or_else(|| f.number.clone(), |c| c.number.clone()),
        case: case.map(|c| c.id),
        filing: own.then_some(f.id),
        claimant: f.claimant_id,
    })
}

/// What the paper says of one filing.
pub(super) fn matter_of(tx: &mut Tx<'_>, subject: &Subject, f: &filings::Filing) -> Result<Matter> {
    ground_of(tx, subject, f, false).map(|g| g.matter)
}

/// Whose paper it is and where it lies.
pub(super) struct Where {
    /// The bureau in whose name it is issued.
    pub bureau: String,
    /// The public code on it.
    pub code: String,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The filing it belongs to.
    pub filing: Option<FilingId>,
}

fn keep(tx: &mut Tx<'_>, g: &Ground, kind: &str, render: impl Fn(&Head) -> Result<String>) -> Result<Made> {
    let place = Where { bureau: g.bureau.clone(), code: g.code.clone(), case: g.case, filing: g.filing };
    keep_at(tx, &place, kind, render)
}

/// Allots the next number, renders and keeps a paper.
pub(super) fn keep_at(tx: &mut Tx<'_>, g: &Where, kind: &str, render: impl Fn(&Head) -> Result<String>) -> Result<Made> {
    use chrono::Datelike;
    let year = tx.now.day().date().year();
    let bureau = tx.app.city.bureaus.get(&g.bureau);
    let short = bureau.map_or_else(|| g.bureau.clone(), |b| b.short.clone());
    let word = format!("{short}{}", text::zh(&format!("document.word.{kind}")));
    let sequence = lock_of(&g.bureau, kind, year);
    let no = match tx.numbers.get(&sequence) {
        Some(last) => last + 1,
        None => {
            crate::store::exclusive(tx.c, sequence)?;
            papers::next_number(tx.c, &g.bureau, kind, year)?
        }
    };
    tx.numbers.insert(sequence, no);
    let door = super::door::code_for(tx, kind);
    let number = forms::DocumentNumber { word, year, n: u32::try_from(no).unwrap_or(0) };
    let head = Head {
        authority: tx.app.bureau_name(&g.bureau),
        number: Some(number.clone()),
        issued_on: Some(tx.now.day()),
        code: g.code.clone(),
        banner: tx.app.demo.then(|| text::zh("demo.banner").to_owned()),
        door: door.clone(),
    };
    let html = render(&head)?;
    let id: DocumentId = tx.ids.id(tx.now);
    let row = Document {
        id,
        case_id: g.case,
        filing_id: g.filing,
        kind: kind.to_owned(),
        bureau: g.bureau.clone(),
        year,
        no,
        number: number.to_string(),
        template: TEMPLATE.to_owned(),
        body_hash: hex(&Sha256::digest(html.as_bytes())),
        body_ct: tx.seal("documents", "body_ct", id, &html)?,
        issued_at: tx.now,
        issued_by: tx.actor.account(),
    };
    if !papers::insert_document(tx.c, &row)? {
        return Err(Error::Stale("document number"));
    }
    if let Some(code) = &door {
        super::door::keep_code(tx, id, code, None)?;
    }
    Ok(Made::Document { id, kind: kind.to_owned(), number: row.number })
}

/// One lock for each sequence of numbers.
fn lock_of(bureau: &str, kind: &str, year: i32) -> i64 {
    let d = Sha256::digest(format!("documents/{bureau}/{kind}/{year}").as_bytes());
    i64::from_be_bytes([d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]])
}

/// Issues a paper as an effect of a move; what the move's form says stands in it. A notice to persons is one for each.
///
/// # Errors
/// [`Error::Internal`] for a kind that does not exist; the database.
pub fn issue(tx: &mut Tx<'_>, subject: &Subject, step: &Step, kind: &str) -> Result<Vec<Made>> {
    let made = issue_kind(tx, subject, step, kind)?;
    super::door::address(tx, &subject.row, &made)?;
    Ok(made)
}

fn issue_kind(tx: &mut Tx<'_>, subject: &Subject, step: &Step, kind: &str) -> Result<Vec<Made>> {
    if super::listings::KINDS.contains(&kind) {
        return super::listings::issue(tx, subject, step, kind).map(|m| vec![m]);
    }
    if super::penalties::papers::KINDS.contains(&kind) {
        return super::penalties::papers::issue(tx, subject, step, kind).map(|m| vec![m]);
    }
    if super::grading::letters::PAPERS.contains(&kind) {
        return super::grading::letters::issue(tx, subject, step, kind).map(|m| vec![m]);
    }
    if super::orders::KINDS.contains(&kind) {
        return super::orders::issue(tx, subject, step, kind).map(|m| vec![m]);
    }
    if forms::letter::LetterKind::named(kind).is_some() {
        return super::correspondence::issue(tx, subject, step, kind).map(|m| vec![m]);
    }
    if super::agreements::KINDS.contains(&kind) {
        return super::agreements::issue(tx, subject, kind).map(|m| vec![m]);
    }
    if super::announcements::papers::KINDS.contains(&kind) {
        return super::announcements::papers::issue(tx, subject, step, kind).map(|m| vec![m]);
    }
    let to_persons = matches!(kind, "refusal" | "arbitration");
    let all = if to_persons { grounds(tx, subject)? } else { vec![ground(tx, subject)?] };
    all.iter().map(|g| issue_one(tx, subject, step, kind, g)).collect()
}

fn issue_one(tx: &mut Tx<'_>, subject: &Subject, step: &Step, kind: &str, g: &Ground) -> Result<Made> {
    let said = |k: &str| step.sealed.get(k).cloned();
    let chosen = |k: &str| match step.plain.get(k) {
        Some(Value::Text(t)) => Some(t.clone()),
        _ => None,
    };
    let explanation = said("explanation").or_else(|| said("reason")).or_else(|| said("note")).unwrap_or_default();
    let law = Arc::clone(&tx.law);
    let limitation = Limitation::arbitration(&law.rules, g.received_at.day());
    match kind {
        "receipt" => {
            let expects = expects(tx, subject, step);
            let limitation = limitation.ok_or_else(|| Error::Internal("no rule limitation.arbitration".into()))?;
            let handler = tx.app.bureau_name(&g.bureau);
            let secret = receipt::secret_of(tx, g.filing.ok_or(Error::NotFound("filing"))?)?;
            keep(tx, g, kind, |head| {
                let d = forms::Receipt {
                    head: head.clone(),
                    matter: g.matter.clone(),
                    received_at: g.received_at,
                    channel: g.channel.clone(),
                    handler: handler.clone(),
                    contact: None,
                    materials: Vec::new(),
                    expects: expects.clone(),
                    limitation: limitation.clone(),
                    secret: secret.clone(),
                };
                forms::receipt(&d, Copy::Claimant)
            })
        }
        "refusal" => {
            let code = chosen("reason").unwrap_or_default();
            let title = tx.app.code_title("refusal_reason", &code);
            let reason = because(&title, &explanation);
            let article = tx.app.code_article("refusal_reason", &code).unwrap_or_else(|| step.basis.clone());
            let to_arbitration = matches!(code.as_str(), "arbitration_route" | "in_arbitration_or_suit");
            keep(tx, g, kind, |head| {
                let d = forms::Refusal {
                    head: head.clone(),
                    matter: g.matter.clone(),
                    received_at: g.received_at,
                    reason: reason.clone(),
                    article: article.clone(),
                    other_route: to_arbitration.then(|| text::zh("route.arbitration").to_owned()),
                    remedies: remedies(),
                    limitation: limitation.clone().filter(|_| to_arbitration),
                };
                forms::refusal(&d, Copy::Claimant)
            })
        }
        "referral" | "transfer" | "arbitration" => {
            let sort = match kind {
                "referral" => TransferKind::Referral,
                "arbitration" => TransferKind::Arbitration,
                _ => TransferKind::Transfer,
            };
            let (list, code) = ["reason", "destination"].iter().find_map(|k| chosen(k).map(|c| (*k, c))).unwrap_or_default();
            let list = if list == "destination" { "destination" } else { "transfer_reason" };
            let title = tx.app.code_title(list, &code);
            let article = tx.app.code_article(list, &code).unwrap_or_else(|| step.basis.clone());
            let receiver = chosen("to")
                .or_else(|| chosen("bureau"))
                .or_else(|| chosen("lead"))
                .map(|b| tx.app.bureau_name(&b))
                .or_else(|| said("authority"))
                .unwrap_or_else(|| chosen("destination").map_or_else(|| title.clone(), |d| tx.app.code_title("destination", &d)));
            let claims = claim_lines(tx, g, sort == TransferKind::Arbitration)?;
            let reason = because(&title, &explanation);
            keep(tx, g, kind, |head| {
                let d = forms::Transfer {
                    head: head.clone(),
                    kind: sort,
                    receiver: receiver.clone(),
                    matter: g.matter.clone(),
                    received_at: g.received_at,
                    facts: None,
                    reason: reason.clone(),
                    article: article.clone(),
                    reply_by: None,
                    claims: claims.clone(),
                    attachments: Vec::new(),
                    limitation: limitation.clone().filter(|_| sort == TransferKind::Arbitration),
                };
                forms::transfer(&d, if sort == TransferKind::Arbitration { Copy::Claimant } else { Copy::Receiver })
            })
        }
        other => Err(Error::Internal(format!("there is no paper {other}"))),
    }
}

/// How a decision of the office may be contested.
pub(super) fn remedies() -> Vec<Remedy> {
    ["review", "suit"]
        .iter()
        .map(|k| {
            let t = |f: &str| text::zh(&format!("remedy.{k}.{f}")).to_owned();
            Remedy { way: t("way"), to: t("to"), within: t("within"), article: t("article") }
        })
        .collect()
}

/// What the worker can expect: the live duties of the procedure with their dates and why.
fn expects(tx: &Tx<'_>, subject: &Subject, step: &Step) -> Vec<Expect> {
    let graph = tx.app.graphs.get(&subject.row.kind, subject.row.version).ok();
    step.after
        .terms
        .iter()
        .filter(|t| t.status == TermStatus::Live && t.term.kind == Kind::Duty)
        .filter_map(|t| {
            let due = t.term.due(&tx.law.calendar, tx.now);
            Some(Expect {
                what: graph.as_ref().map(|g| g.term_title(&t.key))?,
                by: due.day.unwrap_or_else(|| due.passes_at.day()),
                provisional: due.provisional,
                why: format!("{}；{}", t.term.start_event, t.term.article),
            })
        })
        .collect()
}

/// The claims of the matter; in a paper handed to a person, that person's alone.
fn claim_lines(tx: &mut Tx<'_>, g: &Ground, own: bool) -> Result<Vec<forms::ClaimLine>> {
    let Some(case) = g.case else { return Ok(Vec::new()) };
    let secret: Vec<FilingId> = filings::of_case(tx.c, case)?.into_iter().filter(|f| f.secret).map(|f| f.id).collect();
    ledger::claims_of(tx.c, case)?
        .into_iter()
        .filter(|c| !own || c.claimant_id == g.claimant)
        .map(|c| {
            let period = match (c.period_from, c.period_to) {
                (Some(a), Some(b)) => format!("{a} 至 {b}"),
                (Some(a), None) => format!("{a} 起"),
                _ => String::new(),
            };
            // these papers leave the unit: a reporter 举报人 is not named in them (practice P1.10)
            let claimant = if secret.contains(&c.filing_id) { text::zh("claimant.secret").to_owned() } else { name_of(tx, c.claimant_id)? };
            Ok(forms::ClaimLine { claimant, period, amount: c.claimed })
        })
        .collect()
}

/// The 审批表 of a move whose last signature was given: all signatures with their opinions, as evidence of the approval.
///
/// # Errors
/// The database.
pub fn approval_form(tx: &mut Tx<'_>, subject: &Subject, graph: &Graph, step: &Step) -> Result<Option<Made>> {
    let Some(asked) = &step.request else { return Ok(None) };
    if subject.row.rev == 0 || subject.row.case_id.is_none() && subject.filing.is_none() {
        return Ok(None);
    }
    let g = ground(tx, subject)?;
    let opinions = opinions(tx, subject)?;
    let mut steps = Vec::new();
    for (i, key) in asked.steps.iter().enumerate() {
        let signed = asked.signed.iter().rev().find(|s| s.step == *key);
        let signer = match signed {
            Some(s) => accounts::get(tx.c, s.by)?.map(|a| a.name),
            None => None,
        };
        let last = i + 1 == asked.steps.len();
        steps.push(forms::ApprovalStep {
            title: graph.step_of(&asked.chain, key).map_or_else(|| key.clone(), |s| s.title.clone()),
            opinion: if last { step.sealed.get("opinion").cloned() } else { opinions.get(key).cloned() },
            agreed: signed.map(|s| s.agreed),
            signer,
            signed_on: signed.map(|s| s.occurred_at.day()),
        });
    }
    let name = graph.find(&asked.name).map_or_else(|| asked.name.clone(), |m| m.title.clone());
    // what an incident's reports say is for named duties: the form that all may open points to them
    let facts = match subject.row.kind.as_str() {
        "incident" => text::zh("letter.restricted").to_owned(),
        _ => step.sealed.iter().filter(|(k, _)| *k != "opinion").map(|(_, v)| v.clone()).collect::<Vec<_>>().join("\n"),
    };
    // 社会公布审批表: with the text that is asked for
    let of_announcement = subject.row.kind == super::announcements::KIND;
    let (kind, of, facts) = if of_announcement {
        let said = super::announcements::papers::asked_for(tx, subject)?;
        (super::announcements::papers::APPROVAL, text::zh("announcement.approval").to_owned(), format!("{said}\n{facts}"))
    } else {
        ("approval_form", name.clone(), facts)
    };
    keep(tx, &g, kind, |head| {
        let d = forms::Approval {
            head: head.clone(),
            subject: of.clone(),
            matter: g.matter.clone(),
            facts: facts.clone(),
            proposal: name.clone(),
            article: step.basis.clone(),
            steps: steps.clone(),
        };
        forms::approval(&d, Copy::File)
    })
    .map(Some)
}

/// Opinions of earlier signatures, by step: the sealed remarks of the stream's `signed` events.
fn opinions(tx: &mut Tx<'_>, subject: &Subject) -> Result<std::collections::BTreeMap<String, String>> {
    let events = crate::store::journal::stream(tx.c, subject.row.id.into())?;
    let mut out = std::collections::BTreeMap::new();
    for (id, _, seq, field, ct) in procedures::remarks_of(tx.c, &[subject.row.id.into()])? {
        if field != "opinion" {
            continue;
        }
        let step = events
            .iter()
            .find(|e| i64::from(e.core.seq) == seq)
            .and_then(|e| e.core.payload.get("signedStep").and_then(serde_json::Value::as_str).map(str::to_owned));
        if let Some(s) = step {
            out.insert(s, tx.open_sealed("remarks", "text_ct", id, &ct)?);
        }
    }
    Ok(out)
}

/// An issued paper as it was.
#[derive(Clone)]
pub struct Paper {
    /// Its number.
    pub number: String,
    /// Its kind.
    pub kind: String,
    /// The page, its hash compared.
    pub html: String,
}

impl std::fmt::Debug for Paper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Paper({})", self.number)
    }
}

/// Issues a receipt for a filing on request: for what came by file no paper was printed at the time.
///
/// # Errors
/// [`Error::NotFound`] (also when the actor may not know of it).
pub fn receipt_for(tx: &mut Tx<'_>, id: FilingId) -> Result<DocumentId> {
    let f = tx.filing(id)?;
    let case = f.case_id.map(|c| tx.case(c)).transpose()?;
    if !access::may_read(tx.actor, &scope_of(tx.app, case.as_ref(), Some(&f))) {
        return Err(Error::NotFound("filing"));
    }
    // a paper in the name of the bureau that received the report: by its counter, or by whoever handles the case
    let lead = case.as_ref().map_or(f.receiving_bureau.as_str(), |c| c.lead_bureau.as_str());
    if ![f.receiving_bureau.as_str(), lead].iter().any(|b| access::may(tx.actor, Ability::Register, b)) {
        return Err(Error::Forbidden("register"));
    }
    // two who ask at once get the same paper
    crate::store::exclusive(tx.c, lock_of(&id.to_string(), "receipt", 0))?;
    if let Some(d) = papers::documents_of_filing(tx.c, id)?.into_iter().find(|d| d.kind == "receipt") {
        return Ok(d.id);
    }
    let row = procedures::of_filing(tx.c, id)?.into_iter().next().ok_or(Error::NotFound("procedure"))?;
    let subject = Subject::load(tx, row)?;
    let step = Step::still(&subject.procedure, tx.now);
    let g = ground(tx, &subject)?;
    let made = issue_one(tx, &subject, &step, "receipt", &g)?;
    let Made::Document { id: document, number, .. } = made else { return Err(Error::Internal("no receipt".into())) };
    let marks = subject.marks(tx)?;
    tx.record("filing", id.into(), "document_issued", tx.now, serde_json::json!({ "document": document, "number": number }), &marks)?;
    Ok(document)
}

impl App {
    /// Opens an issued paper for whoever may read its matter; the look is on record.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it); [`Error::Internal`] when it is not what was issued.
    pub async fn paper(self: &Arc<Self>, actor: &Actor, id: DocumentId) -> Result<Paper> {
        let row = self.db.read(move |c| papers::document(c, id)).await?.ok_or(Error::NotFound("document"))?;
        if row.case_id.is_none() && row.filing_id.is_none() {
            // a paper of a grade belongs to its procedure; what was handed to whoever was turned away to the counter
            match self.db.read(move |c| gradings::procedure_of_paper(c, id)).await? {
                Some(p) => self.procedure_file(actor, p).await.map(drop).map_err(|_| Error::NotFound("document"))?,
                None => self.may_open_notice(actor, id).await?,
            }
        } else {
            self.may_see(actor, row.case_id, row.filing_id, None).await.map_err(|e| match e {
                Error::NotFound(_) => Error::NotFound("document"),
                e => e,
            })?;
        }
        if row.kind == super::claims::pay_list::KIND {
            // it holds IDs and cards in clear
            self.may_see(actor, row.case_id, None, Some(Ability::Unmask)).await.map_err(|_| Error::Forbidden("unmask"))?;
        }
        if row.kind.starts_with(super::correspondence::INCIDENT)
            && let Some(case) = row.case_id
        {
            let (who, app) = (actor.clone(), Arc::clone(self));
            let open = self.db.read(move |c| super::view::incidents_open(c, &app, &who, case)).await?;
            if !open {
                return Err(Error::NotFound("document"));
            }
        }
        if row.kind == super::sheets::STATEMENT
            && let Some(filing) = row.filing_id
        {
            // what a reporter 举报人 told stays in the unit
            let who = actor.clone();
            self.db.read(move |c| super::counter::open_to(c, &who, filing).map(drop)).await?;
        }
        let body_ct = row.body_ct.clone();
        let html = self.look(move |_, _, keys| seal::open(keys, Place::new("documents", "body_ct", id), &body_ct)).await?;
        if hex(&Sha256::digest(html.as_bytes())) != row.body_hash {
            return Err(Error::Internal(format!("document {id} is not what was issued")));
        }
        let (who, of) = (actor.clone(), row.clone());
        let shows = self.look(move |c, app, _| super::door::shows_code(c, app, &who, &of)).await?;
        let html = if shows { html } else { super::door::without_code(&html) };
        let (case, filing) = (row.case_id, row.filing_id);
        self.write(actor, None, move |tx| {
            let marks = Marks { case, ..Marks::default() };
            let (what, stream) = match (case, filing) {
                (Some(c), _) => ("case", c.into()),
                (None, Some(f)) => ("filing", f.into()),
                (None, None) => match gradings::procedure_of_paper(tx.c, id)? {
                    Some(p) => ("procedure", p.into()),
                    None => return super::refusals::opened(tx, id),
                },
            };
            tx.record(what, stream, "document_read", tx.now, serde_json::json!({ "document": id }), &marks)?;
            Ok(())
        })
        .await?;
        Ok(Paper { number: row.number, kind: row.kind, html })
    }
}
