//! 超期督查 and 移交: what is late with its export; what a leaving officer holds, handed over at once.
//!
//! Owns the pages. Who sees what, and what a hand-over does, is the use cases'.

use super::files::sheet;
use super::frame::{chrome, flash};
use super::lists::{address, export_asked, export_form};
use super::moves::stays;
use super::view::{FieldKind, FormField, FormView, HandoverPage, HeldRow, InboxTab, OverduePage, OverdueRow, Place, Tag, Tone};
use crate::app::App;
use crate::app::handover::{self, Reached};
use crate::app::overdue::{Asked, OverdueLine};
use crate::app::write::Key;
use crate::base::id::{AccountId, ProcedureId};
use crate::base::{At, Error, text};
use crate::domain::access::DutyKind;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Procedures of a page.
const SIZE: usize = 50;
/// Characters of a reason.
const REASON: usize = 1000;
const CURSOR: &str = "overdue-page";
const HELD: &str = "held-page";

fn word(key: &str) -> String {
    text::zh(&format!("overdue.page.{key}")).to_owned()
}

fn taken_out(statutory: bool) -> FormView {
    export_form("/overdue/export", word, &[("effect", if statutory { "statutory" } else { "all" }.to_owned())])
}

fn row(l: &OverdueLine) -> OverdueRow {
    OverdueRow {
        href: match (l.case, l.filing) {
            (Some(c), _) => format!("/cases/{c}"),
            (None, Some(f)) => format!("/filings/{f}"),
            (None, None) => "/".to_owned(),
        },
        number: l.number.clone(),
        respondent: l.respondent.clone(),
        area: l.area_name.clone(),
        kind: l.kind_title.clone(),
        state: l.state_title.clone(),
        term: l.term_title.clone(),
        effect: Tag::new(text::zh(&format!("overdue.effect.{}", l.effect)), if l.effect == "statutory" { Tone::Info } else { Tone::Plain }),
        due: l.due_day.map_or_else(|| l.due_at.list_text(), |d| d.to_string()),
        overdue: l.overdue.clone(),
        officer: l.officer.clone().unwrap_or_default(),
        holder: l.holder.clone(),
        bureau: l.bureau_name.clone(),
        why: l.why.join("；"),
        marks: text::zh_with("overdue.page.marks", &[("n", &l.marks.to_string())]),
        supervised: l.supervised.as_deref().map(|s| Tag::new(s, Tone::Bad)),
    }
}

async fn list(
    app: &Arc<App>,
    by: &Officer,
    statutory: bool,
    after: Option<(At, ProcedureId)>,
    back: Option<(&[(String, String)], &Error)>,
) -> Result<OverduePage, Failure> {
    let found = app.overdue(&by.actor(), Asked { bureau: None, statutory, after }, SIZE).await?;
    let effect = if statutory { "statutory" } else { "all" };
    let tab = |key: &str, current: bool| InboxTab {
        href: address("/overdue", &[("effect", key)]),
        label: word(key),
        count: 0,
        current,
        urgent: false,
    };
    let next = found.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    let export = match back {
        Some((pairs, why)) => taken_out(statutory).sent_back(pairs, why),
        None => taken_out(statutory),
    };
    Ok(OverduePage {
        chrome: chrome(app, by, text::zh("overdue.title"), Place::Overdue).await?,
        tabs: vec![tab("all", !statutory), tab("statutory", statutory)],
        rows: found.items.iter().map(row).collect(),
        more: next.map(|n| address("/overdue", &[("effect", effect), ("after", &n)])),
        export: (!found.items.is_empty() || back.is_some()).then_some(export),
    })
}

/// `GET /overdue`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let statutory = q.raw("effect") == Some("statutory");
    let after = q.text("after", 512).map(|c| cursor_decode::<(At, ProcedureId)>(CURSOR, &c)).transpose()?;
    html(&list(&app, &by, statutory, after, None).await?)
}

