//! How soon the program serves and how much memory it takes.

use super::load::{self, Spec, Task};
use super::stats::Series;
use super::table::{Line, Want};
use super::writes::{desks, sound};
use super::{Bench, say};
use crate::base::{Error, Result};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Resident memory of a process in MB: now, and the most it ever was.
///
/// # Errors
/// The process is gone, or this system has no `/proc`.
pub fn resident(pid: u32) -> Result<(f64, f64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).map_err(|e| Error::Io(format!("/proc/{pid}: {e}")))?;
    let mb = |what: &str| -> f64 {
        let kb = text.lines().find_map(|l| l.strip_prefix(what)).and_then(|l| l.trim().split(' ').next()).and_then(|n| n.parse().ok());
        kb.map_or(0.0, |k: f64| k / 1024.0)
    };
    Ok((mb("VmRSS:"), mb("VmHWM:")))
}

/// Seconds of processor a process has used; 0 when it is gone.
#[must_use]
pub fn processor(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // the name, in brackets, may hold spaces; ticks are a hundredth of a second on every Linux
    let after = text.rsplit(')').next().unwrap_or_default();
    after.split(' ').skip(12).take(2).filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// `server 1.20 ms of processor each`, from the seconds before.
#[must_use]
pub fn each(pid: u32, before: f64, done: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let ms = (processor(pid) - before) * 1000.0 / done.max(1) as f64;
    format!("server {ms:.2} ms of processor each")
}

/// Whether the page of readiness says yes.
fn ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut s = TcpStream::connect(address)?;
        s.set_read_timeout(Some(Duration::from_secs(5)))?;
        s.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut head = [0; 12];
        s.read_exact(&mut head)?;
        Ok(&head == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}

/// Runs it.
///
/// # Errors
/// A step failed.
pub fn run(b: &mut Bench<'_>) -> Result<()> {
    say("内存和启动：");
    for pg in [true, false] {
        let site = if pg { b.ground.database()? } else { b.ground.lite()? };
        let on = if pg { "PostgreSQL" } else { "SQLite" };
        let (mut start, mut idle, mut under, mut peak) = (Series::default(), Series::default(), Series::default(), Series::default());
        let mut next = 1;
        for round in 1..=b.args.rounds {
            let begun = Instant::now();
            let (server, address) = site.serve()?;
            while !ready(address) {
                if begun.elapsed() > Duration::from_secs(30) {
                    return Err(Error::Unavailable("the program does not become ready".into()));
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            start.0.push(begun.elapsed().as_secs_f64() * 1000.0);
            std::thread::sleep(Duration::from_secs(2));
            idle.0.push(resident(server.id())?.0);
            let lists = vec![site.person("370700.supervisor")?.token.clone()];
            for task in [Task::File(desks(&site)?), Task::Get("/inbox?tab=area&limit=50".into(), lists)] {
                let spec = Spec { address, clients: 32, seconds: b.args.seconds, run: "MEM".into(), first: next, task };
                let done = load::run(&spec)?;
                sound("memory", &done)?;
                next += done.done + 40;
            }
            let (now, most) = resident(server.id())?;
            under.0.push(now);
            peak.0.push(most);
            say(&format!("  {on}，第 {round} 轮：启动 {:.0} 毫秒，空闲 {:.0} MB，最高 {most:.0} MB", start.max(), idle.max()));
        }
        let line = |what: &str, unit: &str, ours, want, notes: &str| Line {
            what: format!("{what}, {on}"),
            unit: unit.into(),
            ours,
            raw: Series::default(),
            want,
            notes: notes.into(),
        };
        let lines = &mut b.report.lines;
        lines.push(line("start: from the call to the first 200 of /readyz", "ms", start, Want::Most(1000.0), "a migrated database"));
        lines.push(line("idle process", "MB", idle, Want::Most(60.0), "VmRSS two seconds after the start"));
        lines.push(line("under load, most ever", "MB", peak, Want::Most(200.0), "VmHWM: 32 connections file, then read lists"));
        lines.push(line("after the load", "MB", under, Want::Nothing, "VmRSS"));
    }
    Ok(())
}
