//! One beat: somebody does something to a case, through the same door as everybody.

use super::drive::{Life, World};
use super::lives::{Act, Who};
use super::proofs;
use crate::app::evidence::{Upload, keep_in};
use crate::app::perform::{Command, Given, Performed, perform_in};
use crate::app::write::Tx;
use crate::base::id::{CaseId, EvidenceId, ProcedureId};
use crate::base::{Error, Result};
use crate::domain::access::{Actor, DutyKind};
use crate::flow::builtin;
use crate::store::{cases, ledger, procedures};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// What a beat is called in the count of refusals.
#[must_use]
pub fn name(act: &Act) -> &'static str {
    match act {
        Act::Case(_, n, _) | Act::Filing(n, _) | Act::Move(_, n, _) => n,
        Act::Sign(_) => "sign",
        Act::SendBack(_) => "send back",
        Act::Assign => "assign",
        Act::Reassign => "reassign",
        Act::Find(_) => "find",
        Act::Pay(_) => "pay",
        Act::Remainder => "remainder",
        Act::Serve => "serve",
        Act::Conclude(_) => "conclude",
        Act::Answer => "answer",
        Act::Attach(_) => "attach",
        Act::Place(..) => "place",
        Act::Agree(_) => "agree",
        Act::Instalment => "instalment",
        Act::Order(_) => "order",
        Act::SignOrder(_) => "sign order",
        Act::ServeOrder => "serve order",
        Act::FollowUp => "follow up",
        Act::Roster => "roster",
        Act::SettleOrder => "settle order",
        Act::TellParties => "tell parties",
        Act::DecideListing => "decide listing",
        Act::PublishListing => "publish listing",
        Act::Penalize => "penalize",
        Act::FinishPenalty => "finish penalty",
        Act::Receive => "receive",
        Act::Discharge => "discharge",
        Act::Beside(_) => "beside",
        Act::Absent => "absent",
    }
}

/// Whether a beat needs no case.
#[must_use]
pub fn on_filing(act: &Act) -> bool {
    matches!(act, Act::Filing(..) | Act::Answer | Act::Place(..))
}

/// Notes the case a filing came to.
///
/// # Errors
/// The database.
pub fn settle(tx: &mut Tx<'_>, life: &mut Life, case: CaseId) -> Result<()> {
    life.case = Some(case);
    life.complaint = procedures::of_case(tx.c, case)?.into_iter().find(|p| p.kind == "complaint").map(|p| p.id);
    if let Some(c) = cases::get(tx.c, case)? {
        life.first_lead = c.lead_bureau;
        life.area = c.area;
    }
    Ok(())
}

/// A case at the moment of a beat.
pub(super) struct Scene<'w> {
    pub(super) w: &'w mut World,
    life: usize,
    /// The case.
    pub(super) case: cases::Case,
    complaint: ProcedureId,
}

fn command(procedure: ProcedureId, name: &str, form: Json) -> Command {
    Command { procedure, name: name.to_owned(), form: Given::Raw(form), occurred_at: None, seen: None, term: None }
}

/// Plays a beat.
///
/// # Errors
/// What the move says.
pub fn act(w: &mut World, tx: &mut Tx<'_>, life: usize, act: &Act) -> Result<()> {
    match act {
        Act::Filing(name, form) => return filing(w, tx, life, name, form.clone()).map(drop),
        Act::Answer => return answer(w, tx, life),
        Act::Place(area, lead) => return place(w, tx, life, area, lead.as_deref()),
        _ => {}
    }
    let (Some(case), Some(complaint)) = (w.lives[life].case, w.lives[life].complaint) else { return Ok(()) };
    let case = cases::get(tx.c, case)?.ok_or(Error::NotFound("case"))?;
    let mut s = Scene { w, life, case, complaint };
    match act {
        Act::Case(who, name, form) => s.go(tx, *who, name, form.clone()),
        Act::Sign(who) => s.go(tx, *who, builtin::APPROVE, json!({ "opinion": "同意。" })),
        Act::SendBack(who) => s.go(tx, *who, builtin::REJECT, json!({ "opinion": "请补充用工单位的登记信息后再报。" })),
        Act::Assign => s.assign(tx),
        Act::Reassign => {
            let next = s.handler(2)?;
            s.go(tx, Who::Lead(DutyKind::Leader), "reassign", json!({ "account": next.account(), "reason": "原承办人调离岗位。" }))?;
            s.w.lives[life].officer = Some(next);
            Ok(())
        }
        Act::Find(percent) => s.find(tx, *percent),
        Act::Pay(percent) => s.pay(tx, *percent),
        Act::Remainder => s.remainder(tx),
        Act::Serve => {
            let day = tx.now.day().to_string();
            s.with_proof(tx, "service", "serve_decision", &|id| json!({ "servedOn": day, "method": "direct", "proof": id }))
        }
        Act::Conclude(code) => s.conclude(tx, code),
        Act::Move(who, name, to) => s.send(tx, *who, name, to.as_deref()),
        Act::Attach(kind) => {
            let who = s.who(Who::Officer)?;
            s.proof(tx, &who, kind).map(drop)
        }
        Act::Agree(n) => s.agree(tx, *n),
        Act::Instalment => s.instalment(tx),
        Act::Order(days) => s.order(tx, *days),
        Act::SignOrder(kind) => {
            let Some(order) = s.child(tx, "payment_order")? else { return Ok(()) };
            s.go_on(tx, order.id, Who::Lead(*kind), builtin::APPROVE, json!({ "opinion": "同意。" }))
        }
        Act::ServeOrder => s.serve_order(tx),
        Act::FollowUp => s.follow_up(tx),
        Act::Roster => s.roster(tx),
        Act::SettleOrder => s.settle_order(tx),
        Act::TellParties => s.tell_parties(tx),
        Act::DecideListing => s.decide_listing(tx),
        Act::PublishListing => s.publish_listing(tx),
        Act::Penalize => s.penalize(tx),
        Act::FinishPenalty => s.finish_penalty(tx),
        Act::Receive => s.receive(tx),
        Act::Discharge => s.discharge(tx),
        Act::Beside(what) => s.beside(tx, *what),
        Act::Absent => s.absent(tx),
        Act::Filing(..) | Act::Answer | Act::Place(..) => Ok(()),
    }
}

