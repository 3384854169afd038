//! 用人单位档案: the list by early warning, and the file of one unit.

use super::{Chrome, Fact, Filter, FormView, Tag};
use askama::Template;

/// One unit of the list.
#[derive(Debug, Clone)]
pub struct EmployerRow {
    /// Its file.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// 0 to 100.
    pub score: String,
    /// Its level.
    pub level: Tag,
    /// Why.
    pub reasons: Vec<String>,
    /// Running and all cases.
    pub cases: String,
    /// Workers in running cases.
    pub headcount: String,
    /// List and grade.
    pub tags: Vec<Tag>,
}

/// 用人单位预警.
#[derive(Debug, Clone, Template)]
#[template(path = "employers.html")]
pub struct EmployersPage {
    /// The frame.
    pub chrome: Chrome,
    /// What the score is for.
    pub about: String,
    /// Narrows the list.
    pub filter: Filter,
    /// The highest score first.
    pub rows: Vec<EmployerRow>,
    /// The next page.
    pub more: Option<String>,
    /// Takes it out as a file.
    pub export: Option<FormView>,
}

/// A reason of the warning.
#[derive(Debug, Clone)]
pub struct EmployerReason {
    /// Its points.
    pub points: String,
    /// In words.
    pub title: String,
    /// What it stands on: title and page.
    pub sources: Vec<(String, String)>,
    /// How many more there are.
    pub more: String,
}

/// A case of the unit.
#[derive(Debug, Clone)]
pub struct EmployerCaseRow {
    /// Its page.
    pub href: String,
    /// Its number.
    pub number: String,
    /// Where, who leads, which project.
    pub about: String,
    /// As what the unit stands in it.
    pub roles: String,
    /// Whether it is known there by its name alone.
    pub by_name: bool,
    /// Where it stands.
    pub state: Tag,
    /// From when till when.
    pub days: String,
    /// Workers.
    pub headcount: String,
    /// Claimed.
    pub claimed: String,
    /// Verified.
    pub verified: String,
    /// Paid.
    pub paid: String,
    /// Owed.
    pub outstanding: String,
}

/// Something done about the unit, or by it.
#[derive(Debug, Clone)]
pub struct EmployerActRow {
    /// When.
    pub on: String,
    /// What.
    pub title: String,
    /// Where it stands.
    pub state: Tag,
    /// How much.
    pub amount: String,
    /// What else there is to say.
    pub note: String,
    /// The number of its case.
    pub number: String,
    /// The page that shows it; empty where there is none.
    pub href: String,
}

/// Why two units are related.
#[derive(Debug, Clone)]
pub struct EmployerEdge {
    /// In words.
    pub title: String,
    /// The case on this unit's side,
    pub href: String,
    /// with its number,
    pub number: String,
    /// and on the other's, where it is another.
    pub other_href: Option<String>,
    /// With its number.
    pub other: String,
}

/// A related unit.
#[derive(Debug, Clone)]
pub struct RelatedCard {
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Its file.
    pub href: Option<String>,
    /// List; name alone.
    pub tags: Vec<Tag>,
    /// Why.
    pub edges: Vec<EmployerEdge>,
    /// Units behind it.
    pub beyond: String,
}

/// 用人单位档案.
#[derive(Debug, Clone, Template)]
#[template(path = "employer.html")]
pub struct EmployerPage {
    /// The frame.
    pub chrome: Chrome,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Names it came with, each with its newest day.
    pub names: Vec<(String, String)>,
    /// Addresses that were published, each with its day.
    pub addresses: Vec<(String, String)>,
    /// 0 to 100.
    pub score: String,
    /// Its level.
    pub level: Tag,
    /// What the score is for.
    pub about: String,
    /// When it was reckoned.
    pub as_of: String,
    /// Why.
    pub reasons: Vec<EmployerReason>,
    /// Sums of the cases the reader sees.
    pub money: Vec<Fact>,
    /// Who paid how much.
    pub payers: Vec<Fact>,
    /// Cases, the newest first.
    pub cases: Vec<EmployerCaseRow>,
    /// How many more there are.
    pub hidden_cases: String,
    /// What was done, by kind: heading, rows, how many more there are.
    pub acts: Vec<(String, Vec<EmployerActRow>, String)>,
    /// Projects: name, place in it, cases.
    pub projects: Vec<(String, String, String)>,
    /// Related units.
    pub related: Vec<RelatedCard>,
    /// How many more there are.
    pub hidden_related: String,
    /// Pages of its conduct files.
    pub conduct: Vec<String>,
    /// That not everything was read.
    pub cut: String,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::{chrome, key};
    use super::super::{FieldKind, FormField, Place, Tone};
    use super::*;

