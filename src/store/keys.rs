//! The wrapped keys in the database and the master key in its file.
//!
//! Owns table `key_ring` and the master key file. Never logs or shows a key. A new data key (`rotate`) seals what is
//! written from then on; [`reseal`] brings old rows over, column by column; a new master key (`rewrap`) changes no row
//! of the matter.

use super::conn::Conn;
use super::db::{Db, Options, Target};
use super::schema::key_ring;
use super::types::Id;
use crate::base::id::{Ids, StreamId};
use crate::base::seal::{KeyRing, MasterKey, Place, Purpose, RingKey, SUITE, Sealed, open, seal};
use crate::base::{At, Error, Result};
use diesel::prelude::*;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A key as listed, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = key_ring)]
pub struct KeyRow {
    /// Its name.
    pub kid: String,
    /// `data`, `blind` or `sign`.
    pub purpose: String,
    /// Its suite.
    pub suite: i32,
    /// Wrapped by the master key it names.
    pub wrapped: String,
    /// The public half of a signing key.
    pub public: Option<String>,
    /// `current` makes new things, `old` still opens, `retired` is no longer loaded.
    pub state: String,
    /// Since when.
    pub created_at: At,
}
impl KeyRow {
    /// The master key that wraps it.
    #[must_use]
    pub fn master_kid(&self) -> &str {
        self.wrapped.split('.').nth(1).unwrap_or_default()
    }
}

#[derive(Insertable)]
#[diesel(table_name = key_ring)]
#[diesel(treat_none_as_default_value = false)]
struct NewKey {
    kid: String,
    purpose: &'static str,
    suite: i32,
    wrapped: String,
    public: Option<String>,
    state: &'static str,
    created_at: At,
}

/// Where the master key of this database is: the file named by the options, else `<database>.key` on SQLite.
///
/// # Errors
/// [`Error::Config`] on PostgreSQL without a named file.
pub fn master_path(target: &Target, options: &Options) -> Result<PathBuf> {
    match (&options.master_key_file, target) {
        (Some(p), _) => Ok(p.clone()),
        (None, Target::Sqlite(p)) => Ok(with_suffix(p, ".key")),
        (None, Target::Pg(_)) => Err(Error::Config(
            "使用 PostgreSQL 时必须用环境变量 QINGXIN_MASTER_KEY_FILE 指明主密钥文件（32 字节的 base64，各节点相同，勿与数据库备份放在一起）".into(),
        )),
    }
}
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut s = path.as_os_str().to_owned();
    s.push(suffix);
    s.into()
}
/// Reads the master key.
///
/// # Errors
/// [`Error::Config`] when the file is missing, unreadable or not a key.
pub fn master(target: &Target, options: &Options) -> Result<MasterKey> {
    let path = master_path(target, options)?;
    read_master(&path)
}
/// Reads a master key from a file.
///
/// # Errors
/// As [`master`].
pub fn read_master(path: &Path) -> Result<MasterKey> {
    let text = std::fs::read_to_string(path).map(zeroize::Zeroizing::new).map_err(|e| {
        Error::Config(format!("读不到主密钥文件 {}：{e}；没有它，已加密的姓名、证件号和电话都打不开，请从保管处取回", path.display()))
    })?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0) {
            tracing::warn!(path = %path.display(), "the master key file can be read by others: chmod 600");
        }
    }
    MasterKey::parse(&text)
}
/// Writes a new master key file, mode 0600. Never overwrites.
///
/// # Errors
/// [`Error::Config`] when the file exists or cannot be written.
pub fn write_master(path: &Path, key: &MasterKey) -> Result<()> {
    let mut o = std::fs::OpenOptions::new();
    o.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut o, 0o600);
    let write = || -> std::io::Result<()> {
        let mut f = o.open(path)?;
        f.write_all(key.to_text().as_bytes())?;
        f.sync_all()?;
        let dir = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(dir)?.sync_all()
    };
    write().map_err(|e| Error::Config(format!("不能写主密钥文件 {}：{e}", path.display())))
}
/// The master key for a store that has no keys yet: an existing file, or on SQLite without a named file a new one.
pub(super) fn master_or_new(target: &Target, options: &Options, ids: &mut Ids) -> Result<(MasterKey, Option<PathBuf>)> {
    let path = master_path(target, options)?;
    if path.exists() || options.master_key_file.is_some() {
        return Ok((read_master(&path)?, None));
    }
    let key = MasterKey::fresh(ids);
    write_master(&path, &key)?;
    Ok((key, Some(path)))
}

