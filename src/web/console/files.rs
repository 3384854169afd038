//! Files and papers as they are kept, and the plain data behind a mask.

use super::frame::chrome;
use super::moves::stays;
use super::view::{Fact, FieldKind, FormField, FormView, Place, Tone, UnmaskPage, UnmaskedRow};
use crate::app::App;
use crate::app::evidence::Upload as Kept;
use crate::app::sight::REASONS;
use crate::app::write::Key;
use crate::base::id::{CaseId, DocumentId, EvidenceId, FilingId};
use crate::base::seal::hex;
use crate::base::{Error, text};
use crate::domain::access::{self, Ability};
use crate::paper::sheet;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with};
use crate::web::extract::{FormParams, IdempotencyKey, PathId, Upload};
use crate::web::{Answer, Failure};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A form that did not do, with why.
type Refused = (Vec<(String, String)>, Error);

/// Keeps an uploaded file; what is wrong comes back for the form.
pub(super) async fn keep(
    app: &Arc<App>,
    by: &Officer,
    case: Option<CaseId>,
    filing: Option<FilingId>,
    up: Upload,
) -> Result<Result<(), Refused>, Failure> {
    let Upload { mut params, file } = up;
    let key = params.key()?;
    let pairs = params.pairs().to_vec();
    let kind = params.text("kind", 40);
    let kind = params.required("kind", kind);
    let name = params.text("name", 60);
    let file = params.required("file", file);
    let done = match (params.finish(), kind, file) {
        (Ok(()), Some(kind), Some(file)) => {
            let content = (case, filing, &kind, &name, hex(&Sha256::digest(&file.bytes)));
            let key = Key::new(key.as_str(), "console:evidence", &content)?;
            let up = Kept { case, filing, kind, name: name.unwrap_or(file.name), bytes: file.bytes.to_vec() };
            app.add_evidence(&by.actor(), Some(key), up).await.map(|_| ())
        }
        (Err(e), _, _) => Err(e),
        (Ok(()), _, _) => Err(Error::field("/file", "required", &[])),
    };
    match done {
        Ok(()) => Ok(Ok(())),
        Err(e) if stays(&e) || matches!(e, Error::TooLarge(_)) => Ok(Err((pairs, e))),
        Err(e) => Err(e.into()),
    }
}

/// The name of a download in both writings of RFC 6266.
pub(super) fn attachment(name: &str) -> Option<HeaderValue> {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    let mut coded = String::new();
    for b in name.bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') {
            coded.push(char::from(b));
        } else {
            coded.push_str(&format!("%{b:02X}"));
        }
    }
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}")).ok()
}

/// A sheet as a download, kept by nobody on the way.
pub(super) fn sheet(bytes: Vec<u8>, name: &str, xlsx: bool) -> Response {
    let (kind, ending) = if xlsx { (sheet::XLSX, "xlsx") } else { (sheet::CSV, "csv") };
    let mut out = Body::from(bytes).into_response();
    let headers = out.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(v) = attachment(&format!("{name}.{ending}")) {
        headers.insert(CONTENT_DISPOSITION, v);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    out
}

/// `GET /evidence/{id}`: always a download; a file from outside never runs in our pages.
pub(super) async fn evidence(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<EvidenceId>) -> Answer<Response> {
    let file = app.fetch_evidence(&by.actor(), id).await?;
    let mut name = file.name;
    let extension = extension(&file.media_type);
    let lower = name.to_lowercase();
    let named = lower.ends_with(&format!(".{extension}")) || (extension == "jpg" && lower.ends_with(".jpeg"));
    if !named {
        name = format!("{name}.{extension}");
    }
    let mut out = Body::from(file.bytes).into_response();
    let headers = out.headers_mut();
    if let Ok(v) = HeaderValue::from_str(&file.media_type) {
        headers.insert(CONTENT_TYPE, v);
    }
    if let Some(v) = attachment(&name) {
        headers.insert(CONTENT_DISPOSITION, v);
    }
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(out)
}

fn extension(media: &str) -> &'static str {
    match media {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        "application/pdf" => "pdf",
        "audio/mpeg" => "mp3",
        "audio/amr" => "amr",
        "audio/m4a" => "m4a",
        "audio/x-wav" => "wav",
        "video/mp4" => "mp4",
        m if m.ends_with("wordprocessingml.document") => "docx",
        m if m.ends_with("spreadsheetml.sheet") => "xlsx",
        _ => "bin",
    }
}

/// Content security of a paper: its own style and nothing else.
pub(in crate::web) fn paper_policy(html: &str) -> String {
    let mut styles = String::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("<style>") {
        let Some((style, more)) = after.split_once("</style>") else { break };
        styles.push_str(&format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(style.as_bytes()))));
        rest = more;
    }
    let styles = if styles.is_empty() { " 'none'".to_owned() } else { styles };
    format!("default-src 'none'; style-src{styles}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'")
}

