//! The workers' part of the walk through every door: a worker with a matter of his own, and the routes of the workers' API.

use crate::access::About::{Mine, MineAlone, Open};
use crate::access::{Carries, Entry};
use crate::support::app::World;
use chrono::Duration;
use qingxin::app::people;
use qingxin::base::id::{CaseId, EvidenceId, FilingId, RowId, SessionId, WorkerId};
use qingxin::domain::access::Actor;
use qingxin::law::Fen;
use qingxin::store::{dialogue, filings, ledger, workers};
use serde_json::json;
use std::collections::BTreeMap;

/// A worker whose filing it is (nobody's when empty), with a request to withdraw it: token, request, session.
pub fn owner(w: &World, filing: &str) -> (String, String, String) {
    let (token, filing) = (format!("{:043x}", w.key().len() + filing.len() * 7 + 1), filing.parse::<FilingId>().ok());
    let stored = people::token_hash(&token);
    let (withdrawal, session) = w
        .app
        .write_blocking(&Actor::System("tests"), None, move |tx| {
            let (id, session, row): (WorkerId, SessionId, RowId) = (tx.ids.id(tx.now), tx.ids.id(tx.now), tx.ids.id(tx.now));
            let worker = workers::Worker {
                id,
                name_ct: None,
                name_mask: None,
                name_bix: None,
                phone_ct: None,
                phone_mask: None,
                phone_bix: None,
                wx_bix: Some(id.to_string()),
                lang: "zh".into(),
                state: "active".into(),
                created_at: tx.now,
                version: 1,
            };
            workers::insert(tx.c, &worker)?;
            let opened = workers::Session {
                id: session,
                worker_id: id,
                token_hash: stored.clone(),
                kind: "wx".into(),
                device: "tests".into(),
                created_at: tx.now,
                seen_at: tx.now,
                expires_at: tx.now.plus(Duration::days(60)),
                ended_at: None,
                limited: false,
            };
            workers::insert_session(tx.c, &opened)?;
            if let Some(filing) = filing {
                let f = filings::get(tx.c, filing)?.unwrap();
                filings::update(tx.c, &filings::Filing { worker_id: Some(id), ..f })?;
                let asked = dialogue::Withdrawal {
                    id: row,
                    filing_id: filing,
                    worker_id: id,
                    session_id: session,
                    device: "tests".into(),
                    reason_ct: tx.seal("withdrawals", "reason_ct", row, "不告了")?,
                    flags: String::new(),
                    asked_at: tx.now,
                    not_before: tx.now,
                    state: "asked".into(),
                    pressed: None,
                    decided_by: None,
                    decided_at: None,
                    note_ct: None,
                };
                dialogue::insert_withdrawal(tx.c, &asked)?;
            }
            Ok((row, session))
        })
        .unwrap();
    (token, withdrawal.to_string(), session.to_string())
}

/// A payment in which the worker of a filing has a part that waits for the own word.
pub fn payment(w: &World, case: &str, evidence: &str) -> String {
    let (case, proof_id): (CaseId, EvidenceId) = (case.parse().unwrap(), evidence.parse().unwrap());
    w.app
        .write_blocking(&Actor::System("tests"), None, move |tx| {
            let claim = ledger::claims_of(tx.c, case)?.remove(0);
            let p = ledger::Payment {
                id: tx.ids.id(tx.now),
                case_id: case,
                amount: Fen::new(100),
                paid_on: tx.now.day(),
                payer_kind: "employer".into(),
                bank_ref: None,
                proof_id,
                recorded_by: None,
                recorded_at: tx.now,
                way: "through_foreman".into(),
                payer_id: None,
                credit: Fen::ZERO,
                excess_code: None,
                credit_code: None,
                reversed_at: None,
            };
            let part = ledger::Allocation {
                payment_id: p.id,
                claim_id: claim.id,
                amount: p.amount,
                counts: false,
                answer: None,
                answered_at: None,
                device: None,
                beyond: Fen::ZERO,
                counted_at: None,
                held: false,
            };
            ledger::insert_payment(tx.c, &p, &[part], true)?;
            Ok(p.id.to_string())
        })
        .unwrap()
}

