//! Filings 投诉登记: registration by officers, the filing's file, receipt, evidence, unmasking, amendments.

use super::{Created, EVIDENCE_FIELDS, FILE_LIMIT, READERS, evidence_of, key};
use crate::app::App;
use crate::app::amendment;
use crate::app::counter::AmendmentView;
use crate::app::documents;
use crate::app::intake::Registered;
use crate::app::sight::Unmasked;
use crate::app::view::FilingFile;
use crate::base::id::{FilingId, RowId};
use crate::domain::intake::FilingForm;
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, QueryParams, Upload, etag};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// What became of a registration.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Registration {
    /// `new`, `amended` (the same number with other content waits at the desk) or `duplicate` (the same report again).
    pub(super) outcome: &'static str,
    /// The filing.
    #[schema(value_type = String)]
    filing: FilingId,
    /// Its number, when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Its procedure, when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    procedure: Option<String>,
    /// The case it opened or joined; absent while it waits at the desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    /// The case's complaint procedure, whose moves work on it; absent while it waits at the desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    complaint: Option<String>,
    /// Whether it joined a running case.
    joined: bool,
}
impl From<Registered> for Registration {
    fn from(r: Registered) -> Self {
        let known = |outcome, filing| Self { outcome, filing, number: None, procedure: None, case: None, complaint: None, joined: false };
        match r {
            Registered::New { filing, number, procedure, case, complaint, joined } => Self {
                outcome: "new",
                filing,
                number: Some(number),
                procedure: Some(procedure.to_string()),
                case: case.map(|c| c.to_string()),
                complaint: complaint.map(|p| p.to_string()),
                joined,
            },
            Registered::Amended { filing } => known("amended", filing),
            Registered::Duplicate { filing } => known("duplicate", filing),
        }
    }
}

/// Why someone looks at plain data.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Unmask {
    /// A code of `reference.unmaskReasons`.
    reason: String,
    /// In the officer's words, 4 to 200 characters.
    remark: String,
}

/// Amendments that wait.
#[derive(Debug, Serialize, ToSchema)]
struct Amendments {
    /// Oldest first.
    amendments: Vec<AmendmentView>,
}

/// The desk's decision.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decide {
    /// Take the new content over, or leave the filing as it is.
    apply: bool,
}

/// The filing an amendment was about.
#[derive(Debug, Serialize, ToSchema)]
struct Decided {
    /// Its id.
    #[schema(value_type = String)]
    filing: FilingId,
}

async fn register(State(app): State<Arc<App>>, By(actor): By, k: IdempotencyKey, JsonBody(form): JsonBody<FilingForm>) -> Answer<Response> {
    let k = key(&k, "filing.register", &form)?;
    let done = Registration::from(app.register_by_form(&actor, k, &form, "").await?);
    let status = if done.outcome == "new" { StatusCode::CREATED } else { StatusCode::OK };
    let place = format!("/api/office/v1/filings/{}", done.filing);
    Ok((status, [(header::LOCATION, place)], Json(done)).into_response())
}

async fn read(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<FilingId>) -> Answer<Response> {
    let file = app.filing_file(&actor, id).await?;
    let tag = etag(u64::try_from(file.procedure.form_version).unwrap_or(0));
    Ok(([(header::ETAG, tag)], Json(file)).into_response())
}

async fn receipt(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
) -> Answer<(StatusCode, Json<Created>)> {
    let k = key(&k, "filing.receipt", &id)?;
    let document = app.write(&actor, k, move |tx| documents::receipt_for(tx, id)).await?;
    Ok((StatusCode::CREATED, Json(Created::of(document))))
}

async fn evidence(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    upload: Upload,
) -> Answer<(StatusCode, Json<Created>)> {
    let (k, file) = evidence_of(&k, None, Some(id), upload)?;
    Ok((StatusCode::CREATED, Json(Created::of(app.add_evidence(&actor, k, file).await?))))
}

async fn unmask(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<FilingId>,
    JsonBody(b): JsonBody<Unmask>,
) -> Answer<Json<Unmasked>> {
    Ok(Json(app.unmask(&actor, id, &b.reason, &b.remark).await?))
}

async fn amendments(State(app): State<Arc<App>>, By(actor): By, QueryParams(mut q): QueryParams) -> Answer<Json<Amendments>> {
    let filing = q.parsed::<FilingId>("filing", "not_an_id");
    q.finish_strict()?;
    Ok(Json(Amendments { amendments: app.open_amendments(&actor, filing).await? }))
}

async fn decide(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<RowId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Decide>,
) -> Answer<Json<Decided>> {
    let k = key(&k, "amendment.decide", &(id, &b))?;
    Ok(Json(Decided { filing: app.write(&actor, k, move |tx| amendment::decide(tx, id, b.apply)).await? }))
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let desk = Access::Staff("受理员、承办员、大队长");
    let readers = Access::Staff(READERS);
    t.add(
        Route::post("/api/office/v1/filings", "registerFiling", desk, "登记一件投诉、举报或线索")
            .idempotent()
            .reads::<FilingForm>()
            .answers::<Registration>(201, "已登记")
            .answers::<Registration>(200, "同一反映已登记过，或同号内容有变化，等待受理台处理"),
        register,
    );
    t.add(
        Route::get("/api/office/v1/filings/{id}", "getFiling", readers, "登记的全部内容（个人信息已脱敏）")
            .path_param("id", "登记")
            .with_etag()
            .answers::<FilingFile>(200, "登记"),
        read,
    );
    t.add(
        Route::post("/api/office/v1/filings/{id}/receipt", "issueReceipt", readers, "出具登记回执；已出具过的返回原件")
            .path_param("id", "登记")
            .idempotent()
            .answers::<Created>(201, "回执文书编号"),
        receipt,
    );
    t.add(
        Route::post("/api/office/v1/filings/{id}/evidence", "addFilingEvidence", readers, "上传登记的材料：字段 kind 和 file")
            .path_param("id", "登记")
            .idempotent()
            .reads_upload(FILE_LIMIT, EVIDENCE_FIELDS)
            .answers::<Created>(201, "材料编号"),
        evidence,
    );
    t.add(
        Route::post("/api/office/v1/filings/{id}/unmask", "unmaskFiling", readers, "查看反映人的完整信息；每次查看都记录在案")
            .path_param("id", "登记")
            .reads::<Unmask>()
            .answers::<Unmasked>(200, "完整信息"),
        unmask,
    );
    t.add(
        Route::get("/api/office/v1/amendments", "listAmendments", desk, "本受理台待处理的同号变更")
            .query("filing", "只看这件登记的")
            .answers::<Amendments>(200, "同号变更"),
        amendments,
    );
    t.add(
        Route::post("/api/office/v1/amendments/{id}/decide", "decideAmendment", desk, "采纳或不采纳同号变更")
            .path_param("id", "同号变更")
            .idempotent()
            .reads::<Decide>()
            .problems(&[409])
            .answers::<Decided>(200, "已处理"),
        decide,
    );
}
