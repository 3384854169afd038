//! 遗留超期复核: the list of old matters that were overdue by their own dates, its decisions and its file.
//!
//! Owns the page. Who sees and decides a row, and what a decision does, is the use case's.

use super::files::sheet;
use super::frame::{chrome, flash};
use super::lists::{address, export_asked, export_form};
use super::view::{FieldKind, FormField, FormView, InboxTab, LegacyPage, LegacyRow, Place, Tone};
use crate::app::App;
use crate::app::legacy::review::{Decision, ReviewLine, Verdict, Wanted};
use crate::app::write::Key;
use crate::base::id::RowId;
use crate::base::{At, Error, text};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Rows of a page.
const SIZE: usize = 20;
/// Characters of a reason.
const REASON: usize = 1000;
const DECISIONS: [&str; 3] = ["confirm", "correct", "extended"];

fn word(key: &str) -> String {
    text::zh(&format!("legacy.page.{key}")).to_owned()
}

fn reason() -> FormField {
    FormField::new("reason", word("reason"), FieldKind::Long).required().max(REASON).help(word("reason_help"))
}

/// The form of a row. Who may only confirm is asked for nothing else.
fn decide_form(id: RowId, may_correct: bool, proofs: &[(String, String)]) -> FormView {
    let offered = if may_correct { &DECISIONS[..] } else { &DECISIONS[..1] };
    let choices = offered.iter().map(|d| (*d, word(d)));
    // whoever has one choice has made it
    let first = if may_correct { "" } else { DECISIONS[0] };
    let mut fields = vec![FormField::new("decision", word("decision"), FieldKind::Radio).options(choices).value(first).required()];
    if may_correct {
        let all = std::iter::once((String::new(), word("no_evidence"))).chain(proofs.iter().cloned());
        fields.push(FormField::new("startedOn", word("started_on"), FieldKind::Date).help(word("for_correct")));
        fields.push(FormField::new("days", word("days"), FieldKind::Int).help(word("days_help")));
        fields.push(FormField::new("grantedOn", word("granted_on"), FieldKind::Date).help(word("for_extended")));
        fields.push(FormField::new("evidence", word("evidence"), FieldKind::Select).options(all).help(word("evidence_help")));
    }
    fields.push(reason());
    FormView::new(format!("l-{id}"), format!("/legacy-review/{id}/decide"), word("decide"), fields)
        .tone(Tone::Plain)
        .hidden("_key", IdempotencyKey::fresh().as_str())
}

fn row(l: &ReviewLine, back: Option<&Back>) -> LegacyRow {
    let open = l.decided_at.is_none();
    let proofs = || l.evidence.iter().map(|e| (e.id.to_string(), format!("{} {}", e.kind, e.at.list_text()))).collect::<Vec<_>>();
    let form = match back {
        Some(b) if b.row == Some(l.id) => Some(b.fill(decide_form(l.id, l.may_correct, &proofs()))),
        _ => open.then(|| decide_form(l.id, l.may_correct, &proofs())),
    };
    LegacyRow {
        href: format!("/cases/{}", l.case),
        code: l.case_number.clone(),
        number: l.number.clone(),
        respondent: l.respondent.clone(),
        place: format!("{} {}", l.area_name, l.bureau_name),
        state: l.state_title.clone(),
        received: l.received_at.day().to_string(),
        docketed: l.docketed_on.map(|d| d.to_string()).unwrap_or_default(),
        money: text::zh_with("legacy.page.money", &[("reported", &l.reported_fen.to_string()), ("paid", &l.stated_paid_fen.to_string())]),
        passed: l
            .passed
            .iter()
            .map(|t| {
                let due = t.due_day.map(|d| d.to_string()).unwrap_or_default();
                let said =
                    [("term", t.title.as_str()), ("article", t.article.as_str()), ("due", due.as_str()), ("overdue", t.overdue.as_str())];
                text::zh_with("legacy.page.passed", &said)
            })
            .collect(),
        outcome: l
            .decided_at
            .map(|at| format!("{} {}", text::zh(&format!("legacy.decided.{}", l.review)), at.list_text()))
            .unwrap_or_default(),
        form,
    }
}

