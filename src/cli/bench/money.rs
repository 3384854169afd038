//! Money in a case of five hundred claims: a payment, and a default of its agreement, beside the same rows by pgbench.
//!
//! Owns the case and its crowd. The other side writes each table with one statement over the set, not a statement a row.

use super::ground::{Site, Town};
use super::load::{self, Spec, Task};
use super::memory::{each, processor};
use super::pgbench::Script;
use super::record::{self, Change, words};
use super::script::{self, Crowd, Places, Shape};
use super::stats::Series;
use super::table::{Line, Want};
use super::town::{self, Recording, recorded};
use super::writes::{settle, sound};
use super::{Bench, say};
use crate::app::App;
use crate::app::people::{NewAccount, create_account};
use crate::app::perform::{Command, Given, perform_in};
use crate::base::clock::ManualClock;
use crate::base::id::{AccountId, CaseId, ClaimId, EvidenceId, ProcedureId};
use crate::base::seal::{self, Place};
use crate::base::{At, Clock, Error, Result, SystemClock};
use crate::domain::access::{Actor, Duty, DutyKind};
use crate::domain::ledger::Sums;
use crate::law::Fen;
use crate::store::ledger::{self, Claim};
use crate::store::papers::{self, Evidence};
use crate::store::{cases, measure, procedures};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// Claims of the case.
const CLAIMS: usize = 500;
/// What each claims: enough for as many payments as are measured.
const EACH: i64 = 10_000_000;
/// What each gets of a payment.
const PART: i64 = 100;
/// Instalments of the agreement.
const INSTALMENTS: i64 = 12;
/// Cases that payments are recorded in, and connections.
const CASES: u64 = 64;
const CLIENTS: usize = 8;
/// Cases whose agreements are broken in a round.
const BROKEN: u64 = 150;
/// What a copy leaves out.
const ASIDE: [&str; 2] = ["grams", "idempotency"];
const WANT: Want = Want::Least(0.25);

/// A case with its crowd and its agreement.
#[derive(Debug, Clone, Copy)]
struct Joint {
    case: CaseId,
    complaint: ProcedureId,
    proof: EvidenceId,
}

/// The program with a clock of ours.
struct Stage<'s, 'g> {
    site: &'s Site<'g>,
    town: Town,
    app: Arc<App>,
    clock: Arc<ManualClock>,
    second: AccountId,
}

impl<'s, 'g> Stage<'s, 'g> {
    fn new(site: &'s Site<'g>) -> Result<Self> {
        let town = site.towns.first().cloned().ok_or_else(|| Error::Internal("a city without counties".into()))?;
        let clock = Arc::new(ManualClock::new(SystemClock.now()));
        let app = site.app_at(clock.clone())?;
        // two officers investigate (监察条例 Art 16)
        let bureau = format!("{}-hrss", town.code);
        let duties = vec![Duty { kind: DutyKind::Handler, bureau, area: town.code.clone(), for_account: None }];
        let login = format!("{}.handler2", town.code);
        let hash = app.dummy_hash.clone();
        let new = NewAccount { name: login.clone(), login, password_hash: hash, must_change: false, duties };
        let second = app.write_blocking(&Actor::System("bench"), None, move |tx| create_account(tx, &new))?;
        Ok(Self { site, town, app, clock, second })
    }

    fn go(&self, duty: &str, procedure: ProcedureId, name: &str, form: Value) -> Result<()> {
        let who = &self.site.person(&format!("{}.{duty}", self.town.code))?.actor;
        let cmd = Command { procedure, name: name.to_owned(), form: Given::Raw(form), occurred_at: None, seen: None, term: None };
        self.app.write_blocking(who, None, move |tx| perform_in(tx, &cmd)).map(drop)
    }

    fn of_kind(&self, case: CaseId, kind: &str) -> Result<procedures::Row> {
        let all = self.app.db.read_blocking(move |c| procedures::of_case(c, case))?;
        all.into_iter().find(|p| p.kind == kind).ok_or(Error::NotFound("procedure"))
    }

    /// The begin of the first working day after the first instalment was due: an agreement is broken then.
    fn after_first(&self, case: CaseId) -> Result<At> {
        let agreement = self.of_kind(case, "agreement")?.id;
        let terms = self.app.db.read_blocking(move |c| procedures::terms_of(c, agreement))?;
        let due = terms.iter().find(|t| t.key == "instalment").and_then(|t| t.due_day).ok_or(Error::NotFound("term"))?;
        Ok(self.app.law().calendar.nth_after(due, 1).start())
    }

