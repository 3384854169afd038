//! Papers that order money to be paid: 限期改正指令书, 行政处理决定书, 工资保证金支付通知书, their amendment and the additional
//! compensation.
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
    /// What the paper is called.
    #[must_use]
    pub fn title(self) -> &'static str {
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

/// Another day to pay by 变更支付期限通知书: it is served like the order it amends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// Head; its code stays empty on what leaves the unit.
    pub head: Head,
    /// Whom it tells.
    pub respondent: String,
    /// Its code, if known.
    pub uscc: Option<String>,
    /// What the amended paper is called.
    pub order: String,
    /// Its number.
    pub number: String,
    /// What it orders to be paid.
    pub amount: Fen,
    /// By when from now on.
    pub pay_by: Day,
    /// Why; names of workers are left out before.
    pub reason: String,
    /// Remedies, where the law gives any.
    pub remedies: Vec<Remedy>,
}
impl Amendment {
    fn amount_text(&self) -> String {
        format!("{}（大写：{}）", yuan(self.amount), uppercase(self.amount))
    }
}

#[derive(Template)]
#[template(path = "paper_order_amendment.html")]
struct AmendmentPage<'a> {
    d: &'a Amendment,
    head: &'a Head,
    title: &'a str,
    copy: Copy,
}

/// The amendment as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn amendment(d: &Amendment, copy: Copy) -> Result<String> {
    done(&AmendmentPage { d, head: &d.head, title: "变更支付期限通知书", copy })
}

/// Additional compensation on what was not paid in time 责令加付赔偿金决定书 (423 Art 26).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompensationOrder {
    /// Head; its code stays empty on what leaves the unit.
    pub head: Head,
    /// Whom it orders to pay.
    pub respondent: String,
    /// Its code, if known.
    pub uscc: Option<String>,
    /// What the expired paper is called.
    pub order: String,
    /// Its number.
    pub number: String,
    /// The day that passed.
    pub pay_by: Day,
    /// To how many persons.
    pub persons: i64,
    /// What was not paid by that day.
    pub unpaid: Fen,
    /// How much of it, in percent.
    pub percent: i32,
    /// What that comes to.
    pub compensation: Fen,
    /// Why; names of workers are left out before.
    pub reason: String,
    /// Remedies.
    pub remedies: Vec<Remedy>,
}
impl CompensationOrder {
    fn unpaid_text(&self) -> String {
        yuan(self.unpaid)
    }
    fn amount_text(&self) -> String {
        format!("{}（大写：{}）", yuan(self.compensation), uppercase(self.compensation))
    }
}

#[derive(Template)]
#[template(path = "paper_compensation.html")]
struct CompensationPage<'a> {
    d: &'a CompensationOrder,
    head: &'a Head,
    title: &'a str,
    copy: Copy,
}

/// The compensation as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn compensation_order(d: &CompensationOrder, copy: Copy) -> Result<String> {
    done(&CompensationPage { d, head: &d.head, title: "责令加付赔偿金决定书", copy })
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
                door: None,
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

    #[test]
    fn an_amendment_and_a_compensation_name_the_order_they_stand_on() {
        let o = order(Instrument::Decision);
        let d = Amendment {
            head: o.head.clone(),
            respondent: o.respondent.clone(),
            uscc: None,
            order: Instrument::Decision.title().into(),
            number: "奎文人社监理〔2026〕第3号".into(),
            amount: o.amount,
            pay_by: Day::ymd(2027, 1, 15).unwrap(),
            reason: "送达需要公告。".into(),
            remedies: o.remedies.clone(),
        };
        let page = amendment(&d, Copy::Employer).unwrap();
        for text in ["变更支付期限通知书", "奎文人社监理〔2026〕第3号", "2027年1月15日", "12,345.67元", "行政复议", "送达需要公告。"]
        {
            assert!(page.contains(text), "the amendment lacks {text}");
        }
        let d = CompensationOrder {
            head: o.head.clone(),
            respondent: o.respondent.clone(),
            uscc: None,
            order: Instrument::Rectification.title().into(),
            number: "奎文人社监令〔2026〕第3号".into(),
            pay_by: o.pay_by,
            persons: 12,
            unpaid: Fen::new(1_000_000),
            percent: 50,
            compensation: Fen::new(500_000),
            reason: "逾期未支付。".into(),
            remedies: o.remedies,
        };
        let page = compensation_order(&d, Copy::Employer).unwrap();
        for text in
            ["责令加付赔偿金决定书", "10,000.00元", "百分之50", "5,000.00元（大写：伍仟元整）", "第二十六条", "行政复议", "12名劳动者"]
        {
            assert!(page.contains(text), "the compensation lacks {text}");
        }
        assert!(!page.contains("投诉") && !page.contains("None"));
    }
}
