//! Money by month 资金月报: what was claimed, verified and paid, agreements kept and broken, orders paid and expired, supervisions.
//!
//! Owns the months, the bureaus and the scope: who supervises reads his area, who leads a bureau the cases it leads. A case counts in the
//! month it was opened, a payment in the month it was made, an agreement and an order in the month of their signature: months never sum
//! to a case's life, and the page says so.

use super::App;
use crate::base::{Day, Error, Result};
use crate::domain::access::Actor;
use crate::law::Fen;
use crate::store::{Conn, report};
use chrono::{Datelike, Months, NaiveDate};
use serde::Serialize;
use std::collections::BTreeMap;
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
    /// Calls of draws that came to a result.
    pub called: i64,
    /// Of these, with workers who were paid in full.
    pub called_paid: i64,
    /// Of these, against what the file says.
    pub contradicted: i64,
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

/// The whole span of one bureau: what workers gave up is read beside what they got (practice P3.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MoneyBureau {
    /// Its code.
    pub bureau: String,
    /// Its name.
    pub bureau_name: String,
    /// Its figures, `month` being the span: `2026-01—2026-11`.
    pub figures: MoneyMonth,
}

/// Money by month, and by the bureau that leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    /// The oldest month first.
    pub months: Vec<MoneyMonth>,
    /// The whole span by bureau, the one whose workers gave up most first.
    pub bureaus: Vec<MoneyBureau>,
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
    pub async fn money_by_month(self: &Arc<Self>, actor: &Actor, from: Day, to: Day) -> Result<Money> {
        let (scope, spans) = self.money_spans(actor, from, to)?;
        let app = Arc::clone(self);
        self.db.read(move |c| money(c, &app, spans, &scope)).await
    }

    /// Money by month, from the month of `from` to that of `to`, as far as the reader may see it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who neither leads nor supervises; at `/to` for reversed days or too long a span; the database.
    pub fn money_report(self: &Arc<Self>, actor: &Actor, from: Day, to: Day) -> Result<Money> {
        let (scope, spans) = self.money_spans(actor, from, to)?;
        self.db.read_blocking(|c| money(c, self, spans, &scope))
    }

    /// What the reader may see, and the months.
    fn money_spans(&self, actor: &Actor, from: Day, to: Day) -> Result<(report::Scope, Vec<Span>)> {
        if to < from {
            return Err(Error::field("/to", "dates_reversed", &[]));
        }
        let reach = self.statistics_reach(actor)?;
        let list = |l: &[String]| serde_json::to_string(l).map_err(|e| Error::Internal(e.to_string()));
        Ok((report::Scope { areas: list(&reach.areas)?, bureaus: list(&reach.bureaus)? }, months(from, to)))
    }
}

fn money(c: &mut Conn, app: &App, spans: Vec<Span>, scope: &report::Scope) -> Result<Money> {
    let mut by: BTreeMap<String, report::Sums> = BTreeMap::new();
    let mut out = Vec::new();
    let span = match (spans.first(), spans.last()) {
        (Some(a), Some(b)) if a.0 != b.0 => format!("{}—{}", a.0, b.0),
        (Some(a), _) => a.0.clone(),
        _ => String::new(),
    };
    for (name, first, last) in spans {
        let mut whole = report::Sums::default();
        for (bureau, s) in report::sums(c, first, last, scope)? {
            whole = whole.plus(&s);
            if bureau.is_empty() {
                continue;
            }
            let sum = by.entry(bureau).or_default();
            *sum = sum.plus(&s);
        }
        out.push(month(name, &whole));
    }
    let mut bureaus: Vec<MoneyBureau> = by
        .into_iter()
        .map(|(b, s)| MoneyBureau { bureau_name: app.bureau_name(&b), bureau: b, figures: month(span.clone(), &s) })
        .collect();
    bureaus.sort_by_key(|b| (std::cmp::Reverse(b.figures.waived_fen), b.bureau.clone()));
    Ok(Money { months: out, bureaus })
}

fn month(month: String, s: &report::Sums) -> MoneyMonth {
    MoneyMonth {
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
        called: s.called,
        called_paid: s.called_paid,
        contradicted: s.contradicted,
        advanced_fen: s.advanced,
        recovered_fen: s.recovered,
        recourse_open_fen: s.recourse_open,
    }
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
