//! Penalties beside their rows: who punishes, whether the ground stands, what is owed today, and how one is begun.
//!
//! Owns the way from the rows to `domain::penalty`, for facts, pages and effects alike; the bureau that punishes stands in a penalty's procedure where
//! the bureau that leads the case stands in others. Its papers are `papers`'. What a revoked order takes along is told here, in its transaction.

pub(super) mod papers;

use super::perform::{self, Begin};
use super::subject::{Subject, scope_of};
use super::write::{Key, Tx};
use super::{App, view};
use crate::base::id::{CaseId, ProcedureId, RespondentId};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{self, Actor, Scope};
use crate::domain::penalty::{self as rules, Account, Ground, Part};
use crate::flow::{Form, Value, form};
use crate::law::{Fen, Law};
use crate::store::orders::{self, Order};
use crate::store::penalties::{self as rows, Owed, Penalty};
use crate::store::procedures::Row;
use crate::store::{Conn, cases, procedures};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Who begins one.
const HANDLER: &str = "handler@lead";
/// What an order that was not obeyed may be fined for.
const REFUSED: &str = "refuse_order";

/// A ground by its code; nothing where there is no such row. Rows are checked when the program starts.
pub(super) fn ground(app: &App, code: &str) -> Option<Ground> {
    let tags = app.registry.code_tags.get(rules::GROUNDS)?;
    Ground::read(tags.iter().filter(|(_, codes)| codes.iter().any(|c| c == code)).map(|(t, _)| t.as_str())).ok()
}

/// The bureau that punishes, for a procedure of a penalty; nothing for every other procedure.
///
/// # Errors
/// The database.
pub(super) fn bureau_of(c: &mut Conn, row: &Row, given: &Form) -> Result<Option<String>> {
    if row.kind != rules::KIND {
        return Ok(None);
    }
    match (rows::of_procedure(c, row.id)?, given.get("bureau")) {
        (Some(p), _) => Ok(Some(p.bureau)),
        (None, Some(Value::Text(b))) => Ok(Some(b.clone())),
        _ => Ok(None),
    }
}

/// The bureau that punishes leads this procedure.
pub(super) fn led_by(app: &App, scope: &mut Scope, bureau: String) {
    scope.lead_path = app.bureau_path(&bureau);
    scope.lead = bureau;
}

/// Whether an order no longer stands.
///
/// # Errors
/// The database.
pub(super) fn order_gone(c: &mut Conn, order: &Order) -> Result<bool> {
    Ok(order.remedy == "revoked" || procedures::get(c, order.procedure_id)?.is_none_or(|p| p.state == "withdrawn"))
}

/// Which right the party has, by the most that was to be fined: `hearing`, or `statement` alone.
pub(super) fn right(law: &Law, row: &Penalty, now: At) -> &'static str {
    let most = row.ceiling.max(row.fine).unwrap_or_default();
    if rules::reaches("penalty.hearing", &row.subject, most, &law.rules, row.told_on.unwrap_or_else(|| now.day())) {
        "hearing"
    } else {
        "statement"
    }
}

/// The last day on which the party may be heard.
pub(super) fn window_end(law: &Law, row: &Penalty, now: At) -> Option<Day> {
    let rule = if right(law, row, now) == "hearing" { rules::HEARING_REQUEST } else { rules::STATEMENT };
    row.told_on.and_then(|told| law.last_day(rule, told, now))
}

/// The latest day to serve the notice of a hearing.
pub(super) fn hearing_notice_by(law: &Law, hearing: Day, now: At) -> Option<Day> {
    law.last_day(rules::HEARING_NOTICE, hearing, now)
}

/// What is due of a penalty, what was paid, and on which days nothing is counted.
///
/// # Errors
/// The database.
pub(super) fn account(c: &mut Conn, law: &Law, row: &Penalty, o: &Owed, on: Day) -> Result<Account> {
    let paid = rows::payments(c, row.id)?.into_iter().map(|p| Part { on: p.paid_on, amount: p.amount }).collect();
    let percent = law.rules.number(rules::LATE, on).unwrap_or_default();
    Ok(Account { due: o.due.0.clone(), paid, pauses: row.way.0.pauses.clone(), percent })
}

