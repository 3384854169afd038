//! 专项行动: the list, one campaign with its table and reports, and the forms to set, change, close and report.
//!
//! Owns the pages. Who sees and does what, and every figure, is the use case's.

use super::files::sheet;
use super::frame::{chrome, flash, refused};
use super::lists::{address, export_fields, export_wanted};
use super::moves::stays;
use super::view::{
    CampaignPage, CampaignRow, CampaignsPage, CountyRow, DayCard, FieldKind, FormField, FormView, OwnCard, Place, ReportRow, Tag, Tone,
};
use super::words::yuan;
use super::{form, page as at};
use crate::app::App;
use crate::app::campaigns::daily::{CORRECTIONS, DayReports, Figures, OwnReport, ReportView, Sent};
use crate::app::campaigns::{CampaignLine, CampaignView, CountyLine, INDUSTRIES, KINDS, NewCampaign, REPORTERS};
use crate::app::write::Key;
use crate::base::id::RowId;
use crate::base::{Day, Error, text};
use crate::domain::closing_rate::percent;
use crate::law::Fen;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, QueryParams};
use crate::web::table::{Access, Route};
use crate::web::{Answer, Failure, Table};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// The largest number of cases a report may say.
const MOST: i64 = 1_000_000;
/// Characters of a summary.
const SUMMARY: usize = 2000;
/// Characters of an explanation.
const EXPLANATION: usize = 200;

/// A form that did not do: which, what was typed, and why.
struct Back<'a> {
    form: String,
    pairs: &'a [(String, String)],
    why: &'a Error,
}

fn word(key: &str) -> String {
    text::zh(&format!("campaign.{key}")).to_owned()
}

fn field(key: &str, kind: FieldKind) -> FormField {
    let help = format!("campaign.help.{key}");
    let f = FormField::new(key, word(&format!("field.{key}")), kind);
    if text::has(&help) { f.help(text::zh(&help)) } else { f }
}

fn codes(app: &App, list: &str) -> Vec<(String, String)> {
    app.registry.codes.get(list).cloned().unwrap_or_default()
}

fn keyed(id: &str, action: String, label: String, fields: Vec<FormField>) -> FormView {
    FormView::new(id, action, label, fields).tone(Tone::Plain).hidden("_key", IdempotencyKey::fresh().as_str())
}

/// What was sent back, where it was this form.
fn sent_back(f: FormView, id: &str, back: Option<&Back<'_>>) -> FormView {
    match back.filter(|b| b.form == id) {
        Some(b) => f.sent_back(b.pairs, b.why),
        None => f,
    }
}

/// The form of a campaign, holding what it is set to.
fn set_form(app: &App, by: &Officer, id: &str, action: String, n: &NewCampaign) -> FormView {
    let mut areas = FormField::new("areas", word("field.areas"), FieldKind::Checks).options(app.campaign_areas(&by.actor()));
    for o in &mut areas.options {
        o.selected = n.areas.contains(&o.value);
    }
    let kinds = REPORTERS.map(|k| (k.code().to_owned(), k.label()));
    let mut reporters = FormField::new("reporters", word("field.reporters"), FieldKind::Checks).options(kinds);
    for o in &mut reporters.options {
        o.selected = n.reporters.contains(&o.value);
    }
    let day = |d: Option<Day>| d.map(|d| d.to_string()).unwrap_or_default();
    let or = |v: &Option<String>| v.clone().unwrap_or_default();
    let label = word(if id == "new" { "set" } else { "change" });
    let fields = vec![
        field("name", FieldKind::Text).required().max(60).value(n.name.clone()),
        field("kind", FieldKind::Select).options(codes(app, KINDS)).value(n.kind.clone()).required(),
        field("startsOn", FieldKind::Date).required().value(day(n.starts_on)),
        field("targetOn", FieldKind::Date).required().value(day(n.target_on)),
        areas,
        reporters,
        field("origin", FieldKind::Select).options(codes(app, "origin")).value(or(&n.origin)),
        field("industry", FieldKind::Select).options(INDUSTRIES.map(|k| (k.code().to_owned(), k.label()))).value(or(&n.industry)),
    ];
    keyed(id, action, label, fields)
}

