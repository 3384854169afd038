//! Everything about one unit as values: who it is, its matters with what was ordered, agreed, listed and told of it, and the facts its
//! early warning is reckoned from.
//!
//! Owns what belongs to a unit: the parties of its code, and those of its names that came without a code where nobody else bears the name. Reads
//! bounded pages by indexes, whatever else the tables hold; sees all, shows nothing: what a reader may know of is `file`'s.

use crate::app::App;
use crate::app::joining::MERGED;
use crate::base::id::{AgreementId, CaseId, ProcedureId, RespondentId, RowId};
use crate::base::{At, Day, Result};
use crate::domain::agreement::{self, Instalment};
use crate::domain::liability;
use crate::domain::warning::{self, Fact, Rule, Source, Warning, Weights};
use crate::law::Fen;
use crate::law::identity::Uscc;
use crate::store::Conn;
use crate::store::agreements::{self, Agreement};
use crate::store::announcements::Announcement;
use crate::store::cases::{self, Case};
use crate::store::conduct::{self, File, Record};
use crate::store::employers::{self as rows, Party, Standing};
use crate::store::gradings::{self, Grading};
use crate::store::incidents::Incident;
use crate::store::listings::{Listing, Removal};
use crate::store::orders::Order;
use crate::store::penalties::Penalty;
use std::collections::{BTreeMap, BTreeSet};

/// Parties of a unit that are read, the newest first.
pub(super) const MOST: i64 = 500;
/// Names of a unit that are followed to parties without a code.
const NAMES: usize = 8;
/// Running agreements whose instalments are looked at.
const RUNNING: usize = 50;
/// How a case ended that says nothing against the unit: nothing was owed, it was no wages, or it was not accepted.
const UNFOUNDED: [&str; 3] = ["no_arrears", "not_wages", "refused"];
/// A name's key where there is no code.
const BY_NAME: &str = "name:";

/// Which unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::app) enum Who {
    /// The one of a code.
    Code(String),
    /// The one of a name, in the form names are compared in, where no code or more than one is known for it.
    Name(String),
}

impl Who {
    /// The key of its summary; the same as of its conduct file.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Code(u) => u.clone(),
            Self::Name(n) => format!("{BY_NAME}{n}"),
        }
    }
    /// Of a key.
    pub(super) fn of_key(key: &str) -> Self {
        match key.strip_prefix(BY_NAME) {
            Some(n) => Self::Name(n.to_owned()),
            None => Self::Code(key.to_owned()),
        }
    }
    /// Its code.
    pub(super) fn uscc(&self) -> Option<&str> {
        if let Self::Code(u) = self { Some(u) } else { None }
    }
}

/// Whose a party is: its code's; without a code that of the one unit of its name, else the name's own.
///
/// # Errors
/// The database.
pub(in crate::app) fn who(c: &mut Conn, uscc: Option<&str>, name_key: &str) -> Result<Who> {
    if let Some(u) = uscc.and_then(|u| Uscc::parse(u).ok()) {
        return Ok(Who::Code(u.as_str().to_owned()));
    }
    Ok(match rows::codes_of(c, name_key)?.as_slice() {
        [one] => Who::Code(one.clone()),
        _ => Who::Name(name_key.to_owned()),
    })
}

/// A case of the unit.
#[derive(Debug)]
pub(super) struct Matter {
    pub case: Case,
    /// As what it stands in the chain, perhaps in several places.
    pub parties: Vec<Party>,
    /// Whether it is taken for the employer there.
    pub employer: bool,
    /// Whether it is known there by its name alone.
    pub by_name: bool,
}

impl Matter {
    /// Whether the matter went on in another case.
    pub(super) fn merged(&self) -> bool {
        self.case.conclusion.as_deref() == Some(MERGED)
    }

    /// Whether it ended without anything said against the unit.
    fn unfounded(&self) -> bool {
        self.case.state == "refused" || self.case.conclusion.as_deref().is_some_and(|c| UNFOUNDED.contains(&c))
    }
}

