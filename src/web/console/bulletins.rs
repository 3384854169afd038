//! 周报月报: the list, one bulletin with its tables, the paper, and the forms of its way.
//!
//! Owns the pages. The figures and who may do what are the use case's.

use super::files::{paper_policy, sheet};
use super::frame::{chrome, flash, refused};
use super::lists::{address, export_fields, export_wanted};
use super::moves::stays;
use super::view::{BulletinFigures, BulletinPageView, BulletinRow, BulletinsPage, Fact, FieldKind, FormField, FormView, Place, Tag, Tone};
use super::words::yuan;
use super::{form, page as at};
use crate::app::App;
use crate::app::bulletins::{BulletinLine, BulletinView, Draft};
use crate::app::write::Key;
use crate::base::id::RowId;
use crate::base::{At, Error, text};
use crate::domain::bulletin::Figures;
use crate::domain::closing_rate::percent;
use crate::law::Fen;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::table::{Access, Route};
use crate::web::{Answer, Failure, Table};
use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Lines of a page.
const SIZE: usize = 30;
const CURSOR: &str = "bulletins-page";
/// Characters of what a bureau adds.
const REMARKS: usize = 2000;

type Back<'a> = Option<(&'a str, &'a [(String, String)], &'a Error)>;

fn word(key: &str) -> String {
    text::zh(&format!("bulletin.{key}")).to_owned()
}

fn keyed(id: &str, action: String, label: &str, fields: Vec<FormField>, tone: Tone) -> FormView {
    FormView::new(id, action, word(label), fields).tone(tone).hidden("_key", IdempotencyKey::fresh().as_str())
}

fn sent_back(f: FormView, id: &str, back: Back<'_>) -> FormView {
    match back.filter(|b| b.0 == id) {
        Some((_, pairs, why)) => f.sent_back(pairs, why),
        None => f,
    }
}

fn state(s: &str) -> Tag {
    let tone = match s {
        "issued" => Tone::Good,
        "approved" => Tone::Info,
        _ => Tone::Plain,
    };
    Tag::new(word(&format!("state.{s}")), tone)
}

fn title(l: &BulletinLine) -> String {
    format!("{}{}", l.area, word(&format!("kind.{}", l.kind)))
}

fn row(l: &BulletinLine) -> BulletinRow {
    BulletinRow {
        href: format!("/bulletins/{}", l.id),
        title: title(l),
        bureau: l.bureau.clone(),
        span: format!("{} 至 {}", l.span.0, l.span.1),
        state: state(&l.state),
        number: l.number.clone().unwrap_or_default(),
    }
}

fn remarks(value: &str) -> FormField {
    FormField::new("remarks", word("field.remarks"), FieldKind::Long).max(REMARKS).value(value).help(word("help.remarks"))
}

async fn list(app: &Arc<App>, by: &Officer, after: Option<(At, RowId)>, back: Back<'_>) -> Result<BulletinsPage, Failure> {
    let found = app.bulletins(&by.actor(), after, SIZE).await?;
    let areas = app.bulletin_areas(&by.actor());
    let first = areas.first().map(|a| a.0.clone()).unwrap_or_default();
    let kinds = ["weekly", "monthly"].map(|k| (k.to_owned(), word(&format!("kind.{k}"))));
    let new = (!areas.is_empty()).then(|| {
        let fields = vec![
            FormField::new("kind", word("field.kind"), FieldKind::Radio).options(kinds).value("weekly").required(),
            FormField::new("area", word("field.area"), FieldKind::Select).options(areas).value(first).required(),
            FormField::new("day", word("field.day"), FieldKind::Date).required().help(word("help.day")),
            remarks(""),
        ];
        sent_back(keyed("new", "/bulletins".into(), "draft", fields, Tone::Plain), "new", back)
    });
    let next = found.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(BulletinsPage {
        chrome: chrome(app, by, word("title"), Place::Bulletins).await?,
        rows: found.items.iter().map(row).collect(),
        more: next.map(|n| address("/bulletins", &[("after", &n)])),
        new,
    })
}

