//! A withdrawal 撤回 is a request (practice P2.4): it cools off, somebody who does not handle the case asks the worker in
//! private whether there was pressure, then it is decided.
//!
//! Owns that only the worker's own token asks, that only the own filing ends, that what was said under pressure is not
//! granted, and the flags for many requests in one case or from one device. The case goes on as the office sees fit: to
//! withdraw a complaint is not to waive wages.

use super::super::contacts::{self, By, Direction, NewContact};
use super::super::perform::{Command, Given, perform_in};
use super::super::workers::device_key;
use super::super::write::{Key, Tx};
use super::super::{App, bells, notify, said, subject};
use super::{in_name_of, of_filing};
use crate::app::workers::Me;
use crate::base::id::{FilingId, RowId};
use crate::base::seal::{self, Place};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::bell::Waits;
use crate::domain::mandate::Power;
use crate::flow::Form;
use crate::store::{dialogue, filings, procedures, workers};
use chrono::Duration;
use std::sync::Arc;

/// The rule of the cooling-off.
const COOLING: &str = "withdrawal.cooling";
/// Requests a list shows.
const SHORT: i64 = 100;

/// A request as the office sees it.
#[derive(Clone)]
pub struct WithdrawalView {
    /// Its id.
    pub id: RowId,
    /// The filing.
    pub filing: FilingId,
    /// Its number.
    pub number: String,
    /// The respondent.
    pub respondent: String,
    /// When it was asked.
    pub asked_at: At,
    /// Not to be decided before.
    pub not_before: At,
    /// What stands out: `mass`, `same_device`, `agent`.
    pub flags: Vec<String>,
    /// The worker's reason.
    pub reason: String,
}
impl std::fmt::Debug for WithdrawalView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WithdrawalView({})", self.id)
    }
}

/// What the private call said, and what follows.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The filing ends; otherwise the request is refused and the filing goes on.
    pub grant: bool,
    /// The worker said, or it was plain, that somebody pressed.
    pub pressed: bool,
    /// What was said, in the caller's words.
    pub note: String,
}

impl App {
    /// The worker asks to withdraw the own filing.
    ///
    /// # Errors
    /// [`Error::NotFound`], `not_now` when it is over or asked already, field errors.
    pub async fn ask_withdrawal(self: &Arc<Self>, me: &Me, key: Option<Key>, id: FilingId, reason: &str) -> Result<RowId> {
        let reason = text::tidy_long(reason);
        if reason.is_empty() || reason.chars().count() > 500 {
            return Err(Error::field("/reason", "remark_length", &[]));
        }
        let me = me.worker.clone();
        self.write(&Actor::Worker(me.clone()), key, move |tx| in_name_of(tx, id, Power::Withdraw, |tx, f| ask(tx, &me, &f, &reason))).await
    }

    /// The worker takes the request back: the filing goes on as if nothing was asked.
    ///
    /// # Errors
    /// [`Error::NotFound`], `not_now` when it was decided.
    pub async fn take_withdrawal_back(self: &Arc<Self>, me: &Me, id: FilingId) -> Result<()> {
        self.write(&me.actor(), None, move |tx| {
            in_name_of(tx, id, Power::Withdraw, |tx, f| {
                let open = dialogue::withdrawals_of(tx.c, id)?.into_iter().find(|w| w.state == "asked");
                let w = open.ok_or_else(|| Error::refused("not_now", &[]))?;
                let row = w.id;
                dialogue::close_withdrawal(tx.c, &dialogue::Withdrawal { state: "taken_back".into(), decided_at: Some(tx.now), ..w })?;
                bells::done(tx, row)?;
                let payload = serde_json::json!({ "withdrawal": row });
                tx.record("filing", id.into(), "withdrawal_taken_back", tx.now, payload, &of_filing(&f))?;
                Ok(())
            })
        })
        .await
    }

