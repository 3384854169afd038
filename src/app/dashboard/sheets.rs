//! The dashboard's tables: the same rows for the page and for the file that is taken out.
//!
//! Owns the columns of each table, how a share is written, and what stands under an exported one: what each number means, what was asked for,
//! when it was made and by whom. In a file the money of any row of too few cases is withheld, for a file goes further than its reader; each export
//! needs a reason and is on record.

use super::{AGES, Asked, Dashboard, Numbers};
use crate::app::App;
use crate::app::exports::{self, Taken, Why};
use crate::base::{Result, text};
use crate::domain::access::Actor;
use crate::law::Fen;
use crate::paper::sheet::{Table, Value};
use std::sync::Arc;

/// One table of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The headline numbers beside those of the period before.
    Headline,
    /// By day or month.
    Series,
    /// The same slots: statutory duties.
    Clocks,
    /// The same slots: money.
    Money,
    /// By channel.
    Channels,
    /// By bureau.
    Bureaus,
    /// By area.
    Areas,
    /// Money paid within 30, 60, 90 days.
    Within,
    /// Open cases by age and bureau.
    AgesByBureau,
    /// Open cases by age and area.
    AgesByArea,
    /// Agreements kept.
    Agreements,
    /// Draws.
    Draws,
    /// The season before the Spring Festival.
    Season,
}

impl Part {
    /// All, in the order of the page.
    pub const ALL: [Self; 13] = [
        Self::Headline,
        Self::Series,
        Self::Clocks,
        Self::Money,
        Self::Channels,
        Self::Bureaus,
        Self::Areas,
        Self::Within,
        Self::AgesByBureau,
        Self::AgesByArea,
        Self::Agreements,
        Self::Draws,
        Self::Season,
    ];
    /// Its code: the word of its texts and of the export.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Headline => "headline",
            Self::Series => "series",
            Self::Clocks => "clocks",
            Self::Money => "money",
            Self::Channels => "channels",
            Self::Bureaus => "bureaus",
            Self::Areas => "areas",
            Self::Within => "within",
            Self::AgesByBureau => "ages_by_bureau",
            Self::AgesByArea => "ages_by_area",
            Self::Agreements => "agreements",
            Self::Draws => "draws",
            Self::Season => "season",
        }
    }
    /// The part of a code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }
    /// Its title.
    #[must_use]
    pub fn title(self) -> String {
        text::zh(&format!("dashboard.part.{}", self.code())).to_owned()
    }
    /// What its numbers mean.
    #[must_use]
    pub fn meaning(self) -> String {
        text::zh(&format!("dashboard.means.{}", self.code())).to_owned()
    }
}

/// A share as it is written: `83.3%`; a dash of nothing or of too few.
#[must_use]
pub fn percent(per_myriad: Option<i64>) -> String {
    per_myriad.map_or_else(|| "—".to_owned(), |n| format!("{}.{}%", n / 100, n % 100 / 10))
}

fn share(n: Option<i64>) -> Value {
    Value::Text(percent(n))
}
fn fen(n: Option<Fen>) -> Value {
    n.map_or_else(|| Value::Text(text::zh("dashboard.withheld").to_owned()), Value::Money)
}
fn words(t: impl Into<String>) -> Value {
    Value::Text(t.into())
}
fn heads(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|k| text::zh(&format!("dashboard.column.{k}")).to_owned()).collect()
}

/// The columns of a table of numbers, after what each row is of.
const NUMBERS: [&str; 12] =
    ["filings", "cases", "refused", "settled", "rate", "concluded", "in_time", "missed", "on_time", "claimed", "verified", "paid"];

fn numbers(n: &Numbers) -> Vec<Value> {
    vec![
        Value::Int(n.filings),
        Value::Int(n.cases),
        Value::Int(n.refused),
        Value::Int(n.settled),
        share(n.settled_per_myriad),
        Value::Int(n.concluded),
        Value::Int(n.in_time),
        Value::Int(n.missed),
        share(n.in_time_per_myriad),
        fen(n.claimed_fen),
        fen(n.verified_fen),
        fen(n.paid_fen),
    ]
}
fn row(name: impl Into<String>, rest: Vec<Value>) -> Vec<Value> {
    std::iter::once(words(name)).chain(rest).collect()
}
fn with_first(first: &str) -> Vec<String> {
    let mut keys = vec![first];
    keys.extend(NUMBERS);
    heads(&keys)
}

