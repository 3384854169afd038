//! What tests stand on: a database of their own on each backend, thrown away afterwards.
//!
//! `on_both! { fn name(t: &TestDb) { … } }` makes the tests `name::sqlite` and `name::postgres`. Both start from a template
//! that is migrated once in the process: a copied file, and `CREATE DATABASE … TEMPLATE`. Without PostgreSQL's server
//! programs the PostgreSQL half is skipped with one loud line, and fails when `QINGXIN_REQUIRE=pg` is set.

pub mod app;
pub mod pg;
pub mod relay;
pub mod served;

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use qingxin::base::id::Ids;
use qingxin::base::seal::KeyRing;
use qingxin::base::{At, Day};
use qingxin::store::{Db, Options, migrate};
use std::path::PathBuf;
use std::sync::OnceLock;

/// A backend to test on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// The backends this run can test on.
pub fn backends() -> Vec<Backend> {
    let mut all = vec![Backend::Sqlite];
    if pg::cluster().is_some() {
        all.push(Backend::Postgres);
    }
    all
}

/// Monday 2026-03-02, nine in the morning.
pub fn t0() -> At {
    Day::ymd(2026, 3, 2).unwrap().at(9, 0)
}

/// A migrated database of its own, dropped with the value.
pub struct TestDb {
    pub db: Db,
    pub url: String,
    pub options: Options,
    pub backend: Backend,
    pub ring: KeyRing,
    pub ids: std::sync::Mutex<Ids>,
    /// A directory of its own.
    pub dir: tempfile::TempDir,
    pg: Option<pg::Database>,
}
impl TestDb {
    /// A new one; `None` when the backend is not to be had.
    pub fn new(backend: Backend) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let (url, options, pg) = empty_copy(backend, dir.path(), true)?;
        let db = Db::open(&url, &options).unwrap();
        let ring = db.key_ring().unwrap();
        Some(Self { db, url, options, backend, ring, ids: std::sync::Mutex::new(Ids::system()), dir, pg })
    }
    /// A second connection to the same database, as another node or process has it.
    pub fn again(&self) -> Db {
        Db::open(&self.url, &self.options).unwrap()
    }
    /// How the database would run a statement, one step a line. On PostgreSQL small tables are read whole unless that is
    /// made unattractive: it is here, so that the plan shows whether an index fits.
    pub fn plan(&self, sql: &str) -> String {
        #[derive(diesel::QueryableByName)]
        struct Lite {
            #[diesel(sql_type = diesel::sql_types::Text)]
            detail: String,
        }
        #[derive(diesel::QueryableByName)]
        struct Pg {
            #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
            detail: String,
        }
        let sql = sql.to_owned();
        self.db
            .write_blocking(move |c| match c {
                qingxin::store::Conn::Sqlite(c) => {
                    let rows: Vec<Lite> = diesel::sql_query(format!("explain query plan {sql}")).load(c)?;
                    Ok(rows.into_iter().map(|r| r.detail + "\n").collect())
                }
                qingxin::store::Conn::Pg(c) => {
                    c.batch_execute("set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off")?;
                    let rows: Vec<Pg> = diesel::sql_query(format!("explain {sql}")).load(c)?;
                    Ok(rows.into_iter().map(|r| r.detail + "\n").collect())
                }
            })
            .unwrap()
    }
    /// The throw-away database on PostgreSQL.
    pub fn pg(&self) -> Option<&pg::Database> {
        self.pg.as_ref()
    }
}

/// An empty place for a database: a path that does not exist yet, or a database without tables. `None` without the backend.
pub fn empty(backend: Backend, dir: &std::path::Path) -> Option<(String, Options, Option<pg::Database>)> {
    empty_copy(backend, dir, false)
}

fn empty_copy(backend: Backend, dir: &std::path::Path, migrated: bool) -> Option<(String, Options, Option<pg::Database>)> {
    let options = Options { pool: 4, master_key_file: None, ..Options::default() };
    match backend {
        Backend::Sqlite => {
            let path = dir.join("test.db");
            if migrated {
                let template = sqlite_template();
                std::fs::copy(template, &path).unwrap();
                std::fs::copy(with_key(template), with_key(&path)).unwrap();
            }
            Some((format!("sqlite://{}", path.display()), options, None))
        }
        Backend::Postgres => {
            let cluster = pg::cluster()?;
            let key = cluster.key_file();
            let database = cluster.database(migrated);
            Some((database.url(), Options { master_key_file: Some(key), ..options }, Some(database)))
        }
    }
}
fn with_key(path: &std::path::Path) -> PathBuf {
    PathBuf::from(format!("{}.key", path.display()))
}

fn sqlite_template() -> &'static std::path::Path {
    static TEMPLATE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = TEMPLATE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("template.db");
        migrate::migrate(&format!("sqlite://{}", path.display()), &Options::default(), t0(), &mut Ids::system()).unwrap();
        // the last connection is closed: the write-ahead log is folded into the file
        assert!(!dir.path().join("template.db-wal").exists());
        (dir, path)
    });
    path
}

/// Makes one test for each backend.
#[macro_export]
macro_rules! on_both {
    ($($(#[$m:meta])* fn $name:ident($t:ident: &TestDb) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "a body may need nothing of its module")]
            use super::*;
            fn body($t: &$crate::support::TestDb) $body
            $(#[$m])*
            #[test]
            fn sqlite() {
                body(&$crate::support::TestDb::new($crate::support::Backend::Sqlite).unwrap());
            }
            $(#[$m])*
            #[test]
            fn postgres() {
                if let Some(t) = $crate::support::TestDb::new($crate::support::Backend::Postgres) {
                    body(&t);
                }
            }
        }
    )+};
}
