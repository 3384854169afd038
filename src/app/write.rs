//! The one way to change anything: [`App::write`] and the unit of work it hands out, [`Tx`].
//!
//! Owns idempotency, retries, the case's version, events and their metadata. A body is a plain function over a [`Tx`]; it
//! authorises in its first lines, loads, decides by `domain` and `flow`, and saves. Nothing is sent from inside, and no
//! answer's body is kept: what is remembered of a request is its hash and the ids of its answer.

mod staff;

use super::App;
use crate::base::id::{CaseId, ClaimantId, FilingId, Ids, PartnerId, RowId, StreamId};
use crate::base::seal::event::About;
use crate::base::seal::{self, KeyRing, Place, Sealed, hex};
use crate::base::{At, Error, Result};
use crate::domain::access::Actor;
use crate::law::Law;
use crate::store::letters::{self, Letter};
use crate::store::notices::{self, Notice};
use crate::store::{Conn, cases, filings, journal, procedures, settings};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// How often a body is run again when another writer was faster.
const RETRIES: usize = 8;

/// Version of the payload shapes written now; older ones are upcast on read.
const EVENT_VERSION: i32 = 1;

/// What a remembered request's hash is keyed for: the content of a form is personal, a plain hash of it could be guessed.
const REQUEST: &str = "request";

/// An idempotency key with the hash of the request it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key the caller chose; counted per actor.
    pub key: String,
    /// Hash of the operation and its content; stored keyed only.
    pub hash: String,
}

impl Key {
    /// A key for `operation` with this content.
    ///
    /// # Errors
    /// The content cannot be written as JSON.
    pub fn new(key: &str, operation: &str, content: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(content).map_err(|e| Error::Internal(format!("idempotency content: {e}")))?;
        let digest = Sha256::new().chain_update(operation.as_bytes()).chain_update([0]).chain_update(&body).finalize();
        Ok(Self { key: key.to_owned(), hash: hex(&digest) })
    }
}

/// What of an event stands in columns beside its canonical bytes.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// The case concerned.
    pub case: Option<CaseId>,
    /// The area.
    pub area: Option<String>,
    /// The bureau.
    pub bureau: Option<String>,
    /// The channel of a filing.
    pub channel: Option<String>,
    /// The kind of procedure.
    pub procedure: Option<String>,
    /// An amount, in fen.
    pub amount: Option<crate::law::Fen>,
    /// The system that sent the filing and may hear of this.
    pub partner: Option<PartnerId>,
}

/// Notices of a unit of work with their letters.
#[derive(Default)]
pub(super) struct Told {
    pub(super) notices: Vec<Notice>,
    pub(super) letters: Vec<Letter>,
}

struct Held {
    row: cases::Case,
    touched: bool,
}

/// A unit of work: the open transaction and what it has loaded.
pub struct Tx<'a> {
    /// The connection, inside a transaction.
    pub c: &'a mut Conn,
    /// The program.
    pub app: &'a App,
    /// Who acts.
    pub actor: &'a Actor,
    /// When (recorded).
    pub now: At,
    /// Ids and randomness.
    pub ids: Ids,
    /// The snapshot of calendars and rules this work is judged by.
    pub law: Arc<Law>,
    /// The keys this work seals with.
    pub keys: Arc<KeyRing>,
    held: BTreeMap<CaseId, Held>,
    /// Filings and persons as this unit of work knows them, so that none is read twice.
    filings: HashMap<FilingId, filings::Filing>,
    claimants: HashMap<ClaimantId, filings::Claimant>,
    heads: HashMap<StreamId, journal::Head>,
    /// Who is told what by this unit of work, and by which letters: written once, at its end.
    pub(super) told: Told,
    staff: staff::Staff,
    /// The last number of each sequence of papers this unit of work holds the lock of.
    pub(super) numbers: HashMap<i64, i32>,
    /// How deep signals have called each other.
    pub(super) depth: usize,
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tx({:?} at {})", self.actor.key(), self.now)
    }
}

