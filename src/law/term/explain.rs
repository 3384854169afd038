//! Why a term ends when it ends: each counted and skipped day, pauses, extensions, rolling, rule and article.

use super::{Effect, Extension, Kind, Pause, Term, Unit};
use crate::base::text::{zh, zh_with};
use crate::base::{At, Day};
use crate::law::Calendar;
use crate::law::calendar::{DayKind, weekday_name};
use serde::{Deserialize, Serialize};

/// What a day is to a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayStatus {
    /// It counts.
    Counted,
    /// A rest day in a count of working days.
    Rest,
    /// Wholly or partly paused.
    Paused,
    /// After the end of the count, on the way to the working day it moves to; the last of them is the due day.
    Rolled,
}

/// One day on the way to the due date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedDay {
    /// Which day.
    pub day: Day,
    /// Work, rest or make-up.
    pub kind: DayKind,
    /// 工作日, 周六, 国庆节, 国庆节调休上班.
    pub name: String,
    /// What it is to the term.
    pub status: DayStatus,
    /// Its number when it counts.
    pub count: Option<u64>,
    /// Its year is not loaded.
    pub provisional: bool,
}

/// The whole account of a due date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The rule's key.
    pub rule: String,
    /// The day the rule's version came into force.
    pub rule_from: Day,
    /// The article.
    pub article: String,
    /// Duty, window or gate.
    pub kind: Kind,
    /// Statutory or service.
    pub effect: Effect,
    /// What set it going.
    pub start_event: String,
    /// When.
    pub start: At,
    /// The budget without extensions.
    pub n: u32,
    /// The budget with them.
    pub total: u64,
    /// Its unit.
    pub unit: Unit,
    /// Counted backwards.
    pub backwards: bool,
    /// Extensions, each with its article.
    pub extensions: Vec<Extension>,
    /// Pauses, each with its ground and article.
    pub pauses: Vec<Pause>,
    /// Day by day in the direction of counting. Terms in months and years list only paused days and those of rolling,
    /// terms in hours none, and very long ones ([`Explanation::LISTED`] days) none.
    pub days: Vec<ExplainedDay>,
    /// The day the budget is used up; `None` for hours.
    pub nominal: Option<Day>,
    /// The due day; `None` for hours.
    pub due: Option<Day>,
    /// The instant it passes.
    pub passes_at: At,
    /// It rests on a day whose year is not loaded.
    pub provisional: bool,
    /// Holiday notices the days were judged by, with document number.
    pub notices: Vec<String>,
    /// The calendar's revision.
    pub calendar_rev: i64,
}

impl Term {
    /// Explains the due date as [`Term::due`] gives it.
    #[must_use]
    pub fn explain(&self, calendar: &Calendar, now: At) -> Explanation {
        let due = self.due(calendar, now);
        let mut nominal = None;
        let mut days = Vec::new();
        if let Some(last) = due.day {
            let counted = self.counted(calendar, now);
            nominal = Some(counted.nominal);
            if last.since(self.start.day()).abs() <= Explanation::LISTED {
                days = self.walk(calendar, now, counted.nominal, last);
            }
        }
        let mut used: Vec<i32> = days.iter().map(|d| d.day.year()).chain(due.day.map(Day::year)).collect();
        used.dedup();
        let mut notices: Vec<String> = Vec::new();
        for y in used.iter().filter_map(|y| calendar.year(*y)) {
            let text = y.document.as_ref().map_or_else(|| y.title.clone(), |d| format!("{}（{d}）", y.title));
            if !notices.contains(&text) {
                notices.push(text);
            }
        }
        Explanation {
            rule: self.rule.clone(),
            rule_from: self.rule_from,
            article: self.article.clone(),
            kind: self.kind,
            effect: self.effect,
            start_event: self.start_event.clone(),
            start: self.start,
            n: self.n,
            total: self.total(),
            unit: self.unit,
            backwards: self.backwards,
            extensions: self.extensions.clone(),
            pauses: self.pauses.clone(),
            days,
            nominal,
            due: due.day,
            passes_at: due.passes_at,
            provisional: due.provisional,
            notices,
            calendar_rev: calendar.rev(),
        }
    }

    /// Every day from the start towards `last`, with what it is to this term.
    fn walk(&self, calendar: &Calendar, now: At, nominal: Day, last: Day) -> Vec<ExplainedDay> {
        let paused = if self.backwards { super::Paused::default() } else { self.paused_days(now) };
        let long = matches!(self.unit, Unit::Months | Unit::Years);
        let step = if self.backwards { -1 } else { 1 };
        let beyond = |d: Day, end: Day| if self.backwards { d < end } else { d > end };
        let mut out = Vec::new();
        let mut number = 0;
        // A budget of 0 ends on the start day itself, which then only rolls.
        let mut day = if nominal == self.start.day() && self.total() == 0 { nominal } else { self.start.day().plus(step) };
        while !beyond(day, last) {
            let info = calendar.info(day);
            let status = if beyond(day, nominal) || self.total() == 0 {
                if paused.contains(day) { DayStatus::Paused } else { DayStatus::Rolled }
            } else if paused.contains(day) {
                DayStatus::Paused
            } else if self.unit == Unit::WorkingDays && !info.kind.works() {
                DayStatus::Rest
            } else {
                DayStatus::Counted
            };
            let count = (status == DayStatus::Counted).then(|| {
                number += 1;
                number
            });
            if !(long && status == DayStatus::Counted && day != nominal) {
                let count = count.filter(|_| !long);
                out.push(ExplainedDay { day, kind: info.kind, name: info.name, status, count, provisional: info.provisional });
            }
            day = day.plus(step);
        }
        out
    }
}

