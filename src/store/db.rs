//! Opening the database, and the two doors to it: [`Db::read`] and [`Db::write`].
//!
//! Owns connections, pools, the SQLite writer thread and its group commit. Holds no query. PostgreSQL: a pool behind a
//! semaphore, every piece of work on a blocking thread. SQLite: one writer thread takes whatever queued up while the last
//! commit ran into the next transaction, each in a savepoint of its own, and answers after the commit.

use super::conn::{Conn, ONLY_READS, Outcome, contained, once, panicked};
use super::migrate;
use crate::base::{Error, Result};
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection, R2D2Connection as _};
use diesel::{PgConnection, SqliteConnection};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

/// How to open a database.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections to PostgreSQL, or readers of SQLite.
    pub pool: u32,
    /// How long a statement may run on PostgreSQL, milliseconds.
    pub statement_timeout_ms: u32,
    /// How long a write waits for a lock someone else holds, milliseconds.
    pub lock_timeout_ms: u32,
    /// How long work waits for a free connection before it is told to come back later, milliseconds.
    pub wait_ms: u32,
    /// The name PostgreSQL shows for the connections.
    pub application_name: String,
    /// `QINGXIN_MASTER_KEY_FILE`: the file with the master key; without it SQLite uses `<database>.key`.
    pub master_key_file: Option<PathBuf>,
    /// Whether to skip the check that the schema is this program's (only `migrate` and `restore` do).
    pub any_schema: bool,
    /// On SQLite, do not wait for the disk at a commit: a crash of the machine may lose everything. Only for data that
    /// can be made again (the demo).
    pub relaxed: bool,
}
impl Default for Options {
    fn default() -> Self {
        Self {
            pool: 8,
            statement_timeout_ms: 30_000,
            lock_timeout_ms: 10_000,
            wait_ms: 10_000,
            application_name: "qingxin".into(),
            master_key_file: None,
            any_schema: false,
            relaxed: false,
        }
    }
}

/// Where a database is, read from its URL.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A `postgres://` URL as libpq takes it. Holds a password: never shown.
    Pg(String),
}
impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(p) => write!(f, "sqlite {}", p.display()),
            Self::Pg(_) => f.write_str("postgres"),
        }
    }
}
impl Target {
    /// Reads `sqlite:///absolute/path`, `sqlite://relative/path`, `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// [`Error::Config`] with a sentence for the operator: unknown scheme, no path, TLS asked of a build without it.
    pub fn parse(url: &str) -> Result<Self> {
        let url = url.trim();
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() || path.ends_with('/') || path.contains(['?', '\0']) || path.starts_with(':') {
                return Err(Error::Config("DATABASE_URL 应写成 sqlite:///绝对路径/文件名 或 sqlite://相对路径/文件名".into()));
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let asked = url.split_once('?').and_then(|(_, q)| q.split('&').find_map(|p| p.strip_prefix("sslmode=")));
            let asked = asked.map(str::to_owned).or_else(|| std::env::var("PGSSLMODE").ok());
            if !cfg!(feature = "pg-tls") && asked.as_deref().is_some_and(|m| m == "require" || m.starts_with("verify-")) {
                return Err(Error::Config(
                    "本程序编译时未带数据库加密连接 (pg-tls)，不能使用 sslmode=require 或 verify-*；请改用带 pg-tls 的程序，或经本机套接字、专用网络连接".into(),
                ));
            }
            return Ok(Self::Pg(url.to_owned()));
        }
        let scheme = url.split_once("://").map_or("", |(s, _)| s);
        Err(Error::Config(format!("不认识的数据库类型 {scheme:?}：DATABASE_URL 应以 sqlite:// 或 postgres:// 开头")))
    }

