//! The draws' part of the walk through every door.

use crate::access::About::{Duty, Matter, Open, Own};
use crate::access::{Carries, Entry};
use crate::support::app::World;
use qingxin::app::draws::Announce;
use qingxin::base::id::RowId;
use qingxin::store::draws as rows;
use serde_json::json;
use std::collections::BTreeMap;

/// A draw that is announced and a call of the city's desk about the scene's filing.
pub fn scene(w: &World, ids: &mut BTreeMap<&'static str, String>) {
    let filing = ids["filing"].clone();
    let day = w.now().day();
    let a = Announce {
        area: "370700".into(),
        from: day,
        to: day,
        per_mille: None,
        strata: Vec::new(),
        public_plan: "双色球第2026140期开奖号码".into(),
    };
    let draw = w.run(w.app.announce_draw(&w.actor("city.supervisor"), None, a)).unwrap();
    let call: RowId = "0199a000-0000-7000-8000-00000000ca11".parse().unwrap();
    let stratum = rows::StratumRow {
        draw_id: draw,
        no: 0,
        bureau: "370705-hrss".into(),
        area: "370705".into(),
        conclusion: "paid_in_full".into(),
        officer: String::new(),
        officer_id: None,
        unproved: false,
        size: 1,
        sample: 1,
    };
    let pick = rows::Pick {
        id: call,
        draw_id: draw,
        stratum: 0,
        place: 1,
        code: "00".repeat(16),
        rank: "00".repeat(32),
        filing_id: filing.parse().unwrap(),
        state: "calling".into(),
        bureau: Some("370700-hrss".into()),
        kept_from: "370705-hrss".into(),
        says: "paid".into(),
        due_at: Some(w.now()),
        replaces: None,
        outcome: None,
        received: None,
        contradicts: false,
        ended_at: None,
    };
    w.app
        .db
        .write_blocking(move |c| {
            rows::freeze(c, &[], &[stratum])?;
            rows::insert_picks(c, &[pick])
        })
        .unwrap();
    crate::access_gradings::scene(w, ids);
    ids.insert("draw", draw.to_string());
    ids.insert("call", call.to_string());
    crate::access_announcements::scene(w, ids);
    crate::access_listings::scene(w);
    crate::access_reports::scene(w, ids);
}

/// Draws for whoever supervises, calls for the desk of another unit.
pub fn draws(all: &mut BTreeMap<&'static str, Entry>) {
    crate::access_listings::listings(all);
    crate::access_gradings::gradings(all);
    crate::access_penalties::penalties(all);
    crate::access_employers::employers(all);
    crate::access_reports::reports(all);
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let none = || Carries::Nothing;
    put("publicDraws", Open, "/public/v1/draws", "", none());
    put("publicDraw", Open, "/public/v1/draws/CQ-00000-00000", "", none());
    put("publicFrame", Open, "/public/v1/draws/CQ-00000-00000/frame/0", "", none());
    put("listDraws", Own, "/draws", "city.supervisor", none());
    let announce = json!({ "area": "370700", "from": "2026-11-20", "to": "2026-11-20", "publicPlan": "双色球第2026140期" });
    put("announceDraw", Duty, "/draws", "city.supervisor", Carries::Json(announce));
    put("readDraw", Matter, "/draws/<draw>", "city.supervisor", none());
    put("freezeDraw", Matter, "/draws/<draw>/freeze", "city.supervisor", none());
    let value = json!({ "value": "07 11 19", "source": "福彩网", "at": "2026-11-21T21:15:00+08:00" });
    put("runDraw", Matter, "/draws/<draw>/run", "city.supervisor", Carries::Json(value));
    put("abandonDraw", Matter, "/draws/<draw>/abandon", "city.supervisor", Carries::Json(json!({ "reason": "统计期写错" })));
    put("closeDraw", Matter, "/draws/<draw>/close", "city.supervisor", none());
    put("publishDraw", Matter, "/draws/<draw>/publication", "city.supervisor", none());
    put("listCalls", Own, "/calls", "city.desk", none());
    put("callSheet", Matter, "/calls/<call>/sheet", "city.desk", none());
    put("callTried", Matter, "/calls/<call>/tries", "city.desk", Carries::Json(json!({ "result": "no_answer" })));
    put("callAnswered", Matter, "/calls/<call>/answer", "city.desk", Carries::Json(json!({ "outcome": "paid" })));
    // the console's pages of the same
    const KEY: (&str, &str) = ("_key", "console-key-1");
    let form = Carries::Form;
    put("console_draws", Own, "/draws", "city.supervisor", none());
    let new = &[KEY, ("area", "370700"), ("from", "2026-11-19"), ("to", "2026-11-19"), ("publicPlan", "双色球第2026140期")];
    put("console_announce_draw", Duty, "/draws", "city.supervisor", form(new));
    put("console_draw", Matter, "/draws/<draw>", "city.supervisor", none());
    put("console_freeze_draw", Matter, "/draws/<draw>/freeze", "city.supervisor", form(&[KEY]));
    let value = &[KEY, ("value", "07 11 19"), ("source", "福彩网"), ("at", "2026-11-21T21:15")];
    put("console_run_draw", Matter, "/draws/<draw>/run", "city.supervisor", form(value));
    put("console_abandon_draw", Matter, "/draws/<draw>/abandon", "city.supervisor", form(&[KEY, ("reason", "统计期写错")]));
    put("console_close_draw", Matter, "/draws/<draw>/close", "city.supervisor", form(&[KEY]));
    put("console_publish_draw", Matter, "/draws/<draw>/publication", "city.supervisor", none());
    put("console_calls", Own, "/calls", "city.desk", none());
    put("console_call", Matter, "/calls/<call>", "city.desk", none());
    put("console_call_sheet", Matter, "/calls/<call>/sheet", "city.desk", form(&[KEY]));
    put("console_call_tried", Matter, "/calls/<call>/tries", "city.desk", form(&[KEY, ("result", "no_answer")]));
    put("console_call_answered", Matter, "/calls/<call>/answer", "city.desk", form(&[KEY, ("outcome", "paid")]));
    crate::access_announcements::announcements(all);
    crate::access_employer::employer(all);
}
