//! What of a unit's matters a reader may know of.
//!
//! Owns the question for many cases at once; the answer is `domain::access`', as for the page of each case. Deny by default: what is not found
//! readable here is counted and nothing else.

use crate::app::App;
use crate::app::subject::scope_of;
use crate::base::Result;
use crate::base::id::CaseId;
use crate::domain::access::{self, Actor, Scope};
use crate::store::Conn;
use crate::store::cases::Case;
use crate::store::employers as rows;
use std::collections::BTreeMap;

/// The cases a reader may read, each with its scope.
#[derive(Debug, Default)]
pub(super) struct Sight(BTreeMap<CaseId, Scope>);

impl Sight {
    /// Of these cases.
    ///
    /// # Errors
    /// The database.
    pub(super) fn of<'a>(c: &mut Conn, app: &App, actor: &Actor, cases: impl IntoIterator<Item = &'a Case>) -> Result<Self> {
        let mut scopes: BTreeMap<CaseId, Scope> = cases.into_iter().map(|k| (k.id, scope_of(app, Some(k), None))).collect();
        let ids: Vec<CaseId> = scopes.keys().copied().collect();
        for (case, bureau) in rows::received_by(c, &ids)? {
            if let Some(s) = case.and_then(|id| scopes.get_mut(&id)) {
                s.receiving.push(bureau);
            }
        }
        for (case, bureau) in rows::asked(c, &ids)? {
            if let (Some(s), Some(b)) = (scopes.get_mut(&case), bureau) {
                s.asked.push(b);
            }
        }
        scopes.retain(|_, s| access::may_read(actor, s));
        Ok(Self(scopes))
    }

    /// Whether a case may be read.
    pub(super) fn reads(&self, id: CaseId) -> bool {
        self.0.contains_key(&id)
    }

    /// The scope of a case that may be read.
    pub(super) fn scope(&self, id: CaseId) -> Option<&Scope> {
        self.0.get(&id)
    }

    /// Whether nothing may be read.
    pub(super) fn nothing(&self) -> bool {
        self.0.is_empty()
    }
}
