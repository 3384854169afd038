//! What a reader sees of a case or filing: one value for the API, the console and the printer.
//!
//! Owns the assembly: which blocks a page has ([`parts`]), what they say ([`mod@words`]) and how they are loaded (`look`).
//! Remaining time is derived here by the same functions as everywhere.

pub mod listing;
mod look;
pub mod money;
pub mod others;
pub mod parts;
pub mod penalty;
pub mod words;

pub use parts::*;
pub use words::{coded, lamp, notice_view, remaining_text};

use super::App;
use super::legacy::review::view as ledger_view;
use super::subject::{ask, form_version, scope_of};
use crate::base::id::{CaseId, FilingId};
use crate::base::seal::KeyRing;
use crate::base::{At, Error, Result, text};
use crate::domain::access::{self, Actor};
use crate::law::Fen;
use crate::store::procedures::{self, TermRow};
use crate::store::{Conn, cases, cooperations, filings, journal, ledger, legacy, notices, papers};
pub(in crate::app) use look::{Looker, closed, hidden};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
pub(in crate::app) use words::event_title;
use words::words;

impl App {
    /// The whole file of a case for whoever may read it.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn case_file(self: &Arc<Self>, actor: &Actor, id: CaseId) -> Result<CaseFile> {
        let (actor, now) = (actor.clone(), self.now());
        self.look(move |c, app, keys| case_file(c, app, keys, &actor, id, now)).await
    }

    /// The whole file of a filing for whoever may read it.
    ///
    /// # Errors
    /// [`Error::NotFound`] (also when the actor may not know of it).
    pub async fn filing_file(self: &Arc<Self>, actor: &Actor, id: FilingId) -> Result<FilingFile> {
        let (actor, now) = (actor.clone(), self.now());
        self.look(move |c, app, keys| filing_file(c, app, keys, &actor, id, now)).await
    }
}

pub(in crate::app) fn looker<'a>(c: &'a mut Conn, app: &'a App, keys: &'a KeyRing, now: At, hidden: BTreeSet<FilingId>) -> Looker<'a> {
    Looker { c, app, law: app.law(), keys, now, names: BTreeMap::new(), hidden, closed: BTreeSet::new() }
}

