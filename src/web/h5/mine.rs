//! What is the worker's beside a single filing: own rows, codes for co-workers, joining, notices, devices.
//!
//! Owns these lists and their buttons. A code for co-workers is in the answer to its making and nowhere else.

use super::file::{month_field, value};
use super::matter::{button, paid_line};
use super::view::{Ask, AskPage, ListLine, ListPage};
use super::{Own, form, page, says, told};
use crate::app::App;
use crate::app::addresses::PAGE;
use crate::app::claimant::claims::OwnClaim;
use crate::app::claims::codes::NewCode;
use crate::app::claims::join::{NewJoin, OwnJoin};
use crate::base::Error;
use crate::base::id::{ClaimId, DocumentId, FilingId, NoticeId, PaymentId, RowId, SessionId};
use crate::base::text::Lang;
use crate::web::console::paper_policy;
use crate::web::console::view::{FieldKind, Flash, FormField, FormView, Tone};
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, PathIds, QueryParams, key};
use crate::web::{Access, Answer, Table};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

pub(super) fn list(app: &App, own: &Own, here: String, heading: &str, lead: &[&str], none: &str) -> ListPage {
    let lang = own.lang();
    ListPage {
        base: own.base_at(app, "list", here),
        back: ("/h5".into(), lang.text("h5.back_mine").to_owned()),
        heading: lang.text(heading).to_owned(),
        lead: lead.iter().map(|l| lang.text(l).to_owned()).collect(),
        flash: None,
        once: None,
        rows: Vec::new(),
        none: lang.text(none).to_owned(),
        older: None,
        act: None,
        choice: None,
    }
}

fn claim_line(lang: Lang, n: usize, c: &OwnClaim) -> ListLine {
    let sums = [("claimed", c.claimed_fen), ("verified", c.verified_fen), ("paid", c.paid_fen), ("outstanding", c.outstanding_fen)];
    let sums: Vec<(&str, String)> = sums.iter().map(|(k, v)| (*k, format!("¥{v}"))).collect();
    let sums: Vec<(&str, &str)> = sums.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let mut lines = vec![lang.text_with("h5.claims.sums", &sums)];
    lines.extend(c.reasons.iter().cloned());
    lines.extend(c.papers.iter().map(|p| lang.text_with("h5.claims.paper", &[("title", &p.title), ("number", &p.number)])));
    let to = format!("/h5/claims/{}", c.id);
    let mut acts = Vec::new();
    for (k, p) in c.payments.iter().enumerate() {
        let paid = paid_line(lang, &to, n * 100 + k, p);
        lines.push(format!("{}（{}）{}", lang.text_with("h5.matter.paid", &[("sum", &paid.amount)]), paid.about, paid.word));
        acts.extend([paid.yes, paid.no].into_iter().flatten());
    }
    match (&c.word, c.word_current) {
        (Some(w), true) => lines.push(lang.text_with("h5.claims.word", &[("word", lang.text(&format!("h5.claims.word.{w}")))])),
        _ => {
            acts.push(button(lang, &format!("right-{n}"), format!("{to}/confirm"), "h5.claims.right", Tone::Info));
            let note = FormField::new("note", lang.text("h5.claims.note"), FieldKind::Text).max(500).required();
            let wrong = FormView::new(format!("wrong-{n}"), format!("{to}/contest"), lang.text("h5.claims.wrong"), vec![note]);
            acts.push(Ask::new(lang, wrong.hidden("_key", IdempotencyKey::fresh().as_str()).tone(Tone::Plain)));
        }
    }
    let span = [c.period_from, c.period_to].map(|d| d.map(|d| d.to_string()).unwrap_or_default());
    let head = [c.respondent.clone().unwrap_or_default(), c.nature.clone(), span.join(" – ")];
    let href = c.papers.first().map(|p| format!("{to}/papers/{}", p.id)).unwrap_or_default();
    ListLine { head: head.into_iter().filter(|s| s.len() > 3).collect::<Vec<_>>().join(" · "), href, lines, marked: false, acts }
}

fn join_line(lang: Lang, j: &OwnJoin) -> ListLine {
    let why = j.reason.clone().unwrap_or_default();
    ListLine {
        head: lang.text("h5.claims.join").to_owned(),
        href: String::new(),
        lines: vec![
            lang.text_with(&format!("h5.claims.join.{}", j.state), &[("why", &why)]),
            format!("{} – {} · ¥{}", j.period_from, j.period_to, j.amount_fen),
        ],
        marked: false,
        acts: Vec::new(),
    }
}

