//! Every page with every sample: at the desk and on the telephone, by day and by night.
//!
//! The samples are those of the pages' own tests, rendered here by the library (`qingxin::web::console::view::gallery`) and served with
//! the program's style, script and headers. Two browsers share them out.

use super::driver::driver;
use super::page::Page;
use super::sound::{self, Rules};
use super::{DESK, PHONE, View, keep};
use crate::support::app::World;
use crate::support::served::{Served, router};
use crate::support::{Backend, TestDb};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Response};
use axum::routing::get;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// How many samples there are at the least: none is lost unnoticed.
const LEAST: usize = 150;

/// The headers the program sends with a page.
fn headers(w: &World, path: &str) -> HeaderMap {
    let mut all = w.nobody().page(path).headers;
    for own in ["content-length", "transfer-encoding", "content-encoding", "set-cookie", "vary"] {
        all.remove(own);
    }
    assert!(all.contains_key("content-security-policy"), "{path} has no policy");
    all
}

/// Serves a page's text under its name.
fn gallery(pages: Arc<BTreeMap<String, String>>, office: HeaderMap, worker: HeaderMap) -> Router {
    let answer = move |axum::extract::Path(name): axum::extract::Path<String>| {
        let mut answer = Response::new(Body::from(pages[&name].clone()));
        answer.headers_mut().clone_from(if name.starts_with("h5_") { &worker } else { &office });
        std::future::ready(answer)
    };
    Router::new().route("/samples/{name}", get(answer))
}

/// One sample in one window.
fn faults(page: &Page, name: &str) -> Vec<String> {
    page.by_night(false);
    page.bare(&format!("/samples/{name}"));
    page.unfold_all();
    let mut all = sound::plain(page);
    all.extend(sound::axe(page, Rules::All));
    page.by_night(true);
    all.extend(sound::axe(page, Rules::Contrast).into_iter().map(|f| format!("by night: {f}")));
    all
}

#[test]
fn every_page_with_every_sample_is_sound() {
    let Some(driver) = driver() else { return };
    let t = TestDb::new(Backend::Sqlite).unwrap();
    let w = World::new(&t);
    let pages: BTreeMap<String, String> =
        qingxin::web::console::view::gallery::all().into_iter().map(|(name, html)| (name, html.unwrap())).collect();
    assert!(pages.len() >= LEAST, "only {} samples", pages.len());
    let only = std::env::var("QINGXIN_SAMPLE").ok();
    let names: Vec<String> = pages.keys().filter(|n| only.as_ref().is_none_or(|o| n.contains(o.as_str()))).cloned().collect();
    let (office, worker) = (headers(&w, "/login"), headers(&w, "/h5"));
    let served = Served::new(router(&w.app).merge(gallery(Arc::new(pages), office, worker)), &driver.runtime);

    let views: [View; 2] = [DESK, PHONE];
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<String>> = Mutex::default();
    let look = |view: View| {
        let page = Page::lend(driver, &served.url, view, true);
        let axe = sound::with(&page);
        // the windows share the work: each sample is shown at both sizes by whoever comes to it first
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let Some(name) = names.get(n / views.len()) else { break };
            let view = views[n % views.len()];
            page.resize(view);
            match catch_unwind(AssertUnwindSafe(|| faults(&page, name))) {
                Ok(all) if all.is_empty() => {}
                Ok(all) => {
                    let kept = keep(&page, &format!("sample-{name}-{}", view.width));
                    found.lock().unwrap().push(format!("{name} at {} px: {kept}\n  {}", view.width, all.join("\n  ")));
                }
                Err(_) => {
                    page.back(false);
                    found.lock().unwrap().push(format!("{name} at {} px: the browser failed, see above", view.width));
                    return;
                }
            }
        }
        sound::without(&page, &axe);
        page.back(true);
    };
    std::thread::scope(|s| {
        for view in views {
            s.spawn(move || look(view));
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    assert!(found.is_empty(), "{} of {} windows:\n{}", found.len(), names.len() * views.len(), found.join("\n"));
}
