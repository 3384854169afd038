//! Background work: level-triggered loops without a leader.
//!
//! Owns when things run, never what they do: each tick calls one use case that looks only at stored state, so a missed
//! tick heals at the next and any number of nodes may run the same loops. A failure is logged once, here, and the loop
//! goes on.

use crate::app::App;
use crate::base::id::ProcedureId;
use crate::base::{At, Result};
use crate::store::{accounts, dialogue, job_runs, journal, settings, workers};
use chrono::Duration;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// Procedures a sweep looks at in one go.
const SWEEP_PAGE: i64 = 500;
/// Terms re-projected in one transaction.
const REPROJECT_BATCH: i64 = 200;
/// Events numbered in one transaction.
const SEQUENCE_BATCH: u32 = 1_000;
/// Seconds between sweeps of all open procedures.
const SWEEP_EVERY: u64 = 600;
/// Seconds between looks at the journal for the dashboard.
const SUMMARIES_EVERY: u64 = 10;
/// Seconds between looks at calendar and checkpoint.
const SLOW_EVERY: u64 = 60;
/// Hours an idempotency key is remembered.
const REMEMBER_HOURS: i64 = 72;
/// Seconds between two notes of one job that go well.
const NOTED_EVERY: i64 = 60;
/// Hours after which a node that ran nothing is forgotten.
const NODE_HOURS: i64 = 24;
/// Rows forgotten of a kind in one go.
const FORGET_BATCH: i64 = 1_000;

/// Gauges the operator watches.
#[derive(Debug, Default)]
pub struct Gauges {
    /// Age of the oldest due alarm, seconds.
    pub alarm_lag: AtomicI64,
    /// Age of the oldest letter that is due, seconds.
    pub courier_lag: AtomicI64,
    /// Procedures the last sweep could not repair.
    pub broken: AtomicI64,
}

/// One tick of the alarms: everything due now, in bounded batches.
///
/// # Errors
/// The database.
pub fn alarms(app: &Arc<App>, owner: &str) -> Result<usize> {
    let mut fired = 0;
    loop {
        let done = app.fire_alarms(owner)?;
        fired += done.fired;
        if done.claimed == 0 || done.fired + done.stale == 0 {
            return Ok(fired);
        }
    }
}

/// Numbers committed events without gaps.
///
/// # Errors
/// The database.
pub fn sequence(app: &Arc<App>) -> Result<u64> {
    let mut n = 0;
    loop {
        let span = app.db.write_blocking(|c| journal::sequence(c, SEQUENCE_BATCH))?;
        n += span.end - span.start;
        if span.end - span.start < u64::from(SEQUENCE_BATCH) {
            return Ok(n);
        }
    }
}

/// Writes the day's signed checkpoint, once a day, and publishes all outside the database.
///
/// # Errors
/// The database or the directory.
pub fn checkpoint(app: &Arc<App>, dir: &std::path::Path) -> Result<()> {
    let (keys, now) = (app.keys(), app.now());
    let last = app.db.read_blocking(journal::latest_checkpoint)?;
    if last.is_none_or(|(cp, _)| cp.at.day() < now.day()) {
        app.db.write_blocking(move |c| journal::checkpoint(c, &keys, now).map(drop))?;
    }
    app.db.read_blocking(|c| journal::publish(c, dir).map(drop))
}

/// Sweeps all open procedures; returns how many were repaired and how many are beyond repair.
///
/// # Errors
/// The database.
pub fn sweep(app: &Arc<App>) -> Result<(usize, usize)> {
    let mut after: ProcedureId = uuid::Uuid::nil().into();
    let (mut repaired, mut broken) = (0, 0);
    loop {
        let (last, swept) = app.sweep_page(after, SWEEP_PAGE)?;
        repaired += swept.repaired.len();
        for id in &swept.broken {
            tracing::error!(procedure = %id, "an open procedure has no live duty");
        }
        broken += swept.broken.len();
        match last {
            Some(l) => after = l,
            None => return Ok((repaired, broken)),
        }
    }
}

/// Takes a newer calendar and projects open terms anew.
///
/// # Errors
/// The database.
pub fn calendar(app: &Arc<App>) -> Result<usize> {
    app.refresh_calendar()?;
    let mut n = 0;
    loop {
        let done = app.reproject(REPROJECT_BATCH)?;
        n += done;
        if done == 0 {
            return Ok(n);
        }
    }
}

