//! 案件台账: the cases a person reads, with the form that takes them out as a file; and the log of all exports.
//!
//! Owns the pages. Whose cases, the caps and what is put on record are the use cases'.

use super::files::sheet;
use super::frame::chrome;
use super::lists::{address, export_fields, export_wanted};
use super::moves::{area_choices, stays};
use super::page as at;
use super::view::{
    CasebookPage, CasebookRow, ExportPage, ExportRow, ExportsPage, Fact, FieldKind, Filter, FormField, FormView, Place, Tone,
};
use super::words::yuan;
use crate::app::App;
use crate::app::casebook::{Asked, Export, LedgerLine, STANDS};
use crate::app::exports::{self, Entry, KINDS};
use crate::base::id::RowId;
use crate::base::{At, Error, text};
use crate::domain::access::{self, Ability, DutyKind};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::table::{Access, Route};
use crate::web::{Answer, Failure, Table};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Cases the page shows; the file has all.
const SHOWN: usize = 30;
/// Lines of a page of the log.
const SIZE: usize = 50;
const CURSOR: &str = "exports-page";

fn word(key: &str) -> String {
    text::zh(&format!("ledger_export.{key}")).to_owned()
}

/// What is asked for, as it stands in the address and in the form of the export.
fn asked(q: &mut Params) -> Asked {
    let mut get = |name: &str| q.text(name, 40).filter(|v| !v.is_empty());
    let (bureau, area, stand) = (get("bureau"), get("area"), get("stand").filter(|s| STANDS.contains(&s.as_str())));
    Asked { bureau, area, stand, from: q.day("from"), to: q.day("to") }
}

