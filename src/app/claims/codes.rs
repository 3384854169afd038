//! Join codes 加入码 of a case: made by a worker of it or by whoever keeps its claims, shown once, revoked at once (practice P3.14).
//!
//! Owns that a code is kept as a blind index, expires, and says nothing: not who made it, of how many, of how much, against whom.

use super::{kept, marks};
use crate::app::App;
use crate::app::claimant::mine;
use crate::app::workers::Me;
use crate::app::write::{Key, Tx};
use crate::base::id::{CaseId, FilingId, RowId};
use crate::base::seal;
use crate::base::{At, Error, Result};
use crate::domain::access::Actor;
use crate::store::Conn;
use crate::store::joint::{self, JoinCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What blind indexes of codes are keyed for.
pub(super) const CODE: &str = "join_code";
/// The rule of how long a code opens something.
const VALID: &str = "join.code";
/// The rule of how many may come with one.
const USES: &str = "join.uses";
/// Live codes of a case one maker may have.
const LIVE: usize = 10;

/// A code just made: shown this once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewCode {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The code itself.
    pub code: String,
    /// When it opens nothing any more.
    #[schema(value_type = String)]
    pub expires_at: At,
}
impl std::fmt::Debug for NewCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewCode({})", self.id)
    }
}

/// A code as its list shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Made.
    #[schema(value_type = String)]
    pub created_at: At,
    /// When it opens nothing any more.
    #[schema(value_type = String)]
    pub expires_at: At,
    /// `live`, `expired`, `used_up` or `revoked`.
    pub state: &'static str,
    /// Made by a worker; otherwise by an officer.
    pub by_worker: bool,
}

/// Whether a code opens something now.
pub(super) fn state(k: &JoinCode, uses: i64, now: At) -> &'static str {
    if k.revoked_at.is_some() {
        "revoked"
    } else if k.expires_at <= now {
        "expired"
    } else if i64::from(k.uses) >= uses {
        "used_up"
    } else {
        "live"
    }
}

/// How many may come with one code.
pub(super) fn uses(app: &App, now: At) -> i64 {
    app.law().rules.number(USES, now.day()).unwrap_or(0)
}

fn make(tx: &mut Tx<'_>, case: CaseId) -> Result<NewCode> {
    let row = tx.case(case)?;
    if !row.open {
        return Err(Error::refused("not_now", &[]));
    }
    let most = uses(tx.app, tx.now);
    // of each worker, and of the office together: nobody can use up what others may make
    let live = |k: &&JoinCode| k.made_worker == tx.actor.worker() && state(k, most, tx.now) == "live";
    if joint::codes_of(tx.c, case)?.iter().filter(live).count() >= LIVE {
        return Err(Error::refused("join_codes_most", &[("most", &LIVE.to_string())]));
    }
    let (id, code): (RowId, String) = (tx.ids.id(tx.now), tx.ids.code("JR"));
    let expires_at = tx.passes(VALID, tx.now)?;
    let k = JoinCode {
        id,
        case_id: case,
        code_bix: seal::blind(&tx.keys, CODE, &code)?,
        made_worker: tx.actor.worker(),
        made_by: tx.actor.account(),
        created_at: tx.now,
        expires_at,
        revoked_at: None,
        uses: 0,
    };
    joint::insert_code(tx.c, &k)?;
    tx.record("case", case.into(), "join_code_made", tx.now, serde_json::json!({ "joinCode": id, "by": tx.actor.word() }), &marks(&row))?;
    Ok(NewCode { id, code, expires_at })
}

fn revoke(tx: &mut Tx<'_>, case: CaseId, id: RowId, own: bool) -> Result<()> {
    let found = joint::codes_of(tx.c, case)?.into_iter().find(|k| k.id == id);
    let k = found.filter(|k| !own || k.made_worker == tx.actor.worker()).ok_or(Error::NotFound("join_code"))?;
    if k.revoked_at.is_some() {
        return Err(Error::refused("not_now", &[]));
    }
    joint::revoke_code(tx.c, id, tx.now)?;
    let row = tx.case(case)?;
    tx.record(
        "case",
        case.into(),
        "join_code_revoked",
        tx.now,
        serde_json::json!({ "joinCode": id, "by": tx.actor.word() }),
        &marks(&row),
    )?;
    Ok(())
}

fn views(c: &mut Conn, case: CaseId, most: i64, now: At, keep: impl Fn(&JoinCode) -> bool) -> Result<Vec<CodeView>> {
    let all = joint::codes_of(c, case)?;
    Ok(all
        .into_iter()
        .filter(|k| keep(k))
        .map(|k| CodeView {
            id: k.id,
            created_at: k.created_at,
            expires_at: k.expires_at,
            state: state(&k, most, now),
            by_worker: k.made_worker.is_some(),
        })
        .collect())
}

/// The case of an own filing; a report 举报 invites nobody: who made it is a secret.
fn own_case(tx: &mut Tx<'_>, id: FilingId) -> Result<CaseId> {
    let f = mine(tx, id)?;
    if f.secret {
        return Err(Error::refused("join_code_report", &[]));
    }
    f.case_id.ok_or_else(|| Error::refused("not_now", &[]))
}

impl App {
    /// A worker makes a code for the case of the own filing.
    ///
    /// # Errors
    /// [`Error::NotFound`], `not_now` before there is a case or when it is over, `join_code_report`, `join_codes_most`.
    pub async fn make_own_join_code(self: &Arc<Self>, me: &Me, id: FilingId) -> Result<NewCode> {
        // no idempotency key: what is remembered of a request must not hold the code
        self.write(&me.actor(), None, move |tx| own_case(tx, id).and_then(|case| make(tx, case))).await
    }

    /// The codes a worker made for the case of the own filing.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn own_join_codes(self: &Arc<Self>, me: &Me, id: FilingId) -> Result<Vec<CodeView>> {
        let me = me.worker.clone();
        self.look(move |c, app, _| {
            let f = crate::app::claimant::own(c, &me, id)?;
            let Some(case) = f.case_id else { return Ok(Vec::new()) };
            views(c, case, uses(app, app.now()), app.now(), |k| k.made_worker == Some(me.id))
        })
        .await
    }

    /// A worker ends an own code at once.
    ///
    /// # Errors
    /// [`Error::NotFound`], `not_now` when it ended before.
    pub async fn revoke_own_join_code(self: &Arc<Self>, me: &Me, filing: FilingId, id: RowId) -> Result<()> {
        self.write(&me.actor(), None, move |tx| own_case(tx, filing).and_then(|case| revoke(tx, case, id, true))).await
    }

    /// An officer makes a code.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `not_now`, `join_codes_most`.
    pub async fn make_join_code(self: &Arc<Self>, actor: &Actor, id: CaseId) -> Result<NewCode> {
        self.write(actor, None, move |tx| kept(tx, id).and_then(|_| make(tx, id))).await
    }

    /// The codes of a case, whoever made them: who did is not said.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn join_codes(self: &Arc<Self>, actor: &Actor, id: CaseId) -> Result<Vec<CodeView>> {
        self.may_see(actor, Some(id), None, None).await?;
        self.look(move |c, app, _| views(c, id, uses(app, app.now()), app.now(), |_| true)).await
    }

    /// An officer ends a code at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `not_now`.
    pub async fn revoke_join_code(self: &Arc<Self>, actor: &Actor, key: Option<Key>, case: CaseId, id: RowId) -> Result<()> {
        self.write(actor, key, move |tx| kept(tx, case).and_then(|_| revoke(tx, case, id, false))).await
    }
}
