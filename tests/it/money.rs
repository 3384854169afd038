//! Money, told by officers and workers: who has it, who says so, what random payments come to, and hundreds of claims at once.

use crate::on_both;
use crate::review::act;
use crate::support::TestDb;
use crate::support::app::World;
use crate::town::{Town, opening, report};
use crate::workers::{Phone, case_of, filed, text, world};
use chrono::Duration;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use qingxin::base::Error;
use qingxin::base::id::{CaseId, ClaimId, ClaimantId, PaymentId, ProcedureId};
use qingxin::domain::access::Actor;
use qingxin::domain::ledger::Sums;
use qingxin::flow::history::Plan;
use qingxin::law::Fen;
use qingxin::store::ledger::{self, Claim};
use qingxin::store::{agreements, filings, procedures};
use serde_json::{Value, json};

/// From its dispatch to a finding of all that was claimed.
pub fn found(w: &World, case: CaseId) -> (String, String) {
    act(w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
    let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
    act(w, "kuiwen.leader", case, "assign", json!({ "account": a, "second": b })).unwrap();
    act(w, "kuiwen.handler", case, "docket", json!({ "facts": "用人单位拖欠工资，事实初步清楚。" })).unwrap();
    act(w, "kuiwen.leader", case, "approval.approve", json!({})).unwrap();
    act(w, "kuiwen.head", case, "approval.approve", json!({})).unwrap();
    act(w, "kuiwen.handler", case, "start_investigation", json!({})).unwrap();
    let claim = claims(w, case).remove(0);
    act(w, "kuiwen.handler", case, "record_finding", json!({ "claim": claim.id, "verifiedFen": claim.claimed, "rejectedFen": 0 })).unwrap();
    (claim.id.to_string(), proof_of_case(w, &case.to_string()))
}

fn claims(w: &World, case: CaseId) -> Vec<Claim> {
    w.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap()
}

fn pay(w: &World, case: CaseId, amount: i64, way: &str, proof: &str) {
    let form = json!({ "amountFen": amount, "paidOn": w.now().day(), "way": way, "payerKind": "employer", "proof": proof });
    act(w, "kuiwen.handler", case, "record_payment", form).unwrap();
}

fn proof_of_case(w: &World, case: &str) -> String {
    let up =
        w.who("kuiwen.handler").upload(&format!("/cases/{case}/evidence"), &[("kind", "proof")], "回单.pdf", &crate::town::pdf("回单"));
    text(&up.ok()["id"])
}

fn complaint(w: &World, case: CaseId) -> procedures::Row {
    child(w, case, "complaint")
}

/// The child of a kind.
fn child(w: &World, case: CaseId, kind: &'static str) -> procedures::Row {
    let all = w.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
    all.into_iter().filter(|r| r.kind == kind).max_by_key(|r| r.id).unwrap_or_else(|| panic!("no {kind}"))
}

on_both! {
    fn the_worker_says_what_arrived(t: &TestDb) {
        let w = World::with(t, &[("QINGXIN__SMS__PROVIDER", "show"), ("QINGXIN__WORKERS__IDLE_DAYS", "90"), ("QINGXIN__WORKERS__ABSOLUTE_DAYS", "90")]);
        let p = Phone::on(&w, "13900000001", "张测试");
        let other = Phone::on(&w, "13900000002", "李旁人");
        let (filing, _) = filed(&p, 1);
        let case = case_of(&w.app, &filing);
        let (_, proof) = found(&w, case);
        let path = format!("/filings/{filing}/payments");
        assert_eq!(p.get(&path).ok()["payments"], json!([]));

        // through the foreman: nothing is paid until the worker says so
        pay(&w, case, 500_000, "through_foreman", &proof);
        assert_eq!(claims(&w, case)[0].paid, Fen::ZERO);
        act(&w, "kuiwen.handler", case, "mark_paid", json!({})).unwrap_err();
        let listed = p.get(&path).ok()["payments"].clone();
        let one = text(&listed[0]["id"]);
        assert_eq!((&listed[0]["counts"], &listed[0]["amountFen"], &listed[0]["way"]), (&json!(false), &json!(500_000), &json!("经包工头、班组长转交")));
        let answer = |received: bool| p.post(&format!("{path}/{one}/answer"), json!({ "received": received }));
        assert_eq!(other.get(&path).status, 404);
        assert_eq!(other.post(&format!("{path}/{one}/answer"), json!({ "received": true })).status, 404);
        assert_eq!(answer(true).status, 204);
        assert_eq!((claims(&w, case)[0].paid, claims(&w, case)[0].discharged), (Fen::new(500_000), Fen::new(500_000)));
        assert_eq!(p.get(&path).ok()["payments"][0]["answer"], "confirmed");

        // taken back within thirty days: it counts no more, and the office hears of it
        w.pass(Duration::days(29));
        assert_eq!(answer(false).status, 204);
        assert_eq!((claims(&w, case)[0].paid, claims(&w, case)[0].outstanding), (Fen::ZERO, Fen::new(1_200_000)));
        let told = |template: &'static str| {
            let who = w.account("kuiwen.handler");
            let all = w.app.db.read_blocking(move |c| qingxin::store::notices::of_case(c, case)).unwrap();
            all.iter().any(|n| n.account_id == Some(who) && n.template == template)
        };
        assert!(told("receipt_denied") && !told("confirmations_alike"));

        // a confirmation older than that stays: another way is named
        assert_eq!(answer(true).status, 204);
        w.pass(Duration::days(31));
        let late = answer(false);
        assert_eq!(late.status, 409);
        late.problem(409, "confirmation_final");
        assert_eq!(claims(&w, case)[0].paid, Fen::new(500_000));
    }

    fn a_receipt_denied_reopens_what_was_concluded(t: &TestDb) {
        let w = world(t);
        let p = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&p, 1);
        let case = case_of(&w.app, &filing);
        let (_, proof) = found(&w, case);
        pay(&w, case, 1_200_000, "own_account", &proof);
        act(&w, "kuiwen.handler", case, "mark_paid", json!({})).unwrap();
        act(&w, "kuiwen.handler", case, "conclude", json!({ "conclusion": "paid_in_full", "summary": "工资已全部支付到本人账户。" })).unwrap();
        act(&w, "kuiwen.leader", case, "approval.approve", json!({})).unwrap();
        act(&w, "kuiwen.head", case, "approval.approve", json!({})).unwrap();
        assert_eq!(complaint(&w, case).state, "concluded");
        let one = text(&p.get(&format!("/filings/{filing}/payments")).ok()["payments"][0]["id"]);
        assert_eq!(p.post(&format!("/filings/{filing}/payments/{one}/answer"), json!({ "received": false })).status, 204);
        let row = complaint(&w, case);
        assert_eq!((row.state.as_str(), row.open), ("investigating", true));
        assert_eq!(claims(&w, case)[0].outstanding, Fen::new(1_200_000));
    }

    fn one_device_for_a_crew_is_one_signal(t: &TestDb) {
        let w = World::with(t, &[("QINGXIN__SMS__PROVIDER", "show"), ("QINGXIN__WORKERS__CONFIRMATIONS_FLAGGED", "1")]);
        let p = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&p, 1);
        let case = case_of(&w.app, &filing);
        let (_, proof) = found(&w, case);
        pay(&w, case, 100, "in_kind", &proof);
        let one = text(&p.get(&format!("/filings/{filing}/payments")).ok()["payments"][0]["id"]);
        assert_eq!(p.post(&format!("/filings/{filing}/payments/{one}/answer"), json!({ "received": true })).status, 204);
        let all = w.app.db.read_blocking(move |c| qingxin::store::notices::of_case(c, case)).unwrap();
        assert!(all.iter().any(|n| n.template == "confirmations_alike"), "many words from one device are told");
    }

    fn a_bureau_never_discharges_its_own_supervision(t: &TestDb) {
        let w = World::new(t);
        let made = w.who("city.desk").post("/filings", crate::support::app::filing(1)).ok();
        let case: CaseId = text(&made["case"]).parse().unwrap();
        let p = complaint(&w, case).id.to_string();
        let form = json!({ "origin": "superior", "level": "order", "reason": "请按期办理并反馈。" });
        w.who("city.supervisor").act(&p, "supervise", form).ok();
        let s = child(&w, case, "supervision").id.to_string();
        w.who("kuiwen.leader").act(&s, "receive", json!({})).ok();
        w.who("kuiwen.leader").act(&s, "feed_back", json!({ "done": "已安排专人办理，三日内完成调查。" })).ok();
        // the county's supervisor sits in the bureau that is supervised
        let discharge = json!({ "reason": "已办结。" });
        w.who("kuiwen.supervisor").act(&s, "discharge", discharge.clone()).problem(409, "own_supervision");
        let offered = w.who("kuiwen.supervisor").get(&format!("/procedures/{s}/moves")).ok();
        let one = offered["moves"].as_array().unwrap().iter().find(|m| m["name"] == "discharge").unwrap();
        assert_eq!(one["allowed"], false, "what is shown is what is allowed");
        w.who("fangzi.supervisor").act(&s, "discharge", discharge.clone()).problem(404, "not_found");
        w.who("city.supervisor").act(&s, "discharge", discharge).ok();
        assert_eq!(child(&w, case, "supervision").state, "discharged");
    }

    fn money_by_month_is_of_the_own_area(t: &TestDb) {
        let w = world(t);
        let p = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&p, 1);
        let case = case_of(&w.app, &filing);
        let (_, proof) = found(&w, case);
        pay(&w, case, 200_000, "own_account", &proof);
        pay(&w, case, 300_000, "through_foreman", &proof);
        act(&w, "kuiwen.handler", case, "make_agreement", json!({})).unwrap();
        let chain = w.app.db.read_blocking(move |c| qingxin::store::cases::chain(c, case)).unwrap();
        let form = json!({
            "payer": chain[0].id, "totalFen": 1_000_000, "plan": [{ "on": "2026-12-10", "amountFen": 1_000_000 }], "signedOn": w.now().day(),
            "accelerates": false, "enforceability": "payment_writ", "proof": proof,
        });
        let agreement = child(&w, case, "agreement").id.to_string();
        w.who("kuiwen.handler").act(&agreement, "sign", form).ok();
        w.set(12, 14, 9, 0);
        w.tick();
        let month = |who: &str, name: &str| {
            let all = w.who(who).get("/reports/money?from=2026-11-01&to=2026-12-31").ok()["months"].clone();
            all.as_array().unwrap().iter().find(|m| m["month"] == name).unwrap().clone()
        };
        let november = month("city.supervisor", "2026-11");
        let figures = ["cases", "claimedFen", "verifiedFen", "paidFen", "outstandingFen", "agreements", "kept", "broken"].map(|k| november[k].as_i64().unwrap());
        assert_eq!(figures, [1, 1_200_000, 1_200_000, 200_000, 1_000_000, 1, 0, 1], "what waits for the worker's word is not paid");
        assert_eq!(month("city.supervisor", "2026-12")["supervisions"], 1);
        assert_eq!(month("kuiwen.leader", "2026-11")["paidFen"], 200_000);
        assert_eq!(month("fangzi.supervisor", "2026-11")["cases"], 0);
        w.who("city.desk").get("/reports/money").problem(403, "forbidden");
        w.who("city.supervisor").get("/reports/money?from=2026-12-01&to=2026-11-01").problem(422, "invalid_input");
        assert!(w.who("kuiwen.leader").page("/money").text().contains("¥2,000.00"));

        // what was given up is read by the bureau that leads; an industry bureau reads the cases it leads, whatever lies in its area
        let waived = json!({ "claim": claims(&w, case)[0].id, "amountFen": 150_000, "alone": true, "proof": proof, "reason": "本人当面说明自愿放弃。" });
        act(&w, "kuiwen.leader", case, "waive", waived).unwrap();
        let bureaus = |who: &str| w.who(who).get("/reports/money?from=2026-11-01&to=2026-12-31").ok()["bureaus"].clone();
        let all = bureaus("city.supervisor");
        let lead = all.as_array().unwrap().iter().find(|b| b["bureau"] == "370705-hrss").unwrap();
        assert_eq!((&lead["figures"]["waivedFen"], &lead["figures"]["paidFen"], &lead["figures"]["month"]), (&json!(150_000), &json!(200_000), &json!("2026-11—2026-12")));
        assert_eq!(bureaus("kuiwen-housing.leader"), json!([]));
        assert_eq!(month("kuiwen-housing.leader", "2026-11")["cases"], 0);
        assert!(w.who("city.supervisor").page("/money").text().contains("¥1,500.00"));
    }

    fn open_complaints_go_over_to_the_version_with_children(t: &TestDb) {
        let town = Town::on(TestDb::new(t.backend).unwrap(), "over", opening());
        let case = town.file(&report(1)).case.unwrap();
        let p = town.investigate(case);
        // as it stood before the second version was published
        town.t.db.write_blocking(|c| c.batch("update procedures set version = 1 where kind = 'complaint'")).unwrap();
        let (old, new) = (town.app.graphs.get("complaint", 1).unwrap(), town.app.graphs.get("complaint", 2).unwrap());
        let before = town.app.db.read_blocking(move |c| procedures::terms_of(c, p)).unwrap();
        let would = town.app.migrate_procedures(&old, &new, &Plan::default(), false, &mut |_| {}).unwrap();
        assert_eq!((would.moved, would.refused.len()), (1, 0), "every state has its place without a map");
        town.app.migrate_procedures(&old, &new, &Plan::default(), true, &mut |_| {}).unwrap();
        let after = town.app.db.read_blocking(move |c| procedures::terms_of(c, p)).unwrap();
        let facts = |all: &[procedures::TermRow]| all.iter().map(|t| (t.key.clone(), t.start_at, t.due_at, t.status.clone())).collect::<Vec<_>>();
        assert_eq!(facts(&before), facts(&after), "clocks run on");
        let claim = town.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap().remove(0);
        town.go("承办人甲", p, "record_finding", json!({ "claim": claim.id, "verifiedFen": claim.claimed, "rejectedFen": 0 })).unwrap();
        town.go("承办人甲", p, "make_agreement", json!({})).unwrap();
        assert_eq!(town.ills(), Vec::<String>::new());
    }

    fn five_hundred_workers_and_twelve_instalments(t: &TestDb) {
        let town = Town::on(TestDb::new(t.backend).unwrap(), "crew", opening());
        let case = town.file(&report(1)).case.unwrap();
        let p = town.investigate(case);
        crew(&town, case, 499, 1_000_003);
        let (total, claims) = owed(&town, case);
        assert_eq!(claims, 500);
        let agreement = agree(&town, case, p, total, 12);
        let proof = town.add_evidence("承办人甲", Some(case), None, "清单").unwrap();
        for n in 0..12_i64 {
            let due = plan_day(&town, n);
            town.pass(due.at(10, 0).max(town.now()), &mut || {});
            let amount = if n == 11 { total - (total / 12) * 11 } else { total / 12 };
            let form = json!({ "amountFen": amount, "paidOn": town.now().day(), "way": "own_account", "payerKind": "employer", "proof": proof });
            town.go("承办人甲", p, "record_payment", form).unwrap();
            let (left, _) = owed(&town, case);
            assert_eq!(left, total - (total / 12) * n.min(11) - amount, "instalment {n}");
        }
        let row = town.app.db.read_blocking(move |c| procedures::get(c, agreement)).unwrap().unwrap();
        assert_eq!(row.state, "kept");
        let all = town.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap();
        assert!(all.iter().all(|c| c.sums().balanced() && c.outstanding == Fen::ZERO));
        assert_eq!(town.ills(), Vec::<String>::new());
    }

    fn doctor_sees_money_that_does_not_add_up(t: &TestDb) {
        let town = Town::on(TestDb::new(t.backend).unwrap(), "ill", opening());
        let case = town.file(&report(1)).case.unwrap();
        let p = town.investigate(case);
        crew(&town, case, 2, 100_003);
        let (total, _) = owed(&town, case);
        agree(&town, case, p, total, 3);
        assert_eq!(town.ills(), Vec::<String>::new());
        for (spoil, word) in [
            ("update instalments set amount = amount + 1 where no = 2", "分期合计"),
            ("update shares set amount = amount - 1", "逐人份额"),
        ] {
            town.t.db.write_blocking(move |c| c.batch(spoil)).unwrap();
            assert!(town.ills().iter().any(|i| i.contains(word)), "{word}: {:?}", town.ills());
        }
    }

    fn random_payments_never_break_the_equations(t: &TestDb) {
        let config = Config { cases: 4, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
        let one = (0_u8..14, any::<u8>(), 0_i64..200_000, any::<bool>());
        let backend = t.backend;
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
            .run(&prop::collection::vec(one, 40), |tries| {
                let town = Town::on(TestDb::new(backend).unwrap(), "pay", opening());
                let case = town.file(&report(1)).case.unwrap();
                let p = town.investigate(case);
                let persons: Vec<ClaimantId> = (1..=5).map(|n| person(&town, case, n)).collect();
                crew_of(&town, case, &persons, 300_007);
                // an agreement on half of it, while the walk goes on
                agree(&town, case, p, 750_000, 3);
                let proof = town.add_evidence("承办人甲", Some(case), None, "回单").unwrap().to_string();
                let mut done = 0;
                for (i, t) in tries.iter().enumerate() {
                    town.pass(town.now().plus(Duration::hours(5)), &mut || {});
                    done += usize::from(attempt(&town, case, p, *t, i, &proof));
                    balanced(&town, case);
                }
                assert!(done > 8, "only {done} went through");
                can_end(&town, case, p, &proof);
                assert_eq!(town.ills(), Vec::<String>::new());
                Ok(())
            })
            .unwrap();
    }
}

