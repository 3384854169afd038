//! The dashboard and the page of clocks: headline numbers, plots with their tables, how fresh it all is.

use super::{Chrome, FormField, FormView, Tone};
use askama::Template;

/// A headline number.
#[derive(Debug, Clone)]
pub struct HeadCard {
    /// What it is.
    pub label: String,
    /// The number.
    pub value: String,
    /// How it changed: 增 12.
    pub change: String,
    /// Good, bad or neither.
    pub tone: Tone,
    /// What it was: 上期 30.
    pub before: String,
    /// Something beside it: 超期 3 项.
    pub beside: String,
    /// Where what is behind it stands, and the words of the link.
    pub link: Option<(String, String)>,
}

/// A plot with its legend.
#[derive(Debug, Clone)]
pub struct PlotView {
    /// What it shows.
    pub title: String,
    /// The picture, from `paper::plot`.
    pub svg: String,
    /// Classes and names of its series.
    pub legend: Vec<(&'static str, String)>,
}

impl PlotView {
    /// What the part of the page with the plot is called: after the plot, or after its block where the plot has no title of its own.
    pub fn label(&self, block: &str) -> String {
        format!("{}，图", if self.title.is_empty() { block } else { &self.title })
    }
}

/// One cell.
#[derive(Debug, Clone)]
pub struct GridCell {
    /// Its heading, for phones.
    pub heading: String,
    /// What stands in it.
    pub text: String,
    /// Whether it is a number.
    pub num: bool,
}

/// One row: its name and, where there is a page behind it, its address.
#[derive(Debug, Clone)]
pub struct GridRow {
    /// Its name.
    pub name: String,
    /// The page behind it; empty where there is none.
    pub href: String,
    /// The other cells.
    pub cells: Vec<GridCell>,
}

/// A table.
#[derive(Debug, Clone)]
pub struct GridView {
    /// What it is.
    pub caption: String,
    /// Headings, with whether the column holds numbers.
    pub headings: Vec<(String, bool)>,
    /// Rows.
    pub rows: Vec<GridRow>,
}

/// A part of the dashboard: its plots, its table, what its numbers mean.
#[derive(Debug, Clone)]
pub struct DashBlock {
    /// Its code.
    pub id: String,
    /// Its title.
    pub title: String,
    /// A sentence under the title.
    pub lead: String,
    /// Its plots.
    pub plots: Vec<PlotView>,
    /// Its table.
    pub grid: GridView,
    /// What the numbers mean.
    pub means: String,
    /// Chooses this table in the form of the export.
    pub export: String,
    /// What to say instead of a table without rows.
    pub empty: String,
}

/// 数据看板.
#[derive(Debug, Clone, Template)]
#[template(path = "dashboard.html")]
pub struct DashboardPage {
    /// The frame.
    pub chrome: Chrome,
    /// Period, days, area and bureau.
    pub filter: Vec<FormField>,
    /// What was asked for, in words; empty where it could not be told.
    pub query: String,
    /// How fresh the summaries are.
    pub fresh: String,
    /// Headline numbers.
    pub cards: Vec<HeadCard>,
    /// Parts.
    pub blocks: Vec<DashBlock>,
    /// Nothing in the period.
    pub empty: bool,
    /// Takes a table out.
    pub export: Option<FormView>,
}

/// 时限行为.
#[derive(Debug, Clone, Template)]
#[template(path = "clock.html")]
pub struct ClockPage {
    /// The frame.
    pub chrome: Chrome,
    /// The period.
    pub filter: Vec<FormField>,
    /// What was asked for, in words.
    pub query: String,
    /// Below which number no share is shown.
    pub small: String,
    /// What the numbers mean.
    pub means: String,
    /// Bureaus and officers.
    pub grids: Vec<(String, GridView)>,
    /// Takes both tables out.
    pub export: Option<FormView>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{FieldKind, Place};
    use super::*;
    use crate::paper::plot::{Plot, Scale, Series, Shape};

