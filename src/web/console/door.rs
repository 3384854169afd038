//! What came by the employer's door, for officers: the list, one submission, a paper with its desk forms and its code.
//!
//! Owns the pages. Who may read, take over, return or write down is the use cases'.

use super::frame::{chrome, flash};
use super::view::{
    FieldKind, FormField, FormView, Place, ServedLine, ServedPaperPage, SubmissionCard, SubmissionPage, SubmissionsPage, Tag, Tone,
};
use crate::app::App;
use crate::app::door::office::{RETURNS, Return, ServedPaperView, SubmissionView, TakeOver};
use crate::app::door::view::kind_title;
use crate::app::write::Key;
use crate::base::id::{DocumentId, PaymentId, RowId};
use crate::base::{At, Error, text};
use crate::domain::door::Handed;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::employer::{Sent, form_of, read, stays};
use crate::web::extract::{Files, FormParams, IdempotencyKey, PathId, QueryParams};
use crate::web::{Access, Answer, Failure, Route, Table};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// The largest desk form.
const UPLOAD: usize = 64 * 1024 * 1024;

fn say(key: &str, args: &[(&str, &str)]) -> String {
    text::zh_with(&format!("employer.office.{key}"), args)
}

fn tone(s: &SubmissionView) -> Tone {
    match s.state.as_str() {
        "waiting" => Tone::Warn,
        "returned" => Tone::Bad,
        _ => Tone::Good,
    }
}

fn card(s: &SubmissionView) -> SubmissionCard {
    let who = s.decided_by.clone().or_else(|| s.decided_at.map(|_| say("automatic", &[])));
    let said: Vec<String> = [s.returned.clone(), s.note.clone()].into_iter().flatten().collect();
    let decided =
        who.map(|w| format!("{w} {} {}", s.decided_at.map(At::list_text).unwrap_or_default(), said.join("："))).unwrap_or_default();
    SubmissionCard {
        href: format!("/submissions/{}", s.id),
        kind: s.kind_title.clone(),
        paper: s.paper.clone(),
        number: s.number.clone(),
        case: s.case.map(|c| format!("/cases/{c}")).unwrap_or_default(),
        who: format!("{}，{}", s.applicant, text::zh(&format!("employer.way.{}", s.way))),
        at: s.received_at.list_text(),
        due: s.due_on.map(|d| d.to_string()).unwrap_or_default(),
        late: s.late,
        state: Tag::new(s.state_title.clone(), tone(s)),
        decided: decided.trim().to_owned(),
        words: s.words.clone(),
        files: s.files.iter().map(|f| (format!("/evidence/{}", f.evidence), format!("{}：{}", f.slot_title, f.name))).collect(),
        receipt: format!("/documents/{}", s.receipt),
        receipt_number: s.receipt_number.clone(),
    }
}

/// A paper with an addressee on the page of its case.
pub(super) fn line(p: &ServedPaperView) -> ServedLine {
    let waits: Vec<&SubmissionView> = p.submissions.iter().filter(|s| s.state == "waiting").collect();
    let n = p.submissions.len();
    let state = match (waits.len(), n) {
        (0, 0) => Tag::new(say("none", &[]), Tone::Plain),
        (0, n) => Tag::new(say("some", &[("n", &n.to_string())]), Tone::Info),
        (w, _) => Tag::new(say("waiting", &[("n", &w.to_string())]), Tone::Warn),
    };
    ServedLine {
        href: format!("/documents/{}/door", p.document),
        title: p.title.clone(),
        state,
        note: about(p),
        waiting: waits
            .iter()
            .map(|s| (format!("/submissions/{}", s.id), format!("{} {}", s.kind_title, s.received_at.list_text())))
            .collect(),
    }
}

fn about(p: &ServedPaperView) -> String {
    match (p.known, p.code_since) {
        (false, _) => say("unknown", &[]),
        (true, Some(at)) => say("code_since", &[("at", &at.list_text())]),
        (true, None) => say("no_code", &[]),
    }
}

async fn list(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let all = q.choice("show", &["open", "all"]).as_deref() == Some("all");
    let after = q.parsed::<RowId>("after", "not_an_id");
    let (found, next) = app.submissions(&by.actor(), all, after).await?;
    let rows = found.iter().map(card).collect();
    let next = next.map(|id| format!("/submissions?show={}&after={id}", if all { "all" } else { "open" }));
    html(&SubmissionsPage { chrome: chrome(&app, &by, text::zh("employer.office.title"), Place::Submissions).await?, all, rows, next })
}

