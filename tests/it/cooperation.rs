//! Help, referrals, hand-offs, talks, incidents and the register of supervisions, as people use them over HTTP: who sees what, whose
//! overdue it is, what the worker is told.

use crate::on_both;
use crate::review::{act, complaint, ids, register};
use crate::support::app::World;
use crate::tables::count;
use crate::workers::{Phone, case_of, filed, world};
use chrono::Duration;
use qingxin::app::perform::{Command, Given, perform_in};
use qingxin::base::id::CaseId;
use qingxin::store::procedures;
use serde_json::{Value, json};

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

/// A case that is investigated, held by `kuiwen.handler` with `kuiwen.handler2`.
pub fn investigated(w: &World, n: u32) -> CaseId {
    let (_, case) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &complaint(n)).unwrap());
    let case = case.unwrap();
    investigate(w, case);
    case
}

fn investigate(w: &World, case: CaseId) {
    act(w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
    let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
    act(w, "kuiwen.leader", case, "assign", json!({ "account": a, "second": b })).unwrap();
    act(w, "kuiwen.handler", case, "docket", json!({ "facts": "经初步核实，欠薪事实和用工单位明确。" })).unwrap();
    act(w, "kuiwen.leader", case, "approval.approve", json!({})).unwrap();
    act(w, "kuiwen.head", case, "approval.approve", json!({})).unwrap();
    act(w, "kuiwen.handler", case, "start_investigation", json!({})).unwrap();
}

/// A move of the newest procedure of a kind beside the complaint.
fn beside(w: &World, login: &str, case: CaseId, kind: &str, name: &str, form: Value) -> qingxin::base::Result<()> {
    let all = w.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
    let procedure = all.iter().filter(|r| r.kind == kind).max_by_key(|r| r.id).unwrap_or_else(|| panic!("no {kind}")).id;
    let cmd = Command { procedure, name: name.into(), form: Given::Raw(form), occurred_at: None, seen: None, term: None };
    w.app.write_blocking(&w.actor(login), None, move |tx| perform_in(tx, &cmd)).map(drop)
}

fn late(w: &World, who: &str) -> Vec<Value> {
    w.who(who).get("/overdue?limit=100").ok()["items"].as_array().unwrap().clone()
}

fn proof(w: &World, login: &str, case: CaseId) -> String {
    let got = w.who(login).upload(&format!("/cases/{case}/evidence"), &[("kind", "proof")], "同意书.pdf", &crate::town::pdf(login));
    text(&got.ok()["id"])
}

on_both! {
    fn what_an_asked_bureau_leaves_undone_is_its_own_overdue(t: &TestDb) {
        let w = World::new(t);
        let case = investigated(&w, 1);
        let path = format!("/cases/{case}");
        // another county's bureau: it reads nothing of the case before it is asked
        w.who("fangzi.leader").get(&path).problem(404, "not_found");
        let ask = json!({ "bureau": "370704-hrss", "question": "请协助核实施工人员考勤。", "dueOn": "2026-11-26" });
        act(&w, "kuiwen.handler", case, "ask_help", ask).unwrap();
        let seen = w.who("fangzi.leader").get(&path).ok();
        assert!(seen["cooperations"][0]["to"].as_str().unwrap().contains("坊子"), "{}", seen["cooperations"]);
        assert_eq!(seen["cooperations"][0]["open"], json!(true));
        w.who("fangzi-housing.leader").get(&path).problem(404, "not_found");
        beside(&w, "fangzi.desk", case, "cooperation", "receive", json!({})).unwrap();
        w.pass(Duration::days(7));
        w.tick();
        // it stands under the asked bureau, with its mark; not under the lead
        let theirs = late(&w, "fangzi.leader");
        let line = theirs.iter().find(|l| l["case"] == json!(case)).unwrap_or_else(|| panic!("{theirs:#?}"));
        assert_eq!((&line["kindTitle"], &line["termTitle"]), (&json!("协办"), &json!("协办答复")));
        assert!(text(&line["bureauName"]).contains("坊子") && line["marks"].as_i64() > Some(0), "{line}");
        assert!(late(&w, "kuiwen.leader").iter().all(|l| l["kindTitle"] != "协办"));
        // files may be added while it is asked; the answer ends that and the reading
        let file = proof(&w, "fangzi.handler", case);
        beside(&w, "fangzi.handler", case, "cooperation", "reply", json!({ "answer": "考勤已核实，材料附后。", "files": [file] })).unwrap();
        beside(&w, "kuiwen.leader", case, "cooperation", "accept_reply", json!({})).unwrap();
        w.who("fangzi.leader").get(&path).problem(404, "not_found");
        let kept = w.who("kuiwen.handler").get(&path).ok();
        assert_eq!((&kept["cooperations"][0]["missed"], &kept["cooperations"][0]["outcome"]), (&json!(true), &json!("已答复")));
    }

    fn reports_of_an_incident_are_read_by_named_duties_alone(t: &TestDb) {
        let w = World::new(t);
        let case = investigated(&w, 1);
        const WORDS: &str = "工人在项目部聚集，一人攀上塔吊。";
        let now = w.now();
        let open = json!({ "category": "mass", "knownAt": now, "phonedAt": now, "persons": 18 });
        act(&w, "kuiwen.leader", case, "report_incident", open).unwrap();
        let help = json!({ "bureau": "370705-housing", "question": "请协助到场处置。", "dueOn": "2026-11-27" });
        act(&w, "kuiwen.handler", case, "ask_help", help).unwrap();
        beside(&w, "kuiwen.leader", case, "incident", "first_report", json!({ "narrative": WORDS, "measures": "已派员到场。" })).unwrap();
        beside(&w, "kuiwen.handler", case, "incident", "inform", json!({ "authority": "police", "toldAt": now, "contact": "李警官" })).unwrap();
        let read = |login: &str| w.who(login).get(&format!("/cases/{case}")).ok();
        let paper = |v: &Value| {
            let all = v["documents"].as_array().unwrap();
            all.iter().find(|d| d["kind"] == "incident_first").map(|d| text(&d["id"]))
        };
        let id = paper(&read("kuiwen.leader")).expect("the report is a paper");
        for login in ["kuiwen.leader", "kuiwen.head", "kuiwen.supervisor", "city.supervisor", "city.head", "kuiwen.handler"] {
            let v = read(login);
            assert!(v["timeline"].to_string().contains(WORDS), "{login} reads the report");
            assert!(paper(&v).is_some(), "{login}");
            assert_eq!(w.who(login).get(&format!("/documents/{id}")).status, 200, "{login}");
        }
        // the second officer, other handlers, the desk, legal review, the bureau of oversight that is asked: that it runs, no more
        for login in ["kuiwen.handler2", "kuiwen.desk", "kuiwen.legal", "kuiwen-housing.handler", "kuiwen-housing.leader"] {
            let v = read(login);
            assert!(!v.to_string().contains("塔吊") && !v.to_string().contains("李警官"), "{login} reads the report");
            assert_eq!(paper(&v), None, "{login}");
            assert_eq!(v["incidents"][0]["told"][0]["authority"], "公安", "{login} sees that it was told");
            w.who(login).get(&format!("/documents/{id}")).problem(404, "not_found");
            let history = w.who(login).get(&format!("/cases/{case}/history?limit=100")).ok().to_string();
            assert!(!history.contains("塔吊"), "{login} reads the history");
        }
        let stored = w.app.db.read_blocking(move |c| qingxin::store::journal::of_case(c, case, 200)).unwrap();
        assert!(!format!("{stored:?}").contains("塔吊"), "events never carry the words");
    }

    fn a_worker_reads_where_he_was_handed_on_and_what_came_of_it(t: &TestDb) {
        let w = world(t);
        let me = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&me, 1);
        let case = case_of(&w.app, &filing);
        investigate(&w, case);
        let path = format!("/cases/{case}");
        let claim = text(&w.who("kuiwen.handler").get(&path).ok()["claims"][0]["id"]);
        let consent = proof(&w, "kuiwen.handler", case);
        let hand = json!({ "claim": claim, "body": "legal_aid", "agreed": true, "consent": consent });
        act(&w, "kuiwen.handler", case, "hand_off", hand).unwrap();
        let visit = json!({ "wentOn": w.now().day(), "went": "self", "note": "本人已到法律援助中心。" });
        beside(&w, "kuiwen.handler", case, "handoff", "note_visit", visit).unwrap();
        beside(&w, "kuiwen.handler", case, "handoff", "taken", json!({ "takenOn": w.now().day() })).unwrap();
        beside(&w, "kuiwen.handler", case, "handoff", "finish", json!({ "outcome": "aided", "note": "已指派律师。" })).unwrap();
        let seen = me.get(&format!("/filings/{filing}")).ok();
        let story: Vec<String> = seen["story"].as_array().unwrap().iter().map(|s| text(&s["text"])).collect();
        for line in ["经您同意，已转介给法律援助机构", "法律援助机构已受理", "法律援助机构已有结果：已给予法律援助"] {
            assert!(story.iter().any(|s| s == line), "{story:?} lacks {line}");
        }
        let file = w.who("kuiwen.leader").get(&path).ok();
        let handed = &file["cooperations"][0];
        assert_eq!((&handed["went"], &handed["outcome"]), (&json!("劳动者本人"), &json!("已给予法律援助")));
    }

    fn what_runs_on_beside_a_closed_case_is_handed_over_too(t: &TestDb) {
        let w = World::new(t);
        let case = investigated(&w, 1);
        let claim = w.who("kuiwen.handler").get(&format!("/cases/{case}")).ok()["claims"][0].clone();
        let (id, all) = (text(&claim["id"]), claim["claimedFen"].clone());
        let file = proof(&w, "kuiwen.handler", case);
        let hand = json!({ "claim": id, "body": "union", "agreed": true, "consent": file });
        act(&w, "kuiwen.handler", case, "hand_off", hand).unwrap();
        act(&w, "kuiwen.handler", case, "record_finding", json!({ "claim": id, "verifiedFen": all, "rejectedFen": 0 })).unwrap();
        let paid = json!({ "amountFen": all, "paidOn": w.now().day(), "way": "own_account", "payerKind": "employer", "proof": file });
        act(&w, "kuiwen.handler", case, "record_payment", paid).unwrap();
        act(&w, "kuiwen.handler", case, "mark_paid", json!({})).unwrap();
        act(&w, "kuiwen.handler", case, "conclude", json!({ "conclusion": "paid_in_full", "summary": "工资已全部支付到本人账户。" })).unwrap();
        act(&w, "kuiwen.leader", case, "approval.approve", json!({})).unwrap();
        act(&w, "kuiwen.head", case, "approval.approve", json!({})).unwrap();
        act(&w, "kuiwen.handler", case, "archive", json!({})).unwrap();
        let (from, to) = (w.account("kuiwen.handler"), w.account("kuiwen.handler2"));
        let held = w.who("kuiwen.leader").get(&format!("/accounts/{from}/held")).ok()["items"].as_array().unwrap().clone();
        assert_eq!(held.iter().map(|h| text(&h["role"])).collect::<Vec<_>>(), ["rest"], "{held:?}");
        let done = w.who("kuiwen.leader").post(&format!("/accounts/{from}/hand-over"), json!({ "to": to, "reason": "调离岗位" })).ok();
        assert_eq!((&done["moved"], &done["stayed"]), (&json!(1), &json!([])));
        let rows = w.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
        let handoff = rows.iter().find(|r| r.kind == "handoff").unwrap();
        assert_eq!((handoff.assignee, handoff.open), (Some(to), true));
    }

    fn reminders_on_several_days_bring_a_supervision(t: &TestDb) {
        let w = world(t);
        let (filing, _) = filed(&Phone::on(&w, "13900000001", "张测试"), 1);
        let case = case_of(&w.app, &filing);
        investigate(&w, case);
        let running = || {
            let all = w.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
            all.iter().filter(|r| r.kind == "supervision").count()
        };
        for day in 0..2 {
            let me = Phone::on(&w, "13900000001", "张测试");
            for _ in 0..3 {
                me.post(&format!("/filings/{filing}/messages"), json!({ "text": "请问办得怎么样了？" })).ok();
            }
            // the report and one day of writing are two; the second day makes three
            assert_eq!(running(), usize::from(day == 1), "day {day}");
            w.pass(Duration::days(1));
        }
        let lines = w.who("city.supervisor").get("/supervisions").ok();
        assert_eq!((&lines["items"][0]["origin"], &lines["items"][0]["level"]), (&json!("repeated"), &json!("reminder")));
    }

    fn the_register_of_supervisions_is_filtered_paged_and_exported(t: &TestDb) {
        let w = World::new(t);
        let supervise = |case: CaseId, origin: &str, level: &str| {
            act(&w, "city.supervisor", case, "supervise", json!({ "origin": origin, "level": level, "reason": "请立即办理。" })).unwrap();
        };
        let (a, b) = (investigated(&w, 1), investigated(&w, 2));
        supervise(a, "overdue", "order");
        w.pass(Duration::minutes(5));
        supervise(b, "other", "reminder");
        let get = |who: &str, q: &str| w.who(who).get(&format!("/supervisions{q}")).ok()["items"].as_array().unwrap().clone();
        let all = get("city.supervisor", "");
        assert_eq!(all.iter().map(|l| l["case"].clone()).collect::<Vec<_>>(), [json!(b), json!(a)], "the newest first");
        assert_eq!((&all[1]["levelTitle"], &all[1]["stateTitle"], &all[1]["dueDay"]), (&json!("督办单"), &json!("待签收"), &json!("2026-11-24")));
        assert_eq!(get("city.supervisor", "?origin=overdue").len(), 1);
        assert_eq!(get("city.supervisor", "?level=reminder")[0]["case"], json!(b));
        assert_eq!(get("city.supervisor", "?bureau=370704-hrss").len(), 0);
        assert_eq!(get("kuiwen.leader", "").len(), 2, "a bureau sees what it is supervised for");
        assert_eq!(get("fangzi.leader", "").len(), 0, "and nothing of another");
        assert_eq!(get("fangzi.supervisor", "").len(), 0);
        w.who("city.security").get("/supervisions").problem(403, "forbidden");
        // discharged, it leaves the list of what runs
        beside(&w, "kuiwen.leader", a, "supervision", "receive", json!({})).unwrap();
        beside(&w, "kuiwen.leader", a, "supervision", "feed_back", json!({ "done": "已约谈用人单位并支付到位。" })).unwrap();
        beside(&w, "city.supervisor", a, "supervision", "discharge", json!({ "reason": "已落实。" })).unwrap();
        assert_eq!(get("city.supervisor", "").len(), 1);
        assert_eq!(get("city.supervisor", "?state=all").len(), 2);
        let first = w.who("city.supervisor").get("/supervisions?state=all&limit=1").ok();
        let next = w.who("city.supervisor").get(&format!("/supervisions?state=all&limit=1&cursor={}", text(&first["nextCursor"]))).ok();
        assert_eq!((first["items"][0]["case"].clone(), next["items"][0]["case"].clone()), (json!(b), json!(a)));
        let p = w.who("city.supervisor");
        p.post("/supervisions/export", json!({ "reason": "查" })).problem(422, "invalid_input");
        let file = p.post("/supervisions/export", json!({ "reason": "月度督查通报", "format": "csv", "ended": true }));
        let rows = file.text();
        assert!(rows.contains("督办方式") && rows.contains("督办单") && rows.contains("已解除"), "{rows}");
        assert_eq!(count(&w.app.db, "select count(*) from events where kind = 'supervisions_exported'"), 1);
        let sheet = p.post("/supervisions/export", json!({ "reason": "月度督查通报" }));
        assert_eq!(sheet.header("content-type"), qingxin::paper::sheet::XLSX);
    }
}
