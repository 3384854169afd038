//! 工作日历: years with their notices, one year as a grid, a file that is looked at before it is loaded.
//!
//! Owns the pages. What a file changes and who may load it is the use cases'.

use super::frame::{chrome, flash};
use super::lists::address;
use super::moves::stays;
use super::view::{
    CalendarPage, DayCell, Fact, FieldKind, FormField, FormView, HolidayLine, InboxTab, Month, MovedLine, Place, PreviewView, Tone,
    YearLine,
};
use crate::app::App;
use crate::app::calendar::{load, preview};
use crate::app::write::Key;
use crate::base::{Day, Error, text};
use crate::law::Calendar;
use crate::law::calendar::{DayKind, Year, weekday_name};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, QueryParams, Upload};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Datelike as _;
use std::sync::Arc;

fn upload_form() -> FormView {
    let fields = vec![
        FormField::new("file", "日历文件", FieldKind::File).required(),
        FormField::new("document", "文号", FieldKind::Text).max(60).help("文件里没有时填写，例如 国办发明电〔2025〕7号"),
        FormField::new("published", "发布日期", FieldKind::Date).help("文件里没有时填写"),
    ];
    FormView::new("upload", "/calendar/preview", "查看影响", fields)
}

fn notice(y: &Year) -> String {
    let day = y.published.map_or_else(|| "发布日期不详".to_owned(), |d| format!("{d} 发布"));
    format!("{}　{day}", y.document.as_deref().unwrap_or("文号不详"))
}

/// Working days of a year or a month, by what counts now.
fn working(c: &Calendar, from: Day, to: Day) -> i64 {
    c.working_days(from.prev(), to)
}

fn months(c: &Calendar, year: i32) -> Vec<Month> {
    (1..=12)
        .filter_map(|m| {
            let first = Day::ymd(year, m, 1)?;
            let next = if m == 12 { Day::ymd(year + 1, 1, 1) } else { Day::ymd(year, m + 1, 1) }?;
            let blank = || DayCell { day: 0, class: "", mark: "", name: String::new() };
            let before = usize::try_from(first.date().weekday().num_days_from_monday()).unwrap_or(0);
            let mut cells: Vec<DayCell> = (0..before).map(|_| blank()).collect();
            cells.extend((0..next.since(first)).map(|i| {
                let d = first.plus(i);
                let info = c.info(d);
                let weekend = d.date().weekday().num_days_from_monday() >= 5;
                // a day off that is no plain weekend was named by a notice
                let (class, mark) = match info.kind {
                    DayKind::Work => ("", ""),
                    DayKind::MakeUp => ("warn", "班"),
                    DayKind::Rest if weekend && info.name == weekday_name(d) => ("plain", ""),
                    DayKind::Rest => ("good", "休"),
                };
                DayCell { day: d.date().day(), class, mark, name: format!("{m}月{}日 {}", d.date().day(), info.name) }
            }));
            while !cells.len().is_multiple_of(7) {
                cells.push(blank());
            }
            Some(Month {
                title: format!("{m} 月"),
                working: format!("{} 个工作日", working(c, first, next.prev())),
                weeks: cells.chunks(7).map(<[DayCell]>::to_vec).collect(),
            })
        })
        .collect()
}

fn holidays(y: &Year) -> Vec<HolidayLine> {
    let line = |h: crate::law::calendar::Holiday<'_>| HolidayLine {
        name: h.name.to_owned(),
        rest: h.rest.map_or_else(String::new, |(a, b)| format!("{a} 至 {b}，共 {} 日", b.since(a) + 1)),
        work: h.work.iter().map(|d| format!("{d}（{}）", weekday_name(*d))).collect::<Vec<_>>().join("、"),
    };
    y.holidays().into_iter().map(line).collect()
}

