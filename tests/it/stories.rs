//! Stories by the people over HTTP: from the file that came in to the case in the archive, as the desk, the bureau's
//! officer, its leader and head and the supervisor live it. On both backends.

use crate::on_both;
use crate::support::app::{Person, World};
use crate::support::{Backend, TestDb};
use serde_json::{Value, json};

const FILE: &str = "工单编号,来电时间,来电人,来电号码,诉求区县,被反映单位,诉求内容,欠薪金额,人数,办理时限\n\
WF12345-1,2026-11-20 19:38,张三测,13905361001,奎文区,潍坊试验建筑劳务有限公司,2026年05月至2026年09月在试验花园小区务工，工资至今未发。,19377.58,1,5个工作日\n\
WF12345-2,2026-11-20 20:01,李四测,13905361002,坊子区,潍坊第二劳务有限公司,2026年05月至2026年09月在第二小区务工，工资至今未发。,8000,1,5个工作日\n\
WF12345-3,2026-11-20 20:05,王五测,1390536,奎文区,潍坊第三劳务有限公司,2026年05月至2026年09月务工。,三千多,1,5个工作日\n";

fn pdf(name: &str) -> Vec<u8> {
    crate::town::pdf(name)
}
fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}
/// The line of the case of this employer in somebody's inbox.
fn line(p: &Person<'_>, tab: &str, respondent: &str) -> Option<Value> {
    let page = p.get(&format!("/inbox?tab={tab}"));
    let items = page.ok()["items"].as_array().cloned().unwrap_or_default();
    items.into_iter().find(|i| i["respondent"] == respondent && i["kind"] == "complaint")
}
fn state(p: &Person<'_>, case: &str) -> String {
    text(&p.get(&format!("/cases/{case}")).ok()["state"])
}

