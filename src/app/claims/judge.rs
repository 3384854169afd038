//! What an officer judges of a claim: its nature, whether it is a migrant worker's (practice P3.3, P3.7), and the part that
//! is no wages and leaves this procedure.
//!
//! Owns that every decision is kept with reason, evidence and decider, and that what was set apart stays rejected. The sums
//! are planned by `domain::ledger`.

use super::{file_of, kept_as, marks};
use crate::app::App;
use crate::app::documents::{Where, keep_at};
use crate::app::effects::{Made, retotal};
use crate::app::write::{Key, Tx};
use crate::base::id::{AccountId, ClaimId, DocumentId, EvidenceId, RowId};
use crate::base::{At, Error, Result, text};
use crate::domain::access::Actor;
use crate::law::Fen;
use crate::paper::forms::Copy;
use crate::paper::forms::claims::{SetApart, set_apart};
use crate::store::cases::{self, Case};
use crate::store::claims::{self as rows, Judgement};
use crate::store::ledger;
use crate::store::ledger::Claim;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The list of natures in `config/codes.toml`.
pub const NATURES: &str = "claim_nature";
/// The kind of the notice of what is set apart.
const NOTICE: &str = "set_apart";
/// The nature this procedure is for.
pub const WAGES: &str = "wages";

/// What is judged.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Judge {
    /// A code of `claim_nature`: what the claim is, or what the part is that is set apart.
    pub nature: String,
    /// `yes`, `no` or `unknown`; absent leaves it as it is.
    #[serde(default)]
    pub migrant: Option<String>,
    /// The part, in fen, that is no wages and leaves this procedure; absent judges the claim as a whole.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub set_apart_fen: Option<Fen>,
    /// Why; kept sealed.
    pub reason: String,
    /// A file of the case; needed for anything but wages, and for a flag that is yes or no.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub evidence: Option<EvidenceId>,
}
impl std::fmt::Debug for Judge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Judge({} {:?})", self.nature, self.migrant)
    }
}

/// A decision as it is shown.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JudgementView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The nature.
    pub nature: String,
    /// In words.
    pub nature_title: String,
    /// `yes`, `no`, `unknown`.
    pub migrant: String,
    /// What was set apart.
    #[schema(value_type = i64)]
    pub set_apart_fen: Fen,
    /// Where that part goes, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Why.
    pub reason: String,
    /// The notice to the worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub document: Option<DocumentId>,
    /// The evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub evidence: Option<EvidenceId>,
    /// Who decided.
    #[schema(value_type = String)]
    pub decided_by: AccountId,
    /// When.
    #[schema(value_type = String)]
    pub at: At,
}
impl std::fmt::Debug for JudgementView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JudgementView({})", self.id)
    }
}

/// What a claim is, inside a unit of work.
///
/// # Errors
/// See [`App::judge_claim`].
pub fn judge(tx: &mut Tx<'_>, id: ClaimId, j: &Judge) -> Result<RowId> {
    let old = rows::get(tx.c, id)?.ok_or(Error::NotFound("claim"))?;
    let (case, _) = kept_as(tx, old.case_id, "claim")?;
    let me = tx.actor.account().ok_or(Error::Unauthenticated)?;
    let nature = j.nature.clone();
    if tx.app.code_title(NATURES, &nature) == nature {
        return Err(Error::field("/nature", "unknown_claim_code", &[("value", &nature)]));
    }
    let migrant = j.migrant.clone().unwrap_or_else(|| old.migrant.clone());
    if !["yes", "no", "unknown"].contains(&migrant.as_str()) {
        return Err(Error::field("/migrant", "unknown_claim_code", &[("value", &migrant)]));
    }
    if let Some(file) = j.evidence {
        file_of(tx, case.id, file, "/evidence", None)?;
    }
    let decided = nature != WAGES || j.migrant.as_deref().is_some_and(|m| m != "unknown");
    if decided && j.evidence.is_none() {
        return Err(Error::field("/evidence", "judgement_evidence", &[]));
    }
    let part = if nature == WAGES {
        if j.set_apart_fen.is_some() {
            return Err(Error::field("/setApartFen", "wages_stay", &[]));
        }
        Fen::ZERO
    } else {
        // what is no wages leaves this procedure whole, unless a part is named
        j.set_apart_fen.unwrap_or(old.open)
    };
    if nature != WAGES && (!part.is_positive() || part > old.open) {
        return Err(Error::field(
            "/setApartFen",
            "set_apart_above_open",
            &[("amount", &part.to_string()), ("open", &old.open.to_string())],
        ));
    }
    let mut row = old.clone();
    if part.is_positive() {
        let rejected = old.rejected.plus(part).ok_or_else(|| Error::TooLarge("sum".into()))?;
        let sums = old.sums().find(old.verified, rejected).map_err(|f| Error::Invalid(vec![f]))?;
        row = old.with(sums);
    }
    // a mixed claim: what is left of it is wages
    let whole = row.verified == Fen::ZERO && row.open == Fen::ZERO && part.is_positive();
    row.nature = if nature == WAGES || whole { nature.clone() } else { old.nature.clone() };
    row.migrant.clone_from(&migrant);
    ledger::update_claim(tx.c, &row)?;
    let kept: RowId = tx.ids.id(tx.now);
    let reason = text::reasoned("/reason", &j.reason)?;
    let document_id = if part.is_positive() { Some(notice(tx, &case, &row, &nature, part, &reason)?) } else { None };
    let place = part.is_positive().then(|| nature.clone());
    let judgement = Judgement {
        id: kept,
        claim_id: id,
        case_id: case.id,
        nature: nature.clone(),
        migrant: migrant.clone(),
        set_apart: part,
        place,
        reason_ct: tx.seal("claim_judgements", "reason_ct", kept, &reason)?,
        evidence_id: j.evidence,
        document_id,
        by_account: me,
        at: tx.now,
    };
    rows::insert_judgement(tx.c, &judgement)?;
    retotal(tx, case.id)?;
    let payload = serde_json::json!({ "claim": id, "nature": nature, "migrant": migrant, "setApartFen": part, "evidence": j.evidence, "document": document_id });
    let about = crate::app::write::Marks { amount: part.is_positive().then_some(part), ..marks(&case) };
    tx.record("case", case.id.into(), "claim_judged", tx.now, payload, &about)?;
    Ok(kept)
}

