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
pub const MOST: i64 = 200;

/// One matter an officer holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// The procedure: the complaint's, or what still runs beside a closed one.
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
    /// `first` or `second`: as which officer; `rest`: it still runs though its case is closed.
    pub role: String,
}
const REST: &str = "rest";

/// One matter that stayed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stayed {
    /// The case's number.
    pub number: String,
    /// Why, in words.
    pub reason: String,
}

/// How far a list of what an officer holds was read: the last matter as first and as second officer, and beside closed cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    first: ProcedureId,
    second: CaseId,
    #[serde(default)]
    rest: Option<ProcedureId>,
}
impl Reached {
    /// Before the first one.
    #[must_use]
    pub fn start() -> Self {
        Self { first: uuid::Uuid::nil().into(), second: uuid::Uuid::nil().into(), rest: None }
    }
}

/// What came of a hand-over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOver {
    /// Matters that went over.
    pub moved: i64,
    /// Matters that stayed with their reasons.
    pub stayed: Vec<Stayed>,
    /// More are held than one call moves: go on from here. What stayed is behind it and is not tried again.
    pub next: Option<Reached>,
}

/// A page of what an officer holds.
pub type HeldPage = (Vec<Held>, Option<Reached>);

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

fn held(c: &mut Conn, app: &App, actor: &Actor, account: AccountId, from: Reached, limit: i64) -> Result<HeldPage> {
    let (mut out, mut reached) = (Vec::new(), from);
    let mut put = |c: &mut Conn, case: cases::Case, row: &procedures::Row, role: &str| -> Result<()> {
        // a penalty is its own bureau's
        let bureau = crate::app::penalties::bureau_of(c, row, &Form::new())?.unwrap_or_else(|| case.lead_bureau.clone());
        if leads(app, actor, &bureau) {
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
    let full = |n: usize| i64::try_from(n).unwrap_or(i64::MAX) >= limit;
    let rows = procedures::held_by(c, account, from.first, limit)?;
    let mut more = full(rows.len());
    for row in rows {
        reached.first = row.id;
        if let Some(case) = row.case_id.map(|id| cases::get(c, id)).transpose()?.flatten() {
            put(c, case, &row, "first")?;
        }
    }
    let rows = cases::seconded(c, account, from.second, limit)?;
    more |= full(rows.len());
    for case in rows {
        reached.second = case.id;
        if let Some(row) = procedures::of_case(c, case.id)?.into_iter().find(|r| r.kind == "complaint" && r.open) {
            put(c, case, &row, "second")?;
        }
    }
    let rows = procedures::left_over(c, account, reached.rest, limit)?;
    more |= full(rows.len());
    for row in rows {
        reached.rest = Some(row.id);
        if let Some(case) = row.case_id.map(|id| cases::get(c, id)).transpose()?.flatten() {
            put(c, case, &row, REST)?;
        }
    }
    Ok((out, more.then_some(reached)))
}

impl App {
    /// A page of what an officer of the reader's bureau holds, as first or second officer.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an officer of another bureau; the database.
    pub async fn held_by(self: &Arc<Self>, actor: &Actor, account: AccountId, from: Option<Reached>) -> Result<HeldPage> {
        let (actor, now) = (actor.clone(), self.now());
        self.look(move |c, app, _| {
            let (items, next) = held(c, app, &actor, account, from.unwrap_or_else(Reached::start), MOST)?;
            known(c, app, &actor, account, now, &items)?;
            Ok((items, next))
        })
        .await
    }

    /// Hands everything over to a colleague: as first officer by the move 改派承办人, as second by 指定第二承办人. Beyond what one call moves
    /// the answer says where the next one goes on, so that what stays is never in the way of the rest.
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
        (after, size): (Option<Reached>, i64),
    ) -> Result<HandedOver> {
        let why = remark(why, "/reason")?;
        if from == to {
            return Err(Error::field("/to", "same_officer", &[]));
        }
        self.write(actor, key, move |tx| hand_over(tx, from, to, &why, (after.unwrap_or_else(Reached::start), size.clamp(1, MOST)))).await
    }
}

fn hand_over(tx: &mut Tx<'_>, from: AccountId, to: AccountId, why: &str, (after, size): (Reached, i64)) -> Result<HandedOver> {
    let (all, next) = held(tx.c, tx.app, tx.actor, from, after, size)?;
    known(tx.c, tx.app, tx.actor, from, tx.now, &all)?;
    let mut out = HandedOver { next, ..HandedOver::default() };
    for h in &all {
        let second = cases::get(tx.c, h.case)?.and_then(|k| k.second_officer);
        let mut form = Form::from([("account".to_owned(), Value::Id(to.into()))]);
        let name = if h.role == REST {
            "handed_over"
        } else if h.role == "first" {
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
        // what runs beside a closed case is told by nobody but this
        let told = Actor::System("hand_over");
        match one(tx, if h.role == REST { &told } else { tx.actor }, &cmd) {
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
fn one(tx: &mut Tx<'_>, actor: &Actor, cmd: &Command) -> Result<()> {
    tx.body(actor, |tx| perform_in(tx, cmd).map(drop))
}
