//! One matter, several doors: filings that join of themselves, by an officer, and that are taken out again. Whatever is
//! done, each filing keeps claimant, claim, clock and answer, no bureau wins time, sums stay right and every open
//! procedure has a holder and a live duty.

use crate::on_both;
use crate::review::{act, complaint, ids, register};
use crate::support::TestDb;
use crate::support::app::{Got, World, filing};
use chrono::Duration;
use qingxin::app::joining::{self, FilingMoved, SplitTo};
use qingxin::base::At;
use qingxin::base::id::{CaseId, FilingId};
use qingxin::domain::intake::FilingForm;
use qingxin::store::cases::Case;
use qingxin::store::filings::{self, Suggestion};
use qingxin::store::{cases, ledger, procedures};
use serde_json::{Value, json};

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

/// A live term of a case's complaint: when it began and whether it was missed.
fn clock(w: &World, case: CaseId, key: &str) -> Option<(At, bool)> {
    w.app
        .db
        .read_blocking(move |c| {
            let row = procedures::of_case(c, case)?.into_iter().find(|r| r.kind == "complaint").unwrap();
            let all = procedures::terms_of(c, row.id)?;
            let live: Vec<_> = all.into_iter().filter(|t| t.key == key && t.status == "live").collect();
            assert!(live.len() <= 1, "{key} runs twice");
            Ok(live.first().map(|t| (t.start_at, t.missed)))
        })
        .unwrap()
}

fn case_of(w: &World, id: CaseId) -> Case {
    w.app.db.read_blocking(move |c| cases::get(c, id)).unwrap().unwrap()
}

/// Claims of a case: filing, claimed.
fn claims(w: &World, id: CaseId) -> Vec<(FilingId, i64)> {
    let mut all: Vec<_> =
        w.app.db.read_blocking(move |c| ledger::claims_of(c, id)).unwrap().iter().map(|c| (c.filing_id, c.claimed.get())).collect();
    all.sort_unstable();
    all
}

/// All promises hold.
fn sound(w: &World, t: &TestDb) {
    w.tick();
    let report = qingxin::app::doctor::examine(&w.app, &t.dir.path().join("none")).unwrap();
    assert!(report.ok(), "{:?}", report.lines.iter().filter(|l| !l.ok).map(|l| (&l.what, &l.said)).collect::<Vec<_>>());
    let rows = w.app.db.read_blocking(|c| procedures::open_page(c, uuid::Uuid::nil().into(), 500)).unwrap();
    for r in rows {
        let id = r.id;
        let terms = w.app.db.read_blocking(move |c| procedures::terms_of(c, id)).unwrap();
        assert!(terms.iter().any(|t| t.status == "live" && t.kind == "duty"), "{} in {} has no duty", r.kind, r.state);
        assert!(terms.iter().all(|t| t.case_id == r.case_id), "{}: its terms lie in another case", r.kind);
    }
}

fn file(w: &World, form: &FilingForm) -> (FilingId, CaseId) {
    let (f, c) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", form).unwrap());
    (f, c.unwrap())
}

/// The same worker and company, the quarter before.
fn earlier_quarter() -> FilingForm {
    FilingForm {
        period_from: "2026-05-01".into(),
        period_to: "2026-07-31".into(),
        channel: "phone".into(),
        reported_total_fen: Some(900_000),
        narrative: "前一个季度也没有发。".into(),
        ..complaint(1)
    }
}

fn suggest(w: &World, filing_id: FilingId, case_id: CaseId) {
    let at = w.now();
    let row = Suggestion { filing_id, case_id, reason: "同一项目".into(), created_at: at, decided_at: None, joined: None };
    w.app.db.write_blocking(move |c| filings::insert_suggestion(c, &row)).unwrap();
}

fn decide(w: &World, who: &str, f: FilingId, c: CaseId, decision: &str) -> Got {
    w.who(who).post(&format!("/suggestions/{f}/{c}/decide"), json!({ "decision": decision, "reason": "经核对，属于同一事项。" }))
}

fn split(w: &World, who: &str, f: FilingId, to: Option<&str>) -> Got {
    let mut body = json!({ "reason": "并案有误，不是同一事项。" });
    if let Some(to) = to {
        body["to"] = json!(to);
    }
    w.who(who).post(&format!("/filings/{f}/split"), body)
}

