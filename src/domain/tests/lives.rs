//! Random and fixed lives of the shipped definitions: promise 1 and what is never taken back.

use super::*;

#[test]
fn a_complaint_from_dispatch_to_archive() {
    let mut l = Life::investigating();
    assert_eq!(l.p.state, "investigating");
    assert_eq!(l.term("investigate").term.start, at(3, 3, 9), "sixty days run from docketing");
    let due = l.term("investigate").term.due(&l.law.calendar, l.now);
    assert_eq!(due.day, Some(l.law.calendar.nth_after(at(3, 3, 9).day(), 60)));
    l.now = at(3, 20, 9);
    l.go("finish_investigation", &officer(), &[("report", words())]);
    assert!(!l.term("investigate").missed);
    l.go("decide", &officer(), &[("kind", code("handling_decision")), ("heard", Value::Bool(true)), ("content", words())]);
    for who in [leader(), legal(), head()] {
        l.go(builtin::APPROVE, &who, &[]);
    }
    assert_eq!(l.p.state, "decided");
    assert_eq!(l.refused("mark_paid", &officer(), &[]), "not_paid_yet");
    let served = [("served_on", Value::Day(l.now.day())), ("method", code("direct")), ("proof", id(99))];
    l.go("serve_decision", &officer(), &served);
    assert_eq!(l.term("serve").status, TermStatus::Met);
    l.set("claims.outstanding", Value::Money(Fen::ZERO));
    l.set("claims.paid", Value::Money(Fen::new(500_000)));
    l.go("mark_paid", &officer(), &[]);
    l.go("conclude", &officer(), &[("conclusion", code("paid_in_full")), ("summary", words())]);
    l.go(builtin::APPROVE, &leader(), &[]);
    let s = l.go(builtin::APPROVE, &head(), &[]);
    assert_eq!((s.name.as_str(), s.event), ("conclude", "moved"));
    assert_eq!(s.signals[0].name, "case_concluded");
    assert_eq!(s.request.as_ref().unwrap().signed.len(), 2, "the step carries all signatures for the 审批表");
    assert_eq!(s.plain["conclusion"], code("paid_in_full"));
    assert!(!s.plain.contains_key("summary") && s.sealed.contains_key("summary"), "free text is never in the event");
    l.go("archive", &officer(), &[]);
    assert!(l.p.ended && l.live().is_empty());
    assert_eq!(l.refused("add_note", &officer(), &[("note", words())]), "procedure_ended");
}

#[test]
fn an_agreement_is_not_payment() {
    let mut l = Life::investigating();
    l.go("track", &officer(), &[("ground", code("agreement")), ("note", words())]);
    assert_eq!(l.live(), ["track"]);
    let form = [("conclusion", code("paid_in_full")), ("summary", words())];
    assert_eq!(l.refused("conclude", &officer(), &form), "money_outstanding");
    let form = [("conclusion", code("court_enforcement")), ("summary", words())];
    assert_eq!(l.refused("conclude", &officer(), &form), "form_incomplete", "a conclusion that leaves money open needs its paper");
    l.go("conclude", &officer(), &[("conclusion", code("court_enforcement")), ("summary", words()), ("evidence", id(9))]);
    l.set("claims.remainder_resolved", Value::Bool(false));
    l.go(builtin::APPROVE, &leader(), &[]);
    assert_eq!(l.refused(builtin::APPROVE, &head(), &[]), "remainder_open", "guards are asked again when the move is made");
}

#[test]
fn transfer_never_resets_the_clock_of_the_claimant() {
    let mut l = Life::begin("complaint", at(3, 2, 9));
    let (first, start) = (l.term("accept").id, l.term("accept").term.start);
    for n in 0..2 {
        l.set("case.transfers", Value::Int(n));
        l.now = l.now.plus(chrono::Duration::hours(2));
        l.go("sign_for", &desk(), &[]);
        l.go("assign", &leader(), &[("account", id(1))]);
        let form = [("bureau", code("rs-370781")), ("reason", code("place_of_work")), ("explanation", words())];
        l.go("transfer", &leader(), &form);
        assert_eq!((l.p.state.as_str(), l.p.assignee), ("dispatched", None));
    }
    l.set("case.transfers", Value::Int(2));
    l.go("sign_for", &desk(), &[]);
    let form = [("bureau", code("rs-370781")), ("reason", code("place_of_work")), ("explanation", words())];
    assert_eq!(l.refused("transfer", &leader(), &form), "third_transfer");
    l.go("transfer_disputed", &leader(), &form[1..]);
    assert_eq!(l.p.state, "lead_choice");
    l.go("choose_lead", &supervisor(), &[("bureau", code("rs-370705")), ("reason", words())]);
    assert_eq!(l.p.terms.iter().filter(|t| t.key == "accept").count(), 1);
    assert_eq!((l.term("accept").id, l.term("accept").term.start, l.term("accept").status), (first, start, TermStatus::Live));
}

