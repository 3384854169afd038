//! Grades of employers: the yearly run, what persons confirm, what employers are told, corrections and objections.

use crate::on_both;
use crate::support::TestDb;
use crate::support::app::World;
use chrono::Duration;
use qingxin::app::conduct::{Correction, NewEntry, Recorded};
use qingxin::app::grading::review::{Objection, Told};
use qingxin::app::grading::{Asked, RunView};
use qingxin::base::id::RowId;
use qingxin::base::{Day, Error, Result};
use qingxin::domain::access::Actor;
use qingxin::domain::grading::Grade;
use qingxin::flow::graph::START;
use qingxin::store::gradings::{self, Grading};
use qingxin::store::procedures;
use serde_json::json;
use std::collections::BTreeSet;

const KUIWEN: &str = "370705-hrss";
const YEAR: i32 = 2025;

fn entry(name: &str, kind: &str, on: &str, proof: &str) -> NewEntry {
    NewEntry {
        name: name.into(),
        uscc: None,
        bureau: None,
        kind: kind.into(),
        aspect: ["finding", "forced"].contains(&kind).then(|| "wages".into()),
        on: on.parse().unwrap(),
        source: "penalty".into(),
        proof_no: proof.into(),
        note: None,
    }
}
fn put(w: &World, e: NewEntry) -> Recorded {
    w.run(w.app.record_conduct(&w.actor("kuiwen.credit"), None, e)).unwrap()
}
fn grade(w: &World) -> RunView {
    w.run(w.app.grade_year(&Actor::System("tests"), YEAR)).unwrap()
}
fn now(w: &World, file: RowId) -> Grading {
    w.app.db.read_blocking(move |c| gradings::current(c, file, YEAR)).unwrap().unwrap()
}
fn all(w: &World, file: RowId) -> Vec<Grading> {
    w.app.db.read_blocking(move |c| gradings::of_file(c, file)).unwrap()
}
fn confirm(w: &World, who: &str) -> Result<usize> {
    let list = w.run(w.app.grading_bulk(&w.actor(who), YEAR, KUIWEN, false))?;
    w.run(w.app.confirm_gradings(&w.actor(who), None, YEAR, KUIWEN, &list.hash))
}
fn tell(w: &World, who: &str) -> Result<usize> {
    let told = Told { on: w.now().day(), way: "direct".into(), proof_no: "告知登记2026-1".into() };
    w.run(w.app.tell_gradings(&w.actor(who), None, YEAR, KUIWEN, told))
}
fn code(e: &Error) -> &str {
    e.code()
}
/// A move of a grading's procedure.
pub fn go(w: &World, who: &str, file: RowId, name: &str, form: serde_json::Value) -> crate::support::app::Got {
    let p = now(w, file).procedure_id.unwrap();
    w.who(who).act(&p.to_string(), name, form)
}
fn state(w: &World, file: RowId) -> String {
    let p = now(w, file).procedure_id.unwrap();
    w.app.db.read_blocking(move |c| procedures::get(c, p)).unwrap().unwrap().state
}

/// The procedure of an employer's grade.
pub fn procedure(w: &World, file: RowId) -> qingxin::base::id::ProcedureId {
    now(w, file).procedure_id.unwrap()
}
/// An employer that was dealt with three times, its grade proposed.
pub fn c_employer(w: &World, uscc: &str) -> RowId {
    let mut file = None;
    for n in 1..=3 {
        let e = NewEntry {
            uscc: Some(uscc.into()), ..entry("潍坊丁试验有限公司", "finding", &format!("2025-04-0{n}"), &format!("罚{n}"))
        };
        file = Some(put(w, e).file);
    }
    grade(w);
    file.unwrap()
}

/// A code with the right check characters for these first sixteen.
fn uscc(like: &str) -> String {
    let digits = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let all = |n: usize| (0..31usize.pow(2)).map(move |k| format!("{}{}{}", &like[..n], digits[k / 31] as char, digits[k % 31] as char));
    all(16).find(|c| qingxin::law::identity::Uscc::parse(c).is_ok()).unwrap_or_else(|| panic!("{like}"))
}

