//! The page of a case, the moves made from it, its files, and keeping an officer out of it.

use super::head::{claim, filing_link, head};
use super::{Back, filled, make, money, status, upload_form};
use crate::app::App;
use crate::app::sight;
use crate::app::view::{CaseFile, FilingView};
use crate::app::write::Key;
use crate::base::id::{AccountId, CaseId};
use crate::base::{Error, text};
use crate::domain::access::{self, Ability, DutyKind};
use crate::web::auth::Officer;
use crate::web::console::files;
use crate::web::console::frame::{chrome, flash};
use crate::web::console::moves::{self, Forms, Maker, Pickers, stays};
use crate::web::console::view::{ApprovalView, CasePage, FieldKind, FormField, FormView, MoveView, Place, ToldRow, Tone};
use crate::web::console::words;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, PathIds, PathText, QueryParams, Upload};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Events shown at once; older ones are one click away.
const EVENTS: usize = 8;
/// Claims shown at once; all of them stand on their own page.
const CLAIMS: usize = 20;

/// Keeps an officer out: oneself, or anybody of the bureau for its leader or head.
fn recuse_form(
    by: &Officer,
    f: &CaseFile,
    officers: &[(AccountId, String)],
    back: Option<&(Vec<(String, String)>, Error)>,
) -> Option<FormView> {
    let over = by.0.duties.iter().any(|d| matches!(d.kind, DutyKind::Leader | DutyKind::Head) && d.bureau == f.lead_bureau);
    let own = by.0.duties.iter().any(|d| d.bureau == f.lead_bureau && d.kind == DutyKind::Handler);
    if !f.open || !(over || own) {
        return None;
    }
    let mut who: Vec<(String, String)> = vec![(by.0.account.to_string(), text::zh_with("console.recuse.self", &[("name", &by.0.name)]))];
    if over {
        who.extend(officers.iter().filter(|(id, _)| *id != by.0.account).map(|(id, n)| (id.to_string(), n.clone())));
    }
    let first = who.first().map(|w| w.0.clone()).unwrap_or_default();
    let form = FormView::new(
        "recuse",
        format!("/cases/{}/recuse", f.id),
        "登记回避",
        vec![
            FormField::new("account", "回避的人员", FieldKind::Select).options(who).value(first).required(),
            FormField::new("reason", "原因", FieldKind::Text)
                .required()
                .max(200)
                .help("与当事人是近亲属、有利害关系等（《劳动保障监察条例》第十六条）。登记后该人员不能再承办本案。"),
        ],
    )
    .tone(Tone::Bad)
    .hidden("_key", IdempotencyKey::fresh().as_str());
    Some(filled(form, back))
}

async fn case_page(app: &Arc<App>, by: &Officer, id: CaseId, back: &Back) -> Result<CasePage, Failure> {
    let actor = by.actor();
    let f = app.case_file(&actor, id).await?;
    let base = format!("/cases/{id}");
    let lead = f.procedures.iter().find(|p| p.kind == "complaint");
    let of_money = moves::Money { claims: &f.claims, chain: &f.chain, payments: &f.payments };
    let pickers =
        Pickers::load(app, &f.lead_bureau, Some(&f.area), of_money, &f.evidence, f.suggestions.iter().map(|s| s.number.clone()).collect())
            .await?;
    let officers = app.handlers(&f.lead_bureau).await?;
    let mut forms = Forms::default();
    let (mut approval, mut approvals) = (None, Vec::new());
    let mut conflict = None;
    for p in f.procedures.iter().filter(|p| p.kind != "filing") {
        let prefix = p.id.to_string();
        let maker = Maker { base: &base, procedure: p, pickers: &pickers, prefix: &prefix, now: app.now(), typed: back.typed.as_ref() };
        let mut mine = maker.forms();
        let waits = words::approval(p, &f.timeline, std::mem::take(&mut mine.approval));
        if p.kind == "complaint" {
            approval = waits;
        } else {
            approvals.extend(waits.map(|w| ApprovalView { what: format!("{}：{}", p.title, w.what), ..w }));
            // a move of a child says whose it is
            for m in mine.main.iter_mut().chain(&mut mine.more) {
                m.label = format!("{}：{}", p.title, m.label);
            }
            for m in &mut mine.refused {
                m.label = format!("{}：{}", p.title, m.label);
            }
        }
        forms.main.append(&mut mine.main);
        forms.more.append(&mut mine.more);
        forms.refused.append(&mut mine.refused);
        let typed = back.typed.as_ref().filter(|t| t.procedure == Some(p.id));
        conflict = conflict.or_else(|| moves::conflict(app, &p.kind, &p.moves, typed));
    }
    if let Some(proof) = &back.proof {
        let recorded = |m: &MoveView| m.form.id.ends_with("-record_payment");
        if let Some(m) = forms.main.iter_mut().chain(&mut forms.more).find(|m| recorded(m)) {
            m.form = m.form.clone().holding("proof", proof);
            m.open = true;
        }
    }
    let unmask = access::may(&actor, Ability::Unmask, "").then_some(()).and(match f.filings.as_slice() {
        [one] => Some(format!("/filings/{}/unmask", one.id)),
        _ => None,
    });
    let (terms, past_terms) = words::terms(f.procedures.iter().filter(|p| p.kind != "filing").flat_map(|p| &p.terms));
    let filing_procedure = |x: &FilingView| f.procedures.iter().find(|p| p.kind == "filing" && p.filing == Some(x.id));
    let bases = app.announcement_bases(&actor, id).await?;
    let announce = crate::web::console::announcements::begin_form(app, &f, bases.as_deref(), back.announce.as_ref());
    let may = app.penalty_beginning(&actor, id).await?;
    let penalize = crate::web::console::penalties::begin_form(app, &f, may.as_ref(), back.penalize.as_ref());
    Ok(CasePage {
        announce,
        penalize,
        chrome: chrome(app, by, format!("案件 {}", f.number), Place::None).await?.with_flash(back.flash(conflict.is_some())),
        head: head(&f, lead, unmask),
        contacts_href: format!("{base}/contacts"),
        claims_href: format!("{base}/claims"),
        parties_href: format!("{base}/parties"),
        recourses: f.recourses.iter().map(money::recourse).collect(),
        conflict,
        terms,
        past_terms,
        approval,
        approvals,
        moves: forms.main,
        more: forms.more,
        refused: forms.refused,
        recuse: recuse_form(by, &f, &officers, back.recuse.as_ref()),
        claims: f.claims.iter().take(CLAIMS).map(claim).collect(),
        claims_total: f.claims.len(),
        payments: f.payments.iter().map(money::payment).collect(),
        children: money::children(&f, app.now().day()),
        respondents: f.chain.iter().map(words::party).collect(),
        filings: f.filings.iter().map(|x| filing_link(x, filing_procedure(x))).collect(),
        suggestions: crate::web::console::joining::suggestions(app, &actor, id).await?,
        splits: crate::web::console::joining::splits(&actor, &f),
        evidence: f.evidence.iter().map(words::evidence).collect(),
        upload: upload_form(&actor, &base, app.config.evidence.max_mib, back.upload.as_ref()),
        served: app.served_papers(&actor, id).await?.iter().map(crate::web::console::door::line).collect(),
        documents: f.documents.iter().map(words::document).collect(),
        events: f.timeline.iter().take(EVENTS).map(words::event).collect(),
        earlier: f.timeline.iter().skip(EVENTS).map(words::event).collect(),
        told: f
            .notices
            .iter()
            .rev()
            .map(|n| ToldRow { at: n.at.list_text(), to: n.to.clone(), text: n.text.clone(), read: n.read_at.is_some() })
            .collect(),
    })
}

