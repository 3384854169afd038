//! The workers' pages through HTTP with cookies, as a browser without script uses them: log-in, filing with photos, receipt, supplement,
//! the own word on answer and payment; what is typed survives, what is sent twice is one.

use crate::access::PNG;
use crate::access_worker::payment;
use crate::on_both;
use crate::review::act;
use crate::support::app::{Got, World, multipart};
use crate::workers::{answer, case_of, world};
use axum::body::Body;
use axum::http::Request;
use chrono::Duration;
use qingxin::base::id::FilingId;
use qingxin::store::{journal, ledger};
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A browser on the workers' pages: keeps cookies, follows nothing.
pub struct Browser<'w> {
    pub w: &'w World,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'w> Browser<'w> {
    pub fn new(w: &'w World) -> Self {
        Self { w, cookies: RefCell::default() }
    }
    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let all: Vec<String> = self.cookies.borrow().iter().map(|(k, v)| format!("{k}={v}")).collect();
        Request::builder().method(method).uri(path).header("host", "localhost").header("cookie", all.join("; "))
    }
    pub fn send(&self, request: Request<Body>) -> Got {
        let got = self.w.send(request);
        for set in got.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            assert!(set.contains("Path=/h5;") && set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        // nothing of the person stands in an address
        let place = got.header("location");
        for personal in ["139", "%E5", "张", "QZ-", "DJ-"] {
            assert!(!place.contains(personal), "{place}");
        }
        got
    }
    pub fn get(&self, path: &str) -> Got {
        self.send(self.request("GET", path).body(Body::empty()).unwrap())
    }
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        let encode = |s: &str| s.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let body: Vec<String> = fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        let b = self.request("POST", path).header("content-type", "application/x-www-form-urlencoded");
        self.send(b.body(Body::from(body.join("&"))).unwrap())
    }
    pub fn upload(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Got {
        let (kind, body) = multipart(fields, files);
        self.send(self.request("POST", path).header("content-type", kind).body(body).unwrap())
    }
    /// Asks for a code and logs in with it.
    pub fn enter(&self, phone: &str, name: &str, more: &[(&str, &str)]) -> Got {
        let mut fields = vec![("phone", phone)];
        fields.extend(more);
        let asked = self.post("/h5/code", &fields);
        assert_eq!(asked.status, 200, "{}", asked.text());
        let page = asked.text();
        let code = part(&page, "验证码是 ", "。");
        fields.extend([("code", code.as_str()), ("name", name)]);
        self.post("/h5/login", &fields)
    }
    pub fn on(w: &'w World, phone: &str, name: &str) -> Self {
        let b = Self::new(w);
        let got = b.enter(phone, name, &[]);
        assert_eq!(got.status, 303, "{}", got.text());
        b
    }
    /// The value of a hidden field of a page, after a mark in it.
    pub fn hidden(page: &str, after: &str, name: &str) -> String {
        let from = page.find(after).unwrap_or_else(|| panic!("no {after} in {page}"));
        part(&page[from..], &format!("name=\"{name}\" value=\""), "\"")
    }
}

pub fn part(page: &str, from: &str, to: &str) -> String {
    let at = page.find(from).unwrap_or_else(|| panic!("no {from} in {page}"));
    page[at + from.len()..].split(to).next().unwrap().to_owned()
}

/// What is typed in the form.
pub fn typed<'a>(key: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("_key", key),
        ("respondent", "潍坊测试建筑1有限公司"),
        ("project", "测试花园1号楼"),
        ("area", "370705"),
        ("address", "东风东街1号"),
        ("from", "2026-08"),
        ("until", "2026-10"),
        ("days", "60"),
        ("daily", "200"),
        ("people", "1"),
        ("narrative", "干了三个月木工，工资一直没有发。"),
    ];
    for (k, v) in more {
        all.retain(|(x, _)| x != k);
        all.push((k, v));
    }
    all
}
pub fn id_of(got: &Got) -> String {
    assert_eq!(got.status, 303, "{}: {}", got.asked, got.text());
    part(got.header("location"), "/h5/filings/", "/")
}
pub fn filings(w: &World) -> i64 {
    crate::tables::count(&w.app.db, "select count(*) from filings")
}
pub fn files(w: &World) -> i64 {
    crate::tables::count(&w.app.db, "select count(*) from evidence")
}

