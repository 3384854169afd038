//! Periods a statistic is asked for: a year, a quarter, a month, days of one's own, and the weeks around the Spring Festival.
//!
//! Owns how they are written, what the period before is, which slots a plot of it has, and how it is put together of whole months and single days.
//! Reads no clock: today is given.

use super::count::month;
use crate::base::Day;
use crate::law::calendar::festival;
use chrono::{Datelike, Months, NaiveDate};

/// The longest span of one's own, in days: three years.
pub const LONGEST: i64 = 1_096;
/// A period up to so many days is plotted by day, a longer one by month.
const BY_DAY: i64 = 35;

/// A period, first and last day, both counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first day,
    pub from: Day,
    /// and the last.
    pub to: Day,
}
impl Span {
    /// How many days it has.
    #[must_use]
    pub fn days(&self) -> i64 {
        self.to.since(self.from) + 1
    }
    /// Up to a day; none if it begins later.
    #[must_use]
    pub fn until(&self, day: Day) -> Option<Self> {
        (self.from <= day).then(|| Self { from: self.from, to: self.to.min(day) })
    }
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// `2026`.
    Year(i32),
    /// `2026-Q4`.
    Quarter(i32, u32),
    /// `2026-11`.
    Month(i32, u32),
    /// Days of one's own.
    Range(Span),
}

fn first_of(year: i32, month: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, 1).filter(|_| (2000..=2100).contains(&year))
}
fn months_from(first: NaiveDate, n: u32) -> Option<Span> {
    let to = first.checked_add_months(Months::new(n))?.pred_opt()?;
    Some(Span { from: Day::new(first), to: Day::new(to) })
}

impl Period {
    /// Reads `2026`, `2026-Q4` or `2026-11`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse().ok()).flatten();
        let (year, rest) = text.split_at_checked(4)?;
        let year: i32 = digits(year).and_then(|y: u32| i32::try_from(y).ok()).filter(|y| (2000..=2100).contains(y))?;
        match rest.strip_prefix('-') {
            None if rest.is_empty() => Some(Self::Year(year)),
            None => None,
            Some(q) if q.starts_with('Q') => digits(q.get(1..)?).filter(|q| (1..=4).contains(q)).map(|q| Self::Quarter(year, q)),
            Some(m) if m.len() == 2 => digits(m).filter(|m| (1..=12).contains(m)).map(|m| Self::Month(year, m)),
            Some(_) => None,
        }
    }
    /// How it is written; days of one's own are `range`.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Year(y) => y.to_string(),
            Self::Quarter(y, q) => format!("{y}-Q{q}"),
            Self::Month(y, m) => format!("{y}-{m:02}"),
            Self::Range(_) => "range".to_owned(),
        }
    }
    /// Its name.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Year(y) => format!("{y}年"),
            Self::Quarter(y, q) => format!("{y}年第{q}季度"),
            Self::Month(y, m) => format!("{y}年{m}月"),
            Self::Range(s) => format!("{}至{}", s.from, s.to),
        }
    }
    /// Its days.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Year(y) => months_from(first_of(*y, 1)?, 12),
            Self::Quarter(y, q) => months_from(first_of(*y, q * 3 - 2)?, 3),
            Self::Month(y, m) => months_from(first_of(*y, *m)?, 1),
            Self::Range(s) => Some(*s),
        }
    }
    /// The period before it: the year, quarter or month before, or as many days.
    #[must_use]
    pub fn before(&self) -> Option<Span> {
        match self {
            Self::Year(y) => Self::Year(y - 1).span(),
            Self::Quarter(y, 1) => Self::Quarter(y - 1, 4).span(),
            Self::Quarter(y, q) => Self::Quarter(*y, q - 1).span(),
            Self::Month(y, 1) => Self::Month(y - 1, 12).span(),
            Self::Month(y, m) => Self::Month(*y, m - 1).span(),
            Self::Range(s) => Some(Span { from: s.from.plus(-s.days()), to: s.from.prev() }),
        }
    }
    /// What is compared today: the period as far as it has come, and as many days of the one before. None where it has not begun.
    #[must_use]
    pub fn compared(&self, today: Day) -> Option<(Span, Span)> {
        let whole = self.span()?;
        let now = whole.until(today)?;
        let before = self.before()?;
        if now == whole {
            return Some((now, before));
        }
        let to = before.from.plus(now.days() - 1).min(before.to);
        Some((now, Span { to, ..before }))
    }
    /// Those a reader chooses from: three years, eight quarters, thirteen months, the newest first.
    #[must_use]
    pub fn choices(today: Day) -> Vec<Self> {
        let (y, m) = (today.date().year(), today.date().month());
        let mut out: Vec<Self> = (0..3).map(|n| Self::Year(y - n)).collect();
        let (mut year, mut quarter) = (y, m.div_ceil(3));
        for _ in 0..8 {
            out.push(Self::Quarter(year, quarter));
            (year, quarter) = if quarter == 1 { (year - 1, 4) } else { (year, quarter - 1) };
        }
        let (mut year, mut month) = (y, m);
        for _ in 0..13 {
            out.push(Self::Month(year, month));
            (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
        }
        out
    }
}

