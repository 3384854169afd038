//! Facts of listings, of their parties and of applications for removal.

use super::others::grave_incident;
use super::{About, put, text};
use crate::app::listings::last_day_to_pay;
use crate::app::orders::unpaid;
use crate::base::id::RespondentId;
use crate::base::{Day, Error, Result};
use crate::domain::intake::PartyRole;
use crate::domain::liability::Ground;
use crate::domain::listing as rules;
use crate::domain::matching::company_key;
use crate::flow::{Facts, Value};
use crate::law::Fen;
use crate::store::listings::{self as rows, Listing};
use crate::store::orders::{self, Order};
use crate::store::{Conn, cases, procedures};

/// What is recorded of a crime once the police have it: early removal is barred (令45 Art 13).
const WITH_THE_POLICE: [&str; 2] = ["sent", "accepted"];

/// The order a listing is about: its own, or its parent's while it has no row yet.
fn order_of(c: &mut Conn, a: &About<'_>, row: Option<&Listing>) -> Result<Option<Order>> {
    match (row, a.row.parent_id) {
        (Some(l), _) => orders::get(c, l.order_id),
        (None, Some(parent)) => orders::of_procedure(c, parent),
        (None, None) => Ok(None),
    }
}

/// Wages of migrant workers the ordered party has still not paid itself on this day.
fn still_unpaid(c: &mut Conn, order: &Order, on: Day) -> Result<Fen> {
    let all = unpaid(c, order, on)?;
    Ok(Fen::sum(all.iter().filter(|(_, m)| m == "yes").map(|(d, _)| d.amount)).unwrap_or_default())
}

/// Whether the party is an employer in the sense of the list.
fn employer(c: &mut Conn, order: &Order, respondent: RespondentId) -> Result<bool> {
    let chain = cases::chain(c, order.case_id)?;
    let party = chain.iter().find(|r| r.id == respondent);
    Ok(party.is_some_and(|r| {
        let found = r.liability.as_deref().and_then(Ground::of).map(|g| g.kind);
        rules::employer(PartyRole::of(&r.role).unwrap_or(PartyRole::Respondent), found)
    }))
}

pub(super) fn listing(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let row = rows::of_procedure(c, a.row.id)?;
    let Some(order) = order_of(c, a, row.as_ref())? else { return Ok(()) };
    let expired_on = row.as_ref().map(|l| l.expired_on).or_else(|| last_day_to_pay(a.law, &order, a.now));
    let expired_on = expired_on.ok_or_else(|| Error::Internal("no rule order.pay".into()))?;
    put(out, "listing.expired_at", Value::At(expired_on.start()));
    // the clock as it stands, extended or not; the rule's own before it was armed
    let live = a.terms.iter().find(|t| t.key == "decide").and_then(|t| t.due_day);
    let decide_by = live.or_else(|| a.law.last_day(rules::DECIDE, expired_on, a.now));
    let decide_by = decide_by.ok_or_else(|| Error::Internal("no rule listing.decide".into()))?;
    put(out, "listing.decide_by", Value::At(decide_by.start()));
    put(out, "listing.clock_over", Value::Bool(a.now.day() > decide_by));
    let gone = order.remedy == "revoked" || procedures::get(c, order.procedure_id)?.is_none_or(|p| p.state == "withdrawn");
    put(out, "listing.order_stands", Value::Bool(!gone));
    let expired = order.unpaid_at_expiry.is_some() && order.served_on.is_some();
    put(out, "listing.order_expired", Value::Bool(expired));
    put(out, "listing.order_stayed", Value::Bool(order.remedy == "stayed"));
    put(out, "listing.suit_pending", Value::Bool(matches!(order.remedy.as_str(), "review" | "suit")));
    let Some(l) = row else { return Ok(()) };
    let employer = employer(c, &order, l.respondent_id)?;
    let incident = grave_incident(c, a, l.case_id)?;
    let unpaid = l.unpaid.is_positive();
    put(out, "listing.employer", Value::Bool(employer));
    put(out, "listing.unpaid", Value::Money(l.unpaid));
    put(out, "listing.threshold", Value::Bool(l.threshold));
    put(out, "listing.incident", Value::Bool(incident));
    put(out, "listing.eligible", Value::Bool(!gone && expired && employer && unpaid && (l.threshold || incident)));
    let grounded = match l.ground.as_deref() {
        Some("amount") => l.threshold,
        Some("incident") => incident,
        _ => false,
    };
    put(out, "listing.grounded", Value::Bool(unpaid && grounded));
    let parties = rows::parties(c, l.id)?;
    let unit = parties.iter().find(|p| p.is_unit() && p.standing != "dropped");
    put(out, "listing.unit_ready", Value::Bool(unit.is_some_and(|p| p.standing == "ready")));
    put(out, "listing.unit_cleared", Value::Bool(unit.is_some_and(|p| p.standing == "excluded")));
    put(out, "listing.decision_served", Value::Bool(unit.is_some_and(|p| p.decision_served_on.or(p.decision_posted_on).is_some())));
    let others = match &l.uscc {
        Some(code) => rows::decided_of(c, code)?,
        None => Vec::new(),
    };
    // without a code on one side, names are compared
    let named = rows::decided_named(c, &company_key(&l.unit_name))?.into_iter().filter(|o| o.uscc.is_none() || l.uscc.is_none());
    let listed = others.into_iter().chain(named).any(|o| o.id != l.id && matches!(o.standing.as_str(), "listed" | "suspended"));
    put(out, "listing.listed_already", Value::Bool(listed));
    put(out, "listing.paid", Value::Bool(!still_unpaid(c, &order, a.now.day())?.is_positive()));
    put(out, "listing.receivers_open", super::int(crate::app::register::waiting(c, a.app, &l)?.len()));
    put(out, "listing.receivers", super::int(crate::app::register::receiving(c, a.app, &l)?.len()));
    if let Some(end) = l.ended_on {
        put(out, "listing.ended_on", Value::Day(end));
        let least = l.decided_on.and_then(|d| a.law.last_day(rules::LEAST_DISPLAY, d, a.now));
        put(out, "listing.display_until", Value::At(least.map_or(end, |d| d.max(end)).start()));
    }
    put(out, "listing.published", Value::Bool(l.published_on.is_some()));
    put(out, "listing.removal_running", Value::Bool(rows::removals_of(c, l.id)?.iter().any(|r| r.outcome.is_none())));
    put(out, "listing.removed_early", Value::Bool(l.ended_why.as_deref() == Some("early")));
    Ok(())
}

