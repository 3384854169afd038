//! Who gets through which door. Every route of the router table is walked as nobody, with sessions that no longer hold,
//! and as officers whom the matter does not concern; a route that is not listed here fails the test until it is.

use crate::access_console::console;
use crate::access_counter::{self, counter};
use crate::access_worker::{claimant, owner, payment};
use crate::on_both;
use crate::support::app::{Got, OFFICE, World, filing};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use qingxin::base::id::RowId;
use qingxin::base::seal::hex;
use qingxin::domain::access::DutyKind;
use qingxin::store::{accounts, journal};
use qingxin::web::{Access, Route, Surface};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// One real matter of 人社 of 奎文区 and what belongs to it.
pub struct Scene {
    pub ids: BTreeMap<&'static str, String>,
}

/// A picture whose content says so.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cch\0\0\0\x82\0\x81w\xcdr\xb6\0\0\0\0IEND\xaeB`\x82";

impl Scene {
    pub fn new(w: &World) -> Self {
        let desk = w.who("city.desk");
        let mut first = filing(1);
        first["sourceNumber"] = json!("LY-1");
        let done = desk.post("/filings", first.clone()).ok();
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        let (filing, case) = (text(&done["filing"]), text(&done["case"]));
        first["headcount"] = json!(2);
        assert_eq!(desk.post("/filings", first).ok()["outcome"], "amended");
        let amendment = text(&desk.get("/amendments").ok()["amendments"][0]["id"]);
        let evidence = text(&desk.upload(&format!("/cases/{case}/evidence"), &[("kind", "photo")], "a.png", PNG).ok()["id"]);
        let document = text(&desk.post(&format!("/filings/{filing}/receipt"), json!({})).ok()["id"]);
        let file = desk.get(&format!("/cases/{case}")).ok();
        let procedures = file["procedures"].as_array().unwrap();
        let of = |kind: &str| text(&procedures.iter().find(|p| p["kind"] == kind).unwrap()["id"]);
        let security = w.who("city.security");
        let away = json!({ "from": "2026-12-07T00:00:00+08:00", "until": "2026-12-09T00:00:00+08:00", "reason": "年休假" });
        let absence = text(&security.post(&format!("/accounts/{}/absences", w.account("kuiwen.handler")), away).ok()["id"]);
        let accounts = security.get("/accounts?limit=100").ok();
        let spare = accounts["items"].as_array().unwrap().iter().find(|a| a["login"] == "fangzi-housing.desk").unwrap();
        let (session, _) = w.open_session("kuiwen.handler", "another device");
        let (worker_token, withdrawal, worker_session) = owner(w, &filing);
        let (stranger_token, ..) = owner(w, "");
        let upload = json!({ "case": case, "kind": "photo", "size": PNG.len(), "sha256": hex(&Sha256::digest(PNG)) });
        let begin = || text(&w.who("kuiwen.handler").post("/uploads", upload.clone()).ok()["id"]);
        let (begun, ended) = (begin(), begin());
        // a running case that the filing looks like
        let alike = text(&desk.post("/filings", crate::support::app::filing(2)).ok()["case"]);
        let row = qingxin::store::filings::Suggestion {
            filing_id: filing.parse().unwrap(),
            case_id: alike.parse().unwrap(),
            reason: "同一项目".into(),
            created_at: w.now(),
            decided_at: None,
            joined: None,
        };
        w.app.db.write_blocking(move |c| qingxin::store::filings::insert_suggestion(c, &row)).unwrap();
        let paid = payment(w, &case, &evidence);
        let of_case: qingxin::base::id::CaseId = case.parse().unwrap();
        let claims = w.app.db.read_blocking(move |c| qingxin::store::ledger::claims_of(c, of_case)).unwrap();
        let mut ids = BTreeMap::from([
            ("payment", paid),
            ("claim", claims[0].id.to_string()),
            ("alike", alike),
            ("complaint", of("complaint")),
            ("filing_procedure", of("filing")),
            ("filing", filing),
            ("case", case),
            ("amendment", amendment),
            ("absence", absence),
            ("evidence", evidence),
            ("document", document),
            ("account", text(&spare["id"])),
            ("duty", text(&spare["duties"][0]["id"])),
            ("session", session.to_string()),
            ("upload", begun),
            ("upload_to_end", ended),
            ("handler", w.account("kuiwen.handler").to_string()),
            ("handler2", w.account("kuiwen.handler2").to_string()),
            ("withdrawal", withdrawal),
            ("worker_token", worker_token),
            ("worker_session", worker_session),
            ("stranger_token", stranger_token),
        ]);
        access_counter::scene(w, &mut ids);
        crate::access_draws::scene(w, &mut ids);
        crate::access_joint::scene(w, &mut ids);
        Self { ids }
    }
    /// Fills `<name>` places.
    fn fill(&self, s: &str) -> String {
        self.ids.iter().fold(s.to_owned(), |s, (k, v)| s.replace(&format!("<{k}>"), v))
    }
}

