//! Walks through approvals: signatures, sending back, collective discussion, backdating.

use super::*;

fn ready() -> Life {
    let mut l = Life::begin("complaint", at(3, 2, 9));
    l.go("sign_for", &desk(), &[]);
    l.go("assign", &leader(), &[("account", id(1)), ("second", id(2))]);
    l
}

#[test]
fn the_date_of_approval_is_the_date_of_docketing() {
    let mut l = ready();
    let s = l.go("docket", &officer(), &[("facts", words())]);
    assert_eq!((s.event, l.p.state.as_str()), ("requested", "acceptance"));
    assert!(s.effects.is_empty() && s.notices[0].audience == "leader@lead");
    assert!(l.live().contains(&"approval:docketing:leader"));
    l.now = at(3, 4, 9);
    let s = l.at(builtin::APPROVE, &leader(), at(3, 3, 10), &[]).unwrap();
    assert_eq!((s.event, s.request.unwrap().signed.len()), ("signed", 1));
    assert_eq!(l.term("approval:docketing:leader").status, TermStatus::Met);
    let s = l.at(builtin::APPROVE, &head(), at(3, 3, 16), &[("opinion", code("同意立案"))]).unwrap();
    assert_eq!((s.occurred_at, l.p.entered_at), (at(3, 3, 16), at(3, 3, 16)));
    assert_eq!(l.term("investigate").term.start, at(3, 3, 16));
    assert_eq!(l.term("accept").ended_at, Some(at(3, 3, 16)));
    assert_eq!(s.sealed["opinion"], "同意立案");
    assert!(l.p.approval.is_none() && !l.live().iter().any(|k| k.starts_with("approval:")));
}

#[test]
fn nobody_signs_the_own_request_or_twice() {
    let mut l = ready();
    l.go("docket", &officer(), &[("facts", words())]);
    assert_eq!(l.refused(builtin::APPROVE, &head(), &[]), "not_your_signature");
    let both = person(1, &["handler@lead", "leader@lead"]);
    assert_eq!(l.refused(builtin::APPROVE, &both, &[]), "own_request");
    let small_office = person(4, &["leader@lead", "head@lead"]);
    l.go(builtin::APPROVE, &small_office, &[]);
    assert_eq!(l.refused(builtin::APPROVE, &small_office, &[]), "signed_already");
    assert_eq!(l.at(builtin::APPROVE, &head(), at(3, 2, 8), &[]).unwrap_err().code, "signed_before_request");
    assert_eq!(l.at(builtin::APPROVE, &head(), at(3, 9, 8), &[]).unwrap_err().code, "in_future");
}

#[test]
fn back_with_a_reason_or_taken_back() {
    let mut l = ready();
    l.go("docket", &officer(), &[("facts", words())]);
    assert_eq!(l.refused(builtin::REJECT, &leader(), &[]), "reason_needed");
    let s = l.go(builtin::REJECT, &leader(), &[("opinion", words())]);
    assert_eq!((s.event, s.notices[0].audience.as_str()), ("sent_back", "requester"));
    assert!(!s.request.unwrap().signed[0].agreed);
    assert_eq!((l.p.state.as_str(), l.p.approval.is_none()), ("acceptance", true));
    l.go("docket", &officer(), &[("facts", words())]);
    assert_eq!(l.refused(builtin::WITHDRAW, &leader(), &[]), "not_your_request");
    l.go(builtin::WITHDRAW, &officer(), &[]);
    assert_eq!(l.term("approval:docketing:leader").status, TermStatus::Cancelled);
    assert_eq!(l.refused(builtin::APPROVE, &leader(), &[]), "no_request");
}

#[test]
fn while_it_waits_only_what_may_overrides_it() {
    let mut l = ready();
    l.go("docket", &officer(), &[("facts", words())]);
    let form = [("items", words()), ("method", code("phone"))];
    assert_eq!(l.refused("ask_supplement", &officer(), &form), "approval_pending");
    l.go("add_note", &officer(), &[("note", words())]);
    assert!(l.p.approval.is_some(), "a note leaves the request alone");
    l.go("reassign", &leader(), &[("account", id(3)), ("reason", words())]);
    assert!(l.p.approval.is_some() && l.p.assignee == Some(account(3)));
}