fn figures(place: String, name: &str, f: &Figures) -> BulletinFigures {
    BulletinFigures {
        place,
        name: name.to_owned(),
        opened: f.opened.to_string(),
        concluded: f.concluded.to_string(),
        tracking: f.tracking.to_string(),
        pending: f.pending.to_string(),
        rate: f.rate().map_or_else(|| "—".to_owned(), percent),
        overdue: f.overdue.to_string(),
        paid: yuan(Fen::new(f.paid_fen)),
        supervised: format!("{} / {}", f.supervised, f.discharged),
    }
}

/// What may be done with it now, each as a form.
fn ways(app: &App, v: &BulletinView, back: Back<'_>) -> Vec<FormView> {
    let to = |end: &str| format!("/bulletins/{}/{end}", v.line.id);
    let mut out = Vec::new();
    if v.line.state == "draft" {
        out.push(keyed("save", to("save"), "redraft", vec![remarks(&v.remarks)], Tone::Plain));
        out.push(keyed("approve", to("approve"), "approve", Vec::new(), Tone::Good));
    }
    if v.line.state == "approved" {
        out.push(keyed("issue", to("issue"), "issue", Vec::new(), Tone::Good));
    }
    if matches!(v.line.state.as_str(), "draft" | "approved") {
        out.push(keyed("drop", to("drop"), "drop", Vec::new(), Tone::Bad));
    }
    let export = FormView::new("export", to("export"), text::zh("ledger_export.export"), export_fields(app)).tone(Tone::Plain);
    out.push(export.hidden("_key", IdempotencyKey::fresh().as_str()));
    out.into_iter()
        .map(|f| {
            let id = f.id.clone();
            sent_back(f, &id, back)
        })
        .collect()
}

async fn show(app: &Arc<App>, by: &Officer, id: RowId, done: Option<String>, back: Back<'_>) -> Result<BulletinPageView, Failure> {
    let v = app.bulletin(&by.actor(), id).await?;
    let when = |(who, at): &(String, At)| format!("{who} {}", at.list_text());
    let facts = vec![
        Fact::new("期号", v.line.number.clone().unwrap_or_default()),
        Fact::new("起草", when(&v.drafted)),
        Fact::new("审核", v.approved.as_ref().map(when).unwrap_or_default()),
        Fact::new("发布", v.issued.as_ref().map(when).unwrap_or_default()),
        Fact::new("文稿校验值", v.hash.clone().unwrap_or_default()),
    ];
    let f = &v.figures;
    let forms = ways(app, &v, back);
    let gone = back.filter(|b| !forms.iter().any(|w| w.id == b.0));
    let told = gone.map(|b| refused(b.2)).or_else(|| flash(done.as_deref()));
    let place = |rated: bool, i: usize| if rated { (i + 1).to_string() } else { String::new() };
    let counties = f.counties.iter().enumerate().map(|(i, c)| figures(place(c.figures.rate().is_some(), i), &c.name, &c.figures)).collect();
    let compared = [("本期", &f.total), ("上期", &f.before), ("去年同期", &f.last_year)];
    Ok(BulletinPageView {
        chrome: chrome(app, by, title(&v.line), Place::Bulletins).await?.with_flash(told),
        title: title(&v.line),
        state: state(&v.line.state),
        about: format!("{} 至 {}，数字截至 {} 的登记", v.line.span.0, v.line.span.1, v.as_of.list_text()),
        facts,
        paper: format!("/bulletins/{id}/paper"),
        counties,
        compared: compared.map(|(name, f)| figures(String::new(), name, f)).to_vec(),
        out: f.stands_out(),
        remarks: v.remarks.clone(),
        note: text::zh("closing_rate.note").to_owned(),
        forms,
    })
}

/// `GET /bulletins`.
async fn index(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let after = q.text("after", 512).map(|c| cursor_decode::<(At, RowId)>(CURSOR, &c)).transpose()?;
    html(&list(&app, &by, after, None).await?)
}

