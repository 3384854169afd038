//! Papers of the employer's door 用人单位入口: the receipt for what was handed in, and the slip with a code made anew.
//!
//! Both go to the employer, or to the person told as a party. What it handed in is its own; nothing else is told.

use super::{Copy, Head, done};
use crate::base::{At, Day, Result};
use askama::Template;

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedFile {
    /// What it was handed in as.
    pub what: String,
    /// Its name as the sender calls it.
    pub name: String,
    /// Hash of what is kept, hexadecimal.
    pub sha256: String,
}

/// 收件回执: what was received, when to the second, and on which paper.
#[derive(Clone, PartialEq, Eq)]
pub struct SubmissionReceipt {
    /// Head.
    pub head: Head,
    /// What was handed in: 异议.
    pub kind: String,
    /// On which paper: its title and number.
    pub paper: String,
    /// Who handed it in, as it was said.
    pub applicant: String,
    /// At the door or at the desk.
    pub way: String,
    /// When.
    pub received_at: At,
    /// The last day of the window, where there is one.
    pub due_on: Option<Day>,
    /// After that day.
    pub late: bool,
    /// What was written.
    pub words: String,
    /// The files.
    pub files: Vec<HandedFile>,
    /// What happens next.
    pub next: String,
    /// What is signed, line by line.
    pub signed: String,
    /// The signature over it.
    pub signature: String,
}
impl std::fmt::Debug for SubmissionReceipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SubmissionReceipt({} at {})", self.kind, self.received_at)
    }
}

impl SubmissionReceipt {
    /// The instant to the second, as papers write it.
    fn when(&self) -> String {
        let text = self.received_at.to_string();
        let clock = text.split_once('T').map_or("", |(_, t)| t.get(..8).unwrap_or_default());
        format!("{} {clock}", self.received_at.day().document_text())
    }
}

/// 送达码通知单: a code made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSlip {
    /// Head; it bears the code.
    pub head: Head,
    /// Of which paper: its title and number.
    pub paper: String,
    /// The paper's number, which is typed with the code.
    pub number: String,
}

#[derive(Template)]
#[template(path = "paper_submission_receipt.html")]
struct ReceiptPage<'a> {
    d: &'a SubmissionReceipt,
    head: &'a Head,
    title: &'a str,
    copy: Copy,
}

#[derive(Template)]
#[template(path = "paper_code_slip.html")]
struct SlipPage<'a> {
    d: &'a CodeSlip,
    head: &'a Head,
    title: &'a str,
    copy: Copy,
}

/// The receipt as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn submission_receipt(d: &SubmissionReceipt) -> Result<String> {
    done(&ReceiptPage { d, head: &d.head, title: "收件回执", copy: Copy::Employer })
}

/// The slip as an HTML page to print.
///
/// # Errors
/// Internal when the page fails.
pub fn code_slip(d: &CodeSlip) -> Result<String> {
    done(&SlipPage { d, head: &d.head, title: "送达码通知单", copy: Copy::Employer })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::forms::{DocumentNumber, Secret};

    fn head(door: Option<&str>) -> Head {
        Head {
            authority: "潍坊市奎文区人力资源和社会保障局".into(),
            number: Some(DocumentNumber { word: "奎文人社收".into(), year: 2026, n: 3 }),
            issued_on: Some(Day::ymd(2026, 12, 1).unwrap()),
            code: String::new(),
            banner: None,
            door: door.map(|c| Secret::new(c.to_owned())),
        }
    }
    fn receipt(late: bool) -> SubmissionReceipt {
        SubmissionReceipt {
            head: head(None),
            kind: "异议".into(),
            paper: "列入告知书 奎文人社失告〔2026〕第1号".into(),
            applicant: "王某测（法务）<b>".into(),
            way: "网上提交".into(),
            received_at: Day::ymd(2026, 12, 1).unwrap().at(23, 59),
            due_on: Some(Day::ymd(2026, 12, 1).unwrap()),
            late,
            words: "已经付清。".into(),
            files: vec![HandedFile { what: "材料".into(), name: "回单.pdf".into(), sha256: "ab".repeat(32) }],
            next: "由信用管理员核实。".into(),
            signed: "qingxin submission 1\nx\n".into(),
            signature: "sig".into(),
        }
    }

    #[test]
    fn a_receipt_says_what_came_and_when_to_the_second() {
        let page = submission_receipt(&receipt(false)).unwrap();
        for text in [
            "收件回执",
            "第3号",
            "2026年12月1日 23:59:00",
            "列入告知书",
            "回单.pdf",
            "abab",
            "qingxin submission 1",
            "（印章）",
            "王某测（法务）&#60;b&#62;",
        ] {
            assert!(page.contains(text), "lacks {text}: {page}");
        }
        assert!(!page.contains("已超过"), "{page}");
        let late = submission_receipt(&receipt(true)).unwrap();
        assert!(late.contains("已超过") && late.contains("2026年12月1日"), "{late}");
        assert!(!late.contains("/employer"), "a receipt is no key");
    }

    #[test]
    fn a_code_stands_on_the_slip_and_in_no_debug_text() {
        let d = CodeSlip {
            head: head(Some("SD-AAAAA-BBBBB")), paper: "行政处理决定书".into(), number: "奎文人社监理〔2026〕第3号".into()
        };
        let page = code_slip(&d).unwrap();
        assert!(page.contains("SD-AAAAA-BBBBB") && page.contains("/employer") && page.contains("奎文人社监理〔2026〕第3号"), "{page}");
        assert!(!format!("{d:?}").contains("AAAAA"));
    }
}
