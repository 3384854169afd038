//! The load generator: a process of its own that asks over kept-alive connections and counts.
//!
//! Owns what is sent when and how long each answer took. Reads its task as JSON from standard input and writes what it
//! counted as JSON; knows no database.

use super::shape;
use super::stats::percentile;
use crate::base::{Error, Result};
use crate::cli::torture::http::{Client, Reply};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Somebody who files in an area: token and the area's name.
pub type Desk = (String, String);

/// The people of a county: area, tokens by duty, the handler's account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Crew {
    /// The area's name.
    pub area: String,
    /// Tokens by duty.
    pub tokens: BTreeMap<String, String>,
    /// The handler's account.
    pub account: String,
}

/// What to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Task {
    /// File, one after the other.
    File(Vec<Desk>),
    /// Make a move of each procedure, once: procedure, form version, token.
    Move(String, Vec<(String, i64, String)>),
    /// Make a move of each procedure again and again, each client of its own ones by turns.
    Again {
        /// The move.
        name: String,
        /// Procedure, form version, form.
        items: Vec<(String, i64, Value)>,
        /// How much a move raises the form version.
        step: i64,
        /// Who makes it.
        token: String,
    },
    /// Read a path with each of these tokens in turn.
    Get(String, Vec<String>),
    /// Read a page of the console with each of these sessions in turn.
    Page(String, Vec<String>),
    /// Ask whether each of these units is listed, in turn, with this key.
    Check {
        /// Codes of units.
        codes: Vec<String>,
        /// The key.
        key: String,
    },
    /// Search for a number each: token and number in turn.
    Search(Vec<(String, String)>),
    /// Whole lifecycles; with rates, as many begin each second as said, for so many seconds each.
    Life {
        /// Who works.
        crews: Vec<Crew>,
        /// The four-request shape instead of the shortest lawful path.
        short: bool,
        /// The form version at each step.
        tags: Vec<i64>,
        /// Begun each second; empty: as fast as it goes.
        rates: Vec<f64>,
    },
}

/// A run of the load generator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spec {
    /// The server.
    pub address: SocketAddr,
    /// Connections.
    pub clients: usize,
    /// How long (each rate, when there are rates).
    pub seconds: f64,
    /// A word of this run.
    pub run: String,
    /// The first number.
    pub first: u64,
    /// What to do.
    pub task: Task,
}

/// What was counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Counted {
    /// Whole ones done.
    pub done: u64,
    /// Those that failed.
    pub failed: u64,
    /// Requests in all.
    pub requests: u64,
    /// Seconds from the first to the last.
    pub seconds: f64,
    /// Milliseconds of one: half, 95 and 99 of a hundred, the longest.
    pub ms: [f64; 4],
    /// The same 95 of a hundred for each second that work began in.
    pub by_second: Vec<f64>,
    /// How often each item of [`Task::Again`] was taken.
    pub turns: Vec<u64>,
    /// What the first failure said.
    pub error: String,
}

impl Counted {
    /// Done a second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    pub fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.done as f64 / self.seconds } else { 0.0 }
    }
    /// `p50 / p95 / p99 ms`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("p50 {:.1}, p95 {:.1}, p99 {:.1} ms", self.ms[0], self.ms[1], self.ms[2])
    }
}

/// Runs the load generator as a process of its own.
///
/// # Errors
/// It cannot be started or says nothing.
pub fn run(spec: &Spec) -> Result<Counted> {
    let io = |e: std::io::Error| Error::Io(format!("load generator: {e}"));
    let binary = std::env::current_exe().map_err(io)?;
    let mut child = Command::new(binary).arg("bench-load").env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(io)?;
    let text = serde_json::to_vec(spec).map_err(|e| Error::Internal(e.to_string()))?;
    child.stdin.take().ok_or_else(|| Error::Internal("no pipe".into()))?.write_all(&text).map_err(io)?;
    let out = child.wait_with_output().map_err(io)?;
    serde_json::from_slice(&out.stdout).map_err(|e| Error::Internal(format!("load generator: {e}")))
}

/// The hidden command.
///
/// # Errors
/// The task cannot be read.
pub fn serve(out: &mut dyn Write) -> Result<i32> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|e| Error::Io(e.to_string()))?;
    let spec: Spec = serde_json::from_str(&text).map_err(|e| Error::Config(format!("bench-load: {e}")))?;
    let counted = drive(&spec);
    let line = serde_json::to_string(&counted).map_err(|e| Error::Internal(e.to_string()))?;
    writeln!(out, "{line}").map_err(|e| Error::Io(e.to_string()))?;
    Ok(0)
}

