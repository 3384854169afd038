//! The courier: takes letters that are due, finds where they go, sends them, keeps what came of it.
//!
//! Owns the life of a letter. It is leased, sent outside every transaction and settled with its batch: a kill repeats at
//! most the batch in flight, under the same Message-ID. An officer who is away is told, and the stand-in too; a worker is
//! told by the first channel that reaches. Addresses are opened here, just before the letter goes, and nowhere kept.

mod lines;

use self::lines::{Came, Lines};
use super::notify::letter;
use super::{App, ids_in};
use crate::base::id::{AccountId, ClaimantId, FilingId};
use crate::base::seal::{self, KeyRing, Place, Sealed};
use crate::base::text::Lang;
use crate::base::{At, Error, Result};
use crate::domain::courier::{self, Channel, Class, Tried, Why};
use crate::gateway::mail::{self, Line};
use crate::gateway::wechat::{Told, spelled};
use crate::store::addresses::{self, StaffAddress, WorkerAddress};
use crate::store::letters::{self, Attempt, Letter};
use crate::store::notices::Notice;
use crate::store::{Conn, accounts, filings, workers};
use chrono::Duration;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What a courier did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    /// Leased.
    pub claimed: usize,
    /// Taken by the other side.
    pub sent: usize,
    /// To be tried again.
    pub deferred: usize,
    /// Given up.
    pub dead: usize,
    /// Nobody was there, or another channel is tried.
    pub void: usize,
    /// Left for later without an attempt.
    pub left: usize,
}
impl std::ops::AddAssign for Carried {
    fn add_assign(&mut self, o: Self) {
        self.claimed += o.claimed;
        self.sent += o.sent;
        self.deferred += o.deferred;
        self.dead += o.dead;
        self.void += o.void;
        self.left += o.left;
    }
}

/// Where a letter goes.
enum Aim {
    At {
        address: String,
        plain: bool,
        lang: Lang,
    },
    /// Nowhere.
    Nobody(Why),
    /// There is an address and it cannot be read.
    Unreadable,
}

/// What is known of the persons of a batch.
struct Known {
    active: BTreeSet<AccountId>,
    away: BTreeMap<AccountId, AccountId>,
    staff: HashMap<AccountId, StaffAddress>,
    behind: HashMap<FilingId, (workers::Worker, Option<WorkerAddress>)>,
    joined: HashMap<ClaimantId, (workers::Worker, Option<WorkerAddress>)>,
    persons: HashMap<ClaimantId, filings::Claimant>,
}

impl Known {
    fn read(c: &mut Conn, batch: &[(Letter, Notice)], now: At) -> Result<Self> {
        let mut staff: Vec<AccountId> = batch.iter().filter_map(|(l, _)| l.account_id).collect();
        staff.sort_unstable();
        staff.dedup();
        let away: BTreeMap<AccountId, AccountId> =
            accounts::absent(c, &staff, now)?.into_iter().filter_map(|(who, by)| by.map(|by| (who, by))).collect();
        let all: Vec<AccountId> = staff.iter().chain(away.values()).copied().collect();
        let active = accounts::by_ids(c, &all)?.into_iter().filter(|a| a.state == "active").map(|a| a.id).collect();
        let reached = addresses::of_staff(c, &all)?.into_iter().map(|a| (a.account_id, a)).collect();
        let of: Vec<FilingId> = batch.iter().filter_map(|(_, n)| n.filing_id).collect();
        let behind = addresses::behind(c, &of)?.into_iter().map(|(f, w, a)| (f, (w, a))).collect();
        let rows: Vec<ClaimantId> = batch.iter().filter(|(_, n)| n.filing_id.is_none()).filter_map(|(l, _)| l.claimant_id).collect();
        let joined = if rows.is_empty() { Vec::new() } else { addresses::behind_joined(c, &rows)? };
        let joined = joined.into_iter().map(|(p, w, a)| (p, (w, a))).collect();
        let persons: Vec<ClaimantId> = batch.iter().filter_map(|(l, _)| l.claimant_id).collect();
        let persons = filings::claimants_by_ids(c, &persons)?.into_iter().map(|p| (p.id, p)).collect();
        Ok(Self { active, away, staff: reached, behind, joined, persons })
    }

