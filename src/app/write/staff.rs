//! Who holds which duty, as a unit of work knows it: asked once, however many it tells.
//!
//! Owns what was asked alone; it is forgotten when the unit of work records something of an account.

use super::Tx;
use crate::base::Result;
use crate::base::id::AccountId;
use crate::store::accounts;
use std::collections::HashMap;

/// Who holds which duty and who is there, as a unit of work has asked: a hundred alarms tell the same leader.
#[derive(Default)]
pub(super) struct Staff {
    holders: HashMap<(String, String), Vec<AccountId>>,
    over: HashMap<(String, Vec<String>), Vec<Holder>>,
    active: HashMap<AccountId, bool>,
}
/// Who holds a duty, in which bureau, over which area.
pub(in crate::app) type Holder = (AccountId, String, String);

impl Tx<'_> {
    /// Who holds a duty in a bureau now.
    ///
    /// # Errors
    /// The database.
    pub(in crate::app) fn holders(&mut self, duty: &str, bureau: &str) -> Result<Vec<AccountId>> {
        let key = (duty.to_owned(), bureau.to_owned());
        if let Some(known) = self.staff.holders.get(&key) {
            return Ok(known.clone());
        }
        let found: Vec<AccountId> = accounts::holders(self.c, duty, bureau, self.now)?.into_iter().map(|(id, _)| id).collect();
        self.staff.holders.insert(key, found.clone());
        Ok(found)
    }

    /// Who holds a duty over one of these areas now.
    ///
    /// # Errors
    /// The database.
    pub(in crate::app) fn holders_over(&mut self, duty: &str, path: &[String]) -> Result<Vec<Holder>> {
        let key = (duty.to_owned(), path.to_vec());
        if let Some(known) = self.staff.over.get(&key) {
            return Ok(known.clone());
        }
        let found = accounts::holders_over(self.c, duty, path, self.now)?;
        self.staff.over.insert(key, found.clone());
        Ok(found)
    }

    /// Whether an account is active.
    ///
    /// # Errors
    /// The database.
    pub(in crate::app) fn is_active(&mut self, id: AccountId) -> Result<bool> {
        if let Some(known) = self.staff.active.get(&id) {
            return Ok(*known);
        }
        let active = accounts::get(self.c, id)?.is_some_and(|a| a.state == "active");
        self.staff.active.insert(id, active);
        Ok(active)
    }
}