fn case_file(c: &mut Conn, app: &App, keys: &KeyRing, actor: &Actor, id: CaseId, now: At) -> Result<CaseFile> {
    let case = cases::get(c, id)?.ok_or(Error::NotFound("case"))?;
    let all = filings::of_case(c, id)?;
    let mut scope = scope_of(app, Some(&case), None);
    scope.receiving.extend(all.iter().map(|f| f.receiving_bureau.clone()));
    scope.asked = cooperations::asked(c, id)?;
    if !access::may_read(actor, &scope) {
        return Err(Error::NotFound("case"));
    }
    let rows = procedures::of_case(c, id)?;
    let asking = cooperations::of_case(c, id)?;
    let terms = procedures::terms_of_many(c, &rows.iter().map(|r| r.id).collect::<Vec<_>>())?;
    let claims = ledger::claims_of(c, id)?;
    let payments = ledger::payments_of(c, id)?;
    let chain = cases::chain(c, id)?;
    let mut people: Vec<_> = claims.iter().map(|c| c.claimant_id).chain(all.iter().map(|f| f.claimant_id)).collect();
    people.sort_unstable();
    people.dedup();
    let people: BTreeMap<_, _> = filings::claimants_by_ids(c, &people)?.into_iter().map(|p| (p.id, p)).collect();
    let filing_ids: Vec<FilingId> = all.iter().map(|f| f.id).collect();
    let evidence = papers::evidence_of(c, &[id], &filing_ids)?;
    let documents = papers::documents_of(c, id, &filing_ids)?;
    let events = journal::of_case(c, id, TIMELINE)?;
    let told = notices::of_case(c, id)?;
    let out_of_unit = hidden(actor, Some(&case), &all);
    let into = match case.conclusion.as_deref() {
        Some(super::joining::MERGED) => crate::store::joining::pointer(c, case.id)?,
        _ => None,
    };
    let into = into.map(|id| cases::get(c, id)).transpose()?.flatten().map(|k| (k.id, k.number));
    let legacy = legacy::of_case(c, id)?.map(|m| ledger_view(keys, m, out_of_unit.is_empty())).transpose()?;
    // the row of somebody under 16 is sealed for everybody outside the bureau that leads the case (practice P3.7)
    let young = case.flags.split(',').any(|f| f == "child_labour") && !super::claims::clue::opens_minor(actor, &case);
    let minors = if young { crate::store::claims::minors_of(c, id)? } else { Vec::new() };
    let recourses = super::claims::recourse::views(c, app, id, &chain)?;
    let money = money::load(c, app, id, &chain, &rows, now)?;
    let announcements = super::announcements::of_case(c, app, keys, id)?;
    let others = others::load(c, app, keys, id, &chain, &rows, &asking)?;
    let listings = listing::load(c, app, id, &rows, now)?;
    let penalties = penalty::load(c, app, id, &rows, now)?;
    let mut look = looker(c, app, keys, now, out_of_unit);
    look.closed = closed(actor, &scope, &rows);
    let mut views = Vec::new();
    for row in &rows {
        let mine: Vec<TermRow> = terms.iter().filter(|t| t.procedure_id == row.id).cloned().collect();
        let mut s = scope.clone();
        let bureau = asking.iter().find(|k| k.procedure_id == row.id).and_then(|k| k.bureau.clone());
        ask(app, &mut s, &case, bureau);
        if let Some(p) = penalties.iter().find(|p| p.procedure == row.id) {
            super::penalties::led_by(app, &mut s, p.bureau.clone());
        }
        if let Some(f) = row.filing_id.and_then(|f| all.iter().find(|x| x.id == f)) {
            s.receiving = vec![f.receiving_bureau.clone()];
        } else {
            s.receiving.clear();
        }
        views.push(look.procedure(row, &mine, &s, actor, form_version(Some(&case), row))?.0);
    }
    views.sort_by_key(|v| (v.kind != "complaint", v.id));
    let lead = views.iter().find(|v| v.kind == "complaint");
    let state_title = lead.map(|v| v.state_title.clone()).unwrap_or_default();
    let mut filing_views = Vec::new();
    for f in &all {
        filing_views.push(look.filing(f, people.get(&f.claimant_id))?);
    }
    let secret: BTreeSet<FilingId> = all.iter().filter(|f| f.secret).map(|f| f.id).collect();
    let claim_views = claims
        .iter()
        .map(|x| ClaimView {
            id: x.id,
            claimant: if secret.contains(&x.filing_id) {
                text::zh("claimant.secret").to_owned()
            } else if minors.contains(&x.id) {
                super::claims::clue::sealed_name()
            } else {
                people.get(&x.claimant_id).map(|p| p.name_mask.clone()).unwrap_or_default()
            },
            respondent: chain
                .iter()
                .find(|r| Some(r.id) == x.respondent_id)
                .map_or_else(|| case.respondent_name.clone(), |r| r.name.clone()),
            period_from: x.period_from,
            period_to: x.period_to,
            migrant: coded("migrant", &x.migrant),
            sums: x.sums().into(),
        })
        .collect();
    let mut notice_views = Vec::new();
    for n in told {
        let to = match n.account_id {
            Some(a) => look.name(Some(a))?,
            None => crate::domain::facts::role_title(&n.audience),
        };
        notice_views.push(notice_view(&n, to));
    }
    let remainder_fen = Fen::new((case.reported_total.get() - case.claimed.get()).max(0));
    Ok(CaseFile {
        id,
        number: case.number.clone(),
        origin_title: coded("origin", &case.origin),
        origin: case.origin.clone(),
        state: case.state.clone(),
        state_title,
        open: case.open,
        legacy,
        area_name: app.area_name(&case.area),
        area: case.area.clone(),
        lead_bureau_name: app.bureau_name(&case.lead_bureau),
        lead_bureau: case.lead_bureau.clone(),
        oversight_bureau_name: case.oversight_bureau.as_deref().map(|b| app.bureau_name(b)),
        project: case.project_name.clone(),
        project_kind: case.site_doc.project_kind.clone(),
        government_funded: case.site_doc.government_funded,
        address: case.site_doc.address.clone(),
        respondent: case.respondent_name.clone(),
        grade_title: coded("grade", &case.grade),
        grade: case.grade.clone(),
        flags: words("flag", &case.flags),
        headcount: case.headcount,
        reported_total_fen: case.reported_total,
        claimed_fen: case.claimed,
        verified_fen: case.verified,
        paid_fen: case.paid,
        waived_fen: case.waived,
        outstanding_fen: case.outstanding,
        remainder_fen,
        remainder: case.remainder_code.as_deref().map(|r| app.code_title("remainder_reason", r)),
        transfers: case.transfers,
        conclusion: case.conclusion.as_deref().map(|r| match (r == super::joining::MERGED, &into) {
            (true, Some((_, number))) => text::zh_with("conclusion.merged_into", &[("number", number)]),
            (true, None) => text::zh("conclusion.merged").to_owned(),
            (false, _) => app.code_title("conclusion", r),
        }),
        merged_into: into.as_ref().map(|i| i.0),
        merged_number: into.map(|i| i.1),
        second_officer: case.second_officer.map(|a| look.name(Some(a))).transpose()?,
        first_received_at: case.first_received_at,
        complaint_received_at: case.complaint_received_at,
        form_version: case.form_version,
        procedures: views,
        claims: claim_views,
        payments: payments
            .into_iter()
            .map(|(p, to)| PaymentView {
                id: p.id,
                way: app.code_title("payment_way", &p.way),
                counted_fen: Fen::sum(to.iter().filter(|a| a.counts).map(ledger::Allocation::pays)).unwrap_or_default(),
                waiting_fen: Fen::sum(to.iter().filter(|a| !a.counts && (a.answer.is_none() || a.held)).map(|a| a.amount))
                    .filter(|_| p.reversed_at.is_none())
                    .unwrap_or_default(),
                credit_fen: Fen::sum(to.iter().map(|a| a.beyond)).and_then(|b| b.plus(p.credit)).unwrap_or_default(),
                credit: p
                    .credit_code
                    .as_deref()
                    .map(|c| app.code_title("credit_resolution", c))
                    .or_else(|| p.excess_code.as_deref().map(|c| app.code_title("excess_reason", c))),
                reversed: p.reversed_at.is_some(),
                amount_fen: p.amount,
                paid_on: p.paid_on,
                payer: app.code_title("payer_kind", &p.payer_kind),
                proof: p.proof_id,
            })
            .collect(),
        chain: chain
            .iter()
            .map(|r| PartyView {
                id: Some(r.id),
                role: coded("party", &r.role),
                name: r.name.clone(),
                uscc: r.uscc.clone(),
                article: r.article.clone(),
                ground: r.liability.as_deref().map(|g| app.code_title(super::claims::liability::GROUNDS, g)),
                kind: r
                    .liability
                    .as_deref()
                    .and_then(crate::domain::liability::Ground::of)
                    .map(|g| super::claims::liability::kind_title(g.kind)),
                file: (r.name_ct.is_none() && !r.name_key.is_empty()).then(|| r.uscc.clone().unwrap_or_else(|| r.id.to_string())),
            })
            .collect(),
        agreements: money.agreements,
        orders: money.orders,
        supervisions: money.supervisions,
        recourses,
        cooperations: others.cooperations,
        talks: others.talks,
        incidents: others.incidents,
        listings,
        penalties,
        announcements,
        filings: filing_views,
        evidence: look.evidence(evidence)?,
        documents: look.documents(documents)?,
        suggestions: look.suggestions(&all)?,
        notices: notice_views,
        timeline: look.timeline(events, &rows)?,
    })
}

