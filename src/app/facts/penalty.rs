//! Facts of penalties: of one that runs, and of what one is about to be begun with.

use super::{About, put, text};
use crate::app::orders::sums;
use crate::app::penalties as of_penalties;
use crate::base::id::RespondentId;
use crate::base::{Day, Result};
use crate::domain::intake::PartyRole;
use crate::domain::liability;
use crate::domain::order::{by_person, crime_threshold};
use crate::domain::penalty::{self as rules, After, Ground};
use crate::flow::{Facts, Value};
use crate::law::Fen;
use crate::store::cases::Respondent;
use crate::store::orders::{self, Order};
use crate::store::penalties::{self as rows, Penalty};
use crate::store::{Conn, cases};
use std::collections::BTreeSet;

/// The rule of the two years (423 Art 20).
const LIMITATION: &str = "limitation.monitoring";
/// What the crime test came to once the case is on its way to the police, and once it is there.
const ON_ITS_WAY: [&str; 2] = ["transfer", "approved"];
const WITH_THE_POLICE: [&str; 3] = ["sent", "accepted", "asked_again"];

/// What decides whether one may be begun, said by the form or kept in the row.
struct Said {
    ground: String,
    respondent: Option<RespondentId>,
    subject: String,
    bureau: String,
    violated_on: Option<Day>,
    /// Served and last day of the order to correct, with its number and proof.
    corrected: Option<(Day, Day)>,
}

fn said(a: &About<'_>, row: Option<&Penalty>) -> Said {
    if let Some(p) = row {
        return Said {
            ground: p.ground.clone(),
            respondent: Some(p.respondent_id),
            subject: p.subject.clone(),
            bureau: p.bureau.clone(),
            violated_on: Some(p.filed.0.violated_on),
            corrected: p.filed.0.corrected.as_ref().map(|k| (k.served_on, k.due_on)),
        };
    }
    let words = |k: &str| match a.given.get(k) {
        Some(Value::Text(t)) => t.clone(),
        _ => String::new(),
    };
    let day = |k: &str| match a.given.get(k) {
        Some(Value::Day(d)) => Some(*d),
        _ => None,
    };
    let proved = a.given.contains_key("proof") && !words("corrected_no").trim().is_empty();
    Said {
        ground: words("ground"),
        respondent: match a.given.get("respondent") {
            Some(Value::Id(i)) => Some((*i).into()),
            _ => None,
        },
        subject: words("subject"),
        bureau: words("bureau"),
        violated_on: day("violated_on"),
        corrected: day("corrected_served").zip(day("corrected_due")).filter(|_| proved),
    }
}

/// The order it stands on, or is begun on.
fn order_of(c: &mut Conn, a: &About<'_>, row: Option<&Penalty>) -> Result<Option<Order>> {
    match (row.and_then(|p| p.order_id), a.row.parent_id) {
        (Some(id), _) => orders::get(c, id),
        (None, Some(parent)) if row.is_none() => orders::of_procedure(c, parent),
        _ => Ok(None),
    }
}

/// Whether the ground names this party: by its place in the chain; who was reported alone stands for a place nobody else holds.
fn in_place(g: &Ground, r: &Respondent, chain: &[Respondent]) -> bool {
    let named = |x: &Respondent| g.places.contains(&x.role);
    g.places.is_empty() || named(r) || (r.role == PartyRole::Respondent.code() && !chain.iter().any(named))
}

