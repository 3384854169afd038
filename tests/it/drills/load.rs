//! Clients who register and make moves over HTTP, and the book of what was acknowledged.
//!
//! A submission that was not taken (503, or no answer) stays pending under its key and is sent again by [`Load::settle`].

use super::city::City;
use qingxin::app::App;
use qingxin::store::journal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The longest a request may take: `server.timeout_seconds` of the drills and a little for the way.
pub const LIMIT: Duration = Duration::from_secs(12);

/// What came back.
pub struct Reply {
    pub status: u16,
    pub etag: String,
    pub retry: String,
    pub kind: String,
    pub body: String,
    pub took: Duration,
}
impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
    /// What is wrong with the refusal of a program that cannot save just now; empty when nothing is.
    pub fn ills(&self) -> Vec<String> {
        let mut out = Vec::new();
        let p = self.json();
        if self.kind != "application/problem+json" || p["status"] != 503 {
            out.push(format!("no problem document: {} {}", self.kind, self.body));
        }
        if self.retry.parse::<u32>().is_err() {
            out.push(format!("Retry-After is {:?}", self.retry));
        }
        if p["detail"].as_str().is_none_or(|d| d.is_ascii() || !d.contains("请")) {
            out.push(format!("no Chinese sentence that says what to do: {p}"));
        }
        out
    }
}

/// Asks once.
pub fn ask(agent: &ureq::Agent, url: &str, token: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Result<Reply, String> {
    let begun = Instant::now();
    let bearer = format!("Bearer {token}");
    let answered = match body {
        None => agent.get(url).header("authorization", &bearer).call(),
        Some(b) => {
            let mut r = agent.post(url).header("authorization", &bearer).header("content-type", "application/json");
            for (k, v) in headers {
                r = r.header(*k, *v);
            }
            r.send(b.to_string())
        }
    };
    let mut r = answered.map_err(|e| e.to_string())?;
    let of = |name: &str| r.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (status, etag, retry, kind) = (r.status().as_u16(), of("etag"), of("retry-after"), of("content-type"));
    let body = r.body_mut().read_to_string().map_err(|e| e.to_string())?;
    Ok(Reply { status, etag, retry, kind, body, took: begun.elapsed() })
}

/// One client's connection.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(LIMIT * 2)).build().into()
}

/// One submission.
#[derive(Debug, Clone)]
enum Task {
    File(u64),
    Note(String, u64),
}

/// What was sent and what came of it.
#[derive(Debug, Default)]
pub struct Book {
    /// Filings acknowledged, by our number.
    pub filings: BTreeMap<u64, String>,
    /// Notes acknowledged, of each procedure.
    pub notes: BTreeMap<String, u64>,
    /// Complaints whose moves may be made.
    complaints: Vec<String>,
    pending: BTreeMap<String, Task>,
    /// Requests told to come again.
    pub unavailable: u64,
    /// The slowest answer.
    pub slowest: Duration,
    /// What must not be.
    pub ills: Vec<String>,
}

/// The clients of one city.
pub struct Load<'c> {
    city: &'c City,
    pub book: Mutex<Book>,
    next: AtomicU64,
    stop: AtomicBool,
}

/// The name of reporter number `n`.
pub fn name(n: u64) -> String {
    let digits = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let tail: String = format!("{n:03}").bytes().map(|b| digits[usize::from(b - b'0')]).collect();
    format!("王{tail}")
}
/// What reporter number `n` told.
pub fn narrative(n: u64) -> String {
    format!("干了三个月木工，工资一直没有发，第 {n} 位。")
}

