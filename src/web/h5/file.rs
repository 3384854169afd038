//! Filing on one page: photos first, who owes, where, since when, how much, what happened.
//!
//! Owns the form and its draft. What is typed is kept as a draft of the person by the button and, where there is script, while typing;
//! where the session ended meanwhile, [`super::door`] carries it through the log-in. The same form sent twice is one filing by its key,
//! and photos follow one by one under keys made from it. Judges nothing: what a report must say is `domain::intake`'s.

use super::photos::{self, UPLOAD};
use super::view::{Ask, FilePage, Parts};
use super::{Guest, Own, door, flash, form, page, says};
use crate::app::App;
use crate::app::claimant::Asked;
use crate::app::workers::Me;
use crate::base::id::{Ids, RowId};
use crate::base::text::Lang;
use crate::base::{At, Error, Result, text};
use crate::domain::intake::FilingForm;
use crate::law::Fen;
use crate::web::console::view::{FieldKind, Flash, FormField, FormGroup, FormView, Tone};
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, Photos, QueryParams, key};
use crate::web::{Access, Answer, Route, Table};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::Datelike;
use serde::Serialize;
use std::sync::Arc;

/// Months one may choose from, back from this one.
const MONTHS: i32 = 48;
/// The end of a span that is not over.
const STILL: &str = "至今";
/// Where a draft of this form keeps its fields.
const MARK: &str = "h5";
/// What a person types in the form.
const TYPED: [&str; 12] =
    ["respondent", "project", "area", "address", "from", "until", "amount", "days", "daily", "people", "narrative", "draft"];

/// What was typed before and not sent.
pub(super) struct Draft {
    id: RowId,
    typed: Vec<(String, String)>,
    pub(super) at: String,
}

/// The newest draft of this form.
pub(super) async fn draft(app: &Arc<App>, me: &Me) -> Result<Option<Draft>> {
    let of = |body: &serde_json::Value| -> Option<Vec<(String, String)>> {
        let fields = body.get(MARK)?.as_object()?;
        Some(fields.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect())
    };
    let all = app.drafts(me).await?;
    Ok(all.into_iter().find_map(|d| Some(Draft { id: d.id, typed: of(&d.body)?, at: d.updated_at.list_text() })))
}

/// The months one may choose from, the newest first, as `2026-08` and in words.
pub(super) fn months(lang: Lang, now: At) -> Vec<(String, String)> {
    let today = now.day().date();
    let last = today.year() * 12 + today.month0().cast_signed();
    (0..MONTHS)
        .map(|back| {
            let (y, m) = ((last - back) / 12, (last - back) % 12 + 1);
            let key = format!("h5.month.{m}");
            let name = lang.text(&key);
            let word = lang.text_with("h5.file.month", &[("y", &y.to_string()), ("m", name)]);
            (format!("{y}-{m:02}"), word)
        })
        .collect()
}

