//! Effects of moves on the matter: load what the planner needs, plan it in `domain`, save it.
//!
//! Owns one arm for each [`EffectKind`] and nothing else changes the matter on behalf of a move. Planning of money is
//! `domain::ledger`'s, of routing `domain::routing`'s; the rows are `store`'s.

mod agreement;
mod announcement;
mod chain;
mod cooperation;
mod grading;
mod incident;
mod listing;
pub(super) mod money;
mod order;
mod penalty;
pub(super) mod recourse;
mod supervision;
mod talk;

use super::documents;
use super::subject::Subject;
use super::write::Tx;
use crate::base::id::{AccountId, CaseId, ClaimId, DocumentId, PaymentId};
use crate::base::{At, Day, Error, FieldError, Result};
use crate::domain::ledger as rules;
use crate::domain::routing::{self, FilingFacts, Routing};
use crate::flow::{Effect, EffectKind, Step, Value};
use crate::law::Fen;
use crate::law::identity::ResidentId;
use crate::store::ledger::{self, Claim};
use crate::store::types::Json;
use crate::store::{cases, filings};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something a move made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "made", rename_all = "snake_case")]
pub enum Made {
    /// A paper with its number.
    Document {
        /// Its id.
        #[schema(value_type = String)]
        id: DocumentId,
        /// Its kind.
        kind: String,
        /// Its number, 〔2026〕第1号.
        number: String,
    },
    /// A payment.
    Payment {
        /// Its id.
        #[schema(value_type = String)]
        id: PaymentId,
    },
    /// A case.
    Case {
        /// Its id.
        #[schema(value_type = String)]
        id: CaseId,
    },
}

/// Reads an argument that the check has proved to be there.
struct Args<'a>(&'a Effect);
impl Args<'_> {
    fn missing(&self, name: &str) -> Error {
        Error::Internal(format!("effect {:?} lacks {name}", self.0.kind))
    }
    fn text(&self, name: &str) -> Option<String> {
        match self.0.args.get(name) {
            Some(Value::Text(t)) => Some(t.clone()),
            _ => None,
        }
    }
    fn id(&self, name: &str) -> Option<Uuid> {
        match self.0.args.get(name) {
            Some(Value::Id(i)) => Some(*i),
            _ => None,
        }
    }
    fn at(&self, name: &str) -> Option<At> {
        match self.0.args.get(name) {
            Some(Value::At(t)) => Some(*t),
            _ => None,
        }
    }
    fn need_at(&self, name: &str) -> Result<At> {
        self.at(name).ok_or_else(|| self.missing(name))
    }
    fn money(&self, name: &str) -> Result<Fen> {
        match self.0.args.get(name) {
            Some(Value::Money(f)) => Ok(*f),
            _ => Err(self.missing(name)),
        }
    }
    fn need_text(&self, name: &str) -> Result<String> {
        self.text(name).ok_or_else(|| self.missing(name))
    }
    fn need_id<T: From<Uuid>>(&self, name: &str) -> Result<T> {
        self.id(name).map(T::from).ok_or_else(|| self.missing(name))
    }
}

/// A finding of the ledger at the field of the form.
fn at_form(mut f: FieldError) -> Error {
    f.pointer = format!("/form/{}", f.pointer);
    Error::Invalid(vec![f])
}

