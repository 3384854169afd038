//! Letters by one courier to a mail relay on this machine: ten thousand are queued, then carried until none is left.
//!
//! Owns the relay it sends to: a thread that takes everything and counts. It does no work a real relay does, so that the
//! number is the courier's.

use super::stats::Series;
use super::table::{Line, Want};
use super::{Bench, say};
use crate::app::addresses::{self, Address};
use crate::app::notify;
use crate::base::{Error, Result};
use crate::domain::access::Actor;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Letters of a round.
const LETTERS: usize = 10_000;
/// Queued in one transaction.
const AT_ONCE: usize = 500;
/// Asked for, a second.
const LEAST: f64 = 300.0;

/// Takes whatever one client says.
fn dialogue(stream: TcpStream, taken: &AtomicU64) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    out.set_nodelay(true)?;
    let mut lines = BufReader::new(stream).lines();
    out.write_all(b"220 bench ESMTP\r\n")?;
    while let Some(line) = lines.next() {
        let line = line?;
        let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match word.as_str() {
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                for l in lines.by_ref() {
                    if l? == "." {
                        break;
                    }
                }
                taken.fetch_add(1, Ordering::Relaxed);
                b"250 taken\r\n"
            }
            "QUIT" => {
                out.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => b"250 fine\r\n",
        };
        out.write_all(answer)?;
    }
    Ok(())
}

/// A relay on this machine: its port and how many letters it took.
fn relay() -> Result<(u16, Arc<AtomicU64>)> {
    let io = |e: std::io::Error| Error::Io(format!("relay: {e}"));
    let listener = TcpListener::bind("127.0.0.1:0").map_err(io)?;
    let port = listener.local_addr().map_err(io)?.port();
    let taken = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&taken);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let count = Arc::clone(&count);
            // who hangs up is no matter here
            std::thread::spawn(move || drop(dialogue(stream, &count)));
        }
    });
    Ok((port, taken))
}

/// Runs it.
///
/// # Errors
/// A step failed, or a letter was lost.
pub fn run(b: &mut Bench<'_>) -> Result<()> {
    for pg in [false, true] {
        let mut ours = Series::default();
        for round in 1..=b.args.rounds {
            let (port, taken) = relay()?;
            let mut site = if pg { b.ground.database()? } else { b.ground.lite()? };
            site.set("QINGXIN__MAIL__HOST", "127.0.0.1");
            site.set("QINGXIN__MAIL__PORT", &port.to_string());
            site.set("QINGXIN__MAIL__TLS", "none");
            let app = site.app()?;
            let town = site.towns.first().cloned().ok_or_else(|| Error::Internal("a city without counties".into()))?;
            let who = site.person(&format!("{}.handler", town.code))?.account;
            let bench = Actor::System("bench");
            let address = Address { mail: "handler@bench.example.gov.cn".into(), mobile: String::new() };
            app.write_blocking(&bench, None, move |tx| addresses::set_address(tx, who, &address))?;
            for part in 0..LETTERS / AT_ONCE {
                app.write_blocking(&bench, None, move |tx| {
                    for i in 0..AT_ONCE {
                        let args = BTreeMap::from([("number".to_owned(), format!("AJ-{}", part * AT_ONCE + i))]);
                        // one that waits for no office hour
                        notify::tell_account(tx, who, "assignee", "case_flagged", &args)?;
                    }
                    Ok(())
                })?;
            }
            let begun = Instant::now();
            let done = app.carry(&|| true)?;
            let seconds = begun.elapsed().as_secs_f64();
            if done.sent != LETTERS || taken.load(Ordering::Relaxed) != LETTERS as u64 {
                return Err(Error::Internal(format!("of {LETTERS} letters came {done:?}")));
            }
            #[expect(clippy::cast_precision_loss, reason = "a count")]
            let rate = LETTERS as f64 / seconds;
            ours.0.push(rate);
            say(&format!("通知：第 {round} 轮 {LETTERS} 封，{seconds:.1} 秒，{rate:.0} 每秒"));
        }
        b.report.lines.push(Line {
            what: format!("letters by mail, {LETTERS} queued, one courier, {}", if pg { "PostgreSQL" } else { "SQLite" }),
            unit: "1/s".into(),
            ours,
            raw: Series::default(),
            want: Want::Least(LEAST),
            notes: "a relay on this machine that takes everything; claimed, sent and settled a hundred at a time".into(),
        });
    }
    Ok(())
}
