//! The register of supervisions 督办台账: by bureau, reason, level, since when, where each stands, by when it is due; as a file with a
//! reason.
//!
//! Owns who sees which lines: a supervisor those of the supervised area, everybody else those of the own bureau. Changes nothing but the
//! log of exports.

use super::App;
use super::exports::{self, Taken, Why};
use super::inbox::remaining_of;
use crate::base::id::{CaseId, ProcedureId, SupervisionId};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{Actor, DutyKind};
use crate::law::Fen;
use crate::paper::sheet::{self, Value};
use crate::store::supervisions::{self, Filter, Line};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Lines of one export.
const EXPORT: usize = 5_000;
/// Lines a page reads at once.
const MOST: usize = 100;

/// One supervision.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SupervisionLine {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SupervisionId,
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// Its case.
    #[schema(value_type = String)]
    pub case: CaseId,
    /// The case's number.
    pub number: String,
    /// The respondent.
    pub respondent: String,
    /// Where.
    pub area_name: String,
    /// The supervised bureau.
    pub bureau: String,
    /// In words.
    pub bureau_name: String,
    /// Why, as a code.
    pub origin: String,
    /// In words.
    pub origin_title: String,
    /// The level, as a code.
    pub level: String,
    /// In words.
    pub level_title: String,
    /// Since when.
    #[schema(value_type = String)]
    pub opened_at: At,
    /// Its state, in words.
    pub state_title: String,
    /// By when something is due.
    #[schema(value_type = Option<String>)]
    pub due_at: Option<At>,
    /// The day, where it is counted in days.
    #[schema(value_type = Option<String>)]
    pub due_day: Option<Day>,
    /// For how long that is late, in words; empty while it is not.
    pub overdue: String,
    /// When it was discharged.
    #[schema(value_type = Option<String>)]
    pub discharged_at: Option<At>,
    /// What the case still owes, in fen.
    #[schema(value_type = i64)]
    pub outstanding_fen: Fen,
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Of this bureau.
    pub bureau: Option<String>,
    /// For this reason.
    pub origin: Option<String>,
    /// At this level.
    pub level: Option<String>,
    /// Ended ones too.
    pub ended: bool,
    /// After this line.
    pub after: Option<(At, SupervisionId)>,
}

/// A page of the register.
#[derive(Debug, Clone)]
pub struct SupervisionPage {
    /// The newest first.
    pub items: Vec<SupervisionLine>,
    /// Where to go on.
    pub next: Option<(At, SupervisionId)>,
}

impl App {
    /// A page of the register in the reader's bureau or supervised area.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever holds no duty in a matter; the database.
    pub async fn supervisions(self: &Arc<Self>, actor: &Actor, asked: Asked, size: usize) -> Result<SupervisionPage> {
        let f = self.supervision_filter(actor, &asked)?;
        let size = size.clamp(1, MOST);
        let after = asked.after;
        let most = i64::try_from(size).unwrap_or(100);
        let found = self.db.read(move |c| supervisions::page(c, &f, after, most)).await?;
        let next = found.last().filter(|_| found.len() == size).map(|l| (l.opened_at, l.id));
        Ok(SupervisionPage { items: self.supervision_lines(found)?, next })
    }

    fn supervision_filter(&self, actor: &Actor, asked: &Asked) -> Result<Filter> {
        let f = Filter { origin: asked.origin.clone(), level: asked.level.clone(), open: !asked.ended, ..Filter::default() };
        let areas = self.areas_under(actor, &[DutyKind::Supervisor]);
        if !areas.is_empty() {
            // who supervises the whole city reads what has no area yet too
            let areas = (!self.supervises_city(actor)).then_some(areas);
            return Ok(Filter { areas, bureaus: asked.bureau.clone().map(|b| vec![b]), ..f });
        }
        let mut mine: Vec<String> = actor.duties().iter().filter(|d| !d.kind.is_admin()).map(|d| d.bureau.clone()).collect();
        mine.sort_unstable();
        mine.dedup();
        if mine.is_empty() {
            return Err(Error::Forbidden("supervisions"));
        }
        if let Some(b) = &asked.bureau {
            mine.retain(|m| m == b);
        }
        Ok(Filter { bureaus: Some(mine), ..f })
    }