on_both! {
    fn one_matter_by_three_doors_is_one_case_with_three_filings(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("city.desk");
        let doors = [("window", None), ("hotline_12345", Some("RX-1")), ("national", Some("GJ-1"))];
        let mut filed = Vec::new();
        for (channel, number) in doors {
            let mut form = filing(1);
            form["channel"] = json!(channel);
            if let Some(n) = number {
                form["sourceNumber"] = json!(n);
            }
            let done = desk.post("/filings", form).ok();
            filed.push((text(&done["filing"]), text(&done["case"])));
            w.pass(Duration::hours(3));
        }
        let case = filed[0].1.clone();
        assert!(filed.iter().all(|f| f.1 == case), "{filed:?}");
        let page = w.who("kuiwen.leader").get(&format!("/cases/{case}")).ok();
        assert_eq!(page["filings"].as_array().unwrap().len(), 3);
        assert_eq!((&page["headcount"], &page["reportedTotalFen"], &page["claimedFen"]), (&json!(1), &json!(1_200_000), &json!(1_200_000)), "one worker, one debt");
        // one clock of the case, three of the filings, each by its own rule from its own receipt
        let all = page["procedures"].as_array().unwrap();
        let complaints: Vec<&Value> = all.iter().filter(|p| p["kind"] == "complaint").collect();
        assert_eq!(complaints.len(), 1);
        let live = |p: &Value, key: &str| p["terms"].as_array().unwrap().iter().filter(|t| t["key"] == key && t["status"] == "live").map(|t| (text(&t["startAt"]), text(&t["dueAt"]))).collect::<Vec<_>>();
        assert_eq!(live(complaints[0], "accept").len(), 1);
        let replies: std::collections::BTreeSet<_> = all.iter().filter(|p| p["kind"] == "filing").flat_map(|p| live(p, "reply")).collect();
        assert_eq!(replies.len(), 3, "{replies:?}");
        // each is answered by itself, to where it came from
        let officer = w.who("kuiwen.desk");
        let procedure = |f: &str| text(&all.iter().find(|p| p["kind"] == "filing" && p["filing"] == f).unwrap()["id"]);
        let answer = json!({ "code": "settled", "answer": "已受理，正在依法处理。", "method": "platform" });
        let codes = &w.app.registry.codes["answer"];
        let final_code = codes.iter().map(|c| c.0.clone()).find(|c| {
            let mut a = answer.clone();
            a["code"] = json!(c);
            desk.act(&procedure(&filed[1].0), "answer", a).status == 200
        });
        assert!(final_code.is_some(), "{codes:?}");
        let after = w.who("kuiwen.leader").get(&format!("/cases/{case}")).ok();
        let state = |f: &str| text(&after["procedures"].as_array().unwrap().iter().find(|p| p["kind"] == "filing" && p["filing"] == f).unwrap()["state"]);
        assert_eq!([state(&filed[0].0), state(&filed[1].0), state(&filed[2].0)], ["forwarded", "answered", "forwarded"]);
        assert_eq!(officer.get(&format!("/filings/{}", filed[2].0)).ok()["caseNumber"], page["number"]);
        sound(&w, t);
    }

    fn several_petitioners_open_no_parallel_clocks(t: &TestDb) {
        let w = World::new(t);
        let petition = |n: u32, name: &str| FilingForm { channel: "petition".into(), reporter_name: name.into(), reporter_phone: format!("1390000{n:04}"), ..complaint(1) };
        let (_, case) = file(&w, &petition(1, "张测试"));
        let first = clock(&w, case, "accept").unwrap();
        for (n, name) in [(2, "李测试"), (3, "王测试")] {
            w.pass(Duration::days(1));
            let (f, own) = file(&w, &petition(n, name));
            assert_ne!(own, case, "another person waits for an officer");
            assert_eq!(decide(&w, "kuiwen.leader", f, case, "join").ok()["merged"], json!(own));
            assert_eq!(clock(&w, own, "accept"), None, "its clock ended with its case");
            assert_eq!(clock(&w, case, "accept"), Some(first), "one clock, from the first receipt");
            let mine = w.app.db.read_blocking(move |c| {
                let row = procedures::of_filing(c, f)?.remove(0);
                Ok(procedures::terms_of(c, row.id)?.into_iter().filter(|t| t.key == "reply" && t.status == "live").count())
            }).unwrap();
            assert_eq!(mine, 1, "each petition is answered by its own term");
        }
        let row = case_of(&w, case);
        assert_eq!((row.headcount, row.reported_total.get(), row.claimed.get()), (3, 3_600_000, 3_600_000));
        sound(&w, t);
    }

    fn a_suggestion_is_decided_and_merges(t: &TestDb) {
        let w = World::new(t);
        let (first, case) = file(&w, &complaint(1));
        w.pass(Duration::days(1));
        let (second, own) = file(&w, &earlier_quarter());
        assert_ne!(case, own);
        // who sees it: the lead bureau and who supervises, nobody else
        for (who, n) in [("kuiwen.leader", 1), ("kuiwen.handler", 1), ("city.supervisor", 1), ("fangzi.leader", 0), ("kuiwen-housing.handler", 0)] {
            assert_eq!(w.who(who).get("/suggestions").ok()["items"].as_array().unwrap().len(), n, "{who}");
        }
        let item = w.who("kuiwen.leader").get("/suggestions").ok()["items"][0].clone();
        assert_eq!((&item["filing"], &item["case"], &item["mayJoin"]), (&json!(second), &json!(case), &json!(true)), "{item}");
        assert!(!item.to_string().contains("张测试"));
        // reasons are asked for, strangers are told nothing
        let short = w.who("kuiwen.leader").post(&format!("/suggestions/{second}/{case}/decide"), json!({ "decision": "join", "reason": "是" }));
        assert_eq!(short.places()[0].0, "/reason");
        decide(&w, "fangzi.leader", second, case, "join").problem(404, "not_found");
        decide(&w, "kuiwen-housing.handler", second, case, "join").problem(403, "forbidden");
        let number = case_of(&w, own).number;
        let started = clock(&w, case, "accept");
        let got = decide(&w, "kuiwen.leader", second, case, "join").ok();
        assert_eq!((&got["case"], &got["merged"]), (&json!(case), &json!(own)));
        decide(&w, "kuiwen.leader", second, case, "join").problem(409, "suggestion_decided");
        assert_eq!(clock(&w, case, "accept"), started, "the earlier clock runs on");
        let (a, b) = (case_of(&w, own), case_of(&w, case));
        assert_eq!((a.state.as_str(), a.open, a.conclusion.as_deref(), a.claimed.get()), ("merged", false, Some("merged"), 0));
        assert_eq!((b.headcount, b.reported_total.get(), b.claimed.get()), (1, 2_100_000, 2_100_000));
        assert_eq!(claims(&w, case), { let mut v = vec![(first, 1_200_000), (second, 900_000)]; v.sort_unstable(); v });
        // its number still leads somewhere, its history is readable and says why, its terms are over
        let found = w.who("kuiwen.leader").post_with("/search", json!({ "text": number }), &[]).ok();
        assert_eq!(found["hits"][0]["case"], json!(own));
        let page = w.who("kuiwen.leader").get(&format!("/cases/{own}")).ok();
        assert_eq!(page["mergedInto"], json!(case));
        assert!(text(&page["conclusion"]).contains(&b.number), "{page}");
        assert!(page["timeline"].to_string().contains("经核对，属于同一事项"), "{}", page["timeline"]);
        assert_eq!(clock(&w, own, "accept"), None);
        // nobody joins what ended so
        let (third, _) = file(&w, &complaint(5));
        suggest(&w, third, own);
        decide(&w, "kuiwen.leader", third, own, "join").problem(409, "case_merged");
        sound(&w, t);
    }

    fn dismissed_is_done_and_on_record(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = file(&w, &complaint(1));
        let (second, own) = file(&w, &earlier_quarter());
        let got = decide(&w, "kuiwen.handler", second, case, "dismiss").ok();
        assert_eq!((&got["case"], &got["merged"]), (&json!(own), &Value::Null));
        assert_eq!(w.who("kuiwen.leader").get("/suggestions").ok()["items"], json!([]));
        let history = w.who("kuiwen.leader").get(&format!("/cases/{case}/history")).ok().to_string();
        assert!(history.contains("不采纳并案建议"), "{history}");
        sound(&w, t);
    }

    fn a_join_never_wins_time(t: &TestDb) {
        let w = World::new(t);
        let (old, case_a) = file(&w, &complaint(1));
        let began = clock(&w, case_a, "accept").unwrap().0;
        w.pass(Duration::days(2));
        let (_, case_b) = file(&w, &complaint(2));
        let later = clock(&w, case_b, "accept").unwrap().0;
        assert!(began < later);
        suggest(&w, old, case_b);
        decide(&w, "kuiwen.head", old, case_b, "join").ok();
        assert_eq!(clock(&w, case_b, "accept").unwrap().0, began, "the older filing brought its clock");
        assert_eq!(case_of(&w, case_b).complaint_received_at, Some(began));
        sound(&w, t);
        // and taken out again, each counts by its own; the case that ended is taken up again with the clock it had
        w.pass(Duration::days(1));
        let got = split(&w, "kuiwen.leader", old, None).ok();
        assert_eq!(got["case"], json!(case_a));
        assert_eq!((clock(&w, case_a, "accept").unwrap().0, clock(&w, case_b, "accept").unwrap().0), (began, later));
        let a = case_of(&w, case_a);
        assert_eq!((a.state.as_str(), a.open, a.conclusion, a.claimed.get()), ("signed_for", true, None, 1_200_000));
        let b = case_of(&w, case_b);
        assert_eq!((b.headcount, b.reported_total.get(), b.claimed.get(), b.complaint_received_at), (1, 1_200_000, 1_200_000, Some(later)));
        assert_eq!(w.who("kuiwen.leader").get(&format!("/cases/{case_a}")).ok()["mergedInto"], Value::Null);
        sound(&w, t);
        // an investigation that runs is taken along by a case that was not docketed yet
        let (p, own) = file(&w, &complaint(3));
        assign(&w, own);
        docket(&w, own);
        let docketed = clock(&w, own, "investigate").expect("docketed").0;
        w.pass(Duration::days(1));
        let (_, other) = file(&w, &complaint(4));
        suggest(&w, p, other);
        decide(&w, "kuiwen.leader", p, other, "join").ok();
        assert_eq!(clock(&w, other, "investigate").expect("it runs on").0, docketed);
        sound(&w, t);
    }

    fn a_wrong_join_is_split_and_late_marks_show(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = file(&w, &complaint(1));
        w.pass(Duration::hours(1));
        // joined of itself: the same worker, company and time, but it was another site
        let (second, same) = file(&w, &FilingForm { channel: "phone".into(), narrative: "另一个工地的事。".into(), ..complaint(1) });
        assert_eq!(case, same);
        let received = w.now();
        assert_eq!(claims(&w, case).len(), 1, "told again: one claim");
        split(&w, "kuiwen.handler", second, None).problem(403, "forbidden");
        split(&w, "fangzi.leader", second, None).problem(404, "not_found");
        split(&w, "kuiwen.leader", second, Some("back")).problem(409, "split_no_origin");
        w.pass(Duration::days(20));
        w.tick();
        let got = split(&w, "kuiwen.leader", second, None).ok();
        let new: CaseId = text(&got["case"]).parse().unwrap();
        assert_ne!(new, case);
        assert_eq!(clock(&w, new, "accept").unwrap().0, received, "from the filing's own receipt");
        w.tick();
        let page = w.who("kuiwen.leader").get(&format!("/cases/{new}")).ok();
        let accept = page["procedures"].as_array().unwrap().iter().find(|p| p["kind"] == "complaint").unwrap()["terms"].as_array().unwrap().iter().find(|t| t["key"] == "accept").unwrap().clone();
        assert_eq!(accept["lamp"], "overdue", "{accept}");
        assert_eq!((claims(&w, case).len(), claims(&w, new), case_of(&w, new).claimed.get()), (1, vec![(second, 1_200_000)], 1_200_000));
        assert_eq!(case_of(&w, new).lead_bureau, "370705-hrss");
        for c in [case, new] {
            let history = w.who("kuiwen.leader").get(&format!("/cases/{c}/history?limit=100")).ok().to_string();
            assert!(history.contains("登记移") && history.contains("并案有误"), "{history}");
        }
        split(&w, "kuiwen.leader", second, None).problem(409, "split_last");
        sound(&w, t);
    }

    fn the_first_filing_leaves_and_the_second_keeps_a_claim(t: &TestDb) {
        let w = World::new(t);
        let (first, case) = file(&w, &complaint(1));
        let (second, same) = file(&w, &FilingForm { channel: "phone".into(), narrative: "又打了一次电话。".into(), ..complaint(1) });
        assert_eq!(case, same);
        let new: CaseId = text(&split(&w, "kuiwen.head", first, Some("new")).ok()["case"]).parse().unwrap();
        assert_eq!((claims(&w, case), claims(&w, new)), (vec![(second, 1_200_000)], vec![(first, 1_200_000)]));
        let row = case_of(&w, case);
        assert_eq!((row.claimed.get(), row.reported_total.get(), row.headcount), (1_200_000, 1_200_000, 1));
        sound(&w, t);
    }

    fn what_was_verified_is_settled_first(t: &TestDb) {
        let w = World::new(t);
        let (first, case) = file(&w, &complaint(1));
        let (second, own) = file(&w, &earlier_quarter());
        decide(&w, "kuiwen.leader", second, case, "join").ok();
        assign(&w, case);
        docket(&w, case);
        let claim = w.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap().into_iter().find(|c| c.filing_id == second).unwrap().id;
        act(&w, "kuiwen.handler", case, "record_finding", json!({ "claim": claim, "verifiedFen": 500_000, "rejectedFen": 0 })).unwrap();
        let p = split(&w, "kuiwen.leader", second, None).problem(409, "claims_settled");
        assert!(text(&p["detail"]).contains("5,000.00"), "{p}");
        // the other filing has nothing verified: it may go
        split(&w, "kuiwen.leader", first, Some("new")).ok();
        assert_eq!(case_of(&w, own).state, "merged");
        sound(&w, t);
    }

    fn look_alikes_are_shown_before_a_report_is_registered(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = file(&w, &complaint(1));
        let number = case_of(&w, case).number;
        let desk = w.who("kuiwen.desk");
        let ask = |who: &str, body: Value| w.who(who).post_with("/filings/hints", body, &[]);
        for (body, why) in [
            (json!({ "reporterPhone": "13900000001", "reporterName": "张测试", "respondent": "潍坊测试建筑1有限责任公司" }), "起止时间"),
            (json!({ "reporterPhone": "13900000001" }), "同一人"),
            (json!({ "project": "测试花园1号楼工程" }), "项目"),
            (json!({ "respondent": "潍坊测试建筑1有限公司" }), "单位"),
        ] {
            let got = ask("kuiwen.desk", body.clone()).ok();
            let hints = got["hints"].as_array().unwrap();
            assert_eq!(hints.len(), 1, "{body}: {got}");
            assert_eq!(hints[0]["number"], json!(number));
            assert!(text(&hints[0]["why"]).contains(why), "{why}: {got}");
            assert!(!got.to_string().contains("张测试") && !got.to_string().contains("13900000001"), "{got}");
            assert_eq!(ask("fangzi.desk", body).ok()["hints"], json!([]), "another county's matter is not theirs to know");
        }
        assert_eq!(ask("kuiwen.desk", json!({ "respondent": "潍坊另一家有限公司" })).ok()["hints"], json!([]));
        assert_eq!(ask("kuiwen.desk", json!({ "reporterName": "张测试" })).places()[0].0, "/respondent", "a name alone is nobody");
        ask("kuiwen.legal", json!({ "respondent": "潍坊测试建筑1有限公司" })).problem(403, "forbidden");
        let account = w.account("kuiwen.desk");
        let asked = w.app.db.read_blocking(move |c| qingxin::store::journal::stream(c, account.into())).unwrap();
        assert_eq!(asked.iter().filter(|e| e.core.kind == "duplicates_checked").count(), 2, "who asks about a person is noted");
        // the console's form keeps what was typed, without script
        let page = desk.submit("/filings/hints", &[("reporterName", "张测试"), ("reporterPhone", "13900000001"), ("narrative", "打到一半的情况说明")]);
        assert_eq!(page.status, 200);
        for said in [number.as_str(), "打到一半的情况说明", "13900000001", "formaction=\"/filings/hints\""] {
            assert!(page.text().contains(said), "{said}");
        }
        // and its script gets the look-alikes alone
        let part = desk.cookie("POST", "/filings/hints").header("content-type", "application/x-www-form-urlencoded").header("x-part", "hints");
        let part = w.send(part.body("reporterPhone=13900000001".into()).unwrap());
        assert!(part.text().starts_with("<section") && part.text().contains(&number) && !part.text().contains("<form"), "{}", part.text());
    }

    fn a_leader_joins_and_splits_on_the_case_page(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = file(&w, &complaint(1));
        let (second, own) = file(&w, &earlier_quarter());
        let p = w.who("kuiwen.leader");
        for page in [format!("/cases/{case}"), format!("/cases/{own}")] {
            let shown = p.page(&page).text();
            assert!(shown.contains(&format!("/suggestions/{second}/{case}/decide")), "{page}");
        }
        let path = format!("/suggestions/{second}/{case}/decide");
        let refused = p.submit(&path, &[("_key", &w.key()), ("decision", "join"), ("reason", "是")]);
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("并案与拆分"));
        let done = p.submit(&path, &[("_key", &w.key()), ("decision", "join"), ("reason", "经核对是同一事项")]);
        assert_eq!((done.status, done.header("location")), (303, format!("/cases/{case}?done=moved#filings").as_str()));
        let shown = p.page(&format!("/cases/{case}")).text();
        assert!(shown.contains(&format!("/filings/{second}/split")), "may be taken out again");
        assert!(!w.who("kuiwen.handler").page(&format!("/cases/{case}")).text().contains("/split"), "but not by a handler");
        assert!(p.page(&format!("/cases/{own}")).text().contains("已并入他案"));
        let done = p.submit(&format!("/filings/{second}/split"), &[("_key", &w.key()), ("to", "back"), ("reason", "不是同一事项")]);
        assert_eq!((done.status, done.header("location")), (303, format!("/cases/{own}?done=moved#filings").as_str()));
        sound(&w, t);
    }

    fn a_split_is_asked_once_under_one_key(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = file(&w, &complaint(1));
        let (second, _) = file(&w, &FilingForm { channel: "phone".into(), narrative: "再说一遍。".into(), ..complaint(1) });
        let p = w.who("kuiwen.leader");
        let send = || p.post_with(&format!("/filings/{second}/split"), json!({ "to": "new", "reason": "并案有误，应当拆开" }), &[("idempotency-key", "split-once-1")]);
        let (a, b) = (send().ok(), send().ok());
        assert_eq!(a, b);
        assert_ne!(a["case"], json!(case));
        // the use case itself, without a door
        let got: FilingMoved = w.app.write_blocking(&w.actor("kuiwen.head"), None, move |tx| {
            let done = joining::split(tx, second, Some(SplitTo::New), "再拆一次看看");
            assert!(matches!(&done, Err(qingxin::base::Error::Refused(r)) if r.code == "split_last"), "{done:?}");
            Ok(FilingMoved { filing: second, case: None, merged: None })
        }).unwrap();
        assert_eq!(got.filing, second);
    }
}

/// Signed for and assigned.
fn assign(w: &World, case: CaseId) {
    act(w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
    let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
    act(w, "kuiwen.leader", case, "assign", json!({ "account": a, "second": b })).unwrap();
}

/// Docketed, with the signatures it takes.
fn docket(w: &World, case: CaseId) {
    act(w, "kuiwen.handler", case, "docket", json!({ "facts": "用人单位拖欠工资，事实初步清楚。" })).unwrap();
    for who in ["kuiwen.leader", "kuiwen.legal", "kuiwen.head"] {
        // each signs what is his to sign
        let _ = act(w, who, case, "approval.approve", json!({ "opinion": "同意。" }));
    }
    assert_eq!(case_of(w, case).state, "docketed");
}
