//! A small town to live complaints in: the program on a database of its own, a clock that stands still, staff of two
//! counties and of the city. Everything goes through `app`; nothing here touches a table.

use crate::support::{Backend, TestDb};
use qingxin::app::intake::{self, Registered};
use qingxin::app::people::{self, NewAccount};
use qingxin::app::perform::{self, Command, Given, Performed};
use qingxin::app::write::Key;
use qingxin::app::{App, doctor, evidence, inbox, view};
use qingxin::base::clock::ManualClock;
use qingxin::base::id::{AccountId, CaseId, EvidenceId, FilingId, ProcedureId};
use qingxin::base::{At, Day, Error, Result};
use qingxin::boot::{self, Place};
use qingxin::domain::access::{Actor, Duty, DutyKind};
use qingxin::domain::intake::{FilingDraft, FilingForm, draft_from_form};
use qingxin::store::{cases, procedures};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Log-in, name, duties as `duty bureau area`.
pub const STAFF: &[(&str, &str, &[&str])] = &[
    ("desk", "受理员", &["desk 370700-hrss 370700"]),
    ("supervisor", "督办员", &["supervisor 370700-hrss 370700"]),
    ("city_leader", "市大队长", &["leader 370700-hrss 370700"]),
    ("city_head", "市局长", &["head 370700-hrss 370700"]),
    ("kw_desk", "奎文内勤", &["desk 370705-hrss 370705"]),
    ("kw_a", "承办人甲", &["handler 370705-hrss 370705"]),
    ("kw_b", "承办人乙", &["handler 370705-hrss 370705"]),
    ("kw_c", "承办人丙", &["handler 370705-hrss 370705"]),
    ("kw_leader", "大队长", &["leader 370705-hrss 370705"]),
    ("kw_legal", "法制员", &["legal 370705-hrss 370705"]),
    ("kw_credit", "信用员", &["credit 370705-hrss 370705"]),
    ("kw_head", "局长", &["head 370705-hrss 370705"]),
    ("zj_a", "住建承办人", &["handler 370705-housing 370705"]),
    ("zj_leader", "住建科长", &["leader 370705-housing 370705"]),
    ("zj_desk", "住建内勤", &["desk 370705-housing 370705"]),
    ("wc_desk", "潍城内勤", &["desk 370702-hrss 370702"]),
    ("wc_a", "潍城承办人", &["handler 370702-hrss 370702"]),
    ("wc_b", "潍城承办人乙", &["handler 370702-hrss 370702"]),
    ("wc_leader", "潍城大队长", &["leader 370702-hrss 370702"]),
    ("wc_head", "潍城局长", &["head 370702-hrss 370702"]),
    ("fz_desk", "坊子内勤", &["desk 370704-hrss 370704"]),
    ("fz_leader", "坊子大队长", &["leader 370704-hrss 370704"]),
    ("security", "安全管理员", &["security_admin 370700-hrss 370700"]),
    ("system", "系统管理员", &["system_admin 370700-hrss 370700"]),
    ("audit", "审计管理员", &["audit_admin 370700-hrss 370700"]),
    ("kw_credit_b", "信用员乙", &["credit 370705-hrss 370705"]),
];

/// Who comes where a life needs them: the ids of the others stay as they are.
pub const MORE: &[(&str, &str, &[&str])] = &[
    ("zj_b", "住建承办人乙", &["handler 370705-housing 370705"]),
    ("zj_legal", "住建法制员", &["legal 370705-housing 370705"]),
    ("zj_head", "住建局长", &["head 370705-housing 370705"]),
    ("third", "承办人丙", &["handler 370705-hrss 370705"]),
];

/// Monday 2026-11-23, nine in the morning.
pub fn opening() -> At {
    Day::ymd(2026, 11, 23).unwrap().at(9, 0)
}

/// A small file that is what it says: the beginning of a PDF.
pub fn pdf(name: &str) -> Vec<u8> {
    format!("%PDF-1.4\n% {name}\n%%EOF\n").into_bytes()
}

