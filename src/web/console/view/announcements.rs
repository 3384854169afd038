//! Announcements 社会公布: the register, a quarter's batches, and the two pages anybody reads.

use super::{Chrome, Filter, FormView, Tag};
use crate::web::look::Around;
use askama::Template;

/// One announcement of the register.
#[derive(Debug, Clone)]
pub struct AnnouncementRow {
    /// The page of the case.
    pub href: String,
    /// Its number.
    pub number: String,
    /// The unit.
    pub name: String,
    /// Its code.
    pub unit_code: String,
    /// Where.
    pub area: String,
    /// The bureau.
    pub bureau: String,
    /// The category.
    pub category: String,
    /// The quarter it was approved in.
    pub quarter: String,
    /// Its state.
    pub state: Tag,
    /// Where review or suit stand; empty where there is none.
    pub remedy: String,
    /// When it was published.
    pub published: String,
    /// Its permanent link, once it was published.
    pub public: Option<String>,
    /// By when something is due.
    pub due: String,
    /// For how long that is late.
    pub overdue: String,
}

/// 社会公布台账.
#[derive(Debug, Clone, Template)]
#[template(path = "announcements.html")]
pub struct AnnouncementsPage {
    /// The frame.
    pub chrome: Chrome,
    /// Narrows the list.
    pub filter: Filter,
    /// The newest first.
    pub rows: Vec<AnnouncementRow>,
    /// The next page.
    pub more: Option<String>,
    /// Takes it out as a file.
    pub export: Option<FormView>,
}

/// One announcement of a batch.
#[derive(Debug, Clone)]
pub struct BatchLine {
    /// The page of the case.
    pub href: String,
    /// The unit.
    pub name: String,
    /// The category.
    pub category: String,
    /// The public code.
    pub code: String,
    /// Why it is held back; empty where it is not.
    pub held: String,
}

/// A quarter's batch of a bureau.
#[derive(Debug, Clone)]
pub struct BatchCard {
    /// The quarter and the number.
    pub title: String,
    /// The bureau.
    pub bureau: String,
    /// Where it stands.
    pub state: Tag,
    /// From when it may be published.
    pub note: String,
    /// What is in it.
    pub lines: Vec<BatchLine>,
    /// What binds all of it.
    pub hash: String,
    /// Publishes it, for the head.
    pub form: Option<FormView>,
}

/// 季度批次.
#[derive(Debug, Clone, Template)]
#[template(path = "announcement_batches.html")]
pub struct AnnouncementBatchesPage {
    /// The frame.
    pub chrome: Chrome,
    /// The newest quarter first.
    pub cards: Vec<BatchCard>,
    /// Why it was not published.
    pub wrong: Option<String>,
}

/// A line of the public list.
#[derive(Debug, Clone)]
pub struct PublicRow {
    /// The permanent link.
    pub href: String,
    /// The unit.
    pub name: String,
    /// Its code.
    pub unit_code: String,
    /// The category.
    pub category: String,
    /// Where.
    pub area: String,
    /// The bureau.
    pub bureau: String,
    /// Since when.
    pub published: String,
    /// When it was corrected; empty where it was not.
    pub corrected: String,
}

/// `/public/announcements`.
#[derive(Debug, Clone, Template)]
#[template(path = "public_announcements.html")]
pub struct PublicAnnouncementsPage {
    /// What stands around the page.
    pub around: Around,
    /// Narrows the list.
    pub filter: Filter,
    /// The newest first.
    pub rows: Vec<PublicRow>,
    /// The next page.
    pub more: Option<String>,
    /// The city's bureau.
    pub authority: String,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    fn filter(action: &str, active: bool) -> Filter {
        let fields = vec![
            FormField::new("category", "类别", FieldKind::Select).options([("wages", "克扣、无故拖欠劳动报酬"), ("other", "其他")]),
            FormField::new("q", "单位、代码或者编号", FieldKind::Text).max(60),
        ];
        Filter { action: action.into(), hidden: Vec::new(), fields, active, clear: action.into() }
    }

