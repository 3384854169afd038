//! A clue file, uploaded at the desk.

use super::frame::chrome;
use super::moves::stays;
use super::view::{FieldKind, FormField, FormView, ImportPage, ImportResult, Place, RejectLine};
use crate::app::App;
use crate::app::import::{self, File, Report};
use crate::base::{Error, text};
use crate::domain::access::{self, Ability, DutyKind};
use crate::paper::sheet;
use crate::web::Answer;
use crate::web::auth::Officer;
use crate::web::edge::{html, html_with};
use crate::web::extract::Upload;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;

/// Rows that came back and are shown on the page; the workbook has them all.
const SHOWN: usize = 50;

fn form(app: &App, by: &Officer) -> FormView {
    let profiles = app.city.clue_profiles().map(|p| (p.key.clone(), p.title.clone()));
    let mut bureaus: Vec<&str> = by.0.duties.iter().filter(|d| d.kind == DutyKind::Desk).map(|d| d.bureau.as_str()).collect();
    bureaus.dedup();
    let first = bureaus.first().copied().unwrap_or_default().to_owned();
    let named = bureaus.iter().map(|b| ((*b).to_owned(), app.bureau_name(b)));
    let help = text::zh_with("console.import.help", &[("mib", &(app.city.intake.file.bytes / (1024 * 1024)).to_string())]);
    FormView::new(
        "import",
        "/import",
        "导入",
        vec![
            FormField::new("profile", "文件来源", FieldKind::Select).options(profiles).required(),
            FormField::new("receiving", "登记部门", FieldKind::Select).options(named).value(first).required(),
            FormField::new("file", "文件", FieldKind::File).required().help(help),
        ],
    )
}

/// `GET /import`.
pub(super) async fn page(State(app): State<Arc<App>>, by: Officer) -> Answer<Response> {
    if !access::may(&by.actor(), Ability::Import, "") {
        return Err(Error::Forbidden("import").into());
    }
    html(&ImportPage { chrome: chrome(&app, &by, "导入线索文件", Place::Import).await?, form: form(&app, &by), result: None })
}

fn result(file: String, report: &Report, workbook: Option<Vec<u8>>) -> ImportResult {
    let count = |code: &str, n: i64| (text::zh(&format!("console.import.{code}")).to_owned(), n);
    ImportResult {
        counts: vec![
            count("rows", report.rows),
            count("filings", report.filings),
            count("joined", report.joined),
            count("desk", report.desk),
            count("amended", report.amended),
            count("duplicates", report.duplicates),
            count("rejected", report.rejected),
        ],
        rejects: report
            .rejects
            .iter()
            .take(SHOWN)
            .map(|r| RejectLine {
                row: r.row,
                faults: r
                    .faults
                    .iter()
                    .map(|f| {
                        if f.column.is_empty() || f.message.contains(&f.column) {
                            f.message.clone()
                        } else {
                            format!("{}：{}", f.column, f.message)
                        }
                    })
                    .collect(),
            })
            .collect(),
        more: report.rejects.len() > SHOWN,
        workbook: workbook.map(|bytes| {
            let media = sheet::XLSX;
            (format!("data:{media};base64,{}", STANDARD.encode(bytes)), text::zh("console.import.workbook").to_owned())
        }),
        file,
    }
}

/// `POST /import`.
pub(super) async fn run(State(app): State<Arc<App>>, by: Officer, up: Upload) -> Answer<Response> {
    let Upload { mut params, file } = up;
    let pairs = params.pairs().to_vec();
    let profile = params.text("profile", 64);
    let profile = params.required("profile", profile);
    let receiving = params.text("receiving", 64);
    let receiving = params.required("receiving", receiving);
    let file = params.required("file", file);
    let done = match (params.finish(), profile, receiving, file) {
        (Ok(()), Some(profile), Some(receiving), Some(file)) => {
            let (app, actor, name) = (Arc::clone(&app), by.actor(), file.name.clone());
            let work = move || {
                let given = File { profile: &profile, name: &file.name, bytes: &file.bytes, receiving: &receiving };
                import::import(&app, &actor, given, &mut |_| {})
            };
            let out = tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(format!("import: {e}")))?;
            out.map(|(report, workbook)| result(name, &report, workbook))
        }
        (Err(e), ..) => Err(e),
        (Ok(()), ..) => Err(Error::field("/file", "required", &[])),
    };
    let chrome = chrome(&app, &by, "导入线索文件", Place::Import).await?;
    match done {
        Ok(result) => html(&ImportPage { chrome, form: form(&app, &by), result: Some(result) }),
        Err(e) if stays(&e) || matches!(e, Error::Malformed(_) | Error::TooLarge(_)) => {
            let status = StatusCode::from_u16(e.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let form = super::matter::filled(form(&app, &by), Some(&(pairs, e)));
            html_with(status, &ImportPage { chrome, form, result: None })
        }
        Err(e) => Err(e.into()),
    }
}