    /// Requests that wait for the reader's desks, the first to be decided first.
    ///
    /// # Errors
    /// The database.
    pub async fn withdrawals(self: &Arc<Self>, actor: &Actor) -> Result<Vec<WithdrawalView>> {
        let bureaus = self.counters(actor);
        self.look(move |c, _, keys| {
            let mut out = Vec::new();
            for (w, f) in dialogue::open_withdrawals(c, &bureaus, SHORT)? {
                out.push(WithdrawalView {
                    id: w.id,
                    filing: f.id,
                    number: f.number,
                    respondent: f.respondent_name,
                    asked_at: w.asked_at,
                    not_before: w.not_before,
                    flags: w.flags.split(',').filter(|s| !s.is_empty()).map(str::to_owned).collect(),
                    reason: seal::open(keys, Place::new("withdrawals", "reason_ct", w.id), &w.reason_ct)?,
                });
            }
            Ok(out)
        })
        .await
    }

    /// How many requests wait for the reader's desks and may be decided now.
    ///
    /// # Errors
    /// The database.
    pub async fn withdrawals_waiting(self: &Arc<Self>, actor: &Actor) -> Result<i64> {
        let (bureaus, now) = (self.counters(actor), self.now());
        if bureaus.is_empty() {
            return Ok(0);
        }
        self.db.read(move |c| dialogue::ripe_withdrawals(c, &bureaus, now)).await
    }

    /// Decides a request after the private call.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`] for whoever handles the case, `withdrawal_cooling` before its time,
    /// `withdrawal_pressed` when it was not free, field errors.
    pub async fn decide_withdrawal(self: &Arc<Self>, actor: &Actor, key: Option<Key>, id: RowId, verdict: Verdict) -> Result<FilingId> {
        let note = text::tidy_long(&verdict.note);
        if note.chars().count() < 4 || note.chars().count() > 1000 {
            return Err(Error::field("/note", "remark_length", &[]));
        }
        self.write(actor, key, move |tx| decide(tx, id, &verdict, &note)).await
    }
}

/// Keeps a request to withdraw; whoever asks did so by the own token, an agent by a power that is written.
fn ask(tx: &mut Tx<'_>, me: &access::Worker, f: &filings::Filing, reason: &str) -> Result<RowId> {
    let id = f.id;
    let open = procedures::of_filing(tx.c, id)?.into_iter().any(|r| r.kind == "filing" && r.open);
    if !open || dialogue::withdrawals_of(tx.c, id)?.iter().any(|w| w.state == "asked") {
        return Err(Error::refused("not_now", &[]));
    }
    let session = workers::session_by_id(tx.c, me.session)?.ok_or(Error::Unauthenticated)?;
    let device = device_key(&tx.keys, &session)?;
    let week = tx.now.plus(-Duration::days(7));
    let (of_device, of_case) = dialogue::withdrawals_like(tx.c, &device, f.case_id, week)?;
    let most = tx.app.config.workers.withdrawals_flagged;
    let (mut flags, mut others) = (Vec::new(), Vec::new());
    // many at once cast a doubt on each of them, the first ones too
    if of_case + 1 >= most {
        flags.push("mass");
        others.extend(dialogue::flag_withdrawals(tx.c, "mass", None, f.case_id, week)?);
    }
    if of_device + 1 >= most {
        flags.push("same_device");
        others.extend(dialogue::flag_withdrawals(tx.c, "same_device", Some(&device), None, week)?);
    }
    if tx.actor.by_mandate() {
        flags.push("agent");
    }
    let row: RowId = tx.ids.id(tx.now);
    let withdrawal = dialogue::Withdrawal {
        id: row,
        filing_id: id,
        worker_id: me.id,
        session_id: session.id,
        device,
        reason_ct: tx.seal("withdrawals", "reason_ct", row, reason)?,
        flags: flags.join(","),
        asked_at: tx.now,
        not_before: tx.passes(COOLING, tx.now)?,
        state: "asked".into(),
        pressed: None,
        decided_by: None,
        decided_at: None,
        note_ct: None,
    };
    dialogue::insert_withdrawal(tx.c, &withdrawal)?;
    // the term to decide it begins when it has cooled off
    bells::hang(tx, Waits::Withdrawal, row, &f.receiving_bureau, &f.number, withdrawal.not_before)?;
    let payload = serde_json::json!({ "withdrawal": row, "flags": flags, "alsoFlagged": others, "notBefore": withdrawal.not_before });
    tx.record("filing", id.into(), "withdrawal_asked", tx.now, payload, &of_filing(f))?;
    notify::tell_desk(tx, f, if flags.is_empty() { "withdrawal_asked" } else { "withdrawal_flagged" })?;
    Ok(row)
}

