//! The claims of a case: the ledger with rosters, judgements, join codes and joiners; a second page ([`mod@parties`]) has who is
//! liable, who speaks and who is paid.
//!
//! Owns the pages. What is shown of a row and who may do what is the use cases'. A person is looked for by POST: names and IDs stand
//! in no address.

pub(super) mod parties;

use super::files::sheet;
use super::frame::{chrome, flash};
use super::lists::address;
use super::moves::stays;
use super::view::{
    ClaimsPage, CodeLine, Fact, FieldKind, FormField, FormView, ImportResult, InboxTab, JoinerLine, LedgerLine, Pager, Place, RejectLine,
    Tag, Tone,
};
use super::words::{span, yuan};
use crate::app::App;
use crate::app::claims::Keeps;
use crate::app::claims::codes::{CodeView, NewCode};
use crate::app::claims::join::{DecideJoiner, JoinerView, REFUSALS};
use crate::app::claims::judge::{Judge, NATURES};
use crate::app::claims::ledger::{Asked, LedgerPage, LedgerRow, PAGE, STATES};
use crate::app::claims::pickers::Pickers;
use crate::app::claims::roster::{CELL, Presented, RosterReport, Sheet};
use crate::app::write::Key;
use crate::base::id::{CaseId, ClaimId, EvidenceId, RespondentId, RowId};
use crate::base::seal::hex;
use crate::base::{Error, FieldError, text};
use crate::domain::intake::Field;
use crate::domain::roster::headings;
use crate::law::Fen;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, PathIds, QueryParams, Upload};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Rows that came back and are shown on the page; the workbook has them all.
const SHOWN: usize = 50;
/// Joiners shown.
const JOINERS: usize = 50;
/// Columns of a typed row: the form's key and the roster's field, in the order of the roster's headings.
const ROW: [(&str, Field, FieldKind); 12] = [
    ("name", Field::ReporterName, FieldKind::Text),
    ("idNumber", Field::ReporterId, FieldKind::Text),
    ("phone", Field::ReporterPhone, FieldKind::Phone),
    ("bankCard", Field::BankCard, FieldKind::Text),
    ("respondent", Field::Respondent, FieldKind::Text),
    ("periodFrom", Field::PeriodFrom, FieldKind::Text),
    ("periodTo", Field::PeriodTo, FieldKind::Text),
    ("days", Field::Days, FieldKind::Text),
    ("dailyWage", Field::DailyWage, FieldKind::Text),
    ("months", Field::Months, FieldKind::Text),
    ("monthlyWage", Field::MonthlyWage, FieldKind::Text),
    ("amount", Field::Amount, FieldKind::Text),
];

/// A form that came back: its id, what was typed, what is wrong.
pub(super) type Back = Option<(String, Vec<(String, String)>, Error)>;

/// The form as it came back, if it is the one.
pub(super) fn fill(form: FormView, back: &Back) -> FormView {
    match back {
        Some((id, pairs, why)) if *id == form.id => form.sent_back(pairs, why),
        _ => form,
    }
}
/// A form with its own key.
pub(super) fn keyed(form: FormView, back: &Back) -> FormView {
    fill(form.hidden("_key", IdempotencyKey::fresh().as_str()), back)
}
pub(super) fn status(e: &Error) -> StatusCode {
    StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}
pub(super) fn codes(app: &App, list: &str) -> Vec<(String, String)> {
    app.registry.codes.get(list).cloned().unwrap_or_default()
}

/// What a page shows beside the ledger itself.
#[derive(Default)]
struct Extra {
    back: Back,
    claim: Option<ClaimId>,
    result: Option<ImportResult>,
    tried: bool,
    new_code: Option<NewCode>,
    done: Option<String>,
}

