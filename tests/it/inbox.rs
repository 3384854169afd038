//! The inbox as a leader's desk: several cases given at once, views kept; and the look of the pages.

use crate::on_both;
use crate::support::app::{World, filing};
use serde_json::{Value, json};

/// The row boxes of a page: the procedures that may be chosen.
fn boxes(html: &str) -> Vec<String> {
    html.split("name=\"procedure\" value=\"").skip(1).filter_map(|p| p.split('"').next()).map(str::to_owned).collect()
}

/// A case that waits to be given: its id and its number.
fn waiting(w: &World, n: u32) -> (String, String) {
    let done = w.who("city.desk").post("/filings", filing(n)).ok();
    let case = done["case"].as_str().unwrap().to_owned();
    let read = w.who("kuiwen.leader").get(&format!("/cases/{case}")).ok();
    let complaint = complaint(&read)["id"].as_str().unwrap().to_owned();
    w.who("kuiwen.desk").act(&complaint, "sign_for", json!({})).ok();
    (case, read["number"].as_str().unwrap().to_owned())
}
fn complaint(case: &Value) -> &Value {
    case["procedures"].as_array().unwrap().iter().find(|p| p["kind"] == "complaint").unwrap()
}
/// Who holds a case, by name.
fn holder(w: &World, case: &str) -> Option<String> {
    let read = w.who("kuiwen.leader").get(&format!("/cases/{case}")).ok();
    complaint(&read)["assignee"].as_str().map(str::to_owned)
}

on_both! {
    fn a_leader_gives_several_cases_at_once_and_hears_what_stayed(t: &TestDb) {
        let w = World::new(t);
        let cases: Vec<String> = (1..=3).map(|n| waiting(&w, n).0).collect();
        let leader = w.who("kuiwen.leader");
        let page = leader.page("/?tab=bureau").page_ok();
        let offered = boxes(&page.text());
        assert_eq!(offered.len(), 3, "{offered:?}");
        let account = w.account("kuiwen.handler").to_string();
        // nothing chosen: said at the form, what was chosen for it is kept
        let form = page.form("/assign");
        let got = form.clone().with(&[("account", &account)]).send(&leader);
        assert_eq!(got.status, 422);
        assert!(got.text().contains("请先勾选要指派的案件"));
        // two of the three
        let mut sent = form.with(&[("account", &account)]);
        for id in &offered[..2] {
            sent = sent.and("procedure", id);
        }
        let got = sent.send(&leader);
        assert_eq!((got.status, got.header("location").contains("done=assigned")), (303, true), "{}", got.text());
        let held: Vec<String> = cases.iter().filter_map(|c| holder(&w, c)).collect();
        assert_eq!((held.len(), &held[0]), (2, &held[1]), "{held:?}");
        // sent again with the same key it is the same; a fresh page offers all three still, the two to be taken over with a reason
        let page = leader.page("/?tab=bureau").page_ok();
        let other = w.account("kuiwen.handler2").to_string();
        let mut all = page.form("/assign").with(&[("account", &other)]);
        for id in &offered {
            all = all.and("procedure", id);
        }
        let got = all.send(&leader);
        assert_eq!(got.status, 200);
        assert!(got.text().contains("有 2 件没有指派"), "{}", got.text());
        let now: Vec<String> = cases.iter().filter_map(|c| holder(&w, c)).collect();
        assert_eq!((now.len(), now.iter().filter(|n| **n != held[0]).count()), (3, 1), "what could be given was given: {now:?}");
        // with a reason all go over
        let page = leader.page("/?tab=bureau").page_ok();
        let mut all = page.form("/assign").with(&[("account", &other), ("reason", "调整分工")]);
        for id in &offered[..2] {
            all = all.and("procedure", id);
        }
        assert_eq!(all.send(&leader).status, 303);
        assert!(cases.iter().all(|c| holder(&w, c).is_some_and(|h| h != held[0])));
    }

    fn who_does_not_lead_gives_nothing(t: &TestDb) {
        let w = World::new(t);
        let (case, number) = waiting(&w, 1);
        let read = w.who("kuiwen.leader").get(&format!("/cases/{case}")).ok();
        let id = complaint(&read)["id"].as_str().unwrap().to_owned();
        let account = w.account("kuiwen.handler").to_string();
        for login in ["kuiwen.handler", "fangzi.leader", "city.security"] {
            let who = w.who(login);
            assert!(boxes(&who.page("/?tab=bureau").text()).is_empty(), "{login}");
            let got = who.submit("/assign", &[("_key", "console-key-1"), ("tab", "bureau"), ("account", &account), ("procedure", &id)]);
            assert!(matches!(got.status, 200 | 403), "{login}: {}", got.status);
            assert_eq!(holder(&w, &case), None, "{login}");
            assert!(!got.text().contains(&number) || login == "kuiwen.handler", "{login} learns of the case");
        }
    }

    fn a_view_is_kept_by_one_person_and_says_nothing_of_persons(t: &TestDb) {
        let w = World::new(t);
        let leader = w.who("kuiwen.leader");
        let page = leader.page("/?tab=bureau&grade=major").page_ok();
        let got = page.form("/views").with(&[("name", "重大案件")]).send(&leader);
        assert_eq!(got.status, 303);
        let shown = leader.page(got.header("location")).text();
        assert!(shown.contains("视图已保存") && shown.contains("重大案件"));
        // another person has none of it
        assert!(!w.who("kuiwen.handler").page("/").text().contains("重大案件"));
        // a telephone in it is refused and what was typed stays
        let page = leader.page("/?tab=bureau&q=13900000061").page_ok();
        let got = page.form("/views").with(&[("name", "查张某")]).send(&leader);
        assert_eq!(got.status, 422);
        assert!(got.text().contains("视图里不能保存证件号") && got.text().contains("查张某"));
        // the bound
        for n in 0..qingxin::app::views::MOST - 1 {
            let page = leader.page("/?tab=bureau&grade=serious").page_ok();
            assert_eq!(page.form("/views").with(&[("name", &format!("视图{n}"))]).send(&leader).status, 303);
        }
        let page = leader.page("/?tab=bureau&grade=serious").page_ok();
        let got = page.form("/views").with(&[("name", "再一个")]).send(&leader);
        assert_eq!(got.status, 422);
        assert!(got.text().contains("最多保存"));
        // forgotten, and forgotten again
        let page = leader.page("/?tab=bureau&grade=major").page_ok();
        let forget = page.form("/forget");
        assert_eq!(forget.clone().send(&leader).status, 303);
        assert_eq!(forget.send(&leader).status, 303);
        assert!(!leader.page("/?tab=bureau").text().contains("重大案件"));
    }

    fn the_look_is_chosen_without_a_log_in_and_leads_back(t: &TestDb) {
        let w = World::new(t);
        let got = w.nobody().submit("/public/look", &[("theme", "dark"), ("large", "1")]);
        assert_eq!((got.status, got.header("location")), (303, "/"));
        assert!(got.header("set-cookie").starts_with("qx-look=d1;"), "{}", got.header("set-cookie"));
        let page = w.who("kuiwen.handler").page("/styleguide");
        assert_eq!(page.status, 200);
        assert!(page.text().contains("<html lang=\"zh-CN\">"), "nothing chosen, nothing set");
    }
}
