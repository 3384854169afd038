//! `doctor`: promises 1 to 7 on live data, without changing the matter.
//!
//! Owns one line for each thing examined, with what was found and what to do. Reads pages, so that a large database is
//! examined in flat memory; repairs nothing of the matter (`sweep` and `migrate` do), only the dashboard's summaries, which are made of it.

use super::App;

use super::subject::procedure;
use crate::base::id::{CaseId, ProcedureId};
use crate::base::seal::{self, Place, Sealed};
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, DutyKind};
use crate::domain::ledger::{Sums, total};
use crate::flow::{TermStatus, terms};
use crate::law::term::Kind;
use crate::store::{
    accounts, audit, cases, filings, journal, ledger, letters, migrate, notices, papers, procedures, report, second_factors,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Rows read in one go.
const PAGE: i64 = 500;
/// Findings named in a line; the rest is counted.
const NAMED: usize = 5;
/// Events numbered in one transaction.
const SEQUENCE: u32 = 1_000;
/// Events looked through for personal data.
const EVENTS: i64 = 2_000;
/// A due alarm older than this is a finding, seconds.
const LAG: i64 = 600;

/// One thing examined.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// What.
    pub what: String,
    /// Whether the promise holds.
    pub ok: bool,
    /// It holds, but someone should do something: a vacant post, say.
    pub advice: bool,
    /// What was found and what to do.
    pub said: String,
}

/// All lines.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// In the order of the promises.
    pub lines: Vec<Line>,
}
impl Report {
    /// Whether nothing was found.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.lines.iter().all(|l| l.ok)
    }
    fn add(&mut self, what: &str, seen: usize, wrong: &[String], advice: &str) {
        let said = if wrong.is_empty() {
            format!("已核对 {seen} 项")
        } else {
            let more = if wrong.len() > NAMED { format!(" 等 {} 处", wrong.len()) } else { String::new() };
            format!("{}{more}。{advice}", wrong[..wrong.len().min(NAMED)].join("；"))
        };
        self.lines.push(Line { what: what.to_owned(), ok: wrong.is_empty(), advice: false, said });
    }
    /// A finding that breaks no promise.
    fn advise(&mut self, what: &str, seen: usize, found: &[String], advice: &str) {
        self.add(what, seen, found, advice);
        if let Some(l) = self.lines.last_mut() {
            l.advice = !l.ok;
            l.ok = true;
        }
    }
}

