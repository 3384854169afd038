//! The own rows of a worker: what is claimed, verified, rejected and why, paid and still owed, and his word on them.
//!
//! Owns whose a row is: that of an own filing (`claimant::own`), or of a joiner whom the roster or an officer knew. Every other row does
//! not exist. Nothing is told of the case: not how many claim, not how much, not who.

use super::super::workers::{Me, device_key, within};
use super::super::write::{Key, Marks, Tx};
use super::super::{App, notify};
use super::money::{OwnPayment, answer_for, parts_of, settle};
use super::own;

use crate::app::claims::judge::NATURES;
use crate::base::id::{CaseId, ClaimId, DocumentId, PaymentId, RowId};
use crate::base::seal::{self, KeyRing, Place, hex};
use crate::base::text::{self, Lang};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::{Actor, Worker};
use crate::law::Fen;
use crate::store::joint::{self, Word};
use crate::store::ledger::{self, Claim};
use crate::store::{Conn, claims as rows, dialogue, filings, journal, mandates, papers, procedures, workers};
use chrono::Duration;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Filings looked at for own rows.
const MOST: i64 = 200;

/// A paper about an own row.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnPaper {
    /// Its id: `GET /claims/{id}/papers/{paper}` opens it.
    #[schema(value_type = String)]
    pub id: DocumentId,
    /// What it is.
    pub title: String,
    /// Its number.
    pub number: String,
    /// Issued.
    #[schema(value_type = String)]
    pub issued_at: At,
}

/// One own row.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnClaim {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ClaimId,
    /// Who owes, as the worker himself said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respondent: Option<String>,
    /// First day.
    #[schema(value_type = Option<String>)]
    pub period_from: Option<Day>,
    /// Last day.
    #[schema(value_type = Option<String>)]
    pub period_to: Option<Day>,
    /// What it is, in words.
    pub nature: String,
    /// What is claimed.
    #[schema(value_type = i64)]
    pub claimed_fen: Fen,
    /// What was found owed.
    #[schema(value_type = i64)]
    pub verified_fen: Fen,
    /// What was found not owed.
    #[schema(value_type = i64)]
    pub rejected_fen: Fen,
    /// Not decided yet.
    #[schema(value_type = i64)]
    pub open_fen: Fen,
    /// What the worker has.
    #[schema(value_type = i64)]
    pub paid_fen: Fen,
    /// What he gave up.
    #[schema(value_type = i64)]
    pub waived_fen: Fen,
    /// What is still owed.
    #[schema(value_type = i64)]
    pub outstanding_fen: Fen,
    /// Why something was rejected, and where else it goes.
    pub reasons: Vec<String>,
    /// The own word: `confirmed` or `contested`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// Whether the figures are still those the word was given on.
    pub word_current: bool,
    /// Payments with a part for this row.
    pub payments: Vec<OwnPayment>,
    /// Papers about this row.
    pub papers: Vec<OwnPaper>,
}

/// An own row with who was said to owe.
struct Mine {
    claim: Claim,
    respondent: Option<String>,
}

/// The own rows. A session of a shared telephone has those of what it filed or joined itself.
fn own_rows(c: &mut Conn, keys: &KeyRing, me: &Worker) -> Result<Vec<Mine>> {
    let mut out: BTreeMap<ClaimId, Mine> = BTreeMap::new();
    let mut all = if me.limited {
        let shown = mandates::shown(c, me.session)?;
        filings::by_ids(c, &shown)?
    } else {
        dialogue::filings_of(c, me.id, None, MOST)?
    };
    // a reporter 举报人 tells of others' wages: no row is his
    all.retain(|f| f.worker_id == Some(me.id) && !f.secret);
    for f in all {
        for claim in own::claims_of(c, keys, me, &f)? {
            out.insert(claim.id, Mine { claim, respondent: Some(f.respondent_name.clone()) });
        }
    }
    for j in joint::joiners_by(c, me.id)?.into_iter().filter(|j| j.state == "joined" && (!me.limited || j.session_id == me.session)) {
        let said = j.respondent_ct.as_ref().map(|ct| seal::open(keys, Place::new("joiners", "respondent_ct", j.id), ct)).transpose()?;
        for claim in own::joined(c, keys, &j)? {
            out.entry(claim.id).or_insert(Mine { claim, respondent: said.clone() });
        }
    }
    Ok(out.into_values().collect())
}

/// One own row; another does not exist.
fn own_row(tx: &mut Tx<'_>, id: ClaimId) -> Result<Claim> {
    let Actor::Worker(me) = tx.actor else { return Err(Error::Unauthenticated) };
    let keys = Arc::clone(&tx.keys);
    let found = own_rows(tx.c, &keys, me)?.into_iter().find(|m| m.claim.id == id);
    found.map(|m| m.claim).ok_or(Error::NotFound("claim"))
}

