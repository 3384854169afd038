//! The outbox for whoever runs the system: what left the house, what did not and why, and sending it again.
//!
//! Owns the list, its counts and the command to try dead letters once more. Shows no person and no matter: administrators see
//! no case. A re-send is on record.

use super::App;
use super::write::{Key, Marks, Tx};
use crate::base::id::{RowId, StreamId};
use crate::base::{At, Error, Result};
use crate::domain::access::{Ability, Actor, may};
use crate::store::letters::{self, Attempt, Letter, Wanted};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Letters of a page at the most.
const MOST: i64 = 100;
/// Letters sent again in one command at the most.
const AGAIN: i64 = 1_000;
/// Days back that are counted and listed of what ended and is not dead.
const DAYS: i64 = 30;

/// One letter.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LetterLine {
    /// Its id; also the first part of its Message-ID.
    #[schema(value_type = String)]
    pub id: RowId,
    /// The template of its notice.
    pub template: String,
    /// `mail`, `sms` or `wechat`.
    pub channel: String,
    /// `staff` or `worker`.
    pub to: String,
    /// `pending`, `sent`, `dead` or `void`.
    pub state: String,
    /// Attempts so far.
    pub attempts: i32,
    /// How the last one ended: `sent`, `deferred`, `refused` or `timeout`.
    pub last_class: Option<String>,
    /// Why, in codes.
    pub last_reason: Option<String>,
    /// When it was queued.
    #[schema(value_type = String)]
    pub created_at: At,
    /// When it is tried next.
    #[schema(value_type = Option<String>)]
    pub next_at: Option<At>,
    /// When it ended.
    #[schema(value_type = Option<String>)]
    pub done_at: Option<At>,
    /// Every attempt.
    pub tried: Vec<TriedLine>,
}

/// One attempt.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TriedLine {
    /// When.
    #[schema(value_type = String)]
    pub at: At,
    /// How it ended.
    pub class: String,
    /// Why, in codes.
    pub reason: String,
}

/// How many letters stand how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TallyLine {
    /// `mail`, `sms` or `wechat`.
    pub channel: String,
    /// `pending`, `sent`, `dead` or `void`.
    pub state: String,
    /// How the last attempt ended.
    pub class: Option<String>,
    /// How many.
    pub count: i64,
}

/// Which dead letters are sent again: these, or all of a filter.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resend {
    /// These; at most a thousand.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub ids: Vec<RowId>,
    /// All dead ones of this channel.
    pub channel: Option<String>,
    /// All dead ones of this template.
    pub template: Option<String>,
    /// All dead ones.
    #[serde(default)]
    pub all: bool,
}

fn allowed(actor: &Actor) -> Result<()> {
    if may(actor, Ability::Configure, "") { Ok(()) } else { Err(Error::Forbidden("outbox")) }
}

fn line(l: Letter, template: String, tried: &[Attempt]) -> LetterLine {
    let of = tried.iter().filter(|a| a.letter_id == l.id);
    LetterLine {
        tried: of.map(|a| TriedLine { at: a.at, class: a.class.clone(), reason: a.reason.clone() }).collect(),
        next_at: (l.state == "pending").then_some(l.next_at),
        to: if l.account_id.is_some() { "staff" } else { "worker" }.into(),
        id: l.id,
        template,
        channel: l.channel,
        state: l.state,
        attempts: l.attempts,
        last_class: l.last_class,
        last_reason: l.last_reason,
        created_at: l.created_at,
        done_at: l.done_at,
    }
}

/// Makes letters pending again that were dead by `until`; how many.
fn again(tx: &mut Tx<'_>, r: &Resend, until: At) -> Result<usize> {
    allowed(tx.actor)?;
    if i64::try_from(r.ids.len()).unwrap_or(i64::MAX) > AGAIN {
        return Err(Error::field("/ids", "too_many_letters", &[("max", &AGAIN.to_string())]));
    }
    let ids = if r.ids.is_empty() {
        if !r.all && r.channel.is_none() && r.template.is_none() {
            return Err(Error::field("/ids", "required", &[]));
        }
        let w = Wanted { channel: r.channel.clone(), template: r.template.clone(), ended_until: Some(until), ..Wanted::of("dead") };
        letters::page(tx.c, &w, None, AGAIN)?.into_iter().map(|(l, _)| l.id).collect()
    } else {
        r.ids.clone()
    };
    let mut n = 0;
    for id in &ids {
        n += usize::from(letters::again(tx.c, *id, tx.now)?);
    }
    if n == 0 && !r.ids.is_empty() {
        return Err(Error::refused("letter_not_dead", &[]));
    }
    if n > 0 {
        let stream: (&'static str, StreamId) = match tx.actor.account() {
            Some(a) => ("account", a.into()),
            None => ("system", uuid::Uuid::nil().into()),
        };
        let payload = serde_json::json!({ "letters": n, "channel": r.channel, "template": r.template });
        tx.record(stream.0, stream.1, "letters_resent", tx.now, payload, &Marks::default())?;
    }
    Ok(n)
}

