//! Making the schema, and refusing one that is not ours.
//!
//! Owns the two migration trees (embedded, same names), the lock around them, and what first creation writes: `meta` and
//! the first keys. Expand first, contract one release later.

use super::conn::{Conn, contained};
use super::db::{Mode, Options, Target};
use super::keys;
use super::schema::meta;
use crate::base::id::Ids;
use crate::base::{At, Error, Result};
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::path::PathBuf;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const PG: EmbeddedMigrations = embed_migrations!("migrations/postgres");
/// The advisory lock of PostgreSQL under which migrations run.
const LOCK: i64 = 0x7169_6e67_7869_6e01;

/// What [`migrate`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// Whether the store was made now.
    pub created: bool,
    /// Names of the migrations that were applied.
    pub applied: Vec<String>,
    /// The store's id.
    pub store_id: String,
    /// The file with the master key, when it was made now.
    pub made_key_file: Option<PathBuf>,
}

/// Brings the database to this program's schema; makes it when there is none. Safe to run from several nodes at once and
/// any number of times. The first time it writes the store's id and makes the key ring: on SQLite without a master key
/// file `<database>.key` is made (mode 0600).
///
/// # Errors
/// [`Error::Config`] for the operator (URL, master key, a schema newer than this program); what the database says.
pub fn migrate(url: &str, options: &Options, at: At, ids: &mut Ids) -> Result<Migrated> {
    let target = Target::parse(url)?;
    let _file_lock = lock_file(&target)?;
    let mut c = target.connect(options, Mode::Create)?;
    if let Conn::Pg(_) = c {
        c.batch(&format!("set lock_timeout=0; set statement_timeout=0; select pg_advisory_lock({LOCK})"))?;
    }
    let known = versions(c.is_pg())?;
    refuse_newer(&applied(&mut c)?, &known)?;
    let applied = run(&mut c, None)?;
    let (created, made_key_file) = first_time(&mut c, &target, options, at, ids)?;
    let store_id = meta(&mut c, "store_id")?.ok_or_else(|| Error::Internal("meta has no store_id".into()))?;
    Ok(Migrated { created, applied, store_id, made_key_file })
}

/// On SQLite one `migrate` at a time holds `<database>.lock`.
fn lock_file(target: &Target) -> Result<Option<std::fs::File>> {
    let Target::Sqlite(path) = target else { return Ok(None) };
    let io = |e: std::io::Error| Error::Config(format!("不能在 {} 建立数据库：{e}", path.display()));
    if let Some(dir) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir).map_err(io)?;
    }
    let mut name = path.clone().into_os_string();
    name.push(".lock");
    let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(name).map_err(io)?;
    file.lock().map_err(io)?;
    Ok(Some(file))
}

/// Runs pending migrations, up to and with version `until` when given; gives their names.
pub(super) fn run(c: &mut Conn, until: Option<&[String]>) -> Result<Vec<String>> {
    fn each<DB: diesel::backend::Backend, H: MigrationHarness<DB>>(
        c: &mut H,
        source: impl MigrationSource<DB>,
        until: Option<&[String]>,
    ) -> diesel::migration::Result<Vec<String>> {
        let mut names = Vec::new();
        for m in c.pending_migrations(source)? {
            if until.is_none_or(|u| u.contains(&m.name().version().to_string())) {
                c.run_migration(&m)?;
                names.push(m.name().to_string());
            }
        }
        Ok(names)
    }
    match c {
        Conn::Sqlite(c) => each(c, SQLITE, until),
        Conn::Pg(c) => each(c, PG, until),
    }
    .map_err(|e| Error::Database(format!("migration: {e}")))
}

