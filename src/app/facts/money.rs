//! Facts of money: payments, running children, the agreement, order or supervision a procedure is about.

use super::{About, int, put, text};
use crate::app::orders::{compensation_left, sums};
use crate::base::{Day, Result};
use crate::domain::agreement::{self, INSTALMENT, Instalment};
use crate::domain::order::{by_person, crime_threshold};
use crate::domain::{facts, supervision as levels};
use crate::flow::{Facts, Value};
use crate::law::Fen;
use crate::store::{Conn, agreements, ledger, orders};
use std::collections::BTreeMap;

/// The rule of the term to pay: its start is the day ordered, and a rest day rolls.
const PAY: &str = "order.pay";
/// The rule of the time for review and suit.
const REMEDIES: &str = "order.remedies";

pub(super) fn payments(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some(case) = &a.case else { return Ok(()) };
    let rows = ledger::payments_only(c, case.id)?;
    let allotted: BTreeMap<_, _> = ledger::allotted_of(c, case.id)?.into_iter().collect();
    let standing: Vec<_> = rows.iter().filter(|p| p.reversed_at.is_none()).collect();
    let left: i64 =
        standing.iter().filter(|p| p.credit_code.is_none()).map(|p| p.amount.get() - allotted.get(&p.id).map_or(0, |f| f.get())).sum();
    let waiting: i64 = ledger::unconfirmed(c, case.id)?.iter().map(|(_, f)| f.get()).sum();
    put(out, "money.payments", int(standing.len()));
    put(out, "money.unallocated", Value::Money(Fen::new(left)));
    put(out, "money.unconfirmed", Value::Money(Fen::new(waiting)));
    Ok(())
}

pub(super) fn children(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some(case) = &a.case else { return Ok(()) };
    let kinds = orders::running_kinds(c, case.id)?;
    for kind in facts::PROCEDURES.iter().filter(|k| !["filing", "complaint"].contains(k)) {
        put(out, &format!("children.{kind}"), int(kinds.iter().filter(|k| k.as_str() == *kind).count()));
    }
    Ok(())
}

pub(super) fn agreement(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some(row) = agreements::newest(c, a.row.id)? else { return Ok(()) };
    let plan: Vec<Instalment> =
        agreements::instalments_of(c, row.id)?.iter().map(|i| Instalment { due_on: i.due_on, amount: i.amount }).collect();
    let agreements::Course { settled, left } = agreements::course(c, row.id)?;
    let stands = agreement::standing(&plan, settled, left);
    let next: Option<Day> = stands.next.and_then(|i| plan.get(i)).map(|i| i.due_on);
    // the day the running term is about: what comes after it is the next instalment
    let watched = a.terms.iter().filter(|t| t.rule == INSTALMENT && t.status == "live").map(|t| t.start_at.day()).max();
    put(out, "agreement.version", Value::Int(i64::from(row.no)));
    put(out, "agreement.total", Value::Money(row.total));
    put(out, "agreement.settled", Value::Money(settled));
    put(out, "agreement.outstanding", Value::Money(stands.outstanding));
    put(out, "agreement.accelerates", Value::Bool(row.accelerates));
    put(out, "agreement.enforceability", text(&row.enforceability));
    put(out, "agreement.enforcement", text(&row.enforcement));
    put(out, "agreement.guaranteed", Value::Bool(row.guarantor_ct.is_some()));
    put(out, "agreement.effective_at", Value::At(row.signed_on.start()));
    put(out, "agreement.overdue", Value::Bool(next.is_some_and(|d| agreement::late(a.law, d, a.now))));
    put(out, "agreement.moved_on", Value::Bool(next.zip(watched).is_some_and(|(n, w)| n > w)));
    put(out, "agreement.fell_back", Value::Bool(next.zip(watched).is_some_and(|(n, w)| n < w)));
    if let Some(day) = next {
        put(out, "agreement.next_due", Value::At(day.start()));
    }
    Ok(())
}

pub(super) fn order(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some(row) = orders::of_procedure(c, a.row.id)? else { return Ok(()) };
    let sums = sums(c, &row)?;
    let compensation_left = compensation_left(c, &row)?;
    let s = sums.standing;
    // wages and compensation are two debts: an order is at its end when neither is left open
    let (open, decided) = (row.unpaid_at_expiry.is_some_and(Fen::is_positive), row.compensation_state != "open");
    let compensated = (decided || !open) && !compensation_left.is_positive();
    let settled = !s.undischarged.is_positive() && compensated;
    put(out, "order.instrument", text(&row.instrument));
    put(out, "order.amount", Value::Money(row.amount));
    put(out, "order.owed_to_workers", Value::Money(s.owed));
    put(out, "order.undischarged", Value::Money(s.undischarged));
    put(out, "order.settled", Value::Bool(settled));
    put(out, "order.recovered", Value::Bool(!settled && !s.unenforced.is_positive() && compensated));
    put(out, "order.persons", int(sums.persons));
    put(out, "order.pay_by", Value::At(row.pay_by.start()));
    put(out, "order.pay_day", Value::Day(row.pay_by));
    put(
        out,
        "order.lapsed",
        Value::Bool(
            row.unpaid_at_expiry.is_some()
                || (row.served_on.is_some() && a.law.last_day(PAY, row.pay_by, a.now).is_some_and(|end| end < a.now.day())),
        ),
    );
    put(out, "order.served", Value::Bool(row.served_on.is_some()));
    if let Some(day) = row.served_on {
        put(out, "order.served_at", Value::At(day.start()));
    }
    let ends = row.served_on.and_then(|day| a.law.last_day(REMEDIES, day, a.now));
    put(out, "order.remedy", text(&row.remedy));
    put(out, "order.remedies_over", Value::Bool(ends.is_some_and(|end| end < a.now.day())));
    if let Some(end) = ends {
        put(out, "order.remedies_end", Value::Day(end));
    }
    if let Some(day) = row.remedy_on {
        put(out, "order.remedy_day", Value::Day(day));
    }
    put(out, "order.compensated", Value::Bool(decided));
    put(out, "order.compensation_left", Value::Money(compensation_left));
    put(out, "order.crime_tested", Value::Bool(row.crime_result != "none"));
    put(out, "order.crime_result", text(&row.crime_result));
    put(out, "order.listings", Value::Int(crate::store::listings::count_of_order(c, row.id)?));
    put(out, "order.crime_threshold", Value::Bool(crime_threshold(&by_person(&sums.debts), &a.law.rules, a.now.day())));
    Ok(())
}

pub(super) fn supervision(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let Some(row) = orders::supervision(c, a.row.id)? else { return Ok(()) };
    put(out, "supervision.level", text(&row.level));
    put(out, "supervision.next", text(levels::next(&row.level)));
    put(out, "supervision.higher", Value::List(levels::higher(&row.level).iter().map(|l| text(l)).collect()));
    put(out, "supervision.origin", text(&row.origin));
    // a bureau never discharges its own: whoever holds a duty there is of the supervised side
    put(out, "supervision.own", Value::Bool(a.actor.duties().iter().any(|d| d.bureau == row.bureau)));
    Ok(())
}