/// A penalty to begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPenalty {
    /// The procedure of the order to pay that was not obeyed, of the same case; its party is fined.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub order: Option<ProcedureId>,
    /// The bureau that punishes; the one that leads the case if absent.
    #[serde(default)]
    pub bureau: Option<String>,
    /// What it is begun with: the fields of the start of the definition `penalty`, as a move's form gives them.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub form: serde_json::Value,
}

/// What was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PenaltyBegun {
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
}

/// Begins one on a case: an officer of the bureau that punishes.
///
/// # Errors
/// As [`App::begin_penalty`].
pub fn begin(tx: &mut Tx<'_>, id: CaseId, n: &NewPenalty) -> Result<PenaltyBegun> {
    let case = tx.case(id).map_err(|_| Error::NotFound("case"))?;
    let mut scope = scope_of(tx.app, Some(&case), None);
    if !access::may_read(tx.actor, &scope) {
        return Err(Error::NotFound("case"));
    }
    let bureau = n.bureau.clone().filter(|b| !b.trim().is_empty());
    let bureau = bureau.unwrap_or_else(|| case.lead_bureau.clone());
    if bureau != case.lead_bureau && case.oversight_bureau.as_ref() != Some(&bureau) {
        return Err(Error::field("/bureau", "penalty_bureau", &[]));
    }
    led_by(tx.app, &mut scope, bureau.clone());
    if !access::roles(tx.actor, &scope).contains(HANDLER) {
        return Err(Error::Forbidden("penalty"));
    }
    let graph = tx.app.graphs.latest(rules::KIND)?;
    let mut raw = match &n.form {
        serde_json::Value::Object(m) => m.clone(),
        serde_json::Value::Null => serde_json::Map::new(),
        _ => return Err(Error::field("/form", "required", &[])),
    };
    raw.insert("bureau".to_owned(), bureau.into());
    let all = procedures::of_case(tx.c, id)?;
    let parent = match n.order {
        Some(p) => {
            let unknown = || Error::field("/order", "penalty_no_order", &[]);
            all.iter().find(|r| r.id == p && r.kind == "payment_order").ok_or_else(unknown)?;
            let order = orders::of_procedure(tx.c, p)?.ok_or_else(unknown)?;
            let party: RespondentId = order.respondent_id.ok_or_else(unknown)?;
            raw.entry("respondent").or_insert_with(|| party.to_string().into());
            raw.entry("ground").or_insert_with(|| REFUSED.into());
            Some(p)
        }
        None => all.iter().find(|r| r.kind == "complaint").map(|r| r.id),
    };
    let given = form::parse_fields(&graph.start.form, &serde_json::Value::Object(raw)).map_err(Error::Invalid)?;
    if let Some(Value::Id(file)) = given.get("proof") {
        crate::app::claims::file_of(tx, id, (*file).into(), "/form/proof", None)?;
    }
    let begin = Begin { kind: rules::KIND.to_owned(), case: Some(id), filing: None, parent, occurred_at: tx.now, form: given };
    let done = perform::start_in(tx, &begin)?;
    Ok(PenaltyBegun { procedure: done.procedure })
}

/// After a step of an order to pay of version 1 or 2, whose definitions know nothing of penalties: once it stands no more, every penalty on it falls
/// in the same transaction. Version 3 says so itself, by signals.
///
/// # Errors
/// As [`perform::perform_in`].
pub(super) fn follow(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    if subject.row.kind != "payment_order" || subject.procedure.state != "withdrawn" {
        return Ok(());
    }
    let Some(order) = orders::of_procedure(tx.c, subject.row.id)? else { return Ok(()) };
    for p in rows::of_order(tx.c, order.id)?.into_iter().filter(Penalty::stands) {
        perform::tell_procedure(tx, p.procedure_id, &["ground_gone", "ground_revoked"])?;
    }
    Ok(())
}