/// What a route is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Anyone may come; nothing of a matter is shown.
    Open,
    /// The person's own affairs, or data every officer may know: each sees only his own.
    Own,
    /// A matter: who it does not concern is told that it does not exist.
    Matter,
    /// A duty without a matter: others are refused.
    Duty,
    /// A worker's own affairs.
    Mine,
    /// A worker's own matter: for every other worker it does not exist.
    MineAlone,
    /// Another system's affairs: staff is nobody there. Who is served is walked in `exchange`.
    Sender,
}
use About::{Duty, Matter, Mine, MineAlone, Open, Own, Sender};

/// What a request carries.
#[derive(Clone)]
pub enum Carries {
    Nothing,
    Json(Value),
    File(&'static [(&'static str, &'static str)]),
    Form(&'static [(&'static str, &'static str)]),
    /// The picture as bytes with its digest.
    Octets,
}

/// How a route is asked and who is served.
pub struct Entry {
    pub about: About,
    /// The path below `/api/office/v1` (or whole, elsewhere) with `<name>` places.
    pub path: &'static str,
    pub carries: Carries,
    /// Who is served.
    pub insider: &'static str,
}

fn entries() -> BTreeMap<&'static str, Entry> {
    let mut all = BTreeMap::new();
    let mut put = |id, about, path, insider, carries| {
        assert!(all.insert(id, Entry { about, path, carries, insider }).is_none(), "{id} is listed twice");
    };
    let none = || Carries::Nothing;
    // anyone
    put("asset", Open, "/assets/none.css", "", none());
    put("officeDescription", Open, "/openapi.json", "", none());
    put("claimantDescription", Open, "/api/claimant/v1/openapi.json", "", none());
    put("exchangeDescription", Open, "/api/exchange/v1/openapi.json", "", none());
    put("healthz", Open, "/healthz", "", none());
    put("readyz", Open, "/readyz", "", none());
    put("metrics", Open, "/metrics", "", none());
    put("logIn", Open, "/session", "", Carries::Json(json!({ "login": "city.desk", "password": "not this one" })));
    // own affairs
    put("currentSession", Own, "/session", "kuiwen.handler", none());
    put("listSessions", Own, "/sessions", "kuiwen.handler", none());
    put("endSession", Matter, "/sessions/<session>", "kuiwen.handler", none());
    let change = json!({ "oldPassword": "not this one", "newPassword": "Another#Password1" });
    put("changePassword", Own, "/session/password", "kuiwen.handler", Carries::Json(change));
    put("logOut", Own, "/session", "kuiwen.handler", none());
    put("inbox", Own, "/inbox?tab=bureau", "kuiwen.handler", none());
    put("inboxCounts", Own, "/inbox/counts", "kuiwen.handler", none());
    put("suggestions", Own, "/suggestions", "kuiwen.leader", none());
    let dismiss = json!({ "decision": "dismiss", "reason": "不是同一事项" });
    put("decideSuggestion", Matter, "/suggestions/<filing>/<alike>/decide", "kuiwen.leader", Carries::Json(dismiss));
    let out = json!({ "to": "back", "reason": "并案有误，应当撤销" });
    put("splitFiling", Matter, "/filings/<filing>/split", "kuiwen.leader", Carries::Json(out));
    put("filingHints", Own, "/filings/hints", "kuiwen.desk", Carries::Json(json!({ "respondent": "潍坊测试建筑1有限公司" })));
    put("search", Own, "/search", "kuiwen.handler", Carries::Json(json!({ "text": "测试花园1号楼" })));
    put("listAmendments", Own, "/amendments", "city.desk", none());
    put("notices", Own, "/notices", "kuiwen.handler", none());
    put("readNotices", Own, "/notices/read", "kuiwen.handler", Carries::Json(json!({ "ids": [] })));
    put("reference", Own, "/reference", "kuiwen.handler", none());
    put("rosterTemplate", Own, "/roster-template", "kuiwen.handler", none());
    put("listDefinitions", Own, "/definitions", "kuiwen.handler", none());
    put("definitionDiagram", Own, "/definitions/complaint/1/diagram.svg", "kuiwen.handler", none());
    // matters
    put("getFiling", Matter, "/filings/<filing>", "kuiwen.handler", none());
    put("issueReceipt", Matter, "/filings/<filing>/receipt", "city.desk", none());
    put("addFilingEvidence", Matter, "/filings/<filing>/evidence", "city.desk", Carries::File(&[("kind", "photo")]));
    let reason = json!({ "reason": "contact", "remark": "电话核实欠薪时间" });
    put("unmaskFiling", Matter, "/filings/<filing>/unmask", "kuiwen.handler", Carries::Json(reason));
    put("getCase", Matter, "/cases/<case>", "kuiwen.handler", none());
    put("caseHistory", Matter, "/cases/<case>/history", "kuiwen.handler", none());
    put("explainCase", Matter, "/cases/<case>/explanation", "kuiwen.handler", none());
    put("addCaseEvidence", Matter, "/cases/<case>/evidence", "kuiwen.handler", Carries::File(&[("kind", "photo")]));
    put("getEvidence", Matter, "/evidence/<evidence>", "kuiwen.handler", none());
    let recuse = json!({ "account": "<handler>", "reason": "与被反映单位负责人是亲属" });
    put("takeRoster", Matter, "/cases/<case>/roster", "kuiwen.desk", Carries::File(&[("dryRun", "true")]));
    let row = json!({ "dryRun": true, "rows": [{ "name": "工人甲" }] });
    put("addClaims", Matter, "/cases/<case>/claims", "kuiwen.desk", Carries::Json(row));
    let judge = json!({ "nature": "wages", "reason": "工资表、考勤表相符。" });
    put("judgeClaim", Matter, "/claims/<claim>/judge", "kuiwen.handler", Carries::Json(judge));
    put("listJudgements", Matter, "/claims/<claim>/judgements", "kuiwen.handler", none());
    put("recuse", Matter, "/cases/<case>/recusals", "kuiwen.handler", Carries::Json(recuse));
    put("getDocument", Matter, "/documents/<document>", "kuiwen.handler", none());
    put("listMoves", Matter, "/procedures/<complaint>/moves", "kuiwen.handler", none());
    put("makeMove", Matter, "/procedures/<complaint>/moves/sign_for", "kuiwen.desk", Carries::Json(json!({ "form": {} })));
    put("decideAmendment", Matter, "/amendments/<amendment>/decide", "city.desk", Carries::Json(json!({ "apply": true })));
    put("listHandlers", Matter, "/bureaus/370705-hrss/handlers", "kuiwen.leader", none());
    let upload = json!({ "case": "<case>", "kind": "photo", "name": "照片", "size": PNG.len(), "sha256": hex(&Sha256::digest(PNG)) });
    put("beginUpload", Matter, "/uploads", "kuiwen.handler", Carries::Json(upload));
    put("putUploadPart", Matter, "/uploads/<upload>/parts/1", "kuiwen.handler", Carries::Octets);
    put("getUpload", Matter, "/uploads/<upload>", "kuiwen.handler", none());
    put("finishUpload", Matter, "/uploads/<upload>/finish", "kuiwen.handler", none());
    put("abortUpload", Matter, "/uploads/<upload_to_end>", "kuiwen.handler", none());
    put("getEvidenceThumbnail", Matter, "/evidence/<evidence>/thumbnail", "kuiwen.handler", none());
    // duties
    put("registerFiling", Duty, "/filings", "city.desk", Carries::Json(filing(2)));
    put("importFile", Duty, "/imports", "city.desk", Carries::File(&[("profile", "hotline")]));
    put("listAccounts", Duty, "/accounts", "city.security", none());
    let person = json!({ "login": "kuiwen.new", "name": "新员工", "password": "Erste#Anmeldung1", "duties": [] });
    put("createAccount", Duty, "/accounts", "city.security", Carries::Json(person));
    let duty = json!({ "duty": "handler", "bureau": "370704-housing", "area": "370704" });
    put("giveDuty", Duty, "/accounts/<account>/duties", "city.security", Carries::Json(duty));
    put("endDuty", Duty, "/accounts/<account>/duties/<duty>", "city.security", none());
    put("disableAccount", Duty, "/accounts/<account>/disable", "city.security", none());
    let fresh = Carries::Json(json!({ "password": "Zweite#Anmeldung2" }));
    put("resetPassword", Duty, "/accounts/<account>/password", "city.security", fresh);
    put("enableAccount", Duty, "/accounts/<account>/enable", "city.security", none());
    let away = json!({ "from": "2026-11-24T00:00:00+08:00", "until": "2026-11-26T00:00:00+08:00", "reason": "年休假" });
    put("recordAbsence", Duty, "/accounts/<handler>/absences", "city.security", Carries::Json(away));
    put("cancelAbsence", Duty, "/accounts/<handler>/absences/<absence>", "city.security", none());
    let words = json!({ "text": "请补充考勤记录。" });
    put("listFilingMessages", Matter, "/filings/<filing>/messages", "kuiwen.handler", none());
    put("writeToWorker", Matter, "/filings/<filing>/messages", "kuiwen.handler", Carries::Json(words));
    put("listWithdrawals", Own, "/withdrawals", "city.desk", none());
    let verdict = json!({ "grant": false, "pressed": true, "note": "电话核实，有人施压。" });
    put("decideWithdrawal", Matter, "/withdrawals/<withdrawal>/decide", "city.desk", Carries::Json(verdict));
    // other systems
    let clue = json!({ "clues": [crate::exchange::clue(2, "WF12345-2")] });
    put("pushClues", Sender, "/api/exchange/v1/clues", "", Carries::Json(clue));
    put("exchangeFeed", Sender, "/api/exchange/v1/filings", "", none());
    put("exchangeFiling", Sender, "/api/exchange/v1/filings/LY-1", "", none());
    let say = Carries::Json(json!({ "verdict": "accept" }));
    put("exchangeVerdict", Sender, "/api/exchange/v1/filings/LY-1/answers/1/verdict", "", say);
    let hook = json!({ "url": "https://example.org/", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" });
    put("subscribe", Sender, "/api/exchange/v1/subscriptions", "", Carries::Json(hook));
    put("listSubscriptions", Sender, "/api/exchange/v1/subscriptions", "", none());
    put("unsubscribe", Sender, "/api/exchange/v1/subscriptions/<session>", "", none());
    crate::access_draws::draws(&mut all);
    crate::access_joint::joint(&mut all);
    crate::access_outbox::outbox(&mut all);
    claimant(&mut all);
    counter(&mut all);
    console(&mut all);
    all
}

/// Who asks.
pub enum As<'a> {
    Nobody,
    Token(&'a str),
    Staff(&'a str),
}

pub fn ask(w: &World, s: &Scene, route: &Route, e: &Entry, who: &As<'_>, body: Option<Value>) -> Got {
    let person = match who {
        As::Nobody => w.nobody(),
        As::Token(t) => w.with_token(t),
        As::Staff(l) => w.who(l),
    };
    let path = s.fill(e.path);
    let whole = if route.surface == Surface::Office { format!("{OFFICE}{path}") } else { path };
    let html = route.surface.is_html();
    let mut b = if html { person.cookie(route.method.as_str(), &whole) } else { person.request(route.method.as_str(), &whole) };
    // what a request says about itself counts for nothing
    b = b.header("idempotency-key", w.key()).header("x-role", "security_admin").header("x-forwarded-user", "city.security");
    if route.params.iter().any(|p| p.name == "If-Match") {
        b = b.header("if-match", "\"0\"");
    }
    let text = |v: &Value| s.fill(&v.to_string());
    let request = match (&e.carries, body) {
        (_, Some(v)) => b.header("content-type", "application/json").body(Body::from(text(&v))),
        (Carries::Nothing, None) => b.body(Body::empty()),
        (Carries::Json(v), None) => b.header("content-type", "application/json").body(Body::from(text(v))),
        (Carries::Form(fields), None) => {
            let encode = |s: &str| s.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
            let key = w.key();
            let value = |k: &str, v: &str| if k == "_key" { key.clone() } else { s.fill(v) };
            let body: Vec<String> = fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(&value(k, v)))).collect();
            b.header("content-type", "application/x-www-form-urlencoded").body(Body::from(body.join("&")))
        }
        (Carries::Octets, None) => {
            let digest = STANDARD.encode(Sha256::digest(PNG));
            let b = b.header("content-type", "application/octet-stream").header("content-digest", format!("sha-256=:{digest}:"));
            b.body(Body::from(PNG))
        }
        (Carries::File(fields), None) => {
            let mut out = String::new();
            for (k, v) in *fields {
                out.push_str(&format!("--B\r\nContent-Disposition: form-data; name=\"{k}\"\r\n\r\n{v}\r\n"));
            }
            let mut out = out.into_bytes();
            out.extend(b"--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n");
            out.extend(PNG);
            out.extend(b"\r\n--B--\r\n");
            b.header("content-type", "multipart/form-data; boundary=B").body(Body::from(out))
        }
    };
    w.send(request.unwrap())
}

/// Every route with its entry; a route without one fails.
pub fn walk() -> Vec<(Route, Entry)> {
    let mut listed = entries();
    let mut out = Vec::new();
    let mut missing = Vec::new();
    for route in qingxin::web::table().routes() {
        match listed.remove(route.id) {
            Some(e) => out.push((route, e)),
            None => missing.push(format!("{} {} ({})", route.method, route.path, route.id)),
        }
    }
    assert!(missing.is_empty(), "routes nobody said who may use; add them to `entries`: {missing:#?}");
    assert!(listed.is_empty(), "entries without a route: {:?}", listed.keys().collect::<Vec<_>>());
    out
}

/// How many events there are: nothing refused may leave one.
pub fn events(w: &World) -> u64 {
    w.app.db.read_blocking(|c| journal::unsequenced(c, 1_000_000)).unwrap()
}

#[track_caller]
pub fn turned_away(route: &Route, got: &Got, who: &str) {
    if route.surface.is_html() && route.method == "GET" {
        assert_eq!(got.status, 303, "{who}: {}", got.asked);
        let to = crate::access_h5::door(route.surface);
        assert!(got.header("location").starts_with(to), "{who}: {}", got.asked);
    } else if route.surface.is_html() {
        assert_eq!(got.status, 401, "{who}: {}", got.asked);
    } else {
        got.problem(401, "unauthenticated");
        assert_eq!(got.header("www-authenticate"), "Bearer", "{who}: {}", got.asked);
    }
}

#[test]
fn every_route_says_who_may_come() {
    for (route, e) in walk() {
        assert_eq!(e.about == Open, route.access == Access::Public, "{} {}", route.method, route.path);
    }
}

on_both! {
    fn without_a_session_that_holds_nothing_opens(t: &TestDb) {
        let w = World::new(t);
        let s = Scene::new(&w);
        let (revoked, revoked_token) = w.open_session("kuiwen.handler", "lost telephone");
        w.run(w.app.end_session(&w.actor("kuiwen.handler"), revoked)).unwrap();
        let (_, idle) = w.open_session("kuiwen.handler", "left alone");
        let (_, disabled) = w.open_session("fangzi.handler2", "left the office");
        w.who("city.security").post(&format!("/accounts/{}/disable", w.account("fangzi.handler2")), json!({})).ok();
        w.pass(Duration::minutes(61));
        let (old_id, old) = w.open_session("kuiwen.handler", "used all day");
        let now = w.now();
        w.app.db.write_blocking(move |c| accounts::touch_session(c, old_id, now.plus(Duration::hours(20)))).unwrap();
        let made_up = "a".repeat(43);
        w.pass(Duration::hours(13));
        let before = events(&w);
        for (route, e) in walk() {
            if e.about == Open {
                let got = ask(&w, &s, &route, &e, &As::Nobody, None);
                let out = ["/login?out=1", "/employer?out=1", "/h5?done=out", "/h5", "/"].contains(&got.header("location")); // out twice is out
                assert!((out || !matches!(got.status, 303 | 403 | 428)) && (got.status != 401 || ["logIn", "logInByPhone", "logInByWechat"].contains(&route.id)), "{}: {}", got.asked, got.status);
                continue;
            }
            turned_away(&route, &ask(&w, &s, &route, &e, &As::Nobody, None), "nobody");
            for (who, token) in [("revoked", &revoked_token), ("idle", &idle), ("expired", &old), ("disabled", &disabled), ("made up", &made_up)] {
                turned_away(&route, &ask(&w, &s, &route, &e, &As::Token(token), None), who);
            }
        }
        assert_eq!(events(&w), before, "a refused request left a trace in the matter");
    }

    fn whom_a_matter_does_not_concern_never_learns_of_it(t: &TestDb) {
        let mut w = World::new(t);
        // duties that only look as if they covered 奎文区: a shorter code, a longer one, and a sibling with the same bureau
        for (login, area) in [("prefix.short", "3707"), ("prefix.long", "37070501"), ("prefix.sibling", "370704")] {
            for kind in [DutyKind::Handler, DutyKind::Supervisor, DutyKind::Head] {
                let name = format!("{login}.{}", kind.key());
                w.employ(&name, kind, "370705-hrss", "370705");
                let (id, now, area) = (w.account(&name), w.now(), area.to_owned());
                w.app.db.write_blocking(move |c| {
                    let given = accounts::duties_of(c, &[id], now)?;
                    let row = accounts::DutyRow { id: RowId::from(id.uuid()), area: area.clone(), ..given[0].clone() };
                    accounts::end_duty(c, given[0].id, now)?;
                    accounts::insert_duty(c, &row)
                }).unwrap();
            }
        }
        let s = Scene::new(&w);
        let outsiders: Vec<String> = [
            "fangzi.desk", "fangzi.handler", "fangzi.leader", "fangzi.legal", "fangzi.head", "fangzi.supervisor", "fangzi-housing.handler",
            "kuiwen-transport.handler", "kuiwen-water.handler", "city.system", "city.audit", "city.security",
        ]
        .iter()
        .map(|s| (*s).to_owned())
        .chain(w.accounts.keys().filter(|l| l.starts_with("prefix.")).cloned())
        .collect();
        for login in &outsiders {
            w.who(login).token();
        }
        let before = events(&w);
        for (route, e) in walk() {
            for login in &outsiders {
                let who = As::Staff(login);
                match e.about {
                    Open | Own | Mine | MineAlone => {}
                    Sender => turned_away(&route, &ask(&w, &s, &route, &e, &who, None), login),
                    Matter => {
                        // a colleague of the bureau knows its handlers, wherever his duty lies
                        if route.id == "listHandlers" && login.starts_with("prefix.") {
                            continue;
                        }
                        let got = ask(&w, &s, &route, &e, &who, None);
                        let allowed: &[u16] = if route.surface.is_html() { &[404, 403] } else { &[404] };
                        assert!(allowed.contains(&got.status), "{login}: {} {}: {}", got.asked, got.status, got.text());
                        for (name, secret) in [("employer", "测试建筑"), ("project", "测试花园"), ("worker", "张测试")] {
                            assert!(!got.text().contains(secret), "{login}: {} shows the {name}", got.asked);
                        }
                    }
                    Duty if may(route.id, login) => {}
                    Duty => {
                        let got = ask(&w, &s, &route, &e, &who, None);
                        assert_eq!(got.status, 403, "{login}: {}: {}", got.asked, got.text());
                    }
                }
            }
        }
        assert_eq!(events(&w), before, "a refused request left a trace in the matter");
        // own lists show nothing of it either
        for login in &outsiders {
            let p = w.who(login);
            let found = p.post_with("/search", json!({ "text": "测试花园" }), &[]).ok();
            assert_eq!(found["hits"], json!([]), "{login} finds it");
            for tab in ["mine", "bureau", "overdue", "pending", "desk", "area"] {
                let got = p.get(&format!("/inbox?tab={tab}"));
                assert!(matches!(got.status, 200 | 403), "{login}: {}", got.status);
                assert!(!got.text().contains("测试建筑"), "{login} sees it under {tab}");
            }
            let got = p.get("/amendments");
            assert!(got.status == 403 || got.ok()["amendments"] == json!([]), "{login} sees the amendment");
        }
    }

    fn a_body_that_claims_a_role_is_refused_and_gives_none(t: &TestDb) {
        let w = World::new(t);
        let s = Scene::new(&w);
        w.who("kuiwen.handler").token();
        w.who("city.security").token();
        let before = events(&w);
        let mut seen = 0;
        for (route, e) in walk() {
            let Carries::Json(body) = &e.carries else { continue };
            if matches!(route.surface, Surface::Claimant | Surface::H5) {
                // a worker's body that claims more is refused too
                let mut body = body.clone();
                body["role"] = json!("security_admin");
                let got = ask(&w, &s, &route, &e, &As::Token(&s.ids["worker_token"]), Some(body));
                assert!(got.status == 422, "{}: {}", got.asked, got.text());
                continue;
            }
            if e.about == Sender {
                continue; // unsigned, it is not even read
            }
            for (name, claim) in [
                ("role", json!("security_admin")),
                ("roles", json!(["supervisor@above"])),
                ("duties2", json!([{ "duty": "head", "bureau": "370705-hrss", "area": "370700" }])),
                ("actor", json!({ "account": w.account("city.security") })),
                ("account_id", json!(w.account("city.head"))),
            ] {
                let mut body = body.clone();
                body[name] = claim;
                for login in ["fangzi.handler", "city.security"] {
                    let got = ask(&w, &s, &route, &e, &As::Staff(login), Some(body.clone()));
                    got.problem(422, "invalid_input");
                    assert!(got.places().contains(&(format!("/{name}"), "unknown_field".to_owned())), "{}: {:?}", got.asked, got.places());
                    seen += 1;
                }
            }
        }
        assert!(seen >= 100, "only {seen} claims were tried");
        assert_eq!(events(&w), before);
    }

    fn a_worker_is_served_in_the_own_matter_and_nowhere_else(t: &TestDb) {
        let w = World::new(t);
        let s = Scene::new(&w);
        let (own, stranger) = (s.ids["worker_token"].clone(), s.ids["stranger_token"].clone());
        let officer = w.who("kuiwen.handler").token().unwrap();
        let before = events(&w);
        let mut rows: Vec<(Route, Entry)> = walk().into_iter().filter(|(r, _)| r.surface == Surface::Claimant).collect();
        for (route, e) in rows.iter().filter(|(_, e)| e.about != Open) {
            turned_away(route, &ask(&w, &s, route, e, &As::Token(&officer), None), "an officer");
            if e.about == MineAlone {
                let got = ask(&w, &s, route, e, &As::Token(&stranger), None);
                got.problem(404, "not_found");
                assert!(!got.text().contains("测试"), "{}: {}", got.asked, got.text());
            }
        }
        assert_eq!(events(&w), before, "a refused request left a trace in the matter");
        let last = ["takeWithdrawalBack", "askWithdrawal", "workerLogOut", "endDevice"];
        rows.sort_by_key(|(r, _)| (r.method != "GET", last.iter().position(|l| *l == r.id)));
        for (route, e) in rows.iter().filter(|(r, e)| e.about != Open && r.id != "endDevice") {
            let got = ask(&w, &s, route, e, &As::Token(&own), None);
            let good = match route.id {
                // the way in is open: what is asked is not, or not yet
                "confirmAnswer" | "denyAnswer" | "supplement" | "rate" | "adoptFiling" | "join" => got.status == 409,
                "fileReport" => got.status == 422,
                // an officer's upload is not the worker's
                "dropDraft" | "putFilePart" | "getFileUpload" | "finishFile" | "abortFile" | "ownClaimPaper" => got.status == 404,
                _ => (200..300).contains(&got.status),
            };
            assert!(good, "{} {} {}", got.asked, got.status, got.text());
        }
        // logged out: nothing more
        for (route, e) in rows.iter().filter(|(_, e)| e.about != Open) {
            turned_away(route, &ask(&w, &s, route, e, &As::Token(&own), None), "logged out");
        }
    }

    fn whom_it_concerns_is_served(t: &TestDb) {
        let w = World::new(t);
        let s = Scene::new(&w);
        w.tick();
        // reading first, then what changes; what ends a session, a duty or the case's first state last
        let last = ["callAnswered", "console_call_answered", "console_cancel_absence", "console_cancel_absence_of", "console_recuse", "recuse", "makeMove", "resetPassword", "disableAccount", "enableAccount", "endDuty", "console_take_duty", "endSession", "console_end_session", "logOut"];
        let mut rows = walk();
        rows.retain(|(r, _)| !matches!(r.surface, Surface::Claimant | Surface::H5));
        rows.sort_by_key(|(r, _)| (r.method != "GET", last.iter().position(|l| *l == r.id)));
        let mut served = BTreeSet::new();
        for (route, e) in &rows {
            if matches!(e.about, Open | Sender) {
                continue;
            }
            let got = if route.id == "makeMove" {
                // the version the form was made for is read first
                w.who(e.insider).act(&s.fill("<complaint>"), "sign_for", json!({}))
            } else {
                ask(&w, &s, route, e, &As::Staff(e.insider), None)
            };
            let good = match route.id {
                // a right person with a wrong password, or with a picture for a clue file, gets as far as that
                "changePassword" | "importFile" | "takeRoster" | "console_password" | "console_register" | "console_import" => {
                    got.status == 422 || got.status == 400
                }
                // the form of an older state: the way in is open, the version is not the present one
                "console_move_case" | "console_move_filing" => got.status == 409,
                // the other door was used before
                "console_amendment" | "console_take_duty" | "console_call_answered" => matches!(got.status, 303 | 404 | 409),
                // no receipt with this code; the other door ended it before
                "askRebinding" | "closeCallback" | "console_ask_rebinding" => got.status == 409,
                // one change, one signature: whichever door comes first
                "decideRebinding" | "console_decide_rebinding" | "signStatement" | "console_sign_statement" => {
                    matches!(got.status, 200 | 204 | 303 | 409)
                }
                // nothing left the worklist yet, so the way in is open and leads no further
                "freezeDraw" | "runDraw" | "closeDraw" | "console_freeze_draw" | "console_run_draw" | "console_close_draw" => got.status == 409,
                // the other door gave it up before
                "abandonDraw" | "console_abandon_draw" => matches!(got.status, 200 | 303 | 409),
                "console_try_roster" | "console_take_roster" => got.status == 400, // a picture is no roster
                // the only filing of a case stays where it is, and nobody takes away what is not there: the way in is open
                "splitFiling" | "console_reset_factor" => got.status == 409,
                // one thing, two doors; or nothing to be paid yet
                id if crate::access_joint::either(id) || crate::access_gradings::either(id) => (200..400).contains(&got.status) || matches!(got.status, 409 | 422),
                "console_split" | "console_preview_calendar" | "console_confirm_factor" => got.status == 422, // a picture is no calendar
                // the other door decided it before
                "decideSuggestion" | "decideLegacyReview" | "callAnswered" => matches!(got.status, 200 | 409),
                "console_decide_suggestion" | "console_decide_withdrawal" | "console_decide_legacy" => matches!(got.status, 303 | 422),
                _ => (200..400).contains(&got.status),
            };
            assert!(good, "{}: {} {} {}", e.insider, got.asked, got.status, got.text());
            served.insert(route.id);
        }
        assert!(served.len() > 35);
    }
}

/// Who of the outsiders holds the duty of a route that is about no matter.
fn may(route: &str, login: &str) -> bool {
    match route {
        "registerFiling" | "turnAway" | "console_turn_away" => [".desk", ".handler", ".leader"].iter().any(|d| login.ends_with(d)),
        "importFile" | "console_import" | "console_import_page" | "console_desk" => login.ends_with(".desk"),
        "console_register" | "console_register_page" => [".desk", ".handler", ".leader"].iter().any(|d| login.ends_with(d)),
        // the prefix accounts are colleagues of the absent officer: a head of the same bureau may record it
        "recordAbsence" | "cancelAbsence" => login == "city.security" || login.starts_with("prefix.") && login.ends_with(".head"),
        r => crate::access_admin::may(r, login).unwrap_or(login == "city.security"),
    }
}
