//! 守法诚信档案: an employer's record, its grades over the years and what is done about them.
//!
//! Owns the page and its forms. Who reads and who corrects is the use case's.

use super::frame::{chrome, flash};
use super::gradings::{self, tag};
use super::matter::make;
use super::moves::{self, Forms, Maker, Money, Pickers, Typed, stays};
use super::view::{ConductPage, ConductRow, Fact, FieldKind, FormField, FormView, GradeCard, Place, Tag, Tone};
use super::words;
use crate::app::App;
use crate::app::conduct::{ConductFile, Correction, EntryView, GradeView, NewEntry};
use crate::app::grading::Asked;
use crate::app::grading::review::Objection;
use crate::app::write::Key;
use crate::base::id::RowId;
use crate::base::{Error, text};
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, PathIds, PathText, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// Characters of a note.
const NOTE: usize = 1000;

fn with_key(f: FormView) -> FormView {
    f.hidden("_key", IdempotencyKey::fresh().as_str())
}

fn codes(app: &App, list: &str) -> Vec<(String, String)> {
    app.registry.codes.get(list).cloned().unwrap_or_default()
}

/// Codes that are keyed in.
fn keyed(app: &App, list: &str) -> Vec<(String, String)> {
    let tagged = app.registry.code_tags.get(list).and_then(|t| t.get("keyed")).cloned().unwrap_or_default();
    codes(app, list).into_iter().filter(|(c, _)| tagged.contains(c)).collect()
}

/// Keys an entry in.
pub(super) fn entry_form(app: &App) -> FormView {
    let fields = vec![
        FormField::new("name", "企业名称", FieldKind::Text).required().max(120),
        FormField::new("uscc", "统一社会信用代码", FieldKind::Text).max(24).help("有代码的请填写，同一企业的记录才能归到一起。"),
        FormField::new("kind", "记录的种类", FieldKind::Select).options(codes(app, "conduct_kind")).required(),
        FormField::new("aspect", "事项", FieldKind::Select).options(codes(app, "conduct_aspect")).help("被查处的必须选择。"),
        FormField::new("on", "日期", FieldKind::Date).required(),
        FormField::new("source", "来源", FieldKind::Select).options(keyed(app, "conduct_source")).required(),
        FormField::new("proofNo", "凭证编号", FieldKind::Text)
            .required()
            .max(100)
            .help("处理、处罚决定书或检查记录的编号；同一编号的多项算一次查处。"),
        FormField::new("note", "说明", FieldKind::Long).max(NOTE),
    ];
    with_key(FormView::new("record", "/conduct", "记入", fields).tone(Tone::Plain))
}

fn correct_form(app: &App, file: RowId, e: &EntryView) -> FormView {
    let fields = vec![
        FormField::new("reason", "更正的原因", FieldKind::Select).options(keyed(app, "conduct_correction")).required(),
        FormField::new("note", "说明", FieldKind::Long).required().max(NOTE).help("4 至 1000 个字。"),
        FormField::new("kind", "更正为", FieldKind::Select).options(codes(app, "conduct_kind")).help("三项都不填的，撤下该记录。"),
        FormField::new("aspect", "事项更正为", FieldKind::Select).options(codes(app, "conduct_aspect")),
        FormField::new("on", "日期更正为", FieldKind::Date),
    ];
    with_key(
        FormView::new(format!("correct-{}", e.id), format!("/conduct/{file}/entries/{}/correct", e.id), "更正", fields).tone(Tone::Bad),
    )
}

fn contest_form(g: &GradeView) -> FormView {
    let fields = vec![
        FormField::new("receivedOn", "收到日期", FieldKind::Date).required(),
        FormField::new("grounds", "异议的事实和理由", FieldKind::Long).required().max(NOTE),
    ];
    with_key(FormView::new(format!("contest-{}", g.line.id), format!("/gradings/{}/contest", g.line.id), "登记异议", fields))
        .hidden("file", g.line.file.to_string())
}