/// Applies one effect.
///
/// # Errors
/// Field errors where the form names something impossible; the database.
pub fn apply(tx: &mut Tx<'_>, subject: &mut Subject, step: &Step, e: &Effect, made: &mut Vec<Made>) -> Result<()> {
    let a = Args(e);
    match e.kind {
        EffectKind::SetLead => {
            let bureau = bureau(tx, &a.need_text("bureau")?, "lead")?;
            super::bells::list_follows(tx, subject.case_id()?, &bureau)?;
            tx.change_case(subject.case_id()?, true, |c| c.lead_bureau = bureau)
        }
        EffectKind::SetOversight => {
            let bureau = bureau(tx, &a.need_text("bureau")?, "oversight")?;
            tx.change_case(subject.case_id()?, true, |c| c.oversight_bureau = Some(bureau))
        }
        EffectKind::Assign => {
            officer(tx, subject, a.need_id("account")?, "account")?;
            let first: AccountId = a.need_id("account")?;
            if let Some(second) = a.id("second") {
                officer(tx, subject, second.into(), "second")?;
                tx.change_case(subject.case_id()?, true, |c| c.second_officer = Some(second.into()))?;
            } else if subject.row.kind != "penalty" && tx.case(subject.case_id()?)?.second_officer == Some(first) {
                // one person is not two officers (监察条例 Art 16): the guards ask for another second
                tx.change_case(subject.case_id()?, true, |c| c.second_officer = None)?;
            }
            Ok(())
        }
        EffectKind::Unassign => tx.change_case(subject.case_id()?, true, |c| c.second_officer = None),
        EffectKind::SetSecondOfficer => {
            let id: AccountId = a.need_id("account")?;
            officer(tx, subject, id, "account")?;
            tx.change_case(subject.case_id()?, true, |c| c.second_officer = Some(id))
        }
        EffectKind::CountTransfer => tx.change_case(subject.case_id()?, true, |c| c.transfers += 1),
        EffectKind::SetGrade => {
            let grade = a.need_text("grade")?;
            tx.change_case(subject.case_id()?, true, |c| c.grade = grade)
        }
        EffectKind::SetFlag => {
            let (flag, on) = (a.need_text("flag")?, e.args.get("on") == Some(&Value::Bool(true)));
            tx.change_case(subject.case_id()?, true, |c| {
                let mut flags: Vec<&str> = c.flags.split(',').filter(|f| !f.is_empty() && *f != flag).collect();
                if on {
                    flags.push(&flag);
                }
                c.flags = flags.join(",");
            })
        }
        EffectKind::BecomeComplaint => become_complaint(tx, subject.case_id()?, step.occurred_at),
        EffectKind::Conclude => {
            let code = a.need_text("code")?;
            let at = step.occurred_at;
            tx.change_case(subject.case_id()?, true, |c| {
                c.conclusion = Some(code);
                c.concluded_at = Some(at);
            })
        }
        EffectKind::ClearConclusion => tx.change_case(subject.case_id()?, true, |c| {
            c.conclusion = None;
            c.concluded_at = None;
        }),
        EffectKind::RecordFinding => {
            let (verified, rejected) = (a.money("verified")?, a.money("rejected")?);
            // what is no wages was sent elsewhere in writing: a later finding does not take it back
            let apart = crate::store::claims::set_apart(tx.c, a.need_id("claim")?)?;
            if rejected < apart {
                let figures = [("rejected", &*rejected.to_string()), ("apart", &*apart.to_string())];
                return Err(Error::field("/form/rejected", "set_apart_kept", &figures));
            }
            // the reason is free text: it stays sealed beside the event
            change_claim(tx, subject, &a, |c| c.find(verified, rejected))
        }
        EffectKind::AmendClaim => {
            let claimed = a.money("claimed")?;
            change_claim(tx, subject, &a, |c| c.amend(claimed))
        }
        EffectKind::RecordPayment => money::pay(tx, subject, &a, made),
        EffectKind::ReversePayment => money::reverse(tx, subject, &a),
        EffectKind::ResolveCredit => money::resolve_credit(tx, subject, &a),
        EffectKind::WaiveClaim => money::waive(tx, subject, &a),
        EffectKind::RecordReceipt => money::receipt(tx, subject, &a),
        EffectKind::SignAgreement => agreement::sign(tx, subject, &a),
        EffectKind::AccelerateAgreement => agreement::accelerate(tx, subject, &a),
        EffectKind::RecordEnforceability => agreement::enforce(tx, subject, &a),
        EffectKind::DraftOrder => order::draft(tx, subject, &a),
        EffectKind::AttemptService => order::attempt(tx, subject, &a),
        EffectKind::ServeOrder => order::serve(tx, subject, &a),
        EffectKind::AmendOrder => order::amend(tx, subject, &a),
        EffectKind::FixCompensation => order::compensate(tx, subject, &a),
        EffectKind::SetRemedy => order::remedy(tx, subject, &a),
        EffectKind::ExpireOrder => order::expire(tx, subject),
        EffectKind::SkipCompensation => order::skip_compensation(tx, subject),
        EffectKind::PayCompensation => order::pay_compensation(tx, subject, &a),
        EffectKind::ReverseCompensation => order::reverse_compensation(tx, subject, &a),
        EffectKind::TestCrime => order::test_crime(tx, subject, &a),
        EffectKind::OpenSupervision => supervision::open(tx, subject, &a),
        EffectKind::RaiseSupervision => supervision::raise(tx, subject, &a),
        EffectKind::DischargeSupervision => supervision::discharge(tx, subject),
        EffectKind::OpenCooperation => cooperation::open(tx, subject, &a),
        EffectKind::SettleCooperation => cooperation::settle(tx, subject, &a, step.occurred_at),
        EffectKind::NoteVisit => cooperation::visit(tx, subject, &a),
        EffectKind::OpenTalk => talk::open(tx, subject, &a),
        EffectKind::ConfirmContact => talk::contact(tx, subject, &a),
        EffectKind::SetTalk => talk::set(tx, subject, &a),
        EffectKind::SettleTalk => talk::settle(tx, subject, &a),
        EffectKind::AddCommitment => talk::commit(tx, subject, &a),
        EffectKind::SettleCommitment => talk::settle_commitment(tx, subject, &a, step.occurred_at),
        EffectKind::OpenIncident => incident::open(tx, subject, &a),
        EffectKind::NoteCall => incident::call(tx, subject, &a),
        EffectKind::InformAuthority => incident::inform(tx, subject, &a),
        EffectKind::JudgeIncident => incident::judge(tx, subject, &a, step.occurred_at),
        EffectKind::OpenListing => listing::open(tx, subject),
        EffectKind::ComputeListing => listing::compute(tx, subject),
        EffectKind::ProposeListing => listing::propose(tx, subject, &a),
        EffectKind::DecideListing => listing::decide(tx, subject),
        EffectKind::LeaveListing => listing::leave(tx, subject),
        EffectKind::PublishListing => listing::publish(tx, subject),
        EffectKind::SetListingRemedy => listing::remedy(tx, subject, &a),
        EffectKind::EndListing => listing::end(tx, subject, &a),
        EffectKind::FinishRemoval => listing::finish(tx, subject),
        EffectKind::RestoreListing => listing::restore(tx, subject),
        EffectKind::StopDisplay => listing::stop_display(tx, subject, &a),
        EffectKind::CorrectListing => listing::correct(tx, subject, &a),
        EffectKind::CorrectParty => listing::correct_party(tx, subject, &a),
        EffectKind::AddParty => listing::add_party(tx, subject, &a),
        EffectKind::ServeParty => listing::serve(tx, subject, &a),
        EffectKind::ObjectParty => listing::object(tx, subject, &a),
        EffectKind::AnswerParty => listing::answer(tx, subject, &a),
        EffectKind::DropParty => listing::drop_party(tx, subject),
        EffectKind::PostDecision => listing::post_decision(tx, subject, &a),
        EffectKind::ServeDecision => listing::serve_decision(tx, subject, &a),
        EffectKind::OpenRemoval => listing::open_removal(tx, subject, &a),
        EffectKind::VerifyRemoval => listing::verify_removal(tx, subject, &a),
        EffectKind::SettleRemoval => listing::settle_removal(tx, subject, &a),
        EffectKind::OpenAnnouncement => announcement::open(tx, subject, &a),
        EffectKind::DraftAnnouncement => announcement::draft(tx, subject, &a),
        EffectKind::CheckAnnouncement => announcement::check(tx, subject),
        EffectKind::ApproveAnnouncement => announcement::approve(tx, subject),
        EffectKind::PublishAnnouncement => announcement::publish(tx, subject),
        EffectKind::NoteAnnouncementMedia => announcement::media(tx, subject, &a),
        EffectKind::SettleAnnouncement => announcement::settle(tx, subject, step, &a),
        EffectKind::OpenPenalty
        | EffectKind::ProposePenalty
        | EffectKind::RestartPenalty
        | EffectKind::ReviewPenalty
        | EffectKind::TellPenalty
        | EffectKind::StatePenalty
        | EffectKind::AnswerPenalty
        | EffectKind::ClosePenaltyWindow
        | EffectKind::AskHearing
        | EffectKind::SetHearing
        | EffectKind::TellHearing
        | EffectKind::HoldHearing
        | EffectKind::DiscussPenalty
        | EffectKind::DecidePenalty
        | EffectKind::DropPenalty
        | EffectKind::ServePenalty
        | EffectKind::PayPenalty
        | EffectKind::ReversePenaltyPayment
        | EffectKind::DeferPenalty
        | EffectKind::UrgePenalty
        | EffectKind::RefusePenalty
        | EffectKind::SetPenaltyRemedy
        | EffectKind::RevokePenalty
        | EffectKind::PassOnPenalty
        | EffectKind::ClosePenalty => penalty::apply(tx, subject, e),
        EffectKind::ConfirmGrading => grading::confirm(tx, subject, step.occurred_at),
        EffectKind::TellGrading => grading::tell(tx, subject, &a),
        EffectKind::ContestGrading => grading::contest(tx, subject, step.occurred_at),
        EffectKind::TalkGrading => grading::talked(tx, subject, &a),
        EffectKind::ResolveRemainder => {
            let code = a.need_text("code")?;
            tx.change_case(subject.case_id()?, true, |c| c.remainder_code = Some(code))
        }
        EffectKind::IssueDocument => {
            let kind = a.need_text("document")?;
            // the 审批表 is made of the signatures themselves, whichever move was asked for
            if kind != "approval" {
                made.extend(documents::issue(tx, subject, step, &kind)?);
            }
            Ok(())
        }
        EffectKind::JoinCase => join(tx, subject, a.need_id("case")?),
        EffectKind::OpenCase => open_case(tx, subject, step, made),
        EffectKind::AnswerFiling => {
            let code = a.need_text("code")?;
            change_filing(subject, |f| f.answer_code = Some(code))
        }
        EffectKind::SetDeskReason => {
            let reason = a.text("reason");
            change_filing(subject, |f| f.desk_reason = reason)
        }
        EffectKind::SetArea => {
            let area = a.need_text("area")?;
            if tx.app.city.areas.get(&area).is_none() {
                return Err(Error::field("/form/area", "unknown_area", &[("value", &area)]));
            }
            if subject.row.case_id.is_some() {
                let (area, case) = (area.clone(), subject.case_id()?);
                let before = tx.case(case)?.area;
                super::indexing::moved(tx, case, &before, &area)?;
                tx.change_case(case, true, |c| c.area = area)?;
            } else if let Some(f) = &subject.filing {
                super::indexing::replaced(tx, (f, f.area.as_deref()), (f, Some(&area)))?;
            }
            if subject.filing.is_some() { change_filing(subject, |f| f.area = Some(area)) } else { Ok(()) }
        }
    }
}

