//! The deadline command, as an operator calls it.

use super::*;
use clap::Parser;

#[derive(Parser)]
struct App {
    #[command(flatten)]
    args: DeadlineArgs,
}

fn call(argv: &[&str]) -> (i32, String, String) {
    let app = App::try_parse_from(std::iter::once("deadline").chain(argv.iter().copied())).unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(&app.args, &Calendar::embedded(), &mut out, &mut err);
    (code, String::from_utf8_lossy(&out).into_owned(), String::from_utf8(err).unwrap())
}
fn call_batch(content: &[u8]) -> (i32, String, String) {
    let mut f = tempfile::NamedTempFile::new().unwrap();
    f.write_all(content).unwrap();
    call(&["--batch", f.path().to_str().unwrap()])
}

#[test]
fn single_forms() {
    for (argv, expected) in [
        (["2026-09-18", "20", "working_days"], "2026-10-22\n"),
        (["2025-10-09", "90", "working_days"], "2026-02-12\n"),
        (["2026-10-01", "0", "working_days"], "2026-10-08\n"),
        (["2026-09-20", "0", "working_days"], "2026-09-20\n"),
        (["2026-09-26", "5", "calendar_days"], "2026-10-08\n"),
        (["2025-08-31", "6", "months"], "2026-02-28\n"),
        (["2024-02-29", "1", "years"], "2025-02-28\n"),
        (["2026-09-18T09:00:00+08:00", "24", "hours"], "2026-09-19T09:00:00.000+08:00\n"),
        (["2026-09-17T23:00:00Z", "20", "working_days"], "2026-10-22\n"),
    ] {
        assert_eq!(call(&argv), (0, expected.to_owned(), String::new()), "{argv:?}");
    }
    assert_eq!(call(&["2025-08-31", "6", "months", "--no-roll"]).1, "2026-02-28\n");
    assert_eq!(call(&["2026-10-01", "0", "working_days", "--no-roll"]).1, "2026-10-01\n");
    assert_eq!(call(&["2026-10-12", "7", "working_days", "--backwards"]).1, "2026-09-24\n");
}

