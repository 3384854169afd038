//! How staff log in beside the password, and how long records of that are kept.
//!
//! Owns `[second_factor]` and `[logs]`. What a second factor is worth is `app::second_factor`'s.

use super::{Error, Result};
use serde::Deserialize;

/// The second factor of staff.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondFactor {
    /// Duties that ask for one, by their keys with commas between.
    pub required: String,
    /// What authenticators call the account's house.
    pub issuer: String,
}
impl SecondFactor {
    /// The keys of the duties that ask for one.
    pub fn duties(&self) -> impl Iterator<Item = &str> {
        self.required.split(',').map(str::trim).filter(|d| !d.is_empty())
    }
    /// Authenticators show the issuer, and cannot read a colon in it.
    pub(super) fn check(&self) -> Result<()> {
        if !(1..=20).contains(&self.issuer.chars().count()) || self.issuer.contains(':') {
            return Err(Error::Config("second_factor.issuer 应为 1 至 20 个字，不能有冒号。".into()));
        }
        Ok(())
    }
}
/// Records of use.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logs {
    /// Months records of use are kept: what the rule `logs.keep` says, or more; `boot` refuses fewer.
    pub keep_months: u32,
    /// Where this node writes its log, a file a day; empty: to standard error alone.
    pub directory: String,
}
