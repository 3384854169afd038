//! The lunar new year's day of each year, from `config/spring_festival.toml`.
//!
//! Owns that one date. Computes no lunar calendar: a year whose day is not in the file has none.

use crate::base::Day;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const FILE: &str = include_str!("../../../config/spring_festival.toml");

#[derive(Deserialize)]
struct File {
    source: String,
    days: Vec<Day>,
}

static DAYS: LazyLock<(String, BTreeMap<i32, Day>)> = LazyLock::new(|| match toml::from_str::<File>(FILE) {
    Ok(f) => (f.source, f.days.into_iter().map(|d| (d.year(), d)).collect()),
    // a test forbids it
    Err(_) => (String::new(), BTreeMap::new()),
});

/// The lunar new year's day 正月初一 that falls in a year.
#[must_use]
pub fn spring_festival(year: i32) -> Option<Day> {
    DAYS.1.get(&year).copied()
}

/// Where the days are from.
#[must_use]
pub fn source() -> &'static str {
    &DAYS.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Calendar;

    #[test]
    fn the_new_years_day_is_a_rest_day_of_its_holiday() {
        let calendar = Calendar::embedded();
        assert!(!source().is_empty());
        let mut seen = 0;
        for year in calendar.years() {
            let Some(holiday) = year.days.iter().find(|d| d.name == "春节" && d.rest) else { continue };
            let day = spring_festival(year.year).unwrap_or_else(|| panic!("no day of {}", year.year));
            let of: Vec<Day> = year.days.iter().filter(|d| d.name == holiday.name && d.rest).map(|d| d.day).collect();
            assert!(of.contains(&day), "{day} is not among {of:?}");
            seen += 1;
        }
        assert!(seen >= 4);
    }

    #[test]
    fn it_falls_between_21_january_and_20_february() {
        for (year, d) in &DAYS.1 {
            let (first, last) = (Day::ymd(*year, 1, 21).unwrap(), Day::ymd(*year, 2, 20).unwrap());
            assert!(first <= *d && *d <= last, "{d}");
        }
        // years are 354, 355, 383, 384 or 385 days long
        let all: Vec<Day> = DAYS.1.values().copied().collect();
        for w in all.windows(2) {
            assert!(matches!(w[1].since(w[0]), 354 | 355 | 383 | 384 | 385), "{} {}", w[0], w[1]);
        }
    }
}
