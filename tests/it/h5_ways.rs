//! Ways through the workers' pages beyond filing with a form: taps counted, photos in parts as the page's script sends them, agents, what
//! was filed elsewhere, co-workers who join, the own word on an own row.

use crate::access::PNG;
use crate::counter::{number_of, registered, secret_of};
use crate::h5::{Browser, files, filings, id_of, large, part, typed};
use crate::on_both;
use crate::roster::person;
use crate::support::app::{Got, World};
use crate::workers::{case_of, world};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qingxin::base::seal::hex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The markup of a form of a page.
fn form<'p>(page: &'p str, id: &str) -> &'p str {
    let from = page.find(&format!("id=\"{id}\" method=\"post\"")).unwrap_or_else(|| panic!("no form {id} in {page}"));
    page[from..].split("</form>").next().unwrap()
}
/// Taps a form takes as it is shown: each list still to be chosen from, each question of boxes still open, the next question where one is
/// shown at a time, the button; what is typed is not counted.
fn taps(form: &str) -> usize {
    let lists = form.split("<select ").skip(1).map(|s| s.split("</select>").next().unwrap());
    let open = lists.filter(|s| s.contains(" required") && s.contains("<option value=\"\">")).count();
    let boxes = form.split("<fieldset class=\"field").skip(1).filter(|f| !f.contains(" checked")).count();
    let steps = if form.contains("data-steps=") { form.matches("<fieldset class=\"part\"").count() - 1 } else { 0 };
    open + boxes + steps + 1
}
/// The link of a page to `to` stands there: one tap.
fn tap_link(page: &str, to: &str) -> usize {
    assert!(page.contains(&format!("href=\"{to}\"")), "no link to {to} in {page}");
    1
}

/// What the page's script sends, and how.
fn script(b: &Browser<'_>, method: &str, path: &str, heads: &[(&str, &str)], body: Vec<u8>) -> Got {
    let mut r = b.request(method, path).header("accept", "application/json");
    for (k, v) in heads {
        r = r.header(*k, *v);
    }
    b.send(r.body(Body::from(body)).unwrap())
}
fn begin(b: &Browser<'_>, uploads: &str, key: &str, kind: &str, bytes: &[u8]) -> Got {
    let about = json!({ "kind": kind, "name": "欠条.png", "size": bytes.len(), "sha256": hex(&Sha256::digest(bytes)) });
    script(b, "POST", uploads, &[("content-type", "application/json"), ("idempotency-key", key)], about.to_string().into_bytes())
}
fn put(b: &Browser<'_>, up: &Value, n: usize, bytes: &[u8]) -> Got {
    let size = usize::try_from(up["partSize"].as_u64().unwrap()).unwrap();
    let piece = bytes.chunks(size).nth(n - 1).unwrap();
    let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(piece)));
    let heads = [("content-type", "application/octet-stream"), ("content-digest", digest.as_str())];
    script(b, "PUT", &format!("/h5/uploads/{}/parts/{n}", up["id"].as_str().unwrap()), &heads, piece.to_vec())
}

