//! Clue files through the built program: the samples and what people make of them, twice, amended, spoiled; and the
//! command line around it, its exit codes and its refusals.

use crate::support::{Backend, backends, empty, pg};
use calamine::{Data, Reader as _, Xlsx, open_workbook_from_rs};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A directory with a database in it, and the program.
struct Office {
    dir: tempfile::TempDir,
    url: String,
    key: Option<PathBuf>,
    _pg: Option<pg::Database>,
}

impl Office {
    fn new(backend: Backend) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let (url, options, pg) = empty(backend, dir.path())?;
        let office = Self { dir, url, key: options.master_key_file, _pg: pg };
        let made = office.run(&["migrate"]);
        assert!(made.status.success(), "{}", said(&made));
        Some(office)
    }
    fn command(&self, args: &[&str]) -> Command {
        let mut c = Command::new(env!("CARGO_BIN_EXE_qingxin"));
        c.args(args).current_dir(self.dir.path()).env_clear().env("DATABASE_URL", &self.url).stdin(Stdio::null());
        if let Some(k) = &self.key {
            c.env("QINGXIN_MASTER_KEY_FILE", k);
        }
        c
    }
    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }
    /// Standard output of a command that must go well.
    fn good(&self, args: &[&str]) -> String {
        let done = self.run(args);
        assert_eq!(done.status.code(), Some(0), "{args:?}: {}", said(&done));
        String::from_utf8(done.stdout).unwrap()
    }
    /// What a command says that must fail.
    fn bad(&self, code: i32, args: &[&str]) -> String {
        let done = self.run(args);
        assert_eq!(done.status.code(), Some(code), "{args:?}: {}", said(&done));
        let text = String::from_utf8(done.stderr).unwrap();
        assert!(!text.is_empty(), "{args:?} failed in silence");
        text
    }
    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.dir.path().join(name), bytes).unwrap();
        name.to_owned()
    }
    fn import(&self, profile: &str, file: &str) -> Report {
        let out = self.good(&["import", "--profile", profile, file, "--json"]);
        assert_eq!(out.trim().lines().count(), 1, "one JSON object: {out}");
        let r = Report(serde_json::from_str(&out).unwrap());
        assert_eq!(r.n("rows"), r.n("filings") + r.n("amended") + r.n("duplicates") + r.n("rejected"), "{}", r.0);
        assert_eq!(usize::try_from(r.n("rejected")).unwrap(), r.0["rejects"].as_array().unwrap().len());
        r
    }
}

struct Report(Value);
impl Report {
    fn n(&self, k: &str) -> i64 {
        self.0[k].as_i64().unwrap_or_else(|| panic!("{k} in {}", self.0))
    }
    fn sums(&self) -> (i64, i64, i64, i64, i64) {
        (self.n("rows"), self.n("filings"), self.n("amended"), self.n("duplicates"), self.n("rejected"))
    }
    fn codes(&self) -> Vec<(u64, String)> {
        let all = self.0["rejects"].as_array().unwrap().iter();
        all.map(|r| (r["row"].as_u64().unwrap(), r["faults"][0]["code"].as_str().unwrap().to_owned())).collect()
    }
}

fn said(o: &Output) -> String {
    format!("{:?}\n{}\n{}", o.status, String::from_utf8_lossy(&o.stdout), String::from_utf8_lossy(&o.stderr))
}
fn sample(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name).display().to_string()
}
fn cells(path: &Path) -> Vec<Vec<String>> {
    let bytes = std::fs::read(path).unwrap();
    let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
    let name = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&name).unwrap();
    range.rows().map(|r| r.iter().map(|c| if matches!(c, Data::Empty) { String::new() } else { c.to_string() }).collect()).collect()
}

