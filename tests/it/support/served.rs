//! A program under test on a port of its own, for clients that are processes of their own.

use axum::Router;
use qingxin::app::App;
use qingxin::web::Settings;
use qingxin::web::wire::{Bounds, serve};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Served until it is dropped.
pub struct Served<'r> {
    /// `http://127.0.0.1:12345`.
    pub url: String,
    runtime: &'r Runtime,
    tell: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

/// The router of a program, as `qingxin serve` has it, over plain HTTP.
pub fn router(app: &Arc<App>) -> Router {
    let settings = Settings { secure_cookies: false, ..Settings::default() };
    qingxin::web::table().router(Arc::new(settings)).unwrap().with_state(Arc::clone(app))
}

impl<'r> Served<'r> {
    pub fn new(router: Router, runtime: &'r Runtime) -> Self {
        const WAIT: Duration = Duration::from_secs(60);
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, stop) = watch::channel(false);
        let bounds = Bounds { head: WAIT, idle: WAIT, stall: WAIT, connections: 64 };
        let task = runtime.spawn(serve(listener, router, bounds, stop));
        Self { url, runtime, tell, task: Some(task) }
    }
}
impl Drop for Served<'_> {
    fn drop(&mut self) {
        let _ = self.tell.send(true);
        if let Some(mut task) = self.task.take() {
            // a browser keeps its connections: whoever is still there is cut
            let ended = self.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(2), &mut task).await });
            if ended.is_err() {
                task.abort();
            }
        }
    }
}
