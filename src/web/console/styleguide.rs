//! `/styleguide`: every part pages are made of, in every state, for who makes pages and who checks them.
//!
//! Owns nothing of the matter: its words are made up, its forms lead back to itself. What it shows are the same templates and
//! classes that all pages use, so that a part that breaks is seen here.

use super::frame::chrome;
use super::view::{
    Due, EventRow, Explanation, Fact, FieldKind, FormField, FormGroup, FormView, Lamp, MoveView, Pager, Place, StyleguidePage, Tag,
    TermRow, Tone,
};
use crate::app::App;
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::html;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

const HERE: &str = "/styleguide";

/// `GET /styleguide`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer) -> Answer<Response> {
    let mut page = parts();
    page.chrome = chrome(&app, &by, "样式", Place::None).await?;
    html(&page)
}

/// The page without its frame.
pub(super) fn parts() -> StyleguidePage {
    let due = |lamp: Lamp, remaining: &str, date: &str| Due {
        lamp,
        remaining: remaining.into(),
        date: date.into(),
        provisional: lamp == Lamp::Provisional,
    };
    let lamps = vec![
        due(Lamp::Normal, "还剩 12 个工作日", "2026-12-09"),
        due(Lamp::Yellow, "还剩 2 个工作日", "2026-11-25"),
        due(Lamp::Red, "今日到期", "2026-11-23"),
        due(Lamp::Overdue, "3 个工作日", "2026-11-18"),
        due(Lamp::Paused, "暂停中", "2026-12-01 自动恢复"),
        due(Lamp::Provisional, "还剩 41 个工作日", "2027-01-21"),
        due(Lamp::Met, "", "2026-11-20"),
        due(Lamp::Missed, "晚 1 个工作日", "2026-11-20"),
        due(Lamp::Closed, "", "2026-11-20"),
    ];
    let tones = [(Tone::Plain, "普通"), (Tone::Info, "提示"), (Tone::Good, "完成"), (Tone::Warn, "注意"), (Tone::Bad, "紧急")];
    let fields = vec![
        FormField::new("unit", "单位名称", FieldKind::Text).required().max(60).help("以营业执照为准"),
        FormField::new("fen", "欠薪金额", FieldKind::Money).required().value("12345.60"),
        FormField::new("day", "约定付款日", FieldKind::Date),
        FormField::new("industry", "行业", FieldKind::Select).options([("build", "房屋建筑工程"), ("road", "交通工程")]),
        FormField::new("story", "情况说明", FieldKind::Long).max(1000),
        FormField::new("way", "送达方式", FieldKind::Radio).options([("hand", "直接送达"), ("mail", "邮寄送达")]).value("hand"),
        FormField::new("read", "已向当事人宣读", FieldKind::Check),
    ];
    let folded = vec![FormField::new("proof", "证据", FieldKind::File).help("照片或 PDF，不超过 20 MB")];
    let form = FormView::new("good", HERE, "提交", Vec::new())
        .grouped(vec![FormGroup::new("基本情况", "必填项标有“必填”。", fields.clone()), FormGroup::new("补充材料", "", folded).folded()]);
    let wrong = fields.into_iter().take(2).map(|f| f.error("请填写。"));
    let event = |at: &str, title: &str, actor: &str, tone| EventRow {
        at: at.into(),
        recorded: None,
        title: title.into(),
        actor: actor.into(),
        details: vec![Fact::new("承办人", "王建国")],
        basis: "《劳动保障监察条例》第十六条".into(),
        tone,
    };
    let mut late = event("2026-11-20 09:12", "电话核实", "刘长青", Tone::Warn);
    late.recorded = Some("2026-11-21 10:00".into());
    let why = Explanation {
        lines: vec!["自 2026-11-18（周三）起算，当日不计入。".into(), "第 5 个工作日为 2026-11-25。".into()],
        skipped: vec!["2026-11-21 周六".into(), "2026-11-22 周日".into()],
        article: "《关于实施〈劳动保障监察条例〉若干规定》第十八条".into(),
        calendar: String::new(),
    };
    StyleguidePage {
        chrome: super::view::Chrome::bare("样式"),
        lamps,
        tags: tones.map(|(tone, word)| Tag::new(word, tone)).to_vec(),
        tones: tones.map(|(tone, word)| (tone, word.to_owned())).to_vec(),
        form: form.clone(),
        wrong: FormView::new("wrong", HERE, "提交", wrong.collect()),
        act: MoveView {
            label: "立案".into(),
            basis: "《劳动保障监察条例》第十六条".into(),
            approval: Some("大队长、局领导".into()),
            form: FormView::new("act", HERE, "提请审批", vec![FormField::new("note", "意见", FieldKind::Long).required()]),
            open: false,
        },
        term: TermRow {
            who: "承办人".into(),
            what: "受理审查".into(),
            due: due(Lamp::Yellow, "还剩 2 个工作日", "2026-11-25"),
            effect: "法定".into(),
            rule: "5 个工作日，自收到之日起。".into(),
            why,
            ended: false,
        },
        events: vec![
            event("2026-11-23 10:08", "立案 → 已立案", "王建国", Tone::Good),
            late,
            event("2026-11-18 15:30", "分派", "系统", Tone::Plain),
        ],
        pager: Pager::new(148, 4, 20, |n| format!("{HERE}?page={n}")),
    }
}
