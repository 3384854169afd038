//! The counter's part of the walk through every door: what a matter has of contacts, doubts, agents, and its routes.

use crate::access::About::{Duty, Matter, Own};
use crate::access::{Carries, Entry};
use crate::support::app::World;
use qingxin::base::id::{EvidenceId, FilingId, RowId, WorkerId};
use qingxin::domain::access::Actor;
use qingxin::store::{counter as registers, filings, mandates, workers};
use serde_json::json;
use std::collections::BTreeMap;

/// A request to be called back at the city's 人社, and of the scene's filing: a photo, a voice, a doubt, a mandate that runs and
/// one to end, and a log-in that is to change its telephone.
pub fn scene(w: &World, ids: &mut BTreeMap<&'static str, String>) {
    let filing: FilingId = ids["filing"].parse().unwrap();
    let desk = w.who("city.desk");
    let put = |name: &str, bytes: &[u8], kind: &str| {
        desk.upload(&format!("/filings/{filing}/evidence"), &[("kind", kind)], name, bytes).ok()["id"].as_str().unwrap().to_owned()
    };
    let photo = put("a.png", crate::access::PNG, "photo");
    let voice = put("a.mp3", &crate::counter::mp3(), "voice");
    let (desk_account, second) = (w.account("city.desk"), w.account("kuiwen.handler2"));
    let evidence: EvidenceId = photo.parse().unwrap();
    let made = w
        .app
        .write_blocking(&Actor::System("tests"), None, move |tx| {
            let mut row = || -> RowId { tx.ids.id(tx.now) };
            let (callback, doubt, mandate, other_mandate, rebinding) = (row(), row(), row(), row(), row());
            let (other_callback, other_doubt, third_mandate) = (row(), row(), row());
            for (id, phone) in [(callback, "13900000077"), (other_callback, "13900000076")] {
                let phone_ct = tx.seal("callbacks", "phone_ct", id, phone)?;
                registers::insert_callback(
                    tx.c,
                    &registers::Callback {
                        id,
                        bureau: "370700-hrss".into(),
                        area: None,
                        site: None,
                        name_ct: None,
                        name_mask: None,
                        phone_ct,
                        phone_mask: qingxin::base::text::mask_phone(phone),
                        phone_bix: qingxin::base::seal::blind(&tx.keys, "phone", phone)?,
                        safe_from: None,
                        safe_to: None,
                        channel: "call".into(),
                        lang: "zh".into(),
                        state: "open".into(),
                        claimed_by: None,
                        claimed_at: None,
                        filing_id: None,
                        outcome: None,
                        note_ct: None,
                        created_at: tx.now,
                        ended_at: None,
                    },
                )?;
            }
            for id in [doubt, other_doubt] {
                let text_ct = tx.seal("doubts", "text_ct", id, "考勤与银行流水不一致")?;
                registers::insert_doubt(
                    tx.c,
                    &registers::Doubt {
                        id,
                        filing_id: filing,
                        evidence_id: evidence,
                        text_ct,
                        by_account: second,
                        at: tx.now,
                        verdict: None,
                        verdict_ct: None,
                        decided_by: None,
                        decided_at: None,
                    },
                )?;
            }
            for id in [mandate, other_mandate, third_mandate] {
                let agent: WorkerId = tx.ids.id(tx.now);
                let log_in = workers::Worker {
                    id: agent,
                    name_ct: None,
                    name_mask: None,
                    name_bix: None,
                    phone_ct: None,
                    phone_mask: None,
                    phone_bix: None,
                    wx_bix: Some(agent.to_string()),
                    lang: "zh".into(),
                    state: "active".into(),
                    created_at: tx.now,
                    version: 1,
                };
                workers::insert(tx.c, &log_in)?;
                mandates::insert(
                    tx.c,
                    &mandates::Mandate {
                        id,
                        filing_id: filing,
                        agent_id: agent,
                        kind: "agent".into(),
                        relation: "child".into(),
                        powers: "view".into(),
                        evidence_id: Some(evidence),
                        given_by: None,
                        recorded_by: Some(desk_account),
                        created_at: tx.now,
                        expires_at: tx.now.plus(chrono::Duration::days(30)),
                        revoked_at: None,
                        revoked_worker: None,
                        revoked_by: None,
                        note_ct: None,
                    },
                )?;
            }
            let f = filings::get(tx.c, filing)?.unwrap();
            let (phone_ct, note_ct) =
                (tx.seal("rebindings", "phone_ct", rebinding, "13900000078")?, tx.seal("rebindings", "note_ct", rebinding, "换号")?);
            mandates::insert_rebinding(
                tx.c,
                &mandates::Rebinding {
                    id: rebinding,
                    filing_id: filing,
                    worker_id: f.worker_id.unwrap(),
                    bureau: f.receiving_bureau,
                    phone_ct,
                    phone_mask: "139****0078".into(),
                    phone_bix: qingxin::base::seal::blind(&tx.keys, "phone", "13900000078")?,
                    state: "asked".into(),
                    asked_by: second,
                    asked_at: tx.now,
                    note_ct,
                    confirmed_by: None,
                    confirmed_at: None,
                    told_at: None,
                    not_before: None,
                    ended_at: None,
                    ended_why: None,
                },
            )?;
            Ok([callback, doubt, mandate, other_mandate, rebinding, other_callback, other_doubt, third_mandate]
                .map(|r| r.to_string())
                .to_vec())
        })
        .unwrap();
    let names = ["callback", "doubt", "mandate", "other_mandate", "rebinding", "other_callback", "other_doubt", "third_mandate"];
    for (name, id) in names.into_iter().zip(made) {
        ids.insert(name, id);
    }
    let head = "案件编号,登记日期,投诉人,被投诉单位,属地,涉及人数,涉及金额,办理状态\n";
    let text = format!("{head}台001,2025-03-03,张测试,潍坊旧案建筑有限公司,奎文区,1,3000,待受理\n");
    let file = qingxin::app::import::File { profile: "ledger", name: "a.csv", bytes: text.as_bytes(), receiving: "" };
    let (done, _) = qingxin::app::legacy::import::import_ledger(&w.app, &Actor::System("tests"), file, false, &mut |_| {}).unwrap();
    assert_eq!(done.review, 1, "{done:?}");
    let listed = w.who("kuiwen.leader").get("/legacy-review").ok();
    ids.insert("legacy", listed["items"][0]["id"].as_str().unwrap().to_owned());
    ids.insert("photo", photo);
    ids.insert("voice", voice);
}

