//! Claims 欠薪明细 beside the moves: the roster of a joint case, and what officers judge of a claim's nature.
//!
//! Owns who may work on a case's claims, and that the case's sums, headcount and remainder follow. Never pays, finds or
//! waives: those are moves.

pub mod clue;
pub mod codes;
pub(super) mod follow;
pub mod join;
pub mod judge;
pub mod ledger;
pub mod liability;
pub mod pay_list;
pub mod pickers;
pub mod recourse;
pub mod representatives;
pub mod roster;

use super::App;
use super::subject::scope_of;
use super::write::{Marks, Tx};
use crate::base::id::{CaseId, EvidenceId};
use crate::base::{Error, Result, text};
use crate::domain::access::{self, Actor};
use crate::domain::proof::Proves;
use crate::store::cases::{self, Case};
use crate::store::filings::{self, Filing};
use crate::store::{papers, procedures};
use std::sync::Arc;

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
    scope.assignee = procedures::of_case(tx.c, id)?.into_iter().find(|p| p.kind == "complaint").and_then(|p| p.assignee);
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

/// [`kept`] for something that hangs at a case: who may not know of the case does not know of `what` either.
fn kept_as(tx: &mut Tx<'_>, id: CaseId, what: &'static str) -> Result<(Case, Filing)> {
    kept(tx, id).map_err(|e| hidden(e, what))
}

/// [`keeps`] for something that hangs at a case.
fn keeps_as(tx: &mut Tx<'_>, id: CaseId, what: &'static str) -> Result<(Case, Filing)> {
    keeps(tx, id).map_err(|e| hidden(e, what))
}

fn hidden(e: Error, what: &'static str) -> Error {
    if matches!(e, Error::NotFound(_)) { Error::NotFound(what) } else { e }
}

/// What somebody may do with the claims of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeps {
    /// Keeps them: may end what is left of a concluded case too.
    pub keeps: bool,
    /// And the case runs: may enter, judge and decide.
    pub now: bool,
}

/// What an actor who may read a case may do with its claims.
fn may_keep(tx: &mut Tx<'_>, id: CaseId) -> Result<Keeps> {
    match keeps(tx, id) {
        Ok((case, _)) => Ok(Keeps { keeps: true, now: case.open }),
        // who reads it for another reason, as one who was asked, keeps nothing
        Err(Error::Forbidden(_) | Error::NotFound(_)) => Ok(Keeps { keeps: false, now: false }),
        Err(e) => Err(e),
    }
}

/// A file of the case or of a filing of it, named in a form at `pointer`, that can show what it is to show.
///
/// # Errors
/// Field errors `unknown_evidence`, `wrong_proof`, or the database.
pub(super) fn file_of(tx: &mut Tx<'_>, case: CaseId, file: EvidenceId, pointer: &str, shows: Option<Proves>) -> Result<()> {
    let unknown = || Error::field(pointer, "unknown_evidence", &[]);
    let file = papers::get_evidence(tx.c, file)?.ok_or_else(unknown)?;
    let of = match (file.case_id, file.filing_id) {
        (Some(id), _) => Some(id),
        (None, Some(f)) => filings::get(tx.c, f)?.and_then(|f| f.case_id),
        (None, None) => None,
    };
    if of != Some(case) {
        return Err(unknown());
    }
    let Some(what) = shows.filter(|s| !s.accepts(&file.kind, &file.media_type)) else { return Ok(()) };
    let title = |k: &str| text::zh(&format!("evidence.kind.{k}")).to_owned();
    let wanted = what.kinds().iter().map(|k| title(k)).collect::<Vec<_>>().join("、");
    Err(Error::field(pointer, "wrong_proof", &[("found", &title(&file.kind)), ("type", &file.media_type), ("wanted", &wanted)]))
}

impl App {
    /// What an actor may do with the claims of a case.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn keeps_claims(self: &Arc<Self>, actor: &Actor, id: CaseId) -> Result<Keeps> {
        self.may_see(actor, Some(id), None, None).await?;
        let actor = actor.clone();
        self.look(move |c, app, _| may_keep(&mut Tx::open(c, app, &actor, app.now()), id)).await
    }
}

/// Columns of an event about a case's claims.
pub(super) fn marks(case: &Case) -> Marks {
    Marks { case: Some(case.id), area: Some(case.area.clone()), bureau: Some(case.lead_bureau.clone()), ..Marks::default() }
}
