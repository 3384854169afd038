//! Workers' log-ins: by a code to a telephone together with the name, or by WeChat; sessions; limits.
//!
//! Owns who a request from a phone is. A telephone alone is nobody (many men of a site share one), so the log-in of a
//! telephone is that of one name on it; where several names use one telephone, a session sees what it filed itself or proved
//! by a receipt, and it makes no difference whether that name filed before. Nothing is limited by address alone. Codes and tokens are kept as hashes. Every
//! refusal of a code answers the same.

use super::people::token_hash;
use super::write::{Marks, Tx};
use super::{App, ids_in};
use crate::base::id::{RowId, SessionId, WorkerId};
use crate::base::seal::{self, KeyRing};
use crate::base::text::{self, Lang};
use crate::base::{At, Error, Result};
use crate::domain::access::{self, Actor, Worker};
use crate::law::identity::Phone;
use crate::store::{Conn, filings, mandates, workers};
use chrono::Duration;
use std::sync::Arc;

/// Digits of a code.
const CODE_DIGITS: usize = 6;
/// Characters of a device's own name that are kept.
const DEVICE: usize = 80;
/// What blind indexes of this door are keyed for.
mod kind {
    pub const PHONE: &str = "phone";
    pub const NAME: &str = "name";
    pub const WX: &str = "wx";
    pub const CODE: &str = "phone_code";
    pub const LIMIT: &str = "limit";
    pub const DEVICE: &str = "device";
}

/// A session just opened: the token is shown once and never stored.
pub struct Opened {
    /// The bearer token.
    pub token: String,
    /// When it ends at the latest.
    pub expires_at: At,
    /// Who.
    pub me: Me,
}
impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({})", self.me.worker.id)
    }
}

/// Who asks: the log-in with its session.
#[derive(Clone)]
pub struct Me {
    /// For use cases.
    pub worker: Worker,
    /// The masked name, if the log-in has one.
    pub name: Option<String>,
    /// The masked telephone.
    pub phone: Option<String>,
    /// Language.
    pub lang: Lang,
}
impl std::fmt::Debug for Me {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Me({})", self.worker.id)
    }
}
impl Me {
    /// As an actor.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Worker(self.worker.clone())
    }
    fn of(row: workers::Worker, session: SessionId, limited: bool) -> Self {
        let worker = Worker { limited, ..Worker::of(row.id, session) };
        Self { worker, name: row.name_mask, phone: row.phone_mask, lang: Lang::of(&row.lang) }
    }
}

/// One of the own sessions.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// How it was opened.
    pub kind: String,
    /// What the device calls itself.
    pub device: String,
    /// Opened.
    pub created_at: At,
    /// Last used.
    pub seen_at: At,
    /// The one of this request.
    pub current: bool,
}

pub(super) fn phone(typed: &str, pointer: &str) -> Result<String> {
    Phone::parse(typed).map(|p| p.as_str().to_owned()).map_err(|_| Error::field(pointer, "bad_phone", &[]))
}

/// A person's name as it is compared.
pub(super) fn name(typed: &str) -> Result<String> {
    let name = text::tidy(typed);
    if name.is_empty() || name.chars().count() > 40 { Err(Error::field("/name", "bad_name", &[])) } else { Ok(name) }
}

/// What tells one device from another without naming it.
pub(super) fn device_key(keys: &KeyRing, session: &workers::Session) -> Result<String> {
    seal::blind(keys, kind::DEVICE, &format!("{}/{}", session.kind, session.device))
}

/// Takes one of what a key may use; refused with when to come again.
pub(super) fn within(c: &mut Conn, key: &str, most: i32, window: Duration, now: At) -> Result<()> {
    within_many(c, key, 1, most, window, now)
}

