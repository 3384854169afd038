//! What a worker who joined another's case is told of the own row there: that money came for it, that it was decided; nothing
//! else, and nobody who has no row.

use crate::on_both;
use crate::review::act;
use crate::roster::{joint, of_case, person};
use crate::support::app::World;
use crate::told::{Mobile, Outside, carry, open};
use crate::workers::text;
use chrono::Duration;
use qingxin::base::id::CaseId;
use serde_json::{Value, json};

fn row(n: u32, name: &str, phone: &str) -> Value {
    json!({ "name": name, "idNumber": person(n), "phone": phone, "periodFrom": "2026-08", "periodTo": "2026-10", "amount": "9000" })
}
fn joins(p: &Mobile<'_>, code: &str, n: u32, name: &str) {
    let told =
        json!({ "code": code, "name": name, "idNumber": person(n), "periodFrom": "2026-08", "periodTo": "2026-10", "amount": "9000" });
    assert_eq!(p.post("/joins", told).status, 202);
    assert_eq!(p.get("/joins")["joins"][0]["state"], "joined");
}
/// As far as an investigation.
fn investigated(w: &World, id: CaseId) {
    act(w, "kuiwen.desk", id, "sign_for", json!({})).unwrap();
    let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
    act(w, "kuiwen.leader", id, "assign", json!({ "account": a, "second": b })).unwrap();
    act(w, "kuiwen.handler", id, "docket", json!({ "facts": "用人单位拖欠工资，事实初步清楚。" })).unwrap();
    act(w, "kuiwen.leader", id, "approval.approve", json!({})).unwrap();
    act(w, "kuiwen.head", id, "approval.approve", json!({})).unwrap();
    act(w, "kuiwen.handler", id, "start_investigation", json!({})).unwrap();
}

on_both! {
    fn who_joined_is_told_of_the_own_row_and_of_nothing_else(t: &TestDb) {
        let o = Outside::open();
        let w = open(t, &o);
        let case = joint(&w, 3, 2_700_000);
        let desk = w.who("kuiwen.desk");
        let rows = json!([row(2, "李工友", "13900000002"), row(3, "王工友", "13900000003"), row(4, "赵工友", "13900000004")]);
        assert_eq!(desk.post(&format!("/cases/{case}/claims"), json!({ "rows": rows })).ok()["report"]["taken"], 3);
        let code = text(&desk.post(&format!("/cases/{case}/join-codes"), json!({})).ok()["code"]);
        let (b, c) = (Mobile::by_phone(&w, &o, "13900000002", "李工友"), Mobile::by_phone(&w, &o, "13900000003", "王工友"));
        joins(&b, &code, 2, "李工友");
        joins(&c, &code, 3, "王工友");
        let id: CaseId = case.parse().unwrap();
        investigated(&w, id);
        for k in of_case(&w, &case).into_iter().filter(|k| k.claimed.is_positive()) {
            act(&w, "kuiwen.handler", id, "record_finding", json!({ "claim": k.id, "verifiedFen": k.claimed, "rejectedFen": 0 })).unwrap();
        }
        assert_eq!((b.notices(), c.notices()), (Vec::<String>::new(), Vec::new()), "of others' matters he hears nothing");
        o.messages();
        // a part for the one row
        let claim = text(&b.get("/claims")["claims"][0]["id"]);
        let file = text(&w.who("kuiwen.handler").upload(&format!("/cases/{case}/evidence"), &[("kind", "proof")], "a.png", crate::access::PNG).ok()["id"]);
        let pay = json!({ "amountFen": 100_000, "paidOn": w.now().day(), "way": "own_account", "payerKind": "employer", "proof": file, "claim": claim });
        act(&w, "kuiwen.handler", id, "record_payment", pay).unwrap();
        assert_eq!(b.notices(), ["您登记的欠薪有一笔支付记录，请查看您的那一份，并确认是否收到。"]);
        assert!(c.notices().is_empty(), "nothing came for him");
        w.pass(Duration::minutes(1));
        carry(&w);
        let sent = o.messages();
        let to = |phone: &str| sent.iter().filter(|(p, _)| p == phone).map(|(_, t)| t.as_str()).collect::<Vec<_>>();
        assert_eq!(to("13900000002"), ["您登记的事项有一项需要您本人确认，请打开小程序查看。"]);
        // the third stands in the roster with a telephone and has no log-in: whoever answers there is told nothing
        assert_eq!((to("13900000003").len(), to("13900000004").len()), (0, 0));
        // read by himself and by nobody else; nothing names the case
        let page = b.get("/notices");
        let notice = &page["notices"][0];
        assert!(notice["filing"].is_null() && !page.to_string().contains("AJ-") && !page.to_string().contains(&case), "{page}");
        assert_eq!(c.post("/notices/read", json!({ "ids": [notice["id"]] })).status, 204);
        assert!(b.get("/notices")["notices"][0]["readAt"].is_null());
        assert_eq!(b.post("/notices/read", json!({ "ids": [notice["id"]] })).status, 204);
        assert!(b.get("/notices")["notices"][0]["readAt"].is_string());
        // a second name on the telephone: a session of both sees none of it
        let other = Mobile::by_phone(&w, &o, "13900000002", "周工友");
        assert!(other.notices().is_empty());
        // decided: all who joined
        w.pass(Duration::days(1));
        act(&w, "kuiwen.handler", id, "finish_investigation", json!({ "report": "调查终结，拖欠工资事实清楚。" })).unwrap();
        let decision = json!({ "kind": "handling_decision", "heard": true, "content": "责令支付拖欠的工资，逐人列明。" });
        act(&w, "kuiwen.handler", id, "decide", decision).unwrap();
        for who in ["kuiwen.leader", "kuiwen.legal", "kuiwen.head"] {
            assert!(c.notices().is_empty(), "what waits for signatures has not happened");
            act(&w, who, id, "approval.approve", json!({})).unwrap();
        }
        assert_eq!(c.notices(), ["您登记的欠薪已有处理决定，请查看您的那一份。"]);
    }
}