fn line(base: &str, keeps: bool, r: &LedgerRow) -> LedgerLine {
    let mut tags = vec![Tag::new(r.nature.clone(), Tone::Plain)];
    if !r.migrant.is_empty() {
        tags.push(Tag::new(r.migrant.clone(), Tone::Plain));
    }
    if r.minor {
        tags.push(Tag::new(text::zh("join.flag.minor"), Tone::Bad));
    }
    if r.by_leader {
        tags.push(Tag::new("包工头代交", Tone::Warn));
    }
    let said = r.word.as_ref().map(|w| {
        let old = if r.word_current { "" } else { text::zh("ledger.word.old") };
        let note = r.word_note.as_ref().map(|n| format!("：{n}")).unwrap_or_default();
        format!("{}{note}{old}", text::zh(&format!("ledger.word.{w}")))
    });
    LedgerLine {
        judge: keeps.then(|| format!("{base}/claims?claim={}#judge", r.id)),
        claimant: r.claimant.clone(),
        id_number: r.id_number.clone(),
        respondent: r.respondent.clone(),
        period: span(r.period_from, r.period_to),
        basis: r.basis.clone(),
        tags,
        claimed: yuan(r.sums.claimed_fen),
        verified: yuan(r.sums.verified_fen),
        rejected: yuan(r.sums.rejected_fen),
        open: yuan(r.sums.open_fen),
        paid: yuan(r.sums.paid_fen),
        others: yuan(Fen::new(r.sums.paid_fen.get() - r.sums.discharged_fen.get())),
        waived: yuan(r.sums.waived_fen),
        outstanding: yuan(r.sums.outstanding_fen),
        said: said.unwrap_or_default(),
    }
}

fn sums(l: &LedgerPage) -> Vec<Fact> {
    let s = &l.sums;
    let others = Fen::new(s.paid_fen.get() - s.discharged_fen.get());
    [
        ("登记总额", l.reported_total_fen),
        ("主张", s.claimed_fen),
        ("核实", s.verified_fen),
        ("不予认定", s.rejected_fen),
        ("未核查", s.open_fen),
        ("已付", s.paid_fen),
        ("其中他人代付", others),
        ("放弃", s.waived_fen),
        ("尚欠", s.outstanding_fen),
    ]
    .into_iter()
    .map(|(n, f)| Fact::new(n, yuan(f)))
    .collect()
}

/// Judges one row, and no other: which one is shown and goes along.
fn judge_form(app: &App, base: &str, r: &LedgerRow, files: &[(String, String)], back: &Back) -> FormView {
    let who = format!("{} {} {}", r.claimant, span(r.period_from, r.period_to), yuan(r.sums.claimed_fen));
    let yes = [("yes", "是"), ("no", "否"), ("unknown", "不明")];
    let form = FormView::new(
        "judge-form",
        format!("{base}/claims/judge"),
        "记录认定",
        vec![
            FormField::new("row", "明细", FieldKind::Shown).value(who),
            FormField::new("nature", "性质", FieldKind::Select).options(codes(app, NATURES)).required(),
            FormField::new("migrant", "是否农民工", FieldKind::Radio).options(yes),
            FormField::new("setApartFen", "分出的非工资金额", FieldKind::Money).help("性质不是工资的填写；不填则分出全部未核查的金额"),
            FormField::new("evidence", "依据的材料", FieldKind::Select).options(files.to_vec()).help("认定为非工资、认定是否农民工的必填"),
            FormField::new("reason", "理由", FieldKind::Long).required().max(200),
        ],
    );
    keyed(form.hidden("claim", r.id.to_string()), back)
}

/// By whom rows are handed in, and the mandates of those a team leader speaks for.
fn presenting(files: &[(String, String)]) -> [FormField; 2] {
    let who = [("workers", "劳动者本人"), ("team_leader", "包工头、班组长")];
    [
        FormField::new("presentedBy", "由谁提交", FieldKind::Select).options(who).help("反映人是包工头的必须填写"),
        FormField::new("mandate", "各劳动者签名的委托书", FieldKind::Select)
            .options(files.to_vec())
            .help("包工头代为提交的必填，先上传为本案材料"),
    ]
}

fn roster_form(base: &str, files: &[(String, String)], mib: u64, back: &Back) -> FormView {
    let mut fields = vec![FormField::new("file", "花名册（XLSX 或 CSV）", FieldKind::File).required().help(format!("不超过 {mib} MiB"))];
    fields.extend(presenting(files));
    let form =
        FormView::new("roster", format!("{base}/claims/try"), "试读（不写入）", fields).also(format!("{base}/claims/roster"), "写入");
    keyed(form, back)
}