/// Everything about a unit.
#[derive(Debug)]
pub(super) struct Gathered {
    pub who: Who,
    /// The name of its newest party.
    pub name: String,
    pub name_key: String,
    /// The newest first.
    pub matters: Vec<Matter>,
    /// There are more parties than are read.
    pub cut: bool,
    pub orders: Vec<Order>,
    /// Of the unit and of its responsible persons.
    pub penalties: Vec<Penalty>,
    /// The newest version of each.
    pub agreements: Vec<Agreement>,
    /// Late instalments of running agreements: which, by when, how much of it.
    pub late: Vec<(AgreementId, Day, Fen)>,
    pub listings: Vec<Listing>,
    pub removals: Vec<Removal>,
    pub announcements: Vec<Announcement>,
    pub incidents: Vec<Incident>,
    pub files: Vec<File>,
    /// Entries of its conduct register that no other supersedes, the newest first.
    pub records: Vec<Record>,
    pub gradings: Vec<Grading>,
    /// Where the procedures of orders, agreements, incidents, listings and announcements stand.
    pub standings: BTreeMap<ProcedureId, Standing>,
}

fn parties_of(c: &mut Conn, who: &Who) -> Result<(Vec<Party>, bool)> {
    let mut all = match who {
        Who::Code(u) => rows::of_code(c, u, MOST)?,
        Who::Name(n) => rows::of_name(c, n, MOST)?,
    };
    if let Who::Code(u) = who {
        let names: BTreeSet<String> = all.iter().filter(|p| !p.name_key.is_empty()).map(|p| p.name_key.clone()).collect();
        for n in names.into_iter().take(NAMES) {
            if rows::codes_of(c, &n)? == [u.clone()] {
                all.extend(rows::of_name(c, &n, MOST)?);
            }
        }
    }
    all.sort_by_key(|p| std::cmp::Reverse(p.id));
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let cut = all.len() >= most;
    all.truncate(most);
    Ok((all.into_iter().filter(Party::is_unit).collect(), cut))
}

/// The conduct files of a unit: its code's, and that of its name where only one is known.
fn files_of(c: &mut Conn, who: &Who, names: &[String]) -> Result<Vec<File>> {
    let mut out: Vec<File> = conduct::file_keyed(c, &who.key())?.into_iter().collect();
    if who.uscc().is_some() {
        for n in names.iter().take(NAMES) {
            let found = conduct::files_named(c, n)?;
            if let [one] = found.as_slice()
                && one.uscc.is_none()
            {
                out.push(one.clone());
            }
        }
    }
    out.sort_by_key(|f| f.id);
    out.dedup_by_key(|f| f.id);
    Ok(out)
}

/// What of running agreements is late now.
fn late_of(
    c: &mut Conn,
    app: &App,
    agreements: &[Agreement],
    standings: &BTreeMap<ProcedureId, Standing>,
    now: At,
) -> Result<Vec<(AgreementId, Day, Fen)>> {
    let law = app.law();
    let runs = |a: &&Agreement| standings.get(&a.procedure_id).is_some_and(|s| s.open && matches!(s.state.as_str(), "signed" | "tracking"));
    let mut out = Vec::new();
    let running: Vec<&Agreement> = agreements.iter().filter(runs).take(RUNNING).collect();
    if running.is_empty() {
        return Ok(out);
    }
    let mut plans: BTreeMap<AgreementId, Vec<Instalment>> = BTreeMap::new();
    for i in rows::instalments_of(c, &running.iter().map(|a| a.id).collect::<Vec<_>>())? {
        plans.entry(i.agreement_id).or_default().push(Instalment { due_on: i.due_on, amount: i.amount });
    }
    for a in running {
        let plan = plans.remove(&a.id).unwrap_or_default();
        // what has no instalment that is due cannot be late
        if !plan.iter().any(|i| agreement::late(&law, i.due_on, now)) {
            continue;
        }
        let course = agreements::course(c, a.id)?;
        let (asked, filled) = (agreement::asked(&plan, course.settled, course.left), agreement::filled(&plan, course.settled));
        for ((i, asked), filled) in plan.iter().zip(&asked).zip(&filled) {
            if filled < asked && agreement::late(&law, i.due_on, now) {
                out.push((a.id, i.due_on, Fen::new(asked.get() - filled.get())));
            }
        }
    }
    Ok(out)
}

