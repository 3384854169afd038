//! Handing over everything a leaving officer holds: every case to a colleague, one by one by the ordinary moves, and what could not be handed
//! over is said with its reason.
//!
//! Owns the list of what an account holds and the order of things; who may take a case and what changes is the definition's.

use super::App;
use super::counter::remark;
use super::perform::{Command, Given, perform_in};
use super::write::{Key, Marks, Tx};
use crate::base::id::{AccountId, CaseId, ProcedureId};
use crate::base::{At, Error, Result};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::flow::{Form, Value};
use crate::store::{Conn, accounts, cases, procedures};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The most one hand-over moves in one transaction; more are another call.
const MOST: i64 = 200;

/// One matter an officer holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// The complaint's procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// The case.
    #[schema(value_type = String)]
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// The respondent.
    pub respondent: String,
    /// Its state, in words.
    pub state_title: String,
    /// `first` or `second`: as which officer.
    pub role: String,
}

/// One matter that stayed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stayed {
    /// The case's number.
    pub number: String,
    /// Why, in words.
    pub reason: String,
}

/// What came of a hand-over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HandedOver {
    /// Matters that went over.
    pub moved: i64,
    /// Matters that stayed with their reasons.
    pub stayed: Vec<Stayed>,
    /// More are held than one call moves: call again.
    pub more: bool,
}

/// Whether the actor leads this bureau, over the area it stands in.
fn leads(app: &App, actor: &Actor, bureau: &str) -> bool {
    let path = app.bureau_path(bureau);
    let over = |d: &access::Duty| matches!(d.kind, DutyKind::Leader | DutyKind::Head) && d.bureau == bureau && path.contains(&d.area);
    access::may(actor, Ability::HandOver, bureau) && actor.duties().iter().any(over)
}

/// An account of a bureau the actor leads; one that holds no duty any more is known by the cases it still holds.
fn known(c: &mut Conn, app: &App, actor: &Actor, account: AccountId, now: At, held: &[Held]) -> Result<()> {
    let duties = accounts::duties_of(c, &[account], now)?;
    let over = duties.iter().any(|d| leads(app, actor, &d.bureau));
    if over || !held.is_empty() { Ok(()) } else { Err(Error::NotFound("account")) }
}

fn held(c: &mut Conn, app: &App, actor: &Actor, account: AccountId, limit: i64) -> Result<Vec<Held>> {
    let mut out = Vec::new();
    let mut put = |case: cases::Case, row: &procedures::Row, role: &str| -> Result<()> {
        if leads(app, actor, &case.lead_bureau) {
            let graph = app.graphs.get(&row.kind, row.version)?;
            out.push(Held {
                procedure: row.id,
                case: case.id,
                number: case.number,
                respondent: case.respondent_name,
                state_title: graph.state(&row.state).map(|s| s.title.clone()).unwrap_or_default(),
                role: role.to_owned(),
            });
        }
        Ok(())
    };
    for row in procedures::held_by(c, account, limit)? {
        if let Some(case) = row.case_id.map(|id| cases::get(c, id)).transpose()?.flatten() {
            put(case, &row, "first")?;
        }
    }
    for case in cases::seconded(c, account, limit)? {
        if let Some(row) = procedures::of_case(c, case.id)?.into_iter().find(|r| r.kind == "complaint" && r.open) {
            put(case, &row, "second")?;
        }
    }
    Ok(out)
}

impl App {
    /// What an officer of the reader's bureau holds, as first or second officer.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an officer of another bureau; the database.
    pub async fn held_by(self: &Arc<Self>, actor: &Actor, account: AccountId) -> Result<Vec<Held>> {
        let (actor, now) = (actor.clone(), self.now());
        self.look(move |c, app, _| {
            let items = held(c, app, &actor, account, MOST)?;
            known(c, app, &actor, account, now, &items)?;
            Ok(items)
        })
        .await
    }

    /// Hands everything over to a colleague: as first officer by the move 改派承办人, as second by 指定第二承办人.
    ///
    /// # Errors
    /// [`Error::NotFound`]; field errors (`same_officer`, the reason).
    pub async fn hand_over(
        self: &Arc<Self>,
        actor: &Actor,
        key: Option<Key>,
        from: AccountId,
        to: AccountId,
        why: &str,
    ) -> Result<HandedOver> {
        let why = remark(why, "/reason")?;
        if from == to {
            return Err(Error::field("/to", "same_officer", &[]));
        }
        self.write(actor, key, move |tx| hand_over(tx, from, to, &why)).await
    }
}

fn hand_over(tx: &mut Tx<'_>, from: AccountId, to: AccountId, why: &str) -> Result<HandedOver> {
    let all = held(tx.c, tx.app, tx.actor, from, MOST)?;
    known(tx.c, tx.app, tx.actor, from, tx.now, &all)?;
    let mut out = HandedOver { more: i64::try_from(all.len()).unwrap_or(MOST) >= MOST, ..HandedOver::default() };
    for h in &all {
        let second = cases::get(tx.c, h.case)?.and_then(|k| k.second_officer);
        let mut form = Form::from([("account".to_owned(), Value::Id(to.into()))]);
        let name = if h.role == "first" {
            form.insert("reason".to_owned(), Value::Text(why.to_owned()));
            // the second officer stays, unless he is the one who takes over
            if let Some(s) = second.filter(|s| *s != to) {
                form.insert("second".to_owned(), Value::Id(s.into()));
            }
            "reassign"
        } else {
            "name_second"
        };
        let cmd =
            Command { procedure: h.procedure, name: name.to_owned(), form: Given::Parsed(form), occurred_at: None, seen: None, term: None };
        match one(tx, &cmd) {
            Ok(()) => out.moved += 1,
            Err(e @ (Error::Refused(_) | Error::Invalid(_) | Error::NotFound(_) | Error::Forbidden(_))) => {
                out.stayed.push(Stayed { number: h.number.clone(), reason: e.sentence() });
            }
            Err(e) => return Err(e),
        }
    }
    let payload = serde_json::json!({ "to": to, "moved": out.moved, "stayed": out.stayed.len() });
    tx.record("account", from.into(), "handed_over", tx.now, payload, &Marks::default())?;
    Ok(out)
}

/// One move of many: what fails leaves no trace, the others stay.
fn one(tx: &mut Tx<'_>, cmd: &Command) -> Result<()> {
    let actor = tx.actor;
    tx.body(actor, |tx| perform_in(tx, cmd).map(drop))
}
