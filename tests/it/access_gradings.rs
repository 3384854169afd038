//! The grades' part of the walk through every door.

use crate::access::About::{Duty, Matter, Own};
use crate::access::{Carries, Entry};
use crate::support::app::World;
use qingxin::app::conduct::NewEntry;
use qingxin::domain::access::Actor;
use qingxin::store::gradings;
use serde_json::json;
use std::collections::BTreeMap;

/// An employer of 奎文区 graded C for 2025.
pub fn scene(w: &World, ids: &mut BTreeMap<&'static str, String>) {
    let e = NewEntry {
        name: "潍坊测试建筑9有限公司".into(),
        uscc: None,
        bureau: None,
        kind: "resisted".into(),
        aspect: None,
        on: qingxin::base::Day::ymd(2025, 6, 3).unwrap(),
        source: "patrol".into(),
        proof_no: "奎文检记〔2025〕第9号".into(),
        note: Some("拒绝检查人员进入工地".into()),
    };
    let done = w.run(w.app.record_conduct(&w.actor("kuiwen.credit"), None, e)).unwrap();
    w.run(w.app.grade_year(&Actor::System("tests"), 2025)).unwrap();
    let file = done.file;
    let g = w.app.db.read_blocking(move |c| gradings::current(c, file, 2025)).unwrap().unwrap();
    ids.insert("conduct", file.to_string());
    ids.insert("entry", done.entry.to_string());
    ids.insert("grading", g.id.to_string());
    ids.insert("grading_procedure", g.procedure_id.unwrap().to_string());
}

/// Whether the way in is open but leads no further yet, or one of two doors was used before.
pub fn either(id: &str) -> bool {
    [
        "confirmGradings",
        "tellGradings",
        "contestGrading",
        "recordConduct",
        "correctConduct",
        "console_confirm_gradings",
        "console_tell_gradings",
        "console_contest_grading",
        "console_record_conduct",
        "console_correct_conduct",
        "console_move_grading",
    ]
    .contains(&id)
}

/// Grades for the bureau that answers for them.
pub fn gradings(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let none = || Carries::Nothing;
    put("listGradings", Own, "/gradings?year=2025", "kuiwen.leader", none());
    put("exportGradings", Own, "/gradings/export", "kuiwen.leader", Carries::Json(json!({ "year": 2025, "reason": "年度评价归档" })));
    put("gradeYear", Duty, "/gradings/run", "city.head", Carries::Json(json!({ "year": 2025 })));
    put("readGradingBulk", Matter, "/gradings/bulk?year=2025&bureau=370705-hrss", "kuiwen.leader", none());
    let list = json!({ "year": 2025, "bureau": "370705-hrss", "hash": "x" });
    put("confirmGradings", Matter, "/gradings/confirm", "kuiwen.leader", Carries::Json(list));
    let told = json!({ "year": 2025, "bureau": "370705-hrss", "on": "2026-11-20", "way": "direct", "proofNo": "回证1号" });
    put("tellGradings", Matter, "/gradings/tell", "kuiwen.credit", Carries::Json(told));
    let objection = json!({ "receivedOn": "2026-11-20", "grounds": "记录有误，请核实。" });
    put("contestGrading", Matter, "/gradings/<grading>/contest", "kuiwen.credit", Carries::Json(objection));
    let entry = json!({ "name": "潍坊试验用工有限公司", "kind": "checked", "on": "2025-03-02", "source": "patrol", "proofNo": "奎文检记〔2025〕第1号" });
    put("recordConduct", Duty, "/conduct", "kuiwen.credit", Carries::Json(entry));
    put("readConduct", Matter, "/conduct/<conduct>", "kuiwen.leader", none());
    let correct = json!({ "reason": "mistaken", "note": "凭证号抄错，撤下重登" });
    put("correctConduct", Matter, "/conduct/entries/<entry>/correct", "kuiwen.credit", Carries::Json(correct));
    // the console's pages of the same
    const KEY: (&str, &str) = ("_key", "console-key-1");
    let form = Carries::Form;
    put("console_gradings", Own, "/gradings", "kuiwen.leader", none());
    put("console_export_gradings", Own, "/gradings/export", "kuiwen.leader", form(&[("format", "csv"), ("reason", "年度评价归档")]));
    put("console_grade_year", Duty, "/gradings/run", "city.head", form(&[KEY, ("year", "2025")]));
    const OF: [(&str, &str); 2] = [("year", "2025"), ("bureau", "370705-hrss")];
    put("console_confirm_gradings", Matter, "/gradings/confirm", "kuiwen.leader", form(&[KEY, OF[0], OF[1], ("hash", "x")]));
    let told = &[KEY, OF[0], OF[1], ("on", "2026-11-20"), ("way", "direct"), ("proofNo", "回证1号")];
    put("console_tell_gradings", Matter, "/gradings/tell", "kuiwen.credit", form(told));
    let objection = &[KEY, ("file", "<conduct>"), ("receivedOn", "2026-11-20"), ("grounds", "记录有误，请核实。")];
    put("console_contest_grading", Matter, "/gradings/<grading>/contest", "kuiwen.credit", form(objection));
    let entry = &[
        KEY,
        ("name", "潍坊试验用工有限公司"),
        ("kind", "checked"),
        ("on", "2025-03-02"),
        ("source", "patrol"),
        ("proofNo", "奎文检记〔2025〕第2号"),
    ];
    put("console_record_conduct", Duty, "/conduct", "kuiwen.credit", form(entry));
    put("console_conduct", Matter, "/conduct/<conduct>", "kuiwen.leader", none());
    let confirm = &[KEY, ("_version", "0"), ("_procedure", "<grading_procedure>"), ("note", "已逐项核对。")];
    put("console_move_grading", Matter, "/conduct/<conduct>/moves/confirm", "kuiwen.credit", form(confirm));
    let correct = &[KEY, ("reason", "mistaken"), ("note", "凭证号抄错，撤下重登")];
    put("console_correct_conduct", Matter, "/conduct/<conduct>/entries/<entry>/correct", "kuiwen.credit", form(correct));
}
