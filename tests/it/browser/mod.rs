//! The pages in a real browser: Debian's Chromium through chromedriver.
//!
//! `pages` looks over every page with every sample; the walks are what persons do, from the first page to what the database then says, at
//! 1366×768 and on a telephone of 390×844, with and without script; `mishaps` is what goes wrong at the keyboard. `screens` takes the
//! pictures of the documentation when it is asked to. How to add one: docs/howto/browser-tests.md.

mod credit;
mod desk;
mod driver;
mod mishaps;
mod officer;
mod page;
#[cfg(debug_assertions)]
mod pages;
mod screens;
mod sound;
mod supervisor;
mod worker;

use crate::support::TestDb;
use crate::support::app::open_session;
use crate::support::served::{Served, router};
use driver::driver;
use page::Page;
use qingxin::app::App;
use qingxin::base::id::AccountId;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The size of a window in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    pub width: u32,
    pub height: u32,
}
impl View {
    pub fn phone(self) -> bool {
        self.width < 600
    }
}
/// The screen on an officer's desk.
pub const DESK: View = View { width: 1366, height: 768 };
/// A telephone.
pub const PHONE: View = View { width: 390, height: 844 };

/// How a walk is made.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// Names the pictures of a walk that failed.
    pub name: &'static str,
    pub view: View,
    /// Whether the pages' scripts run.
    pub script: bool,
}

impl Way {
    /// Serves a program and walks through it. A walk that fails leaves a picture and the page under `target/browser/`.
    pub fn through(self, app: &Arc<App>, walk: impl FnOnce(&Page)) {
        let Some(driver) = driver() else { return };
        let served = Served::new(router(app), &driver.runtime);
        let page = Page::lend(driver, &served.url, self.view, self.script);
        match catch_unwind(AssertUnwindSafe(|| walk(&page))) {
            Ok(()) => page.back(true),
            Err(why) => {
                let why = why.downcast_ref::<String>().cloned().or_else(|| why.downcast_ref::<&str>().map(|s| (*s).to_owned()));
                // the browser itself may be what failed
                let kept = catch_unwind(AssertUnwindSafe(|| keep(&page, &format!("{}-{}-{}", self.name, self.view.width, self.script))));
                page.back(false);
                panic!("{}\nthe page as it stood: {}", why.unwrap_or_default(), kept.unwrap_or_else(|_| "could not be kept".into()));
            }
        }
    }
}

/// A session of an account, for its cookie.
pub fn session(app: &Arc<App>, account: AccountId) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let token = format!("{:032x}", u128::from(NEXT.fetch_add(1, Ordering::Relaxed)) + (1 << 80));
    open_session(app, account, &token, "browser");
    token
}

/// Nothing that was done at the pages put the data out of order.
pub fn whole(app: &Arc<App>, t: &TestDb) {
    qingxin::jobs::sequence(app).unwrap();
    let report = qingxin::app::doctor::examine(app, &t.dir.path().join("none")).unwrap();
    assert!(report.ok(), "{:?}", report.lines.iter().filter(|l| !l.ok).map(|l| &l.said).collect::<Vec<_>>());
}

/// Keeps what a window shows; where.
fn keep(page: &Page, name: &str) -> String {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/browser");
    std::fs::create_dir_all(&dir).unwrap();
    let (picture, html) = (dir.join(format!("{name}.png")), dir.join(format!("{name}.html")));
    std::fs::write(&html, page.html()).unwrap();
    std::fs::write(&picture, page.picture()).unwrap();
    format!("{} ({}), {}", picture.display(), page.at(), html.display())
}

/// Makes of one walk four tests: at the desk and on the telephone, with and without script. Each has a database of its own.
macro_rules! walks {
    ($($(#[$m:meta])* fn $name:ident($t:ident: TestDb, $way:ident: Way) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "a body may need nothing of its module")]
            use super::*;
            use $crate::browser::{DESK, PHONE, View, Way};
            use $crate::support::{Backend, TestDb};
            pub fn body($t: TestDb, $way: Way) $body
            fn walk(view: View, script: bool) {
                if $crate::browser::driver::driver().is_some() {
                    let name = concat!(module_path!());
                    body(TestDb::new(Backend::Sqlite).unwrap(), Way { name: name.rsplit_once("browser::").map_or(name, |n| n.1), view, script });
                }
            }
            $(#[$m])*
            #[test]
            fn at_the_desk() {
                walk(DESK, true);
            }
            $(#[$m])*
            #[test]
            fn at_the_desk_without_script() {
                walk(DESK, false);
            }
            $(#[$m])*
            #[test]
            fn on_the_telephone() {
                walk(PHONE, true);
            }
            $(#[$m])*
            #[test]
            fn on_the_telephone_without_script() {
                walk(PHONE, false);
            }
        }
    )+};
}
use walks;
