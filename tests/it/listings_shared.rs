//! The list of joint sanctions among systems: what is corrected reaches every receiver, who keeps silent is chased, leaving the list and the end of
//! the display are two things.

use crate::listed::{BOSS, Story, USCC};
use crate::on_both;
use crate::support::TestDb;
use qingxin::app::register::{Ack, ListedView};
use qingxin::app::write::Key;
use qingxin::base::Error;
use qingxin::base::id::ProcedureId;
use qingxin::domain::access::{Actor, Partner};
use qingxin::store::{papers, procedures};
use serde_json::json;

const OTHER: &str = "379900197505120028";

fn feed(s: &Story, p: &Partner, after: u64) -> (Vec<ListedView>, u64) {
    qingxin::jobs::sequence(&s.town.app).unwrap();
    let page = s.town.rt.block_on(s.town.app.listing_changes(p, after)).unwrap();
    (page.entries, page.last)
}

fn term(s: &Story, procedure: ProcedureId, key: &str) -> Vec<String> {
    let mut all = s.town.app.db.read_blocking(move |c| procedures::terms_of(c, procedure)).unwrap();
    all.retain(|t| t.key == key);
    all.sort_by_key(|t| t.id);
    all.into_iter().map(|t| if t.missed && t.status == "met" { "late".to_owned() } else { t.status }).collect()
}

