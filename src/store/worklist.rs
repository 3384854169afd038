//! Worklists: bounded pages of open procedures by remaining time.
//!
//! Every query reads one partial index in its order and stops after a page; nothing here decrypts. `due_at` is never null
//! for an open procedure (promise 1), so the order is the same on both databases.

use super::schema::{cases, filings, procedures};
use super::{Conn, like};
use crate::base::id::{AccountId, CaseId, FilingId, ProcedureId};
use crate::base::{At, Day, Result};
use crate::law::Fen;
use diesel::prelude::*;

/// Which open procedures.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// `complaint` or `filing`; both if empty.
    pub kind: Option<String>,
    /// Held by one of these bureaus.
    pub bureaus: Option<Vec<String>>,
    /// Held by one of these roles (`handler@lead`).
    pub roles: Option<Vec<String>>,
    /// Held by one of these persons.
    pub assignees: Option<Vec<AccountId>>,
    /// Nobody holds it.
    pub unassigned: bool,
    /// In one of these areas.
    pub areas: Option<Vec<String>>,
    /// Waits for a signature of one of these (role, bureau) pairs.
    pub pending: Option<Vec<(String, String)>>,
    /// The next duty has passed.
    pub overdue_at: Option<At>,
    /// In this state.
    pub state: Option<String>,
    /// Of this grade.
    pub grade: Option<String>,
    /// Number, respondent or project contains this text.
    pub text: Option<String>,
    /// Waits at the desk with a reason.
    pub desk: bool,
}

/// One line of a worklist.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Line {
    pub procedure: ProcedureId,
    pub kind: String,
    pub version: i32,
    pub state: String,
    pub holder_role: String,
    pub holder_bureau: String,
    pub assignee: Option<AccountId>,
    pub pending_role: Option<String>,
    pub due_at: Option<At>,
    pub due_day: Option<Day>,
    pub due_key: Option<String>,
    pub due_provisional: bool,
    pub missed: i32,
    pub entered_at: At,
    pub area: Option<String>,
    pub case: Option<CaseLine>,
    pub filing: Option<FilingLine>,
}
/// What a list shows of a case.
#[derive(Debug, Clone, PartialEq, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct CaseLine {
    pub id: CaseId,
    pub number: String,
    pub origin: String,
    pub respondent_name: String,
    pub project_name: Option<String>,
    pub grade: String,
    pub flags: String,
    pub headcount: i32,
    pub reported_total: Fen,
    pub outstanding: Fen,
    pub lead_bureau: String,
}
/// What a list shows of a filing.
#[derive(Debug, Clone, PartialEq, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct FilingLine {
    pub id: FilingId,
    pub number: String,
    pub source_no: Option<String>,
    pub channel: String,
    pub kind: String,
    pub respondent_name: String,
    pub project_name: Option<String>,
    pub area_text: String,
    pub grade: String,
    pub headcount: i32,
    pub reported_total: Fen,
    pub received_at: At,
    pub desk_reason: Option<String>,
}

macro_rules! filtered {
    ($q:ident, $f:expr) => {{
        let f: &Filter = $f;
        // the column itself, not `= $1`: only so does the planner see that the partial index fits
        $q = $q.filter(procedures::open);
        if let Some(k) = &f.kind {
            $q = $q.filter(procedures::kind.eq(k.clone()));
        }
        if let Some(b) = &f.bureaus {
            // one value as `=`: then the index gives the order and a page stops early
            $q = match b.as_slice() {
                [one] => $q.filter(procedures::holder_bureau.eq(one.clone())),
                _ => $q.filter(procedures::holder_bureau.eq_any(b.clone())),
            };
        }
        if let Some(r) = &f.roles {
            $q = $q.filter(procedures::holder_role.eq_any(r.clone()));
        }
        if let Some(a) = &f.assignees {
            $q = match a.as_slice() {
                [one] => $q.filter(procedures::assignee.eq(Some(*one))),
                _ => $q.filter(procedures::assignee.eq_any(a.iter().map(|x| Some(*x)).collect::<Vec<_>>())),
            };
        }
        if f.unassigned {
            $q = $q.filter(procedures::assignee.is_null());
        }
        if let Some(a) = &f.areas {
            $q = match a.as_slice() {
                [one] => $q.filter(procedures::area.eq(Some(one.clone()))),
                _ => $q.filter(procedures::area.eq_any(a.iter().map(|x| Some(x.clone())).collect::<Vec<_>>())),
            };
        }
        if let Some(pairs) = &f.pending {
            let roles: Vec<Option<String>> = pairs.iter().map(|(r, _)| Some(r.clone())).collect();
            let bureaus: Vec<Option<String>> = pairs.iter().map(|(_, b)| Some(b.clone())).collect();
            $q = $q.filter(procedures::pending_role.eq_any(roles)).filter(procedures::pending_bureau.eq_any(bureaus));
        }
        if let Some(at) = f.overdue_at {
            $q = $q.filter(procedures::due_at.le(Some(at)));
        }
        if let Some(s) = &f.state {
            $q = $q.filter(procedures::state.eq(s.clone()));
        }
        if let Some(g) = &f.grade {
            $q = $q.filter(cases::grade.nullable().eq(Some(g.clone())).or(filings::grade.nullable().eq(Some(g.clone()))));
        }
        if let Some(t) = &f.text {
            let t = like(t);
            $q = $q.filter(
                cases::number
                    .nullable()
                    .like(t.clone())
                    .escape('\\')
                    .or(cases::respondent_name.nullable().like(t.clone()).escape('\\'))
                    .or(cases::project_name.nullable().like(t.clone()).escape('\\'))
                    .or(filings::number.nullable().like(t.clone()).escape('\\'))
                    .or(filings::source_no.nullable().like(t.clone()).escape('\\'))
                    .or(filings::respondent_name.nullable().like(t.clone()).escape('\\'))
                    .or(filings::project_name.nullable().like(t.clone()).escape('\\')),
            );
        }
        if f.desk {
            $q = $q.filter(filings::desk_reason.nullable().is_not_null());
        }
    }};
}

