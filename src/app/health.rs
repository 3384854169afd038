//! What the background work has still to do, and when each node last did it.
//!
//! Owns the numbers operators watch, on the page of jobs and under `/metrics`, and what they should do about them. Reads bookkeeping and
//! bounded counts; changes nothing and names nobody.

use super::App;
use crate::base::{At, Error, Result};
use crate::domain::access::{self, Ability, Actor};
use crate::store::job_runs::{self, Run};
use crate::store::{employers, exchange_out, journal, letters, procedures};
use std::sync::Arc;

/// Counts go up to this.
const MOST: i64 = 1_000;
/// A due alarm older than this is late, seconds: a poll is a few of them.
const ALARM_LATE: i64 = 60;
/// A due letter older than this is late, seconds.
const LETTER_LATE: i64 = 600;
/// Events that may wait for a number.
const NUMBERS_LATE: i64 = 200;
/// Hours after which the daily checkpoint is missed.
const CHECKPOINT_LATE: i64 = 26;
/// Numbers of the journal the summaries may be behind.
const SUMMARIES_LATE: i64 = 500;
/// A job that did not run for so many of its intervals does not run.
const MISSED: i64 = 3;
/// Slack for a run that takes long and for notes kept once a minute, seconds.
const SLACK: i64 = 90;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// As it should.
    Good,
    /// Look at it.
    Watch,
    /// Somebody must act.
    Bad,
}

/// What waits, in figures. Ages are in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Alarms that are due, counted up to a thousand.
    pub alarms: i64,
    /// Age of the oldest of them.
    pub alarm_age: i64,
    /// Age of the oldest letter that is due.
    pub letter_age: i64,
    /// Letters given up, counted up to a thousand.
    pub letters_dead: i64,
    /// Messages to other systems given up, counted up to a thousand.
    pub messages_dead: i64,
    /// Messages to other systems that wait, counted up to a thousand.
    pub messages: i64,
    /// Events without a number, counted up to a thousand.
    pub unnumbered: i64,
    /// Age of the newest checkpoint; -1 while there is none.
    pub checkpoint_age: i64,
    /// Numbers of the journal the employers' summaries have still to read.
    pub summaries: i64,
    /// Terms projected by an older calendar, counted up to a thousand.
    pub stale_terms: i64,
}
impl Backlog {
    /// Each figure with its code and how it stands, in the order of the page.
    #[must_use]
    pub fn lines(&self) -> [(&'static str, i64, Standing); 9] {
        let over = |n: i64, watch: i64, bad: i64| match n {
            n if n >= bad => Standing::Bad,
            n if n >= watch => Standing::Watch,
            _ => Standing::Good,
        };
        let checkpoint = if self.checkpoint_age < 0 {
            Standing::Watch
        } else {
            over(self.checkpoint_age, CHECKPOINT_LATE * 3600, 2 * CHECKPOINT_LATE * 3600)
        };
        [
            ("alarms", self.alarms, over(self.alarm_age, ALARM_LATE, 10 * ALARM_LATE)),
            ("letters", self.letter_age, over(self.letter_age, LETTER_LATE, 6 * LETTER_LATE)),
            ("letters_dead", self.letters_dead, over(self.letters_dead, 1, 50)),
            ("messages", self.messages, over(self.messages, 100, MOST)),
            ("messages_dead", self.messages_dead, over(self.messages_dead, 1, 50)),
            ("unnumbered", self.unnumbered, over(self.unnumbered, NUMBERS_LATE, MOST)),
            ("checkpoint", self.checkpoint_age, checkpoint),
            ("summaries", self.summaries, over(self.summaries, SUMMARIES_LATE, 20 * SUMMARIES_LATE)),
            ("stale_terms", self.stale_terms, over(self.stale_terms, 1, MOST)),
        ]
    }
}

/// What one node last did of one job.
#[derive(Debug, Clone)]
pub struct JobLine {
    /// What is noted.
    pub run: Run,
    /// When it should run next.
    pub next_at: At,
    /// How it stands.
    pub standing: Standing,
    /// Why, as a code: `ok`, `failing`, `silent`.
    pub why: &'static str,
}

/// One node.
#[derive(Debug, Clone)]
pub struct NodeLine {
    /// Its name.
    pub node: String,
    /// When it last ran anything.
    pub seen_at: At,
    /// It runs: its last run is no older than a few minutes.
    pub alive: bool,
}

/// Everything of the page.
#[derive(Debug, Clone)]
pub struct Health {
    /// What waits.
    pub backlog: Backlog,
    /// Job by job, node by node.
    pub jobs: Vec<JobLine>,
    /// The nodes.
    pub nodes: Vec<NodeLine>,
    /// The node whose turn the summaries are, and until when.
    pub summaries_turn: Option<(String, At)>,
}

fn judged(run: Run, now: At) -> JobLine {
    let every = i64::from(run.every_seconds);
    let next_at = run.ran_at.plus(chrono::Duration::seconds(every));
    let silent = (now.millis() - run.ran_at.millis()) / 1_000 > MISSED * every + SLACK;
    let failing = run.failed_at.is_some_and(|f| run.ok_at.is_none_or(|ok| f > ok));
    let (standing, why) = match (silent, failing) {
        (true, _) => (Standing::Bad, "silent"),
        (false, true) => (Standing::Watch, "failing"),
        (false, false) => (Standing::Good, "ok"),
    };
    JobLine { run, next_at, standing, why }
}

impl App {
    /// What waits, for whoever runs the system.
    ///
    /// # Errors
    /// The database.
    pub async fn backlog(self: &Arc<Self>) -> Result<Backlog> {
        let (now, rev) = (self.now(), self.law().calendar.rev());
        self.db
            .read(move |c| {
                let age = |at: Option<At>| at.map_or(0, |at| ((now.millis() - at.millis()) / 1_000).max(0));
                let read = employers::sweep(c)?.log_no;
                let last = i64::try_from(journal::last_log_no(c)?).unwrap_or(i64::MAX);
                let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
                Ok(Backlog {
                    alarms: procedures::due_alarms(c, now, MOST)?,
                    alarm_age: age(procedures::oldest_due(c, now)?),
                    letter_age: age(letters::oldest_due(c, now)?),
                    letters_dead: letters::dead(c, MOST)?,
                    messages: exchange_out::waiting(c, MOST)?,
                    messages_dead: exchange_out::dead(c, MOST)?,
                    unnumbered: i64::try_from(journal::unsequenced(c, MOST)?).unwrap_or(i64::MAX),
                    checkpoint_age: journal::latest_checkpoint(c)?.map_or(-1, |(cp, _)| age(Some(cp.at))),
                    summaries: (last - read).max(0),
                    stale_terms: count(procedures::stale_terms(c, rev, MOST)?.len()),
                })
            })
            .await
    }

