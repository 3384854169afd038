//! The register of announcements 社会公布台账: every one with its state, quarter and category; as a file with a reason.
//!
//! Owns who sees which lines: a supervisor those of the supervised area, everybody else those of the own bureau. Changes nothing but the log
//! of exports.

use super::super::App;
use super::super::exports::{self, Taken, Why};
use super::super::inbox::remaining_of;
use crate::base::id::{CaseId, ProcedureId, RowId};
use crate::base::{At, Day, Error, Result, text};
use crate::domain::access::{Actor, DutyKind};
use crate::domain::announcement::Quarter;
use crate::paper::sheet::{self, Value};
use crate::store::announcements::{self as rows, Filter, Line};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The list of `config/codes.toml` with the seven categories.
pub const CATEGORIES: &str = "announcement_category";
/// Lines of one export.
const EXPORT: usize = 5_000;
/// Lines a page reads at once.
const MOST: usize = 100;

/// One announcement of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnnouncementLine {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// Its procedure.
    #[schema(value_type = String)]
    pub procedure: ProcedureId,
    /// Its case.
    #[schema(value_type = String)]
    pub case: CaseId,
    /// The case's number.
    pub number: String,
    /// The random code of its permanent link.
    pub code: String,
    /// The unit.
    pub name: String,
    /// Its code.
    pub unit_code: String,
    /// Where.
    pub area_name: String,
    /// The bureau.
    pub bureau: String,
    /// In words.
    pub bureau_name: String,
    /// The category, as a code.
    pub category: Option<String>,
    /// In words.
    pub category_title: String,
    /// `batch` or `now`, once that was said.
    pub way: Option<String>,
    /// The quarter it was approved in, `2026Q4`.
    pub quarter: Option<String>,
    /// Its state, as a code.
    pub state: String,
    /// In words.
    pub state_title: String,
    /// Where review or suit of its order stand, in words; empty where there is none.
    pub remedy_title: String,
    /// When it was first published.
    #[schema(value_type = Option<String>)]
    pub published_at: Option<At>,
    /// The last day it is shown.
    #[schema(value_type = Option<String>)]
    pub ends_on: Option<Day>,
    /// By when something is due.
    #[schema(value_type = Option<String>)]
    pub due_at: Option<At>,
    /// The day, where it is counted in days.
    #[schema(value_type = Option<String>)]
    pub due_day: Option<Day>,
    /// For how long that is late, in words; empty while it is not.
    pub overdue: String,
    /// Since when it is a candidate.
    #[schema(value_type = String)]
    pub opened_at: At,
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Of this bureau.
    pub bureau: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Approved in this quarter, `2026Q4`.
    pub quarter: Option<String>,
    /// Of this category.
    pub category: Option<String>,
    /// The unit's name or a part of it, its code, the public code or the case's number.
    pub words: Option<String>,
    /// Ended ones too.
    pub ended: bool,
    /// After this line.
    pub after: Option<(At, RowId)>,
}

/// A page of the register.
#[derive(Debug, Clone)]
pub struct RegisterPage {
    /// The newest first.
    pub items: Vec<AnnouncementLine>,
    /// Where to go on.
    pub next: Option<(At, RowId)>,
}

impl App {
    /// A page of the register in the reader's bureau or supervised area.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever holds no duty in a matter; a quarter that is none; the database.
    pub async fn announcements(self: &Arc<Self>, actor: &Actor, asked: Asked, size: usize) -> Result<RegisterPage> {
        let f = self.announcement_filter(actor, &asked)?;
        let size = size.clamp(1, MOST);
        let (after, most) = (asked.after, i64::try_from(size).unwrap_or(100));
        let found = self.db.read(move |c| rows::page(c, &f, after, most)).await?;
        let next = found.last().filter(|_| found.len() == size).map(|l| (l.row.opened_at, l.row.id));
        Ok(RegisterPage { items: self.announcement_lines(found)?, next })
    }

    fn announcement_filter(&self, actor: &Actor, asked: &Asked) -> Result<Filter> {
        let quarter = match asked.quarter.as_deref().map(str::parse::<Quarter>) {
            None => None,
            Some(Ok(q)) => Some((q.year, q.no)),
            Some(Err(_)) => return Err(Error::field("query.quarter", "announcement_quarter", &[])),
        };
        let f = Filter {
            state: asked.state.clone(),
            quarter,
            category: asked.category.clone(),
            words: asked.words.clone(),
            // a state that was asked for may be an end
            open: !asked.ended && asked.state.is_none(),
            ..Filter::default()
        };
        let areas = self.areas_under(actor, &[DutyKind::Supervisor]);
        if !areas.is_empty() {
            let areas = (!self.supervises_city(actor)).then_some(areas);
            return Ok(Filter { areas, bureaus: asked.bureau.clone().map(|b| vec![b]), ..f });
        }
        let mut mine: Vec<String> = actor.duties().iter().filter(|d| !d.kind.is_admin()).map(|d| d.bureau.clone()).collect();
        mine.sort_unstable();
        mine.dedup();
        if mine.is_empty() {
            return Err(Error::Forbidden("announcements"));
        }
        if let Some(b) = &asked.bureau {
            mine.retain(|m| m == b);
        }
        Ok(Filter { bureaus: Some(mine), ..f })
    }

