//! Answers back by file: what the national platform and the hotline's work orders want filled in.
//!
//! Owns which filings a file holds (answered, of the profile's channels) and what stands in each cell. Sealed names and
//! texts are opened for it, and that is on record first: an event for each page names the filings. The same state gives
//! the same bytes.

use crate::app::App;
use crate::app::said::{self, Said};
use crate::app::write::{Marks, Tx};
use crate::base::id::{FilingId, StreamId};
use crate::base::seal::{self, KeyRing, Place};
use crate::base::{Day, Error, Result};
use crate::domain::access::{self, Ability, Actor};
use crate::domain::exchange::export::{ExportProfile, Format, Source, wan};
use crate::domain::intake::PartyRole;
use crate::law::Fen;
use crate::paper::sheet::{self, Table, Value};
use crate::store::filings::Filing;
use crate::store::{Conn, accounts, cases, exchange as store, filings, journal, ledger, procedures};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Filings read and put on record at once.
const PAGE_SIZE: i64 = 200;

/// What an export wrote.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its rows.
    pub rows: usize,
}

/// The answer a filing stands with; one its sender sent back is none.
fn answered(c: &mut Conn, id: FilingId) -> Result<Option<Said>> {
    let Some(row) = procedures::of_filing(c, id)?.into_iter().find(|r| r.kind == "filing") else { return Ok(None) };
    if !matches!(row.state.as_str(), "answered" | "confirmed") {
        return Ok(None);
    }
    let events = journal::stream(c, row.id.into())?;
    said::last(c, row.id.into(), &events, "answer", "answer")
}

/// Everything a row may need; sealed texts are opened only for columns that show them.
struct Row<'a> {
    app: &'a App,
    keys: &'a KeyRing,
    f: Filing,
    answer: Said,
    case: Option<cases::Case>,
    officer: Option<String>,
    settled: (i64, Fen),
    leader: Option<(String, Option<String>)>,
}

impl<'a> Row<'a> {
    fn load(c: &mut Conn, app: &'a App, keys: &'a KeyRing, f: Filing, answer: Said) -> Result<Self> {
        let case = f.case_id.map(|id| cases::get(c, id)).transpose()?.flatten();
        let (mut officer, mut settled) = (None, (0, Fen::ZERO));
        if let Some(case) = &case {
            let holder = procedures::of_case(c, case.id)?.into_iter().find(|p| p.kind == "complaint").and_then(|p| p.assignee);
            officer = holder.map(|a| accounts::get(c, a)).transpose()?.flatten().map(|a| a.name);
            let person = filings::same_person(c, f.claimant_id)?;
            let own: Vec<ledger::Claim> =
                ledger::claims_of(c, case.id)?.into_iter().filter(|x| x.filing_id == f.id || person.contains(&x.claimant_id)).collect();
            let whole: BTreeSet<_> =
                own.iter().filter(|x| x.paid > Fen::ZERO && x.outstanding == Fen::ZERO).map(|x| x.claimant_id).collect();
            let paid = own.iter().try_fold(Fen::ZERO, |sum, x| sum.plus(x.paid)).ok_or_else(|| Error::Internal("sums overflow".into()))?;
            settled = (i64::try_from(whole.len()).unwrap_or(i64::MAX), paid);
        }
        let leader = match &f.leader_ct {
            Some(ct) => {
                let json = seal::open(keys, Place::new("filings", "leader_ct", f.id), ct)?;
                Some(serde_json::from_str(&json).map_err(|e| Error::Internal(format!("leader: {e}")))?)
            }
            None => None,
        };
        Ok(Self { app, keys, f, answer, case, officer, settled, leader })
    }

    fn party(&self, role: PartyRole) -> Option<&filings::Party> {
        self.f.told_doc.chain.iter().find(|p| p.role == role.code())
    }

    fn reporter(&self, c: &mut Conn, phone: bool) -> Result<Option<String>> {
        // a reporter 举报人 is named to nobody outside the unit
        if self.f.secret {
            return Ok(None);
        }
        let p = filings::claimant(c, self.f.claimant_id)?.ok_or(Error::NotFound("claimant"))?;
        if !phone {
            return seal::open(self.keys, Place::new("claimants", "name_ct", p.id), &p.name_ct).map(Some);
        }
        p.phone_ct.as_ref().map(|ct| seal::open(self.keys, Place::new("claimants", "phone_ct", p.id), ct)).transpose()
    }

