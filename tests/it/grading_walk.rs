//! Random lives of employers' grades: whatever officers do in whatever order, nobody is told what no person confirmed, and every grade in force
//! is what the record comes to.

use crate::on_both;
use crate::support::app::World;
use chrono::Duration;
use qingxin::app::conduct::{Correction, NewEntry};
use qingxin::app::grading::review::{Objection, Told};
use qingxin::base::id::{Ids, RowId};
use qingxin::domain::access::Actor;
use qingxin::domain::grading::Kind;
use qingxin::store::gradings::{self, Grading};
use qingxin::store::{accounts, procedures};
use serde_json::json;
use std::collections::BTreeSet;

const KUIWEN: &str = "370705-hrss";
const YEAR: i32 = 2025;
const MOVES: [&str; 10] =
    ["confirm", "approval.approve", "approval.reject", "issue", "serve", "object", "uphold", "talk_held", "close", "contested"];
/// Who leads on from a state, by which move: two steps of three are such.
fn right(state: &str) -> &'static [(&'static str, &'static str)] {
    match state {
        "proposed" => &[("kuiwen.credit", "confirm"), ("kuiwen.leader", "approval.approve"), ("kuiwen.head", "approval.approve")],
        "decided" => &[("kuiwen.credit", "issue")],
        "issued" => &[("kuiwen.credit", "serve")],
        "told" => &[("kuiwen.credit", "object")],
        "verifying" => &[("kuiwen.credit", "uphold"), ("kuiwen.leader", "approval.approve"), ("kuiwen.head", "approval.approve")],
        _ => &[("kuiwen.leader", "talk_held"), ("kuiwen.leader", "close")],
    }
}
const OFFICERS: [&str; 6] = ["kuiwen.credit", "kuiwen.leader", "kuiwen.head", "kuiwen.handler", "kuiwen.desk", "fangzi.credit"];

/// Numbers of a walk.
struct Dice(Ids);
impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        usize::try_from(u32::from_be_bytes(self.0.bytes())).unwrap() % n
    }
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }
}

fn grades(w: &World, files: &BTreeSet<RowId>) -> Vec<Grading> {
    let files: Vec<RowId> = files.iter().copied().collect();
    w.app
        .db
        .read_blocking(move |c| files.iter().map(|f| gradings::of_file(c, *f)).collect::<Result<Vec<_>, _>>())
        .unwrap()
        .into_iter()
        .flatten()
        .collect()
}

/// What must hold after every step.
fn sound(w: &World, files: &BTreeSet<RowId>, what: &str) -> (usize, usize) {
    let (mut told, mut papers) = (0, 0);
    for g in grades(w, files) {
        if g.told_on.is_some() {
            told += 1;
            let by = g.reviewed_by.unwrap_or_else(|| panic!("{what}: told and by nobody confirmed: {g:?}"));
            let known = w.app.db.read_blocking(move |c| accounts::get(c, by)).unwrap();
            assert!(known.is_some(), "{what}: confirmed by no person");
            assert!(g.grade != "C" || g.procedure_id.is_some(), "{what}: a C went in bulk");
        }
        let Some(p) = g.procedure_id else { continue };
        let made = w.app.db.read_blocking(move |c| gradings::papers_of(c, p)).unwrap();
        papers += made.len();
        // whoever has a paper has been confirmed once: by the revision it tells of, kept since
        let all = grades(w, &BTreeSet::from([g.file_id]));
        assert!(
            made.is_empty() || all.iter().any(|x| x.procedure_id == Some(p) && x.reviewed_by.is_some()),
            "{what}: a paper without a confirmation"
        );
    }
    let report = qingxin::app::doctor::examine(&w.app, &w.app.checkpoints).unwrap();
    for l in report.lines.iter().filter(|l| l.what.starts_with("承诺九") || l.what.starts_with("承诺一")) {
        assert!(l.ok, "{what}: {} {}", l.what, l.said);
    }
    (told, papers)
}

