//! 抽查回访: draws for whoever supervises, from the announcement to the file that repeats them.
//!
//! Owns the pages and the calculator's form. The order of the stages, and who may take them, is the use cases'.

use super::files::attachment;
use super::frame::{chrome, flash};
use super::moves::instant;
use super::moves::stays;
use super::view::{
    DrawPage, DrawRow, DrawsPage, Fact, FieldKind, FormField, FormView, Interval, Place, Size, StageRow, StratumLine, Tag, Tone,
};
use crate::app::App;
use crate::app::draws::{Announce, DrawView, PublicValue, StratumView};
use crate::app::write::Key;
use crate::base::id::RowId;
use crate::base::{At, Error, text};
use crate::domain::access::{Actor, DutyKind};
use crate::domain::sampling::estimate::{Confidence, Share, sample_size};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Hundredths of a percent to a step of the plot, which is 200 wide.
const STEP: u32 = 50;
/// Cases a calculation may speak of.
const MOST: i64 = 100_000_000;

fn percent(n: u32) -> String {
    format!("{}.{:02}%", n / 100, n % 100)
}

fn interval(s: Share) -> Interval {
    Interval {
        share: percent(s.per_myriad),
        span: format!("{} 至 {}", percent(s.low), percent(s.high)),
        low: s.low / STEP,
        wide: s.high.saturating_sub(s.low) / STEP,
        at: s.per_myriad / STEP,
    }
}

fn stage(d: &DrawView) -> Tag {
    let tone = match d.state.as_str() {
        "closed" => Tone::Good,
        "drawn" => Tone::Warn,
        "abandoned" => Tone::Plain,
        _ => Tone::Info,
    };
    Tag::new(text::zh(&format!("draw.{}", d.state)), tone)
}

fn row(app: &App, d: &DrawView) -> DrawRow {
    DrawRow {
        href: format!("/draws/{}", d.id),
        number: d.number.clone(),
        area: app.area_name(&d.area),
        period: format!("{} 至 {}", d.from, d.to),
        state: stage(d),
        rows: if d.frozen_at.is_some() { d.rows.to_string() } else { "—".into() },
        calls: if d.drawn_at.is_some() { format!("{} / {}", d.called.saturating_sub(d.calling), d.called) } else { "—".into() },
        announced: d.announced_at.list_text(),
    }
}

/// Areas this person may announce for: those supervised, and everything below them.
fn areas(app: &App, actor: &Actor) -> Vec<(String, String)> {
    let over: Vec<&str> = actor.duties().iter().filter(|d| d.kind == DutyKind::Supervisor).map(|d| d.area.as_str()).collect();
    let all = app.city.areas.iter().filter(|a| over.iter().any(|o| app.city.areas.within(&a.code, o)));
    all.map(|a| (a.code.clone(), app.area_name(&a.code))).collect()
}

fn announce_form(app: &App, actor: &Actor) -> Option<FormView> {
    let areas = areas(app, actor);
    let first = areas.first()?.0.clone();
    let today = app.now().day();
    let fields = vec![
        FormField::new("area", "区划", FieldKind::Select).options(areas).value(first).required(),
        FormField::new("from", "统计期从", FieldKind::Date).required(),
        FormField::new("to", "至", FieldKind::Date).required().value(today.to_string()).help("不能晚于今天；满三个工作日后才能冻结名册"),
        FormField::new("perMille", "每千件抽取", FieldKind::Int).help("不填则按规则"),
        FormField::new("publicPlan", "将用的公开数值", FieldKind::Text)
            .required()
            .max(200)
            .help("冻结名册之后才会产生、谁也不能左右的，如某期福利彩票开奖号码"),
    ];
    Some(FormView::new("announce", "/draws", "公布", fields).hidden("_key", IdempotencyKey::fresh().as_str()))
}

