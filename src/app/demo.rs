//! What makes a database a demonstration: its mark, its log-ins and their one password.
//!
//! Owns the mark in `meta` and the list shown to whoever opens the demonstration. Makes no data: `cli::demo` does, through
//! the use cases. A marked database is refused by `serve`, so the password printed here opens nothing real.

use super::App;
use crate::base::{Error, Result};
use crate::domain::access::DutyKind;
use crate::store::migrate;
use serde::{Deserialize, Serialize};

/// The password of every demo account.
pub const PASSWORD: &str = "qingxin-demo";

/// The key of the mark in `meta`.
const MARK: &str = "demo";

/// The mark of a demo database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Shape of the data: another one is built anew.
    pub version: u32,
    /// The last simulated instant; none while it is being built.
    pub until: Option<crate::base::At>,
}

/// Reads the mark.
///
/// # Errors
/// The database, or a mark that cannot be read.
pub fn mark(app: &App) -> Result<Option<Mark>> {
    let text = app.db.read_blocking(|c| migrate::meta(c, MARK))?;
    text.map(|t| serde_json::from_str(&t).map_err(|e| Error::Config(format!("演示数据库的标记无法读取：{e}")))).transpose()
}

/// Writes the mark.
///
/// # Errors
/// The database.
pub fn set_mark(app: &App, mark: &Mark) -> Result<()> {
    let text = serde_json::to_string(mark).map_err(|e| Error::Internal(format!("mark: {e}")))?;
    app.db.write_blocking(move |c| migrate::set_meta(c, MARK, &text))
}

/// Log-ins worth trying: duty, bureau, log-in name; the password is [`PASSWORD`].
#[must_use]
pub fn logins(app: &App) -> Vec<(String, String)> {
    if !app.demo {
        return Vec::new();
    }
    let of = |kind: DutyKind, bureau: &str| {
        let key = format!("duty.{}", kind.key());
        (format!("{} · {}", crate::base::text::zh(&key), app.bureau_name(bureau)), login(kind, bureau, 1))
    };
    let (city, county) = (app.config.city.bureau.as_str(), "370705-hrss");
    let mut out: Vec<(String, String)> =
        [DutyKind::Desk, DutyKind::Handler, DutyKind::Leader, DutyKind::Legal, DutyKind::Credit, DutyKind::Head]
            .into_iter()
            .map(|k| of(k, county))
            .collect();
    out.push(of(DutyKind::Handler, "370705-housing"));
    out.push(of(DutyKind::Desk, city));
    out.push(of(DutyKind::Supervisor, city));
    for kind in DutyKind::ALL.into_iter().filter(|k| k.is_admin()) {
        out.push(of(kind, city));
    }
    out
}

/// The log-in name of the `n`th person of a duty.
#[must_use]
pub fn login(kind: DutyKind, bureau: &str, n: usize) -> String {
    if kind.is_admin() { format!("admin.{}", kind.key().trim_end_matches("_admin")) } else { format!("{bureau}.{}{n}", kind.key()) }
}