/// Reads everything about a unit.
///
/// # Errors
/// The database.
pub(super) fn gather(c: &mut Conn, app: &App, who: &Who, now: At) -> Result<Gathered> {
    let (parties, cut) = parties_of(c, who)?;
    let mut ids: Vec<CaseId> = parties.iter().map(|p| p.case_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut of: BTreeMap<CaseId, Vec<Party>> = BTreeMap::new();
    for p in &parties {
        of.entry(p.case_id).or_default().push(p.clone());
    }
    let mut matters: Vec<Matter> = cases::by_ids(c, &ids)?
        .into_iter()
        .map(|case| {
            let parties = of.remove(&case.id).unwrap_or_default();
            let employer = parties.iter().any(|p| liability::is_employer(&p.role, p.liability.as_deref()));
            let by_name = who.uscc().is_some() && parties.iter().all(|p| p.uscc.is_none());
            Matter { case, parties, employer, by_name }
        })
        .collect();
    matters.sort_by_key(|m| std::cmp::Reverse(m.case.id));
    let keys: Vec<String> = parties.iter().map(|p| p.name_key.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let files = files_of(c, who, &keys)?;
    let newest = matters.first().and_then(|m| m.parties.first()).map(|p| p.name.clone());
    let name = newest.or_else(|| files.first().map(|f| f.name.clone())).unwrap_or_default();
    let name_key = parties.first().map(|p| p.name_key.clone()).or_else(|| files.first().map(|f| f.name_key.clone()));
    // a party's rows are of the party's case, by whose index they are read: the newest first, as all here
    let members: BTreeSet<RespondentId> = parties.iter().map(|p| p.id).collect();
    let mut orders = rows::orders_of(c, &ids)?;
    orders.retain(|o| o.respondent_id.is_some_and(|r| members.contains(&r)));
    orders.sort_by_key(|o| std::cmp::Reverse(o.id));
    let mut penalties = rows::penalties_of(c, &ids)?;
    penalties.retain(|p| members.contains(&p.respondent_id));
    penalties.sort_by_key(|p| std::cmp::Reverse(p.id));
    let mut versions = rows::agreements_of(c, &ids)?;
    versions.retain(|a| members.contains(&a.payer_id));
    let mut seen = BTreeSet::new();
    versions.sort_by_key(|a| std::cmp::Reverse((a.no, a.id)));
    versions.retain(|a| seen.insert(a.procedure_id));
    versions.sort_by_key(|a| std::cmp::Reverse(a.id));
    let mut listings = rows::listings_of(c, &ids)?;
    listings.retain(|l| members.contains(&l.respondent_id));
    listings.sort_by_key(|l| std::cmp::Reverse(l.id));
    let removals = rows::removals_of(c, &listings.iter().map(|l| l.id).collect::<Vec<_>>())?;
    let mut announcements = rows::announcements_of(c, &ids)?;
    announcements.retain(|a| members.contains(&a.respondent_id));
    announcements.sort_by_key(|a| std::cmp::Reverse(a.id));
    let mine: Vec<CaseId> = matters.iter().filter(|m| m.employer).map(|m| m.case.id).collect();
    let incidents = rows::incidents_of(c, &mine)?;
    let (mut grades, mut records) = (Vec::new(), Vec::new());
    for f in &files {
        records.extend(conduct::of_file(c, f.id, MOST)?.into_iter().filter(|r| r.current));
        grades.extend(gradings::of_file(c, f.id)?);
    }
    let procedures: Vec<ProcedureId> = (orders.iter().map(|o| o.procedure_id))
        .chain(penalties.iter().map(|p| p.procedure_id))
        .chain(versions.iter().map(|a| a.procedure_id))
        .chain(listings.iter().map(|l| l.procedure_id))
        .chain(removals.iter().map(|r| r.procedure_id))
        .chain(announcements.iter().map(|a| a.procedure_id))
        .chain(incidents.iter().map(|i| i.procedure_id))
        .collect();
    let standings = rows::standings(c, &procedures)?;
    let late = late_of(c, app, &versions, &standings, now)?;
    Ok(Gathered {
        who: who.clone(),
        name,
        name_key: name_key.unwrap_or_default(),
        matters,
        cut,
        orders,
        penalties,
        agreements: versions,
        late,
        listings,
        removals,
        announcements,
        incidents,
        files,
        records,
        gradings: grades,
        standings,
    })
}

/// Whether an agreement was not kept.
pub(super) fn broken(s: Option<&Standing>) -> bool {
    s.is_some_and(|s| matches!(s.state.as_str(), "broken" | "enforcing"))
}

/// Whether an order expired unpaid and still stands.
pub(super) fn expired(o: &Order, s: Option<&Standing>) -> bool {
    let stands = !matches!(o.remedy.as_str(), "revoked" | "stayed") && s.is_none_or(|s| s.state != "withdrawn");
    stands && o.unpaid_at_expiry.is_some_and(|f| f > Fen::ZERO)
}

impl Gathered {
    /// Whether it stands on the list now.
    pub(super) fn listed(&self) -> bool {
        self.listings.iter().any(|l| l.standing == "listed")
    }

    /// Its last grade that a person confirmed.
    pub(super) fn grade(&self) -> Option<&Grading> {
        self.gradings.iter().filter(|g| g.current && g.state != "proposed").max_by_key(|g| (g.year, g.revision))
    }

    /// The facts of its early warning, of whatever case; `beside` are listings of related units that stand.
    pub(super) fn facts(&self, beside: &[(RowId, CaseId)], today: Day) -> Vec<Fact> {
        let mut out = Vec::new();
        let mut put = |rule, on, amount, kind, id, case| out.push(Fact { rule, on, amount, source: Source { kind, id, case } });
        for m in self.matters.iter().filter(|m| !m.merged()) {
            let (id, on) = (m.case.id, m.case.first_received_at.day());
            let mut case = |rule, on, amount| put(rule, on, amount, "case", id.uuid(), Some(id));
            match (m.employer, m.case.open) {
                (true, true) => {
                    case(Rule::OpenCases, on, 1);
                    case(Rule::Headcount, on, i64::from(m.case.headcount));
                    case(Rule::Season, on, 1);
                }
                (true, false) if m.unfounded() => {}
                (true, false) => case(Rule::Repeat, m.case.concluded_at.map_or(on, At::day), 1),
                (false, true) => case(Rule::SiteCases, on, 1),
                (false, false) => {}
            }
            if m.employer {
                case(Rule::Outstanding, on, m.case.outstanding.get());
            }
        }
        for o in self.orders.iter().filter(|o| expired(o, self.standings.get(&o.procedure_id))) {
            put(Rule::ExpiredOrders, o.pay_by, 1, "order", o.id.uuid(), Some(o.case_id));
        }
        for p in self.penalties.iter().filter(|p| p.is_unit() && p.stands() && p.remedy != "stayed") {
            // one that is only being examined says nothing yet
            let Some(on) = p.decided_on else { continue };
            put(Rule::Penalties, on, 1, "penalty", p.id.uuid(), Some(p.case_id));
        }
        for a in &self.agreements {
            let s = self.standings.get(&a.procedure_id);
            if broken(s) {
                put(Rule::BrokenAgreements, s.map_or(a.signed_on, |s| s.since.day()), 1, "agreement", a.id.uuid(), Some(a.case_id));
            }
            for (_, due, _) in self.late.iter().filter(|l| l.0 == a.id) {
                put(Rule::LateInstalments, *due, 1, "agreement", a.id.uuid(), Some(a.case_id));
            }
        }
        for l in self.listings.iter().filter(|l| l.standing == "listed") {
            put(Rule::Listed, l.decided_on.unwrap_or(l.expired_on), 1, "listing", l.id.uuid(), Some(l.case_id));
        }
        for i in self.incidents.iter().filter(|i| i.finding.as_deref() != Some("none")) {
            put(Rule::Incidents, i.known_at.day(), 1, "incident", i.id.uuid(), Some(i.case_id));
        }
        if let Some(g) = self.grade().filter(|g| g.grade == "C") {
            put(Rule::GradeC, Day::ymd(g.year, 12, 31).unwrap_or(today), 1, "grading", g.id.uuid(), None);
        }
        for (id, case) in beside {
            put(Rule::RelatedListed, today, 1, "listing", id.uuid(), Some(*case));
        }
        out
    }

    /// What there is to worry about it on a day.
    ///
    /// # Errors
    /// A weight is not in force.
    pub(super) fn warning(&self, app: &App, beside: &[(RowId, CaseId)], today: Day) -> Result<Warning> {
        reckon(app, &self.facts(beside, today), today)
    }
}

/// What some facts come to on a day.
///
/// # Errors
/// A weight is not in force.
pub(super) fn reckon(app: &App, facts: &[Fact], today: Day) -> Result<Warning> {
    let weights = Weights::of(&app.law().rules, today)?;
    Ok(warning::reckon(facts, &weights, today, warning::festival(today)))
}
