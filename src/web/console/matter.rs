//! The case page and the filing page, and the moves made from them.

use super::frame::{chrome, flash};
use super::moves::{self, Forms, Maker, Pickers, Typed, stays};
use super::view::{
    CaseHead, CasePage, ClaimRow, Fact, FieldKind, FilingLink, FilingPage, FormField, FormView, Money, PaymentRow, Place, Suggestion, Tag,
    ToldRow, Tone,
};
use super::words::{self, marks, next_duty, span, yuan};
use super::{desk, files};
use crate::app::App;
use crate::app::view::{CaseFile, ClaimView, FilingFile, FilingView, ProcedureView};
use crate::app::write::Key;
use crate::app::{documents, sight};
use crate::base::id::{AccountId, CaseId, FilingId};
use crate::base::{Error, text};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::law::Fen;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, PathIds, PathText, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
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

fn percent(part: Fen, whole: Fen) -> u8 {
    if whole.get() <= 0 {
        return 0;
    }
    u8::try_from((i128::from(part.get()) * 100 / i128::from(whole.get())).clamp(0, 100)).unwrap_or(100)
}

fn money(f: &CaseFile) -> Money {
    let remainder = match (&f.remainder, f.remainder_fen.is_positive()) {
        (Some(how), _) => text::zh_with("console.remainder.done", &[("how", how)]),
        (None, true) => text::zh_with("console.remainder.open", &[("sum", &yuan(f.remainder_fen))]),
        (None, false) => String::new(),
    };
    let decided = f.claims.iter().any(|c| c.verified_fen.is_positive() || c.rejected_fen.is_positive());
    let undecided = || text::zh("console.money.undecided").to_owned();
    Money {
        reported: yuan(f.reported_total_fen),
        claimed: yuan(f.claimed_fen),
        verified: if decided { yuan(f.verified_fen) } else { undecided() },
        paid: yuan(f.paid_fen),
        waived: yuan(f.waived_fen),
        outstanding: if decided { yuan(f.outstanding_fen) } else { undecided() },
        settled: decided && !f.outstanding_fen.is_positive(),
        paid_percent: percent(f.paid_fen, f.verified_fen),
        remainder,
    }
}

fn head(f: &CaseFile, lead: Option<&ProcedureView>, unmask_href: Option<String>) -> CaseHead {
    let mut tags = vec![Tag::new(f.origin_title.clone(), Tone::Plain)];
    tags.extend(marks(&f.grade, &f.flags));
    if lead.is_some_and(|p| p.terms.iter().any(|t| t.missed)) {
        tags.push(Tag::new(text::zh("console.tag.missed"), Tone::Warn));
    }
    let yes = |b: Option<bool>| b.map(|b| text::zh(if b { "word.yes" } else { "word.no" }).to_owned()).unwrap_or_default();
    let mut facts = vec![
        Fact::new("工程项目", f.project.clone().unwrap_or_default()),
        Fact::new("所属行业", f.project_kind.clone().unwrap_or_default()),
        Fact::new("用工所在地", f.area_name.clone()),
        Fact::new("详细地址", f.address.clone().unwrap_or_default()),
        Fact::new("承办部门", f.lead_bureau_name.clone()),
        Fact::new("行业监管", f.oversight_bureau_name.clone().unwrap_or_default()),
        Fact::new("承办人", lead.and_then(|p| p.assignee.clone()).unwrap_or_default()),
        Fact::new("第二承办人", f.second_officer.clone().unwrap_or_default()),
        Fact::new("当前责任岗位", lead.map(|p| p.holder.clone()).unwrap_or_default()),
        Fact::new("涉及人数", format!("{} 人", f.headcount)),
        Fact::new("政府投资", yes(f.government_funded)),
        Fact::new("首次收到", f.first_received_at.list_text()),
    ];
    if let Some(at) = f.complaint_received_at {
        facts.push(Fact::new("收到投诉", at.list_text()));
    }
    if f.transfers > 0 {
        facts.push(Fact::new("移送次数", f.transfers.to_string()));
    }
    if let Some(c) = &f.conclusion {
        facts.push(Fact::new("办结结论", c.clone()));
    }
    let next = lead.and_then(next_duty);
    CaseHead {
        code: f.number.clone(),
        respondent: f.respondent.clone(),
        state: f.state_title.clone(),
        state_tone: lead.map_or(Tone::Plain, tone_of),
        tags,
        next: next.as_ref().map_or_else(|| text::zh("console.no_duty").to_owned(), |(_, n)| n.clone()),
        due: next.map(|(d, _)| d),
        facts,
        money: money(f),
        unmask_href,
    }
}

