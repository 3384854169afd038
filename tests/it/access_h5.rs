//! Who may come to the workers' pages: anybody where no matter is shown, otherwise the worker alone. Walked as nobody (in `access`), as an
//! officer, as another worker, and as the worker.

use crate::access::About::{Mine, MineAlone, Open};
use crate::access::{As, Carries, Entry, Scene, ask, events, turned_away, walk};
use crate::on_both;
use crate::support::app::World;
use qingxin::web::Surface;
use serde_json::json;
use std::collections::BTreeMap;

/// Where a page that needs somebody leads.
pub fn door(surface: Surface) -> &'static str {
    match surface {
        Surface::Employer => "/employer",
        Surface::H5 => "/h5/login",
        _ => "/login",
    }
}

/// The workers' pages.
pub fn h5(all: &mut BTreeMap<&'static str, Entry>) {
    const KEY: (&str, &str) = ("_key", "h5-key-0001");
    let mut put = |id, about, path, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider: "" }).is_none(), "{id} is listed twice");
    };
    let (none, form) = (|| Carries::Nothing, Carries::Form);
    put("h5_home", Open, "/h5", none());
    put("h5_login", Open, "/h5/login", none());
    put("h5_code", Open, "/h5/code", form(&[("phone", "123")]));
    put("h5_enter", Open, "/h5/login", form(&[("phone", "13900000001"), ("code", "000000"), ("name", "张测试")]));
    put("h5_leave", Open, "/h5/logout", form(&[]));
    put("h5_settings", Open, "/h5/settings", form(&[("large", "1"), ("back", "https://elsewhere.example/")]));
    put("h5_way_ask", Open, "/h5/progress", none());
    put("h5_way", Open, "/h5/progress", form(&[("number", "DJ-22222-22222"), ("secret", "QZ-22222-22222")]));
    put("h5_callback_ask", Open, "/h5/callback", none());
    put("h5_callback", Open, "/h5/callback", form(&[("phone", "123")]));
    put("h5_help", Open, "/h5/help", none());
    put("h5_file_ask", Mine, "/h5/file", none());
    put("h5_file", Mine, "/h5/file", Carries::File(&[KEY, ("respondent", "")]));
    put("h5_draft", Mine, "/h5/draft", form(&[("respondent", "某公司")]));
    put("h5_draft_drop", Mine, "/h5/draft/drop", form(&[]));
    put("h5_claims", Mine, "/h5/claims", none());
    put("h5_join_ask", Mine, "/h5/join", none());
    put("h5_join", Mine, "/h5/join", form(&[KEY, ("code", "x")]));
    put("h5_notices", Mine, "/h5/notices", none());
    put("h5_read", Mine, "/h5/notices/read", form(&[]));
    put("h5_devices", Mine, "/h5/devices", none());
    put("h5_end_device", MineAlone, "/h5/devices/<worker_session>/end", form(&[]));
    put("h5_claim_right", MineAlone, "/h5/claims/<claim>/confirm", form(&[("_key", "h5-key-0002")]));
    put("h5_claim_wrong", MineAlone, "/h5/claims/<claim>/contest", form(&[("_key", "h5-key-0003"), ("note", "少算了一个月")]));
    put("h5_claim_paid", MineAlone, "/h5/claims/<claim>/payments/<payment>", form(&[("_key", "h5-key-0004"), ("received", "no")]));
    put("h5_claim_paper", MineAlone, "/h5/claims/<claim>/papers/<document>", none());
    put("h5_matter", MineAlone, "/h5/filings/<filing>", none());
    put("h5_receipt", MineAlone, "/h5/filings/<filing>/receipt", none());
    put("h5_confirm", MineAlone, "/h5/filings/<filing>/confirm", form(&[("_key", "h5-key-0005")]));
    put("h5_deny", MineAlone, "/h5/filings/<filing>/deny", form(&[("_key", "h5-key-0006"), ("reason", "not_received")]));
    put("h5_supplement", MineAlone, "/h5/filings/<filing>/supplement", Carries::File(&[("_key", "h5-key-0007"), ("note", "考勤表")]));
    put("h5_files", MineAlone, "/h5/filings/<filing>/files", Carries::File(&[("_key", "h5-key-0008")]));
    put("h5_rate", MineAlone, "/h5/filings/<filing>/rate", form(&[("_key", "h5-key-0009"), ("score", "4")]));
    put("h5_withdraw", MineAlone, "/h5/filings/<filing>/withdraw", form(&[("_key", "h5-key-0010"), ("reason", "不告了")]));
    put("h5_take_back", MineAlone, "/h5/filings/<filing>/withdraw/back", form(&[]));
    put("h5_payment", MineAlone, "/h5/filings/<filing>/payments/<payment>", form(&[("_key", "h5-key-0011"), ("received", "no")]));
    put("h5_talk", MineAlone, "/h5/filings/<filing>/messages", none());
    put("h5_write", MineAlone, "/h5/filings/<filing>/messages", form(&[("_key", "h5-key-0012"), ("text", "请问进展")]));
    put("h5_codes", MineAlone, "/h5/filings/<filing>/coworkers", none());
    put("h5_make_code", MineAlone, "/h5/filings/<filing>/coworkers", form(&[]));
    put("h5_end_code", MineAlone, "/h5/filings/<filing>/coworkers/<worker_session>/end", form(&[]));
    put("h5_screen", Mine, "/h5/notices/lock-screen", form(&[("plain", "1")]));
    put("h5_agents", MineAlone, "/h5/filings/<filing>/agents", none());
    let mandate = &[
        ("_key", "h5-key-0013"),
        ("name", "钱亲属"),
        ("phone", "13900000077"),
        ("relation", "spouse"),
        ("powers", "view"),
        ("span", "90"),
    ];
    put("h5_give_mandate", MineAlone, "/h5/filings/<filing>/agents", Carries::File(mandate));
    put("h5_end_mandate", MineAlone, "/h5/filings/<filing>/agents/<worker_session>/end", form(&[]));
    put("h5_held", Mine, "/h5/mandates", none());
    put("h5_adopt_ask", Mine, "/h5/adopt", none());
    put("h5_adopt", Mine, "/h5/adopt", form(&[("number", "DJ-22222-22222"), ("secret", "QZ-22222-22222")]));
    let photo = json!({ "kind": "photo", "name": "a.png", "size": 10, "sha256": "0".repeat(64) });
    put("h5_begin_file", MineAlone, "/h5/filings/<filing>/uploads", Carries::Json(photo));
    put("h5_file_part", MineAlone, "/h5/uploads/<upload>/parts/1", Carries::Octets);
    put("h5_file_status", MineAlone, "/h5/uploads/<upload>", none());
    put("h5_finish_file", MineAlone, "/h5/uploads/<upload>/finish", none());
}

