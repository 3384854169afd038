//! Who is liable and why, what others pay and ask back, who speaks for the workers, and pay lists that do not tell who complained.

use crate::on_both;
use crate::review::act;
use crate::roster::{joint, line, of_case, send, sound, table};
use crate::support::app::World;
use crate::workers::text;
use qingxin::base::id::CaseId;
use qingxin::law::Fen;
use qingxin::store::recourse;
use serde_json::{Value, json};

const PNG: &[u8] = crate::access::PNG;

fn proof(w: &World, case: &str) -> String {
    text(&w.who("kuiwen.handler").upload(&format!("/cases/{case}/evidence"), &[("kind", "proof")], "a.png", PNG).ok()["id"])
}
/// A case of `headcount` with a roster of workers, all found owed in full.
fn found(w: &World, rows: &[[String; 5]]) -> String {
    let n = i64::try_from(rows.len()).unwrap();
    let case = joint(w, n, n * 900_000);
    send(w, &case, false, &table(rows));
    let id: CaseId = case.parse().unwrap();
    act(w, "kuiwen.desk", id, "sign_for", json!({})).unwrap();
    let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
    act(w, "kuiwen.leader", id, "assign", json!({ "account": a, "second": b })).unwrap();
    act(w, "kuiwen.handler", id, "docket", json!({ "facts": "用人单位拖欠工资，事实初步清楚。" })).unwrap();
    act(w, "kuiwen.leader", id, "approval.approve", json!({})).unwrap();
    act(w, "kuiwen.head", id, "approval.approve", json!({})).unwrap();
    act(w, "kuiwen.handler", id, "start_investigation", json!({})).unwrap();
    for c in of_case(w, &case).into_iter().filter(|c| c.claimed.is_positive()) {
        act(w, "kuiwen.handler", id, "record_finding", json!({ "claim": c.id, "verifiedFen": c.claimed, "rejectedFen": 0 })).unwrap();
    }
    case
}
fn chain(w: &World, case: &str) -> Vec<Value> {
    w.who("kuiwen.handler").get(&format!("/cases/{case}/chain")).ok()["parties"].as_array().unwrap().clone()
}
fn add(w: &World, case: &str, place: &str, name: &str) -> String {
    text(&w.who("kuiwen.handler").post(&format!("/cases/{case}/chain"), json!({ "place": place, "name": name })).ok()["id"])
}
fn liable(w: &World, party: &str, ground: &str, file: &str) -> crate::support::app::Got {
    let b = json!({ "ground": ground, "reason": "合同、考勤、分包协议相符。", "evidence": file });
    w.who("kuiwen.handler").post(&format!("/respondents/{party}/liability"), b)
}
fn pay(w: &World, case: &str, fen: i64, kind: &str, payer: Option<&str>, way: &str, file: &str) {
    let form = json!({ "amountFen": fen, "paidOn": w.now().day(), "way": way, "payerKind": kind, "payer": payer, "proof": file });
    let form = if payer.is_some() {
        form
    } else {
        let mut f = form;
        f.as_object_mut().unwrap().remove("payer");
        f
    };
    act(w, "kuiwen.handler", case.parse().unwrap(), "record_payment", form).unwrap();
}
fn recourses(w: &World, case: &str) -> Vec<Value> {
    w.who("kuiwen.handler").get(&format!("/cases/{case}/recourses")).ok()["recourses"].as_array().unwrap().clone()
}

