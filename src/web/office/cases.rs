//! Cases 案件: the file, its history, why its terms end when they end, evidence, recusal, papers.

use super::{Created, EVIDENCE_FIELDS, FILE_LIMIT, READERS, evidence_of, key};
use crate::app::App;
use crate::app::sight;
use crate::app::view::{CaseFile, EventView, TermView};
use crate::base::At;
use crate::base::id::{AccountId, CaseId, DocumentId, EvidenceId, StreamId};
use crate::web::auth::By;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, QueryParams, Upload, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "history";

/// A page of a case's history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct HistoryPage {
    /// Newest first.
    items: Vec<EventView>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The terms of one procedure with the reasons of their dates.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Explained {
    /// The procedure.
    procedure: String,
    /// Its kind.
    kind: String,
    /// Its title.
    title: String,
    /// The state it is in.
    state_title: String,
    /// Its terms: each with start, counted and skipped days, pauses, extensions, rule and article.
    terms: Vec<TermView>,
}

/// Why every term of a case ends when it ends.
#[derive(Debug, Serialize, ToSchema)]
struct Explanation {
    /// The case's number.
    number: String,
    /// Its procedures.
    procedures: Vec<Explained>,
}

/// An officer who must keep out of a case.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Recuse {
    /// Whose recusal; the own account or, by a leader or the head, another's.
    #[schema(value_type = String)]
    account: AccountId,
    /// Why.
    reason: String,
}

async fn read(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<CaseId>) -> Answer<Json<CaseFile>> {
    // no ETag: each procedure of the case has the version its moves are compared with
    Ok(Json(app.case_file(&actor, id).await?))
}

async fn history(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    QueryParams(mut q): QueryParams,
) -> Answer<Json<HistoryPage>> {
    let limit = q.int("limit", 1, 100).unwrap_or(50);
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let before = cursor.map(|c| cursor_decode::<(At, StreamId, i32)>(CURSOR, &c)).transpose()?;
    let page = app.case_history(&actor, id, before, limit).await?;
    let next_cursor = page.next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(HistoryPage { items: page.events, next_cursor }))
}

async fn explanation(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<CaseId>) -> Answer<Json<Explanation>> {
    let file = app.case_file(&actor, id).await?;
    let procedures = file
        .procedures
        .into_iter()
        .map(|p| Explained { procedure: p.id.to_string(), kind: p.kind, title: p.title, state_title: p.state_title, terms: p.terms })
        .collect();
    Ok(Json(Explanation { number: file.number, procedures }))
}

async fn evidence(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    k: IdempotencyKey,
    upload: Upload,
) -> Answer<(StatusCode, Json<Created>)> {
    let (k, file) = evidence_of(&k, Some(id), None, upload)?;
    Ok((StatusCode::CREATED, Json(Created::of(app.add_evidence(&actor, k, file).await?))))
}

async fn fetch(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<EvidenceId>) -> Answer<Response> {
    let file = app.fetch_evidence(&actor, id).await?;
    Ok(([(header::CONTENT_TYPE, file.media_type), (header::CONTENT_DISPOSITION, attachment(&file.name))], file.bytes).into_response())
}

/// `attachment` with the name as RFC 8187 writes it: the header itself stays ASCII.
fn attachment(name: &str) -> String {
    let coded: String = name
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-._~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    format!("attachment; filename=\"evidence\"; filename*=UTF-8''{coded}")
}

async fn recuse(
    State(app): State<Arc<App>>,
    By(actor): By,
    PathId(id): PathId<CaseId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Recuse>,
) -> Answer<StatusCode> {
    let k = key(&k, "case.recuse", &(id, &b))?;
    app.write(&actor, k, move |tx| sight::recuse(tx, id, b.account, &b.reason)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn document(State(app): State<Arc<App>>, By(actor): By, PathId(id): PathId<DocumentId>) -> Answer<Response> {
    let paper = app.paper(&actor, id).await?;
    let headers: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    Ok((headers, paper.html).into_response())
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let readers = Access::Staff(READERS);
    t.add(
        Route::get("/api/office/v1/cases/{id}", "getCase", readers, "案件的全部内容：程序、期限、明细、材料、文书、时间线")
            .path_param("id", "案件")
            .answers::<CaseFile>(200, "案件"),
        read,
    );
    t.add(
        Route::get("/api/office/v1/cases/{id}/history", "caseHistory", readers, "案件的全部记录，新的在前")
            .path_param("id", "案件")
            .query("limit", "每页条数，1 至 100，默认 50")
            .query("cursor", "上一页的 nextCursor")
            .answers::<HistoryPage>(200, "一页记录"),
        history,
    );
    t.add(
        Route::get(
            "/api/office/v1/cases/{id}/explanation",
            "explainCase",
            readers,
            "各期限为何在该日到期：起算、逐日计数、中止、延长、条文",
        )
        .path_param("id", "案件")
        .answers::<Explanation>(200, "期限说明"),
        explanation,
    );
    t.add(
        Route::post("/api/office/v1/cases/{id}/evidence", "addCaseEvidence", readers, "上传案件的材料：字段 kind 和 file")
            .path_param("id", "案件")
            .idempotent()
            .reads_upload(FILE_LIMIT, EVIDENCE_FIELDS)
            .answers::<Created>(201, "材料编号"),
        evidence,
    );
    t.add(
        Route::get("/api/office/v1/evidence/{id}", "getEvidence", readers, "下载材料；查看记录在案")
            .path_param("id", "材料")
            .answers_plain(200, "文件内容，校验过散列值", Some("application/octet-stream")),
        fetch,
    );
    t.add(
        Route::post("/api/office/v1/cases/{id}/recusals", "recuse", Access::Staff("本人；或承办部门的大队长、局领导"), "登记回避")
            .path_param("id", "案件")
            .idempotent()
            .reads::<Recuse>()
            .answers_plain(204, "已登记", None),
        recuse,
    );
    t.add(
        Route::get("/api/office/v1/documents/{id}", "getDocument", readers, "打开已出具的文书（可打印的 A4 页面）；查看记录在案")
            .path_param("id", "文书")
            .answers_plain(200, "文书页面", Some("text/html")),
        document,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_stays_ascii_in_the_header() {
        assert_eq!(attachment("工资 条.jpg"), "attachment; filename=\"evidence\"; filename*=UTF-8''%E5%B7%A5%E8%B5%84%20%E6%9D%A1.jpg");
    }
}