async fn claims_page(app: &Arc<App>, own: &Own) -> Answer<ListPage> {
    let lang = own.lang();
    let mut page = list(app, own, "/h5/claims".into(), "h5.claims.heading", &["h5.claims.lead"], "h5.claims.none");
    page.rows = app.own_claims(&own.me).await?.iter().enumerate().map(|(n, c)| claim_line(lang, n, c)).collect();
    page.rows.extend(app.own_joins(&own.me).await?.iter().map(|j| join_line(lang, j)));
    Ok(page)
}

async fn claims(State(app): State<Arc<App>>, own: Own, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let mut page = claims_page(&app, &own).await?;
    page.flash = told(own.lang(), &mut q);
    html(&page)
}

/// Back to the rows when it is done; otherwise the rows with what is wrong at the form it was, filled as it came.
async fn after(app: &Arc<App>, own: &Own, action: &str, p: &Params, done: Result<(), Error>) -> Answer<Response> {
    let e = match done {
        Ok(()) => return Ok(see_other("/h5/claims?done=done")),
        Err(e) if says::stays(&e) => e,
        Err(e) => return Err(e.into()),
    };
    let lang = own.lang();
    let mut page = claims_page(app, own).await?;
    match page.rows.iter_mut().flat_map(|r| &mut r.acts).find(|a| a.form.action == action) {
        Some(ask) => *ask = says::back(lang, ask.form.clone(), p.pairs(), &e),
        None => page.flash = Some(Flash { tone: Tone::Bad, text: says::sentence(lang, &e) }),
    }
    html_with(StatusCode::from_u16(e.status()).unwrap_or(StatusCode::CONFLICT), &page)
}

async fn right(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<ClaimId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let k = key(&p.key()?, "h5.claim.confirm", &id)?;
    let done = app.confirm_claim(&own.me, k, id).await;
    after(&app, &own, &format!("/h5/claims/{id}/confirm"), &p, done).await
}

async fn wrong(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<ClaimId>, FormParams(mut p): FormParams) -> Answer<Response> {
    let k = p.key()?;
    let note = value(&mut p, "note");
    let k = key(&k, "h5.claim.contest", &(id, &note))?;
    let done = app.contest_claim(&own.me, k, id, &note).await;
    after(&app, &own, &format!("/h5/claims/{id}/contest"), &p, done).await
}

async fn paid(
    State(app): State<Arc<App>>,
    own: Own,
    PathIds(id, payment): PathIds<ClaimId, PaymentId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let k = p.key()?;
    let received = value(&mut p, "received") == "yes";
    let k = key(&k, "h5.claim.payment", &(id, payment, received))?;
    let done = app.answer_claim_payment(&own.me, k, id, payment, received).await;
    after(&app, &own, &format!("/h5/claims/{id}/payments/{payment}"), &p, done).await
}

async fn paper(State(app): State<Arc<App>>, own: Own, PathIds(id, paper): PathIds<ClaimId, DocumentId>) -> Answer<Response> {
    let page = app.own_paper(&own.me, id, paper).await?;
    let policy = paper_policy(&page);
    let mut out = ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "private, no-store")], page).into_response();
    if let Ok(v) = HeaderValue::from_str(&policy) {
        out.headers_mut().insert(CONTENT_SECURITY_POLICY, v);
    }
    Ok(out)
}

async fn codes_page(app: &Arc<App>, own: &Own, id: FilingId, made: Option<NewCode>) -> Answer<ListPage> {
    let lang = own.lang();
    let here = format!("/h5/filings/{id}/coworkers");
    let mut page = list(app, own, here.clone(), "h5.coworkers.heading", &["h5.coworkers.lead"], "h5.coworkers.none");
    page.back = (format!("/h5/filings/{id}"), lang.text("h5.back_matter").to_owned());
    for (n, c) in app.own_join_codes(&own.me, id).await?.iter().enumerate() {
        let live = c.state == "live";
        let end = || button(lang, &format!("end-{n}"), format!("{here}/{}/end", c.id), "h5.coworkers.end", Tone::Plain);
        page.rows.push(ListLine {
            head: lang.text(&format!("h5.coworkers.state.{}", c.state)).to_owned(),
            href: String::new(),
            lines: [("made", c.created_at), ("until", c.expires_at)]
                .map(|(k, at)| lang.text_with(&format!("h5.coworkers.{k}"), &[("at", &at.list_text())]))
                .to_vec(),
            marked: live,
            acts: if live { vec![end()] } else { Vec::new() },
        });
    }
    page.once = made.map(|c| (c.code.clone(), c.expires_at.list_text()));
    page.act = Some(button(lang, "make", here, "h5.coworkers.make", Tone::Info));
    Ok(page)
}

