//! 后台任务: what waits, what each node last did, and what to do about it.

use super::{Chrome, Tag};
use askama::Template;

/// One figure that is watched.
#[derive(Debug, Clone)]
pub struct BacklogLine {
    /// What it counts.
    pub what: String,
    /// How many, or how old.
    pub value: String,
    /// How it stands.
    pub lamp: Tag,
    /// What to do; empty where nothing is to be done.
    pub advice: String,
    /// Where more is told.
    pub href: Option<String>,
}

/// One job on one node.
#[derive(Debug, Clone)]
pub struct JobRow {
    /// What it does.
    pub title: String,
    /// Its name in the log.
    pub job: String,
    /// The node.
    pub node: String,
    /// How it stands.
    pub lamp: Tag,
    /// When it last ran.
    pub ran: String,
    /// When it last went well.
    pub ok: String,
    /// When it runs next.
    pub next: String,
    /// The last failure: when and its code; empty where there was none.
    pub failed: String,
    /// What to do.
    pub advice: String,
}

/// One node.
#[derive(Debug, Clone)]
pub struct NodeRow {
    /// Its name.
    pub node: String,
    /// Whether it runs.
    pub lamp: Tag,
    /// When it last ran anything.
    pub seen: String,
    /// What it has taken for itself.
    pub holds: String,
}

/// 后台任务.
#[derive(Debug, Clone, Template)]
#[template(path = "jobs.html")]
pub struct JobsPage {
    /// The frame.
    pub chrome: Chrome,
    /// All well, or not, in one sentence.
    pub verdict: (Tag, String),
    /// What waits.
    pub backlog: Vec<BacklogLine>,
    /// Job by job.
    pub jobs: Vec<JobRow>,
    /// The nodes.
    pub nodes: Vec<NodeRow>,
}

#[cfg(any(test, debug_assertions))]
mod samples {
    use super::super::samples::chrome;
    use super::super::{Place, Tone};
    use super::*;

    impl JobsPage {
        pub(in super::super) fn samples() -> Vec<Self> {
            let line = BacklogLine {
                what: "到期未处理的提醒".into(),
                value: "0 个".into(),
                lamp: Tag::new("正常", Tone::Good),
                advice: String::new(),
                href: None,
            };
            let dead = BacklogLine {
                what: "已放弃的信件".into(),
                value: "3 封".into(),
                lamp: Tag::new("需要查看", Tone::Warn),
                advice: "在“寄送”查明原因，改正后重发。".into(),
                href: Some("/outbox".into()),
            };
            let job = JobRow {
                title: "期限提醒".into(),
                job: "alarms".into(),
                node: "n7k2".into(),
                lamp: Tag::new("正常", Tone::Good),
                ran: "2026-11-23 09:12".into(),
                ok: "2026-11-23 09:12".into(),
                next: "2026-11-23 09:13".into(),
                failed: String::new(),
                advice: String::new(),
            };
            let bad = JobRow {
                lamp: Tag::new("没有运行", Tone::Bad),
                failed: "2026-11-23 09:00　unavailable".into(),
                advice: "查看该节点的进程和日志，必要时重启。".into(),
                ..job.clone()
            };
            let node = NodeRow {
                node: "n7k2".into(),
                lamp: Tag::new("运行中", Tone::Good),
                seen: "2026-11-23 09:12".into(),
                holds: "企业预警汇总".into(),
            };
            let full = Self {
                chrome: chrome("后台任务", Place::Jobs),
                verdict: (Tag::new("需要处理", Tone::Bad), "有任务没有运行。".into()),
                backlog: vec![line, dead],
                jobs: vec![job, bad],
                nodes: vec![node],
            };
            vec![full.clone(), Self { jobs: Vec::new(), nodes: Vec::new(), ..full }]
        }
    }
}
