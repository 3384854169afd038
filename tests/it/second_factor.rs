//! The second factor of staff, idle sessions, what was typed when one ended, and rights that change between two requests.

use crate::on_both;
use crate::support::TestDb;
use crate::support::app::{Got, PASSWORD, World, filing};
use axum::body::Body;
use axum::http::Request;
use chrono::Duration;
use qingxin::app::people;
use qingxin::base::seal::{Place, open, totp};
use qingxin::domain::access::DutyKind;
use qingxin::store::{journal, second_factors};
use serde_json::json;

/// The duties that ask for one where nothing else is configured.
const REQUIRED: (&str, &str) = ("QINGXIN__SECOND_FACTOR__REQUIRED", "system_admin,security_admin,audit_admin,supervisor");

/// A browser: its cookie, and what it is shown.
struct Browser<'w> {
    w: &'w World,
    cookie: std::cell::RefCell<String>,
}
impl<'w> Browser<'w> {
    fn new(w: &'w World) -> Self {
        Self { w, cookie: std::cell::RefCell::default() }
    }
    fn ask(&self, method: &str, path: &str, kind: &str, body: String) -> Got {
        let b = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("cookie", format!("qx={}", self.cookie.borrow()));
        let b = if kind.is_empty() { b } else { b.header("content-type", kind) };
        let got = self.w.send(b.body(Body::from(body)).unwrap());
        if let Some(set) = got.headers.get("set-cookie").and_then(|v| v.to_str().ok()) {
            *self.cookie.borrow_mut() = set.split(';').next().unwrap().trim_start_matches("qx=").to_owned();
        }
        got
    }
    fn get(&self, path: &str) -> Got {
        self.ask("GET", path, "", String::new())
    }
    fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Got {
        let encode = |s: &str| s.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let body: Vec<String> = pairs.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        self.ask("POST", path, "application/x-www-form-urlencoded", body.join("&"))
    }
    fn log_in(&self, login: &str) -> Got {
        self.post("/login", &[("name", login), ("password", PASSWORD), ("next", "/account")])
    }
}

