//! The announcements' part of the walk through every door.

use crate::access::About::{Duty, Matter, Open, Own};
use crate::access::{Carries, Entry};
use crate::support::app::World;
use qingxin::app::announcements::NewAnnouncement;
use qingxin::base::id::CaseId;
use qingxin::store::cases;
use serde_json::json;
use std::collections::BTreeMap;

/// A candidate of the scene's case, on a decision that was keyed in.
pub fn scene(w: &World, ids: &mut BTreeMap<&'static str, String>) {
    let case: CaseId = ids["case"].parse().unwrap();
    let chain = w.app.db.read_blocking(move |c| cases::chain(c, case)).unwrap();
    let n = NewAnnouncement {
        order: None,
        respondent: Some(chain[0].id),
        decision: Some("penalty".into()),
        number: Some("奎文人社罚〔2026〕1号".into()),
        decided_on: Some(w.now().day().plus(-10)),
        served_on: Some(w.now().day().plus(-7)),
        proof: Some(ids["evidence"].parse().unwrap()),
    };
    let done = w.run(w.app.begin_announcement(&w.actor("kuiwen.credit"), None, case, n)).unwrap();
    ids.insert("announcement", done.id.to_string());
    for (name, quarter) in [("hash_q3", "2026Q3"), ("hash_q2", "2026Q2")] {
        ids.insert(name, qingxin::domain::announcement::batch_hash(quarter.parse().unwrap(), &[]));
    }
    ids.insert("unit", chain[0].id.to_string());
}

/// The register, batches and what anybody reads.
pub fn announcements(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let none = || Carries::Nothing;
    put("publicAnnouncementsPage", Open, "/public/announcements", "", none());
    put("publicAnnouncementPage", Open, "/public/announcements/GB-00000-00000", "", none());
    put("publicAnnouncements", Open, "/public/v1/announcements", "", none());
    put("publicAnnouncement", Open, "/public/v1/announcements/GB-00000-00000", "", none());
    let penalty = json!({
        "respondent": "<unit>", "decision": "penalty", "number": "奎文人社罚〔2026〕2号", "decidedOn": "2026-11-10", "servedOn": "2026-11-12",
        "proof": "<evidence>",
    });
    put("beginAnnouncement", Matter, "/cases/<case>/announcements", "kuiwen.credit", Carries::Json(penalty));
    put("announcementRegister", Own, "/announcements", "kuiwen.credit", none());
    put("exportAnnouncements", Own, "/announcements/export", "kuiwen.credit", Carries::Json(json!({ "reason": "季度核对" })));
    put("readAnnouncement", Matter, "/announcements/<announcement>", "kuiwen.credit", none());
    put("announcementBatches", Own, "/announcement-batches", "kuiwen.credit", none());
    let batch = json!({ "bureau": "370705-hrss", "quarter": "2026Q3", "items": 0, "hash": "<hash_q3>" });
    put("publishAnnouncementBatch", Duty, "/announcement-batches", "kuiwen.head", Carries::Json(batch));
    // the console's pages of the same
    const KEY: (&str, &str) = ("_key", "console-key-1");
    let form = Carries::Form;
    put("console_announcements", Own, "/announcements", "kuiwen.credit", none());
    put("console_export_announcements", Own, "/announcements/export", "kuiwen.credit", form(&[("format", "csv"), ("reason", "季度核对")]));
    put("console_announcement_batches", Own, "/announcement-batches", "kuiwen.credit", none());
    let batch = &[KEY, ("bureau", "370705-hrss"), ("quarter", "2026Q2"), ("items", "0"), ("hash", "<hash_q2>")];
    put("console_publish_announcement_batch", Duty, "/announcement-batches", "kuiwen.head", form(batch));
    let new = &[
        KEY,
        ("order", ""),
        ("respondent", "<unit>"),
        ("decision", "penalty"),
        ("number", "奎文人社罚〔2026〕3号"),
        ("decidedOn", "2026-11-10"),
        ("servedOn", "2026-11-12"),
        ("proof", "<evidence>"),
    ];
    put("console_begin_announcement", Matter, "/cases/<case>/announcements", "kuiwen.credit", form(new));
}