#[test]
fn a_date_beyond_the_calendars_is_marked() {
    let (code, out, _) = call(&["2026-12-25", "10", "working_days"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("2027-01-08（暂定）\n"), "{out}");
    assert!(out.contains("尚未载入"), "{out}");
    let (_, json, _) = call(&["2026-12-25", "10", "working_days", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((value["due"].as_str(), value["provisional"].as_bool()), (Some("2027-01-08"), Some(true)));
}

#[test]
fn a_further_calendar_file_settles_it() {
    let mut f = tempfile::NamedTempFile::new().unwrap();
    f.write_all(
        r#"{"year":2027,"papers":[],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"元旦","date":"2026-12-31","isOffDay":true}]}"#.as_bytes(),
    )
    .unwrap();
    let path = f.path().to_str().unwrap();
    assert_eq!(call(&["2026-12-25", "10", "working_days", "--calendar", path]).1, "2027-01-12\n");
}

#[test]
fn explanations_tell_start_skips_and_notice() {
    let (code, out, _) = call(&["2026-09-18", "20", "working_days", "--explain"]);
    assert_eq!(code, 0);
    for part in [
        "起算：2026-09-18（周五）",
        "首日不计入",
        "跳过 2026-10-01 至 2026-10-07 国庆节，共7日",
        "计入 2026-09-20（周日）国庆节调休上班",
        "到期日：2026-10-22（周四），当日24时届满",
        "国办发明电〔2025〕7号",
    ] {
        assert!(out.contains(part), "{part} in {out}");
    }
    let (_, json, _) = call(&["2026-09-18", "20", "working_days", "--explain", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["explanation"]["days"].as_array().map(Vec::len), Some(34));
    assert_eq!(value["explanation"]["days"][0]["status"], "rest");
    assert_eq!(value["passesAt"], "2026-10-23T00:00:00.000+08:00");
    let (_, out, _) = call(&["2026-09-18", "13", "calendar_days", "--explain"]);
    assert!(out.contains("2026-10-01 遇休息日（国庆节），顺延至 2026-10-08（周四）"), "{out}");
}

#[test]
fn wrong_arguments_say_what_is_wrong() {
    for (argv, part) in [
        (["2026-02-30", "5", "working_days"], "不是有效日期"),
        (["18.9.2026", "5", "working_days"], "不是有效日期"),
        (["2026-09-18", "5", "hours"], "须为时刻"),
        (["9999-12-20", "20", "working_days"], "9999"),
        (["2026-09-18", "4000000000", "years"], "过大"),
    ] {
        let (code, out, err) = call(&argv);
        assert_eq!((code, out.as_str()), (2, ""), "{argv:?}");
        assert!(err.contains(part), "{err}");
    }
    for argv in
        [&["2026-09-18", "5"][..], &["2026-09-18", "5", "weeks"], &["2026-09-18", "x", "hours"], &["2026-09-18", "--batch", "f"], &[]]
    {
        assert!(App::try_parse_from(std::iter::once("deadline").chain(argv.iter().copied())).is_err(), "{argv:?}");
    }
    assert_eq!(call(&["--batch", "/nowhere/at/all.csv"]).0, 1);
    assert_eq!(call(&["2026-09-18", "5", "working_days", "--calendar", "/nowhere"]).0, 1);
}

#[test]
fn batch_keeps_columns_and_order() {
    let (code, out, err) = call_batch(
        b"\xef\xbb\xbfid,unit,start,note,n\n1,working_days,2026-09-18,\"a, \"\"b\"\"\",20\n2,calendar_days,2026-09-26,,5\n3,working_days,2026-12-25,x,10\n4, working_days , 2026-10-01 ,x, 0 \n",
    );
    assert_eq!((code, err.as_str()), (0, ""));
    let expected = "id,unit,start,note,n,due,provisional\n1,working_days,2026-09-18,\"a, \"\"b\"\"\",20,2026-10-22,false\n\
        2,calendar_days,2026-09-26,,5,2026-10-08,false\n3,working_days,2026-12-25,x,10,2027-01-08,true\n\
        4, working_days , 2026-10-01 ,x, 0 ,2026-10-08,false\n";
    assert_eq!(out, expected);
}

#[test]
fn bad_rows_keep_their_place() {
    let (code, out, err) = call_batch(
        b"start,n,unit\r\n2026-02-30,5,working_days\r\n2026-09-18,-1,working_days\r\n2026-09-18,5,weeks\r\n2026-09-18,5\r\n\
          2026-09-18,5,working_days,more\r\n\xff,5,working_days\r\n2026-09-18,99999999999999999999,working_days\r\n\
          9999-12-30,9,calendar_days\r\n2026-09-18,1.5,working_days\r\n,,\r\n2026-09-18,20,working_days\r\n",
    );
    assert_eq!(code, 2);
    let lines: Vec<&str> = out.split("\r\n").collect();
    assert_eq!(lines.len(), 13, "{out:?}");
    assert_eq!(
        (lines[0], lines[1], lines[4], lines[5]),
        ("start,n,unit,due,provisional", "2026-02-30,5,working_days,,", "2026-09-18,5,,,", "2026-09-18,5,working_days,,")
    );
    assert_eq!(lines[10], ",,,,");
    assert_eq!(lines[11], "2026-09-18,20,working_days,2026-10-22,false");
    let complaints: Vec<&str> = err.lines().collect();
    assert_eq!(complaints.len(), 10, "{err}");
    for (i, part) in [
        (0, "第 2 行：start “2026-02-30”"),
        (1, "第 3 行：n “-1”"),
        (2, "第 4 行：unit “weeks”"),
        (3, "有 2 列"),
        (4, "more"),
        (5, "UTF-8"),
        (6, "过大"),
        (7, "9999"),
        (8, "n “1.5”"),
        (9, "第 11 行"),
    ] {
        assert!(complaints[i].contains(part), "{part} in {}", complaints[i]);
    }
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    for end in ["\n", "\r\n"] {
        let content = format!(
            "start,n,unit,note{end}x,1,working_days,a{end}{end}2026-09-18,1,working_days,\"two{end}lines\"{end}y,1,working_days,{end}"
        );
        let (code, _, err) = call_batch(content.as_bytes());
        assert_eq!(code, 2);
        let heads: Vec<&str> = err.lines().filter_map(|l| l.split('：').next()).collect();
        assert_eq!(heads, ["第 2 行", "第 6 行"], "{err}");
    }
}

#[test]
fn a_file_without_the_columns_is_refused() {
    for (content, part) in [(&b""[..], "空的"), (b"start,n\n2026-09-18,5\n", "没有 unit 列"), (b"start,n,unit,n\n", "两个 n 列")] {
        let (code, out, err) = call_batch(content);
        assert_eq!((code, out.as_str()), (1, ""));
        assert!(err.contains(part), "{err}");
    }
    assert_eq!(call_batch(b"start,n,unit\n"), (0, "start,n,unit,due,provisional\n".to_owned(), String::new()));
}

#[test]
fn a_hundred_thousand_rows_at_once() {
    let mut content = String::from("start,n,unit\n");
    for i in 0..100_000 {
        content.push_str(&format!("2026-0{}-1{},{},working_days\n", i % 9 + 1, i % 10, i % 91));
    }
    let (code, out, err) = call_batch(content.as_bytes());
    assert_eq!((code, err.as_str(), out.lines().count()), (0, "", 100_001));
}
