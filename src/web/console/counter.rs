//! 窗口事项: what the counter does about a filing beside its procedure — contacts, statement, agents, doubts, telephone.
//!
//! Owns the page and its forms, each of which comes back to it with what is wrong. Who may do which is the use cases'.

mod forms;

use super::contacts::{contact_form, read_contact, row as contact};
use super::frame::{chrome, flash};
use super::moves::stays;
use super::view::{AgentRow, DoubtRow, EarlierRow, FilingCounterPage, Flash, FormView, Place, StatementPart, Tag, Tone, VoiceRow};
use super::words;
use crate::app::App;
use crate::app::claimant::agents::{MandateView, NewMandate, power_title};
use crate::app::claimant::rebinding::AskRebinding;
use crate::app::contacts::Of;
use crate::app::doubts::{DoubtView, EarlierFiling};
use crate::app::oral::{SignStatement, Signed, StatementView};
use crate::app::view::{EvidenceView, coded};
use crate::app::write::Key;
use crate::base::id::{EvidenceId, FilingId, RowId};
use crate::base::{Error, text};
use crate::domain::access::{self, Ability};
use crate::domain::mandate::{Kind, Power};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, PathId, PathIds, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Characters of a transcript.
const HEARD: usize = 8000;
/// Characters read of a remark: one that is too long is told so by the use case, not cut.
const LONG: usize = 4000;

/// A form that comes back: which one, what it held, what is wrong.
pub(super) struct Back {
    /// The form's id on the page.
    pub(super) form: String,
    /// What it held.
    pub(super) pairs: Vec<(String, String)>,
    /// Why it was not done.
    pub(super) error: Error,
}

/// Puts what came back into its form.
struct Fill<'a> {
    back: Option<&'a Back>,
    found: bool,
}
impl Fill<'_> {
    fn form(&mut self, form: FormView) -> FormView {
        match self.back {
            Some(b) if b.form == form.id => {
                self.found = true;
                form.sent_back(&b.pairs, &b.error)
            }
            _ => form,
        }
    }
}

fn doubt(id: FilingId, d: &DoubtView, own: bool, may: bool, fill: &mut Fill<'_>) -> DoubtRow {
    let state = match d.verdict.as_deref() {
        None => Tag::new("等待第二人核定", Tone::Warn),
        Some("confirmed") => Tag::new("成立", Tone::Bad),
        Some(_) => Tag::new("不成立", Tone::Good),
    };
    let verdict = match (&d.verdict_note, d.decided_at) {
        (Some(n), Some(at)) => format!("核定：{n}（{} {}）", d.decided_by.clone().unwrap_or_default(), at.list_text()),
        _ => String::new(),
    };
    DoubtRow {
        note: d.note.clone(),
        href: format!("/evidence/{}", d.evidence),
        by: format!("{} {}", d.officer, d.at.list_text()),
        state,
        verdict,
        form: (may && !own && d.verdict.is_none()).then(|| fill.form(forms::decide_doubt(id, d.id))),
    }
}

fn earlier(e: &EarlierFiling) -> EarlierRow {
    EarlierRow {
        href: format!("/filings/{}", e.id),
        code: e.number.clone(),
        about: format!("{}　{}　{}", e.received_at.list_text(), e.bureau, e.state),
        missed: e
            .missed
            .iter()
            .map(|m| {
                let due = m.due.map(|d| d.to_string()).unwrap_or_default();
                text::zh_with("earlier.missed", &[("term", &m.title), ("due", &due), ("article", &m.article)])
            })
            .collect(),
    }
}