fn values(a: &Asked) -> [(&'static str, String); 5] {
    let or = |v: &Option<String>| v.clone().unwrap_or_default();
    let day = |d: Option<crate::base::Day>| d.map(|d| d.to_string()).unwrap_or_default();
    [("bureau", or(&a.bureau)), ("area", or(&a.area)), ("stand", or(&a.stand)), ("from", day(a.from)), ("to", day(a.to))]
}

fn filter(app: &App, a: &Asked) -> Filter {
    let bureaus: Vec<(String, String)> = app.city.bureaus.iter().map(|b| (b.code.clone(), b.short.clone())).collect();
    let stands = STANDS.map(|s| (s.to_owned(), word(&format!("stand.{s}")))).to_vec();
    let fields = values(a)
        .into_iter()
        .map(|(key, value)| {
            let field = |kind| FormField::new(key, word(key), kind);
            let made = match key {
                "bureau" => field(FieldKind::Select).options(bureaus.clone()),
                "area" => field(FieldKind::Select).options(area_choices(app)),
                "stand" => field(FieldKind::Select).options(stands.clone()),
                _ => field(FieldKind::Date),
            };
            made.value(value)
        })
        .collect();
    Filter {
        action: "/ledger".into(),
        hidden: Vec::new(),
        fields,
        active: values(a).iter().any(|(_, v)| !v.is_empty()),
        clear: "/ledger".into(),
    }
}

/// The profiles, the reader's own bureau's first.
fn profiles(app: &App, by: &Officer) -> Vec<(String, String)> {
    let kinds: Vec<_> = by.0.duties.iter().filter_map(|d| app.city.bureaus.get(&d.bureau)).map(|b| b.kind).collect();
    let mut all: Vec<_> = app.city.ledgers.values().collect();
    all.sort_by_key(|p| (!p.bureaus.iter().any(|k| kinds.contains(k)), p.key.clone()));
    all.into_iter().map(|p| (p.key.clone(), p.title.clone())).collect()
}

fn export_form(app: &App, by: &Officer, a: &Asked) -> FormView {
    let profiles = profiles(app, by);
    let own = profiles.first().map(|p| p.0.clone()).unwrap_or_default();
    let mut fields = vec![FormField::new("profile", word("profile"), FieldKind::Select).options(profiles).value(own).required()];
    fields.extend(export_fields(app));
    if app.may_unmask_ledger(&by.actor()) {
        let most = app.config.export.unmasked_rows.to_string();
        let help = text::zh_with("ledger_export.unmasked_help", &[("most", &most)]);
        fields.push(FormField::new("unmasked", word("unmasked"), FieldKind::Check).help(help));
    }
    let form = FormView::new("export", "/ledger/export", word("export"), fields)
        .tone(Tone::Plain)
        .hidden("_key", IdempotencyKey::fresh().as_str());
    values(a).iter().fold(form, |f, (k, v)| f.hidden(*k, v.as_str()))
}

fn row(l: &LedgerLine) -> CasebookRow {
    CasebookRow {
        href: format!("/cases/{}", l.id),
        number: l.number.clone(),
        respondent: l.respondent.clone(),
        project: l.project.clone(),
        area: l.area.clone(),
        lead: l.lead.clone(),
        officer: l.officer.clone(),
        state: l.state.clone(),
        opened: l.opened_on.to_string(),
        headcount: l.headcount.to_string(),
        reported: yuan(l.reported_fen),
        paid: yuan(l.paid_fen),
        outstanding: yuan(l.outstanding_fen),
    }
}

async fn list(app: &Arc<App>, by: &Officer, a: Asked, back: Option<(&[(String, String)], &Error)>) -> Result<CasebookPage, Failure> {
    let actor = by.actor();
    // days the wrong way round are said in the form, above an empty list
    let form = export_form(app, by, &a);
    let (found, export, wrong) = match (app.ledger_page(&actor, &a, SHOWN).await, back) {
        (Ok(found), None) => (Some(found), form, false),
        (Ok(found), Some((pairs, why))) => (Some(found), form.sent_back(pairs, why), true),
        (Err(e), back) if stays(&e) => (None, form.sent_back(back.map_or(&[], |b| b.0), &e), true),
        (Err(e), _) => return Err(e.into()),
    };
    let rows: Vec<CasebookRow> = found.iter().flat_map(|f| &f.items).map(row).collect();
    let log = actor.holds(DutyKind::Supervisor);
    Ok(CasebookPage {
        chrome: chrome(app, by, word("title"), Place::Ledger).await?,
        filter: filter(app, &a),
        shown: found.is_some_and(|f| f.more).then_some(SHOWN),
        export: (!rows.is_empty() || wrong).then_some(export),
        rows,
        log: log.then(|| "/ledger/exports".to_owned()),
    })
}

/// `GET /ledger`.
async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let a = asked(&mut q);
    html(&list(&app, &by, a, None).await?)
}

