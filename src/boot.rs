//! Start-up: reads files and variables, opens the database, puts the [`App`] together.
//!
//! Owns every file of configuration that is read and the order of start-up. Decides nothing of the matter. What a city
//! does not configure comes from the program itself (`config/` and `workflows/` are embedded).

use crate::app::graphs::{self, Source};
use crate::app::{App, City, Entropy, Graphs, Parts, calendar};
use crate::base::config::Config;
use crate::base::id::Ids;
use crate::base::{Clock, Error, Result};
use crate::domain::casebook::LedgerProfile;
use crate::domain::exchange::export::ExportProfile;
use crate::domain::facts;
use crate::domain::intake::{IntakeConfig, Profile};
use crate::domain::routing::{Areas, Bureaus, RoutingTable};
use crate::gateway::blobs::Blobs;
use crate::gateway::mail::Mailer;
use crate::law::calendar::Year;
use crate::law::{Calendar, Law, Rules};
use crate::paper::notice::{self, Notices};
use crate::store::db::Target;
use crate::store::migrate::{self, Migrated};
use crate::store::{Db, Options};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The database when `DATABASE_URL` is not set.
pub const DEFAULT_URL: &str = "sqlite://qingxin.db";

/// The environment a command runs in.
#[derive(Debug, Clone)]
pub struct Place {
    /// `DATABASE_URL`, or the default.
    pub url: String,
    /// `QINGXIN_MASTER_KEY_FILE`.
    pub master_key_file: Option<PathBuf>,
    /// `--config` or `QINGXIN_CONFIG`.
    pub config_file: Option<PathBuf>,
    /// All variables, for `QINGXIN__A__B`.
    pub variables: BTreeMap<String, String>,
    /// Demo and training data.
    pub demo: bool,
    /// Where ids come from; a seed for tests and the demo.
    pub seed: Option<Vec<u8>>,
    /// Do not wait for the disk: only for data that can be made again.
    pub relaxed: bool,
}

impl Place {
    /// From the process's environment.
    #[must_use]
    pub fn from_env(config_file: Option<PathBuf>) -> Self {
        let variables: BTreeMap<String, String> = std::env::vars().collect();
        let some = |k: &str| variables.get(k).filter(|v| !v.is_empty()).cloned();
        Self {
            url: some("DATABASE_URL").unwrap_or_else(|| DEFAULT_URL.to_owned()),
            master_key_file: some("QINGXIN_MASTER_KEY_FILE").map(PathBuf::from),
            config_file: config_file.or_else(|| some("QINGXIN_CONFIG").map(PathBuf::from)),
            variables,
            demo: false,
            seed: None,
            relaxed: false,
        }
    }
    /// A database of its own (tests, the demo).
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            master_key_file: None,
            config_file: None,
            variables: BTreeMap::new(),
            demo: false,
            seed: None,
            relaxed: false,
        }
    }
    /// How the database is opened.
    #[must_use]
    pub fn options(&self) -> Options {
        Options { master_key_file: self.master_key_file.clone(), relaxed: self.relaxed, ..Options::default() }
    }
    fn ids(&self) -> Ids {
        self.seed.as_ref().map_or_else(Ids::system, |s| Ids::seeded(s))
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| Error::Config(format!("{} 无法读取：{e}", path.display())))
}

/// The configuration, and the directory beside its file in which a city keeps its own tables.
///
/// # Errors
/// [`Error::Config`] naming file and line, or the variable.
pub fn config(place: &Place) -> Result<(Config, Option<PathBuf>)> {
    match &place.config_file {
        None => Ok((Config::read(None, &place.variables)?, None)),
        Some(p) => {
            let text = read(p)?;
            let dir = p.parent().map(Path::to_path_buf);
            Ok((Config::read(Some((&p.display().to_string(), &text)), &place.variables)?, dir))
        }
    }
}

/// A table of the city's own directory, or the one shipped.
fn table(dir: Option<&Path>, name: &str, shipped: &str) -> Result<String> {
    match dir.map(|d| d.join(name)).filter(|p| p.is_file()) {
        Some(p) => read(&p),
        None => Ok(shipped.to_owned()),
    }
}

/// Files of a subdirectory of the city's own directory, by name.
fn files(dir: Option<&Path>, sub: &str) -> Result<Vec<(String, String)>> {
    let Some(dir) = dir.map(|d| d.join(sub)).filter(|d| d.is_dir()) else { return Ok(Vec::new()) };
    let unreadable = |e: std::io::Error| Error::Config(format!("{} 无法读取：{e}", dir.display()));
    let mut out = Vec::new();
    for entry in std::fs::read_dir(&dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|x| x == "toml") {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            out.push((name, read(&path)?));
        }
    }
    out.sort();
    Ok(out)
}

