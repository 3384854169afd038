//! Who may come to the employer's door and to what came by it: whoever was served, in its own papers; officers by their duty to the matter.

use crate::access::About::{Matter, Open, Own, Sender};
use crate::access::{Carries, Entry};
use crate::support::app::World;
use qingxin::base::id::{CaseId, DocumentId, ProcedureId};
use qingxin::domain::access::Actor;
use qingxin::store::{door, papers};
use serde_json::json;
use std::collections::BTreeMap;

/// One thing, two doors: whichever comes first.
pub const EITHER: [&str; 4] = ["takeSubmission", "console_take_submission", "returnSubmission", "console_return_submission"];

/// A decision of the scene's case that is addressed to the employer, and two submissions on it.
pub fn scene(w: &World, ids: &mut BTreeMap<&'static str, String>) {
    let (case, procedure): (CaseId, ProcedureId) = (ids["case"].parse().unwrap(), ids["complaint"].parse().unwrap());
    let like: DocumentId = ids["document"].parse().unwrap();
    let paper: DocumentId = w
        .app
        .write_blocking(&Actor::System("tests"), None, move |tx| {
            let id: DocumentId = tx.ids.id(tx.now);
            let d = papers::document(tx.c, like)?.unwrap();
            let body_ct = tx.seal("documents", "body_ct", id, "<p>决定</p>")?;
            let d = papers::Document {
                id,
                case_id: Some(case),
                filing_id: None,
                kind: "decision".into(),
                bureau: "370705-hrss".into(),
                number: "奎文人社监理〔2026〕第1号".into(),
                no: 1,
                body_ct,
                ..d
            };
            papers::insert_document(tx.c, &d)?;
            let s = door::Served {
                document_id: id,
                procedure_id: procedure,
                case_id: Some(case),
                bureau: "370705-hrss".into(),
                kind: "unit".into(),
                party: Some("91370702MA3TEXT0XR".into()),
                login_bix: None,
                served_on: None,
                created_at: tx.now,
            };
            door::address(tx.c, &s)?;
            Ok(id)
        })
        .unwrap();
    let submit = || {
        let body = json!({ "kind": "objection", "applicant": "法务王某测", "words": "不服该决定，请重新核实。" });
        w.who("kuiwen.desk").post(&format!("/documents/{paper}/submissions"), body).ok()["id"].as_str().unwrap().to_owned()
    };
    ids.insert("submission", submit());
    ids.insert("other_submission", submit());
    ids.insert("served", paper.to_string());
}

/// The door, the office's API and the console's pages.
pub fn employer(all: &mut BTreeMap<&'static str, Entry>) {
    const KEY: (&str, &str) = ("_key", "console-key-1");
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let (none, form) = (|| Carries::Nothing, Carries::Form);
    put("employer_home", Open, "/employer", "", none());
    let wrong = &[("number", "奎文人社监理〔2026〕第1号"), ("identity", "91370702MA3TEXT0XR"), ("code", "SD-22222-22222")];
    put("employer_enter", Open, "/employer/login", "", form(wrong));
    put("employer_leave", Open, "/employer/logout", "", form(&[]));
    put("employer_paper", Sender, "/employer/papers/<served>", "", none());
    put("employer_print", Sender, "/employer/papers/<served>/print", "", none());
    put("employer_hand_in", Sender, "/employer/papers/<served>/submissions", "", Carries::File(&[KEY, ("kind", "objection")]));
    put("employer_receipt", Sender, "/employer/submissions/<submission>/receipt", "", none());
    put("listSubmissions", Own, "/submissions", "kuiwen.credit", none());
    put("readSubmission", Matter, "/submissions/<submission>", "kuiwen.credit", none());
    put("servedPapers", Matter, "/cases/<case>/served-papers", "kuiwen.handler", none());
    let note = json!({ "note": "已转承办人核实。" });
    put("takeSubmission", Matter, "/submissions/<submission>/take", "kuiwen.credit", Carries::Json(note));
    let back = json!({ "reason": "other_remedy", "note": "请依法申请行政复议。" });
    put("returnSubmission", Matter, "/submissions/<other_submission>/return", "kuiwen.credit", Carries::Json(back));
    put("makeServedCode", Matter, "/documents/<served>/served-code", "kuiwen.desk", Carries::Json(json!({ "reason": "受送达人遗失" })));
    let new = json!({ "kind": "contact", "applicant": "法务王某测", "contact": { "phone": "13905360001", "electronic": false } });
    put("handInAtDesk", Matter, "/documents/<served>/submissions", "kuiwen.desk", Carries::Json(new));
    put("console_submissions", Own, "/submissions", "kuiwen.credit", none());
    put("console_submission", Matter, "/submissions/<submission>", "kuiwen.credit", none());
    put("console_take_submission", Matter, "/submissions/<submission>/take", "kuiwen.credit", form(&[KEY, ("note", "已转承办人核实")]));
    let back = &[KEY, ("reason", "other_remedy"), ("note", "请依法申请行政复议")];
    put("console_return_submission", Matter, "/submissions/<other_submission>/return", "kuiwen.credit", form(back));
    put("console_served_paper", Matter, "/documents/<served>/door", "kuiwen.handler", none());
    put("console_served_code", Matter, "/documents/<served>/door/code", "kuiwen.desk", form(&[KEY, ("reason", "受送达人遗失")]));
    let desk = &[("_key", "desk-file-key-1"), ("kind", "proof"), ("applicant", "法务王某测")];
    put("console_hand_in", Matter, "/documents/<served>/door/submissions", "kuiwen.desk", Carries::File(desk));
}