    /// Opens one connection with its settings.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the server cannot be reached; [`Error::Config`] when a SQLite file is missing and
    /// `mode` does not create it.
    pub(super) fn connect(&self, o: &Options, mode: Mode) -> Result<Conn> {
        match self {
            Self::Sqlite(path) => {
                if mode != Mode::Create && !path.exists() {
                    return Err(missing(path));
                }
                let uri = file_uri(path, if mode == Mode::Create { "mode=rwc" } else { "mode=rw" })?;
                let mut c = SqliteConnection::establish(&uri).map_err(|e| Error::Unavailable(format!("{}: {e}", path.display())))?;
                // the timeout first: switching to WAL already needs a lock
                c.batch_execute(&format!("pragma busy_timeout={}", o.lock_timeout_ms))?;
                c.batch_execute("pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on; pragma trusted_schema=off; pragma cache_size=-32768; pragma temp_store=memory")?;
                if o.relaxed {
                    c.batch_execute("pragma synchronous=off; pragma cache_size=-262144; pragma wal_autocheckpoint=10000")?;
                }
                if mode == Mode::Read {
                    c.batch_execute("pragma query_only=on; pragma mmap_size=1073741824")?;
                }
                Ok(Conn::Sqlite(c))
            }
            Self::Pg(url) => {
                let mut c = PgConnection::establish(url).map_err(|e| Error::Unavailable(first_line(&e.to_string())))?;
                // compiling the plan of a frame of a draw took a second and saved none; all else is too short to be compiled
                c.batch_execute(&format!(
                    "set application_name='{}'; set statement_timeout={}; set lock_timeout={}; set idle_in_transaction_session_timeout=60000; set client_min_messages=warning; set timezone='UTC'; set jit=off",
                    o.application_name.replace(['\'', '\\'], ""),
                    o.statement_timeout_ms,
                    o.lock_timeout_ms
                ))?;
                Ok(Conn::Pg(c))
            }
        }
    }
}

fn missing(path: &Path) -> Error {
    Error::Config(format!("数据库文件 {} 不存在；请先运行 qingxin migrate 建库，或检查 DATABASE_URL", path.display()))
}
/// A path as an SQLite `file:` URI, so that it can say whether the file may be made.
pub(super) fn file_uri(path: &Path, parameters: &str) -> Result<String> {
    let text = path.to_str().ok_or_else(|| Error::Config(format!("数据库路径 {} 不是 UTF-8", path.display())))?;
    let mut out = String::from(if text.starts_with('/') { "file://" } else { "file:" });
    for b in text.bytes() {
        match b {
            b'%' | b'?' | b'#' => out.push_str(&format!("%{b:02X}")),
            _ if b.is_ascii_graphic() => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    Ok(format!("{out}?{parameters}"))
}
fn first_line(s: &str) -> String {
    s.lines().next().unwrap_or_default().to_owned()
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Queries only (enforced on SQLite).
    Read,
    /// Writes to a database that must exist.
    Write,
    /// Writes; an SQLite file is made.
    Create,
}

struct Manager {
    target: Target,
    options: Options,
    mode: Mode,
    /// Raised when a connection was found dead: connections opened before are pinged once before their next use.
    epoch: Arc<AtomicU64>,
    /// Whether the last attempt to connect failed.
    away: Arc<AtomicBool>,
}
/// A pooled connection.
struct Slot {
    c: Conn,
    epoch: u64,
    dead: bool,
}
/// r2d2 wants a `std` error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failed(Error);
impl ManageConnection for Manager {
    type Connection = Slot;
    type Error = Failed;
    fn connect(&self) -> Result<Slot, Failed> {
        let epoch = self.epoch.load(Ordering::Acquire);
        let c = self.target.connect(&self.options, self.mode);
        self.away.store(c.is_err(), Ordering::Release);
        Ok(Slot { c: c.map_err(Failed)?, epoch, dead: false })
    }
    /// Asked before every use; costs a round trip only after a connection was found dead.
    fn is_valid(&self, s: &mut Slot) -> Result<(), Failed> {
        let now = self.epoch.load(Ordering::Acquire);
        if s.epoch != now {
            s.c.ping().map_err(|e| Failed(e.into()))?;
            s.epoch = now;
        }
        Ok(())
    }
    fn has_broken(&self, s: &mut Slot) -> bool {
        s.dead || std::thread::panicking() || s.c.is_broken()
    }
}
/// Pool errors go to the log without the URL.
#[derive(Debug)]
struct Log;
impl diesel::r2d2::HandleError<Failed> for Log {
    fn handle_error(&self, error: Failed) {
        tracing::warn!(%error, "database connection");
    }
}
type P = Pool<Manager>;

/// The database. Cheap to clone; all clones share connections.
#[derive(Clone)]
pub struct Db(Arc<Inner>);
struct Inner {
    target: Target,
    options: Options,
    pool: P,
    epoch: Arc<AtomicU64>,
    away: Arc<AtomicBool>,
    /// As many as the pool holds, so that waiting work does not fill the blocking threads.
    turns: Arc<Semaphore>,
    writer: Option<Writer>,
}
impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({:?})", self.0.target)
    }
}