fn bureau(tx: &Tx<'_>, code: &str, field: &str) -> Result<String> {
    match tx.app.city.bureaus.get(code) {
        Some(b) => Ok(b.code.clone()),
        None => Err(Error::field(&format!("/form/{field}"), "unknown_bureau", &[("value", code)])),
    }
}

/// An officer who may hold the case: an active handling officer of the lead bureau.
fn officer(tx: &mut Tx<'_>, subject: &Subject, id: AccountId, field: &str) -> Result<()> {
    let case = tx.case(subject.case_id()?)?;
    let bureau = super::penalties::bureau_of(tx.c, &subject.row, &subject.given)?.unwrap_or_else(|| case.lead_bureau.clone());
    if super::facts::handlers_at(tx.c, tx.app, &case, &bureau, tx.now)?.contains(&id) {
        return Ok(());
    }
    Err(Error::field(&format!("/form/{field}"), "not_a_handler", &[("bureau", &tx.app.bureau_name(&bureau))]))
}

fn change_filing(subject: &mut Subject, f: impl FnOnce(&mut filings::Filing)) -> Result<()> {
    let filing = subject.filing.as_mut().ok_or_else(|| Error::Internal("an effect on a filing without one".into()))?;
    f(filing);
    subject.filing_changed = true;
    Ok(())
}

