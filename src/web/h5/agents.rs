//! Agents 代理人 named by the worker, matters looked after for others, and filings of another door taken into the own log-in by receipt.
//!
//! Owns these forms. Who may give a mandate, and what must stand in its document, is asked in the use case.

use super::door::held_line;
use super::file::value;
use super::matter::button;
use super::mine::list;
use super::photos;
use super::view::{Ask, AskPage, ListLine, ListPage, Parts};
use super::{Own, form, page, says, told};
use crate::app::App;
use crate::app::claimant::agents::{MandateView, NewMandate};
use crate::base::Result;
use crate::base::id::{EvidenceId, FilingId, RowId};
use crate::base::text::Lang;
use crate::domain::mandate::{Kind, Power};
use crate::web::console::view::{FieldKind, FormField, FormView, Tone};
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, PathIds, Photos, QueryParams, key};
use crate::web::{Access, Answer, Route, Table};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Duration;
use std::sync::Arc;

/// The list of who an agent may be.
const RELATIONS: &str = "agent_relation";
/// Days a mandate may run.
const SPANS: [i64; 5] = [30, 90, 180, 365, 730];

fn line(lang: Lang, here: &str, n: usize, m: &MandateView) -> ListLine {
    let powers: Vec<&str> = m.powers.iter().map(|p| lang.text(power_code(*p))).collect();
    let state = match (m.holds, m.revoked_at) {
        (true, _) => lang.text_with("h5.agents.until", &[("at", &m.expires_at.list_text())]),
        (_, Some(at)) => lang.text_with("h5.agents.revoked", &[("at", &at.list_text())]),
        _ => lang.text("h5.agents.expired").to_owned(),
    };
    let end = || button(lang, &format!("end-{n}"), format!("{here}/{}/end", m.id), "h5.agents.end", Tone::Plain);
    ListLine {
        head: format!("{} · {}", m.name, m.relation),
        href: String::new(),
        lines: vec![m.phone.clone(), powers.join(lang.text("h5.comma")), state],
        marked: m.holds,
        acts: if m.holds { vec![end()] } else { Vec::new() },
    }
}

/// The code of the words of a power.
fn power_code(p: Power) -> &'static str {
    match p {
        Power::View => "power.view",
        Power::Supplement => "power.supplement",
        Power::Message => "power.message",
        Power::ConfirmReceipt => "power.confirm_receipt",
        Power::Waive => "power.waive",
        Power::Withdraw => "power.withdraw",
    }
}

fn give_form(app: &App, lang: Lang, id: FilingId) -> FormView {
    let t = |code: &str| lang.text(code).to_owned();
    let codes = app.registry.codes.get(RELATIONS).map(Vec::as_slice).unwrap_or_default();
    let relations: Vec<_> = codes.iter().map(|(c, _)| (c.clone(), app.code_word(lang, RELATIONS, c))).collect();
    let spans = SPANS.map(|d| (d.to_string(), t(&format!("h5.agents.span.{d}"))));
    let mib = app.config.evidence.max_mib.to_string();
    let powers = Power::ALL.map(|p| (p.key(), t(power_code(p))));
    let mut may = FormField::new("powers", t("h5.agents.powers"), FieldKind::Checks).options(powers).required();
    for o in &mut may.options {
        o.selected = matches!(o.value.as_str(), "view" | "supplement" | "message");
    }
    let fields = vec![
        FormField::new("name", t("h5.agents.name"), FieldKind::Text).required().max(40),
        FormField::new("phone", t("h5.agents.phone"), FieldKind::Phone).required().max(20).help(t("h5.agents.phone_help")),
        FormField::new("relation", t("h5.agents.relation"), FieldKind::Select).options(relations).required(),
        may.help(t("h5.agents.powers_help")),
        FormField::new("span", t("h5.agents.span"), FieldKind::Select).options(spans).value("180").required(),
        FormField::new("evidence", t("h5.agents.evidence"), FieldKind::File)
            .help(lang.text_with("h5.photo.evidence_help", &[("mib", &mib)])),
    ];
    let form = FormView::new("give", format!("/h5/filings/{id}/agents"), t("h5.agents.give"), fields);
    form.hidden("_key", IdempotencyKey::fresh().as_str())
}

async fn page_of(app: &Arc<App>, own: &Own, id: FilingId, form: FormView) -> Answer<ListPage> {
    let lang = own.lang();
    let here = format!("/h5/filings/{id}/agents");
    let mut page = list(app, own, here.clone(), "h5.agents.heading", &["h5.agents.lead"], "h5.agents.none");
    page.back = (format!("/h5/filings/{id}"), lang.text("h5.back_matter").to_owned());
    page.rows = app.mandates_of_mine(&own.me, id).await?.iter().enumerate().map(|(n, m)| line(lang, &here, n, m)).collect();
    let parts = Parts { uploads: format!("/h5/filings/{id}/uploads"), kept: "kept", ..Parts::default() };
    page.act = Some(Ask::new(lang, form).in_parts(parts));
    Ok(page)
}

async fn agents(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let form = give_form(&app, own.lang(), id);
    let mut page = page_of(&app, &own, id, form).await?;
    page.flash = told(own.lang(), &mut q);
    html(&page)
}

