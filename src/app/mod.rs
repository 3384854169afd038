//! Use cases: each loads, decides by `domain` and `flow`, and saves in one transaction.
//!
//! Owns [`App`] (what a use case needs besides its input) and the order of things. Decides nothing itself and knows no
//! HTTP, no SQL and no file format. Start with [`mod@write`] and [`mod@perform`].

pub mod addresses;
mod agreements;
pub mod amendment;
pub mod announcements;
pub mod areas;
pub mod assigning;
pub mod audit;
pub mod bells;
pub mod bulletins;
pub mod calendar;
pub mod callbacks;
pub mod campaigns;
pub mod casebook;
pub mod claimant;
pub mod claims;
pub mod conduct;
pub mod contacts;
mod correspondence;
pub mod counter;
pub mod courier;
pub mod dashboard;
pub mod definitions;
pub mod demo;
pub mod digest;
pub mod doctor;
pub mod documents;
pub mod door;
pub mod doubts;
pub mod draws;
pub mod effects;
pub mod employers;
pub mod evidence;
pub mod exchange;
pub mod exports;
pub mod facts;
pub mod grading;
pub mod graphs;
pub mod handover;
pub mod health;
pub mod history;
pub mod import;
pub mod inbox;
pub mod intake;
pub mod kept;
pub mod legacy;
pub mod listing_desk;
mod listings;
pub mod migrate;
pub mod money_report;
pub mod notify;
pub mod oral;
mod orders;
pub mod outbox;
pub mod overdue;
pub mod penalties;
pub mod people;
pub mod perform;
pub mod project;
pub mod ready;
pub mod receivers;
pub mod refusals;
pub mod register;
mod remedies;
pub mod report;
pub mod roster;
mod said;
pub mod second_factor;
pub mod sheets;
pub mod sight;
pub mod subject;
pub mod summaries;
pub mod supervisions;
pub mod sweep;
pub mod uploads;
pub mod view;
pub mod views;
pub mod workers;
pub mod write;

pub mod indexing;
pub mod joining;
pub mod search;
pub mod search_hints;
pub mod standins;

pub use graphs::Graphs;

use crate::base::config::Config;
use crate::base::id::Ids;
use crate::base::seal::KeyRing;
use crate::base::{At, Clock, Result};
use crate::domain::casebook::LedgerProfile;
use crate::domain::exchange::export::ExportProfile;
use crate::domain::intake::{IntakeConfig, Profile};
use crate::domain::routing::{Areas, Bureaus, RoutingTable};
use crate::flow::Registry;
use crate::gateway::blobs::Blobs;
use crate::gateway::mail::Mailer;
use crate::gateway::sms::Sms;
use crate::gateway::webhook::Webhooks;
use crate::gateway::wechat::Wechat;
use crate::law::Law;
use crate::paper::notice::Notices;
use crate::store::Db;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// What the city configures besides `Config`: places, bureaus, routing, intake.
#[derive(Debug)]
pub struct City {
    /// Areas of the city.
    pub areas: Areas,
    /// Bureaus of city and counties.
    pub bureaus: Bureaus,
    /// The decision table.
    pub routing: RoutingTable,
    /// Caps, limits, grades.
    pub intake: IntakeConfig,
    /// Import profiles by key.
    pub profiles: BTreeMap<String, Arc<Profile>>,
    /// Profiles of answer-back files by key.
    pub exports: BTreeMap<String, Arc<ExportProfile>>,
    /// Profiles of the case ledger by key.
    pub ledgers: BTreeMap<String, Arc<LedgerProfile>>,
}

impl City {
    /// The profiles of clue files; ledgers are taken over on the command line only.
    pub fn clue_profiles(&self) -> impl Iterator<Item = &Arc<Profile>> {
        self.profiles.values().filter(|p| p.ledger.is_none())
    }
}

/// Where ids and randomness come from.
#[derive(Debug)]
pub enum Entropy {
    /// The machine.
    System,
    /// A seed and a counter of children: tests and the demo.
    Seeded(Mutex<(Vec<u8>, u64)>),
}

/// Everything a use case needs besides its input. Built by `boot`.
pub struct App {
    /// The database.
    pub db: Db,
    /// The clock of the shell.
    pub clock: Arc<dyn Clock>,
    /// The configuration.
    pub config: Config,
    /// Places, bureaus, routing, intake.
    pub city: City,
    /// Checked definitions.
    pub graphs: Graphs,
    /// What definitions may name: facts, roles, coded lists.
    pub registry: Registry,
    /// Evidence files.
    pub blobs: Blobs,
    /// Messages to other systems.
    pub webhooks: Webhooks,
    /// Ids and randomness.
    pub entropy: Entropy,
    /// A hash of a password nobody has, so that unknown log-in names cost the same.
    pub dummy_hash: String,
    /// How many passwords are hashed at once.
    pub hashers: tokio::sync::Semaphore,
    /// Requests of other systems taken in advance.
    pub allowances: exchange::allowance::Allowances,
    /// How many files of evidence are put together and written anew at once: a picture unpacked is large.
    pub pictures: Arc<tokio::sync::Semaphore>,
    /// Where signed checkpoints go, outside the database.
    pub checkpoints: std::path::PathBuf,
    /// Who is told what by which channel.
    pub notices: Notices,
    /// The mail relay, where the city has one.
    pub mailer: Option<Mailer>,
    /// Short messages.
    pub sms: Sms,
    /// The WeChat platform, where the city has a mini-program.
    pub wechat: Option<Wechat>,
    /// Demo and training data: fenced, shown by a banner.
    pub demo: bool,
    law: RwLock<Arc<Law>>,
    keys: RwLock<Arc<KeyRing>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "App({:?})", self.db)
    }
}