async fn codes(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>) -> Answer<Response> {
    html(&codes_page(&app, &own, id, None).await?)
}

/// The code is in this answer alone: an address or a second page would keep it.
async fn make(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<FilingId>) -> Answer<Response> {
    let made = app.make_own_join_code(&own.me, id).await?;
    html(&codes_page(&app, &own, id, Some(made)).await?)
}

async fn end_code(State(app): State<Arc<App>>, own: Own, PathIds(id, code): PathIds<FilingId, RowId>) -> Answer<Response> {
    app.revoke_own_join_code(&own.me, id, code).await?;
    Ok(see_other(&format!("/h5/filings/{id}/coworkers")))
}

fn join_page(app: &App, own: &Own) -> AskPage {
    let lang = own.lang();
    let t = |code: &str| lang.text(code).to_owned();
    let now = app.now();
    let money = |key: &str, label: &str| FormField::new(key, t(label), FieldKind::Money).max(12);
    let fields = vec![
        FormField::new("code", t("h5.join.code"), FieldKind::Text).required().max(40),
        FormField::new("name", t("h5.join.name"), FieldKind::Text).required().max(40).autocomplete("name"),
        FormField::new("idNumber", t("h5.join.id"), FieldKind::Text).required().max(18).help(t("h5.join.id_help")),
        FormField::new("bankCard", t("h5.join.card"), FieldKind::Int).max(30),
        FormField::new("respondent", t("h5.file.respondent"), FieldKind::Text).max(100),
        month_field(lang, now, "periodFrom", "h5.join.from"),
        month_field(lang, now, "periodTo", "h5.join.until"),
        money("amount", "h5.file.amount").help(t("h5.file.much_about")),
        money("days", "h5.file.days"),
        money("dailyWage", "h5.file.daily"),
    ];
    AskPage {
        base: own.base_at(app, "form", "/h5/join".into()),
        heading: t("h5.join.heading"),
        lead: vec![t("h5.join.lead")],
        flash: None,
        ask: Ask::new(lang, FormView::new("join", "/h5/join", t("h5.join.send"), fields).hidden("_key", IdempotencyKey::fresh().as_str())),
        links: vec![("/h5".into(), t("h5.back"))],
    }
}

async fn join_ask(State(app): State<Arc<App>>, own: Own) -> Answer<Response> {
    html(&join_page(&app, &own))
}

async fn join(State(app): State<Arc<App>>, own: Own, FormParams(mut p): FormParams) -> Answer<Response> {
    let k = p.key()?;
    let mut get = |name: &str| value(&mut p, name);
    let new = NewJoin {
        code: get("code"),
        name: get("name"),
        id_number: get("idNumber"),
        bank_card: get("bankCard"),
        respondent: get("respondent"),
        period_from: get("periodFrom"),
        period_to: get("periodTo"),
        days: get("days"),
        daily_wage: get("dailyWage"),
        amount: get("amount"),
        ..NewJoin::default()
    };
    let k = key(&k, "h5.join", &new)?;
    match app.join(&own.me, k, &new).await {
        Ok(_) => Ok(see_other("/h5/claims?done=joined")),
        Err(e) if says::stays(&e) => {
            let mut page = join_page(&app, &own);
            page.ask = says::back(own.lang(), page.ask.form, p.pairs(), &e);
            html_with(StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY), &page)
        }
        Err(e) => Err(e.into()),
    }
}

async fn notices(State(app): State<Arc<App>>, own: Own, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let lang = own.lang();
    let before = q.parsed::<NoticeId>("before", "not_an_id");
    let mut page = list(&app, &own, "/h5/notices".into(), "h5.notices.heading", &[], "h5.notices.none");
    page.flash = told(lang, &mut q);
    let all = app.worker_notices(&own.me, before).await?;
    let full = all.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
    page.older = all.last().filter(|_| full).map(|n| (format!("/h5/notices?before={}", n.id), lang.text("h5.notices.older").to_owned()));
    let mut unread = Vec::new();
    for n in all {
        if n.read_at.is_none() {
            unread.push(n.id);
        }
        page.rows.push(ListLine {
            head: n.text,
            href: n.filing.map(|f| format!("/h5/filings/{f}")).unwrap_or_default(),
            lines: vec![n.at.list_text()],
            marked: n.read_at.is_none(),
            acts: Vec::new(),
        });
    }
    if !unread.is_empty() {
        let form = FormView::new("read", "/h5/notices/read", lang.text("h5.notices.read"), Vec::new()).tone(Tone::Plain);
        page.act = Some(Ask::new(lang, unread.iter().fold(form, |f, id| f.hidden("id", id.to_string()))));
    }
    if !own.me.worker.limited {
        let plain = app.plain_words(&own.me).await?;
        let (about, word) = match plain {
            true => ("h5.screen.plain", "h5.screen.hide"),
            false => ("h5.screen.hidden", "h5.screen.show"),
        };
        let form = button(lang, "screen", "/h5/notices/lock-screen".into(), word, Tone::Plain);
        let form = Ask { form: form.form.hidden("plain", if plain { "0" } else { "1" }), ..form };
        page.choice = Some((lang.text(about).to_owned(), form));
    }
    html(&page)
}

