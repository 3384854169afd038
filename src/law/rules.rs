//! Dated values of the law: terms, amounts and numbers, each with its article, where the text was seen, and the days it
//! is in force.
//!
//! Owns every number that a statute, a rule of the province or the city's own service promise sets. Read from
//! `config/rules.toml`; nothing in the program knows a bare 5 or 20. Never looks at a calendar: counting is
//! [`super::term`].

use super::Fen;
use super::term::{Effect, Kind, Unit};
use super::words::numeral;
use crate::base::{Day, Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// How sure we are of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The text was read.
    Verified,
    /// From memory or a secondary text, or the text does not decide: confirm with the bureau before relying on it.
    Uncertain,
    /// No number in law: the city's own, with a cautious default.
    Configured,
}

/// A term as the law sets it: the budget, and how it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TermRule {
    /// Stable key, such as `complaint.accept`.
    pub key: String,
    /// What a person calls it.
    pub title: String,
    /// Duty, window or gate.
    pub kind: Kind,
    /// Statutory or service.
    pub effect: Effect,
    /// The budget in `unit`.
    pub n: u32,
    /// The unit it is counted in.
    pub unit: Unit,
    /// Whether an end on a rest day moves to the next working day.
    pub rolls: bool,
    /// Counted backwards from the start event ("at least 7 days before").
    pub backwards: bool,
    /// The article in Chinese: 《劳动保障监察条例》第十七条.
    pub article: String,
    /// The article in short, as `docs/legal-basis.md` lists it: `423 Art 17`.
    pub cite: String,
    /// Where the text was seen.
    pub source: String,
    /// First day in force.
    pub from: Day,
    /// Last day in force.
    pub until: Option<Day>,
    /// How sure we are.
    pub certainty: Certainty,
    /// What to know or to confirm.
    pub note: String,
}
impl TermRule {
    /// Its length as a sentence says it: `5个工作日`, `6个月`.
    #[must_use]
    pub fn span_text(&self) -> String {
        let unit = match self.unit {
            Unit::WorkingDays => "个工作日",
            Unit::CalendarDays => "日",
            Unit::Minutes => "分钟",
            Unit::Hours => "小时",
            Unit::OfficeHours => "个工作小时",
            Unit::Months => "个月",
            Unit::Years => "年",
        };
        format!("{}{unit}", self.n)
    }
}

/// A dated amount of money or number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dated<T> {
    /// Stable key, such as `crime.group.amount`.
    pub key: String,
    /// What a person calls it.
    pub title: String,
    /// The value.
    pub value: T,
    /// What it counts (`fen`, `working_days`, `persons`, `percent`).
    pub unit: String,
    /// The article in Chinese.
    pub article: String,
    /// The article in short.
    pub cite: String,
    /// Where the text was seen.
    pub source: String,
    /// First day in force.
    pub from: Day,
    /// Last day in force.
    pub until: Option<Day>,
    /// How sure we are.
    pub certainty: Certainty,
    /// What to know or to confirm.
    pub note: String,
}

/// The hours people are told in, and in which terms in office hours run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeDay {
    /// Opens, in minutes after midnight UTC+8.
    pub opens: u32,
    /// Closes, in minutes after midnight UTC+8; later than it opens.
    pub closes: u32,
}
impl OfficeDay {
    /// The latest office day of the shipped rules.
    #[must_use]
    pub fn shipped() -> Self {
        static DAY: OnceLock<OfficeDay> = OnceLock::new();
        *DAY.get_or_init(|| {
            let rules = Rules::embedded();
            let last = rules.numbers().filter(|n| n.key == OPENS).map(|n| n.from).max();
            rules.office_day(last.unwrap_or_else(|| Day::new(chrono::NaiveDate::default())))
        })
    }
}

/// The rules in force, by key and date.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    terms: BTreeMap<String, Vec<TermRule>>,
    amounts: BTreeMap<String, Vec<Dated<Fen>>>,
    numbers: BTreeMap<String, Vec<Dated<i64>>>,
}