/// The code a person's authenticator shows.
fn shown(w: &World, login: &str) -> String {
    shown_by_a_clock(w, login, 0)
}
/// The code of an authenticator whose clock is so many steps fast, or slow.
fn shown_by_a_clock(w: &World, login: &str, off: i64) -> String {
    let id = w.account(login);
    let row = w.app.db.read_blocking(|c| second_factors::get(c, id)).unwrap().unwrap();
    let hex = open(&w.app.keys(), Place::new("second_factors", "secret_ct", id), &row.secret_ct).unwrap();
    let secret: Vec<u8> = (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
    totp::code(&secret, totp::step(w.now()) + off)
}

/// Sets a second factor up as the person does; the recovery codes.
fn enrol(w: &World, b: &Browser<'_>, login: &str) -> Vec<String> {
    let page = b.get("/account/second-factor").page_ok();
    let to = b.post(&page.form("/begin").action, &[("_key", page.form("/begin").get("_key"))]).leads();
    let page = b.get(&to).page_ok();
    page.says("<svg class=\"qr\"");
    let done = b.post("/account/second-factor/confirm", &[("code", &shown(w, login))]).page_ok();
    let codes: Vec<String> =
        done.text().split("<code class=\"secret\">HF-").skip(1).map(|s| format!("HF-{}", s.split('<').next().unwrap())).collect();
    assert_eq!(codes.len(), 10);
    w.pass(Duration::seconds(31));
    codes
}

fn kinds(w: &World) -> Vec<String> {
    w.tick();
    w.app.db.read_blocking(|c| journal::page(c, 0, 100_000)).unwrap().into_iter().map(|e| e.core.kind).collect()
}

on_both! {
    fn who_must_have_one_gets_no_further_than_to_set_it_up(t: &TestDb) {
        let w = World::with(t, &[REQUIRED]);
        let b = Browser::new(&w);
        b.log_in("city.system").leads();
        assert_eq!(b.get("/jobs").leads(), "/account/second-factor");
        assert_eq!(b.post("/areas/route", &[("area", "奎文区")]).status, 403);
        let page = b.get("/account/second-factor").page_ok();
        page.says("您的岗位须使用双因素登录");
        assert!(!page.text().contains("href=\"/jobs\""), "nothing else is offered");
        enrol(&w, &b, "city.system");
        b.get("/jobs").page_ok();
        // whose duty asks for none is asked nothing
        let other = Browser::new(&w);
        other.log_in("kuiwen.handler").leads();
        other.get("/account").page_ok().says("双因素登录（动态码）");
        assert!(w.who("city.security").post("/accounts/x", json!({})).status >= 400);
        let told = w.app.db.read_blocking(|c| qingxin::store::notices::unread(c, &[w.account("city.system")], w.now())).unwrap();
        assert!(told >= 1, "the person is told");
    }

    fn a_code_is_asked_after_the_password_and_counts_once(t: &TestDb) {
        let w = World::with(t, &[REQUIRED]);
        let b = Browser::new(&w);
        b.log_in("city.audit").leads();
        enrol(&w, &b, "city.audit");
        let c = Browser::new(&w);
        let asked = c.log_in("city.audit").page_ok();
        asked.says("第二步：动态码");
        // half a log-in opens nothing
        assert_eq!(c.get("/audit").leads(), "/login/code?next=/audit");
        assert_eq!(c.post("/audit/verify", &[("_key", "k-12345678"), ("from", "1"), ("to", "2")]).status, 403);
        let code = shown(&w, "city.audit");
        let wrong = if code == "000000" { "111111" } else { "000000" };
        let no = c.post("/login/code", &[("code", wrong), ("next", "/audit")]);
        assert_eq!(no.status, 422);
        no.says("动态码或恢复码不正确");
        assert_eq!(c.post("/login/code", &[("code", &code), ("next", "/audit")]).leads(), "/audit");
        c.get("/audit").page_ok();
        // the same code again, seen over a shoulder
        let thief = Browser::new(&w);
        thief.log_in("city.audit").page_ok();
        assert_eq!(thief.post("/login/code", &[("code", &code)]).status, 422);
        // a log-in does not wait for ever
        w.pass(Duration::minutes(11));
        let late = thief.post("/login/code", &[("code", &shown(&w, "city.audit"))]);
        assert_eq!(late.status, 422);
        late.says("登录已过期");
        assert!(kinds(&w).contains(&"second_factor_failed".to_owned()));
    }

    fn a_clock_may_be_a_step_off_and_no_more(t: &TestDb) {
        let w = World::with(t, &[REQUIRED]);
        let b = Browser::new(&w);
        b.log_in("city.audit").leads();
        enrol(&w, &b, "city.audit");
        for (off, opens) in [(-2, false), (2, false), (-1, true), (1, true), (0, false)] {
            w.pass(Duration::minutes(if off == 0 { 0 } else { 5 }));
            let c = Browser::new(&w);
            c.log_in("city.audit").page_ok();
            let got = c.post("/login/code", &[("code", &shown_by_a_clock(&w, "city.audit", off))]);
            // the last one is older than the step that was used
            assert_eq!(got.status == 303, opens, "{off}: {}", got.status);
        }
    }

    fn guesses_lock_the_account_like_wrong_passwords(t: &TestDb) {
        let w = World::with(t, &[REQUIRED]);
        let b = Browser::new(&w);
        b.log_in("city.audit").leads();
        enrol(&w, &b, "city.audit");
        let c = Browser::new(&w);
        for n in 0..5 {
            // a right password between two guesses does not clear their count
            c.log_in("city.audit").page_ok();
            let wrong = format!("{:06}", (shown(&w, "city.audit").parse::<u32>().unwrap() + 100 + n) % 1_000_000);
            assert_eq!(c.post("/login/code", &[("code", &wrong)]).status, 422);
        }
        assert_eq!(c.post("/login/code", &[("code", &shown(&w, "city.audit"))]).status, 422, "locked");
        assert_eq!(c.log_in("city.audit").status, 422, "the password too");
        assert!(kinds(&w).contains(&"locked".to_owned()));
        w.pass(Duration::minutes(16));
        c.log_in("city.audit").page_ok();
        c.post("/login/code", &[("code", &shown(&w, "city.audit"))]).leads();
    }

    fn a_recovery_code_opens_once(t: &TestDb) {
        let w = World::with(t, &[REQUIRED]);
        let b = Browser::new(&w);
        b.log_in("city.audit").leads();
        let codes = enrol(&w, &b, "city.audit");
        let c = Browser::new(&w);
        c.log_in("city.audit").page_ok();
        c.post("/login/code", &[("code", &codes[3].to_lowercase())]).leads();
        c.get("/account/second-factor").page_ok().says("9 个");
        let again = Browser::new(&w);
        again.log_in("city.audit").page_ok();
        assert_eq!(again.post("/login/code", &[("code", &codes[3])]).status, 422);
        again.post("/login/code", &[("code", &codes[4])]).leads();
        assert_eq!(kinds(&w).iter().filter(|k| *k == "recovery_code_used").count(), 2);
        let dump = crate::tables::dump(&w.app.db);
        for code in &codes {
            let bare = code.replace('-', "");
            assert!(dump.values().flatten().all(|r| !r.contains(code) && !r.contains(&bare)), "a recovery code lies open");
        }
    }

    fn the_security_administrator_takes_it_away_with_a_reason(t: &TestDb) {
        let w = World::with(t, &[REQUIRED]);
        let (b, s) = (Browser::new(&w), Browser::new(&w));
        b.log_in("city.audit").leads();
        enrol(&w, &b, "city.audit");
        s.log_in("city.security").leads();
        enrol(&w, &s, "city.security");
        let path = format!("/accounts/{}", w.account("city.audit"));
        let page = s.get(&path).page_ok();
        page.says("已设双因素");
        let form = page.form("/second-factor");
        let short = s.post(&form.action, &[("_key", form.get("_key")), ("reason", "无")]);
        assert_eq!(short.status, 422);
        let to = s.post(&form.action, &[("_key", form.get("_key")), ("reason", "本人手机丢失，当面核对身份")]).leads();
        s.get(&to).page_ok().says("已重置双因素登录");
        assert_eq!(b.get("/audit").leads(), "/login?next=/audit", "its sessions ended");
        b.log_in("city.audit").leads();
        assert_eq!(b.get("/audit").leads(), "/account/second-factor");
        // not one's own, and nobody else's business
        let own = format!("/accounts/{}/second-factor", w.account("city.security"));
        assert_eq!(s.post(&own, &[("_key", "k-12345678"), ("reason", "给自己重置一次")]).status, 403);
        let sys = Browser::new(&w);
        sys.log_in("kuiwen.handler").leads();
        assert_eq!(sys.post(&form.action, &[("_key", "k-12345679"), ("reason", "越权重置一次")]).status, 403);
        assert!(kinds(&w).contains(&"second_factor_reset".to_owned()));
    }

    fn a_client_of_the_api_is_told_by_stable_codes(t: &TestDb) {
        let w = World::with(t, &[REQUIRED]);
        let ask = |login: &str, code: Option<&str>| {
            let mut body = json!({ "login": login, "password": PASSWORD });
            if let Some(c) = code {
                body["code"] = json!(c);
            }
            w.nobody().post("/session", body)
        };
        ask("city.audit", None).problem(401, "second_factor_setup");
        let b = Browser::new(&w);
        b.log_in("city.audit").leads();
        let codes = enrol(&w, &b, "city.audit");
        ask("city.audit", None).problem(401, "second_factor_required");
        ask("city.audit", Some("12")).problem(401, "second_factor_wrong");
        let opened = ask("city.audit", Some(&shown(&w, "city.audit"))).ok();
        w.with_token(opened["token"].as_str().unwrap()).get("/session").ok();
        ask("city.audit", Some(&shown(&w, "city.audit"))).problem(401, "second_factor_wrong");
        ask("city.audit", Some(&codes[0])).ok();
        ask("kuiwen.handler", None).ok();
        assert_eq!(w.nobody().post("/session", json!({ "login": "city.audit", "password": "wrong" })).problem(401, "bad_credentials")["status"], 401);
    }

    fn an_idle_session_asks_for_the_password_and_goes_back(t: &TestDb) {
        let w = World::new(t);
        let b = Browser::new(&w);
        b.log_in("kuiwen.leader").leads();
        w.pass(Duration::minutes(14));
        b.get("/overdue").page_ok();
        w.pass(Duration::minutes(16));
        assert_eq!(b.get("/overdue?effect=statutory").leads(), "/login/unlock?next=/overdue%3Feffect%3Dstatutory");
        let page = b.get("/login/unlock?next=/overdue").page_ok();
        page.says("页面已锁定");
        page.says("kuiwenleader");
        assert!(!page.text().contains("测试"));
        assert_eq!(b.post("/login/unlock", &[("password", "not this one"), ("next", "/overdue")]).status, 422);
        assert_eq!(b.get("/overdue").status, 303, "still locked");
        assert_eq!(b.post("/login/unlock", &[("password", PASSWORD), ("next", "/overdue")]).leads(), "/overdue");
        b.get("/overdue").page_ok();
        // far too long: it is over
        w.pass(Duration::minutes(61));
        assert_eq!(b.get("/overdue").leads(), "/login?next=/overdue");
        assert!(kinds(&w).contains(&"session_unlocked".to_owned()));
    }

    fn what_was_typed_survives_a_session_that_ended(t: &TestDb) {
        let w = World::new(t);
        let b = Browser::new(&w);
        b.log_in("kuiwen.desk").leads();
        for (away, locked) in [(Duration::minutes(20), true), (Duration::hours(2), false), (Duration::hours(13), false)] {
            let page = b.get("/filings/new").page_ok();
            let n = if locked { 1 } else if away < Duration::hours(3) { 2 } else { 3 };
            let form = page.form("/filings");
            let story = format!("第{n}次：<b>干了三个月</b>，工资一直没有发。");
            let pairs: Vec<(String, String)> = [
                ("_key", form.get("_key").to_owned()),
                ("kind", "complaint".to_owned()),
                ("channel", "window".to_owned()),
                ("receiving", form.get("receiving").to_owned()),
                ("reporterName", "张测试".to_owned()),
                ("reporterPhone", format!("1390000{n:04}")),
                ("projectKind", "房屋建筑工程".to_owned()),
                ("project", format!("测试花园{n}号楼")),
                ("respondent", format!("潍坊测试建筑{n}有限公司")),
                ("area", "370705".to_owned()),
                ("headcount", "1".to_owned()),
                ("reportedTotal", "1.2万".to_owned()),
                ("periodFrom", "2026-08-01".to_owned()),
                ("periodTo", "2026-10-31".to_owned()),
                ("narrative", story.clone()),
            ]
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v))
            .collect();
            let sent: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            w.pass(away);
            let met = b.post("/filings", &sent);
            assert_eq!(met.status, 401, "{}", met.text());
            met.says("您刚才填写的内容没有丢");
            assert!(!met.text().contains("干了三个月") && !met.text().contains("张测试"), "what was typed stands sealed in the page");
            let gate = met.form(if locked { "/login/unlock" } else { "/login" });
            let note = gate.get("_kept").to_owned();
            // another person at the same screen learns nothing of it
            let other = Browser::new(&w);
            let theirs = other.post("/login", &[("name", "fangzi.desk"), ("password", PASSWORD), ("next", "/"), ("_kept", &note)]);
            assert_eq!(theirs.status, 303, "{}", theirs.text());
            // a wrong password loses nothing
            let who = [("name", "kuiwen.desk"), ("password", "not this one"), ("next", "/"), ("_kept", &note)];
            let again = b.post(&gate.action, &who);
            assert_eq!((again.status, again.form(&gate.action).get("_kept")), (422, note.as_str()));
            let back = b.post(&gate.action, &[("name", "kuiwen.desk"), ("password", PASSWORD), ("next", "/"), ("_kept", &note)]).page_ok();
            back.says("您的输入已保留");
            let on = back.form("/filings");
            assert_eq!(on.get("narrative"), story);
            let fields: Vec<(&str, &str)> = pairs.iter().map(|(k, _)| (k.as_str(), on.get(k))).collect();
            let to = b.post(&on.action, &fields).leads();
            assert!(to.contains("done=registered"), "{to}");
            b.get(to.split('?').next().unwrap()).page_ok().says("测试花园");
        }
        // a file is too much for that, and the page says so
        w.pass(Duration::minutes(20));
        let file = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nx\r\n--B--\r\n".to_owned();
        let met = b.ask("POST", "/import", "multipart/form-data; boundary=B", file);
        assert_eq!(met.status, 401);
        met.says("没有保存");
        // passwords never
        let met = b.post("/account/password", &[("oldPassword", PASSWORD), ("password", "Another#Password1"), ("again", "Another#Password1")]);
        assert_eq!(met.status, 401);
        assert!(!met.text().contains("name=\"_kept\"") && !met.text().contains("Another#"));
    }

    fn a_duty_taken_a_second_ago_opens_nothing_on_any_node(t: &TestDb) {
        let w = World::new(t);
        let case = w.who("city.desk").post("/filings", filing(1)).ok()["case"].as_str().unwrap().to_owned();
        let b = Browser::new(&w);
        b.log_in("kuiwen.handler").leads();
        b.get(&format!("/cases/{case}")).page_ok();
        let node = World::again(t, &w, &[]);
        let token = b.cookie.borrow().clone();
        assert_eq!(w.run(node.authenticate(&token)).unwrap().duties.len(), 1);
        let (id, now) = (w.account("kuiwen.handler"), w.now());
        let duty = w.app.db.read_blocking(|c| qingxin::store::accounts::duties_of(c, &[id], now)).unwrap()[0].id;
        let security = w.actor("city.security");
        w.run(w.app.write(&security, None, move |tx| people::end_duty(tx, id, duty))).unwrap();
        // the very next request, here and on the other node
        for path in [format!("/cases/{case}"), "/search".to_owned(), "/filings/new".to_owned()] {
            let got = b.get(&path);
            if path == "/search" {
                continue;
            }
            assert!(matches!(got.status, 403 | 404), "{path}: {}", got.status);
            got.says("您的岗位最近有变动");
            got.says("收回承办员");
            assert!(!got.text().contains("测试建筑"), "{path}");
        }
        let form = b.post(&format!("/cases/{case}/moves/add_note"), &[("_key", "k-12345678"), ("_version", "0"), ("_procedure", &case)]);
        assert!(matches!(form.status, 403 | 404), "{}", form.status);
        assert!(w.run(node.authenticate(&token)).unwrap().duties.is_empty());
        // who was never somebody there is told nothing of the kind
        let other = Browser::new(&w);
        other.log_in("fangzi.handler").leads();
        assert!(!other.get(&format!("/cases/{case}")).text().contains("岗位最近有变动"));
        assert!(w.person("kuiwen.handler").duties.iter().all(|d| d.kind != DutyKind::Handler));
    }

    fn sessions_are_kept_for_six_months(t: &TestDb) {
        let w = World::new(t);
        let (old, _) = w.open_session("kuiwen.handler", "long ago");
        w.pass(Duration::days(180));
        qingxin::jobs::forget(&w.app).unwrap();
        let left = |w: &World| crate::tables::dump(&w.app.db)["sessions"].iter().filter(|r| r.to_lowercase().replace('-', "").contains(&old.to_string().replace('-', ""))).count();
        assert_eq!(left(&w), 1, "thrown away too early");
        w.pass(Duration::days(8));
        qingxin::jobs::forget(&w.app).unwrap();
        assert_eq!(left(&w), 0);
    }
}