fn agent(id: FilingId, m: &MandateView, may: bool, fill: &mut Fill<'_>) -> AgentRow {
    let powers: Vec<String> = m.powers.iter().map(|p| power_title(*p)).collect();
    let from = if m.by_worker { "本人在手机上指定" } else { "窗口登记" };
    let end = m.revoked_at.map_or_else(
        || format!("到 {} 为止", m.expires_at.plus(-chrono::Duration::milliseconds(1)).day()),
        |at| format!("{} 取消", at.list_text()),
    );
    AgentRow {
        who: format!("{}　{}", m.name, m.phone),
        relation: format!("{}，{}", coded("mandate.kind", &m.kind), m.relation),
        powers: powers.join("、"),
        span: format!("{from}　{} 起，{end}", m.created_at.list_text()),
        href: m.evidence.map(|e| format!("/evidence/{e}")),
        state: if m.holds {
            Tag::new("有效", Tone::Good)
        } else if m.revoked_at.is_some() {
            Tag::new("已取消", Tone::Plain)
        } else {
            Tag::new("已到期", Tone::Plain)
        },
        form: (may && m.holds).then(|| fill.form(forms::revoke(id, m.id))),
    }
}

fn statement(id: FilingId, channel: &str, s: &StatementView, may: bool, files: &[EvidenceView], fill: &mut Fill<'_>) -> StatementPart {
    let oral = crate::app::oral::is_oral(channel);
    let signed = match (&s.signed, s.at) {
        (Some(how), Some(at)) => {
            let who = s.officer.clone().unwrap_or_default();
            text::zh_with(&format!("statement.signed.{how}"), &[("who", &who), ("at", &at.list_text())])
        }
        _ => String::new(),
    };
    StatementPart {
        oral,
        sheet: s.document.map(|d| format!("/documents/{d}")),
        photo: s.photo.map(|p| format!("/evidence/{p}")),
        issue: (may && oral && s.document.is_none()).then(|| fill.form(forms::issue(id))),
        sign: (may && oral && s.document.is_some() && s.signed.is_none()).then(|| fill.form(forms::sign(id, files))),
        signed,
    }
}

/// The page.
///
/// # Errors
/// As the use cases: whoever may not know of the filing is told that it does not exist.
pub(super) async fn of_filing(app: &Arc<App>, by: &Officer, id: FilingId, back: Option<&Back>) -> Result<FilingCounterPage, Failure> {
    let actor = by.actor();
    let f = app.filing_file(&actor, id).await?;
    let (v, base) = (&f.filing, format!("/filings/{id}"));
    let contacts = app.contacts(&actor, Of::Filing(id)).await?;
    let doubts = app.doubts(&actor, id).await?;
    let before = match app.earlier_filings(&actor, id).await {
        Ok(all) => Some(all),
        Err(Error::Forbidden("earlier")) => None,
        Err(e) => return Err(e.into()),
    };
    let agents = app.mandates_of(&actor, id).await?;
    let told = app.statement(&actor, id).await?;
    let serves = app.serves_filing(&actor, id).await?;
    let works = access::may(&actor, Ability::AddEvidence, "");
    let changing = app.rebindings(&actor).await?.iter().any(|r| r.filing == id);
    let mut fill = Fill { back, found: false };
    let mut voices = Vec::new();
    for e in f.evidence.iter().filter(|e| e.media_type.starts_with("audio/")) {
        let heard = app.transcripts(&actor, e.id).await?;
        voices.push(VoiceRow {
            file: words::evidence(e),
            heard: heard.into_iter().map(|t| (format!("{} {}", t.officer, t.at.list_text()), t.text)).collect(),
            form: works.then(|| fill.form(forms::transcribe(id, e.id))),
        });
    }
    let upload = super::matter::upload_form(&actor, &base, app.config.evidence.max_mib, None);
    let mut page = FilingCounterPage {
        chrome: chrome(app, by, format!("窗口事项 {}", v.number), Place::None).await?,
        code: v.number.clone(),
        about: format!("{}　{}", v.claimant, v.respondent),
        href: base.clone(),
        contacts: contacts.iter().map(contact).collect(),
        contact: works.then(|| fill.form(contact_form(app, "contact", format!("{base}/contacts"), false))),
        doubts: doubts.iter().map(|d| doubt(id, d, d.own, works, &mut fill)).collect(),
        doubt: works.then(|| fill.form(forms::doubt(id, &f.evidence))),
        earlier: before.map(|all| all.iter().map(earlier).collect()),
        agents: agents.iter().map(|m| agent(id, m, serves, &mut fill)).collect(),
        agent: serves.then(|| fill.form(forms::agent(app, id, &f.evidence))),
        statement: statement(id, &v.channel, &told, serves, &f.evidence, &mut fill),
        voices,
        logs_in: v.logs_in,
        changing,
        rebind: (serves && v.logs_in && !changing).then(|| fill.form(forms::rebind(id))),
        // a file added here leads back here
        upload: upload.map(|u| fill.form(u.hidden("to", "counter"))),
    };
    if let Some(b) = back {
        let text = if fill.found {
            "没有办成。请看下面打开的表单，改好标红的内容后重新提交。".to_owned()
        } else {
            b.error.sentence()
        };
        page.chrome = page.chrome.with_flash(Some(Flash { tone: Tone::Bad, text }));
    }
    Ok(page)
}

