//! The overdue audit and the hand-over of a leaving officer, as supervisors and leaders use them.

use crate::on_both;
use crate::review::act;
use crate::support::app::World;
use crate::tables::count;
use chrono::Duration;
use qingxin::app::{people, sight};
use qingxin::base::id::CaseId;
use qingxin::store::{cases, procedures};
use serde_json::{Value, json};

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("no text: {v}")).to_owned()
}

fn new_case(w: &World, n: u32) -> CaseId {
    text(&w.who("city.desk").post("/filings", crate::support::app::filing(n)).ok()["case"]).parse().unwrap()
}

pub fn assigned(w: &World, n: u32) -> CaseId {
    let case = new_case(w, n);
    act(w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
    let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
    act(w, "kuiwen.leader", case, "assign", json!({ "account": a, "second": b })).unwrap();
    case
}

fn lines(w: &World, who: &str, query: &str) -> Vec<Value> {
    w.who(who).get(&format!("/overdue{query}")).ok()["items"].as_array().unwrap().clone()
}

on_both! {
    fn everything_late_has_its_line_with_who_since_when_and_why(t: &TestDb) {
        let w = World::new(t);
        let (unassigned, held) = (new_case(&w, 1), assigned(&w, 2));
        assert_eq!(lines(&w, "city.supervisor", ""), Vec::<Value>::new());
        w.pass(Duration::days(8));
        w.tick();
        let all = lines(&w, "city.supervisor", "?limit=100");
        let of = |case: CaseId, term: &str| {
            let found = all.iter().find(|l| l["case"] == json!(case) && l["termTitle"] == term);
            found.unwrap_or_else(|| panic!("no {term} in {all:#?}")).clone()
        };
        let late = of(unassigned, "签收");
        assert_eq!((&late["dueDay"], &late["effect"], &late["officer"]), (&json!("2026-11-24"), &json!("service"), &Value::Null));
        assert!(text(&late["overdue"]).contains("工作日") && text(&late["bureauName"]).contains("奎文"), "{late}");
        assert!(late["marks"].as_i64() > Some(0) && !late["why"].as_array().unwrap().is_empty());
        let statutory = of(held, "受理并立案");
        assert_eq!((&statutory["effect"], &statutory["officer"]), (&json!("statutory"), &json!("kuiwenhandler")));
        assert!(text(&statutory["article"]).contains("第十八条"));
        assert_eq!(statutory["supervised"], Value::Null);

        // why: the officer is away; the officer is gone; a supervision runs
        let (id, admin) = (w.account("kuiwen.handler"), w.actor("city.security"));
        let (from, until) = (w.now(), w.now().plus(Duration::days(3)));
        w.app.write_blocking(&w.actor("kuiwen.handler"), None, move |tx| people::record_absence(tx, id, None, from, until, "休假").map(drop)).unwrap();
        let why = |term: &str| {
            let all = lines(&w, "city.supervisor", "?limit=100");
            all.iter().find(|l| l["case"] == json!(held) && l["termTitle"] == term).unwrap()["why"].clone()
        };
        assert_eq!(why("受理并立案"), json!(["承办人不在岗"]));
        w.app.write_blocking(&admin, None, move |tx| people::set_active(tx, id, false)).unwrap();
        assert_eq!(why("受理并立案"), json!(["承办人账号已停用"]));
        act(&w, "city.supervisor", held, "supervise", json!({ "origin": "overdue", "level": "order", "reason": "请立即办理。" })).unwrap();
        let again = lines(&w, "city.supervisor", "?limit=100&effect=statutory");
        assert!(again.iter().all(|l| l["effect"] == "statutory"));
        assert_eq!(again.iter().find(|l| l["case"] == json!(held)).unwrap()["supervised"], "督办单");

        // the county sees its own, another county nothing of it, administrators nothing at all
        assert!(!lines(&w, "kuiwen.leader", "").is_empty());
        assert_eq!(lines(&w, "fangzi.supervisor", ""), Vec::<Value>::new());
        w.who("city.security").get("/overdue").problem(403, "forbidden");

        // page by page it is the same list
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = w.who("city.supervisor").get(&format!("/overdue?limit=1{cursor}")).ok();
            paged.extend(page["items"].as_array().unwrap().clone());
            match page["nextCursor"].as_str() {
                Some(c) => cursor = format!("&cursor={c}"),
                None => break,
            }
        }
        assert_eq!(paged.len(), lines(&w, "city.supervisor", "?limit=100").len());

        // exported with a reason, on record
        let p = w.who("city.supervisor");
        p.post("/overdue/export", json!({ "reason": "查" })).problem(422, "invalid_input");
        let file = p.post("/overdue/export", json!({ "reason": "月度督查通报", "format": "csv" }));
        assert_eq!(file.status, 200);
        let body = file.text();
        assert!(body.contains("超期事项") && body.contains("受理并立案") && body.contains("citysupervisor"), "{body}");
        assert_eq!(count(&w.app.db, "select count(*) from events where kind = 'overdue_exported'"), 1);
        assert_eq!(p.post("/overdue/export", json!({ "reason": "月度督查通报" })).header("content-type"), qingxin::paper::sheet::XLSX);
    }

    fn a_leaving_officer_hands_everything_over(t: &TestDb) {
        let w = World::new(t);
        let all: Vec<CaseId> = (1..=4).map(|n| assigned(&w, n)).collect();
        let (from, to) = (w.account("kuiwen.handler"), w.account("kuiwen.handler2"));
        // in one case the colleague must keep out; he is the second officer of all
        let recused = all[2];
        w.app.write_blocking(&w.actor("kuiwen.leader"), None, move |tx| sight::recuse(tx, recused, to, "与当事人有亲属关系")).unwrap();
        let held = w.who("kuiwen.leader").get(&format!("/accounts/{from}/held")).ok();
        assert_eq!(held["items"].as_array().unwrap().len(), 4);
        w.who("fangzi.leader").get(&format!("/accounts/{from}/held")).problem(404, "not_found");
        let due = |case: CaseId| {
            let rows = w.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
            let row = rows.into_iter().find(|r| r.kind == "complaint").unwrap();
            (row.assignee, row.due_at)
        };
        let before: Vec<_> = all.iter().map(|c| due(*c).1).collect();
        let path = format!("/accounts/{from}/hand-over");
        w.who("fangzi.leader").post(&path, json!({ "to": to, "reason": "调离岗位" })).problem(404, "not_found");
        w.who("kuiwen.leader").post(&path, json!({ "to": from, "reason": "调离岗位" })).problem(422, "invalid_input");
        let done = w.who("kuiwen.leader").post(&path, json!({ "to": to, "reason": "调离岗位" })).ok();
        assert_eq!((&done["moved"], done.get("nextCursor")), (&json!(3), None));
        let stayed = done["stayed"].as_array().unwrap();
        assert_eq!(stayed.len(), 1);
        assert!(text(&stayed[0]["reason"]).contains("回避"), "{done}");
        for (i, case) in all.iter().enumerate() {
            let (assignee, now_due) = due(*case);
            assert_eq!(assignee, Some(if *case == recused { from } else { to }));
            assert_eq!(now_due, before[i], "no clock is reset");
        }
        // one person is not two officers: the second place is free now
        let (first, went) = (all[0], all[0]);
        let row = w.app.db.read_blocking(move |c| cases::get(c, first)).unwrap().unwrap();
        assert_eq!(row.second_officer, None, "{went}");
        assert_eq!(count(&w.app.db, "select count(*) from events where kind = 'handed_over'"), 1);
    }

    fn what_stays_is_never_in_the_way_of_the_rest(t: &TestDb) {
        let w = World::new(t);
        let all: Vec<CaseId> = (1..=3).map(|n| assigned(&w, n)).collect();
        let (from, to) = (w.account("kuiwen.handler"), w.account("kuiwen.handler2"));
        for case in all[..2].iter().copied() {
            w.app.write_blocking(&w.actor("kuiwen.leader"), None, move |tx| sight::recuse(tx, case, to, "与当事人有亲属关系")).unwrap();
        }
        let path = format!("/accounts/{from}/hand-over");
        let (mut moved, mut stayed, mut calls, mut cursor) = (0, 0, 0, Value::Null);
        loop {
            let done = w.who("kuiwen.leader").post(&path, json!({ "to": to, "reason": "调离岗位", "limit": 1, "cursor": cursor })).ok();
            moved += done["moved"].as_i64().unwrap();
            stayed += done["stayed"].as_array().unwrap().len();
            calls += 1;
            match done.get("nextCursor") {
                Some(c) => cursor = c.clone(),
                None => break,
            }
            assert!(calls < 10, "it goes on for ever");
        }
        assert_eq!((moved, stayed), (1, 2));
        let held = w.who("kuiwen.leader").get(&format!("/accounts/{from}/held")).ok();
        assert_eq!(held["items"].as_array().unwrap().len(), 2);
    }
}