fn claim(c: &ClaimView) -> ClaimRow {
    let decided = c.verified_fen.is_positive() || c.rejected_fen.is_positive();
    let (code, tone) = if !c.claimed_fen.is_positive() {
        ("unknown", Tone::Plain)
    } else if c.open_fen.is_positive() && !decided {
        ("open", Tone::Plain)
    } else if c.open_fen.is_positive() {
        ("partly", Tone::Info)
    } else if c.outstanding_fen.is_positive() && c.paid_fen.is_positive() {
        ("part_paid", Tone::Warn)
    } else if c.outstanding_fen.is_positive() {
        ("unpaid", Tone::Bad)
    } else if c.verified_fen.is_positive() {
        ("paid", Tone::Good)
    } else {
        ("rejected", Tone::Plain)
    };
    ClaimRow {
        claimant: c.claimant.clone(),
        respondent: c.respondent.clone(),
        period: span(c.period_from, c.period_to),
        claimed: yuan(c.claimed_fen),
        verified: if decided { yuan(c.verified_fen) } else { String::new() },
        paid: yuan(c.paid_fen),
        outstanding: yuan(c.outstanding_fen),
        state: Tag::new(text::zh(&format!("console.claim.{code}")), tone),
    }
}

fn filing_link(f: &FilingView, p: Option<&ProcedureView>) -> FilingLink {
    FilingLink {
        href: format!("/filings/{}", f.id),
        code: f.number.clone(),
        kind: format!("{} · {}", f.kind_title, f.channel_title),
        who: f.claimant.clone(),
        received: f.received_at.list_text(),
        state: p.map(|p| p.state_title.clone()).unwrap_or_default(),
        due: p.and_then(next_duty).map(|d| d.0),
    }
}

/// The form that adds a file.
fn upload_form(actor: &Actor, base: &str, max_mib: usize, back: Option<&(Vec<(String, String)>, Error)>) -> Option<FormView> {
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
    let Some((pairs, why)) = back else { return form };
    let mut form = form.refilled(pairs).with_findings(why.fields());
    if why.fields().is_empty() {
        form.problem = Some(why.sentence());
    }
    form
}

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
    let pickers =
        Pickers::load(app, &f.lead_bureau, Some(&f.area), &f.claims, &f.evidence, f.suggestions.iter().map(|s| s.number.clone()).collect())
            .await?;
    let officers = app.handlers(&f.lead_bureau).await?;
    let mut forms = Forms::default();
    let mut approval = None;
    let mut conflict = None;
    for p in f.procedures.iter().filter(|p| p.kind != "filing") {
        let prefix = p.id.to_string();
        let maker = Maker { base: &base, procedure: p, pickers: &pickers, prefix: &prefix, now: app.now(), typed: back.typed.as_ref() };
        let mut mine = maker.forms();
        approval = approval.or_else(|| words::approval(p, &f.timeline, std::mem::take(&mut mine.approval)));
        forms.main.append(&mut mine.main);
        forms.more.append(&mut mine.more);
        forms.refused.append(&mut mine.refused);
        let typed = back.typed.as_ref().filter(|t| t.procedure == Some(p.id));
        conflict = conflict.or_else(|| moves::conflict(app, &p.kind, &p.moves, typed));
    }
    let unmask = access::may(&actor, Ability::Unmask, "").then_some(()).and(match f.filings.as_slice() {
        [one] => Some(format!("/filings/{}/unmask", one.id)),
        _ => None,
    });
    let (terms, past_terms) = words::terms(f.procedures.iter().filter(|p| p.kind != "filing").flat_map(|p| &p.terms));
    let filing_procedure = |x: &FilingView| f.procedures.iter().find(|p| p.kind == "filing" && p.filing == Some(x.id));
    Ok(CasePage {
        chrome: chrome(app, by, format!("案件 {}", f.number), Place::None).await?,
        head: head(&f, lead, unmask),
        conflict,
        terms,
        past_terms,
        approval,
        moves: forms.main,
        more: forms.more,
        refused: forms.refused,
        recuse: recuse_form(by, &f, &officers, back.recuse.as_ref()),
        claims: f.claims.iter().map(claim).collect(),
        payments: f
            .payments
            .iter()
            .map(|p| PaymentRow {
                on: p.paid_on.to_string(),
                amount: yuan(p.amount_fen),
                payer: p.payer.clone(),
                proof: format!("/evidence/{}", p.proof),
            })
            .collect(),
        respondents: f.chain.iter().map(words::party).collect(),
        filings: f.filings.iter().map(|x| filing_link(x, filing_procedure(x))).collect(),
        suggestions: super::joining::suggestions(app, &actor, id).await?,
        splits: super::joining::splits(&actor, &f),
        evidence: f.evidence.iter().map(words::evidence).collect(),
        upload: upload_form(&actor, &base, app.config.evidence.max_mib, back.upload.as_ref()),
        documents: f.documents.iter().map(words::document).collect(),
        events: f.timeline.iter().map(words::event).collect(),
        told: f
            .notices
            .iter()
            .rev()
            .map(|n| ToldRow { at: n.at.list_text(), to: n.to.clone(), text: n.text.clone(), read: n.read_at.is_some() })
            .collect(),
    })
}