/// Whether the store has keys.
pub(super) fn exists(c: &mut Conn) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(key_ring::table.select(key_ring::kid))).get_result(c)?)
}
/// Makes the first key of each purpose.
///
/// # Errors
/// [`Error::Duplicate`] when there are some already.
pub fn create(c: &mut Conn, master: &MasterKey, at: At, ids: &mut Ids) -> Result<()> {
    Purpose::ALL.into_iter().try_for_each(|p| add(c, master, p, at, ids).map(drop))
}
fn add(c: &mut Conn, master: &MasterKey, purpose: Purpose, at: At, ids: &mut Ids) -> Result<String> {
    let key = RingKey::fresh(purpose, ids);
    let row = NewKey {
        kid: key.kid.clone(),
        purpose: purpose.as_str(),
        suite: SUITE,
        wrapped: master.wrap(&key, ids)?,
        public: key.public().map(|p| p.to_string()),
        state: "current",
        created_at: at,
    };
    diesel::insert_into(key_ring::table).values(row).execute(c)?;
    Ok(key.kid)
}

/// All keys, oldest first, without secrets.
///
/// # Errors
/// What the database says.
pub fn list(c: &mut Conn) -> Result<Vec<KeyRow>> {
    Ok(key_ring::table.order((key_ring::created_at, key_ring::kid)).load(c)?)
}

/// Unwraps the ring. Load it anew after a rotation by another node (an unknown key id tells).
///
/// # Errors
/// [`Error::Config`] when the master key is not the one that wrapped it.
pub fn load(c: &mut Conn, master: &MasterKey) -> Result<KeyRing> {
    let mut rows: Vec<KeyRow> = list(c)?.into_iter().filter(|r| r.state != "retired").collect();
    rows.sort_by_key(|r| r.state == "current");
    let keys = rows
        .iter()
        .map(|r| {
            let purpose = Purpose::parse(&r.purpose).ok_or_else(|| Error::Internal(format!("key {} has an unknown purpose", r.kid)))?;
            master.unwrap(&r.kid, purpose, &r.wrapped)
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(KeyRing::new(keys))
}

/// Makes a new key of this purpose; the one before still opens. Gives the new key's name. A new data or signing key
/// needs nothing more; after a new blind key look values up with `blind_all` until their columns are indexed again.
///
/// # Errors
/// What the database says.
pub fn rotate(c: &mut Conn, master: &MasterKey, purpose: Purpose, at: At, ids: &mut Ids) -> Result<String> {
    diesel::update(key_ring::table.filter(key_ring::purpose.eq(purpose.as_str())).filter(key_ring::state.eq("current")))
        .set(key_ring::state.eq("old"))
        .execute(c)?;
    add(c, master, purpose, at, ids)
}

/// Wraps every key under a new master key. Gives how many.
///
/// # Errors
/// [`Error::Config`] when `old` is not the master key.
pub fn rewrap(c: &mut Conn, old: &MasterKey, new: &MasterKey, ids: &mut Ids) -> Result<usize> {
    let rows = list(c)?;
    for r in &rows {
        let purpose = Purpose::parse(&r.purpose).ok_or_else(|| Error::Internal(format!("key {} has an unknown purpose", r.kid)))?;
        let key = old.unwrap(&r.kid, purpose, &r.wrapped)?;
        diesel::update(key_ring::table.find(&r.kid)).set(key_ring::wrapped.eq(new.wrap(&key, ids)?)).execute(c)?;
    }
    Ok(rows.len())
}

/// Stops loading an old key. Call it only when no column holds anything of it ([`sealed_with`] is 0 everywhere).
///
/// # Errors
/// [`Error::Config`] when it is current or unknown.
pub fn retire(c: &mut Conn, kid: &str) -> Result<()> {
    let n =
        diesel::update(key_ring::table.find(kid).filter(key_ring::state.ne("current"))).set(key_ring::state.eq("retired")).execute(c)?;
    if n == 1 { Ok(()) } else { Err(Error::Config(format!("密钥 {kid} 不存在或仍在使用，不能停用"))) }
}

/// A column of sealed texts, for re-sealing. All three names come from the program, never from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedColumn {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The column with the row's UUID, which is the id in its [`Place`].
    pub id: &'static str,
}

/// How many rows of a column are sealed with this key.
///
/// # Errors
/// What the database says.
pub fn sealed_with(c: &mut Conn, col: SealedColumn, kid: &str) -> Result<i64> {
    #[derive(QueryableByName)]
    struct N {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let sql = format!("select count(*) as n from {} where {} like $1", col.table, col.column);
    let row: N = diesel::sql_query(sql).bind::<diesel::sql_types::Text, _>(format!("v_.{kid}.%")).get_result(c)?;
    Ok(row.n)
}

/// Seals up to `limit` rows of a column that an older key sealed again with the current data key; gives how many (0: done).
/// Run it in bounded writes until it says 0.
///
/// # Errors
/// [`Error::Internal`] when a text does not open.
pub fn reseal(c: &mut Conn, ring: &KeyRing, col: SealedColumn, limit: i64, ids: &mut Ids) -> Result<usize> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Id)]
        id: StreamId,
        #[diesel(sql_type = Text)]
        text: Sealed,
    }
    use diesel::sql_types::{BigInt, Text};
    let SealedColumn { table, column, id } = col;
    let newest = format!("v1.{}.%", ring.newest(Purpose::Data)?.kid);
    let sql = format!("select {id} as id, {column} as text from {table} where {column} is not null and {column} not like $1 limit $2");
    let rows: Vec<Row> = diesel::sql_query(sql).bind::<Text, _>(newest).bind::<BigInt, _>(limit).load(c)?;
    for r in &rows {
        let place = || Place::new(table, column, r.id);
        let again = seal(ring, place(), &open(ring, place(), &r.text)?, ids)?;
        let sql = format!("update {table} set {column} = $1 where {id} = $2 and {column} = $3");
        diesel::sql_query(sql).bind::<Text, _>(again).bind::<Id, _>(r.id).bind::<Text, _>(&r.text).execute(c)?;
    }
    Ok(rows.len())
}

