//! Work, rest and make-up days of the years whose notices are loaded.
//!
//! Owns the answer to "is this day worked, and do we know?" and counts working days in constant time: a prefix sum of
//! what the notices change against Monday to Friday, added to arithmetic. Never guesses silently: a day of a year that
//! is not loaded counts Monday to Friday and says `provisional`.

pub mod festival;
pub mod year;

pub use year::{Holiday, SpecialDay, Year};

use super::rules::{OfficeDay, Rules};
use crate::base::{Day, Error, Result};
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What kind of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// An ordinary working day.
    Work,
    /// A rest day: weekend or holiday.
    Rest,
    /// A weekend day that is worked instead of another 调休上班.
    MakeUp,
}
impl DayKind {
    /// Whether the day is worked.
    #[must_use]
    pub fn works(self) -> bool {
        self != Self::Rest
    }
}

/// Everything known of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayInfo {
    /// Which day.
    pub day: Day,
    /// Worked or not.
    pub kind: DayKind,
    /// 工作日, 周六, 国庆节, 国庆节调休上班.
    pub name: String,
    /// The year's notice is not loaded: Monday to Friday is assumed.
    pub provisional: bool,
}

/// The calendars in force, stamped with the revision that projections of due dates carry.
#[derive(Debug, Clone)]
pub struct Calendar {
    years: Vec<Year>,
    rev: i64,
    office: OfficeDay,
    /// Day number → the day as the last notice that names it puts it.
    special: BTreeMap<i32, SpecialDay>,
    /// Day number of the first entry of `change`.
    first: i32,
    /// Running sum of what notices change against Monday to Friday, one entry a day.
    change: Vec<i32>,
}

/// Days since the year 1 began, the first being a Monday.
fn number(day: Day) -> i32 {
    day.date().num_days_from_ce()
}
fn is_weekday(number: i32) -> bool {
    (number - 1).rem_euclid(7) < 5
}
/// Mondays to Fridays up to and including a day number.
fn weekdays(number: i32) -> i64 {
    i64::from(number.div_euclid(7)) * 5 + i64::from(number.rem_euclid(7).min(5))
}

/// Like [`Day::plus`], for steps that may be far too wide.
fn shift(day: Day, n: i64) -> Day {
    const FAR: i64 = 100_000_000;
    day.plus(n.clamp(-FAR, FAR))
}

const WEEKDAY_NAMES: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

/// 周一 … 周日.
#[must_use]
pub fn weekday_name(day: Day) -> &'static str {
    WEEKDAY_NAMES.get(usize::try_from((number(day) - 1).rem_euclid(7)).unwrap_or(0)).copied().unwrap_or("")
}

const EMBEDDED: [&str; 4] = [
    include_str!("../../config/calendar/2023.toml"),
    include_str!("../../config/calendar/2024.toml"),
    include_str!("../../config/calendar/2025.toml"),
    include_str!("../../config/calendar/2026.toml"),
];

impl Calendar {
    /// Lays notices over each other: of one year the last given counts, and for one date the notice of the later year.
    /// The office day is the default of the shipped rules until [`Calendar::with_office`].
    #[must_use]
    pub fn new(years: Vec<Year>, rev: i64) -> Self {
        let by_year: BTreeMap<i32, Year> = years.into_iter().map(|y| (y.year, y)).collect();
        let years: Vec<Year> = by_year.into_values().collect();
        let mut special = BTreeMap::new();
        for d in years.iter().flat_map(|y| &y.days) {
            special.insert(number(d.day), d.clone());
        }
        let first = special.keys().next().copied().unwrap_or(0);
        let last = special.keys().next_back().copied().unwrap_or(-1);
        let mut change = Vec::with_capacity(usize::try_from(last - first + 1).unwrap_or(0));
        let mut sum = 0;
        for n in first..=last {
            if let Some(d) = special.get(&n) {
                sum += i32::from(!d.rest) - i32::from(is_weekday(n));
            }
            change.push(sum);
        }
        Self { years, rev, office: OfficeDay::shipped(), special, first, change }
    }

    /// The calendars shipped with the program (`config/calendar/`), revision 0.
    ///
    /// # Errors
    /// A shipped file is wrong; a test keeps this from happening.
    pub fn try_embedded() -> Result<Self> {
        let years = EMBEDDED.iter().map(|t| Year::from_toml(t)).collect::<Result<Vec<_>>>()?;
        Ok(Self::new(years, 0))
    }

    /// The calendars shipped with the program, revision 0. Should one ever be unreadable (a test forbids it), it is
    /// left out, and its dates are provisional.
    #[must_use]
    pub fn embedded() -> Self {
        Self::new(EMBEDDED.iter().filter_map(|t| Year::from_toml(t).ok()).collect(), 0)
    }

    /// The same with one more (or a replaced) year.
    #[must_use]
    pub fn with(self, year: Year) -> Self {
        let office = self.office;
        let mut years = self.years;
        years.push(year);
        Self::new(years, self.rev).with_office(office)
    }

    /// The same with another office day (from the rules in force).
    #[must_use]
    pub fn with_office(mut self, office: OfficeDay) -> Self {
        self.office = office;
        self
    }

    /// The same with the office day of `rules` on `on`.
    #[must_use]
    pub fn with_rules(self, rules: &Rules, on: Day) -> Self {
        self.with_office(rules.office_day(on))
    }

    /// The hours of an office day.
    #[must_use]
    pub fn office(&self) -> OfficeDay {
        self.office
    }

    /// The revision that projections are stamped with.
    #[must_use]
    pub fn rev(&self) -> i64 {
        self.rev
    }

