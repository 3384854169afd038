//! Papers that order money to be paid: 限期改正指令书, 行政处理决定书, 工资保证金支付通知书.
//!
//! They go to the employer or the bank: no complainant, no number of a report, no day of a report stands in them. Whom the money is owed
//! to is the pay list's business.

use super::{Copy, Head, Remedy, done, yuan};
use crate::base::{Day, Result};
use crate::law::Fen;
use crate::law::words::uppercase;
use askama::Template;

/// Which of the three instruments; their effects differ (724 Art 42, 423 Art 19: courts enforce the decision alone).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instrument {
    /// 限期改正指令书.
    Rectification,
    /// 行政处理决定书.
    Decision,
    /// 工资保证金支付通知书, to the bank.
    DepositNotice,
}
impl Instrument {
    /// By its code.
    #[must_use]
    pub fn named(code: &str) -> Option<Self> {
        match code {
            "rectification" => Some(Self::Rectification),
            "decision" => Some(Self::Decision),
            "deposit_notice" => Some(Self::DepositNotice),
            _ => None,
        }
    }
    fn title(self) -> &'static str {
        match self {
            Self::Rectification => "劳动保障监察限期改正指令书",
            Self::Decision => "劳动保障行政处理决定书",
            Self::DepositNotice => "农民工工资保证金支付通知书",
        }
    }
}

/// An order to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentOrder {
    /// Head; its code stays empty on what leaves the unit.
    pub head: Head,
    /// Which instrument.
    pub instrument: Instrument,
    /// Whom it orders to pay.
    pub respondent: String,
    /// On which article it owes, and as what: a sentence; empty where nothing was found.
    pub ground: String,
    /// Its code, if known.
    pub uscc: Option<String>,
    /// The bank, for a notice to it.
    pub bank: Option<String>,
    /// The project.
    pub project: Option<String>,
    /// To how many persons.
    pub persons: i64,
    /// How much in all.
    pub amount: Fen,
    /// By when.
    pub pay_by: Day,
    /// What was found; names of workers are left out before.
    pub facts: String,
    /// What the party said, and what came of it.
    pub hearing: String,
    /// Remedies, where the law gives any.
    pub remedies: Vec<Remedy>,
}
impl PaymentOrder {
    fn amount_text(&self) -> String {
        format!("{}（大写：{}）", yuan(self.amount), uppercase(self.amount))
    }
}

#[derive(Template)]
#[template(path = "paper_order.html")]
struct OrderPage<'a> {
    d: &'a PaymentOrder,
    head: &'a Head,
    title: &'a str,
    copy: Copy,
}

/// The order as an HTML page to print, the same for whoever gets a copy.
///
/// # Errors
/// Internal when the page fails.
pub fn payment_order(d: &PaymentOrder, copy: Copy) -> Result<String> {
    done(&OrderPage { d, head: &d.head, title: d.instrument.title(), copy })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::forms::DocumentNumber;

    fn order(instrument: Instrument) -> PaymentOrder {
        PaymentOrder {
            head: Head {
                authority: "潍坊市奎文区人力资源和社会保障局".into(),
                number: Some(DocumentNumber { word: "奎文人社监理".into(), year: 2026, n: 3 }),
                issued_on: Some(Day::ymd(2026, 11, 24).unwrap()),
                code: String::new(),
                banner: None,
            },
            instrument,
            respondent: "潍坊海天建设工程有限公司".into(),
            ground: "依照《保障农民工工资支付条例》第三十条第三款，负先行清偿责任".into(),
            uscc: None,
            bank: (instrument == Instrument::DepositNotice).then(|| "潍坊银行奎文支行".into()),
            project: Some("奎文大街改造".into()),
            persons: 12,
            amount: Fen::new(1_234_567),
            pay_by: Day::ymd(2026, 12, 7).unwrap(),
            facts: "经查，该单位拖欠十二名劳动者工资。".into(),
            hearing: "该单位未提出陈述、申辩。".into(),
            remedies: vec![Remedy {
                way: "申请行政复议".into(),
                to: "奎文区人民政府".into(),
                within: "六十日内".into(),
                article: "《行政复议法》第二十条".into(),
            }],
        }
    }

    #[test]
    fn each_instrument_says_what_it_is_and_no_more() {
        for (i, title) in [
            (Instrument::Rectification, "限期改正指令书"),
            (Instrument::Decision, "行政处理决定书"),
            (Instrument::DepositNotice, "工资保证金支付通知书"),
        ] {
            for copy in [Copy::Employer, Copy::File] {
                let page = payment_order(&order(i), copy).unwrap();
                for text in [title, "12,345.67元（大写：壹万贰仟叁佰肆拾伍元陆角柒分）", "2026年12月7日", "（印章）", "第3号"]
                {
                    assert!(page.contains(text), "{i:?} lacks {text}");
                }
                assert_eq!(page.contains("先行清偿责任"), i != Instrument::DepositNotice);
                assert_eq!(page.contains("强制执行"), i == Instrument::Decision, "only a decision is enforced by the court");
                assert_eq!(page.contains("行政复议"), i == Instrument::Decision);
                assert_eq!(page.contains("潍坊银行"), i == Instrument::DepositNotice);
                assert!(!page.contains("投诉") && !page.contains("None"), "{page}");
            }
        }
    }
}