pub(super) fn party(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some(p) = rows::party(c, a.row.id)? else { return Ok(()) };
    put(out, "party.unit", Value::Bool(p.is_unit()));
    put(out, "party.kind", text(&p.kind));
    put(out, "party.notice_on", Value::Day(p.created_at.day()));
    // the paper that waits to be served: the notice, or what was decided last, which armed the duty to serve it
    let served = a.terms.iter().filter(|t| t.key == "serve_decision").map(|t| t.start_at.day()).max();
    let paper = if a.row.state == "to_serve" { served } else { None }.unwrap_or_else(|| p.created_at.day());
    put(out, "party.paper_on", Value::Day(paper));
    let until = super::posted(a, paper);
    put(out, "party.posted_over", Value::Bool(until.is_some_and(|d| d < a.now.day())));
    put(out, "party.posted_until", Value::Day(until.unwrap_or_else(|| a.now.day())));
    Ok(())
}

pub(super) fn removal(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let row = rows::removal(c, a.row.id)?;
    let given = match a.given.get("applied_on") {
        Some(Value::Day(d)) => Some(*d),
        _ => None,
    };
    if let Some(day) = row.as_ref().map(|r| r.applied_on).or(given) {
        put(out, "removal.applied_at", Value::At(day.start()));
        put(out, "removal.applied_day", Value::Day(day));
    }
    let Some(r) = row else { return Ok(()) };
    let listing = rows::get(c, r.listing_id)?.ok_or(Error::NotFound("listing"))?;
    let order = orders::get(c, listing.order_id)?.ok_or(Error::NotFound("order"))?;
    put(out, "removal.verified", Value::Bool(r.corrected_on.is_some()));
    put(out, "removal.paid", Value::Bool(!still_unpaid(c, &order, a.now.day())?.is_positive()));
    if let Some(day) = orders::last_paid_on(c, order.case_id)? {
        put(out, "removal.paid_on", Value::Day(day));
    }
    let decided_on = listing.decided_on.ok_or_else(|| Error::Internal("a removal from a listing that was not decided".into()))?;
    let six = r.corrected_on.and_then(|d| rules::six_months(a.law, d, decided_on, a.now));
    put(out, "removal.six_months_over", Value::Bool(six.is_some_and(|end| a.now.day() > end)));
    let others = match &listing.uscc {
        Some(code) => orders::against(c, code)?,
        None => Vec::new(),
    };
    let new =
        others.iter().any(|o| o.id != order.id && o.document_id.is_some() && o.remedy != "revoked" && o.created_at.day() > decided_on);
    put(out, "removal.new_arrears", Value::Bool(new));
    let criminal = others.iter().chain([&order]).any(|o| WITH_THE_POLICE.contains(&o.crime_result.as_str()));
    put(out, "removal.criminal", Value::Bool(criminal));
    Ok(())
}
