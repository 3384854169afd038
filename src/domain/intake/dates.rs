//! Dates as people and spreadsheets write them.
//!
//! Owns the reading of days, instants and periods in the usual Chinese forms, and the search for a period in running
//! text. Never guesses: two-digit years, month-first orders and a lone `2026.1` from a number cell are unreadable.

use super::profile::DateForm;
use crate::base::text::narrow;
use crate::base::{At, Day};
use chrono::{Duration, NaiveDate, NaiveDateTime};
use std::collections::BTreeSet;

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFault {
    /// It has the shape of a date, but there is no such day or hour.
    Impossible,
    /// It is not a date in a form we know.
    Unreadable,
}

/// The serial numbers taken for Excel dates: 1954-10-03 to 2119-01-10. Smaller ones are years or counts.
const SERIALS: std::ops::RangeInclusive<f64> = 20_000.0..=80_000.0;

/// A date as precise as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Partial {
    year: i32,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<(u32, u32, u32)>,
}

impl Partial {
    fn bound(self, end: bool) -> Result<Day, DateFault> {
        let (y, m) = (self.year, self.month.unwrap_or(if end { 12 } else { 1 }));
        match self.day {
            Some(d) => Day::ymd(y, m, d).ok_or(DateFault::Impossible),
            None if end => {
                let (ny, nm) = if m == 12 { (y + 1, 1) } else { (y, m + 1) };
                if !(1..=12).contains(&m) { None } else { Day::ymd(ny, nm, 1) }.map(Day::prev).ok_or(DateFault::Impossible)
            }
            None => Day::ymd(y, m, 1).ok_or(DateFault::Impossible),
        }
    }
    fn instant(self) -> Result<At, DateFault> {
        if self.day.is_none() {
            return Err(DateFault::Unreadable);
        }
        let day = self.bound(false)?;
        let (h, m, s) = self.time.unwrap_or((0, 0, 0));
        if h > 23 || m > 59 || s > 59 {
            return Err(DateFault::Impossible);
        }
        Ok(day.at(h, m).plus(Duration::seconds(i64::from(s))))
    }
}

struct Scan {
    chars: Vec<char>,
    i: usize,
}