impl Scene<'_> {
    pub(super) fn who(&self, who: Who) -> Result<Arc<Actor>> {
        let l = &self.w.lives[self.life];
        match who {
            Who::Officer => l.officer.clone().ok_or(Error::NotFound("officer")),
            Who::Lead(kind) => self.w.crew.pick(&self.case.lead_bureau, kind, l.nth),
            Who::Supervisor => self.w.crew.pick(&self.w.app.config.city.bureau, DutyKind::Supervisor, l.nth),
        }
    }
    pub(super) fn handler(&self, more: usize) -> Result<Arc<Actor>> {
        self.w.crew.pick(&self.case.lead_bureau, DutyKind::Handler, self.w.lives[self.life].nth + more)
    }
    pub(super) fn go(&mut self, tx: &mut Tx<'_>, who: Who, name: &str, form: Json) -> Result<()> {
        self.go_on(tx, self.complaint, who, name, form)
    }
    /// A move by somebody of another bureau than the lead.
    pub(super) fn go_as(&mut self, tx: &mut Tx<'_>, on: ProcedureId, bureau: &str, kind: DutyKind, name: &str, form: Json) -> Result<()> {
        let actor = self.w.crew.pick(bureau, kind, self.w.lives[self.life].nth)?;
        let cmd = command(on, name, form);
        tx.body(&actor, |tx| perform_in(tx, &cmd))?;
        self.w.moves += 1;
        Ok(())
    }
    pub(super) fn go_on(&mut self, tx: &mut Tx<'_>, procedure: ProcedureId, who: Who, name: &str, form: Json) -> Result<()> {
        let actor = self.who(who)?;
        let cmd = command(procedure, name, form);
        tx.body(&actor, |tx| perform_in(tx, &cmd))?;
        self.w.moves += 1;
        Ok(())
    }
    fn assign(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let (first, second) = (self.handler(0)?, self.handler(1)?);
        let form = json!({ "account": first.account(), "second": second.account() });
        self.go(tx, Who::Lead(DutyKind::Leader), "assign", form)?;
        self.w.lives[self.life].officer = Some(first);
        Ok(())
    }
    fn find(&mut self, tx: &mut Tx<'_>, percent: i64) -> Result<()> {
        for c in ledger::claims_of(tx.c, self.case.id)? {
            let mut open = c.open.get();
            if open == 0 && c.claimed.get() > 0 {
                // it has its finding
                continue;
            }
            if c.claimed.get() == 0 {
                // several workers in one report: what this one is owed is found out by office
                open = (self.case.reported_total.get() / i64::from(self.case.headcount.max(1))).max(100);
                let form = json!({ "claim": c.id, "claimedFen": open, "reason": "按工资台账核定本人应得数额。" });
                self.go(tx, Who::Officer, "amend_claim", form)?;
            }
            let verified = open * percent / 100;
            let mut form = json!({ "claim": c.id, "verifiedFen": verified, "rejectedFen": open - verified });
            if verified < open {
                form["reason"] = json!("考勤记录显示该部分已经支付。");
            }
            self.go(tx, Who::Officer, "record_finding", form)?;
        }
        Ok(())
    }
    pub(super) fn proof(&mut self, tx: &mut Tx<'_>, who: &Actor, kind: &str) -> Result<EvidenceId> {
        self.w.serial += 1;
        let lines = [format!("QINGXIN DEMO {kind} {:06}", self.w.serial), format!("case {}", self.case.number), format!("{}", tx.now)];
        let up = Upload { case: Some(self.case.id), filing: None, kind: kind.to_owned(), name: String::new(), bytes: proofs::pdf(&lines) };
        let file = self.w.app.prepare_evidence(who, up, tx.now)?;
        let id = tx.body(who, |tx| keep_in(tx, &file.row))?;
        self.w.blobs.push((file.row.store_key, file.bytes));
        Ok(id)
    }
    /// A bank's reference that was not used yet.
    pub(super) fn reference(&self) -> String {
        format!("DEMO{:08}", self.w.serial + 1)
    }
    pub(super) fn with_proof(&mut self, tx: &mut Tx<'_>, kind: &str, name: &str, form: &dyn Fn(EvidenceId) -> Json) -> Result<()> {
        let who = self.who(Who::Officer)?;
        let id = self.proof(tx, &who, kind)?;
        self.go(tx, Who::Officer, name, form(id))
    }
    fn pay(&mut self, tx: &mut Tx<'_>, percent: i64) -> Result<()> {
        for c in ledger::claims_of(tx.c, self.case.id)? {
            let amount = c.outstanding.get() * percent / 100;
            if amount == 0 {
                continue;
            }
            let payer = *self.w.rng.pick(&["employer", "employer", "employer", "general_contractor", "deposit"]);
            let reference = self.reference();
            let day = tx.now.day().to_string();
            self.with_proof(
                tx,
                "proof",
                "record_payment",
                &|id| json!({ "claim": c.id, "amountFen": amount, "paidOn": day, "way": "own_account", "payerKind": payer, "bankRef": reference, "proof": id }),
            )?;
        }
        Ok(())
    }
    fn remainder(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let named = ledger::claims_of(tx.c, self.case.id)?;
        let claimed: i64 = named.iter().map(|c| c.claimed.get()).sum();
        let persons = named.iter().filter(|c| c.claimed.get() > 0).count();
        let all = claimed >= self.case.reported_total.get() && i64::try_from(persons).unwrap_or(0) >= i64::from(self.case.headcount);
        if all || self.case.remainder_code.is_some() {
            return Ok(());
        }
        let form = json!({ "code": "persons_declined", "reason": "已逐人电话联系，其余人员表示已自行结清，不再主张。" });
        self.go(tx, Who::Officer, "resolve_remainder", form)
    }
    fn conclude(&mut self, tx: &mut Tx<'_>, code: &str) -> Result<()> {
        let summary = "已核对支付凭证并告知投诉人处理结果，投诉人无异议。";
        if matches!(code, "to_arbitration" | "to_police" | "court_enforcement") {
            return self.with_proof(tx, "other", "conclude", &|id| json!({ "conclusion": code, "summary": summary, "evidence": id }));
        }
        self.go(tx, Who::Officer, "conclude", json!({ "conclusion": code, "summary": summary }))
    }
    fn send(&mut self, tx: &mut Tx<'_>, who: Who, name: &str, to: Option<&str>) -> Result<()> {
        let l = &self.w.lives[self.life];
        let to = match to {
            None if self.case.lead_bureau == l.industry => l.first_lead.clone(),
            None => l.industry.clone(),
            Some("") => l.first_lead.clone(),
            Some(b) => b.to_owned(),
        };
        let form = match name {
            "transfer" => json!({ "bureau": to, "reason": "industry", "explanation": "属行业主管部门职责，移送办理。" }),
            _ => json!({ "bureau": to, "reason": "按项目类型和属地指定承办。" }),
        };
        self.go(tx, who, name, form)
    }
}

