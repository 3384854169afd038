//! The built program at work: `serve` as a process on a database, commands beside it, and two officers who are logged in.

use crate::support::app::PASSWORD;
use chrono::Duration;
use qingxin::app::App;
use qingxin::app::people::{self, NewAccount};
use qingxin::base::id::{AccountId, SessionId};
use qingxin::base::{Clock as _, SystemClock};
use qingxin::boot::{self, Place};
use qingxin::domain::access::{Actor, Duty, DutyKind};
use qingxin::store::accounts;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};

/// Log-in, duty, bureau, area.
const STAFF: &[(&str, DutyKind, &str, &str)] = &[
    ("city.desk", DutyKind::Desk, "370700-hrss", "370700"),
    ("city.supervisor", DutyKind::Supervisor, "370700-hrss", "370700"),
    ("city.system", DutyKind::SystemAdmin, "370700-hrss", "370700"),
    ("kuiwen.desk", DutyKind::Desk, "370705-hrss", "370705"),
    ("kuiwen.handler", DutyKind::Handler, "370705-hrss", "370705"),
    ("kuiwen.leader", DutyKind::Leader, "370705-hrss", "370705"),
    ("kuiwen.supervisor", DutyKind::Supervisor, "370705-hrss", "370705"),
];

/// A program on a database.
pub struct City {
    dir: PathBuf,
    place: Place,
    /// Token of the city's desk.
    pub desk: String,
    /// Token of the county's desk.
    pub county: String,
    /// Token of the city's supervisor, not used yet.
    pub fresh: String,
    base: String,
    serve: Mutex<Option<Child>>,
    said: Arc<Mutex<Vec<String>>>,
}

