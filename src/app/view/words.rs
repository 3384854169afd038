//! What stored codes, terms and notices read like: lamps, remaining time, titles. Decides nothing and loads nothing.

use super::parts::{Lamp, NoticeView};
use crate::base::seal;
use crate::base::{At, Day, text};
use crate::flow::graph::{Action, Graph};
use crate::law::Law;
use crate::law::term::Offset;
use crate::store::notices;

/// The Chinese name of a code of a list: `code.<list>.<value>`.
#[must_use]
pub fn coded(list: &str, value: &str) -> String {
    text::zh(&format!("{list}.{value}")).to_owned()
}

/// Several codes of a list, stored with commas between.
pub(super) fn words(list: &str, joined: &str) -> Vec<String> {
    joined.split(',').filter(|s| !s.is_empty()).map(|s| coded(list, s)).collect()
}

/// The lamp of a duty, by its ladder's yellow rung: the same answer in lists and on pages.
#[must_use]
pub fn lamp(law: &Law, graph: &Graph, key: &str, due_at: At, due_day: Option<Day>, now: At) -> Lamp {
    if due_at <= now {
        return Lamp::Overdue;
    }
    let yellow = graph.rungs(key).iter().find(|r| matches!(r.action, Action::Yellow)).map(|r| r.at);
    let near = match (yellow, due_day) {
        (Some(Offset::WorkingDaysBefore(n)), Some(day)) => {
            let mut d = day;
            for _ in 0..n {
                d = d.prev();
                while !law.calendar.is_working(d) {
                    d = d.prev();
                }
            }
            now.day() >= d
        }
        (Some(Offset::HoursBefore(n)), _) => due_at.plus(-chrono::Duration::hours(i64::from(n))) <= now,
        (Some(Offset::MinutesBefore(n)), _) => due_at.plus(-chrono::Duration::minutes(i64::from(n))) <= now,
        _ => false,
    };
    if near { Lamp::Yellow } else { Lamp::Normal }
}

/// An event's title: the move's and the state it led to, or the catalogue's word for other events.
pub(in crate::app) fn event_title(graph: Option<&Graph>, core: &seal::EventCore) -> String {
    let s = |k: &str| core.payload.get(k).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let Some(g) = graph else { return coded(&format!("event.{}", core.stream), &core.kind) };
    let name = s("move");
    let title = g.find(&name).map_or_else(|| coded("move", &name), |m| m.title.clone());
    let to = g.state(&s("to")).map(|x| x.title.clone()).unwrap_or_default();
    let changed = s("from") != s("to");
    match core.kind.as_str() {
        "moved" if changed && !to.is_empty() => format!("{title} → {to}"),
        "moved" => title,
        kind => text::zh_with(&format!("event.procedure.{kind}"), &[("move", &title), ("state", &to)]),
    }
}

/// From so many minutes on it is said in hours,
const MOST_MINUTES: i64 = 120;
/// and from so many hours on in days: nobody reads 6137 minutes.
const MOST_HOURS: i64 = 72;

/// `还剩 3 个工作日`, `已超期 2 个工作日`, `已暂停`.
#[must_use]
pub fn remaining_text(r: &crate::law::term::Remaining) -> String {
    use crate::law::term::Unit;
    let (unit, n) = match (r.unit, r.n.abs()) {
        (Unit::Minutes, n) if n < MOST_MINUTES => ("unit.minutes", n),
        (Unit::Minutes, n) if n < MOST_HOURS * 60 => ("unit.hours", n / 60),
        (Unit::Minutes, n) => ("unit.calendar_days", n / 60 / 24),
        (Unit::Hours, n) if n >= MOST_HOURS => ("unit.calendar_days", n / 24),
        (Unit::Hours | Unit::OfficeHours, n) => ("unit.hours", n),
        (Unit::WorkingDays, n) => ("unit.working_days", n),
        (_, n) => ("unit.calendar_days", n),
    };
    let (unit, n) = (text::zh(unit), n.to_string());
    let code = if r.paused {
        "remaining.paused"
    } else if r.overdue {
        "remaining.overdue"
    } else if r.n == 0 {
        "remaining.today"
    } else {
        "remaining.left"
    };
    text::zh_with(code, &[("n", &n), ("unit", unit)])
}

/// The rule in words: `5 个工作日`, `60 + 30 个工作日`.
pub(super) fn budget_text(t: &crate::law::term::Term) -> String {
    use crate::law::term::Unit;
    let unit = text::zh(match t.unit {
        Unit::WorkingDays => "unit.working_days",
        Unit::CalendarDays => "unit.calendar_days",
        Unit::Minutes => "unit.minutes",
        Unit::Hours => "unit.hours",
        Unit::OfficeHours => "unit.office_hours",
        Unit::Months => "unit.months",
        Unit::Years => "unit.years",
    });
    let more: u32 = t.extensions.iter().map(|e| e.n).sum();
    if more == 0 { format!("{} {unit}", t.n) } else { format!("{} + {more} {unit}", t.n) }
}

/// A notice in words.
#[must_use]
pub fn notice_view(n: &notices::Notice, to: String) -> NoticeView {
    NoticeView {
        id: n.id.to_string(),
        about: n.template.clone(),
        to,
        text: crate::paper::notice::for_officers(&n.template, &n.args.0),
        at: n.not_before,
        read_at: n.read_at,
        case: n.case_id,
    }
}

#[cfg(test)]
mod tests {
    use super::remaining_text;
    use crate::law::term::{Remaining, Unit};

    #[test]
    fn many_of_a_small_unit_are_said_in_the_next_one() {
        let said = |unit, n: i64| remaining_text(&Remaining { unit, n, overdue: n < 0, passed: n < 0, paused: false });
        assert_eq!(said(Unit::Minutes, 45), "还剩 45 分钟");
        assert_eq!(said(Unit::Minutes, -119), "已超期 119 分钟");
        assert_eq!(said(Unit::Minutes, -121), "已超期 2 小时");
        assert_eq!(said(Unit::Minutes, -6137), "已超期 4 日");
        assert_eq!((said(Unit::Hours, 71), said(Unit::Hours, 73)), ("还剩 71 小时".into(), "还剩 3 日".into()));
        assert_eq!(said(Unit::WorkingDays, 300), "还剩 300 个工作日");
    }
}
