//! Coming in by a served paper: its number, who one is, the served code. A visit is short and bound to that paper's addressee and proceeding.
//!
//! Owns log-in, its limits and the visits. Wrong ones are counted by number before they are compared, and all answer alike.

use super::{CODE, TAIL, record};
use crate::app::App;
use crate::app::people::token_hash;
use crate::app::workers::within;
use crate::base::id::RowId;
use crate::base::seal;
use crate::base::{At, Error, Result};
use crate::domain::access::{Actor, Employer};
use crate::domain::door as rules;
use crate::store::door::{self as rows, Served};
use chrono::Duration;
use std::sync::Arc;

/// Days the row of a visit that ended is kept.
const KEEP_DAYS: i64 = 30;

/// Who is inside.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The visit.
    pub employer: Employer,
    /// The paper that opened it, with its addressee.
    pub served: Served,
    /// When the visit ends.
    pub expires_at: At,
}
impl Visitor {
    /// As an actor.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Employer(self.employer)
    }
}

/// A visit just opened: the token is shown once and never stored.
pub struct Opened {
    /// The cookie's token.
    pub token: String,
    /// Seconds it lasts.
    pub seconds: u64,
}
impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened(*** for {} s)", self.seconds)
    }
}

impl App {
    /// Opens a visit by number, identity and served code together.
    ///
    /// # Errors
    /// [`Error::Refused`] `door_unknown` whatever was wrong, [`Error::TooMany`].
    pub async fn enter_door(self: &Arc<Self>, number: &str, identity: &str, code: &str) -> Result<Opened> {
        let number = rules::paper_number(number);
        let who = rules::identity(identity);
        let code = crate::base::id::read_code(code).unwrap_or_default();
        let (codes, tails) = (seal::blind_all(&self.keys(), CODE, &code), seal::blind_all(&self.keys(), TAIL, &who));
        let (limit, most, now) = (self.limit_key("door", &number)?, self.config.door.tries_an_hour, self.now());
        let found = self
            .db
            .write(move |c| {
                // counted before it is compared, and given back when it fits: guesses side by side are counted too
                within(c, &limit, most, Duration::hours(1), now)?;
                for s in rows::by_number(c, &number)? {
                    let s = super::current(c, s)?;
                    let same = match s.kind.as_str() {
                        "unit" => s.party.as_deref() == Some(who.as_str()),
                        _ => s.login_bix.as_ref().is_some_and(|b| tails.contains(b)),
                    };
                    let fits = rows::code(c, s.document_id)?.is_some_and(|k| codes.contains(&k.code_bix));
                    if same && fits {
                        crate::store::workers::give_back(c, &limit)?;
                        return Ok(Some(s));
                    }
                }
                Ok(None)
            })
            .await?;
        let Some(served) = found else { return Err(Error::refused("door_unknown", &[])) };
        let (token, minutes) = (self.fresh_token(), self.config.door.session_minutes);
        let hash = token_hash(&token);
        self.write(&Actor::System("door"), None, move |tx| {
            // the code may have been made anew in between
            let live = rows::code(tx.c, served.document_id)?.is_some_and(|k| codes_of(tx, &code).contains(&k.code_bix));
            if !live {
                return Err(Error::refused("door_unknown", &[]));
            }
            let id: RowId = tx.ids.id(tx.now);
            let row = rows::Session {
                id,
                document_id: served.document_id,
                token_hash: hash.clone(),
                created_at: tx.now,
                expires_at: tx.now.plus(Duration::minutes(minutes)),
                ended_at: None,
            };
            rows::open(tx.c, &row)?;
            rows::forget(tx.c, tx.now.plus(-Duration::days(KEEP_DAYS)))?;
            let payload = serde_json::json!({ "document": served.document_id, "visit": id });
            record(tx, served.case_id, served.procedure_id, "door_opened", payload).map(drop)
        })
        .await?;
        Ok(Opened { token, seconds: u64::try_from(minutes * 60).unwrap_or(0) })
    }

    /// Who comes with this token. Ended, expired, made up: nobody.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], or the database.
    pub async fn at_door(self: &Arc<Self>, token: &str) -> Result<Visitor> {
        let (hash, now) = (token_hash(token), self.now());
        self.db
            .read(move |c| {
                let row = rows::session(c, &hash)?.filter(|s| s.ended_at.is_none() && now < s.expires_at).ok_or(Error::Unauthenticated)?;
                let served = rows::served(c, row.document_id)?.ok_or(Error::Unauthenticated)?;
                let employer = Employer { session: row.id, paper: row.document_id };
                Ok(Visitor { employer, served, expires_at: row.expires_at })
            })
            .await
    }

    /// Ends a visit.
    ///
    /// # Errors
    /// The database.
    pub async fn leave_door(self: &Arc<Self>, v: &Visitor) -> Result<()> {
        let (id, now) = (v.employer.session, self.now());
        self.db.write(move |c| rows::leave(c, id, now)).await
    }
}

fn codes_of(tx: &crate::app::write::Tx<'_>, code: &str) -> Vec<String> {
    seal::blind_all(&tx.keys, CODE, code)
}
