//! The own matter: receipt, progress as a story, the own word on answers and payments, papers added, rating, withdrawal, messages.
//!
//! Owns the pages of one filing. Each form carries its key, so that what is sent twice is done once; what a use case refuses comes back
//! on the page with what was typed.

use super::door::next_lines;
use super::file::value;
use super::photos::{self, UPLOAD};
use super::view::{Ask, MatterPage, PaidLine, Parts, ReceiptPage, SaidLine, TalkPage};
use super::{Own, flash, form, page, says, told};
use crate::app::App;
use crate::app::claimant::matter::{Matter, WorkerMove};
use crate::app::claimant::money::OwnPayment;
use crate::base::Error;
use crate::base::id::{EvidenceId, FilingId, PaymentId, RowId};
use crate::base::text::Lang;
use crate::web::console::view::{FieldKind, FormField, FormView, Tone};
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, PathIds, Photos, QueryParams, key};
use crate::web::{Access, Answer, Route, Table};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// The list of what may be wrong with an answer; what the source says is no worker's word.
const DENIALS: &str = "denial_reason";
const NOT_WORKERS: [&str; 2] = ["sent_back", "sender_unsatisfied"];

fn keyed(form: FormView) -> FormView {
    form.hidden("_key", IdempotencyKey::fresh().as_str())
}

/// A form that is one button.
pub(super) fn button(lang: Lang, id: &str, action: String, word: &str, tone: Tone) -> Ask {
    Ask::new(lang, keyed(FormView::new(id, action, lang.text(word), Vec::new()).tone(tone)))
}

/// `GET /h5/filings/{id}/receipt`.
async fn receipt(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let lang = own.lang();
    let r = app.receipt_of(&own.me, id).await?;
    let told = match q.raw("done") {
        Some("new") => Some(flash(lang, Tone::Good, "h5.receipt.new")),
        Some("again") => Some(flash(lang, Tone::Info, "h5.receipt.again")),
        Some("sent") => Some(flash(lang, Tone::Good, "h5.flash.sent")),
        _ => None,
    };
    let missing = q.raw("missing").map(|m| photos::sentences(lang, m)).unwrap_or_default();
    html(&ReceiptPage {
        base: own.base(&app, "receipt"),
        flash: told,
        again: (!missing.is_empty()).then(|| photos::form(&app, lang, id, "h5.photo.send")),
        missing,
        number: r.number,
        secret: r.secret,
        at: r.received_at.list_text(),
        bureau: r.bureau,
        next: next_lines(r.expects),
        proof: (r.proof.text, r.proof.signature),
        href: format!("/h5/filings/{id}"),
    })
}

/// Forms by their names.
type Named = Vec<(String, Ask)>;

/// The forms of a matter: those that wait for the worker, and what may be done besides.
fn forms(app: &App, lang: Lang, id: FilingId, m: &Matter) -> (Named, Named) {
    let t = |code: &str| lang.text(code).to_owned();
    let to = |tail: &str| format!("/h5/filings/{id}/{tail}");
    let can = |code: &str| m.can.contains(&code);
    let ask = |form: FormView| Ask::new(lang, keyed(form));
    let mib = app.config.evidence.max_mib;
    let (mut now, mut more) = (Vec::new(), Vec::new());
    if can("confirm") {
        now.push((t("h5.matter.agree"), button(lang, "confirm", to("confirm"), "h5.matter.yes", Tone::Info)));
    }
    if can("deny") {
        let codes = app.registry.codes.get(DENIALS).map(Vec::as_slice).unwrap_or_default();
        let own = codes.iter().filter(|(c, _)| !NOT_WORKERS.contains(&c.as_str()));
        let reasons: Vec<_> = own.map(|(c, _)| (c.clone(), app.code_word(lang, DENIALS, c))).collect();
        let fields = vec![
            FormField::new("reason", t("h5.matter.reason"), FieldKind::Select).options(reasons).required(),
            FormField::new("statement", t("h5.matter.statement"), FieldKind::Long).max(2000),
        ];
        more.push((t("h5.matter.disagree"), ask(FormView::new("deny", to("deny"), t("h5.matter.no"), fields).tone(Tone::Bad))));
    }
    if can("supplement") {
        let fields = vec![
            photos::field(lang, "photo", "h5.photo.label", mib),
            FormField::new("note", t("h5.matter.add_note"), FieldKind::Long).max(2000).required(),
        ];
        let form = ask(FormView::new("supplement", to("supplement"), t("h5.matter.add_send"), fields));
        let parts = Parts { uploads: to("uploads"), kept: "file", ..Parts::default() };
        now.push((t("h5.matter.add"), form.in_parts(parts)));
    } else if can("message") {
        more.push((t("h5.matter.photos"), photos::form(app, lang, id, "h5.matter.add_send")));
    }
    if can("rate") {
        let scores = ["5", "4", "3", "2", "1"].map(|s| (s, t(&format!("h5.matter.score.{s}"))));
        let fields = vec![
            FormField::new("score", t("h5.matter.score"), FieldKind::Radio).options(scores).required(),
            FormField::new("comment", t("h5.matter.comment"), FieldKind::Long).max(500),
        ];
        more.push((t("h5.matter.rate"), ask(FormView::new("rate", to("rate"), t("h5.matter.rate_send"), fields))));
    }
    if let (true, Some((_, at))) = (can("take_back"), &m.withdrawal) {
        let words = lang.text_with("h5.matter.withdraw_open", &[("at", &at.list_text())]);
        now.push((words, button(lang, "back", to("withdraw/back"), "h5.matter.take_back", Tone::Plain)));
    }
    if can("withdraw") {
        let why = FormField::new("reason", t("h5.matter.withdraw_why"), FieldKind::Long).max(500).required();
        let fields = vec![why.help(t("h5.matter.withdraw_about"))];
        more.push((
            t("h5.matter.withdraw"),
            ask(FormView::new("withdraw", to("withdraw"), t("h5.matter.withdraw_send"), fields).tone(Tone::Bad)),
        ));
    }
    (now, more)
}