fn decide(tx: &mut Tx<'_>, id: RowId, v: &Verdict, note: &str) -> Result<FilingId> {
    let w = dialogue::withdrawal(tx.c, id)?.ok_or(Error::NotFound("withdrawal"))?;
    let f = filings::get(tx.c, w.filing_id)?.ok_or(Error::NotFound("filing"))?;
    let case = f.case_id.map(|c| tx.case(c)).transpose()?;
    let scope = subject::scope_of(tx.app, case.as_ref(), Some(&f));
    if !access::may_read(tx.actor, &scope) || !access::may(tx.actor, Ability::Register, &f.receiving_bureau) {
        return Err(Error::NotFound("withdrawal"));
    }
    if w.state != "asked" {
        return Err(Error::refused("not_now", &[]));
    }
    // the call is made by somebody who does not handle the case and never did
    let handles = |a| tx.actor.answers_for(a);
    let assignee = match f.case_id {
        Some(case) => procedures::of_case(tx.c, case)?.into_iter().find(|r| r.kind == "complaint").and_then(|r| r.assignee),
        None => None,
    };
    let once = match f.case_id {
        Some(case) => said::ever_handled(tx.c, case, handles)?,
        None => false,
    };
    if once || assignee.is_some_and(handles) || scope.second.is_some_and(handles) {
        return Err(Error::Forbidden("withdrawal_by_handler"));
    }
    if tx.now < w.not_before {
        return Err(Error::refused("withdrawal_cooling", &[("until", &w.not_before.list_text())]));
    }
    if v.grant && v.pressed {
        return Err(Error::refused("withdrawal_pressed", &[]));
    }
    let row = dialogue::Withdrawal {
        state: if v.grant { "granted" } else { "refused" }.into(),
        pressed: Some(v.pressed),
        decided_by: tx.actor.account(),
        decided_at: Some(tx.now),
        note_ct: Some(tx.seal("withdrawals", "note_ct", id, note)?),
        ..w
    };
    dialogue::close_withdrawal(tx.c, &row)?;
    // the private call is a contact like any other; what was said stays with the decision
    let call = NewContact { direction: Direction::Out, channel: By::Phone, outcome: "reached".into(), at: None, note: String::new() };
    let contact = contacts::keep(tx, contacts::Of::Filing(f.id), &call, None)?;
    bells::done(tx, id)?;
    let kind = if v.grant { "withdrawal_granted" } else { "withdrawal_refused" };
    let payload = serde_json::json!({ "withdrawal": id, "pressed": v.pressed, "contact": contact });
    tx.record("filing", f.id.into(), kind, tx.now, payload, &of_filing(&f))?;
    if v.pressed {
        notify::tell_handler(tx, &f, "withdrawal_pressed")?;
    }
    if v.grant {
        let procedure = procedures::of_filing(tx.c, f.id)?.into_iter().find(|r| r.kind == "filing").ok_or(Error::NotFound("procedure"))?.id;
        let cmd = Command {
            procedure,
            name: "withdrawn".into(),
            form: Given::Parsed(Form::new()),
            occurred_at: Some(tx.now),
            seen: None,
            term: None,
        };
        let system = Actor::System("withdrawal");
        tx.with_actor(&system, |tx| perform_in(tx, &cmd))?;
    }
    Ok(f.id)
}