    fn filter() -> Vec<FormField> {
        let periods = [("2026", "2026年"), ("2026-Q4", "2026年第4季度"), ("2026-11", "2026年11月"), ("range", "自选起止日期")];
        vec![
            FormField::new("period", "期间", FieldKind::Select).options(periods).value("2026").required(),
            FormField::new("from", "从", FieldKind::Date),
            FormField::new("to", "至", FieldKind::Date),
            FormField::new("area", "区划", FieldKind::Select).options([("370705", "奎文区"), ("370704", "坊子区")]),
            FormField::new("bureau", "部门", FieldKind::Select).options([("370705-hrss", "奎文区人力资源和社会保障局")]),
        ]
    }
    fn grid(rows: usize) -> GridView {
        let heads = ["登记", "新收案件", "办结率", "反映金额"];
        let cell = |h: &str, i: usize| GridCell {
            heading: h.into(),
            text: ["1,284", "284", "83.3%", "¥4,345,619.34"].get(i).copied().unwrap_or_default().into(),
            num: true,
        };
        GridView {
            caption: "各部门".into(),
            headings: std::iter::once(("部门".to_owned(), false)).chain(heads.iter().map(|h| ((*h).to_owned(), true))).collect(),
            rows: (0..rows)
                .map(|i| GridRow {
                    name: format!("潍坊峡山生态经济开发区人力资源和社会保障局 {i}"),
                    href: if i == 0 { "/?tab=area&area=370705".into() } else { String::new() },
                    cells: heads.iter().enumerate().map(|(n, h)| cell(h, n)).collect(),
                })
                .collect(),
        }
    }
    fn plot(id: &str, shape: Shape) -> PlotView {
        let series = |name: &str, k: i64| Series { name: name.into(), values: (1..=11).map(|i| Some(i * k)).collect() };
        let p = Plot {
            id: id.into(),
            title: "收案与办结".into(),
            about: "最多的是 2026-11。".into(),
            shape,
            scale: Scale::Count,
            labels: (1..=11).map(|i| format!("2026-{i:02}")).collect(),
            series: vec![series("新收案件", 20), series("当期办结", 17), series("其余", 30)],
        };
        PlotView {
            title: String::new(),
            svg: p.svg(),
            legend: vec![("a", "新收案件".into()), ("b", "当期办结".into()), ("c", "其余".into())],
        }
    }
    fn block(id: &str, shape: Shape, rows: usize) -> DashBlock {
        DashBlock {
            id: id.into(),
            title: "收案与办结".into(),
            lead: "本次正月初一 2027-02-06，上次 2026-02-17。".into(),
            plots: if rows == 0 { Vec::new() } else { vec![plot(id, shape)] },
            grid: grid(rows),
            means: "案件按第一件登记收到之日计。".into(),
            export: "/dashboard?period=2026&part=series#export".into(),
            empty: "所选期间没有办结的抽查回访。".into(),
        }
    }
    fn form(error: bool) -> FormView {
        let mut reason = FormField::new("reason", "导出原因", FieldKind::Long).required();
        if error {
            reason = reason.value("x").error("请写 4 至 1000 个字。");
        }
        FormView::new("export", "/dashboard/export", "导出", vec![reason])
    }

    impl DashboardPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let card = |label: &str, tone: Tone, link: bool| HeadCard {
                label: label.into(),
                value: "1,284".into(),
                change: "增 112".into(),
                tone,
                before: "上期 1,172".into(),
                beside: if link { "超期 3 项".into() } else { String::new() },
                link: link.then(|| ("/overdue".into(), "查看现在超期的事项".into())),
            };
            let full = Self {
                chrome: chrome("数据看板", Place::Dashboard),
                filter: filter(),
                query: "统计期间：2026年。".into(),
                fresh: "统计到 2026-11-23 15:04，日志第 12345 条。".into(),
                cards: vec![card("登记", Tone::Plain, false), card("法定期限按时率", Tone::Good, true), card("现有在办", Tone::Bad, true)],
                blocks: vec![
                    block("series", Shape::Columns, 11),
                    block("ages", Shape::Rows, 11),
                    block("season", Shape::Lines, 11),
                    block("draws", Shape::Intervals, 0),
                ],
                empty: false,
                export: Some(form(false)),
            };
            let none = Self { cards: Vec::new(), blocks: Vec::new(), empty: true, export: None, ..full.clone() };
            let mut wrong = Self { query: String::new(), empty: false, export: Some(form(true)), ..none.clone() };
            if let Some(to) = wrong.filter.get_mut(2) {
                *to = to.clone().value("2026-13-01").error("请填写日期。");
            }
            vec![full, none, wrong]
        }
    }
    impl ClockPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let full = Self {
                chrome: chrome("时限行为", Place::Clock),
                filter: filter().into_iter().take(1).collect(),
                query: "统计期间：2026年（2026-01-01 至 2026-12-31，整月）。".into(),
                small: "少于 5 件的，不计算比例，写作“—”。".into(),
                means: "完成的职责记在现在承办该程序的人和部门。".into(),
                grids: vec![("各部门".into(), grid(2)), ("各承办人".into(), grid(20))],
                export: Some(form(false)),
            };
            let none = Self { grids: vec![("各部门".into(), grid(0))], export: None, ..full.clone() };
            let wrong = Self { export: Some(form(true)), ..full.clone() };
            vec![full, none, wrong]
        }
    }
}