fn is(got: &crate::support::app::Got, status: u16) {
    assert_eq!(got.status, status, "{}: {}", got.asked, got.text());
}

/// A clean employer, one dealt with once, one three times.
fn three(w: &World) -> [RowId; 3] {
    let a = put(w, entry("潍坊甲试验有限公司", "checked", "2025-03-01", "检记1")).file;
    let b = put(w, entry("潍坊乙试验有限公司", "finding", "2025-03-02", "处1")).file;
    let mut c = b;
    for n in 1..=3 {
        c = put(w, entry("潍坊丙试验有限公司", "finding", &format!("2025-04-0{n}"), &format!("罚{n}"))).file;
    }
    [a, b, c]
}

on_both! {
    fn the_same_record_gives_the_same_results_and_a_changed_one_a_new_revision(t: &TestDb) {
        let w = World::new(t);
        let [a, b, c] = three(&w);
        let first = grade(&w);
        assert_eq!((first.employers, first.a, first.b, first.c, first.fresh, first.same), (3, 1, 1, 1, 3, false));
        let rows = [a, b, c].map(|f| now(&w, f));
        let again = grade(&w);
        assert!(again.same && again.fresh == 0 && again.chain == first.chain, "{again:?}");
        assert_eq!([a, b, c].map(|f| now(&w, f)), rows, "not a byte changed");
        // each reason names the entries it stands on
        let r = &rows[2].reasons.0[0];
        assert_eq!((r.ground.code(), r.entries.len()), ("repeated", 3));
        // another entry: the result follows at once, the old one stays
        put(&w, entry("潍坊乙试验有限公司", "refusal", "2025-09-01", "处1"));
        let history = all(&w, b);
        assert_eq!(history.iter().map(|g| (g.revision, g.grade.as_str(), g.current)).collect::<Vec<_>>(), [(2, "C", true), (1, "B", false)]);
        assert_eq!(history[1].digest, rows[1].digest);
        let changed = grade(&w);
        assert!(!changed.same && changed.fresh == 0 && changed.chain != first.chain, "{changed:?}");
    }

    fn a_year_that_has_not_ended_is_not_graded_and_a_stranger_grades_nothing(t: &TestDb) {
        let w = World::new(t);
        for year in [2026, 2027, 2015] {
            let e = w.run(w.app.grade_year(&Actor::System("tests"), year)).unwrap_err();
            assert_eq!(code(&e), "invalid_input");
        }
        for who in ["kuiwen.leader", "kuiwen.credit", "city.desk", "city.system"] {
            w.who(who).post("/gradings/run", json!({ "year": YEAR })).problem(403, "forbidden");
        }
        let done = w.who("city.head").post("/gradings/run", json!({ "year": YEAR })).ok();
        assert_eq!(done["employers"], 0);
    }

    fn a_run_that_was_broken_off_goes_on_where_it_stopped(t: &TestDb) {
        let w = World::new(t);
        let [_, _, c] = three(&w);
        let system = Actor::System("tests");
        assert!(!w.run(w.app.grade_batch(&system, YEAR)).unwrap(), "all in one batch, and not ended yet");
        let half = now(&w, c);
        let done = grade(&w);
        assert!(done.finished && done.employers == 3 && done.fresh == 3, "{done:?}");
        assert_eq!(now(&w, c).id, half.id);
        assert!(grade(&w).same, "what was broken off is what would have been");
    }

    fn a_complaint_is_no_entry_and_wrong_entries_are_refused_field_by_field(t: &TestDb) {
        let w = World::new(t);
        let credit = w.who("kuiwen.credit");
        let good = json!({ "name": "潍坊丁试验有限公司", "kind": "finding", "aspect": "wages", "on": "2025-05-06", "source": "patrol", "proofNo": "处9" });
        let wrong = json!({ "name": "丁", "uscc": "91370700MA3C", "kind": "complaint", "aspect": "nothing", "on": "2027-05-06", "source": "order", "proofNo": "9" });
        let got = credit.post("/conduct", wrong);
        let at: BTreeSet<String> = got.places().into_iter().map(|(p, _)| p).collect();
        assert_eq!(at, ["/aspect", "/kind", "/name", "/on", "/proofNo", "/source", "/uscc"].map(str::to_owned).into());
        let mut bare = good.clone();
        bare.as_object_mut().unwrap().remove("aspect");
        assert!(credit.post("/conduct", bare).places().contains(&("/aspect".to_owned(), "required".to_owned())));
        for who in ["kuiwen.handler", "kuiwen.leader", "fangzi.head"] {
            w.who(who).post("/conduct", good.clone()).problem(403, "forbidden");
        }
        is(&credit.post("/conduct", good.clone()), 201);
        credit.post("/conduct", good.clone()).problem(409, "conduct_stands");
        // for another bureau nobody writes
        let mut other = good;
        other["bureau"] = json!("370704-hrss");
        other["proofNo"] = json!("处10");
        credit.post("/conduct", other).problem(403, "forbidden");
        // a complaint filed against an employer makes no file
        w.who("city.desk").post("/filings", crate::support::app::filing(1)).ok();
        assert_eq!(crate::tables::count(&w.app.db, "select count(*) from conduct_records"), 1);
    }

    fn a_correction_leaves_the_old_entry_and_the_grade_follows(t: &TestDb) {
        let w = World::new(t);
        let [_, b, _] = three(&w);
        grade(&w);
        let credit = w.actor("kuiwen.credit");
        let found = w.run(w.app.conduct_file(&credit, b)).unwrap();
        let id = found.entries[0].id;
        let fall = Correction { reason: "overturned".into(), note: "复议撤销了该决定".into(), kind: None, aspect: None, on: None };
        let done = w.run(w.app.correct_conduct(&credit, None, id, fall.clone())).unwrap();
        assert_eq!(code(&w.run(w.app.correct_conduct(&credit, None, id, fall)).unwrap_err()), "conduct_superseded");
        let found = w.run(w.app.conduct_file(&w.actor("kuiwen.leader"), b)).unwrap();
        let seen: Vec<(bool, bool, Option<RowId>)> = found.entries.iter().map(|e| (e.superseded, e.counts, e.supersedes)).collect();
        assert_eq!(seen.len(), 2);
        assert!(seen.contains(&(true, false, None)) && seen.contains(&(false, false, Some(id))), "{seen:?}");
        assert_eq!(found.entries.iter().find(|e| e.id == done.entry).unwrap().note.as_deref(), Some("复议撤销了该决定"));
        assert_eq!(now(&w, b).grade, "A");
        // an entry that is taken for another kind counts as that
        let c = put(&w, entry("潍坊乙试验有限公司", "finding", "2025-10-01", "处2")).entry;
        assert_eq!(now(&w, b).grade, "B");
        let turn = Correction { reason: "mistaken".into(), note: "应记为阻挠检查".into(), kind: Some("resisted".into()), aspect: None, on: None };
        w.run(w.app.correct_conduct(&credit, None, c, turn)).unwrap();
        assert_eq!(now(&w, b).grade, "C");
        assert_eq!(all(&w, b).len(), 4, "every result is kept");
        // another year is another record
        let e = put(&w, entry("潍坊乙试验有限公司", "checked", "2024-10-01", "检8")).entry;
        let moved = Correction { reason: "mistaken".into(), note: "日期记错一年".into(), kind: None, aspect: None, on: "2025-10-02".parse().ok() };
        assert_eq!(code(&w.run(w.app.correct_conduct(&credit, None, e, moved)).unwrap_err()), "conduct_other_year");
    }

    fn one_employer_has_one_file_whether_its_code_is_known_or_not(t: &TestDb) {
        let w = World::new(t);
        let (one, other) = ("91370700MA3CABCD1X", "91370705MA3DEFGH2Y");
        let codes: Vec<String> = [one, other].iter().map(|c| uscc(c)).collect();
        let with = |name: &str, code: Option<&str>, proof: &str| NewEntry { uscc: code.map(str::to_owned), ..entry(name, "finding", "2025-03-04", proof) };
        let a = put(&w, with("潍坊己试验有限公司", None, "处1")).file;
        grade(&w);
        // the code comes later: the same file, and what stands in it counts on
        assert_eq!(put(&w, with("潍坊己试验有限公司", Some(&codes[0]), "处2")).file, a);
        assert_eq!(put(&w, with("潍坊己试验有限责任公司", None, "处3")).file, a, "the name without a code is the one company of that name");
        assert_eq!((now(&w, a).grade.as_str(), now(&w, a).findings), ("C", 3));
        // another code is another employer, whatever it is called; then a bare name is neither of the two
        let b = put(&w, with("潍坊己试验有限公司", Some(&codes[1]), "处4")).file;
        let c = put(&w, with("潍坊己试验有限公司", None, "处5")).file;
        assert_eq!(BTreeSet::from([a, b, c]).len(), 3);
    }

    fn nobody_is_told_before_a_person_confirmed(t: &TestDb) {
        let w = World::new(t);
        let [a, b, c] = three(&w);
        grade(&w);
        assert_eq!(code(&tell(&w, "kuiwen.credit").unwrap_err()), "grading_list_empty");
        // the machine does not confirm what the machine proposed, nor does whoever has not the duty
        let list = w.run(w.app.grading_bulk(&w.actor("kuiwen.leader"), YEAR, KUIWEN, false)).unwrap();
        assert_eq!((list.count, list.a, list.b), (2, 1, 1), "C is not on the list");
        for who in [Actor::System("time"), w.actor("kuiwen.credit"), w.actor("kuiwen.handler"), w.actor("kuiwen.supervisor")] {
            let e = w.run(w.app.confirm_gradings(&who, None, YEAR, KUIWEN, &list.hash)).unwrap_err();
            assert_eq!(code(&e), "forbidden", "{who:?}");
        }
        let e = w.run(w.app.confirm_gradings(&w.actor("fangzi.leader"), None, YEAR, KUIWEN, &list.hash)).unwrap_err();
        assert_eq!(code(&e), "not_found");
        // the list that was shown is confirmed, or none
        put(&w, entry("潍坊乙试验有限公司", "finding", "2025-11-01", "处7"));
        let e = w.run(w.app.confirm_gradings(&w.actor("kuiwen.leader"), None, YEAR, KUIWEN, &list.hash)).unwrap_err();
        assert_eq!(code(&e), "grading_list_changed");
        assert_eq!(confirm(&w, "kuiwen.leader").unwrap(), 2);
        assert!([a, b].iter().all(|f| now(&w, *f).state == "reviewed") && now(&w, c).state == "proposed");
        assert_eq!(now(&w, a).reviewed_by, w.actor("kuiwen.leader").account());
        assert_eq!(tell(&w, "kuiwen.credit").unwrap(), 2);
        assert!([a, b].iter().all(|f| now(&w, *f).state == "told") && now(&w, c).told_on.is_none());
        // the database refuses a telling without a confirmation, whoever writes
        let row = Grading { state: "told".into(), told_on: Some(w.now().day()), told_way: Some("direct".into()), ..now(&w, c) };
        assert!(w.app.db.write_blocking(move |c| gradings::update(c, &row)).is_err());
    }

    fn a_c_goes_one_by_one_with_two_signatures_service_window_and_talk(t: &TestDb) {
        let w = World::new(t);
        let [_, _, c] = three(&w);
        grade(&w);
        assert_eq!(state(&w, c), "proposed");
        // nothing leads past the confirmation
        is(&go(&w, "kuiwen.credit", c, "issue", json!({})), 409);
        is(&go(&w, "kuiwen.leader", c, "confirm", json!({ "note": "已逐项核对记录。" })), 409);
        go(&w, "kuiwen.credit", c, "confirm", json!({ "note": "已逐项核对记录。" })).ok();
        is(&go(&w, "kuiwen.credit", c, "approval.approve", json!({})), 409);
        go(&w, "kuiwen.leader", c, "approval.approve", json!({})).ok();
        assert_eq!(state(&w, c), "proposed", "one signature is not two");
        go(&w, "kuiwen.head", c, "approval.approve", json!({})).ok();
        assert_eq!((state(&w, c).as_str(), now(&w, c).state.as_str()), ("decided", "reviewed"));
        let made = go(&w, "kuiwen.credit", c, "issue", json!({})).ok();
        let paper = made["made"][0]["id"].as_str().unwrap().to_owned();
        let page = w.who("kuiwen.leader").page(&format!("/documents/{paper}")).page_ok().text();
        for words in ["潍坊丙试验有限公司", "2025年度劳动保障守法诚信等级为C级", "罚1", "15个工作日", "约谈你单位负责人"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert_eq!(w.who("fangzi.leader").page(&format!("/documents/{paper}")).status, 404);
        let today = w.now().day();
        go(&w, "kuiwen.credit", c, "serve", json!({ "servedOn": today.plus(1), "way": "direct", "proof": "回证1" })).problem(409, "in_future");
        go(&w, "kuiwen.credit", c, "serve", json!({ "servedOn": today, "way": "direct", "proof": "回证1" })).ok();
        assert_eq!((state(&w, c).as_str(), now(&w, c).told_on), ("told", Some(today)));
        // the window passes
        w.pass(Duration::days(40));
        while w.tick() > 0 {}
        assert_eq!(state(&w, c), "effective");
        go(&w, "kuiwen.leader", c, "close", json!({ "shared": "已告知市场监管、住建部门。" })).problem(409, "talk_not_held");
        let held = json!({ "heldOn": w.now().day(), "persons": "总经理", "minutes": "约谈负责人，责令整改并作出承诺。" });
        go(&w, "kuiwen.leader", c, "talk_held", held).ok();
        go(&w, "kuiwen.leader", c, "close", json!({ "shared": "已告知市场监管、住建部门。" })).ok();
        assert_eq!(state(&w, c), "closed");
        let file = w.run(w.app.conduct_file(&w.actor("kuiwen.leader"), c)).unwrap();
        assert!(file.grades[0].key_target && file.grades[0].visits == 4 && file.grades[0].talk_on.is_some());
        assert_eq!(file.documents.len(), 1);
    }

    fn signatures_on_an_older_record_confirm_nothing(t: &TestDb) {
        let w = World::new(t);
        let [_, _, c] = three(&w);
        grade(&w);
        go(&w, "kuiwen.credit", c, "confirm", json!({ "note": "已逐项核对记录。" })).ok();
        go(&w, "kuiwen.leader", c, "approval.approve", json!({})).ok();
        // one finding falls while the head has it on his table
        let credit = w.actor("kuiwen.credit");
        let id = w.run(w.app.conduct_file(&credit, c)).unwrap().entries[0].id;
        let fall = Correction { reason: "overturned".into(), note: "诉讼撤销了该决定".into(), kind: None, aspect: None, on: None };
        w.run(w.app.correct_conduct(&credit, None, id, fall)).unwrap();
        is(&go(&w, "kuiwen.head", c, "approval.approve", json!({})), 409);
        let g = now(&w, c);
        assert_eq!((g.grade.as_str(), g.revision, g.state.as_str(), g.cause.as_deref()), ("B", 2, "proposed", Some("changed")));
        assert_eq!(state(&w, c), "proposed");
        assert_eq!(all(&w, c)[1].procedure_id, g.procedure_id, "the same procedure goes on");
        // and it goes on alone, not on the bulk list
        let list = w.run(w.app.grading_bulk(&w.actor("kuiwen.leader"), YEAR, KUIWEN, false)).unwrap();
        assert_eq!(list.count, 2);
    }

    fn an_objection_to_a_told_grade_is_verified_within_its_window(t: &TestDb) {
        let w = World::new(t);
        let [a, b, _] = three(&w);
        grade(&w);
        let credit = w.actor("kuiwen.credit");
        let say = |on: Day| Objection { received_on: on, grounds: "处罚决定已被撤销，请核实。".into() };
        let ask = |file: RowId, o: Objection| w.run(w.app.contest_grading(&credit, None, now(&w, file).id, o));
        assert_eq!(code(&ask(b, say(w.now().day())).unwrap_err()), "grading_not_told");
        confirm(&w, "kuiwen.head").unwrap();
        tell(&w, "kuiwen.credit").unwrap();
        let told = w.now().day();
        assert_eq!(code(&ask(b, say(told.plus(-1))).unwrap_err()), "invalid_input");
        ask(b, say(told)).unwrap();
        assert_eq!(state(&w, b), "verifying");
        assert!(now(&w, b).contested_at.is_some());
        assert_eq!(code(&ask(b, say(told)).unwrap_err()), "grading_has_procedure");
        // not upheld without two signatures, then answered in writing
        go(&w, "kuiwen.credit", b, "uphold", json!({ "reason": "经核实，处罚决定仍然有效，维持原等级。" })).ok();
        go(&w, "kuiwen.leader", b, "approval.approve", json!({})).ok();
        go(&w, "kuiwen.head", b, "approval.approve", json!({})).ok();
        assert_eq!(state(&w, b), "effective");
        let file = w.run(w.app.conduct_file(&credit, b)).unwrap();
        assert_eq!(file.documents[0].kind, "grading_reply");
        go(&w, "kuiwen.leader", b, "close", json!({ "shared": "已告知有关部门。" })).ok();
        // too late is too late
        w.pass(Duration::days(60));
        assert_eq!(code(&ask(a, say(w.now().day())).unwrap_err()), "grading_objection_over");
    }

    fn a_changed_grade_after_it_was_told_has_a_procedure_of_its_own(t: &TestDb) {
        let w = World::new(t);
        let [a, ..] = three(&w);
        grade(&w);
        confirm(&w, "kuiwen.leader").unwrap();
        tell(&w, "kuiwen.credit").unwrap();
        put(&w, entry("潍坊甲试验有限公司", "finding", "2025-12-01", "处20"));
        let g = now(&w, a);
        assert_eq!((g.grade.as_str(), g.cause.as_deref(), g.state.as_str()), ("B", Some("changed"), "proposed"));
        assert_eq!(state(&w, a), "proposed");
        assert_eq!(all(&w, a)[1].state, "told", "what was told stays on record");
    }

    fn doctor_finds_a_grade_that_is_not_what_the_record_comes_to(t: &TestDb) {
        let w = World::new(t);
        let [_, b, _] = three(&w);
        grade(&w);
        let ill = |w: &World| {
            let report = qingxin::app::doctor::examine(&w.app, &w.app.checkpoints).unwrap();
            report.lines.into_iter().find(|l| l.what.starts_with("承诺九")).unwrap()
        };
        assert!(ill(&w).ok && ill(&w).said.contains('3'), "{:?}", ill(&w));
        let row = Grading { digest: "0".repeat(64), ..now(&w, b) };
        w.app.db.write_blocking(move |c| gradings::update(c, &row)).unwrap();
        assert!(!ill(&w).ok, "{:?}", ill(&w));
        // the next run puts it right, and keeps what stood there
        assert_eq!(grade(&w).fresh, 1);
        assert!(ill(&w).ok && all(&w, b).len() == 2);
    }

    fn who_reads_the_list_sees_the_own_bureaus_alone(t: &TestDb) {
        let w = World::new(t);
        let [_, _, c] = three(&w);
        let other = NewEntry { bureau: None, ..entry("潍坊戊试验有限公司", "resisted", "2025-05-05", "检55") };
        w.run(w.app.record_conduct(&w.actor("fangzi.credit"), None, other)).unwrap();
        grade(&w);
        let names = |who: &str, asked: Asked| -> Vec<String> {
            w.run(w.app.gradings(&w.actor(who), Asked { year: Some(YEAR), ..asked }, 50)).unwrap().items.into_iter().map(|l| l.name).collect()
        };
        assert_eq!(names("kuiwen.leader", Asked::default()).len(), 3);
        assert_eq!(names("kuiwen.leader", Asked::default())[0], "潍坊丙试验有限公司", "C first");
        assert_eq!(names("fangzi.credit", Asked::default()), ["潍坊戊试验有限公司"]);
        assert_eq!(names("city.supervisor", Asked::default()).len(), 4);
        assert_eq!(names("city.supervisor", Asked { bureau: Some("370704-hrss".into()), ..Asked::default() }).len(), 1);
        assert_eq!(names("city.supervisor", Asked { text: Some("乙试验".into()), ..Asked::default() }).len(), 1);
        assert_eq!(names("city.supervisor", Asked { grade: Some("C".into()), ..Asked::default() }).len(), 2);
        assert!(names("kuiwen.leader", Asked { bureau: Some("370704-hrss".into()), ..Asked::default() }).is_empty());
        // page by page comes to the same
        let (mut got, mut after) = (Vec::new(), None);
        loop {
            let page = w.run(w.app.gradings(&w.actor("city.supervisor"), Asked { year: Some(YEAR), after, ..Asked::default() }, 1)).unwrap();
            got.extend(page.items.iter().map(|l| l.grade));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(got, [Grade::C, Grade::C, Grade::B, Grade::A]);
        // the pages
        let page = w.who("kuiwen.leader").page("/gradings?year=2025").page_ok().text();
        assert!(page.contains("潍坊丙试验有限公司") && !page.contains("潍坊戊试验有限公司") && page.contains("确认名单上的等级"));
        let page = w.who("kuiwen.credit").page(&format!("/conduct/{c}")).page_ok().text();
        assert!(page.contains("罚1") && page.contains("确认等级") && page.contains("更正"));
        assert_eq!(w.who("fangzi.leader").page(&format!("/conduct/{c}")).status, 404);
        let inbox = w.who("kuiwen.credit").page("/?tab=bureau").page_ok().text();
        assert!(inbox.contains("潍坊丙试验有限公司") && inbox.contains(&format!("/conduct/{c}")), "{inbox}");
        // the file of the list
        let csv = w.run(w.app.export_gradings(&w.actor("kuiwen.leader"), Asked { year: Some(YEAR), ..Asked::default() }, "年度评价归档", false)).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        assert!(csv.contains("潍坊丙试验有限公司") && csv.contains("C"), "{csv}");
    }
}

/// No way through the definition comes to a paper, a service or a talk without the move by which persons confirm, except an objection to what
/// was told before.
#[test]
fn every_way_to_the_employer_leads_through_the_confirmation() {
    let city = World::new(&TestDb::new(crate::support::Backend::Sqlite).unwrap());
    let g = city.app.graphs.latest("grading").unwrap();
    assert_eq!(g.start.name, START);
    let confirm = g.find("confirm").unwrap();
    assert_eq!(confirm.approval.as_deref(), Some("review"), "it is signed");
    let chain = g.chains.iter().find(|c| c.key == "review").unwrap();
    assert_eq!(chain.steps.len(), 2);
    // states that are reached while nothing was confirmed since the record last changed
    let mut seen: BTreeSet<String> = BTreeSet::from([g.start.to.clone().unwrap()]);
    loop {
        let more: Vec<String> = g
            .moves
            .iter()
            .filter(|m| m.name != "confirm" && m.name != "contested" && m.from.iter().any(|s| seen.contains(s)))
            .filter_map(|m| m.to.clone())
            .filter(|s| !seen.contains(s))
            .collect();
        if more.is_empty() {
            break;
        }
        seen.extend(more);
    }
    assert_eq!(seen, BTreeSet::from(["proposed".to_owned()]));
    for name in ["issue", "serve", "talk_held", "close", "uphold"] {
        let m = g.find(name).unwrap();
        assert!(m.from.iter().all(|s| !seen.contains(s)), "{name} is made in {:?}", m.from);
    }
    // `contested` is made by one use case alone, which asks that the grade was told
    let contested = g.find("contested").unwrap();
    assert!(contested.told);
}