impl<'a> Tx<'a> {
    /// Opens a unit of work on a connection that is inside a transaction.
    pub(super) fn open(c: &'a mut Conn, app: &'a App, actor: &'a Actor, now: At) -> Self {
        Self {
            c,
            app,
            actor,
            now,
            ids: app.ids(),
            law: app.law(),
            keys: app.keys(),
            held: BTreeMap::new(),
            filings: HashMap::new(),
            claimants: HashMap::new(),
            heads: HashMap::new(),
            told: Told::default(),
            staff: staff::Staff::default(),
            numbers: HashMap::new(),
            depth: 0,
        }
    }

    /// The case as this unit of work sees it.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the database.
    pub fn case(&mut self, id: CaseId) -> Result<cases::Case> {
        if let Some(h) = self.held.get(&id) {
            return Ok(h.row.clone());
        }
        let row = cases::get(self.c, id)?.ok_or(Error::NotFound("case"))?;
        self.held.insert(id, Held { row: row.clone(), touched: false });
        Ok(row)
    }

    /// Changes a case; it is written once, with its version checked, when the unit of work ends. `visible` raises the
    /// form version: state, holder, visible facts or terms changed for whoever has a form open.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the database.
    pub fn change_case(&mut self, id: CaseId, visible: bool, f: impl FnOnce(&mut cases::Case)) -> Result<()> {
        self.case(id)?;
        if let Some(h) = self.held.get_mut(&id) {
            f(&mut h.row);
            h.touched = true;
            if visible {
                h.row.form_version += 1;
            }
        }
        Ok(())
    }

    /// A case that was inserted in this unit of work and needs no version check yet.
    pub fn adopt_case(&mut self, row: cases::Case) {
        self.held.insert(row.id, Held { row, touched: false });
    }

    /// The filing as this unit of work sees it.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the database.
    pub fn filing(&mut self, id: FilingId) -> Result<filings::Filing> {
        if let Some(f) = self.filings.get(&id) {
            return Ok(f.clone());
        }
        let row = filings::get(self.c, id)?.ok_or(Error::NotFound("filing"))?;
        self.filings.insert(id, row.clone());
        Ok(row)
    }

    /// These filings as this unit of work sees them, in the order asked for.
    ///
    /// # Errors
    /// [`Error::NotFound`] if one is not there, or the database.
    pub fn filings(&mut self, ids: &[FilingId]) -> Result<Vec<filings::Filing>> {
        let unknown: Vec<FilingId> = ids.iter().filter(|id| !self.filings.contains_key(id)).copied().collect();
        if !unknown.is_empty() {
            self.filings.extend(filings::by_ids(self.c, &unknown)?.into_iter().map(|f| (f.id, f)));
        }
        ids.iter().map(|id| self.filings.get(id).cloned().ok_or(Error::NotFound("filing"))).collect()
    }

    /// The person as this unit of work sees it.
    ///
    /// # Errors
    /// [`Error::NotFound`], or the database.
    pub fn claimant(&mut self, id: ClaimantId) -> Result<filings::Claimant> {
        if let Some(p) = self.claimants.get(&id) {
            return Ok(p.clone());
        }
        let row = filings::claimant(self.c, id)?.ok_or(Error::NotFound("claimant"))?;
        self.claimants.insert(id, row.clone());
        Ok(row)
    }

    /// A filing that was inserted in this unit of work, with its person.
    pub fn adopt_filing(&mut self, row: filings::Filing, person: filings::Claimant) {
        self.filings.insert(row.id, row);
        self.claimants.insert(person.id, person);
    }

    /// Saves where a filing stands: case, area, the desk's reason, the answer, the worker.
    ///
    /// # Errors
    /// The database.
    pub fn place_filing(&mut self, row: filings::Filing) -> Result<()> {
        filings::place(self.c, &row)?;
        self.filings.insert(row.id, row);
        Ok(())
    }

    /// Saves an amended report whole.
    ///
    /// # Errors
    /// The database.
    pub fn amend_filing(&mut self, row: filings::Filing) -> Result<()> {
        filings::update(self.c, &row)?;
        self.filings.insert(row.id, row);
        Ok(())
    }

    /// Seals a text for a column of a row.
    ///
    /// # Errors
    /// The key ring has no key.
    pub fn seal(&mut self, table: &'static str, column: &'static str, id: impl std::fmt::Display, text: &str) -> Result<Sealed> {
        seal::seal(&self.keys, Place::new(table, column, id), text, &mut self.ids)
    }

