//! The desk of the list of joint sanctions, and the systems that receive the list.

use super::{Chrome, Due, Fact, Filter, FormView, Tag};
use askama::Template;

/// One tab: its word, where it leads, whether it is shown.
pub type DeskTab = (String, String, bool);

/// One listing at the desk.
#[derive(Debug, Clone)]
pub struct DeskListing {
    /// The page of the case.
    pub href: String,
    /// The unit.
    pub unit: String,
    /// Its code; empty where it has none.
    pub uscc: String,
    /// The number of the case.
    pub number: String,
    /// Area and bureau.
    pub place: String,
    /// Where its procedure stands.
    pub state: String,
    /// What holds it.
    pub gates: Vec<Tag>,
    /// What is to be done,
    pub task: String,
    /// by when.
    pub due: Option<Due>,
    /// Other days of the clock.
    pub days: Vec<String>,
    /// Sums, term, publication, receivers, end.
    pub lines: Vec<String>,
}

/// 失信名单.
#[derive(Debug, Clone, Template)]
#[template(path = "listing_desk.html")]
pub struct ListingDeskPage {
    /// The frame.
    pub chrome: Chrome,
    /// The stages.
    pub tabs: Vec<DeskTab>,
    /// Narrows the list.
    pub filter: Filter,
    /// The newest first.
    pub rows: Vec<DeskListing>,
    /// The next page.
    pub more: Option<String>,
    /// Takes it out as a file.
    pub export: Option<FormView>,
}

/// One receiver.
#[derive(Debug, Clone)]
pub struct ReceiverRow {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// What kind of system it is, and of which areas it is told.
    pub kind: String,
    /// What it confirmed last, and when.
    pub last: String,
    /// When.
    pub last_at: String,
    /// How far it is behind, what is silent, what was given up.
    pub marks: Vec<Tag>,
    /// Since when.
    pub since: String,
    /// Where it is chased.
    pub chase: Option<String>,
}

/// 名单接收部门.
#[derive(Debug, Clone, Template)]
#[template(path = "receivers.html")]
pub struct ReceiversPage {
    /// The frame.
    pub chrome: Chrome,
    /// By code.
    pub rows: Vec<ReceiverRow>,
}

/// A listing as a receiver holds it.
#[derive(Debug, Clone)]
pub struct AckRow {
    /// The page of the case.
    pub href: String,
    /// The unit.
    pub unit: String,
    /// Its code.
    pub uscc: String,
    /// Where it stands.
    pub standing: String,
    /// `2/3`: confirmed of now.
    pub rev: String,
    /// When it was confirmed.
    pub at: String,
    /// Since when a confirmation is waited for.
    pub since: String,
    /// Whether it is confirmed.
    pub mark: Tag,
}

/// A receiver's page.
#[derive(Debug, Clone, Template)]
#[template(path = "receiver.html")]
pub struct ReceiverPage {
    /// The frame.
    pub chrome: Chrome,
    /// Its name.
    pub name: String,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// Where it is chased.
    pub chase: Option<String>,
    /// All of it, or what is not confirmed.
    pub tabs: Vec<DeskTab>,
    /// The newest first.
    pub rows: Vec<AckRow>,
    /// The next page.
    pub more: Option<String>,
    /// Messages that were given up: when, how often, why, by which id they are sent again.
    pub dead: Vec<(String, String, String, String)>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::{chrome, due, key};
    use super::super::{FieldKind, FormField, Lamp, Place, Tone};
    use super::*;

    const LONG: &str = "潍坊市奎文区海天恒信建设工程劳务分包与工程技术咨询服务有限责任公司第三工程分公司";

    fn tabs(here: usize) -> Vec<DeskTab> {
        ["候选和办理中", "已列入", "移出办理中", "已结束"]
            .into_iter()
            .enumerate()
            .map(|(i, w)| (w.into(), "/listings".into(), i == here))
            .collect()
    }

