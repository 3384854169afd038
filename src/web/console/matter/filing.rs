//! The page of a filing, the moves made from it, its receipt and its files; the desk list borrows its forms.

use super::{Back, make, status, tone_of, upload_form};
use crate::app::App;
use crate::app::documents;
use crate::app::view::{FilingFile, FilingView};
use crate::app::write::Key;
use crate::base::id::FilingId;
use crate::domain::access::{self, Ability};
use crate::web::auth::Officer;
use crate::web::console::frame::{chrome, flash};
use crate::web::console::moves::{self, Forms, Maker, Pickers, Typed};
use crate::web::console::view::{Fact, FilingLink, FilingPage, FormView, Place, Suggestion, Tag, Tone};
use crate::web::console::words::{self, span, yuan};
use crate::web::console::{desk, files};
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, PathIds, PathText, QueryParams, Upload};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

fn filing_facts(v: &FilingView) -> Vec<Fact> {
    let mut out = vec![
        Fact::new("来源", v.channel_title.clone()),
        Fact::new("来源编号", v.source_number.clone().unwrap_or_default()),
        Fact::new("收到", v.received_at.list_text()),
        Fact::new("登记部门", v.receiving_bureau.clone()),
        Fact::new("反映人", v.claimant.clone()),
        Fact::new("电话", v.claimant_phone.clone().unwrap_or_default()),
        Fact::new("身份证号", v.claimant_id.clone().unwrap_or_default()),
        Fact::new("被反映单位", v.respondent.clone()),
        Fact::new("统一社会信用代码", v.uscc.clone().unwrap_or_default()),
        Fact::new("工程项目", v.project.clone().unwrap_or_default()),
        Fact::new("所属行业", v.project_kind.clone().unwrap_or_default()),
        Fact::new("用工所在地", v.area.clone().unwrap_or_default()),
        Fact::new("所填区划", v.area_text.clone()),
        Fact::new("详细地址", v.address.clone().unwrap_or_default()),
        Fact::new("人数与金额", format!("{} 人　{}", v.headcount, yuan(v.reported_total_fen))),
        Fact::new("欠薪时间", span(v.period_from, v.period_to)),
    ];
    if let Some(a) = &v.answer {
        out.push(Fact::new("核处结论", a.clone()));
    }
    if v.earlier_filings > 0 {
        out.push(Fact::new("此前反映", format!("{} 次", v.earlier_filings)));
    }
    out
}

/// The forms of a filing's procedure.
pub(in crate::web::console) fn filing_forms(app: &App, f: &FilingFile, pickers: &Pickers, prefix: &str, typed: Option<&Typed>) -> Forms {
    let base = format!("/filings/{}", f.filing.id);
    Maker { base: &base, procedure: &f.procedure, pickers, prefix, now: app.now(), typed }.forms()
}

/// What a filing's forms offer to choose from.
///
/// # Errors
/// The database.
pub(in crate::web::console) async fn filing_pickers(app: &Arc<App>, by: &Officer, f: &FilingFile) -> crate::base::Result<Pickers> {
    let bureau = app.counters(&by.actor()).into_iter().next().unwrap_or_default();
    let area = app.city.areas.iter().find(|a| Some(&a.name) == f.filing.area.as_ref()).map(|a| a.code.clone());
    let cases = f.suggestions.iter().map(|s| s.number.clone()).collect();
    Pickers::load(app, &bureau, area.as_deref(), moves::Money::default(), &f.evidence, cases).await
}

/// Cases a filing may belong to; a filing that was not sent on yet can be joined at once.
pub(in crate::web::console) fn suggestions(f: &FilingFile, prefix: &str, now: crate::base::At) -> Vec<Suggestion> {
    let forward = f.procedure.moves.iter().find(|o| o.name == "forward" && o.allowed);
    f.suggestions
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let join = forward.map(|_| {
                FormView::new(format!("{prefix}-join-{i}"), format!("/filings/{}/moves/forward", f.filing.id), "并入", vec![])
                    .tone(Tone::Plain)
                    .hidden("_key", IdempotencyKey::fresh().as_str())
                    .hidden("_version", f.procedure.form_version.to_string())
                    .hidden("_procedure", f.procedure.id.to_string())
                    .hidden("_shown_at", moves::local(now))
                    .hidden("case", s.case.to_string())
            });
            Suggestion { join, ..words::suggestion(s) }
        })
        .collect()
}