/// A form that comes back: of a row, or of the export where there is none.
struct Back {
    row: Option<RowId>,
    pairs: Vec<(String, String)>,
    error: Error,
}
impl Back {
    fn fill(&self, form: FormView) -> FormView {
        form.sent_back(&self.pairs, &self.error)
    }
}

async fn list(app: &Arc<App>, by: &Officer, decided: bool, after: Option<(At, RowId)>, back: Option<&Back>) -> Result<LegacyPage, Failure> {
    let found = app.legacy_review(&by.actor(), Wanted { bureau: None, decided, after }, SIZE).await?;
    let state = if decided { "decided" } else { "open" };
    let tab = |key: &str, current: bool| InboxTab {
        href: address("/legacy-review", &[("state", key)]),
        label: word(key),
        count: 0,
        current,
        urgent: false,
    };
    let export = match back {
        Some(b) if b.row.is_none() => b.fill(export_form("/legacy-review/export", word, &[])),
        _ => export_form("/legacy-review/export", word, &[]),
    };
    Ok(LegacyPage {
        chrome: chrome(app, by, text::zh("legacy.list"), Place::Legacy).await?,
        tabs: vec![tab("open", !decided), tab("decided", decided)],
        decided,
        rows: found.items.iter().map(|l| row(l, back)).collect(),
        more: found.next.map(|(at, id)| address("/legacy-review", &[("state", state), ("after", &format!("{}_{id}", at.millis()))])),
        export: (!decided && !found.items.is_empty() || back.is_some_and(|b| b.row.is_none())).then_some(export),
    })
}

/// `GET /legacy-review`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let decided = q.raw("state") == Some("decided");
    let after = q.text("after", 80).and_then(|s| {
        let (at, id) = s.split_once('_')?;
        Some((At::from_millis(at.parse().ok()?)?, id.parse::<RowId>().ok()?))
    });
    let mut page = list(&app, &by, decided, after, None).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// `POST /legacy-review/{id}/decide`.
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let k = p.key()?;
    let chosen = p.choice("decision", &DECISIONS);
    let chosen = p.required("decision", chosen).unwrap_or_default();
    let decision = match chosen.as_str() {
        "correct" => Decision::Correct,
        "extended" => Decision::Extended,
        _ => Decision::Confirm,
    };
    // fields of another verdict may have stayed filled in: only those of the chosen one are read
    let (correct, extended) = (decision == Decision::Correct, decision == Decision::Extended);
    let started_on = if correct { p.day("startedOn") } else { None };
    let days = if extended { p.int("days", 1, 1000).and_then(|n| u32::try_from(n).ok()) } else { None };
    let granted_on = if extended { p.day("grantedOn") } else { None };
    let evidence = if correct || extended { p.parsed("evidence", "not_an_id") } else { None };
    let reason = p.text("reason", REASON).unwrap_or_default();
    let verdict = Verdict { decision, started_on, days, granted_on, evidence, reason };
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:decideLegacyReview", &(id, &verdict))?;
            app.decide_legacy_review(&by.actor(), Some(key), id, &verdict).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => Ok(see_other("/legacy-review?done=legacy")),
        Err(error) if super::moves::stays(&error) => {
            let back = Back { row: Some(id), pairs, error };
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, false, None, Some(&back)).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /legacy-review/export`.
pub(super) async fn export(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let (xlsx, reason) = export_asked(&mut p);
    let done = match p.finish() {
        Ok(()) => app.export_legacy_review(&by.actor(), None, &reason, xlsx).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(file) => Ok(sheet(file, text::zh("legacy.list"), xlsx)),
        Err(error) if super::moves::stays(&error) => {
            let back = Back { row: None, pairs, error };
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, false, None, Some(&back)).await?)
        }
        Err(e) => Err(e.into()),
    }
}
