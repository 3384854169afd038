//! Old ledgers: a bureau's table is tried, taken over, taken over again; the list of what was overdue by its own dates is
//! read, exported and decided by those it concerns. Told through the program's command line and over HTTP.

use crate::access::PNG;
use crate::on_both;
use crate::support::TestDb;
use crate::support::app::{Got, World};
use crate::tables::{count, differ, dump};
use qingxin::app::doctor::looks_personal;
use qingxin::base::Clock as _;
use qingxin::base::clock::SystemClock;
use serde_json::{Value, json};
use std::process::{Command, Output, Stdio};

const HEAD: &str = "案件编号,登记日期,立案日期,投诉人,联系电话,身份证号,被投诉单位,统一社会信用代码,工程项目,属地,承办部门,承办人,涉及人数,涉及金额（万元）,已支付金额（元）,办理状态,办结日期,办结方式,备注,档案柜号\n";

/// A resident ID of area 379900 that passes the check.
fn resident(n: u32) -> String {
    let body = format!("37990019900101{n:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(b, w)| u32::from(b - b'0') * w).sum();
    format!("{body}{}", "10X98765432".as_bytes()[usize::try_from(sum % 11).unwrap()] as char)
}

/// One row of a ledger; every person and unit is made up from `n`.
struct Row {
    n: u32,
    received: String,
    docketed: &'static str,
    bureau: &'static str,
    officer: &'static str,
    paid: &'static str,
    state: &'static str,
    concluded: &'static str,
    way: &'static str,
}
fn row(n: u32, received: &str, state: &'static str) -> Row {
    let bureau = "奎文区人力资源和社会保障局";
    Row { n, received: received.to_owned(), docketed: "", bureau, officer: "", paid: "", state, concluded: "", way: "" }
}
impl Row {
    fn text(&self) -> String {
        let Self { n, received, docketed, bureau, officer, paid, state, concluded, way } = self;
        let area = if bureau.starts_with("坊子") { "坊子区" } else { "奎文区" };
        format!(
            "台{n:03},{received},{docketed},张测{n},1390000{n:04},{},潍坊旧案{n}建筑有限公司,,旧案{n}号楼,{area},{bureau},{officer},1,1.2,{paid},{state},{concluded},{way},原件在三号柜{n},A-{n}\n",
            resident(*n)
        )
    }
}

/// Twelve rows with every state.
fn ledger() -> String {
    let fangzi = "坊子人社局";
    let rows = [
        row(1, "2025-03-03", "待受理"),
        row(2, "2025/3/4", "受理中"),
        Row { docketed: "2025-03-10", bureau: fangzi, ..row(3, "2025年3月5日", "已立案") },
        Row { officer: "kuiwenhandler", paid: "2000", ..row(4, "2025-03-06", "办理中") },
        Row { docketed: "2025-03-12", officer: "查无此人", ..row(5, "2025-03-07", "责令支付中") },
        Row { paid: "5000", bureau: fangzi, ..row(6, "2025-03-10", "分期支付中") },
        Row { paid: "12000", ..row(7, "2025-03-11", "已支付") },
        row(8, "2025-03-12", "移送公安"),
        row(9, "2025-03-13", "不属实"),
        Row { docketed: "2025-03-18", paid: "12000", concluded: "2025-06-03", way: "全部支付", ..row(10, "2025-03-14", "已办结") },
        Row { concluded: "2025-06-04", way: "撤诉", ..row(11, "2025-03-17", "已归档") },
        Row { concluded: "2025-03-20", ..row(12, "2025-03-18", "不予受理") },
    ];
    HEAD.to_owned() + &rows.iter().map(Row::text).collect::<String>()
}

/// A city, at the machine's own time: the program run beside it asks the machine.
fn city(t: &TestDb) -> World {
    let w = World::new(t);
    w.clock.set(SystemClock.now());
    w
}

fn run(t: &TestDb, args: &[&str]) -> Output {
    let mut c = Command::new(env!("CARGO_BIN_EXE_qingxin"));
    c.args(args).current_dir(t.dir.path()).env_clear().env("DATABASE_URL", &t.url).stdin(Stdio::null());
    c.env("QINGXIN__EVIDENCE__DIRECTORY", t.dir.path().join("evidence"));
    if let Some(k) = &t.options.master_key_file {
        c.env("QINGXIN_MASTER_KEY_FILE", k);
    }
    c.output().unwrap()
}

#[track_caller]
fn good(t: &TestDb, args: &[&str]) -> String {
    let done = run(t, args);
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(done.status.code(), Some(0), "{args:?}: {said}{}", String::from_utf8_lossy(&done.stderr));
    said
}

/// Runs the import of a text and returns its JSON.
#[track_caller]
fn import(t: &TestDb, text: &str, more: &[&str]) -> Value {
    std::fs::write(t.dir.path().join("台账.csv"), text).unwrap();
    let mut args = vec!["import", "--profile", "ledger", "台账.csv", "--json"];
    args.extend(more);
    let r: Value = serde_json::from_str(&good(t, &args)).unwrap();
    assert_eq!(r["rows"].as_i64().unwrap(), ["taken", "same", "rejected"].iter().map(|k| r[k].as_i64().unwrap()).sum::<i64>(), "{r}");
    r
}

fn reviews(w: &World, login: &str, query: &str) -> Vec<Value> {
    w.who(login).get(&format!("/legacy-review{query}")).ok()["items"].as_array().unwrap().clone()
}
fn numbers(items: &[Value]) -> Vec<&str> {
    items.iter().map(|i| i["number"].as_str().unwrap()).collect()
}
fn decide(w: &World, login: &str, id: &Value, body: Value) -> Got {
    w.who(login).post(&format!("/legacy-review/{}/decide", id.as_str().unwrap()), body)
}
fn complaint(file: &Value) -> Value {
    file["procedures"].as_array().unwrap().iter().find(|p| p["kind"] == "complaint").unwrap().clone()
}
fn live(p: &Value) -> Vec<String> {
    let terms = p["terms"].as_array().unwrap().iter().filter(|t| t["status"] == "live");
    let mut keys: Vec<String> = terms.map(|t| t["key"].as_str().unwrap().to_owned()).collect();
    keys.sort();
    keys
}
/// The day a case was concluded.
fn concluded(w: &World, file: &Value) -> String {
    let id = file["id"].as_str().unwrap().parse().unwrap();
    w.app.db.read_blocking(move |c| qingxin::store::cases::get(c, id)).unwrap().unwrap().concluded_at.unwrap().day().to_string()
}
fn case_of(w: &World, number: &str) -> Value {
    let sql = format!("select count(*) from legacy_matters where number = '{number}'");
    assert_eq!(count(&w.app.db, &sql), 1, "{number}");
    let owned = number.to_owned();
    let found = w.app.db.read_blocking(move |c| {
        for b in ["370705-hrss", "370704-hrss"] {
            if let Some(m) = qingxin::store::legacy::of_number(c, b, &owned)? {
                return Ok(m.case_id.to_string());
            }
        }
        panic!("no bureau has {owned}");
    });
    w.who("city.supervisor").get(&format!("/cases/{}", found.unwrap())).ok()
}

on_both! {
    fn a_dry_run_says_everything_and_writes_nothing(t: &TestDb) {
        let w = city(t);
        let before = dump(&w.app.db);
        let r = import(t, &ledger(), &["--dry-run"]);
        let after = dump(&w.app.db);
        assert!(differ(&before, &after).is_empty() && differ(&after, &before).is_empty(), "{:?}", differ(&after, &before));
        assert_eq!((&r["dryRun"], &r["taken"], &r["review"], &r["rejected"]), (&json!(true), &json!(12), &json!(4), &json!(0)), "{r}");
        assert_eq!((&r["reportedFen"], &r["statedPaidFen"]), (&json!(12 * 1_200_000), &json!(3_100_000)), "{r}");
        assert_eq!((&r["officerUnknown"], &r["officerRows"]), (&json!(1), &json!([6])));
        assert_eq!(r["unknownHeadings"], json!(["备注", "档案柜号"]));
        let group = |of: &str, code: &str| r[of].as_array().unwrap().iter().find(|g| g["code"] == code).unwrap().clone();
        assert_eq!((group("states", "investigating")["rows"].clone(), group("states", "investigating")["review"].clone()), (json!(2), json!(2)));
        assert_eq!(r["states"].as_array().unwrap().len(), 11, "{}", r["states"]);
        assert_eq!((group("bureaus", "370704-hrss")["rows"].clone(), group("bureaus", "370704-hrss")["statedPaidFen"].clone()), (json!(2), json!(500_000)));
        // the real run does what was said
        let real = import(t, &ledger(), &[]);
        for k in ["taken", "review", "rejected", "states", "bureaus", "unknownHeadings", "twins", "reportedFen", "statedPaidFen"] {
            assert_eq!(real[k], r[k], "{k}");
        }
        assert_eq!(count(&w.app.db, "select count(*) from cases"), 12);
        let words = good(t, &["import", "--profile", "ledger", "台账.csv", "--dry-run"]);
        assert!(words.contains("没有写入") && words.contains("以前已接收 12"), "{words}");
    }

    fn every_state_is_taken_over_marked_and_sound(t: &TestDb) {
        let w = city(t);
        import(t, &ledger(), &[]);
        let expected = [
            ("台001", "dispatched", ""), ("台002", "signed_for", ""), ("台003", "investigating", ""), ("台004", "investigating", ""),
            ("台005", "decided", "pay_check"), ("台006", "tracking", "track"), ("台007", "paid", "conclude"), ("台008", "transferred_out", "conclude"),
            ("台009", "not_substantiated", "conclude"), ("台010", "concluded", "archive"), ("台011", "archived", ""), ("台012", "refused", ""),
        ];
        for (i, (number, state, term)) in expected.iter().enumerate() {
            let f = case_of(&w, number);
            assert_eq!(f["state"], *state, "{number}");
            assert_eq!((&f["legacy"]["mark"], &f["legacy"]["number"]), (&json!("历史台账，未核实"), &json!(number)), "{number}");
            assert_eq!(f["legacy"]["row"], json!(i + 2));
            assert!(f["firstReceivedAt"].as_str().unwrap().starts_with("2025-03-"), "{}", f["firstReceivedAt"]);
            let p = complaint(&f);
            // where a review is due it is the duty; promises of service begin with its decision
            let want: Vec<&str> = if i < 4 { vec!["legacy:review"] } else { Some(*term).filter(|t| !t.is_empty()).into_iter().collect() };
            assert_eq!(live(&p), want, "{number}");
            assert!(p["terms"].as_array().unwrap().iter().all(|t| t["missed"] == false && t["lamp"] != "overdue"), "{number}: no official mark");
            let first = f["timeline"].as_array().unwrap().last().unwrap();
            assert!(first["title"].as_str().unwrap().contains("接收历史台账"), "{first}");
            // nothing the ledger says was paid is a payment
            assert_eq!((&f["paidFen"], f["payments"].as_array().unwrap().len()), (&json!(0), 0));
        }
        let paid = case_of(&w, "台006");
        assert_eq!((&paid["legacy"]["statedPaidFen"], &paid["leadBureau"]), (&json!(500_000), &json!("370704-hrss")));
        let done = case_of(&w, "台010");
        assert_eq!((done["legacy"]["concludedOn"].clone(), done["conclusion"].clone()), (json!("2025-06-03"), json!("工资已全部支付")));
        assert_eq!(done["legacy"]["rest"][1], json!({ "heading": "备注", "text": "原件在三号柜10" }), "columns without a field are kept");
        assert_eq!(concluded(&w, &done), "2025-06-03");
        assert_eq!(concluded(&w, &case_of(&w, "台012")), "2025-03-20", "the ledger's own date, no other");
        assert_eq!(complaint(&case_of(&w, "台004"))["assignee"], "kuiwenhandler");
        let kept = case_of(&w, "台005")["legacy"]["rest"].clone();
        assert!(kept.as_array().unwrap().contains(&json!({ "heading": "承办人", "text": "查无此人" })), "{kept}");
        assert!(complaint(&case_of(&w, "台005"))["assignee"].is_null());
        // the page says so too
        let page = w.who("kuiwen.leader").page(&format!("/cases/{}", case_of(&w, "台007")["id"].as_str().unwrap()));
        assert!(page.text().contains("历史台账，未核实") && page.text().contains("台账所载已支付"));
        let filing = case_of(&w, "台007")["filings"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(w.who("kuiwen.leader").get(&format!("/filings/{filing}")).ok()["legacy"]["number"], "台007");
        // not one alarm for the past
        assert_eq!(w.tick(), 0, "an alarm for what happened before the program");
        // first events, with nothing personal in them
        let events = w.app.db.read_blocking(|c| qingxin::store::journal::latest(c, 500)).unwrap();
        let mine: Vec<_> = events.iter().filter(|e| e.core.kind == "legacy_imported").collect();
        assert_eq!(mine.len(), 12 * 4, "case, filing, two procedures");
        assert!(mine.iter().all(|e| i64::from(e.core.seq) == 1 && e.core.payload["mark"] == "legacy, unverified"));
        assert!(!mine.iter().any(|e| { let t = e.core.payload.to_string(); looks_personal(&t) || t.contains("张测") }));
        let checked = good(t, &["doctor"]);
        assert!(!checked.contains("异常"), "{checked}");
        good(t, &["journal", "out"]);
        assert!(good(t, &["verify", "out"]).contains("未发现"));
    }

    fn the_same_again_adds_nothing_and_a_changed_row_comes_back(t: &TestDb) {
        let w = city(t);
        import(t, &ledger(), &[]);
        let matters = dump(&w.app.db);
        let again = import(t, &ledger(), &[]);
        assert_eq!((&again["taken"], &again["same"]), (&json!(0), &json!(12)), "{again}");
        let more = dump(&w.app.db);
        let mut other = differ(&more, &matters);
        other.retain(|t| !["imports", "events", "idempotency", "heads", "streams"].contains(&t.as_str()));
        assert!(other.is_empty(), "only that it was run is new: {other:?}");
        // the same number with other content, twice in one file, and the same number of another bureau
        let changed = Row { paid: "3000", ..row(1, "2025-03-03", "待受理") };
        let fresh = row(20, "2025-04-01", "已支付");
        let text = HEAD.to_owned() + &changed.text() + &fresh.text() + &fresh.text()
            + &Row { paid: "1", ..row(20, "2025-04-01", "已支付") }.text()
            + &Row { bureau: "坊子人社局", ..row(1, "2025-03-03", "待受理") }.text();
        let r = import(t, &text, &[]);
        assert_eq!((&r["taken"], &r["same"], &r["rejected"]), (&json!(2), &json!(1), &json!(2)), "{r}");
        let codes: Vec<_> = r["rejects"].as_array().unwrap().iter().map(|x| (x["row"].clone(), x["faults"][0]["code"].clone())).collect();
        assert_eq!(codes, [(json!(2), json!("legacy_changed")), (json!(5), json!("legacy_number_twice"))]);
        let twins = r["twins"].as_array().unwrap();
        assert!(twins.iter().any(|x| x["row"] == 6 && x["of"] == "filing"), "the fangzi row tells what the first ledger's row told: {twins:?}");
        assert!(t.dir.path().join(r["rejectsFile"].as_str().unwrap()).exists());
    }

    fn every_fault_has_its_row_its_column_and_its_remedy(t: &TestDb) {
        let _w = city(t);
        let good_row = row(1, "2025-03-03", "待受理").text();
        let text = HEAD.to_owned()
            + &row(1, "2025-03-03", "正在想办法").text()
            + &Row { concluded: "", ..row(2, "2025-03-03", "已办结") }.text()
            + &Row { docketed: "2025-02-01", paid: "99999", ..row(3, "2025-03-03", "办理中") }.text()
            + &Row { bureau: "火星局", ..row(4, "2025-03-03", "待受理") }.text()
            + &row(5, "", "待受理").text()
            + &row(6, "2025-03-03", "").text()
            + &good_row.replace("台001", "13900000001").replace("奎文区,奎文区人力资源和社会保障局", "奎文区,")
            + &row(8, "2025-03-03", "待受理").text().replace("奎文区,奎文区人力资源和社会保障局", "火星区,")
            + &row(9, "2025-03-03", "待受理").text().replace("奎文区,奎文区人力", "坊子区,奎文区人力")
            + &row(10, "2025-03-03", "待受理").text().replace("台010", "张测10-2025");
        let r = import(t, &text, &["--dry-run"]);
        let got: Vec<(i64, Vec<(String, String)>)> = r["rejects"].as_array().unwrap().iter().map(|x| {
            let f = x["faults"].as_array().unwrap().iter();
            (x["row"].as_i64().unwrap(), f.map(|f| (f["column"].as_str().unwrap().to_owned(), f["code"].as_str().unwrap().to_owned())).collect())
        }).collect();
        let at = |c: &str, k: &str| (c.to_owned(), k.to_owned());
        assert_eq!(got, [
            (2, vec![at("办理状态", "legacy_state_unknown")]),
            (3, vec![at("办结日期", "legacy_needed")]),
            (4, vec![at("立案日期", "legacy_before_receipt"), at("已支付金额（元）", "legacy_paid_above")]),
            (5, vec![at("承办部门", "legacy_bureau_unknown")]),
            (6, vec![at("登记日期", "required")]),
            (7, vec![at("办理状态", "legacy_state_missing")]),
            (8, vec![at("案件编号", "legacy_number_personal")]),
            (9, vec![at("属地", "legacy_place")]),
            (10, vec![at("承办部门", "legacy_place_other")]),
            (11, vec![at("案件编号", "legacy_number_personal")]),
        ], "{r}");
        assert!(!r.to_string().contains("张测"), "{r}");
        let words = r["rejects"][0]["faults"][0]["message"].as_str().unwrap();
        assert!(words.contains("待受理") && words.contains("不予受理"), "the allowed words: {words}");
        assert!(!r.to_string().contains("379900"), "nothing personal in the report");
        // the workbook of rejects names persons and may be corrected already: its owner's alone, never over another
        let again = import(t, &text, &["--dry-run"]);
        let (one, two) = (r["rejectsFile"].as_str().unwrap(), again["rejectsFile"].as_str().unwrap());
        assert!(one != two && t.dir.path().join(one).exists() && t.dir.path().join(two).exists(), "{one} {two}");
        #[cfg(unix)]
        for f in [one, two] {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(t.dir.path().join(f)).unwrap().permissions().mode() & 0o777, 0o600, "{f}");
        }
        // a ledger is no clue file, a clue file no ledger
        let done = run(t, &["import", "--profile", "hotline", "台账.csv", "--dry-run"]);
        assert_eq!(done.status.code(), Some(1));
    }

    fn the_list_of_reviews_is_seen_decided_and_exported_by_whom_it_concerns(t: &TestDb) {
        let w = city(t);
        let today = w.now().day().to_string();
        let text = ledger() + &Row { docketed: "", ..row(13, &today, "待受理") }.text();
        let r = import(t, &text, &[]);
        assert_eq!((&r["taken"], &r["review"]), (&json!(13), &json!(4)), "what still runs by its own dates is no review");
        let fresh = complaint(&case_of(&w, "台013"));
        let accept = fresh["terms"].as_array().unwrap().iter().find(|t| t["key"] == "accept").unwrap().clone();
        assert!(accept["status"] == "live" && accept["startAt"].as_str().unwrap().starts_with(&today), "the statutory clock is not reset: {accept}");
        // each sees the own
        let kuiwen = reviews(&w, "kuiwen.leader", "");
        assert_eq!(numbers(&kuiwen), ["台001", "台002", "台004"]);
        assert_eq!(numbers(&reviews(&w, "fangzi.leader", "")), ["台003"]);
        assert_eq!(numbers(&reviews(&w, "kuiwen.supervisor", "")), ["台001", "台002", "台004"]);
        assert_eq!(numbers(&reviews(&w, "city.supervisor", "")), ["台001", "台002", "台003", "台004"]);
        assert_eq!(numbers(&reviews(&w, "city.supervisor", "?bureau=370704-hrss")), ["台003"]);
        assert!(reviews(&w, "kuiwen.handler", "").is_empty() && reviews(&w, "kuiwen-housing.leader", "").is_empty());
        let page = w.who("city.supervisor").get("/legacy-review?limit=3").ok();
        let next = page["nextCursor"].as_str().unwrap();
        assert_eq!(numbers(&reviews(&w, "city.supervisor", &format!("?limit=3&cursor={next}"))), ["台004"]);
        let late = &kuiwen[0]["passed"][0];
        assert_eq!((&late["key"], &late["dueDay"]), (&json!("accept"), &json!("2025-03-10")), "{late}");
        assert!(late["overdue"].as_str().unwrap().contains("超期") && late["article"].as_str().unwrap().contains("第十八条"), "{late}");
        // who may not, may not
        let why = "已核对原始卷宗";
        let first = &kuiwen[0]["id"];
        decide(&w, "fangzi.leader", first, json!({ "decision": "confirm", "reason": why })).problem(404, "not_found");
        decide(&w, "kuiwen.handler", first, json!({ "decision": "confirm", "reason": why })).problem(403, "forbidden");
        decide(&w, "kuiwen.leader", first, json!({ "decision": "correct", "startedOn": today, "reason": why })).problem(403, "forbidden");
        decide(&w, "kuiwen.supervisor", first, json!({ "decision": "correct", "reason": why })).problem(422, "invalid_input");
        decide(&w, "kuiwen.leader", first, json!({ "decision": "confirm", "reason": "" })).problem(422, "invalid_input");
        // the dates are right: it is overdue from now on, by a person's word
        decide(&w, "kuiwen.leader", first, json!({ "decision": "confirm", "reason": why })).ok();
        decide(&w, "kuiwen.leader", first, json!({ "decision": "confirm", "reason": why })).problem(409, "legacy_decided");
        let p = complaint(&case_of(&w, "台001"));
        let accept = p["terms"].as_array().unwrap().iter().find(|t| t["key"] == "accept").unwrap().clone();
        assert_eq!((&accept["lamp"], &accept["status"]), (&json!("overdue"), &json!("live")), "{accept}");
        assert!(!live(&p).contains(&"legacy:review".to_owned()), "{:?}", live(&p));
        // they are wrong: it runs from the corrected day
        let case = kuiwen[2]["case"].as_str().unwrap();
        let proof = w.who("kuiwen.desk").upload(&format!("/cases/{case}/evidence"), &[("kind", "photo")], "审批表.png", PNG).ok();
        let corrected = json!({ "decision": "correct", "startedOn": today, "evidence": proof["id"], "reason": "立案日期录入错误，以审批表为准" });
        decide(&w, "kuiwen.supervisor", &kuiwen[2]["id"], corrected).ok();
        let p = complaint(&case_of(&w, "台004"));
        assert_eq!(live(&p), ["investigate"]);
        assert!(p["terms"].as_array().unwrap().iter().all(|t| t["lamp"] != "overdue"), "{}", p["terms"]);
        assert_eq!(numbers(&reviews(&w, "kuiwen.leader", "")), ["台002"]);
        let stories = case_of(&w, "台004")["timeline"].to_string();
        assert!(stories.contains("更正起算日期"), "{stories}");
        // the export, both ways
        let out = w.who("city.supervisor").post("/legacy-review/export", json!({ "reason": "月度核查遗留案件" }));
        assert!(out.status == 200 && out.text().contains("台003") && out.text().contains("超期") && !out.text().contains("台004"), "{}", out.text());
        let book = w.who("fangzi.leader").post("/legacy-review/export", json!({ "reason": "月度核查遗留案件", "format": "xlsx" }));
        assert!(book.status == 200 && book.bytes.starts_with(b"PK"));
        w.who("city.supervisor").post("/legacy-review/export", json!({ "reason": "" })).problem(422, "invalid_input");
        let checked = good(t, &["doctor"]);
        assert!(!checked.contains("异常"), "{checked}");
    }

    fn an_old_case_goes_on_by_the_ordinary_moves(t: &TestDb) {
        let w = city(t);
        import(t, &ledger(), &[]);
        let p = complaint(&case_of(&w, "台001"));
        let id = p["id"].as_str().unwrap();
        w.who("kuiwen.desk").act(id, "sign_for", json!({})).ok();
        w.who("kuiwen.leader").act(id, "assign", json!({ "account": w.account("kuiwen.handler") })).ok();
        let p = complaint(&case_of(&w, "台001"));
        assert_eq!((&p["state"], live(&p)), (&json!("acceptance"), vec!["legacy:review".to_owned(), "review".to_owned()]));
        // decided late, the clock of acceptance still has to be met
        let line = reviews(&w, "kuiwen.leader", "");
        decide(&w, "kuiwen.leader", &line[0]["id"], json!({ "decision": "confirm", "reason": "已核对原始卷宗" })).ok();
        assert!(live(&complaint(&case_of(&w, "台001"))).contains(&"accept".to_owned()));
        // one without an officer gets one
        let p = complaint(&case_of(&w, "台005"));
        let body = json!({ "account": w.account("kuiwen.handler"), "reason": "原承办人已调离" });
        w.who("kuiwen.leader").act(p["id"].as_str().unwrap(), "reassign", body).ok();
        assert_eq!(complaint(&case_of(&w, "台005"))["assignee"], "kuiwenhandler");
    }

    fn a_table_that_names_what_is_not_there_takes_over_nothing_and_closes_nothing(t: &TestDb) {
        let (own, shipped) = (t.dir.path().join("own"), include_str!("../../config/imports/ledger.toml"));
        std::fs::create_dir_all(own.join("imports")).unwrap();
        std::fs::write(own.join("qingxin.toml"), "").unwrap();
        let table = own.join("imports/ledger.toml");
        std::fs::write(&table, shipped).unwrap();
        good(t, &["--config", "own/qingxin.toml", "workflow", "check"]);
        good(t, &["--config", "own/qingxin.toml", "migrate"]);
        std::fs::write(&table, shipped.replacen("state = \"dispatched\"", "state = \"nowhere\"", 1)).unwrap();
        let refused: [(&[&str], i32); 3] = [(&["workflow", "check"], 2), (&["migrate"], 1), (&["import", "--profile", "ledger", "台账.csv"], 1)];
        std::fs::write(t.dir.path().join("台账.csv"), ledger()).unwrap();
        for (args, code) in refused {
            let done = run(t, &[&["--config", "own/qingxin.toml"], args].concat());
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            assert_eq!(done.status.code(), Some(code), "{args:?}: {said}");
            assert!(said.contains("待受理") && said.contains("没有状态 nowhere"), "{args:?}: {said}");
        }
        assert_eq!(count(&t.db, "select count(*) + (select count(*) from imports) from legacy_matters"), 0);
        // the desk stays open: an import table is no reason to turn a worker away
        let checked = run(t, &["--config", "own/qingxin.toml", "doctor"]);
        assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stderr));
    }
}