const OPENS: &str = "office.opens";
const CLOSES: &str = "office.closes";
const MINUTES_A_DAY: u32 = 24 * 60;
/// A budget above this is a typing error.
const MOST: u32 = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    law: BTreeMap<String, RawLaw>,
    #[serde(default)]
    term: Vec<RawTerm>,
    #[serde(default)]
    amount: Vec<RawAmount>,
    #[serde(default)]
    number: Vec<RawNumber>,
}
/// A statute that rules refer to by `law = "423"`, so that its name, source and dates are written once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLaw {
    name: String,
    source: String,
    from: Day,
    until: Option<Day>,
    effect: Option<Effect>,
    certainty: Option<Certainty>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTerm {
    key: String,
    title: String,
    kind: Option<Kind>,
    effect: Option<Effect>,
    n: u32,
    unit: Unit,
    rolls: Option<bool>,
    backwards: Option<bool>,
    law: Option<String>,
    at: Option<u32>,
    article: Option<String>,
    cite: Option<String>,
    source: Option<String>,
    from: Option<Day>,
    until: Option<Day>,
    certainty: Option<Certainty>,
    note: Option<String>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAmount {
    key: String,
    title: String,
    yuan: String,
    law: Option<String>,
    at: Option<u32>,
    article: Option<String>,
    cite: Option<String>,
    source: Option<String>,
    from: Option<Day>,
    until: Option<Day>,
    certainty: Option<Certainty>,
    note: Option<String>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNumber {
    key: String,
    title: String,
    value: i64,
    unit: String,
    law: Option<String>,
    at: Option<u32>,
    article: Option<String>,
    cite: Option<String>,
    source: Option<String>,
    from: Option<Day>,
    until: Option<Day>,
    certainty: Option<Certainty>,
    note: Option<String>,
}

/// The legal basis of one value, from its own fields and its law's.
struct Basis {
    article: String,
    cite: String,
    source: String,
    from: Day,
    until: Option<Day>,
    certainty: Certainty,
    note: String,
    effect: Option<Effect>,
}

fn wrong(message: impl Into<String>) -> Error {
    Error::Config(format!("规则文件有误：{}", message.into()))
}

macro_rules! basis {
    ($laws:expr, $raw:expr) => {
        basis(
            $laws,
            &$raw.key,
            &$raw.title,
            $raw.law,
            $raw.at,
            [$raw.article, $raw.cite, $raw.source, $raw.note],
            ($raw.from, $raw.until),
            $raw.certainty,
        )
    };
}

#[expect(clippy::too_many_arguments, reason = "one call, through the macro above, for three shapes with the same fields")]
fn basis(
    laws: &BTreeMap<String, RawLaw>,
    key: &str,
    title: &str,
    law: Option<String>,
    at: Option<u32>,
    [article, cite, source, note]: [Option<String>; 4],
    (from, until): (Option<Day>, Option<Day>),
    certainty: Option<Certainty>,
) -> Result<Basis> {
    let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_');
    if key.is_empty() || !key.chars().all(ok) {
        return Err(wrong(format!("key = “{key}”只能用小写字母、数字、点和下划线")));
    }
    let named = match &law {
        None => None,
        Some(name) => Some(laws.get(name).ok_or_else(|| wrong(format!("{key}：law = “{name}”没有在 [law.{name}] 中定义")))?),
    };
    let missing = |what: &str| wrong(format!("{key}：缺少 {what}，也没有通过 law 指明依据"));
    let article = match (article, named, at) {
        (Some(a), _, _) => a,
        (None, Some(l), Some(at)) => format!("{}第{}条", l.name, numeral(at)),
        (None, Some(l), None) => l.name.clone(),
        (None, None, _) => return Err(missing("article（条文）")),
    };
    let cite = match (cite, &law, at) {
        (Some(c), _, _) => c,
        (None, Some(l), Some(at)) => format!("{l} Art {at}"),
        (None, Some(l), None) => l.clone(),
        (None, None, _) => article.clone(),
    };
    let from = from.or(named.map(|l| l.from)).ok_or_else(|| missing("from（施行日期）"))?;
    let until = until.or(named.and_then(|l| l.until));
    let source = source.or_else(|| named.map(|l| l.source.clone())).ok_or_else(|| missing("source（出处）"))?;
    let certainty = certainty.or(named.and_then(|l| l.certainty)).unwrap_or(Certainty::Verified);
    let note = note.unwrap_or_default();
    for (what, text) in [("title（名称）", title), ("article（条文）", &article), ("source（出处）", &source), ("cite", &cite)]
    {
        if text.trim().is_empty() {
            return Err(wrong(format!("{key}：{what} 不能为空")));
        }
    }
    if let Some(u) = until.filter(|u| *u < from) {
        return Err(wrong(format!("{key}：until = {u} 早于 from = {from}")));
    }
    if certainty != Certainty::Verified && note.trim().is_empty() {
        return Err(wrong(format!("{key}：没有核实条文（certainty 不是 verified）的值必须写 note 说明")));
    }
    Ok(Basis { article, cite, source, from, until, certainty, note, effect: named.and_then(|l| l.effect) })
}

/// Anything with a key and a period in force.
trait Version {
    fn key(&self) -> &str;
    fn period(&self) -> (Day, Option<Day>);
    fn in_force(&self, on: Day) -> bool {
        let (from, until) = self.period();
        from <= on && until.is_none_or(|u| on <= u)
    }
}
impl Version for TermRule {
    fn key(&self) -> &str {
        &self.key
    }
    fn period(&self) -> (Day, Option<Day>) {
        (self.from, self.until)
    }
}
impl<T> Version for Dated<T> {
    fn key(&self) -> &str {
        &self.key
    }
    fn period(&self) -> (Day, Option<Day>) {
        (self.from, self.until)
    }
}

/// Groups by key, in order of force; refuses periods that overlap.
fn group<V: Version>(values: Vec<V>) -> Result<BTreeMap<String, Vec<V>>> {
    let mut out: BTreeMap<String, Vec<V>> = BTreeMap::new();
    for v in values {
        out.entry(v.key().to_owned()).or_default().push(v);
    }
    for (key, versions) in &mut out {
        versions.sort_by_key(|v| v.period().0);
        for w in versions.windows(2) {
            let ((from, until), (next, _)) = (w[0].period(), w[1].period());
            if until.is_none_or(|u| u >= next) {
                let until = until.map_or_else(|| "今".to_owned(), |u| u.to_string());
                return Err(wrong(format!("{key}：施行期间重叠，{from} 至 {until} 与 {next} 起的版本；请给前一版写 until")));
            }
        }
    }
    Ok(out)
}

fn on<'a, V: Version>(map: &'a BTreeMap<String, Vec<V>>, key: &str, on: Day) -> Option<&'a V> {
    map.get(key)?.iter().find(|v| v.in_force(on))
}

