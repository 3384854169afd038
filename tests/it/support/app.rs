//! The whole program on a test's database: a city with its staff, a clock that stands still, and persons who ask over HTTP.
//!
//! `World::new(t)` opens it at Monday 2026-11-23 09:00. `world.who("kuiwen.handler")` is a person; `get`, `post`, `act` go
//! through the router as a client's requests do, with a session that is renewed when the clock has left it behind.
//!
//! Staff (log-in: duties). Counties: `kuiwen` 370705, `fangzi` 370704. Bureaus: none named is 人社.
//! - `city.desk`, `city.supervisor`, `city.head`, `city.handler`, and the administrators `city.security`, `city.system`, `city.audit`
//! - `<county>.desk`, `.handler`, `.handler2`, `.leader`, `.legal`, `.head`, `.supervisor`, `.credit`
//! - `<county>-housing.handler`, `.leader`, `.head`, `.desk`; `kuiwen-transport.handler`, `kuiwen-water.handler`

use super::TestDb;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use chrono::Duration;
use qingxin::app::App;
use qingxin::app::people::{self, NewAccount};
use qingxin::base::clock::ManualClock;
use qingxin::base::id::{AccountId, SessionId};
use qingxin::base::{At, Day};
use qingxin::boot::{self, Place};
use qingxin::domain::access::{Actor, Duty, DutyKind, Staff};
use qingxin::store::accounts;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tower::ServiceExt as _;

/// The password of every person.
pub const PASSWORD: &str = "Weifang#2026-Gongzi";
/// Where the office API stands.
pub const OFFICE: &str = "/api/office/v1";