/// What is kept about the own rows, loaded once for all of them, and nothing of anybody else's.
struct About {
    words: Vec<Word>,
    payments: Vec<ledger::Allotted>,
    judgements: Vec<rows::Judgement>,
    /// Reasons of the findings that stand.
    findings: BTreeMap<ClaimId, Vec<String>>,
}
impl About {
    fn load(c: &mut Conn, keys: &KeyRing, all: &[Mine]) -> Result<Self> {
        let ids: Vec<ClaimId> = all.iter().map(|m| m.claim.id).collect();
        let mut out = Self {
            words: joint::words_of_claims(c, &ids)?,
            payments: ledger::payments_of_claims(c, &ids)?,
            judgements: rows::judgements_of_claims(c, &ids)?,
            findings: BTreeMap::new(),
        };
        let mut rejected: BTreeMap<CaseId, Vec<ClaimId>> = BTreeMap::new();
        for m in all.iter().filter(|m| m.claim.rejected.is_positive()) {
            rejected.entry(m.claim.case_id).or_default().push(m.claim.id);
        }
        for (case, claims) in rejected {
            out.find(c, keys, case, &claims)?;
        }
        Ok(out)
    }

    /// What was written in the finding that stands for each of these claims of a case.
    fn find(&mut self, c: &mut Conn, keys: &KeyRing, case: CaseId, claims: &[ClaimId]) -> Result<()> {
        let Some(complaint) = procedures::of_case(c, case)?.into_iter().find(|p| p.kind == "complaint") else { return Ok(()) };
        let events = journal::stream(c, complaint.id.into())?;
        let remarks = procedures::remarks_of(c, &[complaint.id.into()])?;
        for claim in claims {
            let id = claim.to_string();
            let of_claim = |p: &serde_json::Value| p["move"] == "record_finding" && p["form"]["claim"].to_string().contains(&id);
            let last = events.iter().rev().find(|e| of_claim(&e.core.payload)).map(|e| i64::from(e.core.seq));
            for (row, _, _, _, ct) in remarks.iter().filter(|(_, _, s, field, _)| Some(*s) == last && field == "reason") {
                let why = seal::open(keys, Place::new("remarks", "text_ct", *row), ct)?;
                self.findings.entry(*claim).or_default().push(why);
            }
        }
        Ok(())
    }

    /// Why a part of a claim was rejected: what officers wrote of its nature and in the finding that stands.
    fn reasons(&self, keys: &KeyRing, k: &Claim) -> Result<Vec<String>> {
        let mut out = Vec::new();
        for j in self.judgements.iter().filter(|j| j.claim_id == k.id && j.set_apart.is_positive()) {
            let why = seal::open(keys, Place::new("claim_judgements", "reason_ct", j.id), &j.reason_ct)?;
            let place = j.place.as_deref().map(|p| text::zh(&format!("claim.place.{p}")).to_owned()).unwrap_or_default();
            out.push(format!("{why}{place}"));
        }
        out.extend(self.findings.get(&k.id).into_iter().flatten().cloned());
        Ok(out)
    }
}

fn view(c: &mut Conn, app: &App, keys: &KeyRing, known: &About, lang: Lang, m: Mine) -> Result<OwnClaim> {
    let k = m.claim;
    let word = known.words.iter().rfind(|w| w.claim_id == k.id).cloned();
    let payments = parts_of(app, lang, &known.payments, &[k.id]);
    let mut about = Vec::new();
    for id in known.judgements.iter().filter(|j| j.claim_id == k.id).filter_map(|j| j.document_id) {
        if let Some(d) = papers::document(c, id)? {
            about.push(OwnPaper {
                id,
                title: text::zh(&format!("document.{}", d.kind)).to_owned(),
                number: d.number,
                issued_at: d.issued_at,
            });
        }
    }
    Ok(OwnClaim {
        id: k.id,
        respondent: m.respondent,
        period_from: k.period_from,
        period_to: k.period_to,
        nature: app.code_word(lang, NATURES, &k.nature),
        claimed_fen: k.claimed,
        verified_fen: k.verified,
        rejected_fen: k.rejected,
        open_fen: k.open,
        paid_fen: k.paid,
        waived_fen: k.waived,
        outstanding_fen: k.outstanding,
        reasons: known.reasons(keys, &k)?,
        word_current: word.as_ref().is_some_and(|w| (w.claimed, w.verified) == (k.claimed, k.verified)),
        word: word.map(|w| w.word),
        payments,
        papers: about,
    })
}

/// Columns of an event about a row.
fn about(tx: &mut Tx<'_>, case: CaseId) -> Result<Marks> {
    Ok(crate::app::claims::marks(&tx.case(case)?))
}

