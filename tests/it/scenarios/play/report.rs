//! The timeline: after each line and each alarm, what was recorded, which terms changed, who was told.

use super::Play;
use qingxin::base::id::{ProcedureId, StreamId};
use qingxin::store::journal::Stored;
use qingxin::store::procedures::TermRow;
use qingxin::store::{journal, procedures};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

impl Play {
    pub(super) fn procedures(&self) -> Vec<ProcedureId> {
        let mut all: BTreeSet<ProcedureId> = self.filings.values().map(|f| f.1).collect();
        for (_, case) in &self.cases {
            let case = *case;
            all.extend(self.town.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap().iter().map(|r| r.id));
        }
        all.extend(self.all_graded().into_keys());
        all.into_iter().collect()
    }
    /// What a stream is called: the name of its filing, or of the case.
    fn label(&self, stream: StreamId) -> Option<String> {
        if let Some((_, name)) = self.all_graded().into_iter().find(|(p, _)| stream == (*p).into()) {
            return Some(format!("等级评价 {name}"));
        }
        for (name, (filing, procedure)) in &self.filings {
            if stream == (*procedure).into() || stream == (*filing).into() {
                return Some(format!("登记 {name}"));
            }
        }
        for (name, case) in &self.cases {
            if stream == (*case).into() || stream == self.town.complaint(*case).id.into() {
                return Some(format!("案件 {name}"));
            }
            let case = *case;
            let beside = self.town.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
            if let Some(row) = beside.iter().find(|r| stream == r.id.into() && r.kind != "filing") {
                let no = beside.iter().filter(|r| r.kind == row.kind && r.id <= row.id).count();
                let title = self.town.app.graphs.latest(&row.kind).unwrap().title.clone();
                return Some(format!("{title} {name}{}", if no > 1 { format!("之{no}") } else { String::new() }));
            }
        }
        None
    }
    pub(super) fn report(&mut self) {
        qingxin::jobs::sequence(&self.town.app).unwrap();
        let after = self.seen_log;
        let mut events = self.town.app.db.read_blocking(move |c| journal::page(c, after, 1_000)).unwrap();
        self.seen_log = events.last().and_then(|e| e.log_no).unwrap_or(after);
        // at one instant the filing comes before the case, whatever their ids
        events.sort_by_key(|e| (e.core.at, std::cmp::Reverse(self.label(e.core.stream_id)), e.core.stream == "procedure", e.core.seq));
        for e in &events {
            self.event(e);
        }
        self.terms_changed();
        self.told();
    }
    fn who(&self, e: &Stored) -> String {
        match e.core.actor {
            Some(a) => self.names.get(&a).map_or_else(|| "？".to_owned(), |n| (*n).to_owned()),
            None => match e.core.payload.get("by").and_then(Value::as_str) {
                Some("system:time") => "时间".into(),
                Some("system:signal") => "联动".into(),
                Some("system:routing") => "分派".into(),
                Some("system:callback") => "回访".into(),
                _ => "系统".into(),
            },
        }
    }
    fn event(&mut self, e: &Stored) {
        let core = &e.core;
        if matches!(core.stream.as_str(), "import") || matches!(core.kind.as_str(), "evidence_added") {
            return;
        }
        let text = |k: &str| core.payload.get(k).and_then(Value::as_str).unwrap_or_default();
        let label = self.label(core.stream_id).unwrap_or_else(|| match core.stream.as_str() {
            "draw" => "抽取".to_owned(),
            "conduct" => "守法诚信档案".to_owned(),
            "grading" => "等级评价".to_owned(),
            "account" => format!("账号 {}", self.names.iter().find(|(a, _)| core.stream_id == (**a).into()).map_or("", |(_, n)| n)),
            _ => "系统".into(),
        });
        let graph = self.town.app.graphs.latest(core.about.procedure_kind.as_deref().unwrap_or("complaint")).unwrap();
        let state = |k: &str| graph.state(text(k)).map_or_else(String::new, |s| s.title.clone());
        let title = graph.find(text("move")).map_or_else(|| text("move").to_owned(), |m| m.title.clone());
        let signed = text("signedStep");
        let step = graph.chains.iter().find_map(|c| c.step(signed));
        let step = step.map_or(signed, |s| s.title.as_str());
        let path = |s: String| if text("from") == text("to") { s } else { format!("{s}  {} → {}", state("from"), state("to")) };
        let what = match core.kind.as_str() {
            "started" => format!("{}  → {}", graph.start.title, state("to")),
            "moved" if !step.is_empty() => path(format!("签署（{step}）：{title}")),
            "moved" => path(title),
            "requested" => format!("提请审批：{title}"),
            "signed" => format!("签署（{step}）：{title}"),
            "sent_back" => format!("退回（{step}）：{title}"),
            "withdrawn" => format!("撤回：{title}"),
            "rung" => "提醒".to_owned(),
            kind if core.stream == "draw" => drawn(kind, text("outcome")),
            kind if core.stream == "conduct" || core.stream == "grading" => super::grading::said(kind, &core.payload),
            "resumed" => "中止期满，恢复计时".to_owned(),
            other => other.to_owned(),
        };
        let mut line = format!("{}  {}  {label}  {what}", core.at.list_text(), self.who(e));
        let form = self.form(core.payload.get("form"));
        if !form.is_empty() {
            let _ = write!(line, "  [{form}]");
        }
        if core.occurred_at != core.at && core.kind != "rung" {
            let _ = write!(line, "  办理于 {}", core.occurred_at.list_text());
        }
        if core.payload.get("late") == Some(&Value::Bool(true)) {
            line.push_str("（补录）");
        }
        let _ = writeln!(self.out, "{line}");
        for m in core.payload.get("made").and_then(Value::as_array).into_iter().flatten() {
            if m["made"] == "document" {
                let kind = m["kind"].as_str().unwrap_or_default();
                let _ = writeln!(
                    self.out,
                    "    文书：{} {}",
                    qingxin::base::text::zh(&format!("document.{kind}")),
                    m["number"].as_str().unwrap_or_default()
                );
            }
        }
        if core.kind == "reprojected" {
            for m in core.payload["moved"].as_array().into_iter().flatten() {
                let _ = writeln!(self.out, "    日历改变 {}", m["term"].as_str().unwrap_or_default());
            }
        }
    }
    /// The plain values of a form: codes, figures, dates, officers; ids of rows say nothing here.
    fn form(&self, form: Option<&Value>) -> String {
        let Some(Value::Object(fields)) = form else { return String::new() };
        let mut out = Vec::new();
        for (k, v) in fields {
            let shown = match (v["t"].as_str(), &v["v"]) {
                (Some("id"), Value::String(id)) => {
                    let who = self.names.iter().find(|(a, _)| a.to_string() == *id);
                    match who {
                        Some((_, n)) => (*n).to_owned(),
                        None => continue,
                    }
                }
                (Some("list"), _) => continue,
                (Some("money"), v) => v.as_i64().map_or_else(|| v.to_string(), |f| format!("{}.{:02}元", f / 100, f % 100)),
                (_, Value::String(s)) => s.clone(),
                (_, v) => v.to_string(),
            };
            out.push(format!("{k}={shown}"));
        }
        out.join(" ")
    }
    fn terms_changed(&mut self) {
        let ids = self.procedures();
        let mut now: Vec<TermRow> = self.town.app.db.read_blocking(move |c| procedures::terms_of_many(c, &ids)).unwrap();
        let labels: BTreeMap<ProcedureId, String> =
            now.iter().map(|t| (t.procedure_id, self.label(t.procedure_id.into()).unwrap_or_default())).collect();
        now.sort_by(|a, b| labels[&b.procedure_id].cmp(&labels[&a.procedure_id]).then(a.position.cmp(&b.position)));
        for t in now {
            let title = self.title(&t);
            let due = due(&t);
            let whose = &labels[&t.procedure_id];
            let old = self.terms.insert(t.id, t.clone());
            let line = match old {
                None if t.status == "live" => {
                    let kind = match (t.kind.as_str(), t.effect.as_str()) {
                        ("window", _) => "期间",
                        (_, "statutory") => "法定",
                        _ => "内部",
                    };
                    Some(format!("＋ {title} {due}止（{kind}，自 {} 起）", t.start_at.list_text()))
                }
                None => Some(format!("＋ {title}，当即{}", ended(&t))),
                Some(o) if o.status != t.status => Some(format!("－ {title} {}{}", ended(&t), if t.missed { "，已逾期" } else { "" })),
                Some(o) if o.missed != t.missed => Some(format!("！{title} 逾期（应于 {due}）")),
                Some(o) if paused(&o) != paused(&t) => {
                    Some(format!("∥ {title} {}", if paused(&t) { "中止".to_owned() } else { format!("恢复，{due}止") }))
                }
                Some(o) if o.due_at != t.due_at || o.provisional != t.provisional => Some(format!("～ {title} 改为 {due}止")),
                Some(_) => None,
            };
            if let Some(line) = line {
                let _ = writeln!(self.out, "    {line}  · {whose}");
            }
        }
    }
    fn title(&self, t: &TermRow) -> String {
        if self.all_graded().contains_key(&t.procedure_id) {
            return self.town.app.graphs.latest("grading").unwrap().term_title(&t.key);
        }
        let id = t.procedure_id;
        let own = self.town.app.db.read_blocking(move |c| procedures::get(c, id)).unwrap().unwrap();
        if matches!(own.kind.as_str(), "announcement" | "penalty") {
            return self.town.app.graphs.latest(&own.kind).unwrap().term_title(&t.key);
        }
        for kind in ["complaint", "filing", "agreement", "payment_order", "supervision"] {
            let g = self.town.app.graphs.latest(kind).unwrap();
            let title = g.term_title(&t.key);
            if title != t.key {
                return title;
            }
        }
        t.key.clone()
    }
    fn told(&mut self) {
        let mut by: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
        for n in self.all_notices() {
            if self.seen_notices.insert(n.id)
                && let Some(a) = n.account_id
            {
                by.entry(n.template).or_default().insert(self.names[&a]);
            }
        }
        for (template, names) in by {
            let names: Vec<_> = names.into_iter().collect();
            let _ = writeln!(self.out, "    → {template}：{}", names.join("、"));
        }
    }
}

/// What happened to a draw, in words.
fn drawn(kind: &str, outcome: &str) -> String {
    let word = match kind {
        "announced" => "公布",
        "frozen" => "冻结名册",
        "drawn" => "抽取并分派回访",
        "sheet_shown" => "查看号码",
        "tried" => "未接通",
        "answered" => "回访结果",
        "replaced" => "依次替补",
        "waited" => "回访到期无人办理",
        "closed" => "办结，公布密值",
        other => other,
    };
    if outcome.is_empty() { word.to_owned() } else { format!("{word}：{outcome}") }
}

fn paused(t: &TermRow) -> bool {
    t.doc.0.pauses.iter().any(|p| p.until.is_none())
}

fn due(t: &TermRow) -> String {
    let day = t.due_day.map_or_else(|| t.due_at.list_text(), |d| d.to_string());
    if t.provisional { format!("{day}（暂定）") } else { day }
}

fn ended(t: &TermRow) -> &'static str {
    match t.status.as_str() {
        "met" => "完成",
        "closed" => "届满",
        "cancelled" => "终止",
        _ => "仍在计",
    }
}