/// Examines everything.
///
/// # Errors
/// The database cannot be read.
pub fn examine(app: &Arc<App>, checkpoints: &Path) -> Result<Report> {
    let mut r = Report::default();
    let names = migrate::names(app.db.is_pg())?;
    r.add("配置与数据库结构", names.len(), &[], "");
    let (seen, p) = procedures_of(app)?;
    r.add("承诺一 在办程序都有承办和期限", seen, &p.duty, "请查看日志并运行巡检；流程定义缺少期限的，请修正定义。");
    r.add("承诺二 台账与案件合计一致", p.cases, &p.sums, "请勿手工改库；从备份核对后联系开发者。");
    let money = app.db.read_blocking(report::faults)?;
    let money: Vec<String> =
        money.into_iter().map(|(k, n)| text::zh_with(&format!("doctor.money.{k}"), &[("n", &n.to_string())])).collect();
    r.add("承诺二 支付、协议、责令逐分相符", p.cases, &money, "请勿手工改库；从备份核对后联系开发者。");
    r.add("期限投影与日历一致", seen, &p.projection, "serve 会分批重新计算；若长时间不变，请重启服务。");
    r.add("承诺四 每个期限都有定时", seen, &p.alarms, "serve 的巡检会补上；未运行服务时请启动。");
    let lag = app.alarm_lag()?;
    let late: Vec<String> = (lag > LAG).then(|| format!("最早一个到期提醒已等待 {lag} 秒")).into_iter().collect();
    r.add("承诺四 到期提醒按时处理", 1, &late, "请确认服务正在运行，并查看日志中 alarms 的错误。");
    r.advise("没有停用账号承办的案件", seen, &p.inactive, "请由大队长改派承办人。");
    // numbering is bookkeeping: what is committed but not numbered yet would not be looked at
    while app.db.write_blocking(|c| journal::sequence(c, SEQUENCE).map(|s| s.end - s.start))? == u64::from(SEQUENCE) {}
    let notes = notes(checkpoints);
    let report = app.db.read_blocking(|c| audit::check(c, &notes))?;
    let found: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    r.add(
        "承诺三 日志链与检查点",
        usize::try_from(report.events).unwrap_or(0),
        &found,
        "日志可能被改动：请立即保全数据库和检查点目录，并报告。",
    );
    let lost = app.db.read_blocking(|c| notices::unaddressed(c, PAGE))?;
    let lost: Vec<String> = lost.into_iter().map(|n| format!("通知 {} 无人可送（{}）", n.id, n.audience)).collect();
    r.advise("承诺五 通知都有收件人", 1, &lost, "请给空缺岗位配人。");
    let waiting = app.courier_lag()?;
    let late: Vec<String> = (waiting > LAG).then(|| format!("最早一封到期的信件已等待 {waiting} 秒")).into_iter().collect();
    r.add(
        "承诺五 信件按时发出",
        1,
        &late,
        "请确认服务正在运行，邮件、短信、微信均能连通；查看 qingxin notices stats 和日志中 courier 的错误。",
    );
    let dead = app.db.read_blocking(|c| letters::dead(c, PAGE))?;
    let dead: Vec<String> = (dead > 0).then(|| format!("{dead} 封信件已放弃")).into_iter().collect();
    r.advise(
        "没有放弃的信件",
        1,
        &dead,
        "请查看 qingxin notices dead 的原因，改正后用 qingxin notices resend 重发；收件人在系统内都能看到。",
    );
    let (people, odd) = duties(app)?;
    r.add("承诺六 岗位、部门、区划均有效，三员分离", people, &odd, "请由安全管理员更正岗位。");
    let (asked, without) = factors(app)?;
    r.advise("须用双因素登录的人都已设置", asked, &without, "请本人登录控制台完成设置；在此之前不能办理任何事项。");
    let (files, gone) = evidence(app)?;
    r.add("证据文件都在", files, &gone, "请从备份恢复证据目录；目录位置见配置 evidence.directory。");
    let (filed, bare) = app.unindexed()?;
    let bare: Vec<String> = (bare > 0).then(|| format!("{bare} 件登记尚未编入检索")).into_iter().collect();
    r.advise("登记都能查到", filed, &bare, "请运行 qingxin keys reindex。");
    let (graded, odd) = app.grades_that_differ()?;
    r.add("承诺九 等级与记录相符，未经复核不告知", graded, &odd, "请重新评价该年度；等级随记录更正，原结果保留。");
    let (handed, silent) = app.db.read_blocking(crate::store::door::waiting)?;
    let silent: Vec<String> = silent.iter().map(|id| format!("材料 {id} 没有定时提醒")).collect();
    r.add("承诺一 单位提交的材料都有人办", handed, &silent, "请在“单位提交的材料”中处理，并联系开发者。");
    let (units, odd) = app.employers_that_differ()?;
    r.add("用人单位汇总与案件相符", units, &odd, "请确认服务正在运行；汇总会按日志和日期重新计算，请勿手工改库。");
    let (counted, odd) = app.check_summaries()?;
    r.add("看板统计与案件相符", counted, &odd, "已按案件重新统计并更正；如再次出现，请勿手工改库，并联系开发者。");
    let plain = personal(app)?;
    r.add("承诺七 个人信息均已加密", usize::try_from(EVENTS).unwrap_or(0), &plain, "请联系开发者，并按个人信息泄露预案处理。");
    Ok(r)
}

