//! Files as people make them, made here.

use super::*;
use crate::base::text::has;
use crate::base::{At, Day};
use crate::domain::intake::{FilingDraft, IntakeConfig, read_row};
use crate::law::Fen;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

fn config() -> IntakeConfig {
    IntakeConfig::parse(include_str!("../../../config/intake.toml")).expect("the shipped file loads")
}
fn national() -> Profile {
    Profile::parse(include_str!("../../../config/imports/national.toml")).expect("the shipped file loads")
}
fn hotline() -> Profile {
    Profile::parse(include_str!("../../../config/imports/hotline.toml")).expect("the shipped file loads")
}
fn now() -> At {
    At::parse("2026-11-23T09:00:00+08:00").expect("an instant")
}
fn read(profile: &Profile, bytes: &[u8]) -> Vec<(u32, std::result::Result<FilingDraft, Vec<String>>)> {
    let c = config();
    open(bytes, profile, &c.file)
        .expect("the file opens")
        .map(|r| {
            let r = r.expect("the row reads");
            (
                r.number,
                read_row(profile, &r, &c.caps, now()).map_err(|e| e.into_iter().map(|e| format!("{}:{}", e.pointer, e.code)).collect()),
            )
        })
        .collect()
}
fn good(rows: &[(u32, std::result::Result<FilingDraft, Vec<String>>)]) -> Vec<&FilingDraft> {
    rows.iter().map(|(n, r)| r.as_ref().unwrap_or_else(|e| panic!("row {n}: {e:?}"))).collect()
}
fn malformed(profile: &Profile, bytes: &[u8]) -> String {
    match open(bytes, profile, &config().file) {
        Err(Error::Malformed(d) | Error::TooLarge(d)) => d,
        other => panic!("{other:?}"),
    }
}
fn book(fill: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut b = Workbook::new();
    fill(b.add_worksheet());
    b.save_to_buffer().expect("a workbook")
}
fn day(s: &str) -> Option<Day> {
    Some(s.parse().expect("a day"))
}

const CSV: &str = "工单编号,来电时间,来电人,来电号码,诉求区县,被反映单位,诉求内容,欠薪金额,人数,办理时限\n\
WF12345-1,2026-11-07 19:38,金贵,13841787027,坊子区,潍坊鼎信市政园林工程有限公司,2025年10月至2026年01月在工地务工，12人工资至今未发。,195176.63,12,5个工作日\n";

#[test]
fn a_workbook_with_titles_other_order_serials_and_totals() {
    let date = Format::new().set_num_format("yyyy/m/d hh:mm");
    let bytes = book(|ws| {
        ws.merge_range(0, 0, 0, 7, "全国根治欠薪线索统计表", &Format::new()).expect("title");
        ws.write_string(1, 0, "填报单位：潍坊市").expect("cell");
        // Row 3 is blank; the headings stand in row 4, marked, broken and bracketed.
        for (i, h) in [
            "序号",
            "欠薪金额\n（元）",
            "*反映人姓名",
            "欠薪人数(人)",
            " 拖欠工资 单位 ",
            "线索登记时间",
            "欠薪时间起",
            "欠薪时间止",
            "所属管辖",
            "线索编号",
            "反映人身份证号码",
        ]
        .iter()
        .enumerate()
        {
            ws.write_string(3, u16::try_from(i).expect("small"), *h).expect("heading");
        }
        let row = |ws: &mut rust_xlsxwriter::Worksheet, r: u32, name: &str, number: &str| {
            ws.write_number(r, 0, r).expect("cell");
            ws.write_number(r, 1, 93_288.0 + 0.82).expect("cell");
            ws.write_string(r, 2, name).expect("cell");
            ws.write_number(r, 3, 12).expect("cell");
            ws.write_string(r, 4, "潍坊某某建筑有限公司").expect("cell");
            ws.write_datetime_with_format(r, 5, ExcelDateTime::from_ymd(2026, 11, 7).expect("d").and_hms(22, 35, 0).expect("t"), &date)
                .expect("cell");
            ws.write_string(r, 6, "2025年10月").expect("cell");
            ws.write_number(r, 7, 46_053).expect("cell");
            ws.write_string(r, 8, "奎文区").expect("cell");
            ws.write_string(r, 9, number).expect("cell");
        };
        row(ws, 4, "张三", "SD1");
        // Row 6 is blank. A page break: title and headings once more, then a total.
        ws.write_string(6, 0, "全国根治欠薪线索统计表").expect("cell");
        for (i, h) in ["序号", "欠薪金额（元）", "反映人姓名", "欠薪人数（人）", "拖欠工资单位"].iter().enumerate()
        {
            ws.write_string(7, u16::try_from(i).expect("small"), *h).expect("heading");
        }
        row(ws, 8, "李四", "SD2");
        ws.write_string(9, 0, "合 计").expect("cell");
        // Numbered lines nobody filled in.
        ws.write_number(11, 0, 9).expect("cell");
        ws.write_formula(9, 1, Formula::new("=SUM(B5:B9)").set_result("186577.64")).expect("cell");
        ws.write_string(10, 0, "制表人：王五").expect("cell");
    });
    let rows = read(&national(), &bytes);
    assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), [5, 9], "titles, headings, blanks and totals are no rows");
    for d in good(&rows) {
        assert_eq!(d.reported_total, Fen::new(9_328_882));
        assert_eq!(d.received_at, At::parse("2026-11-07T22:35:00+08:00").expect("an instant"));
        assert_eq!((d.period_from, d.period_to), (day("2025-10-01"), day("2026-01-31")));
        assert_eq!(d.headcount, 12);
    }
}