type Head = (
    ProcedureId,
    String,
    i32,
    String,
    String,
    String,
    Option<AccountId>,
    Option<String>,
    Option<At>,
    Option<Day>,
    Option<String>,
    bool,
    i32,
    At,
    Option<String>,
);

/// A page of open procedures, the most urgent first, after the given position or after `skip` lines.
pub fn page(c: &mut Conn, f: &Filter, after: Option<(At, ProcedureId)>, skip: i64, limit: i64) -> Result<Vec<Line>> {
    let mut q = procedures::table
        .left_join(cases::table.on(procedures::case_id.eq(cases::id.nullable())))
        .left_join(filings::table.on(procedures::filing_id.eq(filings::id.nullable())))
        .order((procedures::due_at, procedures::id))
        .offset(skip)
        .limit(limit)
        .select((
            (
                procedures::id,
                procedures::kind,
                procedures::version,
                procedures::state,
                procedures::holder_role,
                procedures::holder_bureau,
                procedures::assignee,
                procedures::pending_role,
                procedures::due_at,
                procedures::due_day,
                procedures::due_key,
                procedures::due_provisional,
                procedures::missed,
                procedures::entered_at,
                procedures::area,
            ),
            (
                cases::id,
                cases::number,
                cases::origin,
                cases::respondent_name,
                cases::project_name,
                cases::grade,
                cases::flags,
                cases::headcount,
                cases::reported_total,
                cases::outstanding,
                cases::lead_bureau,
            )
                .nullable(),
            (
                filings::id,
                filings::number,
                filings::source_no,
                filings::channel,
                filings::kind,
                filings::respondent_name,
                filings::project_name,
                filings::area_text,
                filings::grade,
                filings::headcount,
                filings::reported_total,
                filings::received_at,
                filings::desk_reason,
            )
                .nullable(),
        ))
        .into_boxed();
    filtered!(q, f);
    if let Some((at, id)) = after {
        q = q.filter(procedures::due_at.ge(Some(at))).filter(procedures::due_at.gt(Some(at)).or(procedures::id.gt(id)));
    }
    let rows: Vec<(Head, Option<CaseLine>, Option<FilingLine>)> = q.load(c)?;
    Ok(rows
        .into_iter()
        .map(|(h, case, filing)| Line {
            procedure: h.0,
            kind: h.1,
            version: h.2,
            state: h.3,
            holder_role: h.4,
            holder_bureau: h.5,
            assignee: h.6,
            pending_role: h.7,
            due_at: h.8,
            due_day: h.9,
            due_key: h.10,
            due_provisional: h.11,
            missed: h.12,
            entered_at: h.13,
            area: h.14,
            case,
            filing,
        })
        .collect())
}

/// How many there are, counted up to `cap`. In the order of the list although it counts: without it PostgreSQL reads the table
/// from its beginning, and where the rows of a bureau lie together that is most of the table.
pub fn count(c: &mut Conn, f: &Filter, cap: i64) -> Result<i64> {
    let mut q = procedures::table
        .left_join(cases::table.on(procedures::case_id.eq(cases::id.nullable())))
        .left_join(filings::table.on(procedures::filing_id.eq(filings::id.nullable())))
        .order((procedures::due_at, procedures::id))
        .limit(cap)
        .select(procedures::id)
        .into_boxed();
    filtered!(q, f);
    Ok(Counted(q).get_result(c)?)
}

/// How many rows a bounded query has; only the number comes over.
#[derive(Debug)]
pub(super) struct Counted<Q>(pub(super) Q);
impl<Q> diesel::query_builder::QueryId for Counted<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<Q> RunQueryDsl<Conn> for Counted<Q> {}
impl<Q> diesel::query_builder::Query for Counted<Q> {
    type SqlType = diesel::sql_types::BigInt;
}
impl<Q: diesel::query_builder::QueryFragment<super::conn::MultiBackend>> diesel::query_builder::QueryFragment<super::conn::MultiBackend>
    for Counted<Q>
{
    fn walk_ast<'b>(&'b self, mut out: diesel::query_builder::AstPass<'_, 'b, super::conn::MultiBackend>) -> QueryResult<()> {
        out.push_sql("select count(*) from (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") as few");
        Ok(())
    }
}
