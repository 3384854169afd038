//! The roster of a joint case, dry or real: good rows become claims in one transaction, bad ones come back with row, column
//! and reason.
//!
//! Owns the counts and what two rows mean for each other; whether a row can be believed is `domain::roster`'s. A dry run is
//! the same road without the last step.

use super::{file_of, kept, marks};
use crate::app::effects::retotal;
use crate::app::import::{Fault, RejectedRow};
use crate::app::intake::person;
use crate::app::write::{Key, Tx};
use crate::app::{App, ids_in};
use crate::base::id::{CaseId, EvidenceId, RespondentId};
use crate::base::seal::{self, KeyRing};
use crate::base::{Error, FieldError, Result, text};
use crate::domain::access::Actor;
use crate::domain::intake::{Field, PartyRole, RawRow, Reporter};
use crate::domain::ledger::Sums;
use crate::domain::matching::company_key;
use crate::domain::roster::{self, Basis, Row, Wages, overlap};
use crate::law::Fen;
use crate::paper::sheet::{self, Reject, Table, Value};
use crate::store::cases;
use crate::store::claims::{self as rows, Basis as BasisRow};
use crate::store::filings::Claimant;
use crate::store::ledger::{self, Claim};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use utoipa::ToSchema;

/// Characters of a typed cell.
pub const CELL: usize = 100;
/// Who hands in a roster of others.
const LEADER: &str = "team_leader";

/// What came of a roster, or would. `rows = taken + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RosterReport {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Rows read.
    pub rows: usize,
    /// Rows that became, or would become, claims.
    pub taken: usize,
    /// Of these, rows that name the share of somebody whose share was not known.
    pub filled: usize,
    /// Rows that come back.
    pub rejected: usize,
    /// Persons among the taken rows who were under 16.
    pub minors: usize,
    /// What the taken rows claim.
    #[schema(value_type = i64)]
    pub claimed_fen: Fen,
    /// What all claims of the case claim then.
    #[schema(value_type = i64)]
    pub case_claimed_fen: Fen,
    /// What was reported in all.
    #[schema(value_type = i64)]
    pub reported_total_fen: Fen,
    /// What is left of it without a name.
    #[schema(value_type = i64)]
    pub remainder_fen: Fen,
    /// Persons with a claim then.
    pub persons: usize,
    /// Persons reported.
    pub headcount: i32,
    /// Why rows come back, in the order of the table.
    #[schema(value_type = Vec<Object>)]
    pub rejects: Vec<RejectedRow>,
}

/// A row that was read, with its person sealed.
#[derive(Clone)]
struct Ready {
    row: Row,
    person: Claimant,
    /// Blind IDs under any key of the ring; of telephone and name likewise.
    ids: Vec<String>,
    phones: Vec<String>,
    names: Vec<String>,
    /// Its headings, for what is found later.
    raw: RawRow,
    /// The person is stored already: a joiner's.
    known: bool,
    /// The party of the chain, where an officer chose it; otherwise it is found by the name the row tells.
    against: Option<RespondentId>,
}

/// Who hands a roster in (practice P3.3): a team leader 包工头 claims his own labour, and others' only with the mandate of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presented {
    /// `workers` or `team_leader`; must be said where the report came from a team leader.
    pub by: Option<String>,
    /// The signed mandates, a file of the case.
    pub mandate: Option<EvidenceId>,
}
impl Presented {
    fn leads(&self) -> bool {
        self.by.as_deref() == Some(LEADER)
    }
}

/// What a table holds.
#[derive(Clone)]
pub struct Sheet {
    ready: Vec<Ready>,
    back: Vec<(RawRow, Vec<FieldError>)>,
    headings: Vec<String>,
    presented: Presented,
}
impl Sheet {
    /// The same, handed in by somebody.
    #[must_use]
    pub fn presented(self, presented: Presented) -> Self {
        Self { presented, ..self }
    }
    /// One row of a person who is stored already, against a party of the chain or the case's own.
    pub(super) fn of_joiner(app: &App, raw: RawRow, row: Row, person: Claimant, against: Option<RespondentId>) -> Result<Self> {
        let one = Ready { person, known: true, against, ..ready(app, &app.keys(), raw, row)? };
        Ok(Self { ready: vec![one], back: Vec::new(), headings: Vec::new(), presented: Presented::default() })
    }
}

