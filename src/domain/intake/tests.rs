//! Rows and forms against the rules of intake; the files the project ships are read in `paper::sheet`.

use super::*;
use crate::base::FieldError;
use std::collections::BTreeMap;

#[test]
fn channels_of_profiles_are_known() {
    let c = IntakeConfig::parse(include_str!("../../../config/intake.toml")).expect("the shipped file loads");
    let hotline = Profile::parse(include_str!("../../../config/imports/hotline.toml")).expect("the shipped file loads");
    for p in [national(), hotline] {
        for channel in p.sources.iter().map(|s| &s.channel).chain([&p.channel]) {
            assert!(c.channels.contains(channel), "{channel}");
        }
    }
}

fn caps() -> Caps {
    IntakeConfig::parse(include_str!("../../../config/intake.toml")).expect("the shipped file loads").caps
}
fn national() -> Profile {
    Profile::parse(include_str!("../../../config/imports/national.toml")).expect("the shipped file loads")
}
fn now() -> At {
    At::parse("2026-11-23T09:00:00+08:00").expect("an instant")
}

/// A good row of the national file, with changes.
fn row(changes: &[(&str, &str)]) -> RawRow {
    let mut cells: BTreeMap<&str, &str> = [
        ("线索编号", "SD1"),
        ("线索来源", "省级转办"),
        ("线索登记时间", "2026-11-07 19:38"),
        ("反映人姓名", "张三"),
        ("反映人电话", "13841787027"),
        ("反映人身份证号码", "379900200302050650"),
        ("银行卡号", "6215100331387731475"),
        ("拖欠工资项目名称", "花园4期"),
        ("拖欠工资单位", "潍坊远宏装饰工程有限公司"),
        ("欠薪单位统一社会信用代码", "91370777G68EGHFG61"),
        ("劳动合同用人单位名称", ""),
        ("所属管辖", "奎文区"),
        ("是否政府投资项目", "是"),
        ("欠薪人数（人）", "12"),
        ("欠薪金额（元）", "195176.63"),
        ("欠薪时间起", "2025年10月"),
        ("欠薪时间止", "2026年01月"),
        ("欠薪发生时间", ""),
        ("欠薪基本情况摘要", "拖欠工资"),
        ("是否曾经通过以下途径反映上述问题", "12345热线、劳动保障监察机构"),
    ]
    .into();
    for (k, v) in changes {
        assert!(cells.insert(k, v).is_some(), "{k}");
    }
    let (headings, values): (Vec<&str>, Vec<&str>) = cells.into_iter().unzip();
    RawRow { number: 2, cells: values.into_iter().map(Cell::text).collect(), columns: Arc::new(national().locate(&headings)) }
}
fn read(changes: &[(&str, &str)]) -> Result<FilingDraft, Vec<FieldError>> {
    read_row(&national(), &row(changes), &caps(), now())
}
fn reads(changes: &[(&str, &str)]) -> FilingDraft {
    read(changes).unwrap_or_else(|e| panic!("{changes:?}: {e:?}"))
}

#[test]
fn a_good_row_is_typed() {
    let d = reads(&[]);
    assert_eq!((d.kind, d.channel.as_str(), d.superior), (FilingKind::Clue, "province", false));
    assert_eq!((d.headcount, d.reported_total), (12, Fen::new(19_517_663)));
    assert_eq!((d.period_from, d.period_to), (Day::ymd(2025, 10, 1), Day::ymd(2026, 1, 31)));
    assert_eq!(d.government_funded, Some(true));
    assert_eq!(d.previous_channels, ["12345热线", "劳动保障监察机构"]);
    assert_eq!(d.respondent().and_then(|p| p.uscc.as_deref()), Some("91370777G68EGHFG61"));
    assert!(d.remarks.is_empty(), "{:?}", d.remarks);
    assert!(
        ["张三", "13841787027", "379900200302050650", "花园4期"].iter().all(|s| !format!("{d:?}{:?}", row(&[])).contains(s)),
        "nothing personal in a log"
    );
}

#[test]
fn sources_set_channel_and_flag() {
    for (source, channel, superior) in
        [("全国根治欠薪线索反映平台", "national", false), ("国务院督办", "state_council", true), ("别的来源", "national", false)]
    {
        let d = reads(&[("线索来源", source)]);
        assert_eq!((d.kind, d.channel.as_str(), d.superior), (FilingKind::Clue, channel, superior));
    }
    assert!(reads(&[("线索来源", "别的来源")]).remarks.iter().any(|r| r.code == "unknown_source"));
}

