//! The agreement 支付协议: who pays whom how much by when, who stands in, what follows a default, how it is enforced, and who gets what.
//!
//! It is signed by all parties and each keeps one: payees are named in its appendix, nobody is called a complainant, and neither a number
//! nor a day of a report stands in it.

use super::{Head, done, yuan};
use crate::base::text::mask_name;
use crate::base::{Day, Result};
use crate::law::Fen;
use crate::law::words::uppercase;
use askama::Template;

/// A guarantor 保证人.
#[derive(Clone, PartialEq, Eq)]
pub struct Guarantee {
    /// Who.
    pub name: String,
    /// Jointly liable; otherwise only after the payer could not pay (民法典 Art 686 to 688).
    pub joint: bool,
    /// Up to how much.
    pub sum: Fen,
}
impl std::fmt::Debug for Guarantee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Guarantee({}, {})", mask_name(&self.name), self.sum)
    }
}

/// A worker and the own share.
#[derive(Clone, PartialEq, Eq)]
pub struct Payee {
    /// Who.
    pub name: String,
    /// How much in all.
    pub amount: Fen,
}
impl std::fmt::Debug for Payee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Payee({}, {})", mask_name(&self.name), self.amount)
    }
}
impl Payee {
    fn amount_text(&self) -> String {
        yuan(self.amount)
    }
    fn capital(&self) -> String {
        uppercase(self.amount)
    }
}

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Head; its code stays empty, as on all that leaves the unit.
    pub head: Head,
    /// Its version: a renegotiated one replaces the one before.
    pub version: i32,
    /// Who pays.
    pub payer: String,
    /// The payer's code, if known.
    pub uscc: Option<String>,
    /// The article that makes the payer liable.
    pub liability: Option<String>,
    /// The project.
    pub project: Option<String>,
    /// When it is signed.
    pub signed_on: Day,
    /// The sum.
    pub total: Fen,
    /// Instalments, in order.
    pub plan: Vec<(Day, Fen)>,
    /// One that is missed makes all fall due.
    pub accelerates: bool,
    /// Who stands in.
    pub guarantee: Option<Guarantee>,
    /// A code of `enforceability`.
    pub enforceability: String,
    /// Who gets how much.
    pub payees: Vec<Payee>,
}
impl Agreement {
    fn total_text(&self) -> String {
        yuan(self.total)
    }
    fn capital(&self) -> String {
        uppercase(self.total)
    }
    fn lines(&self) -> Vec<(String, String, String)> {
        self.plan.iter().map(|(day, sum)| (day.document_text(), yuan(*sum), uppercase(*sum))).collect()
    }
    fn guaranteed(&self) -> Option<(&str, bool, String, String)> {
        self.guarantee.as_ref().map(|g| (g.name.as_str(), g.joint, yuan(g.sum), uppercase(g.sum)))
    }
}

#[derive(Template)]
#[template(path = "paper_agreement.html")]
struct AgreementPage<'a> {
    d: &'a Agreement,
    head: &'a Head,
    title: &'a str,
    copy: super::Copy,
}

/// The agreement as an HTML page to print, the same for every party.
///
/// # Errors
/// Internal when the page fails.
pub fn agreement(d: &Agreement) -> Result<String> {
    done(&AgreementPage { d, head: &d.head, title: "工资支付协议", copy: super::Copy::Parties })
}

/// What tells the payer that all of the rest is due, because the agreement says so and an instalment was missed 剩余工资到期通知书.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceleration {
    /// Head; its code stays empty, as on all that leaves the unit.
    pub head: Head,
    /// Who pays.
    pub payer: String,
    /// The payer's code, if known.
    pub uscc: Option<String>,
    /// When the agreement was signed.
    pub signed_on: Day,
    /// Number of its paper, if it has one.
    pub number: Option<String>,
    /// What is left to be paid.
    pub left: Fen,
    /// By when.
    pub due_on: Day,
}
impl Acceleration {
    fn left_text(&self) -> String {
        format!("{}（大写：{}）", yuan(self.left), uppercase(self.left))
    }
}

#[derive(Template)]
#[template(path = "paper_acceleration.html")]
struct AccelerationPage<'a> {
    d: &'a Acceleration,
    head: &'a Head,
    title: &'a str,
    copy: super::Copy,
}

