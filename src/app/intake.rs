//! A report becomes a filing: sealed, graded, routed, joined or opened as a case.
//!
//! Owns the one way in for every door (counter, phone, file). What is costly or personal is done before the transaction
//! ([`prepare`]); inside it ([`register_in`]) the report is recognised if it came before, stored, and its procedure
//! started and moved on as far as the rules are sure. What they are not sure of stays at the desk with a reason, never
//! nowhere.

use super::perform::{self, Begin, Command, Given};
use super::write::{Marks, Tx};
use super::{App, amendment};
use crate::base::id::{CaseId, FilingId, Ids, ImportId, ProcedureId, RowId};
use crate::base::seal::{self, KeyRing, Place, Sealed};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::grade::{self, GradeFacts, Graded};
use crate::domain::intake::{FilingDraft, FilingKind, PartyRole, Reporter, content_bytes, fingerprint_bytes};
use crate::domain::matching::{self, Candidate, Join, MatchKey, Period, UnitKey, WorkerKey};
use crate::domain::routing::{self, FilingFacts, Routed, Routing};
use crate::flow::{Form, Value};
use crate::law::identity::{BankCard, Phone, ResidentId};
use crate::store::filings::{self, Claimant, Filing, Party, Suggestion, Told};
use crate::store::types::Json;
use serde::{Deserialize, Serialize};

/// How many look-alikes of each sort are weighed.
const ALIKE: i64 = 20;

/// A report ready to be stored: nothing personal in clear but what the sealed rows hold.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The filing's row; claimant and import are settled inside the transaction.
    pub filing: Filing,
    /// The person, if not known yet.
    pub claimant: Claimant,
    /// Blind indexes of ID, phone and name under every key.
    pub person: Vec<String>,
    /// Phone.
    pub phone: Vec<String>,
    /// Name.
    pub name: Vec<String>,
    /// Fingerprint under every key.
    pub fingerprints: Vec<String>,
    /// Content hash under every key.
    pub contents: Vec<String>,
    /// Where it goes.
    pub routing: Routing,
    /// How grave it is.
    pub graded: Graded,
    /// The sealed content as it came, for an amendment.
    pub content_ct: Sealed,
    /// Id of the amendment, should it be one.
    pub amendment: RowId,
    /// What it is found by.
    pub grams: Vec<i64>,
    /// What the desk should look at: stable codes.
    pub remarks: Vec<String>,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Registered {
    /// A new filing.
    New {
        /// The filing.
        filing: FilingId,
        /// Its number.
        number: String,
        /// Its procedure.
        procedure: ProcedureId,
        /// The case it opened or joined; none while it waits at the desk.
        case: Option<CaseId>,
        /// That case's complaint procedure.
        #[serde(default)]
        complaint: Option<ProcedureId>,
        /// Whether it joined a running case.
        joined: bool,
    },
    /// The same number with other content: an amendment for the desk.
    Amended {
        /// The filing.
        filing: FilingId,
    },
    /// The same report again.
    Duplicate {
        /// The filing.
        filing: FilingId,
    },
}