/// What a campaign's form said.
fn asked(p: &mut Params) -> NewCampaign {
    let mut some = |k: &str| p.text(k, 60).filter(|v| !v.is_empty());
    let (name, kind, origin, industry) = (some("name"), some("kind"), some("origin"), some("industry"));
    NewCampaign {
        name: name.unwrap_or_default(),
        kind: kind.unwrap_or_default(),
        areas: p.all("areas"),
        reporters: p.all("reporters"),
        origin,
        industry,
        starts_on: p.day("startsOn"),
        target_on: p.day("targetOn"),
    }
}

fn left(l: &CampaignLine) -> String {
    match l.days_left {
        _ if l.stand == "closed" => String::new(),
        0 => word("today_is_target"),
        n if n > 0 => text::zh_with("campaign.days_left", &[("n", &n.to_string())]),
        n => text::zh_with("campaign.days_over", &[("n", &n.abs().to_string())]),
    }
}

fn stand(l: &CampaignLine) -> Tag {
    let tone = match l.stand {
        "running" => Tone::Info,
        "past" => Tone::Warn,
        "closed" => Tone::Good,
        _ => Tone::Plain,
    };
    Tag::new(word(&format!("stand.{}", l.stand)), tone)
}

fn row(l: &CampaignLine) -> CampaignRow {
    CampaignRow {
        href: format!("/campaigns/{}", l.id),
        name: l.name.clone(),
        kind: l.kind.clone(),
        bureau: l.bureau.clone(),
        span: format!("{} 至 {}", l.starts_on, l.target_on),
        stand: stand(l),
        left: left(l),
        owes: l.owes,
    }
}

async fn list(app: &Arc<App>, by: &Officer, back: Option<Back<'_>>) -> Result<CampaignsPage, Failure> {
    let rows = app.campaigns(&by.actor()).await?.iter().map(row).collect();
    let start = NewCampaign { reporters: vec!["hrss".into()], ..NewCampaign::default() };
    let new = (!app.campaign_areas(&by.actor()).is_empty())
        .then(|| sent_back(set_form(app, by, "new", "/campaigns".into(), &start), "new", back.as_ref()));
    Ok(CampaignsPage { chrome: chrome(app, by, word("title"), Place::Campaigns).await?, rows, new })
}

fn said(f: Figures) -> String {
    if f.is_zero() {
        return word("zero");
    }
    format!("新收 {} 件，办结 {} 件，支付 {}", f.filed, f.concluded, yuan(f.paid))
}

fn report(name: String, r: &ReportView) -> ReportRow {
    let known = (r.known != r.figures).then(|| text::zh_with("campaign.help.known", &[("n", &said(r.known))]));
    let stand = match r {
        r if r.late => Tag::new(word("late"), Tone::Warn),
        r if r.corrected => Tag::new(word("corrected"), Tone::Info),
        _ => Tag::new("已报", Tone::Good),
    };
    ReportRow {
        name,
        stand,
        says: said(r.figures),
        differs: known.into_iter().chain(r.reason.clone()).collect::<Vec<_>>().join("；"),
        when: format!("{} {}", r.at.list_text(), r.by),
    }
}

fn county(l: &CountyLine) -> CountyRow {
    let fen = |n: i64| yuan(Fen::new(n));
    CountyRow {
        name: l.name.clone(),
        all: l.all.to_string(),
        concluded: l.concluded.to_string(),
        tracking: l.tracking.to_string(),
        pending: l.pending.to_string(),
        rate: l.rate.map_or_else(|| "—".to_owned(), percent),
        verified: fen(l.verified_fen),
        paid: fen(l.paid_fen),
        outstanding: fen(l.outstanding_fen),
        sum: l.area.is_empty(),
    }
}

fn day_card(id: RowId, d: &DayReports) -> DayCard {
    let link = |day: &Option<Day>| day.map(|d| address(&format!("/campaigns/{id}"), &[("day", &d.to_string())]));
    let line = |l: &crate::app::campaigns::daily::DayLine| match &l.report {
        Some(r) => report(l.bureau.clone(), r),
        None => ReportRow {
            name: l.bureau.clone(),
            stand: if l.missing { Tag::new(word("missing"), Tone::Bad) } else { Tag::new(word("waiting"), Tone::Plain) },
            says: String::new(),
            differs: String::new(),
            when: String::new(),
        },
    };
    DayCard {
        title: format!("{} 日报（{} 前报送）", d.day, d.due_at.list_text()),
        before: link(&d.neighbours[0]),
        after: link(&d.neighbours[1]),
        rows: d.lines.iter().map(line).collect(),
    }
}

