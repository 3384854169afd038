//! Help asked for, findings referred, workers handed on, talks and incidents on the page of a case.

use crate::app::view::CaseFile;
use crate::app::view::others::{CooperationView, IncidentView, TalkView};
use crate::base::text;
use crate::web::console::view::{ChildCard, Fact, Plan, Tag, Tone};

fn word(key: &str) -> String {
    text::zh(&format!("console.others.{key}")).to_owned()
}

pub(super) fn cards(f: &CaseFile) -> Vec<ChildCard> {
    let mut out: Vec<ChildCard> = f.incidents.iter().map(incident).collect();
    out.extend(f.cooperations.iter().map(cooperation));
    out.extend(f.talks.iter().map(talk));
    out
}

fn card(title: String, state: &str, open: bool, bad: bool, facts: Vec<Fact>, lines: Vec<String>, heading: &str) -> ChildCard {
    let tone = match (open, bad) {
        (_, true) => Tone::Bad,
        (true, false) => Tone::Info,
        (false, false) => Tone::Plain,
    };
    ChildCard {
        title,
        state: Tag::new(state, tone),
        facts,
        plan: Plan::default(),
        heading: word(heading),
        lines,
        paper: None,
        employer: None,
        past: !open,
    }
}

fn cooperation(k: &CooperationView) -> ChildCard {
    let title = text::zh_with(&format!("console.others.{}", k.kind), &[("to", &k.to)]);
    let mut facts = Vec::new();
    if let Some(s) = &k.subject {
        facts.push(Fact::new(word(if k.kind == "referral" { "finding" } else { "worker" }), s.clone()));
    }
    facts.push(Fact::new(word("opened"), k.opened_at.list_text()));
    if let Some(day) = k.due_on {
        facts.push(Fact::new(word("due"), day.to_string()));
    }
    if let (Some(who), Some(on)) = (&k.went, k.went_on) {
        facts.push(Fact::new(word("went"), format!("{on} {who}")));
    }
    facts.push(Fact::new(word("outcome"), k.outcome.clone().unwrap_or_else(|| word("not_yet"))));
    let lines = if k.missed { vec![word("late")] } else { Vec::new() };
    card(title, &k.state, k.open, k.missed && k.open, facts, lines, "outcome")
}

fn talk(t: &TalkView) -> ChildCard {
    let mut facts = vec![
        Fact::new(word("on_at"), t.on_at.list_text()),
        Fact::new(word("contacted"), t.contacted_at.map_or_else(|| word("not_yet"), |at| at.list_text())),
        Fact::new(word("outcome"), t.outcome.clone().unwrap_or_else(|| word("not_yet"))),
    ];
    if t.absences > 0 {
        facts.push(Fact::new(word("absences"), text::zh_with("console.others.times", &[("n", &t.absences.to_string())])));
    }
    let lines = t
        .commitments
        .iter()
        .map(|k| text::zh_with("console.others.commitment", &[("due", &k.due_on.to_string()), ("what", &k.what), ("state", &k.state)]))
        .collect();
    let bad = t.absences > 0 || t.commitments.iter().any(|k| k.missed && !k.kept);
    let running = t.open || t.commitments.iter().any(|k| !k.kept && !k.missed);
    card(text::zh_with("console.others.talk", &[("respondent", &t.respondent)]), &t.state, running, bad, facts, lines, "commitments")
}

fn incident(i: &IncidentView) -> ChildCard {
    let mut facts = vec![
        Fact::new(word("known"), i.known_at.list_text()),
        Fact::new(word("phoned"), i.phoned_at.map_or_else(|| word("not_yet"), |at| at.list_text())),
    ];
    if let Some(f) = &i.finding {
        facts.push(Fact::new(word("finding_of"), f.clone()));
    }
    if let Some(bad) = i.bad_effect {
        facts.push(Fact::new(word("bad_effect"), text::zh(if bad { "word.yes" } else { "word.no" }).to_owned()));
    }
    let lines = i
        .told
        .iter()
        .map(|t| text::zh_with("console.others.telling", &[("at", &t.told_at.list_text()), ("authority", &t.authority), ("by", &t.by)]))
        .collect();
    card(text::zh_with("console.others.incident", &[("category", &i.category)]), &i.state, i.open, i.open, facts, lines, "told")
}