/// The name a person's bank account, phone or ID is blind-indexed under.
mod kind {
    pub const PERSON: &str = "id";
    pub const PHONE: &str = "phone";
    pub const BANK: &str = "bank";
    pub const NAME: &str = "name";
    pub const CONTENT: &str = "content";
    pub const FINGERPRINT: &str = "fingerprint";
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Seals, indexes, grades and routes a report, outside any transaction. `receiving` is the bureau it came in at.
///
/// # Errors
/// The key ring lacks a key, or a number of the draft is out of range.
pub fn prepare(app: &App, keys: &KeyRing, ids: &mut Ids, d: &FilingDraft, receiving: &str, now: At) -> Result<Prepared> {
    let filing_id: FilingId = ids.id(now);
    let claimant = person(keys, ids, &d.reporter, now)?;
    let facts = FilingFacts::of(d);
    let routing = routing::route(&app.city.routing, &app.city.areas, &app.city.bureaus, &facts, d.received_at.day());
    let policy = &app.city.intake.grade;
    let graded = grade::grade(policy, &GradeFacts::of(d, policy), d.received_at.day());
    let chain = d
        .parties
        .iter()
        .map(|p| Party {
            role: p.role.code().into(),
            name: if p.role == PartyRole::TeamLeader { text::mask_name(&p.name) } else { p.name.clone() },
            uscc: p.uscc.clone(),
        })
        .collect();
    let leader_ct = leader(d)?.map(|json| seal::seal(keys, Place::new("filings", "leader_ct", filing_id), &json, ids)).transpose()?;
    // a team leader is a person: he is never the name a list shows
    let respondent = d.respondent().filter(|p| p.role != PartyRole::TeamLeader);
    let content = text_of(&content_bytes(d));
    let print = text_of(&fingerprint_bytes(d));
    let draft_json = serde_json::to_string(d).map_err(|e| Error::Internal(format!("draft: {e}")))?;
    let amendment: RowId = ids.id(now);
    let (area, desk_reason) = match &routing {
        Routing::Routed(r) => (Some(r.area.clone()), None),
        Routing::Desk(r) => (None, Some(r.code.to_owned())),
    };
    let narrative = d.narrative.clone().unwrap_or_default();
    let flags: Vec<&str> = graded.flags.iter().map(|f| f.code()).collect();
    let filing = Filing {
        id: filing_id,
        number: ids.code("DJ"),
        source_no: d.source_number.clone(),
        channel: d.channel.clone(),
        kind: d.kind.code().into(),
        case_id: None,
        claimant_id: claimant.id,
        import_id: None,
        receiving_bureau: receiving.to_owned(),
        received_at: d.received_at,
        area,
        area_text: d.area_text.clone().unwrap_or_default(),
        project_name: d.project.clone(),
        project_key: d.project.as_deref().map(matching::project_key).filter(|k| !k.is_empty()),
        respondent_name: respondent.map_or_else(|| text::zh("respondent.unknown").to_owned(), |p| p.name.clone()),
        respondent_key: respondent.map(|p| matching::company_key(&p.name)).unwrap_or_default(),
        headcount: i32::try_from(d.headcount).map_err(|_| Error::field("/headcount", "too_large", &[]))?,
        reported_total: d.reported_total,
        period_from: d.period_from,
        period_to: d.period_to,
        narrative_ct: seal::seal(keys, Place::new("filings", "narrative_ct", filing_id), &narrative, ids)?,
        leader_ct,
        secret: d.kind == FilingKind::Report,
        desk_reason,
        answer_code: None,
        grade: graded.grade.code().into(),
        fingerprint: seal::blind(keys, kind::FINGERPRINT, &print)?,
        created_by: None,
        created_at: now,
        worker_id: None,
        partner_id: None,
        told_doc: Json(Told {
            source: d.source.clone().unwrap_or_default(),
            address: d.address.clone(),
            industry: d.industry.clone(),
            project_kind: d.project_kind.clone(),
            government_funded: d.government_funded,
            uscc: respondent.and_then(|p| p.uscc.clone()),
            chain,
            flags: flags.join(","),
            content_hash: seal::blind(keys, kind::CONTENT, &content)?,
        }),
    };
    Ok(Prepared {
        person: d.reporter.id.as_deref().map(|v| seal::blind_all(keys, kind::PERSON, v)).unwrap_or_default(),
        phone: d.reporter.phone.as_deref().map(|v| seal::blind_all(keys, kind::PHONE, v)).unwrap_or_default(),
        name: seal::blind_all(keys, kind::NAME, &d.reporter.name),
        fingerprints: seal::blind_all(keys, kind::FINGERPRINT, &print),
        contents: seal::blind_all(keys, kind::CONTENT, &content),
        content_ct: seal::seal(keys, Place::new("amendments", "content_ct", amendment), &draft_json, ids)?,
        remarks: d.remarks.iter().map(|r| r.code.clone()).collect(),
        amendment,
        grams: super::indexing::numbers(app, keys, &filing, &narrative)?,
        filing,
        claimant,
        routing,
        graded,
    })
}

/// The team leader 包工头, a person: name and ID as they are sealed.
pub(super) fn leader(d: &FilingDraft) -> Result<Option<String>> {
    let found = d.party(PartyRole::TeamLeader).map(|p| serde_json::to_string(&(&p.name, &p.id)));
    found.transpose().map_err(|e| Error::Internal(format!("leader: {e}")))
}

/// A person, sealed and indexed.
pub(super) fn person(keys: &KeyRing, ids: &mut Ids, r: &Reporter, now: At) -> Result<Claimant> {
    let id = ids.id(now);
    let mut sealed = |column: &'static str, v: &Option<String>| -> Result<Option<Sealed>> {
        v.as_ref().map(|v| seal::seal(keys, Place::new("claimants", column, id), v, ids)).transpose()
    };
    let blind = |k: &str, v: &Option<String>| -> Result<Option<String>> { v.as_ref().map(|v| seal::blind(keys, k, v)).transpose() };
    Ok(Claimant {
        id,
        name_ct: sealed("name_ct", &Some(r.name.clone()))?.ok_or_else(|| Error::Internal("name".into()))?,
        person_ct: sealed("person_ct", &r.id)?,
        phone_ct: sealed("phone_ct", &r.phone)?,
        bank_ct: sealed("bank_ct", &r.bank_card)?,
        name_mask: text::mask_name(&r.name),
        name_bix: seal::blind(keys, kind::NAME, &r.name)?,
        person_mask: r.id.as_deref().map(|v| ResidentId::parse(v).map_or_else(|_| text::mask_id(v), |p| p.masked())),
        person_bix: blind(kind::PERSON, &r.id)?,
        phone_mask: r.phone.as_deref().map(|v| Phone::parse(v).map_or_else(|_| text::mask_phone(v), |p| p.masked())),
        phone_bix: blind(kind::PHONE, &r.phone)?,
        bank_mask: r.bank_card.as_deref().map(|v| BankCard::parse(v).map_or_else(|_| text::mask_bank(v), |p| p.masked())),
        bank_bix: blind(kind::BANK, &r.bank_card)?,
        created_at: now,
    })
}