async fn filing_page(app: &Arc<App>, by: &Officer, id: FilingId, back: &Back) -> Result<FilingPage, Failure> {
    let actor = by.actor();
    let f = app.filing_file(&actor, id).await?;
    let base = format!("/filings/{id}");
    let pickers = filing_pickers(app, by, &f).await?;
    let mut forms = filing_forms(app, &f, &pickers, "m", back.typed.as_ref());
    let (terms, past_terms) = words::terms(&f.procedure.terms);
    let v = &f.filing;
    let mut tags = vec![
        Tag::new(f.procedure.state_title.clone(), tone_of(&f.procedure)),
        Tag::new(v.kind_title.clone(), Tone::Plain),
        Tag::new(v.grade.clone(), Tone::Plain),
    ];
    tags.extend(f.legacy.iter().map(|l| Tag::new(l.mark.clone(), Tone::Warn)));
    tags.extend(v.flags.iter().map(|x| Tag::new(x.clone(), Tone::Bad)));
    let at_desk = v.desk_reason.clone().filter(|_| f.procedure.state == "received");
    let case = v.case.map(|c| FilingLink {
        href: format!("/cases/{c}"),
        code: f.case_number.clone().unwrap_or_default(),
        kind: String::new(),
        who: v.respondent.clone(),
        received: String::new(),
        state: String::new(),
        due: None,
    });
    let has_receipt = f.documents.iter().any(|d| d.kind == "receipt");
    let receipt = (!has_receipt && access::may(&actor, Ability::Register, "")).then(|| {
        FormView::new("receipt", format!("{base}/receipt"), "出具回执", vec![])
            .tone(Tone::Plain)
            .hidden("_key", IdempotencyKey::fresh().as_str())
    });
    let conflict = moves::conflict(app, &f.procedure.kind, &f.procedure.moves, back.typed.as_ref());
    Ok(FilingPage {
        chrome: chrome(app, by, format!("投诉登记 {}", v.number), Place::None).await?.with_flash(back.flash(conflict.is_some())),
        code: v.number.clone(),
        tags,
        facts: filing_facts(v),
        narrative: v.narrative.clone(),
        unmask_href: access::may(&actor, Ability::Unmask, "").then(|| format!("{base}/unmask")),
        counter_href: format!("{base}/counter"),
        talk_href: v.logs_in.then(|| format!("{base}/messages")),
        case,
        desk_reason: at_desk,
        conflict,
        terms,
        past_terms,
        approval: words::approval(&f.procedure, &f.timeline, std::mem::take(&mut forms.approval)),
        moves: forms.main,
        more: forms.more,
        refused: forms.refused,
        respondents: f.chain.iter().map(words::party).collect(),
        suggestions: suggestions(&f, "m", app.now()),
        amendments: desk::amendment_rows(app.open_amendments(&actor, Some(id)).await?),
        evidence: f.evidence.iter().map(words::evidence).collect(),
        upload: upload_form(&actor, &base, app.config.evidence.max_mib, back.upload.as_ref()),
        documents: f.documents.iter().map(words::document).collect(),
        receipt,
        events: f.timeline.iter().map(words::event).collect(),
    })
}

/// `GET /filings/{id}`.
pub(in crate::web::console) async fn filing(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    match filing_page(&app, &by, id, &Back::default()).await {
        Err(e) if done.is_some() && e.status() == StatusCode::NOT_FOUND => Ok(see_other("/?done=left")),
        Err(e) => Err(e),
        Ok(mut page) => {
            page.chrome = page.chrome.with_flash(flash(done.as_deref()));
            html(&page)
        }
    }
}

/// `POST /filings/{id}/moves/{move}`.
pub(in crate::web::console) async fn move_filing(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, PathText(name)): PathIds<FilingId, PathText>,
    FormParams(params): FormParams,
) -> Answer<Response> {
    let typed = match make(&app, &by, name, params).await? {
        Ok(event) => return Ok(see_other(&format!("/filings/{id}?done={event}"))),
        Err(typed) => typed,
    };
    let status = status(&typed.why);
    let back = Back { typed: Some(typed), ..Back::default() };
    html_with(status, &filing_page(&app, &by, id, &back).await?)
}

/// `POST /filings/{id}/receipt`.
pub(in crate::web::console) async fn receipt(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), "console:receipt", &id)?;
    let document = app.write(&by.actor(), Some(key), move |tx| documents::receipt_for(tx, id)).await?;
    Ok(see_other(&format!("/documents/{document}")))
}

/// `POST /filings/{id}/evidence`.
pub(in crate::web::console) async fn filing_evidence(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    up: Upload,
) -> Answer<Response> {
    // a file added among the counter's affairs leads back to them
    let at_counter = up.params.pairs().iter().any(|(k, v)| k == "to" && v == "counter");
    match files::keep(&app, &by, None, Some(id), up).await? {
        Ok(()) if at_counter => Ok(see_other(&format!("/filings/{id}/counter?done=evidence"))),
        Ok(()) => Ok(see_other(&format!("/filings/{id}?done=evidence#evidence"))),
        Err((pairs, error)) if at_counter => {
            let status = status(&error);
            let back = crate::web::console::counter::Back { form: "upload".into(), pairs, error };
            html_with(status, &crate::web::console::counter::of_filing(&app, &by, id, Some(&back)).await?)
        }
        Err((pairs, e)) => {
            let status = status(&e);
            html_with(status, &filing_page(&app, &by, id, &Back { upload: Some((pairs, e)), ..Back::default() }).await?)
        }
    }
}