async fn page(app: &Arc<App>, by: &Officer, wanted: Option<i32>) -> Result<CalendarPage, Failure> {
    let actor = by.actor();
    let loaded = app.loaded_years(&actor).await?;
    let law = app.law();
    let calendar = &law.calendar;
    let this = app.now().day().year();
    let year = wanted.filter(|y| calendar.year(*y).is_some()).or_else(|| calendar.year(this).map(|y| y.year));
    let year = year.or_else(|| calendar.years().last().map(|y| y.year)).unwrap_or(this);
    let years = calendar.years().iter().rev().map(|y| {
        let (first, last) = (Day::ymd(y.year, 1, 1), Day::ymd(y.year, 12, 31));
        YearLine {
            href: address("/calendar", &[("year", &y.year.to_string())]),
            year: format!("{} 年", y.year),
            notice: notice(y),
            origin: loaded
                .iter()
                .find(|l| l.year == y.year)
                .map_or_else(|| "随程序或配置目录提供".to_owned(), |l| format!("{} 载入", l.loaded_at.list_text())),
            working: first.zip(last).map_or_else(String::new, |(a, b)| working(calendar, a, b).to_string()),
        }
    });
    let tabs = calendar.years().iter().map(|y| InboxTab {
        href: address("/calendar", &[("year", &y.year.to_string())]),
        label: format!("{} 年", y.year),
        count: 0,
        current: y.year == year,
        urgent: false,
    });
    let shown = calendar.year(year);
    let facts = shown.map_or_else(Vec::new, |y| {
        let mut out = vec![Fact::new("通知", y.title.clone()), Fact::new("文号与日期", notice(y))];
        out.extend(y.url.clone().map(|u| Fact::new("出处", u)));
        out
    });
    let missing = [this, this + 1].into_iter().find(|y| calendar.year(*y).is_none());
    Ok(CalendarPage {
        chrome: chrome(app, by, "工作日历", Place::Calendar).await?,
        years: years.collect(),
        tabs: tabs.collect(),
        year: format!("{year} 年"),
        facts,
        holidays: shown.map(holidays).unwrap_or_default(),
        months: months(calendar, year),
        missing: missing.map_or_else(String::new, |y| text::zh_with("calendar.missing", &[("year", &y.to_string())])),
        upload: upload_form(),
        preview: None,
    })
}

/// `GET /calendar`.
pub(super) async fn show(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let year = q.int("year", 1990, 2199).and_then(|y| i32::try_from(y).ok());
    let done = flash(q.raw("done"));
    let mut page = page(&app, &by, year).await?;
    page.chrome = page.chrome.with_flash(done);
    html(&page)
}

fn previewed(p: preview::Preview) -> PreviewView {
    let y = &p.year;
    let facts = vec![
        Fact::new("年份", format!("{} 年{}", y.year, if p.replaces { "（替换已载入的）" } else { "" })),
        Fact::new("通知", y.title.clone()),
        Fact::new("文号", y.document.clone().unwrap_or_default()),
        Fact::new("发布日期", y.published.map(|d| d.to_string()).unwrap_or_default()),
        Fact::new("工作日", y.working_days().to_string()),
    ];
    let counts = [("seen", p.seen), ("moved", p.moved), ("firm", p.firm)].map(|(k, n)| (k, n.to_string()));
    let args: Vec<(&str, &str)> = counts.iter().map(|(k, n)| (*k, n.as_str())).collect();
    let mut said = text::zh_with("calendar.preview", &args);
    if p.moved > p.first.len() {
        let from = (p.page - 1) * preview::NAMED + 1;
        let to = from + p.first.len().saturating_sub(1);
        said.push_str(&text::zh_with("calendar.preview_page", &[("from", &from.to_string()), ("to", &to.to_string())]));
    }
    if p.cut {
        said.push_str(text::zh("calendar.preview_cut"));
    }
    let how = |m: &preview::MovedTerm| match (m.to > m.from, m.provisional) {
        (true, false) => "推后",
        (false, false) => "提前",
        (true, true) => "推后，仍为暂定",
        (false, true) => "提前，仍为暂定",
    };
    let body = y.to_toml();
    let turn = |id: &str, word: &str, to: usize| {
        let form = FormView::new(id, "/calendar/moved", word, Vec::new()).tone(Tone::Plain);
        form.hidden("body", body.clone()).hidden("page", to.to_string())
    };
    PreviewView {
        facts,
        earlier: (p.page > 1).then(|| turn("earlier", "上一页", p.page - 1)),
        later: (p.page * preview::NAMED < p.moved).then(|| turn("later", "下一页", p.page + 1)),
        changes: p.changes.iter().map(|(d, name)| format!("{d}（{}）改为{name}", weekday_name(*d))).collect(),
        said,
        moved: p
            .first
            .iter()
            .map(|m| MovedLine {
                number: m.number.clone(),
                term: format!("{}　{}", m.procedure, m.term),
                from: m.from.list_text(),
                to: m.to.list_text(),
                how: how(m).to_owned(),
            })
            .collect(),
        confirm: FormView::new("load", "/calendar", "确认载入", Vec::new())
            .hidden("body", body.clone())
            .hidden("_key", IdempotencyKey::fresh().as_str()),
        warnings: p.warnings,
    }
}

