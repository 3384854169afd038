//! Listings: opened when an order expired, proposed, decided, ended, restored; their parties told and answered; removals asked for.
//!
//! Owns the loading and saving around `domain::listing`. Papers are [`crate::app::listings`]'. The conditions of a decision are guards of the
//! definition; here they are kept in the row, whose checks refuse a decision without them.

use super::money::{day, proof_of};
use super::{Args, at_form};
use crate::app::listings;
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::{EvidenceId, RowId};
use crate::base::{Day, Error, FieldError, Result, seal, text};
use crate::domain::listing as rules;
use crate::domain::matching::company_key;
use crate::domain::proof::Proves;
use crate::law::identity::{ResidentId, Uscc};
use crate::store::cases;
use crate::store::listings::{self as rows, Listing, Party, Removal};
use crate::store::orders::{self, Order};
use crate::store::types::Json;

fn of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Listing> {
    rows::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("listing"))
}
/// The listing a child of its procedure is about.
fn above(tx: &mut Tx<'_>, subject: &Subject) -> Result<Listing> {
    let parent = subject.row.parent_id.ok_or(Error::NotFound("listing"))?;
    rows::of_procedure(tx.c, parent)?.ok_or(Error::NotFound("listing"))
}
fn party(tx: &mut Tx<'_>, subject: &Subject) -> Result<Party> {
    rows::party(tx.c, subject.row.id)?.ok_or(Error::NotFound("party"))
}
fn whole(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// The order that expired is the parent: what of it stood unpaid is computed and kept.
pub(super) fn open(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let parent = subject.row.parent_id.ok_or(Error::NotFound("order"))?;
    let order: Order = orders::of_procedure(tx.c, parent)?.ok_or(Error::NotFound("order"))?;
    let case = tx.case(order.case_id)?;
    let respondent = order.respondent_id.ok_or(Error::NotFound("respondent"))?;
    let unit = cases::chain(tx.c, case.id)?.into_iter().find(|r| r.id == respondent).ok_or(Error::NotFound("respondent"))?;
    let expired_on = listings::last_day_to_pay(&tx.law, &order, tx.now).ok_or_else(|| Error::Internal("no rule order.pay".into()))?;
    let basis = listings::basis(tx.c, &tx.law, &order, expired_on, tx.now)?;
    let row = Listing {
        id: tx.ids.id(tx.now),
        case_id: case.id,
        procedure_id: subject.row.id,
        order_id: order.id,
        respondent_id: respondent,
        bureau: case.lead_bureau,
        area: case.area,
        unit_name: unit.name,
        uscc: unit.uscc,
        expired_on,
        unpaid: basis.unpaid,
        persons: whole(basis.persons),
        threshold: basis.threshold,
        basis: Json(basis),
        ground: None,
        withholding: None,
        proposed_by: None,
        proposed_at: None,
        told_on: None,
        window_over_on: None,
        decided_by: None,
        decided_on: None,
        until_on: None,
        remedy: "none".to_owned(),
        remedy_on: None,
        rev: 0,
        standing: "examining".to_owned(),
        published_on: None,
        ended_on: None,
        ended_why: None,
        removed_on: None,
        created_at: tx.now,
    };
    rows::insert(tx.c, &row)
}

/// Computed again: who is a migrant worker was found out, a claim was corrected. What was paid since the order expired changes nothing.
pub(super) fn compute(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let row = of(tx, subject)?;
    let order = orders::get(tx.c, row.order_id)?.ok_or(Error::NotFound("order"))?;
    let basis = listings::basis(tx.c, &tx.law, &order, row.expired_on, tx.now)?;
    let row = Listing { unpaid: basis.unpaid, persons: whole(basis.persons), threshold: basis.threshold, basis: Json(basis), ..row };
    rows::update(tx.c, &row)
}

pub(super) fn propose(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let by = tx.actor.account().ok_or(Error::Forbidden("propose"))?;
    let row = Listing {
        ground: Some(a.need_text("ground")?),
        withholding: Some(a.need_text("withholding")?),
        proposed_by: Some(by),
        proposed_at: Some(tx.now),
        ..row
    };
    rows::update(tx.c, &row)
}

/// The decision: by a second person, on the unit that was told and whose window is over; with it every person of whom the same is true.
pub(super) fn decide(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let row = of(tx, subject)?;
    let by = tx.actor.account().ok_or(Error::Forbidden("decide"))?;
    if row.proposed_by == Some(by) {
        return Err(Error::refused("same_person", &[]));
    }
    let parties = rows::parties(tx.c, row.id)?;
    let unit = parties.iter().find(|p| p.is_unit() && p.standing == "ready").ok_or_else(|| Error::refused("unit_not_told", &[]))?;
    let (told_on, window_over_on) = (unit.served_on, unit.window_over_on);
    let decided_on = tx.now.day();
    let until_on = rules::until(&tx.law, decided_on, tx.now).ok_or_else(|| Error::Internal("no rule listing.period".into()))?;
    for p in parties.into_iter().filter(|p| p.standing == "ready") {
        let code = Some(tx.ids.code("SX"));
        rows::update_party(tx.c, &Party { code, ..p })?;
    }
    let row = Listing {
        told_on,
        window_over_on,
        decided_by: Some(by),
        decided_on: Some(decided_on),
        until_on: Some(until_on),
        rev: row.rev + 1,
        standing: "listed".to_owned(),
        ..row
    };
    rows::update(tx.c, &row)
}

/// It ended without a decision.
pub(super) fn leave(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let row = of(tx, subject)?;
    rows::update(tx.c, &Listing { standing: "not_listed".to_owned(), ..row })
}

pub(super) fn publish(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let row = of(tx, subject)?;
    rows::update(tx.c, &Listing { published_on: Some(tx.now.day()), ..row })
}

/// Where review or suit against the listing stand; while it is stayed it is shown to nobody.
pub(super) fn remedy(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let remedy = a.need_text("remedy")?;
    let standing = if remedy == "stayed" { "suspended" } else { "listed" }.to_owned();
    // what receivers hold changes when a stay begins or ends alone
    let rev = if standing == row.standing { row.rev } else { row.rev + 1 };
    rows::update(tx.c, &Listing { remedy, remedy_on: Some(tx.now.day()), standing, rev, ..row })
}

/// It stands no more: the term is over, it was taken out early, or it was revoked. It is shown to nobody from here on.
pub(super) fn end(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let why = a.need_text("why")?;
    let remedy = if why == "revoked" { "revoked".to_owned() } else { row.remedy.clone() };
    let row =
        Listing { ended_on: Some(tx.now.day()), ended_why: Some(why), standing: "removing".to_owned(), remedy, rev: row.rev + 1, ..row };
    rows::update(tx.c, &row)
}

pub(super) fn finish(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let row = of(tx, subject)?;
    rows::update(tx.c, &Listing { removed_on: Some(tx.now.day()), standing: "removed".to_owned(), ..row })
}

/// False material (Art 15): it stands again, and its term begins anew.
pub(super) fn restore(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let row = of(tx, subject)?;
    let until_on = rules::until(&tx.law, tx.now.day(), tx.now).ok_or_else(|| Error::Internal("no rule listing.period".into()))?;
    let row = Listing {
        until_on: Some(until_on),
        rev: row.rev + 1,
        standing: "listed".to_owned(),
        published_on: None,
        ended_on: None,
        ended_why: None,
        removed_on: None,
        ..row
    };
    rows::restore_display(tx.c, row.id)?;
    rows::update(tx.c, &row)
}

pub(super) fn stop_display(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    rows::stop_display(tx.c, row.id, day(a, "on")?, tx.now)
}

/// A text of a correction; nothing where it was left empty or says what stands there already.
fn changed(a: &Args<'_>, field: &str, old: Option<&str>) -> Option<String> {
    let new = text::tidy(&a.text(field)?);
    (!new.is_empty() && Some(new.as_str()) != old).then_some(new)
}
fn nothing_changed(field: &str) -> Error {
    Error::field(&format!("/form/{field}"), "nothing_changed", &[])
}

/// The unit's name or code was written down wrong. What was decided is not touched; receivers hear of it as a new state.
pub(super) fn correct(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let name = changed(a, "unit_name", Some(&row.unit_name));
    let code = match changed(a, "uscc", None) {
        Some(c) => Some(Uscc::parse(&c).map_err(|e| Error::field("/form/uscc", e, &[]))?.as_str().to_owned())
            .filter(|c| Some(c) != row.uscc.as_ref()),
        None => None,
    };
    if name.is_none() && code.is_none() {
        return Err(nothing_changed("unitName"));
    }
    let unit = rows::parties(tx.c, row.id)?.into_iter().find(|p| p.is_unit() && p.code.is_some()).ok_or(Error::NotFound("party"))?;
    let unit_name = name.unwrap_or_else(|| row.unit_name.clone());
    let uscc = code.or_else(|| row.uscc.clone());
    let name_ct = seal::seal(&tx.keys, seal::Place::new("listing_parties", "name_ct", unit.id), &unit_name, &mut tx.ids)?;
    rows::update_party(
        tx.c,
        &Party { name_ct, name_mask: unit_name.clone(), uscc: uscc.clone(), unit_key: Some(company_key(&unit_name)), ..unit },
    )?;
    rows::update(tx.c, &Listing { unit_name, uscc, rev: row.rev + 1, ..row })
}

/// A person's name, number, post or the day it began was written down wrong.
pub(super) fn correct_party(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let entry = text::tidy(&a.need_text("entry")?).to_uppercase();
    let all = rows::parties(tx.c, row.id)?;
    let person = all.iter().find(|p| !p.is_unit() && p.code.as_deref() == Some(entry.as_str()));
    let person = person.cloned().ok_or_else(|| Error::field("/form/entry", "unknown_entry", &[]))?;
    let old = tx.open_sealed("listing_parties", "name_ct", person.id, &person.name_ct)?;
    let mut new = person.clone();
    if let Some(name) = changed(a, "name", Some(&old)) {
        new.name_ct = seal::seal(&tx.keys, seal::Place::new("listing_parties", "name_ct", person.id), &name, &mut tx.ids)?;
        new.name_mask = text::mask_name(&name);
    }
    if let Some(number) = changed(a, "id_number", None) {
        let number = ResidentId::parse(&number).map_err(|c| Error::field("/form/idNumber", c, &[]))?;
        let bix = seal::blind(&tx.keys, "id", number.as_str())?;
        if all.iter().any(|p| p.id != person.id && p.code.is_some() && p.person_bix.as_ref() == Some(&bix)) {
            return Err(Error::field("/form/idNumber", "party_twice", &[]));
        }
        if new.person_bix.as_ref() != Some(&bix) {
            new.person_ct =
                Some(seal::seal(&tx.keys, seal::Place::new("listing_parties", "person_ct", person.id), number.as_str(), &mut tx.ids)?);
            new.person_bix = Some(bix);
        }
    }
    if let Some(post) = changed(a, "post", person.post.as_deref()) {
        new.post = Some(post);
    }
    if let Ok(from) = day(a, "post_from") {
        new.post_from = Some(from);
    }
    if new == person {
        return Err(nothing_changed("name"));
    }
    rows::update_party(tx.c, &new)?;
    rows::update(tx.c, &Listing { rev: row.rev + 1, ..row })
}

/// A party to be told: the unit, whose name the chain has, or a person with number, post and since when.
pub(super) fn add_party(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let listing = above(tx, subject)?;
    let kind = a.need_text("kind")?;
    let id: RowId = tx.ids.id(tx.now);
    let bare = |name_ct, name_mask| Party {
        id,
        listing_id: listing.id,
        procedure_id: subject.row.id,
        kind: kind.clone(),
        name_ct,
        name_mask,
        person_ct: None,
        person_bix: None,
        post: None,
        post_from: None,
        post_to: None,
        uscc: None,
        notice_id: None,
        served_on: None,
        served_way: None,
        window_over_on: None,
        objected_on: None,
        answer: None,
        answered_on: None,
        standing: "drafted".to_owned(),
        code: None,
        decision_id: None,
        decision_posted_on: None,
        decision_served_on: None,
        decision_served_way: None,
        created_at: tx.now,
        unit_key: None,
    };
    if kind == "unit" {
        let name_ct = seal::seal(&tx.keys, seal::Place::new("listing_parties", "name_ct", id), &listing.unit_name, &mut tx.ids)?;
        let row = Party {
            uscc: listing.uscc.clone(),
            unit_key: Some(company_key(&listing.unit_name)),
            ..bare(name_ct, listing.unit_name.clone())
        };
        return rows::insert_party(tx.c, &row);
    }
    let need = |field: &str| {
        a.text(field).filter(|t| !t.trim().is_empty()).ok_or_else(|| Error::field(&format!("/form/{field}"), "required", &[]))
    };
    let (name, number, post) = (text::tidy(&need("name")?), need("id_number")?, text::tidy(&need("post")?));
    let number = ResidentId::parse(&number).map_err(|c| Error::field("/form/idNumber", c, &[]))?;
    let bix = seal::blind(&tx.keys, "id", number.as_str())?;
    let all = rows::parties(tx.c, listing.id)?;
    if all.iter().any(|p| p.person_bix.as_ref() == Some(&bix) && !matches!(p.standing.as_str(), "dropped" | "excluded")) {
        return Err(Error::field("/form/idNumber", "party_twice", &[]));
    }
    let name_ct = seal::seal(&tx.keys, seal::Place::new("listing_parties", "name_ct", id), &name, &mut tx.ids)?;
    let person_ct = seal::seal(&tx.keys, seal::Place::new("listing_parties", "person_ct", id), number.as_str(), &mut tx.ids)?;
    let row = Party {
        person_ct: Some(person_ct),
        person_bix: Some(bix),
        post: Some(post),
        post_from: Some(day(a, "post_from")?),
        ..bare(name_ct, text::mask_name(&name))
    };
    rows::insert_party(tx.c, &row)
}

/// The notice reached a party: it may object from here on.
pub(super) fn serve(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = party(tx, subject)?;
    let on = day(a, "on")?;
    rows::update_party(tx.c, &Party { served_on: Some(on), served_way: Some(a.need_text("way")?), standing: "told".to_owned(), ..row })
}

pub(super) fn object(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = party(tx, subject)?;
    rows::update_party(tx.c, &Party { objected_on: Some(day(a, "on")?), ..row })
}

/// The window is over without an objection, or the objection was answered.
pub(super) fn answer(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = party(tx, subject)?;
    let answer = a.need_text("answer")?;
    let standing = if answer == "upheld" { "excluded" } else { "ready" }.to_owned();
    let today = tx.now.day();
    let row = Party { answer: Some(answer), answered_on: Some(today), window_over_on: Some(today), standing, ..row };
    rows::update_party(tx.c, &row)
}

pub(super) fn drop_party(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let row = party(tx, subject)?;
    rows::update_party(tx.c, &Party { standing: "dropped".to_owned(), ..row })
}

pub(super) fn post_decision(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = party(tx, subject)?;
    rows::update_party(tx.c, &Party { decision_posted_on: Some(day(a, "on")?), ..row })
}

pub(super) fn serve_decision(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = party(tx, subject)?;
    let on = day(a, "on")?;
    let decided: Option<Day> = rows::get(tx.c, row.listing_id)?.and_then(|l| l.decided_on);
    if decided.is_some_and(|d| on < d) {
        return Err(at_form(FieldError::coded(
            "servedOn",
            "served_before_issue",
            &[("issued", &decided.map_or_else(String::new, |d| d.to_string()))],
        )));
    }
    rows::update_party(tx.c, &Party { decision_served_on: Some(on), decision_served_way: Some(a.need_text("way")?), ..row })
}

fn removal(tx: &mut Tx<'_>, subject: &Subject) -> Result<Removal> {
    rows::removal(tx.c, subject.row.id)?.ok_or(Error::NotFound("removal"))
}

/// The unit asks to be taken out: application, proof of the correction and promise are on the file.
pub(super) fn open_removal(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let listing = above(tx, subject)?;
    let (application_id, correction_id, promise_id): (EvidenceId, EvidenceId, EvidenceId) =
        (a.need_id("application")?, a.need_id("correction")?, a.need_id("promise")?);
    proof_of(tx, listing.case_id, correction_id, "correction", Proves::Payment)?;
    let id: RowId = tx.ids.id(tx.now);
    let row = Removal {
        id,
        listing_id: listing.id,
        procedure_id: subject.row.id,
        applied_on: day(a, "applied_on")?,
        applicant_ct: tx.seal("removals", "applicant_ct", id, &a.need_text("applicant")?)?,
        application_id,
        correction_id,
        promise_id,
        corrected_on: None,
        outcome: None,
        decided_on: None,
        decided_by: None,
        document_id: None,
        created_at: tx.now,
    };
    rows::insert_removal(tx.c, &row)
}

pub(super) fn verify_removal(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = removal(tx, subject)?;
    rows::update_removal(tx.c, &Removal { corrected_on: Some(day(a, "on")?), ..row })
}

pub(super) fn settle_removal(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = removal(tx, subject)?;
    let row = Removal { outcome: Some(a.need_text("outcome")?), decided_on: Some(tx.now.day()), decided_by: tx.actor.account(), ..row };
    rows::update_removal(tx.c, &row)
}
