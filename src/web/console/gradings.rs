//! 守法诚信等级: the list with its run, its bulk lists and its file.
//!
//! Owns the page. Who sees which lines and who may confirm is the use case's; the file of an employer is [`super::conduct`]'s.

use super::conduct::entry_form;
use super::files::sheet;
use super::frame::{chrome, flash};
use super::lists::{address, export_asked, export_form};
use super::moves::stays;
use super::view::{BulkCard, Fact, FieldKind, Filter, FormField, FormView, GradingRow, GradingsPage, Place, Tag, Tone};
use crate::app::App;
use crate::app::grading::review::{BulkView, Told};
use crate::app::grading::{Asked, GradingLine, RunView};
use crate::app::write::Key;
use crate::base::id::RowId;
use crate::base::{Error, text};
use crate::domain::access::{self, Ability, DutyKind};
use crate::domain::grading::Grade;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Lines of a page.
const SIZE: usize = 50;
const CURSOR: &str = "gradings-page";

fn word(key: &str) -> String {
    text::zh(&format!("grading.{key}")).to_owned()
}

/// What is asked for, as it stands in the address and in the forms.
fn asked(q: &mut Params) -> Asked {
    let year = q.text("year", 4).and_then(|y| y.parse().ok());
    let mut get = |name: &str| q.text(name, 60).filter(|v| !v.is_empty());
    Asked { year, bureau: get("bureau"), grade: get("grade"), state: get("state"), text: get("q"), after: None }
}

fn values(a: &Asked) -> [(&'static str, String); 5] {
    let or = |v: &Option<String>| v.clone().unwrap_or_default();
    [
        ("year", a.year.map(|y| y.to_string()).unwrap_or_default()),
        ("bureau", or(&a.bureau)),
        ("grade", or(&a.grade)),
        ("state", or(&a.state)),
        ("q", or(&a.text)),
    ]
}

/// How a grade speaks.
pub(super) fn tag(g: Grade) -> Tag {
    let tone = match g {
        Grade::A => Tone::Good,
        Grade::B => Tone::Warn,
        Grade::C => Tone::Bad,
    };
    Tag::new(format!("{}级", g.letter()), tone)
}

fn with_key(f: FormView) -> FormView {
    f.hidden("_key", IdempotencyKey::fresh().as_str())
}

fn filter(app: &App, by: &Officer, a: &Asked, year: i32) -> Filter {
    let mine = app.grading_bureaus(&by.actor());
    let bureaus: Vec<(String, String)> =
        app.city.bureaus.iter().filter(|b| mine.contains(&b.code)).map(|b| (b.code.clone(), b.short.clone())).collect();
    let last = app.now().day().year() - 1;
    let years = (0..5).map(|n| last - n).map(|y| (y.to_string(), format!("{y} 年度")));
    let states = ["proposed", "reviewed", "told"].map(|s| (s.to_owned(), word(&format!("state.{s}"))));
    let [_, (_, bureau), (_, grade), (_, state), (_, words)] = values(a);
    let select = |key: &str, label: &str, options: Vec<(String, String)>, value: &str| {
        FormField::new(key, label, FieldKind::Select).options(options).value(value)
    };
    let letters = ["A", "B", "C"].map(|g| (g.to_owned(), format!("{g}级"))).to_vec();
    let fields = vec![
        select("year", "评价年度", years.collect(), &year.to_string()),
        select("bureau", "评价单位", bureaus, &bureau),
        select("grade", "等级", letters, &grade),
        select("state", "状态", states.to_vec(), &state),
        FormField::new("q", "企业名称或统一社会信用代码", FieldKind::Text).max(60).value(words),
    ];
    let active = values(a).iter().any(|(_, v)| !v.is_empty());
    Filter { action: "/gradings".into(), hidden: Vec::new(), fields, active, clear: "/gradings".into() }
}

fn row(l: &GradingLine) -> GradingRow {
    GradingRow {
        href: format!("/conduct/{}", l.file),
        name: l.name.clone(),
        code: l.uscc.clone().unwrap_or_else(|| l.number.clone()),
        grade: tag(l.grade),
        reasons: l.reasons.join("；"),
        bureau: l.bureau_name.clone(),
        state: l.state_title.clone(),
        cause: l.cause.clone(),
        told: l.told_on.map(|d| d.to_string()).unwrap_or_default(),
    }
}

fn run_facts(r: &RunView) -> Vec<Fact> {
    let told = if r.same { "与前一次逐字节相同" } else { "首次，或与前一次不同" };
    vec![
        Fact::new("完成", r.finished_at.map(crate::base::At::list_text).unwrap_or_default()),
        Fact::new("企业", format!("{} 户：A级 {}，B级 {}，C级 {}", r.employers, r.a, r.b, r.c)),
        Fact::new("新的或有变化", format!("{} 户", r.fresh)),
        Fact::new("结果", told),
        Fact::new("结果链", r.chain.clone()),
    ]
}

fn hold(form: FormView, year: i32, bureau: &str) -> FormView {
    form.hidden("year", year.to_string()).hidden("bureau", bureau)
}

fn card(app: &App, by: &Officer, b: &BulkView) -> Option<BulkCard> {
    if b.count == 0 {
        return None;
    }
    let (actor, reviewed) = (by.actor(), b.state == "reviewed");
    let form = if reviewed {
        access::may(&actor, Ability::KeepRecord, &b.bureau).then(|| {
            let ways = app.registry.codes.get("service_method").cloned().unwrap_or_default();
            let fields = vec![
                FormField::new("on", "告知日期", FieldKind::Date).required(),
                FormField::new("way", "告知方式", FieldKind::Select).options(ways).required(),
                FormField::new("proofNo", "告知凭证编号", FieldKind::Text).required().max(100),
            ];
            hold(with_key(FormView::new("tell", "/gradings/tell", "登记已告知", fields)), b.year, &b.bureau)
        })
    } else {
        access::may(&actor, Ability::ReviewGradings, &b.bureau).then(|| {
            let f = with_key(FormView::new("confirm", "/gradings/confirm", "确认名单上的等级", Vec::new()));
            hold(f, b.year, &b.bureau).hidden("hash", &b.hash)
        })
    };
    Some(BulkCard {
        title: if reviewed { "已复核，待告知" } else { "A、B级批量复核" }.to_owned(),
        facts: vec![
            Fact::new("评价单位", b.bureau_name.clone()),
            Fact::new("户数", format!("{}：A级 {}，B级 {}", b.count, b.a, b.b)),
            Fact::new("名单哈希", b.hash.clone()),
        ],
        sample: b.sample.iter().map(|(name, g)| format!("{name}　{}级", g.letter())).collect(),
        form,
    })
}

/// What came back: which form, what it held, what is wrong.
type Back<'a> = Option<(&'a str, &'a [(String, String)], &'a Error)>;

