//! Matters taken over from old ledgers, and the list of those to be reviewed.

use super::schema::{cases, legacy_matters};
use super::types::Json;
use super::worklist::Counted;
use super::{Conn, ensure_one};
use crate::base::id::{AccountId, CaseId, FilingId, ImportId, ProcedureId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use crate::law::Fen;
use crate::law::term::Term;
use diesel::prelude::*;

/// What a ledger said of a matter.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = legacy_matters, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Matter {
    pub id: RowId,
    pub case_id: CaseId,
    pub filing_id: FilingId,
    pub procedure_id: ProcedureId,
    pub import_id: ImportId,
    pub row_number: i32,
    pub bureau: String,
    pub number: String,
    pub state: String,
    pub received_at: At,
    pub docketed_on: Option<Day>,
    pub concluded_on: Option<Day>,
    pub stated_paid: Fen,
    pub content_hash: String,
    pub rest_ct: Option<Sealed>,
    pub review: Option<String>,
    pub passed_doc: Option<Json<Vec<(String, Term)>>>,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<At>,
    pub created_at: At,
}

/// Keeps a matter.
pub fn insert(c: &mut Conn, row: &Matter) -> Result<()> {
    diesel::insert_into(legacy_matters::table).values(row).execute(c)?;
    Ok(())
}

/// A matter.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Matter>> {
    Ok(legacy_matters::table.find(id).select(Matter::as_select()).first(c).optional()?)
}

/// The matter of a bureau's number.
pub fn of_number(c: &mut Conn, bureau: &str, number: &str) -> Result<Option<Matter>> {
    Ok(legacy_matters::table
        .filter(legacy_matters::bureau.eq(bureau))
        .filter(legacy_matters::number.eq(number))
        .select(Matter::as_select())
        .first(c)
        .optional()?)
}

/// The matter a case was taken over from.
pub fn of_case(c: &mut Conn, id: CaseId) -> Result<Option<Matter>> {
    Ok(legacy_matters::table.filter(legacy_matters::case_id.eq(id)).select(Matter::as_select()).first(c).optional()?)
}

/// The matter a filing was taken over from.
pub fn of_filing(c: &mut Conn, id: FilingId) -> Result<Option<Matter>> {
    Ok(legacy_matters::table.filter(legacy_matters::filing_id.eq(id)).select(Matter::as_select()).first(c).optional()?)
}

/// Notes what came of a review; it must still be open.
pub fn decide(c: &mut Conn, row: &Matter) -> Result<()> {
    let n = diesel::update(legacy_matters::table.find(row.id).filter(legacy_matters::review.eq(Some("open")))).set(row).execute(c)?;
    ensure_one(n, "legacy_matters")
}

/// What is asked of the list of reviews: who may see which rows, and which of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Cases led by one of these bureaus,
    pub lead: Vec<String>,
    /// or led by this bureau and lying in one of these areas,
    pub within: Vec<(String, Vec<String>)>,
    /// or lying in one of these areas.
    pub areas: Vec<String>,
    /// Only those of this bureau.
    pub bureau: Option<String>,
    /// Those that were decided, instead of those that wait.
    pub decided: bool,
    /// After this row.
    pub after: Option<(At, RowId)>,
}

/// A row of the list: the matter, the case's number, lead, area, respondent and sum as reported.
pub type Listed = (Matter, (String, String, String, String, Fen));

type Condition = Box<dyn BoxableExpression<Joined, super::conn::MultiBackend, SqlType = diesel::sql_types::Bool>>;
type Joined = diesel::dsl::InnerJoinQuerySource<legacy_matters::table, cases::table, diesel::dsl::Eq<cases::id, legacy_matters::case_id>>;

fn seen(a: &Asked) -> Condition {
    let mut out: Condition = Box::new(cases::lead_bureau.eq_any(a.lead.clone()).or(cases::area.eq_any(a.areas.clone())));
    for (bureau, areas) in &a.within {
        out = Box::new(out.or(cases::lead_bureau.eq(bureau.clone()).and(cases::area.eq_any(areas.clone()))));
    }
    out
}

/// Matters to be reviewed, or reviewed, the oldest first.
pub fn page(c: &mut Conn, a: &Asked, limit: i64) -> Result<Vec<Listed>> {
    // the words themselves, not parameters: only so does the planner see that the partial indexes fit
    let which =
        if a.decided { "legacy_matters.review is not null and legacy_matters.review <> 'open'" } else { "legacy_matters.review = 'open'" };
    let mut q = legacy_matters::table
        .inner_join(cases::table.on(cases::id.eq(legacy_matters::case_id)))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(which))
        .filter(seen(a))
        .order((legacy_matters::received_at, legacy_matters::id))
        .limit(limit)
        .select((Matter::as_select(), (cases::number, cases::lead_bureau, cases::area, cases::respondent_name, cases::reported_total)))
        .into_boxed();
    if let Some(b) = &a.bureau {
        q = q.filter(cases::lead_bureau.eq(b.clone()));
    }
    if let Some((at, id)) = a.after {
        q = q.filter(legacy_matters::received_at.gt(at).or(legacy_matters::received_at.eq(at).and(legacy_matters::id.gt(id))));
    }
    Ok(q.load(c)?)
}

/// How many matters wait, counted up to `cap`.
pub fn count(c: &mut Conn, a: &Asked, cap: i64) -> Result<i64> {
    let bounded = legacy_matters::table
        .inner_join(cases::table.on(cases::id.eq(legacy_matters::case_id)))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("legacy_matters.review = 'open'"))
        .filter(seen(a))
        .order((legacy_matters::received_at, legacy_matters::id))
        .limit(cap)
        .select(legacy_matters::id);
    Ok(Counted(bounded).get_result(c)?)
}

/// Whether anything was ever to be reviewed, decided or not.
pub fn any_reviewed(c: &mut Conn) -> Result<bool> {
    let having =
        |words: &str| diesel::select(diesel::dsl::exists(legacy_matters::table.filter(diesel::dsl::sql::<diesel::sql_types::Bool>(words))));
    Ok(having("legacy_matters.review = 'open'").get_result(c)?
        || having("legacy_matters.review is not null and legacy_matters.review <> 'open'").get_result(c)?)
}

/// How many matters of cases a bureau leads wait for their review.
pub fn waiting(c: &mut Conn, bureau: &str) -> Result<i64> {
    Ok(legacy_matters::table
        .inner_join(cases::table.on(cases::id.eq(legacy_matters::case_id)))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("legacy_matters.review = 'open'"))
        .filter(cases::lead_bureau.eq(bureau))
        .count()
        .get_result(c)?)
}