/// `GET /cases/{id}`.
pub(in crate::web::console) async fn case(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let proof = q.parsed::<crate::base::id::EvidenceId>("proof", "unknown_evidence").map(|p| p.to_string());
    match case_page(&app, &by, id, &Back { proof, ..Back::default() }).await {
        // the move took it out of the person's scope: that is no error
        Err(e) if done.is_some() && e.status() == StatusCode::NOT_FOUND => Ok(see_other("/?done=left")),
        Err(e) => Err(e),
        Ok(mut page) => {
            page.chrome = page.chrome.with_flash(flash(done.as_deref()));
            html(&page)
        }
    }
}

/// `POST /cases/{id}/moves/{move}`.
pub(in crate::web::console) async fn move_case(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, PathText(name)): PathIds<CaseId, PathText>,
    FormParams(params): FormParams,
) -> Answer<Response> {
    let typed = match make(&app, &by, name, params).await? {
        Ok(event) => return Ok(see_other(&format!("/cases/{id}?done={event}"))),
        Err(typed) => typed,
    };
    let status = status(&typed.why);
    let back = Back { typed: Some(typed), ..Back::default() };
    html_with(status, &case_page(&app, &by, id, &back).await?)
}

/// `POST /cases/{id}/recuse`.
pub(in crate::web::console) async fn recuse(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let who = p.parsed::<AccountId>("account", "unknown_account");
    let who = p.required("account", who);
    let reason = p.text("reason", 200);
    let reason = p.required("reason", reason).unwrap_or_default();
    let done = match (p.finish(), who) {
        (Ok(()), Some(who)) => {
            let key = Key::new(key.as_str(), &format!("console:recuse:{id}"), &(who, &reason))?;
            app.write(&by.actor(), Some(key), move |tx| sight::recuse(tx, id, who, &reason)).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/account", "required", &[])),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/cases/{id}?done=recused"))),
        Err(e) if stays(&e) => {
            let status = status(&e);
            html_with(status, &case_page(&app, &by, id, &Back { recuse: Some((pairs, e)), ..Back::default() }).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// The page once more, with the form that makes the case a candidate and what is wrong in it.
pub(in crate::web::console) async fn announce_again(
    app: &Arc<App>,
    by: &Officer,
    id: CaseId,
    back: (Vec<(String, String)>, Error),
) -> Answer<Response> {
    let status = status(&back.1);
    html_with(status, &case_page(app, by, id, &Back { announce: Some(back), ..Back::default() }).await?)
}

/// The page once more, with the form that begins a penalty and what is wrong in it.
pub(in crate::web::console) async fn penalize_again(
    app: &Arc<App>,
    by: &Officer,
    id: CaseId,
    back: (Vec<(String, String)>, Error),
) -> Answer<Response> {
    let status = status(&back.1);
    html_with(status, &case_page(app, by, id, &Back { penalize: Some(back), ..Back::default() }).await?)
}

/// `POST /cases/{id}/evidence`.
pub(in crate::web::console) async fn case_evidence(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    up: Upload,
) -> Answer<Response> {
    match files::keep(&app, &by, Some(id), None, up).await? {
        Ok(()) => Ok(see_other(&format!("/cases/{id}?done=evidence#evidence"))),
        Err((pairs, e)) => {
            let status = status(&e);
            html_with(status, &case_page(&app, &by, id, &Back { upload: Some((pairs, e)), ..Back::default() }).await?)
        }
    }
}
