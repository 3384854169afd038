//! Messages between a worker and the office, and how the worker found the handling.
//!
//! Owns who is told of a message: whoever handles the matter, else the desk that received it. Texts are sealed; events say
//! that something was written, never what.

use super::super::workers::within;
use super::super::write::{Key, Tx};
use super::super::{App, bells, notify, subject};
use super::{held, in_name_of, of_filing};
use crate::app::workers::Me;
use crate::base::id::{FilingId, RowId};
use crate::base::seal::{self, Place};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Actor};
use crate::domain::bell::Waits;
use crate::domain::mandate::Power;
use crate::store::{accounts, cases, dialogue, filings};
use chrono::Duration;
use std::sync::Arc;

/// Messages of a page.
const PAGE: i64 = 50;
/// The longest message, in characters.
const LONGEST: usize = 1000;

/// One message.
#[derive(Clone)]
pub struct MessageView {
    /// Its id; also the cursor.
    pub id: RowId,
    /// Whether the worker wrote it.
    pub from_worker: bool,
    /// The officer's name; empty for the worker's own.
    pub officer: String,
    /// What it says.
    pub text: String,
    /// When.
    pub at: At,
    /// When the other side saw it.
    pub read_at: Option<At>,
}
impl std::fmt::Debug for MessageView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MessageView({})", self.id)
    }
}

fn checked(text: &str, pointer: &str) -> Result<String> {
    let text = text::tidy_long(text);
    let n = text.chars().count();
    if n == 0 {
        return Err(Error::field(pointer, "required", &[]));
    }
    if n > LONGEST {
        return Err(Error::field(pointer, "text_too_long", &[("max", &LONGEST.to_string())]));
    }
    Ok(text)
}

/// Keeps a message of whoever acts.
fn keep(tx: &mut Tx<'_>, f: &filings::Filing, words: &str) -> Result<RowId> {
    let id: RowId = tx.ids.id(tx.now);
    let row = dialogue::Message {
        id,
        filing_id: f.id,
        account_id: tx.actor.account(),
        worker_id: tx.actor.worker(),
        text_ct: tx.seal("messages", "text_ct", id, words)?,
        created_at: tx.now,
        read_at: None,
    };
    dialogue::insert_message(tx.c, &row)?;
    let payload = serde_json::json!({ "message": id, "by": tx.actor.word() });
    tx.record("filing", f.id.into(), "message_sent", tx.now, payload, &of_filing(f))?;
    Ok(id)
}

/// So many reminders about a case that is not done, and the bureau is supervised.
fn reminded(tx: &mut Tx<'_>, f: &filings::Filing) -> Result<()> {
    let Some(case) = f.case_id else { return Ok(()) };
    let most = tx.law.rules.number("supervision.repeated", tx.now.day()).unwrap_or(i64::MAX);
    if tx.case(case)?.open && crate::app::facts::repeats(tx.c, case)? >= most {
        crate::app::perform::tell_case(tx, case, &["reminded"])?;
    }
    Ok(())
}

impl App {
    /// The worker writes to whoever handles the matter.
    ///
    /// # Errors
    /// [`Error::NotFound`], field errors, [`Error::TooMany`].
    pub async fn write_as_worker(self: &Arc<Self>, me: &Me, key: Option<Key>, id: FilingId, words: &str) -> Result<RowId> {
        let words = checked(words, "/text")?;
        let (limit, most) = (self.limit_key("message", &me.worker.id.to_string())?, self.config.workers.messages_an_hour);
        self.write(&me.actor(), key, move |tx| {
            in_name_of(tx, id, Power::Message, |tx, f| {
                within(tx.c, &limit, most, Duration::hours(1), tx.now)?;
                let message = keep(tx, &f, &words)?;
                notify::tell_handler(tx, &f, "worker_wrote")?;
                reminded(tx, &f)?;
                bells::hang(tx, Waits::Message, bells::of_dialogue(id), &f.receiving_bureau, &f.number, tx.now)?;
                Ok(message)
            })
        })
        .await
    }