/// The person of report `n`, each another; the first is that of the case.
fn person(town: &Town, case: CaseId, n: u32) -> ClaimantId {
    let filing = (n > 1).then(|| town.file(&report(n)).filing);
    let all = town.app.db.read_blocking(move |c| match filing {
        Some(f) => Ok(filings::get(c, f)?.into_iter().collect()),
        None => filings::of_case(c, case),
    });
    all.unwrap().remove(0).claimant_id
}

/// Whatever happened to its money: when every worker has spoken and everything that is owed is paid, every agreement has ended.
fn can_end(town: &Town, case: CaseId, p: ProcedureId, proof: &str) {
    let payments = town.app.db.read_blocking(move |c| ledger::payments_of(c, case)).unwrap();
    for (payment, to) in payments.iter().filter(|(p, _)| p.reversed_at.is_none()) {
        for a in to.iter().filter(|a| !a.counts && a.answer.is_none()) {
            let form = json!({ "claim": a.claim_id, "payment": payment.id, "received": true, "alone": true, "proof": proof, "reason": "电话核实，本人已收到。" });
            town.go("承办人丙", p, "record_receipt", form).unwrap();
            balanced(town, case);
        }
    }
    let (left, _) = owed(town, case);
    if left > 0 {
        let form = json!({ "amountFen": left, "paidOn": town.now().day(), "way": "own_account", "payerKind": "employer", "proof": proof });
        town.go("承办人甲", p, "record_payment", form).unwrap();
        balanced(town, case);
    }
    let rows = town.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
    let states: Vec<&str> = rows.iter().filter(|r| r.kind == "agreement").map(|r| r.state.as_str()).collect();
    assert!(states == ["kept"], "nothing is owed and the agreement is {states:?}");
}