/// A form with files: its content type and its body. A file is field, name, bytes.
pub fn multipart(fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> (&'static str, Body) {
    let mut body = Vec::new();
    for (k, v) in fields {
        body.extend(format!("--B\r\nContent-Disposition: form-data; name=\"{k}\"\r\n\r\n{v}\r\n").bytes());
    }
    for (k, name, bytes) in files {
        body.extend(format!("--B\r\nContent-Disposition: form-data; name=\"{k}\"; filename=\"{name}\"\r\n\r\n").bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--B--\r\n");
    ("multipart/form-data; boundary=B", Body::from(body))
}

/// Monday 2026-11-23, nine in the morning.
pub fn monday() -> At {
    Day::ymd(2026, 11, 23).unwrap().at(9, 0)
}

/// One hash for the process: argon2 is meant to be slow.
fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| people::hash_password(PASSWORD).unwrap())
}

/// The program on a test's database, without staff.
pub fn app(t: &TestDb) -> Arc<App> {
    open(t, &Arc::new(ManualClock::new(monday())), &[])
}

fn open(t: &TestDb, clock: &Arc<ManualClock>, settings: &[(&str, &str)]) -> Arc<App> {
    let files = t.dir.path().join("evidence").display().to_string();
    let mut variables = BTreeMap::from([
        ("QINGXIN__EVIDENCE__DIRECTORY".to_owned(), files),
        ("QINGXIN__EXCHANGE__ALLOW_LOOPBACK".to_owned(), "true".to_owned()),
        // its own tests ask for it
        ("QINGXIN__SECOND_FACTOR__REQUIRED".to_owned(), String::new()),
    ]);
    variables.extend(settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    let place =
        Place { master_key_file: t.options.master_key_file.clone(), variables, seed: Some(b"tests".to_vec()), ..Place::at(t.url.clone()) };
    boot::open(&place, Arc::clone(clock) as Arc<dyn qingxin::base::Clock>).unwrap()
}

/// Log-in, name, duty, bureau, area.
pub fn staff() -> Vec<(String, String, DutyKind, String, String)> {
    use DutyKind as D;
    let mut out = Vec::new();
    let mut put = |place: &str, duty: &str, kind: D, bureau: &str, area: &str| {
        let login = format!("{place}.{duty}");
        let name = format!("{place}{duty}");
        out.push((login, name, kind, bureau.to_owned(), area.to_owned()));
    };
    let city = "370700";
    for (duty, kind) in [
        ("desk", D::Desk),
        ("handler", D::Handler),
        ("supervisor", D::Supervisor),
        ("head", D::Head),
        ("security", D::SecurityAdmin),
        ("system", D::SystemAdmin),
        ("audit", D::AuditAdmin),
    ] {
        put("city", duty, kind, "370700-hrss", city);
    }
    for (place, area) in [("kuiwen", "370705"), ("fangzi", "370704")] {
        for (duty, kind) in [
            ("desk", D::Desk),
            ("handler", D::Handler),
            ("handler2", D::Handler),
            ("leader", D::Leader),
            ("legal", D::Legal),
            ("head", D::Head),
            ("supervisor", D::Supervisor),
            ("credit", D::Credit),
        ] {
            put(place, duty, kind, &format!("{area}-hrss"), area);
        }
        for (duty, kind) in [("desk", D::Desk), ("handler", D::Handler), ("leader", D::Leader), ("head", D::Head)] {
            put(&format!("{place}-housing"), duty, kind, &format!("{area}-housing"), area);
        }
    }
    put("kuiwen-transport", "handler", D::Handler, "370705-transport", "370705");
    put("kuiwen-water", "handler", D::Handler, "370705-water", "370705");
    out
}

/// Opens a session of an account under a token.
pub fn open_session(app: &Arc<App>, account: AccountId, token: &str, agent: &str) -> SessionId {
    let (hash, agent) = (people::token_hash(token), agent.to_owned());
    app.write_blocking(&Actor::System("tests"), None, move |tx| {
        let id: SessionId = tx.ids.id(tx.now);
        let session = accounts::Session {
            id,
            account_id: account,
            token_hash: hash.clone(),
            kind: "api".into(),
            agent: agent.clone(),
            created_at: tx.now,
            seen_at: tx.now,
            expires_at: tx.now.plus(Duration::hours(12)),
            ended_at: None,
            awaits_code: false,
        };
        accounts::insert_session(tx.c, &session)?;
        Ok(id)
    })
    .unwrap()
}

/// The program with its staff, its clock and its router.
pub struct World {
    pub app: Arc<App>,
    pub clock: Arc<ManualClock>,
    pub accounts: BTreeMap<String, AccountId>,
    router: Router,
    runtime: tokio::runtime::Runtime,
    sessions: RefCell<BTreeMap<String, (String, At)>>,
    keys: Cell<u64>,
}

impl World {
    /// Opens the program and employs the staff.
    pub fn new(t: &TestDb) -> Self {
        Self::with(t, &[])
    }
    /// The same with settings (`QINGXIN__A__B`).
    pub fn with(t: &TestDb, settings: &[(&str, &str)]) -> Self {
        let clock = Arc::new(ManualClock::new(monday()));
        let app = open(t, &clock, settings);
        let accounts = app
            .write_blocking(&Actor::System("tests"), None, |tx| {
                let mut all: BTreeMap<String, AccountId> = BTreeMap::new();
                for (login, name, kind, bureau, area) in staff() {
                    let new = NewAccount {
                        login: login.clone(),
                        name,
                        password_hash: password_hash().to_owned(),
                        must_change: false,
                        duties: vec![Duty { kind, bureau, area, for_account: None }],
                    };
                    all.insert(login, people::create_account(tx, &new)?);
                }
                Ok(all)
            })
            .unwrap();
        let router = super::served::router(&app);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { app, clock, accounts, router, runtime, sessions: RefCell::default(), keys: Cell::new(0) }
    }
    /// The program of another node on the same database and clock, with other settings.
    pub fn again(t: &TestDb, w: &Self, settings: &[(&str, &str)]) -> Arc<App> {
        open(t, &w.clock, settings)
    }
    /// A person of the staff.
    pub fn who(&self, login: &str) -> Person<'_> {
        assert!(self.accounts.contains_key(login), "there is no {login}");
        Person { world: self, login: Some(login.to_owned()), token: None }
    }
    /// Somebody with this token.
    pub fn with_token(&self, token: &str) -> Person<'_> {
        Person { world: self, login: None, token: Some(token.to_owned()) }
    }
    /// Somebody without a session.
    pub fn nobody(&self) -> Person<'_> {
        Person { world: self, login: None, token: None }
    }
    /// The account of a person.
    pub fn account(&self, login: &str) -> AccountId {
        self.accounts[login]
    }
    /// A person as use cases know him.
    pub fn actor(&self, login: &str) -> Actor {
        Actor::Staff(self.person(login))
    }
    /// A person's duties and name.
    pub fn person(&self, login: &str) -> Staff {
        self.app.staff_of(login).unwrap()
    }
    /// Employs one more.
    pub fn employ(&mut self, login: &str, kind: DutyKind, bureau: &str, area: &str) {
        let new = NewAccount {
            login: login.to_owned(),
            name: login.to_owned(),
            password_hash: password_hash().to_owned(),
            must_change: false,
            duties: vec![Duty { kind, bureau: bureau.to_owned(), area: area.to_owned(), for_account: None }],
        };
        let id = self.app.write_blocking(&Actor::System("tests"), None, move |tx| people::create_account(tx, &new)).unwrap();
        self.accounts.insert(login.to_owned(), id);
    }
    /// The time of the world.
    pub fn now(&self) -> At {
        self.app.now()
    }
    /// Time passes, and nothing happens.
    pub fn pass(&self, d: Duration) {
        self.clock.advance(d);
    }
    /// It is `h:m` of a day of 2026.
    pub fn set(&self, month: u32, day: u32, h: u32, m: u32) {
        self.clock.set(Day::ymd(2026, month, day).unwrap().at(h, m));
    }
    /// What the background jobs of a moment do: alarms that are due, numbers for events.
    pub fn tick(&self) -> usize {
        let fired = qingxin::jobs::alarms(&self.app, "tests").unwrap();
        qingxin::jobs::sequence(&self.app).unwrap();
        fired
    }
    /// Runs something asynchronous of `app`.
    pub fn run<T>(&self, f: impl Future<Output = T>) -> T {
        self.runtime.block_on(f)
    }
    /// A key for one more submission.
    pub fn key(&self) -> String {
        self.keys.set(self.keys.get() + 1);
        format!("key-{:08}", self.keys.get())
    }
    /// Opens a session without a password. `agent` tells sessions of one account apart.
    pub fn open_session(&self, login: &str, agent: &str) -> (SessionId, String) {
        let token = format!("{:032x}", u128::from(self.keys.replace(self.keys.get() + 1)) + (1 << 64));
        (open_session(&self.app, self.account(login), &token, agent), token)
    }
    fn token(&self, login: &str) -> String {
        let now = self.now();
        if let Some((token, at)) = self.sessions.borrow().get(login)
            && *at <= now
            && now < at.plus(Duration::minutes(30))
        {
            return token.clone();
        }
        let (_, token) = self.open_session(login, "tests");
        self.sessions.borrow_mut().insert(login.to_owned(), (token.clone(), now));
        token
    }
    /// Sends a request as it stands.
    pub fn send(&self, request: Request<Body>) -> Got {
        self.run(async {
            let asked = format!("{} {}", request.method(), request.uri());
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, 64 << 20).await.unwrap().to_vec();
            Got { asked, status: parts.status.as_u16(), headers: parts.headers, bytes }
        })
    }
}