impl Explanation {
    /// Terms longer than so many days are not listed day by day.
    pub const LISTED: i64 = 4_000;

    /// The account in Chinese sentences, in the order a person would give it.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let unit = self.unit.label();
        let start_day = self.start.day();
        let at = self.start.list_text();
        let start = match (self.unit.is_hours(), self.backwards) {
            (true, false) => "term.start_instant",
            (true, true) => "term.start_instant_backwards",
            (false, false) => "term.start",
            (false, true) => "term.start_backwards",
        };
        let mut out = vec![zh_with(
            start,
            &[("day", &start_day.to_string()), ("weekday", weekday_name(start_day)), ("at", &at), ("event", &self.start_event)],
        )];
        out.push(zh_with("term.budget", &[("n", &self.n.to_string()), ("unit", unit), ("article", &self.article)]));
        let mut total = u64::from(self.n);
        for e in &self.extensions {
            total += u64::from(e.n);
            out.push(zh_with(
                "term.extension",
                &[
                    ("n", &e.n.to_string()),
                    ("unit", unit),
                    ("day", &e.at.day().to_string()),
                    ("article", &e.article),
                    ("total", &total.to_string()),
                ],
            ));
        }
        for p in &self.pauses {
            let basis = if p.article.is_empty() { zh("term.pause_service") } else { &p.article };
            let (from, resume) = (p.from.list_text(), p.resume_by.list_text());
            let (key, until) = p.until.map_or(("term.pause_open", String::new()), |u| ("term.pause", u.list_text()));
            out.push(zh_with(key, &[("from", &from), ("until", &until), ("resume", &resume), ("ground", &p.ground), ("article", basis)]));
        }
        self.day_sentences(&mut out);
        self.end_sentences(&mut out);
        out
    }

    fn day_sentences(&self, out: &mut Vec<String>) {
        let mut weekends = 0;
        let mut runs: Vec<(&str, Day, Day)> = Vec::new();
        for d in self.days.iter().filter(|d| d.status == DayStatus::Rest) {
            if d.name == weekday_name(d.day) {
                weekends += 1;
                continue;
            }
            match runs.last_mut() {
                Some((name, _, to)) if *name == d.name && d.day.since(*to).abs() == 1 => *to = d.day,
                _ => runs.push((&d.name, d.day, d.day)),
            }
        }
        for (name, a, b) in runs {
            let (from, to) = (a.min(b).to_string(), a.max(b).to_string());
            let n = (b.since(a).abs() + 1).to_string();
            out.push(zh_with(
                if a == b { "term.skip_day" } else { "term.skip_days" },
                &[("from", &from), ("to", &to), ("name", name), ("n", &n)],
            ));
        }
        if weekends > 0 {
            out.push(zh_with("term.skip_weekends", &[("n", &weekends.to_string())]));
        }
        for d in self.days.iter().filter(|d| d.status == DayStatus::Counted && d.kind == DayKind::MakeUp) {
            out.push(zh_with("term.make_up", &[("day", &d.day.to_string()), ("weekday", weekday_name(d.day)), ("name", &d.name)]));
        }
        let paused = self.days.iter().filter(|d| d.status == DayStatus::Paused).count();
        if paused > 0 {
            out.push(zh_with("term.skip_paused", &[("n", &paused.to_string())]));
        }
    }

    fn end_sentences(&self, out: &mut Vec<String>) {
        let (Some(nominal), Some(due)) = (self.nominal, self.due) else {
            out.push(zh_with("term.due_instant", &[("at", &self.passes_at.list_text())]));
            self.provisional_sentence(out);
            return;
        };
        let (total, unit) = (self.total.to_string(), self.unit.label());
        if self.total > 0 {
            let args = [("n", total.as_str()), ("unit", unit), ("day", &nominal.to_string()), ("weekday", weekday_name(nominal))];
            out.push(zh_with(if self.backwards { "term.end_backwards" } else { "term.end" }, &args));
        }
        if due != nominal {
            let name = self.days.iter().find(|d| d.day == nominal).map_or(weekday_name(nominal), |d| &d.name);
            let args = [("name", name), ("from", &nominal.to_string()), ("day", &due.to_string()), ("weekday", weekday_name(due))];
            out.push(zh_with(if self.backwards { "term.rolled_back" } else { "term.rolled" }, &args));
        }
        out.push(zh_with("term.due", &[("day", &due.to_string()), ("weekday", weekday_name(due))]));
        if !self.notices.is_empty() {
            out.push(zh_with("term.notices", &[("notices", &self.notices.join("、"))]));
        }
        self.provisional_sentence(out);
    }

    fn provisional_sentence(&self, out: &mut Vec<String>) {
        if self.provisional {
            out.push(zh("term.provisional").to_owned());
        }
    }
}
