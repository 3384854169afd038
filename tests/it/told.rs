//! What workers are told: by the first channel that reaches, by day, in words a locked screen may show; their own inbox holds
//! all of it. And what the table of notices may say at all.

use crate::on_both;
use crate::support::TestDb;
use crate::support::app::World;
use crate::support::relay::{Asked, Fake};
use crate::tables;
use crate::workers::{answered, case_of, report, text};
use axum::body::Body;
use chrono::Duration;
use qingxin::base::text as words;
use qingxin::base::text::Lang;
use qingxin::boot;
use qingxin::domain::courier::{Channel, Class, Why};
use qingxin::paper::notice::{Notices, SHIPPED, for_officers, for_workers};
use qingxin::store::letters::{self, Wanted};
use qingxin::store::notices::{self, Notice};
use qingxin::store::procedures;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const API: &str = "/api/claimant/v1";

/// The sender of short messages and the WeChat platform, both fakes.
pub struct Outside {
    sms: Fake,
    wx: Fake,
    /// What the platform answers to a message.
    errcode: Arc<AtomicI64>,
    /// What a relay in between answers to a message instead.
    instead: Arc<Mutex<Option<(u16, Value)>>>,
    /// Tokens given.
    tokens: Arc<AtomicUsize>,
}
impl Outside {
    pub fn open() -> Self {
        let (errcode, tokens): (Arc<AtomicI64>, Arc<AtomicUsize>) = (Arc::default(), Arc::default());
        let instead: Arc<Mutex<Option<(u16, Value)>>> = Arc::default();
        let (e, n, other) = (Arc::clone(&errcode), Arc::clone(&tokens), Arc::clone(&instead));
        let wx = Fake::open(move |path, _| {
            if path.starts_with("/sns/jscode2session") {
                return (200, json!({ "openid": "open-id-1", "session_key": "x" }));
            }
            if path.starts_with("/cgi-bin/stable_token") {
                let n = n.fetch_add(1, Ordering::SeqCst) + 1;
                return (200, json!({ "access_token": format!("token-{n}"), "expires_in": 7200 }));
            }
            if let Some(said) = other.lock().unwrap().clone() {
                return said;
            }
            // a token that was taken back is old until another one is asked for
            let code = match e.load(Ordering::SeqCst) {
                42_001 if path.ends_with("token-1") => 42_001,
                42_001 => 0,
                code => code,
            };
            (200, json!({ "errcode": code, "errmsg": "" }))
        });
        Self { sms: Fake::open(|_, _| (200, json!({}))), wx, errcode, instead, tokens }
    }
    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("QINGXIN__SMS__PROVIDER", "http".into()),
            ("QINGXIN__SMS__URL", format!("{}/sms", self.sms.url)),
            ("QINGXIN__SMS__SECRET", "a secret of sixteen or more".into()),
            ("QINGXIN__WECHAT__BASE_URL", self.wx.url.clone()),
            ("QINGXIN__WECHAT__APP_ID", "wxapp".into()),
            ("QINGXIN__WECHAT__APP_SECRET", "app-secret".into()),
            ("QINGXIN__WECHAT__NOTICE_TEMPLATE", "template-1".into()),
        ]
    }
    /// Notices by short message since the last time: telephone and text.
    pub fn messages(&self) -> Vec<(String, String)> {
        let notice = |(_, b): Asked| {
            let t = b["template"].as_str().unwrap_or_default().to_owned();
            t.starts_with("notice_").then(|| (text(&b["phone"]), text(&b["args"]["text"])))
        };
        self.sms.take().into_iter().filter_map(notice).collect()
    }
    /// Subscribe messages since the last time.
    fn subscribed(&self) -> Vec<Value> {
        self.wx.take().into_iter().filter(|(p, _)| p.starts_with("/cgi-bin/message/subscribe/send")).map(|(_, b)| b).collect()
    }
}

pub fn open(t: &TestDb, o: &Outside) -> World {
    let s = o.settings();
    let all: Vec<(&str, &str)> = s.iter().map(|(k, v)| (*k, v.as_str())).collect();
    World::with(t, &all)
}