fn entry(app: &App, file: RowId, e: &EntryView) -> ConductRow {
    let state = if e.superseded {
        Tag::new("已被更正", Tone::Plain)
    } else if e.counts {
        Tag::new("计入", Tone::Info)
    } else {
        Tag::new("已撤下", Tone::Warn)
    };
    let why = e.correction.as_deref().map(|k| format!("更正：{k}。")).unwrap_or_default();
    ConductRow {
        on: e.on.to_string(),
        what: e.kind_title.clone(),
        aspect: e.aspect.clone().unwrap_or_default(),
        state,
        source: e.source.clone(),
        proof: e.proof_no.clone().unwrap_or_default(),
        case: e.case.map(|c| format!("/cases/{c}")),
        bureau: e.bureau_name.clone(),
        note: format!("{why}{}", e.note.as_deref().unwrap_or_default()),
        by: format!("{}　{}", e.by, e.at.list_text()),
        correct: e.may_correct.then(|| correct_form(app, file, e)),
    }
}

fn grade(g: &GradeView) -> GradeCard {
    let mut facts = vec![Fact::new("评价单位", g.line.bureau_name.clone()), Fact::new("拟定", g.made_at.list_text())];
    if let (Some(who), Some(at)) = (&g.reviewed_by, g.reviewed_at) {
        facts.push(Fact::new("复核", format!("{who}　{}", at.list_text())));
    }
    facts.extend(g.line.told_on.map(|d| Fact::new("告知", d.to_string())));
    facts.extend(g.contested_at.map(|at| Fact::new("企业异议", at.list_text())));
    facts.push(Fact::new("计划检查", format!("每年 {} 次{}", g.visits, if g.key_target { "，重点监管对象" } else { "" })));
    if g.key_target {
        facts.push(Fact::new("约谈负责人", g.talk_on.map_or_else(|| "尚未约谈".to_owned(), |d| d.to_string())));
    }
    GradeCard {
        title: format!("{} 年度　第 {} 版", g.line.year, g.line.revision),
        grade: tag(g.line.grade),
        state: if g.current { Tag::new(g.line.state_title.clone(), Tone::Info) } else { Tag::new("已被新的结果取代", Tone::Plain) },
        facts,
        reasons: g.reasons.clone(),
        contest: g.may_contest.then(|| contest_form(g)),
    }
}

/// A form of the page that came back: its id, what it held, what is wrong.
type Back = (String, Vec<(String, String)>, Error);

async fn one(app: &Arc<App>, by: &Officer, id: RowId, typed: Option<&Typed>, back: Option<&Back>) -> Result<ConductPage, Failure> {
    let f: ConductFile = app.conduct_file(&by.actor(), id).await?;
    let base = format!("/conduct/{id}");
    let pickers = Pickers::load(app, "", None, Money::default(), &[], Vec::new()).await?;
    let (mut forms, mut approvals, mut conflict) = (Forms::default(), Vec::new(), None);
    for p in &f.procedures {
        let prefix = p.id.to_string();
        let mut mine = Maker { base: &base, procedure: p, pickers: &pickers, prefix: &prefix, now: app.now(), typed }.forms();
        approvals.extend(words::approval(p, &f.timeline, std::mem::take(&mut mine.approval)));
        forms.main.append(&mut mine.main);
        forms.more.append(&mut mine.more);
        forms.refused.append(&mut mine.refused);
        let theirs = typed.filter(|t| t.procedure == Some(p.id));
        conflict = conflict.or_else(|| moves::conflict(app, &p.kind, &p.moves, theirs));
    }
    let (terms, past_terms) = words::terms(f.procedures.iter().flat_map(|p| &p.terms));
    let sent = |form: Option<FormView>| {
        form.map(|form| match back {
            Some((id, pairs, why)) if form.id == *id => form.sent_back(pairs, why),
            _ => form,
        })
    };
    let mut entries: Vec<ConductRow> = f.entries.iter().map(|e| entry(app, id, e)).collect();
    let mut grades: Vec<GradeCard> = f.grades.iter().map(grade).collect();
    for e in &mut entries {
        e.correct = sent(e.correct.take());
    }
    for g in &mut grades {
        g.contest = sent(g.contest.take());
    }
    Ok(ConductPage {
        chrome: chrome(app, by, format!("守法诚信档案 {}", f.number), Place::Gradings).await?,
        name: f.name.clone(),
        employer: format!("/employers/{}", f.uscc.clone().unwrap_or_else(|| f.id.to_string())),
        facts: vec![Fact::new("档案编号", f.number.clone()), Fact::new("统一社会信用代码", f.uscc.clone().unwrap_or_default())],
        grades,
        entries,
        conflict,
        terms,
        past_terms,
        approvals,
        moves: forms.main,
        more: forms.more,
        refused: forms.refused,
        documents: f.documents.iter().map(words::document).collect(),
        events: f.timeline.iter().map(words::event).collect(),
    })
}

