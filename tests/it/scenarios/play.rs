//! Plays a scenario on the program and writes down what happened.

use super::language::{Args, Line, What};
use crate::support::{Backend, TestDb};
use crate::town::{Town, opening, word};
use qingxin::app::claims::judge::Judge;
use qingxin::app::{calendar, people, sight};
use qingxin::base::id::{CaseId, EvidenceId, FilingId, NoticeId, ProcedureId, RowId, TermId};
use qingxin::base::{At, Day, Result};
use qingxin::domain::access::Actor;
use qingxin::domain::intake::FilingForm;
use qingxin::flow::graph::FieldKind;
use qingxin::flow::{builtin, form};
use qingxin::law::calendar::Year;
use qingxin::store::procedures::{self, TermRow};
use qingxin::store::{cases, filings, journal, ledger};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

pub struct Play {
    town: Town,
    file: String,
    /// The timeline.
    out: String,
    filings: BTreeMap<String, (FilingId, ProcedureId)>,
    /// Cases by the name of the filing that opened them.
    cases: Vec<(String, CaseId)>,
    current: Option<CaseId>,
    refused: Option<(Line, String, String)>,
    evidence: BTreeMap<(Option<CaseId>, String), EvidenceId>,
    seen_log: u64,
    seen_notices: BTreeSet<NoticeId>,
    terms: BTreeMap<TermId, TermRow>,
    allowed: Vec<String>,
    /// The newest draw.
    draw: Option<RowId>,
    /// Employers by the name of their filing, or as a line of the register calls them.
    employers: BTreeMap<String, String>,
    names: BTreeMap<qingxin::base::id::AccountId, &'static str>,
}

/// Procedures that run beside a complaint; a line names them by their kind.
const CHILDREN: [&str; 14] = [
    "agreement",
    "payment_order",
    "supervision",
    "cooperation",
    "referral",
    "handoff",
    "talk",
    "commitment",
    "incident",
    "listing",
    "listing_party",
    "removal",
    "announcement",
    "penalty",
];

/// Whether a word names a procedure beside the complaint: its kind, or `kind#2` for the second of it.
fn names_child(word: &str) -> bool {
    CHILDREN.contains(&word.split('#').next().unwrap_or(word))
}

pub fn play(backend: Backend, file: &str, lines: &[Line]) -> Option<String> {
    // the first `at` is where the clock begins
    let start = lines.iter().find_map(|l| if let What::At { day, time } = &l.what { Some(instant(day, time)) } else { None });
    let town = Town::on(TestDb::new(backend)?, file, start.unwrap_or_else(opening));
    let names = town.names();
    let mut p = Play {
        town,
        file: file.to_owned(),
        out: String::new(),
        filings: BTreeMap::new(),
        cases: Vec::new(),
        current: None,
        refused: None,
        evidence: BTreeMap::new(),
        seen_log: 0,
        seen_notices: BTreeSet::new(),
        terms: BTreeMap::new(),
        allowed: Vec::new(),
        draw: None,
        employers: BTreeMap::new(),
        names,
    };
    p.skip_hiring();
    for l in lines {
        p.line(l);
    }
    p.settle_refusal(None);
    let ills: Vec<String> = p.town.ills().into_iter().filter(|i| !p.allowed.iter().any(|a| i.starts_with(a))).collect();
    assert!(ills.is_empty(), "{file}: doctor finds {ills:?}\n{}", p.out);
    Some(p.out)
}

fn instant(day: &str, time: &str) -> At {
    let (h, m) = time.split_once(':').unwrap();
    day.parse::<Day>().unwrap().at(h.parse().unwrap(), m.parse().unwrap())
}

