//! What the pages of a case and of a filing share: the forms that come back, the file form, making a move.
//!
//! Owns no page: [`mod@case`] has that of a case with what is done from it, [`mod@filing`] that of a filing, [`mod@head`] the top of
//! a case and its claims, [`mod@money`] payments, agreements, orders and supervisions.

mod case;
mod filing;
mod head;
mod listing;
mod money;
mod others;

pub(super) use case::{announce_again, case, case_evidence, move_case, penalize_again, recuse};
pub(super) use filing::{filing, filing_evidence, filing_forms, filing_pickers, move_filing, receipt, suggestions};

use super::moves::{self, Typed, stays};
use super::view::{FieldKind, Flash, FormField, FormView, Tone};
use crate::app::App;
use crate::app::view::ProcedureView;
use crate::base::{Error, text};
use crate::domain::access::{self, Ability, Actor};
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::extract::{IdempotencyKey, Params};
use axum::http::StatusCode;
use std::sync::Arc;

/// What came back to a page: a move's form, or that of a file or a recusal.
#[derive(Debug, Default)]
pub(super) struct Back {
    /// A move.
    pub(super) typed: Option<Typed>,
    /// The upload form.
    pub(super) upload: Option<(Vec<(String, String)>, Error)>,
    /// The recusal form.
    pub(super) recuse: Option<(Vec<(String, String)>, Error)>,
    /// The form that makes a case a candidate for announcement.
    pub(super) announce: Option<(Vec<(String, String)>, Error)>,
    /// A file handed in as proof: the form that records a payment is opened with it.
    pub(super) proof: Option<String>,
    /// The form that begins a penalty.
    pub(super) penalize: Option<(Vec<(String, String)>, Error)>,
}
impl Back {
    /// What stands on top of a page that came back: its form is far down on a phone, and without a script nothing leads
    /// there. `told` is set where the page says it already.
    fn flash(&self, told: bool) -> Option<Flash> {
        let back =
            self.typed.is_some() || self.upload.is_some() || self.recuse.is_some() || self.announce.is_some() || self.penalize.is_some();
        (back && !told).then(|| Flash {
            tone: Tone::Bad, text: "没有办成。请看下面打开的表单，改好标红的内容后重新提交。".into()
        })
    }
}

fn status(e: &Error) -> StatusCode {
    StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

/// How a state speaks, by its name.
fn tone_of(p: &ProcedureView) -> Tone {
    match p.state.as_str() {
        "returned" | "lead_choice" | "supplement_asked" | "tracking" => Tone::Warn,
        "refused" | "not_substantiated" => Tone::Bad,
        "paid" | "concluded" | "archived" | "confirmed" | "answered" => Tone::Good,
        _ => Tone::Info,
    }
}

/// The form that adds a file.
pub(super) fn upload_form(actor: &Actor, base: &str, max_mib: usize, back: Option<&(Vec<(String, String)>, Error)>) -> Option<FormView> {
    access::may(actor, Ability::AddEvidence, "").then(|| {
        let kinds = crate::app::evidence::KINDS.iter().map(|k| (*k, crate::app::view::coded("evidence.kind", k)));
        let help = text::zh_with("console.upload.help", &[("mib", &max_mib.to_string())]);
        let form = FormView::new(
            "upload",
            format!("{base}/evidence"),
            "上传",
            vec![
                FormField::new("kind", "种类", FieldKind::Select).options(kinds).required(),
                FormField::new("name", "名称", FieldKind::Text).max(60).help("不填则用文件名"),
                FormField::new("file", "文件", FieldKind::File).required().help(help),
            ],
        )
        .tone(Tone::Plain)
        .hidden("_key", IdempotencyKey::fresh().as_str());
        filled(form, back)
    })
}

/// A form that came back, with what is wrong.
pub(super) fn filled(form: FormView, back: Option<&(Vec<(String, String)>, Error)>) -> FormView {
    match back {
        Some((pairs, why)) => form.sent_back(pairs, why),
        None => form,
    }
}

/// Makes a move; a refusal comes back with what was typed.
pub(super) async fn make(app: &Arc<App>, by: &Officer, name: String, params: Params) -> Answer<Result<&'static str, Typed>> {
    let actor = by.actor();
    let sent = match moves::read(app, &actor, name, params).await? {
        Ok(sent) => sent,
        Err(typed) => return Ok(Err(typed)),
    };
    let (name, procedure) = (sent.command.name.clone(), sent.command.procedure);
    match app.perform(&actor, Some(sent.key), sent.command).await {
        Ok(done) => Ok(Ok(match done.event.as_str() {
            "requested" => "requested",
            "signed" => "signed",
            "sent_back" => "sent_back",
            "withdrawn" => "withdrawn",
            _ => "moved",
        })),
        Err(why) if stays(&why) => Ok(Err(Typed { name, procedure: Some(procedure), pairs: sent.pairs, why })),
        Err(e) => Err(e.into()),
    }
}