impl Db {
    /// Opens an existing, migrated database.
    ///
    /// # Errors
    /// [`Error::Config`] with a sentence for the operator when the URL is wrong, the file is missing, the schema is not
    /// migrated or newer than this program; [`Error::Unavailable`] when the server cannot be reached.
    pub fn open(url: &str, options: &Options) -> Result<Self> {
        let target = Target::parse(url)?;
        let mut first = target.connect(options, Mode::Write)?;
        if !options.any_schema {
            migrate::check(&mut first)?;
        }
        let size = options.pool.max(1);
        let mode = if matches!(target, Target::Sqlite(_)) { Mode::Read } else { Mode::Write };
        let epoch = Arc::new(AtomicU64::new(0));
        let away = Arc::new(AtomicBool::new(false));
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .test_on_check_out(true)
            .idle_timeout(Some(Duration::from_secs(600)))
            // how long work waits is decided in `slot`; here it bounds the pause between two tries to connect (half of it)
            .connection_timeout(MOMENT * 2)
            .error_handler(Box::new(Log))
            .build_unchecked(Manager { target: target.clone(), options: options.clone(), mode, epoch: epoch.clone(), away: away.clone() });
        let writer = match &target {
            Target::Sqlite(_) => Some(Writer::start(first, target.clone(), options.clone())?),
            Target::Pg(_) => None,
        };
        let turns = Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(8)));
        Ok(Self(Arc::new(Inner { target, options: options.clone(), pool, epoch, away, turns, writer })))
    }

    /// Where it is.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.0.target
    }
    /// How it was opened.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.options
    }
    /// Whether PostgreSQL is behind it.
    #[must_use]
    pub fn is_pg(&self) -> bool {
        matches!(self.0.target, Target::Pg(_))
    }

    /// Runs `f` on a connection for queries. Statements see committed data, each its own moment; see
    /// [`super::snapshot`] for several that must agree.
    ///
    /// # Errors
    /// What `f` says; [`Error::Unavailable`] when no connection is to be had; [`Error::Internal`] when `f` panics.
    pub async fn read<T: Send + 'static>(&self, f: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        typed(self.read_erased(erased(f)).await)
    }
    async fn read_erased(&self, f: Errand) -> Result<Answer> {
        let turn = self.turn(self.0.turns.clone()).await?;
        let db = self.clone();
        // the turn ends with the work, not with the caller's patience
        let work = move || {
            let _turn = turn;
            db.read_blocking(f)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Error::Internal("a read was cut off".into()))?
    }
    /// Runs `f` in one transaction: all of it or nothing. Once handed in it runs to its end even when the caller goes
    /// away. Must not call `read` or `write` of the same database inside.
    ///
    /// # Errors
    /// What `f` says (rolled back); [`Error::Unavailable`] when the database is away, full or read-only;
    /// [`Error::Internal`] when `f` panics (rolled back).
    pub async fn write<T: Send + 'static>(&self, f: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        typed(self.write_erased(erased(f)).await)
    }
    async fn write_erased(&self, f: Errand) -> Result<Answer> {
        match &self.0.writer {
            Some(w) => {
                let place = self.turn(w.places.clone()).await?;
                let (tx, rx) = oneshot::channel();
                let answer = move |r| {
                    drop(place);
                    drop(tx.send(r));
                };
                w.send(f, Box::new(answer))?;
                rx.await.map_err(|_| gone())?
            }
            None => {
                let turn = self.turn(self.0.turns.clone()).await?;
                let db = self.clone();
                // the turn ends with the work, not with the caller's patience
                let work = move || {
                    let _turn = turn;
                    db.with(|c| contained(c, f).result())
                };
                tokio::task::spawn_blocking(work).await.map_err(|_| Error::Internal("a write was cut off".into()))?
            }
        }
    }
    /// [`Db::read`] for threads that may wait: commands, jobs on their own threads, the demo. Not inside async code.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T>(&self, f: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        once(f, |f| self.read_here(f))
    }
    fn read_here(&self, f: &mut dyn FnMut(&mut Conn) -> Result<()>) -> Result<()> {
        self.with(|c| {
            catch_unwind(AssertUnwindSafe(|| f(c))).unwrap_or_else(|p| {
                // whatever the panic left open must not reach the next user
                while c.rollback().is_ok() {}
                Err(panicked(&p))
            })
        })
    }
    /// [`Db::write`] for threads that may wait. Not inside async code.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_blocking<T: Send + 'static>(&self, f: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> Result<T> {
        typed(self.write_here(erased(f)))
    }
    fn write_here(&self, f: Errand) -> Result<Answer> {
        match &self.0.writer {
            Some(w) => {
                let (tx, rx) = mpsc::sync_channel(1);
                w.send(f, Box::new(move |r| drop(tx.send(r))))?;
                rx.recv().map_err(|_| gone())?
            }
            None => self.with(|c| contained(c, f).result()),
        }
    }

    /// Works on a pooled connection, and finds out whether it died on the way.
    fn with<T>(&self, f: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut slot = self.slot()?;
        let result = f(&mut slot.c);
        match &result {
            // a session keeps what it was told at its beginning: only a new one learns that it may write again
            Err(Error::Unavailable(why)) if why == ONLY_READS => slot.dead = true,
            Err(Error::Unavailable(_)) if self.is_pg() && slot.c.ping().is_err() => {
                slot.dead = true;
                self.0.epoch.fetch_add(1, Ordering::AcqRel);
            }
            _ => {}
        }
        result
    }
    /// A connection. Waits its turn while the database is only busy; as soon as it is known to be away, everybody is told
    /// within a moment, or requests would pile up behind a server that is not there.
    fn slot(&self) -> Result<PooledConnection<Manager>> {
        let mut left = Duration::from_millis(u64::from(self.0.options.wait_ms.max(1)));
        loop {
            let some = left.min(MOMENT);
            match self.0.pool.get_timeout(some) {
                Ok(slot) => return Ok(slot),
                Err(_) if left > some && !self.0.away.load(Ordering::Acquire) => left -= some,
                Err(_) => return Err(Error::Unavailable("no connection to the database".into())),
            }
        }
    }
    async fn turn(&self, s: Arc<Semaphore>) -> Result<tokio::sync::OwnedSemaphorePermit> {
        let wait = Duration::from_millis(u64::from(self.0.options.wait_ms.max(1)));
        match tokio::time::timeout(wait, s.acquire_owned()).await {
            Ok(Ok(p)) => Ok(p),
            _ => Err(Error::Unavailable("the database is busy".into())),
        }
    }
}
/// How long work waits for a connection before it asks whether the database is there at all.
const MOMENT: Duration = Duration::from_secs(1);

