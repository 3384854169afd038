//! Beats of money beside the complaint: agreements with their instalments, orders to pay, supervisions.

use super::act::Scene;
use super::lives::Who;
use super::reports;
use crate::app::claims::roster;
use crate::app::write::Tx;
use crate::base::{Error, Result};
use crate::domain::access::DutyKind;
use crate::domain::agreement;
use crate::domain::intake::profile::Field;
use crate::store::{agreements, cases, ledger, orders, procedures};
use serde_json::{Value as Json, json};

/// Days from one instalment to the next.
const APART: i64 = 21;

impl Scene<'_> {
    /// The newest running procedure of a kind beside the complaint.
    pub(super) fn child(&self, tx: &mut Tx<'_>, kind: &str) -> Result<Option<procedures::Row>> {
        Ok(procedures::of_case(tx.c, self.case.id)?.into_iter().filter(|r| r.kind == kind && r.open).max_by_key(|r| r.id))
    }
    fn owed(&self, tx: &mut Tx<'_>) -> Result<i64> {
        Ok(ledger::totals(tx.c, self.case.id)?.sums.outstanding.get())
    }

    pub(super) fn agree(&mut self, tx: &mut Tx<'_>, n: i64) -> Result<()> {
        let total = self.owed(tx)?;
        let payer = cases::chain(tx.c, self.case.id)?.first().map(|r| r.id).ok_or(Error::NotFound("respondent"))?;
        self.go(tx, Who::Officer, "make_agreement", json!({}))?;
        let Some(child) = self.child(tx, "agreement")? else { return Ok(()) };
        let today = tx.now.day();
        let part = total / n;
        let plan: Vec<Json> = (1..=n)
            .map(|k| json!({ "on": today.plus(k * APART), "amountFen": if k == n { total - part * (n - 1) } else { part } }))
            .collect();
        let who = self.who(Who::Officer)?;
        let proof = self.proof(tx, &who, "contract")?;
        let form = json!({
            "payer": payer, "totalFen": total, "plan": plan, "signedOn": today, "accelerates": n > 2,
            "enforceability": "judicial_confirmation", "proof": proof,
        });
        self.go_on(tx, child.id, Who::Officer, "sign", form)
    }

    pub(super) fn instalment(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(child) = self.child(tx, "agreement")? else { return Ok(()) };
        let Some(row) = agreements::newest(tx.c, child.id)? else { return Ok(()) };
        let plan: Vec<agreement::Instalment> = agreements::instalments_of(tx.c, row.id)?
            .iter()
            .map(|i| agreement::Instalment { due_on: i.due_on, amount: i.amount })
            .collect();
        let agreements::Course { settled, left } = agreements::course(tx.c, row.id)?;
        let filled = agreement::filled(&plan, settled);
        let asked = agreement::asked(&plan, settled, left);
        let Some((i, f)) = asked.iter().zip(&filled).find(|(i, f)| f < i) else { return Ok(()) };
        let amount = i.get() - f.get();
        self.paid(tx, amount, "employer")
    }

    /// One payment to everybody in proportion.
    fn paid(&mut self, tx: &mut Tx<'_>, amount: i64, payer: &'static str) -> Result<()> {
        let reference = self.reference();
        let day = tx.now.day().to_string();
        self.with_proof(
            tx,
            "proof",
            "record_payment",
            &|id| json!({ "amountFen": amount, "paidOn": day, "way": "own_account", "payerKind": payer, "bankRef": reference, "proof": id }),
        )
    }

    pub(super) fn order(&mut self, tx: &mut Tx<'_>, days: i64) -> Result<()> {
        let first = cases::chain(tx.c, self.case.id)?.first().map(|r| r.id);
        let owing = ledger::claims_of(tx.c, self.case.id)?.into_iter().find(|c| c.outstanding.is_positive()).and_then(|c| c.respondent_id);
        let respondent = owing.or(first).ok_or(Error::NotFound("respondent"))?;
        self.go(tx, Who::Officer, "order_payment", json!({}))?;
        let Some(child) = self.child(tx, "payment_order")? else { return Ok(()) };
        let who = self.who(Who::Officer)?;
        let consent = self.proof(tx, &who, "statement")?;
        let form = json!({
            "instrument": "decision", "consent": consent, "respondent": respondent, "payBy": tx.now.day().plus(days + 7), "heard": true,
            "hearing": "用人单位陈述资金紧张，未对欠薪事实提出异议。",
            "facts": "经调查，用人单位未按约定足额支付工资，事实清楚、证据充分。",
        });
        self.go_on(tx, child.id, Who::Officer, "issue", form)
    }

    pub(super) fn serve_order(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(child) = self.child(tx, "payment_order")? else { return Ok(()) };
        let who = self.who(Who::Officer)?;
        let proof = self.proof(tx, &who, "service")?;
        let day = tx.now.day();
        let attempt = json!({ "on": day, "way": "direct", "outcome": "delivered", "place": "用人单位住所", "addressConfirmed": true, "proof": proof });
        self.go_on(tx, child.id, Who::Officer, "attempt_service", attempt)?;
        self.go_on(tx, child.id, Who::Officer, "serve", json!({ "servedOn": day, "way": "direct", "proof": proof }))
    }

    /// Not paid by the day: compensation is ordered, the crime test made.
    pub(super) fn follow_up(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(child) = self.child(tx, "payment_order")?.filter(|r| r.state == "unpaid") else { return Ok(()) };
        self.go_on(tx, child.id, Who::Officer, "fix_compensation", json!({ "percent": 50, "reason": "逾期未支付，责令加付赔偿金。" }))?;
        for kind in [DutyKind::Leader, DutyKind::Legal, DutyKind::Head] {
            self.go_on(tx, child.id, Who::Lead(kind), crate::flow::builtin::APPROVE, json!({ "opinion": "同意。" }))?;
        }
        let reason = "经营困难，未发现有能力支付而不支付或者逃匿的情形。";
        self.go_on(tx, child.id, Who::Officer, "test_crime", json!({ "result": "no_refusal", "reason": reason }))?;
        self.examine_listing(tx)
    }

    /// The others of a crew, each with days and a daily wage.
    pub(super) fn roster(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let to = tx.now.day().plus(-30);
        let from = to.plus(-69);
        let mut lines = Vec::new();
        for _ in 1..self.case.headcount {
            self.w.serial += 1;
            let (name, id, phone) = reports::member(&mut self.w.rng, self.w.serial);
            let (days, wage) = (self.w.rng.range(18, 60), self.w.rng.range(22, 38) * 10);
            lines.push(vec![
                (Field::ReporterName, name),
                (Field::ReporterId, id),
                (Field::ReporterPhone, phone),
                (Field::PeriodFrom, from.to_string()),
                (Field::PeriodTo, to.to_string()),
                (Field::Days, days.to_string()),
                (Field::DailyWage, wage.to_string()),
                (Field::Amount, (days * wage).to_string()),
            ]);
        }
        let sheet = tx.app.form_roster(&lines)?;
        let (who, case) = (self.who(Who::Officer)?, self.case.id);
        let report = tx.body(&who, |tx| roster::enter(tx, case, &sheet))?;
        match report.rejects.first().and_then(|r| r.faults.first()) {
            Some(f) => Err(Error::Internal(format!("a row of the demo's roster comes back: {}", f.message))),
            None => Ok(()),
        }
    }

    /// The employer pays what is owed and the compensation; then the order is closed.
    pub(super) fn settle_order(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let owed = self.owed(tx)?;
        if owed > 0 {
            self.paid(tx, owed, "employer")?;
        }
        let Some(child) = self.child(tx, "payment_order")?.filter(|r| r.state == "unpaid") else { return Ok(()) };
        let Some(order) = orders::of_procedure(tx.c, child.id)? else { return Ok(()) };
        if order.compensation.is_positive() {
            let who = self.who(Who::Officer)?;
            let proof = self.proof(tx, &who, "proof")?;
            let form = json!({ "amountFen": order.compensation, "paidOn": tx.now.day(), "proof": proof });
            self.go_on(tx, child.id, Who::Officer, "record_compensation", form)?;
        }
        self.go_on(tx, child.id, Who::Officer, "settle", json!({}))?;
        self.leave_the_list(tx)
    }

    /// Every supervision nobody has signed for is signed for.
    pub(super) fn receive(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        for s in orders::supervisions_of(tx.c, self.case.id)? {
            if let Some(row) = procedures::get(tx.c, s.procedure_id)?.filter(|r| r.open && r.state == "ordered") {
                self.go_on(tx, row.id, Who::Lead(DutyKind::Leader), "receive", json!({}))?;
            }
        }
        Ok(())
    }

    /// Every running supervision is received, answered and discharged.
    pub(super) fn discharge(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        for s in orders::supervisions_of(tx.c, self.case.id)? {
            let Some(row) = procedures::get(tx.c, s.procedure_id)?.filter(|r| r.open) else { continue };
            let leader = Who::Lead(DutyKind::Leader);
            if row.state == "ordered" {
                self.go_on(tx, row.id, leader, "receive", json!({}))?;
            }
            if matches!(row.state.as_str(), "ordered" | "acting") {
                let done = "已约谈用人单位并落实支付，案件办理情况附后。";
                self.go_on(tx, row.id, leader, "feed_back", json!({ "done": done }))?;
            }
            self.go_on(tx, row.id, Who::Supervisor, "discharge", json!({ "reason": "已落实，解除督办。" }))?;
        }
        Ok(())
    }
}
