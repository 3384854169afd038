//! The office API over HTTP: every malformed request has its problem, the same submission counts once, who comes too late
//! is told what changed, and the committed OpenAPI document is the one the router table writes.

use crate::on_both;
use crate::support::app::{Got, OFFICE, PASSWORD, Person, World, filing};
use axum::body::Body;
use chrono::Duration;
use qingxin::web::{self, Surface, openapi};
use serde_json::{Value, json};
use std::path::Path;

#[test]
fn the_committed_openapi_document_is_the_tables() {
    for (surface, ..) in openapi::DESCRIBED {
        let text = openapi::document_text(&web::table().routes(), surface).unwrap();
        let name = format!("docs/openapi/{}.v1.json", surface.key());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
        if std::env::var_os("QINGXIN_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let line = committed.lines().zip(text.lines()).position(|(a, b)| a != b).map_or(0, |n| n + 1);
        assert!(committed == text, "{name} is not what the router table says (line {line}); QINGXIN_BLESS=1 cargo test writes it");
    }
}

#[test]
fn the_openapi_document_is_whole() {
    for (surface, ..) in openapi::DESCRIBED {
        whole(surface);
    }
}

fn whole(surface: Surface) {
    let routes = web::table().routes();
    let document = openapi::document(&routes, surface);
    assert_eq!(openapi::dangling(&document), Vec::<String>::new());
    assert!(openapi::clashing(&routes, surface).is_empty(), "{:?}", openapi::clashing(&routes, surface));
    let json: Value = serde_json::from_str(&openapi::document_text(&routes, surface).unwrap()).unwrap();
    assert_eq!(json["openapi"], "3.1.0");
    for r in routes.iter().filter(|r| r.surface == surface) {
        let op = &json["paths"][r.path][r.method.as_str().to_lowercase()];
        assert_eq!(op["operationId"], r.id);
        let names: Vec<&str> = op["parameters"].as_array().into_iter().flatten().map(|p| p["name"].as_str().unwrap()).collect();
        for p in op["parameters"].as_array().into_iter().flatten() {
            assert!(p["name"].as_str().is_some_and(|n| n != "id") || p["description"].is_string(), "{}: {p} says nothing", r.path);
        }
        for status in if r.access == web::Access::Public { vec!["400", "500"] } else { vec!["400", "401", "403", "500", "503"] } {
            let problem = &op["responses"][status]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem, "#/components/schemas/Problem", "{} {}: {status}", r.method, r.path);
        }
        if names.contains(&"Idempotency-Key") || names.contains(&"If-Match") {
            assert!(op["responses"]["428"].is_object(), "{}", r.path);
        }
        if r.path.contains('{') {
            assert!(op["responses"]["404"].is_object(), "{}", r.path);
        }
        // writing without a key is only what changes no matter
        let bookkeeping = [
            "logIn",
            "changePassword",
            "search",
            "readNotices",
            "readOwnNotices",
            "setLockScreen",
            "filingHints",
            "unmaskFiling",
            "importFile",
            // a worker's log-in, a look by receipt, and what twice is as good as once
            "sendCode",
            "logInByPhone",
            "logInByWechat",
            "setLanguage",
            "progressByReceipt",
            "adoptFiling",
            // looks that are on record each time, and a request that asked twice is one
            "unmaskJoiner",
            // a code is shown once and kept nowhere in clear: asked twice it is another
            "makeJoinCode",
            "makeOwnJoinCode",
            "callbackNumber",
            "askCallback",
            // a question, with a body because it is long
            "checkListings",
            // twice is as good as once: the same record comes to the same grades
            "gradeYear",
        ];
        assert!(
            // a signed message is known by its own id
            r.method != "POST"
                || names.iter().any(|n| ["Idempotency-Key", "webhook-id"].contains(n))
                || bookkeeping.contains(&r.id)
                || r.id.starts_with("export"),
            "{} takes no Idempotency-Key",
            r.id
        );
    }
    for (name, schema) in json["components"]["schemas"].as_object().unwrap() {
        let real = ["properties", "enum", "oneOf", "anyOf", "allOf", "$ref"].iter().any(|k| schema[*k] != Value::Null);
        assert!(real, "the schema {name} says nothing: {schema}");
    }
}

/// A picture whose content says so.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cch\0\0\0\x82\0\x81w\xcdr\xb6\0\0\0\0IEND\xaeB`\x82";

