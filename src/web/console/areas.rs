//! 区划与部门: who stands where, what is missing, where a filing would go.
//!
//! Owns the pages. What is missing and where something goes is the use cases'.

use super::frame::chrome;
use super::view::{AreasPage, BureauRow, Fact, FieldKind, FormField, FormView, Place, RoutedView, Tag, Tone};
use crate::app::App;
use crate::app::areas::{BureauLine, COUNTED};
use crate::base::{Error, text};
use crate::domain::routing::{FilingFacts, Routing};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with};
use crate::web::extract::{FormParams, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

fn form() -> FormView {
    let line = |key: &str, label, max| FormField::new(key, label, FieldKind::Text).max(max);
    let fields = vec![
        line("area", "用工所在地", 60).help("如 奎文区、潍坊高新区"),
        line("address", "工作地点", 120),
        line("projectKind", "工程或行业类别", 60).help("如 房屋建筑、水利工程、餐饮服务"),
        line("project", "项目名称", 80),
        line("industry", "所属领域", 60),
        FormField::new("government", "政府投资", FieldKind::Select).options([("true", "是"), ("false", "否")]),
    ];
    FormView::new("route", "/areas/route", "试算", fields).tone(Tone::Plain)
}

fn row(l: &BureauLine, first: bool) -> BureauRow {
    let staff = COUNTED
        .into_iter()
        .filter_map(|d| l.holders.get(&d).filter(|n| **n > 0).map(|n| format!("{} {n}", super::frame::duty_title(d))))
        .collect::<Vec<_>>()
        .join("　");
    BureauRow {
        area: if first { l.area_name.clone() } else { String::new() },
        code: l.area.clone(),
        kind: l.kind.label(),
        bureau: l.bureau.as_ref().map(|b| b.1.clone()).unwrap_or_default(),
        staff,
        gaps: l
            .gaps
            .iter()
            .map(|g| Tag::new(text::zh(&format!("areas.gap.{}", g.code())), if g.grave() { Tone::Bad } else { Tone::Warn }))
            .collect(),
    }
}

async fn list(app: &Arc<App>, by: &Officer, only_gaps: bool) -> Result<AreasPage, Failure> {
    let lines = app.bureau_lines(&by.actor()).await?;
    let gaps = lines.iter().filter(|l| l.gaps.iter().any(|g| g.grave())).count();
    let mut rows = Vec::new();
    let mut before = "";
    for l in lines.iter().filter(|l| !only_gaps || !l.gaps.is_empty()) {
        rows.push(row(l, l.area != before));
        before = &l.area;
    }
    Ok(AreasPage {
        chrome: chrome(app, by, "区划与部门", Place::Areas).await?,
        facts: vec![
            Fact::new("区划", app.city.areas.iter().count().to_string()),
            Fact::new("部门", app.city.bureaus.iter().count().to_string()),
            Fact::new("转办规则版本", app.city.routing.version.clone()),
            Fact::new("有缺口", format!("{gaps} 处")),
        ],
        rows,
        only_gaps,
        form: form(),
        routed: None,
    })
}

/// `GET /areas`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    html(&list(&app, &by, q.flag("gaps")).await?)
}

fn shown(app: &App, r: Routing) -> RoutedView {
    match r {
        Routing::Routed(r) => {
            let mut facts = vec![Fact::new("区划", app.area_name(&r.area)), Fact::new("承办", app.bureau_name(&r.lead))];
            facts.extend(r.oversight.map(|o| Fact::new("行业监管", app.bureau_name(&o))));
            facts.push(Fact::new("规则", r.rule_id));
            RoutedView { result: Tag::new("转办", Tone::Good), facts, why: r.why }
        }
        Routing::Desk(d) => {
            RoutedView { result: Tag::new("受理台核对", Tone::Warn), facts: vec![Fact::new("原因代码", d.code)], why: d.sentence }
        }
    }
}

/// `POST /areas/route`.
pub(super) async fn try_route(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let mut get = |key: &str, max| p.text(key, max).unwrap_or_default();
    let (area, address, kind) = (get("area", 60), get("address", 120), get("projectKind", 60));
    let (project, industry) = (get("project", 80), get("industry", 60));
    let government = p.choice("government", &["true", "false"]).map(|g| g == "true");
    let facts = FilingFacts {
        area_text: &area,
        address: &address,
        project_kind: &kind,
        project: &project,
        industry: &industry,
        narrative: "",
        government_funded: government,
    };
    let done = match p.finish() {
        Ok(()) => app.try_route(&by.actor(), &facts),
        Err(e) => Err(e),
    };
    let mut page = list(&app, &by, false).await?;
    match done {
        Ok(r) => {
            page.routed = Some(shown(&app, r));
            page.form = page.form.refilled(&pairs);
            html(&page)
        }
        Err(e @ Error::Invalid(_)) => {
            page.form = page.form.sent_back(&pairs, &e);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}
