//! The employer's file as two counties see it: what one may not read changes nothing of what one is told but the score and the numbers that are told
//! as such. And the job behind the list: it heals what nobody told it of, one unit that fails stops no other, two nodes do the work once.

use crate::employers::{LEADER, OTHER, against, ills, in_fangzi, in_kuiwen, len, list, read, reasons, settle};
use crate::listed::USCC;
use crate::on_both;
use crate::review::{complaint, ids, register};
use crate::support::app::World;
use crate::support::{Backend, TestDb};
use crate::tables;
use crate::town::Town;
use chrono::Duration;
use qingxin::app::penalties::NewPenalty;
use qingxin::base::id::CaseId;
use qingxin::base::{At, Day};
use qingxin::domain::access::{Actor, DutyKind};
use qingxin::domain::intake::FilingForm;
use qingxin::store::employers::{self as rows, Employer};
use qingxin::store::{cases, procedures};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn sql(w: &World, text: impl Into<String>) {
    let text: String = text.into();
    w.app.db.write_blocking(move |c| c.batch(&text)).unwrap();
}

/// A file without what is told of everything: the score with its level, numbers of what is hidden, what no words are for, the instant.
fn told_of(f: &Value) -> Value {
    let mut f = f.clone();
    let map = f.as_object_mut().unwrap();
    for key in ["score", "level", "levelTitle", "hidden", "asOf"] {
        map.remove(key).unwrap();
    }
    map["reasons"].as_array_mut().unwrap().retain(|r| r["rule"] != "other");
    f
}

/// An entry of the register about the unit.
fn checked(name: &str) -> qingxin::app::conduct::NewEntry {
    qingxin::app::conduct::NewEntry {
        name: name.into(),
        uscc: Some(USCC.into()),
        bureau: None,
        kind: "checked".into(),
        aspect: None,
        on: "2025-03-01".parse().unwrap(),
        source: "patrol".into(),
        proof_no: "检记1".into(),
        note: None,
    }
}

/// Puts everything into the other county that could show: money, a grade, a leader, a project, relations, a second unit.
fn hide(w: &World, name: &str) -> Vec<String> {
    let led = |f: FilingForm| FilingForm { team_leader: "周某测".into(), team_leader_id: LEADER.into(), ..f };
    let (_, a) = in_fangzi(w, &led(FilingForm { headcount: Some(30), project: "坊子暗处测工程".into(), ..against(11, name, USCC) }));
    let (_, b) = in_fangzi(w, &led(against(12, "坊子暗处测建筑有限公司", OTHER)));
    sql(w, "update cases set claimed = 77000000, verified = 77000000, outstanding = 77000000 where lead_bureau = '370704-hrss'");
    let e = qingxin::app::conduct::NewEntry { proof_no: "坊检记9".into(), ..checked(name) };
    w.run(w.app.record_conduct(&w.actor("fangzi.credit"), None, e)).unwrap();
    w.run(w.app.grade_year(&Actor::System("tests"), 2025)).unwrap();
    let bulk = w.run(w.app.grading_bulk(&w.actor("fangzi.leader"), 2025, "370704-hrss", false)).unwrap();
    w.run(w.app.confirm_gradings(&w.actor("fangzi.leader"), None, 2025, "370704-hrss", &bulk.hash)).unwrap();
    vec![a.to_string(), b.to_string()]
}

