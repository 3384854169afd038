//! Beats of what follows when an order to pay was not obeyed: the list of joint sanctions, its parties, the announcement.

use super::act::Scene;
use super::lives::Who;
use crate::app::announcements::{self, NewAnnouncement};
use crate::app::claims::judge::{Judge, judge};
use crate::app::penalties::{self, NewPenalty};
use crate::app::write::Tx;
use crate::base::{Error, Result};
use crate::domain::access::DutyKind;
use crate::flow::builtin;
use crate::store::{cases, ledger, orders, procedures};
use serde_json::json;

/// What is found, as it stands in notice and decision.
const FACTS: &str = "经查，该单位拖欠农民工工资，经责令限期支付，逾期未支付，事实清楚。";

/// The fine, in fen: within the bounds of 《劳动保障监察条例》 Art 30, below what may be heard.
const FINE: i64 = 300_000;
/// What is found of an order that was not obeyed.
const REFUSED: &str = "经查，该单位收到行政处理决定后，期满未支付所欠工资，拒不履行，事实清楚，证据确凿。";

impl Scene<'_> {
    /// The listing that the unpaid order opened is examined: proposed, or found not to meet the conditions.
    pub(super) fn examine_listing(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(child) = self.child(tx, "listing")?.filter(|r| r.state == "examining") else { return Ok(()) };
        let (who, case) = (self.who(Who::Officer)?, self.case.id);
        let evidence = self.proof(tx, &who, "statement")?;
        for claim in ledger::claims_of(tx.c, case)? {
            let found = Judge {
                nature: "wages".into(),
                migrant: Some("yes".into()),
                set_apart_fen: None,
                reason: "户籍地为农村。".into(),
                evidence: Some(evidence),
            };
            tx.body(&who, |tx| judge(tx, claim.id, &found))?;
        }
        let credit = Who::Lead(DutyKind::Credit);
        self.go_on(tx, child.id, credit, "recompute", json!({}))?;
        let asked = json!({ "ground": "amount", "withholding": "arrears", "facts": FACTS });
        match self.go_on(tx, child.id, credit, "propose", asked) {
            Err(Error::Refused(_)) => {
                self.go_on(tx, child.id, credit, "not_eligible", json!({ "reason": "未达到列入名单的条件。" }))?;
                self.go_on(tx, child.id, Who::Lead(DutyKind::Head), builtin::APPROVE, json!({ "opinion": "同意。" }))
            }
            other => other,
        }
    }

    /// Paid before the decision, and promised: it is left off the list.
    pub(super) fn leave_the_list(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(child) = self.child(tx, "listing")?.filter(|r| matches!(r.state.as_str(), "examining" | "telling")) else { return Ok(()) };
        let credit = Who::Lead(DutyKind::Credit);
        let who = self.who(credit)?;
        let promise = self.proof(tx, &who, "statement")?;
        self.go_on(tx, child.id, credit, "exit", json!({ "promise": promise, "reason": "已全部付清，并作出书面信用承诺。" }))?;
        self.go_on(tx, child.id, Who::Lead(DutyKind::Head), builtin::APPROVE, json!({ "opinion": "同意。" }))
    }

    fn parties(&self, tx: &mut Tx<'_>) -> Result<Vec<procedures::Row>> {
        let mut all = procedures::of_case(tx.c, self.case.id)?;
        all.retain(|r| r.kind == "listing_party");
        all.sort_by_key(|r| r.id);
        Ok(all)
    }

    /// The legal representative is a party too; both get their notice.
    pub(super) fn tell_parties(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(child) = self.child(tx, "listing")?.filter(|r| r.state == "telling") else { return Ok(()) };
        let credit = Who::Lead(DutyKind::Credit);
        self.w.serial += 1;
        let (name, number, _) = super::reports::member(&mut self.w.rng, self.w.serial);
        let person = json!({
            "kind": "legal_representative", "name": name, "idNumber": number, "post": "执行董事", "postFrom": "2024-03-01", "facts": FACTS,
        });
        self.go_on(tx, child.id, credit, "add_person", person)?;
        let who = self.who(credit)?;
        for p in self.parties(tx)?.into_iter().filter(|p| p.state == "to_tell") {
            let proof = self.proof(tx, &who, "service")?;
            self.go_on(tx, p.id, credit, "serve_notice", json!({ "servedOn": tx.now.day(), "way": "direct", "proof": proof }))?;
        }
        Ok(())
    }

    /// Asked for by the credit officer, signed by the legal officer and the head.
    pub(super) fn decide_listing(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(child) = self.child(tx, "listing")?.filter(|r| r.state == "telling") else { return Ok(()) };
        let asked = json!({ "facts": FACTS, "suitConsidered": true, "paidConsidered": true });
        self.go_on(tx, child.id, Who::Lead(DutyKind::Credit), "decide", asked)?;
        for kind in [DutyKind::Legal, DutyKind::Head] {
            self.go_on(tx, child.id, Who::Lead(kind), builtin::APPROVE, json!({ "opinion": "同意。" }))?;
        }
        Ok(())
    }

    /// Served on both, published; the violation is announced at once.
    pub(super) fn publish_listing(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(child) = self.child(tx, "listing")?.filter(|r| r.state == "listed") else { return Ok(()) };
        let credit = Who::Lead(DutyKind::Credit);
        let who = self.who(credit)?;
        for p in self.parties(tx)?.into_iter().filter(|p| p.state == "to_serve") {
            let proof = self.proof(tx, &who, "service")?;
            self.go_on(tx, p.id, credit, "serve_decision", json!({ "servedOn": tx.now.day(), "way": "direct", "proof": proof }))?;
        }
        self.go_on(tx, child.id, credit, "publish", json!({}))?;
        self.announce(tx)
    }

    /// The decision was not obeyed: a fine is filed, proposed and told.
    pub(super) fn penalize(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(order) = self.child(tx, "payment_order")?.filter(|r| r.state == "unpaid") else { return Ok(()) };
        let Some(row) = orders::of_procedure(tx.c, order.id)? else { return Ok(()) };
        let (who, case) = (self.who(Who::Officer)?, self.case.id);
        let form = json!({ "subject": "unit", "violatedOn": row.pay_by, "second": self.handler(1)?.account() });
        let new = NewPenalty { order: Some(order.id), bureau: None, form };
        let begun = tx.body(&who, |tx| penalties::begin(tx, case, &new))?;
        let report = "经调查，该单位拒不履行行政处理决定，违法事实清楚，证据确凿，建议依法处以罚款。";
        self.go_on(tx, begun.procedure, Who::Officer, "propose", json!({ "fineFen": FINE, "degree": "usual", "report": report }))?;
        self.go_on(tx, begun.procedure, Who::Officer, "give_notice", json!({ "facts": REFUSED }))?;
        self.go_on(tx, begun.procedure, Who::Lead(DutyKind::Leader), builtin::APPROVE, json!({ "opinion": "同意。" }))?;
        let proof = self.proof(tx, &who, "service")?;
        self.go_on(tx, begun.procedure, Who::Officer, "serve_notice", json!({ "servedOn": tx.now.day(), "way": "direct", "proof": proof }))
    }

    /// Nothing was stated within the window: decided, served, and the fine paid the same day.
    pub(super) fn finish_penalty(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(child) = self.child(tx, "penalty")?.filter(|r| r.state == "told") else { return Ok(()) };
        let who = self.who(Who::Officer)?;
        self.go_on(tx, child.id, Who::Officer, "decide", json!({ "facts": REFUSED }))?;
        for kind in [DutyKind::Leader, DutyKind::Head] {
            self.go_on(tx, child.id, Who::Lead(kind), builtin::APPROVE, json!({ "opinion": "同意。" }))?;
        }
        let (day, served) = (tx.now.day(), self.proof(tx, &who, "service")?);
        self.go_on(tx, child.id, Who::Officer, "serve_decision", json!({ "servedOn": day, "way": "direct", "proof": served }))?;
        let (reference, receipt) = (self.reference(), self.proof(tx, &who, "proof")?);
        let paid = json!({ "amountFen": FINE, "paidOn": day, "bankRef": reference, "receipt": receipt });
        self.go_on(tx, child.id, Who::Officer, "record_payment", paid)?;
        self.go_on(tx, child.id, Who::Officer, "settle", json!({}))
    }

    fn announce(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(order) = orders::of_case(tx.c, self.case.id)?.into_iter().find(|o| o.served_on.is_some()) else { return Ok(()) };
        let unit = cases::chain(tx.c, self.case.id)?.into_iter().find(|r| Some(r.id) == order.respondent_id);
        let unit = unit.ok_or(Error::NotFound("respondent"))?;
        let credit = Who::Lead(DutyKind::Credit);
        let (who, case) = (self.who(credit)?, self.case.id);
        let new = NewAnnouncement { order: Some(order.procedure_id), ..NewAnnouncement::default() };
        let begun = tx.body(&who, |tx| announcements::begin(tx, case, &new))?;
        let text = json!({
            "category": "wages", "name": unit.name, "code": unit.uscc, "address": "山东省潍坊市", "head": "（演示）法定代表人",
            "facts": "拖欠农民工工资，经责令限期支付，逾期未支付。", "result": "责令支付所欠工资，列入失信联合惩戒对象名单。", "way": "now",
        });
        self.go_on(tx, begun.procedure, credit, "draft_text", text)?;
        self.go_on(tx, begun.procedure, Who::Lead(DutyKind::Legal), "pass_check", json!({ "privacy": true, "secret": true }))?;
        self.go_on(tx, begun.procedure, credit, "approve_text", json!({}))?;
        self.go_on(tx, begun.procedure, Who::Lead(DutyKind::Head), builtin::APPROVE, json!({ "opinion": "同意。" }))?;
        self.go_on(tx, begun.procedure, credit, "publish_now", json!({}))
    }
}
