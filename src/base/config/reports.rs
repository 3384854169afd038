//! Configuration of files with rows of cases, and of the day's reports of campaigns.

use super::{Error, Result, hour_minute};
use serde::Deserialize;

/// Files with rows of cases.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// Cases one ledger file may have.
    pub rows: usize,
    /// Cases one ledger file with personal data in full may have.
    pub unmasked_rows: usize,
}
impl Export {
    pub(super) fn check(&self) -> Result<()> {
        if !(1..=100_000).contains(&self.rows) || !(1..=self.rows).contains(&self.unmasked_rows) {
            return Err(Error::Config("配置项 export.rows 应为 1 至 100000，export.unmasked_rows 应为 1 至 export.rows。".into()));
        }
        Ok(())
    }
}
/// Campaigns 专项行动.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// When a bureau without the day's report is reminded, `HH:MM`; empty: never.
    pub remind_at: String,
    /// By when the day's report is due, `HH:MM`.
    pub report_by: String,
}
impl Campaign {
    pub(super) fn check(&self) -> Result<()> {
        let (remind, due) = (self.remind_time(), hour_minute(&self.report_by));
        if due.is_none() || (!self.remind_at.is_empty() && (remind.is_none() || remind >= due)) {
            return Err(Error::Config(format!(
                "campaign.report_by = {:?} 应为“时:分”，例如 17:00；campaign.remind_at = {:?} 应早于它，留空为不提醒。",
                self.report_by, self.remind_at
            )));
        }
        Ok(())
    }

    /// Hour and minute of the reminder.
    #[must_use]
    pub fn remind_time(&self) -> Option<(u32, u32)> {
        hour_minute(&self.remind_at)
    }
    /// Hour and minute by which the day's report is due.
    #[must_use]
    pub fn report_time(&self) -> (u32, u32) {
        hour_minute(&self.report_by).unwrap_or((17, 0))
    }
}

#[cfg(test)]
mod tests {
    use crate::base::config::Config;
    use std::collections::BTreeMap;

    #[test]
    fn caps_and_hours_of_reports_are_checked() {
        for (key, bad, named) in [
            ("EXPORT__ROWS", "0", "export.rows"),
            ("EXPORT__UNMASKED_ROWS", "200000", "export.unmasked_rows"),
            ("CAMPAIGN__REPORT_BY", "25:00", "campaign.report_by"),
            ("CAMPAIGN__REMIND_AT", "18:00", "campaign.remind_at"),
        ] {
            let vars = BTreeMap::from([(format!("QINGXIN__{key}"), bad.to_owned())]);
            assert!(Config::read(None, &vars).unwrap_err().to_string().contains(named), "{key}={bad}");
        }
    }
}
