//! What stands in the cells of the ledger: loaded for a page of cases at once, masked unless it was asked for and allowed in full.

use super::LedgerLine;
use crate::app::App;
use crate::base::id::{AccountId, CaseId, ClaimantId};
use crate::base::seal::{self, KeyRing, Place, Sealed};
use crate::base::{At, Day, Result, text};
use crate::domain::casebook::Column;
use crate::domain::intake::PartyRole;
use crate::law::Fen;
use crate::paper::sheet::Value;
use crate::store::casebook::{self as rows, FilingBit, HeldBit, PartyBit};
use crate::store::cases::Case;
use crate::store::filings::Claimant;
use crate::store::{Conn, accounts, filings, orders};
use std::collections::BTreeMap;

/// A person as the ledger says it: name, telephone, ID number.
type Person = [String; 3];

/// What a page of cases needs beside the cases.
pub(super) struct Bits<'a> {
    app: &'a App,
    now: At,
    filings: BTreeMap<CaseId, Vec<FilingBit>>,
    parties: BTreeMap<CaseId, Vec<PartyBit>>,
    held: BTreeMap<CaseId, HeldBit>,
    officers: BTreeMap<AccountId, String>,
    supervised: BTreeMap<CaseId, String>,
    agreed: BTreeMap<CaseId, (Day, Fen)>,
    ordered: BTreeMap<CaseId, (i64, Fen)>,
    persons: BTreeMap<CaseId, Vec<Person>>,
}

fn by_case<T>(all: Vec<T>, of: impl Fn(&T) -> Option<CaseId>) -> BTreeMap<CaseId, Vec<T>> {
    let mut out: BTreeMap<CaseId, Vec<T>> = BTreeMap::new();
    for x in all {
        if let Some(id) = of(&x) {
            out.entry(id).or_default().push(x);
        }
    }
    out
}

/// Each text once, in order.
fn joined(all: impl Iterator<Item = String>) -> Value {
    let mut seen: Vec<String> = Vec::new();
    for s in all.filter(|s| !s.is_empty()) {
        if !seen.contains(&s) {
            seen.push(s);
        }
    }
    plain(Some(seen.join("、")))
}

fn plain(s: Option<String>) -> Value {
    s.filter(|s| !s.is_empty()).map_or(Value::Empty, Value::Text)
}

fn day(d: Option<Day>) -> Value {
    d.map_or(Value::Empty, Value::Day)
}

impl<'a> Bits<'a> {
    pub(super) fn load(c: &mut Conn, app: &'a App, page: &[Case]) -> Result<Self> {
        let ids: Vec<CaseId> = page.iter().map(|k| k.id).collect();
        let held: BTreeMap<CaseId, HeldBit> = rows::held_of(c, &ids)?.into_iter().filter_map(|h| Some((h.case_id?, h))).collect();
        let mut people: Vec<AccountId> = held.values().filter_map(|h| h.assignee).collect();
        people.sort_unstable();
        people.dedup();
        let mut ordered: BTreeMap<CaseId, (i64, Fen)> = BTreeMap::new();
        for (case, amount) in rows::ordered_of(c, &ids)? {
            let sum = ordered.entry(case).or_default();
            *sum = (sum.0 + 1, Fen::new(sum.1.get().saturating_add(amount.get())));
        }
        Ok(Self {
            app,
            now: app.now(),
            filings: by_case(rows::filings_of(c, &ids)?, |f| f.case_id),
            parties: by_case(rows::parties_of(c, &ids)?, |p| Some(p.0)),
            officers: accounts::by_ids(c, &people)?.into_iter().map(|a| (a.id, a.name)).collect(),
            supervised: orders::running_supervisions(c, &ids)?.into_iter().collect(),
            // the newest comes last and stays
            agreed: rows::agreed_of(c, &ids)?.into_iter().map(|(case, on, total)| (case, (on, total))).collect(),
            ordered,
            held,
            persons: BTreeMap::new(),
        })
    }

