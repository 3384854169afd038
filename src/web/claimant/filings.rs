//! Filing, receipts, the way of the own matter.

use super::key;
use crate::app::App;
use crate::app::claimant::Asked;
use crate::app::claimant::matter::{Expect, Happened, Matter, Money, Stage, Summary, WorkerMove};
use crate::app::claimant::receipt::{Inclusion, Proof, ReceiptView, Way};
use crate::base::id::{FilingId, RowId};
use crate::base::text::Lang;
use crate::base::{At, Day};
use crate::domain::intake::FilingForm;
use crate::law::Fen;
use crate::web::auth::Mine;
use crate::web::extract::{IdempotencyKey, JsonBody, PathId, QueryParams, cursor_decode, cursor_encode};
use crate::web::{Access, Answer, Route, Table};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

const CURSOR: &str = "own";

/// A report of a worker. The fields of `report` are those officers use as well; channel, number and time of receipt are
/// the server's.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FileReport {
    /// Who owes, where, since when, how much, and what happened.
    report: FilingForm,
    /// The site whose QR code was scanned.
    #[serde(default)]
    site: Option<String>,
    /// The draft it was typed in; thrown away when it is filed.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    draft: Option<RowId>,
}

/// What became of a report.
#[derive(Serialize, ToSchema)]
struct FiledReport {
    /// `new`, or `again`: the same report came before.
    outcome: &'static str,
    /// The filing.
    #[schema(value_type = String)]
    filing: FilingId,
    /// What to keep.
    receipt: ReceiptBody,
}

/// Where a matter stands.
#[derive(Serialize, ToSchema)]
struct StageBody {
    /// Stable code.
    code: String,
    /// In plain words.
    text: String,
}
impl From<Stage> for StageBody {
    fn from(s: Stage) -> Self {
        Self { code: s.code, text: s.text }
    }
}

/// What may be expected by when, and why.
#[derive(Serialize, ToSchema)]
struct ExpectBody {
    /// What.
    what: String,
    /// By the end of this day.
    #[schema(value_type = String)]
    by: Day,
    /// The day may still move because a calendar is not out yet.
    provisional: bool,
    /// From when, how long, by which article.
    why: String,
}
impl From<Expect> for ExpectBody {
    fn from(e: Expect) -> Self {
        Self { what: e.what, by: e.by, provisional: e.provisional, why: e.why }
    }
}
fn expects(all: Vec<Expect>) -> Vec<ExpectBody> {
    all.into_iter().map(Into::into).collect()
}

/// The path from the event to a signed checkpoint.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct InclusionBody {
    /// The event's number in the journal.
    log_no: u64,
    /// Hashes from the leaf to the root, hexadecimal.
    path: Vec<String>,
    /// The signed note.
    note: String,
}
impl From<Inclusion> for InclusionBody {
    fn from(i: Inclusion) -> Self {
        Self { log_no: i.log_no, path: i.path, note: i.note }
    }
}

/// That the report was received: a signature over the event's hash, and its proof once a checkpoint is there.
#[derive(Serialize, ToSchema)]
struct ProofBody {
    /// What is signed.
    text: String,
    /// The signature over it.
    signature: String,
    /// Once a checkpoint covers the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    inclusion: Option<InclusionBody>,
}
impl From<Proof> for ProofBody {
    fn from(p: Proof) -> Self {
        Self { text: p.text, signature: p.signature, inclusion: p.inclusion.map(Into::into) }
    }
}

/// What the worker keeps.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ReceiptBody {
    /// The number.
    number: String,
    /// With the number it opens the way of the matter without a log-in.
    secret: String,
    /// When it was received.
    #[schema(value_type = String)]
    received_at: At,
    /// The bureau that received it.
    bureau: String,
    /// What may be expected by when.
    expects: Vec<ExpectBody>,
    /// That it was received.
    proof: ProofBody,
}
impl From<ReceiptView> for ReceiptBody {
    fn from(r: ReceiptView) -> Self {
        Self {
            number: r.number,
            secret: r.secret,
            received_at: r.received_at,
            bureau: r.bureau,
            expects: expects(r.expects),
            proof: r.proof.into(),
        }
    }
}