on_both! {
    fn the_workers_pages_serve_the_worker_and_nobody_else(t: &TestDb) {
        let w = World::new(t);
        let s = Scene::new(&w);
        let (own, stranger) = (s.ids["worker_token"].clone(), s.ids["stranger_token"].clone());
        let officer = w.who("kuiwen.handler").token().unwrap();
        let before = events(&w);
        let mut rows: Vec<_> = walk().into_iter().filter(|(r, e)| r.surface == Surface::H5 && e.about != Open).collect();
        assert!(rows.len() >= 30);
        for (route, e) in &rows {
            turned_away(route, &ask(&w, &s, route, e, &As::Token(&officer), None), "an officer");
            if e.about == MineAlone {
                let got = ask(&w, &s, route, e, &As::Token(&stranger), None);
                assert_eq!(got.status, 404, "{}: {}", got.asked, got.text());
                assert!(got.text().contains("没有找到") && !got.text().contains("测试建筑"), "{}", got.asked);
            }
        }
        assert_eq!(events(&w), before, "a refused request left a trace in the matter");
        let last = ["h5_take_back", "h5_withdraw", "h5_end_device"];
        rows.sort_by_key(|(r, _)| (r.method != "GET", last.iter().position(|l| *l == r.id)));
        for (route, e) in &rows {
            let got = ask(&w, &s, route, e, &As::Token(&own), None);
            let good = match route.id {
                // the way in is open: what is asked is not, or not yet
                "h5_confirm" | "h5_deny" | "h5_supplement" | "h5_rate" | "h5_join" | "h5_adopt" => got.status == 409,
                "h5_begin_file" => got.status == 201,
                "h5_file" => got.status == 422,
                // no such paper, no such code
                "h5_claim_paper" | "h5_end_code" | "h5_end_mandate" | "h5_file_part" | "h5_file_status" | "h5_finish_file" => got.status == 404,
                _ => matches!(got.status, 200 | 303),
            };
            assert!(good, "{} {} {}", got.asked, got.status, got.text());
        }
        for (route, e) in &rows {
            turned_away(route, &ask(&w, &s, route, e, &As::Token(&own), None), "logged out");
        }
    }
}
