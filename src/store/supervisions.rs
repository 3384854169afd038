//! The register of supervisions 督办台账: bounded pages, the newest first.
//!
//! Owns the one query of the register; a supervision's own row is [`super::orders`]'.

use super::Conn;
use super::schema::{cases, procedures, supervisions};
use crate::base::id::{CaseId, ProcedureId, SupervisionId};
use crate::base::{At, Day, Result};
use crate::law::Fen;
use diesel::prelude::*;

/// Which supervisions.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of one of these bureaus.
    pub bureaus: Option<Vec<String>>,
    /// Of cases in one of these areas.
    pub areas: Option<Vec<String>>,
    /// Opened for this reason.
    pub origin: Option<String>,
    /// At this level.
    pub level: Option<String>,
    /// Those that run alone.
    pub open: bool,
}

/// One line of the register.
#[derive(Debug, Clone, PartialEq, Queryable)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Line {
    pub id: SupervisionId,
    pub bureau: String,
    pub origin: String,
    pub level: String,
    pub opened_at: At,
    pub discharged_at: Option<At>,
    pub procedure: ProcedureId,
    pub kind: String,
    pub version: i32,
    pub state: String,
    pub due_at: Option<At>,
    pub due_day: Option<Day>,
    pub case: CaseId,
    pub number: String,
    pub respondent: String,
    pub area: String,
    pub outstanding: Fen,
}

/// A page, the newest first, after the line `after`.
pub fn page(c: &mut Conn, f: &Filter, after: Option<(At, SupervisionId)>, limit: i64) -> Result<Vec<Line>> {
    let mut q = supervisions::table
        .inner_join(procedures::table.on(procedures::id.eq(supervisions::procedure_id)))
        .inner_join(cases::table.on(cases::id.eq(supervisions::case_id)))
        .order((supervisions::opened_at.desc(), supervisions::id.desc()))
        .limit(limit)
        .select((
            supervisions::id,
            supervisions::bureau,
            supervisions::origin,
            supervisions::level,
            supervisions::opened_at,
            supervisions::discharged_at,
            procedures::id,
            procedures::kind,
            procedures::version,
            procedures::state,
            procedures::due_at,
            procedures::due_day,
            cases::id,
            cases::number,
            cases::respondent_name,
            cases::area,
            cases::outstanding,
        ))
        .into_boxed();
    if let Some(b) = &f.bureaus {
        q = q.filter(supervisions::bureau.eq_any(b.clone()));
    }
    if let Some(a) = &f.areas {
        q = q.filter(cases::area.eq_any(a.clone()));
    }
    if let Some(o) = &f.origin {
        q = q.filter(supervisions::origin.eq(o.clone()));
    }
    if let Some(l) = &f.level {
        q = q.filter(supervisions::level.eq(l.clone()));
    }
    if f.open {
        q = q.filter(supervisions::discharged_at.is_null());
    }
    if let Some((at, id)) = after {
        q = q.filter(supervisions::opened_at.lt(at).or(supervisions::opened_at.eq(at).and(supervisions::id.lt(id))));
    }
    Ok(q.load(c)?)
}
