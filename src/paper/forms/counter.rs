//! Papers of the counter: the notice to whoever was turned away, the statement sheet 笔录, the reply sheet 答复意见书.
//!
//! Each goes to the person or into the file; an employer gets none of them.

use super::{Copy, Head, Matter, Remedy, done};
use crate::base::text::mask_name;
use crate::base::{At, Day, Result};
use askama::Template;

/// 不予登记告知书: somebody came and was turned away, why, and what he can do.
#[derive(Clone, PartialEq, Eq)]
pub struct TurnedAway {
    /// Head.
    pub head: Head,
    /// The person; a form of address where no name was given.
    pub name: String,
    /// The day the person came.
    pub came_on: Day,
    /// What it was about, in the officer's words.
    pub about: String,
    /// Why.
    pub reason: String,
    /// The article.
    pub article: String,
    /// Where else to go.
    pub other_route: Option<String>,
    /// Remedies.
    pub remedies: Vec<Remedy>,
}
impl std::fmt::Debug for TurnedAway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TurnedAway({})", mask_name(&self.name))
    }
}

/// 投诉笔录: an oral complaint in writing, to be read back and signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Statement {
    /// Head.
    pub head: Head,
    /// The matter.
    pub matter: Matter,
    /// The person's telephone, masked.
    pub phone: String,
    /// The person's ID, masked.
    pub person: String,
    /// When it was told.
    pub told_at: At,
    /// By which channel.
    pub channel: String,
    /// What was told.
    pub narrative: String,
    /// Who wrote it down.
    pub officer: String,
}
impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Statement({})", self.head.code)
    }
}

/// 信访事项答复意见书.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// Head.
    pub head: Head,
    /// The matter.
    pub matter: Matter,
    /// When the petition was received.
    pub received_at: At,
    /// The conclusion.
    pub conclusion: String,
    /// The answer as written.
    pub answer: String,
    /// The article it stands on.
    pub article: String,
    /// Remedies.
    pub remedies: Vec<Remedy>,
}
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reply({})", self.head.code)
    }
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
    TurnedAwayPage, TurnedAway, "paper_turned_away.html";
    StatementPage, Statement, "paper_statement.html";
    ReplyPage, Reply, "paper_reply.html";
}

/// The notice of a refusal at the counter as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn turned_away(d: &TurnedAway) -> Result<String> {
    done(&TurnedAwayPage { d, head: &d.head, title: "不予登记告知书", copy: Copy::Claimant })
}

/// The statement sheet as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn statement(d: &Statement) -> Result<String> {
    done(&StatementPage { d, head: &d.head, title: "投诉笔录", copy: Copy::File })
}

/// The reply sheet of a petition as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn reply(d: &Reply) -> Result<String> {
    done(&ReplyPage { d, head: &d.head, title: "信访事项答复意见书", copy: Copy::Claimant })
}

#[cfg(test)]
mod tests {
    use super::super::{Limitation, samples};
    use super::*;

    #[test]
    fn each_page_says_what_it_has_to_and_escapes_what_was_typed() {
        let limitation = Limitation::arbitration(&crate::law::Rules::embedded(), Day::ymd(2026, 11, 23).unwrap()).unwrap();
        for s in samples(&limitation) {
            let (head, matter) = (s.refusal.head.clone(), s.refusal.matter.clone());
            let remedies = vec![Remedy {
                way: "行政复议".into(),
                to: "本级人民政府".into(),
                within: "六十日内".into(),
                article: "《行政复议法》".into(),
            }];
            let gone = TurnedAway {
                head: head.clone(),
                name: "来访人".into(),
                came_on: s.refusal.received_at.day(),
                about: "反映<b>工程款</b>".into(),
                reason: "所反映的是工程款。".into(),
                article: "《保障农民工工资支付条例》".into(),
                other_route: Some("可以向人民法院起诉。".into()),
                remedies: remedies.clone(),
            };
            let page = turned_away(&gone).unwrap();
            assert!(page.contains("来访人") && page.contains("可以向人民法院起诉。") && page.contains("行政复议"));
            assert!(!page.contains("<b>工程款"), "what was typed is escaped");
            let told = Statement {
                head: head.clone(),
                matter: matter.clone(),
                phone: "139****0001".into(),
                person: String::new(),
                told_at: s.refusal.received_at,
                channel: "窗口来访".into(),
                narrative: "干了三个月<木工>。".into(),
                officer: "王受理".into(),
            };
            let page = statement(&told).unwrap();
            assert!(page.contains("已向本人宣读") && page.contains("签名或者按指印") && page.contains("&#60;木工&#62;"), "{page}");
            let answer = Reply {
                head,
                matter,
                received_at: s.refusal.received_at,
                conclusion: "已支付".into(),
                answer: "单位已付清。".into(),
                article: "《信访工作条例》".into(),
                remedies,
            };
            let page = reply(&answer).unwrap();
            assert!(page.contains("单位已付清。") && page.contains("不服本答复意见"));
        }
    }
}