type Back<'a> = Option<(&'a str, &'a [(String, String)], &'a Error)>;

fn filled(form: FormView, back: Back<'_>) -> FormView {
    match back {
        Some((id, pairs, why)) if id == form.id => form.sent_back(pairs, why),
        _ => form,
    }
}

async fn one_page(app: &Arc<App>, by: &Officer, id: RowId, back: Back<'_>) -> Result<SubmissionPage, Failure> {
    let s = app.submission(&by.actor(), id).await?;
    let proof = s.kind == Handed::Proof.code();
    let mut fields = Vec::new();
    if let (true, true, Some(case)) = (s.may_decide, proof, s.case) {
        let file = app.case_file(&by.actor(), case).await?;
        let stand = file.payments.iter().filter(|p| !p.reversed);
        let options = stand.map(|p| (p.id.to_string(), format!("{} {} {}", p.paid_on, super::words::yuan(p.amount_fen), p.payer)));
        fields.push(
            FormField::new("payment", "已登记的支付记录", FieldKind::Select)
                .options(options)
                .help("凭证所证明的支付已经登记过的，选择该笔"),
        );
    }
    fields.push(
        FormField::new("note", "处理说明", FieldKind::Long)
            .max(200)
            .help("没有对应动作的（例如超过期限、赔偿金凭证），写明如何处理，4 至 200 个字"),
    );
    let key = || IdempotencyKey::fresh().as_str().to_owned();
    let take = FormView::new("take", format!("/submissions/{id}/take"), "转入办理", fields).hidden("_key", key());
    let give_back = FormView::new(
        "return",
        format!("/submissions/{id}/return"),
        "退回",
        vec![
            FormField::new("reason", "原因", FieldKind::Select).options(super::contacts::codes(app, RETURNS)).required(),
            FormField::new("note", "说明", FieldKind::Long).required().max(200).help("单位会看到，不要写劳动者的姓名和编号，4 至 200 个字"),
        ],
    )
    .tone(Tone::Bad)
    .hidden("_key", key());
    let first = s.files.iter().find(|f| f.slot != "mandate").map(|f| f.evidence);
    let record = s.case.zip(first).filter(|_| proof && s.may_decide).map(|(c, f)| format!("/cases/{c}?proof={f}#moves"));
    let frame = chrome(app, by, s.kind_title.clone(), Place::None).await?;
    // somebody else was faster: there is no form any more to say it at
    let lost = back.filter(|_| !s.may_decide).map(|(.., why)| super::view::Flash { tone: Tone::Bad, text: why.sentence() });
    Ok(SubmissionPage {
        chrome: frame.with_flash(lost),
        record,
        take: s.may_decide.then(|| filled(take, back)),
        give_back: s.may_decide.then(|| filled(give_back, back)),
        s: card(&s),
    })
}