#[test]
fn rejects_with_their_reasons() {
    let long = "长".repeat(101);
    let longer = "长".repeat(4_001);
    type Pairs<'a> = Vec<(&'a str, &'a str)>;
    let table: Vec<(Pairs<'_>, Pairs<'_>)> = vec![
        (vec![("反映人姓名", " ")], vec![("反映人姓名", "required")]),
        (vec![("反映人姓名", "匿名")], vec![("反映人姓名", "required")]),
        (vec![("反映人身份证号码", "379900197611050351")], vec![("反映人身份证号码", "not_an_id")]),
        (vec![("反映人身份证号码", "12345")], vec![("反映人身份证号码", "not_an_id")]),
        (vec![("欠薪单位统一社会信用代码", "91370700ABC")], vec![("欠薪单位统一社会信用代码", "not_a_uscc")]),
        (vec![("反映人电话", "1384178702")], vec![("反映人电话", "not_a_phone")]),
        (vec![("欠薪金额（元）", "若干")], vec![("欠薪金额（元）", "not_an_amount")]),
        (vec![("欠薪金额（元）", "1.234")], vec![("欠薪金额（元）", "not_an_amount")]),
        (vec![("欠薪金额（元）", "")], vec![("欠薪金额（元）", "required")]),
        (vec![("欠薪金额（元）", "0")], vec![("欠薪金额（元）", "not_positive")]),
        (vec![("欠薪金额（元）", "-5")], vec![("欠薪金额（元）", "not_positive")]),
        (vec![("欠薪金额（元）", "50000000.01")], vec![("欠薪金额（元）", "above_cap")]),
        (vec![("欠薪人数（人）", "")], vec![("欠薪人数（人）", "required")]),
        (vec![("欠薪人数（人）", "0")], vec![("欠薪人数（人）", "not_positive")]),
        (vec![("欠薪人数（人）", "-3人")], vec![("欠薪人数（人）", "not_positive")]),
        (vec![("欠薪人数（人）", "1.5")], vec![("欠薪人数（人）", "not_a_count")]),
        (vec![("欠薪人数（人）", "十几人")], vec![("欠薪人数（人）", "not_a_count")]),
        (vec![("欠薪人数（人）", "3001")], vec![("欠薪人数（人）", "above_cap")]),
        (vec![("欠薪人数（人）", "99999999999999999999")], vec![("欠薪人数（人）", "not_a_count")]),
        (vec![("欠薪时间止", "2026-13-40")], vec![("欠薪时间止", "impossible_date")]),
        (vec![("欠薪时间止", "前年冬天")], vec![("欠薪时间止", "not_a_date")]),
        (vec![("欠薪时间止", "2026-11-24")], vec![("欠薪时间止", "future_date")]),
        (vec![("欠薪时间止", "2025-09-30")], vec![("欠薪时间止", "reversed_dates")]),
        (vec![("线索登记时间", "2026-11-23 09:01")], vec![("线索登记时间", "future_date")]),
        (vec![("线索登记时间", "2026年2月30日")], vec![("线索登记时间", "impossible_date")]),
        (vec![("线索登记时间", "2025-09-01")], vec![("欠薪时间起", "after_receipt")]),
        (vec![("欠薪时间起", ""), ("欠薪时间止", ""), ("欠薪发生时间", "2026年3月至2026年1月")], vec![("欠薪发生时间", "reversed_dates")]),
        (
            vec![("反映人姓名", ""), ("欠薪时间起", ""), ("欠薪时间止", ""), ("欠薪发生时间", "去年")],
            vec![("反映人姓名", "required"), ("欠薪发生时间", "not_a_date")],
        ),
        (vec![("拖欠工资单位", &long)], vec![("拖欠工资单位", "too_long")]),
        (vec![("欠薪基本情况摘要", &longer)], vec![("欠薪基本情况摘要", "too_long")]),
        (vec![("拖欠工资单位", "无"), ("拖欠工资项目名称", "/")], vec![("拖欠工资单位", "no_respondent")]),
        (
            vec![("反映人姓名", ""), ("反映人电话", "1"), ("欠薪金额（元）", "x"), ("欠薪人数（人）", "0")],
            vec![
                ("反映人姓名", "required"),
                ("反映人电话", "not_a_phone"),
                ("欠薪金额（元）", "not_an_amount"),
                ("欠薪人数（人）", "not_positive"),
            ],
        ),
    ];
    for (changes, want) in table {
        let faults = read(&changes).expect_err(&format!("{changes:?} is wrong"));
        let got: Vec<(&str, &str)> = faults.iter().map(|f| (f.pointer.as_str(), f.code.as_str())).collect();
        assert_eq!(got, want, "{changes:?}");
        for f in &faults {
            assert!(f.message.contains(&format!("“{}”", f.pointer)) || f.code == "no_respondent", "{}", f.message);
            assert!(!f.message.contains('{') && f.message.ends_with('。'), "{}", f.message);
        }
    }
}