/// Takes `k` at once of what a key may use; refused with when to come again.
pub(super) fn within_many(c: &mut Conn, key: &str, k: i32, most: i32, window: Duration, now: At) -> Result<()> {
    match workers::take_many(c, key, k, most, window, now)? {
        None => Ok(()),
        Some(until) => Err(Error::TooMany(u64::try_from((until.millis() - now.millis()) / 1000).unwrap_or(0).max(1))),
    }
}

impl App {
    /// A key of a limit: names no person in clear.
    pub(super) fn limit_key(&self, what: &str, who: &str) -> Result<String> {
        Ok(format!("{what}:{}", seal::blind(&self.keys(), kind::LIMIT, who)?))
    }

    /// Sends a code to a telephone. Answers the same whether anybody logs in with it or not; the code itself only where
    /// development shows it.
    ///
    /// # Errors
    /// Field errors, [`Error::TooMany`], [`Error::Unavailable`] when it cannot be sent.
    pub async fn send_code(self: &Arc<Self>, typed: &str) -> Result<Option<String>> {
        let phone = phone(typed, "/phone")?;
        let now = self.now();
        let (per_phone, all) = (self.limit_key("code", &phone)?, "code:all".to_owned());
        let (hour, minute) = (self.config.workers.codes_an_hour, self.config.workers.codes_a_minute);
        self.db
            .write(move |c| {
                within(c, &per_phone, hour, Duration::hours(1), now)?;
                within(c, &all, minute, Duration::minutes(1), now)
            })
            .await?;
        let keys = self.keys();
        let (id, code): (RowId, String) = ids_in(self, |ids| {
            (ids.id(now), (0..CODE_DIGITS).map(|_| char::from(b'0' + u8::try_from(ids.below(10)).unwrap_or(0))).collect())
        });
        let row = workers::PhoneCode {
            id,
            phone_bix: seal::blind(&keys, kind::PHONE, &phone)?,
            code_bix: seal::blind(&keys, kind::CODE, &format!("{phone}/{code}"))?,
            created_at: now,
            expires_at: now.plus(Duration::minutes(self.config.workers.code_minutes)),
            tries: 0,
            used_at: None,
        };
        self.db.write(move |c| workers::insert_code(c, &row)).await?;
        let (sms, shown) = (self.sms.clone(), code.clone());
        let minutes = self.config.workers.code_minutes.to_string();
        let show = matches!(sms, crate::gateway::sms::Sms::Show);
        tokio::task::spawn_blocking(move || {
            sms.send(&id.to_string(), &phone, "login_code", &[("code", &code), ("minutes", &minutes)], now)
        })
        .await
        .map_err(|e| Error::Internal(format!("sending a code: {e}")))??;
        Ok(show.then_some(shown))
    }

    /// Checks a code of a telephone: counted first, so that guesses side by side are counted too.
    pub(super) async fn redeem(self: &Arc<Self>, phone: &str, code: &str) -> Result<RowId> {
        let wrong = || Error::refused("bad_code", &[]);
        let (keys, now, tries) = (self.keys(), self.now(), self.config.workers.code_tries);
        let at = seal::blind_all(&keys, kind::PHONE, phone);
        let fits = seal::blind_all(&keys, kind::CODE, &format!("{phone}/{}", text::narrow(code).trim()));
        let found = self
            .db
            .write(move |c| {
                let Some(row) = workers::live_code(c, &at, now)? else { return Ok(None) };
                let before = workers::count_try(c, row.id)?;
                Ok((before < tries && fits.contains(&row.code_bix)).then_some(row.id))
            })
            .await?;
        found.ok_or_else(wrong)
    }

    /// When this code of a telephone was used, while it would still be alive: for a request sent again because its answer was
    /// lost. Tries are counted here too.
    pub(super) async fn redeemed(self: &Arc<Self>, phone: &str, code: &str) -> Result<Option<At>> {
        let (keys, now, tries) = (self.keys(), self.now(), self.config.workers.code_tries);
        let at = seal::blind_all(&keys, kind::PHONE, phone);
        let fits = seal::blind_all(&keys, kind::CODE, &format!("{phone}/{}", text::narrow(code).trim()));
        self.db
            .write(move |c| {
                let Some(row) = workers::used_code(c, &at, now)? else { return Ok(None) };
                let before = workers::count_try(c, row.id)?;
                Ok(row.used_at.filter(|_| before < tries && fits.contains(&row.code_bix)))
            })
            .await
    }

