//! What came by the employer's door: the list, one, taking over, returning; at the desk: writing down, and making a served code anew.

use super::{Created, key};
use crate::app::App;
use crate::app::door::office::{Return, ServedPaperView, SubmissionView, TakeOver};
use crate::app::door::submit::{Contact, NewSubmission};
use crate::base::Error;
use crate::base::id::{CaseId, DocumentId, EvidenceId, RowId};
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, QueryParams};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What employers handed in.
#[derive(Debug, Serialize, ToSchema)]
struct Submissions {
    /// Those that wait, the oldest first; with `show=all` all of them, the newest first.
    submissions: Vec<SubmissionView>,
    /// Where there may be more: `after` of the next page.
    #[schema(value_type = Option<String>)]
    next: Option<RowId>,
}

/// Papers with their addressee.
#[derive(Debug, Serialize, ToSchema)]
struct ServedPapers {
    /// The newest first.
    papers: Vec<ServedPaperView>,
}

/// Why a code is made anew.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewServedCode {
    /// 4 to 200 characters; on record.
    reason: String,
}

/// Where papers may be sent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskContact {
    /// A telephone.
    phone: String,
    /// A mail address.
    #[serde(default)]
    mail: String,
    /// A postal address.
    #[serde(default)]
    address: String,
    /// 同意电子送达.
    electronic: bool,
}

/// A file that lies with the case already.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskFile {
    /// What it is handed in as: `file`, `file2`, `file3`, `application`, `correction`, `promise`, `mandate`.
    slot: String,
    /// The evidence.
    #[schema(value_type = String)]
    evidence: EvidenceId,
}

/// What somebody hands in at the desk.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskSubmission {
    /// `proof`, `objection`, `removal` or `contact`.
    kind: String,
    /// Who came, and by which power.
    applicant: String,
    /// What is written.
    #[serde(default)]
    words: String,
    /// Of an address for service.
    #[serde(default)]
    contact: Option<DeskContact>,
    /// With a statement on the notice of a penalty: a hearing is asked for.
    #[serde(default)]
    hearing: bool,
    /// Files, uploaded to the case before.
    #[serde(default)]
    files: Vec<DeskFile>,
}

async fn list(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<Submissions>> {
    let all = q.choice("show", &["open", "all"]).as_deref() == Some("all");
    let after = q.parsed::<RowId>("after", "not_an_id");
    q.finish_strict()?;
    let (submissions, next) = app.submissions(&actor, all, after).await?;
    Ok(Json(Submissions { submissions, next }))
}

async fn one(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<RowId>) -> Answer<Json<SubmissionView>> {
    Ok(Json(app.submission(&actor, id).await?))
}

async fn papers(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<CaseId>) -> Answer<Json<ServedPapers>> {
    Ok(Json(ServedPapers { papers: app.served_papers(&actor, id).await? }))
}

async fn take(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<TakeOver>,
) -> Answer<Json<SubmissionView>> {
    let k = key(&k, "submission.take", &(id, &b))?;
    app.take_submission(&actor, k, id, b).await?;
    Ok(Json(app.submission(&actor, id).await?))
}

async fn give_back(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Return>,
) -> Answer<Json<SubmissionView>> {
    let k = key(&k, "submission.return", &(id, &b))?;
    app.return_submission(&actor, k, id, b).await?;
    Ok(Json(app.submission(&actor, id).await?))
}

async fn code(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<DocumentId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<NewServedCode>,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "served_code", &(id, &b))?;
    Ok((StatusCode::CREATED, Json(Created::of(app.make_served_code(&actor, k, id, &b.reason).await?))))
}

async fn hand_in(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<DocumentId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<DeskSubmission>,
) -> Answer<(StatusCode, Json<SubmissionView>)> {
    let k = key(&k, "submission", &(id, &b))?;
    if b.files.iter().enumerate().any(|(i, f)| b.files.iter().skip(i + 1).any(|g| g.slot == f.slot || g.evidence == f.evidence)) {
        return Err(Error::field("/files", "one_file", &[]).into());
    }
    let contact = b.contact.map(|c| Contact { phone: c.phone, mail: c.mail, address: c.address, electronic: c.electronic });
    let new = NewSubmission { kind: b.kind, words: b.words, applicant: b.applicant, contact, hearing: b.hearing };
    let files = b.files.into_iter().map(|f| (f.slot, f.evidence)).collect();
    let done = app.hand_in_at_desk(&actor, k, id, new, Vec::new(), files).await?;
    Ok((StatusCode::CREATED, Json(app.submission(&actor, done).await?)))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let any = Access::Staff(super::READERS);
    let takers = Access::Staff("承办人、大队长；异议和申请由信用管理员、大队长");
    let desk = Access::Staff("承办部门的受理、承办、大队长、信用");
    t.add(
        Route::get("/api/office/v1/submissions", "listSubmissions", any, "用人单位提交的支付凭证、异议和申请：待处理的，最早的在前")
            .query("show", "open 待处理（默认），all 含已处理的")
            .query("after", "上一页最后一件的编号（next）")
            .answers::<Submissions>(200, "单位提交的材料"),
        list,
    );
    t.add(
        Route::get("/api/office/v1/submissions/{id}", "readSubmission", any, "一件单位提交的材料")
            .path_param("id", "材料")
            .answers::<SubmissionView>(200, "材料"),
        one,
    );
    t.add(
        Route::post(
            "/api/office/v1/submissions/{id}/take",
            "takeSubmission",
            takers,
            "转入办理：异议、申请成为程序的动作，凭证对应支付记录",
        )
        .path_param("id", "材料")
        .idempotent()
        .reads::<TakeOver>()
        .answers::<SubmissionView>(200, "材料")
        .problems(&[409]),
        take,
    );
    t.add(
        Route::post("/api/office/v1/submissions/{id}/return", "returnSubmission", takers, "退回，单位可以看到原因")
            .path_param("id", "材料")
            .idempotent()
            .reads::<Return>()
            .answers::<SubmissionView>(200, "材料")
            .problems(&[409]),
        give_back,
    );
    t.add(
        Route::get("/api/office/v1/cases/{id}/served-papers", "servedPapers", any, "案件中送达用人单位的文书，及就各份文书提交的材料")
            .path_param("id", "案件")
            .answers::<ServedPapers>(200, "文书"),
        papers,
    );
    t.add(
        Route::post("/api/office/v1/documents/{id}/served-code", "makeServedCode", desk, "重新发给送达码，旧码失效；返回通知单的编号")
            .path_param("id", "文书")
            .idempotent()
            .reads::<NewServedCode>()
            .answers::<Created>(201, "送达码通知单")
            .problems(&[409]),
        code,
    );
    t.add(
        Route::post("/api/office/v1/documents/{id}/submissions", "handInAtDesk", desk, "窗口代为登记单位提交的材料，附件须先上传到案件")
            .path_param("id", "文书")
            .idempotent()
            .reads::<DeskSubmission>()
            .answers::<SubmissionView>(201, "材料，含回执")
            .problems(&[409]),
        hand_in,
    );
}