/// Stores a report and moves its procedure on as far as the rules are sure.
///
/// # Errors
/// [`Error::Forbidden`]; a report that came before is no error ([`Registered::Duplicate`], [`Registered::Amended`]).
pub fn register_in(tx: &mut Tx<'_>, p: &Prepared, import: Option<ImportId>) -> Result<Registered> {
    if !access::may(tx.actor, Ability::Register, &p.filing.receiving_bureau) {
        return Err(Error::Forbidden("register"));
    }
    let f = &p.filing;
    // reports of one person, or of one number, take turns: the second sees what the first became
    for who in [p.person.first(), p.phone.first(), f.source_no.as_ref()].into_iter().flatten() {
        crate::store::exclusive(tx.c, lock_of(&f.channel, who))?;
    }
    if let Some(old) = filings::twin(tx.c, &f.channel, f.source_no.as_deref(), &p.fingerprints)? {
        if p.contents.contains(&old.told_doc.content_hash) {
            return Ok(Registered::Duplicate { filing: old.id });
        }
        return amendment::receive(tx, p, &old, import);
    }
    let known = filings::find_claimant(tx.c, &p.person, &p.phone, &p.name)?;
    let claimant = match known {
        // a report keeps the contacts it came with: what differs is a row of its own, found by the same blind index
        Some(k) if adds_nothing(p, &k) => k,
        _ => {
            filings::insert_claimant(tx.c, &p.claimant)?;
            p.claimant.clone()
        }
    };
    let row = Filing {
        claimant_id: claimant.id,
        import_id: import,
        created_by: tx.actor.account(),
        worker_id: tx.actor.worker(),
        partner_id: tx.actor.partner(),
        ..f.clone()
    };
    // the same report at the same moment: whoever was second looks again and finds it
    filings::insert(tx.c, &row).map_err(|e| match e {
        Error::Duplicate(_) => Error::Stale("filing"),
        e => e,
    })?;
    tx.adopt_filing(row.clone(), claimant.clone());
    crate::store::search::add(tx.c, row.id, &p.grams)?;
    let begin =
        Begin { kind: "filing".into(), case: None, filing: Some(row.id), parent: None, occurred_at: row.received_at, form: Form::new() };
    let started = perform::start_in(tx, &begin)?;
    let payload = serde_json::json!({
        "filing": row.id, "channel": row.channel, "kind": row.kind, "grade": row.grade, "flags": row.told_doc.flags,
        "reasons": p.graded.reasons, "desk": row.desk_reason, "remarks": p.remarks, "import": import,
        "routing": match &p.routing { Routing::Routed(r) => r.rule_id.clone(), Routing::Desk(r) => r.code.to_owned() },
    });
    let marks = Marks {
        area: row.area.clone(),
        bureau: Some(row.receiving_bureau.clone()),
        channel: Some(row.channel.clone()),
        procedure: Some("filing".into()),
        amount: Some(row.reported_total),
        ..Marks::default()
    };
    tx.begins(row.id.into());
    tx.record("filing", row.id.into(), "registered", row.received_at, payload, &marks)?;
    let (case, joined) = match &p.routing {
        Routing::Routed(routed) => forward(tx, &row, &claimant, started.procedure, routed)?,
        Routing::Desk(_) => (None, false),
    };
    // whoever goes on working on it at once needs the procedure to move; a file's rows are not worked on one by one
    let complaint = match case {
        Some(id) if import.is_none() => {
            crate::store::procedures::of_case(tx.c, id)?.into_iter().find(|p| p.kind == "complaint").map(|p| p.id)
        }
        _ => None,
    };
    if import.is_none() {
        super::contacts::of_registration(tx, &row)?;
    }
    Ok(Registered::New { filing: row.id, number: row.number.clone(), procedure: started.procedure, case, complaint, joined })
}