/// What the calculator was asked; nothing asked is nothing answered.
fn calculator(q: &mut QueryParams) -> Size {
    let q = &mut q.0;
    let asked = q.raw("population").is_some();
    let mut read = |name: &str, usual: &str| {
        let told = q.raw(name).map_or_else(|| usual.to_owned(), |s| s.trim().chars().take(12).collect());
        (told.parse::<i64>().ok(), told)
    };
    let (population, margin, expected, reached) =
        (read("population", ""), read("margin", "5"), read("expected", "50"), read("reached", "60"));
    let sure = read("confidence", "95");
    let mut wrong = Vec::new();
    let mut within = |n: Option<i64>, low: i64, high: i64, name: &str| {
        let good = n.filter(|n| (low..=high).contains(n));
        if good.is_none() {
            wrong.push(format!("{name}须为 {low} 至 {high} 的整数。"));
        }
        good.and_then(|n| u32::try_from(n).ok()).unwrap_or(1)
    };
    let all = within(population.0, 1, MOST, "总数");
    let (m, e, r) = (within(margin.0, 1, 50, "允许误差"), within(expected.0, 1, 99, "预计比例"), within(reached.0, 1, 100, "预计联系上"));
    let level = sure.0.and_then(|n| u32::try_from(n).ok()).and_then(Confidence::of);
    if level.is_none() {
        wrong.push("置信水平只能是 90%、95% 或 99%。".into());
    }
    let answer = level.filter(|_| asked && wrong.is_empty()).map(|c| {
        let n = sample_size(u64::from(all), e * 100, m * 100, c, r * 100);
        format!("应抽 {n} 件")
    });
    Size {
        population: population.1,
        margin: margin.1,
        expected: expected.1,
        reached: reached.1,
        sure: [90, 95, 99].map(|n| (n, sure.0 == Some(i64::from(n)))).to_vec(),
        answer,
        wrong: if asked { wrong } else { Vec::new() },
    }
}

async fn list(app: &Arc<App>, by: &Officer, size: Size, back: Option<(&[(String, String)], &Error)>) -> Result<DrawsPage, Failure> {
    let actor = by.actor();
    let found = app.draws(&actor).await?;
    let announce = announce_form(app, &actor).map(|f| match back {
        Some((pairs, why)) => f.sent_back(pairs, why),
        None => f,
    });
    Ok(DrawsPage {
        chrome: chrome(app, by, "抽查回访", Place::Draws).await?,
        rows: found.iter().map(|d| row(app, d)).collect(),
        announce,
        size,
    })
}

/// `GET /draws`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, mut q: QueryParams) -> Answer<Response> {
    let size = calculator(&mut q);
    html(&list(&app, &by, size, None).await?)
}

/// `POST /draws`.
pub(super) async fn announce(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let area = p.text("area", 20);
    let area = p.required("area", area).unwrap_or_default();
    let (from, to) = (p.day("from"), p.day("to"));
    let (from, to) = (p.required("from", from), p.required("to", to));
    let per_mille = p.int("perMille", 1, 1000).and_then(|n| u32::try_from(n).ok());
    let plan = p.text("publicPlan", 200);
    let public_plan = p.required("publicPlan", plan).unwrap_or_default();
    let done = match (p.finish(), from, to) {
        (Ok(()), Some(from), Some(to)) => {
            let a = Announce { area, from, to, per_mille, strata: Vec::new(), public_plan };
            let key = Key::new(k.as_str(), "console:announceDraw", &a)?;
            app.announce_draw(&by.actor(), Some(key), a).await
        }
        (Err(e), ..) => Err(e),
        _ => Err(Error::field("/from", "required", &[])),
    };
    match done {
        Ok(id) => Ok(see_other(&format!("/draws/{id}?done=draw_announced"))),
        Err(e) if stays(&e) => {
            let size = calculator(&mut QueryParams(crate::web::extract::Params::of_query(Vec::new())));
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, size, Some((&pairs, &e))).await?)
        }
        Err(e) => Err(e.into()),
    }
}

