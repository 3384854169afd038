//! The case ledger 台账: bounded pages of cases by area or bureau in the order they were opened, and what a row shows beside its case.
//!
//! Owns the queries of the ledger. Each page reads one index: an area, what a bureau leads, or what it oversees.

use super::Conn;
use super::cases::Case;
use super::schema::{agreements, cases, filings, orders, procedures, respondents};
use super::types::Json;
use crate::base::id::{AccountId, CaseId, ClaimantId, FilingId};
use crate::base::{At, Day, Result};
use crate::law::Fen;
use crate::store::filings::Told;
use diesel::prelude::*;

/// States of cases that went into another: they are counted and listed there.
pub const MERGED: [&str; 2] = ["merged", "merged_docketed"];
/// The state in which an agreement runs.
pub const TRACKING: &str = "tracking";

/// Where a page reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Cases of an area, not of those below it.
    Area(String),
    /// Cases a bureau leads.
    Lead(String),
    /// Cases a bureau oversees and does not lead.
    Oversight(String),
}

/// How a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Not concluded, tracking included.
    Running,
    /// In tracking.
    Tracking,
    /// Concluded.
    Concluded,
}

/// Which cases of a part.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Opened from here.
    pub from: Option<At>,
    /// And before.
    pub until: Option<At>,
    /// How they stand.
    pub stand: Option<Stand>,
}

/// A page of a part after a case, in the order of opening. Cases that went into another are left out.
pub fn page(c: &mut Conn, part: &Part, f: &Filter, after: Option<(At, CaseId)>, limit: i64) -> Result<Vec<Case>> {
    let mut q = cases::table
        .filter(cases::state.ne_all(MERGED))
        .order((cases::created_at, cases::id))
        .limit(limit)
        .select(Case::as_select())
        .into_boxed();
    q = match part {
        Part::Area(a) => q.filter(cases::area.eq(a.clone())),
        Part::Lead(b) => q.filter(cases::lead_bureau.eq(b.clone())),
        Part::Oversight(b) => q.filter(cases::oversight_bureau.eq(Some(b.clone()))).filter(cases::lead_bureau.ne(b.clone())),
    };
    if let Some(at) = f.from {
        q = q.filter(cases::created_at.ge(at));
    }
    if let Some(at) = f.until {
        q = q.filter(cases::created_at.lt(at));
    }
    q = match f.stand {
        Some(Stand::Running) => q.filter(cases::concluded_at.is_null()),
        Some(Stand::Tracking) => q.filter(cases::concluded_at.is_null()).filter(cases::state.eq(TRACKING)),
        Some(Stand::Concluded) => q.filter(cases::concluded_at.is_not_null()),
        None => q,
    };
    if let Some((at, id)) = after {
        q = q.filter(cases::created_at.ge(at)).filter(cases::created_at.gt(at).or(cases::id.gt(id)));
    }
    Ok(q.load(c)?)
}

/// What a row shows of a filing.
#[derive(Debug, Clone, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct FilingBit {
    pub id: FilingId,
    pub case_id: Option<CaseId>,
    pub channel: String,
    pub kind: String,
    pub source_no: Option<String>,
    pub claimant_id: ClaimantId,
    pub secret: bool,
    pub received_at: At,
    pub receiving_bureau: String,
    pub period_from: Option<Day>,
    pub period_to: Option<Day>,
    pub told_doc: Json<Told>,
}

/// The filings of these cases, the oldest first.
pub fn filings_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<FilingBit>> {
    let wanted: Vec<Option<CaseId>> = of.iter().copied().map(Some).collect();
    Ok(filings::table
        .filter(filings::case_id.is_not_null())
        .filter(filings::case_id.eq_any(wanted))
        .order((filings::received_at, filings::id))
        .select((
            filings::id,
            filings::case_id,
            filings::channel,
            filings::kind,
            filings::source_no,
            filings::claimant_id,
            filings::secret,
            filings::received_at,
            filings::receiving_bureau,
            filings::period_from,
            filings::period_to,
            filings::told_doc,
        ))
        .load(c)?)
}

/// What a row shows of a chain: case, role, name (masked for a person), code.
pub type PartyBit = (CaseId, String, String, Option<String>);

/// The chains of these cases, in order.
pub fn parties_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<PartyBit>> {
    Ok(respondents::table
        .filter(respondents::case_id.eq_any(of.to_vec()))
        .order((respondents::case_id, respondents::position))
        .select((respondents::case_id, respondents::role, respondents::name, respondents::uscc))
        .load(c)?)
}

/// What a row shows of the complaint's procedure.
#[derive(Debug, Clone, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct HeldBit {
    pub case_id: Option<CaseId>,
    pub version: i32,
    pub assignee: Option<AccountId>,
    pub due_at: Option<At>,
    pub due_day: Option<Day>,
    pub missed: i32,
}

/// The complaints of these cases.
pub fn held_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<HeldBit>> {
    let wanted: Vec<Option<CaseId>> = of.iter().copied().map(Some).collect();
    Ok(procedures::table
        .filter(procedures::case_id.is_not_null())
        .filter(procedures::case_id.eq_any(wanted))
        .filter(procedures::kind.eq("complaint"))
        .select((
            procedures::case_id,
            procedures::version,
            procedures::assignee,
            procedures::due_at,
            procedures::due_day,
            procedures::missed,
        ))
        .load(c)?)
}

/// Agreements of these cases, the oldest first: case, day, sum.
pub fn agreed_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<(CaseId, Day, Fen)>> {
    Ok(agreements::table
        .filter(agreements::case_id.eq_any(of.to_vec()))
        .order((agreements::signed_on, agreements::created_at))
        .select((agreements::case_id, agreements::signed_on, agreements::total))
        .load(c)?)
}

/// Orders to pay of these cases: case, sum.
pub fn ordered_of(c: &mut Conn, of: &[CaseId]) -> Result<Vec<(CaseId, Fen)>> {
    Ok(orders::table.filter(orders::case_id.eq_any(of.to_vec())).select((orders::case_id, orders::amount)).load(c)?)
}
