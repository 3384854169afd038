//! What becomes of letters when something is not as it should be: a process told to end, a channel nobody configured, an
//! address that cannot be opened, a relay that will not have us, a sender of short messages that is down.

use crate::courier::{all, carry, is, of, open, reached, tell};
use crate::on_both;
use crate::support::TestDb;
use crate::support::app::World;
use crate::support::relay::{Fake, Relay};
use chrono::Duration;
use qingxin::app::App;
use qingxin::app::addresses::{self, Address};
use qingxin::app::outbox::Resend;
use qingxin::base::id::{AccountId, RowId};
use qingxin::domain::access::Actor;
use qingxin::store::letters;
use serde_json::json;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

/// Accounts reached by short message.
const NAMES: [&str; 3] = ["kuiwen.handler", "kuiwen.leader", "kuiwen.head"];

fn by_sms(w: &World, name: &str) -> AccountId {
    let who = w.account(name);
    let a = Address { mail: String::new(), mobile: "13900001234".into() };
    w.app.write_blocking(&Actor::System("tests"), None, move |tx| addresses::set_address(tx, who, &a)).unwrap();
    who
}

/// A city whose short messages go there.
fn sends(t: &TestDb, url: &str) -> World {
    open(
        t,
        &[
            ("QINGXIN__SMS__PROVIDER", "http".into()),
            ("QINGXIN__SMS__URL", url.to_owned()),
            ("QINGXIN__SMS__SECRET", "a secret of sixteen or more".into()),
            ("QINGXIN__SMS__TIMEOUT_SECONDS", "1".into()),
        ],
    )
}

/// Carries until nothing waits any more, hours apart.
fn carry_on(w: &World, app: &Arc<App>) {
    for _ in 0..30 {
        w.pass(Duration::hours(9));
        carry(app);
    }
}

fn attempts(app: &Arc<App>, who: AccountId) -> i32 {
    of(app, who)[0].3
}