    /// From the registration to the agreement that runs.
    fn joint(&self, n: u64) -> Result<Joint> {
        let made = town::register(self.site, &self.app, &self.town, n, None)?;
        let case = made.case;
        let complaint = self.of_kind(case, "complaint")?.id;
        let account = self.site.person(&format!("{}.handler", self.town.code))?.account.to_string();
        self.go("desk", complaint, "sign_for", json!({}))?;
        self.go("leader", complaint, "assign", json!({ "account": account, "second": self.second.to_string() }))?;
        self.go("handler", complaint, "docket", json!({ "facts": "用人单位拖欠工资，事实初步清楚。" }))?;
        self.go("leader", complaint, "approval.approve", json!({}))?;
        self.go("head", complaint, "approval.approve", json!({}))?;
        self.go("handler", complaint, "start_investigation", json!({}))?;
        let proof = self.crowd(case)?;
        self.go("handler", complaint, "make_agreement", json!({}))?;
        let agreement = self.of_kind(case, "agreement")?.id;
        let payer =
            self.app.db.read_blocking(move |c| cases::chain(c, case))?.first().map(|r| r.id).ok_or(Error::NotFound("respondent"))?;
        let total = EACH * i64::try_from(CLAIMS).unwrap_or(0);
        let today = self.app.now().day();
        let part = total / INSTALMENTS;
        let plan: Vec<Value> = (0..INSTALMENTS)
            .map(|k| {
                let amount = if k == 0 { total - part * (INSTALMENTS - 1) } else { part };
                json!({ "on": today.plus(FIRST + 30 * k), "amountFen": amount })
            })
            .collect();
        let form = json!({
            "payer": payer, "totalFen": total, "plan": plan, "signedOn": today, "accelerates": false,
            "enforceability": "judicial_confirmation", "proof": proof,
        });
        self.go("handler", agreement, "sign", form)?;
        Ok(Joint { case, complaint, proof })
    }

    /// Five hundred claims found owed, and a file that proves what is asked for.
    fn crowd(&self, case: CaseId) -> Result<EvidenceId> {
        self.app.write_blocking(&Actor::System("bench"), None, move |tx| {
            let first = ledger::claims_of(tx.c, case)?.into_iter().next().ok_or(Error::NotFound("claim"))?;
            let sums = Sums::claimed(Fen::new(EACH)).find(Fen::new(EACH), Fen::ZERO).map_err(|e| Error::Invalid(vec![e]))?;
            let row = first.with(sums);
            ledger::update_claim(tx.c, &row)?;
            for _ in 1..CLAIMS {
                let id: ClaimId = tx.ids.id(tx.now);
                ledger::insert_claim(tx.c, &Claim { id, ..row.clone() })?;
            }
            let t = ledger::totals(tx.c, case)?.sums;
            tx.change_case(case, true, |c| {
                (c.claimed, c.verified, c.outstanding, c.reported_total) = (t.claimed, t.verified, t.outstanding, t.claimed);
                c.headcount = i32::try_from(CLAIMS).unwrap_or(i32::MAX);
            })?;
            let id: EvidenceId = tx.ids.id(tx.now);
            let row = Evidence {
                id,
                case_id: Some(case),
                filing_id: None,
                kind: "proof".into(),
                name_ct: tx.seal("evidence", "name_ct", id, "回单.pdf")?,
                media_type: "application/pdf".into(),
                size: 1_000,
                sha256: "0".repeat(64),
                store_key: format!("bench/{id}"),
                uploaded_by: None,
                uploaded_at: tx.now,
                original_sha256: None,
                thumb_key: None,
                worker_id: None,
            };
            papers::insert_evidence(tx.c, &row)?;
            Ok(id)
        })
    }
}

/// Days until the first instalment.
const FIRST: i64 = 5;

fn payment(proof: &str, today: &crate::base::Day) -> Value {
    let amount = PART * i64::try_from(CLAIMS).unwrap_or(0);
    json!({ "amountFen": amount, "paidOn": today, "way": "own_account", "payerKind": "employer", "proof": proof })
}

fn kept(story: &[Change]) -> Vec<Change> {
    story.iter().filter(|c| !ASIDE.contains(&c.table.as_str())).cloned().collect()
}

/// Records an action on a case of its own twice, so that it shows what is fresh each time; the story before it, the action, its case.
fn twice(mut one: impl FnMut() -> Result<(Recording, Recording, CaseId)>) -> Result<(Vec<Change>, Recording, String)> {
    let (mut story, mut act, case) = one()?;
    let (other, twin, _) = one()?;
    record::vary(&mut act.changes, &twin.changes);
    record::vary(&mut story.changes, &other.changes);
    Ok((kept(&story.changes), act, case.to_string()))
}

fn crowd_of(case: &str) -> Crowd<'_> {
    Crowd { table: "claims", by: "case_id", value: case, column: "claim_id" }
}

