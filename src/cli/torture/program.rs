//! The program under torture: a city of its own, and the same binary as child processes that are killed.
//!
//! Owns processes and their environment. A child of ours dies with us: each is killed when its handle is dropped.

use crate::app::App;
use crate::app::people::{self, NewAccount};
use crate::app::write::Tx;
use crate::base::id::SessionId;
use crate::base::{Error, Result, SystemClock};
use crate::boot::{self, Place};
use crate::domain::access::{Actor, Duty, DutyKind};
use crate::store::accounts;
use chrono::Duration;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc;

/// How long a start may take.
const START: std::time::Duration = std::time::Duration::from_secs(60);

/// Log-in, duty, bureau, area: who works in this city.
const STAFF: &[(&str, DutyKind, &str, &str)] = &[
    ("city.desk", DutyKind::Desk, "370700-hrss", "370700"),
    ("city.supervisor", DutyKind::Supervisor, "370700-hrss", "370700"),
    ("city.head", DutyKind::Head, "370700-hrss", "370700"),
    ("kuiwen.desk", DutyKind::Desk, "370705-hrss", "370705"),
    ("kuiwen.handler", DutyKind::Handler, "370705-hrss", "370705"),
    ("kuiwen.leader", DutyKind::Leader, "370705-hrss", "370705"),
    ("kuiwen.legal", DutyKind::Legal, "370705-hrss", "370705"),
    ("kuiwen.head", DutyKind::Head, "370705-hrss", "370705"),
    ("kuiwen.supervisor", DutyKind::Supervisor, "370705-hrss", "370705"),
];

/// A child process that is killed when it is dropped.
#[derive(Debug)]
pub struct Victim(Child);

