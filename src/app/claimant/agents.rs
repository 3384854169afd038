//! Agents 代理人 of workers and heirs 继承人: mandates given, looked at and ended (practice P2.6).
//!
//! Owns who may give one: the worker from the own log-in, or an officer at the counter who has seen its document. A mandate
//! is for one filing and one log-in, that of the agent's own telephone and name; what it lets him do is
//! [`crate::domain::mandate`]'s, and every use case of a worker asks for it anew (`super::held`), so that revoking it is
//! felt at the next request.

use super::super::workers::{self as log_in, Indexes};
use super::super::write::{Key, Tx};
use super::super::{App, counter};
use super::{matter, mine, of_filing, own};
use crate::app::workers::Me;
use crate::base::error::FieldError;
use crate::base::id::{EvidenceId, FilingId, RowId};
use crate::base::text::{self, Lang};
use crate::base::{At, Error, Result};
use crate::domain::access::Actor;
use crate::domain::mandate::{self, Asked, Kind, Power};
use crate::store::mandates::{self as rows, Mandate};
use crate::store::{Conn, counter as registers, filings, workers};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// The list of `config/codes.toml` with who an agent may be to the worker.
const RELATIONS: &str = "agent_relation";
/// Mandates a list shows.
const SHORT: i64 = 100;

/// A mandate as it is given or recorded.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMandate {
    /// `agent`, or `heir` when the worker died; an heir is recorded at the counter only.
    pub kind: Kind,
    /// A code of `agent_relation`: `spouse`, `child`, `village_cadre`, `lawyer` …
    pub relation: String,
    /// The agent's name.
    pub name: String,
    /// The agent's own telephone, by which he logs in.
    pub phone: String,
    /// What he may do; `confirm_receipt`, `waive` and `withdraw` only when written in the document.
    pub powers: BTreeSet<Power>,
    /// Until when, two years at the most.
    #[schema(value_type = String)]
    pub expires_at: At,
    /// The document of the mandate: a file of this filing. Always needed at the counter.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub evidence: Option<EvidenceId>,
}
impl std::fmt::Debug for NewMandate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewMandate({:?}, {})", self.kind, self.relation)
    }
}

/// A mandate as it is shown: names and telephones masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MandateView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Agent or heir.
    pub kind: String,
    /// Who he is to the worker, in words.
    pub relation: String,
    /// The agent's name, masked.
    pub name: String,
    /// The agent's telephone, masked.
    pub phone: String,
    /// What he may do.
    pub powers: BTreeSet<Power>,
    /// The document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub evidence: Option<EvidenceId>,
    /// Given by the worker; otherwise recorded at the counter.
    pub by_worker: bool,
    /// Given.
    #[schema(value_type = String)]
    pub created_at: At,
    /// Until when.
    #[schema(value_type = String)]
    pub expires_at: At,
    /// Revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub revoked_at: Option<At>,
    /// Whether it holds now.
    pub holds: bool,
}

/// A matter somebody looks after for another.
#[derive(Debug, Clone)]
pub struct HeldMandate {
    /// The mandate.
    pub id: RowId,
    /// What may be done.
    pub powers: BTreeSet<Power>,
    /// Until when.
    pub expires_at: At,
    /// The filing.
    pub summary: matter::Summary,
}

/// What is checked and indexed before the transaction.
#[derive(Clone)]
struct Ready {
    new: NewMandate,
    name: String,
    phone: String,
    keys: Arc<Indexes>,
}

fn ready(app: &App, new: &NewMandate, by_worker: bool, now: At) -> Result<Ready> {
    let mut faults = Vec::new();
    let name = log_in::name(&new.name);
    let phone = log_in::phone(&new.phone, "/phone");
    for e in [name.as_ref().err(), phone.as_ref().err()].into_iter().flatten() {
        faults.extend(e.fields().iter().cloned());
    }
    if !app.registry.codes.get(RELATIONS).is_some_and(|l| l.iter().any(|(c, _)| *c == new.relation)) {
        faults.push(FieldError::coded("/relation", "not_a_choice", &[]));
    }
    let asked = Asked { kind: new.kind, powers: &new.powers, expires_at: new.expires_at, documented: new.evidence.is_some(), by_worker };
    faults.extend(mandate::faults(&asked, now));
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let (name, phone) = (name?, phone?);
    let keys = Arc::new(Indexes::of(&app.keys(), &name, &phone)?);
    Ok(Ready { new: new.clone(), name, phone, keys })
}

