//! What other systems are told: messages over a real socket, signed, tried again, given up, sent again by hand; and the
//! addresses we never connect to.

use crate::exchange::{Sender, clue};
use crate::on_both;
use crate::support::app::World;
use crate::tables;
use chrono::Duration;
use qingxin::domain::access::Actor;
use qingxin::domain::exchange as rules;
use qingxin::gateway::http::Trouble;
use qingxin::gateway::webhook::Webhooks;
use qingxin::jobs;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// One request as it arrived.
struct Arrived {
    line: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// Another system's server: answers with the statuses it is given, then with 204.
struct Hook {
    port: u16,
    seen: Arc<Mutex<Vec<Arrived>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}
impl Hook {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(VecDeque::new())));
        let (s, a) = (Arc::clone(&seen), Arc::clone(&answers));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    continue;
                }
                let mut headers = BTreeMap::new();
                loop {
                    let mut h = String::new();
                    reader.read_line(&mut h).unwrap();
                    let Some((k, v)) = h.trim().split_once(": ") else { break };
                    headers.insert(k.to_lowercase(), v.to_owned());
                }
                let n = headers.get("content-length").map_or(0, |n| n.parse().unwrap());
                let mut body = vec![0; n];
                reader.read_exact(&mut body).unwrap();
                s.lock().unwrap().push(Arrived { line, headers, body });
                let status = a.lock().unwrap().pop_front().unwrap_or(204);
                let head = format!(
                    "HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:{port}/elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).unwrap();
            }
        });
        Self { port, seen, answers }
    }
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?from=qingxin", self.port)
    }
    fn answer(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }
    fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}

fn subscribe(s: &Sender<'_>, url: &str) -> String {
    let got = s.post("/subscriptions", &json!({ "url": url, "secret": SECRET })).ok();
    got["id"].as_str().unwrap().to_owned()
}

#[test]
fn no_connection_goes_where_none_may_go() {
    let hook = Hook::open();
    let guarded = Webhooks::new(std::time::Duration::from_secs(5), false);
    for host in ["localhost", "127.0.0.1", "127.1", "0x7f.0.0.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"] {
        let got = guarded.post(&format!("https://{host}:{}/hook", hook.port), &[], b"{}");
        // what the machine does not read as an address at all is no way in either
        assert!(matches!(got, Err(Trouble::ForbiddenAddress | Trouble::Unresolved | Trouble::Protocol)), "{host}: {got:?}");
    }
    assert_eq!(guarded.post(&format!("https://localhost:{}/hook", hook.port), &[], b"{}"), Err(Trouble::ForbiddenAddress));
    assert_eq!(guarded.post("https://169.254.169.254/latest/meta-data/", &[], b"{}"), Err(Trouble::ForbiddenAddress));
    assert!(guarded.post(&hook.url(), &[], b"{}").is_err(), "plain HTTP");
    assert_eq!(hook.take().len(), 0, "somebody was called");
    // with the switch for tests the same server is reached, and a redirect is an answer like another
    let open = Webhooks::new(std::time::Duration::from_secs(5), true);
    hook.answer(&[302]);
    assert_eq!(open.post(&hook.url(), &[("x-a", "b")], b"{}"), Ok(302));
    let seen = hook.take();
    assert_eq!((seen.len(), seen[0].line.trim(), seen[0].headers["x-a"].as_str()), (1, "POST /hook?from=qingxin HTTP/1.1", "b"));
    // who takes the connection and says nothing is too slow
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let brief = Webhooks::new(std::time::Duration::from_millis(200), true);
    assert_eq!(brief.post(&format!("http://{}/", silent.local_addr().unwrap()), &[], b"{}"), Err(Trouble::TooSlow));
}