/// A payment, over HTTP.
fn payments(b: &mut Bench<'_>) -> Result<()> {
    say(&format!("支付：{CLAIMS} 人一案"));
    let site = b.ground.database()?;
    let stage = Stage::new(&site)?;
    let mut n = 430_000_000;
    let mut step = 0;
    let (story, act, case) = twice(|| {
        n += 1;
        let (told, joint) = recorded(&site, || stage.joint(n))?;
        let before = town::version(&stage.app, joint.complaint)?;
        let form = payment(&joint.proof.to_string(), &stage.app.now().day());
        let (act, ()) = recorded(&site, || stage.go("handler", joint.complaint, "record_payment", form))?;
        step = town::version(&stage.app, joint.complaint)? - before;
        Ok((told, act, joint.case))
    })?;
    let today = stage.app.now().day();
    drop(stage);
    town::fill(&site, std::slice::from_ref(&story), CASES, &ASIDE, false)?;
    let raw = b.ground.copy(&site)?;
    let ids = Places::of(&story, &act.changes);
    let shape = Shape { times: 1, filled: CASES, grouped: true, crowd: Some(crowd_of(&case)) };
    let (text, sent) = script::pgbench(&act.changes, &ids, shape);
    let mut bare_script = Script::new(&b.ground, "payment", &text, 400_000)?;
    let token = site.person(&format!("{}.handler", site.towns.first().map_or("", |t| t.code.as_str())))?.token.clone();
    let list = "select json_build_array(p.id, k.form_version + p.form_rev, e.id)::text as v from procedures p
                join cases k on k.id = p.case_id join evidence e on e.case_id = k.id
                where p.kind = 'complaint' and p.state = 'tracking' and k.number like '%1000000%' order by p.id";
    let mut items: Vec<(String, i64, Value)> = Vec::new();
    for line in site.raw(|c| measure::texts(c, list))? {
        let (id, version, proof): (String, i64, String) = serde_json::from_str(&line).map_err(|e| Error::Internal(e.to_string()))?;
        items.push((id, version, payment(&proof, &today)));
    }
    let (server, address) = site.serve()?;
    let (mut ours, mut bare) = (Series::default(), Series::default());
    let (mut last, mut spent) = (load::Counted::default(), String::new());
    for round in 1..=b.args.rounds {
        settle(&site)?;
        bare.0.push(bare_script.run(raw.url(), CLIENTS, b.args.seconds)?.tps);
        raw.raw(|c| c.batch("checkpoint"))?;
        let task = Task::Again { name: "record_payment".into(), items: items.clone(), step, token: token.clone() };
        let spec = Spec { address, clients: CLIENTS, seconds: b.args.seconds, run: format!("PAY{round}"), first: 1, task };
        let used = processor(server.id());
        last = load::run(&spec)?;
        spent = each(server.id(), used, last.done);
        sound("payment", &last)?;
        // each client has cases of its own and made its payments by turns: every version is known by their number
        for (i, item) in items.iter_mut().enumerate() {
            item.1 += step * i64::try_from(last.turns.get(i).copied().unwrap_or(0)).unwrap_or(0);
        }
        ours.0.push(last.rate());
        say(&format!("  第 {round} 轮：{:.1} / {:.1} 每秒", last.rate(), bare.0.last().copied().unwrap_or(0.0)));
    }
    b.report.lines.push(Line {
        what: format!("a payment in a case of {CLAIMS} claims over HTTP, {CLIENTS} connections"),
        unit: "1/s".into(),
        ours,
        raw: bare,
        want: WANT,
        notes: format!(
            "{} rows; program {} statements, pgbench {sent}; {}, {spent}",
            act.changes.len(),
            act.statements.saturating_sub(1),
            last.words()
        ),
    });
    b.report.note(format!("one payment writes: {}", words(&act.changes)));
    Ok(())
}

/// Fires what is due, at its own instant, until then.
fn until(stage: &Stage<'_, '_>, end: At) -> Result<()> {
    loop {
        let next = stage.app.db.read_blocking(procedures::next_alarm)?;
        let Some(at) = next.filter(|at| *at < end) else { return Ok(()) };
        stage.clock.set(at.max(stage.app.now()));
        stage.app.fire_alarms("bench")?;
    }
}

