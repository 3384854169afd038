//! The systems' doors: keys and signatures, clues pushed in, the feed of what became of them.

use crate::on_both;
use crate::support::app::{Got, World, filing};
use crate::tables;
use axum::body::Body;
use axum::http::Request;
use chrono::Duration;
use qingxin::app::exchange::partners::{Credentials, Limit, NewPartner};
use qingxin::domain::access::Actor;
use qingxin::domain::exchange as rules;
use qingxin::web::{self, Surface, openapi};
use serde_json::{Value, json};
use std::path::Path;

/// Where the API stands.
pub const EXCHANGE: &str = "/api/exchange/v1";

/// Another system with its credentials.
pub struct Sender<'w> {
    pub world: &'w World,
    pub given: Credentials,
}

/// What a message says of itself; what is absent is right.
#[derive(Default)]
pub struct Message<'a> {
    id: Option<&'a str>,
    late: i64,
    signature: Option<&'a str>,
}

impl<'w> Sender<'w> {
    /// A system let in: filings of `channel` for the city's bureau.
    pub fn new(world: &'w World, code: &str, channel: &str) -> Self {
        let new =
            NewPartner { code: code.into(), name: format!("测试系统{code}"), channel: channel.into(), bureau: "370700-hrss".into() };
        let (_, given) = world.app.create_partner(&Actor::System("tests"), &new).unwrap();
        Self { world, given }
    }
    /// Reads.
    pub fn get(&self, path: &str) -> Got {
        self.request("GET", path, None, &Message::default())
    }
    /// Sends a signed message.
    pub fn post(&self, path: &str, body: &Value) -> Got {
        self.request("POST", path, Some(body), &Message::default())
    }
    /// Sends a message that may be wrong in some way.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>, m: &Message<'_>) -> Got {
        let mut b = Request::builder().method(method).uri(format!("{EXCHANGE}{path}")).header("host", "localhost");
        b = b.header("authorization", format!("Bearer {}", self.given.key));
        let Some(body) = body else { return self.world.send(b.body(Body::empty()).unwrap()) };
        let (body, own) = (body.to_string(), self.world.key());
        let (id, at) = (m.id.unwrap_or(&own), self.world.now().millis() / 1000 - m.late);
        let right = rules::sign(&rules::secret_bytes(&self.given.secret).unwrap(), id, at, body.as_bytes());
        b = b.header("content-type", "application/json").header("webhook-id", id).header("webhook-timestamp", at.to_string());
        if m.signature != Some("") {
            b = b.header("webhook-signature", m.signature.unwrap_or(&right));
        }
        self.world.send(b.body(Body::from(body)).unwrap())
    }
    /// Pushes one clue; what became of it.
    pub fn push(&self, clue: &Value) -> Value {
        self.post("/clues", &json!({ "clues": [clue] })).ok()["results"][0].clone()
    }
    /// The whole feed, `limit` entries a page.
    pub fn feed(&self, limit: usize) -> Vec<Value> {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/filings?limit={limit}{after}")).ok();
            let entries = page["entries"].as_array().unwrap();
            assert!(entries.len() <= limit);
            all.extend(entries.iter().cloned());
            if page["more"] == false {
                return all;
            }
            after = format!("&after={}", page["nextCursor"].as_str().unwrap());
        }
    }
}

/// A clue every rule takes.
pub fn clue(n: u32, number: &str) -> Value {
    let mut c = filing(n);
    let o = c.as_object_mut().unwrap();
    o.remove("channel");
    o.remove("kind");
    o.insert("sourceNumber".into(), json!(number));
    c
}

/// The procedure of a filing, by its sender's number.
fn procedure(w: &World, number: &str) -> String {
    let number = number.to_owned();
    w.app
        .db
        .read_blocking(move |c| {
            let f =
                qingxin::store::filings::twin(c, if number.starts_with("SD") { "national" } else { "hotline_12345" }, Some(&number), &[])?
                    .unwrap();
            Ok(qingxin::store::procedures::of_filing(c, f.id)?[0].id.to_string())
        })
        .unwrap()
}

