//! Doubts about a complaint 存疑, and repetition (practice P2.5).
//!
//! Owns that a doubt is a note with evidence, confirmed or dismissed by a second person, and nothing else: it changes no
//! state, no grade, no order and nobody's sight of the filing. Nothing here scores a worker. A worker who complains again
//! about the same respondent is first a signal about us: what is shown of the earlier filing is what we missed.

use super::App;
use super::claimant::of_filing;
use super::counter;
use super::subject::scope_of;
use super::write::{Key, Tx};
use crate::base::id::{EvidenceId, FilingId, RowId};
use crate::base::seal::{self, Place};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::{self, Ability, Actor};
use crate::store::counter::{self as rows, Doubt};
use crate::store::{accounts, cases, filings, procedures};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A doubt as it is shown.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoubtView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// What is doubted and why.
    pub note: String,
    /// The evidence.
    #[schema(value_type = String)]
    pub evidence: EvidenceId,
    /// Who doubts.
    pub officer: String,
    /// Whether this reader, or whom he stands in for, doubts; then somebody else decides.
    pub own: bool,
    /// When.
    #[schema(value_type = String)]
    pub at: At,
    /// `confirmed` or `dismissed`; absent while it waits for a second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict_note: Option<String>,
    /// The second person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub decided_at: Option<At>,
}
impl std::fmt::Debug for DoubtView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DoubtView({})", self.id)
    }
}

/// A term we missed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MissedTerm {
    /// What was due, in words.
    pub title: String,
    /// The article.
    pub article: String,
    /// By which day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub due: Option<Day>,
}

/// An earlier filing of the same person about the same respondent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EarlierFiling {
    /// The filing.
    #[schema(value_type = String)]
    pub id: FilingId,
    /// Its number.
    pub number: String,
    /// When it was received.
    #[schema(value_type = String)]
    pub received_at: At,
    /// By which bureau.
    pub bureau: String,
    /// Where its procedure stands, in words.
    pub state: String,
    /// What the office missed in it; empty when it missed nothing.
    pub missed: Vec<MissedTerm>,
}

fn doubt(tx: &mut Tx<'_>, id: FilingId, file: EvidenceId, note: &str) -> Result<RowId> {
    let f = counter::open_to(tx.c, tx.actor, id)?;
    let evidence = crate::store::papers::get_evidence(tx.c, file)?;
    let lies_here = evidence.is_some_and(|e| e.filing_id == Some(id) || e.case_id.is_some() && e.case_id == f.case_id);
    if !lies_here {
        return Err(Error::field("/evidence", "file_not_here", &[]));
    }
    let row: RowId = tx.ids.id(tx.now);
    let kept = Doubt {
        id: row,
        filing_id: id,
        evidence_id: file,
        text_ct: tx.seal("doubts", "text_ct", row, note)?,
        by_account: tx.actor.account().ok_or(Error::Unauthenticated)?,
        at: tx.now,
        verdict: None,
        verdict_ct: None,
        decided_by: None,
        decided_at: None,
    };
    rows::insert_doubt(tx.c, &kept)?;
    let payload = serde_json::json!({ "doubt": row, "evidence": file });
    tx.record("filing", id.into(), "doubted", tx.now, payload, &of_filing(&f))?;
    Ok(row)
}

fn decide(tx: &mut Tx<'_>, id: RowId, confirm: bool, note: &str) -> Result<FilingId> {
    let unknown = || Error::NotFound("doubt");
    let d = rows::doubt(tx.c, id)?.ok_or_else(unknown)?;
    let f = filings::get(tx.c, d.filing_id)?.ok_or_else(unknown)?;
    let case = f.case_id.map(|c| tx.case(c)).transpose()?;
    let scope = scope_of(tx.app, case.as_ref(), Some(&f));
    if !access::may_read(tx.actor, &scope) {
        return Err(unknown());
    }
    counter::open_to(tx.c, tx.actor, f.id)?;
    let me = tx.actor.account().ok_or(Error::Unauthenticated)?;
    // a second person: not the author, and not somebody who stands in for the author
    if tx.actor.answers_for(d.by_account) || !access::may_towards(tx.actor, Ability::AddEvidence, &scope) {
        return Err(Error::Forbidden("doubt_second"));
    }
    if d.verdict.is_some() {
        return Err(Error::refused("not_now", &[]));
    }
    let verdict = if confirm { "confirmed" } else { "dismissed" };
    let row = Doubt {
        verdict: Some(verdict.into()),
        verdict_ct: Some(tx.seal("doubts", "verdict_ct", id, note)?),
        decided_by: Some(me),
        decided_at: Some(tx.now),
        ..d
    };
    rows::decide_doubt(tx.c, &row)?;
    let payload = serde_json::json!({ "doubt": id, "verdict": verdict });
    tx.record("filing", f.id.into(), "doubt_decided", tx.now, payload, &of_filing(&f))?;
    Ok(f.id)
}

