//! Versions of a definition: what differs, and how running procedures go over.
//!
//! Owns the plan (which state becomes which, which terms are carried over); `app` carries it out, one procedure a
//! transaction. Nothing is reset: a term of the same key keeps its start, pauses, extensions and marks.

use super::graph::Graph;
use super::guard::Env;
use super::step::roles;
use super::terms::{self, Moment, refuse};
use super::value::{Acting, Facts, Form, Procedure, TermStatus};
use crate::base::error::Refusal;
use crate::base::id::Ids;
use crate::base::{At, text};
use crate::law::Law;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What happened to one named part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It differs in these keys.
    Changed(Vec<String>),
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// `states`, `moves`, `terms`, `approvals`, `ladders` or empty for the definition itself.
    pub part: String,
    /// The name within the part.
    pub name: String,
    /// What happened.
    pub change: Change,
}

impl Difference {
    /// As a person reads it: `~ 状态 received：holder、title`.
    #[must_use]
    pub fn line(&self) -> String {
        let part = match self.part.as_str() {
            "states" => "状态",
            "moves" => "动作",
            "terms" => "期限",
            "approvals" => "审批链",
            "ladders" => "提醒档",
            _ => "定义",
        };
        match &self.change {
            Change::Added => format!("+ {part} {}", self.name),
            Change::Removed => format!("- {part} {}", self.name),
            Change::Changed(keys) if keys.is_empty() => format!("~ {part} {}", self.name),
            Change::Changed(keys) => format!("~ {part} {}：{}", self.name, keys.join("、")),
        }
    }
}

/// What differs between two texts of a definition, by names; comments and order do not count.
///
/// # Errors
/// One of the texts is no TOML.
pub fn diff(old: &str, new: &str) -> Result<Vec<Difference>, toml::de::Error> {
    let (old, new): (toml::Table, toml::Table) = (toml::from_str(old)?, toml::from_str(new)?);
    let mut out = Vec::new();
    for part in ["states", "moves", "terms", "approvals", "ladders"] {
        let table = |t: &toml::Table| t.get(part).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        tables(part, &table(&old), &table(&new), &mut out);
    }
    let rest = |t: &toml::Table| -> toml::Table {
        t.iter().filter(|(_, v)| !v.is_table() || v.get("to").is_some()).map(|(k, v)| (k.clone(), v.clone())).collect()
    };
    tables("", &rest(&old), &rest(&new), &mut out);
    Ok(out)
}

fn tables(part: &str, old: &toml::Table, new: &toml::Table, out: &mut Vec<Difference>) {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let change = match (old.get(name), new.get(name)) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            (Some(a), Some(b)) if a == b => continue,
            (Some(a), Some(b)) => Change::Changed(keys(a, b)),
        };
        out.push(Difference { part: part.to_owned(), name: name.clone(), change });
    }
}

fn keys(a: &toml::Value, b: &toml::Value) -> Vec<String> {
    match (a.as_table(), b.as_table()) {
        (Some(a), Some(b)) => {
            let all: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            all.into_iter().filter(|k| a.get(*k) != b.get(*k)).cloned().collect()
        }
        _ => Vec::new(),
    }
}

/// Where each state of the old version goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Old state to new state; states that keep their name need no line.
    pub states: BTreeMap<String, String>,
}
impl Plan {
    /// Reads `old=new` pairs.
    ///
    /// # Errors
    /// A Chinese sentence naming the text that is no pair.
    pub fn parse<'a>(pairs: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let pair = |m: &str| {
            let (a, b) = m.split_once('=').map(|(a, b)| (a.trim(), b.trim())).filter(|(a, b)| !a.is_empty() && !b.is_empty())?;
            Some((a.to_owned(), b.to_owned()))
        };
        let states = pairs.into_iter().map(|m| pair(m).ok_or_else(|| format!("迁移表的写法为 旧=新：{m}"))).collect::<Result<_, _>>()?;
        Ok(Self { states })
    }
    /// The state a state becomes.
    #[must_use]
    pub fn state<'a>(&'a self, state: &'a str) -> &'a str {
        self.states.get(state).map_or(state, String::as_str)
    }
    /// What is wrong with the plan, in Chinese; empty when it can be carried out.
    #[must_use]
    pub fn check(&self, old: &Graph, new: &Graph) -> Vec<String> {
        let mut out = Vec::new();
        let say = |code: &str, args: &[(&str, &str)]| text::zh_with(&format!("check.{code}"), args);
        for (from, to) in &self.states {
            if old.state(from).is_none() {
                out.push(say("map_unknown_state", &[("word", from), ("which", "旧版本")]));
            }
            if new.state(to).is_none() {
                out.push(say("map_unknown_state", &[("word", to), ("which", "新版本")]));
            }
        }
        for s in &old.states {
            let to = self.state(&s.key);
            match new.state(to) {
                None if !self.states.contains_key(&s.key) => out.push(say("map_lacks_state", &[("word", &s.key)])),
                Some(n) if n.terminal != s.terminal => out.push(say("map_end", &[("word", &s.key), ("to", to)])),
                _ => {}
            }
        }
        out
    }
}