pub struct Town {
    pub app: Arc<App>,
    pub clock: Arc<ManualClock>,
    pub t: TestDb,
    pub rt: tokio::runtime::Runtime,
}

/// Where a report went.
#[derive(Debug, Clone, Copy)]
pub struct Filed {
    pub filing: FilingId,
    pub procedure: ProcedureId,
    pub case: Option<CaseId>,
    pub joined: bool,
}

impl Town {
    pub fn new(backend: Backend, seed: &str) -> Option<Self> {
        Some(Self::on(TestDb::new(backend)?, seed, opening()))
    }
    pub fn on(t: TestDb, seed: &str, at: At) -> Self {
        let clock = Arc::new(ManualClock::new(at));
        let app = Self::node(&t, &clock, seed);
        let town = Self { app, clock, t, rt: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap() };
        town.hire();
        town
    }
    /// The program once more on the same database, as another node of the city runs it.
    pub fn node(t: &TestDb, clock: &Arc<ManualClock>, seed: &str) -> Arc<App> {
        let dir = t.dir.path().display();
        let variables = [
            ("QINGXIN__EVIDENCE__DIRECTORY", format!("{dir}/evidence")),
            ("QINGXIN__CHECKPOINT__DIRECTORY", format!("{dir}/checkpoints")),
            // its persons come in without a telephone's code; `second_factor` tells of that
            ("QINGXIN__SECOND_FACTOR__REQUIRED", String::new()),
        ];
        let place = Place {
            master_key_file: t.options.master_key_file.clone(),
            variables: variables.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<BTreeMap<_, _>>(),
            seed: Some(seed.as_bytes().to_vec()),
            ..Place::at(t.url.clone())
        };
        boot::open(&place, clock.clone()).unwrap()
    }
    /// Somebody of [`MORE`] comes.
    pub fn hire_more(&self, name: &str) {
        let (login, name, duties) = MORE.iter().find(|s| s.1 == name).unwrap_or_else(|| panic!("no {name}"));
        let hash = self.app.dummy_hash.clone();
        let duties = duties.iter().map(|d| duty(d)).collect();
        let new = NewAccount { login: (*login).into(), name: (*name).into(), password_hash: hash, must_change: false, duties };
        self.app.write_blocking(&Actor::System("test"), None, move |tx| people::create_account(tx, &new).map(drop)).unwrap();
    }
    fn hire(&self) {
        let hash = self.app.dummy_hash.clone();
        self.app
            .write_blocking(&Actor::System("test"), None, move |tx| {
                for (login, name, duties) in STAFF {
                    let duties = duties.iter().map(|d| duty(d)).collect();
                    let new = NewAccount {
                        login: (*login).into(),
                        name: (*name).into(),
                        password_hash: hash.clone(),
                        must_change: false,
                        duties,
                    };
                    people::create_account(tx, &new)?;
                }
                Ok(())
            })
            .unwrap();
    }
    /// A person of the staff, by name, with whatever duties he holds now.
    pub fn actor(&self, name: &str) -> Actor {
        let login = STAFF.iter().chain(MORE).find(|s| s.1 == name).unwrap_or_else(|| panic!("no {name} on the staff")).0;
        Actor::Staff(self.app.staff_of(login).unwrap())
    }
    pub fn account(&self, name: &str) -> AccountId {
        self.actor(name).account().unwrap()
    }
    pub fn names(&self) -> BTreeMap<AccountId, &'static str> {
        let all = STAFF.iter().chain(MORE);
        all.filter(|s| self.app.staff_of(s.0).is_ok()).map(|s| (self.account(s.1), s.1)).collect()
    }
    pub fn now(&self) -> At {
        self.app.now()
    }
    /// What the form of the counter reads.
    pub fn draft(&self, form: &FilingForm) -> FilingDraft {
        let channels: Vec<String> = self.app.registry.codes["channel"].iter().map(|(c, _)| c.clone()).collect();
        draft_from_form(form, &channels, &self.app.city.intake.caps, self.now()).unwrap_or_else(|e| panic!("{e:?}"))
    }
    pub fn register(&self, actor: &Actor, receiving: &str, form: &FilingForm, key: Option<&Key>) -> Result<Registered> {
        let draft = self.draft(form);
        let prepared = intake::prepare(&self.app, &self.app.keys(), &mut self.app.ids(), &draft, receiving, self.now())?;
        self.app.write_blocking(actor, key, move |tx| intake::register_in(tx, &prepared, None))
    }
    pub fn file(&self, form: &FilingForm) -> Filed {
        match self.register(&self.actor("受理员"), "370700-hrss", form, None).unwrap() {
            Registered::New { filing, procedure, case, joined, .. } => Filed { filing, procedure, case, joined },
            other => panic!("{other:?}"),
        }
    }
    /// Facts as a guard of the complaint of a case would see them.
    pub fn facts(&self, case: CaseId, groups: &std::collections::BTreeSet<String>) -> qingxin::flow::Facts {
        let (row, groups) = (self.complaint(case), groups.clone());
        let look = move |tx: &mut qingxin::app::write::Tx<'_>| {
            let subject = qingxin::app::subject::Subject::load(tx, row.clone())?;
            qingxin::app::facts::load(tx, &subject, &groups)
        };
        self.app.write_blocking(&Actor::System("test"), None, look).unwrap()
    }
    /// A move of a person, with its form as JSON.
    pub fn go(&self, who: &str, procedure: ProcedureId, name: &str, form: serde_json::Value) -> Result<Performed> {
        self.dated(who, procedure, name, form, None)
    }
    pub fn dated(&self, who: &str, procedure: ProcedureId, name: &str, form: serde_json::Value, on: Option<At>) -> Result<Performed> {
        let cmd = Command { procedure, name: name.into(), form: Given::Raw(form), occurred_at: on, seen: None, term: None };
        self.app.write_blocking(&self.actor(who), None, move |tx| perform::perform_in(tx, &cmd))
    }
    /// The complaint of a case.
    pub fn complaint(&self, case: CaseId) -> procedures::Row {
        let all = self.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
        all.into_iter().find(|r| r.kind == "complaint").unwrap()
    }
    pub fn case(&self, id: CaseId) -> cases::Case {
        self.app.db.read_blocking(move |c| cases::get(c, id)).unwrap().unwrap()
    }
    pub fn add_evidence(&self, who: &str, case: Option<CaseId>, filing: Option<FilingId>, name: &str) -> Result<EvidenceId> {
        self.add_evidence_of(who, "proof", case, filing, name)
    }
    pub fn add_evidence_of(&self, who: &str, kind: &str, case: Option<CaseId>, filing: Option<FilingId>, name: &str) -> Result<EvidenceId> {
        let up = evidence::Upload { case, filing, kind: kind.into(), name: format!("{name}.pdf"), bytes: pdf(name) };
        self.rt.block_on(self.app.add_evidence(&self.actor(who), None, up))
    }
    pub fn case_file(&self, who: &str, case: CaseId) -> Result<view::CaseFile> {
        self.rt.block_on(self.app.case_file(&self.actor(who), case))
    }
    /// The version of a procedure's form as this person has it open.
    pub fn seen(&self, who: &str, case: CaseId, procedure: ProcedureId) -> i64 {
        let file = self.case_file(who, case).unwrap();
        file.procedures.iter().find(|p| p.id == procedure).unwrap().form_version
    }
    pub fn inbox(&self, who: &str, tab: Option<inbox::Tab>) -> Result<inbox::Page> {
        self.rt.block_on(self.app.inbox(&self.actor(who), inbox::Query { tab, size: 100, ..inbox::Query::default() }))
    }
    /// Lets time run to `to` as a running program does: every alarm fires at its own instant. `each` hears of each.
    pub fn pass(&self, to: At, each: &mut dyn FnMut()) {
        loop {
            let next = self.app.db.read_blocking(procedures::next_alarm).unwrap();
            let Some(at) = next.filter(|at| *at <= to) else { break };
            self.clock.set(at.max(self.now()));
            let done = self.app.fire_alarms("test").unwrap();
            assert!(done.failed == 0 && done.claimed > 0, "alarms at {at}: {done:?}: {:?}", self.stuck());
            each();
        }
        self.clock.set(to);
    }
    fn stuck(&self) -> Vec<String> {
        let terms = self.app.db.read_blocking(|c| {
            let open = procedures::open_page(c, uuid::Uuid::nil().into(), 1_000)?;
            let ids: Vec<_> = open.iter().map(|r| r.id).collect();
            let terms: Vec<_> = procedures::terms_of_many(c, &ids)?.into_iter().map(|t| t.id).collect();
            procedures::alarms_of(c, &terms)
        });
        terms.unwrap().into_iter().filter_map(|a| a.last_error).collect()
    }
    pub fn checkpoints(&self) -> PathBuf {
        self.t.dir.path().join("checkpoints")
    }
    /// What `doctor` finds.
    pub fn ills(&self) -> Vec<String> {
        let report = doctor::examine(&self.app, &self.checkpoints()).unwrap();
        report.lines.into_iter().filter(|l| !l.ok).map(|l| format!("{}：{}", l.what, l.said)).collect()
    }
    /// From its dispatch to the investigation of the county, with two officers and the signatures.
    pub fn investigate(&self, case: CaseId) -> ProcedureId {
        let p = self.complaint(case).id;
        let (a, b) = (self.account("承办人甲").to_string(), self.account("承办人乙").to_string());
        self.go("奎文内勤", p, "sign_for", serde_json::json!({})).unwrap();
        self.go("大队长", p, "assign", serde_json::json!({ "account": a, "second": b })).unwrap();
        self.go("承办人甲", p, "docket", serde_json::json!({ "facts": "用人单位拖欠工资，事实初步清楚。" })).unwrap();
        self.go("大队长", p, "approval.approve", serde_json::json!({})).unwrap();
        self.go("局长", p, "approval.approve", serde_json::json!({})).unwrap();
        self.go("承办人甲", p, "start_investigation", serde_json::json!({})).unwrap();
        p
    }
}