/// Forgets old idempotency keys, codes by telephone, limits, drafts nobody touched, nodes that stopped, and sessions that are over for longer than
/// records of use are kept.
///
/// # Errors
/// The database.
pub fn forget(app: &Arc<App>) -> Result<usize> {
    let before = app.now().plus(-Duration::hours(REMEMBER_HOURS));
    let untouched = app.now().plus(-Duration::days(app.config.workers.draft_days));
    let logs = app.now().plus(-Duration::days(i64::from(app.config.logs.keep_months) * 31));
    let gone = app.now().plus(-Duration::hours(NODE_HOURS));
    app.db.write_blocking(move |c| {
        job_runs::forget(c, gone)?;
        accounts::forget_sessions(c, logs, FORGET_BATCH)?;
        let n = settings::forget(c, before, FORGET_BATCH)? + workers::forget(c, before, FORGET_BATCH)?;
        Ok(n + dialogue::forget_drafts(c, untouched, FORGET_BATCH)?)
    })
}

/// Tells old numbers of log-ins that change their telephone, and lets changes take effect whose delay is over.
///
/// # Errors
/// The database or the keys; a message nobody takes is no error.
pub fn rebindings(app: &Arc<App>) -> Result<crate::app::claimant::rebinding::Settled> {
    app.settle_rebindings()
}

/// Rings for what waits for an officer outside any procedure.
///
/// # Errors
/// The database.
pub fn bells(app: &Arc<App>) -> Result<usize> {
    app.ring_bells()
}

/// Tells announcements whose order is gone or amended.
///
/// # Errors
/// The database.
pub fn announcements(app: &Arc<App>) -> Result<usize> {
    app.watch_announcements()
}

/// Brings the summaries of employers up to what the journal and the day say, unless another node is at it; returns how many transactions did
/// something. A unit that cannot be reckoned is logged and stops no other.
///
/// # Errors
/// The database.
pub fn employers(app: &Arc<App>, owner: &str) -> Result<usize> {
    let did = app.refresh_employers(owner)?;
    for (unit, e) in &did.failed {
        tracing::error!(%unit, code = e.code(), error = %e, "a summary of an employer could not be made and will be tried again");
    }
    Ok(did.done)
}

/// Brings the dashboard's summaries up to what the journal says, unless another node is at it; returns how many writes it took.
///
/// # Errors
/// The database.
pub fn summaries(app: &Arc<App>, owner: &str) -> Result<usize> {
    app.refresh_summaries(owner)
}

/// Queues what systems wait to be told, and sends what is due.
///
/// # Errors
/// The database; a message that does not arrive is no error.
pub fn webhooks(app: &Arc<App>) -> Result<usize> {
    app.queue_deliveries()?;
    let mut sent = 0;
    loop {
        let done = app.send_deliveries()?;
        sent += done;
        if done == 0 {
            return Ok(sent);
        }
    }
}

/// Sends what leaves the house of notices, until nothing is due or the process ends.
///
/// # Errors
/// The database; a letter nobody takes is no error.
pub fn courier(app: &Arc<App>, stop: &watch::Receiver<bool>) -> Result<crate::app::courier::Carried> {
    app.carry(&|| !*stop.borrow())
}

/// Tells whoever supervises or leads what is overdue, once a working day.
///
/// # Errors
/// The database.
pub fn digests(app: &Arc<App>) -> Result<usize> {
    app.send_digests()
}

/// Reminds bureaus of the day's report of a campaign, and tells who supervises what is missing.
///
/// # Errors
/// The database.
pub fn campaigns(app: &Arc<App>) -> Result<usize> {
    app.watch_campaigns()
}

/// Ends uploads that were not finished in time and removes what belongs to none. On a blocking thread of a runtime.
///
/// # Errors
/// The database or the object store.
pub fn uploads(app: &Arc<App>) -> Result<()> {
    let runtime = tokio::runtime::Handle::try_current().map_err(|e| crate::base::Error::Io(format!("runtime: {e}")))?;
    let done = runtime.block_on(app.sweep_uploads())?;
    if done != crate::app::uploads::UploadsSwept::default() {
        tracing::info!(expired = done.expired, removed = done.removed, forgotten = done.forgotten, "uploads swept");
    }
    Ok(())
}

fn logged<T>(what: &str, r: Result<T>) -> Option<T> {
    r.map_err(|e| tracing::error!(job = what, code = e.code(), error = %e, "a job failed and will run again")).ok()
}

/// Keeps when this node ran what, for whoever watches: a run that went well at most once a minute a job, a failure at once.
#[derive(Debug)]
struct Notes {
    app: Arc<App>,
    node: String,
    kept: Mutex<HashMap<&'static str, (At, bool)>>,
}
impl Notes {
    /// Does a job and notes it. That it could not be noted stops nothing: the job was done.
    fn run<T>(&self, job: &'static str, every: u64, work: impl FnOnce(&Arc<App>) -> Result<T>) -> Option<T> {
        let done = work(&self.app);
        let code = done.as_ref().err().map(|e| e.code().to_owned());
        let done = logged(job, done);
        let (now, ok) = (self.app.now(), code.is_none());
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.get(job).is_some_and(|(at, was)| *was == ok && at.plus(Duration::seconds(NOTED_EVERY)) > now) {
                return done;
            }
            kept.insert(job, (now, ok));
        }
        let row = job_runs::Run {
            job: job.to_owned(),
            node: self.node.clone(),
            ran_at: now,
            ok_at: ok.then_some(now),
            failed_at: code.as_ref().map(|_| now),
            error: code,
            every_seconds: i32::try_from(every).unwrap_or(i32::MAX).max(1),
        };
        if let Err(e) = self.app.db.write_blocking(move |c| job_runs::note(c, &row)) {
            tracing::debug!(job, code = e.code(), "when a job ran was not noted");
        }
        done
    }
}

