//! The part of the outbox and of addresses in the walk through every door: the system administrator's.

use crate::access::About::{Duty, Own};
use crate::access::{Carries, Entry};
use serde_json::json;
use std::collections::BTreeMap;

/// Letters that left the house, and where staff are reached.
pub fn outbox(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let none = || Carries::Nothing;
    put("outbox", Duty, "/outbox?state=dead", "city.system", none());
    put("outboxTally", Duty, "/outbox/tally", "city.system", none());
    put("resendLetters", Duty, "/outbox/resend", "city.system", Carries::Json(json!({ "all": true })));
    put("getAddress", Duty, "/accounts/<account>/address", "city.system", none());
    let address = json!({ "mail": "zhang.san@wf.example.gov.cn" });
    put("setAddress", Duty, "/accounts/<account>/address", "city.system", Carries::Json(address));
    const KEY: (&str, &str) = ("_key", "console-key-1");
    put("console_outbox", Duty, "/outbox", "city.system", none());
    put("console_resend", Duty, "/outbox/resend", "city.system", Carries::Form(&[KEY, ("all", "true")]));
    let own = Carries::Form(&[KEY, ("mail", "zhang.san@wf.example.gov.cn")]);
    put("console_address", Own, "/account/address", "kuiwen.handler", own);
    crate::access_admin::admin(all);
    crate::access_admin::factor(all);
}

/// Whether a route is the system administrator's.
pub fn of_the_system(route: &str) -> bool {
    ["outbox", "outboxTally", "resendLetters", "getAddress", "setAddress", "console_outbox", "console_resend"].contains(&route)
}
