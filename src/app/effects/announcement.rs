//! Announcements 社会公布: opened on a decision that was served, drafted, checked by another, approved, published, taken out of sight.
//!
//! Owns their rows alone; who may do what and by when stands in the definition. What must hold before anything stands in public is asked here
//! once more, whatever the definition says.

use super::Args;
use super::money::{day, party, proof_of};
use crate::app::announcements as rules_of;
use crate::app::subject::Subject;
use crate::app::write::Tx;
use crate::base::id::{EvidenceId, RespondentId};
use crate::base::{Error, Result, text};
use crate::domain::announcement::{self, Content, Quarter};
use crate::domain::intake::PartyRole;
use crate::domain::proof::Proves;
use crate::flow::{Step, Value};
use crate::store::announcements::{self, Announcement, Medium, Text};

/// The code list's words for decisions beside the case's own order.
const KEYED_IN: [&str; 2] = ["decision", "penalty"];

fn of(tx: &mut Tx<'_>, subject: &Subject) -> Result<Announcement> {
    announcements::of_procedure(tx.c, subject.row.id)?.ok_or(Error::NotFound("announcement"))
}

/// The newest text.
fn draft_of(tx: &mut Tx<'_>, row: &Announcement) -> Result<Text> {
    announcements::text(tx.c, row.id, row.draft_no)?.ok_or_else(|| Error::refused("announcement_no_text", &[]))
}

fn day_of(a: &Args<'_>, name: &str) -> Option<crate::base::Day> {
    match a.0.args.get(name) {
        Some(Value::Day(d)) => Some(*d),
        _ => None,
    }
}

/// A candidate: the order this was started from, or a decision keyed in with its proof.
pub(super) fn open(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let case = tx.case(subject.case_id()?)?;
    let respondent: RespondentId = a.need_id("respondent")?;
    let unit = party(tx, case.id, respondent, "respondent")?;
    if PartyRole::of(&unit.role) == Some(PartyRole::TeamLeader) {
        return Err(Error::field("/form/respondent", "announcement_not_a_unit", &[]));
    }
    let decision = a.need_text("decision")?;
    let order = rules_of::order_of_parent(tx.c, &subject.row)?;
    let (number, decided_on, served_on) = (a.text("number").map(|n| text::tidy(&n)), day_of(a, "decided_on"), day_of(a, "served_on"));
    let proof_id = a.id("proof").map(EvidenceId::from);
    match &order {
        Some(o) if decision == announcement::ORDER && o.respondent_id == Some(respondent) => {}
        Some(_) => return Err(Error::field("/form/respondent", "announcement_other_party", &[])),
        None if KEYED_IN.contains(&decision.as_str()) => {
            let missing = |field: &str| Error::field(&format!("/form/{field}"), "required", &[]);
            let today = tx.now.day();
            let (decided, served) = (decided_on.ok_or_else(|| missing("decidedOn"))?, served_on.ok_or_else(|| missing("servedOn"))?);
            number.as_ref().filter(|n| !n.is_empty()).ok_or_else(|| missing("number"))?;
            if decided > today {
                return Err(Error::field("/form/decidedOn", "in_future", &[]));
            }
            if served > today || served < decided {
                return Err(Error::field("/form/servedOn", "announcement_served_day", &[]));
            }
            proof_of(tx, case.id, proof_id.ok_or_else(|| missing("proof"))?, "proof", Proves::Service)?;
        }
        None => return Err(Error::field("/form/decision", "announcement_no_order", &[])),
    }
    let keyed = order.is_none();
    let row = Announcement {
        id: tx.ids.id(tx.now),
        case_id: case.id,
        procedure_id: subject.row.id,
        code: tx.ids.code("GB"),
        bureau: case.lead_bureau.clone(),
        area: case.area.clone(),
        respondent_id: respondent,
        order_paper_at: order.as_ref().map(|o| o.paper_at.unwrap_or(o.created_at)),
        order_id: order.map(|o| o.id),
        decision,
        decision_number: number.filter(|_| keyed),
        decided_on: decided_on.filter(|_| keyed),
        served_on: served_on.filter(|_| keyed),
        proof_id: proof_id.filter(|_| keyed),
        category: None,
        name: unit.name,
        unit_code: unit.uscc,
        way: None,
        draft_no: 0,
        shown_no: None,
        year: None,
        quarter: None,
        batch_id: None,
        published_at: None,
        corrected_at: None,
        ends_on: None,
        suspended_at: None,
        withdrawing: false,
        withdrawn_at: None,
        ended_at: None,
        dropped_at: None,
        opened_at: tx.now,
    };
    announcements::insert(tx.c, &row)
}

