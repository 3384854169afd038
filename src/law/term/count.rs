//! Counting: from a start day and a budget to the day it ends, with or without days that are not counted.
//!
//! Owns the arithmetic alone; what a budget, a pause or a ladder means is the room around it.

use super::Unit;
use crate::base::Day;
use crate::law::Calendar;
use chrono::{Datelike, Months};

/// Days that are not counted: disjoint closed spans, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paused(Vec<(Day, Day)>);

impl Paused {
    /// Joins spans that touch or overlap; turned-round spans are dropped.
    #[must_use]
    pub fn new(mut spans: Vec<(Day, Day)>) -> Self {
        spans.retain(|(a, b)| a <= b);
        spans.sort();
        let mut out: Vec<(Day, Day)> = Vec::with_capacity(spans.len());
        for (a, b) in spans {
            match out.last_mut() {
                Some((_, end)) if a <= end.next() => *end = b.max(*end),
                _ => out.push((a, b)),
            }
        }
        Self(out)
    }
    /// Whether the day is not counted.
    #[must_use]
    pub fn contains(&self, day: Day) -> bool {
        self.0.iter().any(|(a, b)| (*a..=*b).contains(&day))
    }
    /// The last day of the span the day lies in.
    fn end_of(&self, day: Day) -> Option<Day> {
        self.0.iter().find(|(a, b)| (*a..=*b).contains(&day)).map(|(_, b)| *b)
    }
}

/// Where a count ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The day the budget is used up.
    pub nominal: Day,
    /// The same, moved to a working day where the rule says so.
    pub due: Day,
    /// A day the result rests on belongs to a year that is not loaded.
    pub provisional: bool,
}

/// Far beyond any term, and within what a civil day can hold.
const FAR: i64 = 100_000_000;

fn plus(day: Day, n: u64) -> Day {
    day.plus(i64::try_from(n).unwrap_or(FAR).min(FAR))
}
fn minus(day: Day, n: u64) -> Day {
    day.plus(-i64::try_from(n).unwrap_or(FAR).min(FAR))
}

/// The corresponding day so many months later or earlier, the month's last when there is none (民法典 202).
#[must_use]
pub fn months_after(day: Day, months: i64) -> Day {
    let n = Months::new(u32::try_from(months.unsigned_abs()).unwrap_or(u32::MAX));
    let moved = if months < 0 { day.date().checked_sub_months(n) } else { day.date().checked_add_months(n) };
    moved.map_or_else(|| day.plus(if months < 0 { -FAR } else { FAR }), Day::new)
}

/// Counts `n` units from `start`, which is itself not counted; 0 is the start day. An end on a rest day moves to the
/// next working day when `rolls`. Hours are counted as nothing here: they end at an instant, see [`super::Term::due`].
#[must_use]
pub fn count(calendar: &Calendar, start: Day, n: u64, unit: Unit, rolls: bool) -> Counted {
    count_paused(calendar, start, n, unit, rolls, &Paused::default())
}

/// Like [`count`], skipping days that are not counted; the last day never lies on one.
#[must_use]
pub fn count_paused(calendar: &Calendar, start: Day, n: u64, unit: Unit, rolls: bool, paused: &Paused) -> Counted {
    let nominal = match unit {
        Unit::WorkingDays | Unit::CalendarDays => advance(calendar, start, n, unit, paused),
        Unit::Months | Unit::Years => {
            let months = i64::try_from(n).unwrap_or(FAR).saturating_mul(if unit == Unit::Years { 12 } else { 1 });
            let end = months_after(start, months);
            advance(calendar, start, u64::try_from(end.since(start)).unwrap_or(0), Unit::CalendarDays, paused)
        }
        Unit::Minutes | Unit::Hours | Unit::OfficeHours => start,
    };
    let mut due = nominal;
    if rolls {
        due = calendar.roll(nominal);
        while let Some(end) = paused.end_of(due).filter(|end| end.next() > *end) {
            due = calendar.roll(end.next());
        }
    }
    // Working days rest on every day of the way, other units only on the days looked at for rolling.
    let first = match unit {
        Unit::WorkingDays if n > 0 => start.next(),
        _ => nominal,
    };
    let rests = rolls || unit == Unit::WorkingDays;
    Counted { nominal, due, provisional: rests && !calendar.all_known(first, due) }
}

/// Counts backwards: the `n`-th unit before `start`. An end on a rest day moves to the working day before, so that the
/// time in between is never shorter than the rule says.
#[must_use]
pub fn count_back(calendar: &Calendar, start: Day, n: u64, unit: Unit, rolls: bool) -> Counted {
    let nominal = match unit {
        Unit::WorkingDays => calendar.nth_before(start, n),
        Unit::CalendarDays => minus(start, n),
        Unit::Months => months_after(start, -i64::try_from(n).unwrap_or(FAR)),
        Unit::Years => months_after(start, -i64::try_from(n).unwrap_or(FAR).saturating_mul(12)),
        Unit::Minutes | Unit::Hours | Unit::OfficeHours => start,
    };
    let due = if rolls { calendar.roll_back(nominal) } else { nominal };
    let last = match unit {
        Unit::WorkingDays if n > 0 => start.prev(),
        _ => nominal,
    };
    let rests = rolls || unit == Unit::WorkingDays;
    Counted { nominal, due, provisional: rests && !calendar.all_known(due, last) }
}

fn nth(calendar: &Calendar, from: Day, n: u64, unit: Unit) -> Day {
    if unit == Unit::WorkingDays { calendar.nth_after(from, n) } else { plus(from, n) }
}

/// The `n`-th counted day after `start`, jumping over paused spans.
fn advance(calendar: &Calendar, start: Day, n: u64, unit: Unit, paused: &Paused) -> Day {
    let (mut at, mut left) = (start, n);
    if left == 0 {
        return start;
    }
    for &(first, last) in &paused.0 {
        if last <= at {
            continue;
        }
        if first > at {
            let end = nth(calendar, at, left, unit);
            if end < first {
                return end;
            }
            let before = first.prev();
            let used = if unit == Unit::WorkingDays { calendar.working_days(at, before) } else { before.since(at) };
            left -= u64::try_from(used).unwrap_or(0).min(left);
        }
        at = last;
    }
    nth(calendar, at, left, unit)
}

/// Whether the year of a day is one the terms of this program can fall in (a guard for input from outside).
#[must_use]
pub fn in_range(day: Day) -> bool {
    (1..=9999).contains(&day.date().year())
}
