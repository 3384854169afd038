//! What is asked of the program while it is killed, and the book of what it acknowledged.
//!
//! Owns the book: a submission stands in it as pending before it is sent, and as kept only when a whole good answer came
//! back. Whatever is pending after a kill is sent again under its key, until there is an answer.

use super::http::{Client, Reply};
use crate::base::id::Ids;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Result;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// One submission.
#[derive(Debug, Clone)]
pub enum Task {
    /// Register filing number so-and-so.
    File(u64),
    /// Make this move of this procedure, with this form.
    Move(String, &'static str, Value),
}

/// The book.
#[derive(Debug, Default)]
pub struct Book {
    /// Filings acknowledged, by the number we gave: the id of each.
    pub filings: BTreeMap<u64, String>,
    /// Moves acknowledged: how often each was made of a procedure.
    pub moves: BTreeMap<(String, &'static str), u64>,
    /// Sent, without a whole answer, by key.
    pub pending: BTreeMap<String, Task>,
    /// Complaints known, whose moves may be made.
    pub complaints: Vec<String>,
    /// Answers that say no for good.
    pub refused: u64,
    /// What must not happen.
    pub findings: Vec<String>,
    next: u64,
}

/// The book and who writes it.
#[derive(Debug)]
pub struct Load {
    /// What was sent and acknowledged.
    pub book: Mutex<Book>,
    /// Tokens of the city's desk and of the county's.
    pub tokens: (String, String),
    /// A word that tells this run's numbers from another's.
    pub run: String,
}

impl Load {
    /// The book, to look into.
    pub fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends whatever comes to mind until told to stop or the connection breaks.
    pub fn drive(&self, address: SocketAddr, seed: &[u8], stop: &AtomicBool) {
        let mut ids = Ids::seeded(seed);
        let Ok(mut client) = Client::connect(address) else { return };
        while !stop.load(Ordering::Relaxed) {
            let (key, task) = self.think(&mut ids);
            if self.send(&mut client, &key, &task).is_err() {
                return;
            }
        }
    }

    fn think(&self, ids: &mut Ids) -> (String, Task) {
        let mut book = self.book();
        book.next += 1;
        let n = book.next;
        let known = book.complaints.len() as u64;
        let task = if known < 4 || ids.below(10) < 5 {
            Task::File(n)
        } else {
            // the newest most of all: several at the same case at once
            let newest = usize::try_from(known - 1 - ids.below(known.min(6))).unwrap_or(0);
            let procedure = book.complaints[newest].clone();
            match ids.below(3) {
                0 => Task::Move(procedure, "sign_for", json!({})),
                _ => Task::Move(procedure, "add_note", json!({ "note": format!("压力试验第 {n} 条记录。") })),
            }
        };
        let key = format!("{}-{n:08}", self.run);
        book.pending.insert(key.clone(), task.clone());
        (key, task)
    }

    /// Sends one submission and writes down what the answer says.
    ///
    /// # Errors
    /// The connection broke: it stays pending.
    pub fn send(&self, client: &mut Client, key: &str, task: &Task) -> Result<()> {
        match task {
            Task::File(n) => {
                let reply = client.post("/filings", &self.tokens.0, key, "", &self.form(*n))?;
                if !self.answered(key, &reply) {
                    return Ok(());
                }
                let done = reply.json();
                let id = done["filing"].as_str().unwrap_or_default().to_owned();
                {
                    let mut book = self.book();
                    if done["outcome"] != "new" {
                        book.findings.push(format!("登记 {n} 的回答是 {}，同一编号只发过一次", done["outcome"]));
                    }
                    if book.filings.insert(*n, id).is_some() {
                        book.findings.push(format!("登记 {n} 被确认了两次"));
                    }
                }
                let Some(case) = done["case"].as_str() else { return Ok(()) };
                let file = client.get(&format!("/cases/{case}"), &self.tokens.1)?.json();
                let all = file["procedures"].as_array().cloned().unwrap_or_default();
                if let Some(id) = all.iter().find(|p| p["kind"] == "complaint").and_then(|p| p["id"].as_str()) {
                    self.book().complaints.push(id.to_owned());
                }
            }
            Task::Move(procedure, name, form) => {
                let tag = client.get(&format!("/procedures/{procedure}/moves"), &self.tokens.1)?.etag;
                let path = format!("/procedures/{procedure}/moves/{name}");
                let reply = client.post(&path, &self.tokens.1, key, &tag, &json!({ "form": form }))?;
                if self.answered(key, &reply) {
                    *self.book().moves.entry((procedure.clone(), name)).or_default() += 1;
                }
            }
        }
        Ok(())
    }

    /// Whether a submission was taken; one that was refused for good is no longer pending, one the program could not
    /// serve just now is.
    fn answered(&self, key: &str, reply: &Reply) -> bool {
        let mut book = self.book();
        match reply.status {
            200..=299 => {
                book.pending.remove(key);
                true
            }
            429 | 503 => false,
            409 => {
                book.pending.remove(key);
                book.refused += 1;
                false
            }
            _ => {
                book.pending.remove(key);
                let said = String::from_utf8_lossy(&reply.body).into_owned();
                book.findings.push(format!("意外的回答 {}：{said}", reply.status));
                false
            }
        }
    }

    /// Sends again what has no answer yet; how many were sent.
    ///
    /// # Errors
    /// The connection broke.
    pub fn settle(&self, address: SocketAddr) -> Result<usize> {
        let open: Vec<(String, Task)> = self.book().pending.iter().map(|(k, t)| (k.clone(), t.clone())).collect();
        let mut client = Client::connect(address)?;
        for (key, task) in &open {
            self.send(&mut client, key, task)?;
        }
        Ok(open.len())
    }

    fn form(&self, n: u64) -> Value {
        json!({
            "kind": "complaint",
            "channel": "window",
            "sourceNumber": format!("{}-{n}", self.run),
            "reporterName": "张测试",
            "reporterPhone": format!("139{:08}", n % 100_000_000),
            "industry": "工程建设领域",
            "projectKind": "房屋建筑",
            "project": format!("测试花园{n}号楼"),
            "respondent": format!("潍坊测试建筑{n}有限公司"),
            "area": "奎文区",
            "address": "测试路 1 号",
            "headcount": 1,
            "reportedTotalFen": 1_200_000,
            "periodFrom": "2026-08-01",
            "periodTo": "2026-10-31",
            "narrative": "干了三个月木工，工资一直没有发。",
        })
    }
}