    /// The loaded years, in order.
    #[must_use]
    pub fn years(&self) -> &[Year] {
        &self.years
    }

    /// The notice of a year.
    #[must_use]
    pub fn year(&self, year: i32) -> Option<&Year> {
        self.years.binary_search_by_key(&year, |y| y.year).ok().and_then(|i| self.years.get(i))
    }

    /// Whether the day is worked.
    #[must_use]
    pub fn is_working(&self, day: Day) -> bool {
        let n = number(day);
        self.special.get(&n).map_or_else(|| is_weekday(n), |d| !d.rest)
    }

    /// Whether a notice settles the day: its own year is loaded, or a later year's notice names that very date.
    #[must_use]
    pub fn known(&self, day: Day) -> bool {
        self.year(day.year()).is_some() || self.special.contains_key(&number(day))
    }

    /// Whether every day of the span is known; an empty span is.
    #[must_use]
    pub fn all_known(&self, from: Day, to: Day) -> bool {
        let mut d = from;
        while d <= to {
            if self.year(d.year()).is_some() {
                match Day::ymd(d.year() + 1, 1, 1) {
                    Some(next) => d = next,
                    None => return true,
                }
            } else if self.special.contains_key(&number(d)) {
                d = d.next();
            } else {
                return false;
            }
        }
        true
    }

    /// Everything known of a day.
    #[must_use]
    pub fn info(&self, day: Day) -> DayInfo {
        let n = number(day);
        let (kind, name) = match self.special.get(&n) {
            Some(d) if d.rest => (DayKind::Rest, d.name.clone()),
            Some(d) if is_weekday(n) => (DayKind::Work, format!("{}期间上班", d.name)),
            Some(d) => (DayKind::MakeUp, format!("{}调休上班", d.name)),
            None if is_weekday(n) => (DayKind::Work, "工作日".to_owned()),
            None => (DayKind::Rest, weekday_name(day).to_owned()),
        };
        DayInfo { day, kind, name, provisional: !self.known(day) }
    }

    /// Working days up to and including `day`, from an arbitrary zero.
    fn upto(&self, n: i32) -> i64 {
        let change = match usize::try_from(n - self.first) {
            Err(_) => 0,
            Ok(i) => self.change.get(i).or(self.change.last()).copied().unwrap_or(0),
        };
        weekdays(n) + i64::from(change)
    }

    /// Working days after `from` up to and including `to`; negative when `to` lies before.
    #[must_use]
    pub fn working_days(&self, from: Day, to: Day) -> i64 {
        self.upto(number(to)) - self.upto(number(from))
    }

    /// The `n`-th working day after `from` (0: `from` itself). Stops at the end of the calendar, far beyond any term.
    #[must_use]
    pub fn nth_after(&self, from: Day, n: u64) -> Day {
        let Ok(n) = i64::try_from(n) else { return shift(from, i64::MAX) };
        if n == 0 {
            return from;
        }
        let target = self.upto(number(from)).saturating_add(n);
        let (mut low, mut step) = (from, n.saturating_mul(7) / 5 + 8);
        // `high` is the first guess that has seen enough working days.
        let high = loop {
            let high = shift(low, step);
            let seen = self.upto(number(high));
            if seen >= target || high.next() == high {
                break high;
            }
            low = high;
            step = (target - seen).saturating_mul(2) + 8;
        };
        // Smallest day that has seen `target`: `upto` never falls and rises by at most one a day.
        let (mut a, mut b) = (0, high.since(low));
        while a < b {
            let mid = a + (b - a) / 2;
            if self.upto(number(low.plus(mid))) >= target { b = mid } else { a = mid + 1 }
        }
        low.plus(a)
    }

    /// The `n`-th working day before `from` (0: `from` itself).
    #[must_use]
    pub fn nth_before(&self, from: Day, n: u64) -> Day {
        let Ok(n) = i64::try_from(n) else { return shift(from, i64::MIN) };
        if n == 0 {
            return from;
        }
        // The wanted day is the first that has seen all but n-1 of the working days before `from`.
        let target = self.upto(number(from.prev())) - (n - 1);
        let mut step = n.saturating_mul(7) / 5 + 8;
        let mut low = shift(from, -step);
        while self.upto(number(low)) >= target && low.prev() != low {
            step = step.saturating_mul(2);
            low = shift(from, -step);
        }
        let (mut a, mut b) = (0, from.since(low));
        while a < b {
            let mid = a + (b - a) / 2;
            if self.upto(number(low.plus(mid))) >= target { b = mid } else { a = mid + 1 }
        }
        low.plus(a)
    }

    /// The day itself when worked, else the next one that is.
    #[must_use]
    pub fn roll(&self, day: Day) -> Day {
        if self.is_working(day) { day } else { self.nth_after(day, 1) }
    }

    /// The day itself when worked, else the last one before that is.
    #[must_use]
    pub fn roll_back(&self, day: Day) -> Day {
        if self.is_working(day) { day } else { self.nth_before(day, 1) }
    }

    /// Refuses to replace a year by another without days the old one had: a help against a truncated file.
    ///
    /// # Errors
    /// [`Error::Config`] when `year` names less than half of the days the loaded notice of that year names.
    pub fn check_replacement(&self, year: &Year) -> Result<()> {
        match self.year(year.year) {
            Some(old) if year.days.len() * 2 < old.days.len() => Err(Error::Config(format!(
                "{}年的日历已有 {} 个特殊日期，新文件只有 {} 个，疑似不完整，请核对",
                year.year,
                old.days.len(),
                year.days.len()
            ))),
            _ => Ok(()),
        }
    }
}
#[cfg(test)]
pub(crate) mod tests;
