//! Terms of the shipped definitions: extension, pause, windows, reopening.

use super::*;
use crate::flow::terms::alarms;

#[test]
fn an_extension_adds_to_the_budget_once_and_before_expiry() {
    let mut l = Life::investigating();
    let form = [("days", Value::Int(30)), ("reason", words())];
    assert_eq!(l.refused("extend_investigation", &officer(), &[("days", Value::Int(31)), ("reason", words())]), "extension_too_long");
    l.go("extend_investigation", &officer(), &form);
    l.go(builtin::APPROVE, &leader(), &[]);
    l.go(builtin::APPROVE, &head(), &[]);
    assert_eq!(l.term("investigate").term.due(&l.law.calendar, l.now).day, Some(l.law.calendar.nth_after(at(3, 3, 9).day(), 90)));
    assert_eq!(l.refused("extend_investigation", &officer(), &form), "extended_already");

    let mut l = Life::investigating();
    l.now = l.term("investigate").term.due(&l.law.calendar, l.now).passes_at;
    assert_eq!(l.refused("extend_investigation", &officer(), &form), "term_expired");
}

#[test]
fn a_statutory_duty_pauses_only_on_an_article_and_with_a_second_person() {
    let mut l = Life::investigating();
    let form = |term: &str, ground: &str, days: i64| {
        vec![("term", code(term)), ("ground", code(ground)), ("days", Value::Int(days)), ("explanation", words())]
    };
    assert_eq!(l.refused("pause_term", &officer(), &form("investigate", "awaiting_court", 3)), "pause_needs_article");
    assert_eq!(
        l.refused("pause_term", &officer(), &form("investigate", "awaiting_supplement", 3)),
        "pause_needs_article",
        "its article speaks of acceptance only"
    );
    let mut l = Life::examined();
    assert_eq!(l.refused("pause_term", &officer(), &form("accept", "awaiting_court", 3)), "pause_needs_article");
    assert_eq!(l.refused("pause_term", &officer(), &form("accept", "awaiting_supplement", 21)), "pause_too_long");
    assert_eq!(l.refused("pause_term", &officer(), &form("track", "awaiting_court", 3)), "term_not_running");
    let s = l.go("pause_term", &officer(), &form("accept", "awaiting_supplement", 3));
    assert_eq!(s.event, "requested", "a second person signs");
    l.go(builtin::APPROVE, &head(), &[]);
    let due = l.term("accept").term.clone();
    let (id, _, back) = alarms(&l.g, &l.law, &l.p, l.now).into_iter().find(|a| a.0 == l.term("accept").id).unwrap();
    assert_eq!((id, back), (l.term("accept").id, due.pauses[0].resume_by), "while it is paused its alarm is the resumption");
    assert_eq!(l.refused("pause_term", &officer(), &form("accept", "awaiting_supplement", 3)), "already_paused");
    l.now = back.plus(chrono::Duration::hours(-1));
    assert_eq!(l.alarm("accept").unwrap_err().code, "alarm_not_due");
    l.now = back.plus(chrono::Duration::hours(5));
    let s = l.alarm("accept").unwrap();
    assert_eq!((s.event, l.term("accept").term.pauses[0].until), ("resumed", Some(back)), "late machines do not lengthen a pause");
}

#[test]
fn a_service_term_pauses_alone_for_a_few_days() {
    let mut l = Life::investigating();
    l.go("track", &officer(), &[("ground", code("agreement")), ("note", words())]);
    let form = |days: i64| [("term", code("track")), ("ground", code("worker_asks")), ("days", Value::Int(days)), ("explanation", words())];
    let s = l.go("pause_term", &officer(), &form(5));
    assert_eq!(s.event, "moved");
    l.now = at(3, 4, 9);
    l.go("resume_term", &leader(), &[("term", code("track"))]);
    assert_eq!(l.term("track").term.pauses[0].until, Some(at(3, 4, 9)));
    assert_eq!(l.refused("resume_term", &leader(), &[("term", code("track"))]), "not_paused");
    let s = l.go("pause_term", &officer(), &form(6));
    assert_eq!(s.event, "requested", "longer only with a second person");
}

