//! The year: a queue of what happens when, worked off day by day, with alarms in between.
//!
//! Owns the simulated hours (working days, 8:40 to 17:10) and whose turn it is. What a beat does is in [`super::act`].

use super::act;
use super::lives::{Beat, DAY, Script};
use super::people::Crew;
use super::rng::Rng;
use crate::app::App;
use crate::app::intake::{Prepared, Registered};
use crate::app::write::Tx;
use crate::base::clock::ManualClock;
use crate::base::id::{CaseId, FilingId, ProcedureId};
use crate::base::{At, Day, Error, Result};
use crate::domain::access::Actor;
use crate::domain::intake::FilingDraft;
use crate::jobs;
use crate::law::Calendar;
use crate::store::{cases, orders};
use chrono::Duration;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Minutes of a day before and after the noon pass of alarms.
const NOON: u64 = 235;

/// Beats in one transaction.
const BATCH: usize = 24;

/// The simulated hours.
#[derive(Debug)]
pub struct Hours {
    days: Vec<Day>,
}

impl Hours {
    /// The working days from `first` to `last`.
    #[must_use]
    pub fn new(calendar: &Calendar, first: Day, last: Day) -> Self {
        let mut days = Vec::new();
        let mut day = first;
        while day <= last {
            if calendar.is_working(day) {
                days.push(day);
            }
            day = day.next();
        }
        Self { days }
    }
    /// How many working days there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::try_from(self.days.len()).unwrap_or(0)
    }
    /// The instant of a working minute.
    #[must_use]
    pub fn at(&self, w: u64) -> At {
        let i = usize::try_from(w / DAY).unwrap_or(usize::MAX).min(self.days.len().saturating_sub(1));
        let minutes = i64::try_from(w % DAY).unwrap_or(0);
        self.days.get(i).map_or_else(|| Day::new(chrono::NaiveDate::MIN).start(), |d| d.at(8, 40).plus(Duration::minutes(minutes)))
    }
    /// The first working minute of a day, if it is worked.
    #[must_use]
    pub fn of(&self, day: Day) -> Option<u64> {
        self.days.binary_search(&day).ok().map(|i| u64::try_from(i).unwrap_or(0) * DAY)
    }
}

/// A case as the demonstration knows it.
#[derive(Debug, Default)]
pub struct Life {
    /// Counts people round.
    pub nth: usize,
    /// The area of its place of work, as a code.
    pub area: String,
    /// The industry bureau of its trade.
    pub industry: String,
    /// The desk that received it.
    pub receiving: String,
    /// The bureau that led first.
    pub first_lead: String,
    /// The case.
    pub case: Option<CaseId>,
    /// Its complaint procedure.
    pub complaint: Option<ProcedureId>,
    /// The filing.
    pub filing: Option<FilingId>,
    /// The filing's procedure.
    pub report: Option<ProcedureId>,
    /// Who holds it.
    pub officer: Option<Arc<Actor>>,
}

/// A report on its way in.
#[derive(Debug)]
pub struct Report {
    /// What is said.
    pub draft: Box<FilingDraft>,
    /// Who registers it: the program (a file) or the desk.
    pub by_file: bool,
    /// What the desk does with the filing afterwards.
    pub after: Vec<Beat>,
}

/// One thread of events.
#[derive(Debug)]
struct Track {
    life: usize,
    report: Option<Report>,
    beats: VecDeque<Beat>,
}

/// Everything the demonstration keeps in mind.
pub struct World {
    /// The program.
    pub app: Arc<App>,
    /// Who works.
    pub crew: Crew,
    /// Chance.
    pub rng: Rng,
    /// The hours.
    pub hours: Hours,
    /// Cases.
    pub lives: Vec<Life>,
    /// Files to be written once the rows are.
    pub blobs: Vec<(String, Vec<u8>)>,
    /// Counts proofs and bank references.
    pub serial: u64,
    /// Moves made.
    pub moves: u64,
    /// What was refused, by move and code: the engine has the last word.
    pub refused: BTreeMap<String, u64>,
    tracks: Vec<Track>,
    queue: BinaryHeap<Reverse<(u64, usize)>>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "World({} lives)", self.lives.len())
    }
}

