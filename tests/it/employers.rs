//! The employer's file: across counties with what each reader may know, related units, the early warning as it rises and falls, the list, and the
//! summaries that keep it.

use crate::listed::{Story, USCC};
use crate::on_both;
use crate::review::{complaint, ids, register};
use crate::support::TestDb;
use crate::support::app::World;
use crate::tables;
use chrono::Duration;
use qingxin::app::doctor;
use qingxin::base::id::{CaseId, FilingId};
use qingxin::domain::access::DutyKind;
use qingxin::domain::intake::FilingForm;
use qingxin::store::filings::{self, Suggestion};
use serde_json::{Value, json};

pub const OTHER: &str = "91350100M000100Y43";
/// Synthetic: team leaders.
pub const LEADER: &str = "379900198001010014";

/// A report of person `n` against this unit.
pub fn against(n: u32, name: &str, uscc: &str) -> FilingForm {
    FilingForm { respondent: name.into(), respondent_uscc: uscc.into(), ..complaint(n) }
}
fn file(w: &World, desk: &str, form: &FilingForm) -> (FilingId, CaseId) {
    let bureau = if desk.starts_with("fangzi") { "370704-hrss" } else { "370705-hrss" };
    let (f, c) = ids(&register(&w.app, &w.actor(desk), bureau, form).unwrap());
    (f, c.unwrap())
}
pub fn in_kuiwen(w: &World, form: &FilingForm) -> (FilingId, CaseId) {
    file(w, "kuiwen.desk", form)
}
pub fn in_fangzi(w: &World, form: &FilingForm) -> (FilingId, CaseId) {
    file(w, "fangzi.desk", &FilingForm { area: "坊子区".into(), ..form.clone() })
}
/// What the background does: numbers for events, then the summaries.
pub fn settle(w: &World) {
    qingxin::jobs::sequence(&w.app).unwrap();
    qingxin::jobs::employers(&w.app, "tests").unwrap();
}
pub fn read(w: &World, who: &str, code: &str) -> Value {
    w.who(who).get(&format!("/employers/{code}")).ok()
}
pub fn list(w: &World, who: &str, query: &str) -> Vec<Value> {
    w.who(who).get(&format!("/employers{query}")).ok()["items"].as_array().unwrap().clone()
}
pub fn len(v: &Value) -> usize {
    v.as_array().unwrap().len()
}
/// The reasons of a file: rule and points.
pub fn reasons(f: &Value) -> Vec<(String, i64)> {
    f["reasons"].as_array().unwrap().iter().map(|r| (r["rule"].as_str().unwrap().to_owned(), r["points"].as_i64().unwrap())).collect()
}
/// What `doctor` finds of the summaries; time passes here without alarms, which it would find as well.
pub fn ills(w: &World, t: &TestDb) -> Vec<String> {
    let report = doctor::examine(&w.app, &t.dir.path().join("none")).unwrap();
    let mine = report.lines.into_iter().filter(|l| l.what.contains("用人单位汇总")).collect::<Vec<_>>();
    assert_eq!(mine.len(), 1);
    mine.into_iter().filter(|l| !l.ok).map(|l| format!("{}：{}", l.what, l.said)).collect()
}
pub fn told(w: &World) -> i64 {
    tables::count(&w.app.db, "select count(*) from notices where template = 'employer_warning'")
}