impl App {
    /// Notes a doubt about a filing, with its evidence.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], field errors.
    pub async fn doubt(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: FilingId, file: EvidenceId, note: &str) -> Result<RowId> {
        self.may_see(actor, None, Some(id), Some(Ability::AddEvidence)).await?;
        let note = counter::remark(note, "/note")?;
        self.write(actor, key, move |tx| doubt(tx, id, file, &note)).await
    }

    /// Doubts about a filing, the oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`] outside the unit of a report 举报.
    pub async fn doubts(self: &Arc<Self>, actor: &Actor, id: FilingId) -> Result<Vec<DoubtView>> {
        self.may_see(actor, None, Some(id), None).await?;
        let actor = actor.clone();
        self.look(move |c, _, keys| {
            counter::open_to(c, &actor, id)?;
            let mut out = Vec::new();
            for d in rows::doubts_of(c, id)? {
                let open = |column: &'static str, ct| seal::open(keys, Place::new("doubts", column, d.id), ct);
                let decided = d.decided_by.map(|a| accounts::get(c, a)).transpose()?.flatten().map(|a| a.name);
                out.push(DoubtView {
                    note: open("text_ct", &d.text_ct)?,
                    verdict_note: d.verdict_ct.as_ref().map(|ct| open("verdict_ct", ct)).transpose()?,
                    officer: accounts::get(c, d.by_account)?.map(|a| a.name).unwrap_or_default(),
                    own: actor.answers_for(d.by_account),
                    id: d.id,
                    evidence: d.evidence_id,
                    at: d.at,
                    verdict: d.verdict.clone(),
                    decided_by: decided,
                    decided_at: d.decided_at,
                });
            }
            Ok(out)
        })
        .await
    }

    /// A second person confirms or dismisses a doubt. The filing stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`] `doubt_second` for the author, `not_now` when it is decided, field errors.
    pub async fn decide_doubt(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, confirm: bool, note: &str) -> Result<FilingId> {
        let note = counter::remark(note, "/note")?;
        self.write(actor, key, move |tx| decide(tx, id, confirm, &note)).await
    }

    /// Earlier filings of the same person about the same respondent, with what the office missed in them: for whoever
    /// supervises, leads or heads.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`] for other duties.
    pub async fn earlier_filings(self: &Arc<Self>, actor: &Actor, id: FilingId) -> Result<Vec<EarlierFiling>> {
        self.may_see(actor, None, Some(id), None).await?;
        let actor = actor.clone();
        self.look(move |c, app, _| {
            let f = counter::open_to(c, &actor, id)?;
            let case = f.case_id.map(|k| cases::get(c, k)).transpose()?.flatten();
            let held = access::roles(&actor, &scope_of(app, case.as_ref(), Some(&f)));
            if !held.iter().any(|r| ["supervisor@", "leader@", "head@"].iter().any(|d| r.starts_with(d))) {
                return Err(Error::Forbidden("earlier"));
            }
            let person = filings::same_person(c, f.claimant_id)?;
            let (law, now) = (app.law(), app.now());
            let mut out = Vec::new();
            for e in rows::earlier(c, &person, &f.respondent_key, f.received_at, f.id)? {
                let case = e.case_id.map(|k| cases::get(c, k)).transpose()?.flatten();
                // what lies with another county is that county's supervisor's to see
                if !access::may_read(&actor, &scope_of(app, case.as_ref(), Some(&e))) {
                    continue;
                }
                let own = procedures::of_filing(c, e.id)?.into_iter().find(|p| p.kind == "filing");
                let state = match &own {
                    Some(p) => app.graphs.get(&p.kind, p.version)?.state(&p.state).map(|s| s.title.clone()).unwrap_or_default(),
                    None => String::new(),
                };
                let mut missed = Vec::new();
                for m in rows::missed_terms(c, e.id, e.case_id)? {
                    let graph = app.graphs.get(&m.kind, m.version)?;
                    missed.push(MissedTerm {
                        title: graph.term_title(&m.key),
                        article: m.doc.0.article.clone(),
                        due: m.doc.0.due(&law.calendar, now).day,
                    });
                }
                out.push(EarlierFiling {
                    id: e.id,
                    number: e.number,
                    received_at: e.received_at,
                    bureau: app.bureau_name(&e.receiving_bureau),
                    state,
                    missed,
                });
            }
            Ok(out)
        })
        .await
    }
}
