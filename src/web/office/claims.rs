//! Claims of a case: the roster as a table or as rows of a form, its empty table, and what is judged of one claim.

use super::{Created, FILE_LIMIT, READERS, key};
use crate::app::App;
use crate::app::claims::judge::{Judge, JudgementView};
use crate::app::claims::roster::{Presented, RosterReport};
use crate::base::id::{CaseId, ClaimId, EvidenceId};
use crate::base::seal::hex;
use crate::base::{Error, Result};
use crate::domain::intake::Field;
use crate::paper::sheet;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, Upload};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use utoipa::ToSchema;

/// Rows a form may carry; more are a table's.
const FORM_ROWS: usize = 50;
const KEEPERS: &str = "承办部门的受理员、承办人、大队长，及接收登记的受理员";

/// What came of a roster.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RosterTaken {
    /// Counts, sums and the reasons of rows that come back.
    report: RosterReport,
    /// A workbook of the rows that come back with row, column and reason, in base64; kept nowhere here.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejects_xlsx_base64: Option<String>,
}

/// One row of a form; texts as a table has them.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct RosterRow {
    /// Name.
    name: String,
    /// Resident ID.
    id_number: String,
    /// Telephone.
    phone: String,
    /// Bank card.
    bank_card: String,
    /// A respondent of the case's chain; empty means the case's own.
    respondent: String,
    /// First day or month.
    period_from: String,
    /// Last day or month.
    period_to: String,
    /// Days, at most to a tenth.
    days: String,
    /// Yuan a day.
    daily_wage: String,
    /// Months, at most to a tenth.
    months: String,
    /// Yuan a month.
    monthly_wage: String,
    /// Yuan; may be left out when it is days or months times the wage.
    amount: String,
}
impl RosterRow {
    fn values(&self) -> Vec<(Field, String)> {
        let all = [
            (Field::ReporterName, &self.name),
            (Field::ReporterId, &self.id_number),
            (Field::ReporterPhone, &self.phone),
            (Field::BankCard, &self.bank_card),
            (Field::Respondent, &self.respondent),
            (Field::PeriodFrom, &self.period_from),
            (Field::PeriodTo, &self.period_to),
            (Field::Days, &self.days),
            (Field::DailyWage, &self.daily_wage),
            (Field::Months, &self.months),
            (Field::MonthlyWage, &self.monthly_wage),
            (Field::Amount, &self.amount),
        ];
        all.into_iter().map(|(f, v)| (f, v.clone())).collect()
    }
}

/// Rows typed into a form.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RosterForm {
    /// At most 50.
    rows: Vec<RosterRow>,
    /// Who hands the rows in: `workers` or `team_leader`; must be said where the report came from a team leader.
    #[serde(default)]
    presented_by: Option<String>,
    /// The signed mandates of the workers a team leader speaks for, a file of the case.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    mandate: Option<EvidenceId>,
    /// Only say what would come of it.
    #[serde(default)]
    dry_run: bool,
}

/// What was judged of a claim.
#[derive(Debug, Serialize, ToSchema)]
struct Judgements {
    /// The oldest first.
    judgements: Vec<JudgementView>,
}

async fn take<F>(work: F) -> Result<Json<RosterTaken>>
where
    F: FnOnce() -> Result<(RosterReport, Option<Vec<u8>>)> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(format!("roster: {e}")))?;
    let (report, workbook) = done?;
    Ok(Json(RosterTaken { report, rejects_xlsx_base64: workbook.map(|w| STANDARD.encode(w)) }))
}

async fn upload(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    k: IdempotencyKey,
    mut upload: Upload,
) -> Answer<Json<RosterTaken>> {
    let dry = upload.params.choice("dryRun", &["true", "false"]).as_deref() == Some("true");
    let by = upload.params.choice("presentedBy", &["workers", "team_leader"]);
    let mandate = upload.params.parsed::<EvidenceId>("mandate", "unknown_evidence");
    let file = upload.params.required("file", upload.file);
    upload.params.finish_strict()?;
    let Some(file) = file else { return Err(Error::field("/file", "required", &[]).into()) };
    let k = key(&k, "case.roster", &(id, dry, &by, mandate, hex(&Sha256::digest(&file.bytes))))?;
    // who may not know of the case learns nothing of the file either
    app.may_see(&actor, Some(id), None, None).await?;
    let work = move || {
        let read = app.read_roster(&file.bytes)?.presented(Presented { by, mandate });
        app.take_roster(&actor, k.as_ref(), id, read, dry)
    };
    Ok(take(work).await?)
}

