//! The list of joint sanctions as others see it: checks with their proof, receivers and what they confirm, the public list, and that a row of the
//! database cannot stand on it without its conditions.

use crate::listed::{BOSS, Story, USCC};
use crate::on_both;
use crate::support::TestDb;
use crate::town::Town;
use qingxin::app::register::{self, Linked};
use qingxin::app::write::Key;
use qingxin::base::seal::checkpoint::{self, PublicKey};
use qingxin::base::{Day, Error};
use qingxin::domain::access::{Actor, Partner};
use qingxin::store::listings;
use qingxin::store::register::Wanted;
use serde_json::{Value, json};

const CLEAN: &str = "91350100M000100Y43";

on_both! {
    fn a_check_is_signed_and_a_retraction_is_seen_at_once_on_every_node(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "check");
        let other = Town::node(&s.town.t, &s.town.clock, "other");
        let key = s.key("asker");
        let run = |app: &std::sync::Arc<qingxin::app::App>, code: &str| s.town.rt.block_on(app.check_listing(&key, code));
        assert!(matches!(s.town.rt.block_on(other.check_listing("qxk_nobody", USCC)), Err(Error::Unauthenticated)));
        assert!(matches!(s.town.rt.block_on(other.check_listing("qxk_nobody", "123")), Err(Error::Unauthenticated)));
        let got = run(&s.town.app, " 91370702ma3text0xr ").unwrap();
        assert!(got.listed && got.entries.len() == 1 && got.restrictions.len() == register::MEASURES.len());
        assert_eq!(got.entries[0].unit, "潍坊失信建筑劳务有限公司");
        assert_eq!((got.entries[0].listed_on, got.entries[0].until_on), (Day::ymd(2026, 12, 23).unwrap(), Day::ymd(2029, 12, 23).unwrap()));
        let keys = PublicKey::parse_all(&s.town.app.public_keys().join("\n")).unwrap();
        assert!(checkpoint::verify(register::PROOF, got.message.as_bytes(), &got.proof, &keys));
        assert!(!checkpoint::verify(register::PROOF, got.message.replace("listed", "clear").as_bytes(), &got.proof, &keys));
        assert!(got.message.starts_with(&format!("{USCC}|listed|")) && got.message.ends_with(&got.at.to_string()));
        let clean = run(&other, CLEAN).unwrap();
        assert!(!clean.listed && clean.entries.is_empty() && clean.restrictions.is_empty());
        assert!(matches!(run(&other, "123"), Err(Error::Invalid(f)) if f[0].pointer == "/uscc"));
        let many = s.town.rt.block_on(other.check_listings(&[CLEAN.into(), USCC.into(), CLEAN.into()])).unwrap();
        assert_eq!(many.iter().map(|c| c.listed).collect::<Vec<_>>(), [false, true, false]);
        // a stay hides it, its end shows it again; a retraction is for good: each with the transaction, on the other node too
        let proof = s.proof("信用员");
        s.go("信用员", "listing", "stay", json!({ "note": "潍坊中院裁定停止执行。", "proof": proof }));
        assert!(!run(&other, USCC).unwrap().listed);
        s.go("信用员", "listing", "resume", json!({ "remedy": "upheld", "note": "终审维持。", "proof": proof }));
        s.signed("listing", &["局长"]);
        assert!(run(&other, USCC).unwrap().listed);
        s.revoke();
        assert!(!run(&other, USCC).unwrap().listed);
        s.town.app.revoke_partner(&Actor::System("tests"), "asker").unwrap();
        assert!(matches!(run(&other, USCC), Err(Error::Unauthenticated)), "a key that was taken back holds on no node");
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }

    fn a_person_is_looked_up_with_a_purpose_and_leaves_no_number(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "person");
        let p = s.receiver("travel", &[]);
        let run = |number: &str, why: &str| s.town.rt.block_on(s.town.app.check_person(&p, number, why));
        let got = run(BOSS, "travel").unwrap();
        assert!(got.listed && got.uscc.is_none() && !format!("{got:?}").contains(BOSS));
        assert!(!run("379900197505120028", "travel").unwrap().listed);
        assert!(matches!(run("123", "核验"), Err(Error::Invalid(f)) if f[0].pointer == "/idNumber"));
        assert!(matches!(run(BOSS, "我想看看周某测"), Err(Error::Invalid(f)) if f[0].pointer == "/purpose"));
        let kept: Vec<String> = s.town.app.db.read_blocking(|c| qingxin::store::measure::texts(c, "select kind as v from events where stream = 'partner' order by at")).unwrap();
        assert_eq!(kept.iter().filter(|k| *k == "person_checked").count(), 2);
    }

    fn the_story_of_a_case_shows_the_mask_of_a_number(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "story");
        let file = s.town.rt.block_on(s.town.app.case_file(&s.town.actor("信用员"), s.case)).unwrap();
        let said: Vec<&str> = file.timeline.iter().flat_map(|e| &e.details).map(|(_, v)| v.as_str()).collect();
        assert!(said.contains(&"周某测") && said.contains(&"3799**********0014"), "{said:?}");
        assert!(!serde_json::to_string(&file).unwrap().contains(BOSS), "a number is shown to nobody who did not ask");
    }

    fn a_removal_waits_for_every_receiver(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "receivers");
        let (city, county, elsewhere) = (s.receiver("city", &[]), s.receiver("kuiwen", &["370705"]), s.receiver("weicheng", &["370702"]));
        let feed = |p: &Partner, after: u64| s.town.rt.block_on(s.town.app.listing_changes(p, after)).unwrap();
        qingxin::jobs::sequence(&s.town.app).unwrap();
        let first = feed(&city, 0);
        assert_eq!((first.entries.len(), first.entries[0].standing.as_str(), first.entries[0].rev), (1, "listed", 1));
        assert_eq!(first.entries[0].persons, ["法定代表人 周某测"]);
        assert!(feed(&elsewhere, 0).entries.is_empty() && feed(&county, 0).entries == first.entries);
        let (all, next, _) = s.town.rt.block_on(s.town.app.listing_snapshot(&county, None)).unwrap();
        assert!(all == first.entries && next.is_none());
        let code = first.entries[0].code.clone();
        assert_eq!(s.ack(&city, &code, 1).unwrap(), 1);
        assert!(matches!(s.ack(&city, &code, 2), Err(Error::Invalid(f)) if f[0].code == "unknown_rev"));
        assert!(matches!(s.ack(&elsewhere, &code, 1), Err(Error::Invalid(f)) if f[0].code == "unknown_entry"));
        s.revoke();
        qingxin::jobs::sequence(&s.town.app).unwrap();
        let after = feed(&city, first.last);
        assert_eq!((after.entries[0].standing.as_str(), after.entries[0].rev, after.entries[0].ended_why.as_deref()), ("removing", 2, Some("corrected")));
        assert!(after.entries[0].persons.is_empty(), "no name is told of what ended");
        let finish = || s.town.go("信用员", s.of("listing"), "finish_removal", json!({ "note": "已撤下公示。", "displayStoppedOn": s.town.now().day().to_string() }));
        assert!(matches!(finish(), Err(Error::Refused(r)) if r.code == "receivers_open"));
        assert_eq!(s.town.case_file("信用员", s.case).unwrap().listings[0].waiting, ["city", "kuiwen"]);
        s.ack(&city, &code, 2).unwrap();
        assert!(finish().is_err(), "the county has not confirmed");
        // an old confirmation that comes late changes nothing
        s.ack(&county, &code, 2).unwrap();
        s.ack(&county, &code, 1).unwrap();
        finish().unwrap();
        assert_eq!(s.row().standing, "removed");
        let operator = Actor::System("tests");
        s.town.app.set_receiver(&operator, "city", false, &[]).unwrap();
        assert!(matches!(s.town.rt.block_on(s.town.app.listing_changes(&city, 0)), Err(Error::Forbidden(_))));
        let credit = s.town.actor("信用员");
        assert!(matches!(s.town.app.set_receiver(&credit, "city", true, &[]), Err(Error::Forbidden(_))));
    }

    fn a_receiver_is_told_of_every_change_and_others_are_not(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "hooks");
        let p = s.receiver("told", &[]);
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let subscribe = |p: &Partner, topic: &str, message: &str| {
            let key = Key::new(message, "test", &topic).unwrap();
            s.town.rt.block_on(s.town.app.subscribe(p, key, "https://example.org/hook", secret, topic))
        };
        qingxin::jobs::sequence(&s.town.app).unwrap();
        assert_eq!(subscribe(&p, "listings", "message-1").unwrap().topic, "listings");
        assert!(matches!(subscribe(&p, "everything", "message-2"), Err(Error::Invalid(f)) if f[0].pointer == "/topic"));
        s.town.app.set_receiver(&Actor::System("tests"), "told", false, &[]).unwrap();
        assert!(matches!(subscribe(&p, "listings", "message-3"), Err(Error::Invalid(f)) if f[0].code == "no_receiver"));
        s.town.app.set_receiver(&Actor::System("tests"), "told", true, &[]).unwrap();
        assert_eq!(s.town.app.queue_deliveries().unwrap(), 0, "what was before is in the snapshot");
        s.revoke();
        qingxin::jobs::sequence(&s.town.app).unwrap();
        assert_eq!((s.town.app.queue_deliveries().unwrap(), s.town.app.queue_deliveries().unwrap()), (1, 0));
        let bodies = s.town.app.db.read_blocking(|c| qingxin::store::measure::texts(c, "select cast(body as text) as v from deliveries")).unwrap();
        let told: Value = serde_json::from_str(&bodies[0]).unwrap();
        assert_eq!((told["type"].clone(), told["data"]["standing"].clone(), told["data"]["rev"].clone()), (json!("qingxin.listing.removing"), json!("removing"), json!(2)));
        assert!(!bodies[0].contains("周某测"));
    }

    fn the_public_list_shows_what_stands_and_nothing_longer(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "public");
        let all = |w: Wanted| s.town.rt.block_on(s.town.app.public_listings(w, None)).unwrap().entries;
        let link = |code: &str| s.town.rt.block_on(s.town.app.public_listing(code));
        assert!(all(Wanted::default()).is_empty(), "not published yet");
        let code = {
            let id = s.row().id;
            s.town.app.db.read_blocking(move |c| listings::parties(c, id)).unwrap()[0].code.clone().unwrap()
        };
        assert!(matches!(link(&code), Err(Error::NotFound(_))));
        s.publish();
        let shown = all(Wanted::default());
        assert_eq!((shown.len(), shown[0].code.as_str(), shown[0].uscc.as_deref()), (1, code.as_str(), Some(USCC)));
        let said = format!("{shown:?}");
        assert!(said.contains("周某测") && !said.contains(BOSS) && !said.contains("张三") && !said.contains("6000000"), "{said}");
        assert_eq!(all(Wanted { name: Some("失信建筑".into()), ..Wanted::default() }).len(), 1);
        assert_eq!(all(Wanted { name: Some("%".into()), ..Wanted::default() }).len(), 0, "a sign of a pattern is a sign");
        assert_eq!(all(Wanted { areas: Some(vec!["370702".into()]), ..Wanted::default() }).len(), 0);
        assert!(matches!(link(&code), Ok(Linked::Entry(e)) if e.decision.contains("人社失列")));
        s.revoke();
        assert!(all(Wanted::default()).is_empty());
        assert!(matches!(link(&code), Ok(Linked::Gone)));
        assert!(matches!(link("SX000"), Err(Error::NotFound(_))));
    }

    /// Promise 8 in the database: whoever writes the row, it does not stand on the list without its conditions.
    fn a_row_without_its_conditions_is_refused_by_the_database(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "rows");
        let good = s.row();
        let wrong: Vec<(&str, listings::Listing)> = vec![
            ("no ground", listings::Listing { ground: None, ..good.clone() }),
            ("no notice", listings::Listing { told_on: None, ..good.clone() }),
            ("no window", listings::Listing { window_over_on: None, ..good.clone() }),
            ("the same person", listings::Listing { decided_by: good.proposed_by, ..good.clone() }),
            ("nothing unpaid", listings::Listing { unpaid: qingxin::law::Fen::ZERO, ..good.clone() }),
            ("below the standard", listings::Listing { threshold: false, ..good.clone() }),
            ("before the order expired", listings::Listing { decided_on: Some(good.expired_on), ..good.clone() }),
            ("no decision", listings::Listing { decided_on: None, decided_by: None, ..good.clone() }),
        ];
        for (what, row) in wrong {
            let done = s.town.app.db.write_blocking(move |c| listings::update(c, &row));
            assert!(done.is_err(), "{what}");
        }
        let row = good.clone();
        s.town.app.db.write_blocking(move |c| listings::update(c, &row)).unwrap();
    }

    /// 令45 Art 16: the order is revoked, the listing falls in the same transaction; a unit on the list is not listed twice.
    fn a_revoked_order_takes_its_listing_along(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "revoked");
        let proof = s.proof("承办人甲");
        s.go("承办人甲", "payment_order", "set_remedy", json!({ "remedy": "review", "note": "申请行政复议。" }));
        s.go("承办人甲", "payment_order", "revoked", json!({ "on": "2026-12-23", "reason": "复议撤销。", "proof": proof }));
        let row = s.row();
        assert_eq!((row.standing.as_str(), row.ended_why.as_deref(), row.rev), ("removing", Some("revoked"), 2));
        assert!(!s.town.rt.block_on(s.town.app.check_listing(&s.key("asker"), USCC)).unwrap().listed);
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }
}
