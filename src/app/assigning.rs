//! Giving several cases to one officer at once: each by its ordinary move, and what stays is said with its reason.
//!
//! Owns the choice of the move (指派 where nobody has the case, 改派 where somebody has) and the bound. Who may take a case,
//! who must stand aside and what changes is the definition's; a case that cannot be given leaves the others as they are.

use super::App;
use super::handover::Stayed;
use super::perform::{Command, Given, perform_in};
use super::write::{Key, Marks, Tx};
use crate::base::id::{AccountId, ProcedureId};
use crate::base::{Error, Result, text};
use crate::domain::access::Actor;
use crate::flow::{Form, Value};
use crate::store::{cases, procedures};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The most cases of one call.
pub const MOST: usize = 100;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Assigned {
    /// Cases that were given.
    pub moved: i64,
    /// Cases that stayed with their reasons.
    pub stayed: Vec<Stayed>,
}

/// To whom, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct To {
    /// The officer.
    pub account: AccountId,
    /// The second officer.
    pub second: Option<AccountId>,
    /// Why a case is taken from who has it; needed for those alone.
    pub reason: String,
}

impl App {
    /// Gives these cases to an officer.
    ///
    /// # Errors
    /// Field errors: nothing chosen, too many, the same officer twice. A refusal of one case is in the answer.
    pub async fn assign_many(self: &Arc<Self>, actor: &Actor, key: Option<Key>, mut which: Vec<ProcedureId>, to: To) -> Result<Assigned> {
        if !matches!(actor, Actor::Staff(_)) {
            return Err(Error::Forbidden("assign"));
        }
        which.sort_unstable();
        which.dedup();
        if which.is_empty() {
            return Err(Error::field("/procedures", "none_chosen", &[]));
        }
        if which.len() > MOST {
            return Err(Error::field("/procedures", "too_many_chosen", &[("max", &MOST.to_string())]));
        }
        if to.second == Some(to.account) {
            return Err(Error::field("/second", "second_is_first", &[]));
        }
        self.write(actor, key, move |tx| assign(tx, &which, &to)).await
    }
}

fn assign(tx: &mut Tx<'_>, which: &[ProcedureId], to: &To) -> Result<Assigned> {
    let mut out = Assigned::default();
    let reason = text::tidy(&to.reason);
    for id in which {
        let row = procedures::get(tx.c, *id)?;
        let case = row.as_ref().and_then(|r| r.case_id).map(|c| cases::get(tx.c, c)).transpose()?.flatten();
        let given = row.as_ref().is_some_and(|r| r.assignee.is_some());
        let mut form = Form::from([("account".to_owned(), Value::Id(to.account.into()))]);
        // a second officer who is not named anew stays, unless he is the one who takes over
        let stays = case.as_ref().and_then(|c| c.second_officer).filter(|s| given && *s != to.account);
        if let Some(s) = to.second.or(stays) {
            form.insert("second".to_owned(), Value::Id(s.into()));
        }
        if given && !reason.is_empty() {
            form.insert("reason".to_owned(), Value::Text(reason.clone()));
        }
        let name = if given { "reassign" } else { "assign" };
        let cmd = Command { procedure: *id, name: name.to_owned(), form: Given::Parsed(form), occurred_at: None, seen: None, term: None };
        let actor = tx.actor;
        match tx.body(actor, |tx| perform_in(tx, &cmd).map(drop)) {
            Ok(()) => out.moved += 1,
            Err(e @ (Error::Refused(_) | Error::Invalid(_) | Error::Forbidden(_))) => {
                let number = case.map(|c| c.number).unwrap_or_default();
                out.stayed.push(Stayed { number, reason: e.sentence() });
            }
            // what this person may not see is not named
            Err(e @ Error::NotFound(_)) => out.stayed.push(Stayed { number: "—".to_owned(), reason: e.sentence() }),
            Err(e) => return Err(e),
        }
    }
    if let Some(me) = tx.actor.account().filter(|_| out.moved > 0) {
        let payload = serde_json::json!({ "to": to.account, "moved": out.moved, "stayed": out.stayed.len() });
        tx.record("account", me.into(), "assigned_many", tx.now, payload, &Marks::default())?;
    }
    Ok(out)
}
