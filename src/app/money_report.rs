//! Money by month 资金月报: what was claimed, verified and paid, agreements kept and broken, orders paid and expired, supervisions.
//!
//! Owns the months and the scope. A case counts in the month it was opened, a payment in the month it was made, an agreement and an order
//! in the month of their signature: months never sum to a case's life, and the page says so.

use super::App;
use crate::base::{Day, Error, Result};
use crate::domain::access::{Actor, DutyKind};
use crate::law::Fen;
use crate::store::{Conn, report};
use chrono::{Datelike, Months, NaiveDate};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The most months one report has.
const MOST: usize = 36;

/// One month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MoneyMonth {
    /// `2026-11`.
    pub month: String,
    /// Cases opened.
    pub cases: i64,
    /// What these claim, in fen.
    #[schema(value_type = i64)]
    pub claimed_fen: Fen,
    /// What of it is verified by now.
    #[schema(value_type = i64)]
    pub verified_fen: Fen,
    /// What of it is outstanding by now.
    #[schema(value_type = i64)]
    pub outstanding_fen: Fen,
    /// What workers gave up by now.
    #[schema(value_type = i64)]
    pub waived_fen: Fen,
    /// Money that reached workers in this month.
    #[schema(value_type = i64)]
    pub paid_fen: Fen,
    /// Of this, paid by the respondent itself.
    #[schema(value_type = i64)]
    pub discharged_fen: Fen,
    /// Agreements signed.
    pub agreements: i64,
    /// On how much.
    #[schema(value_type = i64)]
    pub agreed_fen: Fen,
    /// Of these, kept to the last fen by now.
    pub kept: i64,
    /// Of these, broken at least once.
    pub broken: i64,
    /// Orders to pay issued.
    pub orders: i64,
    /// On how much.
    #[schema(value_type = i64)]
    pub ordered_fen: Fen,
    /// Of these, paid by now.
    pub orders_paid: i64,
    /// Of these, not paid by the day.
    pub orders_expired: i64,
    /// Supervisions opened.
    pub supervisions: i64,
    /// Of these, discharged by now.
    pub supervisions_discharged: i64,
    /// Paid by somebody else than the employer 先行清偿、垫付 and recorded in this month.
    #[schema(value_type = i64)]
    pub advanced_fen: Fen,
    /// Of this, recovered by now.
    #[schema(value_type = i64)]
    pub recovered_fen: Fen,
    /// Of this, still asked back.
    #[schema(value_type = i64)]
    pub recourse_open_fen: Fen,
}

/// A month with its first and last day.
type Span = (String, Day, Day);

/// The months of a span.
fn months(from: Day, to: Day) -> Vec<Span> {
    let mut out = Vec::new();
    let mut first = NaiveDate::from_ymd_opt(from.date().year(), from.date().month(), 1);
    while let Some(f) = first.filter(|f| *f <= to.date() && out.len() < MOST) {
        let next = f.checked_add_months(Months::new(1));
        if let Some(last) = next.and_then(|n| n.pred_opt()) {
            out.push((f.format("%Y-%m").to_string(), Day::new(f), Day::new(last)));
        }
        first = next;
    }
    out
}

impl App {
    /// The same for a server, off its threads.
    ///
    /// # Errors
    /// As [`App::money_report`].
    pub async fn money_by_month(self: &Arc<Self>, actor: &Actor, from: Day, to: Day) -> Result<Vec<MoneyMonth>> {
        let (list, spans) = self.money_spans(actor, from, to)?;
        self.db.read(move |c| spans.into_iter().map(|s| month(c, s, &list)).collect()).await
    }

    /// Money by month, from the month of `from` to that of `to`, in the reader's area.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who neither leads nor supervises; at `/to` for reversed days or too long a span; the database.
    pub fn money_report(self: &Arc<Self>, actor: &Actor, from: Day, to: Day) -> Result<Vec<MoneyMonth>> {
        let (list, spans) = self.money_spans(actor, from, to)?;
        self.db.read_blocking(|c| spans.into_iter().map(|s| month(c, s, &list)).collect())
    }

    /// The reader's areas as a JSON list, and the months.
    fn money_spans(&self, actor: &Actor, from: Day, to: Day) -> Result<(String, Vec<Span>)> {
        if to < from {
            return Err(Error::field("/to", "dates_reversed", &[]));
        }
        let kinds = [DutyKind::Leader, DutyKind::Head, DutyKind::Supervisor];
        let areas: Vec<String> =
            if actor.is_system() { self.city.areas.iter().map(|a| a.code.clone()).collect() } else { self.areas_under(actor, &kinds) };
        if areas.is_empty() {
            return Err(Error::Forbidden("report"));
        }
        let list = serde_json::to_string(&areas).map_err(|e| Error::Internal(e.to_string()))?;
        Ok((list, months(from, to)))
    }
}

fn month(c: &mut Conn, (month, first, last): Span, list: &str) -> Result<MoneyMonth> {
    let s = report::sums(c, first, last, list)?;
    Ok(MoneyMonth {
        month,
        cases: s.cases,
        claimed_fen: s.claimed,
        verified_fen: s.verified,
        outstanding_fen: s.outstanding,
        waived_fen: s.waived,
        paid_fen: s.paid,
        discharged_fen: s.discharged,
        agreements: s.agreements,
        agreed_fen: s.agreed,
        kept: s.kept,
        broken: s.broken,
        orders: s.orders,
        ordered_fen: s.ordered,
        orders_paid: s.orders_paid,
        orders_expired: s.orders_expired,
        supervisions: s.supervisions,
        supervisions_discharged: s.discharged_supervisions,
        advanced_fen: s.advanced,
        recovered_fen: s.recovered,
        recourse_open_fen: s.recourse_open,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_whole_and_bounded() {
        let day = |s: &str| s.parse::<Day>().unwrap();
        let all = months(day("2026-01-31"), day("2026-03-01"));
        let said: Vec<String> = all.iter().map(|(m, a, b)| format!("{m} {a} {b}")).collect();
        assert_eq!(said, ["2026-01 2026-01-01 2026-01-31", "2026-02 2026-02-01 2026-02-28", "2026-03 2026-03-01 2026-03-31"]);
        assert_eq!(months(day("1990-01-01"), day("2026-03-01")).len(), MOST);
    }
}