/// Fewer months than the law asks for are refused at the start; an issuer no authenticator reads is, too.
#[test]
fn logs_are_kept_for_six_months_at_the_least() {
    use qingxin::base::config::Config;
    use std::collections::BTreeMap;
    let t = TestDb::new(crate::support::Backend::Sqlite).unwrap();
    let with = |n: &str| {
        let variables = BTreeMap::from([
            ("QINGXIN__LOGS__KEEP_MONTHS".to_owned(), n.to_owned()),
            ("QINGXIN__EVIDENCE__DIRECTORY".to_owned(), t.dir.path().join("evidence").display().to_string()),
        ]);
        let place = qingxin::boot::Place { variables, ..qingxin::boot::Place::at(t.url.clone()) };
        qingxin::boot::open(&place, std::sync::Arc::new(qingxin::base::SystemClock)).map(|app| app.config.logs.keep_months)
    };
    assert_eq!(with("6").unwrap(), 6);
    assert_eq!(with("12").unwrap(), 12);
    let e = with("5").unwrap_err().to_string();
    assert!(e.contains("六个月") && e.contains("《中华人民共和国网络安全法》"), "{e}");
    let issuer = |s: &str| Config::read(None, &BTreeMap::from([("QINGXIN__SECOND_FACTOR__ISSUER".to_owned(), s.to_owned())]));
    assert!(issuer("清薪:甲").is_err() && issuer("").is_err());
}