    fn value(&self, c: &mut Conn, what: Source) -> Result<Value> {
        let f = &self.f;
        let text = |s: Option<String>| s.filter(|s| !s.is_empty()).map_or(Value::Empty, Value::Text);
        let respondent = || self.party(PartyRole::Respondent).or_else(|| self.party(PartyRole::ContractEmployer));
        Ok(match what {
            Source::SourceNumber => text(f.source_no.clone()),
            Source::Number => text(Some(f.number.clone())),
            Source::Industry => text(f.told_doc.industry.clone()),
            Source::Narrative => text(Some(seal::open(self.keys, Place::new("filings", "narrative_ct", f.id), &f.narrative_ct)?)),
            Source::Conclusion => text(f.answer_code.as_deref().map(|a| self.app.code_title("answer", a))),
            Source::Project => text(f.project_name.clone()),
            Source::Address => text(f.told_doc.address.clone().or_else(|| Some(f.area_text.clone()))),
            Source::Funding => text(f.told_doc.government_funded.map(|g| if g { "政府投资项目" } else { "社会投资项目" }.to_owned())),
            Source::ProjectKind => text(f.told_doc.project_kind.clone()),
            Source::GeneralContractor => text(self.party(PartyRole::GeneralContractor).map(|p| p.name.clone())),
            Source::GeneralContractorUscc => text(self.party(PartyRole::GeneralContractor).and_then(|p| p.uscc.clone())),
            Source::Respondent => text(respondent().map(|p| p.name.clone())),
            Source::RespondentUscc => text(respondent().and_then(|p| p.uscc.clone())),
            Source::PeriodFrom => f.period_from.map_or(Value::Empty, Value::Day),
            Source::PeriodTo => f.period_to.map_or(Value::Empty, Value::Day),
            Source::SettledWorkers => Value::Int(self.settled.0),
            Source::SettledWan => Value::Text(wan(self.settled.1)),
            Source::Leader => text(self.leader.as_ref().map(|l| l.0.clone())),
            Source::LeaderId => text(self.leader.as_ref().and_then(|l| l.1.clone())),
            Source::Answer => match &self.answer.words {
                Some((id, ct)) => text(Some(seal::open(self.keys, Place::new("remarks", "text_ct", id), ct)?)),
                None => Value::Empty,
            },
            Source::AnsweredAt => Value::At(self.answer.at),
            Source::ReceivedAt => Value::At(f.received_at),
            Source::Lead => text(Some(self.app.bureau_name(self.case.as_ref().map_or(&f.receiving_bureau, |c| &c.lead_bureau)))),
            Source::Officer => text(self.officer.clone()),
            Source::Reporter => text(self.reporter(c, false)?),
            Source::ReporterPhone => text(self.reporter(c, true)?),
        })
    }
}

/// Puts on record whose sealed data are opened for which file.
fn note(tx: &mut Tx<'_>, run: StreamId, profile: &str, ids: &[FilingId]) -> Result<()> {
    if !access::may(tx.actor, Ability::Unmask, "") || !tx.actor.is_system() {
        return Err(Error::Forbidden("export"));
    }
    tx.record("export", run, "unmasked", tx.now, serde_json::json!({ "profile": profile, "filings": ids }), &Marks::default()).map(drop)
}

/// Where a page of filings ended, if it had any, and those of it that are answered.
type Page = (Option<FilingId>, Vec<(Filing, Said)>);

/// The filings a page of a profile has after `after`, those answered before `since` left out.
fn page(c: &mut Conn, p: &ExportProfile, after: FilingId, since: Option<Day>) -> Result<Page> {
    let rows = store::answered_page(c, &p.channels, after, PAGE_SIZE)?;
    let last = rows.last().map(|f| f.id);
    let mut out = Vec::new();
    for f in rows {
        if let Some(a) = answered(c, f.id)?
            && since.is_none_or(|s| a.at >= s.start())
        {
            out.push((f, a));
        }
    }
    Ok((last, out))
}

/// Makes the file of a profile: every answered filing of its channels, or those answered since a day.
///
/// # Errors
/// [`Error::NotFound`] for an unknown profile, [`Error::Forbidden`], a sealed text that cannot be opened, the database.
pub fn answer_back(app: &Arc<App>, actor: &Actor, profile: &str, since: Option<Day>) -> Result<Exported> {
    let p = Arc::clone(app.city.exports.get(profile).ok_or(Error::NotFound("profile"))?);
    let (run, keys): (crate::base::id::RowId, _) = (app.ids().id(app.now()), app.keys());
    let mut table = Table { name: p.title.clone(), headings: p.columns.iter().map(|c| c.heading.clone()).collect(), rows: Vec::new() };
    let mut after: FilingId = uuid::Uuid::nil().into();
    loop {
        let here = Arc::clone(&p);
        let (last, found) = app.db.read_blocking(move |c| page(c, &here, after, since))?;
        let Some(last) = last else { break };
        after = last;
        if found.is_empty() {
            continue;
        }
        let (ids, key): (Vec<FilingId>, String) = (found.iter().map(|(f, _)| f.id).collect(), p.key.clone());
        app.write_blocking(actor, None, move |tx| note(tx, run.uuid().into(), &key, &ids))?;
        let (a, keys, p) = (Arc::clone(app), Arc::clone(&keys), Arc::clone(&p));
        let rows = app.db.read_blocking(move |c| {
            let mut rows = Vec::new();
            for (f, answer) in found {
                let row = Row::load(c, &a, &keys, f, answer)?;
                let cells = p.columns.iter().map(|col| col.value.map_or(Ok(Value::Empty), |v| row.value(c, v)));
                rows.push(cells.collect::<Result<Vec<Value>>>()?);
            }
            Ok(rows)
        })?;
        table.rows.extend(rows);
    }
    let bytes = match p.format {
        Format::Xlsx => sheet::workbook(&table)?,
        Format::CsvGb18030 => sheet::csv_gb18030(&table)?,
    };
    Ok(Exported { bytes, rows: table.rows.len() })
}