/// Whether a case is worked on again after it was concluded: somebody reported once more, and the bureau is supervised for it.
fn reopened(tx: &mut Tx<'_>, case: CaseId) -> Result<bool> {
    let supervised = orders::supervisions_of(tx.c, case)?.iter().any(|s| s.origin == "repeated" && s.discharged_at.is_none());
    Ok(supervised && cases::get(tx.c, case)?.is_some_and(|c| c.state == "investigating"))
}

impl World {
    /// An empty world.
    #[must_use]
    pub fn new(app: Arc<App>, crew: Crew, rng: Rng, hours: Hours) -> Self {
        Self {
            app,
            crew,
            rng,
            hours,
            lives: Vec::new(),
            blobs: Vec::new(),
            serial: 0,
            moves: 0,
            refused: BTreeMap::new(),
            tracks: Vec::new(),
            queue: BinaryHeap::new(),
        }
    }
    /// A life that begins with a report at `w`.
    pub fn begin(&mut self, w: u64, life: Life, report: Report, beats: Vec<Beat>) {
        self.lives.push(life);
        self.tracks.push(Track { life: self.lives.len() - 1, report: Some(report), beats: beats.into() });
        self.queue.push(Reverse((w, self.tracks.len() - 1)));
    }
    /// A life that stands in the database already.
    pub fn adopt(&mut self, w: u64, life: Life, beats: Vec<Beat>, after: Vec<Beat>) {
        self.lives.push(life);
        self.follow(w, self.lives.len() - 1, beats);
        self.follow(w, self.lives.len() - 1, after);
    }
    fn follow(&mut self, w: u64, life: usize, beats: Vec<Beat>) {
        let Some(first) = beats.first().map(|b| b.wait) else { return };
        self.tracks.push(Track { life, report: None, beats: beats.into() });
        self.queue.push(Reverse((w + first, self.tracks.len() - 1)));
    }

    /// Plays what comes before `until`, at most [`BATCH`] beats in one transaction; whether there is more.
    ///
    /// # Errors
    /// The database; refusals are counted.
    fn play(&mut self, tx: &mut Tx<'_>, until: u64) -> Result<bool> {
        let mut left = BATCH;
        while let Some(Reverse((w, t))) = self.queue.peek().copied().filter(|Reverse((w, _))| *w < until) {
            if left == 0 {
                return Ok(true);
            }
            left -= 1;
            self.queue.pop();
            tx.now = self.hours.at(w);
            let life = self.tracks[t].life;
            match self.tracks[t].report.take() {
                Some(report) => self.register(tx, w, t, life, report)?,
                None => {
                    let Some(beat) = self.tracks[t].beats.pop_front() else { continue };
                    let seen = self.lives[life].case;
                    if let Err(e) = act::act(self, tx, life, &beat.act) {
                        let code = e.fields().first().map_or_else(|| e.to_string(), |f| format!("{} {}", f.pointer, f.code));
                        match e {
                            Error::Refused(_) | Error::Invalid(_) | Error::NotFound(_) | Error::Forbidden(_) => {
                                *self.refused.entry(format!("{}: {code}", act::name(&beat.act))).or_default() += 1;
                            }
                            e => return Err(e),
                        }
                        // what should have followed makes no sense any more
                        self.tracks[t].beats.clear();
                    }
                    if seen.is_none() && self.lives[life].case.is_none() && !act::on_filing(&beat.act) {
                        self.tracks[t].beats.clear();
                    }
                }
            }
            if let Some(next) = self.tracks[t].beats.front() {
                self.queue.push(Reverse((w + next.wait, t)));
            }
        }
        Ok(false)
    }

