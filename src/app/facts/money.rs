//! Facts of money: payments, running children, the agreement, order or supervision a procedure is about.

use super::{About, int, put, text};
use crate::base::{Day, Result};
use crate::domain::agreement::{self, Instalment};
use crate::domain::order::{Owed, crime_threshold};
use crate::domain::{facts, supervision as levels};
use crate::flow::{Facts, Value};
use crate::law::Fen;
use crate::store::{Conn, agreements, ledger, orders};
use std::collections::BTreeMap;

/// The rule of an instalment's term: its start is the day it is due.
const INSTALMENT: &str = "agreement.instalment";

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
    let settled = agreements::settled(c, row.id)?;
    let stands = agreement::standing(&plan, settled);
    let next: Option<Day> = stands.next.and_then(|i| plan.get(i)).map(|i| i.due_on);
    // the day the running term is about: what comes after it is the next instalment
    let watched = a.terms.iter().filter(|t| t.rule == INSTALMENT && t.status == "live").map(|t| t.start_at.day()).max();
    put(out, "agreement.version", Value::Int(i64::from(row.no)));
    put(out, "agreement.total", Value::Money(row.total));
    put(out, "agreement.settled", Value::Money(settled));
    put(out, "agreement.outstanding", Value::Money(stands.outstanding));
    put(out, "agreement.accelerates", Value::Bool(row.accelerates));
    put(out, "agreement.overdue", Value::Bool(next.is_some_and(|d| d < a.now.day())));
    put(out, "agreement.moved_on", Value::Bool(next.zip(watched).is_some_and(|(n, w)| n > w)));
    put(out, "agreement.fell_back", Value::Bool(next.zip(watched).is_some_and(|(n, w)| n < w)));
    if let Some(day) = next {
        put(out, "agreement.next_due", Value::At(day.start()));
    }
    Ok(())
}

pub(super) fn order(c: &mut Conn, a: &About<'_>, out: &mut Facts) -> Result<()> {
    let (Some(case), Some(row)) = (&a.case, orders::of_procedure(c, a.row.id)?) else { return Ok(()) };
    let settled = orders::settled(c, row.id)?;
    put(out, "order.instrument", text(&row.instrument));
    put(out, "order.amount", Value::Money(row.amount));
    put(out, "order.outstanding", Value::Money(Fen::new((row.amount.get() - settled.get()).max(0))));
    put(out, "order.pay_by", Value::At(row.pay_by.start()));
    put(out, "order.remedy", text(&row.remedy));
    put(out, "order.served", Value::Bool(row.served_on.is_some()));
    if let Some(day) = row.served_on {
        put(out, "order.served_at", Value::At(day.start()));
    }
    put(out, "order.compensated", Value::Bool(row.percent.is_some()));
    let owed: Vec<Owed> = ledger::claims_of(c, case.id)?
        .iter()
        .map(|k| Owed { amount: k.outstanding, months: k.period_from.zip(k.period_to).map(|(f, t)| full_months(f, t)) })
        .collect();
    put(out, "order.crime_threshold", Value::Bool(crime_threshold(&owed, &a.law.rules, a.now.day())));
    Ok(())
}

/// Full months from the first to the last day, both counted.
fn full_months(from: Day, to: Day) -> i64 {
    use chrono::{Datelike, Days};
    let (from, after) = (from.date(), to.date().checked_add_days(Days::new(1)).unwrap_or_else(|| to.date()));
    let months = i64::from(after.year() - from.year()) * 12 + i64::from(after.month()) - i64::from(from.month());
    (months - i64::from(after.day() < from.day())).max(0)
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
