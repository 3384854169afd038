//! The courier against a real mail relay: what a relay may say, TLS and log-in, stand-ins, office hours, who reads in the
//! house, sending again; and a kill in the middle of a thousand.

use crate::on_both;
use crate::support::app::World;
use crate::support::relay::{Relay, certificate};
use crate::support::{Backend, TestDb};
use crate::tables;
use chrono::Duration;
use qingxin::app::App;
use qingxin::app::addresses::{self, Address};
use qingxin::app::courier::Carried;
use qingxin::app::notify;
use qingxin::base::id::AccountId;
use qingxin::domain::access::Actor;
use qingxin::domain::courier::Channel;
use qingxin::store::letters::{self, Letter, Wanted};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration as Wait, Instant};

pub fn open(t: &TestDb, settings: &[(&'static str, String)]) -> World {
    let all: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
    World::with(t, &all)
}

/// Where one of the staff is reached.
pub fn reached(app: &Arc<App>, who: AccountId, mail: &str) {
    let a = Address { mail: mail.to_owned(), mobile: String::new() };
    app.write_blocking(&Actor::System("tests"), None, move |tx| addresses::set_address(tx, who, &a)).unwrap();
}

/// Tells one of the staff something.
pub fn tell(app: &Arc<App>, who: AccountId, template: &'static str) {
    let args = BTreeMap::from([("number".to_owned(), "AJ-7K3M9-PQR2X".to_owned())]);
    app.write_blocking(&Actor::System("tests"), None, move |tx| notify::tell_account(tx, who, "assignee", template, &args)).unwrap();
}

pub fn carry(app: &Arc<App>) -> Carried {
    app.carry(&|| true).unwrap()
}

/// All letters, the newest first.
pub fn all(app: &Arc<App>) -> Vec<Letter> {
    app.db.read_blocking(|c| letters::page(c, &Wanted::default(), None, 5_000)).unwrap().into_iter().map(|(l, _)| l).collect()
}

/// State, class and reason of the letters of one of the staff.
pub fn of(app: &Arc<App>, who: AccountId) -> Vec<(String, Option<String>, Option<String>, i32)> {
    all(app).into_iter().filter(|l| l.account_id == Some(who)).map(|l| (l.state, l.last_class, l.last_reason, l.attempts)).collect()
}

pub fn is(app: &Arc<App>, who: AccountId, state: &str, class: &str, reason: &str, attempts: i32) {
    let some = |s: &str| (!s.is_empty()).then(|| s.to_owned());
    assert_eq!(of(app, who), [(state.to_owned(), some(class), some(reason), attempts)]);
}

on_both! {
    fn what_the_relay_says_is_what_becomes_of_a_letter(t: &TestDb) {
        let Some(relay) = Relay::start(t.dir.path(), &[]) else { return };
        let w = open(t, &relay.settings());
        let names = ["kuiwen.desk", "kuiwen.handler", "kuiwen.handler2", "kuiwen.leader", "kuiwen.head", "kuiwen.legal"];
        let kinds = ["good", "refuse-a", "grey-a", "drop-a", "hang-a", "full-a"];
        let who: BTreeMap<&str, AccountId> = kinds.into_iter().zip(names.map(|n| w.account(n))).collect();
        for (kind, id) in &who {
            reached(&w.app, *id, &format!("{kind}@wf.example.gov.cn"));
            tell(&w.app, *id, "case_assigned");
        }
        let done = carry(&w.app);
        assert_eq!((done.claimed, done.sent, done.dead, done.deferred), (6, 1, 1, 4));
        is(&w.app, who["good"], "sent", "sent", "", 1);
        is(&w.app, who["refuse-a"], "dead", "refused", "rcpt 550 5.1.1", 1);
        is(&w.app, who["grey-a"], "pending", "deferred", "rcpt 451 4.7.1", 1);
        is(&w.app, who["full-a"], "pending", "deferred", "rcpt 452 4.2.2", 1);
        is(&w.app, who["drop-a"], "pending", "deferred", "data connection", 1);
        is(&w.app, who["hang-a"], "pending", "deferred", "data connection", 1);
        assert_eq!(carry(&w.app).claimed, 0, "not due yet");
        w.pass(Duration::seconds(40));
        carry(&w.app);
        is(&w.app, who["grey-a"], "pending", "deferred", "rcpt 451 4.7.1", 2);
        is(&w.app, who["drop-a"], "sent", "sent", "", 2);
        is(&w.app, who["hang-a"], "sent", "sent", "", 2);
        w.pass(Duration::seconds(80));
        carry(&w.app);
        is(&w.app, who["grey-a"], "sent", "sent", "", 3);
        // what was taken and not acknowledged came twice, and is known as one
        let hung: Vec<Value> = relay.to("hang-a@wf.example.gov.cn").into_iter().map(|l| l["id"].clone()).collect();
        let id = all(&w.app).into_iter().find(|l| l.account_id == Some(who["hang-a"])).unwrap().id;
        assert_eq!(hung, vec![json!(format!("<{id}@wf.example.gov.cn>")); 2]);
        let good = &relay.to("good@wf.example.gov.cn")[0];
        assert_eq!(good["subject"], "清薪：编号 AJ-7K3M9-PQR2X 有一条新通知");
        assert_eq!((&good["auto"], &good["sender"]), (&json!("auto-generated"), &json!("qingxin@wf.example.gov.cn")));
        assert!(good["text"].as_str().unwrap().starts_with("AJ-7K3M9-PQR2X：有案件指派给您承办。"), "{good}");
        // who is never at home is given up after so many attempts, each of which is kept
        for _ in 0..30 {
            w.pass(Duration::hours(9));
            carry(&w.app);
        }
        is(&w.app, who["full-a"], "dead", "deferred", "rcpt 452 4.2.2", 12);
        let full = all(&w.app).into_iter().find(|l| l.account_id == Some(who["full-a"])).unwrap();
        let tried = w.app.db.read_blocking(move |c| letters::attempts(c, &[full.id])).unwrap();
        assert_eq!(tried.iter().map(|a| a.n).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
        assert!(tried.iter().all(|a| a.class == "deferred" && a.reason == "rcpt 452 4.2.2"));
        let doctor = qingxin::app::doctor::examine(&w.app, t.dir.path()).unwrap();
        let line = doctor.lines.iter().find(|l| l.what == "没有放弃的信件").unwrap();
        assert!(line.advice && line.said.contains("2 封"), "{line:?}");
        // an administrator sees both, without a person, and sends them again; nobody else does
        w.who("kuiwen.handler").get("/outbox").problem(403, "forbidden");
        let admin = w.who("city.system");
        let seen = admin.get("/outbox?state=dead").ok();
        assert_eq!(seen["items"].as_array().unwrap().len(), 2);
        assert!(!seen.to_string().contains("example.gov.cn") && seen["items"][0]["tried"].as_array().is_some_and(|t| !t.is_empty()), "{seen}");
        assert_eq!(admin.post("/outbox/resend", json!({ "channel": "sms" })).ok()["resent"], 0);
        assert_eq!(admin.post("/outbox/resend", json!({ "all": true })).ok()["resent"], 2);
        admin.post("/outbox/resend", json!({ "ids": [id] })).problem(409, "letter_not_dead");
        let page = admin.page("/outbox").text();
        assert!(page.contains("没有这样的信件") && admin.page("/outbox?state=sent").text().contains("对方已收"), "{page}");
        assert_eq!(w.who("kuiwen.handler").page("/outbox").status, 403);
        let again = carry(&w.app);
        assert_eq!((again.claimed, again.dead), (2, 1), "as many attempts as the first time");
        is(&w.app, who["full-a"], "pending", "deferred", "rcpt 452 4.2.2", 13);
        let tally = admin.get("/outbox/tally").ok();
        let sent = tally["letters"].as_array().unwrap().iter().find(|l| l["state"] == "sent").unwrap();
        assert_eq!((&sent["channel"], &sent["count"]), (&json!("mail"), &json!(4)));
    }

    fn a_slow_relay_holds_up_one_letter_and_not_the_others(t: &TestDb) {
        let Some(relay) = Relay::start(t.dir.path(), &["--slow", "6"]) else { return };
        let mut settings = relay.settings();
        settings.push(("QINGXIN__MAIL__TIMEOUT_SECONDS", "1".into()));
        let w = open(t, &settings);
        let (slow, good) = (w.account("kuiwen.handler"), w.account("kuiwen.desk"));
        reached(&w.app, slow, "slow-a@wf.example.gov.cn");
        reached(&w.app, good, "good@wf.example.gov.cn");
        tell(&w.app, slow, "case_assigned");
        w.pass(Duration::seconds(1));
        tell(&w.app, good, "case_assigned");
        let begun = Instant::now();
        let done = carry(&w.app);
        assert!(begun.elapsed() < Wait::from_secs(5));
        assert_eq!((done.sent, done.deferred), (1, 1));
        is(&w.app, slow, "pending", "timeout", "rcpt timeout", 1);
        is(&w.app, good, "sent", "sent", "", 1);
    }

    fn a_relay_that_is_not_there_costs_one_attempt_and_loses_nothing(t: &TestDb) {
        let Some(relay) = Relay::start(t.dir.path(), &[]) else { return };
        let settings = relay.settings();
        drop(relay);
        let w = open(t, &settings);
        for name in ["kuiwen.desk", "kuiwen.handler", "kuiwen.leader"] {
            reached(&w.app, w.account(name), &format!("{name}@wf.example.gov.cn"));
            tell(&w.app, w.account(name), "case_assigned");
        }
        let done = carry(&w.app);
        assert_eq!((done.claimed, done.deferred, done.left), (3, 1, 2));
        assert_eq!(all(&w.app).iter().map(|l| l.attempts).sum::<i32>(), 1);
        assert!(all(&w.app).iter().all(|l| l.state == "pending" && l.lease_until.is_none()));
        let tally = w.app.letters_tally_blocking(&Actor::System("tests")).unwrap();
        let mut tally: Vec<_> = tally.into_iter().map(|l| (l.channel, l.state, l.class, l.count)).collect();
        tally.sort_unstable();
        let line = |class: Option<&str>, n| ("mail".to_owned(), "pending".to_owned(), class.map(str::to_owned), n);
        assert_eq!(tally, [line(None, 2), line(Some("deferred"), 1)]);
        // how long they wait is counted from when they should have gone, whatever is tried meanwhile
        let mut tried = 1;
        for minute in 1..=20 {
            w.pass(Duration::minutes(1));
            tried += carry(&w.app).deferred;
            assert_eq!(w.app.courier_lag().unwrap(), minute * 60);
        }
        assert!(tried > 3, "{tried} attempts in twenty minutes");
        let (lag, dead) = w.run(w.app.letters_gauge()).unwrap();
        assert_eq!((lag, dead), (1_200, 0));
        let doctor = qingxin::app::doctor::examine(&w.app, t.dir.path()).unwrap();
        let line = doctor.lines.iter().find(|l| l.what == "承诺五 信件按时发出").unwrap();
        assert!(!line.ok && line.said.contains("1200 秒"), "{line:?}");
    }

    fn tls_and_log_in_are_as_configured_or_nothing_is_said(t: &TestDb) {
        let dir = t.dir.path();
        let (cert, key) = certificate(dir);
        let (cert, key) = (cert.display().to_string(), key.display().to_string());
        let secure = ["--tls", &cert, &key, "--user", "qingxin", "--password", "relay-secret"];
        let Some(relay) = Relay::start(dir, &secure) else { return };
        let plain = Relay::start(dir, &[]).unwrap();
        let wrapped = Relay::start(dir, &[&secure[..], &["--implicit"]].concat()).unwrap();
        let with = |r: &Relay, tls: &str, ca: &str, password: &str| {
            let mut s = r.settings();
            s.extend([("QINGXIN__MAIL__TLS", tls.to_owned()), ("QINGXIN__MAIL__CA_FILE", ca.to_owned())]);
            s.extend([("QINGXIN__MAIL__USER", "qingxin".to_owned()), ("QINGXIN__MAIL__PASSWORD", password.to_owned())]);
            s
        };
        let w = open(t, &with(&relay, "starttls", &cert, "relay-secret"));
        let who = w.account("kuiwen.handler");
        reached(&w.app, who, "good@wf.example.gov.cn");
        let mut n = 0;
        let mut try_with = |settings: &[(&'static str, String)]| {
            let all_settings: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
            let app = World::again(t, &w, &all_settings);
            n += 1;
            w.pass(Duration::seconds(1));
            tell(&app, who, "case_assigned");
            carry(&app);
            let l = all(&app).remove(0);
            // what did not go is no matter for the next
            app.db.write_blocking(move |c| c.batch("update letters set state = 'void', done_at = next_at where state = 'pending'")).unwrap();
            (l.state, l.last_reason.unwrap_or_default())
        };
        let got = |state: &str, reason: &str| (state.to_owned(), reason.to_owned());
        assert_eq!(try_with(&with(&relay, "starttls", &cert, "relay-secret")), got("sent", ""));
        let l = relay.letters().remove(0);
        assert_eq!((&l["tls"], &l["user"]), (&json!(true), &json!("qingxin")));
        assert_eq!(try_with(&with(&wrapped, "implicit", &cert, "relay-secret")), got("sent", ""));
        assert_eq!(wrapped.letters()[0]["tls"], true);
        // a certificate nobody vouches for, a wrong password, a relay that offers no TLS: nothing goes, nothing is given up
        let (state, reason) = try_with(&with(&relay, "starttls", "", "relay-secret"));
        assert!(state == "pending" && reason.starts_with("starttls "), "{state} {reason}");
        assert_eq!(try_with(&with(&relay, "starttls", &cert, "wrong")), got("pending", "auth 535 5.7.8"));
        assert_eq!(try_with(&with(&plain, "starttls", &cert, "relay-secret")), got("pending", "starttls not_offered"));
        assert!(plain.letters().is_empty() && relay.letters().len() == 1);
    }

    fn who_is_away_is_told_and_so_is_who_stands_in(t: &TestDb) {
        let Some(relay) = Relay::start(t.dir.path(), &[]) else { return };
        let w = open(t, &relay.settings());
        let (handler, second, desk, head) =
            (w.account("kuiwen.handler"), w.account("kuiwen.handler2"), w.account("kuiwen.desk"), w.account("kuiwen.head"));
        for (id, name) in [(handler, "handler"), (second, "second"), (desk, "desk")] {
            reached(&w.app, id, &format!("{name}@wf.example.gov.cn"));
        }
        tell(&w.app, handler, "case_assigned");
        tell(&w.app, desk, "case_dispatched");
        tell(&w.app, head, "case_disputed");
        // only now does the handler leave: stand-ins are found when it is sent
        let (from, until) = (w.now(), w.now().plus(Duration::days(2)));
        w.app
            .write_blocking(&Actor::System("tests"), None, move |tx| {
                qingxin::app::people::record_absence(tx, handler, Some(second), from, until, "年假").map(drop)
            })
            .unwrap();
        // and the desk has read it in the house
        let unread = w.who("kuiwen.desk").get("/notices").ok();
        w.who("kuiwen.desk").post("/notices/read", json!({ "ids": [unread["items"][0]["id"]] })).ok();
        w.pass(Duration::seconds(1));
        carry(&w.app);
        let done = carry(&w.app);
        assert_eq!(done.claimed, 0);
        let (own, stand_in) = (relay.to("handler@wf.example.gov.cn"), relay.to("second@wf.example.gov.cn"));
        assert_eq!((own.len(), stand_in.len()), (1, 1));
        assert_eq!(own[0]["text"], stand_in[0]["text"]);
        assert_ne!(own[0]["id"], stand_in[0]["id"]);
        is(&w.app, desk, "void", "", "read", 0);
        is(&w.app, head, "void", "", "no_address", 0);
        assert!(relay.to("desk@wf.example.gov.cn").is_empty());
        // an account that is no more is told nothing
        let id = w.account("kuiwen.leader");
        reached(&w.app, id, "leader@wf.example.gov.cn");
        tell(&w.app, id, "case_assigned");
        let security = w.actor("city.security");
        w.app.write_blocking(&security, None, move |tx| qingxin::app::people::set_active(tx, id, false)).unwrap();
        carry(&w.app);
        is(&w.app, id, "void", "", "gone", 0);
    }

    fn demonstrations_leave_the_house_by_no_door(t: &TestDb) {
        let w = open(t, &[("QINGXIN__MAIL__HOST", "localhost".to_owned())]);
        assert!(w.app.carries(Channel::Mail) && !w.app.carries(Channel::Sms));
        w.app.db.write_blocking(|c| qingxin::store::migrate::set_meta(c, "demo", "{}")).unwrap();
        let demo = World::again(t, &w, &[("QINGXIN__MAIL__HOST", "localhost")]);
        assert!(demo.demo && Channel::ALL.iter().all(|c| !demo.carries(*c)));
        tell(&demo, w.account("kuiwen.handler"), "case_assigned");
        assert!(all(&demo).is_empty());
        assert_eq!(carry(&demo), Carried::default());
    }

    fn nobody_is_told_at_night_unless_it_is_urgent(t: &TestDb) {
        let Some(relay) = Relay::start(t.dir.path(), &[]) else { return };
        let w = open(t, &relay.settings());
        let (handler, head) = (w.account("kuiwen.handler"), w.account("kuiwen.head"));
        reached(&w.app, handler, "handler@wf.example.gov.cn");
        reached(&w.app, head, "head@wf.example.gov.cn");
        w.set(11, 27, 20, 0);
        tell(&w.app, handler, "case_assigned");
        tell(&w.app, head, "case_flagged");
        carry(&w.app);
        assert_eq!((relay.to("handler@wf.example.gov.cn").len(), relay.to("head@wf.example.gov.cn").len()), (0, 1));
        // the letter of a Friday evening goes on Monday morning
        w.set(11, 30, 8, 59);
        assert_eq!(carry(&w.app).claimed, 0);
        w.set(11, 30, 9, 0);
        assert_eq!(carry(&w.app).sent, 1);
    }

    fn a_notice_and_its_letters_are_queued_together_or_not_at_all(t: &TestDb) {
        let w = open(t, &[("QINGXIN__MAIL__HOST", "localhost".to_owned())]);
        let who = w.account("kuiwen.handler");
        tables::break_table(t, "letters");
        let before = tables::dump(&t.db);
        let args = BTreeMap::from([("number".to_owned(), "AJ-1".to_owned())]);
        let told = w.app.write_blocking(&Actor::System("tests"), None, move |tx| notify::tell_account(tx, who, "assignee", "case_assigned", &args));
        assert!(told.is_err());
        assert_eq!(tables::differ(&before, &tables::dump(&t.db)), Vec::<String>::new());
        // a fact that is missing is an error, not a gap in a sentence
        let none = BTreeMap::new();
        let told = w.app.write_blocking(&Actor::System("tests"), None, move |tx| notify::tell_account(tx, who, "assignee", "case_assigned", &none));
        assert!(told.is_err_and(|e| e.to_string().contains("number")));
    }

    fn addresses_are_set_by_the_own_person_or_the_system_administrator(t: &TestDb) {
        let w = World::new(t);
        let path = format!("/accounts/{}/address", w.account("kuiwen.handler"));
        let address = json!({ "mail": "zhang.san@wf.example.gov.cn", "mobile": "13900001234" });
        assert_eq!(w.who("kuiwen.handler").post(&path, address.clone()).status, 204);
        let seen = w.who("city.system").get(&path).ok();
        assert_eq!((&seen["mail"], &seen["mobile"]), (&json!("z***@wf.example.gov.cn"), &json!("139****1234")));
        for other in ["kuiwen.leader", "city.security", "fangzi.handler"] {
            w.who(other).post(&path, address.clone()).problem(403, "forbidden");
            w.who(other).get(&path).problem(403, "forbidden");
        }
        assert_eq!(w.who("city.system").post(&path, json!({ "mail": "nobody", "mobile": "13900001234" })).places(), [("/mail".into(), "bad_mail".into())]);
        assert_eq!(w.who("city.system").post(&path, json!({})).status, 204);
        assert_eq!(w.who("kuiwen.handler").get(&path).ok()["mail"], Value::Null);
        let dump = format!("{:?}", tables::dump(&t.db));
        assert!(!dump.contains("zhang.san") && !dump.contains("13900001234"));
    }
}

/// No digest of this account can be kept, until [`tables::mend_table`].
fn refuse_digests_of(t: &TestDb, who: AccountId) {
    t.db.write_blocking(move |c| {
        let sql = if c.is_pg() {
            format!(
                "create or replace function fault() returns trigger language plpgsql as $$ begin raise exception 'the disk broke'; end $$; \
                 create trigger fault_digests before insert on digests for each row when (new.account_id = '{who}') execute function fault()"
            )
        } else {
            let hex = who.to_string().replace('-', "");
            format!(
                "create trigger fault_digests before insert on digests when new.account_id = x'{hex}' begin select raise(abort, 'the disk broke'); end; \
                 create trigger fault_u_digests before update on digests begin select 1; end"
            )
        };
        c.batch(&sql)
    })
    .unwrap();
}

/// The program as a process; killed with the value.
struct Served(Child);
impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(t: &TestDb, settings: &[(&'static str, String)]) -> Served {
    let mut c = Command::new(env!("CARGO_BIN_EXE_qingxin"));
    c.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(t.dir.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    c.env_clear().env("DATABASE_URL", &t.url).env("QINGXIN__EVIDENCE__DIRECTORY", t.dir.path().join("evidence"));
    if let Some(k) = &t.options.master_key_file {
        c.env("QINGXIN_MASTER_KEY_FILE", k);
    }
    for (k, v) in settings {
        c.env(k, v);
    }
    Served(c.spawn().unwrap())
}

fn until(what: &str, seconds: u64, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Wait::from_secs(seconds), "{what}: not within {seconds} seconds");
        std::thread::sleep(Wait::from_millis(20));
    }
}

fn killed(backend: Backend) {
    let Some(t) = TestDb::new(backend) else { return };
    let Some(relay) = Relay::start(t.dir.path(), &[]) else { return };
    let batch = 50;
    let mut settings = relay.settings();
    settings.extend([
        ("QINGXIN__COURIER__BATCH", batch.to_string()),
        ("QINGXIN__COURIER__LEASE_SECONDS", "29".into()),
        ("QINGXIN__JOBS__POLL_SECONDS", "1".into()),
    ]);
    let w = open(&t, &settings);
    let who = w.account("kuiwen.handler");
    reached(&w.app, who, "handler@wf.example.gov.cn");
    let n = 1_000;
    w.app
        .write_blocking(&Actor::System("tests"), None, move |tx| {
            for i in 0..n {
                let args = BTreeMap::from([("number".to_owned(), format!("AJ-{i}"))]);
                notify::tell_account(tx, who, "assignee", "case_flagged", &args)?;
            }
            Ok(())
        })
        .unwrap();
    // the process reads the machine's clock, whatever it shows: all is due
    let long_ago = match backend {
        Backend::Sqlite => "update letters set next_at = 0",
        Backend::Postgres => "update letters set next_at = to_timestamp(0)",
    };
    w.app.db.write_blocking(move |c| c.batch(long_ago)).unwrap();
    let first = serve(&t, &settings);
    until("a third of the letters", 120, || relay.letters().len() > n / 3);
    drop(first);
    assert!(relay.letters().len() < n, "killed too late to say anything");
    let _second = serve(&t, &settings);
    let ids = || relay.letters().iter().map(|l| l["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    until("all letters", 180, || ids().iter().collect::<BTreeSet<_>>().len() == n);
    let app = Arc::clone(&w.app);
    until("all settled", 60, || {
        app.db
            .read_blocking(|c| letters::page(c, &Wanted { state: Some("pending".into()), ..Wanted::default() }, None, 1))
            .unwrap()
            .is_empty()
    });
    let came = ids();
    let own: BTreeSet<String> = all(&w.app).iter().map(|l| format!("<{}@wf.example.gov.cn>", l.id)).collect();
    assert_eq!(came.iter().cloned().collect::<BTreeSet<_>>(), own, "each with the Message-ID of its letter");
    assert!(came.len() - n <= batch, "{} came twice, {batch} were in flight", came.len() - n);
    assert!(all(&w.app).iter().all(|l| l.state == "sent"));
    // the command line counts the same
    let mut c = Command::new(env!("CARGO_BIN_EXE_qingxin"));
    c.args(["notices", "stats", "--json"]).current_dir(t.dir.path()).stdin(Stdio::null()).env_clear().env("DATABASE_URL", &t.url);
    c.env("QINGXIN__EVIDENCE__DIRECTORY", t.dir.path().join("evidence"));
    if let Some(k) = &t.options.master_key_file {
        c.env("QINGXIN_MASTER_KEY_FILE", k);
    }
    let out = c.output().unwrap();
    let line: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
    assert_eq!(line, json!({ "channel": "mail", "state": "sent", "class": "sent", "count": n }));
}

#[test]
fn killed_in_the_middle_of_a_thousand_nothing_is_lost_sqlite() {
    killed(Backend::Sqlite);
}

#[test]
fn killed_in_the_middle_of_a_thousand_nothing_is_lost_postgres() {
    killed(Backend::Postgres);
}

on_both! {
    fn the_digest_of_overdue_goes_out_once_a_working_day(t: &TestDb) {
        let w = World::new(t);
        let other = World::again(t, &w, &[]);
        w.who("kuiwen.desk").post("/filings", crate::support::app::filing(1)).ok();
        let digests = |w: &World, who: &str| {
            let all = w.who(who).get("/notices?limit=100").ok();
            all["items"].as_array().unwrap().iter().filter(|n| n["about"] == "overdue_digest").cloned().collect::<Vec<_>>()
        };
        w.set(11, 24, 9, 0);
        w.app.send_digests().unwrap();
        assert!(digests(&w, "kuiwen.supervisor").is_empty(), "nothing is late yet");
        // nobody signed for it within a working day
        w.set(11, 30, 8, 29);
        assert_eq!(w.app.send_digests().unwrap(), 0, "before its hour");
        w.set(11, 30, 8, 30);
        assert!(w.app.send_digests().unwrap() > 0);
        assert_eq!((w.app.send_digests().unwrap(), other.send_digests().unwrap()), (0, 0), "once a day, whatever the number of nodes");
        w.set(11, 30, 10, 0);
        for who in ["kuiwen.supervisor", "kuiwen.leader", "kuiwen.head", "city.supervisor"] {
            let d = digests(&w, who);
            assert_eq!(d.len(), 1, "{who}");
            let text = d[0]["text"].as_str().unwrap();
            assert!(text.starts_with("截至 2026-11-30，") && text.contains("签收"), "{text}");
        }
        for who in ["kuiwen.desk", "kuiwen.handler", "fangzi.supervisor", "fangzi.head", "kuiwen-housing.leader"] {
            assert!(digests(&w, who).is_empty(), "{who}");
        }
        // 2026-12-05 is a Saturday
        w.set(12, 5, 9, 0);
        assert_eq!(w.app.send_digests().unwrap(), 0);
        w.set(12, 7, 9, 0);
        // one that cannot be kept stops nobody else's, and is made up for
        refuse_digests_of(t, w.account("kuiwen.supervisor"));
        assert!(other.send_digests().unwrap() > 0);
        assert_eq!((digests(&w, "kuiwen.supervisor").len(), digests(&w, "kuiwen.head").len()), (1, 2));
        tables::mend_table(t, "digests");
        assert_eq!(w.app.send_digests().unwrap(), 1);
        assert_eq!(digests(&w, "kuiwen.supervisor").len(), 2);
    }
}
