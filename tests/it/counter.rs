//! The counter, told by officers and workers over HTTP: contacts, the register of refusals, doubts, call-backs, oral
//! complaints, reply sheets of petitions. Agents and telephones: `counter_people`.

use crate::on_both;
use crate::review::{act, complaint, ids, register};
use crate::support::app::{World, filing};
use crate::tables::{differ, dump};
use crate::workers::{Phone, answered, case_of, text};
use chrono::Duration;
use qingxin::base::id::FilingId;
use qingxin::domain::intake::FilingForm;
use qingxin::store::journal;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Sound whose content says so.
pub fn mp3() -> Vec<u8> {
    [b"ID3\x03\x00\x00\x00\x00\x00\x21".as_slice(), &[0; 64]].concat()
}

/// Everything a database holds, in one text.
pub fn all_text(w: &World) -> String {
    format!("{:?}", dump(&w.app.db))
}

pub fn registered(w: &World, login: &str, n: u32) -> String {
    text(&w.who(login).post("/filings", filing(n)).ok()["filing"])
}

pub fn photo(w: &World, login: &str, filing: &str) -> String {
    let got = w.who(login).upload(&format!("/filings/{filing}/evidence"), &[("kind", "mandate")], "a.png", crate::access::PNG);
    text(&got.ok()["id"])
}

/// What the tables say but for bookkeeping of requests.
fn matter(w: &World) -> BTreeMap<String, Vec<String>> {
    let mut all = dump(&w.app.db);
    for t in ["idempotency", "sessions", "worker_sessions", "limits"] {
        all.remove(t);
    }
    all
}

/// Refuses the case of a filing, signed by leader and head.
fn refused(w: &World, filing: &str) {
    let case = case_of(&w.app, filing);
    act(w, "kuiwen.desk", case, "sign_for", json!({})).unwrap();
    let (a, b) = (w.account("kuiwen.handler").to_string(), w.account("kuiwen.handler2").to_string());
    act(w, "kuiwen.leader", case, "assign", json!({ "account": a, "second": b })).unwrap();
    let form = json!({ "reason": "arbitration_route", "explanation": "双方已约定通过劳动争议仲裁解决。" });
    act(w, "kuiwen.handler", case, "refuse", form).unwrap();
    let sign = || json!({});
    for who in ["kuiwen.leader", "kuiwen.head"] {
        act(w, who, case, "approval.approve", sign()).unwrap_or_else(|e| panic!("{who}: {e}"));
    }
}

pub fn secret_of(w: &World, filing: &str) -> String {
    let id: FilingId = filing.parse().unwrap();
    w.app.write_blocking(&w.actor("kuiwen.desk"), None, move |tx| qingxin::app::claimant::receipt::secret_of(tx, id)).unwrap()
}

pub fn number_of(w: &World, filing: &str) -> String {
    text(&w.who("kuiwen.desk").get(&format!("/filings/{filing}")).ok()["filing"]["number"])
}

