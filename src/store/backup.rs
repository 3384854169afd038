//! Backup and restore.
//!
//! Owns the backup directory: `manifest.json` (store, schema, row counts, SHA-256 of every file) and the data: on SQLite
//! one database file made by `VACUUM INTO`, on PostgreSQL one file of JSON lines a table, read in one snapshot. Both are
//! taken while the program serves. The data holds wrapped keys only: without the master key, which is never in it,
//! nothing sealed opens. Evidence files are not in it (their store has its own copies).
//!
//! The dump of PostgreSQL is our own rather than `pg_dump`'s, so that it needs no client programs of the server's version;
//! it knows tables, sequences and nothing else, because the migrations make the rest.

use super::conn::{Conn, contained, snapshot};
use super::db::{Mode, Options, Target};
use super::{audit, keys, migrate};
use crate::base::seal::archive::Report;
use crate::base::seal::hex;
use crate::base::{At, Error, Result};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use sha2::{Digest as _, Sha256};
use std::io::{BufRead as _, Read as _, Write as _};
use std::path::Path;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// 1.
    pub format: u32,
    /// `sqlite` or `postgres`.
    pub backend: String,
    /// The store's id.
    pub store_id: String,
    /// When it was begun.
    pub made_at: At,
    /// The program's version.
    pub program: String,
    /// Versions of the schema, in order.
    pub schema: Vec<String>,
    /// The master key that opens what is sealed in it.
    pub master_kid: String,
    /// Tables with their rows.
    pub tables: Vec<TableCount>,
    /// Files with their SHA-256.
    pub files: Vec<FileSum>,
}
/// A table and how many rows it has.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TableCount {
    /// Name.
    pub name: String,
    /// Rows.
    pub rows: i64,
}
/// A file of the backup.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileSum {
    /// Relative path.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// What came of a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The backup.
    pub manifest: Manifest,
    /// Migrations applied after it, when the program is newer.
    pub applied: Vec<String>,
    /// The journal's check; its findings are empty when all is well.
    pub journal: Report,
    /// Why the sealed texts cannot be opened with the master key at hand; `None` when they can.
    pub key_problem: Option<String>,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}
#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |e| Error::Io(format!("{}: {e}", path.display()))
}
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
fn lines(c: &mut Conn, sql: &str) -> Result<Vec<String>> {
    Ok(diesel::sql_query(sql).load::<Line>(c)?.into_iter().map(|l| l.line).collect())
}
/// Our tables, diesel's own bookkeeping excepted.
fn tables(c: &mut Conn) -> Result<Vec<String>> {
    let sql = match c {
        Conn::Sqlite(_) => {
            "select name as line from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\' and name <> '__diesel_schema_migrations' order by name"
        }
        Conn::Pg(_) => {
            "select relname::text as line from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname <> '__diesel_schema_migrations' order by relname"
        }
    };
    lines(c, sql)
}
fn counts(c: &mut Conn) -> Result<Vec<TableCount>> {
    tables(c)?
        .into_iter()
        .map(|name| {
            let n: Number = diesel::sql_query(format!("select count(*) as n from {}", quoted(&name))).get_result(c)?;
            Ok(TableCount { name, rows: n.n })
        })
        .collect()
}
fn sum(dir: &Path, name: &str) -> Result<FileSum> {
    let path = dir.join(name);
    let mut file = std::fs::File::open(&path).map_err(io(&path))?;
    let (mut hash, mut buf, mut bytes) = (Sha256::new(), vec![0_u8; 1 << 16], 0_u64);
    loop {
        let n = file.read(&mut buf).map_err(io(&path))?;
        if n == 0 {
            return Ok(FileSum { name: name.to_owned(), bytes, sha256: hex(&hash.finalize()) });
        }
        bytes += u64::try_from(n).unwrap_or(0);
        hash.update(&buf[..n]);
    }
}
/// Long work on PostgreSQL must not run into the limits of a request.
fn patient(c: &mut Conn) -> Result<()> {
    if c.is_pg() { c.batch("set statement_timeout=0; set idle_in_transaction_session_timeout=0") } else { Ok(()) }
}

