//! The register of supervisions.

use super::{Chrome, Filter, FormView, Tag};
use askama::Template;

/// One supervision.
#[derive(Debug, Clone)]
pub struct SupervisionRow {
    /// The page of the case.
    pub href: String,
    /// Its number.
    pub number: String,
    /// The respondent.
    pub respondent: String,
    /// Where.
    pub area: String,
    /// The supervised bureau.
    pub bureau: String,
    /// Why.
    pub origin: String,
    /// The level.
    pub level: Tag,
    /// Since when.
    pub opened: String,
    /// Its state.
    pub state: String,
    /// By when something is due, or when it was discharged.
    pub due: String,
    /// For how long that is late.
    pub overdue: String,
}

/// 督办台账.
#[derive(Debug, Clone, Template)]
#[template(path = "supervisions.html")]
pub struct SupervisionsPage {
    /// The frame.
    pub chrome: Chrome,
    /// Narrows the list.
    pub filter: Filter,
    /// The newest first.
    pub rows: Vec<SupervisionRow>,
    /// The next page.
    pub more: Option<String>,
    /// Takes it out as a file.
    pub export: Option<FormView>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    impl SupervisionsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = SupervisionRow {
                href: "/cases/1".into(),
                number: "AJ-7K3M9-PQR2X".into(),
                respondent: "潍坊海天建设工程有限公司".into(),
                area: "奎文区".into(),
                bureau: "潍坊市奎文区人力资源和社会保障局".into(),
                origin: "重复投诉".into(),
                level: Tag::new("督办单", Tone::Bad),
                opened: "2026-11-20 09:30".into(),
                state: "督办中".into(),
                due: "2026-11-27".into(),
                overdue: "超 2 个工作日".into(),
            };
            let fields =
                vec![FormField::new("origin", "督办原因", FieldKind::Select).options([("repeated", "重复投诉"), ("superior", "上级交办")])];
            let filter =
                Filter { action: "/supervisions".into(), hidden: Vec::new(), fields, active: false, clear: "/supervisions".into() };
            let export = FormView::new(
                "export",
                "/supervisions/export",
                "导出",
                vec![FormField::new("reason", "理由", FieldKind::Long).required().max(1000)],
            );
            let page = |rows: Vec<SupervisionRow>, active: bool| Self {
                chrome: chrome("督办台账", Place::Inbox),
                filter: Filter { active, ..filter.clone() },
                more: (!rows.is_empty()).then(|| "/supervisions?after=x".into()),
                export: (!rows.is_empty()).then(|| export.clone()),
                rows,
            };
            let done = SupervisionRow { state: "已解除".into(), overdue: String::new(), due: "2026-11-25 10:00".into(), ..row.clone() };
            vec![page(vec![row, done], true), page(Vec::new(), false)]
        }
    }
}