    impl EmployersPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let row = EmployerRow {
                href: "/employers/91370702MA3TEXT0XR".into(),
                name: "潍坊试验建筑劳务有限公司".into(),
                code: "91370702MA3TEXT0XR".into(),
                score: "63".into(),
                level: Tag::new("重点关注", Tone::Bad),
                reasons: vec!["正列在失信联合惩戒名单（1 次）".into(), "责令支付期满未付 1 件".into(), "近期在办案件 3 件".into()],
                cases: "3 件 / 5 件".into(),
                headcount: "46 人".into(),
                tags: vec![Tag::new("失信名单", Tone::Bad), Tag::new("C级", Tone::Bad)],
            };
            let bare = EmployerRow {
                code: String::new(),
                score: "0".into(),
                level: Tag::new("平稳", Tone::Plain),
                reasons: Vec::new(),
                tags: Vec::new(),
                ..row.clone()
            };
            let fields = vec![
                FormField::new("q", "单位名称或统一社会信用代码", FieldKind::Text).max(60),
                FormField::new("level", "预警级别", FieldKind::Select).options([("red", "重点关注"), ("yellow", "关注")]),
            ];
            let filter = Filter { action: "/employers".into(), hidden: Vec::new(), fields, active: false, clear: "/employers".into() };
            let export = key(FormView::new(
                "export",
                "/employers/export",
                "导出",
                vec![FormField::new("reason", "理由", FieldKind::Long).required().max(1000)],
            ));
            let page = |rows: Vec<EmployerRow>, active: bool| Self {
                chrome: chrome("用人单位档案", Place::Inbox),
                about: "预警分数只提示工作人员先看哪里，不作任何认定，不启动任何程序。".into(),
                filter: Filter { active, ..filter.clone() },
                more: (!rows.is_empty()).then(|| "/employers?after=x".into()),
                export: (!rows.is_empty()).then(|| export.clone()),
                rows,
            };
            vec![page(vec![row, bare], false), page(Vec::new(), true), page(Vec::new(), false)]
        }
    }

    impl EmployerPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let act = EmployerActRow {
                on: "2026-11-30".into(),
                title: "行政处理决定书".into(),
                state: Tag::new("期满未付", Tone::Bad),
                amount: "¥60,000.00".into(),
                note: "应于 2026-12-11 前支付，奎文人社处〔2026〕第3号".into(),
                number: "AJ-7K3M9-PQR2X".into(),
                href: "/cases/1".into(),
            };
            let case = EmployerCaseRow {
                href: "/cases/1".into(),
                number: "AJ-7K3M9-PQR2X".into(),
                about: "奎文区　潍坊市奎文区人力资源和社会保障局　试验1号住宅小区".into(),
                roles: "被反映单位、分包".into(),
                by_name: true,
                state: Tag::new("调查中", Tone::Info),
                days: "2026-11-23 起".into(),
                headcount: "12".into(),
                claimed: "¥193,775.80".into(),
                verified: "¥60,000.00".into(),
                paid: "¥0.00".into(),
                outstanding: "¥60,000.00".into(),
            };
            let edge = EmployerEdge {
                title: "同一人：本单位包工头，对方包工头".into(),
                href: "/cases/1".into(),
                number: "AJ-7K3M9-PQR2X".into(),
                other_href: Some("/cases/2".into()),
                other: "AJ-4W6T8-HJK3M".into(),
            };
            let same =
                EmployerEdge { other_href: None, title: "同一案件：本单位为分包，对方为总包".into(), ..edge.clone() };
            let card = RelatedCard {
                name: "潍坊关联建设集团有限公司".into(),
                code: "91350100M000100Y43".into(),
                href: Some("/employers/91350100M000100Y43".into()),
                tags: vec![Tag::new("失信名单", Tone::Bad)],
                edges: vec![edge, same],
                beyond: "潍坊甲公司、潍坊乙公司".into(),
            };
            let by_name = RelatedCard {
                code: String::new(),
                href: None,
                tags: vec![Tag::new("同名", Tone::Warn)],
                beyond: String::new(),
                ..card.clone()
            };
            let full = Self {
                chrome: chrome("用人单位档案", Place::None),
                name: "潍坊试验建筑劳务有限公司".into(),
                code: "91370702MA3TEXT0XR".into(),
                names: vec![("潍坊试验建筑劳务有限公司".into(), "2026-11-23".into()), ("试验建筑劳务".into(), "2026-01-05".into())],
                addresses: vec![("潍坊市奎文区测试路1号（负责人 周某测）".into(), "2026-12-31".into())],
                score: "63".into(),
                level: Tag::new("重点关注", Tone::Bad),
                about: "预警分数只提示工作人员先看哪里，不作任何认定，不启动任何程序。".into(),
                as_of: "2026-11-30 10:00".into(),
                reasons: vec![
                    EmployerReason {
                        points: "25".into(),
                        title: "正列在失信联合惩戒名单（1 次）".into(),
                        sources: vec![("列入名单 AJ-7K3M9-PQR2X".into(), "/cases/1".into())],
                        more: String::new(),
                    },
                    EmployerReason {
                        points: "8".into(),
                        title: "近期在办案件 2 件".into(),
                        sources: Vec::new(),
                        more: "另有 2 件未列出：您无权查看，或者超出列示的件数。".into(),
                    },
                ],
                money: vec![Fact::new("反映", "¥193,775.80"), Fact::new("尚欠", "¥60,000.00")],
                payers: vec![Fact::new("工资保证金", "¥10,000.00")],
                cases: vec![case.clone(), EmployerCaseRow { by_name: false, state: Tag::new("已并案", Tone::Plain), ..case }],
                hidden_cases: "另有 1 件未列出：您无权查看，或者超出列示的件数。".into(),
                acts: vec![
                    (
                        "责令支付".into(),
                        vec![
                            act.clone(),
                            EmployerActRow {
                                href: String::new(),
                                number: String::new(),
                                amount: String::new(),
                                note: String::new(),
                                state: Tag::new("", Tone::Plain),
                                ..act
                            },
                        ],
                        String::new(),
                    ),
                    ("突发事件".into(), Vec::new(), "另有 1 件未列出：您无权查看，或者超出列示的件数。".into()),
                ],
                projects: vec![("试验1号住宅小区".into(), "分包".into(), "2 件".into())],
                related: vec![card, by_name],
                hidden_related: "另有 2 户关联单位未列出。".into(),
                conduct: vec!["/conduct/1".into()],
                cut: "只读取最近的 500 条记录。".into(),
            };
            let bare = Self {
                code: String::new(),
                names: Vec::new(),
                addresses: Vec::new(),
                score: "0".into(),
                level: Tag::new("平稳", Tone::Plain),
                reasons: Vec::new(),
                payers: Vec::new(),
                cases: Vec::new(),
                hidden_cases: String::new(),
                acts: Vec::new(),
                projects: Vec::new(),
                related: Vec::new(),
                hidden_related: String::new(),
                conduct: Vec::new(),
                cut: String::new(),
                ..full.clone()
            };
            vec![full, bare]
        }
    }
}