#[derive(Default)]
struct Found {
    duty: Vec<String>,
    sums: Vec<String>,
    projection: Vec<String>,
    alarms: Vec<String>,
    inactive: Vec<String>,
    cases: usize,
}

fn procedures_of(app: &Arc<App>) -> Result<(usize, Found)> {
    let (law, keys, now) = (app.law(), app.keys(), app.now());
    let mut f = Found::default();
    let mut seen = 0;
    let mut after: ProcedureId = uuid::Uuid::nil().into();
    loop {
        let (rows, mut all, active) = app.db.read_blocking(|c| {
            let rows = procedures::open_page(c, after, PAGE)?;
            let ids: Vec<ProcedureId> = rows.iter().map(|r| r.id).collect();
            let terms = procedures::terms_of_many(c, &ids)?;
            let mut by: BTreeMap<ProcedureId, Vec<procedures::TermRow>> = BTreeMap::new();
            for t in terms {
                by.entry(t.procedure_id).or_default().push(t);
            }
            let mut who: Vec<_> = rows.iter().filter_map(|r| r.assignee).collect();
            who.sort_unstable();
            who.dedup();
            let active: Vec<_> = accounts::by_ids(c, &who)?.into_iter().filter(|a| a.state == "active").map(|a| a.id).collect();
            Ok((rows, by, active))
        })?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in &rows {
            seen += 1;
            let terms_of = all.remove(&row.id).unwrap_or_default();
            one(app, &law, &keys, now, row, &terms_of, &mut f)?;
            if row.assignee.is_some_and(|a| !active.contains(&a)) {
                f.inactive.push(format!("程序 {} 的承办人已停用", row.id));
            }
        }
    }
    let mut after: CaseId = uuid::Uuid::nil().into();
    loop {
        let page = app.db.read_blocking(|c| cases::page(c, after, PAGE))?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for case in &page {
            f.cases += 1;
            sums(app, case, &mut f.sums)?;
        }
    }
    Ok((seen, f))
}

fn one(
    app: &Arc<App>,
    law: &crate::law::Law,
    keys: &seal::KeyRing,
    now: At,
    row: &procedures::Row,
    rows: &[procedures::TermRow],
    f: &mut Found,
) -> Result<()> {
    let graph = app.graphs.get(&row.kind, row.version)?;
    let p = procedure(row, rows, keys)?;
    let duty = p.terms.iter().any(|t| t.status == TermStatus::Live && t.term.kind == Kind::Duty);
    if row.holder_role.is_empty() || !duty || row.due_at.is_none() {
        f.duty.push(format!("程序 {}（{}）没有承办或没有在计的期限", row.id, row.state));
    }
    for (t, stored) in p.terms.iter().zip(rows) {
        if t.status != TermStatus::Live || stored.calendar_rev != law.calendar.rev() || t.term.paused_at(now) {
            continue;
        }
        let due = t.term.due(&law.calendar, now);
        if due.passes_at != stored.due_at || due.day != stored.due_day || due.provisional != stored.provisional {
            f.projection.push(format!("期限 {} 应为 {}，库中为 {}", stored.id, due.passes_at, stored.due_at));
        }
    }
    let expected = terms::alarms(&graph, law, &p, now);
    let ids: Vec<_> = expected.iter().map(|e| e.0).collect();
    let stored = app.db.read_blocking(|c| procedures::alarms_of(c, &ids))?;
    for (term, rung, _) in expected {
        if !stored.iter().any(|a| a.term_id == term && usize::try_from(a.rung).ok() == Some(rung)) {
            f.alarms.push(format!("期限 {term} 没有定时"));
        }
    }
    Ok(())
}