/// A payment with the own word, or with the two buttons for it.
pub(super) fn paid_line(lang: Lang, to: &str, n: usize, p: &OwnPayment) -> PaidLine {
    let about = [("day", p.paid_on.to_string()), ("payer", p.payer.clone()), ("way", p.way.clone())];
    let about: Vec<(&str, &str)> = about.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let word = match (p.answer.as_deref(), p.awaits_call) {
        (Some(_), true) => lang.text("h5.matter.word.call"),
        (Some("confirmed"), _) => lang.text("h5.matter.word.confirmed"),
        (Some(_), _) => lang.text("h5.matter.word.denied"),
        (None, _) => "",
    };
    let say = |received: &str, word: &str, tone| {
        let form = FormView::new(format!("paid-{n}-{received}"), format!("{to}/payments/{}", p.id), lang.text(word), Vec::new());
        Ask::new(lang, keyed(form.hidden("received", received).tone(tone)))
    };
    let open = p.answer.is_none();
    PaidLine {
        amount: format!("¥{}", p.amount_fen),
        about: lang.text_with("h5.matter.paid_about", &about),
        word: word.to_owned(),
        yes: open.then(|| say("yes", "h5.matter.got", Tone::Info)),
        no: open.then(|| say("no", "h5.matter.not_got", Tone::Plain)),
    }
}

async fn page_of(app: &Arc<App>, own: &Own, id: FilingId) -> Answer<MatterPage> {
    let lang = own.lang();
    let m = app.matter(&own.me, id).await?;
    let payments = app.own_payments(&own.me, id).await?;
    let (now, more) = forms(app, lang, id, &m);
    let t = |code: &str| lang.text(code).to_owned();
    let period = match (m.period_from, m.period_to) {
        (Some(a), Some(b)) => lang.text_with("h5.matter.span", &[("from", &a.to_string()), ("to", &b.to_string())]),
        (Some(a), None) => lang.text_with("h5.matter.since", &[("from", &a.to_string())]),
        _ => String::new(),
    };
    let facts = [
        ("respondent", m.summary.respondent.clone()),
        ("project", m.project.clone().unwrap_or_default()),
        ("period", period),
        ("amount", format!("¥{}", m.summary.amount)),
        ("people", m.headcount.to_string()),
    ];
    let facts = facts.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (t(&format!("h5.matter.{k}")), v)).collect();
    let money = m.money.map_or_else(Vec::new, |s| {
        let all = [("claimed", s.claimed), ("verified", s.verified), ("paid_sum", s.paid), ("outstanding", s.outstanding)];
        all.map(|(k, v)| (t(&format!("h5.matter.{k}")), format!("¥{v}"))).to_vec()
    });
    let to = |tail: &str| format!("/h5/filings/{id}/{tail}");
    let mut links = vec![(to("messages"), t("h5.matter.talk"))];
    // an agent keeps to the matter: receipt and codes are the worker's own
    if m.can.contains(&"agents") {
        links.extend([
            (to("coworkers"), t("h5.matter.coworkers")),
            (to("agents"), t("h5.matter.agents")),
            (to("receipt"), t("h5.matter.receipt")),
        ]);
    }
    let here = format!("/h5/filings/{id}");
    Ok(MatterPage {
        base: own.base_at(app, "matter", here.clone()),
        flash: None,
        respondent: m.summary.respondent,
        number: m.summary.number,
        stage: m.summary.stage.text,
        bureau: m.bureau,
        facts,
        next: next_lines(m.expects),
        story: m.story.into_iter().rev().map(|h| (h.at.list_text(), h.text)).collect(),
        answer: m.answer,
        supplement: m.supplement,
        money,
        payments: payments.iter().enumerate().map(|(n, p)| paid_line(lang, &here, n, p)).collect(),
        now,
        more,
        links,
    })
}

