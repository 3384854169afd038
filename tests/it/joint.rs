//! Joint cases, told by workers and officers over HTTP: a code, who comes with it, what he sees; what a foreman does not learn; a team
//! leader who speaks for others; what is no wages told in writing; a child in a roster.

use crate::on_both;
use crate::roster::{id, joint, line, of_case, person, send, sound, table};
use crate::support::app::{World, filing};
use crate::workers::{Phone, case_of, filed, report, text, world};
use chrono::Duration;
use qingxin::base::id::{CaseId, FilingId};
use qingxin::law::Fen;
use qingxin::store::filings::{self, Suggestion};
use qingxin::store::joint as rows;
use serde_json::{Value, json};

const PNG: &[u8] = crate::access::PNG;

/// What worker `n` of the rosters tells of himself.
fn told(code: &str, n: u32, name: &str) -> Value {
    json!({ "code": code, "name": name, "idNumber": person(n), "periodFrom": "2026-08", "periodTo": "2026-10", "amount": "9000", "respondent": "海天" })
}
/// One row of a roster with a telephone.
fn row(n: u32, name: &str, phone: &str) -> Value {
    json!({ "name": name, "idNumber": person(n), "phone": phone, "periodFrom": "2026-08", "periodTo": "2026-10", "amount": "9000" })
}
fn rows_in(w: &World, case: &str, rows: Value) -> Value {
    w.who("kuiwen.desk").post(&format!("/cases/{case}/claims"), json!({ "rows": rows })).ok()["report"].clone()
}
fn code(p: &Phone<'_>, filing: &str) -> String {
    let got = p.post(&format!("/filings/{filing}/join-codes"), json!({}));
    assert_eq!(got.status, 201, "{}", got.text());
    text(&got.json()["code"])
}
fn state(p: &Phone<'_>) -> Value {
    p.get("/joins").ok()["joins"][0]["state"].clone()
}
fn proof(w: &World, case: &str) -> String {
    text(&w.who("kuiwen.desk").upload(&format!("/cases/{case}/evidence"), &[("kind", "photo")], "a.png", PNG).ok()["id"])
}

