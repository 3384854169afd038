//! Orders to pay with several parties: whose debts one covers, whose money discharges it, what its papers say.

use crate::on_both;
use crate::review::act;
use crate::support::TestDb;
use crate::support::app::World;
use crate::town::{Town, opening, report, word};
use crate::workers::{Phone, case_of, filed, text};
use chrono::Duration;
use qingxin::base::id::{CaseId, ClaimId, ProcedureId, RespondentId};
use qingxin::domain::access::Actor;
use qingxin::domain::intake::FilingForm;
use qingxin::domain::ledger::Sums;
use qingxin::law::Fen;
use qingxin::store::ledger::{self, Claim};
use qingxin::store::orders::{self, Order};
use qingxin::store::{cases, procedures};
use serde_json::json;

/// What each worker of these crews is owed, in fen.
const EACH: i64 = 400_000;

/// A project: the general contractor, subcontractor A with three workers, B with five; found owed, under investigation.
fn project(town: &Town) -> (CaseId, ProcedureId, [RespondentId; 3]) {
    let form = FilingForm {
        respondent: "潍坊甲劳务有限公司".into(),
        subcontractor: "潍坊乙劳务有限公司".into(),
        general_contractor: "潍坊总包建设有限公司".into(),
        ..report(1)
    };
    let case = town.file(&form).case.unwrap();
    let p = town.investigate(case);
    let chain = town.app.db.read_blocking(move |c| cases::chain(c, case)).unwrap();
    let of = |role: &str| chain.iter().find(|r| r.role == role).unwrap_or_else(|| panic!("no {role}: {chain:?}")).id;
    let (a, b, gc) = (of("respondent"), of("subcontractor"), of("general_contractor"));
    town.app
        .write_blocking(&Actor::System("tests"), None, move |tx| {
            let first = ledger::claims_of(tx.c, case)?.remove(0);
            let s = Sums::claimed(Fen::new(EACH)).find(Fen::new(EACH), Fen::ZERO).unwrap();
            for k in 0..8 {
                let id: ClaimId = if k == 0 { first.id } else { tx.ids.id(tx.now) };
                let row = Claim { id, respondent_id: Some(if k < 3 { a } else { b }), ..first.with(s) };
                if k == 0 { ledger::update_claim(tx.c, &row)? } else { ledger::insert_claim(tx.c, &row)? }
            }
            let t = ledger::totals(tx.c, case)?.sums;
            tx.change_case(case, true, |c| {
                (c.claimed, c.verified, c.outstanding, c.reported_total) = (t.claimed, t.verified, t.outstanding, t.claimed);
                c.headcount = 8;
            })
        })
        .unwrap();
    (case, p, [a, b, gc])
}

fn newest(town: &Town, case: CaseId) -> ProcedureId {
    let all = town.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
    all.into_iter().filter(|r| r.kind == "payment_order").map(|r| r.id).max().unwrap()
}
fn state(town: &Town, p: ProcedureId) -> String {
    town.app.db.read_blocking(move |c| procedures::get(c, p)).unwrap().unwrap().state
}
fn row(town: &Town, p: ProcedureId) -> Order {
    town.app.db.read_blocking(move |c| orders::of_procedure(c, p)).unwrap().unwrap()
}

fn issue(town: &Town, case: CaseId, p: ProcedureId, on: RespondentId, facts: &str) -> Result<ProcedureId, String> {
    town.go("承办人甲", p, "order_payment", json!({})).unwrap();
    let order = newest(town, case);
    let consent = town.add_evidence("承办人甲", Some(case), None, "知情同意书").unwrap();
    let form = json!({
        "instrument": "decision", "respondent": on, "payBy": town.now().day().plus(14), "heard": true, "consent": consent,
        "hearing": "单位未提出异议。", "facts": facts,
    });
    town.go("承办人甲", order, "issue", form).map_err(|e| word(&e))?;
    sign(town, order);
    Ok(order)
}
fn sign(town: &Town, p: ProcedureId) {
    for who in ["大队长", "法制员", "局长"] {
        town.go(who, p, "approval.approve", json!({})).unwrap();
    }
}
fn pay(town: &Town, case: CaseId, p: ProcedureId, amount: i64, kind: &str, payer: Option<RespondentId>) {
    let proof = town.add_evidence("承办人甲", Some(case), None, "回单").unwrap();
    let mut form = json!({ "amountFen": amount, "paidOn": town.now().day(), "way": "own_account", "payerKind": kind, "proof": proof });
    if let Some(id) = payer {
        form["payer"] = json!(id);
    }
    town.go("承办人甲", p, "record_payment", form).unwrap();
}
fn facts() -> &'static str {
    "经查，该单位拖欠劳动者工资，事实清楚，证据充分。"
}

