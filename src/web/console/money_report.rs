//! 资金月报: the months as bars and as a table, then the bureaus.
//!
//! Owns the page; the figures and whose they are is the use case's.

use super::frame::chrome;
use super::view::{MoneyBar, MoneyReportPage, MoneyRow, Place};
use super::words::yuan;
use crate::app::App;
use crate::app::money_report::{Money, MoneyMonth};
use crate::base::text;
use crate::law::Fen;
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::html;
use crate::web::extract::QueryParams;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

/// Days looked back when no span is given.
const SPAN: i64 = 365;
/// Height of the tallest bar, and the width of one month.
const TALL: i64 = 160;
const WIDE: i64 = 54;

fn bars(months: &[MoneyMonth]) -> Vec<MoneyBar> {
    let most = months.iter().flat_map(|m| [m.claimed_fen, m.verified_fen, m.paid_fen]).map(Fen::get).max().unwrap_or(0).max(1);
    let high = |f: Fen| f.get().max(0).saturating_mul(TALL) / most;
    months
        .iter()
        .zip(0_i64..)
        .map(|(m, i)| MoneyBar {
            x: i * WIDE,
            label: m.month.clone(),
            claimed: high(m.claimed_fen),
            verified: high(m.verified_fen),
            paid: high(m.paid_fen),
        })
        .collect()
}

/// A line of either table: a month, or a bureau over the whole span.
fn row(name: &str, m: &MoneyMonth) -> MoneyRow {
    let of = |a: i64, b: i64| format!("{a} / {b}");
    MoneyRow {
        month: name.to_owned(),
        waived: yuan(m.waived_fen),
        cases: m.cases.to_string(),
        claimed: yuan(m.claimed_fen),
        verified: yuan(m.verified_fen),
        paid: yuan(m.paid_fen),
        outstanding: yuan(m.outstanding_fen),
        agreements: m.agreements.to_string(),
        kept: of(m.kept, m.broken),
        orders: m.orders.to_string(),
        orders_paid: of(m.orders_paid, m.orders_expired),
        supervisions: of(m.supervisions, m.supervisions_discharged),
        called: format!("{} / {} / {}", m.called, m.called_paid, m.contradicted),
        advanced: yuan(m.advanced_fen),
        recourse: format!("{} / {}", yuan(m.recovered_fen), yuan(m.recourse_open_fen)),
    }
}

/// `GET /money`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let to = q.day("to").unwrap_or_else(|| app.now().day());
    let from = q.day("from").unwrap_or_else(|| to.plus(-SPAN));
    let Money { months, bureaus } = app.money_by_month(&by.actor(), from, to).await?;
    let bars = bars(&months);
    html(&MoneyReportPage {
        chrome: chrome(&app, &by, text::zh("money.report"), Place::Money).await?,
        from: from.to_string(),
        to: to.to_string(),
        width: WIDE * i64::try_from(bars.len()).unwrap_or(1),
        tall: TALL,
        bars,
        rows: months.iter().map(|m| row(&m.month, m)).collect(),
        bureaus: bureaus.iter().map(|b| row(&b.bureau_name, &b.figures)).collect(),
    })
}
