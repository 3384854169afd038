//! The dashboard's part of the walk through every door.

use crate::access::About::Own;
use crate::access::{Carries, Entry};
use serde_json::json;
use std::collections::BTreeMap;

/// For whoever supervises or leads.
pub fn dashboard(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, path, carries| {
        assert!(all.insert(id, Entry { about: Own, path, carries, insider: "kuiwen.leader" }).is_none(), "{id} is listed twice");
    };
    put("dashboard", "/dashboard", Carries::Nothing);
    put("clockBehaviour", "/clock", Carries::Nothing);
    put("exportDashboard", "/dashboard/export", Carries::Json(json!({ "part": "series", "reason": "月度例会用" })));
    put("console_dashboard", "/dashboard", Carries::Nothing);
    put("console_clock", "/clock", Carries::Nothing);
    let form = || Carries::Form(&[("part", "series"), ("format", "csv"), ("reason", "月度例会用")]);
    put("console_export_dashboard", "/dashboard/export", form());
    put("console_export_clock", "/clock/export", form());
}