on_both! {
    fn a_process_told_to_end_gives_back_what_it_has_not_begun(t: &TestDb) {
        let Some(relay) = Relay::start(t.dir.path(), &[]) else { return };
        let w = open(t, &relay.settings());
        let who = w.account("kuiwen.handler");
        reached(&w.app, who, "good@wf.example.gov.cn");
        for _ in 0..5 {
            tell(&w.app, who, "case_assigned");
        }
        let before: Vec<_> = all(&w.app).iter().map(|l| (l.id, l.next_at)).collect();
        // it is asked once for the batch and once before each letter
        let asked = AtomicUsize::new(0);
        let done = w.app.carry(&|| asked.fetch_add(1, Ordering::SeqCst) < 3).unwrap();
        assert_eq!((done.claimed, done.sent, done.left), (5, 2, 3));
        assert_eq!(relay.letters().len(), 2);
        let after = all(&w.app);
        assert!(after.iter().all(|l| l.lease_until.is_none()), "another node may have them at once");
        assert_eq!(after.iter().map(|l| (l.id, l.next_at)).collect::<Vec<_>>(), before);
        assert_eq!(after.iter().map(|l| l.attempts).sum::<i32>(), 2);
        assert_eq!(carry(&w.app).sent, 3);
        assert_eq!(relay.letters().len(), 5);
    }

    fn much_goes_over_several_lines_and_each_letter_once(t: &TestDb) {
        let Some(relay) = Relay::start(t.dir.path(), &["--each", "10"]) else { return };
        let w = open(t, &relay.settings());
        let who = w.account("kuiwen.handler");
        reached(&w.app, who, "good@wf.example.gov.cn");
        for _ in 0..130 {
            tell(&w.app, who, "case_assigned");
        }
        // a relay that takes ten letters over a connection and then says 421 costs no letter an attempt
        let done = carry(&w.app);
        assert_eq!((done.claimed, done.sent), (130, 130));
        let mut came: Vec<String> = relay.letters().iter().map(|l| l["id"].as_str().unwrap().to_owned()).collect();
        let mut own: Vec<String> = all(&w.app).iter().map(|l| format!("<{}@wf.example.gov.cn>", l.id)).collect();
        came.sort_unstable();
        own.sort_unstable();
        assert_eq!(came, own);
        assert!(all(&w.app).iter().all(|l| (l.attempts, l.lease_until) == (1, None)));
    }

    fn a_channel_without_a_way_stays_closed_for_the_batches_after(t: &TestDb) {
        let Some(relay) = Relay::start(t.dir.path(), &[]) else { return };
        let mut settings = relay.settings();
        drop(relay);
        settings.push(("QINGXIN__COURIER__BATCH", "2".into()));
        let w = open(t, &settings);
        let who = w.account("kuiwen.handler");
        reached(&w.app, who, "good@wf.example.gov.cn");
        for _ in 0..6 {
            tell(&w.app, who, "case_flagged");
        }
        let done = carry(&w.app);
        assert_eq!((done.claimed, done.deferred, done.left), (6, 1, 5));
        // after a minute it is tried anew, by one
        w.pass(Duration::minutes(2));
        let done = carry(&w.app);
        assert_eq!((done.claimed, done.deferred, done.left), (6, 1, 5));
        assert_eq!(all(&w.app).iter().map(|l| l.attempts).sum::<i32>(), 2);
    }

    fn what_a_relay_says_of_us_is_no_fault_of_the_letter(t: &TestDb) {
        let Some(relay) = Relay::start(t.dir.path(), &[]) else { return };
        let w = open(t, &relay.settings());
        let (policy, good) = (w.account("kuiwen.handler"), w.account("kuiwen.desk"));
        reached(&w.app, policy, "policy-a@wf.example.gov.cn");
        reached(&w.app, good, "good@wf.example.gov.cn");
        tell(&w.app, policy, "case_assigned");
        w.pass(Duration::seconds(1));
        tell(&w.app, good, "case_assigned");
        carry(&w.app);
        is(&w.app, policy, "pending", "deferred", "rcpt 550 5.7.1", 1);
        is(&w.app, good, "sent", "sent", "", 1);
        // authentication required: nothing else need be tried now
        let (login, other) = (w.account("kuiwen.leader"), w.account("kuiwen.head"));
        reached(&w.app, login, "login-a@wf.example.gov.cn");
        reached(&w.app, other, "good@wf.example.gov.cn");
        tell(&w.app, login, "case_assigned");
        w.pass(Duration::seconds(1));
        tell(&w.app, other, "case_assigned");
        let done = carry(&w.app);
        assert_eq!((done.deferred, done.left), (1, 1));
        is(&w.app, login, "pending", "deferred", "rcpt 530 5.7.0", 1);
        is(&w.app, other, "pending", "", "", 0);
        // and when that was mended, what the relay's policy refuses is given up after all attempts
        reached(&w.app, login, "good@wf.example.gov.cn");
        carry_on(&w, &w.app);
        is(&w.app, login, "sent", "sent", "", 2);
        is(&w.app, policy, "dead", "deferred", "rcpt 550 5.7.1", 12);
    }

    fn a_channel_that_is_gone_and_an_address_that_cannot_be_opened_end_dead(t: &TestDb) {
        let w = open(t, &[("QINGXIN__MAIL__HOST", "localhost".to_owned()), ("QINGXIN__MAIL__PORT", "9".to_owned())]);
        let (gone, sealed) = (w.account("kuiwen.handler"), w.account("kuiwen.leader"));
        reached(&w.app, gone, "good@wf.example.gov.cn");
        reached(&w.app, sealed, "other@wf.example.gov.cn");
        tell(&w.app, gone, "case_assigned");
        tell(&w.app, sealed, "case_assigned");
        // a text of another row does not open
        w.app
            .db
            .write_blocking(move |c| {
                let both = qingxin::store::addresses::of_staff(c, &[gone, sealed])?;
                let (a, b) = (both.iter().find(|a| a.account_id == gone).unwrap(), both.iter().find(|a| a.account_id == sealed).unwrap());
                qingxin::store::addresses::put_staff(c, &qingxin::store::addresses::StaffAddress { mail_ct: a.mail_ct.clone(), ..b.clone() })
            })
            .unwrap();
        let without = World::again(t, &w, &[]);
        let done = carry(&without);
        assert_eq!((done.claimed, done.deferred), (2, 2));
        is(&without, gone, "pending", "deferred", "not_configured", 1);
        is(&without, sealed, "pending", "deferred", "unreadable", 1);
        carry_on(&w, &without);
        is(&without, gone, "dead", "deferred", "not_configured", 12);
        is(&without, sealed, "dead", "deferred", "unreadable", 12);
    }

    fn a_sender_of_messages_that_will_not_have_us_costs_one_attempt(t: &TestDb) {
        let status = Arc::new(AtomicU16::new(200));
        let said = Arc::clone(&status);
        let sms = Fake::open(move |_, _| (said.load(Ordering::SeqCst), json!({})));
        let w = sends(t, &sms.url);
        let all_of: Vec<AccountId> = NAMES.iter().map(|n| by_sms(&w, n)).collect();
        for s in [401, 403, 408, 429, 500, 503] {
            status.store(s, Ordering::SeqCst);
            for who in &all_of {
                tell(&w.app, *who, "case_flagged");
            }
            let done = carry(&w.app);
            assert_eq!((done.claimed, done.deferred, done.left), (3, 1, 2), "{s}");
            assert_eq!(sms.take().len(), 1, "{s}");
            let reason = Some(format!("sms {s}"));
            assert_eq!(all(&w.app).iter().filter(|l| l.last_reason == reason && l.state == "pending").count(), 1, "{s}");
            // they go when it takes them again
            status.store(200, Ordering::SeqCst);
            w.pass(Duration::minutes(2));
            assert_eq!(carry(&w.app).sent, 3, "{s}");
            sms.take();
        }
        // what it says of the message itself is final, for that one
        status.store(422, Ordering::SeqCst);
        for who in &all_of {
            tell(&w.app, *who, "case_flagged");
        }
        assert_eq!(carry(&w.app).dead, 3);
    }

    fn a_sender_of_messages_that_hangs_is_left_alone_after_the_second_time(t: &TestDb) {
        // it takes connections and never answers
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let w = sends(t, &format!("http://{}", silent.local_addr().unwrap()));
        for name in NAMES {
            tell(&w.app, by_sms(&w, name), "case_flagged");
        }
        let done = carry(&w.app);
        assert_eq!((done.claimed, done.deferred, done.left), (3, 2, 1));
        let reasons: Vec<_> = all(&w.app).into_iter().filter_map(|l| Some((l.last_class?, l.last_reason?))).collect();
        assert_eq!(reasons, vec![("timeout".to_owned(), "sms timeout".to_owned()); 2]);
    }

    fn a_letter_sent_again_has_all_its_attempts_and_a_command_its_limit(t: &TestDb) {
        let Some(relay) = Relay::start(t.dir.path(), &[]) else { return };
        let w = open(t, &relay.settings());
        let who = w.account("kuiwen.handler");
        reached(&w.app, who, "refuse-a@wf.example.gov.cn");
        tell(&w.app, who, "case_flagged");
        carry(&w.app);
        is(&w.app, who, "dead", "refused", "rcpt 550 5.1.1", 1);
        // the address was mended, as far as it goes
        reached(&w.app, who, "full-a@wf.example.gov.cn");
        let admin = w.who("city.system");
        let many: Vec<String> = (0..1_001).map(|n| RowId::from(uuid::Uuid::from_u128(n)).to_string()).collect();
        let places = admin.post("/outbox/resend", json!({ "ids": many })).places();
        assert_eq!(places, [("/ids".to_owned(), "too_many_letters".to_owned())]);
        let system = Actor::System("tests");
        let ids = (0..1_001).map(|n| RowId::from(uuid::Uuid::from_u128(n))).collect();
        let refused = w.app.resend_letters_blocking(&system, &Resend { ids, ..Resend::default() }).unwrap_err();
        assert!(refused.fields().iter().any(|f| f.code == "too_many_letters"), "{refused}");
        // what waits again is due now, whatever it waited before
        w.pass(Duration::hours(2));
        assert_eq!(w.app.resend_letters_blocking(&system, &Resend { all: true, ..Resend::default() }).unwrap(), 1);
        assert_eq!(w.app.courier_lag().unwrap(), 0);
        carry(&w.app);
        let mut n = attempts(&w.app, who);
        assert_eq!(n, 2);
        let first = all(&w.app)[0].next_at.millis() - w.now().millis();
        assert!((24_000..=36_000).contains(&first), "pauses begin anew: {first} ms");
        while of(&w.app, who)[0].0 == "pending" {
            w.pass(Duration::hours(9));
            carry(&w.app);
            n += 1;
            assert!(n <= 13, "given up after as many attempts as the first time");
        }
        is(&w.app, who, "dead", "deferred", "rcpt 452 4.2.2", 13);
        let id = all(&w.app)[0].id;
        assert_eq!(w.app.db.read_blocking(move |c| letters::attempts(c, &[id])).unwrap().len(), 13);
    }
}
