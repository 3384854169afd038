//! The expression language: parsing, types, values.

use super::super::value::{Facts, Form, Value, ValueType};
use super::*;
use crate::base::Day;
use proptest::prelude::*;

struct World;
impl Scope for World {
    fn ty(&self, name: &str) -> Option<ValueType> {
        Some(match name {
            "case.headcount" => ValueType::Int,
            "claims.outstanding" => ValueType::Money,
            "case.origin" => ValueType::Text,
            "case.recused" => ValueType::List,
            "form.on" => ValueType::Day,
            "form.ok" => ValueType::Bool,
            "form.code" => ValueType::Text,
            "move.actor" => ValueType::Id,
            _ => return None,
        })
    }
    fn codes(&self, list: &str, tag: &str) -> Option<Vec<String>> {
        (list == "conclusion" && tag == "open").then(|| vec!["police".into(), "court".into()])
    }
}
fn checked(text: &str) -> Result<(Expr, ValueType), Problem> {
    parse(text)?.check(&World)
}
fn facts() -> Facts {
    Facts::from([
        ("case.headcount".into(), Value::Int(12)),
        ("claims.outstanding".into(), Value::Money(Fen::new(100_000))),
        ("case.origin".into(), Value::Text("clue".into())),
    ])
}
fn run(text: &str, form: &Form) -> Result<Value, Fault> {
    let (e, _) = checked(text).unwrap();
    e.eval(&Env { facts: &facts(), form, own: &Facts::new() }, &mut Facts::new())
}

#[test]
fn literals_and_operators() {
    let form = Form::from([("code".into(), Value::Text("police".into()))]);
    for (text, want) in [
        ("claims.outstanding == 1000.00元", true),
        ("claims.outstanding == 1000元", true),
        ("claims.outstanding == 100000分", true),
        ("claims.outstanding > 0", true),
        ("0 == claims.outstanding - 1000.00元", true),
        ("case.headcount + 3 - 5 == 10", true),
        ("not case.origin == 'complaint' and case.headcount >= 10", true),
        ("case.origin in ['clue', \"x\"]", true),
        ("case.origin not in ['complaint']", true),
        ("form.code in codes(conclusion, open)", true),
        ("has(form.on) and form.on < 2026-01-01", false),
        ("not has(form.on) or form.on < 2026-01-01", true),
        ("case.headcount < 10 or case.headcount == 12", true),
        ("2026-02-28 + 1 == 2026-03-01", true),
    ] {
        assert_eq!(run(text, &form), Ok(Value::Bool(want)), "{text}");
    }
}

#[test]
fn a_missing_value_is_a_fault_and_used_facts_are_noted() {
    assert_eq!(run("form.on < 2026-01-01", &Form::new()), Err(Fault::Missing("form.on".into())));
    let (e, _) = checked("case.origin == 'clue' or case.headcount > 3").unwrap();
    let mut used = Facts::new();
    assert_eq!(e.truth(&Env { facts: &facts(), form: &Form::new(), own: &Facts::new() }, &mut used), Ok(true));
    assert_eq!(used.keys().collect::<Vec<_>>(), ["case.origin"], "what was not looked at is not noted");
}

#[test]
fn sums_out_of_range_are_a_fault() {
    assert_eq!(run("9223372036854775807 + case.headcount > 0", &Form::new()), Err(Fault::Overflow));
}