/// Whether a span is plotted by day.
#[must_use]
pub fn by_day(s: Span) -> bool {
    s.days() <= BY_DAY
}

/// The slots of a plot: days or months, each with its name.
#[must_use]
pub fn slots(s: Span) -> Vec<(String, Span)> {
    let mut out = Vec::new();
    let mut at = s.from;
    while at <= s.to {
        let (name, to) = if by_day(s) {
            (at.to_string(), at)
        } else {
            let end = at.date().checked_add_months(Months::new(1)).map_or(s.to, |n| month(Day::new(n)).prev());
            (at.date().format("%Y-%m").to_string(), end.min(s.to))
        };
        out.push((name, Span { from: at, to }));
        at = to.next();
    }
    out
}

/// A piece of a span: whole months, or single days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Whether it is read from the months.
    pub months: bool,
    /// First and last day; for months the first days of the first and the last.
    pub span: Span,
}

/// A span as whole months with the days before and after: what it costs to read depends on the months, not on the days.
#[must_use]
pub fn pieces(s: Span) -> Vec<Piece> {
    let first = if month(s.from) == s.from { s.from } else { next_month(s.from) };
    let last = if next_month(s.to) == s.to.next() { month(s.to) } else { month(month(s.to).prev()) };
    if first > last {
        return vec![Piece { months: false, span: s }];
    }
    let mut out = Vec::with_capacity(3);
    if s.from < first {
        out.push(Piece { months: false, span: Span { from: s.from, to: first.prev() } });
    }
    out.push(Piece { months: true, span: Span { from: first, to: last } });
    let rest = next_month(last);
    if rest <= s.to {
        out.push(Piece { months: false, span: Span { from: rest, to: s.to } });
    }
    out
}
fn next_month(day: Day) -> Day {
    month(day).date().checked_add_months(Months::new(1)).map_or(day, Day::new)
}