/// `POST /bulletins`.
async fn draft(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let d = Draft {
        kind: p.text("kind", 20).unwrap_or_default(),
        area: p.text("area", 20).unwrap_or_default(),
        day: p.day("day"),
        remarks: p.long_text("remarks", REMARKS).unwrap_or_default(),
    };
    let done = match p.finish() {
        Ok(()) => app.draft_bulletin(&by.actor(), Some(Key::new(key.as_str(), "draft_bulletin", &d)?), d).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => Ok(see_other(&format!("/bulletins/{id}?done=bulletin_drafted"))),
        Err(e) if stays(&e) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, None, Some(("new", &pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}

/// `GET /bulletins/{id}`.
async fn one(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    html(&show(&app, &by, id, done, None).await?)
}

/// `GET /bulletins/{id}/paper`.
async fn paper(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>) -> Answer<Response> {
    let page = app.bulletin_paper(&by.actor(), id).await?;
    let policy = paper_policy(&page);
    let mut out = ([(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response();
    if let Ok(v) = HeaderValue::from_str(&policy) {
        out.headers_mut().insert(CONTENT_SECURITY_POLICY, v);
    }
    Ok(out)
}

async fn ended(
    app: &Arc<App>,
    by: &Officer,
    id: RowId,
    done: Result<RowId, Error>,
    form: &str,
    code: &str,
    pairs: &[(String, String)],
) -> Answer<Response> {
    match done {
        Ok(_) => Ok(see_other(&format!("/bulletins/{id}?done={code}"))),
        Err(e) if stays(&e) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &show(app, by, id, None, Some((form, pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}

/// `POST /bulletins/{id}/save`.
async fn save(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let words = p.long_text("remarks", REMARKS).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => app.redraft_bulletin(&by.actor(), Some(Key::new(key.as_str(), "redraft_bulletin", &(id, &words))?), id, &words).await,
        Err(e) => Err(e),
    };
    ended(&app, &by, id, done, "save", "bulletin_saved", &pairs).await
}

macro_rules! step {
    ($(#[$about:meta])* $name:ident, $case:ident, $id:literal, $code:literal) => {
        $(#[$about])*
        async fn $name(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, FormParams(mut p): FormParams) -> Answer<Response> {
            let key = Key::new(p.key()?.as_str(), stringify!($case), &id)?;
            let pairs = p.pairs().to_vec();
            let done = app.$case(&by.actor(), Some(key), id).await;
            ended(&app, &by, id, done, $id, $code, &pairs).await
        }
    };
}
step! {
    /// `POST /bulletins/{id}/approve`.
    approve, approve_bulletin, "approve", "bulletin_approved"
}
step! {
    /// `POST /bulletins/{id}/issue`.
    issue, issue_bulletin, "issue", "bulletin_issued"
}
step! {
    /// `POST /bulletins/{id}/drop`.
    throw, drop_bulletin, "drop", "bulletin_dropped"
}

/// `POST /bulletins/{id}/export`.
async fn export(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let (code, reason, xlsx) = export_wanted(&mut p);
    let done = match p.finish() {
        Ok(()) => app.export_bulletin(&by.actor(), id, &code, &reason, xlsx).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(file) => Ok(sheet(file, text::zh("bulletin.sheet"), xlsx)),
        Err(e) => ended(&app, &by, id, Err(e), "export", "", &pairs).await,
    }
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let boss = Access::Staff("督办（所督办区划）、发布部门的局领导");
    t.add(at("/bulletins", "console_bulletins", boss, "周报月报"), index);
    t.add(form("/bulletins", "console_draft_bulletin", Access::Staff("督办，所督办区划"), "起草通报"), draft);
    t.add(at("/bulletins/{id}", "console_bulletin", boss, "一份通报"), one);
    t.add(at("/bulletins/{id}/paper", "console_bulletin_paper", boss, "通报文稿"), paper);
    t.add(form("/bulletins/{id}/save", "console_save_bulletin", boss, "保存并重新计算通报草稿"), save);
    t.add(form("/bulletins/{id}/approve", "console_approve_bulletin", boss, "由另一人审核通报"), approve);
    t.add(form("/bulletins/{id}/issue", "console_issue_bulletin", boss, "编号发布通报"), issue);
    t.add(form("/bulletins/{id}/drop", "console_drop_bulletin", boss, "作废未发布的通报"), throw);
    t.add(
        Route::post("/bulletins/{id}/export", "console_export_bulletin", boss, "导出通报数据").reads_form().answers_plain(
            200,
            "XLSX 或 CSV 文件",
            None,
        ),
        export,
    );
}
