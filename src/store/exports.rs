//! Exports 导出记录: what left the house as a file. Owns the one table; rows are added and never changed.

use super::Conn;
use super::schema::exports;
use super::types::Json;
use crate::base::id::{AccountId, RowId, StreamId};
use crate::base::{At, Result};
use diesel::prelude::*;

/// One export.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = exports, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "columns are described in the migration")]
pub struct Export {
    pub id: RowId,
    pub number: String,
    pub what: String,
    pub at: At,
    pub account_id: Option<AccountId>,
    pub bureau: Option<String>,
    pub area: Option<String>,
    pub format: String,
    pub line_count: i64,
    pub unmasked: bool,
    pub reason: Option<String>,
    pub query: Json<serde_json::Value>,
    pub sha256: String,
    pub stream_id: StreamId,
    pub seq: i64,
}

/// Which exports.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// By whoever works in one of these areas.
    pub areas: Option<Vec<String>>,
    /// By this bureau.
    pub bureau: Option<String>,
    /// Of this kind.
    pub what: Option<String>,
    /// With personal data in full alone.
    pub unmasked: bool,
}

/// Adds an export.
pub fn insert(c: &mut Conn, row: &Export) -> Result<()> {
    diesel::insert_into(exports::table).values(row).execute(c)?;
    Ok(())
}

/// One export.
pub fn get(c: &mut Conn, id: RowId) -> Result<Option<Export>> {
    Ok(exports::table.find(id).select(Export::as_select()).first(c).optional()?)
}

/// A page, the newest first, after the line `after`.
pub fn page(c: &mut Conn, f: &Filter, after: Option<(At, RowId)>, limit: i64) -> Result<Vec<Export>> {
    let mut q = exports::table.order((exports::at.desc(), exports::id.desc())).limit(limit).select(Export::as_select()).into_boxed();
    if let Some(a) = &f.areas {
        q = q.filter(exports::area.eq_any(a.iter().map(|x| Some(x.clone())).collect::<Vec<_>>()));
    }
    if let Some(b) = &f.bureau {
        q = q.filter(exports::bureau.eq(Some(b.clone())));
    }
    if let Some(w) = &f.what {
        q = q.filter(exports::what.eq(w.clone()));
    }
    if f.unmasked {
        q = q.filter(exports::unmasked.eq(true));
    }
    if let Some((at, id)) = after {
        q = q.filter(exports::at.le(at)).filter(exports::at.lt(at).or(exports::id.lt(id)));
    }
    Ok(q.load(c)?)
}