fn line(app: &App, s: &StratumView) -> StratumLine {
    let outcomes: Vec<String> = s.outcomes.iter().map(|(o, n)| format!("{} {n}", app.code_title("draw_outcome", o))).collect();
    let of = [s.area.as_str(), s.conclusion.as_str(), s.officer.as_deref().unwrap_or("—")];
    StratumLine {
        bureau: s.bureau.clone(),
        of: of.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" · "),
        unproved: s.unproved.then(|| Tag::new("支付无凭证", Tone::Bad)),
        size: s.size.to_string(),
        sample: s.sample.to_string(),
        calling: s.calling.to_string(),
        outcomes: if outcomes.is_empty() { "—".into() } else { outcomes.join("，") },
        paid: s.paid.map(interval),
    }
}

/// The form of the next stage, and what to know before it.
fn next(app: &App, d: &DrawView) -> (Option<FormView>, &'static str) {
    let to = |what: &str| format!("/draws/{}/{what}", d.id);
    let key = |f: FormView| f.hidden("_key", IdempotencyKey::fresh().as_str());
    match d.state.as_str() {
        "announced" => {
            let f = FormView::new("freeze", to("freeze"), "冻结名册", Vec::new());
            (Some(key(f)), "冻结后名册不再变化，Merkle 根随之公布。公开数值必须在这之后产生。")
        }
        "frozen" => {
            let fields = vec![
                FormField::new("value", "公开数值", FieldKind::Text).required().max(200).help(format!("公布时约定：{}", d.public_plan)),
                FormField::new("source", "出处", FieldKind::Text).required().max(200).help("在哪里公布，任何人都能查到"),
                FormField::new("at", "何时产生", FieldKind::DateTime).required().value(super::moves::local(app.now())),
            ];
            (Some(key(FormView::new("run", to("run"), "抽取", fields))), "录入冻结之后产生的公开数值，抽取并分派回访。")
        }
        "drawn" => {
            (Some(key(FormView::new("close", to("close"), "办结", Vec::new()))), "回访全部结束后办结，密值随之公布，任何人都能核验。")
        }
        _ => (None, ""),
    }
}

/// Gives it up, as long as no value is known.
fn abandon_form(d: &DrawView, back: Option<(&[(String, String)], &Error)>) -> FormView {
    let reason = FormField::new("reason", "放弃的理由", FieldKind::Long).required().max(1000).help("会随同一时间段的其他抽取一并公布");
    let f = FormView::new("abandon", format!("/draws/{}/abandon", d.id), "放弃这次抽取", vec![reason])
        .tone(Tone::Bad)
        .hidden("_key", IdempotencyKey::fresh().as_str());
    match back {
        Some((pairs, why)) if pairs.iter().any(|(k, _)| k == "reason") => f.sent_back(pairs, why),
        _ => f,
    }
}

async fn one(app: &Arc<App>, by: &Officer, id: RowId, back: Option<(&[(String, String)], &Error)>) -> Result<DrawPage, Failure> {
    let d = app.draw(&by.actor(), id).await?;
    let at = |t: Option<At>| t.map_or_else(String::new, |t| t.list_text());
    let of = |name: &str, v: &Option<String>| v.iter().map(|v| Fact::new(name, v)).collect::<Vec<_>>();
    let stage_row = |title, at, facts| StageRow { title, at, facts };
    let (form, about_next) = next(app, &d);
    let form = match back {
        Some((pairs, why)) if !pairs.iter().any(|(k, _)| k == "reason") => form.map(|f| f.sent_back(pairs, why)),
        _ => form,
    };
    Ok(DrawPage {
        chrome: chrome(app, by, format!("抽取 {}", d.number), Place::Draws).await?,
        number: d.number.clone(),
        state: stage(&d),
        facts: vec![
            Fact::new("区划", app.area_name(&d.area)),
            Fact::new("统计期", format!("{} 至 {}", d.from, d.to)),
            Fact::new("名册", if d.frozen_at.is_some() { format!("{} 件", d.rows) } else { String::new() }),
            Fact::new("举报，不列入", if d.frozen_at.is_some() { format!("{} 件", d.left_out) } else { String::new() }),
            Fact::new("回访任务", if d.drawn_at.is_some() { format!("{} 件，未结束 {} 件", d.called, d.calling) } else { String::new() }),
        ],
        stages: vec![
            stage_row(
                "公布",
                d.announced_at.list_text(),
                vec![Fact::new("承诺值（密值的 SHA-256）", &d.commitment), Fact::new("将用的公开数值", &d.public_plan)],
            ),
            stage_row("冻结名册", at(d.frozen_at), of("Merkle 根", &d.root)),
            stage_row("抽取", at(d.drawn_at), of("公开数值", &d.value)),
            stage_row("办结", at(d.closed_at), Vec::new()),
        ],
        strata: d.strata.iter().map(|s| line(app, s)).collect(),
        paid: d.paid.map(interval),
        finding: format!("代表 {} 件；与办理结果不符 {} 件", d.covered, d.contradicted),
        next: form,
        abandon: ["announced", "frozen"].contains(&d.state.as_str()).then(|| abandon_form(&d, back)),
        abandoned: d.abandoned_why.clone(),
        about_next,
        publication: format!("/draws/{id}/publication"),
    })
}

