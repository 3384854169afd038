//! Beats beside the complaint that are no money: help asked for, a finding referred, a worker handed on, a talk, an incident.

use super::act::Scene;
use super::lives::Who;
use crate::app::write::Tx;
use crate::base::{Error, Result};
use crate::domain::access::DutyKind;
use crate::flow::builtin;
use crate::store::{cases, ledger};
use chrono::Duration;
use serde_json::json;

/// What else is done about a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Another bureau is asked and answers.
    Help,
    /// Another bureau is asked and has not answered yet.
    HelpAsked,
    /// A finding is referred, signed for, and its result reported.
    Referral,
    /// A finding is referred and received.
    ReferralSent,
    /// A worker is handed on to legal aid and helped.
    HandOff,
    /// The respondent comes to a talk and promises something.
    Talk,
    /// Nobody comes although contact was confirmed.
    NoShow,
    /// An incident is reported to its end and judged.
    Incident,
    /// An incident is being handled.
    IncidentRuns,
}

/// A narrative of an incident, invented.
const STORY: &str = "部分工人在项目部门口聚集讨要工资，情绪平稳，无人员受伤，现场秩序可控。";

impl Scene<'_> {
    pub(super) fn beside(&mut self, tx: &mut Tx<'_>, what: Beside) -> Result<()> {
        match what {
            Beside::Help => self.help(tx, true),
            Beside::HelpAsked => self.help(tx, false),
            Beside::Referral => self.refer(tx, true),
            Beside::ReferralSent => self.refer(tx, false),
            Beside::HandOff => self.hand_off(tx),
            Beside::Talk => self.talk(tx, true),
            Beside::NoShow => self.talk(tx, false),
            Beside::Incident => self.incident(tx, true),
            Beside::IncidentRuns => self.incident(tx, false),
        }
    }

    /// Another bureau of the place: the industry's where 人社 leads, else 人社.
    fn other(&self) -> String {
        let area = self.case.lead_bureau.split('-').next().unwrap_or_default().to_owned();
        if self.case.lead_bureau.ends_with("-hrss") { format!("{area}-housing") } else { format!("{area}-hrss") }
    }

    fn help(&mut self, tx: &mut Tx<'_>, answered: bool) -> Result<()> {
        let bureau = self.other();
        let question = "请协助提供该项目的施工许可、合同备案和工程款拨付情况。";
        let due = tx.now.day().plus(10);
        self.go(tx, Who::Officer, "ask_help", json!({ "bureau": bureau, "question": question, "dueOn": due }))?;
        let Some(child) = self.child(tx, "cooperation")?.filter(|_| answered) else { return Ok(()) };
        self.go_as(tx, child.id, &bureau, DutyKind::Desk, "receive", json!({}))?;
        let answer = "经核实，项目已办理施工许可，工程款按进度拨付至总包单位。";
        self.go_as(tx, child.id, &bureau, DutyKind::Leader, "reply", json!({ "answer": answer }))?;
        self.go_on(tx, child.id, Who::Lead(DutyKind::Leader), "accept_reply", json!({}))
    }

    fn refer(&mut self, tx: &mut Tx<'_>, reported: bool) -> Result<()> {
        let bureau = self.other();
        let facts = "经调查，总包单位将主体劳务整体转给无资质的个人施工，涉嫌违法分包。";
        let due = tx.now.day().plus(30);
        let who = self.who(Who::Officer)?;
        let proof = self.proof(tx, &who, "contract")?;
        let form = json!({ "bureau": bureau, "finding": "illegal_subcontracting", "facts": facts, "dueOn": due, "evidence": proof });
        self.go(tx, Who::Officer, "refer_finding", form)?;
        self.go(tx, Who::Lead(DutyKind::Leader), builtin::APPROVE, json!({ "opinion": "同意移送。" }))?;
        let Some(child) = self.child(tx, "referral")? else { return Ok(()) };
        self.go_as(tx, child.id, &bureau, DutyKind::Desk, "receive", json!({}))?;
        if !reported {
            return Ok(());
        }
        let result = json!({ "result": "corrected", "content": "已责令总包单位限期改正并约谈项目负责人。" });
        self.go_as(tx, child.id, &bureau, DutyKind::Leader, "report_result", result)
    }

    fn hand_off(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(claim) = ledger::claims_of(tx.c, self.case.id)?.first().map(|k| k.id) else { return Ok(()) };
        let who = self.who(Who::Officer)?;
        let consent = self.proof(tx, &who, "statement")?;
        let form = json!({ "claim": claim, "body": "legal_aid", "agreed": true, "consent": consent });
        self.go(tx, Who::Officer, "hand_off", form)?;
        let Some(child) = self.child(tx, "handoff")? else { return Ok(()) };
        let today = tx.now.day();
        let visit = json!({ "wentOn": today, "went": "officer", "note": "陪同本人到法律援助中心递交申请。" });
        self.go_on(tx, child.id, Who::Officer, "note_visit", visit)?;
        self.go_on(tx, child.id, Who::Officer, "taken", json!({ "takenOn": today }))?;
        let end = json!({ "outcome": "advised", "note": "已提供法律咨询，告知仲裁时效。" });
        self.go_on(tx, child.id, Who::Officer, "finish", end)
    }

    fn talk(&mut self, tx: &mut Tx<'_>, comes: bool) -> Result<()> {
        let respondent = cases::chain(tx.c, self.case.id)?.first().map(|r| r.id).ok_or(Error::NotFound("respondent"))?;
        let at = tx.now.plus(Duration::days(2));
        let form =
            json!({ "respondent": respondent, "onAt": at, "place": "县区人社局会议室", "agenda": "核实拖欠工资情况，提出支付方案。" });
        self.go(tx, Who::Officer, "call_talk", form)?;
        let Some(child) = self.child(tx, "talk")? else { return Ok(()) };
        let who = self.who(Who::Officer)?;
        let proof = self.proof(tx, &who, "voice")?;
        let reached = json!({ "way": "phone", "reachedAt": tx.now, "person": "项目负责人", "proof": proof });
        self.go_on(tx, child.id, Who::Officer, "confirm_contact", reached)?;
        if !comes {
            // what time brings is another beat's: see `absent`
            return Ok(());
        }
        let minutes = "用人单位承认拖欠工资，承诺先行支付，并提交付款计划。";
        let held = json!({ "outcome": "represented", "persons": "项目负责人、委托代理人", "minutes": minutes });
        self.go_on(tx, child.id, Who::Officer, "attended", held)?;
        let promise = json!({ "what": "先行支付全部工资的三成。", "dueOn": tx.now.day().plus(7) });
        self.go_on(tx, child.id, Who::Officer, "add_commitment", promise)?;
        if let Some(c) = self.child(tx, "commitment")? {
            let kept = self.proof(tx, &who, "proof")?;
            self.go_on(tx, c.id, Who::Officer, "kept", json!({ "note": "已按承诺支付，凭证附后。", "proof": kept }))?;
        }
        self.go_on(tx, child.id, Who::Officer, "end_talk", json!({ "next": "commitments", "note": "承诺已登记，跟踪到位。" }))
    }

    /// The time of a talk has come and nobody is there.
    pub(super) fn absent(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(child) = self.child(tx, "talk")?.filter(|r| r.state == "confirmed") else { return Ok(()) };
        self.go_on(tx, child.id, Who::Officer, "no_show", json!({ "note": "等候一小时，未到场，电话无人接听。" }))?;
        self.go_on(tx, child.id, Who::Officer, "end_talk", json!({ "next": "order", "note": "转责令限期支付。" }))
    }

    fn incident(&mut self, tx: &mut Tx<'_>, ended: bool) -> Result<()> {
        let known = tx.now.plus(-Duration::minutes(20));
        let called = tx.now.plus(-Duration::minutes(5));
        let form = json!({ "category": "mass", "knownAt": known, "phonedAt": called, "persons": 18 });
        self.go(tx, Who::Lead(DutyKind::Leader), "report_incident", form)?;
        let Some(child) = self.child(tx, "incident")? else { return Ok(()) };
        let leader = Who::Lead(DutyKind::Leader);
        let report = json!({ "narrative": STORY, "measures": "已派员到场，约见项目负责人。" });
        self.go_on(tx, child.id, leader, "first_report", report.clone())?;
        for authority in ["police", "petition"] {
            self.go_on(tx, child.id, leader, "inform", json!({ "authority": authority, "toldAt": called }))?;
        }
        if !ended {
            return Ok(());
        }
        self.go_on(tx, child.id, leader, "follow_report", report.clone())?;
        self.go_on(tx, child.id, leader, "calm", json!({ "note": "工人已散去，次日到人社局协商。" }))?;
        self.go_on(tx, child.id, leader, "final_report", report)?;
        let reason = "人数较多但秩序平稳，未影响公共秩序，不属于造成严重不良社会影响的群体性事件。";
        let finding = json!({ "finding": "mass", "badEffect": false, "reason": reason, "keepFlag": false });
        self.go_on(tx, child.id, Who::Lead(DutyKind::Head), "judge", finding)
    }
}
