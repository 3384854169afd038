//! The dashboard: numbers a story comes to, whose they are, summaries that stay exact whatever happens between, and the page of clocks.

use crate::money::found;
use crate::on_both;
use crate::review::act;
use crate::support::TestDb;
use crate::support::app::{World, filing};
use crate::tables::{self, count, dump};
use chrono::Duration;
use qingxin::app::doctor;
use qingxin::base::id::CaseId;
use qingxin::store::procedures;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the background does.
fn settle(w: &World) {
    qingxin::jobs::sequence(&w.app).unwrap();
    qingxin::jobs::summaries(&w.app, "tests").unwrap();
}
fn file(w: &World, desk: &str, n: u32, area: &str) -> CaseId {
    let mut form = filing(n);
    form["area"] = json!(area);
    w.who(desk).post("/filings", form).ok()["case"].as_str().unwrap().parse().unwrap()
}
fn pay(w: &World, case: CaseId, amount: i64, proof: &str) {
    let form = json!({ "amountFen": amount, "paidOn": w.now().day(), "way": "own_account", "payerKind": "employer", "proof": proof });
    act(w, "kuiwen.handler", case, "record_payment", form).unwrap();
}
fn conclude(w: &World, case: CaseId) {
    act(w, "kuiwen.handler", case, "mark_paid", json!({})).unwrap();
    act(w, "kuiwen.handler", case, "conclude", json!({ "conclusion": "paid_in_full", "summary": "工资已全部支付到本人账户。" })).unwrap();
    act(w, "kuiwen.leader", case, "approval.approve", json!({})).unwrap();
    act(w, "kuiwen.head", case, "approval.approve", json!({})).unwrap();
}
fn board(w: &World, who: &str, query: &str) -> Value {
    w.who(who).get(&format!("/dashboard{query}")).ok()
}
fn numbers(v: &Value, of: &str, keys: &[&str]) -> Vec<i64> {
    keys.iter().map(|k| v[of][*k].as_i64().unwrap_or_else(|| panic!("{k}: {}", v[of]))).collect()
}
/// The tables of figures, without how far the job has read.
fn figures(w: &World) -> BTreeMap<String, Vec<String>> {
    let mut all = dump(&w.app.db);
    all.retain(|t, _| t.starts_with("summary_") && t != "summary_state");
    all
}
/// What `doctor` says of the summaries.
fn ills(w: &World, t: &TestDb) -> String {
    let report = doctor::examine(&w.app, &t.dir.path().join("none")).unwrap();
    let line = report.lines.into_iter().find(|l| l.what.contains("看板统计")).unwrap();
    if line.ok { String::new() } else { line.said }
}
fn sql(w: &World, s: &'static str) {
    w.app.db.write_blocking(move |c| c.batch(s)).unwrap();
}

/// Six cases in 奎文: the first paid and concluded, the second with an agreement that is broken on 10 December, four nobody touched; one in 坊子.
fn story(w: &World) -> (CaseId, CaseId) {
    let all: Vec<CaseId> = (1..=6).map(|n| file(w, "kuiwen.desk", n, "奎文区")).collect();
    file(w, "fangzi.desk", 7, "坊子区");
    let (_, proof) = found(w, all[0]);
    pay(w, all[0], 1_200_000, &proof);
    conclude(w, all[0]);
    let (_, proof) = found(w, all[1]);
    pay(w, all[1], 200_000, &proof);
    act(w, "kuiwen.handler", all[1], "make_agreement", json!({})).unwrap();
    let case = all[1];
    let (chain, rows) =
        w.app.db.read_blocking(move |c| Ok((qingxin::store::cases::chain(c, case)?, procedures::of_case(c, case)?))).unwrap();
    let agreement = rows.iter().find(|r| r.kind == "agreement").unwrap().id.to_string();
    let form = json!({
        "payer": chain[0].id, "totalFen": 1_000_000, "plan": [{ "on": "2026-12-10", "amountFen": 1_000_000 }], "signedOn": w.now().day(),
        "accelerates": false, "enforceability": "payment_writ", "proof": proof,
    });
    w.who("kuiwen.handler").act(&agreement, "sign", form).ok();
    (all[0], all[1])
}

