//! Suggestions on the case page with their decision, and taking a filing out of a case.

use super::frame::chrome;
use super::view::{FieldKind, FormField, FormView, JoiningPage, Place, SplitRow, Suggestion, Tone};
use crate::app::App;
use crate::app::joining::{self, SplitTo, SuggestionLine};
use crate::app::view::{CaseFile, FilingView};
use crate::app::write::Key;
use crate::base::id::{CaseId, FilingId};
use crate::domain::access::{Actor, DutyKind};
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::{html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, PathIds};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

fn reason() -> FormField {
    FormField::new("reason", "理由", FieldKind::Text).required().max(200).help("4 至 200 个字")
}

fn decide_form(filing: FilingId, case: CaseId, may_join: bool) -> FormView {
    let mut choices = vec![("dismiss", "不是同一事项")];
    if may_join {
        choices.insert(0, ("join", "并入该案件"));
    }
    let fields = vec![FormField::new("decision", "处理", FieldKind::Radio).options(choices).required(), reason()];
    FormView::new(format!("s-{filing}-{case}"), format!("/suggestions/{filing}/{case}/decide"), "确定", fields)
        .tone(Tone::Plain)
        .hidden("_key", IdempotencyKey::fresh().as_str())
}

fn split_form(filing: FilingId, back: bool) -> FormView {
    let mut to = vec![("new", "拆为新案件")];
    if back {
        to.insert(0, ("back", "退回原案件"));
    }
    let fields = vec![FormField::new("to", "去向", FieldKind::Radio).options(to).required(), reason()];
    FormView::new(format!("x-{filing}"), format!("/filings/{filing}/split"), "拆出", fields)
        .tone(Tone::Bad)
        .hidden("_key", IdempotencyKey::fresh().as_str())
}

/// What the case page shows of suggestions: of its own filings, and of others to this case.
///
/// # Errors
/// The database.
pub(super) async fn suggestions(app: &Arc<App>, actor: &Actor, case: CaseId) -> crate::base::Result<Vec<Suggestion>> {
    let all = app.suggestions_of_case(actor, case).await?;
    Ok(all.iter().map(|s| row(s, case)).collect())
}

fn row(s: &SuggestionLine, case: CaseId) -> Suggestion {
    let (href, code) = if s.case == case {
        (format!("/filings/{}", s.filing), s.filing_number.clone())
    } else {
        (format!("/cases/{}", s.case), s.number.clone())
    };
    let about = if s.case == case { s.channel.clone() } else { format!("登记 {}", s.filing_number) };
    Suggestion { href, code, reason: s.reason.clone(), about, join: Some(decide_form(s.filing, s.case, s.may_join)) }
}

/// The filings a leader may take out of this case.
pub(super) fn splits(actor: &Actor, f: &CaseFile) -> Vec<SplitRow> {
    let over = actor.duties().iter().any(|d| matches!(d.kind, DutyKind::Leader | DutyKind::Head) && d.bureau == f.lead_bureau);
    if !over || f.filings.len() < 2 {
        return Vec::new();
    }
    let one = |x: &FilingView| SplitRow { code: x.number.clone(), form: split_form(x.id, true) };
    f.filings.iter().map(one).collect()
}

/// The form again, with what stands in its way.
async fn again(app: &Arc<App>, by: &Officer, form: FormView, pairs: &[(String, String)], e: &crate::base::Error) -> Answer<Response> {
    let form = form.sent_back(pairs, e);
    let chrome = chrome(app, by, "并案与拆分", Place::None).await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &JoiningPage { chrome, form })
}

/// `POST /suggestions/{filing}/{case}/decide`.
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(filing, case): PathIds<FilingId, CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let k = p.key()?;
    let choice = p.choice("decision", &["join", "dismiss"]);
    let choice = p.required("decision", choice);
    let reason = p.text("reason", 400).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => {
            let join = choice.as_deref() == Some("join");
            let key = Key::new(k.as_str(), "console:decideSuggestion", &(filing, case, join, &reason))?;
            app.write(&by.actor(), Some(key), move |tx| joining::decide(tx, filing, case, join, &reason)).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(d) => Ok(see_other(&format!("/cases/{}?done=moved#filings", d.case.unwrap_or(case)))),
        Err(e) if super::moves::stays(&e) => again(&app, &by, decide_form(filing, case, true), &pairs, &e).await,
        Err(e) => Err(e.into()),
    }
}

/// `POST /filings/{id}/split`.
pub(super) async fn split(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(filing): PathId<FilingId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let k = p.key()?;
    let to = p.choice("to", &["back", "new"]);
    let to = p.required("to", to);
    let reason = p.text("reason", 400).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => {
            let out = if to.as_deref() == Some("back") { SplitTo::Back } else { SplitTo::New };
            let key = Key::new(k.as_str(), "console:splitFiling", &(filing, out, &reason))?;
            app.write(&by.actor(), Some(key), move |tx| joining::split(tx, filing, Some(out), &reason)).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(d) => Ok(see_other(&d.case.map_or_else(|| format!("/filings/{filing}"), |c| format!("/cases/{c}?done=moved#filings")))),
        Err(e) if super::moves::stays(&e) => again(&app, &by, split_form(filing, true), &pairs, &e).await,
        Err(e) => Err(e.into()),
    }
}