/// The counter's routes.
pub fn counter(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let none = || Carries::Nothing;
    let call = json!({ "direction": "out", "channel": "phone", "outcome": "reached", "note": "约定周五再联系" });
    put("listFilingContacts", Matter, "/filings/<filing>/contacts", "kuiwen.handler", none());
    put("keepFilingContact", Matter, "/filings/<filing>/contacts", "kuiwen.handler", Carries::Json(call.clone()));
    put("listCaseContacts", Matter, "/cases/<case>/contacts", "kuiwen.handler", none());
    put("keepCaseContact", Matter, "/cases/<case>/contacts", "kuiwen.handler", Carries::Json(call.clone()));
    let turned = json!({ "reason": "not_wages", "about": "反映一笔工程款", "explanation": "属于工程款纠纷，不是工资" });
    put("turnAway", Duty, "/refusals", "city.desk", Carries::Json(turned));
    put("refusalRegister", Own, "/refusals", "kuiwen.desk", none());
    put("exportRefusals", Own, "/refusals/export", "kuiwen.desk", Carries::Json(json!({ "reason": "月度核查" })));
    let doubt = json!({ "note": "考勤与流水不一致", "evidence": "<photo>" });
    put("listDoubts", Matter, "/filings/<filing>/doubts", "kuiwen.handler", none());
    put("noteDoubt", Matter, "/filings/<filing>/doubts", "kuiwen.handler", Carries::Json(doubt));
    let verdict = json!({ "confirm": false, "note": "已核对，不成立" });
    put("decideDoubt", Matter, "/doubts/<doubt>/decide", "kuiwen.handler", Carries::Json(verdict));
    put("earlierFilings", Matter, "/filings/<filing>/earlier", "kuiwen.supervisor", none());
    let agent = json!({
        "kind": "agent", "relation": "child", "name": "张小测", "phone": "13900000061", "powers": ["view"],
        "expiresAt": "2027-01-31T00:00:00+08:00", "evidence": "<photo>"
    });
    put("listFilingAgents", Matter, "/filings/<filing>/mandates", "kuiwen.handler", none());
    put("recordMandate", Matter, "/filings/<filing>/mandates", "kuiwen.desk", Carries::Json(agent));
    let word = json!({ "note": "本人来窗口说明" });
    put("revokeMandateOnWord", Matter, "/mandates/<mandate>/revoke", "kuiwen.desk", Carries::Json(word));
    let rebind = json!({
        "phone": "13900000062", "code": "000000", "idNumber": "379900199001011230", "secret": "QZ-22222-22222", "note": "本人持身份证到窗口"
    });
    put("askRebinding", Matter, "/filings/<filing>/rebindings", "kuiwen.desk", Carries::Json(rebind));
    put("listRebindings", Own, "/rebindings", "city.desk", none());
    put("decideRebinding", Matter, "/rebindings/<rebinding>/decide", "city.desk", Carries::Json(json!({ "confirm": true })));
    put("listCallbacks", Own, "/callbacks", "kuiwen.desk", none());
    put("claimCallback", Matter, "/callbacks/<callback>/claim", "city.desk", Carries::Json(json!({ "takeOver": true })));
    put("callbackNumber", Matter, "/callbacks/<callback>/number", "city.desk", none());
    put("callbackTried", Matter, "/callbacks/<callback>/tries", "city.desk", Carries::Json(call));
    let report = crate::support::app::filing(7);
    put("registerCallback", Matter, "/callbacks/<callback>/register", "city.desk", Carries::Json(report));
    let closed = json!({ "outcome": "answered", "note": "已答复询问" });
    put("closeCallback", Matter, "/callbacks/<callback>/close", "city.desk", Carries::Json(closed));
    put("moneyReport", Own, "/reports/money", "kuiwen.leader", none());
    put("supervisionRegister", Own, "/supervisions", "kuiwen.leader", none());
    put("exportSupervisions", Own, "/supervisions/export", "kuiwen.leader", Carries::Json(json!({ "reason": "月度督查" })));
    put("overdueAudit", Own, "/overdue", "kuiwen.leader", none());
    put("exportOverdue", Own, "/overdue/export", "kuiwen.leader", Carries::Json(json!({ "reason": "月度督查" })));
    put("heldMatters", Matter, "/accounts/<handler>/held", "kuiwen.leader", none());
    let over = Carries::Json(json!({ "to": "<handler2>", "reason": "调离岗位" }));
    put("handOver", Matter, "/accounts/<handler>/hand-over", "kuiwen.leader", over);
    put("listLegacyReview", Own, "/legacy-review", "kuiwen.leader", none());
    put("exportLegacyReview", Own, "/legacy-review/export", "kuiwen.leader", Carries::Json(json!({ "reason": "月度核查" })));
    let right = json!({ "decision": "confirm", "reason": "已核对原始卷宗" });
    put("decideLegacyReview", Matter, "/legacy-review/<legacy>/decide", "kuiwen.leader", Carries::Json(right));
    put("issueStatement", Matter, "/filings/<filing>/statement", "kuiwen.desk", none());
    put("getStatement", Matter, "/filings/<filing>/statement", "kuiwen.handler", none());
    let signed = json!({ "readBack": true, "signed": "thumbprint", "photo": "<photo>" });
    put("signStatement", Matter, "/filings/<filing>/statement/signature", "kuiwen.desk", Carries::Json(signed));
    put("listTranscripts", Matter, "/evidence/<voice>/transcripts", "kuiwen.handler", none());
    put("transcribe", Matter, "/evidence/<voice>/transcripts", "kuiwen.handler", Carries::Json(json!({ "text": "老板说年底再给。" })));
}