/// A worker's telephone that knows its token.
pub struct Mobile<'w> {
    w: &'w World,
    token: String,
}
impl<'w> Mobile<'w> {
    fn ask(w: &'w World, token: Option<&str>, method: &str, path: &str, body: Option<Value>) -> crate::support::app::Got {
        let person = token.map_or_else(|| w.nobody(), |t| w.with_token(t));
        let b =
            person.request(method, &format!("{API}{path}")).header("idempotency-key", w.key()).header("content-type", "application/json");
        w.send(b.body(body.map_or_else(Body::empty, |b| Body::from(b.to_string()))).unwrap())
    }
    pub fn by_phone(w: &'w World, o: &Outside, phone: &str, name: &str) -> Self {
        Self::ask(w, None, "POST", "/codes", Some(json!({ "phone": phone }))).ok();
        let code =
            o.sms.take().into_iter().rev().find(|(_, b)| b["template"] == "login_code").map(|(_, b)| text(&b["args"]["code"])).unwrap();
        let got =
            Self::ask(w, None, "POST", "/session", Some(json!({ "phone": phone, "code": code, "name": name, "device": "tests" }))).ok();
        Self { w, token: text(&got["token"]) }
    }
    fn by_wechat(w: &'w World) -> Self {
        let got = Self::ask(w, None, "POST", "/session/wechat", Some(json!({ "code": "abc" }))).ok();
        Self { w, token: text(&got["token"]) }
    }
    pub fn get(&self, path: &str) -> Value {
        Self::ask(self.w, Some(&self.token), "GET", path, None).ok()
    }
    pub fn post(&self, path: &str, body: Value) -> crate::support::app::Got {
        Self::ask(self.w, Some(&self.token), "POST", path, Some(body))
    }
    fn file(&self, n: u32) -> String {
        text(&self.post("/filings", report(n)).ok()["filing"])
    }
    pub fn notices(&self) -> Vec<String> {
        self.get("/notices")["notices"].as_array().unwrap().iter().map(|n| text(&n["text"])).collect()
    }
}

pub fn carry(w: &World) -> qingxin::app::courier::Carried {
    let mut all = qingxin::app::courier::Carried::default();
    // what falls back to another channel is due at once
    for _ in 0..2 {
        all += w.app.carry(&|| true).unwrap();
    }
    all
}

fn number(w: &World, filing: &str) -> String {
    let id: qingxin::base::id::FilingId = filing.parse().unwrap();
    w.app.db.read_blocking(move |c| qingxin::store::filings::get(c, id)).unwrap().unwrap().number
}