impl Rules {
    /// Reads and checks a rule file.
    ///
    /// # Errors
    /// [`Error::Config`] with the key and what to do: an unknown field or law, a missing article, source or date, a
    /// period that ends before it begins or overlaps another of the same key, one key for two sorts of value, a budget
    /// of 0, an unverified value without a note, an office day that closes before it opens.
    pub fn load(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| wrong(e.to_string()))?;
        let laws = &file.law;
        let mut terms = Vec::with_capacity(file.term.len());
        for t in file.term {
            // no day at all: the term ends with the day it is counted from (the day an instalment is due)
            let least = u32::from(t.unit != Unit::CalendarDays);
            if t.n < least || t.n > MOST {
                return Err(wrong(format!("{}：n = {} 应在 {least} 至 {MOST} 之间", t.key, t.n)));
            }
            let b = basis!(laws, t)?;
            let effect = t.effect.or(b.effect).unwrap_or(Effect::Statutory);
            if effect == Effect::Statutory && b.certainty == Certainty::Configured {
                return Err(wrong(format!("{}：没有法定数值的期限不能是 statutory", t.key)));
            }
            terms.push(TermRule {
                key: t.key,
                title: t.title,
                kind: t.kind.unwrap_or(Kind::Duty),
                effect,
                n: t.n,
                unit: t.unit,
                rolls: t.rolls.unwrap_or(true),
                backwards: t.backwards.unwrap_or(false),
                article: b.article,
                cite: b.cite,
                source: b.source,
                from: b.from,
                until: b.until,
                certainty: b.certainty,
                note: b.note,
            });
        }
        let mut amounts = Vec::with_capacity(file.amount.len());
        for a in file.amount {
            let b = basis!(laws, a)?;
            let value = Fen::parse(&a.yuan).map_err(|_| wrong(format!("{}：yuan = “{}”不是金额", a.key, a.yuan)))?;
            amounts.push(dated(a.key, a.title, value, "fen".to_owned(), b));
        }
        let mut numbers = Vec::with_capacity(file.number.len());
        for n in file.number {
            let b = basis!(laws, n)?;
            numbers.push(dated(n.key, n.title, n.value, n.unit, b));
        }
        Self { terms: group(terms)?, amounts: group(amounts)?, numbers: group(numbers)? }.checked()
    }

    /// This with the keys of `text` in place of its own: how a city overrides single values.
    ///
    /// # Errors
    /// As [`Rules::load`]; besides, an amount or number that this does not know, because nothing would read it.
    pub fn overlaid(&self, text: &str) -> Result<Self> {
        let over = Self::load(text)?;
        let known = |k: &&String| self.amounts.contains_key(*k) || self.numbers.contains_key(*k);
        if let Some(key) = over.amounts.keys().chain(over.numbers.keys()).find(|k| !known(k)) {
            return Err(wrong(format!("{key}：没有这个规则名，请对照 config/rules.toml")));
        }
        let mut all = self.clone();
        all.terms.extend(over.terms);
        all.amounts.extend(over.amounts);
        all.numbers.extend(over.numbers);
        all.checked()
    }

    fn checked(self) -> Result<Self> {
        let keys = |k: &String| {
            usize::from(self.terms.contains_key(k)) + usize::from(self.amounts.contains_key(k)) + usize::from(self.numbers.contains_key(k))
        };
        if let Some(k) = self.terms.keys().chain(self.amounts.keys()).find(|k| keys(k) > 1) {
            return Err(wrong(format!("{k}：同一个规则名不能既是期限又是金额或数值")));
        }
        let edges: Vec<Day> = [OPENS, CLOSES].iter().filter_map(|k| self.numbers.get(*k)).flatten().map(|n| n.from).collect();
        for day in edges {
            let hour = |k| on(&self.numbers, k, day).map(|n| n.value);
            if let (Some(a), Some(b)) = (hour(OPENS), hour(CLOSES))
                && !(0 <= a && a < b && b <= i64::from(MINUTES_A_DAY))
            {
                return Err(wrong(format!("{OPENS} = {a}、{CLOSES} = {b}：应为当日的分钟数，且先开后关")));
            }
        }
        Ok(self)
    }

    /// The rules shipped with the program (`config/rules.toml`), checked.
    ///
    /// # Errors
    /// The shipped file is wrong; a test keeps this from happening.
    pub fn try_embedded() -> Result<Self> {
        Self::load(include_str!("../../config/rules.toml"))
    }

    /// The rules shipped with the program; none at all should they be unreadable (a test forbids it).
    #[must_use]
    pub fn embedded() -> Self {
        Self::try_embedded().unwrap_or_default()
    }

    /// The term in force on a day.
    #[must_use]
    pub fn term(&self, key: &str, day: Day) -> Option<&TermRule> {
        on(&self.terms, key, day)
    }
    /// The version of a term that came into force on `from`: what a stored term names.
    #[must_use]
    pub fn version(&self, key: &str, from: Day) -> Option<&TermRule> {
        self.terms.get(key)?.iter().find(|t| t.from == from)
    }
    /// The amount in force on a day.
    #[must_use]
    pub fn amount(&self, key: &str, day: Day) -> Option<Fen> {
        self.dated_amount(key, day).map(|a| a.value)
    }
    /// The amount in force on a day with its article.
    #[must_use]
    pub fn dated_amount(&self, key: &str, day: Day) -> Option<&Dated<Fen>> {
        on(&self.amounts, key, day)
    }
    /// The number in force on a day.
    #[must_use]
    pub fn number(&self, key: &str, day: Day) -> Option<i64> {
        self.dated_number(key, day).map(|n| n.value)
    }
    /// The number in force on a day with its article.
    #[must_use]
    pub fn dated_number(&self, key: &str, day: Day) -> Option<&Dated<i64>> {
        on(&self.numbers, key, day)
    }
    /// Every term in every version.
    pub fn terms(&self) -> impl Iterator<Item = &TermRule> {
        self.terms.values().flatten()
    }
    /// Every amount in every version.
    pub fn amounts(&self) -> impl Iterator<Item = &Dated<Fen>> {
        self.amounts.values().flatten()
    }
    /// Every number in every version.
    pub fn numbers(&self) -> impl Iterator<Item = &Dated<i64>> {
        self.numbers.values().flatten()
    }
    /// Keys of all terms, for the checker of definitions.
    pub fn term_keys(&self) -> impl Iterator<Item = &str> {
        self.terms.keys().map(String::as_str)
    }

    /// The office day in force on a day; the whole day when the rules have none.
    #[must_use]
    pub fn office_day(&self, day: Day) -> OfficeDay {
        let minute = |k| self.number(k, day).and_then(|n| u32::try_from(n).ok());
        match (minute(OPENS), minute(CLOSES)) {
            (Some(opens), Some(closes)) if opens < closes => OfficeDay { opens, closes },
            _ => OfficeDay { opens: 0, closes: MINUTES_A_DAY },
        }
    }
}

fn dated<T>(key: String, title: String, value: T, unit: String, b: Basis) -> Dated<T> {
    Dated {
        key,
        title,
        value,
        unit,
        article: b.article,
        cite: b.cite,
        source: b.source,
        from: b.from,
        until: b.until,
        certainty: b.certainty,
        note: b.note,
    }
}
#[cfg(test)]
mod tests;
