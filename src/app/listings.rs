//! Listings beside their rows: what of an order stood unpaid when it expired, and the papers to the parties.
//!
//! Owns the way from the rows to `domain::listing`, for facts, pages and effects alike, and to `paper::forms::letter`. Numbers and keeping of
//! papers are [`super::documents`]'. No worker is named in what a party gets, whatever the officer wrote.

use super::documents::{Where, keep_at};
use super::effects::Made;
use super::orders::{said, unpaid};
use super::remedies;
use super::subject::Subject;
use super::write::Tx;
use crate::base::{At, Day, Error, Result, text};
use crate::domain::listing::{self as rules, Basis, Migrant, Unpaid};
use crate::flow::{Step, Value};
use crate::law::Law;
use crate::law::identity::{ResidentId, Uscc};
use crate::paper::forms::Head;
use crate::paper::forms::letter::{Letter, LetterKind, letter};
use crate::store::listings::{self as rows, Listing, Party};
use crate::store::orders::Order;
use crate::store::{Conn, orders, papers};

/// The papers of a listing and of a removal, by their codes.
pub(super) const KINDS: [&str; 10] = [
    "listing_notice",
    "listing_objection",
    "listing_exit",
    "listing_decision",
    "listing_repair",
    "listing_correction",
    "listing_revoked",
    "listing_restored",
    "removal_granted",
    "removal_refused",
];
/// The rule of the term to pay: a rest day rolls.
const PAY: &str = "order.pay";
/// What the officer writes that goes into a paper.
const WORDS: [&str; 2] = ["facts", "reason"];

/// The last day to pay of an order: the clock of the decision begins there.
pub(super) fn last_day_to_pay(law: &Law, order: &Order, now: At) -> Option<Day> {
    law.last_day(PAY, order.pay_by, now)
}

/// What of an order stood unpaid on its last day, and whether that reaches the amount standard.
///
/// # Errors
/// The database.
pub(super) fn basis(c: &mut Conn, law: &Law, order: &Order, on: Day, now: At) -> Result<Basis> {
    let all: Vec<Unpaid> =
        unpaid(c, order, on)?.into_iter().map(|(debt, migrant)| Unpaid { debt, migrant: Migrant::of(&migrant) }).collect();
    Ok(rules::compute(&all, &law.rules, now.day()))
}

/// Refuses what cannot be made before anybody signs it: words that tell who complained.
///
/// # Errors
/// Field errors.
pub(super) fn before_signing(tx: &mut Tx<'_>, subject: &Subject, step: &Step) -> Result<()> {
    if !["listing", "listing_party", "removal"].contains(&subject.row.kind.as_str()) {
        return Ok(());
    }
    let case = subject.case_id()?;
    if ["correct", "correct_person"].contains(&step.name.as_str()) {
        correctable(tx, subject, step)?;
    }
    said(tx, case, step, &WORDS).map(|_| ())
}

/// What a correction says is checked when it is asked for: nobody signs what cannot be done.
fn correctable(tx: &mut Tx<'_>, subject: &Subject, step: &Step) -> Result<()> {
    let given = |k: &str| step.sealed.get(k).map(|t| t.trim()).filter(|t| !t.is_empty());
    let listing = rows::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("listing"))?;
    if step.name == "correct" {
        if let Some(code) = given("uscc") {
            Uscc::parse(code).map_err(|e| Error::field("/form/uscc", e, &[]))?;
        }
        let same_name = given("unit_name").is_none_or(|n| text::tidy(n) == listing.unit_name);
        let same_code = given("uscc").is_none_or(|c| Uscc::parse(c).is_ok_and(|c| Some(c.as_str()) == listing.uscc.as_deref()));
        return if same_name && same_code { Err(Error::field("/form/unitName", "nothing_changed", &[])) } else { Ok(()) };
    }
    if let Some(number) = given("id_number") {
        ResidentId::parse(number).map_err(|e| Error::field("/form/idNumber", e, &[]))?;
    }
    let entry = entry_of(step).unwrap_or_default();
    let known = rows::parties(tx.c, listing.id)?.iter().any(|p| !p.is_unit() && p.code.as_deref() == Some(entry.as_str()));
    if known { Ok(()) } else { Err(Error::field("/form/entry", "unknown_entry", &[])) }
}

/// The public code of the entry a correction is about.
fn entry_of(step: &Step) -> Option<String> {
    match step.plain.get("entry") {
        Some(Value::Text(code)) => Some(text::tidy(code).to_uppercase()),
        _ => None,
    }
}