impl Db {
    /// The key ring of this database, unwrapped with the master key its options name. Finishes a change of the master key
    /// that was cut off between database and file.
    ///
    /// # Errors
    /// As [`master`] and [`load`].
    pub fn key_ring(&self) -> Result<KeyRing> {
        let path = master_path(self.target(), self.options())?;
        let with = |key: MasterKey| self.read_blocking(|c| load(c, &key));
        read_master(&path).and_then(with).or_else(|e| {
            let half = with_suffix(&path, ".new");
            if !half.exists() {
                return Err(e);
            }
            let ring = read_master(&half).and_then(with)?;
            swap(&path)?;
            Ok(ring)
        })
    }

    /// Wraps the ring under a new master key. With `new` the key is in that file (made when it is missing) and the
    /// operator names it to every node afterwards; without, the file in use is replaced and the old one kept as
    /// `<file>.old`. Gives the file that now holds the key.
    ///
    /// # Errors
    /// [`Error::Config`] when a file cannot be read or written or the present master key is wrong.
    pub fn change_master(&self, new: Option<&Path>, ids: &mut Ids) -> Result<PathBuf> {
        let path = master_path(self.target(), self.options())?;
        let old = read_master(&path)?;
        let to = new.map_or_else(|| with_suffix(&path, ".new"), Path::to_owned);
        let key = if to.exists() {
            read_master(&to)?
        } else {
            let key = MasterKey::fresh(ids);
            write_master(&to, &key)?;
            key
        };
        // its own source of nonces: the work may run on the writer's thread
        self.write_blocking(move |c| rewrap(c, &old, &key, &mut Ids::system()))?;
        if new.is_some() {
            return Ok(to);
        }
        swap(&path)?;
        Ok(path)
    }
}
/// Puts `<file>.new` in the place of `<file>`, which becomes `<file>.old`.
fn swap(path: &Path) -> Result<()> {
    let io = |e: std::io::Error| Error::Config(format!("不能更换主密钥文件 {}：{e}；新密钥在 {}.new", path.display(), path.display()));
    if path.exists() {
        std::fs::rename(path, with_suffix(path, ".old")).map_err(io)?;
    }
    std::fs::rename(with_suffix(path, ".new"), path).map_err(io)
}