/// Where a penalty stands whose decision has this number, for whoever stands on it: whether it was served and stands, and its review or suit.
///
/// # Errors
/// The database.
pub(super) fn decided_as(c: &mut Conn, case: CaseId, number: &str) -> Result<Option<(bool, String)>> {
    for p in rows::of_case(c, case)? {
        let Some(d) = p.way.0.decision.map(|d| crate::store::papers::document(c, d)).transpose()?.flatten() else { continue };
        if d.number == number {
            return Ok(Some((p.served_on.is_some() && p.remedy != "revoked", p.remedy)));
        }
    }
    Ok(None)
}

/// An order of the case a penalty may be begun on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unobeyed {
    /// Its procedure.
    pub order: ProcedureId,
    /// What it is called, with the unit and what is unpaid.
    pub title: String,
}

/// What the form that begins a penalty offers: the orders it may stand on, the bureaus this person may punish for, and who may be the second officer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beginning {
    /// Orders that expired unpaid.
    pub orders: Vec<Unobeyed>,
    /// Bureaus by code and name.
    pub bureaus: Vec<(String, String)>,
    /// Officers by id and name.
    pub officers: Vec<(String, String)>,
}

impl App {
    /// Begins a penalty on a case.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of the case), [`Error::Forbidden`] to anybody but a handling officer of the bureau that
    /// punishes, the refusals of the start (`fined_already`, `limitation`, `not_ordered`, …), field errors.
    pub async fn begin_penalty(self: &Arc<Self>, actor: &Actor, key: Option<Key>, case: CaseId, n: NewPenalty) -> Result<PenaltyBegun> {
        self.write(actor, key, move |tx| begin(tx, case, &n)).await
    }

    /// What this person may begin a penalty with; nothing for whoever may not.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn penalty_beginning(self: &Arc<Self>, actor: &Actor, case: CaseId) -> Result<Option<Beginning>> {
        let (actor, now) = (actor.clone(), self.now());
        self.look(move |c, app, _| {
            let row = cases::get(c, case)?.ok_or(Error::NotFound("case"))?;
            let scope = scope_of(app, Some(&row), None);
            if !access::may_read(&actor, &scope) {
                return Ok(None);
            }
            let mut out = Beginning::default();
            for bureau in [Some(row.lead_bureau.clone()), row.oversight_bureau.clone()].into_iter().flatten() {
                let mut theirs = scope.clone();
                led_by(app, &mut theirs, bureau.clone());
                if !access::roles(&actor, &theirs).contains(HANDLER) {
                    continue;
                }
                for id in super::facts::handlers_at(c, app, &row, &bureau, now)? {
                    if actor.account() != Some(id)
                        && let Some(a) = crate::store::accounts::get(c, id)?
                    {
                        out.officers.push((id.to_string(), a.name));
                    }
                }
                out.bureaus.push((bureau.clone(), app.bureau_name(&bureau)));
            }
            if out.bureaus.is_empty() {
                return Ok(None);
            }
            let chain = cases::chain(c, case)?;
            for o in orders::of_case(c, case)? {
                let unpaid = o.unpaid_at_expiry.filter(|u| u.is_positive());
                let Some(unpaid) = unpaid.filter(|_| o.served_on.is_some()) else { continue };
                if order_gone(c, &o)? {
                    continue;
                }
                let unit = chain.iter().find(|r| Some(r.id) == o.respondent_id).map(|r| r.name.clone()).unwrap_or_default();
                let kind = view::coded("document", &o.instrument);
                let title = text::zh_with("penalty.begin.basis", &[("kind", &kind), ("unit", &unit), ("unpaid", &unpaid.to_string())]);
                out.orders.push(Unobeyed { order: o.procedure_id, title });
            }
            Ok(Some(out))
        })
        .await
    }
}

/// Fen as yuan with capitals, as papers write a fine.
pub(super) fn fine_words(f: Fen) -> String {
    text::zh_with("letter.penalty.sum", &[("yuan", &f.to_string()), ("capital", &crate::law::words::uppercase(f))])
}
