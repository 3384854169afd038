//! The conduct register and the grades of a scenario.

use super::{Args, Line, Play};
use qingxin::app::conduct::{Correction, NewEntry, employer_key};
use qingxin::app::grading::review::{Objection, Told};
use qingxin::base::Result;
use qingxin::base::id::{ProcedureId, RowId};
use qingxin::domain::access::Actor;
use qingxin::store::gradings::Grading;
use qingxin::store::{conduct, gradings, procedures};
use serde_json::Value;
use std::collections::BTreeMap;

/// The bureau whose lists a scenario confirms.
const BUREAU: &str = "370705-hrss";

impl Play {
    fn file_of(&self, name: &str) -> Option<RowId> {
        let key = employer_key(None, self.employers.get(name)?);
        self.town.app.db.read_blocking(move |c| conduct::file_keyed(c, &key)).unwrap().map(|f| f.id)
    }
    fn of(&self, l: &Line, name: &str) -> RowId {
        self.file_of(name).unwrap_or_else(|| self.fail(l, format!("{name} has no record")))
    }
    fn all_grades(&self, name: &str) -> Vec<Grading> {
        let Some(file) = self.file_of(name) else { return Vec::new() };
        self.town.app.db.read_blocking(move |c| gradings::of_file(c, file)).unwrap()
    }
    /// The procedure of the newest grade of an employer that has one.
    pub(super) fn graded_now(&self, name: &str) -> Option<ProcedureId> {
        self.all_grades(name).into_iter().find_map(|g| g.procedure_id)
    }
    pub(super) fn graded(&self, l: &Line, name: &str) -> ProcedureId {
        self.graded_now(name).unwrap_or_else(|| self.fail(l, format!("the grade of {name} has no procedure")))
    }
    /// Every procedure of a grade with the name of its employer.
    pub(super) fn all_graded(&self) -> BTreeMap<ProcedureId, String> {
        let of = |n: &String| self.all_grades(n).into_iter().filter_map(|g| g.procedure_id).map(|p| (p, n.clone())).collect::<Vec<_>>();
        self.employers.keys().flat_map(of).collect()
    }
    pub(super) fn conduct(&mut self, l: &Line, name: &str, fields: &Args) -> Result<()> {
        let get = |k: &str| fields.get(k).cloned();
        if let Some(n) = get("name") {
            self.employers.insert(name.to_owned(), n);
        }
        let employer = self.employers.get(name).cloned().unwrap_or_else(|| self.fail(l, format!("no employer {name}")));
        let kind = get("kind").unwrap_or_else(|| self.fail(l, "an entry lacks its kind"));
        let e = NewEntry {
            name: employer,
            uscc: get("uscc"),
            bureau: None,
            aspect: get("aspect").or_else(|| ["finding", "forced"].contains(&kind.as_str()).then(|| "wages".into())),
            kind,
            on: get("on").unwrap_or_else(|| self.fail(l, "an entry lacks its day")).parse().unwrap(),
            source: get("source").unwrap_or_else(|| "patrol".into()),
            proof_no: get("proof").unwrap_or_default(),
            note: get("note"),
        };
        let by = self.town.actor(fields.get("by").map_or("信用员", String::as_str));
        self.town.rt.block_on(self.town.app.record_conduct(&by, None, e)).map(drop)
    }
    pub(super) fn correct(&mut self, l: &Line, name: &str, fields: &Args) -> Result<()> {
        let get = |k: &str| fields.get(k).cloned();
        let (file, proof) = (self.of(l, name), get("proof"));
        let all = self.town.app.db.read_blocking(move |c| conduct::of_file(c, file, 1_000)).unwrap();
        let entry = all.iter().find(|r| r.current && r.proof_no == proof).unwrap_or_else(|| self.fail(l, "no entry with this proof")).id;
        let c = Correction {
            reason: get("reason").unwrap_or_else(|| self.fail(l, "a correction lacks its reason")),
            note: "情景中略去的说明文字。".into(),
            kind: get("kind"),
            aspect: get("aspect"),
            on: get("on").map(|d| d.parse().unwrap()),
        };
        let by = self.town.actor(fields.get("by").map_or("信用员", String::as_str));
        self.town.rt.block_on(self.town.app.correct_conduct(&by, None, entry, c)).map(drop)
    }
    pub(super) fn grade(&mut self, year: i32) -> Result<()> {
        self.town.rt.block_on(self.town.app.grade_year(&Actor::System("routing"), year)).map(drop)
    }
    pub(super) fn grades(&mut self, l: &Line, what: &str, year: i32, fields: &Args) -> Result<()> {
        let by = |usual: &str| self.town.actor(fields.get("by").map_or(usual, String::as_str));
        let (app, rt) = (&self.town.app, &self.town.rt);
        let on = fields.get("on").map_or_else(|| self.town.now().day(), |d| d.parse().unwrap());
        match what {
            "confirm" => {
                let list = rt.block_on(app.grading_bulk(&by("大队长"), year, BUREAU, false))?;
                rt.block_on(app.confirm_gradings(&by("大队长"), None, year, BUREAU, &list.hash)).map(drop)
            }
            "tell" => {
                let told = Told { on, way: "direct".into(), proof_no: "告知登记".into() };
                rt.block_on(app.tell_gradings(&by("信用员"), None, year, BUREAU, told)).map(drop)
            }
            "contest" => {
                let of = fields.get("of").unwrap_or_else(|| self.fail(l, "whose?"));
                let g = self.all_grades(of).into_iter().find(|g| g.year == year && g.current);
                let g = g.unwrap_or_else(|| self.fail(l, format!("{of} has no grade of {year}")));
                let o = Objection { received_on: on, grounds: "情景中略去的异议理由。".into() };
                rt.block_on(app.contest_grading(&by("信用员"), None, g.id, o)).map(drop)
            }
            other => self.fail(l, format!("grades are not {other}")),
        }
    }
    pub(super) fn expect_grade(&self, l: &Line, name: &str, year: &str, rest: &[&str]) {
        let found = self.all_grades(name).into_iter().find(|g| g.year.to_string() == year && g.current);
        let g = found.unwrap_or_else(|| self.fail(l, format!("{name} has no grade of {year}")));
        for w in rest {
            match w.split_once('=') {
                None => self.same(l, &g.grade, w),
                Some(("state", s)) => self.same(l, &g.state, s),
                Some(("revision", n)) => self.same(l, &g.revision.to_string(), n),
                Some(("findings", n)) => self.same(l, &g.findings.to_string(), n),
                Some(("cause", c)) => self.same(l, g.cause.as_deref().unwrap_or("none"), c),
                Some(("reason", r)) => {
                    let all: Vec<&str> = g.reasons.0.iter().map(|x| x.ground.code()).collect();
                    self.same(l, &all.join(","), r);
                }
                Some((k, _)) => self.fail(l, format!("a grade has no {k}")),
            }
        }
    }
    pub(super) fn expect_grading(&self, l: &Line, name: &str, state: &str) {
        let id = self.graded(l, name);
        let row = self.town.app.db.read_blocking(move |c| procedures::get(c, id)).unwrap().unwrap();
        self.same(l, &row.state, state);
    }
    pub(super) fn expect_entries(&self, l: &Line, name: &str, kinds: &[&str]) {
        let found = match self.file_of(name) {
            Some(file) => self.town.app.db.read_blocking(move |c| conduct::of_file(c, file, 1_000)).unwrap(),
            None => Vec::new(),
        };
        let mut counting: Vec<_> = found.iter().filter(|r| r.current && r.counts).collect();
        counting.sort_by_key(|r| (r.on_day, r.kind.clone()));
        let counting: Vec<&str> = counting.iter().map(|r| r.kind.as_str()).collect();
        self.same(l, &counting.join(" "), &kinds.join(" "));
    }
}

/// What happened in the register or to the grades, in words.
pub(super) fn said(kind: &str, p: &Value) -> String {
    let word = |k: &str| match &p[k] {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        v => v.to_string(),
    };
    match kind {
        "conduct_identified" => "档案补记统一社会信用代码".into(),
        "conduct_recorded" => format!("记入：{} {}（{}）", word("on"), word("kind"), word("source")),
        "conduct_corrected" if p["counts"] == true => format!("更正：{} {}（{}）", word("on"), word("kind"), word("reason")),
        "conduct_corrected" => format!("撤下：{} {}（{}）", word("on"), word("kind"), word("reason")),
        "grading_started" => format!("评价 {} 年度", word("year")),
        "grading_finished" => {
            let same = if p["same"] == true { "，与上次相同" } else { "" };
            format!("评价完成：{} 户，A {} B {} C {}，新的 {}{same}", word("employers"), word("a"), word("b"), word("c"), word("fresh"))
        }
        "gradings_confirmed" => format!("批量确认：A {} B {}", word("a"), word("b")),
        "gradings_told" => format!("批量告知：{} 户，{}", word("count"), word("on")),
        "grading_contested" => format!("企业异议：{}", word("receivedOn")),
        other => other.to_owned(),
    }
}
