//! Who may come to the list of joint sanctions: anybody to what is public, systems with their key to the rest.

use crate::access::About::{Open, Sender};
use crate::access::{Carries, Entry};
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
