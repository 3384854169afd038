//! Claims 欠薪明细 beside the moves: the roster of a joint case, and what officers judge of a claim's nature.
//!
//! Owns who may work on a case's claims, and that the case's sums, headcount and remainder follow. Never pays, finds or
//! waives: those are moves.

pub mod clue;
pub mod codes;
pub mod join;
pub mod judge;
pub mod ledger;
pub mod liability;
pub mod pay_list;
pub mod recourse;
pub mod representatives;
pub mod roster;

use super::subject::scope_of;
use super::write::{Marks, Tx};
use crate::base::id::CaseId;
use crate::base::{Error, Result};
use crate::domain::access;
use crate::store::cases::{self, Case};
use crate::store::filings::{self, Filing};

/// Who keeps the claims of a case: whoever works on it, and the desk that took it in.
const KEEPERS: &[&str] = &["handler@lead", "leader@lead", "desk@lead", "desk@receiving", "assignee", "second"];

/// The case and its oldest filing, if the actor keeps its claims.
///
/// # Errors
/// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`].
fn keeps(tx: &mut Tx<'_>, id: CaseId) -> Result<(Case, Filing)> {
    let case = tx.case(id)?;
    let all = filings::of_case(tx.c, id)?;
    let first = all.iter().min_by_key(|f| (f.received_at, f.id)).cloned().ok_or(Error::NotFound("case"))?;
    let mut scope = scope_of(tx.app, Some(&case), Some(&first));
    scope.receiving.extend(all.into_iter().map(|f| f.receiving_bureau));
    if !access::may_read(tx.actor, &scope) {
        return Err(Error::NotFound("case"));
    }
    let keeps = tx.actor.is_system() || access::roles(tx.actor, &scope).iter().any(|r| KEEPERS.contains(&r.as_str()));
    let recused = match tx.actor.account() {
        Some(me) => cases::recused(tx.c, id)?.contains(&me),
        None => false,
    };
    if !keeps || recused {
        return Err(Error::Forbidden("claims"));
    }
    Ok((case, first))
}

/// The case and its oldest filing, if the actor keeps its claims and it is not concluded.
///
/// # Errors
/// As [`keeps`]; `not_now` for a concluded case.
fn kept(tx: &mut Tx<'_>, id: CaseId) -> Result<(Case, Filing)> {
    let (case, first) = keeps(tx, id)?;
    if !case.open {
        return Err(Error::refused("not_now", &[]));
    }
    Ok((case, first))
}

/// Columns of an event about a case's claims.
pub(super) fn marks(case: &Case) -> Marks {
    Marks { case: Some(case.id), area: Some(case.area.clone()), bureau: Some(case.lead_bureau.clone()), ..Marks::default() }
}