    /// Logs in with a telephone, the code sent to it and the name: the log-in of this name on this telephone. `receipt` is
    /// number and query code of an own filing: what a telephone of several persons needs to see filings of before.
    ///
    /// # Errors
    /// [`Error::Refused`] `bad_code`, `receipt_unknown`; field errors; `worker_blocked`.
    pub async fn log_in_by_phone(
        self: &Arc<Self>,
        typed: &str,
        code: &str,
        typed_name: &str,
        receipt: Option<(&str, &str)>,
        device: &str,
        lang: Lang,
    ) -> Result<Opened> {
        let (phone, name) = (phone(typed, "/phone")?, name(typed_name)?);
        let used = self.redeem(&phone, code).await?;
        let proven = match receipt {
            Some((number, secret)) => Some(self.by_receipt(number, secret).await?),
            None => None,
        };
        let keys = Indexes::of(&self.keys(), &name, &phone)?;
        self.open(device, "phone", Some(used), move |tx| {
            let others = mandates::others_on_phone(tx.c, &keys.phone, &keys.name)?;
            let row = known_or_new(tx, &keys, &name, &phone, lang)?;
            // never asked whether this name filed anything: the answer would tell whoever holds the telephone
            let mut limited = !access::name_is_enough(others);
            if let Some(filing) = proven {
                let own = filings::get(tx.c, filing)?.is_some_and(|f| f.worker_id == Some(row.id));
                if !own && mandates::of_agent(tx.c, row.id, filing)?.is_none() {
                    return Err(Error::refused("receipt_unknown", &[]));
                }
                limited = false;
            }
            Ok((row, limited))
        })
        .await
    }

    /// Logs in with a `wx.login` code of the mini-program.
    ///
    /// # Errors
    /// [`Error::Refused`] `bad_code` or `no_wechat`; [`Error::Unavailable`] when the platform does not answer.
    pub async fn log_in_by_wechat(self: &Arc<Self>, code: &str, device: &str, lang: Lang) -> Result<Opened> {
        let wechat = self.wechat.clone().ok_or_else(|| Error::refused("no_wechat", &[]))?;
        let code = code.trim().to_owned();
        if code.is_empty() || code.len() > 128 {
            return Err(Error::field("/code", "required", &[]));
        }
        let open_id = tokio::task::spawn_blocking(move || wechat.open_id(&code))
            .await
            .map_err(|e| Error::Internal(format!("asking WeChat: {e}")))??
            .ok_or_else(|| Error::refused("bad_code", &[]))?;
        let keys = self.keys();
        let (all, bix) = (seal::blind_all(&keys, kind::WX, &open_id), seal::blind(&keys, kind::WX, &open_id)?);
        self.open(device, "wx", None, move |tx| {
            if let Some(w) = workers::by_wx(tx.c, &all)? {
                super::addresses::keep_wx(tx, w.id, &open_id)?;
                return Ok((w, false));
            }
            let row = workers::Worker {
                id: tx.ids.id(tx.now),
                name_ct: None,
                name_mask: None,
                name_bix: None,
                phone_ct: None,
                phone_mask: None,
                phone_bix: None,
                wx_bix: Some(bix.clone()),
                lang: lang.code().into(),
                state: "active".into(),
                created_at: tx.now,
                version: 1,
            };
            let row = first_seen(tx, row)?;
            super::addresses::keep_wx(tx, row.id, &open_id)?;
            Ok((row, false))
        })
        .await
    }

