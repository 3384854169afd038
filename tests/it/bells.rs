//! What waits for an officer outside any procedure is heard of until it is done: a request to be called back, a
//! withdrawal, an amendment, a message.

use crate::on_both;
use crate::review::act;
use crate::support::app::{World, filing};
use crate::workers::{Phone, answered, case_of, filed, world};
use chrono::Duration;
use serde_json::{Value, json};

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_default().to_owned()
}

/// How many notices of this template somebody has.
fn heard(w: &World, login: &str, word: &str) -> usize {
    let all = w.who(login).get("/notices").ok();
    all["items"].as_array().unwrap().iter().filter(|n| n.to_string().contains(word)).count()
}

fn ring(w: &World) -> usize {
    qingxin::jobs::bells(&w.app).unwrap()
}

fn hanging(w: &World) -> i64 {
    crate::tables::count(&w.app.db, "select count(*) from bells")
}

on_both! {
    fn a_request_to_be_called_back_rings_up_the_ladder_until_it_is_ended(t: &TestDb) {
        let w = world(t);
        let off = Phone::off(&w);
        assert_eq!(off.send("POST", "/callbacks", Some(json!({ "phone": "13900000088", "area": "370705" })), &[]).status, 202);
        let desk = w.who("kuiwen.desk");
        let first = desk.get("/callbacks").ok()["items"][0].clone();
        // Monday morning; one working day, the day of the request not counted
        assert_eq!((text(&first["dueAt"]).as_str(), first["overdue"].clone()), ("2026-11-25T00:00:00.000+08:00", json!(false)));
        w.set(11, 24, 16, 0);
        assert_eq!(ring(&w), 0, "not before its time");
        w.set(11, 25, 9, 0);
        assert_eq!((ring(&w), ring(&w)), (1, 0), "once");
        assert_eq!((heard(&w, "kuiwen.desk", "请求回电"), heard(&w, "kuiwen.leader", "请求回电")), (1, 0));
        assert!(w.who("kuiwen.desk").get("/notices").ok().to_string().contains("应于 2026-11-24 前"));
        assert!(!w.who("kuiwen.desk").get("/notices").ok().to_string().contains("13900000088"), "a notice never carries a telephone");
        assert_eq!(desk.get("/callbacks").ok()["items"][0]["overdue"], json!(true));
        w.set(11, 27, 9, 0);
        ring(&w);
        assert_eq!((heard(&w, "kuiwen.desk", "请求回电"), heard(&w, "kuiwen.leader", "请求回电"), heard(&w, "kuiwen.supervisor", "请求回电")), (1, 1, 0));
        for day in [1, 3, 7] {
            // a weekend in between: whoever supervises hears of it again and again
            w.set(12, day, 9, 0);
            ring(&w);
        }
        assert_eq!(heard(&w, "kuiwen.supervisor", "请求回电"), 3);
        // a try that reached nobody begins the term anew, at the foot of the ladder
        let path = |what: &str| format!("/callbacks/{}/{what}", text(&first["id"]));
        w.set(12, 7, 9, 0);
        desk.post(&path("claim"), json!({})).ok();
        desk.post(&path("tries"), json!({ "direction": "out", "channel": "phone", "outcome": "no_answer" })).ok();
        assert_eq!(text(&desk.get("/callbacks").ok()["items"][0]["dueAt"]), "2026-12-09T00:00:00.000+08:00");
        assert_eq!(ring(&w), 0);
        w.set(12, 9, 9, 0);
        assert_eq!(ring(&w), 1);
        assert_eq!(heard(&w, "kuiwen.desk", "请求回电"), 2);
        for _ in 0..2 {
            desk.post(&path("tries"), json!({ "direction": "out", "channel": "phone", "outcome": "no_answer" })).ok();
        }
        desk.post(&path("close"), json!({ "outcome": "unreachable", "note": "三次无人接听" })).ok();
        w.set(12, 30, 9, 0);
        assert_eq!((hanging(&w), ring(&w)), (0, 0), "what is done is silent");
    }

    fn a_withdrawal_nobody_decides_is_heard_of_and_a_former_officer_does_not_decide_it(t: &TestDb) {
        let w = world(t);
        let me = Phone::on(&w, "13900000001", "张测试");
        let (id, _) = filed(&me, 1);
        answered(&w, &id);
        let case = case_of(&w.app, &id);
        // he handled the case for a while
        for login in ["kuiwen.handler2", "kuiwen.handler"] {
            let to = w.account(login).to_string();
            act(&w, "kuiwen.leader", case, "reassign", json!({ "account": to, "reason": "调整承办人" })).unwrap();
        }
        assert_eq!(me.post(&format!("/filings/{id}/withdrawal"), json!({ "reason": "不告了" })).status, 202);
        let row = text(&w.who("kuiwen.desk").get("/withdrawals").ok()["withdrawals"][0]["id"]);
        w.pass(Duration::days(4));
        assert_eq!(ring(&w), 0, "it cools off, then there is time to call");
        w.pass(Duration::days(6));
        assert_eq!(ring(&w), 1);
        assert_eq!(heard(&w, "kuiwen.desk", "撤回申请冷静期已过"), 1);
        let verdict = json!({ "grant": false, "pressed": false, "note": "电话核实，本人并不想撤。" });
        let path = format!("/withdrawals/{row}/decide");
        w.who("kuiwen.handler2").post(&path, verdict.clone()).problem(403, "forbidden");
        w.who("kuiwen.desk").post(&path, verdict).ok();
        let contacts = w.who("kuiwen.desk").get(&format!("/filings/{id}/contacts")).ok();
        assert!(contacts["contacts"].as_array().unwrap().iter().any(|c| c["outcome"] == "reached" && c["direction"] == "out"), "the private call is a contact: {contacts}");
        w.pass(Duration::days(30));
        assert_eq!(ring(&w), 0);
    }

    fn an_amendment_and_a_message_wait_no_longer_than_they_may(t: &TestDb) {
        let w = world(t);
        let desk = w.who("kuiwen.desk");
        let mut first = filing(7);
        first["sourceNumber"] = json!("LY-7");
        desk.post("/filings", first.clone()).ok();
        first["headcount"] = json!(2);
        assert_eq!(desk.post("/filings", first).ok()["outcome"], "amended");
        let me = Phone::on(&w, "13900000001", "张测试");
        let (id, _) = filed(&me, 1);
        me.post(&format!("/filings/{id}/messages"), json!({ "text": "请问什么时候有结果？" })).ok();
        me.post(&format!("/filings/{id}/messages"), json!({ "text": "在吗？" })).ok();
        assert_eq!(hanging(&w), 2, "one bell for a dialogue, however much is said");
        w.pass(Duration::days(3));
        assert_eq!(ring(&w), 2);
        assert_eq!((heard(&w, "kuiwen.desk", "收到变更内容"), heard(&w, "kuiwen.desk", "留言至今未回复")), (1, 1));
        let amendment = text(&desk.get("/amendments").ok()["amendments"][0]["id"]);
        desk.post(&format!("/amendments/{amendment}/decide"), json!({ "apply": true })).ok();
        desk.post(&format!("/filings/{id}/messages"), json!({ "text": "已在办理。" })).ok();
        assert_eq!(hanging(&w), 0);
        // written again after the answer: a new term
        me.post(&format!("/filings/{id}/messages"), json!({ "text": "好的，什么时候？" })).ok();
        assert_eq!((hanging(&w), ring(&w)), (1, 0));
    }

    fn a_bell_that_cannot_ring_keeps_no_other_from_ringing_and_is_tried_again(t: &TestDb) {
        let w = world(t);
        let off = Phone::off(&w);
        for n in 0..3 {
            assert_eq!(off.send("POST", "/callbacks", Some(json!({ "phone": format!("139000001{n:02}"), "area": "370705" })), &[]).status, 202);
        }
        let me = Phone::on(&w, "13900000001", "张测试");
        let (id, _) = filed(&me, 1);
        me.post(&format!("/filings/{id}/messages"), json!({ "text": "请问什么时候有结果？" })).ok();
        // what it is about cannot be read
        let run = |sql: &'static str| w.app.db.write_blocking(move |c| c.batch(sql)).unwrap();
        run("create table kept as select id, told_doc from filings; update filings set told_doc = '7'");
        w.set(11, 26, 9, 0);
        assert_eq!(ring(&w), 3, "the others ring");
        assert_eq!((ring(&w), hanging(&w)), (0, 4), "not again and again");
        run("update filings set told_doc = (select k.told_doc from kept k where k.id = filings.id); drop table kept");
        w.pass(Duration::minutes(11));
        assert_eq!(ring(&w), 1, "as soon as it can");
    }

    fn a_bell_of_something_done_otherwise_falls_silent_and_two_nodes_ring_once(t: &TestDb) {
        let w = world(t);
        let other = World::again(t, &w, &[("QINGXIN__SMS__PROVIDER", "show")]);
        let off = Phone::off(&w);
        for n in 0..20 {
            assert_eq!(off.send("POST", "/callbacks", Some(json!({ "phone": format!("139000001{n:02}"), "area": "370705" })), &[]).status, 202);
        }
        // removed past the program
        w.app.db.write_blocking(|c| c.batch("delete from callbacks where phone_mask = '139****0100'")).unwrap();
        w.set(11, 25, 9, 0);
        let (a, b) = std::thread::scope(|s| {
            let (first, second) = (&w.app, &other);
            let one = s.spawn(move || qingxin::jobs::bells(first).unwrap());
            let two = s.spawn(move || qingxin::jobs::bells(second).unwrap());
            (one.join().unwrap(), two.join().unwrap())
        });
        assert_eq!(a + b, 19);
        assert_eq!(heard(&w, "kuiwen.desk", "请求回电"), 19);
        assert_eq!(hanging(&w), 19);
    }
}