/// `POST /overdue/export`.
pub(super) async fn export(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let (xlsx, reason) = export_asked(&mut p);
    let statutory = p.raw("effect") == Some("statutory");
    let done = match p.finish() {
        Ok(()) => app.export_overdue(&by.actor(), Asked { bureau: None, statutory, after: None }, &reason, xlsx).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(file) => Ok(sheet(file, text::zh("overdue.title"), xlsx)),
        Err(e) if stays(&e) => html_with(StatusCode::UNPROCESSABLE_ENTITY, &list(&app, &by, statutory, None, Some((&pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}

/// The officers of the bureaus the reader leads.
async fn colleagues(app: &Arc<App>, by: &Officer) -> crate::base::Result<Vec<(String, String)>> {
    let mut out = Vec::new();
    for d in by.0.duties.iter().filter(|d| matches!(d.kind, DutyKind::Leader | DutyKind::Head)) {
        out.extend(app.handlers(&d.bureau).await?.into_iter().map(|(id, name)| (id.to_string(), name)));
    }
    out.sort();
    out.dedup();
    Ok(out)
}

/// Where the rest of what an officer holds is shown.
fn further(id: AccountId, after: &str) -> String {
    format!("/handover?from={id}&after={after}")
}

async fn held(
    app: &Arc<App>,
    by: &Officer,
    (from, after): (Option<AccountId>, Option<&str>),
    stayed: Vec<String>,
    back: Option<(&[(String, String)], &Error)>,
) -> Result<HandoverPage, Failure> {
    let people = colleagues(app, by).await?;
    let chosen = from.map(|f| f.to_string()).unwrap_or_default();
    let choose = FormView::new(
        "from",
        "/handover",
        word("show"),
        vec![FormField::new("from", word("from"), FieldKind::Select).options(people.clone()).value(&chosen).required()],
    )
    .tone(Tone::Plain);
    let reached = after.map(|a| cursor_decode::<Reached>(HELD, a)).transpose()?;
    let (rows, next) = match from {
        Some(id) => app.held_by(&by.actor(), id, reached).await?,
        None => (Vec::new(), None),
    };
    let next = next.map(|n| cursor_encode(HELD, &n)).transpose()?;
    let form = from.filter(|_| !rows.is_empty() || back.is_some()).map(|id| {
        let others = people.iter().filter(|p| p.0 != id.to_string()).cloned();
        let fields = vec![
            FormField::new("to", word("to"), FieldKind::Select).options(others).required(),
            FormField::new("reason", word("reason"), FieldKind::Long).required().max(REASON),
        ];
        let form = FormView::new("handover", format!("/handover/{id}"), word("hand_over"), fields)
            .tone(Tone::Bad)
            .hidden("after", after.unwrap_or_default())
            .hidden("_key", IdempotencyKey::fresh().as_str());
        match back {
            Some((pairs, why)) => form.sent_back(pairs, why),
            None => form,
        }
    });
    Ok(HandoverPage {
        chrome: chrome(app, by, word("handover_title"), Place::Handover).await?,
        choose,
        from: from.map(|_| people.iter().find(|p| p.0 == chosen).map(|p| p.1.clone()).unwrap_or_else(|| word("officer"))),
        rows: rows
            .iter()
            .map(|h| HeldRow {
                href: format!("/cases/{}", h.case),
                number: h.number.clone(),
                respondent: h.respondent.clone(),
                state: h.state_title.clone(),
                role: word(&h.role),
            })
            .collect(),
        form,
        stayed,
        more: from.zip(next).map(|(id, n)| further(id, &n)),
    })
}

/// `GET /handover`.
pub(super) async fn handover(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    if !by.0.duties.iter().any(|d| matches!(d.kind, DutyKind::Leader | DutyKind::Head)) {
        return Err(Error::Forbidden("handover").into());
    }
    let from = q.raw("from").and_then(|f| f.parse().ok());
    let done = q.raw("done").map(str::to_owned);
    let after = q.raw("after").map(str::to_owned);
    let mut page = held(&app, &by, (from, after.as_deref()), Vec::new(), None).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// `POST /handover`: shows what the chosen officer holds.
pub(super) async fn choose(_: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let from = p.parsed::<AccountId>("from", "unknown_account");
    let from = p.required("from", from);
    p.finish()?;
    Ok(see_other(&from.map_or_else(|| "/handover".to_owned(), |f| format!("/handover?from={f}"))))
}

/// `POST /handover/{id}`.
pub(super) async fn hand_over(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<AccountId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let k = p.key()?;
    let to = p.parsed::<AccountId>("to", "unknown_account");
    let to = p.required("to", to);
    let reason = p.text("reason", REASON).unwrap_or_default();
    let after = p.text("after", 512).filter(|a| !a.is_empty());
    let reached = after.as_deref().map(|a| cursor_decode::<Reached>(HELD, a)).transpose()?;
    let done = match (p.finish(), to) {
        (Ok(()), Some(to)) => {
            let key = Key::new(k.as_str(), "console:handover", &(id, to, &reason, &after))?;
            app.hand_over(&by.actor(), Some(key), id, to, &reason, (reached, handover::MOST)).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/to", "required", &[])),
    };
    match done {
        Ok(done) => {
            let next = done.next.map(|n| cursor_encode(HELD, &n)).transpose()?;
            if done.stayed.is_empty() {
                let rest = next.map_or_else(|| format!("/handover?from={id}"), |n| further(id, &n));
                return Ok(see_other(&format!("{rest}&done=handed_over")));
            }
            let stayed = done.stayed.iter().map(|s| format!("{}：{}", s.number, s.reason)).collect();
            html(&held(&app, &by, (Some(id), next.as_deref()), stayed, None).await?)
        }
        Err(e) if stays(&e) => html_with(
            StatusCode::UNPROCESSABLE_ENTITY,
            &held(&app, &by, (Some(id), after.as_deref()), Vec::new(), Some((&pairs, &e))).await?,
        ),
        Err(e) => Err(e.into()),
    }
}