/// The county's order on the only claim of a case, served today.
pub fn served(w: &World, case: CaseId) -> ProcedureId {
    let proof = {
        let up =
            w.who("kuiwen.handler").upload(&format!("/cases/{case}/evidence"), &[("kind", "proof")], "回证.pdf", &crate::town::pdf("回证"));
        text(&up.ok()["id"])
    };
    act(w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
    let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
    act(w, "kuiwen.leader", case, "assign", json!({ "account": a, "second": b })).unwrap();
    act(w, "kuiwen.handler", case, "docket", json!({ "facts": "用人单位拖欠工资，事实初步清楚。" })).unwrap();
    act(w, "kuiwen.leader", case, "approval.approve", json!({})).unwrap();
    act(w, "kuiwen.head", case, "approval.approve", json!({})).unwrap();
    act(w, "kuiwen.handler", case, "start_investigation", json!({})).unwrap();
    let claim = w.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap().remove(0);
    act(w, "kuiwen.handler", case, "record_finding", json!({ "claim": claim.id, "verifiedFen": claim.claimed, "rejectedFen": 0 })).unwrap();
    act(w, "kuiwen.handler", case, "order_payment", json!({})).unwrap();
    let rows = w.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
    let id = rows.into_iter().find(|r| r.kind == "payment_order").unwrap().id;
    let (p, today) = (id.to_string(), w.now().day());
    let form = json!({
        "instrument": "decision", "respondent": claim.respondent_id, "payBy": today.plus(10), "heard": true, "consent": proof,
        "hearing": "单位未提出异议。", "facts": facts(),
    });
    w.who("kuiwen.handler").act(&p, "issue", form).ok();
    for who in ["kuiwen.leader", "kuiwen.legal", "kuiwen.head"] {
        w.who(who).act(&p, "approval.approve", json!({})).ok();
    }
    let attempt = json!({ "on": today, "way": "direct", "outcome": "delivered", "place": "公司住所", "proof": proof });
    w.who("kuiwen.handler").act(&p, "attempt_service", attempt).ok();
    w.who("kuiwen.handler").act(&p, "serve", json!({ "servedOn": today, "way": "direct", "proof": proof })).ok();
    let pay = json!({ "amountFen": claim.claimed, "paidOn": today, "way": "own_account", "payerKind": "employer", "proof": proof });
    act(w, "kuiwen.handler", case, "record_payment", pay).unwrap();
    id
}

on_both! {
    fn a_denied_receipt_opens_the_order_again(t: &TestDb) {
        let days = [("QINGXIN__SMS__PROVIDER", "show"), ("QINGXIN__WORKERS__IDLE_DAYS", "90"), ("QINGXIN__WORKERS__ABSOLUTE_DAYS", "90")];
        let w = World::with(t, &days);
        let p = Phone::on(&w, "13900000001", "张测试");
        let (filing, _) = filed(&p, 1);
        let case = case_of(&w.app, &filing);
        let order = served(&w, case);
        let state = || w.app.db.read_blocking(move |c| procedures::get(c, order)).unwrap().unwrap().state;
        let row = || w.app.db.read_blocking(move |c| orders::of_procedure(c, order)).unwrap().unwrap();
        let before = row();
        assert_eq!(state(), "paid");
        let one = text(&p.get(&format!("/filings/{filing}/payments")).ok()["payments"][0]["id"]);
        let say = |received: bool| assert_eq!(p.post(&format!("/filings/{filing}/payments/{one}/answer"), json!({ "received": received })).status, 204);
        say(false);
        assert_eq!(state(), "served", "the same day to pay by runs on");
        assert_eq!((row().pay_by, row().served_on), (before.pay_by, before.served_on));
        say(true);
        assert_eq!(state(), "paid");
        // denied after the day: unpaid at once, with what was unpaid kept
        w.pass(Duration::days(15));
        say(false);
        assert_eq!(state(), "unpaid");
        assert_eq!(row().unpaid_at_expiry, Some(before.amount));
    }

    fn an_order_covers_what_the_party_owes_and_is_discharged_by_what_it_pays(t: &TestDb) {
        let town = Town::on(TestDb::new(t.backend).unwrap(), "covers", opening());
        let (case, p, [a, b, gc]) = project(&town);
        let on_a = issue(&town, case, p, a, facts()).unwrap();
        let on_gc = issue(&town, case, p, gc, facts()).unwrap();
        assert_eq!(row(&town, on_a).amount, Fen::new(3 * EACH), "an order on A covers its three workers");
        assert_eq!(row(&town, on_gc).amount, Fen::new(8 * EACH), "the general contractor is liable for both crews");

        // the general contractor pays first: its own order is discharged, the subcontractor's is not
        pay(&town, case, p, 8 * EACH, "general_contractor", Some(gc));
        assert_eq!((state(&town, on_gc).as_str(), state(&town, on_a).as_str()), ("paid", "issued"));
        let file = town.case_file("承办人甲", case).unwrap();
        let seen = file.orders.iter().find(|o| o.procedure == on_a).unwrap();
        assert_eq!((seen.outstanding_fen, seen.undischarged_fen), (Fen::ZERO, Fen::new(3 * EACH)));

        // taken back: the general contractor's order runs again, B has nothing owed by A
        let payment = town.app.db.read_blocking(move |c| ledger::payments_only(c, case)).unwrap().remove(0).id;
        town.go("大队长", p, "reverse_payment", json!({ "payment": payment, "reason": "经核对系误记。" })).unwrap();
        assert_eq!(state(&town, on_gc), "issued");
        // what the debtor itself pays ends the debt under both
        pay(&town, case, p, 8 * EACH, "employer", None);
        assert_eq!((state(&town, on_gc).as_str(), state(&town, on_a).as_str()), ("paid", "paid"));
        town.go("承办人甲", p, "order_payment", json!({})).unwrap_err();
        assert_ne!(a, b);
        assert_eq!(town.ills(), Vec::<String>::new());
    }

    fn an_order_on_a_party_that_owes_nothing_is_refused(t: &TestDb) {
        let town = Town::on(TestDb::new(t.backend).unwrap(), "nothing", opening());
        let (case, p, [_, b, _]) = project(&town);
        let claims = town.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap();
        for k in claims.iter().filter(|k| k.respondent_id == Some(b)) {
            let proof = town.add_evidence("承办人甲", Some(case), None, "回单").unwrap();
            let form = json!({ "claim": k.id, "amountFen": EACH, "paidOn": town.now().day(), "way": "own_account", "payerKind": "employer", "proof": proof });
            town.go("承办人甲", p, "record_payment", form).unwrap();
        }
        assert_eq!(issue(&town, case, p, b, facts()).unwrap_err(), "order_covers_nothing /form/respondent");
    }

    fn the_employers_copy_is_refused_where_it_tells_who_complained(t: &TestDb) {
        let town = Town::on(TestDb::new(t.backend).unwrap(), "copy", opening());
        let (case, p, [a, ..]) = project(&town);
        let number = town.case_file("承办人甲", case).unwrap().filings[0].number.clone();
        // the reporter is 李四测
        for (facts, code) in [
            ("据李师傅反映，该单位拖欠工资。".to_owned(), "paper_tells_surname /form/facts"),
            (format!("登记编号{number}，该单位拖欠工资。"), "paper_tells_number /form/facts"),
        ] {
            assert_eq!(issue(&town, case, p, a, &facts).unwrap_err(), code);
        }
        let order = issue(&town, case, p, a, "经查，该单位拖欠李四测等人工资，事实清楚。").unwrap();
        let id = row(&town, order).document_id.unwrap();
        let page = town
            .app
            .write_blocking(&Actor::System("tests"), None, move |tx| {
                let d = qingxin::store::papers::document(tx.c, id)?.unwrap();
                tx.open_sealed("documents", "body_ct", d.id, &d.body_ct)
            })
            .unwrap();
        assert!(!page.contains("李四测") && page.contains("拖欠劳动者等人工资"), "{page}");
        assert!(page.contains("向1名劳动者"), "three claims of one person are one person: {page}");
    }
}