fn row_form(base: &str, files: &[(String, String)], back: &Back) -> crate::base::Result<FormView> {
    let heads = headings()?;
    let fields = ROW.iter().zip(heads).map(|((key, field, kind), head)| {
        let f = FormField::new(*key, head, *kind).max(CELL);
        if matches!(field, Field::ReporterName | Field::ReporterId | Field::PeriodFrom | Field::PeriodTo) { f.required() } else { f }
    });
    let fields: Vec<FormField> = fields.chain(presenting(files)).collect();
    Ok(keyed(FormView::new("row", format!("{base}/claims/rows"), "录入", fields), back))
}

fn export_form(base: &str, state: &str, back: &Back) -> FormView {
    let fields = vec![
        FormField::new("format", "格式", FieldKind::Radio).options([("xlsx", "XLSX"), ("csv", "CSV")]).value("xlsx").required(),
        FormField::new("reason", "用途", FieldKind::Long).required().max(200),
    ];
    fill(FormView::new("export", format!("{base}/claims/export"), "导出", fields).tone(Tone::Plain).hidden("state", state), back)
}

fn joiner(app: &App, base: &str, keeps: Keeps, chain: &[(String, String)], j: &JoinerView, back: &Back) -> JoinerLine {
    let waits = j.state == "waiting";
    // into a case that is concluded nobody comes; whoever still waits is told
    let choices: &[(&str, &str)] =
        if keeps.now { &[("true", "加入名册"), ("false", "不予加入")] } else { &[("false", "不予加入")] };
    let form = || {
        let form = FormView::new(
            format!("joiner-{}", j.id),
            format!("{base}/joiners/{}/decide", j.id),
            "提交",
            vec![
                FormField::new("accept", "决定", FieldKind::Radio).options(choices.iter().copied()).required(),
                FormField::new("respondent", "欠薪单位", FieldKind::Select).options(chain.to_vec()).help("不选则为本案被反映单位"),
                FormField::new("reason", "不予加入的原因", FieldKind::Select).options(codes(app, REFUSALS)).help("会告知申请人"),
                FormField::new("note", "核对经过", FieldKind::Long).required().max(200).help("先回电核实本人，再决定"),
            ],
        );
        keyed(form, back)
    };
    JoinerLine {
        name: j.name.clone(),
        about: format!("{}　{}", j.id_number, j.phone),
        respondent: j.respondent.clone().unwrap_or_default(),
        period: span(Some(j.period_from), Some(j.period_to)),
        amount: yuan(j.amount_fen),
        state: Tag::new(
            text::zh(&format!("join.state.{}", j.state)),
            match j.state.as_str() {
                "waiting" => Tone::Warn,
                "joined" => Tone::Good,
                _ => Tone::Plain,
            },
        ),
        flags: j
            .flags
            .iter()
            .map(|f| Tag::new(text::zh(&format!("join.flag.{f}")), Tone::Warn))
            .chain(j.matched.then(|| Tag::new(text::zh("join.flag.matched"), Tone::Plain)))
            .collect(),
        reason: j.reason.clone().unwrap_or_default(),
        decide: (waits && keeps.keeps).then(form),
    }
}

fn code(base: &str, keeps: bool, k: &CodeView) -> CodeLine {
    let live = k.state == "live";
    let revoke = || {
        FormView::new(format!("revoke-{}", k.id), format!("{base}/join-codes/{}/revoke", k.id), "取消", vec![])
            .tone(Tone::Plain)
            .hidden("_key", IdempotencyKey::fresh().as_str())
    };
    CodeLine {
        at: k.created_at.list_text(),
        until: k.expires_at.list_text(),
        state: Tag::new(text::zh(&format!("join.code.{}", k.state)), if live { Tone::Good } else { Tone::Plain }),
        revoke: (live && keeps).then(revoke),
    }
}