    /// Jobs, nodes and what waits.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a system administrator asks; the database.
    pub async fn health(self: &Arc<Self>, actor: &Actor) -> Result<Health> {
        if !access::may(actor, Ability::Configure, "") {
            return Err(Error::Forbidden("configure"));
        }
        let backlog = self.backlog().await?;
        let now = self.now();
        let (runs, turn) = self.db.read(|c| Ok((job_runs::all(c)?, employers::turn(c)?))).await?;
        let mut nodes: Vec<NodeLine> = Vec::new();
        for r in &runs {
            match nodes.iter_mut().find(|n| n.node == r.node) {
                Some(n) => n.seen_at = n.seen_at.max(r.ran_at),
                None => nodes.push(NodeLine { node: r.node.clone(), seen_at: r.ran_at, alive: false }),
            }
        }
        for n in &mut nodes {
            n.alive = (now.millis() - n.seen_at.millis()) / 1_000 <= 2 * SLACK;
        }
        nodes.sort_by_key(|n| std::cmp::Reverse(n.seen_at));
        // a node that was stopped is told once, among the nodes; its jobs are another's now
        let alive = |name: &str| nodes.iter().any(|n| n.node == name && n.alive) || !nodes.iter().any(|n| n.alive);
        let jobs = runs.iter().filter(|r| alive(&r.node)).map(|r| judged(r.clone(), now)).collect();
        Ok(Health { backlog, jobs, nodes, summaries_turn: turn.filter(|(_, until)| *until > now) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(ran: i64, ok: Option<i64>, failed: Option<i64>) -> Run {
        let at = |s: i64| At::from_millis(s * 1_000).unwrap();
        Run {
            job: "alarms".into(),
            node: "a".into(),
            ran_at: at(ran),
            ok_at: ok.map(at),
            failed_at: failed.map(at),
            error: failed.map(|_| "unavailable".into()),
            every_seconds: 5,
        }
    }

    #[test]
    fn a_job_that_fails_or_is_silent_is_told_apart() {
        let now = At::from_millis(1_000_000).unwrap();
        let why = |r: Run| judged(r, now).why;
        assert_eq!(why(run(995, Some(995), None)), "ok");
        assert_eq!(why(run(995, Some(995), Some(900))), "ok", "it went well since");
        assert_eq!(why(run(995, Some(900), Some(995))), "failing");
        assert_eq!(why(run(800, Some(800), None)), "silent");
        assert_eq!(judged(run(800, Some(800), None), now).standing, Standing::Bad);
    }

    #[test]
    fn what_waits_too_long_lights_up() {
        let good = Backlog { checkpoint_age: 3_600, ..Backlog::default() };
        assert!(good.lines().iter().all(|l| l.2 == Standing::Good));
        let of = |b: Backlog, code: &str| b.lines().into_iter().find(|l| l.0 == code).unwrap().2;
        assert_eq!(of(Backlog { alarm_age: 61, alarms: 3, ..good }, "alarms"), Standing::Watch);
        assert_eq!(of(Backlog { alarm_age: 601, alarms: 3, ..good }, "alarms"), Standing::Bad);
        assert_eq!(of(Backlog { checkpoint_age: 27 * 3_600, ..good }, "checkpoint"), Standing::Watch);
        assert_eq!(of(Backlog { checkpoint_age: -1, ..good }, "checkpoint"), Standing::Watch);
        assert_eq!(of(Backlog { letters_dead: 1, ..good }, "letters_dead"), Standing::Watch);
    }
}
