//! Orders to pay beside their rows: what they cover and where they stand, what may be said in them, and their papers.
//!
//! Owns the way from the rows to `domain::order`, for facts, pages and effects alike, and from the order to `paper::forms::money`. Numbers
//! and keeping of papers are [`super::documents`]'.

use super::documents::{Where, keep_at, remedies};
use super::effects::Made;
use super::effects::money::proof_of;
use super::subject::Subject;
use super::write::Tx;
use crate::base::id::{CaseId, ClaimId, ClaimantId, EvidenceId, RespondentId};
use crate::base::{Day, Error, Result, text};
use crate::domain::intake::PartyRole;
use crate::domain::liability::Ground;
use crate::domain::order::{self as rules, Debt, Identity, Part, Party, Standing};
use crate::domain::proof::Proves;
use crate::flow::{Step, Value};
use crate::law::{Fen, Law};
use crate::paper::forms::letter::{Letter, LetterKind, letter};
use crate::paper::forms::money::{Amendment, CompensationOrder, Instrument, PaymentOrder, amendment, compensation_order, payment_order};
use crate::paper::forms::{Copy, Head};
use crate::store::ledger::{Claim, Payment};
use crate::store::orders::{self, Order, OrderClaim, PaidBy};
use crate::store::{Conn, cases, filings, ledger};
use std::collections::{BTreeMap, BTreeSet};

/// The papers of an order, by their codes.
pub(super) const KINDS: [&str; 6] =
    ["rectification", "decision", "deposit_notice", "order_amendment", "compensation_order", "crime_transfer"];
/// The rule of the days the police decide within (310 Art 8).
const POLICE: &str = "crime.police_decide";
/// The rule of the days the bank pays within.
const BANK_PAYS: &str = "deposit.bank_pay";
/// The rule of the number of persons below which a paper tells who they are.
const FEW: &str = "paper.few_persons";

/// Where an order stands, and whom it is about.
pub(super) struct Sums {
    /// The sums.
    pub standing: Standing,
    /// How many persons it covers.
    pub persons: usize,
    /// How many of them still have to get money.
    pub unpaid_persons: usize,
    /// What of it is undischarged, by claim and person.
    pub debts: Vec<Debt>,
}

/// The parties of a case as the rules see them; one whose place is unknown is the party first reported.
fn parties(chain: &[cases::Respondent]) -> Vec<Party> {
    let found = |r: &cases::Respondent| r.liability.as_deref().and_then(Ground::of).map(|g| g.kind);
    chain.iter().map(|r| Party { id: r.id, role: PartyRole::of(&r.role).unwrap_or(PartyRole::Respondent), found: found(r) }).collect()
}

/// The person behind each of these rows.
fn persons(c: &mut Conn, ids: &[ClaimantId]) -> Result<BTreeMap<ClaimantId, usize>> {
    let rows = filings::claimants_by_ids(c, ids)?;
    let of = |r: &'_ filings::Claimant| -> (ClaimantId, Option<String>, Option<(String, String)>) {
        (r.id, r.person_bix.clone(), r.phone_bix.clone().map(|p| (p, r.name_bix.clone())))
    };
    let mut rows: Vec<_> = rows.iter().map(of).collect();
    rows.sort();
    let ids: Vec<Identity<'_>> = rows
        .iter()
        .map(|(id, person, phone)| Identity {
            id: *id,
            person: person.as_deref(),
            phone: phone.as_ref().map(|(p, n)| (p.as_str(), n.as_str())),
        })
        .collect();
    Ok(rules::persons(&ids))
}

/// What the ordered party itself paid on a claim, with what the worker gave up.
fn own(ordered: Option<Party>, claim: &Claim, paid: &[PaidBy]) -> Fen {
    let mine = |p: &&PaidBy| p.claim == claim.id && ordered.is_some_and(|o| rules::discharges(o, claim.respondent_id, &p.kind, p.payer));
    Fen::new(paid.iter().filter(mine).fold(claim.waived.get(), |s, p| s.saturating_add(p.amount.get())))
}