/// Who asks for what with what, for every route of the surface.
fn routes() -> Vec<(&'static str, &'static str, Option<Value>)> {
    vec![
        ("POST", "/clues", Some(json!({ "clues": [clue(9, "WF12345-9")] }))),
        ("GET", "/filings", None),
        ("GET", "/filings/WF12345-1", None),
        ("POST", "/filings/WF12345-1/answers/1/verdict", Some(json!({ "verdict": "accept" }))),
        ("POST", "/subscriptions", Some(json!({ "url": "https://example.org/", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }))),
        ("GET", "/subscriptions", None),
        ("DELETE", "/subscriptions/019ab000-0000-7000-8000-000000000000", None),
        ("GET", "/listings/91370702MA3TEXT0XR", None),
        ("POST", "/listings/check", Some(json!({ "codes": ["91370702MA3TEXT0XR"] }))),
        ("POST", "/listings/person", Some(json!({ "idNumber": "379900198001010014", "purpose": "travel" }))),
        ("GET", "/listings", None),
        ("GET", "/listings/snapshot", None),
        ("POST", "/listings/acks", Some(json!({ "acks": [{ "code": "SX1", "rev": 1 }] }))),
    ]
}

#[test]
fn the_committed_exchange_document_is_the_tables() {
    let routes = web::table().routes();
    let text = openapi::document_text(&routes, Surface::Exchange).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi/exchange.v1.json");
    if std::env::var_os("QINGXIN_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap_or_default() == text, "docs/openapi/exchange.v1.json is old; QINGXIN_BLESS=1 writes it");
    assert_eq!(openapi::dangling(&openapi::document(&routes, Surface::Exchange)), Vec::<String>::new());
    let walked = self::routes().len();
    // the description is for anybody: `access` walks it
    let behind = routes.iter().filter(|r| r.surface == Surface::Exchange && r.access != web::Access::Public).count();
    assert_eq!(behind, walked, "a route this file does not walk");
}

on_both! {
    fn a_system_at_its_limit_waits_and_disturbs_no_other(t: &TestDb) {
        let w = World::with(t, &[("QINGXIN__EXCHANGE__REQUESTS_A_MINUTE", "3"), ("QINGXIN__EXCHANGE__CLUES_A_MINUTE", "4")]);
        let (one, other) = (Sender::new(&w, "hotline", "hotline_12345"), Sender::new(&w, "national", "national"));
        for _ in 0..3 {
            one.get("/filings").ok();
        }
        w.pass(Duration::seconds(20));
        let shut = one.get("/filings");
        shut.problem(429, "too_many");
        assert_eq!(shut.header("retry-after"), "40");
        // every door of this system, a good signature or none; the other one goes on
        one.post("/clues", &json!({ "clues": [clue(1, "H-1")] })).problem(429, "too_many");
        one.get("/subscriptions").problem(429, "too_many");
        other.get("/filings").ok();
        // another node counts with this one
        let next = World::again(t, &w, &[("QINGXIN__EXCHANGE__REQUESTS_A_MINUTE", "3")]);
        let of = |s: &Sender<'_>| w.run(next.partner_of(&s.given.key)).map(drop);
        assert!(matches!(of(&one), Err(qingxin::base::Error::TooMany(40))));
        of(&other).unwrap();
        // a key that is nobody's is not counted for anybody
        let forged = Sender { world: &w, given: Credentials { key: "qxk_nobody".into(), ..one.given.clone() } };
        forged.get("/filings").problem(401, "unauthenticated");
        // a limit of its own holds at once, and goes back to the usual one
        let set = |requests, clues| w.app.limit_partner(&Actor::System("tests"), "hotline", requests, clues);
        set(Some(Limit::Own(5)), None).unwrap();
        one.get("/filings").ok();
        one.get("/filings").ok();
        one.get("/filings").problem(429, "too_many");
        set(Some(Limit::Default), None).unwrap();
        one.get("/filings").problem(429, "too_many");
        w.pass(Duration::seconds(40));
        one.get("/filings").ok();
        assert!(set(Some(Limit::Own(0)), None).is_err());
        assert!(w.app.limit_partner(&w.actor("city.system"), "hotline", None, None).is_err(), "the operator's alone");
        assert!(w.app.limit_partner(&Actor::System("tests"), "nobody", None, None).is_err());
    }

    fn clues_are_counted_one_by_one_and_a_repetition_is_none(t: &TestDb) {
        let w = World::with(t, &[("QINGXIN__EXCHANGE__CLUES_A_MINUTE", "4")]);
        let (one, other) = (Sender::new(&w, "hotline", "hotline_12345"), Sender::new(&w, "national", "national"));
        let some = |from: u32, n: u32| json!({ "clues": (from..from + n).map(|i| clue(i, &format!("H-{i}"))).collect::<Vec<_>>() });
        let outcomes = |got: Got| {
            got.ok()["results"].as_array().unwrap().iter().map(|r| r["outcome"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let first = Message { id: Some("message-01"), ..Message::default() };
        for _ in 0..2 {
            assert_eq!(outcomes(one.request("POST", "/clues", Some(&some(1, 3)), &first)), ["new"; 3]);
        }
        // two more are one too many: none of them is kept, and the sender may send them again under the same id
        let second = Message { id: Some("message-02"), ..Message::default() };
        let shut = one.request("POST", "/clues", Some(&some(4, 2)), &second);
        shut.problem(429, "too_many");
        assert_eq!(shut.header("retry-after"), "60");
        assert_eq!(outcomes(one.post("/clues", &some(6, 1))), ["new"]);
        assert_eq!(outcomes(other.post("/clues", &some(1, 4))), ["new"; 4]);
        w.pass(Duration::minutes(1));
        assert_eq!(outcomes(one.request("POST", "/clues", Some(&some(4, 2)), &second)), ["new"; 2]);
        // a message larger than the limit has a minute of its own
        w.pass(Duration::minutes(1));
        assert_eq!(outcomes(one.post("/clues", &some(7, 6))), ["new"; 6]);
        one.post("/clues", &some(13, 1)).problem(429, "too_many");
    }

    fn only_a_key_that_holds_opens(t: &TestDb) {
        let w = World::new(t);
        let s = Sender::new(&w, "city-hotline", "hotline_12345");
        s.push(&clue(1, "WF12345-1"));
        let old = Sender { world: &w, given: s.given.clone() };
        let s = Sender { world: &w, given: w.app.rotate_partner(&Actor::System("tests"), "city-hotline").unwrap() };
        let stranger = Sender::new(&w, "another", "hotline_12345");
        let gone = Sender::new(&w, "gone", "national");
        w.app.revoke_partner(&Actor::System("tests"), "gone").unwrap();
        w.who("city.desk").token();
        let before = tables::dump(&t.db);
        for (method, path, body) in routes() {
            for (who, from) in [("rotated", &old), ("revoked", &gone)] {
                from.request(method, path, body.as_ref(), &Message::default()).problem(401, "unauthenticated");
                assert_eq!(tables::differ(&before, &tables::dump(&t.db)), Vec::<String>::new(), "{who}");
            }
            // nobody, an officer, and a key that is nobody's
            let staff = w.who("city.desk");
            for from in [w.nobody(), staff, w.with_token(&format!("qxk_{}", "a".repeat(43)))] {
                let b = from.request(method, &format!("{EXCHANGE}{path}")).header("content-type", "application/json");
                let body = body.clone().unwrap_or(Value::Null).to_string();
                w.send(b.body(Body::from(body)).unwrap()).problem(401, "unauthenticated");
            }
        }
        stranger.get("/filings/WF12345-1").problem(404, "not_found");
        assert_eq!(stranger.get("/filings").ok()["entries"], json!([]));
        assert_eq!(s.get("/filings/WF12345-1").ok()["state"], "forwarded");
        // a partner's key opens no other door
        for path in ["/api/office/v1/inbox", "/api/office/v1/reference"] {
            let b = Request::builder().uri(path).header("authorization", format!("Bearer {}", s.given.key));
            w.send(b.body(Body::empty()).unwrap()).problem(401, "unauthenticated");
        }
        // neither key nor secret is in the database in any readable form
        let all = format!("{:?}", tables::dump(&t.db));
        assert!(!all.contains(&s.given.key) && !all.contains(s.given.secret.trim_start_matches("whsec_")));
        let kinds = tables::count(&t.db, "select count(distinct kind) from events where stream = 'partner'");
        assert_eq!(kinds, 3, "created, rotated, revoked");
    }

    fn a_message_is_signed_fresh_and_counts_once(t: &TestDb) {
        let w = World::new(t);
        let s = Sender::new(&w, "hotline", "hotline_12345");
        let body = json!({ "clues": [clue(1, "WF12345-1")] });
        let send = |m: &Message<'_>| s.request("POST", "/clues", Some(&body), m);
        let right_for_other = rules::sign(&rules::secret_bytes(&s.given.secret).unwrap(), "message-1", 0, b"{}");
        let place = |got: &Got, header: &str, code: &str| {
            got.problem(401, "unauthenticated");
            assert_eq!(got.places(), [(format!("header.{header}"), code.to_owned())], "{}", got.text());
        };
        place(&send(&Message { signature: Some(""), ..Message::default() }), "webhook-signature", "required");
        place(&send(&Message { signature: Some("v1,AAAA"), ..Message::default() }), "webhook-signature", "bad_signature");
        place(&send(&Message { signature: Some(&right_for_other), ..Message::default() }), "webhook-signature", "bad_signature");
        place(&send(&Message { late: 301, ..Message::default() }), "webhook-timestamp", "stale_timestamp");
        place(&send(&Message { late: -301, ..Message::default() }), "webhook-timestamp", "stale_timestamp");
        place(&send(&Message { id: Some("short"), ..Message::default() }), "webhook-id", "bad_idempotency_key");
        assert_eq!(tables::count(&t.db, "select count(*) from filings"), 0);
        let first = send(&Message { id: Some("message-1"), late: 299, ..Message::default() }).ok();
        assert_eq!(first["results"][0]["outcome"], "new");
        let events = tables::count(&t.db, "select count(*) from events");
        assert_eq!(send(&Message { id: Some("message-1"), ..Message::default() }).ok(), first, "sent again: the same answer");
        assert_eq!(tables::count(&t.db, "select count(*) from events"), events);
        let other = json!({ "clues": [clue(2, "WF12345-2")] });
        s.request("POST", "/clues", Some(&other), &Message { id: Some("message-1"), ..Message::default() }).problem(422, "idempotency_key_reused");
        assert_eq!(tables::count(&t.db, "select count(*) from filings"), 1);
    }

    fn clues_are_judged_one_by_one_and_good_ones_kept(t: &TestDb) {
        let w = World::new(t);
        let s = Sender::new(&w, "hotline", "hotline_12345");
        let mut nameless = clue(2, "WF12345-2");
        nameless["reporterName"] = json!("");
        let mut elsewhere = clue(3, "WF12345-3");
        elsewhere["channel"] = json!("national");
        let batch = json!({ "clues": [clue(1, "WF12345-1"), nameless, clue(4, ""), elsewhere, clue(1, "WF12345-1")] });
        let id = Message { id: Some("a-batch-1"), ..Message::default() };
        let got = s.request("POST", "/clues", Some(&batch), &id).ok();
        let outcomes: Vec<&str> = got["results"].as_array().unwrap().iter().map(|r| r["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["new", "rejected", "rejected", "rejected", "duplicate"]);
        let at = |i: usize| got["results"][i]["errors"][0]["pointer"].as_str().unwrap().to_owned();
        assert_eq!([at(1), at(2), at(3)], ["/clues/1/reporterName", "/clues/2/sourceNumber", "/clues/3/channel"]);
        assert!(got["results"].as_array().unwrap().iter().all(|r| r["errors"].as_array().into_iter().flatten().all(|e| !e["message"].as_str().unwrap().is_ascii())));
        assert_eq!(got["results"][0]["number"], got["results"][4]["number"]);
        assert_eq!(s.request("POST", "/clues", Some(&batch), &id).ok(), got, "the whole batch again");
        // one filing, with channel, bureau and kind of the partner, forwarded by the rules as any other
        assert_eq!(tables::count(&t.db, "select count(*) from filings where channel = 'hotline_12345' and receiving_bureau = '370700-hrss' and kind = 'complaint' and case_id is not null"), 1);
        // the same by another message is the same filing; other content waits at the desk
        assert_eq!(s.push(&clue(1, "WF12345-1"))["outcome"], "duplicate");
        let mut more = clue(1, "WF12345-1");
        more["headcount"] = json!(3);
        assert_eq!(s.push(&more)["outcome"], "amended");
        assert_eq!(tables::count(&t.db, "select count(*) from filings"), 1);
        // another system of the channel can neither amend it nor learn its number
        let other = Sender::new(&w, "hotline-b", "hotline_12345");
        for c in [clue(1, "WF12345-1"), clue(5, "WF12345-1")] {
            let r = other.push(&c);
            assert_eq!((r["outcome"].as_str(), r["errors"][0]["code"].as_str(), &r["number"]), (Some("rejected"), Some("source_number_taken"), &Value::Null));
        }
        assert_eq!(tables::count(&t.db, "select count(*) from amendments"), 1);
        // the national platform sends clues
        let national = Sender::new(&w, "national", "national");
        assert_eq!(national.push(&clue(6, "SD2026001"))["outcome"], "new");
        assert_eq!(tables::count(&t.db, "select count(*) from filings where kind = 'clue'"), 1);
        // bounds and shape
        let many: Vec<Value> = (0..101).map(|n| clue(n, &format!("WF12345-{n}"))).collect();
        let got = s.post("/clues", &json!({ "clues": many }));
        got.problem(422, "invalid_input");
        assert_eq!(got.places()[0], ("/clues".to_owned(), "too_many_clues".to_owned()));
        s.post("/clues", &json!({ "clues": [] })).problem(422, "invalid_input");
        let got = s.post("/clues", &json!({ "clues": [], "role": "head" }));
        assert_eq!(got.places()[0], ("/role".to_owned(), "unknown_field".to_owned()));
        // what was refused of personal data is not remembered
        assert!(!format!("{:?}", tables::dump(&t.db)["idempotency"]).contains("张测试"));
    }

    fn the_feed_is_ones_own_in_order_and_names_nobody(t: &TestDb) {
        let w = World::new(t);
        let (a, b) = (Sender::new(&w, "hotline", "hotline_12345"), Sender::new(&w, "national", "national"));
        a.push(&clue(1, "WF12345-1"));
        b.push(&clue(2, "SD2"));
        w.pass(Duration::seconds(1));
        a.push(&clue(3, "WF12345-3"));
        w.who("city.desk").post("/filings", filing(4)).ok();
        assert_eq!(a.get("/filings").ok(), json!({ "entries": [], "more": false }), "not numbered yet");
        w.tick();
        let first = a.get("/filings").ok();
        // the desk of the receiving bureau answers one of them
        w.pass(Duration::hours(2));
        let procedure = procedure(&w, "WF12345-3");
        let form = json!({ "code": "no_arrears", "answer": "经核实不欠张测试工资。", "method": "platform" });
        w.who("city.desk").act(&procedure, "answer", form).ok();
        w.tick();
        let all = a.feed(100);
        let told: Vec<(&str, &str, &str)> = all.iter().map(|e| (e["sourceNumber"].as_str().unwrap(), e["event"].as_str().unwrap(), e["stage"].as_str().unwrap())).collect();
        assert_eq!(
            told,
            [
                ("WF12345-1", "start", "待处理"),
                ("WF12345-1", "forward", "已转办"),
                ("WF12345-3", "start", "待处理"),
                ("WF12345-3", "forward", "已转办"),
                ("WF12345-3", "answer", "已答复"),
            ]
        );
        assert_eq!((all[4]["answerCode"].as_str(), all[4]["answer"].as_str()), (Some("no_arrears"), Some("经核实不存在欠薪情况")));
        assert_eq!(a.feed(1), all, "page by page it is the same");
        assert_eq!(a.feed(2), all);
        // going on from the first reading misses nothing and repeats nothing
        let on = a.get(&format!("/filings?after={}", first["nextCursor"].as_str().unwrap())).ok();
        assert_eq!(on["entries"], json!([all[4]]));
        assert_eq!(a.get(&format!("/filings?after={}", on["nextCursor"].as_str().unwrap())).ok()["entries"], json!([]));
        assert!(b.feed(100).iter().all(|e| e["sourceNumber"] == "SD2") && b.feed(100).len() == 2);
        let standing = a.get("/filings/WF12345-3").ok();
        assert_eq!((standing["stage"].as_str(), standing["answerCode"].as_str(), &standing["closed"]), (Some("已答复"), Some("no_arrears"), &json!(false)));
        for secret in ["张测试", "1390000", "测试建筑", "木工", "经核实不欠"] {
            assert!(!format!("{all:?}{standing}").contains(secret), "the feed shows {secret}");
        }
        for (after, code) in [("x", "bad_cursor"), (&"y".repeat(600), "too_long")] {
            let got = a.get(&format!("/filings?after={after}"));
            got.problem(422, "invalid_input");
            assert_eq!(got.places(), [("query.after".to_owned(), code.to_owned())]);
        }
        b.get("/filings/WF12345-1").problem(404, "not_found");
        a.get("/filings/none").problem(404, "not_found");
    }

    fn an_answer_has_rounds_and_its_sender_a_say(t: &TestDb) {
        let w = World::new(t);
        let (a, b) = (Sender::new(&w, "hotline", "hotline_12345"), Sender::new(&w, "national", "national"));
        a.push(&clue(1, "WF12345-1"));
        let p = procedure(&w, "WF12345-1");
        let desk = w.who("city.desk");
        let say = |round: u32, body: Value| a.post(&format!("/filings/WF12345-1/answers/{round}/verdict"), &body);
        say(1, json!({ "verdict": "accept" })).problem(409, "round_not_open");
        desk.act(&p, "answer_interim", json!({ "code": "in_progress", "answer": "正在调查处理。" })).ok();
        w.pass(Duration::hours(1));
        desk.act(&p, "answer", json!({ "code": "arbitration", "answer": "已告知通过仲裁解决。", "method": "platform" })).ok();
        let rounds = |who: &Sender<'_>| {
            let r = who.get("/filings/WF12345-1").ok()["rounds"].clone();
            let show = |r: &Value| format!("{} {} {} {}", r["round"], r["kind"], r["code"], r["verdict"]).replace('"', "");
            r.as_array().unwrap().iter().map(show).collect::<Vec<_>>()
        };
        assert_eq!(rounds(&a), ["1 interim in_progress null", "2 final arbitration null"]);
        // an interim answer is not judged; a no needs its reason; another system has no say
        say(1, json!({ "verdict": "accept" })).problem(409, "round_other_kind");
        let got = say(2, json!({ "verdict": "redo" }));
        got.problem(422, "invalid_input");
        assert_eq!(got.places()[0].0, "/reason");
        let got = say(2, json!({ "verdict": "unsatisfied", "reason": "劳动者说没有收到", "code": "made_up" }));
        assert_eq!(got.places(), [("/code".to_owned(), "not_allowed".to_owned())]);
        assert_eq!(say(2, json!({ "verdict": "redo", "reason": "没有核实", "code": "disagrees" })).places()[0].0, "/code");
        b.post("/filings/WF12345-1/answers/2/verdict", &json!({ "verdict": "accept" })).problem(404, "not_found");
        // 退回重办: a new round with a clock of its own, by the sender himself
        w.pass(Duration::hours(1));
        let body = json!({ "verdict": "redo", "reason": "请核实张测试本人的工资。" });
        let m = Message { id: Some("verdict-round-2"), ..Message::default() };
        let send = || a.request("POST", "/filings/WF12345-1/answers/2/verdict", Some(&body), &m);
        let after = send().ok();
        assert_eq!((after["state"].as_str(), after["rounds"][1]["verdict"].as_str()), (Some("forwarded"), Some("redo")));
        assert_eq!(send().ok(), after, "the same message again");
        assert_eq!(rounds(&a), ["1 interim in_progress null", "2 final arbitration redo", "3 final null null"]);
        let live = "select count(*) from terms where key = 'redo' and status = 'live'";
        assert_eq!(tables::count(&t.db, live), 1);
        say(2, json!({ "verdict": "accept" })).problem(409, "round_not_open");
        say(3, json!({ "verdict": "accept" })).problem(409, "round_not_open");
        // the second answer is taken
        desk.act(&p, "answer", json!({ "code": "paid_or_agreed", "answer": "已达成还款协议。", "method": "platform" })).ok();
        assert_eq!(tables::count(&t.db, live), 0);
        let done = say(3, json!({ "verdict": "accept" })).ok();
        assert_eq!((done["closed"].as_bool(), done["stage"].as_str()), (Some(true), Some("已确认")));
        assert_eq!(rounds(&a)[2], "3 final paid_or_agreed accept");
        w.tick();
        let events: Vec<String> = a.feed(3).iter().map(|e| format!("{} {}", e["event"], e["answerCode"]).replace('"', "")).collect();
        assert_eq!(events, ["start null", "forward null", "answer_interim in_progress", "answer arbitration", "deny null", "answer paid_or_agreed", "confirm null"]);
        // the sender's words are sealed
        let all = format!("{:?}", tables::dump(&t.db));
        assert!(!all.contains("请核实张测试"));
        assert_eq!(tables::count(&t.db, "select count(*) from answer_rounds where verdict_by = 'partner:hotline'"), 2);
    }

    fn a_return_needs_its_senders_yes(t: &TestDb) {
        let w = World::new(t);
        let a = Sender::new(&w, "hotline", "hotline_12345");
        for n in [1, 2] {
            let mut c = clue(n, &format!("WF12345-{n}"));
            c["area"] = json!("济南市历下区");
            assert_eq!(a.push(&c)["outcome"], "new");
            w.pass(Duration::seconds(1));
            let form = json!({ "reason": "other_city", "explanation": "用工所在地在济南市。" });
            w.who("city.desk").act(&procedure(&w, &format!("WF12345-{n}")), "return_to_source", form).ok();
        }
        w.tick();
        let asked = a.feed(10);
        assert_eq!((asked[1]["event"].as_str(), asked[1]["returnReason"].as_str()), (Some("return_to_source"), Some("不属本市管辖")));
        w.pass(Duration::hours(1));
        let say = |n: u32, body: Value| a.post(&format!("/filings/WF12345-{n}/answers/1/verdict"), &body);
        say(1, json!({ "verdict": "redo", "reason": "请办理" })).problem(409, "round_other_kind");
        let yes = say(1, json!({ "verdict": "accept" })).ok();
        assert_eq!((yes["state"].as_str(), yes["rounds"][0]["verdict"].as_str()), (Some("returned"), Some("accept")));
        let no = say(2, json!({ "verdict": "refuse", "reason": "工地在潍坊，请再核对。" })).ok();
        assert_eq!((no["state"].as_str(), no["rounds"][0]["verdict"].as_str()), (Some("received"), Some("refuse")));
        assert_eq!(tables::count(&t.db, "select count(*) from terms where key = 'again' and status = 'live'"), 1);
        say(2, json!({ "verdict": "accept" })).problem(409, "round_not_open");
    }

    fn answers_go_back_by_file(t: &TestDb) {
        use qingxin::app::exchange::export::answer_back;
        use qingxin::base::Day;
        use std::io::Read as _;
        let w = World::new(t);
        let desk = w.who("city.desk");
        let (a, n) = (Sender::new(&w, "hotline", "hotline_12345"), Sender::new(&w, "national", "national"));
        let mut formula = clue(1, "WF12345-1");
        formula["project"] = json!("=HYPERLINK(\"http://x\")小区");
        let mut national = clue(3, "SD3");
        national["teamLeader"] = json!("王工头");
        a.push(&formula);
        w.pass(Duration::seconds(1));
        a.push(&clue(2, "WF12345-2"));
        n.push(&national);
        w.pass(Duration::hours(1));
        let give = |no: &str, code: &str| {
            desk.act(&procedure(&w, no), "answer", json!({ "code": code, "answer": "经核实，已答复反映人。", "method": "platform" })).ok();
        };
        give("WF12345-1", "no_arrears");
        give("SD3", "arbitration");
        let system = Actor::System("tests");
        let make = |profile: &str, since: Option<Day>| answer_back(&w.app, &system, profile, since).unwrap();
        let hotline = make("hotline", None);
        assert_eq!(hotline.rows, 1, "what is not answered is not answered back");
        let (text, _, bad) = encoding_rs::GB18030.decode(&hotline.bytes);
        assert!(!bad);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("工单编号,来电人,联系电话,") && lines[0].contains("解决欠薪金额（万元）"), "{text}");
        assert!(lines[1].starts_with("WF12345-1,张测试,13900000001,") && lines[1].contains("经核实不存在欠薪情况"), "{text}");
        assert!(lines[1].contains("\"'=HYPERLINK("), "a formula is text: {text}");
        let book = make("national", None);
        w.pass(Duration::days(1));
        assert_eq!(make("hotline", None).bytes, hotline.bytes);
        assert_eq!(make("national", None).bytes, book.bytes, "the same state gives the same bytes");
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&book.bytes)).unwrap();
        let mut strings = String::new();
        zip.by_name("xl/sharedStrings.xml").unwrap().read_to_string(&mut strings).unwrap();
        for s in ["SD3", "应当或者已经通过劳动争议仲裁解决，已告知反映人", "王工头", "经核实，已答复反映人。", "奎文区人力资源和社会保障局", "解决欠薪金额（万元）"] {
            assert!(strings.contains(s), "{s}: {strings}");
        }
        assert!(!strings.contains("WF12345"));
        // what was sent back waits for its new answer
        n.post("/filings/SD3/answers/1/verdict", &json!({ "verdict": "redo", "reason": "请核实" })).ok();
        assert_eq!(make("national", None).rows, 0);
        assert_eq!((make("hotline", Some(w.now().day())).rows, make("hotline", Some(w.now().day().prev())).rows), (0, 1));
        // each opening is on record, and who may not is refused
        assert_eq!(tables::count(&t.db, "select count(*) from events where stream = 'export'"), 5);
        assert_eq!(answer_back(&w.app, &w.actor("city.desk"), "hotline", None).unwrap_err().code(), "forbidden");
        assert_eq!(answer_back(&w.app, &system, "none", None).unwrap_err().code(), "not_found");
    }
}
