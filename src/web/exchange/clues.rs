//! Clues pushed in.

use super::Signed;
use crate::app::App;
use crate::app::exchange::push::Outcome;
use crate::base::Error;
use crate::base::error::FieldError;
use crate::domain::intake::FilingForm;
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Bytes a message may have: a hundred clues with long narratives.
const MESSAGE_LIMIT: usize = 4 * 1024 * 1024;

/// One clue or several.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Clues {
    /// 1 to 100 clues (the city may set another bound). `sourceNumber` is required; `channel` may be left out.
    clues: Vec<FilingForm>,
}

/// What became of one clue.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ClueResult {
    /// Its place in the message, from 0.
    index: usize,
    /// The sender's number.
    source_number: String,
    /// `new`, `amended` (the same number with other content waits at the desk), `duplicate` (the same clue again) or
    /// `rejected`.
    outcome: &'static str,
    /// Our number, unless rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Why it was rejected; pointers into the message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}
impl From<Outcome> for ClueResult {
    fn from(o: Outcome) -> Self {
        Self { index: o.index, source_number: o.source_number, outcome: o.outcome, number: o.number, errors: o.errors }
    }
}

/// What became of a message.
#[derive(Debug, Serialize, ToSchema)]
struct Received {
    /// One for each clue, in the order of the message.
    results: Vec<ClueResult>,
}

async fn push(State(app): State<Arc<App>>, message: Signed<Clues>) -> Answer<Json<Received>> {
    let most = app.config.exchange.clues;
    if message.body.clues.is_empty() {
        return Err(Error::field("/clues", "required", &[]).into());
    }
    if message.body.clues.len() > most {
        return Err(Error::field("/clues", "too_many_clues", &[("max", &most.to_string())]).into());
    }
    let key = message.key("exchange.clues")?;
    let done = app.push_clues(&message.by, key, message.body.clues).await?;
    Ok(Json(Received { results: done.into_iter().map(ClueResult::from).collect() }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let mut route = Route::post("/api/exchange/v1/clues", "pushClues", Access::System, "推送线索，一次一条或多条；逐条答复，合格的即登记")
        .signed()
        .reads::<Clues>()
        .answers::<Received>(200, "逐条结果");
    route.body_limit = MESSAGE_LIMIT;
    t.add(route, push);
}