/// The weeks around a Spring Festival, counted from the lunar new year's day: week -1 ends on its eve, week 0 begins with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Season {
    /// The year of the festival.
    pub year: i32,
    /// Its new year's day,
    pub festival: Day,
    /// and that of the year before.
    pub before: Day,
    /// Numbers of the weeks.
    pub weeks: Vec<i64>,
}
impl Season {
    /// The season that has begun last on a day: it begins so many weeks before the festival and ends so many after its day.
    #[must_use]
    pub fn on(today: Day, weeks_before: i64, weeks_after: i64) -> Option<Self> {
        let begun = |y: i32| festival::spring_festival(y).filter(|f| f.plus(-7 * weeks_before) <= today).map(|f| (y, f));
        let year = today.date().year();
        let (year, festival) = [year + 1, year, year - 1].into_iter().find_map(begun)?;
        let before = festival::spring_festival(year - 1)?;
        Some(Self { year, festival, before, weeks: (-weeks_before..weeks_after).collect() })
    }
    /// The days of a week of this season, or of the one before.
    #[must_use]
    pub fn week(&self, n: i64, before: bool) -> Span {
        let day = if before { self.before } else { self.festival };
        Span { from: day.plus(7 * n), to: day.plus(7 * n + 6) }
    }
    /// All its days, or those of the one before.
    #[must_use]
    pub fn span(&self, before: bool) -> Option<Span> {
        let (first, last) = (self.weeks.first()?, self.weeks.last()?);
        Some(Span { from: self.week(*first, before).from, to: self.week(*last, before).to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(s: &str) -> Day {
        s.parse().unwrap()
    }
    fn said(s: Span) -> String {
        format!("{} {}", s.from, s.to)
    }

    #[test]
    fn periods_are_read_and_written() {
        for code in ["2026", "2026-Q4", "2026-11"] {
            assert_eq!(Period::read(code).unwrap().code(), code);
        }
        for wrong in ["", "26", "2026-", "2026-13", "2026-Q5", "2026-1", "2026-11-01", "1890", "2026Q4", "二〇二六"] {
            assert_eq!(Period::read(wrong), None, "{wrong}");
        }
        assert_eq!(said(Period::Quarter(2026, 4).span().unwrap()), "2026-10-01 2026-12-31");
        assert_eq!(said(Period::Month(2024, 2).span().unwrap()), "2024-02-01 2024-02-29");
        assert_eq!(said(Period::Quarter(2026, 1).before().unwrap()), "2025-10-01 2025-12-31");
        assert_eq!(Period::choices(d("2026-11-23")).len(), 24);
    }

    #[test]
    fn a_period_that_runs_is_compared_with_as_many_days() {
        let (now, before) = Period::Year(2026).compared(d("2026-03-01")).unwrap();
        assert_eq!((said(now), said(before)), ("2026-01-01 2026-03-01".into(), "2025-01-01 2025-03-01".into()));
        let (now, before) = Period::Month(2026, 3).compared(d("2026-03-30")).unwrap();
        assert_eq!((said(now), said(before)), ("2026-03-01 2026-03-30".into(), "2026-02-01 2026-02-28".into()), "February is shorter");
        let (now, before) = Period::Month(2026, 2).compared(d("2026-11-01")).unwrap();
        assert_eq!((now.days(), before.days()), (28, 31));
        assert_eq!(Period::Year(2027).compared(d("2026-11-01")), None);
        let own = Period::Range(Span { from: d("2026-03-10"), to: d("2026-03-19") });
        assert_eq!(said(own.before().unwrap()), "2026-02-28 2026-03-09");
    }

    #[test]
    fn slots_are_days_or_months() {
        let s = |a: &str, b: &str| Span { from: d(a), to: d(b) };
        assert_eq!((slots(s("2026-01-15", "2026-02-15")).len(), slots(s("2026-01-15", "2026-03-10")).len()), (32, 3));
        let months: Vec<String> = slots(s("2026-01-15", "2026-04-10")).into_iter().map(|(n, s)| format!("{n} {}", said(s))).collect();
        assert_eq!(
            months,
            [
                "2026-01 2026-01-15 2026-01-31",
                "2026-02 2026-02-01 2026-02-28",
                "2026-03 2026-03-01 2026-03-31",
                "2026-04 2026-04-01 2026-04-10"
            ]
        );
    }

    #[test]
    fn a_season_is_aligned_by_the_new_years_day() {
        let s = Season::on(d("2026-11-23"), 13, 2).unwrap();
        assert_eq!((s.year, said(s.span(false).unwrap())), (2027, "2026-11-07 2027-02-19".to_owned()));
        assert_eq!(said(s.span(true).unwrap()), "2025-11-18 2026-03-02");
        assert_eq!(said(s.week(-1, false)), "2027-01-30 2027-02-05", "ends on the eve");
        assert_eq!(Season::on(d("2026-10-01"), 13, 2).unwrap().year, 2026);
        assert_eq!(Season::on(d("1999-10-01"), 13, 2), None);
    }

    proptest! {
        #[test]
        fn pieces_cover_each_day_once(from in 0i64..3_000, days in 0i64..1_200) {
            let from = d("2020-01-01").plus(from);
            let s = Span { from, to: from.plus(days) };
            let mut at = s.from;
            for p in pieces(s) {
                prop_assert_eq!(p.span.from, at);
                if p.months {
                    prop_assert!(month(p.span.from) == p.span.from && month(p.span.to) == p.span.to);
                    at = next_month(p.span.to);
                } else {
                    prop_assert!(p.span.days() <= 61);
                    at = p.span.to.next();
                }
            }
            prop_assert_eq!(at, s.to.next());
        }
    }
}