/// Writes what effects changed of the filing, once.
///
/// # Errors
/// The database.
pub fn settle(tx: &mut Tx<'_>, subject: &mut Subject) -> Result<()> {
    if std::mem::take(&mut subject.filing_changed)
        && let Some(f) = &subject.filing
    {
        tx.place_filing(f.clone())?;
    }
    Ok(())
}

/// The sums of a case follow its claims.
pub(super) fn retotal(tx: &mut Tx<'_>, case: CaseId) -> Result<()> {
    let t = ledger::totals(tx.c, case)?.sums;
    tx.change_case(case, true, |c| {
        c.claimed = t.claimed;
        c.verified = t.verified;
        c.paid = t.paid;
        c.waived = t.waived;
        c.outstanding = t.outstanding;
    })
}

fn claim_of(tx: &mut Tx<'_>, case: CaseId, id: ClaimId) -> Result<Claim> {
    ledger::claims_of(tx.c, case)?.into_iter().find(|c| c.id == id).ok_or_else(|| Error::field("/form/claim", "unknown_claim", &[]))
}

fn change_claim(
    tx: &mut Tx<'_>,
    subject: &Subject,
    a: &Args<'_>,
    plan: impl FnOnce(rules::Sums) -> Result<rules::Sums, FieldError>,
) -> Result<()> {
    let case = subject.case_id()?;
    let old = claim_of(tx, case, a.need_id("claim")?)?;
    let row = old.with(plan(old.sums()).map_err(at_form)?);
    ledger::update_claim(tx.c, &row)?;
    retotal(tx, case)
}

