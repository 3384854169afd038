//! Nodes are killed while a unit is put on the list and while it is taken off: whatever was on its way, every receiver ends with what is true.

use crate::listed::Story;
use crate::support::{Backend, TestDb};
use crate::town::Town;
use qingxin::base::{Clock, Day, SystemClock};
use qingxin::cli::torture::program::{self, Victim};
use qingxin::domain::access::Actor;
use qingxin::domain::exchange as rules;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Units of a run.
const UNITS: usize = 3;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(180);

/// One node: started again whenever it was killed.
struct Node<'t> {
    t: &'t TestDb,
    running: Option<(Victim, SocketAddr)>,
}
impl Node<'_> {
    fn address(&mut self) -> SocketAddr {
        if self.running.is_none() {
            let mut c = Command::new(env!("CARGO_BIN_EXE_qingxin"));
            c.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(self.t.dir.path()).stdin(Stdio::null());
            c.env_clear().env("DATABASE_URL", &self.t.url).env("QINGXIN__JOBS__POLL_SECONDS", "1").env("QINGXIN__JOBS__LEASE_SECONDS", "2");
            for (what, dir) in [("EVIDENCE", "evidence"), ("CHECKPOINT", "checkpoints")] {
                c.env(format!("QINGXIN__{what}__DIRECTORY"), self.t.dir.path().join(dir));
            }
            if let Some(k) = &self.t.options.master_key_file {
                c.env("QINGXIN_MASTER_KEY_FILE", k);
            }
            self.running = Some(program::listening(&mut c).unwrap());
        }
        self.running.as_ref().unwrap().1
    }
    fn kill(&mut self) {
        // the handle's end is SIGKILL
        self.running = None;
    }
}

/// A request as bytes.
fn request(method: &str, path: &str, token: &str, headers: &[(&str, String)], body: Option<&Value>) -> Vec<u8> {
    let mut out = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\n");
    for (k, v) in headers {
        out.push_str(&format!("{k}: {v}\r\n"));
    }
    match body.map(Value::to_string) {
        Some(b) => out.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n{b}", b.len())),
        None => out.push_str("\r\n"),
    }
    out.into_bytes()
}
fn open(to: SocketAddr, bytes: &[u8]) -> Option<TcpStream> {
    let mut s = TcpStream::connect_timeout(&to, Duration::from_secs(5)).ok()?;
    s.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    s.write_all(bytes).ok()?;
    Some(s)
}
/// Status and body; nothing when the answer was cut off.
fn answer(mut s: TcpStream) -> Option<(u16, Value)> {
    let mut all = Vec::new();
    s.read_to_end(&mut all).ok()?;
    let text = String::from_utf8(all).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length: Option<usize> =
        head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap_or(0)));
    if length.is_some_and(|n| body.len() < n) {
        return None;
    }
    Some((status, serde_json::from_str(body).unwrap_or(Value::Null)))
}

/// The version of the form an answer names.
fn tagged(mut s: TcpStream) -> String {
    let mut all = Vec::new();
    s.read_to_end(&mut all).unwrap();
    let text = String::from_utf8(all).unwrap();
    let line = text.lines().find(|l| l.to_ascii_lowercase().starts_with("etag:")).unwrap_or_else(|| panic!("no version: {text}"));
    line[5..].trim().to_owned()
}

/// A system that receives the list: it reads the feed where it stopped, keeps what is newest and confirms it, whatever happens on the way.
struct Receiver {
    key: String,
    secret: Vec<u8>,
    after: String,
    holds: BTreeMap<String, (i64, String)>,
    sent: usize,
}
impl Receiver {
    fn listen(&mut self, to: SocketAddr) -> Option<()> {
        let path = if self.after.is_empty() { String::new() } else { format!("?after={}", self.after) };
        let (status, page) = answer(open(to, &request("GET", &format!("/api/exchange/v1/listings{path}"), &self.key, &[], None))?)?;
        if status != 200 {
            assert!(status >= 500, "{status} {page}");
            return None;
        }
        let mut acks = Vec::new();
        for e in page["entries"].as_array()? {
            let (code, rev, standing) = (e["code"].as_str()?.to_owned(), e["rev"].as_i64()?, e["standing"].as_str()?.to_owned());
            let old = self.holds.get(&code).map_or(0, |h| h.0);
            if rev >= old {
                self.holds.insert(code.clone(), (rev, standing));
                acks.push(json!({ "code": code, "rev": rev }));
            }
        }
        if !acks.is_empty() {
            self.sent += 1;
            let (id, at) = (format!("message-{:06}", self.sent), SystemClock.now().millis() / 1000);
            let body = json!({ "acks": acks });
            let headers = [
                ("webhook-id", id.clone()),
                ("webhook-timestamp", at.to_string()),
                ("webhook-signature", rules::sign(&self.secret, &id, at, body.to_string().as_bytes())),
            ];
            let (status, said) = answer(open(to, &request("POST", "/api/exchange/v1/listings/acks", &self.key, &headers, Some(&body)))?)?;
            if status != 200 {
                assert!(status >= 500, "{status} {said}");
                return None;
            }
        }
        // only what was confirmed is passed over
        if let Some(next) = page["nextCursor"].as_str() {
            next.clone_into(&mut self.after);
        }
        Some(())
    }
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not in time");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a move to a node, kills the node a moment later, and sends the same again under the same key until it is answered.
fn through(node: &mut Node<'_>, token: &str, s: &Story, name: &str, form: &Value, key: &str, moment: u64) {
    let path = format!("/api/office/v1/procedures/{}/moves/{name}", s.of("listing"));
    let to = node.address();
    let look = request("GET", &format!("/api/office/v1/procedures/{}/moves", s.of("listing")), token, &[], None);
    let tag = tagged(open(to, &look).unwrap());
    let headers = [("idempotency-key", key.to_owned()), ("if-match", tag)];
    let bytes = request("POST", &path, token, &headers, Some(&json!({ "form": form })));
    let first = open(to, &bytes).unwrap();
    std::thread::sleep(Duration::from_millis(moment));
    node.kill();
    // what came through before the end is an answer all the same: here nobody reads it
    drop(first);
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "{name}: never answered");
        let to = node.address();
        if let Some((status, said)) = open(to, &bytes).and_then(answer) {
            assert!(status == 200 || status == 201 || status >= 500, "{name}: {status} {said}");
            if status < 500 {
                return;
            }
        }
    }
}

