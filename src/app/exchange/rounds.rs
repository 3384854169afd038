//! Rounds of answering 答复轮次: what was answered to a filing's sender, what he said of it, and the new round he asked for.
//!
//! Owns the rows of rounds, written in the transaction of the move they follow, whoever made it, and the sender's way to
//! make such a move. The terms of a round (confirmation, redo) are the procedure's.

use crate::app::App;
use crate::app::perform::{self, Command, Given};
use crate::app::subject::Subject;
use crate::app::write::{Key, Tx};
use crate::base::id::FilingId;
use crate::base::{At, Error, Result, text};
use crate::domain::access::{Actor, Partner};
use crate::flow::{Step, Value};
use crate::store::exchange::{self as store, Round};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use utoipa::ToSchema;

/// The reason of a denial by which its sender wants the work done again.
const SENT_BACK: &str = "sent_back";
/// The reason of a denial by a sender who says no other.
const UNSATISFIED: &str = "sender_unsatisfied";
/// Characters a reason may have.
const REASON: std::ops::RangeInclusive<usize> = 2..=1_000;

/// One round as its sender reads it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoundView {
    /// Its number, from 1.
    pub round: i32,
    /// `final`, `interim`, or `return`: a request that the sender take the filing back.
    pub kind: String,
    /// When it was asked for.
    #[schema(value_type = String)]
    pub asked_at: At,
    /// When it was answered; absent while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub answered_at: Option<At>,
    /// The conclusion, or why it is to go back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The same in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `accept`, `redo`, `unsatisfied`, `refuse`, or `lapsed` when nothing was said in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// When that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub verdict_at: Option<At>,
}

/// A round as shown.
#[must_use]
pub fn view(app: &App, r: Round) -> RoundView {
    let list = if r.kind == "return" { "source_return_reason" } else { "answer" };
    RoundView {
        round: r.round,
        kind: r.kind,
        asked_at: r.asked_at,
        answered_at: r.answered_at,
        text: r.code.as_deref().map(|c| app.code_title(list, c)),
        code: r.code,
        verdict: r.verdict,
        verdict_at: r.verdict_at,
    }
}

/// What a sender may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Say {
    /// The answer is taken, or the filing is taken back.
    Accept,
    /// 退回重办: the work is to be done again.
    Redo,
    /// 不满意.
    Unsatisfied,
    /// The filing is not taken back.
    Refuse,
}

/// What a sender says of a round.
#[derive(Debug, Clone)]
pub struct Said {
    /// The verdict.
    pub verdict: Say,
    /// Why, in words.
    pub reason: String,
    /// A code of `denial_reason` with [`Say::Unsatisfied`].
    pub code: Option<String>,
}

fn code(step: &Step, field: &str) -> Option<String> {
    match step.plain.get(field) {
        Some(Value::Text(t)) => Some(t.clone()),
        _ => None,
    }
}

/// A round that is about to begin.
fn next(tx: &mut Tx<'_>, filing: FilingId, all: &[Round], kind: &str, asked_at: At) -> Round {
    Round {
        id: tx.ids.id(tx.now),
        filing_id: filing,
        round: all.last().map_or(1, |r| r.round + 1),
        kind: kind.to_owned(),
        code: None,
        asked_at,
        answered_at: None,
        verdict: None,
        verdict_at: None,
        verdict_by: None,
    }
}

/// The newest round of a kind that was answered and of which nothing was said.
fn unjudged(all: &[Round], kind: &str) -> Option<Round> {
    all.iter().rev().find(|r| r.kind == kind && r.answered_at.is_some() && r.verdict.is_none()).cloned()
}

