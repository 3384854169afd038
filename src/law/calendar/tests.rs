//! Calendars against the notices and a slow reference.

use super::*;
use proptest::prelude::*;

fn d(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn shipped_years_are_sound_and_counted() {
    let calendar = Calendar::try_embedded().unwrap();
    for (year, expected) in [(2023, 249), (2024, 251), (2025, 248), (2026, 248)] {
        let (first, last) = (Day::ymd(year, 1, 1).unwrap(), Day::ymd(year, 12, 31).unwrap());
        assert_eq!(calendar.working_days(first.prev(), last), expected, "{year}");
        let notice = calendar.year(year).unwrap();
        assert_eq!(notice.working_days(), expected);
        assert_eq!(notice.warnings(), Vec::<String>::new());
        assert!(notice.document.is_some() && notice.published.is_some() && notice.url.is_some());
    }
}

#[test]
fn shipped_files_are_what_we_write() {
    for text in EMBEDDED {
        assert_eq!(Year::from_toml(text).unwrap().to_toml(), text);
    }
}

/// Every rest and make-up day of the notices, typed from the fact sheet and not from our files.
#[test]
fn shipped_days_agree_with_the_notices() {
    let calendar = Calendar::embedded();
    let off = [
        (2023, "1/1-1/2 1/21-1/27 4/5 4/29-5/3 6/22-6/24 9/29-10/6", "1/28 1/29 4/23 5/6 6/25 10/7 10/8"),
        (2024, "1/1 2/10-2/17 4/4-4/6 5/1-5/5 6/10 9/15-9/17 10/1-10/7", "2/4 2/18 4/7 4/28 5/11 9/14 9/29 10/12"),
        (2025, "1/1 1/28-2/4 4/4-4/6 5/1-5/5 5/31-6/2 10/1-10/8", "1/26 2/8 4/27 9/28 10/11"),
        (2026, "1/1-1/3 2/15-2/23 4/4-4/6 5/1-5/5 6/19-6/21 9/25-9/27 10/1-10/7", "1/4 2/14 2/28 5/9 9/20 10/10"),
    ];
    for (year, rest, work) in off {
        let one = |text: &str| {
            let (m, d) = text.split_once('/').unwrap();
            Day::ymd(year, m.parse().unwrap(), d.parse().unwrap()).unwrap()
        };
        let mut expected = BTreeMap::new();
        for span in rest.split(' ') {
            let (a, b) = span.split_once('-').map_or_else(|| (one(span), one(span)), |(a, b)| (one(a), one(b)));
            (0..=b.since(a)).for_each(|i| assert!(expected.insert(a.plus(i), false).is_none()));
        }
        work.split(' ').for_each(|w| assert!(expected.insert(one(w), true).is_none()));
        let mut day = Day::ymd(year, 1, 1).unwrap();
        while day.year() == year {
            let weekday = day.date().weekday().num_days_from_monday() < 5;
            let works = expected.get(&day).copied().unwrap_or(weekday);
            // The notice for 2023 also makes 2022-12-31 a rest day; no notice here touches the December of a loaded year.
            assert_eq!(calendar.is_working(day), works, "{day}");
            assert!(calendar.known(day));
            day = day.next();
        }
    }
}

#[test]
fn kinds_and_names() {
    let calendar = Calendar::embedded();
    for (day, kind, name, provisional) in [
        ("2026-10-01", DayKind::Rest, "国庆节", false),
        ("2026-10-10", DayKind::MakeUp, "国庆节调休上班", false),
        ("2026-10-12", DayKind::Work, "工作日", false),
        ("2026-10-17", DayKind::Rest, "周六", false),
        ("2024-02-09", DayKind::Work, "工作日", false),
        ("2022-12-31", DayKind::Rest, "元旦", false),
        ("2022-12-30", DayKind::Work, "工作日", true),
        ("2027-01-01", DayKind::Work, "工作日", true),
        ("2027-10-03", DayKind::Rest, "周日", true),
    ] {
        let info = calendar.info(d(day));
        assert_eq!((info.kind, info.name.as_str(), info.provisional), (kind, name, provisional), "{day}");
    }
    assert!(calendar.all_known(d("2022-12-31"), d("2026-12-31")));
    assert!(!calendar.all_known(d("2022-12-30"), d("2023-01-03")));
    assert!(!calendar.all_known(d("2026-12-31"), d("2027-01-01")));
    assert!(calendar.all_known(d("2027-01-02"), d("2027-01-01")), "an empty span");
}

#[test]
fn a_later_notice_changes_the_december_before() {
    let next = Year::from_holiday_cn(
        r#"{"$schema":"x","year":2027,"papers":["https://www.gov.cn/zhengce/zhengceku/2026-11/04/content_1.htm"],"days":[
        {"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2026-12-31","isOffDay":true},
        {"name":"元旦","date":"2026-12-27","isOffDay":false}]}"#,
    )
    .unwrap();
    assert_eq!((next.title.as_str(), next.published), ("国务院办公厅关于2027年部分节假日安排的通知", Some(d("2026-11-04"))));
    let before = Calendar::embedded();
    assert!(before.is_working(d("2026-12-31")) && !before.is_working(d("2026-12-27")));
    let after = before.clone().with(next);
    assert!(!after.is_working(d("2026-12-31")) && after.is_working(d("2026-12-27")) && after.known(d("2027-06-01")));
    assert_eq!(after.info(d("2026-12-27")).kind, DayKind::MakeUp);
    assert_eq!(before.nth_after(d("2026-12-30"), 1), d("2026-12-31"));
    assert_eq!(after.nth_after(d("2026-12-30"), 1), d("2027-01-04"));
    assert_eq!((after.rev(), after.years().len()), (0, 5));
}