/// One lock for a person or a sender's number.
pub(super) fn lock_of(channel: &str, who: &str) -> i64 {
    use sha2::{Digest, Sha256};
    let who = if who.starts_with("b1.") { who.to_owned() } else { format!("{channel}/{who}") };
    let d = Sha256::digest(format!("report/{who}").as_bytes());
    i64::from_be_bytes([d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]])
}

/// Whether a report tells nothing of its person that the known row does not hold.
pub(super) fn adds_nothing(p: &Prepared, known: &Claimant) -> bool {
    let held = |given: &[String], k: &Option<String>| given.is_empty() || k.as_ref().is_some_and(|k| given.contains(k));
    let bank = p.claimant.bank_bix.is_none() || p.claimant.bank_bix == known.bank_bix;
    held(&p.person, &known.person_bix) && held(&p.phone, &known.phone_bix) && p.name.contains(&known.name_bix) && bank
}

/// Sends a routed filing on as the system: into a running case when that is certain, else into a case of its own, with
/// the look-alikes noted for an officer.
fn forward(tx: &mut Tx<'_>, row: &Filing, claimant: &Claimant, procedure: ProcedureId, routed: &Routed) -> Result<(Option<CaseId>, bool)> {
    let decision = match_filing(tx.c, row, claimant)?;
    let mut form = Form::from([("lead".to_owned(), Value::Text(routed.lead.clone()))]);
    if let Some(o) = &routed.oversight {
        form.insert("oversight".to_owned(), Value::Text(o.clone()));
    }
    let joined = match &decision {
        Join::Join { case } => {
            form.insert("case".to_owned(), Value::Id((*case).into()));
            true
        }
        _ => false,
    };
    let cmd = Command { procedure, name: "forward".into(), form: Given::Parsed(form), occurred_at: Some(tx.now), seen: None, term: None };
    let system = Actor::System("routing");
    let done = tx.with_actor(&system, |tx| perform::perform_in(tx, &cmd))?;
    if let Join::Suggest { cases } = decision {
        for s in cases {
            let reason: Vec<&str> = s.reasons.iter().map(|r| r.sentence()).collect();
            filings::insert_suggestion(
                tx.c,
                &Suggestion {
                    filing_id: row.id,
                    case_id: s.case,
                    reason: reason.join("；"),
                    created_at: tx.now,
                    decided_at: None,
                    joined: None,
                },
            )?;
        }
    }
    Ok((done.case, joined))
}

/// What a filing is compared by.
pub(super) fn key_of(f: &Filing, c: &Claimant) -> MatchKey {
    let mut respondents: Vec<UnitKey> = Vec::new();
    if !f.respondent_key.is_empty() {
        respondents.push(UnitKey::new(f.told_doc.uscc.as_deref(), &f.respondent_name));
    }
    for p in f.told_doc.chain.iter().filter(|p| p.role == PartyRole::ContractEmployer.code()) {
        respondents.push(UnitKey::new(p.uscc.as_deref(), &p.name));
    }
    MatchKey {
        worker: WorkerKey { id: c.person_bix.clone(), phone: c.phone_bix.clone(), name: Some(c.name_bix.clone()) },
        respondents,
        project: f.project_key.clone(),
        period: Period { from: f.period_from, to: f.period_to },
    }
}

/// Weighs a filing against the running cases that look like it.
///
/// # Errors
/// The database.
pub fn match_filing(c: &mut crate::store::Conn, row: &Filing, claimant: &Claimant) -> Result<Join> {
    let alike = filings::alike(c, Some(claimant.id), &row.respondent_key, row.project_key.as_deref(), ALIKE)?;
    let mut ids: Vec<CaseId> = alike.iter().filter_map(|(f, _)| f.case_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let open: std::collections::BTreeSet<CaseId> =
        crate::store::cases::by_ids(c, &ids)?.into_iter().filter(|c| c.open).map(|c| c.id).collect();
    let candidates: Vec<Candidate> = alike
        .iter()
        .filter_map(|(f, c)| f.case_id.filter(|id| open.contains(id)).map(|case| Candidate { case, key: key_of(f, c) }))
        .collect();
    Ok(matching::decide(&key_of(row, claimant), &candidates))
}
