//! The other side: pgbench with prepared statements on the same server.

use super::cluster::program;
use super::ground::Ground;
use crate::base::{Error, Result};
use std::process::{Command, Stdio};

/// What one run of pgbench says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Done {
    /// Transactions a second, connecting left out.
    pub tps: f64,
    /// Mean milliseconds of one.
    pub ms: f64,
}

/// A script and the number its clients count from next.
#[derive(Debug)]
pub struct Script {
    file: std::path::PathBuf,
    next: u64,
    span: u64,
}

impl Script {
    /// Writes it into the run's directory; `span` is what no client reaches in one run.
    ///
    /// # Errors
    /// The disk.
    pub fn new(ground: &Ground, name: &str, text: &str, span: u64) -> Result<Self> {
        let file = ground.dir().join(format!("{name}.sql"));
        std::fs::write(&file, text).map_err(|e| Error::Io(e.to_string()))?;
        Ok(Self { file, next: 1, span })
    }
    /// Leaves out so many numbers: another script uses them.
    pub fn skip(&mut self, n: u64) {
        self.next += n;
    }
    /// Runs it.
    ///
    /// # Errors
    /// pgbench is missing, or a statement failed.
    pub fn run(&mut self, url: &str, clients: usize, seconds: f64) -> Result<Done> {
        let binary = program("pgbench").ok_or_else(|| Error::Config("找不到 pgbench，请安装 PostgreSQL 的 contrib 程序。".into()))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole seconds")]
        let seconds = (seconds.ceil() as u64).max(1).to_string();
        let n = format!("n={}", self.next);
        self.next += self.span;
        let clients = clients.to_string();
        let out = Command::new(binary)
            .args(["-n", "-M", "prepared", "-j", "2", "-c", &clients, "-T", &seconds, "-D", &n, "-f"])
            .arg(&self.file)
            .arg(url)
            .stdin(Stdio::null())
            .output()
            .map_err(|e| Error::Io(format!("pgbench: {e}")))?;
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let errors = String::from_utf8_lossy(&out.stderr).into_owned();
        match parse(&text) {
            Some(done) if out.status.success() => Ok(done),
            _ => Err(Error::Unavailable(format!(
                "pgbench: {}",
                errors.lines().filter(|l| l.contains("error")).take(3).collect::<Vec<_>>().join("; ")
            ))),
        }
    }
}

/// Reads what pgbench prints.
fn parse(text: &str) -> Option<Done> {
    let after = |what: &str| {
        let line = text.lines().find(|l| l.starts_with(what))?;
        line.split('=').nth(1)?.trim().split(' ').next()?.parse().ok()
    };
    Some(Done { tps: after("tps")?, ms: after("latency average")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_pgbench() {
        let text = "transaction type: x\nlatency average = 1.672 ms\ninitial connection time = 9 ms\ntps = 4783.551 (without initial connection time)\n";
        assert_eq!(parse(text), Some(Done { tps: 4783.551, ms: 1.672 }));
        assert_eq!(parse("pgbench: error"), None);
    }
}
