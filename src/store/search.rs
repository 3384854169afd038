//! Pieces of text by which filings are found, and the bounded reads of a search.
//!
//! Owns table `grams` and the reader's scope as a condition of a query. A piece is a number here: what it stands for is
//! `domain::search`'s. Every list is in the order of the filings' ids, newest first, which both databases keep alike.

use super::Conn;
use super::schema::{cases, claimants, filings, grams};
use super::types::Id;
use crate::base::Result;
use crate::base::id::{CaseId, FilingId};
use diesel::prelude::*;
use diesel::sql_types::Text;

/// Which filings a reader may know of: the condition that `domain::access` would put to each of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Everything: whoever works for the whole city.
    pub whole: bool,
    /// Received at one of these bureaus.
    pub receiving: Vec<String>,
    /// Led by one of these.
    pub lead: Vec<String>,
    /// In one of these areas, whoever leads.
    pub areas: Vec<String>,
    /// In one of these areas and led or overseen by this bureau.
    pub bureaus: Vec<(String, Vec<String>)>,
}

type Condition =
    Box<dyn BoxableExpression<Joined, super::conn::MultiBackend, SqlType = diesel::sql_types::Nullable<diesel::sql_types::Bool>>>;
type Joined =
    diesel::dsl::LeftJoinQuerySource<filings::table, cases::table, diesel::dsl::Eq<filings::case_id, diesel::dsl::Nullable<cases::id>>>;

fn within(r: &Reach) -> Condition {
    let some = |v: &[String]| v.iter().cloned().map(Some).collect::<Vec<_>>();
    let mut out: Condition = Box::new(filings::receiving_bureau.nullable().eq_any(some(&r.receiving)));
    if !r.lead.is_empty() {
        out = Box::new(out.or(cases::lead_bureau.nullable().eq_any(some(&r.lead))));
    }
    // a case's area is the area; a filing's own counts while it has none
    let lies = |areas: &[String]| {
        let a = some(areas);
        cases::area.nullable().eq_any(a.clone()).or(cases::id.nullable().is_null().and(filings::area.eq_any(a)))
    };
    if !r.areas.is_empty() {
        out = Box::new(out.or(lies(&r.areas)));
    }
    for (bureau, areas) in &r.bureaus {
        let theirs = cases::lead_bureau.nullable().eq(Some(bureau.clone())).or(cases::oversight_bureau.nullable().eq(Some(bureau.clone())));
        out = Box::new(out.or(theirs.and(cases::area.nullable().eq_any(some(areas)))));
    }
    out
}

statement! {
    /// Adds pieces of a filing, on PostgreSQL.
    struct AddPg { doc: FilingId => Id, list: String => Text }
    sql "insert into grams (gram, doc) select x::bigint, ", doc, " from json_array_elements_text(", list, "::json) x on conflict do nothing"
}
statement! {
    /// Adds pieces of a filing, on SQLite.
    struct AddLite { doc: FilingId => Id, list: String => Text }
    sql "insert into grams (gram, doc) select value, ", doc, " from json_each(", list, ") where true on conflict do nothing"
}

/// Adds pieces of a filing; one that is there stays.
pub fn add(c: &mut Conn, doc: FilingId, numbers: &[i64]) -> Result<usize> {
    if numbers.is_empty() {
        return Ok(0);
    }
    let parts: Vec<String> = numbers.iter().map(i64::to_string).collect();
    let list = format!("[{}]", parts.join(","));
    Ok(if c.is_pg() { AddPg { doc, list }.execute(c)? } else { AddLite { doc, list }.execute(c)? })
}

/// Takes pieces of a filing away.
pub fn remove(c: &mut Conn, doc: FilingId, numbers: &[i64]) -> Result<usize> {
    if numbers.is_empty() {
        return Ok(0);
    }
    Ok(diesel::delete(grams::table.filter(grams::gram.eq_any(numbers.to_vec())).filter(grams::doc.eq(doc))).execute(c)?)
}

