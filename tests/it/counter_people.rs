//! Who stands behind a log-in: agents with their mandates, telephones that several share, telephones that change.

use crate::counter::{all_text, number_of, photo, registered, secret_of};
use crate::on_both;
use crate::support::app::World;
use crate::workers::{Phone, answer, answered, filed, report, text, world};
use chrono::Duration;
use qingxin::base::id::FilingId;
use qingxin::domain::access::Actor;
use qingxin::store::addresses::{self, WorkerAddress};
use qingxin::store::{filings, journal, procedures};
use serde_json::{Value, json};

fn agent(name: &str, phone: &str, powers: &[&str], evidence: Option<&str>) -> Value {
    let mut v = json!({
        "kind": "agent", "relation": "child", "name": name, "phone": phone, "powers": powers, "expiresAt": "2027-01-31T00:00:00+08:00",
    });
    if let Some(e) = evidence {
        v["evidence"] = json!(e);
    }
    v
}

on_both! {
    fn an_agent_sees_and_does_what_is_written_and_nothing_else(t: &TestDb) {
        let w = world(t);
        let me = Phone::on(&w, "13900000001", "张测试");
        let (id, _) = filed(&me, 1);
        let (other, _) = filed(&me, 2);
        let agents = format!("/filings/{id}/agents");
        // by the worker's own word, but for what touches the right itself
        for p in ["confirm_receipt", "waive", "withdraw"] {
            let got = me.post(&agents, agent("张小测", "13900000055", &["view", p], None));
            assert_eq!(got.places(), [("/evidence".to_owned(), "power_unwritten".to_owned())]);
        }
        assert_eq!(me.post(&agents, agent("张测试", "13900000001", &["view"], None)).places(), [("/phone".to_owned(), "agent_is_self".to_owned())]);
        let mut heir = agent("张小测", "13900000055", &["view"], None);
        heir["kind"] = json!("heir");
        assert_eq!(me.post(&agents, heir.clone()).places(), [("/kind".to_owned(), "heir_at_counter".to_owned())]);
        let mandate = text(&me.post(&agents, agent("张小测", "13900000055", &["view", "message"], None)).ok()["id"]);
        me.post(&agents, agent("张小测", "13900000055", &["view"], None)).problem(409, "mandate_exists");
        // the son, on his own telephone
        let son = Phone::on(&w, "13900000055", "张小测");
        assert_eq!(son.get("/filings").ok()["filings"], json!([]), "none of it is his own");
        let held = son.get("/mandates").ok();
        assert_eq!((held["mandates"][0]["filing"].clone(), held["mandates"][0]["powers"].clone()), (json!(id), json!(["view", "message"])));
        let path = format!("/filings/{id}");
        assert_eq!(son.get(&path).ok()["can"], json!(["message"]));
        assert_eq!(son.post(&format!("{path}/messages"), json!({ "text": "我替父亲问一下进展" })).status, 201);
        son.get(&format!("/filings/{other}")).problem(404, "not_found");
        son.get(&format!("{path}/receipt")).problem(404, "not_found");
        son.get(&agents).problem(404, "not_found");
        son.delete(&format!("{agents}/{mandate}")).problem(404, "not_found");
        son.post(&agents, agent("李外人", "13900000056", &["view"], None)).problem(404, "not_found");
        answered(&w, &id);
        for (what, body) in [("confirm", json!({})), ("deny", json!({ "reason": "not_received" })), ("rating", json!({ "score": 5 })), ("withdrawal", json!({ "reason": "不告了" })), ("supplement", json!({ "note": "材料" })), ("uploads", json!({ "kind": "photo", "size": 3, "sha256": "0".repeat(64) }))] {
            let got = son.post(&format!("{path}/{what}"), body);
            got.problem(403, "forbidden");
            assert!(text(&got.json()["detail"]).contains("委托书"), "{what}");
        }
        assert_eq!(me.get(&path).ok()["stage"]["code"], "answered", "what was refused changed nothing");
        // revoked: felt at the next request
        assert_eq!(me.delete(&format!("{agents}/{mandate}")).status, 204);
        me.delete(&format!("{agents}/{mandate}")).problem(409, "not_now");
        son.get(&path).problem(404, "not_found");
        assert_eq!(son.get("/mandates").ok()["mandates"], json!([]));
        // at the counter, with the document: the power that is written is good, and the event says who
        let desk = w.who("kuiwen.desk");
        let file = photo(&w, "kuiwen.desk", &id);
        let at_desk = format!("/filings/{id}/mandates");
        assert_eq!(desk.post(&at_desk, agent("张小测", "13900000055", &["view"], None)).places(), [("/evidence".to_owned(), "mandate_document".to_owned())]);
        let foreign = photo(&w, "kuiwen.desk", &other);
        assert_eq!(desk.post(&at_desk, agent("张小测", "13900000055", &["view"], Some(&foreign))).places(), [("/evidence".to_owned(), "file_not_here".to_owned())]);
        w.who("fangzi.desk").post(&at_desk, agent("张小测", "13900000055", &["view"], Some(&file))).problem(404, "not_found");
        let powers = ["view", "confirm_receipt", "withdraw"];
        let written = text(&desk.post(&at_desk, agent("张小测", "13900000055", &powers, Some(&file))).ok()["id"]);
        assert_eq!(son.post(&format!("{path}/deny"), json!({ "reason": "not_received" })).status, 204);
        answer(&w, &id, "单位今天已转账，请查收。");
        assert_eq!(son.post(&format!("{path}/withdrawal"), json!({ "reason": "家里商量后不告了" })).status, 202);
        assert_eq!(desk.get("/withdrawals").ok()["withdrawals"][0]["flags"], json!(["agent"]), "the desk sees that the worker himself did not ask");
        assert_eq!(son.delete(&format!("{path}/withdrawal")).status, 204);
        assert_eq!(son.post(&format!("{path}/confirm"), json!({})).status, 204);
        let fid: FilingId = id.parse().unwrap();
        let (own, moved) = w.app.db.read_blocking(move |c| {
            let p = procedures::of_filing(c, fid)?.remove(0);
            Ok((journal::stream(c, fid.into())?, journal::stream(c, p.id.into())?))
        }).unwrap();
        assert_eq!(own.iter().filter(|e| e.core.kind == "agent_acted" && e.core.payload["mandate"] == json!(written)).count(), 4);
        assert!(moved.iter().any(|e| e.core.payload["move"] == "confirm" && e.core.payload["by"] == "agent"));
        // on the worker's word at the counter, at once
        w.who("fangzi.desk").post(&format!("/mandates/{written}/revoke"), json!({ "note": "本人来电要求取消" })).problem(404, "not_found");
        desk.post(&format!("/mandates/{written}/revoke"), json!({ "note": "本人来电要求取消" })).ok();
        son.get(&path).problem(404, "not_found");
        // time ends it as well; an heir is recorded with proof
        heir["evidence"] = json!(file);
        desk.post(&at_desk, heir).ok();
        assert_eq!(son.get(&path).status, 200);
        w.set(12, 1, 9, 0);
        w.pass(Duration::days(62));
        let son = Phone::on(&w, "13900000055", "张小测");
        son.get(&path).problem(404, "not_found");
        let list = desk.get(&at_desk).ok();
        assert_eq!(list["agents"].as_array().unwrap().len(), 3);
        assert!(!list["agents"][0]["holds"].as_bool().unwrap() && list["agents"][0]["kind"] == "heir" && list["agents"][0]["name"] == "张**");
        assert!(!all_text(&w).contains("13900000055") && !all_text(&w).contains("张小测"));
    }

    fn an_agent_never_takes_the_filing_over(t: &TestDb) {
        let w = world(t);
        let id = registered(&w, "kuiwen.desk", 1);
        let file = photo(&w, "kuiwen.desk", &id);
        w.who("kuiwen.desk").post(&format!("/filings/{id}/mandates"), agent("张小测", "13900000055", &["view"], Some(&file))).ok();
        let (number, secret) = (number_of(&w, &id), secret_of(&w, &id));
        let son = Phone::on(&w, "13900000055", "张小测");
        let slip = json!({ "number": number, "secret": secret });
        assert_eq!(son.post("/filings/adopt", slip.clone()).ok()["filing"], id);
        assert_eq!(son.get("/filings").ok()["filings"], json!([]), "the receipt proves the agent, it does not make the filing his");
        let father = Phone::on(&w, "13900000001", "张测试");
        assert_eq!(father.post("/filings/adopt", slip).ok()["filing"], id);
        assert_eq!(father.get(&format!("/filings/{id}/agents")).ok()["agents"].as_array().unwrap().len(), 1);
    }

    fn a_shared_telephone_opens_nothing_of_before_without_the_own_receipt(t: &TestDb) {
        let w = world(t);
        let zhang = Phone::on(&w, "13900000001", "张测试");
        let (id, body) = filed(&zhang, 1);
        let (number, secret) = (text(&body["receipt"]["number"]), text(&body["receipt"]["secret"]));
        assert_eq!(zhang.get("/session").ok()["limited"], false, "one person, one telephone: name and code are enough");
        // a second man on the same telephone: from now on a name opens nothing, and it makes no difference which
        let li = Phone::on(&w, "13900000001", "李测试");
        let foreman = Phone::on(&w, "13900000001", "张测试");
        for p in [&li, &foreman] {
            assert_eq!(p.get("/session").ok()["limited"], true);
            assert_eq!(p.get("/filings").ok()["filings"], json!([]));
            assert_eq!(p.get("/drafts").ok()["drafts"], json!([]));
            assert_eq!(p.get("/devices").ok()["devices"].as_array().unwrap().len(), 1, "not even that somebody logged in before");
        }
        for got in [
            foreman.get(&format!("/filings/{id}")),
            foreman.get(&format!("/filings/{id}/receipt")),
            foreman.get(&format!("/filings/{id}/messages")),
            foreman.get(&format!("/filings/{id}/agents")),
            foreman.post(&format!("/filings/{id}/confirm"), json!({})),
            foreman.post(&format!("/filings/{id}/withdrawal"), json!({ "reason": "不告了" })),
            foreman.post(&format!("/filings/{id}/uploads"), json!({ "kind": "photo", "size": 3, "sha256": "0".repeat(64) })),
            foreman.post(&format!("/filings/{id}/agents"), agent("赵工头", "13900000066", &["view"], None)),
        ] {
            got.problem(404, "not_found");
        }
        // a receipt of his own makes the foreman no master of another's
        let (own, own_slip) = filed(&li, 7);
        let (own_number, own_secret) = (text(&own_slip["receipt"]["number"]), text(&own_slip["receipt"]["secret"]));
        assert_eq!(li.get("/filings").ok()["filings"].as_array().unwrap().len(), 1, "what is filed in the session is seen in it");
        foreman.post("/filings/adopt", json!({ "number": own_number, "secret": own_secret })).problem(409, "receipt_unknown");
        let counter = registered(&w, "kuiwen.desk", 9);
        let at_counter = json!({ "number": number_of(&w, &counter), "secret": secret_of(&w, &counter) });
        foreman.post("/filings/adopt", at_counter).ok();
        let seen = foreman.get("/filings").ok()["filings"].clone();
        assert_eq!((seen.as_array().unwrap().len(), seen[0]["id"].clone()), (1, json!(counter)), "what a receipt proves is seen, the rest is not");
        // the man himself with his query code, at log-in or after it
        foreman.post("/filings/adopt", json!({ "number": number, "secret": secret })).ok();
        assert_eq!(foreman.get(&format!("/filings/{id}")).status, 200);
        let off = Phone::off(&w);
        let log_in = |number: &str, secret: &str| {
            w.pass(Duration::minutes(6));
            let code = off.code("13900000001");
            off.post("/session", json!({ "phone": "13900000001", "code": code, "name": "张测试", "number": number, "secret": secret }))
        };
        log_in(&number, "QZ-22222-22222").problem(401, "receipt_unknown");
        log_in(&own_number, &own_secret).problem(401, "receipt_unknown");
        w.pass(Duration::hours(1));
        let again = log_in(&number, &secret);
        assert_eq!((again.status, again.json()["me"]["limited"].clone()), (201, json!(false)), "{}", again.text());
        let _ = own;
    }

    fn a_telephone_is_changed_by_two_officers_and_time(t: &TestDb) {
        let w = world(t);
        let old = Phone::on(&w, "13900000001", "张测试");
        let mut typed = report(1);
        typed["report"]["reporterId"] = json!("379900200302050650");
        let got = old.post("/filings", typed);
        assert_eq!(got.status, 201, "{}", got.text());
        let (id, secret) = (text(&got.json()["filing"]), text(&got.json()["receipt"]["secret"]));
        let desk = w.who("kuiwen.desk");
        let path = format!("/filings/{id}/rebindings");
        let ask = |person: &str, secret: &str| {
            let code = Phone::off(&w).code("13900000099");
            json!({ "phone": "13900000099", "code": code, "idNumber": person, "secret": secret, "note": "本人持身份证原件到窗口" })
        };
        let right = "379900200302050650";
        // both factors, and the new telephone in hand
        desk.post(&path, ask(right, "QZ-22222-22222")).problem(409, "receipt_unknown");
        assert_eq!(desk.post(&path, ask("379900199001011230", &secret)).places(), [("/idNumber".to_owned(), "identity_differs".to_owned())]);
        let mut no_code = ask(right, &secret);
        let wrong = if no_code["code"] == "000000" { "111111" } else { "000000" };
        no_code["code"] = json!(wrong);
        desk.post(&path, no_code).problem(409, "bad_code");
        w.who("fangzi.desk").post(&path, ask(right, &secret)).problem(404, "not_found");
        w.pass(Duration::hours(1));
        let change = text(&desk.post(&path, ask(right, &secret)).ok()["id"]);
        desk.post(&path, ask(right, &secret)).problem(409, "rebinding_open");
        let decide = |who: &str, confirm: bool| w.who(who).post(&format!("/rebindings/{change}/decide"), json!({ "confirm": confirm }));
        decide("kuiwen.desk", true).problem(403, "forbidden");
        decide("fangzi.desk", true).problem(404, "not_found");
        let settle = || qingxin::jobs::rebindings(&w.app).unwrap();
        assert_eq!((settle().told, settle().done), (0, 0), "one officer's word starts nothing");
        assert_eq!(desk.get("/rebindings").ok()["rebindings"][0]["own"], true);
        decide("kuiwen.leader", true).ok();
        assert_eq!((settle().told, settle().told), (1, 0), "the old number is told once");
        let waits = desk.get("/rebindings").ok();
        assert_eq!(waits["rebindings"][0]["state"], "confirmed");
        assert!(waits["rebindings"][0]["notBefore"].is_string(), "{waits}");
        w.pass(Duration::hours(23));
        assert_eq!(settle().done, 0);
        assert_eq!(old.get(&format!("/filings/{id}")).status, 200, "until it takes effect the old one stands");
        // a WeChat account on the old telephone
        let fid: FilingId = id.parse().unwrap();
        let log_in = w.app.db.read_blocking(move |c| filings::get(c, fid)).unwrap().unwrap().worker_id.unwrap();
        w.app
            .write_blocking(&Actor::System("tests"), None, move |tx| {
                let wx_ct = Some(tx.seal("worker_addresses", "wx_ct", log_in, "open-id-of-the-old-one")?);
                addresses::put_worker(tx.c, &WorkerAddress { worker_id: log_in, wx_ct, plain: true, set_at: tx.now })
            })
            .unwrap();
        w.pass(Duration::hours(2));
        assert_eq!((settle().done, settle().done), (1, 0));
        let kept = w.app.db.read_blocking(move |c| addresses::of_worker(c, log_in)).unwrap().unwrap();
        assert!(kept.wx_ct.is_none(), "who has the old telephone is told nothing more by WeChat");
        old.get("/session").problem(401, "unauthenticated");
        let new = Phone::on(&w, "13900000099", "张测试");
        assert_eq!(new.get(&format!("/filings/{id}")).status, 200);
        let stranger = Phone::on(&w, "13900000001", "张测试");
        assert_eq!(stranger.get("/filings").ok()["filings"], json!([]), "whoever has the old card has nothing");
        decide("kuiwen.leader", false).problem(409, "not_now");
        assert!(!all_text(&w).contains("13900000099"));
        let kinds: Vec<String> = w.app.db.read_blocking(move |c| journal::stream(c, fid.into())).unwrap().into_iter().map(|e| e.core.kind).collect();
        for kind in ["rebinding_asked", "rebinding_confirmed", "rebound"] {
            assert!(kinds.iter().any(|k| k == kind), "{kind}: {kinds:?}");
        }
    }

    fn a_change_asked_for_again_is_answered_as_the_first_time(t: &TestDb) {
        let w = world(t);
        let old = Phone::on(&w, "13900000001", "张测试");
        let mut typed = report(1);
        typed["report"]["reporterId"] = json!("379900200302050650");
        let got = old.post("/filings", typed);
        let (id, secret) = (text(&got.json()["filing"]), text(&got.json()["receipt"]["secret"]));
        let (desk, path) = (w.who("kuiwen.desk"), format!("/filings/{id}/rebindings"));
        let code = Phone::off(&w).code("13900000099");
        let body = json!({ "phone": "13900000099", "code": code, "idNumber": "379900200302050650", "secret": secret, "note": "本人持证到窗口" });
        let first = text(&desk.post_with(&path, body.clone(), &[("idempotency-key", "rebind-0001")]).ok()["id"]);
        // the answer was lost: under the same key, and under another one with the same code
        for key in ["rebind-0001", "rebind-0002", "rebind-0002"] {
            let again = desk.post_with(&path, body.clone(), &[("idempotency-key", key)]);
            assert_eq!((again.status, text(&again.ok()["id"])), (201, first.clone()), "{key}");
        }
        let waiting = |w: &World| w.who("kuiwen.desk").get("/rebindings").ok()["rebindings"].as_array().unwrap().len();
        assert_eq!(waiting(&w), 1);
        // the same key with other content, the code in other hands or with something else beside it: no repetition
        let with = |k: &str, v: &str| {
            let mut b = body.clone();
            b[k] = json!(v);
            b
        };
        desk.post_with(&path, with("note", "另一份"), &[("idempotency-key", "rebind-0001")]).problem(422, "idempotency_key_reused");
        w.who("kuiwen.handler").post(&path, body.clone()).problem(409, "bad_code");
        desk.post(&path, with("idNumber", "379900199001011230")).problem(409, "bad_code");
        desk.post(&path, with("phone", "13900000098")).problem(409, "bad_code");
        desk.post(&path, with("secret", "QZ-22222-22222")).problem(409, "receipt_unknown");
        w.who("fangzi.desk").post_with(&path, body.clone(), &[("idempotency-key", "rebind-0001")]).problem(404, "not_found");
        // when the code's life is over only the key speaks for it, also after the change was decided
        w.pass(Duration::minutes(6));
        desk.post(&path, body.clone()).problem(409, "bad_code");
        let decide = || w.who("kuiwen.leader").post_with(&format!("/rebindings/{first}/decide"), json!({ "confirm": true }), &[("idempotency-key", "decide-0001")]);
        assert_eq!(decide().ok(), decide().ok());
        assert_eq!(text(&desk.post_with(&path, body, &[("idempotency-key", "rebind-0001")]).ok()["id"]), first);
        assert_eq!(waiting(&w), 1);
    }

    fn a_log_in_of_the_old_telephone_stops_the_change(t: &TestDb) {
        let w = world(t);
        let old = Phone::on(&w, "13900000001", "张测试");
        let (id, body) = filed(&old, 1);
        let secret = text(&body["receipt"]["secret"]);
        let ask = |who: &str| {
            let code = Phone::off(&w).code("13900000099");
            let body = json!({ "phone": "13900000099", "code": code, "idNumber": "379900200302050650", "secret": secret, "note": "本人持身份证原件到窗口" });
            w.who(who).post(&format!("/filings/{id}/rebindings"), body)
        };
        let change = text(&ask("kuiwen.desk").ok()["id"]);
        w.who("kuiwen.leader").post(&format!("/rebindings/{change}/decide"), json!({ "confirm": true })).ok();
        assert_eq!(qingxin::jobs::rebindings(&w.app).unwrap().told, 1);
        w.pass(Duration::hours(20));
        let again = Phone::on(&w, "13900000001", "张测试");
        w.pass(Duration::hours(10));
        assert_eq!(qingxin::jobs::rebindings(&w.app).unwrap().done, 0);
        assert_eq!(again.get(&format!("/filings/{id}")).status, 200);
        assert!(w.who("kuiwen.desk").get("/notices").ok().to_string().contains("原号码登录"));
        // stopped by an officer as well; what was logged in on the new telephone before is the same man's
        let change = text(&ask("kuiwen.desk").ok()["id"]);
        w.who("kuiwen.desk").post(&format!("/rebindings/{change}/decide"), json!({ "confirm": false })).ok();
        assert_eq!(w.who("kuiwen.desk").get("/rebindings").ok()["rebindings"], json!([]));
        let early = Phone::on(&w, "13900000099", "张测试");
        filed(&early, 3);
        let change = text(&ask("kuiwen.leader").ok()["id"]);
        w.who("kuiwen.desk").post(&format!("/rebindings/{change}/decide"), json!({ "confirm": true })).ok();
        qingxin::jobs::rebindings(&w.app).unwrap();
        w.pass(Duration::hours(25));
        assert_eq!(qingxin::jobs::rebindings(&w.app).unwrap().done, 1);
        early.get("/session").problem(401, "unauthenticated");
        let new = Phone::on(&w, "13900000099", "张测试");
        assert_eq!(new.get("/filings").ok()["filings"].as_array().unwrap().len(), 2, "both filings are his");
    }

    fn without_a_sender_of_messages_no_telephone_changes_in_silence(t: &TestDb) {
        let w = world(t);
        let old = Phone::on(&w, "13900000001", "张测试");
        let (id, body) = filed(&old, 1);
        let code = Phone::off(&w).code("13900000099");
        let ask = json!({ "phone": "13900000099", "code": code, "idNumber": "379900200302050650", "secret": body["receipt"]["secret"], "note": "本人持身份证原件到窗口" });
        let change = text(&w.who("kuiwen.desk").post(&format!("/filings/{id}/rebindings"), ask).ok()["id"]);
        w.who("kuiwen.leader").post(&format!("/rebindings/{change}/decide"), json!({ "confirm": true })).ok();
        // another node whose sender is away
        let deaf = World::again(t, &w, &[("QINGXIN__SMS__PROVIDER", "none")]);
        for _ in 0..2 {
            let done = qingxin::jobs::rebindings(&deaf).unwrap();
            assert_eq!((done.told, done.waiting, done.done), (0, 1, 0));
            w.pass(Duration::hours(30));
        }
        assert_eq!(old.get(&format!("/filings/{id}")).status, 200, "the delay runs from the message, not from the signature");
    }
}
