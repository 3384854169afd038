//! Rows that are believed, rows that come back, and periods that overlap.

use super::*;
use proptest::prelude::*;

const TODAY: (i32, u32, u32) = (2026, 11, 24);

fn today() -> Day {
    Day::ymd(TODAY.0, TODAY.1, TODAY.2).unwrap()
}
/// A resident ID of the fixtures' area.
fn id(born: &str) -> String {
    let stem = format!("379900{born}001");
    (0..=10u32)
        .map(|k| format!("{stem}{}", if k == 10 { "X".to_owned() } else { k.to_string() }))
        .find(|s| ResidentId::parse(s).is_ok())
        .unwrap()
}
fn row(changes: &[(Field, &str)]) -> std::result::Result<Row, Vec<(String, String)>> {
    let p = profile().unwrap();
    let mut v = vec![
        (Field::ReporterName, "张测试".to_owned()),
        (Field::ReporterId, id("19800101")),
        (Field::PeriodFrom, "2026-08".to_owned()),
        (Field::PeriodTo, "2026-10".to_owned()),
        (Field::Amount, "9000".to_owned()),
    ];
    for (f, t) in changes {
        v.retain(|(g, _)| g != f);
        v.push((*f, (*t).to_owned()));
    }
    read(&form_row(&p, 2, &v).unwrap(), &p, today()).map_err(|e| e.into_iter().map(|f| (f.pointer, f.code)).collect())
}
fn fault(changes: &[(Field, &str)]) -> (String, String) {
    let mut all = row(changes).unwrap_err();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn a_row_is_read_with_its_months_to_their_last_day() {
    let r = row(&[]).unwrap();
    assert_eq!((r.from, r.to), (Day::ymd(2026, 8, 1).unwrap(), Day::ymd(2026, 10, 31).unwrap()));
    assert_eq!((r.claimed, r.basis, r.minor), (Fen::new(900_000), None, false));
}

#[test]
fn the_sum_is_the_product_of_its_basis() {
    let r = row(&[(Field::Amount, ""), (Field::Days, "45.5"), (Field::DailyWage, "260")]).unwrap();
    assert_eq!((r.basis, r.claimed), (Some(Basis::Days(455, Fen::new(26_000))), Fen::new(1_183_000)));
    let r = row(&[(Field::Months, "2"), (Field::MonthlyWage, "4500")]).unwrap();
    assert_eq!((r.basis, r.claimed), (Some(Basis::Months(20, Fen::new(450_000))), Fen::new(900_000)));
    assert_eq!(fault(&[(Field::Months, "2"), (Field::MonthlyWage, "4000")]), ("欠薪金额".into(), "roster_product".into()));
    assert_eq!(fault(&[(Field::Days, "3")]), ("日工资".into(), "required".into()));
    assert_eq!(fault(&[(Field::Amount, "")]).1, "required");
}

#[test]
fn impossible_rows_come_back_at_their_column() {
    assert_eq!(fault(&[(Field::PeriodFrom, "2026-02-30")]), ("欠薪时间起".into(), "roster_no_such_day".into()));
    assert_eq!(fault(&[(Field::PeriodFrom, "去年")]).1, "roster_no_date");
    assert_eq!(fault(&[(Field::PeriodTo, "2026-07")]).1, "dates_reversed");
    assert_eq!(fault(&[(Field::PeriodTo, "2027-03")]).1, "in_future");
    assert_eq!(fault(&[(Field::PeriodFrom, "2001-01")]).1, "roster_too_long");
    assert_eq!(fault(&[(Field::ReporterId, "379900198001010011")]).1, "id_check");
    assert_eq!(fault(&[(Field::ReporterId, &id("20260901"))]).1, "roster_not_born");
    assert_eq!(fault(&[(Field::Amount, "0")]).1, "amount_not_positive");
    assert_eq!(fault(&[(Field::Days, "93"), (Field::DailyWage, "100"), (Field::Amount, "")]).1, "roster_more_days");
    let both = [(Field::Days, "1"), (Field::DailyWage, "9000"), (Field::Months, "1"), (Field::MonthlyWage, "9000")];
    assert_eq!(fault(&both).1, "roster_two_bases");
}

#[test]
fn a_child_is_taken_and_marked() {
    assert!(row(&[(Field::ReporterId, &id("20110101"))]).unwrap().minor, "15 when the work began");
    assert!(!row(&[(Field::ReporterId, &id("20100801"))]).unwrap().minor, "16 on the first day");
}

#[test]
fn the_profile_has_a_template() {
    assert_eq!(headings().unwrap().len(), 12);
}

proptest! {
    #[test]
    fn two_periods_overlap_exactly_when_they_share_a_day(a in 0i64..60, n in 0i64..20, b in 0i64..60, m in 0i64..20) {
        let w = |from: i64, len: i64| Wages { person: "p".into(), respondent: Some(1), from: Some(today().plus(from)), to: Some(today().plus(from + len)) };
        let shares = (a..=a + n).any(|d| (b..=b + m).contains(&d));
        prop_assert_eq!(overlap(&w(a, n), &w(b, m)), shares);
        let other = Wages { respondent: Some(2), ..w(b, m) };
        prop_assert!(!overlap(&w(a, n), &other));
        let somebody = Wages { person: "q".into(), ..w(b, m) };
        prop_assert!(!overlap(&w(a, n), &somebody));
    }
}