/// The ledgers shipped with the program.
const LEDGERS: [(&str, &str); 5] = [
    ("config/ledgers/hrss.toml", include_str!("../config/ledgers/hrss.toml")),
    ("config/ledgers/housing.toml", include_str!("../config/ledgers/housing.toml")),
    ("config/ledgers/transport.toml", include_str!("../config/ledgers/transport.toml")),
    ("config/ledgers/water.toml", include_str!("../config/ledgers/water.toml")),
    ("config/ledgers/national.toml", include_str!("../config/ledgers/national.toml")),
];

/// Places, bureaus, routing, intake.
///
/// # Errors
/// [`Error::Config`] with place and remedy.
pub fn city(dir: Option<&Path>) -> Result<City> {
    let areas = Areas::load(&table(dir, "areas.toml", include_str!("../config/areas.toml"))?)?;
    let bureaus = Bureaus::load(&table(dir, "bureaus.toml", include_str!("../config/bureaus.toml"))?, &areas)?;
    let routing = RoutingTable::load(&table(dir, "routing.toml", include_str!("../config/routing.toml"))?)?;
    let intake = IntakeConfig::parse(&table(dir, "intake.toml", include_str!("../config/intake.toml"))?)?;
    let mut profiles = BTreeMap::new();
    let shipped = [
        include_str!("../config/imports/national.toml"),
        include_str!("../config/imports/hotline.toml"),
        include_str!("../config/imports/ledger.toml"),
    ];
    let own = files(dir, "imports")?;
    for text in shipped.into_iter().chain(own.iter().map(|(_, t)| t.as_str())) {
        let p = Profile::parse(text)?;
        profiles.insert(p.key.clone(), Arc::new(p));
    }
    let mut exports = BTreeMap::new();
    let shipped = [include_str!("../config/exports/national.toml"), include_str!("../config/exports/hotline.toml")];
    let own = files(dir, "exports")?;
    for text in shipped.into_iter().chain(own.iter().map(|(_, t)| t.as_str())) {
        let p = ExportProfile::parse(text)?;
        exports.insert(p.key.clone(), Arc::new(p));
    }
    let mut ledgers = BTreeMap::new();
    let own = files(dir, "ledgers")?;
    let own = own.iter().map(|(name, text)| (format!("ledgers/{name}"), text.as_str()));
    for (file, text) in LEDGERS.iter().map(|(f, t)| ((*f).to_owned(), *t)).chain(own) {
        let p = LedgerProfile::parse(&file, text)?;
        ledgers.insert(p.key.clone(), Arc::new(p));
    }
    Ok(City { areas, bureaus, routing, intake, profiles, exports, ledgers })
}

/// Who is told what by which channel.
///
/// # Errors
/// [`Error::Config`] naming every template that is wrong.
pub fn notices(dir: Option<&Path>) -> Result<Notices> {
    Notices::parse(&table(dir, "notices.toml", notice::SHIPPED)?)
}

/// What definitions tell, the table of notices can tell.
///
/// # Errors
/// [`Error::Config`] with a Chinese sentence for each order that is wrong.
pub fn tellable(notices: &Notices, graphs: &Graphs) -> Result<()> {
    let wrong: Vec<String> = graphs.iter().flat_map(|g| notices.unfit(g)).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::Config(format!("{}。", wrong.join("；")))) }
}

/// The mail relay of the configuration.
fn mailer(m: &crate::base::config::Mail) -> Result<Option<Mailer>> {
    let ca = if m.ca_file.is_empty() { None } else { Some(read(Path::new(&m.ca_file))?) };
    Mailer::new(m, ca.as_deref().map(str::as_bytes))
}

/// Calendars and rules without a database.
///
/// # Errors
/// [`Error::Config`] with place and remedy.
pub fn law(dir: Option<&Path>, today: crate::base::Day) -> Result<Law> {
    let rules = match dir.map(|d| d.join("rules.toml")).filter(|p| p.is_file()) {
        Some(p) => Rules::embedded().overlaid(&read(&p)?)?,
        None => Rules::embedded(),
    };
    let mut calendar = Calendar::embedded();
    for (name, text) in files(dir, "calendar")? {
        calendar = calendar.with(Year::parse(&text).map_err(|e| Error::Config(format!("calendar/{name}：{e}")))?);
    }
    let calendar = calendar.with_rules(&rules, today);
    Ok(Law { calendar: Arc::new(calendar), rules: Arc::new(rules) })
}