#[test]
fn what_does_not_fit_is_found_at_load() {
    for (text, code) in [
        ("case.unknown == 1", "unknown_name"),
        ("has(case.unknown)", "unknown_name"),
        ("case.headcount == 'x'", "types_differ"),
        ("case.origin < 'x'", "not_comparable"),
        ("case.headcount in case.origin", "not_a_list"),
        ("case.headcount in ['x']", "types_differ"),
        ("case.origin + 1 == 2", "types_differ"),
        ("case.origin + 'x' == 'y'", "not_a_number"),
        ("case.headcount and form.ok", "wrong_type"),
        ("form.code in codes(conclusion, nothing)", "unknown_codes"),
        ("form.code =", "bad_expression"),
        ("1000.5元 == claims.outstanding", "bad_expression"),
        ("(((form.ok)", "bad_expression"),
        ("form.ok form.ok", "bad_expression"),
        ("call(form.ok)", "bad_expression"),
        ("'open", "bad_expression"),
        ("", "bad_expression"),
    ] {
        let found = checked(text).map(|_| ());
        assert_eq!(found.map_err(|p| p.code), Err(code), "{text}");
    }
    assert_eq!(parse(&"not ".repeat(5_000)).map_err(|p| p.code), Err("bad_expression"));
    assert_eq!(parse(&"(".repeat(3_000)).map_err(|p| p.code), Err("bad_expression"));
}

fn any_literal() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        (-1_000_000_000_i64..1_000_000_000).prop_map(Value::Int),
        (-1_000_000_000_i64..1_000_000_000).prop_map(|n| Value::Money(Fen::new(n))),
        "[a-z'\\\\\"欠薪 ]{0,8}".prop_map(Value::Text),
        (0_i64..20_000).prop_map(|n| Value::Day(Day::ymd(2000, 1, 1).unwrap().plus(n))),
    ]
}
fn any_expr() -> impl Strategy<Value = Expr> {
    let names = prop::sample::select(vec!["case.headcount", "claims.outstanding", "case.origin", "form.on", "form.ok", "form.none"]);
    let leaf = prop_oneof![
        any_literal().prop_map(Expr::Lit),
        prop::collection::vec(any_literal(), 0..3).prop_map(|l| Expr::Lit(Value::List(l))),
        names.clone().prop_map(|n| Expr::Ref(n.into())),
        names.prop_map(|n| Expr::Has(n.into())),
        Just(Expr::Codes("conclusion".into(), "open".into())),
    ];
    leaf.prop_recursive(5, 40, 2, |e| {
        let two = (e.clone(), e.clone());
        prop_oneof![
            e.prop_map(|a| Expr::Not(Box::new(a))),
            two.clone().prop_map(|(a, b)| Expr::And(Box::new(a), Box::new(b))),
            two.clone().prop_map(|(a, b)| Expr::Or(Box::new(a), Box::new(b))),
            two.clone().prop_map(|(a, b)| Expr::In(Box::new(a), Box::new(b))),
            two.clone().prop_map(|(a, b)| Expr::Add(Box::new(a), Box::new(b))),
            two.clone().prop_map(|(a, b)| Expr::Sub(Box::new(a), Box::new(b))),
            (prop::sample::select(vec![Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge]), two).prop_map(|(op, (a, b))| Expr::Compare(
                op,
                Box::new(a),
                Box::new(b)
            )),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(e in any_expr()) {
        prop_assert_eq!(parse(&e.to_string()), Ok(e));
    }
    #[test]
    fn reading_never_fails_badly(text in "[a-z0-9.()'<>=!,+\\- 元分]{0,60}") {
        let _ = parse(&text);
    }
    /// What passes the check never meets a type fault when facts have the declared types.
    #[test]
    fn what_is_checked_has_no_type_fault(e in any_expr()) {
        if let Ok((e, ty)) = e.check(&World) {
            let form = Form::from([
                ("on".into(), Value::Day(Day::ymd(2026, 1, 1).unwrap())),
                ("ok".into(), Value::Bool(true)),
            ]);
            match e.eval(&Env { facts: &facts(), form: &form, own: &Facts::new() }, &mut Facts::new()) {
                Ok(v) => prop_assert_eq!(v.ty(), ty),
                Err(Fault::Type(t)) => prop_assert!(false, "{}", t),
                Err(Fault::Missing(_) | Fault::Overflow) => {}
            }
        }
    }
}
