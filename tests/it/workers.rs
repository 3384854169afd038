//! The workers' door, told by workers and officers over HTTP: logging in, filing from a telephone, what the receipt is worth,
//! answers contested, a request to withdraw, telephones that many share.

use crate::on_both;
use crate::review::{act, complaint, ids, register};
use crate::support::TestDb;
use crate::support::app::{Got, World};
use axum::body::Body;
use chrono::Duration;
use qingxin::app::App;
use qingxin::app::claimant::receipt::{Inclusion, Proof, holds};
use qingxin::base::id::FilingId;
use serde_json::{Value, json};
use sha2::Digest as _;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

const API: &str = "/api/claimant/v1";

/// A world whose codes are shown.
pub fn world(t: &TestDb) -> World {
    World::with(t, &[("QINGXIN__SMS__PROVIDER", "show")])
}

/// A worker's telephone.
pub struct Phone<'w> {
    w: &'w World,
    token: Option<String>,
}

impl<'w> Phone<'w> {
    pub fn off(w: &'w World) -> Self {
        Self { w, token: None }
    }
    pub fn send(&self, method: &str, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Got {
        let person = match &self.token {
            Some(t) => self.w.with_token(t),
            None => self.w.nobody(),
        };
        let mut b = person.request(method, &format!("{API}{path}"));
        for (k, v) in headers {
            b = b.header(*k, *v);
        }
        let body = match body {
            Some(v) => {
                b = b.header("content-type", "application/json");
                Body::from(v.to_string())
            }
            None => Body::empty(),
        };
        self.w.send(b.body(body).unwrap())
    }
    pub fn get(&self, path: &str) -> Got {
        self.send("GET", path, None, &[])
    }
    pub fn post(&self, path: &str, body: Value) -> Got {
        self.send("POST", path, Some(body), &[("idempotency-key", &self.w.key())])
    }
    pub fn delete(&self, path: &str) -> Got {
        self.send("DELETE", path, None, &[])
    }
    pub fn code(&self, phone: &str) -> String {
        let sent = self.post("/codes", json!({ "phone": phone }));
        assert_eq!(sent.status, 202, "{}", sent.text());
        sent.json()["developmentCode"].as_str().unwrap().to_owned()
    }
    /// Logs in by telephone and name.
    pub fn on(w: &'w World, phone: &str, name: &str) -> Self {
        let off = Self::off(w);
        let code = off.code(phone);
        let got = off.post("/session", json!({ "phone": phone, "code": code, "name": name, "device": "tests" }));
        assert_eq!(got.status, 201, "{}", got.text());
        Self { w, token: Some(got.json()["token"].as_str().unwrap().to_owned()) }
    }
}

/// What worker `n` types.
pub fn report(n: u32) -> Value {
    json!({ "report": {
        "reporterName": "张测试", "reporterPhone": format!("1390000{n:04}"), "respondent": format!("潍坊测试建筑{n}有限公司"),
        "project": format!("测试花园{n}号楼"), "projectKind": "房屋建筑", "industry": "工程建设领域", "area": "奎文区", "headcount": 1,
        "reportedTotalFen": 1_200_000, "periodFrom": "2026-08-01", "periodTo": "2026-10-31", "narrative": "干了三个月木工，工资一直没有发。"
    }})
}

pub fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

/// Files a report; its id.
pub fn filed(p: &Phone<'_>, n: u32) -> (String, Value) {
    let got = p.post("/filings", report(n));
    assert_eq!(got.status, 201, "{}", got.text());
    let body = got.json();
    (text(&body["filing"]), body)
}

fn proof_of(v: &Value) -> Proof {
    let path = |v: &Value| v.as_array().unwrap().iter().map(text).collect();
    let inclusion =
        v.get("inclusion").map(|i| Inclusion { log_no: i["logNo"].as_u64().unwrap(), path: path(&i["path"]), note: text(&i["note"]) });
    Proof { text: text(&v["text"]), signature: text(&v["signature"]), inclusion }
}

pub fn case_of(app: &Arc<App>, filing: &str) -> qingxin::base::id::CaseId {
    let id: FilingId = filing.parse().unwrap();
    app.db.read_blocking(move |c| qingxin::store::filings::get(c, id)).unwrap().unwrap().case_id.unwrap()
}

/// Signed for, assigned and answered by the office.
pub fn answered(w: &World, filing: &str) {
    let case = case_of(&w.app, filing);
    w.pass(Duration::minutes(5));
    act(w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
    w.pass(Duration::minutes(5));
    let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
    act(w, "kuiwen.leader", case, "assign", json!({ "account": a, "second": b })).unwrap();
    w.pass(Duration::minutes(5));
    answer(w, filing, "已约谈单位，双方同意月底支付。");
}

pub fn answer(w: &World, filing: &str, words: &str) {
    let desk = w.who("kuiwen.desk");
    let file = desk.get(&format!("/filings/{filing}")).ok();
    let procedure = text(&file["procedure"]["id"]);
    desk.act(&procedure, "answer", json!({ "code": "paid_or_agreed", "answer": words, "method": "platform" })).ok();
}

/// A server that answers each request with the next of these bodies; gives its address and what it was asked.
fn fake(answers: Vec<&'static str>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for body in answers {
            let (mut s, _) = listener.accept().unwrap();
            s.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
            let (mut buf, mut got) = ([0_u8; 4096], Vec::new());
            loop {
                let n = s.read(&mut buf).unwrap();
                got.extend_from_slice(&buf[..n]);
                let head = String::from_utf8_lossy(&got).into_owned();
                let length = head
                    .to_lowercase()
                    .split("content-length:")
                    .nth(1)
                    .and_then(|r| r.lines().next()?.trim().parse::<usize>().ok())
                    .unwrap_or(0);
                if n == 0 || head.split_once("\r\n\r\n").is_some_and(|(_, b)| b.len() >= length) {
                    break;
                }
            }
            asked.push(String::from_utf8_lossy(&got).into_owned());
            write!(s, "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
                .unwrap();
        }
        asked
    });
    (url, served)
}