/// `GET /filings/{id}/counter`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let mut page = of_filing(&app, &by, id, None).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// Leads on after a form was taken (`done#part`), or shows the page with the form as it was sent and what is wrong.
async fn answer<T: Send>(
    app: &Arc<App>,
    by: &Officer,
    id: FilingId,
    done: &str,
    (form, pairs): (String, Vec<(String, String)>),
    result: crate::base::Result<T>,
) -> Answer<Response> {
    match result {
        Ok(_) => Ok(see_other(&format!("/filings/{id}/counter?done={done}"))),
        Err(error) if stays(&error) || matches!(error, Error::TooMany(_)) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            html_with(status, &of_filing(app, by, id, Some(&Back { form, pairs, error })).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// What a form lacks although nothing in it was found wrong: it was made by hand.
fn incomplete(at: &str) -> Error {
    Error::field(at, "required", &[])
}

/// `POST /filings/{id}/contacts`.
pub(super) async fn contacts(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let new = read_contact(&mut p, false);
    let result = match (p.finish(), new) {
        (Ok(()), Some(new)) => {
            let key = Key::new(k.as_str(), "console:keepFilingContact", &(id, &new))?;
            app.keep_contact(&by.actor(), Some(key), Of::Filing(id), &new).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(incomplete("/outcome")),
    };
    answer(&app, &by, id, "contact#contacts", ("contact".into(), pairs), result).await
}

/// `POST /filings/{id}/doubts`.
pub(super) async fn note_doubt(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let file = p.parsed::<EvidenceId>("evidence", "not_a_choice");
    let file = p.required("evidence", file);
    let note = p.long_text("note", LONG);
    let note = p.required("note", note).unwrap_or_default();
    let result = match (p.finish(), file) {
        (Ok(()), Some(file)) => {
            let key = Key::new(k.as_str(), "console:noteDoubt", &(id, file, &note))?;
            app.doubt(&by.actor(), Some(key), id, file, &note).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(incomplete("/evidence")),
    };
    answer(&app, &by, id, "doubt#doubts", ("doubt".into(), pairs), result).await
}

/// `POST /filings/{id}/doubts/{doubt}/decide`.
pub(super) async fn decide_doubt(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, row): PathIds<FilingId, RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let verdict = p.choice("verdict", &["confirmed", "dismissed"]);
    let confirm = p.required("verdict", verdict).as_deref() == Some("confirmed");
    let note = p.long_text("note", LONG);
    let note = p.required("note", note).unwrap_or_default();
    let result = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:decideDoubt", &(row, confirm, &note))?;
            app.decide_doubt(&by.actor(), Some(key), row, confirm, &note).await
        }
        Err(e) => Err(e),
    };
    answer(&app, &by, id, "doubt_decided#doubts", (format!("doubt-{row}"), pairs), result).await
}

/// `POST /filings/{id}/mandates`.
pub(super) async fn record_agent(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let kind = p.choice("kind", &["agent", "heir"]);
    let kind = p.required("kind", kind).map(|k| if k == "heir" { Kind::Heir } else { Kind::Agent });
    let mut line = |name: &str| {
        let typed = p.text(name, 60);
        p.required(name, typed).unwrap_or_default()
    };
    let (relation, name, phone) = (line("relation"), line("name"), line("phone"));
    let named = p.all("powers");
    let powers = Power::ALL.into_iter().filter(|x| named.iter().any(|n| n == x.key())).collect();
    let last = p.day("expiresOn");
    let last = p.required("expiresOn", last);
    let evidence = p.parsed::<EvidenceId>("evidence", "not_a_choice");
    let result = match (p.finish(), kind, last) {
        (Ok(()), Some(kind), Some(last)) => {
            // the last day counts whole
            let new = NewMandate { kind, relation, name, phone, powers, expires_at: last.end(), evidence };
            let key = Key::new(k.as_str(), "console:recordMandate", &(id, &new))?;
            app.record_mandate(&by.actor(), Some(key), id, &new).await.map_err(|e| forms::named(e, "/expiresAt", "/expiresOn"))
        }
        (Err(e), _, _) => Err(e),
        (Ok(()), _, _) => Err(incomplete("/kind")),
    };
    answer(&app, &by, id, "agent#agents", ("agent".into(), pairs), result).await
}

/// `POST /filings/{id}/mandates/{mandate}/revoke`.
pub(super) async fn revoke_agent(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, row): PathIds<FilingId, RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let note = p.long_text("note", LONG);
    let note = p.required("note", note).unwrap_or_default();
    let result = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:revokeMandate", &(row, &note))?;
            app.revoke_mandate(&by.actor(), Some(key), row, &note).await
        }
        Err(e) => Err(e),
    };
    answer(&app, &by, id, "agent_revoked#agents", (format!("revoke-{row}"), pairs), result).await
}