/// Backs the database up into an empty or new directory, while it serves.
///
/// # Errors
/// [`Error::Config`] when the directory is not empty or the database not this program's; [`Error::Io`] when it cannot be
/// written. A backup without `manifest.json` is unfinished: it is written last.
pub fn backup(url: &str, options: &Options, to: &Path, at: At) -> Result<Manifest> {
    let target = Target::parse(url)?;
    let mut c = target.connect(options, Mode::Write)?;
    migrate::check(&mut c)?;
    patient(&mut c)?;
    if std::fs::read_dir(to).is_ok_and(|mut d| d.next().is_some()) {
        return Err(Error::Config(format!("目录 {} 不是空的；请另选一个目录", to.display())));
    }
    std::fs::create_dir_all(to).map_err(io(to))?;
    let mut manifest = Manifest {
        format: 1,
        backend: if c.is_pg() { "postgres" } else { "sqlite" }.into(),
        store_id: migrate::meta(&mut c, "store_id")?.unwrap_or_default(),
        made_at: at,
        program: env!("CARGO_PKG_VERSION").into(),
        schema: migrate::applied(&mut c)?,
        master_kid: keys::list(&mut c)?.first().map(|k| k.master_kid().to_owned()).unwrap_or_default(),
        tables: Vec::new(),
        files: Vec::new(),
    };
    if c.is_pg() {
        std::fs::create_dir_all(to.join("tables")).map_err(io(to))?;
        manifest.tables = snapshot(&mut c, |c| tables(c)?.into_iter().map(|name| dump(c, name, to)).collect())?;
        for t in &manifest.tables {
            manifest.files.push(sum(to, &format!("tables/{}.jsonl", t.name))?);
        }
    } else {
        let file = to.join("qingxin.db");
        let text = file.to_str().ok_or_else(|| Error::Config(format!("路径 {} 不是 UTF-8", file.display())))?;
        c.batch(&format!("vacuum into '{}'", text.replace('\'', "''")))?;
        manifest.tables = check_file(&file, None)?;
        std::fs::File::open(&file).and_then(|f| f.sync_all()).map_err(io(&file))?;
        manifest.files.push(sum(to, "qingxin.db")?);
    }
    let text = serde_json::to_string_pretty(&manifest).map_err(|e| Error::Internal(e.to_string()))?;
    let path = to.join("manifest.json");
    let beside = to.join("manifest.tmp");
    std::fs::write(&beside, text + "\n").and_then(|()| std::fs::File::open(&beside)?.sync_all()).map_err(io(&beside))?;
    std::fs::rename(&beside, &path).map_err(io(&path))?;
    Ok(manifest)
}

/// One table of PostgreSQL as JSON lines.
fn dump(c: &mut Conn, name: String, to: &Path) -> Result<TableCount> {
    let Conn::Pg(pg) = c else { return Err(Error::Internal("only PostgreSQL is dumped".into())) };
    let path = to.join("tables").join(format!("{name}.jsonl"));
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path).map_err(io(&path))?);
    let mut rows = 0_i64;
    let sql = format!("select row_to_json(t)::text as line from {} t", quoted(&name));
    for row in diesel::sql_query(sql).load_iter::<Line, PgRowByRowLoadingMode>(pg)? {
        out.write_all(row?.line.as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(io(&path))?;
        rows += 1;
    }
    out.into_inner().map_err(|e| io(&path)(e.into_error()))?.sync_all().map_err(io(&path))?;
    Ok(TableCount { name, rows })
}

