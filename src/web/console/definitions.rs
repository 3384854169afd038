//! 流程定义: versions with who is on which, one version with its diagram and what differs, and a migration that is only tried.
//!
//! Owns the pages. Who may read and what a try comes to is the use cases'.

use super::frame::chrome;
use super::lists::address;
use super::moves::stays;
use super::view::{
    DefinitionPage, DefinitionsPage, Fact, FieldKind, FormField, FormView, MoveRow, Place, StateRow, Tag, Tone, Tried, VersionRow,
};
use crate::app::App;
use crate::app::definitions::{DefinitionView, TRIED};
use crate::app::migrate::Report;
use crate::base::{Error, FieldError};
use crate::domain::access::{Ability, may};
use crate::domain::facts::role_title;
use crate::flow::graph::{MoveDef, RuleRef};
use crate::flow::history::Plan;
use crate::flow::{Graph, picture};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with};
use crate::web::extract::{FormParams, PathId, PathText, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Procedures named that would stay.
const NAMED: usize = 20;
/// Characters of the hash shown.
const SHORT: usize = 12;

/// `complaint.v4` taken apart.
fn named(text: &str) -> Result<(String, i32), Error> {
    let found = text.rsplit_once(".v").and_then(|(key, v)| Some((key.to_owned(), v.parse::<i32>().ok()?)));
    found.ok_or(Error::NotFound("definition"))
}
fn version(v: i32) -> String {
    format!("第 {v} 版")
}

/// `GET /definitions`.
pub(super) async fn list(State(app): State<Arc<App>>, by: Officer) -> Answer<Response> {
    let actor = by.actor();
    let rows = app.definitions(&actor).await?.into_iter().map(|l| VersionRow {
        href: format!("/definitions/{}.v{}", l.key, l.version),
        version: version(l.version),
        state: match (l.latest, l.open > 0) {
            (true, _) => Tag::new("现行", Tone::Good),
            (false, true) => Tag::new("在办沿用", Tone::Warn),
            (false, false) => Tag::new("不再使用", Tone::Plain),
        },
        open: l.open.to_string(),
        published: l.published_at.list_text(),
        hash: l.hash.chars().take(SHORT).collect(),
        title: l.title,
        key: l.key,
    });
    html(&DefinitionsPage {
        rows: rows.collect(),
        administers: may(&actor, Ability::Configure, ""),
        chrome: chrome(&app, &by, "流程定义", Place::Definitions).await?,
    })
}

fn term(app: &App, g: &Graph, key: &str) -> String {
    let law = app.law();
    let today = app.now().day();
    let rule = g.term(key).and_then(|t| match &t.rule {
        RuleRef::One(r) => law.rules.term(r, today).map(|r| format!("{}　{}", r.span_text(), r.article)),
        RuleRef::By { map, other, .. } => {
            let all = map.values().chain(other).filter_map(|r| law.rules.term(r, today));
            let mut spans: Vec<String> = all.map(|r| format!("{}（{}）", r.span_text(), r.article)).collect();
            spans.dedup();
            Some(spans.join("或者"))
        }
    });
    match rule {
        Some(r) => format!("{}　{r}", g.term_title(key)),
        None => g.term_title(key),
    }
}

fn moved(g: &Graph, m: &MoveDef) -> MoveRow {
    let title = |s: &str| g.state(s).map_or_else(|| s.to_owned(), |x| x.title.clone());
    let from: Vec<String> = m.from.iter().map(|s| title(s)).collect();
    let from = if from.is_empty() { "开始".to_owned() } else { from.join("、") };
    let who: Vec<String> = if m.told { vec!["系统".to_owned()] } else { m.who.iter().map(|r| role_title(r)).collect() };
    MoveRow {
        title: m.title.clone(),
        name: m.name.clone(),
        way: format!("{from} → {}", m.to.as_deref().map_or_else(|| "不变".to_owned(), title)),
        who: who.join("、"),
        basis: m.basis.clone(),
    }
}

fn migrate_form(d: &DefinitionView) -> Option<FormView> {
    let newer: Vec<(String, String)> = d.versions.iter().filter(|v| **v > d.line.version).map(|v| (v.to_string(), version(*v))).collect();
    let last = newer.last()?.0.clone();
    let fields = vec![
        FormField::new("to", "迁移到", FieldKind::Select).options(newer).value(last).required(),
        FormField::new("map", "状态的对应", FieldKind::Long).max(2000).help("每行一个 旧=新；同名的状态不必写。"),
    ];
    let to = format!("/definitions/{}.v{}/try", d.line.key, d.line.version);
    Some(FormView::new("migrate", to, "演算", fields).tone(Tone::Plain))
}

async fn page(app: &Arc<App>, by: &Officer, d: DefinitionView) -> Result<DefinitionPage, Failure> {
    let g = &d.graph;
    let title = format!("{}　{}", g.title, version(d.line.version));
    let name = format!("{}.v{}", d.line.key, d.line.version);
    let states = g.states.iter().map(|s| StateRow {
        title: s.title.clone(),
        key: s.key.clone(),
        holder: s.holder.as_deref().map_or_else(|| "终结".to_owned(), role_title),
        others: s.participants.iter().map(|p| role_title(p)).collect::<Vec<_>>().join("、"),
        terms: s.arms.iter().map(|a| term(app, g, &a.term)).collect(),
        open: d.open.get(&s.key).map_or_else(|| "0".to_owned(), ToString::to_string),
    });
    let (against, differences) = match &d.against {
        Some((v, all)) => (version(*v), all.iter().map(crate::flow::history::Difference::line).collect()),
        None => (String::new(), Vec::new()),
    };
    Ok(DefinitionPage {
        facts: vec![
            Fact::new("键", name.clone()),
            Fact::new("发布时间", d.line.published_at.list_text()),
            Fact::new("在办", format!("{} 个", d.line.open)),
            Fact::new("文本哈希", d.line.hash.clone()),
        ],
        diagram: (format!("/definitions/{name}/diagram"), format!("{title}的状态和动作，文字见下面的表")),
        states: states.collect(),
        moves: std::iter::once(&g.start).chain(&g.moves).map(|m| moved(g, m)).collect(),
        against,
        differences,
        versions: d
            .versions
            .iter()
            .map(|v| (version(*v), address(&format!("/definitions/{name}"), &[("against", &v.to_string())])))
            .collect(),
        migrate: migrate_form(&d).filter(|_| may(&by.actor(), Ability::Configure, "")),
        tried: None,
        chrome: chrome(app, by, title.clone(), Place::Definitions).await?,
        title,
    })
}

/// `GET /definitions/{key}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(PathText(key)): PathId<PathText>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let against = q.int("against", 1, 100_000).and_then(|v| i32::try_from(v).ok());
    q.finish()?;
    let actor = by.actor();
    // who may not read learns nothing of what there is
    app.definitions(&actor).await?;
    let (key, v) = named(&key)?;
    let d = app.definition(&actor, &key, v, against).await?;
    html(&page(&app, &by, d).await?)
}

