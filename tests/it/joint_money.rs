//! Who is liable and why, what others pay and ask back, who speaks for the workers, and pay lists that do not tell who complained.

use crate::on_both;
use crate::review::act;
use crate::roster::{joint, line, of_case, send, sound, table};
use crate::support::app::World;
use crate::workers::text;
use calamine::{Reader as _, Xlsx, open_workbook_from_rs};
use chrono::Duration;
use qingxin::base::id::CaseId;
use qingxin::law::Fen;
use qingxin::store::{joint as joint_rows, recourse};
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
        // it was spread over two rows, and one worker says to somebody who does not handle the case that it never came
        let claims: Vec<_> = of_case(&w, &case).into_iter().filter(|c| c.claimed.is_positive()).map(|c| c.id).collect();
        assert_eq!(claims.len(), 2);
        let said = |claim, received: bool| {
            let form = json!({ "payment": q.payment_id, "claim": claim, "received": received, "alone": true, "proof": file, "reason": "单独电话核实。" });
            act(&w, "kuiwen.leader", id, "record_receipt", form).unwrap();
            w.app.db.read_blocking(move |c| recourse::of_case(c, id)).unwrap().remove(0)
        };
        let now = said(claims[0], false);
        assert_eq!((now.amount, now.state.as_str()), (Fen::new(200_000), "open"));
        let now = said(claims[1], false);
        assert_eq!((now.amount, now.state.as_str()), (Fen::ZERO, "void"), "nothing that stands is asked back, and no row of nothing is open");
        let now = said(claims[1], true);
        assert_eq!((now.amount, now.state.as_str(), now.closed_at), (Fen::new(200_000), "open", None));
        sound(&w, t);
        // a row that is left behind is seen
        w.app.db.write_blocking(move |c| recourse::update(c, &recourse::Recourse { amount: Fen::new(1), ..now.clone() })).unwrap();
        let report = qingxin::app::doctor::examine(&w.app, &t.dir.path().join("none")).unwrap();
        assert!(report.lines.iter().any(|l| !l.ok && format!("{:?}", l.said).contains("追偿")), "doctor sees a recourse that does not follow");
    }

    fn what_pays_no_debt_is_not_asked_back(t: &TestDb) {
        let w = World::new(t);
        let case = found(&w, &[line(1, "9000")]);
        let file = proof(&w, &case);
        let id: CaseId = case.parse().unwrap();
        pay(&w, &case, 400_000, "owner", None, "through_foreman", &file);
        // meanwhile the employer pays all that is owed on the one row but what waits; then a finding lowers what is owed
        let q = w.app.db.read_blocking(move |c| recourse::of_case(c, id)).unwrap().remove(0);
        let (payment, parts) = w.app.db.read_blocking(move |c| qingxin::store::ledger::payments_of(c, id)).unwrap().remove(0);
        let part = parts.into_iter().max_by_key(|p| p.amount).unwrap();
        let lower = Fen::new(part.amount.get() - 50_000);
        let claimed = of_case(&w, &case).into_iter().find(|c| c.id == part.claim_id).unwrap().claimed;
        let form = json!({ "claim": part.claim_id, "verifiedFen": lower, "rejectedFen": claimed.get() - lower.get(), "reason": "按考勤核减。" });
        act(&w, "kuiwen.handler", id, "record_finding", form).unwrap();
        let form = json!({ "payment": payment.id, "claim": part.claim_id, "received": true, "alone": true, "proof": file, "reason": "单独电话核实。" });
        act(&w, "kuiwen.leader", id, "record_receipt", form).unwrap();
        let now = w.app.db.read_blocking(move |c| recourse::of_case(c, id)).unwrap().remove(0);
        assert_eq!((q.amount, now.amount), (Fen::new(400_000), Fen::new(350_000)), "what is beyond the debt is a credit and no advance");
        sound(&w, t);
    }

    fn what_is_open_is_asked_back_from_whom_the_chain_shows(t: &TestDb) {
        let w = World::new(t);
        let case = found(&w, &[line(1, "9000")]);
        let file = proof(&w, &case);
        let first = text(&chain(&w, &case)[0]["id"]);
        pay(&w, &case, 100_000, "emergency_fund", None, "own_account", &file);
        let against = || recourses(&w, &case)[0]["against"].clone();
        assert!(text(&against()).contains("潍坊测试建筑1有限公司"));
        let sub = add(&w, &case, "contract_employer", "潍坊劳务分包有限公司");
        assert_eq!(against(), Value::Null, "of two that are named nobody is taken");
        assert_eq!(liable(&w, &sub, "subcontractor", &file).status, 204);
        assert_eq!(against(), "潍坊劳务分包有限公司");
        assert_eq!(liable(&w, &sub, "not_liable", &file).status, 204);
        assert_eq!(liable(&w, &first, "contractor_first", &file).status, 204);
        assert_eq!(against(), Value::Null, "who pays first is not the employer");
        // what has ended stays as it ended
        let q = text(&recourses(&w, &case)[0]["payment"]);
        assert_eq!(liable(&w, &sub, "employer", &file).status, 204);
        let h = w.who("kuiwen.handler");
        assert_eq!(h.post(&format!("/payments/{q}/recourse/recover"), json!({ "amountFen": 100_000, "evidence": file })).status, 204);
        assert_eq!(liable(&w, &sub, "not_liable", &file).status, 204);
        assert_eq!(against(), "潍坊劳务分包有限公司");
        sound(&w, t);
    }

    fn a_representative_gives_up_and_settles_for_others_only_with_the_named_power(t: &TestDb) {
        let w = World::new(t);
        let case = found(&w, &[line(1, "9000"), line(2, "9000")]);
        let file = proof(&w, &case);
        let id: CaseId = case.parse().unwrap();
        let claims: Vec<_> = of_case(&w, &case).into_iter().filter(|c| c.claimed.is_positive()).map(|c| c.id).collect();
        let (his, other) = (claims[0], claims[1]);
        let h = w.who("kuiwen.handler");
        let waive = |claim, by| {
            let form = json!({ "claim": claim, "amountFen": 10_000, "alone": true, "representative": by, "proof": file, "reason": "自愿放弃零头。" });
            act(&w, "kuiwen.leader", id, "waive", form)
        };
        let code = |r: Result<_, qingxin::base::Error>| match r {
            Err(e) => e.fields().first().map_or_else(|| format!("{e:?}"), |f| format!("{} {}", f.pointer, f.code)),
            Ok::<qingxin::app::perform::Performed, _>(_) => "done".to_owned(),
        };
        assert_eq!(code(waive(other, his)), "/form/representative rep_none", "who was not named speaks for nobody");
        let named = json!({ "claim": his, "powers": ["negotiate", "receive"], "written": true, "evidence": file });
        let one = text(&h.post(&format!("/cases/{case}/representatives"), named).ok()["id"]);
        let got = waive(other, his);
        assert!(format!("{:?}", got.as_ref().unwrap_err().fields()).contains("代为放弃"), "{got:?}");
        assert_eq!(code(got), "/form/representative rep_lacks");
        assert_eq!(code(waive(his, his)), "done", "his own wages are his");
        // an agreement that binds all
        act(&w, "kuiwen.handler", id, "make_agreement", json!({})).unwrap();
        let agreement = w.app.db.read_blocking(move |c| qingxin::store::procedures::of_case(c, id)).unwrap().into_iter().find(|p| p.kind == "agreement").unwrap().id.to_string();
        let owed: i64 = of_case(&w, &case).iter().map(|c| c.outstanding.get()).sum();
        let payer = text(&chain(&w, &case)[0]["id"]);
        let due = w.now().plus(Duration::days(20)).day();
        let sign = || h.act(&agreement, "sign", json!({ "payer": payer, "totalFen": owed, "plan": [{ "on": due, "amountFen": owed }], "signedOn": w.now().day(),
            "accelerates": false, "enforceability": "none", "explained": true, "proof": file, "representative": his }));
        assert_eq!(sign().places(), [("/form/representative".to_owned(), "rep_lacks".to_owned())]);
        // a new mandate that names both
        assert_eq!(h.post(&format!("/representatives/{one}/end"), json!({ "note": "委托书重新签订" })).status, 204);
        let named = json!({ "claim": his, "powers": ["sign", "waive"], "written": true, "evidence": file });
        h.post(&format!("/cases/{case}/representatives"), named).ok();
        assert_eq!(code(waive(other, his)), "done");
        let owed: i64 = of_case(&w, &case).iter().map(|c| c.outstanding.get()).sum();
        let form = json!({ "payer": payer, "totalFen": owed, "plan": [{ "on": due, "amountFen": owed }], "signedOn": w.now().day(),
            "accelerates": false, "enforceability": "none", "explained": true, "proof": file, "representative": his });
        h.act(&agreement, "sign", form).ok();
        sound(&w, t);
    }

    fn what_hangs_at_the_claims_goes_along_at_a_merge(t: &TestDb) {
        let w = World::new(t);
        let mut young = line(9, "9000");
        (young[0], young[1]) = ("陈小工".into(), crate::roster::id("20110305", 9));
        let from = found(&w, &[line(1, "9000"), young]);
        let (file, id): (String, CaseId) = (proof(&w, &from), from.parse().unwrap());
        let h = w.who("kuiwen.handler");
        let claims: Vec<_> = of_case(&w, &from).into_iter().filter(|c| c.claimed.is_positive()).collect();
        let named = json!({ "claim": claims[0].id, "powers": ["negotiate"], "evidence": file });
        h.post(&format!("/cases/{from}/representatives"), named).ok();
        h.post(&format!("/cases/{from}/pay-list"), json!({ "acknowledged": true })).ok();
        pay(&w, &from, 100_000, "deposit", None, "own_account", &file);
        let q = text(&recourses(&w, &from)[0]["payment"]);
        // what was paid and found was a mistake: only such a case can be merged
        act(&w, "kuiwen.leader", id, "reverse_payment", json!({ "payment": q, "reason": "银行退票，款项没有到账。" })).unwrap();
        for c in &claims {
            act(&w, "kuiwen.handler", id, "record_finding", json!({ "claim": c.id, "verifiedFen": 0, "rejectedFen": 0 })).unwrap();
        }
        // the other case has a child of its own
        let mut f = crate::support::app::filing(5);
        f["headcount"] = json!(2);
        let to = text(&w.who("city.desk").post("/filings", f).ok()["case"]);
        let mut other = line(10, "2000");
        other[1] = crate::roster::id("20120305", 10);
        send(&w, &to, false, &table(&[other]));
        let clue = |case: &str| w.who("kuiwen.head").get("/child-clues").ok()["clues"].as_array().unwrap().iter().filter(|k| k["case"] == case).map(|k| k["persons"].clone()).collect::<Vec<_>>();
        assert_eq!((clue(&from), clue(&to)), (vec![json!(1)], vec![json!(1)]));
        let (filing, there): (_, CaseId) = (w.app.db.read_blocking(move |c| qingxin::store::filings::of_case(c, id)).unwrap().remove(0).id, to.parse().unwrap());
        let row = qingxin::store::filings::Suggestion { filing_id: filing, case_id: there, reason: "同一项目".into(), created_at: w.now(), decided_at: None, joined: None };
        w.app.db.write_blocking(move |c| qingxin::store::filings::insert_suggestion(c, &row)).unwrap();
        let join = json!({ "decision": "join", "reason": "经核对，属于同一事项。" });
        let got = w.who("kuiwen.leader").post(&format!("/suggestions/{filing}/{to}/decide"), join).ok();
        assert_eq!(got["merged"], json!(from));
        let reps = |case: &str| h.get(&format!("/cases/{case}/representatives")).ok()["representatives"].as_array().unwrap().len();
        let lists = |case: &str| {
            let case: CaseId = case.parse().unwrap();
            w.app.db.read_blocking(move |c| qingxin::store::joint::pay_lists_of(c, case)).unwrap().len()
        };
        assert_eq!([reps(&from), recourses(&w, &from).len(), lists(&from), clue(&from).len()], [0; 4], "nothing is left behind");
        assert_eq!((reps(&to), recourses(&w, &to).len(), lists(&to), clue(&to)), (1, 1, 1, vec![json!(2)]), "one clue counts both children");
        assert_eq!(recourses(&w, &to)[0]["payment"], json!(q));
        // the child stays sealed where the row went
        let seen = w.who("city.supervisor").get(&format!("/cases/{to}")).ok()["claims"].to_string();
        assert!(seen.contains("已封存") && !seen.contains('陈'), "{seen}");
        sound(&w, t);
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
        // the consent holds for who gave it and for what it was given for
        assert_eq!(h.post(&format!("/cases/{case}/pay-list/export"), json!({ "reason": "交银行代发" })).status, 200);
        let row = w.app.db.read_blocking(move |c| joint_rows::pay_lists_of(c, id)).unwrap().remove(0);
        assert_eq!((row.consented_by, row.procedure_id), (Some(claim.claimant_id), None));
        let somebody = of_case(&w, &two).into_iter().find(|c| c.claimed.is_positive()).unwrap().claimant_id;
        let again = joint_rows::PayList { id: w.app.ids().id(w.now()), at: w.now().plus(Duration::minutes(1)), consented_by: Some(somebody), ..row };
        w.app.db.write_blocking(move |c| joint_rows::insert_pay_list(c, &again)).unwrap();
        h.post(&format!("/cases/{case}/pay-list/export"), json!({ "reason": "交银行代发" })).problem(409, "pay_list_lone");
    }

    fn what_a_list_tells_is_weighed_again_when_it_is_taken_out(t: &TestDb) {
        let w = World::new(t);
        let rows: Vec<_> = (1..=5).map(|n| line(n, "9000")).collect();
        let case = found(&w, &rows);
        let (file, id): (String, CaseId) = (proof(&w, &case), case.parse().unwrap());
        let h = w.who("kuiwen.handler");
        h.post(&format!("/cases/{case}/pay-list"), json!({})).ok();
        let export = |more: Value| {
            let mut b = json!({ "reason": "交银行代发" });
            b.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            h.post(&format!("/cases/{case}/pay-list/export"), b)
        };
        // a bank's program takes the headings from the first line: the mark is on the printed pages
        let got = export(json!({}));
        assert_eq!(got.status, 200, "{}", got.text());
        let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(got.bytes)).unwrap();
        let first: Vec<String> = book.worksheet_range_at(0).unwrap().unwrap().rows().next().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(first, ["序号", "姓名", "居民身份证号", "银行卡号", "应付金额"]);
        // most are paid meanwhile: the few that are left were never weighed
        for c in of_case(&w, &case).into_iter().filter(|c| c.claimed.is_positive()).take(3) {
            let form = json!({ "claim": c.id, "amountFen": c.outstanding, "paidOn": w.now().day(), "way": "own_account", "payerKind": "employer", "proof": file });
            act(&w, "kuiwen.handler", id, "record_payment", form).unwrap();
        }
        export(json!({})).problem(409, "pay_list_small");
        assert_eq!(export(json!({ "acknowledged": true })).status, 200);
        // a list for an agreement is another list
        act(&w, "kuiwen.handler", id, "make_agreement", json!({})).unwrap();
        let agreement = w.app.db.read_blocking(move |c| qingxin::store::procedures::of_case(c, id)).unwrap().into_iter().find(|p| p.kind == "agreement").unwrap().id;
        export(json!({ "procedure": agreement })).problem(409, "pay_list_first");
    }
}