    /// An officer writes to the worker.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the officer may not know of it), `no_worker` when nobody logs in for this filing,
    /// field errors.
    pub async fn write_as_officer(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: FilingId, words: &str) -> Result<RowId> {
        let words = checked(words, "/text")?;
        self.write(actor, key, move |tx| {
            let f = filings::get(tx.c, id)?.ok_or(Error::NotFound("filing"))?;
            let case = f.case_id.map(|c| tx.case(c)).transpose()?;
            if !access::may_read(tx.actor, &subject::scope_of(tx.app, case.as_ref(), Some(&f))) {
                return Err(Error::NotFound("filing"));
            }
            if f.secret && !subject::in_unit(tx.actor, case.as_ref(), &f) {
                return Err(Error::Forbidden("unmask"));
            }
            if f.worker_id.is_none() {
                return Err(Error::refused("no_worker", &[]));
            }
            bells::done(tx, bells::of_dialogue(id))?;
            notify::tell_claimants(tx, &[f.id], "officer_wrote")?;
            keep(tx, &f, &words)
        })
        .await
    }

    /// Messages of an own filing, newest first; the office's are marked as read.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the database.
    pub async fn messages_for_worker(self: &Arc<Self>, me: &Me, id: FilingId, before: Option<RowId>) -> Result<Vec<MessageView>> {
        let (worker, now) = (me.worker.clone(), self.now());
        self.db.read(move |c| held(c, &worker, id, Power::Message, now).map(drop)).await?;
        self.db.write(move |c| dialogue::read_messages(c, id, true, now)).await?;
        self.message_views(id, before).await
    }

    /// Messages of a filing the officer may read, newest first; the worker's are marked as read.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the officer may not know of it), or the database.
    pub async fn messages_for_officer(self: &Arc<Self>, actor: &Actor, id: FilingId, before: Option<RowId>) -> Result<Vec<MessageView>> {
        self.may_see(actor, None, Some(id), None).await?;
        let (who, now) = (actor.clone(), self.now());
        self.db
            .read(move |c| {
                let f = filings::get(c, id)?.ok_or(Error::NotFound("filing"))?;
                let case = f.case_id.map(|k| cases::get(c, k)).transpose()?.flatten();
                if f.secret && !subject::in_unit(&who, case.as_ref(), &f) { Err(Error::Forbidden("unmask")) } else { Ok(()) }
            })
            .await?;
        self.db.write(move |c| dialogue::read_messages(c, id, false, now)).await?;
        self.message_views(id, before).await
    }

    async fn message_views(self: &Arc<Self>, id: FilingId, before: Option<RowId>) -> Result<Vec<MessageView>> {
        self.look(move |c, _, keys| {
            dialogue::messages_of(c, id, before, PAGE)?
                .into_iter()
                .map(|m| {
                    let officer = m.account_id.map(|a| accounts::get(c, a)).transpose()?.flatten().map(|a| a.name).unwrap_or_default();
                    let text = seal::open(keys, Place::new("messages", "text_ct", m.id), &m.text_ct)?;
                    Ok(MessageView { id: m.id, from_worker: m.worker_id.is_some(), officer, text, at: m.created_at, read_at: m.read_at })
                })
                .collect()
        })
        .await
    }

    /// The worker says once how the handling was.
    ///
    /// # Errors
    /// [`Error::NotFound`], `not_now` before there is an answer, `rated` the second time, field errors.
    pub async fn rate(self: &Arc<Self>, me: &Me, key: Option<Key>, id: FilingId, score: i32, comment: &str) -> Result<()> {
        if !(1..=5).contains(&score) {
            return Err(Error::field("/score", "not_a_choice", &[]));
        }
        let comment = text::tidy_long(comment);
        if comment.chars().count() > LONGEST {
            return Err(Error::field("/comment", "text_too_long", &[("max", &LONGEST.to_string())]));
        }
        self.write(&me.actor(), key, move |tx| {
            in_name_of(tx, id, Power::ConfirmReceipt, |tx, f| {
                let state = crate::store::procedures::of_filing(tx.c, id)?.into_iter().find(|r| r.kind == "filing").map(|r| r.state);
                if !state.is_some_and(|s| s == "answered" || s == "confirmed") {
                    return Err(Error::refused("not_now", &[]));
                }
                let comment_ct = if comment.is_empty() { None } else { Some(tx.seal("ratings", "comment_ct", id, &comment)?) };
                if !dialogue::insert_rating(tx.c, &dialogue::Rating { filing_id: id, score, comment_ct, created_at: tx.now })? {
                    return Err(Error::refused("rated", &[]));
                }
                let payload = serde_json::json!({ "score": score, "by": tx.actor.word() });
                tx.record("filing", id.into(), "rated", tx.now, payload, &of_filing(&f))?;
                Ok(())
            })
        })
        .await
    }
}
