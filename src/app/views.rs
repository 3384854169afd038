//! Views of the inbox a person keeps: a name for a tab and what narrows it.
//!
//! Owns how many there are and what they may hold. A view is read only by who kept it and shows nothing that the person may
//! not read without it: the inbox asks the scope again each time. Never keeps whom somebody looked for: numbers of persons and
//! telephones are refused.

use super::App;
use super::write::{Key, Marks};
use crate::base::id::{AccountId, RowId};
use crate::base::{Error, Result, text};
use crate::domain::access::Actor;
use crate::store::views::{self as rows, SavedView};
use std::sync::Arc;

/// The most one person keeps.
pub const MOST: usize = 12;
/// Characters of a name.
pub const NAME: usize = 20;
/// Characters of what is kept.
const QUERY: usize = 600;

fn own(actor: &Actor) -> Result<AccountId> {
    match actor {
        Actor::Staff(s) => Ok(s.account),
        _ => Err(Error::Forbidden("views")),
    }
}

/// Whether a word may be a person's: eleven digits or more in a row, as telephones and numbers have.
fn of_a_person(words: &str) -> bool {
    let plain = text::narrow(words);
    plain.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 11)
}

impl App {
    /// The views this person kept, the oldest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who is not of the staff.
    pub async fn views(self: &Arc<Self>, actor: &Actor) -> Result<Vec<SavedView>> {
        let account = own(actor)?;
        self.db.read(move |c| rows::of_account(c, account)).await
    }

    /// Keeps what is shown under a name; a view of the same name is replaced. `query` is what follows `?` of the inbox's address,
    /// `words` what was searched for in it.
    ///
    /// # Errors
    /// Field errors: `required`, `too_long`, `too_many_views`, `person_in_view`.
    pub async fn keep_view(self: &Arc<Self>, actor: &Actor, key: Option<Key>, name: &str, query: &str, words: &str) -> Result<RowId> {
        let account = own(actor)?;
        let name = text::tidy(name);
        if name.is_empty() {
            return Err(Error::field("/name", "required", &[]));
        }
        if name.chars().count() > NAME {
            return Err(Error::field("/name", "too_long", &[("max", &NAME.to_string())]));
        }
        if of_a_person(&name) || of_a_person(words) {
            return Err(Error::field("/name", "person_in_view", &[]));
        }
        if query.is_empty() || query.len() > QUERY || !query.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::field("/name", "bad_view", &[]));
        }
        let query = query.to_owned();
        self.write(actor, key, move |tx| {
            let kept = rows::of_account(tx.c, account)?;
            if kept.len() >= MOST && kept.iter().all(|v| v.name != name) {
                return Err(Error::field("/name", "too_many_views", &[("max", &MOST.to_string())]));
            }
            let id = tx.ids.id(tx.now);
            rows::put(tx.c, &SavedView { id, account_id: account, name: name.clone(), query: query.clone(), created_at: tx.now })?;
            tx.record("account", account.into(), "view_kept", tx.now, serde_json::json!({ "view": id }), &Marks::default())?;
            Ok(id)
        })
        .await
    }

    /// Forgets one of the own views.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not the own or gone already.
    pub async fn forget_view(self: &Arc<Self>, actor: &Actor, id: RowId) -> Result<()> {
        let account = own(actor)?;
        self.write(actor, None, move |tx| {
            if !rows::remove(tx.c, account, id)? {
                return Err(Error::NotFound("view"));
            }
            tx.record("account", account.into(), "view_forgotten", tx.now, serde_json::json!({ "view": id }), &Marks::default()).map(drop)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::of_a_person;

    #[test]
    fn numbers_of_persons_are_seen_and_codes_are_not() {
        for person in ["379900199001011234", "电话13812345678", "１３８１２３４５６７８"] {
            assert!(of_a_person(person), "{person}");
        }
        for word in ["AJ-7K3M9-PQR2X", "海天建设", "2026年11月", "91370700MA0184280W"] {
            assert!(!of_a_person(word), "{word}");
        }
    }
}
