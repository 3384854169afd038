//! Bulletins.

use super::{Chrome, Fact, FormView, Tag};
use askama::Template;

/// One bulletin of the list.
#[derive(Debug, Clone)]
pub struct BulletinRow {
    /// Its page.
    pub href: String,
    /// Kind and area.
    pub title: String,
    /// Who issues it.
    pub bureau: String,
    /// The period.
    pub span: String,
    /// Where it stands.
    pub state: Tag,
    /// The number; empty before.
    pub number: String,
}

/// 周报月报.
#[derive(Debug, Clone, Template)]
#[template(path = "bulletins.html")]
pub struct BulletinsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The newest first.
    pub rows: Vec<BulletinRow>,
    /// The next page.
    pub more: Option<String>,
    /// Drafts one.
    pub new: Option<FormView>,
}

/// A line of its tables.
#[derive(Debug, Clone)]
pub struct BulletinFigures {
    /// The place; empty where there is none.
    pub place: String,
    /// County or period.
    pub name: String,
    /// Opened.
    pub opened: String,
    /// Concluded.
    pub concluded: String,
    /// In tracking.
    pub tracking: String,
    /// Everything else.
    pub pending: String,
    /// 办结率.
    pub rate: String,
    /// Overdue.
    pub overdue: String,
    /// Paid, in yuan.
    pub paid: String,
    /// Supervision orders issued and discharged.
    pub supervised: String,
}

/// One bulletin.
#[derive(Debug, Clone, Template)]
#[template(path = "bulletin.html")]
pub struct BulletinPageView {
    /// The frame.
    pub chrome: Chrome,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub state: Tag,
    /// Period, and until when it counts.
    pub about: String,
    /// Who drafted, approved and issued it; number and hash.
    pub facts: Vec<Fact>,
    /// The paper.
    pub paper: String,
    /// Counties.
    pub counties: Vec<BulletinFigures>,
    /// This period, the one before, last year.
    pub compared: Vec<BulletinFigures>,
    /// What stands out.
    pub out: Vec<String>,
    /// What the bureau adds.
    pub remarks: String,
    /// How 办结率 is counted.
    pub note: String,
    /// What may be done with it now.
    pub forms: Vec<FormView>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    fn form(id: &str) -> FormView {
        FormView::new(id, "/bulletins", "起草", vec![FormField::new("day", "统计期间内的任一天", FieldKind::Date).required()])
    }

    impl BulletinsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = BulletinRow {
                href: "/bulletins/1".into(),
                title: "潍坊市月报".into(),
                bureau: "潍坊市人力资源和社会保障局".into(),
                span: "2026-11-01 至 2026-11-30".into(),
                state: Tag::new("已发布", Tone::Good),
                number: "市人社局欠薪月报〔2026〕第11号".into(),
            };
            let draft = BulletinRow { number: String::new(), state: Tag::new("草稿", Tone::Plain), ..row.clone() };
            let wrong = crate::base::Error::field("/day", "bulletin_running", &[]);
            let page = |rows: Vec<BulletinRow>, new| Self {
                chrome: chrome("周报月报", Place::Bulletins),
                more: (rows.len() > 1).then(|| "/bulletins?after=x".into()),
                rows,
                new,
            };
            vec![page(vec![draft, row], Some(form("new"))), page(Vec::new(), None), page(Vec::new(), Some(form("new").told(&wrong)))]
        }
    }

    impl BulletinPageView {
        pub(in super::super) fn samples() -> Vec<Self> {
            let line = BulletinFigures {
                place: "1".into(),
                name: "奎文区".into(),
                opened: "12".into(),
                concluded: "9".into(),
                tracking: "1".into(),
                pending: "2".into(),
                rate: "75.0%".into(),
                overdue: "1".into(),
                paid: "120,000.00".into(),
                supervised: "2 / 1".into(),
            };
            let full = Self {
                chrome: chrome("周报月报", Place::Bulletins),
                title: "潍坊市月报".into(),
                state: Tag::new("草稿", Tone::Plain),
                about: "2026-11-01 至 2026-11-30".into(),
                facts: vec![Fact::new("起草", "李督办 2026-12-01 09:00")],
                paper: "/bulletins/1/paper".into(),
                counties: vec![line.clone()],
                compared: vec![BulletinFigures { place: String::new(), name: "上期".into(), ..line }],
                out: vec!["办结率最低的是坊子区。".into()],
                remarks: "请各县市区抓紧办理。".into(),
                note: "办结率＝…".into(),
                forms: vec![form("save"), form("approve")],
            };
            let wrong = crate::base::Error::refused("bulletin_own", &[]);
            let refused = Self { forms: vec![form("approve").told(&wrong)], ..full.clone() };
            let empty = Self { counties: Vec::new(), out: Vec::new(), remarks: String::new(), forms: Vec::new(), ..full.clone() };
            vec![full, empty, refused]
        }
    }
}