/// Opens a copied SQLite file without touching it: its integrity, and its row counts (compared when told).
fn check_file(file: &Path, told: Option<&[TableCount]>) -> Result<Vec<TableCount>> {
    let uri = super::db::file_uri(file, "mode=ro&immutable=1")?;
    let mut c = Conn::Sqlite(SqliteConnection::establish(&uri).map_err(|e| Error::Io(e.to_string()))?);
    let said = lines(&mut c, "select quick_check as line from pragma_quick_check")?;
    if said != ["ok"] {
        return Err(Error::Config(format!("{} 已损坏：{}", file.display(), said.first().map_or("", String::as_str))));
    }
    let found = counts(&mut c)?;
    same(&found, told)?;
    Ok(found)
}
fn same(found: &[TableCount], told: Option<&[TableCount]>) -> Result<()> {
    match told {
        Some(t) if t != found => {
            let which = t.iter().find(|t| !found.contains(t)).or(found.iter().find(|f| !t.contains(f)));
            Err(Error::Config(format!("恢复后表 {} 的行数与清单不符", which.map_or("", |w| &w.name))))
        }
        _ => Ok(()),
    }
}

/// Reads a backup's manifest and checks every file against it.
///
/// # Errors
/// [`Error::Config`] when it is not a finished backup or a file was changed.
pub fn verify(from: &Path) -> Result<Manifest> {
    let path = from.join("manifest.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|e| Error::Config(format!("{} 不是完整的备份：读不到 manifest.json（{e}）", from.display())))?;
    let m: Manifest = serde_json::from_str(&text).map_err(|e| Error::Config(format!("{} 不是备份清单：{e}", path.display())))?;
    if m.format != 1 {
        return Err(Error::Config(format!("备份格式 {} 不认识；请使用更新的程序", m.format)));
    }
    for f in &m.files {
        if sum(from, &f.name).ok().as_ref() != Some(f) {
            return Err(Error::Config(format!("备份文件 {} 缺失或与清单不符，不能用于恢复", from.join(&f.name).display())));
        }
    }
    Ok(m)
}

/// Restores a backup into an empty place (SQLite: a path without a file; PostgreSQL: a database without tables), brings it
/// to this program's schema, and checks row counts and the whole journal.
///
/// # Errors
/// [`Error::Config`] when the backup is damaged, of the other backend or newer than this program, or the target is not
/// empty. Nothing is left behind then.
pub fn restore(from: &Path, url: &str, options: &Options) -> Result<Restored> {
    let manifest = verify(from)?;
    let target = Target::parse(url)?;
    let known = migrate::versions(matches!(target, Target::Pg(_)))?;
    if let Some(v) = manifest.schema.iter().find(|v| !known.contains(v)) {
        return Err(Error::Config(format!("备份的数据库结构（{v}）比本程序新；请使用不低于 {} 版的 qingxin", manifest.program)));
    }
    let backend = if matches!(target, Target::Pg(_)) { "postgres" } else { "sqlite" };
    if manifest.backend != backend {
        return Err(Error::Config(format!("这是 {} 的备份，不能恢复到 {backend}", manifest.backend)));
    }
    let mut c = match &target {
        Target::Sqlite(path) => {
            restore_file(from, path, &manifest)?;
            target.connect(options, Mode::Write)?
        }
        Target::Pg(_) => {
            let mut c = target.connect(options, Mode::Write)?;
            patient(&mut c)?;
            load_all(&mut c, from, &manifest)?;
            c
        }
    };
    let applied = migrate::run(&mut c, None)?;
    let key_problem = keys::master(&target, options).and_then(|m| keys::load(&mut c, &m)).err().map(|e| e.to_string());
    let journal = audit::check(&mut c, &[])?;
    Ok(Restored { manifest, applied, journal, key_problem })
}

fn restore_file(from: &Path, path: &Path, manifest: &Manifest) -> Result<()> {
    let not_empty = || Error::Config(format!("{} 已经存在；恢复只写入空的位置，请另选一个路径", path.display()));
    let beside = |suffix: &str| {
        let mut s = path.as_os_str().to_owned();
        s.push(suffix);
        std::path::PathBuf::from(s)
    };
    if path.exists() || beside("-wal").exists() {
        return Err(not_empty());
    }
    if let Some(dir) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir).map_err(io(dir))?;
    }
    let half = beside(".restoring");
    let done = std::fs::copy(from.join("qingxin.db"), &half)
        .map_err(io(&half))
        .and_then(|_| std::fs::File::open(&half).and_then(|f| f.sync_all()).map_err(io(&half)))
        .and_then(|()| check_file(&half, Some(&manifest.tables)))
        // a link fails when someone made the file meanwhile, a rename would overwrite it
        .and_then(|_| std::fs::hard_link(&half, path).map_err(|_| not_empty()));
    let _ = std::fs::remove_file(&half);
    done
}