on_both! {
    fn each_party_is_liable_on_an_article_and_only_one_is_the_employer(t: &TestDb) {
        let w = World::new(t);
        let case = found(&w, &[line(1, "9000"), line(2, "9000")]);
        let file = proof(&w, &case);
        let h = w.who("kuiwen.handler");
        let general = add(&w, &case, "general_contractor", "潍坊总包建设有限公司");
        h.post(&format!("/cases/{case}/chain"), json!({ "place": "owner", "name": "潍坊总包建设有限公司" })).problem(422, "invalid_input");
        let got = liable(&w, &general, "owner_advances", &file);
        assert_eq!(got.places(), [("/ground".to_owned(), "liability_role".to_owned())]);
        assert!(got.text().contains("施工总承包单位") && got.text().contains("第二十九条"), "{}", got.text());
        assert_eq!(liable(&w, &general, "contractor_first", "0199a000-0000-7000-8000-00000000ffff").places(), [("/evidence".to_owned(), "unknown_evidence".to_owned())]);
        assert_eq!(liable(&w, &general, "contractor_first", &file).status, 204);
        let all = chain(&w, &case);
        let it = all.iter().find(|p| p["id"] == general).unwrap();
        assert_eq!((&it["kind"], &it["kindTitle"], &it["article"]), (&json!("pays_first"), &json!("先行清偿"), &json!("《保障农民工工资支付条例》第三十条第三款")));
        let boss = add(&w, &case, "team_leader", "周包工头");
        assert_eq!(liable(&w, &boss, "employer", &file).places(), [("/ground".to_owned(), "liability_role".to_owned())]);
        assert!(!chain(&w, &case).iter().any(|p| p["name"] == "周包工头"), "a team leader is a person: masked");
        let seen = h.get(&format!("/cases/{case}")).ok();
        assert!(seen["chain"].to_string().contains("先行清偿"));
        w.who("kuiwen-water.handler").get(&format!("/cases/{case}/chain")).problem(404, "not_found");
        // the page shows both
        let page = w.send(h.cookie("GET", &format!("/cases/{case}/parties")).body(axum::body::Body::empty()).unwrap());
        for said in ["先行清偿", "第三十条第三款", "支付名册", "确定代表人"] {
            assert!(page.text().contains(said), "{said}");
        }
    }

    fn who_pays_instead_may_ask_it_back_and_the_employer_is_not_cleared(t: &TestDb) {
        let w = World::new(t);
        let case = found(&w, &[line(1, "9000"), line(2, "9000")]);
        let file = proof(&w, &case);
        let h = w.who("kuiwen.handler");
        let general = add(&w, &case, "general_contractor", "潍坊总包建设有限公司");
        pay(&w, &case, 100_000, "employer", None, "own_account", &file);
        assert_eq!(recourses(&w, &case), [] as [Value; 0], "the employer owes nobody for what it paid itself");
        pay(&w, &case, 600_000, "general_contractor", Some(&general), "own_account", &file);
        pay(&w, &case, 300_000, "emergency_fund", None, "own_account", &file);
        let all = recourses(&w, &case);
        assert_eq!(all.len(), 2);
        let of = |kind: &str| all.iter().find(|r| text(&r["payerKind"]).contains(kind)).unwrap().clone();
        let (a, b) = (of("先行清偿"), of("应急周转金"));
        assert_eq!((&a["amountFen"], &a["payer"], &a["state"]), (&json!(600_000), &json!("潍坊总包建设有限公司"), &json!("open")));
        assert!(text(&a["against"]).contains("潍坊测试建筑1有限公司") && b["payer"].is_null());
        let sums: Vec<_> = of_case(&w, &case);
        let (paid, own): (i64, i64) = (sums.iter().map(|c| c.paid.get()).sum(), sums.iter().map(|c| c.discharged.get()).sum());
        assert_eq!((paid, own), (1_000_000, 100_000), "public money never clears the employer");
        // a part comes back, never more than is left; the rest is given up with a reason
        let back = |p: &Value, fen: i64| h.post(&format!("/payments/{}/recourse/recover", text(&p["payment"])), json!({ "amountFen": fen, "evidence": file }));
        assert_eq!(back(&a, 600_001).places(), [("/amountFen".to_owned(), "recourse_above".to_owned())]);
        assert_eq!(back(&a, 200_000).status, 204);
        assert!(back(&a, 400_001).text().contains("4000.00") || back(&a, 400_001).text().contains("4,000.00"), "{}", back(&a, 400_001).text());
        assert_eq!(back(&b, 300_000).status, 204);
        back(&b, 1).problem(409, "not_now");
        let off = |p: &Value, v: Value| h.post(&format!("/payments/{}/recourse/write-off", text(&p["payment"])), v);
        assert_eq!(off(&a, json!({ "reason": "because", "note": "没有财产可供执行。", "evidence": file })).places(), [("/reason".to_owned(), "not_a_choice".to_owned())]);
        assert_eq!(off(&a, json!({ "reason": "insolvent", "note": "没有财产可供执行。", "evidence": file })).status, 204);
        let now = recourses(&w, &case);
        let states: Vec<&str> = now.iter().map(|r| r["state"].as_str().unwrap()).collect();
        assert!(states.contains(&"written_off") && states.contains(&"recovered"), "{states:?}");
        // a payment taken back takes its recourse along
        pay(&w, &case, 50_000, "deposit", None, "own_account", &file);
        let third = recourses(&w, &case).into_iter().find(|r| r["state"] == "open").unwrap();
        act(&w, "kuiwen.leader", case.parse().unwrap(), "reverse_payment", json!({ "payment": third["payment"], "reason": "银行退票，款项没有到账。" })).unwrap();
        assert!(recourses(&w, &case).iter().any(|r| r["payment"] == third["payment"] && r["state"] == "void" && r["amountFen"] == 0));
        let month = w.who("kuiwen.leader").get("/reports/money?from=2026-11-01&to=2026-11-30").ok()["months"][0].clone();
        assert_eq!((&month["advancedFen"], &month["recoveredFen"], &month["recourseOpenFen"]), (&json!(900_000), &json!(500_000), &json!(0)));
        let page = w.send(h.cookie("GET", &format!("/cases/{case}")).body(axum::body::Body::empty()).unwrap());
        assert!(page.text().contains("代付款项的追偿") && page.text().contains("已终止"));
        sound(&w, t);
    }

    fn what_a_worker_denies_is_not_asked_back(t: &TestDb) {
        let w = World::new(t);
        let case = found(&w, &[line(1, "9000")]);
        let file = proof(&w, &case);
        pay(&w, &case, 400_000, "owner", None, "through_foreman", &file);
        let id: CaseId = case.parse().unwrap();
        let q = w.app.db.read_blocking(move |c| recourse::of_case(c, id)).unwrap().remove(0);
        assert_eq!((q.amount, q.state.as_str()), (Fen::new(400_000), "open"));
        let claim = of_case(&w, &case).into_iter().find(|c| c.claimed.is_positive()).unwrap().id;
        w.app.write_blocking(&w.actor("kuiwen.handler"), None, move |tx| {
            let a = qingxin::store::ledger::allocation(tx.c, q.payment_id, claim)?.unwrap();
            let denied = qingxin::store::ledger::Allocation { counts: false, answer: Some("denied".into()), answered_at: Some(tx.now), ..a };
            qingxin::store::ledger::answer(tx.c, &denied)
        }).unwrap();
        // it was spread over two rows, and one worker says it never came
        assert_eq!(w.app.db.read_blocking(move |c| recourse::stands(c, q.payment_id)).unwrap(), Fen::new(200_000));
        // the row was left behind on purpose: the doctor sees it
        let report = qingxin::app::doctor::examine(&w.app, &t.dir.path().join("none")).unwrap();
        assert!(report.lines.iter().any(|l| !l.ok && format!("{:?}", l.said).contains("追偿")), "doctor sees a recourse that does not follow");
    }

    fn representatives_are_few_named_and_mandated(t: &TestDb) {
        let w = World::new(t);
        let rows: Vec<_> = (1..=6).map(|n| line(n, "9000")).collect();
        let case = found(&w, &rows);
        let file = proof(&w, &case);
        let claims: Vec<String> = of_case(&w, &case).into_iter().filter(|c| c.claimed.is_positive()).map(|c| c.id.to_string()).collect();
        let h = w.who("kuiwen.handler");
        let name = |claim: &str, powers: Value, written: bool| {
            h.post(&format!("/cases/{case}/representatives"), json!({ "claim": claim, "powers": powers, "written": written, "evidence": file }))
        };
        assert_eq!(name(&claims[0], json!(["sign", "waive"]), false).places(), [("/powers".to_owned(), "rep_unwritten".to_owned())]);
        let one = text(&name(&claims[0], json!(["negotiate", "sign"]), false).ok()["id"]);
        assert_eq!(name(&claims[0], json!(["sign"]), false).places(), [("/claim".to_owned(), "rep_known".to_owned())]);
        for c in &claims[1..5] {
            name(c, json!(["negotiate"]), false).ok();
        }
        let got = name(&claims[5], json!(["negotiate"]), false);
        assert_eq!(got.places(), [("/claim".to_owned(), "rep_most".to_owned())]);
        assert_eq!(h.post(&format!("/representatives/{one}/end"), json!({ "note": "工友另选代表" })).status, 204);
        name(&claims[5], json!(["receive"]), true).ok();
        let all = h.get(&format!("/cases/{case}/representatives")).ok()["representatives"].clone();
        let ended = all.as_array().unwrap().iter().find(|r| !r["endedAt"].is_null()).unwrap();
        assert_eq!((all.as_array().unwrap().len(), &ended["powersText"]), (6, &json!("协商、签订协议")));
        assert!(!all.to_string().contains("工人1\""), "named by mask: {all}");
    }

    fn a_pay_list_never_tells_who_complained(t: &TestDb) {
        let w = World::new(t);
        // the reporter stands in the roster too: he is known by telephone and name
        let rows: Vec<_> = (1..=5).map(|n| line(n, "9000")).collect();
        let case = found(&w, &rows);
        let h = w.who("kuiwen.handler");
        let seen = h.get(&format!("/cases/{case}/pay-list")).ok();
        assert_eq!((&seen["persons"], &seen["amountFen"], &seen["small"], &seen["lone"]), (&json!(5), &json!(4_500_000), &json!(false), &json!(false)));
        h.post(&format!("/cases/{case}/pay-list/export"), json!({ "reason": "交银行代发" })).problem(409, "pay_list_first");
        let made = h.post(&format!("/cases/{case}/pay-list"), json!({})).ok();
        let html = |document: &str| {
            let got = w.send(h.cookie("GET", &format!("/documents/{document}")).body(axum::body::Body::empty()).unwrap());
            assert_eq!(got.status, 200);
            got.text()
        };
        let page = html(&text(&made["document"]));
        for n in 1..=5 {
            assert!(page.contains(&format!("工人{n}")), "everybody who is owed stands in it");
        }
        for secret in ["投诉人", "反映人", "举报人", "张测试", "DJ-", "AJ-"] {
            assert!(!page.contains(secret), "{secret}: {page}");
        }
        let body = |p: &str| p.split("<table>").nth(1).unwrap().split("</table>").next().unwrap().to_owned();
        // the same crew, another of them complained: the same list
        let id: CaseId = case.parse().unwrap();
        let third = of_case(&w, &case).into_iter().find(|c| c.claimed.is_positive()).unwrap().claimant_id;
        w.app
            .write_blocking(&w.actor("kuiwen.handler"), None, move |tx| {
                let f = qingxin::store::filings::of_case(tx.c, id)?.remove(0);
                qingxin::store::filings::update(tx.c, &qingxin::store::filings::Filing { claimant_id: third, ..f })
            })
            .unwrap();
        let other = html(&text(&h.post(&format!("/cases/{case}/pay-list"), json!({})).ok()["document"]));
        assert_eq!(body(&page), body(&other), "nothing of it changed with who complained");
        let names: Vec<usize> = (1..=5).map(|n| body(&other).find(&format!("工人{n}")).unwrap()).collect();
        assert!(names.is_sorted(), "in the order of the names");
        // taken out for the bank, on record; the paper is opened by whoever may unmask alone
        let got = h.post(&format!("/cases/{case}/pay-list/export"), json!({ "reason": "交银行代发" }));
        assert_eq!(got.status, 200);
        assert!(h.get(&format!("/cases/{case}/history")).ok().to_string().contains("导出工资支付名册"));
        sound(&w, t);
    }

    fn a_small_crew_is_warned_of_and_a_lone_complainant_must_consent(t: &TestDb) {
        let w = World::new(t);
        let two = found(&w, &[line(1, "9000"), line(2, "9000")]);
        let h = w.who("kuiwen.handler");
        let got = h.post(&format!("/cases/{two}/pay-list"), json!({}));
        got.problem(409, "pay_list_small");
        assert!(got.text().contains("2 人"), "{}", got.text());
        assert_eq!(h.post(&format!("/cases/{two}/pay-list"), json!({ "acknowledged": true })).ok()["small"], true);
        // one worker, who complained himself
        let mut f = crate::support::app::filing(5);
        (f["reporterName"], f["reporterPhone"]) = (json!("孤测试"), json!("13900000055"));
        let case = text(&w.who("city.desk").post("/filings", f).ok()["case"]);
        let id: CaseId = case.parse().unwrap();
        act(&w, "kuiwen.desk", id, "sign_for", json!({})).unwrap();
        let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
        act(&w, "kuiwen.leader", id, "assign", json!({ "account": a, "second": b })).unwrap();
        act(&w, "kuiwen.handler", id, "docket", json!({ "facts": "用人单位拖欠工资，事实初步清楚。" })).unwrap();
        act(&w, "kuiwen.leader", id, "approval.approve", json!({})).unwrap();
        act(&w, "kuiwen.head", id, "approval.approve", json!({})).unwrap();
        act(&w, "kuiwen.handler", id, "start_investigation", json!({})).unwrap();
        let claim = of_case(&w, &case).remove(0);
        act(&w, "kuiwen.handler", id, "record_finding", json!({ "claim": claim.id, "verifiedFen": claim.claimed, "rejectedFen": 0 })).unwrap();
        assert_eq!(h.get(&format!("/cases/{case}/pay-list")).ok()["lone"], true);
        h.post(&format!("/cases/{case}/pay-list"), json!({ "acknowledged": true })).problem(409, "pay_list_lone");
        let file = proof(&w, &case);
        h.post(&format!("/cases/{case}/pay-list"), json!({ "consent": file })).problem(409, "pay_list_lone");
        let made = h.post(&format!("/cases/{case}/pay-list"), json!({ "consent": file, "explained": "单位会由名册知道是他投诉，他仍同意。" })).ok();
        assert_eq!((&made["consented"], &made["persons"]), (&json!(true), &json!(1)));
        w.who("kuiwen-water.handler").post(&format!("/cases/{case}/pay-list"), json!({})).problem(404, "not_found");
    }
}