/// Gives every copied claimant a name sealed for its own row: what a paper may not say is read from there.
fn name_all(site: &Site<'_>) -> Result<()> {
    let app = site.app()?;
    let (keys, mut ids) = (app.keys(), app.ids());
    for part in site.raw(|c| measure::texts(c, "select id::text as v from claimants"))?.chunks(1_000) {
        let mut rows = Vec::with_capacity(part.len());
        for id in part {
            let ct = seal::seal(&keys, Place::new("claimants", "name_ct", id), "工友某某", &mut ids)?;
            rows.push(format!("('{id}'::uuid, '{}')", ct.as_str()));
        }
        let rows = rows.join(",");
        let sql = format!("update claimants k set name_ct = v.ct from (values {rows}) v(id, ct) where k.id = v.id");
        site.raw(|c| c.batch(&sql))?;
    }
    Ok(())
}

/// A default: the alarm of an instalment that was not paid, fired by the program's own worker.
fn defaults(b: &mut Bench<'_>) -> Result<()> {
    say(&format!("违约：{CLAIMS} 人一案"));
    let site = b.ground.database()?;
    let stage = Stage::new(&site)?;
    let begun = stage.app.now();
    let mut n = 440_000_000;
    let (mut fired, mut at) = (0, begun);
    let (story, act, case) = twice(|| {
        n += 1;
        stage.clock.set(begun);
        let (told, joint) = recorded(&site, || {
            let joint = stage.joint(n)?;
            until(&stage, stage.after_first(joint.case)?)?;
            Ok(joint)
        })?;
        at = stage.app.db.read_blocking(procedures::next_alarm)?.ok_or_else(|| Error::Internal("no alarm".into()))?;
        stage.clock.set(at);
        let (act, done) = recorded(&site, || {
            let mut n = 0;
            loop {
                let f = stage.app.fire_alarms("bench")?;
                n += f.fired;
                if f.claimed == 0 {
                    return Ok(n);
                }
            }
        })?;
        fired = done;
        if stage.of_kind(joint.case, "agreement")?.state != "broken" {
            return Err(Error::Internal("the agreement of the measurement was not broken".into()));
        }
        // what the first case still owes would fire while the second is told
        site.raw(|c| c.batch("delete from alarms"))?;
        Ok((told, act, joint.case))
    })?;
    drop(stage);
    town::fill(&site, std::slice::from_ref(&story), BROKEN, &ASIDE, false)?;
    name_all(&site)?;
    let raw = b.ground.copy(&site)?;
    let ids = Places::of(&story, &act.changes);
    let batch = 100 / fired.max(1);
    let shape = Shape { times: batch, filled: BROKEN, grouped: true, crowd: Some(crowd_of(&case)) };
    let (text, sent) = script::pgbench(&act.changes, &ids, shape);
    let mut script = Script::new(&b.ground, "default", &text, 2_000)?;
    let (mut ours, mut bare) = (Series::default(), Series::default());
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    let per = batch as f64;
    let broken = "select count(*)::text as v from procedures where kind = 'agreement' and state = 'broken'";
    for round in 1..=b.args.rounds {
        let fresh = b.ground.copy(&site)?;
        bare.0.push(script.run(raw.url(), 1, b.args.seconds)?.tps * per);
        raw.raw(|c| c.batch("checkpoint"))?;
        let before = fresh.raw(|c| measure::number(c, broken))?;
        let app = fresh.app_at(Arc::new(ManualClock::new(at)))?;
        let begun = Instant::now();
        loop {
            let f = app.fire_alarms("bench")?;
            if f.failed > 0 {
                let why = "select coalesce(min(last_error), '') as v from alarms where last_error is not null";
                return Err(Error::Internal(format!("a default could not fire: {:?}", fresh.raw(|c| measure::texts(c, why))?)));
            }
            if f.claimed == 0 {
                break;
            }
        }
        let seconds = begun.elapsed().as_secs_f64();
        drop(app);
        #[expect(clippy::cast_precision_loss, reason = "counts")]
        let made = (fresh.raw(|c| measure::number(c, broken))? - before) as f64;
        if made < 1.0 {
            return Err(Error::Internal("no agreement was broken".into()));
        }
        ours.0.push(made / seconds);
        say(&format!("  第 {round} 轮：{:.1} / {:.1} 每秒", made / seconds, bare.0.last().copied().unwrap_or(0.0)));
    }
    b.report.lines.push(Line {
        what: format!("a default of an agreement over {CLAIMS} claims, {} alarms in a transaction, one worker", batch * fired),
        unit: "1/s".into(),
        ours,
        raw: bare,
        want: WANT,
        notes: format!("{} rows; program {} statements for one alone, pgbench {sent} for {batch}", act.changes.len(), act.statements),
    });
    b.report.note(format!("one default ({fired} alarms) writes: {}", words(&act.changes)));
    Ok(())
}

/// Both.
///
/// # Errors
/// A step failed.
pub fn run(b: &mut Bench<'_>) -> Result<()> {
    payments(b)?;
    defaults(b)
}
