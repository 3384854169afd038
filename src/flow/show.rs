//! A definition in words: states, terms, moves and who may make them, for the terminal and for review.
//!
//! Owns the wording of the listing; judges nothing.

use super::graph::{Action, FieldDef, Graph, MoveDef, RuleRef, TermDef};
use super::guard;
use super::value::SignalTo;
use crate::base::text;
use crate::law::term::{Kind, Offset};
use std::fmt::Write as _;

/// Names a role for a person; `domain` knows how.
pub type RoleName<'a> = &'a dyn Fn(&str) -> String;

/// The whole definition as text.
#[must_use]
pub fn show(g: &Graph, role: RoleName<'_>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} {} 第{}版（{}.v{}）", g.title, g.en, g.version, g.key, g.version);
    let _ = writeln!(out, "\n状态");
    for s in &g.states {
        let holder = s.holder.as_deref().map_or_else(|| "终结".to_owned(), role);
        let _ = writeln!(out, "  {}（{}）　负责：{holder}", s.title, s.key);
        for a in &s.arms {
            let when = a.test.as_ref().map(|e| format!("，当 {e}")).unwrap_or_default();
            let _ = writeln!(out, "    启动：{}{when}", g.term_title(&a.term));
        }
    }
    let _ = writeln!(out, "\n期限");
    for t in &g.terms {
        term(&mut out, t, role);
    }
    let _ = writeln!(out, "\n动作");
    for m in std::iter::once(&g.start).chain(&g.moves) {
        one(&mut out, g, m, role);
    }
    let _ = writeln!(out, "\n审批");
    for c in &g.chains {
        let steps: Vec<String> = c.steps.iter().map(|s| format!("{}（{}）", s.title, role(&s.role))).collect();
        let dated = if c.dated_by_signature { "，以批准之日为准" } else { "" };
        let _ = writeln!(out, "  {}（{}）：{}{dated}", c.title, c.key, steps.join(" → "));
        for (_, replaced, s) in &c.alternatives {
            let old = c.step(replaced).map(|s| s.title.as_str()).unwrap_or_default();
            let _ = writeln!(out, "    可改为：{} 代替 {old}", s.title);
        }
    }
    out
}

/// A point of a ladder in words.
#[must_use]
pub fn offset(at: Offset) -> String {
    match at {
        Offset::Half => "过半".to_owned(),
        Offset::WorkingDaysBefore(n) => format!("到期前{n}个工作日"),
        Offset::HoursBefore(n) => format!("到期前{n}小时"),
        Offset::MinutesBefore(n) => format!("到期前{n}分钟"),
        Offset::Due => "到期时".to_owned(),
        Offset::WorkingDaysAfter(n) => format!("逾期第{n}个工作日"),
        Offset::HoursAfter(n) => format!("逾期{n}小时"),
        Offset::MinutesAfter(n) => format!("逾期{n}分钟"),
    }
}

fn term(out: &mut String, t: &TermDef, role: RoleName<'_>) {
    let kind = match t.kind {
        Kind::Duty => "办理期限",
        Kind::Window => "等待期间",
        Kind::Gate => "起始限制",
    };
    let rule = match &t.rule {
        RuleRef::One(r) => r.clone(),
        RuleRef::By { fact, map, other } => {
            let all: Vec<String> = map.iter().map(|(k, v)| format!("{k}→{v}")).chain(other.iter().map(|o| format!("其他→{o}"))).collect();
            format!("按 {fact}：{}", all.join("，"))
        }
    };
    let _ = writeln!(out, "  {}（{}）　{kind}　责任：{}　规则：{rule}", t.title, t.key, role(&t.owner));
    for r in &t.rungs {
        let what = match &r.action {
            Action::Remind => "提醒",
            Action::Yellow => "黄牌",
            Action::Red => "红牌",
            Action::Escalate => "升级",
            Action::Move(m) => m,
        };
        let to: Vec<String> = r.to.iter().map(|t| role(t)).collect();
        let _ = writeln!(out, "    {}　{what}　{}", offset(r.at), to.join("、"));
    }
}

fn field(f: &FieldDef) -> String {
    let must = if f.required {
        "*"
    } else if f.required_if.is_some() {
        "（视情况必填）"
    } else {
        ""
    };
    format!("{}{must}〔{}〕", f.title, guard::type_name(f.kind.ty()))
}

fn one(out: &mut String, g: &Graph, m: &MoveDef, role: RoleName<'_>) {
    let from: Vec<String> = m.from.iter().filter_map(|s| g.state(s)).map(|s| s.title.clone()).collect();
    let to = m.to.as_deref().and_then(|s| g.state(s)).map_or("不变", |s| s.title.as_str());
    let who: Vec<String> = if m.told { vec!["系统".to_owned()] } else { m.who.iter().map(|r| role(r)).collect() };
    let _ = writeln!(out, "  {}（{}）　{} → {to}", m.title, m.name, if from.is_empty() { "开始".to_owned() } else { from.join("、") });
    let _ = writeln!(out, "    办理人：{}", who.join("、"));
    let _ = writeln!(out, "    依据：{}", m.basis);
    if !m.form.is_empty() {
        let fields: Vec<String> = m.form.iter().map(field).collect();
        let _ = writeln!(out, "    表单：{}", fields.join("，"));
    }
    for c in &m.guards {
        let _ = writeln!(out, "    条件：{}　否则：{}（{}）", c.test, c.say, c.code);
    }
    if let Some(c) = m.approval.as_deref().and_then(|c| g.chain(c)) {
        let _ = writeln!(out, "    审批：{}", c.title);
    }
    if let Some(x) = &m.extends {
        let _ = writeln!(out, "    延长：{}（{}）", g.term_title(&x.term), x.rule);
    }
    if !m.effects.is_empty() {
        let all: Vec<String> = m.effects.iter().map(|e| super::effect::name(e.kind)).collect();
        let _ = writeln!(out, "    效果：{}", all.join("，"));
    }
    for s in &m.signals {
        let to = match &s.to {
            SignalTo::Parent => "上级程序".to_owned(),
            SignalTo::Children(k) => format!("下级程序 {k}"),
            SignalTo::Case(k) => format!("同案程序 {k}"),
            SignalTo::New(k) => format!("新程序 {k}"),
        };
        let when = s.test.as_ref().map(|e| format!("，当 {e}")).unwrap_or_default();
        let _ = writeln!(out, "    联动：{to} {}{when}", s.name);
    }
    for n in &m.notices {
        let _ = writeln!(
            out,
            "    通知：{}　{}",
            role(&n.to),
            text::zh(&format!("{}.{}", if n.to == "claimant" { "told" } else { "notice" }, n.template))
        );
    }
}
