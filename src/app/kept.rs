//! What a person typed into a form that met a session which was over or locked: sealed, handed back with the log-in page, and opened again for
//! the same account alone.
//!
//! Owns the sealed note. Nothing of it is stored: it travels in the page the same browser just got, bound to the account whose session it was,
//! for a few hours. Files are too large for that and are not kept; forms with a password or code in them never are.

use super::{App, ids_in};
use crate::base::id::AccountId;
use crate::base::seal::{self, Place, Sealed};
use crate::base::{At, Error, Result};
use chrono::Duration;
use serde::{Deserialize, Serialize};

/// Hours a note can be opened.
const HOURS: i64 = 2;
/// Whether a field of this name is never kept, nor the form it stands in: a password, the code of a second factor.
fn never(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("password") || name == "code"
}

/// A form as it was sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptForm {
    /// Where it was sent: path and query of our own.
    pub to: String,
    /// Its fields, in their order.
    pub pairs: Vec<(String, String)>,
    until: At,
}
impl std::fmt::Debug for KeptForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeptForm({}, {} fields)", self.to, self.pairs.len())
    }
}

fn place(account: AccountId) -> Place<AccountId> {
    Place::new("kept_forms", "body", account)
}

impl App {
    /// Seals a form for its account; `None` where it holds what is never kept.
    ///
    /// # Errors
    /// The keys.
    pub fn keep_form(&self, account: AccountId, to: &str, pairs: Vec<(String, String)>) -> Result<Option<String>> {
        if pairs.is_empty() || pairs.iter().any(|(k, v)| never(k) && !v.is_empty()) {
            return Ok(None);
        }
        let kept = KeptForm { to: to.to_owned(), pairs, until: self.now().plus(Duration::hours(HOURS)) };
        let words = serde_json::to_string(&kept).map_err(|e| Error::Internal(format!("a kept form: {e}")))?;
        ids_in(self, |ids| seal::seal(&self.keys(), place(account), &words, ids)).map(|s| Some(s.as_str().to_owned()))
    }

    /// Opens a form for the account that just logged in; `None` for another's, or when it is too old.
    #[must_use]
    pub fn kept_form(&self, account: AccountId, note: &str) -> Option<KeptForm> {
        let sealed = Sealed::from_stored(note.to_owned());
        let words = seal::open(&self.keys(), place(account), &sealed).ok()?;
        serde_json::from_str::<KeptForm>(&words).ok().filter(|k| k.until > self.now())
    }
}
