//! The employer's file's part of the walk through every door.

use crate::access::About::{Matter, Own};
use crate::access::{Carries, Entry};
use serde_json::json;
use std::collections::BTreeMap;

/// The list for whoever holds a duty, a file for whoever may read one of its matters.
pub fn employers(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let none = || Carries::Nothing;
    put("listEmployers", Own, "/employers", "kuiwen.leader", none());
    put("exportEmployers", Own, "/employers/export", "kuiwen.leader", Carries::Json(json!({ "reason": "年度监管计划" })));
    put("readEmployer", Matter, "/employers/<unit>", "kuiwen.leader", none());
    put("console_employers", Own, "/employers", "kuiwen.leader", none());
    put(
        "console_export_employers",
        Own,
        "/employers/export",
        "kuiwen.leader",
        Carries::Form(&[("format", "csv"), ("reason", "年度监管计划")]),
    );
    put("console_employer", Matter, "/employers/<unit>", "kuiwen.leader", none());
    crate::access_dashboard::dashboard(all);
}
