//! Other systems 外部系统: who they are, and which filings are theirs.

use super::schema::{answer_rounds, filings, partners, procedures};
use super::{Conn, ensure_one};
use crate::base::id::{FilingId, PartnerId, ProcedureId, RowId};
use crate::base::seal::Sealed;
use crate::base::{At, Result};
use diesel::prelude::*;

/// Another system. Its key is stored as SHA-256 only, its signing secret sealed.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = partners, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Partner {
    pub id: PartnerId,
    pub code: String,
    pub name: String,
    pub channel: String,
    pub bureau: String,
    pub key_hash: Vec<u8>,
    pub secret_ct: Sealed,
    pub state: String,
    pub created_at: At,
    pub version: i64,
    pub requests_a_minute: Option<i32>,
    pub clues_a_minute: Option<i32>,
}

/// Adds a system.
pub fn insert_partner(c: &mut Conn, row: &Partner) -> Result<()> {
    diesel::insert_into(partners::table).values(row).execute(c)?;
    Ok(())
}

/// Saves a system read before.
pub fn update_partner(c: &mut Conn, row: &Partner) -> Result<()> {
    let next = Partner { version: row.version + 1, ..row.clone() };
    let n =
        diesel::update(partners::table.filter(partners::id.eq(row.id)).filter(partners::version.eq(row.version))).set(&next).execute(c)?;
    ensure_one(n, "partners")
}

/// One system.
pub fn partner(c: &mut Conn, id: PartnerId) -> Result<Option<Partner>> {
    Ok(partners::table.find(id).select(Partner::as_select()).first(c).optional()?)
}

/// The system of a code.
pub fn partner_by_code(c: &mut Conn, code: &str) -> Result<Option<Partner>> {
    Ok(partners::table.filter(partners::code.eq(code)).select(Partner::as_select()).first(c).optional()?)
}

/// The system of a key's hash.
pub fn partner_by_key(c: &mut Conn, hash: &[u8]) -> Result<Option<Partner>> {
    Ok(partners::table.filter(partners::key_hash.eq(hash)).select(Partner::as_select()).first(c).optional()?)
}

/// All systems by code, at most `limit`.
pub fn partners(c: &mut Conn, limit: i64) -> Result<Vec<Partner>> {
    Ok(partners::table.order(partners::code).limit(limit).select(Partner::as_select()).load(c)?)
}

/// What a feed names of a filing.
#[derive(Debug, Clone)]
pub struct Named {
    /// The procedure whose events are read.
    pub procedure: ProcedureId,
    /// The filing.
    pub filing: FilingId,
    /// Its number here.
    pub number: String,
    /// Its number there.
    pub source_no: Option<String>,
}

/// The filings of procedures.
pub fn named(c: &mut Conn, ids: &[ProcedureId]) -> Result<Vec<Named>> {
    let rows: Vec<(ProcedureId, FilingId, String, Option<String>)> = procedures::table
        .inner_join(filings::table.on(procedures::filing_id.eq(filings::id.nullable())))
        .filter(procedures::id.eq_any(ids.to_vec()))
        .select((procedures::id, filings::id, filings::number, filings::source_no))
        .load(c)?;
    Ok(rows.into_iter().map(|(procedure, filing, number, source_no)| Named { procedure, filing, number, source_no }).collect())
}

/// The filing a system sent under its own number.
pub fn sent(c: &mut Conn, partner: PartnerId, channel: &str, source_no: &str) -> Result<Option<super::filings::Filing>> {
    let found = super::filings::twin(c, channel, Some(source_no), &[])?;
    Ok(found.filter(|f| f.partner_id == Some(partner)))
}

/// Answered filings of some channels after `after`, by id.
pub fn answered_page(c: &mut Conn, channels: &[String], after: FilingId, limit: i64) -> Result<Vec<super::filings::Filing>> {
    Ok(filings::table
        .filter(filings::id.gt(after))
        .filter(filings::channel.eq_any(channels.to_vec()))
        .filter(filings::answer_code.is_not_null())
        .order(filings::id)
        .limit(limit)
        .select(super::filings::Filing::as_select())
        .load(c)?)
}

/// One round with a filing's sender.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Identifiable, AsChangeset)]
#[diesel(table_name = answer_rounds, treat_none_as_default_value = false, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Round {
    pub id: RowId,
    pub filing_id: FilingId,
    pub round: i32,
    pub kind: String,
    pub code: Option<String>,
    pub asked_at: At,
    pub answered_at: Option<At>,
    pub verdict: Option<String>,
    pub verdict_at: Option<At>,
    pub verdict_by: Option<String>,
}

/// The rounds of a filing, first round first.
pub fn rounds(c: &mut Conn, filing: FilingId) -> Result<Vec<Round>> {
    Ok(answer_rounds::table.filter(answer_rounds::filing_id.eq(filing)).order(answer_rounds::round).select(Round::as_select()).load(c)?)
}

/// Opens a round.
pub fn insert_round(c: &mut Conn, row: &Round) -> Result<()> {
    diesel::insert_into(answer_rounds::table).values(row).execute(c)?;
    Ok(())
}

/// Saves a round whole.
pub fn update_round(c: &mut Conn, row: &Round) -> Result<()> {
    let n = diesel::update(answer_rounds::table.find(row.id)).set(row).execute(c)?;
    ensure_one(n, "answer_rounds")
}
