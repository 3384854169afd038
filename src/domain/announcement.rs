//! Announcements of grave violations 重大劳动保障违法行为社会公布 (人社部令第29号): what may be said, when a quarter is due, what is shown.
//!
//! Owns the content's form and its hash, the words that must not stand in it, the quarters with the day their batch is due, the hash of a
//! batch, and whether a published one is shown today. Loads nothing and reads no clock.

use crate::base::seal::hex;
use crate::base::{At, Day, text};
use crate::domain::order::copy;
use crate::law::Rules;
use crate::law::identity::Uscc;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The rule of how long one is shown.
pub const DISPLAY: &str = "announcement.display";
/// The rule of the day a quarter's batch is due.
pub const BATCH: &str = "announcement.batch";
/// The number of months after a quarter within which its batch is published.
pub const MONTHS: &str = "announcement.batch_months";
/// The code of a decision that is an order to pay of the same case.
pub const ORDER: &str = "order";
/// What waits for the quarter's batch.
pub const WITH_BATCH: &str = "batch";

/// What is told to the public (令29 Art 6), and nothing beyond it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// A code of `announcement_category`.
    pub category: String,
    /// The unit's full name.
    pub name: String,
    /// Its credit code or registration number.
    pub code: String,
    /// Its address.
    pub address: String,
    /// Its legal representative or head.
    pub head: String,
    /// The main facts.
    pub facts: String,
    /// What the handling came to.
    pub result: String,
}

impl Content {
    /// Hash of the content as it is published: what a batch binds.
    #[must_use]
    pub fn hash(&self) -> String {
        let parts = [&self.category, &self.name, &self.code, &self.address, &self.head, &self.facts, &self.result];
        let mut d = Sha256::new_with_prefix(b"qingxin-announcement-1\n");
        for p in parts {
            // each part by its length, so that no two contents run into the same bytes
            d.update(p.len().to_string().as_bytes());
            d.update(b":");
            d.update(p.as_bytes());
            d.update(b"\n");
        }
        hex(&d.finalize())
    }

    /// The first field that tells of a person or an account, with the code of `field.<code>`. The head's own name stands in its own field;
    /// a worker of that name is nobody's business there.
    #[must_use]
    pub fn reveals(&self, names: &[String], numbers: &[String]) -> Option<(&'static str, &'static str)> {
        for (field, words) in [("facts", &self.facts), ("result", &self.result), ("address", &self.address)] {
            if let Some(code) = reveals(words, names, numbers) {
                return Some((field, code));
            }
        }
        // names of persons are asked for here; numbers of persons are not
        [("name", &self.name), ("head", &self.head)]
            .into_iter()
            .find_map(|(field, words)| reveals(words, &[], numbers).map(|code| (field, code)))
    }
}

/// The content of a unit's code: a credit code that fits, or another registration number as it was given.
///
/// # Errors
/// The code of what is wrong with it.
pub fn unit_code(typed: &str) -> Result<String, &'static str> {
    let code: String = text::narrow(typed).to_uppercase().chars().filter(|c| !c.is_whitespace()).collect();
    match code.chars().count() {
        18 => Uscc::parse(&code).map(|c| c.as_str().to_owned()),
        6..=30 if code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => Ok(code),
        _ => Err("registration_number"),
    }
}

/// Why words must not be published; codes of `field.<code>`: a worker's full name, a surname with a form of address, a resident ID, a
/// telephone, an account, a number of a report.
#[must_use]
pub fn reveals(words: &str, names: &[String], numbers: &[String]) -> Option<&'static str> {
    if names.iter().any(|n| n.chars().count() > 1 && words.contains(n.as_str())) {
        return Some("announcement_tells_name");
    }
    if let Some(code) = copy::reveals(words, names, numbers) {
        return Some(code);
    }
    account(words).then_some("announcement_tells_account")
}

/// Whether a bank card or account number stands in the words; a credit code of digits alone is none.
fn account(words: &str) -> bool {
    let narrow: Vec<char> = text::narrow(words).chars().collect();
    let mut plain = String::with_capacity(words.len());
    for (i, c) in narrow.iter().enumerate() {
        let digit = |j: Option<usize>| j.and_then(|j| narrow.get(j)).is_some_and(char::is_ascii_digit);
        // groups of four, as cards print them, are one number
        let apart = matches!(c, ' ' | '-') && digit(i.checked_sub(1)) && digit(Some(i + 1));
        if !apart {
            plain.push(*c);
        }
    }
    plain
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|run| run.bytes().all(|b| b.is_ascii_digit()))
        // one digit of it may be wrong: it tells of an account all the same
        .any(|run| (run.len() >= 15 || run.len() >= 12 && run.starts_with("62")) && Uscc::parse(run).is_err())
}