#[test]
fn the_samples_become_routed_cases_once() {
    for backend in backends() {
        let Some(o) = Office::new(backend) else { continue };
        let hotline = o.import("hotline", &sample("hotline-12345.csv"));
        assert_eq!(hotline.sums(), (60, 60, 0, 0, 0), "{backend:?}");
        let national = o.import("national", &sample("clues-national.xlsx"));
        assert_eq!(national.sums(), (300, 295, 0, 1, 4), "{backend:?}");
        assert_eq!((national.n("joined"), national.n("desk")), (1, 1));
        // the same files again add nothing
        assert_eq!(o.import("hotline", &sample("hotline-12345.csv")).sums(), (60, 0, 0, 60, 0));
        let again = o.import("national", &sample("clues-national.xlsx"));
        assert_eq!(again.sums(), (300, 0, 0, 296, 4));
        assert_eq!(again.codes(), national.codes());
        // every bad row comes back as it was, with the reason beside it
        let book = cells(&o.dir.path().join(national.0["rejectsFile"].as_str().unwrap()));
        assert_eq!(book.len(), 1 + 4);
        let heading = |h: &str| book[0].iter().position(|c| c == h).unwrap_or_else(|| panic!("no {h} in {:?}", book[0]));
        let (id, amount) = (heading("反映人身份证号码"), heading("欠薪金额（元）"));
        assert!(book[1][id].len() >= 15 && !book[2][amount].is_empty(), "{:?}", book[1]);
        assert!(
            book.iter().skip(1).all(|r| r.iter().any(|c| c.contains("请核对") || c.contains("请填写") || c.contains('。'))),
            "{book:?}"
        );
        let checked = o.good(&["doctor"]);
        assert!(!checked.contains("异常"), "{checked}");
        // nothing personal on the way: neither in words nor in the JSON of faults
        assert!(!national.0.to_string().contains("379900"), "{}", national.0);
    }
}

const CSV: &str = "工单编号,来电时间,来电人,来电号码,诉求区县,被反映单位,诉求内容,欠薪金额,人数,办理时限\n";
fn row(number: &str, name: &str, phone: &str, unit: &str, amount: &str) -> String {
    format!(
        "{number},2026-11-07 19:38,{name},{phone},坊子区,{unit},2025年10月至2026年01月在工地务工，工资至今未发。,{amount},2,5个工作日\n"
    )
}

#[test]
fn a_changed_row_of_the_same_number_waits_for_the_desk_and_a_row_without_number_is_known_by_its_content() {
    let o = Office::new(Backend::Sqlite).unwrap();
    let first =
        o.write("a.csv", format!("{CSV}{}", row("WF12345-1", "张三测", "13905361001", "潍坊试验市政园林工程有限公司", "195176.63")));
    assert_eq!(o.import("hotline", &first).sums(), (1, 1, 0, 0, 0));
    let changed =
        o.write("b.csv", format!("{CSV}{}", row("WF12345-1", "张三测", "13905361001", "潍坊试验市政园林工程有限公司", "205176.63")));
    assert_eq!(o.import("hotline", &changed).sums(), (1, 0, 1, 0, 0));
    assert_eq!(o.import("hotline", &changed).sums(), (1, 0, 0, 1, 0), "the same amendment again");
    assert_eq!(o.import("hotline", &first).sums(), (1, 0, 0, 1, 0), "what stands is no amendment");
    let none = |amount: &str| format!("{CSV}{}", row("", "李四测", "13905361002", "潍坊试验劳务有限公司", amount));
    let c = o.write("c.csv", none("3000"));
    assert_eq!(o.import("hotline", &c).sums(), (1, 1, 0, 0, 0));
    assert_eq!(o.import("hotline", &c).sums(), (1, 0, 0, 1, 0), "the fingerprint knows it");
    let d = o.write("d.csv", none("4000"));
    assert_eq!(o.import("hotline", &d).sums(), (1, 1, 0, 0, 0), "another sum is another report");
}