    /// Opens a sealed text of a column of a row.
    ///
    /// # Errors
    /// It was sealed for another place or with a key that is gone.
    pub fn open_sealed(&self, table: &'static str, column: &'static str, id: impl std::fmt::Display, sealed: &Sealed) -> Result<String> {
        seal::open(&self.keys, Place::new(table, column, id), sealed)
    }

    /// Keeps what somebody said of an event, sealed beside it.
    ///
    /// # Errors
    /// The key ring lacks a key; the database.
    pub fn remark(&mut self, stream: StreamId, seq: i64, field: &str, words: &str) -> Result<()> {
        let id: RowId = self.ids.id(self.now);
        let ct = self.seal("remarks", "text_ct", id, words)?;
        procedures::insert_remark(self.c, id, stream, seq, field, &ct)
    }

    /// When a term of a rule passes that begins at `from`: for what waits outside any procedure.
    ///
    /// # Errors
    /// [`Error::Internal`] when no such rule is in force today.
    pub fn passes(&self, rule: &str, from: At) -> Result<At> {
        self.law.passes(rule, from, self.now).ok_or_else(|| Error::Internal(format!("no rule {rule}")))
    }

    /// Says that a stream begins in this unit of work: its end need not be looked up. Wrong is no harm, but a retry.
    pub fn begins(&mut self, id: StreamId) {
        self.heads.entry(id).or_default();
    }

    /// Records an event of a stream; returns its number in the stream.
    ///
    /// # Errors
    /// The database.
    pub fn record(
        &mut self,
        stream: &'static str,
        id: StreamId,
        kind: &str,
        occurred_at: At,
        payload: serde_json::Value,
        marks: &Marks,
    ) -> Result<i64> {
        if stream == "account" {
            // duties and states may have changed
            self.staff = staff::Staff::default();
        }
        let event = journal::NewEvent {
            stream,
            stream_id: id,
            kind: kind.to_owned(),
            v: EVENT_VERSION,
            actor: self.actor.account(),
            at: self.now,
            occurred_at,
            payload,
            partner: marks.partner,
            about: About {
                case_id: marks.case,
                area: marks.area.clone(),
                bureau: marks.bureau.clone(),
                channel: marks.channel.clone(),
                procedure_kind: marks.procedure.clone(),
                amount_fen: marks.amount.map(crate::law::Fen::get),
            },
        };
        let done = journal::append_after(self.c, &mut self.heads, &[event])?;
        done.first().map(|a| i64::from(a.seq)).ok_or_else(|| Error::Internal("an event was not appended".into()))
    }

    /// Runs a body of its own inside this transaction: a savepoint, so that one bad row or alarm leaves the rest.
    ///
    /// # Errors
    /// What the body says; its changes are gone then.
    pub fn body<T>(&mut self, actor: &Actor, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let (app, now) = (self.app, self.now);
        // what the body changes is not what we remember
        self.filings.clear();
        self.claimants.clear();
        crate::store::savepoint(self.c, |c| {
            let mut tx = Tx::open(c, app, actor, now);
            let out = f(&mut tx)?;
            tx.finish()?;
            Ok(out)
        })
    }

    /// Runs `f` in this same unit of work as another actor (a signal, time).
    pub(super) fn with_actor<T>(&mut self, actor: &Actor, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let mut inner = Tx {
            c: &mut *self.c,
            app: self.app,
            actor,
            now: self.now,
            ids: std::mem::replace(&mut self.ids, Ids::system()),
            law: Arc::clone(&self.law),
            keys: Arc::clone(&self.keys),
            held: std::mem::take(&mut self.held),
            filings: std::mem::take(&mut self.filings),
            claimants: std::mem::take(&mut self.claimants),
            heads: std::mem::take(&mut self.heads),
            told: std::mem::take(&mut self.told),
            staff: std::mem::take(&mut self.staff),
            numbers: std::mem::take(&mut self.numbers),
            depth: self.depth + 1,
        };
        let out = f(&mut inner);
        let Tx { ids, held, filings, claimants, heads, told, staff, numbers, .. } = inner;
        self.told = told;
        self.staff = staff;
        self.numbers = numbers;
        self.filings = filings;
        self.claimants = claimants;
        self.ids = ids;
        self.held = held;
        self.heads = heads;
        out
    }