fn own_card(app: &App, id: RowId, o: &OwnReport, back: Option<&Back<'_>>) -> OwnCard {
    let sent = o.sent.first().filter(|r| r.day == o.day);
    let now = sent.map_or(o.known, |r| r.figures);
    let known = |n: String| text::zh_with("campaign.help.known", &[("n", &n)]);
    let fields = vec![
        field("filed", FieldKind::Int).required().value(now.filed.to_string()).help(known(o.known.filed.to_string())),
        field("concluded", FieldKind::Int).required().value(now.concluded.to_string()).help(known(o.known.concluded.to_string())),
        field("paid", FieldKind::Money).required().value(now.paid.plain()).help(known(yuan(o.known.paid))),
        field("reason", FieldKind::Select).options(codes(app, CORRECTIONS)),
        field("explanation", FieldKind::Long).max(EXPLANATION),
    ];
    let form_id = format!("report-{}", o.bureau);
    let made = keyed(&form_id, format!("/campaigns/{id}/reports"), word("send"), fields)
        .hidden("bureau", o.bureau.clone())
        .hidden("day", o.day.to_string());
    let about = match sent {
        Some(r) => format!("{} 已报送：{}。数字有变化的，可以更正。", r.at.list_text(), said(r.figures)),
        None => format!("应于 {} 前报送。下面已填入系统中的数字，没有新情况的直接报送即为零报告。", o.due_at.list_text()),
    };
    OwnCard {
        title: format!("{}　{} 日报", o.bureau_name, o.day),
        about,
        form: o.open.then(|| sent_back(made, &form_id, back)),
        rows: o.sent.iter().map(|r| report(r.day.to_string(), r)).collect(),
    }
}

async fn show(
    app: &Arc<App>,
    by: &Officer,
    id: RowId,
    day: Option<Day>,
    done: Option<String>,
    back: Option<Back<'_>>,
) -> Result<CampaignPage, Failure> {
    let v: CampaignView = app.campaign(&by.actor(), id, day).await?;
    let to = |end: &str| format!("/campaigns/{id}/{end}");
    let back = back.as_ref();
    let close = keyed("close", to("close"), word("close"), vec![field("summary", FieldKind::Long).required().max(SUMMARY)]);
    let export = keyed("export", to("export"), text::zh("ledger_export.export").to_owned(), export_fields(app));
    let l = &v.line;
    let gone = |b: &&Back<'_>| match b.form.as_str() {
        "change" => !v.editable,
        "close" => !v.closable,
        "export" => v.counties.is_empty(),
        report => !v.own.iter().any(|o| o.open && report == format!("report-{}", o.bureau)),
    };
    let told = back.filter(gone).map(|b| refused(b.why)).or_else(|| flash(done.as_deref()));
    Ok(CampaignPage {
        chrome: chrome(app, by, l.name.clone(), Place::Campaigns).await?.with_flash(told),
        name: l.name.clone(),
        stand: stand(l),
        about: format!("{}　{}　{} 至 {}", l.kind, l.bureau, l.starts_on, l.target_on),
        scope: v.scope.clone(),
        left: left(l),
        own: v.own.iter().map(|o| own_card(app, id, o, back)).collect(),
        counties: v.counties.iter().map(county).collect(),
        note: text::zh("closing_rate.note").to_owned(),
        day: v.day.as_ref().map(|d| day_card(id, d)),
        summary: v.summary.clone(),
        change: v.editable.then(|| sent_back(set_form(app, by, "change", to("edit"), &v.set), "change", back)),
        close: v.closable.then(|| sent_back(close, "close", back)),
        export: (!v.counties.is_empty()).then(|| sent_back(export, "export", back)),
    })
}

/// `GET /campaigns`.
async fn index(State(app): State<Arc<App>>, by: Officer) -> Answer<Response> {
    html(&list(&app, &by, None).await?)
}

