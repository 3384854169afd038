//! Whether this node can serve: the database answers, its schema fits, and how late the oldest due alarm is.
//!
//! Owns the operators' quick question; `doctor` is the thorough one. Changes nothing and names nobody.

use super::App;
use crate::store::{migrate, procedures};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What a probe learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ready {
    /// Whether requests can be served: database and schema are well.
    pub ready: bool,
    /// The database answers.
    pub database: bool,
    /// Its schema is that of this program.
    pub migrations: bool,
    /// Age of the oldest due alarm in seconds; 0 when none is due.
    pub alarm_lag_seconds: i64,
}

impl App {
    /// Looks at the database. A failure is logged and told as `false`.
    pub async fn ready(self: &Arc<Self>) -> Ready {
        let now = self.now();
        let seen = self.db.read(move |c| Ok((procedures::oldest_due(c, now)?, migrate::check(c)))).await;
        match seen {
            Ok((oldest, schema)) => {
                let migrations = schema.inspect_err(|e| tracing::error!(error = %e, "the schema does not fit")).is_ok();
                let lag = oldest.map_or(0, |at| (now.utc() - at.utc()).num_seconds());
                Ready { ready: migrations, database: true, migrations, alarm_lag_seconds: lag }
            }
            Err(e) => {
                tracing::error!(error = %e, "the database does not answer");
                Ready { ready: false, database: false, migrations: false, alarm_lag_seconds: 0 }
            }
        }
    }
}
