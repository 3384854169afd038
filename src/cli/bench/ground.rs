//! Where a measurement runs: databases made for it, their staff, and the program as a process of its own.
//!
//! Owns directories, databases and the environment of child processes; all of it is removed when the values are dropped.
//! Refuses a PostgreSQL that does not wait for the disk.

use super::cluster::{Cluster, sibling};
use super::load::Crew;
use crate::app::App;
use crate::app::people::{self, NewAccount};
use crate::base::id::{AccountId, Ids};
use crate::base::seal::MasterKey;
use crate::base::{Clock, Error, Result, SystemClock};
use crate::boot::{self, Place};
use crate::cli::torture::program::{Victim, listening, session};
use crate::domain::access::{Actor, Duty, DutyKind, Staff};
use crate::domain::routing::BureauKind;
use crate::store::measure::texts;
use crate::store::{Conn, Db, Options};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Which duties a county has here.
const DUTIES: [DutyKind; 5] = [DutyKind::Desk, DutyKind::Leader, DutyKind::Handler, DutyKind::Head, DutyKind::Supervisor];

/// The directory and the server of a run.
#[derive(Debug)]
pub struct Ground {
    dir: PathBuf,
    admin: Option<String>,
    made: AtomicU32,
    _cluster: Option<Cluster>,
}

fn io(what: &str) -> impl Fn(std::io::Error) -> Error {
    move |e| Error::Io(format!("{what}: {e}"))
}

/// Works on a database past the program, and waits as long as it takes.
///
/// # Errors
/// The database.
pub fn raw_at<T>(url: &str, f: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    Db::open(url, &raw_options())?.read_blocking(f)
}

fn raw_options() -> Options {
    Options { any_schema: true, pool: 1, statement_timeout_ms: 0, ..Options::default() }
}