/// The calendar a command without a database counts by: what is shipped, what the city's directory holds, and what was
/// loaded into the database if there is one. The second value says why the database could not be asked.
///
/// # Errors
/// [`Error::Config`] with place and remedy.
pub fn known_calendar(place: &Place, today: crate::base::Day) -> Result<(Calendar, Option<Error>)> {
    let (_, dir) = config(place)?;
    let base = law(dir.as_deref(), today)?.calendar;
    let there = match Target::parse(&place.url) {
        Ok(Target::Sqlite(p)) => p.is_file(),
        Ok(Target::Pg(_)) => true,
        Err(_) => false,
    };
    if !there {
        return Ok(((*base).clone(), None));
    }
    let shipped = Arc::clone(&base);
    match Db::open(&place.url, &place.options()).and_then(|db| db.read_blocking(move |c| calendar::current(c, &shipped))) {
        Ok(c) => Ok((c, None)),
        Err(e) => Ok(((*base).clone(), Some(e))),
    }
}

/// The definitions shipped with the program.
#[must_use]
pub fn definitions() -> Vec<Source> {
    facts::DEFINITIONS.iter().map(|(file, text)| Source { file: (*file).to_owned(), text: (*text).to_owned() }).collect()
}

/// Creates or upgrades the database and publishes new definitions.
///
/// # Errors
/// [`Error::Config`] for the operator, or the database.
pub fn migrate(place: &Place, clock: &dyn Clock) -> Result<Migrated> {
    // what is wrong in a file is said before a row is touched
    let (_, dir) = config(place)?;
    let law = law(dir.as_deref(), clock.now().day())?;
    let registry = facts::registry(&table(dir.as_deref(), "codes.toml", facts::CODES)?, &law.rules)?;
    let graphs = Graphs::load(&definitions(), &registry)?;
    runnable(&graphs, &law, clock.now().day())?;
    standing(&city(dir.as_deref())?, &graphs, &registry)?;
    tellable(&notices(dir.as_deref())?, &graphs)?;
    let done = migrate::migrate(&place.url, &place.options(), clock.now(), &mut place.ids())?;
    let db = Db::open(&place.url, &place.options())?;
    let graphs = Graphs::load(&sources(&db)?, &registry)?;
    publish(&db, &graphs, clock.now())?;
    Ok(done)
}

/// Every rule a definition counts by is there, in the rules of this city too.
fn runnable(graphs: &Graphs, law: &Law, today: crate::base::Day) -> Result<()> {
    let found: Vec<String> = graphs.iter().flat_map(|g| crate::flow::check::against(g, &law.rules, today)).map(|f| f.to_string()).collect();
    if found.is_empty() { Ok(()) } else { Err(Error::Config(found.join("\n"))) }
}

/// What the tables of states of ledgers say is there: states, terms, codes.
///
/// # Errors
/// [`Error::Config`] with a Chinese sentence for each line that is wrong.
pub fn standing(city: &City, graphs: &Graphs, registry: &crate::flow::Registry) -> Result<()> {
    city.profiles.values().try_for_each(|p| crate::app::legacy::fits(p, graphs, registry))
}

/// The same of the definitions shipped with the program and the tables of a city, without a database.
///
/// # Errors
/// As [`standing`], and [`Error::Config`] for a table that cannot be read.
pub fn ledgers(dir: Option<&Path>, clock: &dyn Clock) -> Result<()> {
    let registry = facts::registry(&table(dir, "codes.toml", facts::CODES)?, &law(dir, clock.now().day())?.rules)?;
    standing(&city(dir)?, &Graphs::load(&definitions(), &registry)?, &registry)
}

/// Publishes new definitions; a start that brings none writes nothing.
fn publish(db: &Db, graphs: &Graphs, now: crate::base::At) -> Result<()> {
    let known = graphs.clone();
    if db.read_blocking(move |c| graphs::unpublished(c, &known))? {
        let graphs = graphs.clone();
        db.write_blocking(move |c| graphs::publish(c, &graphs, now))?;
    }
    Ok(())
}

/// The definitions shipped, and those published earlier that are not among them.
///
/// # Errors
/// The database.
pub fn sources(db: &Db) -> Result<Vec<Source>> {
    let mut all = definitions();
    let shipped = all.clone();
    all.extend(db.read_blocking(|c| graphs::published(c, &shipped))?);
    Ok(all)
}