    fn aim(&self, keys: &KeyRing, channel: Channel, l: &Letter, n: &Notice) -> Aim {
        // who has read it in the house is not told again outside
        if n.read_at.is_some() {
            return Aim::Nobody(Why::Read);
        }
        let open = |place: Place<uuid::Uuid>, ct: &Sealed, plain, lang| match seal::open(keys, place, ct) {
            Ok(address) => Aim::At { address, plain, lang },
            Err(e) => {
                tracing::error!(letter = %l.id, code = e.code(), "an address cannot be opened");
                Aim::Unreadable
            }
        };
        if let Some(id) = l.account_id {
            if !self.active.contains(&id) {
                return Aim::Nobody(Why::Gone);
            }
            let found = self.staff.get(&id).and_then(|a| match channel {
                Channel::Mail => a.mail_ct.as_ref().map(|ct| ("mail_ct", ct)),
                Channel::Sms => a.mobile_ct.as_ref().map(|ct| ("mobile_ct", ct)),
                Channel::Wechat => None,
            });
            return match found {
                Some((column, ct)) => open(Place::new("staff_addresses", column, id.uuid()), ct, false, Lang::Zh),
                None => Aim::Nobody(Why::NoAddress),
            };
        }
        let log_in = match n.filing_id {
            Some(f) => self.behind.get(&f),
            None => l.claimant_id.and_then(|p| self.joined.get(&p)),
        };
        let log_in = log_in.filter(|(w, _)| w.state == "active");
        let (plain, lang) = log_in.map_or((false, Lang::Zh), |(w, a)| (a.as_ref().is_some_and(|a| a.plain), Lang::of(&w.lang)));
        match (channel, log_in) {
            (Channel::Wechat, Some((w, Some(WorkerAddress { wx_ct: Some(ct), .. })))) => {
                open(Place::new("worker_addresses", "wx_ct", w.id.uuid()), ct, plain, lang)
            }
            // the log-in's telephone goes before the reported one: it was changed since, or proved by a code
            (Channel::Sms, Some((workers::Worker { id, phone_ct: Some(ct), .. }, _))) => {
                open(Place::new("workers", "phone_ct", id.uuid()), ct, plain, lang)
            }
            // of the own row in another's case the log-in alone is told: what telephone somebody else wrote down is no matter
            (Channel::Sms, _) if n.filing_id.is_none() => Aim::Nobody(Why::NoAddress),
            (Channel::Sms, _) => {
                match l.claimant_id.and_then(|id| self.persons.get(&id)).and_then(|p| p.phone_ct.as_ref().map(|ct| (p.id, ct))) {
                    Some((id, ct)) => open(Place::new("claimants", "phone_ct", id.uuid()), ct, plain, lang),
                    None => Aim::Nobody(Why::NoAddress),
                }
            }
            _ => Aim::Nobody(Why::NoAddress),
        }
    }

    /// Who is told in place of an officer who is away.
    fn stand_in(&self, l: &Letter, n: &Notice) -> Option<AccountId> {
        let of = l.account_id.filter(|a| n.account_id == Some(*a) && l.attempts == 0)?;
        self.away.get(&of).copied().filter(|by| self.active.contains(by))
    }
}

/// A letter to be sent.
struct Leased {
    leased: Letter,
    notice: Notice,
    channel: Channel,
}

/// A letter as it is kept afterwards.
struct Settled {
    leased: Letter,
    after: Letter,
    attempt: Option<Attempt>,
    more: Vec<Letter>,
}

impl App {
    /// Sends what is due until nothing is, or `go_on` says no: it is asked before each letter.
    ///
    /// # Errors
    /// The database; a letter nobody takes is no error.
    pub fn carry(self: &Arc<Self>, go_on: &(dyn Fn() -> bool + Sync)) -> Result<Carried> {
        let mut all = Carried::default();
        // demo and training data leave the house by no door
        if self.demo {
            return Ok(all);
        }
        let mailer = self.mailer.clone();
        let mut lines = Lines::new(mailer.as_ref());
        while go_on() {
            let done = self.carry_batch(&mut lines, go_on)?;
            all += done;
            if done.claimed == 0 {
                break;
            }
        }
        Ok(all)
    }