/// A picture of noise: about twelve megabytes, as a telephone's camera makes them.
pub fn large() -> Vec<u8> {
    let mut n = 1_u32;
    let noise = image::RgbImage::from_fn(2000, 2100, |_, _| {
        n = n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = n.to_be_bytes();
        image::Rgb([a, b, c])
    });
    let mut out = std::io::Cursor::new(Vec::new());
    noise.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

on_both! {
    fn a_worker_files_with_photos_and_says_the_own_word(t: &TestDb) {
        let w = world(t);
        let b = Browser::new(&w);
        let home = b.get("/h5").text();
        for words in ["反映欠薪", "查进展", "加入工友的反映", "12333", "12345", "110", "快速离开"] {
            assert!(home.contains(words), "{words}");
        }
        assert_eq!(b.get("/h5/file").header("location"), "/h5/login?out=expired&next=/h5/file");
        let got = b.enter("13900000001", "张测试", &[("next", "/h5/file")]);
        assert_eq!((got.status, got.header("location")), (303, "/h5/file"), "{}", got.text());
        let page = b.get("/h5/file").text();
        let (photo, who) = (page.find("type=\"file\"").unwrap(), page.find("name=\"respondent\"").unwrap());
        assert!(photo < who && page.contains("2026 年 8 月"), "photos come first, months have names");
        let key = Browser::hidden(&page, "id=\"file\"", "_key");

        // days times daily wage, two photos in one field; sent twice it is one
        let photos: [(&str, &str, &[u8]); 2] = [("slip", "欠条.png", PNG), ("photo", "工地.png", PNG)];
        let got = b.upload("/h5/file", &typed(&key, &[]), &photos);
        let id = id_of(&got);
        assert_eq!(got.header("location"), format!("/h5/filings/{id}/receipt?done=new"));
        let again = b.upload("/h5/file", &typed(&key, &[]), &photos);
        assert_eq!((again.header("location"), filings(&w), files(&w)), (got.header("location"), 1, 2), "a double click is one filing");
        let other = b.upload("/h5/file", &typed(&key, &[("days", "61")]), &[]);
        assert!(other.status == 422 && other.text().contains("已经提交过一份") && other.text().contains("value=\"61\""), "{}", other.text());
        assert_ne!(Browser::hidden(&other.text(), "id=\"file\"", "_key"), key);
        assert_eq!(filings(&w), 1);

        let slip = b.get(got.header("location")).text();
        let (number, secret) = (part(&slip, "编号</dt><dd class=\"big\">", "<"), part(&slip, "查询码</dt><dd class=\"big\">", "<"));
        assert!(slip.contains("data-print") && slip.contains("接下来") && slip.contains("起算"), "{slip}");
        let anyone = Browser::new(&w);
        let way = anyone.post("/h5/progress", &[("number", &number), ("secret", &secret)]).text();
        assert!(way.contains(&number) && !way.contains("测试建筑") && !way.contains('张'), "{way}");
        assert_eq!(anyone.post("/h5/progress", &[("number", &number), ("secret", "QZ-22222-22222")]).status, 422);
        let home = b.get("/h5").text();
        assert!(home.contains("¥12,000.00") && home.contains(&number), "{home}");

        // another worker sees nothing
        let stranger = Browser::on(&w, "13900000002", "李旁人");
        for path in ["", "/receipt", "/messages", "/coworkers"] {
            let got = stranger.get(&format!("/h5/filings/{id}{path}"));
            assert!(got.status == 404 && got.text().contains("没有找到") && !got.text().contains(&number), "{path}");
        }

        // the office asks for more
        let case = case_of(&w.app, &id);
        act(&w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
        let (x, y) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
        act(&w, "kuiwen.leader", case, "assign", json!({ "account": x, "second": y })).unwrap();
        act(&w, "kuiwen.handler", case, "ask_supplement", json!({ "items": "请补充考勤记录。", "method": "platform" })).unwrap();
        let page = b.get(&format!("/h5/filings/{id}")).text();
        assert!(page.contains("请补充考勤记录。"), "{page}");
        let key = Browser::hidden(&page, "id=\"supplement\"", "_key");
        let path = format!("/h5/filings/{id}/supplement");
        let empty = b.upload(&path, &[("_key", &key), ("note", "")], &[]);
        assert!(empty.status == 422 && empty.text().contains("请填写这一项"), "{}", empty.text());
        let sent = b.upload(&path, &[("_key", &key), ("note", "九月的考勤表。")], &[("photo", "考勤.png", PNG)]);
        assert_eq!((sent.status, files(&w)), (303, 3), "{}", sent.text());
        assert!(b.get(&format!("/h5/filings/{id}")).text().contains("正在审查是否立案"));

        // a message each way
        let talk = format!("/h5/filings/{id}/messages");
        let key = Browser::hidden(&b.get(&talk).text(), "id=\"talk\"", "_key");
        assert_eq!(b.post(&talk, &[("_key", &key), ("text", "请问进展")]).status, 303);
        let filing: FilingId = id.parse().unwrap();
        w.run(w.app.write_as_officer(&w.actor("kuiwen.handler"), None, filing, "下周答复您。")).unwrap();
        let said = b.get(&talk).text();
        assert!(said.contains("请问进展") && said.contains("下周答复您。"), "{said}");
        assert!(b.get("/h5/notices").text().contains("marked"), "told of the message");

        // money that did not arrive
        w.pass(Duration::minutes(5));
        let evidence = w.who("kuiwen.handler").upload(&format!("/cases/{case}/evidence"), &[("kind", "proof")], "a.png", PNG).ok()["id"].as_str().unwrap().to_owned();
        let paid = payment(&w, &case.to_string(), &evidence);
        let page = b.get(&format!("/h5/filings/{id}")).text();
        assert!(page.contains("这笔钱您收到了吗"), "{page}");
        let key = Browser::hidden(&page, "id=\"paid-0-no\"", "_key");
        let path = format!("/h5/filings/{id}/payments/{paid}");
        assert_eq!(stranger.post(&path, &[("_key", &key), ("received", "no")]).status, 404);
        let got = b.post(&path, &[("_key", &key), ("received", "no")]);
        assert_eq!(got.status, 303, "{}", got.text());
        assert!(b.get(&format!("/h5/filings/{id}")).text().contains("您说没收到"));
        let word = w.app.db.read_blocking(move |c| ledger::payments_of(c, case)).unwrap()[0].1[0].answer.clone();
        assert_eq!(word.as_deref(), Some("denied"));

        // the answer, agreed to and rated
        answer(&w, &id, "已约谈单位，双方同意月底支付。");
        let page = b.get(&format!("/h5/filings/{id}")).text();
        assert!(page.contains("双方同意月底支付") && page.contains("对，我认可") && page.contains("不认可，重新办"), "{page}");
        let key = Browser::hidden(&page, "id=\"confirm\"", "_key");
        assert_eq!(b.post(&format!("/h5/filings/{id}/confirm"), &[("_key", &key)]).status, 303);
        let page = b.get(&format!("/h5/filings/{id}?done=done"));
        assert!(page.text().contains("已办完") && page.text().contains("您认可了答复") && page.text().contains("已经记下"), "{}", page.text());
        let key = Browser::hidden(&page.text(), "id=\"rate\"", "_key");
        let none = b.post(&format!("/h5/filings/{id}/rate"), &[("_key", &key), ("comment", "谢谢大家")]);
        assert!(none.status == 422 && none.text().contains("谢谢大家"), "what was typed comes back");
        assert_eq!(b.post(&format!("/h5/filings/{id}/rate"), &[("_key", &key), ("score", "5"), ("comment", "谢谢")]).status, 303);
        assert!(!b.get(&format!("/h5/filings/{id}")).text().contains("id=\"rate\""));
        assert_eq!(b.post("/h5/logout", &[]).header("location"), "/h5?done=out");
        assert_eq!(b.get(&format!("/h5/filings/{id}")).status, 303);
    }

    fn what_is_typed_survives_wrong_fields_and_a_session_that_ended(t: &TestDb) {
        let w = world(t);
        let b = Browser::on(&w, "13900000001", "张测试");
        // wrong fields come back filled, each with its sentence
        let wrong = [("days", "sixty"), ("area", ""), ("respondent", ""), ("project", ""), ("narrative", "一句<b>话")];
        let got = b.upload("/h5/file", &typed("h5-key-wrong-1", &wrong), &[("slip", "欠条.png", PNG)]);
        let page = got.text();
        assert_eq!((got.status, filings(&w)), (422, 0));
        for words in ["value=\"sixty\"", "请用数字填写天数", "请填写这一项", "href=\"#file-days\"", "一句&#60;b&#62;话", "照片要重新选"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let got = b.upload("/h5/file", &typed("h5-key-wrong-2", &[("amount", "10000")]), &[]);
        assert!(got.status == 422 && got.text().contains("算出来的不一样") && got.text().contains("60 天 × 200 元 = 12,000.00 元"), "{}", got.text());
        let got = b.upload("/h5/file", &typed("h5-key-wrong-3", &[("from", "2026-10"), ("until", "2026-08")]), &[]);
        assert!(got.status == 422 && got.text().contains("不能早于"), "{}", got.text());

        // kept by the button and by the script
        let auto = typed("h5-key-auto-1", &[("auto", "1"), ("draft", "018f0000-0000-7000-8000-000000000001"), ("respondent", "李包工头")]);
        assert_eq!(b.post("/h5/draft", &auto).status, 204);
        let page = b.get("/h5/file").text();
        assert!(page.contains("value=\"李包工头\"") && page.contains("value=\"2026-08\" selected") && page.contains("接着填"), "{page}");
        assert!(b.get("/h5").text().contains("接着填没提交的内容"));
        let saved = typed("h5-key-save-1", &[("draft", "018f0000-0000-7000-8000-000000000001"), ("respondent", "王包工头")]);
        assert_eq!(b.post("/h5/draft", &saved).header("location"), "/h5/file?done=saved");
        let stranger = Browser::on(&w, "13900000002", "李旁人");
        assert!(!stranger.get("/h5/file").text().contains("包工头\""), "a draft is its writer's");

        // the session ends, the form is sent: what was typed goes through the log-in, wrong code included
        w.pass(Duration::days(15));
        let got = b.upload("/h5/file", &typed("h5-key-late-1", &[("respondent", "赵包工头"), ("narrative", "很长的经过")]), &[("slip", "a.png", PNG)]);
        let page = got.text();
        assert_eq!((got.status, filings(&w)), (401, 0));
        assert!(page.contains("您填的文字都留着") && page.contains("name=\"k.respondent\" value=\"赵包工头\""), "{page}");
        let carried = [("next", "/h5/file"), ("k.respondent", "赵包工头"), ("k.narrative", "很长的经过"), ("k.area", "370705")];
        let mut bad = vec![("phone", "13900000001"), ("code", "000000"), ("name", "张测试")];
        bad.extend(carried);
        let got = b.post("/h5/login", &bad);
        assert!(got.status == 422 && got.text().contains("验证码不正确") && got.text().contains("name=\"k.narrative\" value=\"很长的经过\""), "{}", got.text());
        let got = b.enter("13900000001", "张测试", &carried);
        assert_eq!((got.status, got.header("location")), (303, "/h5/file?done=kept"), "{}", got.text());
        let page = b.get("/h5/file?done=kept").text();
        assert!(page.contains("value=\"赵包工头\"") && page.contains("很长的经过") && page.contains("照片请重新选"), "{page}");
        let draft = Browser::hidden(&page, "id=\"file\"", "draft");
        id_of(&b.upload("/h5/file", &typed("h5-key-late-2", &[("draft", &draft)]), &[]));
        assert!(!b.get("/h5/file").text().contains("value=\"赵包工头\""), "filed, the draft is gone");
    }

    fn a_large_photo_is_kept_and_one_that_fails_spoils_nothing(t: &TestDb) {
        let w = world(t);
        let b = Browser::on(&w, "13900000001", "张测试");
        let big = large();
        assert!(big.len() > 12_000_000, "{}", big.len());
        let text: &[u8] = b"#!/bin/sh\necho";
        let album: [(&str, &str, &[u8]); 3] = [("photo", "大照片.png", &big), ("photo", "脚本.png", text), ("photo", "工地.png", PNG)];
        let got = b.upload("/h5/file", &typed("h5-key-large-1", &[]), &album);
        let id = id_of(&got);
        assert_eq!(got.header("location"), format!("/h5/filings/{id}/receipt?done=new&missing=2.file_type"));
        assert_eq!((filings(&w), files(&w)), (1, 2), "the filing stands with the photos that arrived");
        let page = b.get(got.header("location")).text();
        assert!(page.contains("第 2 张：不是照片") && page.contains(&format!("/h5/filings/{id}/files")), "{page}");
        let key = Browser::hidden(&page, "id=\"photos\"", "_key");
        let again = b.upload(&format!("/h5/filings/{id}/files"), &[("_key", &key)], &[("photo", "欠条.png", PNG)]);
        assert_eq!((again.header("location"), files(&w)), (format!("/h5/filings/{id}?done=sent").as_str(), 3), "{}", again.text());
        let none = b.upload(&format!("/h5/filings/{id}/files"), &[("_key", "h5-key-none-1")], &[]);
        assert_eq!(none.status, 422);
        // beyond what one form may carry there is a sentence, and the way back
        let huge = vec![0_u8; 97 << 20];
        let got = b.upload("/h5/file", &typed("h5-key-huge-1", &[]), &[("photo", "a.png", &huge)]);
        assert!(got.status == 413 && got.text().contains("照片合起来太大了") && got.text().contains("文字还在"), "{}", got.text());
    }

    fn pages_do_not_give_the_person_away_and_speak_two_languages(t: &TestDb) {
        let w = World::with(t, &[("QINGXIN__SMS__PROVIDER", "show"), ("QINGXIN__H5__EXIT", "https://exit.example/")]);
        let b = Browser::on(&w, "13900000001", "张测试");
        let long = "阿".repeat(40);
        let id = id_of(&b.upload("/h5/file", &typed("h5-key-titles-1", &[("respondent", &long)]), &[]));
        let own = ["", "/receipt", "/messages", "/coworkers"].map(|p| format!("/h5/filings/{id}{p}"));
        let open = ["/h5", "/h5/progress", "/h5/callback", "/h5/help", "/h5/file", "/h5/join", "/h5/claims", "/h5/notices", "/h5/devices"];
        for path in open.iter().map(|p| (*p).to_owned()).chain(own).chain(["/h5/nowhere".to_owned()]) {
            let got = b.get(&path);
            let page = got.text();
            let title = part(&page, "<title>", "</title>");
            for telling in ["薪", "工资", "欠", "投诉", "反映", "举报", "wage"] {
                assert!(!title.contains(telling), "{path}: {title}");
            }
            assert!(title.ends_with("便民服务"), "{title}");
            assert!(page.contains("href=\"https://exit.example/\"") || path.ends_with("nowhere"), "{path} has no quick exit");
            assert!(page.contains("data-leave") && page.contains("rel=\"noreferrer\""), "{path}");
            assert!(page.len() + 40_000 < 150 * 1024, "{path} weighs {}", page.len());
            let policy = got.header("content-security-policy");
            assert!(policy.contains("script-src 'self'") && policy.contains("connect-src 'self'") && !policy.contains("unsafe"), "{policy}");
        }
        // switches by POST, kept in cookies; a foreign way back is not followed
        assert_eq!(b.post("/h5/settings", &[("lang", "en"), ("back", "https://elsewhere.example/")]).header("location"), "/h5");
        assert_eq!(b.post("/h5/settings", &[("large", "1"), ("back", &format!("/h5/filings/{id}"))]).header("location"), format!("/h5/filings/{id}"));
        let page = b.get(&format!("/h5/filings/{id}")).text();
        assert!(page.contains("<html lang=\"en\">") && page.contains("class=\"large\"") && page.contains("What happened") && page.contains("We received your report"), "{page}");
        // the device tells telephones apart and says what it is
        let devices = b.get("/h5/devices").text();
        assert!(devices.contains("This one"), "{devices}");
        // a form of another site is not taken
        let foreign = b.request("POST", "/h5/logout").header("origin", "https://elsewhere.example").header("sec-fetch-site", "cross-site");
        assert_eq!(b.send(foreign.body(Body::empty()).unwrap()).status, 403);
    }

    fn co_workers_come_by_a_code_that_is_shown_once(t: &TestDb) {
        let w = world(t);
        let b = Browser::on(&w, "13900000001", "张测试");
        let id = id_of(&b.upload("/h5/file", &typed("h5-key-crew-1", &[("people", "2")]), &[]));
        let path = format!("/h5/filings/{id}/coworkers");
        let made = b.post(&path, &[]);
        assert_eq!(made.status, 200, "{}", made.text());
        let code = part(&made.text(), "<p class=\"big\">", "<");
        assert!(!b.get(&path).text().contains(&code), "shown once");
        let mate = Browser::on(&w, "13900000002", "李工友");
        let tell = [("_key", "h5-key-crew-2"), ("code", code.as_str()), ("name", "李工友"), ("idNumber", "379900199001010011"), ("periodFrom", "2026-08"), ("periodTo", "2026-10"), ("days", "60"), ("dailyWage", "200")];
        let wrong = mate.post("/h5/join", &tell);
        assert!(wrong.status == 422 && wrong.text().contains("value=\"李工友\""), "a wrong number comes back filled: {}", wrong.text());
        let events = w.app.db.read_blocking(|c| journal::unsequenced(c, 1_000_000)).unwrap();
        let mut right = tell.to_vec();
        right.iter_mut().for_each(|f| if f.0 == "code" { f.1 = "JR-22222-22222" });
        assert!(matches!(mate.post("/h5/join", &right).status, 409 | 422), "no such code");
        assert_eq!(w.app.db.read_blocking(|c| journal::unsequenced(c, 1_000_000)).unwrap(), events);
        // withdrawn, and thought better of
        let page = b.get(&format!("/h5/filings/{id}")).text();
        let key = Browser::hidden(&page, "id=\"withdraw\"", "_key");
        assert_eq!(b.post(&format!("/h5/filings/{id}/withdraw"), &[("_key", &key), ("reason", "老板说会给")]).status, 303);
        let page = b.get(&format!("/h5/filings/{id}")).text();
        assert!(page.contains("取消撤回") && page.contains("才会决定"), "{page}");
        assert_eq!(b.post(&format!("/h5/filings/{id}/withdraw/back"), &[("_key", "h5-key-back-1")]).status, 303);
        assert!(b.get(&format!("/h5/filings/{id}")).text().contains("申请撤回"));
    }
}