/// The parts `boot` puts together.
#[derive(Debug)]
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The configuration.
    pub config: Config,
    /// Places, bureaus, routing, intake.
    pub city: City,
    /// Checked definitions.
    pub graphs: Graphs,
    /// What definitions may name.
    pub registry: Registry,
    /// Evidence files.
    pub blobs: Blobs,
    /// Ids and randomness.
    pub entropy: Entropy,
    /// Calendars and rules.
    pub law: Law,
    /// Keys.
    pub keys: KeyRing,
    /// Who is told what by which channel.
    pub notices: Notices,
    /// The mail relay.
    pub mailer: Option<Mailer>,
    /// Where signed checkpoints go.
    pub checkpoints: std::path::PathBuf,
    /// Demo and training data.
    pub demo: bool,
}

impl App {
    /// Puts the parts together.
    ///
    /// # Errors
    /// A password cannot be hashed on this machine.
    pub fn new(p: Parts, clock: Arc<dyn Clock>) -> Result<Arc<Self>> {
        let seconds = std::time::Duration::from_secs;
        let (sms, wx) = (&p.config.sms, &p.config.wechat);
        let wechat = (!wx.app_id.is_empty()).then(|| Wechat::new(&wx.base_url, &wx.app_id, &wx.app_secret, seconds(wx.timeout_seconds)));
        let webhooks =
            Webhooks::new(std::time::Duration::from_secs(p.config.exchange.send_timeout_seconds), p.config.exchange.allow_loopback);
        let pictures = Arc::new(tokio::sync::Semaphore::new(p.config.evidence.pictures_at_once));
        Ok(Arc::new(Self {
            webhooks,
            db: p.db,
            sms: Sms::new(&sms.provider, &sms.url, &sms.secret, seconds(sms.timeout_seconds)),
            wechat,
            notices: p.notices,
            mailer: p.mailer,
            clock,
            config: p.config,
            city: p.city,
            graphs: p.graphs,
            registry: p.registry,
            blobs: p.blobs,
            entropy: p.entropy,
            dummy_hash: people::hash_password("nobody has this password")?,
            hashers: tokio::sync::Semaphore::new(2),
            allowances: exchange::allowance::Allowances::default(),
            pictures,
            checkpoints: p.checkpoints,
            demo: p.demo,
            law: RwLock::new(Arc::new(p.law)),
            keys: RwLock::new(Arc::new(p.keys)),
        }))
    }
    /// The current instant.
    #[must_use]
    pub fn now(&self) -> At {
        self.clock.now()
    }
    /// The snapshot of calendars and rules.
    #[must_use]
    pub fn law(&self) -> Arc<Law> {
        Arc::clone(&self.law.read().unwrap_or_else(PoisonError::into_inner))
    }
    /// Replaces the snapshot: a calendar was loaded.
    pub fn set_law(&self, law: Law) {
        *self.law.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(law);
    }
    /// The keys.
    #[must_use]
    pub fn keys(&self) -> Arc<KeyRing> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
    /// Replaces the keys: one was rotated.
    pub fn set_keys(&self, keys: KeyRing) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }
    /// A source of ids for one unit of work.
    #[must_use]
    pub fn ids(&self) -> Ids {
        match &self.entropy {
            Entropy::System => Ids::system(),
            Entropy::Seeded(m) => {
                let mut s = m.lock().unwrap_or_else(PoisonError::into_inner);
                s.1 += 1;
                let seed = [s.0.as_slice(), &s.1.to_be_bytes()].concat();
                Ids::seeded(&seed)
            }
        }
    }
    /// The path of area codes from the city down; only the city for an unknown area.
    #[must_use]
    pub fn area_path(&self, area: Option<&str>) -> Vec<String> {
        area.and_then(|a| self.city.areas.get(a)).map_or_else(|| vec![self.config.city.code.clone()], |a| a.path.clone())
    }
    /// The path of area codes down to a bureau's own area; empty for an unknown bureau.
    #[must_use]
    pub fn bureau_path(&self, code: &str) -> Vec<String> {
        self.city.bureaus.get(code).map(|b| self.area_path(Some(&b.area))).unwrap_or_default()
    }
    /// The name of a bureau, its code when it is unknown.
    #[must_use]
    pub fn bureau_name(&self, code: &str) -> String {
        self.city.bureaus.get(code).map_or_else(|| code.to_owned(), |b| b.name.clone())
    }
    /// The Chinese name of a code of a list in `config/codes.toml`, the code itself when it is unknown.
    #[must_use]
    pub fn code_title(&self, list: &str, code: &str) -> String {
        self.registry.codes.get(list).and_then(|l| l.iter().find(|(c, _)| c == code)).map_or_else(|| code.to_owned(), |(_, t)| t.clone())
    }
    /// The word of a code of a list in the language of whoever reads it; the Chinese one where there is no other.
    #[must_use]
    pub fn code_word(&self, lang: crate::base::text::Lang, list: &str, code: &str) -> String {
        let key = format!("code.{list}.{code}");
        let word = lang.text(&key);
        if word == key { self.code_title(list, code) } else { word.to_owned() }
    }
    /// The article a code stands on.
    #[must_use]
    pub fn code_article(&self, list: &str, code: &str) -> Option<String> {
        self.registry.code_articles.get(list).and_then(|l| l.get(code)).cloned()
    }
    /// The name of an area, its code when it is unknown.
    #[must_use]
    pub fn area_name(&self, code: &str) -> String {
        self.city.areas.get(code).map_or_else(|| code.to_owned(), |a| a.name.clone())
    }
}

/// Uses a fresh source of randomness.
pub(crate) fn ids_in<T>(app: &App, f: impl FnOnce(&mut Ids) -> T) -> T {
    f(&mut app.ids())
}
