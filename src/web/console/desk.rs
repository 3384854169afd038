//! The desk: filings that wait to be sent on, changes that wait for a decision, registration.

use super::frame::{chrome, desk_query, flash};
use super::lists::due_of;
use super::matter::{filing_forms, filing_pickers, suggestions};
use super::moves::{area_choices, local, stays};
use super::view::{
    AmendmentRow, DeskPage, DeskRow, FieldKind, FormField, FormGroup, FormView, HintsPart, HitRow, Pager, Place, RegisterPage, Tag, Tone,
};
use super::words::{marks, yuan};
use crate::app::App;
use crate::app::amendment;
use crate::app::counter::AmendmentView;
use crate::app::inbox::Item;
use crate::app::intake::Registered;
use crate::app::write::Key;
use crate::base::id::RowId;
use crate::base::{Error, FieldError, text};
use crate::domain::intake::FilingForm;
use crate::law::Fen;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with, see_other};
use crate::web::extract::{FormParams, IdempotencyKey, Params, PathId, QueryParams};
use crate::web::{Answer, Failure};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use std::sync::Arc;

/// The hidden field of the registration form that names the request to be called back it comes from.
const CALLBACK: &str = "callback";
/// Filings on one page of the desk: each shows its forms.
const SIZE: i64 = 8;

/// `GET /desk`.
pub(super) async fn desk(State(app): State<Arc<App>>, by: Officer, QueryParams(mut q): QueryParams) -> Answer<Response> {
    let done = q.raw("done").map(str::to_owned);
    let page = q.int("page", 1, 10_000).unwrap_or(1);
    let actor = by.actor();
    let found = app.inbox(&actor, desk_query(page, SIZE)).await?;
    let mut rows = Vec::new();
    for item in &found.items {
        rows.push(row(&app, &by, item).await?);
    }
    let (total, number) = (u64::try_from(found.total).unwrap_or(0), u64::try_from(found.page).unwrap_or(1));
    html(&DeskPage {
        chrome: chrome(&app, &by, "待分拨", Place::Desk).await?.with_flash(flash(done.as_deref())),
        rows,
        pager: Pager::new(total, number, SIZE.unsigned_abs(), |n| format!("/desk?page={n}")),
        amendments: amendment_rows(app.open_amendments(&actor, None).await?),
    })
}

async fn row(app: &Arc<App>, by: &Officer, i: &Item) -> Result<DeskRow, Failure> {
    let id = i.filing.ok_or_else(|| Error::Internal("a desk line without a filing".into()))?;
    let f = app.filing_file(&by.actor(), id).await?;
    let pickers = filing_pickers(app, by, &f).await?;
    let prefix = format!("d{}", id);
    let forms = filing_forms(app, &f, &pickers, &prefix, None);
    let mut tags = vec![Tag::new(f.filing.kind_title.clone(), Tone::Info)];
    tags.extend(marks(&i.grade, &i.flags));
    let source = match &i.source_number {
        Some(n) => format!("{}　{n}", f.filing.channel_title),
        None => f.filing.channel_title.clone(),
    };
    Ok(DeskRow {
        href: format!("/filings/{id}"),
        code: i.number.clone(),
        source,
        respondent: i
            .project
            .clone()
            .filter(|_| f.filing.uscc.is_none())
            .map_or_else(|| i.respondent.clone(), |p| format!("{}　{p}", i.respondent)),
        area_text: f.filing.area_text.clone(),
        claimed: format!("{} 人　{}", i.headcount, yuan(i.amount_fen)),
        received: f.filing.received_at.list_text(),
        due: due_of(i),
        reason: i.desk_reason.clone().unwrap_or_else(|| text::zh("console.desk.no_reason").to_owned()),
        tags,
        suggestions: suggestions(&f, &prefix, app.now()),
        forms: forms.more.into_iter().filter(|m| m.form.action.ends_with("/set_area")).chain(forms.main).collect(),
    })
}

/// Changes that wait for a decision, each with its two buttons.
pub(super) fn amendment_rows(all: Vec<AmendmentView>) -> Vec<AmendmentRow> {
    all.into_iter()
        .map(|a| {
            let form = |apply: bool, word: &str| {
                let id = format!("amend-{}-{}", a.id, if apply { "apply" } else { "dismiss" });
                FormView::new(id, format!("/amendments/{}", a.id), word, vec![])
                    .tone(if apply { Tone::Info } else { Tone::Plain })
                    .hidden("_key", IdempotencyKey::fresh().as_str())
                    .hidden("apply", if apply { "true" } else { "false" })
            };
            AmendmentRow {
                href: format!("/filings/{}", a.filing),
                code: a.number.clone(),
                respondent: a.respondent.clone(),
                received: a.received_at.list_text(),
                apply: form(true, "采纳"),
                dismiss: form(false, "不采纳"),
                changes: a.changes,
            }
        })
        .collect()
}