/// A line of the own filings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OwnFiling {
    /// The filing.
    #[schema(value_type = String)]
    id: FilingId,
    /// Its number.
    number: String,
    /// When it was received.
    #[schema(value_type = String)]
    received_at: At,
    /// Who is said to owe.
    respondent: String,
    /// How much, in fen.
    #[schema(value_type = i64)]
    amount_fen: Fen,
    /// Where it stands.
    stage: StageBody,
}
impl From<Summary> for OwnFiling {
    fn from(s: Summary) -> Self {
        Self {
            id: s.id,
            number: s.number,
            received_at: s.received_at,
            respondent: s.respondent,
            amount_fen: s.amount,
            stage: s.stage.into(),
        }
    }
}

/// A page of the own filings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OwnFilings {
    /// Newest first.
    filings: Vec<OwnFiling>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
struct StoryLine {
    /// When.
    #[schema(value_type = String)]
    at: At,
    /// In plain words.
    text: String,
}
impl From<Happened> for StoryLine {
    fn from(h: Happened) -> Self {
        Self { at: h.at, text: h.text }
    }
}

/// The own money in the matter, in fen.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OwnMoney {
    /// Asked for.
    #[schema(value_type = i64)]
    claimed_fen: Fen,
    /// Found to be owed.
    #[schema(value_type = i64)]
    verified_fen: Fen,
    /// In hand.
    #[schema(value_type = i64)]
    paid_fen: Fen,
    /// Found and not yet in hand.
    #[schema(value_type = i64)]
    outstanding_fen: Fen,
}
impl From<Money> for OwnMoney {
    fn from(m: Money) -> Self {
        Self { claimed_fen: m.claimed, verified_fen: m.verified, paid_fen: m.paid, outstanding_fen: m.outstanding }
    }
}

/// A request to withdraw that is open.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OpenWithdrawal {
    /// Its id.
    id: String,
    /// It is not decided before.
    #[schema(value_type = String)]
    not_before: At,
}

/// The own matter.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OwnMatter {
    /// Number, respondent, sum, stage.
    #[serde(flatten)]
    summary: OwnFiling,
    /// The project, as reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    /// Workers owed, as reported.
    headcount: i32,
    /// First day of unpaid work.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    period_from: Option<Day>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    period_to: Option<Day>,
    /// Which bureau handles it.
    bureau: String,
    /// What comes next, and why then.
    expects: Vec<ExpectBody>,
    /// What happened, oldest first.
    story: Vec<StoryLine>,
    /// What the office answered last.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// What the office asks to be added.
    #[serde(skip_serializing_if = "Option::is_none")]
    supplement: Option<String>,
    /// The own money, once claims stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    money: Option<OwnMoney>,
    /// What may be done now: `confirm`, `deny`, `supplement`, `withdraw`, `take_back`, `rate`, `message`.
    can: Vec<&'static str>,
    /// A request to withdraw that is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawal: Option<OpenWithdrawal>,
    /// The rating given.
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<i32>,
}
impl From<Matter> for OwnMatter {
    fn from(m: Matter) -> Self {
        Self {
            project: m.project,
            headcount: m.headcount,
            period_from: m.period_from,
            period_to: m.period_to,
            bureau: m.bureau,
            expects: expects(m.expects),
            story: m.story.into_iter().map(Into::into).collect(),
            answer: m.answer,
            supplement: m.supplement,
            money: m.money.map(Into::into),
            can: m.can,
            withdrawal: m.withdrawal.map(|(id, not_before)| OpenWithdrawal { id: id.to_string(), not_before }),
            rating: m.rating,
            summary: m.summary.into(),
        }
    }
}

/// What is on a receipt.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ByReceipt {
    /// The receipt's number.
    number: String,
    /// The secret beside it.
    secret: String,
}

/// A filing that came by another door.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Adopt {
    /// The receipt's number.
    number: String,
    /// The secret beside it.
    secret: String,
    /// The resident ID given with the filing, if one was.
    #[serde(default)]
    id_number: String,
}

