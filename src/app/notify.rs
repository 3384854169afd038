//! Notices: whom a step tells what. Persons are fixed here, in the transaction of the change; what is told carries no
//! personal data, and nobody is told outside office hours although terms pass when they pass, unless it is urgent. Workers
//! are told by day. With a notice its letters are queued, one for each channel; where they go is found when they are sent.

use super::project::bureau_of;
use super::subject::Subject;
use super::write::Tx;
use crate::app::App;
use crate::app::claimant::own::known;
use crate::base::id::{AccountId, CaseId, ClaimantId, FilingId, PaymentId, ProcedureId, WorkerId};
use crate::base::{At, Result};
use crate::domain::courier::{self, Channel};
use crate::domain::joint::is_own;
use crate::flow::{Graph, NoticeOrder, Procedure, Step, Value};
use crate::paper::notice::CLAIMANT;
use crate::store::letters::Letter;
use crate::store::notices::Notice;
use crate::store::types::Json;
use crate::store::{filings, joint, procedures};
use std::collections::{BTreeMap, BTreeSet};

/// Who hears a notice whose own audience is vacant, in this order.
const ABOVE: &[&str] = &["leader@lead", "supervisor@above", "supervisor@city", "head@city"];

/// What claimants are told that who joined is told as well, in words that say nothing of the case.
const OF_ROWS: &[(&str, &str)] = &[("case_decided", "row_decided")];
/// A part of a payment stands beside an own row.
const ROW_PAID: &str = "row_paid";

/// Queues the notices of a step.
///
/// # Errors
/// The database.
pub fn queue(tx: &mut Tx<'_>, graph: &Graph, subject: &Subject, before: &Procedure, step: &Step) -> Result<()> {
    if step.notices.is_empty() {
        return Ok(());
    }
    let case = subject.case(tx)?;
    let number = case.as_ref().map(|c| c.number.clone()).or_else(|| subject.filing.as_ref().map(|f| f.number.clone()));
    let number = number.or_else(|| subject.grading.as_ref().map(|(_, f)| f.number.clone())).unwrap_or_default();
    let state = graph.states.iter().find(|s| s.key == subject.procedure.state).map_or("", |s| s.title.as_str());
    let move_title = graph.find(&step.name).map_or_else(|| step.name.clone(), |m| m.title.clone());
    let mut args = BTreeMap::from([("number".to_owned(), number), ("state".to_owned(), state.to_owned()), ("move".to_owned(), move_title)]);
    if let Some(day) = subject.row.due_day {
        args.insert("due".into(), day.to_string());
    } else if let Some(at) = subject.row.due_at {
        args.insert("due".into(), at.list_text());
    }
    if let Some(t) = subject.row.due_key.as_ref().and_then(|k| graph.terms.iter().find(|t| t.key == *k)) {
        args.insert("term".into(), t.title.clone());
    }
    // a rung speaks of its own term, which need not be the one that is due next
    if let (Some(Value::Text(key)), Some(Value::Day(due))) = (step.plain.get("term"), step.plain.get("due")) {
        args.insert("term".into(), graph.term_title(key));
        args.insert("due".into(), due.to_string());
    }
    let mut rows = Vec::new();
    let mut heard_by = BTreeSet::new();
    let mut found = Vec::new();
    for order in &step.notices {
        if order.audience == CLAIMANT {
            rows.extend(to_claimants(tx, subject, &order.template, &args)?);
            if let (Some((_, template)), Some(case)) = (OF_ROWS.iter().find(|(t, _)| *t == order.template), subject.row.case_id) {
                let joined = joined(tx, case)?;
                if !joined.is_empty() {
                    let persons = joint::persons_of(tx.c, case)?;
                    rows.extend(to_rows(tx, case, &joined, &persons, template)?);
                }
            }
        } else {
            found.push((order, audience(tx, subject, before, step, order)?));
        }
    }
    let heard: BTreeSet<&str> = found.iter().filter(|(_, p)| !p.is_empty()).map(|(o, _)| o.template.as_str()).collect();
    // "and whoever handles it" before anybody was named is no vacancy: the others it is told to hear it
    let nobody_yet = subject.procedure.assignee.or(before.assignee).is_none();
    for (order, persons) in &found {
        let (order, mut persons) = (*order, persons.clone());
        if persons.is_empty() && order.audience == "assignee" && nobody_yet && heard.contains(order.template.as_str()) {
            continue;
        }
        // a vacant post never swallows a notice: it goes up until somebody is there to hear it
        for next in ABOVE {
            if !persons.is_empty() {
                break;
            }
            let order = NoticeOrder { audience: (*next).to_owned(), template: order.template.clone() };
            persons = audience(tx, subject, before, step, &order)?;
        }
        let about = (subject.row.case_id, Some(subject.row.id));
        let notices = told(tx, about, &order.audience, &persons, &order.template, &args, graph.urgent)?;
        rows.extend(notices.into_iter().filter(|n| heard_by.insert((n.account_id, n.template.clone()))));
    }
    post(tx, rows)
}