/// The case's statutory clocks run from the receipt of its first complaint (practice P1.10; [`join`] has set it); a clue
/// the worker confirmed becomes one on the day of the confirmation.
fn become_complaint(tx: &mut Tx<'_>, case: CaseId, confirmed_at: At) -> Result<()> {
    tx.change_case(case, true, |c| {
        c.origin = "complaint".into();
        c.complaint_received_at.get_or_insert(confirmed_at);
    })
}

/// Whether a claim is for the time a filing tells of; a time not told speaks for yes, so that nothing is counted twice.
pub(super) fn same_time(c: &Claim, f: &filings::Filing) -> bool {
    let before = |end: Option<Day>, start: Option<Day>| matches!((end, start), (Some(e), Some(s)) if e < s);
    !before(c.period_to, f.period_from) && !before(f.period_to, c.period_from)
}

/// A claim for the person of a filing; returns what it claims.
pub(super) fn add_claim(
    tx: &mut Tx<'_>,
    f: &filings::Filing,
    case: CaseId,
    respondent: Option<crate::base::id::RespondentId>,
) -> Result<Fen> {
    // one worker: the sum is his; several: his share is not known yet and the remainder says so
    let sums = rules::Sums::claimed(if f.headcount == 1 { f.reported_total } else { Fen::ZERO });
    let row = Claim {
        id: tx.ids.id(tx.now),
        case_id: case,
        filing_id: f.id,
        claimant_id: f.claimant_id,
        respondent_id: respondent,
        period_from: f.period_from,
        period_to: f.period_to,
        nature: "wages".into(),
        migrant: "unknown".into(),
        claimed: sums.claimed,
        verified: sums.verified,
        rejected: sums.rejected,
        open: sums.open,
        paid: sums.paid,
        discharged: sums.discharged,
        waived: sums.waived,
        outstanding: sums.outstanding,
        created_at: tx.now,
    };
    ledger::insert_claim(tx.c, &row)?;
    // a child who reports himself (practice P3.7): owed like anybody, and a clue
    let person = tx.claimant(f.claimant_id)?;
    if let Some(ct) = &person.person_ct {
        let number = tx.open_sealed("claimants", "person_ct", person.id, ct)?;
        let from = f.period_from.unwrap_or_else(|| f.received_at.day());
        if ResidentId::parse(&number).is_ok_and(|i| i.age_on(from) < crate::domain::roster::CHILD) {
            super::claims::clue::reported(tx, case, row.id)?;
        }
    }
    Ok(sums.claimed)
}

/// The filing joins a running case: it keeps its claimant, claim, clock and answer.
fn join(tx: &mut Tx<'_>, subject: &mut Subject, case: CaseId) -> Result<()> {
    let target = tx.case(case).map_err(|_| Error::field("/form/case", "unknown_case", &[]))?;
    let scope = super::subject::scope_of(tx.app, Some(&target), subject.filing.as_ref());
    if !crate::domain::access::may_read(tx.actor, &scope) {
        return Err(Error::field("/form/case", "unknown_case", &[]));
    }
    if target.conclusion.as_deref() == Some(super::joining::MERGED) {
        return Err(Error::field("/form/case", "case_merged", &[]));
    }
    if let Some(f) = &subject.filing {
        super::indexing::replaced(tx, (f, f.area.as_deref()), (f, Some(&target.area)))?;
    }
    change_filing(subject, |f| {
        f.case_id = Some(case);
        f.area.get_or_insert(target.area.clone());
    })?;
    subject.row.case_id = Some(case);
    let f = subject.filing.clone().ok_or_else(|| Error::Internal("join without a filing".into()))?;
    let claims = ledger::claims_of(tx.c, case)?;
    let person = filings::same_person(tx.c, f.claimant_id)?;
    let theirs: Vec<&Claim> = claims.iter().filter(|c| person.contains(&c.claimant_id)).collect();
    let (known, told) = (!theirs.is_empty(), theirs.iter().any(|c| same_time(c, &f)));
    if !told {
        add_claim(tx, &f, case, None)?;
    }
    filings::decide_suggestions(tx.c, f.id, Some(case), tx.now)?;
    tx.change_case(case, true, |c| {
        c.first_received_at = c.first_received_at.min(f.received_at);
        if f.kind == "complaint" {
            // set before the complaint is told: its statutory clock is anchored here
            c.complaint_received_at.get_or_insert(f.received_at);
        }
        // another worker adds to the matter, the same worker another time adds money; told again, the larger figures count
        c.headcount = if known { c.headcount.max(f.headcount) } else { c.headcount.saturating_add(f.headcount) };
        c.reported_total =
            if told { c.reported_total.max(f.reported_total) } else { c.reported_total.plus(f.reported_total).unwrap_or(c.reported_total) };
    })?;
    retotal(tx, case)
}