#[test]
fn what_the_case_tells_drops_a_request() {
    let mut l = Life::investigating();
    l.go("track", &officer(), &[("ground", code("agreement")), ("note", words())]);
    l.go("transfer_out", &officer(), &[("destination", code("police")), ("authority", code("公安")), ("reason", words())]);
    let s = l.go("receipt_denied", &system(), &[]);
    assert!(l.p.approval.is_none() && s.notices.iter().any(|n| n.template == "approval_dropped" && n.audience == "requester"));
    assert!(!l.live().iter().any(|k| k.starts_with("approval:")));
}

#[test]
fn collective_discussion_replaces_the_head_and_needs_its_minutes() {
    let mut l = Life::investigating();
    l.go("finish_investigation", &officer(), &[("report", words())]);
    let form = [("kind", code("penalty")), ("heard", Value::Bool(true)), ("content", words()), ("approval_route", code("collective"))];
    l.go("decide", &officer(), &form);
    l.go(builtin::APPROVE, &leader(), &[]);
    l.go(builtin::APPROVE, &legal(), &[]);
    assert!(l.live().contains(&"approval:decision:collective"));
    assert_eq!(l.refused(builtin::APPROVE, &head(), &[]), "signature_needs_evidence");
    l.go(builtin::APPROVE, &head(), &[("evidence", id(50))]);
    assert_eq!(l.p.state, "decided");
}

#[test]
fn dated_back_too_far_a_supervisor_signs_first() {
    let mut l = Life::begin("complaint", at(3, 2, 9));
    l.now = at(3, 6, 9);
    let s = l.at("sign_for", &desk(), at(3, 2, 10), &[]).unwrap();
    assert_eq!((s.event, l.p.approval.as_ref().unwrap().chain.as_str()), ("requested", "backdating"));
    assert!(s.late_entered && s.notices[0].audience == "supervisor@above");
    assert_eq!(l.refused(builtin::APPROVE, &leader(), &[]), "not_your_signature");
    l.go(builtin::APPROVE, &supervisor(), &[]);
    assert_eq!((l.p.state.as_str(), l.p.entered_at), ("signed_for", at(3, 2, 10)), "it keeps its paper date");
    assert!(!l.term("sign_for").missed, "on paper it was in time");
    assert_eq!(l.term("assign").term.start, at(3, 2, 10));

    // Two working days are late, but believed.
    let s = l.at("assign", &leader(), at(3, 4, 9), &[("account", id(1))]).unwrap();
    assert!(s.late_entered && s.event == "moved");
}

#[test]
fn a_signature_dated_back_too_far_needs_the_supervisor_after_it() {
    let mut l = ready();
    l.go("docket", &officer(), &[("facts", words())]);
    l.go(builtin::APPROVE, &leader(), &[]);
    l.now = at(3, 10, 9);
    let s = l.at(builtin::APPROVE, &head(), at(3, 3, 9), &[]).unwrap();
    assert_eq!((s.event, l.p.state.as_str()), ("signed", "acceptance"));
    let s = l.go(builtin::APPROVE, &supervisor(), &[]);
    assert_eq!((s.name.as_str(), s.occurred_at), ("docket", at(3, 3, 9)), "the head's date stays the date of docketing");
}

#[test]
fn paper_dates_are_judged() {
    let mut l = Life::begin("complaint", at(3, 2, 9));
    assert_eq!(l.at("sign_for", &desk(), at(3, 2, 10), &[]).unwrap_err().code, "in_future");
    assert_eq!(l.at("sign_for", &desk(), at(3, 2, 8), &[]).unwrap_err().code, "before_state");
    assert_eq!(l.refused("sign_for", &person(9, &["desk@oversight"]), &[]), "not_your_role");
    assert_eq!(l.refused("assign", &leader(), &[("account", id(1))]), "not_in_state");
    assert_eq!(l.refused("becomes_complaint", &leader(), &[]), "told_only");
    assert_eq!(l.refused("start", &leader(), &[]), "unknown_move");
}
