//! No sequence of moves of the definition comes to a decision of which the party was not told, while it may still speak, unheard, unreviewed where the
//! law asks, or by one person alone; nothing said in defence raises a fine.

use super::*;
use crate::flow::EffectKind;
use crate::flow::graph::MoveDef;
use proptest::prelude::*;
use std::collections::{BTreeSet, VecDeque};

/// A condition of the decision, what it must be, and the refusal where it is not.
const CONDITIONS: [(&str, bool, &str); 9] = [
    ("penalty.told", true, "not_told"),
    ("penalty.window_over", true, "window_open"),
    ("penalty.statement_open", false, "statement_open"),
    ("penalty.hearing_open", false, "hearing_open"),
    ("penalty.reviewed", true, "not_reviewed"),
    ("penalty.discussed", true, "not_discussed"),
    ("penalty.grounded", true, "ground_gone"),
    ("penalty.crime_open", false, "crime_open"),
    ("penalty.suit_pending", false, "suit_pending"),
];

fn long() -> Value {
    Value::Text("经查，该单位经责令限期支付，逾期未支付农民工工资，事实清楚，证据充分。".to_owned())
}
fn yuan(n: i64) -> Value {
    Value::Money(Fen::new(n * 100))
}
fn filed() -> Life {
    let now = at(3, 2, 9);
    let given = [
        ("ground", code("refuse_order")),
        ("respondent", id(9)),
        ("subject", code("unit")),
        ("violated_on", Value::Day(now.day())),
        ("second", id(2)),
        ("bureau", code("370705-hrss")),
    ];
    Life::begin_with("penalty", now, given.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}
fn proposal(fine: i64) -> [(&'static str, Value); 3] {
    [("report", long()), ("fine", yuan(fine)), ("degree", code("usual"))]
}
/// Told, and the window is over.
fn told() -> Life {
    let mut l = filed();
    l.go("propose", &officer(), &proposal(3_000));
    l.go("give_notice", &officer(), &[("facts", long())]);
    l.go(builtin::APPROVE, &leader(), &[]);
    let served = [("served_on", Value::Day(l.now.day())), ("way", code("direct")), ("proof", id(9))];
    l.go("serve_notice", &officer(), &served);
    assert_eq!(l.p.state, "window");
    assert_eq!(l.refused("decide", &officer(), &[("facts", long())]), "not_in_state");
    l.now = at(3, 10, 0);
    l.alarm("statement").unwrap();
    assert_eq!(l.p.state, "told");
    l
}
fn codes(m: &MoveDef) -> Vec<&str> {
    m.guards.iter().map(|g| g.code.as_str()).collect()
}

/// All 512 ways the conditions can stand, asked for and again at the last signature.
#[test]
fn every_missing_condition_keeps_a_fine_from_being_decided() {
    for bits in 0..1_u32 << CONDITIONS.len() {
        let holds = |i: usize| bits >> i & 1 == 1;
        let wrong: Vec<&str> = (0..CONDITIONS.len()).filter(|i| !holds(*i)).map(|i| CONDITIONS[i].2).collect();
        let set = |l: &mut Life| {
            for (i, (name, good, _)) in CONDITIONS.iter().enumerate() {
                l.set(name, Value::Bool(if holds(i) { *good } else { !good }));
            }
        };
        let mut l = told();
        set(&mut l);
        if wrong.is_empty() {
            l.go("decide", &officer(), &[("facts", long())]);
            l.go(builtin::APPROVE, &leader(), &[]);
            l.go(builtin::APPROVE, &head(), &[]);
            assert_eq!(l.p.state, "to_serve");
            continue;
        }
        let said = l.refused("decide", &officer(), &[("facts", long())]);
        assert!(wrong.contains(&said.as_str()), "{said}: {wrong:?}");
        // what was in order when it was asked for may no longer be when the head signs
        let mut l = told();
        l.go("decide", &officer(), &[("facts", long())]);
        l.go(builtin::APPROVE, &leader(), &[]);
        set(&mut l);
        let said = l.refused(builtin::APPROVE, &head(), &[]);
        assert!(wrong.contains(&said.as_str()), "{said}: {wrong:?}");
        assert_eq!(l.p.state, "told");
    }
}

/// 处罚法 Art 57: who asks for the decision signs nothing of it, whatever duties he holds; nobody signs twice.
#[test]
fn two_persons_decide_and_a_third_reads_it() {
    let mut l = told();
    let all = Acting { roles: officer().roles.union(&head().roles).cloned().collect(), ..officer() };
    l.go("decide", &all, &[("facts", long())]);
    l.go(builtin::APPROVE, &leader(), &[]);
    let _ = l.refused(builtin::APPROVE, &all, &[]);
    let both = Acting { roles: leader().roles.union(&head().roles).cloned().collect(), ..leader() };
    let _ = l.refused(builtin::APPROVE, &both, &[]);
    assert_eq!(l.p.state, "told");
    l.set("penalty.own", Value::Bool(true));
    assert_eq!(filed().refused("pass_review", &legal(), &[("opinion", long())]), "not_in_state");
    let mut l = filed();
    l.go("propose", &officer(), &proposal(3_000));
    l.set("penalty.own", Value::Bool(true));
    assert_eq!(l.refused("pass_review", &legal(), &[("opinion", long())]), "own_proposal");
    // the ninetieth day passed: it can still be decided, and says why it is late
    let mut l = told();
    l.set("penalty.clock_over", Value::Bool(true));
    assert_eq!(l.refused("decide", &officer(), &[("facts", long())]), "clock_over");
    l.go("decide", &officer(), &[("facts", long()), ("late_reason", words())]);
}

/// What a walk through the definition knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Known {
    proposed: bool,
    told: bool,
    /// The window closed, or a hearing that was asked for was held.
    heard: bool,
    asked: bool,
    decided: bool,
    served: bool,
}

/// Every path of the definition: a decision stands behind a proposal, a notice that was served, and a window or a hearing that is over.
#[test]
fn no_path_decides_unheard() {
    let g = graph("penalty");
    let mut seen: BTreeSet<(String, Known)> = BTreeSet::new();
    let mut queue = VecDeque::from([(g.start.to.clone().unwrap(), Known::default(), vec!["start".to_owned()])]);
    let mut decisions = 0;
    while let Some((state, k, path)) = queue.pop_front() {
        if !seen.insert((state.clone(), k)) {
            continue;
        }
        let behind = ["to_serve", "due", "unpaid", "urged", "enforcing", "paid", "closed", "withdrawing", "revoked"];
        assert_eq!(behind.contains(&state.as_str()), k.decided, "{path:?} is in {state}");
        let owed = ["due", "unpaid", "urged", "enforcing", "paid", "closed"];
        assert!(!owed.contains(&state.as_str()) || k.served, "{path:?} asks for money");
        for m in g.moves.iter().filter(|m| m.from.contains(&state)) {
            let mut next = k;
            for e in &m.effects {
                assert!(e.test.is_none(), "{}: an effect that may not happen", m.name);
                match e.kind {
                    EffectKind::ProposePenalty => {
                        assert!(["above_most", "below_least", "raised_after_statement"].iter().all(|c| codes(m).contains(c)));
                        next.proposed = true;
                    }
                    EffectKind::RestartPenalty => next = Known { proposed: false, told: false, heard: false, asked: false, ..next },
                    EffectKind::TellPenalty => next.told = true,
                    EffectKind::ClosePenaltyWindow => next.heard = true,
                    EffectKind::AskHearing => next.asked = true,
                    EffectKind::HoldHearing => {
                        assert!(k.asked, "{path:?} holds a hearing nobody asked for");
                        next.heard = true;
                    }
                    EffectKind::DecidePenalty => {
                        decisions += 1;
                        assert!(k.proposed && k.told && k.heard && !k.decided, "{path:?} decides");
                        assert_eq!(m.approval.as_deref(), Some("decision"));
                        assert!(CONDITIONS.iter().all(|c| codes(m).contains(&c.2)), "{}", m.name);
                        next.decided = true;
                    }
                    EffectKind::ServePenalty => next.served = true,
                    _ => {}
                }
            }
            let mut path = path.clone();
            path.push(m.name.clone());
            queue.push_back((m.to.clone().unwrap_or_else(|| state.clone()), next, path));
        }
    }
    assert!(decisions > 0 && seen.len() > 20, "{}", seen.len());
    assert!(g.states.iter().all(|s| seen.iter().any(|(x, _)| *x == s.key)), "every state is walked");
    let signers: Vec<&str> = g.chains.iter().find(|c| c.key == "decision").unwrap().steps.iter().map(|s| s.role.as_str()).collect();
    assert_eq!(signers, ["leader@lead", "head@lead"]);
}

/// What must hold before one is filed (处罚法 Art 29, 36; 724 Art 54 to 57).
#[test]
fn nothing_is_filed_without_its_ground() {
    let now = at(3, 2, 9);
    let (g, law) = (graph("penalty"), law());
    for (name, good, refusal) in [
        ("bureau_may", true, "bureau_may_not"),
        ("subject_may", true, "subject_may_not"),
        ("ordered", true, "not_ordered"),
        ("within_limitation", true, "limitation"),
        ("fined_already", false, "fined_already"),
    ] {
        let mut facts = facts_in_order(now);
        facts.insert(format!("penalty.{name}"), Value::Bool(!good));
        let form = [
            ("ground", code("refuse_order")),
            ("respondent", id(9)),
            ("subject", code("unit")),
            ("violated_on", Value::Day(now.day())),
            ("second", id(2)),
        ];
        let form = form.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        let input = StartInput { actor: officer(), occurred_at: now, form };
        let mut ids = Ids::seeded(b"penalty");
        assert_eq!(start(&g, &law, &input, &facts, now, &mut ids).unwrap_err().code, refusal);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    /// Art 45: whatever is said in defence, the fine never rises by it: not in the answer, not in a new proposal.
    #[test]
    fn a_statement_never_raises_a_fine(fine in 2_000_i64..20_000, other in 1_i64..25_000) {
        let mut l = filed();
        l.go("propose", &officer(), &proposal(fine));
        l.set("penalty.fine", yuan(fine));
        l.set("penalty.ceiling", yuan(fine));
        l.go("give_notice", &officer(), &[("facts", long())]);
        l.go(builtin::APPROVE, &leader(), &[]);
        let served = [("served_on", Value::Day(l.now.day())), ("way", code("direct")), ("proof", id(9))];
        l.go("serve_notice", &officer(), &served);
        l.go("state_case", &officer(), &[("received_on", Value::Day(l.now.day())), ("statement", words())]);
        l.set("penalty.statement_open", Value::Bool(true));
        let answer = [("outcome", code("lowered")), ("fine", yuan(other)), ("mitigation", code("undone")), ("reason", words())];
        let now = l.now;
        let done = l.at("answer_statement", &officer(), now, &answer);
        prop_assert_eq!(done.is_ok(), other < fine);
        if done.is_err() {
            l.go("reinvestigate", &officer(), &[("reason", words())]);
            l.go(builtin::APPROVE, &leader(), &[]);
            let now = l.now;
            let again = l.at("propose", &officer(), now, &proposal(other));
            prop_assert_eq!(again.is_ok(), (2_000..=fine).contains(&other));
        }
    }
}