/// The order a listing stands on, as papers name it: number, day to pay by, sum and persons.
fn order_part(tx: &mut Tx<'_>, l: &Listing) -> Result<String> {
    let order = orders::get(tx.c, l.order_id)?.ok_or(Error::NotFound("order"))?;
    let number = match order.document_id {
        Some(id) => papers::document(tx.c, id)?.map(|d| d.number).unwrap_or_default(),
        None => String::new(),
    };
    let (expired, unpaid, persons) = (l.expired_on.document_text(), l.unpaid.to_string(), l.persons.to_string());
    let args = [("number", number.as_str()), ("expired", &expired), ("unpaid", &unpaid), ("persons", &persons)];
    Ok(text::zh_with("letter.listing.order", &args))
}

/// Who the paper is about: the unit with its code, or the person with post and the end of the number.
fn party_part(tx: &mut Tx<'_>, l: &Listing, p: &Party) -> Result<(String, String)> {
    let name = tx.open_sealed("listing_parties", "name_ct", p.id, &p.name_ct)?;
    let kind = format!("listing.party.{}", p.kind);
    let kind = text::zh(&kind);
    let words = if p.is_unit() {
        let code = p.uscc.clone().unwrap_or_default();
        text::zh_with(
            if code.is_empty() { "letter.listing.unit_without_code" } else { "letter.listing.unit" },
            &[("name", &name), ("code", &code)],
        )
    } else {
        let post = p.post.clone().unwrap_or_default();
        let since = p.post_from.map(Day::document_text).unwrap_or_default();
        text::zh_with(
            "letter.listing.person",
            &[("name", &name), ("kind", kind), ("unit", &l.unit_name), ("post", &post), ("since", &since)],
        )
    };
    Ok((name, words))
}

/// The words of a number of the law in force today.
fn days(tx: &Tx<'_>, rule: &str) -> Result<String> {
    let r = tx.law.rules.term(rule, tx.now.day()).ok_or_else(|| Error::Internal(format!("no rule {rule}")))?;
    Ok(r.span_text())
}