#[test]
fn a_number_that_lost_its_digits_is_told_apart() {
    let bytes = book(|ws| {
        for (i, h) in ["反映人姓名", "反映人身份证号码", "欠薪单位", "欠薪人数", "欠薪金额（万元）", "线索编号"].iter().enumerate()
        {
            ws.write_string(0, u16::try_from(i).expect("small"), *h).expect("heading");
        }
        for (r, id) in [(1, Some(379_900_197_611_050_351.0)), (2, None)] {
            ws.write_string(r, 0, "张三").expect("cell");
            if let Some(id) = id {
                ws.write_number(r, 1, id).expect("cell");
            }
            ws.write_string(r, 2, "甲公司").expect("cell");
            ws.write_string(r, 3, "3人").expect("cell");
            ws.write_number(r, 4, 1.2).expect("cell");
        }
        ws.write_number(2, 5, 20_261_107_000_000_123_456.0).expect("cell");
    });
    let rows = read(&national(), &bytes);
    assert_eq!(rows[0].1.as_ref().expect_err("the ID is damaged"), &["反映人身份证号码:lost_digits"]);
    let d = rows[1].1.as_ref().expect("the second is good");
    assert_eq!(d.reported_total, Fen::new(1_200_000), "a heading in 万元 counts ten thousands");
    assert_eq!(d.source_number, None);
    assert!(d.remarks.iter().any(|r| r.code == "number_lost_digits"));
}

#[test]
fn formulas_are_text_or_their_stored_value() {
    let bytes = book(|ws| {
        for (i, h) in ["反映人姓名", "欠薪单位", "欠薪人数", "欠薪金额"].iter().enumerate() {
            ws.write_string(0, u16::try_from(i).expect("small"), *h).expect("heading");
        }
        for r in [1, 2] {
            ws.write_string(r, 0, "=HYPERLINK(\"x\")").expect("cell");
            ws.write_string(r, 1, "甲公司").expect("cell");
            ws.write_number(r, 2, 1).expect("cell");
        }
        ws.write_formula(1, 3, Formula::new("=100*2").set_result("200")).expect("cell");
        ws.write_formula(2, 3, Formula::new("=100*2").set_result("")).expect("cell");
    });
    let rows = read(&national(), &bytes);
    let d = rows[0].1.as_ref().expect("the stored value counts");
    assert_eq!((d.reported_total, d.reporter.name.as_str()), (Fen::new(20_000), "=HYPERLINK(\"x\")"));
    assert_eq!(rows[1].1.as_ref().expect_err("nothing is evaluated").len(), 1);
}

#[test]
fn the_headings_may_stand_on_the_second_sheet() {
    let mut b = Workbook::new();
    b.add_worksheet().write_string(0, 0, "填表说明").expect("cell");
    let ws = b.add_worksheet();
    for (i, (h, v)) in [("姓名", "张三"), ("欠薪单位", "甲公司"), ("欠薪人数", "2"), ("欠薪金额", "1.5万元")].iter().enumerate()
    {
        let c = u16::try_from(i).expect("small");
        ws.write_string(0, c, *h).expect("cell");
        ws.write_string(1, c, *v).expect("cell");
    }
    let bytes = b.save_to_buffer().expect("a workbook");
    assert_eq!(good(&read(&national(), &bytes))[0].reported_total, Fen::new(1_500_000));
}