/// `POST /amendments/{id}`.
pub(super) async fn decide_amendment(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<RowId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let apply = p.flag("apply");
    let key = Key::new(p.key()?.as_str(), "console:amendment", &(id, apply))?;
    let filing = app.write(&by.actor(), Some(key), move |tx| amendment::decide(tx, id, apply)).await?;
    Ok(see_other(&format!("/filings/{filing}?done={}", if apply { "applied" } else { "dismissed" })))
}

/// What projects are called where routing looks for them.
const TRADES: [&str; 11] = [
    "房屋建筑工程",
    "市政工程",
    "装饰装修工程",
    "公路工程",
    "港口与航道工程",
    "水利工程",
    "其他工程",
    "制造业",
    "住宿餐饮业",
    "批发零售业",
    "其他行业",
];

/// The form; from a request to be called back it is that request's counter which receives.
fn form(app: &App, by: &Officer, callback: Option<RowId>) -> FormView {
    use FieldKind::{Check, Date, DateTime, Int, Long, Money, Phone, Radio, Select, Text};
    let caps = &app.city.intake.caps.text;
    let line = |key: &str, label: &str, max: usize| FormField::new(key, label, Text).max(max);
    let unit = |key: &str, label: &str| line(key, label, caps.name);
    let code = |key: &str, label: &str| line(key, label, 18).help("18 位");
    let yes_no = |key: &str, label: &str| FormField::new(key, label, Select).options([("是", "是"), ("否", "否")]);
    let kinds = ["complaint", "report", "clue", "petition", "assigned"].map(|k| (k, crate::app::view::coded("filing.kind", k)));
    let channels = app.city.intake.channels.iter().map(|c| (c.clone(), crate::app::view::coded("channel", c)));
    let mut source = vec![
        FormField::new("kind", "类别", Radio).options(kinds).value("complaint").required(),
        FormField::new("channel", "来源", Select).options(channels).value("window").required(),
        FormField::new("receivedAt", "收到时间", DateTime).value(local(app.now())).required(),
        line("sourceNumber", "来源编号", caps.number).help("上级或热线的工单号，没有就不填"),
        FormField::new("superior", "上级交办或督办", Check),
    ];
    let counters = app.counters(&by.actor());
    if callback.is_none() && counters.len() > 1 {
        let first = counters.first().cloned().unwrap_or_default();
        let named = counters.iter().map(|b| (b.clone(), app.bureau_name(b)));
        source.insert(2, FormField::new("receiving", "登记部门", Select).options(named).value(first).required());
    }
    let groups = vec![
        FormGroup::new("来源", "", source),
        FormGroup::new(
            "反映人",
            "反映人信息加密保存，列表里只显示遮盖后的内容。选“举报”的，不向办案部门以外任何人透露身份。",
            vec![
                line("reporterName", "姓名", caps.name).required(),
                FormField::new("reporterPhone", "电话", Phone).max(20).help("11 位手机号，或带区号的座机"),
                line("reporterId", "身份证号", 18),
                line("bankCard", "银行卡号", 24).help("本人的工资卡"),
            ],
        ),
        FormGroup::new(
            "单位和项目",
            "被反映单位和工程项目至少填写一项。",
            vec![
                unit("respondent", "被反映单位"),
                code("respondentUscc", "统一社会信用代码"),
                line("project", "工程项目", caps.project),
                FormField::new("projectKind", "所属行业", Select).options(TRADES.map(|t| (t, t))).help("决定由哪个行业部门监管"),
                FormField::new("area", "用工所在地", Select).options(area_choices(app)).help("不清楚就不选，登记后由受理台核对"),
                line("address", "详细地址", caps.address),
                yes_no("governmentFunded", "政府投资项目"),
            ],
        ),
        FormGroup::new(
            "欠薪情况",
            "",
            vec![
                FormField::new("headcount", "人数", Int).required().max(6),
                FormField::new("reportedTotal", "金额", Money).required().max(24).help("单位元，可写 12,345.67 或 1.2万"),
                FormField::new("periodFrom", "从何时", Date),
                FormField::new("periodTo", "到何时", Date),
                FormField::new("narrative", "情况说明", Long).max(caps.narrative),
            ],
        ),
        FormGroup::new(
            "责任单位链",
            "知道的填写，办案时可以补。",
            vec![
                yes_no("contractSigned", "签订劳动合同"),
                unit("contractEmployer", "合同用人单位"),
                code("contractEmployerUscc", "用人单位代码"),
                unit("owner", "建设单位"),
                code("ownerUscc", "建设单位代码"),
                unit("generalContractor", "施工总承包单位"),
                code("generalContractorUscc", "总包代码"),
                unit("subcontractor", "分包单位"),
                code("subcontractorUscc", "分包代码"),
                unit("teamLeader", "包工头"),
                line("teamLeaderId", "包工头身份证号", 18),
            ],
        )
        .folded(),
        FormGroup::new(
            "曾经反映过",
            "",
            vec![
                line("previousChannels", "反映途径", caps.other).help("多个用顿号分开"),
                FormField::new("previousDetail", "当时的处理情况", Long).max(caps.narrative),
            ],
        )
        .folded(),
    ];
    let form = FormView::new("filing", "/filings", "登记", Vec::new())
        .also("/filings/hints", "查重")
        .grouped(groups)
        .hidden("_key", IdempotencyKey::fresh().as_str());
    match callback {
        Some(id) => form.hidden(CALLBACK, id.to_string()),
        None => form,
    }
}