on_both! {
    fn a_story_comes_to_the_numbers_one_reckons_by_hand(t: &TestDb) {
        let w = World::new(t);
        let (first, second) = story(&w);
        w.set(12, 14, 9, 0);
        w.tick();
        settle(&w);
        let d = board(&w, "kuiwen.leader", "?period=2026-11");
        let keys = ["filings", "cases", "refused", "settled", "concluded", "claimedFen", "verifiedFen", "paidFen", "settledPerMyriad"];
        assert_eq!(numbers(&d, "now", &keys), [6, 6, 0, 1, 1, 7_200_000, 2_400_000, 1_400_000, 1_660], "one of six is concluded");
        assert_eq!(numbers(&d, "before", &["filings", "cases", "paidFen"]), [0, 0, 0], "nothing in October");
        assert_eq!((&d["from"], &d["to"], &d["beforeFrom"], &d["beforeTo"]), (&json!("2026-11-01"), &json!("2026-11-30"), &json!("2026-10-01"), &json!("2026-10-31")));
        assert_eq!(d["open"], json!(5), "four untouched, one with a broken agreement");
        // statutory duties: nobody docketed the four within five working days
        let here = |test: &str| {
            let sql = format!(
                "select count(*) from terms t join procedures p on p.id = t.procedure_id where t.kind = 'duty' and t.effect = 'statutory' \
                 and p.holder_bureau = '370705-hrss' and {test}"
            );
            w.app.db.read_blocking(|c| qingxin::store::measure::number(c, &sql.replace("count(*)", "cast(count(*) as text) as v"))).unwrap()
        };
        let missed = if t.backend == crate::support::Backend::Sqlite { "t.missed = 1" } else { "t.missed" };
        assert!(here(&format!("{missed} and t.key = 'accept'")) == 4, "the ones nobody touched");
        let (late, met) = (here(missed), here(&format!("t.status = 'met' and not ({missed})")));
        let year = board(&w, "kuiwen.leader", "?period=2026");
        assert_eq!(numbers(&year, "now", &["missed", "inTime", "inTimePerMyriad"]), [late, met, met * 10_000 / (met + late)]);
        // each day of November in its slot, each month of the year
        let slots = |v: &Value| v["series"].as_array().unwrap().iter().map(|s| (s["label"].as_str().unwrap().to_owned(), s["numbers"]["cases"].as_i64().unwrap())).filter(|s| s.1 > 0).collect::<Vec<_>>();
        assert_eq!((d["series"].as_array().unwrap().len(), slots(&d)), (30, vec![("2026-11-23".to_owned(), 6)]));
        assert_eq!((year["series"].as_array().unwrap().len(), slots(&year)), (12, vec![("2026-11".to_owned(), 6)]));
        assert_eq!(numbers(&board(&w, "kuiwen.leader", "?period=range&from=2026-11-20&to=2026-12-02"), "now", &keys), numbers(&d, "now", &keys));
        assert_eq!(numbers(&board(&w, "kuiwen.leader", "?from=2026-01-15&to=2026-12-10"), "now", &keys), numbers(&d, "now", &keys), "months and days on both sides");
        // the agreement: signed in November, its one instalment broken in December
        assert_eq!(numbers(&d, "agreements", &["agreements", "kept", "broken", "instalments"]), [1, 0, 1, 0]);
        assert_eq!(numbers(&board(&w, "kuiwen.leader", "?period=2026-12"), "agreements", &["agreements", "instalments", "instalmentsKept", "keptPerMyriad"]), [0, 1, 0, 0]);
        // by channel, and how old the open ones are: 21 days
        assert_eq!((&d["channels"][0]["code"], &d["channels"][0]["filings"], &d["channels"][0]["cases"]), (&json!("window"), &json!(6), &json!(6)));
        assert_eq!((&d["agesByBureau"][0]["counts"], &d["agesByArea"][0]["total"]), (&json!([5, 0, 0, 0, 0]), &json!(5)));
        // until the fourteenth everything would be thirty days old, and nothing was verified by then
        assert_eq!((&d["within"][0]["until"], &d["within"][0]["perMyriad"]), (&json!("2026-11-14"), &json!(null)));
        w.set(12, 28, 9, 0);
        let d = board(&w, "kuiwen.leader", "?period=2026-11");
        assert_eq!((&d["within"][0]["until"], &d["within"][0]["verifiedFen"], &d["within"][0]["paidFen"], &d["within"][0]["perMyriad"]), (&json!("2026-11-28"), &json!(2_400_000), &json!(1_400_000), &json!(5_833)));
        assert_eq!((&d["within"][1]["until"], &d["agesByBureau"][0]["counts"]), (&json!(null), &json!([0, 5, 0, 0, 0])));
        // the season of 2027 has begun: 23 November is in the eleventh week before the new year's day
        let s = &d["season"];
        assert_eq!((&s["year"], &s["festival"], &s["before"]), (&json!(2027), &json!("2027-02-06"), &json!("2026-02-17")));
        let week = s["weeks"].as_array().unwrap().iter().find(|x| x["week"] == -11).unwrap();
        assert_eq!((&week["from"], &week["now"]["filings"], &week["before"]["filings"]), (&json!("2026-11-21"), &json!(6), &json!(0)));
        let last = s["weeks"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["now"], &last["before"]["filings"]), (&json!(null), &json!(0)), "what has not begun is not 0");
        // taken up again: no conclusion is left, and it is counted beside the one that did not hold
        let c = || w.who("kuiwen.leader").get("/clock?period=2026-11").ok()["bureaus"].as_array().unwrap().iter().find(|b| b["bureau"] == "370705-hrss").unwrap().clone();
        assert_eq!((&c()["concluded"], &c()["reopened"]), (&json!(1), &json!(0)));
        act(&w, "kuiwen.leader", first, "reopen", json!({ "reason": "new_facts", "explanation": "劳动者又提交了新的工资欠条。" })).unwrap();
        settle(&w);
        assert_eq!((&c()["concluded"], &c()["reopened"], &c()["reopenedPerMyriad"]), (&json!(1), &json!(1), &json!(null)), "one is too few for a share");
        assert!(c()["closed"].as_i64().unwrap() > 0 && c()["moves"].as_i64().unwrap() > 10);
        let d = board(&w, "kuiwen.leader", "?period=2026-11");
        assert_eq!(numbers(&d, "now", &["settled", "concluded", "paidFen", "settledPerMyriad"]), [0, 0, 1_400_000, 0]);
        assert_ne!(first, second);
        assert_eq!(ills(&w, t), "");
    }

    fn everybody_reads_the_own_area_or_bureau_alone(t: &TestDb) {
        let w = World::new(t);
        story(&w);
        settle(&w);
        let cases = |who: &str, query: &str| board(&w, who, query)["now"]["cases"].as_i64().unwrap();
        for (who, n) in [("kuiwen.leader", 6), ("kuiwen.head", 6), ("kuiwen.supervisor", 6), ("fangzi.supervisor", 1), ("fangzi.leader", 1), ("city.supervisor", 7), ("city.head", 7), ("kuiwen-housing.leader", 0)] {
            assert_eq!(cases(who, ""), n, "{who}");
        }
        assert_eq!((cases("city.supervisor", "?area=370705"), cases("city.supervisor", "?area=370704"), cases("city.supervisor", "?bureau=370704-hrss")), (6, 1, 1));
        assert_eq!(cases("city.supervisor", "?area=370705&bureau=370704-hrss"), 0);
        for who in ["kuiwen.desk", "kuiwen.handler", "kuiwen.credit", "kuiwen.legal", "city.desk", "city.system", "city.security", "city.audit"] {
            for path in ["/dashboard", "/clock"] {
                w.who(who).get(path).problem(403, "forbidden");
                assert_eq!(w.who(who).page(path).status, 403, "{who} {path}");
            }
            assert_eq!(w.who(who).post("/dashboard/export", json!({ "part": "series", "reason": "月度例会用" })).status, 403);
        }
        assert_eq!(w.nobody().get("/dashboard").status, 401);
        // an area or a bureau that is not his to choose is not there
        w.who("fangzi.leader").get("/dashboard?area=370705").problem(404, "not_found");
        w.who("kuiwen.supervisor").get("/dashboard?bureau=370704-hrss").problem(404, "not_found");
        assert_eq!(w.who("fangzi.supervisor").page("/dashboard?area=370705").status, 404);
        // other officers' clocks neither
        let officers = |who: &str| w.who(who).get("/clock?period=2026-11").ok()["officers"].as_array().unwrap().iter().map(|o| o["bureau"].as_str().unwrap().to_owned()).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(officers("fangzi.leader").into_iter().collect::<Vec<_>>(), ["370704-hrss"]);
        assert!(officers("city.supervisor").contains("370705-hrss"));
        // money of one case is withheld, and that of the next county with it
        let d = board(&w, "city.supervisor", "");
        for line in d["areas"].as_array().unwrap() {
            assert_eq!((&line["numbers"]["withheld"], &line["numbers"]["claimedFen"]), (&json!(true), &json!(null)), "{line}");
        }
        assert_eq!(d["now"]["claimedFen"], json!(8_400_000));
    }

    fn the_page_says_what_it_shows_and_a_file_what_it_means(t: &TestDb) {
        let w = World::new(t);
        let empty = w.who("kuiwen.leader").page("/dashboard").page_ok().text();
        assert!(empty.contains("所选期间没有数据"), "{empty}");
        story(&w);
        settle(&w);
        let html = w.who("kuiwen.supervisor").page("/dashboard?period=2026-11").page_ok().text();
        for words in ["办结率", "16.6%", "¥72,000.00", "role=\"img\"", "<title id=\"plot-series-t\">", "统计到 2026-11-23", "日志第", "跟踪中不是办结", "/overdue?effect=statutory", "/?tab=area&#38;area=370705", "2027年春节前后"] {
            assert!(html.contains(words), "{words}");
        }
        assert!(!html.contains("style=") && html.len() < 150_000, "{}", html.len());
        let clock = w.who("kuiwen.supervisor").page("/clock?period=2026-11").page_ok().text();
        assert!(clock.contains("kuiwenhandler") && clock.contains("先问再下结论"));
        // what does not fit comes back as it was typed
        let wrong = w.who("kuiwen.leader").page("/dashboard?period=range&from=2026-12-01&to=2026-11-01");
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("value=\"2026-12-01\"") && wrong.text().contains("aria-invalid"));
        for (query, code) in [("?period=2027", "period_not_begun"), ("?period=2026-13", "period_unknown"), ("?from=2020-01-01&to=2026-01-01", "period_too_long"), ("?period=range", "required")] {
            let got = w.who("kuiwen.leader").get(&format!("/dashboard{query}"));
            assert!(got.status == 422 && got.places().iter().any(|(_, c)| c == code), "{query}: {}", got.text());
        }
        assert_eq!(w.who("kuiwen.leader").get("/clock?period=range&from=2026-11-01&to=2026-11-02").places(), [("/period".to_owned(), "period_of_months".to_owned())]);
        // each table as a file
        let out = |part: &str, format: &str, reason: &str| w.who("kuiwen.leader").submit("/dashboard/export", &[("period", "2026-11"), ("part", part), ("format", format), ("reason", reason)]);
        for part in ["headline", "series", "clocks", "money", "channels", "bureaus", "areas", "within", "ages_by_bureau", "ages_by_area", "agreements", "draws", "season"] {
            assert_eq!(out(part, "xlsx", "月度例会用").status, 200, "{part}");
        }
        let csv = out("series", "csv", "月度例会用").text();
        for words in ["时间,登记,新收案件", "2026-11-23,6,6,0,1,16.6%,1", "跟踪中不是办结", "统计期间：2026年11月（2026-11-01 至 2026-11-23）", "对照期间：2026-10-01 至 2026-10-23", "统计到 2026-11-23", "kuiwenleader　2026-11-23", "导出编号"] {
            assert!(csv.contains(words), "{words} in {csv}");
        }
        assert!(out("agreements", "csv", "月度例会用").text().contains("签订协议,1"));
        let api = w.who("kuiwen.leader").post("/dashboard/export", json!({ "part": "money", "period": "2026-11", "format": "csv", "reason": "月度例会用" }));
        assert!(api.status == 200 && api.text().contains("反映金额"));
        w.who("kuiwen.leader").post("/dashboard/export", json!({ "part": "all", "reason": "月度例会用" })).problem(422, "invalid_input");
        assert!(w.who("kuiwen.leader").submit("/clock/export", &[("period", "2026-11"), ("format", "csv"), ("reason", "月度例会用")]).text().contains("末日完成"));
        // on record, with the query and without a reason none
        assert_eq!(count(&w.app.db, "select count(*) from events where kind = 'dashboard_exported'"), 16);
        let short = out("series", "csv", "x");
        assert!(short.status == 422 && short.text().contains("4 至 1000 个字"));
        assert_eq!(count(&w.app.db, "select count(*) from events where kind in ('dashboard_exported', 'clock_exported')"), 17);
    }

    fn summaries_are_exact_after_a_kill_a_replay_and_beside_another_node(t: &TestDb) {
        let w = World::new(t);
        file(&w, "kuiwen.desk", 1, "奎文区");
        settle(&w);
        let before = figures(&w);
        assert!(before.values().all(|rows| !rows.is_empty()), "{before:?}");
        let (_, proof) = found(&w, file(&w, "kuiwen.desk", 2, "奎文区"));
        // the last of its tables fails: nothing of the write stays
        tables::break_table(t, "summary_officers");
        qingxin::jobs::sequence(&w.app).unwrap();
        assert!(qingxin::jobs::summaries(&w.app, "tests").is_err());
        tables::mend_table(t, "summary_officers");
        assert_eq!(figures(&w), before);
        settle(&w);
        let after = figures(&w);
        assert_ne!(after, before);
        assert_eq!(w.app.check_summaries().unwrap().1, Vec::<String>::new());
        // read again from the first event: every unit adds what it added
        sql(&w, "update summary_state set log_no = 0");
        settle(&w);
        assert_eq!(figures(&w), after);
        // two nodes, one of them counting everything anew, while a third writes
        let other = World::again(t, &w, &[]);
        std::thread::scope(|s| {
            let nodes = [("a", &w.app), ("b", &other)].map(|(name, app)| {
                s.spawn(move || {
                    for _ in 0..6 {
                        qingxin::jobs::sequence(app).unwrap();
                        qingxin::jobs::summaries(app, name).unwrap();
                        app.count_journal().unwrap();
                    }
                })
            });
            for n in 10..16 {
                file(&w, "kuiwen.desk", n, "奎文区");
            }
            for n in nodes {
                n.join().unwrap();
            }
        });
        settle(&w);
        assert_eq!(w.app.check_summaries().unwrap().1, Vec::<String>::new());
        assert_eq!(board(&w, "kuiwen.leader", "")["now"]["cases"], json!(8));
        let whole = figures(&w);
        other.rebuild_summaries().unwrap();
        assert_eq!(figures(&w), whole, "made anew it is the same");
        assert!(!proof.is_empty());
    }

    fn doctor_puts_right_what_was_written_by_hand(t: &TestDb) {
        let w = World::new(t);
        story(&w);
        settle(&w);
        assert_eq!(ills(&w, t), "");
        let right = figures(&w);
        sql(&w, "update summary_days set cases = cases + 7 where grain = 'month'");
        assert_eq!(board(&w, "kuiwen.leader", "?period=range&from=2026-11-01&to=2026-11-30")["now"]["cases"], json!(6), "days are right");
        let said = ills(&w, t);
        assert!(said.contains("summary_days month 2026-11-01 370705 370705-hrss") && said.contains("cases-7"), "{said}");
        assert_eq!((figures(&w), ills(&w, t)), (right.clone(), String::new()));
        // rows that are gone, units that lie
        sql(&w, "delete from summary_channels; delete from summary_officers");
        assert!(ills(&w, t).contains("summary_channels"));
        sql(&w, "delete from summary_units where kind = 'case'");
        let said = ills(&w, t);
        assert!(said.contains("案件") && said.contains("已更正"), "{said}");
        // what a unit without its record added is in the cells twice until they are compared, in the same look
        assert_eq!((figures(&w), ills(&w, t)), (right.clone(), String::new()));
        // the page at every turn finds it as well
        sql(&w, "delete from summary_units where kind = 'filing'");
        for _ in 0..8 {
            settle(&w);
        }
        assert!(ills(&w, t).contains("summary_days"), "units are back; the cells have them twice until doctor looks");
        assert_eq!(figures(&w), right);
        // a database that was there before: counted page by page
        sql(&w, "delete from summary_units; delete from summary_days; delete from summary_channels; delete from summary_officers; update summary_state set fill_kind = 'case'");
        assert_eq!(board(&w, "kuiwen.leader", "")["freshness"]["counting"], json!(true));
        settle(&w);
        assert_eq!((figures(&w), board(&w, "kuiwen.leader", "")["freshness"]["counting"].clone()), (right, json!(false)));
        w.pass(Duration::minutes(1));
    }
}
