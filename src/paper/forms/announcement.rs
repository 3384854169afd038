//! Papers of an announcement 社会公布: 公布书, 异议复核答复书, 撤回公布说明.
//!
//! Owns how they look. What 令29 Art 6 asks for stands in the first and nothing beyond it; no worker is named in any.

use super::{Copy, Head, done};
use crate::base::{Day, Result};
use askama::Template;

/// 重大劳动保障违法行为社会公布.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Head; its code is the public one.
    pub head: Head,
    /// The unit's full name.
    pub name: String,
    /// Its credit code or registration number.
    pub code: String,
    /// Its address.
    pub address: String,
    /// Its legal representative or head.
    pub legal_head: String,
    /// The category, in words,
    pub category: String,
    /// and its article.
    pub article: String,
    /// The main facts.
    pub facts: String,
    /// What the handling came to.
    pub result: String,
    /// The last day it is shown.
    pub ends_on: Day,
    /// Whether it corrects what was published before.
    pub corrects: bool,
}

/// 社会公布异议复核答复书.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Head.
    pub head: Head,
    /// The unit.
    pub name: String,
    /// The number of what was objected to.
    pub number: String,
    /// What the review came to.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// The article.
    pub basis: String,
}

/// 撤回社会公布说明.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// Head.
    pub head: Head,
    /// The unit.
    pub name: String,
    /// The number of what is withdrawn.
    pub number: String,
    /// Since when it stood there.
    pub published_on: Day,
    /// Why.
    pub reason: String,
    /// The article.
    pub basis: String,
}

macro_rules! pages { ($($page:ident, $of:ident, $path:literal;)*) => {$(
    #[derive(Template)]
    #[template(path = $path)]
    struct $page<'a> {
        d: &'a $of,
        head: &'a Head,
        title: &'a str,
        copy: Copy,
    }
)*}}
pages! {
    AnnouncedPage, Announced, "paper_announcement.html";
    ReplyPage, Reply, "paper_announcement_reply.html";
    WithdrawnPage, Withdrawn, "paper_announcement_withdrawal.html";
}

/// The announcement as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn announced(d: &Announced) -> Result<String> {
    let title =
        if d.corrects { "重大劳动保障违法行为社会公布（更正）" } else { "重大劳动保障违法行为社会公布" };
    done(&AnnouncedPage { d, head: &d.head, title, copy: Copy::File })
}

/// The answer to an objection as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn reply(d: &Reply) -> Result<String> {
    done(&ReplyPage { d, head: &d.head, title: "社会公布异议复核答复书", copy: Copy::Employer })
}

/// That it was withdrawn, as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn withdrawn(d: &Withdrawn) -> Result<String> {
    done(&WithdrawnPage { d, head: &d.head, title: "撤回社会公布说明", copy: Copy::Employer })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::forms::DocumentNumber;

    fn head() -> Head {
        Head {
            authority: "潍坊市奎文区人力资源和社会保障局".into(),
            number: Some(DocumentNumber { word: "奎文人社公".into(), year: 2026, n: 3 }),
            issued_on: Some(Day::ymd(2027, 1, 8).unwrap()),
            code: "GB-7K3M9-PQR2X".into(),
            banner: None,
            door: None,
        }
    }

    #[test]
    fn the_papers_say_what_the_rule_asks_for() {
        let d = Announced {
            head: head(),
            name: "潍坊试验建筑劳务有限公司<b>".into(),
            code: "91370702MA3TEXT0XR".into(),
            address: "潍坊市奎文区试验路1号".into(),
            legal_head: "王试验".into(),
            category: "克扣、无故拖欠劳动报酬".into(),
            article: "第五条第（一）项".into(),
            facts: "拖欠12名劳动者工资。\n经责令逾期未付。".into(),
            result: "已作出行政处理决定。".into(),
            ends_on: Day::ymd(2028, 1, 8).unwrap(),
            corrects: false,
        };
        let page = announced(&d).unwrap();
        for text in [
            "91370702MA3TEXT0XR",
            "试验路1号",
            "王试验",
            "第五条第（一）项",
            "12名劳动者",
            "行政处理决定",
            "2028年1月8日",
            "第3号",
            "GB-7K3M9-PQR2X",
            "（印章）",
        ] {
            assert!(page.contains(text), "lacks {text}");
        }
        assert!(!page.contains("<b>") && !page.contains("更正"));
        assert!(announced(&Announced { corrects: true, ..d }).unwrap().contains("（更正）"));
        let r = Reply {
            head: head(),
            name: "潍坊试验建筑劳务有限公司".into(),
            number: "奎文人社公〔2026〕第3号".into(),
            verdict: "公布内容应予维持".into(),
            reason: "经复核，处理决定合法有效。".into(),
            basis: "第十一条".into(),
        };
        let page = reply(&r).unwrap();
        for text in ["试验建筑劳务有限公司：", "奎文人社公〔2026〕第3号", "应予维持", "合法有效", "第十一条", "送用人单位"]
        {
            assert!(page.contains(text), "lacks {text}");
        }
        let w = Withdrawn {
            head: head(),
            name: "潍坊试验建筑劳务有限公司".into(),
            number: "奎文人社公〔2026〕第3号".into(),
            published_on: Day::ymd(2027, 1, 8).unwrap(),
            reason: "处理决定已被撤销。".into(),
            basis: "《行政处罚法》第四十八条".into(),
        };
        let page = withdrawn(&w).unwrap();
        for text in ["2027年1月8日", "撤回", "已被撤销", "第四十八条", "第3号"] {
            assert!(page.contains(text), "lacks {text}");
        }
    }
}
