//! The list of grades 等级评价结果: by year, bureau, grade, state, name or code; as a file with a reason.
//!
//! Owns who sees which lines: those of bureaus towards which the reader holds a role. Changes nothing but the log of exports.

use super::run::{self, RunView};
use crate::app::App;
use crate::app::conduct::view::readable;
use crate::app::exports::{self, Taken, Why};
use crate::base::id::{ProcedureId, RowId};
use crate::base::{Day, Error, Result, text};
use crate::domain::access::Actor;
use crate::domain::grading::Grade;
use crate::paper::sheet::{self, Value};
use crate::store::conduct::File;
use crate::store::gradings::{self as rows, Filter, Grading};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Lines of one export.
const EXPORT: usize = 20_000;
/// Lines a page reads at once.
const MOST: usize = 100;

/// One result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GradingLine {
    /// Its id.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The employer's file.
    #[schema(value_type = String)]
    pub file: RowId,
    /// The file's number.
    pub number: String,
    /// The employer.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
    /// The year graded.
    pub year: i32,
    /// The grade.
    pub grade: Grade,
    /// How often it was dealt with.
    pub findings: i32,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// The bureau that answers for it.
    pub bureau: String,
    /// In words.
    pub bureau_name: String,
    /// Which revision.
    pub revision: i32,
    /// `proposed`, `reviewed` or `told`.
    pub state: String,
    /// In words.
    pub state_title: String,
    /// Why it has a procedure of its own, in words.
    pub cause: Option<String>,
    /// That procedure.
    #[schema(value_type = Option<String>)]
    pub procedure: Option<ProcedureId>,
    /// When the employer was told.
    #[schema(value_type = Option<String>)]
    pub told_on: Option<Day>,
}

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The year; the last one if absent.
    pub year: Option<i32>,
    /// Of this bureau.
    pub bureau: Option<String>,
    /// Of this grade.
    pub grade: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Name or code.
    pub text: Option<String>,
    /// After this line.
    pub after: Option<(String, RowId)>,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct GradingPage {
    /// The year shown.
    pub year: i32,
    /// C first.
    pub items: Vec<GradingLine>,
    /// Where to go on.
    pub next: Option<(String, RowId)>,
    /// The last run of the year.
    pub run: Option<RunView>,
    /// Whether the reader may have the year graded.
    pub may_run: bool,
}

/// A result in words.
pub(in crate::app) fn line(app: &App, g: Grading, f: &File) -> GradingLine {
    GradingLine {
        id: g.id,
        file: f.id,
        number: f.number.clone(),
        name: f.name.clone(),
        uscc: f.uscc.clone(),
        year: g.year,
        grade: Grade::of(&g.grade).unwrap_or(Grade::C),
        findings: g.findings,
        reasons: g.reasons.0.iter().map(|r| app.code_title("grading_ground", r.ground.code())).collect(),
        bureau_name: app.bureau_name(&g.bureau),
        bureau: g.bureau,
        revision: g.revision,
        state_title: text::zh(&format!("grading.state.{}", g.state)).to_owned(),
        state: g.state,
        cause: g.cause.as_deref().map(|c| app.code_title("grading_cause", c)),
        procedure: g.procedure_id,
        told_on: g.told_on,
    }
}

impl App {
    /// Bureaus towards which the reader holds a role: whose grades may be read.
    #[must_use]
    pub fn grading_bureaus(&self, actor: &Actor) -> Vec<String> {
        self.city.bureaus.iter().filter(|b| readable(self, actor, &b.code, &b.area)).map(|b| b.code.clone()).collect()
    }

    fn grading_filter(&self, actor: &Actor, asked: &Asked) -> Result<Filter> {
        let mut mine = self.grading_bureaus(actor);
        if mine.is_empty() {
            return Err(Error::Forbidden("grading"));
        }
        let whole = mine.len() == self.city.bureaus.iter().count();
        if let Some(b) = &asked.bureau {
            mine.retain(|m| m == b);
        }
        let words = asked.text.as_deref().map(text::tidy).filter(|t| !t.is_empty());
        Ok(Filter {
            year: asked.year.unwrap_or_else(|| self.now().day().year() - 1),
            bureaus: (!whole || asked.bureau.is_some()).then_some(mine),
            grade: asked.grade.clone(),
            state: asked.state.clone(),
            bulk: false,
            text: words,
        })
    }

    /// A page of results of bureaus the reader may know of, C first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever holds no duty in a matter; the database.
    pub async fn gradings(self: &Arc<Self>, actor: &Actor, asked: Asked, size: usize) -> Result<GradingPage> {
        let f = self.grading_filter(actor, &asked)?;
        let size = size.clamp(1, MOST);
        let (year, after) = (f.year, asked.after);
        let most = i64::try_from(size).unwrap_or(100);
        let (found, last) = self.db.read(move |c| Ok((rows::page(c, &f, after, most)?, rows::last_run(c, year)?))).await?;
        let next = found.last().filter(|_| found.len() == size).map(|(g, f)| (g.grade.clone(), f.id));
        let items = found.into_iter().map(|(g, f)| line(self, g, &f)).collect();
        Ok(GradingPage { year, items, next, run: last.map(run::view), may_run: run::may_run(self, actor) })
    }

    /// The list as a file, marked with who made it and when; on record.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`] beyond what one export may have, or the database.
    pub async fn export_gradings(self: &Arc<Self>, actor: &Actor, asked: Asked, why: &str, xlsx: bool) -> Result<Vec<u8>> {
        let why = Why::words(why)?;
        let f = self.grading_filter(actor, &asked)?;
        let year = f.year;
        let most = i64::try_from(EXPORT).unwrap_or(i64::MAX).saturating_add(1);
        let found = self.db.read(move |c| rows::page(c, &f, None, most)).await?;
        if found.len() > EXPORT {
            return Err(Error::TooLarge(text::zh_with("supervisions.cap", &[("most", &EXPORT.to_string())])));
        }
        let items: Vec<GradingLine> = found.into_iter().map(|(g, f)| line(self, g, &f)).collect();
        let query = serde_json::json!({ "year": year, "bureau": asked.bureau, "grade": asked.grade, "state": asked.state });
        let taken = Taken { what: "gradings", query, rows: items.len(), unmasked: false };
        exports::hand_out(self, actor, taken, &table(items), xlsx, why).await
    }
}

/// The columns of the file.
const COLUMNS: [&str; 11] = ["number", "name", "uscc", "year", "grade", "findings", "reasons", "bureau", "state", "told", "revision"];

fn table(lines: Vec<GradingLine>) -> sheet::Table {
    let rows: Vec<Vec<Value>> = lines
        .into_iter()
        .map(|l| {
            vec![
                Value::Text(l.number),
                Value::Text(l.name),
                Value::Text(l.uscc.unwrap_or_default()),
                Value::Text(l.year.to_string()),
                Value::Text(l.grade.letter().to_owned()),
                Value::Text(l.findings.to_string()),
                Value::Text(l.reasons.join("；")),
                Value::Text(l.bureau_name),
                Value::Text(l.state_title),
                Value::Text(l.told_on.map(|d| d.to_string()).unwrap_or_default()),
                Value::Text(l.revision.to_string()),
            ]
        })
        .collect();
    let headings = COLUMNS.map(|k| text::zh(&format!("grading.column.{k}")).to_owned()).to_vec();
    sheet::Table { name: text::zh("grading.title").to_owned(), headings, rows }
}
