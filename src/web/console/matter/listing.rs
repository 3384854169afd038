//! The list of joint sanctions on the page of a case: the conditions with their computation, the parties, the dates.

use crate::app::view::CaseFile;
use crate::app::view::listing::{ListedPartyView, ListingView, RemovalView};
use crate::base::{Day, text};
use crate::web::console::view::{ChildCard, Fact, Plan, Tag, Tone};

fn word(key: &str) -> String {
    text::zh(&format!("console.listing.{key}")).to_owned()
}

pub(super) fn cards(f: &CaseFile) -> Vec<ChildCard> {
    f.listings.iter().map(card).collect()
}

fn card(l: &ListingView) -> ChildCard {
    let tone = match l.standing.as_str() {
        "listed" | "removing" => Tone::Bad,
        "examining" => Tone::Info,
        _ => Tone::Plain,
    };
    let b = &l.basis;
    let owed = text::zh_with("console.listing.owed", &[("persons", &b.persons.to_string()), ("amount", &b.unpaid_fen.to_string())]);
    let standard = text::zh_with(
        "console.listing.standard",
        &[
            ("single", &b.single_fen.to_string()),
            ("months", &b.single_months.to_string()),
            ("persons", &b.group_persons.to_string()),
            ("group", &b.group_fen.to_string()),
        ],
    );
    let mut facts = vec![
        Fact::new(word("expired"), l.expired_on.to_string()),
        Fact::new(word("unpaid"), owed),
        Fact::new(word(if l.threshold { "reached" } else { "below" }), standard),
    ];
    if b.unknown_fen.is_positive() {
        facts.push(Fact::new(word("unknown"), text::zh_with("console.listing.yuan", &[("amount", &b.unknown_fen.to_string())])));
    }
    let day = |facts: &mut Vec<Fact>, key: &str, day: Option<Day>| {
        if let Some(d) = day {
            facts.push(Fact::new(word(key), d.to_string()));
        }
    };
    if l.decided_on.is_none() && l.standing == "examining" {
        day(&mut facts, "tell_by", l.tell_by);
        day(&mut facts, "decide_by", l.decide_by);
    }
    day(&mut facts, "decided", l.decided_on);
    day(&mut facts, "until", l.until_on);
    day(&mut facts, "published", l.published_on);
    if let (Some(on), Some(why)) = (l.ended_on, &l.ended_why) {
        facts.push(Fact::new(word("ended"), format!("{on} {}", text::zh(&format!("listing.ended.{why}")))));
    }
    day(&mut facts, "removed", l.removed_on);
    match l.display_stopped_on {
        Some(on) => day(&mut facts, "display_stopped", Some(on)),
        None if l.ended_on.is_some() => day(&mut facts, "shown_until", l.shown_until),
        None => {}
    }
    let mut lines: Vec<String> = l.parties.iter().map(party).collect();
    lines.extend(l.removals.iter().map(removal));
    if !l.waiting.is_empty() {
        lines.push(text::zh_with("console.listing.receivers", &[("names", &l.waiting.join("、"))]));
    }
    ChildCard {
        title: text::zh_with("console.listing.title", &[("unit", &l.unit)]),
        state: Tag::new(&l.state, tone),
        facts,
        plan: Plan::default(),
        heading: word("parties"),
        lines,
        paper: None,
        employer: l.uscc.as_ref().map(|u| format!("/employers/{u}")),
        past: !l.open,
    }
}

fn party(p: &ListedPartyView) -> String {
    let served = p.served_on.map_or_else(|| word("not_served"), |d| text::zh_with("console.listing.served", &[("on", &d.to_string())]));
    let answer = match p.answer.as_deref() {
        Some(a) => word(&format!("answer.{a}")),
        None => p.objected_on.map_or_else(String::new, |d| text::zh_with("console.listing.objected", &[("on", &d.to_string())])),
    };
    let bound = p.decision_served_on.map_or_else(String::new, |d| text::zh_with("console.listing.bound", &[("on", &d.to_string())]));
    let who = match &p.post {
        Some(post) => format!("{} {}（{post}）", p.kind, p.name),
        None => format!("{} {}", p.kind, p.name),
    };
    let said: Vec<String> = [served, answer, bound].into_iter().filter(|s| !s.is_empty()).collect();
    format!("{who}：{}", said.join("，"))
}

fn removal(r: &RemovalView) -> String {
    let six = r.six_months_on.map_or_else(String::new, |d| text::zh_with("console.listing.six", &[("on", &d.to_string())]));
    text::zh_with("console.listing.removal", &[("on", &r.applied_on.to_string()), ("state", &r.state), ("six", &six)])
}