async fn list(app: &Arc<App>, by: &Officer, a: Asked, after: Option<(String, RowId)>, back: Back<'_>) -> Result<GradingsPage, Failure> {
    let actor = by.actor();
    let found = app.gradings(&actor, Asked { after, ..a.clone() }, SIZE).await?;
    let next = found.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    // lists of the bureau asked for, else of the own
    let own = || actor.duties().iter().find(|d| !d.kind.is_admin()).map(|d| d.bureau.clone());
    let mut bulk = Vec::new();
    if let Some(bureau) = a.bureau.clone().or_else(own) {
        for reviewed in [false, true] {
            match app.grading_bulk(&actor, found.year, &bureau, reviewed).await {
                Ok(b) => bulk.extend(card(app, by, &b)),
                Err(Error::NotFound(_)) => {}
                Err(e) => return Err(e.into()),
            }
        }
    }
    let sent = |f: FormView, id: &str| match back {
        Some((form, pairs, why)) if form == id => f.sent_back(pairs, why),
        _ => f,
    };
    let held: Vec<_> = values(&a).into_iter().filter(|(k, _)| *k != "q").collect();
    let export = export_form("/gradings/export", word, &held);
    let grade = found.may_run.then(|| {
        let year = FormField::new("year", "评价年度", FieldKind::Int).value(found.year.to_string()).required();
        with_key(FormView::new("run", "/gradings/run", "评价", vec![year]).tone(Tone::Plain))
    });
    let record = actor.holds(DutyKind::Credit).then(|| entry_form(app));
    let link = |n: String| {
        let held = values(&a);
        let mut parts: Vec<(&str, &str)> = held.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (*k, v.as_str())).collect();
        parts.push(("after", &n));
        address("/gradings", &parts)
    };
    if let Some((form @ ("confirm" | "tell"), pairs, why)) = back {
        for b in &mut bulk {
            b.form = b.form.take().map(|f| if f.id == form { f.sent_back(pairs, why) } else { f });
        }
    }
    Ok(GradingsPage {
        chrome: chrome(app, by, word("title"), Place::Gradings).await?,
        year: found.year.to_string(),
        filter: filter(app, by, &a, found.year),
        run: found.run.as_ref().map(run_facts).unwrap_or_default(),
        grade: grade.map(|f| sent(f, "run")),
        bulk,
        export: (!found.items.is_empty() || back.is_some_and(|b| b.0 == "export")).then(|| sent(export, "export")),
        rows: found.items.iter().map(row).collect(),
        more: next.map(link),
        record: record.map(|f| sent(f, "record")),
    })
}

