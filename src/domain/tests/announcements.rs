//! No sequence of moves of the definition brings a text into public that stands on no decision, was not checked by a second person or not
//! approved by the head: every path is walked, and the engine is asked.

use super::*;
use crate::flow::EffectKind;
use crate::flow::graph::MoveDef;
use std::collections::{BTreeSet, VecDeque};

/// What is known of the newest text, and whether one was ever published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
struct Known {
    drafted: bool,
    checked: bool,
    approved: bool,
    shown: bool,
    /// Nothing of it is shown: it is corrected, withdrawn or over.
    hidden: bool,
}

fn codes(m: &MoveDef) -> Vec<&str> {
    m.guards.iter().map(|g| g.code.as_str()).collect()
}

#[test]
fn no_path_publishes_without_decision_check_and_approval() {
    let g = graph("announcement");
    assert!(codes(&g.start).contains(&"no_served_decision"), "it begins with a decision that was served");
    let head = g.chains.iter().find(|c| c.key == "announcement").unwrap();
    assert!(head.steps.iter().any(|s| s.role == "head@lead"));
    let mut seen: BTreeSet<(String, Known)> = BTreeSet::new();
    let mut queue = VecDeque::from([(g.start.to.clone().unwrap(), Known::default(), vec!["start".to_owned()])]);
    let mut published = 0;
    while let Some((state, k, path)) = queue.pop_front() {
        if !seen.insert((state.clone(), k)) {
            continue;
        }
        // what stands in public is never without all of it
        if state == "published" {
            published += 1;
            assert!(k.shown && !k.hidden, "{path:?}");
        }
        if ["withdrawn", "ended", "withdrawing", "correcting"].contains(&state.as_str()) && k.shown {
            assert!(k.hidden, "{path:?} leaves it in sight");
        }
        for m in g.moves.iter().filter(|m| m.from.contains(&state)) {
            let mut next = k;
            for e in &m.effects {
                assert!(e.test.is_none() || e.kind == EffectKind::IssueDocument, "{}: an effect that may not happen", m.name);
                match e.kind {
                    EffectKind::DraftAnnouncement => {
                        assert!(codes(m).contains(&"no_served_decision"), "{}", m.name);
                        next = Known { drafted: true, checked: false, approved: false, ..next };
                    }
                    EffectKind::CheckAnnouncement => {
                        assert!(codes(m).contains(&"own_draft") && codes(m).contains(&"not_examined"), "{}", m.name);
                        next.checked = true;
                    }
                    EffectKind::ApproveAnnouncement => {
                        assert_eq!(m.approval.as_deref(), Some("announcement"), "{}", m.name);
                        assert!(codes(m).contains(&"no_served_decision") && codes(m).contains(&"stayed"), "{}", m.name);
                        next.approved = true;
                    }
                    EffectKind::PublishAnnouncement => {
                        assert!(k.drafted && k.checked && k.approved, "{path:?} then {}", m.name);
                        // what is told in a batch has no guards: the use case and the effect ask the decision
                        assert!(m.told || (codes(m).contains(&"no_served_decision") && codes(m).contains(&"stayed")), "{}", m.name);
                        next = Known { shown: true, hidden: false, ..next };
                    }
                    EffectKind::SettleAnnouncement => next.hidden = true,
                    _ => {}
                }
            }
            // an objection that was upheld, and notes, leave what stood there
            let to = m.to.clone().unwrap_or_else(|| state.clone());
            if to == "published" && state != "published" && state != "objected" {
                assert!(
                    m.effects.iter().any(|e| e.kind == EffectKind::PublishAnnouncement),
                    "{} comes to public without publishing",
                    m.name
                );
            }
            // a correction is not shown until it is published, and may not be taken for the first publication
            let mut path = path.clone();
            path.push(m.name.clone());
            queue.push_back((to, next, path));
        }
    }
    assert!(published > 0 && seen.len() > 20, "{}", seen.len());
    assert_eq!(g.states.iter().filter(|s| !seen.iter().any(|(x, _)| *x == s.key)).count(), 0, "every state is walked");
}

/// Drafted and waiting for the check.
fn drafted(way: &str) -> Life {
    let now = at(12, 4, 9);
    let given = [("respondent", id(9)), ("decision", code("order"))].into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    let mut l = Life::begin_with("announcement", now, given);
    l.set("announcement.way", code(way));
    let form = [
        ("category", code("wages")),
        ("address", words()),
        ("head", words()),
        ("facts", words()),
        ("result", words()),
        ("way", code(way)),
        ("why_now", words()),
    ];
    l.go("draft_text", &credit(), &form);
    l
}

#[test]
fn the_drafter_never_checks_and_nothing_is_skipped() {
    let yes = || Value::Bool(true);
    let mut l = drafted("now");
    assert_eq!(l.refused("publish_now", &credit(), &[]), "not_in_state");
    assert_eq!(l.refused("approve_text", &credit(), &[]), "not_in_state");
    l.set("announcement.own", yes());
    assert_eq!(l.refused("pass_check", &credit(), &[("privacy", yes()), ("secret", yes())]), "own_draft");
    l.set("announcement.own", Value::Bool(false));
    assert_eq!(l.refused("pass_check", &legal(), &[("privacy", yes()), ("secret", Value::Bool(false))]), "not_examined");
    l.go("pass_check", &legal(), &[("privacy", yes()), ("secret", yes())]);
    l.set("announcement.remedy", code("stayed"));
    assert_eq!(l.refused("approve_text", &credit(), &[]), "stayed");
    l.set("announcement.remedy", code("suit"));
    assert_eq!(l.refused("approve_text", &credit(), &[]), "remedy_pending");
    let s = l.go("approve_text", &credit(), &[("remedy_known", yes())]);
    assert_eq!((s.event, l.p.state.as_str()), ("requested", "checked"));
    assert_eq!(l.refused("publish_now", &credit(), &[]), "not_in_state");
    l.go(builtin::APPROVE, &leader(), &[]);
    assert_eq!(l.refused(builtin::APPROVE, &credit(), &[]), "not_your_signature");
    l.go(builtin::APPROVE, &head(), &[]);
    assert_eq!(l.p.state, "approved");
    l.set("announcement.decided", Value::Bool(false));
    assert_eq!(l.refused("publish_now", &credit(), &[]), "no_served_decision");
    l.set("announcement.decided", yes());
    l.set("announcement.way", code("batch"));
    assert_eq!(l.refused("publish_now", &credit(), &[]), "waits_for_batch");
    assert_eq!(l.refused("published_in_batch", &head(), &[]), "told_only");
    l.set("announcement.way", code("now"));
    l.go("publish_now", &credit(), &[]);
    assert_eq!(l.live(), ["display", "media", "look"]);
    assert_eq!(l.refused("drop", &credit(), &[("reason", words())]), "not_in_state");
}

#[test]
fn a_penalty_is_withdrawn_in_three_days_and_another_decision_in_ten() {
    for (kind, due) in [("penalty", "2026-12-09"), ("order", "2026-12-18")] {
        let mut l = drafted("now");
        l.set("announcement.decision", code(kind));
        let form = [("on", Value::Day(at(12, 4, 9).day())), ("note", words()), ("proof", id(9))];
        l.go("register_revoked", &legal(), &form);
        let due_at = l.term("withdraw").term.due(&l.law.calendar, l.now);
        assert_eq!(due_at.day.unwrap().to_string(), due, "{kind}");
    }
}
