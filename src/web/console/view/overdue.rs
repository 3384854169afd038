//! The overdue audit, and the hand-over of what a leaving officer holds.

use super::{Chrome, FormView, InboxTab, Tag};
use askama::Template;

/// One late duty.
#[derive(Debug, Clone)]
pub struct OverdueRow {
    /// The page of the matter.
    pub href: String,
    /// Its number.
    pub number: String,
    /// The respondent.
    pub respondent: String,
    /// Where.
    pub area: String,
    /// What sort of procedure.
    pub kind: String,
    /// Its state.
    pub state: String,
    /// What is late.
    pub term: String,
    /// `法定` or `内部`.
    pub effect: Tag,
    /// When it should have been done.
    pub due: String,
    /// For how long it is late.
    pub overdue: String,
    /// The officer; empty where nobody is named.
    pub officer: String,
    /// The role that holds it.
    pub holder: String,
    /// The bureau.
    pub bureau: String,
    /// Why.
    pub why: String,
    /// Marks so far, in words.
    pub marks: String,
    /// A running supervision.
    pub supervised: Option<Tag>,
}

/// 超期督查.
#[derive(Debug, Clone, Template)]
#[template(path = "overdue.html")]
pub struct OverduePage {
    /// The frame.
    pub chrome: Chrome,
    /// All, or statutory alone.
    pub tabs: Vec<InboxTab>,
    /// The longest late first.
    pub rows: Vec<OverdueRow>,
    /// The next page.
    pub more: Option<String>,
    /// Takes it out as a file.
    pub export: Option<FormView>,
}

/// One matter an officer holds.
#[derive(Debug, Clone)]
pub struct HeldRow {
    /// Its page.
    pub href: String,
    /// Its number.
    pub number: String,
    /// The respondent.
    pub respondent: String,
    /// Its state.
    pub state: String,
    /// As first or second officer.
    pub role: String,
}

/// 移交离岗人员的案件.
#[derive(Debug, Clone, Template)]
#[template(path = "handover.html")]
pub struct HandoverPage {
    /// The frame.
    pub chrome: Chrome,
    /// Chooses whose matters.
    pub choose: FormView,
    /// Whose they are.
    pub from: Option<String>,
    /// What that officer holds.
    pub rows: Vec<HeldRow>,
    /// Hands it over.
    pub form: Option<FormView>,
    /// What stayed the last time, and why.
    pub stayed: Vec<String>,
    /// The rest, where one page does not hold everything.
    pub more: Option<String>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    fn form(id: &str, to: &str) -> FormView {
        FormView::new(id, to, "确定", vec![FormField::new("reason", "理由", FieldKind::Long).required().max(1000)])
    }

    impl OverduePage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = OverdueRow {
                href: "/cases/1".into(),
                number: "AJ-7K3M9-PQR2X".into(),
                respondent: "潍坊海天建设工程有限公司".into(),
                area: "奎文区".into(),
                kind: "投诉处理".into(),
                state: "受理审查".into(),
                term: "受理并立案".into(),
                effect: Tag::new("法定", Tone::Info),
                due: "2026-11-16".into(),
                overdue: "超 5 个工作日".into(),
                officer: "尉迟建华".into(),
                holder: "承办人".into(),
                bureau: "奎文区人力资源和社会保障局".into(),
                why: "承办人不在岗；等待承办部门局领导签批".into(),
                marks: "2 次".into(),
                supervised: Some(Tag::new("督办单", Tone::Bad)),
            };
            let tab = |label: &str, current| InboxTab { href: "/overdue".into(), label: label.into(), count: 0, current, urgent: false };
            let page = |rows: Vec<OverdueRow>| Self {
                chrome: chrome("超期督查", Place::Inbox),
                tabs: vec![tab("全部", true), tab("法定期限", false)],
                more: (!rows.is_empty()).then(|| "/overdue?after=x".into()),
                export: (!rows.is_empty()).then(|| form("export", "/overdue/export")),
                rows,
            };
            let nobody = OverdueRow { officer: String::new(), supervised: None, why: "没有承办人".into(), ..row.clone() };
            vec![page(vec![row, nobody]), page(Vec::new())]
        }
    }

    impl HandoverPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = HeldRow {
                href: "/cases/1".into(),
                number: "AJ-7K3M9-PQR2X".into(),
                respondent: "潍坊海天建设工程有限公司".into(),
                state: "调查中".into(),
                role: "承办人".into(),
            };
            let choose = FormView::new(
                "from",
                "/handover",
                "查看",
                vec![FormField::new("from", "离岗人员", FieldKind::Select).options([("1", "尉迟建华")])],
            );
            let empty = Self {
                chrome: chrome("移交案件", Place::Inbox),
                choose,
                from: None,
                rows: Vec::new(),
                form: None,
                stayed: Vec::new(),
                more: None,
            };
            let full = Self {
                from: Some("尉迟建华".into()),
                rows: vec![row.clone(), HeldRow { role: "第二承办人".into(), ..row }],
                form: Some(form("handover", "/handover/1")),
                stayed: vec!["AJ-2B3C4-D5E6F：所选人员应当回避。".into()],
                more: Some("/handover?from=1&after=x".into()),
                ..empty.clone()
            };
            vec![full, Self { from: Some("尉迟建华".into()), ..empty.clone() }, empty]
        }
    }
}