    fn carry_batch(self: &Arc<Self>, lines: &mut Lines<'_>, go_on: &(dyn Fn() -> bool + Sync)) -> Result<Carried> {
        let c = &self.config.courier;
        let (now, batch) = (self.now(), c.batch);
        let until = now.plus(Duration::seconds(c.lease_seconds));
        let claimed = self.db.write_blocking(move |c| letters::claim(c, now, until, batch))?;
        if claimed.is_empty() {
            return Ok(Carried::default());
        }
        let (known, claimed) = self.db.read_blocking(move |c| Ok((Known::read(c, &claimed, now)?, claimed)))?;
        let keys = self.keys();
        let mut all = Vec::with_capacity(claimed.len());
        for (leased, notice) in claimed {
            let Some(channel) = Channel::of(&leased.channel) else { return Err(Error::Internal(format!("channel {}", leased.channel))) };
            all.push(Leased { channel, leased, notice });
        }
        let aim = |a: &Leased| known.aim(&keys, a.channel, &a.leased, &a.notice);
        let came = lines.send(self, &all, until, (&aim, go_on))?;
        let ended = self.now();
        let mut done = Carried { claimed: all.len(), ..Carried::default() };
        let mut settled = Vec::with_capacity(all.len());
        for (Leased { leased, notice, channel }, (came, at)) in all.into_iter().zip(came) {
            let mut more = Vec::new();
            if let Some(by) = known.stand_in(&leased, &notice) {
                let id = ids_in(self, |ids| ids.id(now));
                more.push(Letter { next_at: leased.next_at, due_at: leased.due_at, ..letter(id, &notice, channel, Some(by), now) });
            }
            let s = match came {
                Came::Left(next_at) => {
                    done.left += 1;
                    let after = Letter { next_at, ..leased.clone() };
                    Settled { leased, after, attempt: None, more }
                }
                Came::Nobody(why) => {
                    done.void += 1;
                    self.nobody(leased, &notice, channel, why, more, at)?
                }
                Came::Tried(tried) => {
                    let s = self.outcome(leased, &notice, channel, &tried, more, (at, ended))?;
                    match s.after.state.as_str() {
                        "sent" => done.sent += 1,
                        "dead" => done.dead += 1,
                        "void" => done.void += 1,
                        _ => done.deferred += 1,
                    }
                    s
                }
            };
            settled.push(s);
        }
        self.db.write_blocking(move |c| settle(c, &settled))?;
        Ok(done)
    }

    /// Sends one letter; over this line if it is mail.
    fn send(&self, line: Option<&mut Line<'_>>, a: &Leased, (address, plain, lang): (&str, bool, Lang), at: At) -> Tried {
        let Leased { leased: l, notice: n, channel } = a;
        let channel = *channel;
        let (id, args) = (l.id.to_string(), &n.args.0);
        let worded = match l.account_id {
            Some(_) => self.notices.to_staff(&n.template, channel, args),
            None => self.notices.to_worker(&n.template, channel, args, plain, lang),
        };
        // a template of another version of the program: said, and tried again when both are of one
        let worded = match worded {
            Ok(w) => w,
            Err(e) => {
                tracing::error!(letter = %l.id, template = n.template, error = %e, "a notice has no words");
                return Tried::not(Class::Deferred, Why::NoWords);
            }
        };
        let number = args.get("number").map_or("", String::as_str);
        match (channel, line, &self.wechat) {
            (Channel::Mail, Some(line), _) => {
                line.send(&mail::Letter { id: &id, to: address, subject: &worded.subject, text: &worded.text, at: n.created_at })
            }
            (Channel::Sms, ..) => {
                let name = format!("notice_{}", n.template);
                self.sms.tell(&id, address, &name, &[("text", worded.text.as_str()), ("number", number)], at)
            }
            (Channel::Wechat, _, Some(w)) => {
                let s = &self.config.wechat;
                let when = spelled(n.created_at);
                let fields = [
                    (s.field_text.as_str(), worded.text.as_str()),
                    (s.field_number.as_str(), number),
                    (s.field_at.as_str(), when.as_str()),
                ];
                let told = Told { open_id: address, template: &s.notice_template, page: &s.notice_page, fields: &fields };
                w.tell(&told, at)
            }
            _ => Tried::not(Class::Deferred, Why::NotConfigured),
        }
    }

    /// The letter that goes by the next channel when this one did not reach its worker.
    fn next_channel(&self, n: &Notice, channel: Channel, at: At) -> Result<Option<Letter>> {
        if n.claimant_id.is_none() {
            return Ok(None);
        }
        let all = self.notices.channels(&n.template, true).unwrap_or_default();
        let rest = all.iter().copied().skip_while(|c| *c != channel).skip(1);
        let next = rest.into_iter().find(|c| self.carries(*c));
        let when = self.hour(n, at);
        Ok(next.map(|c| Letter { next_at: when, due_at: when, ..letter(ids_in(self, |ids| ids.id(at)), n, c, None, at) }))
    }