/// One person (or nobody) asking.
pub struct Person<'w> {
    pub world: &'w World,
    login: Option<String>,
    token: Option<String>,
}

impl Person<'_> {
    /// The token sent along.
    pub fn token(&self) -> Option<String> {
        self.token.clone().or_else(|| self.login.as_ref().map(|l| self.world.token(l)))
    }
    /// A request with the bearer token; the path is whole.
    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut b = Request::builder().method(method).uri(path).header("host", "localhost");
        if let Some(t) = self.token() {
            b = b.header("authorization", format!("Bearer {t}"));
        }
        b
    }
    /// Reads from the office API.
    pub fn get(&self, path: &str) -> Got {
        self.world.send(self.request("GET", &format!("{OFFICE}{path}")).body(Body::empty()).unwrap())
    }
    /// Sends JSON to the office API under a fresh key.
    pub fn post(&self, path: &str, body: Value) -> Got {
        self.post_with(path, body, &[("idempotency-key", &self.world.key())])
    }
    /// Sends JSON with these headers and no others.
    pub fn post_with(&self, path: &str, body: Value, headers: &[(&str, &str)]) -> Got {
        let mut b = self.request("POST", &format!("{OFFICE}{path}")).header("content-type", "application/json");
        for (k, v) in headers {
            b = b.header(*k, *v);
        }
        self.world.send(b.body(Body::from(body.to_string())).unwrap())
    }
    /// Removes something.
    pub fn delete(&self, path: &str) -> Got {
        let key = self.world.key();
        self.world.send(self.request("DELETE", &format!("{OFFICE}{path}")).header("idempotency-key", key).body(Body::empty()).unwrap())
    }
    /// Sends one file with fields.
    pub fn upload(&self, path: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Got {
        let (kind, body) = multipart(fields, &[("file", name, bytes)]);
        let b = self.request("POST", &format!("{OFFICE}{path}")).header("content-type", kind).header("idempotency-key", self.world.key());
        self.world.send(b.body(body).unwrap())
    }
    /// Reads the moves of a procedure: names of those that may be made now.
    pub fn moves(&self, procedure: &str) -> Vec<String> {
        let got = self.get(&format!("/procedures/{procedure}/moves")).ok();
        let all = got["moves"].as_array().unwrap();
        all.iter().filter(|m| m["allowed"] == true).map(|m| m["name"].as_str().unwrap().to_owned()).collect()
    }
    /// Makes a move now with the form as it is at this moment.
    pub fn act(&self, procedure: &str, name: &str, form: Value) -> Got {
        self.act_at(procedure, name, form, None)
    }
    /// Makes a move that happened at `at`.
    pub fn act_at(&self, procedure: &str, name: &str, form: Value, at: Option<At>) -> Got {
        let offers = self.get(&format!("/procedures/{procedure}/moves"));
        if offers.status != 200 {
            return offers;
        }
        let tag = offers.header("etag").to_owned();
        let mut body = json!({ "form": form });
        if let Some(at) = at {
            body["occurredAt"] = json!(at);
        }
        let key = self.world.key();
        self.post_with(&format!("/procedures/{procedure}/moves/{name}"), body, &[("if-match", &tag), ("idempotency-key", &key)])
    }
    /// Opens a page of the console; the path is whole.
    pub fn page(&self, path: &str) -> Got {
        self.world.send(self.cookie("GET", path).body(Body::empty()).unwrap())
    }
    /// Sends a console form; the path is whole.
    pub fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Got {
        let body = fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect::<Vec<_>>().join("&");
        let b = self.cookie("POST", path).header("content-type", "application/x-www-form-urlencoded");
        self.world.send(b.body(Body::from(body)).unwrap())
    }
    /// A request with the session cookie; the path is whole.
    pub fn cookie(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut b = Request::builder().method(method).uri(path).header("host", "localhost");
        if let Some(t) = self.token() {
            // each door reads the cookie of its own
            b = b.header("cookie", format!("qx={t}; qxw={t}"));
        }
        b
    }
}