/// What the form brought: the file as a year.
fn read(p: &mut Params, file: Option<&crate::web::extract::UploadedFile>) -> Result<Year, Error> {
    let document = p.text("document", 60);
    let published = p.day("published");
    let file = p.required("file", file);
    std::mem::take(p).finish()?;
    preview::read(file.map_or(&[], |f| &f.bytes), document, published)
}

/// `POST /calendar/preview`: shows what a file would change, and the form that loads it.
pub(super) async fn look(State(app): State<Arc<App>>, by: Officer, up: Upload) -> Answer<Response> {
    let Upload { mut params, file } = up;
    let pairs = params.pairs().to_vec();
    let mut page = page(&app, &by, None).await?;
    let done = match read(&mut params, file.as_ref()) {
        Ok(year) => app.preview_calendar(&by.actor(), year, 1).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(found) => {
            page.preview = Some(previewed(found));
            html(&page)
        }
        Err(e) if stays(&e) => {
            page.upload = page.upload.sent_back(&pairs, &e);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /calendar/moved`: another page of the terms that the file looked at would move.
pub(super) async fn moved(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let body = p.raw("body").unwrap_or_default().to_owned();
    let at = p.int("page", 1, 10_000).and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
    let mut page = page(&app, &by, None).await?;
    let done = match p.finish().and_then(|()| preview::read(body.as_bytes(), None, None)) {
        Ok(year) => app.preview_calendar(&by.actor(), year, at).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(found) => {
            page.preview = Some(previewed(found));
            html(&page)
        }
        Err(e) if stays(&e) => {
            page.upload = page.upload.told(&e);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /calendar`: loads the year that was looked at. Open terms follow in the background.
pub(super) async fn confirm(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let body = p.raw("body").unwrap_or_default().to_owned();
    let done = match preview::read(body.as_bytes(), None, None) {
        Ok(year) => {
            let (key, n) = (Key::new(key.as_str(), "console:calendar", &body)?, year.year);
            app.write(&by.actor(), Some(key), move |tx| load(tx, &year)).await.map(|_| n)
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(year) => {
            // this node counts by it at once; other nodes and the open terms follow within a minute
            let again = Arc::clone(&app);
            tokio::task::spawn_blocking(move || again.refresh_calendar())
                .await
                .map_err(|e| Error::Internal(format!("calendar: {e}")))??;
            Ok(see_other(&address("/calendar", &[("year", &year.to_string()), ("done", "calendar_loaded")])))
        }
        Err(e) if stays(&e) => {
            let mut page = page(&app, &by, None).await?;
            page.upload = page.upload.told(&e);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}