    fn supervision_lines(&self, found: Vec<Line>) -> Result<Vec<SupervisionLine>> {
        let (law, now) = (self.law(), self.now());
        found
            .into_iter()
            .map(|l| {
                let graph = self.graphs.get(&l.kind, l.version)?;
                let late = l.due_at.filter(|at| *at <= now && l.discharged_at.is_none());
                Ok(SupervisionLine {
                    area_name: self.area_name(&l.area),
                    bureau_name: self.bureau_name(&l.bureau),
                    origin_title: self.code_title("supervision_origin", &l.origin),
                    level_title: self.code_title("supervision_level", &l.level),
                    state_title: graph.state(&l.state).map(|s| s.title.clone()).unwrap_or_default(),
                    overdue: late.map(|at| remaining_of(&law, at, l.due_day, now)).unwrap_or_default(),
                    due_at: l.due_at.filter(|_| l.discharged_at.is_none()),
                    due_day: l.due_day.filter(|_| l.discharged_at.is_none()),
                    id: l.id,
                    procedure: l.procedure,
                    case: l.case,
                    number: l.number,
                    respondent: l.respondent,
                    bureau: l.bureau,
                    origin: l.origin,
                    level: l.level,
                    opened_at: l.opened_at,
                    discharged_at: l.discharged_at,
                    outstanding_fen: l.outstanding,
                })
            })
            .collect()
    }

    /// The whole register as a file, marked with who made it and when; on record.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`] beyond what one export may have, or the database.
    pub async fn export_supervisions(self: &Arc<Self>, actor: &Actor, asked: Asked, why: &str, xlsx: bool) -> Result<Vec<u8>> {
        let why = Why::words(why)?;
        let f = self.supervision_filter(actor, &asked)?;
        let most = i64::try_from(EXPORT).unwrap_or(i64::MAX).saturating_add(1);
        let found = self.db.read(move |c| supervisions::page(c, &f, None, most)).await?;
        if found.len() > EXPORT {
            return Err(Error::TooLarge(text::zh_with("supervisions.cap", &[("most", &EXPORT.to_string())])));
        }
        let items = self.supervision_lines(found)?;
        let query = serde_json::json!({ "bureau": asked.bureau, "origin": asked.origin, "level": asked.level, "ended": asked.ended });
        let taken = Taken { what: "supervisions", query, rows: items.len(), unmasked: false };
        exports::hand_out(self, actor, taken, &table(items), xlsx, why).await
    }
}

/// The columns of the file and of the page.
const COLUMNS: [&str; 12] =
    ["number", "respondent", "area", "bureau", "origin", "level", "opened", "state", "due", "overdue", "discharged", "outstanding"];

fn table(lines: Vec<SupervisionLine>) -> sheet::Table {
    let rows: Vec<Vec<Value>> = lines
        .into_iter()
        .map(|l| {
            let due = l.due_day.map(|d| d.to_string()).or_else(|| l.due_at.map(At::list_text)).unwrap_or_default();
            vec![
                Value::Text(l.number),
                Value::Text(l.respondent),
                Value::Text(l.area_name),
                Value::Text(l.bureau_name),
                Value::Text(l.origin_title),
                Value::Text(l.level_title),
                Value::Text(l.opened_at.list_text()),
                Value::Text(l.state_title),
                Value::Text(due),
                Value::Text(l.overdue),
                Value::Text(l.discharged_at.map(At::list_text).unwrap_or_default()),
                Value::Money(l.outstanding_fen),
            ]
        })
        .collect();
    let headings = COLUMNS.map(|k| text::zh(&format!("supervisions.column.{k}")).to_owned()).to_vec();
    sheet::Table { name: text::zh("supervisions.title").to_owned(), headings, rows }
}
