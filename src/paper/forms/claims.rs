//! Papers about claims: the notice of what is no wages 非工资款项告知书, and the pay list 支付名册.
//!
//! The notice is the worker's own. A pay list goes to who pays: it holds payees and nothing of a complaint, so that no copy of it can
//! tell complainants from others; its type has no place for that.

use super::{Copy, Head, done, not_for_employer, yuan};
use crate::base::text::mask_name;
use crate::base::{Day, Result};
use crate::law::Fen;
use crate::law::words::uppercase;
use askama::Template;

/// 非工资款项告知书: what of a claim is no wages, why, and where it goes.
#[derive(Clone, PartialEq, Eq)]
pub struct SetApart {
    /// Head.
    pub head: Head,
    /// The worker.
    pub name: String,
    /// Who is said to owe.
    pub respondent: String,
    /// For when.
    pub period: String,
    /// What was claimed.
    pub claimed: Fen,
    /// What is set apart.
    pub apart: Fen,
    /// What of the claim goes on here as wages.
    pub left: Fen,
    /// What the part is: 工程款.
    pub nature: String,
    /// Why.
    pub reason: String,
    /// The article.
    pub article: String,
    /// Where it goes, a sentence.
    pub place: String,
}
impl std::fmt::Debug for SetApart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SetApart({})", mask_name(&self.name))
    }
}
impl SetApart {
    fn words(&self, f: &Fen) -> String {
        format!("{}（大写：{}）", yuan(*f), uppercase(*f))
    }
}

/// One line of a pay list.
#[derive(Clone, PartialEq, Eq)]
pub struct PayLine {
    /// Name.
    pub name: String,
    /// Resident ID; empty where it is not known.
    pub id: String,
    /// The own bank card; empty where none may be printed.
    pub card: String,
    /// How much.
    pub amount: Fen,
}
impl std::fmt::Debug for PayLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PayLine({})", mask_name(&self.name))
    }
}
impl PayLine {
    fn amount_text(&self) -> String {
        yuan(self.amount)
    }
}

/// 工资支付名册.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayList {
    /// Head; its code stays empty.
    pub head: Head,
    /// Who pays.
    pub payer: String,
    /// Why the payer owes, a sentence; empty where nothing was found.
    pub ground: String,
    /// The project.
    pub project: Option<String>,
    /// By when.
    pub pay_by: Option<Day>,
    /// Payees in the order of their names.
    pub lines: Vec<PayLine>,
    /// The sum.
    pub total: Fen,
}
impl PayList {
    fn total_text(&self) -> String {
        format!("{}（大写：{}）", yuan(self.total), uppercase(self.total))
    }
}

#[derive(Template)]
#[template(path = "paper_set_apart.html")]
struct SetApartPage<'a> {
    d: &'a SetApart,
    head: &'a Head,
    title: &'a str,
    copy: Copy,
}

#[derive(Template)]
#[template(path = "paper_pay_list.html")]
struct PayListPage<'a> {
    d: &'a PayList,
    head: &'a Head,
    title: &'a str,
    copy: Copy,
}

/// The notice as an HTML page to print.
///
/// # Errors
/// Refused for an employer's copy: there is none.
pub fn set_apart(d: &SetApart, copy: Copy) -> Result<String> {
    not_for_employer(copy)?;
    done(&SetApartPage { d, head: &d.head, title: "非工资款项告知书", copy })
}

/// The pay list as an HTML page to print, the same for whoever gets a copy.
///
/// # Errors
/// Internal when the page fails.
pub fn pay_list(d: &PayList, copy: Copy) -> Result<String> {
    done(&PayListPage { d, head: &d.head, title: "工资支付名册", copy })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::forms::DocumentNumber;

    fn head() -> Head {
        Head {
            authority: "潍坊市奎文区人力资源和社会保障局".into(),
            number: Some(DocumentNumber { word: "奎文人社欠薪告".into(), year: 2026, n: 5 }),
            issued_on: Some(Day::ymd(2026, 11, 30).unwrap()),
            code: String::new(),
            banner: None,
            door: None,
        }
    }

    #[test]
    fn the_notice_says_what_why_and_where() {
        let d = SetApart {
            head: head(),
            name: "金贵<b>".into(),
            respondent: "潍坊海天建设工程有限公司".into(),
            period: "2026-08-01至2026-10-31".into(),
            claimed: Fen::new(1_200_000),
            apart: Fen::new(200_000),
            left: Fen::new(1_000_000),
            nature: "工程款".into(),
            reason: "其中含材料费用。".into(),
            article: "《保障农民工工资支付条例》第五十二条".into(),
            place: "可以向人民法院起诉。".into(),
        };
        let page = set_apart(&d, Copy::Claimant).unwrap();
        for text in [
            "金贵&#60;b&#62;",
            "2,000.00元（大写：贰仟元整）",
            "10,000.00元",
            "工程款",
            "第五十二条",
            "可以向人民法院起诉",
            "其中含材料费用",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert_eq!(set_apart(&d, Copy::Employer).unwrap_err().code(), "no_employer_copy");
    }

    #[test]
    fn a_pay_list_names_payees_and_every_copy_is_alike() {
        let line =
            |n: &str, fen: i64| PayLine { name: n.into(), id: "379900199001011230".into(), card: String::new(), amount: Fen::new(fen) };
        let d = PayList {
            head: head(),
            payer: "潍坊海天建设工程有限公司".into(),
            ground: "依照《保障农民工工资支付条例》第三十条第三款先行清偿".into(),
            project: None,
            pay_by: Some(Day::ymd(2026, 12, 7).unwrap()),
            lines: vec![line("工人甲", 100_000), line("工人乙", 250_000)],
            total: Fen::new(350_000),
        };
        let body = |c: Copy| pay_list(&d, c).unwrap().replace(c.label(), "");
        assert_eq!(body(Copy::Employer), body(Copy::File));
        let page = pay_list(&d, Copy::Employer).unwrap();
        for text in ["工人甲", "工人乙", "3,500.00元", "2026年12月7日", "第三十条第三款", "本人银行账户"] {
            assert!(page.contains(text), "{text}");
        }
        for word in ["投诉人", "举报人", "反映人", "None"] {
            assert!(!page.contains(word), "{word}");
        }
    }
}