async fn form(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<RosterForm>,
) -> Answer<Json<RosterTaken>> {
    let k = key(&k, "case.claims", &(id, &b))?;
    app.may_see(&actor, Some(id), None, None).await?;
    if b.rows.is_empty() || b.rows.len() > FORM_ROWS {
        return Err(Error::field("/rows", "roster_rows", &[("most", &FORM_ROWS.to_string())]).into());
    }
    let lines: Vec<_> = b.rows.iter().map(RosterRow::values).collect();
    let work = move || {
        let read = app.form_roster(&lines)?.presented(Presented { by: b.presented_by.clone(), mandate: b.mandate });
        app.take_roster(&actor, k.as_ref(), id, read, b.dry_run)
    };
    Ok(take(work).await?)
}

async fn template(State(app): State<Arc<App>>, By(_): By) -> Answer<Response> {
    let headers = [(header::CONTENT_TYPE, sheet::XLSX), (header::CONTENT_DISPOSITION, "attachment; filename=\"roster.xlsx\"")];
    Ok((headers, app.roster_template()?).into_response())
}

async fn judge(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<ClaimId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Judge>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "claim.judge", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Created::of(app.judge_claim(&actor, k, id, &b).await?))))
}

async fn judgements(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<ClaimId>) -> Answer<Json<Judgements>> {
    Ok(Json(Judgements { judgements: app.claim_judgements(&actor, id).await? }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let keepers = Access::Staff(KEEPERS);
    t.add(
        Route::post(
            "/api/office/v1/cases/{id}/roster",
            "takeRoster",
            keepers,
            "上传欠薪明细花名册（XLSX 或 CSV）：先试读，再写入；退回的行附原因",
        )
        .path_param("id", "案件")
        .idempotent()
        .reads_upload(
            FILE_LIMIT,
            &[
                ("dryRun", "true 只试读，不写入"),
                ("presentedBy", "workers 劳动者本人提供，team_leader 包工头代为提交；反映人是包工头的必须填写"),
                ("mandate", "包工头代为提交的，各劳动者签名的委托书（本案材料）"),
            ],
        )
        .answers::<RosterTaken>(200, "结果；退回的行连同原因放在工作簿里")
        .problems(&[409]),
        upload,
    );
    t.add(
        Route::post("/api/office/v1/cases/{id}/claims", "addClaims", keepers, "逐行录入欠薪明细，每次至多 50 行")
            .path_param("id", "案件")
            .idempotent()
            .reads::<RosterForm>()
            .answers::<RosterTaken>(200, "结果")
            .problems(&[409]),
        form,
    );
    t.add(
        Route::get("/api/office/v1/roster-template", "rosterTemplate", Access::Staff("全体工作人员"), "下载欠薪明细花名册空表")
            .answers_plain(200, "空表", Some(sheet::XLSX)),
        template,
    );
    t.add(
        Route::post(
            "/api/office/v1/claims/{id}/judge",
            "judgeClaim",
            keepers,
            "认定欠薪明细的性质和是否农民工；不是工资的部分从本程序分出，注明去向",
        )
        .path_param("id", "欠薪明细")
        .idempotent()
        .reads::<Judge>()
        .answers::<Created>(201, "认定编号")
        .problems(&[409]),
        judge,
    );
    t.add(
        Route::get("/api/office/v1/claims/{id}/judgements", "listJudgements", Access::Staff(READERS), "对一条欠薪明细作过的认定")
            .path_param("id", "欠薪明细")
            .answers::<Judgements>(200, "认定，早的在前"),
        judgements,
    );
}
