//! Forms and offers of the shipped definitions.

use super::*;
use crate::flow::form::{parse_form, split};
use crate::flow::offer::offer;
use serde_json::json;

#[test]
fn json_and_html_come_to_the_same_form() {
    let g = graph("complaint");
    let claim = "01890a5d-ac96-774b-bcce-b302099a8057";
    let a = json!({"claim": claim, "amountFen": 140_950, "paidOn": "2026-03-02", "way": "own_account", "payerKind": "employer", "proof": claim});
    let b = json!({"claim": claim, "amount": "１,409.50", "paid_on": "2026-03-02", "way": "own_account", "payer_kind": "employer", "proof": claim, "bank_ref": "  "});
    let form = parse_form(&g, "record_payment", &a).unwrap();
    assert_eq!(form, parse_form(&g, "record_payment", &b).unwrap());
    assert_eq!(form["amount"], Value::Money(Fen::new(140_950)));
}

#[test]
fn every_wrong_field_is_named() {
    let g = graph("complaint");
    let bad =
        json!({"claim": "x", "amountFen": 0, "paidOn": "2026-02-30", "payerKind": "uncle", "bankRef": "9".repeat(65), "extra/one": 1});
    let found = parse_form(&g, "record_payment", &bad).unwrap_err();
    let all: Vec<(&str, &str)> = found.iter().map(|f| (f.pointer.as_str(), f.code.as_str())).collect();
    assert_eq!(
        all,
        [
            ("/form/amountFen", "too_small"),
            ("/form/paidOn", "not_a_day"),
            ("/form/way", "required"),
            ("/form/payerKind", "not_a_choice"),
            ("/form/claim", "not_an_id"),
            ("/form/bankRef", "too_long"),
            ("/form/proof", "required"),
            ("/form/extra~1one", "unknown_field"),
        ]
    );
    assert!(found.iter().all(|f| !f.message.contains('{') && !f.message.is_ascii()));
    for (value, code) in [(json!(1.5), "not_fen"), (json!("12,3"), "not_fen"), (json!(-1), "too_small")] {
        let form = json!({"claim": uuid::Uuid::nil(), "claimedFen": value, "reason": "因为如此这般"});
        assert_eq!(parse_form(&g, "amend_claim", &form).unwrap_err()[0].code, code);
    }
    assert_eq!(parse_form(&g, "fly", &json!({})).unwrap_err()[0].code, "unknown_move");
    assert_eq!(parse_form(&g, "archive", &json!([])).unwrap_err()[0].code, "not_an_object");
}

#[test]
fn a_field_may_be_required_by_another() {
    let g = graph("complaint");
    let id = uuid::Uuid::nil();
    let without = json!({"claim": id, "verifiedFen": 1, "rejectedFen": 2});
    let found = parse_form(&g, "record_finding", &without).unwrap_err();
    assert_eq!((found.len(), found[0].pointer.as_str(), found[0].code.as_str()), (1, "/form/reason", "required"));
    assert!(parse_form(&g, "record_finding", &json!({"claim": id, "verifiedFen": 1, "rejectedFen": 0})).is_ok());
    let list = json!({"claim": id, "claimed": "12", "reason": "因为如此这般", "files": [id, id]});
    assert_eq!(parse_form(&g, "amend_claim", &list).unwrap()["files"], Value::List(vec![Value::Id(id), Value::Id(id)]));
}

#[test]
fn free_words_are_parted_from_what_an_event_may_hold() {
    let g = graph("complaint");
    let m = g.find("decide").unwrap();
    let form = Form::from([
        ("content".to_owned(), words()),
        ("number".to_owned(), code("潍人社监〔2026〕1号")),
        ("kind".to_owned(), code("penalty")),
    ]);
    let (open, sealed) = split(&m.form, &form);
    assert_eq!(open.keys().collect::<Vec<_>>(), ["kind", "number"]);
    assert_eq!(sealed.keys().collect::<Vec<_>>(), ["content"]);
}

#[test]
fn what_is_offered_is_what_is_allowed() {
    let mut l = Life::investigating();
    let names = |l: &Life, who: &Acting| -> Vec<(String, bool)> {
        offer(&l.g, &l.law, &l.p, who, &l.facts, l.now).into_iter().map(|o| (o.name, o.allowed)).collect()
    };
    let mine = names(&l, &officer());
    assert!(mine.contains(&("finish_investigation".into(), true)) && mine.contains(&("mark_paid".into(), false)));
    assert!(!mine.iter().any(|m| m.0 == "receipt_denied" || m.0 == "reassign" || m.0 == "archive"));
    assert!(names(&l, &person(9, &["desk@oversight"])).is_empty());
    let all = offer(&l.g, &l.law, &l.p, &officer(), &l.facts, l.now);
    let paid = all.iter().find(|o| o.name == "mark_paid").unwrap();
    assert_eq!(paid.refusal.as_ref().unwrap().code, "not_paid_yet");
    assert_eq!(all.iter().find(|o| o.name == "extend_investigation").unwrap().signatures, ["大队长审核", "局领导审批"]);

    // Everything allowed without a form goes through as offered.
    for o in all.iter().filter(|o| o.allowed && o.form.iter().all(|f| !f.required && !f.sometimes_required)) {
        let mv = Move { name: o.name.clone(), actor: officer(), occurred_at: l.now, form: Form::new(), term: None };
        assert!(step(&l.g, &l.law, &l.p, &mv, &l.facts, l.now, &mut Ids::seeded(b"o")).is_ok(), "{}", o.name);
    }

    l.go("extend_investigation", &officer(), &[("days", Value::Int(5)), ("reason", words())]);
    assert!(names(&l, &leader()).contains(&(builtin::APPROVE.into(), true)));
    assert!(names(&l, &officer()).contains(&(builtin::WITHDRAW.into(), true)));
    assert!(names(&l, &officer()).contains(&("finish_investigation".into(), false)));
    let both = person(1, &["leader@lead"]);
    assert!(names(&l, &both).contains(&(builtin::APPROVE.into(), false)));
    let v = serde_json::to_value(&offer(&l.g, &l.law, &l.p, &officer(), &l.facts, l.now)[0]).unwrap();
    assert!(v.get("toTitle").is_some() && v["form"].is_array());
}

#[test]
fn a_move_says_which_facts_it_needs() {
    let l = Life::investigating();
    let needs = |name: &str| l.g.find(name).unwrap().groups.clone();
    assert_eq!(needs("mark_paid").into_iter().collect::<Vec<_>>(), ["claims"]);
    assert_eq!(needs("add_note").len(), 0);
    assert!(l.g.start.groups.contains("case"), "terms armed on entry count too");
    assert!(l.g.find("docket").unwrap().numbers.contains("inspection.officers"));
}
