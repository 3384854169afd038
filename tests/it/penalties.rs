//! Penalties in the database: whoever writes the row, none is decided unheard, outside its bounds or twice, and no more is paid than is owed. And on the
//! page of the case: the form that begins one, the card, the papers in which nobody is named.

use crate::on_both;
use crate::support::TestDb;
use crate::town::Town;
use qingxin::app::penalties::NewPenalty;
use qingxin::base::id::{CaseId, ProcedureId};
use qingxin::base::{At, Day, Error};
use qingxin::domain::intake::FilingForm;
use qingxin::law::Fen;
use qingxin::store::penalties::{self as rows, Owed, Penalty, PenaltyPayment};
use qingxin::store::{cases, papers, procedures};
use serde_json::{Value, json};

const WORDS: &str = "经查，该单位拒不提供工资支付台账，阻挠检查，事实清楚，证据充分。";

fn day(m: u32, d: u32) -> At {
    Day::ymd(2026, m, d).unwrap().at(10, 0)
}

pub(crate) struct Story {
    pub(crate) town: Town,
    case: CaseId,
}
impl Story {
    fn begun(t: TestDb, seed: &str) -> Self {
        let town = Town::on(t, seed, day(11, 23));
        let form = FilingForm {
            reporter_name: "张三测".into(),
            reporter_phone: "13905361001".into(),
            respondent: "潍坊阻挠建筑劳务有限公司".into(),
            respondent_uscc: "91370702MA3TEXT0XR".into(),
            area: "奎文区".into(),
            headcount: Some(1),
            reported_total_fen: Some(600_000),
            period_from: "2026-06".into(),
            period_to: "2026-08".into(),
            narrative: "在工地做木工，工资至今未发。".into(),
            channel: "phone".into(),
            ..FilingForm::default()
        };
        let case = town.file(&form).case.unwrap();
        let s = Self { town, case };
        s.begin("obstruct").unwrap();
        s
    }
    fn begin(&self, ground: &str) -> Result<(), Error> {
        let case = self.case;
        let unit = self.town.app.db.read_blocking(move |c| cases::chain(c, case)).unwrap()[0].id;
        let second = self.town.account("承办人乙");
        let form = json!({ "ground": ground, "respondent": unit, "subject": "unit", "violatedOn": "2026-11-20", "second": second });
        let n = NewPenalty { order: None, bureau: None, form };
        self.town.rt.block_on(self.town.app.begin_penalty(&self.town.actor("承办人甲"), None, case, n)).map(drop)
    }
    pub(crate) fn procedure(&self) -> ProcedureId {
        let case = self.case;
        let all = self.town.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
        all.iter().find(|p| p.kind == "penalty").unwrap().id
    }
    pub(crate) fn go(&self, who: &str, name: &str, form: Value) {
        self.town.go(who, self.procedure(), name, form).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    pub(crate) fn proof(&self) -> Value {
        json!(self.town.add_evidence("承办人甲", Some(self.case), None, "凭证").unwrap().to_string())
    }
    pub(crate) fn row(&self) -> Penalty {
        let case = self.case;
        self.town.app.db.read_blocking(move |c| rows::of_case(c, case)).unwrap().remove(0)
    }
    fn saves(&self, row: Penalty) -> bool {
        self.town.app.db.write_blocking(move |c| rows::update(c, &row)).is_ok()
    }
    /// The notice is made and not served yet.
    pub(crate) fn noticed(t: TestDb, seed: &str) -> Self {
        let s = Self::begun(t, seed);
        let said = json!({ "report": WORDS, "fineFen": 500_000, "degree": "usual" });
        s.go("承办人甲", "propose", said);
        s.go("承办人甲", "give_notice", json!({ "facts": format!("{WORDS}张三测的工资台账缺失。") }));
        s.go("大队长", "approval.approve", json!({}));
        s
    }
    /// Served on 2026-12-02.
    fn served(t: TestDb, seed: &str) -> Self {
        let s = Self::noticed(t, seed);
        let served = json!({ "servedOn": "2026-11-23", "way": "direct", "proof": s.proof() });
        s.go("承办人甲", "serve_notice", served);
        s.town.pass(day(12, 1), &mut || {});
        s.go("承办人甲", "decide", json!({ "facts": WORDS }));
        s.go("大队长", "approval.approve", json!({}));
        s.go("局长", "approval.approve", json!({}));
        s.town.pass(day(12, 2), &mut || {});
        let served = json!({ "servedOn": "2026-12-02", "way": "direct", "proof": s.proof() });
        s.go("承办人甲", "serve_decision", served);
        s
    }
}

on_both! {
    /// 处罚法 Art 44, 45, 57, 32: the row of a decision without notice, window, answer, second person or bounds is refused.
    fn a_row_without_its_conditions_is_refused_by_the_database(t: &TestDb) {
        let s = Story::served(TestDb::new(t.backend).unwrap(), "rows");
        let good = s.row();
        let on = good.told_on;
        let wrong: Vec<(&str, Penalty)> = vec![
            ("no notice", Penalty { told_on: None, window_over_on: None, ..good.clone() }),
            ("no window", Penalty { window_over_on: None, ..good.clone() }),
            ("before the window was over", Penalty { decided_on: on, served_on: None, ..good.clone() }),
            ("the same person", Penalty { decided_by: good.proposed_by, ..good.clone() }),
            ("nobody", Penalty { decided_by: None, ..good.clone() }),
            ("no proposal", Penalty { proposed_by: None, ..good.clone() }),
            ("above the most", Penalty { fine: Some(Fen::new(good.most.get() + 1)), ..good.clone() }),
            ("below the least", Penalty { fine: Some(Fen::new(good.least.get() - 1)), ..good.clone() }),
            ("nothing", Penalty { fine: Some(Fen::ZERO), mitigation: Some("undone".into()), ..good.clone() }),
            ("a statement unanswered", Penalty { stated_on: on, ceiling: good.fine, ..good.clone() }),
            ("a statement accepted", Penalty { stated_on: on, ceiling: good.fine, answered_on: on, answer: Some("accepted".into()), ..good.clone() }),
            ("raised after a statement", Penalty { ceiling: Some(Fen::new(400_000)), ..good.clone() }),
            ("a hearing not held", Penalty { hearing_asked_on: on, ..good.clone() }),
            ("decided and open", Penalty { standing: "open".into(), ..good.clone() }),
            ("not decided and paid", Penalty { decided_on: None, decided_by: None, served_on: None, standing: "paid".into(), ..good.clone() }),
            ("revoked by nobody", Penalty { standing: "revoked".into(), ..good.clone() }),
        ];
        for (what, row) in wrong {
            assert!(!s.saves(row), "{what}");
        }
        // a lower one with its reason may stand
        let lower = Penalty { fine: Some(Fen::new(good.least.get() - 1)), mitigation: Some("undone".into()), ..good.clone() };
        assert!(s.saves(lower) && s.saves(good));
    }

    /// Art 29 and 72: one fine for one violation, and never more than fine and late fine.
    fn no_second_fine_and_no_more_than_is_owed(t: &TestDb) {
        let s = Story::served(TestDb::new(t.backend).unwrap(), "owed");
        assert!(matches!(s.begin("obstruct"), Err(Error::Refused(r)) if r.code == "fined_already"));
        let good = s.row();
        let good_case = good.case_id;
        // of a procedure of its own: it is the one fine for one violation that refuses it
        let other = s.town.app.db.read_blocking(move |c| procedures::of_case(c, good_case)).unwrap();
        let procedure_id = other.iter().find(|p| p.kind == "complaint").unwrap().id;
        let twin = Penalty { id: uuid::Uuid::from_bytes([7; 16]).into(), procedure_id, ..good.clone() };
        let elsewhere = Penalty { ground: "no_ledger".into(), ..twin.clone() };
        assert!(s.town.app.db.write_blocking(move |c| rows::insert(c, &twin)).is_err(), "a twin");
        assert!(s.town.app.db.write_blocking(move |c| rows::insert(c, &elsewhere)).is_ok(), "another violation");
        let id = good.id;
        let owed = s.town.app.db.read_blocking(move |c| rows::owed(c, id)).unwrap().unwrap();
        assert_eq!((owed.fine, owed.pay_by), (Fen::new(500_000), Day::ymd(2026, 12, 17).unwrap()));
        let on = Some(owed.pay_by);
        for (what, row) in [
            ("more than the fine", Owed { paid: Fen::new(500_001), ..owed.clone() }),
            ("a late fine above the fine", Owed { late: Fen::new(500_001), ..owed.clone() }),
            ("settled unpaid", Owed { settled_on: on, ..owed.clone() }),
            ("urged without a paper", Owed { urged_on: on, ..owed.clone() }),
            ("refused without an urge", Owed { refused_on: on, ..owed.clone() }),
            ("the court without an urge", Owed { applied_on: on, ..owed.clone() }),
        ] {
            assert!(s.town.app.db.write_blocking(move |c| rows::update_owed(c, &row)).is_err(), "{what}");
        }
        let late = Owed { paid: Fen::new(1_000_000), late: Fen::new(500_000), settled_on: on, ..owed };
        s.town.app.db.write_blocking(move |c| rows::update_owed(c, &late)).unwrap();
        let proof = s.proof().as_str().unwrap().parse().unwrap();
        let now = s.town.now();
        let none = PenaltyPayment {
            id: uuid::Uuid::from_bytes([8; 16]).into(),
            penalty_id: id,
            amount: Fen::ZERO,
            paid_on: now.day(),
            bank_ref: "0".into(),
            proof_id: proof,
            recorded_by: None,
            recorded_at: now,
            reversed_at: None,
        };
        assert!(s.town.app.db.write_blocking(move |c| rows::insert_payment(c, &none)).is_err(), "a payment of nothing");
        // the row above says paid, of which no receipt tells: `doctor` does
        let faults = s.town.app.db.read_blocking(qingxin::store::report::faults).unwrap();
        assert!(faults.iter().any(|(k, n)| *k == "fined" && *n == 1), "{faults:?}");
    }

    /// Practice P3.8 and 423 Art 11: what a party gets names no worker; its number is gapless, its fine in figures and in capitals.
    fn papers_name_no_worker_and_write_the_fine_twice(t: &TestDb) {
        let s = Story::served(TestDb::new(t.backend).unwrap(), "papers");
        let case = s.case;
        let all = s.town.app.db.read_blocking(move |c| papers::documents_of(c, case, &[])).unwrap();
        let of = |kind: &str| all.iter().find(|d| d.kind == kind).unwrap_or_else(|| panic!("no {kind}")).clone();
        let read = |kind: &str| s.town.rt.block_on(s.town.app.paper(&s.town.actor("局长"), of(kind).id)).unwrap().html;
        let notice = read("penalty_notice");
        assert!(!notice.contains("张三测") && notice.contains("行政处罚事先告知书"), "{notice}");
        for kind in ["penalty_notice", "penalty_decision"] {
            assert!(read(kind).contains("大写：伍仟元整"), "{kind}");
        }
        assert!(read("penalty_decision").contains("百分之三加处罚款") && read("penalty_repair").contains("信用修复"));
        assert_eq!(of("penalty_decision").no, 1);
        let file = s.town.case_file("局长", case).unwrap();
        let p = &file.penalties[0];
        assert_eq!((p.fine_fen, p.least_fen, p.most_fen), (Some(Fen::new(500_000)), Fen::new(200_000), Fen::new(2_000_000)));
        assert_eq!(p.owed.as_ref().map(|o| (o.left_fen, o.late_fen)), Some((Fen::new(500_000), Fen::ZERO)));
        // who handles it may begin another, a reader may not
        let may = |who: &str| s.town.rt.block_on(s.town.app.penalty_beginning(&s.town.actor(who), case)).unwrap();
        assert!(may("承办人乙").is_some_and(|b| !b.officers.is_empty() && b.bureaus.len() == 1));
        assert!(may("信用员").is_none());
    }
}
