//! Photos of a form: any number in one field, as a telephone's album gives them; kept one by one, so that one that fails spoils nothing.
//!
//! Owns the reading of such a form and which photo did not arrive. What may be kept is decided by `app::evidence`.

use super::says;
use super::view::{Ask, Parts};
use crate::app::App;
use crate::app::evidence::Upload;
use crate::app::workers::Me;
use crate::app::write::Key;
use crate::base::id::{EvidenceId, FilingId};
use crate::base::seal::hex;
use crate::base::text::{self, Lang};
use crate::base::{Error, Result};
use crate::web::console::view::{FieldKind, FormField, FormView};
use crate::web::extract::{IdempotencyKey, UploadedFile};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The largest form with photos; the telephone's script makes photos smaller before they are sent.
pub(super) const UPLOAD: usize = 96 * 1024 * 1024;

/// A photo that was not kept: which one, counted from 1, and the code of why.
pub(super) type Missing = (usize, String);

/// The kind of evidence a field of ours holds.
pub(super) fn kind(field: &str) -> &'static str {
    match field {
        "slip" => "wage_slip",
        "evidence" => "mandate",
        _ => "photo",
    }
}

/// Keeps the photos of a form one by one, each under a key of its own made from the form's; those that fail are told.
pub(super) async fn keep(
    app: &Arc<App>,
    me: &Me,
    filing: FilingId,
    key: &IdempotencyKey,
    files: Vec<UploadedFile>,
) -> Result<(Vec<EvidenceId>, Vec<Missing>)> {
    let (mut kept, mut missing) = (Vec::new(), Vec::new());
    for (n, f) in files.into_iter().enumerate() {
        let sha = hex(&Sha256::digest(&f.bytes));
        // not the form's own key: that belongs to the filing
        let own: String = hex(&Sha256::digest(format!("{}/{n}", key.as_str()).as_bytes())).chars().take(40).collect();
        let key = Key::new(&own, "h5.photo", &(filing, kind(&f.field), sha))?;
        let up = Upload { case: None, filing: Some(filing), kind: kind(&f.field).into(), name: f.name, bytes: f.bytes.to_vec() };
        match app.add_evidence(&me.actor(), Some(key), up).await {
            Ok(id) => kept.push(id),
            Err(e) if says::stays(&e) => {
                let code = e.fields().first().map_or_else(|| e.code().to_owned(), |f| f.code.clone());
                missing.push((n + 1, code));
            }
            Err(e) => return Err(e),
        }
    }
    Ok((kept, missing))
}

/// Such a value as the page's script found it; anything else is none.
pub(super) fn told(query: &str) -> String {
    let ours = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    if query.len() <= 400 && query.bytes().all(ours) { query.to_owned() } else { String::new() }
}

/// As a value of a query: numbers and codes, nothing of the person or the file.
pub(super) fn in_query(missing: &[Missing]) -> String {
    missing.iter().map(|(n, code)| format!("{n}.{code}")).collect::<Vec<_>>().join("-")
}

/// The sentences of such a value.
pub(super) fn sentences(lang: Lang, query: &str) -> Vec<String> {
    let one = |part: &str| {
        let (n, code) = part.split_once('.')?;
        let n: usize = n.parse().ok().filter(|n| *n < 100)?;
        let code = format!("h5.photo.why.{code}");
        let why = lang.text(if text::has(&code) { &code } else { "h5.photo.why.other" });
        Some(lang.text_with("h5.photo.one", &[("n", &n.to_string()), ("why", why)]))
    };
    query.split('-').filter_map(one).collect()
}

/// The field of photos.
pub(super) fn field(lang: Lang, key: &str, label: &str, mib: usize) -> FormField {
    FormField::new(key, lang.text(label), FieldKind::File).help(lang.text_with("h5.file.photo_help", &[("mib", &mib.to_string())]))
}

/// The form that adds photos to a filing.
pub(super) fn form(app: &App, lang: Lang, filing: FilingId, submit: &str) -> Ask {
    let fields = vec![field(lang, "photo", "h5.photo.label", app.config.evidence.max_mib)];
    let form = FormView::new("photos", format!("/h5/filings/{filing}/files"), lang.text(submit), fields);
    Ask::new(lang, form.hidden("_key", IdempotencyKey::fresh().as_str())).in_parts(Parts {
        uploads: format!("/h5/filings/{filing}/uploads"),
        then: format!("/h5/filings/{filing}?done=sent"),
        missing: format!("/h5/filings/{filing}/receipt?missing="),
        kept: "",
    })
}

/// Whether a failure of such a form is one a person mends by choosing again.
pub(super) fn none_chosen() -> Error {
    Error::field("/photo", "required", &[])
}