fn encode(s: &str) -> String {
    s.bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// What came back.
pub struct Got {
    pub asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Got {
    /// One header, empty when missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{}: {} {e}: {}", self.asked, self.status, self.text()))
    }
    /// The body of a good answer.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {} {}", self.asked, self.status, self.text());
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }
    /// The problem document of a refusal, with its status and code checked.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        assert_eq!(self.header("content-type"), "application/problem+json", "{}: {}", self.asked, self.text());
        let p = self.json();
        assert_eq!(p["code"], code, "{}: {p}", self.asked);
        assert!(p["detail"].as_str().is_some_and(|d| !d.is_ascii()), "{}: no Chinese sentence: {p}", self.asked);
        p
    }
    /// The places of a problem with their codes.
    pub fn places(&self) -> Vec<(String, String)> {
        let p = self.json();
        let all = p["errors"].as_array().cloned().unwrap_or_default();
        all.iter().map(|e| (e["pointer"].as_str().unwrap().to_owned(), e["code"].as_str().unwrap().to_owned())).collect()
    }
}

/// A registration by an officer that every rule takes: one worker, a road in 奎文区, the lead is 人社 of 奎文区.
pub fn filing(n: u32) -> Value {
    json!({
        "kind": "complaint",
        "channel": "window",
        "reporterName": "张测试",
        "reporterPhone": format!("1390000{n:04}"),
        "industry": "工程建设领域",
        "projectKind": "房屋建筑",
        "project": format!("测试花园{n}号楼"),
        "respondent": format!("潍坊测试建筑{n}有限公司"),
        "area": "奎文区",
        "address": "测试路 1 号",
        "headcount": 1,
        "reportedTotalFen": 1_200_000,
        "periodFrom": "2026-08-01",
        "periodTo": "2026-10-31",
        "narrative": "干了三个月木工，工资一直没有发。",
    })
}