on_both! {
    fn filing_takes_at_most_twelve_taps_and_the_typing(t: &TestDb) {
        let w = world(t);
        let b = Browser::new(&w);
        // home, the tile, the log-in, its two steps
        let mut count = tap_link(&b.get("/h5").text(), "/h5/file");
        let door = b.get("/h5/file").header("location").to_owned();
        let page = b.get(&door).text();
        count += taps(form(&page, "code"));
        let asked = b.post("/h5/code", &[("phone", "13900000001"), ("next", "/h5/file")]).text();
        count += taps(form(&asked, "login"));
        let code = part(&asked, "验证码是 ", "。");
        let login = [("phone", "13900000001"), ("code", code.as_str()), ("name", "张测试"), ("next", "/h5/file")];
        assert_eq!(b.post("/h5/login", &login).header("location"), "/h5/file");
        // the form: one photo, the lists that are open, each question, the button
        let page = b.get("/h5/file").text();
        let it = form(&page, "file");
        count += 1 + taps(it);
        assert!(count <= 12, "{count} taps");
        assert!(it.contains("capture=\"environment\"") && it.contains("type=\"file\" data-kind=\"photo\" multiple"), "camera and album: {it}");
        // and what was counted is enough: only what has to be typed, the two lists, one photo
        let key = Browser::hidden(&page, "id=\"file\"", "_key");
        let least = [("_key", key.as_str()), ("respondent", "李包工头"), ("area", "370705"), ("from", "2026-08"), ("until", "至今"), ("amount", "12000"), ("people", "1"), ("narrative", "")];
        let id = id_of(&b.upload("/h5/file", &least, &[("slip", "欠条.jpg", PNG)]));
        assert!(b.get(&format!("/h5/filings/{id}/receipt")).text().contains("QZ-"));
    }

    fn photos_come_in_parts_and_go_on_where_the_line_broke(t: &TestDb) {
        let w = world(t);
        let b = Browser::on(&w, "13900000001", "张测试");
        // the words first: the answer says where the photos go
        let fields: String = typed("h5-key-parts-1", &[]).iter().map(|(k, v)| format!("--B\r\nContent-Disposition: form-data; name=\"{k}\"\r\n\r\n{v}\r\n")).collect();
        let multipart = ("content-type", "multipart/form-data; boundary=B");
        let got = script(&b, "POST", "/h5/file", &[multipart], format!("{fields}--B--\r\n").into_bytes());
        let next = got.ok();
        let (uploads, then) = (next["uploads"].as_str().unwrap(), next["then"].as_str().unwrap());
        assert!(then.ends_with("/receipt?done=new") && next["missing"].as_str().unwrap().ends_with("&missing="), "{next}");
        let twice = script(&b, "POST", "/h5/file", &[multipart], format!("{fields}--B--\r\n").into_bytes()).ok();
        assert_eq!((&twice, filings(&w)), (&next, 1), "sent again after a break it is one");
        // a photo of twelve megabytes: two parts arrive, the line breaks, it is chosen again and goes on
        let big = large();
        let up = begin(&b, uploads, "p0-large-photo-1", "wage_slip", &big);
        assert_eq!(up.status, 201, "{}", up.text());
        let up = up.json();
        let parts = usize::try_from(up["parts"].as_u64().unwrap()).unwrap();
        assert!(parts > 20);
        assert_eq!((put(&b, &up, 1, &big).status, put(&b, &up, 3, &big).status), (204, 204));
        let path = format!("/h5/uploads/{}", up["id"].as_str().unwrap());
        let early = script(&b, "POST", &format!("{path}/finish"), &[("idempotency-key", "f-large-photo-0")], Vec::new());
        early.problem(409, "parts_missing");
        let again = begin(&b, uploads, "p0-large-photo-1", "wage_slip", &big).json();
        assert_eq!(again["id"], up["id"]);
        let there = script(&b, "GET", &path, &[], Vec::new()).ok();
        assert_eq!(there["received"], json!([1, 3]));
        for n in (1..=parts).filter(|n| ![1, 3].contains(n)) {
            assert_eq!(put(&b, &up, n, &big).status, 204);
        }
        let done = script(&b, "POST", &format!("{path}/finish"), &[("idempotency-key", "f-large-photo-1")], Vec::new()).ok();
        assert!(done["id"].is_string());
        assert_eq!(files(&w), 1);
        // what is too large or no photo is said before and after; the script gets codes, a person a page
        let huge = json!({ "kind": "photo", "name": "a.png", "size": 21 << 20, "sha256": "0".repeat(64) });
        let heads = [("content-type", "application/json"), ("idempotency-key", "p0-too-large-1")];
        assert_eq!(script(&b, "POST", uploads, &heads, huge.to_string().into_bytes()).status, 413);
        let words = b"#!/bin/sh\necho";
        let up = begin(&b, uploads, "p0-no-photo-1", "photo", words).json();
        assert_eq!(put(&b, &up, 1, words).status, 204);
        let bad = script(&b, "POST", &format!("/h5/uploads/{}/finish", up["id"].as_str().unwrap()), &[("idempotency-key", "f-no-photo-1")], Vec::new());
        assert_eq!(bad.problem(422, "invalid_input")["errors"][0]["code"], "file_type");
        let slip = b.get(&format!("{}&missing=2.file_type-3.offline-4.%3Cb%3E", then)).text();
        assert!(slip.contains("第 2 张：不是照片") && slip.contains("第 3 张：网络断了") && !slip.contains("<b>-"), "{slip}");
        // nobody else's
        let stranger = Browser::on(&w, "13900000002", "李旁人");
        begin(&stranger, uploads, "p0-stranger-1", "photo", PNG).problem(404, "not_found");
        script(&stranger, "GET", &path, &[], Vec::new()).problem(404, "not_found");
        script(&Browser::new(&w), "GET", &path, &[], Vec::new()).problem(401, "unauthenticated");
        // a form with errors is a page also for the script: it takes the place of the old one, photos chosen stay
        let wrong: String = fields.replace("潍坊测试建筑1有限公司", "").replace("测试花园1号楼", "").replace("h5-key-parts-1", "h5-key-parts-2");
        let got = script(&b, "POST", "/h5/file", &[multipart], format!("{wrong}--B--\r\n").into_bytes());
        assert!(got.status == 422 && got.header("content-type").starts_with("text/html") && got.text().contains("请填写"), "{}", got.text());
        assert!(!got.text().contains("照片要重新选"));
    }

    fn somebody_acts_for_the_worker_until_it_is_ended(t: &TestDb) {
        let w = world(t);
        let b = Browser::on(&w, "13900000001", "张测试");
        let id = id_of(&b.upload("/h5/file", &typed("h5-key-agent-1", &[]), &[]));
        let path = format!("/h5/filings/{id}/agents");
        let page = b.get(&path).text();
        assert!(page.contains("还没有请人代办") && page.contains("value=\"view\" checked") && !page.contains("value=\"withdraw\" checked"), "{page}");
        let key = Browser::hidden(&page, "id=\"give\"", "_key");
        let long = "吾".repeat(40);
        let words = |key: &'static str, more: &'static str| vec![("_key", key), ("name", ""), ("phone", "13900000005"), ("relation", "spouse"), ("powers", "view"), ("powers", more), ("span", "90")];
        // wrong words come back as they were, each with its sentence; a power over wages needs its paper
        let got = b.upload(&path, &words("h5-key-agent-2", "message"), &[]);
        assert!(got.status == 422 && got.text().contains("请填写真实姓名") && got.text().contains("value=\"13900000005\"") && got.text().contains("value=\"90\" selected"), "{}", got.text());
        let mut strong = words("h5-key-agent-3", "confirm_receipt");
        strong[1].1 = &long;
        let got = b.upload(&path, &strong, &[]);
        assert!(got.status == 422 && got.text().contains("要有委托书的照片") && got.text().contains("value=\"confirm_receipt\" checked"), "{}", got.text());
        strong[0].1 = &key;
        assert_eq!(b.upload(&path, &strong, &[("evidence", "委托书.png", PNG)]).header("location"), format!("{path}?done=done"));
        assert_eq!(b.upload(&path, &strong, &[("evidence", "委托书.png", PNG)]).status, 303, "a double click is one");
        let page = b.get(&path).text();
        assert!(page.contains("配偶") && page.contains("有效到") && page.contains("确认是否收到工资") && !page.contains("13900000005"), "{page}");
        assert_eq!(page.matches("有效到").count(), 1);
        // the agent sees it and does what he may; receipt, codes and mandates are not his
        let agent = Browser::on(&w, "13900000005", &long);
        assert!(agent.get("/h5").text().contains("我替别人办的"));
        assert!(agent.get("/h5/mandates").text().contains(&format!("/h5/filings/{id}")));
        let matter = agent.get(&format!("/h5/filings/{id}")).text();
        assert!(matter.contains("测试建筑") && !matter.contains("/agents\"") && !matter.contains("id=\"withdraw\""), "{matter}");
        for own in ["/agents", "/coworkers", "/receipt"] {
            assert_eq!(agent.get(&format!("/h5/filings/{id}{own}")).status, 404, "{own}");
        }
        // ended, it is felt at the next request
        let end = part(&b.get(&path).text(), &format!("action=\"{path}/"), "\"");
        assert_eq!(b.post(&format!("{path}/{end}"), &[("_key", "h5-key-agent-4")]).status, 303);
        assert!(b.get(&path).text().contains("已取消"));
        assert_eq!(agent.get(&format!("/h5/filings/{id}")).status, 404);
        assert!(agent.get("/h5/mandates").text().contains("没有人请您代办"));
    }

    fn a_slip_brings_what_was_filed_elsewhere(t: &TestDb) {
        let w = world(t);
        // at the counter
        let filing = registered(&w, "kuiwen.desk", 1);
        let (number, secret) = (number_of(&w, &filing), secret_of(&w, &filing));
        let (number, secret) = (number.as_str(), secret.as_str());
        let b = Browser::on(&w, "13900000044", "张测试");
        let wrong = b.post("/h5/adopt", &[("number", number), ("secret", "QZ-22222-22222")]);
        assert!(wrong.status == 409 && wrong.text().contains(&format!("value=\"{number}\"")), "{}", wrong.text());
        let got = b.post("/h5/adopt", &[("number", number), ("secret", secret)]);
        assert_eq!(got.header("location"), format!("/h5/filings/{filing}?done=adopted"), "{}", got.text());
        assert!(b.get(got.header("location")).text().contains("已经放进"));
        assert!(b.get("/h5").text().contains(&format!("/h5/filings/{filing}")));
        let other = Browser::on(&w, "13900000045", "李旁人");
        assert_eq!(other.post("/h5/adopt", &[("number", number), ("secret", secret)]).status, 409, "once");
    }

    fn a_co_worker_joins_by_code_and_says_the_own_word_on_the_own_row(t: &TestDb) {
        let w = world(t);
        let b = Browser::on(&w, "13900000001", "张测试");
        let id = id_of(&b.upload("/h5/file", &typed("h5-key-joins-1", &[("people", "2")]), &[]));
        let case = case_of(&w.app, &id).to_string();
        let code = part(&b.post(&format!("/h5/filings/{id}/coworkers"), &[]).text(), "<p class=\"big\">", "<");
        let mate = Browser::on(&w, "13900000002", "李工友");
        let number = person(2);
        let tell = [("_key", "h5-key-joins-2"), ("code", code.as_str()), ("name", "李工友"), ("idNumber", number.as_str()), ("respondent", "海天"), ("periodFrom", "2026-08"), ("periodTo", "2026-10"), ("amount", "9000")];
        let got = mate.post("/h5/join", &tell);
        assert_eq!(got.header("location"), "/h5/claims?done=joined", "{}", got.text());
        assert_eq!(mate.post("/h5/join", &tell).header("location"), "/h5/claims?done=joined", "a double click");
        let page = mate.get("/h5/claims?done=joined").text();
        assert!(page.contains("正在核对") && page.matches("正在核对").count() == 1 && !page.contains("张") && !page.contains(&number), "{page}");
        // the roster knows him
        let rows = json!({ "rows": [{ "name": "李工友", "idNumber": number, "phone": "13900000002", "periodFrom": "2026-08", "periodTo": "2026-10", "amount": "9000" }] });
        assert_eq!(w.who("kuiwen.desk").post(&format!("/cases/{case}/claims"), rows).ok()["report"]["taken"], 1);
        let page = mate.get("/h5/claims").text();
        assert!(page.contains("已经加入") && page.contains("¥9,000.00") && page.contains("海天") && !page.contains("12,000"), "{page}");
        // what is wrong with the own word stands at the row, with what was typed
        let at = part(&page, "action=\"/h5/claims/", "/");
        let key = Browser::hidden(&page, "id=\"wrong-0\"", "_key");
        let got = mate.post(&format!("/h5/claims/{at}/contest"), &[("_key", &key), ("note", "少")]);
        let back = got.text();
        assert_eq!(got.status, 422, "{back}");
        let row = form(&back, "wrong-0");
        assert!(row.contains("class=\"err\"") && row.contains("value=\"少\"") && row.contains("href=\"#wrong-0-note\""), "{row}");
        let key = Browser::hidden(&back, "id=\"wrong-0\"", "_key");
        assert_eq!(mate.post(&format!("/h5/claims/{at}/contest"), &[("_key", &key), ("note", "少算了十天加班")]).status, 303);
        assert!(mate.get("/h5/claims").text().contains("您已经说过：不对"));
        assert_eq!(b.post(&format!("/h5/claims/{at}/contest"), &[("_key", "h5-key-joins-3"), ("note", "不是我的")]).status, 404);
        // in English the words of codes are English
        mate.post("/h5/settings", &[("lang", "en"), ("back", "/h5/claims")]);
        let page = mate.get("/h5/claims").text();
        assert!(page.contains("Wages") && !page.contains("工资"), "{page}");
    }

    fn what_is_long_has_pages_and_a_short_message_says_what_the_worker_chose(t: &TestDb) {
        let w = World::with(t, &[("QINGXIN__SMS__PROVIDER", "show"), ("QINGXIN__WORKERS__FILINGS_A_DAY", "50")]);
        let b = Browser::on(&w, "13900000001", "张测试");
        for n in 0..21 {
            let (key, unit) = (format!("h5-key-many-{n}"), format!("潍坊测试建筑{n}有限公司"));
            id_of(&b.upload("/h5/file", &typed(&key, &[("respondent", &unit), ("project", &unit)]), &[]));
            w.pass(chrono::Duration::minutes(1));
        }
        let home = b.get("/h5").text();
        assert_eq!(home.matches("class=\"tile matter\"").count(), 20);
        let older = b.get(&part(&home, "<p class=\"quiet\"><a href=\"", "\"")).text();
        assert!(older.matches("class=\"tile matter\"").count() == 1 && older.contains("潍坊测试建筑0有限公司"), "{older}");
        assert_eq!(b.get("/h5?after=nonsense").status, 422);
        // nothing of the matter on a locked screen, unless the worker wants it
        let page = b.get("/h5/notices").text();
        assert!(page.contains("只说“有新进展”") && page.contains("value=\"1\""), "{page}");
        assert_eq!(b.post("/h5/notices/lock-screen", &[("plain", "1")]).header("location"), "/h5/notices?done=done");
        assert!(b.get("/h5/notices").text().contains("会写明是什么事"));
        assert_eq!(b.post("/h5/notices/lock-screen", &[("plain", "0")]).status, 303);
        assert!(b.get("/h5/notices").text().contains("只说“有新进展”"));
    }

    fn the_form_is_kept_at_every_question_without_script(t: &TestDb) {
        let w = world(t);
        let b = Browser::on(&w, "13900000001", "张测试");
        let page = b.get("/h5/file").text();
        let it = form(&page, "file");
        assert_eq!(it.matches("name=\"at\"").count(), 4, "each question but the photos and the last has a button: {it}");
        let fields = typed("h5-key-steps-1", &[("draft", "018f0000-0000-7000-8000-000000000009"), ("at", "2"), ("respondent", "李包工头")]);
        let got = b.post("/h5/draft", &fields);
        assert_eq!(got.header("location"), "/h5/file?done=saved#file-part-3");
        assert!(b.get("/h5/file").text().contains("value=\"李包工头\""));
        assert!(page.contains("id=\"file-part-3\""));
    }
}