/// Keeps the rounds in step with a move of a filing's procedure.
///
/// # Errors
/// The database.
pub fn follow(tx: &mut Tx<'_>, subject: &Subject, step: &Step) -> Result<()> {
    let (true, true, Some(f)) = (subject.row.kind == "filing", step.event == "moved", &subject.filing) else { return Ok(()) };
    let (at, id) = (step.occurred_at, f.id);
    let judged = |tx: &mut Tx<'_>, all: &[Round], kind: &str, verdict: &str| -> Result<()> {
        let Some(r) = unjudged(all, kind) else { return Ok(()) };
        let by = Some(tx.actor.word());
        store::update_round(tx.c, &Round { verdict: Some(verdict.to_owned()), verdict_at: Some(at), verdict_by: by, ..r })
    };
    match step.name.as_str() {
        "answer" => {
            let all = store::rounds(tx.c, id)?;
            let said = Round { code: code(step, "code"), answered_at: Some(at), ..next(tx, id, &all, "final", f.received_at) };
            match all.iter().find(|r| r.kind == "final" && r.answered_at.is_none()) {
                Some(open) => store::update_round(tx.c, &Round { code: said.code, answered_at: said.answered_at, ..open.clone() }),
                None => store::insert_round(tx.c, &said),
            }
        }
        "answer_interim" | "return_to_source" => {
            let all = store::rounds(tx.c, id)?;
            let (kind, field) = if step.name == "answer_interim" { ("interim", "code") } else { ("return", "reason") };
            let row = Round { code: code(step, field), answered_at: Some(at), ..next(tx, id, &all, kind, at) };
            store::insert_round(tx.c, &row)
        }
        "confirm" | "confirm_lapsed" => {
            let all = store::rounds(tx.c, id)?;
            judged(tx, &all, "final", if step.name == "confirm" { "accept" } else { "lapsed" })
        }
        "deny" => {
            let all = store::rounds(tx.c, id)?;
            let redo = code(step, "reason").as_deref() == Some(SENT_BACK);
            judged(tx, &all, "final", if redo { "redo" } else { "unsatisfied" })?;
            let row = next(tx, id, &all, "final", at);
            store::insert_round(tx.c, &row)
        }
        "return_agreed" | "return_refused" => {
            let all = store::rounds(tx.c, id)?;
            judged(tx, &all, "return", if step.name == "return_agreed" { "accept" } else { "refuse" })
        }
        _ => Ok(()),
    }
}

fn reason(said: &Said) -> Result<String> {
    let reason = text::tidy_long(&said.reason);
    if said.verdict != Say::Accept && !REASON.contains(&reason.chars().count()) {
        return Err(Error::field("/reason", "verdict_reason", &[]));
    }
    if said.code.is_some() && said.verdict != Say::Unsatisfied {
        return Err(Error::field("/code", "code_not_with_verdict", &[]));
    }
    Ok(reason)
}

/// The move a verdict on a round of this kind is, with its form.
fn as_move(kind: &str, said: &Said, reason: &str) -> Option<(&'static str, serde_json::Value)> {
    Some(match (kind, said.verdict) {
        ("final", Say::Accept) => ("confirm", json!({ "method": "platform" })),
        ("final", Say::Redo) => ("deny", json!({ "reason": SENT_BACK, "statement": reason })),
        ("final", Say::Unsatisfied) => ("deny", json!({ "reason": said.code.as_deref().unwrap_or(UNSATISFIED), "statement": reason })),
        ("return", Say::Accept) => ("return_agreed", json!({})),
        ("return", Say::Refuse) => ("return_refused", json!({ "explanation": reason })),
        _ => return None,
    })
}

fn judge(tx: &mut Tx<'_>, p: &Partner, source_number: &str, round: i32, said: &Said) -> Result<()> {
    let (f, row) = super::feed::own(tx.c, p, source_number)?;
    let reason = reason(said)?;
    let all = store::rounds(tx.c, f.id)?;
    let asked = all.iter().find(|r| r.round == round).ok_or_else(|| Error::refused("round_not_open", &[]))?;
    let (name, form) = as_move(&asked.kind, said, &reason).ok_or_else(|| Error::refused("round_other_kind", &[]))?;
    if unjudged(&all, &asked.kind).is_none_or(|r| r.round != round) {
        return Err(Error::refused("round_not_open", &[]));
    }
    let cmd = Command { procedure: row.id, name: name.to_owned(), form: Given::Raw(form), occurred_at: None, seen: None, term: None };
    // the only coded field a sender gives us is the reason
    perform::perform_in(tx, &cmd).map(drop).map_err(|e| match e {
        Error::Invalid(f) if f.iter().any(|f| f.pointer == "/form/reason") => Error::field("/code", "not_allowed", &[]),
        e => e,
    })
}

impl App {
    /// A sender says what he thinks of an answer, or whether he takes a filing back.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a filing that is not his; `round_not_open`, `round_other_kind`, or what the move refuses.
    pub async fn say(self: &Arc<Self>, p: &Partner, key: Key, source_number: &str, round: i32, said: Said) -> Result<()> {
        let (actor, p, no) = (Actor::Partner(p.clone()), p.clone(), source_number.to_owned());
        self.write(&actor, Some(key), move |tx| judge(tx, &p, &no, round, &said)).await
    }
}