/// Some of the columns by day or month.
fn slots(d: &Dashboard, columns: std::ops::Range<usize>) -> (Vec<String>, Vec<Vec<Value>>) {
    let mut keys = vec!["time"];
    keys.extend(NUMBERS.get(columns.clone()).unwrap_or_default());
    let some = |n: &Numbers| numbers(n).get(columns.clone()).unwrap_or_default().to_vec();
    (heads(&keys), d.series.iter().map(|s| row(s.label.clone(), some(&s.numbers))).collect())
}

/// The numbers beside those of the period before, a line each.
fn headline(d: &Dashboard) -> Vec<Vec<Value>> {
    let (now, before) = (numbers(&d.now), numbers(&d.before));
    let mut out: Vec<Vec<Value>> = NUMBERS
        .iter()
        .zip(now.into_iter().zip(before))
        .map(|(k, (n, b))| vec![words(text::zh(&format!("dashboard.column.{k}"))), n, b])
        .collect();
    out.push(vec![words(text::zh("dashboard.column.open")), Value::Int(d.open), Value::Empty]);
    out.push(vec![words(text::zh("dashboard.column.tracking")), Value::Int(d.tracking), Value::Empty]);
    out
}

/// A part of the dashboard as a table.
#[must_use]
pub fn table(d: &Dashboard, part: Part) -> Table {
    let name = part.title();
    let (headings, rows): (Vec<String>, Vec<Vec<Value>>) = match part {
        Part::Headline => (heads(&["number", "now", "before"]), headline(d)),
        Part::Series => slots(d, 0..6),
        Part::Clocks => slots(d, 6..9),
        Part::Money => slots(d, 9..12),
        Part::Channels => (
            heads(&["channel", "filings", "cases", "concluded", "rate"]),
            d.channels
                .iter()
                .map(|c| {
                    let name = if c.code.is_empty() { text::zh("dashboard.no_channel").to_owned() } else { c.name.clone() };
                    row(name, vec![Value::Int(c.filings), Value::Int(c.cases), Value::Int(c.concluded), share(c.settled_per_myriad)])
                })
                .collect(),
        ),
        Part::Bureaus => (with_first("bureau"), d.bureaus.iter().map(|p| row(p.name.clone(), numbers(&p.numbers))).collect()),
        Part::Areas => (with_first("area"), d.areas.iter().map(|p| row(p.name.clone(), numbers(&p.numbers))).collect()),
        Part::Within => (
            heads(&["days", "until", "verified", "paid_within", "share"]),
            d.within
                .iter()
                .map(|w| {
                    let days = text::zh_with("dashboard.days", &[("n", &w.days.to_string())]);
                    let until = w.until.map_or(Value::Empty, Value::Day);
                    row(days, vec![until, Value::Money(w.verified_fen), Value::Money(w.paid_fen), share(w.per_myriad)])
                })
                .collect(),
        ),
        Part::AgesByBureau | Part::AgesByArea => {
            let lines = if part == Part::AgesByBureau { &d.ages_by_bureau } else { &d.ages_by_area };
            let first = if part == Part::AgesByBureau { "bureau" } else { "area" };
            let mut headings = heads(&[first]);
            headings.extend(age_names());
            headings.extend(heads(&["total"]));
            let rows = lines
                .iter()
                .map(|l| row(l.name.clone(), l.counts.iter().copied().chain(std::iter::once(l.total)).map(Value::Int).collect()))
                .collect();
            (headings, rows)
        }
        Part::Agreements => {
            let a = &d.agreements;
            let line = |k: &str, v: Value| vec![words(text::zh(&format!("dashboard.column.{k}"))), v];
            let rows = vec![
                line("agreements", Value::Int(a.agreements)),
                line("kept", Value::Int(a.kept)),
                line("broken", Value::Int(a.broken)),
                line("instalments", Value::Int(a.instalments)),
                line("instalments_kept", Value::Int(a.instalments_kept)),
                line("instalments_share", share(a.kept_per_myriad)),
            ];
            (heads(&["number", "now"]), rows)
        }
        Part::Draws => (
            heads(&["draw", "area", "drawn_from", "drawn_to", "closed_on", "called", "paid_share", "low", "high", "contradicted"]),
            d.draws
                .iter()
                .map(|r| {
                    let of = |f: &dyn Fn(&crate::domain::sampling::estimate::Share) -> u32| share(r.paid.as_ref().map(|s| i64::from(f(s))));
                    let count = |n: u64| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
                    vec![
                        words(r.number.clone()),
                        words(r.area_name.clone()),
                        Value::Day(r.from),
                        Value::Day(r.to),
                        Value::Day(r.closed_on),
                        count(r.called),
                        of(&|s| s.per_myriad),
                        of(&|s| s.low),
                        of(&|s| s.high),
                        count(r.contradicted),
                    ]
                })
                .collect(),
        ),
        Part::Season => {
            let keys =
                ["week", "week_from", "filings_now", "filings_before", "concluded_now", "concluded_before", "paid_now", "paid_before"];
            let rows = d.season.iter().flat_map(|s| &s.weeks).map(|w| {
                let count = |n: Option<i64>| n.map_or(Value::Empty, Value::Int);
                let money = |n: Option<Fen>| n.map_or(Value::Empty, Value::Money);
                vec![
                    words(week_name(w.week)),
                    Value::Day(w.from),
                    count(w.now.as_ref().map(|n| n.filings)),
                    count(w.before.as_ref().map(|n| n.filings)),
                    count(w.now.as_ref().map(|n| n.concluded)),
                    count(w.before.as_ref().map(|n| n.concluded)),
                    money(w.now.as_ref().map(|n| n.paid_fen)),
                    money(w.before.as_ref().map(|n| n.paid_fen)),
                ]
            });
            (heads(&keys), rows.collect())
        }
    };
    Table { name, headings, rows }
}