fn files(l: &[Value]) -> BTreeSet<String> {
    l.iter().map(|e| e["file"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    fn what_is_hidden_changes_no_word_no_number_and_no_list(t: &TestDb) {
        let w = World::new(t);
        let name = "潍坊两地测建筑有限公司";
        let led = |f: FilingForm| FilingForm { team_leader: "周某测".into(), team_leader_id: LEADER.into(), ..f };
        in_kuiwen(&w, &led(FilingForm { headcount: Some(12), ..against(1, name, USCC) }));
        in_kuiwen(&w, &led(against(2, "潍坊明处测建筑有限公司", "")));
        settle(&w);
        let mine = ["kuiwen.leader", "kuiwen.handler", "kuiwen.credit", "kuiwen.supervisor"];
        let queries = ["?area=370704", "?area=370705", "?area=370700", "?q=坊子暗处", "?level=red"];
        let ask = |who: &str| queries.map(|q| files(&list(&w, who, q)));
        let before: Vec<_> = mine.iter().map(|who| (told_of(&read(&w, who, USCC)), ask(who))).collect();
        assert_eq!(len(&before[0].0["related"]), 1, "{}", before[0].0["related"]);
        let hidden = hide(&w, name);
        settle(&w);
        for (who, (file, asked)) in mine.iter().zip(&before) {
            let f = read(&w, who, USCC);
            assert_eq!(&told_of(&f), file, "{who}");
            assert_eq!(&ask(who), asked, "{who}");
            // what it comes to is told, and how many there are
            let points: i64 = reasons(&f).iter().map(|r| r.1).sum();
            assert_eq!((points, &f["hidden"]["cases"], &f["hidden"]["related"]), (f["score"].as_i64().unwrap(), &json!(1), &json!(0)), "{who}");
            assert!(reasons(&f).iter().any(|r| r.0 == "other"), "{who}");
            let page = w.who(who).page(&format!("/employers/{USCC}")).page_ok().text();
            let csv = w.who(who).post("/employers/export", json!({ "format": "csv", "reason": "年度监管计划" })).text();
            let lines = list(&w, who, "");
            let line = lines.iter().find(|l| l["file"] == USCC).unwrap();
            assert_eq!((&line["cases"], &line["grade"]), (&json!(2), &Value::Null), "{who}: numbers, and no grade of others");
            for words in ["坊子暗处", "770,000", "770000", "坊检记", "370704"].iter().map(|s| (*s).to_owned()).chain(hidden.clone()) {
                let all = [f.to_string(), page.clone(), csv.clone(), line.to_string()];
                assert!(all.iter().all(|a| !a.contains(&words)), "{who} is told of {words}");
            }
        }
        // whose it is reads it
        let f = read(&w, "fangzi.leader", USCC);
        assert_eq!((&f["outstandingFen"], len(&f["conduct"])), (&json!(77_000_000), 1));
        let outstanding = f["reasons"].as_array().unwrap().iter().find(|r| r["rule"] == "outstanding").unwrap().clone();
        assert!(outstanding["title"].as_str().unwrap().contains("770,000"), "{outstanding}");
        assert_eq!(list(&w, "fangzi.leader", "?area=370704")[0]["grade"], json!("A"));
        assert_eq!(files(&list(&w, "fangzi.leader", "?area=370705")), BTreeSet::new());
        assert_eq!(f["related"][0]["name"], json!("坊子暗处测建筑有限公司"));
        assert!(read(&w, "city.supervisor", USCC)["reasons"].as_array().unwrap().iter().all(|r| r["rule"] != "other"));
        // one conduct file of two counties: each reads what it wrote
        let e = qingxin::app::conduct::NewEntry { proof_no: "奎检记1".into(), ..checked(name) };
        w.run(w.app.record_conduct(&w.actor("kuiwen.credit"), None, e)).unwrap();
        let f = read(&w, "kuiwen.leader", USCC);
        let id = f["conduct"][0].as_str().unwrap();
        let conduct = |who: &str| w.who(who).get(&format!("/conduct/{id}")).ok();
        let [mine, theirs] = ["kuiwen.leader", "fangzi.leader"].map(conduct);
        assert_eq!((len(&mine["entries"]), len(&mine["grades"]), &mine["entries"][0]["proofNo"]), (1, 0, &json!("奎检记1")));
        assert_eq!((len(&theirs["entries"]), &theirs["entries"][0]["proofNo"]), (1, &json!("坊检记9")));
        // its grade was reckoned again with what came, and says the same
        assert!(len(&theirs["grades"]) > 0 && theirs["grades"].as_array().unwrap().iter().all(|g| g["line"]["grade"] == "A"), "{}", theirs["grades"]);
        assert_eq!(len(&conduct("city.supervisor")["entries"]), 2);
        settle(&w);
        assert_eq!(ills(&w, t), Vec::<String>::new());
    }

    fn the_list_holds_exactly_what_may_be_opened(t: &TestDb) {
        let mut w = World::new(t);
        w.employ("city.part", DutyKind::Handler, "370700-hrss", "370705");
        w.employ("kuiwen.away", DutyKind::Leader, "370705-hrss", "370704");
        w.employ("weicheng.leader", DutyKind::Leader, "370702-hrss", "370702");
        in_kuiwen(&w, &against(1, "潍坊范围1测建筑有限公司", USCC));
        in_fangzi(&w, &against(2, "潍坊范围2测建筑有限公司", OTHER));
        in_fangzi(&w, &against(3, "潍坊范围3测建筑有限公司", ""));
        // the city received it, Fangzi leads it
        let far = FilingForm { area: "坊子区".into(), ..against(4, "潍坊范围4测建筑有限公司", "") };
        ids(&register(&w.app, &w.actor("city.desk"), "370700-hrss", &far).unwrap());
        settle(&w);
        let all = files(&list(&w, "city.supervisor", ""));
        assert_eq!(all.len(), 4);
        let persons = [
            "city.part", "kuiwen.away", "weicheng.leader", "city.desk", "city.head", "kuiwen.leader", "kuiwen.desk", "kuiwen.supervisor",
            "fangzi.handler", "fangzi.supervisor", "fangzi-housing.leader", "kuiwen-water.handler",
        ];
        for who in persons {
            let opens: BTreeSet<String> = all.iter().filter(|f| w.who(who).get(&format!("/employers/{f}")).status == 200).cloned().collect();
            assert_eq!(files(&list(&w, who, "")), opens, "{who}");
            // in an area: what is there of it, and both together are all
            let [here, there] = ["370705", "370704"].map(|a| files(&list(&w, who, &format!("?area={a}"))));
            assert_eq!(here.union(&there).cloned().collect::<BTreeSet<_>>(), opens, "{who}");
            assert!(here.iter().all(|f| f == USCC), "{who}");
        }
        assert_eq!(files(&list(&w, "city.part", "")).len(), 2, "its county, and what the city received");
        assert_eq!(files(&list(&w, "weicheng.leader", "")).len(), 0);
        // what cannot be asked
        for q in ["?area=370000", "?area=x", "?least=101"] {
            w.who("kuiwen.leader").get(&format!("/employers{q}")).problem(422, "invalid_input");
        }
        let ask = |body: Value| w.who("kuiwen.leader").post("/employers/export", body);
        ask(json!({ "reason": "年度监管计划", "q": "长".repeat(61) })).problem(422, "invalid_input");
        ask(json!({ "reason": "年度监管计划", "least": 101 })).problem(422, "invalid_input");
        ask(json!({ "reason": "年度监管计划", "area": "王某测" })).problem(422, "invalid_input");
    }

    fn what_nobody_told_of_heals_and_one_that_fails_stops_no_other(t: &TestDb) {
        let w = World::new(t);
        let e = checked("潍坊自愈测建筑有限公司");
        w.run(w.app.record_conduct(&w.actor("kuiwen.credit"), None, e)).unwrap();
        settle(&w);
        // nothing runs, nothing is worrying, nothing is told: it is reckoned again all the same
        sql(&w, "update employers set headcount = 9");
        assert_eq!(ills(&w, t).len(), 1);
        w.pass(Duration::days(6));
        settle(&w);
        assert_eq!(ills(&w, t).len(), 1);
        w.pass(Duration::days(1));
        settle(&w);
        assert_eq!(ills(&w, t), Vec::<String>::new());
        // a unit that cannot be read
        let (_, broken) = in_kuiwen(&w, &against(1, "潍坊坏行测建筑有限公司", ""));
        sql(&w, "update cases set site_doc = '[1]' where respondent_name = '潍坊坏行测建筑有限公司'");
        in_kuiwen(&w, &against(2, "潍坊好行测建筑有限公司", OTHER));
        qingxin::jobs::sequence(&w.app).unwrap();
        let did = w.app.refresh_employers("a").unwrap();
        assert_eq!(did.failed.len(), 1, "{:?}", did.failed);
        assert_eq!(list(&w, "kuiwen.leader", "?q=好行测").len(), 1);
        assert_eq!(list(&w, "kuiwen.leader", "?q=坏行测").len(), 0);
        assert!(w.app.refresh_employers("a").unwrap().failed.is_empty(), "it waits for the next day");
        sql(&w, "update cases set site_doc = '{}' where respondent_name = '潍坊坏行测建筑有限公司'");
        w.pass(Duration::days(1));
        settle(&w);
        let l = list(&w, "kuiwen.leader", "?q=坏行测");
        assert_eq!((l.len(), &l[0]["cases"]), (1, &json!(1)), "{broken}");
        assert_eq!(ills(&w, t), Vec::<String>::new());
    }

    fn a_bare_name_goes_back_when_the_one_code_of_it_goes(t: &TestDb) {
        let w = World::new(t);
        let name = "潍坊归还测建筑有限公司";
        in_kuiwen(&w, &against(1, name, ""));
        let form = FilingForm { channel: "hotline_12345".into(), source_number: "RX-7".into(), ..against(2, name, USCC) };
        in_kuiwen(&w, &form);
        settle(&w);
        assert_eq!(list(&w, "kuiwen.leader", "")[0]["cases"], json!(2), "it is the unit's of that code");
        let other = FilingForm { respondent: "潍坊另名测建筑有限公司".into(), respondent_uscc: OTHER.into(), ..form };
        register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &other).unwrap();
        let open = w.who("kuiwen.desk").get("/amendments").ok()["amendments"].clone();
        let id = open[0]["id"].as_str().unwrap();
        w.who("kuiwen.desk").post(&format!("/amendments/{id}/decide"), json!({ "apply": true })).ok();
        settle(&w);
        let cases = |q: &str| list(&w, "kuiwen.leader", q).iter().map(|e| (e["uscc"].clone(), e["cases"].clone())).collect::<Vec<_>>();
        assert_eq!(cases("?q=另名测"), [(json!(OTHER), json!(1))]);
        assert!(cases("?q=归还测").contains(&(Value::Null, json!(1))), "{:?}", cases("?q=归还测"));
        assert_eq!(ills(&w, t), Vec::<String>::new());
    }

    fn two_nodes_do_the_work_once_and_no_change_is_lost_between(t: &TestDb) {
        let w = World::new(t);
        let other = World::again(t, &w, &[]);
        in_kuiwen(&w, &against(1, "潍坊双机测建筑有限公司", USCC));
        qingxin::jobs::sequence(&w.app).unwrap();
        let now = w.now();
        assert!(other.db.write_blocking(move |c| rows::take_turn(c, "b", now, now.plus(Duration::minutes(5)))).unwrap());
        assert_eq!(qingxin::jobs::employers(&w.app, "a").unwrap(), 0, "the other is at it");
        assert_eq!(tables::count(&w.app.db, "select count(*) from employers"), 0);
        // it died: its turn is over by itself
        w.pass(Duration::minutes(5));
        assert!(qingxin::jobs::employers(&w.app, "a").unwrap() > 0);
        assert_eq!(qingxin::jobs::employers(&other, "b").unwrap(), 0, "there is nothing left to do");
        assert_eq!(list(&w, "kuiwen.leader", "").len(), 1);
        // at the same moment: both run, each row is right and a rise is told once
        for n in 2..=6u32 {
            in_kuiwen(&w, &FilingForm { headcount: Some(30), reported_total_fen: Some(24_000_000), ..against(n, "潍坊双机测建筑有限公司", USCC) });
        }
        qingxin::jobs::sequence(&w.app).unwrap();
        let (a, b) = (w.app.clone(), other.clone());
        let two = [std::thread::spawn(move || qingxin::jobs::employers(&a, "a")), std::thread::spawn(move || qingxin::jobs::employers(&b, "b"))];
        for t in two {
            t.join().unwrap().unwrap();
        }
        qingxin::jobs::employers(&w.app, "a").unwrap();
        assert_eq!(tables::count(&w.app.db, "select count(*) from events where kind = 'warning_rose'"), 1);
        assert_eq!(ills(&w, t), Vec::<String>::new());
        // a change between the read and the write of a reckoning: it is not saved, and stays due
        let key = vec![USCC.to_owned()];
        let one = || w.app.db.read_blocking(|c| rows::keyed(c, USCC)).unwrap().unwrap();
        let read = one();
        let today = w.now().day();
        w.app.db.write_blocking(move |c| rows::set_due(c, &key, today)).unwrap();
        let late = Employer { rev: read.rev + 1, next_on: today.next(), headcount: 0, ..read };
        assert!(!w.app.db.write_blocking(move |c| rows::save(c, &late, &[])).unwrap());
        assert_eq!((one().next_on, one().headcount > 0), (today, true));
        settle(&w);
        assert!(one().next_on > today);
        assert_eq!(ills(&w, t), Vec::<String>::new());
    }

    fn what_ended_without_anything_against_the_unit_is_no_repetition(t: &TestDb) {
        let w = World::new(t);
        let name = "潍坊此前测建筑有限公司";
        let mut ended: Vec<CaseId> = Vec::new();
        for n in 1..=5 {
            ended.push(in_kuiwen(&w, &against(n, name, USCC)).1);
        }
        in_kuiwen(&w, &against(6, name, USCC));
        let no = if t.backend == Backend::Sqlite { "0" } else { "false" };
        for (id, how) in ended.iter().zip(["paid_in_full", "no_arrears", "not_wages", "refused", "to_arbitration"]) {
            let number = w.app.db.read_blocking(|c| cases::get(c, *id)).unwrap().unwrap().number;
            sql(&w, format!("update cases set open = {no}, state = 'archived', conclusion = '{how}', concluded_at = first_received_at where number = '{number}'"));
        }
        let f = read(&w, "kuiwen.leader", USCC);
        let repeat = f["reasons"].as_array().unwrap().iter().find(|r| r["rule"] == "repeat").unwrap();
        assert_eq!((len(&repeat["sources"]), &repeat["points"]), (2, &json!(10)), "paid, and gone to arbitration");
        assert!(repeat["title"].as_str().unwrap().ends_with("2 件"));
    }

    fn penalties_stand_in_the_file_and_count_once_they_are_decided(t: &TestDb) {
        let day = |m: u32, d: u32| -> At { Day::ymd(2026, m, d).unwrap().at(10, 0) };
        let town = Town::on(TestDb::new(t.backend).unwrap(), "employer", day(11, 23));
        let form = FilingForm { respondent: "潍坊处罚测建筑有限公司".into(), respondent_uscc: USCC.into(), channel: "phone".into(), area: "奎文区".into(), ..complaint(1) };
        let case = town.file(&form).case.unwrap();
        let unit = town.app.db.read_blocking(move |c| cases::chain(c, case)).unwrap()[0].id;
        let words = "经查，该单位拒不提供工资支付台账，阻挠检查，事实清楚，证据充分。";
        let form = json!({ "ground": "obstruct", "respondent": unit, "subject": "unit", "violatedOn": "2026-11-20", "second": town.account("承办人乙") });
        town.rt.block_on(town.app.begin_penalty(&town.actor("承办人甲"), None, case, NewPenalty { order: None, bureau: None, form })).unwrap();
        let id = town.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap().into_iter().find(|p| p.kind == "penalty").unwrap().id;
        let go = |who: &str, name: &str, form: Value| town.go(who, id, name, form).unwrap_or_else(|e| panic!("{name}: {e}"));
        let read = || town.rt.block_on(town.app.employer_file(&town.actor("承办人甲"), USCC)).unwrap();
        let counts = |f: &qingxin::app::employers::EmployerFile| f.reasons.iter().find(|r| r.rule == "penalties").map(|r| (r.points, r.sources.len()));
        go("承办人甲", "propose", json!({ "report": words, "fineFen": 500_000, "degree": "usual" }));
        let f = read();
        let act = f.acts.iter().find(|a| a.kind == "penalty").unwrap();
        assert_eq!((act.case, act.amount_fen, act.bad, counts(&f)), (Some(case), None, false, None), "it is examined, nothing more");
        go("承办人甲", "give_notice", json!({ "facts": words }));
        go("大队长", "approval.approve", json!({}));
        let proof = || json!(town.add_evidence("承办人甲", Some(case), None, "凭证").unwrap().to_string());
        go("承办人甲", "serve_notice", json!({ "servedOn": "2026-11-23", "way": "direct", "proof": proof() }));
        town.pass(day(12, 1), &mut || {});
        go("承办人甲", "decide", json!({ "facts": words }));
        go("大队长", "approval.approve", json!({}));
        go("局长", "approval.approve", json!({}));
        let f = read();
        let act = f.acts.iter().find(|a| a.kind == "penalty").unwrap();
        assert_eq!((act.amount_fen.map(qingxin::law::Fen::get), act.bad, counts(&f)), (Some(500_000), true, Some((8, 1))));
        assert!(act.title.contains("阻挠") && act.note.as_ref().is_some_and(|n| n.contains("2026")), "{act:?}");
        qingxin::jobs::sequence(&town.app).unwrap();
        qingxin::jobs::employers(&town.app, "tests").unwrap();
        let l = town.rt.block_on(town.app.employers(&town.actor("承办人甲"), qingxin::app::employers::Asked::default(), 10)).unwrap();
        assert!(l.items[0].reasons.iter().any(|r| r == "受到行政处罚 1 件"), "{:?}", l.items[0].reasons);
        assert_eq!(town.ills(), Vec::<String>::new());
    }
}
