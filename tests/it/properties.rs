//! Random moves by random persons at random times: whatever is tried, promises 1 and 2 hold and every chain stays whole.

use crate::support::{Backend, TestDb};
use crate::tables::{count, differ, dump};
use crate::town::{STAFF, Town, opening, report};
use chrono::Duration;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use qingxin::app::perform::{self, Command, Given};
use qingxin::base::id::ProcedureId;

use qingxin::base::{At, Error};
use qingxin::domain::intake::FilingForm;
use qingxin::flow::graph::{FieldDef, FieldKind, Graph};
use qingxin::flow::{builtin, form};
use qingxin::store::{cases, ledger, procedures};
use serde_json::{Value, json};

/// One thing tried: which procedure, which move, who first, what values, how long time passes before.
type Try = (u8, u8, u8, u32, u8);

fn run(backend: Backend, cases: u32, steps: usize) {
    if TestDb::new(backend).is_none() {
        return;
    }
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let one: (_, _, _, _, _) = (any::<u8>(), any::<u8>(), any::<u8>(), any::<u32>(), any::<u8>());
    TestRunner::new_with_rng(config, proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha))
        .run(&prop::collection::vec(one, steps), |tries| {
            live(backend, &tries);
            Ok(())
        })
        .unwrap();
}

#[test]
fn random_lives_keep_the_promises_on_sqlite() {
    run(Backend::Sqlite, 5, 70);
}
#[test]
fn random_lives_keep_the_promises_on_postgres() {
    run(Backend::Postgres, 3, 70);
}

fn live(backend: Backend, tries: &[Try]) {
    let town = Town::on(TestDb::new(backend).unwrap(), "random", opening());
    for n in 0..2 {
        town.file(&report(n));
    }
    let mut made = 0;
    for (i, t) in tries.iter().enumerate() {
        pass(&town, t.4);
        if i == tries.len() / 2 {
            // the first worker again, by another channel: it joins
            town.file(&FilingForm { channel: "hotline_12345".into(), source_number: "WF12345-1".into(), ..report(0) });
        }
        made += usize::from(attempt(&town, *t));
        if i % 7 == 3 {
            // the dashboard's summaries by the journal alone: no page of rows that heals them
            qingxin::jobs::sequence(&town.app).unwrap();
            town.app.count_journal().unwrap();
        }
        promise_one(&town);
    }
    assert!(made > tries.len() / 6, "only {made} moves of {} went through", tries.len());
    qingxin::jobs::sequence(&town.app).unwrap();
    town.app.count_journal().unwrap();
    let (seen, differ) = town.app.check_summaries().unwrap();
    assert!(seen > 3 && differ.is_empty(), "the summaries are not what the rows come to: {differ:?}");
    let found = town.ills();
    assert_eq!(found, Vec::<String>::new());
    qingxin::jobs::sequence(&town.app).unwrap();
    assert_eq!(count(&town.t.db, "select count(*) from events where log_no is null"), 0);
}

/// Mostly minutes, sometimes days: with the alarms of that time.
fn pass(town: &Town, by: u8) {
    let d = match by {
        0..=199 => Duration::minutes(i64::from(by)),
        200..=245 => Duration::hours(i64::from(by) - 190),
        _ => Duration::days(i64::from(by) - 240),
    };
    town.pass(town.now().plus(d), &mut || {});
}

/// Tries one move with everybody until somebody is allowed to; a refusal changes nothing at all.
fn attempt(town: &Town, (which, what, who, values, _): Try) -> bool {
    let rows = town.app.db.read_blocking(|c| procedures::open_page(c, uuid::Uuid::nil().into(), 100)).unwrap();
    let Some(row) = rows.get(usize::from(which) % rows.len().max(1)) else { return false };
    let graph = town.app.graphs.get(&row.kind, row.version).unwrap();
    let mut names: Vec<&str> = graph.moves.iter().filter(|m| m.from.contains(&row.state) && !m.told).map(|m| m.name.as_str()).collect();
    if row.pending_role.is_some() {
        // a waiting request is mostly signed
        names = if what % 4 == 0 { vec![builtin::REJECT, builtin::WITHDRAW] } else { vec![builtin::APPROVE] };
    } else if what % 3 != 0 {
        names.retain(|n| graph.find(n).is_some_and(|m| m.goes()));
    }
    let Some(name) = names.get(usize::from(what) % names.len().max(1)).map(|n| (*n).to_owned()) else { return false };
    let fields = form::fields(&graph, &name).unwrap_or_default();
    let json = fill(town, row, &graph, &fields, values);
    let before = (values % 16 == 0).then(|| dump(&town.app.db));
    for k in 0..STAFF.len() {
        let (_, person, _) = STAFF[(usize::from(who) + k) % STAFF.len()];
        let on = (values % 11 == 0).then(|| town.now().plus(-Duration::hours(i64::from(values % 97))));
        match one(town, person, row.id, &name, json.clone(), on) {
            Ok(()) => return true,
            Err(Error::NotFound(_)) => continue,
            Err(Error::Refused(r))
                if ["not_your_role", "not_your_signature", "own_request", "signed_already", "not_your_request"]
                    .contains(&r.code.as_str()) => {}
            Err(Error::Refused(_) | Error::Invalid(_)) => break,
            Err(e) => panic!("{person} {name} on {} in {}: {e}", row.kind, row.state),
        }
    }
    if let Some(before) = before {
        assert_eq!(differ(&before, &dump(&town.app.db)), Vec::<String>::new(), "{name} was refused and left something");
    }
    false
}