async fn one(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let mut page = one_page(&app, &by, id, None).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

fn status(e: &Error) -> StatusCode {
    StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

async fn take(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let (key, pairs) = (p.key()?, p.pairs().to_vec());
    let payment = p.parsed::<PaymentId>("payment", "unknown_payment");
    let note = p.long_text("note", 200);
    let done = match p.finish() {
        Ok(()) => {
            let t = TakeOver { payment, note };
            let key = Key::new(key.as_str(), &format!("console:submission.take:{id}"), &t)?;
            app.take_submission(&by.actor(), Some(key), id, t).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/submissions/{id}?done=submission_taken"))),
        Err(e) if stays(&e) => html_with(status(&e), &one_page(&app, &by, id, Some(("take", &pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}

async fn give_back(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let (key, pairs) = (p.key()?, p.pairs().to_vec());
    let reason = p.text("reason", 40);
    let reason = p.required("reason", reason).unwrap_or_default();
    let note = p.long_text("note", 200);
    let note = p.required("note", note).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => {
            let r = Return { reason, note };
            let key = Key::new(key.as_str(), &format!("console:submission.return:{id}"), &r)?;
            app.return_submission(&by.actor(), Some(key), id, r).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/submissions/{id}?done=submission_returned"))),
        Err(e) if stays(&e) => html_with(status(&e), &one_page(&app, &by, id, Some(("return", &pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}

async fn paper_page(app: &Arc<App>, by: &Officer, id: DocumentId, back: Back<'_>) -> Result<ServedPaperPage, Failure> {
    let p = app.served_paper(&by.actor(), id).await?;
    let action = format!("/documents/{id}/door/submissions");
    let kinds = p.open_for.iter().filter_map(|k| Handed::of(k)).filter(|_| p.at_desk);
    let forms = kinds
        .map(|k| {
            (
                kind_title(k.code(), &p.kind),
                filled(
                    form_of(k, &p.kind, &action, p.case.is_some(), p.kind == crate::domain::door::HEARD, app.config.evidence.max_mib),
                    back,
                ),
            )
        })
        .collect();
    let anew = FormView::new(
        "code",
        format!("/documents/{id}/door/code"),
        "重新发给",
        vec![
            FormField::new("reason", "原因", FieldKind::Text).required().max(200).help("例如：受送达人称遗失，已核对其身份，4 至 200 个字"),
        ],
    )
    .tone(Tone::Bad)
    .hidden("_key", IdempotencyKey::fresh().as_str());
    Ok(ServedPaperPage {
        chrome: chrome(app, by, p.title.clone(), Place::None).await?,
        code: about(&p),
        print: format!("/documents/{id}"),
        case: p.case.map(|c| format!("/cases/{c}#served")),
        slip: None,
        receipt: None,
        anew: p.at_desk.then(|| filled(anew, back)),
        forms,
        submissions: p.submissions.iter().map(card).collect(),
        title: p.title,
    })
}

/// `GET /documents/{id}/door`.
async fn paper(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<DocumentId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let (slip, received) = (q.parsed::<DocumentId>("slip", "not_an_id"), q.parsed::<RowId>("received", "not_an_id"));
    let mut page = paper_page(&app, &by, id, None).await?;
    page.chrome = page.chrome.with_flash(flash(match (slip, received) {
        (Some(_), _) => Some("served_code"),
        (_, Some(_)) => Some("handed_in"),
        _ => None,
    }));
    page.slip = slip.map(|s| format!("/documents/{s}"));
    let href = received.map(|r| format!("/submissions/{r}"));
    page.receipt = href.and_then(|h| page.submissions.iter().find(|s| s.href == h).map(|s| s.receipt.clone()));
    html(&page)
}

async fn code(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<DocumentId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let (key, pairs) = (p.key()?, p.pairs().to_vec());
    let reason = p.text("reason", 200);
    let reason = p.required("reason", reason).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => {
            let key = Key::new(key.as_str(), &format!("console:served_code:{id}"), &reason)?;
            app.make_served_code(&by.actor(), Some(key), id, &reason).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(slip) => Ok(see_other(&format!("/documents/{id}/door?slip={slip}"))),
        Err(e) if stays(&e) => html_with(status(&e), &paper_page(&app, &by, id, Some(("code", &pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}

async fn hand_in(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<DocumentId>, up: Files) -> Answer<Response> {
    let Sent { key, pairs, new, files } = read("console:desk", id, up)?;
    let kind = new.kind.clone();
    match app.hand_in_at_desk(&by.actor(), Some(key), id, new, files, Vec::new()).await {
        Ok(done) => Ok(see_other(&format!("/documents/{id}/door?received={done}"))),
        Err(e) if stays(&e) => html_with(status(&e), &paper_page(&app, &by, id, Some((&kind, &pairs, &e))).await?),
        Err(e) => Err(e.into()),
    }
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let work = Access::Staff("除管理员外的岗位");
    let takers = Access::Staff("承办人、大队长；异议和申请由信用管理员、大队长");
    let desk = Access::Staff("承办部门的受理、承办、大队长、信用");
    t.add(super::page("/submissions", "console_submissions", work, "单位提交的材料"), list);
    t.add(super::page("/submissions/{id}", "console_submission", work, "一件单位提交的材料"), one);
    t.add(super::form("/submissions/{id}/take", "console_take_submission", takers, "转入办理"), take);
    t.add(super::form("/submissions/{id}/return", "console_return_submission", takers, "退回，说明原因"), give_back);
    t.add(super::page("/documents/{id}/door", "console_served_paper", work, "送达用人单位的文书：窗口登记、送达码"), paper);
    t.add(super::form("/documents/{id}/door/code", "console_served_code", desk, "重新发给送达码"), code);
    t.add(
        Route::post("/documents/{id}/door/submissions", "console_hand_in", desk, "窗口代为登记单位提交的材料")
            .reads_upload(UPLOAD, &[("kind", "提交事项")])
            .answers_plain(303, "完成，转到回执", None),
        hand_in,
    );
}