fn text(v: &Value) -> String {
    v.as_str().unwrap_or_else(|| panic!("{v} is no text")).to_owned()
}
/// Registers a matter of 奎文区 and gives filing, case and its complaint procedure.
fn matter(w: &World, n: u32) -> (String, String, String) {
    let done = w.who("city.desk").post("/filings", filing(n)).ok();
    let case = text(&done["case"]);
    let file = w.who("kuiwen.handler").get(&format!("/cases/{case}")).ok();
    let complaint = file["procedures"].as_array().unwrap().iter().find(|p| p["kind"] == "complaint").unwrap();
    (text(&done["filing"]), case, text(&complaint["id"]))
}
/// A problem is ours: Chinese, with a trace, and says nothing of the inside.
#[track_caller]
fn ours(got: &Got) {
    let p = got.json();
    assert_eq!(p["status"], got.status, "{}", got.asked);
    assert_eq!(p["traceId"], got.header("x-request-id"), "{}", got.asked);
    assert_eq!(p["type"], format!("urn:qingxin:problem:{}", text(&p["code"])));
    for e in p["errors"].as_array().into_iter().flatten() {
        assert!(e["message"].as_str().is_some_and(|m| !m.is_ascii() && !m.starts_with("field.")), "{}: {e}", got.asked);
    }
    for word in ["serde", "expected", "diesel", "SQLITE", "column", "panicked", "sqlite", "unwrap", "src/"] {
        assert!(!got.text().contains(word), "{} lets {word:?} out: {}", got.asked, got.text());
    }
}