#[test]
fn text_in_every_encoding_and_delimiter() {
    let gb = encoding_rs::GB18030.encode(CSV).0.into_owned();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(CSV.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let variants: Vec<(&str, Vec<u8>)> = vec![
        ("utf-8", CSV.as_bytes().to_vec()),
        ("utf-8 with mark", [b"\xef\xbb\xbf", CSV.as_bytes()].concat()),
        ("gb18030", gb.clone()),
        ("gb18030 tabs", encoding_rs::GB18030.encode(&CSV.replace(',', "\t")).0.into_owned()),
        ("semicolons", CSV.replace(',', ";").into_bytes()),
        ("crlf", CSV.replace('\n', "\r\n").into_bytes()),
        ("utf-16", utf16),
        ("no last line end", CSV.trim_end().as_bytes().to_vec()),
    ];
    let want = read(&hotline(), CSV.as_bytes());
    assert_eq!(want.len(), 1);
    let d = want[0].1.as_ref().expect("good");
    assert_eq!((d.period_from, d.period_to), (day("2025-10-01"), day("2026-01-31")), "the period comes from the narrative");
    for (name, bytes) in variants {
        assert_eq!(read(&hotline(), &bytes), want, "{name}");
    }
    let mut broken = gb;
    broken.truncate(CSV.len() / 3);
    broken.push(0x81);
    assert!(open(&broken, &hotline(), &config().file).is_err());
}

#[test]
fn text_rows_are_numbered_as_a_spreadsheet_shows_them() {
    let csv = "热线工单\n\n工单编号,来电人,被反映单位,欠薪金额,人数,诉求内容\r\n\nA1,张三,甲公司,100,1,\"第一行\n第二行\"\n,,,,,\nA2,李四,\"乙,公司\",\"1,409.50\",1,说\"\"\nA3,=\"王五\",丙公司,100,1,\"没有收住的引号\nA4,赵六,丁公司,100,'1,x\n合计,,,1609.5,3,\n";
    let rows = read(&hotline(), csv.as_bytes());
    let d = good(&rows);
    assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), [5, 7, 8, 9]);
    assert_eq!(d[0].narrative.as_deref(), Some("第一行\n第二行"));
    assert_eq!(d[1].reported_total, Fen::new(140_950));
    assert_eq!(d[1].respondent().map(|p| p.name.as_str()), Some("乙,公司"));
    assert_eq!(d[2].reporter.name, "王五");
    assert_eq!(d[3].headcount, 1);
}

#[test]
fn what_cannot_be_read_says_why() {
    let n = national();
    assert!(malformed(&n, b"").contains("空"));
    assert!(malformed(&n, b"\n \n").contains("空"));
    assert!(malformed(&n, b"PK\x03\x04 broken").contains("xlsx"));
    assert!(malformed(&n, &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]).contains("xls"));
    assert!(malformed(&n, b"%PDF-1.7\0\x01").contains("csv"));
    let no_amount = malformed(&n, "反映人姓名,欠薪单位,欠薪人数\n张三,甲,1\n".as_bytes());
    assert!(no_amount.contains("欠薪金额") && !no_amount.contains("反映人姓名"), "{no_amount}");
    let neither = malformed(&n, "反映人姓名,欠薪人数,欠薪金额\n张三,1,1\n".as_bytes());
    assert!(neither.contains("拖欠工资单位或拖欠工资项目名称"), "{neither}");
}

#[test]
fn limits_hold() {
    let mut c = config().file;
    let many: String = CSV.to_owned() + &(0..50).map(|i| format!("N{i},,张三,,坊子区,甲公司,,1,1,\n")).collect::<String>();
    c.rows = 20;
    let rows: Vec<_> = open(many.as_bytes(), &hotline(), &c).expect("opens").collect();
    assert_eq!(rows.len(), 21);
    assert!(matches!(rows[20], Err(Error::TooLarge(_))), "the iterator ends with the reason");
    c.bytes = 100;
    assert!(matches!(open(many.as_bytes(), &hotline(), &c), Err(Error::TooLarge(_))));

    let mut c = config();
    c.file.cell_chars = 50;
    c.caps.text.name = 40;
    let long = CSV.replace("潍坊鼎信市政园林工程有限公司", &"长".repeat(5_000));
    let row = open(long.as_bytes(), &hotline(), &c.file).expect("opens").next().expect("a row").expect("reads");
    assert!(row.cells.iter().all(|x| x.text.chars().count() <= 50));
    let e = read_row(&hotline(), &row, &c.caps, now()).expect_err("too long");
    assert_eq!(e.iter().map(|e| e.code.as_str()).collect::<Vec<_>>(), ["too_long"]);

    let wide = book(|ws| {
        for (i, h) in ["反映人姓名", "欠薪单位", "欠薪人数", "欠薪金额"].iter().enumerate() {
            ws.write_string(0, u16::try_from(i).expect("small"), *h).expect("cell");
        }
        ws.write_string(1, 16_000, "far").expect("cell");
    });
    assert!(matches!(open(&wide, &national(), &config().file), Err(Error::TooLarge(_))));
}