fn filing(w: &mut World, tx: &mut Tx<'_>, life: usize, name: &str, form: Json) -> Result<Option<Performed>> {
    let l = &w.lives[life];
    let Some(report) = l.report else { return Ok(None) };
    let desk = w.crew.pick(&l.receiving, DutyKind::Desk, l.nth)?;
    let cmd = command(report, name, form);
    let done = tx.body(&desk, |tx| perform_in(tx, &cmd))?;
    w.moves += 1;
    Ok(Some(done))
}

fn answer(w: &mut World, tx: &mut Tx<'_>, life: usize) -> Result<()> {
    let case = match w.lives[life].case {
        Some(id) => cases::get(tx.c, id)?,
        None => None,
    };
    let code = match &case {
        None => "returned",
        Some(c) if c.state == "refused" => "refused",
        Some(c) if c.state == "not_substantiated" || c.conclusion.as_deref() == Some("no_arrears") => "no_arrears",
        Some(c) if c.state == "transferred_out" || c.conclusion.as_deref() == Some("to_arbitration") => "arbitration",
        Some(c) if c.verified.get() > 0 && c.outstanding.get() == 0 => "paid",
        Some(_) => "paid_or_agreed",
    };
    let form = json!({ "code": code, "answer": "您反映的问题已经核处，结果已电话告知。", "method": "phone" });
    filing(w, tx, life, "answer", form).map(drop)
}

fn place(w: &mut World, tx: &mut Tx<'_>, life: usize, area: &str, lead: Option<&str>) -> Result<()> {
    filing(w, tx, life, "set_area", json!({ "area": area }))?;
    let form = lead.map_or_else(|| json!({}), |b| json!({ "lead": b }));
    let done = filing(w, tx, life, "forward", form)?;
    if let Some(case) = done.and_then(|d| d.case) {
        settle(tx, &mut w.lives[life], case)?;
    }
    Ok(())
}
