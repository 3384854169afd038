//! What is asked back 追偿 by who paid instead of the employer: what came back, or why nothing will.
//!
//! Owns the two ways a row ends, each with proof; rows are raised by payments (`effects::recourse`). What comes back never
//! changes what the worker has, nor clears the employer.

use super::{file_of, keeps_as, marks};
use crate::app::App;
use crate::app::write::{Key, Marks, Tx};
use crate::base::id::{CaseId, EvidenceId, PaymentId};
use crate::base::{At, Error, Result, text};
use crate::domain::access::Actor;
use crate::domain::proof::Proves;
use crate::law::Fen;
use crate::store::cases::Respondent;
use crate::store::recourse::{self as rows, Recourse};
use crate::store::{Conn, cases};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The list of reasons why nothing more will come back.
pub const ENDS: &str = "recourse_end";

/// What came back.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recovered {
    /// How much, in fen.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// A file of the case that shows it.
    #[schema(value_type = String)]
    pub evidence: EvidenceId,
}
impl std::fmt::Debug for Recovered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recovered({})", self.amount_fen)
    }
}

/// Why nothing more will come back.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WriteOff {
    /// A code of `recourse_end`.
    pub reason: String,
    /// In words; kept sealed.
    pub note: String,
    /// A file of the case that shows it.
    #[schema(value_type = String)]
    pub evidence: EvidenceId,
}
impl std::fmt::Debug for WriteOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WriteOff({})", self.reason)
    }
}

/// A recourse as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecourseView {
    /// The payment it stands for.
    #[schema(value_type = String)]
    pub payment: PaymentId,
    /// Who paid instead, in words.
    pub payer_kind: String,
    /// Who paid instead, where a party of the chain did.
    pub payer: Option<String>,
    /// Against whom; none until the chain names one employer.
    pub against: Option<String>,
    /// How much.
    #[schema(value_type = i64)]
    pub amount_fen: Fen,
    /// What came back.
    #[schema(value_type = i64)]
    pub recovered_fen: Fen,
    /// `open`, `recovered`, `written_off`, `void` (the payment was reversed or denied).
    pub state: String,
    /// In words.
    pub state_title: String,
    /// Why it was written off, in words.
    pub reason: Option<String>,
    /// Since when.
    #[schema(value_type = String)]
    pub opened_at: At,
    /// Until when.
    #[schema(value_type = Option<String>)]
    pub closed_at: Option<At>,
}

pub(in crate::app) fn views(c: &mut Conn, app: &App, case: CaseId, chain: &[Respondent]) -> Result<Vec<RecourseView>> {
    let name = |id| chain.iter().find(|r| Some(r.id) == id).map(|r| r.name.clone());
    Ok(rows::of_case(c, case)?
        .into_iter()
        .map(|r| RecourseView {
            payment: r.payment_id,
            payer_kind: app.code_title("payer_kind", &r.payer_kind),
            payer: name(r.payer_id),
            against: name(r.against_id),
            amount_fen: r.amount,
            recovered_fen: r.recovered,
            state_title: text::zh(&format!("recourse.state.{}", r.state)).to_owned(),
            state: r.state,
            reason: r.reason.as_deref().map(|c| app.code_title(ENDS, c)),
            opened_at: r.opened_at,
            closed_at: r.closed_at,
        })
        .collect())
}

/// An open one of a case the actor keeps.
fn open(tx: &mut Tx<'_>, id: PaymentId) -> Result<(Recourse, Marks)> {
    let r = rows::get(tx.c, id)?.ok_or(Error::NotFound("recourse"))?;
    // a concluded case may still be asked back for: that it was worked on is enough
    let (case, _) = keeps_as(tx, r.case_id, "recourse")?;
    if r.state == "open" { Ok((r, marks(&case))) } else { Err(Error::refused("not_now", &[])) }
}

fn recover(tx: &mut Tx<'_>, id: PaymentId, b: &Recovered) -> Result<CaseId> {
    let (r, marks) = open(tx, id)?;
    let left = Fen::new(r.amount.get() - r.recovered.get());
    if !b.amount_fen.is_positive() || b.amount_fen > left {
        let figures = [("amount", &*b.amount_fen.to_string()), ("left", &*left.to_string())];
        return Err(Error::field("/amountFen", "recourse_above", &figures));
    }
    file_of(tx, r.case_id, b.evidence, "/evidence", Some(Proves::Payment))?;
    let recovered = r.recovered.plus(b.amount_fen).ok_or_else(|| Error::TooLarge("sum".into()))?;
    let whole = recovered == r.amount;
    let case = r.case_id;
    let (closed_at, closed_by) = if whole { (Some(tx.now), tx.actor.account()) } else { (None, None) };
    let state = if whole { "recovered" } else { "open" }.to_owned();
    rows::update(tx.c, &Recourse { recovered, state, closed_at, closed_by, proof_id: Some(b.evidence), ..r })?;
    let payload = serde_json::json!({ "payment": id, "amountFen": b.amount_fen, "evidence": b.evidence });
    tx.record("case", case.into(), "recourse_recovered", tx.now, payload, &Marks { amount: Some(b.amount_fen), ..marks })?;
    Ok(case)
}

fn write_off(tx: &mut Tx<'_>, id: PaymentId, b: &WriteOff) -> Result<CaseId> {
    let (r, marks) = open(tx, id)?;
    if tx.app.code_title(ENDS, &b.reason) == b.reason {
        return Err(Error::field("/reason", "not_a_choice", &[]));
    }
    file_of(tx, r.case_id, b.evidence, "/evidence", None)?;
    let note = text::reasoned("/note", &b.note)?;
    let note_ct = Some(tx.seal("recourses", "note_ct", id, &note)?);
    let case = r.case_id;
    let (closed_at, closed_by) = (Some(tx.now), tx.actor.account());
    let reason = Some(b.reason.clone());
    rows::update(tx.c, &Recourse { state: "written_off".into(), reason, note_ct, proof_id: Some(b.evidence), closed_at, closed_by, ..r })?;
    let payload = serde_json::json!({ "payment": id, "reason": b.reason, "evidence": b.evidence });
    tx.record("case", case.into(), "recourse_written_off", tx.now, payload, &marks)?;
    Ok(case)
}

impl App {
    /// What may be asked back in a case, the oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn recourses(self: &Arc<Self>, actor: &Actor, id: CaseId) -> Result<Vec<RecourseView>> {
        self.may_see(actor, Some(id), None, None).await?;
        self.look(move |c, app, _| {
            let chain = cases::chain(c, id)?;
            views(c, app, id, &chain)
        })
        .await
    }

    /// Something came back.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `not_now`, field errors with the figures.
    pub async fn recover(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: PaymentId, b: &Recovered) -> Result<CaseId> {
        let b = b.clone();
        self.write(actor, key, move |tx| recover(tx, id, &b)).await
    }

    /// Nothing more will come back.
    ///
    /// # Errors
    /// As [`App::recover`].
    pub async fn write_off(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: PaymentId, b: &WriteOff) -> Result<CaseId> {
        let b = b.clone();
        self.write(actor, key, move |tx| write_off(tx, id, &b)).await
    }
}