on_both! {
    fn every_contact_is_kept_and_a_registration_is_one(t: &TestDb) {
        let w = World::new(t);
        let id = registered(&w, "kuiwen.desk", 1);
        let path = format!("/filings/{id}/contacts");
        let desk = w.who("kuiwen.desk");
        let first = desk.get(&path).ok()["contacts"].clone();
        assert_eq!(first.as_array().unwrap().len(), 1);
        assert_eq!((first[0]["direction"].clone(), first[0]["channel"].clone(), first[0]["outcome"].clone()), (json!("in"), json!("visit"), json!("registered")));
        assert_eq!(first[0]["officer"], "kuiwendesk");
        let call = json!({ "direction": "out", "channel": "phone", "outcome": "no_answer", "at": "2026-11-23T08:30:00+08:00", "note": "手机关机，改天再打" });
        desk.post(&path, call).ok();
        let now = desk.get(&path).ok();
        assert_eq!(now["contacts"][1]["note"], "手机关机，改天再打", "in the order they happened, the newest first: {now}");
        assert_eq!(now["contacts"][1]["outcomeText"], "无人接听");
        // a code from the list, a time that has been, one who works on the matter
        let bad = |body: Value| desk.post(&path, body).places();
        assert_eq!(bad(json!({ "direction": "out", "channel": "phone", "outcome": "angry" })), [("/outcome".to_owned(), "not_a_choice".to_owned())]);
        assert_eq!(bad(json!({ "direction": "out", "channel": "phone", "outcome": "reached", "at": "2026-11-24T00:00:00+08:00" })), [("/at".to_owned(), "in_future".to_owned())]);
        w.who("kuiwen.legal").post(&path, json!({ "direction": "out", "channel": "phone", "outcome": "reached" })).problem(403, "forbidden");
        w.who("fangzi.desk").get(&path).problem(404, "not_found");
        // the case shows its own and those of its filings
        let case = case_of(&w.app, &id);
        w.pass(Duration::minutes(1));
        desk.post(&format!("/cases/{case}/contacts"), json!({ "direction": "in", "channel": "letter", "outcome": "received" })).ok();
        let of_case = w.who("kuiwen.handler").get(&format!("/cases/{case}/contacts")).ok();
        let outcomes: Vec<String> = of_case["contacts"].as_array().unwrap().iter().map(|c| text(&c["outcome"])).collect();
        assert_eq!(outcomes, ["received", "registered", "no_answer"]);
        let all = all_text(&w);
        assert!(!all.contains("手机关机"), "what was said is sealed");
        // what came by a form of another door leaves none
        let by_hotline = FilingForm { channel: "hotline_12345".into(), ..complaint(5) };
        let (other, _) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &by_hotline).unwrap());
        assert_eq!(desk.get(&format!("/filings/{other}/contacts")).ok()["contacts"], json!([]));
    }

    fn nobody_is_refused_without_a_code_and_a_notice(t: &TestDb) {
        let w = World::new(t);
        let desk = w.who("kuiwen.desk");
        let turned = json!({ "reason": "not_wages", "name": "赵来访", "area": "370705", "about": "反映一笔材料款被拖欠", "explanation": "所述为材料买卖价款，不是工资" });
        let without = |key: &str, value: Value| {
            let mut v = turned.clone();
            v[key] = value;
            desk.post("/refusals", v)
        };
        assert_eq!(without("reason", json!("because")).places(), [("/reason".to_owned(), "not_a_choice".to_owned())]);
        assert_eq!(without("explanation", json!("不")).places(), [("/explanation".to_owned(), "words_length".to_owned())]);
        assert_eq!(desk.get("/refusals").ok()["items"], json!([]), "nothing half made");
        let done = desk.post("/refusals", turned.clone()).ok();
        let paper = desk.get(&format!("/documents/{}", text(&done["document"])));
        let page = paper.text();
        for said in ["赵来访", "材料买卖价款", "《保障农民工工资支付条例》第五十二条", "行政复议", &text(&done["number"])] {
            assert!(page.contains(said), "the notice does not say {said}: {page}");
        }
        // who knows of it: the bureau and whoever supervises the area
        for (who, n) in [("kuiwen.handler", 1), ("kuiwen.supervisor", 1), ("city.supervisor", 1), ("fangzi.desk", 0), ("fangzi.supervisor", 0), ("city.security", 0)] {
            let list = w.who(who).get("/refusals").ok();
            assert_eq!(list["items"].as_array().unwrap().len(), n, "{who}: {list}");
            assert_eq!(w.who(who).get(&format!("/documents/{}", text(&done["document"]))).status, if n == 1 { 200 } else { 404 }, "{who}");
        }
        let line = desk.get("/refusals").ok()["items"][0].clone();
        assert_eq!((line["from"].clone(), line["reason"].clone(), line["name"].clone()), (json!("counter"), json!("not_wages"), json!("赵**")));
        w.who("kuiwen.legal").post("/refusals", turned.clone()).problem(403, "forbidden");
        w.who("fangzi.desk").post("/refusals", json!({ "bureau": "370705-hrss", "reason": "not_wages", "about": "材料款问题", "explanation": "不是工资问题" })).problem(403, "forbidden");
        // a case that is refused stands in the same register by its notice
        w.pass(Duration::hours(1));
        let id = registered(&w, "kuiwen.desk", 1);
        refused(&w, &id);
        let both = desk.get("/refusals").ok();
        assert_eq!(both["items"].as_array().unwrap().len(), 2, "{both}");
        let of_case = &both["items"][0];
        assert_eq!((of_case["from"].clone(), of_case["reason"].clone()), (json!("case"), json!("arbitration_route")));
        assert!(text(&of_case["number"]).contains("欠薪不受") && of_case["article"] == "《劳动保障监察条例》第二十一条");
        // by period and area, page by page
        let n = |q: &str| desk.get(&format!("/refusals?{q}")).ok()["items"].as_array().unwrap().len();
        assert_eq!((n("from=2026-11-23&to=2026-11-23"), n("from=2026-11-24"), n("to=2026-11-22")), (2, 0, 0));
        assert_eq!((n("area=370705"), n("area=370700"), n("area=370704"), n("bureau=370704-hrss")), (2, 2, 0, 0));
        let page = desk.get("/refusals?limit=1").ok();
        let next = desk.get(&format!("/refusals?limit=1&cursor={}", text(&page["nextCursor"]))).ok();
        assert_eq!((page["items"][0]["from"].clone(), next["items"][0]["from"].clone(), next.get("nextCursor")), (json!("case"), json!("counter"), None));
        // as a file: marked, on record, and a name that looks like a formula stays a text
        desk.post("/refusals", json!({ "reason": "other_city", "name": "=1+1", "about": "在外市工地干活", "explanation": "用工所在地不在本市" })).ok();
        let bare = desk.post("/refusals/export", json!({}));
        assert_eq!(bare.places(), [("/reason".to_owned(), "required".to_owned())]);
        let file = desk.post("/refusals/export", json!({ "reason": "月度核查不予受理情况" }));
        assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
        let csv = file.text();
        assert_eq!(csv.lines().count(), 1 + 3 + 1, "{csv}");
        assert!(csv.contains("arbitration_route") && csv.contains("not_wages") && csv.contains("赵**") && !csv.contains("赵来访"));
        assert!(csv.contains("kuiwendesk") && csv.contains("共 3 行"), "{csv}");
        let me = w.account("kuiwen.desk");
        let events = w.app.db.read_blocking(move |c| journal::stream(c, me.into())).unwrap();
        assert!(events.iter().any(|e| e.core.kind == "refusals_exported" && e.core.payload["rows"] == 3));
        let all = all_text(&w);
        assert!(!all.contains("赵来访") && !all.contains("材料买卖价款"), "name and words are sealed");
    }

    fn a_doubt_needs_evidence_and_a_second_person_and_changes_nothing(t: &TestDb) {
        let w = World::new(t);
        let id = registered(&w, "kuiwen.desk", 1);
        let (handler, leader) = (w.who("kuiwen.handler"), w.who("kuiwen.leader"));
        let path = format!("/filings/{id}/doubts");
        let file = photo(&w, "kuiwen.handler", &id);
        let other = photo(&w, "kuiwen.desk", &registered(&w, "kuiwen.desk", 2));
        assert_eq!(handler.post(&path, json!({ "note": "考勤表与打卡记录不一致" })).places(), [("/evidence".to_owned(), "required".to_owned())]);
        assert_eq!(handler.post(&path, json!({ "note": "考勤表与打卡记录不一致", "evidence": other })).places(), [("/evidence".to_owned(), "file_not_here".to_owned())]);
        let before = matter(&w);
        let seen = w.who("kuiwen.supervisor").get(&format!("/filings/{id}")).ok()["filing"].clone();
        let doubt = text(&handler.post(&path, json!({ "note": "考勤表与打卡记录不一致", "evidence": file })).ok()["id"]);
        let decide = |who: &str, confirm: bool| w.who(who).post(&format!("/doubts/{doubt}/decide"), json!({ "confirm": confirm, "note": "已与打卡记录核对" }));
        decide("kuiwen.handler", true).problem(403, "forbidden");
        decide("fangzi.leader", true).problem(404, "not_found");
        decide("kuiwen.legal", true).problem(403, "forbidden");
        assert_eq!(decide("kuiwen.leader", true).ok()["filing"], id);
        decide("kuiwen.leader", false).problem(409, "not_now");
        let list = leader.get(&path).ok();
        let d = &list["doubts"][0];
        assert_eq!((d["verdict"].clone(), d["officer"].clone(), d["decidedBy"].clone()), (json!("confirmed"), json!("kuiwenhandler"), json!("kuiwenleader")));
        assert_eq!(d["note"], "考勤表与打卡记录不一致");
        assert_eq!(differ(&before, &matter(&w)), ["doubts", "events"], "a doubt, even confirmed, touches nothing else");
        assert_eq!(w.who("kuiwen.supervisor").get(&format!("/filings/{id}")).ok()["filing"], seen);
        assert!(!all_text(&w).contains("打卡记录"));
        // two persons also by the database
        let (row, author) = (doubt.parse().unwrap(), w.account("kuiwen.handler"));
        let broken = w.app.db.write_blocking(move |c| {
            let d = qingxin::store::counter::doubt(c, row)?.unwrap();
            let id = qingxin::base::id::Ids::system().id(d.at);
            qingxin::store::counter::insert_doubt(c, &qingxin::store::counter::Doubt { id, decided_by: Some(author), ..d })
        });
        assert!(broken.is_err());
    }

    fn repetition_shows_what_we_missed(t: &TestDb) {
        let w = World::new(t);
        let first = registered(&w, "kuiwen.desk", 1);
        // nobody signs for it, nobody decides in five working days
        for day in [24, 25, 26, 27, 30] {
            w.set(11, day, 10, 0);
            w.tick();
        }
        w.set(12, 4, 10, 0);
        w.tick();
        let again = FilingForm { period_from: "2026-01-01".into(), period_to: "2026-03-31".into(), project: "测试花园1号楼二期".into(), ..complaint(1) };
        let (second, _) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &again).unwrap());
        let path = format!("/filings/{second}/earlier");
        let found = w.who("kuiwen.supervisor").get(&path).ok();
        assert_eq!(found["filings"].as_array().unwrap().len(), 1, "{found}");
        assert_eq!(found["filings"][0]["id"], first);
        let missed = found["filings"][0]["missed"].as_array().unwrap();
        assert!(missed.iter().any(|m| text(&m["article"]).contains("第十八条") && m["due"] == "2026-11-30"), "{found}");
        assert_eq!(w.who("kuiwen.supervisor").get(&format!("/filings/{first}/earlier")).ok()["filings"], json!([]), "nothing came before the first");
        w.who("kuiwen.handler").get(&path).problem(403, "forbidden");
        w.who("fangzi.supervisor").get(&path).problem(404, "not_found");
        let other = registered(&w, "kuiwen.desk", 9);
        assert_eq!(w.who("kuiwen.supervisor").get(&format!("/filings/{other}/earlier")).ok()["filings"], json!([]), "another company is no repetition");
    }

    fn call_me_back(t: &TestDb) {
        let w = World::with(t, &[("QINGXIN__WORKERS__CALLBACKS_A_DAY", "2")]);
        let off = Phone::off(&w);
        let ask = |body: Value| off.send("POST", "/callbacks", Some(body), &[]);
        let wanted = json!({ "phone": "139 0000 0088", "name": "小李", "safeFrom": "20:00", "safeTo": "07:00", "area": "370705", "site": "工地甲" });
        assert_eq!(ask(wanted.clone()).status, 202);
        assert_eq!(ask(wanted.clone()).status, 202, "asked twice is answered alike");
        ask(wanted.clone()).problem(429, "too_many");
        assert_eq!(ask(json!({ "phone": "13900000089" })).status, 202, "another telephone at the same address is not held up; a name is not needed");
        let wrong = ask(json!({ "phone": "12", "safeFrom": "25:00", "area": "999999" })).places();
        let at: Vec<&str> = wrong.iter().map(|(p, _)| p.as_str()).collect();
        assert!(at.contains(&"/phone") && at.contains(&"/safeFrom") && at.contains(&"/area"), "{wrong:?}");
        // by age, at the counter of the place named; the other one waits at the city's
        let desk = w.who("kuiwen.desk");
        let list = desk.get("/callbacks").ok();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "one request however often it is sent: {list}");
        let k = &list["items"][0];
        assert_eq!((k["phone"].clone(), k["name"].clone(), k["safeFrom"].clone(), k["safeNow"].clone()), (json!("139****0088"), json!("小*"), json!("20:00"), json!(false)));
        let at_city = w.who("city.desk").get("/callbacks").ok();
        assert_eq!((at_city["items"].as_array().unwrap().len(), at_city["items"][0]["phone"].clone()), (1, json!("139****0089")));
        assert_eq!(w.who("fangzi.desk").get("/callbacks").ok()["items"], json!([]));
        let id = text(&k["id"]);
        let path = |what: &str| format!("/callbacks/{id}/{what}");
        let no_answer = json!({ "direction": "out", "channel": "phone", "outcome": "no_answer" });
        // the number is for who took it, and on record
        desk.post(&path("number"), json!({})).problem(409, "callback_claim_first");
        desk.post(&path("tries"), no_answer.clone()).problem(409, "callback_claim_first");
        w.who("fangzi.desk").post(&path("claim"), json!({})).problem(404, "not_found");
        desk.post(&path("claim"), json!({})).ok();
        w.who("kuiwen.leader").post(&path("claim"), json!({})).problem(409, "callback_claimed");
        w.who("kuiwen.leader").post(&path("number"), json!({})).problem(409, "callback_claim_first");
        assert_eq!(desk.post(&path("number"), json!({})).ok(), json!({ "phone": "13900000088", "name": "小李" }));
        desk.post(&path("tries"), no_answer.clone()).ok();
        let close = |outcome: &str| desk.post(&path("close"), json!({ "outcome": outcome, "note": "多次拨打无人接听" }));
        close("unreachable").problem(409, "callback_tries");
        assert_eq!(close("not_our_business").places(), [("/outcome".to_owned(), "not_a_choice".to_owned())], "to turn somebody away is a refusal with a notice");
        // a colleague takes over and gives it back; the desk reaches the worker and registers what is told
        w.who("kuiwen.handler").post(&path("claim"), json!({ "takeOver": true })).ok();
        close("answered").problem(409, "callback_claim_first");
        desk.post(&path("claim"), json!({ "takeOver": true })).ok();
        w.pass(Duration::minutes(3));
        desk.post(&path("tries"), json!({ "direction": "out", "channel": "phone", "outcome": "reached", "note": "本人愿意登记" })).ok();
        let mut told = filing(8);
        told["channel"] = json!("");
        told["reporterPhone"] = json!("13900000088");
        let done = desk.post(&path("register"), told).ok();
        let filing = text(&done["filing"]);
        desk.post(&path("register"), crate::support::app::filing(9)).problem(409, "not_now");
        assert_eq!(desk.get("/callbacks").ok()["items"], json!([]));
        let contacts = desk.get(&format!("/filings/{filing}/contacts")).ok();
        let said: Vec<(String, String)> = contacts["contacts"].as_array().unwrap().iter().map(|c| (text(&c["channel"]), text(&c["outcome"]))).collect();
        let phone = |o: &str| ("phone".to_owned(), o.to_owned());
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said.contains(&phone("no_answer")) && said.contains(&phone("reached")) && said.contains(&phone("registered")), "{said:?}");
        // closed as unreachable after the tries the rules ask for
        let city = w.who("city.desk");
        let id = text(&at_city["items"][0]["id"]);
        city.post(&format!("/callbacks/{id}/claim"), json!({})).ok();
        for _ in 0..3 {
            city.post(&format!("/callbacks/{id}/tries"), no_answer.clone()).ok();
        }
        city.post(&format!("/callbacks/{id}/close"), json!({ "outcome": "unreachable", "note": "三次无人接听" })).ok();
        assert_eq!(city.get("/callbacks").ok()["items"], json!([]));
        let all = all_text(&w);
        assert!(!all.contains("13900000088") && !all.contains("小李") && !all.contains("愿意登记"), "telephone, name and words are sealed");
        assert!(all.contains("number_shown"));
    }

    fn two_officers_take_one_call_back_once(t: &TestDb) {
        let w = World::new(t);
        Phone::off(&w).send("POST", "/callbacks", Some(json!({ "phone": "13900000088", "area": "370705" })), &[]);
        let id = text(&w.who("kuiwen.desk").get("/callbacks").ok()["items"][0]["id"]);
        let (a, b) = (w.actor("kuiwen.desk"), w.actor("kuiwen.leader"));
        let row = id.parse().unwrap();
        let both = w.run(async { tokio::join!(w.app.claim_callback(&a, None, row, false), w.app.claim_callback(&b, None, row, false)) });
        assert_eq!(usize::from(both.0.is_ok()) + usize::from(both.1.is_ok()), 1, "{both:?}");
    }

    fn what_was_told_is_written_down_read_back_and_signed(t: &TestDb) {
        let w = World::new(t);
        let id = registered(&w, "kuiwen.desk", 1);
        let desk = w.who("kuiwen.desk");
        let path = format!("/filings/{id}/statement");
        let image = photo(&w, "kuiwen.desk", &id);
        let sign = |body: Value| desk.post(&format!("{path}/signature"), body);
        let signed = |read_back: bool, photo: &str| json!({ "readBack": read_back, "signed": "thumbprint", "photo": photo });
        sign(signed(true, &image)).problem(409, "statement_first");
        let sheet = text(&desk.post(&path, json!({})).ok()["id"]);
        assert_eq!(text(&desk.post(&path, json!({})).ok()["id"]), sheet, "one sheet");
        let page = desk.get(&format!("/documents/{sheet}")).text();
        for said in ["投诉笔录", "干了三个月木工", "已向本人宣读", "签名或者按指印", "张测试", "139****0001", "kuiwendesk"] {
            assert!(page.contains(said), "the sheet does not say {said}");
        }
        assert_eq!(sign(signed(false, &image)).places(), [("/readBack".to_owned(), "read_back_first".to_owned())]);
        let voice = desk.upload(&format!("/filings/{id}/evidence"), &[("kind", "voice")], "留言.mp3", &mp3());
        let voice = text(&voice.ok()["id"]);
        assert_eq!(sign(signed(true, &voice)).places(), [("/photo".to_owned(), "not_a_photo".to_owned())]);
        let elsewhere = photo(&w, "kuiwen.desk", &registered(&w, "kuiwen.desk", 2));
        assert_eq!(sign(signed(true, &elsewhere)).places(), [("/photo".to_owned(), "file_not_here".to_owned())]);
        assert_eq!(sign(signed(true, &image)).status, 204);
        sign(signed(true, &image)).problem(409, "statement_signed");
        let seen = w.who("kuiwen.handler").get(&path).ok();
        assert_eq!((seen["signed"].clone(), seen["photo"].clone(), seen["document"].clone()), (json!("thumbprint"), json!(image), json!(sheet)));
        let by_hotline = FilingForm { channel: "hotline_12345".into(), ..complaint(5) };
        let (other, _) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &by_hotline).unwrap());
        desk.post(&format!("/filings/{other}/statement"), json!({})).problem(409, "not_oral");
    }

    fn a_voice_stays_the_evidence_and_has_its_transcript(t: &TestDb) {
        let w = World::new(t);
        let id = registered(&w, "kuiwen.desk", 1);
        let desk = w.who("kuiwen.desk");
        let keep = |name: &str, bytes: &[u8]| desk.upload(&format!("/filings/{id}/evidence"), &[("kind", "voice")], name, bytes);
        let wav = [b"RIFF\x24\x00\x00\x00WAVEfmt ".as_slice(), &[0; 32]].concat();
        let ogg = [b"OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00".as_slice(), &[0; 32]].concat();
        let m4a = [b"\x00\x00\x00\x20ftypM4A ".as_slice(), &[0; 32]].concat();
        let amr = [b"#!AMR\n".as_slice(), &[0; 32]].concat();
        let mut kept = Vec::new();
        for (name, bytes) in [("a.mp3", mp3()), ("a.wav", wav), ("a.ogg", ogg), ("a.m4a", m4a), ("a.amr", amr)] {
            let got = keep(name, &bytes);
            assert_eq!(got.status, 201, "{name}: {}", got.text());
            kept.push(text(&got.json()["id"]));
        }
        assert_eq!(keep("a.mp3", b"this only says that it is sound").places(), [("/file".to_owned(), "file_type".to_owned())], "the content says what it is");
        let path = format!("/evidence/{}/transcripts", kept[0]);
        let heard = json!({ "text": "老板说年底再给，让我们别去告。" });
        let handler = w.who("kuiwen.handler");
        handler.post(&path, heard.clone()).ok();
        let list = desk.get(&path).ok();
        assert_eq!((list["transcripts"][0]["text"].clone(), list["transcripts"][0]["officer"].clone()), (heard["text"].clone(), json!("kuiwenhandler")));
        let image = photo(&w, "kuiwen.desk", &id);
        handler.post(&format!("/evidence/{image}/transcripts"), heard.clone()).problem(409, "not_a_voice");
        w.who("fangzi.handler").get(&path).problem(404, "not_found");
        w.who("fangzi.handler").post(&path, heard).problem(404, "not_found");
        assert!(!all_text(&w).contains("别去告"));
    }

    fn a_petition_is_answered_on_a_reply_sheet(t: &TestDb) {
        let w = World::new(t);
        let petition = FilingForm { kind: "petition".into(), channel: "petition".into(), ..complaint(1) };
        let (id, case) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &petition).unwrap());
        assert!(case.is_some());
        let id = id.to_string();
        answered(&w, &id);
        let file = w.who("kuiwen.desk").get(&format!("/filings/{id}")).ok();
        let sheets: Vec<&Value> = file["documents"].as_array().unwrap().iter().filter(|d| d["kind"] == "petition_reply").collect();
        assert_eq!(sheets.len(), 1, "{}", file["documents"]);
        let page = w.who("kuiwen.desk").get(&format!("/documents/{}", text(&sheets[0]["id"]))).text();
        for said in ["信访事项答复意见书", "已约谈单位，双方同意月底支付。", "请求复查", "三十日内", "张测试"] {
            assert!(page.contains(said), "the sheet does not say {said}");
        }
        // another channel has none
        let other = registered(&w, "kuiwen.desk", 2);
        answered(&w, &other);
        let file = w.who("kuiwen.desk").get(&format!("/filings/{other}")).ok();
        assert!(file["documents"].as_array().unwrap().iter().all(|d| d["kind"] != "petition_reply"));
    }
}
