//! What a courier goes by: when a person may be told, how an attempt ended, when the next one is.
//!
//! Owns the hours, the classes of outcomes and the back-off. Reads no clock: instants and noise come in.

use crate::base::At;
use crate::law::term::next_office_time;
use crate::law::{Calendar, Rules};
use chrono::{Duration, Timelike as _};

/// Rules that say within which minutes of the day workers may be told.
const FROM: &str = "notice.worker_from";
const UNTIL: &str = "notice.worker_until";
/// Seconds until the second attempt.
const FIRST: i64 = 30;
/// The longest pause between two attempts, seconds.
const LONGEST: i64 = 6 * 3_600;

/// How a letter leaves the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// 电子邮件.
    Mail,
    /// 短信.
    Sms,
    /// 微信订阅消息.
    Wechat,
}
impl Channel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mail, Self::Sms, Self::Wechat];
    /// As stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
            Self::Wechat => "wechat",
        }
    }
    /// Of a stored code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// It was taken.
    Sent,
    /// Not now: to be tried again.
    Deferred,
    /// Never: the other side will not have it.
    Refused,
    /// Nobody answered in time: whether it was taken is not known.
    Timeout,
}
impl Class {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sent, Self::Deferred, Self::Refused, Self::Timeout];
    /// As stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
        }
    }
}

/// Why a letter did not go, where no other side said so: what the other side says has codes of its own (`rcpt 550 5.1.1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The person has read it in the house.
    Read,
    /// The account is no more.
    Gone,
    /// The person gave no address.
    NoAddress,
    /// The channel is not configured.
    NotConfigured,
    /// The address cannot be opened.
    Unreadable,
    /// This version of the program has no words for it.
    NoWords,
    /// What is kept is no address.
    BadAddress,
}
impl Why {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Read, Self::Gone, Self::NoAddress, Self::NotConfigured, Self::Unreadable, Self::NoWords, Self::BadAddress];
    /// As stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Gone => "gone",
            Self::NoAddress => "no_address",
            Self::NotConfigured => "not_configured",
            Self::Unreadable => "unreadable",
            Self::NoWords => "no_words",
            Self::BadAddress => "bad_address",
        }
    }
}
impl From<Why> for String {
    fn from(why: Why) -> Self {
        why.code().to_owned()
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// How it ended.
    pub class: Class,
    /// Why, in codes: never an address, never the words of the other side.
    pub reason: String,
    /// The trouble is the way, not the letter: others need not be tried now.
    pub way: bool,
}
impl Tried {
    /// It was taken.
    #[must_use]
    pub fn sent() -> Self {
        Self { class: Class::Sent, reason: String::new(), way: false }
    }
    /// It was not.
    #[must_use]
    pub fn not(class: Class, reason: impl Into<String>) -> Self {
        Self { class, reason: reason.into(), way: false }
    }
    /// Nothing goes that way now.
    #[must_use]
    pub fn no_way(class: Class, reason: impl Into<String>) -> Self {
        Self { class, reason: reason.into(), way: true }
    }
}

/// Seconds until the next attempt after the `tried`th (from 1): doubled each time up to six hours, a fifth more or less by
/// `noise`, so that what failed together does not come back together.
#[must_use]
pub fn back_off(tried: i32, noise: u64) -> Duration {
    let doubled = FIRST.saturating_mul(1_i64.checked_shl(u32::try_from(tried.clamp(1, 20) - 1).unwrap_or(0)).unwrap_or(i64::MAX));
    let base = doubled.min(LONGEST);
    let swing = base * 2 / 5;
    let part = i64::try_from(noise % 1_001).unwrap_or(0);
    Duration::seconds(base - base / 5 + swing * part / 1_000)
}

/// When a person of the staff is told who should hear it at `at`: in office hours, unless it is urgent.
#[must_use]
pub fn staff_time(at: At, urgent: bool, calendar: &Calendar, rules: &Rules) -> At {
    if urgent { at } else { next_office_time(at, calendar, rules) }
}

/// When a worker is told who should hear it at `at`: by day, on any day of the week, however urgent it is.
#[must_use]
pub fn worker_time(at: At, rules: &Rules) -> At {
    let day = at.day();
    let minute =
        |key: &str, other: u32| rules.number(key, day).and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= 1_440).unwrap_or(other);
    let (from, until) = (minute(FROM, 0), minute(UNTIL, 1_440));
    let now = at.time().num_seconds_from_midnight() / 60;
    if now < from {
        day.at(from / 60, from % 60)
    } else if now < until {
        at
    } else {
        day.next().at(from / 60, from % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Day;

    fn at(day: u32, h: u32, m: u32) -> At {
        Day::ymd(2026, 11, day).unwrap().at(h, m)
    }

    #[test]
    fn workers_are_never_told_at_night_and_may_be_told_on_sunday() {
        let rules = Rules::embedded();
        // 2026-11-22 is a Sunday
        assert_eq!(worker_time(at(22, 10, 30), &rules), at(22, 10, 30));
        assert_eq!(worker_time(at(22, 7, 59), &rules), at(22, 8, 0));
        assert_eq!(worker_time(at(22, 21, 0), &rules), at(23, 8, 0));
        assert_eq!(worker_time(at(30, 23, 59), &rules), Day::ymd(2026, 12, 1).unwrap().at(8, 0));
    }

    #[test]
    fn staff_are_told_in_office_hours_unless_it_is_urgent() {
        let (rules, calendar) = (Rules::embedded(), Calendar::embedded());
        assert_eq!(staff_time(at(22, 10, 0), false, &calendar, &rules), at(23, 9, 0));
        assert_eq!(staff_time(at(22, 10, 0), true, &calendar, &rules), at(22, 10, 0));
    }

    #[test]
    fn pauses_double_and_swing_by_a_fifth() {
        let s = |n, noise| back_off(n, noise).num_seconds();
        assert_eq!((s(1, 0), s(1, 500), s(1, 1_000)), (24, 30, 36));
        assert_eq!((s(2, 500), s(5, 500)), (60, 480));
        assert_eq!((s(20, 0), s(99, 1_000)), (17_280, 25_920));
        assert!((0..5_000).all(|n| (24..=36).contains(&s(1, n))));
        assert!((1..12).map(|n| s(n, 500)).sum::<i64>() > 14 * 3_600, "a night without the relay loses nothing");
    }
}