fn form_of(app: &App, lang: Lang, draft: RowId) -> FormView {
    let t = |code: &str| lang.text(code).to_owned();
    let text = |key: &str, label: &str| FormField::new(key, t(label), FieldKind::Text);
    let slip = FormField::new("slip", t("h5.file.slip"), FieldKind::File).help(t("h5.file.slip_help"));
    let mib = app.config.evidence.max_mib;
    let today = months(lang, app.now());
    let until = std::iter::once((STILL.to_owned(), t("h5.file.still"))).chain(today.clone());
    let areas = app.city.areas.iter().filter(|a| a.valid_on(app.now().day())).map(|a| (a.code.clone(), a.name.clone()));
    let group =
        |title: &str, about: &str, fields| FormGroup::new(t(title), if about.is_empty() { String::new() } else { t(about) }, fields);
    let groups = vec![
        group("h5.file.photo_part", "h5.file.photo_about", vec![slip, photos::field(lang, "photo", "h5.file.photo", mib)]),
        group(
            "h5.file.who_part",
            "",
            vec![text("respondent", "h5.file.respondent").required().max(100), text("project", "h5.file.project").max(200)],
        ),
        group(
            "h5.file.where_part",
            "",
            vec![
                FormField::new("area", t("h5.file.area"), FieldKind::Select).options(areas).required(),
                text("address", "h5.file.address").max(300).help(t("h5.file.address_help")),
            ],
        ),
        group(
            "h5.file.when_part",
            "",
            vec![
                FormField::new("from", t("h5.file.from"), FieldKind::Select).options(today).required(),
                FormField::new("until", t("h5.file.until"), FieldKind::Select).options(until).value(STILL).required(),
            ],
        ),
        group(
            "h5.file.much_part",
            "h5.file.much_about",
            vec![
                FormField::new("amount", t("h5.file.amount"), FieldKind::Money).max(20),
                FormField::new("days", t("h5.file.days"), FieldKind::Money).max(8),
                FormField::new("daily", t("h5.file.daily"), FieldKind::Money).max(12),
                FormField::new("product", t("h5.file.product"), FieldKind::Shown).value(t("h5.file.product_none")),
                FormField::new("people", t("h5.file.people"), FieldKind::Int).required().max(5).value("1").help(t("h5.file.people_help")),
            ],
        ),
        group(
            "h5.file.what_part",
            "",
            vec![FormField::new("narrative", t("h5.file.narrative"), FieldKind::Long).max(4000).help(t("h5.file.narrative_help"))],
        ),
    ];
    FormView::new("file", "/h5/file", t("h5.file.send"), Vec::new())
        .grouped(groups)
        .hidden("_key", IdempotencyKey::fresh().as_str())
        .hidden("draft", draft.to_string())
        .also("/h5/draft", t("h5.file.save"))
}

fn filled(app: &App, lang: Lang, draft: RowId, typed: &[(String, String)]) -> FormView {
    let mut form = form_of(app, lang, draft).refilled(typed);
    if let Some(Ok((_, words))) = product(lang, typed) {
        form = form.holding("product", &words);
    }
    form
}

fn page_of(app: &App, g: &Guest, told: Option<Flash>, form: FormView, draft: Option<RowId>) -> FilePage {
    let mut base = g.base(app, "file");
    base.here = "/h5/file".into();
    let autosave = if g.me.as_ref().is_some_and(|m| m.worker.limited) { "" } else { "/h5/draft" };
    // a form with errors is shown whole
    let steps = !form.has_errors();
    let ask = Ask { autosave, steps, ..Ask::new(g.seen.lang, form).in_parts(Parts::default()) };
    FilePage { base, flash: told, ask, draft: draft.map(|d| d.to_string()) }
}

fn fresh(app: &App) -> RowId {
    Ids::system().id(app.now())
}

/// `GET /h5/file`: the form, with what was typed before.
async fn ask(State(app): State<Arc<App>>, own: Own, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let lang = own.lang();
    let done = q.raw("done").map(str::to_owned);
    let g = Guest { me: Some(own.me.clone()), seen: own.seen.clone() };
    let kept = draft(&app, &own.me).await?;
    let told = match (done.as_deref(), &kept) {
        (Some("saved"), _) => Some(flash(lang, Tone::Good, "h5.file.saved")),
        (Some("kept"), _) => Some(flash(lang, Tone::Good, "h5.file.kept")),
        (Some("dropped"), _) => Some(flash(lang, Tone::Good, "h5.flash.dropped")),
        (_, Some(d)) => Some(Flash { tone: Tone::Info, text: lang.text_with("h5.file.resumed", &[("at", &d.at)]) }),
        _ => None,
    };
    html(&match kept {
        Some(d) => page_of(&app, &g, told, filled(&app, lang, d.id, &d.typed), Some(d.id)),
        None => page_of(&app, &g, told, form_of(&app, lang, fresh(&app)), None),
    })
}