on_both! {
    fn a_co_worker_joins_with_a_code_and_sees_the_own_row_alone(t: &TestDb) {
        let w = world(t);
        let a = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&a, 1);
        let case = case_of(&w.app, &filing).to_string();
        let key = code(&a, &filing);
        let list = a.get(&format!("/filings/{filing}/join-codes")).ok();
        assert!(!list.to_string().contains(&key), "a code is shown once: {list}");
        let b = Phone::on(&w, "13900000002", "李工友");
        b.post("/joins", told("JR-22222-22222", 2, "李工友")).problem(409, "join_code_unknown");
        let got = b.post("/joins", told(&key.to_lowercase(), 2, "李工友"));
        assert_eq!(got.status, 202, "{}", got.text());
        for secret in ["张", "测试", "1200000", "kuiwen"] {
            assert!(!got.text().contains(secret), "{}", got.text());
        }
        assert_eq!(state(&b), "waiting");
        assert_eq!(b.get("/claims").ok()["claims"], json!([]));
        // the roster comes: ID, name and the telephone he logged in by are his
        assert_eq!(rows_in(&w, &case, json!([row(2, "李工友", "13900000002"), row(3, "王工友", "13900000003")]))["taken"], 2);
        assert_eq!(state(&b), "joined");
        assert_eq!(rows_in(&w, &case, json!([row(2, "李工友", "13900000002")]))["taken"], 0, "told again by the roster it is one claim");
        let own = b.get("/claims").ok();
        let own = own["claims"].as_array().unwrap();
        assert_eq!((own.len(), &own[0]["claimedFen"], &own[0]["respondent"], &own[0]["outstandingFen"]), (1, &json!(900_000), &json!("海天"), &json!(0)));
        assert!(own[0].get("word").is_none());
        let claim = text(&own[0]["id"]);
        assert_eq!(b.post(&format!("/claims/{claim}/confirm"), json!({})).status, 204);
        assert_eq!(b.get("/claims").ok()["claims"][0]["word"], "confirmed");
        // the last word holds: it comes later than the first
        w.pass(Duration::minutes(1));
        assert_eq!(b.post(&format!("/claims/{claim}/contest"), json!({ "note": "少算了十天加班" })).status, 204);
        // nobody else's row exists for him, and his for nobody else
        let all = of_case(&w, &case);
        for c in all.iter().filter(|c| c.id.to_string() != claim) {
            b.post(&format!("/claims/{}/confirm", c.id), json!({})).problem(404, "not_found");
        }
        a.post(&format!("/claims/{claim}/confirm"), json!({})).problem(404, "not_found");
        assert_eq!(a.get("/claims").ok()["claims"].as_array().unwrap().len(), 1);
        let ledger = w.who("kuiwen.handler").get(&format!("/cases/{case}/claims?state=contested")).ok();
        assert_eq!((&ledger["total"], &ledger["rows"][0]["wordNote"]), (&json!(1), &json!("少算了十天加班")));
        let above = w.who("city.supervisor").get(&format!("/cases/{case}/claims?state=contested")).ok()["rows"][0].clone();
        assert_eq!((&above["word"], &above["wordNote"]), (&json!("contested"), &Value::Null), "what he says is for whoever keeps the claims");
        // revoked at once, and it expires by itself
        let codes = a.get(&format!("/filings/{filing}/join-codes")).ok();
        let gone = text(&codes["joinCodes"][0]["id"]);
        assert_eq!(a.delete(&format!("/filings/{filing}/join-codes/{gone}")).status, 204);
        let c = Phone::on(&w, "13900000003", "王工友");
        c.post("/joins", told(&key, 3, "王工友")).problem(409, "join_code_unknown");
        let key = code(&a, &filing);
        assert_eq!(c.post("/joins", told(&key, 3, "王工友")).status, 202);
        assert_eq!(state(&c), "joined", "he stood in the roster before");
        w.pass(Duration::days(8));
        let d = Phone::on(&w, "13900000004", "赵工友");
        d.post("/joins", told(&key, 4, "赵工友")).problem(409, "join_code_unknown");
        b.delete(&format!("/filings/{filing}/join-codes/{gone}")).problem(404, "not_found");
        sound(&w, t);
    }

    fn a_foreman_with_the_ids_of_his_men_learns_nothing(t: &TestDb) {
        let w = world(t);
        let a = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&a, 1);
        let case = case_of(&w.app, &filing).to_string();
        rows_in(&w, &case, json!([row(2, "李工友", "13900000002")]));
        let key = code(&a, &filing);
        // he knows name and ID of a man who complained, and of one who did not
        let f = Phone::on(&w, "13900000009", "周包工头");
        let known = f.post("/joins", told(&key, 2, "李工友"));
        let unknown = f.post("/joins", told(&key, 5, "孙工友"));
        let shape = |v: &Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!((known.status, shape(&known.json())), (unknown.status, shape(&unknown.json())));
        let mine = f.get("/joins").ok()["joins"].clone();
        assert!(mine.as_array().unwrap().iter().all(|j| j["state"] == "waiting"), "{mine}");
        assert_eq!(f.get("/claims").ok()["claims"], json!([]));
        // the officer sees what stands out, rings the man up and refuses; the answer says nothing of the roster
        let desk = w.who("kuiwen.desk");
        let listed = desk.get(&format!("/cases/{case}/joiners")).ok()["joiners"].clone();
        let it = listed.as_array().unwrap().iter().find(|j| j["flags"].to_string().contains("on_roster")).unwrap().clone();
        assert!(!listed.to_string().contains("李工友") && !listed.to_string().contains("13900000009"), "masked: {listed}");
        let joiner = text(&it["id"]);
        let plain = desk.post(&format!("/joiners/{joiner}/unmask"), json!({ "reason": "contact", "remark": "回电核对身份" })).ok();
        assert_eq!(plain["phone"], "13900000009");
        desk.post(&format!("/joiners/{joiner}/decide"), json!({ "accept": false, "note": "本人说没有提交过。" })).problem(422, "invalid_input");
        let no = json!({ "accept": false, "reason": "identity", "note": "本人说没有提交过。" });
        assert_eq!(desk.post(&format!("/joiners/{joiner}/decide"), no.clone()).status, 204);
        desk.post(&format!("/joiners/{joiner}/decide"), no).problem(409, "not_now");
        let said = f.get("/joins").ok()["joins"].clone();
        let refused = said.as_array().unwrap().iter().find(|j| j["state"] == "refused").unwrap();
        assert!(text(&refused["reason"]).contains("窗口"), "{refused}");
        assert_eq!(f.get("/claims").ok()["claims"], json!([]));
        // nor does he by a report in the man's name and number that an officer joins to the case: what he typed is his, the row is not
        let mut lure = report(1);
        for (k, v) in [("reporterName", "李工友"), ("reporterPhone", "13900000009"), ("reporterId", person(2).as_str())] {
            lure["report"][k] = json!(v);
        }
        let got = f.post("/filings", lure);
        assert_eq!(got.status, 201, "{}", got.text());
        let lure = text(&got.json()["filing"]);
        let (it, to): (FilingId, CaseId) = (lure.parse().unwrap(), case.parse().unwrap());
        if case_of(&w.app, &lure) != to {
            let row = Suggestion { filing_id: it, case_id: to, reason: "同一项目".into(), created_at: w.now(), decided_at: None, joined: None };
            w.app.db.write_blocking(move |c| filings::insert_suggestion(c, &row)).unwrap();
            let join = json!({ "decision": "join", "reason": "经核对，属于同一事项。" });
            w.who("kuiwen.leader").post(&format!("/suggestions/{lure}/{case}/decide"), join).ok();
        }
        assert_eq!(case_of(&w.app, &lure), to);
        let his = of_case(&w, &case).into_iter().find(|c| c.claimed == Fen::new(900_000)).unwrap().id;
        for seen in [f.get("/claims"), f.get(&format!("/filings/{lure}")), f.get(&format!("/filings/{lure}/payments"))] {
            assert_eq!(seen.status, 200, "{}", seen.text());
            assert!(!seen.text().contains("900000") && !seen.text().contains(&his.to_string()), "{}", seen.text());
        }
        f.post(&format!("/claims/{his}/confirm"), json!({})).problem(404, "not_found");
        // the roster hangs at the first report: whoever made it sees the own share, not the sum of all
        assert_eq!(a.get(&format!("/filings/{filing}")).ok()["money"]["claimedFen"], json!(1_200_000));
        assert_eq!(a.get("/claims").ok()["claims"].as_array().unwrap().len(), 1);
        // the man himself, by the telephone the roster has, sees his
        let man = Phone::on(&w, "13900000002", "李工友");
        assert_eq!(man.post("/joins", told(&key, 2, "李工友")).status, 202);
        let seen = man.get("/claims").ok()["claims"].clone();
        assert_eq!((seen.as_array().unwrap().len(), &seen[0]["id"]), (1, &json!(his)), "what somebody else told in his name is not shown as his");
        // a telephone that stands at several men proves nobody, also not with an ID and a name
        let shared = json!([row(6, "钱工友", "13900000009"), row(7, "吴工友", "13900000009")]);
        assert_eq!(rows_in(&w, &case, shared)["taken"], 2);
        assert_eq!(f.post("/joins", told(&key, 6, "钱工友")).status, 202);
        assert!(f.get("/joins").ok()["joins"].as_array().unwrap().iter().all(|j| j["state"] != "joined"));
        assert!(!f.get("/claims").ok()["claims"].to_string().contains("900000"));
        // guesses are counted
        for _ in 0..10 {
            f.post("/joins", told("JR-22222-22222", 2, "李工友"));
        }
        f.post("/joins", told(&key, 2, "李工友")).problem(429, "too_many");
    }

    fn an_officer_takes_a_joiner_into_the_roster(t: &TestDb) {
        let w = world(t);
        let a = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&a, 1);
        let case = case_of(&w.app, &filing).to_string();
        let made = w.who("kuiwen.handler").post(&format!("/cases/{case}/join-codes"), json!({})).ok();
        let key = text(&made["code"]);
        let b = Phone::on(&w, "13900000002", "李工友");
        // what is wrong is said at the field with the figures
        let mut bad = told(&key, 2, "李工友");
        (bad["periodFrom"], bad["days"], bad["dailyWage"]) = (json!("2026-02-30"), json!("40"), json!("200"));
        let got = b.post("/joins", bad);
        assert!(got.places().contains(&("/periodFrom".to_owned(), "roster_no_such_day".to_owned())), "{:?}", got.places());
        let mut bad = told(&key, 2, "李工友");
        (bad["days"], bad["dailyWage"]) = (json!("40"), json!("200"));
        let got = b.post("/joins", bad);
        assert_eq!(got.places(), [("/amount".to_owned(), "roster_product".to_owned())]);
        assert!(got.text().contains("9,000.00") && got.text().contains("8,000.00"), "{}", got.text());
        assert_eq!(b.post("/joins", told(&key, 2, "李工友")).status, 202);
        let mut again = told(&key, 2, "李工友");
        (again["periodFrom"], again["periodTo"]) = (json!("2026-10-15"), json!("2026-11-01"));
        let got = b.post("/joins", again);
        assert_eq!(got.places(), [("/periodFrom".to_owned(), "join_twice".to_owned())]);
        assert!(got.text().contains("2026-08-01") && got.text().contains("9,000.00"), "{}", got.text());
        let told_of = |template: &str| crate::tables::count(&w.app.db, &format!("select count(*) from notices where template = '{template}'"));
        assert!(told_of("joiner_waits") > 0);
        let joiner = text(&w.who("kuiwen.desk").get(&format!("/cases/{case}/joiners")).ok()["joiners"][0]["id"]);
        // the officer chooses the party, by what it is and not by its name: a team leader's is masked
        let boss = json!({ "place": "team_leader", "name": "周包工头" });
        let boss = text(&w.who("kuiwen.handler").post(&format!("/cases/{case}/chain"), boss).ok()["id"]);
        w.who("kuiwen-water.handler").post(&format!("/joiners/{joiner}/decide"), json!({ "accept": true, "note": "已回电核对" })).problem(404, "not_found");
        w.who("city.supervisor").post(&format!("/joiners/{joiner}/decide"), json!({ "accept": true, "note": "已回电核对" })).problem(403, "forbidden");
        let yes = json!({ "accept": true, "respondent": boss, "note": "已回电核对" });
        assert_eq!(w.who("kuiwen.desk").post(&format!("/joiners/{joiner}/decide"), yes).status, 204);
        let all = of_case(&w, &case);
        assert_eq!(all[1].respondent_id.map(|r| r.to_string()), Some(boss));
        assert_eq!(w.who("kuiwen.desk").get(&format!("/cases/{case}/joiners")).ok()["joiners"][0]["matched"], json!(false), "an officer found him");
        assert_eq!((all.len(), all[1].claimed, all[1].period_from.map(|d| d.to_string())), (2, Fen::new(900_000), Some("2026-08-01".into())));
        assert_eq!(b.get("/claims").ok()["claims"][0]["id"], all[1].id.to_string());
        // nobody waits, and the bell is down
        let id: CaseId = case.parse().unwrap();
        assert_eq!(w.app.db.read_blocking(move |c| rows::waiting(c, id)).unwrap(), 0);
        sound(&w, t);
    }

    fn nobody_comes_into_a_concluded_case_but_whoever_waits_is_told(t: &TestDb) {
        let w = world(t);
        let a = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&a, 1);
        let id = case_of(&w.app, &filing);
        let key = code(&a, &filing);
        let b = Phone::on(&w, "13900000002", "李工友");
        assert_eq!(b.post("/joins", told(&key, 2, "李工友")).status, 202);
        w.app.write_blocking(&w.actor("kuiwen.leader"), None, move |tx| tx.change_case(id, true, |c| c.open = false)).unwrap();
        let desk = w.who("kuiwen.desk");
        let joiner = text(&desk.get(&format!("/cases/{id}/joiners")).ok()["joiners"][0]["id"]);
        let got = desk.post(&format!("/joiners/{joiner}/decide"), json!({ "accept": true, "note": "已回电核对" }));
        got.problem(409, "join_concluded");
        assert!(got.text().contains("案件已办结"), "{}", got.text());
        let page = w.send(desk.cookie("GET", &format!("/cases/{id}/claims")).body(axum::body::Body::empty()).unwrap()).text();
        assert!(page.contains("不予加入") && !page.contains("value=\"true\""), "only what can be done is offered: {page}");
        assert_eq!(desk.post(&format!("/joiners/{joiner}/decide"), json!({ "accept": false, "reason": "closed", "note": "案件已办结，电话告知。" })).status, 204);
        assert_eq!(state(&b), "refused");
    }

    fn words_on_the_own_row_are_counted(t: &TestDb) {
        let w = World::with(t, &[("QINGXIN__SMS__PROVIDER", "show"), ("QINGXIN__WORKERS__CLAIM_WORDS_A_DAY", "2")]);
        let a = Phone::on(&w, "13900000001", "张测试");
        filed(&a, 1);
        let claim = text(&a.get("/claims").ok()["claims"][0]["id"]);
        for _ in 0..2 {
            assert_eq!(a.post(&format!("/claims/{claim}/confirm"), json!({})).status, 204);
        }
        a.post(&format!("/claims/{claim}/contest"), json!({ "note": "少算了十天" })).problem(429, "too_many");
        w.pass(Duration::days(1));
        assert_eq!(a.post(&format!("/claims/{claim}/contest"), json!({ "note": "少算了十天" })).status, 204);
    }

    fn codes_are_counted_for_each_who_makes_them(t: &TestDb) {
        let w = world(t);
        let a = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&a, 1);
        let case = case_of(&w.app, &filing);
        for _ in 0..10 {
            code(&a, &filing);
        }
        a.post(&format!("/filings/{filing}/join-codes"), json!({})).problem(409, "join_codes_most");
        assert_eq!(w.who("kuiwen.handler").post(&format!("/cases/{case}/join-codes"), json!({})).status, 201, "a worker does not use up the office's");
    }

    fn a_joiner_nobody_looks_at_rings(t: &TestDb) {
        let w = world(t);
        let a = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&a, 1);
        let key = code(&a, &filing);
        let b = Phone::on(&w, "13900000002", "李工友");
        assert_eq!(b.post("/joins", told(&key, 2, "李工友")).status, 202);
        w.pass(Duration::days(1));
        assert_eq!(w.app.ring_bells().unwrap(), 0);
        w.pass(Duration::days(2));
        assert_eq!(w.app.ring_bells().unwrap(), 1);
        assert!(crate::tables::count(&w.app.db, "select count(*) from notices where template = 'bell_joiner'") > 0);
    }

    fn a_team_leader_claims_his_own_labour_alone(t: &TestDb) {
        let w = World::new(t);
        let mut f = filing(1);
        (f["headcount"], f["teamLeader"], f["teamLeaderId"]) = (json!(3), json!("张测试"), json!(person(7)));
        f["reporterId"] = json!(person(7));
        let case = text(&w.who("city.desk").post("/filings", f).ok()["case"]);
        let desk = w.who("kuiwen.desk");
        let path = format!("/cases/{case}/claims");
        let rows = json!([row(7, "张测试", "13900000001"), row(2, "李工友", "13900000002")]);
        let got = desk.post(&path, json!({ "rows": rows }));
        assert_eq!(got.places(), [("/presentedBy".to_owned(), "roster_who_presents".to_owned())]);
        let dry = desk.post(&path, json!({ "dryRun": true, "rows": rows, "presentedBy": "team_leader" })).ok();
        assert_eq!((&dry["report"]["taken"], &dry["report"]["rejects"][0]["faults"][0]["code"]), (&json!(1), &json!("roster_mandate")), "{dry}");
        assert_eq!(dry["report"]["rejects"][0]["row"], 2, "his own row is his");
        let strange = json!({ "rows": rows, "presentedBy": "team_leader", "mandate": "0199a000-0000-7000-8000-00000000ffff" });
        assert_eq!(desk.post(&path, strange).places(), [("/mandate".to_owned(), "unknown_evidence".to_owned())]);
        let file = proof(&w, &case);
        let done = desk.post(&path, json!({ "rows": rows, "presentedBy": "team_leader", "mandate": file })).ok();
        assert_eq!(done["report"]["taken"], 2);
        let ledger = desk.get(&format!("/cases/{case}/claims")).ok();
        assert!(ledger["rows"].as_array().unwrap().iter().any(|r| r["byLeader"] == true));
        sound(&w, t);
    }

    fn what_is_no_wages_is_told_the_worker_in_writing(t: &TestDb) {
        let w = world(t);
        let a = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&a, 1);
        let case = case_of(&w.app, &filing).to_string();
        let claim = of_case(&w, &case)[0].id;
        let file = proof(&w, &case);
        let apart = json!({ "nature": "materials", "setApartFen": 200_000, "reason": "其中含租赁搅拌机的费用。", "evidence": file });
        w.who("kuiwen.desk").post(&format!("/claims/{claim}/judge"), apart).ok();
        let own = a.get("/claims").ok()["claims"][0].clone();
        assert_eq!((&own["rejectedFen"], &own["openFen"]), (&json!(200_000), &json!(1_000_000)));
        assert!(own["reasons"][0].as_str().unwrap().contains("搅拌机") && own["reasons"][0].as_str().unwrap().contains("人民法院"), "{own}");
        let paper = text(&own["papers"][0]["id"]);
        let page = a.get(&format!("/claims/{claim}/papers/{paper}"));
        assert_eq!(page.status, 200, "{}", page.text());
        for said in ["非工资款项告知书", "张测试", "2,000.00元", "10,000.00元", "第五十二条", "搅拌机"] {
            assert!(page.text().contains(said), "{said}: {}", page.text());
        }
        let b = Phone::on(&w, "13900000002", "李工友");
        b.get(&format!("/claims/{claim}/papers/{paper}")).problem(404, "not_found");
        let listed = w.who("kuiwen.handler").get(&format!("/cases/{case}")).ok()["documents"].to_string();
        assert!(listed.contains("非工资款项告知书"), "{listed}");
        // a receipt of the case is no paper of this row
        let receipt = text(&w.who("kuiwen.desk").post(&format!("/filings/{filing}/receipt"), json!({})).ok()["id"]);
        a.get(&format!("/claims/{claim}/papers/{receipt}")).problem(404, "not_found");
    }

    fn a_child_is_owed_sealed_and_opens_a_clue(t: &TestDb) {
        let w = World::new(t);
        let case = joint(&w, 3, 3_000_000);
        let mut young = line(9, "3000");
        (young[0], young[1]) = ("陈小工".into(), id("20110305", 9));
        let done = send(&w, &case, false, &table(&[line(1, "9000"), young]));
        assert_eq!((&done["report"]["taken"], &done["report"]["minors"]), (&json!(2), &json!(1)));
        let claim = of_case(&w, &case).into_iter().find(|c| c.claimed == Fen::new(300_000)).unwrap();
        assert_eq!(claim.open, Fen::new(300_000), "accepted and owed like anybody's");
        let seen = |who: &str, path: &str| w.who(who).get(path).ok();
        let ledger = format!("/cases/{case}/claims");
        let name = |v: &Value| v["rows"].as_array().unwrap().iter().find(|r| r["minor"] == true).unwrap()["claimant"].clone();
        assert_eq!(name(&seen("city.supervisor", &ledger)), "未满十六周岁（已封存）");
        assert_eq!(name(&seen("kuiwen-housing.leader", &ledger)), "未满十六周岁（已封存）");
        assert!(text(&name(&seen("kuiwen.handler", &ledger))).starts_with('陈'));
        let file = seen("city.supervisor", &format!("/cases/{case}"));
        assert!(file["claims"].to_string().contains("已封存") && !file["claims"].to_string().contains('陈'), "{}", file["claims"]);
        assert!(file["flags"].to_string().contains("使用童工"), "{}", file["flags"]);
        // the clue is a matter of its own, with a bell
        let clues = seen("kuiwen.head", "/child-clues")["clues"].clone();
        assert_eq!((clues.as_array().unwrap().len(), &clues[0]["persons"], &clues[0]["closed"]), (1, &json!(1), &json!(false)));
        assert!(text(&clues[0]["number"]).starts_with("TG-") && !clues.to_string().contains('陈'));
        assert_eq!(seen("fangzi.head", "/child-clues")["clues"], json!([]));
        w.pass(Duration::days(2));
        assert!(w.app.ring_bells().unwrap() > 0);
        let clue = text(&clues[0]["id"]);
        let close = json!({ "result": "confirmed", "note": "已责令送回监护人并立案处罚。", "evidence": proof(&w, &case) });
        w.who("fangzi.head").post(&format!("/child-clues/{clue}/close"), close.clone()).problem(404, "not_found");
        w.who("city.supervisor").post(&format!("/child-clues/{clue}/close"), close.clone()).problem(403, "forbidden");
        assert_eq!(w.who("kuiwen.head").post(&format!("/child-clues/{clue}/close"), close.clone()).status, 204);
        w.who("kuiwen.head").post(&format!("/child-clues/{clue}/close"), close).problem(409, "not_now");
        assert_eq!(seen("kuiwen.head", "/child-clues")["clues"], json!([]));
        // a second child later is a second clue
        let mut other = line(10, "2000");
        other[1] = id("20120305", 10);
        send(&w, &case, false, &table(&[other]));
        assert_eq!(seen("kuiwen.head", "/child-clues")["clues"].as_array().unwrap().len(), 1);
        sound(&w, t);
    }

    fn a_child_who_reports_himself_is_owed_and_opens_a_clue_too(t: &TestDb) {
        let w = World::new(t);
        let mut f = filing(3);
        f["reporterId"] = json!(id("20110305", 9));
        let case = text(&w.who("city.desk").post("/filings", f).ok()["case"]);
        let clues = w.who("kuiwen.head").get("/child-clues").ok()["clues"].clone();
        assert_eq!((clues.as_array().unwrap().len(), &clues[0]["case"]), (1, &json!(case)));
        let row = w.who("kuiwen.handler").get(&format!("/cases/{case}/claims")).ok()["rows"][0].clone();
        assert_eq!((&row["minor"], &row["claimedFen"]), (&json!(true), &json!(1_200_000)));
        sound(&w, t);
    }

    fn the_ledger_has_pages_sums_and_an_export_on_record(t: &TestDb) {
        let w = World::new(t);
        let case = joint(&w, 60, 60_000_000);
        let rows: Vec<_> = (1..=55).map(|n| line(n, "1000")).collect();
        send(&w, &case, false, &table(&rows));
        let h = w.who("kuiwen.handler");
        let one = h.get(&format!("/cases/{case}/claims")).ok();
        assert_eq!((&one["total"], one["rows"].as_array().unwrap().len(), &one["sums"]["claimedFen"]), (&json!(56), 50, &json!(5_500_000)));
        assert_eq!(h.get(&format!("/cases/{case}/claims?page=2")).ok()["rows"].as_array().unwrap().len(), 6);
        assert_eq!((&one["remainderFen"], &one["keeps"]), (&json!(54_500_000), &json!(true)));
        h.post(&format!("/cases/{case}/claims/export"), json!({ "format": "csv", "reason": "" })).problem(422, "invalid_input");
        let got = h.post(&format!("/cases/{case}/claims/export"), json!({ "format": "csv", "reason": "月度核对", "state": "everything" }));
        assert_eq!(got.places(), [("/state".to_owned(), "not_a_choice".to_owned())]);
        let csv = h.post(&format!("/cases/{case}/claims/export"), json!({ "format": "csv", "reason": "月度核对" }));
        let said = String::from_utf8(csv.bytes.clone()).unwrap();
        assert_eq!(said.lines().count(), 1 + 56 + 2, "{said}");
        assert!(said.contains("合计") && said.contains("55000.00") && !said.contains("工人1,"), "names stay masked: {said}");
        let history = h.get(&format!("/cases/{case}/history")).ok().to_string();
        assert!(history.contains("导出欠薪明细"));
        // the page an officer works with
        let page = w.send(h.cookie("GET", &format!("/cases/{case}/claims")).body(axum::body::Body::empty()).unwrap());
        assert_eq!(page.status, 200);
        for said in ["录入花名册", "发出加入码", "¥55,000.00", "下载空表", "第 1–50 条", "没有具名"] {
            assert!(page.text().contains(said), "{said}");
        }
        let find = |who: &str| {
            let body = format!("find={}", who.bytes().map(|b| format!("%{b:02X}")).collect::<String>());
            let b = h.cookie("POST", &format!("/cases/{case}/claims/find")).header("content-type", "application/x-www-form-urlencoded");
            w.send(b.body(axum::body::Body::from(body)).unwrap()).text()
        };
        assert!(find(&person(7)).contains("共 <b>1</b> 条") && find("工人7").contains("共 <b>1</b> 条"));
        assert!(find("工人").contains("没有符合条件的明细"), "a part of a name finds nobody");
        // the form that judges is about one row, also of another page, and stays with it when it comes back
        let last = h.get(&format!("/cases/{case}/claims?page=2")).ok()["rows"][5].clone();
        let it = text(&last["id"]);
        let open = |path: &str| w.send(h.cookie("GET", path).body(axum::body::Body::empty()).unwrap()).text();
        let fixed = format!("name=\"claim\" value=\"{it}\"");
        let page = open(&format!("/cases/{case}/claims?claim={it}"));
        assert!(page.contains(&fixed) && page.contains("各劳动者签名的委托书"), "{page}");
        assert_eq!(page.matches("name=\"mandate\"").count(), 2, "a table and a typed row both carry the mandates");
        assert!(!open(&format!("/cases/{case}/claims")).contains("name=\"claim\""), "no row, no judgement");
        let sent = h.cookie("POST", &format!("/cases/{case}/claims/judge")).header("content-type", "application/x-www-form-urlencoded");
        let got = w.send(sent.body(axum::body::Body::from(format!("_key=judge-0123456789abcdef&claim={it}&nature=wages&reason=a"))).unwrap());
        assert!(got.status == 422 && got.text().contains(&fixed), "{} {}", got.status, got.text());
    }
}