on_both! {
    fn what_happens_is_told_signed_until_it_arrives(t: &TestDb) {
        let w = World::new(t);
        let s = Sender::new(&w, "hotline", "hotline_12345");
        let other = Sender::new(&w, "national", "national");
        let hook = Hook::open();
        s.push(&clue(1, "WF12345-1"));
        w.tick();
        subscribe(&s, &hook.url());
        jobs::webhooks(&w.app).unwrap();
        assert_eq!(hook.take().len(), 0, "what was before is in the feed");
        w.pass(Duration::seconds(1));
        s.push(&clue(2, "WF12345-2"));
        other.push(&clue(3, "SD3"));
        w.tick();
        hook.answer(&[500, 302]);
        assert_eq!(jobs::webhooks(&w.app).unwrap(), 2);
        let first = hook.take();
        assert_eq!(first.len(), 2, "a redirect is not followed");
        assert_eq!(jobs::webhooks(&w.app).unwrap(), 0, "not due yet");
        w.pass(Duration::seconds(6));
        hook.answer(&[200, 503]);
        jobs::webhooks(&w.app).unwrap();
        let second = hook.take();
        w.pass(Duration::seconds(31));
        jobs::webhooks(&w.app).unwrap();
        let third = hook.take();
        assert_eq!((second.len(), third.len()), (2, 1));
        w.pass(Duration::days(3));
        assert_eq!((jobs::webhooks(&w.app).unwrap(), hook.take().len()), (0, 0), "what arrived is not sent again");
        let secret = rules::secret_bytes(SECRET).unwrap();
        for m in first.iter().chain(&second).chain(&third) {
            let stamp: i64 = m.headers["webhook-timestamp"].parse().unwrap();
            assert!(rules::signed(&secret, &m.headers["webhook-id"], stamp, &m.body, &m.headers["webhook-signature"]));
            assert_eq!(m.headers["content-type"], "application/cloudevents+json; charset=utf-8");
            for secret in ["张测试", "1390000", "测试建筑", "木工"] {
                assert!(!String::from_utf8_lossy(&m.body).contains(secret), "a message shows {secret}");
            }
        }
        let ids = |all: &[Arrived]| all.iter().map(|m| (m.headers["webhook-id"].clone(), m.body.clone())).collect::<Vec<_>>();
        assert_eq!(ids(&first), ids(&second), "the same id and body at every attempt");
        assert_eq!(ids(&second)[1..], ids(&third)[..]);
        let events: Vec<Value> = first.iter().map(|m| serde_json::from_slice(&m.body).unwrap()).collect();
        let feed = s.feed(100);
        for (e, told) in events.iter().zip(&feed[2..]) {
            assert_eq!((e["specversion"].as_str(), e["subject"].as_str(), &e["id"], &e["data"]), (Some("1.0"), Some("WF12345-2"), &told["id"], told));
            assert!(e["type"].as_str().unwrap().starts_with("qingxin.filing.") && e["source"] == "/qingxin/370700" && e["time"].is_string());
        }
        assert!(events[0]["sequence"].as_str() < events[1]["sequence"].as_str());
        assert_eq!(tables::count(&t.db, "select count(*) from delivery_attempts"), 5);
        let lines = w.app.deliveries(Some("hotline"), Some("sent")).unwrap();
        assert_eq!(lines.iter().map(|l| l.attempts).collect::<std::collections::BTreeSet<_>>(), [2, 3].into());
        assert!(w.app.deliveries(Some("national"), None).unwrap().is_empty());
        assert!(!format!("{:?}", tables::dump(&t.db)).contains("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "the secret is sealed");
    }

    fn what_never_arrives_is_given_up_and_sent_again_by_hand(t: &TestDb) {
        let w = World::new(t);
        let s = Sender::new(&w, "hotline", "hotline_12345");
        // nobody listens there
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let id = subscribe(&s, &format!("http://127.0.0.1:{port}/"));
        s.push(&clue(1, "WF12345-1"));
        w.tick();
        for _ in 0..10 {
            assert_eq!(jobs::webhooks(&w.app).unwrap(), 2);
            w.pass(Duration::days(1));
        }
        assert_eq!(jobs::webhooks(&w.app).unwrap(), 0);
        let dead = w.app.deliveries(None, Some("dead")).unwrap();
        assert_eq!(dead.len(), 2);
        assert!(dead.iter().all(|d| d.attempts == 10 && d.tried.len() == 10 && d.last_error.as_deref() == Some("no_connection")));
        let system = Actor::System("tests");
        assert_eq!(w.app.resend(&w.actor("city.system"), dead[0].id).unwrap_err().code(), "forbidden");
        w.app.resend(&system, dead[0].id).unwrap();
        assert_eq!(w.app.resend(&system, dead[0].id).unwrap_err().code(), "delivery_not_dead");
        let listener = TcpListener::bind(("127.0.0.1", port));
        assert!(listener.is_ok());
        drop(listener);
        assert_eq!(jobs::webhooks(&w.app).unwrap(), 1);
        assert_eq!(w.app.deliveries(None, Some("pending")).unwrap()[0].attempts, 11);
        // an ended subscription gives up what waits, without a connection
        let b = s.world.with_token(&s.given.key).request("DELETE", &format!("/api/exchange/v1/subscriptions/{id}"));
        assert_eq!(w.send(b.body(axum::body::Body::empty()).unwrap()).status, 204);
        w.pass(Duration::days(1));
        jobs::webhooks(&w.app).unwrap();
        let line = w.app.deliveries(None, Some("dead")).unwrap().into_iter().find(|d| d.id == dead[0].id).unwrap();
        assert_eq!((line.attempts, line.last_error.as_deref()), (11, Some("subscription_ended")));
        assert_eq!(w.app.resend(&system, dead[1].id).unwrap_err().code(), "subscription_ended");
        assert_eq!(s.get("/subscriptions").ok()["subscriptions"], json!([]));
    }

    fn a_lease_keeps_two_nodes_from_sending_the_same(t: &TestDb) {
        use qingxin::store::exchange_out as out;
        let w = World::new(t);
        let s = Sender::new(&w, "hotline", "hotline_12345");
        let hook = Hook::open();
        subscribe(&s, &hook.url());
        s.push(&clue(1, "WF12345-1"));
        w.tick();
        // both nodes queue: the events stand there once
        w.app.queue_deliveries().unwrap();
        w.app.queue_deliveries().unwrap();
        assert_eq!(tables::count(&t.db, "select count(*) from deliveries"), 2);
        let (now, until) = (w.now(), w.now().plus(Duration::seconds(60)));
        let mine = t.db.write_blocking(move |c| out::claim(c, now, until, 10)).unwrap();
        assert_eq!(mine.len(), 2);
        assert_eq!(w.app.send_deliveries().unwrap(), 0, "leased to the other node");
        // that node died: when the lease is over this one sends, and the dead one's result counts for nothing
        w.pass(Duration::seconds(61));
        assert_eq!(w.app.send_deliveries().unwrap(), 2);
        let (leased, late) = (mine[0].clone(), out::Delivery { state: "dead".into(), done_at: Some(w.now()), ..mine[0].clone() });
        assert!(!t.db.write_blocking(move |c| out::settle(c, &leased, &late, None)).unwrap());
        assert_eq!(tables::count(&t.db, "select count(*) from deliveries where state = 'sent'"), 2);
    }

    fn a_subscription_is_ones_own_and_goes_to_a_good_address(t: &TestDb) {
        let w = World::new(t);
        let (s, other) = (Sender::new(&w, "hotline", "hotline_12345"), Sender::new(&w, "national", "national"));
        for url in ["http://example.org/", "https://10.0.0.1/", "https://user@example.org/", "https://[::ffff:127.0.0.1]/", "gopher://x/", ""] {
            let got = s.post("/subscriptions", &json!({ "url": url, "secret": SECRET }));
            got.problem(422, "invalid_input");
            assert_eq!(got.places(), [("/url".to_owned(), "bad_hook_url".to_owned())], "{url}");
        }
        let got = s.post("/subscriptions", &json!({ "url": "https://example.org/", "secret": "whsec_c2hvcnQ=" }));
        assert_eq!(got.places(), [("/secret".to_owned(), "bad_hook_secret".to_owned())]);
        let ids: Vec<String> = (0..5)
            .map(|n| {
                w.pass(Duration::seconds(1));
                subscribe(&s, &format!("https://example.org/{n}"))
            })
            .collect();
        let got = s.post("/subscriptions", &json!({ "url": "https://example.org/6", "secret": SECRET }));
        assert_eq!(got.places(), [("/url".to_owned(), "too_many_subscriptions".to_owned())]);
        let listed = s.get("/subscriptions").ok();
        assert_eq!(listed["subscriptions"].as_array().unwrap().iter().map(|x| x["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
        assert!(!listed.to_string().contains("whsec_"));
        assert_eq!(other.get("/subscriptions").ok()["subscriptions"], json!([]));
        let end = |who: &Sender<'_>, id: &str| who.request("DELETE", &format!("/subscriptions/{id}"), None, &Default::default());
        end(&other, &ids[0]).problem(404, "not_found");
        assert_eq!(end(&s, &ids[0]).status, 204);
        end(&s, &ids[0]).problem(404, "not_found");
        assert_eq!(tables::count(&t.db, "select count(*) from events where kind in ('subscribed', 'unsubscribed')"), 6);
    }
}