fn sums(app: &Arc<App>, case: &cases::Case, wrong: &mut Vec<String>) -> Result<()> {
    let id = case.id;
    let (claims, payments) = app.db.read_blocking(move |c| Ok((ledger::claims_of(c, id)?, ledger::payments_of(c, id)?)))?;
    let each: Vec<Sums> = claims.iter().map(ledger::Claim::sums).collect();
    let t = total(&each).unwrap_or_default();
    if each.iter().any(|s| !s.balanced()) {
        wrong.push(format!("案件 {} 的欠薪明细不平", case.number));
    }
    if (t.claimed, t.verified, t.paid, t.waived, t.outstanding) != (case.claimed, case.verified, case.paid, case.waived, case.outstanding) {
        wrong.push(format!("案件 {} 的合计与明细不一致", case.number));
    }
    let judged = app.db.read_blocking(move |c| crate::store::claims::judgements_of(c, id))?;
    for (claim, sums) in claims.iter().zip(&each) {
        let apart: i64 = judged.iter().filter(|j| j.claim_id == claim.id).map(|j| j.set_apart.get()).sum();
        if apart > sums.rejected.get() {
            wrong.push(format!("案件 {} 分出的非工资多于不予认定", case.number));
        }
        let paid: i64 = payments.iter().flat_map(|(_, to)| to).filter(|a| a.claim_id == claim.id && a.counts).map(|a| a.pays().get()).sum();
        if paid != sums.paid.get() {
            wrong.push(format!("案件 {} 的支付与明细不一致", case.number));
        }
    }
    Ok(())
}

/// Duties name bureaus and areas that exist, and no administrator is another one or works on cases.
fn duties(app: &Arc<App>) -> Result<(usize, Vec<String>)> {
    let now = app.now();
    let (mut seen, mut wrong, mut after) = (0, Vec::new(), String::new());
    loop {
        let from = after.clone();
        let page = app.db.read_blocking(|c| {
            let rows = accounts::page(c, &from, PAGE)?;
            let ids: Vec<_> = rows.iter().map(|a| a.id).collect();
            Ok((rows, accounts::duties_of(c, &ids, now)?))
        })?;
        let Some(last) = page.0.last() else { return Ok((seen, wrong)) };
        after.clone_from(&last.login);
        for a in &page.0 {
            seen += 1;
            let mine: Vec<_> = page.1.iter().filter(|d| d.account_id == a.id).collect();
            let kinds: Vec<DutyKind> = mine.iter().filter_map(|d| DutyKind::of(&d.duty)).collect();
            if kinds.len() != mine.len() || mine.iter().any(|d| app.city.areas.get(&d.area).is_none()) {
                wrong.push(format!("账号 {} 的岗位或区划不存在", a.login));
            }
            if kinds.iter().any(|x| kinds.iter().any(|y| !access::compatible(*x, *y))) {
                wrong.push(format!("账号 {} 兼任了不相容的岗位", a.login));
            }
        }
    }
}

/// Persons whose duties ask for a second factor and who have none: they get no further than to set it up.
fn factors(app: &Arc<App>) -> Result<(usize, Vec<String>)> {
    let now = app.now();
    let (mut seen, mut without, mut after) = (0, Vec::new(), String::new());
    loop {
        let from = after.clone();
        let (rows, duties, have) = app.db.read_blocking(|c| {
            let rows = accounts::page(c, &from, PAGE)?;
            let ids: Vec<_> = rows.iter().map(|a| a.id).collect();
            Ok((rows, accounts::duties_of(c, &ids, now)?, second_factors::confirmed(c, &ids)?))
        })?;
        let Some(last) = rows.last() else { return Ok((seen, without)) };
        after.clone_from(&last.login);
        for a in rows.iter().filter(|a| a.state == "active") {
            let asked = duties.iter().filter(|d| d.account_id == a.id).any(|d| app.config.second_factor.duties().any(|k| k == d.duty));
            seen += usize::from(asked);
            if asked && !app.demo && !have.contains(&a.id) {
                without.push(format!("账号 {} 尚未设置双因素登录", a.login));
            }
        }
    }
}

