//! Joint cases: the ledger, join codes and joiners, the chain's liability, representatives, recourse, pay lists, clues of child labour.

use super::{Created, READERS, key};
use crate::app::App;
use crate::app::claims::clue::{CloseClue, ClueView};
use crate::app::claims::codes::{CodeView, NewCode};
use crate::app::claims::join::{DecideJoiner, JoinerView};
use crate::app::claims::ledger::{Asked, LedgerPage, STATES};
use crate::app::claims::liability::{FindLiability, LiableParty, NewParty};
use crate::app::claims::pay_list::{IssuedPayList, NewPayList, PayListPreview};
use crate::app::claims::recourse::{RecourseView, Recovered, WriteOff};
use crate::app::claims::representatives::{NewRepresentative, RepresentativeView};
use crate::app::sight::Unmasked;
use crate::base::id::{CaseId, PaymentId, ProcedureId, RespondentId, RowId};
use crate::paper::sheet;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, PathIds, QueryParams};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const KEEPERS: &str = "承办部门的受理员、承办人、大队长，及接收登记的受理员";

/// Codes of a case.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CaseJoinCodes {
    /// The newest first.
    join_codes: Vec<CodeView>,
}
/// Joiners of a case.
#[derive(Serialize, ToSchema)]
struct Joiners {
    /// Those that wait first.
    joiners: Vec<JoinerView>,
}
/// The chain.
#[derive(Serialize, ToSchema)]
struct Chain {
    /// In order.
    parties: Vec<LiableParty>,
}
/// Representatives.
#[derive(Serialize, ToSchema)]
struct Representatives {
    /// The oldest first.
    representatives: Vec<RepresentativeView>,
}
/// What may be asked back.
#[derive(Serialize, ToSchema)]
struct Recourses {
    /// The oldest first.
    recourses: Vec<RecourseView>,
}
/// Open clues.
#[derive(Serialize, ToSchema)]
struct Clues {
    /// The oldest first.
    clues: Vec<ClueView>,
}
/// Why something ends.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EndNote {
    /// In words.
    note: String,
}
/// Why the plain data is looked at.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LookReason {
    /// A code of the reasons to unmask.
    reason: String,
    /// In words.
    remark: String,
}
/// What to export.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ExportClaims {
    /// `xlsx` or `csv`.
    format: String,
    /// Why; on record.
    reason: String,
    /// A state as the list takes it.
    #[serde(default)]
    state: String,
}
/// Which pay list, and why it is taken out.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ExportPayList {
    /// An order or an agreement; absent means all that is owed.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    procedure: Option<ProcedureId>,
    /// Few persons are left on a list that had many, and it is taken out all the same.
    #[serde(default)]
    acknowledged: bool,
    /// Why; on record.
    reason: String,
}

async fn ledger(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Json<LedgerPage>> {
    let state = q.choice("state", &STATES).unwrap_or_default();
    let page = q.int("page", 1, 100_000).unwrap_or(1);
    q.finish_strict()?;
    let asked = Asked { find: String::new(), state, page: usize::try_from(page).unwrap_or(1), claim: None };
    Ok(Json(app.claims_ledger(&actor, id, asked).await?))
}

async fn export(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    JsonBody(b): JsonBody<ExportClaims>,
) -> Answer<Response> {
    if !["xlsx", "csv"].contains(&b.format.as_str()) {
        return Err(crate::base::Error::field("/format", "not_a_choice", &[]).into());
    }
    let xlsx = b.format == "xlsx";
    let file = app.export_claims(&actor, id, Asked { state: b.state, ..Asked::default() }, &b.reason, xlsx).await?;
    let kind = if xlsx { sheet::XLSX } else { sheet::CSV };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, file).into_response())
}

