//! Terms against a slow reference that walks day by day.

use super::*;
use crate::base::text;
use crate::law::calendar::tests::{any_calendar, any_day, slow_working};
use crate::law::{Calendar, Rules};
use chrono::{Datelike, Duration};
use proptest::prelude::*;

fn d(text: &str) -> Day {
    text.parse().unwrap()
}
fn at(text: &str) -> At {
    At::parse(&format!("{text}+08:00")).unwrap()
}
/// A term without pauses that began at 09:00 of a day.
fn term(start: &str, n: u32, unit: Unit) -> Term {
    Term {
        rule: "t".into(),
        rule_from: d("2020-01-01"),
        kind: Kind::Duty,
        effect: Effect::Statutory,
        n,
        unit,
        backwards: false,
        rolls: true,
        article: "《条例》第一条".into(),
        start_event: "收到投诉".into(),
        start: d(start).at(9, 0),
        extensions: vec![],
        pauses: vec![],
    }
}
fn pause(from: &str, until: Option<&str>, resume_by: &str) -> Pause {
    Pause { from: at(from), until: until.map(at), resume_by: at(resume_by), ground: "g".into(), article: "a".into() }
}
fn due_day(t: &Term, now: At) -> String {
    t.due(&Calendar::embedded(), now).day.unwrap().to_string()
}

