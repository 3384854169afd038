//! The office API over HTTP: every malformed request has its problem, the same submission counts once, who comes too late
//! is told what changed, and the committed OpenAPI document is the one the router table writes.

use qingxin::web::{self, Surface, openapi};
use std::path::Path;

#[test]
fn the_committed_openapi_document_is_the_tables() {
    let text = openapi::document_text(&web::table().routes(), Surface::Office).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi/office.v1.json");
    if std::env::var_os("QINGXIN_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let line = committed.lines().zip(text.lines()).position(|(a, b)| a != b).map_or(0, |n| n + 1);
    assert!(committed == text, "docs/openapi/office.v1.json is not what the router table says (line {line}); QINGXIN_BLESS=1 cargo test writes it");
}