/// Issues the paper of the procedure a move was made in, and keeps it with its party or application.
///
/// # Errors
/// There is no such paper, or the row it is about is not there; words that tell who complained; the database.
pub(super) fn issue(tx: &mut Tx<'_>, subject: &Subject, step: &Step, kind: &str) -> Result<Made> {
    let sort = LetterKind::named(kind).ok_or_else(|| Error::Internal(format!("there is no paper {kind}")))?;
    let party = rows::party(tx.c, subject.row.id)?;
    let removal = rows::removal(tx.c, subject.row.id)?;
    let listing = match (&party, &removal) {
        (Some(p), _) => rows::get(tx.c, p.listing_id)?,
        (_, Some(r)) => rows::get(tx.c, r.listing_id)?,
        _ => rows::of_procedure(tx.c, subject.row.id)?,
    };
    let listing = listing.ok_or(Error::NotFound("listing"))?;
    // a correction of a person goes to the person, everything else to the unit
    let entry = entry_of(step);
    let meant = |p: &Party| entry.as_deref().map_or_else(|| p.is_unit(), |code| p.code.as_deref() == Some(code));
    let about = match &party {
        Some(p) => p.clone(),
        None => rows::parties(tx.c, listing.id)?.into_iter().find(meant).ok_or(Error::NotFound("party"))?,
    };
    let words = said(tx, listing.case_id, step, &WORDS)?;
    let wrote = |k: &str| words.get(k).cloned().unwrap_or_default();
    let (receiver, who) = party_part(tx, &listing, &about)?;
    let order = order_part(tx, &listing)?;
    let ground = listing.ground.as_deref().unwrap_or("amount");
    let withholding = format!("listing.withholding.{}", listing.withholding.as_deref().unwrap_or("arrears"));
    let withholding = text::zh(&withholding);
    let part = |key: &str, words: String| (text::zh(&format!("letter.part.listing.{key}")).to_owned(), words);
    let basis_words = text::zh_with(&format!("letter.listing.ground.{ground}"), &[("withholding", withholding)]);
    let (objection, verify, six, period) =
        (days(tx, "listing.objection")?, days(tx, "listing.verify")?, days(tx, "listing.early_removal.gate")?, days(tx, "listing.period")?);
    let parts = match sort {
        LetterKind::ListingNotice => vec![
            part("party", who),
            part("order", order),
            part("facts", wrote("facts")),
            part("ground", basis_words),
            part("rights", text::zh_with("letter.listing.rights", &[("objection", &objection), ("verify", &verify)])),
            part("exit", text::zh("letter.listing.exit").to_owned()),
            part("measures", text::zh("letter.listing.measures").to_owned()),
        ],
        LetterKind::ListingObjection => {
            let answer = about.answer.clone().unwrap_or_default();
            vec![
                part("party", who),
                part("answer", text::zh(&format!("letter.listing.answer.{answer}")).to_owned()),
                part("reason", wrote("reason")),
            ]
        }
        LetterKind::ListingExit => vec![part("party", who), part("order", order), part("reason", wrote("reason"))],
        LetterKind::ListingCorrection => {
            vec![part("corrected", who), part("reason", wrote("reason")), part("stands", text::zh("letter.listing.stands").to_owned())]
        }
        LetterKind::ListingRevoked => vec![
            part("party", who),
            part("reason", wrote("reason")),
            part(
                "decision",
                text::zh_with("letter.listing.revoked", &[("on", &listing.ended_on.map(Day::document_text).unwrap_or_default())]),
            ),
        ],
        LetterKind::ListingRestored => {
            let (from, until) = (tx.now.day().document_text(), listing.until_on.map(Day::document_text).unwrap_or_default());
            vec![
                part("party", who),
                part("facts", wrote("facts")),
                part("decision", text::zh_with("letter.listing.decision", &[("period", &period), ("from", &from), ("until", &until)])),
                part("measures", text::zh("letter.listing.measures").to_owned()),
                part("early", text::zh_with("letter.listing.early", &[("six", &six)])),
                part("remedies", remedies::sentences().concat()),
            ]
        }
        LetterKind::ListingDecision => {
            let (from, until) = (
                listing.decided_on.map(Day::document_text).unwrap_or_default(),
                listing.until_on.map(Day::document_text).unwrap_or_default(),
            );
            vec![
                part("party", who),
                part("order", order),
                part("facts", wrote("facts")),
                part("ground", basis_words),
                part("decision", text::zh_with("letter.listing.decision", &[("period", &period), ("from", &from), ("until", &until)])),
                part("measures", text::zh("letter.listing.measures").to_owned()),
                part("early", text::zh_with("letter.listing.early", &[("six", &six)])),
                part("remedies", remedies::sentences().concat()),
            ]
        }
        LetterKind::ListingRepair => vec![
            part("party", who),
            part("early", text::zh_with("letter.listing.early", &[("six", &six)])),
            part("how", text::zh_with("letter.listing.how", &[("days", &days(tx, "listing.early_removal.decide")?)])),
            // a rule of 2026: of a decision before it there is nothing to say
            part(
                "display",
                days(tx, "listing.minimum_display")
                    .map_or_else(|_| String::new(), |d| text::zh_with("letter.listing.display", &[("least", &d)])),
            ),
        ],
        LetterKind::RemovalGranted | LetterKind::RemovalRefused => {
            let r = removal.as_ref().ok_or(Error::NotFound("removal"))?;
            let (applied, corrected) = (r.applied_on.document_text(), r.corrected_on.map(Day::document_text).unwrap_or_default());
            let granted = sort == LetterKind::RemovalGranted;
            let key = if granted { "letter.listing.granted" } else { "letter.listing.refused" };
            let mut parts =
                vec![part("party", who), part("application", text::zh_with("letter.listing.application", &[("applied", &applied)]))];
            parts.push(part("decision", text::zh_with(key, &[("corrected", &corrected)])));
            if let Some(Value::Text(code)) = step.plain.get("ground") {
                let article = tx.app.code_article("removal_refusal", code).unwrap_or_default();
                parts.push(part("unmet", format!("{}（{article}）", tx.app.code_title("removal_refusal", code))));
            }
            parts.push(part("reason", wrote("reason")));
            if !granted {
                parts.push(part("remedies", remedies::sentences().concat()));
            }
            parts
        }
        _ => return Err(Error::Internal(format!("{kind} is no paper of a listing"))),
    };
    let opening = text::zh_with(&format!("letter.opening.{kind}"), &[("unit", &listing.unit_name)]);
    let place = Where { bureau: listing.bureau.clone(), code: String::new(), case: Some(listing.case_id), filing: None };
    let basis = step.basis.clone();
    let made = keep_at(tx, &place, kind, |head: &Head| {
        letter(&Letter {
            head: head.clone(),
            kind: sort,
            receiver: receiver.clone(),
            opening: opening.clone(),
            parts: parts.clone(),
            meeting: None,
            basis: basis.clone(),
            reply_by: None,
            attachments: 0,
        })
    })?;
    let Made::Document { id, .. } = &made else { return Ok(made) };
    match (sort, party, removal) {
        (LetterKind::ListingNotice, Some(p), _) => rows::update_party(tx.c, &Party { notice_id: Some(*id), ..p })?,
        (LetterKind::ListingDecision, Some(p), _) => rows::update_party(tx.c, &Party { decision_id: Some(*id), ..p })?,
        // what binds is served anew
        (LetterKind::ListingRevoked | LetterKind::ListingRestored, Some(p), _) => {
            let fresh =
                Party { decision_id: Some(*id), decision_posted_on: None, decision_served_on: None, decision_served_way: None, ..p };
            rows::update_party(tx.c, &fresh)?;
        }
        (_, _, Some(r)) => rows::update_removal(tx.c, &rows::Removal { document_id: Some(*id), ..r })?,
        _ => {}
    }
    Ok(made)
}