fn typed_of(pairs: &[(String, String)]) -> Vec<(String, String)> {
    pairs.iter().filter(|(k, _)| TYPED.contains(&k.as_str())).cloned().collect()
}

fn draft_id(app: &App, typed: &[(String, String)]) -> RowId {
    let sent = typed.iter().find(|(k, _)| k == "draft").and_then(|(_, v)| v.parse().ok());
    sent.unwrap_or_else(|| fresh(app))
}

/// Keeps what was typed; whether it could be.
async fn save(app: &Arc<App>, me: &Me, typed: &[(String, String)]) -> Result<bool> {
    if me.worker.limited {
        return Ok(false);
    }
    let fields: serde_json::Map<String, serde_json::Value> =
        typed.iter().filter(|(k, v)| k != "draft" && !v.is_empty()).map(|(k, v)| (k.clone(), v.clone().into())).collect();
    match app.keep_draft(me, draft_id(app, typed), &serde_json::json!({ MARK: fields })).await {
        Ok(_) => Ok(true),
        // the draft of whoever typed before on this telephone is not this person's: a new one is made
        Err(Error::NotFound(_)) => {
            app.keep_draft(me, fresh(app), &serde_json::json!({ MARK: fields })).await?;
            Ok(true)
        }
        Err(e) => Err(e),
    }
}

/// After a log-in that interrupted the form: kept as a draft, or shown as it is where there are none.
pub(super) async fn resume(app: &Arc<App>, g: &Guest, typed: &[(String, String)]) -> Answer<Response> {
    let lang = g.seen.lang;
    let typed = typed_of(typed);
    let kept = match &g.me {
        Some(me) => match save(app, me, &typed).await {
            Ok(kept) => kept,
            // too many drafts: it is shown and not kept
            Err(e) if says::stays(&e) => false,
            Err(e) => return Err(e.into()),
        },
        None => false,
    };
    if kept {
        return Ok(see_other("/h5/file?done=kept"));
    }
    let form = filled(app, lang, fresh(app), &typed);
    html(&page_of(app, g, Some(flash(lang, Tone::Good, "h5.file.kept")), form, None))
}

