//! A worker's word on money: one device that speaks for a crew, and who has no telephone of the own.

use crate::on_both;
use crate::review::act;
use crate::support::app::World;
use crate::workers::{Phone, case_of, filed, text};
use qingxin::base::id::{CaseId, ClaimId, FilingId};
use qingxin::law::Fen;
use qingxin::store::ledger::{self, Claim};
use qingxin::store::{filings, notices};
use serde_json::json;

/// A claim in the case for the person of another filing, which goes over to the case.
fn joins(w: &World, case: CaseId, filing: &str) -> ClaimId {
    let filing: FilingId = filing.parse().unwrap();
    w.app
        .write_blocking(&qingxin::domain::access::Actor::System("tests"), None, move |tx| {
            let f = filings::get(tx.c, filing)?.unwrap();
            let first = ledger::claims_of(tx.c, case)?.remove(0);
            let row = Claim { id: tx.ids.id(tx.now), filing_id: filing, claimant_id: f.claimant_id, ..first };
            ledger::insert_claim(tx.c, &row)?;
            // as joining a case does it; what is tried here is the word alone
            filings::update(tx.c, &filings::Filing { case_id: Some(case), ..f })?;
            let t = ledger::totals(tx.c, case)?.sums;
            tx.change_case(case, true, |c| {
                (c.claimed, c.verified, c.outstanding, c.reported_total) = (t.claimed, t.verified, t.outstanding, t.claimed);
                c.headcount = 2;
            })?;
            Ok(row.id)
        })
        .unwrap()
}

on_both! {
    fn beyond_so_many_words_of_one_device_somebody_rings(t: &TestDb) {
        let w = World::with(t, &[("QINGXIN__SMS__PROVIDER", "show"), ("QINGXIN__WORKERS__CONFIRMATIONS_FLAGGED", "1")]);
        let (p, q) = (Phone::on(&w, "13900000001", "张测试"), Phone::on(&w, "13900000002", "李测试"));
        let (filing, _) = filed(&p, 1);
        let case = case_of(&w.app, &filing);
        let proof = crate::money::found(&w, case).1;
        let (other, _) = filed(&q, 2);
        let second = joins(&w, case, &other);
        let claims = || w.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap();
        let first = claims().iter().find(|c| c.id != second).unwrap().id;
        for (claim, amount) in [(first, 200), (second, 300)] {
            let form = json!({ "claim": claim, "amountFen": amount, "paidOn": w.now().day(), "way": "through_foreman", "payerKind": "employer", "proof": proof });
            act(&w, "kuiwen.handler", case, "record_payment", form).unwrap();
        }
        let paid = |id: ClaimId| claims().into_iter().find(|c| c.id == id).unwrap().paid;
        let one = |phone: &Phone<'_>, f: &str| phone.get(&format!("/filings/{f}/payments")).ok()["payments"][0].clone();
        let says = |phone: &Phone<'_>, f: &str| {
            let id = text(&one(phone, f)["id"]);
            assert_eq!(phone.post(&format!("/filings/{f}/payments/{id}/answer"), json!({ "received": true })).status, 204);
            id
        };
        says(&p, &filing);
        assert_eq!(paid(first), Fen::new(200));
        let payment = says(&q, &other);
        assert_eq!(paid(second), Fen::ZERO, "the second word of the same device waits for a call");
        let seen = one(&q, &other);
        assert_eq!((&seen["counts"], &seen["awaitsCall"], &seen["answer"]), (&json!(false), &json!(true), &json!("confirmed")));
        let told = w.app.db.read_blocking(move |c| notices::of_case(c, case)).unwrap();
        assert!(told.iter().any(|n| n.template == "confirmations_alike"));

        // somebody who does not handle the case rings: the handler himself may not say what he heard
        let form = json!({ "payment": payment, "claim": second, "received": true, "alone": true, "proof": proof, "reason": "电话核实，本人已收到。" });
        act(&w, "kuiwen.handler", case, "record_receipt", form.clone()).unwrap_err();
        act(&w, "kuiwen.leader", case, "record_receipt", form).unwrap();
        assert_eq!(paid(second), Fen::new(300));
        let seen = one(&q, &other);
        assert_eq!((&seen["counts"], &seen["awaitsCall"]), (&json!(true), &json!(false)));
    }
}
