//! Errors in the worker's words: short sentences of these pages where they have one, the catalogue's otherwise.
//!
//! Owns the choice of the sentence alone; what is wrong was found by the use case.

use super::view::Ask;
use crate::base::text::{self, Lang};
use crate::base::{Error, FieldError};
use crate::web::console::view::FormView;

/// What is wrong with one field.
pub(super) fn field(lang: Lang, f: &FieldError) -> String {
    let own = format!("h5.err.{}", f.code);
    if text::has(&own) {
        return lang.text(&own).to_owned();
    }
    let code = format!("field.{}", f.code);
    let english = lang.text(&code);
    // the sentence with its places filled is Chinese; an English one without places can stand for it
    if lang == Lang::En && text::has(&code) && !english.contains('{') { english.to_owned() } else { f.message.clone() }
}

/// What is wrong as a whole.
pub(super) fn sentence(lang: Lang, e: &Error) -> String {
    let code = match e {
        Error::Refused(r) => format!("refused.{}", r.code),
        Error::Forbidden(c) => format!("forbidden.{c}"),
        Error::TooMany(_) => "h5.login.too_many".to_owned(),
        Error::TooLarge(_) => "h5.photo.why.too_large".to_owned(),
        Error::Unavailable(_) => "h5.fault.later_about".to_owned(),
        _ => return e.sentence(),
    };
    let words = lang.text(&code);
    if text::has(&code) && !words.contains('{') { words.to_owned() } else { e.sentence() }
}

/// Whether what went wrong belongs on the page with the form.
pub(super) fn stays(e: &Error) -> bool {
    matches!(e, Error::Invalid(_) | Error::Refused(_) | Error::TooLarge(_) | Error::TooMany(_) | Error::KeyReused | Error::Unavailable(_))
}

/// Puts what is wrong on a form; `named` turns a pointer of the use case into a field of the form.
pub(super) fn tell(lang: Lang, form: FormView, e: &Error, named: impl Fn(&str) -> &str) -> FormView {
    let found: Vec<FieldError> = e
        .fields()
        .iter()
        .map(|f| FieldError {
            pointer: format!("/{}", named(f.pointer.trim_start_matches("/form").trim_start_matches('/'))),
            code: f.code.clone(),
            message: field(lang, f),
        })
        .collect();
    let mut form = form;
    if found.is_empty() {
        form.problem = Some(sentence(lang, e));
    }
    form.with_findings(&found)
}

/// A form that comes back as it was filled in, with what is wrong.
pub(super) fn back(lang: Lang, form: FormView, pairs: &[(String, String)], e: &Error) -> Ask {
    Ask::new(lang, tell(lang, form.refilled(pairs), e, |k| k))
}