#[test]
fn titles_above_other_columns_first_excel_dates_and_gb18030_read_alike() {
    let o = Office::new(Backend::Sqlite).unwrap();
    let mut b = Workbook::new();
    let ws = b.add_worksheet();
    let plain = Format::new();
    let date = Format::new().set_num_format("yyyy/m/d hh:mm");
    ws.merge_range(0, 0, 0, 5, "全国根治欠薪线索统计表", &plain).unwrap();
    ws.write_string(1, 0, "填报单位：潍坊市　填报时间：2026年11月").unwrap();
    let heads = [
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
    ];
    for (i, h) in heads.iter().enumerate() {
        ws.write_string(3, u16::try_from(i).unwrap(), *h).unwrap();
    }
    let names = ["张三测", "李四测", "王五测"];
    for (n, name) in names.iter().enumerate() {
        let r = 4 + u32::try_from(n).unwrap();
        ws.write_number(r, 0, f64::from(r - 3)).unwrap();
        ws.write_number(r, 1, 19_377.58).unwrap();
        ws.write_string(r, 2, *name).unwrap();
        ws.write_number(r, 3, 2.0).unwrap();
        ws.write_string(r, 4, format!("潍坊试验{n}号建筑有限公司")).unwrap();
        match n {
            0 => drop(ws.write_datetime_with_format(r, 5, ExcelDateTime::parse_from_str("2026-11-13T22:35").unwrap(), &date).unwrap()),
            1 => drop(ws.write_string(r, 5, "2026年11月13日 22:35").unwrap()),
            _ => drop(ws.write_string(r, 5, "2026/11/13 22:35").unwrap()),
        }
        ws.write_string(r, 6, ["2026-02", "2026年2月", "2026/2/1"][n]).unwrap();
        ws.write_string(r, 7, ["2026-06", "2026年6月", "2026/6/30"][n]).unwrap();
        ws.write_string(r, 8, "潍坊市青州市").unwrap();
        ws.write_string(r, 9, format!("SD37072026119900{n}")).unwrap();
    }
    ws.write_string(7, 0, "合计").unwrap();
    ws.write_number(7, 1, 58_132.74).unwrap();
    let file = o.write("clues.xlsx", b.save_to_buffer().unwrap());
    let r = o.import("national", &file);
    assert_eq!((r.n("filings"), r.n("desk")), (3, 0), "{}", r.0);
    let (encoded, _, lossy) = encoding_rs::GB18030.encode(CSV);
    assert!(!lossy);
    let text = row("WF12345-7", "赵六测", "13905361006", "潍坊试验劳务有限公司", "3000");
    let mut bytes = encoded.into_owned();
    bytes.extend(encoding_rs::GB18030.encode(&text).0.as_ref());
    let gb = o.write("gb.csv", bytes);
    assert_eq!(o.import("hotline", &gb).sums(), (1, 1, 0, 0, 0));
    // the same in UTF-8 with a mark of order, semicolons quoted: the same report
    let utf = o.write("utf.csv", format!("\u{feff}{CSV}{text}"));
    assert_eq!(o.import("hotline", &utf).sums(), (1, 0, 0, 1, 0));
}

#[test]
fn bad_rows_come_back_by_number_with_every_fault_and_do_not_stop_the_good_ones() {
    let o = Office::new(Backend::Sqlite).unwrap();
    let text = format!(
        "{CSV}{}{}{}{}",
        row("WF12345-11", "张三测", "13905361001", "潍坊试验一劳务有限公司", "3000"),
        row("WF12345-12", "", "13905361002", "潍坊试验二劳务有限公司", "三千左右"),
        row("WF12345-13", "王五测", "13905361003", "", "3000"),
        row("WF12345-14", "=cmd|'/c calc'!A1", "13905361004", "潍坊试验四劳务有限公司", "3000"),
    );
    let file = o.write("bad.csv", text);
    let r = o.import("hotline", &file);
    assert!(r.n("filings") >= 1 && r.n("rejected") >= 2, "{}", r.0);
    let back: Vec<u64> = r.codes().iter().map(|c| c.0).collect();
    assert!(back.contains(&3) && back.contains(&4) && !back.contains(&2), "{back:?}");
    let faults = r.0["rejects"][0]["faults"].as_array().unwrap();
    assert_eq!(faults.len(), 2, "name and amount at once: {faults:?}");
    let path = o.dir.path().join(r.0["rejectsFile"].as_str().unwrap());
    let book = cells(&path);
    assert_eq!(i64::try_from(book.len()).unwrap(), 1 + r.n("rejected"));
    // repaired and sent again, the workbook itself is a clue file: its good rows go in, nothing twice
    let again = o.import("hotline", &path.display().to_string());
    assert_eq!((again.n("rows"), again.n("filings")), (r.n("rejected"), 0), "{}", again.0);
}