/// What must hold before one is begun; it is asked of a running one as well.
fn begin(c: &mut Conn, a: &About<'_>, row: Option<&Penalty>, order: Option<&Order>, out: &mut Facts) -> Result<()> {
    let Some(case) = &a.case else { return Ok(()) };
    let s = said(a, row);
    let ground: Option<Ground> = of_penalties::ground(a.app, &s.ground);
    let chain = cases::chain(c, case.id)?;
    let party = chain.iter().find(|r| Some(r.id) == s.respondent);
    let kind = a.app.city.bureaus.get(&s.bureau).map_or("", |b| b.kind.code());
    let theirs = s.bureau == case.lead_bureau || case.oversight_bureau.as_ref() == Some(&s.bureau);
    put(out, "penalty.bureau_may", Value::Bool(theirs && ground.as_ref().is_some_and(|g| g.imposed_by(kind))));
    let may = ground.as_ref().zip(party).is_some_and(|(g, r)| {
        // a team leader without a unit is no unit, and no employer
        let employer = || liability::is_employer(&r.role, r.liability.as_deref());
        g.fines(&s.subject) && r.name_ct.is_none() && in_place(g, r, &chain) && (!g.employer || employer())
    });
    put(out, "penalty.subject_may", Value::Bool(may));
    let today = a.now.day();
    let gone = order.map(|o| of_penalties::order_gone(c, o)).transpose()?.unwrap_or(false);
    let ordered = match ground.as_ref().map(|g| g.after) {
        Some(After::Nothing) => true,
        Some(After::Correction) => s.corrected.is_some_and(|(served, due)| served <= due && due < today),
        Some(After::Order) => order.is_some_and(|o| {
            o.served_on.is_some() && o.unpaid_at_expiry.is_some_and(Fen::is_positive) && o.respondent_id == s.respondent && !gone
        }),
        None => false,
    };
    put(out, "penalty.ordered", Value::Bool(ordered));
    let within = s.violated_on.is_some_and(|day| {
        // found out when it was first reported (处罚法 Art 36); where no rule was in force, nothing is barred
        a.law.passes(LIMITATION, day.start(), case.first_received_at).is_none_or(|at| at > case.first_received_at)
    });
    put(out, "penalty.within_limitation", Value::Bool(within));
    let twice = rows::of_case(c, case.id)?.iter().any(|p| {
        let other = row.is_none_or(|r| r.id != p.id);
        // of persons the number decides, which is known where it is sealed: the effect refuses a second one
        other && p.stands() && p.ground == s.ground && Some(p.respondent_id) == s.respondent && p.is_unit() && s.subject == rules::UNIT
    });
    put(out, "penalty.fined_already", Value::Bool(twice));
    let stayed = order.is_some_and(|o| o.remedy == "stayed");
    put(out, "penalty.suit_pending", Value::Bool(order.is_some_and(|o| matches!(o.remedy.as_str(), "review" | "suit"))));
    put(out, "penalty.grounded", Value::Bool(!gone && !stayed));
    let (mut open, mut sent) = (false, false);
    if let Some(o) = order {
        let result = o.crime_result.as_str();
        sent = WITH_THE_POLICE.contains(&result);
        open = sent || ON_ITS_WAY.contains(&result);
        if result == "none" {
            open = crime_threshold(&by_person(&sums(c, o)?.debts), &a.law.rules, today);
        }
    }
    put(out, "penalty.crime_open", Value::Bool(open));
    put(out, "penalty.crime_sent", Value::Bool(sent));
    Ok(())
}

/// Of the procedure itself, or of what it is begun with.
pub(super) fn load(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let row = rows::of_procedure(c, a.row.id)?;
    let order = order_of(c, a, row.as_ref())?;
    begin(c, a, row.as_ref(), order.as_ref(), out)?;
    let today = a.now.day();
    let filed_on = row.as_ref().map_or(today, |p| p.filed.0.filed_on);
    put(out, "penalty.filed_at", Value::At(filed_on.start()));
    let Some(p) = row else { return Ok(()) };
    let way = &p.way.0;
    let fine = p.fine.unwrap_or_default();
    let people: BTreeSet<_> = [a.row.assignee, Some(p.filed.0.second)].into_iter().flatten().collect();
    put(out, "penalty.officers", super::int(people.len()));
    let mut involved = people;
    involved.extend(p.proposed_by);
    involved.extend(&way.investigators);
    put(out, "penalty.own", Value::Bool(a.actor.account().is_some_and(|me| involved.contains(&me))));
    put(out, "penalty.investigators", Value::List(involved.into_iter().map(|i| Value::Id(i.into())).collect()));
    put(out, "penalty.right", text(of_penalties::right(a.law, &p, a.now)));
    put(out, "penalty.least", Value::Money(p.least));
    put(out, "penalty.most", Value::Money(p.most));
    put(out, "penalty.ceiling", Value::Money(p.ceiling.unwrap_or(p.most)));
    if let Some(f) = p.fine {
        put(out, "penalty.fine", Value::Money(f));
    }
    let reaches = |key: &str| rules::reaches(key, &p.subject, fine, &a.law.rules, filed_on);
    let heard = way.hearing_result.as_deref() == Some("held");
    put(out, "penalty.reviewed", Value::Bool(way.reviewed_by.is_some() || !(heard || reaches("penalty.review"))));
    put(out, "penalty.discussed", Value::Bool(way.discussed_on.is_some() || !reaches("penalty.collective")));
    put(out, "penalty.told", Value::Bool(p.told_on.is_some()));
    let window = of_penalties::window_end(a.law, &p, a.now);
    let over = window.is_some_and(|end| end < today);
    // before it was served anything said is in time
    put(out, "penalty.window_until", Value::Day(window.unwrap_or(today)));
    put(out, "penalty.window_over", Value::Bool(p.told_on.is_some() && (p.window_over_on.is_some() || over)));
    put(out, "penalty.statement_open", Value::Bool(p.stated_on.is_some() && p.answered_on.is_none()));
    put(out, "penalty.answer", text(p.answer.as_deref().unwrap_or("none")));
    put(out, "penalty.hearing_open", Value::Bool(p.hearing_asked_on.is_some() && p.hearing_held_on.is_none()));
    put(out, "penalty.hearing_told", Value::Bool(way.hearing_told_on.is_some()));
    put(out, "penalty.hearing_set_on", Value::Day(way.hearing_set_on.unwrap_or(today)));
    put(out, "penalty.on_order", Value::Bool(p.order_id.is_some()));
    posted(a, &p, out);
    let hearing = way.hearing_at.map_or(today, |at| at.day());
    put(out, "penalty.hearing_day", Value::Day(hearing));
    let by = of_penalties::hearing_notice_by(a.law, hearing, a.now).unwrap_or(today);
    put(out, "penalty.hearing_notice_by", Value::Day(by));
    let clock = a.law.last_day(rules::DECIDE, filed_on, a.now);
    put(out, "penalty.clock_over", Value::Bool(clock.is_some_and(|end| end < today)));
    let others = rows::of_party(c, p.respondent_id, p.uscc.as_deref())?;
    let before = |o: &Penalty| o.id != p.id && o.decided_on.is_some() && o.stands() && o.subject_key == p.subject_key;
    put(out, "penalty.first", Value::Bool(!others.iter().any(before)));
    if let Some(day) = way.notice_on {
        put(out, "penalty.notice_on", Value::Day(day));
    }
    if let Some(day) = paper_on(&p) {
        put(out, "penalty.decided_day", Value::Day(day));
    }
    put(out, "penalty.remedy", text(&p.remedy));
    money(c, a, &p, out)
}

