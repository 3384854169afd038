//! A unit on its way to the list of joint sanctions, as tests of several modules need it.

use crate::support::TestDb;
use crate::town::Town;
use qingxin::app::claims::judge::Judge;
use qingxin::app::exchange::partners::NewPartner;
use qingxin::app::register::Ack;
use qingxin::app::write::Key;
use qingxin::base::id::{CaseId, ProcedureId};
use qingxin::base::{At, Day};
use qingxin::domain::access::{Actor, Partner};
use qingxin::domain::intake::FilingForm;
use qingxin::law::identity::Uscc;
use qingxin::store::{cases, ledger, listings, procedures};
use serde_json::{Value, json};
use std::rc::Rc;

pub const USCC: &str = "91370702MA3TEXT0XR";
pub const FACTS: &str = "经查，该单位拖欠农民工工资，经责令限期支付，逾期未支付，事实清楚。";
pub const BOSS: &str = "379900198001010014";

/// A case whose unit is on the list, with its legal representative.
pub struct Story {
    pub town: Rc<Town>,
    pub case: CaseId,
    /// The day of the report.
    base: Day,
}

/// The code of a unit that checks, the n-th.
pub fn code(n: usize) -> String {
    const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    if n == 0 {
        return USCC.into();
    }
    let head = format!("91370705MA{n:06}");
    let short = "0123456789X".chars().map(|c| format!("{head}{c}"));
    short.flat_map(|s| SIGNS.chars().map(move |c| format!("{s}{c}"))).find(|c| Uscc::parse(c).is_ok()).unwrap()
}