impl City {
    /// Employs the staff on a migrated database; `dir` is for files.
    pub fn new(dir: &Path, url: &str, key: Option<&Path>) -> Self {
        let mut place = Place { master_key_file: key.map(Path::to_owned), ..Place::at(url) };
        let files = |what: &str| dir.join(what).display().to_string();
        for (name, value) in [
            ("EVIDENCE__DIRECTORY", files("evidence")),
            ("CHECKPOINT__DIRECTORY", files("checkpoints")),
            // its own tests ask for it
            ("SECOND_FACTOR__REQUIRED", String::new()),
            ("JOBS__POLL_SECONDS", "1".to_owned()),
            ("JOBS__LEASE_SECONDS", "2".to_owned()),
        ] {
            place.variables.insert(format!("QINGXIN__{name}"), value);
        }
        let mut me = Self {
            dir: dir.to_owned(),
            place,
            desk: String::new(),
            county: String::new(),
            fresh: String::new(),
            base: String::new(),
            serve: Mutex::default(),
            said: Arc::default(),
        };
        let app = me.app();
        let hash = people::hash_password(PASSWORD).unwrap();
        let tokens = app
            .write_blocking(&Actor::System("tests"), None, move |tx| {
                let mut tokens = (String::new(), String::new(), String::new());
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
                        "city.supervisor" => tokens.2 = session(tx, account)?,
                        _ => {}
                    }
                }
                Ok(tokens)
            })
            .unwrap();
        (me.desk, me.county, me.fresh) = tokens;
        me
    }

    /// The program in this process, to look at what is stored.
    pub fn app(&self) -> Arc<App> {
        boot::open(&self.place, Arc::new(SystemClock)).unwrap()
    }
    /// The same program on another database or with another key.
    pub fn elsewhere(&self, dir: &Path, url: &str, key: Option<&Path>) -> Self {
        let place = Place { url: url.to_owned(), master_key_file: key.map(Path::to_owned), ..self.place.clone() };
        let (desk, county, fresh) = (self.desk.clone(), self.county.clone(), self.fresh.clone());
        Self { dir: dir.to_owned(), place, desk, county, fresh, base: String::new(), serve: Mutex::default(), said: Arc::default() }
    }
    /// A setting of what is started from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.place.variables.insert(format!("QINGXIN__{name}"), value.to_owned());
    }

    fn environment<'c>(&self, c: &'c mut Command) -> &'c mut Command {
        c.current_dir(&self.dir).env_clear().stdin(Stdio::null());
        c.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        c.envs(&self.place.variables).env("DATABASE_URL", &self.place.url).env("QINGXIN_LOG", "error");
        if let Some(key) = &self.place.master_key_file {
            c.env("QINGXIN_MASTER_KEY_FILE", key);
        }
        c
    }
    /// Runs a command to its end.
    pub fn command(&self, args: &[&str]) -> Output {
        self.environment(&mut Command::new(env!("CARGO_BIN_EXE_qingxin"))).args(args).output().unwrap()
    }
    /// Runs a command that ends well; what it printed.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> String {
        let done = self.command(args);
        let out = String::from_utf8(done.stdout).unwrap();
        assert_eq!(done.status.code(), Some(0), "{args:?}: {out}{}", String::from_utf8_lossy(&done.stderr));
        out
    }
    /// Runs a command that is refused; what it said.
    #[track_caller]
    pub fn refused(&self, args: &[&str]) -> String {
        let done = self.command(args);
        assert_eq!(done.status.code(), Some(1), "{args:?}: {}", String::from_utf8_lossy(&done.stdout));
        String::from_utf8(done.stderr).unwrap()
    }

    /// Starts `serve` on a free port and waits until it listens.
    pub fn serve(&mut self) {
        // a write beyond the limit of the process's files is an error to it, as a full disk is, and not its end
        let mut c = Command::new("sh");
        self.environment(&mut c).args([
            "-c",
            "trap '' XFSZ; exec \"$@\"",
            "sh",
            env!("CARGO_BIN_EXE_qingxin"),
            "serve",
            "--listen",
            "127.0.0.1:0",
        ]);
        let mut child = c.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        *self.serve.lock().unwrap() = Some(child);
        let (tell, told) = mpsc::channel();
        let said = Arc::clone(&self.said);
        std::thread::spawn(move || {
            // read to the end, or the child would stand still at a full pipe
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some((_, a)) = line.split_once("http://127") {
                    let _ = tell.send(format!("http://127{}", a.trim_end_matches('/')));
                }
                said.lock().unwrap().push(line);
            }
        });
        self.base = told.recv_timeout(std::time::Duration::from_secs(60)).unwrap_or_else(|e| panic!("serve: {e}: {:?}", self.log()));
    }
    /// The process that serves.
    pub fn pid(&self) -> u32 {
        self.serve.lock().unwrap().as_ref().unwrap().id()
    }
    /// Whether it still serves: nobody restarted it.
    pub fn lives(&self) -> bool {
        self.serve.lock().unwrap().as_mut().is_some_and(|c| c.try_wait().unwrap().is_none())
    }
    /// What it logged.
    pub fn log(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
    /// A whole URL.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
    /// `doctor` finds nothing.
    #[track_caller]
    pub fn is_well(&self) {
        let done = self.command(&["doctor", "--json"]);
        let report: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&done.stderr)));
        let ills: Vec<&Value> = report["lines"].as_array().unwrap().iter().filter(|l| l["ok"] != true).collect();
        assert!(done.status.success() && ills.is_empty(), "{ills:?}");
    }
    /// The journal, exported, is whole.
    #[track_caller]
    pub fn journal_is_whole(&self) {
        let to = self.dir.join("journal");
        self.run(&["journal", to.to_str().unwrap()]);
        self.run(&["verify", to.to_str().unwrap()]);
    }
}
impl Drop for City {
    fn drop(&mut self) {
        if let Some(mut c) = self.serve.lock().ok().and_then(|mut s| s.take()) {
            let _ = c.kill();
            let _ = c.wait();
        }
    }
}

/// A session that was last used a while ago: its next use is noted in the database.
fn session(tx: &mut qingxin::app::write::Tx<'_>, account: AccountId) -> qingxin::base::Result<String> {
    let token = qingxin::base::seal::hex(&tx.ids.bytes::<24>());
    let id: SessionId = tx.ids.id(tx.now);
    let before = SystemClock.now().plus(-Duration::minutes(5));
    let row = accounts::Session {
        id,
        account_id: account,
        token_hash: people::token_hash(&token),
        kind: "api".into(),
        agent: "drill".into(),
        created_at: before,
        seen_at: before,
        expires_at: tx.now.plus(Duration::hours(10)),
        ended_at: None,
        awaits_code: false,
    };
    accounts::insert_session(tx.c, &row)?;
    Ok(token)
}
