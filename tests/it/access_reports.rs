//! The part of ledgers, campaigns and bulletins of the walk through every door.

use crate::access::About::{Matter, Own};
use crate::access::{Carries, Entry};
use crate::support::app::World;
use qingxin::app::bulletins::Draft;
use qingxin::app::campaigns::NewCampaign;
use qingxin::app::casebook::{Asked, Export};
use qingxin::app::exports;
use std::collections::BTreeMap;

/// An export of the scene's bureau.
pub fn scene(w: &World, ids: &mut BTreeMap<&'static str, String>) {
    let e = Export { profile: "hrss".into(), reason_code: "report".into(), reason: "季度报送".into(), ..Export::default() };
    w.run(w.app.export_ledger(&w.actor("kuiwen.leader"), &Asked::default(), &e)).unwrap();
    let log = w.run(w.app.export_log(&w.actor("city.audit"), exports::Asked::default(), 1)).unwrap();
    ids.insert("export", log.items[0].id.to_string());
    // one that runs, one that has not begun
    let day = w.now().day();
    for (name, starts) in [("campaign", day), ("closing", day), ("planned", day.plus(1))] {
        let n = NewCampaign {
            name: "根治欠薪冬季行动".into(),
            kind: "winter".into(),
            areas: vec!["370705".into()],
            reporters: vec!["hrss".into()],
            starts_on: Some(starts),
            target_on: Some(day.plus(30)),
            ..NewCampaign::default()
        };
        let id = w.run(w.app.set_campaign(&w.actor("city.supervisor"), None, n)).unwrap();
        ids.insert(name, id.to_string());
    }
    // drafts of weeks that are over: one for each end a bulletin may have
    for (name, back) in [("bulletin", 7), ("approved", 14), ("to_drop", 21), ("to_save", 28)] {
        let d = Draft { kind: "weekly".into(), area: "370705".into(), day: Some(day.plus(-back)), remarks: String::new() };
        let id = w.run(w.app.draft_bulletin(&w.actor("city.supervisor"), None, d)).unwrap();
        ids.insert(name, id.to_string());
        if name == "approved" {
            w.run(w.app.approve_bulletin(&w.actor("kuiwen.supervisor"), None, id)).unwrap();
        }
    }
}

/// Ledgers and their log.
pub fn reports(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let none = || Carries::Nothing;
    put("console_ledger", Own, "/ledger", "kuiwen.leader", none());
    let form = &[("profile", "hrss"), ("format", "csv"), ("reasonCode", "report"), ("reason", "季度报送")];
    put("console_export_ledger", Own, "/ledger/export", "kuiwen.leader", Carries::Form(form));
    put("console_exports", Own, "/ledger/exports", "kuiwen.supervisor", none());
    put("console_export_entry", Own, "/ledger/exports/<export>", "kuiwen.supervisor", none());
    const KEY: (&str, &str) = ("_key", "console-key-1");
    put("console_campaigns", Own, "/campaigns", "kuiwen.leader", none());
    let set = &[
        KEY,
        ("name", "根治欠薪专项行动"),
        ("kind", "winter"),
        ("startsOn", "2026-11-30"),
        ("targetOn", "2026-12-31"),
        ("areas", "370705"),
        ("reporters", "hrss"),
    ];
    put("console_set_campaign", Own, "/campaigns", "kuiwen.supervisor", Carries::Form(set));
    put("console_campaign", Matter, "/campaigns/<campaign>", "kuiwen.leader", none());
    put("console_change_campaign", Matter, "/campaigns/<planned>/edit", "city.supervisor", Carries::Form(set));
    let report = &[
        KEY,
        ("bureau", "370705-hrss"),
        ("day", "2026-11-23"),
        ("filed", "0"),
        ("concluded", "0"),
        ("paid", "0"),
        ("reason", "other"),
        ("explanation", "按窗口登记报送"),
    ];
    put("console_report_campaign", Matter, "/campaigns/<campaign>/reports", "kuiwen.leader", Carries::Form(report));
    let export = &[("format", "csv"), ("reasonCode", "report"), ("reason", "季度报送")];
    put("console_export_campaign", Matter, "/campaigns/<campaign>/export", "kuiwen.leader", Carries::Form(export));
    let close = &[KEY, ("summary", "行动期间的案件继续办理。")];
    put("console_close_campaign", Matter, "/campaigns/<closing>/close", "city.supervisor", Carries::Form(close));
    put("console_bulletins", Own, "/bulletins", "kuiwen.supervisor", none());
    let draft = &[KEY, ("kind", "weekly"), ("area", "370705"), ("day", "2026-09-02")];
    put("console_draft_bulletin", Own, "/bulletins", "kuiwen.supervisor", Carries::Form(draft));
    put("console_bulletin", Matter, "/bulletins/<bulletin>", "kuiwen.supervisor", none());
    put("console_bulletin_paper", Matter, "/bulletins/<bulletin>/paper", "kuiwen.supervisor", none());
    put("console_approve_bulletin", Matter, "/bulletins/<bulletin>/approve", "kuiwen.supervisor", Carries::Form(&[KEY]));
    put("console_issue_bulletin", Matter, "/bulletins/<approved>/issue", "kuiwen.supervisor", Carries::Form(&[KEY]));
    let words = &[KEY, ("remarks", "请抓紧办理。")];
    put("console_save_bulletin", Matter, "/bulletins/<to_save>/save", "kuiwen.supervisor", Carries::Form(words));
    put("console_drop_bulletin", Matter, "/bulletins/<to_drop>/drop", "kuiwen.supervisor", Carries::Form(&[KEY]));
    put("console_export_bulletin", Matter, "/bulletins/<bulletin>/export", "kuiwen.supervisor", Carries::Form(export));
}