/// Whether the reader may open the reports of every incident of a case.
///
/// # Errors
/// The database.
pub(in crate::app) fn incidents_open(c: &mut Conn, app: &App, actor: &Actor, id: CaseId) -> Result<bool> {
    let case = cases::get(c, id)?.ok_or(Error::NotFound("case"))?;
    let rows = procedures::of_case(c, id)?;
    Ok(closed(actor, &scope_of(app, Some(&case), None), &rows).is_empty())
}

/// How many events a page shows.
const TIMELINE: i64 = 300;

fn filing_file(c: &mut Conn, app: &App, keys: &KeyRing, actor: &Actor, id: FilingId, now: At) -> Result<FilingFile> {
    let f = filings::get(c, id)?.ok_or(Error::NotFound("filing"))?;
    let case = f.case_id.map(|x| cases::get(c, x)).transpose()?.flatten();
    let scope = scope_of(app, case.as_ref(), Some(&f));
    if !access::may_read(actor, &scope) {
        return Err(Error::NotFound("filing"));
    }
    let rows = procedures::of_filing(c, id)?;
    let row = rows.first().cloned().ok_or_else(|| Error::Internal(format!("filing {id} has no procedure")))?;
    let terms = procedures::terms_of(c, row.id)?;
    let claimant = filings::claimant(c, f.claimant_id)?;
    let evidence = papers::evidence_of_filing(c, id)?;
    let documents = papers::documents_of_filing(c, id)?;
    let mut events = journal::stream(c, row.id.into())?;
    events.extend(journal::stream(c, id.into())?);
    events.sort_by_key(|e| std::cmp::Reverse((e.core.at, e.core.seq)));
    let version = form_version(case.as_ref(), &row);
    let out_of_unit = hidden(actor, case.as_ref(), std::slice::from_ref(&f));
    let legacy = legacy::of_filing(c, id)?.map(|m| ledger_view(keys, m, out_of_unit.is_empty())).transpose()?;
    let mut look = looker(c, app, keys, now, out_of_unit);
    let (view, _) = look.procedure(&row, &terms, &scope, actor, version)?;
    Ok(FilingFile {
        legacy,
        filing: look.filing(&f, claimant.as_ref())?,
        case_number: case.map(|c| c.number),
        procedure: view,
        chain: f
            .told_doc
            .chain
            .iter()
            .map(|p| PartyView {
                id: None,
                role: coded("party", &p.role),
                name: p.name.clone(),
                uscc: p.uscc.clone(),
                article: None,
                ground: None,
                kind: None,
                file: None,
            })
            .collect(),
        evidence: look.evidence(evidence)?,
        documents: look.documents(documents)?,
        suggestions: look.suggestions(std::slice::from_ref(&f))?,
        timeline: look.timeline(events, &rows)?,
    })
}