/// Opens a case for a filing, with its chain and the reporter's claim.
fn open_case(tx: &mut Tx<'_>, subject: &mut Subject, step: &Step, made: &mut Vec<Made>) -> Result<()> {
    let f = subject.filing.clone().ok_or_else(|| Error::Internal("a case without a filing".into()))?;
    let given = |k: &str| match step.plain.get(k) {
        Some(Value::Text(t)) => Some(t.clone()),
        _ => None,
    };
    let lead = given("lead").map(|b| bureau(tx, &b, "lead")).transpose()?;
    let oversight = given("oversight").map(|b| bureau(tx, &b, "oversight")).transpose()?;
    let (id, respondent) = case_for(tx, &f, lead, oversight)?;
    change_filing(subject, |f| f.case_id = Some(id))?;
    subject.row.case_id = Some(id);
    made.push(Made::Case { id });
    let claimed = add_claim(tx, &f, id, respondent)?;
    tx.change_case(id, true, |c| c.claimed = claimed)
}

/// A case of its own for a filing, led as given or as the rules route it; without a claim yet, with the party it is against.
///
/// # Errors
/// The area is unknown, or the rules are not sure where it goes.
pub(super) fn case_for(
    tx: &mut Tx<'_>,
    f: &filings::Filing,
    lead: Option<String>,
    oversight: Option<String>,
) -> Result<(CaseId, Option<crate::base::id::RespondentId>)> {
    let area = f.area.clone().ok_or_else(|| Error::refused("area_unknown", &[]))?;
    let narrative = tx.open_sealed("filings", "narrative_ct", f.id, &f.narrative_ct)?;
    let facts = FilingFacts {
        area_text: &area,
        address: f.told_doc.address.as_deref().unwrap_or_default(),
        project_kind: f.told_doc.project_kind.as_deref().unwrap_or_default(),
        project: f.project_name.as_deref().unwrap_or_default(),
        industry: f.told_doc.industry.as_deref().unwrap_or_default(),
        narrative: &narrative,
        government_funded: f.told_doc.government_funded,
    };
    let city = &tx.app.city;
    let routed = match routing::route(&city.routing, &city.areas, &city.bureaus, &facts, f.received_at.day()) {
        Routing::Routed(r) => r,
        Routing::Desk(r) => return Err(Error::Refused(crate::base::error::Refusal::new(r.code, r.sentence))),
    };
    let lead = lead.unwrap_or(routed.lead);
    let oversight = oversight.or_else(|| routed.oversight.filter(|o| *o != lead));
    let id: CaseId = tx.ids.id(tx.now);
    let complaint = f.kind == "complaint";
    let (chain, respondent) = chain::chain(tx, f, id)?;
    let row = cases::Case {
        id,
        number: tx.ids.code("AJ"),
        origin: if complaint { "complaint" } else { "clue" }.into(),
        area,
        lead_bureau: lead,
        oversight_bureau: oversight,
        project_name: f.project_name.clone(),
        project_key: f.project_key.clone(),
        respondent_name: f.respondent_name.clone(),
        respondent_key: f.respondent_key.clone(),
        grade: f.grade.clone(),
        flags: f.told_doc.flags.clone(),
        reported_total: f.reported_total,
        headcount: f.headcount,
        remainder_code: None,
        claimed: Fen::ZERO,
        verified: Fen::ZERO,
        paid: Fen::ZERO,
        waived: Fen::ZERO,
        outstanding: Fen::ZERO,
        transfers: 0,
        conclusion: None,
        second_officer: None,
        first_received_at: f.received_at,
        complaint_received_at: complaint.then_some(f.received_at),
        state: String::new(),
        open: true,
        concluded_at: None,
        created_at: tx.now,
        version: 1,
        form_version: 1,
        site_doc: Json(f.told_doc.site()),
    };
    cases::insert(tx.c, &row, &chain)?;
    tx.adopt_case(row);
    Ok((id, respondent))
}