/// A text: nothing of a worker stands in it, whoever signs it later.
pub(super) fn draft(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let drafted_by = tx.actor.account().ok_or(Error::Unauthenticated)?;
    let typed = |name: &str| a.text(name).map(|s| text::tidy_long(&s)).filter(|s| !s.is_empty());
    let code = typed("code").or_else(|| row.unit_code.clone()).ok_or_else(|| Error::field("/form/code", "required", &[]))?;
    let content = Content {
        category: a.need_text("category")?,
        name: typed("name").unwrap_or_else(|| row.name.clone()),
        code: announcement::unit_code(&code).map_err(|e| Error::field("/form/code", e, &[]))?,
        address: typed("address").ok_or_else(|| a.missing("address"))?,
        head: typed("head").ok_or_else(|| a.missing("head"))?,
        facts: typed("facts").ok_or_else(|| a.missing("facts"))?,
        result: typed("result").ok_or_else(|| a.missing("result"))?,
    };
    if let Some((field, code)) = rules_of::reveals(tx, row.case_id, &content)? {
        return Err(Error::field(&format!("/form/{field}"), code, &[]));
    }
    let (no, id) = (row.draft_no + 1, tx.ids.id(tx.now));
    let json = serde_json::to_string(&content).map_err(|e| Error::Internal(format!("announcement: {e}")))?;
    let written = Text {
        id,
        announcement_id: row.id,
        no,
        category: content.category.clone(),
        name: content.name.clone(),
        unit_code: content.code.clone(),
        content_ct: tx.seal("announcement_texts", "content_ct", id, &json)?,
        hash: content.hash(),
        drafted_by,
        drafted_at: tx.now,
        checked_by: None,
        checked_at: None,
        approved_at: None,
        published_at: None,
        document_id: None,
    };
    announcements::insert_text(tx.c, &written)?;
    let order = rules_of::order_of(tx.c, &row)?;
    let first = row.shown_no.is_none();
    let row = Announcement { draft_no: no, order_paper_at: order.map(|o| o.paper_at.unwrap_or(o.created_at)), ..row };
    // what is shown stays what it is until the correction is published
    let row = if first {
        let (category, unit_code, way) = (Some(content.category), Some(content.code), Some(a.need_text("way")?));
        Announcement { category, name: content.name, unit_code, way, ..row }
    } else {
        row
    };
    announcements::update(tx.c, &row)
}

/// Nothing in a text tells of a person by what is known now: names may have come into the case since it was drafted.
fn harmless(tx: &mut Tx<'_>, row: &Announcement, draft: &Text) -> Result<()> {
    let content = rules_of::open_text(tx, draft)?;
    match rules_of::reveals(tx, row.case_id, &content)? {
        None => Ok(()),
        Some((field, code)) => {
            let (field, why) = (format!("announcement.part.{field}"), format!("field.{code}"));
            Err(Error::refused("announcement_reveals", &[("field", text::zh(&field)), ("why", text::zh(&why))]))
        }
    }
}

/// A second person found nothing in it.
pub(super) fn check(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let row = of(tx, subject)?;
    let draft = draft_of(tx, &row)?;
    let me = tx.actor.account().ok_or(Error::Unauthenticated)?;
    if me == draft.drafted_by {
        return Err(Error::refused("announcement_own_text", &[]));
    }
    harmless(tx, &row, &draft)?;
    announcements::update_text(tx.c, &Text { checked_by: Some(me), checked_at: Some(tx.now), ..draft })
}