async fn screen(State(app): State<Arc<App>>, own: Own, FormParams(mut p): FormParams) -> Answer<Response> {
    app.set_plain_words(&own.me, p.flag("plain")).await?;
    Ok(see_other("/h5/notices?done=done"))
}

async fn read(State(app): State<Arc<App>>, own: Own, FormParams(mut p): FormParams) -> Answer<Response> {
    let ids: Vec<NoticeId> = p.all("id").iter().filter_map(|i| i.parse().ok()).collect();
    app.worker_read(&own.me, ids).await?;
    Ok(see_other("/h5/notices"))
}

async fn devices(State(app): State<Arc<App>>, own: Own, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let lang = own.lang();
    let mut page = list(&app, &own, "/h5/devices".into(), "h5.devices.heading", &["h5.devices.lead"], "h5.devices.none");
    page.flash = told(lang, &mut q);
    for (n, d) in app.worker_sessions(&own.me.worker).await?.iter().enumerate() {
        let kind = ["android", "apple", "other"].into_iter().find(|k| d.device.starts_with(&format!("h5 {k} ")));
        let name = kind.map_or_else(|| d.device.clone(), |k| lang.text(&format!("h5.devices.{k}")).to_owned());
        let mut lines = vec![lang.text_with("h5.devices.seen", &[("at", &d.seen_at.list_text())])];
        if d.current {
            lines.insert(0, lang.text("h5.devices.this").to_owned());
        }
        let end = || button(lang, &format!("end-{n}"), format!("/h5/devices/{}/end", d.id), "h5.devices.end", Tone::Plain);
        let acts = if d.current { Vec::new() } else { vec![end()] };
        let head = if name.is_empty() { lang.text("h5.devices.other").to_owned() } else { name };
        page.rows.push(ListLine { head, href: String::new(), lines, marked: d.current, acts });
    }
    html(&page)
}

async fn end(State(app): State<Arc<App>>, own: Own, PathId(id): PathId<SessionId>) -> Answer<Response> {
    app.end_worker_session(&own.me.worker, id).await?;
    Ok(see_other("/h5/devices?done=ended"))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(page("/h5/claims", "h5_claims", own, "我的工资明细和加入结果"), claims);
    t.add(form("/h5/claims/{id}/confirm", "h5_claim_right", own, "确认明细无误"), right);
    t.add(form("/h5/claims/{id}/contest", "h5_claim_wrong", own, "对明细提出异议"), wrong);
    t.add(form("/h5/claims/{id}/payments/{payment}", "h5_claim_paid", own, "确认收到或没有收到"), paid);
    t.add(page("/h5/claims/{id}/papers/{paper}", "h5_claim_paper", own, "关于本人明细的文书"), paper);
    t.add(page("/h5/filings/{id}/coworkers", "h5_codes", own, "给工友的加入码"), codes);
    t.add(
        form("/h5/filings/{id}/coworkers", "h5_make_code", own, "生成加入码，只显示一次").answers_plain(200, "加入码", super::HTML),
        make,
    );
    t.add(form("/h5/filings/{id}/coworkers/{code}/end", "h5_end_code", own, "取消加入码"), end_code);
    t.add(page("/h5/join", "h5_join_ask", own, "加入工友的反映"), join_ask);
    t.add(form("/h5/join", "h5_join", own, "凭加入码提交").problems(&[429]), join);
    t.add(page("/h5/notices", "h5_notices", own, "通知"), notices);
    t.add(form("/h5/notices/read", "h5_read", own, "标为已读"), read);
    t.add(form("/h5/notices/lock-screen", "h5_screen", own, "短信是否写明事由"), screen);
    t.add(page("/h5/devices", "h5_devices", own, "登录的设备"), devices);
    t.add(form("/h5/devices/{id}/end", "h5_end_device", own, "让一台设备退出登录"), end);
}
