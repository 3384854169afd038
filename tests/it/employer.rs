//! The employer's door through HTTP: who comes in, what is seen, what is handed in and what becomes of it, until the receipt.

use crate::access::PNG;
use crate::listed::{BOSS, FACTS, Story, USCC};
use crate::on_both;
use crate::support::TestDb;
use crate::support::app::{Got, World, multipart};
use crate::town::pdf;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use chrono::Duration;
use qingxin::app::App;
use qingxin::app::door::office::{Return, SubmissionView, TakeOver};
use qingxin::base::id::{DocumentId, RowId};
use qingxin::base::seal::checkpoint::{self, PublicKey};
use qingxin::base::{At, Day};
use qingxin::store::{door, ledger, listings, orders, papers, procedures};
use qingxin::web::Settings;
use serde_json::json;
use std::sync::Arc;
use tower::ServiceExt as _;

fn day(m: u32, d: u32) -> At {
    Day::ymd(2026, m, d).unwrap().at(10, 0)
}

/// A browser at the door.
struct Browser<'a> {
    router: Router,
    rt: &'a tokio::runtime::Runtime,
    cookie: String,
}

impl<'a> Browser<'a> {
    fn new(app: &Arc<App>, rt: &'a tokio::runtime::Runtime) -> Self {
        let settings = Settings { secure_cookies: false, ..Settings::default() };
        let router = qingxin::web::table().router(Arc::new(settings)).unwrap().with_state(Arc::clone(app));
        Self { router, rt, cookie: String::new() }
    }
    fn send(&self, request: Request<Body>) -> Got {
        self.rt.block_on(async {
            let asked = format!("{} {}", request.method(), request.uri());
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, 64 << 20).await.unwrap().to_vec();
            Got { asked, status: parts.status.as_u16(), headers: parts.headers, bytes }
        })
    }
    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder().method(method).uri(path).header("host", "localhost").header("cookie", &self.cookie)
    }
    fn get(&self, path: &str) -> Got {
        self.send(self.request("GET", path).body(Body::empty()).unwrap())
    }
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        let encode = |s: &str| s.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let body: Vec<String> = fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        let b = self.request("POST", path).header("content-type", "application/x-www-form-urlencoded");
        self.send(b.body(Body::from(body.join("&"))).unwrap())
    }
    fn upload(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Got {
        let (kind, body) = multipart(fields, files);
        self.send(self.request("POST", path).header("content-type", kind).body(body).unwrap())
    }
    fn enter(&mut self, number: &str, identity: &str, code: &str) -> Got {
        let got = self.post("/employer/login", &[("number", number), ("identity", identity), ("code", code)]);
        if got.status == 303 {
            let set = got.header("set-cookie").to_owned();
            assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/employer"), "{set}");
            self.cookie = set.split(';').next().unwrap().to_owned();
        }
        got
    }
    /// Hands something in; its id.
    fn hand_in(&self, paper: DocumentId, kind: &str, key: &str, words: &str, files: &[(&str, &str, &[u8])]) -> RowId {
        let got = self.hand(paper, kind, key, words, files);
        assert_eq!(got.status, 303, "{}: {}", got.asked, got.text());
        got.header("location").strip_prefix("/employer?done=").unwrap().parse().unwrap()
    }
    /// A new visit, and something late.
    fn hand_in_again(&self, app: &Arc<App>, rt: &'a tokio::runtime::Runtime, id: DocumentId, code: &str) -> RowId {
        let mut b = Browser::new(app, rt);
        assert_eq!(b.enter(&paper(app, id).number, USCC, code).status, 303);
        b.hand_in(id, "objection", "penal-key-0003", "期满以后的意见。", &[])
    }
    fn hand(&self, paper: DocumentId, kind: &str, key: &str, words: &str, files: &[(&str, &str, &[u8])]) -> Got {
        let fields = [("_key", key), ("kind", kind), ("applicant", "法务王某测"), ("words", words)];
        self.upload(&format!("/employer/papers/{paper}/submissions"), &fields, files)
    }
}

fn paper(app: &Arc<App>, id: DocumentId) -> papers::Document {
    app.db.read_blocking(move |c| papers::document(c, id)).unwrap().unwrap()
}
/// The code printed in a paper.
fn code_in(html: &str) -> String {
    let at = html.find("SD-").unwrap_or_else(|| panic!("no code in {html}"));
    html[at..at + 14].to_owned()
}
fn row(app: &Arc<App>, id: RowId) -> door::Submission {
    app.db.read_blocking(move |c| door::get(c, id)).unwrap().unwrap()
}

