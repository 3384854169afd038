//! Chromium through chromedriver: one driver for the test process, at most two browsers at once, lent to one test at a time.
//!
//! A child shell holds the other end of a pipe and ends the driver, its browsers and their files when this process ends, however it
//! ends. The tests run when `QINGXIN_REQUIRE` names `browser`; otherwise they are skipped with one loud line.

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Condvar, Mutex, OnceLock};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Browsers at once: each is several processes, and a machine that tests has two cores.
const BROWSERS: usize = 2;
/// After this a test has failed.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// The running chromedriver.
pub struct Driver {
    /// What its answers are waited for on, and what the programs under test are served on.
    pub runtime: Runtime,
    url: String,
    chromium: PathBuf,
    places: Mutex<Places>,
    freed: Condvar,
    /// Its standard input is the pipe whose end stops the driver.
    _watch: Child,
}
struct Places {
    idle: Vec<Client>,
    taken: usize,
}

/// The driver of this process, started at the first call. `None` without Chromium, told once.
pub fn driver() -> Option<&'static Driver> {
    static DRIVER: OnceLock<Option<Driver>> = OnceLock::new();
    DRIVER
        .get_or_init(|| match (asked(), program("chromedriver"), program("chromium").or_else(|| program("chromium-browser"))) {
            (true, Some(driver), Some(chromium)) => Some(Driver::start(&driver, chromium)),
            (required, ..) => {
                assert!(
                    !required,
                    "QINGXIN_REQUIRE=browser, but chromium and chromedriver were not found (Debian: chromium, chromium-driver)"
                );
                // past the capture of test output, which would hide it
                let _ = writeln!(
                    std::io::stderr(),
                    "!!! every browser test is SKIPPED: QINGXIN_REQUIRE=browser runs them, with Chromium and chromedriver installed !!!"
                );
                None
            }
        })
        .as_ref()
}

/// Whether the browser tests are asked for.
fn asked() -> bool {
    std::env::var("QINGXIN_REQUIRE").is_ok_and(|r| r.split(',').any(|w| w == "browser"))
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|d| d.join(name)).find(|p| p.is_file())
}

/// Waits until something is there.
pub fn until<T>(what: &str, mut there: impl FnMut() -> Option<T>) -> T {
    let by = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(Instant::now() < by, "{what}: not within {DEADLINE:?}");
        std::thread::yield_now();
    }
}

impl Driver {
    fn start(program: &std::path::Path, chromium: PathBuf) -> Self {
        // profiles and sockets of the browsers stand in here too: the path of a socket may have 107 bytes
        let dir = PathBuf::from(format!("/tmp/qingxin-test-browser-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir(&dir).unwrap();
        let log = dir.join("log.txt");
        let run =
            r#""$1" --port=0 >"$2/log.txt" 2>&1 & trap '' TERM; read -r _; kill -TERM 0; wait; rm -rf "$2" || { sleep 1; rm -rf "$2"; }"#;
        let watch = Command::new("sh")
            .args(["-c", run, "sh"])
            .arg(program)
            .arg(&dir)
            .env("TMPDIR", &dir)
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let port = until("the start of chromedriver", || {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            let (_, rest) = said.split_once("started successfully on port ")?;
            rest.split_once('.').map(|(port, _)| port.to_owned())
        });
        Self {
            runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(),
            url: format!("http://127.0.0.1:{port}"),
            chromium,
            places: Mutex::new(Places { idle: Vec::new(), taken: 0 }),
            freed: Condvar::new(),
            _watch: watch,
        }
    }

    /// A browser for one test, as it was left; waits for its turn.
    pub fn lend(&self) -> Client {
        let mut places = self.places.lock().unwrap();
        while places.taken == BROWSERS {
            places = self.freed.wait(places).unwrap();
        }
        places.taken += 1;
        let idle = places.idle.pop();
        drop(places);
        match idle.map_or_else(|| self.open(), Ok) {
            Ok(client) => client,
            Err(e) => {
                self.places.lock().unwrap().taken -= 1;
                self.freed.notify_one();
                panic!("Chromium did not start: {e}")
            }
        }
    }
    /// The browser comes back. One of a test that failed is closed: nobody knows what it still waits for.
    pub fn back(&self, client: Client, sound: bool) {
        let kept = if sound {
            Some(client)
        } else {
            let _ = self.runtime.block_on(client.close());
            None
        };
        // a test that failed while it held this has put nothing out of order
        let mut places = self.places.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        places.taken -= 1;
        places.idle.extend(kept);
        self.freed.notify_one();
    }
    fn open(&self) -> Result<Client, fantoccini::error::NewSessionError> {
        let mut args = vec![
            "--headless=new",
            // as root Chromium has no sandbox; nothing but our own pages is opened
            "--no-sandbox",
            // in a container /dev/shm is small
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--lang=zh-CN",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "--no-first-run",
            "--disable-extensions",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication",
            "--window-size=1366,768",
        ];
        // nobody else is reached, whatever a page asks for
        args.push("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
        // what pages are asked in: --lang is of the windows and their date fields only
        let options = json!({ "binary": self.chromium, "args": args, "prefs": { "intl.accept_languages": "zh-CN,zh" } });
        let wanted: Capabilities = [
            ("goog:chromeOptions".to_owned(), options),
            ("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" })),
            ("timeouts".to_owned(), json!({ "script": 60_000, "pageLoad": 60_000, "implicit": 0 })),
        ]
        .into_iter()
        .collect();
        self.runtime.block_on(ClientBuilder::new(HttpConnector::new()).capabilities(wanted).connect(&self.url))
    }
}

/// A command of chromedriver's beside the standard.
#[derive(Debug)]
pub struct Own {
    path: &'static str,
    body: Value,
}
impl Own {
    /// One of the DevTools protocol.
    pub fn devtools(cmd: &str, params: &Value) -> Self {
        Self { path: "goog/cdp/execute", body: json!({ "cmd": cmd, "params": params }) }
    }
    /// What the console said since the last time.
    pub fn console() -> Self {
        Self { path: "se/log", body: json!({ "type": "browser" }) }
    }
}
impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }
    fn method_and_body(&self, _: &url::Url) -> (axum::http::Method, Option<String>) {
        (axum::http::Method::POST, Some(self.body.to_string()))
    }
}