/// `GET /documents/{id}`: the paper as it was issued.
pub(super) async fn document(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<DocumentId>) -> Answer<Response> {
    let paper = app.paper(&by.actor(), id).await?;
    let policy = paper_policy(&paper.html);
    let mut out = ([(CONTENT_TYPE, "text/html; charset=utf-8")], paper.html).into_response();
    if let Ok(v) = HeaderValue::from_str(&policy) {
        out.headers_mut().insert(CONTENT_SECURITY_POLICY, v);
    }
    Ok(out)
}

fn unmask_form(id: FilingId) -> FormView {
    let reasons = REASONS.iter().map(|r| (*r, crate::app::view::coded("unmask_reason", r)));
    FormView::new(
        "unmask",
        format!("/filings/{id}/unmask"),
        "查看",
        vec![
            FormField::new("reason", "理由", FieldKind::Select).options(reasons).required(),
            FormField::new("remark", "说明", FieldKind::Text).required().max(200).help("办什么事需要看，4 至 200 个字"),
        ],
    )
    .tone(Tone::Bad)
    .hidden("_key", IdempotencyKey::fresh().as_str())
}

async fn unmask_page(app: &Arc<App>, by: &Officer, id: FilingId) -> Answer<UnmaskPage> {
    let (number, _) = app.filing_number(&by.actor(), id).await?;
    Ok(UnmaskPage {
        chrome: chrome(app, by, "查看完整信息", Place::None).await?,
        subject: format!("投诉登记 {number}"),
        back: format!("/filings/{id}"),
        form: Some(unmask_form(id)),
        rows: Vec::new(),
        recorded: String::new(),
    })
}

/// `GET /filings/{id}/unmask`: asks why.
pub(super) async fn unmask_ask(State(app): State<Arc<App>>, by: Officer, PathId(id): PathId<FilingId>) -> Answer<Response> {
    let page = unmask_page(&app, &by, id).await?;
    if !access::may(&by.actor(), Ability::Unmask, "") {
        return Err(Error::Forbidden("unmask").into());
    }
    html(&page)
}

/// `POST /filings/{id}/unmask`: shows, after the look is on record.
pub(super) async fn unmask(
    State(app): State<Arc<App>>,
    by: Officer,
    PathId(id): PathId<FilingId>,
    FormParams(mut p): FormParams,
) -> Answer<Response> {
    let pairs = p.pairs().to_vec();
    let reason = p.text("reason", 40);
    let reason = p.required("reason", reason).unwrap_or_default();
    let remark = p.text("remark", 200);
    let remark = p.required("remark", remark).unwrap_or_default();
    let found = match p.finish() {
        Ok(()) => app.unmask(&by.actor(), id, &reason, &remark).await,
        Err(e) => Err(e),
    };
    let mut page = unmask_page(&app, &by, id).await?;
    match found {
        Ok(plain) => {
            page.form = None;
            page.recorded = text::zh_with(
                "console.unmask.recorded",
                &[("who", &by.0.name), ("at", &app.now().list_text()), ("reason", text::zh(&format!("unmask_reason.{reason}")))],
            );
            page.rows = vec![UnmaskedRow {
                subject: "反映人".into(),
                values: vec![
                    Fact::new("姓名", plain.name),
                    Fact::new("电话", plain.phone.unwrap_or_default()),
                    Fact::new("身份证号", plain.id_number.unwrap_or_default()),
                    Fact::new("银行卡号", plain.bank_card.unwrap_or_default()),
                ],
            }];
            html(&page)
        }
        Err(e) if stays(&e) => {
            page.form = Some(unmask_form(id).sent_back(&pairs, &e));
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_keeps_its_name_and_breaks_no_header() {
        let v = attachment("工资条 3月\".jpg").unwrap();
        let v = v.to_str().unwrap();
        assert!(v.starts_with("attachment; filename=\"") && v.contains("filename*=UTF-8''%E5%B7%A5"), "{v}");
        assert_eq!(v.matches('"').count(), 2, "{v}");
    }

    #[test]
    fn a_paper_may_use_its_own_style_only() {
        let p = paper_policy("<style>a{}</style><p>x</p><style>b{}</style>");
        assert_eq!(p.matches("'sha256-").count(), 2);
        assert!(!p.contains("unsafe") && p.starts_with("default-src 'none'"));
        let a = STANDARD.encode(Sha256::digest(b"a{}"));
        assert!(p.contains(&a));
        assert!(paper_policy("<p>").contains("style-src 'none'"));
    }
}
