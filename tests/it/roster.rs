//! Rosters of joint cases: good rows become claims, bad ones come back with row, column and reason; the sums of the case
//! follow. What is judged of a claim keeps its equations.

use crate::on_both;
use crate::support::TestDb;
use crate::support::app::{World, filing};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use qingxin::app::claims::judge::Judge;
use qingxin::base::id::CaseId;
use qingxin::domain::roster;
use qingxin::law::Fen;
use qingxin::law::identity::ResidentId;
use qingxin::paper::sheet::{Table, Value as Cell, workbook};
use qingxin::store::{claims, ledger};
use serde_json::{Value, json};

const PNG: &[u8] = crate::access::PNG;

/// A resident ID of the fixtures' area, the n-th of a birthday.
pub fn id(born: &str, n: u32) -> String {
    let stem = format!("379900{born}{n:03}");
    ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "X"]
        .iter()
        .map(|k| format!("{stem}{k}"))
        .find(|s| ResidentId::parse(s).is_ok())
        .unwrap()
}
pub fn person(n: u32) -> String {
    id(&format!("198{:01}{:02}{:02}", n / 360 % 10, n / 30 % 12 + 1, n % 28 + 1), n)
}
/// Name, ID, from, to, amount.
pub fn table(rows: &[[String; 5]]) -> Vec<u8> {
    let headings = roster::headings().unwrap();
    let at = |h: &str| headings.iter().position(|x| x == h).unwrap();
    let places = ["姓名", "身份证号", "欠薪时间起", "欠薪时间止", "欠薪金额"].map(at);
    let rows = rows
        .iter()
        .map(|r| {
            let mut line = vec![Cell::Empty; headings.len()];
            for (i, v) in places.iter().zip(r) {
                line[*i] = Cell::Text(v.clone());
            }
            line
        })
        .collect();
    workbook(&Table { name: "花名册".into(), headings, rows }).unwrap()
}
pub fn line(n: u32, amount: &str) -> [String; 5] {
    [format!("工人{n}"), person(n), "2026-08".into(), "2026-10".into(), amount.into()]
}
pub fn joint(w: &World, headcount: i64, total: i64) -> String {
    let mut f = filing(1);
    f["headcount"] = json!(headcount);
    f["reportedTotalFen"] = json!(total);
    w.who("city.desk").post("/filings", f).ok()["case"].as_str().unwrap().to_owned()
}
pub fn send(w: &World, case: &str, dry: bool, bytes: &[u8]) -> Value {
    let fields: &[(&str, &str)] = if dry { &[("dryRun", "true")] } else { &[] };
    w.who("kuiwen.desk").upload(&format!("/cases/{case}/roster"), fields, "roster.xlsx", bytes).ok()
}
pub fn sound(w: &World, t: &TestDb) {
    // time ran on without a service: what came due meanwhile rings first
    while w.tick() > 0 {}
    let report = qingxin::app::doctor::examine(&w.app, &t.dir.path().join("none")).unwrap();
    assert!(report.ok(), "{:?}", report.lines.iter().filter(|l| !l.ok).map(|l| (&l.what, &l.said)).collect::<Vec<_>>());
}
pub fn of_case(w: &World, case: &str) -> Vec<ledger::Claim> {
    let id: CaseId = case.parse().unwrap();
    w.app.db.read_blocking(move |c| ledger::claims_of(c, id)).unwrap()
}