/// `GET /definitions/{key}/diagram`.
pub(super) async fn diagram(State(app): State<Arc<App>>, by: Officer, PathId(PathText(key)): PathId<PathText>) -> Answer<Response> {
    let actor = by.actor();
    app.definitions(&actor).await?;
    let (key, v) = named(&key)?;
    let d = app.definition(&actor, &key, v, None).await?;
    let mut out = picture::svg(&d.graph).into_response();
    out.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml; charset=utf-8"));
    Ok(out)
}

fn tried(key: &str, (old, new): (i32, i32), map: &[&str], r: &Report) -> Tried {
    let mut lines: Vec<String> = r.states.iter().map(|(s, n)| format!("{s}：{n} 个")).collect();
    lines.extend(r.cancelled.iter().map(|(k, n)| format!("取消期限 {k}：{n} 个")));
    lines.extend(r.armed.iter().map(|(k, n)| format!("新增期限 {k}：{n} 个")));
    let mut stays: Vec<String> = r.refused.iter().take(NAMED).map(|(number, why)| format!("{number}：{why}")).collect();
    if r.refused.len() > NAMED {
        stays.push(format!("…… 其余 {} 个", r.refused.len() - NAMED));
    }
    let cut = if r.seen >= TRIED { format!("只看了前 {TRIED} 个；") } else { String::new() };
    let maps: String = map.iter().map(|m| format!(" --map {m}")).collect();
    Tried {
        said: format!("{cut}看了 {} 个在办程序，将迁移 {} 个，保留期限 {} 个。", r.seen, r.moved, r.kept),
        lines,
        stays,
        command: format!("qingxin workflow migrate {key}.v{old} {key}.v{new}{maps} --apply"),
    }
}

/// `POST /definitions/{key}/try`.
pub(super) async fn try_migration(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(PathText(key)): PathId<PathText>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let actor = by.actor();
    if !may(&actor, Ability::Configure, "") {
        return Err(Error::Forbidden("configure").into());
    }
    let (key, old) = named(&key)?;
    let pairs = p.pairs().to_vec();
    let to = p.int("to", 1, 100_000).and_then(|v| i32::try_from(v).ok());
    let to = p.required("to", to).unwrap_or_default();
    let map = p.long_text("map", 2000).unwrap_or_default();
    let given: Vec<&str> = map.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let done = match (p.finish(), Plan::parse(given.iter().copied())) {
        (Ok(()), Ok(plan)) => app.try_migration(&actor, &key, (old, to), plan).await,
        (Ok(()), Err(said)) => Err(Error::Invalid(vec![FieldError::new("/map", "bad_plan", said)])),
        (Err(e), _) => Err(e),
    };
    let d = app.definition(&actor, &key, old, None).await?;
    let mut page = page(&app, &by, d).await?;
    match done {
        Ok(r) => {
            page.migrate = page.migrate.map(|f| f.refilled(&pairs));
            page.tried = Some(tried(&key, (old, to), &given, &r));
            html(&page)
        }
        Err(e) if stays(&e) => {
            page.migrate = page.migrate.map(|f| f.sent_back(&pairs, &e));
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}
