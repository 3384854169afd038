//! The joint cases' part of the walk through every door: codes, joiners, who is liable, who speaks, who is paid.

use crate::access::About::{Matter, Mine, MineAlone, Own};
use crate::access::{Carries, Entry};
use crate::support::app::World;
use qingxin::base::id::{CaseId, ClaimId, EvidenceId, FilingId, PaymentId, RowId};
use qingxin::domain::access::Actor;
use qingxin::law::Fen;
use qingxin::store::{cases, filings, joint, ledger, recourse, workers};
use serde_json::json;
use std::collections::BTreeMap;

/// Two codes, two joiners that wait, a representative, something to ask back and a clue of the scene's case.
pub fn scene(w: &World, ids: &mut BTreeMap<&'static str, String>) {
    let case: CaseId = ids["case"].parse().unwrap();
    let filing: FilingId = ids["filing"].parse().unwrap();
    let (claim, payment): (ClaimId, PaymentId) = (ids["claim"].parse().unwrap(), ids["payment"].parse().unwrap());
    let evidence: EvidenceId = ids["evidence"].parse().unwrap();
    let desk = w.account("city.desk");
    let made = w
        .app
        .write_blocking(&Actor::System("tests"), None, move |tx| {
            let mut row = || -> RowId { tx.ids.id(tx.now) };
            let (own_code, code, joiner, other_joiner, rep, clue) = (row(), row(), row(), row(), row(), row());
            let worker = filings::get(tx.c, filing)?.unwrap().worker_id.unwrap();
            let session = workers::sessions_of(tx.c, worker, tx.now)?[0].id;
            for (id, by_worker) in [(own_code, true), (code, false)] {
                let k = joint::JoinCode {
                    id,
                    case_id: case,
                    code_bix: id.to_string(),
                    made_worker: by_worker.then_some(worker),
                    made_by: (!by_worker).then_some(desk),
                    created_at: tx.now,
                    expires_at: tx.now.plus(chrono::Duration::days(7)),
                    revoked_at: None,
                    uses: 0,
                };
                joint::insert_code(tx.c, &k)?;
            }
            let known = ledger::claims_of(tx.c, case)?.into_iter().find(|c| c.id == claim).unwrap();
            let person = filings::claimant(tx.c, known.claimant_id)?.unwrap();
            for id in [joiner, other_joiner] {
                let new = filings::Claimant { id: tx.ids.id(tx.now), person_bix: None, phone_bix: None, ..person.clone() };
                let name_ct = tx.seal("claimants", "name_ct", new.id, "王测试")?;
                let new = filings::Claimant { name_ct, person_ct: None, phone_ct: None, bank_ct: None, ..new };
                let j = joint::Joiner {
                    id,
                    case_id: case,
                    code_id: code,
                    worker_id: worker,
                    session_id: session,
                    claimant_id: new.id,
                    respondent_ct: None,
                    period_from: tx.now.day().plus(-60),
                    period_to: tx.now.day().plus(-30),
                    days_tenths: None,
                    daily_wage: None,
                    months_tenths: None,
                    monthly_wage: None,
                    claimed: Fen::new(100),
                    minor: false,
                    device: "tests".into(),
                    state: "waiting".into(),
                    matched: false,
                    reason: None,
                    note_ct: None,
                    decided_by: None,
                    decided_at: None,
                    created_at: tx.now,
                };
                joint::insert_joiner(tx.c, &new, &j)?;
            }
            let r = joint::Representative {
                id: rep,
                case_id: case,
                claimant_id: known.claimant_id,
                powers: "negotiate".into(),
                evidence_id: evidence,
                recorded_by: desk,
                created_at: tx.now,
                ended_at: None,
                ended_by: None,
                note_ct: None,
            };
            joint::insert_representative(tx.c, &r)?;
            let k = joint::ChildClue {
                id: clue,
                number: "TG-22222-22222".into(),
                case_id: case,
                bureau: "370705-hrss".into(),
                area: "370705".into(),
                persons: 1,
                state: "open".into(),
                result: None,
                note_ct: None,
                proof_id: None,
                opened_at: tx.now,
                closed_by: None,
                closed_at: None,
            };
            joint::insert_clue(tx.c, &k)?;
            let q = recourse::Recourse {
                payment_id: payment,
                case_id: case,
                payer_kind: "emergency_fund".into(),
                payer_id: None,
                against_id: None,
                amount: Fen::new(100),
                recovered: Fen::ZERO,
                state: "open".into(),
                reason: None,
                note_ct: None,
                proof_id: None,
                opened_at: tx.now,
                closed_at: None,
                closed_by: None,
            };
            recourse::insert(tx.c, &q)?;
            let party = cases::chain(tx.c, case)?[0].id;
            Ok([own_code, code, joiner, other_joiner, rep, clue]
                .map(|i| i.to_string())
                .into_iter()
                .chain([party.to_string()])
                .collect::<Vec<_>>())
        })
        .unwrap();
    let names = ["own_code", "join_code", "joiner", "other_joiner", "representative", "clue", "party"];
    ids.extend(names.into_iter().zip(made));
    crate::access_employer::scene(w, ids);
}