on_both! {
    fn a_roster_is_tried_then_taken_and_bad_rows_come_back(t: &TestDb) {
        let w = World::new(t);
        let case = joint(&w, 5, 5_000_000);
        let mut rows = vec![line(1, "9000"), line(2, "8000.50"), line(1, "100"), line(3, "-1")];
        rows.push([String::from("工人四"), "379900198001010011".into(), "2026-02-30".into(), "2026-10".into(), "1".into()]);
        let mut later = line(2, "500");
        (later[2], later[3]) = ("2026-10-15".into(), "2026-11-01".into());
        rows.push(later);
        let file = table(&rows);
        let before = crate::tables::dump(&w.app.db);
        let dry = send(&w, &case, true, &file);
        let touched = crate::tables::differ(&before, &crate::tables::dump(&w.app.db));
        assert!(touched.iter().all(|t| t == "sessions"), "a dry run writes nothing but that somebody was here: {touched:?}");
        let done = send(&w, &case, false, &file);
        let r = &done["report"];
        for (a, b) in [(&dry["report"], true), (r, false)] {
            assert_eq!(a["dryRun"], b);
            assert_eq!((&a["rows"], &a["taken"], &a["rejected"], &a["claimedFen"]), (&json!(6), &json!(2), &json!(4), &json!(1_700_050)), "{a}");
            assert_eq!((&a["remainderFen"], &a["headcount"]), (&json!(3_299_950), &json!(5)));
            let faults: Vec<(i64, String, String)> = a["rejects"].as_array().unwrap().iter().flat_map(|x| {
                let row = x["row"].as_i64().unwrap();
                x["faults"].as_array().unwrap().iter().map(move |f| (row, f["column"].as_str().unwrap().to_owned(), f["code"].as_str().unwrap().to_owned()))
            }).collect();
            let want = [(4, "欠薪时间起", "roster_twice"), (5, "欠薪金额", "amount_not_positive"), (6, "身份证号", "id_check"),
                (6, "欠薪时间起", "roster_no_such_day"), (7, "欠薪时间起", "roster_overlap_row")];
            assert_eq!(faults, want.map(|(n, c, k)| (n, c.to_owned(), k.to_owned())));
        }
        assert!(done["rejectsXlsxBase64"].as_str().is_some_and(|s| s.len() > 100));
        // taken once more: everything is there already, told with the figures
        let again = send(&w, &case, false, &table(&rows[..2]));
        assert_eq!((&again["report"]["taken"], &again["report"]["rejects"][0]["faults"][0]["code"]), (&json!(0), &json!("roster_overlap_claim")));
        let said = again["report"]["rejects"][0]["faults"][0]["message"].as_str().unwrap();
        assert!(said.contains("2026-08-01") && said.contains("9,000.00"), "{said}");
        // a person's number stands nowhere in clear
        let held = crate::tables::dump(&w.app.db);
        assert!(!held.values().flatten().any(|r| r.contains(&person(1)) || r.contains("工人1")), "sealed");
        // nor does what was wrong with a row: the answer kept for a repetition says only that there was something
        assert!(!held.values().flatten().any(|r| r.contains("2026-02-30") || r.contains("9,000.00")), "reasons are not kept");
        sound(&w, t);
    }

    fn the_share_of_whoever_reported_is_named_by_his_row(t: &TestDb) {
        let w = World::new(t);
        let mut f = filing(1);
        f["headcount"] = json!(2);
        f["reporterId"] = json!(person(1));
        let case = w.who("city.desk").post("/filings", f).ok()["case"].as_str().unwrap().to_owned();
        assert_eq!(of_case(&w, &case).iter().map(|c| c.claimed.get()).collect::<Vec<_>>(), [0]);
        let done = send(&w, &case, false, &table(&[line(1, "6000"), line(2, "6000")]));
        assert_eq!((&done["report"]["filled"], &done["report"]["remainderFen"], &done["report"]["persons"]), (&json!(1), &json!(0), &json!(2)), "{done}");
        let all = of_case(&w, &case);
        assert_eq!(all.iter().map(|c| c.claimed.get()).collect::<Vec<_>>(), [600_000, 600_000]);
        sound(&w, t);
    }

    fn five_hundred_rows_are_one_write(t: &TestDb) {
        let w = World::new(t);
        let case = joint(&w, 500, 500_000_000);
        let rows: Vec<_> = (0..500).map(|n| line(n, "9000")).collect();
        let began = std::time::Instant::now();
        let done = send(&w, &case, false, &table(&rows));
        assert_eq!((&done["report"]["taken"], &done["report"]["remainderFen"]), (&json!(500), &json!(50_000_000)), "{}", done["report"]["rejects"]);
        assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
        assert_eq!(of_case(&w, &case).len(), 501, "the reporter's own share is still to be named");
        sound(&w, t);
    }

    fn a_child_is_taken_marked_and_told_to_the_head(t: &TestDb) {
        let w = World::new(t);
        let case = joint(&w, 2, 2_000_000);
        let mut row = line(1, "3000");
        row[1] = id("20120101", 1);
        let done = send(&w, &case, false, &table(&[row]));
        assert_eq!((&done["report"]["taken"], &done["report"]["minors"]), (&json!(1), &json!(1)));
        let id: CaseId = case.parse().unwrap();
        let held = w.app.db.read_blocking(move |c| claims::with_persons(c, id)).unwrap();
        assert_eq!(held.iter().filter(|(.., b)| b.as_ref().is_some_and(|b| b.minor)).count(), 1);
        let row = w.app.db.read_blocking(move |c| qingxin::store::cases::get(c, id)).unwrap().unwrap();
        assert!(row.flags.split(',').any(|f| f == "child_labour"), "{}", row.flags);
        let told = crate::tables::dump(&w.app.db);
        assert!(told["notices"].iter().any(|n| n.contains("child_labour")));
    }

    fn rows_of_a_form_and_who_may_send_them(t: &TestDb) {
        let w = World::new(t);
        let case = joint(&w, 2, 2_000_000);
        let body = json!({ "rows": [{ "name": "工人甲", "idNumber": person(1), "periodFrom": "2026-08", "periodTo": "2026-09", "days": "40", "dailyWage": "200" }] });
        let path = format!("/cases/{case}/claims");
        w.who("kuiwen-water.handler").post(&path, body.clone()).problem(404, "not_found");
        w.who("city.supervisor").post(&path, body.clone()).problem(403, "forbidden");
        let done = w.who("kuiwen.desk").post(&path, body).ok();
        assert_eq!((&done["report"]["taken"], &done["report"]["claimedFen"]), (&json!(1), &json!(800_000)), "{done}");
        w.who("kuiwen.desk").post(&path, json!({ "rows": [] })).problem(422, "invalid_input");
    }

    fn a_mixed_claim_splits_and_the_rest_stays_wages(t: &TestDb) {
        let w = World::new(t);
        let case = joint(&w, 1, 1_200_000);
        let desk = w.who("kuiwen.desk");
        let claim = of_case(&w, &case)[0].id;
        let path = format!("/claims/{claim}/judge");
        let apart = |fen: i64| json!({ "nature": "project_price", "setApartFen": fen, "reason": "其中有材料和机械的费用。" });
        assert_eq!(desk.post(&path, apart(200_000)).places(), [("/evidence".to_owned(), "judgement_evidence".to_owned())]);
        let file = desk.upload(&format!("/cases/{case}/evidence"), &[("kind", "photo")], "a.png", PNG).ok()["id"].clone();
        let with = |mut v: Value| { v["evidence"] = file.clone(); v };
        let got = desk.post(&path, with(apart(1_200_001)));
        assert_eq!(got.places(), [("/setApartFen".to_owned(), "set_apart_above_open".to_owned())]);
        desk.post(&path, with(apart(200_000))).ok();
        let c = of_case(&w, &case).remove(0);
        assert_eq!((c.nature.as_str(), c.claimed.get(), c.rejected.get(), c.open.get()), ("wages", 1_200_000, 200_000, 1_000_000));
        w.pass(chrono::Duration::minutes(1));
        desk.post(&path, with(json!({ "nature": "wages", "migrant": "yes", "reason": "户口簿为农村居民。" }))).ok();
        assert_eq!(of_case(&w, &case)[0].migrant, "yes");
        let all = desk.get(&format!("/claims/{claim}/judgements")).ok();
        let all = all["judgements"].as_array().unwrap();
        assert_eq!((all.len(), &all[0]["setApartFen"], &all[1]["migrant"]), (2, &json!(200_000), &json!("yes")));
        assert!(all[0]["place"].as_str().unwrap().contains("人民法院"));
        w.who("kuiwen-water.handler").get(&format!("/claims/{claim}/judgements")).problem(404, "not_found");
        sound(&w, t);
    }

    fn random_rosters_and_judgements_never_break_the_equations(t: &TestDb) {
        let w = World::new(t);
        let case = joint(&w, 3, 3_000_000);
        let desk = w.who("kuiwen.desk");
        let file: qingxin::base::id::EvidenceId = desk.upload(&format!("/cases/{case}/evidence"), &[("kind", "photo")], "a.png", PNG).ok()["id"].as_str().unwrap().parse().unwrap();
        let actor = w.actor("kuiwen.desk");
        let mut runner = TestRunner::new_with_rng(Config { cases: 12, failure_persistence: None, ..Config::default() }, proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha));
        let steps = prop::collection::vec((0u32..8, 1i64..4, 1u32..900_000, 0usize..6, any::<bool>()), 1..6);
        runner.run(&steps, |steps| {
            for (who, month, fen, pick, mixed) in steps {
                let mut row = line(who, &format!("{}.{:02}", fen / 100 + 1, fen % 100));
                (row[2], row[3]) = (format!("2026-{:02}", 4 + month), format!("2026-{:02}", 4 + month + i64::from(mixed)));
                send(&w, &case, false, &table(&[row]));
                let all = of_case(&w, &case);
                let claim = all[pick % all.len()].id;
                let j = Judge { nature: if mixed { "materials" } else { "wages" }.into(), migrant: Some("no".into()), set_apart_fen: mixed.then(|| Fen::new(i64::from(fen) / 3)), reason: "经核对材料认定。".into(), evidence: Some(file) };
                let _ = w.run(w.app.judge_claim(&actor, None, claim, &j));
            }
            let all = of_case(&w, &case);
            prop_assert!(all.iter().all(|c| c.sums().balanced()));
            let id: CaseId = case.parse().unwrap();
            let row = w.app.db.read_blocking(move |c| qingxin::store::cases::get(c, id)).unwrap().unwrap();
            prop_assert_eq!(row.claimed, Fen::sum(all.iter().map(|c| c.claimed)).unwrap());
            for (i, a) in all.iter().enumerate() {
                for b in &all[..i] {
                    let shares = a.claimant_id == b.claimant_id && a.period_from <= b.period_to && b.period_from <= a.period_to;
                    prop_assert!(!shares, "no day is claimed twice");
                }
            }
            Ok(())
        }).unwrap();
        sound(&w, t);
    }
}
