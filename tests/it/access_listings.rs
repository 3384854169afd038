//! Who may come to the list of joint sanctions: anybody to what is public, systems with their key to the rest.

use crate::access::About::{Open, Own, Sender};
use crate::access::{Carries, Entry};
use crate::support::app::World;
use qingxin::app::exchange::partners::NewPartner;
use qingxin::domain::access::Actor;
use serde_json::json;
use std::collections::BTreeMap;

/// The public list for anybody, checks and feeds for systems.
pub fn listings(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let none = || Carries::Nothing;
    put("publicListingsPage", Open, "/public/listings", "", none());
    put("publicListingPage", Open, "/public/listings/SX-00000-00000", "", none());
    put("publicListings", Open, "/public/v1/listings", "", none());
    put("publicListing", Open, "/public/v1/listings/SX-00000-00000", "", none());
    put("publicKeys", Open, "/public/v1/keys", "", none());
    put("listListings", Own, "/listings", "kuiwen.credit", none());
    put("listReceivers", Own, "/receivers", "kuiwen.credit", none());
    put("readReceiver", Own, "/receivers/access-list", "kuiwen.credit", none());
    put("console_listings", Own, "/listings", "kuiwen.credit", none());
    let why: &[(&str, &str)] = &[("stage", "open"), ("format", "csv"), ("reason", "季度核对")];
    put("console_export_listings", Own, "/listings/export", "kuiwen.credit", Carries::Form(why));
    put("console_receivers", Own, "/receivers", "kuiwen.credit", none());
    put("console_receiver", Own, "/receivers/access-list", "kuiwen.credit", none());
    put("checkListing", Sender, "/api/exchange/v1/listings/91370702MA3TEXT0XR", "", none());
    put("checkListings", Sender, "/api/exchange/v1/listings/check", "", Carries::Json(json!({ "codes": ["91370702MA3TEXT0XR"] })));
    let person = json!({ "idNumber": "379900198001010014", "purpose": "travel" });
    put("checkPerson", Sender, "/api/exchange/v1/listings/person", "", Carries::Json(person));
    put("listingChanges", Sender, "/api/exchange/v1/listings", "", none());
    put("listingSnapshot", Sender, "/api/exchange/v1/listings/snapshot", "", none());
    put(
        "acknowledgeListings",
        Sender,
        "/api/exchange/v1/listings/acks",
        "",
        Carries::Json(json!({ "acks": [{ "code": "SX1", "rev": 1 }] })),
    );
}

/// A system that receives the list.
pub fn scene(w: &World) {
    let operator = Actor::System("tests");
    let new =
        NewPartner { code: "access-list".into(), name: "信用平台".into(), channel: "transfer".into(), bureau: "370700-hrss".into() };
    w.app.create_partner(&operator, &new).unwrap();
    w.app.set_receiver(&operator, "access-list", true, &[]).unwrap();
}
