//! What a permanent link of the public pages leads to: one paper to read and print, or a sentence that it is shown no more.

use crate::web::look::Around;
use askama::Template;

/// Which sort of paper: its words and where the list of all is.
#[derive(Debug, Clone, Copy)]
pub struct PublicWhat {
    /// The heading.
    pub title: &'static str,
    /// What its code is called.
    pub code: &'static str,
    /// The address of the list,
    pub list: &'static str,
    /// and what the link to it says.
    pub all: &'static str,
    /// How long the link holds.
    pub foot: &'static str,
}

/// An announcement 社会公布.
pub const ANNOUNCED: PublicWhat = PublicWhat {
    title: "重大劳动保障违法行为社会公布",
    code: "公布编码",
    list: "/public/announcements",
    all: "全部公布事项",
    foot: "本页网址长期有效；展示期满或者撤回后，不再展示公布内容。",
};
/// An entry of the list of joint sanctions.
pub const LISTED: PublicWhat = PublicWhat {
    title: "拖欠农民工工资失信联合惩戒对象名单信息",
    code: "名单信息编号",
    list: "/public/listings",
    all: "全部名单信息",
    foot: "本页网址长期有效；列入期满、提前移出或者撤销后，不再显示内容。",
};

/// `/public/announcements/{code}`, `/public/listings/{code}`.
#[derive(Debug, Clone, Template)]
#[template(path = "public_paper.html")]
pub struct PublicPaperPage {
    /// What stands around the page.
    pub around: Around,
    /// Which sort.
    pub what: PublicWhat,
    /// The code of this link.
    pub code: String,
    /// Why nothing is shown; empty where something is.
    pub note: String,
    /// The paper's number.
    pub number: String,
    /// The bureau and the day.
    pub sign: Vec<String>,
    /// What is shown: name and words.
    pub parts: Vec<(String, String)>,
}
impl PublicPaperPage {
    /// One that shows nothing but this sentence.
    #[must_use]
    pub fn bare(around: Around, what: PublicWhat, code: &str, note: &str) -> Self {
        Self { around, what, code: code.to_owned(), note: note.to_owned(), number: String::new(), sign: Vec::new(), parts: Vec::new() }
    }
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::*;

    impl PublicPaperPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let part = |k: &str, v: &str| (k.to_owned(), v.to_owned());
            let shown = Self {
                number: "奎文人社公〔2027〕第3号".into(),
                sign: vec!["潍坊市奎文区人力资源和社会保障局".into(), "2027年1月8日".into()],
                parts: vec![part("单位全称", &"潍坊试验建筑劳务有限公司".repeat(3)), part("主要违法事实", "拖欠工资。\n经责令逾期未付。")],
                ..Self::bare(Around::default(), ANNOUNCED, "GB-7K3M9-PQR2X", "")
            };
            let listed = Self {
                what: LISTED,
                around: Around { demo: true, ..Around::default() },
                number: "奎文人社失列〔2026〕第3号".into(),
                ..shown.clone()
            };
            let gone = Self::bare(Around { demo: true, ..Around::default() }, LISTED, "SX-7K3M9-PQR2X", "这条名单信息已不再显示。");
            vec![shown, listed, gone, Self::bare(Around::default(), ANNOUNCED, "—", "没有这件公布，请核对网址。")]
        }
    }
}
