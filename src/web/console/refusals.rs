//! 不予登记台账: the register of refusals, turning somebody away at the counter, the register as a file.
//!
//! Owns the page. That no refusal is without a code and a notice, and who sees which line, is the use case's.

use super::contacts::{codes, remark};
use super::files::sheet;
use super::frame::{chrome, flash};
use super::lists::address;
use super::moves::{area_choices, instant, local, stays};
use super::view::{FieldKind, Filter, FormField, FormView, Place, RefusalRow, RefusalsPage, Tag, Tone};
use crate::app::App;
use crate::app::refusals::{RefusalLine, RegisterQuery, SOURCES, TurnAway};
use crate::app::write::Key;
use crate::base::id::DocumentId;
use crate::base::{At, Error, text};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Lines of a page.
const SIZE: usize = 30;
const CURSOR: &str = "refusals";
/// The list of `config/codes.toml` with reasons of the counter.
const REASONS: &str = "counter_refusal";
/// Names of the filter, as the address has them.
const NAMES: [&str; 5] = ["from", "to", "area", "reason", "source"];

/// The filter as it came: pairs for the address, and what of it can be read.
struct Asked {
    typed: Vec<(&'static str, String)>,
    query: RegisterQuery,
    wrong: Option<Error>,
}
impl Asked {
    fn read(mut p: Params) -> Self {
        let typed: Vec<(&'static str, String)> =
            NAMES.iter().map(|n| (*n, p.raw(n).map(text::tidy).unwrap_or_default().chars().take(60).collect())).collect();
        let query = RegisterQuery {
            from: p.day("from"),
            to: p.day("to"),
            area: p.text("area", 12),
            bureau: None,
            reason: p.text("reason", 60),
            source: p.choice("source", &SOURCES),
        };
        Self { typed, query, wrong: p.finish().err() }
    }
    fn get(&self, name: &str) -> &str {
        self.typed.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v.as_str())
    }
    fn address(&self, after: &str) -> String {
        let mut pairs: Vec<(&str, &str)> = self.typed.iter().map(|(n, v)| (*n, v.as_str())).collect();
        pairs.push(("after", after));
        address("/refusals", &pairs)
    }
    fn filter(&self, app: &App) -> Filter {
        let sources = SOURCES.map(|s| (s, text::zh(&format!("refusals.from.{s}")).to_owned()));
        let field = |name: &'static str, label: &str, kind: FieldKind| FormField::new(name, label, kind);
        Filter {
            action: "/refusals".into(),
            hidden: Vec::new(),
            fields: vec![
                field("from", "从", FieldKind::Date).value(self.get("from")),
                field("to", "到", FieldKind::Date).value(self.get("to")),
                field("area", "区划（含下级）", FieldKind::Select).options(area_choices(app)).value(self.get("area")),
                field("reason", "原因", FieldKind::Select).options(app.refusal_reasons()).value(self.get("reason")),
                field("source", "来源", FieldKind::Select).options(sources).value(self.get("source")),
            ],
            active: self.typed.iter().any(|(_, v)| !v.is_empty()),
            clear: "/refusals".into(),
        }
    }
}

fn turn_form(app: &App, by: &Officer) -> Option<FormView> {
    let counters = app.counters(&by.actor());
    let first = counters.first()?.clone();
    let reasons = codes(app, REASONS).into_iter().map(|(c, t)| {
        let article = app.code_article(REASONS, &c).map(|a| format!("（{a}）")).unwrap_or_default();
        (c, format!("{t}{article}"))
    });
    let mut fields = vec![
        FormField::new("reason", "原因", FieldKind::Radio).options(reasons).required(),
        FormField::new("name", "来访人姓名", FieldKind::Text).max(40).help("不愿说的可以不填"),
        FormField::new("area", "用工所在地", FieldKind::Select).options(area_choices(app)),
        FormField::new("at", "时间", FieldKind::DateTime).value(local(app.now())).help("默认现在"),
        remark("about", "反映的事项").help("写进告知书，至少 4 个字"),
        remark("explanation", "不予登记的理由").help("写进告知书，至少 4 个字：为什么属于上面的原因"),
    ];
    if counters.len() > 1 {
        let named = counters.iter().map(|b| (b.clone(), app.bureau_name(b)));
        fields.insert(1, FormField::new("bureau", "部门", FieldKind::Select).options(named).value(first).required());
    }
    let form = FormView::new("turn", "/refusals", "出具告知书", fields).tone(Tone::Bad);
    Some(form.hidden("_key", IdempotencyKey::fresh().as_str()))
}

fn export_form(asked: &Asked) -> FormView {
    let reason = remark("why", "导出理由").help("至少 4 个字，导出会记录在案");
    let form = FormView::new("export", "/refusals/export", "导出 CSV", vec![reason]).tone(Tone::Plain);
    asked.typed.iter().filter(|(_, v)| !v.is_empty()).fold(form, |f, (n, v)| f.hidden(*n, v.clone()))
}

fn row(app: &App, l: &RefusalLine) -> RefusalRow {
    let area = l.area.as_deref().map(|a| app.area_name(a)).unwrap_or_default();
    RefusalRow {
        href: format!("/documents/{}", l.document),
        number: l.number.clone(),
        at: l.at.list_text(),
        source: Tag::new(text::zh(&format!("refusals.from.{}", l.from)), if l.from == "case" { Tone::Info } else { Tone::Plain }),
        case: l.case.zip(l.case_number.clone()).map(|(c, n)| (format!("/cases/{c}"), n)),
        name: l.name.clone().unwrap_or_default(),
        reason: l.reason_text.clone(),
        article: l.article.clone().unwrap_or_default(),
        // a bureau is mostly named after its area
        place: if l.bureau_name.starts_with(&area) { l.bureau_name.clone() } else { format!("{area} {}", l.bureau_name) },
        officer: l.officer.clone(),
    }
}

async fn list(app: &Arc<App>, by: &Officer, asked: &Asked, after: Option<(At, DocumentId)>) -> Result<RefusalsPage, Failure> {
    let found = match &asked.wrong {
        // what cannot be read filters nothing out in silence: nothing is shown until it is put right
        Some(e) => Err(Error::Invalid(e.fields().to_vec())),
        None => app.refusal_register(&by.actor(), &asked.query, after, SIZE).await,
    };
    let (lines, next, wrong) = match found {
        Ok(r) => (r.lines, r.next, Vec::new()),
        Err(e) if stays(&e) => (Vec::new(), None, e.fields().iter().map(|f| f.message.clone()).collect()),
        Err(e) => return Err(e.into()),
    };
    let more = next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(RefusalsPage {
        chrome: chrome(app, by, "不予登记台账", Place::Refusals).await?,
        issued: None,
        filter: asked.filter(app),
        export: (!lines.is_empty()).then(|| export_form(asked)),
        wrong,
        rows: lines.iter().map(|l| row(app, l)).collect(),
        more: more.map(|c| asked.address(&c)),
        turn: turn_form(app, by),
    })
}

/// `GET /refusals`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let issued = q.raw("paper").and_then(|p| p.parse::<DocumentId>().ok());
    let after = q.raw("after").map(str::to_owned).filter(|a| !a.is_empty());
    let after = after.map(|c| cursor_decode::<(At, DocumentId)>(CURSOR, &c)).transpose()?;
    let asked = Asked::read(q);
    let mut page = list(&app, &by, &asked, after).await?;
    page.issued = issued.map(|d| format!("/documents/{d}"));
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// `POST /refusals`.
pub(super) async fn turn_away(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    if app.counters(&by.actor()).is_empty() {
        return Err(Error::Forbidden("register").into());
    }
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let reason = p.text("reason", 60);
    let reason = p.required("reason", reason).unwrap_or_default();
    let about = p.long_text("about", 4000);
    let about = p.required("about", about).unwrap_or_default();
    let explanation = p.long_text("explanation", 4000);
    let explanation = p.required("explanation", explanation).unwrap_or_default();
    let typed = p.text("at", 40);
    let at = typed.as_deref().and_then(instant);
    if typed.is_some() && at.is_none() {
        p.wrong("at", "not_an_instant", &[]);
    }
    let (bureau, area, name) = (p.text("bureau", 40).unwrap_or_default(), p.text("area", 12), p.text("name", 40).unwrap_or_default());
    let turned = TurnAway { bureau, area, name, about, reason, explanation, at };
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:turnAway", &turned)?;
            app.turn_away(&by.actor(), Some(key), &turned).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(made) => Ok(see_other(&format!("/refusals?paper={}", made.document))),
        Err(e) if stays(&e) => {
            let mut page = list(&app, &by, &Asked::read(Params::of_query(Vec::new())), None).await?;
            page.turn = page.turn.map(|f| f.sent_back(&pairs, &e));
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /refusals/export`.
pub(super) async fn export(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let why = p.long_text("why", 4000);
    let why = p.required("why", why).unwrap_or_default();
    let wrong = p.finish().err();
    // the same names in the form as in the address
    let asked = Asked::read(Params::of_query(pairs.clone()));
    let done = match (wrong, &asked.wrong) {
        (Some(e), _) => Err(e),
        (None, Some(e)) => Err(Error::Invalid(e.fields().to_vec())),
        (None, None) => app.export_refusals(&by.actor(), &asked.query, &why).await,
    };
    match done {
        Ok(file) => Ok(sheet(file, "不予登记台账", false)),
        Err(e) if stays(&e) || matches!(e, Error::TooLarge(_)) => {
            let named = |p: &str| if p == "/reason" { "/why".to_owned() } else { p.to_owned() };
            let mut page = list(&app, &by, &asked, None).await?;
            page.export = Some(export_form(&asked).refilled(&pairs).told_as(&e, named));
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}