on_both! {
    fn a_worker_hears_by_the_first_channel_that_reaches_and_a_locked_screen_says_nothing(t: &TestDb) {
        let o = Outside::open();
        let w = open(t, &o);
        let me = Mobile::by_phone(&w, &o, "13900000001", "张测试");
        let filing = me.file(1);
        let number = number(&w, &filing);
        // what was filed was forwarded by itself: in the inbox at once, and by short message, for there is no WeChat account
        assert_eq!(me.notices(), [format!("您反映的事项 {number} 已转交承办部门，承办部门会与您联系。")]);
        w.pass(Duration::seconds(1));
        carry(&w);
        let screen = format!("您登记的事项（编号 {number}）有新进展，请打开小程序查看。");
        assert_eq!(o.messages(), [("13900000001".to_owned(), screen.clone())]);
        assert!(o.subscribed().is_empty());
        answered(&w, &filing);
        w.pass(Duration::seconds(1));
        let all = me.notices();
        assert!(all[0].contains("已有答复"), "{all:?}");
        carry(&w);
        let sent = o.messages();
        assert_eq!(sent, [("13900000001".to_owned(), format!("您登记的事项（编号 {number}）已有答复，请打开小程序查看。"))]);
        // the worker chooses plain words, and has them from then on
        assert_eq!(me.get("/notices/lock-screen")["plainWords"], false);
        assert_eq!(me.post("/notices/lock-screen", json!({ "plainWords": true })).status, 204);
        let desk = w.who("kuiwen.desk");
        desk.post(&format!("/filings/{filing}/messages"), json!({ "text": "请带工资条来一趟。" })).ok();
        w.pass(Duration::seconds(1));
        carry(&w);
        assert_eq!(o.messages(), [("13900000001".to_owned(), format!("办理部门就 {number} 给您留言，请查看。"))]);
        // what was read in the inbox goes nowhere any more
        desk.post(&format!("/filings/{filing}/messages"), json!({ "text": "明天上午也可以。" })).ok();
        let page = me.get("/notices");
        let ids: Vec<&Value> = page["notices"].as_array().unwrap().iter().filter(|n| n["readAt"].is_null()).map(|n| &n["id"]).collect();
        assert_eq!(me.post("/notices/read", json!({ "ids": ids })).status, 204);
        w.pass(Duration::seconds(1));
        carry(&w);
        assert!(o.messages().is_empty());
        assert!(me.get("/notices")["notices"].as_array().unwrap().iter().all(|n| !n["readAt"].is_null()));
        // another worker sees none of it, and marks none of it
        let other = Mobile::by_phone(&w, &o, "13900000002", "李测试");
        assert!(other.notices().is_empty());
        let dump = format!("{:?}", tables::dump(&t.db)["notices"]);
        assert!(!dump.contains("13900000001") && !dump.contains("张测试") && !dump.contains("测试建筑"), "{dump}");
    }

    fn who_logs_in_by_wechat_hears_there_and_by_telephone_when_that_is_refused(t: &TestDb) {
        let o = Outside::open();
        let w = open(t, &o);
        let me = Mobile::by_wechat(&w);
        let filing = me.file(1);
        let number = number(&w, &filing);
        w.pass(Duration::seconds(1));
        carry(&w);
        assert!(o.messages().is_empty());
        let sent = o.subscribed();
        assert_eq!(sent.len(), 1);
        assert_eq!((&sent[0]["touser"], &sent[0]["template_id"]), (&json!("open-id-1"), &json!("template-1")));
        assert_eq!(sent[0]["data"], json!({
            "thing1": { "value": "您登记的事项有新进展" },
            "character_string2": { "value": number },
            "time3": { "value": "2026年11月23日 09:00" }
        }));
        // a token taken back is renewed, once, and the message goes
        o.errcode.store(42_001, Ordering::SeqCst);
        w.who("kuiwen.desk").post(&format!("/filings/{filing}/messages"), json!({ "text": "您好。" })).ok();
        w.pass(Duration::seconds(1));
        assert_eq!(carry(&w).sent, 1);
        assert_eq!((o.tokens.load(Ordering::SeqCst), o.subscribed().len()), (2, 2));
        // who does not want these messages any more hears by telephone
        o.errcode.store(43_101, Ordering::SeqCst);
        w.who("kuiwen.desk").post(&format!("/filings/{filing}/messages"), json!({ "text": "再见。" })).ok();
        w.pass(Duration::seconds(1));
        let done = carry(&w);
        assert_eq!((done.void, done.sent, done.dead), (1, 1, 0));
        assert_eq!(o.messages(), [("13900000001".to_owned(), format!("您登记的事项（编号 {number}）有一条新留言，请打开小程序查看。"))]);
        // busy is not refused: it waits
        o.errcode.store(45_009, Ordering::SeqCst);
        w.who("kuiwen.desk").post(&format!("/filings/{filing}/messages"), json!({ "text": "还有一件事。" })).ok();
        w.pass(Duration::seconds(1));
        assert_eq!(carry(&w).deferred, 1);
        o.errcode.store(0, Ordering::SeqCst);
        w.pass(Duration::minutes(2));
        assert_eq!(carry(&w).sent, 1);
        let dump = format!("{:?}", tables::dump(&t.db));
        assert!(!dump.contains("open-id-1"), "the WeChat account is sealed");
    }

    fn only_an_answer_of_the_platform_says_that_a_message_was_taken(t: &TestDb) {
        let o = Outside::open();
        let w = open(t, &o);
        let me = Mobile::by_wechat(&w);
        me.file(1);
        w.pass(Duration::seconds(1));
        let last = || {
            let all = w.app.db.read_blocking(|c| letters::page(c, &Wanted::default(), None, 10)).unwrap();
            let (l, _) = all.into_iter().find(|(l, _)| l.channel == "wechat").unwrap();
            (l.state, l.last_class.unwrap_or_default(), l.last_reason.unwrap_or_default(), l.attempts)
        };
        let deferred = |reason: &str, n: i32| ("pending".to_owned(), "deferred".to_owned(), reason.to_owned(), n);
        let mut n = 0;
        for (status, body, reason) in [
            (200, json!({}), "wechat http 200"),
            (200, json!({ "errcode": null }), "wechat http 200"),
            (200, json!("<html>"), "wechat http 200"),
            (200, json!({ "errcode": "0" }), "wechat http 200"),
            (502, json!({ "errcode": 0 }), "wechat http 502"),
            (301, json!({ "errcode": 0 }), "wechat http 301"),
            (404, json!({ "errcode": 0 }), "wechat http 404"),
        ] {
            *o.instead.lock().unwrap() = Some((status, body));
            n += 1;
            assert_eq!(carry(&w).sent, 0, "{status}");
            assert_eq!(last(), deferred(reason, n));
            w.pass(Duration::minutes(45));
        }
        *o.instead.lock().unwrap() = None;
        w.pass(Duration::hours(1));
        assert_eq!(carry(&w).sent, 1);
        assert_eq!(last(), ("sent".to_owned(), "sent".to_owned(), String::new(), n + 1));
    }

    fn a_worker_hears_by_telephone_when_wechat_is_configured_no_more(t: &TestDb) {
        let o = Outside::open();
        let w = open(t, &o);
        let me = Mobile::by_wechat(&w);
        me.file(1);
        let settings: Vec<_> = o.settings().into_iter().filter(|(k, _)| !k.starts_with("QINGXIN__WECHAT")).collect();
        let all: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let without = World::again(t, &w, &all);
        let mut rounds = 0;
        while o.messages().is_empty() {
            w.pass(Duration::hours(8));
            without.carry(&|| true).unwrap();
            rounds += 1;
            assert!(rounds < 40, "it waits for ever");
        }
        assert!(rounds >= 12, "{rounds}");
        let kept = without.db.read_blocking(|c| letters::page(c, &Wanted::default(), None, 10)).unwrap();
        let mut kept: Vec<_> = kept.into_iter().map(|(l, _)| (l.channel, l.state, l.last_reason, l.attempts)).collect();
        kept.sort_unstable();
        let gone = ("wechat".to_owned(), "void".to_owned(), Some("not_configured".to_owned()), 12);
        assert_eq!(kept, [("sms".to_owned(), "sent".to_owned(), None, 1), gone]);
    }

    fn who_looks_after_a_matter_sees_what_its_worker_is_told(t: &TestDb) {
        let o = Outside::open();
        let w = open(t, &o);
        let me = Mobile::by_phone(&w, &o, "13900000001", "张测试");
        let (filing, other) = (me.file(1), me.file(2));
        let son = Mobile::by_phone(&w, &o, "13900000055", "张小测");
        assert!(son.notices().is_empty());
        let mandate = |phone: &str, powers: &[&str]| {
            let until = w.now().plus(Duration::days(20));
            let body = json!({ "kind": "agent", "relation": "child", "name": "张小测", "phone": phone, "powers": powers, "expiresAt": until });
            text(&me.post(&format!("/filings/{filing}/agents"), body).ok()["id"])
        };
        let end = |id: &str| {
            let path = format!("/filings/{filing}/agents/{id}");
            assert_eq!(Mobile::ask(&w, Some(&me.token), "DELETE", &path, None).status, 204);
        };
        // a power to write is none to see how the matter stands
        let id = mandate("13900000055", &["message"]);
        assert!(son.notices().is_empty());
        end(&id);
        let id = mandate("13900000055", &["view"]);
        let seen = son.get("/notices");
        assert_eq!(seen["notices"].as_array().unwrap().len(), 1, "{seen}");
        assert_eq!(seen["notices"][0]["filing"], json!(filing), "and nothing of {other}");
        // he reads it for himself: it still goes out to its worker
        assert_eq!(son.post("/notices/read", json!({ "ids": [seen["notices"][0]["id"]] })).status, 204);
        assert!(me.get("/notices")["notices"].as_array().unwrap().iter().all(|n| n["readAt"].is_null()));
        w.pass(Duration::seconds(1));
        assert_eq!(carry(&w).sent, 2);
        assert!(o.messages().iter().all(|(phone, _)| phone == "13900000001"));
        end(&id);
        assert!(son.notices().is_empty(), "revoked: felt at once");
        // time ends it as well
        mandate("13900000055", &["view"]);
        assert_eq!(son.notices().len(), 1);
        w.pass(Duration::days(20));
        let son = Mobile::by_phone(&w, &o, "13900000055", "张小测");
        assert!(son.notices().is_empty());
    }

    fn an_incident_waits_for_no_office_to_open(t: &TestDb) {
        let w = World::new(t);
        let case = crate::cooperation::investigated(&w, 1);
        // a Saturday night
        w.set(11, 28, 23, 0);
        let known = w.now();
        let open = json!({ "category": "mass", "knownAt": known, "persons": 18 });
        crate::review::act(&w, "kuiwen.leader", case, "report_incident", open).unwrap();
        w.pass(Duration::minutes(40));
        w.tick();
        let told = w
            .app
            .db
            .read_blocking(move |c| {
                let rows = procedures::of_case(c, case)?;
                let of = |n: &Notice| rows.iter().find(|r| Some(r.id) == n.procedure_id).map(|r| r.kind.clone());
                Ok(notices::of_case(c, case)?.into_iter().filter(|n| n.created_at >= known).map(|n| (of(&n), n)).collect::<Vec<_>>())
            })
            .unwrap();
        let own: Vec<&Notice> = told.iter().filter(|(k, _)| k.as_deref() == Some("incident")).map(|(_, n)| n).collect();
        assert!(own.iter().any(|n| !w.app.notices.urgent(&n.template)), "one that is urgent by its procedure alone: {told:?}");
        assert!(own.iter().all(|n| n.urgent && n.not_before == n.created_at), "{own:?}");
        // what is told of the case at that hour waits for Monday
        let others: Vec<&Notice> = told.iter().filter(|(k, n)| k.as_deref() != Some("incident") && !w.app.notices.urgent(&n.template)).map(|(_, n)| n).collect();
        assert!(others.iter().all(|n| !n.urgent && n.not_before > n.created_at), "{others:?}");
        let urgent: Vec<&str> = w.app.graphs.iter().filter(|g| g.urgent).map(|g| g.key.as_str()).collect();
        assert_eq!(urgent, ["incident"]);
    }

    fn workers_are_told_by_day_and_secret_reporters_in_the_inbox_alone(t: &TestDb) {
        let o = Outside::open();
        let w = open(t, &o);
        w.set(11, 23, 22, 30);
        let me = Mobile::by_phone(&w, &o, "13900000001", "张测试");
        me.file(1);
        w.pass(Duration::minutes(1));
        assert_eq!((carry(&w).claimed, me.notices().len()), (0, 1), "the inbox does not wait, the telephone does");
        w.set(11, 24, 8, 0);
        assert_eq!(carry(&w).sent, 1);
        o.messages();
        // who reported in secret
        w.set(11, 24, 9, 0);
        let mut secret = report(7);
        secret["report"]["kind"] = json!("report");
        secret["report"]["reporterPhone"] = json!("13900000007");
        secret["report"]["reporterName"] = json!("赵测试");
        let they = Mobile::by_phone(&w, &o, "13900000007", "赵测试");
        let hidden = text(&they.post("/filings", secret).ok()["filing"]);
        let id: qingxin::base::id::FilingId = hidden.parse().unwrap();
        assert!(w.app.db.read_blocking(move |c| qingxin::store::filings::get(c, id)).unwrap().unwrap().secret);
        answered(&w, &hidden);
        w.pass(Duration::minutes(1));
        carry(&w);
        assert!(o.messages().is_empty(), "nothing lies on a table for others to read");
        assert!(they.notices().iter().any(|n| n.contains("已有答复")));
        // and the case does not say that its reporter was told
        let case = case_of(&w.app, &hidden);
        let seen = w.who("kuiwen.leader").get(&format!("/cases/{case}")).ok().to_string();
        assert!(!seen.contains("已有答复，请查看并告诉我们"), "{seen}");
    }

    fn what_happens_to_a_case_is_told_to_whoever_reported_it(t: &TestDb) {
        let o = Outside::open();
        let w = open(t, &o);
        let me = Mobile::by_phone(&w, &o, "13900000001", "张测试");
        let filing = me.file(1);
        let number = number(&w, &filing);
        let case = case_of(&w.app, &filing);
        use crate::review::act;
        act(&w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
        let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
        act(&w, "kuiwen.leader", case, "assign", json!({ "account": a, "second": b })).unwrap();
        act(&w, "kuiwen.handler", case, "docket", json!({ "facts": "用人单位拖欠工资，事实初步清楚。" })).unwrap();
        assert_eq!(me.notices().len(), 1, "what waits for signatures has not happened");
        w.pass(Duration::seconds(1));
        act(&w, "kuiwen.leader", case, "approval.approve", json!({})).unwrap();
        act(&w, "kuiwen.head", case, "approval.approve", json!({})).unwrap();
        assert_eq!(me.notices()[0], format!("您反映的事项 {number} 已立案调查。"));
        let english = Mobile::ask(&w, Some(&me.token), "POST", "/session/language", Some(json!({ "lang": "en" })));
        assert_eq!(english.status, 204);
        assert!(me.notices()[0].is_ascii(), "{:?}", me.notices());
    }
}

/// Every template by every channel, with samples.
fn rendered(n: &Notices) -> String {
    let mut out = String::new();
    for t in n.templates() {
        let args = n.samples(t);
        let _ = writeln!(out, "── {t}{}", if n.urgent(t) { "（不等办公时间）" } else { "" });
        if let Ok(channels) = n.channels(t, false) {
            let _ = writeln!(out, "工作人员：{}", for_officers(t, &args));
            for c in channels {
                let w = n.to_staff(t, *c, &args).unwrap();
                let _ = writeln!(out, "  {}：{}{}", c.code(), w.subject, if w.subject.is_empty() { w.text.as_str() } else { "" });
            }
        }
        if let Ok(channels) = n.channels(t, true) {
            let _ = writeln!(out, "劳动者：{}\n  en：{}", for_workers(t, &args, Lang::Zh), for_workers(t, &args, Lang::En));
            for c in channels {
                let _ = writeln!(out, "  {}：{}", c.code(), n.to_worker(t, *c, &args, false, Lang::Zh).unwrap().text);
            }
        }
    }
    out
}

#[test]
fn every_template_is_rendered_by_every_channel() {
    let n = Notices::parse(SHIPPED).unwrap();
    insta::assert_snapshot!("notices", rendered(&n));
    let mail = n.to_staff("term_escalate", Channel::Mail, &n.samples("term_escalate")).unwrap();
    assert_eq!(
        mail.text,
        "AJ-7K3M9-PQR2X 调查（2026-12-31）：升级提醒：下级承办的期限已过仍未办理，请督促。\n\n请登录清薪系统办理。本邮件由系统自动发出，请勿回复。\n"
    );
}

#[test]
fn what_a_locked_screen_shows_never_says_what_it_is_about() {
    let n = Notices::parse(SHIPPED).unwrap();
    let respondent = "潍坊海天建设工程有限公司";
    for t in n.templates() {
        // even where a fact of the matter is at hand
        let mut args = n.samples(t);
        args.insert("respondent".into(), respondent.into());
        args.insert("state".into(), "欠薪投诉调查".into());
        for workers in [false, true] {
            for c in n.channels(t, workers).unwrap_or_default() {
                let text = if workers {
                    n.to_worker(t, *c, &args, false, Lang::Zh).unwrap().text
                } else {
                    let w = n.to_staff(t, *c, &args).unwrap();
                    if *c == Channel::Mail { w.subject } else { w.text }
                };
                for never in ["欠薪", "投诉", "举报", "工资", respondent] {
                    assert!(!text.contains(never), "{t} by {}: {text}", c.code());
                }
            }
        }
    }
}

#[test]
fn the_table_is_refused_with_what_is_wrong_in_it() {
    let refused = |from: &str, to: &str| {
        assert!(SHIPPED.contains(from), "{from}");
        Notices::parse(&SHIPPED.replacen(from, to, 1)).unwrap_err().to_string()
    };
    for (from, to, says) in [
        ("[notices.case_assigned]\n", "[notices.case_asigned]\n", "case_assigned"),
        ("sms = \"您登记的事项（编号 {number}）有新进展", "sms = \"您的欠薪投诉（编号 {number}）有新进展", "欠薪"),
        ("subject = \"清薪：编号 {number} 有一条新通知\"", "subject = \"清薪：{state}\"", "锁屏"),
        ("wechat = \"您登记的事项有新进展\"", "wechat = \"您登记的事项有新进展，请尽快打开小程序查看详细情况\"", "字"),
        ("[notices.bell_message]\nfacts = [\"number\"]", "[notices.bell_message]\nfacts = []", "number"),
        ("[notices.bell_message]\nfacts = [\"number\"]", "[notices.bell_message]\nfacts = [\"number\", \"salary\"]", "salary"),
        (
            "[notices.case_assigned]\nfacts = [\"number\"]\nstaff = [\"mail\"]",
            "[notices.case_assigned]\nfacts = [\"number\"]\nstaff = [\"wechat\"]",
            "微信",
        ),
        ("[notices.case_assigned]\nfacts = [\"number\"]\nstaff = [\"mail\"]", "[notices.case_assigned]\nfacts = [\"number\"]", "收件人"),
        ("sample = \"12\"", "sample = \"zwölf\"", "rows"),
    ] {
        let why = refused(from, to);
        assert!(why.contains(says), "{says}: {why}");
    }
}

#[test]
fn every_notice_a_definition_orders_can_be_told() {
    let n = Notices::parse(SHIPPED).unwrap();
    let law = boot::law(None, qingxin::base::Day::ymd(2026, 11, 23).unwrap()).unwrap();
    let registry = qingxin::domain::facts::registry(qingxin::domain::facts::CODES, &law.rules).unwrap();
    let graphs = qingxin::app::Graphs::load(&boot::definitions(), &registry).unwrap();
    assert_eq!(graphs.iter().flat_map(|g| n.unfit(g)).collect::<Vec<_>>(), Vec::<String>::new());
    boot::tellable(&n, &graphs).unwrap();
    // one that is not for workers, and one that needs what no move has
    let mut sources = boot::definitions();
    let agreement = sources.iter_mut().find(|s| s.file.contains("agreement")).unwrap();
    for (from, to, says) in [
        ("{ to = \"claimant\", template = \"agreement_signed\" }", "{ to = \"claimant\", template = \"case_assigned\" }", "劳动者"),
        ("{ to = \"claimant\", template = \"agreement_signed\" }", "{ to = \"leader@lead\", template = \"overdue_digest\" }", "day"),
        ("{ to = \"claimant\", template = \"agreement_signed\" }", "{ to = \"leader@lead\", template = \"officer_wrote\" }", "工作人员"),
    ] {
        let shipped = agreement.text.clone();
        assert!(shipped.contains(from));
        let one = vec![qingxin::app::graphs::Source { file: agreement.file.clone(), text: shipped.replacen(from, to, 1) }];
        let mut others: Vec<_> = boot::definitions().into_iter().filter(|s| s.file != one[0].file).collect();
        others.extend(one);
        let graphs = qingxin::app::Graphs::load(&others, &registry).unwrap();
        let why = boot::tellable(&n, &graphs).unwrap_err().to_string();
        assert!(why.contains(says) && why.contains("agreement"), "{why}");
    }
}

#[test]
fn every_code_of_a_letter_has_words() {
    for c in Channel::ALL {
        assert!(words::has(&format!("letter.channel.{}", c.code())));
    }
    for s in ["pending", "sent", "dead", "void"] {
        assert!(words::has(&format!("letter.state.{s}")));
    }
    for c in Class::ALL {
        assert!(words::has(&format!("letter.class.{}", c.code())), "{c:?}");
    }
    for why in Why::ALL {
        assert!(words::has(&format!("letter.reason.{}", why.code())), "{why:?}");
    }
}
