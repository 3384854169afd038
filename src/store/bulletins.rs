//! Bulletins 通报: their rows, and what their figures are made of: cases with their complaints, payments, supervision orders, as known at an instant.

use super::Conn;
use super::ensure_one;
use super::schema::{bulletins, cases, procedures, supervisions};
use super::types::{Json, Ts};
use crate::base::id::{AccountId, CaseId, DocumentId, ProcedureId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Day, Result};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Date, Text};
use serde_json::Value;

/// A bulletin.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = bulletins, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Bulletin {
    pub id: RowId,
    pub kind: String,
    pub bureau: String,
    pub area: String,
    pub from_on: Day,
    pub to_on: Day,
    pub state: String,
    pub as_of: At,
    pub figures: Json<Value>,
    pub remarks_ct: Sealed,
    pub drafted_by: AccountId,
    pub drafted_at: At,
    pub approved_by: Option<AccountId>,
    pub approved_at: Option<At>,
    pub issued_by: Option<AccountId>,
    pub issued_at: Option<At>,
    pub document_id: Option<DocumentId>,
    pub version: i64,
}

/// Adds a draft; [`crate::base::Error::Duplicate`] where the period has one.
pub fn insert(c: &mut Conn, row: &Bulletin) -> Result<()> {
    diesel::insert_into(bulletins::table).values(row).execute(c)?;
    Ok(())
}

/// Saves a bulletin read before. [`crate::base::Error::Stale`] when another was faster.
pub fn update(c: &mut Conn, row: &Bulletin) -> Result<()> {
    let next = Bulletin { version: row.version + 1, ..row.clone() };
    let n = diesel::update(bulletins::table.find(row.id).filter(bulletins::version.eq(row.version))).set(&next).execute(c)?;
    ensure_one(n, "bulletins")
}

/// One bulletin.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Bulletin>> {
    Ok(bulletins::table.find(id).select(Bulletin::as_select()).first(c).optional()?)
}

/// That of a period that was not dropped.
pub fn of_period(c: &mut Conn, bureau: &str, kind: &str, area: &str, from: Day, to: Day) -> Result<Option<RowId>> {
    Ok(bulletins::table
        .filter(bulletins::bureau.eq(bureau))
        .filter(bulletins::kind.eq(kind))
        .filter(bulletins::area.eq(area))
        .filter(bulletins::from_on.eq(from))
        .filter(bulletins::to_on.eq(to))
        .filter(bulletins::state.ne("dropped"))
        .select(bulletins::id)
        .first(c)
        .optional()?)
}

/// The newest of these areas (all if absent), after one.
pub fn page(c: &mut Conn, areas: Option<&[String]>, after: Option<(At, RowId)>, limit: i64) -> Result<Vec<Bulletin>> {
    let mut q = bulletins::table
        .order((bulletins::drafted_at.desc(), bulletins::id.desc()))
        .limit(limit)
        .select(Bulletin::as_select())
        .into_boxed();
    if let Some(a) = areas {
        q = q.filter(bulletins::area.eq_any(a.to_vec()));
    }
    if let Some((at, id)) = after {
        q = q.filter(bulletins::drafted_at.lt(at).or(bulletins::drafted_at.eq(at).and(bulletins::id.lt(id))));
    }
    Ok(q.load(c)?)
}

/// A case that may have been in hand, with its complaint.
#[derive(Debug, Clone, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct InHand {
    pub case: CaseId,
    pub opened_at: At,
    pub procedure: ProcedureId,
}

/// Cases of an area opened before `end` that run now or were concluded at or after `since`, page by page in the order of opening: whatever was
/// in hand between the two is among them, since a case that was opened again has no conclusion or a later one.
pub fn in_hand(c: &mut Conn, area: &str, since: At, end: At, after: Option<(At, CaseId)>, limit: i64) -> Result<Vec<InHand>> {
    let mut q = cases::table
        .inner_join(procedures::table.on(procedures::case_id.eq(cases::id.nullable())))
        .filter(procedures::kind.eq("complaint"))
        .filter(cases::area.eq(area.to_owned()))
        .filter(cases::created_at.lt(end))
        .filter(cases::concluded_at.is_null().or(cases::concluded_at.ge(since)))
        .order((cases::created_at, cases::id))
        .limit(limit)
        .select((cases::id, cases::created_at, procedures::id))
        .into_boxed();
    if let Some((at, id)) = after {
        q = q.filter(cases::created_at.ge(at)).filter(cases::created_at.gt(at).or(cases::id.gt(id)));
    }
    Ok(q.load(c)?)
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// What was paid in an area on these days, as known at `as_of`: payments reversed later, and shares denied later, still count.
pub fn paid(c: &mut Conn, area: &str, (from, to): (Day, Day), as_of: At) -> Result<i64> {
    let [a, f, t, k] = if c.is_pg() { ["$1", "$2", "$3", "$4"] } else { ["?1", "?2", "?3", "?4"] };
    let sql = format!(
        "select cast(coalesce(sum(x.amount - x.beyond), 0) as bigint) as n from payments p \
         join allocations x on x.payment_id = p.id join cases k on k.id = p.case_id \
         where k.area = {a} and p.paid_on >= {f} and p.paid_on <= {t} and p.recorded_at <= {k} \
         and (p.reversed_at is null or p.reversed_at > {k}) and (x.counted_at is null or x.counted_at <= {k}) \
         and (x.counts or p.reversed_at > {k} or (x.answer = 'denied' and x.answered_at > {k}))"
    );
    let found: Sum = each!(c, |conn| sql_query(sql)
        .bind::<Text, _>(area)
        .bind::<Date, _>(from)
        .bind::<Date, _>(to)
        .bind::<Ts, _>(as_of)
        .get_result(conn))?;
    Ok(found.n)
}

/// Supervision orders of cases of an area issued, and discharged, between two instants.
pub fn supervised(c: &mut Conn, area: &str, start: At, end: At) -> Result<(i64, i64)> {
    let of = supervisions::table.inner_join(cases::table.on(cases::id.eq(supervisions::case_id))).filter(cases::area.eq(area.to_owned()));
    let issued: i64 = of.clone().filter(supervisions::opened_at.ge(start)).filter(supervisions::opened_at.lt(end)).count().get_result(c)?;
    let ended = of.filter(supervisions::discharged_at.ge(start)).filter(supervisions::discharged_at.lt(end)).count().get_result(c)?;
    Ok((issued, ended))
}