impl Scan {
    fn new(s: &str) -> Self {
        Self { chars: s.chars().collect(), i: 0 }
    }
    fn peek(&self) -> Option<char> {
        self.chars.get(self.i).copied()
    }
    fn spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.i += 1;
        }
    }
    fn done(&mut self) -> bool {
        self.spaces();
        self.i >= self.chars.len()
    }
    fn eat(&mut self, words: &[&str]) -> Option<usize> {
        for (n, w) in words.iter().enumerate() {
            let len = w.chars().count();
            if self.chars.get(self.i..self.i + len).is_some_and(|s| s.iter().copied().eq(w.chars())) {
                self.i += len;
                return Some(n);
            }
        }
        None
    }
    /// After optional spaces; gives the spaces back when none of the words follows.
    fn eat_spaced(&mut self, words: &[&str]) -> Option<usize> {
        let at = self.i;
        self.spaces();
        let got = self.eat(words);
        if got.is_none() {
            self.i = at;
        }
        got
    }
    fn digits(&mut self) -> Option<String> {
        let from = self.i;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.i += 1;
        }
        (self.i > from).then(|| self.chars[from..self.i].iter().collect())
    }
    fn small(&mut self) -> Option<u32> {
        let at = self.i;
        self.spaces();
        match self.digits() {
            Some(d) if d.len() <= 2 => d.parse().ok(),
            _ => {
                self.i = at;
                None
            }
        }
    }

    fn date(&mut self, compact: bool, inherit: Option<i32>) -> Option<Partial> {
        self.spaces();
        let run = self.digits()?;
        let num = |r: std::ops::Range<usize>| run.get(r).and_then(|s| s.parse::<u32>().ok());
        let plain = |year, month, day, time| Some(Partial { year, month, day, time });
        match run.len() {
            4 => {
                let year = run.parse().ok().filter(|y| (1900..3000).contains(y))?;
                let sep = self.eat_spaced(&["年", "-", "/", "."])?;
                let Some(month) = self.small() else {
                    return if sep == 0 { plain(year, None, None, None) } else { None };
                };
                let next = if sep == 0 { self.eat_spaced(&["月份", "月"])? } else { 0 };
                let more = sep == 0 && next == 1 || sep > 0 && self.eat_spaced(&[["", "-", "/", "."][sep]]).is_some();
                let day = if more { self.small() } else { None };
                if sep > 0 && more && day.is_none() {
                    return None;
                }
                if day.is_some() {
                    self.eat_spaced(&["日", "号"]);
                }
                let time = if day.is_some() { self.time() } else { None };
                plain(year, Some(month), day, time)
            }
            8 | 12 | 14 if compact => {
                let year = i32::try_from(num(0..4)?).ok().filter(|y| (1900..3000).contains(y))?;
                let time = if run.len() > 8 { Some((num(8..10)?, num(10..12)?, num(12..14).unwrap_or(0))) } else { self.time() };
                plain(year, num(4..6), num(6..8), time)
            }
            6 if compact && (run.starts_with("19") || run.starts_with("20")) => {
                plain(i32::try_from(num(0..4)?).ok()?, num(4..6), None, None)
            }
            1 | 2 => {
                let year = inherit?;
                let month = run.parse().ok()?;
                let day = match self.eat_spaced(&["月份", "月", ".", "/"])? {
                    0 => None,
                    1 => self.small(),
                    _ => Some(self.small()?),
                };
                if day.is_some() {
                    self.eat_spaced(&["日", "号"]);
                }
                plain(year, Some(month), day, None)
            }
            _ => None,
        }
    }

    fn time(&mut self) -> Option<(u32, u32, u32)> {
        let at = self.i;
        let got = self.time_inner();
        if got.is_none() {
            self.i = at;
        }
        got
    }
    fn time_inner(&mut self) -> Option<(u32, u32, u32)> {
        self.spaces();
        self.eat(&["T", "t"]);
        let half = self.eat(&["下午", "晚上", "傍晚", "中午", "上午", "早上", "凌晨"]);
        let h = self.small()?;
        let h = if half.is_some_and(|n| n < 3) && h < 12 { h + 12 } else { h };
        let sep = self.eat_spaced(&[":", "时", "点"])?;
        let m = if sep == 0 { self.small()? } else { self.small().unwrap_or(0) };
        let unit = self.eat_spaced(&["分"]).is_some();
        let mut s = 0;
        if unit || self.eat(&[":"]).is_some() {
            s = self.small().unwrap_or(0);
            self.eat_spaced(&["秒"]);
            if self.eat(&["."]).is_some() {
                self.digits()?;
            }
        }
        Some((h, m, s))
    }

    /// A period from here: 2025年10月至2026年01月, 2025.10-2026.1, 2025年10月起至今.
    fn period(&mut self, compact: bool) -> Option<(Partial, Option<Partial>)> {
        let from = self.date(compact, None)?;
        self.eat_spaced(&["份"]);
        self.eat_spaced(&["开始", "起"]);
        self.spaces();
        if self.eat(&["至今", "到现在", "至现在"]).is_some() {
            return Some((from, None));
        }
        self.eat(&["至", "到", "~", "——", "—", "–", "--", "-"])?;
        self.spaces();
        if self.eat(&["今", "现在", "目前"]).is_some() {
            return Some((from, None));
        }
        let to = self.date(compact, Some(from.year))?;
        self.eat_spaced(&["底", "末", "止"]);
        Some((from, Some(to)))
    }
}

/// 二〇二六年十一月七日 → 2026年11月7日. Texts that already hold digits come back unchanged.
fn numerals(s: &str) -> String {
    if s.bytes().any(|b| b.is_ascii_digit()) || !s.contains('年') {
        return s.to_owned();
    }
    let value = |c: char| {
        "〇一二三四五六七八九".chars().position(|d| d == c).or(match c {
            '零' | '○' => Some(0),
            _ => None,
        })
    };
    let mut out = String::new();
    let mut run: Vec<char> = Vec::new();
    for c in s.chars().chain(std::iter::once('\n')) {
        if c == '十' || value(c).is_some() {
            run.push(c);
            continue;
        }
        if !run.is_empty() {
            match run.iter().position(|c| *c == '十') {
                None => run.iter().filter_map(|c| value(*c)).for_each(|d| out.push_str(&d.to_string())),
                Some(at) => {
                    let tens = if at == 0 { 1 } else { value(run[at - 1]).unwrap_or(1) };
                    let ones = run.get(at + 1).and_then(|c| value(*c)).unwrap_or(0);
                    out.push_str(&(tens * 10 + ones).to_string());
                }
            }
            run.clear();
        }
        if c != '\n' {
            out.push(c);
        }
    }
    out
}

/// Narrow, without remarks in brackets and week days.
fn clean(text: &str, forms: &BTreeSet<DateForm>) -> String {
    let mut s = narrow(text);
    while let (Some(a), Some(b)) = (s.find('('), s.find(')')) {
        if a >= b {
            break;
        }
        s.replace_range(a..=b, " ");
    }
    for w in ["星期", "周"] {
        if let Some(at) = s.find(w) {
            let end = s[at + w.len()..].chars().next().filter(|c| "一二三四五六日天".contains(*c)).map(|c| at + w.len() + c.len_utf8());
            if let Some(end) = end {
                s.replace_range(at..end, " ");
            }
        }
    }
    let s = s.trim().to_owned();
    if forms.contains(&DateForm::Numerals) { numerals(&s) } else { s }
}