/// A quarter of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Quarter {
    /// The year.
    pub year: i32,
    /// 1 to 4.
    pub no: i32,
}

impl std::fmt::Display for Quarter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}Q{}", self.year, self.no)
    }
}

impl std::str::FromStr for Quarter {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let bad = || format!("{s:?} is no quarter");
        let (year, no) = s.split_once('Q').ok_or_else(bad)?;
        let (year, no): (i32, i32) = (year.parse().map_err(|_| bad())?, no.parse().map_err(|_| bad())?);
        if (2000..=2999).contains(&year) && (1..=4).contains(&no) { Ok(Self { year, no }) } else { Err(bad()) }
    }
}

impl Quarter {
    /// The quarter of a day.
    #[must_use]
    pub fn of(day: Day) -> Self {
        use chrono::Datelike;
        let month = i32::try_from(day.date().month0()).unwrap_or(0);
        Self { year: day.year(), no: month / 3 + 1 }
    }
    /// The first day after it: from then on its batch may be published.
    #[must_use]
    pub fn after(self) -> Day {
        first_of(self.year, self.no * 3)
    }
    /// The day its batch is due: the last of the months the rules give after it.
    #[must_use]
    pub fn due(self, rules: &Rules) -> Day {
        let after = self.after();
        let months = rules.number(MONTHS, after).unwrap_or(1).clamp(1, 12);
        first_of(self.year, self.no * 3 + i32::try_from(months).unwrap_or(1)).prev()
    }
    /// 2026年第四季度.
    #[must_use]
    pub fn title(self) -> String {
        let no = ["一", "二", "三", "四"].get(usize::try_from(self.no - 1).unwrap_or(0)).copied().unwrap_or("");
        format!("{}年第{no}季度", self.year)
    }
    /// The one before.
    #[must_use]
    pub fn prev(self) -> Self {
        if self.no == 1 { Self { year: self.year - 1, no: 4 } } else { Self { no: self.no - 1, ..self } }
    }
}

/// The first day of a month counted from January of a year, which may be a later one.
fn first_of(year: i32, months: i32) -> Day {
    let (year, month) = (year + months.div_euclid(12), months.rem_euclid(12) + 1);
    Day::ymd(year, u32::try_from(month).unwrap_or(1), 1).unwrap_or_else(|| unreachable!("a first of a month exists"))
}

/// Hash of a batch: its number, and the public code and content hash of each of its announcements, in the order of the codes. Anybody who
/// reads the published ones can make it again.
#[must_use]
pub fn batch_hash(quarter: Quarter, items: &[(String, String)]) -> String {
    let mut lines: Vec<String> = items.iter().map(|(code, hash)| format!("{code} {hash}")).collect();
    lines.sort();
    hex(&Sha256::digest(format!("qingxin-batch-1\n{quarter}\n{}", lines.join("\n")).as_bytes()))
}

/// 〔2027〕第1批.
#[must_use]
pub fn batch_number(year: i32, no: i32) -> String {
    format!("〔{year}〕第{no}批")
}

/// What the public sees of one that was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Its content.
    Content,
    /// Nothing but that it is not shown now: it is being corrected, or its decision is stayed.
    Paused,
    /// Nothing but that it was withdrawn, and when.
    Withdrawn(Day),
    /// Nothing but that its time is over.
    Ended,
}

/// Where a published one stands, for whoever asks what is shown.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The last day it is shown.
    pub ends_on: Day,
    /// Since when it is not shown, if it is not.
    pub suspended_at: Option<At>,
    /// Whether that is because its decision is gone or was found void, and not to be corrected.
    pub withdrawing: bool,
    /// When it was withdrawn.
    pub withdrawn_at: Option<At>,
    /// When it ended.
    pub ended_at: Option<At>,
    /// Where review or suit of the order it stands on stand; nothing where it stands on another decision.
    pub remedy: Option<&'a str>,
    /// Whether that order was withdrawn.
    pub order_gone: bool,
}

/// What is shown of it on a day. It asks the order itself, so that nothing is shown on the strength of a decision that is gone, whatever
/// has or has not been done since.
#[must_use]
pub fn shown(s: &Standing<'_>, today: Day) -> Shown {
    if let Some(at) = s.withdrawn_at {
        return Shown::Withdrawn(at.day());
    }
    if s.ended_at.is_some() || today > s.ends_on {
        return Shown::Ended;
    }
    if s.withdrawing || s.order_gone || s.remedy == Some("revoked") {
        return Shown::Withdrawn(s.suspended_at.map_or(today, At::day));
    }
    if s.suspended_at.is_some() || s.remedy == Some("stayed") { Shown::Paused } else { Shown::Content }
}

#[cfg(test)]
mod tests;