async fn claims_page(app: &Arc<App>, by: &Officer, id: CaseId, asked: Asked, extra: Extra) -> Result<ClaimsPage, Failure> {
    let actor = by.actor();
    let l = app.claims_ledger(&actor, id, asked.clone()).await?;
    let keeps = app.keeps_claims(&actor, id).await?;
    // what forms let choose from is loaded for whoever has forms
    let picks = if keeps.keeps { app.claim_pickers(&actor, id).await? } else { Pickers::default() };
    let files: Vec<(String, String)> = picks.files.iter().map(|(e, name)| (e.to_string(), name.clone())).collect();
    let chain: Vec<(String, String)> = picks.parties.iter().map(|(p, name)| (p.to_string(), name.clone())).collect();
    let base = format!("/cases/{id}");
    let state = if asked.state.is_empty() { "all".to_owned() } else { asked.state.clone() };
    let tab = |s: &str| InboxTab {
        label: text::zh(&format!("ledger.state.{s}")).to_owned(),
        href: address(&format!("{base}/claims"), &[("state", s)]),
        count: 0,
        current: s == state && asked.find.is_empty(),
        urgent: false,
    };
    let (total, page) = (u64::try_from(l.total).unwrap_or(0), u64::try_from(l.page).unwrap_or(1));
    let size = u64::try_from(PAGE).unwrap_or(50);
    let pager = Pager::new(total, page, size, |n| address(&format!("{base}/claims"), &[("state", &state), ("page", &n.to_string())]));
    let remainder = match &l.remainder {
        Some(how) => text::zh_with("console.remainder.done", &[("how", how)]),
        None if l.remainder_fen.is_positive() => text::zh_with("console.remainder.open", &[("sum", &yuan(l.remainder_fen))]),
        None => String::new(),
    };
    let back = &extra.back;
    let judged = match extra.claim.filter(|_| l.keeps) {
        Some(claim) => app.claims_ledger(&actor, id, Asked { claim: Some(claim), ..Asked::default() }).await?.rows.into_iter().next(),
        None => None,
    };
    let find = FormView::new(
        "find",
        format!("{base}/claims/find"),
        "查找",
        vec![FormField::new("find", "姓名、身份证号或者手机号", FieldKind::Text).required().max(40).help("须完整、准确；不会留在网址里")],
    )
    .tone(Tone::Plain);
    let joiners = app.joiners(&actor, id).await?;
    Ok(ClaimsPage {
        chrome: chrome(app, by, text::zh("claims.page.title"), Place::None).await?.with_flash(flash(extra.done.as_deref())),
        number: l.number.clone(),
        case: base.clone(),
        parties: format!("{base}/parties"),
        respondent: l.respondent.clone(),
        sums: sums(&l),
        remainder_open: l.remainder.is_none() && l.remainder_fen.is_positive(),
        remainder,
        tabs: STATES.iter().map(|s| tab(s)).collect(),
        find: fill(find, back),
        rows: l.rows.iter().map(|r| line(&base, l.keeps, r)).collect(),
        pager,
        judge: judged.map(|r| judge_form(app, &base, &r, &files, back)),
        roster: l.keeps.then(|| roster_form(&base, &files, app.city.intake.file.bytes / (1024 * 1024), back)),
        row: if l.keeps { Some(row_form(&base, &files, back)?) } else { None },
        codes: app.join_codes(&actor, id).await?.iter().map(|k| code(&base, l.keeps, k)).collect(),
        make_code: l.keeps.then(|| FormView::new("make-code", format!("{base}/join-codes"), "发出加入码", vec![]).tone(Tone::Plain)),
        joiners: joiners.iter().take(JOINERS).map(|j| joiner(app, &base, keeps, &chain, j, back)).collect(),
        export: export_form(&base, &state, back),
        new_code: extra.new_code.map(|k| (k.code, k.expires_at.list_text())),
        result: extra.result,
        tried: extra.tried,
    })
}

/// Sends a page back with what was typed; what is no fault of the form goes on as an error.
async fn back(app: &Arc<App>, by: &Officer, id: CaseId, form: &str, pairs: Vec<(String, String)>, why: Error) -> Answer<Response> {
    if !(stays(&why) || matches!(why, Error::Malformed(_) | Error::TooLarge(_))) {
        return Err(why.into());
    }
    let code = status(&why);
    // the row a judgement is about comes back with it
    let claim = pairs.iter().find(|(k, _)| form == "judge-form" && k == "claim").and_then(|(_, v)| v.parse().ok());
    let extra = Extra { back: Some((form.to_owned(), pairs, why)), claim, ..Extra::default() };
    html_with(code, &claims_page(app, by, id, Asked::default(), extra).await?)
}

/// `GET /cases/{id}/claims`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let claim = q.parsed::<ClaimId>("claim", "unknown_claim");
    let state = q.choice("state", &STATES).unwrap_or_default();
    let page = q.int("page", 1, 100_000).unwrap_or(1);
    let asked = Asked { find: String::new(), state, page: usize::try_from(page).unwrap_or(1), claim: None };
    html(&claims_page(&app, &by, id, asked, Extra { claim, done, ..Extra::default() }).await?)
}