/// `GET /draws/{id}`.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let mut page = one(&app, &by, id, None).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

async fn went(
    app: &Arc<App>,
    by: &Officer,
    id: RowId,
    pairs: &[(String, String)],
    done: crate::base::Result<RowId>,
    word: &str,
) -> Answer<Response> {
    match done {
        Ok(_) => Ok(see_other(&format!("/draws/{id}?done={word}"))),
        Err(e) if stays(&e) => {
            let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            html_with(status, &one(app, by, id, Some((pairs, &e))).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /draws/{id}/freeze`.
pub(super) async fn freeze(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), "console:freezeDraw", &id)?;
    let done = app.freeze_draw(&by.actor(), Some(key), id).await;
    went(&app, &by, id, &[], done, "draw_frozen").await
}

/// `POST /draws/{id}/run`.
pub(super) async fn run(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    app.draw(&by.actor(), id).await?;
    let value = p.text("value", 200);
    let value = p.required("value", value).unwrap_or_default();
    let source = p.text("source", 200);
    let source = p.required("source", source).unwrap_or_default();
    let at = p.text("at", 40).and_then(|told| {
        let at = instant(&told);
        if at.is_none() {
            p.wrong("at", "not_an_instant", &[]);
        }
        at
    });
    let at = p.required("at", at);
    let done = match (p.finish(), at) {
        (Ok(()), Some(at)) => {
            let v = PublicValue { value, source, at };
            let key = Key::new(k.as_str(), "console:runDraw", &(id, &v))?;
            app.run_draw(&by.actor(), Some(key), id, v).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/at", "required", &[])),
    };
    went(&app, &by, id, &pairs, done, "draw_drawn").await
}

/// `POST /draws/{id}/close`.
pub(super) async fn close(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), "console:closeDraw", &id)?;
    let done = app.close_draw(&by.actor(), Some(key), id).await;
    went(&app, &by, id, &[], done, "draw_closed").await
}

/// `POST /draws/{id}/abandon`.
pub(super) async fn abandon(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let why = p.text("reason", 1000).unwrap_or_default();
    p.finish()?;
    let key = Key::new(k.as_str(), "console:abandonDraw", &(id, &why))?;
    let done = app.abandon_draw(&by.actor(), Some(key), id, &why).await;
    went(&app, &by, id, &pairs, done, "draw_abandoned").await
}

/// `GET /draws/{id}/publication`.
pub(super) async fn publication(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>) -> Answer<Response> {
    let p = app.publish_draw(&by.actor(), id).await?;
    let mut out = axum::Json(&p).into_response();
    out.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(v) = attachment(&format!("{}.json", p.number)) {
        out.headers_mut().insert(CONTENT_DISPOSITION, v);
    }
    Ok(out)
}