fn gone() -> Error {
    Error::Unavailable("the writer is gone".into())
}

// Errands lose their types at the door: pools, queues, transactions and tasks behind it are compiled once, not once for
// every place that reads or writes.
type Answer = Box<dyn Any + Send>;
type Errand = Box<dyn FnOnce(&mut Conn) -> Result<Answer> + Send>;

fn erased<T: Send + 'static>(f: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static) -> Errand {
    Box::new(move |c| Ok(Box::new(f(c)?)))
}
fn typed<T: 'static>(r: Result<Answer>) -> Result<T> {
    r?.downcast().map(|v| *v).map_err(|_| Error::Internal("an answer has another type than its errand".into()))
}

/// Work that waits for the writer thread.
struct Job {
    f: Option<Errand>,
    out: Option<Result<Answer>>,
    answer: Box<dyn FnOnce(Result<Answer>) + Send>,
}
impl Job {
    /// Does the work in a savepoint; `false` when the transaction around it can no longer be trusted.
    fn run(&mut self, c: &mut Conn) -> bool {
        let Some(f) = self.f.take() else { return true };
        let (out, sound) = match contained(c, f) {
            Outcome::Clean(r) => (r, true),
            Outcome::Broken(e) => (Err(e), false),
        };
        self.out = Some(out);
        sound
    }
    /// Answers: the work's own result when `end` is `Ok`, else why the transaction around it failed.
    fn answer(self, end: Result<(), &str>) {
        let r = match (end, self.out) {
            (Ok(()), Some(r)) | (Err(_), Some(r @ Err(_))) => r,
            (Err(why), _) => Err(Error::Unavailable(why.to_owned())),
            (Ok(()), None) => Err(gone()),
        };
        (self.answer)(r);
    }
}