/// `POST /h5/draft`: the button, and the script while typing (`auto`), which needs no page.
async fn keep(State(app): State<Arc<App>>, g: Guest, FormParams(mut p): FormParams) -> Answer<Response> {
    let auto = p.flag("auto");
    // the group whose button it was: the next one is shown
    let at = p.raw("at").and_then(|n| n.parse::<u8>().ok()).map(|n| format!("#file-part-{}", n + 1)).unwrap_or_default();
    let typed = typed_of(p.pairs());
    let Some(me) = &g.me else {
        let page = door::interrupted(&app, &g, "/h5/file", typed);
        return html_with(StatusCode::UNAUTHORIZED, &page);
    };
    let lang = g.seen.lang;
    match save(&app, me, &typed).await {
        Ok(_) if auto => Ok(StatusCode::NO_CONTENT.into_response()),
        Ok(true) => Ok(see_other(&format!("/h5/file?done=saved{at}"))),
        Ok(false) => {
            let form = filled(&app, lang, fresh(&app), &typed);
            html(&page_of(&app, &g, Some(flash(lang, Tone::Warn, "h5.file.not_saved")), form, None))
        }
        Err(e) if says::stays(&e) => {
            let form = says::tell(lang, filled(&app, lang, draft_id(&app, &typed), &typed), &e, |k| k);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page_of(&app, &g, None, form, None))
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /h5/draft/drop`.
async fn drop_it(State(app): State<Arc<App>>, own: Own, FormParams(mut p): FormParams) -> Answer<Response> {
    if let Some(id) = p.parsed::<RowId>("draft", "not_an_id") {
        match app.drop_draft(&own.me, id).await {
            // gone is gone
            Ok(()) | Err(Error::NotFound(_)) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(see_other("/h5/file?done=dropped"))
}

fn of<'a>(typed: &'a [(String, String)], name: &str) -> &'a str {
    typed.iter().rev().find(|(k, _)| k == name).map_or("", |(_, v)| v.trim())
}

/// Days × daily wage, with the sentence; `None` where neither was typed.
fn product(lang: Lang, typed: &[(String, String)]) -> Option<Result<(Fen, String)>> {
    let (days, daily) = (text::narrow(of(typed, "days")), text::narrow(of(typed, "daily")));
    if days.is_empty() && daily.is_empty() {
        return None;
    }
    let tenths = match days.split_once('.') {
        Some((w, f)) if f.len() == 1 => format!("{w}{f}").parse::<i64>().ok(),
        Some(_) => None,
        None => days.parse::<i64>().ok().and_then(|d| d.checked_mul(10)),
    };
    let Some(tenths) = tenths.filter(|t| (1..=365_000).contains(t)) else {
        return Some(Err(Error::field("/days", "not_days", &[])));
    };
    let Ok(wage) = Fen::parse(&daily) else { return Some(Err(Error::field("/daily", "not_an_amount", &[]))) };
    let Some(sum) = wage.ratio(tenths, 10) else { return Some(Err(Error::field("/daily", "above_cap", &[]))) };
    let words = lang.text_with("h5.file.product_is", &[("days", &days), ("daily", &daily), ("sum", &sum.to_string())]);
    Some(Ok((sum, words)))
}

/// The sum: as typed, or days × daily wage; both only where they agree.
fn total(lang: Lang, typed: &[(String, String)]) -> Result<Option<Fen>> {
    let amount = text::narrow(of(typed, "amount"));
    let counted = product(lang, typed).transpose()?;
    if amount.is_empty() {
        return Ok(counted.map(|(sum, _)| sum));
    }
    let amount = Fen::parse(&amount).map_err(|_| Error::field("/amount", "not_an_amount", &[]))?;
    match counted {
        Some((sum, _)) if sum != amount => Err(Error::field("/amount", "sum_differs", &[])),
        _ => Ok(Some(amount)),
    }
}

/// The use case's report; name and telephone are those of the log-in.
fn report(lang: Lang, typed: &[(String, String)], name: String, phone: String) -> Result<FilingForm> {
    let get = |name: &str| of(typed, name).to_owned();
    let people = text::narrow(&get("people"));
    let headcount = match people.as_str() {
        "" => None,
        n => Some(n.parse::<i64>().map_err(|_| Error::field("/people", "not_a_count", &[]))?),
    };
    let mut missing = Vec::new();
    for name in ["area", "from"] {
        if get(name).is_empty() {
            missing.push(crate::base::FieldError::coded(format!("/{name}"), "required", &[]));
        }
    }
    let total = total(lang, typed);
    if let Err(e) = &total {
        missing.extend(e.fields().iter().cloned());
    }
    let form = FilingForm {
        kind: "complaint".into(),
        reporter_name: name,
        reporter_phone: phone,
        respondent: get("respondent"),
        project: get("project"),
        area: get("area"),
        address: get("address"),
        headcount,
        reported_total_fen: total.ok().flatten().map(Fen::get),
        period_from: get("from"),
        period_to: get("until"),
        narrative: get("narrative"),
        ..FilingForm::default()
    };
    if get("respondent").is_empty() && get("project").is_empty() {
        missing.push(crate::base::FieldError::coded("/respondent", "required", &[]));
    }
    if missing.is_empty() { Ok(form) } else { Err(Error::Invalid(missing)) }
}

/// What the use case calls otherwise than the form.
fn named(pointer: &str) -> &str {
    match pointer {
        "periodFrom" => "from",
        "periodTo" => "until",
        "reportedTotalFen" | "amount" => "amount",
        "headcount" => "people",
        other => other,
    }
}

/// What the key of a filing is counted with.
#[derive(Serialize)]
struct Content<'a> {
    typed: &'a [(String, String)],
}

/// Where the page's script goes on after the form.
#[derive(Serialize)]
struct Next {
    uploads: String,
    then: String,
    missing: String,
}

/// `POST /h5/file`.
async fn send(State(app): State<Arc<App>>, g: Guest, up: Photos) -> Answer<Response> {
    let Photos { params: mut p, files } = up;
    let lang = g.seen.lang;
    let typed = typed_of(p.pairs());
    let Some(me) = g.me.clone() else {
        let page = door::interrupted(&app, &g, "/h5/file", typed);
        return html_with(StatusCode::UNAUTHORIZED, &page);
    };
    let k = p.key()?;
    match hand_in(&app, &me, lang, &k, &typed).await {
        Ok(done) => {
            let (_, missing) = photos::keep(&app, &me, done.filing, &k, files).await?;
            let how = if done.new { "new" } else { "again" };
            let to = format!("/h5/filings/{}", done.filing);
            if g.seen.is_script() {
                // the photos follow in parts
                let next = Next {
                    uploads: format!("{to}/uploads"),
                    then: format!("{to}/receipt?done={how}"),
                    missing: format!("{to}/receipt?done={how}&missing="),
                };
                return Ok(axum::Json(next).into_response());
            }
            let tail = if missing.is_empty() { String::new() } else { format!("&missing={}", photos::in_query(&missing)) };
            Ok(see_other(&format!("{to}/receipt?done={how}{tail}")))
        }
        Err(e) if says::stays(&e) => {
            // a key that came with other content: the person went back and changed something; a new key, and the sentence that says so
            let reused = matches!(e, Error::KeyReused);
            let form = filled(&app, lang, draft_id(&app, &typed), &typed);
            let form = if reused { form } else { says::tell(lang, form, &e, named) };
            let told = match (reused, files.is_empty()) {
                (true, _) => Some(flash(lang, Tone::Warn, "h5.file.twice")),
                (false, false) => Some(flash(lang, Tone::Info, "h5.file.photos_again")),
                _ => None,
            };
            let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            html_with(status, &page_of(&app, &g, told, form, None))
        }
        Err(e) => Err(e.into()),
    }
}

async fn hand_in(
    app: &Arc<App>,
    me: &Me,
    lang: Lang,
    k: &IdempotencyKey,
    typed: &[(String, String)],
) -> Result<crate::app::claimant::Filed> {
    let (name, phone) = app.own_name(me).await?;
    let form = report(lang, typed, name, phone)?;
    let draft = (!me.worker.limited).then(|| draft_id(app, typed));
    let k = key(k, "h5.file", &Content { typed })?;
    app.file(me, k, &Asked { form, site: None, draft }).await
}

/// Reads what the form's parameters brought, for pages with the same months.
pub(super) fn month_field(lang: Lang, now: At, key: &str, label: &str) -> FormField {
    FormField::new(key, lang.text(label), FieldKind::Select).options(months(lang, now)).required()
}

/// A value of a form as it came, trimmed.
pub(super) fn value(p: &mut Params, name: &str) -> String {
    p.raw(name).unwrap_or_default().trim().to_owned()
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(page("/h5/file", "h5_file_ask", own, "反映欠薪：填写"), ask);
    t.add(
        Route::post("/h5/file", "h5_file", own, "反映欠薪：提交，附照片")
            .reads_upload(UPLOAD, &[("_key", "本次提交的编号")])
            .answers_plain(303, "已登记，转到回执", None)
            .problems(&[409, 429]),
        send,
    );
    t.add(form("/h5/draft", "h5_draft", own, "保存没有提交的内容"), keep);
    t.add(form("/h5/draft/drop", "h5_draft_drop", own, "清空没有提交的内容"), drop_it);
}
