//! Samples of the inbox: full, empty, narrowed, and as who leads a bureau sees it. Persons and units are made up.

use super::samples::{chrome, due, key};
use super::*;

fn inbox_row(lamp: Lamp, remaining: &str, date: &str, respondent: &str, task: &str, state: &str) -> InboxRow {
    InboxRow {
        href: "/cases/1".into(),
        code: "AJ-7K3M9-PQR2X".into(),
        respondent: respondent.into(),
        task: task.into(),
        state: state.into(),
        due: due(lamp, remaining, date),
        headcount: "23".into(),
        amount: "¥486,200.00".into(),
        tags: vec![Tag::new("二级", Tone::Info)],
        holder: "王建国".into(),
        area: "寒亭区".into(),
        pick: None,
    }
}
fn filter(active: bool) -> Filter {
    let choice =
        |key: &str, label: &str, options: &[(&str, &str)]| FormField::new(key, label, FieldKind::Select).options(options.iter().copied());
    Filter {
        action: "/".into(),
        hidden: vec![("tab".into(), "mine".into())],
        fields: vec![
            choice("state", "状态", &[("accepting", "待受理"), ("investigating", "调查中")]).value(if active { "accepting" } else { "" }),
            choice("bureau", "部门", &[("hrss", "人社"), ("housing", "住建"), ("transport", "交通"), ("water", "水利")]),
            choice("area", "区划", &[("370703", "寒亭区"), ("370702", "潍城区")]),
            choice("grade", "级别", &[("1", "一级"), ("2", "二级"), ("3", "三级")]),
            FormField::new("q", "案号或单位、项目名称", FieldKind::Text).max(60).help("如 AJ-7K3M9 或 海天建设"),
        ],
        active,
        clear: "/?tab=mine".into(),
    }
}
fn tabs() -> Vec<InboxTab> {
    let tab = |label: &str, key: &str, count, urgent| InboxTab {
        label: label.into(),
        href: format!("/?tab={key}"),
        count,
        current: key == "mine",
        urgent,
    };
    vec![
        tab("我的", "mine", 12, false),
        tab("本部门", "bureau", 148, false),
        tab("超期", "overdue", 4, true),
        tab("待审批", "approval", 2, false),
        tab("受理台", "desk", 3, false),
    ]
}
fn forget(id: &str) -> FormView {
    FormView::new(format!("forget-{id}"), format!("/views/{id}/forget"), "删除", vec![]).tone(Tone::Plain)
}
impl InboxPage {
    pub(super) fn samples() -> Vec<Self> {
        let mut rows = vec![
            inbox_row(Lamp::Overdue, "超 2 个工作日", "2026-11-19", "潍坊海天建设工程有限公司", "作出受理决定", "待受理"),
            inbox_row(Lamp::Red, "今天到期", "2026-11-23", "山东鲁安路桥工程有限公司寒亭分公司", "签收", "已分派"),
            inbox_row(Lamp::Yellow, "剩 1 个工作日", "2026-11-24", "寒亭区固堤街道安置房二期项目部", "催要补正材料", "待补正"),
            inbox_row(Lamp::Normal, "剩 12 个工作日", "2026-12-09", "潍坊恒信劳务分包有限公司", "调查并提出处理意见", "调查中"),
            inbox_row(Lamp::Provisional, "剩 41 个工作日", "2027-01-21", "潍坊金盾物业服务有限公司", "调查并提出处理意见", "调查中"),
            inbox_row(Lamp::Paused, "暂停中", "2026-12-01 自动恢复", "李某某（包工头）", "等待鉴定结论", "调查中"),
        ];
        rows[0].tags.extend([Tag::new("群体性", Tone::Bad), Tag::new("线索", Tone::Plain)]);
        rows[0].headcount = "112".into();
        rows[0].amount = "¥3,486,200.00".into();
        rows[1].holder = "未指派".into();
        let mut first = Self {
            chrome: chrome("待办", Place::Inbox)
                .with_flash(Some(Flash { tone: Tone::Good, text: "案件 AJ-9QW2E-RTY4K 已签收。".into() })),
            tabs: tabs(),
            also: vec![("/overdue".into(), "超期督查表（可导出）".into()), ("/handover".into(), "移交离岗人员的案件".into())],
            views: vec![
                ViewChip { name: "重大案件".into(), href: "/?tab=bureau&grade=major".into(), current: true, forget: forget("1") },
                ViewChip {
                    name: "滨海区群体性欠薪和涉访案件跟踪督办".into(),
                    href: "/?tab=area&area=370783".into(),
                    current: false,
                    forget: forget("2"),
                },
            ],
            keep: None,
            assign: None,
            stayed: Vec::new(),
            filter: filter(false),
            rows,
            pager: Pager::new(148, 2, 20, |n| format!("/?page={n}")),
        };
        let filled = first.clone();
        first.rows.clear();
        first.chrome.flash = None;
        first.pager = Pager::new(0, 1, 20, |n| format!("/?page={n}"));
        let mut filtered = first.clone();
        filtered.filter = filter(true);
        let name = FormField::new("name", "视图名称", FieldKind::Text).required().max(20);
        filtered.keep = Some(FormView::new("keep", "/views", "保存当前筛选", vec![name]).tone(Tone::Plain));
        filtered.views.clear();
        let mut leading = filled.clone();
        for (i, r) in leading.rows.iter_mut().enumerate() {
            r.pick = (i != 2).then(|| Pick { id: format!("p{i}"), chosen: i == 1 });
        }
        let people = [("1", "王建国"), ("2", "阿卜杜热合曼·买买提依明")];
        let fields = vec![
            FormField::new("account", "承办人", FieldKind::Select).options(people).required().error("请选择承办人。"),
            FormField::new("second", "第二承办人", FieldKind::Select).options(people),
            FormField::new("reason", "改派原因", FieldKind::Text).max(500).help("所选案件已有承办人的必须填写"),
        ];
        leading.assign = Some(key(FormView::new("assign", "/assign", "指派", fields)));
        leading.stayed = vec!["AJ-7K3M9-PQR2X：所选人员应当回避。".into()];
        vec![filled, first, filtered, leading]
    }
}