/// Makes the backup's schema in an empty PostgreSQL database and fills it, in one transaction.
fn load_all(c: &mut Conn, from: &Path, manifest: &Manifest) -> Result<()> {
    let there: Number = diesel::sql_query(
        "select count(*) as n from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')",
    )
    .get_result(c)?;
    if there.n > 0 {
        return Err(Error::Config("目标数据库不是空的；恢复只写入空库，请新建一个数据库".into()));
    }
    contained(c, |c| {
        migrate::run(c, Some(&manifest.schema))?;
        let foreign: Vec<(String, String)> = lines(
            c,
            "select format('alter table %s drop constraint %I', conrelid::regclass, conname) || chr(10) || \
             format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as line \
             from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace order by conrelid, conname",
        )?
        .into_iter()
        .filter_map(|l| l.split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())))
        .collect();
        for (drop, _) in &foreign {
            c.batch(drop)?;
        }
        let names = tables(c)?;
        for name in &names {
            c.batch(&format!("alter table {0} disable trigger user; truncate {0}", quoted(name)))?;
        }
        for t in &manifest.tables {
            if !names.contains(&t.name) {
                return Err(Error::Config(format!("备份里的表 {} 不属于它所载的结构版本", t.name)));
            }
            load(c, &t.name, &from.join("tables").join(format!("{}.jsonl", t.name)))?;
        }
        for name in &names {
            c.batch(&format!("alter table {} enable trigger user", quoted(name)))?;
        }
        for (_, add) in &foreign {
            c.batch(add)?;
        }
        for set in lines(
            c,
            "select format('select setval(%L, coalesce((select max(%I) from %s), 0) + 1, false)', s, a.attname, a.attrelid::regclass) as line \
             from pg_attribute a join pg_class r on r.oid = a.attrelid and r.relkind = 'r' and r.relnamespace = current_schema()::regnamespace, \
             lateral pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) s where a.attnum > 0 and not a.attisdropped and s is not null",
        )? {
            c.batch(&set)?;
        }
        same(&counts(c)?, Some(&manifest.tables))
    })
    .result()
}

/// Fills one table from JSON lines.
fn load(c: &mut Conn, name: &str, path: &Path) -> Result<()> {
    let columns = diesel::sql_query(
        "select string_agg(quote_ident(attname), ', ' order by attnum) as line from pg_attribute \
         where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
    )
    .bind::<Text, _>(quoted(name))
    .get_result::<Line>(c)?
    .line;
    let table = quoted(name);
    let sql = format!(
        "insert into {table} ({columns}) overriding system value select {columns} from json_populate_recordset(null::{table}, $1::json)"
    );
    let mut put = |rows: &mut Vec<String>| -> Result<()> {
        if !rows.is_empty() {
            diesel::sql_query(&sql).bind::<Text, _>(format!("[{}]", rows.join(","))).execute(c)?;
            rows.clear();
        }
        Ok(())
    };
    let (mut rows, mut size) = (Vec::new(), 0);
    for line in std::io::BufReader::new(std::fs::File::open(path).map_err(io(path))?).lines() {
        let line = line.map_err(io(path))?;
        size += line.len();
        rows.push(line);
        if rows.len() == 500 || size > 4 << 20 {
            put(&mut rows)?;
            size = 0;
        }
    }
    put(&mut rows)
}