impl<'c> Load<'c> {
    pub fn new(city: &'c City) -> Self {
        Self { city, book: Mutex::default(), next: AtomicU64::new(1), stop: AtomicBool::new(false) }
    }
    pub fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }
    /// Filings and notes acknowledged so far.
    pub fn acknowledged(&self) -> u64 {
        let b = self.book();
        b.filings.len() as u64 + b.notes.values().sum::<u64>()
    }
    /// Tells the clients to stop.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
    /// Runs `clients` while `meanwhile` runs.
    pub fn during<T>(&self, clients: usize, meanwhile: impl FnOnce() -> T) -> T {
        self.stop.store(false, Ordering::Relaxed);
        std::thread::scope(|s| {
            for _ in 0..clients {
                s.spawn(|| self.drive());
            }
            // whatever happens, the clients end
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(meanwhile));
            self.stop();
            done.unwrap_or_else(|e| std::panic::resume_unwind(e))
        })
    }

    fn drive(&self) {
        let agent = agent();
        while !self.stop.load(Ordering::Relaxed) {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            let task = {
                let book = self.book();
                // the newest most of all: several at the same case at once
                let known = book.complaints.len();
                match book.complaints.get(known.saturating_sub(1 + usize::try_from(n % 3).unwrap())) {
                    Some(p) if n.is_multiple_of(2) => Task::Note(p.clone(), n),
                    _ => Task::File(n),
                }
            };
            let key = format!("drill-{n:08}");
            self.book().pending.insert(key.clone(), task.clone());
            self.send(&agent, &key, &task);
        }
    }

    /// Sends again what was not taken, until all of it is.
    pub fn settle(&self) {
        let agent = agent();
        super::until("what was cut off is taken", || {
            let open: Vec<(String, Task)> = self.book().pending.iter().map(|(k, t)| (k.clone(), t.clone())).collect();
            for (key, task) in &open {
                self.send(&agent, key, task);
            }
            self.book().pending.is_empty()
        });
    }

    /// One request of the desk's or the county's; `None` when it was not served.
    fn request(&self, agent: &ureq::Agent, path: &str, county: bool, headers: &[(&str, &str)], body: Option<&Value>) -> Option<Reply> {
        let token = if county { &self.city.county } else { &self.city.desk };
        let url = self.city.url(&format!("/api/office/v1{path}"));
        let answer = ask(agent, &url, token, headers, body);
        let mut book = self.book();
        let r = match answer {
            Ok(r) => r,
            Err(e) => {
                book.ills.push(format!("{path}: no answer: {e}"));
                return None;
            }
        };
        book.slowest = book.slowest.max(r.took);
        match r.status {
            503 => {
                book.unavailable += 1;
                book.ills.extend(r.ills());
                None
            }
            200..=299 | 409 => Some(r),
            s => {
                book.ills.push(format!("{path}: {s} {}", r.body));
                None
            }
        }
    }

    fn send(&self, agent: &ureq::Agent, key: &str, task: &Task) {
        match task {
            Task::File(n) => {
                let Some(r) = self.request(agent, "/filings", false, &[("idempotency-key", key)], Some(&form(*n))) else { return };
                let done = r.json();
                {
                    let mut book = self.book();
                    book.pending.remove(key);
                    if r.status == 409 || done["outcome"] != "new" {
                        book.ills.push(format!("filing {n}: {} {done}", r.status));
                        return;
                    }
                    if book.filings.insert(*n, done["filing"].as_str().unwrap().to_owned()).is_some() {
                        book.ills.push(format!("filing {n} was acknowledged twice"));
                    }
                }
                let Some(case) = done["case"].as_str() else { return };
                let Some(file) = self.request(agent, &format!("/cases/{case}"), true, &[], None) else { return };
                let file = file.json();
                let found = file["procedures"].as_array().into_iter().flatten().find(|p| p["kind"] == "complaint");
                if let Some(id) = found.and_then(|p| p["id"].as_str()) {
                    self.book().complaints.push(id.to_owned());
                }
            }
            Task::Note(procedure, n) => {
                let Some(offers) = self.request(agent, &format!("/procedures/{procedure}/moves"), true, &[], None) else { return };
                let path = format!("/procedures/{procedure}/moves/add_note");
                let body = json!({ "form": { "note": format!("演练第 {n} 条记录。") } });
                let headers = [("idempotency-key", key), ("if-match", offers.etag.as_str())];
                let Some(r) = self.request(agent, &path, true, &headers, Some(&body)) else { return };
                let mut book = self.book();
                book.pending.remove(key);
                // somebody else changed the matter meanwhile: no note was made, and none is owed
                if r.status != 409 {
                    *book.notes.entry(procedure.clone()).or_default() += 1;
                }
            }
        }
    }

    /// Compares the book with the database: nothing acknowledged is missing, nothing is there twice.
    #[track_caller]
    pub fn agrees_with(&self, app: &App, others: u64) {
        let book = self.book();
        assert_eq!(book.ills, Vec::<String>::new());
        let ids = book.filings.values().map(|id| id.parse().unwrap()).collect::<Vec<_>>();
        let (there, all) = app
            .db
            .read_blocking(move |c| Ok((qingxin::store::filings::by_ids(c, &ids)?.len(), qingxin::store::filings::count(c)?)))
            .unwrap();
        assert_eq!((there, all), (book.filings.len(), book.filings.len() as u64 + others));
        while app.db.write_blocking(|c| journal::sequence(c, 1_000).map(|s| s.end - s.start)).unwrap() > 0 {}
        let (mut after, mut seen) = (0, BTreeMap::<String, u64>::new());
        loop {
            let page = app.db.read_blocking(move |c| journal::page(c, after, 1_000)).unwrap();
            let Some(last) = page.last().and_then(|e| e.log_no) else { break };
            after = last;
            for e in page.iter().filter(|e| e.core.payload["move"] == "add_note") {
                *seen.entry(e.core.stream_id.to_string()).or_default() += 1;
            }
        }
        assert_eq!(seen, book.notes);
    }
}

fn form(n: u64) -> Value {
    json!({
        "kind": "complaint",
        "channel": "window",
        "sourceNumber": format!("DRILL-{n}"),
        "reporterName": name(n),
        "reporterPhone": format!("139{n:08}"),
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
        "narrative": narrative(n),
    })
}
