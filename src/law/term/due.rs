//! Due dates, rungs and what is left, derived from what a [`Term`] stores.

use super::count::{Counted, Paused, count_back, count_paused};
use super::{Kind, Offset, Term, Unit};
use crate::base::{At, Day};
use crate::law::rules::OfficeDay;
use crate::law::{Calendar, Rules};
use chrono::{Duration, Timelike};
use serde::{Deserialize, Serialize};

/// When a term ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Due {
    /// The due day; `None` for terms in hours.
    pub day: Option<Day>,
    /// The instant it passes: 24:00 UTC+8 of the due day, or the last hour's end.
    pub passes_at: At,
    /// It rests on a day whose year is not loaded.
    pub provisional: bool,
}

/// What is left of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Remaining {
    /// Working days, calendar days (also for months and years), minutes, hours or office hours.
    pub unit: Unit,
    /// Units after today up to the due day (0: today is the last); negative once it passed. Whole minutes or hours, cut downwards.
    pub n: i64,
    /// A duty whose term has passed.
    pub overdue: bool,
    /// The term has passed, whatever its kind: a window is closed, a gate open.
    pub passed: bool,
    /// The clock stands still.
    pub paused: bool,
}

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;
/// No office-hour budget of a rule reaches so far; ends the walk should a calendar have no working day at all.
const MOST_DAYS: i64 = 20_000;

impl Term {
    /// Days not counted, an open pause counting up to `now` (today included, because it is partly paused), at most up to
    /// its maximum.
    pub(super) fn paused_days(&self, now: At) -> Paused {
        let span = |p: &super::Pause| {
            let end = match p.until {
                Some(until) => until,
                None if now < p.from => return None,
                None => now.plus(Duration::milliseconds(1)).min(p.resume_by),
            };
            (p.from < end).then(|| (p.from.day(), end.plus(Duration::milliseconds(-1)).day()))
        };
        Paused::new(self.pauses.iter().filter_map(span).collect())
    }

    /// Instants not counted, in order and disjoint.
    fn paused_spans(&self, now: At) -> Vec<(At, At)> {
        let mut spans: Vec<(At, At)> =
            self.pauses.iter().map(|p| (p.from, p.until.unwrap_or_else(|| now.min(p.resume_by)))).filter(|(a, b)| a < b).collect();
        spans.sort();
        let mut out: Vec<(At, At)> = Vec::with_capacity(spans.len());
        for (a, b) in spans {
            match out.last_mut() {
                Some((_, end)) if a <= *end => *end = b.max(*end),
                _ => out.push((a, b)),
            }
        }
        out
    }

    /// The count of a term in days, months or years. Pauses do not move a term that is counted backwards: its end is
    /// fixed by what it leads up to.
    pub(super) fn counted(&self, calendar: &Calendar, now: At) -> Counted {
        if self.backwards {
            count_back(calendar, self.start.day(), self.total(), self.unit, self.rolls)
        } else {
            count_paused(calendar, self.start.day(), self.total(), self.unit, self.rolls, &self.paused_days(now))
        }
    }

    /// The instant at which so many milliseconds of the budget are used.
    fn instant(&self, calendar: &Calendar, now: At, budget: i64) -> At {
        let office = self.unit == Unit::OfficeHours;
        let run = |from: At, ms: i64| if office { office_after(calendar, from, ms) } else { from.plus(Duration::milliseconds(ms)) };
        if self.backwards {
            return if office { office_before(calendar, self.start, budget) } else { self.start.plus(Duration::milliseconds(-budget)) };
        }
        let (mut at, mut left) = (self.start, budget);
        for (from, until) in self.paused_spans(now) {
            if until <= at {
                continue;
            }
            if from > at {
                let until_pause = if office { office_ms(calendar, at, from) } else { from.millis() - at.millis() };
                if left <= until_pause {
                    break;
                }
                left -= until_pause;
            }
            at = until;
        }
        run(at, left)
    }

    fn budget_ms(&self) -> i64 {
        let one = if self.unit == Unit::Minutes { MINUTE } else { HOUR };
        i64::try_from(self.total()).unwrap_or(i64::MAX).min(10_000_000).saturating_mul(one)
    }

    /// When the term ends. `now` matters only while a pause is open: the due date is then what it would be if the clock
    /// went on now.
    #[must_use]
    pub fn due(&self, calendar: &Calendar, now: At) -> Due {
        if self.unit.is_hours() {
            let passes_at = self.instant(calendar, now, self.budget_ms());
            let (a, b) = if self.backwards { (passes_at, self.start) } else { (self.start, passes_at) };
            let provisional = self.unit == Unit::OfficeHours && !calendar.all_known(a.day(), b.day());
            return Due { day: None, passes_at, provisional };
        }
        let c = self.counted(calendar, now);
        Due { day: Some(c.due), passes_at: c.due.end(), provisional: c.provisional }
    }