/// How many filings have a piece, counted up to `cap`.
pub fn weigh(c: &mut Conn, gram: i64, cap: i64) -> Result<i64> {
    let some: Vec<FilingId> = grams::table.filter(grams::gram.eq(gram)).limit(cap).select(grams::doc).load(c)?;
    Ok(i64::try_from(some.len()).unwrap_or(cap))
}

/// Filings that have a piece, newest first, after the given one.
pub fn with_gram(c: &mut Conn, gram: i64, after: Option<FilingId>, limit: i64) -> Result<Vec<FilingId>> {
    let q = grams::table.filter(grams::gram.eq(gram)).order(grams::doc.desc()).limit(limit).select(grams::doc);
    Ok(match after {
        Some(a) => q.filter(grams::doc.lt(a)).load(c)?,
        None => q.load(c)?,
    })
}

/// Which of these filings have which of these pieces.
pub fn having(c: &mut Conn, docs: &[FilingId], numbers: &[i64]) -> Result<Vec<(FilingId, i64)>> {
    Ok(grams::table
        .filter(grams::gram.eq_any(numbers.to_vec()))
        .filter(grams::doc.eq_any(docs.to_vec()))
        .select((grams::doc, grams::gram))
        .load(c)?)
}

/// Which of these filings the reader may know of.
pub fn reached(c: &mut Conn, docs: &[FilingId], reach: &Reach) -> Result<Vec<FilingId>> {
    if reach.whole {
        return Ok(docs.to_vec());
    }
    Ok(filings::table
        .left_join(cases::table.on(filings::case_id.eq(cases::id.nullable())))
        .filter(filings::id.eq_any(docs.to_vec()))
        .filter(within(reach))
        .select(filings::id)
        .load(c)?)
}

/// Filings of a person whom one of these blind indexes finds, newest first, after the given one.
pub fn of_person(c: &mut Conn, blind: &[String], after: Option<FilingId>, limit: i64) -> Result<Vec<FilingId>> {
    let some: Vec<Option<String>> = blind.iter().cloned().map(Some).collect();
    // three reads of three indexes: asked with `or`, a planner may walk the table
    let mut who: Vec<crate::base::id::ClaimantId> =
        claimants::table.filter(claimants::person_bix.eq_any(some.clone())).select(claimants::id).load(c)?;
    who.extend(claimants::table.filter(claimants::phone_bix.eq_any(some)).select(claimants::id).load::<crate::base::id::ClaimantId>(c)?);
    who.extend(
        claimants::table.filter(claimants::name_bix.eq_any(blind.to_vec())).select(claimants::id).load::<crate::base::id::ClaimantId>(c)?,
    );
    who.sort_unstable();
    who.dedup();
    let mut out: Vec<FilingId> = Vec::new();
    for part in who.chunks(500) {
        let q = filings::table.filter(filings::claimant_id.eq_any(part.to_vec())).select(filings::id);
        out.extend(q.load::<FilingId>(c)?);
    }
    out.retain(|id| after.is_none_or(|a| *id < a));
    out.sort_unstable_by(|a, b| b.cmp(a));
    out.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(out)
}

/// The case of a number, and the filings whose own or whose sender's number it is, newest first.
pub fn numbered(c: &mut Conn, number: &str) -> Result<(Option<CaseId>, Vec<FilingId>)> {
    let case = cases::table.filter(cases::number.eq(number)).select(cases::id).first(c).optional()?;
    let mut found: Vec<FilingId> = filings::table.filter(filings::number.eq(number)).select(filings::id).load(c)?;
    found.extend(filings::table.filter(filings::source_no.eq(Some(number))).select(filings::id).load::<FilingId>(c)?);
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.dedup();
    Ok((case, found))
}

/// Filings after `after` in the order of their ids, with whether they bear this stamp.
pub fn stamped(c: &mut Conn, stamp: i64, after: FilingId, limit: i64) -> Result<Vec<(FilingId, bool)>> {
    let ids: Vec<FilingId> = filings::table.filter(filings::id.gt(after)).order(filings::id).limit(limit).select(filings::id).load(c)?;
    let have: Vec<FilingId> = having(c, &ids, &[stamp])?.into_iter().map(|(d, _)| d).collect();
    Ok(ids.into_iter().map(|id| (id, have.contains(&id))).collect())
}
