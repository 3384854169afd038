//! The world outside the house: a mail relay as a process of its own (`tests/smtp/relay.py` on aiosmtpd), and a small HTTP
//! server for the senders of short messages and the WeChat platform.
//!
//! Without Python's aiosmtpd the tests with a relay are skipped with one loud line, and fail when `QINGXIN_REQUIRE` names
//! `smtp`.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};

/// The Python that has aiosmtpd.
fn python() -> Option<&'static str> {
    static FOUND: OnceLock<Option<&'static str>> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let has = |p: &&&str| Command::new(**p).args(["-c", "import aiosmtpd.smtp"]).stderr(Stdio::null()).status().is_ok_and(|s| s.success());
        let found = ["/usr/bin/python3", "python3"].iter().find(has).copied();
        if found.is_none() {
            let required = std::env::var("QINGXIN_REQUIRE").is_ok_and(|r| r.split(',').any(|w| w == "smtp"));
            assert!(!required, "QINGXIN_REQUIRE=smtp, but no Python with aiosmtpd was found (Debian: python3-aiosmtpd)");
            eprintln!("!!! Python with aiosmtpd not found: every test with a mail relay is SKIPPED (QINGXIN_REQUIRE=smtp makes this a failure) !!!");
        }
        found
    })
}

/// A running relay; stopped with the value.
pub struct Relay {
    child: Child,
    pub port: u16,
    log: PathBuf,
}
impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Relay {
    /// Starts one that logs into this directory; `None` without aiosmtpd.
    pub fn start(dir: &Path, args: &[&str]) -> Option<Self> {
        let python = python()?;
        let log = dir.join(format!("relay-{}.log", std::fs::read_dir(dir).map_or(0, Iterator::count)));
        std::fs::write(&log, "").unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp/relay.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(&log)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("the relay did not start: {line:?}"));
        Some(Self { child, port, log })
    }
    /// The letters taken so far.
    pub fn letters(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).unwrap();
        // the last line may be half written
        text.split_inclusive('\n').filter(|l| l.ends_with('\n')).map(|l| serde_json::from_str(l).unwrap()).collect()
    }
    /// The letters to this address.
    pub fn to(&self, address: &str) -> Vec<Value> {
        self.letters().into_iter().filter(|l| l["to"] == address).collect()
    }
    /// The settings of a program that uses it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("QINGXIN__MAIL__HOST", "localhost".into()),
            ("QINGXIN__MAIL__PORT", self.port.to_string()),
            ("QINGXIN__MAIL__TLS", "none".into()),
            ("QINGXIN__MAIL__FROM", "清薪 <qingxin@wf.example.gov.cn>".into()),
            ("QINGXIN__MAIL__TIMEOUT_SECONDS", "2".into()),
            ("QINGXIN__SMS__TIMEOUT_SECONDS", "2".into()),
            ("QINGXIN__WECHAT__TIMEOUT_SECONDS", "2".into()),
        ]
    }
}

/// A certificate for `localhost` that nobody else trusts, with its key; made by openssl, which must be there.
pub fn certificate(dir: &Path) -> (PathBuf, PathBuf) {
    let (cert, key) = (dir.join("relay.crt"), dir.join("relay.key"));
    let out = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    (cert, key)
}

/// What came to a fake server: path with query, body.
pub type Asked = (String, Value);
type Answers = Box<dyn Fn(&str, &Value) -> (u16, Value) + Send>;

/// A fake server that answers by a function.
pub struct Fake {
    pub url: String,
    seen: Arc<Mutex<Vec<Asked>>>,
}
impl Fake {
    pub fn open(answers: impl Fn(&str, &Value) -> (u16, Value) + Send + 'static) -> Self {
        let answers: Answers = Box::new(answers);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    continue;
                }
                let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
                let mut n = 0;
                loop {
                    let mut h = String::new();
                    reader.read_line(&mut h).unwrap();
                    match h.trim().split_once(':') {
                        Some((k, v)) if k.eq_ignore_ascii_case("content-length") => n = v.trim().parse().unwrap(),
                        Some(_) => {}
                        None => break,
                    }
                }
                let mut body = vec![0; n];
                reader.read_exact(&mut body).unwrap();
                let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
                let (status, answer) = answers(&path, &body);
                kept.lock().unwrap().push((path, body));
                let text = answer.to_string();
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    text.len()
                );
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes()));
            }
        });
        Self { url, seen }
    }
    /// What came since the last time.
    pub fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }
}