/// The day of the paper that ends it: the decision, or that nothing is punished.
fn paper_on(p: &Penalty) -> Option<Day> {
    p.decided_on.or(p.way.0.ended_on.filter(|_| p.standing == "unpunished"))
}

/// Service by public notice of the paper that is to be served.
fn posted(a: &About<'_>, p: &Penalty, out: &mut Facts) {
    let (today, since) = (a.now.day(), paper_on(p).or(p.way.0.notice_on));
    let until = since.and_then(|since| super::posted(a, since));
    put(out, "penalty.posted_over", Value::Bool(until.is_some_and(|d| d < today)));
    put(out, "penalty.posted_until", Value::Day(until.unwrap_or(today)));
}

/// Whether the newest urge ran its ten days; one that a stay made void never did.
fn urged(a: &About<'_>, out: &mut Facts) {
    let newest = a.terms.iter().filter(|t| t.key == "urge").max_by_key(|t| t.position);
    let done = newest.is_some_and(|t| t.status != "cancelled" && t.due_day.is_some_and(|d| d < a.now.day()));
    put(out, "penalty.urge_done", Value::Bool(done));
}

fn money(c: &mut Conn, a: &About<'_>, p: &Penalty, out: &mut Facts) -> Result<()> {
    let today = a.now.day();
    let Some(o) = rows::owed(c, p.id)? else {
        // it can be revoked before it was served: nothing was paid
        put(out, "penalty.paid", Value::Money(Fen::ZERO));
        return Ok(());
    };
    let account = of_penalties::account(c, a.law, p, &o, today)?;
    put(out, "penalty.pay_day", Value::Day(o.pay_by));
    put(out, "penalty.left", Value::Money(account.left(today)));
    put(out, "penalty.paid", Value::Money(account.paid_by(today)));
    put(out, "penalty.urge_issued", Value::Bool(o.urge_id.is_some()));
    let ends = p.served_on.and_then(|day| a.law.last_day(rules::REMEDIES, day, a.now));
    if let Some(end) = ends {
        put(out, "penalty.remedies_end", Value::Day(end));
    }
    if let Some(day) = p.served_on {
        put(out, "penalty.served_day", Value::Day(day));
    }
    put(out, "penalty.remedies_past", Value::Bool(ends.is_some_and(|end| end < today)));
    put(out, "penalty.urge_on", Value::Day(p.way.0.urge_on.unwrap_or(today)));
    // from the end of the remedies, or of those that were asked for and came to nothing (强制法 Art 53); where payment was put off, not before its
    // last day (处罚法 Art 72)
    let later = |from: Option<Day>| from.map(|day| if o.deferred_on.is_some() { day.max(o.pay_by) } else { day });
    let from = match p.remedy.as_str() {
        "none" => ends,
        "upheld" => p.way.0.remedy_on,
        _ => None,
    };
    // one that is taken back as keyed in by mistake never stopped anything
    put(out, "penalty.court_from", Value::Day(later(from.or(p.way.0.upheld_on).or(ends)).unwrap_or(today)));
    let from = later(from);
    put(out, "penalty.applied", Value::Bool(o.applied_on.is_some()));
    put(out, "penalty.deferred", Value::Bool(o.deferred_on.is_some()));
    urged(a, out);
    put(out, "penalty.court_runs", Value::Bool(from.is_some_and(|day| day < today)));
    let last = from.and_then(|day| a.law.last_day(rules::APPLY, day, a.now));
    put(out, "penalty.court_over", Value::Bool(last.is_some_and(|end| end < today)));
    Ok(())
}