/// Where files of a database are kept when the configuration names no directory: beside a SQLite file, in the working
/// directory for PostgreSQL; with the store's id, so that two databases never share one.
fn beside(target: &Target, configured: &str, what: &str, store_id: &str) -> PathBuf {
    if !configured.is_empty() {
        return PathBuf::from(configured);
    }
    let tail = store_id.rsplit('-').next().unwrap_or(store_id);
    match target {
        Target::Sqlite(p) => {
            let stem = p.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            p.with_file_name(format!("{stem}-{what}-{tail}"))
        }
        Target::Pg(_) => PathBuf::from(format!("qingxin-{what}-{tail}")),
    }
}

/// How the program opens its database.
fn connections(place: &Place, d: &crate::base::config::Database) -> Options {
    let pool = if place.url.starts_with("sqlite:") { d.readers } else { d.connections };
    Options {
        pool: pool.clamp(1, 1_000),
        statement_timeout_ms: d.statement_timeout_ms,
        lock_timeout_ms: d.lock_timeout_ms,
        wait_ms: d.wait_ms,
        ..place.options()
    }
}

/// Records of use are kept as long as the law asks.
fn kept_long_enough(config: &Config, law: &Law, today: crate::base::Day) -> Result<()> {
    match law.rules.dated_number("logs.keep", today) {
        Some(least) if i64::from(config.logs.keep_months) < least.value => Err(Error::Config(format!(
            "logs.keep_months = {} 少于 {} 个月：{}要求网络日志留存不少于六个月。",
            config.logs.keep_months, least.value, least.article
        ))),
        _ => Ok(()),
    }
}

/// Opens the database and puts the program together.
///
/// # Errors
/// [`Error::Config`] for the operator: URL, missing file (names `qingxin migrate`), schema, key, configuration or a
/// definition that cannot run.
pub fn open(place: &Place, clock: Arc<dyn Clock>) -> Result<Arc<App>> {
    let (config, dir) = config(place)?;
    let city = city(dir.as_deref())?;
    if city.areas.get(&config.city.code).is_none() || city.bureaus.get(&config.city.bureau).is_none() {
        return Err(Error::Config(format!(
            "配置项 city.code = {:?} 或 city.bureau = {:?} 不在 areas.toml、bureaus.toml 中，请核对。",
            config.city.code, config.city.bureau
        )));
    }
    let law = law(dir.as_deref(), clock.now().day())?;
    kept_long_enough(&config, &law, clock.now().day())?;
    let registry = facts::registry(&table(dir.as_deref(), "codes.toml", facts::CODES)?, &law.rules)?;
    let db = Db::open(&place.url, &connections(place, &config.database))?;
    let keys = db.key_ring()?;
    let graphs = Graphs::load(&sources(&db)?, &registry)?;
    let base = Arc::clone(&law.calendar);
    let (calendar, store_id, marked) =
        db.read_blocking(move |c| Ok((calendar::current(c, &base)?, migrate::meta(c, "store_id")?, migrate::meta(c, "demo")?)))?;
    runnable(&graphs, &law, clock.now().day())?;
    // a newer program may have published what this one's tables do not name yet: no reason to leave the desk closed
    if let Err(e) = standing(&city, &graphs, &registry) {
        tracing::warn!(error = %e, "a table of states does not fit the definitions: ledgers are refused until it does");
    }
    let notices = notices(dir.as_deref())?;
    tellable(&notices, &graphs)?;
    let mailer = mailer(&config.mail)?;
    publish(&db, &graphs, clock.now())?;
    let demo = marked.is_some();
    let store_id = store_id.ok_or_else(|| Error::Internal("meta has no store_id".into()))?;
    let blobs = Blobs::directory(&beside(db.target(), &config.evidence.directory, "evidence", &store_id))?;
    blobs.claim_blocking(&store_id)?;
    let checkpoints = beside(db.target(), &config.checkpoint.directory, "checkpoints", &store_id);
    let entropy = match &place.seed {
        None => Entropy::System,
        Some(s) => Entropy::Seeded(std::sync::Mutex::new((s.clone(), 0))),
    };
    let law = Law { calendar: Arc::new(calendar), rules: law.rules };
    let demo = demo || place.demo;
    App::new(Parts { db, config, city, graphs, registry, blobs, entropy, law, keys, notices, mailer, checkpoints, demo }, clock)
}