fn killed(backend: Backend) {
    let today = SystemClock.now().day();
    let base: Day = today.plus(-45);
    let Some(t) = TestDb::new(backend) else { return };
    let town = Rc::new(Town::on(t, "killed", base.at(10, 0)));
    let all: Vec<Story> = (0..UNITS).map(|n| Story::ordered(&town, base, n)).collect();
    all[0].pass(all[0].at(7));
    all.iter().for_each(Story::serve_order);
    all[0].pass(all[0].at(21));
    all.iter().for_each(Story::tell);
    // the windows close by themselves, later when holidays lie between
    let ready = || all.iter().all(|s| s.town.case_file("信用员", s.case).unwrap().listings[0].parties.iter().all(|p| p.answer.is_some()));
    for n in 22..45 {
        if ready() {
            break;
        }
        all[0].pass(all[0].at(n));
    }
    assert!(ready());
    let operator = Actor::System("tests");
    let new = qingxin::app::exchange::partners::NewPartner {
        code: "credit".into(),
        name: "信用平台".into(),
        channel: "hotline_12345".into(),
        bureau: "370700-hrss".into(),
    };
    let (_, given) = town.app.create_partner(&operator, &new).unwrap();
    town.app.set_receiver(&operator, "credit", true, &[]).unwrap();
    all.iter().for_each(Story::ask);
    all.iter().for_each(|s| s.signed("listing", &["法制员"]));
    let proofs: Vec<Value> = all.iter().map(|s| s.proof("信用员")).collect();
    all[0].pass(SystemClock.now());
    let (head, credit) = (town.account("局长"), town.account("信用员"));
    let tokens =
        town.app.write_blocking(&operator, None, move |tx| Ok((program::session(tx, head)?, program::session(tx, credit)?))).unwrap();
    // SQLite has one node; PostgreSQL two, of which one is killed and the other serves the receiver
    let mut nodes: Vec<Node<'_>> =
        (0..if backend == Backend::Postgres { 2 } else { 1 }).map(|_| Node { t: &town.t, running: None }).collect();
    let count = nodes.len();
    let secret = rules::secret_bytes(&given.secret).unwrap();
    let mut receiver = Receiver { key: given.key.clone(), secret, after: String::new(), holds: BTreeMap::new(), sent: 0 };
    for (i, s) in all.iter().enumerate() {
        let n = i % count;
        through(&mut nodes[n], &tokens.0, s, "approval.approve", &json!({}), &format!("decide-{i:06}"), 7 * i as u64);
        let to = nodes[(n + 1) % count].address();
        receiver.listen(to);
    }
    let stands = |what: &str| all.iter().all(|s| s.row().standing == what);
    assert!(stands("listed"), "every signature that was answered listed its unit");
    let holds = |r: &Receiver, what: &str, rev: i64| r.holds.len() == UNITS && r.holds.values().all(|h| h.1 == what && h.0 == rev);
    let to = nodes[0].address();
    until("the receiver holds what is listed", || {
        receiver.listen(to);
        holds(&receiver, "listed", 1)
    });
    for (i, s) in all.iter().enumerate() {
        let form = json!({ "why": "corrected", "reason": "认定有误，自行撤销。", "proof": proofs[i] });
        let n = i % count;
        through(&mut nodes[n], &tokens.1, s, "revoke", &form, &format!("revoke-{i:06}"), 11 * i as u64);
        let to = nodes[(n + 1) % count].address();
        receiver.listen(to);
    }
    assert!(stands("removing"));
    let to = nodes[0].address();
    until("the receiver holds what was taken off", || {
        receiver.listen(to);
        holds(&receiver, "removing", 2)
    });
    nodes.iter_mut().for_each(Node::kill);
    all[0].pass(SystemClock.now());
    for s in &all {
        // each was done once, and every receiver has confirmed: the removal can be finished
        let p = s.of("listing");
        let kinds = s.town.app.db.read_blocking(move |c| qingxin::store::journal::stream(c, p.into())).unwrap();
        let moves = |name: &str| kinds.iter().filter(|e| e.core.kind == "moved" && e.core.payload["move"] == name).count();
        assert_eq!((moves("decide"), moves("revoke")), (1, 1), "done once");
        assert!(s.town.case_file("信用员", s.case).unwrap().listings[0].waiting.is_empty());
        s.go("信用员", "listing", "leave_list", json!({ "note": "已撤下公示。" }));
    }
    let lost: Vec<String> = town.ills();
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn nodes_killed_amid_listing_and_retraction_leave_receivers_with_the_truth_sqlite() {
    killed(Backend::Sqlite);
}

#[test]
fn nodes_killed_amid_listing_and_retraction_leave_receivers_with_the_truth_postgres() {
    killed(Backend::Postgres);
}