/// Names of the buckets of open cases.
#[must_use]
pub fn age_names() -> Vec<String> {
    let mut from = 0;
    let mut out: Vec<String> = AGES
        .iter()
        .map(|to| {
            let name = text::zh_with("dashboard.age", &[("from", &from.to_string()), ("to", &to.to_string())]);
            from = to + 1;
            name
        })
        .collect();
    out.push(text::zh_with("dashboard.age_over", &[("days", &(from - 1).to_string())]));
    out
}

/// What a week of the season is called.
#[must_use]
pub fn week_name(week: i64) -> String {
    let key = if week < 0 { "dashboard.week_before" } else { "dashboard.week_after" };
    text::zh_with(key, &[("n", &(if week < 0 { -week } else { week + 1 }).to_string())])
}

/// What was asked for, in words.
#[must_use]
pub fn query(app: &App, d: &Dashboard) -> String {
    let all = || text::zh("dashboard.all").to_owned();
    text::zh_with(
        "dashboard.query",
        &[
            ("period", &d.title),
            ("from", &d.from.to_string()),
            ("to", &d.to.to_string()),
            ("before_from", &d.before_from.to_string()),
            ("before_to", &d.before_to.to_string()),
            ("area", &d.area.as_deref().map_or_else(all, |a| app.area_name(a))),
            ("bureau", &d.bureau.as_deref().map_or_else(all, |b| app.bureau_name(b))),
        ],
    )
}

/// How fresh it is, in words.
#[must_use]
pub fn fresh(d: &Dashboard) -> String {
    let f = &d.freshness;
    let at = f.read_at.map_or_else(|| text::zh("dashboard.not_read").to_owned(), crate::base::At::list_text);
    let mut out = text::zh_with("dashboard.fresh", &[("at", &at), ("n", &f.log_no.to_string())]);
    if f.behind > 0 {
        out.push_str(&text::zh_with("dashboard.behind", &[("n", &f.behind.to_string())]));
    }
    if f.counting {
        out.push_str(text::zh("dashboard.counting"));
    }
    out
}

/// Leaves out the money of rows that stand on too few cases.
fn guarded(d: &Dashboard, part: Part) -> Dashboard {
    let mut d = d.clone();
    let least = d.small;
    if matches!(part, Part::Series | Part::Clocks | Part::Money) {
        for s in &mut d.series {
            // what was paid on a day may be one man's wages, whoever else was received on it
            let few = s.numbers.cases < least && (s.numbers.cases > 0 || s.numbers.paid_fen.is_some_and(|f| f.get() > 0));
            s.numbers = std::mem::take(&mut s.numbers).guarded(least, few);
        }
    }
    d
}

impl App {
    /// A part of the dashboard as a file: its rows, what the numbers mean, what was asked for, when and by whom it was made; on record.
    ///
    /// # Errors
    /// As [`App::dashboard`]; a field error without a reason.
    pub async fn export_dashboard(self: &Arc<Self>, actor: &Actor, asked: Asked, part: Part, why: &str, xlsx: bool) -> Result<Vec<u8>> {
        let why = Why::words(why)?;
        let d = self.dashboard(actor, asked).await?;
        let mut table = table(&guarded(&d, part), part);
        let rows = table.rows.len();
        table.rows.extend([vec![Value::Empty], vec![words(part.meaning())], vec![words(query(self, &d))], vec![words(fresh(&d))]]);
        let query =
            serde_json::json!({ "part": part.code(), "period": d.period, "from": d.from, "to": d.to, "area": d.area, "bureau": d.bureau });
        exports::hand_out(self, actor, Taken { what: "dashboard", query, rows, unmasked: false }, &table, xlsx, why).await
    }
}
