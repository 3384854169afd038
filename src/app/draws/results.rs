//! What closed draws found, side by side: for the dashboard.
//!
//! Owns nothing of its own: the same answers and the same intervals as on a draw's page, read without the rows that were drawn. Changes nothing.

use super::{calls, supervises, whole};
use crate::app::App;
use crate::base::id::RowId;
use crate::base::{Day, Result};
use crate::domain::access::Actor;
use crate::domain::sampling::estimate::{self, Answers, Confidence, Share};
use crate::domain::sampling::frame::{Says, says};
use crate::store::Conn;
use crate::store::draws as rows;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Draws shown at most.
const SHOWN: i64 = 24;

/// What a closed draw found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DrawResult {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Its public number.
    pub number: String,
    /// The area, in words.
    pub area_name: String,
    /// The first day of the files it was drawn from,
    #[schema(value_type = String)]
    pub from: Day,
    /// and the last.
    #[schema(value_type = String)]
    pub to: Day,
    /// The day it was closed.
    #[schema(value_type = String)]
    pub closed_on: Day,
    /// Share paid in full of those who said whether money came, over the strata whose file says paid, with its interval.
    pub paid: Option<Share>,
    /// Rows that share speaks of.
    pub covered: u64,
    /// Calls made.
    pub called: u64,
    /// Answers against what the file says.
    pub contradicted: u64,
}

/// Draws closed in a span that the actor supervises, the newest first.
pub(in crate::app) fn closed_in(c: &mut Conn, app: &App, actor: &Actor, from: Day, to: Day) -> Result<Vec<DrawResult>> {
    let mut closed = rows::closed(c, from.start(), to.end(), SHOWN)?;
    closed.retain(|d| supervises(app, actor, &d.area));
    let ids: Vec<RowId> = closed.iter().map(|d| d.id).collect();
    let mut strata: BTreeMap<RowId, Vec<rows::StratumRow>> = BTreeMap::new();
    for s in rows::strata_of(c, &ids)? {
        strata.entry(s.draw_id).or_default().push(s);
    }
    let outcomes = rows::outcomes(c, &ids)?;
    let sum = |of: &dyn Fn(&&rows::Outcomes) -> bool| whole(outcomes.iter().filter(of).map(|o| o.n).sum());
    let mut out = Vec::with_capacity(closed.len());
    for d in closed {
        let paid: Vec<Answers> = strata
            .remove(&d.id)
            .unwrap_or_default()
            .iter()
            .filter(|s| says(&s.conclusion) == Says::Paid)
            .map(|s| {
                let mine = |o: &&rows::Outcomes| o.draw_id == d.id && o.stratum == s.no;
                let of = |o: &rows::Outcomes, list: &[&str]| o.outcome.as_deref().is_some_and(|x| list.contains(&x));
                Answers {
                    size: whole(s.size),
                    answers: sum(&|o| mine(o) && of(o, calls::MONEY)),
                    hits: sum(&|o| mine(o) && of(o, &["paid"])),
                }
            })
            .collect();
        out.push(DrawResult {
            id: d.id,
            number: d.number.clone(),
            area_name: app.area_name(&d.area),
            from: d.period_from.day(),
            to: d.period_until.day().prev(),
            closed_on: d.closed_at.map_or(to, crate::base::At::day),
            paid: estimate::total(&paid, Confidence::NinetyFive),
            covered: estimate::covered(&paid),
            called: sum(&|o| o.draw_id == d.id),
            contradicted: sum(&|o| o.draw_id == d.id && o.contradicts),
        });
    }
    Ok(out)
}