/// The notice as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn acceleration(d: &Acceleration) -> Result<String> {
    done(&AccelerationPage { d, head: &d.head, title: "剩余工资到期通知书", copy: super::Copy::Employer })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::forms::DocumentNumber;

    fn sample(enforceability: &str, n: usize) -> Agreement {
        Agreement {
            head: Head {
                authority: "潍坊市奎文区人力资源和社会保障局".into(),
                number: Some(DocumentNumber { word: "奎文人社支协".into(), year: 2026, n: 4 }),
                issued_on: Some(Day::ymd(2026, 11, 26).unwrap()),
                code: String::new(),
                banner: None,
                door: None,
            },
            version: 1,
            payer: "潍坊海天建设工程有限公司<b>".into(),
            uscc: Some("91370700MA00000000".into()),
            liability: Some("《保障农民工工资支付条例》第三十条".into()),
            project: Some("奎文大街改造".into()),
            signed_on: Day::ymd(2026, 11, 26).unwrap(),
            total: Fen::new(3_000_000),
            plan: vec![(Day::ymd(2026, 12, 10).unwrap(), Fen::new(1_000_000)), (Day::ymd(2026, 12, 24).unwrap(), Fen::new(2_000_000))],
            accelerates: true,
            guarantee: Some(Guarantee { name: "李保证".into(), joint: true, sum: Fen::new(1_500_000) }),
            enforceability: enforceability.into(),
            payees: (0..n).map(|i| Payee { name: format!("张样本{i}"), amount: Fen::new(6_000) }).collect(),
        }
    }

    #[test]
    fn it_says_who_pays_whom_how_much_by_when_and_what_follows() {
        let page = agreement(&sample("judicial_confirmation", 500)).unwrap();
        for text in [
            "工资支付协议",
            "第4号",
            "30,000.00元（大写：叁万元整）",
            "2026年12月10日",
            "壹万元整",
            "贰万元整",
            "第三十条",
            "李保证",
            "连带责任保证",
            "15,000.00元（大写：壹万伍仟元整）",
            "全部未支付的款项立即到期",
            "三十日内",
            "第二百零五条",
            "张样本499",
            "陆拾元整",
            "（盖章）",
            "签名",
            "海天建设工程有限公司&#60;b&#62;",
        ] {
            assert!(page.contains(text), "it lacks {text}");
        }
        assert!(page.contains("A4") && !page.contains("None") && !page.contains("Some("));
    }

    #[test]
    fn it_names_payees_and_nobody_who_complained() {
        for way in ["judicial_confirmation", "payment_writ", "arbitration", "none"] {
            let page = agreement(&sample(way, 1)).unwrap();
            for word in ["投诉", "举报", "反映", "查询编号", "联系电话", "身份证"] {
                assert!(!page.contains(word), "{way}: {word}");
            }
            assert_eq!(page.contains("不能直接申请强制执行"), way == "none", "{way}");
        }
    }

    #[test]
    fn an_acceleration_says_how_much_is_due_by_when_and_on_which_agreement() {
        let a = sample("none", 1);
        let d = Acceleration {
            head: a.head,
            payer: a.payer,
            uscc: a.uscc,
            signed_on: a.signed_on,
            number: Some("奎文人社支协〔2026〕第4号".into()),
            left: Fen::new(2_000_000),
            due_on: Day::ymd(2026, 12, 31).unwrap(),
        };
        let page = acceleration(&d).unwrap();
        for text in ["剩余工资到期通知书", "2026年11月26日", "奎文人社支协〔2026〕第4号", "20,000.00元（大写：贰万元整）", "2026年12月31日"]
        {
            assert!(page.contains(text), "it lacks {text}");
        }
        let bare = acceleration(&Acceleration { number: None, ..d }).unwrap();
        assert!(!bare.contains("（）") && !bare.contains("投诉") && !bare.contains("None"), "{bare}");
    }

    #[test]
    fn what_was_not_agreed_is_not_in_it() {
        let d =
            Agreement { guarantee: None, accelerates: false, project: None, uscc: None, liability: None, version: 2, ..sample("none", 2) };
        let page = agreement(&d).unwrap();
        assert!(!page.contains("保证人") && !page.contains("立即到期") && page.contains("第2版") && page.contains("原协议"), "{page}");
    }
}
