//! The list of old matters that were overdue by their own dates.

use super::{Chrome, FormView, InboxTab};
use askama::Template;

/// One matter of the list.
#[derive(Debug, Clone)]
pub struct LegacyRow {
    /// The case's page.
    pub href: String,
    /// Its number.
    pub code: String,
    /// The bureau's own number.
    pub number: String,
    /// The respondent.
    pub respondent: String,
    /// Area and bureau.
    pub place: String,
    /// The state it was taken over in.
    pub state: String,
    /// When it was registered.
    pub received: String,
    /// When it was docketed; empty when the ledger does not say.
    pub docketed: String,
    /// What is said to be owed and paid.
    pub money: String,
    /// What had passed, a sentence each.
    pub passed: Vec<String>,
    /// What came of the review; empty while it waits.
    pub outcome: String,
    /// Decides it.
    pub form: Option<FormView>,
}

/// 遗留超期复核.
#[derive(Debug, Clone, Template)]
#[template(path = "legacy.html")]
pub struct LegacyPage {
    /// The frame.
    pub chrome: Chrome,
    /// What waits, what was decided.
    pub tabs: Vec<InboxTab>,
    /// Whether these are the decided ones.
    pub decided: bool,
    /// The oldest first.
    pub rows: Vec<LegacyRow>,
    /// The next page.
    pub more: Option<String>,
    /// Takes the list out as a file.
    pub export: Option<FormView>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, FormField, Place};
    use super::*;

    impl LegacyPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let form = |id: &str, to: &str| {
                let fields = vec![FormField::new("reason", "理由", FieldKind::Text).required().max(200)];
                FormView::new(id, to, "确定", fields)
            };
            let open = LegacyRow {
                href: "/cases/1".into(),
                code: "AJ-2026-000123".into(),
                number: "奎人社监〔2025〕31号".into(),
                respondent: "潍坊海天建设工程有限公司".into(),
                place: "奎文区 奎文区人力资源和社会保障局".into(),
                state: "调查中".into(),
                received: "2025-03-03".into(),
                docketed: "2025-03-10".into(),
                money: "涉及 12000.00 元，台账所载已支付 2000.00 元（未核实）".into(),
                passed: vec!["调查：2025-06-09 到期，已超期 300 个工作日（《劳动保障监察条例》第十七条）".into()],
                outcome: String::new(),
                form: Some(form("l-1", "/legacy-review/1/decide")),
            };
            let decided =
                LegacyRow { outcome: "日期无误 2026-11-23 10:00".into(), docketed: String::new(), form: None, ..open.clone() };
            let tab =
                |label: &str, current| InboxTab { href: "/legacy-review".into(), label: label.into(), count: 0, current, urgent: false };
            let page = |rows: Vec<LegacyRow>, first: bool| Self {
                chrome: chrome("遗留超期复核", Place::Legacy),
                tabs: vec![tab("待复核", first), tab("已复核", !first)],
                more: (!rows.is_empty()).then(|| "/legacy-review?after=1_2".into()),
                decided: !first,
                export: first.then(|| form("export", "/legacy-review/export")),
                rows,
            };
            vec![page(vec![open], true), page(vec![decided], false), page(vec![], true), page(vec![], false)]
        }
    }
}