/// `GET /h5/filings/{id}`.
async fn read(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let mut page = page_of(&app, &own, id).await?;
    page.flash = told(own.lang(), &mut q);
    html(&page)
}

/// Back to the matter when it is done; otherwise the matter with the form as it was filled in and what is wrong.
async fn after(app: &Arc<App>, own: &Own, id: FilingId, form: &str, p: &Params, done: Result<(), Error>) -> Answer<Response> {
    let e = match done {
        Ok(()) => return Ok(see_other(&format!("/h5/filings/{id}?done=done"))),
        Err(e) if says::stays(&e) => e,
        Err(e) => return Err(e.into()),
    };
    let lang = own.lang();
    let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::CONFLICT);
    let mut page = page_of(app, own, id).await?;
    match page.now.iter_mut().chain(&mut page.more).find(|(_, a)| a.form.id == form) {
        Some((_, ask)) => ask.form = says::back(lang, ask.form.clone(), p.pairs(), &e).form,
        None => page.flash = Some(crate::web::console::view::Flash { tone: Tone::Bad, text: says::sentence(lang, &e) }),
    }
    html_with(status, &page)
}

async fn confirm(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let k = key(&p.key()?, "h5.confirm", &id)?;
    let done = app.worker_move(&own.me, k, id, WorkerMove::Confirm, serde_json::json!({ "method": "self" })).await;
    after(&app, &own, id, "confirm", &p, done).await
}

async fn deny(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let k = p.key()?;
    let (reason, statement) = (value(&mut p, "reason"), value(&mut p, "statement"));
    let mut body = serde_json::json!({ "reason": reason });
    if !statement.is_empty() {
        body["statement"] = statement.into();
    }
    let k = key(&k, "h5.deny", &(id, &body))?;
    let done = app.worker_move(&own.me, k, id, WorkerMove::Deny, body).await;
    after(&app, &own, id, "deny", &p, done).await
}

/// Photos first, each under its own key; then the words with the photos that arrived. Sent again after a failure, the photos are the same.
async fn supplement(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, up: Photos) -> Answer<Response> {
    let Photos { params: mut p, files } = up;
    let k = p.key()?;
    let note = value(&mut p, "note");
    app.may_add(&own.me.actor(), None, Some(id)).await?;
    let open = app.matter(&own.me, id).await?.can.contains(&"supplement");
    if !open || note.is_empty() {
        let why = if open { Error::field("/note", "required", &[]) } else { Error::refused("not_now", &[]) };
        return after(&app, &own, id, "supplement", &p, Err(why)).await;
    }
    let (mut kept, missing) = photos::keep(&app, &own.me, id, &k, files).await?;
    // what the page's script brought in parts before
    kept.extend(p.all("file").iter().filter_map(|f| f.parse::<EvidenceId>().ok()));
    let missing = match missing.is_empty() {
        true => photos::told(p.raw("missing").unwrap_or_default()),
        false => photos::in_query(&missing),
    };
    let mut body = serde_json::json!({ "note": note });
    if !kept.is_empty() {
        body["files"] = kept.iter().map(ToString::to_string).collect::<Vec<_>>().into();
    }
    let mk = key(&k, "h5.supplement", &(id, &body))?;
    match app.worker_move(&own.me, mk, id, WorkerMove::Supplement, body).await {
        Ok(()) if !missing.is_empty() => Ok(see_other(&format!("/h5/filings/{id}/receipt?done=sent&missing={missing}"))),
        done => after(&app, &own, id, "supplement", &p, done).await,
    }
}

/// Adds photos at any time while the matter is open.
async fn add(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, up: Photos) -> Answer<Response> {
    let Photos { params: mut p, files } = up;
    let k = p.key()?;
    app.may_add(&own.me.actor(), None, Some(id)).await?;
    if files.is_empty() {
        return after(&app, &own, id, "photos", &p, Err(photos::none_chosen())).await;
    }
    let (_, missing) = photos::keep(&app, &own.me, id, &k, files).await?;
    if missing.is_empty() {
        return Ok(see_other(&format!("/h5/filings/{id}?done=sent")));
    }
    Ok(see_other(&format!("/h5/filings/{id}/receipt?missing={}", photos::in_query(&missing))))
}