fn one(town: &Town, who: &str, procedure: ProcedureId, name: &str, form: Value, on: Option<At>) -> qingxin::base::Result<()> {
    let cmd = Command { procedure, name: name.into(), form: Given::Raw(form), occurred_at: on, seen: None, term: None };
    town.app.write_blocking(&town.actor(who), None, move |tx| perform::perform_in(tx, &cmd)).map(drop)
}

/// Values for a form: mostly fitting, sometimes not.
fn fill(town: &Town, row: &procedures::Row, graph: &Graph, fields: &[FieldDef], seed: u32) -> Value {
    let mut out = serde_json::Map::new();
    let claims = row.case_id.map(|c| town.app.db.read_blocking(move |x| ledger::claims_of(x, c)).unwrap()).unwrap_or_default();
    let owed: i64 = claims.iter().map(|c| c.outstanding.get()).sum();
    let mut n = seed;
    for f in fields {
        n = n.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        let pick = usize::try_from(n >> 8).unwrap_or(0);
        if !f.required && f.required_if.is_none() && pick % 2 == 0 {
            continue;
        }
        let claim = claims.get(pick % claims.len().max(1));
        let v = match f.kind {
            FieldKind::Text | FieldKind::LongText => json!(format!("{}：随机情形下的说明文字。", f.title)),
            FieldKind::Int => json!(pick % 12),
            FieldKind::Money => {
                let whole = claim.map_or(100, |c| match f.key.as_str() {
                    "verified" => c.claimed.get(),
                    "amount" => c.outstanding.get().max(1),
                    "rejected" => 0,
                    "total" => owed.max(1),
                    _ => c.claimed.get().max(1),
                });
                json!(format!("{}.{:02}", whole / 100, whole % 100))
            }
            FieldKind::Day if ["pay_by", "due_on"].contains(&f.key.as_str()) => json!(town.now().day().plus(5).to_string()),
            FieldKind::Day => json!(town.now().day().to_string()),
            // a talk is to come, everything else was
            FieldKind::At if f.key == "on_at" => json!(town.now().plus(Duration::hours(2))),
            FieldKind::At => json!(town.now()),
            FieldKind::Bool => json!(pick % 3 != 0),
            FieldKind::Choice => match f.choices.get(pick % f.choices.len().max(1)) {
                Some((c, _)) => json!(c),
                None => continue,
            },
            FieldKind::Bureau => json!(["370705-hrss", "370702-hrss", "370705-housing", "370799-none"][pick % 4]),
            FieldKind::Area => json!(["370705", "370702", "370799"][pick % 3]),
            FieldKind::Account => json!(
                town.account(if graph.key == "complaint" && f.key == "second" {
                    "承办人乙"
                } else {
                    ["承办人甲", "承办人丙", "潍城承办人"][pick % 3]
                })
                .to_string()
            ),
            FieldKind::Claim => match claim {
                Some(c) => json!(c.id.to_string()),
                None => continue,
            },
            FieldKind::Case => continue,
            FieldKind::Respondent => match row.case_id.map(|c| town.app.db.read_blocking(move |x| cases::chain(x, c)).unwrap()) {
                Some(chain) if !chain.is_empty() => json!(chain[pick % chain.len()].id.to_string()),
                _ => continue,
            },
            FieldKind::Payment => match row.case_id.map(|c| town.app.db.read_blocking(move |x| ledger::payments_only(x, c)).unwrap()) {
                Some(all) if !all.is_empty() => json!(all[pick % all.len()].id.to_string()),
                _ => continue,
            },
            FieldKind::Plan => json!([{ "on": town.now().day().plus(3), "amountFen": owed }]),
            FieldKind::Evidence | FieldKind::EvidenceList => {
                let filing = row.filing_id.filter(|_| row.case_id.is_none());
                match town.add_evidence("受理员", row.case_id, filing, &format!("材料{n}")) {
                    Ok(id) => json!(id.to_string()),
                    Err(_) => continue,
                }
            }
        };
        out.insert(f.key.clone(), v);
    }
    Value::Object(out)
}

/// Every open procedure has a holder, a live duty and an alarm for what is to come; the worklist's date is the duty's.
fn promise_one(town: &Town) {
    let (rows, terms) = town
        .app
        .db
        .read_blocking(|c| {
            let rows = procedures::open_page(c, uuid::Uuid::nil().into(), 100)?;
            let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
            let terms = procedures::terms_of_many(c, &ids)?;
            Ok((rows, terms))
        })
        .unwrap();
    for r in rows {
        assert!(!r.holder_role.is_empty() && !r.holder_bureau.is_empty(), "{} in {} has no holder", r.kind, r.state);
        let live: Vec<_> = terms.iter().filter(|t| t.procedure_id == r.id && t.status == "live" && t.kind == "duty").collect();
        assert!(!live.is_empty(), "{} in {} has no live duty", r.kind, r.state);
        assert!(r.due_at.is_some_and(|d| live.iter().any(|t| t.due_at == d)), "{} in {}: the worklist shows another date", r.kind, r.state);
    }
}
