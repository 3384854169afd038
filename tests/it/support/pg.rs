//! A throw-away PostgreSQL cluster from the installed server programs.
//!
//! One for the test process, in a directory of its own under the temporary directory, reachable by a unix socket only. A
//! child shell holds the other end of a pipe and stops and removes everything when this process ends, however it ends;
//! what a killed shell left behind is swept at the next start. Run by root, the server runs as another user.

use super::{Options, migrate, t0};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use qingxin::base::id::Ids;
use qingxin::base::seal::MasterKey;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

const PREFIX: &str = "qingxin-test-pg-";

/// The running cluster.
pub struct Cluster {
    dir: PathBuf,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    /// Options beyond those every cluster has.
    more: &'static str,
    next: AtomicU32,
    template: OnceLock<()>,
    /// `CREATE DATABASE` from one template goes one at a time.
    turn: Mutex<()>,
    /// Its standard input is the pipe whose end stops the cluster.
    _watch: Child,
}

/// The cluster of this process, started at the first call. `None` without server programs, told once.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER
        .get_or_init(|| match programs() {
            Some(p) => Some(Cluster::start(p, "", "-c synchronous_commit=off")),
            None => {
                let required = std::env::var("QINGXIN_REQUIRE").is_ok_and(|r| r.split(',').any(|w| w == "pg"));
                assert!(!required, "QINGXIN_REQUIRE=pg, but no PostgreSQL server programs (initdb, pg_ctl) were found");
                loud("!!! PostgreSQL server programs not found: every PostgreSQL test is SKIPPED (QINGXIN_REQUIRE=pg makes this a failure) !!!");
                None
            }
        })
        .as_ref()
}

/// A server of a test's own, which may stop it; gone with the value. What it acknowledged outlives an immediate stop.
pub fn own() -> Option<Own> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    // the shared one first: it tells when there are no server programs
    cluster()?;
    let name = format!("-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    Some(Own(Cluster::start(programs()?, &name, "-c synchronous_commit=on")))
}

/// A server that can be stopped and started.
pub struct Own(Cluster);
impl Own {
    /// The URL of a database of it.
    pub fn url(&self, name: &str) -> String {
        self.0.url(name)
    }
    /// Ends it at once, as a machine that loses its power: every connection is cut, nothing is written down any more.
    pub fn stop(&self) {
        let data = self.0.dir.join("data");
        self.0.run("pg_ctl", |c| c.arg("-D").arg(&data).args(["-m", "immediate", "-w", "stop"]));
    }
    /// Starts it again.
    pub fn start(&self) {
        self.0.up();
    }
}

/// Past the capture of test output, which would hide it.
fn loud(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The directory with `initdb`, `pg_ctl` and `postgres`.
fn programs() -> Option<PathBuf> {
    let whole = |d: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|p| d.join(p).is_file());
    let mut dirs: Vec<PathBuf> = std::env::var_os("PATH").map(|p| std::env::split_paths(&p).collect()).unwrap_or_default();
    // newest version first
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter_map(|p| Some((p.file_name()?.to_str()?.parse().ok()?, p.join("bin"))))
        .collect();
    versions.sort_by_key(|v| std::cmp::Reverse(v.0));
    dirs.extend(versions.into_iter().map(|v| v.1));
    if let Ok(out) = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output() {
        dirs.push(String::from_utf8_lossy(&out.stdout).trim().into());
    }
    dirs.into_iter().find(whole)
}