/// A case of so many claims found owed, with an agreement in twelve instalments that runs; its complaint.
pub fn crowded(town: &Town, claims: usize) -> (CaseId, ProcedureId) {
    let case = town.file(&report(1)).case.unwrap();
    let p = town.investigate(case);
    crew(town, case, claims - 1, 1_000_003);
    let (total, _) = owed(town, case);
    agree(town, case, p, total, 12);
    (case, p)
}

/// A child of a case, by its kind.
pub fn child_of(town: &Town, case: CaseId, kind: &str) -> ProcedureId {
    let all = town.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
    all.iter().filter(|r| r.kind == kind).map(|r| r.id).max().unwrap_or_else(|| panic!("no {kind}"))
}

/// More claims of the first worker, found owed in full.
fn crew(town: &Town, case: CaseId, n: usize, each: i64) {
    let first = town.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap().remove(0);
    crew_of(town, case, &vec![first.claimant_id; n + 1], each);
}

/// A claim of each of these persons, found owed in full.
fn crew_of(town: &Town, case: CaseId, persons: &[ClaimantId], each: i64) {
    let (persons, n) = (persons.to_vec(), persons.len() - 1);
    town.app
        .write_blocking(&Actor::System("tests"), None, move |tx| {
            let first = ledger::claims_of(tx.c, case)?.remove(0);
            for (k, claimant_id) in persons.iter().copied().enumerate() {
                let id: ClaimId = if k == 0 { first.id } else { tx.ids.id(tx.now) };
                let mine = each + i64::try_from(k).unwrap() * 7;
                let s = Sums::claimed(Fen::new(mine)).find(Fen::new(mine), Fen::ZERO).unwrap();
                let row = Claim { id, claimant_id, ..first.with(s) };
                if k == 0 { ledger::update_claim(tx.c, &row)? } else { ledger::insert_claim(tx.c, &row)? }
            }
            let t = ledger::totals(tx.c, case)?.sums;
            tx.change_case(case, true, |c| {
                (c.claimed, c.verified, c.outstanding, c.reported_total) = (t.claimed, t.verified, t.outstanding, t.claimed);
                c.headcount = i32::try_from(n + 1).unwrap();
            })
        })
        .unwrap();
}