/// What an order covers, each claim with where it stands by these payments.
fn covered(c: &mut Conn, order: &Order, paid: &[PaidBy]) -> Result<Vec<(Claim, Part)>> {
    let chain = parties(&cases::chain(c, order.case_id)?);
    let ordered = chain.iter().find(|p| Some(p.id) == order.respondent_id).copied();
    let part = |o: &OrderClaim, k: &Claim| Part {
        // what a later finding took away is not to be paid under the order either
        amount: Fen::new(o.amount.get().min((k.verified.get() - o.settled_before.get()).max(0))),
        settled: Fen::new(k.paid.get() + k.waived.get() - o.settled_before.get()),
        own: Fen::new(own(ordered, k, paid).get() - o.discharged_before.get()),
        court: Fen::new(paid.iter().filter(|p| p.claim == k.id && rules::enforced(&p.kind)).map(|p| p.amount.get()).sum()),
    };
    Ok(orders::covered(c, order.id)?.into_iter().map(|(o, k)| (part(&o, &k), k)).map(|(p, k)| (k, p)).collect())
}

/// Which person each of these claims is of.
fn persons_of(c: &mut Conn, all: &[(Claim, Part)]) -> Result<Vec<usize>> {
    let mut ids: Vec<ClaimantId> = all.iter().map(|(k, _)| k.claimant_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let who = persons(c, &ids)?;
    Ok(all.iter().map(|(k, _)| who.get(&k.claimant_id).copied().unwrap_or(usize::MAX)).collect())
}

fn debt(k: &Claim, p: &Part, person: usize) -> Debt {
    Debt { person, amount: p.undischarged(), period: k.period_from.zip(k.period_to) }
}

/// Sums an order up from its claims and what was paid on them.
///
/// # Errors
/// The database.
pub(super) fn sums(c: &mut Conn, order: &Order) -> Result<Sums> {
    let paid = orders::paid_by(c, order.case_id)?;
    let all = covered(c, order, &paid)?;
    let who = persons_of(c, &all)?;
    let parts: Vec<Part> = all.iter().map(|(_, p)| *p).collect();
    let unpaid = all.iter().zip(&who).filter(|((k, _), _)| k.outstanding.is_positive()).map(|(_, w)| *w);
    Ok(Sums {
        standing: rules::standing(&parts),
        persons: who.iter().collect::<BTreeSet<_>>().len(),
        unpaid_persons: unpaid.collect::<BTreeSet<_>>().len(),
        debts: all.iter().zip(&who).map(|((k, p), w)| debt(k, p, *w)).collect(),
    })
}

/// What the ordered party had not discharged itself by the end of a day, claim by claim, and whether it is a migrant worker's.
///
/// # Errors
/// The database.
pub(super) fn unpaid(c: &mut Conn, order: &Order, until: Day) -> Result<Vec<(Debt, String)>> {
    let paid = orders::paid_until(c, order.case_id, until)?;
    let all = covered(c, order, &paid)?;
    let who = persons_of(c, &all)?;
    Ok(all.iter().zip(who).map(|((k, p), w)| (debt(k, p, w), k.migrant.clone())).collect())
}

/// What is left of the additional compensation.
///
/// # Errors
/// The database.
pub(super) fn compensation_left(c: &mut Conn, order: &Order) -> Result<Fen> {
    let paid: i64 = orders::compensation_payments_of(c, order.id)?.iter().map(|p| p.amount.get()).sum();
    Ok(Fen::new((order.compensation.get() - paid).max(0)))
}

/// A payment is about to count no more (for one claim, or for all it reaches): what the ordered parties had discharged before their
/// orders were made is less by it, for those orders it discharged. Called before the payment falls.
///
/// # Errors
/// The database.
pub(super) fn earlier_falls(tx: &mut Tx<'_>, p: &Payment, claim: Option<ClaimId>) -> Result<()> {
    let chain = parties(&cases::chain(tx.c, p.case_id)?);
    let mut debtors: Vec<Option<RespondentId>> = ledger::claims_of(tx.c, p.case_id)?.into_iter().map(|k| k.respondent_id).collect();
    debtors.sort_unstable();
    debtors.dedup();
    for order in orders::of_case(tx.c, p.case_id)? {
        let Some(ordered) = chain.iter().find(|x| Some(x.id) == order.respondent_id).copied() else { continue };
        for debtor in debtors.iter().filter(|d| rules::discharges(ordered, **d, &p.payer_kind, p.payer_id)) {
            orders::discharged_falls(tx.c, order.id, *debtor, p.id, claim)?;
        }
    }
    Ok(())
}

/// What an order on a party covers today: claims against it or those it is liable for, with what of each it had discharged.
///
/// # Errors
/// `nothing_outstanding` when nothing is owed in the case at all, a field error when none of it is this party's.
pub(super) fn coverable(tx: &mut Tx<'_>, case: CaseId, respondent: RespondentId) -> Result<Vec<(Claim, Fen)>> {
    let chain = parties(&cases::chain(tx.c, case)?);
    let unknown = || Error::field("/form/respondent", "unknown_respondent", &[]);
    let ordered = chain.iter().find(|p| p.id == respondent).copied().ok_or_else(unknown)?;
    let owed: Vec<Claim> = ledger::claims_of(tx.c, case)?.into_iter().filter(|c| c.outstanding.is_positive()).collect();
    if owed.is_empty() {
        return Err(Error::refused("nothing_outstanding", &[]));
    }
    let paid = orders::paid_by(tx.c, case)?;
    let mine = owed.into_iter().filter(|c| rules::covers(ordered, c.respondent_id, &chain));
    let out: Vec<(Claim, Fen)> = mine.map(|c| (own(Some(ordered), &c, &paid), c)).map(|(own, c)| (c, own)).collect();
    if out.is_empty() {
        return Err(Error::field("/form/respondent", "order_covers_nothing", &[]));
    }
    Ok(out)
}

/// A paper about few persons tells the employer who they are: their consent is on the file (practice P3.8).
///
/// # Errors
/// A field error with the number of persons.
pub(super) fn consented(tx: &mut Tx<'_>, case: CaseId, covered: &[(Claim, Fen)], consent: Option<EvidenceId>) -> Result<()> {
    if let Some(file) = consent {
        return proof_of(tx, case, file, "consent", Proves::Consent);
    }
    let mut ids: Vec<ClaimantId> = covered.iter().map(|(c, _)| c.claimant_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let who: BTreeSet<usize> = persons(tx.c, &ids)?.into_values().collect();
    let few = tx.law.rules.number(FEW, tx.now.day()).unwrap_or(0);
    if i64::try_from(who.len()).unwrap_or(i64::MAX) >= few {
        return Ok(());
    }
    let args = [("n", who.len().to_string()), ("few", few.to_string())];
    let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    Err(Error::field("/form/consent", "few_persons_need_consent", &args))
}

/// Refuses what cannot be made before anybody signs it.
///
/// # Errors
/// Field errors.
pub(super) fn before_signing(tx: &mut Tx<'_>, subject: &Subject, step: &Step) -> Result<()> {
    if subject.row.kind == super::announcements::KIND && super::announcements::papers::ANSWERED.contains(&step.name.as_str()) {
        return said(tx, subject.case_id()?, step, &["reason"]).map(|_| ());
    }
    if subject.row.kind != "payment_order" {
        return Ok(());
    }
    let id = |k: &str| match step.plain.get(k) {
        Some(Value::Id(i)) => Some(*i),
        _ => None,
    };
    let case = subject.case_id()?;
    match step.name.as_str() {
        "issue" => {
            said(tx, case, step, &["facts", "hearing"])?;
            if let Some(party) = id("respondent") {
                let covered = coverable(tx, case, party.into())?;
                consented(tx, case, &covered, id("consent").map(EvidenceId::from))?;
            }
            Ok(())
        }
        "amend" | "amend_served" | "fix_compensation" => said(tx, case, step, &["reason"]).map(|_| ()),
        "approve_transfer" => said(tx, case, step, &["reason", "papers"]).map(|_| ()),
        _ => Ok(()),
    }
}

/// Which word of the officer tells the addressee who complained: the code of what is wrong with it.
///
/// # Errors
/// The database, or a sealed name that cannot be opened.
pub(super) fn tells_who(tx: &mut Tx<'_>, case: CaseId, words: &str) -> Result<Option<&'static str>> {
    let names = names(tx, case)?;
    if names.iter().any(|n| words.contains(n.as_str())) {
        return Ok(Some("paper_tells_surname"));
    }
    Ok(rules::copy::reveals(words, &names, &numbers(tx, case)?))
}

fn numbers(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<String>> {
    Ok(filings::of_case(tx.c, case)?.into_iter().flat_map(|f| [Some(f.number), f.source_no]).flatten().collect())
}

/// The words of the officer that stand in the paper, with the full names of workers left out.
///
/// # Errors
/// A field error at what still tells who complained.
pub(super) fn said(tx: &mut Tx<'_>, case: CaseId, step: &Step, fields: &[&str]) -> Result<BTreeMap<String, String>> {
    let names = names(tx, case)?;
    let numbers = numbers(tx, case)?;
    let mut out = BTreeMap::new();
    for field in fields {
        let Some(words) = step.sealed.get(*field) else { continue };
        // the longer name first, so that no part of it stays
        let scrubbed = names.iter().fold(words.clone(), |s, n| s.replace(n.as_str(), text::zh("paper.worker")));
        if let Some(code) = rules::copy::reveals(&scrubbed, &names, &numbers) {
            return Err(Error::field(&format!("/form/{field}"), code, &[]));
        }
        out.insert((*field).to_owned(), scrubbed);
    }
    Ok(out)
}

/// The last day on which a bank pays what it is asked for today.
fn bank_pays_by(law: &Law, tx: &Tx<'_>) -> Result<Day> {
    law.last_day(BANK_PAYS, tx.now.day(), tx.now).ok_or_else(|| Error::Internal(format!("no rule {BANK_PAYS}")))
}

/// Issues the paper of the order this procedure is about.
///
/// # Errors
/// There is no order yet; its words tell who complained; the database.
pub(super) fn issue(tx: &mut Tx<'_>, subject: &Subject, step: &Step, kind: &str) -> Result<Made> {
    let order = orders::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("order"))?;
    let case = tx.case(subject.case_id()?)?;
    let chain = cases::chain(tx.c, case.id)?;
    let party = chain.iter().find(|r| Some(r.id) == order.respondent_id).ok_or(Error::NotFound("respondent"))?.clone();
    let sums = sums(tx.c, &order)?;
    let mut words = said(tx, case.id, step, &["facts", "hearing", "reason", "papers"])?;
    let mut said = |k: &str| words.remove(k).unwrap_or_default();
    let place = Where { bureau: case.lead_bureau.clone(), code: String::new(), case: Some(case.id), filing: None };
    let number = |id| crate::store::papers::document(tx.c, id).map(|d| d.map(|d| d.number));
    let first = order.document_id.map(number).transpose()?.flatten().unwrap_or_default();
    let title = Instrument::named(&order.instrument).map(Instrument::title).unwrap_or_default();
    let made = match kind {
        "order_amendment" => {
            let reason = said("reason");
            keep_at(tx, &place, kind, |head: &Head| {
                let d = Amendment {
                    head: head.clone(),
                    respondent: party.name.clone(),
                    uscc: party.uscc.clone(),
                    order: title.to_owned(),
                    number: first.clone(),
                    amount: order.amount,
                    pay_by: order.pay_by,
                    reason: reason.clone(),
                    remedies: if order.instrument == rules::DECISION { remedies() } else { Vec::new() },
                };
                amendment(&d, Copy::Employer)
            })?
        }
        "compensation_order" => {
            let reason = said("reason");
            keep_at(tx, &place, kind, |head: &Head| {
                let d = CompensationOrder {
                    head: head.clone(),
                    respondent: party.name.clone(),
                    uscc: party.uscc.clone(),
                    order: title.to_owned(),
                    number: first.clone(),
                    pay_by: order.pay_by,
                    persons: i64::try_from(sums.persons).unwrap_or(i64::MAX),
                    unpaid: order.unpaid_at_expiry.unwrap_or_default(),
                    percent: order.percent.unwrap_or_default(),
                    compensation: order.compensation,
                    reason: reason.clone(),
                    remedies: remedies(),
                };
                compensation_order(&d, Copy::Employer)
            })?
        }
        "crime_transfer" => {
            let police = match step.plain.get("police") {
                Some(Value::Text(p)) => text::tidy(p),
                _ => String::new(),
            };
            let part = |key: &str, words: String| (text::zh(&format!("letter.part.crime.{key}")).to_owned(), words);
            let unpaid = order.unpaid_at_expiry.unwrap_or_default().to_string();
            let (persons, pay_by) = (sums.persons.to_string(), order.pay_by.document_text());
            let code = party.uscc.clone().unwrap_or_default();
            let unit = if code.is_empty() { "letter.listing.unit_without_code" } else { "letter.listing.unit" };
            let term = tx.law.rules.term(POLICE, tx.now.day()).ok_or_else(|| Error::Internal(format!("no rule {POLICE}")))?;
            let (within, article) = (term.span_text(), term.article.clone());
            let parts = vec![
                part("party", text::zh_with(unit, &[("name", &party.name), ("code", &code)])),
                part(
                    "order",
                    text::zh_with(
                        "letter.crime.order",
                        &[("order", title), ("number", &first), ("pay_by", &pay_by), ("persons", &persons), ("unpaid", &unpaid)],
                    ),
                ),
                part("reason", said("reason")),
                part("papers", said("papers")),
                part("answer", text::zh_with("letter.crime.answer", &[("within", &within), ("article", &article)])),
            ];
            let (opening, basis) = (text::zh_with("letter.opening.crime_transfer", &[("respondent", &party.name)]), step.basis.clone());
            keep_at(tx, &place, kind, |head: &Head| {
                letter(&Letter {
                    head: head.clone(),
                    kind: LetterKind::CrimeTransfer,
                    receiver: police.clone(),
                    opening: opening.clone(),
                    parts: parts.clone(),
                    meeting: None,
                    basis: basis.clone(),
                    reply_by: None,
                    attachments: 0,
                })
            })?
        }
        _ => {
            let instrument = Instrument::named(kind).ok_or_else(|| Error::Internal(format!("there is no paper {kind}")))?;
            let to_bank = instrument == Instrument::DepositNotice;
            let law = std::sync::Arc::clone(&tx.law);
            let pay_by = if to_bank { bank_pays_by(&law, tx)? } else { order.pay_by };
            let (facts, hearing) = (said("facts"), said("hearing"));
            let persons = if to_bank { sums.unpaid_persons } else { sums.persons };
            keep_at(tx, &place, kind, |head: &Head| {
                let d = PaymentOrder {
                    head: head.clone(),
                    instrument,
                    respondent: party.name.clone(),
                    ground: super::claims::liability::sentence(&party),
                    uscc: party.uscc.clone(),
                    bank: step.sealed.get("bank").cloned(),
                    project: case.project_name.clone(),
                    persons: i64::try_from(persons).unwrap_or(i64::MAX),
                    amount: if to_bank { sums.standing.owed } else { order.amount },
                    pay_by,
                    facts: facts.clone(),
                    hearing: hearing.clone(),
                    remedies: if instrument == Instrument::Decision { remedies() } else { Vec::new() },
                };
                payment_order(&d, Copy::Employer)
            })?
        }
    };
    if let (true, Made::Document { id, .. }) = (order.document_id.is_none(), &made) {
        let document_id = Some(*id);
        orders::update(tx.c, &Order { document_id, ..order })?;
    }
    Ok(made)
}

/// The full names of everybody who is owed or who reported: none of them stands in a paper that leaves the unit.
pub(super) fn names(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<String>> {
    let mut ids: Vec<_> = ledger::claims_of(tx.c, case)?.into_iter().map(|c| c.claimant_id).collect();
    ids.extend(filings::of_case(tx.c, case)?.into_iter().map(|f| f.claimant_id));
    ids.sort_unstable();
    ids.dedup();
    let mut out = Vec::with_capacity(ids.len());
    for row in filings::claimants_by_ids(tx.c, &ids)? {
        out.push(tx.open_sealed("claimants", "name_ct", row.id, &row.name_ct)?);
    }
    out.retain(|n| n.chars().count() > 1);
    out.sort_by_key(|n| std::cmp::Reverse(n.len()));
    Ok(out)
}