/// The one thread that writes to SQLite.
struct Writer {
    queue: mpsc::Sender<Job>,
    /// Bounds the queue for async callers; blocking callers bound themselves by waiting.
    places: Arc<Semaphore>,
}
/// Most jobs that share one commit.
const GROUP: usize = 64;
/// Most jobs that wait.
const QUEUE: usize = 1024;

impl Writer {
    fn start(first: Conn, target: Target, options: Options) -> Result<Self> {
        let (queue, jobs) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("qingxin-writer".into())
            .spawn(move || write_loop(first, &target, &options, &jobs))
            .map_err(|e| Error::Io(format!("writer thread: {e}")))?;
        Ok(Self { queue, places: Arc::new(Semaphore::new(QUEUE)) })
    }
    fn send(&self, f: Errand, answer: Box<dyn FnOnce(Result<Answer>) + Send>) -> Result<()> {
        self.queue.send(Job { f: Some(f), out: None, answer }).map_err(|_| gone())
    }
}

fn write_loop(first: Conn, target: &Target, options: &Options, jobs: &mpsc::Receiver<Job>) {
    let mut conn = Some(first);
    while let Ok(job) = jobs.recv() {
        let mut batch = vec![job];
        let end = match conn.take().map_or_else(|| target.connect(options, Mode::Write), Ok) {
            Err(e) => Err(e),
            Ok(mut c) => match group(&mut c, &mut batch, jobs) {
                Ok(()) => {
                    conn = Some(c);
                    Ok(())
                }
                // the connection is dropped: a fresh one is opened for the next job
                Err(e) => Err(e),
            },
        };
        let why = end.as_ref().err().map(ToString::to_string);
        if let Some(why) = &why {
            tracing::error!(error = %why, jobs = batch.len(), "a group of writes failed");
        }
        for job in batch {
            let end = why.as_deref().map_or(Ok(()), Err);
            // whoever asked may panic on the answer; the thread lives on
            let _ = catch_unwind(AssertUnwindSafe(|| job.answer(end)));
        }
    }
}

/// One transaction for what waits: BEGIN IMMEDIATE, a savepoint each, COMMIT. Work that waits alone is its own
/// transaction: a savepoint around much work is dear on SQLite (every page is kept twice).
fn group(c: &mut Conn, batch: &mut Vec<Job>, jobs: &mpsc::Receiver<Job>) -> Result<()> {
    match jobs.try_recv() {
        Ok(job) => batch.push(job),
        Err(_) if batch[0].run(c) => return Ok(()),
        Err(_) => return Err(Error::Unavailable("the transaction broke".into())),
    }
    c.begin()?;
    let mut at = 0;
    loop {
        if !batch[at].run(c) {
            return Err(Error::Unavailable("the transaction broke".into()));
        }
        at += 1;
        if at == GROUP {
            break;
        }
        if at < batch.len() {
            continue;
        }
        match jobs.try_recv() {
            Ok(job) => batch.push(job),
            Err(_) => break,
        }
    }
    c.commit()
}