on_both! {
    fn from_the_file_to_the_archive(t: &TestDb) {
        let w = World::new(t);
        let (desk, bureau, officer, second) = (w.who("city.desk"), w.who("kuiwen.desk"), w.who("kuiwen.handler"), w.account("kuiwen.handler2"));
        let (leader, head, supervisor, stranger) = (w.who("kuiwen.leader"), w.who("kuiwen.head"), w.who("city.supervisor"), w.who("fangzi.handler"));
        let firm = "潍坊试验建筑劳务有限公司";

        // the desk: one file, one bad row that comes back with column and reason
        let done = desk.upload("/imports", &[("profile", "hotline")], "hotline.csv", FILE.as_bytes()).ok();
        assert_eq!((&done["report"]["filings"], &done["report"]["rejected"]), (&json!(2), &json!(1)), "{done}");
        assert!(done["rejectsXlsxBase64"].is_string());
        let again = desk.upload("/imports", &[("profile", "hotline")], "hotline.csv", FILE.as_bytes()).ok();
        assert_eq!((&again["report"]["filings"], &again["report"]["duplicates"]), (&json!(0), &json!(2)));
        officer.upload("/imports", &[("profile", "hotline")], "hotline.csv", FILE.as_bytes()).problem(403, "forbidden");

        // the bureau's inbox: its own case and no other's
        let mine = line(&bureau, "bureau", firm).expect("the case is in the bureau's inbox");
        assert!(line(&bureau, "bureau", "潍坊第二劳务有限公司").is_none() && line(&stranger, "bureau", firm).is_none());
        let (case, p) = (text(&mine["case"]), text(&mine["procedure"]));
        assert_eq!(mine["state"], "dispatched");
        stranger.get(&format!("/cases/{case}")).problem(404, "not_found");
        stranger.get(&format!("/procedures/{p}/moves")).problem(404, "not_found");
        // received on Friday evening: five working days from then
        let file = bureau.get(&format!("/cases/{case}")).ok();
        let accept = file["procedures"][0]["terms"].as_array().unwrap().iter().chain(file["procedures"][1]["terms"].as_array().unwrap()).find(|t| t["key"] == "accept").unwrap().clone();
        assert_eq!((&accept["dueDay"], &accept["effect"]), (&json!("2026-11-27"), &json!("statutory")), "{accept}");

        // what is offered is what is allowed
        assert!(bureau.moves(&p).contains(&"sign_for".to_owned()) && !officer.moves(&p).contains(&"assign".to_owned()));
        head.act(&p, "sign_for", json!({})).problem(409, "not_your_role");
        bureau.act(&p, "sign_for", json!({})).ok();
        leader.act(&p, "assign", json!({ "account": w.account("kuiwen.handler") , "second": second })).ok();
        w.set(11, 24, 9, 30);
        assert!(line(&officer, "mine", firm).is_some());

        // docketing goes through two signatures
        let e = officer.act(&p, "docket", json!({}));
        e.problem(422, "invalid_input");
        assert_eq!(e.places(), [("/form/facts".to_owned(), "required".to_owned())]);
        officer.act(&p, "docket", json!({ "facts": "用人单位拖欠工资，事实初步清楚。" })).ok();
        assert!(line(&leader, "pending", firm).is_some() && line(&head, "pending", firm).is_none());
        head.act(&p, "approval.approve", json!({})).problem(409, "not_your_signature");
        leader.act(&p, "approval.approve", json!({ "opinion": "同意立案" })).ok();
        head.act(&p, "approval.reject", json!({})).problem(422, "invalid_input");
        assert!(line(&head, "pending", firm).is_some());
        head.act(&p, "approval.approve", json!({})).ok();
        assert_eq!(state(&officer, &case), "docketed");

        // the investigation, with evidence and money to the last fen
        officer.act(&p, "start_investigation", json!({})).ok();
        let file = officer.get(&format!("/cases/{case}")).ok();
        let claim = text(&file["claims"][0]["id"]);
        officer.act(&p, "record_finding", json!({ "claim": claim, "verifiedFen": 1_937_758, "rejectedFen": 0 })).ok();
        officer.act(&p, "mark_paid", json!({})).problem(409, "not_paid_yet");
        let proof = text(&officer.upload(&format!("/cases/{case}/evidence"), &[("kind", "proof")], "回单.pdf", &pdf("x")).ok()["id"]);
        officer.upload(&format!("/cases/{case}/evidence"), &[("kind", "proof")], "x.exe", b"MZ not a paper").problem(422, "invalid_input");
        let pay = json!({ "claim": claim, "amountFen": 1_937_758, "paidOn": "2026-11-24", "way": "own_account", "payerKind": "employer", "proof": proof });
        officer.act(&p, "record_payment", pay).ok();
        officer.act(&p, "mark_paid", json!({})).ok();
        officer.act(&p, "conclude", json!({ "conclusion": "paid_in_full", "summary": "工资已全部支付到本人账户。" })).ok();
        leader.act(&p, "approval.approve", json!({})).ok();
        head.act(&p, "approval.approve", json!({})).ok();

        // the answer goes back by the channel it came from, and is confirmed
        let file = officer.get(&format!("/cases/{case}")).ok();
        assert_eq!((&file["state"], &file["outstandingFen"], &file["paidFen"]), (&json!("concluded"), &json!(0), &json!(1_937_758)));
        let filing = file["procedures"].as_array().unwrap().iter().find(|x| x["kind"] == "filing").unwrap();
        let f = text(&filing["id"]);
        officer.act(&f, "answer", json!({ "code": "paid", "answer": "工资已全部支付，银行回单附后。", "method": "phone" })).ok();
        desk.act(&f, "confirm", json!({ "method": "phone" })).ok();
        officer.act(&p, "archive", json!({})).ok();
        assert_eq!(state(&supervisor, &case), "archived");
        assert!(line(&officer, "mine", firm).is_none(), "what is done is no work");

        // the whole of it is on record, with persons and papers; the journal is whole
        let history = supervisor.get(&format!("/cases/{case}/history?limit=100")).ok();
        assert!(history["items"].as_array().unwrap().len() >= 15);
        let papers: Vec<String> = supervisor.get(&format!("/cases/{case}")).ok()["documents"].as_array().unwrap().iter().map(|d| text(&d["kind"])).collect();
        assert!(papers.iter().filter(|k| *k == "approval_form").count() == 2, "{papers:?}");
        w.tick();
        let report = qingxin::app::doctor::examine(&w.app, &t.dir.path().join("none")).unwrap();
        assert!(report.ok(), "{:?}", report.lines.iter().filter(|l| !l.ok).map(|l| &l.said).collect::<Vec<_>>());
    }

    fn whoever_comes_second_is_told_what_changed(t: &TestDb) {
        let w = World::new(t);
        let case = text(&w.who("city.desk").post("/filings", crate::support::app::filing(1)).ok()["case"]);
        let (leader, head) = (w.who("kuiwen.leader"), w.who("kuiwen.head"));
        let file = leader.get(&format!("/cases/{case}")).ok();
        let p = text(&file["procedures"].as_array().unwrap().iter().find(|x| x["kind"] == "complaint").unwrap()["id"]);
        w.who("kuiwen.desk").act(&p, "sign_for", json!({})).ok();
        let seen = head.get(&format!("/procedures/{p}/moves"));
        let tag = seen.header("etag").to_owned();
        leader.act(&p, "assign", json!({ "account": w.account("kuiwen.handler") })).ok();
        let form = json!({ "form": { "account": w.account("kuiwen.handler2") } });
        let key = w.key();
        let late = head.post_with(&format!("/procedures/{p}/moves/assign"), form.clone(), &[("if-match", &tag), ("idempotency-key", &key)]);
        let problem = late.problem(409, "conflict");
        assert!(problem["detail"].as_str().unwrap().contains("kuiwenleader"), "{problem}");
        // without the version seen nothing is done at all
        head.post_with(&format!("/procedures/{p}/moves/assign"), form, &[("idempotency-key", &w.key())]).problem(428, "precondition_required");
    }

    fn an_overdue_case_climbs_to_the_supervisor(t: &TestDb) {
        let w = World::new(t);
        w.who("city.desk").post("/filings", crate::support::app::filing(2)).ok();
        let firm = "潍坊测试建筑2有限公司";
        let supervisor = w.who("city.supervisor");
        assert!(line(&supervisor, "overdue", firm).is_none());
        w.set(12, 9, 9, 30);
        w.tick();
        let late = line(&supervisor, "overdue", firm).expect("it is overdue");
        assert_eq!((&late["lamp"], &late["missed"]), (&json!("overdue"), &json!(true)), "{late}");
        for who in ["city.supervisor", "kuiwen.head", "kuiwen.leader", "kuiwen.desk"] {
            let told = w.who(who).get("/notices").ok();
            assert!(!told["items"].as_array().unwrap().is_empty(), "{who} heard nothing");
        }
        // the supervisor of the next county hears and sees nothing
        assert!(w.who("fangzi.supervisor").get("/notices").ok()["items"].as_array().unwrap().is_empty());
        assert!(line(&w.who("fangzi.supervisor"), "overdue", firm).is_none());
    }
}

/// The database goes away: 503 with a sentence and when to come back; it returns, and the work goes on.
#[test]
fn a_database_that_is_away_is_said_and_waited_for() {
    let Some(t) = TestDb::new(Backend::Postgres) else { return };
    let w = World::new(&t);
    let desk = w.who("city.desk");
    desk.get("/inbox?tab=desk").ok();
    let pg = t.pg().unwrap();
    pg.open_to_connections(false);
    let away = desk.post("/filings", crate::support::app::filing(3));
    let problem = away.problem(503, "unavailable");
    assert!(!problem.to_string().contains("postgres"), "{problem}");
    pg.open_to_connections(true);
    let back = (0..40).map(|_| desk.post("/filings", crate::support::app::filing(3))).find(|g| g.status != 503).expect("it comes back");
    assert_eq!(back.ok()["outcome"], "new");
}
