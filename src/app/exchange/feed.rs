//! What a system hears of the filings it sent: every move of their procedures, in the order of the journal, and where
//! each stands now.
//!
//! Owns which events are heard ([`heard_by`] marks them when they are written) and what is said of them: numbers, states
//! and codes, never a person, an amount or a text. Reads by `log_no` alone, so a page is gapless and its cursor lasts.

use super::rounds::{self, RoundView};
use crate::app::App;
use crate::app::subject::Subject;
use crate::base::id::{PartnerId, ProcedureId};
use crate::base::{At, Error, Result};
use crate::domain::access::Partner;
use crate::flow::Step;
use crate::store::exchange::{self as store, Named};
use crate::store::journal::{self, Stored};
use crate::store::{Conn, procedures};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// The system that hears of a step: the sender of the filing, of its start and of moves that were made. Requests for
/// signatures and reminders are the house's own affair.
#[must_use]
pub fn heard_by(subject: &Subject, step: &Step) -> Option<PartnerId> {
    let partner = subject.filing.as_ref()?.partner_id?;
    (subject.row.kind == "filing" && matches!(step.event, "started" | "moved")).then_some(partner)
}

/// One thing that happened to a filing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The event, the same whenever it is read.
    pub id: String,
    /// The sender's number.
    pub source_number: String,
    /// Our number.
    pub number: String,
    /// What was done: `start`, or the key of the move.
    pub event: String,
    /// The state it led to.
    pub state: String,
    /// That state in Chinese.
    pub stage: String,
    /// The conclusion 核处结论, when this is an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_code: Option<String>,
    /// The conclusion in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Why the filing is to go back to its source, when this asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_code: Option<String>,
    /// That reason in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_reason: Option<String>,
    /// When it happened.
    #[schema(value_type = String)]
    pub occurred_at: At,
    /// When it was recorded.
    #[schema(value_type = String)]
    pub recorded_at: At,
}

/// Where a filing stands now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// The sender's number.
    pub source_number: String,
    /// Our number.
    pub number: String,
    /// When it was received.
    #[schema(value_type = String)]
    pub received_at: At,
    /// The state.
    pub state: String,
    /// The state in Chinese.
    pub stage: String,
    /// Since when.
    #[schema(value_type = String)]
    pub since: At,
    /// Whether the matter is closed towards the sender.
    pub closed: bool,
    /// The conclusion last answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_code: Option<String>,
    /// The conclusion in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Answers given, verdicts on them, and what waits; first round first.
    pub rounds: Vec<RoundView>,
}

/// A page of the feed.
#[derive(Debug, Clone)]
pub struct Page {
    /// In the order of the journal.
    pub entries: Vec<Entry>,
    /// Their numbers in the journal.
    pub numbers: Vec<u64>,
    /// Where the page ends.
    pub last: u64,
    /// Whether more is there already.
    pub more: bool,
}

fn word<'a>(e: &'a Stored, pointer: &str) -> Option<&'a str> {
    e.core.payload.pointer(pointer).and_then(|v| v.as_str())
}

/// The Chinese name of a state in the version an event was written under.
fn stage(app: &App, version: u32, state: &str) -> String {
    let graph = app.graphs.get("filing", i32::try_from(version).unwrap_or(0));
    graph.ok().and_then(|g| g.state(state).map(|s| s.title.clone())).unwrap_or_else(|| state.to_owned())
}

fn entry(app: &App, e: &Stored, of: &Named) -> Entry {
    let name = word(e, "/move").unwrap_or_default();
    let state = word(e, "/to").unwrap_or_default();
    let version = e.core.payload.get("version").and_then(serde_json::Value::as_u64).and_then(|v| u32::try_from(v).ok()).unwrap_or(0);
    let answer = word(e, "/form/code/v").filter(|_| name.starts_with("answer"));
    let back = word(e, "/form/reason/v").filter(|_| matches!(name, "return_to_source" | "direct_elsewhere"));
    Entry {
        id: format!("{}-{}", e.core.stream_id, e.core.seq),
        source_number: of.source_no.clone().unwrap_or_default(),
        number: of.number.clone(),
        event: if e.core.kind == "started" { "start".to_owned() } else { name.to_owned() },
        stage: stage(app, version, state),
        state: state.to_owned(),
        answer: answer.map(|c| app.code_title("answer", c)),
        answer_code: answer.map(str::to_owned),
        return_reason: back.map(|c| app.code_title("source_return_reason", c)),
        return_code: back.map(str::to_owned),
        occurred_at: e.core.occurred_at,
        recorded_at: e.core.at,
    }
}

/// A page of what a system hears, after `after`.
///
/// # Errors
/// The database.
pub fn page(c: &mut Conn, app: &App, partner: PartnerId, after: u64, limit: i64) -> Result<Page> {
    let mut events = journal::page_of_partner(c, partner, after, limit + 1)?;
    let more = i64::try_from(events.len()).unwrap_or(0) > limit;
    events.truncate(usize::try_from(limit).unwrap_or(0));
    let mut ids: Vec<ProcedureId> = events.iter().map(|e| ProcedureId::from(e.core.stream_id.uuid())).collect();
    ids.sort_unstable();
    ids.dedup();
    let known: BTreeMap<ProcedureId, Named> = store::named(c, &ids)?.into_iter().map(|n| (n.procedure, n)).collect();
    let last = events.last().and_then(|e| e.log_no).unwrap_or(after);
    let entries = events
        .iter()
        .map(|e| match known.get(&e.core.stream_id.uuid().into()) {
            Some(of) => Ok(entry(app, e, of)),
            None => Err(Error::Internal("an event of a filing without its procedure".into())),
        })
        .collect::<Result<_>>()?;
    let numbers = events.iter().map(|e| e.log_no.unwrap_or(0)).collect();
    Ok(Page { entries, numbers, last, more })
}

/// The filing a system sent under a number, with its procedure.
pub(super) fn own(c: &mut Conn, p: &Partner, source_number: &str) -> Result<(crate::store::filings::Filing, procedures::Row)> {
    let f = store::sent(c, p.id, &p.channel, source_number)?.ok_or(Error::NotFound("filing"))?;
    let row = procedures::of_filing(c, f.id)?.into_iter().find(|r| r.kind == "filing").ok_or(Error::NotFound("filing"))?;
    Ok((f, row))
}

impl App {
    /// What became of a system's filings after `after` (a `log_no`), oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn feed(self: &Arc<Self>, p: &Partner, after: u64, limit: i64) -> Result<Page> {
        let (app, id, limit) = (Arc::clone(self), p.id, limit.clamp(1, self.config.exchange.page));
        self.db.read(move |c| page(c, &app, id, after, limit)).await
    }

    /// Where one filing of a system stands.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a number it did not send.
    pub async fn standing(self: &Arc<Self>, p: &Partner, source_number: &str) -> Result<Standing> {
        let (app, p, no) = (Arc::clone(self), p.clone(), source_number.to_owned());
        self.db
            .read(move |c| {
                let (f, row) = own(c, &p, &no)?;
                let rounds = store::rounds(c, f.id)?.into_iter().map(|r| rounds::view(&app, r)).collect();
                Ok(Standing {
                    rounds,
                    source_number: no.clone(),
                    number: f.number,
                    received_at: f.received_at,
                    stage: stage(&app, u32::try_from(row.version).unwrap_or(0), &row.state),
                    state: row.state,
                    since: row.entered_at,
                    closed: !row.open,
                    answer: f.answer_code.as_deref().map(|c| app.code_title("answer", c)),
                    answer_code: f.answer_code,
                })
            })
            .await
    }
}