impl Victim {
    /// The process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }
    /// SIGKILL, and wait until it is gone.
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
impl Drop for Victim {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Where it all happens.
#[derive(Debug)]
pub struct Ground {
    dir: PathBuf,
    place: Place,
    binary: PathBuf,
}

fn io(what: &str, e: &std::io::Error) -> Error {
    Error::Io(format!("{what}: {e}"))
}

impl Ground {
    /// An empty database with its staff.
    ///
    /// # Errors
    /// [`Error::Config`] when the database holds filings already.
    pub fn prepare(database: &str) -> Result<Self> {
        let dir = std::env::temp_dir().join(format!("qingxin-torture-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).map_err(|e| io("directory", &e))?;
        let url = if database == "temporary" { format!("sqlite://{}", dir.join("torture.db").display()) } else { database.to_owned() };
        let mut place = Place::from_env(None);
        place.url = url;
        let files = |what: &str| dir.join(what).display().to_string();
        for (key, value) in [
            ("QINGXIN__EVIDENCE__DIRECTORY", files("evidence")),
            ("QINGXIN__CHECKPOINT__DIRECTORY", files("checkpoints")),
            ("QINGXIN__SECOND_FACTOR__REQUIRED", String::new()),
            ("QINGXIN__IMPORT__BATCH", "5".to_owned()),
            ("QINGXIN__JOBS__BATCH", "10".to_owned()),
            ("QINGXIN__JOBS__LEASE_SECONDS", "2".to_owned()),
            ("QINGXIN__JOBS__POLL_SECONDS", "1".to_owned()),
            // a run of many rounds must not lose its sessions
            ("QINGXIN__SESSIONS__IDLE_MINUTES", "6000".to_owned()),
            ("QINGXIN__SESSIONS__ABSOLUTE_HOURS", "100".to_owned()),
        ] {
            place.variables.insert(key.to_owned(), value);
        }
        boot::migrate(&place, &SystemClock)?;
        let binary = std::env::current_exe().map_err(|e| io("program", &e))?;
        let me = Self { dir, place, binary };
        let app = me.open()?;
        if app.db.read_blocking(crate::store::filings::count)? > 0 {
            return Err(Error::Config("这个数据库里已有登记。压力试验只在空数据库上进行。".into()));
        }
        Ok(me)
    }
    /// Where files of this run may lie.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }
    /// The program in this process, to look at what is stored.
    ///
    /// # Errors
    /// As [`boot::open`].
    pub fn open(&self) -> Result<Arc<App>> {
        boot::open(&self.place, Arc::new(SystemClock))
    }
    /// Employs the staff and opens a session for the two who work: tokens of the city's desk and of the county's.
    ///
    /// # Errors
    /// The database.
    pub fn employ(&self) -> Result<(String, String)> {
        let app = self.open()?;
        let hash = people::hash_password(&crate::app::ids_in(&app, |ids| ids.code("pw")))?;
        let both = app.write_blocking(&Actor::System("torture"), None, move |tx| {
            let mut tokens = (String::new(), String::new());
            for (login, kind, bureau, area) in STAFF {
                let duty = Duty { kind: *kind, bureau: (*bureau).to_owned(), area: (*area).to_owned(), for_account: None };
                let new = NewAccount {
                    login: (*login).to_owned(),
                    name: (*login).to_owned(),
                    password_hash: hash.clone(),
                    must_change: false,
                    duties: vec![duty],
                };
                let account = people::create_account(tx, &new)?;
                match *login {
                    "city.desk" => tokens.0 = session(tx, account)?,
                    "kuiwen.desk" => tokens.1 = session(tx, account)?,
                    _ => {}
                }
            }
            Ok(tokens)
        })?;
        Ok(both)
    }
    fn command(&self, args: &[&str]) -> Command {
        let mut c = Command::new(&self.binary);
        c.args(args).current_dir(&self.dir).stdin(Stdio::null());
        c.envs(self.place.variables.iter().filter(|(k, _)| k.starts_with("QINGXIN")));
        c.env("DATABASE_URL", &self.place.url).env("QINGXIN_LOG", "error");
        c
    }
    /// Starts `serve` on a free port and waits until it listens.
    ///
    /// # Errors
    /// It ends, or does not come up in time.
    pub fn serve(&self) -> Result<(Victim, SocketAddr)> {
        let mut c = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        listening(&mut c)
    }
    /// Starts an import of a file in this run's directory.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn import(&self, file: &str) -> Result<Victim> {
        let mut c = self.command(&["import", "--profile", "hotline", file]);
        c.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(Victim).map_err(|e| io("import", &e))
    }
    /// Runs an import to its end; its report.
    ///
    /// # Errors
    /// It fails.
    pub fn import_whole(&self, file: &str) -> Result<serde_json::Value> {
        let done = self.run(&["import", "--profile", "hotline", file, "--json"])?;
        serde_json::from_slice(&done.stdout).map_err(|_| Error::Internal(format!("import: {}", String::from_utf8_lossy(&done.stderr))))
    }
    /// Runs `doctor`; what it finds wrong.
    ///
    /// # Errors
    /// It cannot be run.
    pub fn doctor(&self) -> Result<Vec<String>> {
        let done = self.run(&["doctor", "--json"])?;
        let report: serde_json::Value = serde_json::from_slice(&done.stdout)
            .map_err(|_| Error::Internal(format!("doctor: {}", String::from_utf8_lossy(&done.stderr))))?;
        let lines = report["lines"].as_array().cloned().unwrap_or_default();
        Ok(lines.iter().filter(|l| l["ok"] != true).map(|l| format!("{}：{}", l["what"], l["said"])).collect())
    }
    fn run(&self, args: &[&str]) -> Result<Output> {
        self.command(args).output().map_err(|e| io(args.first().unwrap_or(&""), &e))
    }
}
impl Drop for Ground {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Starts a program that serves and waits until it says where.
///
/// # Errors
/// It ends, or does not come up in time.
pub fn listening(c: &mut Command) -> Result<(Victim, SocketAddr)> {
    let mut child = c.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(|e| io("serve", &e))?;
    let stderr = child.stderr.take().ok_or_else(|| Error::Internal("serve has no stderr".into()))?;
    let victim = Victim(child);
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        // read to the end, or the child would stand still at a full pipe
        for line in BufReader::new(stderr).lines().map_while(std::result::Result::ok) {
            match line.split_once("http://").and_then(|(_, a)| a.trim_end_matches('/').parse::<SocketAddr>().ok()) {
                Some(a) => drop(tell.send(a)),
                None if line.contains("\"ERROR\"") || line.contains("ERROR") || line.contains("错误") => eprintln!("  serve: {line}"),
                None => {}
            }
        }
    });
    let address = told.recv_timeout(START).map_err(|_| Error::Unavailable("serve did not come up".into()))?;
    Ok((victim, address))
}

/// Opens a session of an account; its token.
///
/// # Errors
/// The database.
pub fn session(tx: &mut Tx<'_>, account: crate::base::id::AccountId) -> Result<String> {
    let token = crate::base::seal::hex(&tx.ids.bytes::<24>());
    let id: SessionId = tx.ids.id(tx.now);
    let row = accounts::Session {
        id,
        account_id: account,
        token_hash: people::token_hash(&token),
        kind: "api".into(),
        agent: "torture".into(),
        created_at: tx.now,
        seen_at: tx.now,
        expires_at: tx.now.plus(Duration::hours(100)),
        ended_at: None,
        awaits_code: false,
    };
    accounts::insert_session(tx.c, &row)?;
    Ok(token)
}