/// `POST /cases/{id}/claims/find`.
pub(super) async fn find(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let find = p.text("find", 40).unwrap_or_default();
    html(&claims_page(&app, &by, id, Asked { find, ..Asked::default() }, Extra::default()).await?)
}

/// `GET /roster-template`.
pub(super) async fn template(State(app): State<Arc<App>>, _by: Officer) -> Answer<Response> {
    Ok(sheet(app.roster_template()?, "花名册", true))
}

fn result(name: String, r: &RosterReport, workbook: Option<Vec<u8>>) -> ImportResult {
    let n = |v: usize| i64::try_from(v).unwrap_or(i64::MAX);
    let counts = [("读到", r.rows), ("可用", r.taken), ("补全原登记人", r.filled), ("退回", r.rejected), ("未满十六周岁", r.minors)];
    ImportResult {
        file: name,
        counts: counts.into_iter().map(|(k, v)| (k.to_owned(), n(v))).collect(),
        rejects: r
            .rejects
            .iter()
            .take(SHOWN)
            .map(|x| RejectLine { row: x.row, faults: x.faults.iter().map(|f| format!("{}：{}", f.column, f.message)).collect() })
            .collect(),
        more: r.rejects.len() > SHOWN,
        workbook: workbook
            .map(|b| (format!("data:{};base64,{}", crate::paper::sheet::XLSX, STANDARD.encode(b)), "退回的明细.xlsx".to_owned())),
    }
}

fn presented(p: &mut Params) -> Presented {
    Presented { by: p.choice("presentedBy", &["workers", "team_leader"]), mandate: p.parsed::<EvidenceId>("mandate", "unknown_evidence") }
}

async fn take(app: Arc<App>, by: Officer, id: CaseId, up: Upload, dry: bool) -> Answer<Response> {
    let Upload { mut params, file } = up;
    let pairs = params.pairs().to_vec();
    let key = params.key()?;
    let given = presented(&mut params);
    let file = params.required("file", file);
    let actor = by.actor();
    // who may not know of the case learns nothing of the file either
    app.may_see(&actor, Some(id), None, None).await?;
    let done = match (params.finish(), file) {
        (Ok(()), Some(f)) => {
            let content = (hex(&Sha256::digest(&f.bytes)), &given.by, given.mandate);
            let key = Key::new(key.as_str(), &format!("console:roster:{id}"), &content)?;
            let (inner, who, name) = (Arc::clone(&app), actor.clone(), f.name.clone());
            let work = move || {
                let sheet: Sheet = inner.read_roster(&f.bytes)?.presented(given);
                inner.take_roster(&who, (!dry).then_some(&key), id, sheet, dry)
            };
            let out = tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(format!("roster: {e}")))?;
            out.map(|(report, workbook)| result(name, &report, workbook))
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Error::field("/file", "required", &[])),
    };
    match done {
        Ok(result) => {
            let extra = Extra { result: Some(result), tried: dry, ..Extra::default() };
            html(&claims_page(&app, &by, id, Asked::default(), extra).await?)
        }
        Err(e) => back(&app, &by, id, "roster", pairs, e).await,
    }
}

/// `POST /cases/{id}/claims/try`.
pub(super) async fn try_roster(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<CaseId>, up: Upload) -> Answer<Response> {
    take(app, by, id, up, true).await
}

/// `POST /cases/{id}/claims/roster`.
pub(super) async fn roster(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<CaseId>, up: Upload) -> Answer<Response> {
    take(app, by, id, up, false).await
}