on_both! {
    fn every_malformed_body_has_its_problem(t: &TestDb) {
        let w = World::new(t);
        let (_, _, complaint) = matter(&w, 1);
        let desk = w.who("kuiwen.desk");
        let sign = format!("/procedures/{complaint}/moves/sign_for");
        let tag = desk.get(&format!("/procedures/{complaint}/moves")).header("etag").to_owned();
        let send = |path: &str, kind: &str, body: Vec<u8>| {
            let b = desk.request("POST", &format!("{OFFICE}{path}")).header("idempotency-key", w.key()).header("if-match", &tag);
            let b = if kind.is_empty() { b } else { b.header("content-type", kind) };
            w.send(b.body(Body::from(body)).unwrap())
        };
        let json = "application/json";
        let deep = format!("{{\"form\":{}{}}}", "[".repeat(60), "]".repeat(60));
        let long = format!("{{\"form\":{{\"x\":\"{}\"}}}}", "字".repeat(200_000));
        for (name, kind, body, status, code) in [
            ("no body", json, Vec::new(), 400, "malformed"),
            ("only white space", json, b"  \r\n ".to_vec(), 400, "malformed"),
            ("cut off", json, b"{\"form\":".to_vec(), 400, "malformed"),
            ("two values", json, b"{} {}".to_vec(), 400, "malformed"),
            ("no UTF-8", json, b"{\"form\":{\"x\":\"\xff\xfe\"}}".to_vec(), 400, "malformed"),
            ("GB18030", "application/json; charset=gb18030", b"{}".to_vec(), 415, "unsupported_media_type"),
            ("too deep", json, deep.into_bytes(), 400, "malformed"),
            ("too long", json, long.into_bytes(), 413, "too_large"),
            ("no type", "", b"{}".to_vec(), 415, "unsupported_media_type"),
            ("a form", "application/x-www-form-urlencoded", b"form=1".to_vec(), 415, "unsupported_media_type"),
            ("a list", json, b"[]".to_vec(), 422, "invalid_input"),
            ("a number", json, b"7".to_vec(), 422, "invalid_input"),
            ("unknown", json, b"{\"froM\":{}}".to_vec(), 422, "invalid_input"),
            ("twice", json, b"{\"form\":{},\"form\":{}}".to_vec(), 422, "invalid_input"),
            ("no instant", json, b"{\"occurredAt\":\"yesterday\",\"form\":{}}".to_vec(), 422, "invalid_input"),
            ("instant without offset", json, b"{\"occurredAt\":\"2026-11-23T09:00:00\",\"form\":{}}".to_vec(), 422, "invalid_input"),
            ("form is text", json, b"{\"form\":\"x\"}".to_vec(), 422, "invalid_input"),
            ("form has more", json, b"{\"form\":{\"colour\":1}}".to_vec(), 422, "invalid_input"),
        ] {
            let got = send(&sign, kind, body);
            assert_eq!(got.status, status, "{name}: {}", got.text());
            got.problem(status, code);
            ours(&got);
        }
        // the right one, after all that: nothing of the wrong ones was kept
        assert_eq!(desk.act(&complaint, "sign_for", json!({})).ok()["state"], "signed_for");
    }

    fn every_wrong_field_of_a_registration_is_named_at_once(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("city.desk");
        let with = |changes: Value| {
            let mut f = filing(1);
            for (k, v) in changes.as_object().unwrap() {
                f[k] = v.clone();
            }
            f
        };
        for (changes, pointer) in [
            (json!({ "reporterName": "" }), "/reporterName"),
            (json!({ "reporterPhone": "12" }), "/reporterPhone"),
            (json!({ "reporterId": "379900199001011233" }), "/reporterId"),
            (json!({ "respondentUscc": "91370700MA00000000" }), "/respondentUscc"),
            (json!({ "headcount": 0 }), "/headcount"),
            (json!({ "headcount": 9_000_000 }), "/headcount"),
            (json!({ "reportedTotalFen": -1 }), "/reportedTotalFen"),
            (json!({ "reportedTotalFen": 9_000_000_000_000_i64 }), "/reportedTotalFen"),
            (json!({ "periodFrom": "2026-02-30" }), "/periodFrom"),
            (json!({ "periodTo": "2027-02-01" }), "/periodTo"),
            (json!({ "periodFrom": "2026-10-01", "periodTo": "2026-08-01" }), "/periodFrom"),
            (json!({ "channel": "pigeon" }), "/channel"),
            (json!({ "kind": "rumour" }), "/kind"),
            (json!({ "narrative": "字".repeat(4_001) }), "/narrative"),
            (json!({ "project": "", "respondent": "" }), "/respondent"),
            (json!({ "headcount": "many" }), "/headcount"),
            (json!({ "bureau": "370700-hrss" }), "/bureau"),
        ] {
            let got = desk.post("/filings", with(changes.clone()));
            got.problem(422, "invalid_input");
            ours(&got);
            assert!(got.places().iter().any(|(p, _)| p == pointer || pointer == "/periodFrom" && p == "/periodTo"), "{changes}: {:?}", got.places());
        }
        let got = desk.post("/filings", with(json!({ "reporterName": "", "headcount": 0, "channel": "pigeon" })));
        assert_eq!(got.places().len(), 3, "{:?}", got.places());
        assert_eq!(desk.get("/inbox?tab=desk").ok()["total"], 0, "nothing was kept");
    }

    fn every_malformed_header_query_and_path_has_its_problem(t: &TestDb) {
        let w = World::new(t);
        let (filing_id, case, complaint) = matter(&w, 1);
        let p = w.who("kuiwen.handler");
        let sign = format!("/procedures/{complaint}/moves/sign_for");
        let desk = w.who("kuiwen.desk");
        let ok = ("idempotency-key", "key-12345678");
        for (headers, status, code, pointer) in [
            (vec![("if-match", "\"1\"")], 428, "precondition_required", ""),
            (vec![ok], 428, "precondition_required", ""),
            (vec![], 428, "precondition_required", ""),
            (vec![("if-match", "*"), ok], 400, "malformed", "header.if-match"),
            (vec![("if-match", "W/\"1\""), ok], 400, "malformed", "header.if-match"),
            (vec![("if-match", "1"), ok], 400, "malformed", "header.if-match"),
            (vec![("if-match", "\"1\", \"2\""), ok], 400, "malformed", "header.if-match"),
            (vec![("if-match", "\"1\""), ("if-match", "\"1\""), ok], 400, "malformed", "header.if-match"),
            (vec![("if-match", "\"1\""), ("idempotency-key", "short")], 400, "malformed", "header.idempotency-key"),
            (vec![("if-match", "\"1\""), ("idempotency-key", "with white space")], 400, "malformed", "header.idempotency-key"),
            (vec![("if-match", "\"1\""), ok, ("idempotency-key", "key-87654321")], 400, "malformed", "header.idempotency-key"),
        ] {
            let got = desk.post_with(&sign, json!({ "form": {} }), &headers);
            got.problem(status, code);
            ours(&got);
            assert!(pointer.is_empty() || got.places()[0].0 == pointer, "{headers:?}: {:?}", got.places());
        }
        let other_list = {
            let got = p.get(&format!("/cases/{case}/history?limit=1")).ok();
            text(&got["nextCursor"])
        };
        for (path, status, pointer) in [
            ("/inbox?limit=0".to_owned(), 422, "query.limit"),
            ("/inbox?limit=many".to_owned(), 422, "query.limit"),
            ("/inbox?limit=101".to_owned(), 422, "query.limit"),
            ("/inbox?tab=everything".to_owned(), 422, "query.tab"),
            ("/inbox?kind=listing".to_owned(), 422, "query.kind"),
            ("/inbox?sort=name".to_owned(), 422, "query.sort"),
            ("/inbox?cursor=rubbish".to_owned(), 422, "query.cursor"),
            (format!("/inbox?cursor={other_list}"), 422, "query.cursor"),
            (format!("/cases/{case}/history?cursor=MXxpbmJveHwx"), 422, "query.cursor"),
            ("/notices?unread=1&before=1".to_owned(), 422, "query.before"),
            ("/amendments?filing=7".to_owned(), 422, "query.filing"),
            (format!("/inbox?text={}", "x".repeat(5_000)), 413, ""),
            ("/cases/7".to_owned(), 404, "path.id"),
            ("/cases/0198a000-0000-7000-8000-000000000000".to_owned(), 404, ""),
            (format!("/cases/{filing_id}"), 404, ""),
            (format!("/filings/{case}"), 404, ""),
            ("/cases/%ff".to_owned(), 404, ""),
            ("/definitions/complaint/0/diagram.svg".to_owned(), 404, ""),
            ("/definitions/complaint/one/diagram.svg".to_owned(), 404, "path.version"),
            ("/bureaus/nowhere/handlers".to_owned(), 404, ""),
            ("/nothing".to_owned(), 404, ""),
        ] {
            let got = p.get(&path);
            assert_eq!(got.status, status, "{}: {}", got.asked, got.text());
            ours(&got);
            assert!(pointer.is_empty() || got.places()[0].0 == pointer, "{}: {:?}", got.asked, got.places());
        }
        let got = w.send(p.request("PUT", &format!("{OFFICE}/cases/{case}")).body(Body::empty()).unwrap());
        got.problem(405, "method_not_allowed");
        let got = desk.act(&complaint, "fly_away", json!({}));
        assert!(matches!(got.status, 409 | 422), "{}", got.text());
        ours(&got);
        desk.act(&complaint, "assign", json!({ "account": w.account("kuiwen.handler") })).problem(409, "not_in_state");
        let tomorrow = w.now().plus(Duration::days(1));
        ours(&desk.act_at(&complaint, "sign_for", json!({}), Some(tomorrow)));
    }

    fn every_malformed_upload_has_its_problem(t: &TestDb) {
        let w = World::new(t);
        let (_, case, _) = matter(&w, 1);
        let p = w.who("kuiwen.handler");
        let to = format!("/cases/{case}/evidence");
        for (fields, bytes, pointer) in [
            (&[][..], PNG, "/kind"),
            (&[("kind", "rumour")][..], PNG, "/kind"),
            (&[("kind", "photo")][..], b"".as_slice(), "/file"),
            (&[("kind", "photo")][..], b"MZ this is a program".as_slice(), "/file"),
            (&[("kind", "photo")][..], b"<html><script>alert(1)</script>".as_slice(), "/file"),
            (&[("kind", "photo"), ("case", "x")][..], PNG, "/case"),
        ] {
            let got = p.upload(&to, fields, "a.png", bytes);
            got.problem(422, "invalid_input");
            ours(&got);
            assert_eq!(got.places()[0].0, pointer, "{fields:?}");
        }
        let got = p.upload(&to, &[("kind", "photo")], "a.png", &[PNG, &vec![0; 21 * 1024 * 1024]].concat());
        got.problem(413, "too_large");
        let whole = format!("{OFFICE}{to}");
        let b = || p.request("POST", &whole).header("idempotency-key", w.key());
        w.send(b().header("content-type", "multipart/form-data").body(Body::empty()).unwrap()).problem(400, "malformed");
        w.send(b().header("content-type", "application/json").body(Body::from("{}")).unwrap()).problem(415, "unsupported_media_type");
        let cut = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\nabc";
        w.send(b().header("content-type", "multipart/form-data; boundary=B").body(Body::from(cut)).unwrap()).problem(400, "malformed");
        let none = "--B\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nphoto\r\n--B--\r\n";
        let got = w.send(b().header("content-type", "multipart/form-data; boundary=B").body(Body::from(none)).unwrap());
        assert_eq!((got.status, got.places()[0].0.as_str()), (422, "/file"));
        assert_eq!(p.get(&format!("/cases/{case}")).ok()["evidence"], json!([]), "nothing was kept");
        // and the right one comes back, written anew
        let id = text(&p.upload(&to, &[("kind", "photo")], "工资 条.png", PNG).ok()["id"]);
        let got = p.get(&format!("/evidence/{id}"));
        assert_eq!((got.status, &got.bytes[..8], got.header("content-type")), (200, &PNG[..8], "image/png"));
        assert!(got.header("content-disposition").starts_with("attachment;"));
        assert_eq!(got.header("x-content-type-options"), "nosniff");
    }

    fn the_same_submission_counts_once(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("city.desk");
        let key = [("idempotency-key", "form-open-1")];
        let first = desk.post_with("/filings", filing(1), &key);
        assert_eq!(first.status, 201);
        assert!(first.header("location").ends_with(&text(&first.json()["filing"])));
        let again = desk.post_with("/filings", filing(1), &key);
        assert_eq!((again.status, again.json()), (201, first.json()), "the same answer");
        desk.post_with("/filings", filing(2), &key).problem(422, "idempotency_key_reused");
        // another person's key of the same text is another key
        let other = w.who("kuiwen.desk").post_with("/filings", filing(3), &key).ok();
        assert_ne!(other["filing"], first.json()["filing"]);
        // the same report under another key is recognised by what it says
        let twin = desk.post("/filings", filing(1));
        assert_eq!((twin.status, twin.json()["outcome"].as_str()), (200, Some("duplicate")));
        // a move
        let (_, case, complaint) = matter(&w, 4);
        let officer = w.who("kuiwen.desk");
        let tag = officer.get(&format!("/procedures/{complaint}/moves")).header("etag").to_owned();
        let headers = [("idempotency-key", "sign-for-1"), ("if-match", tag.as_str())];
        let path = format!("/procedures/{complaint}/moves/sign_for");
        let done = officer.post_with(&path, json!({ "form": {} }), &headers).ok();
        assert_eq!(done["state"], "signed_for");
        let events = || w.who("kuiwen.handler").get(&format!("/cases/{case}/history")).ok()["items"].as_array().unwrap().len();
        let before = events();
        assert_eq!(officer.post_with(&path, json!({ "form": {} }), &headers).ok(), done, "sent again after the connection broke");
        assert_eq!(events(), before, "nothing happened twice");
        let other = json!({ "form": {}, "occurredAt": "2026-11-23T08:30:00+08:00" });
        officer.post_with(&path, other, &headers).problem(422, "idempotency_key_reused");
        // a file
        let up = |name: &str| {
            let body = [b"--B\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nphoto\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"".as_slice(), name.as_bytes(), b"\"\r\n\r\n", PNG, b"\r\n--B--\r\n"].concat();
            let b = officer.request("POST", &format!("{OFFICE}/cases/{case}/evidence")).header("idempotency-key", "photo-0001");
            w.send(b.header("content-type", "multipart/form-data; boundary=B").body(Body::from(body)).unwrap())
        };
        assert_eq!(up("a.png").ok(), up("a.png").ok());
        up("b.png").problem(422, "idempotency_key_reused");
        assert_eq!(officer.get(&format!("/cases/{case}")).ok()["evidence"].as_array().unwrap().len(), 1);
    }

    fn who_comes_too_late_is_told_what_changed(t: &TestDb) {
        let w = World::new(t);
        let (_, case, complaint) = matter(&w, 1);
        let (desk, leader) = (w.who("kuiwen.desk"), w.who("kuiwen.leader"));
        let seen = desk.get(&format!("/procedures/{complaint}/moves"));
        let file = leader.get(&format!("/cases/{case}")).ok();
        let shown = file["procedures"].as_array().unwrap().iter().find(|p| p["kind"] == "complaint").unwrap();
        assert_eq!(seen.header("etag"), format!("\"{}\"", shown["formVersion"]), "the file and the moves speak of one version");
        assert_eq!(leader.act(&complaint, "sign_for", json!({})).status, 200);
        let key = w.key();
        let headers = [("idempotency-key", key.as_str()), ("if-match", seen.header("etag"))];
        let got = desk.post_with(&format!("/procedures/{complaint}/moves/sign_for"), json!({ "form": {} }), &headers);
        let p = got.problem(409, "conflict");
        let said = text(&p["detail"]);
        assert!(said.contains("kuiwenleader") && said.contains("已签收") || said.contains("2026-11-23 09:00"), "{said}");
        // two at once: one wins, the other is told
        let tag = leader.get(&format!("/procedures/{complaint}/moves")).header("etag").to_owned();
        let form = |login: &str| json!({ "form": { "account": w.account(login) } });
        let ask = |who: &Person<'_>, login: &str| {
            let key = w.key();
            who.post_with(&format!("/procedures/{complaint}/moves/assign"), form(login), &[("idempotency-key", &key), ("if-match", &tag)])
        };
        let (a, b) = (ask(&leader, "kuiwen.handler"), ask(&w.who("kuiwen.head"), "kuiwen.handler2"));
        assert_eq!(a.status, 200, "{}", a.text());
        b.problem(409, "conflict");
        let file = w.who("kuiwen.handler").get(&format!("/cases/{case}")).ok();
        let complaint = file["procedures"].as_array().unwrap().iter().find(|p| p["kind"] == "complaint").unwrap();
        assert_eq!(complaint["assignee"], "kuiwenhandler");
    }

    fn logging_in_and_out(t: &TestDb) {
        let mut w = World::new(t);
        let nobody = w.nobody();
        let log_in = |login: &str, password: &str| w.nobody().post_with("/session", json!({ "login": login, "password": password }), &[]);
        let wrong = log_in("city.desk", "wrong password");
        let unknown = log_in("nobody.here", "wrong password");
        wrong.problem(401, "bad_credentials");
        unknown.problem(401, "bad_credentials");
        assert_eq!(wrong.json()["detail"], unknown.json()["detail"], "an unknown name is not told apart");
        let got = log_in("city.desk", PASSWORD);
        assert_eq!(got.status, 201, "{}", got.text());
        let body = got.json();
        assert_eq!(body["person"]["duties"][0]["duty"], "desk");
        assert_eq!(body["expiresAt"], "2026-11-23T21:00:00.000+08:00");
        let token = text(&body["token"]);
        let me = w.with_token(&token);
        assert_eq!(me.get("/session").ok()["name"], "citydesk");
        let all = me.get("/sessions").ok();
        assert_eq!(all["sessions"].as_array().unwrap().iter().filter(|s| s["current"] == true).count(), 1);
        assert!(!all.to_string().contains(&token));
        let change = |old: &str, new: &str| me.post_with("/session/password", json!({ "oldPassword": old, "newPassword": new }), &[]);
        assert_eq!(change("wrong", "Another#Password1").places(), [("/oldPassword".to_owned(), "wrong_password".to_owned())]);
        assert_eq!(change(PASSWORD, "short").places(), [("/newPassword".to_owned(), "password_length".to_owned())]);
        let (_, other) = w.open_session("city.desk", "another device");
        let changed = change(PASSWORD, "Another#Password1").ok();
        w.with_token(&other).get("/session").problem(401, "unauthenticated");
        me.get("/session").problem(401, "unauthenticated");
        let me = w.with_token(&text(&changed["token"]));
        assert_eq!(me.get("/session").status, 200, "the answer is a session in place of the old one");
        assert_eq!(me.delete("/session").status, 204);
        me.get("/session").problem(401, "unauthenticated");
        // a cookie opens no API, and two credentials are one too many
        let (_, t2) = w.open_session("city.desk", "browser");
        let b = nobody.request("GET", &format!("{OFFICE}/session")).header("cookie", format!("qx={t2}"));
        w.send(b.body(Body::empty()).unwrap()).problem(401, "unauthenticated");
        let b = w.with_token(&t2).request("GET", &format!("{OFFICE}/session")).header("cookie", format!("qx={t2}"));
        w.send(b.body(Body::empty()).unwrap()).problem(400, "malformed");
        // too many failures lock, also for the right password, and time opens again
        for _ in 0..5 {
            log_in("fangzi.desk", "wrong password");
        }
        let locked = log_in("fangzi.desk", PASSWORD);
        locked.problem(401, "bad_credentials");
        assert_eq!(locked.json()["detail"], unknown.json()["detail"], "a locked name is not told apart");
        w.pass(Duration::minutes(16));
        assert_eq!(log_in("fangzi.desk", PASSWORD).status, 201);
        // a new person must change the password before anything else
        let new = json!({ "login": "kuiwen.new", "name": "新员工", "password": "Erste#Anmeldung1",
            "duties": [{ "duty": "handler", "bureau": "370705-hrss", "area": "370705" }] });
        assert_eq!(w.who("city.security").post("/accounts", new).status, 201);
        let token = text(&log_in("kuiwen.new", "Erste#Anmeldung1").ok()["token"]);
        let fresh = w.with_token(&token);
        assert_eq!(fresh.get("/session").ok()["mustChangePassword"], true);
        fresh.get("/inbox").problem(403, "forbidden");
        let change = json!({ "oldPassword": "Erste#Anmeldung1", "newPassword": "Zweite#Wahl-2026" });
        let fresh = w.with_token(&text(&fresh.post_with("/session/password", change, &[]).ok()["token"]));
        assert_eq!(fresh.get("/inbox").status, 200);
        w.employ("spare.handler", qingxin::domain::access::DutyKind::Handler, "370705-hrss", "370705");
    }

    fn lists_page_to_their_end_and_show_only_masks(t: &TestDb) {
        let w = World::new(t);
        let mut cases = Vec::new();
        for n in 1..=7 {
            cases.push(matter(&w, n));
        }
        let p = w.who("kuiwen.leader");
        let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = p.get(&format!("/inbox?tab=bureau&kind=complaint&limit=3{cursor}")).ok();
            pages += 1;
            assert_eq!(page["total"], 7);
            seen.extend(page["items"].as_array().unwrap().iter().map(|i| text(&i["case"])));
            assert!(page["items"].as_array().unwrap().windows(2).all(|w| w[0]["dueAt"].as_str() <= w[1]["dueAt"].as_str()));
            match page["nextCursor"].as_str() {
                Some(c) => cursor = format!("&cursor={c}"),
                None => break,
            }
        }
        let all: std::collections::BTreeSet<&String> = seen.iter().collect();
        assert_eq!((all.len(), seen.len(), pages), (7, 7, 3));
        let counts = p.get("/inbox/counts").ok();
        assert!(counts["tabs"].as_array().unwrap().iter().any(|c| c["tab"] == "bureau" && c["count"] == 7), "{counts}");
        let (filing_id, case, complaint) = &cases[0];
        w.who("kuiwen.desk").act(complaint, "sign_for", json!({})).ok();
        let (mut events, mut cursor) = (0, String::new());
        loop {
            let page = p.get(&format!("/cases/{case}/history?limit=2{cursor}")).ok();
            events += page["items"].as_array().unwrap().len();
            match page["nextCursor"].as_str() {
                Some(c) => cursor = format!("&cursor={c}"),
                None => break,
            }
        }
        let whole = p.get(&format!("/cases/{case}/history?limit=100")).ok();
        assert_eq!(events, whole["items"].as_array().unwrap().len());
        assert!(events >= 3);
        // the file shows masks; the plain form needs a reason and leaves a trace
        for path in [format!("/filings/{filing_id}"), format!("/cases/{case}"), "/inbox?tab=bureau".to_owned()] {
            let body = p.get(&path).ok().to_string();
            assert!(!body.contains("张测试") && !body.contains("13900000001"), "{path}: {body}");
        }
        let unmask = format!("/filings/{filing_id}/unmask");
        assert_eq!(p.post(&unmask, json!({ "reason": "curious", "remark": "想看一看" })).places()[0].0, "/reason");
        assert_eq!(p.post(&unmask, json!({ "reason": "contact", "remark": "想" })).places()[0].0, "/remark");
        let plain = p.post(&unmask, json!({ "reason": "contact", "remark": "电话核实欠薪时间" })).ok();
        assert_eq!((plain["name"].as_str(), plain["phone"].as_str()), (Some("张测试"), Some("13900000001")));
        let trail = p.get(&format!("/cases/{case}/history")).ok().to_string();
        assert!(trail.contains("查看未脱敏信息"), "{trail}");
        // found by number, employer, and exactly by phone and name
        for (words, hits) in [("测试花园1号楼", 1), ("13900000003", 1), ("张测试", 7), ("13900009999", 0), ("潍坊测试建筑2有限公司", 1)] {
            let got = p.post_with("/search", json!({ "text": words, "reason": if words.starts_with("1390") || words == "张测试" { "contact" } else { "" }, "remark": "回复来电人" }), &[]).ok();
            let found: std::collections::BTreeSet<String> = got["hits"].as_array().unwrap().iter().map(|h| h["case"].to_string()).collect();
            assert_eq!(found.len(), hits, "{words}: {got}");
        }
        assert_eq!(p.post_with("/search", json!({ "text": "张" }), &[]).places()[0].0, "/text");
    }

    fn terms_say_why_and_papers_open_as_pages(t: &TestDb) {
        let w = World::new(t);
        let (filing_id, case, _) = matter(&w, 1);
        let p = w.who("kuiwen.handler");
        let why = p.get(&format!("/cases/{case}/explanation")).ok();
        let terms: Vec<&Value> = why["procedures"].as_array().unwrap().iter().flat_map(|p| p["terms"].as_array().unwrap()).collect();
        assert!(!terms.is_empty());
        for t in &terms {
            assert!(!t["explanation"].as_array().unwrap().is_empty(), "{t} has no reasons");
            assert!(t["article"].as_str().is_some_and(|a| !a.is_empty()) || t["effect"] == "service", "{t} has no article");
        }
        let desk = w.who("city.desk");
        let id = text(&desk.post(&format!("/filings/{filing_id}/receipt"), json!({})).ok()["id"]);
        assert_eq!(text(&desk.post(&format!("/filings/{filing_id}/receipt"), json!({})).ok()["id"]), id, "one receipt");
        let page = p.get(&format!("/documents/{id}"));
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(page.text().contains("张测试"), "a paper is for the person");
        let d = p.get("/definitions").ok();
        let keys: Vec<&str> = d["definitions"].as_array().unwrap().iter().filter_map(|d| d["key"].as_str()).collect();
        assert!(["agreement", "complaint", "filing", "payment_order", "supervision"].iter().all(|k| keys.contains(k)), "{keys:?}");
        let svg = p.get("/definitions/complaint/1/diagram.svg");
        assert_eq!(svg.header("content-type"), "image/svg+xml");
        assert!(svg.text().starts_with("<svg") && svg.text().contains("</svg>"));
        let r = p.get("/reference").ok();
        for list in ["areas", "bureaus", "channels", "filingKinds", "evidenceKinds", "unmaskReasons", "profiles"] {
            for item in r[list].as_array().unwrap() {
                let name = item["title"].as_str().or(item["name"].as_str()).unwrap();
                assert!(!name.is_ascii() && !name.contains('.'), "{list}: {item}");
            }
        }
        assert!(r["codes"]["conclusion"].as_array().unwrap().len() > 3);
        let handlers = w.who("kuiwen.leader").get("/bureaus/370705-hrss/handlers").ok();
        assert_eq!(handlers["handlers"].as_array().unwrap().len(), 2);
    }

    fn a_clue_file_comes_in_over_the_api(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("city.desk");
        let file = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/hotline.csv")).unwrap();
        let first = desk.upload("/imports", &[("profile", "hotline")], "hotline.csv", &file).ok();
        let n = |v: &Value, k: &str| v["report"][k].as_i64().unwrap();
        assert!(n(&first, "filings") > 0);
        assert_eq!(n(&first, "rows"), n(&first, "filings") + n(&first, "amended") + n(&first, "duplicates") + n(&first, "rejected"));
        assert_eq!(first["rejectsXlsxBase64"].is_string(), n(&first, "rejected") > 0);
        if let Some(b) = first["rejectsXlsxBase64"].as_str() {
            use base64::Engine as _;
            assert!(base64::engine::general_purpose::STANDARD.decode(b).unwrap().starts_with(b"PK"));
        }
        let again = desk.upload("/imports", &[("profile", "hotline")], "hotline.csv", &file).ok();
        assert_eq!((n(&again, "filings"), n(&again, "amended")), (0, 0), "the same file twice adds nothing");
        assert_eq!(desk.upload("/imports", &[("profile", "rumours")], "a.csv", &file).places()[0].0, "/profile");
        assert_eq!(desk.upload("/imports", &[("profile", "hotline"), ("bureau", "x")], "a.csv", &file).places()[0].0, "/bureau");
        let bad = desk.upload("/imports", &[("profile", "hotline")], "a.csv", b"\x00\x01\x02 nothing");
        assert!(matches!(bad.status, 400 | 422), "{}", bad.text());
        ours(&bad);
        w.who("kuiwen.handler").upload("/imports", &[("profile", "hotline")], "a.csv", &file).problem(403, "forbidden");
    }

    fn notices_are_read_by_whom_they_are_for(t: &TestDb) {
        let w = World::new(t);
        let (_, _, complaint) = matter(&w, 1);
        w.who("kuiwen.desk").act(&complaint, "sign_for", json!({})).ok();
        let leader = w.who("kuiwen.leader");
        let mine = leader.get("/notices?unread=true").ok();
        let ids: Vec<Value> = mine["items"].as_array().unwrap().iter().map(|n| n["id"].clone()).collect();
        assert!(!ids.is_empty(), "the leader hears that a case was signed for");
        let other = w.who("fangzi.leader");
        assert_eq!(other.get("/notices").ok()["items"], json!([]));
        assert_eq!(other.post_with("/notices/read", json!({ "ids": ids }), &[]).ok()["marked"], 0, "not another's");
        assert_eq!(leader.post_with("/notices/read", json!({ "ids": ids }), &[]).ok()["marked"], ids.len());
        assert_eq!(leader.get("/inbox/counts").ok()["unreadNotices"], 0);
        leader.post_with("/notices/read", json!({ "ids": ["seven"] }), &[]).problem(422, "invalid_input");
    }

    fn operators_learn_whether_it_serves(t: &TestDb) {
        let w = World::new(t);
        let ask = |path: &str| w.send(axum::http::Request::builder().uri(path).body(Body::empty()).unwrap());
        assert_eq!(ask("/healthz").ok(), json!({ "ok": true }));
        assert_eq!(ask("/readyz").ok(), json!({ "ready": true, "database": true, "migrations": true, "alarmLagSeconds": 0 }));
        matter(&w, 1);
        w.pass(Duration::days(30));
        let late = ask("/readyz").ok();
        assert!(late["alarmLagSeconds"].as_i64().unwrap() > 24 * 3600, "{late}");
        let gauge = ask("/metrics").text();
        assert!(gauge.contains(&format!("qingxin_alarm_lag_seconds {}", late["alarmLagSeconds"])), "{gauge}");
        w.tick();
        let done = ask("/readyz").ok();
        assert_eq!(done["alarmLagSeconds"], 0, "{done}");
    }
}