#[derive(Default)]
struct Book {
    /// How often this client has taken each item.
    turns: BTreeMap<usize, u64>,
    /// Items taken so far.
    taken: usize,
    /// When each began, and how long it took.
    took: Vec<(f64, f64)>,
    failed: u64,
    error: String,
}

struct Run<'a> {
    spec: &'a Spec,
    begun: Instant,
    next: AtomicU64,
    item: AtomicUsize,
    requests: AtomicU64,
}

/// When the `n`th begins, by the rates; `None` after the last.
fn due(rates: &[f64], each: f64, n: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let mut left = n as f64;
    for (i, rate) in rates.iter().enumerate() {
        if left < rate * each {
            #[expect(clippy::cast_precision_loss, reason = "a count")]
            return Some(i as f64 * each + left / rate);
        }
        left -= rate * each;
    }
    None
}

fn drive(spec: &Spec) -> Counted {
    let run = Run { spec, begun: Instant::now(), next: AtomicU64::new(0), item: AtomicUsize::new(0), requests: AtomicU64::new(0) };
    let books = Mutex::new(Vec::new());
    std::thread::scope(|s| {
        for client in 0..spec.clients {
            let (run, books) = (&run, &books);
            s.spawn(move || {
                let book = run.client(client);
                books.lock().unwrap_or_else(PoisonError::into_inner).push(book);
            });
        }
    });
    let seconds = run.begun.elapsed().as_secs_f64();
    let books = books.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut all: Vec<(f64, f64)> = books.iter().flat_map(|b| b.took.iter().copied()).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut by: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for (at, ms) in &all {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole seconds")]
        by.entry(*at as u64).or_default().push(*ms);
    }
    let sorted = |mut v: Vec<f64>| {
        v.sort_by(f64::total_cmp);
        v
    };
    let ms = sorted(all.iter().map(|t| t.1).collect());
    Counted {
        done: all.len() as u64,
        failed: books.iter().map(|b| b.failed).sum(),
        requests: run.requests.load(Ordering::Relaxed),
        seconds,
        ms: [percentile(&ms, 50.0), percentile(&ms, 95.0), percentile(&ms, 99.0), ms.last().copied().unwrap_or(0.0)],
        by_second: by.into_values().map(|v| percentile(&sorted(v), 95.0)).collect(),
        turns: match &spec.task {
            Task::Again { items, .. } => (0..items.len()).map(|i| books.iter().filter_map(|b| b.turns.get(&i)).sum()).collect(),
            _ => Vec::new(),
        },
        error: books.into_iter().map(|b| b.error).find(|e| !e.is_empty()).unwrap_or_default(),
    }
}

