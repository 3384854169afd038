//! The wire: connections taken from a listener and served as HTTP/1.1, each within bounds of its own.
//!
//! Owns what a client may hold without asking anything: how long a request's head may take, how long a connection may lie
//! idle, how long it may refuse to take its answer, and how many there are at once. Never knows a path: what a request
//! may take once its head is here is [`super::edge`]'s to limit. HTTP/1.1 only: the build has no HTTP/2, and telling the
//! two apart by the first bytes would be one more place where a client can wait for ever.

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Sleep, sleep};
use tower::ServiceExt as _;

/// Bytes the head of a request may have; also what a connection buffers of a body nobody reads yet.
const BUFFER: usize = 64 * 1024;
/// How long to wait when the system has no descriptor for one more connection.
const EXHAUSTED: Duration = Duration::from_millis(500);

/// What connections may hold.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How long a head may take: from the connection for the first, from its first byte for those after it.
    pub head: Duration,
    /// How long a connection may lie idle between requests.
    pub idle: Duration,
    /// How long a client may take nothing of its answer.
    pub stall: Duration,
    /// How many connections may be open; those beyond wait until the system's queue takes no more.
    pub connections: u32,
}

/// What the requests of one connection tell its [`Wire`].
#[derive(Debug, Default)]
struct Traffic {
    /// Requests whose head was read.
    begun: AtomicU64,
    /// Requests in work.
    working: AtomicUsize,
}
/// Counts a request as in work until dropped, whether it is answered or given up.
struct Working(Arc<Traffic>);
impl Working {
    fn begin(traffic: &Arc<Traffic>) -> Self {
        traffic.begun.fetch_add(1, Ordering::Relaxed);
        traffic.working.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(traffic))
    }
}
impl Drop for Working {
    fn drop(&mut self) {
        self.0.working.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that ends itself when its client lets it wait too long.
struct Wire {
    stream: TcpStream,
    bounds: Bounds,
    traffic: Arc<Traffic>,
    /// Requests this side has seen begin.
    seen: u64,
    /// Whether bytes of a head came that is not whole yet.
    head: bool,
    /// When a head must be whole, or the first byte of one be there.
    read_by: Option<Pin<Box<Sleep>>>,
    /// When the client must have taken something of its answer.
    write_by: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    fn new(stream: TcpStream, bounds: Bounds, traffic: Arc<Traffic>) -> Self {
        let read_by = Some(Box::pin(sleep(bounds.head)));
        Self { stream, bounds, traffic, seen: 0, head: true, read_by, write_by: None }
    }
    /// Between requests again, as far as reading goes: the next wait has its full time.
    fn rest(&mut self) {
        self.head = false;
        self.read_by = None;
    }
    fn read(&mut self, cx: &mut Context<'_>, came: bool, pending: bool) -> io::Result<()> {
        let begun = self.traffic.begun.load(Ordering::Relaxed);
        if begun != self.seen {
            self.seen = begun;
            self.rest();
        }
        // while a request is in work, what is read is its body, and its own limit counts
        if self.traffic.working.load(Ordering::Relaxed) > 0 {
            self.rest();
            return Ok(());
        }
        if came && !self.head {
            self.head = true;
            self.read_by = Some(Box::pin(sleep(self.bounds.head)));
        }
        if pending {
            let idle = self.bounds.idle;
            let by = self.read_by.get_or_insert_with(|| Box::pin(sleep(idle)));
            if by.as_mut().poll(cx).is_ready() {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
        Ok(())
    }
    fn wrote(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if done.is_ready() {
            self.write_by = None;
            // an answer on its way is no idleness, however long it takes
            self.rest();
            return done;
        }
        let stall = self.bounds.stall;
        let by = self.write_by.get_or_insert_with(|| Box::pin(sleep(stall)));
        if by.as_mut().poll(cx).is_ready() { Poll::Ready(Err(io::ErrorKind::TimedOut.into())) } else { Poll::Pending }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let done = Pin::new(&mut self.stream).poll_read(cx, buf);
        let came = buf.filled().len() > before;
        match self.read(cx, came, done.is_pending()) {
            Ok(()) => done,
            Err(e) => Poll::Ready(Err(e)),
        }
    }
}
impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(cx, done)
    }
    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(cx, done)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Waits until `stop` turns true; when nobody is left to turn it, that is the end too.
async fn told(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|s| *s).await);
}

/// Serves one connection until it ends, or until the request in work when `stop` turns true is answered.
async fn one(stream: TcpStream, router: Router, bounds: Bounds, mut stop: watch::Receiver<bool>) {
    let traffic = Arc::new(Traffic::default());
    let io = TokioIo::new(Wire::new(stream, bounds, Arc::clone(&traffic)));
    let service = service_fn(move |request: Request<Incoming>| {
        let working = Working::begin(&traffic);
        let answer = router.clone().oneshot(request);
        async move {
            let answer = answer.await;
            drop(working);
            answer
        }
    });
    let mut builder = http1::Builder::new();
    builder.max_buf_size(BUFFER);
    // with a limit of its own hyper reads on when an answer is out: only then does the Wire see that a connection lies idle
    builder.timer(TokioTimer::new()).header_read_timeout(bounds.idle + bounds.head);
    let mut served = pin!(builder.serve_connection(io, service));
    let ended = tokio::select! {
        r = served.as_mut() => r,
        () = told(&mut stop) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(e) = ended {
        // a client that went away or was too slow: nothing of ours failed
        tracing::debug!(error = %e, "a connection ended early");
    }
}

/// Takes connections and serves them until `stop` turns true; then takes no more and returns when those open have
/// answered what they had in work. Never more than `bounds.connections` are open.
pub async fn serve(listener: TcpListener, router: Router, bounds: Bounds, mut stop: watch::Receiver<bool>) {
    let slots = Arc::new(Semaphore::new(bounds.connections as usize));
    loop {
        let taken = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (listener.accept().await, slot)
        };
        let (accepted, slot) = tokio::select! {
            t = taken => t,
            () = told(&mut stop) => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let (router, stop) = (router.clone(), stop.clone());
                tokio::spawn(async move {
                    one(stream, router, bounds, stop).await;
                    drop(slot);
                });
            }
            // the client went away again before it was taken
            Err(e) if matches!(e.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {}
            Err(e) => {
                tracing::error!(error = %e, "no connection can be taken now");
                sleep(EXHAUSTED).await;
            }
        }
    }
    drop(listener);
    // every place free again: every connection has ended
    drop(slots.acquire_many(bounds.connections).await);
}