/// Where a matter stands, for whoever holds its receipt.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct WayBody {
    /// The number.
    number: String,
    /// When it was received.
    #[schema(value_type = String)]
    received_at: At,
    /// Where it stands.
    stage: StageBody,
    /// What may be expected by when.
    expects: Vec<ExpectBody>,
}
impl From<Way> for WayBody {
    fn from(w: Way) -> Self {
        Self { number: w.number, received_at: w.received_at, stage: w.stage.into(), expects: expects(w.expects) }
    }
}

/// Keys that receipts are checked with.
#[derive(Serialize, ToSchema)]
struct Keys {
    /// Public keys, the newest first.
    keys: Vec<String>,
}

/// What a filing was taken over as.
#[derive(Serialize, ToSchema)]
struct Adopted {
    /// The filing.
    #[schema(value_type = String)]
    filing: FilingId,
}

/// The worker contests the answer.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DenyAnswer {
    /// A code of the list `denial_reason`.
    reason: String,
    /// In the worker's words.
    #[serde(default)]
    statement: String,
    /// Evidence uploaded before, by id.
    #[serde(default)]
    evidence: Vec<String>,
}

/// What the office asked for.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Supplement {
    /// In the worker's words.
    note: String,
    /// Evidence uploaded before, by id.
    #[serde(default)]
    files: Vec<String>,
}

async fn file(State(app): State<Arc<App>>, Mine(me): Mine, k: IdempotencyKey, JsonBody(b): JsonBody<FileReport>) -> Answer<Response> {
    let k = key(&k, "worker.file", &b)?;
    let done = app.file(&me, k, &Asked { form: b.report, site: b.site, draft: b.draft }).await?;
    let receipt = app.receipt_of(&me, done.filing).await?.into();
    let (status, outcome) = if done.new { (StatusCode::CREATED, "new") } else { (StatusCode::OK, "again") };
    let place = format!("/api/claimant/v1/filings/{}", done.filing);
    Ok((status, [(header::LOCATION, place)], Json(FiledReport { outcome, filing: done.filing, receipt })).into_response())
}

async fn list(State(app): State<Arc<App>>, Mine(me): Mine, QueryParams(mut q): QueryParams) -> Answer<Json<OwnFilings>> {
    let cursor = q.text("cursor", 512);
    q.finish_strict()?;
    let after = cursor.map(|c| cursor_decode::<(At, FilingId)>(CURSOR, &c)).transpose()?;
    let (page, next) = app.own_filings(&me, after).await?;
    let next_cursor = next.map(|n| cursor_encode(CURSOR, &n)).transpose()?;
    Ok(Json(OwnFilings { filings: page.into_iter().map(Into::into).collect(), next_cursor }))
}

async fn read(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<FilingId>) -> Answer<Json<OwnMatter>> {
    Ok(Json(app.matter(&me, id).await?.into()))
}

async fn receipt(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<FilingId>) -> Answer<Json<ReceiptBody>> {
    Ok(Json(app.receipt_of(&me, id).await?.into()))
}

async fn adopt(State(app): State<Arc<App>>, Mine(me): Mine, JsonBody(b): JsonBody<Adopt>) -> Answer<Json<Adopted>> {
    Ok(Json(Adopted { filing: app.adopt(&me, &b.number, &b.secret, &b.id_number).await? }))
}

async fn way(State(app): State<Arc<App>>, headers: HeaderMap, JsonBody(b): JsonBody<ByReceipt>) -> Answer<Json<WayBody>> {
    let lang = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).map_or(Lang::Zh, Lang::of);
    Ok(Json(app.way_of(&b.number, &b.secret, lang).await?.into()))
}

async fn keys(State(app): State<Arc<App>>) -> Answer<Json<Keys>> {
    Ok(Json(Keys { keys: app.public_keys() }))
}