impl Story {
    pub fn of(&self, kind: &str) -> ProcedureId {
        self.nth(kind, 0)
    }
    pub fn nth(&self, kind: &str, n: usize) -> ProcedureId {
        let case = self.case;
        let mut all = self.town.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
        all.retain(|p| p.kind == kind);
        all.sort_by_key(|p| p.id);
        all[n].id
    }
    pub fn go(&self, who: &str, kind: &str, name: &str, form: Value) {
        self.town.go(who, self.of(kind), name, form).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    pub fn proof(&self, who: &str) -> Value {
        json!(self.town.add_evidence(who, Some(self.case), None, "凭证").unwrap().to_string())
    }
    pub fn signed(&self, kind: &str, who: &[&str]) {
        for w in who {
            self.go(w, kind, "approval.approve", json!({}));
        }
    }
    /// A day of the story, counted from the report.
    pub fn on(&self, n: i64) -> Day {
        self.base.plus(n)
    }
    pub fn at(&self, n: i64) -> At {
        self.on(n).at(10, 0)
    }
    /// Until the order expired unpaid, and the listing is examined.
    pub fn expired(t: TestDb, seed: &str) -> Self {
        let base = Day::ymd(2026, 11, 23).unwrap();
        let s = Self::ordered(&Rc::new(Town::on(t, seed, base.at(10, 0))), base, 0);
        s.pass(s.at(7));
        s.serve_order();
        s.pass(s.at(21));
        s
    }
    /// The n-th unit is ordered to pay, in a town whose clock stands on the day of the report.
    pub fn ordered(town: &Rc<Town>, base: Day, n: usize) -> Self {
        let month = |back: i64| base.plus(-back).to_string()[..7].to_owned();
        let form = FilingForm {
            reporter_name: ["张三测", "李四测", "王五测", "赵六测"][n % 4].into(),
            reporter_phone: format!("1390536{:04}", 1001 + n),
            respondent: if n == 0 {
                "潍坊失信建筑劳务有限公司".into()
            } else {
                format!("潍坊失信{n}建筑劳务有限公司")
            },
            respondent_uscc: code(n),
            area: "奎文区".into(),
            headcount: Some(1),
            reported_total_fen: Some(6_000_000),
            period_from: month(250),
            period_to: month(90),
            narrative: "在工地做木工，工资至今未发。".into(),
            channel: "phone".into(),
            ..FilingForm::default()
        };
        let case = town.file(&form).case.unwrap();
        let s = Self { town: Rc::clone(town), case, base };
        let p = s.town.investigate(case);
        let claim = s.town.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap()[0].id;
        let officer = s.town.actor("承办人甲");
        let file = s.town.add_evidence("承办人甲", Some(case), None, "户口簿").unwrap();
        s.town.go("承办人甲", p, "record_finding", json!({ "claim": claim, "verifiedFen": 6_000_000, "rejectedFen": 0 })).unwrap();
        let j = Judge {
            nature: "wages".into(),
            migrant: Some("yes".into()),
            set_apart_fen: None,
            reason: "户籍地为农村。".into(),
            evidence: Some(file),
        };
        s.town.rt.block_on(s.town.app.judge_claim(&officer, None, claim, &j)).unwrap();
        let unit = s.town.app.db.read_blocking(move |c| cases::chain(c, case)).unwrap()[0].id;
        s.town.go("承办人甲", p, "order_payment", json!({})).unwrap();
        let consent = s.proof("承办人甲");
        let order = json!({
            "instrument": "decision", "respondent": unit, "payBy": s.on(18).to_string(), "heard": true, "hearing": "单位未提出陈述、申辩。",
            "facts": FACTS, "consent": consent,
        });
        s.go("承办人甲", "payment_order", "issue", order);
        s.signed("payment_order", &["大队长", "法制员", "局长"]);
        s
    }
    /// The order reaches it on the seventh day.
    pub fn serve_order(&self) {
        let s = self;
        let proof = s.proof("承办人甲");
        let tried = json!({ "on": s.on(7).to_string(), "way": "direct", "outcome": "delivered", "place": "公司住所", "addressConfirmed": true, "proof": proof });
        s.go("承办人甲", "payment_order", "attempt_service", tried);
        s.go("承办人甲", "payment_order", "serve", json!({ "servedOn": s.on(7).to_string(), "way": "direct", "proof": proof }));
    }
    /// Until the decision of the head.
    pub fn listed(t: TestDb, seed: &str) -> Self {
        let s = Self::expired(t, seed);
        s.tell();
        s.pass(s.at(30));
        s.ask();
        s.signed("listing", &["法制员", "局长"]);
        s
    }
    /// The decision is asked for.
    pub fn ask(&self) {
        self.go("信用员", "listing", "decide", json!({ "facts": FACTS, "suitConsidered": true, "paidConsidered": true }));
    }
    /// The unit and its legal representative are told.
    pub fn tell(&self) {
        let s = self;
        s.go("信用员", "listing", "propose", json!({ "ground": "amount", "withholding": "arrears", "facts": FACTS }));
        // one after the other: the unit is the first party
        s.pass(s.town.now().plus(chrono::Duration::minutes(1)));
        let boss = json!({
            "kind": "legal_representative", "name": "周某测", "idNumber": BOSS, "post": "法定代表人", "postFrom": "2024-05-01", "facts": FACTS,
        });
        s.go("信用员", "listing", "add_person", boss);
        let proof = s.proof("信用员");
        for n in 0..2 {
            let served = json!({ "servedOn": s.on(21).to_string(), "way": "direct", "proof": proof });
            s.town.go("信用员", s.nth("listing_party", n), "serve_notice", served).unwrap();
        }
    }
    pub fn publish(&self) {
        let proof = self.proof("信用员");
        let served = json!({ "servedOn": self.town.now().day().to_string(), "way": "direct", "proof": proof });
        self.town.go("信用员", self.nth("listing_party", 0), "serve_decision", served).unwrap();
        self.go("信用员", "listing", "publish", json!({}));
    }
    pub fn revoke(&self) {
        let proof = self.proof("信用员");
        self.go("信用员", "listing", "revoke", json!({ "why": "corrected", "reason": "认定有误，自行撤销。", "proof": proof }));
    }
    pub fn pass(&self, to: At) {
        self.town.pass(to, &mut || {});
    }
    pub fn receiver(&self, code: &str, areas: &[&str]) -> Partner {
        let operator = Actor::System("tests");
        let new = NewPartner { code: code.into(), name: code.into(), channel: "hotline_12345".into(), bureau: "370700-hrss".into() };
        let (id, _) = self.town.app.create_partner(&operator, &new).unwrap();
        let areas: Vec<String> = areas.iter().map(|a| (*a).to_owned()).collect();
        self.town.app.set_receiver(&operator, code, true, &areas).unwrap();
        Partner { id, code: code.into(), channel: new.channel, bureau: new.bureau }
    }
    /// A system with a key that asks.
    pub fn key(&self, code: &str) -> String {
        let new = NewPartner { code: code.into(), name: code.into(), channel: "hotline_12345".into(), bureau: "370700-hrss".into() };
        self.town.app.create_partner(&Actor::System("tests"), &new).unwrap().1.key
    }
    pub fn ack(&self, p: &Partner, code: &str, rev: i32) -> qingxin::base::Result<usize> {
        let key = Key::new(&format!("{code}-{rev}-{}", p.code), "test", &(code, rev)).unwrap();
        self.town.rt.block_on(self.town.app.acknowledge(p, key, vec![Ack { code: code.into(), rev }]))
    }
    pub fn row(&self) -> listings::Listing {
        let case = self.case;
        self.town.app.db.read_blocking(move |c| listings::of_case(c, case)).unwrap().remove(0)
    }
}