fn column(raw: &RawRow, field: Field, code: &str, args: &[(&str, &str)]) -> FieldError {
    FieldError::coded(raw.heading(field), code, args)
}

fn ready(app: &App, keys: &KeyRing, raw: RawRow, row: Row) -> Result<Ready> {
    let r = Reporter { name: row.name.clone(), phone: row.phone.clone(), id: Some(row.id.clone()), bank_card: row.bank.clone() };
    let person = ids_in(app, |ids| person(keys, ids, &r, app.now()))?;
    let all = |k: &str, v: &str| seal::blind_all(keys, k, v);
    Ok(Ready {
        person,
        ids: all("id", &row.id),
        phones: row.phone.as_deref().map(|p| all("phone", p)).unwrap_or_default(),
        names: all("name", &row.name),
        row,
        raw,
        known: false,
        against: None,
    })
}

/// Reads rows of a table or a form.
fn read(app: &App, headings: Vec<String>, lines: impl Iterator<Item = Result<RawRow>>) -> Result<Sheet> {
    let (profile, keys, today) = (roster::profile()?, app.keys(), app.now().day());
    let mut out = Sheet { ready: Vec::new(), back: Vec::new(), headings, presented: Presented::default() };
    for raw in lines {
        let raw = raw?;
        match roster::read(&raw, &profile, today) {
            Ok(row) => out.ready.push(ready(app, &keys, raw, row)?),
            Err(faults) => out.back.push((raw, faults)),
        }
    }
    Ok(out)
}

/// What is known of a claim that was there before.
struct Before {
    wages: Wages<RespondentId>,
    claim: Claim,
    /// Its sum was not known: nothing is claimed, found or paid.
    blank: bool,
}

pub(super) struct Checked {
    pub(super) report: RosterReport,
    /// Taken rows with their respondent and the blank claim they fill.
    taken: Vec<(Ready, Option<RespondentId>, Option<Claim>)>,
    pub(super) back: Vec<(u32, Vec<FieldError>)>,
}