on_both! {
    fn a_correction_reaches_every_receiver_and_the_decision_stands(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "corrected");
        let (city, key) = (s.receiver("city", &[]), s.key("asker"));
        let (first, last) = feed(&s, &city, 0);
        s.ack(&city, &first[0].code, 1).unwrap();
        let until = s.row().until_on;
        let proof = s.proof("信用员");
        let correct = |form: serde_json::Value| s.town.go("信用员", s.of("listing"), "correct", form);
        let same = json!({ "unitName": "潍坊失信建筑劳务有限公司", "reason": "名称误写。", "proof": proof });
        assert!(matches!(correct(same), Err(Error::Invalid(f)) if f[0].code == "nothing_changed"));
        let wrong = json!({ "uscc": "91370702MA3TEXT0X1", "reason": "代码误写。", "proof": proof });
        assert!(matches!(correct(wrong), Err(Error::Invalid(f)) if f[0].pointer == "/form/uscc"));
        correct(json!({ "unitName": "潍坊失信建筑劳务有限责任公司", "reason": "名称误写。", "proof": proof })).unwrap();
        assert_eq!(s.row().rev, 1, "nothing is changed before it is signed");
        s.signed("listing", &["局长"]);
        let (now, last) = feed(&s, &city, last);
        assert_eq!((now[0].unit.as_str(), now[0].rev, now[0].standing.as_str()), ("潍坊失信建筑劳务有限责任公司", 2, "listed"));
        assert_eq!(s.row().until_on, until, "the term goes on as it was decided");
        // a person's number: who was taken for him is not listed, he is
        let asks = s.receiver("travel", &[]);
        let listed = |number: &str| s.town.rt.block_on(s.town.app.check_person(&asks, number, "travel")).unwrap().listed;
        assert!(listed(BOSS) && !listed(OTHER));
        let person = s.town.case_file("信用员", s.case).unwrap().listings[0].parties[1].code.clone().unwrap();
        let unknown = json!({ "entry": "SX-22222-22222", "name": "周某试", "reason": "姓名误写。", "proof": proof });
        assert!(matches!(s.town.go("信用员", s.of("listing"), "correct_person", unknown), Err(Error::Invalid(f)) if f[0].code == "unknown_entry"));
        let right = json!({ "entry": person, "name": "周某试", "idNumber": OTHER, "reason": "姓名和号码误写。", "proof": proof });
        s.go("信用员", "listing", "correct_person", right);
        s.signed("listing", &["局长"]);
        assert!(!listed(BOSS) && listed(OTHER));
        let (now, _) = feed(&s, &city, last);
        assert_eq!((now[0].persons.clone(), now[0].rev), (vec!["法定代表人 周某试".to_owned()], 3));
        // each got its paper; what stood there before is in no event
        let case = s.case;
        let kinds: Vec<String> =
            s.town.app.db.read_blocking(move |c| papers::documents_of(c, case, &[])).unwrap().into_iter().map(|d| d.kind).collect();
        assert_eq!(kinds.iter().filter(|k| *k == "listing_correction").count(), 2);
        let said = s.town.app.db.read_blocking(|c| qingxin::store::journal::latest(c, 1_000)).unwrap();
        assert!(said.len() > 20 && said.iter().map(|e| format!("{:?}", e.core)).all(|p| !p.contains(OTHER) && !p.contains("周某试")));
        let shown = s.town.rt.block_on(s.town.app.check_listing(&key, USCC)).unwrap();
        assert_eq!(shown.entries[0].unit, "潍坊失信建筑劳务有限责任公司");
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }

    fn a_receiver_that_keeps_silent_is_chased_until_it_confirms(t: &TestDb) {
        let s = Story::expired(TestDb::new(t.backend).unwrap(), "silent");
        let (city, county) = (s.receiver("city", &[]), s.receiver("kuiwen", &["370705"]));
        s.tell();
        s.pass(s.at(30));
        s.ask();
        s.signed("listing", &["法制员", "局长"]);
        let p = s.of("listing");
        assert_eq!(term(&s, p, "confirm"), ["live"]);
        let (first, last) = feed(&s, &city, 0);
        let code = first[0].code.clone();
        s.ack(&city, &code, 1).unwrap();
        assert_eq!(term(&s, p, "confirm"), ["live"], "one is silent");
        // on the day after the term it is sent once more, and the officer hears of it
        s.pass(s.at(38));
        let (again, last) = feed(&s, &county, last);
        assert_eq!((again.len(), again[0].rev), (1, 1));
        let credit = s.town.account("信用员");
        let case = s.case;
        let told = s.town.app.db.read_blocking(move |c| qingxin::store::notices::of_case(c, case)).unwrap();
        assert!(told.iter().any(|n| n.template == "receivers_late" && n.account_id == Some(credit)));
        s.go("信用员", "listing", "chase", json!({ "note": "电话联系区信用办，答复今日处理。" }));
        let (again, _) = feed(&s, &county, last);
        assert_eq!(again.len(), 1, "chasing sends it once more");
        s.ack(&county, &code, 1).unwrap();
        assert_eq!(term(&s, p, "confirm"), ["late"], "confirmed, and written down as late");
        assert!(matches!(s.town.go("信用员", p, "chase", json!({ "note": "催办" })), Err(Error::Refused(r)) if r.code == "nobody_waits"));
        let events = || s.town.app.db.read_blocking(|c| qingxin::store::measure::texts(c, "select kind as v from events")).unwrap().len();
        let before = events();
        let (key, said) = (Key::new("another message", "test", &1).unwrap(), vec![Ack { code: code.clone(), rev: 1 }]);
        s.town.rt.block_on(s.town.app.acknowledge(&county, key, said)).unwrap();
        assert_eq!(events() - before, 1, "said again, it is written down and changes nothing");
        // a change arms it anew; a receiver that was released is waited for no longer
        s.revoke();
        assert_eq!(term(&s, p, "confirm").last().map(String::as_str), Some("live"));
        let sharing = || s.town.go("信用员", p, "confirm_sharing", json!({}));
        assert!(matches!(sharing(), Err(Error::Refused(r)) if r.code == "receivers_open"));
        s.ack(&city, &code, 2).unwrap();
        s.town.app.set_receiver(&Actor::System("tests"), "kuiwen", false, &[]).unwrap();
        sharing().unwrap();
        assert_eq!(term(&s, p, "confirm").last().map(String::as_str), Some("met"));
        s.go("信用员", "listing", "leave_list", json!({ "note": "已撤下公示。" }));
        let view = s.town.case_file("信用员", s.case).unwrap().listings.remove(0);
        assert_eq!((view.standing.as_str(), view.display_stopped_on), ("removed", None));
        let on = s.town.now().day();
        s.go("信用员", "listing", "display_stopped", json!({ "displayStoppedOn": on.to_string() }));
        let view = s.town.case_file("信用员", s.case).unwrap().listings.remove(0);
        assert!(view.display_stopped_on == Some(on) && !view.open);
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }
}
