//! Promise 8: nothing is listed with a condition missing, whatever is done in whatever order.

use super::*;
use std::collections::BTreeSet;

fn credit() -> Acting {
    person(9, &["credit@lead"])
}
/// A condition of the decision and what it must be.
const CONDITIONS: [(&str, bool, &str); 7] = [
    ("listing.order_stands", true, "order_gone"),
    ("listing.order_stayed", false, "order_stayed"),
    ("listing.employer", true, "not_employer"),
    ("listing.grounded", true, "ground_gone"),
    ("listing.unit_ready", true, "unit_not_told"),
    ("listing.listed_already", false, "listed_already"),
    ("listing.clock_over", false, "clock_over"),
];

fn telling() -> Life {
    let mut l = Life::begin("listing", at(3, 2, 9));
    let facts = [("ground", code("amount")), ("withholding", code("arrears")), ("facts", long())];
    l.go("propose", &credit(), &facts);
    assert_eq!(l.p.state, "telling");
    l
}
fn long() -> Value {
    Value::Text("经查，该单位拖欠农民工工资，经责令限期支付，逾期未支付，事实清楚。".to_owned())
}
fn decision() -> [(&'static str, Value); 3] {
    [("facts", long()), ("suit_considered", Value::Bool(true)), ("paid_considered", Value::Bool(true))]
}

/// Into the list leads one move alone; out of what was taken back, two that need the same signatures or a stay that ended.
#[test]
fn one_move_leads_into_the_list() {
    let g = graph("listing");
    let into: BTreeSet<&str> = g.moves.iter().filter(|m| m.to.as_deref() == Some("listed")).map(|m| m.name.as_str()).collect();
    assert_eq!(into, BTreeSet::from(["decide", "restore", "resume"]));
    let from = |name: &str| g.find(name).unwrap().from.clone();
    let set = |all: &[&str]| -> BTreeSet<String> { all.iter().map(|s| (*s).to_owned()).collect() };
    assert_eq!((from("decide"), from("resume")), (set(&["telling"]), set(&["suspended"])));
    assert_eq!(from("restore"), set(&["removing", "off_list", "removed"]));
    for m in ["decide", "restore"] {
        assert_eq!(g.find(m).unwrap().approval.as_deref(), Some("listing"));
    }
    let signers: Vec<&str> = g.chains.iter().find(|c| c.key == "listing").unwrap().steps.iter().map(|s| s.role.as_str()).collect();
    assert_eq!(signers, ["legal@lead", "head@lead"]);
}

/// All 128 ways the conditions can stand, asked for and again at the last signature.
#[test]
fn every_missing_condition_keeps_a_unit_off_the_list() {
    for bits in 0..1_u32 << CONDITIONS.len() {
        let holds = |i: usize| bits >> i & 1 == 1;
        let wrong: Vec<&str> = (0..CONDITIONS.len()).filter(|i| !holds(*i)).map(|i| CONDITIONS[i].2).collect();
        let set = |l: &mut Life| {
            for (i, (name, good, _)) in CONDITIONS.iter().enumerate() {
                l.set(name, Value::Bool(if holds(i) { *good } else { !good }));
            }
        };
        let mut l = telling();
        set(&mut l);
        if wrong.is_empty() {
            l.go("decide", &credit(), &decision());
            l.go(builtin::APPROVE, &legal(), &[]);
            l.go(builtin::APPROVE, &head(), &[]);
            assert_eq!(l.p.state, "listed");
            continue;
        }
        let said = l.refused("decide", &credit(), &decision());
        assert!(wrong.contains(&said.as_str()), "{said}: {wrong:?}");
        // what was in order when it was asked for may no longer be when the head signs
        let mut l = telling();
        l.go("decide", &credit(), &decision());
        l.go(builtin::APPROVE, &legal(), &[]);
        set(&mut l);
        let said = l.refused(builtin::APPROVE, &head(), &[]);
        assert!(wrong.contains(&said.as_str()), "{said}: {wrong:?}");
        assert_eq!(l.p.state, "telling");
    }
}

/// 行政复议法 Art 42 and 令45 Art 7: what may speak against it is considered, and who asks signs nothing.
#[test]
fn what_may_speak_against_it_is_considered_and_two_persons_decide() {
    let mut l = telling();
    l.set("listing.suit_pending", Value::Bool(true));
    l.set("listing.paid", Value::Bool(true));
    let without = |k: &str| -> Vec<(&'static str, Value)> {
        decision().into_iter().map(|(n, v)| if n == k { (n, Value::Bool(false)) } else { (n, v) }).collect()
    };
    assert_eq!(l.refused("decide", &credit(), &without("suit_considered")), "suit_pending");
    assert_eq!(l.refused("decide", &credit(), &without("paid_considered")), "paid_considered");
    let both = Acting { roles: credit().roles.union(&head().roles).cloned().collect(), ..credit() };
    l.go("decide", &both, &decision());
    l.go(builtin::APPROVE, &legal(), &[]);
    let _ = l.refused(builtin::APPROVE, &both, &[]);
    assert_eq!(l.p.state, "telling");
    l.go(builtin::APPROVE, &head(), &[]);
    assert_eq!(l.p.state, "listed");
}

/// 令45 Art 8: the clock runs from the last day to pay; twenty more on the head's approval, and no more than that.
#[test]
fn the_clock_is_extended_once() {
    let mut l = telling();
    let days = |n: i64| [("days", Value::Int(n)), ("reason", words())];
    l.go("extend", &credit(), &days(20));
    l.go(builtin::APPROVE, &head(), &[]);
    let _ = l.refused("extend", &credit(), &days(1));
}
