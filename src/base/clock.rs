//! Instants, civil days and the only `now` of the program.
//!
//! An [`At`] is an instant in UTC with millisecond precision (both databases give it back unchanged). A [`Day`] is a
//! civil date in UTC+8, the only time zone the law here knows. Everything that needs the time takes an `At` as an
//! argument; only the shell (`cli`, `boot`, `web`, `jobs`) holds a [`Clock`].

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveTime, SubsecRound, TimeZone, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

/// China Standard Time, UTC+8 all year.
#[must_use]
pub fn china() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| unreachable!("eight hours is a valid offset"))
}

/// An instant, UTC, truncated to milliseconds at birth. Written as RFC 3339 with +08:00.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At(DateTime<Utc>);

impl At {
    /// Wraps an instant, truncated to milliseconds.
    #[must_use]
    pub fn new(at: DateTime<Utc>) -> Self {
        Self(at.trunc_subsecs(3))
    }
    /// From milliseconds since the Unix epoch; `None` when out of range.
    #[must_use]
    pub fn from_millis(ms: i64) -> Option<Self> {
        DateTime::from_timestamp_millis(ms).map(Self)
    }
    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }
    /// The underlying UTC instant.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }
    /// The civil day in UTC+8 this instant lies on.
    #[must_use]
    pub fn day(self) -> Day {
        Day(self.0.with_timezone(&china()).date_naive())
    }
    /// The wall clock in UTC+8.
    #[must_use]
    pub fn time(self) -> NaiveTime {
        self.0.with_timezone(&china()).time()
    }
    /// Later by `d` (which may be negative).
    #[must_use]
    pub fn plus(self, d: Duration) -> Self {
        Self(self.0 + d)
    }
    /// `2026-11-23 15:04`, the form lists use.
    #[must_use]
    pub fn list_text(self) -> String {
        self.0.with_timezone(&china()).format("%Y-%m-%d %H:%M").to_string()
    }
    /// Reads RFC 3339 with any offset.
    ///
    /// # Errors
    /// The text is not RFC 3339.
    pub fn parse(text: &str) -> Result<Self, String> {
        DateTime::parse_from_rfc3339(text.trim())
            .map(|t| Self::new(t.with_timezone(&Utc)))
            .map_err(|_| format!("{text:?} is not an RFC 3339 instant such as 2026-11-23T09:00:00+08:00"))
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.with_timezone(&china()).to_rfc3339_opts(chrono::SecondsFormat::Millis, false))
    }
}
impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
impl Serialize for At {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = String::deserialize(d)?;
        Self::parse(&s).map_err(serde::de::Error::custom)
    }
}

/// A civil day in UTC+8. Written `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(NaiveDate);

impl Day {
    /// The day of year, month, day; `None` when there is no such day.
    #[must_use]
    pub fn ymd(y: i32, m: u32, d: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(y, m, d).map(Self)
    }
    /// Wraps a date.
    #[must_use]
    pub fn new(d: NaiveDate) -> Self {
        Self(d)
    }
    /// The date inside.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        self.0
    }
    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }
    /// Later by `n` days (earlier when negative), saturating at the ends of the calendar.
    #[must_use]
    pub fn plus(self, n: i64) -> Self {
        let moved = Duration::try_days(n).and_then(|d| self.0.checked_add_signed(d));
        Self(moved.unwrap_or(if n < 0 { NaiveDate::MIN } else { NaiveDate::MAX }))
    }
    /// The next day.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }
    /// The day before.
    #[must_use]
    pub fn prev(self) -> Self {
        self.plus(-1)
    }
    /// Days from `other` to `self`.
    #[must_use]
    pub fn since(self, other: Self) -> i64 {
        (self.0 - other.0).num_days()
    }
    /// 00:00 of this day in UTC+8.
    #[must_use]
    pub fn start(self) -> At {
        self.at(0, 0)
    }
    /// 24:00 of this day in UTC+8: the instant a day term passes.
    #[must_use]
    pub fn end(self) -> At {
        self.next().start()
    }
    /// `h:m` on this day in UTC+8.
    #[must_use]
    pub fn at(self, h: u32, m: u32) -> At {
        let t = self.0.and_hms_opt(h, m, 0).unwrap_or_default();
        match china().from_local_datetime(&t).single() {
            Some(t) => At::new(t.with_timezone(&Utc)),
            None => At::new(Utc.from_utc_datetime(&t)),
        }
    }
    /// `2026年11月23日`, the form documents use.
    #[must_use]
    pub fn document_text(self) -> String {
        format!("{}年{}月{}日", self.0.year(), self.0.month(), self.0.day())
    }
}
impl FromStr for Day {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let ok = s.len() == 10 && s.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        if ok { NaiveDate::parse_from_str(s, "%Y-%m-%d").ok() } else { None }
            .map(Self)
            .ok_or_else(|| format!("{s:?} is not a date of the form YYYY-MM-DD"))
    }
}
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}
impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
impl Serialize for Day {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where the shell gets the time from.
pub trait Clock: Send + Sync {
    /// The current instant.
    fn now(&self) -> At;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the only place the program asks the machine for the time")]
    fn now(&self) -> At {
        At::new(Utc::now())
    }
}

/// A clock that stands still until told to move: tests and the demo's simulated year.
#[derive(Debug)]
pub struct ManualClock(Mutex<At>);
impl ManualClock {
    /// Stands at `at`.
    #[must_use]
    pub fn new(at: At) -> Self {
        Self(Mutex::new(at))
    }
    /// Jumps to `at`.
    pub fn set(&self, at: At) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = at;
    }
    /// Moves on by `d`.
    pub fn advance(&self, d: Duration) {
        let mut at = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *at = at.plus(d);
    }
}
impl Clock for ManualClock {
    fn now(&self) -> At {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
