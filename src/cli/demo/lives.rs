//! What becomes of a case in the demonstration: scripts of beats, each a move by somebody after some working time.
//!
//! Owns how long things take and in what order. Whether a move is allowed is the engine's to say.

use super::beside::Beside;
use super::rng::Rng;
use crate::domain::access::DutyKind;
use serde_json::{Value as Json, json};

/// Minutes of one working day.
pub const DAY: u64 = 510;

/// Who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The officer who holds the case.
    Officer,
    /// Somebody of the lead bureau with this duty.
    Lead(DutyKind),
    /// The city's supervisor.
    Supervisor,
}

/// What is done.
#[derive(Debug, Clone)]
pub enum Act {
    /// A move on the case.
    Case(Who, &'static str, Json),
    /// A move on the filing.
    Filing(&'static str, Json),
    /// The current signature is given.
    Sign(Who),
    /// The current signature is refused.
    SendBack(Who),
    /// Two officers are named.
    Assign,
    /// The holder is changed.
    Reassign,
    /// Every claim gets its finding: so many percent are verified.
    Find(i64),
    /// So many percent of what is outstanding is paid, with proof.
    Pay(i64),
    /// The remainder without names is resolved.
    Remainder,
    /// The decision is served, with proof.
    Serve,
    /// The case is concluded with this code; proof where the code needs it.
    Conclude(&'static str),
    /// The case goes to another bureau by this move: `None` is the industry bureau of the place.
    Move(Who, &'static str, Option<String>),
    /// The desk answers by what the case has come to.
    Answer,
    /// A paper is filed with the case.
    Attach(&'static str),
    /// An agreement on everything outstanding, in so many instalments, three weeks apart.
    Agree(i64),
    /// The next instalment of the agreement is paid.
    Instalment,
    /// An order to pay is drafted, to be paid within so many days.
    Order(i64),
    /// The current signature of an order to pay is given.
    SignOrder(DutyKind),
    /// The order is served, with proof.
    ServeOrder,
    /// The order was not paid: what follows, up to the handing on.
    FollowUp,
    /// The rest of a crew is entered by its roster.
    Roster,
    /// The employer pays all that is owed, then the compensation, and the order is closed.
    SettleOrder,
    /// The parties of the proposed listing are told.
    TellParties,
    /// Nobody objected: the unit is put on the list.
    DecideListing,
    /// The decision is served and published, the violation announced.
    PublishListing,
    /// A penalty for what was not obeyed is filed, proposed, and its notice served.
    Penalize,
    /// It is decided, served and paid.
    FinishPenalty,
    /// Whoever is supervised signs for it.
    Receive,
    /// Whoever is supervised answers, and the supervisor discharges it.
    Discharge,
    /// Something beside the money: help, a referral, a hand-off, a talk, an incident.
    Beside(Beside),
    /// The time of a talk came and nobody was there.
    Absent,
    /// The desk finds the area and forwards, to this bureau if one is named.
    Place(String, Option<String>),
}

/// A beat of a life.
#[derive(Debug, Clone)]
pub struct Beat {
    /// Working minutes after the beat before.
    pub wait: u64,
    /// What is done.
    pub act: Act,
}

/// Where a case is left standing on purpose.
pub const STOPS: &[&str] = &[
    "dispatched",
    "signed_for",
    "acceptance",
    "supplement_asked",
    "returned",
    "lead_choice",
    "refused",
    "docketed",
    "investigating",
    "deciding",
    "decided",
    "paid",
    "transferred_out",
    "not_substantiated",
    "tracking",
    "concluded",
    "archived",
    "agreement",
    "joint",
    "agreement_broken",
    "order_served",
    "order_unpaid",
    "listing_told",
    "listed",
    "penalty_told",
    "penalized",
    "helped",
    "help_asked",
    "referred",
    "referral_sent",
    "handed_off",
    "talked",
    "not_shown",
    "incident",
    "incident_runs",
    "pending_docket",
    "pending_decision",
    "pending_conclusion",
    "pending_refusal",
    "pending_extension",
];

/// Writes a script.
#[derive(Debug)]
pub struct Script<'r> {
    rng: &'r mut Rng,
    beats: Vec<Beat>,
    /// Tenths: 10 is the usual pace.
    pace: u64,
}

impl<'r> Script<'r> {
    /// An empty script at a pace in tenths.
    pub fn new(rng: &'r mut Rng, pace: u64) -> Self {
        Self { rng, beats: Vec::new(), pace }
    }
    /// The beats.
    #[must_use]
    pub fn done(self) -> Vec<Beat> {
        self.beats
    }
    /// After between `a` and `b` tenths of a working day.
    fn beat(&mut self, a: i64, b: i64, act: Act) -> &mut Self {
        let minutes = u64::try_from(self.rng.range(a * 51, b * 51)).unwrap_or(0);
        self.beats.push(Beat { wait: 4 + minutes * self.pace / 10, act });
        self
    }
    fn case(&mut self, a: i64, b: i64, who: Who, name: &'static str, form: Json) -> &mut Self {
        self.beat(a, b, Act::Case(who, name, form))
    }
    fn signed(&mut self, by: &[DutyKind]) -> &mut Self {
        for kind in by {
            self.beat(1, 5, Act::Sign(Who::Lead(*kind)));
        }
        self
    }
    /// 签收.
    pub fn sign_for(&mut self) -> &mut Self {
        self.case(1, 5, Who::Lead(DutyKind::Desk), "sign_for", json!({}))
    }
    /// 签收、指派.
    pub fn assigned(&mut self) -> &mut Self {
        self.sign_for();
        self.beat(1, 5, Act::Assign)
    }
    /// 申请立案.
    fn ask_docket(&mut self) -> &mut Self {
        self.case(2, 9, Who::Officer, "docket", json!({ "facts": "经初步核实，反映的欠薪事实和用工单位明确，属本部门管辖，拟予立案。" }))
    }
    /// 立案.
    pub fn docketed(&mut self) -> &mut Self {
        self.ask_docket();
        if self.rng.per_mille(30) {
            self.beat(1, 3, Act::SendBack(Who::Lead(DutyKind::Leader))).ask_docket();
        }
        self.signed(&[DutyKind::Leader, DutyKind::Head])
    }
    /// 启动调查.
    pub fn started(&mut self) -> &mut Self {
        self.case(1, 8, Who::Officer, "start_investigation", json!({ "plan": "约谈用人单位，核对考勤与工资发放记录。" }))
    }
    /// 核查结果.
    pub fn found(&mut self, percent: i64) -> &mut Self {
        self.beat(4, 20, Act::Find(percent))
    }
    /// 支付.
    pub fn pays(&mut self, a: i64, b: i64, percent: i64) -> &mut Self {
        self.beat(a, b, Act::Pay(percent))
    }
    /// 确认已支付.
    pub fn mark_paid(&mut self) -> &mut Self {
        self.case(0, 3, Who::Officer, "mark_paid", json!({}))
    }
    fn ask_conclusion(&mut self, code: &'static str) -> &mut Self {
        self.beat(1, 6, Act::Discharge);
        self.beat(1, 2, Act::Remainder);
        self.beat(1, 8, Act::Conclude(code))
    }
    /// 办结.
    pub fn concluded(&mut self, code: &'static str) -> &mut Self {
        self.ask_conclusion(code);
        self.signed(&[DutyKind::Leader, DutyKind::Head])
    }
    /// 归档.
    pub fn archived(&mut self) -> &mut Self {
        self.case(5, 60, Who::Officer, "archive", json!({}))
    }
    /// 作出决定.
    pub fn decided(&mut self) -> &mut Self {
        self.finished().ask_decision().signed(&[DutyKind::Leader, DutyKind::Legal, DutyKind::Head])
    }
    fn finished(&mut self) -> &mut Self {
        self.case(
            3,
            30,
            Who::Officer,
            "finish_investigation",
            json!({ "report": "经调查，用人单位未按约定足额支付工资，事实清楚、证据充分。" }),
        )
    }
    fn ask_decision(&mut self) -> &mut Self {
        let content = "责令用人单位自收到本决定之日起十日内足额支付所欠工资。";
        self.case(2, 30, Who::Officer, "decide", json!({ "kind": "handling_decision", "heard": true, "content": content }))
    }
    /// 送达.
    pub fn served(&mut self) -> &mut Self {
        self.beat(3, 20, Act::Serve)
    }
    /// 转入跟踪.
    pub fn tracks(&mut self) -> &mut Self {
        self.case(2, 10, Who::Officer, "track", json!({ "ground": "agreement", "note": "双方达成分期支付协议，按期回查。" }))
    }
    /// 回查.
    pub fn checks(&mut self) -> &mut Self {
        self.case(60, 95, Who::Officer, "track_note", json!({ "note": "已联系双方，下一期按协议支付。" }))
    }
    /// 支付协议，分几期.
    pub fn agrees(&mut self, instalments: i64) -> &mut Self {
        self.beat(5, 20, Act::Agree(instalments))
    }
    /// 按期支付：三周一期，提前一两天.
    pub fn instalments(&mut self, n: i64) -> &mut Self {
        for _ in 0..n {
            self.beat(115, 135, Act::Instalment);
        }
        self
    }
    /// 责令限期支付，送达.
    pub fn ordered(&mut self, days: i64) -> &mut Self {
        self.beat(3, 20, Act::Order(days));
        for kind in [DutyKind::Leader, DutyKind::Legal, DutyKind::Head] {
            self.beat(1, 5, Act::SignOrder(kind));
        }
        self.beat(3, 15, Act::ServeOrder)
    }
    /// 逾期未付，十来个工作日以后.
    fn expired(&mut self) -> &mut Self {
        self.beats.push(Beat { wait: DAY * 13, act: Act::FollowUp });
        self
    }
    /// 协办、移送、转介、约谈、突发事件.
    fn besides(&mut self, what: Beside) -> &mut Self {
        self.beat(2, 8, Act::Beside(what))
    }
    /// 不予受理.
    fn ask_refusal(&mut self) -> &mut Self {
        let why = "经审查，双方争议应当通过劳动争议仲裁程序解决，已告知时效。";
        self.case(3, 14, Who::Officer, "refuse", json!({ "reason": "arbitration_route", "explanation": why }))
    }
    /// 不予受理并送出.
    pub fn refused(&mut self) -> &mut Self {
        self.ask_refusal().signed(&[DutyKind::Leader, DutyKind::Head])
    }
    /// 移送其他机关.
    pub fn handed_over(&mut self) -> &mut Self {
        let form =
            json!({ "destination": "arbitration", "authority": "市劳动人事争议仲裁院", "reason": "劳动关系存在争议，依法转仲裁处理。" });
        self.case(10, 60, Who::Officer, "transfer_out", form);
        self.signed(&[DutyKind::Leader, DutyKind::Legal, DutyKind::Head])
    }
    /// 不属实.
    pub fn unfounded(&mut self) -> &mut Self {
        self.case(5, 30, Who::Officer, "not_substantiated", json!({ "reason": "工资已在登记前足额发放，有银行流水和签收表为证。" }));
        self.signed(&[DutyKind::Leader, DutyKind::Legal, DutyKind::Head])
    }
    /// 告知补正，收到补正或期满.
    pub fn supplemented(&mut self) -> &mut Self {
        self.asks();
        if self.rng.per_mille(700) {
            let form = json!({ "note": "已补交考勤表和工资欠条。" });
            self.case(10, 70, Who::Officer, "supplement_received", form)
        } else {
            // the window of ten working days closes by itself
            self.beat(105, 115, Act::Attach("other"))
        }
    }
    fn asks(&mut self) -> &mut Self {
        let form = json!({ "items": "请补充工资欠条、考勤记录和联系方式。", "method": "phone" });
        self.case(2, 9, Who::Officer, "ask_supplement", form)
    }
    /// 移送给行业部门（或指定部门）.
    pub fn moved(&mut self, to: Option<String>) -> &mut Self {
        self.beat(2, 6, Act::Move(Who::Lead(DutyKind::Leader), "transfer", to))
    }
    /// 退回改派.
    pub fn returned(&mut self) -> &mut Self {
        let form = json!({ "reason": "wrong_bureau", "explanation": "项目不在本部门职责范围，请改派。" });
        self.case(1, 6, Who::Lead(DutyKind::Desk), "return_case", form)
    }
    /// 督办改派.
    pub fn redispatched(&mut self, to: Option<String>) -> &mut Self {
        self.beat(1, 7, Act::Move(Who::Supervisor, "redispatch", to))
    }
    fn disputed(&mut self) -> &mut Self {
        self.sign_for().moved(None).sign_for();
        // it goes back where it came from, and nobody wants it
        self.beat(2, 5, Act::Move(Who::Lead(DutyKind::Leader), "transfer", Some(String::new())));
        self.sign_for();
        let form = json!({ "reason": "jurisdiction_dispute", "explanation": "两部门对职责有争议，提请指定。" });
        self.case(1, 5, Who::Lead(DutyKind::Leader), "transfer_disputed", form)
    }
    /// 三次移送，督办指定.
    pub fn fought_over(&mut self) -> &mut Self {
        self.disputed();
        self.beat(2, 12, Act::Move(Who::Supervisor, "choose_lead", Some(String::new())))
    }
    /// 重新办理.
    pub fn reopened(&mut self) -> &mut Self {
        let form = json!({ "reason": "callback_contradicts", "explanation": "回访时劳动者反映仍有部分工资未发。" });
        self.case(30, 150, Who::Lead(DutyKind::Leader), "reopen", form);
        self.case(4, 25, Who::Officer, "add_note", json!({ "note": "已再次核对支付凭证，差额系社保个人部分，劳动者认可。" }));
        self.mark_paid().concluded("paid_in_full").archived()
    }
    /// 办结以后又有人反映，督办签收，补查补付后再办结.
    pub fn redone(&mut self) -> &mut Self {
        self.beat(1, 6, Act::Receive).found(100).pays(5, 20, 100).mark_paid().concluded("paid_in_full").archived()
    }
    /// 延长调查.
    pub fn extends(&mut self) -> &mut Self {
        self.ask_extension().signed(&[DutyKind::Leader, DutyKind::Head])
    }
    fn ask_extension(&mut self) -> &mut Self {
        let form = json!({ "days": 30, "reason": "涉及多个班组，考勤资料需要调取，情况复杂。" });
        self.case(400, 520, Who::Officer, "extend_investigation", form)
    }
    /// Nothing happens for so many working days.
    pub fn stall(&mut self, days: i64) -> &mut Self {
        if let Some(last) = self.beats.last_mut() {
            last.wait += u64::try_from(days).unwrap_or(0) * DAY;
        }
        self
    }
    /// An officer is moved away.
    pub fn reassigned(&mut self) -> &mut Self {
        self.beat(3, 20, Act::Reassign)
    }

    /// The usual way to stand at a stop.
    pub fn until(&mut self, stop: &str) -> &mut Self {
        match stop {
            "signed_for" => self.sign_for(),
            "acceptance" => self.assigned(),
            "supplement_asked" => self.assigned().asks(),
            "returned" => self.returned(),
            "lead_choice" => self.disputed(),
            "refused" => self.assigned().refused(),
            "docketed" => self.assigned().docketed(),
            "investigating" => self.assigned().docketed().started(),
            "deciding" => self.assigned().docketed().started().found(100).finished(),
            "decided" => self.assigned().docketed().started().found(100).decided(),
            "paid" => self.assigned().docketed().started().found(100).pays(5, 20, 100).mark_paid(),
            "transferred_out" => self.assigned().docketed().started().handed_over(),
            "not_substantiated" => self.assigned().docketed().started().found(0).unfounded(),
            "tracking" => self.assigned().docketed().started().found(100).pays(5, 20, 40).tracks(),
            "agreement" => self.assigned().docketed().started().found(100).agrees(3).instalments(1),
            // a crew: its roster, a finding for each, one agreement for all
            "joint" => self.until("investigating").beat(10, 30, Act::Roster).found(100).agrees(3).instalments(1),
            // nothing is paid: time itself breaks it
            "agreement_broken" => self.assigned().docketed().started().found(100).agrees(2),
            "order_served" => self.assigned().docketed().started().found(100).ordered(20),
            "order_unpaid" => self.assigned().docketed().started().found(100).ordered(7),
            "listing_told" => {
                self.until("investigating").beat(10, 30, Act::Roster).found(100).ordered(7).expired().beat(8, 20, Act::TellParties)
            }
            // the window is five working days; the clock of twenty runs from the last day to pay
            "listed" => self.until("listing_told").beat(70, 85, Act::DecideListing).beat(5, 15, Act::PublishListing),
            "penalty_told" => self.until("order_unpaid").expired().beat(8, 20, Act::Penalize),
            "penalized" => self.until("penalty_told").beat(70, 85, Act::FinishPenalty),
            "helped" => self.until("investigating").besides(Beside::Help),
            "help_asked" => self.until("investigating").besides(Beside::HelpAsked),
            "referred" => self.until("investigating").besides(Beside::Referral),
            "referral_sent" => self.until("investigating").besides(Beside::ReferralSent),
            "handed_off" => self.until("investigating").besides(Beside::HandOff),
            "talked" => self.until("investigating").found(100).besides(Beside::Talk),
            // two days later nobody is there
            "not_shown" => self.until("investigating").besides(Beside::NoShow).beat(30, 40, Act::Absent),
            "incident" => self.until("investigating").besides(Beside::Incident),
            "incident_runs" => self.until("investigating").besides(Beside::IncidentRuns),
            "concluded" => self.until("paid").concluded("paid_in_full"),
            "archived" => self.until("concluded").archived(),
            "pending_docket" => self.assigned().ask_docket(),
            "pending_decision" => self.until("deciding").ask_decision(),
            "pending_conclusion" => self.until("paid").ask_conclusion("paid_in_full"),
            "pending_refusal" => self.assigned().ask_refusal(),
            "pending_extension" => self.until("investigating").ask_extension(),
            "pending_head" => self.assigned().ask_docket().signed(&[DutyKind::Leader]),
            "pending_legal" => self.until("deciding").ask_decision().signed(&[DutyKind::Leader]),
            "pending_decision_head" => self.until("deciding").ask_decision().signed(&[DutyKind::Leader, DutyKind::Legal]),
            // dispatched: nobody has signed for it yet
            _ => self,
        }
    }

    /// One of the lives a city sees in a year; whether it is a long one.
    pub fn any(&mut self) -> bool {
        let dice = self.rng.below(1000);
        match dice {
            0..540 => {
                self.assigned().docketed().started().found(100).pays(2, 20, 100).mark_paid().concluded("paid_in_full").archived();
                if dice < 12 {
                    self.reopened();
                }
                false
            }
            540..660 => {
                self.assigned().docketed().started().found(96).pays(60, 330, 100).mark_paid().concluded("paid_in_full").archived();
                true
            }
            660..690 => {
                self.assigned().docketed().started().found(100);
                if self.rng.per_mille(300) {
                    self.decided().served().pays(20, 80, 100).mark_paid().concluded("paid_in_full").archived();
                    return true;
                }
                // ordered to pay: most do by the day, some only when the matter goes on
                self.ordered(15);
                if self.rng.per_mille(700) {
                    self.beat(20, 60, Act::SettleOrder).mark_paid().concluded("paid_in_full").archived();
                } else {
                    self.beat(170, 220, Act::FollowUp).beat(30, 150, Act::SettleOrder).mark_paid().concluded("paid_in_full").archived();
                }
                true
            }
            690..740 => {
                self.assigned().docketed().started().found(100);
                if self.rng.per_mille(250) {
                    self.pays(5, 20, 40).tracks();
                    for _ in 0..self.rng.range(1, 4) {
                        self.checks();
                    }
                    self.pays(20, 60, 100);
                } else {
                    let n = self.rng.range(2, 4);
                    self.agrees(n);
                    if self.rng.per_mille(650) {
                        self.instalments(n);
                    } else {
                        // the second is missed; what was left comes later
                        self.instalments(1).pays(250, 420, 100);
                    }
                }
                self.mark_paid().concluded("paid_in_full").archived();
                true
            }
            740..850 => {
                self.assigned().refused();
                false
            }
            850..890 => {
                self.assigned().docketed().started().found(0).unfounded().concluded("no_arrears").archived();
                true
            }
            890..910 => {
                self.assigned().docketed().started().handed_over().concluded("to_arbitration").archived();
                true
            }
            910..935 => {
                self.assigned()
                    .supplemented()
                    .docketed()
                    .started()
                    .found(100)
                    .pays(5, 20, 100)
                    .mark_paid()
                    .concluded("paid_in_full")
                    .archived();
                true
            }
            935..955 => {
                self.returned().redispatched(None).assigned().docketed().started().found(100).pays(5, 20, 100).mark_paid();
                self.concluded("paid_in_full").archived();
                true
            }
            955..962 => {
                self.fought_over()
                    .assigned()
                    .docketed()
                    .started()
                    .found(100)
                    .pays(5, 20, 100)
                    .mark_paid()
                    .concluded("paid_in_full")
                    .archived();
                true
            }
            962..972 => {
                self.assigned().docketed().started().extends().found(90).pays(20, 60, 100).mark_paid().concluded("paid_in_full").archived();
                true
            }
            972..982 => {
                self.assigned()
                    .docketed()
                    .reassigned()
                    .started()
                    .found(100)
                    .pays(5, 20, 100)
                    .mark_paid()
                    .concluded("paid_in_full")
                    .archived();
                false
            }
            // somebody was slow, and it shows
            _ => {
                let days = self.rng.range(2, 12);
                match dice % 3 {
                    0 => self.sign_for().stall(days).beat(1, 5, Act::Assign).docketed(),
                    1 => self.assigned().ask_docket().stall(days).signed(&[DutyKind::Leader, DutyKind::Head]),
                    _ => self.assigned().stall(days).docketed(),
                };
                self.started().found(100).pays(5, 40, 100).mark_paid().concluded("paid_in_full").archived();
                true
            }
        }
    }
}