/// The workers' API.
pub fn claimant(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, about, path, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider: "" }).is_none(), "{id} is listed twice");
    };
    let none = || Carries::Nothing;
    let by_code = json!({ "phone": "13900000001", "code": "000000", "name": "张测试" });
    let give = json!({
        "kind": "agent", "relation": "child", "name": "张小测", "phone": "13900000060", "powers": ["view", "message"],
        "expiresAt": "2027-01-31T00:00:00+08:00"
    });
    put("askCallback", Open, "/api/claimant/v1/callbacks", Carries::Json(json!({ "phone": "123" })));
    put("listAgents", MineAlone, "/api/claimant/v1/filings/<filing>/agents", none());
    put("giveMandate", MineAlone, "/api/claimant/v1/filings/<filing>/agents", Carries::Json(give));
    put("revokeMandate", MineAlone, "/api/claimant/v1/filings/<filing>/agents/<other_mandate>", none());
    put("listPayments", MineAlone, "/api/claimant/v1/filings/<filing>/payments", none());
    let word = Carries::Json(json!({ "received": false }));
    put("answerPayment", MineAlone, "/api/claimant/v1/filings/<filing>/payments/<payment>/answer", word);
    put("listMandates", Mine, "/api/claimant/v1/mandates", none());
    put("sendCode", Open, "/api/claimant/v1/codes", Carries::Json(json!({ "phone": "123" })));
    put("logInByPhone", Open, "/api/claimant/v1/session", Carries::Json(by_code));
    put("logInByWechat", Open, "/api/claimant/v1/session/wechat", Carries::Json(json!({ "code": "none" })));
    let slip = json!({ "number": "DJ-22222-22222", "secret": "QZ-22222-22222" });
    put("progressByReceipt", Open, "/api/claimant/v1/progress", Carries::Json(slip.clone()));
    put("receiptKeys", Open, "/api/claimant/v1/keys", none());
    put("workerSession", Mine, "/api/claimant/v1/session", none());
    put("setLanguage", Mine, "/api/claimant/v1/session/language", Carries::Json(json!({ "lang": "en" })));
    put("listOwnNotices", Mine, "/api/claimant/v1/notices", none());
    put("getLockScreen", Mine, "/api/claimant/v1/notices/lock-screen", none());
    put("setLockScreen", Mine, "/api/claimant/v1/notices/lock-screen", Carries::Json(json!({ "plainWords": false })));
    put("readOwnNotices", Mine, "/api/claimant/v1/notices/read", Carries::Json(json!({ "ids": [] })));
    put("listDevices", Mine, "/api/claimant/v1/devices", none());
    put("listOwnFilings", Mine, "/api/claimant/v1/filings", none());
    put("listDrafts", Mine, "/api/claimant/v1/drafts", none());
    put("fileReport", Mine, "/api/claimant/v1/filings", Carries::Json(json!({ "report": { "reporterName": "张测试" } })));
    put("adoptFiling", Mine, "/api/claimant/v1/filings/adopt", Carries::Json(slip));
    put("keepDraft", Mine, "/api/claimant/v1/drafts/018f0000-0000-7000-8000-000000000001", Carries::Json(json!({ "body": { "step": 1 } })));
    put("dropDraft", Mine, "/api/claimant/v1/drafts/018f0000-0000-7000-8000-000000000002", none());
    put("workerLogOut", Mine, "/api/claimant/v1/session", none());
    put("endDevice", MineAlone, "/api/claimant/v1/devices/<worker_session>", none());
    put("getOwnFiling", MineAlone, "/api/claimant/v1/filings/<filing>", none());
    put("getReceipt", MineAlone, "/api/claimant/v1/filings/<filing>/receipt", none());
    let photo = json!({ "kind": "photo", "size": 10, "sha256": "0".repeat(64) });
    put("beginFile", MineAlone, "/api/claimant/v1/filings/<filing>/uploads", Carries::Json(photo));
    put("putFilePart", MineAlone, "/api/claimant/v1/uploads/<upload>/parts/1", Carries::Octets);
    put("getFileUpload", MineAlone, "/api/claimant/v1/uploads/<upload>", none());
    put("finishFile", MineAlone, "/api/claimant/v1/uploads/<upload>/finish", none());
    put("abortFile", MineAlone, "/api/claimant/v1/uploads/<upload>", none());
    put("listMessages", MineAlone, "/api/claimant/v1/filings/<filing>/messages", none());
    put("writeMessage", MineAlone, "/api/claimant/v1/filings/<filing>/messages", Carries::Json(json!({ "text": "请问进展" })));
    put("confirmAnswer", MineAlone, "/api/claimant/v1/filings/<filing>/confirm", none());
    put("denyAnswer", MineAlone, "/api/claimant/v1/filings/<filing>/deny", Carries::Json(json!({ "reason": "no_money" })));
    put("supplement", MineAlone, "/api/claimant/v1/filings/<filing>/supplement", Carries::Json(json!({ "note": "考勤表" })));
    put("rate", MineAlone, "/api/claimant/v1/filings/<filing>/rating", Carries::Json(json!({ "score": 4 })));
    put("askWithdrawal", MineAlone, "/api/claimant/v1/filings/<filing>/withdrawal", Carries::Json(json!({ "reason": "不告了" })));
    put("takeWithdrawalBack", MineAlone, "/api/claimant/v1/filings/<filing>/withdrawal", none());
    crate::access_h5::h5(all);
}