/// Judges the rows against each other and the case. Reads only.
pub(super) fn check(tx: &mut Tx<'_>, id: CaseId, sheet: &Sheet) -> Result<Checked> {
    let (case, first) = kept(tx, id)?;
    let chain = cases::chain(tx.c, id)?;
    let leaders = leaders(&chain);
    who_presents(tx, id, &first, &leaders, &sheet.presented)?;
    let mandated = !sheet.presented.leads() || sheet.presented.mandate.is_some();
    let main = chain.iter().find(|r| matches!(PartyRole::of(&r.role), Some(PartyRole::Respondent | PartyRole::ContractEmployer)));
    let main = main.map(|r| r.id);
    // one key a person, whichever key of the ring indexed the row
    let mut by_id: HashMap<&str, &str> = HashMap::new();
    let mut by_phone: HashMap<(&str, &str), &str> = HashMap::new();
    for r in &sheet.ready {
        let Some(own) = r.ids.first() else { continue };
        let own: &str = by_id.get(own.as_str()).copied().unwrap_or(own);
        r.ids.iter().for_each(|i| _ = by_id.insert(i, own));
        for p in &r.phones {
            r.names.iter().for_each(|n| _ = by_phone.insert((p, n), own));
        }
    }
    let mut before: Vec<Before> = Vec::new();
    let mut persons: HashSet<String> = HashSet::new();
    for (claim, p, _) in rows::with_persons(tx.c, id)? {
        let key = match (&p.person_bix, &p.phone_bix) {
            (Some(b), _) => by_id.get(b.as_str()).map_or_else(|| b.clone(), |k| (*k).to_owned()),
            (None, Some(t)) => {
                by_phone.get(&(t.as_str(), p.name_bix.as_str())).map_or_else(|| format!("{t}{}", p.name_bix), |k| (*k).to_owned())
            }
            _ => claim.claimant_id.to_string(),
        };
        persons.insert(key.clone());
        let wages = Wages { person: key, respondent: claim.respondent_id, from: claim.period_from, to: claim.period_to };
        before.push(Before { blank: claim.sums() == Sums::default(), wages, claim });
    }
    let mut out = Checked { report: RosterReport::default(), taken: Vec::new(), back: Vec::new() };
    let mut seen: HashMap<String, Vec<(Wages<RespondentId>, u32, Fen)>> = HashMap::new();
    let mut used: HashSet<usize> = HashSet::new();
    for r in &sheet.ready {
        let mut faults = Vec::new();
        let respondent = match (r.against, &r.row.respondent) {
            (Some(id), _) => Some(id),
            (None, None) => main,
            (None, Some(name)) => {
                let key = company_key(name);
                let found = chain.iter().find(|p| p.name_key == key).map(|p| p.id);
                if found.is_none() {
                    faults.push(column(&r.raw, Field::Respondent, "roster_unknown_respondent", &[]));
                }
                found
            }
        };
        if !mandated && !r.ids.iter().any(|i| leaders.contains(i)) {
            faults.push(column(&r.raw, Field::ReporterName, "roster_mandate", &[]));
        }
        let own = r.ids.first().and_then(|i| by_id.get(i.as_str())).copied().unwrap_or_default().to_owned();
        let wages = Wages { person: own.clone(), respondent, from: Some(r.row.from), to: Some(r.row.to) };
        let figures = |row: &str, from: String, to: String, fen: Fen| {
            [("row", row.to_owned()), ("from", from), ("to", to), ("amount", fen.to_string())]
        };
        let mut clash = |code: &str, f: [(&'static str, String); 4]| {
            let args: Vec<(&str, &str)> = f.iter().map(|(k, v)| (*k, v.as_str())).collect();
            faults.push(column(&r.raw, Field::PeriodFrom, code, &args));
        };
        if let Some((w, n, fen)) = seen.get(&own).and_then(|all| all.iter().find(|(w, ..)| overlap(w, &wages))) {
            let day = |d: Option<crate::base::Day>| d.map(|d| d.to_string()).unwrap_or_default();
            let code = if (w.from, w.to) == (wages.from, wages.to) { "roster_twice" } else { "roster_overlap_row" };
            clash(code, figures(&n.to_string(), day(w.from), day(w.to), *fen));
        }
        let mut fills = None;
        for (i, b) in before.iter().enumerate().filter(|(_, b)| overlap(&b.wages, &wages)) {
            // the share of whoever reported for all was not known: this row names it
            if b.blank && fills.is_none() && !used.contains(&i) {
                fills = Some(i);
            } else if !b.blank {
                let day = |d: Option<crate::base::Day>| d.map_or_else(|| "不详".to_owned(), |d| d.to_string());
                clash("roster_overlap_claim", figures("", day(b.wages.from), day(b.wages.to), b.claim.claimed));
            }
        }
        if !faults.is_empty() {
            out.back.push((r.row.number, faults));
            continue;
        }
        out.report.filled += usize::from(fills.is_some());
        let filled = fills.and_then(|i| {
            used.insert(i);
            before.get(i).map(|b| b.claim.clone())
        });
        out.report.claimed_fen = out.report.claimed_fen.plus(r.row.claimed).ok_or_else(|| Error::TooLarge("sum".into()))?;
        out.report.minors += usize::from(r.row.minor);
        persons.insert(own.clone());
        seen.entry(own).or_default().push((wages, r.row.number, r.row.claimed));
        out.taken.push((r.clone(), respondent, filled));
    }
    let too_large = || Error::TooLarge("sum".into());
    let report = &mut out.report;
    report.rows = sheet.ready.len() + sheet.back.len();
    report.taken = out.taken.len();
    report.rejected = report.rows - report.taken;
    report.case_claimed_fen = case.claimed.plus(report.claimed_fen).ok_or_else(too_large)?;
    report.reported_total_fen = case.reported_total.max(report.case_claimed_fen);
    report.remainder_fen = report.reported_total_fen.minus(report.case_claimed_fen).ok_or_else(too_large)?;
    report.persons = persons.len();
    report.headcount = case.headcount.max(i32::try_from(persons.len()).unwrap_or(i32::MAX));
    let fault = |e: &FieldError| Fault { column: e.pointer.clone(), code: e.code.clone(), message: e.message.clone() };
    let early = sheet.back.iter().map(|(raw, f)| (raw.number, f));
    let mut all: BTreeMap<u32, Vec<Fault>> = BTreeMap::new();
    for (n, faults) in early.chain(out.back.iter().map(|(n, f)| (*n, f))) {
        all.entry(n).or_default().extend(faults.iter().map(fault));
    }
    report.rejects = all.into_iter().map(|(row, faults)| RejectedRow { row, faults }).collect();
    Ok(out)
}

/// Stores what was found good; the case's sums, headcount and total follow.
pub(super) fn store(tx: &mut Tx<'_>, id: CaseId, done: &Checked, by: &Presented) -> Result<Vec<crate::base::id::ClaimId>> {
    let (case, first) = kept(tx, id)?;
    let (mut persons, mut claims, mut bases) = (Vec::new(), Vec::new(), Vec::new());
    for (r, respondent, filled) in &done.taken {
        if !r.known {
            persons.push(r.person.clone());
        }
        let sums = Sums::claimed(r.row.claimed);
        let (filing, nature) = filled.as_ref().map_or((first.id, "wages".to_owned()), |c| (c.filing_id, c.nature.clone()));
        let claim = Claim {
            id: filled.as_ref().map_or_else(|| tx.ids.id(tx.now), |c| c.id),
            case_id: id,
            filing_id: filing,
            claimant_id: r.person.id,
            respondent_id: *respondent,
            period_from: Some(r.row.from),
            period_to: Some(r.row.to),
            nature,
            migrant: filled.as_ref().map_or_else(|| "unknown".to_owned(), |c| c.migrant.clone()),
            claimed: sums.claimed,
            verified: sums.verified,
            rejected: sums.rejected,
            open: sums.open,
            paid: sums.paid,
            discharged: sums.discharged,
            waived: sums.waived,
            outstanding: sums.outstanding,
            created_at: filled.as_ref().map_or(tx.now, |c| c.created_at),
        };
        let (days, months) = Basis::columns(r.row.basis);
        bases.push(BasisRow {
            claim_id: claim.id,
            days_tenths: days.map(|d| d.0),
            daily_wage: days.map(|d| d.1),
            months_tenths: months.map(|m| m.0),
            monthly_wage: months.map(|m| m.1),
            minor: r.row.minor,
            presented: if by.leads() { LEADER } else { "workers" }.to_owned(),
            mandate_proof: by.mandate.filter(|_| by.leads()),
        });
        claims.push((claim, filled.is_some()));
    }
    let fresh: Vec<Claim> = claims.iter().filter(|(_, old)| !old).map(|(c, _)| c.clone()).collect();
    // a row that is filled is reckoned anew; a child who reported himself was counted then
    let filled: Vec<_> = claims.iter().filter(|(_, old)| *old).map(|(c, _)| c.id).collect();
    let young = if filled.is_empty() { Vec::new() } else { rows::minors_of(tx.c, id)? };
    let again = young.iter().filter(|k| filled.contains(k)).count();
    rows::forget_bases(tx.c, &filled)?;
    rows::insert_roster(tx.c, &persons, &fresh, &bases)?;
    for (c, _) in claims.iter().filter(|(_, old)| *old) {
        ledger::update_claim(tx.c, c)?;
    }
    let r = &done.report;
    tx.change_case(id, true, |c| {
        c.headcount = r.headcount;
        c.reported_total = r.reported_total_fen;
        // the remainder is another one now: an answer given for the old one says nothing of it
        c.remainder_code = None;
        if r.minors > 0 {
            super::clue::flag(c);
        }
    })?;
    retotal(tx, id)?;
    let payload = serde_json::json!({ "claims": r.taken, "filled": r.filled, "claimedFen": r.claimed_fen, "rejected": r.rejected });
    let about = crate::app::write::Marks { amount: Some(r.claimed_fen), ..marks(&case) };
    tx.record("case", id.into(), "roster_taken", tx.now, payload, &about)?;
    if r.minors > again {
        super::clue::found(tx, &case, r.minors - again)?;
    }
    // whoever came with a code before the roster finds the own row now
    super::join::match_waiting(tx, id)?;
    Ok(claims.into_iter().map(|(c, _)| c.id).collect())
}

/// Blind IDs of the team leaders of a chain.
pub(super) fn leaders(chain: &[cases::Respondent]) -> Vec<String> {
    chain.iter().filter(|r| PartyRole::of(&r.role) == Some(PartyRole::TeamLeader)).filter_map(|r| r.person_bix.clone()).collect()
}

/// A roster of a matter a team leader reported says whose it is; mandates are a file of the case.
fn who_presents(tx: &mut Tx<'_>, id: CaseId, first: &crate::store::filings::Filing, leaders: &[String], by: &Presented) -> Result<()> {
    if by.by.as_deref().is_some_and(|b| !["workers", LEADER].contains(&b)) {
        return Err(Error::field("/presentedBy", "not_a_choice", &[]));
    }
    if by.by.is_none() && tx.claimant(first.claimant_id)?.person_bix.is_some_and(|b| leaders.contains(&b)) {
        return Err(Error::field("/presentedBy", "roster_who_presents", &[]));
    }
    by.mandate.map_or(Ok(()), |file| file_of(tx, id, file, "/mandate", None))
}

/// Takes the good rows of a roster into a case, within a transaction; the report has the others with their reasons.
///
/// # Errors
/// As [`App::take_roster`].
pub fn enter(tx: &mut Tx<'_>, id: CaseId, sheet: &Sheet) -> Result<RosterReport> {
    let done = check(tx, id, sheet)?;
    if !done.taken.is_empty() {
        store(tx, id, &done, &sheet.presented)?;
    }
    Ok(done.report)
}

impl App {
    /// Reads a roster's table.
    ///
    /// # Errors
    /// A file that cannot be read at all.
    pub fn read_roster(&self, bytes: &[u8]) -> Result<Sheet> {
        let opened = sheet::open(bytes, &roster::profile()?, &self.city.intake.file)?;
        let headings = opened.columns().headings.clone();
        read(self, headings, opened)
    }

    /// Reads rows typed into a form.
    ///
    /// # Errors
    /// Field error `too_long`; the key ring lacks a key.
    pub fn form_roster(&self, lines: &[Vec<(Field, String)>]) -> Result<Sheet> {
        if lines.iter().flatten().any(|(_, v)| v.chars().count() > CELL) {
            return Err(Error::field("/rows", "too_long", &[("max", &CELL.to_string())]));
        }
        let profile = roster::profile()?;
        let raw: Vec<_> = lines.iter().zip(1..).map(|(v, n)| roster::form_row(&profile, n, v)).collect();
        read(self, roster::headings()?, raw.into_iter())
    }

    /// Takes a roster into a case, or only says what would come of it; with the workbook of the rows that come back.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it), [`Error::Forbidden`], `not_now` when it is concluded.
    pub fn take_roster(
        self: &Arc<Self>,
        actor: &Actor,
        key: Option<&Key>,
        id: CaseId,
        sheet: Sheet,
        dry: bool,
    ) -> Result<(RosterReport, Option<Vec<u8>>)> {
        let sheet = Arc::new(sheet);
        let read = Arc::clone(&sheet);
        let report = if dry {
            let mut report = self.db.read_blocking(|c| {
                let mut tx = Tx::open(c, self, actor, self.now());
                check(&mut tx, id, &read).map(|d| d.report)
            })?;
            report.dry_run = true;
            report
        } else {
            // the reasons name periods, sums and cells: they go back to the asker, and are not kept with the answer
            let reasons = Arc::new(Mutex::new(None));
            let told = Arc::clone(&reasons);
            let mut report = self.write_blocking(actor, key, move |tx| {
                let mut report = enter(tx, id, &read)?;
                if let Ok(mut t) = told.lock() {
                    *t = Some(report.rejects.clone());
                }
                for f in report.rejects.iter_mut().flat_map(|r| r.faults.iter_mut()) {
                    text::zh("roster.told_before").clone_into(&mut f.message);
                }
                Ok(report)
            })?;
            if let Some(rejects) = reasons.lock().ok().and_then(|mut t| t.take()) {
                report.rejects = rejects;
            }
            report
        };
        if report.rejects.is_empty() {
            return Ok((report, None));
        }
        let raw: HashMap<u32, &RawRow> =
            sheet.back.iter().map(|(r, _)| r).chain(sheet.ready.iter().map(|r| &r.raw)).map(|r| (r.number, r)).collect();
        let back: Vec<Reject> = report
            .rejects
            .iter()
            .filter_map(|r| {
                let errors = r.faults.iter().map(|f| FieldError::new(f.column.clone(), f.code.clone(), f.message.clone())).collect();
                raw.get(&r.row).map(|row| Reject { row: (*row).clone(), errors })
            })
            .collect();
        let workbook = sheet::rejects(&sheet.headings, &back)?;
        Ok((report, Some(workbook)))
    }

    /// An empty table to fill in.
    ///
    /// # Errors
    /// The workbook cannot be made.
    pub fn roster_template(&self) -> Result<Vec<u8>> {
        let headings = roster::headings()?;
        let rows = Vec::<Vec<Value>>::new();
        sheet::workbook(&Table { name: roster::profile()?.title, headings, rows })
    }
}