#[test]
fn a_bomb_is_refused_before_it_expands() {
    let plain = book(|ws| {
        for r in 0..3_000 {
            ws.write_string(r, 0, "x".repeat(3_000) + &r.to_string()).expect("cell");
        }
    });
    let mut c = config().file;
    c.expanded_bytes = 1_000_000;
    assert!(matches!(open(&plain, &national(), &c), Err(Error::TooLarge(_))), "9 MB in a small file");
    // A directory that lies: every declared size becomes 1 byte, what really expands is counted.
    let mut lying = plain;
    let mut i = 0;
    while let Some(at) = lying.get(i..).and_then(|b| b.windows(4).position(|w| w == b"PK\x01\x02")) {
        let at = i + at;
        lying[at + 24..at + 28].copy_from_slice(&1u32.to_le_bytes());
        i = at + 4;
    }
    assert!(open(&lying, &national(), &c).is_err());
}

#[test]
fn rejects_come_back_as_text_and_can_be_imported_again() {
    let csv = "工单编号,来电人,来电号码,被反映单位,欠薪金额,人数\n0001,=cmd|' /C calc'!A0,123,甲公司,若干,0\n0002,,13841787027,,5,1\n";
    let c = config();
    let rejects_in: Vec<Reject> = open(csv.as_bytes(), &hotline(), &c.file)
        .expect("opens")
        .map(|r| r.expect("reads"))
        .map(|row| Reject { errors: read_row(&hotline(), &row, &c.caps, now()).expect_err("bad"), row })
        .collect();
    let headings = rejects_in[0].row.columns.headings.clone();
    let bytes = rejects(&headings, &rejects_in).expect("a workbook");

    let mut book: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(&bytes[..])).expect("opens");
    let range = calamine::Reader::worksheet_range(&mut book, "退回的行").expect("a sheet");
    let cell = |r, c| range.get_value((r, c)).map(ToString::to_string).unwrap_or_default();
    assert_eq!(
        (0..9).map(|c| cell(0, c)).collect::<Vec<_>>(),
        ["工单编号", "来电人", "来电号码", "被反映单位", "欠薪金额", "人数", "行号", "列", "原因"]
    );
    assert_eq!(cell(1, 0), "0001", "text keeps its zeros");
    assert_eq!(cell(1, 1), "=cmd|' /C calc'!A0");
    assert!(calamine::Reader::worksheet_formula(&mut book, "退回的行").expect("a sheet").is_empty(), "nothing is a formula");
    assert_eq!(cell(1, 6), "2");
    assert_eq!(cell(1, 7), "来电号码、欠薪金额、人数");
    for part in ["“来电号码”不是有效的电话号码", "“欠薪金额”不是能识别的金额", "“人数”必须大于 0"]
    {
        assert!(cell(1, 8).contains(part), "{}", cell(1, 8));
    }
    assert_eq!(cell(2, 7), "来电人、被反映单位");
    assert_eq!(read(&hotline(), &bytes).len(), 2, "the corrected workbook is a file to import");
}

#[test]
fn exported_tables_are_guarded() {
    let table = Table {
        name: "台账[1]".to_owned(),
        headings: vec!["姓名".to_owned(), "金额".to_owned(), "日期".to_owned(), "人数".to_owned()],
        rows: ["=1+1", "+86", "-x", "@a", "\t=1", "＝1", "正常, \"引\""]
            .iter()
            .map(|s| {
                vec![
                    Value::Text((*s).to_owned()),
                    Value::Money(Fen::new(-140_950)),
                    Value::Day("2026-11-07".parse().expect("a day")),
                    Value::Int(3),
                ]
            })
            .collect(),
    };
    let text = String::from_utf8(csv(&table).expect("csv")).expect("utf-8");
    assert!(text.starts_with('\u{feff}'));
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split("\r\n").collect();
    assert_eq!(lines[1], "'=1+1,-1409.50,2026-11-07,3", "numbers of ours are no formulas");
    assert!(lines[2..7].iter().all(|l| l.trim_start_matches('"').starts_with('\'')), "{text}");
    assert!(lines[7].starts_with("\"正常, \"\"引\"\"\""));
    let bytes = workbook(&table).expect("xlsx");
    let mut book: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(bytes)).expect("opens");
    let range = calamine::Reader::worksheet_range(&mut book, "台账1").expect("a sheet");
    assert_eq!(range.get_value((1, 0)), Some(&calamine::Data::String("=1+1".to_owned())));
    assert_eq!(range.get_value((1, 1)), Some(&calamine::Data::Float(-1409.5)));
}