    /// Opens a session for the log-in `who` finds or makes; with it, whether the session is a limited one.
    async fn open<F>(self: &Arc<Self>, device: &str, how: &'static str, code: Option<RowId>, who: F) -> Result<Opened>
    where
        F: Fn(&mut Tx<'_>) -> Result<(workers::Worker, bool)> + Send + Sync + 'static,
    {
        let token = self.fresh_token();
        let stored = token_hash(&token);
        let device: String = text::tidy(device).chars().take(DEVICE).collect();
        let system = Actor::System("worker_log_in");
        let (worker, session, limited): (WorkerId, SessionId, bool) = self
            .write(&system, None, move |tx| {
                if let Some(code) = code {
                    workers::use_code(tx.c, code, tx.now).map_err(|e| match e {
                        Error::Stale(_) => Error::refused("bad_code", &[]),
                        e => e,
                    })?;
                }
                let (row, limited) = who(tx)?;
                if row.state != "active" {
                    return Err(Error::refused("worker_blocked", &[]));
                }
                let session = workers::Session {
                    id: tx.ids.id(tx.now),
                    worker_id: row.id,
                    token_hash: stored.clone(),
                    kind: how.into(),
                    device: device.clone(),
                    created_at: tx.now,
                    seen_at: tx.now,
                    expires_at: tx.now.plus(Duration::days(tx.app.config.workers.absolute_days)),
                    ended_at: None,
                    limited,
                };
                workers::insert_session(tx.c, &session)?;
                if !limited {
                    super::claimant::rebinding::owner_is_here(tx, row.id)?;
                }
                tx.record(
                    "worker",
                    row.id.into(),
                    "logged_in",
                    tx.now,
                    serde_json::json!({ "session": session.id, "by": how, "limited": limited }),
                    &Marks::default(),
                )?;
                Ok((row.id, session.id, limited))
            })
            .await?;
        let expires_at = self.now().plus(Duration::days(self.config.workers.absolute_days));
        let row = self.db.read(move |c| workers::get(c, worker)).await?.ok_or(Error::Unauthenticated)?;
        Ok(Opened { token, expires_at, me: Me::of(row, session, limited) })
    }

    /// The worker of a token. Ended, expired, idle or blocked: nobody.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], or the database.
    pub async fn authenticate_worker(self: &Arc<Self>, token: &str) -> Result<Me> {
        let (hash, now) = (token_hash(token), self.now());
        let idle = Duration::days(self.config.workers.idle_days);
        let (session, row) = self.db.read(move |c| workers::session(c, &hash)).await?.ok_or(Error::Unauthenticated)?;
        if row.state != "active" || session.expires_at <= now || session.seen_at.plus(idle) <= now {
            return Err(Error::Unauthenticated);
        }
        // bookkeeping, at most once an hour a session
        if session.seen_at.plus(Duration::hours(1)) <= now {
            let id = session.id;
            super::people::unless_away(self.db.write(move |c| workers::touch_session(c, id, now)).await)?;
        }
        Ok(Me::of(row, session.id, session.limited))
    }

    /// Name and telephone of the own log-in, for a report that is filed from it; empty where it has none.
    ///
    /// # Errors
    /// The database or the keys.
    pub async fn own_name(self: &Arc<Self>, me: &Me) -> Result<(String, String)> {
        let id = me.worker.id;
        self.look(move |c, _, keys| {
            let row = workers::get(c, id)?.ok_or(Error::Unauthenticated)?;
            let open =
                |column, ct: Option<seal::Sealed>| ct.map(|ct| seal::open(keys, seal::Place::new("workers", column, id), &ct)).transpose();
            Ok((open("name_ct", row.name_ct)?.unwrap_or_default(), open("phone_ct", row.phone_ct)?.unwrap_or_default()))
        })
        .await
    }

    /// The own running sessions, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn worker_sessions(self: &Arc<Self>, me: &Worker) -> Result<Vec<SessionView>> {
        let (id, mine, limited, now) = (me.id, me.session, me.limited, self.now());
        let all = self.db.read(move |c| workers::sessions_of(c, id, now)).await?;
        let view = |s: workers::Session| SessionView {
            id: s.id,
            kind: s.kind,
            device: s.device,
            created_at: s.created_at,
            seen_at: s.seen_at,
            current: s.id == mine,
        };
        // other log-ins of this name are nothing to whoever only holds the telephone
        Ok(all.into_iter().filter(|s| !limited || s.id == mine).map(view).collect())
    }

    /// Ends one of the own sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`]: not an own running session.
    pub async fn end_worker_session(self: &Arc<Self>, me: &Worker, session: SessionId) -> Result<()> {
        let id = me.id;
        if me.limited && session != me.session {
            return Err(Error::NotFound("session"));
        }
        self.write(&Actor::Worker(me.clone()), None, move |tx| {
            if !workers::end_session(tx.c, id, session, tx.now)? {
                return Err(Error::NotFound("session"));
            }
            tx.record("worker", id.into(), "logged_out", tx.now, serde_json::json!({ "session": session }), &Marks::default())?;
            Ok(())
        })
        .await
    }

    /// Sets the language of a log-in.
    ///
    /// # Errors
    /// The database.
    pub async fn set_language(self: &Arc<Self>, me: &Worker, lang: Lang) -> Result<()> {
        let id = me.id;
        self.write(&Actor::Worker(me.clone()), None, move |tx| {
            let row = workers::get(tx.c, id)?.ok_or(Error::NotFound("worker"))?;
            if row.lang == lang.code() {
                return Ok(());
            }
            workers::update(tx.c, &workers::Worker { lang: lang.code().into(), ..row })?;
            tx.record("worker", id.into(), "language_set", tx.now, serde_json::json!({ "lang": lang.code() }), &Marks::default())?;
            Ok(())
        })
        .await
    }
}

/// Blind indexes by which the log-in of a name on a telephone is found, and those it is stored with.
pub(super) struct Indexes {
    pub(super) phone: Vec<String>,
    pub(super) name: Vec<String>,
    pub(super) phone_bix: String,
    pub(super) name_bix: String,
}
impl Indexes {
    pub(super) fn of(keys: &KeyRing, name: &str, phone: &str) -> Result<Self> {
        Ok(Self {
            phone: seal::blind_all(keys, kind::PHONE, phone),
            name: seal::blind_all(keys, kind::NAME, name),
            phone_bix: seal::blind(keys, kind::PHONE, phone)?,
            name_bix: seal::blind(keys, kind::NAME, name)?,
        })
    }
}

/// The log-in of a name on a telephone, made when nobody had it.
pub(super) fn known_or_new(tx: &mut Tx<'_>, keys: &Indexes, name: &str, phone: &str, lang: Lang) -> Result<workers::Worker> {
    if let Some(w) = workers::by_phone(tx.c, &keys.phone, &keys.name)? {
        return Ok(w);
    }
    let id: WorkerId = tx.ids.id(tx.now);
    let row = workers::Worker {
        id,
        name_ct: Some(tx.seal("workers", "name_ct", id, name)?),
        name_mask: Some(text::mask_name(name)),
        name_bix: Some(keys.name_bix.clone()),
        phone_ct: Some(tx.seal("workers", "phone_ct", id, phone)?),
        phone_mask: Some(text::mask_phone(phone)),
        phone_bix: Some(keys.phone_bix.clone()),
        wx_bix: None,
        lang: lang.code().into(),
        state: "active".into(),
        created_at: tx.now,
        version: 1,
    };
    first_seen(tx, row)
}

/// Keeps a log-in nobody had before.
fn first_seen(tx: &mut Tx<'_>, row: workers::Worker) -> Result<workers::Worker> {
    workers::insert(tx.c, &row)?;
    tx.begins(row.id.into());
    tx.record("worker", row.id.into(), "first_seen", tx.now, serde_json::json!({}), &Marks::default())?;
    Ok(row)
}
