//! 数据看板 and 时限行为: numbers with their plots and tables, and the files of them.
//!
//! Owns the pages: how a number and its change are written, which plot a table has, which page is behind a number. Whose figures they are and
//! what they mean is the use case's.

use super::files::sheet;
use super::frame::chrome;
use super::lists::{address, export_asked, export_form};
use super::moves::stays;
use super::view::{
    ClockPage, DashBlock, DashboardPage, FieldKind, FormField, FormView, GridCell, GridRow, GridView, HeadCard, Place, PlotView, Tone,
};
use super::words::yuan;
use crate::app::App;
use crate::app::dashboard::sheets::{self, Part, percent};
use crate::app::dashboard::{Asked, Dashboard, Numbers, PlaceLine, clock};
use crate::base::{Error, text};
use crate::domain::access::DutyKind;
use crate::domain::summary::period::Period;
use crate::law::Fen;
use crate::paper::plot::{self, Plot, Scale, Series, Shape};
use crate::paper::sheet::{Table, Value};
use crate::web::auth::Officer;
use crate::web::edge::html_with;
use crate::web::extract::{FormParams, Params, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

fn word(key: &str) -> String {
    text::zh(&format!("dashboard.{key}")).to_owned()
}
fn said(key: &str, n: &str) -> String {
    text::zh_with(&format!("dashboard.{key}"), &[("n", n)])
}

/// What stands in the address, as it came.
fn held(p: &mut Params) -> Vec<(&'static str, String)> {
    ["period", "from", "to", "area", "bureau"].map(|k| (k, p.raw(k).unwrap_or_default().chars().take(40).collect())).to_vec()
}

/// What is asked for; findings stay in the parameters.
fn asked(app: &App, p: &mut Params) -> Option<Asked> {
    let period = p.period(app.now().day());
    let (area, bureau) = (p.text("area", 12), p.text("bureau", 40));
    Some(Asked { period: period?, area, bureau })
}

/// The choices of the period, and the fields of days of one's own.
fn period_fields(app: &App, typed: &[(&'static str, String)], own: bool) -> Vec<FormField> {
    let today = app.now().day();
    let mut options: Vec<(String, String)> = Period::choices(today).iter().map(|p| (p.code(), p.title())).collect();
    let value = |k: &str| typed.iter().find(|(n, _)| *n == k).map(|(_, v)| v.clone()).unwrap_or_default();
    let mut chosen = value("period");
    if chosen.is_empty() {
        chosen = if value("from").is_empty() && value("to").is_empty() { today.year().to_string() } else { "range".to_owned() };
    }
    // one that was asked for by its address stays chosen
    if let Some(p) = Period::read(&chosen).filter(|p| !options.iter().any(|(c, _)| *c == p.code())) {
        options.push((p.code(), p.title()));
    }
    if own {
        options.push(("range".to_owned(), word("form.range")));
    }
    let mut out = vec![FormField::new("period", word("form.period"), FieldKind::Select).options(options).value(&chosen).required()];
    if own {
        out.push(FormField::new("from", word("form.from"), FieldKind::Date).value(value("from")));
        out.push(FormField::new("to", word("form.to"), FieldKind::Date).value(value("to")));
    }
    out
}

/// Puts what is wrong at its field.
fn told(fields: &mut [FormField], why: &Error) {
    for f in why.fields() {
        let key = f.pointer.trim_start_matches("query.").trim_start_matches('/');
        if let Some(field) = fields.iter_mut().find(|x| x.key == key) {
            field.error = Some(f.message.clone());
        }
    }
}

fn filter(app: &App, by: &Officer, typed: &[(&'static str, String)]) -> Result<Vec<FormField>, Failure> {
    let choices = app.dashboard_choices(&by.actor())?;
    let value = |k: &str| typed.iter().find(|(n, _)| *n == k).map(|(_, v)| v.clone()).unwrap_or_default();
    let mut out = period_fields(app, typed, true);
    out.push(FormField::new("area", word("form.area"), FieldKind::Select).options(choices.areas).value(value("area")));
    out.push(FormField::new("bureau", word("form.bureau"), FieldKind::Select).options(choices.bureaus).value(value("bureau")));
    Ok(out)
}

/// A share of so many points more or less.
fn points(now: Option<i64>, before: Option<i64>) -> (String, i64) {
    let (Some(n), Some(b)) = (now, before) else { return (String::new(), 0) };
    let by = n - b;
    let words = format!("{}.{}", by.abs() / 100, by.abs() % 100 / 10);
    let key = if by > 0 { "change.points_more" } else { "change.points_less" };
    (if by.abs() < 10 { word("change.same") } else { said(key, &words) }, by)
}
fn change(now: i64, before: i64, write: &dyn Fn(i64) -> String) -> (String, i64) {
    let by = now - before;
    let said = match by {
        0 => word("change.same"),
        n if n > 0 => said("change.more", &write(n)),
        n => said("change.less", &write(-n)),
    };
    (said, by)
}

/// The headline numbers; `work` is the tab of the reader's inbox that shows open matters.
fn cards(d: &Dashboard, work: &str) -> Vec<HeadCard> {
    let plain = |n: i64| n.to_string();
    let money = |n: i64| yuan(Fen::new(n));
    let card = |key: &str, value: String, (change, by): (String, i64), before: String, good: i64| HeadCard {
        label: word(&format!("head.{key}")),
        value,
        change,
        tone: match (by * good).signum() {
            1 => Tone::Good,
            -1 => Tone::Bad,
            _ => Tone::Plain,
        },
        before: said("head.before", &before),
        beside: String::new(),
        link: None,
    };
    let count = |key: &str, of: fn(&Numbers) -> i64| {
        let (n, b) = (of(&d.now), of(&d.before));
        card(key, plain(n), change(n, b, &plain), plain(b), 0)
    };
    let fen = |key: &str, of: fn(&Numbers) -> Option<Fen>| {
        let (n, b) = (of(&d.now).map_or(0, Fen::get), of(&d.before).map_or(0, Fen::get));
        card(key, money(n), change(n, b, &money), money(b), 0)
    };
    let share = |key: &str, of: fn(&Numbers) -> Option<i64>| {
        let (n, b) = (of(&d.now), of(&d.before));
        card(key, percent(n), points(n, b), percent(b), 1)
    };
    let link = |href: &str, key: &str| Some((href.to_owned(), word(key)));
    let on_time = share("on_time", |n| n.in_time_per_myriad);
    let paid = fen("paid", |n| n.paid_fen);
    vec![
        count("filings", |n| n.filings),
        count("cases", |n| n.cases),
        count("concluded", |n| n.concluded),
        share("rate", |n| n.settled_per_myriad),
        HeadCard {
            beside: said("head.missed", &d.now.missed.to_string()),
            link: link("/overdue?effect=statutory", "link.overdue"),
            ..on_time
        },
        HeadCard {
            label: word("head.open"),
            value: d.open.to_string(),
            change: String::new(),
            tone: Tone::Plain,
            before: said("head.tracking", &d.tracking.to_string()),
            beside: String::new(),
            link: link(&address("/", &[("tab", work)]), "link.open"),
        },
        fen("claimed", |n| n.claimed_fen),
        fen("verified", |n| n.verified_fen),
        HeadCard { link: link("/money", "link.money"), ..paid },
    ]
}

/// A table as the page shows it; `behind` gives the page behind a row.
fn grid(t: &Table, behind: &dyn Fn(usize) -> String) -> GridView {
    let num = |i: usize| {
        let number = |v: &Value| match v {
            Value::Int(_) | Value::Money(_) => true,
            Value::Text(s) => s.ends_with('%') || s == "—",
            _ => false,
        };
        i > 0 && t.rows.iter().filter_map(|r| r.get(i)).any(number)
    };
    let shown = |v: &Value| match v {
        Value::Empty => String::new(),
        Value::Text(s) => s.clone(),
        Value::Int(n) => n.to_string(),
        Value::Money(f) => yuan(*f),
        Value::Day(d) => d.to_string(),
        Value::At(a) => a.list_text(),
    };
    GridView {
        caption: t.name.clone(),
        headings: t.headings.iter().enumerate().map(|(i, h)| (h.clone(), num(i))).collect(),
        rows: t
            .rows
            .iter()
            .enumerate()
            .map(|(n, r)| GridRow {
                name: r.first().map(shown).unwrap_or_default(),
                href: behind(n),
                cells: r
                    .iter()
                    .enumerate()
                    .skip(1)
                    .map(|(i, v)| GridCell { heading: t.headings.get(i).cloned().unwrap_or_default(), text: shown(v), num: num(i) })
                    .collect(),
            })
            .collect(),
    }
}

fn series(name: &str, values: impl IntoIterator<Item = Option<i64>>) -> Series {
    Series { name: name.to_owned(), values: values.into_iter().collect() }
}
fn column(key: &str) -> String {
    word(&format!("column.{key}"))
}

fn view(p: Plot, title: &str) -> Option<PlotView> {
    (!p.is_empty()).then(|| PlotView {
        title: title.to_owned(),
        svg: p.svg(),
        legend: p.series.iter().enumerate().map(|(i, s)| (plot::class(i), s.name.clone())).collect(),
    })
}

/// The plots of a part.
fn plots(d: &Dashboard, part: Part) -> Vec<PlotView> {
    let made = |shape: Shape, scale: Scale, labels: Vec<String>, series: Vec<Series>| Plot {
        id: format!("plot-{}", part.code()),
        title: part.title(),
        about: text::zh_with("dashboard.about.plot", &[("what", &series.iter().map(|s| s.name.clone()).collect::<Vec<_>>().join("、"))]),
        shape,
        scale,
        labels,
        series,
    };
    let slots = || d.series.iter().map(|s| s.label.clone()).collect::<Vec<_>>();
    let of = |f: fn(&Numbers) -> i64| d.series.iter().map(|s| Some(f(&s.numbers))).collect::<Vec<_>>();
    let places = |lines: &[PlaceLine]| {
        let names = lines.iter().map(|l| l.name.clone()).collect();
        let of = |f: fn(&Numbers) -> i64| lines.iter().map(|l| Some(f(&l.numbers))).collect::<Vec<_>>();
        let rest = |n: &Numbers| n.cases - n.refused - n.settled;
        let parts = vec![
            series(&column("settled"), of(|n| n.settled)),
            series(&word("other"), of(rest)),
            series(&column("refused"), of(|n| n.refused)),
        ];
        made(Shape::Rows, Scale::Count, names, parts)
    };
    let ages = |lines: &[crate::app::dashboard::AgeLine]| {
        let parts =
            sheets::age_names().iter().enumerate().map(|(i, n)| series(n, lines.iter().map(|l| l.counts.get(i).copied()))).collect();
        made(Shape::Rows, Scale::Count, lines.iter().map(|l| l.name.clone()).collect(), parts)
    };
    let one = |p: Plot| view(p, "").into_iter().collect::<Vec<_>>();
    match part {
        Part::Headline => Vec::new(),
        Part::Series => one(made(
            Shape::Columns,
            Scale::Count,
            slots(),
            vec![
                series(&column("filings"), of(|n| n.filings)),
                series(&column("cases"), of(|n| n.cases)),
                series(&column("concluded"), of(|n| n.concluded)),
            ],
        )),
        Part::Clocks => one(made(
            Shape::Stacked,
            Scale::Count,
            slots(),
            vec![series(&column("missed"), of(|n| n.missed)), series(&column("in_time"), of(|n| n.in_time))],
        )),
        Part::Money => one(made(
            Shape::Columns,
            Scale::Money,
            slots(),
            vec![
                series(&column("claimed"), of(|n| n.claimed_fen.map_or(0, Fen::get))),
                series(&column("verified"), of(|n| n.verified_fen.map_or(0, Fen::get))),
                series(&column("paid"), of(|n| n.paid_fen.map_or(0, Fen::get))),
            ],
        )),
        Part::Channels => one(made(
            Shape::Rows,
            Scale::Count,
            d.channels.iter().map(|c| if c.code.is_empty() { word("no_channel") } else { c.name.clone() }).collect(),
            vec![series(&column("filings"), d.channels.iter().map(|c| Some(c.filings)))],
        )),
        Part::Bureaus => one(places(&d.bureaus)),
        Part::Areas => one(places(&d.areas)),
        Part::Within => one(made(
            Shape::Columns,
            Scale::Share,
            d.within.iter().map(|w| said("days", &w.days.to_string())).collect(),
            vec![series(&column("share"), d.within.iter().map(|w| w.per_myriad))],
        )),
        Part::AgesByBureau => one(ages(&d.ages_by_bureau)),
        Part::AgesByArea => one(ages(&d.ages_by_area)),
        Part::Agreements => one(made(
            Shape::Rows,
            Scale::Count,
            vec![word("due_instalments")],
            vec![
                series(&column("instalments_kept"), [Some(d.agreements.instalments_kept)]),
                series(&word("instalments_missed"), [Some(d.agreements.instalments - d.agreements.instalments_kept)]),
            ],
        )),
        Part::Draws => {
            let end = |f: fn(&crate::domain::sampling::estimate::Share) -> u32| {
                d.draws.iter().map(move |r| r.paid.as_ref().map(|s| i64::from(f(s))))
            };
            one(made(
                Shape::Intervals,
                Scale::Share,
                d.draws.iter().map(|r| r.number.clone()).collect(),
                vec![
                    series(&column("low"), end(|s| s.low)),
                    series(&column("paid_share"), end(|s| s.per_myriad)),
                    series(&column("high"), end(|s| s.high)),
                ],
            ))
        }
        Part::Season => {
            let Some(s) = &d.season else { return Vec::new() };
            let labels: Vec<String> = s.weeks.iter().map(|w| sheets::week_name(w.week)).collect();
            let lines = |scale: Scale, keys: [&str; 2], of: fn(&crate::app::dashboard::WeekNumbers) -> i64| {
                let before = series(&column(keys[1]), s.weeks.iter().map(|w| w.before.as_ref().map(of)));
                let now = series(&column(keys[0]), s.weeks.iter().map(|w| w.now.as_ref().map(of)));
                let p = made(Shape::Lines, scale, labels.clone(), vec![before, now]);
                Plot { id: format!("{}-{}", p.id, keys[0]), ..p }
            };
            let filings = view(lines(Scale::Count, ["filings_now", "filings_before"], |n| n.filings), &word("plot.filings"));
            let paid = view(lines(Scale::Money, ["paid_now", "paid_before"], |n| n.paid_fen.get()), &word("plot.paid"));
            filings.into_iter().chain(paid).collect()
        }
    }
}

/// Lines whose page is a list of the reader's area.
fn behind(d: &Dashboard, part: Part, work: &str, n: usize) -> String {
    let area = |code: Option<&String>| code.map(|c| address("/", &[("tab", work), ("area", c)])).unwrap_or_default();
    match part {
        Part::Areas => area(d.areas.get(n).map(|l| &l.code)),
        Part::AgesByArea => area(d.ages_by_area.get(n).map(|l| &l.code)),
        Part::Draws => d.draws.get(n).map(|r| format!("/draws/{}", r.id)).unwrap_or_default(),
        _ => String::new(),
    }
}

fn blocks(d: &Dashboard, work: &str, typed: &[(&'static str, String)]) -> Vec<DashBlock> {
    Part::ALL
        .into_iter()
        .map(|part| {
            let table = sheets::table(d, part);
            let mut pairs: Vec<(&str, &str)> = typed.iter().map(|(k, v)| (*k, v.as_str())).collect();
            pairs.push(("part", part.code()));
            let season = d.season.as_ref().filter(|_| part == Part::Season);
            DashBlock {
                id: part.code().to_owned(),
                title: season.map_or_else(|| part.title(), |s| text::zh_with("dashboard.this_season", &[("year", &s.year.to_string())])),
                lead: season.map_or_else(String::new, |s| {
                    text::zh_with("dashboard.season_days", &[("now", &s.festival.to_string()), ("before", &s.before.to_string())])
                }),
                plots: plots(d, part),
                grid: grid(&table, &|n| behind(d, part, work, n)),
                means: part.meaning(),
                export: format!("{}#export-box", address("/dashboard", &pairs)),
                empty: if part == Part::Draws { word("no_draws") } else { word("empty") },
            }
        })
        .collect()
}

/// The form that takes a table out; open with its table chosen where the address says which.
fn export(typed: &[(&'static str, String)], part: Option<Part>, back: Option<(&[(String, String)], &Error)>) -> FormView {
    let mut form = export_form("/dashboard/export", |k| word(&format!("export.{k}")), typed);
    let parts = Part::ALL.map(|p| (p.code().to_owned(), p.title()));
    let chosen = part.unwrap_or(Part::Headline);
    if let Some(g) = form.groups.first_mut() {
        let field = FormField::new("part", word("export.part"), FieldKind::Select).options(parts).value(chosen.code()).required();
        g.fields.insert(0, field);
    }
    let form = if part.is_some() { form.tone(Tone::Info) } else { form };
    match back {
        Some((pairs, why)) => form.sent_back(pairs, why),
        None => form,
    }
}

/// The tab of the reader's inbox that shows what the dashboard counts.
fn work(by: &Officer) -> &'static str {
    if by.0.duties.iter().any(|d| d.kind == DutyKind::Supervisor) { "area" } else { "bureau" }
}

/// What was typed, and what it comes to.
type Read<T> = (Vec<(&'static str, String)>, Result<Option<T>, Error>);

async fn show(
    app: &Arc<App>,
    by: &Officer,
    (typed, asked): Read<Asked>,
    part: Option<Part>,
    back: Option<(&[(String, String)], &Error)>,
) -> Result<(StatusCode, DashboardPage), Failure> {
    let mut page = DashboardPage {
        chrome: chrome(app, by, word("title"), Place::Dashboard).await?,
        filter: filter(app, by, &typed)?,
        query: String::new(),
        fresh: String::new(),
        cards: Vec::new(),
        blocks: Vec::new(),
        empty: false,
        export: None,
    };
    let found = match asked {
        Ok(Some(a)) => app.dashboard(&by.actor(), a).await,
        Ok(None) => Err(Error::field("/period", "required", &[])),
        Err(e) => Err(e),
    };
    let d = match found {
        Ok(d) => d,
        Err(e) if stays(&e) => {
            told(&mut page.filter, &e);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page));
        }
        Err(e) => return Err(e.into()),
    };
    page.query = sheets::query(app, &d);
    page.fresh = sheets::fresh(&d);
    page.empty = d.bureaus.is_empty() && d.open == 0;
    if !page.empty {
        page.cards = cards(&d, work(by));
        page.blocks = blocks(&d, work(by), &typed);
        page.export = Some(export(&typed, part, back));
    }
    Ok((if back.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, page))
}

/// `GET /dashboard`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let typed = held(&mut q);
    let part = q.text("part", 20).as_deref().and_then(Part::of);
    let a = asked(&app, &mut q);
    let a = q.finish().map(|()| a);
    let (status, page) = show(&app, &by, (typed, a), part, None).await?;
    html_with(status, &page)
}

/// `POST /dashboard/export`.
pub(super) async fn take_out(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let typed = held(&mut p);
    let (xlsx, reason) = export_asked(&mut p);
    let part = p.text("part", 20).as_deref().and_then(Part::of);
    if part.is_none() {
        p.wrong("part", "unknown_part", &[]);
    }
    let a = asked(&app, &mut p);
    let done = match (p.finish(), a.clone(), part) {
        (Ok(()), Some(a), Some(part)) => app.export_dashboard(&by.actor(), a, part, &reason, xlsx).await,
        (Err(e), _, _) => Err(e),
        _ => Err(Error::field("/period", "required", &[])),
    };
    match done {
        Ok(file) => Ok(sheet(file, &part.map_or_else(|| word("title"), Part::title), xlsx)),
        Err(e) if stays(&e) => {
            let (status, page) = show(&app, &by, (typed, Ok(a)), part, Some((&pairs, &e))).await?;
            html_with(status, &page)
        }
        Err(e) => Err(e.into()),
    }
}

fn clock_word(key: &str) -> String {
    text::zh(&format!("clock.{key}")).to_owned()
}

async fn clock_page(
    app: &Arc<App>,
    by: &Officer,
    (typed, period): Read<Period>,
    back: Option<(&[(String, String)], &Error)>,
) -> Result<(StatusCode, ClockPage), Failure> {
    let mut page = ClockPage {
        chrome: chrome(app, by, clock_word("title"), Place::Clock).await?,
        filter: period_fields(app, &typed, false),
        query: String::new(),
        small: String::new(),
        means: clock_word("means"),
        grids: Vec::new(),
        export: None,
    };
    let found = match period {
        Ok(Some(p)) => app.clock(&by.actor(), p).await,
        Ok(None) => Err(Error::field("/period", "required", &[])),
        Err(e) => Err(e),
    };
    let c = match found {
        Ok(c) => c,
        Err(e) if stays(&e) => {
            told(&mut page.filter, &e);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page));
        }
        Err(e) => return Err(e.into()),
    };
    page.query = text::zh_with("clock.query", &[("period", &c.title), ("from", &c.from.to_string()), ("to", &c.to.to_string())]);
    page.small = text::zh_with("clock.small", &[("n", &c.small.to_string())]);
    let none = |_: usize| String::new();
    page.grids = vec![
        (clock_word("bureaus"), grid(&clock::table(&c.bureaus), &none)),
        (clock_word("officers"), grid(&clock::table(&c.officers), &none)),
    ];
    if !c.officers.is_empty() || back.is_some() {
        let form = export_form("/clock/export", |k| word(&format!("export.{k}")), &typed);
        page.export = Some(match back {
            Some((pairs, why)) => form.sent_back(pairs, why),
            None => form,
        });
    }
    Ok((if back.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, page))
}

/// `GET /clock`.
pub(super) async fn clocks(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let typed = held(&mut q).into_iter().take(1).collect();
    let period = q.period(app.now().day());
    let period = q.finish().map(|()| period);
    let (status, page) = clock_page(&app, &by, (typed, period), None).await?;
    html_with(status, &page)
}

/// `POST /clock/export`.
pub(super) async fn clocks_out(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let typed = held(&mut p).into_iter().take(1).collect();
    let (xlsx, reason) = export_asked(&mut p);
    let period = p.period(app.now().day());
    let done = match (p.finish(), period) {
        (Ok(()), Some(period)) => app.export_clock(&by.actor(), period, &reason, xlsx).await,
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/period", "required", &[])),
    };
    match done {
        Ok(file) => Ok(sheet(file, &clock_word("title"), xlsx)),
        Err(e) if stays(&e) => {
            let (status, page) = clock_page(&app, &by, (typed, Ok(period)), Some((&pairs, &e))).await?;
            html_with(status, &page)
        }
        Err(e) => Err(e.into()),
    }
}