fn owed(town: &Town, case: CaseId) -> (i64, i64) {
    let t = town.app.db.read_blocking(move |c| ledger::totals(c, case)).unwrap();
    (t.sums.outstanding.get(), t.count)
}

/// The day of instalment `n`: every tenth day from 2026-12-01.
fn plan_day(_: &Town, n: i64) -> qingxin::base::Day {
    qingxin::base::Day::ymd(2026, 12, 1).unwrap().plus(n * 3)
}

/// An agreement on everything in equal instalments; its procedure.
fn agree(town: &Town, case: CaseId, p: ProcedureId, total: i64, n: i64) -> ProcedureId {
    town.go("承办人甲", p, "make_agreement", json!({})).unwrap();
    let rows = town.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
    let agreement = rows.iter().find(|r| r.kind == "agreement").unwrap().id;
    let chain = town.app.db.read_blocking(move |c| qingxin::store::cases::chain(c, case)).unwrap();
    let plan: Vec<Value> = (0..n)
        .map(|k| json!({ "on": plan_day(town, k), "amountFen": if k == n - 1 { total - (total / n) * (n - 1) } else { total / n } }))
        .collect();
    let proof = town.add_evidence("承办人甲", Some(case), None, "协议").unwrap();
    let form = json!({
        "payer": chain[0].id, "totalFen": total, "plan": plan, "signedOn": town.now().day(), "accelerates": false,
        "enforceability": "judicial_confirmation", "proof": proof,
    });
    town.go("承办人甲", agreement, "sign", form).unwrap();
    let shares = town.app.db.read_blocking(move |c| Ok((agreements::newest(c, agreement)?.unwrap(), ()))).unwrap().0;
    let open = town.app.db.read_blocking(move |c| agreements::open_shares(c, shares.id)).unwrap();
    assert_eq!(open.iter().map(|s| s.1.get()).sum::<i64>(), total, "shares sum to the agreement");
    agreement
}

