//! `qingxin serve`: the HTTP server with its background jobs, and an orderly end.

use crate::app::App;
use crate::base::config::Server;
use crate::base::{Error, Result};
use crate::jobs::{self, Gauges};
use crate::web::wire::{self, Bounds};
use crate::web::{self, Settings, Surface};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// 启动服务
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// 监听地址，默认取配置 server.listen
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<String>,
    /// 只提供这些界面；默认全部
    #[arg(long, value_enum)]
    pub surface: Vec<SurfaceArg>,
}

/// A surface to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SurfaceArg {
    /// 劳动者接口
    Claimant,
    /// 部门接口与办案台
    Office,
    /// 系统交换接口
    Exchange,
    /// 用人单位入口
    Employer,
    /// 劳动者网页
    H5,
}

/// Runs until the process is told to stop.
///
/// # Errors
/// Start-up fails: configuration, database, address.
pub fn run(args: ServeArgs, config: Option<PathBuf>) -> Result<i32> {
    log();
    let app = super::open(config)?;
    if app.demo {
        return Err(Error::Config("这是演示数据库，不能用于正式服务。请用 qingxin demo 打开，或换一个数据库。".into()));
    }
    serve(&app, args.listen.as_deref(), &args.surface, |address| {
        tracing::info!(%address, "serving");
        eprintln!("清薪已启动：http://{address}/");
    })?;
    Ok(0)
}

/// Logs to stderr, as JSON unless a person watches.
pub fn log() {
    use std::io::IsTerminal;
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("QINGXIN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let b = tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| super::daylog::Tee);
    let _ = if std::io::stderr().is_terminal() { b.compact().try_init() } else { b.json().try_init() };
}

/// Descriptors kept for the databases, files and messages out.
const OTHERS: u32 = 128;

/// How long the end of the process waits for what is still under way, each of connections and jobs.
const GRACE: Duration = Duration::from_secs(5);

fn logo(path: &str) -> Result<Option<web::look::Logo>> {
    if path.is_empty() {
        return Ok(None);
    }
    let bytes = std::fs::read(path).map_err(|e| Error::Config(format!("site.logo {path}: {e}")))?;
    web::look::Logo::read(bytes).map(Some)
}

/// Serves an opened program with its jobs until SIGINT or SIGTERM.
///
/// # Errors
/// The address cannot be bound, or the router table is wrong.
pub fn serve(app: &Arc<App>, listen: Option<&str>, surfaces: &[SurfaceArg], ready: impl FnOnce(std::net::SocketAddr)) -> Result<()> {
    let listen = listen.unwrap_or(&app.config.server.listen).to_owned();
    if !app.config.logs.directory.is_empty() {
        super::daylog::open(std::path::Path::new(&app.config.logs.directory), app.config.logs.keep_months, Arc::clone(&app.clock))?;
    }
    let settings = Settings {
        secure_cookies: app.config.server.secure_cookies,
        demo: app.demo,
        site: web::look::Site::of(&app.config.site),
        logo: logo(&app.config.site.logo)?,
        h5: app.config.h5.clone(),
        timeout: Duration::from_secs(app.config.server.timeout_seconds),
        slots: Arc::new(tokio::sync::Semaphore::new(app.config.server.in_flight)),
        ..Settings::default()
    };
    let table = web::table();
    let table = if surfaces.is_empty() {
        table
    } else {
        let mut keep = vec![Surface::Public, Surface::Ops];
        for s in surfaces {
            match s {
                SurfaceArg::Claimant => keep.push(Surface::Claimant),
                SurfaceArg::Office => keep.extend([Surface::Office, Surface::Console]),
                SurfaceArg::Exchange => keep.push(Surface::Exchange),
                SurfaceArg::Employer => keep.push(Surface::Employer),
                SurfaceArg::H5 => keep.push(Surface::H5),
            }
        }
        table.only(&keep)
    };
    let router = table.router(Arc::new(settings))?.with_state(Arc::clone(app));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| Error::Io(format!("runtime: {e}")))?;
    let ended = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(&listen)
            .await
            .map_err(|e| Error::Config(format!("无法监听 {listen}：{e}。请检查 --listen 或 server.listen，或端口是否被占用。")))?;
        let address = listener.local_addr().map_err(|e| Error::Io(e.to_string()))?;
        if app.config.sms.provider == "show" && !app.demo && !address.ip().is_loopback() {
            return Err(Error::Config(
                "sms.provider = \"show\" 会把验证码显示给任何人，只能在本机（127.0.0.1）开发时使用。请改为 http 或 none。".into(),
            ));
        }
        let (tell, stop) = watch::channel(false);
        let gauges = Arc::new(Gauges::default());
        let dir = app.checkpoints.clone();
        let node = crate::app::ids_in(app, |ids| ids.code("node"));
        let running = jobs::start(app, &node, dir, &gauges, &stop);
        ready(address);
        let (mut ending, mut over) = (stop.clone(), stop.clone());
        let bounds = bounds(&app.config.server);
        // requests in flight may end within their own limit; a connection that will not let go is cut
        let patience = Duration::from_secs(app.config.server.timeout_seconds) + GRACE;
        let told = async move {
            tokio::select! {
                () = signalled() => {}
                _ = ending.changed() => {}
            }
            let _ = tell.send(true);
        };
        let served = async { tokio::join!(told, wire::serve(listener, router, bounds, stop.clone())) };
        let cut = async {
            let _ = over.wait_for(|s| *s).await;
            tokio::time::sleep(patience).await;
        };
        tokio::select! {
            ((), ()) = served => {}
            () = cut => tracing::warn!("connections were cut at the end of the grace period"),
        }
        for job in running {
            if tokio::time::timeout(GRACE, job).await.is_err() {
                tracing::warn!("a job was still running at the end: what it had not committed is undone and done again");
            }
        }
        Ok(())
    });
    // work on blocking threads that does not end in time is left: an open transaction rolls back with the process
    runtime.shutdown_timeout(GRACE);
    ended
}

/// What connections may hold, by the configuration; fewer of them where the system gives the process fewer descriptors,
/// because a database that finds none is worse than a client that waits.
fn bounds(server: &Server) -> Bounds {
    let connections = match descriptors().map(|n| n.saturating_sub(OTHERS).max(OTHERS)) {
        Some(n) if n < server.connections => {
            tracing::warn!(
                connections = n,
                wanted = server.connections,
                "too few file descriptors for server.connections: raise LimitNOFILE"
            );
            n
        }
        _ => server.connections,
    };
    let timeout = Duration::from_secs(server.timeout_seconds);
    Bounds { head: Duration::from_secs(server.head_seconds), idle: Duration::from_secs(server.idle_seconds), stall: timeout, connections }
}

/// How many descriptors the process may have; `None` where the system does not say, or sets no limit.
fn descriptors() -> Option<u32> {
    soft_limit(&std::fs::read_to_string("/proc/self/limits").ok()?)
}
fn soft_limit(limits: &str) -> Option<u32> {
    limits.lines().find_map(|l| l.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

async fn signalled() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut term) => tokio::select! {
                _ = interrupt => {}
                _ = term.recv() => {}
            },
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_read_as_the_system_writes_them() {
        let said = "Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 524288               files\n";
        assert_eq!(soft_limit(said), Some(1024));
        assert_eq!(soft_limit(&said.replace("1024  ", "unlimited")), None);
        assert_eq!(soft_limit(""), None);
    }
}