    /// When the person of a notice may be told who should hear it at `at`.
    fn hour(&self, n: &Notice, at: At) -> At {
        let law = self.law();
        if n.claimant_id.is_some() {
            courier::worker_time(at, &law.rules)
        } else {
            courier::staff_time(at, n.urgent, &law.calendar, &law.rules)
        }
    }

    fn nobody(&self, leased: Letter, n: &Notice, channel: Channel, why: Why, mut more: Vec<Letter>, at: At) -> Result<Settled> {
        if why == Why::NoAddress {
            more.extend(self.next_channel(n, channel, at)?);
        }
        let after = Letter { state: "void".into(), last_class: None, last_reason: Some(why.into()), done_at: Some(at), ..leased.clone() };
        Ok(Settled { leased, after, attempt: None, more })
    }

    /// What an attempt makes of a letter: when it was begun, and when its batch was through (what was taken ends together).
    fn outcome(
        &self,
        leased: Letter,
        n: &Notice,
        channel: Channel,
        tried: &Tried,
        mut more: Vec<Letter>,
        (at, ended): (At, At),
    ) -> Result<Settled> {
        let attempts = leased.attempts + 1;
        // a letter made pending again by hand has as many attempts before it as the first time
        let round = attempts - leased.round_from;
        let over = tried.class == Class::Refused || (tried.class != Class::Sent && round >= self.config.courier.attempts);
        let fallback = if over { self.next_channel(n, channel, at)? } else { None };
        let (state, done_at, next_at) = match tried.class {
            Class::Sent => ("sent", Some(ended), leased.next_at),
            _ if over => (if fallback.is_some() { "void" } else { "dead" }, Some(at), leased.next_at),
            _ => ("pending", None, self.hour(n, at.plus(courier::back_off(round.max(1), ids_in(self, |ids| ids.below(1_001)))))),
        };
        more.extend(fallback);
        let class = tried.class.code().to_owned();
        let reason = (!tried.reason.is_empty()).then(|| tried.reason.clone());
        let attempt = Attempt { letter_id: leased.id, n: attempts, at, class: class.clone(), reason: tried.reason.clone() };
        let after =
            Letter { state: state.into(), attempts, next_at, last_class: Some(class), last_reason: reason, done_at, ..leased.clone() };
        Ok(Settled { leased, after, attempt: Some(attempt), more })
    }

    /// How long ago the letter that waits longest should have gone, in seconds, and how many are dead, counted up to a thousand.
    ///
    /// # Errors
    /// The database.
    pub async fn letters_gauge(self: &Arc<Self>) -> Result<(i64, i64)> {
        let now = self.now();
        let (oldest, dead) = self.db.read(move |c| Ok((letters::oldest_due(c, now)?, letters::dead(c, 1_000)?))).await?;
        Ok((oldest.map_or(0, |at| (now.millis() - at.millis()) / 1_000), dead))
    }

    /// How long ago the letter that waits longest should have gone, in seconds: attempts that failed make it no shorter.
    ///
    /// # Errors
    /// The database.
    pub fn courier_lag(self: &Arc<Self>) -> Result<i64> {
        let now = self.now();
        let oldest = self.db.read_blocking(move |c| letters::oldest_due(c, now))?;
        Ok(oldest.map_or(0, |at| (now.millis() - at.millis()) / 1_000))
    }
}

/// Keeps what came of a batch, in one transaction. What another node holds by now stays as that node will have it.
fn settle(c: &mut Conn, all: &[Settled]) -> Result<()> {
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut more: Vec<Letter> = Vec::new();
    let pairs: Vec<(&Letter, &Letter)> = all.iter().map(|s| (&s.leased, &s.after)).collect();
    let kept = letters::settle(c, &pairs)?;
    for s in all.iter().filter(|s| kept.contains(&s.leased.id)) {
        attempts.extend(s.attempt.clone());
        more.extend(s.more.iter().cloned());
    }
    if kept.len() < all.len() {
        tracing::warn!(letters = all.len() - kept.len(), "letters were settled by another node");
    }
    letters::insert_attempts(c, &attempts)?;
    letters::insert(c, &more)
}
