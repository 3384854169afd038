//! One year's holiday notice: the days it makes rest days and the days it makes up for them.
//!
//! Owns the two file shapes (our TOML, the holiday-cn JSON) and their checks. Never decides whether a day is worked:
//! that is [`super::Calendar`], which lays several years over each other.

use crate::base::{Day, Error, Result};
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Years a notice may be about; anything else is a typing error.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2199;
/// A year with fewer or more working days than this is suspicious (the law gives 13 rest days, so about 248).
const USUAL_WORKING_DAYS: std::ops::RangeInclusive<i64> = 240..=262;

/// A day that a notice names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDay {
    /// Which day.
    pub day: Day,
    /// The holiday's name: 春节.
    pub name: String,
    /// Rest day (`true`) or make-up work day (`false`).
    pub rest: bool,
}

/// A year's notice of the State Council 放假通知. Days are in order, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Year {
    /// The year in the notice's title. Its days may reach back into the December before.
    pub year: i32,
    /// The notice's title.
    pub title: String,
    /// Its document number, if known.
    pub document: Option<String>,
    /// The day it was published, if known (a holiday-cn file often tells no more than the month).
    pub published: Option<Day>,
    /// Where it can be read.
    pub url: Option<String>,
    /// The days it names.
    pub days: Vec<SpecialDay>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileYear {
    year: i32,
    title: String,
    document: Option<String>,
    published: Option<String>,
    url: Option<String>,
    #[serde(default)]
    holiday: Vec<FileHoliday>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileHoliday {
    name: String,
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    work: Vec<String>,
}

#[derive(Deserialize)]
struct CnYear {
    year: i32,
    #[serde(default)]
    papers: Vec<String>,
    days: Vec<CnDay>,
}
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CnDay {
    name: String,
    date: String,
    is_off_day: bool,
}

fn wrong(message: impl Into<String>) -> Error {
    Error::Config(format!("日历文件有误：{}", message.into()))
}
/// What a line of the file is called: its number and its beginning.
fn line(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let n = before.matches('\n').count();
    let shown: String = text.lines().nth(n).unwrap_or_default().trim().chars().take(60).collect();
    format!("第 {} 行“{shown}”", n + 1)
}
/// What TOML found, with its line.
fn unreadable(text: &str, e: &toml::de::Error) -> Error {
    let place = e.span().map(|s| line(text, s.start)).unwrap_or_default();
    let said = e.message();
    let what = if said.starts_with("unknown field") {
        "有不认识的键"
    } else if said.starts_with("missing field") {
        "缺少必需的键"
    } else if said.starts_with("invalid type") {
        "的值类型不对"
    } else {
        "的写法不对"
    };
    wrong(format!("{place}{what}（{said}）"))
}
/// The same error with the line on which the text it names stands.
fn located(text: &str, e: Error) -> Error {
    let Error::Config(said) = &e else { return e };
    let mut quoted = said.split('“').skip(1).filter_map(|p| p.split_once('”')).map(|(q, _)| q).collect::<Vec<_>>();
    quoted.extend(said.split([' ', '：']).filter(|w| w.len() == 10 && w.parse::<Day>().is_ok()));
    match quoted.iter().rev().find_map(|q| text.find(&format!("\"{q}\""))) {
        Some(at) if !said.contains("第 ") => Error::Config(format!("{said}（{}）", line(text, at))),
        _ => e,
    }
}
fn day(text: &str, place: &str) -> Result<Day> {
    text.parse().map_err(|_| wrong(format!("{place}的日期“{text}”不存在或格式不对，应为 YYYY-MM-DD")))
}

impl Year {
    /// Reads our own shape (`config/calendar/<year>.toml`).
    ///
    /// # Errors
    /// [`Error::Config`] with the place and what to do.
    pub fn from_toml(text: &str) -> Result<Self> {
        let text = text.trim_start_matches('\u{feff}');
        Self::of_toml(text).map_err(|e| located(text, e))
    }
    fn of_toml(text: &str) -> Result<Self> {
        let file: FileYear = toml::from_str(text).map_err(|e| unreadable(text, &e))?;
        let published = file.published.as_deref().map(|p| day(p, "published ")).transpose()?;
        let mut days = Vec::new();
        for h in &file.holiday {
            let place = format!("“{}”", h.name);
            match (&h.from, &h.to) {
                (Some(from), Some(to)) => {
                    let (from, to) = (day(from, &place)?, day(to, &place)?);
                    if to < from || to.since(from) > 30 {
                        return Err(wrong(format!("{place}的放假区间 {from} 至 {to} 颠倒或过长，请核对 from 与 to")));
                    }
                    days.extend((0..=to.since(from)).map(|i| SpecialDay { day: from.plus(i), name: h.name.clone(), rest: true }));
                }
                (None, None) if !h.work.is_empty() => {}
                _ => return Err(wrong(format!("{place}必须同时写 from 与 to"))),
            }
            for w in &h.work {
                days.push(SpecialDay { day: day(w, &place)?, name: h.name.clone(), rest: false });
            }
        }
        Self { year: file.year, title: file.title, document: file.document, published, url: file.url, days }.checked()
    }

    /// Reads the shape of the holiday-cn project:
    /// `{"year":2027,"papers":["https://…"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`.
    /// It carries neither title nor document number; the title is the one such notices always have, the day of
    /// publication is taken from the paper's address where it stands there in full.
    ///
    /// # Errors
    /// [`Error::Config`]: not that shape, a day that does not exist or belongs to another year, a day twice, or no day
    /// at all (the notice is not out yet).
    pub fn from_holiday_cn(text: &str) -> Result<Self> {
        let file: CnYear = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|e| wrong(format!("不是 holiday-cn 的 JSON 格式（需要 year、papers、days[name,date,isOffDay]）：{e}")))?;
        let mut days = Vec::with_capacity(file.days.len());
        for (i, d) in file.days.iter().enumerate() {
            days.push(SpecialDay { day: day(&d.date, &format!("days 第 {} 项", i + 1))?, name: d.name.clone(), rest: d.is_off_day });
        }
        let url = file.papers.into_iter().next();
        Self {
            year: file.year,
            title: format!("国务院办公厅关于{}年部分节假日安排的通知", file.year),
            document: None,
            published: url.as_deref().and_then(day_in_address),
            url,
            days,
        }
        .checked()
    }

    /// Reads either shape: JSON when the text begins with a brace, else TOML.
    ///
    /// # Errors
    /// As [`Year::from_toml`] and [`Year::from_holiday_cn`].
    pub fn parse(text: &str) -> Result<Self> {
        if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') { Self::from_holiday_cn(text) } else { Self::from_toml(text) }
    }

    /// Orders the days and refuses what cannot be true.
    fn checked(mut self) -> Result<Self> {
        if !YEARS.contains(&self.year) {
            return Err(wrong(format!("year = {} 不在 {} 至 {} 之间", self.year, YEARS.start(), YEARS.end())));
        }
        if self.title.trim().is_empty() {
            return Err(wrong("title（通知标题）不能为空"));
        }
        if self.days.is_empty() {
            return Err(wrong(format!("没有任何一天：{}年的放假通知可能尚未发布，发布后再导入", self.year)));
        }
        self.days.sort_by_key(|d| d.day);
        for d in &self.days {
            if d.name.trim().is_empty() {
                return Err(wrong(format!("{} 没有节日名称", d.day)));
            }
            let own = d.day.year() == self.year || (d.day.year() == self.year - 1 && d.day.date().month() == 12);
            if !own {
                return Err(wrong(format!("{}（{}）不属于{}年的通知，只允许当年或上一年十二月的日期", d.day, d.name, self.year)));
            }
        }
        if let Some(w) = self.days.windows(2).find(|w| w[0].day == w[1].day) {
            return Err(wrong(format!("{} 出现了两次（{}、{}）", w[0].day, w[0].name, w[1].name)));
        }
        Ok(self)
    }

    /// Our own file shape; [`Year::from_toml`] reads it back unchanged.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let q = |s: &str| toml::Value::String(s.to_owned()).to_string();
        let mut out = format!("year = {}\ntitle = {}\n", self.year, q(&self.title));
        if let Some(d) = &self.document {
            let _ = writeln!(out, "document = {}", q(d));
        }
        if let Some(d) = self.published {
            let _ = writeln!(out, "published = \"{d}\"");
        }
        if let Some(u) = &self.url {
            let _ = writeln!(out, "url = {}", q(u));
        }
        for h in self.holidays() {
            let _ = write!(out, "\n[[holiday]]\nname = {}\n", q(h.name));
            if let Some((from, to)) = h.rest {
                let _ = write!(out, "from = \"{from}\"\nto = \"{to}\"\n");
            }
            let work: Vec<String> = h.work.iter().map(|d| format!("\"{d}\"")).collect();
            let _ = writeln!(out, "work = [{}]", work.join(", "));
        }
        out
    }

    /// The holidays as a notice puts them: a name, its run of rest days, the days made up for it. In order of the rest
    /// days; a name with several runs comes several times, its make-up days with the first.
    #[must_use]
    pub fn holidays(&self) -> Vec<Holiday<'_>> {
        let mut by_name: BTreeMap<&str, Vec<Holiday<'_>>> = BTreeMap::new();
        for d in self.days.iter().filter(|d| d.rest) {
            let runs = by_name.entry(&d.name).or_default();
            match runs.last_mut().and_then(|h| h.rest.as_mut()) {
                Some((_, to)) if to.next() == d.day => *to = d.day,
                _ => runs.push(Holiday { name: &d.name, rest: Some((d.day, d.day)), work: Vec::new() }),
            }
        }
        for d in self.days.iter().filter(|d| !d.rest) {
            let runs = by_name.entry(&d.name).or_default();
            match runs.first_mut() {
                Some(h) => h.work.push(d.day),
                None => runs.push(Holiday { name: &d.name, rest: None, work: vec![d.day] }),
            }
        }
        let mut all: Vec<Holiday<'_>> = by_name.into_values().flatten().collect();
        all.sort_by_key(|h| h.rest.map_or_else(|| h.work.first().copied(), |(from, _)| Some(from)));
        all
    }

    /// What a person should look at before loading the file: things that are possible but unusual.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut out = Vec::new();
        for d in self.days.iter().filter(|d| !d.rest && d.day.date().weekday().num_days_from_monday() < 5) {
            out.push(format!("{}（{}）写为调休上班，但它本来就是周一至周五", d.day, d.name));
        }
        for name in ["元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆"] {
            if !self.days.iter().any(|d| d.rest && d.name.contains(name)) {
                out.push(format!("没有找到“{name}”的放假日期"));
            }
        }
        let n = self.working_days();
        if !USUAL_WORKING_DAYS.contains(&n) {
            out.push(format!(
                "全年只按本文件计算有 {n} 个工作日，通常在 {} 至 {} 之间",
                USUAL_WORKING_DAYS.start(),
                USUAL_WORKING_DAYS.end()
            ));
        }
        if self.document.is_none() {
            out.push("没有文号（document），请补上后再作为依据".to_owned());
        }
        match self.published {
            None => out.push("没有发布日期（published），请补上后再作为依据".to_owned()),
            Some(p) if p.year() > self.year => out.push(format!("发布日期 {p} 晚于{}年", self.year)),
            Some(_) => {}
        }
        out
    }

    /// Working days of the year by this notice alone.
    #[must_use]
    pub fn working_days(&self) -> i64 {
        let Some(first) = Day::ymd(self.year, 1, 1) else { return 0 };
        let weekday = |d: Day| d.date().weekday().num_days_from_monday() < 5;
        let plain = (0..366).map(|i| first.plus(i)).filter(|d| d.year() == self.year && weekday(*d)).count();
        let change: i64 = self
            .days
            .iter()
            .filter(|d| d.day.year() == self.year)
            .map(|d| match (d.rest, weekday(d.day)) {
                (true, true) => -1,
                (false, false) => 1,
                _ => 0,
            })
            .sum();
        i64::try_from(plain).unwrap_or(0) + change
    }
}

/// A holiday as a notice puts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holiday<'a> {
    /// Its name.
    pub name: &'a str,
    /// First and last rest day.
    pub rest: Option<(Day, Day)>,
    /// Days worked instead.
    pub work: Vec<Day>,
}

/// `…/2022-12/08/content_…` tells the day; `…/202511/content_…` only the month and so nothing.
fn day_in_address(url: &str) -> Option<Day> {
    let parts: Vec<&str> = url.split('/').collect();
    parts.windows(2).find_map(|w| {
        let (y, m) = w[0].split_once('-')?;
        let ok = y.len() == 4 && m.len() == 2 && w[1].len() == 2;
        if ok { Day::ymd(y.parse().ok()?, m.parse().ok()?, w[1].parse().ok()?) } else { None }
    })
}