/// One thing tried with money; whether it went through.
fn attempt(town: &Town, case: CaseId, p: ProcedureId, (what, which, amount, flag): (u8, u8, i64, bool), n: usize, proof: &str) -> bool {
    let claims = town.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap();
    let claim = claims[usize::from(which) % claims.len()].id;
    let payments = town.app.db.read_blocking(move |c| ledger::payments_of(c, case)).unwrap();
    let named = payments.get(usize::from(which) % payments.len().max(1));
    let payment: Option<PaymentId> = named.map(|p| p.0.id);
    let part = named.and_then(|p| p.1.get(usize::from(which) / 3 % p.1.len().max(1))).map(|a| a.claim_id);
    let today = town.now().day();
    let (who, name, form) = match what {
        0..=4 => {
            let way = ["own_account", "signed_cash", "through_foreman", "in_kind"][usize::from(which) % 4];
            let payer = ["employer", "general_contractor", "deposit"][usize::from(which) % 3];
            let mut f = json!({ "amountFen": amount, "paidOn": today, "way": way, "payerKind": payer, "proof": proof });
            if flag {
                f["claim"] = json!(claim);
            }
            if what == 0 {
                f["excess"] = json!("mistake");
            }
            if n.is_multiple_of(5) {
                f["bankRef"] = json!(format!("LS{}", n / 10));
            }
            ("承办人甲", "record_payment", f)
        }
        5 => ("大队长", "reverse_payment", json!({ "payment": payment, "reason": "经核对系误记。" })),
        6 => (
            "承办人丙",
            "waive",
            json!({ "claim": claim, "amountFen": amount / 10, "alone": true, "proof": proof, "reason": "本人自愿放弃。" }),
        ),
        7 => ("承办人甲", "resolve_credit", json!({ "payment": payment, "code": "returned", "note": "已退还。" })),
        10..=12 => (
            "承办人丙",
            "record_receipt",
            json!({ "claim": part, "payment": payment, "received": flag, "alone": true, "proof": proof, "reason": "电话核实，本人所述。" }),
        ),
        8 | 13 => ("承办人甲", "record_finding", json!({ "claim": claim, "verifiedFen": amount, "rejectedFen": 0 })),
        _ => ("承办人甲", "amend_claim", json!({ "claim": claim, "claimedFen": amount, "reason": "依职权核定。" })),
    };
    match town.go(who, p, name, form) {
        Ok(_) => true,
        Err(Error::Invalid(_) | Error::Refused(_)) => false,
        Err(e) => panic!("{name}: {e}"),
    }
}