    impl AnnouncementsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = AnnouncementRow {
                href: "/cases/1".into(),
                number: "AJ-7K3M9-PQR2X".into(),
                name: "潍坊试验建筑劳务有限公司".into(),
                unit_code: "91370702MA3TEXT0XR".into(),
                area: "奎文区".into(),
                bureau: "潍坊市奎文区人力资源和社会保障局".into(),
                category: "克扣、无故拖欠劳动报酬数额较大".into(),
                quarter: "2026年第四季度".into(),
                state: Tag::new("公布中", Tone::Good),
                remedy: "行政复议中".into(),
                published: "2027-01-08 10:00".into(),
                public: Some("/public/announcements/GB-7K3M9-PQR2X".into()),
                due: "2027-01-22".into(),
                overdue: "超 2 个工作日".into(),
            };
            let bare = AnnouncementRow {
                state: Tag::new("待拟定公布内容", Tone::Info),
                unit_code: String::new(),
                category: String::new(),
                quarter: String::new(),
                remedy: String::new(),
                published: String::new(),
                public: None,
                overdue: String::new(),
                ..row.clone()
            };
            let export = FormView::new(
                "export",
                "/announcements/export",
                "导出",
                vec![FormField::new("reason", "理由", FieldKind::Long).required().max(1000)],
            );
            let page = |rows: Vec<AnnouncementRow>, active| Self {
                chrome: chrome("社会公布台账", Place::Inbox),
                filter: filter("/announcements", active),
                more: (!rows.is_empty()).then(|| "/announcements?after=x".into()),
                export: (!rows.is_empty()).then(|| export.clone()),
                rows,
            };
            vec![page(vec![row, bare], true), page(Vec::new(), false), page(Vec::new(), true)]
        }
    }

    impl AnnouncementBatchesPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let line = BatchLine {
                href: "/cases/1".into(),
                name: "潍坊试验建筑劳务有限公司".into(),
                category: "克扣、无故拖欠劳动报酬数额较大".into(),
                code: "GB-7K3M9-PQR2X".into(),
                held: String::new(),
            };
            let held = BatchLine { held: "决定停止执行，暂不公布".into(), ..line.clone() };
            let card = BatchCard {
                title: "2026年第四季度　〔2027〕第1批".into(),
                bureau: "潍坊市奎文区人力资源和社会保障局".into(),
                state: Tag::new("应于 2027-01-31 前公布", Tone::Info),
                note: String::new(),
                lines: vec![line, held],
                hash: "ab".repeat(32),
                form: Some(FormView::new("batch-1", "/announcement-batches", "公布本批次（1 件）", Vec::new())),
            };
            let empty = BatchCard { lines: Vec::new(), form: None, note: "2027-04-01 起可以公布".into(), ..card.clone() };
            let page = |cards: Vec<BatchCard>, wrong: Option<&str>| Self {
                chrome: chrome("季度批次", Place::Inbox),
                cards,
                wrong: wrong.map(str::to_owned),
            };
            vec![page(vec![card, empty], Some("批次内容已有变化。")), page(Vec::new(), None)]
        }
    }

    impl PublicAnnouncementsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = PublicRow {
                href: "/public/announcements/GB-7K3M9-PQR2X".into(),
                name: "潍坊试验建筑劳务有限公司".repeat(3),
                unit_code: "91370702MA3TEXT0XR".into(),
                category: "克扣、无故拖欠劳动报酬数额较大，或者拒不支付劳动报酬依法移送司法机关".into(),
                area: "奎文区".into(),
                bureau: "潍坊市奎文区人力资源和社会保障局".into(),
                published: "2027-01-08".into(),
                corrected: "2027-02-01".into(),
            };
            let plain = PublicRow { corrected: String::new(), ..row.clone() };
            let page = |rows: Vec<PublicRow>, active| Self {
                around: Around { demo: true, ..Around::default() },
                filter: filter("/public/announcements", active),
                more: (!rows.is_empty()).then(|| "/public/announcements?after=x".into()),
                rows,
                authority: "潍坊市人力资源和社会保障局".into(),
            };
            vec![page(vec![row, plain], true), page(Vec::new(), false), page(Vec::new(), true)]
        }
    }
}