#[test]
fn a_year_given_again_is_replaced() {
    let short = Year::from_holiday_cn(r#"{"year":2026,"papers":[],"days":[{"name":"元旦","date":"2026-01-01","isOffDay":true}]}"#).unwrap();
    let calendar = Calendar::embedded();
    assert!(calendar.check_replacement(&short).is_err());
    assert!(calendar.check_replacement(calendar.year(2026).unwrap()).is_ok());
    assert!(calendar.with(short).is_working(d("2026-10-01")));
}

#[test]
fn wrong_files_are_refused_with_the_place() {
    let day = |s: &str| format!(r#"{{"year":2027,"papers":[],"days":[{s}]}}"#);
    let new_year = r#"{"name":"元旦","date":"2027-01-01","isOffDay":true}"#;
    for (text, part) in [
        (String::new(), "year"),
        ("{".to_owned(), "holiday-cn"),
        ("{}".to_owned(), "year"),
        (day(""), "尚未发布"),
        (day(r#"{"name":"元旦","date":"2027-02-29","isOffDay":true}"#), "days 第 1 项的日期“2027-02-29”"),
        (day(r#"{"name":"元旦","date":"2027-01-01"}"#), "isOffDay"),
        (day(r#"{"name":"元旦","date":"2027-01-01","isOffDay":"yes"}"#), "isOffDay".split('O').next().unwrap()),
        (day(&format!("{new_year},{new_year}")), "2027-01-01 出现了两次"),
        (day(r#"{"name":"元旦","date":"2026-11-30","isOffDay":true}"#), "不属于2027年"),
        (day(r#"{"name":"元旦","date":"2028-01-01","isOffDay":true}"#), "不属于2027年"),
        (day(r#"{"name":" ","date":"2027-01-01","isOffDay":true}"#), "没有节日名称"),
        (r#"{"year":20270,"papers":[],"days":[]}"#.to_owned(), "year = 20270"),
        ("year = 2027\ntitle = \"t\"\nextra = 1\n".to_owned(), "extra"),
        ("year = 2027\ntitle = \"\"\n[[holiday]]\nname=\"a\"\nfrom=\"2027-01-01\"\nto=\"2027-01-01\"\n".to_owned(), "title"),
        ("year = 2027\ntitle = \"t\"\n[[holiday]]\nname=\"春节\"\nfrom=\"2027-02-09\"\nto=\"2027-02-01\"\n".to_owned(), "“春节”的放假区间"),
        ("year = 2027\ntitle = \"t\"\n[[holiday]]\nname=\"春节\"\nfrom=\"2027-02-09\"\n".to_owned(), "from 与 to"),
        ("year = 2027\ntitle = \"t\"\npublished = \"11/2026\"\n".to_owned(), "published"),
    ] {
        let Err(Error::Config(message)) = Year::parse(&text) else { panic!("accepted: {text}") };
        assert!(message.contains(part) && message.starts_with("日历文件有误"), "{part} in {message}");
    }
}

#[test]
fn far_budgets_end_at_the_end_of_time() {
    let calendar = Calendar::embedded();
    for n in [10_000_000_000, u64::MAX] {
        assert!(calendar.nth_after(d("2026-01-01"), n) > d("9999-12-31"));
        assert!(calendar.nth_before(d("2026-01-01"), n) < d("0001-01-01"));
    }
}

/// A random notice: about a tenth of the days named, anywhere from the December before.
pub(crate) fn any_year(year: i32) -> impl Strategy<Value = Year> {
    proptest::collection::btree_map(-31i64..365, (any::<bool>(), 0usize..4), 1..60).prop_map(move |days| {
        let first = Day::ymd(year, 1, 1).unwrap();
        let names = ["元旦", "春节", "中秋节、国庆节", "a\"\\b"];
        Year {
            year,
            title: format!("关于{year}年的“通知”\\"),
            document: (days.len() % 2 == 0).then(|| "发〔2025〕7号".to_owned()),
            published: (days.len() % 3 == 0).then_some(first.plus(-40)),
            url: None,
            days: days.into_iter().map(|(i, (rest, n))| SpecialDay { day: first.plus(i), name: names[n].to_owned(), rest }).collect(),
        }
    })
}
/// Random notices for three years, the middle one sometimes missing.
pub(crate) fn any_calendar() -> impl Strategy<Value = Calendar> {
    (any_year(2024), proptest::option::of(any_year(2025)), any_year(2026))
        .prop_map(|(a, b, c)| Calendar::new([Some(a), b, Some(c)].into_iter().flatten().collect(), 3))
}
pub(crate) fn any_day() -> impl Strategy<Value = Day> {
    (0i64..1_700).prop_map(|i| Day::ymd(2023, 6, 1).unwrap().plus(i))
}

/// The slow reference: asks the notices one by one.
pub(crate) fn slow_working(calendar: &Calendar, day: Day) -> bool {
    let named = calendar.years().iter().rev().find_map(|y| y.days.iter().find(|s| s.day == day));
    named.map_or(day.date().weekday().num_days_from_monday() < 5, |s| !s.rest)
}

proptest! {
    #[test]
    fn printed_years_read_back(year in any_year(2026)) {
        prop_assert_eq!(Year::from_toml(&year.to_toml()).unwrap(), year);
    }
    #[test]
    fn holiday_cn_reads_as_ours(year in any_year(2026)) {
        let days: Vec<_> = year.days.iter().map(|d| serde_json::json!({"name": d.name, "date": d.day, "isOffDay": d.rest})).collect();
        let text = serde_json::json!({"year": 2026, "papers": [], "days": days}).to_string();
        prop_assert_eq!(Year::from_holiday_cn(&text).unwrap().days, year.days);
    }
    #[test]
    fn counts_agree_with_a_slow_reference(calendar in any_calendar(), from in any_day(), n in 0u64..200) {
        prop_assert_eq!(calendar.is_working(from), slow_working(&calendar, from));
        let (mut day, mut seen) = (from, 0);
        while seen < n {
            day = day.next();
            seen += u64::from(slow_working(&calendar, day));
        }
        prop_assert_eq!(calendar.nth_after(from, n), day);
        prop_assert_eq!(calendar.working_days(from, day), i64::try_from(n).unwrap());
        prop_assert_eq!(calendar.working_days(day, from), -i64::try_from(n).unwrap());
        let (mut day, mut seen) = (from, 0);
        while seen < n {
            day = day.prev();
            seen += u64::from(slow_working(&calendar, day));
        }
        prop_assert_eq!(calendar.nth_before(from, n), day);
        prop_assert!(calendar.is_working(calendar.roll(from)) && calendar.roll(from) >= from);
        prop_assert!(calendar.is_working(calendar.roll_back(from)) && calendar.roll_back(from) <= from);
    }
    #[test]
    fn known_spans_agree_with_their_days(calendar in any_calendar(), from in any_day(), n in 0i64..500) {
        let all = (0..=n).all(|i| calendar.known(from.plus(i)));
        prop_assert_eq!(calendar.all_known(from, from.plus(n)), all);
    }
    #[test]
    fn reading_never_panics(text in "\\PC{0,80}") {
        let _ = Year::parse(&text);
    }
}