/// `POST /ledger/export`.
async fn export(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let a = asked(&mut p);
    let (reason_code, reason, xlsx) = export_wanted(&mut p);
    let e = Export { profile: p.text("profile", 60).unwrap_or_default(), xlsx, unmasked: p.flag("unmasked"), reason_code, reason };
    let done = match p.finish() {
        Ok(()) => app.export_ledger(&by.actor(), &a, &e).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(file) => {
            let title = app.city.ledgers.get(&e.profile).map_or_else(|| word("title"), |p| p.title.clone());
            Ok(sheet(file, &title, xlsx))
        }
        Err(e) if stays(&e) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, a, Some((&pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}

fn entry(e: &Entry) -> ExportRow {
    ExportRow {
        href: format!("/ledger/exports/{}", e.id),
        number: e.number.clone(),
        what: e.what.clone(),
        at: e.at.list_text(),
        who: e.who.clone(),
        bureau: e.bureau.clone(),
        rows: format!("{} 行 · {}", e.rows, e.format.to_uppercase()),
        unmasked: e.unmasked,
        reason: e.reason.clone().unwrap_or_else(|| text::zh("export.reason_on_record").to_owned()),
    }
}

/// `GET /ledger/exports`.
async fn log(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let after = q.text("after", 512).map(|c| cursor_decode::<(At, RowId)>(CURSOR, &c)).transpose()?;
    let mut get = |name: &str| q.text(name, 40).filter(|v| !v.is_empty());
    let (bureau, what, unmasked) = (get("bureau"), get("what"), get("unmasked").as_deref() == Some("yes"));
    let a = exports::Asked { bureau: bureau.clone(), what: what.clone(), unmasked, after };
    let found = app.export_log(&by.actor(), a, SIZE).await?;
    let held = [
        ("bureau", bureau.unwrap_or_default()),
        ("what", what.unwrap_or_default()),
        ("unmasked", if unmasked { "yes".to_owned() } else { String::new() }),
    ];
    let select = |key: &str, options: Vec<(String, String)>, value: &str| {
        FormField::new(key, text::zh(&format!("export.filter.{key}")), FieldKind::Select).options(options).value(value)
    };
    let bureaus = app.city.bureaus.iter().map(|b| (b.code.clone(), b.short.clone())).collect();
    let kinds = KINDS.map(|k| (k.to_owned(), text::zh(&format!("export.what.{k}")).to_owned())).to_vec();
    let full = vec![("yes".to_owned(), text::zh("export.filter.unmasked.yes").to_owned())];
    let next = found.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    let link = |n: String| {
        let mut parts: Vec<(&str, &str)> = held.iter().map(|(k, v)| (*k, v.as_str())).collect();
        parts.push(("after", &n));
        address("/ledger/exports", &parts)
    };
    html(&ExportsPage {
        chrome: chrome(&app, &by, text::zh("export.title"), Place::Exports).await?,
        filter: Filter {
            action: "/ledger/exports".into(),
            hidden: Vec::new(),
            fields: vec![select("bureau", bureaus, &held[0].1), select("what", kinds, &held[1].1), select("unmasked", full, &held[2].1)],
            active: held.iter().any(|(_, v)| !v.is_empty()),
            clear: "/ledger/exports".into(),
        },
        rows: found.items.iter().map(entry).collect(),
        more: next.map(link),
        everything: access::may(&by.actor(), Ability::Audit, ""),
    })
}

/// `GET /ledger/exports/{id}`.
async fn one(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>) -> Answer<Response> {
    let e = app.export_entry(&by.actor(), id).await?;
    let row = entry(&e);
    let mut facts: Vec<Fact> =
        [("时间", row.at.clone()), ("导出人", row.who.clone()), ("部门", row.bureau.clone()), ("行数与格式", row.rows.clone())]
            .into_iter()
            .map(|(k, v)| Fact::new(k, v))
            .collect();
    facts.push(Fact::new("个人信息", text::zh(if e.unmasked { "export.unmasked" } else { "export.masked" })));
    facts.extend(e.query.iter().map(|(k, v)| Fact::new(format!("条件：{k}"), v.clone())));
    facts.push(Fact::new("导出理由", e.reason.clone().unwrap_or_default()));
    facts.push(Fact::new("理由说明", e.words.clone().unwrap_or_default()));
    html(&ExportPage {
        chrome: chrome(&app, &by, text::zh("export.title"), Place::Exports).await?,
        title: format!("{} {}", e.what, e.number),
        facts,
        sha256: e.sha256,
    })
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let readers = Access::Staff("督办、大队长、局领导；承办人见本人承办的");
    let log_readers = Access::Staff("督办（所督办区划）、审计管理员");
    t.add(at("/ledger", "console_ledger", readers, "案件台账"), page);
    t.add(
        Route::post("/ledger/export", "console_export_ledger", readers, "导出案件台账").reads_form().answers_plain(
            200,
            "XLSX 或 CSV 文件",
            None,
        ),
        export,
    );
    t.add(at("/ledger/exports", "console_exports", log_readers, "导出记录"), log);
    t.add(at("/ledger/exports/{id}", "console_export_entry", log_readers, "一次导出的记录"), one);
}