impl Run<'_> {
    fn client(&self, client: usize) -> Book {
        let mut book = Book::default();
        let mut wire = None;
        loop {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            match &self.spec.task {
                Task::Life { rates, .. } if !rates.is_empty() => {
                    let Some(at) = due(rates, self.spec.seconds, n) else { return book };
                    if let Some(wait) = Duration::from_secs_f64(at).checked_sub(self.begun.elapsed()) {
                        std::thread::sleep(wait);
                    }
                }
                _ if self.begun.elapsed().as_secs_f64() >= self.spec.seconds => return book,
                _ => {}
            }
            let start = Instant::now();
            let done = match wire.take().map_or_else(|| Client::connect(self.spec.address), Ok) {
                Err(e) => Err(e.to_string()),
                Ok(mut c) => {
                    let done = self.one(&mut c, client, n, &mut book);
                    if done.is_ok() {
                        wire = Some(c);
                    }
                    done
                }
            };
            match done {
                Ok(true) => book.took.push(((start - self.begun).as_secs_f64(), start.elapsed().as_secs_f64() * 1000.0)),
                Ok(false) => return book,
                Err(e) => {
                    book.failed += 1;
                    if book.error.is_empty() {
                        book.error = e;
                    }
                }
            }
        }
    }

    fn good(&self, reply: std::io::Result<Reply>) -> std::result::Result<Reply, String> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let r = reply.map_err(|e| e.to_string())?;
        if (200..300).contains(&r.status) { Ok(r) } else { Err(format!("{}: {}", r.status, String::from_utf8_lossy(&r.body))) }
    }

    /// One of the task; `false` when there is nothing left to do.
    fn one(&self, c: &mut Client, client: usize, n: u64, book: &mut Book) -> std::result::Result<bool, String> {
        let n = self.spec.first + n;
        let key = format!("{}-{n:08}", self.spec.run);
        match &self.spec.task {
            Task::File(desks) => {
                let (token, area) = &desks[client % desks.len()];
                self.good(c.post("/filings", token, &key, "", &shape::filing(&self.spec.run, n, area)))?;
            }
            Task::Move(name, items) => {
                let Some((id, version, token)) = items.get(self.item.fetch_add(1, Ordering::Relaxed)) else { return Ok(false) };
                let path = format!("/procedures/{id}/moves/{name}");
                self.good(c.post(&path, token, &key, &format!("\"{version}\""), &json!({ "form": {} })))?;
            }
            Task::Again { name, items, step, token } => {
                let own = items.len().saturating_sub(client).div_ceil(self.spec.clients.max(1)).max(1);
                let at = client + book.taken % own * self.spec.clients;
                let Some((id, version, form)) = items.get(at) else { return Ok(false) };
                book.taken += 1;
                let turn = book.turns.entry(at).or_default();
                let version = version + step * i64::try_from(*turn).unwrap_or(0);
                let path = format!("/procedures/{id}/moves/{name}");
                self.good(c.post(&path, token, &key, &format!("\"{version}\""), &json!({ "form": form })))?;
                *turn += 1;
            }
            Task::Get(path, tokens) => {
                let at = usize::try_from(n).unwrap_or(0) % tokens.len();
                self.good(c.get(path, &tokens[at]))?;
            }
            Task::Page(path, tokens) => {
                let at = usize::try_from(n).unwrap_or(0) % tokens.len();
                self.good(c.page(path, &tokens[at]))?;
            }
            Task::Check { codes, key } => {
                let code = &codes[usize::try_from(n).unwrap_or(0).wrapping_mul(7_919) % codes.len()];
                self.good(c.get(&format!("/api/exchange/v1/listings/{code}"), key))?;
            }
            Task::Search(all) => {
                let (token, number) = &all[usize::try_from(n).unwrap_or(0) % all.len()];
                self.good(c.post("/search", token, &key, "", &json!({ "text": number })))?;
            }
            Task::Life { crews, short, tags, .. } => self.life(c, &crews[client % crews.len()], *short, tags, &key, n)?,
        }
        Ok(true)
    }

    /// Create, the moves, search. Which procedure the case has is read where the path goes on with it.
    fn life(&self, c: &mut Client, crew: &Crew, short: bool, tags: &[i64], key: &str, n: u64) -> std::result::Result<(), String> {
        let token = |duty: &str| crew.tokens.get(duty).map_or("", String::as_str);
        let desk = token("desk");
        let made = self.good(c.post("/filings", desk, key, "", &shape::filing(&self.spec.run, n, &crew.area)))?.json();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let (steps, of): (&[shape::Step], String) = if short {
            (&shape::SHORT, text(&made["procedure"]))
        } else {
            let file = self.good(c.get(&format!("/cases/{}", text(&made["case"])), desk))?.json();
            let all = file["procedures"].as_array().cloned().unwrap_or_default();
            (&shape::REFUSAL, all.iter().find(|p| p["kind"] == "complaint").map(|p| text(&p["id"])).unwrap_or_default())
        };
        for (i, step) in steps.iter().enumerate() {
            let path = format!("/procedures/{of}/moves/{}", step.name);
            let tag = format!("\"{}\"", tags.get(i).copied().unwrap_or(0));
            let form = json!({ "form": (step.form)(&crew.account) });
            self.good(c.post(&path, token(step.who), &format!("{key}-{i}"), &tag, &form))?;
        }
        let found = self.good(c.post("/search", desk, "", "", &json!({ "text": text(&made["number"]) })))?.json();
        if found["hits"].as_array().is_none_or(Vec::is_empty) {
            return Err("the search did not find what was created".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_follow_the_rates() {
        let rates = [1.0, 4.0];
        let all: Vec<String> = (0..11).filter_map(|n| due(&rates, 2.0, n)).map(|t| format!("{t:.2}")).collect();
        assert_eq!(all, ["0.00", "1.00", "2.00", "2.25", "2.50", "2.75", "3.00", "3.25", "3.50", "3.75"]);
        assert_eq!(due(&rates, 2.0, 10), None);
    }
}
