//! Old ledgers, what comes after: ordinary moves leave a passed term alone, a review leaves its marks, nobody hears more of
//! a ledger than it is worth, and a table that makes no sense is refused before it does harm.

use crate::access::PNG;
use crate::on_both;
use crate::review::act;
use crate::support::Backend;
use crate::support::app::{Got, World, filing};
use crate::tables::count;
use chrono::Duration;
use qingxin::app::legacy::import::{LedgerReport, import_ledger};
use qingxin::app::{Graphs, import::File};
use qingxin::base::id::{CaseId, FilingId, Ids};
use qingxin::base::{At, Day, Error, Result};
use qingxin::boot;
use qingxin::domain::access::{Actor, DutyKind};
use qingxin::domain::facts;
use qingxin::domain::intake::ledger::LedgerSpec;
use qingxin::flow::legacy::{Found, Ruling, Standing, decide as decide_review, take_over};
use qingxin::flow::{Facts, Procedure, TermStatus};
use qingxin::law::term::Term;
use qingxin::store::filings::{self, Suggestion};
use serde_json::{Value, json};
use std::sync::Arc;

const HEAD: &str = "案件编号,登记日期,立案日期,投诉人,联系电话,被投诉单位,属地,承办部门,承办人,涉及人数,涉及金额（元）,已支付金额（元）,欠薪时段,办理状态,办结日期\n";
const KUIWEN: &str = "奎文人社局";
const WHY: &str = "已核对原始卷宗";

/// What makes a table of states senseless.
type Wrong<'a> = &'a dyn Fn(&mut LedgerSpec);

/// A row like a filing of `filing(n)`: the same worker, company and time.
struct Row {
    n: u32,
    received: &'static str,
    state: &'static str,
    area: &'static str,
    bureau: &'static str,
    officer: &'static str,
    concluded: &'static str,
    period: &'static str,
}
fn row(n: u32, received: &'static str, state: &'static str) -> Row {
    Row { n, received, state, area: "奎文区", bureau: KUIWEN, officer: "", concluded: "", period: "" }
}
impl Row {
    fn text(&self) -> String {
        let Self { n, received, state, area, bureau, officer, concluded, period } = self;
        format!(
            "台{n:03},{received},,张测试,1390000{n:04},潍坊测试建筑{n}有限公司,{area},{bureau},{officer},1,12000,,{period},{state},{concluded}\n"
        )
    }
}
fn sheet(rows: &[Row]) -> String {
    HEAD.to_owned() + &rows.iter().map(Row::text).collect::<String>()
}
fn take_text(w: &World, text: &str, dry: bool) -> Result<LedgerReport> {
    let file = File { profile: "ledger", name: "a.csv", bytes: text.as_bytes(), receiving: "" };
    import_ledger(&w.app, &Actor::System("tests"), file, dry, &mut |_| {}).map(|(r, _)| r)
}
#[track_caller]
fn take(w: &World, rows: &[Row]) -> LedgerReport {
    let r = take_text(w, &sheet(rows), false).unwrap();
    assert_eq!(usize::try_from(r.taken).unwrap(), rows.len(), "{r:?}");
    r
}