fn say(tx: &mut Tx<'_>, id: ClaimId, note: Option<&str>) -> Result<()> {
    let Actor::Worker(me) = tx.actor else { return Err(Error::Unauthenticated) };
    // each word is an event, and a contest rings somebody
    let words = tx.app.limit_key("claim_word", &me.id.to_string())?;
    within(tx.c, &words, tx.app.config.workers.claim_words_a_day, Duration::days(1), tx.now)?;
    let k = own_row(tx, id)?;
    let session = workers::session_by_id(tx.c, me.session)?.ok_or(Error::Unauthenticated)?;
    let row: RowId = tx.ids.id(tx.now);
    let kind = if note.is_some() { "contested" } else { "confirmed" };
    let word = Word {
        id: row,
        claim_id: id,
        case_id: k.case_id,
        worker_id: me.id,
        word: kind.into(),
        claimed: k.claimed,
        verified: k.verified,
        note_ct: note.map(|n| tx.seal("claim_words", "note_ct", row, n)).transpose()?,
        device: device_key(&tx.keys, &session)?,
        at: tx.now,
    };
    joint::insert_word(tx.c, &word)?;
    let marks = about(tx, k.case_id)?;
    let payload = serde_json::json!({ "claim": id, "word": row, "claimedFen": k.claimed, "verifiedFen": k.verified });
    tx.record("case", k.case_id.into(), &format!("claim_{kind}"), tx.now, payload, &marks)?;
    if note.is_some() {
        let f = tx.filing(k.filing_id)?;
        notify::tell_handler(tx, &f, "claim_contested")?;
    }
    Ok(())
}

fn received(tx: &mut Tx<'_>, id: ClaimId, payment: PaymentId, there: bool) -> Result<()> {
    let k = own_row(tx, id)?;
    let Actor::Worker(me) = tx.actor else { return Err(Error::Unauthenticated) };
    let alike = answer_for(tx, me, (k.case_id, payment), &[id], there)?;
    let marks = about(tx, k.case_id)?;
    let payload = serde_json::json!({ "payment": payment, "claim": id, "received": there, "alike": alike });
    tx.record("case", k.case_id.into(), "claim_payment_answered", tx.now, payload, &marks)?;
    let f = tx.filing(k.filing_id)?;
    settle(tx, &f, k.case_id, there, alike)
}

impl App {
    /// The own rows, the oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn own_claims(self: &Arc<Self>, me: &Me) -> Result<Vec<OwnClaim>> {
        let (me, lang) = (me.worker.clone(), me.lang);
        self.look(move |c, app, keys| {
            let all = own_rows(c, keys, &me)?;
            let known = About::load(c, keys, &all)?;
            all.into_iter().map(|m| view(c, app, keys, &known, lang, m)).collect()
        })
        .await
    }

    /// The worker says that the own row is right.
    ///
    /// # Errors
    /// [`Error::NotFound`] for every other row, [`Error::TooMany`].
    pub async fn confirm_claim(self: &Arc<Self>, me: &Me, key: Option<Key>, id: ClaimId) -> Result<()> {
        self.write(&me.actor(), key, move |tx| say(tx, id, None)).await
    }

    /// The worker says what is wrong with the own row; the officer hears of it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for every other row, [`Error::TooMany`], field errors.
    pub async fn contest_claim(self: &Arc<Self>, me: &Me, key: Option<Key>, id: ClaimId, note: &str) -> Result<()> {
        let note = text::tidy_long(note);
        if !(2..=1000).contains(&note.chars().count()) {
            return Err(Error::field("/note", "remark_length", &[]));
        }
        self.write(&me.actor(), key, move |tx| say(tx, id, Some(&note))).await
    }

    /// The worker says whether the money for the own row is there.
    ///
    /// # Errors
    /// [`Error::NotFound`] for every other row and payment; `confirmation_final`.
    pub async fn answer_claim_payment(
        self: &Arc<Self>,
        me: &Me,
        key: Option<Key>,
        id: ClaimId,
        payment: PaymentId,
        there: bool,
    ) -> Result<()> {
        self.write(&me.actor(), key, move |tx| received(tx, id, payment, there)).await
    }

    /// A paper about the own row, as it was issued.
    ///
    /// # Errors
    /// [`Error::NotFound`] for every other row and paper; [`Error::Internal`] when it is not what was issued.
    pub async fn own_paper(self: &Arc<Self>, me: &Me, id: ClaimId, paper: DocumentId) -> Result<String> {
        let me = me.worker.clone();
        self.look(move |c, _, keys| {
            let own = own_rows(c, keys, &me)?.into_iter().find(|m| m.claim.id == id).ok_or(Error::NotFound("claim"))?;
            let named = rows::judgements_of_claims(c, &[own.claim.id])?.iter().any(|j| j.document_id == Some(paper));
            let row = papers::document(c, paper)?.filter(|_| named).ok_or(Error::NotFound("document"))?;
            let html = seal::open(keys, Place::new("documents", "body_ct", paper), &row.body_ct)?;
            if hex(&Sha256::digest(html.as_bytes())) != row.body_hash {
                return Err(Error::Internal(format!("document {paper} is not what was issued")));
            }
            Ok(html)
        })
        .await
    }
}