async fn confirm(State(app): State<Arc<App>>, Mine(me): Mine, PathId(id): PathId<FilingId>, k: IdempotencyKey) -> Answer<StatusCode> {
    let k = key(&k, "worker.confirm", &id)?;
    app.worker_move(&me, k, id, WorkerMove::Confirm, serde_json::json!({ "method": "self" })).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn deny(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<DenyAnswer>,
) -> Answer<StatusCode> {
    let k = key(&k, "worker.deny", &(id, &b))?;
    let mut form = serde_json::json!({ "reason": b.reason });
    if !b.statement.is_empty() {
        form["statement"] = b.statement.into();
    }
    if !b.evidence.is_empty() {
        form["evidence"] = b.evidence.into();
    }
    app.worker_move(&me, k, id, WorkerMove::Deny, form).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn supplement(
    State(app): State<Arc<App>>,
    Mine(me): Mine,
    PathId(id): PathId<FilingId>,
    k: IdempotencyKey,
    JsonBody(b): JsonBody<Supplement>,
) -> Answer<StatusCode> {
    let k = key(&k, "worker.supplement", &(id, &b))?;
    let mut form = serde_json::json!({ "note": b.note });
    if !b.files.is_empty() {
        form["files"] = b.files.into();
    }
    app.worker_move(&me, k, id, WorkerMove::Supplement, form).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The rows of this file.
pub(super) fn routes(t: &mut Table<Arc<App>>) {
    let own = Access::Claimant;
    t.add(
        Route::post("/api/claimant/v1/filings", "fileReport", own, "反映欠薪")
            .idempotent()
            .reads::<FileReport>()
            .answers::<FiledReport>(201, "已登记，附回执")
            .answers::<FiledReport>(200, "同样的内容已登记过，附原回执")
            .problems(&[409, 429]),
        file,
    );
    t.add(
        Route::get("/api/claimant/v1/filings", "listOwnFilings", own, "我的反映")
            .query("cursor", "上一页的 nextCursor")
            .answers::<OwnFilings>(200, "一页反映"),
        list,
    );
    t.add(
        Route::get("/api/claimant/v1/filings/{id}", "getOwnFiling", own, "一件反映的进展")
            .path_param("id", "登记")
            .answers::<OwnMatter>(200, "进展"),
        read,
    );
    t.add(
        Route::get("/api/claimant/v1/filings/{id}/receipt", "getReceipt", own, "回执：编号、查询码、可预期的日期、签名")
            .path_param("id", "登记")
            .answers::<ReceiptBody>(200, "回执"),
        receipt,
    );
    t.add(
        Route::post("/api/claimant/v1/filings/adopt", "adoptFiling", own, "凭回执认领从其他渠道提交的反映")
            .reads::<Adopt>()
            .answers::<Adopted>(200, "已认领")
            .problems(&[409, 429]),
        adopt,
    );
    t.add(
        Route::post("/api/claimant/v1/filings/{id}/confirm", "confirmAnswer", own, "认可答复")
            .path_param("id", "登记")
            .idempotent()
            .answers_plain(204, "已记录", None)
            .problems(&[409]),
        confirm,
    );
    t.add(
        Route::post("/api/claimant/v1/filings/{id}/deny", "denyAnswer", own, "不认可答复")
            .path_param("id", "登记")
            .idempotent()
            .reads::<DenyAnswer>()
            .answers_plain(204, "已记录，重新办理", None)
            .problems(&[409]),
        deny,
    );
    t.add(
        Route::post("/api/claimant/v1/filings/{id}/supplement", "supplement", own, "补充办理部门要求的材料")
            .path_param("id", "登记")
            .idempotent()
            .reads::<Supplement>()
            .answers_plain(204, "已提交", None)
            .problems(&[409]),
        supplement,
    );
    t.add(
        Route::post("/api/claimant/v1/progress", "progressByReceipt", Access::Public, "凭回执编号和查询码查询进展（不需要登录）")
            .reads::<ByReceipt>()
            .answers::<WayBody>(200, "进展")
            .problems(&[409, 429]),
        way,
    );
    t.add(Route::get("/api/claimant/v1/keys", "receiptKeys", Access::Public, "核验回执签名的公钥").answers::<Keys>(200, "公钥"), keys);
}