/// `POST /cases/{id}/claims/rows`.
pub(super) async fn row(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let key = p.key()?;
    let values: Vec<(Field, String)> = ROW.iter().map(|(k, f, _)| (*f, p.text(k, CELL).unwrap_or_default())).collect();
    let given = presented(&mut p);
    let actor = by.actor();
    app.may_see(&actor, Some(id), None, None).await?;
    let typed: Vec<&String> = values.iter().map(|(_, v)| v).collect();
    let key = Key::new(key.as_str(), &format!("console:row:{id}"), &(typed, &given.by, given.mandate))?;
    let done = match p.finish() {
        Ok(()) => {
            let inner = Arc::clone(&app);
            let work = move || {
                let sheet = inner.form_roster(&[values])?.presented(given);
                // a row with a fault comes back to the form and writes nothing
                inner.take_roster(&actor, Some(&key), id, sheet, false).map(|(r, _)| r)
            };
            tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(format!("row: {e}")))?
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(report) if report.rejects.is_empty() => Ok(see_other(&format!("/cases/{id}/claims?done=roster"))),
        Ok(report) => {
            let heads = headings()?;
            let at = |column: &str| heads.iter().position(|h| h == column).and_then(|i| ROW.get(i)).map_or("", |(k, ..)| *k);
            let faults = report.rejects.iter().flat_map(|r| &r.faults);
            let found = faults.map(|f| FieldError::new(format!("/{}", at(&f.column)), f.code.clone(), f.message.clone())).collect();
            back(&app, &by, id, "row", pairs, Error::Invalid(found)).await
        }
        Err(e) => back(&app, &by, id, "row", pairs, e).await,
    }
}

/// `POST /cases/{id}/claims/judge`.
pub(super) async fn judge(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let key = p.key()?;
    let claim = p.parsed::<ClaimId>("claim", "unknown_claim");
    let claim = p.required("claim", claim);
    let nature = p.text("nature", 40);
    let nature = p.required("nature", nature).unwrap_or_default();
    let migrant = p.choice("migrant", &["yes", "no", "unknown"]);
    let set_apart_fen = p.money("setApartFen", |s| Fen::parse(s).ok());
    let evidence = p.parsed::<EvidenceId>("evidence", "unknown_evidence");
    let reason = p.long_text("reason", 200).unwrap_or_default();
    let done = match p.finish_with(claim) {
        Ok(claim) => {
            let j = Judge { nature, migrant, set_apart_fen, reason, evidence };
            let key = Key::new(key.as_str(), &format!("console:judge:{claim}"), &j)?;
            app.judge_claim(&by.actor(), Some(key), claim, &j).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/cases/{id}/claims?done=judged"))),
        Err(e) => back(&app, &by, id, "judge-form", pairs, e).await,
    }
}

/// `POST /cases/{id}/claims/export`.
pub(super) async fn export(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<CaseId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let format = p.choice("format", &["xlsx", "csv"]);
    let xlsx = p.required("format", format).as_deref() == Some("xlsx");
    let state = p.choice("state", &STATES).unwrap_or_default();
    let reason = p.long_text("reason", 200).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => app.export_claims(&by.actor(), id, Asked { state, ..Asked::default() }, &reason, xlsx).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(bytes) => Ok(sheet(bytes, text::zh("claims.page.title"), xlsx)),
        Err(e) => back(&app, &by, id, "export", pairs, e).await,
    }
}

/// `POST /cases/{id}/join-codes`: the code is shown on the page that answers, and nowhere again.
pub(super) async fn make_code(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<CaseId>) -> Answer<Response> {
    let made = app.make_join_code(&by.actor(), id).await?;
    html(&claims_page(&app, &by, id, Asked::default(), Extra { new_code: Some(made), ..Extra::default() }).await?)
}

/// `POST /cases/{id}/join-codes/{code}/revoke`.
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, code): PathIds<CaseId, RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let key = Key::new(p.key()?.as_str(), &format!("console:revoke:{code}"), &id)?;
    app.revoke_join_code(&by.actor(), Some(key), id, code).await?;
    Ok(see_other(&format!("/cases/{id}/claims?done=join_revoked")))
}

/// `POST /cases/{id}/joiners/{joiner}/decide`.
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    by: Officer,
    PathIds(id, joiner): PathIds<CaseId, RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let key = p.key()?;
    let accept = p.choice("accept", &["true", "false"]);
    let accept = p.required("accept", accept).as_deref() == Some("true");
    let respondent = p.parsed::<RespondentId>("respondent", "unknown_respondent");
    let reason = p.text("reason", 40);
    let note = p.long_text("note", 200).unwrap_or_default();
    let done = match p.finish() {
        Ok(()) => {
            let d = DecideJoiner { accept, reason, respondent, note };
            let key = Key::new(key.as_str(), &format!("console:joiner:{joiner}"), &d)?;
            app.decide_joiner(&by.actor(), Some(key), joiner, &d).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/cases/{id}/claims?done=joiner#joiners"))),
        Err(e) => back(&app, &by, id, &format!("joiner-{joiner}"), pairs, e).await,
    }
}