/// The head signed: it belongs to this quarter, whose batch waits for it from now on.
pub(super) fn approve(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let row = of(tx, subject)?;
    let draft = draft_of(tx, &row)?;
    if draft.checked_by.is_none() {
        return Err(Error::refused("announcement_not_checked", &[]));
    }
    harmless(tx, &row, &draft)?;
    if rules_of::decision(tx.c, &row)?.changed {
        return Err(Error::refused("announcement_outdated", &[]));
    }
    announcements::update_text(tx.c, &Text { approved_at: Some(tx.now), ..draft })?;
    if row.shown_no.is_some() {
        return Ok(());
    }
    let q = Quarter::of(tx.now.day());
    let with_batch = row.way.as_deref() == Some(announcement::WITH_BATCH);
    // the bureau that leads the case now announces it
    let bureau = tx.case(row.case_id)?.lead_bureau;
    let row = Announcement { year: Some(q.year), quarter: Some(q.no), bureau, ..row };
    announcements::update(tx.c, &row)?;
    if with_batch { rules_of::batches::open(tx, &row.bureau, q).map(drop) } else { Ok(()) }
}

/// It stands in public: the checked and approved text, of a decision that stands.
pub(super) fn publish(tx: &mut Tx<'_>, subject: &Subject) -> Result<()> {
    let row = of(tx, subject)?;
    let draft = draft_of(tx, &row)?;
    if draft.checked_by.is_none_or(|by| by == draft.drafted_by) || draft.approved_at.is_none() {
        return Err(Error::refused("announcement_not_checked", &[]));
    }
    let stands = rules_of::decision(tx.c, &row)?;
    if !stands.decided || stands.remedy == "stayed" {
        return Err(Error::refused("announcement_no_decision", &[]));
    }
    if stands.changed {
        return Err(Error::refused("announcement_outdated", &[]));
    }
    harmless(tx, &row, &draft)?;
    let today = tx.now.day();
    let ends_on = match row.ends_on {
        Some(day) => day,
        None => {
            let end = tx.law.last_day(announcement::DISPLAY, today, tx.now);
            end.ok_or_else(|| Error::Internal(format!("no rule {}", announcement::DISPLAY)))?
        }
    };
    let corrected_at = row.published_at.map(|_| tx.now);
    let row = Announcement {
        area: tx.case(row.case_id)?.area,
        category: Some(draft.category.clone()),
        name: draft.name.clone(),
        unit_code: Some(draft.unit_code.clone()),
        shown_no: Some(draft.no),
        published_at: row.published_at.or(Some(tx.now)),
        corrected_at,
        ends_on: Some(ends_on),
        suspended_at: None,
        ..row
    };
    announcements::update(tx.c, &row)?;
    announcements::update_text(tx.c, &Text { published_at: Some(tx.now), ..draft })
}

/// It stood in a newspaper, or was told on television.
pub(super) fn media(tx: &mut Tx<'_>, subject: &Subject, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let proof_id: EvidenceId = a.need_id("proof")?;
    proof_of(tx, row.case_id, proof_id, "proof", Proves::Service)?;
    let on_day = day(a, "on")?;
    if row.published_at.is_none_or(|at| on_day < at.day()) {
        return Err(Error::field("/form/on", "announcement_media_day", &[]));
    }
    let medium = Medium {
        id: tx.ids.id(tx.now),
        announcement_id: row.id,
        medium: a.need_text("medium")?,
        name: text::tidy(&a.need_text("name")?),
        on_day,
        proof_id,
        recorded_by: tx.actor.account(),
        recorded_at: tx.now,
    };
    announcements::insert_medium(tx.c, &medium)
}

/// It is not shown any more: for a while, or for good.
pub(super) fn settle(tx: &mut Tx<'_>, subject: &Subject, step: &Step, a: &Args<'_>) -> Result<()> {
    let row = of(tx, subject)?;
    let now = Some(tx.now);
    let row = match a.need_text("outcome")?.as_str() {
        "suspended" => {
            // once it is not shown it is not shown from then on
            Announcement { suspended_at: row.suspended_at.or(now), withdrawing: step.after.state == "withdrawing", ..row }
        }
        "withdrawn" if row.published_at.is_some() => Announcement { withdrawn_at: now, suspended_at: row.suspended_at.or(now), ..row },
        "ended" if row.published_at.is_some() => Announcement { ended_at: now, ..row },
        _ => Announcement { dropped_at: now, ..row },
    };
    announcements::update(tx.c, &row)
}