/// The page with the form.
async fn register_with(
    app: &Arc<App>,
    by: &Officer,
    form: FormView,
    callback: Option<RowId>,
    hints: Option<Vec<HitRow>>,
) -> Result<RegisterPage, Failure> {
    let chrome = chrome(app, by, "登记投诉", Place::Register).await?;
    Ok(RegisterPage { chrome, form, callback: callback.map(|id| format!("/callbacks/{id}")), hints })
}

/// The request a filled-in form comes from.
fn callback_of(pairs: &[(String, String)]) -> Option<RowId> {
    pairs.iter().find(|(k, _)| k == CALLBACK).and_then(|(_, v)| v.parse().ok())
}

/// `GET /filings/new`.
pub(super) async fn register_page(State(app): State<Arc<App>>, by: Officer) -> Answer<Response> {
    if app.counters(&by.actor()).is_empty() {
        return Err(Error::Forbidden("register").into());
    }
    html(&register_with(&app, &by, form(&app, &by, None), None, None).await?)
}

/// `POST /callbacks/{id}/register`: the form with the number and name that were left, which is on record as a look at them.
pub(super) async fn register_callback(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<RowId>) -> Answer<Response> {
    let left = match app.callback_number(&by.actor(), id).await {
        Ok(left) => left,
        Err(e) => return super::callbacks::again(&app, &by, id, "register", Vec::new(), e).await,
    };
    let (k, _) = app.callback(&by.actor(), id).await?;
    let filled = form(&app, &by, Some(id))
        .holding("channel", "phone")
        .holding("reporterPhone", &left.phone)
        .holding("reporterName", left.name.as_deref().unwrap_or_default())
        .holding("area", k.area.as_deref().unwrap_or_default());
    html(&register_with(&app, &by, filled, Some(id), None).await?)
}

/// Reads the form; amounts in yuan as people write them.
fn read(p: &mut Params) -> FilingForm {
    let mut get = |name: &str| p.raw(name).map(text::tidy_long).unwrap_or_default();
    FilingForm {
        kind: get("kind"),
        channel: get("channel"),
        source_number: get("sourceNumber"),
        received_at: get("receivedAt").replace('T', " "),
        reporter_name: get("reporterName"),
        reporter_phone: get("reporterPhone"),
        reporter_id: get("reporterId"),
        bank_card: get("bankCard"),
        project_kind: get("projectKind"),
        project: get("project"),
        respondent: get("respondent"),
        respondent_uscc: get("respondentUscc"),
        contract_signed: get("contractSigned"),
        contract_employer: get("contractEmployer"),
        contract_employer_uscc: get("contractEmployerUscc"),
        area: get("area"),
        address: get("address"),
        owner: get("owner"),
        owner_uscc: get("ownerUscc"),
        general_contractor: get("generalContractor"),
        general_contractor_uscc: get("generalContractorUscc"),
        subcontractor: get("subcontractor"),
        subcontractor_uscc: get("subcontractorUscc"),
        team_leader: get("teamLeader"),
        team_leader_id: get("teamLeaderId"),
        government_funded: get("governmentFunded"),
        period_from: get("periodFrom"),
        period_to: get("periodTo"),
        narrative: get("narrative"),
        previous_channels: get("previousChannels"),
        previous_detail: get("previousDetail"),
        superior: p.flag("superior"),
        headcount: p.int("headcount", i64::MIN, i64::MAX),
        reported_total_fen: p.money("reportedTotal", |s| Fen::parse(s).ok()).map(Fen::get),
        industry: String::new(),
    }
}

