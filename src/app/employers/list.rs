//! The list of units by their early warning: narrowed by name or code, area and level; as a file with a reason.
//!
//! Owns who sees which lines: whoever holds a duty in a bureau, the units that bureau leads, oversees or received a case of, as far as the duty's area
//! reaches; a supervisor, and whoever works in the city's bureau, those of the duty's area; over the whole city all. An area that is asked for is
//! looked for among what the reader may read alone. A line tells the score, numbers of cases and workers and for what sort of reason; never money
//! or a grade of others, and a relation or an incident to whoever reads the whole city alone. Changes nothing but the log of exports.

use crate::app::App;
use crate::app::conduct::view::readable;
use crate::app::exports::{self, Taken, Why};
use crate::base::id::RowId;
use crate::base::{At, Error, Result, text};
use crate::domain::access::{Actor, Duty, DutyKind};
use crate::domain::warning::{FULL, Kept, Level, Rule};
use crate::paper::sheet::{self, Value};
use crate::store::employers::{self as rows, AREA, BUREAU, Employer, Filter, RECEIVED, of_bureau};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// Lines of one export.
const EXPORT: usize = 5_000;
/// Lines a page reads at once.
const MOST: usize = 100;
/// Characters of a name that is looked for.
const WORDS: usize = 60;
/// Reasons a line names to whoever reads everything alone: their rows are for few, or tell of units and persons elsewhere.
const UNSAID: [Rule; 2] = [Rule::Incidents, Rule::RelatedListed];

/// One unit of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmployerLine {
    /// The id of its summary.
    #[schema(value_type = String)]
    pub id: RowId,
    /// What the address of its file ends in: its code, else the id.
    pub file: String,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: Option<String>,
    /// 0 to 100.
    pub score: i32,
    /// Its level.
    pub level: Level,
    /// In words.
    pub level_title: String,
    /// Why, in words, the heaviest first; what a line does not name comes last, as one.
    pub reasons: Vec<String>,
    /// Its cases, in whatever place of the chain.
    pub cases: i32,
    /// Those that run.
    pub open_cases: i32,
    /// Workers in those that run in which it is the employer.
    pub headcount: i32,
    /// Whether it stands on the list of joint sanctions.
    pub listed: bool,
    /// Its last confirmed grade, for whoever may read it.
    pub grade: Option<String>,
    /// When the summary was made.
    #[schema(value_type = String)]
    pub as_of: At,
}

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Name or a part of it, or the code.
    pub words: Option<String>,
    /// With something the reader may read in this area or below it.
    pub area: Option<String>,
    /// Of this level.
    pub level: Option<Level>,
    /// With at least this score.
    pub least: Option<i32>,
    /// After this line.
    pub after: Option<(i32, RowId)>,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct EmployerPage {
    /// The highest score first.
    pub items: Vec<EmployerLine>,
    /// Where to go on.
    pub next: Option<(i32, RowId)>,
}

/// Whether an actor reads all there is in the city: who supervises it, and who heads its bureau.
fn reads_all(app: &App, actor: &Actor) -> bool {
    let city = &app.config.city;
    let over = |k: DutyKind, bureau: &str| k == DutyKind::Supervisor || (k == DutyKind::Head && bureau == city.bureau);
    actor.duties().iter().any(|d| d.area == city.code && over(d.kind, &d.bureau))
}

fn line(app: &App, actor: &Actor, e: Employer) -> EmployerLine {
    let level = Level::of(&e.level).unwrap_or(Level::Green);
    let (bureau, area) = (e.grade_bureau.unwrap_or_default(), e.grade_area.unwrap_or_default());
    let grade = e.grade.filter(|_| readable(app, actor, &bureau, &area));
    let named = |r: Rule| match r {
        Rule::GradeC => grade.is_some(),
        r => !UNSAID.contains(&r) || reads_all(app, actor),
    };
    EmployerLine {
        id: e.id,
        file: e.uscc.clone().unwrap_or_else(|| e.id.to_string()),
        name: e.name,
        uscc: e.uscc,
        score: e.score,
        level,
        level_title: super::level_title(level),
        reasons: said(&e.reasons.0, named),
        cases: e.cases,
        open_cases: e.open_cases,
        headcount: e.headcount,
        listed: e.listed,
        grade,
        as_of: e.as_of,
    }
}