/// The worker is told in writing what leaves this procedure, why, and where it goes (practice P3.3).
fn notice(tx: &mut Tx<'_>, case: &Case, row: &Claim, nature: &str, part: Fen, reason: &str) -> Result<DocumentId> {
    let f = tx.filing(row.filing_id)?;
    let person = tx.claimant(row.claimant_id)?;
    // a reporter 举报人 is named in no paper
    let name =
        if f.secret { text::zh("claimant.secret").to_owned() } else { tx.open_sealed("claimants", "name_ct", person.id, &person.name_ct)? };
    let chain = cases::chain(tx.c, case.id)?;
    let party = chain.iter().find(|r| Some(r.id) == row.respondent_id);
    let respondent = party.map_or_else(|| case.respondent_name.clone(), |r| r.name.clone());
    let period = match (row.period_from, row.period_to) {
        (Some(a), Some(b)) => format!("{}至{}", a.document_text(), b.document_text()),
        _ => String::new(),
    };
    let left = Fen::new(row.claimed.get() - row.rejected.get());
    let title = tx.app.code_title(NATURES, nature);
    let article = tx.app.code_article(NATURES, nature).unwrap_or_else(|| text::zh("claim.apart.article").to_owned());
    let place = text::zh(&format!("claim.place.{nature}")).to_owned();
    let at = Where { bureau: case.lead_bureau.clone(), code: case.number.clone(), case: Some(case.id), filing: None };
    let made = keep_at(tx, &at, NOTICE, |head| {
        let d = SetApart {
            head: head.clone(),
            name: name.clone(),
            respondent: respondent.clone(),
            period: period.clone(),
            claimed: row.claimed,
            apart: part,
            left,
            nature: title.clone(),
            reason: reason.to_owned(),
            article: article.clone(),
            place: place.clone(),
        };
        set_apart(&d, Copy::Claimant)
    })?;
    match made {
        Made::Document { id, .. } => Ok(id),
        _ => Err(Error::Internal("no notice".into())),
    }
}

impl App {
    /// Judges the nature of a claim and whose it is.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], field errors with the figures.
    pub async fn judge_claim(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: ClaimId, j: &Judge) -> Result<RowId> {
        let j = j.clone();
        self.write(actor, key, move |tx| judge(tx, id, &j)).await
    }

    /// Decisions about a claim, the oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn claim_judgements(self: &Arc<Self>, actor: &Actor, id: ClaimId) -> Result<Vec<JudgementView>> {
        let found = self.db.read(move |c| rows::get(c, id)).await?.ok_or(Error::NotFound("claim"))?;
        self.may_see(actor, Some(found.case_id), None, None).await.map_err(|_| Error::NotFound("claim"))?;
        self.look(move |c, app, keys| {
            let all = rows::judgements_of_claims(c, &[found.id])?;
            all.into_iter()
                .map(|j| {
                    let place = crate::base::seal::Place::new("claim_judgements", "reason_ct", j.id);
                    Ok(JudgementView {
                        id: j.id,
                        nature_title: app.code_title(NATURES, &j.nature),
                        place: j.place.as_deref().map(|p| text::zh(&format!("claim.place.{p}")).to_owned()),
                        reason: crate::base::seal::open(keys, place, &j.reason_ct)?,
                        nature: j.nature,
                        migrant: j.migrant,
                        set_apart_fen: j.set_apart,
                        document: j.document_id,
                        evidence: j.evidence_id,
                        decided_by: j.by_account,
                        at: j.at,
                    })
                })
                .collect()
        })
        .await
    }
}