/// `POST /filings`.
pub(super) async fn register(State(app): State<Arc<App>>, by: Officer, FormParams(mut p): FormParams) -> Answer<Response> {
    let key = p.key()?;
    let pairs = p.pairs().to_vec();
    let form_read = read(&mut p);
    let receiving = p.text("receiving", 64).unwrap_or_default();
    let content: Vec<&(String, String)> = pairs.iter().filter(|(k, _)| k != "_key").collect();
    let key = Key::new(key.as_str(), "console:register", &content)?;
    // what cannot be read at all and what the rules say come back together
    let unread = p.finish().err().map(|e| e.fields().to_vec()).unwrap_or_default();
    let callback = callback_of(&pairs);
    let done = if let (Some(id), true) = (callback, unread.is_empty()) {
        app.register_callback(&by.actor(), Some(key), id, &form_read).await
    } else if unread.is_empty() {
        app.register_by_form(&by.actor(), Some(key), &form_read, &receiving).await
    } else {
        let channels = &app.city.intake.channels;
        let more = crate::domain::intake::draft_from_form(&form_read, channels, &app.city.intake.caps, app.now()).err().unwrap_or_default();
        let named = |e: &FieldError| {
            unread.iter().any(|u| u.pointer == e.pointer || (u.pointer == "/reportedTotal" && e.pointer == "/reportedTotalFen"))
        };
        let more: Vec<FieldError> = more.into_iter().filter(|e| !named(e)).collect();
        Err(Error::Invalid(unread.into_iter().chain(more).collect()))
    };
    match done {
        Ok(Registered::New { filing, case, joined, .. }) => {
            let code = match (case, joined) {
                (None, _) => "desk",
                (Some(_), true) => "joined",
                (Some(_), false) => "registered",
            };
            Ok(see_other(&format!("/filings/{filing}?done={code}")))
        }
        Ok(Registered::Amended { filing }) => Ok(see_other(&format!("/filings/{filing}?done=amended"))),
        Ok(Registered::Duplicate { filing }) => Ok(see_other(&format!("/filings/{filing}?done=duplicate"))),
        Err(e) if stays(&e) => {
            // the form asks for yuan
            let named = |p: &str| if p == "/reportedTotalFen" { "/reportedTotal".to_owned() } else { p.to_owned() };
            let again = form(&app, &by, callback).refilled(&pairs).told_as(&e, named);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &register_with(&app, &by, again, callback, None).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// The header by which the page's script asks for the look-alikes alone.
const PART: &str = "x-part";

/// `POST /filings/hints`: look-alikes beside the form, which stays as it was filled in; alone when the page's script asks, while somebody types.
pub(super) async fn hints(State(app): State<Arc<App>>, by: Officer, headers: HeaderMap, FormParams(p): FormParams) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let get = |name: &str| pairs.iter().find(|x| x.0 == name).map(|x| x.1.clone()).unwrap_or_default();
    let asked = crate::app::search_hints::Asked {
        reporter_name: get("reporterName"),
        reporter_phone: get("reporterPhone"),
        reporter_id: get("reporterId"),
        respondent: get("respondent"),
        respondent_uscc: get("respondentUscc"),
        project: get("project"),
    };
    let callback = callback_of(&pairs);
    let filled = form(&app, &by, callback).refilled(&pairs);
    match app.hints(&by.actor(), asked).await {
        Ok(found) => {
            let found = found.iter().map(super::search::hint).collect();
            if headers.contains_key(PART) {
                return html(&HintsPart { rows: found });
            }
            html(&register_with(&app, &by, filled, callback, Some(found)).await?)
        }
        Err(e) if stays(&e) => {
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &register_with(&app, &by, filled.told(&e), callback, None).await?)
        }
        Err(e) => Err(e.into()),
    }
}