fn asked(app: &App, p: &mut Params, evidence: Option<EvidenceId>) -> NewMandate {
    let days = value(p, "span").parse().unwrap_or(0);
    let powers = p.all("powers");
    NewMandate {
        kind: Kind::Agent,
        relation: value(p, "relation"),
        name: value(p, "name"),
        phone: value(p, "phone"),
        powers: Power::ALL.into_iter().filter(|w| powers.iter().any(|k| k == w.key())).collect(),
        expires_at: app.now().plus(Duration::days(if SPANS.contains(&days) { days } else { 0 })),
        evidence,
    }
}

/// What the use case calls otherwise than the form.
fn named(pointer: &str) -> &str {
    if pointer == "expiresAt" { "span" } else { pointer }
}

/// The document first, under a key of its own; where the words are wrong it is there already when they come again.
async fn give(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, up: Photos) -> Answer<Response> {
    let Photos { params: mut p, files } = up;
    let lang = own.lang();
    let k = p.key()?;
    // whose it is comes before what is wrong with the form
    app.mandates_of_mine(&own.me, id).await?;
    let (kept, missing) = photos::keep(&app, &own.me, id, &k, files).await?;
    let file = kept.into_iter().next().or_else(|| value(&mut p, "kept").parse().ok());
    let done = match missing.first() {
        Some((_, code)) => Err(crate::base::Error::field("/evidence", code, &[])),
        None => give_it(&app, &own, id, &k, &mut p, file).await,
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/h5/filings/{id}/agents?done=done"))),
        Err(e) if says::stays(&e) => {
            let mut form = says::tell(lang, give_form(&app, lang, id).refilled(p.pairs()), &e, named);
            if let Some(file) = file {
                form = form.hidden("kept", file.to_string());
            }
            let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            html_with(status, &page_of(&app, &own, id, form).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn give_it(app: &Arc<App>, own: &Own, id: FilingId, k: &IdempotencyKey, p: &mut Params, file: Option<EvidenceId>) -> Result<RowId> {
    let new = asked(app, p, file);
    // the end is counted from now: the same form sent again is the same by what was chosen
    let k = key(k, "h5.mandate", &(id, &new.relation, &new.name, &new.phone, &new.powers, value(p, "span"), file))?;
    app.give_mandate(&own.me, k, id, &new).await
}

async fn revoke(State(app): State<Arc<App>>, own: Own, PathIds(id, mandate): PathIds<FilingId, RowId>) -> Answer<Response> {
    let done = app.revoke_mine(&own.me, id, mandate).await;
    match done {
        // ended before is ended
        Ok(()) | Err(crate::base::Error::Refused(_)) => Ok(see_other(&format!("/h5/filings/{id}/agents?done=done"))),
        Err(e) => Err(e.into()),
    }
}

async fn held(State(app): State<Arc<App>>, own: Own) -> Answer<Response> {
    let lang = own.lang();
    let mut page = list(&app, &own, "/h5/mandates".into(), "h5.held.heading", &["h5.held.lead"], "h5.held.none");
    page.rows = app.mandates_held(&own.me).await?.into_iter().map(|m| held_line(lang, m)).collect();
    html(&page)
}

fn adopt_page(app: &App, own: &Own) -> AskPage {
    let lang = own.lang();
    let t = |code: &str| lang.text(code).to_owned();
    let fields = vec![
        FormField::new("number", t("h5.receipt.number"), FieldKind::Text).required().max(40),
        FormField::new("secret", t("h5.receipt.secret"), FieldKind::Text).required().max(40),
        FormField::new("idNumber", t("h5.join.id"), FieldKind::Text).max(18).help(t("h5.adopt.id_help")),
    ];
    AskPage {
        base: own.base_at(app, "form", "/h5/adopt".into()),
        heading: t("h5.adopt.heading"),
        lead: vec![t("h5.adopt.lead")],
        flash: None,
        ask: Ask::new(lang, FormView::new("adopt", "/h5/adopt", t("h5.adopt.send"), fields)),
        links: vec![("/h5".into(), t("h5.back"))],
    }
}

async fn adopt_ask(State(app): State<Arc<App>>, own: Own) -> Answer<Response> {
    html(&adopt_page(&app, &own))
}

async fn adopt(State(app): State<Arc<App>>, own: Own, FormParams(mut p): FormParams) -> Answer<Response> {
    let (number, secret, id) = (value(&mut p, "number"), value(&mut p, "secret"), value(&mut p, "idNumber"));
    match app.adopt(&own.me, &number, &secret, &id).await {
        Ok(id) => Ok(see_other(&format!("/h5/filings/{id}?done=adopted"))),
        Err(e) if says::stays(&e) => {
            let mut page = adopt_page(&app, &own);
            page.ask = says::back(own.lang(), page.ask.form, p.pairs(), &e);
            html_with(StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY), &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(page("/h5/filings/{id}/agents", "h5_agents", own, "我委托的代理人"), agents);
    t.add(
        Route::post("/h5/filings/{id}/agents", "h5_give_mandate", own, "委托代理人，可附委托书")
            .reads_upload(photos::UPLOAD, &[("_key", "本次提交的编号")])
            .answers_plain(303, "完成", None)
            .problems(&[409]),
        give,
    );
    t.add(form("/h5/filings/{id}/agents/{mandate}/end", "h5_end_mandate", own, "取消委托"), revoke);
    t.add(page("/h5/mandates", "h5_held", own, "我代理的反映"), held);
    t.add(page("/h5/adopt", "h5_adopt_ask", own, "用回执找回以前的反映"), adopt_ask);
    t.add(form("/h5/adopt", "h5_adopt", own, "凭回执编号和查询码认领").problems(&[429]), adopt);
}