fn walk(w: &World, seed: &[u8], steps: usize) -> (usize, usize) {
    let mut d = Dice(Ids::seeded(seed));
    let mut files: BTreeSet<RowId> = BTreeSet::new();
    let mut seen = (0, 0);
    for step in 0..steps {
        let who = d.pick(&OFFICERS);
        let actor = w.actor(who);
        let what = match d.roll(16) {
            0 | 1 => {
                let kind = if d.roll(4) == 0 { d.pick(&Kind::ALL) } else { d.pick(&[Kind::Checked, Kind::Finding]) }.code();
                let (who, actor) = if d.roll(2) == 0 { (who, actor) } else { ("kuiwen.credit", w.actor("kuiwen.credit")) };
                let e = NewEntry {
                    name: format!("潍坊游走{}试验有限公司", d.roll(9)),
                    uscc: None,
                    bureau: None,
                    kind: kind.into(),
                    aspect: Some("wages".into()),
                    on: qingxin::base::Day::ymd(YEAR, 1, 2).unwrap().plus(i64::try_from(d.roll(300)).unwrap()),
                    source: "patrol".into(),
                    proof_no: format!("检记{step}"),
                    note: None,
                };
                if let Ok(done) = w.run(w.app.record_conduct(&actor, None, e)) {
                    files.insert(done.file);
                }
                format!("{who} records {kind}")
            }
            2 if !files.is_empty() => {
                let of: Vec<RowId> = files.iter().copied().collect();
                let file = d.pick(&of);
                let Ok(f) = w.run(w.app.conduct_file(&actor, file)) else { continue };
                let all: Vec<RowId> = f.entries.iter().map(|e| e.id).collect();
                let kind = (d.roll(2) == 0).then(|| d.pick(&Kind::ALL).code().to_owned());
                let k = Correction { reason: "mistaken".into(), note: "记录有误，更正".into(), kind, aspect: None, on: None };
                let _ = w.run(w.app.correct_conduct(&actor, None, d.pick(&all), k));
                format!("{who} corrects")
            }
            3 => {
                let _ = w.run(w.app.grade_year(&Actor::System("tests"), YEAR));
                "graded".into()
            }
            4 => {
                let (who, actor) = if d.roll(3) == 0 { (who, actor) } else { ("kuiwen.head", w.actor("kuiwen.head")) };
                if let Ok(list) = w.run(w.app.grading_bulk(&actor, YEAR, KUIWEN, false)) {
                    let _ = w.run(w.app.confirm_gradings(&actor, None, YEAR, KUIWEN, &list.hash));
                }
                format!("{who} confirms in bulk")
            }
            5 => {
                let (who, actor) = if d.roll(3) == 0 { (who, actor) } else { ("kuiwen.credit", w.actor("kuiwen.credit")) };
                let t = Told { on: w.now().day(), way: "direct".into(), proof_no: "告知登记".into() };
                let _ = w.run(w.app.tell_gradings(&actor, None, YEAR, KUIWEN, t));
                format!("{who} tells in bulk")
            }
            6 => {
                if let Some(g) = grades(w, &files).into_iter().find(|g| g.current && g.told_on.is_some() && g.procedure_id.is_none()) {
                    let o = Objection { received_on: w.now().day(), grounds: "记录有误，请核实。".into() };
                    let _ = w.run(w.app.contest_grading(&actor, None, g.id, o));
                }
                format!("{who} takes an objection")
            }
            7 => {
                w.pass(Duration::days(i64::try_from(d.roll(12)).unwrap()));
                while w.tick() > 0 {}
                "time passes".into()
            }
            _ => {
                let all: Vec<_> = grades(w, &files).into_iter().filter_map(|g| g.procedure_id).collect();
                if all.is_empty() {
                    continue;
                }
                let p = d.pick(&all);
                let state = w.app.db.read_blocking(move |c| procedures::get(c, p)).unwrap().unwrap().state;
                let (who, name) = if d.roll(3) == 0 { (who, d.pick(&MOVES)) } else { d.pick(right(&state)) };
                let today = w.now().day();
                let form = match name {
                    "confirm" => json!({ "note": "已逐项核对记录。" }),
                    "serve" => json!({ "servedOn": today, "way": "direct", "proof": "回证1" }),
                    "object" | "contested" => json!({ "grounds": "记录有误，请核实。" }),
                    "uphold" => json!({ "reason": "经核实，处罚决定仍然有效，维持原等级。" }),
                    "talk_held" => json!({ "heldOn": today, "persons": "总经理", "minutes": "约谈负责人，责令整改并作出承诺。" }),
                    "close" => json!({ "shared": "已告知有关部门。" }),
                    "approval.reject" => json!({ "opinion": "请再核对。" }),
                    _ => json!({}),
                };
                let got = w.who(who).act(&p.to_string(), name, form);
                let state = w.app.db.read_blocking(move |c| procedures::get(c, p)).unwrap().unwrap().state;
                format!("{who} {name} {}: {state}", got.status)
            }
        };
        let now = sound(w, &files, &format!("step {step}: {what}"));
        seen = (seen.0.max(now.0), seen.1.max(now.1));
    }
    seen
}

on_both! {
    fn no_walk_tells_an_employer_what_no_person_confirmed(t: &TestDb) {
        let w = World::new(t);
        let (told, papers) = walk(&w, b"grading", 260);
        assert!(told > 2 && papers > 0, "the walk came nowhere: {told} told, {papers} papers");
    }
}
