//! Money by month.

use super::Chrome;
use askama::Template;

/// The bars of one month, in pixels.
#[derive(Debug, Clone)]
pub struct MoneyBar {
    /// Where they stand.
    pub x: i64,
    /// The month.
    pub label: String,
    /// What was claimed.
    pub claimed: i64,
    /// What was verified.
    pub verified: i64,
    /// What was paid.
    pub paid: i64,
}

/// The figures of one month.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct MoneyRow {
    pub month: String,
    pub cases: String,
    pub claimed: String,
    pub verified: String,
    pub paid: String,
    pub waived: String,
    pub outstanding: String,
    pub agreements: String,
    pub kept: String,
    pub orders: String,
    pub orders_paid: String,
    pub supervisions: String,
    /// Calls of draws: with a result, paid in full, against the file.
    pub called: String,
    pub advanced: String,
    pub recourse: String,
}

/// 资金月报.
#[derive(Debug, Clone, Template)]
#[template(path = "money.html")]
pub struct MoneyReportPage {
    /// The frame.
    pub chrome: Chrome,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Width of the plot.
    pub width: i64,
    /// Height of the tallest bar.
    pub tall: i64,
    /// The bars.
    pub bars: Vec<MoneyBar>,
    /// The figures.
    pub rows: Vec<MoneyRow>,
    /// The same over the whole span, by the bureau that leads.
    pub bureaus: Vec<MoneyRow>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::Place;
    use super::super::samples::chrome;
    use super::*;

    impl MoneyReportPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let month = |i: i64| MoneyRow {
                month: format!("2026-{:02}", i + 1),
                cases: "284".into(),
                claimed: "¥4,345,619.34".into(),
                verified: "¥3,840,482.15".into(),
                paid: "¥3,108,871.89".into(),
                waived: "¥12,000.00".into(),
                outstanding: "¥28,700.44".into(),
                agreements: "19".into(),
                kept: "15 / 4".into(),
                orders: "7".into(),
                orders_paid: "6 / 1".into(),
                supervisions: "5 / 3".into(),
                called: "30 / 24 / 1".into(),
                advanced: "¥120,000.00".into(),
                recourse: "¥50,000.00 / ¥70,000.00".into(),
            };
            let bar = |i: i64| MoneyBar {
                x: i * 54,
                label: format!("2026-{:02}", i + 1),
                claimed: 160 - i * 8,
                verified: 140 - i * 7,
                paid: 90 + i * 4,
            };
            let full = Self {
                chrome: chrome("资金月报", Place::Inbox),
                from: "2026-01-01".into(),
                to: "2026-11-23".into(),
                width: 54 * 11,
                tall: 160,
                bars: (0..11).map(bar).collect(),
                rows: (0..11).map(month).collect(),
                bureaus: vec![MoneyRow { month: "奎文人社局".into(), ..month(0) }, MoneyRow { month: "奎文住建局".into(), ..month(1) }],
            };
            vec![full]
        }
    }
}