/// domain.md §8.4.
#[test]
fn working_day_vectors() {
    let calendar = Calendar::embedded();
    for (start, n, due) in [
        ("2023-04-28", 5, "2023-05-09"),
        ("2023-09-28", 5, "2023-10-11"),
        ("2024-02-09", 5, "2024-02-22"),
        ("2024-12-31", 5, "2025-01-08"),
        ("2025-01-24", 5, "2025-02-07"),
        ("2025-09-26", 20, "2025-10-30"),
        ("2025-09-26", 40, "2025-11-27"),
        ("2025-10-09", 60, "2025-12-31"),
        ("2025-10-09", 90, "2026-02-12"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-09-18", 20, "2026-10-22"),
        ("2026-10-01", 0, "2026-10-08"),
        ("2026-10-10", 0, "2026-10-10"),
    ] {
        let c = count(&calendar, d(start), n, Unit::WorkingDays, true);
        assert_eq!((c.due, c.provisional), (d(due), false), "{start} + {n}");
        let t = term(start, u32::try_from(n).unwrap(), Unit::WorkingDays);
        assert_eq!(t.due(&calendar, t.start).day, Some(d(due)));
        assert_eq!(t.due(&calendar, t.start).passes_at, d(due).end());
    }
}

/// 民法典 201–204.
#[test]
fn days_months_and_years_end_as_the_civil_code_says() {
    let calendar = Calendar::embedded();
    use Unit::{CalendarDays as CD, Months as M, Years as Y};
    for (start, n, unit, nominal, due) in [
        ("2026-09-01", 30, CD, "2026-10-01", "2026-10-08"),
        ("2026-09-05", 15, CD, "2026-09-20", "2026-09-20"),
        ("2026-03-31", 1, M, "2026-04-30", "2026-04-30"),
        ("2024-01-31", 1, M, "2024-02-29", "2024-02-29"),
        ("2025-01-31", 1, M, "2025-02-28", "2025-02-28"),
        ("2025-08-31", 6, M, "2026-02-28", "2026-02-28"),
        ("2024-02-29", 1, Y, "2025-02-28", "2025-02-28"),
        ("2024-10-03", 2, Y, "2026-10-03", "2026-10-08"),
        ("2023-05-15", 3, Y, "2026-05-15", "2026-05-15"),
    ] {
        let c = count(&calendar, d(start), n, unit, true);
        assert_eq!((c.nominal, c.due, c.provisional), (d(nominal), d(due), false), "{start} + {n} {unit:?}");
        assert_eq!(count(&calendar, d(start), n, unit, false).due, d(nominal));
    }
}

#[test]
fn what_rests_on_an_unknown_day_is_provisional() {
    let calendar = Calendar::embedded();
    use Unit::{CalendarDays as CD, Months as M, WorkingDays as WD};
    for (start, n, unit, rolls, due, provisional) in [
        ("2026-12-25", 4, WD, true, "2026-12-31", false),
        ("2026-12-25", 5, WD, true, "2027-01-01", true),
        ("2026-12-01", 31, CD, true, "2027-01-01", true),
        ("2026-12-01", 31, CD, false, "2027-01-01", false),
        ("2026-11-30", 3, M, true, "2027-03-01", true),
        ("2022-12-30", 1, WD, true, "2023-01-03", false),
        ("2022-12-28", 3, WD, true, "2023-01-03", true),
        ("2022-12-01", 33, CD, true, "2023-01-03", false),
        ("2030-05-01", 0, WD, true, "2030-05-01", true),
    ] {
        let c = count(&calendar, d(start), n, unit, rolls);
        assert_eq!((c.due, c.provisional), (d(due), provisional), "{start} + {n} {unit:?}");
    }
}

#[test]
fn counted_backwards_to_the_latest_day() {
    let calendar = Calendar::embedded();
    for (hearing, n, unit, due) in [
        ("2026-10-12", 7, Unit::WorkingDays, "2026-09-24"),
        ("2026-10-12", 1, Unit::WorkingDays, "2026-10-10"),
        ("2026-10-12", 7, Unit::CalendarDays, "2026-09-30"),
        ("2026-03-31", 1, Unit::Months, "2026-02-28"),
    ] {
        assert_eq!(count_back(&calendar, d(hearing), n, unit, true).due, d(due), "{hearing} - {n}");
        let mut t = term(hearing, u32::try_from(n).unwrap(), unit);
        t.backwards = true;
        assert_eq!(due_day(&t, t.start), due);
    }
}

#[test]
fn minutes_run_through_rest_days_and_nights() {
    let calendar = Calendar::embedded();
    // the evening before the National Day
    let mut t = term("2026-09-30", 90, Unit::Minutes);
    t.start = at("2026-09-30T23:10:00");
    let due = t.due(&calendar, t.start);
    assert_eq!((due.day, due.passes_at, due.provisional), (None, at("2026-10-01T00:40:00"), false));
    assert_eq!(t.rung_at(Offset::Half, &calendar, t.start), at("2026-09-30T23:55:00"));
    assert_eq!(t.rung_at(Offset::MinutesBefore(10), &calendar, t.start), at("2026-10-01T00:30:00"));
    assert_eq!(t.rung_at(Offset::MinutesAfter(30), &calendar, t.start), at("2026-10-01T01:10:00"));
    assert_eq!(t.rung_at(Offset::HoursAfter(1), &calendar, t.start), at("2026-10-01T01:40:00"));
    let r = t.remaining(&calendar, at("2026-10-01T00:10:30"));
    assert_eq!((r.unit, r.n, r.overdue), (Unit::Minutes, 29, false));
    let late = t.remaining(&calendar, at("2026-10-01T00:41:00"));
    assert_eq!((late.n, late.overdue, late.passed), (-1, true, true));
    let said = t.explain(&calendar, t.start).sentences().join("");
    assert!(said.contains("90分钟") || said.contains("90 分钟"), "{said}");
    assert!(said.contains("2026-10-01 00:40"), "{said}");
    assert!(Unit::Minutes.is_hours() && Unit::Minutes.label() == "分钟");
}

#[test]
fn hours_run_through_rest_days_unless_of_the_office() {
    let calendar = Calendar::embedded();
    let mut t = term("2026-09-30", 24, Unit::Hours);
    t.start = at("2026-09-30T16:00:00");
    let due = t.due(&calendar, t.start);
    assert_eq!((due.day, due.passes_at, due.provisional), (None, at("2026-10-01T16:00:00"), false));
    t.unit = Unit::OfficeHours;
    t.n = 3;
    // One hour left on the 30th, then the holiday, then two on the 8th.
    assert_eq!(t.due(&calendar, t.start).passes_at, at("2026-10-08T11:00:00"));
    t.n = 1;
    assert_eq!(t.due(&calendar, t.start).passes_at, at("2026-09-30T17:00:00"));
    t.n = 9;
    assert_eq!(t.due(&calendar, t.start).passes_at, at("2026-10-08T17:00:00"));
    t.start = at("2026-10-03T12:00:00");
    assert_eq!(t.due(&calendar, t.start).passes_at, at("2026-10-09T10:00:00"));
    t.backwards = true;
    assert_eq!(t.due(&calendar, t.start).passes_at, at("2026-09-29T16:00:00"));
}

#[test]
fn an_extension_adds_to_the_same_budget() {
    let mut t = term("2025-10-09", 60, Unit::WorkingDays);
    assert_eq!(due_day(&t, t.start), "2025-12-31");
    t.extensions.push(Extension { n: 30, at: at("2025-12-20T10:00:00"), rule: "x".into(), article: "《条例》第十七条".into() });
    assert_eq!(due_day(&t, t.start), "2026-02-12");
    assert_eq!(t.total(), 90);
}

#[test]
fn a_day_wholly_or_partly_paused_is_not_counted() {
    // 21 Sep 2026 is a Monday; five working days would end on the 28th (25–27 is a holiday).
    let base = term("2026-09-18", 5, Unit::WorkingDays);
    let now = at("2026-12-01T00:00:00");
    assert_eq!(due_day(&base, now), "2026-09-24");
    for (from, until, due) in [
        ("2026-09-22T10:00:00", "2026-09-22T11:00:00", "2026-09-28"),
        ("2026-09-22T23:59:00", "2026-09-23T00:00:00", "2026-09-28"),
        ("2026-09-22T23:59:00", "2026-09-23T00:01:00", "2026-09-29"),
        ("2026-09-22T10:00:00", "2026-09-22T10:00:00", "2026-09-24"),
        ("2026-09-25T10:00:00", "2026-09-26T11:00:00", "2026-09-24"),
        ("2026-09-18T10:00:00", "2026-09-18T11:00:00", "2026-09-24"),
        ("2026-09-24T10:00:00", "2026-10-09T11:00:00", "2026-10-10"),
    ] {
        let mut t = base.clone();
        t.pauses.push(pause(from, Some(until), "2027-01-01T00:00:00"));
        assert_eq!(due_day(&t, now), due, "{from} – {until}");
    }
}

#[test]
fn an_open_pause_counts_up_to_now_and_ends_at_its_maximum() {
    let mut t = term("2026-09-18", 5, Unit::WorkingDays);
    t.pauses.push(pause("2026-09-22T10:00:00", None, "2026-10-10T00:00:00"));
    let calendar = Calendar::embedded();
    for (now, due, paused, left) in [
        ("2026-09-22T09:59:59", "2026-09-24", false, 2),
        ("2026-09-22T10:00:00", "2026-09-28", true, 3),
        ("2026-09-23T15:00:00", "2026-09-29", true, 3),
        ("2026-10-09T23:00:00", "2026-10-13", true, 3),
        ("2026-10-10T00:00:00", "2026-10-13", false, 2),
        ("2026-10-20T00:00:00", "2026-10-13", false, -5),
    ] {
        let r = t.remaining(&calendar, at(now));
        assert_eq!((due_day(&t, at(now)).as_str(), r.paused, r.n), (due, paused, left), "{now}");
    }
    let mut hours = t.clone();
    (hours.unit, hours.n, hours.start) = (Unit::Hours, 48, at("2026-09-22T00:00:00"));
    assert_eq!(hours.due(&calendar, at("2026-09-22T20:00:00")).passes_at, at("2026-09-24T10:00:00"));
    hours.pauses[0].until = Some(at("2026-09-22T11:30:00"));
    assert_eq!(hours.due(&calendar, at("2026-12-01T00:00:00")).passes_at, at("2026-09-24T01:30:00"));
}

#[test]
fn rolling_skips_paused_days_and_months_add_them() {
    let mut t = term("2026-09-11", 15, Unit::CalendarDays);
    t.pauses.push(pause("2026-09-27T10:00:00", Some("2026-09-29T10:00:00"), "2026-10-10T00:00:00"));
    assert_eq!(due_day(&t, at("2026-10-01T00:00:00")), "2026-09-30", "the count ends on Saturday 26, Monday is paused");
    let mut t = term("2026-03-02", 1, Unit::Months);
    assert_eq!(due_day(&t, t.start), "2026-04-02");
    t.pauses.push(pause("2026-03-10T10:00:00", Some("2026-03-14T10:00:00"), "2026-04-10T00:00:00"));
    assert_eq!(due_day(&t, at("2026-04-01T00:00:00")), "2026-04-07");
}

#[test]
fn rungs() {
    let calendar = Calendar::embedded();
    let t = term("2025-10-09", 60, Unit::WorkingDays);
    let rung = |r| t.rung_at(r, &calendar, t.start);
    assert_eq!(rung(Offset::Half), calendar.nth_after(d("2025-10-09"), 30).start());
    assert_eq!(rung(Offset::WorkingDaysBefore(10)), d("2025-12-17").start());
    assert_eq!(rung(Offset::WorkingDaysBefore(5)), d("2025-12-24").start());
    assert_eq!(rung(Offset::WorkingDaysBefore(0)), d("2025-12-31").start());
    assert_eq!(rung(Offset::HoursBefore(8)), at("2025-12-31T16:00:00"));
    assert_eq!(rung(Offset::Due), at("2026-01-01T00:00:00"));
    assert_eq!(rung(Offset::WorkingDaysAfter(1)), at("2026-01-04T00:00:00"));
    assert_eq!(rung(Offset::HoursAfter(2)), at("2026-01-01T02:00:00"));
    let hours = term("2026-09-30", 24, Unit::Hours);
    assert_eq!(hours.rung_at(Offset::Half, &calendar, hours.start), at("2026-09-30T21:00:00"));
    assert_eq!(hours.rung_at(Offset::Due, &calendar, hours.start), at("2026-10-01T09:00:00"));
    assert_eq!(hours.rung_at(Offset::WorkingDaysAfter(1), &calendar, hours.start), at("2026-10-08T00:00:00"));
    let years = term("2024-01-01", 2, Unit::Years);
    assert_eq!(years.rung_at(Offset::Half, &calendar, years.start), d("2025-01-01").start());
    let one = term("2026-09-18", 1, Unit::WorkingDays);
    assert_eq!(one.rung_at(Offset::Half, &calendar, one.start), d("2026-09-20").start());
}

#[test]
fn what_is_left() {
    let calendar = Calendar::embedded();
    let t = term("2026-09-18", 20, Unit::WorkingDays);
    for (now, n, overdue) in [
        ("2026-09-18T10:00:00", 20, false),
        ("2026-10-03T10:00:00", 12, false),
        ("2026-10-22T23:59:59", 0, false),
        ("2026-10-23T00:00:00", -1, true),
        ("2026-10-24T12:00:00", -1, true),
        ("2026-10-26T12:00:00", -2, true),
    ] {
        let r = t.remaining(&calendar, at(now));
        assert_eq!((r.unit, r.n, r.overdue, r.passed), (Unit::WorkingDays, n, overdue, overdue), "{now}");
    }
    let mut window = t.clone();
    window.kind = Kind::Window;
    let r = window.remaining(&calendar, at("2026-11-01T00:00:00"));
    assert_eq!((r.overdue, r.passed), (false, true));
    let months = term("2026-08-31", 2, Unit::Months);
    assert_eq!(months.remaining(&calendar, at("2026-10-30T10:00:00")).n, 3, "31 October is a Saturday and rolls");
    let hours = term("2026-09-30", 24, Unit::Hours);
    for (now, n, overdue) in [("2026-09-30T09:30:00", 23, false), ("2026-10-01T08:30:00", 0, false), ("2026-10-01T09:30:00", -1, true)] {
        let r = hours.remaining(&calendar, at(now));
        assert_eq!((r.n, r.overdue), (n, overdue), "{now}");
    }
    let office = term("2026-09-30", 10, Unit::OfficeHours);
    for (now, n) in [
        ("2026-09-30T09:00:00", 10),
        ("2026-09-30T16:30:00", 2),
        ("2026-10-04T00:00:00", 2),
        ("2026-10-08T10:30:00", 0),
        ("2026-10-09T10:00:00", -7),
    ] {
        assert_eq!(office.remaining(&calendar, at(now)).n, n, "{now}");
    }
}

#[test]
fn people_are_told_in_office_hours() {
    let (calendar, rules) = (Calendar::embedded(), Rules::embedded());
    for (now, told) in [
        ("2026-09-30T08:59:59", "2026-09-30T09:00:00"),
        ("2026-09-30T09:00:00", "2026-09-30T09:00:00"),
        ("2026-09-30T16:59:59", "2026-09-30T16:59:59"),
        ("2026-09-30T17:00:00", "2026-10-08T09:00:00"),
        ("2026-10-10T03:00:00", "2026-10-10T09:00:00"),
        ("2026-10-11T12:00:00", "2026-10-12T09:00:00"),
    ] {
        assert_eq!(next_office_time(at(now), &calendar, &rules), at(told), "{now}");
    }
}

#[test]
fn a_term_begins_as_its_rule_says() {
    let rules = Rules::embedded();
    let start = at("2026-09-18T10:00:00");
    let t = Term::begin(rules.term("complaint.investigate", start.day()).unwrap(), start, "立案");
    assert_eq!((t.n, t.unit, t.effect, t.kind, t.rolls, t.backwards), (60, Unit::WorkingDays, Effect::Statutory, Kind::Duty, true, false));
    assert_eq!(
        (t.rule.as_str(), t.rule_from, t.article.as_str()),
        ("complaint.investigate", d("2004-12-01"), "《劳动保障监察条例》第十七条")
    );
    let text = serde_json::to_string(&t).unwrap();
    assert_eq!(serde_json::from_str::<Term>(&text).unwrap(), t);
}

#[test]
fn the_explanation_tells_everything() {
    let calendar = Calendar::embedded();
    let mut t = term("2026-09-18", 5, Unit::WorkingDays);
    t.extensions.push(Extension { n: 5, at: at("2026-09-23T10:00:00"), rule: "x".into(), article: "《条例》第二条".into() });
    t.pauses.push(pause("2026-09-22T10:00:00", Some("2026-09-22T11:00:00"), "2026-10-10T00:00:00"));
    t.pauses.push(Pause { article: String::new(), ..pause("2026-09-29T10:00:00", None, "2026-10-10T00:00:00") });
    let now = at("2026-09-29T12:00:00");
    let e = t.explain(&calendar, now);
    assert_eq!((e.due, e.nominal, e.total, e.provisional), (Some(d("2026-10-12")), Some(d("2026-10-12")), 10, false));
    let counts: Vec<u64> = e.days.iter().filter_map(|d| d.count).collect();
    assert_eq!(counts, (1..=10).collect::<Vec<_>>());
    let text = e.sentences().join("\n");
    for part in [
        "起算：2026-09-18（周五）收到投诉，首日不计入",
        "期限：5个工作日。依据：《条例》第一条",
        "2026-09-23 批准延长5个工作日，与原期限合并为10个工作日。依据：《条例》第二条",
        "中止：2026-09-22 10:00 至 2026-09-22 11:00",
        "中止：自 2026-09-29 10:00 起尚未恢复，最迟 2026-10-10 00:00",
        "服务时限的中止登记",
        "跳过 2026-09-25 至 2026-09-27 中秋节，共3日",
        "跳过 2026-10-01 至 2026-10-07 国庆节，共7日",
        "跳过周末共2日",
        "跳过全部或部分中止的日期共2日",
        "计入 2026-09-20（周日）国庆节调休上班",
        "满10个工作日之日：2026-10-12（周一）",
        "到期日：2026-10-12（周一），当日24时届满",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(!text.contains('{'), "{text}");
    let json = serde_json::to_value(&e).unwrap();
    assert_eq!((json["startEvent"].as_str(), json["days"][0]["status"].as_str()), (Some("收到投诉"), Some("rest")));
}

#[test]
fn explanations_of_other_units() {
    let calendar = Calendar::embedded();
    let sentences = |t: &Term| t.explain(&calendar, t.start).sentences().join("\n");
    let years = sentences(&term("2024-10-03", 2, Unit::Years));
    assert!(years.contains("2026-10-03 遇休息日（国庆节），顺延至 2026-10-08（周四）"), "{years}");
    let hours = sentences(&term("2026-09-30", 24, Unit::Hours));
    assert!(hours.contains("到期时刻：2026-10-01 09:00") && hours.contains("自该时刻起计时"), "{hours}");
    let mut back = term("2026-10-12", 7, Unit::CalendarDays);
    back.backwards = true;
    let back = sentences(&back);
    assert!(back.contains("向前倒数") && back.contains("2026-10-05 遇休息日（国庆节），提前至 2026-09-30（周三）"), "{back}");
    let zero = sentences(&term("2026-10-01", 0, Unit::WorkingDays));
    assert!(zero.contains("2026-10-01 遇休息日（国庆节），顺延至 2026-10-08"), "{zero}");
    let open = sentences(&term("2026-12-25", 10, Unit::WorkingDays));
    assert!(open.contains(text::zh("term.provisional")), "{open}");
}

/// Day by day, with nothing clever: the count, the roll, and what it rests on.
fn slow(calendar: &Calendar, t: &Term, now: At) -> (Day, bool) {
    let paused = |day: Day| {
        t.pauses.iter().any(|p| {
            let end = p.until.unwrap_or(now.max(p.from).plus(Duration::milliseconds(1)).min(p.resume_by));
            let started = p.until.is_some() || p.from <= now;
            started && p.from < end && p.from < day.end() && end > day.start()
        })
    };
    let working = t.unit == Unit::WorkingDays;
    let mut budget = t.total();
    if matches!(t.unit, Unit::Months | Unit::Years) {
        let months = t.total() * if t.unit == Unit::Years { 12 } else { 1 };
        let date = t.start.day().date();
        let month = i32::try_from(months).unwrap() + date.month0() as i32;
        let (y, m) = (date.year() + month / 12, u32::try_from(month % 12).unwrap() + 1);
        let end = (28..=31).rev().chain([date.day()]).filter(|x| *x <= date.day()).find_map(|x| Day::ymd(y, m, x)).unwrap();
        budget = u64::try_from(end.since(t.start.day())).unwrap();
    }
    let mut day = t.start.day();
    let mut unknown = false;
    while budget > 0 {
        day = day.next();
        unknown |= working && !calendar.known(day);
        if !paused(day) && (!working || slow_working(calendar, day)) {
            budget -= 1;
        }
    }
    unknown |= (t.rolls || working) && !calendar.known(day);
    while t.rolls && (!slow_working(calendar, day) || paused(day) && (day != t.start.day() || t.total() == 0)) {
        day = day.next();
        unknown |= !calendar.known(day);
    }
    (day, unknown)
}

prop_compose! {
    fn any_term()(start in any_day(), h in 0u32..24, n in 0u32..70, unit in 0usize..4, rolls: bool, ext in proptest::collection::vec(1u32..30, 0..3),
        pauses in proptest::collection::vec((0i64..2000, 0i64..400, 0i64..300, any::<bool>()), 0..4)) -> Term {
        let (unit, n) = [(Unit::WorkingDays, n), (Unit::CalendarDays, n), (Unit::Months, n % 20), (Unit::Years, n % 3)][unit];
        let start = start.at(h, 0);
        let mut t = term("2026-01-01", n, unit);
        (t.start, t.rolls) = (start, rolls);
        t.extensions = ext.into_iter().map(|n| Extension { n: if unit == Unit::Years { n % 2 } else { n }, at: start, rule: String::new(), article: String::new() }).collect();
        t.pauses = pauses.into_iter().map(|(from, len, max, open)| {
            let from = start.plus(Duration::hours(from));
            let until = (!open).then(|| from.plus(Duration::hours(len)));
            Pause { from, until, resume_by: from.plus(Duration::hours(max + 1)), ground: String::new(), article: String::new() }
        }).collect();
        t
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn due_agrees_with_a_slow_reference(calendar in any_calendar(), t in any_term(), later in 0i64..3000) {
        let now = t.start.plus(Duration::hours(later));
        let due = t.due(&calendar, now);
        let (day, provisional) = slow(&calendar, &t, now);
        prop_assert_eq!(due.day, Some(day));
        prop_assert_eq!(due.provisional, provisional);
        prop_assert_eq!(due.passes_at, day.end());
    }
    #[test]
    fn the_explanation_agrees_with_the_due_date(calendar in any_calendar(), t in any_term(), later in 0i64..3000) {
        let now = t.start.plus(Duration::hours(later));
        let due = t.due(&calendar, now);
        let e = t.explain(&calendar, now);
        prop_assert_eq!((e.due, e.passes_at, e.provisional), (due.day, due.passes_at, due.provisional));
        if matches!(t.unit, Unit::WorkingDays | Unit::CalendarDays) {
            let counted: Vec<&ExplainedDay> = e.days.iter().filter(|d| d.status == DayStatus::Counted).collect();
            prop_assert_eq!(u64::try_from(counted.len()).unwrap(), t.total());
            prop_assert!(counted.iter().zip(1u64..).all(|(d, n)| d.count == Some(n)));
            prop_assert!(e.days.windows(2).all(|w| w[1].day == w[0].day.next()));
            if due.day != Some(t.start.day()) || t.total() > 0 {
                prop_assert_eq!(e.days.last().map(|d| d.day), due.day.filter(|d| *d > t.start.day() || t.total() == 0));
            }
        }
        let unfilled = e.sentences().iter().any(|s| s.contains('\u{7b}') || s.is_empty());
        prop_assert!(!unfilled);
    }
    #[test]
    fn pauses_and_extensions_never_bring_a_due_date_nearer(calendar in any_calendar(), t in any_term(), later in 0i64..3000, more in 1u32..40) {
        let now = t.start.plus(Duration::hours(later));
        let due = t.due(&calendar, now).passes_at;
        let plain = Term { pauses: vec![], ..t.clone() };
        prop_assert!(plain.due(&calendar, now).passes_at <= due);
        let mut longer = t.clone();
        longer.extensions.push(Extension { n: more, at: now, rule: String::new(), article: String::new() });
        prop_assert!(longer.due(&calendar, now).passes_at >= due);
        // 60 + 30 counts 90 from the start.
        let whole = Term { n: t.n + more, ..t.clone() };
        prop_assert_eq!(whole.due(&calendar, now), longer.due(&calendar, now));
        // A term does not pass while its clock stands still, unless it had passed before the pause.
        if t.paused_at(now) && t.pauses.iter().all(|p| p.until.is_none() || p.until <= Some(now)) {
            let first = t.pauses.iter().filter(|p| p.until.is_none() && p.from <= now).map(|p| p.from).min();
            prop_assert!(due > now || first.is_some_and(|f| due <= f) || t.pauses.len() > 1);
        }
    }
    #[test]
    fn rungs_stand_in_order(calendar in any_calendar(), t in any_term(), k in 1u32..12) {
        let now = t.start;
        let rung = |r| t.rung_at(r, &calendar, now);
        let due = t.due(&calendar, now);
        prop_assert_eq!(rung(Offset::Due), due.passes_at);
        prop_assert!(rung(Offset::Half) < due.passes_at && rung(Offset::Half) >= t.start.day().start());
        prop_assert!(rung(Offset::WorkingDaysBefore(k + 1)) < rung(Offset::WorkingDaysBefore(k)));
        prop_assert!(rung(Offset::WorkingDaysBefore(k)) < due.passes_at);
        prop_assert!(rung(Offset::WorkingDaysAfter(1)) >= due.passes_at);
        prop_assert!(rung(Offset::WorkingDaysAfter(k)) < rung(Offset::WorkingDaysAfter(k + 1)));
        prop_assert!(slow_working(&calendar, rung(Offset::WorkingDaysAfter(k)).day()));
        prop_assert_eq!(calendar.working_days(due.day.unwrap(), rung(Offset::WorkingDaysAfter(k)).day()), i64::from(k));
    }
    #[test]
    fn remaining_falls_as_time_goes_on(calendar in any_calendar(), t in any_term(), later in 0i64..3000) {
        let plain = Term { pauses: vec![], ..t };
        let now = plain.start.plus(Duration::hours(later));
        let (a, b) = (plain.remaining(&calendar, now), plain.remaining(&calendar, now.plus(Duration::hours(25))));
        prop_assert!(b.n <= a.n && b.passed >= a.passed);
        prop_assert_eq!(a.overdue, now >= plain.due(&calendar, now).passes_at);
        prop_assert!(a.overdue || a.n >= 0);
    }
    #[test]
    fn hours_agree_with_minutes_counted_one_by_one(calendar in any_calendar(), start in any_day(), m in 0i64..1440, n in 0u32..40, office: bool,
        pauses in proptest::collection::vec((0i64..4000, 0i64..900), 0..3)) {
        let mut t = term("2026-01-01", n, if office { Unit::OfficeHours } else { Unit::Hours });
        t.start = start.start().plus(Duration::minutes(m));
        t.pauses = pauses.iter().map(|(from, len)| {
            let from = t.start.plus(Duration::minutes(*from));
            Pause { from, until: Some(from.plus(Duration::minutes(*len))), resume_by: from, ground: String::new(), article: String::new() }
        }).collect();
        let counts = |x: At| {
            let paused = t.pauses.iter().any(|p| p.from <= x && Some(x) < p.until);
            let minute = (x.millis() - x.day().start().millis()) / 60_000;
            !paused && (!office || (slow_working(&calendar, x.day()) && (540..1020).contains(&minute)))
        };
        let (mut x, mut left) = (t.start, i64::from(n) * 60);
        let mut last = t.start;
        while left > 0 {
            if counts(x) {
                left -= 1;
                last = x.plus(Duration::minutes(1));
            }
            x = x.plus(Duration::minutes(1));
        }
        if n > 0 {
            prop_assert_eq!(t.due(&calendar, x).passes_at, last);
        }
    }
    #[test]
    fn people_are_told_at_the_first_office_minute(calendar in any_calendar(), start in any_day(), m in 0i64..1440) {
        let rules = Rules::embedded();
        let now = start.start().plus(Duration::minutes(m));
        let office = |x: At| slow_working(&calendar, x.day()) && (540..1020).contains(&((x.millis() - x.day().start().millis()) / 60_000));
        let mut x = now;
        while !office(x) {
            x = x.plus(Duration::minutes(1));
        }
        prop_assert_eq!(next_office_time(now, &calendar, &rules), x);
    }
}