impl App {
    /// A page of letters, the newest first, each with its attempts: all that wait and all that are dead, of the others the last
    /// thirty days.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a system administrator or the system asks; the database.
    pub async fn letters(self: &Arc<Self>, actor: &Actor, w: Wanted, before: Option<RowId>, limit: i64) -> Result<Vec<LetterLine>> {
        allowed(actor)?;
        let since = self.now().plus(-Duration::days(DAYS));
        self.db.read(move |c| lines(c, w, since, before, limit)).await
    }

    /// The same for the command line.
    ///
    /// # Errors
    /// As [`App::letters`].
    pub fn letters_blocking(self: &Arc<Self>, actor: &Actor, w: Wanted, before: Option<RowId>, limit: i64) -> Result<Vec<LetterLine>> {
        allowed(actor)?;
        let since = self.now().plus(-Duration::days(DAYS));
        self.db.read_blocking(move |c| lines(c, w, since, before, limit))
    }

    /// How many letters of the last thirty days stand how.
    ///
    /// # Errors
    /// As [`App::letters`].
    pub async fn letters_tally(self: &Arc<Self>, actor: &Actor) -> Result<Vec<TallyLine>> {
        allowed(actor)?;
        let since = self.now().plus(-Duration::days(DAYS));
        self.db.read(move |c| tally(c, since)).await
    }

    /// The same for the command line.
    ///
    /// # Errors
    /// As [`App::letters`].
    pub fn letters_tally_blocking(self: &Arc<Self>, actor: &Actor) -> Result<Vec<TallyLine>> {
        allowed(actor)?;
        let since = self.now().plus(-Duration::days(DAYS));
        self.db.read_blocking(move |c| tally(c, since))
    }

    /// How many letters are dead, counted up to a hundred; `None` for who may not send them again.
    ///
    /// # Errors
    /// The database.
    pub async fn dead_letters(self: &Arc<Self>, actor: &Actor) -> Result<Option<i64>> {
        if allowed(actor).is_err() {
            return Ok(None);
        }
        self.db.read(|c| letters::dead(c, MOST)).await.map(Some)
    }

    /// Sends dead letters again; at most a thousand of a filter at once. How many.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; `letter_not_dead` when none of those named is; the database.
    pub async fn resend_letters(self: &Arc<Self>, actor: &Actor, key: Option<Key>, r: Resend) -> Result<usize> {
        self.write(actor, key, move |tx| again(tx, &r, tx.now)).await
    }

    /// The same for the command line, a thousand after another until none is left that was dead when it began: what is
    /// refused again meanwhile stays dead.
    ///
    /// # Errors
    /// As [`App::resend_letters`].
    pub fn resend_letters_blocking(self: &Arc<Self>, actor: &Actor, r: &Resend) -> Result<usize> {
        let (begun, mut n) = (self.now(), 0);
        loop {
            let part = r.clone();
            let here = self.write_blocking(actor, None, move |tx| again(tx, &part, begun))?;
            n += here;
            if here == 0 || !r.ids.is_empty() {
                return Ok(n);
            }
        }
    }
}

fn lines(c: &mut crate::store::Conn, w: Wanted, since: At, before: Option<RowId>, limit: i64) -> Result<Vec<LetterLine>> {
    let rows = letters::page(c, &Wanted { since: Some(since), ..w }, before, limit.clamp(1, MOST))?;
    let ids: Vec<RowId> = rows.iter().map(|(l, _)| l.id).collect();
    let tried = letters::attempts(c, &ids)?;
    Ok(rows.into_iter().map(|(l, t)| line(l, t, &tried)).collect())
}

fn tally(c: &mut crate::store::Conn, since: At) -> Result<Vec<TallyLine>> {
    Ok(letters::tally(c, since)?.into_iter().map(|(channel, state, class, count)| TallyLine { channel, state, class, count }).collect())
}
