//! A throw-away PostgreSQL from the installed server programs, with full durability; and databases on any server.
//!
//! Owns the cluster's processes and directory. A shell at the end of a pipe stops and removes everything when this process
//! ends, however it ends. Run by root, the server runs as another user.

use crate::base::{Error, Result};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    dir: PathBuf,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    /// Its standard input is the pipe whose end stops the cluster.
    watch: Child,
}

fn io(what: &str) -> impl Fn(std::io::Error) -> Error {
    move |e| Error::Io(format!("{what}: {e}"))
}

/// A program of PostgreSQL: on the path, or of the newest installed version.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let mut dirs: Vec<PathBuf> = std::env::var_os("PATH").map(|p| std::env::split_paths(&p).collect()).unwrap_or_default();
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter_map(|p| Some((p.file_name()?.to_str()?.parse().ok()?, p.join("bin"))))
        .collect();
    versions.sort_by_key(|v| std::cmp::Reverse(v.0));
    dirs.extend(versions.into_iter().map(|v| v.1));
    dirs.into_iter().map(|d| d.join(name)).find(|p| p.is_file())
}

/// Whom to run as when we are root.
fn other_user() -> Option<(u32, u32)> {
    if std::fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let f: Vec<&str> = passwd.lines().find(|l| l.starts_with(&format!("{name}:")))?.split(':').collect();
        Some((f.get(2)?.parse().ok()?, f.get(3)?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody")).or(Some((65534, 65534)))
}

fn as_user(mut c: Command, user: Option<(u32, u32)>) -> Command {
    if let Some((uid, gid)) = user {
        c.uid(uid).gid(gid);
    }
    c.env_remove("PGHOST").env_remove("PGPORT").env_remove("PGDATA").env("LC_ALL", "C");
    c
}

impl Cluster {
    /// Starts one.
    ///
    /// # Errors
    /// [`Error::Config`] when there are no server programs; what they say.
    pub fn start() -> Result<Self> {
        let programs = program("initdb").and_then(|p| p.parent().map(Path::to_path_buf)).filter(|d| d.join("postgres").is_file());
        let programs = programs.ok_or_else(|| {
            Error::Config("找不到 PostgreSQL 的服务程序（initdb、pg_ctl、postgres）。请安装，或用 --database 给出地址。".into())
        })?;
        let user = other_user();
        // the path of a socket may have 107 bytes: not under a long TMPDIR
        let dir = PathBuf::from(format!("/tmp/qingxin-bench-pg-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir(&dir).map_err(io("directory"))?;
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).map_err(io("directory"))?;
        if let Some((uid, gid)) = user {
            chown(&dir, Some(uid), Some(gid)).map_err(io("directory"))?;
        }
        // the watch first: whatever happens from here on is cleaned up
        let stop = r#"read -r _; "$1/pg_ctl" -D "$2/data" -m immediate -w stop; rm -rf "$2" || { sleep 1; rm -rf "$2"; }"#;
        let mut watch = as_user(Command::new("sh"), user);
        let watch = watch.args(["-c", stop, "sh"]).arg(&programs).arg(&dir).stdin(Stdio::piped()).stdout(Stdio::null());
        let watch = watch.stderr(Stdio::null()).process_group(0).spawn().map_err(io("sh"))?;
        let me = Self { dir, programs, user, watch };
        let data = me.dir.join("data");
        let make = ["-U", "qingxin", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"];
        me.run("initdb", |c| c.arg("-D").arg(&data).args(make))?;
        // durability is the default; memory is that of a small machine
        let settings = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=on -c synchronous_commit=on -c shared_buffers=512MB \
             -c max_connections=100 -c max_wal_size=1GB -c logging_collector=off",
            me.dir.display()
        );
        let log = data.join("log.txt");
        me.run("pg_ctl", |c| c.arg("-D").arg(&data).arg("-o").arg(&settings).arg("-l").arg(&log).args(["-w", "-t", "60", "start"]))?;
        Ok(me)
    }

    fn run(&self, program: &str, args: impl FnOnce(&mut Command) -> &mut Command) -> Result<()> {
        let mut c = as_user(Command::new(self.programs.join(program)), self.user);
        // what a server keeps open must not be our pipe, or reading it would never end
        let errors = self.dir.join(format!("{program}.err"));
        let file = std::fs::File::create(&errors).map_err(io(program))?;
        c.current_dir(&self.dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        if args(&mut c).status().map_err(io(program))?.success() {
            return Ok(());
        }
        Err(Error::Unavailable(format!("{program}: {}", std::fs::read_to_string(&errors).unwrap_or_default())))
    }

    /// The address of its first database.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://qingxin@/postgres?host={}", self.dir.display())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

/// The same server's database of another name.
#[must_use]
pub fn sibling(url: &str, name: &str) -> String {
    let (head, query) = url.split_once('?').map_or((url, String::new()), |(h, q)| (h, format!("?{q}")));
    let start = head.find("://").map_or(0, |i| i + 3);
    let stem = head[start..].find('/').map_or(head, |i| &head[..start + i]);
    format!("{stem}/{name}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_of_one_server() {
        assert_eq!(sibling("postgres://q@/postgres?host=/tmp/x", "b"), "postgres://q@/b?host=/tmp/x");
        assert_eq!(sibling("postgres://q:p@h:5432/city", "b"), "postgres://q:p@h:5432/b");
        assert_eq!(sibling("postgres://h", "b"), "postgres://h/b");
    }
}