async fn codes(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<CaseId>) -> Answer<Json<CaseJoinCodes>> {
    Ok(Json(CaseJoinCodes { join_codes: app.join_codes(&actor, id).await? }))
}
async fn make_code(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<CaseId>) -> Answer<(StatusCode, Json<NewCode>)> {
    Ok((StatusCode::CREATED, Json(app.make_join_code(&actor, id).await?)))
}
async fn revoke_code(State(app): State<Arc<App>>, By(actor): By, PathIds(case, id): PathIds<CaseId, RowId>) -> Answer<StatusCode> {
    app.revoke_join_code(&actor, None, case, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
async fn joiners(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<CaseId>) -> Answer<Json<Joiners>> {
    Ok(Json(Joiners { joiners: app.joiners(&actor, id).await? }))
}
async fn decide(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<DecideJoiner>,
) -> Answer<StatusCode> {
    let k = key(&k, "joiner.decide", &(id, &b))?;
    app.decide_joiner(&actor, k, id, &b).await?;
    Ok(StatusCode::NO_CONTENT)
}
async fn unmask(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    JsonBody(b): JsonBody<LookReason>,
) -> Answer<Json<Unmasked>> {
    Ok(Json(app.unmask_joiner(&actor, id, &b.reason, &b.remark).await?))
}
async fn chain(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<CaseId>) -> Answer<Json<Chain>> {
    Ok(Json(Chain { parties: app.chain_of(&actor, id).await? }))
}
async fn add_party(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewParty>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "case.party", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Created::of(app.add_party(&actor, k, id, &b).await?))))
}
async fn liability(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RespondentId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<FindLiability>,
) -> Answer<StatusCode> {
    let k = key(&k, "respondent.liability", &(id, &b))?;
    app.find_liability(&actor, k, id, &b).await?;
    Ok(StatusCode::NO_CONTENT)
}
async fn representatives(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<CaseId>) -> Answer<Json<Representatives>> {
    Ok(Json(Representatives { representatives: app.representatives(&actor, id).await? }))
}
async fn name(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewRepresentative>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "case.representative", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Created::of(app.name_representative(&actor, k, id, &b).await?))))
}
async fn end(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<EndNote>,
) -> Answer<StatusCode> {
    let k = key(&k, "representative.end", &(id, &b))?;
    app.end_representative(&actor, k, id, &b.note).await?;
    Ok(StatusCode::NO_CONTENT)
}
async fn recourses(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<CaseId>) -> Answer<Json<Recourses>> {
    Ok(Json(Recourses { recourses: app.recourses(&actor, id).await? }))
}
async fn recover(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<PaymentId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Recovered>,
) -> Answer<StatusCode> {
    let k = key(&k, "recourse.recover", &(id, &b))?;
    app.recover(&actor, k, id, &b).await?;
    Ok(StatusCode::NO_CONTENT)
}
async fn write_off(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<PaymentId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<WriteOff>,
) -> Answer<StatusCode> {
    let k = key(&k, "recourse.write_off", &(id, &b))?;
    app.write_off(&actor, k, id, &b).await?;
    Ok(StatusCode::NO_CONTENT)
}
async fn preview(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Json<PayListPreview>> {
    let procedure = q.parsed::<ProcedureId>("procedure", "not_a_choice");
    q.finish_strict()?;
    Ok(Json(app.pay_list_preview(&actor, id, procedure).await?))
}
async fn issue(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewPayList>,
) -> Answer<(StatusCode, Json<IssuedPayList>)> {
    let k = key(&k, "case.pay_list", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(app.issue_pay_list(&actor, k, id, &b).await?)))
}
async fn pay_sheet(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    JsonBody(b): JsonBody<ExportPayList>,
) -> Answer<Response> {
    let file = app.pay_list_sheet(&actor, id, b.procedure, b.acknowledged, &b.reason).await?;
    let headers = [(header::CONTENT_TYPE, sheet::XLSX), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, file).into_response())
}
async fn clues(State(app): State<Arc<App>>, By(actor): By) -> Answer<Json<Clues>> {
    Ok(Json(Clues { clues: app.child_clues(&actor).await? }))
}
async fn close(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<CloseClue>,
) -> Answer<StatusCode> {
    let k = key(&k, "clue.close", &(id, &b))?;
    app.close_child_clue(&actor, k, id, &b).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let (keepers, readers) = (Access::Staff(KEEPERS), Access::Staff(READERS));
    t.add(
        Route::get("/api/office/v1/cases/{id}/claims", "listClaims", readers, "案件的欠薪明细，分页，附合计")
            .path_param("id", "案件")
            .query("state", "all、open 未核查、unpaid 尚欠、paid 已付清、rejected、contested 本人有异议、minor")
            .query("page", "页，自 1 起")
            .answers::<LedgerPage>(200, "明细"),
        ledger,
    );
    t.add(
        Route::post("/api/office/v1/cases/{id}/claims/export", "exportClaims", readers, "导出欠薪明细，说明理由，记录在案")
            .path_param("id", "案件")
            .reads::<ExportClaims>()
            .answers_file(200, "文件", &[sheet::XLSX, sheet::CSV]),
        export,
    );
    t.add(
        Route::get("/api/office/v1/cases/{id}/join-codes", "listJoinCodes", readers, "案件的加入码（不显示码本身和发出人）")
            .path_param("id", "案件")
            .answers::<CaseJoinCodes>(200, "加入码"),
        codes,
    );
    t.add(
        Route::post("/api/office/v1/cases/{id}/join-codes", "makeJoinCode", keepers, "发出加入码，只显示这一次")
            .path_param("id", "案件")
            .answers::<NewCode>(201, "加入码")
            .problems(&[409]),
        make_code,
    );
    t.add(
        Route::delete("/api/office/v1/cases/{id}/join-codes/{code}", "revokeJoinCode", keepers, "立即取消加入码")
            .path_param("id", "案件")
            .path_param("code", "加入码")
            .answers_plain(204, "已取消", None)
            .problems(&[409]),
        revoke_code,
    );
    t.add(
        Route::get("/api/office/v1/cases/{id}/joiners", "listJoiners", readers, "凭加入码提交的人，等待的在前")
            .path_param("id", "案件")
            .answers::<Joiners>(200, "申请人，已遮盖"),
        joiners,
    );
    t.add(
        Route::post("/api/office/v1/joiners/{id}/decide", "decideJoiner", keepers, "加入名册，或者不予加入并说明原因")
            .path_param("id", "申请")
            .idempotent()
            .reads::<DecideJoiner>()
            .answers_plain(204, "已处理", None)
            .problems(&[409]),
        decide,
    );
    t.add(
        Route::post("/api/office/v1/joiners/{id}/unmask", "unmaskJoiner", keepers, "查看申请人完整信息，记录在案")
            .path_param("id", "申请")
            .reads::<LookReason>()
            .answers::<Unmasked>(200, "完整信息"),
        unmask,
    );
    t.add(
        Route::get("/api/office/v1/cases/{id}/chain", "getChain", readers, "责任单位链及各自清偿责任的依据")
            .path_param("id", "案件")
            .answers::<Chain>(200, "责任单位链"),
        chain,
    );
    t.add(
        Route::post("/api/office/v1/cases/{id}/chain", "addParty", keepers, "补充责任单位")
            .path_param("id", "案件")
            .idempotent()
            .reads::<NewParty>()
            .answers::<Created>(201, "责任单位")
            .problems(&[409]),
        add_party,
    );
    t.add(
        Route::post("/api/office/v1/respondents/{id}/liability", "findLiability", keepers, "认定清偿责任的依据，附证据")
            .path_param("id", "责任单位")
            .idempotent()
            .reads::<FindLiability>()
            .answers_plain(204, "已记录", None)
            .problems(&[409]),
        liability,
    );
    t.add(
        Route::get("/api/office/v1/cases/{id}/representatives", "listRepresentatives", readers, "代表人")
            .path_param("id", "案件")
            .answers::<Representatives>(200, "代表人"),
        representatives,
    );
    t.add(
        Route::post("/api/office/v1/cases/{id}/representatives", "nameRepresentative", keepers, "确定代表人，附签名的委托书")
            .path_param("id", "案件")
            .idempotent()
            .reads::<NewRepresentative>()
            .answers::<Created>(201, "代表人")
            .problems(&[409]),
        name,
    );
    t.add(
        Route::post("/api/office/v1/representatives/{id}/end", "endRepresentative", keepers, "终止代表")
            .path_param("id", "代表人")
            .idempotent()
            .reads::<EndNote>()
            .answers_plain(204, "已终止", None)
            .problems(&[409]),
        end,
    );
    t.add(
        Route::get("/api/office/v1/cases/{id}/recourses", "listRecourses", readers, "代付款项的追偿")
            .path_param("id", "案件")
            .answers::<Recourses>(200, "追偿"),
        recourses,
    );
    t.add(
        Route::post("/api/office/v1/payments/{id}/recourse/recover", "recoverRecourse", keepers, "登记追回的款项")
            .path_param("id", "支付")
            .idempotent()
            .reads::<Recovered>()
            .answers_plain(204, "已记录", None)
            .problems(&[409]),
        recover,
    );
    t.add(
        Route::post("/api/office/v1/payments/{id}/recourse/write-off", "writeOffRecourse", keepers, "终止追偿，说明原因")
            .path_param("id", "支付")
            .idempotent()
            .reads::<WriteOff>()
            .answers_plain(204, "已记录", None)
            .problems(&[409]),
        write_off,
    );
    t.add(
        Route::get("/api/office/v1/cases/{id}/pay-list", "previewPayList", keepers, "支付名册会列多少人、是否会暴露投诉人，及已出具的名册")
            .path_param("id", "案件")
            .query("procedure", "责令支付或支付协议；不填为全部尚欠")
            .answers::<PayListPreview>(200, "预览")
            .problems(&[409]),
        preview,
    );
    t.add(
        Route::post("/api/office/v1/cases/{id}/pay-list", "issuePayList", keepers, "出具支付名册：列明收款人，不显示谁投诉")
            .path_param("id", "案件")
            .idempotent()
            .reads::<NewPayList>()
            .answers::<IssuedPayList>(201, "名册")
            .problems(&[409]),
        issue,
    );
    t.add(
        Route::post("/api/office/v1/cases/{id}/pay-list/export", "exportPayList", keepers, "导出支付名册表格，说明理由，记录在案")
            .path_param("id", "案件")
            .reads::<ExportPayList>()
            .answers_file(200, "文件", &[sheet::XLSX])
            .problems(&[409]),
        pay_sheet,
    );
    t.add(
        Route::get(
            "/api/office/v1/child-clues",
            "listChildClues",
            Access::Staff("承办部门的承办人、大队长、局领导"),
            "未办结的使用童工线索",
        )
        .answers::<Clues>(200, "线索"),
        clues,
    );
    t.add(
        Route::post(
            "/api/office/v1/child-clues/{id}/close",
            "closeChildClue",
            Access::Staff("承办部门的承办人、大队长、局领导"),
            "办结使用童工线索",
        )
        .path_param("id", "线索")
        .idempotent()
        .reads::<CloseClue>()
        .answers_plain(204, "已办结", None)
        .problems(&[409]),
        close,
    );
}