on_both! {
    fn a_worker_files_and_follows_the_matter_to_its_answer(t: &TestDb) {
        let w = world(t);
        let me = Phone::on(&w, "13900000001", "张测试");
        assert_eq!(me.get("/session").ok()["name"], "张**");
        let draft = "/drafts/018f0000-0000-7000-8000-000000000001";
        assert_eq!(me.send("PUT", draft, Some(json!({ "body": { "respondent": "某某公司", "step": 2 } })), &[]).status, 201);
        assert_eq!(me.send("PUT", draft, Some(json!({ "body": { "respondent": "某某建筑公司", "step": 3 } })), &[]).status, 204);
        let kept = me.get("/drafts").ok();
        assert_eq!(kept["drafts"][0]["body"]["step"], 3, "what was typed survives the line");
        let mut first = report(1);
        first["draft"] = json!("018f0000-0000-7000-8000-000000000001");
        let key = w.key();
        let send = || me.send("POST", "/filings", Some(first.clone()), &[("idempotency-key", &key)]);
        let got = send();
        assert_eq!(got.status, 201, "{}", got.text());
        let body = got.json();
        let filing = text(&body["filing"]);
        // the answer was lost on the way: the same submission is the same filing with the same receipt
        let again = send();
        assert_eq!((again.status, again.json()["receipt"]["secret"].clone()), (201, body["receipt"]["secret"].clone()));
        assert_eq!(me.post("/filings", report(1)).json()["outcome"], "again", "and so is the same report under another key");
        assert_eq!(me.get("/drafts").ok()["drafts"], json!([]), "the draft is filed");
        assert_eq!(me.get("/filings").ok()["filings"].as_array().unwrap().len(), 1);
        let receipt = &body["receipt"];
        assert_eq!(receipt["bureau"], "奎文区人力资源和社会保障局", "received where it arose");
        let expects = receipt["expects"].as_array().unwrap();
        let accept = expects.iter().find(|e| e["what"] == "决定是否立案").unwrap();
        assert_eq!(accept["by"], "2026-11-30");
        assert!(text(&accept["why"]).contains("5 个工作日") && text(&accept["why"]).contains("第十八条"), "{accept}");
        // what it says in English
        let english = me.send("GET", &format!("/filings/{filing}"), None, &[("accept-language", "en-US")]).ok();
        assert!(text(&english["stage"]["text"]).is_ascii() && english["expects"].as_array().unwrap().iter().all(|e| text(&e["what"]).is_ascii()));
        answered(&w, &filing);
        let seen = me.get(&format!("/filings/{filing}")).ok();
        assert_eq!(seen["stage"]["code"], "answered");
        assert_eq!(seen["answer"], "已约谈单位，双方同意月底支付。");
        let story: Vec<String> = seen["story"].as_array().unwrap().iter().map(|s| text(&s["text"])).collect();
        assert_eq!(story, ["我们收到了您的反映", "已转给办理部门", "办理部门已签收", "已指派承办人员", "已答复您"]);
        assert_eq!(seen["money"]["claimedFen"], 1_200_000);
        assert!(!seen.to_string().contains("kuiwen"), "no officer is named: {seen}");
        // contested, handled again, answered again, confirmed, rated once
        let can = |v: &Value| v["can"].as_array().unwrap().iter().map(text).collect::<Vec<_>>();
        assert!(can(&seen).contains(&"deny".to_owned()));
        let codes = w.app.registry.codes["denial_reason"].iter().map(|c| c.0.clone()).collect::<Vec<_>>();
        let wrong = me.post(&format!("/filings/{filing}/deny"), json!({ "reason": "because" }));
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        assert_eq!(me.post(&format!("/filings/{filing}/deny"), json!({ "reason": codes[0], "statement": "没有收到钱。" })).status, 204);
        me.post(&format!("/filings/{filing}/confirm"), json!({})).problem(409, "not_now");
        answer(&w, &filing, "单位今天已转账，请查收。");
        assert_eq!(me.get(&format!("/filings/{filing}")).ok()["answer"], "单位今天已转账，请查收。");
        assert_eq!(me.post(&format!("/filings/{filing}/confirm"), json!({})).status, 204);
        let rating = json!({ "score": 5, "comment": "谢谢" });
        assert_eq!(me.post(&format!("/filings/{filing}/rating"), rating.clone()).status, 204);
        me.post(&format!("/filings/{filing}/rating"), rating).problem(409, "rated");
        let done = me.get(&format!("/filings/{filing}")).ok();
        assert_eq!((done["stage"]["code"].clone(), done["rating"].clone()), (json!("confirmed"), json!(5)));
    }

    fn a_receipt_proves_itself_and_opens_the_way_without_a_log_in(t: &TestDb) {
        let w = world(t);
        let me = Phone::on(&w, "13900000001", "张测试");
        let (filing, body) = filed(&me, 1);
        let keys = w.app.keys().public_keys();
        assert_eq!(me.get("/keys").ok()["keys"].as_array().unwrap().len(), keys.len());
        let early = proof_of(&body["receipt"]["proof"]);
        assert!(early.inclusion.is_none() && holds(&early, &keys), "signed at once");
        let forged = Proof { text: early.text.replace("DJ-", "DJ_"), ..early };
        assert!(!holds(&forged, &keys));
        qingxin::jobs::sequence(&w.app).unwrap();
        qingxin::jobs::checkpoint(&w.app, &t.dir.path().join("checkpoints")).unwrap();
        let later = proof_of(&me.get(&format!("/filings/{filing}/receipt")).ok()["proof"]);
        assert!(later.inclusion.is_some() && holds(&later, &keys), "and under the checkpoint");
        let mut moved = later.clone();
        if let Some(i) = &mut moved.inclusion {
            i.log_no += 1;
        }
        assert!(!holds(&moved, &keys), "another event's place proves nothing");
        let off = Phone::off(&w);
        let (number, secret) = (text(&body["receipt"]["number"]), text(&body["receipt"]["secret"]));
        let way = off.post("/progress", json!({ "number": number, "secret": secret.to_lowercase() })).ok();
        assert_eq!(way["stage"]["code"], "case_dispatched");
        assert!(!way.to_string().contains("张") && !way.to_string().contains("测试"), "no name: {way}");
        // a number alone opens nothing, and guesses are counted by number: unknown and wrong answer alike
        let guess = |n: &str, s: &str| off.post("/progress", json!({ "number": n, "secret": s }));
        let (wrong, unknown) = (guess(&number, "QZ-22222-22222"), guess("DJ-22222-22222", &secret));
        wrong.problem(409, "receipt_unknown");
        assert_eq!(wrong.json()["detail"], unknown.json()["detail"]);
        for _ in 0..20 {
            guess(&number, "QZ-22222-22222");
        }
        let shut = guess(&number, &secret);
        shut.problem(429, "too_many");
        assert!(shut.header("retry-after").parse::<u64>().is_ok_and(|s| s > 0 && s <= 3600));
        w.pass(Duration::minutes(61));
        assert_eq!(guess(&number, &secret).status, 200);
    }

    fn a_telephone_alone_is_nobody(t: &TestDb) {
        let w = world(t);
        let (zhang, li) = (Phone::on(&w, "13900000001", "张测试"), Phone::on(&w, "13900000001", "李测试"));
        let (filing, body) = filed(&zhang, 1);
        // the same telephone, another man: none of it is his
        assert_eq!(li.get("/filings").ok()["filings"], json!([]));
        for got in [
            li.get(&format!("/filings/{filing}")),
            li.get(&format!("/filings/{filing}/receipt")),
            li.get(&format!("/filings/{filing}/messages")),
            li.post(&format!("/filings/{filing}/messages"), json!({ "text": "老板说不用查了" })),
            li.post(&format!("/filings/{filing}/confirm"), json!({})),
            li.post(&format!("/filings/{filing}/withdrawal"), json!({ "reason": "不告了" })),
            li.post(&format!("/filings/{filing}/rating"), json!({ "score": 1 })),
            li.delete(&format!("/filings/{filing}/withdrawal")),
        ] {
            got.problem(404, "not_found");
        }
        // the same report from his log-in is in hand, and not his to read
        li.post("/filings", report(1)).problem(409, "filed_elsewhere");
        // a clue by the hotline is taken into the log-in by what stands on its receipt, not by telephone or number
        let desk = w.actor("kuiwen.desk");
        let (other, _) = ids(&register(&w.app, &desk, "370705-hrss", &complaint(9)).unwrap());
        let number = w.app.db.read_blocking(move |c| qingxin::store::filings::get(c, other)).unwrap().unwrap().number;
        li.post("/filings/adopt", json!({ "number": number, "secret": "QZ-22222-22222" })).problem(409, "receipt_unknown");
        let secret = w.app.write_blocking(&desk, None, move |tx| qingxin::app::claimant::receipt::secret_of(tx, other)).unwrap();
        assert_eq!(li.post("/filings/adopt", json!({ "number": number, "secret": secret })).ok()["filing"], other.to_string());
        assert_eq!(li.get("/filings").ok()["filings"].as_array().unwrap().len(), 1);
        // and nobody else takes it after that
        zhang.post("/filings/adopt", json!({ "number": number, "secret": secret })).problem(409, "receipt_unknown");
        let _ = body;
    }

    fn codes_are_short_lived_and_counted(t: &TestDb) {
        let w = world(t);
        let off = Phone::off(&w);
        let log_in = |code: &str| off.post("/session", json!({ "phone": "13900000001", "code": code, "name": "张测试" }));
        log_in("000000").problem(401, "bad_code");
        let code = off.code("139 0000 0001");
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for _ in 0..5 {
            log_in(wrong).problem(401, "bad_code");
        }
        log_in(&code).problem(401, "bad_code");
        let code = off.code("13900000001");
        w.pass(Duration::minutes(6));
        log_in(&code).problem(401, "bad_code");
        let code = off.code("13900000001");
        let first = log_in(&code);
        assert_eq!(first.status, 201, "{}", first.text());
        log_in(&code).problem(401, "bad_code");
        for _ in 0..2 {
            off.code("13900000001");
        }
        off.post("/codes", json!({ "phone": "13900000001" })).problem(429, "too_many");
        assert_eq!(off.post("/codes", json!({ "phone": "13900000002" })).status, 202, "another telephone at the same address is not held up");
        assert_eq!(off.post("/codes", json!({ "phone": "12345" })).places(), [("/phone".to_owned(), "bad_phone".to_owned())]);
        // devices: one ends another, and time ends both
        let me = Phone { w: &w, token: Some(text(&first.json()["token"])) };
        w.pass(Duration::hours(1));
        let lost = Phone::on(&w, "13900000001", "张测试");
        let devices = me.get("/devices").ok();
        assert_eq!(devices["devices"].as_array().unwrap().len(), 2);
        let other = devices["devices"].as_array().unwrap().iter().find(|d| d["current"] == false).unwrap();
        assert_eq!(me.delete(&format!("/devices/{}", text(&other["id"]))).status, 204);
        lost.get("/session").problem(401, "unauthenticated");
        assert_eq!(me.send("POST", "/session/language", Some(json!({ "lang": "en" })), &[]).status, 204);
        assert_eq!(me.get("/session").ok()["lang"], "en");
        w.pass(Duration::days(15));
        me.get("/session").problem(401, "unauthenticated");
        // an officer's token opens nothing here, a worker's nothing there
        let officer = Phone { w: &w, token: w.who("kuiwen.handler").token() };
        officer.get("/filings").problem(401, "unauthenticated");
        let me = Phone::on(&w, "13900000001", "张测试");
        w.with_token(me.token.as_deref().unwrap()).get("/inbox").problem(401, "unauthenticated");
    }

    fn wechat_and_the_sender_of_short_messages_are_asked_as_configured(t: &TestDb) {
        let (wx, wx_asked) = fake(vec![r#"{"openid":"oTest-1","session_key":"k"}"#, r#"{"errcode":40029,"errmsg":"invalid code"}"#, "<html>busy</html>", r#"{"openid":"oTest-1","session_key":"k2"}"#]);
        let (sms, sms_asked) = fake(vec!["ok"]);
        let w = World::with(t, &[
            ("QINGXIN__WECHAT__BASE_URL", &wx), ("QINGXIN__WECHAT__APP_ID", "wxapp"), ("QINGXIN__WECHAT__APP_SECRET", "app-secret"),
            ("QINGXIN__SMS__PROVIDER", "http"), ("QINGXIN__SMS__URL", &sms), ("QINGXIN__SMS__SECRET", "a-secret-of-the-city"),
        ]);
        let off = Phone::off(&w);
        let log_in = |code: &str| off.post("/session/wechat", json!({ "code": code, "device": "iPhone" }));
        let first = log_in("code-1");
        assert_eq!(first.status, 201, "{}", first.text());
        log_in("used").problem(401, "bad_code");
        log_in("busy").problem(503, "unavailable");
        let again = log_in("code-2");
        let me = Phone { w: &w, token: Some(text(&first.json()["token"])) };
        filed(&me, 1);
        let same = Phone { w: &w, token: Some(text(&again.json()["token"])) };
        assert_eq!(same.get("/filings").ok()["filings"].as_array().unwrap().len(), 1, "one WeChat account is one log-in");
        let asked = wx_asked.join().unwrap();
        assert!(asked[0].starts_with("GET /sns/jscode2session?appid=wxapp&secret=app-secret&js_code=code-1&grant_type=authorization_code "), "{}", asked[0]);
        let sent = off.post("/codes", json!({ "phone": "13900000001" }));
        assert_eq!((sent.status, sent.json().get("developmentCode").is_some()), (202, false), "the code is not told here");
        let asked = sms_asked.join().unwrap().remove(0);
        let (head, body) = asked.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| head.lines().find_map(|l| l.split_once(':').filter(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim().to_owned())).unwrap();
        let stamp = header("webhook-timestamp").parse().unwrap();
        let expected = qingxin::domain::exchange::sign(b"a-secret-of-the-city", &header("webhook-id"), stamp, body.as_bytes());
        assert_eq!(header("webhook-signature"), expected);
        let said: Value = serde_json::from_str(body).unwrap();
        assert_eq!((said["phone"].clone(), said["template"].clone()), (json!("13900000001"), json!("login_code")));
        let code = text(&said["args"]["code"]);
        assert_eq!(off.post("/session", json!({ "phone": "13900000001", "code": code, "name": "张测试" })).status, 201);
        // nobody listens any more: the worker is told, nothing hangs
        off.post("/codes", json!({ "phone": "13900000002" })).problem(503, "unavailable");
    }

    fn a_photo_goes_up_in_parts_and_answers_what_the_office_asked(t: &TestDb) {
        let w = world(t);
        let me = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&me, 1);
        let case = case_of(&w.app, &filing);
        act(&w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
        let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
        act(&w, "kuiwen.leader", case, "assign", json!({ "account": a, "second": b })).unwrap();
        let asked = json!({ "items": "请补充考勤记录或工友证明。", "method": "platform" });
        act(&w, "kuiwen.handler", case, "ask_supplement", asked).unwrap();
        let seen = me.get(&format!("/filings/{filing}")).ok();
        assert_eq!((seen["stage"]["code"].clone(), seen["supplement"].clone()), (json!("case_supplement_asked"), json!("请补充考勤记录或工友证明。")));
        let paper = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n".to_vec();
        let sha = |b: &[u8]| sha2::Sha256::digest(b);
        let hex = |b: &[u8]| sha(b).iter().map(|x| format!("{x:02x}")).collect::<String>();
        let new = json!({ "kind": "attendance", "name": "考勤.pdf", "size": paper.len(), "sha256": hex(&paper) });
        let begun = me.post(&format!("/filings/{filing}/uploads"), new).ok();
        let path = format!("/uploads/{}", text(&begun["id"]));
        assert_eq!(me.get(&path).ok()["received"], json!([]));
        use base64::Engine as _;
        let digest = format!("sha-256=:{}:", base64::engine::general_purpose::STANDARD.encode(sha(&paper)));
        let request = w
            .with_token(me.token.as_deref().unwrap())
            .request("PUT", &format!("{API}{path}/parts/1"))
            .header("content-type", "application/octet-stream")
            .header("content-digest", digest)
            .body(Body::from(paper.clone()))
            .unwrap();
        let sent = w.send(request);
        assert_eq!(sent.status, 204, "{}", sent.text());
        assert_eq!(me.get(&path).ok()["received"], json!([1]), "a lost connection goes on from here");
        let kept = text(&me.post(&format!("{path}/finish"), json!({})).ok()["id"]);
        let added = json!({ "note": "九月、十月的考勤表。", "files": [kept.clone()] });
        assert_eq!(me.post(&format!("/filings/{filing}/supplement"), added).status, 204);
        assert_eq!(me.get(&format!("/filings/{filing}")).ok()["stage"]["code"], "case_acceptance");
        let file = w.who("kuiwen.handler").get(&format!("/evidence/{kept}")).bytes;
        assert_eq!(file, paper, "the officer reads what was sent");
    }

    fn worker_and_officer_write_to_each_other(t: &TestDb) {
        let w = world(t);
        let me = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&me, 1);
        let path = format!("/filings/{filing}/messages");
        me.post(&path, json!({ "text": "  " })).problem(422, "invalid_input");
        me.post(&path, json!({ "text": "请问什么时候有结果？" })).ok();
        let desk = w.who("kuiwen.desk");
        assert!(desk.get("/notices").ok().to_string().contains("新留言"), "before anybody handles it the desk hears of it");
        let seen = desk.get(&path).ok();
        assert_eq!(seen["messages"][0]["text"], "请问什么时候有结果？");
        desk.post(&path, json!({ "text": "已转大队办理，五个工作日内决定是否立案。" })).ok();
        let mine = me.get(&path).ok();
        assert_eq!((mine["messages"][0]["from"].clone(), mine["messages"][1]["from"].clone()), (json!("office"), json!("worker")));
        assert!(mine["messages"][1]["readAt"].is_string(), "the worker sees that it was read");
        w.who("fangzi.handler").get(&path).problem(404, "not_found");
        w.who("fangzi.handler").post(&path, json!({ "text": "你好" })).problem(404, "not_found");
        let case = case_of(&w.app, &filing);
        let stored = w.app.db.read_blocking(move |c| qingxin::store::journal::of_case(c, case, 100)).unwrap();
        assert!(!format!("{stored:?}").contains("什么时候"), "events never carry the words");
        for _ in 0..40 {
            me.post(&path, json!({ "text": "在吗" }));
        }
        me.post(&path, json!({ "text": "在吗" })).problem(429, "too_many");
        // nobody logs in for a clue of the counter
        let (other, _) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &complaint(9)).unwrap());
        desk.post(&format!("/filings/{other}/messages"), json!({ "text": "你好" })).problem(409, "no_worker");
    }

    fn a_withdrawal_cools_off_and_is_asked_about_in_private(t: &TestDb) {
        let w = world(t);
        let me = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&me, 1);
        answered(&w, &filing);
        let path = format!("/filings/{filing}/withdrawal");
        assert_eq!(me.post(&path, json!({ "reason": "不想告了" })).status, 202);
        me.post(&path, json!({ "reason": "再申请一次" })).problem(409, "not_now");
        assert_eq!(me.delete(&path).status, 204, "the worker may think again");
        assert_eq!(me.post(&path, json!({ "reason": "老板让我撤" })).status, 202);
        let desk = w.who("kuiwen.desk");
        let waiting = desk.get("/withdrawals").ok();
        let id = text(&waiting["withdrawals"][0]["id"]);
        assert_eq!(waiting["withdrawals"][0]["reason"], "老板让我撤");
        assert_eq!(w.who("fangzi.desk").get("/withdrawals").ok()["withdrawals"], json!([]));
        let decide = |who: &str, grant: bool, pressed: bool| {
            w.who(who).post(&format!("/withdrawals/{id}/decide"), json!({ "grant": grant, "pressed": pressed, "note": "电话核实，本人陈述如下。" }))
        };
        decide("kuiwen.desk", true, false).problem(409, "withdrawal_cooling");
        w.pass(Duration::days(4));
        decide("fangzi.desk", true, false).problem(404, "not_found");
        decide("kuiwen.handler", true, false).problem(403, "forbidden");
        decide("kuiwen.desk", true, true).problem(409, "withdrawal_pressed");
        decide("kuiwen.desk", false, true).ok();
        assert!(w.who("kuiwen.handler").get("/notices").ok().to_string().contains("施压"));
        assert!(text(&me.get(&format!("/filings/{filing}")).ok()["stage"]["code"]) != "withdrawn", "what was said under pressure ends nothing");
        // asked again freely: the filing ends, the case goes on and its officers are told
        assert_eq!(me.post(&path, json!({ "reason": "已经私下拿到钱" })).status, 202);
        w.pass(Duration::days(4));
        let id = text(&desk.get("/withdrawals").ok()["withdrawals"][0]["id"]);
        desk.post(&format!("/withdrawals/{id}/decide"), json!({ "grant": true, "pressed": false, "note": "本人自愿，钱已收到。" })).ok();
        assert_eq!(me.get(&format!("/filings/{filing}")).ok()["stage"]["code"], "withdrawn");
        let case = case_of(&w.app, &filing);
        let row = w.app.db.read_blocking(move |c| qingxin::store::cases::get(c, case)).unwrap().unwrap();
        assert!(row.open, "to withdraw is not to waive");
        assert!(w.who("kuiwen.leader").get("/notices").ok().to_string().contains("已撤回"));
        me.post(&path, json!({ "reason": "再来一次" })).problem(409, "not_now");
    }

    fn many_withdrawals_raise_a_flag(t: &TestDb) {
        let w = world(t);
        for n in 1..=3 {
            let me = Phone::on(&w, &format!("1390000{n:04}"), "张测试");
            let (filing, _) = filed(&me, n);
            assert_eq!(me.post(&format!("/filings/{filing}/withdrawal"), json!({ "reason": "不告了" })).status, 202);
        }
        let all = w.who("kuiwen.desk").get("/withdrawals").ok();
        let flags: Vec<Value> = all["withdrawals"].as_array().unwrap().iter().map(|x| x["flags"].clone()).collect();
        let doubtful = json!(["same_device"]);
        assert_eq!(flags, [doubtful.clone(), doubtful.clone(), doubtful], "three from one device, of three cases: each of them");
    }

    fn filings_are_limited_by_log_in_and_site_never_by_address(t: &TestDb) {
        let w = World::with(t, &[
            ("QINGXIN__SMS__PROVIDER", "show"), ("QINGXIN__WORKERS__FILINGS_A_DAY", "2"), ("QINGXIN__WORKERS__SITE_FILINGS_AN_HOUR", "3"),
        ]);
        let me = Phone::on(&w, "13900000001", "张测试");
        filed(&me, 1);
        filed(&me, 2);
        me.post("/filings", report(3)).problem(429, "too_many");
        let of_site = |n: u32| {
            let mut r = report(n);
            r["site"] = json!("工地甲");
            Phone::on(&w, &format!("1390000{n:04}"), "张测试").post("/filings", r)
        };
        for n in 4..=6 {
            assert_eq!(of_site(n).status, 201, "colleagues behind the same address are not held up");
        }
        of_site(7).problem(429, "too_many");
        w.pass(Duration::hours(2));
        assert_eq!(of_site(8).status, 201);
        let bad = me.post("/filings", json!({ "report": { "reporterName": "张测试", "headcount": 0 } }));
        assert_eq!(bad.status, 422, "a report nobody can act on is no use of the limit");
        assert!(bad.places().iter().any(|(p, _)| p == "/headcount"), "{}", bad.text());
    }
}