fn status(e: &Error) -> StatusCode {
    StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

/// `GET /conduct/{id}`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let mut page = one(&app, &by, id, None, None).await?;
    page.chrome = page.chrome.with_flash(flash(done.as_deref()));
    html(&page)
}

/// `POST /conduct/{id}/moves/{move}`.
pub(super) async fn moved(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, PathText(name)): PathIds<RowId, PathText>,
    FormParams(params): FormParams,
) -> Answer<Response> {
    match make(&app, &by, name, params).await? {
        Ok(event) => Ok(see_other(&format!("/conduct/{id}?done={event}"))),
        Err(typed) => {
            let status = status(&typed.why);
            html_with(status, &one(&app, &by, id, Some(&typed), None).await?)
        }
    }
}

/// `POST /conduct`.
pub(super) async fn record(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let name = p.text("name", 120);
    let name = p.required("name", name).unwrap_or_default();
    let mut said = |key: &str, max| p.text(key, max).filter(|v| !v.is_empty());
    let (uscc, kind, aspect, source) = (said("uscc", 24), said("kind", 40), said("aspect", 40), said("source", 40));
    let (proof_no, note) = (said("proofNo", 100), said("note", NOTE));
    let (kind, source) = (p.required("kind", kind).unwrap_or_default(), p.required("source", source).unwrap_or_default());
    let proof_no = p.required("proofNo", proof_no).unwrap_or_default();
    let on = p.day("on");
    let on = p.required("on", on);
    let done = match (p.finish(), on) {
        (Ok(()), Some(on)) => {
            let e = NewEntry { name, uscc, bureau: None, kind, aspect, on, source, proof_no, note };
            let key = Key::new(k.as_str(), "console:recordConduct", &e)?;
            app.record_conduct(&by.actor(), Some(key), e).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/on", "required", &[])),
    };
    match done {
        Ok(r) => Ok(see_other(&format!("/conduct/{}?done=conduct_recorded", r.file))),
        Err(e) => gradings::back(&app, &by, Asked::default(), "record", &pairs, e).await,
    }
}

async fn sent_back(app: &Arc<App>, by: &Officer, file: RowId, back: Back) -> Answer<Response> {
    if !stays(&back.2) {
        return Err(back.2.into());
    }
    html_with(status(&back.2), &one(app, by, file, None, Some(&back)).await?)
}

/// `POST /conduct/{id}/entries/{entry}/correct`.
pub(super) async fn correct(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(file, entry): PathIds<RowId, RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let mut said = |key: &str, max| p.text(key, max).filter(|v| !v.is_empty());
    let (reason, note, kind, aspect) = (said("reason", 40), said("note", NOTE), said("kind", 40), said("aspect", 40));
    let (reason, note) = (p.required("reason", reason).unwrap_or_default(), p.required("note", note).unwrap_or_default());
    let on = p.day("on");
    let done = match p.finish() {
        Ok(()) => {
            let c = Correction { reason, note, kind, aspect, on };
            let key = Key::new(k.as_str(), "console:correctConduct", &(entry, &c))?;
            app.correct_conduct(&by.actor(), Some(key), entry, c).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(r) => Ok(see_other(&format!("/conduct/{}?done=conduct_corrected", r.file))),
        Err(e) => sent_back(&app, &by, file, (format!("correct-{entry}"), pairs, e)).await,
    }
}

/// `POST /gradings/{id}/contest`.
pub(super) async fn contest(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let (k, pairs) = (p.key()?, p.pairs().to_vec());
    let file: Option<RowId> = p.raw("file").and_then(|f| f.parse().ok());
    let file = file.ok_or(Error::NotFound("conduct"))?;
    let received_on = p.day("receivedOn");
    let received_on = p.required("receivedOn", received_on);
    let grounds = p.text("grounds", NOTE).unwrap_or_default();
    let done = match (p.finish(), received_on) {
        (Ok(()), Some(received_on)) => {
            let o = Objection { received_on, grounds: text::tidy(&grounds) };
            let key = Key::new(k.as_str(), "console:contestGrading", &(id, &o))?;
            app.contest_grading(&by.actor(), Some(key), id, o).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/receivedOn", "required", &[])),
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/conduct/{file}?done=grading_contested"))),
        Err(e) => sent_back(&app, &by, file, (format!("contest-{id}"), pairs, e)).await,
    }
}