/// What a migration comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Migrated {
    /// The procedure under the new version.
    pub after: Procedure,
    /// Keys of live terms carried over.
    pub kept: Vec<String>,
    /// Keys of live terms the new version does not know, cancelled.
    pub cancelled: Vec<String>,
    /// Keys of terms armed because the state now has them.
    pub armed: Vec<String>,
}

/// Takes one procedure over. `facts`: the groups of [`needs`].
///
/// # Errors
/// The state is not mapped, a request waits whose chain differs, or a term cannot be armed.
#[expect(clippy::too_many_arguments, reason = "two versions, their plan, and what every step needs")]
pub fn migrate(
    old: &Graph,
    new: &Graph,
    plan: &Plan,
    law: &Law,
    p: &Procedure,
    facts: &Facts,
    now: At,
    ids: &mut Ids,
) -> Result<Migrated, Refusal> {
    let to = plan.state(&p.state);
    let state = new.state(to).ok_or_else(|| refuse("migrate_unmapped", &[("state", &p.state)]))?;
    if let Some(a) = &p.approval {
        let same = a.steps.iter().all(|s| new.step_of(&a.chain, s).is_some()) && new.find(&a.name).is_some_and(|m| m.from.contains(to));
        if !same {
            return Err(refuse("migrate_pending", &[]));
        }
    }
    let mut after = p.clone();
    new.key.clone_into(&mut after.kind);
    after.version = new.version;
    to.clone_into(&mut after.state);
    let (mut kept, mut cancelled, mut armed) = (Vec::new(), Vec::new(), Vec::new());
    for t in after.terms.iter_mut().filter(|t| t.status == TermStatus::Live) {
        let known =
            t.key.starts_with("approval:") || t.key == super::legacy::REVIEW || new.term(&t.key).is_some_and(|d| d.kind == t.term.kind);
        if known {
            // A shorter ladder must not hide what is still to come, a longer one must not repeat what was.
            let fired = old.rungs(&t.key).get(..t.next_rung).unwrap_or_default().last().map(|r| r.at);
            let past = new.rungs(&t.key).iter().rposition(|r| Some(r.at) == fired).map_or(0, |i| i + 1);
            t.next_rung = if fired.is_none() { t.next_rung.min(new.rungs(&t.key).len()) } else { past };
            kept.push(t.key.clone());
        } else {
            terms::end(law, t, TermStatus::Cancelled, now, now);
            cancelled.push(t.key.clone());
        }
    }
    if !after.ended {
        let (form, own) = (Form::new(), Facts::new());
        let env = Env { facts, form: &form, own: &own };
        let m = Moment { law, at: now, now, cause: &new.title, env };
        for a in &state.arms {
            // A term this stay already had and met is not asked for again.
            if p.terms.iter().any(|t| t.key == a.term && t.term.start >= p.entered_at) {
                continue;
            }
            let before = after.terms.len();
            terms::arm(new, &mut after, a, &m, &mut Facts::new(), ids)?;
            if after.terms.len() > before {
                armed.push(a.term.clone());
            }
        }
        if !terms::has_live_duty(&after) {
            return Err(refuse("no_duty_left", &[("move", &new.title)]));
        }
    }
    Ok(Migrated { after, kept, cancelled, armed })
}

/// The groups of facts a migration into this state needs.
#[must_use]
pub fn needs(new: &Graph, plan: &Plan, p: &Procedure) -> BTreeSet<String> {
    let to = plan.state(&p.state);
    new.moves.iter().chain([&new.start]).filter(|m| m.to.as_deref() == Some(to)).flat_map(|m| m.groups.iter().cloned()).collect()
}

/// Whether a person holds the role of a procedure's state: used by worklists.
#[must_use]
pub fn holds(graph: &Graph, p: &Procedure, actor: &Acting) -> bool {
    graph.state(&p.state).and_then(|s| s.holder.as_ref()).is_some_and(|h| roles(p, actor).contains(h))
}