fn matter(w: &World, n: u32) -> qingxin::store::legacy::Matter {
    let number = format!("台{n:03}");
    let found = w.app.db.read_blocking(move |c| {
        for b in ["370705-hrss", "370704-hrss", "370700-hrss"] {
            if let Some(m) = qingxin::store::legacy::of_number(c, b, &number)? {
                return Ok(Some(m));
            }
        }
        Ok(None)
    });
    found.unwrap().unwrap()
}
fn case_of(w: &World, n: u32) -> Value {
    w.who("city.supervisor").get(&format!("/cases/{}", matter(w, n).case_id)).ok()
}
fn complaint(file: &Value) -> Value {
    file["procedures"].as_array().unwrap().iter().find(|p| p["kind"] == "complaint").unwrap().clone()
}
fn id_of(w: &World, n: u32) -> String {
    complaint(&case_of(w, n))["id"].as_str().unwrap().to_owned()
}
fn term(p: &Value, key: &str) -> Value {
    p["terms"].as_array().unwrap().iter().find(|t| t["key"] == key).cloned().unwrap_or(Value::Null)
}
fn live(w: &World, n: u32) -> Vec<String> {
    let p = complaint(&case_of(w, n));
    let terms = p["terms"].as_array().unwrap().iter().filter(|t| t["status"] == "live");
    let mut keys: Vec<String> = terms.map(|t| t["key"].as_str().unwrap().to_owned()).collect();
    keys.sort();
    keys
}
fn missed(w: &World, n: u32) -> Vec<String> {
    let p = complaint(&case_of(w, n));
    let terms = p["terms"].as_array().unwrap().iter().filter(|t| t["missed"] == true);
    terms.map(|t| t["key"].as_str().unwrap().to_owned()).collect()
}
fn notices(w: &World, like: &str) -> i64 {
    count(&w.app.db, &format!("select count(*) from notices where template like '{like}'"))
}
fn decide(w: &World, login: &str, n: u32, body: Value) -> Got {
    w.who(login).post(&format!("/legacy-review/{}/decide", matter(w, n).id), body)
}
fn confirm(w: &World, n: u32) -> Got {
    decide(w, "kuiwen.leader", n, json!({ "decision": "confirm", "reason": WHY }))
}
fn numbers(w: &World, login: &str, query: &str) -> Vec<String> {
    let page = w.who(login).get(&format!("/legacy-review{query}")).ok();
    page["items"].as_array().unwrap().iter().map(|i| i["number"].as_str().unwrap().to_owned()).collect()
}
fn proof(w: &World, case: &str) -> Value {
    w.who("kuiwen.desk").upload(&format!("/cases/{case}/evidence"), &[("kind", "photo")], "审批表.png", PNG).ok()["id"].clone()
}
fn suggest(w: &World, filing_id: FilingId, case_id: CaseId) {
    let row = Suggestion { filing_id, case_id, reason: "同一项目".into(), created_at: w.now(), decided_at: None, joined: None };
    w.app.db.write_blocking(move |c| filings::insert_suggestion(c, &row)).unwrap();
}
fn join(w: &World, filing: FilingId, case: CaseId) -> Got {
    w.who("kuiwen.leader")
        .post(&format!("/suggestions/{filing}/{case}/decide"), json!({ "decision": "join", "reason": "经核对，属于同一事项。" }))
}
/// A fresh complaint of worker `n`: its filing and its case.
fn fresh(w: &World, n: u32) -> (FilingId, CaseId) {
    let done = w.who("city.desk").post("/filings", filing(n)).ok();
    (done["filing"].as_str().unwrap().parse().unwrap(), done["case"].as_str().unwrap().parse().unwrap())
}
/// Working days pass, one by one, and whatever is due happens; the most notices of terms on one of them.
fn days(w: &World, n: u32) -> i64 {
    let mut most = 0;
    for _ in 0..n {
        w.pass(Duration::days(1));
        let before = notices(w, "term_%");
        w.tick();
        most = most.max(notices(w, "term_%") - before);
    }
    most
}