/// `POST /filings/{id}/statement`.
pub(super) async fn issue_statement(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let key = Key::new(k.as_str(), "console:issueStatement", &id)?;
    let result = app.statement_sheet(&by.actor(), Some(key), id).await;
    answer(&app, &by, id, "statement#statement", ("issue".into(), pairs), result).await
}

/// `POST /filings/{id}/statement/signature`.
pub(super) async fn sign_statement(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let signed = p.choice("signed", &["signature", "thumbprint"]);
    let signed = p.required("signed", signed).map(|s| if s == "signature" { Signed::Signature } else { Signed::Thumbprint });
    let photo = p.parsed::<EvidenceId>("photo", "not_a_choice");
    let photo = p.required("photo", photo);
    let read_back = p.flag("readBack");
    let result = match (p.finish(), signed, photo) {
        (Ok(()), Some(signed), Some(photo)) => {
            let s = SignStatement { read_back, signed, photo };
            let key = Key::new(k.as_str(), "console:signStatement", &(id, &s))?;
            app.sign_statement(&by.actor(), Some(key), id, &s).await
        }
        (Err(e), _, _) => Err(e),
        (Ok(()), _, _) => Err(incomplete("/photo")),
    };
    answer(&app, &by, id, "statement_signed#statement", ("sign".into(), pairs), result).await
}

/// `POST /filings/{id}/voices/{evidence}`.
pub(super) async fn transcribe(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, file): PathIds<FilingId, EvidenceId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let heard = p.long_text("text", HEARD);
    let heard = p.required("text", heard).unwrap_or_default();
    let result = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:transcribe", &(file, &heard))?;
            app.transcribe(&by.actor(), Some(key), file, &heard).await
        }
        Err(e) => Err(e),
    };
    answer(&app, &by, id, "heard#voices", (format!("voice-{file}"), pairs), result).await
}

/// `POST /filings/{id}/rebindings`.
pub(super) async fn ask_rebinding(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let mut line = |name: &str| {
        let typed = p.text(name, 60);
        p.required(name, typed).unwrap_or_default()
    };
    let (phone, code, id_number, secret) = (line("phone"), line("code"), line("idNumber"), line("secret"));
    let note = p.long_text("note", LONG);
    let note = p.required("note", note).unwrap_or_default();
    let result = match p.finish() {
        Ok(()) => {
            let key = Key::new(k.as_str(), "console:askRebinding", &(id, &phone, &code, &id_number, &secret, &note))?;
            app.ask_rebinding(&by.actor(), Some(key), id, &AskRebinding { phone, code, id_number, secret, note }).await
        }
        Err(e) => Err(e),
    };
    answer(&app, &by, id, "rebinding_asked#telephone", ("rebind".into(), pairs), result).await
}