pub fn duty(text: &str) -> Duty {
    let [kind, bureau, area] = text.split(' ').collect::<Vec<_>>()[..] else { panic!("{text}") };
    Duty { kind: DutyKind::of(kind).unwrap(), bureau: bureau.into(), area: area.into(), for_account: None }
}

/// A plain complaint of one worker of the county, person number `n`.
pub fn report(n: u32) -> FilingForm {
    FilingForm {
        kind: "complaint".into(),
        channel: "phone".into(),
        reporter_name: ["张三测", "李四测", "王五测", "赵六测", "钱七测", "孙八测"][n as usize % 6].into(),
        reporter_phone: format!("1390536{:04}", 1000 + n),
        respondent: format!("潍坊试验{}建筑劳务有限公司", n),
        project: format!("试验{n}号住宅小区"),
        project_kind: "房屋建筑".into(),
        area: "奎文区".into(),
        headcount: Some(1),
        reported_total_fen: Some(1_937_758),
        period_from: "2026-05".into(),
        period_to: "2026-09".into(),
        narrative: "在工地做木工，工资至今未发。".into(),
        ..FilingForm::default()
    }
}

/// The stable word of an error: a refusal's code, the first wrong field, else its kind.
pub fn word(e: &Error) -> String {
    match e {
        Error::Refused(r) => r.code.clone(),
        Error::Invalid(f) => f.first().map_or_else(|| "invalid".into(), |f| format!("{} {}", f.code, f.pointer)),
        e => e.code().to_owned(),
    }
}