on_both! {
    fn ordinary_moves_do_not_arm_a_passed_term(t: &TestDb) {
        let w = World::new(t);
        let old = |n, state| Row { period: "2026年8月至2026年9月", ..row(n, "2026-10-09", state) };
        take(&w, &[old(1, "待受理"), old(2, "受理中"), old(3, "待受理"), Row { concluded: "2026-10-12", ..old(4, "不予受理") }, Row { concluded: "2026-10-12", ..old(5, "不予受理") }]);
        // the same worker complains again: certain, it joins by itself
        let (_, case) = fresh(&w, 1);
        assert_eq!(case, matter(&w, 1).case_id, "it joined");
        assert_eq!(live(&w, 1), ["legacy:review"], "no old clock by a new complaint");
        // to another bureau
        let to = json!({ "bureau": "370705-housing", "reason": "industry", "explanation": "施工项目，由住建部门承办" });
        w.who("kuiwen.leader").act(&id_of(&w, 2), "transfer", to).ok();
        assert_eq!(live(&w, 2), ["legacy:review", "sign_for"]);
        // returned and dispatched again
        let back = json!({ "reason": "wrong_bureau", "explanation": "不属本部门职责，请改派" });
        w.who("kuiwen.leader").act(&id_of(&w, 3), "return_case", back).ok();
        w.who("kuiwen.supervisor").act(&id_of(&w, 3), "redispatch", json!({ "bureau": "370705-housing", "reason": "改派住建" })).ok();
        assert_eq!(live(&w, 3), ["legacy:review", "sign_for"]);
        // a refused matter that is looked at again
        let (f, _) = fresh(&w, 40);
        suggest(&w, f, matter(&w, 4).case_id);
        join(&w, f, matter(&w, 4).case_id).ok();
        let accept = term(&complaint(&case_of(&w, 4)), "accept");
        assert!(accept["status"] == "live" && accept["startAt"].as_str().unwrap().starts_with("2026-11-23"), "the new complaint's own clock: {accept}");
        // one that is reopened and goes to another bureau: the way back arms no clock that was done before
        let why = json!({ "reason": "refusal_wrong", "explanation": "复查认为应当受理" });
        w.who("kuiwen.leader").act(&id_of(&w, 5), "reopen_refused", why).ok();
        let to = json!({ "bureau": "370705-housing", "reason": "industry", "explanation": "施工项目，由住建部门承办" });
        w.who("kuiwen.leader").act(&id_of(&w, 5), "transfer", to).ok();
        assert!(!live(&w, 5).contains(&"accept".to_owned()), "{:?}", live(&w, 5));
        for n in 1..=5 {
            assert_eq!(missed(&w, n), Vec::<String>::new(), "{n}: no mark that nobody judged");
        }
        assert_eq!(w.tick(), 0, "nothing is overdue at once");
    }

    fn a_clock_that_nothing_could_meet_is_not_carried_along(t: &TestDb) {
        let w = World::new(t);
        take(&w, &[row(1, "2026-10-09", "分期支付中"), row(2, "2026-10-09", "待受理")]);
        let (f, own) = fresh(&w, 30);
        let to = matter(&w, 1).case_id;
        suggest(&w, f, to);
        join(&w, f, to).ok();
        assert_eq!(live(&w, 1), ["track"], "accept can only be met before docketing");
        assert_ne!(own, to);
        // where it can be met it is carried as ever, and the old one wins when it is confirmed
        let (f, _) = fresh(&w, 31);
        let to = matter(&w, 2).case_id;
        suggest(&w, f, to);
        join(&w, f, to).ok();
        assert_eq!(live(&w, 2), ["accept", "legacy:review"]);
        confirm(&w, 2).ok();
        let p = complaint(&case_of(&w, 2));
        let starts: Vec<&Value> = p["terms"].as_array().unwrap().iter().filter(|t| t["key"] == "accept" && t["status"] == "live").collect();
        assert!(starts.len() == 1 && starts[0]["startAt"].as_str().unwrap().starts_with("2026-10-09"), "from the earliest: {starts:?}");
    }

    fn what_was_passed_leaves_its_mark_though_the_matter_went_on(t: &TestDb) {
        let w = World::new(t);
        let held = |n, received| Row { officer: "kuiwenhandler", ..row(n, received, "办理中") };
        take(&w, &[held(1, "2026-03-03"), held(2, "2026-03-03"), row(3, "2026-03-03", "待受理")]);
        let officer = w.who("kuiwen.handler");
        for n in [1, 2] {
            let file = case_of(&w, n);
            let (case, claim) = (file["id"].as_str().unwrap(), file["claims"][0]["id"].clone());
            officer.act(&id_of(&w, n), "record_finding", json!({ "claim": claim, "verifiedFen": 1_200_000, "rejectedFen": 0 })).ok();
            let proof = proof(&w, case);
            let pay = json!({ "claim": claim, "amountFen": 1_200_000, "paidOn": "2026-11-23", "way": "own_account", "payerKind": "employer", "proof": proof });
            officer.act(&id_of(&w, n), "record_payment", pay).ok();
            officer.act(&id_of(&w, n), "mark_paid", json!({})).ok();
        }
        assert_eq!(live(&w, 1), ["conclude", "legacy:review"]);
        confirm(&w, 1).ok();
        let p = complaint(&case_of(&w, 1));
        let investigate = term(&p, "investigate");
        assert_eq!((&investigate["status"], &investigate["missed"]), (&json!("met"), &json!(true)), "{investigate}");
        assert_eq!(missed(&w, 1), ["investigate"]);
        assert_eq!(live(&w, 1), ["conclude"]);
        assert_eq!(count(&w.app.db, "select count(*) from procedures where missed = 1"), 1, "counted where lists look");
        let listed: Vec<_> = case_of(&w, 1)["timeline"].as_array().unwrap().iter().map(|e| e["title"].as_str().unwrap().to_owned()).collect();
        assert!(listed.iter().any(|t| t.contains("日期无误")), "{listed:?}");
        // by the corrected day it was met in time: no mark
        let case = matter(&w, 2).case_id.to_string();
        let right = json!({ "decision": "correct", "startedOn": "2026-10-26", "evidence": proof(&w, &case), "reason": WHY });
        decide(&w, "kuiwen.supervisor", 2, right).ok();
        assert_eq!(missed(&w, 2), Vec::<String>::new());
        // before its review a matter does not end in another one
        let (_, other) = fresh(&w, 50);
        let own = matter(&w, 3);
        suggest(&w, own.filing_id, other);
        let said = join(&w, own.filing_id, other).problem(409, "legacy_review_open");
        assert!(said["detail"].as_str().unwrap().contains("复核"), "{said}");
        confirm(&w, 3).ok();
        join(&w, own.filing_id, other).ok();
    }

    fn a_matter_that_ended_before_its_review_keeps_its_mark(t: &TestDb) {
        let w = World::new(t);
        let held = |n, received| Row { officer: "kuiwenhandler", ..row(n, received, "办理中") };
        take(&w, &[held(1, "2026-03-03"), held(2, "2026-03-03")]);
        let officer = w.who("kuiwen.handler");
        for n in [1, 2] {
            let (file, id) = (case_of(&w, n), id_of(&w, n));
            let claim = file["claims"][0]["id"].clone();
            officer.act(&id, "record_finding", json!({ "claim": claim, "verifiedFen": 1_200_000, "rejectedFen": 0 })).ok();
            let proof = proof(&w, file["id"].as_str().unwrap());
            let pay = json!({ "claim": claim, "amountFen": 1_200_000, "paidOn": "2026-11-23", "way": "own_account", "payerKind": "employer", "proof": proof });
            officer.act(&id, "record_payment", pay).ok();
            officer.act(&id, "mark_paid", json!({})).ok();
            officer.act(&id, "conclude", json!({ "conclusion": "paid_in_full", "summary": "工资已全部支付到本人账户。" })).ok();
            w.who("kuiwen.leader").act(&id, "approval.approve", json!({})).ok();
            w.who("kuiwen.head").act(&id, "approval.approve", json!({})).ok();
            officer.act(&id, "archive", json!({})).ok();
            assert_eq!(complaint(&case_of(&w, n))["state"], "archived");
        }
        confirm(&w, 1).ok();
        assert_eq!(missed(&w, 1), ["investigate"]);
        let right = json!({ "decision": "correct", "startedOn": "2026-10-26", "evidence": proof(&w, &matter(&w, 2).case_id.to_string()), "reason": WHY });
        decide(&w, "kuiwen.supervisor", 2, right).ok();
        assert_eq!(missed(&w, 2), Vec::<String>::new());
        for n in [1, 2] {
            assert_eq!(live(&w, n), Vec::<String>::new(), "what is over has no clock: {n}");
        }
        assert_eq!(numbers(&w, "kuiwen.leader", ""), Vec::<String>::new());
    }

    fn a_mark_found_on_a_term_that_rests_is_stored(t: &TestDb) {
        let w = World::new(t);
        take(&w, &[row(1, "2026-10-09", "待受理")]);
        // no road of today's definitions ends a matter past its acceptance without meeting it; one of tomorrow's may
        let sql = "update procedures set state = 'merged', open = false, ended_at = started_at where kind = 'complaint'";
        w.app.db.write_blocking(move |c| c.batch(sql)).unwrap();
        confirm(&w, 1).ok();
        assert_eq!(count(&w.app.db, "select count(*) from terms where key = 'accept' and status = 'cancelled' and missed"), 1);
        assert_eq!(missed(&w, 1), ["accept"]);
    }

    fn a_ledger_rings_no_thousand_alarms(t: &TestDb) {
        let w = World::new(t);
        let mut rows: Vec<Row> = (1..=45).map(|n| row(n, "2026-10-09", if n % 2 == 0 { "已支付" } else { "分期支付中" })).collect();
        rows.extend((46..=60).map(|n| row(n, "2026-10-09", "待受理")));
        let r = take(&w, &rows);
        assert_eq!(r.review, 15);
        assert_eq!(days(&w, 21), 0, "three weeks to look at it");
        // then so many matters of a bureau a day: each with its owner, its leader, its head
        let most = days(&w, 42);
        assert!(notices(&w, "term_%") > 0 && most <= 10 * 16, "{most} on one day");
    }

    fn the_list_has_one_bell_a_bureau(t: &TestDb) {
        // a row a transaction: what one bell says is of the whole file
        let w = World::with(t, &[("QINGXIN__IMPORT__BATCH", "1")]);
        let fangzi = |n| Row { area: "坊子区", bureau: "坊子人社局", ..row(n, "2026-10-09", "待受理") };
        let rows = [row(1, "2026-10-09", "待受理"), row(2, "2026-10-09", "受理中"), fangzi(3), row(4, "2026-11-20", "待受理")];
        take(&w, &rows);
        let told = |login: &str, template: &str| {
            let sql = format!("select count(*) from notices n join accounts a on a.id = n.account_id where a.login = '{login}' and n.template = '{template}'");
            count(&w.app.db, &sql)
        };
        let ring = || qingxin::jobs::bells(&w.app).unwrap();
        assert_eq!(ring(), 0, "the file may go on");
        w.pass(Duration::minutes(11));
        assert_eq!((ring(), ring()), (2, 0));
        assert_eq!((told("kuiwen.leader", "legacy_review"), told("fangzi.leader", "legacy_review")), (1, 1));
        assert_eq!(notices(&w, "legacy_review"), 2, "one a bureau, none a case");
        take_text(&w, &sheet(&rows), false).unwrap();
        take_text(&w, &sheet(&rows), true).unwrap();
        w.pass(Duration::minutes(11));
        assert_eq!((ring(), notices(&w, "legacy_review")), (0, 2), "the same again tells nobody anything");
        let words = w.who("kuiwen.leader").get("/notices").ok().to_string();
        assert!(words.contains("2 行") && words.contains("奎文") && words.contains("2026-12-07"), "{words}");
        // what is reviewed is silent
        decide(&w, "fangzi.leader", 3, json!({ "decision": "confirm", "reason": WHY })).ok();
        let hanging = || count(&w.app.db, "select count(*) from bells where kind = 'legacy_review'");
        assert_eq!(hanging(), 1);
        // more rows of the bureau: its leader hears of them, and the first ones get no more time
        take(&w, &[row(5, "2026-10-09", "待受理")]);
        assert_eq!(hanging(), 1, "one list, one bell");
        w.pass(Duration::minutes(11));
        assert_eq!((ring(), told("kuiwen.leader", "legacy_review")), (1, 2));
        assert!(w.who("kuiwen.leader").get("/notices").ok().to_string().contains("3 行"));
        // the term of review passes: whoever stands above hears of it, every working day until it is done
        w.set(12, 7, 23, 0);
        assert_eq!(ring(), 0);
        w.set(12, 8, 9, 0);
        assert_eq!((ring(), ring()), (1, 0));
        assert_eq!((told("kuiwen.supervisor", "legacy_review_late"), told("fangzi.supervisor", "legacy_review_late")), (1, 0), "where rows wait");
        w.set(12, 10, 9, 0);
        assert_eq!((ring(), told("kuiwen.supervisor", "legacy_review_late")), (1, 2));
        for n in [1, 2, 5] {
            confirm(&w, n).ok();
        }
        w.set(12, 20, 9, 0);
        assert_eq!((hanging(), ring()), (0, 0));
    }

    fn what_hung_under_imports_hangs_on_the_one_bell(t: &TestDb) {
        let w = World::new(t);
        let fangzi = |n| Row { area: "坊子区", bureau: "坊子人社局", ..row(n, "2026-10-09", "待受理") };
        take(&w, &[row(1, "2026-10-09", "待受理"), fangzi(2)]);
        take(&w, &[fangzi(3)]);
        let of = |bureau: &str, column: &str| count(&w.app.db, &format!("select {column} from bells where bureau = '{bureau}'"));
        let due = |b: &str| of(b, "count(*)") == 1 && count(&w.app.db, &format!("select count(*) from bells where bureau = '{b}' and due_at > next_at")) == 1;
        assert!(due("370705-hrss") && due("370704-hrss"));
        let (down, up) = match t.backend {
            Backend::Sqlite => (include_str!("../../migrations/sqlite/0015_one_bell/down.sql"), include_str!("../../migrations/sqlite/0015_one_bell/up.sql")),
            Backend::Postgres => (include_str!("../../migrations/postgres/0015_one_bell/down.sql"), include_str!("../../migrations/postgres/0015_one_bell/up.sql")),
        };
        w.app.db.write_blocking(move |c| c.batch(down)).unwrap();
        let old = |what: &str| count(&w.app.db, &format!("select count(*) from legacy_bells where {what}"));
        assert_eq!((old("told_at is null"), old("late_told_at is null")), (2, 2), "nobody was told yet");
        // as it stood before: one bureau was told, and a later file left it a second line
        let told = "update legacy_bells set told_at = created_at where bureau = '370705-hrss'";
        let second = "insert into legacy_bells select BELL, (select import_id from legacy_bells where bureau = '370704-hrss'), bureau, 3, due_at + DAY, null, null, created_at from legacy_bells where bureau = '370705-hrss'";
        let (id, day) = match t.backend {
            Backend::Sqlite => ("x'00000000000070008000000000000001'", "86400000"),
            Backend::Postgres => ("'00000000-0000-7000-8000-000000000001'::uuid", "interval '1 day'"),
        };
        let second = second.replace("BELL", id).replace("DAY", day);
        w.app.db.write_blocking(move |c| c.batch(told).and_then(|()| c.batch(&second)).and_then(|()| c.batch(up))).unwrap();
        assert_eq!((of("370705-hrss", "count(*)"), of("370705-hrss", "max(rung)")), (1, 1), "the earliest term, told already");
        assert_eq!((of("370704-hrss", "count(*)"), of("370704-hrss", "max(rung)")), (1, 0));
        assert_eq!(count(&w.app.db, "select count(*) from bells where due_at = next_at"), 1, "it rings again when its term has passed");
        assert_eq!(qingxin::jobs::bells(&w.app).unwrap(), 1);
        assert_eq!((notices(&w, "legacy_review"), notices(&w, "legacy_review_late")), (1, 0));
        w.pass(Duration::days(20));
        assert_eq!(qingxin::jobs::bells(&w.app).unwrap(), 2);
        assert_eq!(notices(&w, "legacy_review_late"), 2);
    }

    fn a_matter_that_goes_to_another_bureau_is_on_that_ones_list(t: &TestDb) {
        let w = World::new(t);
        take(&w, &[row(1, "2026-10-09", "待受理")]);
        w.pass(Duration::minutes(11));
        qingxin::jobs::bells(&w.app).unwrap();
        let m = matter(&w, 1);
        act(&w, "kuiwen.leader", m.case_id, "return_case", json!({ "reason": "wrong_area", "explanation": "工程不在本区" })).unwrap();
        act(&w, "city.supervisor", m.case_id, "redispatch", json!({ "bureau": "370704-hrss", "reason": "工程在坊子区" })).unwrap();
        let bureaus = "select count(*) from bells where kind = 'legacy_review' and bureau = '370704-hrss'";
        assert_eq!(count(&w.app.db, bureaus), 1);
        w.pass(Duration::minutes(11));
        assert_eq!(qingxin::jobs::bells(&w.app).unwrap(), 1);
        assert!(w.who("fangzi.leader").get("/notices").ok().to_string().contains("1 行"));
        w.pass(Duration::days(20));
        assert_eq!(qingxin::jobs::bells(&w.app).unwrap(), 1, "where it was before nobody hears of it any more");
        assert_eq!(count(&w.app.db, "select count(*) from bells where kind = 'legacy_review'"), 1);
    }

    fn the_console_shows_decides_and_exports_the_list(t: &TestDb) {
        let w = World::new(t);
        take(&w, &[row(1, "2026-10-09", "待受理"), row(2, "2026-03-03", "办理中")]);
        let leader = w.who("kuiwen.leader");
        let page = leader.page("/legacy-review").text();
        assert!(page.contains("台001") && page.contains("台002") && page.contains("遗留复核"), "{page}");
        assert!(!page.contains("grantedOn"), "a leader confirms");
        let above = w.who("kuiwen.supervisor");
        assert!(above.page("/legacy-review").text().contains("grantedOn"));
        assert!(!w.who("fangzi.leader").page("/legacy-review").text().contains("台001"));
        let to = |n| format!("/legacy-review/{}/decide", matter(&w, n).id);
        let confirm = |reason: &'static str| [("_key", "console-key-7"), ("decision", "confirm"), ("reason", reason)];
        let again = leader.submit(&to(1), &confirm(""));
        assert!(again.status == 422 && again.text().contains("台002"), "{}", again.text());
        assert_eq!(leader.submit(&to(1), &confirm(WHY)).status, 303);
        assert!(!leader.page("/legacy-review").text().contains("台001"));
        let done = leader.page("/legacy-review?state=decided").text();
        assert!(done.contains("台001") && done.contains("日期无误") && !done.contains("台002"), "{done}");
        assert_eq!(numbers(&w, "kuiwen.leader", "?state=decided"), ["台001"]);
        // a form filled in for another verdict than the chosen one is read for the chosen one
        let case = matter(&w, 2).case_id.to_string();
        let evidence = proof(&w, &case);
        let form = [("_key", "console-key-8"), ("decision", "extended"), ("days", "30"), ("grantedOn", "2026-05-20"), ("startedOn", "2026-04-01"), ("evidence", evidence.as_str().unwrap()), ("reason", WHY)];
        let got = above.submit(&to(2), &form);
        assert_eq!(got.status, 303, "{}", got.text());
        let out = w.who("city.supervisor").submit("/legacy-review/export", &[("format", "csv"), ("reason", "月度核查")]);
        assert!(out.status == 200 && out.header("content-disposition").contains("attachment"), "{}", out.status);
        assert_eq!(leader.submit("/legacy-review/export", &[("format", "csv"), ("reason", "")]).status, 422);
    }

    fn a_leader_reviews_the_area_of_the_duty(t: &TestDb) {
        let mut w = World::new(t);
        w.employ("city.leader", DutyKind::Leader, "370700-hrss", "370705");
        w.employ("city.all", DutyKind::Leader, "370700-hrss", "370700");
        let city = |n, area| Row { area, bureau: "370700-hrss", ..row(n, "2026-10-09", "待受理") };
        take(&w, &[city(1, "奎文区"), city(2, "坊子区"), row(3, "2026-10-09", "待受理")]);
        assert_eq!(numbers(&w, "city.leader", ""), ["台001"]);
        assert_eq!(numbers(&w, "city.all", ""), ["台001", "台002"]);
        let body = json!({ "decision": "confirm", "reason": WHY });
        decide(&w, "city.leader", 2, body.clone()).problem(404, "not_found");
        decide(&w, "city.leader", 1, body).ok();
    }

    fn another_day_and_an_extension_are_for_whoever_stands_above_and_proved(t: &TestDb) {
        let w = World::new(t);
        take(&w, &[row(1, "2026-03-03", "办理中"), row(2, "2026-03-03", "办理中"), row(3, "2026-10-09", "待受理")]);
        let own = |n| { let id = matter(&w, n).case_id.to_string(); proof(&w, &id) };
        let (mine, foreign) = (own(1), own(2));
        let correct = |day: &str, proof: &Value| json!({ "decision": "correct", "startedOn": day, "evidence": proof, "reason": WHY });
        let extended = |days: i64, on: &str| json!({ "decision": "extended", "days": days, "grantedOn": on, "evidence": mine, "reason": WHY });
        decide(&w, "kuiwen.leader", 1, correct("2026-10-26", &mine)).problem(403, "forbidden");
        decide(&w, "kuiwen.leader", 1, extended(30, "2026-05-20")).problem(403, "forbidden");
        let wrong = |body: Value, pointer: &str| {
            let p = decide(&w, "kuiwen.supervisor", 1, body).problem(422, "invalid_input");
            assert_eq!(p["errors"][0]["pointer"], pointer, "{p}");
        };
        wrong(correct("2026-10-26", &Value::Null), "/evidence");
        wrong(correct("2026-10-26", &foreign), "/evidence");
        wrong(correct("2026-03-02", &mine), "/startedOn");
        wrong(correct("2027-03-02", &mine), "/startedOn");
        wrong(json!({ "decision": "extended", "days": 30, "evidence": mine, "reason": WHY }), "/grantedOn");
        wrong(json!({ "decision": "confirm", "evidence": mine, "reason": WHY }), "/evidence");
        decide(&w, "kuiwen.supervisor", 1, extended(31, "2026-05-20")).problem(409, "extension_too_long");
        decide(&w, "kuiwen.supervisor", 1, extended(30, "2026-09-01")).problem(409, "legacy_late_extension");
        let line = json!({ "decision": "extended", "days": 3, "grantedOn": "2026-10-12", "evidence": own(3), "reason": WHY });
        decide(&w, "kuiwen.supervisor", 3, line).problem(409, "legacy_not_extendable");
        let before = term(&complaint(&case_of(&w, 1)), "investigate");
        assert_eq!((&before["status"], &before["dueDay"]), (&json!("cancelled"), &json!("2026-05-29")), "{before}");
        decide(&w, "kuiwen.supervisor", 1, extended(30, "2026-05-20")).ok();
        let after = term(&complaint(&case_of(&w, 1)), "investigate");
        assert_eq!((&after["status"], &after["lamp"]), (&json!("live"), &json!("overdue")), "{after}");
        assert_eq!((&after["budget"], &after["dueDay"]), (&json!("60 + 30 个工作日"), &json!("2026-07-13")), "{after}");
        assert_eq!(count(&w.app.db, "select count(*) from legacy_matters where review = 'extended'"), 1);
    }

    fn a_table_that_names_what_is_not_there_is_refused(_t: &TestDb) {
        let rules = qingxin::law::Rules::embedded();
        let registry = facts::registry(facts::CODES, &rules).unwrap();
        let graphs = Graphs::load(&boot::definitions(), &registry).unwrap();
        let (c, f) = (graphs.latest("complaint").unwrap(), graphs.latest("filing").unwrap());
        let city = boot::city(None).unwrap();
        boot::standing(&city, &graphs, &registry).unwrap();
        let good = Arc::clone(&city.profiles["ledger"]).ledger.clone().unwrap();
        let said = |change: &dyn Fn(&mut LedgerSpec)| {
            let mut spec = good.clone();
            change(&mut spec);
            spec.fault().into_iter().chain(spec.against(&c, &f, &registry)).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(said(&|_| {}), "");
        let cases: [(&str, Wrong<'_>); 7] = [
            ("没有状态 nowhere", &|s| s.states[0].state = "nowhere".into()),
            ("没有期限 nothing", &|s| s.states[0].terms[0].key = "nothing".into()),
            ("没有任何须办的期限", &|s| s.states[3].terms.clear()),
            ("须要求填写办结日期", &|s| s.states[9].needs.clear()),
            ("代码 no_such_code 不在", &|s| s.ways[0].code = "no_such_code".into()),
            ("既不是终结状态", &|s| s.states[5].concluded = true),
            ("出现了两次", &|s| { let w = s.ways[0].words[0].clone(); s.ways[1].words.push(w); }),
        ];
        for (want, change) in cases {
            let got = said(change);
            assert!(got.contains(want), "{want}: {got}");
        }
        assert!(said(&|s| s.states[0].state = "nowhere".into()).contains("待受理"), "the line is named");
    }

    fn only_the_same_worker_is_suggested_and_the_dry_run_says_so(t: &TestDb) {
        let w = World::new(t);
        let (_, case) = fresh(&w, 1);
        let (_, other) = fresh(&w, 2);
        assert_ne!(case, other);
        // the same worker without a time; another worker of the second company
        let stranger = row(3, "2026-10-09", "待受理").text().replace("潍坊测试建筑3有限公司", "潍坊测试建筑2有限公司");
        let text = sheet(&[row(1, "2026-10-09", "待受理")]) + &stranger;
        let dry = take_text(&w, &text, true).unwrap();
        let real = take_text(&w, &text, false).unwrap();
        assert_eq!((dry.twins.len(), dry.twins[0].row), (1, 2), "{:?}", dry.twins);
        assert_eq!(dry.twins, real.twins);
        assert_eq!(count(&w.app.db, "select count(*) from suggestions"), 1);
    }

    fn columns_of_money_bureaus_and_rejects_are_read_with_care(t: &TestDb) {
        let w = World::new(t);
        // one column in ten thousands, the other silent
        for (a, b, good) in [("涉及金额（万元）", "已支付金额", false), ("涉及金额", "已支付金额（万元）", false), ("涉及金额（万元）", "已支付金额（元）", true), ("涉及金额", "已支付金额", true)] {
            let text = sheet(&[row(1, "2026-10-09", "待受理")]).replace("涉及金额（元）", a).replace("已支付金额（元）", b).replace(",12000,", ",1.2,");
            match take_text(&w, &text, true) {
                Ok(r) => assert!(good && r.taken == 1, "{a} {b}: {r:?}"),
                Err(Error::Malformed(s)) => assert!(!good && s.contains("请在列名写明单位"), "{a} {b}: {s}"),
                Err(e) => panic!("{a} {b}: {e}"),
            }
        }
        // words for the place that nobody knows: the bureau's own area, and the words stay
        take(&w, &[Row { area: "老城厢工地", ..row(7, "2026-10-09", "待受理") }]);
        let f = case_of(&w, 7);
        assert_eq!((&f["leadBureau"], &f["area"]), (&json!("370705-hrss"), &json!("370705")));
        assert!(f["legacy"]["rest"].as_array().unwrap().contains(&json!({ "heading": "属地", "text": "老城厢工地" })), "{}", f["legacy"]);
        // a workbook of rejects that comes back says no more than the row it held
        let head = HEAD.trim_end().to_owned() + ",行号,列,原因\n";
        let back = head + row(7, "2026-10-09", "待受理").text().replace("奎文区,", "老城厢工地,").trim_end() + ",2,属地,不能确定\n";
        let r = take_text(&w, &back, false).unwrap();
        assert_eq!((r.same, r.unknown_headings.len()), (1, 0), "{r:?}");
    }
}

#[test]
fn a_review_weighs_the_day_a_term_was_met_and_arms_nothing_that_is_over() {
    let day = |m, d| Day::ymd(2026, m, d).unwrap();
    let (received, now, later) = (day(10, 9).at(0, 0), day(11, 23).at(9, 0), day(12, 30).at(9, 0));
    let law = boot::law(None, now.day()).unwrap();
    let registry = facts::registry(facts::CODES, &law.rules).unwrap();
    let graph = Graphs::load(&boot::definitions(), &registry).unwrap().latest("complaint").unwrap();
    let (mut ids, terms) = (Ids::system(), [("accept".to_owned(), received), ("sign_for".to_owned(), now)]);
    let standing = Standing { state: "dispatched", started_at: received, entered_at: received, assignee: None, terms: &terms, begins: now };
    let old = take_over(&graph, &law, &standing, &Facts::new(), now, &mut ids).unwrap();
    let keys = |l: &[(String, Term)]| l.iter().map(|t| t.0.clone()).collect::<Vec<_>>();
    assert_eq!((keys(&old.passed), keys(&old.withheld)), (vec!["accept".to_owned()], vec!["sign_for".to_owned()]));
    let over = Procedure { state: "merged".into(), ended: true, ..old.after.clone() };
    let mut decided = |met: Option<At>, ruling: Ruling| {
        let (waiting, met) =
            ([old.passed.clone(), old.withheld.clone()].concat(), met.map(|at| ("accept".to_owned(), at)).into_iter().collect());
        let found = Found { waiting: &waiting, state: "dispatched", met: &met, begins: later };
        let done = decide_review(&graph, &law, &over, &found, ruling, later, &mut ids).unwrap();
        assert_eq!(done.armed, Vec::<String>::new(), "what is over has no clock");
        let of: Vec<_> = done.after.terms.iter().filter(|t| t.key == "accept").collect();
        assert_eq!(of.len(), 1, "the mark takes the place of what rested");
        (done.missed, of[0].status, of[0].ended_at, of[0].missed)
    };
    let marked = vec!["accept".to_owned()];
    // nobody met it: by the take-over it had passed, or had not
    assert_eq!(decided(None, Ruling::Confirmed), (marked.clone(), TermStatus::Cancelled, Some(now), true));
    let untouched = (Vec::new(), TermStatus::Cancelled, Some(now), false);
    assert_eq!(decided(None, Ruling::Corrected(day(11, 20).at(0, 0))), untouched);
    // it was met late; by the corrected day it was met in time, however late the review is
    let met = Some(day(11, 24).at(10, 0));
    assert_eq!(decided(met, Ruling::Confirmed), (marked, TermStatus::Met, met, true));
    assert_eq!(decided(met, Ruling::Corrected(day(11, 20).at(0, 0))), untouched);
}