#[test]
fn every_reason_has_its_sentence() {
    for code in [
        "required",
        "too_long",
        "not_an_id",
        "not_a_uscc",
        "not_a_phone",
        "lost_digits",
        "not_an_amount",
        "not_a_count",
        "not_positive",
        "above_cap",
        "not_a_date",
        "impossible_date",
        "future_date",
        "reversed_dates",
        "after_receipt",
        "no_respondent",
        "unknown_kind",
        "unknown_channel",
    ] {
        assert!(has(&format!("intake.{code}")), "{code}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        if let Ok(sheet) = open(&bytes, &hotline(), &config().file) {
            let _ = sheet.count();
        }
    }
    #[test]
    fn any_cells_under_the_headings_are_judged_without_panic(cells in proptest::collection::vec("\\PC{0,12}", 10..30)) {
        let c = config();
        let body: String = cells.chunks(10).map(|r| r.join(",") + "\n").collect();
        let text = CSV.lines().next().expect("headings").to_owned() + "\n" + &body;
        if let Ok(sheet) = open(text.as_bytes(), &hotline(), &c.file) {
            for row in sheet.flatten() {
                let _ = read_row(&hotline(), &row, &c.caps, now());
            }
        }
    }
}

/// Reads a file whole: good, refused (row and first code), desk (row and reason).
type Survey = (Vec<FilingDraft>, Vec<(u32, String)>, Vec<(u32, &'static str)>);
fn survey(profile: &Profile, bytes: &[u8]) -> Survey {
    use crate::domain::routing::{Areas, Bureaus, FilingFacts, Routing, RoutingTable, route};
    let areas = Areas::load(include_str!("../../../config/areas.toml")).expect("areas");
    let bureaus = Bureaus::load(include_str!("../../../config/bureaus.toml"), &areas).expect("bureaus");
    let table = RoutingTable::load(include_str!("../../../config/routing.toml")).expect("table");
    let (mut drafts, mut refused, mut desk) = (Vec::new(), Vec::new(), Vec::new());
    for (number, r) in read(profile, bytes) {
        match r {
            Err(e) => refused.push((number, e.join(" "))),
            Ok(d) => {
                if let Routing::Desk(reason) = route(&table, &areas, &bureaus, &FilingFacts::of(&d), d.received_at.day()) {
                    desk.push((number, reason.code));
                }
                drafts.push(d);
            }
        }
    }
    (drafts, refused, desk)
}

#[test]
fn the_shipped_clue_files_read_as_described() {
    let (good, refused, desk) = survey(&national(), include_bytes!("../../../samples/national.xlsx"));
    assert_eq!((good.len(), refused.len()), (52, 8));
    let want = [
        (44, "反映人身份证号码:not_an_id"),
        (45, "欠薪单位统一社会信用代码:not_a_uscc"),
        (46, "欠薪金额（元）:not_an_amount"),
        (47, "欠薪人数（人）:not_positive"),
        (48, "欠薪时间止:impossible_date"),
        (49, "反映人姓名:required"),
        (50, "反映人电话:not_a_phone"),
        (51, "拖欠工资单位:no_respondent"),
    ];
    assert_eq!(refused.iter().map(|(n, c)| (*n, c.as_str())).collect::<Vec<_>>(), want);
    assert_eq!(desk, [(52, "area_foreign"), (53, "area_unknown"), (54, "area_city_only")]);
    assert!(good.iter().any(|d| d.superior));

    let (good, refused, desk) = survey(&hotline(), include_bytes!("../../../samples/hotline.csv"));
    assert_eq!(good.len(), 25);
    let want = [
        (13, "来电人:required"),
        (14, "来电号码:not_a_phone"),
        (15, "来电时间:impossible_date"),
        (17, "人数:not_a_count"),
        (18, "欠薪金额:not_positive"),
    ];
    assert_eq!(refused.iter().map(|(n, c)| (*n, c.as_str())).collect::<Vec<_>>(), want);
    assert_eq!(desk, [(16, "area_foreign")]);
    assert!(good.iter().all(|d| d.period_from.is_some() && d.kind == crate::domain::intake::FilingKind::Complaint));
}
