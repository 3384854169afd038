//! The administrators' part of the walk through every door: each of the three has pages of its own, and the others none of them.

use crate::access::About::{Duty, Open, Own};
use crate::access::{Carries, Entry};
use std::collections::BTreeMap;

/// The pages of the system administrator and of the audit administrator.
pub fn admin(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, path, insider, carries| {
        assert!(all.insert(id, Entry { about: Duty, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let (none, form) = (|| Carries::Nothing, Carries::Form);
    const YEAR: &str = "year = 2027\ntitle = \"国务院办公厅关于2027年部分节假日安排的通知\"\n[[holiday]]\nname = \"元旦\"\nfrom = \"2027-01-01\"\nto = \"2027-01-03\"\nwork = []\n";
    const KEY: (&str, &str) = ("_key", "console-key-1");
    put("console_audit", "/audit", "city.audit", none());
    put("console_audit_event", "/audit/1", "city.audit", none());
    put("console_verify_journal", "/audit/verify", "city.audit", form(&[KEY, ("from", "1"), ("to", "100")]));
    put("console_export_journal", "/audit/export", "city.audit", form(&[("format", "csv"), ("reason", "年度审计检查")]));
    put("console_definitions", "/definitions", "city.system", none());
    put("console_definition", "/definitions/complaint.v1", "kuiwen.leader", none());
    put("console_diagram", "/definitions/complaint.v1/diagram", "city.supervisor", none());
    put("console_try_migration", "/definitions/filing.v1/try", "city.system", form(&[("to", "2")]));
    put("console_calendar", "/calendar", "city.system", none());
    put("console_preview_calendar", "/calendar/preview", "city.system", Carries::File(&[]));
    put("console_page_calendar", "/calendar/moved", "city.system", form(Box::leak(Box::new([("body", YEAR), ("page", "2")]))));
    put("console_load_calendar", "/calendar", "city.system", form(Box::leak(Box::new([KEY, ("body", YEAR)]))));
    put("console_areas", "/areas", "city.system", none());
    put("console_try_route", "/areas/route", "city.system", form(&[("area", "奎文区")]));
    put("console_reset_factor", "/accounts/<account>/second-factor", "city.security", form(&[KEY, ("reason", "本人手机丢失，当面核对")]));
    put("console_jobs", "/jobs", "city.system", none());
}

/// The second step of a log-in, and the own second factor.
pub fn factor(all: &mut BTreeMap<&'static str, Entry>) {
    const KEY: (&str, &str) = ("_key", "console-key-1");
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    put("console_code_page", Open, "/login/code", "", Carries::Nothing);
    put("console_give_code", Open, "/login/code", "", Carries::Form(&[("code", "000000")]));
    put("console_unlock_page", Open, "/login/unlock", "", Carries::Nothing);
    put("console_unlock", Open, "/login/unlock", "", Carries::Form(&[("password", "not this one")]));
    put("console_factor", Own, "/account/second-factor", "kuiwen.handler", Carries::Nothing);
    put("console_begin_factor", Own, "/account/second-factor/begin", "kuiwen.handler", Carries::Form(&[KEY]));
    put("console_confirm_factor", Own, "/account/second-factor/confirm", "kuiwen.handler", Carries::Form(&[("code", "000000")]));
}

/// Whether this person holds the duty of one of these routes; `None` where the route is not the administrators'.
pub fn may(route: &str, login: &str) -> Option<bool> {
    if crate::access_outbox::of_the_system(route) {
        return Some(login == "city.system");
    }
    match route {
        "console_audit" | "console_audit_event" | "console_verify_journal" | "console_export_journal" => Some(login == "city.audit"),
        "console_definitions" | "console_definition" | "console_diagram" => {
            Some(login == "city.system" || [".leader", ".head", ".supervisor"].iter().any(|d| login.ends_with(d)))
        }
        "console_try_migration"
        | "console_calendar"
        | "console_preview_calendar"
        | "console_page_calendar"
        | "console_load_calendar"
        | "console_areas"
        | "console_try_route"
        | "console_jobs" => Some(login == "city.system"),
        _ => None,
    }
}