/// Reasons in words. Money is not told by its amount; what is not to be named is one line for all.
fn said(all: &[Kept], named: impl Fn(Rule) -> bool) -> Vec<String> {
    let of = |k: &&Kept| Rule::of(&k.rule);
    let mut out: Vec<String> = (all.iter().filter(|k| of(k).is_some_and(&named)))
        .map(|k| match of(&k) {
            Some(Rule::Outstanding) => text::zh("warning.rule.outstanding.short").to_owned(),
            _ => text::zh_with(&format!("warning.rule.{}", k.rule), &[("n", &k.amount.to_string())]),
        })
        .collect();
    if out.len() < all.len() {
        out.push(text::zh("warning.rule.other").to_owned());
    }
    out
}

impl App {
    /// The narrower of two areas where one lies in the other.
    fn narrower<'a>(&self, a: &'a str, b: &'a str) -> Option<&'a str> {
        let within = |x: &str, y: &str| self.area_path(Some(x)).iter().any(|p| p == y);
        if within(a, b) { Some(a) } else { within(b, a).then_some(b) }
    }

    /// The lists an actor reads, in an area or everywhere; every unit if absent.
    fn employer_lists(&self, actor: &Actor, asked: Option<&str>) -> Option<Vec<(&'static str, String)>> {
        let city = &self.config.city;
        let duties = || actor.duties().iter().filter(|d| !d.kind.is_admin());
        let over = |d: &&Duty| d.kind == DutyKind::Supervisor || d.bureau == city.bureau;
        if duties().filter(over).any(|d| d.area == city.code) {
            return asked.map(|a| vec![(AREA, a.to_owned())]);
        }
        let asked = asked.unwrap_or(&city.code);
        let mut out: BTreeSet<(&'static str, String)> = BTreeSet::new();
        for d in duties() {
            let here = self.narrower(&d.area, asked);
            if over(&d) {
                out.extend(here.map(|a| (AREA, a.to_owned())));
            }
            if self.bureau_path(&d.bureau).contains(&d.area) {
                out.insert((BUREAU, of_bureau(&d.bureau, asked)));
            } else {
                // a duty over a part: what the bureau leads there, and what it received wherever it happened
                out.extend(here.map(|a| (BUREAU, of_bureau(&d.bureau, a))));
                out.insert((RECEIVED, of_bureau(&d.bureau, asked)));
            }
        }
        Some(out.into_iter().collect())
    }

    fn employer_filter(&self, actor: &Actor, asked: &Asked) -> Result<Filter> {
        if actor.duties().iter().all(|d| d.kind.is_admin()) {
            return Err(Error::Forbidden("employers"));
        }
        let words = asked.words.as_deref().map(text::tidy).filter(|w| !w.is_empty());
        if words.as_ref().is_some_and(|w| w.chars().count() > WORDS) {
            return Err(Error::field("/q", "text_too_long", &[("max", &WORDS.to_string())]));
        }
        if asked.least.is_some_and(|n| !(0..=FULL).contains(&n)) {
            return Err(Error::field("/least", "employer_least", &[]));
        }
        if asked.area.as_ref().is_some_and(|a| self.city.areas.get(a).is_none()) {
            return Err(Error::field("/area", "employer_area", &[]));
        }
        Ok(Filter {
            within: self.employer_lists(actor, asked.area.as_deref()),
            level: asked.level.map(|l| l.code().to_owned()),
            least: asked.least,
            words,
        })
    }

    /// A page of the units the reader may know of, the highest score first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever holds no duty in a matter; the database.
    pub async fn employers(self: &Arc<Self>, actor: &Actor, asked: Asked, size: usize) -> Result<EmployerPage> {
        let f = self.employer_filter(actor, &asked)?;
        let size = size.clamp(1, MOST);
        let (after, most) = (asked.after, i64::try_from(size).unwrap_or(50));
        let found = self.db.read(move |c| rows::page(c, &f, after, most)).await?;
        let next = found.last().filter(|_| found.len() == size).map(|e| (e.score, e.id));
        Ok(EmployerPage { items: found.into_iter().map(|e| line(self, actor, e)).collect(), next })
    }

    /// The list as a file, marked with who made it and when; on record.
    ///
    /// # Errors
    /// Field errors, [`Error::TooLarge`] beyond what one export may have, or the database.
    pub async fn export_employers(self: &Arc<Self>, actor: &Actor, asked: Asked, why: &str, xlsx: bool) -> Result<Vec<u8>> {
        let why = Why::words(why)?;
        let f = self.employer_filter(actor, &asked)?;
        let most = i64::try_from(EXPORT).unwrap_or(i64::MAX).saturating_add(1);
        let found = self.db.read(move |c| rows::page(c, &f, None, most)).await?;
        if found.len() > EXPORT {
            return Err(Error::TooLarge(text::zh_with("employers.cap", &[("most", &EXPORT.to_string())])));
        }
        let items: Vec<EmployerLine> = found.into_iter().map(|e| line(self, actor, e)).collect();
        let query = serde_json::json!({ "area": asked.area, "level": asked.level.map(Level::code), "least": asked.least });
        let taken = Taken { what: "employers", query, rows: items.len(), unmasked: false };
        exports::hand_out(self, actor, taken, &table(items), xlsx, why).await
    }
}

/// The columns of the file.
const COLUMNS: [&str; 10] = ["name", "uscc", "score", "level", "reasons", "cases", "open", "headcount", "listed", "grade"];

fn table(lines: Vec<EmployerLine>) -> sheet::Table {
    let mut rows: Vec<Vec<Value>> = lines
        .into_iter()
        .map(|l| {
            [
                l.name,
                l.uscc.unwrap_or_default(),
                l.score.to_string(),
                l.level_title,
                l.reasons.join("；"),
                l.cases.to_string(),
                l.open_cases.to_string(),
                l.headcount.to_string(),
                if l.listed { text::zh("employers.listed_yes").to_owned() } else { String::new() },
                l.grade.unwrap_or_default(),
            ]
            .map(Value::Text)
            .to_vec()
        })
        .collect();
    rows.push(vec![Value::Text(text::zh("warning.about").to_owned())]);
    let headings = COLUMNS.map(|k| text::zh(&format!("employers.column.{k}")).to_owned()).to_vec();
    sheet::Table { name: text::zh("employers.title").to_owned(), headings, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_what_its_reader_may_know_and_no_money() {
        let all: Vec<Kept> = ["listed", "outstanding", "incidents", "related_listed", "grade_c"]
            .iter()
            .map(|r| Kept { rule: (*r).to_owned(), points: 1, amount: 7_700_000 })
            .collect();
        let other = text::zh("warning.rule.other").to_owned();
        let whole = said(&all, |_| true);
        assert_eq!(whole.len(), 5);
        assert!(!whole.contains(&other) && whole[1] == "有已认定而尚欠的工资", "{whole:?}");
        let few = said(&all, |r| !UNSAID.contains(&r) && r != Rule::GradeC);
        assert_eq!(few, [whole[0].clone(), whole[1].clone(), other.clone()], "one line, however many are not named");
        assert_eq!(said(&all[2..3], |_| false), [other]);
        assert_eq!(said(&[], |_| false), Vec::<String>::new());
    }
}
