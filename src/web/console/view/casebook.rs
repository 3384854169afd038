//! The case ledger and the log of exports.

use super::{Chrome, Fact, Filter, FormView};
use askama::Template;

/// One case.
#[derive(Debug, Clone)]
pub struct CasebookRow {
    /// Its page.
    pub href: String,
    /// Its number.
    pub number: String,
    /// The respondent.
    pub respondent: String,
    /// The project; may be empty.
    pub project: String,
    /// Where.
    pub area: String,
    /// The lead bureau.
    pub lead: String,
    /// The officer; may be empty.
    pub officer: String,
    /// The state.
    pub state: String,
    /// When it was opened.
    pub opened: String,
    /// Workers.
    pub headcount: String,
    /// Reported, in yuan.
    pub reported: String,
    /// Paid.
    pub paid: String,
    /// Outstanding.
    pub outstanding: String,
}

/// 案件台账.
#[derive(Debug, Clone, Template)]
#[template(path = "ledger.html")]
pub struct CasebookPage {
    /// The frame.
    pub chrome: Chrome,
    /// Narrows the list.
    pub filter: Filter,
    /// The first cases.
    pub rows: Vec<CasebookRow>,
    /// How many are shown where there are more.
    pub shown: Option<usize>,
    /// Takes all out as a file.
    pub export: Option<FormView>,
    /// The log of exports, for who reads it.
    pub log: Option<String>,
}

/// One export.
#[derive(Debug, Clone)]
pub struct ExportRow {
    /// Its page.
    pub href: String,
    /// Its number.
    pub number: String,
    /// What was taken out.
    pub what: String,
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// Of which bureau.
    pub bureau: String,
    /// Rows and format.
    pub rows: String,
    /// Whether personal data stand in it in full.
    pub unmasked: bool,
    /// Why.
    pub reason: String,
}

/// 导出记录.
#[derive(Debug, Clone, Template)]
#[template(path = "exports.html")]
pub struct ExportsPage {
    /// The frame.
    pub chrome: Chrome,
    /// Narrows the list.
    pub filter: Filter,
    /// The newest first.
    pub rows: Vec<ExportRow>,
    /// The next page.
    pub more: Option<String>,
    /// Whether the reader sees all of the city.
    pub everything: bool,
}

/// One export with what was said.
#[derive(Debug, Clone, Template)]
#[template(path = "export.html")]
pub struct ExportPage {
    /// The frame.
    pub chrome: Chrome,
    /// What and which number.
    pub title: String,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// The hash of the file.
    pub sha256: String,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place};
    use super::*;

    fn filter(action: &str, active: bool) -> Filter {
        let fields = vec![
            FormField::new("stand", "办理情况", FieldKind::Select).options([("running", "在办"), ("concluded", "已办结")]).value("running"),
            FormField::new("from", "建案日期从", FieldKind::Date).value("2026-01-01"),
        ];
        Filter { action: action.into(), hidden: Vec::new(), fields, active, clear: action.into() }
    }

    impl CasebookPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = CasebookRow {
                href: "/cases/1".into(),
                number: "AJ-7K3M9-PQR2X".into(),
                respondent: "潍坊海天建设工程有限公司".into(),
                project: "鸢飞花园二期".into(),
                area: "奎文区".into(),
                lead: "潍坊市奎文区人力资源和社会保障局".into(),
                officer: "王承办".into(),
                state: "调查中".into(),
                opened: "2026-11-20".into(),
                headcount: "12".into(),
                reported: "120,000.00".into(),
                paid: "0.00".into(),
                outstanding: "120,000.00".into(),
            };
            let fields = vec![
                FormField::new("profile", "台账格式", FieldKind::Select).options([("hrss", "欠薪案件台账")]).value("hrss").required(),
                FormField::new("reason", "理由说明", FieldKind::Long).required().max(1000),
            ];
            let export = FormView::new("export", "/ledger/export", "导出", fields);
            let page = |rows: Vec<CasebookRow>, export: Option<FormView>| Self {
                chrome: chrome("案件台账", Place::Ledger),
                filter: filter("/ledger", rows.len() > 1),
                shown: (rows.len() > 1).then_some(30),
                export,
                log: rows.len().checked_sub(1).map(|_| "/ledger/exports".into()),
                rows,
            };
            let bare = CasebookRow { project: String::new(), officer: String::new(), ..row.clone() };
            let wrong = crate::base::Error::field("/reason", "words_length", &[]);
            let refused = export.clone().sent_back(&[("reason".into(), "查".into())], &wrong);
            vec![page(vec![row.clone(), bare], Some(export)), page(Vec::new(), None), page(vec![row], Some(refused))]
        }
    }

    impl ExportsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = ExportRow {
                href: "/ledger/exports/1".into(),
                number: "DC-7K3M9-PQR2X".into(),
                what: "案件台账".into(),
                at: "2026-11-23 15:04".into(),
                who: "李督办".into(),
                bureau: "潍坊市人力资源和社会保障局".into(),
                rows: "120 行 · XLSX".into(),
                unmasked: true,
                reason: "例行报送".into(),
            };
            let page = |rows: Vec<ExportRow>, everything: bool| Self {
                chrome: chrome("导出记录", Place::Exports),
                filter: filter("/ledger/exports", everything),
                more: (rows.len() > 1).then(|| "/ledger/exports?after=x".into()),
                rows,
                everything,
            };
            vec![page(vec![row.clone(), ExportRow { unmasked: false, ..row }], true), page(Vec::new(), false)]
        }
    }

    impl ExportPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let facts = vec![Fact::new("导出人", "李督办"), Fact::new("理由说明", "")];
            vec![Self {
                chrome: chrome("导出记录", Place::Exports),
                title: "案件台账 DC-7K3M9-PQR2X".into(),
                facts,
                sha256: "ab".repeat(32),
            }]
        }
    }
}
