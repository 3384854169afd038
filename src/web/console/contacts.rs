//! Contacts with workers on the console: the form of one, the rows of many, the page of a case's.
//!
//! Owns the form and its reading, which pages of filings, cases and call-backs share. What may be kept is the use case's.

use super::frame::{chrome, flash};
use super::moves::{instant, stays};
use super::view::{ContactRow, ContactsPage, FieldKind, FormField, FormView, Place, Tone};
use crate::app::App;
use crate::app::contacts::{By, ContactView, Direction, NewContact, Of, channel_title};
use crate::app::write::Key;
use crate::base::id::CaseId;
use crate::base::text;
use crate::domain::access::{self, Ability};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Characters of a remark.
pub(super) const WORDS: usize = 1000;
/// The list of `config/codes.toml` with what a contact comes to.
const OUTCOMES: &str = "contact_outcome";
/// What a registration leaves by itself; nobody picks it.
const REGISTERED: &str = "registered";
const CHANNELS: [By; 4] = [By::Phone, By::Visit, By::Message, By::Letter];

/// The codes of a list with their words.
pub(super) fn codes(app: &App, list: &str) -> Vec<(String, String)> {
    app.registry.codes.get(list).cloned().unwrap_or_default()
}

/// A remark in words, as use cases ask for it.
pub(super) fn remark(key: &str, label: &str) -> FormField {
    FormField::new(key, label, FieldKind::Long).required().max(WORDS)
}

/// The form of a contact; a call-back is always the office's.
pub(super) fn contact_form(app: &App, id: &str, action: String, own: bool) -> FormView {
    let channels = CHANNELS.map(|c| (c.key(), channel_title(c.key())));
    let outcomes = codes(app, OUTCOMES).into_iter().filter(|(c, _)| c != REGISTERED);
    let mut fields = vec![
        FormField::new("channel", "方式", FieldKind::Select).options(channels).value("phone").required(),
        FormField::new("outcome", "结果", FieldKind::Select).options(outcomes).required(),
        FormField::new("at", "时间", FieldKind::DateTime).help("不填就是现在"),
        FormField::new("note", "内容", FieldKind::Long).max(WORDS).help("说了什么、约定什么，至少 4 个字；可以不填"),
    ];
    if !own {
        let directions = [("out", "我们联系反映人"), ("in", "反映人联系我们")];
        fields.insert(0, FormField::new("direction", "由谁发起", FieldKind::Radio).options(directions).required());
    }
    FormView::new(id, action, "保存", fields).tone(Tone::Plain).hidden("_key", IdempotencyKey::fresh().as_str())
}

/// Reads the form; nothing when something is missing, which `p` knows.
pub(super) fn read_contact(p: &mut Params, own: bool) -> Option<NewContact> {
    let direction = if own {
        Some(Direction::Out)
    } else {
        let d = p.choice("direction", &["in", "out"]);
        p.required("direction", d).map(|d| if d == "in" { Direction::In } else { Direction::Out })
    };
    let keys = CHANNELS.map(By::key);
    let channel = p.choice("channel", &keys);
    let channel = p.required("channel", channel).and_then(|c| CHANNELS.into_iter().find(|x| x.key() == c));
    let outcome = p.text("outcome", 60);
    let outcome = p.required("outcome", outcome);
    let typed = p.text("at", 40);
    let at = typed.as_deref().and_then(instant);
    if typed.is_some() && at.is_none() {
        p.wrong("at", "not_an_instant", &[]);
    }
    let note = p.long_text("note", WORDS).unwrap_or_default();
    Some(NewContact { direction: direction?, channel: channel?, outcome: outcome?, at, note })
}

/// A contact as a row.
pub(super) fn row(c: &ContactView) -> ContactRow {
    let later = c.recorded_at.millis() - c.at.millis() > 60_000;
    ContactRow {
        at: c.at.list_text(),
        how: text::zh(&format!("contact.how.{}.{}", c.direction, c.channel)).to_owned(),
        outcome: c.outcome_text.clone(),
        note: c.note.clone().unwrap_or_default(),
        by: if later { format!("{}（补记于 {}）", c.officer, c.recorded_at.list_text()) } else { c.officer.clone() },
    }
}

async fn of_case(app: &Arc<App>, by: &Officer, id: CaseId, form: Option<FormView>) -> Result<ContactsPage, Failure> {
    let actor = by.actor();
    let all = app.contacts(&actor, Of::Case(id)).await?;
    let f = app.case_file(&actor, id).await?;
    let own = || contact_form(app, "contact", format!("/cases/{id}/contacts"), false);
    Ok(ContactsPage {
        chrome: chrome(app, by, format!("接触记录 {}", f.number), Place::None).await?,
        about: f.respondent.clone(),
        href: format!("/cases/{id}"),
        filings: f.filings.iter().map(|x| (format!("/filings/{}/counter", x.id), x.number.clone(), x.claimant.clone())).collect(),
        contacts: all.iter().map(row).collect(),
        contact: form.or_else(|| access::may(&actor, Ability::AddEvidence, "").then(own)),
        code: f.number,
    })
}

/// `GET /cases/{id}/contacts`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let mut page = of_case(&app, &by, id, None).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// `POST /cases/{id}/contacts`.
pub(super) async fn keep(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let new = read_contact(&mut p, false);
    let done = match (p.finish(), new) {
        (Ok(()), Some(new)) => {
            let key = Key::new(k.as_str(), "console:keepCaseContact", &(id, &new))?;
            app.keep_contact(&by.actor(), Some(key), Of::Case(id), &new).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(crate::base::Error::field("/outcome", "required", &[])),
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/cases/{id}/contacts?done=contact"))),
        Err(e) if stays(&e) => {
            let form = contact_form(&app, "contact", format!("/cases/{id}/contacts"), false).sent_back(&pairs, &e);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &of_case(&app, &by, id, Some(form)).await?)
        }
        Err(e) => Err(e.into()),
    }
}