#[test]
fn the_command_line_says_what_is_wrong_and_how_it_ended() {
    let o = Office::new(Backend::Sqlite).unwrap();
    assert!(o.bad(1, &["import", "--profile", "hotline", "nowhere.csv"]).contains("nowhere.csv"));
    assert!(o.bad(1, &["import", "--profile", "nope", &sample("hotline-12345.csv")]).contains("national"));
    let empty = o.write("empty.csv", "");
    assert!(o.bad(1, &["import", "--profile", "hotline", &empty]).contains("空"));
    let other = o.write("other.csv", "甲,乙\n1,2\n");
    o.bad(1, &["import", "--profile", "hotline", &other]);
    o.bad(2, &["import"]);
    let fails = |url: &str, word: &str| {
        let done = o.command(&["doctor"]).env("DATABASE_URL", url).output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{url}: {}", said(&done));
        let text = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(text.contains(word), "{url}: {text}");
        assert!(!text.contains("geheim"), "a password in the words: {text}");
    };
    fails("mysql://desk:geheim@h/x", "mysql");
    fails("sqlite://none.db", "qingxin migrate");
    fails("postgres://desk:geheim@h/x?sslmode=require", "sslmode");
    assert!(!o.dir.path().join("none.db").exists(), "a database nobody asked for");
    // an unknown key of the configuration is named
    let config = o.write("qx.toml", "[server]\nlissten = \"x\"\n");
    assert!(o.bad(1, &["--config", &config, "doctor"]).contains("lissten"));
}

#[test]
fn terms_and_definitions_are_checked_without_a_database() {
    let o = Office::new(Backend::Sqlite).unwrap();
    let batch = o.write("terms.csv", "start,n,unit\n2026-02-11,5,working_days\n2026-11-24,60,working_days\n2026-11-13,15,calendar_days\n");
    let out = o.good(&["deadline", "--batch", &batch]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "start,n,unit,due,provisional");
    assert_eq!(lines[1], "2026-02-11,5,working_days,2026-02-25,false");
    assert_eq!(lines[2], "2026-11-24,60,working_days,2027-02-16,true");
    assert_eq!(lines[3], "2026-11-13,15,calendar_days,2026-11-30,false", "the fifteenth day is a Saturday: {out}");
    let wrong = o.write("wrong.csv", "start,n,unit\n2026-13-01,5,working_days\n");
    let done = o.run(&["deadline", "--batch", &wrong]);
    assert_eq!(done.status.code(), Some(2), "{}", said(&done));
    assert!(o.good(&["workflow", "check"]).contains("通过"));
    let broken = o.write("broken.v1.toml", "key = \"broken\"\nversion = 1\n");
    let done = o.run(&["workflow", "check", &broken]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert!(said(&done).contains("broken.v1.toml"));
}

#[test]
fn what_was_imported_is_verified_offline_backed_up_and_restored() {
    let o = Office::new(Backend::Sqlite).unwrap();
    o.import("hotline", &sample("hotline-12345.csv"));
    o.good(&["journal", "out"]);
    assert!(o.good(&["verify", "out"]).contains("未发现"));
    // one event changed, one removed: both are found, without the database
    let dir = o.dir.path().join("out/journal");
    let file = std::fs::read_dir(&dir).unwrap().next().unwrap().unwrap().path();
    let kept = std::fs::read_to_string(&file).unwrap();
    for spoiled in [kept.replacen("hotline_12345", "hotline_12333", 1), kept.lines().skip(1).map(|l| format!("{l}\n")).collect()] {
        assert_ne!(spoiled, kept);
        std::fs::write(&file, spoiled).unwrap();
        let done = o.run(&["verify", "out"]);
        assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    }
    o.good(&["backup", "kept"]);
    assert!(o.good(&["restore", "kept", "--verify"]).contains("完好"));
    o.bad(1, &["restore", "kept"]);
    let place = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", place.path().join("new.db").display());
    let key = o.dir.path().join("test.db.key");
    let run = |args: &[&str]| {
        let done = o.command(args).env("DATABASE_URL", &url).env("QINGXIN_MASTER_KEY_FILE", &key).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{args:?}: {}", said(&done));
        String::from_utf8(done.stdout).unwrap()
    };
    run(&["restore", "kept"]);
    assert!(!run(&["doctor"]).contains("异常"));
    // it goes on where it was: the same file adds nothing
    let again: Value = serde_json::from_str(&run(&["import", "--profile", "hotline", &sample("hotline-12345.csv"), "--json"])).unwrap();
    assert_eq!((again["filings"].as_i64(), again["duplicates"].as_i64()), (Some(0), Some(60)));
}
