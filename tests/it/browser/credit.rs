//! The credit officer: from the order that expired unpaid over the notices and the decision of others to the list the public reads.

use super::officer::{go, of};
use super::page::Page;
use super::{session, walks, whole};
use crate::listed::{BOSS, FACTS, Story};

/// Signs what waits for this person.
fn sign(page: &Page, s: &Story, who: &str) {
    page.hold("qx", &session(&s.town.app, s.town.account(who)));
    page.open(&format!("/cases/{}", s.case));
    page.press(&go("approval.approve"));
}

walks! {
    fn a_unit_is_told_decided_on_and_listed(t: TestDb, way: Way) {
        let s = Story::expired(t, "browser");
        let case = format!("/cases/{}", s.case);
        way.through(&s.town.app, |page| {
            let come = || page.hold("qx", &session(&s.town.app, s.town.account("信用员")));
            come();
            page.open("/");
            page.press(&format!("a[href='{case}']"));
            page.choose(&of("propose", "ground"), "amount");
            page.choose(&of("propose", "withholding"), "arrears");
            page.fill(&of("propose", "facts"), "太短");
            page.press(&go("propose"));
            assert!(page.there("form[action$='/moves/propose'] .summary"));
            assert_eq!((page.value(&of("propose", "ground")), page.value(&of("propose", "facts"))), ("amount".into(), "太短".into()));
            page.fill(&of("propose", "facts"), FACTS);
            page.press(&go("propose"));

            // the one who answers for the unit
            s.pass(s.town.now().plus(chrono::Duration::minutes(1)));
            page.open(&case);
            page.choose(&of("add_person", "kind"), "legal_representative");
            page.fill(&of("add_person", "name"), "周某测");
            page.fill(&of("add_person", "id_number"), BOSS);
            page.fill(&of("add_person", "post"), "法定代表人");
            page.fill(&of("add_person", "post_from"), "2024-05-01");
            page.fill(&of("add_person", "facts"), FACTS);
            page.press(&go("add_person"));
            assert!(!page.words().contains(BOSS), "a number is shown to nobody who did not ask");

            // both notices are served, with the proof
            let proof = s.proof("信用员");
            page.open(&case);
            for _ in 0..2 {
                page.fill(&of("serve_notice", "served_on"), &s.on(21).to_string());
                page.choose(&of("serve_notice", "way"), "direct");
                page.choose(&of("serve_notice", "proof"), proof.as_str().unwrap());
                page.press(&go("serve_notice"));
            }
            assert!(!page.there(&go("serve_notice")));

            // the window closes unanswered; two others decide
            s.pass(s.at(30));
            come();
            page.open(&case);
            page.fill(&of("decide", "facts"), FACTS);
            page.tick(&format!("{}[value=true]", of("decide", "suit_considered")));
            page.tick(&format!("{}[value=true]", of("decide", "paid_considered")));
            page.press(&go("decide"));
            sign(page, &s, "法制员");
            sign(page, &s, "局长");

            // served on the unit, and then for anybody to read
            come();
            page.open(&case);
            page.fill(&of("serve_decision", "served_on"), &s.on(30).to_string());
            page.choose(&of("serve_decision", "way"), "direct");
            page.choose(&of("serve_decision", "proof"), proof.as_str().unwrap());
            page.press(&go("serve_decision"));
            page.press(&go("publish"));
            page.forget();
            page.open("/public/listings");
            page.says("潍坊失信建筑劳务有限公司");
            page.says("周某测");
            assert!(!page.words().contains(BOSS));
        });
        assert!(s.row().published_on.is_some());
        whole(&s.town.app, &s.town.t);
    }
}