/// An Excel serial (system of 1900) to a civil date and time, rounded to the second; `None` outside 1954–2119.
#[must_use]
pub fn from_serial(serial: f64) -> Option<NaiveDateTime> {
    if !SERIALS.contains(&serial) {
        return None;
    }
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_hms_opt(0, 0, 0)?;
    #[expect(clippy::cast_possible_truncation, reason = "at most 80,000 days of 86,400 seconds")]
    let seconds = (serial * 86_400.0).round() as i64;
    epoch.checked_add_signed(Duration::seconds(seconds))
}

fn serial_text(s: &str, forms: &BTreeSet<DateForm>) -> Option<NaiveDateTime> {
    let whole = s.split('.').next().unwrap_or_default();
    let plain = whole.len() == 5 && s.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if forms.contains(&DateForm::Serial) && plain { s.parse().ok().and_then(from_serial) } else { None }
}

/// Reads an instant. A date without a time is 00:00 in UTC+8.
///
/// # Errors
/// Says whether the text is no date or a date that does not exist.
pub fn instant(text: &str, forms: &BTreeSet<DateForm>) -> Result<At, DateFault> {
    if let Ok(at) = At::parse(text) {
        return Ok(at);
    }
    let s = clean(text, forms);
    if let Some(t) = serial_text(&s, forms) {
        use chrono::Timelike;
        return Ok(Day::new(t.date()).start().plus(Duration::seconds(i64::from(t.num_seconds_from_midnight()))));
    }
    whole(&s, forms)?.instant()
}

/// Reads one end of a period as a day; 2025年10月 is its first or, as an `end`, its last day.
///
/// # Errors
/// Says whether the text is no date or a date that does not exist.
pub fn bound(text: &str, end: bool, forms: &BTreeSet<DateForm>) -> Result<Day, DateFault> {
    if let Ok(at) = At::parse(text) {
        return Ok(at.day());
    }
    let s = clean(text, forms);
    if let Some(t) = serial_text(&s, forms) {
        return Ok(Day::new(t.date()));
    }
    let p = whole(&s, forms)?;
    if p.time.is_some() {
        p.instant()?;
    }
    p.bound(end)
}

fn whole(s: &str, forms: &BTreeSet<DateForm>) -> Result<Partial, DateFault> {
    let mut scan = Scan::new(s);
    let separated = forms.contains(&DateForm::Separated) || s.bytes().all(|b| b.is_ascii_digit());
    let p = scan.date(forms.contains(&DateForm::Compact), None).ok_or(DateFault::Unreadable)?;
    if !separated || !scan.done() { Err(DateFault::Unreadable) } else { Ok(p) }
}

/// Reads a period in one cell; an open end (至今) is `None`. A single date is a period of that day or month.
///
/// # Errors
/// Says whether the text is no period or holds a date that does not exist.
pub fn period(text: &str, forms: &BTreeSet<DateForm>) -> Result<(Day, Option<Day>), DateFault> {
    let s = clean(text, forms);
    let mut scan = Scan::new(&s);
    if let Some((from, to)) = scan.period(forms.contains(&DateForm::Compact))
        && scan.done()
    {
        return Ok((from.bound(false)?, to.map(|t| t.bound(true)).transpose()?));
    }
    Ok((bound(text, false, forms)?, Some(bound(text, true, forms)?)))
}