#[test]
fn rungs_fire_in_order_once_and_mark_what_was_missed() {
    let mut l = Life::investigating();
    let mut seen = Vec::new();
    for _ in 0..20 {
        let Some((_, _, when)) = alarms(&l.g, &l.law, &l.p, l.now).into_iter().find(|a| a.0 == l.term("investigate").id) else { break };
        l.now = when.plus(chrono::Duration::milliseconds(-1));
        assert_eq!(l.alarm("investigate").unwrap_err().code, "alarm_not_due");
        l.now = when;
        let over = when >= l.term("investigate").term.due(&l.law.calendar, when).passes_at;
        let s = l.alarm("investigate").unwrap();
        assert_eq!(s.visible, s.name == "overdue_supervised", "a reminder does not spoil an open form");
        assert_eq!(l.term("investigate").missed, over);
        seen.extend(s.notices.iter().map(|n| format!("{} {}", n.template, n.audience)));
    }
    assert_eq!(
        seen,
        [
            "term_remind assignee",
            "term_remind assignee",
            "term_remind leader@lead",
            "term_remind assignee",
            "term_remind leader@lead",
            "term_yellow assignee",
            "term_yellow leader@lead",
            "term_red assignee",
            "term_red leader@lead",
            "term_escalate leader@lead",
            "term_escalate head@lead",
            "term_escalate supervisor@above",
        ]
    );
    assert_eq!(l.alarm("investigate").unwrap_err().code, "alarm_stale");
}

#[test]
fn what_was_keyed_in_late_fires_each_card_once_and_one_reminder() {
    let mut l = Life::investigating();
    l.now = at(12, 1, 9);
    let s = l.alarm("investigate").unwrap();
    let count = |t: &str| s.notices.iter().filter(|n| n.template == t).count();
    assert_eq!((count("term_remind"), count("term_yellow"), count("term_red"), count("term_escalate")), (0, 2, 2, 3));
    assert_eq!(l.alarm("investigate").unwrap_err().code, "alarm_stale");
}

#[test]
fn a_duty_met_too_late_keeps_its_mark() {
    let mut l = Life::begin("complaint", at(3, 2, 9));
    l.now = at(3, 4, 9);
    l.go("sign_for", &desk(), &[]);
    assert!(l.term("sign_for").missed && l.term("sign_for").status == TermStatus::Met);
    assert_eq!(l.alarm("sign_for").unwrap_err().code, "alarm_stale");
}

#[test]
fn a_window_closes_by_its_move() {
    let mut l = Life::begin("complaint", at(3, 2, 9));
    l.go("sign_for", &desk(), &[]);
    l.go("assign", &leader(), &[("account", id(1))]);
    l.go("ask_supplement", &officer(), &[("items", words()), ("method", code("phone"))]);
    let passes = l.term("supplement").term.due(&l.law.calendar, l.now).passes_at;
    l.now = passes.plus(chrono::Duration::hours(30));
    let s = l.alarm("supplement").unwrap();
    assert_eq!((s.name.as_str(), s.event, s.occurred_at), ("supplement_lapsed", "moved", passes));
    assert_eq!((l.p.state.as_str(), l.term("supplement").status), ("acceptance", TermStatus::Closed));
    assert!(s.visible && l.live().contains(&"accept"), "the statutory clock ran on");
}

#[test]
fn short_terms_have_no_reminders_before_their_start() {
    let l = Life::begin("complaint", at(3, 2, 9));
    for (id, _, when) in alarms(&l.g, &l.law, &l.p, l.now) {
        let t = l.p.terms.iter().find(|t| t.id == id).unwrap();
        assert!(when > t.term.start, "{}", t.key);
    }
}
