//! The penalties' part of the walk through every door.

use crate::access::About::Matter;
use crate::access::{Carries, Entry};
use serde_json::json;
use std::collections::BTreeMap;

/// A penalty is begun by an officer of the bureau that punishes.
pub fn penalties(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let form =
        json!({ "ground": "obstruct", "respondent": "<unit>", "subject": "unit", "violatedOn": "2026-11-20", "second": "<handler2>" });
    put("beginPenalty", Matter, "/cases/<case>/penalties", "kuiwen.handler", Carries::Json(json!({ "form": form })));
    let fields = &[
        ("_key", "console-key-1"),
        ("order", ""),
        ("ground", "conceal"),
        ("respondent", "<unit>"),
        ("subject", "unit"),
        ("violatedOn", "2026-11-20"),
        ("second", "<handler2>"),
    ];
    put("console_begin_penalty", Matter, "/cases/<case>/penalties", "kuiwen.handler", Carries::Form(fields));
}