    impl ListingDeskPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = DeskListing {
                href: "/cases/1".into(),
                unit: LONG.into(),
                uscc: "91370702MA3TEXT0XR".into(),
                number: "AJ-7K3M9-PQR2X".into(),
                place: "奎文区　潍坊市奎文区人力资源和社会保障局".into(),
                state: "告知中".into(),
                gates: vec![Tag::new("异议期至 2026-12-21", Tone::Info), Tag::new("另有 2 人未告知完毕", Tone::Warn)],
                task: "作出列入决定".into(),
                due: Some(due(Lamp::Yellow, "剩 4 个工作日", "2027-01-11")),
                days: vec!["最迟送达 2026-12-25".into()],
                lines: vec!["逾期未付 ¥60,000.00，1 人".into(), "责令期满 2026-12-11".into()],
            };
            let listed = DeskListing {
                unit: "潍坊失信建筑劳务有限公司".into(),
                uscc: String::new(),
                state: "已列入".into(),
                gates: vec![Tag::new("2 个接收部门未确认", Tone::Warn)],
                task: "列入期限".into(),
                due: Some(due(Lamp::Normal, "剩 740 个工作日", "2029-12-23")),
                days: Vec::new(),
                lines: vec!["2026-12-23 列入".into(), "列入期至 2029-12-23".into(), "已确认 1/3 个接收部门".into()],
                ..row.clone()
            };
            let ended = DeskListing { state: "已移出".into(), gates: Vec::new(), task: String::new(), due: None, ..listed.clone() };
            let fields = vec![
                FormField::new("state", "状态", FieldKind::Select).options([("telling", "告知中")]),
                FormField::new("q", "单位名称、统一社会信用代码或者案件编号", FieldKind::Text).max(60),
            ];
            let page = |here: usize, rows: Vec<DeskListing>, active: bool, wrong: bool| {
                let form = key(FormView::new(
                    "export",
                    "/listings/export",
                    "导出",
                    vec![FormField::new("reason", "理由", FieldKind::Long).required().max(1000)],
                ));
                let why = crate::base::Error::field("/reason", "required", &[]);
                let form = if wrong { form.sent_back(&[], &why) } else { form };
                Self {
                    chrome: chrome("失信名单", Place::Listings),
                    tabs: tabs(here),
                    filter: Filter {
                        action: "/listings".into(),
                        hidden: vec![("stage".into(), "open".into())],
                        fields: fields.clone(),
                        active,
                        clear: "/listings".into(),
                    },
                    more: (!rows.is_empty()).then(|| "/listings?after=x".into()),
                    export: (!rows.is_empty()).then_some(form),
                    rows,
                }
            };
            vec![
                page(0, vec![row.clone(), listed.clone(), ended.clone()], false, false),
                page(1, vec![listed, ended], true, true),
                page(0, Vec::new(), false, false),
                page(2, Vec::new(), true, false),
            ]
        }
    }

    impl ReceiversPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = ReceiverRow {
                href: "/receivers/credit".into(),
                name: "潍坊市公共信用信息平台暨联合惩戒协同应用系统（市发展和改革委员会信用建设科）".into(),
                code: "credit".into(),
                kind: "部门移送　奎文区、潍城区".into(),
                last: "潍坊失信建筑劳务有限公司 第 2 版".into(),
                last_at: "2026-12-23 10:00".into(),
                marks: vec![
                    Tag::new("落后 3 条", Tone::Warn),
                    Tag::new("到期未确认，催办中", Tone::Bad),
                    Tag::new("1 条移出未确认", Tone::Bad),
                ],
                since: "2026-12-24 09:00".into(),
                chase: Some("/cases/1".into()),
            };
            let level = ReceiverRow {
                name: "12345 热线".into(),
                code: "hotline".into(),
                marks: vec![Tag::new("没有须确认的名单", Tone::Plain)],
                since: String::new(),
                last: "从未确认".into(),
                last_at: String::new(),
                chase: None,
                ..row.clone()
            };
            let page = |rows| Self { chrome: chrome("名单接收部门", Place::Listings), rows };
            vec![page(vec![row, level]), page(Vec::new())]
        }
    }

    impl ReceiverPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = AckRow {
                href: "/cases/1".into(),
                unit: LONG.into(),
                uscc: "91370702MA3TEXT0XR".into(),
                standing: "移出办理中".into(),
                rev: "1/2".into(),
                at: "2026-12-23 10:00".into(),
                since: "2027-02-01 09:00".into(),
                mark: Tag::new("移出未确认", Tone::Bad),
            };
            let fine = AckRow { rev: "2/2".into(), since: String::new(), mark: Tag::new("已确认", Tone::Good), ..row.clone() };
            let page = |full: bool| Self {
                chrome: chrome("接收部门", Place::Listings),
                name: "潍坊市公共信用信息平台".into(),
                facts: vec![Fact::new("代码", "credit"), Fact::new("区划", "全市"), Fact::new("最近确认", "")],
                chase: full.then(|| "/cases/1".into()),
                tabs: vec![
                    ("全部".into(), "/receivers/credit".into(), full),
                    ("未确认".into(), "/receivers/credit?show=open".into(), !full),
                ],
                rows: if full { vec![row.clone(), fine.clone()] } else { Vec::new() },
                more: full.then(|| "/receivers/credit?after=x".into()),
                dead: if full {
                    vec![("2026-12-23 10:00".into(), "10".into(), "503".into(), "0197b1c6-0000-7000-8000-000000000001".into())]
                } else {
                    Vec::new()
                },
            };
            vec![page(true), page(false)]
        }
    }
}