    fn register(&mut self, tx: &mut Tx<'_>, w: u64, t: usize, life: usize, report: Report) -> Result<()> {
        let receiving = self.lives[life].receiving.clone();
        let keys = self.app.keys();
        let prepared: Prepared = crate::app::intake::prepare(&self.app, &keys, &mut self.app.ids(), &report.draft, &receiving, tx.now)?;
        let who = if report.by_file {
            Arc::new(Actor::System("import"))
        } else {
            self.crew.pick(&receiving, crate::domain::access::DutyKind::Desk, self.lives[life].nth)?
        };
        let done = tx.body(&who, |tx| crate::app::intake::register_in(tx, &prepared, None))?;
        self.moves += 1;
        let Registered::New { filing, procedure, case, joined, .. } = done else {
            self.tracks[t].beats.clear();
            *self.refused.entry("register: duplicate".into()).or_default() += 1;
            return Ok(());
        };
        let l = &mut self.lives[life];
        l.filing = Some(filing);
        l.report = Some(procedure);
        if let Some(case) = case {
            self.moves += 2;
            act::settle(tx, l, case)?;
        }
        if joined {
            self.tracks[t].beats.clear();
            // what was concluded and is worked on again has nobody whose beats go on
            if let Some(case) = case
                && reopened(tx, case)?
            {
                self.lives[life].officer = self.lives.iter().rev().find_map(|l| l.officer.clone().filter(|_| l.case == Some(case)));
                let mut s = Script::new(&mut self.rng, 10);
                s.redone();
                let beats = s.done();
                self.follow(w, life, beats);
            }
        }
        self.follow(w, life, report.after);
        Ok(())
    }
}

/// The simulated clock, the world and the shared handle of both.
#[derive(Debug)]
pub struct Year {
    /// The clock of the program.
    pub clock: Arc<ManualClock>,
    /// The world.
    pub world: Arc<Mutex<World>>,
    /// Alarms fired.
    pub alarms: u64,
    runtime: tokio::runtime::Runtime,
}

impl Year {
    /// Puts them together.
    ///
    /// # Errors
    /// No runtime for writing files.
    pub fn new(clock: Arc<ManualClock>, world: World) -> Result<Self> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|e| Error::Io(format!("runtime: {e}")))?;
        Ok(Self { clock, world: Arc::new(Mutex::new(world)), alarms: 0, runtime })
    }

    /// Waits for a use case that is asked for as the doors ask.
    ///
    /// # Errors
    /// Those of the use case.
    pub fn wait<T>(&self, of: impl Future<Output = Result<T>>) -> Result<T> {
        self.runtime.block_on(of)
    }

    /// Lives through one day up to `now`.
    ///
    /// # Errors
    /// The database.
    pub fn day(&mut self, app: &Arc<App>, day: Day, now: At) -> Result<()> {
        let first = self.world.lock().unwrap_or_else(PoisonError::into_inner).hours.of(day);
        self.alarms_until(app, day.at(8, 30).min(now))?;
        if let Some(first) = first {
            // today ends now: what lies later has not happened yet
            let end = |w: u64| {
                let minutes = u64::try_from((now.utc() - day.at(8, 40).utc()).num_minutes()).unwrap_or(0);
                if day == now.day() { w.min(first + minutes) } else { w }
            };
            self.acts(app, end(first + NOON))?;
            self.alarms_until(app, day.at(12, 36).min(now))?;
            self.acts(app, end(first + DAY))?;
            self.alarms_until(app, day.at(17, 11).min(now))?;
        }
        Ok(())
    }

    fn alarms_until(&mut self, app: &Arc<App>, at: At) -> Result<()> {
        if at > crate::base::Clock::now(&*self.clock) {
            self.clock.set(at);
        }
        self.alarms += u64::try_from(jobs::alarms(app, "demo")?).unwrap_or(0);
        Ok(())
    }

    fn acts(&mut self, app: &Arc<App>, until: u64) -> Result<()> {
        let system = Actor::System("demo");
        loop {
            let world = Arc::clone(&self.world);
            let more = app.write_blocking(&system, None, move |tx| world.lock().unwrap_or_else(PoisonError::into_inner).play(tx, until))?;
            if !more {
                break;
            }
        }
        let blobs = std::mem::take(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner).blobs);
        self.runtime.block_on(async {
            for (key, bytes) in blobs {
                app.blobs.put(&key, bytes).await?;
            }
            Ok(())
        })
    }
}