/// `GET /cases/{id}`.
pub(super) async fn case(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    match case_page(&app, &by, id, &Back::default()).await {
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
pub(super) async fn move_case(
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

/// Makes a move; a refusal comes back with what was typed.
async fn make(app: &Arc<App>, by: &Officer, name: String, params: crate::web::extract::Params) -> Answer<Result<&'static str, Typed>> {
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

/// `POST /cases/{id}/recuse`.
pub(super) async fn recuse(
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

fn filing_facts(v: &FilingView) -> Vec<Fact> {
    let mut out = vec![
        Fact::new("来源", v.channel_title.clone()),
        Fact::new("来源编号", v.source_number.clone().unwrap_or_default()),
        Fact::new("收到", v.received_at.list_text()),
        Fact::new("登记部门", v.receiving_bureau.clone()),
        Fact::new("反映人", v.claimant.clone()),
        Fact::new("电话", v.claimant_phone.clone().unwrap_or_default()),
        Fact::new("身份证号", v.claimant_id.clone().unwrap_or_default()),
        Fact::new("被反映单位", v.respondent.clone()),
        Fact::new("统一社会信用代码", v.uscc.clone().unwrap_or_default()),
        Fact::new("工程项目", v.project.clone().unwrap_or_default()),
        Fact::new("所属行业", v.project_kind.clone().unwrap_or_default()),
        Fact::new("用工所在地", v.area.clone().unwrap_or_default()),
        Fact::new("所填区划", v.area_text.clone()),
        Fact::new("详细地址", v.address.clone().unwrap_or_default()),
        Fact::new("人数与金额", format!("{} 人　{}", v.headcount, yuan(v.reported_total_fen))),
        Fact::new("欠薪时间", span(v.period_from, v.period_to)),
    ];
    if let Some(a) = &v.answer {
        out.push(Fact::new("核处结论", a.clone()));
    }
    if v.earlier_filings > 0 {
        out.push(Fact::new("此前反映", format!("{} 次", v.earlier_filings)));
    }
    out
}

/// The forms of a filing's procedure.
pub(super) fn filing_forms(app: &App, f: &FilingFile, pickers: &Pickers, prefix: &str, typed: Option<&Typed>) -> Forms {
    let base = format!("/filings/{}", f.filing.id);
    Maker { base: &base, procedure: &f.procedure, pickers, prefix, now: app.now(), typed }.forms()
}

/// What a filing's forms offer to choose from.
///
/// # Errors
/// The database.
pub(super) async fn filing_pickers(app: &Arc<App>, by: &Officer, f: &FilingFile) -> crate::base::Result<Pickers> {
    let bureau = app.counters(&by.actor()).into_iter().next().unwrap_or_default();
    let area = app.city.areas.iter().find(|a| Some(&a.name) == f.filing.area.as_ref()).map(|a| a.code.clone());
    let cases = f.suggestions.iter().map(|s| s.number.clone()).collect();
    Pickers::load(app, &bureau, area.as_deref(), &[], &f.evidence, cases).await
}

/// Cases a filing may belong to; a filing that was not sent on yet can be joined at once.
pub(super) fn suggestions(f: &FilingFile, prefix: &str, now: crate::base::At) -> Vec<Suggestion> {
    let forward = f.procedure.moves.iter().find(|o| o.name == "forward" && o.allowed);
    f.suggestions
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let join = forward.map(|_| {
                FormView::new(format!("{prefix}-join-{i}"), format!("/filings/{}/moves/forward", f.filing.id), "并入", vec![])
                    .tone(Tone::Plain)
                    .hidden("_key", IdempotencyKey::fresh().as_str())
                    .hidden("_version", f.procedure.form_version.to_string())
                    .hidden("_procedure", f.procedure.id.to_string())
                    .hidden("_shown_at", moves::local(now))
                    .hidden("case", s.case.to_string())
            });
            Suggestion { join, ..words::suggestion(s) }
        })
        .collect()
}

async fn filing_page(app: &Arc<App>, by: &Officer, id: FilingId, back: &Back) -> Result<FilingPage, Failure> {
    let actor = by.actor();
    let f = app.filing_file(&actor, id).await?;
    let base = format!("/filings/{id}");
    let pickers = filing_pickers(app, by, &f).await?;
    let mut forms = filing_forms(app, &f, &pickers, "m", back.typed.as_ref());
    let (terms, past_terms) = words::terms(&f.procedure.terms);
    let v = &f.filing;
    let mut tags = vec![
        Tag::new(f.procedure.state_title.clone(), tone_of(&f.procedure)),
        Tag::new(v.kind_title.clone(), Tone::Plain),
        Tag::new(v.grade.clone(), Tone::Plain),
    ];
    tags.extend(v.flags.iter().map(|x| Tag::new(x.clone(), Tone::Bad)));
    let at_desk = v.desk_reason.clone().filter(|_| f.procedure.state == "received");
    let case = v.case.map(|c| FilingLink {
        href: format!("/cases/{c}"),
        code: f.case_number.clone().unwrap_or_default(),
        kind: String::new(),
        who: v.respondent.clone(),
        received: String::new(),
        state: String::new(),
        due: None,
    });
    let has_receipt = f.documents.iter().any(|d| d.kind == "receipt");
    let receipt = (!has_receipt && access::may(&actor, Ability::Register, "")).then(|| {
        FormView::new("receipt", format!("{base}/receipt"), "出具回执", vec![])
            .tone(Tone::Plain)
            .hidden("_key", IdempotencyKey::fresh().as_str())
    });
    Ok(FilingPage {
        chrome: chrome(app, by, format!("投诉登记 {}", v.number), Place::None).await?,
        code: v.number.clone(),
        tags,
        facts: filing_facts(v),
        narrative: v.narrative.clone(),
        unmask_href: access::may(&actor, Ability::Unmask, "").then(|| format!("{base}/unmask")),
        case,
        desk_reason: at_desk,
        conflict: moves::conflict(app, &f.procedure.kind, &f.procedure.moves, back.typed.as_ref()),
        terms,
        past_terms,
        approval: words::approval(&f.procedure, &f.timeline, std::mem::take(&mut forms.approval)),
        moves: forms.main,
        more: forms.more,
        refused: forms.refused,
        respondents: f.chain.iter().map(words::party).collect(),
        suggestions: suggestions(&f, "m", app.now()),
        amendments: desk::amendment_rows(app.open_amendments(&actor, Some(id)).await?),
        evidence: f.evidence.iter().map(words::evidence).collect(),
        upload: upload_form(&actor, &base, app.config.evidence.max_mib, back.upload.as_ref()),
        documents: f.documents.iter().map(words::document).collect(),
        receipt,
        events: f.timeline.iter().map(words::event).collect(),
    })
}

/// `GET /filings/{id}`.
pub(super) async fn filing(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    match filing_page(&app, &by, id, &Back::default()).await {
        Err(e) if done.is_some() && e.status() == StatusCode::NOT_FOUND => Ok(see_other("/?done=left")),
        Err(e) => Err(e),
        Ok(mut page) => {
            page.chrome = page.chrome.with_flash(flash(done.as_deref()));
            html(&page)
        }
    }
}

/// `POST /filings/{id}/moves/{move}`.
pub(super) async fn move_filing(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, PathText(name)): PathIds<FilingId, PathText>,
    FormParams(params): FormParams,
) -> Answer<Response> {
    let typed = match make(&app, &by, name, params).await? {
        Ok(event) => return Ok(see_other(&format!("/filings/{id}?done={event}"))),
        Err(typed) => typed,
    };
    let status = status(&typed.why);
    let back = Back { typed: Some(typed), ..Back::default() };
    html_with(status, &filing_page(&app, &by, id, &back).await?)
}

/// `POST /filings/{id}/receipt`.
pub(super) async fn receipt(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), "console:receipt", &id)?;
    let document = app.write(&by.actor(), Some(key), move |tx| documents::receipt_for(tx, id)).await?;
    Ok(see_other(&format!("/documents/{document}")))
}

/// `POST /cases/{id}/evidence`.
pub(super) async fn case_evidence(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    up: crate::web::extract::Upload,
) -> Answer<Response> {
    match files::keep(&app, &by, Some(id), None, up).await? {
        Ok(()) => Ok(see_other(&format!("/cases/{id}?done=evidence#evidence"))),
        Err((pairs, e)) => {
            let status = status(&e);
            html_with(status, &case_page(&app, &by, id, &Back { upload: Some((pairs, e)), ..Back::default() }).await?)
        }
    }
}

/// `POST /filings/{id}/evidence`.
pub(super) async fn filing_evidence(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    up: crate::web::extract::Upload,
) -> Answer<Response> {
    match files::keep(&app, &by, None, Some(id), up).await? {
        Ok(()) => Ok(see_other(&format!("/filings/{id}?done=evidence#evidence"))),
        Err((pairs, e)) => {
            let status = status(&e);
            html_with(status, &filing_page(&app, &by, id, &Back { upload: Some((pairs, e)), ..Back::default() }).await?)
        }
    }
}