    /// Writes what was changed, cases in the order of their ids, and who is told.
    pub(super) fn finish(&mut self) -> Result<()> {
        let told = std::mem::take(&mut self.told);
        notices::insert(self.c, &told.notices)?;
        letters::insert(self.c, &told.letters)?;
        for h in self.held.values_mut().filter(|h| h.touched) {
            cases::update(self.c, &h.row)?;
            h.row.version += 1;
            h.touched = false;
        }
        Ok(())
    }
}

/// How long a body waits before it runs again: 1, 2, 4 … ms, so that writers of one case take turns.
fn pause(attempt: usize) -> std::time::Duration {
    std::time::Duration::from_millis(1 << attempt.min(RETRIES))
}

/// What a request was answered before under its key, if it was.
fn answered<T: DeserializeOwned>(c: &mut Conn, keys: &KeyRing, actor: &Actor, k: &Key) -> Result<Option<T>> {
    let Some(r) = settings::remembered(c, &actor.key(), &k.key)? else { return Ok(None) };
    if !seal::blind_all(keys, REQUEST, &k.hash).contains(&r.request_hash) {
        return Err(Error::KeyReused);
    }
    serde_json::from_value(r.answer.0).map(Some).map_err(|e| Error::Internal(format!("remembered answer: {e}")))
}