/// The versions this program knows, in order (`0001`).
pub(super) fn versions(pg: bool) -> Result<Vec<String>> {
    names(pg).map(|n| n.into_iter().map(|n| n.split('_').next().unwrap_or_default().to_owned()).collect())
}
/// The names of the embedded migrations, in order (`0001_journal`).
///
/// # Errors
/// [`Error::Internal`] when the embedded trees are broken.
pub fn names(pg: bool) -> Result<Vec<String>> {
    fn list<DB: diesel::backend::Backend>(m: Vec<Box<dyn Migration<DB>>>) -> Vec<String> {
        m.iter().map(|m| m.name().to_string()).collect()
    }
    let mut names =
        if pg { MigrationSource::<Pg>::migrations(&PG).map(list) } else { MigrationSource::<Sqlite>::migrations(&SQLITE).map(list) }
            .map_err(|e| Error::Internal(format!("embedded migrations: {e}")))?;
    names.sort();
    Ok(names)
}

/// The versions the database has, in order; empty when it was never migrated.
pub(super) fn applied(c: &mut Conn) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let sql = match c {
        Conn::Sqlite(_) => "select name as version from sqlite_master where type = 'table' and name = '__diesel_schema_migrations'",
        Conn::Pg(_) => "select c::text as version from to_regclass('__diesel_schema_migrations') as c where c is not null",
    };
    if diesel::sql_query(sql).load::<Row>(c)?.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = diesel::sql_query("select version from __diesel_schema_migrations order by version").load(c)?;
    Ok(rows.into_iter().map(|r| r.version).collect())
}

fn refuse_newer(applied: &[String], known: &[String]) -> Result<()> {
    match applied.iter().find(|v| !known.contains(v)) {
        None => Ok(()),
        Some(v) => Err(Error::Config(format!("数据库结构（{v}）比本程序新；请换用不低于该版本的 qingxin，或恢复升级前的备份"))),
    }
}

/// Refuses a database that is not migrated or newer than this program.
///
/// # Errors
/// [`Error::Config`] for the operator, or the database.
pub fn check(c: &mut Conn) -> Result<()> {
    let (applied, known) = (applied(c)?, versions(c.is_pg())?);
    refuse_newer(&applied, &known)?;
    if applied.is_empty() {
        return Err(Error::Config("数据库还没有建表；请先运行 qingxin migrate".into()));
    }
    if applied.len() < known.len() {
        return Err(Error::Config(format!(
            "数据库结构停在 {}，本程序需要 {}；请先备份，再运行 qingxin migrate",
            applied.last().map_or("", String::as_str),
            known.last().map_or("", String::as_str)
        )));
    }
    Ok(())
}

fn first_time(c: &mut Conn, target: &Target, options: &Options, at: At, ids: &mut Ids) -> Result<(bool, Option<PathBuf>)> {
    if keys::exists(c)? {
        // a wrong or lost master key is told now, not at the first sealed name
        keys::load(c, &keys::master(target, options)?)?;
        return Ok((false, None));
    }
    let (master, made) = keys::master_or_new(target, options, ids)?;
    contained(c, |c| {
        let id: uuid::Uuid = ids.id::<crate::base::id::StreamId>(at).into();
        set_meta(c, "store_id", &id.to_string())?;
        set_meta(c, "created_at", &at.to_string())?;
        keys::create(c, &master, at, ids)
    })
    .result()?;
    Ok((true, made))
}

/// A value of `meta`: `store_id`, `created_at`, and what other rooms keep about the store as a whole.
///
/// # Errors
/// What the database says.
pub fn meta(c: &mut Conn, key: &str) -> Result<Option<String>> {
    Ok(meta::table.find(key).select(meta::value).first(c).optional()?)
}

/// A value of `meta` of a database that need not be this program's: whatever its schema, without its keys.
///
/// # Errors
/// It cannot be opened, or has no `meta`.
pub fn peek(url: &str, key: &str) -> Result<Option<String>> {
    let mut c = Target::parse(url)?.connect(&Options::default(), Mode::Write)?;
    meta(&mut c, key)
}

/// Sets a value of `meta`.
///
/// # Errors
/// What the database says.
pub fn set_meta(c: &mut Conn, key: &str, value: &str) -> Result<()> {
    let row = (meta::key.eq(key), meta::value.eq(value));
    each!(c, |c| diesel::insert_into(meta::table).values(row).on_conflict(meta::key).do_update().set(meta::value.eq(value)).execute(c))?;
    Ok(())
}