impl Play {
    fn fail(&self, l: &Line, why: impl std::fmt::Display) -> ! {
        panic!("{}:{}: {}\n  {why}\n── so far ──\n{}", self.file, l.n, l.text, self.out)
    }
    fn skip_hiring(&mut self) {
        qingxin::jobs::sequence(&self.town.app).unwrap();
        self.seen_log = self.town.app.db.read_blocking(journal::last_log_no).unwrap();
    }
    /// A refusal must be expected by the line that follows it.
    fn settle_refusal(&mut self, next: Option<&Line>) {
        let expected = matches!(next.map(|l| &l.what), Some(What::Expect { words }) if words[0] == "refused");
        if let Some((l, code, say)) = self.refused.clone()
            && !expected
        {
            self.fail(&l, format!("refused {code}: {say}"));
        }
    }
    fn line(&mut self, l: &Line) {
        self.settle_refusal(Some(l));
        let done = match &l.what {
            What::At { day, time } => self.pass(instant(day, time)),
            What::Advance { by, time } => self.pass(self.later(l, by, time.as_deref())),
            What::File { name, fields } => self.file(l, name, fields),
            What::Case { name } => {
                self.current = Some(self.case_named(l, name));
                Ok(())
            }
            What::As { who, on, dated, name, fields } => self.act(l, who, on.as_deref(), dated.as_deref(), name, fields),
            What::Away { who, until, stand_in } => self.away(who, until, stand_in.as_deref()),
            What::Disable { who } => {
                let id = self.town.account(who);
                let admin = self.town.actor("安全管理员");
                self.town.app.write_blocking(&admin, None, move |tx| people::set_active(tx, id, false))
            }
            What::Recuse { who, by } => {
                let (case, id, by) = (self.here(l), self.town.account(who), self.town.actor(by));
                self.town.app.write_blocking(&by, None, move |tx| sight::recuse(tx, case, id, "与当事人有亲属关系"))
            }
            What::Migrant { name, yes, by } => self.migrant(l, name, *yes, by),
            What::Calendar { year } => self.calendar(year),
            What::Draw { what, fields } => self.draw(l, what, fields),
            What::Call { name, who, said, amount } => self.call(l, name, who, said, amount.as_deref()),
            What::Amend { name, fields } => self.amend(l, name, fields),
            What::Crowd { n, name } => self.crowd(l, *n, name),
            What::Leave { name } => self.leave(l, name),
            What::Announce { fields } => self.announce(l, fields),
            What::Penalize { fields } => self.penalize(l, fields),
            What::Hire { who } => {
                self.town.hire_more(who);
                self.names = self.town.names();
                Ok(())
            }
            What::Batch { quarter, by } => self.batch(quarter, by),
            What::Conduct { name, fields } => self.conduct(l, name, fields),
            What::Correct { name, fields } => self.correct(l, name, fields),
            What::Grade { year } => self.grade(*year),
            What::Grades { what, year, fields } => self.grades(l, what, *year, fields),
            What::Expect { words } => {
                self.expect(l, words);
                return;
            }
            What::Allow { what } => {
                self.allowed.push(what.clone());
                return;
            }
        };
        if let Err(e) = done {
            self.refused = Some((l.clone(), word(&e), e.to_string()));
            let _ = writeln!(self.out, "{}  {}\n    ✗ 不能：{}", self.town.now().list_text(), l.text, e_text(&e));
        }
        // what jobs do every minute: orders that are gone reach what was announced of them
        self.town.app.watch_announcements().unwrap();
        self.report();
    }
    fn here(&self, l: &Line) -> CaseId {
        self.current.unwrap_or_else(|| self.fail(l, "no case yet"))
    }
    fn case_named(&self, l: &Line, name: &str) -> CaseId {
        let (id, _) = self.filings.get(name).unwrap_or_else(|| self.fail(l, format!("no filing {name}")));
        let id = *id;
        let f = self.town.app.db.read_blocking(move |c| filings::get(c, id)).unwrap().unwrap();
        f.case_id.unwrap_or_else(|| self.fail(l, format!("{name} has no case")))
    }
    fn later(&self, l: &Line, by: &str, time: Option<&str>) -> At {
        let now = self.town.now();
        let n: i64 = by.trim_end_matches(char::is_alphabetic).parse().unwrap_or_else(|_| self.fail(l, "a number"));
        let day = match by.trim_start_matches(|c: char| c.is_ascii_digit()) {
            "wd" => self.town.app.law().calendar.nth_after(now.day(), n.unsigned_abs()),
            "d" => now.day().plus(n),
            "h" => return now.plus(chrono::Duration::hours(n)),
            other => self.fail(l, format!("no unit {other}")),
        };
        match time {
            Some(t) => instant(&day.to_string(), t),
            None => day.start().plus(chrono::Duration::milliseconds(now.millis() - now.day().start().millis())),
        }
    }
    fn pass(&mut self, to: At) -> Result<()> {
        assert!(to >= self.town.now(), "time does not run backwards");
        loop {
            let next = self.town.app.db.read_blocking(procedures::next_alarm).unwrap();
            let Some(at) = next.filter(|at| *at <= to) else { break };
            self.town.pass(at.max(self.town.now()), &mut || {});
            self.report();
        }
        self.ring(to);
        self.town.clock.set(to);
        Ok(())
    }
    fn file(&mut self, l: &Line, name: &str, fields: &Args) -> Result<()> {
        let mut f = FilingForm {
            reporter_name: "张三测".into(),
            reporter_phone: "13905361001".into(),
            respondent: "潍坊试验建筑劳务有限公司".into(),
            project: "试验花园住宅小区".into(),
            project_kind: "房屋建筑".into(),
            area: "奎文区".into(),
            headcount: Some(1),
            reported_total_fen: Some(1_937_758),
            period_from: "2026-05".into(),
            period_to: "2026-09".into(),
            narrative: "在工地做木工，工资至今未发。".into(),
            ..FilingForm::default()
        };
        for (k, v) in fields {
            let v = v.clone();
            match k.as_str() {
                "kind" => f.kind = v,
                "channel" => f.channel = v,
                "number" => f.source_number = v,
                "received" => f.received_at = v,
                "reporter" => f.reporter_name = v,
                "phone" => f.reporter_phone = v,
                "id" => f.reporter_id = v,
                "respondent" => f.respondent = v,
                "project" => f.project = v,
                "project_kind" => f.project_kind = v,
                "area" => f.area = v,
                "headcount" => f.headcount = v.parse().ok(),
                "amount" => f.reported_total_fen = Some(qingxin::law::Fen::parse(&v).unwrap().get()),
                "from" => f.period_from = v,
                "to" => f.period_to = v,
                "narrative" => f.narrative = v,
                other => self.fail(l, format!("a filing has no {other}")),
            }
        }
        self.employers.insert(name.to_owned(), f.respondent.clone());
        let done = self.town.file(&f);
        self.filings.insert(name.to_owned(), (done.filing, done.procedure));
        if let Some(case) = done.case {
            if !done.joined {
                self.cases.push((name.to_owned(), case));
            }
            self.current = Some(case);
        }
        Ok(())
    }
    fn act(&mut self, l: &Line, who: &str, on: Option<&str>, dated: Option<&str>, name: &str, fields: &Args) -> Result<()> {
        let procedure = match on {
            Some(kind) if names_child(kind) => self.child(l, kind).id,
            Some(graded) if graded.starts_with("grading/") => self.graded(l, graded.trim_start_matches("grading/")),
            Some(f) => self.filings.get(f).unwrap_or_else(|| self.fail(l, format!("no filing {f}"))).1,
            None => self.town.complaint(self.here(l)).id,
        };
        let row = self.town.app.db.read_blocking(move |c| procedures::get(c, procedure))?.unwrap();
        let graph = self.town.app.graphs.get(&row.kind, row.version)?;
        let name = match name {
            "approve" => builtin::APPROVE,
            "reject" => builtin::REJECT,
            "withdraw" => builtin::WITHDRAW,
            other => other,
        };
        let defs = form::fields(&graph, name).unwrap_or_else(|| self.fail(l, format!("no move {name}")));
        let mut json = serde_json::Map::new();
        for (k, v) in fields {
            let kind = defs.iter().find(|d| d.key == *k).map(|d| d.kind);
            let value = match kind {
                Some(FieldKind::Account) => self.town.account(v).to_string(),
                Some(FieldKind::Bureau) => self.bureau(v),
                Some(FieldKind::Area) => self.area(v),
                Some(FieldKind::Case) => self.case_named(l, v).to_string(),
                Some(FieldKind::Claim) => self.claim(l, v),
                Some(FieldKind::Respondent) => self.respondent(l, v),
                Some(FieldKind::Payment) => self.payment(l, v),
                // one instalment after another, `2026-12-31=5000; 2027-01-31=5000`
                Some(FieldKind::Plan) => v.replace('=', " ").replace("; ", "\n"),
                Some(FieldKind::Evidence | FieldKind::EvidenceList) => self.proof(who, row.case_id, row.filing_id, v)?,
                _ => v.clone(),
            };
            json.insert(k.clone(), value.into());
        }
        // free words nobody reads here are filled in
        for d in
            defs.iter().filter(|d| d.required && matches!(d.kind, FieldKind::Text | FieldKind::LongText) && !fields.contains_key(&d.key))
        {
            json.insert(d.key.clone(), format!("{}：情景中略去的说明文字。", d.title).into());
        }
        let on = dated.map(|d| {
            let (day, time) = d.split_once(' ').unwrap();
            instant(day, time)
        });
        let done = self.town.dated(who, procedure, name, json.into(), on)?;
        if let Some(case) = done.case
            && !self.cases.iter().any(|(_, c)| *c == case)
        {
            let name = self.filings.iter().find(|(_, f)| f.1 == procedure).map(|(n, _)| n.clone()).unwrap_or_default();
            self.cases.push((name, case));
            self.current = Some(case);
        }
        Ok(())
    }
    /// The newest procedure of a kind beside the complaint of the case at hand, a running one before an ended one.
    fn child(&self, l: &Line, kind: &str) -> procedures::Row {
        let case = self.here(l);
        let mut all = self.town.app.db.read_blocking(move |c| procedures::of_case(c, case)).unwrap();
        let found = match kind.split_once('#') {
            Some((kind, no)) => {
                all.retain(|r| r.kind == kind);
                all.sort_by_key(|r| r.id);
                no.parse::<usize>().ok().and_then(|n| all.into_iter().nth(n - 1))
            }
            None => all.into_iter().filter(|r| r.kind == kind).max_by_key(|r| (r.open, r.id)),
        };
        found.unwrap_or_else(|| self.fail(l, format!("no {kind}")))
    }
    fn bureau(&self, text: &str) -> String {
        let all = &self.town.app.city.bureaus;
        all.iter().find(|b| b.code == text || b.short == text || b.name == text).map_or_else(|| text.to_owned(), |b| b.code.clone())
    }
    fn area(&self, text: &str) -> String {
        self.town.app.city.areas.iter().find(|a| a.code == text || a.name == text).map_or_else(|| text.to_owned(), |a| a.code.clone())
    }
    /// The claim of the person of a filing.
    fn claim(&self, l: &Line, name: &str) -> String {
        let case = self.here(l);
        let (filing, _) = *self.filings.get(name).unwrap_or_else(|| self.fail(l, format!("no filing {name}")));
        let claims = self.town.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap();
        let f = self.town.app.db.read_blocking(move |c| filings::get(c, filing)).unwrap().unwrap();
        claims
            .iter()
            .find(|c| c.claimant_id == f.claimant_id)
            .unwrap_or_else(|| self.fail(l, format!("{name} has no claim")))
            .id
            .to_string()
    }
    /// Every claim of the person of a filing is found to be a migrant worker's, or not.
    fn migrant(&mut self, l: &Line, name: &str, yes: bool, by: &str) -> Result<()> {
        let case = self.here(l);
        let proof = self.proof(by, Some(case), None, "户口簿")?;
        let id: uuid::Uuid = self.claim(l, name).parse().map_err(|_| qingxin::base::Error::NotFound("claim"))?;
        let of = self.town.app.db.read_blocking(move |c| ledger::claims_of(c, case))?;
        let person = of.iter().find(|k| k.id.uuid() == id).map(|k| k.claimant_id);
        let actor = self.town.actor(by);
        for k in of.iter().filter(|k| Some(k.claimant_id) == person) {
            let j = Judge {
                nature: "wages".into(),
                migrant: Some(if yes { "yes" } else { "no" }.into()),
                set_apart_fen: None,
                reason: "户籍地为农村，有户口簿复印件。".into(),
                evidence: proof.parse::<uuid::Uuid>().ok().map(Into::into),
            };
            self.town.rt.block_on(self.town.app.judge_claim(&actor, None, k.id, &j))?;
        }
        Ok(())
    }
    /// One of the chain, by the name of the role: `employer` is the party the matter is against.
    fn respondent(&self, l: &Line, name: &str) -> String {
        let case = self.here(l);
        let chain = self.town.app.db.read_blocking(move |c| cases::chain(c, case)).unwrap();
        let found =
            chain.iter().find(|r| r.role == name || r.name == name).unwrap_or_else(|| self.fail(l, format!("no respondent {name}")));
        found.id.to_string()
    }
    /// A payment of the case, by its place: `1` is the first that was recorded.
    fn payment(&self, l: &Line, no: &str) -> String {
        let case = self.here(l);
        let mut all = self.town.app.db.read_blocking(move |c| ledger::payments_of(c, case)).unwrap();
        all.sort_by_key(|(p, _)| (p.recorded_at, p.id));
        let n: usize = no.parse().unwrap_or_else(|_| self.fail(l, format!("{no} is no place")));
        all.get(n.wrapping_sub(1)).unwrap_or_else(|| self.fail(l, format!("no payment {n}"))).0.id.to_string()
    }
    fn proof(&mut self, who: &str, case: Option<CaseId>, filing: Option<FilingId>, name: &str) -> Result<String> {
        let key = (case, name.to_owned());
        if let Some(id) = self.evidence.get(&key) {
            return Ok(id.to_string());
        }
        let filing = filing.filter(|_| case.is_none());
        // `statement/笔录` is a file of another kind than a proof
        let (kind, name) = name.split_once('/').unwrap_or(("proof", name));
        let id = self.town.add_evidence_of(who, kind, case, filing, name)?;
        self.evidence.insert(key, id);
        Ok(id.to_string())
    }
    fn away(&mut self, who: &str, until: &str, stand_in: Option<&str>) -> Result<()> {
        let (id, by) = (self.town.account(who), self.town.actor(who));
        let stand_in = stand_in.map(|s| self.town.account(s));
        let (from, until) = (self.town.now(), until.parse::<Day>().unwrap().end());
        self.town.app.write_blocking(&by, None, move |tx| people::record_absence(tx, id, stand_in, from, until, "休假").map(drop))
    }
    fn calendar(&mut self, year: &str) -> Result<()> {
        let path = super::root().join(format!("calendar/{year}.toml"));
        let year = Year::parse(&std::fs::read_to_string(path).unwrap())?;
        let admin: Actor = self.town.actor("系统管理员");
        self.town.app.write_blocking(&admin, None, move |tx| calendar::load(tx, &year).map(drop))?;
        qingxin::jobs::calendar(&self.town.app)?;
        Ok(())
    }
}

fn e_text(e: &qingxin::base::Error) -> String {
    match e {
        qingxin::base::Error::Refused(r) => format!("{}（{}）", r.message, r.code),
        qingxin::base::Error::Invalid(f) => {
            f.iter().map(|f| format!("{}（{} {}）", f.message, f.code, f.pointer)).collect::<Vec<_>>().join("；")
        }
        e => format!("{}（{}）", e.sentence(), e.code()),
    }
}

mod announcements;
mod draws;
mod expect;
mod grading;
mod penalties;
mod report;