/// Starts all loops; they end when `stop` turns true. `node` names this process in leases.
pub fn start(
    app: &Arc<App>,
    node: &str,
    checkpoints: PathBuf,
    gauges: &Arc<Gauges>,
    stop: &watch::Receiver<bool>,
) -> Vec<tokio::task::JoinHandle<()>> {
    let every = |seconds: u64, mut stop: watch::Receiver<bool>, work: Arc<dyn Fn() + Send + Sync>| {
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(std::time::Duration::from_secs(seconds));
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = tick.tick() => {}
                    r = stop.changed() => if r.is_err() || *stop.borrow() { return },
                }
                let work = Arc::clone(&work);
                if tokio::task::spawn_blocking(move || work()).await.is_err() {
                    tracing::error!("a job panicked and will run again");
                }
            }
        })
    };
    let poll = app.config.jobs.poll_seconds;
    let notes = Arc::new(Notes { app: Arc::clone(app), node: node.to_owned(), kept: Mutex::default() });
    let (n, owner) = (Arc::clone(&notes), node.to_owned());
    // a tick of its own: many units on one day must not keep others waiting
    let sum = move || {
        n.run("employers", SLOW_EVERY, |a| employers(a, &owner));
    };
    let (n, owner) = (Arc::clone(&notes), node.to_owned());
    let count = move || {
        n.run("summaries", SUMMARIES_EVERY, |a| summaries(a, &owner));
    };
    let (n, g, owner) = (Arc::clone(&notes), Arc::clone(gauges), node.to_owned());
    let fire = move || {
        n.run("alarms", poll, |a| alarms(a, &owner));
        if let Some(lag) = logged("alarm lag", n.app.alarm_lag()) {
            g.alarm_lag.store(lag, Ordering::Relaxed);
        }
    };
    let n = Arc::clone(&notes);
    let number = move || {
        n.run("sequencer", poll, sequence);
    };
    let (n, g) = (Arc::clone(&notes), Arc::clone(gauges));
    let look = move || {
        if let Some((repaired, broken)) = n.run("sweep", SWEEP_EVERY, sweep) {
            if repaired > 0 {
                tracing::warn!(repaired, "the sweep set missing alarms again");
            }
            g.broken.store(i64::try_from(broken).unwrap_or(i64::MAX), Ordering::Relaxed);
        }
        n.run("forget", SWEEP_EVERY, forget);
        n.run("uploads", SWEEP_EVERY, uploads);
    };
    let n = Arc::clone(&notes);
    let slow = move || {
        // another node may have rotated the keys: known before the first text meets us
        n.run("keys", SLOW_EVERY, |a| a.renew_keys());
        n.run("calendar", SLOW_EVERY, calendar);
        n.run("checkpoint", SLOW_EVERY, |a| checkpoint(a, &checkpoints));
        n.run("rebindings", SLOW_EVERY, rebindings);
        n.run("announcements", SLOW_EVERY, announcements);
        n.run("bells", SLOW_EVERY, bells);
        n.run("digests", SLOW_EVERY, digests);
        n.run("campaigns", SLOW_EVERY, campaigns);
    };
    let n = Arc::clone(&notes);
    let tell = move || {
        n.run("webhooks", poll, webhooks);
    };
    let (n, ends, g) = (Arc::clone(&notes), stop.clone(), Arc::clone(gauges));
    let carry = move || {
        n.run("courier", poll, |a| courier(a, &ends));
        if let Some(lag) = logged("courier lag", n.app.courier_lag()) {
            g.courier_lag.store(lag, Ordering::Relaxed);
        }
    };
    vec![
        every(poll, stop.clone(), Arc::new(tell)),
        every(poll, stop.clone(), Arc::new(carry)),
        every(poll, stop.clone(), Arc::new(fire)),
        every(poll, stop.clone(), Arc::new(number)),
        every(SWEEP_EVERY, stop.clone(), Arc::new(look)),
        every(SLOW_EVERY, stop.clone(), Arc::new(slow)),
        every(SLOW_EVERY, stop.clone(), Arc::new(sum)),
        every(SUMMARIES_EVERY, stop.clone(), Arc::new(count)),
    ]
}