/// Both equations for every claim, and the sums over the case, its claims and what payments allot.
fn balanced(town: &Town, case: CaseId) {
    let (claims, payments, row, totals) = town
        .app
        .db
        .read_blocking(move |c| {
            Ok((
                ledger::claims_of(c, case)?,
                ledger::payments_of(c, case)?,
                qingxin::store::cases::get(c, case)?.unwrap(),
                ledger::totals(c, case)?,
            ))
        })
        .unwrap();
    for claim in &claims {
        assert!(claim.sums().balanced(), "{:?}", claim.sums());
        let counted: i64 =
            payments.iter().flat_map(|(_, to)| to).filter(|a| a.claim_id == claim.id && a.counts).map(|a| a.pays().get()).sum();
        assert_eq!(counted, claim.paid.get());
    }
    for (p, to) in &payments {
        let allotted: i64 = to.iter().map(|a| a.amount.get()).sum();
        assert_eq!(allotted + p.credit.get(), p.amount.get(), "a payment goes to claims and credit to the last fen");
        assert!(p.reversed_at.is_none() || to.iter().all(|a| !a.counts));
    }
    assert_eq!((row.claimed, row.verified, row.paid, row.waived, row.outstanding), {
        let s = totals.sums;
        (s.claimed, s.verified, s.paid, s.waived, s.outstanding)
    });
}