/// Keeps a mandate for a filing of which the actor may dispose.
fn give(tx: &mut Tx<'_>, f: &filings::Filing, r: &Ready) -> Result<RowId> {
    let person = filings::claimant(tx.c, f.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
    let own_phone = person.phone_bix.as_ref().is_some_and(|b| r.keys.phone.contains(b));
    if own_phone && r.keys.name.contains(&person.name_bix) {
        return Err(Error::field("/phone", "agent_is_self", &[]));
    }
    if let Some(file) = r.new.evidence
        && !registers::is_of_filing(tx.c, file, f.id)?
    {
        return Err(Error::field("/evidence", "file_not_here", &[]));
    }
    let agent = log_in::known_or_new(tx, &r.keys, &r.name, &r.phone, Lang::Zh)?;
    if Some(agent.id) == f.worker_id {
        return Err(Error::field("/phone", "agent_is_self", &[]));
    }
    if let Some(old) = rows::of_agent(tx.c, agent.id, f.id)? {
        if mandate::holds(old.expires_at, None, tx.now) {
            return Err(Error::refused("mandate_exists", &[]));
        }
        end(tx, f, old, None)?;
    }
    let id: RowId = tx.ids.id(tx.now);
    let row = Mandate {
        id,
        filing_id: f.id,
        agent_id: agent.id,
        kind: r.new.kind.key().into(),
        relation: r.new.relation.clone(),
        powers: mandate::stored(&r.new.powers),
        evidence_id: r.new.evidence,
        given_by: tx.actor.worker(),
        recorded_by: tx.actor.account(),
        created_at: tx.now,
        expires_at: r.new.expires_at,
        revoked_at: None,
        revoked_worker: None,
        revoked_by: None,
        note_ct: None,
    };
    rows::insert(tx.c, &row)?;
    let payload = serde_json::json!({
        "mandate": id, "agent": agent.id, "kind": row.kind, "relation": row.relation, "powers": r.new.powers,
        "expiresAt": row.expires_at, "evidence": row.evidence_id, "by": tx.actor.word(),
    });
    tx.record("filing", f.id.into(), "mandate_given", tx.now, payload, &of_filing(f))?;
    Ok(id)
}

/// Ends a mandate from this moment on.
fn end(tx: &mut Tx<'_>, f: &filings::Filing, m: Mandate, note: Option<&str>) -> Result<()> {
    let id = m.id;
    let note_ct = note.map(|n| tx.seal("mandates", "note_ct", id, n)).transpose()?;
    let row = Mandate { revoked_at: Some(tx.now), revoked_worker: tx.actor.worker(), revoked_by: tx.actor.account(), note_ct, ..m };
    rows::revoke(tx.c, &row)?;
    let payload = serde_json::json!({ "mandate": id, "agent": row.agent_id, "by": tx.actor.word() });
    tx.record("filing", f.id.into(), "mandate_revoked", tx.now, payload, &of_filing(f))?;
    Ok(())
}

fn view(app: &App, m: Mandate, agent: &workers::Worker, lang: Lang, now: At) -> MandateView {
    MandateView {
        id: m.id,
        kind: m.kind,
        relation: app.code_word(lang, RELATIONS, &m.relation),
        name: agent.name_mask.clone().unwrap_or_default(),
        phone: agent.phone_mask.clone().unwrap_or_default(),
        powers: mandate::powers(&m.powers),
        evidence: m.evidence_id,
        by_worker: m.given_by.is_some(),
        created_at: m.created_at,
        expires_at: m.expires_at,
        revoked_at: m.revoked_at,
        holds: mandate::holds(m.expires_at, m.revoked_at, now),
    }
}

fn views(c: &mut Conn, app: &App, id: FilingId, lang: Lang, now: At) -> Result<Vec<MandateView>> {
    Ok(rows::of_filing(c, id)?.into_iter().map(|(m, w)| view(app, m, &w, lang, now)).collect())
}

impl App {
    /// The worker names somebody who acts for him in the own filing.
    ///
    /// # Errors
    /// [`Error::NotFound`], field errors, `mandate_exists`.
    pub async fn give_mandate(self: &Arc<Self>, me: &Me, key: Option<Key>, id: FilingId, new: &NewMandate) -> Result<RowId> {
        let worker = me.worker.clone();
        // whose a filing is comes before what is wrong with the form
        self.db.read(move |c| own(c, &worker, id).map(drop)).await?;
        let r = ready(self, new, true, self.now())?;
        self.write(&me.actor(), key, move |tx| mine(tx, id).and_then(|f| give(tx, &f, &r))).await
    }

    /// Who acts for the worker in the own filing, and who did.
    ///
    /// # Errors
    /// [`Error::NotFound`]: also for the agent himself.
    pub async fn mandates_of_mine(self: &Arc<Self>, me: &Me, id: FilingId) -> Result<Vec<MandateView>> {
        let (worker, lang) = (me.worker.clone(), me.lang);
        self.look(move |c, app, _| own(c, &worker, id).and_then(|f| views(c, app, f.id, lang, app.now()))).await
    }

    /// The worker ends a mandate at once.
    ///
    /// # Errors
    /// [`Error::NotFound`], `not_now` when it ended before.
    pub async fn revoke_mine(self: &Arc<Self>, me: &Me, filing: FilingId, id: RowId) -> Result<()> {
        self.write(&me.actor(), None, move |tx| {
            let f = mine(tx, filing)?;
            let m = rows::get(tx.c, id)?.filter(|m| m.filing_id == filing).ok_or(Error::NotFound("mandate"))?;
            if m.revoked_at.is_some() {
                return Err(Error::refused("not_now", &[]));
            }
            end(tx, &f, m, None)
        })
        .await
    }

    /// Filings this log-in looks after for others.
    ///
    /// # Errors
    /// The database.
    pub async fn mandates_held(self: &Arc<Self>, me: &Me) -> Result<Vec<HeldMandate>> {
        // on a shared telephone an agent proves himself like everybody else
        if me.worker.limited {
            return Ok(Vec::new());
        }
        let (worker, lang) = (me.worker.id, me.lang);
        self.look(move |c, app, _| {
            let mut out = Vec::new();
            for (m, f) in rows::held(c, worker, app.now(), SHORT)? {
                let powers = mandate::powers(&m.powers);
                let summary = matter::summary(c, &f, lang)?;
                out.push(HeldMandate { id: m.id, powers, expires_at: m.expires_at, summary });
            }
            Ok(out)
        })
        .await
    }

    /// An officer at the counter records a mandate whose document he has seen.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the officer may not know of the filing), [`Error::Forbidden`], field errors,
    /// `mandate_exists`.
    pub async fn record_mandate(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: FilingId, new: &NewMandate) -> Result<RowId> {
        self.stands_at_counter(actor, id).await?;
        let r = ready(self, new, false, self.now())?;
        self.write(actor, key, move |tx| counter::at_counter(tx, id).and_then(|f| give(tx, &f, &r))).await
    }

    /// Who acts for a filing's worker, and who did.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the officer may not know of the filing), [`Error::Forbidden`] outside the unit of a
    /// report 举报.
    pub async fn mandates_of(self: &Arc<Self>, actor: &Actor, id: FilingId) -> Result<Vec<MandateView>> {
        self.may_see(actor, None, Some(id), None).await?;
        let actor = actor.clone();
        self.look(move |c, app, _| {
            counter::open_to(c, &actor, id)?;
            views(c, app, id, Lang::Zh, app.now())
        })
        .await
    }

    /// An officer ends a mandate at once, on the worker's word.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], field errors, `not_now` when it ended before.
    pub async fn revoke_mandate(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, note: &str) -> Result<FilingId> {
        let note = counter::remark(note, "/note")?;
        self.write(actor, key, move |tx| {
            let m = rows::get(tx.c, id)?.ok_or(Error::NotFound("mandate"))?;
            let f = counter::at_counter(tx, m.filing_id).map_err(|e| match e {
                Error::NotFound(_) => Error::NotFound("mandate"),
                e => e,
            })?;
            if m.revoked_at.is_some() {
                return Err(Error::refused("not_now", &[]));
            }
            end(tx, &f, m, Some(&note))?;
            Ok(f.id)
        })
        .await
    }
}

/// The words of a power, for whoever reads Chinese.
#[must_use]
pub fn power_title(p: Power) -> String {
    text::zh(&format!("power.{}", p.key())).to_owned()
}
