//! Unmasking 解除脱敏: plain personal data for a reason, on record; and recusal 回避.
//!
//! Owns the one way by which masked data becomes readable. The look is an event of the case, written before the data
//! leaves: whoever reads it was noted first.

use super::App;
use super::subject::scope_of;
use super::write::{Marks, Tx};
use crate::base::id::{AccountId, CaseId, FilingId};
use crate::base::{Error, Result, text};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::store::{accounts, cases, filings};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Why someone may look: the codes of `unmask_reason` in the catalogue.
pub const REASONS: &[&str] = &["contact", "verify_identity", "payment", "document", "superior_request"];

/// The plain data of a filing's reporter.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named as in the form")]
pub struct Unmasked {
    pub name: String,
    pub phone: Option<String>,
    pub id_number: Option<String>,
    pub bank_card: Option<String>,
}

impl std::fmt::Debug for Unmasked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unmasked(…)")
    }
}

/// Notes the look; returns nothing personal, so that nothing personal is remembered for an idempotency key.
fn note(tx: &mut Tx<'_>, id: FilingId, reason: &str, remark: &str) -> Result<FilingId> {
    let f = filings::get(tx.c, id)?.ok_or(Error::NotFound("filing"))?;
    let case = f.case_id.map(|c| tx.case(c)).transpose()?;
    let scope = scope_of(tx.app, case.as_ref(), Some(&f));
    if !access::may_read(tx.actor, &scope) {
        return Err(Error::NotFound("filing"));
    }
    if !access::may_towards(tx.actor, Ability::Unmask, &scope) {
        return Err(Error::Forbidden("unmask"));
    }
    // a reporter 举报人 is named to nobody outside the unit that received the report (practice P1.10)
    if f.secret && !tx.actor.duties().iter().any(|d| d.bureau == f.receiving_bureau) {
        return Err(Error::Forbidden("unmask"));
    }
    if !REASONS.contains(&reason) {
        return Err(Error::field("/reason", "not_a_choice", &[]));
    }
    let remark = text::reasoned("/remark", remark)?;
    let marks = Marks { case: f.case_id, bureau: Some(f.receiving_bureau.clone()), ..Marks::default() };
    let seq =
        tx.record("filing", id.into(), "unmasked", tx.now, serde_json::json!({ "reason": reason, "claimant": f.claimant_id }), &marks)?;
    tx.remark(id.into(), seq, "remark", &remark)?;
    Ok(id)
}

impl App {
    /// Shows the plain data of a filing's reporter, after noting who looks and why.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], field errors.
    pub async fn unmask(self: &Arc<Self>, actor: &Actor, id: FilingId, reason: &str, remark: &str) -> Result<Unmasked> {
        let (reason, remark) = (reason.to_owned(), remark.to_owned());
        self.write(actor, None, move |tx| note(tx, id, &reason, &remark)).await?;
        self.look(move |c, _, keys| {
            let f = filings::get(c, id)?.ok_or(Error::NotFound("filing"))?;
            let p = filings::claimant(c, f.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
            let open = |column: &'static str, ct: &crate::base::seal::Sealed| {
                crate::base::seal::open(keys, crate::base::seal::Place::new("claimants", column, p.id), ct)
            };
            Ok(Unmasked {
                name: open("name_ct", &p.name_ct)?,
                phone: p.phone_ct.as_ref().map(|c| open("phone_ct", c)).transpose()?,
                id_number: p.person_ct.as_ref().map(|c| open("person_ct", c)).transpose()?,
                bank_card: p.bank_ct.as_ref().map(|c| open("bank_ct", c)).transpose()?,
            })
        })
        .await
    }
}

/// Notes that an officer must keep out of a case (劳动保障监察条例 Art 16): said by himself, by a leader or the head.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], field errors.
pub fn recuse(tx: &mut Tx<'_>, case: CaseId, officer: AccountId, reason: &str) -> Result<()> {
    let row = tx.case(case)?;
    let scope = scope_of(tx.app, Some(&row), None);
    if !access::may_read(tx.actor, &scope) {
        return Err(Error::NotFound("case"));
    }
    let own = tx.actor.account() == Some(officer);
    let over = tx.actor.duties().iter().any(|d| matches!(d.kind, DutyKind::Leader | DutyKind::Head) && d.bureau == row.lead_bureau);
    if !own && !over {
        return Err(Error::Forbidden("recuse"));
    }
    let reason = text::reasoned("/reason", reason)?;
    if accounts::get(tx.c, officer)?.is_none() {
        return Err(Error::field("/account", "unknown_account", &[]));
    }
    if cases::insert_recusal(tx.c, case, officer, tx.actor.account(), tx.now)? {
        let marks = Marks { case: Some(case), ..Marks::default() };
        let seq = tx.record("case", case.into(), "recused", tx.now, serde_json::json!({ "account": officer }), &marks)?;
        tx.remark(case.into(), seq, "reason", &reason)?;
        tx.change_case(case, true, |_| {})?;
    }
    Ok(())
}