impl Story {
    fn browser(&self) -> Browser<'_> {
        Browser::new(&self.town.app, &self.town.rt)
    }
    /// The order's paper, or that of a party's notice or decision.
    fn order_paper(&self) -> DocumentId {
        let case = self.case;
        self.town.app.db.read_blocking(move |c| orders::of_case(c, case)).unwrap()[0].document_id.unwrap()
    }
    fn party(&self, n: usize) -> listings::Party {
        let p = self.nth("listing_party", n);
        self.town.app.db.read_blocking(move |c| listings::party(c, p)).unwrap().unwrap()
    }
    fn code(&self, id: DocumentId) -> String {
        let html = self.town.rt.block_on(self.town.app.paper(&self.town.actor("承办人甲"), id)).unwrap().html;
        assert!(html.contains("/employer"));
        code_in(&html)
    }
    fn inside(&self, id: DocumentId, identity: &str) -> Browser<'_> {
        let mut b = self.browser();
        let got = b.enter(&paper(&self.town.app, id).number, identity, &self.code(id));
        assert_eq!(got.status, 303, "{}", got.text());
        b
    }
    fn state(&self, kind: &str, n: usize) -> String {
        let p = self.nth(kind, n);
        self.town.app.db.read_blocking(move |c| procedures::get(c, p)).unwrap().unwrap().state
    }
    fn seen(&self, who: &str, id: RowId) -> SubmissionView {
        self.town.rt.block_on(self.town.app.submission(&self.town.actor(who), id)).unwrap()
    }
    fn count(&self, sql: &'static str) -> i64 {
        crate::tables::count(&self.town.app.db, sql)
    }
    /// Until the unit and its legal representative were sent the notice.
    fn proposed(t: TestDb, seed: &str) -> Self {
        let s = Self::expired(t, seed);
        s.go("信用员", "listing", "propose", json!({ "ground": "amount", "withholding": "arrears", "facts": FACTS }));
        s.pass(day(12, 14).plus(Duration::minutes(1)));
        let boss = json!({
            "kind": "legal_representative", "name": "周某测", "idNumber": BOSS, "post": "法定代表人", "postFrom": "2024-05-01", "facts": FACTS,
        });
        s.go("信用员", "listing", "add_person", boss);
        s
    }
    fn serve_notice(&self, n: usize) {
        let proof = self.proof("信用员");
        let served = json!({ "servedOn": "2026-12-14", "way": "direct", "proof": proof });
        self.town.go("信用员", self.nth("listing_party", n), "serve_notice", served).unwrap();
    }
}