/// A worker to be told: the person, and the own filing it is about.
struct Hears {
    claimant: ClaimantId,
    filing: FilingId,
    number: String,
    secret: bool,
}
impl Hears {
    fn of(f: &filings::Filing) -> Self {
        Self { claimant: f.claimant_id, filing: f.id, number: f.number.clone(), secret: f.secret }
    }
}

/// Who reported it: the person of a filing, or each person behind a case whose filing was not withdrawn, once.
fn claimants(tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<Hears>> {
    if let Some(f) = &subject.filing {
        return Ok(vec![Hears::of(f)]);
    }
    let Some(case) = subject.row.case_id else { return Ok(Vec::new()) };
    let rows = procedures::of_case(tx.c, case)?;
    let gone: BTreeSet<FilingId> =
        rows.iter().filter(|r| r.kind == "filing" && r.state == "withdrawn").filter_map(|r| r.filing_id).collect();
    let mut once = BTreeSet::new();
    let all = filings::of_case(tx.c, case)?;
    Ok(all.iter().filter(|f| !gone.contains(&f.id) && once.insert(f.claimant_id)).map(Hears::of).collect())
}

/// What workers are told of a step. Who reported in secret is told what the table says alone, and hears of no case.
fn to_claimants(tx: &mut Tx<'_>, subject: &Subject, template: &str, args: &BTreeMap<String, String>) -> Result<Vec<Notice>> {
    let about = (subject.row.case_id, Some(subject.row.id));
    let secret_too = tx.app.notices.for_reporters(template);
    let all = claimants(tx, subject)?;
    all.iter().filter(|h| secret_too || !h.secret).map(|h| to_worker(tx, about, h, template, args)).collect()
}

fn to_worker(
    tx: &mut Tx<'_>,
    (case_id, procedure_id): (Option<CaseId>, Option<ProcedureId>),
    h: &Hears,
    template: &str,
    args: &BTreeMap<String, String>,
) -> Result<Notice> {
    let mut args = args.clone();
    args.insert("number".into(), h.number.clone());
    tx.app.notices.complete(template, &args)?;
    Ok(Notice {
        id: tx.ids.id(tx.now),
        // the case of a secret report does not show that its reporter was told
        case_id: case_id.filter(|_| !h.secret),
        procedure_id,
        account_id: None,
        audience: CLAIMANT.to_owned(),
        template: template.to_owned(),
        args: Json(args),
        created_at: tx.now,
        not_before: courier::worker_time(tx.now, &tx.law.rules),
        read_at: None,
        claimant_id: Some(h.claimant),
        filing_id: Some(h.filing),
        urgent: tx.app.notices.urgent(template),
    })
}

/// Tells who joined a case by a log-in of his own of his row there: those of whom a row is among `persons`. It says nothing of
/// the case, not even its number; who filed in it hears of it by his filing.
fn to_rows(
    tx: &mut Tx<'_>,
    case: CaseId,
    joined: &[(joint::Joiner, filings::Claimant)],
    persons: &[filings::Claimant],
    template: &str,
) -> Result<Vec<Notice>> {
    let filed: BTreeSet<WorkerId> = filings::of_case(tx.c, case)?.iter().filter_map(|f| f.worker_id).collect();
    let own = |j: &joint::Joiner, p: &filings::Claimant, o: &filings::Claimant| p.id == o.id || is_own(known(p), known(o), j.matched);
    tx.app.notices.complete(template, &BTreeMap::new())?;
    let mut once = BTreeSet::new();
    let theirs =
        joined.iter().filter(|(j, p)| !filed.contains(&j.worker_id) && persons.iter().any(|o| own(j, p, o)) && once.insert(j.worker_id));
    let notice = |(j, _): &(joint::Joiner, filings::Claimant)| Notice {
        id: tx.ids.id(tx.now),
        case_id: Some(case),
        procedure_id: None,
        account_id: None,
        audience: CLAIMANT.to_owned(),
        template: template.to_owned(),
        args: Json(BTreeMap::new()),
        created_at: tx.now,
        not_before: courier::worker_time(tx.now, &tx.law.rules),
        read_at: None,
        claimant_id: Some(j.claimant_id),
        filing_id: None,
        urgent: tx.app.notices.urgent(template),
    };
    Ok(theirs.map(notice).collect())
}

/// Who joined a case and stands in it.
fn joined(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<(joint::Joiner, filings::Claimant)>> {
    Ok(joint::joiners_of(tx.c, case)?.into_iter().filter(|(j, _)| j.state == "joined").collect())
}

/// Tells who joined and has a part of a payment that it was recorded.
///
/// # Errors
/// The database.
pub fn tell_paid(tx: &mut Tx<'_>, case: CaseId, payment: PaymentId) -> Result<()> {
    let joined = joined(tx, case)?;
    if joined.is_empty() {
        return Ok(());
    }
    let persons = joint::paid_persons(tx.c, payment)?;
    let rows = to_rows(tx, case, &joined, &persons, ROW_PAID)?;
    post(tx, rows)
}

/// Tells the person of each of these filings; who reported in secret in the inbox alone, if at all.
///
/// # Errors
/// The database.
pub fn tell_claimants(tx: &mut Tx<'_>, filings: &[FilingId], template: &str) -> Result<()> {
    let all = tx.filings(filings)?;
    let of: BTreeMap<FilingId, ProcedureId> = procedures::first_of_filings(tx.c, filings)?.into_iter().collect();
    let secret_too = tx.app.notices.for_reporters(template);
    let mut rows = Vec::with_capacity(all.len());
    for f in all.iter().filter(|f| secret_too || !f.secret) {
        rows.push(to_worker(tx, (f.case_id, of.get(&f.id).copied()), &Hears::of(f), template, &BTreeMap::new())?);
    }
    post(tx, rows)
}

/// Tells one of the staff something about no matter.
///
/// # Errors
/// The database, or a fact is missing.
pub fn tell_account(tx: &mut Tx<'_>, to: AccountId, audience: &str, template: &str, args: &BTreeMap<String, String>) -> Result<()> {
    let rows = told(tx, (None, None), audience, &[to], template, args, false)?;
    post(tx, rows)
}

/// Queues notices, each with a letter for every channel that is there; they are written with the rest of the unit of work.
fn post(tx: &mut Tx<'_>, rows: Vec<Notice>) -> Result<()> {
    let app = tx.app;
    let mut out = Vec::new();
    for n in &rows {
        let (workers, person) = (n.claimant_id.is_some(), n.account_id.is_some());
        if !workers && !person {
            continue;
        }
        let all = app.notices.channels(&n.template, workers)?.iter().copied().filter(|c| app.carries(*c));
        let of: Vec<Channel> = if workers {
            // what a secret reporter is told does not lie on a table for others to read
            let secret = match n.filing_id {
                Some(f) if app.notices.for_reporters(&n.template) => tx.filing(f)?.secret,
                _ => false,
            };
            all.take(usize::from(!secret)).collect()
        } else {
            all.collect()
        };
        for channel in of {
            out.push(letter(tx.ids.id(tx.now), n, channel, n.account_id, tx.now));
        }
    }
    tx.told.notices.extend(rows);
    tx.told.letters.extend(out);
    Ok(())
}

/// A letter of a notice, to its worker or to this one of the staff.
pub(super) fn letter(id: crate::base::id::RowId, n: &Notice, channel: Channel, account: Option<AccountId>, now: At) -> Letter {
    Letter {
        id,
        notice_id: n.id,
        channel: channel.code().to_owned(),
        account_id: account,
        claimant_id: n.claimant_id,
        state: "pending".into(),
        attempts: 0,
        next_at: n.not_before,
        due_at: n.not_before,
        round_from: 0,
        lease_until: None,
        last_class: None,
        last_reason: None,
        created_at: now,
        done_at: None,
    }
}

impl App {
    /// Whether letters leave the house by a channel. Demo and training data leave it by none.
    #[must_use]
    pub fn carries(&self, channel: Channel) -> bool {
        !self.demo
            && match channel {
                Channel::Mail => self.mailer.is_some(),
                Channel::Sms => self.sms.carries(),
                Channel::Wechat => self.wechat.is_some() && !self.config.wechat.notice_template.is_empty(),
            }
    }
}

/// Tells whoever handles the matter of a filing, else the desk that received it.
///
/// # Errors
/// The database.
pub fn tell_handler(tx: &mut Tx<'_>, f: &filings::Filing, template: &str) -> Result<()> {
    let held = match f.case_id {
        Some(case) => procedures::of_case(tx.c, case)?.into_iter().find(|r| r.kind == "complaint").and_then(|r| r.assignee),
        None => None,
    };
    let officer = at_work(tx, held)?;
    if officer.is_empty() { tell_desk(tx, f, template) } else { tell(tx, f, "assignee", &officer, template) }
}

/// Tells the desk that received a filing; where nobody holds it, its leader, else the city's desk.
///
/// # Errors
/// The database.
pub fn tell_desk(tx: &mut Tx<'_>, f: &filings::Filing, template: &str) -> Result<()> {
    let city = tx.app.config.city.bureau.clone();
    for (duty, bureau) in [("desk", &f.receiving_bureau), ("leader", &f.receiving_bureau), ("desk", &city)] {
        let found = tx.holders(duty, bureau)?;
        if !found.is_empty() {
            return tell(tx, f, "desk@receiving", &found, template);
        }
    }
    tell(tx, f, "desk@receiving", &[], template)
}

fn tell(tx: &mut Tx<'_>, f: &filings::Filing, audience: &str, persons: &[AccountId], template: &str) -> Result<()> {
    let procedure_id = procedures::of_filing(tx.c, f.id)?.into_iter().next().map(|r| r.id);
    let args = BTreeMap::from([("number".to_owned(), f.number.clone())]);
    let rows = told(tx, (f.case_id, procedure_id), audience, persons, template, &args, false)?;
    post(tx, rows)
}

/// One notice for each person; where there is none, one that waits for whoever comes. It is urgent if its template is, or if
/// all of its procedure is.
fn told(
    tx: &mut Tx<'_>,
    (case_id, procedure_id): (Option<CaseId>, Option<ProcedureId>),
    audience: &str,
    persons: &[AccountId],
    template: &str,
    args: &BTreeMap<String, String>,
    all_urgent: bool,
) -> Result<Vec<Notice>> {
    tx.app.notices.complete(template, args)?;
    let urgent = all_urgent || tx.app.notices.urgent(template);
    let not_before = courier::staff_time(tx.now, urgent, &tx.law.calendar, &tx.law.rules);
    let persons: Vec<Option<AccountId>> = if persons.is_empty() { vec![None] } else { persons.iter().copied().map(Some).collect() };
    let notice = |account_id| Notice {
        id: tx.ids.id(tx.now),
        case_id,
        procedure_id,
        account_id,
        audience: audience.to_owned(),
        template: template.to_owned(),
        args: Json(args.clone()),
        created_at: tx.now,
        not_before,
        read_at: None,
        claimant_id: None,
        filing_id: None,
        urgent,
    };
    Ok(persons.into_iter().map(notice).collect())
}

/// The persons of a role towards this procedure.
fn audience(tx: &mut Tx<'_>, subject: &Subject, before: &Procedure, step: &Step, order: &NoticeOrder) -> Result<Vec<AccountId>> {
    match order.audience.as_str() {
        // whoever holds it after the step hears of it; whoever held it when the step took it from him
        "assignee" => at_work(tx, subject.procedure.assignee.or(before.assignee)),
        "second" => {
            let second = subject.case(tx)?.and_then(|c| c.second_officer);
            at_work(tx, second)
        }
        "requester" => at_work(tx, step.request.as_ref().or(before.approval.as_ref()).map(|a| a.requested_by)),
        role => {
            let (duty, place) = role.split_once('@').unwrap_or((role, ""));
            if duty == "handler" && place != "asked" {
                let held = at_work(tx, subject.procedure.assignee)?;
                if !held.is_empty() {
                    return Ok(held);
                }
            }
            if role == "supervisor@above" {
                return nearest(tx, subject, duty);
            }
            if place == "common" {
                let path = subject.scope(tx)?.common_path;
                return nearest_over(tx, &path, duty);
            }
            let bureau = bureau_of(tx, subject, role)?;
            tx.holders(duty, &bureau)
        }
    }
}

/// Who holds a duty over the matter's area, the nearest level alone: the county's supervisor before the city's.
fn nearest(tx: &mut Tx<'_>, subject: &Subject, duty: &str) -> Result<Vec<AccountId>> {
    let path = subject.scope(tx)?.area_path;
    nearest_over(tx, &path, duty)
}

fn nearest_over(tx: &mut Tx<'_>, path: &[String], duty: &str) -> Result<Vec<AccountId>> {
    let found = tx.holders_over(duty, path)?;
    let level = |area: &str| path.iter().position(|p| p == area);
    let deepest = found.iter().filter_map(|(_, _, area)| level(area)).max();
    Ok(found.iter().filter(|(_, _, area)| level(area) == deepest).map(|(id, _, _)| *id).collect())
}

/// Tells a bureau something that is about none of its cases alone: whoever holds the first of these roles that is held.
///
/// # Errors
/// The database.
pub fn tell_bureau(tx: &mut Tx<'_>, bureau: &str, roles: &[&str], template: &str, args: BTreeMap<String, String>) -> Result<()> {
    tell_about(tx, (None, None), None, bureau, roles, template, &args)
}

/// Tells the officer who holds something of a case or procedure; where nobody holds it, whoever holds the first of these roles that is held.
///
/// # Errors
/// The database.
pub fn tell_about(
    tx: &mut Tx<'_>,
    about: (Option<CaseId>, Option<ProcedureId>),
    officer: Option<AccountId>,
    bureau: &str,
    roles: &[&str],
    template: &str,
    args: &BTreeMap<String, String>,
) -> Result<()> {
    let persons = at_work(tx, officer)?;
    let (audience, persons) = if persons.is_empty() { first_held(tx, bureau, roles)? } else { ("assignee".to_owned(), persons) };
    let rows = told(tx, about, &audience, &persons, template, args, false)?;
    post(tx, rows)
}

/// Tells several bureaus the same, each person once: of each bureau and each ladder of roles whoever holds the first that is held.
///
/// # Errors
/// The database.
pub fn tell_bureaus(
    tx: &mut Tx<'_>,
    bureaus: &BTreeSet<String>,
    ladders: &[&[&str]],
    template: &str,
    args: &BTreeMap<String, String>,
) -> Result<()> {
    let mut heard = BTreeSet::new();
    let mut rows = Vec::new();
    for bureau in bureaus {
        for roles in ladders {
            let (audience, mut persons) = first_held(tx, bureau, roles)?;
            persons.retain(|p| heard.insert(*p));
            if !persons.is_empty() {
                rows.extend(told(tx, (None, None), &audience, &persons, template, args, false)?);
            }
        }
    }
    post(tx, rows)
}

/// The first of these roles somebody holds towards a bureau, with who holds it.
fn first_held(tx: &mut Tx<'_>, bureau: &str, roles: &[&str]) -> Result<(String, Vec<AccountId>)> {
    let city = tx.app.config.city.bureau.clone();
    let path = tx.app.bureau_path(bureau);
    for role in roles.iter().copied() {
        let (duty, place) = role.split_once('@').unwrap_or((role, "lead"));
        let mut persons = match place {
            "above" => nearest_over(tx, &path, duty)?,
            "city" => tx.holders(duty, &city)?,
            _ => tx.holders(duty, bureau)?,
        };
        persons.sort_unstable();
        persons.dedup();
        if !persons.is_empty() {
            return Ok((role.to_owned(), persons));
        }
    }
    Ok((roles.first().copied().unwrap_or_default().to_owned(), Vec::new()))
}

/// The officer if the account is active: an officer who is gone hears nothing, and the notice goes on to the supervisor.
fn at_work(tx: &mut Tx<'_>, officer: Option<AccountId>) -> Result<Vec<AccountId>> {
    let Some(id) = officer else { return Ok(Vec::new()) };
    Ok(if tx.is_active(id)? { vec![id] } else { Vec::new() })
}