/// The list again, with a form that came back.
pub(super) async fn back(app: &Arc<App>, by: &Officer, a: Asked, form: &str, pairs: &[(String, String)], why: Error) -> Answer<Response> {
    if !stays(&why) {
        return Err(why.into());
    }
    let status = StatusCode::from_u16(why.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    html_with(status, &list(app, by, a, None, Some((form, pairs, &why))).await?)
}

/// `GET /gradings`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let after = q.text("after", 512).map(|c| cursor_decode::<(String, RowId)>(CURSOR, &c)).transpose()?;
    let a = asked(&mut q);
    let mut page = list(&app, &by, a, after, None).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// `POST /gradings/export`.
pub(super) async fn export(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let (xlsx, reason) = export_asked(&mut p);
    let a = asked(&mut p);
    let done = match p.finish() {
        Ok(()) => app.export_gradings(&by.actor(), a.clone(), &reason, xlsx).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(file) => Ok(sheet(file, &word("title"), xlsx)),
        Err(e) => back(&app, &by, a, "export", &pairs, e).await,
    }
}

/// `POST /gradings/run`.
pub(super) async fn run(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let year = p.int("year", 1, 9999).and_then(|y| i32::try_from(y).ok());
    let year = p.required("year", year);
    let done = match (p.finish(), year) {
        (Ok(()), Some(year)) => app.grade_year(&by.actor(), year).await.map(|r| r.year),
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/year", "required", &[])),
    };
    match done {
        Ok(year) => Ok(see_other(&format!("/gradings?year={year}&done=grading_run"))),
        Err(e) => back(&app, &by, Asked::default(), "run", &pairs, e).await,
    }
}

/// The year and bureau a list's form speaks of.
fn list_of(p: &mut Params) -> (i32, String) {
    let year = p.int("year", 1, 9999).and_then(|y| i32::try_from(y).ok());
    let bureau = p.text("bureau", 40);
    (p.required("year", year).unwrap_or_default(), p.required("bureau", bureau).unwrap_or_default())
}

/// `POST /gradings/confirm`.
pub(super) async fn confirm(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let (year, bureau) = list_of(&mut p);
    let hash = p.text("hash", 80).unwrap_or_default();
    let a = Asked { year: Some(year), bureau: Some(bureau.clone()), ..Asked::default() };
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:confirmGradings", &(year, &bureau, &hash))?;
            app.confirm_gradings(&by.actor(), Some(key), year, &bureau, &hash).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => Ok(see_other(&address("/gradings", &[("year", &year.to_string()), ("bureau", &bureau), ("done", "gradings_confirmed")]))),
        Err(e) => back(&app, &by, a, "confirm", &pairs, e).await,
    }
}

/// `POST /gradings/tell`.
pub(super) async fn tell(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let (year, bureau) = list_of(&mut p);
    let (on, way) = (p.day("on"), p.text("way", 40));
    let (on, way) = (p.required("on", on), p.required("way", way).unwrap_or_default());
    let proof_no = p.text("proofNo", 100).unwrap_or_default();
    let a = Asked { year: Some(year), bureau: Some(bureau.clone()), ..Asked::default() };
    let done = match (p.finish(), on) {
        (Ok(()), Some(on)) => {
            let told = Told { on, way, proof_no };
            let key = Key::new(k.as_str(), "console:tellGradings", &(year, &bureau, &told))?;
            app.tell_gradings(&by.actor(), Some(key), year, &bureau, told).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/on", "required", &[])),
    };
    match done {
        Ok(_) => Ok(see_other(&address("/gradings", &[("year", &year.to_string()), ("bureau", &bureau), ("done", "gradings_told")]))),
        Err(e) => back(&app, &by, a, "tell", &pairs, e).await,
    }
}