on_both! {
    fn number_identity_and_code_together_open_the_door_and_nothing_less(t: &TestDb) {
        let s = Story::expired(TestDb::new(t.backend).unwrap(), "door");
        let (id, app) = (s.order_paper(), &s.town.app);
        let (number, code) = (paper(app, id).number, s.code(id));
        let mut b = s.browser();
        assert!(b.get("/employer").text().contains("送达码"));
        for (n, who, c) in [
            (number.as_str(), "91350100M000100Y43", code.as_str()),
            (number.as_str(), USCC, "SD-22222-22222"),
            ("奎文人社监理〔2026〕第99号", USCC, code.as_str()),
            (number.as_str(), USCC, "12345"),
        ] {
            let got = b.enter(n, who, c);
            assert_eq!(got.status, 422);
            assert!(got.text().contains("不正确") && b.cookie.is_empty());
        }
        assert_eq!(b.enter("", USCC, &code).status, 422, "a field that is missing is said so");
        // brackets and capitals as they come from a keyboard
        assert_eq!(b.enter(&number.replace('〔', "[").replace('〕', "]"), &USCC.to_lowercase(), &code.to_lowercase()).status, 303);
        let home = b.get("/employer").text();
        assert!(home.contains(&number) && home.contains("最后支付日") && !home.contains("张三测"), "{home}");
        assert_eq!(s.count("select count(*) from served_codes where ended_at is null"), 1);
        // the code stands in the sealed paper alone
        let bare = code.replace('-', "");
        for sql in ["select code_bix as v from served_codes", "select number as v from documents"] {
            let kept = app.db.read_blocking(move |c| qingxin::store::measure::texts(c, sql)).unwrap();
            assert!(kept.iter().all(|k| !k.contains(&code) && !k.contains(&bare)));
        }
        // made anew: the old one stops, and so does the visit it opened
        let other = s.town.rt.block_on(app.make_served_code(&s.town.actor("坊子大队长"), None, id, "对方称遗失")).unwrap_err();
        assert_eq!(other.code(), "not_found");
        let legal = s.town.rt.block_on(app.make_served_code(&s.town.actor("法制员"), None, id, "对方称遗失")).unwrap_err();
        assert_eq!(legal.code(), "forbidden");
        let slip = s.town.rt.block_on(app.make_served_code(&s.town.actor("奎文内勤"), None, id, "对方称遗失")).unwrap();
        let fresh = s.code(slip);
        assert_ne!(fresh, code);
        assert_eq!(b.get("/employer/papers/x").status, 303, "the visit ended");
        assert_eq!(b.enter(&number, USCC, &code).status, 422);
        assert_eq!(b.enter(&number, USCC, &fresh).status, 303);
        // guesses are counted by number; a right one does not help any more
        let mut last = 0;
        for _ in 0..310 {
            last = b.enter(&number, USCC, "SD-33333-33333").status;
        }
        assert_eq!((last, b.enter(&number, USCC, &fresh).status), (429, 429));
        s.pass(s.town.now().plus(Duration::minutes(61)));
        assert_eq!(b.enter(&number, USCC, &fresh).status, 303);
        // out, and after its time
        assert_eq!(b.post("/employer/logout", &[]).header("location"), "/employer?out=1");
        assert_eq!(b.get(&format!("/employer/papers/{id}")).header("location"), "/employer?out=expired");
        b.enter(&number, USCC, &fresh);
        assert_eq!(b.get(&format!("/employer/papers/{id}")).status, 200);
        s.pass(s.town.now().plus(Duration::minutes(60)));
        assert_eq!(b.get(&format!("/employer/papers/{id}")).header("location"), "/employer?out=expired");
        assert_eq!(b.hand(id, "objection", "late-key-1", "不服。", &[]).status, 401);
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }

    fn each_party_sees_its_own_served_papers_and_no_other(t: &TestDb) {
        let s = Story::proposed(TestDb::new(t.backend).unwrap(), "own");
        let (order, unit, boss) = (s.order_paper(), s.party(0).notice_id.unwrap(), s.party(1).notice_id.unwrap());
        let b = s.inside(order, USCC);
        let numbers = [order, unit, boss].map(|id| paper(&s.town.app, id).number);
        let home = b.get("/employer").text();
        assert!(home.contains(&numbers[0]) && !home.contains(&numbers[1]), "what is not served yet is not shown");
        assert_eq!(b.get(&format!("/employer/papers/{unit}")).status, 404);
        s.serve_notice(0);
        s.serve_notice(1);
        let home = b.get("/employer").text();
        assert!(home.contains(&numbers[1]) && home.contains("2026-12-21") && home.contains("异议期内") && !home.contains(&numbers[2]), "{home}");
        for path in [format!("/employer/papers/{boss}"), format!("/employer/papers/{boss}/print"), format!("/employer/papers/{unit}x")] {
            assert_eq!(b.get(&path).status, 404, "{path}");
        }
        assert_eq!(b.hand(boss, "objection", "foreign-key", "不服。", &[]).status, 404);
        let printed = b.get(&format!("/employer/papers/{unit}/print"));
        assert!(printed.status == 200 && printed.text().contains(&numbers[1]) && printed.header("content-security-policy").contains("sha256-"));
        assert!(!printed.text().contains("SD-") && printed.text().contains("</html>"), "one paper is not the key that was printed on it");
        let legal = s.town.rt.block_on(s.town.app.paper(&s.town.actor("法制员"), unit)).unwrap().html;
        assert!(legal.contains(&numbers[1]) && !legal.contains("SD-"), "whoever reads the case is not at the desk");
        // the person comes in by the end of the number, and sees that notice alone
        let person = s.inside(boss, &BOSS[12..]);
        let home = person.get("/employer").text();
        assert!(home.contains(&numbers[2]) && !home.contains(&numbers[0]) && !home.contains(&numbers[1]), "{home}");
        assert_eq!(person.get(&format!("/employer/papers/{unit}")).status, 404);
        let mut wrong = s.browser();
        assert_eq!(wrong.enter(&numbers[2], "010015", &s.code(boss)).status, 422);
        // what one handed in is nobody else's
        let mine = b.hand_in(unit, "objection", "objection-0001", "工资已经付清。", &[]);
        assert_eq!(b.get(&format!("/employer/submissions/{mine}/receipt")).status, 200);
        assert_eq!(person.get(&format!("/employer/submissions/{mine}/receipt")).status, 404);
        let others = [home, b.get("/employer").text()].concat();
        assert!(!others.contains("张三测") && !others.contains(BOSS));
        // every look and visit is on record, and none of it names anybody
        let all: Vec<String> = s.town.app.db.read_blocking(|c| qingxin::store::measure::texts(c, "select kind as v from events where stream = 'case' order by at")).unwrap();
        for kind in ["door_opened", "served_paper_read", "submission_received"] {
            assert!(all.iter().any(|k| k == kind), "{kind}");
        }
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }

    fn an_objection_in_time_is_taken_at_its_instant_and_a_late_one_is_never_lost(t: &TestDb) {
        let s = Story::proposed(TestDb::new(t.backend).unwrap(), "objection");
        s.serve_notice(0);
        s.serve_notice(1);
        let (unit, boss) = (s.party(0).notice_id.unwrap(), s.party(1).notice_id.unwrap());
        // the last minute of the last day
        s.pass(Day::ymd(2026, 12, 21).unwrap().at(23, 59));
        let b = s.inside(unit, USCC);
        assert_eq!(b.hand(unit, "objection", "empty-key-1", "", &[]).status, 422, "an objection says something");
        let text: &[u8] = b"#!/bin/sh\necho";
        assert_eq!(b.hand(unit, "objection", "script-key-1", "附材料。", &[("file", "a.sh", text)]).status, 422, "a file of no kept type");
        let file = pdf("付款回单");
        let id = b.hand_in(unit, "objection", "same-key-0001", "工资已经付清，见回单。", &[("file", "回单.pdf", &file)]);
        let again = b.hand_in(unit, "objection", "same-key-0001", "工资已经付清，见回单。", &[("file", "回单.pdf", &file)]);
        assert_eq!(id, again, "a double click is one submission");
        assert_eq!(s.count("select count(*) from submissions"), 1);
        assert_eq!(b.hand(unit, "objection", "same-key-0001", "另外的内容。", &[]).status, 422, "the same key with other content");
        let kept = row(&s.town.app, id);
        assert_eq!((kept.state.as_str(), kept.late, kept.due_on), ("taken", false, Some(Day::ymd(2026, 12, 21).unwrap())));
        assert_eq!((s.state("listing_party", 0), s.party(0).objected_on), ("verifying".to_owned(), Some(Day::ymd(2026, 12, 21).unwrap())));
        assert_eq!(s.count("select count(*) from notices where template = 'listing_objection'"), 3, "both credit officers and the leader");
        // the receipt: to the second, signed, the same whenever it is fetched
        let receipt = b.get(&format!("/employer/submissions/{id}/receipt"));
        let page = receipt.text();
        for part in ["收件回执", "2026年12月21日 23:59:00", "在期限内收到", "回单.pdf", "法务王某测", "奎文人社局人社收〔2026〕第1号"] {
            assert!(page.contains(part), "lacks {part}: {page}");
        }
        assert_eq!(b.get(&format!("/employer/submissions/{id}/receipt")).bytes, receipt.bytes);
        let part = |from: &str| page.split(from).nth(1).unwrap().split("</p>").next().unwrap().to_owned();
        let keys = PublicKey::parse_all(&s.town.app.public_keys().join("\n")).unwrap();
        let (signed, signature) = (part("签名内容："), part("签名："));
        assert!(signed.starts_with("qingxin submission 1\n"), "{signed}");
        assert!(checkpoint::verify("receipt", signed.as_bytes(), &signature, &keys), "{signature}");
        assert!(!checkpoint::verify("receipt", signed.replace("第1号", "第2号").as_bytes(), &signature, &keys));
        // the next minute it is late, before any alarm has fired
        s.town.clock.set(Day::ymd(2026, 12, 22).unwrap().at(0, 1));
        let person = s.inside(boss, &BOSS[12..]);
        let late = person.hand_in(boss, "objection", "late-key-0001", "本人早已离职。", &[]);
        let kept = row(&s.town.app, late);
        assert_eq!((kept.state.as_str(), kept.late), ("waiting", true));
        assert!(person.get(&format!("/employer/submissions/{late}/receipt")).text().contains("收到时已超过期限"));
        assert!(person.get("/employer").text().contains("收到时已超过期限"));
        assert_eq!(s.count("select count(*) from bells where kind = 'submission'"), 1);
        s.pass(day(12, 22));
        assert_eq!(s.state("listing_party", 1), "ready", "the window closed as if nothing had come");
        // who may decide it, and what the person reads
        let run = |who: &str, r: Return| s.town.rt.block_on(s.town.app.return_submission(&s.town.actor(who), None, late, r));
        let back = || Return { reason: "late".into(), note: "可以在决定作出后申请行政复议。".into() };
        assert_eq!(run("坊子大队长", back()).unwrap_err().code(), "not_found");
        assert_eq!(run("承办人乙", back()).unwrap_err().code(), "forbidden");
        let odd = run("信用员", Return { reason: "no such".into(), ..back() }).unwrap_err();
        assert_eq!(odd.fields()[0].pointer, "/reason");
        let told = run("信用员", Return { note: "张三测已经投诉。".into(), ..back() }).unwrap_err();
        assert_eq!(crate::town::word(&told), "paper_tells_surname /note", "the party reads it");
        run("信用员", back()).unwrap();
        assert_eq!(crate::town::word(&run("信用员", back()).unwrap_err()), "submission_decided");
        let home = s.inside(boss, &BOSS[12..]).get("/employer").text();
        assert!(home.contains("已退回") && home.contains("已超过期限，依法不予受理") && home.contains("可以在决定作出后申请行政复议"), "{home}");
        assert_eq!(s.count("select count(*) from bells where kind = 'submission'"), 0);
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }

    fn a_proof_is_no_payment_until_an_officer_records_it(t: &TestDb) {
        let s = Story::expired(TestDb::new(t.backend).unwrap(), "proof");
        let order = s.order_paper();
        let b = s.inside(order, USCC);
        let missing = b.hand(order, "proof", "no-file-key-1", "", &[]);
        assert!(missing.status == 422 && missing.text().contains("必填"), "{}", missing.text());
        assert_eq!(b.hand(order, "removal", "not-open-key-1", "", &[]).status, 409, "an order is no entry of the list");
        let first = b.hand_in(order, "proof", "proof-key-0001", "12月10日转账。", &[("file", "回单.png", PNG)]);
        let second = b.hand_in(order, "proof", "proof-key-0002", "", &[("file", "回单.pdf", &pdf("回单")), ("file2", "明细.pdf", &pdf("明细"))]);
        assert_eq!(s.count("select count(*) from payments"), 0, "nothing is paid by saying so");
        assert!(b.get("/employer").text().contains("逾期未付清"));
        let told = s.count("select count(*) from notices where template = 'payment_proof_came'");
        assert_eq!(told, 2, "the officer who holds the case, once each");
        // it rings until somebody looked
        s.pass(day(12, 17));
        assert!(s.town.app.ring_bells().unwrap() >= 2);
        let view = s.seen("承办人甲", second);
        assert!(view.may_decide && view.files.len() == 2 && view.words.is_empty() && view.applicant == "法务王某测");
        assert!(!s.seen("信用员", second).may_decide, "the credit officer counts no money");
        // the officer verifies the first: the payment names the file, and the submission follows
        let proof = s.seen("承办人甲", first).files[0].evidence;
        let case = s.case;
        let claim = s.town.app.db.read_blocking(move |c| ledger::claims_of(c, case)).unwrap()[0].id;
        let pay = json!({ "amountFen": 1_000_000, "paidOn": "2026-12-10", "payerKind": "employer", "claim": claim, "proof": proof, "way": "own_account" });
        let complaint = s.town.complaint(case).id;
        s.town.go("承办人甲", complaint, "record_payment", pay).unwrap();
        let kept = row(&s.town.app, first);
        assert_eq!((kept.state.as_str(), kept.decided_by), ("taken", Some(s.town.account("承办人甲"))));
        let paid = kept.made_payment.unwrap();
        assert!(s.inside(order, USCC).get("/employer").text().contains("已转入办理"));
        // the second says the same: it is taken as that payment, by its id and no other
        let take = |t: TakeOver| s.town.rt.block_on(s.town.app.take_submission(&s.town.actor("承办人甲"), None, second, t));
        assert_eq!(crate::town::word(&take(TakeOver::default()).unwrap_err()), "required /note");
        let foreign = TakeOver { payment: Some(kept.id.uuid().into()), note: None };
        assert_eq!(crate::town::word(&take(foreign).unwrap_err()), "unknown_payment /payment");
        take(TakeOver { payment: Some(paid), note: None }).unwrap();
        assert_eq!(s.count("select count(*) from bells where kind = 'payment_proof'"), 0);
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }

    fn an_application_for_removal_goes_to_its_end(t: &TestDb) {
        let s = Story::listed(TestDb::new(t.backend).unwrap(), "removal");
        s.publish();
        let decision = s.party(0).decision_id.unwrap();
        let b = s.inside(decision, USCC);
        let home = b.get("/employer").text();
        assert!(home.contains("在名单中") && home.contains("2029-12-23"), "{home}");
        assert!(b.get(&format!("/employer/papers/{decision}")).text().contains("六十日内向本级人民政府申请行政复议（《行政复议法》第二十条）"));
        let two: [(&str, &str, &[u8]); 2] = [("application", "申请.pdf", b"%PDF-1.4 a"), ("correction", "回单.pdf", b"%PDF-1.4 b")];
        assert_eq!(b.hand(decision, "removal", "two-files-key", "", &two).status, 422, "the promise is missing");
        let all: [(&str, &str, &[u8]); 3] = [two[0], two[1], ("promise", "承诺.pdf", b"%PDF-1.4 c")];
        let id = b.hand_in(decision, "removal", "removal-key-01", "工资已于十二月付清。", &all);
        s.pass(day(12, 25));
        let take = |who: &str| s.town.rt.block_on(s.town.app.take_submission(&s.town.actor(who), None, id, TakeOver::default()));
        assert_eq!(take("承办人乙").unwrap_err().code(), "forbidden");
        take("信用员").unwrap();
        let made = s.seen("信用员", id).made_procedure.unwrap();
        assert_eq!(made, s.of("removal"));
        let removal = s.town.app.db.read_blocking(move |c| listings::removal(c, made)).unwrap().unwrap();
        assert_eq!(removal.applied_on, Day::ymd(2026, 12, 23).unwrap(), "the day it was handed in, not the day it was taken over");
        // it is decided as every other, and the answer is found where it was asked for
        s.go("信用员", "removal", "refuse", json!({ "ground": "too_early", "reason": "自改正之日起未满六个月，请期满后再申请。" }));
        s.signed("removal", &["法制员", "局长"]);
        let b = s.inside(decision, USCC);
        let home = b.get("/employer").text();
        assert!(home.contains("不予提前移出决定书") && home.contains("不予提前移出"), "{home}");
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }

    fn the_desk_does_the_same_for_who_comes_in_person(t: &TestDb) {
        let s = Story::proposed(TestDb::new(t.backend).unwrap(), "desk");
        s.serve_notice(0);
        let unit = s.party(0).notice_id.unwrap();
        // an officer's session in the same browser
        let token = "d".repeat(43);
        let (hash, account) = (qingxin::app::people::token_hash(&token), s.town.account("奎文内勤"));
        s.town.app.write_blocking(&qingxin::domain::access::Actor::System("tests"), None, move |tx| {
            let row = qingxin::store::accounts::Session {
                id: tx.ids.id(tx.now), account_id: account, token_hash: hash.clone(), kind: "console".into(), agent: "tests".into(),
                created_at: tx.now, seen_at: tx.now, expires_at: tx.now.plus(Duration::hours(12)), ended_at: None,
                awaits_code: false,
            };
            qingxin::store::accounts::insert_session(tx.c, &row)
        }).unwrap();
        let mut desk = s.browser();
        desk.cookie = format!("qx={token}");
        let page = desk.get(&format!("/cases/{}", s.case)).text();
        assert!(page.contains(&format!("/documents/{unit}/door")), "the case leads there");
        let page = desk.get(&format!("/documents/{unit}/door")).text();
        assert!(page.contains("窗口代为登记") && page.contains("重新发给送达码") && !page.contains("SD-"), "{page}");
        let path = format!("/documents/{unit}/door/submissions");
        let fields = [("_key", "desk-key-0001"), ("kind", "objection"), ("applicant", "王某测，持授权委托书"), ("words", "工资已经付清。")];
        let file = pdf("委托书");
        let send = || desk.upload(&path, &fields, &[("file", "委托书.pdf", file.as_slice())]);
        let got = send();
        assert_eq!(got.status, 303, "{}", got.text());
        assert_eq!(send().header("location"), got.header("location"), "twice is once");
        let id: RowId = got.header("location").split("received=").nth(1).unwrap().parse().unwrap();
        let kept = row(&s.town.app, id);
        assert_eq!((kept.way.as_str(), kept.by_account, kept.state.as_str()), ("desk", Some(account), "taken"));
        assert!(desk.get(got.header("location")).text().contains(&format!("/documents/{}", kept.receipt_id)), "the receipt to print");
        assert!(desk.get(&format!("/documents/{}", kept.receipt_id)).text().contains("窗口提交"));
        let wrong = desk.upload(&path, &[("_key", "desk-key-0002"), ("kind", "objection"), ("applicant", "王")], &[]);
        assert!(wrong.status == 422 && wrong.text().contains("2 至 100 个字"), "{}", wrong.text());
        // the employer sees it from home
        let b = s.inside(unit, USCC);
        assert!(b.get("/employer").text().contains("异议"));
        // an address for service: kept at once, nobody has to see to it
        let got = b.upload(
            &format!("/employer/papers/{unit}/submissions"),
            &[("_key", "contact-key-1"), ("kind", "contact"), ("applicant", "王某测"), ("phone", "13905360001"), ("mail", "a@example.org"), ("electronic", "true")],
            &[],
        );
        assert_eq!(got.status, 303, "{}", got.text());
        let papers = s.town.rt.block_on(s.town.app.served_papers(&s.town.actor("信用员"), s.case)).unwrap();
        let notice = papers.iter().find(|p| p.document == unit).unwrap();
        let contact = notice.submissions.iter().find(|x| x.kind == "contact").unwrap();
        assert_eq!((contact.state.as_str(), contact.consent), ("kept", Some(true)));
        assert!(contact.words.contains("同意以电子方式送达") && contact.words.contains("a@example.org"));
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }

    fn an_employer_objects_to_its_grade_by_the_notice(t: &TestDb) {
        let w = World::new(t);
        let file = crate::grading::c_employer(&w, USCC);
        let go = |who: &str, name: &str, form: serde_json::Value| {
            let got = crate::grading::go(&w, who, file, name, form);
            assert!((200..300).contains(&got.status), "{name}: {}", got.text());
        };
        go("kuiwen.credit", "confirm", json!({ "note": "已逐项核对记录。" }));
        go("kuiwen.leader", "approval.approve", json!({}));
        go("kuiwen.head", "approval.approve", json!({}));
        go("kuiwen.credit", "issue", json!({}));
        let p = crate::grading::procedure(&w, file);
        let id = w.app.db.read_blocking(move |c| qingxin::store::gradings::papers_of(c, p)).unwrap()[0].id;
        let html = w.run(w.app.paper(&w.actor("kuiwen.credit"), id)).unwrap().html;
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut b = Browser::new(&w.app, &rt);
        assert_eq!(b.enter(&paper(&w.app, id).number, USCC, &code_in(&html)).status, 303);
        // the paper is in hand before its service is on record: the objection waits for that
        let early = b.hand_in(id, "objection", "grade-key-0001", "第三笔记录有误。", &[]);
        let take = || w.run(w.app.take_submission(&w.actor("kuiwen.credit"), None, early, TakeOver::default()));
        assert_eq!(crate::town::word(&take().unwrap_err()), "submission_serve_first");
        go("kuiwen.credit", "serve", json!({ "servedOn": w.now().day(), "way": "direct", "proof": "回证1号" }));
        // what came before it is taken with it
        let kept = row(&w.app, early);
        assert_eq!((kept.state.as_str(), kept.made_procedure), ("taken", Some(p)));
        assert_eq!(crate::town::word(&take().unwrap_err()), "submission_decided");
        let state = w.app.db.read_blocking(move |c| procedures::get(c, p)).unwrap().unwrap().state;
        assert_eq!(state, "verifying");
        assert_eq!(b.hand(id, "objection", "grade-key-0002", "附材料。", &[("file", "a.png", PNG)]).status, 422, "a grade has no case to lay files in");
        let id2 = b.hand_in(id, "objection", "grade-key-0003", "第三笔记录有误，请核实。", &[]);
        let kept = row(&w.app, id2);
        assert_eq!((kept.state.as_str(), kept.case_id, kept.late), ("waiting", None, false));
        assert!(b.get(&format!("/employer/submissions/{id2}/receipt")).text().contains("在期限内收到"));
        // the officer of another county does not learn of it
        let got = w.who("fangzi.credit").get(&format!("/submissions/{id2}"));
        got.problem(404, "not_found");
        let list = w.who("kuiwen.credit").get("/submissions").ok();
        assert_eq!(list["submissions"].as_array().unwrap().len(), 1, "{list}");
        w.who("kuiwen.credit").post(&format!("/submissions/{id2}/take"), json!({ "note": "与前一件一并核实。" })).ok();
        let at: At = w.now();
        assert!(at >= kept.received_at);
    }

    fn what_is_said_on_a_penalty_is_in_time_or_nothing_is_decided(t: &TestDb) {
        let s = crate::penalties::Story::noticed(TestDb::new(t.backend).unwrap(), "penal-door");
        let (app, rt) = (&s.town.app, &s.town.rt);
        let id = s.row().way.0.notice.unwrap();
        let html = rt.block_on(app.paper(&s.town.actor("承办人甲"), id)).unwrap().html;
        let mut b = Browser::new(app, rt);
        assert_eq!(b.enter(&paper(app, id).number, USCC, &code_in(&html)).status, 303);
        // the paper is in hand before its service is on record: nothing ends it meanwhile
        let early = b.hand_in(id, "objection", "penal-key-0001", "检查当日台账在会计处，次日已经补交。", &[]);
        assert_eq!(row(app, early).state, "waiting");
        assert_eq!(crate::tables::count(&app.db, "select count(*) from notices where template = 'submission_came'"), 1, "its officer is told");
        let none = json!({ "reason": "first_minor", "facts": "经查，违法行为轻微并及时改正，没有造成危害后果。", "correctedOn": "2026-11-22" });
        let refused = s.town.go("承办人甲", s.procedure(), "not_punish", none).unwrap_err();
        assert_eq!(crate::town::word(&refused), "submission_waits");
        let served = json!({ "servedOn": "2026-11-23", "way": "direct", "proof": s.proof() });
        s.go("承办人甲", "serve_notice", served);
        let kept = row(app, early);
        assert_eq!((kept.state.as_str(), kept.made_procedure), ("taken", Some(s.procedure())));
        assert!(s.row().stated_on.is_some() && s.row().answer.is_none());
        assert_eq!(crate::tables::count(&app.db, "select count(*) from bells where kind = 'submission'"), 0);
        // a hearing there is no right to leaves the statement what it is
        let page = b.get(&format!("/employer/papers/{id}")).text();
        assert!(!page.contains("同时申请听证") && page.contains("陈述、申辩期内") && !page.contains("异议"), "{page}");
        let fields = [("_key", "penal-key-0002"), ("kind", "objection"), ("applicant", "法务王某测"), ("words", "另附台账。"), ("hearing", "true")];
        let got = b.upload(&format!("/employer/papers/{id}/submissions"), &fields, &[("file", "台账.png", PNG)]);
        let second: RowId = got.header("location").strip_prefix("/employer?done=").unwrap_or_else(|| panic!("{}", got.text())).parse().unwrap();
        let kept = row(app, second);
        assert_eq!((kept.state.as_str(), kept.hearing, s.row().hearing_asked_on), ("taken", true, None));
        s.town.pass(day(12, 1), &mut || {});
        let said = json!({ "facts": "经查，该单位拒不提供工资支付台账，阻挠检查，事实清楚，证据充分。" });
        let refused = s.town.go("承办人甲", s.procedure(), "decide", said).unwrap_err();
        assert_eq!(crate::town::word(&refused), "statement_open", "it has to be answered first");
        let late = b.hand_in_again(app, rt, id, &code_in(&html));
        assert_eq!((row(app, late).state.as_str(), row(app, late).late), ("waiting", true));
        assert_eq!(s.town.ills(), Vec::<String>::new());
    }
}
