//! The lines a courier sends over: several at once of each channel, so that nobody waits long behind a relay far away or for
//! another channel that hangs.
//!
//! Owns which letter goes over which line, when a channel is closed for the others and for how long. Keeps nothing of a
//! letter: what came of each goes back to [`super`].

use super::{Aim, Leased};
use crate::app::App;
use crate::base::{At, Error, Result};
use crate::domain::courier::{Channel, Class, Tried, Why};
use crate::gateway::mail::{Line, Mailer};
use chrono::Duration;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

/// Seconds the others wait when a channel gives no way.
const NO_WAY: i64 = 60;
/// So many letters unanswered in time one after another, and the others wait: what hangs must not hold up all of a batch.
const SLOW: usize = 2;
/// Letters of a batch for each line: for fewer a second one is not worth its connection.
const EACH: usize = 20;

/// What came of a letter.
pub(super) enum Came {
    /// It was not begun; when it is due again.
    Left(At),
    /// There is nobody to send it to.
    Nobody(Why),
    /// It was tried.
    Tried(Tried),
}

/// What is known of the channels.
#[derive(Default)]
struct Ways {
    /// Until when nothing goes by a channel.
    closed: BTreeMap<Channel, At>,
    /// Letters unanswered in time since the last answer.
    slow: BTreeMap<Channel, usize>,
}

impl Ways {
    fn note(&mut self, channel: Channel, tried: &Tried, now: At) {
        let slow = self.slow.entry(channel).or_default();
        *slow = if tried.class == Class::Timeout { *slow + 1 } else { 0 };
        if tried.way || *slow >= SLOW {
            *slow = 0;
            self.closed.insert(channel, now.plus(Duration::seconds(NO_WAY)));
        }
    }
}

/// The lines of a courier; connections of mail stay open from batch to batch.
pub(super) struct Lines<'m> {
    mailer: Option<&'m Mailer>,
    mail: Vec<Line<'m>>,
    ways: Mutex<Ways>,
}

impl<'m> Lines<'m> {
    /// None yet; mail goes to this relay.
    pub(super) fn new(mailer: Option<&'m Mailer>) -> Self {
        Self { mailer, mail: Vec::new(), ways: Mutex::default() }
    }

    /// Sends the letters of a batch leased until an instant, each channel on its own; what came of each and when it was begun,
    /// in their order. `aim` finds where a letter goes, just before it does.
    ///
    /// # Errors
    /// A line broke in the program itself.
    pub(super) fn send(&mut self, app: &App, all: &[Leased], until: At, (aim, go_on): (Aims<'_>, Goes<'_>)) -> Result<Vec<(Came, At)>> {
        let mut of: BTreeMap<Channel, Vec<&Leased>> = BTreeMap::new();
        for a in all {
            of.entry(a.channel).or_default().push(a);
        }
        let most = app.config.courier.connections.max(1);
        let wanted = |n: usize| n.div_ceil(EACH).min(most);
        if let Some(m) = self.mailer {
            let n = of.get(&Channel::Mail).map_or(0, |v| wanted(v.len()));
            while self.mail.len() < n {
                self.mail.push(m.line());
            }
        }
        let turns: BTreeMap<Channel, AtomicUsize> = of.keys().map(|c| (*c, AtomicUsize::new(0))).collect();
        let (ways, mut mail) = (&self.ways, self.mail.iter_mut());
        let came = thread::scope(|s| {
            let mut lines: Vec<ScopedJoinHandle<'_, Vec<Done>>> = Vec::new();
            for (channel, mine) in &of {
                let Some(turn) = turns.get(channel) else { continue };
                for _ in 0..wanted(mine.len()) {
                    let mut line = if *channel == Channel::Mail { mail.next() } else { None };
                    lines.push(s.spawn(move || {
                        let mut out = Vec::new();
                        while let Some(a) = mine.get(turn.fetch_add(1, Ordering::Relaxed)) {
                            let at = app.now();
                            let came = one(app, ways, line.as_deref_mut(), a, (at, until), (aim, go_on));
                            out.push((a.leased.id, (came, at)));
                        }
                        out
                    }));
                }
            }
            let broke = |_| Error::Internal("a line of the courier broke".into());
            lines.into_iter().map(|l| l.join().map_err(broke)).collect::<Result<Vec<_>>>()
        })?;
        let mut came: BTreeMap<_, _> = came.into_iter().flatten().collect();
        let each = |a: &Leased| came.remove(&a.leased.id);
        all.iter().map(each).collect::<Option<_>>().ok_or_else(|| Error::Internal("a letter of a batch was passed over".into()))
    }
}

/// Where a letter goes.
type Aims<'a> = &'a (dyn Fn(&Leased) -> Aim + Sync);
/// Whether another one may be begun.
type Goes<'a> = &'a (dyn Fn() -> bool + Sync);
/// A letter's id, what came of it and when it was begun.
type Done = (crate::base::id::RowId, (Came, At));

fn one(
    app: &App,
    ways: &Mutex<Ways>,
    line: Option<&mut Line<'_>>,
    a: &Leased,
    (at, until): (At, At),
    (aim, go_on): (Aims<'_>, Goes<'_>),
) -> Came {
    // nothing is begun that might end after the lease, or after the process was told to end
    if !go_on() || at.plus(Duration::seconds(app.config.letter_seconds())) >= until {
        return Came::Left(a.leased.next_at);
    }
    let closed = ways.lock().unwrap_or_else(PoisonError::into_inner).closed.get(&a.channel).copied();
    if let Some(open) = closed.filter(|open| at < *open) {
        return Came::Left(a.leased.next_at.max(open));
    }
    let tried = match aim(a) {
        Aim::Nobody(why) => return Came::Nobody(why),
        // tried again, as what may be mended, and given up like everything else
        Aim::Unreadable => return Came::Tried(Tried::not(Class::Deferred, Why::Unreadable)),
        Aim::At { .. } if !app.carries(a.channel) => return Came::Tried(Tried::not(Class::Deferred, Why::NotConfigured)),
        Aim::At { address, plain, lang } => app.send(line, a, (&address, plain, lang), at),
    };
    ways.lock().unwrap_or_else(PoisonError::into_inner).note(a.channel, &tried, app.now());
    Came::Tried(tried)
}