on_both! {
    fn a_file_across_two_counties_shows_what_one_may_read_and_counts_the_rest(t: &TestDb) {
        let mut w = World::new(t);
        w.employ("weicheng.leader", DutyKind::Leader, "370702-hrss", "370702");
        let name = "潍坊跨区建筑有限公司";
        let (_, here) = in_kuiwen(&w, &against(1, name, USCC));
        let (_, there) = in_fangzi(&w, &against(2, name, USCC));
        settle(&w);
        for (who, mine) in [("kuiwen.leader", here), ("kuiwen.credit", here), ("fangzi.leader", there), ("fangzi.supervisor", there)] {
            let f = read(&w, who, USCC);
            assert_eq!((f["name"].as_str().unwrap(), f["uscc"].as_str().unwrap()), (name, USCC));
            assert_eq!((len(&f["cases"]), &f["hidden"]["cases"]), (1, &json!(1)), "{who}");
            assert_eq!(f["cases"][0]["id"], json!(mine.to_string()), "{who}");
            assert_eq!((&f["claimedFen"], &f["cases"][0]["roles"]), (&json!(1_200_000), &json!(["被反映单位"])), "the money of what {who} may read");
            // the other county's case is in the score, and in no reason
            assert_eq!((reasons(&f), &f["score"]), (vec![("open_cases".to_owned(), 4), ("other".to_owned(), 4)], &json!(8)), "{who}");
            assert_eq!((len(&f["reasons"][0]["sources"]), len(&f["reasons"][1]["sources"])), (1, 0), "{who}");
            let other = if mine == here { there } else { here };
            assert!(!f.to_string().contains(&other.to_string()), "{who} learns of {other}");
        }
        for who in ["city.supervisor", "city.head"] {
            let f = read(&w, who, USCC);
            assert_eq!((len(&f["cases"]), &f["hidden"]["cases"], &f["claimedFen"]), (2, &json!(0), &json!(2_400_000)), "{who}");
        }
        // who may read nothing of it does not learn that there is a file, nor does who works on no matters
        for who in ["weicheng.leader", "city.system", "city.security", "kuiwen-water.handler"] {
            let got = w.who(who).get(&format!("/employers/{USCC}"));
            assert_eq!((got.status, got.json()["code"].clone()), (404, json!("not_found")), "{who}");
            assert_eq!(w.who(who).page(&format!("/employers/{USCC}")).status, 404, "{who}");
        }
        w.who("weicheng.leader").get(&format!("/employers/{OTHER}")).problem(404, "not_found");
        w.who("kuiwen.leader").get("/employers/kein-code").problem(404, "not_found");
        w.who("city.system").get("/employers").problem(403, "forbidden");
        // the list says the same
        assert!(list(&w, "weicheng.leader", "").is_empty());
        for who in ["kuiwen.leader", "fangzi.supervisor", "city.supervisor", "city.desk"] {
            let l = list(&w, who, "");
            assert_eq!((l.len(), &l[0]["cases"], &l[0]["file"]), (1, &json!(2), &json!(USCC)), "{who}");
        }
        // from the page of the case to the file, by code; the page shows both and says what the score is for
        let page = w.who("kuiwen.leader").page(&format!("/cases/{here}")).page_ok().text();
        assert!(page.contains(&format!("/employers/{USCC}")));
        let page = w.who("kuiwen.leader").page(&format!("/employers/{USCC}")).page_ok().text();
        for words in [name, "不启动任何程序", "另有 1 件未列出", &here.to_string()] {
            assert!(page.contains(words), "{words}");
        }
        assert!(!page.contains(&there.to_string()));
        assert_eq!(ills(&w, t), Vec::<String>::new());
    }

    fn related_units_are_found_through_persons_and_projects(t: &TestDb) {
        let w = World::new(t);
        let led = |f: FilingForm| FilingForm { team_leader: "周某测".into(), team_leader_id: LEADER.into(), ..f };
        let (_, a) = in_kuiwen(&w, &led(against(1, "潍坊甲测建筑有限公司", USCC)));
        // the same leader for another company on another site
        let (_, b) = in_kuiwen(&w, &led(FilingForm { general_contractor: "潍坊总包测建设有限公司".into(), ..against(2, "潍坊乙测建筑有限公司", OTHER) }));
        // the same site with a third
        let on_site = FilingForm { project: complaint(1).project, ..against(3, "潍坊丙测劳务有限公司", "") };
        let (_, c) = in_kuiwen(&w, &on_site);
        // somebody else's leader, somewhere else
        in_kuiwen(&w, &against(4, "潍坊丁测劳务有限公司", ""));
        settle(&w);
        let f = read(&w, "kuiwen.leader", USCC);
        let related = f["related"].as_array().unwrap();
        let of = |name: &str| related.iter().find(|r| r["name"] == name).unwrap_or_else(|| panic!("{name}: {related:?}"));
        let yi = of("潍坊乙测建筑有限公司");
        assert_eq!(yi["edges"][0]["title"], "同一人：本单位包工头，对方包工头");
        assert_eq!((&yi["edges"][0]["case"], &yi["edges"][0]["otherCase"]), (&json!(a.to_string()), &json!(b.to_string())));
        let bing = of("潍坊丙测劳务有限公司");
        assert_eq!(bing["edges"][0]["title"], "同一项目：本单位为被反映单位，对方为被反映单位");
        assert_eq!(bing["edges"][0]["otherCase"], json!(c.to_string()));
        // whoever stands above the crew he led there is not related through him; who has nothing in common is not at all
        assert!(related.iter().all(|r| r["name"] != "潍坊总包测建设有限公司"), "{related:?}");
        assert_eq!(yi["beyond"], json!(["潍坊总包测建设有限公司"]));
        assert!(related.iter().all(|r| r["name"] != "潍坊丁测劳务有限公司" && r["byNameOnly"] == json!(false)));
        assert!(!f.to_string().contains(LEADER) && !f.to_string().contains("周某测"), "nobody is named by number or name");
        // it goes both ways
        let back = read(&w, "kuiwen.leader", OTHER);
        assert!(back["related"].as_array().unwrap().iter().any(|r| r["uscc"] == USCC));
        // an edge through a case of another county is not told, not even as a number
        in_fangzi(&w, &led(against(5, "潍坊戊测建筑有限公司", "")));
        settle(&w);
        let f = read(&w, "kuiwen.leader", USCC);
        assert_eq!(f["hidden"]["related"], json!(0));
        assert!(!f.to_string().contains("潍坊戊测"), "{f}");
        assert!(read(&w, "city.supervisor", USCC).to_string().contains("潍坊戊测"));
        // the same name of a project in another county is another project
        in_fangzi(&w, &FilingForm { project: complaint(1).project, ..against(6, "潍坊己测劳务有限公司", "") });
        settle(&w);
        assert!(!read(&w, "city.supervisor", USCC).to_string().contains("潍坊己测"));
        // who was found not liable relates nobody
        w.app.db.write_blocking(|c| c.batch("update respondents set liability = 'not_liable' where name = '潍坊丙测劳务有限公司'")).unwrap();
        assert!(!read(&w, "kuiwen.leader", USCC)["related"].to_string().contains("潍坊丙测"));
        // the team leader has no file
        assert_eq!(tables::count(&w.app.db, "select count(*) from employers where name like '周%'"), 0);
    }

    fn a_name_is_the_one_unit_of_that_name_until_there_are_two(t: &TestDb) {
        let w = World::new(t);
        let name = "潍坊同名测建筑有限公司";
        let (_, bare) = in_kuiwen(&w, &against(1, name, ""));
        settle(&w);
        let first = list(&w, "kuiwen.leader", "");
        assert_eq!((first.len(), &first[0]["uscc"]), (1, &Value::Null));
        let id = first[0]["file"].as_str().unwrap().to_owned();
        assert_eq!(len(&read(&w, "kuiwen.leader", &id)["cases"]), 1);
        // a code that comes later is its code
        in_kuiwen(&w, &against(2, "潍坊同名测建筑有限责任公司", USCC));
        settle(&w);
        let l = list(&w, "kuiwen.leader", "");
        assert_eq!((l.len(), &l[0]["uscc"], &l[0]["cases"]), (1, &json!(USCC), &json!(2)), "{l:?}");
        for code in [USCC, &id] {
            let f = read(&w, "kuiwen.leader", code);
            assert_eq!((len(&f["cases"]), &f["uscc"], len(&f["names"])), (2, &json!(USCC), 2));
            let old = f["cases"].as_array().unwrap().iter().find(|k| k["id"] == json!(bare.to_string())).unwrap();
            assert_eq!(old["byName"], true, "it says that the name alone put it here");
            assert!(f["related"].as_array().unwrap().is_empty(), "it is not related to itself");
        }
        assert_eq!(ills(&w, t), Vec::<String>::new());
        // a second code of that name: nobody knows whose the bare one is, and the three say that they are of one name
        in_kuiwen(&w, &against(3, name, OTHER));
        settle(&w);
        let l = list(&w, "kuiwen.leader", "");
        assert_eq!(l.iter().map(|e| e["cases"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 1, 1], "{l:?}");
        let f = read(&w, "kuiwen.leader", USCC);
        assert_eq!(len(&f["related"]), 2);
        assert!(f["related"].as_array().unwrap().iter().all(|r| r["byNameOnly"] == true && r["edges"][0]["title"].as_str().unwrap().starts_with("同名")));
        assert_eq!(ills(&w, t), Vec::<String>::new());
    }

    fn a_warning_rises_and_falls_with_its_facts(t: &TestDb) {
        let w = World::new(t);
        let name = "潍坊预警测建筑有限公司";
        let (first, a) = in_kuiwen(&w, &FilingForm { headcount: Some(6), ..against(1, name, USCC) });
        settle(&w);
        let f = read(&w, "kuiwen.leader", USCC);
        assert_eq!((reasons(&f), &f["score"], &f["level"]), (vec![("open_cases".to_owned(), 4)], &json!(4), &json!("green")));
        // another case: more of both, each explained by its rows
        let (_, b) = in_kuiwen(&w, &FilingForm { headcount: Some(5), ..against(2, name, USCC) });
        settle(&w);
        let f = read(&w, "kuiwen.leader", USCC);
        assert_eq!(reasons(&f), [("open_cases".to_owned(), 8), ("headcount".to_owned(), 2)]);
        assert_eq!(f["score"], json!(10));
        assert_eq!(len(&f["reasons"][0]["sources"]), 2);
        assert_eq!(list(&w, "kuiwen.leader", "")[0]["score"], json!(10));
        // a party that is not the employer there is worried about less
        in_kuiwen(&w, &FilingForm { general_contractor: name.into(), general_contractor_uscc: USCC.into(), ..against(3, "潍坊别家测建筑有限公司", "") });
        settle(&w);
        let f = read(&w, "kuiwen.leader", USCC);
        assert_eq!((reasons(&f).pop().unwrap(), &f["claimedFen"]), (("site_cases".to_owned(), 2), &json!(2_400_000)));
        // two matters that are one count once
        let at = w.now();
        let row = Suggestion { filing_id: first, case_id: b, reason: "同一项目".into(), created_at: at, decided_at: None, joined: None };
        w.app.db.write_blocking(move |c| filings::insert_suggestion(c, &row)).unwrap();
        w.who("kuiwen.leader").post(&format!("/suggestions/{first}/{b}/decide"), json!({ "decision": "join", "reason": "经核对，属于同一事项。" })).ok();
        settle(&w);
        let f = read(&w, "kuiwen.leader", USCC);
        assert_eq!(reasons(&f).iter().find(|r| r.0 == "open_cases").unwrap().1, 4);
        let merged = f["cases"].as_array().unwrap().iter().find(|k| k["id"] == json!(a.to_string())).unwrap();
        assert_eq!((&merged["merged"], list(&w, "kuiwen.leader", "?q=预警测")[0]["cases"].clone()), (&json!(true), json!(2)));
        assert_eq!(ills(&w, t), Vec::<String>::new());
        // before the Spring Festival it is more, long after it less, though nothing happened
        w.pass(Duration::days(30));
        settle(&w);
        let near = list(&w, "kuiwen.leader", "?q=预警测")[0]["score"].as_i64().unwrap();
        w.pass(Duration::days(70));
        settle(&w);
        let after = list(&w, "kuiwen.leader", "?q=预警测")[0]["score"].as_i64().unwrap();
        let before = read(&w, "kuiwen.leader", USCC)["score"].as_i64().unwrap();
        assert_eq!((near, after, before), (16, 4, 4), "open 4, ten workers 2, site 2, season 8; then workers 2, site 2");
        assert_eq!(ills(&w, t), Vec::<String>::new());
    }

    fn a_grade_confirmed_in_bulk_and_a_party_named_otherwise_reach_the_summaries(t: &TestDb) {
        let w = World::new(t);
        let name = "潍坊等级测建筑有限公司";
        let e = qingxin::app::conduct::NewEntry {
            name: name.into(),
            uscc: Some(USCC.into()),
            bureau: None,
            kind: "checked".into(),
            aspect: None,
            on: "2025-03-01".parse().unwrap(),
            source: "patrol".into(),
            proof_no: "检记1".into(),
            note: None,
        };
        w.run(w.app.record_conduct(&w.actor("kuiwen.credit"), None, e)).unwrap();
        settle(&w);
        let l = list(&w, "kuiwen.leader", "");
        assert_eq!((l.len(), &l[0]["grade"], &l[0]["cases"]), (1, &Value::Null, &json!(0)), "the register alone makes a file");
        let f = read(&w, "kuiwen.leader", USCC);
        assert_eq!((f["name"].as_str().unwrap(), &f["acts"][0]["kind"], len(&f["conduct"])), (name, &json!("entry"), 1));
        w.who("fangzi.leader").get(&format!("/employers/{USCC}")).problem(404, "not_found");
        w.run(w.app.grade_year(&qingxin::domain::access::Actor::System("tests"), 2025)).unwrap();
        let bulk = w.run(w.app.grading_bulk(&w.actor("kuiwen.leader"), 2025, "370705-hrss", false)).unwrap();
        w.run(w.app.confirm_gradings(&w.actor("kuiwen.leader"), None, 2025, "370705-hrss", &bulk.hash)).unwrap();
        settle(&w);
        assert_eq!(list(&w, "kuiwen.leader", "")[0]["grade"], json!("A"));
        assert_eq!(ills(&w, t), Vec::<String>::new());
        // the same number with another respondent: the case goes to the other unit's file and leaves this one's
        let form = FilingForm { channel: "hotline_12345".into(), source_number: "RX-1".into(), ..against(1, name, USCC) };
        let (f, _) = in_kuiwen(&w, &form);
        settle(&w);
        assert_eq!(list(&w, "kuiwen.leader", "?q=等级测")[0]["cases"], json!(1));
        let other = FilingForm { respondent: "潍坊改名测建筑有限公司".into(), respondent_uscc: OTHER.into(), ..form };
        register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &other).unwrap();
        let open = w.who("kuiwen.desk").get("/amendments").ok()["amendments"].clone();
        assert_eq!((len(&open), &open[0]["filing"]), (1, &json!(f.to_string())), "{open}");
        let id = open[0]["id"].as_str().unwrap();
        w.who("kuiwen.desk").post(&format!("/amendments/{id}/decide"), json!({ "apply": true })).ok();
        settle(&w);
        assert_eq!(list(&w, "kuiwen.leader", "?q=等级测")[0]["cases"], json!(0));
        assert_eq!(list(&w, "kuiwen.leader", "?q=改名测")[0]["cases"], json!(1));
        assert_eq!(ills(&w, t), Vec::<String>::new());
    }

    fn a_listed_unit_warns_and_a_revoked_listing_does_not(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "employer");
        let app = &s.town.app;
        let settle = || {
            qingxin::jobs::sequence(app).unwrap();
            qingxin::jobs::employers(app, "tests").unwrap();
        };
        let read = |who: &str| s.town.rt.block_on(app.employer_file(&s.town.actor(who), USCC)).unwrap();
        settle();
        let f = read("信用员");
        let rules: Vec<(&str, i32)> = f.reasons.iter().map(|r| (r.rule.as_str(), r.points)).collect();
        assert_eq!(rules, [("listed", 25), ("expired_orders", 14), ("season", 8), ("open_cases", 4)]);
        assert!(f.reasons.iter().all(|r| !r.sources.is_empty() && r.more == 0));
        let kinds: Vec<&str> = f.acts.iter().map(|a| a.kind).collect();
        for kind in ["order", "listing", "entry"] {
            assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
        }
        assert_eq!((f.verified_fen.get(), f.ordered_fen.get(), f.outstanding_fen.get()), (6_000_000, 6_000_000, 6_000_000));
        // told to the credit officers of the bureau and to whoever supervises, once
        let count = |sql: &str| tables::count(&app.db, sql);
        let told = "select count(*) from notices where template = 'employer_warning'";
        let rang = count(told);
        assert!(rang >= 2, "{rang}");
        assert_eq!(count("select count(*) from events where kind = 'warning_rose'"), 1);
        settle();
        assert_eq!(count(told), rang);
        assert_eq!(s.town.ills(), Vec::<String>::new());
        s.revoke();
        settle();
        let f = read("信用员");
        assert!(f.reasons.iter().all(|r| r.rule != "listed"), "{:?}", f.reasons);
        assert_eq!(count("select count(*) from employers where listed"), 0);
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }

    fn a_level_that_rises_is_told_once(t: &TestDb) {
        let w = World::new(t);
        let many = |n: u32| FilingForm { headcount: Some(20), reported_total_fen: Some(24_000_000), ..against(n, "潍坊升级测建筑有限公司", USCC) };
        for n in 1..=3 {
            in_kuiwen(&w, &many(n));
        }
        settle(&w);
        assert_eq!((list(&w, "kuiwen.leader", "")[0]["score"].clone(), told(&w)), (json!(24), 0), "still green");
        in_kuiwen(&w, &many(4));
        settle(&w);
        assert_eq!(list(&w, "kuiwen.leader", "")[0]["level"], json!("yellow"));
        assert_eq!(told(&w), 2, "the credit officer and the supervisor of the county");
        let heard = w.who("kuiwen.credit").page("/notices").page_ok().text();
        assert!(heard.contains(USCC) && heard.contains("/employers") && heard.contains("不启动任何程序"), "{heard}");
        for n in 5..=6 {
            in_kuiwen(&w, &many(n));
            settle(&w);
        }
        assert_eq!(told(&w), 2, "it did not rise again");
        // nothing began by it
        assert_eq!(tables::count(&w.app.db, "select count(*) from procedures where kind not in ('complaint', 'filing')"), 0);
        // it falls in silence, and a new rise is told anew
        w.pass(Duration::days(120));
        settle(&w);
        assert_eq!((list(&w, "kuiwen.leader", "")[0]["level"].clone(), told(&w)), (json!("green"), 2));
        for n in 7..=10 {
            in_kuiwen(&w, &many(n));
        }
        settle(&w);
        assert_eq!((list(&w, "kuiwen.leader", "")[0]["level"].clone(), told(&w)), (json!("yellow"), 4));
    }

    fn the_list_is_searched_narrowed_paged_and_exported(t: &TestDb) {
        let w = World::new(t);
        for n in 1..=5u32 {
            in_kuiwen(&w, &FilingForm { headcount: Some(i64::from(n) * 10), ..against(n, &format!("潍坊列表{n}测建筑有限公司"), if n == 5 { USCC } else { "" }) });
        }
        in_fangzi(&w, &against(6, "潍坊列表6测建筑有限公司", ""));
        settle(&w);
        let names = |l: &[Value]| l.iter().map(|e| e["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let whole = list(&w, "city.supervisor", "");
        let scores: Vec<i64> = whole.iter().map(|e| e["score"].as_i64().unwrap()).collect();
        assert_eq!(scores, [14, 12, 10, 8, 6, 4], "the highest first");
        // page by page it is the same, in one list as in several
        for who in ["city.supervisor", "kuiwen.leader", "kuiwen.supervisor"] {
            let all = names(&list(&w, who, ""));
            let (mut seen, mut next) = (Vec::new(), String::new());
            loop {
                let got = w.who(who).get(&format!("/employers?limit=2{next}")).ok();
                seen.extend(names(got["items"].as_array().unwrap()));
                match got["nextCursor"].as_str() {
                    Some(c) => next = format!("&cursor={c}"),
                    None => break,
                }
            }
            assert_eq!(seen, all, "{who}");
            assert_eq!(all.len(), if who == "city.supervisor" { 6 } else { 5 }, "{who}");
        }
        assert_eq!(names(&list(&w, "city.supervisor", &format!("?q={}", USCC.to_lowercase()))), ["潍坊列表5测建筑有限公司"]);
        assert_eq!(names(&list(&w, "kuiwen.leader", "?q=列表3")), ["潍坊列表3测建筑有限公司"]);
        assert_eq!(list(&w, "kuiwen.leader", "?q=列表6"), Vec::<Value>::new(), "another county's");
        assert_eq!(list(&w, "city.supervisor", "?area=370704").len(), 1);
        assert_eq!(list(&w, "kuiwen.leader", "?area=370704").len(), 0);
        assert_eq!(list(&w, "city.supervisor", "?least=10").len(), 3);
        assert_eq!(list(&w, "city.supervisor", "?level=red").len(), 0);
        assert_eq!(list(&w, "city.supervisor", "?level=green").len(), 6);
        w.who("city.supervisor").get("/employers?level=pink").problem(422, "invalid_input");
        // as a file: with a reason, marked, on record
        let ask = |format: &str, reason: &str| w.who("kuiwen.leader").post("/employers/export", json!({ "format": format, "reason": reason, "least": 10 }));
        let csv = ask("csv", "年度监管计划");
        let text = csv.text();
        assert!(csv.status == 200 && text.contains("潍坊列表5测建筑有限公司") && text.contains(USCC), "{text}");
        assert!(!text.contains("列表1测") && !text.contains("列表6测") && text.contains("不启动任何程序"), "{text}");
        assert_eq!(&ask("xlsx", "年度监管计划").bytes[..2], b"PK");
        ask("csv", "短").problem(422, "invalid_input");
        assert_eq!(tables::count(&w.app.db, "select count(*) from events where kind = 'employers_exported'"), 2);
        let page = w.who("kuiwen.leader").page("/employers?q=%E5%88%97%E8%A1%A83").page_ok().text();
        assert!(page.contains("潍坊列表3测建筑有限公司") && !page.contains("列表5测"));
        let form = [("format", "csv"), ("reason", "年度监管计划"), ("q", "列表3")];
        let sheet = w.who("kuiwen.leader").submit("/employers/export", &form).text();
        assert!(sheet.contains("列表3测") && !sheet.contains("列表5测"), "{sheet}");
    }

    fn doctor_finds_a_tampered_summary_and_what_was_there_before_is_taken_up(t: &TestDb) {
        let w = World::new(t);
        for n in 1..=3 {
            in_kuiwen(&w, &against(n, &format!("潍坊核对{n}测建筑有限公司"), if n == 1 { USCC } else { "" }));
        }
        settle(&w);
        assert_eq!(ills(&w, t), Vec::<String>::new());
        let dump = |w: &World| -> Vec<(String, i64)> {
            let mut all: Vec<_> =
                list(w, "city.supervisor", "").iter().map(|e| (e["name"].as_str().unwrap().to_owned(), e["score"].as_i64().unwrap())).collect();
            all.sort();
            all
        };
        let before = dump(&w);
        let sql = |s: &'static str| w.app.db.write_blocking(move |c| c.batch(s)).unwrap();
        sql("update employers set score = 99 where uscc is not null");
        let found = ills(&w, t);
        assert!(found.len() == 1 && found[0].contains("用人单位汇总") && found[0].contains("潍坊核对1测"), "{found:?}");
        sql("update employers set score = 4 where uscc is not null");
        sql("delete from employer_places where place = '370705'");
        assert!(!ills(&w, t).is_empty(), "a list it stands in is gone");
        // a day later it says again what the rows say
        w.pass(Duration::days(1));
        settle(&w);
        assert_eq!(ills(&w, t), Vec::<String>::new());
        // a database that was migrated: nothing is summed up yet, the journal was read to its end
        sql("delete from employer_places; update employers set into_id = null; delete from employers");
        match t.backend {
            crate::support::Backend::Sqlite => sql("update employer_sweep set fill_after = zeroblob(16)"),
            crate::support::Backend::Postgres => sql("update employer_sweep set fill_after = '00000000-0000-0000-0000-000000000000'"),
        }
        assert!(dump(&w).is_empty());
        settle(&w);
        assert_eq!((dump(&w), told(&w)), (before, 0));
        assert_eq!(ills(&w, t), Vec::<String>::new());
        assert_eq!(qingxin::jobs::employers(&w.app, "tests").unwrap(), 0, "and then there is nothing to do");
    }
}