    fn announcement_lines(&self, found: Vec<Line>) -> Result<Vec<AnnouncementLine>> {
        let (law, now) = (self.law(), self.now());
        found
            .into_iter()
            .map(|l| {
                let graph = self.graphs.get(super::KIND, l.version)?;
                let state = graph.state(&l.state);
                let open = state.is_some_and(|s| !s.terminal);
                let late = l.due_at.filter(|at| *at <= now && open);
                let quarter = l.row.year.zip(l.row.quarter).map(|(year, no)| Quarter { year, no }.to_string());
                Ok(AnnouncementLine {
                    area_name: self.area_name(&l.row.area),
                    bureau_name: self.bureau_name(&l.row.bureau),
                    category_title: l.row.category.as_deref().map(|k| self.code_title(CATEGORIES, k)).unwrap_or_default(),
                    state_title: state.map(|s| s.title.clone()).unwrap_or_default(),
                    remedy_title: l.remedy.filter(|r| r != "none").map(|r| self.code_title("remedy_state", &r)).unwrap_or_default(),
                    overdue: late.map(|at| remaining_of(&law, at, l.due_day, now)).unwrap_or_default(),
                    due_at: l.due_at.filter(|_| open),
                    due_day: l.due_day.filter(|_| open),
                    state: l.state,
                    number: l.number,
                    quarter,
                    id: l.row.id,
                    procedure: l.row.procedure_id,
                    case: l.row.case_id,
                    code: l.row.code,
                    name: l.row.name,
                    unit_code: l.row.unit_code.unwrap_or_default(),
                    bureau: l.row.bureau,
                    category: l.row.category,
                    way: l.row.way,
                    published_at: l.row.published_at,
                    ends_on: l.row.ends_on,
                    opened_at: l.row.opened_at,
                })
            })
            .collect()
    }

    /// The whole register as a file, marked with who made it and when; on record.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`] beyond what one export may have, or the database.
    pub async fn export_announcements(self: &Arc<Self>, actor: &Actor, asked: Asked, why: &str, xlsx: bool) -> Result<Vec<u8>> {
        let why = Why::words(why)?;
        let f = self.announcement_filter(actor, &asked)?;
        let most = i64::try_from(EXPORT).unwrap_or(i64::MAX).saturating_add(1);
        let found = self.db.read(move |c| rows::page(c, &f, None, most)).await?;
        if found.len() > EXPORT {
            return Err(Error::TooLarge(text::zh_with("announcements.cap", &[("most", &EXPORT.to_string())])));
        }
        let items = self.announcement_lines(found)?;
        let query = serde_json::json!({
            "bureau": asked.bureau, "state": asked.state, "quarter": asked.quarter, "category": asked.category, "ended": asked.ended,
        });
        let taken = Taken { what: "announcements", query, rows: items.len(), unmasked: false };
        exports::hand_out(self, actor, taken, &table(items), xlsx, why).await
    }
}

/// The columns of the file.
const COLUMNS: [&str; 14] =
    ["number", "name", "unit_code", "area", "bureau", "category", "way", "quarter", "state", "remedy", "published", "ends", "due", "code"];

fn table(lines: Vec<AnnouncementLine>) -> sheet::Table {
    let rows: Vec<Vec<Value>> = lines
        .into_iter()
        .map(|l| {
            let due = l.due_day.map(|d| d.to_string()).or_else(|| l.due_at.map(At::list_text)).unwrap_or_default();
            let due = if l.overdue.is_empty() { due } else { format!("{due} {}", l.overdue) };
            [
                l.number,
                l.name,
                l.unit_code,
                l.area_name,
                l.bureau_name,
                l.category_title,
                l.way.map(|w| super::super::view::coded("announcement.way", &w)).unwrap_or_default(),
                l.quarter.unwrap_or_default(),
                l.state_title,
                l.remedy_title,
                l.published_at.map(At::list_text).unwrap_or_default(),
                l.ends_on.map(|d| d.to_string()).unwrap_or_default(),
                due,
                l.code,
            ]
            .map(Value::Text)
            .to_vec()
        })
        .collect();
    let headings = COLUMNS.map(|k| text::zh(&format!("announcements.column.{k}")).to_owned()).to_vec();
    sheet::Table { name: text::zh("announcements.title").to_owned(), headings, rows }
}