impl App {
    /// What a request was answered before: for use cases whose checks before the write would refuse it the second time (a
    /// code that is used up). Whoever asks was authorised already.
    ///
    /// # Errors
    /// [`Error::KeyReused`], or the database.
    pub(super) async fn answered<T>(self: &Arc<Self>, actor: &Actor, key: Option<&Key>) -> Result<Option<T>>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let Some(key) = key.cloned() else { return Ok(None) };
        let actor = actor.clone();
        self.look(move |c, _, keys| answered(c, keys, &actor, &key)).await
    }

    /// Runs a body once. Whether its request was answered before is asked only `again`, after a first run failed: one that
    /// was meets its key at the latest when it leaves its answer, and every other is spared the question.
    fn run<T: Serialize + DeserializeOwned>(
        &self,
        c: &mut Conn,
        actor: &Actor,
        (key, again): (Option<&Key>, bool),
        f: &dyn Fn(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        let unreadable = |e| Error::Internal(format!("remembered answer: {e}"));
        let keys = self.keys();
        if let Some(k) = key.filter(|_| again)
            && let Some(done) = answered(c, &keys, actor, k)?
        {
            return Ok(done);
        }
        let now = self.now();
        let mut tx = Tx::open(c, self, actor, now);
        let out = f(&mut tx)?;
        tx.finish()?;
        if let Some(k) = key {
            let answer = serde_json::to_value(&out).map_err(unreadable)?;
            let row = settings::Remembered {
                actor: actor.key(),
                key: k.key.clone(),
                request_hash: seal::blind(&keys, REQUEST, &k.hash)?,
                answer: crate::store::types::Json(answer),
                at: now,
            };
            if !settings::remember(c, &row)? {
                return Err(Error::Stale("idempotency"));
            }
        }
        Ok(out)
    }

    /// Loads the key ring again; `false` when it holds nothing new. For a node that meets a text sealed with a key
    /// another process has made since.
    ///
    /// # Errors
    /// The master key or the database.
    pub fn renew_keys(&self) -> Result<bool> {
        let fresh = self.db.key_ring()?;
        let kids = |r: &KeyRing| r.keys().iter().map(|k| k.kid.clone()).collect::<Vec<_>>();
        if kids(&fresh) == kids(&self.keys()) {
            return Ok(false);
        }
        self.set_keys(fresh);
        Ok(true)
    }

    /// Whether a body that failed like this is run again: another writer was faster, took a unique key between our look
    /// and our insert (the next look finds what is there), or sealed with a key this node has yet to load.
    fn once_more(&self, e: &Error) -> Result<bool> {
        match e {
            // whether this call or one beside it brought the new ring, the next run has it
            Error::Stale(seal::OLD_RING) => self.renew_keys().map(|_| true),
            Error::Stale(_) | Error::Duplicate(_) => Ok(true),
            _ => Ok(false),
        }
    }

    /// Reads with the keys, again when the ring turns out to be older than what it is to open.
    ///
    /// # Errors
    /// What the body says.
    pub async fn look<T, F>(self: &Arc<Self>, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Conn, &App, &KeyRing) -> Result<T> + Send + Sync + 'static,
    {
        let f = Arc::new(f);
        for _ in 0..2 {
            let (app, body) = (Arc::clone(self), Arc::clone(&f));
            match self.db.read(move |c| body(c, &app, &app.keys())).await {
                Err(e @ Error::Stale(seal::OLD_RING)) => {
                    let app = Arc::clone(self);
                    let renewed = tokio::task::spawn_blocking(move || app.once_more(&e)).await;
                    renewed.map_err(|_| Error::Internal("a read was cut off".into()))??;
                }
                other => return other,
            }
        }
        Err(unknown_key())
    }

    /// Runs a body in one transaction of its own, again when another writer was faster.
    ///
    /// # Errors
    /// What the body says, [`Error::KeyReused`], or the database.
    pub async fn write<T, F>(self: &Arc<Self>, actor: &Actor, key: Option<Key>, f: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    {
        let f = Arc::new(f);
        let mut last = Error::Stale("retries");
        for attempt in 0..RETRIES {
            let (app, actor, key, f) = (Arc::clone(self), actor.clone(), key.clone(), Arc::clone(&f));
            let asked = key.clone().filter(|_| attempt == 0);
            let who = actor.clone();
            match self.db.write(move |c| app.run(c, &actor, (key.as_ref(), attempt > 0), &*f)).await {
                Ok(v) => return Ok(v),
                Err(e) if asked.is_some() && may_be_done(&e) => {
                    return self.answered(&who, asked.as_ref()).await?.ok_or(e);
                }
                Err(e @ (Error::Stale(_) | Error::Duplicate(_))) => {
                    let app = Arc::clone(self);
                    let judged = tokio::task::spawn_blocking(move || app.once_more(&e).map(|_| e)).await;
                    last = judged.map_err(|_| Error::Internal("a write was cut off".into()))??;
                }
                Err(e) => return Err(e),
            }
            tokio::time::sleep(pause(attempt)).await;
        }
        Err(given_up(last))
    }

    /// The blocking twin of [`App::write`], for the command line, jobs and the demo.
    ///
    /// # Errors
    /// As [`App::write`].
    pub fn write_blocking<T, F>(self: &Arc<Self>, actor: &Actor, key: Option<&Key>, f: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
    {
        let f = Arc::new(f);
        let mut last = Error::Stale("retries");
        for attempt in 0..RETRIES {
            let (app, actor, key, f) = (Arc::clone(self), actor.clone(), key.cloned(), Arc::clone(&f));
            let asked = key.clone().filter(|_| attempt == 0).map(|k| (actor.clone(), k));
            match self.db.write_blocking(move |c| app.run(c, &actor, (key.as_ref(), attempt > 0), &*f)) {
                Ok(v) => return Ok(v),
                Err(e) if asked.is_some() && may_be_done(&e) => {
                    let done = asked.map(|(who, k)| self.db.read_blocking(move |c| answered(c, &self.keys(), &who, &k))).transpose()?;
                    return done.flatten().ok_or(e);
                }
                Err(e) if self.once_more(&e)? => last = e,
                Err(e) => return Err(e),
            }
            std::thread::sleep(pause(attempt));
        }
        Err(given_up(last))
    }
}

/// Whether a request may fail like this because it was done before: its guards meet what it did itself.
fn may_be_done(e: &Error) -> bool {
    matches!(e, Error::Invalid(_) | Error::Forbidden(_) | Error::NotFound(_) | Error::Conflict(_) | Error::Refused(_) | Error::TooMany(_))
}

/// What is said when no run came through: a conflict, unless even the newest ring lacked a key.
fn given_up(last: Error) -> Error {
    if matches!(last, Error::Stale(seal::OLD_RING)) { unknown_key() } else { last }
}
fn unknown_key() -> Error {
    Error::Internal("a sealed text names a key that is not in the ring".into())
}