/// The first period in running text, if it makes sense (not reversed, real days).
#[must_use]
pub fn find_period(narrative: &str) -> Option<(Day, Option<Day>)> {
    let mut scan = Scan::new(&narrow(narrative));
    for start in 0..scan.chars.len() {
        let digit = |i: usize| scan.chars.get(i).is_some_and(char::is_ascii_digit);
        if !digit(start) || (start > 0 && digit(start - 1)) {
            continue;
        }
        scan.i = start;
        if let Some((from, to)) = scan.period(false) {
            let (Ok(a), Ok(b)) = (from.bound(false), to.map(|t| t.bound(true)).transpose()) else { continue };
            if b.is_none_or(|b| b >= a) {
                return Some((a, b));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> BTreeSet<DateForm> {
        [DateForm::Serial, DateForm::Separated, DateForm::Compact, DateForm::Numerals].into()
    }

    #[test]
    fn instants_in_usual_forms() {
        for (text, want) in [
            ("2026-11-07 19:38", "2026-11-07 19:38"),
            ("2026-11-07T19:38:00+08:00", "2026-11-07 19:38"),
            ("2026-11-07T19:38:21", "2026-11-07 19:38"),
            ("2026/11/7", "2026-11-07 00:00"),
            ("2026/11/7 9:05:01", "2026-11-07 09:05"),
            ("2026年11月7日 19时38分", "2026-11-07 19:38"),
            ("2026年11月7日19点38分20秒", "2026-11-07 19:38"),
            ("2026 年 11 月 7 日", "2026-11-07 00:00"),
            ("2026年11月7日 星期六 下午3点", "2026-11-07 15:00"),
            ("2026年11月7号（周六）上午9:30", "2026-11-07 09:30"),
            ("2026.11.07", "2026-11-07 00:00"),
            ("20261107", "2026-11-07 00:00"),
            ("202611071938", "2026-11-07 19:38"),
            ("２０２６－１１－０７", "2026-11-07 00:00"),
            ("二〇二六年十一月二十七日", "2026-11-27 00:00"),
            ("46333.81805555556", "2026-11-07 19:38"),
            ("46333", "2026-11-07 00:00"),
        ] {
            assert_eq!(instant(text, &all()).map(At::list_text), Ok(want.to_owned()), "{text}");
        }
        for text in ["2026-13-40", "2026年2月30日", "20260230", "2026-11-07 25:00", "2026-11-07 12:60"] {
            assert_eq!(instant(text, &all()), Err(DateFault::Impossible), "{text}");
        }
        for text in ["", "昨天", "26.11.7", "11/7/2026", "2026", "2026.1", "2026年11月", "19999", "2026-11-07 起诉", "2026-11", "12345"]
        {
            assert_eq!(instant(text, &all()), Err(DateFault::Unreadable), "{text}");
        }
    }

    #[test]
    fn bounds_take_the_ends_of_months() {
        for (text, end, want) in [
            ("2026年11月", false, "2026-11-01"),
            ("2026年2月", true, "2026-02-28"),
            ("2025年12月份", true, "2025-12-31"),
            ("2026-02", true, "2026-02-28"),
            ("202602", true, "2026-02-28"),
            ("2025年", false, "2025-01-01"),
            ("46064", true, "2026-02-11"),
            ("2026-02-11 00:00:00", true, "2026-02-11"),
        ] {
            assert_eq!(bound(text, end, &all()).map(|d| d.to_string()), Ok(want.to_owned()), "{text}");
        }
        assert_eq!(bound("2026年13月", true, &all()), Err(DateFault::Impossible));
    }

    #[test]
    fn periods_in_a_cell_and_in_text() {
        for (text, from, to) in [
            ("2025年10月至2026年01月", "2025-10-01", "2026-01-31"),
            ("2025.10-2026.1", "2025-10-01", "2026-01-31"),
            ("2025/10/3—2026/1/5", "2025-10-03", "2026-01-05"),
            ("2025年10月—12月", "2025-10-01", "2025-12-31"),
            ("2025年10月5日到11月6日", "2025-10-05", "2025-11-06"),
            ("2025-10-01~2025-12-31", "2025-10-01", "2025-12-31"),
            ("2025年10月起至今", "2025-10-01", ""),
            ("2025年10月", "2025-10-01", "2025-10-31"),
        ] {
            let got = period(text, &all()).map(|(a, b)| (a.to_string(), b.map(|b| b.to_string()).unwrap_or_default()));
            assert_eq!(got, Ok((from.to_owned(), to.to_owned())), "{text}");
        }
        let got = find_period("本人于2025年10月至2026年01月在某工地务工，12人工资共195176.63元至今未发")
            .map(|(a, b)| (a.to_string(), b.map(|d| d.to_string())));
        assert_eq!(got, Some(("2025-10-01".to_owned(), Some("2026-01-31".to_owned()))));
        assert_eq!(find_period("电话13800001111，2026年3月打的，金额2000元-3000元"), None);
        assert_eq!(find_period("2026年05月至2026年01月倒着写的"), None, "a reversed period in running text is no period");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(s in "\\PC{0,40}") {
            let _ = instant(&s, &all());
            let _ = bound(&s, true, &all());
            let _ = period(&s, &all());
            let _ = find_period(&s);
        }
        #[test]
        fn written_dates_read_back(days in 0i64..50_000) {
            let d = Day::ymd(1990, 1, 1).expect("a day").plus(days);
            for s in [d.to_string(), d.document_text(), d.date().format("%Y%m%d").to_string(), d.date().format("%Y/%-m/%-d").to_string()] {
                proptest::prop_assert_eq!(bound(&s, false, &all()), Ok(d));
            }
        }
    }
}
