//! Connections over real sockets: clients that are slow at every place, too many of them, and the orderly end.

use crate::support::app::World;
use crate::support::{Backend, TestDb, empty};
use axum::Router;
use axum::routing::get;
use qingxin::web::Settings;
use qingxin::web::wire::{Bounds, serve};
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// After this a test has failed.
const DEADLINE: Duration = Duration::from_secs(60);
/// How often a waiting test looks again.
const PACE: Duration = Duration::from_millis(20);
/// Bounds none of which is met by chance.
const WIDE: Bounds = Bounds { head: DEADLINE, idle: DEADLINE, stall: DEADLINE, connections: 64 };
const SHORT: Duration = Duration::from_millis(300);

/// A router served on a port of its own.
struct Served {
    address: SocketAddr,
    tell: watch::Sender<bool>,
    task: JoinHandle<()>,
    runtime: Runtime,
}
impl Served {
    fn new(router: Router, bounds: Bounds) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let (tell, stop) = watch::channel(false);
        let address = listener.local_addr().unwrap();
        let task = runtime.spawn(serve(listener, router, bounds, stop));
        Self { address, tell, task, runtime }
    }
    fn connect(&self) -> TcpStream {
        connect(self.address)
    }
    /// Waits for the end that was told.
    fn ended(self) {
        self.runtime.block_on(async { tokio::time::timeout(DEADLINE, self.task).await.unwrap().unwrap() });
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let s = TcpStream::connect_timeout(&address, DEADLINE).unwrap();
    s.set_read_timeout(Some(DEADLINE)).unwrap();
    s.set_write_timeout(Some(DEADLINE)).unwrap();
    s
}
fn ask(s: &mut TcpStream, path: &str) {
    s.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).unwrap();
}
/// The next answer of a connection: status and body.
fn answer(s: &TcpStream) -> (u16, String) {
    let mut reader = BufReader::with_capacity(1, s);
    let mut line = || {
        let mut out = String::new();
        reader.read_line(&mut out).unwrap();
        out.trim_end().to_owned()
    };
    let status = line().split(' ').nth(1).expect("an answer").parse().unwrap();
    let mut length = 0;
    loop {
        let header = line().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(n) = header.strip_prefix("content-length:") {
            length = n.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (status, String::from_utf8(body).unwrap())
}
/// Whether the other side ended the connection, as seen without waiting longer than its read limit.
fn cut(s: &mut TcpStream) -> bool {
    match s.read(&mut [0; 1024]) {
        Ok(n) => n == 0,
        Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => false,
        Err(_) => true,
    }
}
/// Waits until something is so.
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let by = Instant::now() + DEADLINE;
    while !so() {
        assert!(Instant::now() < by, "{what} did not happen");
        std::thread::yield_now();
    }
}
fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

#[test]
fn a_head_that_comes_byte_by_byte_is_cut_and_nobody_else_is_kept_waiting() {
    let served = Served::new(hello(), Bounds { head: SHORT, ..WIDE });
    let mut slow = served.connect();
    slow.set_read_timeout(Some(PACE)).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nx-slow: ").unwrap();
    let begun = Instant::now();
    until("the cut", || slow.write_all(b"a").is_err() || cut(&mut slow));
    assert!(begun.elapsed() >= SHORT - PACE, "before its time");
    // one that says nothing at all, and a second head on a connection that had a good one
    let mut silent = served.connect();
    assert!(cut(&mut silent));
    let mut second = served.connect();
    ask(&mut second, "/");
    assert_eq!(answer(&second), (200, "hello".into()));
    second.write_all(b"GET / HT").unwrap();
    assert!(cut(&mut second));
}

#[test]
fn a_connection_may_lie_idle_longer_than_a_head_may_take_and_not_for_ever() {
    let served = Served::new(hello(), Bounds { head: SHORT, idle: SHORT * 3, ..WIDE });
    let mut s = served.connect();
    ask(&mut s, "/");
    assert_eq!(answer(&s).0, 200);
    // idle beyond the limit of a head: still there
    s.set_read_timeout(Some(SHORT * 3 / 2)).unwrap();
    assert!(!cut(&mut s));
    ask(&mut s, "/");
    assert_eq!(answer(&s).0, 200);
    let since = Instant::now();
    s.set_read_timeout(Some(DEADLINE)).unwrap();
    assert!(cut(&mut s));
    assert!(since.elapsed() >= SHORT * 3 - PACE);
}

#[test]
fn a_client_that_takes_nothing_of_its_answer_is_cut_and_one_that_is_slow_is_not() {
    const SIZE: usize = 64 << 20;
    let big = Router::new().route("/", get(|| async { vec![b'x'; SIZE] }));
    let served = Served::new(big, Bounds { stall: SHORT, head: SHORT, idle: SHORT, connections: 1 });
    let mut s = served.connect();
    ask(&mut s, "/");
    // never read: its place is free again, and the next client is served whole, longer than any limit takes
    let mut next = served.connect();
    ask(&mut next, "/");
    let (begun, mut got, mut buffer) = (Instant::now(), 0, vec![0; 4 << 20]);
    while got < SIZE {
        got += next.read(&mut buffer).unwrap();
        if begun.elapsed() < SHORT * 4 {
            // slower than the sender, yet never still for as long as the limit
            std::thread::park_timeout(SHORT / 4);
        }
    }
    assert!(begun.elapsed() > SHORT * 2);
}

#[test]
fn connections_beyond_the_bound_wait_for_a_place() {
    let served = Served::new(hello(), Bounds { connections: 2, ..WIDE });
    let mut first: Vec<TcpStream> = (0..2).map(|_| served.connect()).collect();
    for s in &mut first {
        ask(s, "/");
        assert_eq!(answer(s).0, 200);
    }
    let mut third = served.connect();
    ask(&mut third, "/");
    third.set_read_timeout(Some(SHORT)).unwrap();
    assert!(!cut(&mut third), "it waits, and is not turned away");
    let kind = third.peek(&mut [0]).map_err(|e| e.kind());
    assert!(matches!(kind, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{kind:?}");
    first.pop();
    third.set_read_timeout(Some(DEADLINE)).unwrap();
    assert_eq!(answer(&third).0, 200);
}

#[test]
fn a_body_that_stalls_gets_its_answer_and_frees_its_slot() {
    let t = TestDb::new(Backend::Sqlite).unwrap();
    let w = World::new(&t);
    let slots = Arc::new(Semaphore::new(1));
    let settings = Settings { timeout: SHORT, slots: Arc::clone(&slots), secure_cookies: false, ..Settings::default() };
    let router = qingxin::web::table().router(Arc::new(settings)).unwrap().with_state(Arc::clone(&w.app));
    let served = Served::new(router, WIDE);
    for kind in ["content-length: 400", "transfer-encoding: chunked"] {
        let mut s = served.connect();
        let head = format!("POST /api/claimant/v1/codes HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{kind}\r\n\r\n");
        s.write_all(head.as_bytes()).unwrap();
        s.write_all(if kind.ends_with("chunked") { b"9\r\n{\"phone\":\r\n" } else { b"{\"phone\":" }).unwrap();
        let (status, body) = answer(&s);
        assert_eq!(status, 503, "{body}");
        let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(problem["code"], "timeout");
        // what is left of the body is not taken for a request: the connection ends, and the only slot is free
        assert!(cut(&mut s));
        assert_eq!(slots.available_permits(), 1);
    }
    let mut s = served.connect();
    ask(&mut s, "/api/office/v1/nowhere");
    assert_eq!(answer(&s).0, 404);
}

#[test]
fn the_end_lets_a_request_in_flight_finish_and_waits_for_nobody_idle() {
    let (enter, entered) = std::sync::mpsc::channel();
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let router = hello().route(
        "/held",
        get(move || async move {
            enter.send(()).unwrap();
            drop(held.acquire().await.unwrap());
            "done"
        }),
    );
    let served = Served::new(router, WIDE);
    let (mut idle, mut half, mut busy) = (served.connect(), served.connect(), served.connect());
    ask(&mut idle, "/");
    assert_eq!(answer(&idle).0, 200);
    half.shutdown(Shutdown::Write).unwrap();
    ask(&mut busy, "/held");
    entered.recv_timeout(DEADLINE).unwrap();
    served.tell.send(true).unwrap();
    assert!(cut(&mut idle), "an idle connection is let go at once");
    assert!(cut(&mut half));
    until("the door shut", || TcpStream::connect(served.address).is_err());
    assert!(!served.task.is_finished());
    gate.add_permits(1);
    assert_eq!(answer(&busy), (200, "done".into()));
    assert!(cut(&mut busy));
    served.ended();
}

/// The built program, told to end by its operator while a request is on its way in.
#[test]
fn the_program_told_to_end_answers_what_is_on_its_way() {
    let dir = tempfile::tempdir().unwrap();
    let (url, _, _) = empty(Backend::Sqlite, dir.path()).unwrap();
    let command = |args: &[&str]| {
        let mut c = Command::new(env!("CARGO_BIN_EXE_qingxin"));
        c.args(args).current_dir(dir.path()).env_clear().env("DATABASE_URL", &url).stdin(Stdio::null());
        c
    };
    assert!(command(&["migrate"]).stdout(Stdio::null()).status().unwrap().success());
    let mut child = command(&["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    let address: SocketAddr = loop {
        line.clear();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "it ended before it served");
        if let Some((_, at)) = line.split_once("http://") {
            break at.trim().trim_end_matches('/').parse().unwrap();
        }
    };
    let rest = std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    let mut s = connect(address);
    let body = r#"{"phone":"1"}"#;
    let (now, later) = body.split_at(5);
    let head = format!(
        "POST /api/claimant/v1/codes HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    s.write_all(head.as_bytes()).unwrap();
    // it asks for the body: the request is in work
    let mut go_on = [0; 25];
    s.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    s.write_all(now.as_bytes()).unwrap();
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    until("the door shut", || TcpStream::connect(address).is_err());
    s.write_all(later.as_bytes()).unwrap();
    let (status, said) = answer(&s);
    assert_eq!(status, 422, "{said}");
    assert!(cut(&mut s));
    until("the end", || child.try_wait().unwrap().is_some());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    rest.join().unwrap().unwrap();
}