    /// The instant of a rung. Rungs in days stand at 00:00 of their day: half of the budget on the day whose count
    /// reaches it (of a backwards term, on the due day), `Due` when the term passes, the first working day after it for
    /// `WorkingDaysAfter(1)`. A rung may lie before the start of a short term.
    #[must_use]
    pub fn rung_at(&self, rung: Offset, calendar: &Calendar, now: At) -> At {
        let due = self.due(calendar, now);
        let day = due.day.unwrap_or_else(|| due.passes_at.day());
        match rung {
            Offset::Half if self.unit.is_hours() => self.instant(calendar, now, self.budget_ms() / 2),
            Offset::Half => self.half(calendar, day, now).start(),
            Offset::WorkingDaysBefore(k) => calendar.nth_before(day, u64::from(k)).start(),
            Offset::HoursBefore(h) => due.passes_at.plus(Duration::hours(-i64::from(h))),
            Offset::MinutesBefore(m) => due.passes_at.plus(Duration::minutes(-i64::from(m))),
            Offset::Due | Offset::WorkingDaysAfter(0) => due.passes_at,
            Offset::WorkingDaysAfter(k) => calendar.nth_after(day, u64::from(k)).start(),
            Offset::HoursAfter(h) => due.passes_at.plus(Duration::hours(i64::from(h))),
            Offset::MinutesAfter(m) => due.passes_at.plus(Duration::minutes(i64::from(m))),
        }
    }

    fn half(&self, calendar: &Calendar, due: Day, now: At) -> Day {
        if self.backwards {
            return due;
        }
        let paused = self.paused_days(now);
        let start = self.start.day();
        let (n, unit) = match self.unit {
            Unit::WorkingDays | Unit::CalendarDays => (self.total().div_ceil(2), self.unit),
            _ => {
                let whole = count_paused(calendar, start, self.total(), self.unit, false, &Paused::default()).nominal.since(start);
                (u64::try_from(whole).unwrap_or(0).div_ceil(2), Unit::CalendarDays)
            }
        };
        count_paused(calendar, start, n, unit, false, &paused).nominal.min(due)
    }

    /// What is left at `now`, in the unit a person thinks in.
    #[must_use]
    pub fn remaining(&self, calendar: &Calendar, now: At) -> Remaining {
        let due = self.due(calendar, now);
        let (unit, n) = match (self.unit, due.day) {
            (Unit::WorkingDays, Some(day)) => (Unit::WorkingDays, calendar.working_days(now.day(), day)),
            (_, Some(day)) => (Unit::CalendarDays, day.since(now.day())),
            (Unit::OfficeHours, None) if now <= due.passes_at => {
                (Unit::OfficeHours, office_ms(calendar, now, due.passes_at).div_euclid(HOUR))
            }
            (Unit::OfficeHours, None) => (Unit::OfficeHours, (-office_ms(calendar, due.passes_at, now)).div_euclid(HOUR)),
            (Unit::Minutes, None) => (Unit::Minutes, (due.passes_at.millis() - now.millis()).div_euclid(MINUTE)),
            (_, None) => (Unit::Hours, (due.passes_at.millis() - now.millis()).div_euclid(HOUR)),
        };
        let passed = now >= due.passes_at;
        Remaining { unit, n, overdue: passed && self.kind == Kind::Duty, passed, paused: self.paused_at(now) }
    }
}

fn opens(day: Day, office: OfficeDay) -> At {
    day.start().plus(Duration::minutes(i64::from(office.opens)))
}
fn closes(day: Day, office: OfficeDay) -> At {
    day.start().plus(Duration::minutes(i64::from(office.closes)))
}

/// The instant at which so many milliseconds of office time have passed since `from`.
fn office_after(calendar: &Calendar, from: At, ms: i64) -> At {
    let office = calendar.office();
    let (mut day, mut left) = (from.day(), ms);
    for _ in 0..MOST_DAYS {
        if calendar.is_working(day) {
            let (open, close) = (opens(day, office).max(from), closes(day, office));
            let here = (close.millis() - open.millis()).max(0);
            if left <= here && open < close {
                return open.plus(Duration::milliseconds(left));
            }
            left -= here;
        }
        day = day.next();
    }
    day.start()
}

/// The latest instant from which so many milliseconds of office time pass until `until`.
fn office_before(calendar: &Calendar, until: At, ms: i64) -> At {
    let office = calendar.office();
    let (mut day, mut left) = (until.day(), ms);
    for _ in 0..MOST_DAYS {
        if calendar.is_working(day) {
            let (open, close) = (opens(day, office), closes(day, office).min(until));
            let here = (close.millis() - open.millis()).max(0);
            if left <= here && open < close {
                return close.plus(Duration::milliseconds(-left));
            }
            left -= here;
        }
        day = day.prev();
    }
    day.start()
}

/// Milliseconds of office time between two instants.
fn office_ms(calendar: &Calendar, from: At, to: At) -> i64 {
    if to <= from {
        return 0;
    }
    let office = calendar.office();
    let inside = |day: Day| {
        let (open, close) = (opens(day, office).max(from), closes(day, office).min(to));
        if calendar.is_working(day) { (close.millis() - open.millis()).max(0) } else { 0 }
    };
    let (first, last) = (from.day(), to.day());
    if first == last {
        return inside(first);
    }
    let whole = i64::from(office.closes) - i64::from(office.opens);
    inside(first) + calendar.working_days(first, last.prev()) * whole * MINUTE + inside(last)
}

/// The first instant at or after `at` that lies in office hours: people are told then, while terms pass when they pass.
#[must_use]
pub fn next_office_time(at: At, calendar: &Calendar, rules: &Rules) -> At {
    let today = at.day();
    let office = rules.office_day(today);
    if calendar.is_working(today) {
        let minute = at.time().num_seconds_from_midnight() / 60;
        if minute < office.opens {
            return opens(today, office);
        }
        if minute < office.closes {
            return at;
        }
    }
    let next = calendar.nth_after(today, 1);
    opens(next, rules.office_day(next))
}