/// `POST /campaigns`.
async fn set(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let n = asked(&mut p);
    let done = match p.finish() {
        Ok(()) => app.set_campaign(&by.actor(), Some(Key::new(key.as_str(), "set_campaign", &n)?), n).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => Ok(see_other(&format!("/campaigns/{id}?done=campaign_set"))),
        Err(e) if stays(&e) => {
            let back = Back { form: "new".into(), pairs: &pairs, why: &e };
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, Some(back)).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// `GET /campaigns/{id}`.
async fn one(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let (day, done) = (q.day("day"), q.raw("done").map(str::to_owned));
    html(&show(&app, &by, id, day, done, None).await?)
}

/// What came of a form of one campaign: on to its page, or back to the form.
async fn ended(
    app: &Arc<App>,
    by: &Officer,
    id: RowId,
    done: Result<RowId, Error>,
    code: &str,
    form: &str,
    pairs: &[(String, String)],
) -> Answer<Response> {
    match done {
        Ok(_) => Ok(see_other(&format!("/campaigns/{id}?done={code}"))),
        Err(e) if stays(&e) => {
            let day = pairs.iter().find(|(k, _)| k == "day").and_then(|(_, v)| v.parse().ok());
            let back = Back { form: form.to_owned(), pairs, why: &e };
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &show(app, by, id, day, None, Some(back)).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /campaigns/{id}/edit`.
async fn change(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let n = asked(&mut p);
    let done = match p.finish() {
        Ok(()) => app.change_campaign(&by.actor(), Some(Key::new(key.as_str(), "change_campaign", &(id, &n))?), id, n).await,
        Err(e) => Err(e),
    };
    ended(&app, &by, id, done, "campaign_changed", "change", &pairs).await
}

/// `POST /campaigns/{id}/close`.
async fn close(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let summary = p.long_text("summary", SUMMARY).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => app.close_campaign(&by.actor(), Some(Key::new(key.as_str(), "close_campaign", &(id, &summary))?), id, &summary).await,
        Err(e) => Err(e),
    };
    ended(&app, &by, id, done, "campaign_closed", "close", &pairs).await
}

/// `POST /campaigns/{id}/reports`.
async fn send(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let bureau = p.text("bureau", 40).unwrap_or_default();
    let day = p.day("day");
    let mut count = |name: &str| {
        let n = p.int(name, 0, MOST);
        p.required(name, n).unwrap_or_default()
    };
    let (filed, concluded) = (count("filed"), count("concluded"));
    let paid = p.money("paid", |s| Fen::parse(s).ok());
    let paid = p.required("paid", paid).unwrap_or(Fen::ZERO);
    let s = Sent {
        bureau: bureau.clone(),
        day,
        figures: Figures { filed, concluded, paid },
        reason: p.text("reason", 60).filter(|r| !r.is_empty()),
        explanation: p.text("explanation", EXPLANATION).unwrap_or_default(),
    };
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(key.as_str(), "report_campaign_day", &(id, &bureau, day, s.figures, &s.reason, &s.explanation))?;
            app.report_campaign_day(&by.actor(), Some(key), id, s).await
        }
        Err(e) => Err(e),
    };
    ended(&app, &by, id, done, "campaign_reported", &format!("report-{bureau}"), &pairs).await
}

/// `POST /campaigns/{id}/export`.
async fn export(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let (code, reason, xlsx) = export_wanted(&mut p);
    let done = match p.finish() {
        Ok(()) => app.export_campaign(&by.actor(), id, &code, &reason, xlsx).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(file) => Ok(sheet(file, text::zh("campaign.sheet"), xlsx)),
        Err(e) => ended(&app, &by, id, Err(e), "", "export", &pairs).await,
    }
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let all = Access::Staff("督办（所督办区划）；报送部门的大队长、局领导、受理员");
    let boss = Access::Staff("督办，所督办区划");
    let reports = Access::Staff("报送部门的大队长、局领导、受理员");
    t.add(at("/campaigns", "console_campaigns", all, "专项行动"), index);
    t.add(form("/campaigns", "console_set_campaign", boss, "设置专项行动"), set);
    t.add(at("/campaigns/{id}", "console_campaign", all, "一项专项行动"), one);
    t.add(form("/campaigns/{id}/edit", "console_change_campaign", boss, "开始前修改专项行动"), change);
    t.add(form("/campaigns/{id}/close", "console_close_campaign", boss, "办结专项行动"), close);
    t.add(form("/campaigns/{id}/reports", "console_report_campaign", reports, "报送或更正日报"), send);
    t.add(
        Route::post("/campaigns/{id}/export", "console_export_campaign", all, "导出进度表").reads_form().answers_plain(
            200,
            "XLSX 或 CSV 文件",
            None,
        ),
        export,
    );
}