/// Whom to run as when we are root: `postgres` or `nobody`.
fn other_user() -> Option<(u32, u32)> {
    let me = std::fs::metadata("/proc/self").ok()?.uid();
    if me != 0 {
        return None;
    }
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let f: Vec<&str> = passwd.lines().find(|l| l.starts_with(&format!("{name}:")))?.split(':').collect();
        Some((f.get(2)?.parse().ok()?, f.get(3)?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody")).or(Some((65534, 65534)))
}

impl Cluster {
    fn start(programs: PathBuf, name: &str, more: &'static str) -> Self {
        // the path of a socket may have 107 bytes: not under a long TMPDIR
        let base = Path::new("/tmp");
        sweep(base, &programs);
        let user = other_user();
        let dir = base.join(format!("{PREFIX}{}{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir(&dir).unwrap();
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).unwrap();
        if let Some((uid, gid)) = user {
            chown(&dir, Some(uid), Some(gid)).unwrap();
        }
        // the watch first: whatever happens from here on is cleaned up
        let stop = r#"read -r _; "$1/pg_ctl" -D "$2/data" -m immediate -w stop; rm -rf "$2" || { sleep 1; rm -rf "$2"; }"#;
        let mut watch = as_user(Command::new("sh"), user);
        let watch = watch
            .args(["-c", stop, "sh"])
            .arg(&programs)
            .arg(&dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let me =
            Self { dir, programs, user, more, next: AtomicU32::new(0), template: OnceLock::new(), turn: Mutex::new(()), _watch: watch };
        let data = me.dir.join("data");
        me.run("initdb", |c| {
            c.arg("-D").arg(&data).args([
                "-U",
                "qingxin",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ])
        });
        std::fs::create_dir(me.dir.join("s")).unwrap();
        std::fs::set_permissions(me.dir.join("s"), std::fs::Permissions::from_mode(0o777)).unwrap();
        me.up();
        me
    }

    fn up(&self) {
        let data = self.dir.join("data");
        let settings = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}/s' -c fsync=off -c full_page_writes=off \
             -c shared_buffers=64MB -c max_connections=300 -c autovacuum=off -c logging_collector=off {}",
            self.dir.display(),
            self.more
        );
        let log = data.join("log.txt");
        self.run("pg_ctl", |c| c.arg("-D").arg(&data).arg("-o").arg(&settings).arg("-l").arg(&log).args(["-w", "-t", "60", "start"]));
    }

    fn run(&self, program: &str, args: impl FnOnce(&mut Command) -> &mut Command) {
        let mut c = as_user(Command::new(self.programs.join(program)), self.user);
        c.current_dir(&self.dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        // what a server keeps open must not be our pipe, or reading it would never end
        let errors = self.dir.join(format!("{program}.err"));
        c.stderr(std::fs::File::create(&errors).unwrap());
        let status = args(&mut c).status().unwrap();
        assert!(status.success(), "{program} failed: {}", std::fs::read_to_string(&errors).unwrap_or_default());
    }

    fn url(&self, name: &str) -> String {
        format!("postgres://qingxin@/{name}?host={}/s", self.dir.display())
    }
    fn admin(&self, sql: &str) {
        PgConnection::establish(&self.url("postgres")).unwrap().batch_execute(sql).unwrap();
    }
    /// The master key file all databases of the cluster share.
    pub fn key_file(&self) -> PathBuf {
        static MADE: OnceLock<()> = OnceLock::new();
        let path = self.dir.join("master.key");
        MADE.get_or_init(|| qingxin::store::keys::write_master(&path, &MasterKey::fresh(&mut Ids::system())).unwrap());
        path
    }
    /// A database of its own: migrated (a copy of the template) or empty.
    pub fn database(&'static self, migrated: bool) -> Database {
        let name = format!("t{}", self.next.fetch_add(1, Ordering::Relaxed));
        let _turn = self.turn.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if migrated {
            self.template.get_or_init(|| {
                self.admin("create database template_qingxin");
                let options = Options { master_key_file: Some(self.key_file()), ..Options::default() };
                migrate::migrate(&self.url("template_qingxin"), &options, t0(), &mut Ids::system()).unwrap();
            });
            self.admin(&format!("create database {name} template template_qingxin"));
        } else {
            self.admin(&format!("create database {name}"));
        }
        Database { cluster: self, name }
    }
}

fn as_user(mut c: Command, user: Option<(u32, u32)>) -> Command {
    if let Some((uid, gid)) = user {
        c.uid(uid).gid(gid);
    }
    c.env_remove("PGHOST").env_remove("PGPORT").env_remove("PGDATA").env("LC_ALL", "C");
    c
}

/// Stops and removes clusters whose test process is gone.
fn sweep(base: &Path, programs: &Path) {
    if !Path::new("/proc/self").exists() {
        return;
    }
    for entry in std::fs::read_dir(base).into_iter().flatten().flatten() {
        let path = entry.path();
        let pid = path
            .file_name()
            .and_then(|n| n.to_str())
            .and_then(|n| n.strip_prefix(PREFIX))
            .and_then(|p| p.split('-').next()?.parse::<u32>().ok());
        let Some(pid) = pid.filter(|p| !Path::new(&format!("/proc/{p}")).exists()) else { continue };
        if path.join("data/postmaster.pid").exists() {
            let owner = std::fs::metadata(path.join("data")).ok().filter(|_| other_user().is_some()).map(|m| (m.uid(), m.gid()));
            let mut c = as_user(Command::new(programs.join("pg_ctl")), owner);
            let _ = c
                .arg("-D")
                .arg(path.join("data"))
                .args(["-m", "immediate", "-w", "stop"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
        }
        if std::fs::remove_dir_all(&path).is_ok() {
            loud(&format!("swept the PostgreSQL cluster of process {pid}"));
        }
    }
}

/// One database of the cluster, dropped with the value.
pub struct Database {
    cluster: &'static Cluster,
    name: String,
}
impl Database {
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }
    /// Shuts it to everybody, connections that run included, or opens it again.
    pub fn open_to_connections(&self, open: bool) {
        self.cluster.admin(&format!("alter database {} with allow_connections {open}", self.name));
        if !open {
            self.cut_connections();
        }
    }
    /// Lets new connections only read, or write again; those that run are cut when it begins.
    pub fn read_only(&self, on: bool) {
        self.cluster.admin(&format!(
            "alter database {} {} default_transaction_read_only{}",
            self.name,
            if on { "set" } else { "reset" },
            if on { " = on" } else { "" }
        ));
        if on {
            self.cut_connections();
        }
    }
    /// Ends every connection to it, as a restarting server would.
    pub fn cut_connections(&self) {
        self.cluster.admin(&format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}'", self.name));
    }
}
impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut c) = PgConnection::establish(&self.cluster.url("postgres")) {
            let _ = c.batch_execute(&format!("drop database if exists {} with (force)", self.name));
        }
    }
}