/// Files of evidence whose bytes are not in the store.
fn evidence(app: &Arc<App>) -> Result<(usize, Vec<String>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| Error::Io(format!("runtime: {e}")))?;
    let (mut seen, mut gone) = (0, Vec::new());
    let mut after: crate::base::id::EvidenceId = uuid::Uuid::nil().into();
    loop {
        let page = app.db.read_blocking(|c| papers::evidence_page(c, after, PAGE))?;
        let Some(last) = page.last() else { return Ok((seen, gone)) };
        after = last.id;
        for e in page {
            seen += 1;
            if !runtime.block_on(app.blobs.exists(&e.store_key))? {
                gone.push(format!("证据 {} 的文件不在", e.id));
            }
        }
    }
}

/// Copies of checkpoints outside the database.
fn notes(dir: &Path) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut out: Vec<(String, String)> = entries
        .filter_map(|e| {
            let path = e.ok()?.path();
            let text = std::fs::read_to_string(&path).ok()?;
            Some((path.file_name()?.to_string_lossy().into_owned(), text))
        })
        .collect();
    out.sort();
    out
}

/// Sealed columns hold sealed texts that open, and events hold no number that looks like a person's.
fn personal(app: &Arc<App>) -> Result<Vec<String>> {
    let keys = app.keys();
    let mut wrong = Vec::new();
    let (people, events) = app.db.read_blocking(|c| Ok((filings::claimants_page(c, PAGE)?, journal::latest(c, EVENTS)?)))?;
    for p in people {
        let columns: [(&'static str, Option<&Sealed>); 4] = [
            ("name_ct", Some(&p.name_ct)),
            ("person_ct", p.person_ct.as_ref()),
            ("phone_ct", p.phone_ct.as_ref()),
            ("bank_ct", p.bank_ct.as_ref()),
        ];
        for (column, ct) in columns.into_iter().filter_map(|(n, c)| c.map(|c| (n, c))) {
            if let Err(e) = seal::open(&keys, Place::new("claimants", column, p.id), ct) {
                wrong.push(format!("劳动者 {} 的 {column} 无法打开：{}", p.id, e.code()));
            }
        }
    }
    for e in events {
        let text = serde_json::to_string(&e.core.payload).map_err(|e| Error::Internal(e.to_string()))?;
        if looks_personal(&text) {
            wrong.push(format!("日志事件 {}/{} 似含身份证号或手机号", e.core.stream_id, e.core.seq));
        }
    }
    Ok(wrong)
}

/// A run of 11 digits that is a mobile number, or of 18 that is a resident ID. Digits beside a letter of base 16 are part
/// of an id or a hash.
#[must_use]
pub fn looks_personal(text: &str) -> bool {
    let mut run = String::new();
    let (mut found, mut before, mut last) = (false, ' ', ' ');
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_digit() || (run.len() == 17 && c == 'X') {
            if run.is_empty() {
                before = last;
            }
            run.push(c);
        } else if before.is_ascii_hexdigit() || c.is_ascii_hexdigit() {
            run.clear();
        } else {
            let phone = run.len() == 11 && run.starts_with('1') && crate::law::identity::Phone::parse(&run).is_ok();
            found |= phone || (run.len() == 18 && crate::law::identity::ResidentId::parse(&run).is_ok());
            run.clear();
        }
        last = c;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::looks_personal;

    #[test]
    fn numbers_of_persons_are_seen() {
        assert!(looks_personal("x 13812345678 y"));
        assert!(looks_personal("\"379900200302050650\""));
        assert!(!looks_personal("\"amount\":13812345678901"));
        assert!(!looks_personal("019a06de-4640-7610-b985-15059433797c"), "the end of an id");
        assert!(!looks_personal("2026-11-23T09:00:00.000+08:00"));
    }
}