#[test]
fn a_clue_has_no_statutory_clock_until_a_complaint_joins() {
    let mut l = Life::begin("complaint", at(3, 2, 9));
    l.p.terms.clear();
    l.facts = facts_in_order(at(3, 2, 9));
    l.set("case.origin", code("clue"));
    l.facts.remove("case.complaint_received_at");
    let input = StartInput { actor: system(), occurred_at: l.now, form: Form::new() };
    l.p = start(&l.g, &l.law, &input, &l.facts, l.now, &mut l.ids).unwrap().after;
    assert_eq!(l.live(), ["sign_for", "clue"]);
    l.now = at(3, 4, 15);
    l.set("case.complaint_received_at", Value::At(at(3, 4, 10)));
    l.go("becomes_complaint", &system(), &[]);
    assert_eq!(l.live(), ["sign_for", "accept"]);
    assert_eq!(l.term("accept").term.start, at(3, 4, 10), "counted from the receipt of that filing");
    assert_eq!(l.term("accept").term.due(&l.law.calendar, l.now).day, Day::ymd(2026, 3, 11));
}

#[test]
fn reopening_keeps_old_terms_and_marks() {
    let mut l = Life::investigating();
    l.now = at(7, 1, 9);
    l.alarm("investigate").unwrap();
    assert!(l.term("investigate").missed);
    l.set("claims.outstanding", Value::Money(Fen::ZERO));
    l.set("claims.paid", Value::Money(Fen::new(500_000)));
    l.go("mark_paid", &officer(), &[]);
    l.go("receipt_denied", &system(), &[]);
    assert_eq!((l.p.state.as_str(), l.live()), ("investigating", vec!["reopened"]));
    assert!(l.term("investigate").missed && l.term("investigate").status == TermStatus::Met);
    assert!(l.p.terms.iter().filter(|t| t.key == "investigate").count() == 1, "the sixty days do not begin again");
}

#[test]
fn refusal_ends_and_can_be_reopened() {
    let mut l = Life::begin("complaint", at(3, 2, 9));
    l.go("sign_for", &desk(), &[]);
    l.go("assign", &leader(), &[("account", id(1))]);
    let form = [("reason", code("over_two_years")), ("explanation", words())];
    assert_eq!(l.refused("refuse", &officer(), &form), "within_limitation");
    l.set("case.within_limitation", Value::Bool(false));
    l.go("refuse", &officer(), &form);
    l.go(builtin::APPROVE, &leader(), &[]);
    let s = l.go(builtin::APPROVE, &head(), &[]);
    assert!(l.p.ended && s.effects.iter().any(|e| e.args.get("document") == Some(&code("refusal"))));
    l.go("reopen_refused", &leader(), &[("reason", code("refusal_wrong")), ("explanation", words())]);
    assert!(!l.p.ended && l.live() == ["assign", "reopened"]);
}

#[test]
fn a_filing_is_forwarded_answered_contested_and_confirmed() {
    let mut l = Life::begin("filing", at(3, 2, 9));
    assert_eq!(l.live(), ["forward", "reply", "return_window"]);
    assert_eq!(l.term("reply").term.rule, "filing.reply.hotline");
    let s = l.go("forward", &desk(), &[]);
    assert_eq!(s.signals.len(), 1, "a new case: only its procedure is started");
    let s = l.go("extend_reply_hotline", &desk(), &[("days", Value::Int(10)), ("reason", words())]);
    assert_eq!(s.event, "requested");
    l.go(builtin::APPROVE, &leader(), &[]);
    l.go(builtin::APPROVE, &head(), &[]);
    assert_eq!(l.term("reply").term.total(), 15);
    let answer = [("code", code("paid")), ("answer", words()), ("method", code("phone"))];
    assert_eq!(l.refused("answer", &desk(), &answer), "not_paid_yet");
    let answer = [("code", code("paid_or_agreed")), ("answer", words()), ("method", code("phone"))];
    l.go("answer", &desk(), &answer);
    l.now = at(3, 3, 9);
    let s = l.go("deny", &desk(), &[("reason", code("not_received"))]);
    assert_eq!((s.signals[0].name.as_str(), l.live()), ("receipt_denied", vec!["follow", "redo"]));
    l.go("answer", &desk(), &answer);
    l.now = at(3, 12, 0);
    let s = l.alarm("confirm").unwrap();
    assert_eq!((s.name.as_str(), l.p.state.as_str(), l.p.ended), ("confirm_lapsed", "confirmed", true));
    assert_eq!(l.term("confirm").status, TermStatus::Closed);
}

#[test]
fn returning_is_bound_to_its_window() {
    let mut l = Life::begin("filing", at(3, 2, 9));
    l.now = at(3, 5, 9);
    let form = [("reason", code("other_city")), ("explanation", words())];
    assert_eq!(l.refused("return_to_source", &desk(), &form), "window_closed");
    let mut l = Life::begin("filing", at(3, 2, 9));
    l.now = at(3, 4, 20);
    l.go("return_to_source", &desk(), &form);
    assert!(l.live().contains(&"notify"));
}