/// Routes whose thing the other door may have settled before, or that have nothing to do yet.
pub fn either(route: &str) -> bool {
    const ALL: [&str; 17] = [
        "revokeJoinCode",
        "console_revoke_join_code",
        "nameRepresentative",
        "console_name_representative",
        "endRepresentative",
        "console_end_representative",
        "recoverRecourse",
        "console_recover",
        "writeOffRecourse",
        "console_write_off",
        "issuePayList",
        "console_issue_pay_list",
        "exportPayList",
        "closeChildClue",
        "console_close_clue",
        "console_export_pay_list",
        "addParty",
    ];
    crate::access_employer::EITHER.contains(&route)
        || ALL.contains(&route)
        || matches!(route, "console_try_roster" | "console_take_roster" | "console_add_claim" | "console_add_party")
}

/// The routes of joint cases.
pub fn joint(all: &mut BTreeMap<&'static str, Entry>) {
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let (none, json) = (|| Carries::Nothing, Carries::Json);
    // workers
    put("listOwnJoinCodes", MineAlone, "/api/claimant/v1/filings/<filing>/join-codes", "", none());
    put("makeOwnJoinCode", MineAlone, "/api/claimant/v1/filings/<filing>/join-codes", "", none());
    put("revokeOwnJoinCode", MineAlone, "/api/claimant/v1/filings/<filing>/join-codes/<own_code>", "", none());
    put("join", Mine, "/api/claimant/v1/joins", "", json(json!({ "code": "JR-22222-22222", "name": "张测试" })));
    put("listOwnJoins", Mine, "/api/claimant/v1/joins", "", none());
    put("listOwnClaims", Mine, "/api/claimant/v1/claims", "", none());
    put("confirmOwnClaim", MineAlone, "/api/claimant/v1/claims/<claim>/confirm", "", none());
    put("contestOwnClaim", MineAlone, "/api/claimant/v1/claims/<claim>/contest", "", json(json!({ "note": "少算了十天" })));
    let word = json!({ "received": false });
    put("answerOwnClaimPayment", MineAlone, "/api/claimant/v1/claims/<claim>/payments/<payment>/answer", "", json(word));
    put("ownClaimPaper", MineAlone, "/api/claimant/v1/claims/<claim>/papers/<document>", "", none());
    // the office
    put("listClaims", Matter, "/cases/<case>/claims", "kuiwen.handler", none());
    let why = json!({ "format": "csv", "reason": "月度核对" });
    put("exportClaims", Matter, "/cases/<case>/claims/export", "kuiwen.handler", json(why));
    put("listJoinCodes", Matter, "/cases/<case>/join-codes", "kuiwen.handler", none());
    put("makeJoinCode", Matter, "/cases/<case>/join-codes", "kuiwen.handler", none());
    put("revokeJoinCode", Matter, "/cases/<case>/join-codes/<join_code>", "kuiwen.handler", none());
    put("listJoiners", Matter, "/cases/<case>/joiners", "kuiwen.handler", none());
    let no = json!({ "accept": false, "reason": "identity", "note": "电话核对，不是本人。" });
    put("decideJoiner", Matter, "/joiners/<joiner>/decide", "kuiwen.handler", json(no));
    let look = json!({ "reason": "contact", "remark": "电话核对身份" });
    put("unmaskJoiner", Matter, "/joiners/<joiner>/unmask", "kuiwen.handler", json(look));
    put("getChain", Matter, "/cases/<case>/chain", "kuiwen.handler", none());
    let party = json!({ "place": "general_contractor", "name": "潍坊某某总承包有限公司" });
    put("addParty", Matter, "/cases/<case>/chain", "kuiwen.handler", json(party));
    let ground = json!({ "ground": "employer", "reason": "劳动合同、考勤相符。", "evidence": "<evidence>" });
    put("findLiability", Matter, "/respondents/<party>/liability", "kuiwen.handler", json(ground));
    put("listRepresentatives", Matter, "/cases/<case>/representatives", "kuiwen.handler", none());
    let rep = json!({ "claim": "<claim>", "powers": ["sign"], "evidence": "<evidence>" });
    put("nameRepresentative", Matter, "/cases/<case>/representatives", "kuiwen.handler", json(rep));
    put("endRepresentative", Matter, "/representatives/<representative>/end", "kuiwen.handler", json(json!({ "note": "工友另选代表" })));
    put("listRecourses", Matter, "/cases/<case>/recourses", "kuiwen.handler", none());
    let back = json!({ "amountFen": 10, "evidence": "<evidence>" });
    put("recoverRecourse", Matter, "/payments/<payment>/recourse/recover", "kuiwen.handler", json(back));
    let off = json!({ "reason": "insolvent", "note": "破产裁定书已收到。", "evidence": "<evidence>" });
    put("writeOffRecourse", Matter, "/payments/<payment>/recourse/write-off", "kuiwen.handler", json(off));
    put("previewPayList", Matter, "/cases/<case>/pay-list", "kuiwen.handler", none());
    put("issuePayList", Matter, "/cases/<case>/pay-list", "kuiwen.handler", json(json!({})));
    put("exportPayList", Matter, "/cases/<case>/pay-list/export", "kuiwen.handler", json(json!({ "reason": "交银行代发" })));
    put("listChildClues", Own, "/child-clues", "kuiwen.leader", none());
    let done = json!({ "result": "not_confirmed", "note": "核对户口簿，已满十六周岁。", "evidence": "<evidence>" });
    put("closeChildClue", Matter, "/child-clues/<clue>/close", "kuiwen.leader", json(done));
    // the console's pages of the same
    const KEY: (&str, &str) = ("_key", "console-key-1");
    let form = Carries::Form;
    put("console_claims", Matter, "/cases/<case>/claims", "kuiwen.handler", none());
    put("console_find_claim", Matter, "/cases/<case>/claims/find", "kuiwen.handler", form(&[("find", "张测试")]));
    put("console_roster_template", Own, "/roster-template", "kuiwen.handler", none());
    put("console_try_roster", Matter, "/cases/<case>/claims/try", "kuiwen.desk", Carries::File(&[KEY]));
    put("console_take_roster", Matter, "/cases/<case>/claims/roster", "kuiwen.desk", Carries::File(&[KEY]));
    put("console_add_claim", Matter, "/cases/<case>/claims/rows", "kuiwen.desk", form(&[KEY, ("name", "工人甲")]));
    let judge = &[KEY, ("claim", "<claim>"), ("nature", "wages"), ("reason", "工资表、考勤表相符。")];
    put("console_judge_claim", Matter, "/cases/<case>/claims/judge", "kuiwen.handler", form(judge));
    put(
        "console_export_claims",
        Matter,
        "/cases/<case>/claims/export",
        "kuiwen.handler",
        form(&[("format", "csv"), ("reason", "月度核对")]),
    );
    put("console_make_join_code", Matter, "/cases/<case>/join-codes", "kuiwen.handler", form(&[]));
    put("console_revoke_join_code", Matter, "/cases/<case>/join-codes/<join_code>/revoke", "kuiwen.handler", form(&[KEY]));
    let no = &[KEY, ("accept", "false"), ("reason", "identity"), ("note", "电话核对，不是本人。")];
    put("console_decide_joiner", Matter, "/cases/<case>/joiners/<other_joiner>/decide", "kuiwen.handler", form(no));
    put("console_parties", Matter, "/cases/<case>/parties", "kuiwen.handler", none());
    let party = &[KEY, ("place", "owner"), ("name", "潍坊某某置业有限公司")];
    put("console_add_party", Matter, "/cases/<case>/parties", "kuiwen.handler", form(party));
    let ground = &[KEY, ("ground", "employer"), ("reason", "劳动合同、考勤相符。"), ("evidence", "<evidence>")];
    put("console_liability", Matter, "/cases/<case>/parties/<party>/liability", "kuiwen.handler", form(ground));
    let rep = &[KEY, ("claim", "<claim>"), ("powers", "sign"), ("evidence", "<evidence>")];
    put("console_name_representative", Matter, "/cases/<case>/representatives", "kuiwen.handler", form(rep));
    let note = &[KEY, ("note", "工友另选代表")];
    put("console_end_representative", Matter, "/cases/<case>/representatives/<representative>/end", "kuiwen.handler", form(note));
    let back = &[KEY, ("amountFen", "0.10"), ("evidence", "<evidence>")];
    put("console_recover", Matter, "/cases/<case>/recourses/<payment>/recover", "kuiwen.handler", form(back));
    let off = &[KEY, ("reason", "insolvent"), ("note", "破产裁定书已收到。"), ("evidence", "<evidence>")];
    put("console_write_off", Matter, "/cases/<case>/recourses/<payment>/write-off", "kuiwen.handler", form(off));
    put("console_issue_pay_list", Matter, "/cases/<case>/pay-list", "kuiwen.handler", form(&[KEY]));
    put("console_export_pay_list", Matter, "/cases/<case>/pay-list/export", "kuiwen.handler", form(&[("reason", "交银行代发")]));
    let done = &[KEY, ("result", "not_confirmed"), ("note", "核对户口簿，已满十六周岁。"), ("evidence", "<evidence>")];
    put("console_close_clue", Matter, "/cases/<case>/child-clues/<clue>/close", "kuiwen.leader", form(done));
}