    /// Loads who reported: masked, or in full with `keys` where `open` says so.
    pub(super) fn persons(&mut self, c: &mut Conn, keys: Option<&KeyRing>, open: impl Fn(&FilingBit) -> bool) -> Result<()> {
        let mut ids: Vec<ClaimantId> = self.filings.values().flatten().map(|f| f.claimant_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let all: BTreeMap<ClaimantId, Claimant> = filings::claimants_by_ids(c, &ids)?.into_iter().map(|p| (p.id, p)).collect();
        for (case, of) in &self.filings {
            let mut out: Vec<Person> = Vec::new();
            for f in of {
                let Some(p) = all.get(&f.claimant_id) else { continue };
                let person = match keys.filter(|_| open(f)) {
                    _ if f.secret => [text::zh("claimant.secret").to_owned(), String::new(), String::new()],
                    Some(keys) => full(keys, p)?,
                    None => [p.name_mask.clone(), p.phone_mask.clone().unwrap_or_default(), p.person_mask.clone().unwrap_or_default()],
                };
                if !out.contains(&person) {
                    out.push(person);
                }
            }
            self.persons.insert(*case, out);
        }
        Ok(())
    }

    fn of(&self, k: &Case) -> &[FilingBit] {
        self.filings.get(&k.id).map_or(&[], Vec::as_slice)
    }

    fn party(&self, k: &Case, role: PartyRole) -> Option<&PartyBit> {
        self.parties.get(&k.id).and_then(|all| all.iter().find(|p| p.1 == role.code()))
    }

    fn officer(&self, k: &Case) -> Option<String> {
        self.held.get(&k.id).and_then(|h| h.assignee).and_then(|a| self.officers.get(&a).cloned())
    }

    fn state(&self, k: &Case) -> String {
        let version = self.held.get(&k.id).map(|h| h.version);
        let graph = version.and_then(|v| self.app.graphs.get("complaint", v).ok());
        graph.and_then(|g| g.state(&k.state).map(|s| s.title.clone())).unwrap_or_else(|| k.state.clone())
    }

    fn due(&self, k: &Case) -> Option<(At, Day)> {
        let h = self.held.get(&k.id).filter(|_| k.concluded_at.is_none())?;
        h.due_at.map(|at| (at, h.due_day.unwrap_or_else(|| at.day())))
    }

    /// A line of the page.
    pub(super) fn line(&self, k: &Case) -> LedgerLine {
        LedgerLine {
            id: k.id,
            number: k.number.clone(),
            respondent: k.respondent_name.clone(),
            project: k.project_name.clone().unwrap_or_default(),
            area: self.app.area_name(&k.area),
            lead: self.app.bureau_name(&k.lead_bureau),
            officer: self.officer(k).unwrap_or_default(),
            state: self.state(k),
            opened_on: k.created_at.day(),
            headcount: k.headcount,
            reported_fen: k.reported_total,
            paid_fen: k.paid,
            outstanding_fen: k.outstanding,
        }
    }

    /// One cell. A case without claims owes what was reported as far as nobody verified it: the columns say what is there, never a guess.
    pub(super) fn cell(&self, k: &Case, column: Column, no: i64) -> Value {
        let party = |role, code: bool| plain(self.party(k, role).and_then(|p| if code { p.3.clone() } else { Some(p.2.clone()) }));
        let person = |i: usize| joined(self.persons.get(&k.id).into_iter().flatten().map(|p| p.get(i).cloned().unwrap_or_default()));
        let yes = |b: bool| if b { Value::Text(text::zh("ledger_export.yes").to_owned()) } else { Value::Empty };
        match column {
            Column::No => Value::Int(no),
            Column::Number => plain(Some(k.number.clone())),
            Column::Origin => plain(Some(self.app.code_title("origin", &k.origin))),
            Column::State => plain(Some(self.state(k))),
            Column::Grade => plain(Some(text::zh(&format!("grade.{}", k.grade)).to_owned())),
            Column::Area => plain(Some(self.app.area_name(&k.area))),
            Column::Lead => plain(Some(self.app.bureau_name(&k.lead_bureau))),
            Column::Oversight => plain(k.oversight_bureau.as_deref().map(|b| self.app.bureau_name(b))),
            Column::Officer => plain(self.officer(k)),
            Column::ReceivedOn => Value::Day(k.first_received_at.day()),
            Column::OpenedOn => Value::Day(k.created_at.day()),
            Column::ComplaintOn => day(k.complaint_received_at.map(At::day)),
            Column::ConcludedOn => day(k.concluded_at.map(At::day)),
            Column::Conclusion => plain(k.conclusion.as_deref().map(|x| self.app.code_title("conclusion", x))),
            Column::DueOn => day(self.due(k).map(|d| d.1)),
            Column::Overdue => yes(self.due(k).is_some_and(|d| d.0 <= self.now)),
            Column::Missed => Value::Int(self.held.get(&k.id).map_or(0, |h| i64::from(h.missed))),
            Column::Supervised => plain(self.supervised.get(&k.id).map(|l| self.app.code_title("supervision_level", l))),
            Column::Transfers => Value::Int(i64::from(k.transfers)),
            Column::Channels => joined(self.of(k).iter().map(|f| text::zh(&format!("channel.{}", f.channel)).to_owned())),
            Column::SourceNumbers => joined(self.of(k).iter().map(|f| f.source_no.clone().unwrap_or_default())),
            Column::Filings => Value::Int(i64::try_from(self.of(k).len()).unwrap_or(0)),
            Column::Headcount => Value::Int(i64::from(k.headcount)),
            Column::Reporters => person(0),
            Column::Phones => person(1),
            Column::Ids => person(2),
            Column::Respondent => plain(Some(k.respondent_name.clone())),
            Column::RespondentUscc => {
                let of = self.parties.get(&k.id).into_iter().flatten();
                plain(of.filter(|p| p.2 == k.respondent_name).find_map(|p| p.3.clone()))
            }
            Column::Owner => party(PartyRole::Owner, false),
            Column::GeneralContractor => party(PartyRole::GeneralContractor, false),
            Column::GeneralContractorUscc => party(PartyRole::GeneralContractor, true),
            Column::Subcontractor => party(PartyRole::Subcontractor, false),
            Column::TeamLeader => party(PartyRole::TeamLeader, false),
            Column::Project => plain(k.project_name.clone()),
            Column::ProjectKind => plain(k.site_doc.0.project_kind.clone()),
            Column::Funding => {
                let words = |g: bool| text::zh(if g { "ledger_export.public_money" } else { "ledger_export.private_money" }).to_owned();
                plain(k.site_doc.0.government_funded.map(words))
            }
            Column::Address => plain(k.site_doc.0.address.clone()),
            Column::Industry => joined(self.of(k).iter().map(|f| f.told_doc.0.industry.clone().unwrap_or_default())),
            Column::PeriodFrom => day(self.of(k).iter().filter_map(|f| f.period_from).min()),
            Column::PeriodTo => day(self.of(k).iter().filter_map(|f| f.period_to).max()),
            Column::Reported => Value::Money(k.reported_total),
            Column::Claimed => Value::Money(k.claimed),
            Column::Verified => Value::Money(k.verified),
            Column::Paid => Value::Money(k.paid),
            Column::Waived => Value::Money(k.waived),
            Column::Outstanding => Value::Money(k.outstanding),
            Column::ReportedWan => Value::Text(k.reported_total.wan()),
            Column::PaidWan => Value::Text(k.paid.wan()),
            Column::OutstandingWan => Value::Text(k.outstanding.wan()),
            Column::AgreementOn => day(self.agreed.get(&k.id).map(|a| a.0)),
            Column::AgreementTotal => self.agreed.get(&k.id).map_or(Value::Empty, |a| Value::Money(a.1)),
            Column::Orders => Value::Int(self.ordered.get(&k.id).map_or(0, |o| o.0)),
            Column::OrderedTotal => self.ordered.get(&k.id).map_or(Value::Empty, |o| Value::Money(o.1)),
            Column::Blank => Value::Empty,
        }
    }
}

fn full(keys: &KeyRing, p: &Claimant) -> Result<Person> {
    let open = |column: &'static str, ct: &Sealed| seal::open(keys, Place::new("claimants", column, p.id), ct);
    let some = |column, ct: Option<&Sealed>| ct.map(|ct| open(column, ct)).transpose().map(Option::unwrap_or_default);
    Ok([open("name_ct", &p.name_ct)?, some("phone_ct", p.phone_ct.as_ref())?, some("person_ct", p.person_ct.as_ref())?])
}