async fn rate(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let k = p.key()?;
    let (score, comment) = (value(&mut p, "score").parse().unwrap_or(0), value(&mut p, "comment"));
    let k = key(&k, "h5.rate", &(id, score, &comment))?;
    let done = app.rate(&own.me, k, id, score, &comment).await;
    after(&app, &own, id, "rate", &p, done).await
}

async fn withdraw(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let k = p.key()?;
    let reason = value(&mut p, "reason");
    let k = key(&k, "h5.withdraw", &(id, &reason))?;
    let done = app.ask_withdrawal(&own.me, k, id, &reason).await.map(drop);
    after(&app, &own, id, "withdraw", &p, done).await
}

async fn take_back(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, FormParams(p): FormParams) -> Answer<Response> {
    let done = app.take_withdrawal_back(&own.me, id).await;
    after(&app, &own, id, "back", &p, done).await
}

async fn payment(
    State(app): State<Arc<App>>,
    own: Own,
    PathIds(id, payment): PathIds<FilingId, PaymentId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let k = p.key()?;
    let received = value(&mut p, "received") == "yes";
    let k = key(&k, "h5.payment", &(id, payment, received))?;
    let done = app.answer_payment(&own.me, k, id, payment, received).await;
    after(&app, &own, id, "payment", &p, done).await
}

async fn talk_page(app: &Arc<App>, own: &Own, id: FilingId, before: Option<RowId>) -> Answer<TalkPage> {
    let lang = own.lang();
    let may = app.matter(&own.me, id).await?.can.contains(&"message");
    let mut all = app.messages_for_worker(&own.me, id, before).await?;
    all.reverse();
    let older = all.first().filter(|_| all.len() >= 50).map(|m| format!("/h5/filings/{id}/messages?before={}", m.id));
    let line = |m: &crate::app::claimant::dialogue::MessageView| SaidLine {
        own: m.from_worker,
        by: lang.text_with(if m.from_worker { "h5.talk.you" } else { "h5.talk.officer" }, &[("at", &m.at.list_text())]),
        text: m.text.clone(),
    };
    let field = FormField::new("text", lang.text("h5.talk.text"), FieldKind::Long).max(500).required();
    let form = FormView::new("talk", format!("/h5/filings/{id}/messages"), lang.text("h5.talk.send"), vec![field]);
    Ok(TalkPage {
        base: own.base_at(app, "talk", format!("/h5/filings/{id}/messages")),
        back: format!("/h5/filings/{id}"),
        said: all.iter().map(line).collect(),
        older,
        ask: may.then(|| Ask::new(lang, keyed(form))),
    })
}

async fn talk(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, QueryParams(mut q): QueryParams) -> Answer<Response> {
    html(&talk_page(&app, &own, id, q.parsed::<RowId>("before", "not_an_id")).await?)
}

async fn write(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let k = p.key()?;
    let words = value(&mut p, "text");
    let k = key(&k, "h5.message", &(id, &words))?;
    match app.write_as_worker(&own.me, k, id, &words).await {
        Ok(_) => Ok(see_other(&format!("/h5/filings/{id}/messages"))),
        Err(e) if says::stays(&e) => {
            let mut page = talk_page(&app, &own, id, None).await?;
            page.ask = page.ask.map(|a| says::back(own.lang(), a.form, p.pairs(), &e));
            html_with(StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY), &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    let upload = |path, id, about| {
        let key = [("_key", "本次提交的编号")];
        Route::post(path, id, own, about).reads_upload(UPLOAD, &key).answers_plain(303, "完成", None).problems(&[409])
    };
    t.add(page("/h5/filings/{id}", "h5_matter", own, "一件反映的进展"), read);
    t.add(page("/h5/filings/{id}/receipt", "h5_receipt", own, "回执，可以打印"), receipt);
    t.add(form("/h5/filings/{id}/confirm", "h5_confirm", own, "认可答复"), confirm);
    t.add(form("/h5/filings/{id}/deny", "h5_deny", own, "不认可答复"), deny);
    t.add(upload("/h5/filings/{id}/supplement", "h5_supplement", "补充办理部门要求的材料"), supplement);
    t.add(upload("/h5/filings/{id}/files", "h5_files", "再加照片"), add);
    t.add(form("/h5/filings/{id}/rate", "h5_rate", own, "评价"), rate);
    t.add(form("/h5/filings/{id}/withdraw", "h5_withdraw", own, "申请撤回"), withdraw);
    t.add(form("/h5/filings/{id}/withdraw/back", "h5_take_back", own, "取消撤回"), take_back);
    t.add(form("/h5/filings/{id}/payments/{payment}", "h5_payment", own, "确认收到或没有收到"), payment);
    t.add(page("/h5/filings/{id}/messages", "h5_talk", own, "留言"), talk);
    t.add(form("/h5/filings/{id}/messages", "h5_write", own, "给承办人留言").problems(&[429]), write);
}