impl Ground {
    /// With `temporary`, a PostgreSQL of its own, started only if `pg`; else the server of this address.
    ///
    /// # Errors
    /// The server cannot be started or does not wait for the disk.
    pub fn new(database: &str, pg: bool) -> Result<Self> {
        let dir = std::env::temp_dir().join(format!("qingxin-bench-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).map_err(io("directory"))?;
        let cluster = if pg && database == "temporary" { Some(Cluster::start()?) } else { None };
        let admin = cluster.as_ref().map(Cluster::url).or_else(|| pg.then(|| database.to_owned()));
        let me = Self { dir, admin, made: AtomicU32::new(0), _cluster: cluster };
        if pg {
            for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
                let value = me.ask(&format!("select current_setting('{setting}') as v"))?;
                if value.first().map(String::as_str) != Some("on") {
                    return Err(Error::Config(format!("PostgreSQL 的 {setting} 不是 on，所测数字没有意义。请改为 on 后再测。")));
                }
            }
        }
        Ok(me)
    }
    /// Asks the server's first database.
    ///
    /// # Errors
    /// The database.
    pub fn ask(&self, sql: &str) -> Result<Vec<String>> {
        let url = self.admin.as_deref().ok_or_else(|| Error::Internal("no PostgreSQL in this run".into()))?;
        Db::open(url, &raw_options())?.read_blocking(|c| texts(c, sql))
    }
    fn command(&self, sql: &str) -> Result<()> {
        let url = self.admin.as_deref().ok_or_else(|| Error::Internal("no PostgreSQL in this run".into()))?;
        Db::open(url, &raw_options())?.read_blocking(|c| c.batch(sql))
    }
    /// The directory of this run.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }
    /// An empty PostgreSQL database with its staff.
    ///
    /// # Errors
    /// The database.
    pub fn database(&self) -> Result<Site<'_>> {
        let name = self.name();
        self.command(&format!("create database {name}"))?;
        let site = self.site(Some(name.clone()), &sibling(self.admin.as_deref().unwrap_or_default(), &name))?;
        self.staffed(site)
    }
    /// An empty SQLite database with its staff.
    ///
    /// # Errors
    /// The database.
    pub fn lite(&self) -> Result<Site<'_>> {
        let url = format!("sqlite://{}", self.dir.join(format!("{}.db", self.name())).display());
        let site = self.site(None, &url)?;
        self.staffed(site)
    }
    /// A copy of a PostgreSQL database as it stands; nobody may be connected to it.
    ///
    /// # Errors
    /// The database.
    pub fn copy(&self, of: &Site<'_>) -> Result<Site<'_>> {
        let name = self.name();
        let from = of.name.as_deref().ok_or_else(|| Error::Internal("not a PostgreSQL database".into()))?;
        // what was connected a moment ago may still be going
        let mut tries = 0;
        while let Err(e) = self.command(&format!("create database {name} template {from}")) {
            tries += 1;
            if tries > 50 {
                return Err(e);
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        let mut site = self.site(Some(name.clone()), &sibling(self.admin.as_deref().unwrap_or_default(), &name))?;
        (site.staff, site.towns) = (of.staff.clone(), of.towns.clone());
        Ok(site)
    }
    /// A copy of an SQLite database that nobody has open.
    ///
    /// # Errors
    /// The disk.
    pub fn copy_lite(&self, of: &Site<'_>) -> Result<Site<'_>> {
        let to = self.dir.join(format!("{}.db", self.name()));
        let from = of.url().trim_start_matches("sqlite://");
        // what lies beside the file goes into it first
        of.raw(|c| c.batch("pragma wal_checkpoint(truncate)"))?;
        std::fs::copy(from, &to).map_err(io("copy"))?;
        let mut site = self.site(None, &format!("sqlite://{}", to.display()))?;
        (site.staff, site.towns) = (of.staff.clone(), of.towns.clone());
        Ok(site)
    }
    fn name(&self) -> String {
        let n = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        format!("qingxin_bench_{}_{n}", std::process::id())
    }
    fn site(&self, name: Option<String>, url: &str) -> Result<Site<'_>> {
        let mut place = Place::at(url);
        let key = self.dir.join("master.key");
        if !key.is_file() {
            crate::store::keys::write_master(&key, &MasterKey::fresh(&mut Ids::system()))?;
        }
        place.master_key_file = Some(key);
        let n = self.made.load(Ordering::Relaxed);
        let files = |what: &str| self.dir.join(format!("{n}-{what}")).display().to_string();
        for (key, value) in [
            ("QINGXIN__EVIDENCE__DIRECTORY", files("evidence")),
            ("QINGXIN__CHECKPOINT__DIRECTORY", files("checkpoints")),
            // measured is the work, by persons of every duty
            ("QINGXIN__SECOND_FACTOR__REQUIRED", String::new()),
            ("QINGXIN__SERVER__IN_FLIGHT", "4096".to_owned()),
            ("QINGXIN__SESSIONS__IDLE_MINUTES", "6000".to_owned()),
            ("QINGXIN__SESSIONS__ABSOLUTE_HOURS", "100".to_owned()),
        ] {
            place.variables.insert(key.to_owned(), value);
        }
        Ok(Site { ground: self, name, place, staff: BTreeMap::new(), towns: Vec::new() })
    }
    fn staffed<'g>(&'g self, mut site: Site<'g>) -> Result<Site<'g>> {
        boot::migrate(&site.place, &SystemClock)?;
        let app = site.app()?;
        let hash = people::hash_password(&crate::app::ids_in(&app, |ids| ids.code("pw")))?;
        let mut plan = Vec::new();
        for b in app.city.bureaus.iter().filter(|b| b.kind == BureauKind::Hrss) {
            let Some(area) = app.city.areas.get(&b.area) else { continue };
            if b.area != app.config.city.code {
                site.towns.push(Town { code: b.area.clone(), area: area.name.clone() });
            }
            for kind in DUTIES {
                let duty = Duty { kind, bureau: b.code.clone(), area: b.area.clone(), for_account: None };
                let login = format!("{}.{}", b.area, kind.key());
                plan.push(NewAccount { name: login.clone(), login, password_hash: hash.clone(), must_change: false, duties: vec![duty] });
            }
        }
        let all = plan.clone();
        let made = app.write_blocking(&Actor::System("bench"), None, move |tx| {
            all.iter().map(|n| people::create_account(tx, n).and_then(|a| Ok((a, session(tx, a)?)))).collect::<Result<Vec<_>>>()
        })?;
        for (new, (account, token)) in plan.into_iter().zip(made) {
            let staff = Staff { account, name: new.name, duties: new.duties, session: None, must_change: false };
            site.staff.insert(new.login, Person { account, token, actor: Arc::new(Actor::Staff(staff)) });
        }
        Ok(site)
    }
}
impl Drop for Ground {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Somebody who works here.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub account: AccountId,
    /// The token of an open session.
    pub token: String,
    /// The same within this process.
    pub actor: Arc<Actor>,
}

/// A county.
#[derive(Debug, Clone)]
pub struct Town {
    /// Its code.
    pub code: String,
    /// Its name, as a form says it.
    pub area: String,
}

/// A database with its staff; dropped with the value.
#[derive(Debug)]
pub struct Site<'g> {
    ground: &'g Ground,
    name: Option<String>,
    place: Place,
    staff: BTreeMap<String, Person>,
    /// The counties.
    pub towns: Vec<Town>,
}

impl Site<'_> {
    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.place.url
    }
    /// Sets a variable of the configuration.
    pub fn set(&mut self, key: &str, value: &str) {
        self.place.variables.insert(key.to_owned(), value.to_owned());
    }
    /// Who works here.
    ///
    /// # Errors
    /// Nobody of this log-in.
    pub fn person(&self, login: &str) -> Result<&Person> {
        self.staff.get(login).ok_or_else(|| Error::Internal(format!("nobody is called {login}")))
    }
    /// The program in this process.
    ///
    /// # Errors
    /// As [`boot::open`].
    pub fn app(&self) -> Result<Arc<App>> {
        self.app_at(Arc::new(SystemClock))
    }
    /// The same with another clock.
    ///
    /// # Errors
    /// As [`boot::open`].
    pub fn app_at(&self, clock: Arc<dyn Clock>) -> Result<Arc<App>> {
        boot::open(&self.place, clock)
    }
    /// [`raw_at`] of this one.
    ///
    /// # Errors
    /// The database.
    pub fn raw<T>(&self, f: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        raw_at(self.url(), f)
    }
    /// The people of a county, as the load generator knows them.
    ///
    /// # Errors
    /// Nobody works there.
    pub fn crew(&self, town: &Town) -> Result<Crew> {
        let mut tokens = BTreeMap::new();
        for kind in DUTIES {
            tokens.insert(kind.key().to_owned(), self.person(&format!("{}.{}", town.code, kind.key()))?.token.clone());
        }
        let account = self.person(&format!("{}.handler", town.code))?.account.to_string();
        Ok(Crew { area: town.area.clone(), tokens, account })
    }
    /// Starts `serve` as a process of its own.
    ///
    /// # Errors
    /// It does not come up.
    pub fn serve(&self) -> Result<(Victim, SocketAddr)> {
        let binary = std::env::current_exe().map_err(io("program"))?;
        let mut c = Command::new(binary);
        c.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(&self.ground.dir).stdin(Stdio::null()).env_clear();
        c.envs(&self.place.variables).env("DATABASE_URL", &self.place.url).env("QINGXIN_LOG", "error");
        if let Some(key) = &self.place.master_key_file {
            c.env("QINGXIN_MASTER_KEY_FILE", key);
        }
        listening(&mut c)
    }
}
impl Drop for Site<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            let _ = self.ground.command(&format!("drop database if exists {name} with (force)"));
        }
    }
}