#[test]
fn what_is_not_asked_for_may_be_missing() {
    for field in [
        "反映人电话",
        "反映人身份证号码",
        "银行卡号",
        "欠薪单位统一社会信用代码",
        "线索编号",
        "线索登记时间",
        "所属管辖",
        "欠薪基本情况摘要",
    ] {
        for empty in ["", "无", "—", "不详"] {
            reads(&[(field, empty)]);
        }
    }
    let d = reads(&[("拖欠工资单位", ""), ("欠薪单位统一社会信用代码", "")]);
    assert_eq!(d.project.as_deref(), Some("花园4期"), "a project alone is enough");
    let d = reads(&[("线索登记时间", "")]);
    assert_eq!((d.received_at, d.received_stated), (now(), false));
    let d = reads(&[("欠薪时间起", ""), ("欠薪时间止", ""), ("欠薪基本情况摘要", "自2026年3月至2026年11月没发")]);
    assert_eq!((d.period_from, d.period_to), (Day::ymd(2026, 3, 1), Day::ymd(2026, 11, 30)), "the month that runs is no future");
    let d = reads(&[("欠薪时间止", "至今")]);
    assert_eq!((d.period_from, d.period_to), (Day::ymd(2025, 10, 1), None));
}

#[test]
fn caps_include_their_number() {
    assert_eq!(reads(&[("欠薪金额（元）", "5000万元")]).reported_total, Fen::new(5_000_000_000));
    assert_eq!(reads(&[("欠薪人数（人）", "３，０００人")]).headcount, 3_000);
}

#[test]
fn content_knows_every_change_and_fingerprint_the_same_report() {
    let base = reads(&[]);
    for (field, value) in [
        ("反映人姓名", "张四"),
        ("反映人电话", "13841787028"),
        ("银行卡号", "6215100331387731476"),
        ("所属管辖", "寿光市"),
        ("欠薪人数（人）", "13"),
        ("欠薪金额（元）", "195176.64"),
        ("欠薪时间止", "2026年02月"),
        ("线索登记时间", "2026-11-07 19:39"),
        ("欠薪基本情况摘要", "拖欠工资。"),
        ("是否政府投资项目", "否"),
        ("劳动合同用人单位名称", "甲公司"),
        ("线索来源", "国务院督办"),
    ] {
        assert_ne!(content_bytes(&reads(&[(field, value)])), content_bytes(&base), "{field}");
    }
    assert_eq!(
        content_bytes(&reads(&[("欠薪金额（元）", "195,176.63 元"), ("反映人姓名", " 张三 ")])),
        content_bytes(&base),
        "writing does not matter"
    );

    let print = |c: &[(&str, &str)]| fingerprint_bytes(&reads(c));
    assert_eq!(print(&[("线索编号", ""), ("所属管辖", "寿光市"), ("欠薪基本情况摘要", "另一种说法")]), print(&[]));
    assert_eq!(
        print(&[("欠薪单位统一社会信用代码", ""), ("拖欠工资单位", "潍坊远宏装饰工程有限责任公司")]),
        print(&[("欠薪单位统一社会信用代码", "")])
    );
    for (field, value) in [
        ("反映人姓名", "张四"),
        ("反映人身份证号码", ""),
        ("欠薪金额（元）", "1"),
        ("欠薪时间起", "2025年11月"),
        ("拖欠工资项目名称", "花园5期"),
    ] {
        assert_ne!(print(&[(field, value)]), print(&[]), "{field}");
    }
    // A report without a date read twice is the same report.
    let late = |at: &str| read_row(&national(), &row(&[("线索登记时间", "")]), &caps(), At::parse(at).expect("an instant")).expect("good");
    assert_eq!(content_bytes(&late("2026-11-23T09:00:00+08:00")), content_bytes(&late("2026-11-24T09:00:00+08:00")));
}

#[test]
fn an_officers_form_is_judged_alike() {
    let channels = ["window".to_owned(), "phone".to_owned()];
    let form = FilingForm {
        reporter_name: "张三".to_owned(),
        reporter_phone: "0536-8123456".to_owned(),
        respondent: "甲公司".to_owned(),
        headcount: Some(2),
        reported_total_fen: Some(123_456),
        period_from: "2026-01-01".to_owned(),
        channel: "phone".to_owned(),
        ..FilingForm::default()
    };
    let d = draft_from_form(&form, &channels, &caps(), now()).expect("good");
    assert_eq!((d.kind, d.channel.as_str(), d.reported_total), (FilingKind::Complaint, "phone", Fen::new(123_456)));
    let bad = FilingForm {
        kind: "gossip".to_owned(),
        channel: "pigeon".to_owned(),
        reporter_name: String::new(),
        reporter_id: "1".to_owned(),
        respondent: String::new(),
        headcount: None,
        reported_total_fen: Some(-1),
        period_from: "2027-01-01".to_owned(),
        ..form
    };
    let faults = draft_from_form(&bad, &channels, &caps(), now()).expect_err("wrong");
    let got: Vec<(&str, &str)> = faults.iter().map(|f| (f.pointer.as_str(), f.code.as_str())).collect();
    assert_eq!(
        got,
        [
            ("/kind", "unknown_kind"),
            ("/channel", "unknown_channel"),
            ("/reporterName", "required"),
            ("/reporterId", "not_an_id"),
            ("/respondent", "no_respondent"),
            ("/reportedTotalFen", "not_positive"),
            ("/headcount", "required"),
            ("/periodFrom", "future_date"),
        ]
    );
    assert!(faults.iter().all(|f| !f.message.contains("intake.") && !f.message.contains('/')), "{faults:?}");
}
